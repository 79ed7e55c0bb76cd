"""A bundle of a project: all of its entries, provably, and nothing of others'."""

import copy
import io
import subprocess
import sys
from dataclasses import replace
from hashlib import sha256

import pypdf
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from govern.audit import (
    COSIGNATURE,
    Policy,
    PolicyLog,
    PolicyWitness,
    VerifierKey,
    add_signatures,
    add_sums,
    find_object,
    make_cosignature,
    parse_entry,
    parse_note,
    verify_matter_bundle,
)
from govern.errors import RefusedError, StoreError, VerificationError
from govern.kernel import Actor, Role
from govern.render.evidence_pdf import write_evidence_pdf
from govern.usecases.matters import bundle_matter, find_matter, note_issued
from govern.usecases.projects import answer_facts
from govern.usecases.recovery import recover_log
from govern.usecases.rotation import rotate_key
from govern.usecases.witnessing import Attested, find_attested, find_witnessed


def read_pdf(data):
    """The words of a PDF in one line, and its number of pages."""
    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages]
    return " ".join(" ".join(pages).split()), len(pages)


def verify(files, keys=None):
    return verify_matter_bundle(files.get, files, keys)


def test_it_holds_all_entries_of_the_project_and_none_of_another(log, make):
    found = verify(make(), [log.signer.key])
    kinds = [entry.kind for _, entry in found.entries]
    assert kinds == ["project.saved", "project.answered", "project.answered", "matter.bundled"]
    assert {entry.matter for _, entry in found.entries} == {"project:one"}
    assert found.size == found.entries[-1][0] + 1
    assert not any(path.startswith(("bodies/", "disclosed/")) for path in make())


def test_that_it_was_made_and_which_file_it_is_are_entries(log, auditor):
    made = bundle_matter(log, auditor, "one")
    index = note_issued(log, auditor, made, b"the zip file")
    entry = parse_entry(list(log.log.entries())[index])
    assert (entry.kind, entry.object, entry.matter) == ("bundle.issued", f"bundle-file:{made.report.id}", "project:one")
    assert entry.body == f"sha256:{sha256(b'the zip file').hexdigest()}"
    again = bundle_matter(log, auditor, "one")
    assert [e.kind for _, e in again.report.entries][-3:] == ["matter.bundled", "bundle.issued", "matter.bundled"]


def test_fields_are_shown_one_by_one_and_the_rest_stays_here(log, make):
    found = verify(make(disclose=["answers/vendor.country"]), [log.signer.key])
    shown = [(index, field.name, field.value) for index, field in found.disclosed]
    assert shown == [
        (2, "answers/vendor.country", {"value": "IN"}),
        (4, "answers/vendor.country", {"value": "PH"}),
    ]
    files = make(disclose=["answers/vendor.country"])
    assert not any(b"The first project" in data for path, data in files.items() if path.startswith(("disc", "matter")))


def test_whole_records_are_in_it_only_when_asked_for(log, make):
    files = make(bodies=True)
    bodies = [data for path, data in files.items() if path.startswith("bodies/")]
    assert any(b"The first project" in data for data in bodies)
    assert not any(b"The second project" in data for data in bodies)
    assert not any("are not in the bundle" in line for line in verify(files, [log.signer.key]).unchecked)


def test_an_unknown_field_or_project_is_refused_and_nothing_is_logged(log, auditor):
    before = list(log.log.entries())
    with pytest.raises(StoreError, match="no record has a field `titel`"):
        bundle_matter(log, auditor, "one", disclose=["titel"])
    with pytest.raises(StoreError, match="there is no project `on`"):
        bundle_matter(log, auditor, "on")
    assert list(log.log.entries()) == before


