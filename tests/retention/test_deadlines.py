"""Legal deadlines: hours, days, months, business days, extensions, and the clock of the place."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from dateutil.tz import gettz
from hypothesis import given
from hypothesis import strategies as st

from govern.retention import DeadlineEvent, HolidayCalendar, LegalDeadline, Occurrence, Period, reckon_deadline

from ..conditions.worlds import examples

EU = HolidayCalendar(id="EU", title="weekends", zone="Europe/Brussels")
BRUSSELS = gettz("Europe/Brussels")


def deadline(**more):
    fields = {
        "id": "a.b", "pack": "a", "title": "Tell somebody", "cite": {"instrument": "law", "pinpoint": "Art. 1"},
        "applies": "yes", "event": "breach", "trigger": "awareness", "calendar": "EU", "jurisdiction": "EEA",
    }  # fmt: skip
    return LegalDeadline(**{**fields, **more})


def reckon(at, zone=BRUSSELS, **more):
    return reckon_deadline(deadline(**more), Occurrence("o", "p", DeadlineEvent.BREACH, at, "t"), EU, zone)


@pytest.mark.parametrize(("more", "words"), [
    ({"period": {"hours": 72}}, "within 72 hours"), ({"period": {"months": 1}}, "within 1 month"),
    ({"period": {"months": 1}, "extension": {"months": 2}}, "within 1 month, and 2 months more"),
    ({"period": {"hours": 0}}, "at once"), ({}, "without undue delay"),
    ({"business_days": 10}, "within 10 business days"),
    ({"period": {"days": 60}, "from_year_end": True}, "within 60 days of the end of the year"),
])  # fmt: skip
def test_a_deadline_in_words(more, words):
    assert deadline(**more).words() == words


@pytest.mark.parametrize(("event", "words"), [("ai_incident_death", "AI incident death"), ("breach", "breach")])
def test_an_event_in_words(event, words):
    assert DeadlineEvent(event).words() == words


def test_hours_run_from_the_moment():
    found = reckon(datetime(2026, 11, 27, 23, 0, tzinfo=UTC), period={"hours": 72})
    assert found.moment == datetime(2026, 11, 30, 23, 0, tzinfo=UTC)
    assert found.day == date(2026, 12, 1)  # it is midnight in Brussels
    assert found.extended is None


def test_of_a_day_hours_run_from_its_begin():
    assert reckon(date(2026, 11, 24), period={"hours": 72}).moment == datetime(2026, 11, 26, 23, 0, tzinfo=UTC)


def test_the_day_is_that_of_the_place():
    late = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
    assert reckon(late, period={"days": 1}).day == date(2026, 11, 26)
    assert reckon(late, UTC, period={"days": 1}).day == date(2026, 11, 25)


def test_a_last_day_rolls_only_where_the_law_says_so():
    assert reckon(date(2026, 10, 28), period={"months": 1}).day == date(2026, 11, 28)
    found = reckon(date(2026, 10, 28), period={"months": 1}, extension={"months": 2}, rolls=True)
    # the extension runs from the last day by the calendar, and not from the day that stands in for it
    assert (found.day, found.extended) == (date(2026, 11, 30), date(2027, 1, 28))
    assert reckon(date(2026, 10, 28), period={"months": 1}, rolls=True).extended is None


def test_without_a_figure_there_is_no_day():
    found = reckon(date(2026, 10, 28))
    assert (found.day, found.moment, found.extended) == (None, None, None)


def test_business_days():
    assert reckon(date(2026, 11, 27), business_days=2).day == date(2026, 12, 1)


def test_the_year_ends_by_the_clock_of_the_place():
    moment = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    assert reckon(moment, period={"days": 60}, from_year_end=True).day == date(2028, 2, 29)
    assert reckon(moment, UTC, period={"days": 60}, from_year_end=True).day == date(2027, 3, 1)


@given(st.datetimes(), st.integers(-12, 14), st.integers(1, 200))
@examples(300)
def test_hours_are_hours_whatever_the_clocks_do(moment, offset, hours):
    at = moment.replace(
        year=1990 + moment.year % 100, day=min(moment.day, 28), tzinfo=timezone(timedelta(hours=offset))
    )
    found = reckon(at, period=Period(hours=hours))
    assert found.moment - at.astimezone(UTC) == timedelta(hours=hours)
