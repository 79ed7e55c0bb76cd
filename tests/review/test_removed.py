"""Terms taken out of our own documents: a review must not claim what no clause says any more.

A paragraph of a draft knows the terms that it carries. For each term these paragraphs are left out, with the items
under them, and the review is asked for the term. `said_elsewhere.yaml` lists where it is claimed all the same.
"""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from govern.contracts import Paragraph, Text
from govern.exchange import read_paper
from govern.library.projects import load_project
from govern.library.yaml_files import load_yaml
from govern.render import render_docx
from govern.review import Presence, review_terms
from govern.usecases.assembling import Options, open_workbench
from govern.usecases.gaps import assess_project
from govern.usecases.positions import Choices

DAY = date(2026, 11, 24)
HOSPITAL = Path(__file__).parent.parent.parent / "examples" / "hospital-ct" / "project.yaml"
ELSEWHERE = load_yaml(Path(__file__).with_name("said_elsewhere.yaml")).value


@pytest.mark.slow
def test_a_term_that_is_taken_out_is_claimed_only_where_the_rest_says_it(world, content, book):
    project = load_project(HOSPITAL, content.vocabulary())
    bench = open_workbench(world, assess_project(world, project, DAY), DAY)
    claimed, taken = {}, 0
    for id_ in content.recipes():
        draft = bench.assemble(content.recipe(id_), Choices({}, {}), Options(matrix=False))
        paper = read_paper(render_docx(draft, clean=True), name=f"{id_}.docx")
        places = find_places(draft, paper)
        for term in draft.terms:
            gone = {places[index] for index in carrying(draft, term) if index in places}
            if gone:
                taken += 1
                rest = replace(paper, paragraphs=tuple(e for i, e in enumerate(paper.paragraphs) if i not in gone))
                (found,) = review_terms(rest, book, [term])
                if found.presence is Presence.PRESENT:
                    claimed.setdefault(id_, set()).add(term)
    assert taken > 150
    found = {(id_, term) for id_, terms in claimed.items() for term in terms}
    known = {(id_, term) for id_, terms in ELSEWHERE.items() for term in terms}
    assert found - known == set()
    assert known - found == set(), "these may go from said_elsewhere.yaml"


def carrying(draft, term):
    """The paragraphs of a draft that carry a term, by their place, with the items under them."""
    found, under = [], None
    for index, paragraph in enumerate(draft.paragraphs()):
        if under is not None and paragraph.level > under:
            found.append(index)
            continue
        under = paragraph.level if term in paragraph.carries else None
        if under is not None:
            found.append(index)
    return found


def find_places(draft, paper):
    """For each paragraph of a draft where it stands in the paper that was made of it."""
    texts = [" ".join(each.text.split()) for each in paper.paragraphs]
    places, at = {}, 0
    for index, paragraph in enumerate(draft.paragraphs()):
        assert isinstance(paragraph, Paragraph)
        pieces = [" ".join(each.text.split()) for each in paragraph.content if isinstance(each, Text)]
        for place in range(at, len(texts)):
            if pieces and all(piece in texts[place] for piece in pieces):
                places[index], at = place, place + 1
                break
    return places
