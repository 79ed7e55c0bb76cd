"""The solver's answers are those of the evaluator: what it finds holds, and what it says is nowhere is nowhere."""

import sys
from datetime import date, timedelta
from decimal import Decimal
from itertools import chain, combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govern.conditions import (
    And,
    Call,
    Compare,
    In,
    ListLiteral,
    Literal,
    Name,
    Not,
    Or,
    evaluate,
    format_condition,
    inline,
    parse_condition,
)
from govern.errors import RefusedError
from govern.kernel import Kind, MapValue, check_value
from govern.solver import Solver, has_solver

from ..conditions.worlds import DAY, SPECS, VALUES, atoms, conditions, examples, orders, spec

needs_solver = pytest.mark.skipif(not has_solver(), reason="needs the SMT solver: pip install 'govern[solver]'")

FACTS = {
    **SPECS,
    "s.regions": spec("s.regions", "set", values=("US", "US-CA", "IN"), implies={"US-CA": ("US",)}),
    "s.open": spec("s.open", "set"),
    "s.free": spec("s.free", "set"),
    "c.more": spec("c.more", "countries"),
    "m.free": spec("m.free", "map"),
    "n.bounded": spec("n.bounded", "integer", minimum=Decimal(3), maximum=Decimal(5)),
    "n.part": spec("n.part", "decimal", minimum=Decimal("0.25"), maximum=Decimal("0.5")),
}


def ask(text, wanted=True, day=DAY):
    """What the solver says of a condition as it is written."""
    return Solver(FACTS.get, day).find_facts(parse_condition(text), wanted)


def compare(one, other):
    return Solver(FACTS.get, DAY).find_difference(parse_condition(one), parse_condition(other))


def verdict(node, facts):
    return evaluate(node, facts, DAY).verdict


def check_answers(facts):
    """What was found can be typed as answers, and is read as the same values."""
    for id_, value in facts.items():
        of = FACTS[id_]
        if of.kind is Kind.RECORDS:
            assert len(value) <= 1000
            continue
        if of.kind is Kind.TEXT:  # as the condition writes it, be it empty
            continue
        raw = dict(value.rows) if isinstance(value, MapValue) else value
        assert check_value(of.model_copy(update={"coarse": {}}), raw) == value, (id_, value)


# --- any condition over facts of every kind; names that nothing declares are the law's figures without force


def total():
    """Values for all facts at once."""
    values = {id_: VALUES[of.kind] for id_, of in FACTS.items()}
    few = st.frozensets(st.sampled_from(["a", "b", "x", "y"]))
    regions = st.frozensets(st.sampled_from(FACTS["s.regions"].values)).map(
        lambda chosen: chosen | {"US"} if "US-CA" in chosen else chosen
    )
    text = st.sampled_from(["a", "x", "DE"])
    own = {
        "t.name": text | VALUES[Kind.TEXT],
        "s.regions": regions,
        "s.open": few,
        "s.free": few,
        "n.bounded": st.integers(3, 5),
    }
    own["n.part"] = st.sampled_from([Decimal("0.25"), Decimal("0.4"), Decimal("0.5")])
    return st.fixed_dictionaries({**values, **own})


@st.composite
def open_sets(draw):
    """Sets that may have any member: membership, size, and one beside another."""
    pairs = [
        ("s.open", "s.free"),
        ("c.many", "c.more"),
        ("s.open", "s.tags"),
        ("m.free", "s.free"),
        ("n.gone", "s.open"),
    ]
    id_, other = draw(st.sampled_from(pairs))
    if draw(st.booleans()):
        id_, other = other, id_
    if draw(st.integers(0, 4)) == 0:
        return In(Name(draw(st.sampled_from(("c.home", "t.name", "e.kind", "law.figure")))), Name(id_))
    words = ["DE", "IN"] if id_.startswith("c.") else ["a", "b"]
    function = draw(st.sampled_from(("in", "any", "all", "any names", "all names", "size", "sizes")))
    if function == "in":
        return In(Literal(draw(st.sampled_from(words))), Name(id_))
    if function == "size":
        return Compare(draw(orders), Call("size", (Name(id_),)), Literal(draw(st.integers(-1, 4))))
    if function == "sizes":
        return In(Call("size", (Name(id_),)), ListLiteral((Literal(1), Literal(3))))
    listed = draw(st.lists(st.sampled_from(words), max_size=2))
    right = Name(other) if "names" in function else ListLiteral(tuple(Literal(each) for each in listed))
    both = (Name(id_), right) if draw(st.booleans()) else (right, Name(id_))
    return Call("has_any" if "any" in function else "has_all", both)


