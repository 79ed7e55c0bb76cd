"""The nouns of a condition: an immutable syntax tree.

Every node carries `pos`, the offset in characters of its first character in the source text; it takes no part
in equality, so that two conditions that read the same are the same.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeAlias

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
    parts = _PARTS.get(type(node))
    return parts(node) if parts else ()


# By type and not by pattern: a check walks through a hundred thousand nodes.
_PARTS: dict[type, Callable[[Any], tuple[Node, ...]]] = {
    Not: lambda node: (node.operand,),
    And: lambda node: node.operands,
    Or: lambda node: node.operands,
    ListLiteral: lambda node: node.items,
    Compare: lambda node: (node.left, node.right),
    In: lambda node: (node.item, node.container),
    Call: lambda node: node.args,
}


def find_names(node: Node) -> tuple[str, ...]:
    """The ids that a condition is about, in order of first appearance, each once."""
    found: dict[str, None] = {}
    left = [node]
    while left:
        part = left.pop()
        if isinstance(part, Name):
            found.setdefault(part.id)
        else:
            left.extend(reversed(children(part)))
    return tuple(found)
