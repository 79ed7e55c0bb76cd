"""The smallest sets of changes that give a condition another verdict."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govern.conditions import Change, World, change_values, compile_all, evaluate, find_ways, parse_condition
from govern.conditions.model import And, Name, Not, Or
from govern.conditions.ways import MOST
from govern.kernel import Kind, MapValue, PartialSet, check_value
from govern.kernel.facts import with_derived

from .worlds import DAY, SPECS, atoms, conditions, definitions, examples, facts, spec

CONDITIONS, MADE = conditions(atoms()), definitions(atoms())
LAW = {"law.limit": 3, "law.share": Decimal("2.50"), "law.tags": frozenset("ab"), "law.day": DAY}


def world(values=(), made=None, day=DAY):
    nodes = {id_: parse_condition(each) if isinstance(each, str) else each for id_, each in (made or {}).items()}
    return World(dict(values), LAW, day, nodes, compile_all(nodes), SPECS.get)


def said(way):
    values = {each: sorted(each.value) if each.value == frozenset() else each.value for each in way}
    return " & ".join(sorted(f"{each.fact} {each.op} {value}" for each, value in values.items()))


def ways(text, wanted=True, values=(), made=None, day=DAY):
    return [said(way) for way in find_ways(parse_condition(text), wanted, world(values, made, day))]


# Laws ------------------------------------------------------------------------------------------------------------


@given(CONDITIONS, MADE, facts(), st.booleans())
@examples(700)
def test_every_way_gives_the_wanted_verdict(node, made, values, wanted):
    before = evaluate(node, values, DAY, made).verdict
    found = find_ways(node, wanted, world(values, made))

    assert (frozenset() in found) == (found == (frozenset(),)) == (before is wanted)
    assert [len(way) for way in found] == sorted(len(way) for way in found)
    assert len(found) <= MOST
    assert not any(one < other for one, other in product(found, found))
    assert len(set(found)) == len(found)
    for way in found:
        assert evaluate(node, change_values(values, way), DAY, made).verdict is wanted


@given(CONDITIONS, MADE, facts(), st.booleans())
@examples(300)
def test_a_changed_fact_is_one_that_can_be_answered_so(node, made, values, wanted):
    for way in find_ways(node, wanted, world(values, made)):
        changed = change_values(values, way)
        assert {id_ for id_ in changed if id_ not in values or changed[id_] != values[id_]} <= {
            each.fact for each in way
        }
        for change in way:
            declared, value = SPECS[change.fact], changed[change.fact]
            if declared.kind not in (Kind.SET, Kind.TEXT):  # a set may imply more, and a text be empty
                assert check_value(declared, value) == value
                assert isinstance(value, bool) == (declared.kind is Kind.BOOLEAN)


ONCE = st.permutations([f"x.b{number}" for number in range(4)])


@st.composite
def once(draw):
    """A condition that reads each of four facts once."""
    nodes = [Name(id_) for id_ in draw(ONCE)]
    while len(nodes) > 1:
        one, other, *rest = draw(st.permutations(nodes))
        made = draw(st.sampled_from((And, Or)))((one, other))
        nodes = [*rest, Not(made) if draw(st.booleans()) else made]
    return nodes[0]


@given(once(), st.dictionaries(st.sampled_from([f"x.b{number}" for number in range(4)]), st.booleans()), st.booleans())
@examples(200)
def test_where_each_fact_is_read_once_the_first_way_is_a_smallest(node, values, wanted):
    booleans = {f"x.b{number}" for number in range(4)}
    inside = World(values, {}, DAY, {}, {}, lambda id_: SPECS["b.one"] if id_ in booleans else None)
    sizes = []
    for chosen in product((None, True, False), repeat=4):
        changes = {id_: value for id_, value in zip(sorted(booleans), chosen, strict=True) if value is not None}
        if evaluate(node, values | changes, DAY).verdict is wanted:
            sizes.append(sum(values.get(id_) is not value for id_, value in changes.items()))

    assert len(find_ways(node, wanted, inside)[0]) == min(sizes)


# Logic -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wanted", "values", "want"),
    [
        ("b.one", True, {}, ["b.one is True"]),
        ("b.one", False, {}, ["b.one is False"]),
        ("b.one", True, {"b.one": False}, ["b.one is True"]),
        ("b.one", True, {"b.one": True}, [""]),
        ("!b.one", True, {}, ["b.one is False"]),
        ("!b.one", False, {}, ["b.one is True"]),
        ("b.one && b.two", True, {}, ["b.one is True & b.two is True"]),
        ("b.one && b.two", True, {"b.two": True}, ["b.one is True"]),
        ("b.one && b.two", False, {}, ["b.one is False", "b.two is False"]),
        ("b.one && b.two", False, {"b.one": True, "b.two": False}, [""]),
        ("b.one || b.two", True, {}, ["b.one is True", "b.two is True"]),
        ("b.one || b.two", False, {"b.one": False}, ["b.two is False"]),
        ("b.one || b.two", False, {}, ["b.one is False & b.two is False"]),
        # small ones first
        ("b.one && b.two || b.three", True, {}, ["b.three is True", "b.one is True & b.two is True"]),
        # one change for two parts counts once, and more than it is not needed
        ("(b.one || b.two) && (b.one || b.three)", True, {}, ["b.one is True", "b.three is True & b.two is True"]),
        ("b.one || b.one", True, {}, ["b.one is True"]),
        # what contradicts itself is no way, and neither is what undoes a part that holds
        ("b.one && !b.one", True, {}, []),
        ("b.one && !b.one", True, {"b.one": True}, []),
        ("b.one == b.two && !b.one", True, {"b.one": True, "b.two": True}, []),
        ('e.kind == "red" && e.kind == "blue"', True, {}, []),
        ('"a" in s.tags && !("a" in s.tags)', True, {}, []),
        ('"a" in s.tags && size(s.tags) == 0', True, {}, []),
        # a set gains one and loses another
        ('"a" in s.tags && !("b" in s.tags)', True, {"s.tags": frozenset("b")}, ["s.tags has a & s.tags lacks b"]),
        ('"a" in s.tags && "b" in s.tags', True, {}, ["s.tags has a & s.tags has b"]),
        # literals are as they are
        ("true", True, {}, [""]),
        ("true", False, {}, []),
        ("b.one || true", False, {}, []),
        ("b.one && false", True, {}, []),
        ("1 < 2", False, {}, []),
        ("true == (b.one || b.two)", True, {}, []),
    ],
)  # fmt: skip
def test_logic(text, wanted, values, want):
    assert ways(text, wanted, values) == want


def test_definitions_are_followed_and_the_law_stays_as_it_is():
    made = {"def.first": "b.one && def.second", "def.second": "b.two || law.on"}

    assert ways("def.first", True, {}, made) == ["b.one is True & b.two is True"]
    assert ways("!def.first", False, {"b.one": True}, made) == ["b.two is True"]
    assert ways("def.first", False, {}, made) == ["b.one is False"]
    assert ways("def.first", True, {"b.one": True, "b.two": True}, made) == [""]
    assert ways("def.first == true", True, {}, made) == []
    assert ways("law.on", True) == []


def test_more_than_the_most_are_left_out():
    many = " || ".join(f'"x{number:02}" in s.tags' for number in range(MOST + 6))
    found = ways(many)

    assert found == [f"s.tags has x{number:02}" for number in range(MOST)]
    both = ways(f"({many}) && ({many.replace('s.tags', 's.more')})")
    assert len(both) == MOST
    assert both[0] == "s.more has x00 & s.tags has x00"
    assert MOST == 24


ANY = "t.name in [{}]".format(", ".join(f'"x{number:02}"' for number in range(MOST)))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('(e.kind == "red" || e.kind == "green")', '(e.kind == "blue" || ANY)'),
        ('(size(s.tags) == 0 || t.name == "z")', '("a" in s.tags || ANY)'),
        ('("a" in s.tags || ANY)', '(size(s.tags) == 0 || t.name == "z")'),
        ('("a" in s.tags || "b" in s.tags)', '(!("a" in s.tags) || ANY)'),
        ('(!("a" in s.tags) || ANY)', '("a" in s.tags || "b" in s.tags)'),
    ],
)
def test_what_contradicts_itself_takes_no_place_from_what_does_not(one, other):
    assert len(ways(f"{one} && {other}".replace("ANY", ANY))) == MOST


# Comparisons -----------------------------------------------------------------------------------------------------

NEXT, LAST = DAY + timedelta(days=1), DAY - timedelta(days=1)


@pytest.mark.parametrize(
    ("text", "wanted", "values", "want"),
    [
        ("n.whole == 3", True, {}, ["n.whole is 3"]),
        ("n.whole < 3", True, {}, ["n.whole is 2"]),
        ("n.whole <= 3", True, {}, ["n.whole is 3"]),
        ("n.whole > 3", True, {}, ["n.whole is 4"]),
        ("n.whole >= 3", True, {}, ["n.whole is 3"]),
        ("n.whole != 3", True, {}, []),
        ("n.whole == 3", False, {"n.whole": 3}, []),
        ("n.whole < 3", False, {}, ["n.whole is 3"]),
        ("n.whole <= 3", False, {}, ["n.whole is 4"]),
        ("n.whole > 3", False, {}, ["n.whole is 3"]),
        ("n.whole >= 3", False, {}, ["n.whole is 2"]),
        ("n.whole != 3", False, {}, ["n.whole is 3"]),
        # the other way round
        ("3 == n.whole", True, {}, ["n.whole is 3"]),
        ("3 != n.whole", False, {}, ["n.whole is 3"]),
        ("3 < n.whole", True, {}, ["n.whole is 4"]),
        ("3 <= n.whole", True, {}, ["n.whole is 3"]),
        ("3 > n.whole", True, {}, ["n.whole is 2"]),
        ("3 >= n.whole", True, {}, ["n.whole is 3"]),
        # whole numbers next to a broken one
        ("n.whole == 2.5", True, {}, []),
        ("n.whole == 2.0", True, {}, ["n.whole is 2"]),
        ("n.whole < 2.5", True, {}, ["n.whole is 2"]),
        ("n.whole <= 2.5", True, {}, ["n.whole is 2"]),
        ("n.whole > 2.5", True, {}, ["n.whole is 3"]),
        ("n.whole >= 2.5", True, {}, ["n.whole is 3"]),
        ("n.share == 2.5", True, {}, ["n.share is 2.5"]),
        ("n.share < 2.5", True, {}, ["n.share is 1.5"]),
        ("n.share > 2.5", True, {}, ["n.share is 3.5"]),
        # figures of the law, and of two facts either
        ("n.whole < law.limit", True, {}, ["n.whole is 2"]),
        ("law.limit < n.whole", True, {}, ["n.whole is 4"]),
        ("n.whole > law.share", True, {}, ["n.whole is 3"]),
        ("n.whole < n.count", True, {"n.whole": 5, "n.count": 3}, ["n.count is 6", "n.whole is 2"]),
        ("n.whole < n.count", True, {"n.count": 3}, ["n.whole is 2"]),
        ("n.whole < n.count", True, {"n.whole": 3}, ["n.count is 4"]),
        ("n.whole < n.count", True, {}, []),
        ("n.whole < n.whole", True, {"n.whole": 3}, []),
        ("law.limit < law.other", True, {}, []),
        # choices
        ('e.kind == "red"', True, {}, ["e.kind is red"]),
        ('e.kind != "red"', True, {}, ["e.kind is blue", "e.kind is green"]),
        ('e.kind == "red"', False, {"e.kind": "red"}, ["e.kind is blue", "e.kind is green"]),
        ('"red" != e.kind', False, {}, ["e.kind is red"]),
        ('"red" != e.kind', True, {}, ["e.kind is blue", "e.kind is green"]),
        ("e.kind == e.other", True, {"e.kind": "red", "e.other": "blue"}, ["e.kind is blue", "e.other is red"]),
        ("b.one == true", True, {}, ["b.one is True"]),
        ("b.one != true", True, {}, ["b.one is False"]),
        ("b.one < true", True, {}, ["b.one is False"]),
        ("b.one <= true", True, {}, ["b.one is False", "b.one is True"]),
        ("b.one > true", True, {}, []),
        ("b.one == b.two", True, {"b.one": True, "b.two": False}, ["b.one is False", "b.two is True"]),
        # text and countries
        ('t.name == "x"', True, {}, ["t.name is x"]),
        ('t.name != "x"', True, {"t.name": "x"}, []),
        ('t.name <= "x"', True, {}, ["t.name is x"]),
        ('t.name >= "x"', True, {}, ["t.name is x"]),
        ('t.name < "x"', True, {}, []),
        ('t.name > "x"', True, {}, []),
        ('c.home == "DE"', True, {}, ["c.home is DE"]),
        # days
        ("d.start < d.end", True, {"d.start": DAY, "d.end": DAY}, [f"d.end is {NEXT}", f"d.start is {LAST}"]),
        ("d.start == d.end", True, {"d.end": DAY}, [f"d.start is {DAY}"]),
        ("d.start != d.end", True, {"d.start": DAY, "d.end": DAY}, []),
        ("d.start >= law.day", True, {"d.start": LAST}, [f"d.start is {DAY}"]),
        ("d.start <= law.day", False, {"d.start": LAST}, [f"d.start is {NEXT}"]),
        ("d.start > d.end", True, {"d.start": DAY, "d.end": date.max}, [f"d.end is {LAST}"]),
        # sizes: none at all is all that is known to do
        ("size(s.tags) == 0", True, {"s.tags": frozenset("a")}, ["s.tags is []"]),
        ("size(s.tags) < 2", True, {}, ["s.tags is []"]),
        ("2 > size(c.many)", True, {}, ["c.many is []"]),
        ("size(s.tags) > 2", True, {}, []),
        ("size(s.tags) > 2", False, {}, ["s.tags is []"]),
        ("size(r.subs) == 0", True, {}, []),
        ("size(law.tags) == 0", True, {}, []),
        ("size(s.tags) <= n.whole", True, {"n.whole": 1}, ["s.tags is []"]),
        ("size(s.tags) <= n.whole", True, {"n.whole": 1, "s.tags": frozenset("ab")}, ["s.tags is []"]),
    ],
)
def test_comparisons(text, wanted, values, want):
    assert ways(text, wanted, values) == want


def test_a_changed_whole_number_is_whole():
    ((change,),) = find_ways(parse_condition("n.whole >= 2.0"), True, world())

    assert type(change.value) is int


@pytest.mark.parametrize(
    ("text", "day", "want"),
    [
        ("months_since(d.start) == 12", DAY, "2025-11-24"),
        ("months_since(d.start) <= 12", DAY, "2025-11-24"),
        ("months_since(d.start) < 12", DAY, "2025-12-24"),
        ("months_since(d.start) > 12", DAY, "2025-10-24"),
        ("12 > months_since(d.start)", DAY, "2025-12-24"),
        ("months_since(d.start) < law.limit", DAY, "2026-09-24"),
        ("months_since(d.start) <= law.share", DAY, "2026-09-24"),
        ("months_since(d.start) >= 2.5", DAY, "2026-08-24"),
        # six years: 72 months of 31 days would be 73
        ("months_since(d.start) <= 72", DAY, "2020-11-24"),
        ("months_since(d.start) == 1", date(2026, 3, 31), "2026-02-28"),
        ("months_since(d.start) == 0", date(2026, 3, 31), "2026-03-31"),
        ("months_since(d.start) == -1", date(2026, 1, 31), "2026-03-01"),
        ("months_since(d.start) == -1", DAY, "2026-12-24"),
        ("days_until(d.start) == 30", DAY, "2026-12-24"),
        ("days_until(d.start) < 30", DAY, "2026-12-23"),
        ("days_until(d.start) <= 30", DAY, "2026-12-24"),
        ("days_until(d.start) > 30", DAY, "2026-12-25"),
        ("days_until(d.start) >= 0", DAY, "2026-11-24"),
        ("0 >= days_until(d.start)", DAY, "2026-11-24"),
        ("days_until(d.start) > law.share", DAY, "2026-11-27"),
    ],
)
def test_days_at_a_distance(text, day, want):
    assert ways(text, day=day) == [f"d.start is {want}"]


@pytest.mark.parametrize(
    "text",
    [
        "days_until(d.start) != 3",
        "months_since(d.start) == 2.5",
        "days_until(d.start) == 2.5",
        "months_since(law.day) > 3",
        "days_until(law.day) > 3",
        "days_until(d.start) > 9999999",
        "days_until(d.start) > 99999999999",
        "months_since(d.start) > 99999",
        "months_since(d.start) > 99999999999999999999",
        "days_until(d.start) == days_until(d.end)",
    ],
)
def test_there_is_no_day_to_be_told(text):
    assert ways(text) == []


def test_the_end_of_the_calendar_is_no_accident():
    assert ways("d.start > d.end", True, {"d.end": date.max}) == []


@given(st.dates(date(1950, 1, 1), date(2090, 1, 1)), st.integers(-300, 300), st.sampled_from(("==", "<=", ">=")))
@examples(300)
def test_months_are_counted_as_the_evaluator_counts_them(day, months, sign):
    (way,) = find_ways(parse_condition(f"months_since(d.start) {sign} {months}"), True, world(day=day))
    values = change_values({}, way)

    assert evaluate(parse_condition(f"months_since(d.start) == {months}"), values, day).verdict is True


# Choices and sets ------------------------------------------------------------------------------------------------

AB = frozenset("ab")
PARTLY = PartialSet.of("a", "b")


@pytest.mark.parametrize(
    ("text", "wanted", "values", "want"),
    [
        ('e.kind in ["red", "blue"]', True, {}, ["e.kind is blue", "e.kind is red"]),
        ('e.kind in ["red", "blue"]', False, {}, ["e.kind is green"]),
        ("e.kind in []", True, {}, []),
        ("n.whole in [1, 2]", True, {}, ["n.whole is 1", "n.whole is 2"]),
        ("n.whole in [1, 2]", False, {"n.whole": 1}, []),
        ("law.limit in [1]", True, {}, []),
        ("def.first in [true]", True, {}, []),
        ('"a" in s.tags', True, {}, ["s.tags has a"]),
        ('"a" in s.tags', False, {}, ["s.tags lacks a"]),
        ('"DE" in c.many', True, {"c.many": frozenset(("IN",))}, ["c.many has DE"]),
        ('"a" in m.tool', True, {}, []),
        ('"z" in law.tags', True, {}, []),
        ('"a" in ["b"]', True, {}, []),
        ("e.kind in s.tags", True, {"e.kind": "red", "s.tags": AB}, []),
        ('has_any(s.tags, ["a", "b"])', True, {}, ["s.tags has a", "s.tags has b"]),
        ('has_any(s.tags, ["a", "b"])', False, {}, ["s.tags lacks a & s.tags lacks b"]),
        ('has_any(s.tags, ["a", "b"])', False, {"s.tags": frozenset("a")}, ["s.tags lacks a"]),
        ('has_all(s.tags, ["a", "b"])', True, {"s.tags": frozenset("a")}, ["s.tags has b"]),
        ('has_any(s.tags, ["a", "b"])', False, {"s.tags": PARTLY}, ["s.tags lacks a & s.tags lacks b"]),
        ('has_all(s.tags, ["a", "b"])', True, {}, ["s.tags has a & s.tags has b"]),
        ('has_all(s.tags, ["a", "b"])', False, {"s.tags": AB}, ["s.tags lacks a", "s.tags lacks b"]),
        ("has_any(s.tags, [])", True, {"s.tags": AB}, []),
        ("has_all(s.tags, [])", False, {"s.tags": AB}, []),
        ("has_any(s.tags, law.tags)", True, {}, ["s.tags has a", "s.tags has b"]),
        ("has_all(s.tags, s.more)", True, {"s.tags": frozenset(), "s.more": frozenset("a")}, ["s.tags has a"]),
        ("has_all(s.tags, s.more)", True, {"s.tags": AB}, []),
        ("has_any(s.tags, s.more)", False, {"s.tags": AB}, []),
        ('has_any(m.tool, ["a"])', True, {}, []),
        ('has_any(["a"], s.tags)', True, {}, []),
        # what is outside of a set is taken out of it
        ('has_all(["a"], s.tags)', True, {"s.tags": frozenset("abc")}, ["s.tags lacks b & s.tags lacks c"]),
        ('has_all(["a"], s.tags)', True, {}, []),
        ('has_all(["a"], s.tags)', False, {"s.tags": frozenset("a")}, []),
        ('has_all(["a"], m.tool)', True, {"m.tool": MapValue.of({"DE": "b"})}, []),
        ("has_all(law.tags, s.tags)", True, {"s.tags": frozenset("ac")}, ["s.tags lacks c"]),
        ("has_all(m.tool, s.tags)", True, {"m.tool": MapValue.of({"DE": "b"}), "s.tags": AB}, ["s.tags lacks a"]),
    ],
)  # fmt: skip
def test_choices_and_sets(text, wanted, values, want):
    assert ways(text, wanted, values) == want


def test_of_a_set_known_in_part_the_rest_stays_unknown():
    us = PartialSet.of({"US"}, {"US-CA", "US-IL"})
    regions = {"s.regions": us}

    india = Change("s.regions", "has", "IN").apply(us)
    assert (set(india), india.possible) == ({"US", "IN"}, {"US-CA", "US-IL"})
    without = Change("s.regions", "lacks", "US-CA").apply(us)
    assert (set(without), without.possible) == ({"US"}, {"US-IL"})
    assert type(Change("s.regions", "has", "US-CA").apply(without | PartialSet.of((), ()))) is frozenset
    assert type(Change("s.regions", "has", "b").apply(PartialSet.of("a", "b"))) is frozenset
    assert ways('"IN" in s.regions && !("US-CA" in s.regions && "IN" in s.regions)', True, regions) == []
    assert ways('!("US-CA" in s.regions)', True, regions) == ["s.regions lacks US-CA"]


def test_what_is_worked_out_is_not_changed():
    made = {"derive": {"base": "r.subs", "field": "name"}}
    specs = SPECS | {each.id: each for each in (spec("w.set", "set", **made), spec("w.day", "date", **made))}
    inside = World({"w.set": frozenset("ab")}, LAW, DAY, {}, {}, specs.get)

    for text in ('"c" in w.set', 'has_any(w.set, ["c"])', 'has_all(["a"], w.set)', "size(w.set) == 0"):
        assert find_ways(parse_condition(text), True, inside) == ()
    for text in ("days_until(w.day) > 3", "months_since(w.day) > 3", "w.day"):
        assert find_ways(parse_condition(text), True, inside) == ()


GROUNDS = {
    each.id: each
    for each in (
        spec("b.one", "boolean"),
        spec("c.home", "country"),
        spec("c.places", "countries"),
        spec("m.grounds", "map", values=("clauses", "list", "none")),
        spec("c.listed", "countries", derive={"base": "m.grounds"}),
        spec("c.bare", "countries", derive={"base": "m.grounds", "values": ["none"]}),
        spec("c.unlisted", "countries", derive={"base": "c.places", "without": "m.grounds"}),
        spec("c.elsewhere", "countries", derive={"base": "c.places", "without": "c.listed"}),
    )
}
DERIVED = tuple(each for each in GROUNDS.values() if each.derive is not None)


def ways_of_grounds(text, grounds=None, **values):
    """The ways in a world where countries with and without an entry of a map are worked out."""
    known = {f"c.{name}": value for name, value in values.items()}
    if grounds is not None:
        known["m.grounds"] = MapValue.of(grounds)
    inside = World(with_derived(DERIVED, known), LAW, DAY, {}, {}, GROUNDS.get, derived=DERIVED)
    return [said(way) for way in find_ways(parse_condition(text), True, inside)]


@pytest.mark.parametrize(
    ("text", "grounds", "values", "want"),
    [
        # entries for all that lack one, the value first that others have
        (
            'has_all(["DE"], c.unlisted)',
            {"KE": "list"},
            {"places": frozenset({"DE", "IN", "KE", "PH"})},
            [
                "m.grounds maps ('IN', 'list') & m.grounds maps ('PH', 'list')",
                "m.grounds maps ('IN', 'clauses') & m.grounds maps ('PH', 'clauses')",
                "m.grounds maps ('IN', 'none') & m.grounds maps ('PH', 'none')",
            ],
        ),
        # or no longer there: what is worked out follows
        (
            'has_all(["DE"], c.places) || has_all(["DE"], c.unlisted)',
            {"KE": "list"},
            {"places": frozenset({"IN"})},
            [
                "c.places lacks IN",
                "m.grounds maps ('IN', 'list')",
                "m.grounds maps ('IN', 'clauses')",
                "m.grounds maps ('IN', 'none')",
            ],
        ),
        ('has_all(["DE"], c.unlisted) && has_all(["DE"], c.bare)', {}, {"places": frozenset({"IN"})},
         ["m.grounds maps ('IN', 'clauses')", "m.grounds maps ('IN', 'list')"]),
        # another value for an entry that is there
        ('has_all(["DE"], c.bare)', {"DE": "none", "US": "none"}, {},
         ["m.grounds maps ('US', 'clauses')", "m.grounds maps ('US', 'list')"]),
        # an entry for one country
        ("c.home in c.listed", {"KE": "list"}, {"home": "IN"},
         ["m.grounds maps ('IN', 'list')", "m.grounds maps ('IN', 'clauses')", "m.grounds maps ('IN', 'none')"]),
        ("c.home in c.listed", {}, {}, []),
        # a map of which nothing is known is filled by what another part asks for
        ('size(m.grounds) > 0 && has_all(["DE"], c.bare) && c.home in c.listed', None, {"home": "IN"},
         ["m.grounds maps ('IN', 'clauses')", "m.grounds maps ('IN', 'list')"]),
        ("size(m.grounds) > 0", None, {}, []),
        ("size(m.grounds) > 2", {"KE": "list"}, {}, []),
        # where it is not known which countries, no entry helps
        ('has_all(["DE"], c.unlisted)', {"KE": "list"}, {}, []),
        # no entry takes a country out of the list, nor out of what leaves out something else
        ('has_all(["DE"], c.listed)', {"KE": "list"}, {}, []),
        ('has_all(["DE"], c.elsewhere)', {"KE": "list"}, {"places": frozenset({"IN"})}, []),
        ("c.home in c.bare", {}, {"home": "IN"}, []),
        # what the new entry asks for comes with it, and no more
        (
            '(!has_any(m.grounds, ["clauses"]) || b.one) && has_all(["DE"], c.unlisted) && has_all(["DE"], c.bare)',
            {},
            {"places": frozenset({"IN"})},
            ["m.grounds maps ('IN', 'list')", "b.one is True & m.grounds maps ('IN', 'clauses')"],
        ),
    ],
)  # fmt: skip
def test_entries_of_a_map(text, grounds, values, want):
    assert ways_of_grounds(text, grounds, **values) == want


def test_new_entries_have_one_value():
    found = ways_of_grounds(
        'has_all(["DE"], c.unlisted) && c.home in c.listed', {}, places=frozenset({"IN"}), home="PH"
    )
    assert found == [
        f"m.grounds maps ('IN', '{value}') & m.grounds maps ('PH', '{value}')" for value in ("clauses", "list", "none")
    ]


def test_changes_are_made_to_a_copy():
    values = {"b.one": False, "s.tags": frozenset("ab")}
    way = frozenset(
        {
            Change("b.one", "is", True),
            Change("s.tags", "lacks", "a"),
            Change("s.tags", "has", "c"),
            Change("s.more", "has", "x"),
            Change("s.regions", "lacks", "US"),
        }
    )

    assert list(change_values({}, way)) == ["b.one", "s.more", "s.regions", "s.tags"]  # new ones in order
    assert change_values(values, way) == {
        "b.one": True,
        "s.tags": frozenset("bc"),
        "s.more": frozenset("x"),
        "s.regions": frozenset(),
    }
    assert values == {"b.one": False, "s.tags": frozenset("ab")}


def test_a_fact_comes_before_a_figure_of_the_law_of_the_same_name():
    inside = World({"law.limit": 9}, LAW, DAY, {}, {}, SPECS.get)

    assert inside.value("law.limit") == 9
    assert inside.holds(parse_condition("law.limit == 9"), True)
    assert not inside.holds(parse_condition("law.limit == 9"), False)
    assert not inside.holds(parse_condition("b.one"), False)  # unknown is not false
