"""How the drafted and signed documents of a workspace stand against the library, the law and the facts of today."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from govern.contracts import MATRIX, Change, Draft, Lock, compare_drafts
from govern.errors import ContentError, GovernError
from govern.kernel import Actor, check_may, parse_canonical, resolve_facts
from govern.usecases.assembling import Workbench, open_workbench
from govern.usecases.gaps import assess_project
from govern.usecases.locks import KeptLock, digest_facts, list_locks, locked_options, newest_locks, redraft
from govern.usecases.ports import Ports, Unit
from govern.usecases.positions import Choices
from govern.usecases.records import PROJECT, get_project, parse_project
from govern.usecases.signing import SIGNED


@dataclass(frozen=True, slots=True)
class Superseded:
    """Something that a lock pins and that is another today: what kind of thing, its name, then and now.

    `now` is empty where it is gone; equal versions with another text are told apart by `same_version`.
    """

    kind: str
    name: str
    then: str
    now: str

    @property
    def same_version(self) -> bool:
        """Whether the text was changed without a new version."""
        return self.then == self.now


@dataclass(frozen=True, slots=True)
class Standing:
    """A document as it stands: drafted, final or signed, and what has changed since.

    `same_text` says whether it would have the same text today all the same; None where it cannot be made again.
    `newest` is false for what was signed before the newest draft: it is in force all the same.
    """

    kept: KeptLock
    state: str
    superseded: tuple[Superseded, ...]
    signed_on: date | None = None
    same_text: bool | None = True
    newest: bool = True


def list_standing(ports: Ports, actor: Actor, project: str | None = None) -> list[Standing]:
    """The locks of a project or of the workspace that count, with what is superseded in each.

    Of each document they are the one that was signed last and the newest, which may be the same.
    """
    check_may(actor, "read")
    today = ports.now().date()
    with ports.register.begin(write=False) as unit:
        newest = newest_locks(unit, project)
        signed = _signed_days(unit)
        in_force = _signed_last(list_locks(unit, project), signed)
        facts = {name: _facts_today(ports, unit, name, today) for name in {name for name, _ in newest}}
    benches: dict[str, Workbench] = {}
    standing = []
    both = [(key, kept) for found in (in_force, newest) for key, kept in found.items()]
    counted = {kept.draft_id: (key, kept) for key, kept in both}
    for (name, document), kept in sorted(counted.values(), key=lambda each: each[0]):
        state = "signed" if kept.draft_id in signed else kept.lock.status
        superseded = tuple(_superseded(ports, kept.lock, facts[name]))
        same = _is_same_text(ports, kept.lock, today, benches) if superseded else True
        last = newest[name, document].draft_id == kept.draft_id
        standing.append(Standing(kept, state, superseded, signed.get(kept.draft_id), same, last))
    return standing


def _signed_last(locks: Iterable[KeptLock], signed: Mapping[str, date]) -> dict[tuple[str, str], KeptLock]:
    """The lock of each (project, document) that was signed last."""
    found: dict[tuple[str, str], KeptLock] = {}
    for kept in locks:
        known = found.get(key := (kept.lock.project, kept.lock.document))
        if kept.draft_id in signed and (known is None or signed[known.draft_id] <= signed[kept.draft_id]):
            found[key] = kept
    return found


def _is_same_text(ports: Ports, lock: Lock, today: date, benches: dict[str, Workbench]) -> bool | None:
    """Whether the document would read the same today; the annex that quotes the law aside."""
    try:
        if lock.project not in benches:
            benches[lock.project] = _bench_of_today(ports, lock.project, today)
        then, now = redraft(ports, lock, check=False), _draft_again(ports, benches[lock.project], lock)
    except GovernError:
        return None
    now = replace(now, status=then.status, day=then.day)
    return compare_drafts(_without_matrix(then), _without_matrix(now)).change is Change.SAME


def _without_matrix(draft: Draft) -> Draft:
    return replace(draft, annexes=tuple(each for each in draft.annexes if each.anchor != MATRIX))


def find_lock(ports: Ports, actor: Actor, project: str, document: str, draft: str | None = None) -> KeptLock:
    """The newest lock of a document, or the one whose draft's id begins so. Raises ContentError where there is none."""
    check_may(actor, "read")
    with ports.register.begin(write=False) as unit:
        if draft is None:
            found = newest_locks(unit, project).get((project, document))
        else:
            named = [each for each in list_locks(unit, project) if each.draft_id.startswith(draft)]
            found = named[0] if len(named) == 1 else None
    if found is None:
        hint = f"govern contracts list {project} shows the drafts"
        raise ContentError(f"there is no draft `{draft or document}` of `{project}`", hint=hint)
    return found


