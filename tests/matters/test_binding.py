"""Rows that were changed, removed or added behind our back are named."""

import sqlite3
from dataclasses import replace
from hashlib import sha256

import pytest

from govern.audit import Event
from govern.errors import RefusedError, VerificationError
from govern.kernel import Actor
from govern.usecases.binding import check_records
from govern.usecases.logs import verify_store
from govern.usecases.ports import Record
from govern.usecases.projects import answer_facts


def rows_of(ports):
    return ports.register.state.records


def test_a_workspace_as_it_should_be_has_no_bad_row(log, auditor):
    found = check_records(log, auditor)
    found.check()
    assert (found.size, found.records, found.bad) == (5, 5, ())


def test_a_changed_row_is_named_with_its_entry_and_both_digests(log, auditor):
    versions = rows_of(log)["project", "one"]
    versions[1] = replace(versions[1], body=b"{}", digest=sha256(b"{}").hexdigest())
    with pytest.raises(VerificationError, match="`project:one@2` was changed") as problem:
        check_records(log, auditor).check()
    assert problem.value.where == "entry 2"
    assert problem.value.found == sha256(b"{}").hexdigest()


def test_a_digest_beside_a_row_that_is_not_its_own_is_a_change(log, auditor):
    versions = rows_of(log)["project", "one"]
    versions[1] = replace(versions[1], digest="0" * 64)
    (bad,) = check_records(log, auditor).bad
    assert (bad.record, bad.what, bad.found) == ("project:one@2", "changed", "0" * 64)


@pytest.mark.parametrize("place", [0, 2])
def test_a_row_that_is_gone_is_named_the_newest_version_too(log, auditor, place):
    gone = rows_of(log)["project", "one"].pop(place)
    (bad,) = check_records(log, auditor).bad
    assert (bad.record, bad.what, bad.found) == (f"project:one@{gone.version}", "removed", "nothing")


def test_a_row_that_no_entry_names_is_named(log, auditor):
    rows_of(log)["project", "three"] = [Record("project", "three", 1, b"{}", sha256(b"{}").hexdigest())]
    with pytest.raises(VerificationError, match="`project:three@1` was added") as problem:
        check_records(log, auditor).check()
    assert problem.value.where == "row project:three@1"


def test_several_bad_rows_are_all_named_and_more_are_counted(log, auditor, monkeypatch):
    for number in range(30):
        body = b"%d" % number
        rows_of(log)["thing", f"t{number:02}"] = [Record("thing", f"t{number:02}", 1, body, sha256(body).hexdigest())]
    with pytest.raises(VerificationError) as problem:
        check_records(log, auditor).check()
    assert "`thing:t01@1` (added)" in problem.value.hint
    assert "and 9 more" in problem.value.hint
    monkeypatch.setattr("govern.usecases.binding.MOST", 4)
    found = check_records(log, auditor)
    assert (len(found.bad), found.more) == (4, 26)


def test_records_that_others_save_meanwhile_are_no_bad_rows(log, auditor, actor):
    """Their entry comes after the head that was read, or still waits for its place."""
    head = log.log.head
    calls = []

    def head_and_then_another():
        found = head()
        if not calls:
            calls.append(None)
            answer_facts(log, actor, "one", {"vendor.country": "US"})
        return found

    log.log.head = head_and_then_another
    assert check_records(log, auditor).bad == ()


def test_what_was_taken_out_does_not_count_as_a_record_of_its_own(log, auditor):
    from govern.usecases.access import export_project

    export_project(log, auditor, "one")
    check_records(log, auditor).check()


def test_what_was_given_out_is_counted_apart(log, auditor):
    from govern.usecases.access import note_access

    note_access(log, auditor, "document.read", "file:procedure", "project:one", "0" * 64)
    found = check_records(log, auditor)
    assert (found.bad, found.records, found.given_out) == ((), 5, 1)


def test_who_may_not_read_may_not_check(log):
    with pytest.raises(RefusedError):
        check_records(log, Actor("nobody", frozenset()))


def test_rows_behind_one_that_cannot_be_read_are_named_too(sqlite_world, actor, auditor):
    """Text in place of bytes is what a change by hand in a shell of the database leaves."""
    ports, path = sqlite_world
    from govern.usecases.projects import new_project

    for name in ("a", "b", "c", "d", "e"):
        new_project(ports, actor, name, f"Project {name}")
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE govern_record SET body = 'text' WHERE id IN ('b', 'd')")
        connection.execute("UPDATE govern_record SET body = x'7b7d' WHERE id = 'c'")
        connection.execute("DELETE FROM govern_record WHERE id = 'e'")
    connection.close()
    found = check_records(ports, auditor)
    assert [(each.record[8:9], each.what, each.entry) for each in found.bad] == [
        ("b", "changed", 1), ("c", "changed", 2), ("d", "changed", 3), ("e", "removed", 4),
    ]  # fmt: skip
    assert found.partial


