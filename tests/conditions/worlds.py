"""A small vocabulary, and strategies for conditions over it, facts and definitions."""

import os
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import settings
from hypothesis import strategies as st

from govern.conditions import FUNCTIONS, NameType, name_type
from govern.conditions.model import And, Call, Compare, In, ListLiteral, Literal, Name, Not, Or
from govern.kernel import FactSpec, Kind, MapValue, PartialSet

DAY = date(2026, 11, 24)
TAGS = ("a", "b", "c d")
REGIONS = ("US", "US-CA", "US-IL", "IN")


def spec(id_, kind, **more):
    return FactSpec(id=id_, kind=kind, group="group", question="question?", **more)


SPECS = {
    each.id: each
    for each in (
        spec("b.one", "boolean"),
        spec("b.two", "boolean"),
        spec("b.three", "boolean"),
        spec("e.kind", "enum", values=("red", "green", "blue")),
        spec("e.other", "enum", values=("red", "green", "blue")),
        spec("s.tags", "set", values=TAGS),
        spec("s.more", "set", values=TAGS),
        spec("s.regions", "set", values=REGIONS, coarse={"US": ("US-CA", "US-IL")}),
        spec("n.whole", "integer"),
        spec("n.count", "integer"),
        spec("n.share", "decimal"),
        spec("d.start", "date"),
        spec("d.end", "date"),
        spec("c.home", "country"),
        spec("c.many", "countries"),
        spec("t.name", "text"),
        spec("m.tool", "map", values=TAGS),
        spec("r.subs", "records", fields=("name",)),
    )
}
DEFINITIONS = ("def.first", "def.second")
NAMES = {
    **{id_: name_type(each) for id_, each in SPECS.items()},
    **{id_: NameType(Kind.BOOLEAN) for id_ in DEFINITIONS},
}


def examples(count):
    """Examples of a property: the same in every run, or new ones where GOVERN_FUZZ multiplies their number."""
    times = int(os.environ.get("GOVERN_FUZZ", "0"))
    return settings(max_examples=count * (times or 1), deadline=None, database=None, derandomize=not times)


# Values ----------------------------------------------------------------------------------------------------------

texts = st.text(max_size=8) | st.sampled_from(
    [
        "",
        '"',
        "'",
        "\\",
        "\\n",
        "a\nb",
        "\r",
        "\t\x00\x7f",
        "é",
        "e\u0301",
        "\u2028",
        "“x”",
        "🙂",
        "x" * 80,
        "&&",
    ]
)
# Always with a point, as the grammar writes a decimal: without one CEL reads an integer, which cel-python refuses to
# compare with a double.
quarters = st.integers(-40, 40).map(lambda number: (Decimal(number) / 4).quantize(Decimal("0.01")))
days = st.integers(-900, 900).map(lambda number: DAY + timedelta(number))
homes = st.sampled_from(["DE", "IN", "US"])


def subsets(values):
    return st.frozensets(st.sampled_from(values))


def part_of_a_set(known, possible):
    return PartialSet.of(known, possible - known) if possible - known else known


partial_regions = st.builds(part_of_a_set, subsets(REGIONS), subsets(REGIONS))
VALUES = {
    Kind.BOOLEAN: st.booleans(),
    Kind.ENUM: st.sampled_from(("red", "green", "blue")),
    Kind.SET: subsets(TAGS),
    Kind.INTEGER: st.integers(-5, 5),
    Kind.DECIMAL: quarters,
    Kind.DATE: days,
    Kind.COUNTRY: homes,
    Kind.COUNTRIES: st.frozensets(homes),
    Kind.TEXT: texts,
    Kind.MAP: st.dictionaries(homes, st.sampled_from(TAGS)).map(MapValue.of),
    Kind.RECORDS: st.lists(st.just({"name": "x"}), max_size=3).map(tuple),
}
whole_regions = subsets(REGIONS)


def facts(partial=True):
    """Values for some of the facts; what is left out is unknown."""
    each = {id_: VALUES[one.kind] for id_, one in SPECS.items()}
    each["s.regions"] = whole_regions | partial_regions if partial else whole_regions
    return st.fixed_dictionaries({}, optional=each)


# Sound conditions ------------------------------------------------------------------------------------------------


def names(*ids):
    return st.sampled_from(ids).map(Name)


def lists(values, least=0):
    return st.lists(values.map(Literal), min_size=least, max_size=3).map(lambda each: ListLiteral(tuple(each)))


equals, orders = st.sampled_from(("==", "!=")), st.sampled_from(("==", "!=", "<", "<=", ">", ">="))
colours = st.sampled_from(("red", "green", "blue"))
booleans = names("b.one", "b.two", "b.three")
wholes = names("n.whole", "n.count")
tags = names("s.tags", "s.more", "m.tool")
one_set = {"s.tags": TAGS, "s.more": TAGS, "m.tool": TAGS, "s.regions": REGIONS, "c.many": ("DE", "IN", "US")}


def either_way(op, left, right):
    """A comparison with its sides as they are, or turned round."""
    return st.builds(
        lambda o, a, b, turn: Compare(o, b, a) if turn else Compare(o, a, b), op, left, right, st.booleans()
    )


