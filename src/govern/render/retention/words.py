"""The retention schedule and what is due, in the words and rows that every writer uses."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from govern.retention import CalendarItem, RetentionRule, RuleKind, Schedule, ScheduleLine, say_citation
from govern.usecases.due import DueItem

COLUMNS = ("Records", "Rule", "Period", "From", "Begun on", "Ends on", "Then", "Authority", "Jurisdiction", "Note")

_AT_ONCE, _UNTIL_THEN = "at once", "until then"


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the schedule as it is shown, in the order of `COLUMNS`."""

    records: str
    rule: str
    period: str
    trigger: str
    begun: date | None
    ends: date | str
    then: str
    authority: str
    jurisdiction: str
    note: str

    @property
    def term(self) -> str:
        """At least 6 years, from: the disclosure; at once: the payment is authorised."""
        link = ":" if self.period.startswith((_AT_ONCE, _UNTIL_THEN)) else ", from:"
        return f"{self.period}{link} {self.trigger}" + (f" ({self.begun.isoformat()})" if self.begun else "")

    def cells(self) -> tuple[date | str | None, ...]:
        """The cells in the order of `COLUMNS`."""
        return (
            self.records, self.rule, self.period, self.trigger, self.begun, self.ends, self.then, self.authority,
            self.jurisdiction, self.note,
        )  # fmt: skip


def say_period(rule: RetentionRule) -> str:
    """At least 6 years; no longer than 2 years; at once; until then; no fixed term."""
    if rule.period is None or rule.rule is RuleKind.NONE:
        return "no fixed term"
    words = rule.period.words()
    if words == "at once":
        return _UNTIL_THEN if rule.rule is RuleKind.MINIMUM else _AT_ONCE
    words += f" ({rule.calendar})" if rule.calendar else ""
    return f"{'at least' if rule.rule is RuleKind.MINIMUM else 'no longer than'} {words}"


def say_authority(rule: RetentionRule, shorts: Mapping[str, str]) -> str:
    """GDPR Art. 33(5); with a mark where nobody has read the text."""
    return say_citation(rule.cite, shorts) + ("" if rule.verified else " (unverified)")


def rows_of(schedule: Schedule, shorts: Mapping[str, str]) -> list[Row]:
    """The lines of the schedule, in its order."""
    return [_row(schedule, line, shorts) for line in schedule.lines]


def _row(schedule: Schedule, line: ScheduleLine, shorts: Mapping[str, str]) -> Row:
    rule = line.rule
    return Row(
        records=rule.record_class + (f" ({rule.data_class})" if rule.data_class else ""),
        rule=rule.title,
        period=say_period(rule) + ("" if line.applies else " (unknown whether it applies)"),
        trigger=rule.trigger,
        begun=line.trigger_date,
        ends=line.due or line.why_no_date.replace("`", ""),
        then=schedule.action(line),
        authority=say_authority(rule, shorts),
        jurisdiction=rule.jurisdiction,
        note=rule.note,
    )


def say_holds(schedule: Schedule) -> list[str]:
    """A sentence for each hold in force."""
    return [f"Hold {each.id} on {scope_words(each.scope.value, each.values)}: {each.reason}" for each in schedule.holds]


def scope_words(scope: str, values: Iterable[str]) -> str:
    """All records; series contracts, audit logs."""
    named = ", ".join(values)
    return f"{scope} {named}" if named else "all records"


def say_at(item: DueItem) -> str:
    """2026-11-24; 2026-11-24 10:00 UTC+01:00; a dash where it cannot be told."""
    return say_last(item.at)


def say_last(at: date | None) -> str:
    """As `say_at`, of a day or a moment alone; a moment by the clock that it is given in."""
    if isinstance(at, datetime):
        return f"{at:%Y-%m-%d %H:%M %Z}"
    return at.isoformat() if at else "-"


def _summary(item: DueItem) -> str:
    """What a calendar shows of an item without a click: so what is to be done stands in it."""
    mark = "OVERDUE: " if item.overdue else "No date: " if item.at is None else ""
    action = f"{item.action}: " if item.action else ""
    return f"{mark}{item.project}: {action}{item.title}" + (" (if it applies)" if item.state == "unknown" else "")


def calendar_items(items: Iterable[DueItem], today: date) -> list[CalendarItem]:
    """All of it for a calendar feed. What has no date stands on today, whenever the feed is read, and says so."""
    return [
        CalendarItem(
            id=f"{each.kind}-{each.project}-{each.id}",
            at=each.at or today,
            summary=_summary(each),
            description="\n".join(filter(None, (each.words, each.authority))),
            category=each.kind,
        )
        for each in items
    ]
