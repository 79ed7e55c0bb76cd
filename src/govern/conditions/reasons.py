"""Which facts decided a verdict, and which would settle an unknown one."""

from govern.conditions.kleene import Trace


def deciding_facts(trace: Trace) -> tuple[str, ...]:
    """The facts that made the verdict what it is, in the order of the condition, each once.

    For a false conjunction those of its false parts, for a true disjunction those of its true parts; definitions are
    followed down to facts. Empty only for a condition of literals.
    """
    return trace.deciding


def missing_facts(trace: Trace) -> tuple[str, ...]:
    """The unknown facts that keep the verdict unknown, in order, each once; empty where the verdict is known.

    Names whose value is known but whose comparison is not (the other side is unknown) are included: the caller
    leaves out what it knows.
    """
    return trace.deciding if trace.verdict is None else ()
