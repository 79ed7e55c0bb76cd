"""A signature makes the terms of a final draft facts, with the signed file as their evidence."""

from dataclasses import replace
from datetime import timedelta

import pytest

from govern.errors import FactError, RefusedError, StoreError
from govern.kernel import Evidence, FactValue
from govern.render import render_markdown
from govern.rules import Status
from govern.usecases.assembling import Options
from govern.usecases.drafts import draft_contract
from govern.usecases.gaps import check_gaps, read_check
from govern.usecases.projects import answer_facts, read_project, save_project
from govern.usecases.signing import SignedCopy, sign_contract
from govern.usecases.standing import list_standing

from ..library.trees import FILES

FILE = b"%PDF-1.7 the signed copy"


@pytest.fixture
def ports(small, actor, arrangement):
    made = small()
    save_project(made, actor, arrangement)
    answer_facts(made, actor, "one", {"contract.days": 10, "vendor.subs": []})
    return made


@pytest.fixture
def final(ports, actor, day):
    return draft_contract(ports, actor, "one", "dpa", day, final=True)


def status_of(ports, actor, day):
    return {each.obligation.id: each.status for each in check_gaps(ports, actor, "one", day).assessment.findings}["L-1"]


def test_what_is_signed_is_met(ports, actor, day, final, logged):
    assert status_of(ports, actor, day) is Status.GAP
    signed = sign_contract(ports, actor, "one", "dpa", day, copy=SignedCopy(FILE, "dpa-signed.pdf"))
    assert signed.draft_id == final.draft_id
    assert [each.kind for each in logged()[-2:]] == ["contract.signed", "project.answered"]
    assert status_of(ports, actor, day) is Status.MET

    answer = read_project(ports, actor, "one").answers["contract.terms"]
    assert answer.value == ["dpa.audit"]
    (evidence,) = answer.evidence
    assert evidence.href == "dpa-signed.pdf"
    assert ports.files.get(evidence.sha256) == FILE
    assert evidence.effective_from == day
    (standing,) = list_standing(ports, actor, "one")
    assert (standing.state, standing.signed_on) == ("signed", day)


def test_without_a_file_the_draft_is_the_evidence(ports, actor, day, final):
    sign_contract(ports, actor, "one", "dpa", day)
    (evidence,) = read_project(ports, actor, "one").answers["contract.terms"].evidence
    assert (evidence.href, evidence.sha256) == (f"draft:{final.draft_id}", None)


def test_the_draft_is_named_by_the_beginning_of_its_id(ports, actor, day, final):
    draft_contract(ports, actor, "one", "dpa", day, final=True)
    assert sign_contract(ports, actor, "one", "dpa", day, draft=final.draft_id).draft_id == final.draft_id
    with pytest.raises(StoreError, match="several final drafts"):
        sign_contract(ports, actor, "one", "dpa", day, draft="")
    with pytest.raises(StoreError, match="no final draft"):
        sign_contract(ports, actor, "one", "dpa", day, draft="nothing")


def test_nothing_is_signed_that_is_not_final(ports, actor, day):
    draft_contract(ports, actor, "one", "dpa", day)
    with pytest.raises(RefusedError, match="no final draft of `dpa`"):
        sign_contract(ports, actor, "one", "dpa", day)


def test_a_day_to_come_and_a_wild_name_are_refused(ports, actor, day, final):
    with pytest.raises(FactError, match="in the future"):
        sign_contract(ports, actor, "one", "dpa", day + timedelta(days=1))
    with pytest.raises(FactError, match="one line"):
        sign_contract(ports, actor, "one", "dpa", day, copy=SignedCopy(FILE, "a\nb"))


def test_terms_of_an_earlier_contract_stay_in_force(ports, actor, day, final):
    sign_contract(ports, actor, "one", "dpa", day, copy=SignedCopy(FILE, "one.pdf"))
    again = draft_contract(ports, actor, "one", "dpa", day, final=True)
    sign_contract(ports, actor, "one", "dpa", day, copy=SignedCopy(b"two", "two.pdf"), draft=again.draft_id)
    answer = read_project(ports, actor, "one").answers["contract.terms"]
    assert answer.value == ["dpa.audit"]
    assert [each.href for each in answer.evidence] == ["one.pdf", "two.pdf"]


