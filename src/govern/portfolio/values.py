"""What one column of a source holds for some thousands of projects, checked.

Each different value is checked once, by `check_value`, as an answer of a single project is; whole numbers, decimals and
days, which are all different, by arithmetic, and where that finds one wrong, by `check_value` too. A wrong value is
noted and counts as unknown from there: the source is refused in the end.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Final, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as at

from govern.errors import FactError
from govern.kernel import Derivation, FactSpec, Kind, check_value
from govern.kernel.facts import MAX_RECORDS
from govern.portfolio.problems import Problems

Booleans: TypeAlias = "np.ndarray[Any, np.dtype[np.bool_]]"
Numbers: TypeAlias = "np.ndarray[Any, np.dtype[Any]]"

EPOCH: Final = date(1970, 1, 1).toordinal()
_LARGEST: Final = 2**53


@dataclass(frozen=True, slots=True)
class Distinct:
    """A few different values, and which of them each row has."""

    values: Sequence[Any]
    codes: Numbers
    unknown: Booleans


@dataclass(frozen=True, slots=True)
class Plain:
    """Booleans, whole numbers, or days as their numbers."""

    numbers: Numbers
    unknown: Booleans


@dataclass(frozen=True, slots=True)
class Fractions:
    """Decimals that came as binary numbers; the value is the shortest decimal that reads back as the number."""

    numbers: Numbers
    unknown: Booleans


@dataclass(frozen=True, slots=True)
class Records:
    """Lists of records: all of them one after the other, and where each row's begin."""

    records: pa.Array
    starts: Numbers
    unknown: Booleans

    def counts(self) -> Numbers:
        """How many each row has."""
        return np.where(self.unknown, 0, np.diff(self.starts))


@dataclass(frozen=True, slots=True)
class Sets:
    """Sets: the members of all rows one after the other, as codes of `values`, what each member alone stands for.

    Of maps the members are the values, and `keys` are the countries that they belong to.
    """

    values: Sequence[frozenset[str]]
    codes: Numbers
    starts: Numbers
    unknown: Booleans
    keys: "Sets | None" = None


Values: TypeAlias = Distinct | Plain | Fractions | Records | Sets


