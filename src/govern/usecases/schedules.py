"""The retention schedule of a project: its versions, the rules of its own, and what is decided about conflicts."""

from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from govern.errors import FactError, RefusedError
from govern.kernel import Actor, Citation, canonical_bytes, check_may, suggest
from govern.retention import (
    MOST_DAYS,
    Action,
    HoldScope,
    Period,
    Resolution,
    RetentionRule,
    RuleKind,
    Schedule,
    TriggerEvent,
    Verdict,
    note_decisions,
)
from govern.usecases.gaps import GapCheck, assess_project
from govern.usecases.legal_hold import LEGAL_HOLD
from govern.usecases.ports import Ports, Unit
from govern.usecases.records import SCHEDULE, get_project, project_matter, record_event
from govern.usecases.retained import (
    OWN,
    RESOLUTIONS,
    SERIES,
    Series,
    cite_in_words,
    decide_records,
    plan_rules,
    read_holds,
    read_resolutions,
    read_series,
    scan_retained,
)

MOST_RULES = 500


def schedule_retention(ports: Ports, actor: Actor, project: str, as_of: date) -> tuple[GapCheck, Schedule]:
    """List each record class of a project with trigger, period, due date and authority; recorded in the log.

    Where the law changed since the last version of the schedule, a new version is kept. The records go on standing
    under theirs until it is adopted.
    """
    check_may(actor, "plan_retention")
    with ports.register.begin(write=False) as unit:
        known = get_project(unit, project)

    checked = assess_project(ports, known, as_of)

    with ports.register.begin(write=True) as unit:
        series = keep_series(ports, actor, unit, project)
        schedule = plan_rules(ports, checked, series.rules, as_of)
        schedule = note_decisions(schedule, read_resolutions(unit, project), cite_in_words(checked))
        schedule = _with_holds(replace(schedule, version=series.name), checked, unit, as_of)
        body = _format_schedule(checked, schedule, ports.new_id())
        record = unit.save(SCHEDULE, ports.new_id(), body, read_version=0)
        unit.emit(record_event(ports, actor, "retention.scheduled", record, project_matter(project)))

    ports.log.sequence()
    return checked, schedule


def _with_holds(schedule: Schedule, checked: GapCheck, unit: Unit, day: date) -> Schedule:
    holds = tuple(each for each in read_holds(unit, checked.project.id) if each.holds_on(day))
    if any(each.scope is HoldScope.PROJECT for each in holds):
        return replace(schedule, holds=holds, hold=True)
    known = checked.facts.values.get(LEGAL_HOLD)
    return replace(schedule, holds=holds, hold=None if known is None else bool(known))


def keep_series(ports: Ports, actor: Actor, unit: Unit, project: str) -> Series:
    """The version of the schedule that the law of today makes: the newest if it is that, else a new one."""
    newest = read_series(unit, project)
    law = tuple(ports.library.retention_rules())
    if newest is not None and newest.law == law:
        return newest
    return _save_series(ports, actor, unit, project, newest, law=law, own=newest.own if newest else ())


def _save_series(
    ports: Ports, actor: Actor, unit: Unit, project: str, newest: Series | None, *,
    law: Iterable[RetentionRule], own: Iterable[RetentionRule], reason: str = "",
) -> Series:  # fmt: skip
    body = canonical_bytes(
        {
            "law": [_plain_rule(each) for each in law],
            "own": [_plain_rule(each) for each in own],
            "reason": reason,
            "salt": ports.new_id(),
        }
    )
    record = unit.save(SERIES, project, body, read_version=newest.version if newest else 0)
    unit.emit(record_event(ports, actor, "retention.versioned", record, project_matter(project)))
    return Series(project, record.version, tuple(law), tuple(own))


def _plain_rule(rule: RetentionRule) -> dict[str, Any]:
    return rule.model_dump(mode="json", by_alias=True)


