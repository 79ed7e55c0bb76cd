"""The law that comes with govern: its files are sound, and every case of every pack holds."""

from collections import Counter, defaultdict

import pytest

from govern.conditions import Node, find_names, parse_condition
from govern.conditions.model import Call, Compare, In, Literal, Name, children
from govern.contracts import AuthoredGroup
from govern.library.cases import check_content, check_library, measure_coverage, run_cases
from govern.library.content import Content
from govern.library.lint import find_remarks
from govern.library.places import content_places
from govern.library.terms import load_terms
from govern.rules import DEFAULT_DAY, Status, build_book
from govern.solver import Solver

PLACES = content_places()


@pytest.fixture(scope="module")
def content():
    return check_content(PLACES)


@pytest.fixture(scope="module")
def results(content):
    return list(run_cases(content))


@pytest.fixture(scope="module")
def library(content):
    return check_library(PLACES, content)


@pytest.mark.slow
def test_every_case_of_every_pack_holds(results):
    failed = [
        f"{where}: {result.case.subject}: {result.case.name}: expected {result.case.expect}, found {result.found}, "
        f"not named: {result.missing}"
        for where, result in results
        if not result.passed
    ]

    assert failed == []
    assert len(results) > 5_000


@pytest.mark.slow
def test_every_atom_of_every_condition_is_shown_true_false_and_unknown(content):
    coverage = measure_coverage(content)
    holes = [hole for _, missing in coverage.values() for hole in missing]

    assert holes == []
    assert sum(total for total, _ in coverage.values()) > 6_000


@pytest.mark.slow
def test_every_duty_can_apply_be_met_and_be_a_gap(content, library):
    pytest.importorskip("z3", reason="the extra `solver` is not installed")
    solver = Solver(content.vocabulary.find, DEFAULT_DAY)
    remarks = list(find_remarks(content, library, [], [], solver, DEFAULT_DAY))

    assert [each for each in remarks if each.grave or "undecided" in each.message] == []


def test_the_cases_of_one_pack_are_run_alone(content, results):
    places = [where for where, _ in run_cases(content, only=["soc2"])]

    assert places == [where for where, _ in results if where.startswith("rules/soc2/")]
    assert places


def test_every_obligation_is_shown_met_and_unmet_and_beside_the_point(content, results):
    shown = defaultdict(Counter)
    for _, result in results:
        if result.case.obligation:
            shown[result.case.obligation][result.found] += 1
    obligations = [obligation.id for pack in content.packs for obligation in pack.obligations]

    assert len(obligations) >= 600
    assert len(set(obligations)) == len(obligations)
    assert [id_ for id_ in obligations if not shown[id_][Status.MET]] == []
    assert [id_ for id_ in obligations if not shown[id_][Status.GAP]] == []
    assert [id_ for id_ in obligations if not shown[id_][Status.OPEN] + shown[id_][Status.NOT_APPLICABLE]] == []


def test_every_definition_is_shown_true_false_and_unknown(content, results):
    shown = defaultdict(set)
    for _, result in results:
        if result.case.definition:
            shown[result.case.definition].add(result.found)
    definitions = [definition.id for pack in content.packs for definition in pack.definitions]

    assert {id_: shown[id_] for id_ in definitions if shown[id_] != {"true", "false", "unknown"}} == {}


def test_the_clauses_and_documents_are_sound(library):
    assert set(library.recipes) >= {"dpa", "baa"}
    assert len(library.clauses) > 50


def test_the_content_as_it_is_used_is_the_content_that_was_checked(content, library):
    used = Content(PLACES)

    assert used.packs() == content.packs
    assert used.clauses() == library.clauses
    assert used.recipes() == list(library.recipes)
    assert [spec.id for spec in used.vocabulary()] == [spec.id for spec in content.vocabulary]
    assert used.find_fact("data.is_personal") == content.vocabulary.find("data.is_personal")
    assert len(used.retention_rules()) > 10
    assert used.countries()["DE"] == "Germany"


def conditions(content, library) -> "list[tuple[str, Node]]":
    rules = build_book(content.packs, content.vocabulary, DEFAULT_DAY).rules
    found = [(rule.obligation.id, node) for rule in rules for node in (rule.applies_node, rule.met_node)]
    found += [(each.id, parse_condition(each.when)) for pack in content.packs for each in pack.definitions]
    found += [(each.id, parse_condition(each.applies)) for each in Content(PLACES).retention_rules()]
    # the terms of documents that no recipe makes yet wait for packs that are not there yet
    made = {recipe.contract_document for recipe in library.recipes.values()}
    terms = [term for term in load_terms(PLACES) if made & set(term.document)]
    found += [(each.id, parse_condition(each.required_when)) for each in terms]
    for id_, clause in library.clauses.items():
        groups = [each.condition for each in clause.blocks if isinstance(each, AuthoredGroup)]
        found += [(id_, parse_condition(text)) for text in (clause.head.when, *groups) if text]
    found += [(id_, parse_condition(recipe.when)) for id_, recipe in library.recipes.items() if recipe.when]
    return found


def atoms(node):
    if isinstance(node, Compare | In | Call):
        yield node
    for child in children(node):
        yield from atoms(child)


def test_every_term_that_a_condition_looks_for_is_a_term(content, library):
    known = {term.id for term in load_terms(PLACES)}
    bad = []
    for id_, node in conditions(content, library):
        for atom in atoms(node):
            if "contract.terms" in find_names(atom):
                parts = [*children(atom), *(each for child in children(atom) for each in children(child))]
                bad += [(id_, part.value) for part in parts if isinstance(part, Literal) and part.value not in known]

    assert bad == []


def test_definitions_stand_alone_so_that_their_facts_are_asked_for(content, library):
    """A definition inside a comparison would be named as missing instead of the facts behind it."""
    definitions = {definition.id for pack in content.packs for definition in pack.definitions}
    inside = [
        (id_, child.id)
        for id_, node in conditions(content, library)
        for atom in atoms(node)
        for child in children(atom)
        if isinstance(child, Name) and child.id in definitions
    ]

    assert inside == []


def test_every_condition_reads_only_names_that_are_there(content, library):
    names = {spec.id for spec in content.vocabulary}
    names |= {each.id for pack in content.packs for each in (*pack.definitions, *pack.parameters)}
    unknown = [
        (id_, name) for id_, node in conditions(content, library) for name in find_names(node) if name not in names
    ]

    assert unknown == []


def test_the_terms_that_obligations_require_are_carried_by_some_clause(content, library):
    carried = {each.term for clause in library.clauses.values() for each in clause.head.carries}
    mandatory = [term for term in load_terms(PLACES) if term.mandatory and {"dpa_art28", "baa"} & set(term.document)]

    assert [term.id for term in mandatory if term.id not in carried] == []
