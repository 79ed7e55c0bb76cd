"""A fault at every step of the sequencer, by an exception and by the death of the process: nothing lost or doubled."""

import shutil

import pytest

from govern.audit import check_checkpoint
from govern.errors import GovernError, StoreError, VerificationError

STEPS = ["begin", "taken", "signed", "written", "before commit", "committed", "remembered"]


class Boom(Exception):
    pass


def failing(step):
    def fault(name):
        if name == step:
            raise Boom(name)

    return fault


def test_the_steps_are_these(sql_store, open_store, new_event):
    seen = []
    log = open_store(sql_store.kind, sql_store.url, sql_store.folder, seen.append).log
    sql_store.emit(new_event(1))
    log.sequence()
    assert seen == STEPS


@pytest.mark.parametrize("before", [0, 3], ids=["new log", "grown log"])
@pytest.mark.parametrize("step", STEPS)
def test_an_exception_at_a_step(sql_store, open_store, new_event, check_sound, verify, step, before):
    if before:
        sql_store.emit(*(new_event(number) for number in range(before)))
        sql_store.log.sequence()
    sql_store.emit(*(new_event(number) for number in range(before, before + 3)))
    faulty = open_store(sql_store.kind, sql_store.url, sql_store.folder, failing(step)).log

    with pytest.raises(Boom):
        faulty.sequence()

    head, last = sql_store.log.head(), sql_store.signer.last_signed()
    done = step in ("committed", "remembered")
    assert head.size == (before + 3 if done else before)  # all of the group, or nothing
    if head.checkpoint:
        verify(sql_store)
    if last is not None:
        assert check_checkpoint(last, [sql_store.signer.key])[0].size <= head.size  # never ahead of the database
    if done or before:
        assert last is not None

    sql_store.log.sequence()
    check_sound(sql_store, [f"event-{number}" for number in range(before + 3)])


@pytest.mark.parametrize("step", STEPS)
def test_the_process_dies_at_a_step(sql_store, new_event, check_sound, verify, run_python, step):
    sql_store.emit(new_event(0), new_event(1))
    sql_store.log.sequence()
    done = run_python(
        sql_store,
        f"emit(event(2), event(3))\nlog(lambda name: os._exit(9) if name == {step!r} else None).sequence()",
    )
    _, said = done.communicate(timeout=60)
    assert done.returncode == 9, said

    verify(sql_store)
    sql_store.log.sequence()
    check_sound(sql_store, ["event-0", "event-1", "event-2", "event-3"])


def test_the_process_dies_within_the_transaction_of_a_change(sql_store, new_event, check_sound, run_python):
    sql_store.emit(new_event(0))
    sql_store.log.sequence()
    done = run_python(
        sql_store,
        "with register.begin(write=True) as unit:\n"
        "    unit.save('project', 'one', b'body', read_version=0)\n"
        "    unit.emit(event(1))\n"
        "    os._exit(9)",
    )
    assert done.wait(60) == 9
    done.communicate()

    with sql_store.register.begin(write=False) as unit:
        assert unit.find("project", "one") is None
    sql_store.log.sequence()
    check_sound(sql_store, ["event-0"])


def test_the_process_dies_between_the_change_and_the_log(sql_store, check_sound, run_python):
    """The outbox keeps the event: whoever comes next takes it along."""
    done = run_python(sql_store, "emit(event(0))\nos._exit(9)")
    assert done.wait(60) == 9
    done.communicate()

    sql_store.log.sequence()
    check_sound(sql_store, ["event-0"])


# --- backups


@pytest.fixture
def sqlite_store(tmp_path, open_store):
    (tmp_path / "here").mkdir()
    return open_store("sqlite", f"sqlite:///{tmp_path / 'here' / 'govern.db'}", tmp_path / "here", create=True)


def test_a_restored_backup_is_not_signed(sqlite_store, new_event, verify, tmp_path):
    database = sqlite_store.folder / "govern.db"
    sqlite_store.emit(*(new_event(number) for number in range(3)))
    sqlite_store.log.sequence()
    sqlite_store.database.close()
    shutil.copy(database, tmp_path / "backup.db")
    sqlite_store.emit(new_event(3))
    signed = sqlite_store.log.sequence()
    sqlite_store.database.close()
    shutil.copy(tmp_path / "backup.db", database)

    for act in (sqlite_store.log.sequence, lambda: verify(sqlite_store), lambda: sqlite_store.emit(new_event("other"))):
        with pytest.raises(VerificationError) as caught:
            act()
        assert caught.value.where == "entry 3"
    assert sqlite_store.log.head().size == 3
    assert sqlite_store.signer.last_signed() == signed.checkpoint


