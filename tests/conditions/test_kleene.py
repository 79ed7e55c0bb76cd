"""The laws of Kleene's logic, sets known in part, dates, and settling by cases."""

from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govern.conditions import (
    UNKNOWN,
    Cases,
    Scope,
    compile_all,
    compile_condition,
    conjoin,
    deciding_facts,
    disjoin,
    evaluate,
    expand_names,
    find_atoms,
    find_cycle,
    find_names,
    missing_facts,
    months_between,
    name_expander,
    negate,
    parse_condition,
    possible_values,
)
from govern.conditions.analysis import MAX_COMBINATIONS
from govern.conditions.kleene import literal_value
from govern.conditions.model import And, Compare, ListLiteral, Literal, Not, Or, children
from govern.kernel import MapValue, PartialSet

from .worlds import (
    DAY,
    NAMES,
    REGIONS,
    SPECS,
    VALUES,
    atoms,
    conditions,
    definitions,
    examples,
    facts,
    set_atoms,
    spec,
    subsets,
)

CONDITIONS, MADE = conditions(atoms()), definitions(atoms())
verdicts = st.sampled_from((True, False, None))


def verdict(text, values=(), made=None, day=DAY):
    named = {id_: parse_condition(each) for id_, each in (made or {}).items()}
    return evaluate(parse_condition(text), dict(values), day, named).verdict


# Laws ------------------------------------------------------------------------------------------------------------


@given(st.lists(verdicts, min_size=1, max_size=4), st.randoms())
@examples(200)
def test_tables_of_any_width(given_, random):
    shuffled = random.sample(given_, len(given_))

    assert conjoin(given_) is conjoin(shuffled)
    assert disjoin(given_) is disjoin(tuple(shuffled))
    assert negate(conjoin(given_)) is disjoin([negate(each) for each in given_])
    assert negate(negate(given_[0])) is given_[0]


@given(CONDITIONS, CONDITIONS, facts())
@examples(300)
def test_de_morgan_commutativity_and_absorption(a, b, values):
    def run(node):
        return evaluate(node, values, DAY).verdict

    assert run(Not(And((a, b)))) is run(Or((Not(a), Not(b))))
    assert run(Not(Or((a, b)))) is run(And((Not(a), Not(b))))
    assert run(And((a, b))) is run(And((b, a)))
    assert run(Or((a, b))) is run(Or((b, a)))
    assert run(And((a, Or((a, b))))) is run(a)
    assert run(Not(Not(a))) is run(a)


def whole(value, members):
    """One of the sets that a set known in part may turn out to be."""
    return frozenset(value) | (value.possible & members) if type(value) is PartialSet else value


@given(CONDITIONS, MADE, facts(), facts(partial=False), subsets(REGIONS))
@examples(500)
def test_learning_more_never_changes_a_known_verdict(node, made, values, learnt, members):
    before = evaluate(node, values, DAY, made).verdict
    after = learnt | {id_: whole(value, members) for id_, value in values.items()}

    if before is not None:
        assert evaluate(node, after, DAY, made).verdict is before


@given(CONDITIONS, MADE)
@examples(150)
def test_nothing_is_unknown_when_all_is_known(node, made):
    values = {
        "b.one": True, "b.two": False, "b.three": True, "e.kind": "red", "e.other": "blue", "n.whole": 1, "n.count": 2,
        "s.tags": frozenset("a"), "s.more": frozenset(), "s.regions": frozenset(("IN",)), "n.share": 1, "c.home": "DE",
        "d.start": DAY, "d.end": DAY, "c.many": frozenset(("DE",)), "t.name": "", "m.tool": MapValue.of({"DE": "a"}),
        "r.subs": (),
    }  # fmt: skip
    trace = evaluate(node, values, DAY, made)

    assert isinstance(trace.verdict, bool)
    assert missing_facts(trace) == ()


# Sets that are known in part -------------------------------------------------------------------------------------


def completions(value):
    if type(value) is not PartialSet:
        return [value]
    spare = sorted(value.possible)
    return [
        frozenset(value) | {each for each, taken in zip(spare, chosen, strict=True) if taken}
        for chosen in product((True, False), repeat=len(spare))
    ]


@given(set_atoms(0), facts())
@examples(400)
def test_a_partial_set_agrees_with_all_its_completions(node, values):
    """A known verdict holds for every completion; the converse too for one set and literals, size apart."""
    found = evaluate(node, values, DAY).verdict
    names = find_names(node)
    if any(name not in values for name in names):
        assert found is None
        return
    possible = {
        evaluate(node, dict(zip(names, chosen, strict=True)), DAY).verdict
        for chosen in product(*(completions(values[name]) for name in names))
    }

    assert found is None or possible == {found}
    if any(isinstance(part, Literal | ListLiteral) for part in children(node)) and not isinstance(node, Compare):
        assert found is (possible.pop() if len(possible) == 1 else None)


