"""From conditions to expressions over columns, and which columns those need.

Most atoms are about one fact and constants. They become exact comparisons of small numbers, decided here: the months
since a date, say, are a comparison with one day, found by asking the evaluator's own calendar. An atom of any other
shape (two sets, a word in a set) is left to the evaluator and comes as a column of verdicts. The result is tested equal
to `kleene.evaluate` on generated conditions and facts.
"""

from bisect import bisect_left
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from typing import Any, Final, Generic, TypeAlias, TypeVar

from govern.conditions.columns import (
    WORD,
    Alike,
    AtomColumn,
    BitColumns,
    Bits,
    Column,
    DayColumn,
    Expression,
    Fixed,
    Flag,
    FlagColumn,
    Number,
    OneOf,
    PlaceColumn,
    SizeColumn,
    WholeColumn,
    columns_of,
    every,
    names_of,
    opposite,
    parts_of,
    some,
)
from govern.conditions.kleene import COMPARE, has_all, has_any, is_member, literal_value, months_between
from govern.conditions.model import And, Call, Compare, In, ListLiteral, Literal, Name, Node, Not, Or, find_names
from govern.kernel.facts import FactSpec, Kind

Key = TypeVar("Key", bound=Hashable)

_SETS: Final = frozenset((Kind.SET, Kind.COUNTRIES, Kind.MAP))
_PLACES: Final = frozenset((Kind.ENUM, Kind.COUNTRY, Kind.TEXT, Kind.DECIMAL))
_TURNED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_LAST_DAY: Final = date.max.toordinal()
_RANGE: Final = {Kind.INTEGER: (-(2**53), 2**53), Kind.DATE: (0, _LAST_DAY + 1)}
_SIZES: Final = (-1, 2**31 - 1)


@dataclass(frozen=True, slots=True)
class ColumnPlan(Generic[Key]):
    """Conditions as expressions over columns.

    `definitions` are expressions by name, each before those that use it, as a `Flag` of that name.
    """

    columns: tuple[Column, ...]
    definitions: Mapping[str, Expression]
    conditions: Mapping[Key, Expression]


@dataclass(frozen=True, slots=True)
class _Constant:
    value: Any


@dataclass(frozen=True, slots=True)
class _Fact:
    """A fact, or with `call` a number made of it."""

    spec: FactSpec
    call: str = ""


_Operand: TypeAlias = "_Constant | _Fact | None"
"""None is unknown in every row."""


def plan_columns(
    conditions: Mapping[Key, Node],
    definitions: Mapping[str, Node],
    facts: Iterable[FactSpec],
    parameters: Mapping[str, Any],
    as_of: date,
) -> "ColumnPlan[Key]":
    """The conditions over a table that has these facts, on a day; any other fact is unknown in all its rows.

    The conditions must have passed `check_condition`. Cost: some ten microseconds a node, twice: the first pass finds
    the values that the columns must tell apart.
    """
    specs = {spec.id: spec for spec in facts}
    columns = _Columns()
    for settled in (False, True):
        columns.settled = settled
        planner = _Planner(specs, definitions, parameters, as_of, columns)
        found = {key: planner.verdict(node) for key, node in conditions.items()}
    return _prune(ColumnPlan(tuple(columns.known.values()), dict(planner.written), found))


def _prune(table: "ColumnPlan[Key]") -> "ColumnPlan[Key]":
    """Without the columns and definitions that simplification left unread."""
    read: set[str] = set()

    def visit(expression: Expression) -> None:
        for name in columns_of(expression):
            if name not in read:
                read.add(name)
                if name in table.definitions:
                    visit(table.definitions[name])
        for part in parts_of(expression):
            visit(part)

    for expression in table.conditions.values():
        visit(expression)
    columns = tuple(column for column in table.columns if not read.isdisjoint(names_of(column)))
    definitions = {name: inner for name, inner in table.definitions.items() if name in read}
    return ColumnPlan(columns, definitions, table.conditions)


@dataclass
class _Columns:
    """What the columns must tell apart: gathered in the first pass, read in the second, when it is `settled`."""

    settled: bool = False
    values: dict[str, set[Any]] = field(default_factory=dict)
    known: dict[tuple[str, Hashable], Column] = field(default_factory=dict)

    def get(self, kind: type[Any], key: Hashable, make: Callable[[str], Column]) -> Any:
        """The column of a kind for a fact or atom, under the name that it got when it was first asked for."""
        place = (kind.__name__, key)
        if place not in self.known:
            self.known[place] = make(f"c{len(self.known)}")
        return self.known[place]

    def note(self, fact: str, values: Iterable[Any]) -> None:
        self.values.setdefault(fact, set()).update(values)


