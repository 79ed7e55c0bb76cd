"""The documents of the hospital example carry what the law requires of them."""

from datetime import date
from pathlib import Path

import pytest

from govern.library.content import Content
from govern.library.places import content_places
from govern.library.projects import load_project
from govern.usecases.assembling import Options, open_workbench
from govern.usecases.gaps import assess_project
from govern.usecases.ports import Ports
from govern.usecases.positions import Choices

DAY = date(2026, 11, 24)
LIBRARY = Content(content_places())
PROJECT = Path(__file__).parents[2] / "examples" / "hospital-ct" / "project.yaml"

DOCUMENTS = LIBRARY.recipes()
FIRST_SENTENCE = {"dpa.subject_matter", "dpa.nature_purpose", "dpa.data_types", "dpa.data_subjects"}


@pytest.fixture(scope="module")
def bench():
    """The hospital's facts and findings, and the library."""
    ports = Ports(LIBRARY, *[None] * 6)  # assembling reads the library only
    return open_workbench(ports, assess_project(ports, load_project(PROJECT, LIBRARY.vocabulary()), DAY), DAY)


@pytest.fixture(scope="module")
def drafts(bench):
    """Every document of the library, assembled by the facts of the hospital."""
    return {id_: bench.assemble(LIBRARY.recipe(id_), Choices({}, {}), Options()) for id_ in DOCUMENTS}


def terms_of(pinpoints, prefix):
    return [
        term.id
        for term in LIBRARY.terms()
        if term.id.startswith(prefix) and term.cite.pinpoint.startswith(pinpoints) and term.mandatory
    ]


def test_the_terms_file_has_the_whole_of_article_28():
    pinpoints = {term.cite.pinpoint for term in LIBRARY.terms() if term.id.startswith("dpa.") and term.mandatory}

    assert {f"Art. 28(3)({letter})" for letter in "abcdefgh"} <= {pinpoint.split(",")[0] for pinpoint in pinpoints}
    assert set(terms_of("Art. 28(3)", "dpa.")) >= FIRST_SENTENCE


@pytest.mark.parametrize("pinpoint", ["Art. 28(3)", "Art. 28(2)", "Art. 28(4)", "Art. 33(2)"])
def test_the_dpa_carries_what_article_28_requires(bench, drafts, pinpoint):
    when = {term.id: term.required_when for term in LIBRARY.terms()}
    wanted = [term for term in terms_of(pinpoint, "dpa.") if bench.decide(when[term]) is not False]

    assert wanted
    assert set(wanted) <= set(drafts["dpa"].terms)


def test_the_baa_carries_every_mandatory_term(drafts):
    mandatory = [term.id for term in LIBRARY.terms() if term.id.startswith("baa.") and term.mandatory]

    assert len(mandatory) >= 15
    assert set(mandatory) <= set(drafts["baa"].terms)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_what_is_carried_stands_in_a_paragraph(bench, drafts, document):
    carried = [term for paragraph in drafts[document].paragraphs() for term in paragraph.carries]

    assert set(drafts[document].terms) == set(carried)
    assert set(bench.required_terms(LIBRARY.recipe(document))) <= set(carried)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_nothing_is_open_but_blanks_and_choices(drafts, document):
    points = drafts[document].open_points

    assert [point for point in points if point.kind not in ("blank", "choice")] == []
    # what is open waits for an answer that somebody can give
    assert [point for point in points if point.fact is None and point.parameter is None] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_position_can_be_drafted(bench, drafts, document):
    recipe, preferred = LIBRARY.recipe(document), drafts[document]
    before = {each.clause: each for each in (*preferred.sections, *preferred.annexes)}
    for id_ in (*recipe.clauses, *recipe.annexes):
        head = LIBRARY.clauses()[id_].head
        for position in head.positions[1:] if id_ in before else ():
            draft = bench.assemble(recipe, Choices({id_: position.id}, {}), Options())
            after = {each.clause: each for each in (*draft.sections, *draft.annexes)}

            assert draft.digest != preferred.digest
            assert set(preferred.terms) - set(draft.terms) <= set(position.gives_up)
            assert {point.kind for point in draft.open_points} <= {"blank", "choice", "position", *(
                ["term"] if position.gives_up else []
            )}  # fmt: skip
            one, other = (
                [block.anchor for block in each[id_].blocks if getattr(block, "anchor", None)]
                for each in (before, after)
            )
            assert [each for each in other if each in one] == [each for each in one if each in other]  # nothing moves


def test_the_same_facts_give_the_same_document(bench, drafts):
    again = bench.assemble(LIBRARY.recipe("dpa"), Choices({}, {}), Options())

    assert again.digest == drafts["dpa"].digest