def test_a_term_is_not_known_before_the_day_of_its_signature(ports, actor, day, final):
    """Nor where something else was signed before: what widened the answer carries it only from its own day."""
    before = day - timedelta(days=1)
    sign_contract(ports, actor, "one", "dpa", day)
    checked = read_check(ports, "one", before)  # nothing was recorded by then: today's facts
    assert checked.assessment.later["contract.terms"] == day
    assert {each.obligation.id: each.status for each in checked.assessment.findings}["L-1"] is Status.OPEN
    assert read_check(ports, "one", day).facts.values["contract.terms"] == {"dpa.audit"}


def test_a_signature_that_widens_an_answer_starts_it_and_one_that_repeats_it_does_not(ports, actor, day, final):
    older = Evidence(href="old.pdf", effective_from=day - timedelta(days=30))
    answer_facts(ports, actor, "one", {"contract.terms": FactValue(value=["dpa.other"], evidence=(older,))})
    sign_contract(ports, actor, "one", "dpa", day)
    assert read_project(ports, actor, "one").answers["contract.terms"].effective_from == day

    same = FactValue(value=["dpa.audit"], evidence=(older,), effective_from=day)
    for known, start in ((same, day - timedelta(days=9)), (same.model_copy(update={"effective_from": None}), None)):
        answer_facts(ports, actor, "one", {"contract.terms": known})
        again = draft_contract(ports, actor, "one", "dpa", day - timedelta(days=9), final=True)
        sign_contract(ports, actor, "one", "dpa", day - timedelta(days=9), draft=again.draft_id)
        assert read_project(ports, actor, "one").answers["contract.terms"].effective_from == start


CLAUSE = "clause_library/clauses/dpa/dpa.audit.md"
TWICE = FILES[CLAUSE].replace(
    "defines:", "  more: {kind: integer, label: more days, fact: contract.days, default: 9}\ndefines:"
).replace("within [[days]] days", "within [[days]] or [[more]] days")  # fmt: skip
ELSEWHERE = FILES[CLAUSE].replace("fact: contract.days", "fact: vendor.days")
AT = """
vendor.at:
  type: list
  schema: {type: string}
  meta: {kind: countries, group: Vendor, question: Where do people work?}
"""
DAYS = """
vendor.days:
  type: integer
  meta: {kind: integer, group: Vendor, question: How many days?}
"""


def sign_small(ports, actor, arrangement, day, *, known=None, parameters=None, agreed=None):
    """The facts that a signature of the small document made, of a project that knows no days, or so many."""
    save_project(ports, actor, replace(arrangement, agreed=agreed or {}))
    answer_facts(ports, actor, "one", {"vendor.subs": [], **({"contract.days": known} if known else {})})
    draft_contract(ports, actor, "one", "dpa", day, final=True, options=Options(parameters=parameters or {}))
    signed = sign_contract(ports, actor, "one", "dpa", day, copy=SignedCopy(FILE, "dpa.pdf"))
    return {fact: read_project(ports, actor, "one").answers[fact] for fact in signed.facts}


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ({}, 14),
        ({"known": 10}, None),
        ({"known": 10, "parameters": {"dpa.audit.days": 7}}, 7),
        ({"known": 10, "parameters": {"contract.days": 8}}, 8),
        ({"known": 10, "agreed": {"contract.days": 9}}, 9),
    ],
)
def test_a_figure_of_the_signed_text_is_a_fact(small, actor, arrangement, day, given, value):
    facts = sign_small(small(), actor, arrangement, day, **given)

    assert (facts["contract.days"].value if "contract.days" in facts else None) == value
    assert all(each.evidence[-1].href == "dpa.pdf" for each in facts.values())


def test_two_figures_for_one_fact_are_no_fact_and_neither_is_one_about_the_world(small, actor, arrangement, day):
    twice = small(**{CLAUSE: TWICE})
    assert "contract.days" not in sign_small(twice, actor, arrangement, day)

    places = {CLAUSE: ELSEWHERE, "schemas/facts/facts.yaml": FILES["schemas/facts/facts.yaml"] + DAYS}
    arrangement = replace(arrangement, id="one")
    ports = small(**places)
    assert "vendor.days" not in sign_small(ports, actor, arrangement, day)
    draft_contract(ports, actor, "one", "dpa", day, final=True, options=Options(parameters={"vendor.days": 3}))
    assert sign_contract(ports, actor, "one", "dpa", day).project.answers["vendor.days"].value == 3


