"""A person is erased: provably, for good, and without a change of the log."""

import shutil
from dataclasses import replace
from hashlib import sha256

import pytest

from govern.audit import RECOVERED, Proof, check_proof, format_proof, inclusion_path, parse_entry
from govern.errors import FactError, RefusedError, StoreError, VerificationError, WriteConflictError
from govern.exchange import read_paper
from govern.kernel import Actor, Role, canonical_bytes, parse_canonical
from govern.render.evidence_pdf import write_erasure_pdf
from govern.retention import HoldScope
from govern.usecases.access import note_access
from govern.usecases.binding import check_records
from govern.usecases.certificates import CertificateKind, find_kind, verify_erasure
from govern.usecases.erasure import (
    Alike,
    GoneKey,
    certify_erasure,
    erase_person,
    list_gone_keys,
    list_subjects,
    plan_erasure,
    read_personal,
    replay_destructions,
    rotate_vault,
    say_search,
    seal_personal,
)
from govern.usecases.holds import issue_hold, release_hold
from govern.usecases.logs import verify_store
from govern.usecases.ports import Record
from govern.usecases.projects import new_project

ADA = "subject:annotator-1"


def entries_of(ports):
    return list(ports.log.entries())


class Crash(Exception):
    """The process ends here."""


def test_what_is_sealed_is_read_back_newest_first_and_the_reading_is_an_entry(sealed, officer, kinds):
    assert read_personal(sealed, officer, "annotator-1") == {"name": "Ada Sample", "email": "ada@example.org"}
    assert kinds(sealed, ADA) == ["key.created", "personal.sealed", "personal.sealed", "personal.read"]


@pytest.mark.parametrize("lost", [False, True], ids=["destroyed", "lost with the vault"])
def test_what_cannot_be_opened_was_not_read(sealed, officer, kinds, lost):
    key = list_subjects(sealed, officer)[0].key
    sealed.vault.destroy(key)
    if lost:
        del sealed.vault.known[key]
    with pytest.raises(StoreError if lost else RefusedError, match="the key"):
        read_personal(sealed, officer, "annotator-1")
    assert "personal.read" not in kinds(sealed)


def test_what_cannot_be_noted_is_not_shown(sealed, officer, monkeypatch):
    def fail(_):
        raise StoreError("the disk is full")

    monkeypatch.setattr(sealed.log, "append", fail)
    with pytest.raises(StoreError, match="the disk is full"):
        read_personal(sealed, officer, "annotator-1")


def test_nothing_personal_is_in_the_records_or_in_the_log(sealed):
    bodies = [record.body for versions in sealed.register.state.records.values() for record in versions]
    for data in (*bodies, *entries_of(sealed)):
        assert b"Ada" not in data
        assert b"ada@" not in data


def test_the_log_commits_to_the_key_and_gives_nothing_of_it_away(sealed):
    first = sealed.register.state.records["subject", "annotator-1"][0]
    key = sealed.vault.list_keys()[0]
    assert key.digest.encode() in first.body
    entry = next(entry for data in entries_of(sealed) if (entry := parse_entry(data)).object == "subject:annotator-1@1")
    assert entry.body == f"sha256:{first.digest}"


def test_subjects_are_listed_by_pseudonym(sealed, officer):
    assert [(each.id, each.state, each.covered) for each in list_subjects(sealed, officer)] == [
        ("annotator-1", "sealed", 2),
        ("annotator-2", "sealed", 1),
    ]


@pytest.mark.parametrize(
    ("subject", "fields", "said"),
    [
        ("Ada Example", {"name": "x"}, "is not an id of a person"),
        ("annotator-3", {}, "0 fields at once"),
        ("annotator-3", {"Name": "x"}, "is not a name of a field"),
        ("annotator-3", {f"f{n}": "x" for n in range(51)}, "51 fields at once"),
        ("annotator-3", {"name": "x" * 4001}, "bytes"),
    ],
)
def test_what_cannot_be_sealed_is_refused_before_a_key_is_made(world, officer, subject, fields, said):
    with pytest.raises(FactError, match=said):
        seal_personal(world, officer, subject, fields)
    assert world.vault.list_keys() == []
    assert entries_of(world) == []


