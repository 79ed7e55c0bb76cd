"""How a condition could come to hold: the smallest sets of changes to facts that give it another verdict.

The search follows the condition's tree. Of a conjunction every part has to be changed that does not hold yet, of a
disjunction one; a definition is followed into its condition. What is left at the leaves is a change of one fact. Only
the `MOST` smallest sets are kept on the way up, so that the cost is bounded by the size of the condition: with more
alternatives than that the result is small, but it may not be the smallest.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from itertools import product
from math import ceil, floor
from typing import Any, TypeAlias

from dateutil.relativedelta import relativedelta

from govern.conditions.kleene import COMPARE, Evaluator, Scope, compile_condition, literal_value, months_between
from govern.conditions.model import And, Call, Compare, In, ListLiteral, Literal, Name, Node, Not, Or
from govern.kernel.facts import Derivation, FactSpec, Kind, MapValue, PartialSet, with_derived

MOST = 24
"""Alternatives that are kept at each part of a condition."""

_MIRRORED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_SETS = (Kind.SET, Kind.COUNTRIES)


@dataclass(frozen=True, slots=True)
class Change:
    """One fact changed. `op` is `is` (the fact has this value), `has` or `lacks` (the set with or without this).

    Or `maps`: the pair of a country and the value that its entry has.
    """

    fact: str
    op: str
    value: Any

    def apply(self, old: Any) -> Any:
        """The fact's value after the change; `old` is None where it is unknown. What is known in part stays so."""
        if self.op == "is":
            return self.value
        if self.op == "maps":
            return MapValue.of(dict([*(old.rows if old is not None else ()), self.value]))
        known = frozenset(old or ())
        members = known | {self.value} if self.op == "has" else known - {self.value}
        possible = old.possible - {self.value} if isinstance(old, PartialSet) else ()
        return PartialSet.of(members, possible) if possible else members


Way: TypeAlias = frozenset[Change]


@dataclass(frozen=True)
class World:
    """What the search needs to know: facts, figures of the law, the day, definitions, and what facts there are."""

    facts: Mapping[str, Any]
    parameters: Mapping[str, Any]
    as_of: date
    definitions: Mapping[str, Node]
    evaluators: Mapping[str, Evaluator]
    find: Callable[[str], FactSpec | None]
    last: frozenset[str] = frozenset()
    """Facts that are changed only where nothing else helps."""
    derived: tuple[FactSpec, ...] = ()
    """Facts that are worked out from others: they follow each change."""

    def cost(self, way: Way) -> tuple[int, int]:
        """How many last resorts a set of changes takes, and how many changes."""
        return sum(change.fact in self.last for change in way), len(way)

    def rank(self, change: Change) -> str:
        """Of entries of a map those come first whose value other countries have already."""
        return "2" if change.op == "maps" and change.value[1] not in (self.value(change.fact) or ()) else "1"

    def value(self, id_: str) -> Any:
        """A fact's or parameter's value; None if it is unknown."""
        return self.facts.get(id_, self.parameters.get(id_))

    def holds(self, node: Node, wanted: bool) -> bool:
        """Whether a condition has this verdict already."""
        return compile_condition(node)(self._scope).verdict is wanted

    @cached_property
    def _scope(self) -> Scope:
        """One for all conditions: a definition is evaluated once."""
        return Scope({**self.parameters, **self.facts}, self.as_of, self.evaluators)


def find_ways(node: Node, wanted: bool, world: World) -> tuple[Way, ...]:
    """The sets of changes that give a condition the wanted verdict, cheap ones first; () if none was found.

    The empty set alone if it has it already. Each is small, not always the smallest: see above. Each is tried before it
    is given, for the change of one part may undo another; and none is given with changes that it does not need.
    """
    found: list[Way] = []

    def gives(way: Way) -> bool:
        return replace(world, facts=change_values(world.facts, way, world.derived)).holds(node, wanted)

    for way in _whole(node, wanted, world, gives):
        if not any(smaller <= way for smaller in found) and gives(way):
            found.append(way)
    return tuple(found)


def _whole(node: Node, wanted: bool, world: World, gives: Callable[[Way], bool]) -> list[Way]:
    """The ways; one with new entries of a map that is not enough, with what these ask for and without what is idle."""
    ways = _ways(node, wanted, world)
    further: list[Way] = []
    for way in ways:
        if any(change.op == "maps" for change in way) and not gives(way):
            then = replace(world, facts=change_values(world.facts, way, world.derived))
            wider = (way | more for more in _ways(node, wanted, then) if _agree(way, more))
            whole = next((each for each in wider if gives(each)), way)
            for change in sorted(whole, key=str):
                whole = whole - {change} if gives(whole - {change}) else whole
            further.append(whole)
    return _smallest([*ways, *further], world)


