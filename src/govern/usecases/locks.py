"""Locks: what pins a draft, and making the same draft again from it."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeVar

from govern.conditions import Phrasebook
from govern.contracts import (
    Clause,
    Draft,
    Lock,
    Pin,
    Playbook,
    Recipe,
    Spelling,
    apply_playbooks,
    finalise,
    read_lock,
)
from govern.errors import ContentError, StoreError
from govern.kernel import Facts, canonical_bytes, parse_canonical, resolve_facts
from govern.rules import RuleBook, RulePack, assess, build_book
from govern.usecases.assembling import Options, Workbench, open_workbench
from govern.usecases.gaps import GapCheck
from govern.usecases.law import find_kept_pack
from govern.usecases.ports import Ports, Record, Unit
from govern.usecases.positions import Choices
from govern.usecases.records import DRAFT, PROJECT, from_plain, parse_project, to_plain

Authored = TypeVar("Authored", Clause, Recipe, Playbook, Spelling)


@dataclass(frozen=True, slots=True)
class KeptLock:
    """A lock that the workspace holds, with the id of its draft and the moment in which it was saved."""

    draft_id: str
    lock: Lock
    saved: str = ""


def make_lock(
    ports: Ports, bench: Workbench, recipe: Recipe, draft: Draft, choices: Choices, options: Options,
    outputs: Mapping[str, bytes],
) -> Lock:  # fmt: skip
    """The lock of a draft; everything that it pins is kept in the workspace's files under its digest."""
    checked, library = bench.checked, ports.library
    clauses = {id_: _keep(ports, id_, version) for id_, version in sorted(draft.clauses.items())}
    books = sorted(library.playbooks().items())
    spelling = bench.spellings.get(draft.spelling)
    return Lock(
        document=draft.document,
        recipe=_keep(ports, recipe.id, recipe.version),
        project=checked.project.id,
        project_version=checked.project.version,
        facts=digest_facts(checked.facts),
        day=draft.day,
        packs={pack.id: Pin(pack.version, pack.digest) for pack in checked.book.packs},
        clauses=clauses,
        playbooks={id_: _keep(ports, f"playbook:{id_}", each.version) for id_, each in books},
        spelling={spelling.id: _keep(ports, f"spelling:{spelling.id}", spelling.version)} if spelling else {},
        tree=draft.digest,
        status=draft.status,
        positions=dict(sorted(choices.positions.items())),
        unapproved=dict(sorted(choices.unapproved.items())),
        parameters={key: to_plain(each) for key, each in sorted(options.parameters.items())},
        matrix=options.matrix,
        certain=options.certain,
        clean=options.clean,
        accessible=options.accessible,
        base=ports.files.put(options.base) if options.base else "",
        outputs={kind: hashlib.sha256(data).hexdigest() for kind, data in sorted(outputs.items())},
        terms=draft.terms,
        open_points=len(draft.open_points),
        engine=ports.engine(),
    )


def digest_facts(facts: Facts) -> str:
    """SHA-256 over the values known on a day, in hex; what was never answered and what lapsed are not in it."""
    values = {fact: _plain(value) for fact, value in sorted(facts.values.items())}
    return hashlib.sha256(canonical_bytes(values)).hexdigest()


def _plain(value: Any) -> Any:
    rows = getattr(value, "rows", None)  # of a map: what each country has, not only the set of it
    return dict(rows) if rows is not None else to_plain(value)


def _keep(ports: Ports, id_: str, version: str) -> Pin:
    return Pin(version, ports.files.put(ports.library.source(id_)))


def locked_options(lock: Lock) -> Options:
    """How the tree of a locked draft is made again."""
    parameters = {name: from_plain(value) for name, value in lock.parameters.items()}
    return Options(parameters=parameters, matrix=lock.matrix, certain=lock.certain)


def redraft(ports: Ports, lock: Lock, *, check: bool = True) -> Draft:
    """The draft that a lock pins, made again.

    Facts come from the project's record of that version, packs, clauses and playbooks from the library, from what the
    workspace kept, or from the published versions. Raises StoreError where the facts are not here, and ContentError
    that names what is not to be had as it was. With `check`, a tree other than the locked one is an error too.
    """
    bench, recipe = reopen(ports, lock)
    options = locked_options(lock)
    draft = bench.assemble(recipe, Choices(lock.positions, lock.unapproved), options)
    draft = finalise(draft) if lock.status == "final" else draft
    if check and draft.digest != lock.tree:
        here = ports.engine()
        other = f"it was made with govern {lock.engine}, and this is {here}"
        words = "the words of facts, terms or countries have changed"
        raise ContentError(
            "nothing that the lock pins has changed, and the document still comes out otherwise: "
            + (other if lock.engine != here else words),
            where=f"{lock.document} of {lock.project}",
            hint="use the version of govern that made it",
        )
    return draft


