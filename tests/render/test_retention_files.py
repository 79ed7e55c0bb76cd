"""The retention schedule as PDF and as workbook, read back by others."""

import io
from dataclasses import replace
from datetime import UTC, date, datetime

import openpyxl
import pytest
from pypdf import PdfReader

from govern.render.retention.pdf import write_schedule_pdf
from govern.render.retention.words import (
    COLUMNS,
    calendar_items,
    rows_of,
    say_at,
    say_authority,
    say_period,
    scope_words,
)
from govern.render.retention.xlsx import write_schedule_xlsx
from govern.retention import Hold, HoldScope, Resolution, RuleKind, Schedule, find_conflicts, note_decisions
from govern.usecases.due import DueItem

from ..retention.test_determination import line

DAY = date(2026, 11, 24)
SHORTS = {"law": "The Law"}


def schedule(hold=False, holds=()):
    lines = (
        line("keep", start=date(2020, 1, 1), note="=1+1 is no formula", verified=True),
        line("limit", "maximum", 2, start=date(2020, 1, 1)),
        line("maybe", "none", applies=None, record_class="audit logs", trigger="the day", data_class="health"),
        line("hostile", "none", record_class="=cmd|' /C calc'!A0", title="<b>bold</b> & \x07"),
    )
    ends = {"keep": date(2026, 1, 1), "limit": date(2022, 1, 1)}
    dated = tuple(
        replace(each, due=ends.get(each.rule.id), why_no_date="" if each.rule.id in ends else "the law sets no term")
        for each in lines
    )
    return Schedule(DAY, dated, find_conflicts(dated), hold, tuple(holds), "one@2")


HOLD = Hold("h1", "one", HoldScope.SERIES, ("contracts", "audit logs"), "ann", "a claim", DAY)


def pages(data):
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)


def test_the_rows_say_what_the_schedule_says():
    rows = rows_of(schedule(holds=[HOLD]), SHORTS)
    assert len(rows[0].cells()) == len(COLUMNS)
    assert (rows[0].period, rows[0].begun, rows[0].then) == ("at least 6 years", date(2020, 1, 1), "hold")
    assert (rows[0].authority, rows[1].authority) == ("The Law Art. keep", "The Law Art. limit (unverified)")
    assert (rows[2].records, rows[2].period) == ("audit logs (health)", "no fixed term (unknown whether it applies)")
    assert rows[2].ends == "the law sets no term"
    assert rows[3].then == "destroy"
    assert rows[0].term == "at least 6 years, from: the end of the contract (2020-01-01)"


@pytest.mark.parametrize(("kind", "hours", "words"), [
    (RuleKind.MINIMUM, 0, "until then"), (RuleKind.MAXIMUM, 0, "at once"),
    (RuleKind.MINIMUM, 5, "at least 5 hours"), (RuleKind.MAXIMUM, 5, "no longer than 5 hours"),
])  # fmt: skip
def test_a_period_in_words(kind, hours, words):
    assert say_period(line("a", kind.value, period={"hours": hours}).rule) == words


@pytest.mark.parametrize(("kind", "applies", "words"), [
    ("maximum", True, "at once: the payment is authorised"), ("minimum", True, "until then: the payment is authorised"),
    ("maximum", None, "at once (unknown whether it applies): the payment is authorised"),
])  # fmt: skip
def test_what_is_due_at_once_is_no_length_of_time(kind, applies, words):
    each = replace(line("a", kind, period={}, trigger="the payment is authorised"), applies=applies, trigger_date=None)
    (row,) = rows_of(Schedule(DAY, (each,), (), False, (), "one@2"), SHORTS)
    assert row.term == words


@pytest.mark.parametrize(("hold", "holds", "said"), [
    (True, (HOLD,), "A legal hold is in force: nothing is destroyed"), (None, (), "is not known: ask before"),
    (False, (HOLD,), "Some records are held"), (False, (), "No legal hold is in force."),
])  # fmt: skip
def test_the_pdf_says_holds_conflicts_and_authorities(hold, holds, said):
    data = write_schedule_pdf(schedule(hold, holds), "A <project> & more", "one", SHORTS)
    text = " ".join(pages(data).split())
    for each in (said, "A <project> & more", "version one@2", "24 November 2026", "The Law Art. keep", "2026-01-01",
                 "Conflicts that wait for a decision", "=1+1 is no formula"):  # fmt: skip
        assert each in text
    assert ("Hold h1 on series contracts, audit logs: a claim" in text) is bool(holds)
    assert data == write_schedule_pdf(schedule(hold, holds), "A <project> & more", "one", SHORTS)


def test_an_empty_schedule_has_a_page():
    empty = Schedule(DAY, (), (), False, (), "one@1")
    assert "No legal hold" in pages(write_schedule_pdf(empty, "Nothing", "one", SHORTS))
    book = openpyxl.load_workbook(io.BytesIO(write_schedule_xlsx(empty, "Nothing", SHORTS)))
    assert book.sheetnames == ["Schedule", "Holds and conflicts"]


