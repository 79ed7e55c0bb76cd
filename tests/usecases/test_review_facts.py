"""What a review takes back, and what it leaves: signed documents, other reviews, somebody's word."""

import pytest

from govern.kernel import Evidence, FactValue, canonical_bytes
from govern.review import Presence
from govern.usecases.drafts import draft_contract
from govern.usecases.evidence import attach_evidence
from govern.usecases.projects import answer_facts, read_project, save_project
from govern.usecases.review_facts import settle_terms
from govern.usecases.signing import sign_contract

TERM = "dpa.audit"


@pytest.fixture
def ports(small, actor, arrangement):
    made = small()
    save_project(made, actor, arrangement)
    answer_facts(made, actor, "one", {"contract.days": 10, "vendor.subs": []})
    return made


@pytest.fixture
def settle(ports, actor, day):
    def made(presence):
        project = read_project(ports, actor, "one")
        return settle_terms(ports, project, "dpa_art28", {TERM: presence}, "v2.txt", day)

    return made


def give(ports, actor, document, present, href):
    """An earlier review of a file as a type of document, saved with its findings."""
    presence = "present" if present else "weak"
    found = {"document": document, "file": {"name": "v1.txt"}, "terms": [{"presence": presence, "term": TERM}]}
    attach_evidence(
        ports, actor, "one", {"contract.terms": FactValue(value=[TERM])}, Evidence(href=href), canonical_bytes(found)
    )


def test_what_was_no_fact_only_comes_in(settle):
    answer, standings = settle(Presence.PRESENT)
    assert (answer.value, answer.source, standings) == ([TERM], "review of v2.txt", ())
    assert settle(Presence.WEAK)[0].value == []


@pytest.mark.parametrize(
    ("presence", "said"), [(Presence.NOT_FOUND, "not found in this paper"), (Presence.WEAK, "weak in this paper")]
)
def test_what_an_earlier_review_gave_is_withdrawn(ports, actor, settle, presence, said):
    give(ports, actor, "dpa_art28", True, "v1.txt#findings")
    answer, (standing,) = settle(presence)
    assert answer.value == []
    assert (standing.kept, standing.why) == (False, f"{said}; the review of v1.txt gave it")
    assert settle(Presence.PRESENT)[1] == ()


def test_what_a_signed_document_carries_is_kept(ports, actor, day, settle):
    give(ports, actor, "dpa_art28", True, "v1.txt#findings")
    draft_contract(ports, actor, "one", "dpa", day, final=True)
    sign_contract(ports, actor, "one", "dpa", day)
    answer, (standing,) = settle(Presence.NOT_FOUND)
    assert (answer.value, standing.kept) == ([TERM], True)
    assert standing.why.startswith("it rests on dpa@")
    assert standing.why.endswith(f", signed {day}")


def test_a_document_of_another_project_keeps_nothing(ports, actor, arrangement, day, settle):
    from dataclasses import replace

    save_project(ports, actor, replace(arrangement, id="two", version=0))
    answer_facts(ports, actor, "two", {"contract.days": 10, "vendor.subs": []})
    draft_contract(ports, actor, "two", "dpa", day, final=True)
    sign_contract(ports, actor, "two", "dpa", day)
    give(ports, actor, "dpa_art28", True, "v1.txt#findings")
    assert settle(Presence.NOT_FOUND)[0].value == []


def test_what_another_type_of_document_carries_is_kept(ports, actor, settle):
    give(ports, actor, "baa", True, "baa.txt#findings")
    answer, (standing,) = settle(Presence.NOT_FOUND)
    assert (answer.value, standing.why) == ([TERM], "it rests on the review of v1.txt as baa")


def test_what_was_answered_otherwise_is_kept_and_said(ports, actor, settle):
    evidence = (Evidence(href="https://example.org/contract"), Evidence(href="gone#findings", sha256="0" * 64))
    answer_facts(ports, actor, "one", {"contract.terms": FactValue(value=[TERM], evidence=evidence)})
    answer, (standing,) = settle(Presence.NOT_FOUND)
    assert (answer.value, standing.kept) == ([TERM], True)
    assert standing.why.startswith("no review gave it")


def test_the_newest_review_of_a_type_counts(ports, actor, settle):
    give(ports, actor, "dpa_art28", True, "v1.txt#findings")
    give(ports, actor, "dpa_art28", False, "v3.txt#findings")
    assert settle(Presence.NOT_FOUND)[1][0].why.startswith("no review gave it")
