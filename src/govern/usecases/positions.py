"""Negotiating positions of a project: who chose a fallback, and who approved it."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from govern.contracts import Clause, Position
from govern.errors import ContentError, FactError, RefusedError
from govern.kernel import Actor, Role, canonical_bytes, check_may, parse_canonical, suggest
from govern.usecases.ports import Ports, Unit
from govern.usecases.records import get_project, project_matter, record_event

POSITIONS = "positions"


@dataclass(frozen=True, slots=True)
class Choice:
    """A position chosen for a clause of a project.

    An approval is for the text that was approved: `clause` is the digest of the clause's file then, and where the text
    is another today the approval has lapsed.
    """

    clause_id: str
    position: str
    chosen_by: str
    chosen_on: date
    reason: str = ""
    approved_by: str = ""
    approved_on: date | None = None
    clause: str = ""


@dataclass(frozen=True, slots=True)
class Choices:
    """The positions of a project as a draft uses them, and those of them that wait for an approval, in words."""

    positions: Mapping[str, str]
    unapproved: Mapping[str, str]


def choose_position(ports: Ports, actor: Actor, project: str, clause: str, position: str, *, reason: str) -> Choice:
    """Choose a position for a clause; the first one of the clause takes an earlier choice back.

    Where the position needs an approval and the actor has the role for it, the choice is the approval. Raises
    ContentError for an unknown clause or position, FactError for a reason too short to mean anything.
    """
    check_may(actor, "draft_contract")
    found, at = _find(ports, clause, position)
    if at is not found.head.positions[0]:
        _check_reason(reason)
    today = ports.now().date()
    choice = Choice(clause, position, actor.id, today, reason.strip(), clause=found.digest)
    if at.approver and _may_approve(actor, at.approver):
        choice = replace(choice, approved_by=actor.id, approved_on=today)

    def change(known: dict[str, Choice]) -> dict[str, Choice]:
        kept = {key: each for key, each in known.items() if key != clause}
        return kept if at is found.head.positions[0] else {**kept, clause: choice}

    _change(ports, actor, project, "position.approved" if choice.approved_by else "position.chosen", change)
    return choice


def approve_position(ports: Ports, actor: Actor, project: str, clause: str) -> Choice:
    """Approve the position that was chosen for a clause.

    Raises RefusedError where none was chosen, where it needs no approval, or where the actor's roles are not the one
    that the playbook asks for.
    """
    check_may(actor, "read")
    approved: list[Choice] = []

    def change(known: dict[str, Choice]) -> dict[str, Choice]:
        if clause not in known:
            hint = suggest(clause, known) or f"govern contracts position {project} CLAUSE POSITION chooses one"
            raise RefusedError(f"no position was chosen for `{clause}`", hint=hint)
        found, at = _find(ports, clause, known[clause].position)
        if not at.approver:
            raise RefusedError(f"the position “{at.title}” needs no approval")
        if not _may_approve(actor, at.approver):
            hint = f"this is for: {at.approver.replace('_', ' ')}"
            raise RefusedError(f"`{actor.id}` may not approve “{at.title}” of `{clause}`", hint=hint)
        today = ports.now().date()
        approved.append(replace(known[clause], approved_by=actor.id, approved_on=today, clause=found.digest))
        return {**known, clause: approved[0]}

    _change(ports, actor, project, "position.approved", change)
    return approved[0]


def read_positions(ports: Ports, unit: Unit, project: str) -> Choices:
    """The positions of a project for its drafts."""
    known = _read(unit, project)
    return find_choices(ports, {key: each.position for key, each in known.items()}, known)


def find_choices(ports: Ports, positions: Mapping[str, str], known: Mapping[str, Choice] | None = None) -> Choices:
    """The positions with what is missing to use them; without `known` nothing is approved.

    A choice for a clause or position that the library no longer has is left out. Raises nothing.
    """
    library = ports.library.clauses()
    used: dict[str, str] = {}
    waiting: dict[str, str] = {}
    for id_, position in positions.items():
        clause = library.get(id_)
        at = next((each for each in clause.head.positions if each.id == position), None) if clause else None
        if clause is None or at is None:
            continue
        used[id_] = position
        choice = (known or {}).get(id_)
        if at.approver and not (choice and choice.approved_by and choice.clause == clause.digest):
            lapsed = ": the clause has changed since it was approved" if choice and choice.approved_by else ""
            waiting[id_] = f"position “{at.title}” needs the approval of {at.approver.replace('_', ' ')}{lapsed}"
    return Choices(used, waiting)


def list_choices(ports: Ports, actor: Actor, project: str) -> dict[str, Choice]:
    """The positions that were chosen for a project, by clause."""
    check_may(actor, "read")
    with ports.register.begin(write=False) as unit:
        get_project(unit, project)
        return _read(unit, project)


def _find(ports: Ports, clause: str, position: str) -> tuple[Clause, Position]:
    library = ports.library.clauses()
    if clause not in library:
        raise ContentError(f"there is no clause `{clause}`", hint=suggest(clause, library))
    found = library[clause]
    known = {each.id: each for each in found.head.positions}
    if position not in known:
        hint = suggest(position, known) or ("positions: " + ", ".join(known) if known else "it has only one text")
        raise ContentError(f"`{clause}` has no position `{position}`", hint=hint)
    return found, known[position]


def _may_approve(actor: Actor, approver: str) -> bool:
    return Role(approver) in actor.roles or Role.ADMINISTRATOR in actor.roles


def _check_reason(reason: str) -> None:
    if not 10 <= len(reason.strip()) <= 2000 or not reason.isprintable():
        raise FactError(
            "the reason must be one line of 10 to 2,000 characters", where="reason", hint="say why we give in here"
        )


def _read(unit: Unit, project: str) -> dict[str, Choice]:
    record = unit.find(POSITIONS, project)
    if record is None:
        return {}
    body: Any = parse_canonical(record.body, limit=None)
    return {each["clause_id"]: _parse(each) for each in body["choices"]}


def _parse(body: dict[str, Any]) -> Choice:
    days = {key: date.fromisoformat(body[key]) for key in ("chosen_on", "approved_on") if body[key]}
    return Choice(**{**body, **days})


def _plain(choice: Choice) -> dict[str, Any]:
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in asdict(choice).items()}


def _change(
    ports: Ports, actor: Actor, project: str, event: str, change: Callable[[dict[str, Choice]], dict[str, Choice]]
) -> None:
    with ports.register.begin(write=True) as unit:
        get_project(unit, project)
        earlier = unit.find(POSITIONS, project)
        choices = [_plain(each) for _, each in sorted(change(_read(unit, project)).items())]
        body = canonical_bytes({"choices": choices, "salt": ports.new_id()})
        record = unit.save(POSITIONS, project, body, read_version=earlier.version if earlier else 0)
        unit.emit(record_event(ports, actor, event, record, project_matter(project)))

    ports.log.sequence()