def test_only_who_may_export_the_log_may(log):
    with pytest.raises(RefusedError):
        bundle_matter(log, Actor("v", frozenset({Role.VENDOR_MANAGER})), "one")
    made = bundle_matter(log, Actor("c", frozenset({Role.COUNSEL})), "one")
    with pytest.raises(RefusedError):
        note_issued(log, Actor("v", frozenset({Role.VENDOR_MANAGER})), made, b"")


def test_what_others_append_in_the_same_group_is_not_in_it(log, auditor, actor, make):
    """Somebody's event is sequenced together with the bundle's own, after it."""
    sequence = log.log.sequence
    calls = []

    def sequence_with_another():
        calls.append(None)
        if len(calls) == 2:  # the bundle's own event is in the outbox then
            answer_facts(log, actor, "two", {"vendor.country": "IN"})
            answer_facts(log, actor, "one", {"vendor.country": "IN"})
        return sequence()

    log.log.sequence = sequence_with_another
    made = bundle_matter(log, auditor, "one")
    files = made.with_files({})
    found = verify(files, [log.signer.key])
    assert found.entries[-1][1].kind == "matter.bundled"
    assert found.size < log.log.head().size
    assert [head.size for head in found.heads] == [log.log.head().size]


def test_earlier_heads_that_others_attested_go_with_it(log, actor, make):
    earlier = log.log.head().checkpoint
    answer_facts(log, actor, "two", {"vendor.country": "IN"})
    found = verify(make(attested=Attested(((earlier, b"a stamp"),))), [log.signer.key])
    assert [(head.checkpoint, head.stamp) for head in found.heads] == [(earlier, b"a stamp")]


def test_a_record_that_was_changed_is_not_given_out(log, make):
    versions = log.register.state.records["project", "one"]
    versions[0] = replace(versions[0], body=versions[0].body.replace(b"first", b"worst"))
    files = make(bodies=True, disclose=["title"])
    assert not any(b"worst" in data for data in files.values())
    assert "disclosed/0.json" not in files


def test_an_entry_without_commitments_shows_no_field(log, actor, make, monkeypatch):
    """As those of workspaces that are older than the commitments."""
    monkeypatch.setattr("govern.usecases.records.commit_record", lambda body: ())
    answer_facts(log, actor, "one", {"vendor.country": "US"})
    monkeypatch.undo()
    found = verify(make(disclose=["title"]), [log.signer.key])
    assert [index for index, _ in found.disclosed] == [0, 2, 4]


def test_a_log_that_loses_the_bundles_own_entry_is_noticed(log, auditor, monkeypatch):
    entries = list(log.log.entries())
    monkeypatch.setattr(log.log, "entries", lambda start=0, stop=None: iter(entries[start:stop]))
    with pytest.raises(VerificationError, match="own entry is not in the log"):
        bundle_matter(log, auditor, "one")


def test_a_matter_is_found_by_its_name_and_not_by_what_looks_like_it(log, actor):
    found = find_matter(log, "project:one")
    assert [parse_entry(data).matter for _, data in found] == ["project:one"] * len(found)
    assert [index for index, _ in found] == [0, 2, 4]
    assert find_matter(log, "project:one", 3) == found[2:]
    assert find_matter(log, "project:on") == []
    assert find_object(found[0][1]) == "project:one@1"


