"""Draft contracts by the obligations found and the facts: one, or all that a project needs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from govern.audit import format_time
from govern.conditions import Verdict, missing_facts, say_reasons
from govern.contracts import (
    Clause,
    Draft,
    LintFinding,
    Lock,
    OpenPoint,
    Recipe,
    finalise,
    lint_contradictions,
    lint_dates,
    plain_lock,
)
from govern.errors import RefusedError
from govern.kernel import Actor, canonical_bytes, check_may
from govern.rules import Finding, Status
from govern.usecases.assembling import Options, Workbench, is_doubtful, open_workbench
from govern.usecases.gaps import GapCheck, assess_project
from govern.usecases.law import record_law
from govern.usecases.locks import make_lock
from govern.usecases.parameters import read_parameters
from govern.usecases.ports import Ports
from govern.usecases.positions import Choices, find_choices, read_positions
from govern.usecases.records import DRAFT, get_project, project_matter, record_event

Renderers = Mapping[str, Callable[[Draft], bytes]]
"""What makes a file of a draft, by format: `docx`, `pdf`, `html`, `md`."""

DEFAULT = Options()


@dataclass(frozen=True, slots=True)
class Drafted:
    """A draft, the findings that it would settle once it is signed, and those that stay.

    `files` are the documents by format, and `lock` is what makes the same draft again.
    """

    draft: Draft
    draft_id: str
    closes: tuple[Finding, ...]
    remaining: int
    needed: Verdict
    lock: Lock
    files: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class PlannedDocument:
    """A document of the library as a project stands to it: needed or not, why, or which facts decide it."""

    recipe: Recipe
    needed: Verdict
    why: str
    missing: tuple[str, ...]
    terms: tuple[str, ...]
    """The terms that it must carry."""


@dataclass(frozen=True, slots=True)
class Uncovered:
    """An obligation that needs terms which no document of the set carries and no contract in force has.

    Where it is `doubtful`, nobody knows yet whether it applies.
    """

    finding: Finding
    terms: tuple[str, ...]

    @property
    def doubtful(self) -> bool:
        """Whether it is open if the obligation applies."""
        return is_doubtful(self.finding)


@dataclass(frozen=True, slots=True)
class DraftedSet:
    """All documents that a project needs, in their order, and what no document covers.

    `closes` and `remaining` are of all documents signed together.
    """

    documents: tuple[Drafted, ...]
    plan: tuple[PlannedDocument, ...]
    uncovered: tuple[Uncovered, ...]
    closes: tuple[Finding, ...]
    remaining: int


def draft_contract(
    ports: Ports,
    actor: Actor,
    project: str,
    document: str,
    as_of: date,
    *,
    final: bool = False,
    options: Options = DEFAULT,
    renderers: Renderers | None = None,
) -> Drafted:
    """Assemble a document for a project, make its files, and record draft and lock in the log.

    A blank, an open choice, a position that nobody approved or a required term that no clause carries is in the draft,
    visible and listed. With `final` it is refused (RefusedError), and so is a text that contradicts the facts or the
    set; nothing is recorded then. Raises ContentError for an unknown document.
    """
    final = final or options.final
    check_may(actor, "finalise_contract" if final else "draft_contract")
    recipe = ports.library.recipe(document)
    made = _start(ports, project, as_of, options)
    draft = made.bench.assemble(recipe, made.choices, made.options)
    if final:
        _refuse_open(ports, made, project, [draft], [each for _, each in _assemble_needed(ports, made, document)])
        draft = finalise(draft)
    drafted = _drafted(ports, made, recipe, draft, renderers or {})
    _record(ports, actor, made.bench.checked, [drafted])
    return drafted


def plan_documents(ports: Ports, actor: Actor, project: str, as_of: date) -> tuple[PlannedDocument, ...]:
    """Every document of the library with whether the project needs it and why, in the order of a set."""
    check_may(actor, "read")
    with ports.register.begin(write=False) as unit:
        known = get_project(unit, project)
    return _plan(ports, open_workbench(ports, assess_project(ports, known, as_of), as_of))


def draft_set(
    ports: Ports,
    actor: Actor,
    project: str,
    as_of: date,
    *,
    options: Options = DEFAULT,
    renderers: Renderers | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> DraftedSet:
    """Assemble every document that the project needs, and record them together.

    A final set is refused (RefusedError) while a document has an open point or contradicts the facts or another, or
    while a required term of an obligation is carried by no document. `progress` is told each document's title before
    its files are made.
    """
    check_may(actor, "finalise_contract" if options.final else "draft_contract")
    made = _start(ports, project, as_of, options)
    bench = made.bench
    plan = _plan(ports, bench)
    needed = [each.recipe for each in plan if each.needed is True]
    drafts = [bench.assemble(recipe, made.choices, made.options) for recipe in needed]
    uncovered = find_uncovered(bench, drafts)
    if options.final:
        _refuse_open(ports, made, project, drafts, drafts, uncovered)
        drafts = [finalise(draft) for draft in drafts]
    documents = []
    for recipe, draft in zip(needed, drafts, strict=True):
        progress(draft.title)
        documents.append(_drafted(ports, made, recipe, draft, renderers or {}, effect=False))
    closes, remaining = bench.settle(ports, zip(needed, drafts, strict=True), made.options.parameters)
    _record(ports, actor, bench.checked, documents)
    return DraftedSet(tuple(documents), plan, uncovered, closes, remaining)


def assemble_set(
    ports: Ports, project: str, as_of: date, options: Options = DEFAULT, *, also: str | None = None
) -> tuple[Workbench, list[tuple[Recipe, Draft]]]:
    """The same documents, and `also` one that may not be needed; not recorded: for reading, tracing and linting."""
    made = _start(ports, project, as_of, options)
    return made.bench, _assemble_needed(ports, made, also)


def _assemble_needed(ports: Ports, made: "_Start", also: str | None) -> list[tuple[Recipe, Draft]]:
    needed = [each.recipe for each in _plan(ports, made.bench) if each.needed is True]
    if also is not None and also not in [recipe.id for recipe in needed]:
        needed.append(ports.library.recipe(also))
    return [(recipe, made.bench.assemble(recipe, made.choices, made.options)) for recipe in needed]


def assemble_document(
    ports: Ports,
    project: str,
    recipe: Recipe,
    as_of: date,
    options: Options = DEFAULT,
    clauses: Mapping[str, Clause] | None = None,
) -> tuple[Draft, Callable[[Mapping[str, str]], Draft]]:
    """One document, not recorded, and how it would be with other positions; `clauses` stand in for the library's."""
    made = _start(ports, project, as_of, options)
    bench = replace(made.bench, clauses={**made.bench.clauses, **clauses}) if clauses else made.bench

    def vary(positions: Mapping[str, str]) -> Draft:
        return bench.assemble(recipe, Choices({**made.choices.positions, **positions}, {}), made.options)

    return bench.assemble(recipe, made.choices, made.options), vary


