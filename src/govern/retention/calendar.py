"""Business days: which days a calendar counts, and where a period of them ends.

Calendars are content; this file knows how a holiday is found, not which there are.

>>> weekends = HolidayCalendar(id="EU", title="Saturdays and Sundays", zone="Europe/Brussels")
>>> add_business_days(date(2026, 11, 27), 1, weekends)
datetime.date(2026, 11, 30)
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

from dateutil.easter import easter
from pydantic import BaseModel, ConfigDict, Field

from govern.kernel import InForce

MOST_DAYS = 10_000
"""Business days that are counted one by one; laws set ten or fifteen."""


class Weekday(StrEnum):
    """A day of the week."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


_WEEK = tuple(Weekday)


class Observed(StrEnum):
    """On which day a holiday is kept that falls on a weekend."""

    SAME = "same"
    NEAREST = "nearest"
    """On the Friday before a Saturday, on the Monday after a Sunday."""
    SUNDAY = "sunday"
    """On the Monday after a Sunday; a Saturday stays."""
    NEXT = "next"
    """On the next weekday that is no holiday itself."""


class Holiday(BaseModel):
    """A day of each year: a date (`month`, `day`), a weekday of a month (`nth`, -1 the last), or days from Easter."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    month: int | None = None
    day: int | None = None
    weekday: Weekday | None = None
    nth: int | None = None
    easter: int | None = None
    observed: Observed = Observed.SAME
    in_force: InForce = InForce()


class HolidayCalendar(BaseModel):
    """Which days are business days in a jurisdiction, and by which clock its days begin."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    title: str
    zone: str
    weekend: tuple[Weekday, ...] = (Weekday.SATURDAY, Weekday.SUNDAY)
    holidays: tuple[Holiday, ...] = Field(default=())
    cite: str = ""
    verified: bool = False
    note: str = ""


def holidays_in(calendar: HolidayCalendar, year: int) -> Mapping[date, str]:
    """The holidays of a year on the days on which they are kept; a New Year's Day may be kept in the year before."""
    found: dict[date, str] = {}
    for each in range(max(year - 1, 1), min(year + 1, 9999) + 1):
        found.update({day: name for day, name in _kept(calendar, each).items() if day.year == year})
    return found


@lru_cache(maxsize=512)
def _kept(calendar: HolidayCalendar, year: int) -> Mapping[date, str]:
    dated = [(day, each) for each in calendar.holidays if (day := _find_day(each, year)) is not None]
    dated.sort(key=lambda pair: pair[0])
    taken = {day for day, _ in dated if not _is_weekend(calendar, day)}
    kept: dict[date, str] = {}
    for day, holiday in dated:
        moved = _observe(calendar, holiday, day, taken)
        taken.add(moved)
        kept[moved] = holiday.name
    return kept


def _find_day(holiday: Holiday, year: int) -> date | None:
    day = _on_calendar(holiday, year)
    return day if day is not None and holiday.in_force.covers(day) else None


def _on_calendar(holiday: Holiday, year: int) -> date | None:
    if holiday.easter is not None:
        return easter(year) + timedelta(days=holiday.easter)
    month = holiday.month or 1
    if holiday.weekday is not None and holiday.nth is not None:
        days = [each for each in _days_of(year, month) if _WEEK[each.weekday()] is holiday.weekday]
        return days[holiday.nth - 1 if holiday.nth > 0 else holiday.nth]
    try:
        return date(year, month, holiday.day or 1)
    except ValueError:  # 29 February
        return None


def _days_of(year: int, month: int) -> Iterator[date]:
    day = date(year, month, 1)
    while day.month == month:
        yield day
        day += timedelta(days=1)


def _observe(calendar: HolidayCalendar, holiday: Holiday, day: date, taken: set[date]) -> date:
    weekday = _WEEK[day.weekday()]
    if not _is_weekend(calendar, day) or holiday.observed is Observed.SAME:
        return day
    if holiday.observed is Observed.NEXT:
        while _is_weekend(calendar, day) or day in taken:
            day += timedelta(days=1)
        return day
    if weekday is Weekday.SUNDAY:
        return day + timedelta(days=1)
    return day - timedelta(days=1) if holiday.observed is Observed.NEAREST else day


def _is_weekend(calendar: HolidayCalendar, day: date) -> bool:
    return _WEEK[day.weekday()] in calendar.weekend


def is_business_day(calendar: HolidayCalendar, day: date) -> bool:
    """Whether it is no weekend and no holiday."""
    return not _is_weekend(calendar, day) and day not in holidays_in(calendar, day.year)


def roll_forward(day: date, calendar: HolidayCalendar) -> date:
    """The day itself if it is a business day, else the next that is one."""
    while not is_business_day(calendar, day):
        day += timedelta(days=1)
    return day


def add_business_days(start: date, count: int, calendar: HolidayCalendar) -> date:
    """The last of so many business days after `start`, which itself is not counted.

    Raises ValueError for a number that is negative or too large to count.
    """
    if not 0 <= count <= MOST_DAYS:
        raise ValueError(f"{count} business days are not counted")
    day = start
    for _ in range(count):
        day = roll_forward(day + timedelta(days=1), calendar)
    return day