def test_a_restored_backup_that_has_grown_again_is_not_signed(sqlite_store, new_event, verify, tmp_path, open_store):
    """Size alone says nothing: the fork is longer than the log."""
    sqlite_store.emit(*(new_event(number) for number in range(3)))
    sqlite_store.log.sequence()
    sqlite_store.database.close()
    shutil.copytree(sqlite_store.folder, tmp_path / "there")
    there = open_store("sqlite", f"sqlite:///{tmp_path / 'there' / 'govern.db'}", tmp_path / "there")
    there.emit(*(new_event(f"fork {number}") for number in range(5)))
    there.log.sequence()
    there.database.close()
    sqlite_store.emit(new_event("truth"))
    sqlite_store.log.sequence()
    sqlite_store.database.close()
    shutil.copy(tmp_path / "there" / "govern.db", sqlite_store.folder / "govern.db")

    with pytest.raises(VerificationError, match="another history") as caught:
        sqlite_store.log.sequence()
    assert caught.value.where == "entries 0 to 3"
    assert caught.value.expected != caught.value.found
    with pytest.raises(VerificationError, match="forked") as caught:
        verify(sqlite_store)
    assert caught.value.expected.startswith("log.example/govern\n")
    assert caught.value.found.startswith("log.example/govern\n")


def test_another_logs_database_is_not_signed(sqlite_store, new_event, tmp_path, open_store):
    sqlite_store.emit(*(new_event(number) for number in range(2)))
    sqlite_store.log.sequence()
    sqlite_store.database.close()
    (tmp_path / "there").mkdir()
    there = open_store("sqlite", f"sqlite:///{tmp_path / 'there' / 'govern.db'}", tmp_path / "there", create=True)
    there.emit(*(new_event(number) for number in range(5)))
    there.log.sequence()
    there.database.close()
    shutil.copy(tmp_path / "there" / "govern.db", sqlite_store.folder / "govern.db")

    with pytest.raises(VerificationError):
        sqlite_store.log.sequence()


def test_without_the_last_checkpoint_nothing_is_signed(sql_store, new_event, verify):
    """Its absence must not be a way around the check."""
    sql_store.emit(new_event(0))
    sql_store.log.sequence()
    (sql_store.folder / "keys" / "last-signed").unlink()
    for act in (sql_store.log.sequence, lambda: verify(sql_store)):
        with pytest.raises(VerificationError, match="is not there") as caught:
            act()
        assert caught.value.where == "last-signed"


def test_a_damaged_last_checkpoint_is_named(sql_store, new_event, verify):
    sql_store.emit(new_event(0))
    sql_store.log.sequence()
    file = sql_store.folder / "keys" / "last-signed"
    file.write_bytes(file.read_bytes().replace(b"\n1\n", b"\n2\n"))
    for act in (sql_store.log.sequence, lambda: verify(sql_store)):
        with pytest.raises(VerificationError):
            act()


@pytest.mark.parametrize("name", ["log.key", "log.pub"])
@pytest.mark.parametrize("data", [None, b"", b"nonsense\n", b"\xff\xfe"])
def test_a_key_that_is_gone_or_damaged_is_named(sqlite_store, open_store, new_event, name, data):
    sqlite_store.emit(new_event(0))
    file = sqlite_store.folder / "keys" / name
    file.unlink() if data is None else file.write_bytes(data)
    with pytest.raises(GovernError):
        open_store(sqlite_store.kind, sqlite_store.url, sqlite_store.folder).log.sequence()


def test_a_key_that_others_can_read_is_refused(sqlite_store, open_store, new_event):
    sqlite_store.emit(new_event(0))
    (sqlite_store.folder / "keys" / "log.key").chmod(0o644)
    again = open_store("sqlite", sqlite_store.url, sqlite_store.folder)
    with pytest.raises(StoreError, match="others can read"):
        again.log.sequence()
    with pytest.raises(StoreError, match="others can read"):  # what could not be signed is not begun
        again.emit(new_event(1))
    assert again.log.head().size == 0
