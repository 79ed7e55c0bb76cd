"""Values as the number columns that a plan asks for, with or without NULL."""

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

import numpy as np
import pyarrow as pa

from govern.conditions import (
    WORD,
    AtomColumn,
    BitColumns,
    Call,
    Column,
    DayColumn,
    FlagColumn,
    In,
    Name,
    Node,
    PlaceColumn,
    Scope,
    SizeColumn,
    WholeColumn,
    compile_condition,
    names_of,
)
from govern.kernel import FactSpec, PartialSet
from govern.portfolio.values import Booleans, Distinct, Fractions, Numbers, Plain, Records, Sets, Values, list_python

ALL_BITS: Final = 2**62 - 1


@dataclass(frozen=True, slots=True)
class Encoded:
    """One column of a plan: its numbers by name, and which rows are unknown."""

    column: Column
    numbers: Mapping[str, Numbers]
    unknown: Booleans


class Encoder:
    """Encodes the columns of a plan. `specs` declare the facts; `parameters` and `as_of` are the evaluator's world."""

    def __init__(
        self, columns: Sequence[Column], specs: Mapping[str, FactSpec], parameters: Mapping[str, Any], as_of: date
    ) -> None:
        self.columns, self.specs = columns, specs
        self._atoms = {
            column.name: _Atom(column, parameters, as_of) for column in columns if isinstance(column, AtomColumn)
        }

    def facts(self) -> tuple[str, ...]:
        """The facts that the columns need."""
        found: dict[str, None] = {}
        for column in self.columns:
            found.update(dict.fromkeys(column.facts if isinstance(column, AtomColumn) else (column.fact,)))
        return tuple(found)

    def encode(self, values: Mapping[str, Values]) -> Iterator[Encoded]:
        """Each column, in order."""
        lists: dict[str, list[Any]] = {}
        pairs = _Pairs(self.columns, self.specs, values)
        for column in self.columns:
            if isinstance(column, AtomColumn):
                if is_of_sets(column.node):
                    yield pairs.encode(column)
                    continue
                for fact in column.facts:
                    if fact not in lists:
                        lists[fact] = list_python(self.specs[fact], values[fact])
                yield self._atoms[column.name].encode([lists[fact] for fact in column.facts])
            else:
                yield encode_column(column, self.specs[column.fact], values[column.fact])


def is_of_sets(node: Node) -> bool:
    """Whether an atom is about two sets, or a word and a set: those need no evaluator."""
    match node:
        case Call("has_any" | "has_all", (Name(), Name())) | In(Name(), Name()):
            return True
    return False


class _Pairs:
    """Atoms about two facts that are sets, or a word in a set: with a bit for each member that there is.

    What each set has for certain, and what it may have, gives what is sure and what is possible: see `has_any` and
    `has_all` of the evaluator.
    """

    def __init__(self, columns: Sequence[Column], specs: Mapping[str, FactSpec], values: Mapping[str, Values]) -> None:
        atoms = [column for column in columns if isinstance(column, AtomColumn) and is_of_sets(column.node)]
        facts = dict.fromkeys(fact for atom in atoms for fact in atom.facts)
        sets = {fact: _as_sets(values[fact]) for fact in facts}
        members = frozenset().union(*(_members_of(specs[fact], each) for fact, each in sets.items()))
        self.planes = {fact: _planes(specs[fact], each, members) for fact, each in sets.items()}

    def encode(self, column: AtomColumn) -> Encoded:
        """The verdicts of one atom."""
        match column.node:
            case Call(function, (Name(container), Name(items))):
                every = function == "has_all"
            case In(Name(items), Name(container)):
                every = False
            case _:
                raise TypeError(column.node)
        has, may_have, absent = self.planes[container]
        wanted, may_want, missing = self.planes[items]
        if every:
            sure = ~_any(want & ~have for want, have in zip(may_want, has, strict=True))
            possible = ~_any(want & ~have for want, have in zip(wanted, may_have, strict=True))
        else:
            sure = _any(want & have for want, have in zip(wanted, has, strict=True))
            possible = _any(want & have for want, have in zip(may_want, may_have, strict=True))
        return Encoded(column, {column.name: sure}, (sure != possible) | absent | missing)