def find_uncovered(bench: Workbench, drafts: Sequence[Draft]) -> tuple[Uncovered, ...]:
    """The obligations that apply, or may, and require terms which neither a draft carries nor a contract in force has.

    A term whose documents the library has, and of which this project needs none, stands in a contract of others: that
    of the vendor with its own subcontractor. It is left out.
    """
    carried = {term for draft in drafts for term in draft.terms}
    present = bench.checked.facts.values.get("contract.terms")
    carried |= present if isinstance(present, frozenset) else set()
    carried |= bench.terms_of_others()
    found = []
    for finding in bench.checked.assessment.findings:
        if finding.status in (Status.GAP, Status.OPEN):
            missing = tuple(term for term in finding.obligation.requires_terms if term not in carried)
            if missing:
                found.append(Uncovered(finding, missing))
    return tuple(found)


def read_open_points(ports: Ports, actor: Actor, project: str, document: str, as_of: date) -> tuple[OpenPoint, ...]:
    """What keeps a document from being final today; nothing is recorded."""
    check_may(actor, "read")
    made = _start(ports, project, as_of, DEFAULT)
    return made.bench.assemble(ports.library.recipe(document), made.choices, made.options).open_points


@dataclass(frozen=True, slots=True)
class _Start:
    """What every draft of a project begins with."""

    bench: Workbench
    choices: Choices
    options: Options


def _start(ports: Ports, project: str, as_of: date, options: Options) -> _Start:
    with ports.register.begin(write=False) as unit:
        known = get_project(unit, project)
        chosen = read_positions(ports, unit, project)
        parameters = {**known.agreed, **read_parameters(unit, project), **options.parameters}
    tried = find_choices(ports, options.positions)
    waiting = {id_: words for id_, words in chosen.unapproved.items() if id_ not in tried.positions}
    choices = Choices({**chosen.positions, **options.positions}, {**waiting, **tried.unapproved})
    bench = open_workbench(ports, assess_project(ports, known, as_of), as_of)
    return _Start(bench, choices, replace(options, parameters=parameters))