def set_rule(
    ports: Ports,
    actor: Actor,
    project: str,
    record_class: str,
    *,
    kind: RuleKind,
    period: Period,
    event: TriggerEvent,
    action: Action,
    reason: str,
    data_class: str = "",
    calendar: str = "",
) -> Series:
    """Set how long a project itself keeps a class of records, where the law gives no term or leaves room.

    It replaces the project's own rule of this kind for the class, and makes a new version of the schedule. The law's
    rules stand beside it: an own rule that is shorter than a law's minimum is a conflict, and waits for a person. It
    runs from the day that the law's rules run from, where a fact of the project gives that for all records. `calendar`
    says which days are business days, and is named where the period counts them.
    """
    check_may(actor, "set_schedule")
    check_line(reason, "reason", 10, 2000)
    check_line(record_class, "class", 3, 120)
    check_line(data_class, "data class", 0, 120)
    if kind is RuleKind.NONE:
        raise FactError("a rule of the project has a term", where="kind", hint="minimum or maximum")
    _check_calendar(ports, period, calendar)

    today = ports.now().date()
    with ports.register.begin(write=True) as unit:
        get_project(unit, project)
        newest = keep_series(ports, actor, unit, project)
        slug = _slug(record_class if not data_class else f"{record_class} {data_class}")
        rule = RetentionRule(
            id=f"{OWN}.{slug}.{kind.value}",
            pack=OWN,
            record_class=record_class,
            title=record_class,
            cite=Citation(instrument=OWN, pinpoint=f"schedule of the project, {actor.id}, {today.isoformat()}"),
            applies="true",
            rule=kind,
            period=period,
            trigger=event.words(),
            trigger_fact=_fact_of(newest.law, event),
            event=event,
            data_class=data_class,
            calendar=calendar,
            action=action,
            jurisdiction=OWN,
            verified=True,
            note=reason.strip(),
        )
        own = [each for each in newest.own if each.id != rule.id]
        if len(own) >= MOST_RULES:
            raise RefusedError(f"`{project}` has {len(own)} rules of its own", hint=f"at most {MOST_RULES}")
        saved = _save_series(
            ports, actor, unit, project, newest, law=newest.law, own=(*own, rule), reason=reason.strip()
        )

    ports.log.sequence()
    return saved


def _check_calendar(ports: Ports, period: Period, calendar: str) -> None:
    known = ports.library.calendars()
    if calendar and calendar not in known:
        hint = suggest(calendar, known) or _name_calendars(known)
        raise FactError(f"there is no calendar `{calendar[:60]}`", where="calendar", hint=hint)
    if period.business_days and not calendar:
        raise FactError("no calendar says which days are business days", where="calendar", hint=_name_calendars(known))
    if calendar and not period.business_days:
        hint = "leave the calendar out, or say 90 business days"
        raise FactError("a calendar is named and no business days are counted", where="calendar", hint=hint)
    if period.business_days > MOST_DAYS:
        raise FactError(f"{period.words()} are too many", where="period", hint=f"at most {MOST_DAYS:,} business days")


def _name_calendars(known: Iterable[str]) -> str:
    return f"one of {', '.join(sorted(known))}, or one of content/schemas/calendars.yaml"


def _fact_of(law: Iterable[RetentionRule], event: TriggerEvent) -> str | None:
    """The fact that the law's rules take the day of an event from; None where one of them has none, or another."""
    facts = {each.trigger_fact for each in law if each.event is event}
    return facts.pop() if len(facts) == 1 else None