def test_a_plan_changes_nothing_and_says_what_would_not_be_reached(sealed, officer):
    new_project(sealed, Actor("annotator-1", frozenset(Role)), "one", "Scans labelled by Ada Sample")
    before = entries_of(sealed)
    plan = plan_erasure(sealed, officer, "annotator-1")
    assert plan.fields == ("email", "name")
    assert plan.plain == ("project:one@1",)
    assert (plan.acted, plan.searched) == (1, 1)
    assert entries_of(sealed) == before
    assert not sealed.vault.find(plan.subject.key).destroyed


def test_an_erasure_destroys_the_key_and_the_log_says_so(sealed, officer, kinds):
    new_project(sealed, officer, "one", "Scans labelled by Ada Sample")
    before = entries_of(sealed)
    certificate = erase_person(sealed, officer, "annotator-1", "request 2026-17", backups="after 30 days")
    assert kinds(sealed, ADA)[-3:] == ["erasure.ordered", "key.destroyed", "erasure.certified"]
    assert entries_of(sealed)[: len(before)] == before
    said = certificate.said
    assert said["covered"] == 2
    assert said["reason"] == "request 2026-17"
    assert said["ordered_by"] == "officer-7"
    assert sealed.vault.find(said["key"]).destroyed
    assert any("after 30 days" in line for line in said["not_reached"])
    assert any("the record project:one@1" in line for line in said["not_reached"])
    entry = entries_of(sealed)[said["destroyed_entry"]]
    proved = check_proof(certificate.destroyed_proof.encode(), entry, [sealed.signer.key])
    assert proved.index == said["destroyed_entry"]
    assert certificate.destroyed.encode() == entry  # without it nobody could check the proof
    assert certificate.entry.encode() == entries_of(sealed)[-1]
    verify_store(sealed, officer)
    check_records(sealed, officer).check()


def test_an_erased_person_is_not_read_or_sealed_again_and_others_are(sealed, officer):
    erase_person(sealed, officer, "annotator-1", "")
    with pytest.raises(RefusedError, match="was erased"):
        read_personal(sealed, officer, "annotator-1")
    with pytest.raises(RefusedError, match="was erased"):
        seal_personal(sealed, officer, "annotator-1", {"name": "Ada"})
    assert read_personal(sealed, officer, "annotator-2") == {"name": "Bo Example"}


def test_an_id_that_is_taken_again_gets_another_key(sealed, officer):
    first = erase_person(sealed, officer, "annotator-1", "")
    seal_personal(sealed, officer, "annotator-1", {"name": "Eve"}, reopen=True)
    assert read_personal(sealed, officer, "annotator-1") == {"name": "Eve"}
    with pytest.raises(RefusedError, match="is not erased"):
        certify_erasure(sealed, officer, "annotator-1")
    second = erase_person(sealed, officer, "annotator-1", "again")
    one, two = first.said, second.said
    assert (two["covered"], two["digest"] != one["digest"], two["id"] != one["id"]) == (1, True, True)
    for each in (first, second):
        assert verify_erasure(canonical_bytes(each.to_plain()), [sealed.signer.key]).committed


def test_the_certificate_can_be_had_again_and_says_what_happened_since(sealed, officer):
    one = erase_person(sealed, officer, "annotator-1", "")
    assert any("govern vault rotate" in line for line in one.said["not_reached"])
    size = sealed.log.head().size
    two = erase_person(sealed, officer, "annotator-1", "another reason")
    assert sealed.log.head().size == size
    assert (two.statement, two.entry) == (one.statement, one.entry)
    rotate_vault(sealed, Actor("admin", frozenset({Role.ADMINISTRATOR})))
    three = certify_erasure(sealed, officer, "annotator-1")
    assert any("copies of epoch key 1" in line for line in three.said["not_reached"])
    assert (three.said["id"], three.said["reason"]) == (one.said["id"], "")
    assert parse_entry(three.entry.encode()).object == f"erasure_certificate:{one.said['id']}@2"
    for each in (one, two, three):
        found = verify_erasure(canonical_bytes(each.to_plain()), [sealed.signer.key])
        assert (found.said, found.committed) == (each.said, True)


# --- a certificate that somebody was given


def given(certificate, **changes):
    return canonical_bytes({**certificate.to_plain(), **changes})


