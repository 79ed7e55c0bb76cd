"""The index of matters, which the table has only now and then."""

import random
import shutil
import sqlite3

import pytest
from sqlalchemy import text

from govern.errors import FactError, StoreError, VerificationError
from govern.store import log as sql_log
from govern.store import matters


@pytest.fixture
def every_eight(monkeypatch):
    """The table is brought up to date every eight entries."""
    monkeypatch.setattr(matters, "INDEX_EVERY", 8)
    monkeypatch.setattr(sql_log, "INDEX_EVERY", 8)


@pytest.fixture
def change(sql_store):
    """A function that changes the database behind the log's back."""

    def run(statement, **values):
        with sql_store.database.transaction(write=True) as connection:
            assert connection.execute(text(statement), values).rowcount >= 1

    return run


def read_table(store):
    with store.database.transaction(write=False) as connection:
        query = text("SELECT matter, seq, position FROM govern_newest ORDER BY position")
        return [tuple(row) for row in connection.execute(query)]


def test_the_table_is_written_when_a_process_begins_and_then_every_so_many_entries(sql_store, new_event, every_eight):
    written = []
    for number in range(12):
        sql_store.log.append([new_event(number, matter=f"m{number % 3}")])
        written.append(max(position for _, _, position in read_table(sql_store)))
    assert written == [0] * 8 + [8] * 4
    assert read_table(sql_store) == [("m0", 2, 6), ("m1", 2, 7), ("m2", 2, 8)]


def test_a_process_that_begins_goes_on_from_the_entries(sql_store, new_event, open_store, every_eight, check_sound):
    sql_store.log.append([new_event(0, matter="m0")])
    sql_store.log.append([new_event(1, matter="m1")])
    sql_store.log.append([new_event(2, matter="m0")])
    assert read_table(sql_store) == [("m0", 0, 0)]
    again = open_store(sql_store.kind, sql_store.url, sql_store.folder)
    again.log.append([new_event(3, matter="m0")])
    assert read_table(sql_store) == [("m1", 0, 1), ("m0", 2, 3)]
    check_sound(again, [f"event-{number}" for number in range(4)])


def test_many_forgotten_matters_are_read_again(sql_store, new_event, check_sound, every_eight, monkeypatch):
    monkeypatch.setattr(matters, "KNOWN_MATTERS", 5)
    for number in range(60):
        sql_store.log.append([new_event(number, matter=f"m{number * 7 % 20}")])
    check_sound(sql_store, [f"event-{number}" for number in range(60)])


@pytest.mark.parametrize("seed", range(3))
def test_several_logs_in_turn_give_each_matter_its_numbers(
    sql_store, new_event, open_store, every_eight, check_sound, seed
):
    """Each goes on from what the others signed, or from the table if that is too much, and some begin anew."""
    chance, number = random.Random(seed), 0
    logs = [sql_store.log, *(open_store(sql_store.kind, sql_store.url, sql_store.folder).log for _ in range(2))]
    for _ in range(50):
        which = chance.randrange(3)
        if chance.random() < 0.1:
            logs[which] = open_store(sql_store.kind, sql_store.url, sql_store.folder).log
        for _ in range(chance.choice([1, 1, 3])):
            size = chance.choice([1, 1, 2, 12])
            group = [new_event(each, matter=f"m{chance.randrange(9)}") for each in range(number, number + size)]
            logs[which].append(group)
            number += size
        counted = sum(seq + 1 for _, seq, _ in read_table(sql_store))
        assert number - 8 < counted == read_table(sql_store)[-1][2] + 1
    check_sound(sql_store, [f"event-{each}" for each in range(number)])


