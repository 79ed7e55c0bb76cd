"""The index of matters, which the table has only now and then."""

import random
import shutil
import sqlite3

import pytest
from sqlalchemy import text

from govern.errors import VerificationError
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
        query = text("SELECT matter, seq, position FROM govern_matter ORDER BY position")
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


def test_a_table_that_lacks_more_than_can_be_is_not_built_on(sql_store, new_event, open_store, change, every_eight):
    sql_store.log.append([new_event(0, matter="m0")])
    sql_store.log.append([new_event(number, matter="m1") for number in range(1, 12)])
    change("UPDATE govern_matter SET seq = 0, position = 1 WHERE matter = 'm1'")  # as it was after two entries
    again = open_store(sql_store.kind, sql_store.url, sql_store.folder)
    with pytest.raises(VerificationError, match="index of matters was changed") as caught:
        again.log.append([new_event(12)])
    assert (caught.value.expected, caught.value.found) == (
        "12 entries, or less than 8 fewer",
        "2 entries, up to entry 1",
    )


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