def test_the_single_file_that_auditors_read_says_the_same(log, make, tmp_path):
    """With no other than the standard library, and without govern on the path."""
    from govern.wiring import read_verifiers

    for path, data in {**make(disclose=["title"]), "tools/verify.py": read_verifiers()["verify.py"]}.items():
        (tmp_path / "b" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "b" / path).write_bytes(data)
    (tmp_path / "b" / "tools" / "verify.py").rename(tmp_path / "verify.py")
    run = [sys.executable, "-I", "-S", tmp_path / "verify.py", tmp_path / "b"]
    said = subprocess.run(run, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout + said.stderr
    assert "matter: project:one, 4 entries" in said.stdout
    assert "that none follows" in said.stdout
    assert "title" in said.stdout
    (tmp_path / "b" / "matter" / "2.json").write_bytes(b"{}")
    assert subprocess.run(run, capture_output=True, check=False).returncode == 1


def test_the_report_says_what_is_proved_and_who_did_what(log, auditor):
    made = bundle_matter(log, auditor, "one", disclose=["title"])
    data = write_evidence_pdf(made.report, "evidence.zip")
    assert data == write_evidence_pdf(made.report, "evidence.zip")
    said, pages = read_pdf(data)
    for part in (
        "The first project",
        "What is proved",
        "What is not proved",
        "Who did what",
        "owner 3",
        "auditor-1 1",
        "What happened, as the entries say",
        "would not match the root in this copy",
        "matter bundled",
        "Fields that are disclosed",
        "902(13)",
        "The file evidence.zip was made on",
        "holds the 4 entries that the log numbers as those of the matter project:one",
        "holds on destruction that are not aimed at this one project",
        f"Page {pages} of {pages}",
    ):
        assert part in said, part
    for gone in ("which the key has not signed", "and no other", "[3a."):
        assert gone not in said


def test_a_log_that_was_set_back_says_so_in_every_bundle(log, actor, auditor, make):
    state = {key: copy.copy(value) for key, value in vars(log.log.state).items() if key != "lock"}
    answer_facts(log, actor, "two", {"vendor.country": "PH"})
    answer_facts(log, actor, "two", {"vendor.country": "IN"})
    for key, value in state.items():
        setattr(log.log.state, key, value)
    recover_log(log, log.signer, Actor("admin", frozenset({Role.ADMINISTRATOR})), "disk failure")
    made = bundle_matter(log, auditor, "one")
    found = verify(made.with_files({}), [log.signer.key])
    (said,) = [each.words() for each in found.admissions]
    assert "2 signed entries are lost: a log of 7 entries had been signed, and the database had 5." in said
    assert any("which admits a loss, is in the log, by its proof" in line for line in found.checked)
    assert "8. admissions/N.json" in made.files["README.txt"].decode()
    paper, _ = read_pdf(write_evidence_pdf(made.report, "evidence.zip"))
    assert "The log admits a loss" in paper
    assert "Reason given: disk failure" in paper
    assert paper.index("The log admits a loss") < paper.index("What is proved")
    assert "[3a. The database of the log was set back" in paper
    assert "The log says so itself, in entry 5." in paper
    assert not any(path.startswith("bodies/") for path in made.files)

    log.register.state.records = {
        key: value for key, value in log.register.state.records.items() if key[0] != "recovery"
    }
    (said,) = [each.words() for each in verify(make(), [log.signer.key]).admissions]
    assert "which is not here" in said

    files = {path: data for path, data in made.files.items() if not path.startswith("admissions/")}
    with pytest.raises(VerificationError, match="not those of this format"):  # it says that there are some
        verify(add_sums(files))


def test_a_report_of_many_entries_stays_short_and_says_so(log, auditor, monkeypatch):
    monkeypatch.setattr("govern.render.evidence_pdf.ROWS", 2)
    made = bundle_matter(log, auditor, "one", disclose=["*"])
    data = write_evidence_pdf(made.report, "evidence.zip")
    said, _ = read_pdf(data)
    assert "2 later entries are in the files" in said
    assert "more are in the files of the bundle" in said


@pytest.fixture
def witness():
    """A witness: its key, and a function that cosigns a checkpoint."""
    private = Ed25519PrivateKey.from_private_bytes(bytes([7]) * 32)
    key = VerifierKey("witness.example/w", COSIGNATURE, private.public_key().public_bytes_raw())

    def cosign(note):
        line = make_cosignature(parse_note(note).text, key, private.sign, 1764000000)
        return add_signatures(note, [line])

    return key, cosign


class Kept:
    """What others attested, in memory."""

    def __init__(self, notes=(), stamps=()):
        self._notes, self._stamps = list(notes), list(stamps)

    def newest_notes(self):
        return iter(self._notes[::-1])

    def stamps(self):
        return self._stamps


def test_what_a_witness_cosigned_under_an_earlier_key_goes_with_it(log, actor, auditor, witness):
    """Whoever has today's key alone sees it too: the proof shows that it is a head of this log."""
    key, cosign = witness
    old, head = log.signer.key, log.log.head().checkpoint
    rotate_key(log, log.signer, actor, log.signer.prepare_next(bytes([3]) * 32), "yearly")
    attested = find_attested(log, Kept([cosign(head)], [(head, b"a stamp")]), [key])
    assert [stamp for _, stamp in attested.heads] == [None, b"a stamp"]
    made = bundle_matter(log, auditor, "one", witnesses=[key], attested=attested, rotations=log.signer.rotations())
    files = made.with_files({})
    for keys in (None, [log.signer.key, key], [old, key]):
        found = verify(files, keys)
        assert [(each.size, len(each.witnesses)) for each in found.heads] == [(5, 1), (5, 0)]
        assert any("cosignature of the witness `witness.example/w` on the log of 5 entries" in e for e in found.checked)
        assert sum(each.startswith("that the log of 5 entries is one history") for each in found.checked) == 1
    for keys in ([log.signer.key], [old]):
        assert not any(head.witnesses for head in verify(files, keys).heads)


def test_a_cosignature_covers_no_later_entry(log, actor, auditor, witness):
    key, cosign = witness
    head = cosign(log.log.head().checkpoint)
    answer_facts(log, actor, "one", {"vendor.country": "US"})
    made = bundle_matter(log, auditor, "one", witnesses=[key], attested=Attested(((head, None),)))
    said = "entries 5 to 6 of this matter were seen by no witness: that others see the same log is not checked for them"
    assert said in made.report.verified.unchecked
    assert "that the witnesses are independent of whoever signs the log" in made.report.verified.unchecked
    paper, _ = read_pdf(write_evidence_pdf(made.report, "evidence.zip"))
    assert said in paper
    assert "the log's public key and those of the witnesses as published" in paper


def test_what_witnesses_said_of_a_history_that_was_lost_is_left_out(log, actor, auditor, witness):
    """Else no bundle could be made any more, and each attempt would leave an entry."""
    key, cosign = witness
    older = cosign(log.log.head().checkpoint)
    state = {name: copy.copy(value) for name, value in vars(log.log.state).items() if name != "lock"}
    answer_facts(log, actor, "two", {"vendor.country": "PH"})
    answer_facts(log, actor, "two", {"vendor.country": "IN"})
    lost = cosign(log.log.head().checkpoint)
    for name, value in state.items():
        setattr(log.log.state, name, value)
    recover_log(log, log.signer, Actor("admin", frozenset({Role.ADMINISTRATOR})), "disk failure")
    answer_facts(log, actor, "two", {"vendor.country": "IN"})

    kept = Kept([older, log.log.head().checkpoint, lost, b"damaged"], [(lost, b"a stamp")])
    attested = find_attested(log, kept, [key])
    assert attested == Attested(((older, None),), (7,))  # the newest head in it nobody cosigned
    policy = Policy((PolicyLog(log.signer.key),), (PolicyWitness("w", key),), quorum="w")
    assert find_witnessed(log, kept, policy)[1] == older
    made = bundle_matter(log, auditor, "one", witnesses=[key], attested=attested)
    paper, _ = read_pdf(write_evidence_pdf(made.report, "evidence.zip"))
    assert "what others attested of a log of 7 entries, whose history this log has lost" in paper

    before = list(log.log.entries())
    with pytest.raises(VerificationError, match="another root"):
        bundle_matter(log, auditor, "one", witnesses=[key], attested=Attested(((lost, None),)))
    assert list(log.log.entries()) == before