def test_a_group_that_fails_leaves_the_index_as_it_was(sqlite_store_with_fault, new_event, check_sound):
    store, fault = sqlite_store_with_fault
    store.log.append([new_event(0, matter="m0")])
    for step in ("signed", "written", "before commit", "committed"):
        fault.append(step)
        with pytest.raises(RuntimeError):
            store.log.append([new_event(f"lost-{step}", matter="m0")])
        store.log.append([new_event(step, matter="m0"), new_event(f"{step}-2", matter="m1")])
    events = ["0", "lost-committed"]  # it was committed, and nobody heard of it
    events += [f"{step}{end}" for step in ("signed", "written", "before commit", "committed") for end in ("", "-2")]
    check_sound(store, [f"event-{each}" for each in events])


@pytest.fixture
def sqlite_store_with_fault(open_store, tmp_path):
    """A store whose log fails at the step that is put into the list, once."""
    steps = []

    def fault(step):
        if step in steps:
            steps.remove(step)
            raise RuntimeError(step)

    return open_store("sqlite", f"sqlite:///{tmp_path / 'govern.db'}", tmp_path, fault, create=True), steps


@pytest.mark.parametrize("position", [1, 2, 4])
def test_an_entry_that_was_changed_since_the_table_was_written_is_not_built_on(
    sql_store, new_event, open_store, change, position
):
    for number in range(5):
        sql_store.log.append([new_event(number, matter="m0")])
    with sql_store.database.transaction(write=False) as connection:
        query = text("SELECT data FROM govern_entry WHERE position = :at")
        data = bytes(connection.execute(query, {"at": position}).scalar_one())
    forged = data.replace(b'"matter_seq":%d' % position, b'"matter_seq":%d' % (position + 4))
    assert forged != data
    change("UPDATE govern_entry SET data = :new WHERE position = :at", new=forged, at=position)
    again = open_store(sql_store.kind, sql_store.url, sql_store.folder)
    with pytest.raises(VerificationError, match="do not give the root"):
        again.log.append([new_event(5, matter="m0")])
    assert len(list(sql_store.log.entries())) == 5


CHANGES = {
    "behind": "UPDATE govern_newest SET seq = seq - 1, position = position - 2 WHERE matter = 'm1'",
    "too many": "UPDATE govern_newest SET seq = seq + 1 WHERE matter = 'm1'",
    "gone": "DELETE FROM govern_newest WHERE matter = 'm1'",
    "all gone": "DELETE FROM govern_newest",
    "of another entry": "UPDATE govern_newest SET position = 17 WHERE matter = 'm1'",
    "of no entry": "UPDATE govern_newest SET position = 77 WHERE matter = 'm1'",
    "of entries to come": "UPDATE govern_newest SET seq = seq + 10, position = position + 20 WHERE matter = 'm0'",
    "renamed": "UPDATE govern_newest SET matter = 'zz' WHERE matter = 'm1'",
    "in another case": "UPDATE govern_newest SET matter = 'M1' WHERE matter = 'm1'",
    "counted elsewhere": "UPDATE govern_newest SET seq = CASE WHEN matter = 'm1' THEN -1 ELSE 20 END",
    "an older state": "UPDATE govern_newest SET seq = 1, position = CASE WHEN matter = 'm0' THEN 2 ELSE 3 END",
}


@pytest.mark.parametrize("statement", CHANGES.values(), ids=CHANGES)
def test_a_changed_table_is_made_anew_from_the_entries(
    sql_store, new_event, open_store, change, check_sound, statement
):
    """Nobody is stopped by it, and nothing is built on it."""
    sql_store.log.append([new_event(number, matter=f"m{number % 2}") for number in range(21)])
    change(statement)
    again = open_store(sql_store.kind, sql_store.url, sql_store.folder)
    again.log.append([new_event(21, matter="m1"), new_event(22, matter="m0"), new_event(23, matter="m2")])
    check_sound(again, [f"event-{number}" for number in range(24)])
    assert read_table(again) == [("m1", 10, 21), ("m0", 11, 22), ("m2", 0, 23)]


