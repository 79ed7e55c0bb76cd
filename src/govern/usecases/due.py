"""What is due: records whose time has come, legal deadlines that run, and proof and waivers that lapse."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from govern.errors import FactError, RefusedError, StoreError
from govern.kernel import Actor, Citation, canonical_bytes, check_may, parse_canonical, suggest
from govern.retention import (
    DeadlineEvent,
    Determination,
    DueDeadline,
    LegalDeadline,
    Occurrence,
    RetainedRecord,
    Verdict,
    first_day,
    reckon_deadline,
)
from govern.usecases.gaps import GapCheck, assess_project
from govern.usecases.ports import Ports, Record, Unit
from govern.usecases.records import (
    PROJECT,
    get_project,
    parse_project,
    project_matter,
    read_waivers,
    record_event,
)
from govern.usecases.retained import cite_in_words, condition_verdicts, decide_records, scan_retained
from govern.usecases.schedules import check_line

OCCURRENCE = "occurrence"

FIRST_YEAR = 1900
"""What happened before starts no clock that still runs."""

_OPEN = (Verdict.CONFLICT, Verdict.WAITING)


@dataclass(frozen=True, slots=True)
class DueItem:
    """One thing to be done. `at` is the last day or moment; None where it cannot be told, and `words` then say why.

    `kind` is `record`, `deadline`, `evidence` or `waiver`; `state` is the verdict on a record, or `unknown` where it is
    unknown whether a deadline applies.
    """

    kind: str
    project: str
    id: str
    at: date | None
    title: str
    words: str
    authority: str = ""
    state: str = ""
    action: str = ""
    """What is to be done with a record then, such as `destroy` or `review`; that an answer or a waiver lapses."""
    overdue: bool = False
    """Whether it is a legal deadline that is over and was not closed."""

    @property
    def day(self) -> date | None:
        """The day; of a moment the one by its own clock or in UTC, whichever is first."""
        return first_day(self.at, UTC) if self.at is not None else None

    def asks_on(self, day: date) -> bool:
        """Whether on that day somebody has to act: it is due by then, or waits for a person.

        Of a record the verdict says so: its day may have come here, and not yet where its minimum ends last.
        """
        if self.day is None or self.state == Verdict.DUE:
            return True
        return self.state != Verdict.KEEP and self.day <= day


def note_occurrence(
    ports: Ports, actor: Actor, project: str, event: DeadlineEvent, at: date, title: str
) -> tuple[Occurrence, list[DueDeadline]]:
    """Note that something happened that starts clocks, and say which deadlines it starts.

    `at` is a day, or a moment with its zone, not in the future.
    """
    check_may(actor, "keep_records")
    check_line(title, "title", 3, 200)
    now = ports.now()
    if isinstance(at, datetime) and at.tzinfo is None:
        raise FactError("the moment has no zone", where="at", hint="like 2026-11-24T10:00+01:00")
    # A day can be tomorrow here and today elsewhere.
    ahead = at > now if isinstance(at, datetime) else (at - now.date()).days > 1
    if ahead:
        raise FactError(f"{at.isoformat()} is yet to come", where="at", hint="clocks start with what has happened")
    if at.year < FIRST_YEAR:
        raise FactError(f"{at.isoformat()} is too long ago", where="at", hint=f"a day from {FIRST_YEAR} on")
    with ports.register.begin(write=True) as unit:
        checked = assess_project(ports, get_project(unit, project), now.date())
        occurrence = Occurrence(ports.new_id()[:12], project, event, at, title.strip())
        body = _format_occurrence(occurrence, ports.new_id(), "")
        record = unit.save(OCCURRENCE, f"{project}/{occurrence.id}", body, read_version=0)
        unit.emit(record_event(ports, actor, "deadline.started", record, project_matter(project)))

    ports.log.sequence()
    return occurrence, list(_reckon(ports, checked, [occurrence]))


def close_occurrence(
    ports: Ports, actor: Actor, project: str, id_: str, reason: str
) -> tuple[Occurrence, list[DueDeadline]]:
    """Note that what was due after an occurrence is done, and say which deadlines end with that.

    `id_` is the occurrence's id for all that is left, or `EVENT.DEADLINE` for one of them; the others go on. Raises
    RefusedError if it is closed already.
    """
    check_may(actor, "keep_records")
    check_line(reason, "reason", 10, 2000)
    today = ports.now().date()
    with ports.register.begin(write=True) as unit:
        checked = assess_project(ports, get_project(unit, project), today)
        found, running = _find_running(ports, unit, checked, id_)
        occurrence = _parse_occurrence(found)
        if "." in id_:
            closed = replace(occurrence, done={**occurrence.done, running[0].deadline.id: today})
        else:
            closed = replace(occurrence, closed_on=today)
        _save_occurrence(ports, actor, unit, closed, found, "deadline.closed", reason)

    ports.log.sequence()
    return closed, running


def extend_deadline(ports: Ports, actor: Actor, project: str, id_: str, on: date, reason: str) -> DueDeadline:
    """Note that an extension which the law allows was used: from then on the later day counts.

    `id_` is `EVENT.DEADLINE`, `on` the day on which those concerned were told, which is no later than the first last
    day. Raises RefusedError where the law knows no extension, or it was used already.
    """
    check_may(actor, "keep_records")
    check_line(reason, "reason", 10, 2000)
    today = ports.now().date()
    if "." not in id_:
        raise FactError(f"`{id_}` names no deadline", where="id", hint="EVENT.DEADLINE, as govern retention due has it")
    with ports.register.begin(write=True) as unit:
        checked = assess_project(ports, get_project(unit, project), today)
        found, (deadline,) = _find_running(ports, unit, checked, id_)
        _check_extension(deadline, on, today)
        occurrence = deadline.occurrence
        longer = replace(occurrence, extended={**occurrence.extended, deadline.deadline.id: on})
        _save_occurrence(ports, actor, unit, longer, found, "deadline.extended", reason)

    ports.log.sequence()
    return replace(deadline, occurrence=longer)


def _check_extension(deadline: DueDeadline, on: date, today: date) -> None:
    id_, occurrence = deadline.deadline.id, deadline.occurrence
    if deadline.extended is None or deadline.day is None:
        raise RefusedError(f"the law knows no extension of `{id_}`", hint=deadline.deadline.words())
    if id_ in occurrence.extended:
        raise RefusedError(f"`{id_}` was extended on {occurrence.extended[id_].isoformat()}", hint="that is done once")
    begun = occurrence.at.date() if isinstance(occurrence.at, datetime) else occurrence.at
    if on < begun or (on - today).days > 1:
        raise FactError(f"{on.isoformat()} cannot be the day", where="on", hint=f"from {begun.isoformat()} to today")
    if on > deadline.day:
        hint = "an extension is told before that day is over; --on gives the day on which it was"
        raise RefusedError(f"the last day of `{id_}` was {deadline.day.isoformat()}", hint=hint)


def _find_running(ports: Ports, unit: Unit, checked: GapCheck, id_: str) -> tuple[Record, list[DueDeadline]]:
    """The stored occurrence, and its deadlines that are not closed; the one for `EVENT.DEADLINE`."""
    project = checked.project.id
    event, _, name = id_.partition(".")
    found = unit.find(OCCURRENCE, f"{project}/{event}")
    if found is None:
        known = [each.id for each in read_occurrences(unit, project)]
        hint = suggest(event, known) or f"govern retention due {project} shows them"
        raise StoreError(f"there is no event `{event}` in `{project}`", hint=hint)
    occurrence = _parse_occurrence(found)
    ended = occurrence.closed_on or occurrence.done.get(name)
    if ended is not None:
        raise RefusedError(f"`{id_}` was closed on {ended.isoformat()}")
    running = list(_reckon(ports, checked, [occurrence]))
    if not name:
        return found, running
    known = [each.deadline.id for each in running]
    if name not in known:
        hint = suggest(name, known) or f"those that run: {', '.join(known) or 'none'}"
        raise StoreError(f"`{event}` has no deadline `{name}`", hint=hint)
    return found, [each for each in running if each.deadline.id == name]


def _save_occurrence(
    ports: Ports, actor: Actor, unit: Unit, occurrence: Occurrence, found: Record, kind: str, reason: str
) -> None:
    body = _format_occurrence(occurrence, ports.new_id(), reason.strip())
    record = unit.save(OCCURRENCE, found.id, body, read_version=found.version)
    unit.emit(record_event(ports, actor, kind, record, project_matter(occurrence.project)))


def read_occurrences(unit: Unit, project: str) -> list[Occurrence]:
    """What happened in a project, closed or not, by id."""
    return [_parse_occurrence(each) for each in unit.scan_newest(OCCURRENCE, f"{project}/")]


def list_due(
    ports: Ports,
    actor: Actor,
    project: str,
    day: date,
    until: date,
    on_held: Callable[[RetainedRecord], None] | None = None,
) -> list[DueItem]:
    """What is due in a project, or in all for an empty one, up to a day; first what has no date, then by date.

    Records that wait for a person are among them whatever their date. Those whose day has come while a hold reaches
    them are not: nothing is due for them. `on_held` is told of each.
    """
    check_may(actor, "read")
    items: list[DueItem] = []
    with ports.register.begin(write=False) as unit:
        projects = [get_project(unit, project)] if project else [parse_project(each) for each in unit.list(PROJECT)]
        for known in projects:
            checked = assess_project(ports, known, day)
            decide = decide_records(ports, unit, known.id, day, checked)
            say = cite_in_words(checked)
            records = (decide(each) for each in scan_retained(unit, known.id))
            items.extend(_of_records(records, day, until, say, on_held))
            running = [each for each in read_occurrences(unit, known.id) if each.closed_on is None]
            items.extend(_of_deadlines(_reckon(ports, checked, running), day, ports.now(), until, say))
            items.extend(_of_evidence(checked, day, until))
            for waiver in read_waivers(unit, known.id):
                if waiver.covers(day) and waiver.expires_on <= until:
                    words = f"the waiver of {waiver.obligation} lapses"
                    at, title = waiver.expires_on, waiver.obligation
                    items.append(DueItem("waiver", known.id, waiver.id, at, title, words, action="waiver lapses"))
    return sorted(items, key=lambda each: (each.day or date.min, each.kind, each.project, each.id))


def _of_records(
    found: Iterable[Determination],
    day: date,
    until: date,
    say: Callable[[Citation], str],
    on_held: Callable[[RetainedRecord], None] | None,
) -> Iterator[DueItem]:
    for each in found:
        at = each.due or each.destroy_by or each.keep_until
        if each.verdict not in _OPEN and (at is None or at > until):
            continue
        if each.verdict is Verdict.HELD and at is not None and at <= day:
            if on_held:
                on_held(each.record)
            continue
        rules = [rule for rule in (each.keeps, each.limits) if rule is not None]
        authority = "; ".join(dict.fromkeys(say(rule.cite) for rule in rules))
        words = f"{each.action}: {each.words}" if each.action else each.words
        record = each.record
        at = None if each.verdict is Verdict.WAITING else at
        state = each.verdict.value
        yield DueItem("record", record.project, record.id, at, record.title, words, authority, state, _action(each))


def _action(found: Determination) -> str:
    """What is done with a record when its day comes; while it is held, or waits for a person, nothing is."""
    if found.action or found.verdict in (Verdict.HELD, *_OPEN):
        return found.action or found.verdict.value
    return found.rule.action.value if found.rule is not None else ""


def _of_deadlines(
    found: Iterable[DueDeadline], day: date, now: datetime, until: date, say: Callable[[Citation], str]
) -> Iterator[DueItem]:
    for each in found:
        if each.last is not None and each.last > until:
            continue
        deadline, occurrence = each.deadline, each.occurrence
        yield DueItem(
            "deadline",
            occurrence.project,
            f"{occurrence.id}.{deadline.id}",
            each.moment or each.last,
            deadline.title,
            f"{occurrence.title}: {deadline.words()}{_say_extension(each)}",
            say(deadline.cite),
            "" if each.applies else "unknown",
            overdue=_is_over(each, day, now),
        )


def _is_over(found: DueDeadline, day: date, now: datetime) -> bool:
    """Whether a deadline is over on a day; of today, whether it is over by now."""
    if found.moment is not None and day == now.date():
        return found.moment < now
    last = first_day(found.moment, UTC) if found.moment is not None else found.last
    return last is not None and last < day


def _say_extension(found: DueDeadline) -> str:
    if found.day is None or found.extended is None:
        return ""
    used = found.occurrence.extended.get(found.deadline.id)
    if used is not None:
        return f" (extended on {used.isoformat()}, before that {found.day.isoformat()})"
    return f" (extended: {found.extended.isoformat()})"


def _of_evidence(checked: GapCheck, day: date, until: date) -> Iterator[DueItem]:
    for fact, answer in sorted(checked.project.answers.items()):
        for expiry in (each for each in answer.ends() if day <= each <= until):
            names = ", ".join(dict.fromkeys(each.href for each in answer.evidence))
            words = f"the answer lapses{f', with {names}' if names else ''}"
            yield DueItem("evidence", checked.project.id, fact, expiry, fact, words, action="answer lapses")


def _reckon(ports: Ports, checked: GapCheck, occurrences: Iterable[Occurrence]) -> Iterator[DueDeadline]:
    """The deadlines that occurrences started, without those that are done or do not apply."""
    occurrences = tuple(occurrences)
    if not occurrences:
        return
    decide = condition_verdicts(checked)
    calendars = ports.library.calendars()
    events = {each.event for each in occurrences}
    started = [each for each in ports.library.deadlines() if each.event in events]
    verdicts = {each.id: decide(each.applies) for each in started}
    for occurrence in occurrences:
        day = occurrence.at.date() if isinstance(occurrence.at, datetime) else occurrence.at
        for deadline in started:
            if _starts(deadline, occurrence, day) and verdicts[deadline.id] is not False:
                calendar = calendars[deadline.calendar]
                zone = ports.library.zone(calendar.zone)
                yield reckon_deadline(deadline, occurrence, calendar, zone, verdicts[deadline.id])


def _starts(deadline: LegalDeadline, occurrence: Occurrence, day: date) -> bool:
    started = deadline.event is occurrence.event and deadline.in_force.covers(day)
    return started and deadline.id not in occurrence.done


def _format_occurrence(occurrence: Occurrence, salt: str, reason: str) -> bytes:
    return canonical_bytes(
        {
            "at": occurrence.at.isoformat(),  # with its offset: the day where it happened may be the one that counts
            "closed_on": occurrence.closed_on.isoformat() if occurrence.closed_on else None,
            "done": _plain_days(occurrence.done),
            "event": occurrence.event.value,
            "extended": _plain_days(occurrence.extended),
            "reason": reason,
            "salt": salt,
            "title": occurrence.title,
        }
    )


def _plain_days(days: Mapping[str, date]) -> dict[str, str]:
    return {id_: day.isoformat() for id_, day in days.items()}


def _parse_occurrence(record: Record) -> Occurrence:
    body: Any = parse_canonical(record.body, limit=None)
    project, _, id_ = record.id.partition("/")
    text = body["at"]
    at = datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
    closed = date.fromisoformat(body["closed_on"]) if body["closed_on"] else None
    done, extended = (_parse_days(body.get(name, {})) for name in ("done", "extended"))
    return Occurrence(id_, project, DeadlineEvent(body["event"]), at, body["title"], closed, done, extended)


def _parse_days(days: Mapping[str, str]) -> dict[str, date]:
    return {id_: date.fromisoformat(day) for id_, day in days.items()}
