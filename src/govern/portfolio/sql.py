"""The SQL of DuckDB, written straight from the expressions.

Ibis writes the same query for any database (`expressions.py`) and takes longer over it; a test holds the two equal.
Only numbers, and names that this package made, enter the text.
"""

from collections.abc import Sequence
from typing import Final

from govern.conditions import Alike, Bits, Every, Expression, Fixed, Flag, Number, OneOf, Opposite, Some
from govern.portfolio.layers import Layers
from govern.portfolio.statuses import GAP, MET, NOT_APPLICABLE, OPEN

_OPERATORS: Final = {"==": "=", "!=": "<>"}
_FIXED: Final = {True: "TRUE", False: "FALSE", None: "CAST(NULL AS BOOLEAN)"}


def write_query(layers: Layers, source: str, kept: Sequence[str]) -> str:
    """SELECT the `kept` columns as they are, and the status of each obligation as r0, r1 …, a UTINYINT each."""
    query = source
    for layer in layers.layers:
        columns = ", ".join(f"{write_expression(expression)} AS {name}" for name, expression in layer)
        query = f"(SELECT *, {columns} FROM {query})"
    statuses = [f"{write_status(*pair)} AS r{place}" for place, pair in enumerate(layers.verdicts)]
    return f"SELECT {', '.join([*kept, *statuses])} FROM {query}"


def write_status(applies: Flag | Fixed, met: Flag | Fixed) -> str:
    """The status of an obligation by whether it applies and is met."""
    live = _by_verdict(met, MET, GAP)
    return f"CAST({_by_verdict(applies, live, NOT_APPLICABLE)} AS UTINYINT)"


def _by_verdict(verdict: Flag | Fixed, yes: int | str, no: int | str) -> str:
    if isinstance(verdict, Fixed):
        return str(OPEN if verdict.verdict is None else yes if verdict.verdict else no)
    return f"CASE WHEN {verdict.column} THEN {yes} WHEN NOT {verdict.column} THEN {no} ELSE {OPEN} END"


def write_expression(expression: Expression) -> str:
    """A boolean expression, in parentheses where it needs them."""
    match expression:
        case Fixed(verdict):
            return _FIXED[verdict]
        case Flag(column):
            return column
        case Number(op, column, other):
            return f"({column} {_OPERATORS.get(op, op)} {other})"
        case OneOf(column, values):
            return f"({column} IN ({', '.join(map(str, values))}))"
        case Bits():
            return _write_bits(expression)
        case Opposite(part):
            return f"(NOT {write_expression(part)})"
        case Every(parts):
            return f"({' AND '.join(map(write_expression, parts))})"
        case Some(parts):
            return f"({' OR '.join(map(write_expression, parts))})"
        case Alike(op, left, right):
            return f"({write_expression(left)} {_OPERATORS.get(op, op)} {write_expression(right)})"


def _write_bits(bits: Bits) -> str:
    wanted = f"= {bits.mask}" if bits.every else "<> 0"
    known = f"(({bits.column} & {bits.mask}) {wanted})"
    if bits.may is None:
        return known
    return f"({known} OR NULLIF(({bits.may} & {bits.mask}) {wanted}, TRUE))"
