"""A condition as an English sentence, and a trace as an outline that a person can follow."""

from collections.abc import Callable, Iterator, Mapping, Sequence
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
from govern.conditions.ways import Way
from govern.kernel.facts import FactSpec, Kind, MapValue


@dataclass(frozen=True, slots=True)
class Phrasebook:
    """The words for names: declared facts, and titles of definitions and parameters by id."""

    find_fact: Callable[[str], FactSpec | None]
    titles: Mapping[str, str]

    def name(self, id_: str) -> str:
        """A noun phrase for a fact or parameter, a clause for a definition; the id if neither is declared."""
        spec = self.find_fact(id_)
        return spec.name if spec else self.titles.get(id_, id_)

    def value(self, id_: str | None, value: Any) -> str:
        """The words for a value of the fact `id_`."""
        spec = self.find_fact(id_) if id_ else None
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, str):
            return spec.label(value) if spec and (spec.values or value in spec.labels) else value
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, MapValue):
            return join_words([f"{key}: {self.value(id_, each)}" for key, each in value.rows]) or "none"
        if isinstance(value, frozenset):
            return join_words(sorted(self.value(id_, each) for each in value)) or "none"
        if isinstance(value, tuple):
            return f"{len(value)} listed"
        text = f"{int(value) if value == int(value) else value:,}"
        return f"{text} {spec.unit}" if spec and spec.unit else text