def test_a_certificate_is_held_against_the_log_word_by_word(sealed, officer):
    keys = [sealed.signer.key]
    one, other = (erase_person(sealed, officer, f"annotator-{number}", "asked") for number in (1, 2))
    for statement, said in (
        ({**one.said, "reason": "Asked"}, "about another certificate"),
        ({**one.said, "format": "x"}, "not a certificate of an erasure"),
        ([], "not a certificate of an erasure"),
    ):
        with pytest.raises(VerificationError, match=said):
            verify_erasure(given(one, statement=statement), keys)
    with pytest.raises(VerificationError, match="not the one by which this erasure was certified"):
        verify_erasure(given(one, destroyed_entry=other.destroyed, destroyed_proof=other.destroyed_proof), keys)
    with pytest.raises(VerificationError, match="does not lead to the root"):
        verify_erasure(given(one, destroyed_entry=other.destroyed), keys)
    with pytest.raises(VerificationError, match="not a certificate of an erasure"):
        verify_erasure(given(one, more="x"), keys)
    for data in (b"[]", b'{"entry":"","proof":""}', canonical_bytes({"entry": "", "proof": "", "statement": ""})):
        with pytest.raises(VerificationError, match="not a certificate of an erasure"):
            verify_erasure(data, keys)


def test_what_a_file_is_a_certificate_of_is_seen_by_its_look():
    assert find_kind(b'{"entry":"","proof":"","statement":{}}') is CertificateKind.DESTRUCTION
    assert [find_kind(data) for data in (b"a letter", b"[]", b'{"entry":""}', b'{"entry":"","proof":""}')] == [None] * 4
    said = {kind.noun: kind.value for kind in CertificateKind}
    assert said == {
        "a destruction": "govern retention certificate --verify",
        "an erasure": "govern erase --verify",
    }


def test_an_entry_of_another_kind_certifies_nothing(sealed, officer):
    """Whoever reads a document out of the workspace gets an entry with its digest."""
    one = erase_person(sealed, officer, "annotator-1", "asked")
    forged = {**one.said, "reason": "nobody asked"}
    digest = sha256(canonical_bytes(forged)).hexdigest()
    index = note_access(sealed, officer, "document.read", "file:x", "workspace", digest)
    entry, head = entries_of(sealed)[index], sealed.log.head()
    path = inclusion_path(index, head.size, sealed.log.read_node)
    proof = format_proof(Proof(index, path, head.checkpoint)).decode()
    with pytest.raises(VerificationError, match="not the one by which this erasure was certified"):
        verify_erasure(given(one, statement=forged, entry=entry.decode(), proof=proof), [sealed.signer.key])


def test_a_certificate_of_an_earlier_govern_verifies_as_far_as_it_did(sealed, officer):
    """Its entry says that the key was destroyed, and when; its words are nobody's."""
    one = erase_person(sealed, officer, "annotator-1", "asked")
    words = {name: value for name, value in one.said.items() if name not in ("format", "salt")}
    old = {**words, "entry": one.destroyed, "proof": one.destroyed_proof}
    found = verify_erasure(canonical_bytes(old), [sealed.signer.key])
    assert (found.committed, found.said["reason"]) == (False, "asked")
    assert find_kind(canonical_bytes(old)) is find_kind(given(one)) is CertificateKind.ERASURE
    for name, value in (("destroyed_at", "2026-01-01T00:00:00.000000Z"), ("destroyed_entry", 1)):
        with pytest.raises(VerificationError, match="another entry, or at another time"):
            verify_erasure(canonical_bytes({**old, name: value}), [sealed.signer.key])
    with pytest.raises(VerificationError, match="not the one by which"):
        verify_erasure(canonical_bytes({**old, "subject": "annotator-2"}), [sealed.signer.key])


def test_a_certificate_whose_entry_is_gone_is_not_given_out(sealed, officer, monkeypatch):
    monkeypatch.setattr("govern.usecases.erasure._save_certificate", lambda *_: Record("x", "y", 1, b"", ""))
    with pytest.raises(VerificationError, match="no entry names `erasure_certificate:y@1`"):
        erase_person(sealed, officer, "annotator-1", "asked")


