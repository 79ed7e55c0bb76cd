"""A condition with its definitions and the law's figures written out, and the atoms of its trace."""

from datetime import date
from decimal import Decimal
from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govern.conditions import evaluate, find_atoms, find_leaves, find_names, format_condition, inline, parse_condition
from govern.conditions.model import ListLiteral, Literal

from .worlds import DAY, SPECS, atoms, conditions, definitions, examples, facts

CONDITIONS, MADE = conditions(atoms()), definitions(atoms())
DEFINED = {
    "def.first": parse_condition("b.one && def.second"),
    "def.second": parse_condition("n.whole >= law.limit"),
}
LAW = {
    "law.limit": 3,
    "law.share": Decimal("2.50"),
    "law.on": False,
    "law.name": "red",
    "law.tags": frozenset(("c", "a")),
    "law.none": frozenset(),
}


@given(CONDITIONS, MADE, facts(), facts(partial=False), st.sets(st.sampled_from(sorted(SPECS))))
@examples(500)
def test_written_out_it_has_the_same_verdict(node, made, values, figures, chosen):
    """On random facts, some of which are the law's: they stand in the condition and are not told again."""
    law = {id_: value for id_, value in figures.items() if id_ in chosen}
    said = {id_: value for id_, value in values.items() if id_ not in law}
    written = inline(node, made, law)

    assert evaluate(written, said, DAY).verdict is evaluate(node, said | law, DAY, made).verdict
    assert set(find_names(written)).isdisjoint({*made, *law})
    assert inline(written, made, law) == written


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("def.first", "b.one && n.whole >= 3"),
        ("!def.second", "!(n.whole >= 3)"),
        ("def.first && b.two", "(b.one && n.whole >= 3) && b.two"),
        ("def.second || b.two", "n.whole >= 3 || b.two"),
        ("def.second == true", "(n.whole >= 3) == true"),
        ("b.one == def.second", "b.one == (n.whole >= 3)"),
        ("def.second in [true]", "(n.whole >= 3) in [true]"),
        ("n.share < law.share", "n.share < 2.50"),
        # what is always so is left out, or settles it
        ("law.on || b.one", "b.one"),
        ("b.one || !law.on", "true"),
        ("b.one && !law.on", "b.one"),
        ("law.on && b.one", "false"),
        ("law.on || law.on", "false"),
        ("!law.on && true", "true"),
        ("b.one && true && b.two", "b.one && b.two"),
        ("b.one || false || b.two", "b.one || b.two"),
        ("!(law.on || b.one && true)", "!b.one"),
        ("!(b.one || !law.on)", "false"),
        ("law.on == b.one", "false == b.one"),
        ("law.name in s.tags", '"red" in s.tags'),
        ("e.kind == law.name", 'e.kind == "red"'),
        ("e.kind in law.tags", 'e.kind in ["a", "c"]'),
        ("has_any(s.tags, law.tags)", 'has_any(s.tags, ["a", "c"])'),
        ("has_all(law.tags, s.tags)", 'has_all(["a", "c"], s.tags)'),
        ("has_any(s.tags, law.none)", "has_any(s.tags, [])"),
        ("size(law.tags) < n.whole", "2 < n.whole"),
        ("size(law.none) < n.whole", "0 < n.whole"),
        ('size(["a", "a"]) < n.whole', "2 < n.whole"),
        ("size(s.tags) < law.limit", "size(s.tags) < 3"),
        ("months_since(d.start) <= law.limit", "months_since(d.start) <= 3"),
        ("days_until(d.end) <= law.limit", "days_until(d.end) <= 3"),
        # what neither has is left as it is
        ("def.third && law.later > 1 || b.one", "def.third && law.later > 1 || b.one"),
        ('e.kind in ["red"] || b.one', 'e.kind in ["red"] || b.one'),
    ],
)
def test_definitions_and_figures_are_written_out(text, want):
    written = inline(parse_condition(text), DEFINED, LAW)

    assert written == parse_condition(want)
    assert format_condition(written) == want


def test_a_list_without_names_is_as_it_was():
    """Also where it is a function's other than size."""
    node = parse_condition('has_any(s.tags, ["a"])')

    assert inline(node, DEFINED, LAW) == node
    assert inline(node.args[1], DEFINED, LAW) is node.args[1]


def test_a_day_of_the_law_is_a_value_too():
    written = inline(parse_condition("d.start >= law.day"), {}, {"law.day": date(2025, 8, 2)})

    assert written.right == Literal(date(2025, 8, 2))
    assert evaluate(written, {"d.start": date(2025, 8, 1)}, DAY).verdict is False
    assert evaluate(written, {"d.start": date(2025, 8, 2)}, DAY).verdict is True


def test_a_definition_hides_a_figure_of_the_same_name():
    assert inline(parse_condition("def.first"), {"def.first": parse_condition("b.two")}, {"def.first": True}) == (
        parse_condition("b.two")
    )


def test_a_set_of_the_law_is_in_the_same_order_every_time():
    written = inline(parse_condition("e.kind in law.tags"), {}, {"law.tags": frozenset("zyxwa")})

    assert written.container == ListLiteral(tuple(map(Literal, "awxyz")))


LIKE = [
    "def.first",
    "b.one && def.second",
    "b.one && n.whole >= law.limit",
    "b.one && n.whole >= 3",
    "b.one && n.whole > 2",
    "def.second && b.one",
    "def.second",
    "n.whole >= 3",
    "!def.second",
    "!(n.whole >= law.limit)",
    "n.whole < law.limit",
    "def.second || def.first",
    "def.second || b.one && n.whole >= 3",
    "has_any(s.tags, law.tags)",
    'has_any(s.tags, ["a", "c"])',
    'has_any(s.tags, ["a"])',
]
WORLDS = [
    {id_: value for id_, value in (("b.one", one), ("n.whole", whole), ("s.tags", tags)) if value is not None}
    for one, whole, tags in product((True, False, None), (2, 3, None), (frozenset(), frozenset("c"), None))
]


def test_two_that_are_equal_written_out_say_the_same():
    def run(text):
        return [evaluate(parse_condition(text), LAW | values, DAY, DEFINED).verdict for values in WORLDS]

    written = {text: inline(parse_condition(text), DEFINED, LAW) for text in LIKE}
    alike = [(one, other) for one, other in combinations(LIKE, 2) if written[one] == written[other]]

    assert len(alike) == 6 + 1 + 1 + 1 + 1
    assert all(run(one) == run(other) for one, other in alike)


# The atoms of a trace --------------------------------------------------------------------------------------------


@given(CONDITIONS, MADE, facts())
@examples(300)
def test_leaves_are_the_atoms_with_their_verdicts(node, made, values):
    leaves = list(find_leaves(evaluate(node, values, DAY, made)))

    assert tuple(dict.fromkeys(leaf.node for leaf in leaves)) == find_atoms(node)
    for leaf in leaves:
        assert leaf.verdict is evaluate(leaf.node, values, DAY, made).verdict


def test_leaves_stand_in_order_and_a_definition_is_one_of_them():
    node = parse_condition("!(b.one || def.first) && n.whole == 1 && b.one && (b.two == (b.one && b.two))")
    trace = evaluate(node, {"b.one": True, "n.whole": 2}, DAY, {"def.first": parse_condition("b.two && b.three")})

    assert [(format_condition(leaf.node), leaf.verdict) for leaf in find_leaves(trace)] == [
        ("b.one", True),
        ("def.first", None),
        ("n.whole == 1", False),
        ("b.one", True),
        ("b.two == (b.one && b.two)", None),
    ]