def change_values(values: Mapping[str, Any], way: Way, derived: tuple[FactSpec, ...] = ()) -> dict[str, Any]:
    """The facts after the changes, and what is worked out from them."""
    changed = dict(values)
    for change in sorted(way, key=lambda each: each.fact):
        changed[change.fact] = change.apply(changed.get(change.fact))
    facts = {change.fact for change in way}
    touched = (spec for spec in derived if spec.derive and not facts.isdisjoint((spec.id, *spec.derive.sources)))
    return with_derived(derived, changed) if any(touched) else changed


def _ways(node: Node, wanted: bool, world: World) -> list[Way]:
    if world.holds(node, wanted):
        return [frozenset()]
    match node:
        case Not(operand):
            return _ways(operand, not wanted, world)
        case And(parts) | Or(parts):
            found = [_ways(part, wanted, world) for part in parts]
            if isinstance(node, And) is wanted:
                return _combine(found, world)
            return _smallest((way for ways in found for way in ways), world)
        case Name(id_) if id_ in world.definitions:
            return _ways(world.definitions[id_], wanted, world)
    return _smallest((frozenset(each) for each in _of_atom(node, wanted, world)), world)


def _combine(parts: list[list[Way]], world: World) -> list[Way]:
    """One way of each part together; those that contradict themselves are left out."""
    whole: list[Way] = [frozenset()]
    for ways in parts:
        whole = _smallest((one | other for one, other in product(whole, ways) if _agree(one, other)), world)
    return whole


def _smallest(ways: Iterable[Way], world: World) -> list[Way]:
    def order(way: Way) -> tuple[tuple[int, int], list[str]]:
        return world.cost(way), sorted(f"{each.fact} {each.op} {world.rank(each)}{each.value}" for each in way)

    return sorted(set(ways), key=order)[:MOST]


def _agree(one: Way, other: Way) -> bool:
    """Whether two sets of changes can be made together: a fact is set once, a member is not both added and taken.

    New entries of a map all have one value: with a value for each country by itself the sets would be too many.
    """
    for a, b in product(one, other):
        if a.fact == b.fact and a != b and ("is" in (a.op, b.op) or (a.op != b.op and a.value == b.value)):
            return False
        if a.fact == b.fact and a.op == b.op == "maps" and a.value[1] != b.value[1]:
            return False
    return True


def _of_atom(node: Node, wanted: bool, world: World) -> Iterator[tuple[Change, ...]]:
    match node:
        case Name(id_):
            if _changeable(id_, world):
                yield (Change(id_, "is", wanted),)
        case Compare(op, left, right):
            yield from _of_comparison(op if wanted else _OPPOSITE[op], left, right, world)
        case In(item, Name(id_)) if not isinstance(item, Name):
            if _is_set(id_, world):
                yield (Change(id_, "has" if wanted else "lacks", literal_value(item)),)
        case In(Name(id_), ListLiteral() as options):
            spec = world.find(id_)
            if spec is not None:
                yield from _of_choice(spec, literal_value(options), wanted)
        case Call("has_any" | "has_all" as function, (Name(id_), items)) if _is_set(id_, world):
            yield from _of_sets(function, id_, _members(items, world), wanted, world.value(id_))
        case Call("has_all", (container, Name(id_))) if wanted and _is_set(id_, world):
            outside = frozenset(world.value(id_) or ()) - frozenset(_members(container, world))
            yield tuple(Change(id_, "lacks", each) for each in outside)
        case Call("has_all", (container, Name(id_))) if wanted and (derive := _derivation(id_, world)) is not None:
            yield from _of_derived(derive, frozenset(_members(container, world)), world)
        case In(Name(item), Name(id_)) if wanted and (derive := _derivation(id_, world)) is not None:
            if not derive.values and not derive.without and isinstance(world.value(item), str):
                yield from _of_entries(derive.base, {world.value(item)}, (), world)


def _changeable(id_: str, world: World) -> bool:
    spec = world.find(id_)
    return spec is not None and spec.derive is None


def _is_set(id_: str, world: World) -> bool:
    spec = world.find(id_)
    return spec is not None and spec.derive is None and spec.kind in _SETS


def _is_map(id_: str, world: World) -> bool:
    spec = world.find(id_)
    return spec is not None and spec.kind is Kind.MAP


def _derivation(id_: str, world: World) -> Derivation | None:
    """How a fact is worked out, if a map is what it is worked out from or what it leaves out."""
    spec = world.find(id_)
    derive = spec.derive if spec is not None else None
    source = world.find(derive.without or derive.base) if derive is not None else None
    return derive if source is not None and source.kind is Kind.MAP else None


