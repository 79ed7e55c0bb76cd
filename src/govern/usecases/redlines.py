"""Redlines: what changed between two drafts of a document, wherever they come from. Nothing is recorded."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from govern.contracts import Clause, Draft, Lock, Recipe, Redline, apply_playbooks, compare_drafts
from govern.errors import ContentError, FactError, RefusedError, StoreError
from govern.kernel import Actor, check_may, suggest
from govern.usecases.assembling import Options
from govern.usecases.drafts import assemble_document
from govern.usecases.locks import KeptLock, list_locks, locked_options, newest_locks, redraft, reopen
from govern.usecases.ports import Ports
from govern.usecases.positions import Choices

_Authored = TypeVar("_Authored", Clause, Recipe)
NOW = "now"
LATEST = "latest"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_VERSIONED = re.compile(r"[a-z][a-z0-9_.]*@\d+\.\d+\.\d+")


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a redline as somebody names it.

    `name` is `now`, `latest` (the newest draft saved), the id of a saved draft or its beginning, a day, or published
    versions of clauses or of the document, `dpa.audit@1.0.0`, with commas between them; or the draft is that of `lock`.
    `day` and `options` count for what is assembled now.
    """

    name: str
    day: date
    options: Options = field(default_factory=Options)
    lock: Lock | None = None


@dataclass(frozen=True)
class Found:
    """A draft that a side names, how it would be with other positions, and what it is in words."""

    draft: Draft
    vary: Callable[[Mapping[str, str]], Draft]
    words: str
    base: str = ""
    """The digest of the firm's own document in whose look it was saved; else empty."""


@dataclass(frozen=True, slots=True)
class Redlined:
    """A redline, and what its two sides are, in words."""

    redline: Redline
    old: str
    new: str


def redline_contract(ports: Ports, actor: Actor, project: str, document: str, old: Side, new: Side) -> Redlined:
    """Compare two drafts of a document of a project.

    Raises StoreError for a draft that is not here, ContentError for content that is not to be had as a lock pins it,
    RefusedError for a lock of another document.
    """
    check_may(actor, "read")

    before, after = (find_draft(ports, project, document, side) for side in (old, new))

    return Redlined(compare_drafts(before.draft, after.draft), before.words, after.words)


def find_draft(ports: Ports, project: str, document: str, side: Side) -> Found:
    """The draft that a side names. Raises as `redline_contract` does."""
    if side.lock is not None:
        if side.lock.document != document:
            raise RefusedError(
                f"the lock is of `{side.lock.document}`, not of `{document}`",
                where=side.name,
                hint="a redline compares two drafts of one document",
            )
        return _locked(ports, side.lock, f"the lock {side.name}")
    recipe = ports.library.recipe(document)
    if side.name == NOW:
        return Found(*assemble_document(ports, project, recipe, side.day, side.options), _say_now(side))
    if _DAY.fullmatch(side.name):
        made = assemble_document(ports, project, recipe, _parse_day(side.name), side.options)
        return Found(*made, f"the library as of {side.name}")
    if "@" in side.name:
        recipe, clauses = _published(ports, recipe, side.name)
        made = assemble_document(ports, project, recipe, side.day, side.options, clauses)
        return Found(*made, f"the library with {side.name}")
    kept = _find_kept(ports, project, document, side.name)
    return _locked(ports, kept.lock, f"draft {kept.draft_id[:8]}")


def _locked(ports: Ports, lock: Lock, words: str) -> Found:
    def vary(positions: Mapping[str, str]) -> Draft:
        bench, recipe = reopen(ports, lock)
        return bench.assemble(recipe, Choices({**lock.positions, **positions}, {}), locked_options(lock))

    return Found(redraft(ports, lock), vary, words, lock.base)


def _say_now(side: Side) -> str:
    tried = ", ".join(f"{clause}={position}" for clause, position in sorted(side.options.positions.items()))
    return "the library now" + (f" with {tried}" if tried else "")


def _parse_day(name: str) -> date:
    try:
        return date.fromisoformat(name)
    except ValueError:
        raise FactError(f"`{name}` is not a date", hint="like 2026-11-24") from None


def _published(ports: Ports, recipe: Recipe, name: str) -> tuple[Recipe, dict[str, Clause]]:
    """The recipe and the clauses in the versions that are named, with commas between them.

    A version of the document itself brings each clause as it was on the day of that version.
    """
    known = ports.library.clauses()
    clauses: dict[str, Clause] = {}
    for each in name.split(","):
        if not _VERSIONED.fullmatch(each):
            raise ContentError(f"`{each}` is not a clause or document with its version", hint="like dpa.audit@1.0.0")
        id_, _, version = each.partition("@")
        if id_ == recipe.id:
            recipe = recipe if recipe.version == version else _read(ports, id_, version, ports.library.read_recipe)
            clauses = {**_clauses_of(ports, recipe), **clauses}
        elif id_ in known:
            clauses[id_] = _clause(ports, known[id_], version)
        else:
            raise ContentError(f"there is no clause `{id_}`", hint=suggest(id_, known))
    return recipe, clauses


def _clauses_of(ports: Ports, recipe: Recipe) -> dict[str, Clause]:
    day = next((each.date for each in recipe.changelog if each.version == recipe.version), date.max)
    known = ports.library.clauses()
    found = {}
    for id_ in (*recipe.clauses, *recipe.annexes):
        earlier = [each for each in known[id_].head.changelog if each.date <= day] if id_ in known else []
        if earlier:
            found[id_] = _clause(ports, known[id_], max(earlier, key=lambda each: each.date).version)
    return found


def _clause(ports: Ports, clause: Clause, version: str) -> Clause:
    if clause.head.version == version:
        return clause
    earlier = _read(ports, clause.head.id, version, ports.library.read_clause)
    return apply_playbooks(earlier, ports.library.playbooks().values())


def _read(ports: Ports, id_: str, version: str, read: Callable[[bytes, str], _Authored]) -> _Authored:
    data = ports.library.published(id_, version)
    if data is None:
        hint = "earlier versions lie in clause_library/published"
        raise ContentError(f"`{id_}` has no published version {version}", hint=hint)
    return read(data, f"{id_}@{version}")


def _find_kept(ports: Ports, project: str, document: str, name: str) -> KeptLock:
    with ports.register.begin(write=False) as unit:
        locks = [each for each in list_locks(unit, project) if each.lock.document == document]
        newest = newest_locks(unit, project).get((project, document))
    if name == LATEST:
        if newest is None:
            hint = f"govern draft {project} --document {document} --out FILE saves one"
            raise StoreError(f"no draft of `{document}` is saved for `{project}`", hint=hint)
        return newest
    found = [each for each in locks if each.draft_id.startswith(name)] if name else []
    if len(found) != 1:
        ids = ", ".join(each.draft_id[:8] for each in locks[-8:]) or "none"
        what = "is the beginning of several drafts" if found else "is no draft, lock, day or version"
        raise StoreError(f"`{name}` {what}", hint=f"drafts of `{document}` for `{project}`: {ids}; or now, or latest")
    return found[0]
