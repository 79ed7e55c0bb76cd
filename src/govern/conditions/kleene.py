"""Evaluation in Kleene's strong three-valued logic, with a trace.

A verdict is True, False or None for unknown. This evaluator is the oracle that every other reading of a
condition is tested against. It assumes a condition that passed `check_condition`.
"""

from collections.abc import Callable, Mapping
from datetime import date
from operator import eq, ge, gt, le, lt, ne
from typing import Any, Final, NamedTuple, TypeAlias

from govern.conditions.model import And, Call, Compare, In, ListLiteral, Literal, Name, Node, Not, Or
from govern.kernel.facts import PartialSet

Verdict: TypeAlias = bool | None


class Unknown:
    """The value of an absent fact."""

    def __repr__(self) -> str:
        return "unknown"


UNKNOWN: Final = Unknown()


class Trace(NamedTuple):
    """How a verdict came about: the condition, its verdict, and the traces of its parts.

    A fact has no parts; a definition has one, the trace of its condition.
    """

    node: Node
    verdict: Verdict
    parts: tuple["Trace", ...] = ()


class Scope:
    """The world of one evaluation: values by name, the day, and definitions, each evaluated at most once."""

    __slots__ = ("as_of", "definitions", "traces", "values")

    def __init__(
        self,
        values: Mapping[str, Any],
        as_of: date,
        definitions: "Mapping[str, Evaluator] | None" = None,
    ) -> None:
        self.values = values
        self.as_of = as_of
        self.definitions = definitions or {}
        self.traces: dict[str, Trace] = {}


Evaluator: TypeAlias = Callable[[Scope], Trace]
_Reader: TypeAlias = Callable[[Scope], Any]

COMPARE: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "==": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge,
}  # fmt: skip


def negate(verdict: Verdict) -> Verdict:
    """Kleene's not."""
    return None if verdict is None else not verdict


def conjoin(verdicts: "list[Verdict] | tuple[Verdict, ...]") -> Verdict:
    """Kleene's and: false if any is false, else unknown if any is unknown, else true."""
    return False if False in verdicts else None if None in verdicts else True


def disjoin(verdicts: "list[Verdict] | tuple[Verdict, ...]") -> Verdict:
    """Kleene's or: true if any is true, else unknown if any is unknown, else false."""
    return True if True in verdicts else None if None in verdicts else False


def is_member(item: object, container: Any) -> Verdict:
    """Membership; unknown where the set is known only in part and may have the item."""
    if item in container:
        return True
    return None if type(container) is PartialSet and item in container.possible else False


def has_any(container: Any, items: Any) -> Verdict:
    """Whether the two have a member in common; false for no items."""
    verdict = disjoin([is_member(item, container) for item in items])
    if verdict is False and type(items) is PartialSet:
        return disjoin(
            [None if is_member(item, container) is not False else False for item in items.possible]
        )
    return verdict


def has_all(container: Any, items: Any) -> Verdict:
    """Whether the set has every one of the items; true for no items."""
    verdict = conjoin([is_member(item, container) for item in items])
    if verdict and type(items) is PartialSet:
        return conjoin([is_member(item, container) or None for item in items.possible])
    return verdict


def months_between(start: date, end: date) -> int:
    """Full months from `start` to `end`; negative if `end` is earlier."""
    if end < start:
        return -months_between(end, start)
    return (end.year - start.year) * 12 + end.month - start.month - (end.day < start.day)


def literal_value(node: Node) -> Any:
    """The value of a literal or a list of literals; a list becomes a tuple."""
    match node:
        case Literal(value):
            return value
        case ListLiteral(items):
            return tuple(literal_value(item) for item in items)
    raise TypeError(node)


def _compile_value(node: Node) -> _Reader:
    match node:
        case Literal() | ListLiteral():
            constant = literal_value(node)
            return lambda _: constant
        case Name(id_):
            return _name_reader(id_)
        case Call(function, args) if function not in ("has_any", "has_all"):
            return _number_call(function, _compile_value(args[0]))
    logic = compile_condition(node)

    def read(scope: Scope) -> Any:
        verdict = logic(scope).verdict
        return UNKNOWN if verdict is None else verdict

    return read


def _name_reader(id_: str) -> _Reader:
    def read(scope: Scope) -> Any:
        if id_ in scope.definitions:
            verdict = _definition(scope, id_).verdict
            return UNKNOWN if verdict is None else verdict
        return scope.values.get(id_, UNKNOWN)

    return read


def _number_call(function: str, arg: _Reader) -> _Reader:
    def read(scope: Scope) -> Any:
        value = arg(scope)
        if value is UNKNOWN:
            return UNKNOWN
        if function == "size":
            return UNKNOWN if type(value) is PartialSet else len(value)
        if function == "months_since":
            return months_between(value, scope.as_of)
        return (value - scope.as_of).days

    return read


def _definition(scope: Scope, id_: str) -> Trace:
    trace = scope.traces.get(id_)
    if trace is None:
        trace = scope.traces[id_] = scope.definitions[id_](scope)
    return trace


def _binary(
    node: Node, left: _Reader, right: _Reader, verdict_of: Callable[[Any, Any], Verdict]
) -> Evaluator:
    def run(scope: Scope) -> Trace:
        a, b = left(scope), right(scope)
        return Trace(node, None if a is UNKNOWN or b is UNKNOWN else verdict_of(a, b))

    return run


def compile_condition(node: Node) -> Evaluator:
    """Turn a checked condition into a closure that evaluates it in a scope, with its trace.

    Every part is evaluated, also where an earlier part settles the verdict, so that a trace shows all of
    them.
    """
    match node:
        case Not(operand):
            return _compile_not(node, compile_condition(operand))
        case And(parts):
            return _compile_many(node, parts, conjoin)
        case Or(parts):
            return _compile_many(node, parts, disjoin)
        case Compare(op, left, right):
            return _binary(node, _compile_value(left), _compile_value(right), COMPARE[op])
        case In(item, container):
            return _binary(node, _compile_value(item), _compile_value(container), is_member)
        case Call(function, (left, right)):
            return _binary(
                node,
                _compile_value(left),
                _compile_value(right),
                has_any if function == "has_any" else has_all,
            )
        case Name(id_):
            return _compile_name(node, id_)
        case _:
            constant = bool(literal_value(node))
            return lambda _: Trace(node, constant)


def _compile_not(node: Node, operand: Evaluator) -> Evaluator:
    def run(scope: Scope) -> Trace:
        part = operand(scope)
        return Trace(node, negate(part.verdict), (part,))

    return run


def _compile_many(node: Node, parts: tuple[Node, ...], join: Callable[[list[Verdict]], Verdict]) -> Evaluator:
    operands = [compile_condition(part) for part in parts]

    def run(scope: Scope) -> Trace:
        traces = tuple([operand(scope) for operand in operands])
        return Trace(node, join([trace.verdict for trace in traces]), traces)

    return run


def _compile_name(node: Node, id_: str) -> Evaluator:
    def run(scope: Scope) -> Trace:
        if id_ in scope.definitions:
            inner = _definition(scope, id_)
            return Trace(node, inner.verdict, (inner,))
        value = scope.values.get(id_, UNKNOWN)
        return Trace(node, None if value is UNKNOWN else value)

    return run


def evaluate(
    node: Node, values: Mapping[str, Any], as_of: date, definitions: Mapping[str, Node] | None = None
) -> Trace:
    """Evaluate one condition once. For many conditions compile them and share a `Scope`."""
    compiled = {id_: compile_condition(each) for id_, each in (definitions or {}).items()}
    return compile_condition(node)(Scope(values, as_of, compiled))
