"""Draft a contract by the obligations found and the facts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from govern.conditions import Scope, Verdict, compile_condition, parse_condition, say_condition
from govern.contracts import Draft, Inputs, Recipe, Term, assemble, finalise
from govern.errors import RefusedError
from govern.kernel import Actor, FactValue, canonical_bytes, check_may
from govern.rules import Finding, Status
from govern.usecases.gaps import GapCheck, assess_project
from govern.usecases.ports import Ports
from govern.usecases.records import DRAFT, get_project, project_matter, record_event


@dataclass(frozen=True, slots=True)
class Drafted:
    """A draft, the findings that it would close once it is signed, and those that stay."""

    draft: Draft
    draft_id: str
    closes: tuple[Finding, ...]
    remaining: int
    needed: Verdict


def draft_contract(
    ports: Ports, actor: Actor, project: str, document: str, as_of: date, *, final: bool = False
) -> Drafted:
    """Assemble a document for a project and record it in the log.

    A blank, an open choice or a required term that no clause carries is in the draft, visible and listed. With `final`
    it is refused (RefusedError), and nothing is recorded. Raises ContentError for an unknown document.
    """
    check_may(actor, "finalise_contract" if final else "draft_contract")
    recipe = ports.library.recipe(document)
    with ports.register.begin(write=False) as unit:
        known = get_project(unit, project)

    checked = assess_project(ports, known, as_of)
    draft = assemble(recipe, ports.library.clauses(), _inputs(ports, checked, recipe.contract_document, as_of))
    closes, remaining = measure_effect(ports, checked, recipe, draft)
    if final:
        _refuse_open(draft)
        draft = finalise(draft)
    needed = _decide(checked, recipe.when) if recipe.when else True

    id_ = ports.new_id()
    with ports.register.begin(write=True) as unit:
        record = unit.save(DRAFT, id_, _format_draft(checked, draft, ports.new_id()), read_version=0)
        kind = "draft.finalised" if final else "draft.saved"
        unit.emit(record_event(ports, actor, kind, record, project_matter(project)))

    ports.log.sequence()
    return Drafted(draft, id_, closes, remaining, needed)


def find_needed_documents(ports: Ports, checked: GapCheck) -> list[str]:
    """The documents of the library that a project needs by the facts known."""
    recipes = [ports.library.recipe(id_) for id_ in ports.library.recipes()]
    return [recipe.id for recipe in recipes if recipe.when is None or _decide(checked, recipe.when) is True]


def _refuse_open(draft: Draft) -> None:
    if draft.open_points:
        shown = "; ".join(point.what for point in draft.open_points[:5])
        more = len(draft.open_points) - 5
        raise RefusedError(
            f"`{draft.document}` cannot be final: {len(draft.open_points)} points are open: {shown}"
            + (f"; and {more} more" if more > 0 else ""),
            hint="draft it without --final to see them all; fill them with govern project set",
        )


def _decide(checked: GapCheck, condition: str) -> Verdict:
    scope = checked.book.scope(checked.facts)
    return compile_condition(parse_condition(condition))(scope).verdict


def _inputs(ports: Ports, checked: GapCheck, contract_document: str | None, as_of: date) -> Inputs:
    scope = checked.book.scope(checked.facts)
    return Inputs(
        values=checked.facts.values,
        find_fact=ports.library.find_fact,
        decide=lambda text: compile_condition(parse_condition(text))(scope).verdict,
        say=lambda text: say_condition(parse_condition(text), checked.phrases),
        obligations=_obligations(checked),
        required_terms=_required_terms(ports.library.terms(), scope, contract_document),
        countries=ports.library.countries(),
        day=as_of,
        project=checked.project.id,
    )


def _obligations(checked: GapCheck) -> dict[str, str]:
    """Each obligation that applies, in words: its citation and the facts that made it apply."""
    instruments = {pack.id: pack.short for pack in checked.book.packs}
    words = {}
    for finding in checked.assessment.findings:
        if finding.status is Status.NOT_APPLICABLE:
            continue
        facts = [
            f"{checked.phrases.name(fact)}: {checked.phrases.value(fact, checked.facts.values[fact])}"
            for fact in finding.reasons
            if fact in checked.facts.values and fact != "contract.terms"
        ]
        because = f", because {', '.join(facts[:4])}" if facts else ""
        words[finding.obligation.id] = f"{instruments[finding.pack]} {finding.obligation.cite.pinpoint}{because}"
    return words


def _required_terms(terms: list[Term], scope: Scope, contract_document: str | None) -> tuple[str, ...]:
    """The mandatory terms that this document must carry by the facts; a term of several documents counts for each."""
    required = []
    for term in terms:
        if term.mandatory and contract_document in term.document:
            verdict = compile_condition(parse_condition(term.required_when))(scope).verdict
            if verdict is not False:
                required.append(term.id)
    return tuple(required)


def measure_effect(ports: Ports, checked: GapCheck, recipe: Recipe, draft: Draft) -> tuple[tuple[Finding, ...], int]:
    """Which gaps and open findings the document would settle once it is signed, and how many would stay."""
    signed = checked.project
    for fact, value in signed_facts(checked, recipe, draft).items():
        signed = signed.with_answer(fact, FactValue(value=value))
    after = assess_project(ports, signed, checked.assessment.as_of)
    status = {finding.obligation.id: finding.status for finding in after.assessment.findings}
    unmet = (Status.GAP, Status.OPEN)
    before = [finding for finding in checked.assessment.findings if finding.status in unmet]
    closes = tuple(finding for finding in before if status[finding.obligation.id] is Status.MET)
    return closes, sum(each in unmet for each in status.values())


def signed_facts(checked: GapCheck, recipe: Recipe, draft: Draft) -> dict[str, Any]:
    """The facts that hold once a document is signed: its terms, its place among the documents, what it provides."""
    facts = dict(recipe.provides)
    facts["contract.terms"] = _with(checked, "contract.terms", draft.terms)
    if recipe.contract_document:
        facts["contract.documents"] = _with(checked, "contract.documents", (recipe.contract_document,))
    return facts


def _with(checked: GapCheck, fact: str, added: Iterable[str]) -> list[str]:
    present = checked.facts.values.get(fact)
    return sorted({*(present if isinstance(present, frozenset) else ()), *added})


def _format_draft(checked: GapCheck, draft: Draft, salt: str) -> bytes:
    return canonical_bytes(
        {
            "clauses": dict(draft.clauses),
            "day": draft.day.isoformat(),
            "document": f"{draft.document}@{draft.version}",
            "open_points": len(draft.open_points),
            "packs": {pack.id: f"{pack.version} sha256:{pack.digest}" for pack in checked.book.packs},
            "project": f"{checked.project.id}@{checked.project.version}",
            "salt": salt,
            "status": draft.status,
            "terms": list(draft.terms),
            "tree": f"sha256:{draft.digest}",
        }
    )