US = PartialSet.of({"US"}, {"US-CA", "US-IL"})


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ('"US" in s.regions', True),
        ('"US-CA" in s.regions', None),
        ('"IN" in s.regions', False),
        ('has_any(s.regions, ["IN", "US-CA"])', None),
        ('has_any(s.regions, ["IN"])', False),
        ('has_any(s.regions, [])', False),
        ('has_all(s.regions, ["US", "US-CA"])', None),
        ('has_all(s.regions, ["IN", "US-CA"])', False),
        ('has_all(s.regions, [])', True),
        ('has_any(["US-CA"], s.regions)', None),
        ('has_any(["IN"], s.regions)', False),
        ('has_all(["US"], s.regions)', None),
        ('has_all(["US", "US-CA", "US-IL"], s.regions)', True),
        ('has_all(["US-CA"], s.regions)', False),
        ("size(s.regions) == 1", None),
    ],
)  # fmt: skip
def test_us_says_nothing_about_california(text, want):
    assert verdict(text, {"s.regions": US}) is want


# Values ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end", "want"),
    [
        (date(2026, 1, 31), date(2026, 2, 28), 0),
        (date(2026, 1, 31), date(2026, 3, 1), 1),
        (date(2025, 11, 24), date(2026, 11, 23), 11),
        (date(2025, 11, 24), date(2026, 11, 24), 12),
        (date(2024, 2, 29), date(2025, 2, 28), 11),
        (date(2026, 12, 1), date(2026, 11, 24), 0),
        (date(2027, 1, 24), date(2026, 11, 24), -2),
        (DAY, DAY, 0),
    ],
)
def test_full_months(start, end, want):
    assert months_between(start, end) == want
    assert verdict(f"months_since(d.start) == {want}", {"d.start": start}, day=end) is True


@given(st.integers(-2000, 2000))
@examples(100)
def test_days_until(days):
    there = DAY + timedelta(days)

    assert verdict(f"days_until(d.end) == {days}", {"d.end": there}) is True
    assert verdict(f"days_until(d.end) == {days}", {}) is None
    assert months_between(DAY, there) == -months_between(there, DAY)


def test_logic_is_a_value_too():
    made = {"def.first": "b.one"}

    assert verdict("(b.one || b.two) == true", {"b.one": True}) is True
    assert verdict("(b.one || b.two) == true", {}) is None
    assert verdict("def.first == false", {"b.one": True}, made) is False
    assert verdict("def.first == false", {}, made) is None
    assert verdict('has_any(["a"], ["a"]) == true') is True


def test_a_list_within_a_list():
    assert verdict("[[1], []] == [[1], []]") is True
    assert verdict("[1] in [[1]]") is True


def test_only_literals_have_a_value():
    with pytest.raises(TypeError):
        literal_value(parse_condition("a.b"))


def test_unknown_reads_as_such():
    assert repr(UNKNOWN) == "unknown"


def test_a_definition_is_evaluated_once():
    runs = []
    inner = compile_condition(parse_condition("b.one"))

    def counted(scope):
        runs.append(scope)
        return inner(scope)

    scope = Scope({"b.one": True}, DAY, {"def.first": counted})
    node = parse_condition("def.first && def.first && def.first == true")

    assert compile_condition(node)(scope).verdict is True
    assert len(runs) == 1


# Reasons ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "values", "deciding", "missing"),
    [
        ("b.one && b.two", {"b.one": False, "b.two": True}, ("b.one",), ()),
        ("b.one && b.two", {"b.one": True, "b.two": True}, ("b.one", "b.two"), ()),
        ("b.one && b.two", {"b.one": True}, ("b.two",), ("b.two",)),
        ("b.one || b.two || b.three", {"b.two": True, "b.three": True}, ("b.two", "b.three"), ()),
        ("b.one || b.two", {"b.one": False}, ("b.two",), ("b.two",)),
        ("!(b.one && b.two)", {"b.two": False}, ("b.two",), ()),
        ("n.whole < n.count", {"n.whole": 1}, ("n.whole", "n.count"), ("n.whole", "n.count")),
        ("b.one || b.one", {}, ("b.one",), ("b.one",)),
        ("def.first", {}, ("b.two", "b.three"), ("b.two", "b.three")),
        ("def.first", {"b.two": False}, ("b.two",), ()),
        ("def.first == true", {}, ("b.two", "b.three"), ("b.two", "b.three")),
        ("def.first == b.one", {"b.two": False}, ("b.two", "b.one"), ("b.two", "b.one")),
        ("true == def.first", {"b.two": False}, ("b.two",), ()),
        ("true", {}, (), ()),
    ],
)
def test_reasons(text, values, deciding, missing):
    trace = evaluate(parse_condition(text), values, DAY, {"def.first": parse_condition("b.two && b.three")})

    assert deciding_facts(trace) == deciding
    assert missing_facts(trace) == missing