def test_the_workbook_holds_the_same_and_no_formula():
    items = [
        DueItem("record", "one", "r", date(2026, 11, 24), "=HYPERLINK(1)", "due", "Art. 1", "due"),
        DueItem("deadline", "one", "d", None, "Tell", "without delay"),
    ]
    data = write_schedule_xlsx(schedule(holds=[HOLD]), "A project", SHORTS, items)
    assert data == write_schedule_xlsx(schedule(holds=[HOLD]), "A project", SHORTS, items)
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book.sheetnames == ["Schedule", "Holds and conflicts", "Due"]
    rows = list(book["Schedule"].iter_rows(values_only=True))
    assert rows[0] == COLUMNS
    assert rows[1][0] == "contracts"
    assert rows[1][4] == datetime(2020, 1, 1)  # noqa: DTZ001
    assert rows[1][9] == "'=1+1 is no formula"
    assert rows[4][0].startswith("'=cmd")
    notes = list(book["Holds and conflicts"].iter_rows(values_only=True))
    assert [each[0] for each in notes] == ["What", "Version", "Hold", "Conflict"]
    assert [each[0] for each in book["Due"].iter_rows(values_only=True)] == ["When", "2026-11-24", "'-"]
    assert all(cell.data_type != "f" for sheet in book for row in sheet for cell in row)


def test_a_row_is_as_high_as_what_it_wraps():
    """LibreOffice lays the second line of a cell over the row below else."""
    items = [DueItem("record", "one", "r", DAY, "A title", " ".join(["held by a hold"] * 10), "Art. 1", "held")]
    book = openpyxl.load_workbook(io.BytesIO(write_schedule_xlsx(schedule(), "A project", SHORTS, items)))
    assert [book["Due"].row_dimensions[number].height for number in (2,)] == [15.0 * 3]
    heights = [book["Schedule"].row_dimensions[number].height for number in range(2, 6)]
    assert {each or 15.0 for each in heights} == {15.0, 30.0}  # one line is the default, and not written
    endless = [DueItem("record", "one", "r", DAY, "word " * 2_000, "", "", "held")]
    book = openpyxl.load_workbook(io.BytesIO(write_schedule_xlsx(schedule(), "A project", SHORTS, endless)))
    assert book["Due"].row_dimensions[2].height == 408.75  # the most that Excel takes, in whole pixels


def test_all_that_is_due_goes_into_the_feed():
    moment = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
    items = [
        DueItem("deadline", "one", "d", moment, "Notify", "within 72 hours", "Art. 33(1)", "unknown"),
        DueItem("record", "one", "r", DAY, "A contract", "due", action="destroy"),
        DueItem("record", "one", "w", None, "Waits", "unknown", state="waiting", action="waiting"),
        DueItem("deadline", "one", "o", DAY, "Tell them", "at once", overdue=True),
    ]  # fmt: skip
    first, second, undated, over = calendar_items(items, date(2026, 12, 1))
    assert (undated.id, undated.at) == ("record-one-w", date(2026, 12, 1))
    assert (undated.summary, over.summary) == ("No date: one: waiting: Waits", "OVERDUE: one: Tell them")
    assert (first.id, first.at, first.summary) == ("deadline-one-d", moment, "one: Notify (if it applies)")
    assert (first.description, first.category) == ("within 72 hours\nArt. 33(1)", "deadline")
    assert (second.summary, second.description) == ("one: destroy: A contract", "due")
    assert [say_at(each) for each in items] == [
        "2026-11-24 09:30 UTC", "2026-11-24", "-", "2026-11-24"
    ]  # fmt: skip


def test_a_scope_in_words():
    assert scope_words("project", ()) == "all records"
    assert scope_words("series", ("a", "b")) == "series a, b"


@pytest.mark.parametrize(("short", "pinpoint", "said"), [
    ("GDPR", "Art. 33(5)", "GDPR Art. 33(5)"),
    ("UK GDPR", "UK GDPR Art. 46", "UK GDPR Art. 46"),
    ("Rules for banks (23 NYCRR 500)", "23 NYCRR 500.6(b)", "Rules for banks, 23 NYCRR 500.6(b)"),
    ("", "schedule of the project, officer-1, 2026-11-24", "schedule of the project, officer-1, 2026-11-24"),
    ("Rules for banks (of New York)", "23 NYCRR 500.6(b)", "Rules for banks (of New York) 23 NYCRR 500.6(b)"),
])  # fmt: skip
def test_an_authority_is_not_said_twice(short, pinpoint, said):
    rule = line("a", cite={"instrument": "x", "pinpoint": pinpoint}, verified=True).rule
    assert say_authority(rule, {"x": short}) == said


def test_a_decided_conflict_does_not_wait():
    said = Resolution("contracts", "keep", "limit", "keep", "counsel-1", "a duty goes first", DAY)
    decided = note_decisions(schedule(), [said])
    text = pages(write_schedule_pdf(decided, "A project", "one", SHORTS))
    assert "Conflicts that were decided" in text
    assert "Conflicts that wait" not in text
    book = openpyxl.load_workbook(io.BytesIO(write_schedule_xlsx(decided, "A project", SHORTS)))
    notes = list(book["Holds and conflicts"].iter_rows(values_only=True))
    assert [each[0] for each in notes] == ["What", "Version", "Decided conflict"]