def test_a_row_that_no_entry_names_and_nobody_can_read_is_not_passed_over(sqlite_world, actor, auditor):
    ports, path = sqlite_world
    from govern.usecases.projects import new_project

    new_project(ports, actor, "one", "The first project")
    with sqlite3.connect(path) as connection:
        connection.execute("INSERT INTO govern_record SELECT kind, 'a', version, 'text', digest FROM govern_record")
    connection.close()
    found = check_records(ports, auditor)
    assert (found.bad, found.partial) == ((), True)
    with pytest.raises(VerificationError, match="a row that no entry names cannot be read"):
        found.check()


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("UPDATE govern_record SET body = x'7b7d' WHERE id = 'one' AND version = 1", "project:one@1 changed"),
        ("DELETE FROM govern_record WHERE id = 'one' AND version = 2", "project:one@2 removed"),
        ("INSERT INTO govern_record SELECT kind, 'forged', version, body, digest FROM govern_record LIMIT 1", "added"),
        ("UPDATE govern_record SET version = 9 WHERE id = 'one' AND version = 2", "project:one@2 removed"),
    ],
)
def test_in_a_database_it_is_the_same(sqlite_world, actor, auditor, statement, what):
    ports, path = sqlite_world
    from govern.usecases.projects import new_project

    new_project(ports, actor, "one", "The first project")
    answer_facts(ports, actor, "one", {"vendor.country": "IN"})
    check_records(ports, auditor).check()
    with sqlite3.connect(path) as connection:
        connection.execute(statement)
    connection.close()
    bad = [f"{each.record} {each.what}" for each in check_records(ports, auditor).bad]
    assert any(what in each for each in bad), bad


def put_with_event(ports, digest=None):
    """A row that somebody added, and an event for it in the outbox, so that the next writer signs it."""
    body = b'{"title":"forged"}'
    event = Event(
        id="f1",
        kind="project.saved",
        actor="owner",
        time="2026-11-24T10:00:00.000000Z",
        object="project:three@1",
        matter="project:three",
        body=f"sha256:{digest or sha256(body).hexdigest()}",
    )
    with ports.register.begin(write=True) as unit:
        unit.save("project", "three", body, read_version=0)
        unit.emit(event)


def test_a_row_whose_entry_waits_is_not_signed_and_not_called_sound(log, auditor):
    put_with_event(log)
    before = list(log.log.entries()), log.log.head()
    found = check_records(log, auditor)
    found.check()
    assert (found.waiting, found.bad, found.records) == (("project:three@1",), (), 6)
    assert (list(log.log.entries()), log.log.head()) == before
    assert any("1 event(s) that wait in the outbox" in each for each in verify_store(log, auditor).unchecked)
    log.log.sequence()
    assert check_records(log, auditor).waiting == ()


def test_an_event_of_another_digest_does_not_cover_a_row(log, auditor):
    put_with_event(log, digest="0" * 64)
    found = check_records(log, auditor)
    assert (found.waiting, [each.what for each in found.bad]) == ((), ["added"])


def test_a_row_whose_entry_is_signed_while_the_rows_are_read_waits_no_more(log, auditor):
    """Whoever writes next signs it: its entry is read in the end, and the row is one as all others."""
    put_with_event(log)
    waiting = log.log.waiting

    def waiting_and_then_signed():
        yield from waiting()
        log.log.sequence()

    log.log.waiting = waiting_and_then_signed
    found = check_records(log, auditor)
    assert (found.waiting, found.bad) == ((), ())


def test_an_outbox_row_that_is_no_event_is_named(sqlite_world, actor, auditor):
    from govern.usecases.projects import new_project

    ports, path = sqlite_world
    new_project(ports, actor, "one", "The first project")
    whole = b'{"id":"i","kind":"a.b","actor":"a","time":"2026-11-24T10:00:00.000000Z","object":"o","matter":"m",%s}'
    for row in (b"{}", b"[]", b"x", b"[" * 99_999, whole % b'"body":5,"commitments":[]', b'{"commitments":[]}',
                whole % b'"body":null,"commitments":[]', whole % b'"body":"x","commitments":[["a"]]'):  # fmt: skip
        with sqlite3.connect(path) as connection:
            connection.execute("DELETE FROM govern_outbox")
            connection.execute("INSERT INTO govern_outbox (seq, event) VALUES (7, ?)", (row,))
        connection.close()
        for call in (lambda: check_records(ports, auditor), lambda: verify_store(ports, auditor), ports.log.sequence):
            with pytest.raises(VerificationError) as problem:
                call()
            assert problem.value.where == "row 7 of the outbox", row
            assert "delete it" in problem.value.hint
