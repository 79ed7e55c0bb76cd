"""What the schedule says of one record: the longest minimum, the shortest maximum, and what follows."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from govern.kernel import Citation
from govern.retention.model import (
    Action,
    Determination,
    Hold,
    Resolution,
    RetainedRecord,
    RetentionRule,
    RuleKind,
    ScheduleLine,
    Verdict,
    say_pinpoint,
)
from govern.retention.schedule import end_term

REMEMBERED = 4_096
"""Verdicts that are kept at a time: every day of ten years, for one class of records."""

HANDED_OVER = (Action.TRANSFER, Action.RETURN)
"""The actions that end with a receipt of whoever got the record."""

PARTING = (Action.DESTROY, *HANDED_OVER)
"""The actions after which the record is not kept here any longer."""

NAMED = 3
"""So many unknown facts are named; the assessment lists them all."""


@dataclass(frozen=True, slots=True)
class _End:
    """A rule with the last day of its period for one record; None where the day of its trigger is unknown."""

    rule: RetentionRule
    day: date | None


def determine(
    record: RetainedRecord,
    lines: Iterable[ScheduleLine],
    day: date,
    *,
    holds: Sequence[Hold] = (),
    resolutions: Sequence[Resolution] = (),
    say: Callable[[Citation], str] = say_pinpoint,
    begun: date | None = None,
) -> Determination:
    """The verdict on a record by the rules of its class; `say` gives a citation in words.

    `day` is the one that has ended nowhere yet, by which a minimum is judged; `begun` the one that has begun somewhere,
    for a maximum, and `day` without it.

    A hold goes before everything. Then nothing is decided while it is unknown whether a rule applies, or on which day a
    minimum began. A minimum that outlasts a maximum waits for a person: each such pair needs a resolution that names
    the rule that prevails, and the other one counts no more. A minimum is kept through its last day, and its action is
    due on the day after; a maximum is due on its last day, and from then on its action goes before a minimum's. Where
    the action is a review, what a person decided then follows; what was handed over leaves a copy to destroy. Where no
    rule gives a term, the record is kept until the event has come after which the law wants it gone; then it waits for
    a person to set one. Pure; linear in the rules of the class but for the pairs that conflict.
    """
    own = [each for each in lines if _concerns(each, record)]
    ends = [_End(each.rule, _end(record, each)) for each in own if each.applies]
    minima = sorted(_known(ends, RuleKind.MINIMUM), key=_longest, reverse=True)
    maxima = sorted(_known(ends, RuleKind.MAXIMUM), key=lambda each: each[0])
    found = _found(record, minima, maxima)
    if holds:
        words = f"held by {', '.join(each.id for each in holds)}"
        return replace(found, verdict=Verdict.HELD, words=words, holds=tuple(holds))
    if why := _why_waiting(own, ends, say):
        return replace(found, words=why)
    if not minima and not maxima:
        return _without_term(found, own, day, say)
    pairs = [(keep, limit) for until, keep in minima for by, limit in maxima if until > by]
    decisions = {pair: _decision(record, *pair, resolutions) for pair in pairs}
    for (keep, limit), decided in decisions.items():
        if decided is None:
            return _conflict(found, keep, limit, ends, say)
    lost = {_loser(*pair, decided) for pair, decided in decisions.items() if decided is not None}
    minima = [each for each in minima if each[1].id not in lost]
    maxima = [each for each in maxima if each[1].id not in lost]
    deciders = sorted({each.approver for each in decisions.values() if each is not None})
    found = _found(record, minima, maxima)
    why = f", as decided by {', '.join(deciders)}" if deciders else ""
    return _decided(_due(found, minima, maxima, (day, begun or day), why), day)


def determine_alike(
    lines: Sequence[ScheduleLine],
    day: date,
    *,
    resolutions: Sequence[Resolution] = (),
    say: Callable[[Citation], str] = say_pinpoint,
    begun: date | None = None,
) -> Callable[[RetainedRecord, tuple[Hold, ...]], Determination]:
    """`determine` for many records under the same lines: what has the same days and holds is determined once.

    A record that was reviewed or handed over is determined by itself. Memory is bounded by `REMEMBERED`.
    """
    known: dict[Hashable, Determination] = {}

    def decide(record: RetainedRecord, holds: tuple[Hold, ...]) -> Determination:
        if record.review is not None or record.handed_over is not None:
            return determine(record, lines, day, holds=holds, resolutions=resolutions, say=say, begun=begun)
        key = (record.record_class, record.data_class, *record.triggers.items(), holds)
        found = known.get(key)
        if found is None:
            found = determine(record, lines, day, holds=holds, resolutions=resolutions, say=say, begun=begun)
            if len(known) >= REMEMBERED:
                known.clear()
            known[key] = found
        return found.for_record(record)

    return decide


def _concerns(line: ScheduleLine, record: RetainedRecord) -> bool:
    rule = line.rule
    same = rule.record_class == record.record_class and rule.data_class in ("", record.data_class)
    return same and line.applies is not False


def _start(record: RetainedRecord, line: ScheduleLine) -> date | None:
    event = line.rule.event
    return (record.triggers.get(event) if event is not None else None) or line.trigger_date


def _end(record: RetainedRecord, line: ScheduleLine) -> date | None:
    rule, start = line.rule, _start(record, line)
    if start is None or rule.period is None or line.lacks_calendar:
        return None
    try:
        return end_term(line, rule.period, start)
    except (OverflowError, ValueError):  # beyond the calendar: it is kept
        return date.max


def _known(ends: Iterable[_End], kind: RuleKind) -> list[tuple[date, RetentionRule]]:
    return [(each.day, each.rule) for each in ends if each.rule.rule is kind and each.day is not None]


def _longest(end: tuple[date, RetentionRule]) -> tuple[date, bool]:
    """Of two minimums with one last day the one that does not destroy goes first: what is destroyed is gone."""
    return end[0], end[1].action is not Action.DESTROY


def _found(
    record: RetainedRecord, minima: list[tuple[date, RetentionRule]], maxima: list[tuple[date, RetentionRule]]
) -> Determination:
    keep_until, keeps = minima[0] if minima else (None, None)
    destroy_by, limits = maxima[0] if maxima else (None, None)
    return Determination(record, Verdict.WAITING, keep_until, destroy_by, "", keeps, limits, "")


def _why_waiting(own: Sequence[ScheduleLine], ends: Sequence[_End], say: Callable[[Citation], str]) -> str:
    if not own:
        return "no rule of the schedule covers this class"
    for line in own:
        if line.applies is None:
            return f"it is unknown whether {say(line.rule.cite)} applies{_say_missing(line.missing)}"
        if line.lacks_calendar:
            return f"{say(line.rule.cite)} counts business days, and there is no calendar `{line.rule.calendar}`"
    dated = [each for each in ends if each.rule.rule is not RuleKind.NONE]
    unknown = [each.rule for each in dated if each.day is None]
    minimum = next((each for each in unknown if each.rule is RuleKind.MINIMUM), None)
    # A maximum whose event has not come limits nothing yet: it decides only where it stands alone.
    waiting = minimum or (unknown[0] if unknown and len(unknown) == len(dated) else None)
    return _say_unknown_day(waiting, say(waiting.cite)) if waiting else ""


def _say_missing(facts: Sequence[str]) -> str:
    if not facts:
        return ""
    more = f" and {len(facts) - NAMED} more" if len(facts) > NAMED else ""
    return f": unknown is {', '.join(f'`{each}`' for each in facts[:NAMED])}{more}"


def _say_unknown_day(rule: RetentionRule, cited: str) -> str:
    if rule.period is None:
        return f"{cited} says no period"
    if rule.event is None:
        return f"the day is unknown from which {cited} runs: {rule.trigger}"
    fact = f" (for all records: the fact `{rule.trigger_fact}`)" if rule.trigger_fact else ""
    return f"the day of `{rule.event.value}` is unknown, from which {cited} runs{fact}"


def _without_term(
    found: Determination, own: Sequence[ScheduleLine], day: date, say: Callable[[Citation], str]
) -> Determination:
    """The verdict where no rule gives a term: silence would keep for ever what a law wants gone."""
    for line in own:
        rule, start = line.rule, _start(found.record, line)
        if start is not None and start <= day and rule.action in PARTING:
            event = rule.event.words() if rule.event is not None else rule.trigger
            limit = f"{say(rule.cite)} wants it gone then and gives no number of days: the project has to set one"
            return replace(found, words=f"{event}: {start}; {limit}")
    return replace(found, verdict=Verdict.KEEP, words="the law sets no term, and the project has not set one")


def _decision(
    record: RetainedRecord, keep: RetentionRule, limit: RetentionRule, resolutions: Sequence[Resolution]
) -> Resolution | None:
    """The newest decision on this pair for the class."""
    for each in reversed(resolutions):
        if (each.record_class, each.keep, each.destroy) == (record.record_class, keep.id, limit.id):
            return each
    return None


def _loser(keep: RetentionRule, limit: RetentionRule, decided: Resolution) -> str:
    return limit.id if decided.prevails == keep.id else keep.id


def _conflict(
    found: Determination,
    keep: RetentionRule,
    limit: RetentionRule,
    ends: Iterable[_End],
    say: Callable[[Citation], str],
) -> Determination:
    days = {each.rule.id: each.day for each in ends}
    words = f"{say(keep.cite)} keeps it until {days[keep.id]}, {say(limit.cite)} allows it until {days[limit.id]}"
    return replace(found, verdict=Verdict.CONFLICT, words=words, keeps=keep, limits=limit)


def _due(
    found: Determination, minima: list[tuple[date, RetentionRule]], maxima: list[tuple[date, RetentionRule]],
    days: tuple[date, date], why: str,
) -> Determination:  # fmt: skip
    rule, due, words, come = _decider(minima, maxima, *days)
    if due is None or not come or rule.action is Action.KEEP:
        return replace(found, verdict=Verdict.KEEP, rule=rule, due=due, words=f"{words}{why}")
    since = f"due since {due}{why}"
    return replace(found, verdict=Verdict.DUE, rule=rule, due=due, action=rule.action.value, words=since)


def _decider(
    minima: list[tuple[date, RetentionRule]], maxima: list[tuple[date, RetentionRule]], day: date, begun: date
) -> tuple[RetentionRule, date | None, str, bool]:
    """The rule whose action is next, the first day of it, what is to be said until then, and whether it has come."""
    if not minima:
        by, limit = maxima[0]
        return limit, by, f"due on {by} at the latest", by <= begun
    until, keep = minima[0]
    free = until + timedelta(days=1) if until < date.max else None
    over = until < day
    if maxima and free is not None:
        by, limit = maxima[0]
        due, come = max(by, free), over and by <= begun
        if come or keep.action is Action.KEEP:
            return limit, due, f"due on {due} at the latest", come
    return keep, free, f"kept until {until}", over


def _decided(found: Determination, day: date) -> Determination:
    """What a review and a hand-over make of a record that is due."""
    if found.verdict is not Verdict.DUE:
        return found
    if found.action == Action.REVIEW:
        found = _reviewed(found, day)
    handed = found.record.handed_over
    if found.verdict is Verdict.DUE and found.action in HANDED_OVER and handed is not None:
        words = f"handed to {handed.to} on {handed.on}; what is left here is a copy"
        return replace(found, action=Action.DESTROY.value, words=words)
    return found


def _reviewed(found: Determination, day: date) -> Determination:
    review, rule = found.record.review, found.rule
    if review is None or rule is None or (review.rule, review.due) != (rule.id, found.due):
        return found
    said = f"as {review.reviewer} decided on review"
    if review.until is None:
        return replace(found, action=review.action.value, words=f"{found.words}, {review.action.value} {said}")
    last = review.until if found.destroy_by is None else min(review.until, found.destroy_by - timedelta(days=1))
    if day > last:
        return found
    return replace(
        found, verdict=Verdict.KEEP, action="", due=last + timedelta(days=1), words=f"kept until {last}, {said}"
    )
