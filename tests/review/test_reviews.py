"""Reviews in a workspace: facts with evidence, the same gap check, our text for what is missing."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from govern.audit import parse_entry
from govern.errors import ContentError, RefusedError
from govern.exchange import read_paper
from govern.kernel import Actor, FactValue, Role
from govern.library.projects import load_project
from govern.render.review_report import write_review_html, write_review_markdown
from govern.review import Presence
from govern.usecases.gaps import read_check
from govern.usecases.projects import answer_facts, read_project, save_project
from govern.usecases.redrafting import plan_changes
from govern.usecases.reviews import find_document_type, format_review, present_terms, review_paper

DAY = date(2026, 11, 24)
HOSPITAL = Path(__file__).parent.parent.parent / "examples" / "hospital-ct" / "project.yaml"


@pytest.fixture(scope="module")
def theirs():
    """Their processing agreement: no word on unlawful instructions, a weak breach clause."""
    from labelled import load_styles, write_agreement

    style = dict(load_styles())["dpa/uk_firm"]
    clauses = [each for each in style["clauses"] if each["heading"] != "Infringing instructions"]
    clauses = [{**each, "text": each["weak"][0]} if each["heading"] == "Breach" else each for each in clauses]
    return write_agreement(style, [*clauses, *style["filler"]]).encode()


@pytest.fixture
def hospital(world, actor, content):
    return save_project(world, actor, load_project(HOSPITAL, content.vocabulary()))


@pytest.fixture
def review(world, actor, theirs):
    paper = read_paper(theirs, name="their.txt")
    return lambda document="dpa", **more: review_paper(world, actor, paper, theirs, document, DAY, **more)


def by_id(made):
    return {each.term.id: each for each in made.terms}


def test_without_a_project_every_mandatory_term_counts(review):
    made = review()
    found = by_id(made)
    assert made.document == "dpa_art28"
    assert found["dpa.breach_notice"].review.presence is Presence.WEAK
    assert found["dpa.infringing_instruction"].review.presence is Presence.NOT_FOUND
    assert found["dpa.instructions"].review.presence is Presence.PRESENT
    assert made.falls_short
    assert made.what_if is None
    assert not found["dpa.no_own_use"].needed
    assert made.count(Presence.NOT_FOUND) == sum(
        each.needed and each.review.presence is Presence.NOT_FOUND for each in made.terms
    )


def test_what_is_short_brings_our_text_filled_for_the_project(review, hospital):
    made = by_id(review(project=hospital.id))
    proposal = made["dpa.breach_notice"].proposal
    assert proposal.clause == "dpa.breach"
    assert "24 hours" in proposal.paragraphs[0]
    assert made["dpa.instructions"].proposal is None
    assert made["dpa.euv"].required is False


def test_the_same_gap_check_says_what_would_close(review, hospital, world):
    made = review(project=hospital.id)
    changed = {after.obligation.id: after.status.value for _, after in made.what_if.changed}
    assert changed["GDPR-28.3.a"] == "met"
    assert "GDPR-33.2" not in changed  # the weak breach clause counts as absent
    assert read_check(world, hospital.id, DAY).project.version == hospital.version


def test_saving_files_the_paper_and_the_passages_as_evidence(review, hospital, world, actor, theirs):
    made = review(project=hospital.id, save=True)
    assert made.saved
    answer = read_project(world, actor, hospital.id).answers["contract.terms"]
    assert set(present_terms(made)) <= set(answer.value)
    assert "dpa.breach_notice" not in set(answer.value) - set(hospital.answers["contract.terms"].value)
    filed = {each.href: each.sha256 for each in answer.evidence}
    assert world.files.get(filed["their.txt"]) == theirs
    passages = json.loads(world.files.get(filed["their.txt#findings"]))
    kept = {each["term"]: each for each in passages["terms"]}
    assert kept["dpa.instructions"]["passage"]["label"] == "6.1"
    kinds = [parse_entry(data).kind for data in world.log.entries()]
    assert kinds.count("evidence.added") == 2


def test_saving_needs_the_right_role(world, theirs, hospital):
    auditor = Actor("auditor", frozenset({Role.AUDITOR}))
    paper = read_paper(theirs, name="their.txt")
    assert review_paper(world, auditor, paper, theirs, "dpa", DAY, project=hospital.id).what_if
    with pytest.raises(RefusedError):
        review_paper(world, auditor, paper, theirs, "dpa", DAY, project=hospital.id, save=True)


def test_names_of_documents(world):
    assert find_document_type(world, "ccpa") == "ccpa_sp_contract"
    assert find_document_type(world, "scc_m3") == "scc_m3"
    assert find_document_type(world, "baa") == "baa"
    with pytest.raises(ContentError) as caught:
        find_document_type(world, "dpaa")
    assert "dpa" in caught.value.hint


def test_where_our_text_goes(review, world):
    made = review()
    planned = plan_changes(world, made)
    paper = made.paper
    struck = next(each for each in planned if each.strike)
    text = next(each.text for each in paper.paragraphs if each.source == struck.paragraph)
    assert text[slice(*struck.strike)].startswith("The Supplier shall notify the Customer of a Personal Data Breach")
    missing = next(each for each in planned if not each.strike and "infringes" in each.lines[0].text)
    near = next(index for index, each in enumerate(paper.paragraphs) if each.source == missing.paragraph)
    assert paper.paragraphs[near].text.startswith("6.1 The Supplier shall process")
    assert missing.lines[0].text.startswith("6.2 The Supplier shall inform the Customer immediately")
    assert missing.lines[0].like == missing.paragraph
    assert len({each.lines for each in planned}) == len(planned)


def test_what_is_denied_gets_our_text_behind_it(world, actor):
    text = (
        b"1. Instructions\n\n1.1 The Supplier is not required to inform the Customer if an instruction infringes "
        b"the law.\n\n2. Fees\n\n2.1 The Customer shall pay the fees under this agreement each month, as is set out "
        b"in the schedule.\n"
    )
    made = review_paper(world, actor, read_paper(text, name="their.txt"), text, "dpa", DAY)
    denied = by_id(made)["dpa.infringing_instruction"].review
    assert (denied.presence, denied.why) == (Presence.NOT_FOUND, "says the opposite")
    planned = next(each for each in plan_changes(world, made) if "infringes" in each.lines[0].text)
    assert (planned.paragraph, planned.strike) == (1, None)


def test_our_text_comes_with_its_items(review):
    (found,) = [each for each in review("sub_baa").terms if each.term.id == "baa.return_destroy"]
    assert found.proposal is not None
    listed = [each.proposal for each in review("dora_art30").terms if each.proposal]
    assert any(len(each.paragraphs) > 3 for each in listed)


def test_a_library_without_documents_has_no_text_of_ours(world, actor, content, theirs):
    class Bare:
        """The content in force, without documents."""

        def __getattr__(self, name):
            return getattr(content, name)

        def recipes(self):
            return []

    paper = read_paper(theirs, name="their.txt")
    made = review_paper(replace(world, library=Bare()), actor, paper, theirs, "dpa_art28", DAY)
    assert all(each.proposal is None for each in made.terms)


def test_the_findings_are_the_same_bytes_each_time(review):
    assert format_review(review()) == format_review(review())


def test_a_document_type_without_a_recipe_and_terms_of_two_places(review):
    made = review("scc_m2")
    assert made.falls_short
    assert by_id(made)["scc.module"].proposal is not None


@pytest.fixture
def shorter():
    """Their next version: what binds the staff to confidentiality is gone."""
    from labelled import load_styles, write_agreement

    style = dict(load_styles())["dpa/uk_firm"]
    clauses = [each for each in style["clauses"] if "dpa.confidentiality" not in each["carries"]]
    return write_agreement(style, [*clauses, *style["filler"]]).encode()


def test_a_later_version_takes_back_what_an_earlier_one_gave(review, world, actor, hospital, shorter):
    answered = {"contract.terms": FactValue(value=["dpa.no_own_use"])}
    answer_facts(world, actor, hospital.id, answered)
    assert "dpa.confidentiality" in present_terms(review(project=hospital.id, save=True))
    paper = read_paper(shorter, name="their-v2.txt")
    before = review_paper(world, actor, paper, shorter, "dpa", DAY, project=hospital.id)
    (withdrawn,) = [each for each in before.standings if not each.kept]
    assert (withdrawn.term, withdrawn.why) == (
        "dpa.confidentiality", "not found in this paper; the review of their.txt gave it",
    )  # fmt: skip
    would = {after.obligation.id: after.status for _, after in before.what_if.changed}
    assert would["GDPR-28.3.b"].value == "gap"

    saved = review_paper(world, actor, paper, shorter, "dpa", DAY, project=hospital.id, save=True)
    assert saved.standings == before.standings
    assert "dpa.confidentiality" not in read_project(world, actor, hospital.id).answers["contract.terms"].value
    after = {each.obligation.id: each.status for each in read_check(world, hospital.id, DAY).assessment.findings}
    assert {id_: after[id_] for id_ in would} == would


def test_reports_name_what_is_withdrawn_and_what_takes_a_term_back(review, world, actor, hospital, shorter):
    review(project=hospital.id, save=True)
    undone = shorter + b"\n99. More\n\n99.1 Clause 6.1 does not apply to freelancers.\n"
    made = review_paper(world, actor, read_paper(undone, name="v2.txt"), undone, "dpa", DAY, project=hospital.id)
    page, text = write_review_html(made), write_review_markdown(made)
    for written in (page, text):
        assert "withdrawn: " in written
        assert "Taken back by" in written
        assert "to freelancers." in written
        assert " required, " in written
    plain = json.loads(format_review(made))
    assert any(not each["kept"] for each in plain["standings"])
    assert [each for each in plain["terms"] if each["taken_back"]]