def reopen(ports: Ports, lock: Lock) -> tuple[Workbench, Recipe]:
    """The workbench of a locked draft as it was, and its recipe. Raises as `redraft` does."""
    with ports.register.begin(write=False) as unit:
        project = unit.find(PROJECT, lock.project, lock.project_version)
        if project is None:
            known = f"version {lock.project_version} of `{lock.project}`"
            hint = "a lock is drafted again in the workspace that made it, or in a copy of it"
            raise StoreError(f"this workspace has no {known}", hint=hint)
        packs = _find_packs(ports, unit, lock)
    vocabulary = ports.library.vocabulary()
    facts = resolve_facts(vocabulary, parse_project(project).answers, lock.day)
    if digest_facts(facts) != lock.facts:
        raise StoreError(
            f"the facts of `{lock.project}` are not those of the lock",
            hint="the record is another, or a fact is read otherwise by this version of govern",
        )
    missing: list[str] = []
    read = ports.library.read_clause
    clauses = {id_: _find(ports, id_, pin, read, missing) for id_, pin in lock.clauses.items()}
    playbooks = [
        _find(ports, f"playbook:{id_}", pin, ports.library.read_playbook, missing)
        for id_, pin in lock.playbooks.items()
    ]
    spellings = {
        id_: _find(ports, f"spelling:{id_}", pin, ports.library.read_spelling, missing)
        for id_, pin in lock.spelling.items()
    }
    recipe = _find(ports, lock.document, lock.recipe, ports.library.read_recipe, missing)
    if missing or recipe is None:
        raise ContentError(
            "not to be had as the lock pins it: " + "; ".join(missing),
            where=f"{lock.document} of {lock.project}",
            hint="put the file of that version into clause_library/published",
        )
    ruled = [each for each in playbooks if each is not None]
    pinned = {id_: apply_playbooks(each, ruled) for id_, each in clauses.items() if each is not None}
    # what the draft left out had a condition that was false
    recipe = recipe.model_copy(
        update={
            "clauses": tuple(id_ for id_ in recipe.clauses if id_ in pinned),
            "annexes": tuple(id_ for id_ in recipe.annexes if id_ in pinned),
        }
    )
    book = _book_of(ports, packs, lock.day)
    phrases = Phrasebook(vocabulary.find, book.titles)
    checked = GapCheck(parse_project(project), assess(book, facts), book, facts, phrases)
    bench = open_workbench(ports, checked, lock.day, pinned)
    # without a pin the document has the spelling of its clauses, as all had before there were tables
    return replace(bench, spellings={id_: each for id_, each in spellings.items() if each is not None}), recipe


def _book_of(ports: Ports, packs: Sequence[RulePack], day: date) -> RuleBook:
    """The law of the packs that a lock pins: the library's, which is compiled already, where these are in force."""
    current = ports.library.packs()
    if len(packs) == len(current) and all(any(each is pack for each in current) for pack in packs):
        return ports.library.book(day)
    return build_book(packs, ports.library.vocabulary(), day)


def _find(
    ports: Ports, id_: str, pin: Pin, read: Callable[[bytes, str], Authored], missing: list[str]
) -> Authored | None:
    """An authored file with the pinned digest, wherever it is; else its name goes to `missing`."""
    data = _current(ports, id_)
    if data is None or hashlib.sha256(data).hexdigest() != pin.digest:
        data = ports.files.get(pin.digest) or ports.library.published(id_, pin.version)
    if data is None or hashlib.sha256(data).hexdigest() != pin.digest:
        what = f"`{id_}` {pin.version}"
        missing.append(what + (" (its text was changed without a new version)" if data is not None else ""))
        return None
    return read(data, f"{id_}@{pin.version}")


def _current(ports: Ports, id_: str) -> bytes | None:
    try:
        return ports.library.source(id_)
    except KeyError:
        return None


def _find_packs(ports: Ports, unit: Unit, lock: Lock) -> list[RulePack]:
    current = {pack.id: pack for pack in ports.library.packs()}
    packs = []
    for id_, pin in lock.packs.items():
        pack = current.get(id_)
        if pack is None or pack.digest != pin.digest:
            pack = find_kept_pack(ports, unit, id_, pin.digest)
        if pack is None:
            raise ContentError(
                f"the pack `{id_}` {pin.version} is not to be had as the lock pins it",
                hint="the workspace that made the draft keeps the packs that it used",
            )
        packs.append(pack)
    return packs


def list_locks(unit: Unit, project: str | None = None) -> list[KeptLock]:
    """The locks of all drafts of a project or of the workspace, oldest first."""
    found = []
    for record in unit.list(DRAFT):
        body = parse_draft(record)
        if body is not None and project in (None, body["project"]):
            saved = body.pop("saved", "")
            found.append(KeptLock(record.id, read_lock(body, name=record.id), saved))
    return sorted(found, key=lambda each: (each.saved, each.draft_id))


def newest_locks(unit: Unit, project: str | None = None) -> dict[tuple[str, str], KeptLock]:
    """The newest lock of each (project, document); one that is final goes before later ones that are not."""
    newest: dict[tuple[str, str], KeptLock] = {}
    for kept in list_locks(unit, project):
        key = kept.lock.project, kept.lock.document
        known = newest.get(key)
        if known is None or kept.lock.status == "final" or known.lock.status != "final":
            newest[key] = kept
    return newest


def parse_draft(record: Record) -> dict[str, Any] | None:
    """The body of a draft without its salt; None for one from before there were locks."""
    body: Any = parse_canonical(record.body, limit=None)
    body.pop("salt", None)
    return body if "format" in body else None
