"""A database that was set back goes on only by an admission, which nobody can take out again."""

import copy
from dataclasses import replace

import pytest

from govern.audit import EMPTY_ROOT, check_same_history
from govern.errors import RefusedError, StoreError, VerificationError
from govern.kernel import parse_canonical
from govern.usecases.logs import verify_store
from govern.usecases.ports import LogHead
from govern.usecases.recovery import RECOVERY, find_loss, recover_log
from govern.usecases.rotation import rotate_key
from govern.usecases.workspaces import create_workspace


def new_event(number, kind="test.saved"):
    from govern.audit import Event

    return Event(
        id=f"e{number}", kind=kind, actor="tester", time="2026-11-24T10:00:00.000000Z", object=f"thing:{number}@1",
        matter="workspace", body=f"sha256:{number:064d}",
    )  # fmt: skip


def log_one(world, number):
    with world.register.begin(write=True) as unit:
        unit.emit(new_event(number))
    return world.log.sequence()


def take_backup(world):
    return {key: copy.copy(value) for key, value in vars(world.log.state).items() if key != "lock"}


def restore(world, backup):
    for key, value in backup.items():
        setattr(world.log.state, key, copy.copy(value))


@pytest.fixture
def set_back(world, actor):
    """A workspace whose database is a backup from before its last two entries."""
    create_workspace(world, actor, world.signer.key.name)
    log_one(world, 1)
    backup = take_backup(world)
    for number in (2, 3):
        log_one(world, number)
    restore(world, backup)
    return world


def test_a_verification_says_what_to_do(set_back, actor):
    with pytest.raises(VerificationError, match="older than the log that was signed last") as refused:
        verify_store(set_back, actor)
    assert "govern log recover" in refused.value.hint


def test_an_admission_whose_record_was_changed_is_said_by_its_entry(set_back, actor):
    recover_log(set_back, set_back.signer, actor, "disk failure")
    set_back.register.state.records.clear()
    (said,) = [each.words() for each in verify_store(set_back, actor).admissions]
    assert "which is not here" in said


def test_nothing_goes_on_before_the_admission(set_back):
    with pytest.raises(VerificationError, match="older than the log that was signed last"):
        log_one(set_back, 9)


def test_the_next_entry_admits_the_loss_with_both_heads(set_back, actor, logged):
    lost = set_back.signer.last_signed()
    loss, head = recover_log(set_back, set_back.signer, actor, "disk failure")
    assert (loss.found.size, loss.lost.size, loss.entries) == (2, 4, 2)
    entry = logged()[-1]
    assert (head.size, entry.kind, entry.matter) == (3, "log.recovered", "workspace")
    with set_back.register.begin(write=False) as unit:
        body = parse_canonical(unit.list(RECOVERY)[0].body)
    assert body["lost"].encode() == lost
    assert body["found"].encode() == loss.found_note
    assert (body["reason"], body["entries_lost"]) == ("disk failure", 2)

    assert set_back.signer.lost == [lost]
    (said,) = [each.words() for each in verify_store(set_back, actor).admissions]
    assert said.startswith("entry 2, ")
    assert "2 signed entries are lost: a log of 4 entries had been signed, and the database had 2." in said
    assert "Reason given: disk failure" in said
    assert log_one(set_back, 9).size == 4
    with pytest.raises(VerificationError, match="forked"):  # who holds the lost head can show it, for ever
        check_same_history(lost, set_back.log.head().checkpoint, (), set_back.signer.keys)


