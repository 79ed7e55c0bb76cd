"""What is kept: the register of a project's records, the holds on them, and what the schedule says of each."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic_core import from_json

from govern.conditions import Verdict, compile_condition, missing_facts, parse_condition
from govern.errors import StoreError
from govern.kernel import Actor, Citation, canonical_bytes, check_may, parse_canonical, suggest
from govern.retention import (
    Action,
    Correction,
    Determination,
    HandOver,
    Hold,
    HoldScope,
    Resolution,
    RetainedRecord,
    RetentionRule,
    Review,
    Schedule,
    ScheduleLine,
    TriggerEvent,
    determine_alike,
    holds_on,
    judge_days,
    plan_schedule,
    say_citation,
)
from govern.rules import RulePack
from govern.usecases.gaps import GapCheck, assess_project
from govern.usecases.legal_hold import LEGAL_HOLD, is_held
from govern.usecases.ports import Ports, Record, Unit
from govern.usecases.records import PROJECT, get_project, parse_project

RETAINED, HOLD, SERIES, RESOLUTIONS = "retained", "hold", "series", "resolutions"

HOLDS_LOCK = "holds"
"""What a transaction locks that places or releases a hold, says where a record lies, or destroys."""

OWN = "project"
"""The pack and the instrument of rules that an organisation sets for a project itself."""


@dataclass(frozen=True, slots=True)
class Series:
    """One version of a project's schedule. It is never changed: what a record stands under can be read for ever.

    `own` are the rules that the organisation set for the project itself.
    """

    project: str
    version: int
    law: tuple[RetentionRule, ...]
    own: tuple[RetentionRule, ...]

    @property
    def name(self) -> str:
        """As a record names the version it stands under: `hospital-ct@2`."""
        return f"{self.project}@{self.version}"

    @property
    def rules(self) -> tuple[RetentionRule, ...]:
        """All rules, those of the law first."""
        return (*self.law, *self.own)


_EVENTS = {each.value: each for each in TriggerEvent}

Decide = Callable[[RetainedRecord], Determination]


def list_retained(ports: Ports, actor: Actor, project: str, *, disposed: bool = False) -> list[RetainedRecord]:
    """The records of a project that are kept, by id; with `disposed` also those that are gone."""
    check_may(actor, "read")
    with ports.register.begin(write=False) as unit:
        get_project(unit, project)
        return read_retained(unit, project, disposed=disposed)


def list_determinations(ports: Ports, actor: Actor, project: str, day: date) -> list[Determination]:
    """The records that a project keeps with what its schedule says of each on a day, by id."""
    check_may(actor, "read")
    with ports.register.begin(write=False) as unit:
        get_project(unit, project)
        return determine_records(ports, unit, project, day)


def read_retained(unit: Unit, project: str, *, disposed: bool = False) -> list[RetainedRecord]:
    """As `list_retained`, within a transaction."""
    return list(scan_retained(unit, project, disposed=disposed))


def scan_retained(unit: Unit, project: str, *, disposed: bool = False) -> Iterator[RetainedRecord]:
    """As `read_retained`, a page in memory at a time: a project may have a million records."""
    for each in unit.scan_newest(RETAINED, f"{project}/"):
        found = parse_retained(each)
        if disposed or not found.disposed:
            yield found


def get_retained(unit: Unit, project: str, id_: str) -> RetainedRecord:
    """A record of a project. Raises StoreError with a did-you-mean."""
    found = unit.find(RETAINED, f"{project}/{id_}")
    if found is None:
        known = [each.id for each in read_retained(unit, project, disposed=True)]
        hint = suggest(id_, known) or f"govern retention list {project} shows them"
        raise StoreError(f"there is no record `{id_}` in the register of `{project}`", hint=hint)
    return parse_retained(found)


def read_holds(unit: Unit, project: str = "") -> list[Hold]:
    """All holds, of one project or of all, those released too; and the hold that the fact of a project stands for."""
    stored = [parse_hold(each) for each in unit.list(HOLD)]
    holds = [each for each in stored if not project or each.project in ("", project)]
    records = [unit.find(PROJECT, project)] if project else unit.list(PROJECT)
    holds.extend(hold for record in records if record is not None and (hold := _fact_hold(record)))
    return holds


def _fact_hold(record: Record) -> Hold | None:
    known = parse_project(record)
    if not is_held(known):
        return None
    issuer = known.answers[LEGAL_HOLD].source or "the facts of the project"
    return Hold(LEGAL_HOLD, known.id, HoldScope.PROJECT, (), issuer, "a legal hold is in force", date.min)


def read_series(unit: Unit, project: str, version: int | None = None) -> Series | None:
    """A version of a project's schedule, or the newest; None if there is none."""
    record = unit.find(SERIES, project, version)
    if record is None:
        return None
    body: Any = parse_canonical(record.body, limit=None)
    law, own = (tuple(RetentionRule(**each) for each in body[key]) for key in ("law", "own"))
    return Series(project, record.version, law, own)


