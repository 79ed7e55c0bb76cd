"""Legal holds: an order not to destroy, and its release by somebody else."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from govern.errors import FactError, RefusedError, StoreError
from govern.kernel import Actor, check_may, suggest
from govern.retention import (
    Hold,
    HoldScope,
    Resolve,
    RetainedRecord,
    check_term,
    holds_on,
    is_held_for_want_of_a_day,
    is_placed,
    say_unplaced,
)
from govern.usecases.legal_hold import LEGAL_HOLD
from govern.usecases.ports import Disposal, Ports, Record, Unit
from govern.usecases.records import PROJECT, get_project, project_matter, record_event
from govern.usecases.retained import (
    HOLD,
    HOLDS_LOCK,
    format_hold,
    get_retained,
    parse_hold,
    read_holds,
    read_series,
    scan_retained,
)
from govern.usecases.schedules import check_line

HOLDS = "holds"
"""The matter of holds that reach all projects."""

MOST_VALUES = 1_000


@dataclass(frozen=True, slots=True)
class Reach:
    """How many kept records a hold reaches, and how many of them only because a day that it asks for is unknown."""

    records: int
    unknown: int = 0
    unplaced: str = ""
    """Which records no declared store has, in words: of those that it reaches, and of those that its query for an
    address cannot be compared with; empty where there is none."""


def issue_hold(
    ports: Ports,
    actor: Actor,
    *,
    reason: str,
    project: str = "",
    scope: HoldScope,
    values: Sequence[str] = (),
    stores: Disposal | None = None,
) -> tuple[Hold, Reach]:
    """Order that nothing that a scope reaches is destroyed, from today on; how many records it reaches now.

    Without a project it reaches all. Records that come later are reached too, if the scope fits them. A class that no
    schedule has is refused: a hold with a typing error in it holds nothing. `stores` are the declared ones: they know
    other ways to a place, and what they do not have is named.
    """
    check_may(actor, "issue_hold")
    check_line(reason, "reason", 10, 2000)
    _check_scope(scope, project, values)
    today = ports.now().date()
    with ports.register.begin(write=True) as unit:
        unit.lock(HOLDS_LOCK)
        if project:
            get_project(unit, project)
        if scope is HoldScope.RECORDS:
            for each in values:
                get_retained(unit, project, each)
        if scope is HoldScope.SERIES:
            _check_classes(ports, unit, project, values)
        hold = Hold(ports.new_id()[:12], project, scope, tuple(values), actor.id, reason.strip(), today)
        record = unit.save(HOLD, hold.id, format_hold(hold, ports.new_id()), read_version=0)
        unit.emit(record_event(ports, actor, "hold.issued", record, _matter(hold)))
        reached = _count_reached(unit, hold, stores)

    ports.log.sequence()
    return hold, reached


def _check_classes(ports: Ports, unit: Unit, project: str, values: Sequence[str]) -> None:
    classes = {each.record_class for each in ports.library.retention_rules()}
    projects = [project] if project else [record.id for record in unit.list(PROJECT)]
    for each in projects:
        series = read_series(unit, each)
        classes.update(rule.record_class for rule in (series.rules if series else ()))
    if not classes.issuperset(values):  # the records are many, and seldom of a class that no schedule has
        classes.update(record.record_class for each in projects for record in scan_retained(unit, each))
    for value in values:
        if value not in classes:
            hint = suggest(value, classes) or "govern retention schedule lists the classes"
            raise FactError(f"no schedule has a class `{value}`", where="scope", hint=hint)


def release_hold(ports: Ports, actor: Actor, hold: str, reason: str) -> Hold:
    """End a hold today. Raises RefusedError where it was issued by the same person, or has ended.

    `hold` is its id, or the beginning of it. Two persons are needed so that nobody alone can free for destruction what
    a court may want.
    """
    check_may(actor, "release_hold")
    check_line(reason, "reason", 10, 2000)
    if hold == LEGAL_HOLD:
        hint = f"another person than who set it takes it back: govern project set PROJECT {LEGAL_HOLD}=false"
        raise RefusedError(f"`{LEGAL_HOLD}` is a fact of a project", hint=hint)
    today = ports.now().date()
    with ports.register.begin(write=True) as unit:
        unit.lock(HOLDS_LOCK)
        found = _find_hold(unit, hold)
        known = parse_hold(found)
        if known.released_on is not None:
            raise RefusedError(f"the hold `{known.id}` was released on {known.released_on.isoformat()}")
        if known.issuer == actor.id:
            hint = "another person with the right to release holds does it"
            raise RefusedError(f"`{actor.id}` issued the hold `{known.id}` and may not release it", hint=hint)
        released = replace(known, released_by=actor.id, released_on=today, release_reason=reason.strip())
        body = format_hold(released, ports.new_id())
        record = unit.save(HOLD, known.id, body, read_version=found.version)
        unit.emit(record_event(ports, actor, "hold.released", record, _matter(released)))

    ports.log.sequence()
    return released


def _find_hold(unit: Unit, hold: str) -> Record:
    """A hold by its id or the beginning of it. Raises StoreError where there is none, or more than one."""
    exact = unit.find(HOLD, hold)
    if exact is not None:
        return exact
    known = unit.list(HOLD)
    begun = [each for each in known if hold and each.id.startswith(hold)]
    if len(begun) != 1:
        said = f"`{hold[:80]}` names several holds" if begun else f"there is no hold `{hold[:80]}`"
        hint = suggest(hold, [each.id for each in known]) or "govern retention holds shows them"
        raise StoreError(said, hint=hint)
    return begun[0]


def list_holds(
    ports: Ports, actor: Actor, project: str = "", stores: Disposal | None = None
) -> list[tuple[Hold, Reach]]:
    """The holds of a project or of all, those released too, each with the number of records that it reaches.

    `stores` as for `issue_hold`.
    """
    check_may(actor, "read")
    with ports.register.begin(write=False) as unit:
        if project:
            get_project(unit, project)
        return [(each, _count_reached(unit, each, stores)) for each in read_holds(unit, project)]


def _count_reached(unit: Unit, hold: Hold, stores: Disposal | None = None) -> Reach:
    """How many kept records the hold reaches, or reached while it was in force."""
    records = unknown = 0
    unplaced: list[RetainedRecord] = []
    places = stores.places if stores is not None else ()
    for record, reached in _look(unit, hold, stores):
        if reached:
            records, unknown = records + 1, unknown + is_held_for_want_of_a_day(hold, record)
        if places and (reached or _asks_for_place(hold)) and not is_placed(places, record.store):
            unplaced.append(record)
    return Reach(records, unknown, say_unplaced(unplaced))


def _asks_for_place(hold: Hold) -> bool:
    return hold.scope is HoldScope.QUERY and any(each.startswith("store=") for each in hold.values)


def _look(unit: Unit, hold: Hold, stores: Disposal | None) -> Iterator[tuple[RetainedRecord, bool]]:
    """Each kept record of its projects, and whether the hold reaches it; a page of them in memory at a time."""
    projects = [hold.project] if hold.project else [each.id for each in unit.list(PROJECT)]
    standing = replace(hold, released_on=None)
    resolve: Resolve = stores.resolve if stores is not None else lambda _: ()
    for project in projects:
        for record in scan_retained(unit, project):
            yield record, bool(holds_on(record, [standing], hold.issued_on, resolve=resolve))


def _check_scope(scope: HoldScope, project: str, values: Sequence[str]) -> None:
    if scope is HoldScope.PROJECT:
        if values:
            raise FactError("a hold on a project names nothing more", where="scope")
        return
    if not 1 <= len(values) <= MOST_VALUES:
        raise FactError(f"a hold of this scope names 1 to {MOST_VALUES:,} {_NAMES[scope]}", where="scope")
    for each in values:
        check_line(each, "scope", 1, 200)
        if scope is HoldScope.QUERY:
            check_term(each)
    if scope is HoldScope.RECORDS and not project:
        raise FactError("records are held in their project", where="project", hint="name the project")


_NAMES = {
    HoldScope.SERIES: "classes of records",
    HoldScope.RECORDS: "records",
    HoldScope.QUERY: "terms",
    HoldScope.MATTER: "matters",
}


def _matter(hold: Hold) -> str:
    """The matter of the log in which a hold's entries stand: its project's, where it is aimed at one alone."""
    if hold.project:
        return project_matter(hold.project)
    of_project = project_matter("")
    if hold.scope is HoldScope.MATTER and len(hold.values) == 1 and hold.values[0].startswith(of_project):
        return hold.values[0]
    return HOLDS
