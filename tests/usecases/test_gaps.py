"""Checking, explaining and asking: what is decided, and what is recorded."""

import json
from datetime import date, timedelta

import pytest

from govern.errors import ContentError, FactError, StoreError
from govern.kernel import FactValue, Kind
from govern.rules import Status
from govern.usecases.gaps import (
    ask_questions,
    check_gaps,
    explain_finding,
    list_controls,
    plan_once,
    read_check,
    try_changes,
)
from govern.usecases.projects import answer_facts, read_project, save_project
from govern.usecases.records import ASSESSMENT
from govern.usecases.waivers import grant_waiver


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


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
def test_what_is_skipped_is_not_asked_again(world, actor, saved, day):
    skipped = set()
    while questions := ask_questions(world, actor, saved.id, day, skipped)[1]:
        assert questions[0].spec.id not in skipped
        skipped.add(questions[0].spec.id)
    assert len(skipped) > 3


# --- what would be enough, what would close a gap, and what if


@pytest.fixture
def one(small, actor, arrangement):
    """A workspace of small content, with a project that has one gap."""
    ports = small()
    save_project(ports, actor, arrangement)
    return ports


def test_a_gap_is_explained_with_the_fewest_facts_that_suffice_and_what_would_close_it(one, actor, day):
    found = explain_finding(one, actor, "one", "L-1", day)
    assert found.finding.status is Status.GAP
    assert set(found.suffices) == {"data.personal", "vendor.role", "contract.terms"}
    assert found.closes == (("contract.terms: add “dpa.audit”",),)


def test_only_what_still_decides_is_asked_and_what_is_skipped_is_not(one, actor, day):
    assert ask_questions(one, actor, "one", day)[1] == ()

    answer_facts(one, actor, "one", {"vendor.role": None, "contract.terms": None})
    head = one.log.head()
    checked, questions = ask_questions(one, actor, "one", day)
    assert [each.spec.id for each in questions] == ["vendor.role"]
    assert [each.status for each in checked.assessment.findings] == [Status.OPEN]
    assert ask_questions(one, actor, "one", day, ["vendor.role"])[1] == ()
    assert one.log.head() == head

    answer_facts(one, actor, "one", {"vendor.role": FactValue(value="processor")})
    assert [each.spec.id for each in ask_questions(one, actor, "one", day)[1]] == ["contract.terms"]


def test_what_is_open_needs_no_reason_and_what_is_met_nothing_to_close_it(one, actor, day):
    answers = {"contract.terms": FactValue(value=["dpa.audit"])}
    answer_facts(one, actor, "one", answers)
    met = explain_finding(one, actor, "one", "L-1", day)
    assert (met.finding.status, met.closes) == (Status.MET, ())
    assert "contract.terms" in met.suffices

    answer_facts(one, actor, "one", {"data.personal": FactValue(value=False)})
    other = explain_finding(one, actor, "one", "L-1", day)
    assert (other.finding.status, other.suffices, other.closes) == (Status.NOT_APPLICABLE, ("data.personal",), ())
    assert other.met  # its condition is shown all the same

    answer_facts(one, actor, "one", {"data.personal": None})
    unknown = explain_finding(one, actor, "one", "L-1", day)
    assert (unknown.finding.status, unknown.suffices, unknown.closes) == (Status.OPEN, (), ())


def test_of_a_set_all_that_it_gains_or_loses_is_said_together(small, actor, arrangement, day):
    from ..library.trees import spoil

    both = 'has_all(contract.terms, ["dpa.audit", "dpa.more"]) && !("dpa.none" in contract.terms) && contract.days < 9'
    swap = spoil("rules/law/obligations/one.yaml", ("met: '\"dpa.audit\" in contract.terms'", f"met: '{both}'"))
    ports = small(**swap)
    save_project(ports, actor, arrangement.with_answer("contract.terms", FactValue(value=["dpa.none"])))
    answer_facts(ports, actor, "one", {"contract.days": FactValue(value=30)})
    (way,) = explain_finding(ports, actor, "one", "L-1", day).closes
    assert way == (
        "contract.days: 8",
        "contract.terms: add “dpa.audit” and “dpa.more”",
        "contract.terms: without “dpa.none”",
    )


@pytest.mark.slow
def test_every_way_that_is_said_to_close_a_gap_is_worded(world, actor, saved, day):
    checked = read_check(world, saved.id, day)
    gaps = [each for each in checked.assessment.findings if each.status is Status.GAP]
    assert gaps
    for finding in gaps[::9]:
        found = explain_finding(world, actor, saved.id, finding.obligation.id, day)
        assert found.suffices
        for way in found.closes:
            assert way
            assert all(each.isprintable() for each in way)