def test_a_crash_after_the_admission_is_finished_by_the_next_try(set_back, actor, logged, monkeypatch):
    def crash(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(set_back.signer, "give_up", crash)
        with pytest.raises(KeyboardInterrupt):
            recover_log(set_back, set_back.signer, actor, "disk failure")
    with pytest.raises(VerificationError, match="older than the log"):
        set_back.log.sequence()
    recover_log(set_back, set_back.signer, actor, "again")
    assert [entry.kind for entry in logged()].count("log.recovered") == 1


def test_a_crash_after_the_guard_is_lifted_cannot_hide_it(set_back, actor, logged, monkeypatch):
    def crash():
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(set_back.log, "sequence", crash)
        with pytest.raises(KeyboardInterrupt):
            recover_log(set_back, set_back.signer, actor, "disk failure")
    log_one(set_back, 9)
    assert [entry.kind for entry in logged()][2:] == ["log.recovered", "test.saved"]


def test_another_history_of_the_same_length_is_admitted_too(world, actor):
    create_workspace(world, actor, world.signer.key.name)
    backup = take_backup(world)
    log_one(world, 1)
    signed = world.signer.last_signed()
    restore(world, backup)
    world.signer.last = backup["head"].checkpoint
    log_one(world, 2)
    world.signer.last = signed
    with pytest.raises(VerificationError, match="another history than the log that was signed last") as refused:
        verify_store(world, actor)
    assert "govern log recover" in refused.value.hint
    assert (refused.value.expected, refused.value.found) == (signed.decode(), world.log.head().checkpoint.decode())
    loss = find_loss(world, actor)
    assert (loss.found.size, loss.lost.size, loss.entries) == (2, 2, 0)
    recover_log(world, world.signer, actor, "two databases")
    assert verify_store(world, actor).size == 3


def test_a_log_that_went_on_after_the_head_that_was_kept_is_no_other_history(world, actor):
    """As after a crash between the commit and the keeping of the new head."""
    create_workspace(world, actor, world.signer.key.name)
    kept = world.signer.last_signed()
    log_one(world, 1)
    world.signer.last = kept
    assert verify_store(world, actor).size == 2


def test_where_nothing_is_lost_nothing_is_admitted(world, actor):
    create_workspace(world, actor, world.signer.key.name)
    assert find_loss(world, actor) is None
    with pytest.raises(RefusedError, match="nothing is lost"):
        recover_log(world, world.signer, actor, "to be safe")
    assert world.log.head().size == 1


def test_an_admission_has_a_reason(set_back, actor):
    with pytest.raises(RefusedError, match="needs a reason"):
        recover_log(set_back, set_back.signer, actor, "  ")


def test_what_is_left_must_verify(set_back, actor):
    entries = set_back.log.state.entries
    entries[1] = entries[1].replace(b"thing:1@1", b"thing:7@1")
    with pytest.raises(VerificationError, match="do not give the root"):
        recover_log(set_back, set_back.signer, actor, "disk failure")
    set_back.log.state.head = replace(set_back.log.state.head, size=1)
    with pytest.raises(VerificationError, match="not what its checkpoint says"):
        find_loss(set_back, actor)


def test_without_a_head_on_either_side_there_is_nothing_to_go_by(world, actor):
    with pytest.raises(StoreError, match="signed last is not there"):
        find_loss(world, actor)
    create_workspace(world, actor, world.signer.key.name)
    world.log.state.head = LogHead(0, EMPTY_ROOT, b"")
    with pytest.raises(StoreError, match="head of the log is not there"):
        find_loss(world, actor)


def test_a_key_that_changed_after_the_backup_ends_the_log(world, actor):
    """The key of the entries that are left is gone: nobody could sign the heads that come next."""
    create_workspace(world, actor, world.signer.key.name)
    backup = take_backup(world)
    log_one(world, 1)
    rotate_key(world, world.signer, actor, world.signer.prepare_next(bytes([1]) * 32), "as planned")
    restore(world, backup)
    with pytest.raises(RefusedError, match="the key was changed after this backup"):
        recover_log(world, world.signer, actor, "disk failure")


def test_a_key_that_changed_before_the_backup_is_no_hindrance(world, actor):
    create_workspace(world, actor, world.signer.key.name)
    rotate_key(world, world.signer, actor, world.signer.prepare_next(bytes([1]) * 32), "as planned")
    backup = take_backup(world)
    log_one(world, 1)
    restore(world, backup)
    recover_log(world, world.signer, actor, "disk failure")
    assert verify_store(world, actor).size == 3
