"""Reading, proving, verifying and exporting the log, on the ports in memory."""

from dataclasses import replace

import pytest

from govern.audit import Event, check_proof, format_time, parse_checkpoint, parse_note, verify_bundle
from govern.errors import StoreError, VerificationError
from govern.kernel import FactValue
from govern.usecases import logs
from govern.usecases.gaps import check_gaps
from govern.usecases.projects import answer_facts
from govern.usecases.schedules import schedule_retention
from govern.usecases.workspaces import create_workspace


@pytest.fixture
def worked(world, actor, saved, day):
    """A workspace in which something was done: eight entries of two kinds of matters."""
    check_gaps(world, actor, saved.id, day, ["ccpa"])
    for number in range(3):
        answer_facts(world, actor, saved.id, {"contract.deletion_days": FactValue(value=10 + number)})
    schedule_retention(world, actor, saved.id, day)
    return world


def test_entries_are_listed_all_some_and_by_matter(worked, actor, saved):
    listed = logs.list_entries(worked, actor)
    assert [each.index for each in listed] == list(range(8))
    assert [each.index for each in logs.list_entries(worked, actor, last=2)] == [6, 7]
    assert [each.index for each in logs.list_entries(worked, actor, last=99)] == list(range(8))
    assert [each.index for each in logs.list_entries(worked, actor, matter="law")] == [1]
    assert logs.list_entries(worked, actor, matter=f"project:{saved.id}", last=3) == listed[-3:]
    assert logs.list_entries(worked, actor, matter="project:other") == []


def test_an_entry_is_shown_with_its_record(worked, actor):
    logged, record = logs.get_entry(worked, actor, 3)
    assert (logged.index, logged.entry.kind) == (3, "project.answered")
    assert (record.kind, record.version) == ("project", 2)
    for index in (-1, 8, 10**30):
        with pytest.raises(StoreError, match="there is no entry") as caught:
            logs.get_entry(worked, actor, index)
        assert caught.value.hint == "entries are numbered 0 to 7"


def test_in_an_empty_log_there_is_no_entry(world, actor):
    with pytest.raises(StoreError) as caught:
        logs.get_entry(world, actor, 0)
    assert caught.value.hint == "the log is empty"
    assert logs.list_entries(world, actor) == []
    with pytest.raises(StoreError, match="no checkpoint yet"):  # a verification signs nothing
        logs.verify_store(world, actor)
    logs.release_checkpoint(world, actor)
    assert logs.verify_store(world, actor).size == 0


def test_every_entry_is_proved(worked, actor):
    key = worked.signer.key
    for index in range(8):
        proof, data = logs.prove_entry(worked, actor, index)
        assert check_proof(proof, data, [key]).index == index
        for other in range(8):
            if other != index:
                with pytest.raises(VerificationError):
                    check_proof(proof, logs.prove_entry(worked, actor, other)[1], [key])


def test_the_store_verifies_and_says_what_it_checked(worked, actor):
    report = logs.verify_store(worked, actor)
    assert report.size == 8
    assert "the stored chain" in report.checked
    assert "the stored hashes of the tree" in report.checked
    assert report.last_entry == list(worked.log.entries())[-1]


def test_what_waits_in_the_outbox_is_in_the_next_checkpoint(worked, actor, saved):
    from govern.usecases.records import PROJECT, project_matter, record_event

    with worked.register.begin(write=True) as unit:
        record = unit.find(PROJECT, saved.id)
        unit.emit(record_event(worked, actor, "project.saved", record, project_matter(saved.id)))
    assert logs.release_checkpoint(worked, actor).size == 9


@pytest.mark.parametrize("bodies", [False, True])
def test_an_export_verifies_by_itself_and_with_the_key(worked, actor, bodies):
    root = worked.log.head().root
    files = dict(logs.export_log(worked, actor, bodies=bodies))
    assert len([path for path in files if path.startswith("bodies/")]) == (8 if bodies else 0)
    for keys in (None, [worked.signer.key]):
        report = verify_bundle(files.get, files, keys)
        assert (report.size, report.root) == (8, root)


def test_an_export_with_records_is_an_entry_after_those_that_are_exported(worked, actor):
    logs.export_log(worked, actor)
    assert worked.log.head().size == 8
    files = dict(logs.export_log(worked, actor, bodies=True))
    last = logs.list_entries(worked, actor)[-1]
    assert (last.index, last.entry.kind, last.entry.object) == (8, "log.exported", "checkpoint:8")
    assert b"log.exported" not in files["tile/entries/000.p/8"]


