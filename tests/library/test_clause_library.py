"""The clause library that comes with govern: terms, positions, versions and lists of the lint hold together."""

import re
from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest

from govern.conditions import compile_condition, parse_condition
from govern.contracts import MATRIX, AuthoredGroup, AuthoredParagraph, PositionKind, format_clause_text
from govern.contracts.positions import text_of
from govern.kernel import Facts, Kind, Role
from govern.library.clauses import parse_clause, parse_recipe
from govern.library.content import Content
from govern.library.places import content_places

LIBRARY = Content(content_places())
CLAUSES = LIBRARY.clauses()
RECIPES = {id_: LIBRARY.recipe(id_) for id_ in LIBRARY.recipes()}
NEGOTIATED = [id_ for id_, clause in CLAUSES.items() if clause.head.positions]
DAY = date(2026, 11, 24)
NOTHING_KNOWN = LIBRARY.book(DAY).scope(Facts({}, DAY))
PUBLISHED = Path(__file__).parents[2] / "clause_library" / "published"


def stands_for(recipe):
    """The values of `contract.documents` that a document may be."""
    return {each.document for each in recipe.contract_documents} | ({recipe.contract_document} - {None})


def paragraphs_of(clause, position=None):
    """The paragraphs that have a name, in one position."""
    found = set()
    for block in text_of(clause, position):
        for each in block.blocks if isinstance(block, AuthoredGroup) else (block,):
            if isinstance(each, AuthoredParagraph) and each.id:
                found.add(each.id)
    return found


@pytest.mark.parametrize("term", LIBRARY.terms(), ids=lambda term: term.id)
def test_each_term_is_carried_by_a_paragraph_of_a_document_that_must_have_it(term):
    carriers = [
        (CLAUSES[id_], carried.paragraph)
        for recipe in RECIPES.values()
        if stands_for(recipe) & set(term.document)
        for id_ in (*recipe.clauses, *recipe.annexes)
        for carried in CLAUSES[id_].head.carries
        if carried.term == term.id
    ]

    assert carriers
    for clause, paragraph in carriers:
        assert paragraph in paragraphs_of(clause)
        for position in clause.head.positions:
            assert term.id in position.gives_up or paragraph in paragraphs_of(clause, position.id), position.id


@pytest.mark.parametrize("document", RECIPES)
def test_each_document_has_a_clause_for_every_term_that_is_mandatory_in_it(document):
    recipe = RECIPES[document]
    carried = {each.term for id_ in (*recipe.clauses, *recipe.annexes) for each in CLAUSES[id_].head.carries}
    required = {each.id for each in LIBRARY.terms() if each.mandatory and stands_for(recipe) & set(each.document)}

    assert required - carried == set()


def test_a_clause_names_the_documents_that_have_it():
    used = defaultdict(set)
    for recipe in RECIPES.values():
        for id_ in (*recipe.clauses, *recipe.annexes):
            used[id_].add(recipe.id)
    used[MATRIX] = set(RECIPES)  # the assembly ends each document in it

    assert {id_: set(clause.head.documents) for id_, clause in CLAUSES.items()} == dict(used)


def test_each_place_of_a_document_in_the_set_is_its_own():
    orders = [recipe.order for recipe in RECIPES.values()]

    assert len(set(orders)) == len(orders)
    assert list(RECIPES) == sorted(RECIPES, key=lambda id_: RECIPES[id_].order)


@pytest.mark.parametrize("id_", NEGOTIATED)
def test_positions_go_from_what_we_want_to_the_last_that_we_accept(id_):
    first, *others = CLAUSES[id_].head.positions
    kinds = [first.kind, *(each.kind for each in others)]

    assert kinds == sorted(kinds, key=list(PositionKind).index)
    assert set(kinds) == set(PositionKind)
    assert (kinds.count(PositionKind.PREFERRED), kinds.count(PositionKind.WALK_AWAY)) == (1, 1)
    assert (first.approver, first.residual, first.when, first.gives_up) == (None, None, None, ())


@pytest.mark.parametrize("id_", NEGOTIATED)
def test_a_position_that_gives_in_says_who_approves_and_what_stays_open(id_):
    for position in CLAUSES[id_].head.positions[1:]:
        assert position.approver in {role.value for role in Role}
        assert re.fullmatch(r"[A-Z].{24,400}\.", position.residual or "", re.DOTALL), position.residual
        assert position.residual != position.title


@pytest.mark.parametrize("id_", NEGOTIATED)
def test_the_text_of_each_position_is_another(id_):
    clause = CLAUSES[id_]
    texts = {each.id: format_clause_text(tuple(text_of(clause, each.id))) for each in clause.head.positions}

    assert len(set(texts.values())) == len(texts)
    assert texts[clause.head.positions[0].id] == format_clause_text(tuple(text_of(clause, None)))


def test_a_changelog_ends_with_the_version_in_force():
    wrong = [
        each.head.id
        for each in CLAUSES.values()
        if each.head.version not in (each.head.changelog[0].version, each.head.changelog[-1].version)
    ]
    wrong += [
        recipe.id
        for recipe in RECIPES.values()
        if recipe.version not in (recipe.changelog[0].version, recipe.changelog[-1].version)
    ]

    assert wrong == []


@pytest.mark.parametrize("path", sorted(PUBLISHED.rglob("*@*")), ids=lambda path: path.name)
def test_a_published_version_is_an_earlier_one_of_what_is_there(path):
    id_, _, version = path.name.removesuffix(path.suffix).rpartition("@")
    data = path.read_bytes()
    if path.suffix == ".md":
        kept = parse_clause(data, name=path.name).head
        current = CLAUSES[id_].head
    else:
        kept, current = parse_recipe(data, name=path.name), RECIPES[id_]

    assert (kept.id, kept.version) == (id_, version)
    assert [int(part) for part in version.split(".")] < [int(part) for part in current.version.split(".")]
    assert version in [each.version for each in current.changelog]
    assert LIBRARY.published(id_, version) == data


def test_what_contradicts_another_document_is_there():
    _, contradictions = LIBRARY.lint_lists()

    assert contradictions
    for each in contradictions:
        if each.fact:
            assert LIBRARY.find_fact(each.fact)
        elif each.when:
            assert each.hint
            assert compile_condition(parse_condition(each.when))(NOTHING_KNOWN).verdict is None
        else:
            assert set(each.positions) <= {at.id for at in CLAUSES[each.clause].head.positions[1:]}, each.clause
        recipe = RECIPES[each.document]
        for anchor in each.beside:
            clause, _, paragraph = anchor.partition("#")
            assert clause in (*recipe.clauses, *recipe.annexes)
            assert not paragraph or paragraph in paragraphs_of(CLAUSES[clause])


def test_the_days_that_are_put_in_order_are_facts_of_clauses():
    facts = {each.fact for clause in CLAUSES.values() for each in clause.head.parameters.values()}
    for each in LIBRARY.date_orders():
        assert {LIBRARY.find_fact(fact).kind for fact in (each.first, each.second)} == {Kind.DATE}
        assert {each.first, each.second} <= facts


def test_no_citation_is_listed_twice():
    superseded, _ = LIBRARY.lint_lists()
    patterns = [each.pattern.casefold() for each in superseded]

    assert len(set(patterns)) == len(patterns)
    assert all(each.replaced_by.casefold() != each.pattern.casefold() for each in superseded)