def join_words(words: Sequence[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`; empty for none."""
    if len(words) < 2:
        return "".join(words)
    return ", ".join(words[:-1]) + f" {last} " + words[-1]


_IS = {
    "==": "is",
    "!=": "is not",
    "<": "is less than",
    "<=": "is at most",
    ">": "is more than",
    ">=": "is at least",
}
_FIGURE = {"==": "", "!=": "not ", "<": "less than ", "<=": "at most ", ">": "more than ", ">=": "at least "}
_AGO = {**_FIGURE, "==": "exactly ", "!=": "not exactly "}
_DATE = {**_IS, "<": "is before", "<=": "is on or before", ">": "is after", ">=": "is on or after"}
_NEGATED = {"==": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_FLIPPED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_SPANS = {"months_since": ("month", "since", "ago"), "days_until": ("day", "until", "away")}

_PARTS = {
    ("has_any", True): "some",
    ("has_any", False): "none",
    ("has_all", True): "all",
    ("has_all", False): "not all",
}


class _Speaker:
    def __init__(self, book: Phrasebook) -> None:
        self.book = book

    def kind(self, node: Node) -> Kind | None:
        """The kind of a declared fact; logic is boolean; None where nothing is known."""
        if isinstance(node, Name):
            spec = self.book.find_fact(node.id)
            return spec.kind if spec else None
        if isinstance(node, Call) and node.function not in ("has_any", "has_all"):
            return Kind.INTEGER
        literal = isinstance(node, Literal | ListLiteral) and not isinstance(literal_value(node), bool)
        return None if literal else Kind.BOOLEAN

    def subject(self, node: Node) -> str:
        match node:
            case Name(id_):
                return self.book.name(id_)
            case Call("size", (Name() as arg,)):
                return self.subject(arg)
            case Call("size", (arg,)):
                return f"the number of entries in {self.subject(arg)}"
            case Call(function, (arg,)):
                unit, word, _ = _SPANS[function]
                return f"the number of {unit}s {word} {self.subject(arg)}"
            case Literal() | ListLiteral():
                return self.words(None, node, "and")
        return self.say(node)

    def words(self, about: str | None, node: Node, last: str = "or") -> str:
        if not isinstance(node, Literal | ListLiteral):
            return self.subject(node)
        value = literal_value(node)
        if isinstance(value, tuple):
            return join_words([self.quoted(about, each) for each in value], last) or "nothing"
        return self.quoted(about, value)

    def quoted(self, about: str | None, value: Any) -> str:
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
        if isinstance(left, Literal) and not isinstance(right, Literal):
            left, right, op = right, left, _FLIPPED[op]
        kinds = (self.kind(left), self.kind(right))
        if Kind.BOOLEAN in kinds and op in ("==", "!="):
            return self._agree(op == "==", left, right)
        about = left.id if isinstance(left, Name) else None
        said = self.words(about, right)
        if isinstance(left, Call) and isinstance(right, Literal):
            return self._counted(op, left, right.value, said)
        if Kind.DATE in kinds:
            return f"{self.subject(left)} {_DATE[op]} {said}"
        if kinds[0] in (Kind.INTEGER, Kind.DECIMAL):
            return f"{self.subject(left)}: {_FIGURE[op]}{said}"
        return f"{self.subject(left)} {_IS[op]} {said}"

    def _agree(self, alike: bool, left: Node, right: Node) -> str:
        """Two yes-or-no questions that have the same answer, or different ones."""
        if isinstance(right, Literal):
            return self.say(left, (right.value is True) is alike)
        if alike:
            return f"{self._grouped(left, True)} exactly if {self._grouped(right, True)}"
        return f"either {self._grouped(left, True)} or {self._grouped(right, True)}, but not both"

    def _counted(self, op: str, call: Call, value: Any, said: str) -> str:
        subject = self.subject(call.args[0])
        if call.function in _SPANS:
            unit, _, direction = _SPANS[call.function]
            return f"{subject} is {_AGO[op]}{said} {unit}{'' if value == 1 else 's'} {direction}"
        if (op, value) in (("==", 0), ("<=", 0), ("<", 1)):
            return f"{subject}: none"
        if (op, value) in (("!=", 0), (">", 0), (">=", 1)):
            return f"{subject}: at least one"
        return f"{self.subject(call)}: {_FIGURE[op].replace('less', 'fewer')}{said}"

    def _membership(self, item: Node, container: Node, positive: bool) -> str:
        if isinstance(container, ListLiteral):
            about = item.id if isinstance(item, Name) else None
            return f"{self.subject(item)} is {self._one_of(about, container, positive)}"
        about = container.id if isinstance(container, Name) else None
        return f"{self.words(about, item)} is {'' if positive else 'not '}among {self.subject(container)}"

    def _one_of(self, about: str | None, options: ListLiteral, positive: bool) -> str:
        count = len(options.items)
        if positive or count < 2:
            return ("" if positive else "not ") + self.words(about, options)
        if count == 2:
            return f"neither {self.words(about, options, 'nor')}"
        return f"none of {self.words(about, options, 'and')}"

    def _sets(self, function: str, container: Node, items: Node, positive: bool) -> str:
        about = container.id if isinstance(container, Name) else None
        among = f"among {self.subject(container)}"
        if not isinstance(items, ListLiteral):
            return f"{_PARTS[function, positive]} of {self.subject(items)} are {among}"
        if not items.items:
            return "always" if (function == "has_all") is positive else "never"
        if len(items.items) == 1:
            return f"{self.words(about, items)} is {'' if positive else 'not '}{among}"
        if function == "has_any":
            return f"{self._one_of(about, items, positive)} is {among}"
        return f"{'' if positive else 'not all of '}{self.words(about, items, 'and')} are {among}"


def say_condition(node: Node, book: Phrasebook) -> str:
    """One sentence without a full stop. Cost is linear in the condition."""
    return _Speaker(book).say(node)


def say_reasons(trace: Trace, book: Phrasebook) -> tuple[str, ...]:
    """The parts that decided a verdict, each as a sentence that is true: definitions by their title, not taken apart.

    Of an unknown verdict the unknown parts, as they would have to be.
    """
    return tuple(dict.fromkeys(_reasons(trace, _Speaker(book), positive=True)))


def _reasons(trace: Trace, speaker: _Speaker, *, positive: bool) -> Iterator[str]:
    node = trace.node
    if isinstance(node, Not):
        yield from _reasons(trace.parts[0], speaker, positive=not positive)
    elif isinstance(node, And | Or):
        for part in trace.parts:
            if part.verdict is trace.verdict:
                yield from _reasons(part, speaker, positive=positive)
    else:
        yield speaker.say(node, positive if trace.verdict is None else trace.verdict)


def say_way(way: Way, book: Phrasebook) -> tuple[str, ...]:
    """Changes as short notes of what is wanted, by fact; what a set gains or loses stands together."""
    groups: dict[tuple[str, str], list[Any]] = {}
    for change in way:
        groups.setdefault((change.fact, change.op), []).append(change.value)
    return tuple(_say_change(fact, op, sorted(groups[fact, op], key=str), book) for fact, op in sorted(groups))


def _say_change(fact: str, op: str, values: Sequence[Any], book: Phrasebook) -> str:
    name, (value, *_) = book.name(fact), values
    if op == "maps":
        countries = join_words([country for country, _ in values])
        return f"{name}: “{book.value(fact, value[1])}” for {countries}"
    if op == "is" and isinstance(value, bool):
        return name if value else f"{name}: no"
    quote = isinstance(value, str)
    said = [book.value(fact, each) for each in values]
    words = join_words([f"“{text}”" if quote else text for text in said])
    return f"{name}: {words}" if op == "is" else f"{name}: {'add' if op == 'has' else 'without'} {words}"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an outline: how deep, the verdict of that part, its words, and the facts it reads."""

    depth: int
    verdict: Verdict
    text: str
    facts: tuple[str, ...]
    definition: str | None = None
    plain: bool = False
    """A boolean fact by itself, said as it is known to be, not as the condition wants it."""


def outline_trace(trace: Trace, book: Phrasebook) -> tuple[Line, ...]:
    """The trace as indented lines: groups first ("all of", "any of"), then what they are made of.

    A definition is unfolded where it is first used. A known boolean fact is said as it is.
    """
    lines: list[Line] = []
    _outline(trace, _Speaker(book), 0, lines, set())
    return tuple(lines)


def _outline(trace: Trace, speaker: _Speaker, depth: int, lines: list[Line], unfolded: set[str]) -> None:
    node = trace.node
    if isinstance(node, And | Or):
        lines.append(Line(depth, trace.verdict, "all of:" if isinstance(node, And) else "any of:", ()))
    elif isinstance(node, Name) and trace.parts:
        again = " (see above)" if node.id in unfolded else ""
        lines.append(Line(depth, trace.verdict, speaker.book.name(node.id) + again, (), node.id))
        if again:
            return
        unfolded.add(node.id)
    elif isinstance(node, Not) and trace.parts[0].parts:
        lines.append(Line(depth, trace.verdict, "not:", ()))
    else:
        is_fact = isinstance(node, Name)
        said = speaker.say(node, trace.verdict is not False) if is_fact else speaker.say(node)
        lines.append(Line(depth, trace.verdict, said, _facts_of(node), plain=is_fact))
        return
    for part in trace.parts:
        _outline(part, speaker, depth + 1, lines, unfolded)


def _facts_of(node: Node) -> tuple[str, ...]:
    if isinstance(node, Name):
        return (node.id,)
    return tuple(id_ for child in children(node) for id_ in _facts_of(child))
