"""Business days and holidays, against the published lists of years that are past."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govern.errors import ContentError
from govern.retention import (
    Holiday,
    HolidayCalendar,
    add_business_days,
    holidays_in,
    is_business_day,
    roll_forward,
)

from ..conditions.worlds import examples

# As the governments published them: the days on which offices were closed and that are no weekend
PUBLISHED = {
    ("UK", 2020): "01-01 04-10 04-13 05-25 08-31 12-25 12-28",  # without 8 May, proclaimed instead of the first Monday
    ("UK", 2021): "01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28",
    ("UK", 2023): "01-02 04-07 04-10 05-01 05-29 08-28 12-25 12-26",  # without 8 May, the coronation
    ("UK", 2024): "01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26",
    ("UK", 2027): "01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28",
    ("US", 2021): "01-01 01-18 02-15 05-31 06-18 07-05 09-06 10-11 11-11 11-25 12-24 12-31",
    ("US", 2022): "01-17 02-21 05-30 06-20 07-04 09-05 10-10 11-11 11-24 12-26",
    ("US", 2023): "01-02 01-16 02-20 05-29 06-19 07-04 09-04 10-09 11-10 11-23 12-25",
    ("US", 2026): "01-01 01-19 02-16 05-25 06-19 07-03 09-07 10-12 11-11 11-26 12-25",
    ("DE", 2025): "01-01 04-18 04-21 05-01 05-29 06-09 10-03 12-25 12-26",
    ("FR", 2025): "01-01 04-21 05-01 05-08 05-29 06-09 07-14 08-15 11-11 12-25",
    # Reckoned by hand from the Act; days at a weekend are not moved
    ("IE", 2022): "03-17 04-18 05-02 06-06 08-01 10-31 12-26",
    ("IE", 2023): "02-06 03-17 04-10 05-01 06-05 08-07 10-30 12-25 12-26",
    ("IE", 2026): "01-01 02-02 03-17 04-06 05-04 06-01 08-03 10-26 12-25",
    ("IE", 2030): "01-01 02-01 04-22 05-06 06-03 08-05 10-28 12-25 12-26",  # the first of February is a Friday
    ("IE", 2031): "01-01 02-03 03-17 04-14 05-05 06-02 08-04 10-27 12-25 12-26",
    ("EU", 2025): "",
}


@pytest.mark.parametrize(("id_", "year"), PUBLISHED)
def test_the_holidays_are_those_that_were_published(content, id_, year):
    calendar = content.calendars()[id_]
    found = [f"{day:%m-%d}" for day in sorted(holidays_in(calendar, year)) if day.weekday() < 5]
    wanted = PUBLISHED[id_, year].split()
    if (id_, year) == ("UK", 2020):
        found.remove("05-04")  # proclaimed away for that year
    assert found == wanted


@pytest.mark.parametrize("year", [2019, 2020])
def test_a_holiday_begins_with_its_law(content, year):
    assert "Juneteenth" not in holidays_in(content.calendars()["US"], year).values()


def test_a_new_year_on_saturday_is_kept_in_the_year_before():
    calendar = HolidayCalendar(
        id="x", title="x", zone="UTC", holidays=(Holiday(name="New Year", month=1, day=1, observed="nearest"),)
    )
    assert holidays_in(calendar, 2021) == {date(2021, 1, 1): "New Year", date(2021, 12, 31): "New Year"}
    assert holidays_in(calendar, 2022) == {}
    assert holidays_in(calendar, 1) == {date(1, 1, 1): "New Year"}


def made(**holiday):
    return HolidayCalendar(id="x", title="x", zone="UTC", holidays=(Holiday(name="Day", **holiday),))


@pytest.mark.parametrize(("observed", "saturday", "sunday"), [
    ("same", date(2026, 7, 4), date(2027, 7, 4)), ("nearest", date(2026, 7, 3), date(2027, 7, 5)),
    ("sunday", date(2026, 7, 4), date(2027, 7, 5)), ("next", date(2026, 7, 6), date(2027, 7, 5)),
])  # fmt: skip
def test_where_a_holiday_on_a_weekend_is_kept(observed, saturday, sunday):
    calendar = made(month=7, day=4, observed=observed)
    assert list(holidays_in(calendar, 2026)) == [saturday]
    assert list(holidays_in(calendar, 2027)) == [sunday]
    assert list(holidays_in(calendar, 2025)) == [date(2025, 7, 4)]


@pytest.mark.parametrize(("holiday", "days"), [
    ({"month": 5, "weekday": "monday", "nth": 1}, [date(2026, 5, 4)]),
    ({"month": 5, "weekday": "monday", "nth": -1}, [date(2026, 5, 25)]),
    ({"month": 2, "weekday": "sunday", "nth": 4}, [date(2026, 2, 22)]),
    ({"month": 2, "day": 29}, []),
    ({"easter": -2}, [date(2026, 4, 3)]), ({"easter": 0}, [date(2026, 4, 5)]), ({"easter": 39}, [date(2026, 5, 14)]),
])  # fmt: skip
def test_the_ways_to_find_a_holiday(holiday, days):
    assert list(holidays_in(made(**holiday), 2026)) == days


def test_a_leap_day_is_a_holiday_in_leap_years():
    assert list(holidays_in(made(month=2, day=29), 2028)) == [date(2028, 2, 29)]


def test_another_weekend():
    calendar = HolidayCalendar(id="x", title="x", zone="UTC", weekend=("friday", "saturday"))
    assert [is_business_day(calendar, date(2026, 11, 23) + timedelta(days=each)) for each in range(7)] == [
        True, True, True, True, False, False, True,
    ]  # fmt: skip


@pytest.mark.parametrize(("start", "number", "end"), [
    (date(2026, 11, 24), 0, date(2026, 11, 24)), (date(2026, 11, 24), 1, date(2026, 11, 25)),
    (date(2026, 11, 27), 1, date(2026, 11, 30)), (date(2026, 11, 28), 1, date(2026, 11, 30)),
    (date(2026, 12, 23), 2, date(2026, 12, 28)),
])  # fmt: skip
def test_business_days_are_counted_after_the_start(content, start, number, end):
    assert add_business_days(start, number, content.calendars()["US"]) == end


@pytest.mark.parametrize("number", [-1, 10_001])
def test_a_number_that_is_not_counted(content, number):
    with pytest.raises(ValueError, match="business days are not counted"):
        add_business_days(date(2026, 11, 24), number, content.calendars()["US"])


@given(
    st.dates(date(1980, 1, 1), date(2200, 1, 1)), st.integers(0, 40), st.sampled_from(["EU", "US", "UK", "US-CA", "DE"])
)
@examples(300)
def test_counting_agrees_with_looking_at_each_day(content, start, number, id_):
    calendar = content.calendars()[id_]
    end = add_business_days(start, number, calendar)
    between = [start + timedelta(days=each) for each in range(1, (end - start).days + 1)]
    assert sum(is_business_day(calendar, each) for each in between) == number
    assert number == 0 or is_business_day(calendar, end)
    rolled = roll_forward(end, calendar)
    assert is_business_day(calendar, rolled)
    assert (rolled == end) == is_business_day(calendar, end)


@pytest.mark.parametrize("id_", ["EU", "DE", "FR", "UK", "US", "US-CA"])
def test_each_calendar_has_a_clock(content, id_):
    calendar = content.calendars()[id_]
    assert content.zone(calendar.zone) is not None
    assert len(calendar.weekend) == 2


def test_a_zone_that_nobody_knows(content):
    with pytest.raises(ContentError, match="there is no time zone `Europe/Atlantis`"):
        content.zone("Europe/Atlantis")