class Reader:
    """Reads columns into values. `parse` turns a cell of a text file into a value as written; None: cells are typed."""

    def __init__(self, problems: Problems, parse: Callable[[FactSpec, str], Any] | None = None) -> None:
        self.problems, self.parse = problems, parse

    def read(self, spec: FactSpec, array: pa.Array, first_row: int) -> Values:
        """The values of some rows, of which the first has this number."""
        unknown = _unknown(array)
        if self.parse is None and len(array) != array.null_count:
            fast = self._by_type(spec, array, unknown, first_row)
            if fast is not None:
                return fast
        if at.is_nested(array.type):
            hint = f"{_WANTED[spec.kind]}, found {array.type}"
            self.problems.note(spec.id, f"the column `{spec.id}` has the wrong type", hint=hint)
            array, unknown = pa.nulls(len(array)), np.ones(len(array), bool)
        return self._distinct(spec, array, unknown, first_row)

    def _by_type(self, spec: FactSpec, array: pa.Array, unknown: Booleans, first_row: int) -> Values | None:
        type_ = array.type
        match spec.kind:
            case Kind.BOOLEAN if at.is_boolean(type_):
                return Plain(_numbers(array, unknown), unknown)
            case Kind.INTEGER if at.is_integer(type_):
                return self._bounded(spec, _numbers(array, unknown), unknown, first_row, Plain)
            case Kind.DECIMAL if at.is_floating(type_) or at.is_integer(type_):
                numbers = _numbers(array, unknown).astype(np.float64)
                return self._bounded(spec, numbers, unknown, first_row, Fractions)
            case Kind.DATE if at.is_date(type_):
                return self._days(spec, array, unknown, first_row)
            case Kind.SET | Kind.COUNTRIES if _is_list(type_):
                return self._sets(spec, array, unknown, first_row)
            case Kind.MAP if at.is_map(type_):
                return self._map(spec, array, unknown, first_row)
            case Kind.RECORDS if _is_list(type_) and at.is_struct(type_.value_type):
                return self._records(spec, array, unknown, first_row)
        return None

    # One value a row

    def _distinct(self, spec: FactSpec, array: pa.Array, unknown: Booleans, first_row: int) -> Distinct:
        array = _dictionary(array)
        codes = _numbers(array.indices, unknown)
        raws = _to_python(array.dictionary)
        more = "" if at.is_string(array.type.value_type) else f"the column's type is {array.type.value_type}"
        values = self._check_each(spec, raws, codes, unknown, first_row, more)
        return Distinct(values or [None], codes, unknown)

    def _check_each(
        self, spec: FactSpec, raws: Sequence[Any], codes: Numbers, unknown: Booleans, first_row: int, more: str
    ) -> list[Any]:
        """The checked values; those that are wrong are noted, and unknown from now on."""
        values: list[Any] = []
        for code, raw in enumerate(raws):
            value = None
            if raw is None:  # a dictionary may have null among its values
                unknown[codes == code] = True
                values.append(None)
                continue
            try:
                value = self._check(spec, raw)
            except FactError as problem:
                rows = np.flatnonzero((codes == code) & ~unknown)
                if len(rows):
                    self.problems.note_value(spec.id, problem, first_row + int(rows[0]), more)
                    unknown[rows] = True
            values.append(value)
        return values

    def _check(self, spec: FactSpec, raw: Any) -> Any:
        return check_value(spec, raw if self.parse is None else self.parse(spec, raw))

    def _bounded(
        self, spec: FactSpec, numbers: Numbers, unknown: Booleans, first_row: int, made: "type[Plain | Fractions]"
    ) -> Values:
        """Numbers within what a fact allows; `check_value` has the last word on one that is not."""
        low = -_LARGEST if spec.minimum is None else float(spec.minimum)
        high = _LARGEST if spec.maximum is None else float(spec.maximum)
        within = (numbers > -_LARGEST) & (numbers < _LARGEST) & (numbers >= low) & (numbers <= high)
        for row in np.flatnonzero(~within & ~unknown):
            try:
                check_value(spec, numbers[row].item())
            except FactError as problem:
                self.problems.note_value(spec.id, problem, first_row + int(row))
                unknown[row] = True
            if self.problems.is_full(spec.id):
                unknown |= ~within
                break
        if made is Plain:
            return Plain(np.where(unknown, 0, numbers).astype(np.int64), unknown)
        return made(np.where(unknown, 0, numbers), unknown)

    def _days(self, spec: FactSpec, array: pa.Array, unknown: Booleans, first_row: int) -> Values:
        days = _numbers(array.cast(pa.date32()).cast(pa.int32()), unknown).astype(np.int64) + EPOCH
        wrong = np.flatnonzero(((days < 1) | (days > date.max.toordinal())) & ~unknown)
        if len(wrong):
            row = first_row + int(wrong[0])
            self.problems.note(spec.id, f"`{spec.id}` has a date beyond the years 1 to 9999", row=row)
            unknown[wrong] = True
        return Plain(np.where(unknown, 1, days).astype(np.int32), unknown)

    # Several values a row

    def _sets(self, spec: FactSpec, array: pa.Array, unknown: Booleans, first_row: int) -> Values | None:
        members, starts = _unfold(array)
        if not (_is_word(members.type) or at.is_null(members.type)):
            return None
        return self._members(spec, members, starts, unknown, first_row, lambda word: [word])

    def _members(
        self,
        spec: FactSpec,
        members: pa.Array,
        starts: Numbers,
        unknown: Booleans,
        first_row: int,
        wrap: Callable[[str], Any],
    ) -> Sets:
        rows = np.repeat(np.arange(len(starts) - 1), np.diff(starts)) if members.null_count else None
        if rows is not None:
            empty = rows[np.asarray(members.is_null())]
            empty = empty[~unknown[empty]]
            if len(empty):
                hint = "leave it out, or write null for the whole list if it is unknown"
                row = first_row + int(empty[0])
                self.problems.note(spec.id, f"`{spec.id}` has a list with an empty member", hint=hint, row=row)
                unknown[empty] = True
        members = _dictionary(members)
        codes = _numbers(members.indices, _unknown(members))
        values = []
        for code, word in enumerate(_to_python(members.dictionary)):
            value: frozenset[str] = frozenset()
            try:
                value = check_value(spec, wrap(word))  # type: ignore[assignment]
            except FactError as problem:
                self._note_member(spec, problem, np.flatnonzero(codes == code), starts, unknown, first_row)
            values.append(value)
        return Sets(values or [frozenset()], codes, starts, unknown)

    def _note_member(
        self, spec: FactSpec, problem: FactError, places: Numbers, starts: Numbers, unknown: Booleans, first_row: int
    ) -> None:
        rows = np.searchsorted(starts, places, side="right") - 1
        rows = rows[~unknown[rows]]
        if len(rows):
            self.problems.note_value(spec.id, problem, first_row + int(rows[0]))
            unknown[rows] = True

    def _map(self, spec: FactSpec, array: pa.Array, unknown: Booleans, first_row: int) -> Values | None:
        if not (_is_word(array.type.key_type) and _is_word(array.type.item_type)):
            return None
        starts = np.asarray(array.offsets).astype(np.int64)
        keys = array.keys.slice(starts[0], starts[-1] - starts[0])
        items = array.items.slice(starts[0], starts[-1] - starts[0])
        starts = starts - starts[0]
        some_value = spec.values[0] if spec.values else "-"
        countries = self._members(spec, keys, starts, unknown, first_row, lambda word: {word: some_value})
        rows = np.repeat(np.arange(len(array)), np.diff(starts))
        pairs = rows * (len(countries.values) + 1) + countries.codes
        order = np.argsort(pairs, kind="stable")
        again = rows[order[1:]][np.diff(pairs[order]) == 0]
        again = again[~unknown[again]]
        if len(again):
            row = first_row + int(again.min())
            self.problems.note(spec.id, f"`{spec.id}` names the same country twice", row=row)
            unknown[again] = True
        found = self._members(spec, items, starts, unknown, first_row, lambda word: {"AA": word})
        places = [frozenset((str(word),)) for word in _to_python(_dictionary(keys).dictionary)]
        return replace(found, keys=replace(countries, values=places or [frozenset()]))

    def _records(self, spec: FactSpec, array: pa.Array, unknown: Booleans, first_row: int) -> Values:
        records, starts = _unfold(array)
        fields = {field.name: field.type for field in array.type.value_type}
        nested = [name for name, type_ in fields.items() if at.is_nested(type_)]
        beside = [name for name in fields if name not in spec.fields]
        if nested or beside:
            hint = f"each record has {', '.join(spec.fields)}, each of them text"
            self.problems.note(spec.id, f"`{spec.id}` cannot have `{(beside or nested)[0]}` in a record", hint=hint)
            return Records(records, starts, np.ones(len(array), bool))
        wrong = np.diff(starts) > MAX_RECORDS
        rows = np.repeat(np.arange(len(array)), np.diff(starts))
        wrong[rows[np.asarray(records.is_null())]] = True
        for name in spec.required_fields:
            wrong[rows[_is_empty(_field(records, name))]] = True
        found = np.flatnonzero(wrong & ~unknown)
        if len(found):
            needed = ", ".join(spec.required_fields)
            hint = f"at most {MAX_RECORDS} records; needed in each are {needed or 'none of its fields'}"
            row = first_row + int(found[0])
            self.problems.note(spec.id, f"`{spec.id}` has a record that is not complete", hint=hint, row=row)
            unknown[found] = True
        for name in fields:
            self._cells(spec, name, _field(records, name), starts, unknown, first_row)
        return Records(records, starts, unknown)

    def _cells(
        self, spec: FactSpec, name: str, cells: pa.Array, starts: Numbers, unknown: Booleans, first_row: int
    ) -> None:
        """Check the cells of one field of all records, unless the field takes any text."""
        sound = dict.fromkeys(spec.required_fields, "ZZ")  # a text, and a country's code
        try:
            check_value(spec, [{**sound, name: "no code, no number"}])
        except FactError:
            pass
        else:
            return
        cells = _dictionary(cells)
        codes = np.where(_is_empty(cells), -1, _numbers(cells.indices, _unknown(cells)))
        for code, cell in enumerate(_to_python(cells.dictionary)):
            try:
                check_value(spec, [{**sound, name: cell}])
            except FactError as problem:
                self._note_member(spec, problem, np.flatnonzero(codes == code), starts, unknown, first_row)


