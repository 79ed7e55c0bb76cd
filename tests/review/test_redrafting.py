"""Our text in their paper: their words, their numbers, nothing that dangles."""

import re
from datetime import date
from pathlib import Path

import pytest

from govern.exchange import read_paper
from govern.library.projects import load_project
from govern.review import Paper, PaperParagraph, Presence, find_typed, review_terms
from govern.usecases.projects import save_project
from govern.usecases.redrafting import DEFINITIONS, plan_changes
from govern.usecases.reviews import _open as open_review
from govern.usecases.reviews import _Proposals as Proposals
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


def test_what_takes_a_clause_back_is_struck_and_not_the_clause(world, actor):
    text = (
        b"1. Audit\n\n1.1 The Supplier shall make available to the Customer all information necessary to demonstrate "
        b"compliance with Article 28 GDPR and shall allow for and contribute to audits, including inspections, "
        b"conducted by the Customer or another auditor mandated by it.\n\n2. General\n\n2.1 Clause 1.1 is suspended.\n"
    )
    made = review_paper(world, actor, read_paper(text, name="x.txt"), text, "dpa", DAY)
    struck = [each for each in plan_changes(world, made) if each.strike]
    assert [made.paper.paragraphs[each.paragraph].text for each in struck] == ["2.1 Clause 1.1 is suspended."]


def test_a_sentence_that_takes_two_clauses_back_is_struck_once(plan):
    text = (
        "1. Duties\n\n1.1 The Supplier shall ensure that persons authorised to process the Personal Data have "
        "committed themselves to confidentiality.\n\n1.2 The Supplier shall take all measures required by Article 32 "
        "GDPR.\n\n"
        "2. General\n\n2.1 Clauses 1.1 and 1.2 are suspended.\n"
    )
    made, planned = plan(text, "dpa")
    taken = [each.term.id for each in made.terms if each.review.taken_back]
    assert taken == ["dpa.confidentiality", "dpa.security"]
    assert [made.paper.paragraphs[each.paragraph].text for each in planned if each.strike] == [
        "2.1 Clauses 1.1 and 1.2 are suspended."
    ]


def test_a_weak_sentence_of_no_number_is_replaced_by_our_text_and_its_items(plan):
    text = (
        "TERMS\n\nThe Supplier will try to assist the Customer in ensuring compliance with the obligations pursuant to "
        "Articles 32 to 36 GDPR, where it thinks fit.\n"
    )
    _, planned = plan(text, "dpa")
    (change,) = [each for each in planned if each.strike]
    assert change.terms == ("dpa.assistance_32_36",)
    assert len(change.lines) > 3
    assert change.lines[1].text.startswith("(a)\t")


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


DPA = """DATA PROCESSING AGREEMENT

This Agreement is between Marlow, Inc. (the "Subscriber") and Bayani, Inc. ("Bayani").

1. Definitions

1.1 "Entrusted Data" means personal data that Bayani handles for the Subscriber.

1.2 "Security Event" means a breach of security that concerns Entrusted Data.

2. Sub-processors

2.1 The Subscriber grants Bayani general written authorisation to engage sub-processors. Bayani shall inform the \
Subscriber of any intended addition or replacement of sub-processors at least 30 days in advance, so that the \
Subscriber may object.

2.2 If the Subscriber does not object within five days after the list on the website of Bayani has been updated, the \
sub-processor is deemed accepted. Where the Subscriber objects, Bayani may engage the sub-processor all the same. \
Bayani keeps Entrusted Data in the Union.

3. Security Events

3.1 Bayani shall try to notify the Subscriber of a Security Event. Bayani shall protect Entrusted Data on behalf of \
the Subscriber.
"""


def test_what_hangs_on_a_weak_sentence_is_struck_with_it(plan):
    made, planned = plan(DPA, "dpa")
    paragraph = next(each for each in made.paper.paragraphs if each.text.startswith("2.2"))
    (change,) = [each for each in planned if each.strike and each.paragraph == paragraph.source]
    assert paragraph.text[slice(*change.strike)].startswith("If the Subscriber")
    assert paragraph.text[slice(*change.strike)].endswith("all the same.")
    assert "dpa.subprocessor_authorisation" in change.terms


def test_what_takes_a_promise_back_is_struck_and_the_promise_stays(plan):
    instructions = (
        "2.3 Bayani shall process Entrusted Data only on documented instructions of the Subscriber, transfers to a "
        "third country included, unless Union or Member State law requires otherwise; in that case it shall inform the "
        "Subscriber of that legal requirement before processing.\n\n2.4 Clause 2.3 does not apply to pictures.\n\n"
    )
    text = DPA.replace("3. Security", f"{instructions}3. Security")
    made, planned = plan(text, "dpa")
    paragraph = next(each for each in made.paper.paragraphs if each.text.startswith("2.4"))
    (change,) = [each for each in planned if "dpa.instructions" in each.terms]
    assert (change.paragraph, change.lines) == (paragraph.source, ())
    assert paragraph.text[slice(*change.strike)] == "Clause 2.3 does not apply to pictures."


