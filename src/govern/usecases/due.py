"""What is due: records whose time has come, legal deadlines that run, and proof and waivers that lapse."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from govern.audit import format_time
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

    @property
    def day(self) -> date | None:
        """The day of a moment, in UTC where it is one."""
        return self.at.date() if isinstance(self.at, datetime) else self.at


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
    with ports.register.begin(write=True) as unit:
        checked = assess_project(ports, get_project(unit, project), now.date())
        occurrence = Occurrence(ports.new_id()[:12], project, event, at, title.strip())
        body = _format_occurrence(occurrence, ports.new_id(), "")
        record = unit.save(OCCURRENCE, f"{project}/{occurrence.id}", body, read_version=0)
        unit.emit(record_event(ports, actor, "deadline.started", record, project_matter(project)))

    ports.log.sequence()
    return occurrence, list(_reckon(ports, checked, [occurrence]))


def close_occurrence(ports: Ports, actor: Actor, project: str, id_: str, reason: str) -> Occurrence:
    """Note that all that was due after an occurrence is done. Raises RefusedError if it is closed already."""
    check_may(actor, "keep_records")
    check_line(reason, "reason", 10, 2000)
    with ports.register.begin(write=True) as unit:
        get_project(unit, project)
        found = unit.find(OCCURRENCE, f"{project}/{id_}")
        if found is None:
            known = [each.id for each in read_occurrences(unit, project)]
            hint = suggest(id_, known) or f"govern retention due {project} shows them"
            raise StoreError(f"there is no event `{id_}` in `{project}`", hint=hint)
        occurrence = _parse_occurrence(found)
        if occurrence.closed_on is not None:
            raise RefusedError(f"`{id_}` was closed on {occurrence.closed_on.isoformat()}")
        closed = replace(occurrence, closed_on=ports.now().date())
        body = _format_occurrence(closed, ports.new_id(), reason.strip())
        record = unit.save(OCCURRENCE, f"{project}/{id_}", body, read_version=found.version)
        unit.emit(record_event(ports, actor, "deadline.closed", record, project_matter(project)))

    ports.log.sequence()
    return closed


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
            items.extend(_of_deadlines(_reckon(ports, checked, running), until, say))
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


def _of_deadlines(found: Iterable[DueDeadline], until: date, say: Callable[[Citation], str]) -> Iterator[DueItem]:
    for each in found:
        if each.day is not None and each.day > until:
            continue
        deadline, occurrence = each.deadline, each.occurrence
        words = f"{occurrence.title}: {deadline.words()}"
        words += f" (extended: {each.extended.isoformat()})" if each.extended else ""
        yield DueItem(
            "deadline",
            occurrence.project,
            f"{occurrence.id}.{deadline.id}",
            each.moment or each.day,
            deadline.title,
            words,
            say(deadline.cite),
            "" if each.applies else "unknown",
        )


def _of_evidence(checked: GapCheck, day: date, until: date) -> Iterator[DueItem]:
    for fact, answer in sorted(checked.project.answers.items()):
        expiry = answer.expiry()
        if expiry is not None and day <= expiry <= until:
            names = ", ".join(dict.fromkeys(each.href for each in answer.evidence))
            words = f"the answer lapses{f', with {names}' if names else ''}"
            yield DueItem("evidence", checked.project.id, fact, expiry, fact, words, action="answer lapses")


def _reckon(ports: Ports, checked: GapCheck, occurrences: Iterable[Occurrence]) -> Iterator[DueDeadline]:
    """The deadlines that occurrences started, without those that do not apply."""
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
    return deadline.event is occurrence.event and deadline.in_force.covers(day)


def _format_occurrence(occurrence: Occurrence, salt: str, reason: str) -> bytes:
    at = occurrence.at
    return canonical_bytes(
        {
            "at": format_time(at) if isinstance(at, datetime) else at.isoformat(),
            "closed_on": occurrence.closed_on.isoformat() if occurrence.closed_on else None,
            "event": occurrence.event.value,
            "reason": reason,
            "salt": salt,
            "title": occurrence.title,
        }
    )


def _parse_occurrence(record: Record) -> Occurrence:
    body: Any = parse_canonical(record.body, limit=None)
    project, _, id_ = record.id.partition("/")
    text = body["at"]
    at = datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
    closed = date.fromisoformat(body["closed_on"]) if body["closed_on"] else None
    return Occurrence(id_, project, DeadlineEvent(body["event"]), at, body["title"], closed)