def _of_derived(derive: Derivation, allowed: frozenset[str], world: World) -> Iterator[tuple[Change, ...]]:
    """New entries of the map after which what is worked out has no member that is not allowed.

    No change where the map is not known: the entries that another part of the condition asks for may be enough.
    """
    base, without = world.value(derive.base), world.value(derive.without) if derive.without else None
    if derive.without and base is not None:
        yield from _of_entries(derive.without, derive.work_out(base, without or frozenset()) - allowed, (), world)
    elif derive.values and base is not None:
        yield from _of_entries(derive.base, derive.work_out(base) - allowed, derive.values, world)
    elif derive.values:
        yield ()


def _of_entries(
    fact: str, countries: Iterable[str], barred: tuple[str, ...], world: World
) -> Iterator[tuple[Change, ...]]:
    spec = world.find(fact)
    for value in spec.values if spec is not None else ():
        if value not in barred:
            yield tuple(Change(fact, "maps", (country, value)) for country in countries)


def _members(node: Node, world: World) -> tuple[Any, ...]:
    if isinstance(node, Name):
        return tuple(world.value(node.id) or ())
    return tuple(literal_value(node))


def _of_choice(spec: FactSpec, options: tuple[Any, ...], wanted: bool) -> Iterator[tuple[Change, ...]]:
    for value in options if wanted else (each for each in spec.values if each not in options):
        yield (Change(spec.id, "is", value),)


def _of_sets(
    function: str, id_: str, members: tuple[Any, ...], wanted: bool, known: frozenset[Any] | None
) -> Iterator[tuple[Change, ...]]:
    op = "has" if wanted else "lacks"
    if (function == "has_all") is wanted:
        possible = known.possible if isinstance(known, PartialSet) else members if known is None else ()
        idle = [each for each in members if each not in possible and (each in (known or ())) is wanted]
        yield tuple(Change(id_, op, each) for each in members if each not in idle)
    else:
        for each in members:
            yield (Change(id_, op, each),)


def _of_comparison(op: str, left: Node, right: Node, world: World) -> Iterator[tuple[Change, ...]]:
    for one, sign, other in ((left, op, right), (right, _MIRRORED[op], left)):
        bound = _constant(other, world)
        if bound is None:
            continue
        with suppress(OverflowError, ValueError):  # there is no such day in the calendar
            match one:
                case Name(id_):
                    spec = world.find(id_)
                    values = _values(sign, bound, spec) if spec is not None else ()
                case Call("months_since", (Name(id_),)) if _changeable(id_, world):
                    values = tuple(_months_ago(world.as_of, each) for each in _nearest(sign, bound, 1, whole=True))
                case Call("days_until", (Name(id_),)) if _changeable(id_, world):
                    values = tuple(world.as_of + timedelta(each) for each in _nearest(sign, bound, 1, whole=True))
                case Call("size", (Name(id_),)) if _is_set(id_, world) and COMPARE[sign](0, bound):
                    values = (frozenset(),)
                case Call("size", (Name(id_),)) if _is_map(id_, world) and COMPARE[sign](1, bound):
                    yield ()  # entries that another part asks for may be enough
                    continue
                case _:
                    continue
            yield from ((Change(id_, "is", value),) for value in values)


def _constant(node: Node, world: World) -> Any:
    """The value of a side that stays as it is; None if it is unknown or is itself computed."""
    if isinstance(node, Literal):
        return node.value
    return world.value(node.id) if isinstance(node, Name) else None


def _values(sign: str, bound: Any, spec: FactSpec) -> tuple[Any, ...]:
    """Values that stand to `bound` as the sign says: the nearest of numbers and days, all of a choice."""
    if isinstance(bound, bool) or spec.values:
        return tuple(each for each in spec.values or (True, False) if COMPARE[sign](each, bound))
    if isinstance(bound, str):
        return (bound,) if sign in ("==", "<=", ">=") else ()
    step = timedelta(days=1) if isinstance(bound, date) else 1
    return _nearest(sign, bound, step, whole=spec.kind is Kind.INTEGER)


def _nearest(sign: str, bound: Any, step: Any, *, whole: bool) -> tuple[Any, ...]:
    """The value next to `bound` that stands to it as the sign says, a whole one if that is needed; () if there is none.

    Of those that only differ from it none is nearer than all others.
    """
    low, high = (floor(bound), ceil(bound)) if whole else (bound, bound)
    match sign:
        case "<":
            return (high - step,)
        case ">":
            return (low + step,)
        case "<=":
            return (low,)
        case ">=":
            return (high,)
    return (low,) if sign == "==" and low == high else ()


def _months_ago(as_of: date, months: int) -> date:
    """A day from which to `as_of` just as many full months pass."""
    day: date = as_of - relativedelta(months=months)
    # the last of a shorter month stands for a missing day; of what is to come, that is a day too early
    return day if months_between(day, as_of) == months else day + timedelta(days=1)
