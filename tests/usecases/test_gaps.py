"""Checking, explaining and asking: what is decided, and what is recorded."""

import json
from datetime import date, timedelta

import pytest

from govern.errors import ContentError, StoreError
from govern.kernel import FactValue, Kind
from govern.rules import Status
from govern.usecases.gaps import ask_questions, check_gaps, explain_finding
from govern.usecases.projects import answer_facts
from govern.usecases.records import ASSESSMENT


def test_a_check_is_recorded_with_what_it_found(world, actor, saved, day, logged):
    checked = check_gaps(world, actor, saved.id, day)
    entry = logged()[-1]
    assert (entry.kind, entry.object) == ("assessment.saved", f"assessment:{checked.assessment_id}@1")
    assert (entry.matter, entry.matter_seq, entry.matter_prev) == (f"project:{saved.id}", 1, 0)

    with world.register.begin(write=False) as unit:
        record = unit.find(ASSESSMENT, checked.assessment_id)
    assert entry.body == f"sha256:{record.digest}"
    body = json.loads(record.body)
    assert (body["as_of"], body["project"]) == ("2026-11-24", f"{saved.id}@1")
    assert {each["obligation"]: each["status"] for each in body["findings"]} == {
        each.obligation.id: each.status.value for each in checked.assessment.findings
    }
    assert set(body["packs"]) >= {"gdpr", "hipaa", "ccpa", "soc2"}
    assert all("sha256:" in pack for pack in body["packs"].values())


def test_two_checks_of_the_same_have_the_same_findings_and_other_digests(world, actor, saved, day, logged):
    one, two = (check_gaps(world, actor, saved.id, day) for _ in range(2))
    assert one.assessment.findings == two.assessment.findings
    assert logged()[-1].body != logged()[-2].body


def test_a_check_of_one_pack_and_of_another_day(world, actor, saved, day):
    one = check_gaps(world, actor, saved.id, day, ["gdpr"])
    assert {each.pack for each in one.assessment.findings} == {"gdpr"}
    early = check_gaps(world, actor, saved.id, date(1990, 1, 1))
    assert all(each.status is not Status.GAP for each in early.assessment.findings)


@pytest.mark.parametrize("packs", [["gdpe"], ["gdpr", "nonsense"]])
def test_what_is_not_known_is_not_recorded(world, actor, saved, day, packs):
    head = world.log.head()
    with pytest.raises(ContentError):
        check_gaps(world, actor, saved.id, day, packs)
    with pytest.raises(StoreError):
        check_gaps(world, actor, "nobody", day)
    assert world.log.head() == head


def test_an_expired_answer_is_unknown_and_said(world, actor, saved, day):
    answer = FactValue(value=True, valid_until=day - timedelta(days=1))
    answer_facts(world, actor, saved.id, {"data.is_personal": answer})
    checked = check_gaps(world, actor, saved.id, day)
    assert checked.assessment.expired["data.is_personal"] == day - timedelta(days=1)
    assert "data.is_personal" not in checked.facts.values


def test_an_explanation_names_conditions_and_facts_and_records_nothing(world, actor, saved, day):
    head = world.log.head()
    found = explain_finding(world, actor, saved.id, "GDPR-28.3.a", day)
    assert found.finding.status is Status.GAP
    assert found.applies
    assert found.met
    assert world.log.head() == head


def test_findings_of_every_status_can_be_explained(world, actor, saved, day):
    findings = check_gaps(world, actor, saved.id, day).assessment.findings
    some = {(each.pack, each.status, each.about): each for each in findings}
    assert {status for _, status, _ in some} == set(Status)
    for finding in some.values():
        found = explain_finding(world, actor, saved.id, finding.obligation.id, day)
        assert found.finding.status is finding.status


def test_an_unknown_obligation_has_a_hint(world, actor, saved, day):
    with pytest.raises(ContentError) as caught:
        explain_finding(world, actor, saved.id, "GDPR-28.3.aa", day)
    assert "GDPR-28.3.a" in caught.value.hint


def test_asking_ends_with_nothing_open(world, actor, saved, day):
    """Every question is answered with the first answer that fits; each was open, and none comes twice."""
    seen = set()
    while True:
        checked, questions = ask_questions(world, actor, saved.id, day)
        if not questions:
            break
        spec = questions[0].spec
        assert spec.id not in seen
        seen.add(spec.id)
        answer_facts(world, actor, saved.id, {spec.id: FactValue(value=_some_answer(spec))})
    assert seen
    assert all(each.status is not Status.OPEN for each in checked.assessment.findings)


def _some_answer(spec):
    value = spec.values[0] if spec.values else "text"
    return {
        Kind.BOOLEAN: True, Kind.ENUM: value, Kind.SET: [value], Kind.INTEGER: int(spec.minimum or 12),
        Kind.DECIMAL: float(spec.minimum or 1), Kind.DATE: date(2026, 11, 1), Kind.COUNTRY: "DE",
        Kind.COUNTRIES: ["DE"], Kind.TEXT: "text", Kind.MAP: {"DE": value}, Kind.RECORDS: [],
    }[spec.kind]  # fmt: skip


def test_what_is_skipped_is_not_asked_again(world, actor, saved, day):
    skipped = set()
    while questions := ask_questions(world, actor, saved.id, day, skipped)[1]:
        assert questions[0].spec.id not in skipped
        skipped.add(questions[0].spec.id)
    assert len(skipped) > 3