def test_a_key_that_is_gone_from_the_vault_is_certified_as_gone(sealed, officer):
    one = erase_person(sealed, officer, "annotator-1", "")
    del sealed.vault.known[one.said["key"]]
    two = certify_erasure(sealed, officer, "annotator-1")
    assert "it is not in the vault" in two.said["reached"][0]


def test_an_unknown_person_is_refused_with_a_hint(sealed, officer):
    for act in (plan_erasure, read_personal, certify_erasure):
        with pytest.raises(StoreError, match="nothing is sealed of `annotator-11`") as problem:
            act(sealed, officer, "annotator-11")
        assert "annotator-1" in problem.value.hint
    with pytest.raises(StoreError, match="nothing is sealed"):
        erase_person(sealed, officer, "zz", "")


@pytest.mark.parametrize("text", ["request of Ada Sample", "ADA SAMPLE asked", "ada sample"])
@pytest.mark.parametrize("where", ["reason", "backups"])
def test_what_is_to_be_unreadable_is_not_written_down_with_the_erasure(sealed, officer, text, where):
    texts = {"reason": "a request", "backups": "", where: text}
    with pytest.raises(FactError, match="what is sealed of `annotator-1` as name stands there") as caught:
        erase_person(sealed, officer, "annotator-1", texts["reason"], backups=texts["backups"])
    assert (caught.value.where, "Sample" in str(caught.value)) == (where, False)
    assert b"erasure.ordered" not in b"".join(entries_of(sealed))


def test_the_reason_is_one_line(sealed, officer):
    with pytest.raises(FactError, match="one line"):
        erase_person(sealed, officer, "annotator-1", "two\nlines")
    with pytest.raises(FactError, match="one line"):
        erase_person(sealed, officer, "annotator-1", "", backups="x" * 301)


@pytest.mark.parametrize("role", sorted(Role))
def test_who_may_do_what(sealed, role):
    somebody = Actor("somebody", frozenset({role}))
    may = {
        "read": {Role.COMPLIANCE_OFFICER, Role.COUNSEL, Role.ADMINISTRATOR},
        "erase": {Role.COMPLIANCE_OFFICER, Role.ADMINISTRATOR},
        "seal": set(Role) - {Role.AUDITOR},
        "rotate": {Role.ADMINISTRATOR},
    }
    acts = {
        "read": lambda: read_personal(sealed, somebody, "annotator-2"),
        "seal": lambda: seal_personal(sealed, somebody, "annotator-2", {"name": "Bo"}),
        "rotate": lambda: rotate_vault(sealed, somebody),
        "erase": lambda: erase_person(sealed, somebody, "annotator-2", ""),
    }
    for name, act in acts.items():
        if role in may[name]:
            act()
        else:
            with pytest.raises(RefusedError, match="may not"):
                act()


def test_a_workspace_without_a_vault_says_so(world, officer):
    with pytest.raises(StoreError, match="no vault"):
        seal_personal(replace(world, vault=None), officer, "annotator-1", {"name": "Ada"})


def test_a_crash_after_the_order_is_finished_by_the_next_run(sealed, officer, kinds, monkeypatch):
    def crash(key_id):
        raise Crash

    monkeypatch.setattr(sealed.vault, "destroy", crash)
    with pytest.raises(Crash):
        erase_person(sealed, officer, "annotator-1", "the first run")
    monkeypatch.undo()
    assert kinds(sealed, ADA)[-1] == "erasure.ordered"
    with pytest.raises(RefusedError, match="was erased"):
        seal_personal(sealed, officer, "annotator-1", {"name": "Ada"}, reopen=True)
    certificate = erase_person(sealed, officer, "annotator-1", "the second run")
    assert certificate.said["reason"] == "the first run"
    assert kinds(sealed, ADA)[-2:] == ["key.destroyed", "erasure.certified"]


def test_whoever_reads_anything_first_carries_out_what_the_log_ordered(sealed, officer, monkeypatch):
    certificate = erase_person(sealed, officer, "annotator-1", "")
    restored, _ = sealed.vault.known[certificate.said["key"]]
    key = sha256(certificate.said["key"].encode()).digest()  # as the twin makes them
    sealed.vault.known[certificate.said["key"]] = replace(restored, destroyed=False), key
    read_personal(sealed, officer, "annotator-2")
    assert sealed.vault.find(certificate.said["key"]).destroyed
    assert replay_destructions(sealed) == ()


