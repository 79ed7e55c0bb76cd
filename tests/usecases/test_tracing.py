"""The trace runs both ways: from the law to the sentence, and from the sentence to the law."""

import pytest

from govern.errors import ContentError
from govern.usecases.tracing import trace_connection


@pytest.fixture
def follow(world, actor, saved, day):
    return lambda what: trace_connection(world, actor, saved.id, what, day)


def test_an_obligation_leads_to_the_sentence_that_carries_its_term(follow):
    traced = follow("GDPR-33.2")
    assert traced.kind == "obligation"
    (finding, citation), = traced.findings  # fmt: skip
    assert (finding.obligation.id, citation) == ("GDPR-33.2", "GDPR Art. 33(2)")
    carrying = [each for each in traced.places if "dpa.breach_notice" in each.terms]
    assert [(each.document, each.clause) for each in carrying] == [("dpa", "dpa.breach")]
    assert "must notify" in carrying[0].text
    assert "vendor.gdpr_role" in [each.fact for each in traced.facts]


def test_a_clause_leads_to_its_obligations_and_facts(follow):
    traced = follow("dpa.breach")
    assert "GDPR-33.2" in [finding.obligation.id for finding, _ in traced.findings]
    assert {each.clause for each in traced.places} == {"dpa.breach"}
    roles = {each.fact: each.role for each in traced.facts}
    assert roles["contract.breach_notice_hours"] == "fills breach_hours"


def test_an_item_of_a_list_is_cited_with_its_paragraph(follow):
    numbers = [each.number for each in follow("dpa.breach").places]
    assert [number for number in numbers if number.startswith("(") or " " in number] == []
    listed = [number for number in numbers if number.endswith("(a)")]
    assert listed and all(number.split("(")[0] in numbers for number in listed)


def test_a_fact_leads_to_what_it_decides_and_fills(follow):
    traced = follow("contract.breach_notice_hours")
    assert ("dpa", "dpa.breach") in [(each.document, each.clause) for each in traced.places]
    assert traced.facts[0].value == "24 hours"
    put_in = follow("contract.subprocessor_authorisation")
    assert "dpa.subprocessors" in [each.clause for each in put_in.places]


def test_a_term_leads_to_its_law_and_its_sentence(follow):
    traced = follow("dpa.breach_notice")
    assert traced.kind == "term"
    assert "GDPR-33.2" in [finding.obligation.id for finding, _ in traced.findings]
    assert [(each.document, each.clause) for each in traced.places] == [("dpa", "dpa.breach")]
    assert all("dpa.breach_notice" in each.terms for each in traced.places)
    assert traced.facts


def test_a_citation_finds_its_letters_and_no_longer_number(follow):
    found = {finding.obligation.id for finding, _ in follow("Art. 28(3)").findings}
    assert {"GDPR-28.3.a", "GDPR-28.3.h"} <= found
    assert not {each for each in found if each.startswith("GDPR-28.2")}
    by_name = {finding.obligation.cite.pinpoint for finding, _ in follow("GDPR Art. 3").findings}
    assert not {each for each in by_name if each.startswith(("Art. 30", "Art. 33"))}


def test_what_is_not_there_is_said_with_a_hint(follow):
    with pytest.raises(ContentError, match="nothing here is called") as refused:
        follow("dpa.breech")
    assert "dpa.breach" in refused.value.hint
