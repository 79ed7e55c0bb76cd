"""The nouns of retention: rules of law, and the schedule of a project."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from govern.errors import FactError
from govern.kernel import Citation, InForce
from govern.retention.calendar import HolidayCalendar


class RuleKind(StrEnum):
    """What a rule says about time."""

    MINIMUM = "minimum"
    MAXIMUM = "maximum"
    NONE = "none"


class Period(BaseModel):
    """A length of time in whole units; months and years are calendar ones, business days follow what comes before."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    years: int = 0
    months: int = 0
    days: int = 0
    hours: int = 0
    business_days: int = 0

    def words(self) -> str:
        """6 years; 1 year and 3 months; 90 business days; at once."""
        parts = []
        for name in ("years", "months", "days", "hours", "business_days"):
            count = getattr(self, name)
            if count:
                unit = name.replace("_", " ")
                parts.append(f"{count} {unit if count != 1 else unit[:-1]}")
        return " and ".join(parts) or "at once"

    def plus(self, other: "Period") -> "Period":
        """The length of both together."""
        return Period(
            years=self.years + other.years,
            months=self.months + other.months,
            days=self.days + other.days,
            hours=self.hours + other.hours,
            business_days=self.business_days + other.business_days,
        )


_PART = re.compile(r"([0-9]{1,6}) (year|month|day|hour|(?:business|working) day)s?", re.ASCII)


def parse_period(text: str) -> Period:
    """The inverse of `Period.words`: 6 years; 1 year and 3 months; 90 business days; at once. Raises FactError.

    Working days are business days.
    """
    counts: dict[str, int] = {}
    if text.strip() != "at once":
        for part in re.split(r" and |,", text.strip()):
            found = _PART.fullmatch(part.strip())
            unit = found[2].replace("working", "business").replace(" ", "_") + "s" if found else ""
            if found is None or unit in counts:
                hint = "like 6 years, 18 months, or 90 business days"
                raise FactError(f"`{text[:60]}` is not a period", where="period", hint=hint)
            counts[unit] = int(found[1])
    return Period(**counts)


class TriggerEvent(StrEnum):
    """What a period begins with. Each record has its own day for it, or the project has one for all."""

    CREATION = "creation"
    COMPLETION = "completion"
    LAST_EFFECT = "last_effect"
    CONTRACT_END = "contract_end"
    ACCEPTANCE = "acceptance"
    LAST_USE = "last_use"
    LAST_CONTACT = "last_contact"
    WITHDRAWAL = "withdrawal"
    PURPOSE_MET = "purpose_met"
    PROCESSING_END = "processing_end"
    PERIOD_END = "period_end"
    PLACED_ON_MARKET = "placed_on_market"
    AUTHORISATION = "authorisation"
    TRANSACTION = "transaction"
    DECISION = "decision"
    DISCLOSURE = "disclosure"
    REQUEST = "request"
    CLOSURE = "closure"
    DEATH = "death"

    def words(self) -> str:
        """Last effect; contract end."""
        return self.value.replace("_", " ")


class Action(StrEnum):
    """What is done with a record when its time has come."""

    DESTROY = "destroy"
    TRANSFER = "transfer"
    RETURN = "return"
    REVIEW = "review"
    KEEP = "keep"


def say_pinpoint(cite: Citation) -> str:
    """A citation where nobody gives the instrument's name."""
    return cite.pinpoint


def say_citation(cite: Citation, names: Mapping[str, str]) -> str:
    """GDPR Art. 33(5). `names` are those of the instruments by id; what a project set itself has an empty one."""
    name, pinpoint = names.get(cite.instrument, cite.instrument), cite.pinpoint
    title, bracket, code = name.rpartition(" (")
    if pinpoint.startswith(name):
        return pinpoint
    if bracket and pinpoint.split()[:2] == code.split()[:2]:  # … companies (23 NYCRR 500), 23 NYCRR 500.6(b)
        return f"{title}, {pinpoint}"
    return f"{name} {pinpoint}"