def test_two_that_act_at_once_on_one_person_do_not_both_succeed(sealed, officer, monkeypatch):
    """Somebody seals between the plan and the order: the order is refused, and nothing is lost."""
    plan = plan_erasure(sealed, officer, "annotator-1")
    seal_personal(sealed, officer, "annotator-1", {"name": "Ada Third"})
    monkeypatch.setattr("govern.usecases.erasure.plan_erasure", lambda *_: plan)
    with pytest.raises(WriteConflictError):
        erase_person(sealed, officer, "annotator-1", "")
    assert read_personal(sealed, officer, "annotator-1")["name"] == "Ada Third"


def forge(ports, subject, version, change):
    """Change a record behind the back of the log, in memory."""
    versions = ports.register.state.records["subject", subject]
    versions[version - 1] = replace(versions[version - 1], body=change(versions[version - 1].body))


def test_no_certificate_where_the_key_lives(sealed, officer):
    certificate = erase_person(sealed, officer, "annotator-1", "")
    known, _ = sealed.vault.known[certificate.said["key"]]
    sealed.vault.known[certificate.said["key"]] = replace(known, destroyed=False), bytes(32)
    with pytest.raises(VerificationError, match="still in the vault"):
        certify_erasure(sealed, officer, "annotator-1")


def test_no_certificate_for_another_key_than_the_log_commits_to(sealed, officer):
    certificate = erase_person(sealed, officer, "annotator-1", "")
    known, key = sealed.vault.known[certificate.said["key"]]
    sealed.vault.known[certificate.said["key"]] = replace(known, digest="sha256:" + "0" * 64), key
    with pytest.raises(VerificationError, match="not the one that the log commits to"):
        certify_erasure(sealed, officer, "annotator-1")


def test_no_certificate_where_the_count_is_another(sealed, officer):
    erase_person(sealed, officer, "annotator-1", "")
    forge(sealed, "annotator-1", 5, lambda body: body.replace(b'"covered":2', b'"covered":1'))
    with pytest.raises(VerificationError, match="another number of entries"):
        certify_erasure(sealed, officer, "annotator-1")


def test_no_certificate_where_entries_are_missing_or_something_was_sealed_later(sealed, officer, monkeypatch):
    erase_person(sealed, officer, "annotator-1", "")
    entries = entries_of(sealed)
    places = [index for index, data in enumerate(entries) if parse_entry(data).matter == ADA]

    def show(changed):
        monkeypatch.setattr(sealed.log, "entries", lambda start=0, stop=None: iter(changed[start:stop]))

    show([data for index, data in enumerate(entries) if index != places[1]])
    with pytest.raises(VerificationError, match="do not follow one another"):
        certify_erasure(sealed, officer, "annotator-1")
    show(entries[: places[-2]])
    with pytest.raises(VerificationError, match="no entry names"):
        certify_erasure(sealed, officer, "annotator-1")
    later = entries[places[-1]].replace(b'"matter_seq":5', b'"matter_seq":6')
    later = later.replace(b"erasure.certified", b"personal.sealed")
    later = later.replace(f'"matter_prev":{places[-2]}'.encode(), f'"matter_prev":{places[-1]}'.encode())
    monkeypatch.setattr(sealed.log, "sequence", lambda: replace(sealed.log.head(), size=len(entries) + 1))
    show([*entries, later])
    with pytest.raises(VerificationError, match="sealed after the key was destroyed"):
        certify_erasure(sealed, officer, "annotator-1")


def test_a_sealed_record_that_is_gone_or_moved_is_noticed(sealed, officer):
    versions = sealed.register.state.records["subject", "annotator-1"]
    second, third = versions[1], versions[2]
    versions[1] = replace(second, body=third.body)
    with pytest.raises(VerificationError, match="does not open"):
        read_personal(sealed, officer, "annotator-1")
    versions[1] = None
    with pytest.raises(VerificationError, match="is not there"):
        read_personal(sealed, officer, "annotator-1")