@pytest.mark.parametrize("keys", [True, False], ids=["with the key", "by itself"])
def test_any_flipped_bit_of_an_export_is_found(worked, actor, keys):
    files = dict(logs.export_log(worked, actor, bodies=True))
    trusted = [worked.signer.key] if keys else None
    for path, data in files.items():
        step = max(len(data) // 40, 1)
        for place in range(0, len(data), step):
            for bit in (1, 128):
                changed = data[:place] + bytes([data[place] ^ bit]) + data[place + 1 :]
                with pytest.raises(VerificationError) as caught:
                    verify_bundle({**files, path: changed}.get, files, trusted)
                assert caught.value.where, (path, place)


def test_any_missing_or_added_file_of_an_export_is_found(worked, actor):
    files = dict(logs.export_log(worked, actor))
    for path in files:
        rest = {name: data for name, data in files.items() if name != path}
        with pytest.raises(VerificationError, match="missing"):
            verify_bundle(rest.get, rest)
    more = {**files, "tile/entries/x": b""}
    with pytest.raises(VerificationError, match="unexpected"):
        verify_bundle(more.get, more)


def test_growth_is_proved_from_every_earlier_checkpoint(world, actor, saved, day):
    keys = [world.signer.key]
    old = [world.log.head().checkpoint]
    for number in range(5):
        answer_facts(world, actor, saved.id, {"contract.deletion_days": FactValue(value=10 + number)})
        old.append(world.log.head().checkpoint)
    for checkpoint in old:
        logs.prove_growth(world, actor, checkpoint, keys)


def test_growth_of_a_fork_is_refused_with_both_notes(worked, actor, twin, content, clock):
    state = twin.MemoryState()
    other = twin.MemoryLog(state, twin.MemorySigner(worked.signer.key.name))  # the same key
    register = twin.MemoryRegister(state)
    with register.begin(write=True) as unit:
        unit.emit(Event("e", "x", "a", "2026-11-24T10:00:00.000000Z", "o", "m", "sha256:" + "0" * 64))
    forked = other.sequence().checkpoint
    with pytest.raises(VerificationError) as caught:
        logs.prove_growth(worked, actor, forked, [worked.signer.key])
    assert caught.value.expected.encode() == forked
    assert caught.value.found.encode() == worked.log.head().checkpoint


def absent_records(number):
    return f"the records of {number} entries, which are not in the workspace: govern log verify --records names them"


def test_a_record_that_is_gone_is_counted(worked, actor, saved):
    worked.register.state.records.pop(("project", saved.id))
    report = logs.verify_store(worked, actor)
    assert absent_records(4) in report.unchecked


def test_a_log_that_is_behind_its_last_checkpoint_is_not_signed(worked, actor, saved, day):
    """As after a restored backup."""
    state = worked.register.state
    size = parse_checkpoint(parse_note(worked.signer.last).text).size
    assert size == 8
    for part in (state.entries, state.stored):
        part.pop()
    state.head = type(state.head)(7, b"", b"")
    with pytest.raises(VerificationError, match="older"):
        check_gaps(worked, actor, saved.id, day)
    for read in (lambda: logs.list_entries(worked, actor), lambda: logs.get_entry(worked, actor, 0)):
        with pytest.raises(VerificationError, match="older") as caught:
            read()
        assert (caught.value.where, caught.value.expected) == ("entry 7", "8 entries")


def test_a_workspace_is_recorded_once(world, actor):
    for _ in range(2):
        create_workspace(world, actor, "log.example/govern")
    assert [each.entry.kind for each in logs.list_entries(world, actor)] == ["workspace.created"]


# --- records are read in pages


@pytest.mark.parametrize("page", [1, 2, 3, 7, 8, 9])
def test_however_many_records_are_read_at_once_the_same_is_found(worked, actor, saved, monkeypatch, page):
    monkeypatch.setattr(logs, "note_log_export", lambda *_: None)  # else each export is an entry more
    whole = logs.verify_store(worked, actor), dict(logs.export_log(worked, actor, bodies=True))
    monkeypatch.setattr(logs, "PAGE", page)
    assert (logs.verify_store(worked, actor), dict(logs.export_log(worked, actor, bodies=True))) == whole

    worked.register.state.records.pop(("project", saved.id))
    absent = logs.verify_store(worked, actor).unchecked
    assert absent_records(4) in absent


@pytest.mark.parametrize("page", [1, 3, 2_000])
@pytest.mark.parametrize("index", [0, 1, 3, 6, 7])
def test_a_record_that_is_not_the_one_that_was_logged_is_named(worked, actor, monkeypatch, page, index):
    monkeypatch.setattr(logs, "PAGE", page)
    (logged, record) = logs.get_entry(worked, actor, index)
    versions = worked.register.state.records[record.kind, record.id]
    versions[record.version - 1] = replace(record, body=record.body + b" ")
    with pytest.raises(VerificationError, match="is not the one that was logged") as caught:
        logs.verify_store(worked, actor)
    assert (caught.value.where, caught.value.expected) == (f"entry {index}", logged.entry.body.removeprefix("sha256:"))


@pytest.mark.parametrize("object_", [
    "note", "project:hospital-ct", "project:hospital-ct@", "project:hospital-ct@x", "project:hospital-ct@-1",
    "project:hospital-ct@0", "project:hospital-ct@99", f"project:hospital-ct@{10**9}", f"project:hospital-ct@{10**40}",
    "project:hospital-ct@" + "9" * 5_000, "@1", ":@1", "project@1",
])  # fmt: skip
def test_an_entry_that_names_no_record_here_is_counted_and_shown_without_one(worked, actor, object_):
    event = Event(
        id="e1", kind="note.made", actor="owner", time=format_time(worked.now()), object=object_, matter="notes",
        body="sha256:" + "0" * 64,
    )  # fmt: skip
    with worked.register.begin(write=True) as unit:
        unit.emit(event)
    worked.log.sequence()
    assert logs.get_entry(worked, actor, 8)[1] is None
    unchecked = logs.verify_store(worked, actor).unchecked
    names_one = "@" in object_
    assert (absent_records(1) in unchecked) is names_one
    assert ("what was given out by 1 entries: the log has its digest" in unchecked) is not names_one
    assert len([path for path, _ in logs.export_log(worked, actor, bodies=True) if path.startswith("bodies/")]) == 8


def test_a_reading_in_parts_that_fails_for_no_reason_in_the_log_says_why(worked, actor):
    def share(orders, progress):
        raise VerificationError("a process ended before its time")

    with pytest.raises(VerificationError, match="before its time"):
        logs.verify_store(worked, actor, jobs=2, share=share)
    assert logs.verify_store(worked, actor).size == 8
