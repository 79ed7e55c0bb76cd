"""Lint the documents of a project: one, or the set that it needs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from govern.contracts import LintFinding, LintRule, lint_documents
from govern.kernel import Actor, check_may
from govern.usecases.drafts import assemble_set
from govern.usecases.parameters import read_parameters
from govern.usecases.ports import Ports
from govern.usecases.records import get_project


@dataclass(frozen=True, slots=True)
class Linted:
    """The documents that were read, by id, and what was found in them."""

    documents: tuple[str, ...]
    findings: tuple[LintFinding, ...]


def lint_project(
    ports: Ports,
    actor: Actor,
    project: str,
    as_of: date,
    *,
    document: str | None = None,
    rules: Mapping[str, LintRule] | None = None,
) -> Linted:
    """What is wrong with the documents that a project needs today, or with one of them; nothing is recorded.

    With `document` the findings of that document are shown, still in the light of the others, whether the project
    needs it or not. `rules` are those of others, by name. Raises ContentError for an unknown document.
    """
    check_may(actor, "read")
    with ports.register.begin(write=False) as unit:
        agreed = {**get_project(unit, project).agreed, **read_parameters(unit, project)}
    bench, documents = assemble_set(ports, project, as_of, also=document)
    library = ports.library
    drafts = [draft for _, draft in documents]
    superseded, contradictions = library.lint_lists()
    found = lint_documents(
        drafts,
        bench.clauses,
        day=as_of,
        titles={recipe.id: recipe.title for recipe in bench.recipes},
        aliases={name: recipe.id for recipe in bench.recipes for name in recipe.aliases},
        superseded=superseded,
        contradictions=contradictions,
        dates=library.date_orders(),
        values={**bench.checked.facts.values, **agreed},
        decide=bench.as_agreed(agreed).decide,
        rules=rules,
    )
    if document is not None:
        found = tuple(each for each in found if each.document == document)
    return Linted(tuple(draft.document for draft in drafts), found)