def test_the_order_record_that_is_gone_is_noticed(sealed, officer):
    erase_person(sealed, officer, "annotator-1", "")
    sealed.register.state.records["subject", "annotator-1"][3] = None
    with pytest.raises(VerificationError, match="`subject:annotator-1@4` is not there"):
        certify_erasure(sealed, officer, "annotator-1")


def test_a_backup_of_everything_but_the_keys_brings_nothing_back(on_disk, officer, tmp_path, world):
    """Both databases are restored from before the erasure; the folder of the keys is not."""
    ports = on_disk()
    seal_personal(ports, officer, "annotator-1", {"name": "Ada Example"})
    seal_personal(ports, officer, "annotator-2", {"name": "Bo Example"})
    ports.vault.close()
    for name in ("govern.db", "vault.db"):
        shutil.copy(tmp_path / name, tmp_path / f"{name}.backup")
    for name in ("govern.db-wal", "govern.db-shm"):
        if (tmp_path / name).exists():
            shutil.copy(tmp_path / name, tmp_path / f"{name}.backup")
    erase_person(on_disk(), officer, "annotator-1", "")
    for path in tmp_path.glob("*.backup"):
        shutil.copy(path, tmp_path / path.name.removesuffix(".backup"))

    again = on_disk()
    with pytest.raises(RefusedError, match="was destroyed"):
        again.vault.unseal(again.vault.list_keys()[0].id, [(b"", b"")])
    with pytest.raises((VerificationError, RefusedError, StoreError)):
        read_personal(again, officer, "annotator-1")


@pytest.mark.parametrize("step", ["noted", "overwritten"])
def test_a_crash_while_the_key_is_destroyed_is_finished_by_the_next_process(on_disk, officer, step):
    def fault(name):
        if name == step:
            raise Crash

    ports = on_disk(fault)
    seal_personal(ports, officer, "annotator-1", {"name": "Ada Example"})
    with pytest.raises(Crash):
        erase_person(ports, officer, "annotator-1", "")
    ports.vault.close()
    certificate = erase_person(on_disk(), officer, "annotator-1", "")
    assert certificate.said["covered"] == 1


@pytest.mark.parametrize(
    ("project", "scope", "values", "held"),
    [
        ("one", "project", (), True),
        ("", "matter", ("subject:annotator-1",), True),
        ("", "matter", ("project:one",), True),
        ("two", "project", (), False),
        ("", "matter", ("subject:annotator-2",), False),
        ("one", "series", ("contracts",), False),
    ],
)
def test_a_hold_on_the_person_or_on_what_the_person_did_forbids_it(
    sealed, officer, kinds, project, scope, values, held
):
    for name in ("one", "two"):
        new_project(sealed, Actor("annotator-1" if name == "one" else "x", frozenset(Role)), name, "A title")
    issuer = Actor("counsel-1", frozenset(Role))
    hold, _ = issue_hold(
        sealed, issuer, reason="a claim is expected", project=project, scope=HoldScope(scope), values=values
    )
    assert plan_erasure(sealed, officer, "annotator-1").holds == ((hold,) if held else ())
    if held:
        with pytest.raises(RefusedError, match=f"the hold `{hold.id}` forbids") as problem:
            erase_person(sealed, officer, "annotator-1", "")
        assert "a claim is expected" in problem.value.hint
        assert "erasure.ordered" not in kinds(sealed)
        release_hold(sealed, Actor("counsel-2", frozenset(Role)), hold.id, "the claim is settled")
    erase_person(sealed, officer, "annotator-1", "")


