"""What changed between two books of law."""

from datetime import date

import pytest
from hypothesis import given

from govern.conditions import format_condition
from govern.rules import ChangeKind, Obligation, assess, compare_books, written_out

from ..conditions.worlds import examples
from .test_assessment import ANSWERS, CONDITIONS
from .world import CITE, DAY, book, definition, obligation, pack, parameter, resolve

LATER = date(2027, 7, 1)
DEFINED = [definition("law.live", 'data.personal && vendor.role == "processor"')]
LIMIT = parameter("law.limit", "integer", {"from": DAY, "value": 10}, {"from": LATER, "value": 20})


def law(*obligations, definitions=DEFINED, **more):
    return book(pack(*obligations, definitions=definitions, parameters=[LIMIT]), **more)


def said(changes):
    return [
        (each.obligation, each.kind.value, each.fields, tuple(one.name for one in each.conditions)) for each in changes
    ]


ONE = obligation("L-1", "law.live", "vendor.staff < law.limit")
TWO = obligation("L-2", "data.personal", "proof.policy")
THREE = obligation("L-3", "data.personal", "proof.policy")
FOUR = obligation("L-4", "data.personal", "proof.policy")


def test_nothing_changes_between_a_book_and_itself():
    assert compare_books(law(ONE, TWO), law(ONE, TWO)) == ()
    assert compare_books(law(ONE, TWO), law(TWO, ONE)) == ()


def test_what_was_added_ended_and_changed_stands_in_this_order():
    before = law(TWO, ONE, FOUR, THREE)
    after = law(
        THREE | {"title": "Do more"},
        obligation("L-0", "true", "true"),
        ONE | {"text": "x"},
        obligation("L-9", "true", "true"),
    )
    changes = compare_books(before, after)

    assert said(changes) == [
        ("L-0", "added", (), ()),
        ("L-9", "added", (), ()),
        ("L-2", "ended", (), ()),
        ("L-4", "ended", (), ()),
        ("L-3", "changed", ("title",), ()),
        ("L-1", "changed", ("text",), ()),
    ]
    assert [each.kind for each in changes] == sorted((each.kind for each in changes), key=list(ChangeKind).index)
    for change in changes[:2]:
        assert (change.before, change.after) == (None, after.get_rule(change.obligation).obligation)
    for change in changes[2:4]:
        assert (change.before, change.after) == (before.get_rule(change.obligation).obligation, None)
    assert changes[4].before == before.get_rule("L-3").obligation
    assert changes[4].after == after.get_rule("L-3").obligation


OTHER = {
    "title": "Do something else",
    "cite": CITE | {"pinpoint": "Art. 2"},
    "topic": "another topic",
    "text": "Somebody else must do it.",
    "actor": "processor",
    "trigger": "breach",
    "requires_terms": ("dpa.audit",),
    "severity": "low",
    "penalty": "Art. 83(5)",
    "remedy": "Do it later.",
    "evidence": ("policy",),
    "same_as": ("O-1",),
    "spec": "another",
}


@pytest.mark.parametrize("name", OTHER)
def test_a_field_that_differs_is_named(name):
    assert said(compare_books(law(TWO), law(TWO | {name: OTHER[name]}))) == [("L-2", "changed", (name,), ())]


def test_all_fields_are_compared_but_those_that_are_no_law():
    """The conditions are compared written out; when it is in force and who looked at it is not what it asks."""
    assert set(OTHER) == set(Obligation.model_fields) - {"id", "applies", "met", "in_force", "review"}

    reviewed = TWO | {"review": {"verified": True, "by": "counsel"}, "in_force": {"from": date(2020, 1, 1)}}
    assert compare_books(law(TWO), law(reviewed)) == ()


def test_fields_are_named_in_their_order():
    assert compare_books(law(TWO), law(TWO | OTHER))[0].fields == tuple(
        name for name in Obligation.model_fields if name in OTHER
    )


def test_a_condition_that_is_only_written_otherwise_is_no_change():
    written = ONE | {
        "applies": '  ((data.personal) && vendor.role == "processor")',
        "met": "vendor.staff<10",
    }

    assert compare_books(law(ONE), law(written, definitions=[])) == ()
    assert compare_books(law(written, definitions=[]), law(ONE)) == ()


def test_a_definition_that_changed_changes_every_condition_that_reads_it():
    wider = [definition("law.live", 'data.personal && vendor.role in ["processor", "none"]')]
    (change,) = compare_books(law(ONE, TWO), law(ONE, TWO, definitions=wider))

    assert said([change]) == [("L-1", "changed", (), ("applies",))]
    (condition,) = change.conditions
    assert format_condition(condition.before) == 'data.personal && vendor.role == "processor"'
    assert format_condition(condition.after) == 'data.personal && vendor.role in ["processor", "none"]'


def test_a_figure_that_changes_on_a_day_changes_the_law_of_that_day():
    (change,) = compare_books(law(ONE, TWO), law(ONE, TWO, day=LATER))

    assert said([change]) == [("L-1", "changed", (), ("met",))]
    assert [format_condition(each) for each in (change.conditions[0].before, change.conditions[0].after)] == [
        "vendor.staff < 10",
        "vendor.staff < 20",
    ]


def test_what_goes_out_of_force_has_ended_and_a_definition_leaves_its_name():
    ends = {"in_force": {"until": LATER}}
    old = [definition("law.live", "data.personal", **ends)]
    before, after = (law(ONE, TWO | ends, definitions=old, day=day) for day in (DAY, LATER))

    assert said(compare_books(before, after)) == [
        ("L-2", "ended", (), ()),
        ("L-1", "changed", (), ("applies", "met")),
    ]
    assert format_condition(compare_books(before, after)[1].conditions[0].after) == "law.live"


def test_a_field_and_both_conditions():
    new = TWO | {"severity": "low", "applies": "data.health", "met": "!proof.policy"}

    assert said(compare_books(law(TWO), law(new))) == [("L-2", "changed", ("severity",), ("applies", "met"))]


def test_written_out_a_condition_has_the_definitions_and_figures_of_its_book():
    rule = law(ONE).get_rule("L-1")

    assert format_condition(written_out(rule.met_node, law(day=LATER))) == "vendor.staff < 20"
    assert format_condition(written_out(rule.applies_node, law())) == 'data.personal && vendor.role == "processor"'


@given(CONDITIONS, CONDITIONS, CONDITIONS, ANSWERS)
@examples(200)
def test_there_and_back_the_changes_are_the_same_and_without_one_the_finding_is(one, other, met, answers):
    before, after = (
        book(
            pack(
                obligation("L-1", "law.processor", met),
                obligation(f"L-{text}", "true", "true"),
                definitions=[definition("law.processor", text.replace("law.processor", "data.health"))],
                parameters=[parameter("law.threshold", "integer", {"from": DAY, "value": 10})],
            )
        )
        for text in (one, other)
    )
    there, back = compare_books(before, after), compare_books(after, before)

    turned = {"added": "ended", "ended": "added", "changed": "changed"}
    assert sorted(said(there)) == sorted((id_, turned[kind], *rest) for id_, kind, *rest in said(back))
    if not any(each.kind is ChangeKind.CHANGED for each in there):
        first, second = (assess(each, resolve(answers)).findings[0] for each in (before, after))
        assert (first.status, first.reasons, first.missing) == (second.status, second.reasons, second.missing)