@pytest.mark.parametrize("change_of", ["of another entry", "of no entry", "too many", "gone", "all gone"])
def test_a_changed_table_that_is_too_large_to_be_read_whole(
    sql_store, new_event, open_store, change, check_sound, change_of, monkeypatch
):
    """A row is held against its entry when it is used, and the sum when a process begins."""
    monkeypatch.setattr(matters, "KNOWN_MATTERS", 1)
    sql_store.log.append([new_event(number, matter=f"m{number % 2}") for number in range(21)])
    change(CHANGES[change_of])
    again = open_store(sql_store.kind, sql_store.url, sql_store.folder)
    again.log.append([new_event(21, matter="m1"), new_event(22, matter="m0")])
    check_sound(again, [f"event-{number}" for number in range(23)])
    assert read_table(again) == [("m1", 10, 21), ("m0", 11, 22)]


def test_a_table_with_other_kinds_of_values_is_made_anew(open_store, new_event, tmp_path, check_sound):
    """SQLite keeps whatever is put into a column."""
    store = open_store("sqlite", f"sqlite:///{tmp_path / 'govern.db'}", tmp_path, create=True)
    events = [f"event-{number}" for number in range(21)]
    store.log.append([new_event(number, matter=f"m{number % 2}") for number in range(21)])
    for new in ("seq = 'nine'", "seq = 9.5", "position = 'x'", "position = 20.0", "matter = cast('m1' AS BLOB)"):
        with store.database.transaction(write=True) as connection:
            connection.execute(text(f"UPDATE govern_newest SET {new} WHERE matter = 'm1'"))
        again = open_store("sqlite", store.url, tmp_path)
        again.log.append([new_event(new, matter="m1")])
        events.append(f"event-{new}")
        check_sound(again, events)


def test_several_logs_do_not_write_the_table_one_after_the_other(sql_store, new_event, open_store, every_eight):
    """Who would write it looks first whether another one has."""
    logs = [sql_store.log, open_store(sql_store.kind, sql_store.url, sql_store.folder).log]
    for log in logs:
        log.append([new_event(id(log), matter="m0")])
    written = []
    for number in range(12):
        logs[number % 2].append([new_event(number, matter=f"m{number}")])
        written.append(read_table(sql_store)[-1][2])
    assert written == [1] * 7 + [9] * 5


def test_an_older_govern_that_still_runs_finds_no_table(sql_store, new_event, change):
    """It kept the index in `govern_matter`, and relied on its being complete."""
    sql_store.log.append([new_event(0)])
    with pytest.raises(StoreError, match="lacks a table"):
        change("UPDATE govern_matter SET seq = 0")


def test_the_name_of_a_matter_is_not_too_long_for_the_table(sql_store, new_event):
    with pytest.raises(FactError, match="`matter` has 513 bytes"):
        sql_store.log.append([new_event(0, matter="ü" * 256 + "m")])
    sql_store.log.append([new_event(1, matter="ü" * 256)])
    assert read_table(sql_store) == [("ü" * 256, 0, 0)]


@pytest.mark.parametrize("size", [2, 5, 9])
def test_a_database_that_was_set_back_on_purpose_is_read_anew(open_store, new_event, tmp_path, check_sound, size):
    """Another history of the same key comes under a log that runs: what it knows of matters is of no use then."""
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    store = open_store("sqlite", f"sqlite:///{one / 'govern.db'}", one, create=True)
    shutil.copytree(one / "keys", other / "keys")
    with_other = open_store("sqlite", f"sqlite:///{other / 'govern.db'}", other, create=True)
    for number in range(5):
        store.log.append([new_event(number, matter=f"m{number}")])
    with_other.log.append([new_event(f"other-{number}", matter="m1") for number in range(size)])
    source, target = sqlite3.connect(other / "govern.db"), sqlite3.connect(one / "govern.db")
    source.backup(target)
    source.close()
    target.close()
    shutil.copy(other / "keys" / "last-signed", one / "keys" / "last-signed")
    store.log.append([new_event("more", matter="m1"), new_event("last", matter="m4")])
    check_sound(store, [*(f"event-other-{number}" for number in range(size)), "event-more", "event-last"])