def _plan(ports: Ports, bench: Workbench) -> tuple[PlannedDocument, ...]:
    plan = []
    for id_ in ports.library.recipes():
        recipe = ports.library.recipe(id_)
        if recipe.when is None:
            plan.append(PlannedDocument(recipe, True, "every project needs it", (), bench.required_terms(recipe)))
            continue
        trace = bench.trace(recipe.when)
        missing = missing_facts(trace) if trace.verdict is None else ()
        terms = bench.required_terms(recipe) if trace.verdict is not False else ()
        settled = trace.verdict is not None
        why = " and ".join(say_reasons(trace, bench.checked.phrases)) if settled else bench.say(recipe.when)
        plan.append(PlannedDocument(recipe, trace.verdict, why, missing, terms))
    return tuple(plan)


def _drafted(
    ports: Ports, made: _Start, recipe: Recipe, draft: Draft, renderers: Renderers, *, effect: bool = True
) -> Drafted:
    signed = [(recipe, draft)] if effect else []
    closes, remaining = made.bench.settle(ports, signed, made.options.parameters) if signed else ((), 0)
    files = {kind: render(draft) for kind, render in renderers.items()}
    lock = make_lock(ports, made.bench, recipe, draft, made.choices, made.options, files)
    return Drafted(draft, ports.new_id(), closes, remaining, made.bench.decide(recipe.when), lock, files)


def _record(ports: Ports, actor: Actor, checked: GapCheck, documents: Sequence[Drafted]) -> None:
    saved = format_time(ports.now())
    record_law(ports, actor, checked.book.packs)
    with ports.register.begin(write=True) as unit:
        for each in documents:
            body = canonical_bytes({**plain_lock(each.lock), "salt": ports.new_id(), "saved": saved})
            record = unit.save(DRAFT, each.draft_id, body, read_version=0)
            kind = "draft.finalised" if each.lock.status == "final" else "draft.saved"
            unit.emit(record_event(ports, actor, kind, record, project_matter(checked.project.id)))

    ports.log.sequence()


def _refuse_open(
    ports: Ports,
    made: _Start,
    project: str,
    drafts: Sequence[Draft],
    together: Sequence[Draft],
    uncovered: Sequence[Uncovered] = (),
) -> None:
    """Refuse to make `drafts` final while something is open in them or contradicts the facts or the set `together`."""
    wrong = _find_wrong(ports, made, drafts, together)
    said = [each.message if len(drafts) == 1 else f"{each.document}: {each.message}" for each in wrong]
    points: list[tuple[str, OpenPoint]] = [(draft.document, point) for draft in drafts for point in draft.open_points]
    said += [point.what if len(drafts) == 1 else f"{document}: {point.what}" for document, point in points]
    said += [f"no document carries {', '.join(each.terms)} for {each.finding.obligation.id}" for each in uncovered]
    if said:
        what = f"`{drafts[0].document}`" if len(drafts) == 1 else "the set"
        more = len(said) - 5
        asked = next((document for document, point in points if point.fact or point.parameter), None)
        approve = next((point.where for _, point in points if point.kind == "approval"), None)
        hints = ["draft it without --final to see them all"]
        hints += [f"govern contracts fill {project} {asked} asks for what is missing"] if asked else []
        hints += [f"govern contracts approve {project} {approve} approves a position"] if approve else []
        hints += list(dict.fromkeys(each.hint for each in wrong[:2] if each.hint))
        raise RefusedError(
            f"{what} cannot be final: {f'{len(said)} points are' if len(said) > 1 else '1 point is'} open: "
            + "; ".join(said[:5])
            + (f"; and {more} more" if more > 0 else ""),
            hint="; ".join(hints),
        )


def _find_wrong(
    ports: Ports, made: _Start, drafts: Sequence[Draft], together: Sequence[Draft]
) -> tuple[LintFinding, ...]:
    """What no text is final with: days in the drafts, and what they say against the facts or the rest of the set."""
    bench, agreed = made.bench, made.options.parameters
    decide = bench.as_agreed(agreed).decide
    found = lint_contradictions(together, bench.clauses, ports.library.lint_lists()[1], decide)
    names = {draft.document for draft in drafts}
    days = lint_dates(drafts, bench.clauses, ports.library.date_orders(), {**bench.checked.facts.values, **agreed})
    return (*days, *(each for each in found if each.document in names))
