"""Which law was used, and what a change of the law touches."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from govern.conditions import Phrasebook, Verdict
from govern.errors import ContentError, WriteConflictError
from govern.kernel import Actor, canonical_bytes, check_may, parse_canonical, resolve_facts, suggest
from govern.rules import LawChange, RuleBook, RulePack, Status, assess, build_book, compare_books
from govern.usecases.ports import Ports, Record, Solver, Unit
from govern.usecases.records import DRAFT, PROJECT, parse_project, record_event

LAW, PACKS = "law", "packs"
TRIES = 5


@dataclass(frozen=True, slots=True)
class Difference:
    """A changed condition (`applies` or `met`) seen by a solver.

    `facts` are some on which the two verdicts differ. None with `decided` says that there are none: it is only written
    otherwise.
    """

    name: str
    decided: bool
    facts: Mapping[str, Any] | None
    before: Verdict = None
    after: Verdict = None


@dataclass(frozen=True, slots=True)
class StatusChange:
    """A finding of a project that differs under the other law; None where the obligation is not in force."""

    project: str
    obligation: str
    before: Status | None
    after: Status | None


@dataclass(frozen=True, slots=True)
class LawDiff:
    """What changed, how the changed conditions differ, and what it touches in the workspace."""

    before: RuleBook
    after: RuleBook
    changes: tuple[LawChange, ...]
    differences: Mapping[str, tuple[Difference, ...]]
    projects: tuple[StatusChange, ...]
    clauses: tuple[str, ...]
    contracts: tuple[str, ...]
    phrases: Phrasebook


def record_law(ports: Ports, actor: Actor, packs: Iterable[RulePack]) -> None:
    """Keep the packs that an assessment uses, so that it can be done again: once for each set of digests.

    In a transaction of its own, before that of the assessment: where others keep packs at the same time it looks again.
    """
    packs = list(packs)
    tries = TRIES
    while True:
        with ports.register.begin(write=False) as unit:
            newest = unit.find(LAW, PACKS)
        known = _kept_packs(newest) if newest else {}
        new = [pack for pack in packs if known.get(pack.id, {}).get("digest") != pack.digest]
        if not new:
            return
        kept = {**known, **{pack.id: _keep_pack(ports, pack) for pack in new}}
        try:
            with ports.register.begin(write=True) as unit:
                body = canonical_bytes({"packs": kept})
                record = unit.save(LAW, PACKS, body, read_version=newest.version if newest else 0)
                unit.emit(record_event(ports, actor, "law.recorded", record, "law"))
                return
        except WriteConflictError:
            tries -= 1
            if not tries:
                raise


def _keep_pack(ports: Ports, pack: RulePack) -> dict[str, str]:
    file = ports.files.put(pack.model_dump_json(by_alias=True).encode())
    return {"digest": pack.digest, "version": pack.version, "file": file}


def _kept_packs(record: Record) -> dict[str, dict[str, str]]:
    body: Any = parse_canonical(record.body, limit=None)
    kept: dict[str, dict[str, str]] = body["packs"]
    return kept


def diff_versions(ports: Ports, actor: Actor, one: str, other: str, as_of: date, solver: Solver | None) -> LawDiff:
    """Two versions of a pack, each written `pack@version`, or `pack` for the one in force here.

    Versions that the workspace has used in an assessment are known. Raises ContentError with those that are, and where
    the two are not of one pack.
    """
    check_may(actor, "read")
    if one.partition("@")[0] != other.partition("@")[0]:
        raise ContentError(f"`{one}` and `{other}` are not two versions of one pack", hint="like gdpr@1.0.0 gdpr")
    with ports.register.begin(write=False) as unit:
        before, after = (_find_pack(ports, unit, each) for each in (one, other))
    rest = [pack for pack in ports.library.packs() if pack.id != after.id]
    books = [build_book([*rest, pack], ports.library.vocabulary(), as_of, [pack.id]) for pack in (before, after)]
    return _diff(ports, books[0], books[1], solver)


def diff_days(
    ports: Ports, actor: Actor, one: date, other: date, packs: list[str] | None, solver: Solver | None
) -> LawDiff:
    """The packs on two days."""
    check_may(actor, "read")
    before, after = (ports.library.book(day, packs) for day in (one, other))
    return _diff(ports, before, after, solver)


def _find_pack(ports: Ports, unit: Unit, name: str) -> RulePack:
    id_, _, version = name.partition("@")
    current = {pack.id: pack for pack in ports.library.packs()}
    if id_ not in current:
        raise ContentError(f"there is no pack `{id_}`", hint=suggest(id_, current) or "packs: " + ", ".join(current))
    if not version or current[id_].version == version:
        return current[id_]
    versions = [current[id_].version]
    for kept in _kept_versions(unit, id_):
        versions.append(kept["version"])
        data = ports.files.get(kept["file"]) if kept["version"] == version else None
        if data is not None:
            return RulePack.model_validate_json(data)
    known = ", ".join(dict.fromkeys(versions))
    raise ContentError(f"version `{version}` of `{id_}` is not known here", hint=f"known are {known}")


def find_kept_pack(ports: Ports, unit: Unit, id_: str, digest: str) -> RulePack | None:
    """The pack of that digest that the workspace kept, or None."""
    for kept in _kept_versions(unit, id_):
        data = ports.files.get(kept["file"]) if kept["digest"] == digest else None
        if data is not None:
            return RulePack.model_validate_json(data)
    return None


def _kept_versions(unit: Unit, id_: str) -> Iterable[dict[str, str]]:
    """What the workspace kept of a pack, newest first."""
    record = unit.find(LAW, PACKS)
    while record is not None:
        kept = _kept_packs(record).get(id_)
        if kept is not None:
            yield kept
        record = unit.find(LAW, PACKS, record.version - 1)


def _diff(ports: Ports, before: RuleBook, after: RuleBook, solver: Solver | None) -> LawDiff:
    changes = compare_books(before, after)
    differences = {
        change.obligation: tuple(_ask(solver, each.name, each.before, each.after) for each in change.conditions)
        for change in changes
        if change.conditions and solver is not None
    }
    touched = {change.obligation for change in changes}
    clauses = [id_ for id_, clause in ports.library.clauses().items() if touched & set(clause.head.obligations)]
    with ports.register.begin(write=False) as unit:
        projects = tuple(_status_changes(ports, unit, before, after))
        contracts = tuple(_touched_drafts(unit, set(clauses)))
    phrases = Phrasebook(ports.library.vocabulary().find, {**before.titles, **after.titles})
    return LawDiff(before, after, changes, differences, projects, tuple(clauses), contracts, phrases)


def _ask(solver: Solver | None, name: str, before: Any, after: Any) -> Difference:
    assert solver is not None
    answer = solver.find_difference(before, after)
    if answer.facts is None:
        return Difference(name, answer.decided, None)
    verdicts = solver.verdict(before, answer.facts), solver.verdict(after, answer.facts)
    return Difference(name, True, answer.facts, *verdicts)


def _status_changes(ports: Ports, unit: Unit, before: RuleBook, after: RuleBook) -> Iterable[StatusChange]:
    """On the facts of the later day in both, so that only the law differs; a duty without effect is no change."""
    vocabulary = ports.library.vocabulary()
    day = after.as_of
    for record in unit.list(PROJECT):
        facts = resolve_facts(vocabulary, parse_project(record).answers, day)
        old, new = (
            {finding.obligation.id: finding.status for finding in assess(replace(book, as_of=day), facts).findings}
            for book in (before, after)
        )
        for id_ in dict.fromkeys([*old, *new]):
            one, other = old.get(id_), new.get(id_)
            if one is not other and {one, other} != {None, Status.NOT_APPLICABLE}:
                yield StatusChange(record.id, id_, one, other)


def _touched_drafts(unit: Unit, clauses: set[str]) -> Iterable[str]:
    for record in unit.list(DRAFT):
        body: Any = parse_canonical(record.body, limit=None)
        if clauses & set(body.get("clauses", ())):
            version = f"@{body['recipe']['version']}" if "recipe" in body else ""
            yield f"{body['document']}{version} of {body['project']} ({record.id})"