def draft_as_now(ports: Ports, actor: Actor, lock: Lock, as_of: date) -> Draft:
    """What the same document would be with the library, the law and the facts of today; nothing is recorded.

    Positions and parameters are those of the lock, where the library still has them.
    """
    check_may(actor, "read")
    return _draft_again(ports, _bench_of_today(ports, lock.project, as_of), lock)


def _bench_of_today(ports: Ports, project: str, as_of: date) -> Workbench:
    with ports.register.begin(write=False) as unit:
        record = unit.find(PROJECT, project)
    if record is None:
        raise ContentError(f"there is no project `{project}`")
    return open_workbench(ports, assess_project(ports, parse_project(record), as_of), as_of)


def _draft_again(ports: Ports, bench: Workbench, lock: Lock) -> Draft:
    recipe = ports.library.recipe(lock.document)
    known = {
        id_: position
        for id_, position in lock.positions.items()
        if id_ in bench.clauses and position in [each.id for each in bench.clauses[id_].head.positions]
    }
    return bench.assemble(recipe, Choices(known, {}), locked_options(lock))


def then_and_now(ports: Ports, actor: Actor, lock: Lock, as_of: date) -> tuple[Draft, Draft]:
    """The locked draft and what it would be today, for a redline."""
    return redraft(ports, lock), draft_as_now(ports, actor, lock, as_of)


def _signed_days(unit: Unit) -> dict[str, date]:
    days = {}
    for record in unit.list(SIGNED):
        body = parse_canonical(record.body, limit=None)
        assert isinstance(body, dict)
        days[str(body["draft"])] = date.fromisoformat(str(body["day"]))
    return days


def _facts_today(ports: Ports, unit: Unit, project: str, today: date) -> str:
    try:
        return digest_facts(resolve_facts(ports.library.vocabulary(), get_project(unit, project).answers, today))
    except GovernError:  # the vocabulary has moved on: another digest says it
        return ""


def _superseded(ports: Ports, lock: Lock, facts: str) -> Iterator[Superseded]:
    library = ports.library
    clauses = library.clauses()
    for id_, pin in lock.clauses.items():
        now = clauses.get(id_)
        if now is None or now.digest != pin.digest:
            yield Superseded("clause", id_, pin.version, now.head.version if now else "")
    if lock.document in library.recipes():
        recipe = library.recipe(lock.document)
        if recipe.version != lock.recipe.version:
            yield Superseded("document", lock.document, lock.recipe.version, recipe.version)
    else:
        yield Superseded("document", lock.document, lock.recipe.version, "")
    for id_, pin in lock.spelling.items():
        table = library.spellings().get(id_)
        if table is None or table.version != pin.version:
            yield Superseded("spelling", id_, pin.version, table.version if table else "")
    packs = {pack.id: pack for pack in library.packs()}
    for id_, pin in lock.packs.items():
        pack = packs.get(id_)
        if pack is None or pack.digest != pin.digest:
            yield Superseded("law", id_, pin.version, pack.version if pack else "")
    if facts != lock.facts:
        yield Superseded("facts", lock.project, f"version {lock.project_version}", "changed since")