class RetentionRule(BaseModel):
    """How long one class of records is kept under one provision."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    id: str
    pack: str
    record_class: str
    title: str
    cite: Citation
    applies: str
    rule: RuleKind
    period: Period | None = None
    trigger: str
    trigger_fact: str | None = None
    event: TriggerEvent | None = None
    """The trigger as an event of a record; None where only words describe it, and a person says the day."""
    data_class: str = ""
    """The class of data that it is about; empty for all."""
    calendar: str = ""
    """The calendar that says which days are business days; empty where none are counted."""
    action: Action
    jurisdiction: str
    verified: bool = False
    in_force: InForce = InForce()
    note: str = ""


@dataclass(frozen=True, slots=True)
class ScheduleLine:
    """One rule for one project. `due` is None where it cannot be computed; `why_no_date` then says why.

    `applies` is None where a fact is unknown; `missing` then names the facts.
    """

    rule: RetentionRule
    applies: bool | None
    trigger_date: date | None
    due: date | None
    why_no_date: str
    missing: tuple[str, ...] = ()
    calendar: HolidayCalendar | None = None
    """The rule's calendar; None where it names none, or one that is not there."""

    @property
    def lacks_calendar(self) -> bool:
        """Whether business days are to be counted and nothing says which they are."""
        return self.calendar is None and self.rule.period is not None and self.rule.period.business_days > 0


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two rules for one class of records that cannot both be kept to the letter; `decided` is what a person said."""

    record_class: str
    keep: ScheduleLine
    destroy: ScheduleLine
    words: str
    decided: "Resolution | None" = None


@dataclass(frozen=True, slots=True)
class Review:
    """What a person decided on a record whose time for review had come: the action, who, why and when.

    `rule` and `due` are the rule that called for the review and the day since which it did: where a corrected trigger
    or another schedule moves them, the decision falls and the record is due for review again. `until` is the last day
    of a longer keeping, and only there.
    """

    rule: str
    due: date
    action: Action
    reviewer: str
    reason: str
    decided_on: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class HandOver:
    """That a record was handed to somebody: to whom, on which day, and the digest of the receipt's file."""

    to: str
    on: date
    receipt: str
    by: str


@dataclass(frozen=True, slots=True)
class Correction:
    """That what is registered of a record was corrected, and what the schedule said of it before, in words.

    Of several the one before which it was kept longest, so that none is hidden behind a later one; `times` is how often
    in all, and `until` the last day of the minimum before it, where one was known.
    """

    on: date
    by: str
    before: str
    until: date | None = None
    times: int = 1

    def after(self, earlier: "Correction | None") -> "Correction":
        """What is to be remembered of this correction and those before it."""
        if earlier is None:
            return self
        longest = self if (self.until or date.min) >= (earlier.until or date.min) else earlier
        return replace(longest, times=earlier.times + self.times)

    def words(self) -> str:
        """Corrected on 2026-12-01 by keeper, before that: kept until 2030-02-28."""
        often = f" ({self.times} corrections in all)" if self.times > 1 else ""
        return f"corrected on {self.on.isoformat()} by {self.by}, before that: {self.before}{often}"


@dataclass(frozen=True, slots=True)
class RetainedRecord:
    """A thing that is kept: a dataset, a batch, a contract, a file. Its content is in a store, never here.

    `record_class` is one of the schedule's, `triggers` the days of its events, `store` where it lies (`file:///…`,
    `s3://bucket/prefix`), `digest` the SHA-256 of its content in hex or empty, and `schedule` the version of the
    schedule under which it was registered.
    """

    id: str
    project: str
    title: str
    record_class: str
    store: str
    triggers: Mapping[TriggerEvent, date]
    digest: str = ""
    data_class: str = ""
    schedule: str = ""
    matters: tuple[str, ...] = ()
    """The matters that it belongs to, as holds name them."""
    disposed: str = ""
    """The disposition that ended it; empty while it is kept."""
    absent: str = ""
    """When it was found that nothing was there, where that ended it; empty where it was destroyed."""
    review: Review | None = None
    """The last decision of a review."""
    handed_over: HandOver | None = None
    """To whom it went; what lies in its store is a copy from then on."""
    bound: tuple[str, ...] = ()
    """Holds that reached it before it was corrected: each keeps it until its own release, whatever it asks for."""
    corrected: Correction | None = None
    """What corrections changed of its keeping."""
    version: int = 0