def _as_sets(values: Values) -> "Distinct | Sets":
    """Words as sets of one."""
    match values:
        case Distinct(each, codes, unknown) if any(isinstance(value, str) for value in each):
            return Distinct([None if value is None else frozenset((value,)) for value in each], codes, unknown)
        case Distinct() | Sets():
            return values
    raise TypeError(values)


def _members_of(spec: FactSpec, values: "Distinct | Sets") -> frozenset[str]:
    known = [_possible(value or frozenset()) for value in values.values]
    return frozenset().union(*known, spec.coarse, *spec.coarse.values())


def _planes(
    spec: FactSpec, values: "Distinct | Sets", members: "frozenset[str]"
) -> tuple[list[Numbers], list[Numbers], Booleans]:
    """By word: what the sets have and what they may have; and which are unknown."""
    names = tuple(f"word_{word}" for word in range(len(members) // WORD + 1))
    may = tuple(f"{name}_may" for name in names) if spec.coarse else ()
    known, possible, unknown = _words(BitColumns(names, spec.id, tuple(sorted(members)), may), spec, values)
    return known, possible or known, unknown


def _any(words: "Iterable[Numbers]") -> Booleans:
    """Which rows have a bit in any of the words."""
    found: Booleans = np.bitwise_or.reduce(list(words)) != 0
    return found


class _Atom:
    """An atom that the evaluator decides, once for each different combination of values."""

    def __init__(self, column: AtomColumn, parameters: Mapping[str, Any], as_of: date) -> None:
        self.column, self.parameters, self.as_of = column, parameters, as_of
        self.evaluator = compile_condition(column.node)
        self.known: dict[Any, int] = {}

    def encode(self, lists: Sequence[list[Any]]) -> Encoded:
        codes = np.fromiter((self._code(row) for row in zip(*lists, strict=True)), np.int8)
        return Encoded(self.column, {self.column.name: codes == 1}, codes < 0)

    def _code(self, row: tuple[Any, ...]) -> int:
        key = tuple((type(each), each, getattr(each, "possible", None)) for each in row)
        if key not in self.known:
            facts = {fact: value for fact, value in zip(self.column.facts, row, strict=True) if value is not None}
            verdict = self.evaluator(Scope({**self.parameters, **facts}, self.as_of)).verdict
            self.known[key] = -1 if verdict is None else int(verdict)
        return self.known[key]


def number_types(columns: Sequence[Column]) -> dict[str, str]:
    """The columns by name, with the type that they have with NULL."""
    types: dict[str, str] = {}
    for column in columns:
        types.update(dict.fromkeys(names_of(column), _type(column)))
    return types


def _type(column: Column) -> str:
    match column:
        case FlagColumn() | AtomColumn():
            return "bool"
        case DayColumn() | SizeColumn():
            return "int32"
        case PlaceColumn(_, _, marks):
            return "int16" if len(marks) < 2**14 else "int32"
        case BitColumns(_, _, members):
            return "int32" if len(members) < 31 else "int64"
    return "int64"


def write_nullable(encoded: Encoded) -> Iterator[tuple[str, pa.Array]]:
    """The columns with NULL for unknown, for SQL's own logic."""
    for name, numbers in encoded.numbers.items():
        yield name, pa.array(numbers, mask=encoded.unknown)


def write_coded(encoded: Encoded, opposites: Collection[str]) -> Iterator[tuple[str, pa.Array]]:
    """The columns without NULL, as `sql.py` reads them: verdicts as 0, 1 and 7, and of other columns two more, `_k` and
    `_u`, that say whether a row is known. `opposites` are the verdicts that are read negated too."""
    column, unknown = encoded.column, encoded.unknown
    if isinstance(column, FlagColumn | AtomColumn):
        known, truth = ~unknown, encoded.numbers[column.name]
        yield column.name, pa.array(_code(truth & known, unknown))
        if column.name in opposites:
            yield f"{column.name}_n", pa.array(_code(~truth & known, unknown))
        return
    for name, numbers in encoded.numbers.items():
        yield name, pa.array(numbers)
    if isinstance(column, BitColumns) and column.may:
        return
    base = names_of(column)[0]
    yield f"{base}_k", pa.array((~unknown).view(np.uint8) * np.uint8(7))
    yield f"{base}_u", pa.array(unknown.view(np.uint8))


def _code(truth: Booleans, unknown: Booleans) -> Numbers:
    """7 for true, 1 for unknown, else 0."""
    return truth.view(np.uint8) * np.uint8(7) | unknown.view(np.uint8)


# One column -------------------------------------------------------------------------------------------------------


def encode_column(column: Column, spec: FactSpec, values: Values) -> Encoded:
    """The numbers of a column about one fact."""
    if isinstance(column, BitColumns):
        return _bits(column, spec, values)
    if isinstance(column, SizeColumn):
        return _size(column, spec, values)
    assert not isinstance(column, AtomColumn)
    type_ = np.dtype(_type(column))
    numbers, unknown = _numbers(column, values, type_)
    return Encoded(column, {column.name: numbers.astype(type_, copy=False)}, unknown)


def _numbers(
    column: "FlagColumn | WholeColumn | DayColumn | PlaceColumn", values: Values, type_: "np.dtype[Any]"
) -> tuple[Numbers, Booleans]:
    match column, values:
        case PlaceColumn(_, _, marks), Fractions(numbers, unknown):
            return _places(numbers, marks), unknown
        case PlaceColumn(_, _, marks), Distinct():
            return _look_up(values, lambda value: place_of(value, marks), type_), values.unknown
        case DayColumn(), Distinct():
            return _look_up(values, lambda value: value.toordinal(), type_), values.unknown
        case _, Distinct():
            return _look_up(values, int, type_), values.unknown
        case _, Plain(numbers, unknown):
            return numbers, unknown
    raise TypeError((column, values))


def _look_up(values: Distinct, number: Callable[[Any], int], type_: "np.dtype[Any]") -> Numbers:
    table = [0 if value is None else number(value) for value in values.values]
    return np.take(np.array(table, type_), values.codes)


def place_of(value: Any, marks: Sequence[Any]) -> int:
    """The place of a word or decimal among sorted marks, as `PlaceColumn` says."""
    at = bisect_left(marks, value)
    return 2 * at + (at < len(marks) and marks[at] == value)


def _places(numbers: Numbers, marks: Sequence[Any]) -> Numbers:
    """As `place_of`, of binary numbers that stand for the shortest decimal that reads back as they do."""
    floors = np.array([_first_not_below(mark) for mark in marks], np.float64)
    exact = np.array([Decimal(str(floor)) == mark for floor, mark in zip(floors, marks, strict=True)], bool)
    # The first mark whose floor is above the number, and whether the one before is the number itself.
    above = np.searchsorted(floors, numbers, side="right")
    before = np.maximum(above - 1, 0)
    same = (above > 0) & (floors[before] == numbers) & exact[before] if len(floors) else np.zeros(len(numbers), bool)
    found: Numbers = np.where(same, 2 * above - 1, 2 * above)
    return found


def _first_not_below(mark: Decimal) -> float:
    """The least binary number whose decimal is not below a mark."""
    near = float(mark)
    while np.isfinite(near) and Decimal(str(near)) >= mark:
        near = float(np.nextafter(near, -np.inf))
    while np.isfinite(near) and Decimal(str(near)) < mark:
        near = float(np.nextafter(near, np.inf))
    return near


# Sets -------------------------------------------------------------------------------------------------------------


def _bits(column: BitColumns, spec: FactSpec, values: Values) -> Encoded:
    known, may, unknown = _words(column, spec, values)
    kept = dict(zip(column.names, known, strict=True))
    if column.may:
        # Of an unknown set everything is possible.
        every = np.iinfo(_type(column)).max if _type(column) == "int32" else ALL_BITS
        kept.update(zip(column.may, [np.where(unknown, every, word) for word in may], strict=True))
    return Encoded(column, {name: word.astype(_type(column), copy=False) for name, word in kept.items()}, unknown)


def _words(column: BitColumns, spec: FactSpec, values: Values) -> tuple[list[Numbers], list[Numbers], Booleans]:
    """By word: the bits that a set has, none where it is unknown, and those that it may have."""
    match values:
        case Distinct(each, codes, unknown):
            known = [word[codes] * ~unknown for word in _masks(column, [value or frozenset() for value in each])]
            if not column.may:
                return known, [], unknown
            possible = [_possible(value or frozenset()) for value in each]
            return known, [word[codes] for word in _masks(column, possible)], unknown
        case Sets(each, codes, starts, unknown, _):
            filled = np.flatnonzero(starts[1:] != starts[:-1])
            known = [_join(word[codes], starts, filled, ~unknown) for word in _masks(column, each)]
            return known, _spread(column, spec, known) if column.may else [], unknown
    raise TypeError(values)


def _possible(value: "frozenset[str]") -> "frozenset[str]":
    return value | value.possible if isinstance(value, PartialSet) else value


def _masks(column: BitColumns, sets: "Sequence[frozenset[str]]") -> list[Numbers]:
    """By word: the bits of each set."""
    table = np.zeros((len(column.names), len(sets)), _type(column))
    places = {member: column.bit(member) for member in column.members}
    beside = column.bit(None)
    for place, members in enumerate(sets):
        for member in members:
            word, bit = places.get(member, beside)
            table[word, place] |= 1 << bit
    return list(table)


def _join(bits: Numbers, starts: Numbers, filled: Numbers, known: Booleans) -> Numbers:
    """The bits of each row's members together. `filled` are the rows that have members, `known` those that count."""
    joined = np.zeros(len(starts) - 1, bits.dtype)
    if len(filled):
        joined[filled] = np.bitwise_or.reduceat(bits, starts[filled])
    return np.asarray(joined * known)


def _spread(column: BitColumns, spec: FactSpec, known: list[Numbers]) -> list[Numbers]:
    """The bits with those that a coarse member leaves open, where the set has none of its finer ones."""
    may = [word.copy() for word in known]
    for coarse, finer in spec.coarse.items():
        word, bit = column.bit(coarse)
        masks = [int(each[0]) for each in _masks(column, [frozenset(finer)])]
        settled = np.zeros(len(known[0]), bool)
        for bits, mask in zip(known, masks, strict=True):
            settled |= (bits & mask) != 0
        open_ = ((known[word] >> bit) & 1 == 1) & ~settled
        for bits, mask in zip(may, masks, strict=True):
            bits[open_] |= mask
    return may


def _size(column: SizeColumn, spec: FactSpec, values: Values) -> Encoded:
    match values:
        case Records(_, _, unknown):
            return Encoded(column, {column.name: values.counts().astype(np.int32)}, unknown)
        case Distinct(each, codes, unknown):
            table = np.array([0 if value is None else len(value) for value in each], np.int32)
            partial = np.array([isinstance(value, PartialSet) for value in each], bool)
            return Encoded(column, {column.name: table[codes]}, unknown | partial[codes])
        case Sets(each, _, _, unknown, _):
            known, may, _ = _planes(spec, values, _members_of(spec, values))
            counted = [np.bitwise_count(word).astype(np.int32) for word in known]
            partial_ = unknown | _any(bits ^ possible for bits, possible in zip(known, may, strict=True))
            sizes = np.asarray(np.sum(counted, axis=0, dtype=np.int32))
            return Encoded(column, {column.name: sizes}, partial_)
    raise TypeError(values)