class _Planner:
    def __init__(
        self,
        specs: Mapping[str, FactSpec],
        definitions: Mapping[str, Node],
        parameters: Mapping[str, Any],
        as_of: date,
        columns: _Columns,
    ) -> None:
        self.specs, self.definitions, self.parameters = specs, definitions, parameters
        self.as_of, self.columns = as_of, columns
        self.written: dict[str, Expression] = {}
        self.used: dict[str, Expression] = {}
        self.atoms: dict[Node, Expression] = {}

    # Logic

    def verdict(self, node: Node) -> Expression:
        match node:
            case Not(operand):
                return opposite(self.verdict(operand))
            case And(parts):
                return every([self.verdict(part) for part in parts])
            case Or(parts):
                return some([self.verdict(part) for part in parts])
            case Literal(value):
                return Fixed(bool(value))
            case Name(id_):
                return self.name(id_)
        if node not in self.atoms:
            self.atoms[node] = self.atom(node)
        return self.atoms[node]

    def name(self, id_: str) -> Expression:
        if id_ in self.definitions:
            return self.definition(id_)
        match self.operand(Name(id_)):
            case _Constant(value):
                return Fixed(bool(value))
            case _Fact(spec):
                column: FlagColumn = self.column(FlagColumn, spec.id)
                return Flag(column.name)
        return Fixed(None)

    def definition(self, id_: str) -> Expression:
        """A definition by its name; what is fixed or a column already needs none."""
        if id_ not in self.used:
            inner = self.verdict(self.definitions[id_])
            if isinstance(inner, Fixed | Flag):
                self.used[id_] = inner
            else:
                name = f"d{len(self.written)}"
                self.written[name], self.used[id_] = inner, Flag(name)
        return self.used[id_]

    # Atoms

    def atom(self, node: Node) -> Expression:
        match node:
            case Compare(op, left, right):
                if self.is_logic(left):
                    return self.compare_logic(op, self.verdict(left), self.verdict(right))
                return self.compare(node, op, self.operand(left), self.operand(right))
            case In(item, container):
                if self.is_logic(item):
                    return self.among(self.verdict(item), self.operand(container))
                return self.membership(node, self.operand(item), self.operand(container))
            case Call(function, (left, right)):
                return self.sets(node, function, self.operand(left), self.operand(right))
        raise TypeError(node)

    def is_logic(self, node: Node) -> bool:
        """Whether a side of a comparison is true or false."""
        match node:
            case Literal(value):
                return isinstance(value, bool)
            case Name(id_):
                spec = self.specs.get(id_)
                constant = isinstance(self.parameters.get(id_), bool)
                return id_ in self.definitions or constant or (spec is not None and spec.kind is Kind.BOOLEAN)
            case Call(function, _):
                return function in ("has_any", "has_all")
            case ListLiteral():
                return False
        return True

    def operand(self, node: Node) -> _Operand:
        match node:
            case Literal() | ListLiteral():
                return _Constant(literal_value(node))
            case Name(id_) if id_ in self.specs:
                return _Fact(self.specs[id_])
            case Name(id_):
                return _Constant(self.parameters[id_]) if id_ in self.parameters else None
            case Call(function, (arg,)):
                return self.number_call(function, self.operand(arg))
        return None  # logic, beside a boolean fact that is unknown in every row

    def number_call(self, function: str, arg: _Operand) -> _Operand:
        match arg:
            case _Fact(spec):
                return _Fact(spec, function)
            case _Constant(value) if function == "size":
                return _Constant(len(value))
            case _Constant(value) if function == "months_since":
                return _Constant(months_between(value, self.as_of))
            case _Constant(value):
                return _Constant((value - self.as_of).days)
        return None

    def compare_logic(self, op: str, left: Expression, right: Expression) -> Expression:
        if isinstance(left, Fixed) and isinstance(right, Fixed):
            known = left.verdict is not None and right.verdict is not None
            return Fixed(COMPARE[op](left.verdict, right.verdict) if known else None)
        if Fixed(None) in (left, right):
            return Fixed(None)
        return Alike(op, left, right)

    def among(self, item: Expression, container: _Operand) -> Expression:
        """A verdict in a list of true and false."""
        if not isinstance(container, _Constant) or item == Fixed(None):
            return Fixed(None)
        truth, falsehood = True in container.value, False in container.value
        if truth and falsehood:
            return some((item, opposite(item)))
        if truth or falsehood:
            return item if truth else opposite(item)
        return every((item, opposite(item)))

    def compare(self, node: Node, op: str, left: _Operand, right: _Operand) -> Expression:
        match left, right:
            case (None, _) | (_, None):
                return Fixed(None)
            case _Constant(one), _Constant(other):
                return Fixed(COMPARE[op](one, other))
            case _Constant(constant), _Fact() as fact:
                return self.compare_with(_TURNED.get(op, op), fact, constant)
            case _Fact() as fact, _Constant(constant):
                return self.compare_with(op, fact, constant)
        assert isinstance(left, _Fact)
        assert isinstance(right, _Fact)
        first, second = self.natural(left), self.natural(right)
        if first and second and (first[1] is Kind.DATE) is (second[1] is Kind.DATE):
            return Number(op, first[0], second[0])
        return self.left_to_evaluator(node)

    def compare_with(self, op: str, fact: _Fact, constant: Any) -> Expression:
        kind = fact.spec.kind
        if fact.call == "months_since":
            return self.months(op, fact.spec, constant)
        if fact.call == "days_until":
            return self.whole(
                op, self.column(DayColumn, fact.spec.id).name, constant, Kind.DATE, self.as_of.toordinal()
            )
        if fact.call == "size":
            return self.whole(op, self.column(SizeColumn, fact.spec.id).name, constant, None)
        if kind is Kind.INTEGER:
            return self.whole(op, self.column(WholeColumn, fact.spec.id).name, constant, kind)
        if kind is Kind.DATE:
            return self.whole(op, self.column(DayColumn, fact.spec.id).name, constant.toordinal(), kind)
        return Number(op, self.place_column(fact.spec).name, self.place(fact.spec, constant))

    def natural(self, fact: _Fact) -> tuple[str, Kind] | None:
        """The column of a fact that is a whole number by itself, and its kind."""
        if fact.call == "size":
            return self.column(SizeColumn, fact.spec.id).name, Kind.INTEGER
        if not fact.call and fact.spec.kind is Kind.INTEGER:
            return self.column(WholeColumn, fact.spec.id).name, Kind.INTEGER
        if not fact.call and fact.spec.kind is Kind.DATE:
            return self.column(DayColumn, fact.spec.id).name, Kind.DATE
        return None

    # Numbers

    def whole(self, op: str, column: str, constant: int | Decimal, kind: Kind | None, base: int = 0) -> Expression:
        """A whole number against a constant that may have a fraction, or be larger than the column can hold."""
        low, high = _RANGE[kind] if kind else _SIZES
        floor = int(Decimal(constant).to_integral_value(ROUND_FLOOR))
        if floor != constant:
            if op in ("==", "!="):
                return self.never(column, low, negated=op == "!=")
            op = "<=" if op in ("<", "<=") else ">"
        return Number(op, column, min(max(floor + base, low), high))

    def never(self, column: str, low: int, *, negated: bool) -> Expression:
        """False where the column is known; or true."""
        return Number(">=" if negated else "<", column, low)

    def months(self, op: str, spec: FactSpec, constant: int | Decimal) -> Expression:
        """The later the date, the fewer the months: a comparison of months is one of days."""
        column = self.column(DayColumn, spec.id).name
        floor = int(Decimal(constant).to_integral_value(ROUND_FLOOR))
        if floor != constant:
            if op in ("==", "!="):
                return self.never(column, 0, negated=op == "!=")
            op = "<=" if op in ("<", "<=") else ">"
        at_most, less = self.first_day(floor), self.first_day(floor - 1)
        match op:
            case "<=" | ">":
                return Number(">=" if op == "<=" else "<", column, at_most)
            case "<" | ">=":
                return Number(">=" if op == "<" else "<", column, less)
        equal = every((Number(">=", column, at_most), Number("<", column, less)))
        return equal if op == "==" else opposite(equal)

    def first_day(self, months: int) -> int:
        """The first day since which at most so many months have passed."""
        return 1 + bisect_left(
            range(1, _LAST_DAY + 1), True, key=lambda day: months_between(date.fromordinal(day), self.as_of) <= months
        )

    # Words and decimals

    def place(self, spec: FactSpec, value: Any) -> int:
        mark = Decimal(value) if spec.kind is Kind.DECIMAL else value
        if not self.columns.settled:
            self.columns.note(spec.id, (mark,))
            return 0
        return 2 * self.place_column(spec).marks.index(mark) + 1

    def membership(self, node: Node, item: _Operand, container: _Operand) -> Expression:
        match item, container:
            case (None, _) | (_, None):
                return Fixed(None)
            case _Constant(value), _Constant(values):
                return Fixed(is_member(value, values))
            case _Constant(value), _Fact(spec):
                return self.bits(spec, (value,), every_=False)
            case _Fact() as fact, _Constant(values) if fact.call in ("", "size"):
                return self.one_of(fact, values)
        return self.left_to_evaluator(node)

    def one_of(self, fact: _Fact, values: Iterable[Any]) -> Expression:
        natural = self.natural(fact)
        if natural is None:
            places = {self.place(fact.spec, value) for value in values}
            return self.listed(self.place_column(fact.spec).name, places, -1)
        column, kind = natural
        low, high = _SIZES if fact.call else _RANGE[kind]
        numbers = {value.toordinal() if isinstance(value, date) else value for value in values}
        return self.listed(column, {int(each) for each in numbers if each == int(each) and low < each < high}, low)

    def listed(self, column: str, values: set[int], low: int) -> Expression:
        return OneOf(column, tuple(sorted(values))) if values else self.never(column, low, negated=False)

    # Sets

    def sets(self, node: Node, function: str, left: _Operand, right: _Operand) -> Expression:
        match left, right:
            case (None, _) | (_, None):
                return Fixed(None)
            case _Constant(one), _Constant(other):
                return Fixed((has_any if function == "has_any" else has_all)(one, other))
            case _Fact(spec), _Constant(values):
                return self.bits(spec, values, every_=function == "has_all")
            case _Constant(values), _Fact(spec) if function == "has_any":
                return self.bits(spec, values, every_=False)
            case _Constant(values), _Fact(spec):
                return opposite(self.beside(spec, values))
        return self.left_to_evaluator(node)

    def bits(self, spec: FactSpec, values: Iterable[str], *, every_: bool) -> Expression:
        """Whether the set has any, or every, one of the values."""
        chosen = set(values)
        self.columns.note(spec.id, chosen)
        return self.masks(self.bit_columns(spec), chosen if self.columns.settled else (), every_=every_)

    def beside(self, spec: FactSpec, values: Iterable[str]) -> Expression:
        """Whether the set has a member that is not among the values."""
        chosen = set(values)
        self.columns.note(spec.id, chosen)
        columns = self.bit_columns(spec)
        return self.masks(columns, {None, *columns.members} - chosen, every_=False)

    def masks(self, columns: BitColumns, members: "Iterable[str | None]", *, every_: bool) -> Expression:
        words: dict[int, int] = {}
        for member in members:
            word, bit = columns.bit(member)
            words[word] = words.get(word, 0) | 1 << bit
        may = columns.may or (None,) * len(columns.names)
        found = [Bits(columns.names[word], mask, every_, may[word]) for word, mask in sorted((words or {0: 0}).items())]
        return every(found) if every_ else some(found)

    # Columns

    def column(self, kind: type[Any], fact: str) -> Any:
        return self.columns.get(kind, fact, lambda name: kind(name, fact))

    def place_column(self, spec: FactSpec) -> PlaceColumn:
        marks = tuple(sorted(self.columns.values.get(spec.id, ())))
        column: PlaceColumn = self.columns.get(PlaceColumn, spec.id, lambda name: PlaceColumn(name, spec.id, ()))
        if column.marks != marks:
            column = PlaceColumn(column.name, spec.id, marks)
            self.columns.known["PlaceColumn", spec.id] = column
        return column

    def bit_columns(self, spec: FactSpec) -> BitColumns:
        values = self.columns.values.setdefault(spec.id, set())
        if spec.coarse:
            values.update(spec.coarse, *spec.coarse.values(), spec.values)
        members = tuple(sorted(values))
        column: BitColumns = self.columns.get(BitColumns, spec.id, lambda name: BitColumns((name,), spec.id, ()))
        if column.members != members or (not column.may and spec.coarse):
            base = column.names[0]
            suffixes = [f"_{word}" if word else "" for word in range(len(members) // WORD + 1)]
            may = tuple(f"{base}{suffix}_may" for suffix in suffixes) if spec.coarse else ()
            column = BitColumns(tuple(f"{base}{suffix}" for suffix in suffixes), spec.id, members, may)
            self.columns.known["BitColumns", spec.id] = column
        return column

    def left_to_evaluator(self, node: Node) -> Expression:
        facts = find_names(node)
        column: AtomColumn = self.columns.get(
            AtomColumn, node, lambda name: AtomColumn(name, node, tuple(id_ for id_ in facts if id_ in self.specs))
        )
        return Flag(column.name)
