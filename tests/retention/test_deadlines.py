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


@pytest.mark.parametrize(("at", "place", "more", "last"), [
    # it is 1 March in Brussels, and 28 February in Dublin and Lisbon
    ("2026-02-28T23:30:00+00:00", "Europe/Brussels", {"period": {"months": 1}}, date(2026, 3, 28)),
    # it is 11 March in New York, and 10 March where it was noted
    ("2026-03-10T22:30:00-07:00", "America/New_York", {"period": {"days": 60}}, date(2026, 5, 9)),
    # it is 24 November in New York, and the 25th where it was noted
    ("2026-11-25T04:30:00+00:00", "America/New_York", {"period": {"days": 60}}, date(2027, 1, 23)),
    ("2026-11-27T23:30:00+00:00", "Europe/Brussels", {"business_days": 1}, date(2026, 11, 30)),
    ("2026-11-24T00:30:00+01:00", "Europe/Brussels", {"period": {"days": 1}}, date(2026, 11, 25)),
])  # fmt: skip
def test_of_the_day_here_and_the_day_there_the_first_counts(at, place, more, last):
    assert reckon(datetime.fromisoformat(at), gettz(place), **more).day == last


def test_a_last_day_rolls_only_where_the_law_says_so():
    assert reckon(date(2026, 10, 28), period={"months": 1}).day == date(2026, 11, 28)
    found = reckon(date(2026, 10, 28), period={"months": 1}, extension={"months": 2}, rolls=True)
    # the extended period runs from the event, and not from the day that stands in for a last one
    assert (found.day, found.extended) == (date(2026, 11, 30), date(2027, 1, 28))
    assert reckon(date(2026, 10, 28), period={"months": 1}, rolls=True).extended is None


@pytest.mark.parametrize(("at", "first", "extended"), [
    (date(2026, 1, 31), date(2026, 3, 2), date(2026, 4, 30)),
    (date(2025, 10, 31), date(2025, 12, 1), date(2026, 2, 2)),  # 30 November a Sunday, 31 January a Saturday
    (date(2027, 11, 30), date(2027, 12, 30), date(2028, 2, 29)),
])  # fmt: skip
def test_a_month_and_two_more_are_three_months(at, first, extended):
    found = reckon(at, period={"months": 1}, extension={"months": 2}, rolls=True)
    assert (found.day, found.extended, found.last) == (first, extended, first)


def test_an_extension_that_was_used_gives_the_last_day():
    used = Occurrence("o", "p", DeadlineEvent.BREACH, date(2026, 10, 28), "t", extended={"a.b": date(2026, 11, 2)})
    longer = deadline(period={"months": 1}, extension={"months": 2})
    found = reckon_deadline(longer, used, EU, BRUSSELS)
    assert (found.day, found.extended, found.last) == (date(2026, 11, 28), date(2027, 1, 28), date(2027, 1, 28))
    # the law of today knows no extension any more
    assert reckon_deadline(deadline(period={"months": 1}), used, EU, BRUSSELS).last == date(2026, 11, 28)


@pytest.mark.parametrize(("at", "shown"), [
    ("2026-11-24T09:30:00+01:00", "2026-11-27T09:30:00+01:00"),
    ("2026-11-24T08:30:00+00:00", "2026-11-27T08:30:00+00:00"),
    ("2026-10-23T12:00:00+02:00", "2026-10-26T11:00:00+01:00"),  # the clocks of Brussels went back
    ("2026-10-23T03:00:00-07:00", "2026-10-26T03:00:00-07:00"),
])  # fmt: skip
def test_a_moment_is_told_by_the_clock_of_the_event(at, shown):
    assert reckon(datetime.fromisoformat(at), period={"hours": 72}).moment.isoformat() == shown


def test_without_a_figure_there_is_no_day():
    found = reckon(date(2026, 10, 28))
    assert (found.day, found.moment, found.extended, found.last) == (None, None, None, None)


def test_business_days():
    assert reckon(date(2026, 11, 27), business_days=2).day == date(2026, 12, 1)


def test_the_year_is_that_of_the_first_of_two_days():
    for moment in ("2026-12-31T23:30:00+00:00", "2027-01-01T00:30:00+01:00", "2027-01-01T01:30:00+02:00"):
        found = reckon(datetime.fromisoformat(moment), period={"days": 60}, from_year_end=True)
        assert found.day == (date(2027, 3, 1) if moment.startswith("2026") else date(2028, 2, 29))


@given(st.datetimes(), st.integers(-12, 14), st.integers(1, 200))
@examples(300)
def test_hours_are_hours_whatever_the_clocks_do(moment, offset, hours):
    at = moment.replace(
        year=1990 + moment.year % 100, day=min(moment.day, 28), tzinfo=timezone(timedelta(hours=offset))
    )
    found = reckon(at, period=Period(hours=hours))
    assert found.moment.astimezone(UTC) - at.astimezone(UTC) == timedelta(hours=hours)
