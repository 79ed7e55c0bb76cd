"""From rules and a project's facts to its retention schedule."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

from dateutil.relativedelta import relativedelta

from govern.conditions import Verdict
from govern.kernel import Citation
from govern.retention.calendar import HolidayCalendar, add_business_days
from govern.retention.model import (
    Conflict,
    Period,
    Resolution,
    RetentionRule,
    RuleKind,
    Schedule,
    ScheduleLine,
    say_pinpoint,
)


def add_period(start: date, period: Period, *, whole: bool = False, calendar: HolidayCalendar | None = None) -> date:
    """The day on which a period that begins on `start` has passed; part of a day counts as a day, or with `whole` not.

    The last day of a shorter month stands for a missing one: a month after 31 January is the end of February. Raises
    ValueError for business days without a calendar, or too many of them.
    """
    hours = period.hours // 24 if whole else -(-period.hours // 24)
    days = timedelta(days=period.days + hours)
    if period.years or period.months:
        start += relativedelta(years=period.years, months=period.months)
    if not period.business_days:
        return start + days
    if calendar is None:
        raise ValueError("business days are counted by a calendar")
    return add_business_days(start + days, period.business_days, calendar)


def end_term(line: ScheduleLine, period: Period, start: date) -> date:
    """The last day of a rule's period. Part of a day counts whole for a minimum; for a maximum it would be too late."""
    return add_period(start, period, whole=line.rule.rule is RuleKind.MAXIMUM, calendar=line.calendar)


def plan_schedule(
    rules: Iterable[RetentionRule],
    values: Mapping[str, Any],
    decide: Callable[[str], Verdict],
    as_of: date,
    missing: Callable[[str], tuple[str, ...]] = lambda _: (),
    say: Callable[[Citation], str] = say_pinpoint,
    calendars: Mapping[str, HolidayCalendar] = MappingProxyType({}),
) -> Schedule:
    """What must be kept how long, for the rules that apply or may apply.

    `decide` gives the verdict of a condition's text for the project, `missing` the facts that keep it unknown, `say` a
    citation in words; `calendars` by their ids say which days are business days. Lines are in the order of record class
    and rule.
    """
    lines = []
    for rule in rules:
        verdict = decide(rule.applies) if rule.in_force.covers(as_of) else False
        if verdict is not False:
            line = _plan_line(
                ScheduleLine(rule, verdict, None, None, "", calendar=calendars.get(rule.calendar)), values
            )
            lines.append(line if verdict else replace(line, missing=missing(rule.applies)))
    lines.sort(key=lambda line: (line.rule.record_class, line.rule.pack, line.rule.id))
    return Schedule(as_of, tuple(lines), find_conflicts(lines, say))


def _plan_line(line: ScheduleLine, values: Mapping[str, Any]) -> ScheduleLine:
    rule = line.rule
    start = values.get(rule.trigger_fact) if rule.trigger_fact else None
    known = start if isinstance(start, date) else None
    if rule.rule is RuleKind.NONE or rule.period is None:
        return replace(line, trigger_date=known, why_no_date="the law sets no term")
    if line.lacks_calendar:
        return replace(line, trigger_date=known, why_no_date=f"there is no calendar `{rule.calendar}`")
    if known is not None:
        try:
            return replace(line, trigger_date=known, due=end_term(line, rule.period, known))
        except (OverflowError, ValueError):  # 9999-12-31 is how some systems write "no end"
            return replace(line, trigger_date=known, why_no_date="the date is beyond the calendar")
    why = f"`{rule.trigger_fact}` is unknown" if rule.trigger_fact else "each record has its own date"
    return replace(line, why_no_date=why)


def find_conflicts(
    lines: Iterable[ScheduleLine], say: Callable[[Citation], str] = say_pinpoint
) -> tuple[Conflict, ...]:
    """Pairs of a minimum and a maximum for the same records where the one ends after the other.

    Compared are due dates where both are known, else the periods from the same event.
    """
    by_class: dict[str, list[ScheduleLine]] = {}
    for line in lines:
        by_class.setdefault(line.rule.record_class, []).append(line)
    found: list[Conflict] = []
    for record_class, group in by_class.items():
        keeps = [line for line in group if line.rule.rule is RuleKind.MINIMUM]
        limits = [line for line in group if line.rule.rule is RuleKind.MAXIMUM]
        for keep in keeps:
            found.extend(_conflict(record_class, keep, limit, say) for limit in limits if _collide(keep, limit))
    return tuple(found)


def _collide(keep: ScheduleLine, limit: ScheduleLine) -> bool:
    if keep.due is not None and limit.due is not None:
        return keep.due > limit.due
    if keep.rule.period is None or limit.rule.period is None or _starts(keep.rule) != _starts(limit.rule):
        return False
    if keep.lacks_calendar or limit.lacks_calendar:
        return False
    day = date(2000, 1, 1)
    return end_term(keep, keep.rule.period, day) > end_term(limit, limit.rule.period, day)


def _starts(rule: RetentionRule) -> str:
    return rule.event.value if rule.event is not None else rule.trigger


def _conflict(record_class: str, keep: ScheduleLine, limit: ScheduleLine, say: Callable[[Citation], str]) -> Conflict:
    assert keep.rule.period is not None and limit.rule.period is not None
    words = (
        f"{say(keep.rule.cite)} keeps them at least {keep.rule.period.words()}, "
        f"{say(limit.rule.cite)} no longer than {limit.rule.period.words()}"
    )
    return Conflict(record_class, keep, limit, f"{words}; counsel decides which prevails, and until then they are kept")


def note_decisions(
    schedule: Schedule, resolutions: Sequence[Resolution], say: Callable[[Citation], str] = say_pinpoint
) -> Schedule:
    """The schedule with what was decided about its conflicts; of two decisions on one pair the newest counts."""
    newest = {(each.record_class, each.keep, each.destroy): each for each in resolutions}
    return replace(schedule, conflicts=tuple(_noted(each, newest, say) for each in schedule.conflicts))


def _noted(
    conflict: Conflict, newest: Mapping[tuple[str, str, str], Resolution], say: Callable[[Citation], str]
) -> Conflict:
    keep, destroy = conflict.keep.rule, conflict.destroy.rule
    decided = newest.get((conflict.record_class, keep.id, destroy.id))
    if decided is None:
        return conflict
    stronger = keep if decided.prevails == keep.id else destroy
    said = f"{decided.approver} decided on {decided.decided_on}: {say(stronger.cite)} prevails, {decided.reason}"
    both = conflict.words.partition("; counsel decides")[0]
    return replace(conflict, words=f"{both}; {said}", decided=decided)
