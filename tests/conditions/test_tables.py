"""Conditions as expressions over columns: what the law alone decides is decided when the plan is made."""

from datetime import date

import pytest

from govern.conditions import Fixed, evaluate, parse_condition, plan_columns
from govern.conditions.columns import every, some
from govern.conditions.model import ListLiteral, Literal

from .worlds import DAY, SPECS

LAW = {
    "law.limit": 3,
    "law.other": 4,
    "law.on": True,
    "law.list": frozenset({"a", "b"}),
    "law.day": date(2026, 1, 5),
}


def plan(node, given=frozenset(SPECS)):
    specs = [spec for id_, spec in SPECS.items() if id_ in given]
    return plan_columns({"x": node}, {"def.on": parse_condition("law.on")}, specs, LAW, DAY)


def expression(text, given=frozenset(SPECS)):
    node = parse_condition(text) if isinstance(text, str) else text
    return plan(node, given).conditions["x"]


@pytest.mark.parametrize(
    "text",
    [
        "law.limit < law.other", "law.limit == law.other", "law.limit == law.unknown", "law.unknown != 3",
        "size(law.list) == 2", "size(law.list) > law.limit", "months_since(law.day) == 10", "days_until(law.day) < 5",
        "months_since(law.unknown) > 2", '"a" in law.list', '"z" in law.list', 'law.unknown in ["a"]',
        'has_any(law.list, ["a", "z"])', 'has_all(law.list, ["a", "z"])', "has_all(law.list, law.unknown)",
        "true == false", "law.on == true", "def.on != law.on", "law.on == law.unknown", "def.on in [true]",
    ],
)  # fmt: skip
def test_what_reads_the_law_alone_is_decided_at_once(text):
    definitions = {"def.on": parse_condition("law.on")}
    verdict = evaluate(parse_condition(text), LAW, DAY, definitions).verdict
    assert expression(text) == Fixed(verdict)


def test_a_day_of_the_law_is_compared_with_a_column():
    assert not isinstance(expression("d.start < law.day"), Fixed)


def test_logic_beside_a_fact_without_a_column_is_unknown():
    assert expression("b.one == (b.two && b.one)", given={"b.two"}) == Fixed(None)
    assert expression("(b.one || b.two) == (!law.unknown)") == Fixed(None)
    assert expression("b.one in [true]", given={"b.two"}) == Fixed(None)
    assert expression("b.one in law.unknown") == Fixed(None)


def test_what_is_no_condition_is_refused():
    with pytest.raises(TypeError):
        expression(ListLiteral((Literal("a"),)))


def test_nothing_joined_is_what_it_starts_from():
    assert every(()) == Fixed(True)
    assert some(()) == Fixed(False)
    assert every((Fixed(True), Fixed(True))) == Fixed(True)


def test_one_part_may_settle_a_join_and_what_is_said_twice_is_said_once():
    one, two, three = (expression(text) for text in ("b.one", "b.two", "b.three"))
    assert every((one, Fixed(False), two)) == Fixed(False)
    assert some((one, Fixed(True), two)) == Fixed(True)
    assert every((one, Fixed(True), one)) == some((one, Fixed(False), one)) == one
    assert every((every((one, two)), three, two)) == every((one, two, three))


def test_two_facts_of_kinds_that_have_no_common_column_are_left_to_the_evaluator():
    made = plan(parse_condition("d.start == n.whole"))
    assert not isinstance(made.conditions["x"], Fixed)