def derive_values(spec: FactSpec, values: Mapping[str, Values]) -> Values:
    """The values of a fact that is worked out from those that have these; see `Derivation`."""
    rule = spec.derive
    assert rule is not None
    found = _work_out(rule, values[rule.base])
    if not rule.without:
        return found
    return _leave_out(_unfold_distinct(found), _unfold_distinct(_work_out(_COUNTRIES, values[rule.without])))


_COUNTRIES: Final = Derivation.model_validate({"from": "any"})
"""All countries of a map or set."""


def _work_out(rule: Derivation, values: Values) -> "Distinct | Sets":
    match values:
        case Distinct(each, codes, unknown):
            return Distinct([None if value is None else rule.work_out(value) for value in each], codes, unknown)
        case Sets(each, codes, starts, unknown, Sets() as keys):
            if not rule.values:
                return keys
            chosen = np.array([not value.isdisjoint(rule.values) for value in each], bool)[codes]
            return _keep(keys.values, keys.codes, chosen, starts, unknown)
        case Sets():
            return values
        case Records(records, starts, unknown):
            cells = _dictionary(_field(records, rule.field))
            places = [frozenset((str(word),)) for word in _to_python(cells.dictionary)]
            codes = _numbers(cells.indices, _unknown(cells))
            return _keep(places or [frozenset()], codes, ~_is_empty(cells), starts, unknown)
    raise TypeError(values)