@given(CONDITIONS, MADE, facts())
@examples(200)
def test_deciding_facts_decide(node, made, values):
    """With only the deciding facts kept, the verdict stays."""
    trace = evaluate(node, values, DAY, made)
    kept = expand_names(And(tuple(map(parse_condition, deciding_facts(trace)))), made) if deciding_facts(trace) else ()

    assert evaluate(node, {id_: values[id_] for id_ in kept if id_ in values}, DAY, made).verdict is trace.verdict


# Analysis --------------------------------------------------------------------------------------------------------


def test_atoms_each_once_in_order():
    node = parse_condition("b.one && !(n.whole < 3 || b.one) && true")

    assert find_atoms(node) == tuple(map(parse_condition, ("b.one", "n.whole < 3", "true")))


def test_names_through_definitions():
    made = {"d.a": parse_condition("f.x && d.b"), "d.b": parse_condition("f.y || d.a")}

    assert expand_names(parse_condition("f.z || d.a || f.y"), made) == ("f.z", "f.x", "f.y")
    assert expand_names(parse_condition("true"), made) == ()


@given(CONDITIONS, CONDITIONS, MADE)
@examples(100)
def test_an_expander_gives_what_each_condition_gives_alone(one, two, made):
    expand = name_expander(made)

    assert [expand(one), expand(two), expand(one)] == [expand_names(each, made) for each in (one, two, one)]


@pytest.mark.parametrize(
    ("made", "want"),
    [
        ({}, ()),
        ({"a": "b && c", "b": "c", "c": "fact.x"}, ()),
        ({"a": "a"}, ("a", "a")),
        ({"a": "b", "b": "fact.x || c", "c": "b"}, ("b", "c", "b")),
    ],
)
def test_circles(made, want):
    assert find_cycle({id_: parse_condition(text) for id_, text in made.items()}) == want


def test_circles_are_found_in_linear_time():
    chain = {f"d{index}": parse_condition(f"d{index + 1}") for index in range(20_000)}

    assert find_cycle(chain) == ()


def test_compile_all():
    compiled = compile_all({"x": parse_condition("b.one"), "y": parse_condition("!b.one")})

    assert {id_: run(Scope({"b.one": True}, DAY)).verdict for id_, run in compiled.items()} == {"x": True, "y": False}


def test_possible_values():
    assert possible_values(SPECS["b.one"]) == (True, False)
    assert possible_values(SPECS["e.kind"]) == ("red", "green", "blue")
    assert possible_values(SPECS["s.tags"]) is None
    assert possible_values(SPECS["n.whole"]) is None


FEW = ("b.one", "b.two", "b.three", "e.kind", "e.other")


@given(CONDITIONS, MADE, facts())
@examples(200)
def test_settled_by_cases_as_by_brute_force(node, made, values):
    unknown = [SPECS[id_] for id_ in FEW if id_ not in values]
    cases = Cases(values, DAY, compile_all(made), unknown)
    other, found = (cases.settle(compile_condition(each)) for each in (Not(node), node))
    every = {
        evaluate(node, {**values, **dict(zip([each.id for each in unknown], chosen, strict=True))}, DAY, made).verdict
        for chosen in product(*(possible_values(each) for each in unknown))
    }

    assert found is (every.pop() if len(every) == 1 else None)
    assert other is (None if found is None else not found)


def settle(text, values, *unknown):
    return Cases(values, DAY, {}, unknown).settle(compile_condition(parse_condition(text)))


def test_settling_goes_beyond_kleene():
    kinds = 'e.kind in ["red", "green"] || e.kind == "blue"'

    assert verdict("b.one || !b.one") is None
    assert settle("b.one || !b.one", {}, SPECS["b.one"]) is True
    assert settle("b.one && !b.one", {}, SPECS["b.one"]) is False
    assert settle(kinds, {}, SPECS["e.kind"]) is True
    assert settle("b.one", {}, SPECS["b.one"]) is None
    assert settle("b.one || n.whole > 1", {}, SPECS["b.one"]) is None
    assert settle("b.one", {"b.one": True}) is True
    assert settle("b.one", {}) is None


def test_settling_gives_up_where_values_are_many_or_any():
    many = [spec(f"x.b{index}", "boolean") for index in range(13)]

    assert settle("x.b0 || !x.b0", {}, *many) is None
    assert settle("x.b0 || !x.b0", {}, *many[:12]) is True
    assert MAX_COMBINATIONS == 2**12
    cases = Cases({}, DAY, {}, many[:8])  # more than are kept
    last = " && ".join(f"!x.b{index}" for index in range(8))
    for text, wanted in ((f"{last} || b.one", None), ("x.b0 || !x.b0", True), (f"{last} && !({last})", False)) * 2:
        assert cases.settle(compile_condition(parse_condition(text))) is wanted
    assert settle("n.whole == n.whole", {}, SPECS["n.whole"]) is None
    assert settle("b.one || !b.one", {}, spec("e.none", "enum")) is None


def test_the_world_covers_every_kind():
    assert {each.kind for each in SPECS.values()} == set(VALUES)
    assert len(NAMES) == len(SPECS) + 2