@pytest.mark.parametrize("lost", [False, True], ids=["destroyed", "lost with the vault"])
def test_a_key_that_is_gone_though_the_log_does_not_say_so_is_erased_all_the_same(sealed, officer, lost):
    """As after a recovery from a backup that is older than the erasure."""
    key = list_subjects(sealed, officer)[0]
    made = sealed.vault.find(key.key).digest
    if lost:
        del sealed.vault.known[key.key]
    else:
        sealed.vault.destroy(key.key)
    new_project(sealed, officer, "one", "Scans labelled by Ada Sample")
    plan = plan_erasure(sealed, officer, "annotator-1")
    assert (plan.fields, plan.plain, plan.searched) == ((), (), None)
    assert plan.digest == made
    assert plan.gone == GoneKey(key.key, "annotator-1", not lost)
    certificate = erase_person(sealed, officer, "annotator-1", "again, after the recovery")
    said, paper = certificate.said, read_paper(write_erasure_pdf(certificate), name="certificate.pdf")
    title = "The data of annotator-1 " + ("can no longer be read here" if lost else "was erased")
    assert any(title in each.text for each in paper.paragraphs)
    assert (said["covered"], said["digest"], said["missing"]) == (2, made, lost)
    assert key.key in sealed.vault.gone
    assert [line for line in said["not_reached"] if line.startswith("what was never sealed")] == [say_search(None, 0)]
    assert "nothing could be searched" in say_search(None, 0)
    assert any("the vault that is missing" in line for line in said["not_reached"]) == lost
    before = "not known: the key was not in the vault" if lost else "before this order, nobody noted when"
    assert said["destroyed_before"].startswith(before)
    reached = "it is not in the vault" if lost else "destroyed before this order, nobody noted when"
    assert said["reached"][0].startswith(f"the person's data key: {reached}")
    assert said["checked"][-1].startswith(
        f"the key {'is not in the vault' if lost else 'in the vault is overwritten'}, "
    )


def test_a_key_that_was_destroyed_before_the_order_is_certified_with_its_own_time(on_disk, officer):
    ports = on_disk()
    seal_personal(ports, officer, "annotator-1", {"name": "Ada Example"})
    key = list_subjects(ports, officer)[0].key
    ports.vault.destroy(key)
    at = ports.vault.list_destroyed()[key]
    words = f"{at[:10]} at {at[11:19]} UTC"
    said = erase_person(ports, officer, "annotator-1", "again").said
    assert said["destroyed_before"] == f"before this order, on {words}, as the list of keys that never come back has it"
    assert said["checked"][-1].endswith(f", since {words}")
    assert at < said["ordered_at"] < said["destroyed_at"]
    assert said["destroyed_before"] in said["reached"][0]


def test_a_key_that_is_not_on_the_list_is_not_said_to_be(sealed, officer):
    erase_person(sealed, officer, "annotator-1", "")
    sealed.vault.gone.clear()
    rotate_vault(sealed, Actor("admin", frozenset({Role.ADMINISTRATOR})))  # so that there is a new version of it
    assert "is not on the list of keys" in certify_erasure(sealed, officer, "annotator-1").said["checked"][-1]


def test_a_certificate_says_that_the_log_admits_a_loss(sealed, officer):
    index = note_access(sealed, officer, RECOVERED, "recovery:x@1", "workspace", "0" * 64)
    said = erase_person(sealed, officer, "annotator-1", "").said
    assert said["checked"][1].startswith(f"entry {index} admits that entries which had been signed are lost")
    assert said["destroyed_before"] == ""


def test_an_order_of_an_earlier_govern_is_certified_as_far_as_it_says(sealed, officer):
    """It counted what it could not search: without a key it noted no digest of one."""
    for digest, said in (("sha256:x", say_search(2, 0)), ("", say_search(None, 0))):
        erase_person(sealed, officer, "annotator-1", "")

        def earlier(body, digest=digest):
            order = {name: value for name, value in parse_canonical(body).items() if name not in ("gone", "unsought")}
            return canonical_bytes({**order, "digest": digest, "searched": 2})

        forge(sealed, "annotator-1", 4, earlier)
        certificate = certify_erasure(sealed, officer, "annotator-1").said
        assert said in certificate["not_reached"]
        assert (certificate["destroyed_before"], certificate["missing"]) == ("", False)


def test_keys_that_are_gone_without_a_word_of_the_log_are_listed(sealed, officer):
    ada, bo = (each.key for each in list_subjects(sealed, officer))
    assert list_gone_keys(sealed, officer) == []
    sealed.vault.gone[ada] = "2026-11-24T10:00:00.000000Z"  # as on the list of a folder of keys that was not set back
    del sealed.vault.known[bo]
    sealed.vault.create("k8", "annotator-8")
    sealed.vault.destroy("k8")
    sealed.vault.gone["k9"] = ""
    assert list_gone_keys(sealed, officer) == [
        GoneKey(ada, "annotator-1", True, "2026-11-24T10:00:00.000000Z"),
        GoneKey(bo, "annotator-2", False),
        GoneKey("k8", "annotator-8", True, known=False),
        GoneKey("k9", "", True, known=False),
    ]