def _unfold_distinct(values: "Distinct | Sets") -> Sets:
    """The sets of all rows with their members one after the other."""
    if isinstance(values, Sets):
        return values
    members = [sorted(value or ()) for value in values.values]
    words = sorted({word for each in members for word in each})
    places = {word: place for place, word in enumerate(words)}
    flat = np.array([places[word] for each in members for word in each], np.int64)
    lengths = np.array([len(each) for each in members], np.int64)
    begins = np.concatenate([[0], np.cumsum(lengths)])
    starts = np.concatenate([[0], np.cumsum(lengths[values.codes])])
    shift = np.repeat(begins[values.codes] - starts[:-1], lengths[values.codes])
    codes = flat[np.arange(starts[-1]) + shift]
    return Sets([frozenset((word,)) for word in words] or [frozenset()], codes, starts, values.unknown)


def _leave_out(sets: Sets, others: Sets) -> Sets:
    """Of each row the members that are not among those of the other set of the row."""
    numbers = {value: number for number, value in enumerate(dict.fromkeys([*sets.values, *others.values]))}
    pairs = [
        np.repeat(np.arange(len(each.unknown)), np.diff(each.starts)) * len(numbers)
        + np.array([numbers[value] for value in each.values])[each.codes]
        for each in (sets, others)
    ]
    kept = ~np.isin(*pairs)
    return _keep(sets.values, sets.codes, kept, sets.starts, sets.unknown | others.unknown)


def _keep(
    values: "Sequence[frozenset[str]]", codes: Numbers, chosen: Booleans, starts: Numbers, unknown: Booleans
) -> Sets:
    """The chosen members of each row."""
    before = np.concatenate([[0], np.cumsum(chosen)])
    return Sets(values, codes[chosen], before[starts], unknown)


def hold(values: Iterable[Any]) -> Distinct:
    """Values that are checked already, one a row; None is unknown."""
    held = list(values)
    return Distinct(held or [None], np.arange(len(held)), np.array([value is None for value in held], bool))