class HoldScope(StrEnum):
    """What a hold reaches."""

    PROJECT = "project"
    SERIES = "series"
    RECORDS = "records"
    QUERY = "query"
    MATTER = "matter"


@dataclass(frozen=True, slots=True)
class Hold:
    """An order not to destroy: who issued it, why, since when, and who released it.

    `project` is empty for a hold on all projects. `values` are record classes for a series, ids for records, the terms
    of a query (`title=*scan*`, `creation>=2025-01-01`; a record must fit all of them), and the names of matters for a
    matter, which reaches every record that is registered with one of them.
    """

    id: str
    project: str
    scope: HoldScope
    values: tuple[str, ...]
    issuer: str
    reason: str
    issued_on: date
    released_by: str = ""
    released_on: date | None = None
    release_reason: str = ""

    def holds_on(self, day: date) -> bool:
        """Whether it is in force on that day; the day of the release is the first on which it is not."""
        return self.issued_on <= day and (self.released_on is None or day < self.released_on)


@dataclass(frozen=True, slots=True)
class Schedule:
    """The lines of a project by record class, and the conflicts among them."""

    as_of: date
    lines: tuple[ScheduleLine, ...]
    conflicts: tuple[Conflict, ...]
    hold: bool | None = False
    """Whether a legal hold stops all destruction; None where nobody has said."""
    holds: tuple[Hold, ...] = ()
    """The holds in force on the project or a part of it."""
    version: str = ""
    """The version of the schedule that these rules are, as records name it."""

    def action(self, line: ScheduleLine) -> str:
        """What is done when the line's time comes: `hold` while a hold reaches all records of the class."""
        series = {each for hold in self.holds if hold.scope is HoldScope.SERIES for each in hold.values}
        return "hold" if self.hold or line.rule.record_class in series else line.rule.action.value


class Verdict(StrEnum):
    """What the schedule says of a record on a day."""

    KEEP = "keep"
    """A minimum has not passed, or no limit has come."""
    DUE = "due"
    """The action is due: nothing keeps it any longer."""
    CONFLICT = "conflict"
    """One law keeps it longer than another allows; a person decides."""
    WAITING = "waiting"
    """The day of a trigger is unknown, or it is unknown whether a rule applies."""
    HELD = "held"
    """A hold stops everything."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a person decided in a conflict: which rule prevails, who approved it, and why."""

    record_class: str
    keep: str
    destroy: str
    prevails: str
    approver: str
    reason: str
    decided_on: date


@dataclass(frozen=True, slots=True)
class Determination:
    """What the schedule says of one record on a day, and by which rules.

    `keep_until` is the last day of the longest minimum, `destroy_by` the last day that the shortest maximum allows;
    both None where no rule sets one. In a conflict that a person decided, the rule that lost is neither. `due` is the
    first day of the action, None while it cannot be told; `action` is what is due when the verdict is `due`, and `rule`
    the rule that says so.
    """

    record: RetainedRecord
    verdict: Verdict
    keep_until: date | None
    destroy_by: date | None
    action: str
    keeps: RetentionRule | None
    limits: RetentionRule | None
    words: str
    holds: tuple[Hold, ...] = ()
    due: date | None = None
    rule: RetentionRule | None = None

    def for_record(self, record: RetainedRecord) -> "Determination":
        """The same of another record."""
        # Written out: `dataclasses.replace` takes ten times as long, and a sweep asks for a million.
        return Determination(
            record,
            self.verdict,
            self.keep_until,
            self.destroy_by,
            self.action,
            self.keeps,
            self.limits,
            self.words,
            self.holds,
            self.due,
            self.rule,
        )