def bounded():
    """Numbers with bounds, and the law's figures that may not be in force."""
    figures = st.sampled_from((Literal(4), Literal(7), Literal(0), Name("n.whole"), Name("law.figure")))
    parts = st.sampled_from((Literal(Decimal("0.30")), Literal(1), Name("n.share"), Name("n.whole")))
    since = st.sampled_from((Literal(12), Literal(0), Literal(-3), Name("law.figure")))
    return st.one_of(
        st.builds(Compare, orders, st.just(Name("n.bounded")), figures),
        st.builds(Compare, orders, st.just(Name("n.part")), parts),
        st.builds(Compare, orders, st.just(Call("months_since", (Name("d.start"),))), since),
        st.builds(Compare, orders, st.just(Call("days_until", (Name("d.end"),))), since),
        st.just(In(Name("law.figure"), ListLiteral(()))),
        st.just(Call("has_any", (Name("s.open"), Name("law.list")))),
        st.sampled_from(("US", "US-CA")).map(lambda each: In(Literal(each), Name("s.regions"))),
    )


CONDITIONS = conditions(st.one_of(atoms(), open_sets(), bounded()))


@needs_solver
@given(CONDITIONS, st.booleans(), st.lists(total(), min_size=1, max_size=6))
@examples(500)
def test_facts_that_are_found_hold_and_there_are_none_where_it_says_so(node, wanted, worlds):
    answer = Solver(FACTS.get, DAY).find_facts(node, wanted)

    if answer.facts is not None:
        assert answer.decided
        assert verdict(node, answer.facts) is wanted
        check_answers(answer.facts)
        for fact in answer.facts:
            without = {key: value for key, value in answer.facts.items() if key != fact}
            assert verdict(node, without) is None  # no fact to spare
    elif answer.decided:
        assert all(verdict(node, facts) is not wanted for facts in worlds)


@needs_solver
@given(CONDITIONS, CONDITIONS, st.lists(total(), min_size=1, max_size=6))
@examples(300)
def test_a_difference_that_is_found_is_one_and_there_is_none_where_it_says_so(one, other, worlds):
    answer = Solver(FACTS.get, DAY).find_difference(one, other)

    if answer.facts is not None:
        assert answer.decided
        assert verdict(one, answer.facts) is not verdict(other, answer.facts)
        check_answers(answer.facts)
    elif answer.decided:
        assert all(verdict(one, facts) is verdict(other, facts) for facts in worlds)


def rewritten(node):
    """The same condition otherwise written."""
    match node:
        case Not(operand):
            return Not(rewritten(operand))
        case And(parts):
            return Not(Or(tuple(Not(rewritten(part)) for part in reversed(parts))))
        case Or(parts):
            return Not(And(tuple(Not(rewritten(part)) for part in reversed(parts))))
        case Compare("<=", left, right):
            return Not(Compare(">", left, right))
        case Compare("!=", left, right):
            return Not(Compare("==", left, right))
    return Not(Not(node))


@needs_solver
@given(CONDITIONS)
@examples(200)
def test_what_is_only_written_otherwise_never_differs(node):
    assert Solver(FACTS.get, DAY).find_difference(node, rewritten(node)).facts is None


# --- small worlds, all of them


def subsets(values):
    return [frozenset(each) for each in chain.from_iterable(combinations(values, n) for n in range(len(values) + 1))]


SMALL = {
    "b.one": [True, False],
    "t.name": ["a", "x", "z"],
    "s.open": subsets(["a", "b", "x", "y"]),
    "s.free": subsets(["a", "x", "y"]),
    "d.start": [DAY - timedelta(days=400), DAY],
}
WORLDS = [dict(zip(SMALL, values, strict=True)) for values in product(*SMALL.values())]
NARROW = conditions(
    st.sampled_from([
        parse_condition(text)
        for text in (
            "b.one", 't.name == "a"', 't.name in ["a", "b"]', "t.name in s.open", "t.name in s.free",
            '"a" in s.open', '"b" in s.open', '"a" in s.free',
            "has_any(s.open, s.free)", "has_all(s.open, s.free)", "has_all(s.free, s.open)", "size(s.open) > 1",
            "size(s.free) == 1", "size(s.open) == 0", 'has_any(s.open, ["a", "b"])', 'has_all(s.free, ["a"])',
            "months_since(d.start) > 12", "law.figure",
        )
    ])
)  # fmt: skip


@needs_solver
@given(NARROW, st.booleans())
@examples(150)
def test_facts_are_found_wherever_there_are_some(node, wanted):
    answer = Solver(FACTS.get, DAY).find_facts(node, wanted)

    assert answer.decided or "true" in format_condition(node) or "false" in format_condition(node)
    if any(verdict(node, facts) is wanted for facts in WORLDS):
        assert answer.facts is not None or not answer.decided