def list_python(spec: FactSpec, values: Values) -> list[Any]:
    """The values as conditions read them, one a row; None is unknown. For the few that the evaluator must see."""
    match values:
        case Sets(words, codes, starts, unknown, _):
            members, ends = codes.tolist(), starts.tolist()
            chosen = [
                None if absent else frozenset().union(*(words[code] for code in set(members[start:end])))
                for start, end, absent in zip(ends, ends[1:], unknown, strict=False)
            ]
            # Of a map conditions read the set of its values.
            return [each if each is None or spec.kind is Kind.MAP else check_value(spec, each) for each in chosen]
        case Distinct(each, codes, unknown):
            return [None if absent else each[code] for code, absent in zip(codes, unknown, strict=True)]
        case Plain(numbers, unknown):
            days = numbers.dtype == np.int32
            plain = [date.fromordinal(each) for each in numbers.tolist()] if days else numbers.tolist()
            return [None if absent else each for each, absent in zip(plain, unknown, strict=True)]
        case Fractions(numbers, unknown):
            decimals = [Decimal(str(each)) for each in numbers.tolist()]
            return [None if absent else each for each, absent in zip(decimals, unknown, strict=True)]
        case Records(_, _, unknown):
            counts = values.counts().tolist()  # conditions read no more of them
            return [None if absent else range(each) for each, absent in zip(counts, unknown, strict=True)]
    raise TypeError(values)


def _is_list(type_: pa.DataType) -> bool:
    return bool(at.is_list(type_) or at.is_large_list(type_))


def _is_word(type_: pa.DataType) -> bool:
    kind = type_.value_type if at.is_dictionary(type_) else type_
    return bool(at.is_string(kind) or at.is_large_string(kind))


def _field(records: pa.Array, name: str) -> pa.Array:
    """The cells of one field; all absent where the records have no such field."""
    there = name in {field.name for field in records.type}
    return pc.struct_field(records, name) if there else pa.nulls(len(records), pa.string())


def _is_empty(cells: pa.Array) -> Booleans:
    """Which cells of a record are absent: an empty text is, a nought is not."""
    empty = np.array(cells.is_null())
    if _is_word(cells.type):
        empty |= np.asarray(pc.equal(cells.cast(pa.string()), "").fill_null(True))
    return empty


def _dictionary(array: pa.Array) -> pa.Array:
    return array if at.is_dictionary(array.type) else array.dictionary_encode()


def _unfold(array: pa.Array) -> tuple[pa.Array, Numbers]:
    """The members of all lists one after the other, and where each row's begin; last, where all end."""
    starts = np.asarray(array.offsets).astype(np.int64)
    return array.values.slice(starts[0], starts[-1] - starts[0]), starts - starts[0]


def _unknown(array: pa.Array) -> Booleans:
    """Which rows are null."""
    valid = array.buffers()[0] if array.null_count else None
    if at.is_null(array.type) or valid is None:
        return np.full(len(array), bool(array.null_count))
    return ~_unpack(valid, array.offset, len(array))


def _unpack(buffer: pa.Buffer, offset: int, length: int) -> Booleans:
    """Bits as booleans."""
    packed = np.frombuffer(buffer, np.uint8)[offset // 8 : (offset + length + 7) // 8]
    return np.unpackbits(packed, bitorder="little")[offset % 8 : offset % 8 + length].view(np.bool_)


def _numbers(array: pa.Array, unknown: Booleans) -> Numbers:
    """The numbers or booleans of an array, nought or false where it is unknown: its own memory, if nothing is."""
    if at.is_null(array.type):
        return np.zeros(len(array), np.int32)
    if at.is_boolean(array.type):
        return _unpack(array.buffers()[1], array.offset, len(array)) & ~unknown
    stored = np.frombuffer(array.buffers()[1], array.type.to_pandas_dtype())[array.offset : array.offset + len(array)]
    if not array.null_count:
        return stored
    if at.is_floating(array.type):
        return np.where(unknown, 0, stored)
    return np.asarray(stored * ~unknown)


def _to_python(dictionary: pa.Array) -> list[Any]:
    try:
        return list(dictionary.to_pylist())
    except (OverflowError, ValueError):  # a date or time that Python cannot hold
        return [str(each) for each in dictionary]


_WANTED: Final = {
    Kind.BOOLEAN: "expected boolean",
    Kind.ENUM: "expected string",
    Kind.SET: "expected list<string>",
    Kind.INTEGER: "expected a type of whole numbers such as int64",
    Kind.DECIMAL: "expected a type of numbers such as double",
    Kind.DATE: "expected date32",
    Kind.COUNTRY: "expected string",
    Kind.COUNTRIES: "expected list<string>",
    Kind.TEXT: "expected string",
    Kind.MAP: "expected map<string, string>",
    Kind.RECORDS: "expected list<struct<…>> of text",
}