def test_what_is_signed_is_no_longer_only_agreed(small, actor, arrangement, day):
    ports = small()
    sign_small(ports, actor, arrangement, day, known=10, agreed={"contract.days": 9})

    project = read_project(ports, actor, "one")
    assert (project.answers["contract.days"].value, project.agreed) == (9, {})


def test_a_country_that_was_observed_stays_a_fact_and_stays_out_of_the_next_paper(small, actor, arrangement, day):
    """What the parties agreed on is no observation: that people left a country is for somebody to answer."""
    places = FILES[CLAUSE].replace("kind: integer", "kind: countries").replace("fact: contract.days", "fact: vendor.at")
    declared = FILES["schemas/facts/facts.yaml"] + AT
    ports = small(**{CLAUSE: places, "schemas/facts/facts.yaml": declared})
    save_project(ports, actor, replace(arrangement, agreed={"vendor.at": ["PL"]}))
    answer_facts(ports, actor, "one", {"vendor.subs": [], "vendor.at": ["PL", "UA"]})
    for _ in range(2):
        drafted = draft_contract(ports, actor, "one", "dpa", day, final=True)
        assert "within PL days" in render_markdown(drafted.draft).replace("\u00a0", " ")
        sign_contract(ports, actor, "one", "dpa", day, draft=drafted.draft_id)
        project = read_project(ports, actor, "one")
        assert (project.answers["vendor.at"].value, project.agreed) == (["PL", "UA"], {"vendor.at": ["PL"]})


def test_what_is_agreed_fills_the_text_and_counts_in_no_check(small, actor, arrangement, day):
    """The fact is of the paper in force until the new one is signed."""
    ports = small()
    save_project(ports, actor, replace(arrangement, agreed={"contract.days": 9}))
    answer_facts(ports, actor, "one", {"contract.days": 50})

    drafted = draft_contract(ports, actor, "one", "dpa", day)
    assert "within 9\u00a0days" in render_markdown(drafted.draft)
    assert check_gaps(ports, actor, "one", day).facts.values["contract.days"] == 50
    assert read_project(ports, actor, "one").agreed == {"contract.days": 9}


@pytest.mark.parametrize(
    ("agreed", "message"),
    [
        ({"contract.dais": 9}, "no fact `contract.dais`"),
        ({"contract.days": "many"}, "`contract.days` cannot be `many`"),
        ({"vendor.role": "processor"}, "no clause takes its words from `vendor.role`"),
        ({"vendor.subs": []}, "no clause takes its words from `vendor.subs`"),
    ],
)
def test_only_what_stands_in_a_clause_can_be_agreed(small, actor, arrangement, agreed, message):
    with pytest.raises(FactError, match=message):
        save_project(small(), actor, replace(arrangement, agreed=agreed))


def test_what_is_signed_stays_in_the_list_when_a_newer_draft_is_final(ports, actor, day):
    """It is in force until the newer one is signed, so it must be seen when its law changes."""
    week_before = day - timedelta(days=7)
    final = draft_contract(ports, actor, "one", "dpa", week_before, final=True)
    sign_contract(ports, actor, "one", "dpa", day - timedelta(days=1), copy=SignedCopy(FILE, "one.pdf"))
    newer = draft_contract(ports, actor, "one", "dpa", day, final=True)

    said = [(each.kept.draft_id, each.state, each.newest) for each in list_standing(ports, actor, "one")]
    assert said == [(final.draft_id, "signed", False), (newer.draft_id, "final", True)]

    sign_contract(ports, actor, "one", "dpa", day, draft=newer.draft_id)
    assert [(each.kept.draft_id, each.state) for each in list_standing(ports, actor, "one")] == [
        (newer.draft_id, "signed")
    ]
    other = draft_contract(ports, actor, "one", "dpa", week_before, final=True)
    sign_contract(ports, actor, "one", "dpa", day - timedelta(days=3), draft=other.draft_id)
    assert [each.kept.draft_id for each in list_standing(ports, actor, "one")] == [newer.draft_id, other.draft_id]
