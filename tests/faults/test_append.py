"""A fault at every step of an append: what was acknowledged is there, and what was not may be there, whole."""

import os
import shutil
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from govern.audit import parse_entry
from govern.errors import StoreError, VerificationError
from govern.store import open_database

STEPS = ["begin", "taken", "signed", "written", "before commit", "committed", "remembered"]
DONE = ("committed", "remembered")


class Boom(Exception):
    pass


def failing(step):
    def fault(name):
        if name == step:
            raise Boom(name)

    return fault


def ids(store):
    return [parse_entry(data).id for data in store.log.entries()]


@pytest.mark.parametrize("step", STEPS)
def test_an_exception_at_a_step(sql_store, open_store, new_event, check_sound, verify, step):
    sql_store.log.append([new_event("first")])
    sql_store.emit(new_event("outbox"))
    faulty = open_store(sql_store.kind, sql_store.url, sql_store.folder, failing(step)).log
    for _ in range(2):
        with pytest.raises(Boom):
            faulty.append([new_event(1), new_event(2)])
        if step in DONE:
            break

    verify(sql_store)
    added = ["event-outbox", "event-1", "event-2"] if step in DONE else []
    assert ids(sql_store) == ["event-first", *added]
    (proof,) = sql_store.log.append([new_event("next")])
    assert proof.index == 1 + (3 if step in DONE else 1)  # the outbox kept its event
    check_sound(sql_store, ["event-first", "event-outbox", *added[1:], "event-next"])


@pytest.mark.parametrize("step", STEPS)
def test_the_process_dies_at_a_step(sql_store, new_event, check_sound, run_python, step):
    sql_store.log.append([new_event("first")])
    done = run_python(
        sql_store,
        "print(log().append([event(0)])[0].index, flush=True)\n"
        f"log(lambda name: os._exit(9) if name == {step!r} else None).append([event(1), event(2)])",
    )
    said, problem = done.communicate(timeout=60)
    assert (done.returncode, said) == (9, "1\n"), problem
    (proof,) = sql_store.log.append([new_event("next")])
    added = ["event-1", "event-2"] if step in DONE else []
    assert proof.index == 2 + len(added)
    check_sound(sql_store, ["event-first", "event-0", *added, "event-next"])


def test_all_who_share_a_group_get_the_error(sql_store, open_store, new_event, check_sound):
    """The first works alone and waits, so that the others make one group behind it."""
    entered, go_on, seen = threading.Event(), threading.Event(), []

    def fault(name):
        if name == "begin":
            seen.append(name)
            if len(seen) == 1:
                entered.set()
                go_on.wait(30)
        elif name == "written" and len(seen) == 2:
            raise StoreError("the disk is full", hint="make room")

    log = open_store(sql_store.kind, sql_store.url, sql_store.folder, fault).log
    with ThreadPoolExecutor(9) as pool:
        first = pool.submit(log.append, [new_event("first")])
        assert entered.wait(30)
        others = [pool.submit(log.append, [new_event(number)]) for number in range(8)]
        while log._queue.waiting < 8:
            pass
        go_on.set()
        problems = [each.exception(30) for each in others]
    assert first.result()[0].index == 0
    assert [(str(each), each.hint) for each in problems] == [("the disk is full (hint: make room)", "make room")] * 8
    assert len({id(each) for each in problems}) == 8
    assert len(seen) == 2
    check_sound(sql_store, ["event-first"])
    assert len(log.append([new_event("again")])) == 1


def test_of_two_sequencers_one_waits(sql_store, open_store, new_event, check_sound):
    entered, go_on = threading.Event(), threading.Event()

    def fault(name):
        if name == "signed":
            entered.set()
            assert go_on.wait(30)

    slow = open_store(sql_store.kind, sql_store.url, sql_store.folder, fault).log
    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(slow.append, [new_event("one")])
        assert entered.wait(30)
        other = pool.submit(sql_store.log.append, [new_event("other")])
        with pytest.raises(TimeoutError):
            other.result(0.3)  # it has the next place, and does not know it yet
        assert sql_store.log.head().size == 0
        go_on.set()
        assert [one.result(30)[0].index, other.result(30)[0].index] == [0, 1]
    check_sound(sql_store, ["event-one", "event-other"])


def test_the_clock_jumps_backwards(sql_store, new_event, verify):
    """Order is the index; a time is what somebody's clock said. The verifier tells, and does not refuse."""
    times = ["2026-11-24T10:00:00.000000Z", "2026-11-24T09:59:59.999999Z", "2019-01-01T00:00:00.000000Z"]
    for number, moment in enumerate(times):
        (proof,) = sql_store.log.append([replace(new_event(number), time=moment)])
        assert proof.index == number
    (note,) = verify(sql_store).notes
    assert note == "2 entries have a time before that of the entry in front of them, first entry 1"


# --- a database that goes away


