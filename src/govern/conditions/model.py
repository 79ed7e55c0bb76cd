"""The nouns of a condition: an immutable syntax tree.

Every node carries `pos`, the offset in characters of its first character in the source text; it takes no part
in equality, so that two conditions that read the same are the same.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeAlias

Scalar: TypeAlias = str | bool | int | Decimal


@dataclass(frozen=True, slots=True)
class Literal:
    """A string, boolean, integer or decimal as written."""

    value: Scalar
    pos: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class ListLiteral:
    """A list of expressions; the type check allows literals only."""

    items: tuple["Node", ...]
    pos: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Name:
    """A fact, a definition or a parameter, by its dotted id."""

    id: str
    pos: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """Kleene negation."""

    operand: "Node"
    pos: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class And:
    """Kleene conjunction of two or more operands; never directly inside another `And` without parentheses."""

    operands: tuple["Node", ...]
    pos: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Or:
    """Kleene disjunction of two or more operands."""

    operands: tuple["Node", ...]
    pos: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Compare:
    """`==`, `!=`, `<`, `<=`, `>` or `>=` between two values of like type."""

    op: str
    left: "Node"
    right: "Node"
    pos: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class In:
    """Membership of one value in a list or set."""

    item: "Node"
    container: "Node"
    pos: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """One of the named functions."""

    function: str
    args: tuple["Node", ...]
    pos: int = field(default=0, compare=False)


Node: TypeAlias = Literal | ListLiteral | Name | Not | And | Or | Compare | In | Call

FUNCTIONS = {
    "has_any": 2,
    "has_all": 2,
    "size": 1,
    "months_since": 1,
    "days_until": 1,
}
"""The functions and how many arguments each takes."""


def children(node: Node) -> tuple[Node, ...]:
    """The direct parts of a node, left to right; empty for names and literals."""
    match node:
        case Not(operand):
            return (operand,)
        case And(parts) | Or(parts) | ListLiteral(parts):
            return parts
        case Compare(_, left, right) | In(left, right):
            return (left, right)
        case Call(_, args):
            return args
        case _:
            return ()


def find_names(node: Node) -> tuple[str, ...]:
    """The ids that a condition is about, in order of first appearance, each once."""
    found: dict[str, None] = {}

    def visit(part: Node) -> None:
        if isinstance(part, Name):
            found.setdefault(part.id)
        for child in children(part):
            visit(child)

    visit(node)
    return tuple(found)