def test_a_change_that_is_tried_out_changes_findings_and_nothing_else(one, actor, day):
    head = one.log.head()
    tried = try_changes(one, actor, "one", {"contract.terms": FactValue(value=["dpa.audit"])}, day)
    ((before, after),) = tried.changed
    assert (before.obligation.id, before.status, after.status) == ("L-1", Status.GAP, Status.MET)
    assert (tried.before.assessment.count(Status.GAP), tried.after.assessment.count(Status.GAP)) == (1, 0)
    assert read_project(one, actor, "one").answers["contract.terms"].value == []
    assert one.log.head() == head


@pytest.mark.parametrize(("answers", "status"), [
    ({"data.personal": None}, Status.OPEN), ({"data.personal": FactValue(value=False)}, Status.NOT_APPLICABLE),
    ({"data.personal": None, "vendor.role": FactValue(value="controller")}, Status.NOT_APPLICABLE),
    ({"contract.terms": None}, Status.OPEN),
])  # fmt: skip
def test_facts_are_tried_out_as_otherwise_or_unknown(one, actor, day, answers, status):
    ((_, after),) = try_changes(one, actor, "one", answers, day).changed
    assert after.status is status


def test_bare_values_are_tried_out_too(one, actor, day):
    ((_, after),) = try_changes(one, actor, "one", {"contract.terms": ["dpa.audit"]}, day).changed
    assert after.status is Status.MET


@pytest.mark.parametrize("answers", [{}, {"contract.days": FactValue(value=3)}, {"contract.days": None}])
def test_what_matters_to_no_finding_changes_none(one, actor, day, answers):
    assert try_changes(one, actor, "one", answers, day).changed == ()


@pytest.mark.parametrize(("fact", "answer", "message"), [
    ("vendor.rol", FactValue(value="processor"), "there is no fact `vendor.rol`"),
    ("vendor.rol", None, "there is no fact `vendor.rol`"),
    ("vendor.role", FactValue(value="boss"), "`vendor.role` cannot be `boss`"),
    ("contract.days", FactValue(value=-1), "`contract.days` cannot be `-1`"),
])  # fmt: skip
def test_only_facts_can_be_tried_out(one, actor, day, fact, answer, message):
    with pytest.raises(FactError, match=message):
        try_changes(one, actor, "one", {"data.personal": FactValue(value=True), fact: answer}, day)
    with pytest.raises(StoreError):
        try_changes(one, actor, "two", {}, day)


def test_a_change_is_tried_out_on_the_facts_and_with_the_waivers_of_the_day(one, actor, day, clock):
    granted = grant_waiver(one, actor, "one", "L-1", reason="booked for March", expires_on=day + timedelta(days=5))
    clock.time += timedelta(days=10)
    answer_facts(one, actor, "one", {"contract.terms": FactValue(value=["dpa.audit"])})
    then = try_changes(one, actor, "one", {"data.personal": FactValue(value=False)}, day)
    now = try_changes(one, actor, "one", {"data.personal": FactValue(value=False)}, day + timedelta(days=10))
    assert [(before.status, after.status) for before, after in then.changed] == [(Status.GAP, Status.NOT_APPLICABLE)]
    assert [(before.status, after.status) for before, after in now.changed] == [(Status.MET, Status.NOT_APPLICABLE)]
    assert (then.before.waivers, now.before.waivers) == ({"L-1": granted}, {})


def test_a_check_of_an_earlier_day_has_the_facts_of_that_day(one, actor, day, clock, logged):
    """A report can be made again: the law, the facts and the waivers are those of the day."""
    first = check_gaps(one, actor, "one", day)
    clock.time += timedelta(days=10)
    answer_facts(one, actor, "one", {"contract.terms": FactValue(value=["dpa.audit"])})
    again = check_gaps(one, actor, "one", day)
    assert again.assessment.findings == first.assessment.findings
    assert again.project.version == 1
    assert check_gaps(one, actor, "one", day + timedelta(days=10)).assessment.findings[0].status is Status.MET
    assert logged()[-1].kind == "assessment.saved"


def test_what_is_done_once_is_planned_from_the_findings(world, actor, saved, day):
    checked = read_check(world, saved.id, day)
    assert list_controls(world, actor, saved.id, day) == plan_once(world, checked)
    plans = plan_once(world, checked)
    assert len(plans) > 20
    assert [plan.weight for plan in plans] == sorted((plan.weight for plan in plans), reverse=True)
    status = {each.obligation.id: each.status for each in checked.assessment.findings}
    for plan in plans:
        served = {each.obligation for each in plan.control.serves}
        for findings, wanted in ((plan.gaps, Status.GAP), (plan.open, Status.OPEN), (plan.met, Status.MET)):
            assert {each.obligation.id for each in findings} == {id_ for id_ in served if status.get(id_) is wanted}
        assert plan.gaps or plan.open