def read_resolutions(unit: Unit, project: str) -> list[Resolution]:
    """What was decided about conflicts in a project, in order."""
    record = unit.find(RESOLUTIONS, project)
    if record is None:
        return []
    body: Any = parse_canonical(record.body, limit=None)
    return [
        Resolution(**{**each, "decided_on": date.fromisoformat(each["decided_on"])}) for each in body["resolutions"]
    ]


def determine_records(ports: Ports, unit: Unit, project: str, day: date) -> list[Determination]:
    """What the schedule says on a day of each record that a project keeps, by id."""
    decide = decide_records(ports, unit, project, day)
    return [decide(each) for each in read_retained(unit, project)]


def decide_records(ports: Ports, unit: Unit, project: str, day: date, checked: GapCheck | None = None) -> Decide:
    """The function that determines one record of a project on a day.

    Each record is judged by the version of the schedule that it stands under, with the project's facts of today. Holds
    and facts are read now, in this transaction. Of today, what has not ended everywhere keeps.
    """
    checked = checked or assess_project(ports, get_project(unit, project), day)
    resolutions = read_resolutions(unit, project)
    in_force = [each for each in read_holds(unit, project) if each.holds_on(day)]
    plans: dict[str, dict[str, list[ScheduleLine]]] = {}
    deciders: dict[tuple[str, str], Callable[[RetainedRecord, tuple[Hold, ...]], Determination]] = {}
    say = cite_in_words(checked)
    ended, begun = judge_days(day, ports.now())

    def decide(record: RetainedRecord) -> Determination:
        key = record.schedule, record.record_class
        if key not in deciders:
            if record.schedule not in plans:
                rules = rules_of(ports, unit, record.schedule, project)
                plans[record.schedule] = _by_class(plan_rules(ports, checked, rules, day).lines)
            own = plans[record.schedule].get(record.record_class, [])
            deciders[key] = determine_alike(own, ended, resolutions=resolutions, say=say, begun=begun)
        return deciders[key](record, holds_on(record, in_force, day))

    return decide


def plan_rules(ports: Ports, checked: GapCheck, rules: Iterable[RetentionRule], day: date) -> Schedule:
    """The schedule that rules make for a project with the facts that are known; holds and version are not in it."""
    scope = checked.book.scope(checked.facts)
    known = checked.facts.values

    def missing(text: str) -> tuple[str, ...]:
        names = missing_facts(compile_condition(parse_condition(text))(scope))
        return tuple(each for each in names if each not in known)

    calendars = ports.library.calendars()
    return plan_schedule(rules, known, condition_verdicts(checked), day, missing, cite_in_words(checked), calendars)


def name_instruments(packs: Iterable[RulePack]) -> dict[str, str]:
    """What readers call each instrument, by id. What a project set itself has no other name than its citation."""
    names = {
        id_: pack.short if id_ == pack.instrument else instrument.title
        for pack in packs
        for id_, instrument in pack.instruments.items()
    }
    return {**names, OWN: ""}


def cite_in_words(checked: GapCheck) -> Callable[[Citation], str]:
    """The function that gives a citation with the name of its law."""
    names = name_instruments(checked.book.packs)
    return lambda cite: say_citation(cite, names)


def condition_verdicts(checked: GapCheck) -> Callable[[str], Verdict]:
    """The function that gives the verdict of a condition's text for the project."""
    scope = checked.book.scope(checked.facts)
    return lambda text: compile_condition(parse_condition(text))(scope).verdict


def rules_of(ports: Ports, unit: Unit, name: str, project: str) -> Sequence[RetentionRule]:
    """The rules of a version of a project's schedule by its name; those of the law as it stands where there is none."""
    version = name.rpartition("@")[2]
    series = read_series(unit, project, int(version)) if version.isdecimal() else None
    return series.rules if series else ports.library.retention_rules()


def _by_class(lines: Iterable[ScheduleLine]) -> dict[str, list[ScheduleLine]]:
    found: dict[str, list[ScheduleLine]] = {}
    for line in lines:
        found.setdefault(line.rule.record_class, []).append(line)
    return found


