"""What can be said of a condition without a project's facts, or with only some of them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice, product
from typing import Any

from govern.conditions.kleene import Evaluator, Scope, Trace, Verdict, compile_condition
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
    find_names,
)
from govern.kernel.facts import FactSpec, Kind

MAX_COMBINATIONS = 4096
"""How many combinations of unknown facts are tried before giving up."""

MOST_KEPT = 64
"""How many of their worlds are kept for the next condition: most are settled by the first few."""


def find_atoms(node: Node) -> tuple[Node, ...]:
    """The parts that are not logic: comparisons, memberships, names, literals; each once, in order."""
    if isinstance(node, Not | And | Or):
        return tuple(dict.fromkeys(atom for child in children(node) for atom in find_atoms(child)))
    return (node,)


def find_leaves(trace: Trace) -> Iterator[Trace]:
    """The traces of the atoms of a condition, in order; what is behind a definition belongs to the definition."""
    if isinstance(trace.node, Not | And | Or):
        for part in trace.parts:
            yield from find_leaves(part)
    else:
        yield trace


def expand_names(node: Node, definitions: Mapping[str, Node]) -> tuple[str, ...]:
    """The facts and parameters that a condition reads, through its definitions, in order, each once.

    Definitions that run in a circle are followed once.
    """
    found: dict[str, None] = {}
    seen: set[str] = set()
    queue = list(find_names(node))
    while queue:
        id_ = queue.pop(0)
        if id_ not in definitions:
            found.setdefault(id_)
        elif id_ not in seen:
            seen.add(id_)
            queue[:0] = find_names(definitions[id_])
    return tuple(found)


def name_expander(definitions: Mapping[str, Node]) -> Callable[[Node], tuple[str, ...]]:
    """`expand_names` for many conditions over the same definitions, each of which is followed once.

    Definitions must not run in a circle.
    """
    behind: dict[str, tuple[str, ...]] = {}

    def expand(node: Node) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for id_ in find_names(node):
            if id_ in definitions and id_ not in behind:
                behind[id_] = expand(definitions[id_])
            found.update(dict.fromkeys(behind.get(id_, (id_,))))
        return tuple(found)

    return expand


def inline(node: Node, definitions: Mapping[str, Node], constants: Mapping[str, Any]) -> Node:
    """A condition with its definitions and the law's figures written out: what it says of facts alone.

    Two conditions that are equal so say the same. Definitions must not run in a circle. A name that neither has is
    left as it is.
    """
    match node:
        case Name(id_) if id_ in definitions:
            return inline(definitions[id_], definitions, constants)
        case Name(id_) if id_ in constants:
            return _constant(constants[id_])
        case Not(operand):
            inner = inline(operand, definitions, constants)
            return Literal(not inner.value) if isinstance(inner, Literal) else Not(inner)
        case And(parts) | Or(parts):
            return _fold(type(node), [inline(part, definitions, constants) for part in parts])
        case Compare(op, left, right):
            return Compare(op, inline(left, definitions, constants), inline(right, definitions, constants))
        case In(item, container):
            return In(inline(item, definitions, constants), inline(container, definitions, constants))
        case Call(function, args):
            inlined = tuple(inline(arg, definitions, constants) for arg in args)
            if function == "size" and isinstance(inlined[0], ListLiteral):
                return Literal(len(inlined[0].items))
            return Call(function, inlined)
    return node


def _fold(kind: type[And] | type[Or], parts: Sequence[Node]) -> Node:
    """A conjunction without what is always true, a disjunction without what is always false; or what settles it."""
    settling = kind is Or
    literals = [bool(part.value) for part in parts if isinstance(part, Literal)]
    if settling in literals:
        return Literal(settling)
    rest = tuple(part for part in parts if not isinstance(part, Literal))
    return kind(rest) if len(rest) > 1 else rest[0] if rest else Literal(not settling)


def _constant(value: Any) -> Node:
    if isinstance(value, frozenset):
        return ListLiteral(tuple(Literal(each) for each in sorted(value)))
    return Literal(value)


def find_cycle(definitions: Mapping[str, Node]) -> tuple[str, ...]:
    """A circle of definitions, first and last id the same; empty if there is none. Linear in their size."""
    done: set[str] = set()
    for start in definitions:
        path: dict[str, None] = {}
        stack: list[Iterator[str]] = [iter((start,))]
        while stack:
            id_ = next(stack[-1], None)
            if id_ is None:
                stack.pop()
                if path:
                    done.add(path.popitem()[0])
            elif id_ in path:
                ids = list(path)
                return (*ids[ids.index(id_) :], id_)
            elif id_ in definitions and id_ not in done:
                path[id_] = None
                stack.append(iter(find_names(definitions[id_])))
    return ()


def possible_values(spec: FactSpec) -> Sequence[Any] | None:
    """All values that a fact may have, if they are few: booleans and enumerations; None for the rest."""
    if spec.kind is Kind.BOOLEAN:
        return (True, False)
    return spec.values if spec.kind is Kind.ENUM else None


class Cases:
    """The worlds that all values of some unknown facts make.

    They are made as they are asked for, and the first of them kept: conditions that are settled in the same worlds
    share what their definitions are there. They are not `few` where there are more than `MAX_COMBINATIONS`, or one of
    the facts may have any value.
    """

    def __init__(
        self,
        values: Mapping[str, Any],
        as_of: date,
        definitions: Mapping[str, Evaluator],
        unknown: Iterable[FactSpec],
    ) -> None:
        self._values, self._as_of, self._definitions = values, as_of, definitions
        self._domains: dict[str, Sequence[Any]] = {}
        self._kept: list[Scope] = []
        self.few = True
        combinations = 1
        for spec in unknown:
            domain = possible_values(spec) or ()
            combinations *= len(domain)
            self.few = self.few and 0 < combinations <= MAX_COMBINATIONS
            self._domains[spec.id] = domain

    def __iter__(self) -> Iterator[Scope]:
        yield from self._kept
        for chosen in islice(product(*self._domains.values()), len(self._kept), None):
            known = {**self._values, **dict(zip(self._domains, chosen, strict=True))}
            scope = Scope(known, self._as_of, self._definitions)
            if len(self._kept) < MOST_KEPT:
                self._kept.append(scope)
            yield scope

    def settle(self, evaluator: Evaluator) -> Verdict:
        """The verdict that holds whatever the unknown facts turn out to be, or None if it depends on them.

        Kleene's tables leave `x || !x` unknown; trying all values of `x` does not. None also where they are not few.
        """
        found: set[Verdict] = set()
        for scope in self if self.few else ():
            found.add(evaluator(scope).verdict)
            if len(found) > 1 or None in found:
                return None
        return found.pop() if found else None


def compile_all(conditions: Mapping[str, Node]) -> dict[str, Evaluator]:
    """Closures for many conditions, by id."""
    return {id_: compile_condition(node) for id_, node in conditions.items()}
