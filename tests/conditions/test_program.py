"""A program gives the verdicts of the evaluator, on every input."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govern.conditions import Program, evaluate, parse_condition
from govern.kernel import MapValue, PartialSet

from .worlds import DAY, atoms, conditions, definitions, examples, facts


@given(
    st.lists(conditions(atoms()), min_size=1, max_size=3),
    definitions(atoms()),
    st.lists(facts(), min_size=1, max_size=4),
)
@examples(700)
def test_program_equals_evaluator(nodes, made, worlds):
    program = Program(dict(enumerate(nodes)), made)

    for values in worlds:
        want = {key: evaluate(node, values, DAY, made).verdict for key, node in enumerate(nodes)}
        assert program.verdicts(values, DAY) == want
        assert program.encoded(values, DAY) == tuple({False: 0, None: 1, True: 3}[each] for each in want.values())


ATOMS = (
    "b.one", "!b.one", "e.kind == \"red\"", "!(n.whole < 3)", "n.share >= 2.50", "n.whole in [1, 2]", "e.kind in []",
    '"a" in s.tags', '!("a" in s.tags)', 'has_any(s.tags, ["a", "z"])', '!has_any(s.tags, ["a"])',
     "has_any(s.tags, [])",
    'has_all(s.tags, ["a"])', "has_any(s.tags, s.more)", "size(s.tags) > 1", "d.start < d.end",
     "months_since(d.start) > 3",
    "days_until(d.end) < 30", "def.first", "!def.first", "def.first == true", "def.first in [true]", "true", "!false",
    "1 < 2", "[[1]] == [[1]]", "e.kind in s.tags", '"a" in ["a"]', "n.whole in [1] || n.whole in [1]",
)  # fmt: skip
WORLDS = (
    {},
    {
        "b.one": True,
        "e.kind": "red",
        "n.whole": 2,
        "n.share": 2,
        "s.tags": frozenset("a"),
        "d.start": DAY,
        "d.end": DAY,
    },
    {"b.one": False, "e.kind": "a", "n.whole": 7, "n.share": 3, "s.tags": frozenset(), "s.more": frozenset("a")},
    {"s.tags": PartialSet.of({"z"}, {"a"}), "s.more": PartialSet.of((), {"a"})},
    {"s.tags": MapValue.of({"DE": "a", "IN": "b"}), "s.more": frozenset("b")},
)


@pytest.mark.parametrize("text", ATOMS)
def test_every_shape_of_atom(text):
    node, made = parse_condition(text), {"def.first": parse_condition("b.one && !(n.whole == 7)")}
    program = Program({"it": node}, made)

    for values in WORLDS:
        assert program.verdicts(values, DAY) == {"it": evaluate(node, values, DAY, made).verdict}


def test_true_and_one_are_not_the_same_atom():
    texts = {"whole": "n.whole == 1", "boolean": "b.one == true", "list": "n.whole in [1]", "words": "b.one in [true]"}
    program = Program({key: parse_condition(text) for key, text in texts.items()}, {})

    assert program.verdicts({"n.whole": 1, "b.one": False}, DAY) == {
        "whole": True, "boolean": False, "list": True, "words": False,
    }  # fmt: skip


def test_thousands_of_operands():
    """The compiler's stack is not the limit, whichever way an author writes a long list."""
    text = "||".join(f"a{index}" for index in range(2_900))
    node = parse_condition(text)

    assert Program({"it": node}, {}).verdicts({"a2899": True}, DAY) == {"it": True}
    assert Program({"it": parse_condition(f"!({text})")}, {}).verdicts({}, DAY) == {"it": None}
    assert evaluate(node, {"a2899": True}, DAY).verdict is True


def test_values_are_constants_never_text():
    text = 'has_any(s.tags, ["\\"]) or __import__(\'os\') #", "k1", "ABSENT"]) || t.name == "__import__"'
    node = parse_condition(text)

    for values in ({"t.name": "__import__"}, {"s.tags": frozenset(("\"]) or __import__('os') #",))}, {}):
        assert Program({"it": node}, {}).verdicts(values, DAY) == {"it": evaluate(node, values, DAY).verdict}


def test_no_conditions():
    assert Program({}, {}).verdicts({}, DAY) == {}