def test_our_text_uses_the_names_that_they_define(plan):
    text = "\n".join(lines(plan(DPA, "dpa")[1]))
    assert "each Security Event without undue delay" in text
    assert "Entrusted Data" in text
    assert not re.search("each Personal Data Breach|personal data breach|[Tt]he sub-Processor|an? Sub-processor", text)


def test_nothing_is_put_among_definitions(plan):
    made, planned = plan(DPA, "dpa")
    definitions = {each.source for each in made.paper.paragraphs[2:5]}
    assert not definitions & {each.paragraph for each in planned}


CCPA = """ADDENDUM

This Addendum is between Marlow, Inc. (the "Merchant") and Bayani, Inc. (the "Labeler").

1. Compliance

1.1 The Labeler shall comply with the CCPA and provide the same level of privacy protection as the CCPA requires of \
the Merchant. The Labeler shall keep to the instructions of the Merchant.
"""


def test_a_reference_to_a_clause_that_we_add_has_its_number(plan):
    text = "\n".join(lines(plan(CCPA, "ccpa")[1]))
    at = re.search(r"([0-9.]+)\s+The Labeler shall notify the Merchant without delay", text)[1]
    assert f"including a notice under section {at}," in text or f"including a notice under clause {at}," in text


def test_every_paragraph_that_carries_a_term_goes_in_once(plan):
    text = "\n".join(lines(plan(CCPA, "ccpa")[1]))
    assert text.count("shall notify the Merchant of each subcontractor") == 1
    assert text.count("shall engage a subcontractor only under a written contract") == 1


REPORT = BAA.replace(
    "2.1 Company will try to notify Hospital of each Security Incident and of each use or disclosure of PHI.",
    "2.1 Company will report to Hospital any Reportable Event within 10 days after discovery, including breaches of "
    "unsecured protected health information, any use or disclosure not provided for by this Addendum, and any security "
    "incident of which it becomes aware.",
).replace(
    "2. SECURITY INCIDENTS",
    '1.2 "Reportable Event" means a security incident that Company finds to be a risk.\n\n2. EVENTS',
)


def test_what_a_struck_sentence_said_of_other_terms_is_said_by_ours(plan):
    made, planned = plan(REPORT, "baa")
    presence = {each.term.id: each.review.presence.value for each in made.terms}
    for change in planned:
        if change.strike and presence.get("baa.report") == "present" and "baa.security_incident" in change.terms:
            assert "baa.report" in change.terms
            assert "each use or disclosure of PHI" in " ".join(line.text for line in change.lines)
            return
    assert presence["baa.security_incident"] == "weak", presence


@pytest.mark.slow
def test_each_text_of_ours_alone_says_its_term(world, book):
    """But for what is left open in it, and the tables that are no text: those that do not are known by name."""
    bench = open_bench(world)
    silent = {
        term.id
        for term in bench.terms
        if term.id in book.detectors and (proposal := propose(world, bench, term)) is not None
        if not says(book, term, proposal)
    }
    assert silent == SILENT, sorted(silent ^ SILENT)


def open_bench(world):
    return open_review(world, None, DAY)


def propose(world, bench, term):
    return Proposals(world, bench, min(term.document)).find(term.id)


def says(book, term, proposal):
    """Whether an otherwise empty paper with our text in it has the term; text with a blank says nothing yet."""
    if any(mark in line for line in proposal.paragraphs for mark in ("[\u25cf", "[only if")):
        return True
    lines = [
        line if line.startswith("(") else f"1.{number} {line}"
        for number, line in enumerate(proposal.paragraphs, start=1)
    ]
    first = "This Agreement is between the Controller and the Processor."
    paper = Paper("x.txt", "txt", tuple(find_typed(PaperParagraph(line)) for line in (first, "1. Promises", *lines)))
    (found,) = review_terms(paper, book, [term.id])
    return found.presence is Presence.PRESENT


SILENT = frozenset((
    # what it asks for stands in a table of an annex
    "scc.annex_ia", "ukadd.table1", "ukadd.table3", "idta.t1", "idta.t2", "idta.t3",
    # our text says it, and the detector knows only other words for it
    "dpa.data_types", "dpa.upstream_same_obligations", "jca.responsibilities", "pci.12_9_1",
))  # fmt: skip


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
