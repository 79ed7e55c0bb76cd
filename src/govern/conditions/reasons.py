"""Which facts decided a verdict, and which would settle an unknown one."""

from collections.abc import Iterator

from govern.conditions.kleene import Trace
from govern.conditions.model import And, Name, Or, children


def _names(trace: Trace) -> Iterator[str]:
    """The facts of an atom (a comparison, a membership, a boolean fact), left to right."""
    stack = [trace.node]
    while stack:
        node = stack.pop()
        if isinstance(node, Name):
            yield node.id
        stack.extend(reversed(children(node)))


def _deciding(trace: Trace) -> Iterator[str]:
    if not trace.parts:
        yield from _names(trace)
        return
    settles_alone = isinstance(trace.node, And | Or)
    for part in trace.parts:
        if not settles_alone or part.verdict is trace.verdict:
            yield from _deciding(part)


def deciding_facts(trace: Trace) -> tuple[str, ...]:
    """The facts that made the verdict what it is, in the order of the condition, each once.

    For a false conjunction those of its false parts, for a true disjunction those of its true parts;
    definitions are followed down to facts. Empty only for a condition of literals.
    """
    return tuple(dict.fromkeys(_deciding(trace)))


def missing_facts(trace: Trace) -> tuple[str, ...]:
    """The unknown facts that keep the verdict unknown, in order, each once; empty where the verdict is known.

    Names whose value is known but whose comparison is not (the other side is unknown) are included: the
    caller leaves out what it knows.
    """
    return deciding_facts(trace) if trace.verdict is None else ()