def resolve_conflict(
    ports: Ports, actor: Actor, project: str, record_class: str, keep: str, destroy: str, *, prevails: str, reason: str
) -> Resolution:
    """Decide which of two rules prevails for a class of records of a project; both are named, and who decided.

    One keeps longer, the other allows less, whichever is named first. A later decision replaces an earlier one.
    Raises RefusedError where the two are in conflict neither for a record of the project nor in its schedule.
    """
    check_may(actor, "resolve_conflict")
    check_line(reason, "reason", 10, 2000)
    if prevails not in (keep, destroy):
        raise FactError(f"`{prevails}` is none of the two rules", where="prevails", hint=f"`{keep}` or `{destroy}`")
    today = ports.now().date()
    with ports.register.begin(write=True) as unit:
        checked = assess_project(ports, get_project(unit, project), today)
        series = keep_series(ports, actor, unit, project)
        keep, destroy = _order_conflict(ports, unit, checked, series, record_class, keep, destroy, today)
        decided = Resolution(record_class, keep, destroy, prevails, actor.id, reason.strip(), today)
        found = unit.find(RESOLUTIONS, project)
        body = canonical_bytes(
            {
                "resolutions": [_plain_resolution(each) for each in (*read_resolutions(unit, project), decided)],
                "salt": ports.new_id(),
            }
        )
        record = unit.save(RESOLUTIONS, project, body, read_version=found.version if found else 0)
        unit.emit(record_event(ports, actor, "retention.resolved", record, project_matter(project)))

    ports.log.sequence()
    return decided


def _plain_resolution(resolution: Resolution) -> dict[str, Any]:
    return {**asdict(resolution), "decided_on": resolution.decided_on.isoformat()}


def _order_conflict(
    ports: Ports, unit: Unit, checked: GapCheck, series: Series,
    record_class: str, keep: str, destroy: str, day: date,
) -> tuple[str, str]:  # fmt: skip
    """The two rules, first the one that keeps longer."""
    known = {each.id for each in series.rules if each.record_class == record_class}
    for each in (keep, destroy):
        if each not in known:
            hint = suggest(each, known) or (f"rules: {', '.join(sorted(known))}" if known else "")
            raise FactError(f"`{record_class}` has no rule `{each}`", where="rule", hint=hint)
    project = checked.project.id
    schedule = plan_rules(ports, checked, series.rules, day)
    pairs = {(each.keep.rule.id, each.destroy.rule.id) for each in schedule.conflicts}
    decide = decide_records(ports, unit, project, day, checked)
    for record in scan_retained(unit, project):
        found = decide(record)
        if found.verdict is Verdict.CONFLICT and found.keeps is not None and found.limits is not None:
            pairs.add((found.keeps.id, found.limits.id))
    decided = {(each.keep, each.destroy) for each in read_resolutions(unit, project)}
    for pair in ((keep, destroy), (destroy, keep)):
        if pair in pairs | decided:  # a decision can be taken again
            return pair
    hint = "; ".join(f"{one} and {other}" for one, other in sorted(pairs)) or "there are no conflicts now"
    raise RefusedError(f"`{keep}` and `{destroy}` are in no conflict in `{project}`", hint=hint)


def check_line(text: str, name: str, least: int, most: int) -> None:
    """Return if it is one printable line of so many characters. Raises FactError."""
    if not least <= len(text.strip()) or len(text) > most or not text.isprintable():
        raise FactError(f"the {name} must be one line of {least} to {most:,} characters", where=name)


def _slug(text: str) -> str:
    return "_".join("".join(each if each.isascii() and each.isalnum() else " " for each in text.lower()).split())


def _format_schedule(checked: GapCheck, schedule: Schedule, salt: str) -> bytes:
    lines = [
        {
            "action": schedule.action(line),
            "applies": line.applies,
            "due": line.due.isoformat() if line.due else None,
            "rule": line.rule.id,
            "trigger_date": line.trigger_date.isoformat() if line.trigger_date else None,
        }
        for line in schedule.lines
    ]
    return canonical_bytes(
        {
            "as_of": schedule.as_of.isoformat(),
            "conflicts": [[each.keep.rule.id, each.destroy.rule.id] for each in schedule.conflicts],
            "hold": schedule.hold,
            "holds": [each.id for each in schedule.holds],
            "lines": lines,
            "project": f"{checked.project.id}@{checked.project.version}",
            "salt": salt,
            "schedule": schedule.version,
        }
    )