@needs_solver
@given(NARROW, NARROW)
@examples(100)
def test_a_difference_is_found_wherever_there_is_one(one, other):
    answer = Solver(FACTS.get, DAY).find_difference(one, other)

    if any(verdict(one, facts) is not verdict(other, facts) for facts in WORLDS):
        assert answer.facts is not None or not answer.decided


# --- one by one

FOUND = {
    "b.one && !b.two": {"b.one": True, "b.two": False},
    'e.kind == "red" || b.one && !b.one': {"e.kind": "red"},
    "n.bounded > 4": {"n.bounded": 5},
    '"US-CA" in s.regions': {"s.regions": frozenset({"US", "US-CA"})},
    "size(s.tags) == 3": {"s.tags": frozenset({"a", "b", "c d"})},
    "size(r.subs) == 2": {"r.subs": ({}, {})},
    'size(m.tool) == 2 && !("a" in m.tool)': {"m.tool": MapValue.of({"ZZ": "b", "ZY": "c d"})},
    'c.home != "DE" && c.home != "ZZ"': {"c.home": "ZY"},
    't.name != "another"': {"t.name": "another 2"},
    "days_until(d.end) == 30": {"d.end": DAY + timedelta(days=30)},
    "true": {},
}  # fmt: skip


@needs_solver
@pytest.mark.parametrize("text", FOUND)
def test_the_fewest_facts_are_found(text):
    answer = ask(text)
    assert answer.decided
    assert answer.facts == FOUND[text]


@needs_solver
@pytest.mark.parametrize("text", [
    "b.one && !b.one", "false", "n.bounded > 5", "n.bounded < 3", "n.part > 0.50", 'size(s.tags) > 3',
    "size(s.open) < 0", 'e.kind == "red" && e.kind == "blue"', "has_any(s.open, s.free) && size(s.free) == 0",
    "size(r.subs) > 1000",
    'has_all(s.open, ["a", "b"]) && size(s.open) < 2',
    "has_all(s.open, s.free) && size(s.free) > 1 && size(s.open) < 2",
    "months_since(d.start) > 12 && days_until(d.start) > 0", '"US-CA" in s.regions && !("US" in s.regions)',
    "has_any(s.open, [])", "law.figure", "!law.figure", "n.whole > law.figure", '"a" in law.list', "size(law.list) > 0",
    '"health" in c.many', 'has_any(s.tags, law.list)', "law.figure in []", "law.figure in [1]",
    "months_since(law.day) > 1", "e.kind in s.tags", "c.home in c.many && size(c.many) == 0", "c.home in law.list",
    "law.figure in c.many", 'c.home == "DE" && c.home in c.many && !("DE" in c.many)',
    "months_since(d.start) > law.figure", "days_until(law.day) > 1", "months_since(d.start) > 999999999999",
])  # fmt: skip
def test_what_no_facts_can_make_true_is_said_to_be_so(text):
    assert ask(text) == type(ask(text))(True, None)


@needs_solver
@pytest.mark.parametrize("text", [
    "size(c.many) >= 2", 'size(c.many) == 2 && "ZZ" in c.many && !("ZY" in c.many)',
    "size(s.open) > 0 && size(s.free) > 0 && !has_any(s.open, s.free)",
    'size(s.free) == 1 && has_any(s.open, s.free) && "x" in s.open && size(s.open) == 1', "size(s.open) in [3]",
    "has_all(s.open, s.free) && !has_all(s.free, s.open)", "has_any(s.open, s.tags) && size(s.open) == 1",
    "e.kind in s.open", 'c.home in c.many && !(c.home in c.more) && c.home != "DE"',
    "c.home in c.many && size(c.many) == 1",
    'c.home == "DE" && c.home in c.many && size(c.many) == 1',
    "c.home != t.name && c.home in c.many && t.name in c.many",
    "months_since(d.start) > -999999999999", "size(r.subs) == 1000", "c.home != t.name", "!has_all(s.open, s.free)",
])  # fmt: skip
def test_sets_with_any_members_have_as_many_as_it_takes(text):
    answer = ask(text)
    assert answer.facts is not None
    assert verdict(parse_condition(text), answer.facts) is True
    check_answers(answer.facts)


