"""A condition as an English sentence, and a trace as an outline that a person can follow."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from govern.conditions.kleene import Trace, Verdict, literal_value
from govern.conditions.model import (
    And,
    Call,
    Compare,
    In,
    ListLiteral,
    Literal,
    Name,
    Node,
    Not,
    Or,
    children,
)
from govern.kernel.facts import FactSpec, MapValue


@dataclass(frozen=True, slots=True)
class Phrasebook:
    """The words for names: declared facts, and titles of definitions and parameters by id."""

    find_fact: Callable[[str], FactSpec | None]
    titles: Mapping[str, str]

    def name(self, id_: str) -> str:
        """A noun phrase for a fact or parameter, a clause for a definition; the id of what is not declared."""
        spec = self.find_fact(id_)
        return spec.name if spec else self.titles.get(id_, id_)

    def value(self, id_: str | None, value: Any) -> str:
        """The words for a value of the fact `id_`."""
        spec = self.find_fact(id_) if id_ else None
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, str):
            return spec.label(value) if spec and spec.values else value
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, MapValue):
            return join_words([f"{key}: {self.value(id_, each)}" for key, each in value.rows]) or "none"
        if isinstance(value, frozenset):
            return join_words(sorted(self.value(id_, each) for each in value)) or "none"
        if isinstance(value, tuple):
            return f"{len(value)} listed"
        text = f"{value:,}"
        return f"{text} {spec.unit}" if spec and spec.unit else text


def join_words(words: Sequence[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`; empty for none."""
    if len(words) < 2:
        return "".join(words)
    return ", ".join(words[:-1]) + f" {last} " + words[-1]


_COMPARE = {
    "==": "is",
    "!=": "is not",
    "<": "is less than",
    "<=": "is at most",
    ">": "is more than",
    ">=": "is at least",
}
_NEGATED = {"==": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}


class _Speaker:
    def __init__(self, book: Phrasebook) -> None:
        self.book = book

    def subject(self, node: Node) -> str:
        match node:
            case Name(id_):
                return self.book.name(id_)
            case Call("size", (arg,)):
                return f"the number of entries in {self.subject(arg)}"
            case Call("months_since", (arg,)):
                return f"the number of months since {self.subject(arg)}"
            case Call("days_until", (arg,)):
                return f"the number of days until {self.subject(arg)}"
            case Literal() | ListLiteral():
                return self.words(None, node)
            case _:
                return f"that {self.say(node)}"

    def words(self, about: str | None, node: Node, last: str = "or") -> str:
        if isinstance(node, Name):
            return self.book.name(node.id)
        value = literal_value(node)
        if isinstance(value, tuple):
            return join_words([f"“{self.book.value(about, each)}”" for each in value], last) or "nothing"
        text = self.book.value(about, value)
        return f"“{text}”" if isinstance(value, str) else text

    def say(self, node: Node, positive: bool = True) -> str:
        """`positive` False says the contrary, so that negations read as a person would write them."""
        match node:
            case Not(operand):
                return self.say(operand, not positive)
            case And(parts) | Or(parts):
                word = "and" if isinstance(node, And) is positive else "or"
                said = [self._grouped(part, positive) for part in parts]
                return f", {word} ".join(said) if len(said) > 2 else f" {word} ".join(said)
            case Compare(op, left, right):
                return self._compare(op if positive else _NEGATED[op], left, right)
            case In(item, container):
                return self._membership(item, container, positive)
            case Call(function, (container, items)):
                return self._sets(function, container, items, positive)
            case Name(id_):
                return self._name(id_, positive)
            case _:
                return "always" if literal_value(node) is positive else "never"

    def _grouped(self, part: Node, positive: bool) -> str:
        inner = part
        while isinstance(inner, Not):
            inner = inner.operand
        said = self.say(part, positive)
        return f"({said})" if isinstance(inner, And | Or) else said

    def _name(self, id_: str, positive: bool) -> str:
        spec = self.book.find_fact(id_)
        if spec:
            return f"{spec.name}: {'yes' if positive else 'no'}"
        title = self.book.name(id_)
        return title if positive else f"it is not so that {title}"

    def _compare(self, op: str, left: Node, right: Node) -> str:
        if (
            isinstance(left, Call)
            and left.function == "size"
            and isinstance(right, Literal)
            and right.value == 0
        ):
            subject = self.subject(left.args[0])
            if op in ("==", "<="):
                return f"{subject}: none"
            if op in ("!=", ">"):
                return f"{subject}: at least one"
        if isinstance(left, Literal):
            flipped = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}.get(op, op)
            left, right, op = right, left, flipped
        about = left.id if isinstance(left, Name) else None
        return f"{self.subject(left)} {_COMPARE[op]} {self.words(about, right)}"

    def _membership(self, item: Node, container: Node, positive: bool) -> str:
        if isinstance(container, ListLiteral):
            about = item.id if isinstance(item, Name) else None
            return f"{self.subject(item)} is {'' if positive else 'not '}{self.words(about, container)}"
        about = container.id if isinstance(container, Name) else None
        verb = "include" if positive else "do not include"
        return f"{self.subject(container)} {verb} {self.words(about, item)}"

    def _sets(self, function: str, container: Node, items: Node, positive: bool) -> str:
        about = container.id if isinstance(container, Name) else None
        if function == "has_any":
            verb, last = ("include", "or") if positive else ("include none of", "and")
        else:
            verb, last = ("include", "and") if positive else ("do not include all of", "and")
        return f"{self.subject(container)} {verb} {self.words(about, items, last)}"


def say_condition(node: Node, book: Phrasebook) -> str:
    """One sentence without a full stop. Cost is linear in the condition."""
    return _Speaker(book).say(node)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an outline: how deep, the verdict of that part, its words, and the facts it reads."""

    depth: int
    verdict: Verdict
    text: str
    facts: tuple[str, ...]
    definition: str | None = None


def outline_trace(trace: Trace, book: Phrasebook) -> tuple[Line, ...]:
    """The trace as indented lines: groups first ("all of", "any of"), then what they are made of."""
    lines: list[Line] = []
    _outline(trace, _Speaker(book), 0, lines)
    return tuple(lines)


def _outline(trace: Trace, speaker: _Speaker, depth: int, lines: list[Line]) -> None:
    node = trace.node
    if isinstance(node, And | Or):
        lines.append(Line(depth, trace.verdict, "all of:" if isinstance(node, And) else "any of:", ()))
    elif isinstance(node, Name) and trace.parts:
        lines.append(Line(depth, trace.verdict, speaker.book.name(node.id), (), node.id))
    elif isinstance(node, Not) and trace.parts[0].parts:
        lines.append(Line(depth, trace.verdict, "not:", ()))
    else:
        lines.append(Line(depth, trace.verdict, speaker.say(node), _facts_of(node)))
        return
    for part in trace.parts:
        _outline(part, speaker, depth + 1, lines)


def _facts_of(node: Node) -> tuple[str, ...]:
    if isinstance(node, Name):
        return (node.id,)
    return tuple(id_ for child in children(node) for id_ in _facts_of(child))
