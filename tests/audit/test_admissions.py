"""A log that was set back says so in every report: ours, the single file's and the page's."""

from hashlib import sha256

import pytest

from govern.audit import (
    Admission,
    Event,
    explain_admission,
    find_admissions,
    parse_entry,
    plan_bundle,
    plan_parts,
    read_part,
    seal_entry,
    verify_bundle,
    verify_log,
    verify_parts,
)
from govern.kernel import canonical_bytes


def admit(log, lost, found, reason="disk failure"):
    """The record of an admission, with the heads of a log as they were signed."""
    notes = {"lost": log.note(lost).decode(), "found": log.note(found).decode()}
    return canonical_bytes({"entries_lost": max(0, lost - found), "reason": reason, "salt": "ab" * 16, **notes})


@pytest.fixture
def set_back(new_log, new_entries, log_of):
    """A function: a log of so many entries, entry `at` of which admits a loss, and the record of that."""

    def make(count=8, at=5, lost=7, found=5):
        record = admit(new_log(8), lost, found)
        entries = new_entries(count)
        event = Event(
            id="e", kind="log.recovered", actor="officer-1", time="2026-11-24T10:00:00.000005Z", object="recovery:r@1",
            matter="workspace", body=f"sha256:{sha256(record).hexdigest()}",
        )  # fmt: skip
        return log_of([*entries[:at], seal_entry(event, 0, None, "af0cfe78"), *new_entries(count)[at:at]]), record

    return make


def test_an_admission_is_found_among_entries(set_back):
    log, _ = set_back()
    found = list(find_admissions(log.entries, 100))
    assert [(each.index, each.entry.kind, each.entry.actor) for each in found] == [(105, "log.recovered", "officer-1")]
    assert list(find_admissions(log.entries[:5], 0)) == []


def test_what_only_looks_like_one_is_none(new_entries):
    entries = new_entries(2, object='x","kind":"log.recovered","matter":"workspace')
    assert b"log.recovered" in entries[0]
    assert list(find_admissions(entries, 0)) == []


def test_a_verification_names_it_whole_or_in_parts(set_back):
    log, _ = set_back()
    whole = verify_log(log.entries, [log.note()], log.keys)
    assert [each.index for each in whole.admissions] == [5]
    parts = [read_part(log.entries, order) for order in plan_parts([6], 2)]
    assert verify_parts(parts, [log.note()], log.keys).admissions == whole.admissions
    assert verify_log(log.entries, [log.note()], log.keys, structure=False).admissions == ()


def test_an_export_with_its_records_says_how_many_and_why(set_back):
    log, record = set_back()
    for bodies in ({}, {sha256(record).hexdigest(): record}):
        files = dict(plan_bundle(log.entries, log.note(), log.keys, bodies.get))
        (said,) = [each.words() for each in verify_bundle(files.get, files, log.keys).admissions]
        assert said.startswith("entry 5, 2026-11-24T10:00:00.000005Z, by officer-1: ")
        assert ("2 signed entries are lost: a log of 7 entries had been signed" in said) == bool(bodies)
        assert ("Reason given: disk failure" in said) == bool(bodies)
        assert ("the record recovery:r@1, which is not here" in said) == (not bodies)


def test_another_history_of_the_same_length_is_said_too(new_log, set_back):
    log, _ = set_back()
    entry = parse_entry(log.entries[5])
    assert "signed entries were replaced by others" in Admission(5, entry, 7, 7, "two databases").words()


@pytest.mark.parametrize("body", [b"[]", b"{", b'{"lost":"x"}', b'{"found":"a\\nb\\n","lost":"a\\nb\\n","reason":""}'])
def test_a_record_of_another_form_leaves_the_word_to_the_entry(new_entries, body):
    entry = parse_entry(new_entries(1, body=f"sha256:{sha256(body).hexdigest()}")[0])
    assert explain_admission(Admission(0, entry), lambda digest: body).lost is None
    assert explain_admission(Admission(0, entry), lambda digest: body + b" ").lost is None