@needs_solver
@pytest.mark.parametrize("text", [
    't.name == "a" && t.name < "b"', 'c.home > "A"', "b.one < true", "b.one < b.two", "b.one in [b.two == true]",
    "(b.one && b.two) == true", "12 > months_since(d.start)", "months_since(d.start) > n.whole",
    "size(c.many) > n.whole", "size(c.many) > 1000000", "months_since(d.start) > 1.5",
    "has_any(s.open, c.many)", "[[1]] == [[1]]",
    "n.whole > 1 && size(s.open) > size(s.free)", "months_since(d.start) in [n.whole]",
])  # fmt: skip
def test_what_the_formulas_cannot_say_is_undecided_and_never_denied(text):
    assert ask(text) == type(ask(text))(False, None)


@needs_solver
@pytest.mark.parametrize("day", [date(2026, 11, 24), date(2028, 2, 29), date(2027, 3, 31), date(2027, 1, 1)])
@pytest.mark.parametrize("months", [-25, -1, 0, 1, 2, 12, 36])
@pytest.mark.parametrize("op", ["==", "!=", "<", "<=", ">", ">="])
def test_the_months_turn_on_the_day_on_which_they_turn(day, months, op):
    """Of all days around the turn, those on which the solver says yes are those on which the evaluator does."""
    node = parse_condition(f"months_since(d.start) {op} {months}")
    around = [day - timedelta(days=30 * months + shift) for shift in range(-70, 71, 10)]
    solver = Solver(FACTS.get, day)
    for each in around:
        on = Compare("==", Call("days_until", (Name("d.start"),)), Literal((each - day).days))
        found = solver.find_facts(And((node, on)), True)
        assert found.decided
        assert (found.facts is not None) is evaluate(node, {"d.start": each}, day).verdict


@needs_solver
def test_a_date_of_the_law_is_compared_as_a_day():
    deadline = inline(parse_condition("d.end > law.deadline"), {}, {"law.deadline": DAY})
    facts = Solver(FACTS.get, DAY).find_facts(deadline, True).facts
    assert facts["d.end"] > DAY


DIFFERENT = [
    ("b.one", "b.one && b.two", {"b.one": True, "b.two": False}, (True, False)),
    ("n.whole > 3", "n.whole >= 3", {"n.whole": 3}, (False, True)),
    ("b.one && law.figure", "b.one", {"b.one": True}, (None, True)),
    ('"a" in law.list', "false", {}, (None, False)),
    ("b.one && n.whole < law.figure", "b.one && b.two", {"b.one": True, "b.two": True}, (None, True)),
]


@needs_solver
@pytest.mark.parametrize(("one", "other", "facts", "verdicts"), DIFFERENT)
def test_a_difference_comes_with_facts_that_show_it_whole(one, other, facts, verdicts):
    """Facts are left out only where both verdicts stay what they are: unknown is said where the law leaves it so."""
    answer = compare(one, other)
    found = verdict(parse_condition(one), answer.facts), verdict(parse_condition(other), answer.facts)
    assert answer.decided
    if None not in verdicts:
        assert answer.facts == facts
        assert found == verdicts
    assert found[0] is not found[1]


@needs_solver
@pytest.mark.parametrize(("one", "other"), [
    ("b.one", "!!b.one"), ("n.whole > 3", "!(n.whole <= 3)"), ("n.whole > 3", "n.whole >= 4"),
    ('e.kind in ["red", "blue"]', 'e.kind != "green"'), ("size(s.tags) == 3", 'has_all(s.tags, ["a", "b", "c d"])'),
    ("b.one && (b.two || !b.two)", "b.one"), ("law.figure", "law.other"), ('"a" in law.list', '"b" in law.list'),
    ("months_since(d.start) > 3", "months_since(d.start) >= 4"),
    ('"US-CA" in s.regions', 'has_all(s.regions, ["US", "US-CA"])'),
    ("size(c.many) > 0", "size(c.many) != 0"),
])  # fmt: skip
def test_what_says_the_same_is_known_to_say_the_same(one, other):
    assert compare(one, other) == type(compare(one, other))(True, None)


def test_without_the_extra_it_is_refused_with_a_way_to_have_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "z3", None)
    assert not has_solver()
    with pytest.raises(RefusedError) as caught:
        Solver(FACTS.get, DAY)
    assert caught.value.hint == "install it: pip install 'govern[solver]'"


@needs_solver
def test_every_condition_of_the_packs_is_decided(content):
    """Those of one day; a solver that gives up is of no use."""
    from govern.rules import build_book, written_out

    book = build_book(content.packs(), content.vocabulary(), DAY)
    solver = Solver(content.find_fact, DAY)
    for rule in book.rules[::7]:
        for node in (rule.applies_node, rule.met_node):
            answer = solver.find_facts(written_out(node, book), True)
            assert answer.decided, rule.obligation.id
