"""The feed, as the icalendar package reads it."""

from datetime import UTC, date, datetime, timedelta, timezone

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from govern.retention import CalendarItem, format_calendar

from ..conditions.worlds import examples

STAMP = datetime(2026, 11, 24, 10, tzinfo=UTC)


def write(*items, name="govern: all projects"):
    return format_calendar(items, name=name, stamp=STAMP, host="log.example")


def read(text):
    return icalendar.Calendar.from_ical(text)


def test_a_day_and_a_moment():
    brussels = timezone(timedelta(hours=1))
    text = write(
        CalendarItem("m", datetime(2026, 11, 30, 16, 0, tzinfo=brussels), "Notify", "Art. 33(1)", "deadline"),
        CalendarItem("d", date(2026, 11, 24), "Destroy"),
    )
    day, moment = read(text).events
    assert (day["DTSTART"].dt, day["DTEND"].dt) == (date(2026, 11, 24), date(2026, 11, 25))
    assert (day["UID"], str(day["SUMMARY"]), "DESCRIPTION" in day) == ("d@log.example", "Destroy", False)
    assert "DTEND" not in moment  # RFC 5545 3.8.2.2: it would have to be later than DTSTART
    assert (moment["DTSTART"].dt, moment["DTSTAMP"].dt) == (datetime(2026, 11, 30, 15, 0, tzinfo=UTC), STAMP)
    assert str(moment["DESCRIPTION"]) == "Art. 33(1)"
    assert [str(each) for each in moment["CATEGORIES"].cats] == ["deadline"]


def test_an_empty_feed():
    text = write()
    assert text.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:")
    assert text.endswith("\r\nEND:VCALENDAR\r\n")
    assert read(text).events == []


def test_the_last_day_of_the_calendar_has_no_day_after():
    (event,) = read(write(CalendarItem("d", date.max, "Far"))).events
    assert event["DTSTART"].dt == date.max
    assert "DTEND" not in event


@pytest.mark.parametrize("text", [
    "a; b, c \\ d\nsecond line", "x" * 300, "€" * 100, "\U0001f4c5" * 60, "BEGIN:VEVENT\r\nEND:VEVENT", "a\rb",
    "bell \x07 and \x85 gone", "ends with \\", "\\n is no line end",
])  # fmt: skip
def test_what_is_written_is_read(text):
    (event,) = read(write(CalendarItem("d", date(2026, 11, 24), text, text))).events
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x07", "").replace("\x85", "")
    assert str(event["SUMMARY"]) == lines
    assert str(event["DESCRIPTION"]) == lines


@given(
    st.lists(st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=120), min_size=1, max_size=4)
)
@examples(300)
def test_no_line_is_longer_than_75_octets_and_nothing_is_lost(texts):
    text = write(*(CalendarItem(str(index), date(2026, 1, 1), each, each) for index, each in enumerate(texts)))
    assert all(len(each.encode()) <= 75 for each in text.split("\r\n"))
    assert "\n" not in text.replace("\r\n", "")
    assert [str(each["SUMMARY"]) for each in read(text).events] == texts


def test_the_order_is_that_of_the_days():
    items = [
        CalendarItem("c", date(2026, 11, 25), "c"), CalendarItem("b", datetime(2026, 11, 24, 9, tzinfo=UTC), "b"),
        CalendarItem("a", date(2026, 11, 24), "a"),
    ]  # fmt: skip
    assert [str(each["SUMMARY"]) for each in read(write(*items)).events] == ["a", "b", "c"]
