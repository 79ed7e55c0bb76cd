"""What our text in their paper leaves to be done by hand."""

from dataclasses import replace
from datetime import date

import pytest

from govern.exchange import read_paper
from govern.review import PaperParagraph, Presence
from govern.usecases.redrafting import plan_changes
from govern.usecases.remaining import find_remaining
from govern.usecases.reviews import review_paper

DAY = date(2026, 11, 24)
THEIRS = """DATA PROCESSING AGREEMENT

This Agreement is between Orchid Ltd ("Customer") and Loomlabel Ltd ("Supplier").

1. Instructions

1.1 The Supplier may process the Personal Data as it sees fit.

1.2 The Supplier must ensure that the people who process the Personal Data are bound to confidentiality.

2. Incidents

2.1 The Supplier shall notify the Customer of each Personal Data Breach without undue delay and within 30 days after it
becomes aware of it.

2.2 The Supplier will try to notify the Customer of a Personal Data Breach within 9 days after it becomes aware of it.
"""


def read(text, **more):
    return read_paper(text.encode(), name="their.txt", **more)


@pytest.fixture
def settle(world, actor):
    """A function that reviews `text`, plans the changes and says what remains in that that is `changed` by them."""

    def find(changed=THEIRS, left=0, text=THEIRS, why="it is in a picture", **more):
        made = review_paper(world, actor, replace(read(text), **more), text.encode(), "dpa", DAY)
        planned = plan_changes(world, made)
        not_struck = [(each, why) for each in planned if each.strike][:left]
        return made, planned, find_remaining(world, made, planned, not_struck, read(changed))

    return find


def notes(found):
    return [each.note for each in found]


def test_a_term_that_is_still_short_is_named_where_our_text_for_it_stands(settle):
    made, planned, found = settle()
    short = {each.term.id: each for each in made.terms if each.needed and each.review.presence is not Presence.PRESENT}
    said = {each.note.split(" ", 1)[0]: each for each in found}
    assert short.keys() <= said.keys()
    assert " is weak with our changes too: " in said["dpa.breach_notice"].note
    assert "dpa.audit (Art. 28(3)(h)) is not found with our changes too" in notes(found)
    places = {term: each.paragraph for each in planned for term in each.terms}
    assert said["dpa.audit"].paragraph == places["dpa.audit"]


def test_a_term_that_our_changes_took_out_is_named_where_it_stood(settle):
    changed = THEIRS.replace("are bound to confidentiality", "are trained")
    made, _, found = settle(changed)
    stood = next(each.review.quote for each in made.terms if each.term.id == "dpa.confidentiality")
    (said,) = [each for each in found if each.note.startswith("dpa.confidentiality")]
    assert said.note == "dpa.confidentiality (Art. 28(3)(b)) is not found with our changes"
    assert said.paragraph == made.paper.paragraphs[stood.paragraph].source


def test_a_sentence_that_could_not_be_struck_is_named_with_the_reason(settle):
    _, planned, found = settle(left=1)
    first = next(each for each in planned if each.strike)
    assert found[0].paragraph == first.paragraph
    assert found[0].note == (
        f"{', '.join(first.terms)}: their sentence is not struck out, because it is in a picture; "
        "strike it, or our text for it"
    )


def test_two_times_for_one_duty_are_named_unless_theirs_is_struck(settle):
    _, _, found = settle()
    times = [each for each in notes(found) if each.endswith("seem to be for the same duty: keep one")]
    assert times == ["24 hours in our text and 9 days in 2.2 seem to be for the same duty: keep one"]


def test_what_stands_in_no_paragraph_of_the_body_is_noted_at_its_end(settle):
    paper = read(THEIRS)
    note = "The Supplier shall notify the Customer of each Personal Data Breach within 31 days after it becomes aware."
    foot = PaperParagraph(note, number="1", source=-1)
    made, _, found = settle(paragraphs=(*paper.paragraphs, foot))
    (said,) = [each for each in found if "31 days" in each.note]
    assert said.paragraph == max(each.source for each in made.paper.paragraphs)
