"""The whole set of each example, with every open fact answered: nothing is open, and the lint finds nothing."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path

import pytest

from govern.conditions import missing_facts
from govern.contracts import Draft, LintFinding, PositionKind, lint_documents
from govern.kernel import Actor, FactValue, Kind, Role
from govern.library.content import Content
from govern.library.places import content_places
from govern.library.projects import load_project
from govern.usecases.assembling import Options
from govern.usecases.drafts import assemble_set, find_uncovered
from govern.usecases.ports import Ports
from govern.usecases.projects import save_project
from govern.usecases.records import Project

DAY = date(2026, 11, 24)
LIBRARY = Content(content_places())
RECIPES = [LIBRARY.recipe(id_) for id_ in LIBRARY.recipes()]
EXAMPLES = Path(__file__).parents[2] / "examples"
NAMES = ["bank-calls", "hospital-ct", "retail-images", "road-video"]

# Answers that must fit each other; what is not here gets the first value of its list, its default or its lower bound.
ANSWERS = {
    "transfer.countries": ["IN"],
    "transfer.mechanism": {"IN": "scc"},
    "transfer.scc_module": "M2",
    "contract.governing_law": "the State of Minnesota",
    "contract.courts": "Duluth, Minnesota",
}
WORDS = {
    Kind.TEXT: "as agreed",
    Kind.BOOLEAN: True,
    Kind.COUNTRY: "DE",
    Kind.COUNTRIES: ["DE"],
    Kind.DATE: date(2026, 12, 1),
    Kind.INTEGER: 30,
    Kind.DECIMAL: 30,
}


@dataclass(frozen=True)
class Filled:
    """A set with everything answered, the terms of law that it lacks, and what the lint says."""

    project: Project
    parameters: dict[str, str]
    drafts: tuple[Draft, ...]
    lacking: frozenset[str]
    findings: tuple[LintFinding, ...]


def make_ports(twin):
    """The ports in memory, at one moment of the day."""
    numbers, state, signer = count(1), twin.MemoryState(), twin.MemorySigner("log.example/govern")
    return Ports(
        library=LIBRARY,
        register=twin.MemoryRegister(state),
        log=twin.MemoryLog(state, signer),
        signer=signer,
        files=twin.MemoryFiles(),
        now=lambda: datetime(2026, 11, 24, 10, tzinfo=UTC),
        new_id=lambda: f"{next(numbers):032x}",
    )


def answer(fact):
    """A value that the fact can have and that every clause allows."""
    spec = LIBRARY.find_fact(fact)
    bounds = [each for clause in LIBRARY.clauses().values() for each in clause.head.parameters.values()]
    bounds = [each for each in bounds if each.fact == fact]
    if fact in ANSWERS:
        return ANSWERS[fact]
    if spec.kind in (Kind.INTEGER, Kind.DECIMAL) and bounds:
        lowest = max((each.min for each in bounds if each.min is not None), default=WORDS[spec.kind])
        defaults = [each.default for each in bounds if each.default is not None and each.default >= lowest]
        return int(min(defaults, default=lowest))
    if spec.kind is Kind.RECORDS:
        return [dict.fromkeys(spec.fields, "as agreed") | ({"country": "DE"} if "country" in spec.fields else {})]
    if spec.kind in (Kind.ENUM, Kind.SET):
        return spec.values[0] if spec.kind is Kind.ENUM else [spec.values[0]]
    return WORDS[spec.kind]


def fill(ports, actor, project, parameters, kind):
    """The set of a project in the positions of a kind, after every fact that is open was answered."""
    positions = {}
    for _ in range(30):
        project = save_project(ports, actor, project)
        options = Options(parameters=parameters, positions=positions)
        bench, documents = assemble_set(ports, project.id, DAY, options)
        drafts = tuple(draft for _, draft in documents)
        points = [point for draft in drafts for point in draft.open_points]
        traces = [bench.trace(recipe.when) for recipe in RECIPES if recipe.when]
        decisive = {fact for each in traces if each.verdict is None for fact in missing_facts(each)}
        facts = decisive | {point.fact for point in points if point.fact and point.kind != "bound"}
        blanks = {point.parameter: "as agreed" for point in points if point.parameter and not point.fact}
        chosen = {} if kind is PositionKind.PREFERRED else choose(bench, drafts, kind)
        if not facts and blanks.items() <= parameters.items() and chosen == positions:
            break
        parameters, positions = {**parameters, **blanks}, chosen
        for fact in sorted(facts):
            project = project.with_answer(fact, FactValue(value=answer(fact)))
    superseded, contradictions = LIBRARY.lint_lists()
    titles = {each.id: each.title for each in RECIPES}
    found = lint_documents(
        drafts, bench.clauses, day=DAY, titles=titles, superseded=superseded, contradictions=contradictions
    )
    lacking = frozenset(term for each in find_uncovered(bench, drafts) for term in each.terms)
    return Filled(project, parameters, drafts, lacking, found)


def choose(bench, drafts, kind):
    """The positions of a kind in all documents, as far as their conditions allow."""
    return {
        id_: at.id
        for draft in drafts
        for id_ in draft.clauses
        for at in LIBRARY.clauses()[id_].head.positions
        if at.kind is kind and bench.decide(at.when) is not False
    }


@pytest.fixture(scope="module")
def filled(twin):
    """A function that gives the filled set of an example, made once for each kind of position."""
    made = {}
    actor = Actor("owner", frozenset(Role))

    def make(example, kind=PositionKind.PREFERRED):
        if (example, kind) not in made:
            if kind is PositionKind.PREFERRED:
                project, parameters = load_project(EXAMPLES / example / "project.yaml", LIBRARY.vocabulary()), {}
            else:
                project, parameters = make(example).project, make(example).parameters
            made[example, kind] = fill(make_ports(twin), actor, project, parameters, kind)
        return made[example, kind]

    return make


def say(findings):
    return [f"{each.document} {each.place}: {each.rule}: {each.message}" for each in findings]


@pytest.mark.parametrize("example", NAMES)
def test_nothing_is_open_once_the_facts_are_answered(filled, example):
    made = filled(example)

    assert [(draft.document, point) for draft in made.drafts for point in draft.open_points] == []
    assert len(made.drafts) >= 10


@pytest.mark.parametrize("example", NAMES)
def test_the_lint_finds_neither_errors_nor_warnings(filled, example):
    found = [each for each in filled(example).findings if each.severity != "note"]

    assert say(found) == []


@pytest.mark.parametrize("example", NAMES)
def test_the_documents_carry_every_term_that_an_obligation_requires(filled, example):
    assert filled(example).lacking == frozenset()


@pytest.mark.parametrize("kind", [PositionKind.FALLBACK, PositionKind.WALK_AWAY])
@pytest.mark.parametrize("example", NAMES)
def test_the_set_holds_in_its_last_positions_too(filled, example, kind):
    """Positions may need an approval, or contradict the standard clauses; nothing else may go wrong by them."""
    made, preferred = filled(example, kind), filled(example)
    points = [(draft.document, point) for draft in made.drafts for point in draft.open_points]
    found = [each for each in made.findings if each.rule not in ("contradiction", "open-approval")]

    assert [(document, point) for document, point in points if point.kind != "approval"] == []
    assert say(each for each in found if each.severity != "note") == []
    assert {draft.document: draft.terms for draft in made.drafts} == {
        draft.document: draft.terms for draft in preferred.drafts
    }
    assert any(draft.positions for draft in made.drafts)


def kept(drafts):
    """The paragraphs of a set, as `clause#paragraph`."""
    return {paragraph.anchor for draft in drafts for paragraph in draft.paragraphs()}


def test_scanned_documents_have_rules_of_their_own_in_the_protocol(twin, filled):
    """No example has scans: they are added to one."""
    actor, plain = Actor("owner", frozenset(Role)), filled("hospital-ct")
    kinds = FactValue(value=["medical_image", "document_scan"])
    project = plain.project.with_answer("project.modalities", kinds)

    made = fill(make_ports(twin), actor, project, plain.parameters, PositionKind.PREFERRED)

    added = {
        each for each in kept(made.drafts) - kept(plain.drafts) if each.startswith(("protocol.", "annex.protocol"))
    }
    assert say(each for each in made.findings if each.severity != "note") == []
    assert {"protocol.scans#redaction", "protocol.scans#text_layer", "annex.protocol_manifest#scans"} <= added


def test_duties_on_disturbing_content_are_there_only_where_such_content_is(filled):
    """The hospital has answered no, the shop yes; both sets have the agreement on processing and the AI terms."""
    duties = {
        "sow.people#disturbing",
        "ai.people#exposure",
        "protocol.annotation#disturbing",
        "dpa.confidentiality#welfare",
    }

    assert kept(filled("hospital-ct").drafts) & duties == set()
    assert kept(filled("retail-images").drafts) >= duties
