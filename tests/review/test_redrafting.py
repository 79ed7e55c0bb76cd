"""Our text in their paper: their words, their numbers, nothing that dangles."""

from datetime import date
from pathlib import Path

import pytest

from govern.exchange import read_paper
from govern.library.projects import load_project
from govern.usecases.projects import save_project
from govern.usecases.redrafting import DEFINITIONS, plan_changes
from govern.usecases.reviews import review_paper

DAY = date(2026, 11, 24)
HOSPITAL = Path(__file__).parent.parent.parent / "examples" / "hospital-ct" / "project.yaml"

BAA = """BUSINESS ASSOCIATE ADDENDUM

This Addendum is between Mercy Hospital ("Hospital") and Loomlabel, Inc. ("Company").

1. USE OF PHI

1.1 Company will not use or disclose PHI except as this Addendum permits or as required by law.

2. SECURITY INCIDENTS

2.1 Company will try to notify Hospital of each Security Incident and of each use or disclosure of PHI.

3. ADMINISTRATION

3.1 Company may use PHI for the proper management and administration of Company. Section 1 applies.

Agreed and accepted:

Schedule 2 - Safeguards
"""


@pytest.fixture
def plan(world, actor):
    """A function that plans the changes to a text, as a document."""

    def make(text, document, **more):
        data = text.encode()
        made = review_paper(world, actor, read_paper(data, name="their.txt"), data, document, DAY, **more)
        return made, plan_changes(world, made)

    return make


@pytest.fixture
def baa(plan):
    return plan(BAA, "baa")


def lines(planned):
    return [line.text for each in planned for line in each.lines]


def test_our_text_speaks_of_their_parties(baa):
    text = "\n".join(lines(baa[1]))
    assert "Company will report to Hospital each use or disclosure of PHI" in text
    assert "Business Associate must" not in text
    assert "Covered Entity" not in text
    assert "this Agreement" not in text
    assert "Unsecured PHI" not in text  # they do not know the term: it is said in plain words
    assert "breach of unsecured PHI" in text


def test_a_weak_sentence_is_replaced_once(baa):
    made, planned = baa
    struck = [each for each in planned if each.strike]
    paragraph = next(each for each in made.paper.paragraphs if each.source == struck[0].paragraph)
    assert paragraph.text[slice(*struck[0].strike)].startswith("Company will try to notify")
    assert len({(each.paragraph, each.strike) for each in struck}) == len(struck)


def test_new_clauses_go_before_the_signatures_with_headings_and_numbers(baa):
    made, planned = baa
    last = next(each for each in made.paper.paragraphs if each.text.startswith("3.1"))
    at_end = [each for each in planned if each.paragraph == last.source and not each.lines[0].text.startswith("3.")]
    assert at_end[0].lines[0].text.startswith("4. ")
    assert at_end[0].lines[0].text.isupper()
    assert at_end[0].lines[1].text.startswith("4.1 ")
    assert at_end[1].lines[0].text.startswith("5. ")


def test_references_point_into_their_paper_or_say_what_to_add(baa):
    text = "\n".join(lines(baa[1]))
    assert "section 3.1" in text  # our clause on administration is their 3.1
    assert "[section on permitted uses and disclosures, to be added]" in text  # and aggregation is nowhere
    assert "Schedule 2" in text  # our annex of safeguards is theirs
    assert "[Annex: " in text
    assert "Annex II" not in text
    assert "Clause " not in text


SHORT = """TERMS

These terms are between Orchid Ltd ("Orchid", "we") and you.

1. What we do

We process your data only on your instructions.

2. Law

These terms are governed by the law of Ireland, and its courts are open to you and to us.
"""


def test_items_lie_deeper_and_open_conditions_are_notes(plan):
    _, planned = plan(SHORT, "dpa")
    every = [line for each in planned for line in each.lines]
    item = next(line for line in every if line.text.startswith("(a)\tyou decide"))
    assert (item.indent, item.automatic) == (1, False)
    assert any(line.text.startswith("[Drafting note: only if the vendor processes UK data") for line in every)
    assert not any("[only if" in line.text for line in every)
    assert any(line.text.endswith("Assistance with your duties") for line in every)


def test_terms_that_they_do_not_know_are_defined_at_the_end(plan):
    _, planned = plan(SHORT, "dpa")
    title, *definitions = [line.text for line in planned[-1].lines]
    assert title.endswith(DEFINITIONS)
    assert "In this added text, \u201cGDPR\u201d means Regulation (EU) 2016/679" in " ".join(definitions)
    assert any("\u201cUK GDPR\u201d" in each for each in definitions)  # stands in the definition of UK Personal Data


def test_a_complete_word_for_everything_needs_no_definitions(plan, world, actor, content):
    project = save_project(world, actor, load_project(HOSPITAL, content.vocabulary()))
    _, planned = plan(BAA, "baa", project=project.id)
    assert not any(DEFINITIONS.upper() in line for line in lines(planned))


def test_what_stands_in_a_sentence_with_its_lead(plan):
    text = SHORT.replace("These terms are governed", "We keep personal information safe. These terms are governed")
    _, planned = plan(text, "ccpa")
    assert "We must not sell personal information or share it." in lines(planned)
    assert not any(line.endswith("..") for line in lines(planned))


FLAT = """1. Orchid shall process personal data on the instructions of the Client, who is Alpha. The Client pays.

2. Orchid shall notify the Client of breaches at its discretion.

3. The law of Ireland governs this agreement between the Client and Orchid Ltd, as the parties have agreed.
"""


def test_a_flat_paper_goes_on_in_its_numbers(plan):
    _, planned = plan(FLAT, "dpa")
    texts = lines(planned)
    assert any(text.startswith("1A. ") for text in texts)
    assert any(text.startswith("4. ") for text in texts)
    assert len({text.split()[0] for text in texts if text[0].isdigit()}) == sum(text[0].isdigit() for text in texts)
