"""Legal deadlines: an answer, a notice or a report that is due so long after something happened."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
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
    """Something that happened in a project and starts clocks. `at` is a day, or a moment with its zone."""

    id: str
    project: str
    event: DeadlineEvent
    at: date
    title: str
    closed_on: date | None = None


@dataclass(frozen=True, slots=True)
class DueDeadline:
    """A deadline with its last moment. `moment` is set where hours count; `day` is then its day in the zone.

    Both are None where the law gives no figure. `extended` is the last day if the extension is used.
    """

    deadline: LegalDeadline
    occurrence: Occurrence
    applies: bool | None
    day: date | None
    moment: datetime | None = None
    extended: date | None = None


def reckon_deadline(
    deadline: LegalDeadline,
    occurrence: Occurrence,
    calendar: HolidayCalendar,
    zone: tzinfo,
    applies: bool | None = True,
) -> DueDeadline:
    """When a deadline ends that an occurrence began.

    The day of the event is not counted, and the last day counts whole; a period of months ends on the day of the same
    number, or on the last of a shorter month. Hours run from the moment, over weekends and changes of the clock; of a
    day without an hour they run from its begin, which is never too late.
    """
    day = local_day(occurrence.at, zone)
    if deadline.from_year_end:
        day = date(day.year, 12, 31)
    if deadline.business_days is not None:
        return DueDeadline(deadline, occurrence, applies, add_business_days(day, deadline.business_days, calendar))
    period = deadline.period
    if period is None:
        return DueDeadline(deadline, occurrence, applies, None)
    if period.hours:
        start = _moment(occurrence.at, zone)
        end = start + timedelta(hours=period.hours)
        return DueDeadline(deadline, occurrence, applies, end.astimezone(zone).date(), end)
    last = add_period(day, period)
    extended = add_period(last, deadline.extension) if deadline.extension else None
    if deadline.rolls:
        last = roll_forward(last, calendar)
        extended = roll_forward(extended, calendar) if extended else None
    return DueDeadline(deadline, occurrence, applies, last, extended=extended)


def local_day(at: date, zone: tzinfo) -> date:
    """The day of a moment by the clock of a zone; a day is itself everywhere."""
    return at.astimezone(zone).date() if isinstance(at, datetime) else at


def _moment(at: date, zone: tzinfo) -> datetime:
    start = at if isinstance(at, datetime) else datetime.combine(at, time(), zone)
    # In UTC an hour is an hour: by the wall clock the night of a change would be an hour off.
    return start.astimezone(UTC)
