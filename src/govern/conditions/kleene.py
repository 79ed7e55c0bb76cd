"""Evaluation in Kleene's strong three-valued logic, with a trace.

A verdict is True, False or None for unknown. This evaluator is the oracle that every other reading of a
condition is tested against. It assumes a condition that passed `check_condition`.
"""

from collections.abc import Callable, Mapping
from datetime import date
from itertools import chain
from operator import eq, ge, gt, le, lt, ne
from typing import Any, Final, NamedTuple, TypeAlias

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
    find_names,
)
from govern.kernel.facts import PartialSet

Verdict: TypeAlias = bool | None


class Unknown:
    """The value of an absent fact."""

    def __repr__(self) -> str:
        return "unknown"


UNKNOWN: Final = Unknown()


class Trace(NamedTuple):
    """How a verdict came about: the condition, its verdict, and the traces of its parts.

    A fact has no parts; a definition has one, the trace of its condition. `deciding` are the facts that made the
    verdict what it is, in the order of the condition, each once: see `deciding_facts`.
    """

    node: Node
    verdict: Verdict
    parts: tuple["Trace", ...] = ()
    deciding: tuple[str, ...] = ()


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
        return disjoin([None if is_member(item, container) is not False else False for item in items.possible])
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


def _follow(scope: Scope, names: tuple[str, ...]) -> tuple[str, ...]:
    """The facts behind names: of a definition those that decided it."""
    if scope.definitions.keys().isdisjoint(names):
        return names
    found = [_definition(scope, id_).deciding if id_ in scope.definitions else (id_,) for id_ in names]
    return tuple(dict.fromkeys(chain.from_iterable(found)))


def _atom(node: Node, left: _Reader, right: _Reader, verdict_of: Callable[[Any, Any], Verdict]) -> Evaluator:
    """Of two values. An atom has but three traces: they are made here, once."""
    names = find_names(node)
    traces = {verdict: Trace(node, verdict, (), names) for verdict in (True, False, None)}

    def run(scope: Scope) -> Trace:
        a, b = left(scope), right(scope)
        trace = traces[None if a is UNKNOWN or b is UNKNOWN else verdict_of(a, b)]
        facts = _follow(scope, names)
        return trace if facts is names else trace._replace(deciding=facts)

    return run


def _atom_of_one(
    node: Node, id_: str, verdict_of: Callable[[Any, Any], Verdict], constant: Any, *, turned: bool = False
) -> Evaluator:
    """Of a fact and a constant, as nearly all atoms are; `turned`: the constant comes first."""
    traces = {verdict: Trace(node, verdict, (), (id_,)) for verdict in (True, False, None)}
    unknown = traces[None]
    if turned:
        general = _atom(node, lambda _: constant, _name_reader(id_), verdict_of)
    else:
        general = _atom(node, _name_reader(id_), lambda _: constant, verdict_of)

    def run(scope: Scope) -> Trace:
        value = scope.values.get(id_, UNKNOWN)
        if id_ in scope.definitions:
            return general(scope)
        if value is UNKNOWN:
            return unknown
        return traces[verdict_of(constant, value) if turned else verdict_of(value, constant)]

    return run


def compile_condition(node: Node) -> Evaluator:
    """Turn a checked condition into a closure that evaluates it in a scope, with its trace.

    Every part is evaluated, also where an earlier part settles the verdict, so that a trace shows all of them.
    """
    match node:
        case Not(operand):
            return _compile_not(node, compile_condition(operand))
        case And(parts):
            return _compile_many(node, parts, False)
        case Or(parts):
            return _compile_many(node, parts, True)
        case Compare(op, left, right):
            return _compile_pair(node, left, right, COMPARE[op])
        case In(item, container):
            return _compile_pair(node, item, container, is_member)
        case Call(function, (left, right)):
            return _compile_pair(node, left, right, has_any if function == "has_any" else has_all)
        case Name(id_):
            return _compile_name(node, id_)
        case _:
            trace = Trace(node, bool(literal_value(node)))
            return lambda _: trace


def _compile_pair(node: Node, left: Node, right: Node, verdict_of: Callable[[Any, Any], Verdict]) -> Evaluator:
    if isinstance(left, Name) and isinstance(right, Literal | ListLiteral):
        return _atom_of_one(node, left.id, verdict_of, literal_value(right))
    if isinstance(left, Literal | ListLiteral) and isinstance(right, Name):
        return _atom_of_one(node, right.id, verdict_of, literal_value(left), turned=True)
    return _atom(node, _compile_value(left), _compile_value(right), verdict_of)


def _compile_not(node: Node, operand: Evaluator) -> Evaluator:
    def run(scope: Scope) -> Trace:
        part = operand(scope)
        return Trace(node, negate(part[1]), (part,), part[3])

    return run


def _compile_many(node: Node, parts: tuple[Node, ...], settling: bool) -> Evaluator:
    """`settling` is the verdict of one part that settles all: false for `&&`, true for `||`."""
    operands = [compile_condition(part) for part in parts]

    def run(scope: Scope) -> Trace:
        traces = tuple([operand(scope) for operand in operands])
        verdicts = [trace[1] for trace in traces]
        verdict = settling if settling in verdicts else None if None in verdicts else not settling
        deciding = [trace[3] for trace in traces if trace[1] is verdict]
        facts = deciding[0] if len(deciding) == 1 else tuple(dict.fromkeys(chain.from_iterable(deciding)))
        return Trace(node, verdict, traces, facts)

    return run


def _compile_name(node: Node, id_: str) -> Evaluator:
    traces = {verdict: Trace(node, verdict, (), (id_,)) for verdict in (True, False, None)}

    def run(scope: Scope) -> Trace:
        if id_ in scope.definitions:
            inner = _definition(scope, id_)
            return Trace(node, inner[1], (inner,), inner[3])
        return traces[scope.values.get(id_)]

    return run


def evaluate(
    node: Node, values: Mapping[str, Any], as_of: date, definitions: Mapping[str, Node] | None = None
) -> Trace:
    """Evaluate one condition once. For many conditions compile them and share a `Scope`."""
    compiled = {id_: compile_condition(each) for id_, each in (definitions or {}).items()}
    return compile_condition(node)(Scope(values, as_of, compiled))
