"""Controls: what is done once and serves several laws, and which to do first."""

import pytest
from pydantic import ValidationError

from govern.rules import Control, Serving, assess, plan_controls

from .world import book, obligation, pack, resolve

LAW = pack(
    obligation("GAP-C", "true", "data.personal", severity="critical"),
    obligation("GAP-L", "true", "data.personal", severity="low"),
    obligation("OPEN-C", "true", "proof.policy", severity="critical"),
    obligation("OPEN-H", "proof.policy", "true", severity="high"),
    obligation("MET", "true", "!data.personal"),
    obligation("NOT", "data.personal", "true"),
)


def control(id_, *obligations):
    serves = tuple({"obligation": each, "relation": "intersects_with", "why": "it does"} for each in obligations)
    return Control(id=id_, title="A policy", do="Write it.", document="policy", serves=serves)


def plan(*controls):
    return plan_controls(controls, assess(book(LAW), resolve({"data.personal": False})))


def ids(findings):
    return [each.obligation.id for each in findings]


def test_a_plan_has_the_findings_that_a_control_serves_by_status():
    policy = control("policy", "MET", "OPEN-H", "GAP-L", "NOT", "GAP-C", "OTHER-LAW", "OPEN-C")
    (planned,) = plan(policy)

    assert planned.control == policy
    assert ids(planned.gaps) == ["GAP-L", "GAP-C"]
    assert ids(planned.open) == ["OPEN-H", "OPEN-C"]
    assert ids(planned.met) == ["MET"]
    assert planned.weight == 2 * (1 + 8) + (4 + 8)  # an open finding counts half


def test_what_would_close_nothing_is_left_out():
    assert plan(control("a", "MET", "NOT"), control("b", "OTHER-LAW"), control("c")) == ()
    assert [each.control.id for each in plan(control("a", "MET"), control("b", "OPEN-H"), control("c", "GAP-L"))] == [
        "b",
        "c",
    ]


def test_what_closes_most_severity_comes_first_and_of_two_alike_the_id_decides():
    found = plan(
        control("low", "GAP-L"),
        control("open", "OPEN-C"),
        control("z", "GAP-C"),
        control("a", "GAP-C"),
        control("both", "GAP-C", "GAP-L"),
    )

    assert [(each.control.id, each.weight) for each in found] == [
        ("both", 18),
        ("a", 16),
        ("z", 16),
        ("open", 8),
        ("low", 2),
    ]


@pytest.mark.parametrize(
    "wrong", [{"relation": "covers"}, {"more": 1}, {"why": None}], ids=["relation", "field", "reason"]
)
def test_a_serving_says_how_far_and_why(wrong):
    with pytest.raises(ValidationError):
        Serving(**{"obligation": "L-1", "relation": "equal", "why": "it is the same"} | wrong)


def test_a_control_has_no_other_fields_and_is_not_changed():
    with pytest.raises(ValidationError):
        Control(**control("a").model_dump() | {"owner": "x"})
    with pytest.raises(ValidationError):
        control("a").title = "another"
    with pytest.raises(ValidationError):
        control("a", "L-1").serves[0].why = "another"