def test_keys_whose_end_the_log_tells_are_not_listed(sealed, officer):
    erase_person(sealed, officer, "annotator-1", "")
    seal_personal(sealed, officer, "annotator-1", {"name": "Eve Example"}, reopen=True)
    erase_person(sealed, officer, "annotator-2", "")
    assert len(sealed.vault.gone) == 2
    assert list_gone_keys(sealed, officer) == []


def test_short_values_are_not_looked_for_and_the_certificate_says_so(world, officer):
    seal_personal(world, officer, "annotator-1", {"initials": "AE"})
    new_project(world, officer, "one", "AEROSPACE")
    plan = plan_erasure(world, officer, "annotator-1")
    assert (plan.plain, plan.searched, plan.unsought) == ((), 0, 1)
    seal_personal(world, officer, "annotator-1", {"name": "Ada Example"})
    assert plan_erasure(world, officer, "annotator-1").searched == 1
    said = erase_person(world, officer, "annotator-1", "").said
    assert any(
        line.endswith("; 1 of these values were too short to look for, or too many") for line in said["not_reached"]
    )


def test_values_beyond_the_most_are_counted_as_not_looked_for(sealed, officer, monkeypatch):
    monkeypatch.setattr("govern.usecases.erasure._MOST_VALUES", 1)
    plan = plan_erasure(sealed, officer, "annotator-1")
    assert (plan.searched, plan.unsought) == (0, 2)


def test_the_same_person_under_another_id_is_named(sealed, officer, kinds):
    """Looked for before the key goes: afterwards nobody can compare."""
    seal_personal(sealed, officer, "p-9", {"name": " ada  SAMPLE", "town": "Ulm"})
    seal_personal(sealed, officer, "p-8", {"town": "Ada Sampleton"})
    plan = plan_erasure(sealed, officer, "annotator-1")
    assert (plan.alike.fields, plan.alike.compared, plan.alike.unopened) == ({"p-9": ("name",)}, 3, 0)
    assert not [kind for kind in kinds(sealed) if kind == "personal.read"]
    said = erase_person(sealed, officer, "annotator-1", "").said
    (line,) = [each for each in said["not_reached"] if "`p-9`" in each]
    assert line.startswith("what is sealed of `p-9`: its name is the same as a value here.")
    assert not any("p-8" in each or "annotator-2" in each for each in said["not_reached"])
    assert not any(b"Sample" in data or b"SAMPLE" in data for data in entries_of(sealed))
    again = erase_person(sealed, officer, "p-9", "").said
    assert not any("annotator-1" in each for each in again["not_reached"])  # it is erased


def test_a_value_that_many_have_tells_nothing_of_who_they_are(sealed, officer):
    for number in range(11):
        seal_personal(sealed, officer, f"w-{number}", {"town": "Springfield"})
    seal_personal(sealed, officer, "w-0", {"name": "Ada Sample"})
    seal_personal(sealed, officer, "annotator-1", {"town": "Springfield"})
    alike = plan_erasure(sealed, officer, "annotator-1").alike
    assert (alike.fields, alike.common) == ({"w-0": ("name",)}, 1)
    said = erase_person(sealed, officer, "annotator-1", "").said["not_reached"]
    assert "a value that is sealed under more than 10 other ids too: these ids are not listed" in said


def test_what_could_not_be_compared_is_said(sealed, officer):
    del sealed.vault.known[list_subjects(sealed, officer)[1].key]
    assert plan_erasure(sealed, officer, "annotator-1").alike == Alike({}, 0, 1)
    said = erase_person(sealed, officer, "annotator-1", "").said
    assert "what is sealed under 1 other id: it could not be opened, and was not compared" in said["not_reached"]


def test_the_certificate_says_what_a_restored_workspace_brings_back(sealed, officer):
    said = erase_person(sealed, officer, "annotator-1", "", backups="after 30 days").said
    (vault,) = [each for each in said["reached"] if "restored from a backup" in each]
    assert "by itself" in vault
    (whole,) = [each for each in said["not_reached"] if each.startswith("the whole workspace restored")]
    assert "opens what was sealed" in whole and whole.endswith("after 30 days")