def format_retained(record: RetainedRecord, salt: str, **more: Any) -> bytes:
    """The stored body of a record; `more` is what happened to it in this version."""
    if record.review is not None:
        more["review"] = _plain(record.review)
    if record.handed_over is not None:
        more["handed_over"] = _plain(record.handed_over)
    if record.corrected is not None:
        more["corrected"] = _plain(record.corrected)
    if record.bound:
        more["bound"] = list(record.bound)
    if record.absent:
        more["absent"] = record.absent
    return canonical_bytes(
        {
            **more,
            "data_class": record.data_class,
            "digest": record.digest,
            "disposed": record.disposed,
            "matters": list(record.matters),
            "record_class": record.record_class,
            "salt": salt,
            "schedule": record.schedule,
            "store": record.store,
            "title": record.title,
            "triggers": {event.value: day.isoformat() for event, day in record.triggers.items()},
        }
    )


def _plain(value: Review | HandOver | Correction) -> dict[str, Any]:
    """As canonical JSON can hold it; what is not said is left out."""
    fields = {name: getattr(value, name) for name in value.__dataclass_fields__}
    return {k: v.isoformat() if isinstance(v, date) else str(v) for k, v in fields.items() if v is not None}


def parse_retained(record: Record) -> RetainedRecord:
    """The record of the register whose stored body this is."""
    body: Any = from_json(record.body)  # a sweep reads a million; what is stored was canonical when it was hashed
    project, _, id_ = record.id.partition("/")
    return RetainedRecord(
        id=id_,
        project=project,
        title=body["title"],
        record_class=body["record_class"],
        store=body["store"],
        triggers={_EVENTS[event]: date.fromisoformat(day) for event, day in body["triggers"].items()},
        digest=body["digest"],
        data_class=body["data_class"],
        schedule=body["schedule"],
        matters=tuple(body["matters"]),
        disposed=body["disposed"],
        absent=body.get("absent", ""),
        review=_parse_review(body["review"]) if "review" in body else None,
        handed_over=_parse_hand_over(body["handed_over"]) if "handed_over" in body else None,
        bound=tuple(body["bound"]) if "bound" in body else _find_left(body),
        corrected=_parse_correction(body["corrected"]) if "corrected" in body else None,
        version=record.version,
    )


def _parse_review(body: dict[str, str]) -> Review:
    days = {name: date.fromisoformat(body[name]) for name in ("due", "decided_on", "until") if name in body}
    return Review(body["rule"], days["due"], Action(body["action"]), body["reviewer"], body["reason"],
                  days["decided_on"], days.get("until"))  # fmt: skip


def _find_left(body: dict[str, Any]) -> tuple[str, ...]:
    """The holds that an earlier govern let a record leave by a correction: they hold it again."""
    before = body.get("before", {}).get("holds", ())
    return tuple(each for each in before if each not in body["determined"]["holds"])


def _parse_correction(body: dict[str, str]) -> Correction:
    until = date.fromisoformat(body["until"]) if "until" in body else None
    return Correction(date.fromisoformat(body["on"]), body["by"], body["before"], until, int(body["times"]))


def _parse_hand_over(body: dict[str, str]) -> HandOver:
    return HandOver(body["to"], date.fromisoformat(body["on"]), body["receipt"], body["by"])


def format_hold(hold: Hold, salt: str) -> bytes:
    """The stored body of a hold."""
    return canonical_bytes(
        {
            "issued_on": hold.issued_on.isoformat(),
            "issuer": hold.issuer,
            "project": hold.project,
            "reason": hold.reason,
            "release_reason": hold.release_reason,
            "released_by": hold.released_by,
            "released_on": hold.released_on.isoformat() if hold.released_on else None,
            "salt": salt,
            "scope": hold.scope.value,
            "values": list(hold.values),
        }
    )


def parse_hold(record: Record) -> Hold:
    """The hold whose stored body this is."""
    body: Any = parse_canonical(record.body, limit=None)
    released = body["released_on"]
    return Hold(
        id=record.id,
        project=body["project"],
        scope=HoldScope(body["scope"]),
        values=tuple(body["values"]),
        issuer=body["issuer"],
        reason=body["reason"],
        issued_on=date.fromisoformat(body["issued_on"]),
        released_by=body["released_by"],
        released_on=date.fromisoformat(released) if released else None,
        release_reason=body["release_reason"],
    )