@st.composite
def set_atoms(draw, least):
    """`in`, has_any, has_all and size over a set and literals or another set."""
    id_ = draw(st.sampled_from(tuple(one_set)))
    values = st.sampled_from(one_set[id_])
    function = draw(st.sampled_from(("in", "has_any", "has_all", "size")))
    if function == "in":
        return In(Literal(draw(values)), Name(id_))
    if function == "size":
        return Compare(draw(orders), Call("size", (Name(id_),)), Literal(draw(st.integers(0, 3))))
    other = draw(lists(values, least) | names(*(each for each in one_set if one_set[each] == one_set[id_])))
    both = [Name(id_), other]
    if draw(st.booleans()):
        both.reverse()
    return Call(function, tuple(both))


def atoms(*, least=0, times=True):
    """Atoms that pass the type check. `least` items in lists; `times`: with functions of the day."""
    more = [
        st.builds(
            lambda op, call, number: Compare(op, call, Literal(number)),
            orders,
            st.builds(
                lambda f, id_: Call(f, (id_,)),
                st.sampled_from(("months_since", "days_until")),
                names("d.start", "d.end"),
            ),
            st.integers(-20, 20),
        ),
        st.builds(Compare, orders, st.builds(lambda id_: Call("size", (id_,)), names("s.tags")), wholes),
    ]
    return st.one_of(
        booleans,
        names(*DEFINITIONS),
        st.booleans().map(Literal),
        either_way(orders, booleans | names(*DEFINITIONS), st.booleans().map(Literal) | booleans),
        either_way(equals, names("e.kind"), colours.map(Literal) | names("e.other")),
        either_way(orders, wholes, st.integers(-5, 5).map(Literal) | wholes),
        either_way(orders, names("n.share"), quarters.map(Literal)),
        st.builds(Compare, orders, names("d.start"), names("d.end")),
        either_way(orders, names("c.home"), homes.map(Literal)),
        either_way(orders, names("t.name"), texts.map(Literal)),
        st.builds(In, names("e.kind"), lists(colours)),
        st.builds(In, wholes, lists(st.integers(-3, 3))),
        st.builds(In, names("n.share"), lists(quarters)),
        st.builds(In, names("t.name"), lists(texts)),
        st.builds(In, names("b.one"), lists(st.booleans())),
        st.builds(In, names("c.home"), names("c.many")),
        st.builds(In, names("e.kind"), names("s.tags")),
        st.builds(In, names("def.first"), lists(st.booleans())),
        st.builds(
            lambda op, number: Compare(op, Call("size", (Name("r.subs"),)), Literal(number)),
            orders,
            st.integers(0, 3),
        ),
        set_atoms(least),
        *(more if times else ()),
    )


def conditions(atom):
    def grow(inner):
        several = st.lists(inner, min_size=2, max_size=3).map(tuple)
        return st.one_of(
            inner.map(Not),
            several.map(And),
            several.map(Or),
            st.builds(Compare, orders, inner, st.booleans().map(Literal)),
        )

    return st.recursive(atom, grow, max_leaves=8)


def definitions(atom):
    """Two definitions; the second may use the first, and neither itself."""

    def without(node, ids):
        match node:
            case Name(id_):
                return Name("b.three") if id_ in ids else node
            case Not(operand):
                return Not(without(operand, ids))
            case And(parts) | Or(parts):
                return type(node)(tuple(without(part, ids) for part in parts))
            case Compare(op, left, right):
                return Compare(op, without(left, ids), without(right, ids))
            case In(item, container):
                return In(without(item, ids), without(container, ids))
            case Call(function, args):
                return Call(function, tuple(without(arg, ids) for arg in args))
        return node

    grown = conditions(atom)
    return st.builds(
        lambda first, second: {
            "def.first": without(first, DEFINITIONS),
            "def.second": without(second, DEFINITIONS[1:]),
        },
        grown,
        grown,
    )


# Any tree the grammar can write, sound or not --------------------------------------------------------------------

RESERVED = {"true", "false", "in", "and", "or", "not", "True", "False", "null", "None", "unknown"}
identifiers = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,5}(\.[A-Za-z_][A-Za-z0-9_]{0,5}){0,2}", fullmatch=True).filter(
    lambda text: text not in RESERVED
)
decimals = st.builds(
    lambda whole, part, sign: Decimal(f"{'-' if sign else ''}{whole}.{part}"),
    st.integers(0, 10**14),
    st.from_regex(r"[0-9]{1,14}", fullmatch=True),
    st.booleans(),
)
scalars = st.booleans() | st.integers(-(10**29), 10**29) | decimals | texts


def _any_node(inner):
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(
        inner.map(Not),
        several.map(And),
        several.map(Or),
        st.builds(Compare, orders, inner, inner),
        st.builds(In, inner, inner),
        st.lists(inner, max_size=3).map(lambda items: ListLiteral(tuple(items))),
        st.sampled_from(tuple(FUNCTIONS)).flatmap(
            lambda name: st.lists(inner, min_size=FUNCTIONS[name], max_size=FUNCTIONS[name]).map(
                lambda args: Call(name, tuple(args))
            )
        ),
    )


trees = st.recursive(scalars.map(Literal) | identifiers.map(Name), _any_node, max_leaves=12)