@pytest.mark.postgres
@pytest.mark.parametrize("step", STEPS)
def test_the_connection_ends_at_a_step(postgres_url, open_store, new_event, check_sound, tmp_path, step):
    import psycopg

    others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    ended = []

    def fault(name):
        if name == step and not ended:
            ended.append(name)
            with psycopg.connect(postgres_url, autocommit=True) as connection:
                connection.execute(f"SELECT pg_terminate_backend(pid) {others}")
                while connection.execute(f"SELECT count(*) {others}").fetchone()[0]:
                    time.sleep(0.01)

    store = open_store("postgresql", postgres_url, tmp_path, fault, create=True)
    store.emit(new_event("outbox"))
    lost = step in ("taken", "signed", "written", "before commit")
    if lost:
        with pytest.raises(StoreError, match="cannot be reached"):
            store.log.append([new_event("lost")])
    else:  # between two transactions nobody notices
        assert len(store.log.append([new_event("lost")])) == 1
    (proof,) = store.log.append([new_event("next")])
    assert proof.index == (1 if lost else 2)
    check_sound(store, ["event-outbox", *([] if lost else ["event-lost"]), "event-next"])


def test_a_database_file_that_is_moved_away_is_named(tmp_path, open_store, new_event):
    store = open_store("sqlite", f"sqlite:///{tmp_path / 'govern.db'}", tmp_path, create=True)
    store.log.append([new_event(1)])
    store.database.close()
    (tmp_path / "govern.db").rename(tmp_path / "elsewhere.db")
    with pytest.raises(StoreError, match="is not there"):
        open_database(store.url)


# --- a backup that is restored


def test_a_backup_that_is_restored_under_a_running_sequencer_is_not_signed(tmp_path, open_store, new_event, verify):
    """The database is exactly as this process left it: only the file beside the key knows of what came after."""
    url = f"sqlite:///{tmp_path / 'govern.db'}"
    one = open_store("sqlite", url, tmp_path, create=True)
    one.log.append([new_event(number) for number in range(3)])
    one.database.close()
    shutil.copy(tmp_path / "govern.db", tmp_path / "backup.db")
    other = open_store("sqlite", url, tmp_path)
    other.log.append([new_event("later")])
    other.database.close()
    for name in ("govern.db-wal", "govern.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    shutil.copy(tmp_path / "backup.db", tmp_path / "govern.db")

    for wait in (True, False):
        with pytest.raises(VerificationError, match="older than the log that was signed last") as caught:
            one.log.append([new_event("fork")], wait=wait)
        assert caught.value.where == "entry 3"
    assert one.log.head().size == 3


# --- a full disk

FILL = """
import resource
store = log()
store.append([event("first")])
ends = os.path.getsize(folder / "{file}") + {more}
resource.setrlimit(resource.RLIMIT_FSIZE, (ends, resource.RLIM_INFINITY))
done = 0
try:
    while done < 20000:
        store.append([event(done, matter=f"m{{done % 7}}")])
        done += 1
except Exception as problem:
    print(type(problem).__name__, done, flush=True)
    print(problem, flush=True)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
print(store.append([event("room")])[0].index, flush=True)
"""


def test_a_file_that_can_grow_no_further(tmp_path, open_store, new_event, verify, run_python):
    """As on a full disk, for the files of the database; those of the keys do not grow."""
    store = open_store("sqlite", f"sqlite:///{tmp_path / 'govern.db'}", tmp_path, create=True)
    process = run_python(store, FILL.format(file="govern.db-wal", more=300_000))
    said, problem = process.communicate(timeout=120)
    assert process.returncode == 0, problem
    kind, message, room = said.strip().split("\n")
    assert kind.split()[0] == "StoreError"
    assert "the disk is full" in message or "cannot be written" in message
    done = int(kind.split()[1])
    assert done > 10
    found = ids(store)
    assert found[: done + 1] == ["event-first", *(f"event-{number}" for number in range(done))]
    assert found[int(room)] == "event-room"
    assert len(found) == int(room) + 1 == len(set(found))
    verify(store)


@pytest.fixture
def small_disk(tmp_path):
    """A file system of two megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=2m", "govern-test", str(folder)]
    root = not os.geteuid() and shutil.which("mount")
    if not root or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("needs root and the right to mount a file system")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.parametrize("ballast", [0, 4_000, 100_000])
def test_a_disk_that_is_full(small_disk, open_store, new_event, verify, check_sound, ballast):
    """Database, log and keys on it. Nothing that was acknowledged is lost, and with room it goes on."""
    (small_disk / "ballast").write_bytes(bytes(200_000))
    store = open_store("sqlite", f"sqlite:///{small_disk / 'govern.db'}", small_disk, create=True)
    acknowledged = []
    with pytest.raises(StoreError) as caught:
        for number in range(20_000):
            (proof,) = store.log.append([new_event(number, matter=f"m{number % 7}")])
            assert proof.index == number
            acknowledged.append(f"event-{number}")
            if number == 50 and ballast:
                (small_disk / "more").write_bytes(bytes(ballast))
    assert "full" in str(caught.value) or "written" in str(caught.value) or "no space" in str(caught.value)
    assert len(acknowledged) > 100
    assert ids(store)[: len(acknowledged)] == acknowledged
    verify(store)

    (small_disk / "ballast").unlink()
    (proof,) = store.log.append([new_event("room")])
    found = ids(store)
    assert found[: len(acknowledged)] == acknowledged
    assert found[proof.index] == "event-room"
    assert len(found) - len(acknowledged) <= 2  # what was committed and could not be acknowledged
    check_sound(store, found)
