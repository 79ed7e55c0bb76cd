"""How fast conditions are: the packs that come with govern, and the same conditions in two CEL libraries.

Usage: python benchmarks/bench_conditions.py

Facts, activations and programs are made once and left out of the figures; each figure is the median of many runs, and
all are taken in turn in one process. For CEL, definitions are written out in parentheses, has_any and has_all become
the `exists` and `all` macros or `in` joined by `||` and `&&`, whichever the library runs faster. CEL has no dates: a
condition that reads one is left out on both sides, and so is one that a library refuses; how many are left is printed.
"""

import platform
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import cel
import celpy

from govern.conditions import Node, Program, format_condition
from govern.conditions.model import And, Call, Compare, In, ListLiteral, Name, Not, Or, children
from govern.errors import GovernError
from govern.kernel import Facts, FactSpec, Kind, PartialSet
from govern.library.packs import load_packs
from govern.library.places import content_places
from govern.library.vocabulary import load_vocabulary
from govern.rules import RuleBook, assess, build_book

DAY = date(2026, 11, 24)
ROUNDS = 25
DECODE = (False, None, None, True)  # as `Program` encodes verdicts
Verdicts = list[bool | None]


def load_book() -> RuleBook | None:
    """The packs that come with govern, or None where they do not load at present."""
    try:
        places = content_places()
        return build_book(load_packs(places), load_vocabulary(places, check=False), DAY)
    except GovernError as problem:
        print(f"the packs do not load: {problem}", file=sys.stderr)
        return None


def make_facts(book: RuleBook) -> Facts:
    """Answers to three facts in four, the same in every run; the rest is unknown."""
    values: dict[str, Any] = {}
    for index, spec in enumerate(book.vocabulary):
        if index % 4 != 3:
            values[spec.id] = _answer(spec, index)
    return Facts(values, DAY)


def _answer(spec: FactSpec, index: int) -> Any:
    match spec.kind:
        case Kind.BOOLEAN:
            return index % 3 != 0
        case Kind.ENUM:
            return spec.values[index % len(spec.values)]
        case Kind.SET | Kind.MAP:
            return frozenset(spec.values[index % 2 :: 2])
        case Kind.COUNTRIES:
            return frozenset(("IN", "PH"))
        case Kind.INTEGER:
            return 1000 * index
        case Kind.DECIMAL:
            return Decimal(index)
        case Kind.DATE:
            return date(2026, 1 + index % 12, 1)
        case Kind.RECORDS:
            return ({"name": "A"},)
    return "IN"


def write_cel(node: Node, definitions: Mapping[str, Node], chained: bool) -> str:
    """The condition in CEL, names of definitions written out."""

    def again(part: Node) -> str:
        return write_cel(part, definitions, chained)

    match node:
        case Name(id_) if id_ in definitions:
            return f"({again(definitions[id_])})"
        case Not(operand):
            return f"!({again(operand)})"
        case And(parts) | Or(parts):
            return (" && " if isinstance(node, And) else " || ").join(f"({again(part)})" for part in parts)
        case Compare(op, left, right):
            return f"({again(left)}) {op} ({again(right)})"
        case In(item, container):
            return f"({again(item)}) in {again(container)}"
        case Call("has_any" | "has_all" as function, (container, ListLiteral(items))) if chained:
            return (" || " if function == "has_any" else " && ").join(
                f"({again(item)} in {again(container)})" for item in items
            )
        case Call("has_any", (container, items)):
            return f"{again(container)}.exists(e, e in {again(items)})"
        case Call("has_all", (container, items)):
            return f"{again(items)}.all(e, e in {again(container)})"
        case Call(function, args):
            return f"{function}({', '.join(map(again, args))})"
    return format_condition(node)


def reads_dates(node: Node, definitions: Mapping[str, Node]) -> bool:
    if isinstance(node, Call) and node.function in ("months_since", "days_until"):
        return True
    parts = (definitions[node.id],) if isinstance(node, Name) and node.id in definitions else children(node)
    return any(reads_dates(part, definitions) for part in parts)


def nest(values: Mapping[str, Any]) -> dict[str, Any]:
    """Dotted names as maps within maps; what is unknown is not there."""
    world: dict[str, Any] = {}
    for id_, value in values.items():
        *groups, name = id_.split(".")
        place = world
        for group in groups:
            place = place.setdefault(group, {})
        place[name] = _plain(value)
    return world


def _plain(value: Any) -> Any:
    match value:
        case frozenset():
            return sorted(value)
        case Decimal():
            return float(value)
        case tuple():
            return [dict(row) for row in value]
        case date():
            return value.isoformat()
    return value


def rust_runner(texts: list[str], values: Mapping[str, Any]) -> Callable[[], Verdicts]:
    programs, context = [cel.compile(text) for text in texts], cel.Context(variables=nest(values))

    def run() -> Verdicts:
        found: Verdicts = []
        for program in programs:
            try:
                found.append(program.execute(context))
            except (KeyError, RuntimeError):
                found.append(None)
        return found

    return run


