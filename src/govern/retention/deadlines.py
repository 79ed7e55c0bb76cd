"""Legal deadlines: an answer, a notice or a report that is due so long after something happened."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from govern.kernel import Citation, InForce
from govern.retention.calendar import HolidayCalendar, add_business_days, roll_forward
from govern.retention.model import Period
from govern.retention.schedule import add_period


class DeadlineEvent(StrEnum):
    """What starts the clock."""

    BREACH = "breach"
    """A breach of personal data was discovered: the client is aware of it."""
    CYBER_INCIDENT = "cyber_incident"
    AI_INCIDENT = "ai_incident"
    AI_INCIDENT_WIDESPREAD = "ai_incident_widespread"
    AI_INCIDENT_DEATH = "ai_incident_death"
    REQUEST = "request"
    """A person asks: access, deletion, correction, a copy."""
    AMENDMENT = "amendment"
    ACCOUNTING = "accounting"
    OPT_OUT = "opt_out"
    COMPLAINT = "complaint"
    COLLECTION = "collection"
    OBTAINED = "obtained"
    MATERIAL_CHANGE = "material_change"
    ASSESSMENT = "assessment"
    AUTHORITY_ASKS = "authority_asks"
    DEATH = "death"

    def words(self) -> str:
        """Breach; AI incident."""
        return self.value.replace("_", " ").replace("ai ", "AI ")


class LegalDeadline(BaseModel):
    """What must be done how long after which event. Without a period the law only says: without undue delay."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    pack: str
    title: str
    cite: Citation
    applies: str
    event: DeadlineEvent
    trigger: str
    period: Period | None = None
    business_days: int | None = None
    from_year_end: bool = False
    """The period begins with the last day of the year of the event."""
    extension: Period | None = None
    """By how much it may be extended, on the conditions that `note` names."""
    rolls: bool = False
    """A last day that is no business day gives way to the next that is one."""
    calendar: str
    jurisdiction: str
    verified: bool = False
    in_force: InForce = InForce()
    note: str = ""

    def words(self) -> str:
        """Within 1 month, and 2 months more; within 10 business days; without undue delay."""
        if self.business_days is not None:
            return f"within {self.business_days} business days"
        if self.period is None:
            return "without undue delay"
        length = self.period.words()
        start = "at once" if length == "at once" else f"within {length}"
        start += " of the end of the year" if self.from_year_end else ""
        return f"{start}, and {self.extension.words()} more" if self.extension else start


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Something that happened in a project and starts clocks. `at` is a day, or a moment with its zone.

    `closed_on` is when all that was left was done; `done` has the deadlines that were done before, and `extended` those
    whose extension was used, by their ids, each with its day.
    """

    id: str
    project: str
    event: DeadlineEvent
    at: date
    title: str
    closed_on: date | None = None
    done: Mapping[str, date] = field(default_factory=dict)
    extended: Mapping[str, date] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DueDeadline:
    """A deadline with its last moment. `moment` is set where hours count; `day` is then its day in the zone.

    Both are None where the law gives no figure. `extended` is the last day if the extension is used; `day` is the last
    one without it.
    """

    deadline: LegalDeadline
    occurrence: Occurrence
    applies: bool | None
    day: date | None
    moment: datetime | None = None
    extended: date | None = None

    @property
    def last(self) -> date | None:
        """The last day: that of the extension where it was used."""
        used = self.extended if self.deadline.id in self.occurrence.extended else None
        return used or self.day


def reckon_deadline(
    deadline: LegalDeadline,
    occurrence: Occurrence,
    calendar: HolidayCalendar,
    zone: tzinfo,
    applies: bool | None = True,
) -> DueDeadline:
    """When a deadline ends that an occurrence began.

    The day of the event is not counted, and the last day counts whole; a period of months ends on the day of the same
    number, or on the last of a shorter month. An extension makes the one period longer: a month and two more end as
    three do. Hours run from the moment, over weekends and changes of the clock; of a day without an hour they run from
    its begin, which is never too late.
    """
    day = first_day(occurrence.at, zone)
    if deadline.from_year_end:
        day = date(day.year, 12, 31)
    if deadline.business_days is not None:
        return DueDeadline(deadline, occurrence, applies, add_business_days(day, deadline.business_days, calendar))
    period = deadline.period
    if period is None:
        return DueDeadline(deadline, occurrence, applies, None)
    if period.hours:
        start = _moment(occurrence.at, zone)
        # In UTC an hour is an hour: by the wall clock the night of a change would be an hour off.
        end = start.astimezone(UTC) + timedelta(hours=period.hours)
        return DueDeadline(deadline, occurrence, applies, end.astimezone(zone).date(), _on_clock(end, start, zone))
    last = add_period(day, period)
    # Regulation 1182/71 Art. 3(2)(c): the last day has the number of the first, and not of a shorter month between.
    extended = add_period(day, period.plus(deadline.extension)) if deadline.extension else None
    if deadline.rolls:
        last = roll_forward(last, calendar)
        extended = roll_forward(extended, calendar) if extended else None
    return DueDeadline(deadline, occurrence, applies, last, extended=extended)


def first_day(at: date, zone: tzinfo) -> date:
    """The day of a moment where it was noted or by the clock of a zone, whichever is first; a day is itself everywhere.

    Where a law's clock is not that of the place, the later of the two would be a day too late for one of them.
    """
    return min(at.date(), at.astimezone(zone).date()) if isinstance(at, datetime) else at


def _moment(at: date, zone: tzinfo) -> datetime:
    return at if isinstance(at, datetime) else datetime.combine(at, time(), zone)


def _on_clock(end: datetime, start: datetime, zone: tzinfo) -> datetime:
    """The end as a clock shows it that showed the start as it was noted; that of the zone where it could be."""
    like = zone if start.utcoffset() == start.astimezone(zone).utcoffset() else start.tzinfo
    shown = end.astimezone(like)
    # With a plain offset: two moments in one zone of Python's are told apart by their clocks alone.
    return shown.replace(tzinfo=timezone(shown.utcoffset() or timedelta()))
