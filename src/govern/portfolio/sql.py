"""The SQL of DuckDB, written straight from the expressions, in bit arithmetic.

DuckDB computes NULL row by row, and plain small numbers many rows at a time: measured here, tenfold. So the facts come
without NULL (`encoding.py`), and a verdict is a number, as in `Program`, `&` is and, `|` is or:

    false = 0b000, unknown = 0b001, true = 0b111

Ibis writes the same query in three-valued logic for any database (`expressions.py`); a test holds the two equal. Only
numbers, and names that this package made, enter the text.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from govern.conditions import (
    Alike,
    BitColumns,
    Bits,
    Column,
    Every,
    Expression,
    Fixed,
    Flag,
    Number,
    OneOf,
    Opposite,
    Some,
)
from govern.portfolio.layers import Layers

_OPERATORS: Final = {"==": "=", "!=": "<>"}
_CODES: Final = {False: 0, None: 1, True: 7}


def write_query(layers: Layers, columns: Sequence[Column], source: str, kept: Sequence[str]) -> str:
    """SELECT the `kept` columns as they are, and the status of each obligation as r0, r1 …, a UTINYINT each."""
    write, query = _Writer(columns), source
    for layer in layers.layers:
        written = ", ".join(f"{write.code(expression)} AS {name}" for name, expression in layer)
        query = f"(SELECT *, {written} FROM {query})"  # noqa: S608 - numbers and our own names
    statuses = [f"{write.status(*pair)} AS r{place}" for place, pair in enumerate(layers.verdicts)]
    return f"SELECT {', '.join([*kept, *statuses])} FROM {query}"  # noqa: S608


class _Writer:
    def __init__(self, columns: Sequence[Column]) -> None:
        self.bases = _bases(columns)

    def status(self, applies: Flag | Fixed, met: Flag | Fixed) -> str:
        """Both verdicts in one number, for `PLACE_OF_CODE`."""
        return f"({self.code(applies)} * {_small(8)} | {self.code(met)})"

    def code(self, expression: Expression) -> str:
        """The verdict of an expression as a UTINYINT, in parentheses where it needs them."""
        match expression:
            case Fixed(verdict):
                return _small(_CODES[verdict])
            case Flag(column):
                return column
            case Opposite(Flag(column)):
                return f"{column}_n"
            case Every(parts):
                return f"({' & '.join(map(self.code, parts))})"
            case Some(parts):
                return f"({' | '.join(map(self.code, parts))})"
            case Alike(op, left, right):
                one, other = self.code(left), self.code(right)
                compared = f"WHEN {one} {_OPERATORS.get(op, op)} {other} THEN 7 ELSE 0 END"
                return f"CAST(CASE WHEN {one} = 1 OR {other} = 1 THEN 1 {compared} AS UTINYINT)"
            case Bits(_, _, _, may) | Opposite(Bits(_, _, _, may)) if may:
                return self.partly_known(expression)
        return self.known(expression)

    def known(self, expression: Expression) -> str:
        """Of columns that are known (`_k` is 7, `_u` 0) or not (0 and 1)."""
        match expression:
            case Number(op, column, str(other)):
                one, two = self.bases[column], self.bases[other]
                test = _cast(f"{column} {_OPERATORS.get(op, op)} {other}")
                return f"({test} * ({one}_k & {two}_k) | {one}_u | {two}_u)"
            case Number(op, column, other):
                return self.masked(column, f"{column} {_OPERATORS.get(op, op)} {other}")
            case OneOf(column, values):
                return self.masked(column, _among(column, values))
            case Opposite(OneOf(column, values)):
                return self.masked(column, f"NOT ({_among(column, values)})")
            case Bits(column, mask, every):
                return self.masked(column, _has(column, mask, every=every))
            case Opposite(Bits(column, mask, every)):
                return self.masked(column, _lacks(column, mask, every=every))
        raise TypeError(expression)

    def masked(self, column: str, test: str) -> str:
        base = self.bases[column]
        return f"({_cast(test)} * {base}_k | {base}_u)"

    def partly_known(self, expression: Expression) -> str:
        """True by what the set has for certain, unknown by what it may have, which of an unknown set is anything."""
        match expression:
            case Bits(column, mask, every, str(may)):
                sure, possible = _has(column, mask, every=every), _has(may, mask, every=every)
            case Opposite(Bits(column, mask, every, str(may))):
                sure, possible = _lacks(may, mask, every=every), _lacks(column, mask, every=every)
            case _:
                raise TypeError(expression)
        return f"({_cast(sure)} * {_small(7)} | {_cast(possible)})"


def _bases(columns: Sequence[Column]) -> Mapping[str, str]:
    """By column, the name of which `_k` and `_u` tell whether it is known: a large set takes several columns."""
    bases = {}
    for column in columns:
        names = column.names if isinstance(column, BitColumns) else (column.name,)
        bases.update(dict.fromkeys(names, names[0]))
    return bases


def _small(number: int) -> str:
    return f"{number}::UTINYINT"


def _cast(test: str) -> str:
    return f"CAST({test} AS UTINYINT)"


def _among(column: str, values: Sequence[int]) -> str:
    return " OR ".join(f"{column} = {value}" for value in values)


def _has(column: str, mask: int, *, every: bool) -> str:
    return f"({column} & {mask}) = {mask}" if every else f"({column} & {mask}) <> 0"


def _lacks(column: str, mask: int, *, every: bool) -> str:
    return f"({column} & {mask}) <> {mask}" if every else f"({column} & {mask}) = 0"
