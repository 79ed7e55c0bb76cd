"""A condition over the columns of a table: the small form from which SQL is written.

One row of the table is one project; a column is a fact, encoded as small numbers. Three-valued logic is SQL's own: a
column that is NULL is an unknown fact, and AND, OR and NOT of SQL are Kleene's. The forms here are what every database
has: comparisons of whole numbers, `&` of whole numbers, membership in a list of whole numbers, and the logic.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, TypeAlias

from govern.conditions.kleene import Verdict
from govern.conditions.model import Node

WORD: Final = 62
"""How many members of a set one column holds: a bit each, in a signed number of 64 bits."""


# Expressions ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fixed:
    """A verdict that no row can change; None is NULL."""

    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Flag:
    """A column of true, false or NULL: a boolean fact, or a definition by its place."""

    column: str


@dataclass(frozen=True, slots=True)
class Number:
    """A number column compared with a constant or, by name, with another number column."""

    op: str
    column: str
    other: int | str


@dataclass(frozen=True, slots=True)
class OneOf:
    """A number column in a list of at least one constant."""

    column: str
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Bits:
    """Whether a set has any, or every, member of a mask. `may`: the column of what the set may have beside.

    A set that is known only in part ("US" says nothing of California) has more bits in `may` than in `column`: where
    those decide, the verdict is NULL.
    """

    column: str
    mask: int
    every: bool
    may: str | None = None


@dataclass(frozen=True, slots=True)
class Opposite:
    """NOT, of an expression that reads a column."""

    part: "Expression"


@dataclass(frozen=True, slots=True)
class Every:
    """AND."""

    parts: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Some:
    """OR."""

    parts: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Alike:
    """Two verdicts compared, false before true; NULL where one of them is."""

    op: str
    left: "Expression"
    right: "Expression"


Expression: TypeAlias = Fixed | Flag | Number | OneOf | Bits | Opposite | Every | Some | Alike


def parts_of(expression: Expression) -> tuple[Expression, ...]:
    """The direct parts of an expression; empty for what reads a column."""
    match expression:
        case Every(parts) | Some(parts):
            return parts
        case Opposite(part):
            return (part,)
        case Alike(_, left, right):
            return (left, right)
    return ()


def columns_of(expression: Expression) -> tuple[str, ...]:
    """The columns that an expression itself reads, its parts left aside."""
    match expression:
        case Flag(column) | OneOf(column, _):
            return (column,)
        case Number(_, column, other):
            return (column, other) if isinstance(other, str) else (column,)
        case Bits(column, _, _, may):
            return (column, may) if may else (column,)
    return ()


_OPPOSITE: Final = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}


def opposite(part: Expression) -> Expression:
    """NOT, pushed down to what reads a column, by De Morgan's laws: they hold in Kleene's logic."""
    match part:
        case Fixed(verdict):
            return Fixed(None if verdict is None else not verdict)
        case Opposite(inner):
            return inner
        case Every(parts):
            return some(map(opposite, parts))
        case Some(parts):
            return every(map(opposite, parts))
        case Number(op, column, other):
            return Number(_OPPOSITE[op], column, other)
        case Alike(op, left, right):
            return Alike(_OPPOSITE[op], left, right)
    return Opposite(part)


def every(parts: Iterable[Expression]) -> Expression:
    """AND, simplified: false if one part is false, true parts and repeated ones left out."""
    return _join(parts, settling=False)


def some(parts: Iterable[Expression]) -> Expression:
    """OR, simplified."""
    return _join(parts, settling=True)


def _join(parts: Iterable[Expression], *, settling: bool) -> Expression:
    kind = Some if settling else Every
    kept: dict[Expression, None] = {}
    for part in parts:
        if part == Fixed(settling):
            return part
        if part != Fixed(not settling):
            kept.update(dict.fromkeys(part.parts if isinstance(part, kind) else (part,)))
    if not kept:
        return Fixed(not settling)
    return next(iter(kept)) if len(kept) == 1 else kind(tuple(kept))


# Columns ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FlagColumn:
    """A boolean fact as it is."""

    name: str
    fact: str


@dataclass(frozen=True, slots=True)
class WholeColumn:
    """A whole number as it is."""

    name: str
    fact: str


@dataclass(frozen=True, slots=True)
class DayColumn:
    """A date as its number: 1 is the first of January of the year 1."""

    name: str
    fact: str


@dataclass(frozen=True, slots=True)
class SizeColumn:
    """How many members a set has, or records a list; NULL where a set is known only in part."""

    name: str
    fact: str


@dataclass(frozen=True, slots=True)
class PlaceColumn:
    """A word or decimal by its place among `marks`, the sorted values that conditions compare it with.

    The mark number i has place 2 * i + 1; what lies between two marks has the even number between theirs. Every
    comparison with a mark, order included, is the same comparison of places, whatever a database thinks of collation
    or of fractions.
    """

    name: str
    fact: str
    marks: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class BitColumns:
    """A set as bits: `members` in order, `WORD` of them a column, and last a bit for any member beside them.

    `may` are as many columns more, for a fact whose sets may be known only in part; else none.
    """

    names: tuple[str, ...]
    fact: str
    members: tuple[str, ...]
    may: tuple[str, ...] = ()

    def bit(self, member: str | None) -> tuple[int, int]:
        """The column's number and the bit's of a member; None is any member that has no bit of its own."""
        place = len(self.members) if member is None else self.members.index(member)
        return divmod(place, WORD)


@dataclass(frozen=True, slots=True)
class AtomColumn:
    """The verdict of an atom that has no form above, as the evaluator gives it for each project."""

    name: str
    node: Node
    facts: tuple[str, ...]


Column: TypeAlias = FlagColumn | WholeColumn | DayColumn | SizeColumn | PlaceColumn | BitColumns | AtomColumn


def names_of(column: Column) -> tuple[str, ...]:
    """The names in the table of one column, or of the several that a large set takes."""
    return column.names + column.may if isinstance(column, BitColumns) else (column.name,)
