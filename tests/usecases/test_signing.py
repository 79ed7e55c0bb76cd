"""A signature makes the terms of a final draft facts, with the signed file as their evidence."""

from datetime import timedelta

import pytest

from govern.errors import FactError, RefusedError, StoreError
from govern.rules import Status
from govern.usecases.drafts import draft_contract
from govern.usecases.gaps import check_gaps
from govern.usecases.projects import answer_facts, read_project, save_project
from govern.usecases.signing import sign_contract
from govern.usecases.standing import list_standing

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
    signed = sign_contract(ports, actor, "one", "dpa", day, file=FILE, name="dpa-signed.pdf")
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
        sign_contract(ports, actor, "one", "dpa", day, file=FILE, name="a\nb")


def test_terms_of_an_earlier_contract_stay_in_force(ports, actor, day, final):
    sign_contract(ports, actor, "one", "dpa", day, file=FILE, name="one.pdf")
    again = draft_contract(ports, actor, "one", "dpa", day, final=True)
    sign_contract(ports, actor, "one", "dpa", day, file=b"two", name="two.pdf", draft=again.draft_id)
    answer = read_project(ports, actor, "one").answers["contract.terms"]
    assert answer.value == ["dpa.audit"]
    assert [each.href for each in answer.evidence] == ["one.pdf", "two.pdf"]
