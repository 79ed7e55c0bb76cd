"""The documents of the hospital example carry what the law requires of them."""

from datetime import date
from pathlib import Path

import pytest

from govern.contracts import assemble
from govern.library.content import Content
from govern.library.places import content_places
from govern.library.projects import load_project
from govern.usecases.drafts import _inputs
from govern.usecases.gaps import assess_project
from govern.usecases.ports import Ports

DAY = date(2026, 11, 24)
LIBRARY = Content(content_places())
PROJECT = Path(__file__).parents[2] / "examples" / "hospital-ct" / "project.yaml"

FIRST_SENTENCE = {"dpa.subject_matter", "dpa.nature_purpose", "dpa.data_types", "dpa.data_subjects"}


@pytest.fixture(scope="module")
def drafts():
    """Both documents, assembled by the facts of the hospital."""
    ports = Ports(LIBRARY, *[None] * 6)  # assembling reads the library only
    checked = assess_project(ports, load_project(PROJECT, LIBRARY.vocabulary()), DAY)
    made = {}
    for document in ("dpa", "baa"):
        recipe = LIBRARY.recipe(document)
        inputs = _inputs(ports, checked, recipe.contract_document, DAY)
        made[document] = (assemble(recipe, LIBRARY.clauses(), inputs), inputs)
    return made


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
def test_the_dpa_carries_what_article_28_requires(drafts, pinpoint):
    draft, inputs = drafts["dpa"]
    when = {term.id: term.required_when for term in LIBRARY.terms()}
    wanted = [term for term in terms_of(pinpoint, "dpa.") if inputs.decide(when[term]) is not False]

    assert wanted
    assert set(wanted) <= set(draft.terms)


def test_the_baa_carries_every_mandatory_term(drafts):
    mandatory = [term.id for term in LIBRARY.terms() if term.id.startswith("baa.") and term.mandatory]

    assert len(mandatory) >= 15
    assert set(mandatory) <= set(drafts["baa"][0].terms)


@pytest.mark.parametrize("document", ["dpa", "baa"])
def test_what_is_carried_stands_in_a_paragraph(drafts, document):
    draft, inputs = drafts[document]
    carried = [term for paragraph in draft.paragraphs() for term in paragraph.carries]

    assert set(draft.terms) == set(carried)
    assert set(inputs.required_terms) <= set(carried)


@pytest.mark.parametrize("document", ["dpa", "baa"])
def test_nothing_is_open_but_blanks_and_choices(drafts, document):
    draft, _ = drafts[document]

    assert [point for point in draft.open_points if point.kind not in ("blank", "choice")] == []
    # a blank waits for a fact that somebody can give
    assert [point for point in draft.open_points if point.kind == "blank" and point.fact is None] == []


@pytest.mark.parametrize("document", ["dpa", "baa"])
@pytest.mark.parametrize("clause", sorted(LIBRARY.clauses()))
def test_every_position_can_be_drafted(drafts, document, clause):
    head = LIBRARY.clauses()[clause].head
    if document not in head.documents or len(head.positions) < 2:
        return
    preferred, inputs = drafts[document]
    before = {each.clause: each for each in preferred.sections}
    for position in head.positions[1:]:
        chosen = type(inputs)(**{**vars(inputs), "positions": {clause: position.id}})
        draft = assemble(LIBRARY.recipe(document), LIBRARY.clauses(), chosen)
        after = {each.clause: each for each in draft.sections}

        assert draft.digest != preferred.digest
        assert draft.terms == preferred.terms  # a fallback gives way, and still says what the law requires
        assert [point for point in draft.open_points if point.kind not in ("blank", "choice")] == []
        anchors = [[block.anchor for block in each[clause].blocks] for each in (before, after)]
        assert [each for each in anchors[1] if each in anchors[0]] == anchors[0]  # nothing moves or falls away


def test_the_same_facts_give_the_same_document(drafts):
    draft, inputs = drafts["dpa"]

    assert assemble(LIBRARY.recipe("dpa"), LIBRARY.clauses(), inputs).digest == draft.digest