def python_runner(texts: list[str], values: Mapping[str, Any]) -> Callable[[], Verdicts]:
    # A note for fairness: celpy 0.5 puts the whole activation into each error's message; its repr is cut short here.
    celpy.CELEvalError.__repr__ = lambda _: "CELEvalError"
    environment = celpy.Environment()
    programs = [environment.program(environment.compile(text)) for text in texts]
    context = {name: celpy.json_to_cel(value) for name, value in nest(values).items()}

    def run() -> Verdicts:
        found: Verdicts = []
        for program in programs:
            try:
                found.append(bool(program.evaluate(context)))
            except celpy.CELEvalError:
                found.append(None)
        return found

    return run


def time_in_turn(runs: Mapping[str, Callable[[], Any]], rounds: Mapping[str, int]) -> dict[str, float]:
    """The median of each in microseconds; they take turns, so that a slow moment of the machine meets all of them."""
    taken: dict[str, list[float]] = {name: [] for name in runs}
    for turn in range(max(rounds.values())):
        for name, run in runs.items():
            if turn < rounds[name]:
                start = time.perf_counter()
                run()
                taken[name].append((time.perf_counter() - start) * 1e6)
    return {name: statistics.median(each) for name, each in taken.items()}


def main() -> int:
    book = load_book()
    if book is None:
        return 0
    facts = make_facts(book)
    values, definitions = book.values(facts), book.definition_nodes
    nodes: dict[Any, Node] = {}
    for rule in book.rules:
        nodes[rule.obligation.id, "applies"] = rule.applies_node
        nodes[rule.obligation.id, "met"] = rule.met_node
    comparable = {key: node for key, node in nodes.items() if not reads_dates(node, definitions)}
    program, same, start = book.program(), Program(comparable, definitions), time.perf_counter()
    build_book(book.packs, book.vocabulary, DAY)
    built = time.perf_counter() - start

    runners: dict[str, Callable[[], Verdicts]] = {}
    for way, chained in (("macros", False), ("chained", True)):
        texts = [write_cel(node, definitions, chained) for node in comparable.values()]
        runners[f"common-expression-language {way}"] = rust_runner(texts, values)
        runners[f"cel-python {way}"] = python_runner(texts, values)
    want = list(same.verdicts(values, DAY).values())
    for name, run in runners.items():
        differ = sum(one is not other for one, other in zip(run(), want, strict=True))
        if differ:
            print(f"{name} differs in {differ} of {len(want)} verdicts", file=sys.stderr)
            return 1

    empty = Facts({}, DAY)
    runs: dict[str, Callable[[], Any]] = {
        "assess": lambda: assess(book, facts),
        "assess without facts": lambda: assess(book, empty),
        "program": lambda: program.verdicts(values, DAY),
        "program encoded": lambda: program.encoded(values, DAY),
        "program comparable": lambda: same.verdicts(values, DAY),
        "program in order": lambda: [DECODE[code] for code in same.encoded(values, DAY)],
        **runners,
    }
    rounds = {name: 3 if name.startswith("cel-python") else ROUNDS if name in runners else ROUNDS * 8 for name in runs}
    medians = time_in_turn(runs, rounds)
    best = min(runners, key=lambda name: medians[name])
    by_key, in_order = (medians[f"program {name}"] / len(comparable) for name in ("comparable", "in order"))
    obligations = len(book.rules)
    unknown, partial = want.count(None), sum(isinstance(value, PartialSet) for value in values.values())

    print(f"machine: {platform.machine()}, CPython {platform.python_version()}")
    print(f"obligations: {obligations} rules")
    print(f"conditions: {len(nodes)} conditions")
    print(
        f"conditions compared with CEL: {len(comparable)} conditions, {unknown} of them unknown, {partial} partial sets"
    )
    print(f"build the book: {built / obligations * 1e6:.1f} µs/obligation")
    print(f"assess with traces: {medians['assess'] / obligations:.2f} µs/obligation")
    print(f"assess with traces, no facts: {medians['assess without facts'] / obligations:.2f} µs/obligation")
    print(f"verdicts by program, all conditions: {medians['program'] / len(nodes):.3f} µs/condition")
    print(f"verdicts by program, left encoded: {medians['program encoded'] / len(nodes):.3f} µs/condition")
    print(f"verdicts by program, compared with CEL, by key: {by_key:.3f} µs/condition")
    print(f"verdicts by program, compared with CEL, in order: {in_order:.3f} µs/condition")
    for name in runners:
        print(f"verdicts by {name}: {medians[name] / len(comparable):.2f} µs/condition")
    fastest = medians[best] / len(comparable)
    print(f"program by key against the fastest, {best}: {fastest / by_key:.1f} times faster")
    print(f"program in order against the fastest, {best}, in order too: {fastest / in_order:.1f} times faster")
    return 0


if __name__ == "__main__":
    sys.exit(main())
