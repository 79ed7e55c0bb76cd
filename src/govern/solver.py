"""Conditions compared and tested by an SMT solver (z3, the extra `solver`).

Every fact is taken as known: a choice is a number with the allowed values, a set one boolean for each member that the
conditions name and one more for any other. A condition becomes two formulas, "is true" and "is false", so that what is
unknown by the law alone (a figure without force on the day) stays unknown. Dates are numbers of days; `months_since`
is read through the days at which the number of months turns. Every answer that the solver gives is tried by the
evaluator before it is believed.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from importlib.util import find_spec
from typing import Any

from govern.conditions import (
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
    Verdict,
    evaluate,
    months_between,
)
from govern.errors import RefusedError
from govern.kernel import FactSpec, Kind, MapValue
from govern.usecases.ports import Answer

MILLISECONDS = 5_000
"""How long the solver may think about one question."""

TRIES = 5
"""Models that the evaluator does not bear out before the question is given up."""

OTHER = "__other__"

FindSpec = Callable[[str], FactSpec | None]


def has_solver() -> bool:
    """Whether the extra is installed."""
    return find_spec("z3") is not None


class Solver:
    """Answers questions about conditions for all facts at once. Implements the port of that name."""

    def __init__(self, find_fact: FindSpec, as_of: date) -> None:
        """Raises RefusedError where the extra is missing."""
        if not has_solver():
            raise RefusedError("this needs the SMT solver z3", hint="install it: pip install 'govern[solver]'")
        self._find = find_fact
        self._as_of = as_of

    def find_difference(self, one: Node, other: Node) -> Answer:
        """The fewest facts found on which two conditions have different verdicts.

        Both must have definitions and figures written out.
        """

        def differs(facts: Mapping[str, Any]) -> bool:
            return self.verdict(one, facts) is not self.verdict(other, facts)

        def ask(world: "_World") -> Any:
            (true_one, false_one), (true_other, false_other) = world.encode(one), world.encode(other)
            return world.z3.Or(true_one != true_other, false_one != false_other)

        return self._answer((one, other), ask, differs)

    def find_facts(self, node: Node, wanted: bool) -> Answer:
        """The fewest facts found on which a condition has a verdict."""

        def holds(facts: Mapping[str, Any]) -> bool:
            return self.verdict(node, facts) is wanted

        return self._answer((node,), lambda world: world.encode(node)[0 if wanted else 1], holds)

    def _answer(
        self, nodes: tuple[Node, ...], ask: "Callable[[_World], Any]", confirmed: Callable[[Mapping[str, Any]], bool]
    ) -> Answer:
        world = _World(self._find, self._as_of, nodes)
        try:
            found = world.solve(ask(world), confirmed)
        except _UnsupportedError:
            return Answer(False, None)
        return found if found.facts is None else Answer(True, _fewest(found.facts, confirmed))

    def verdict(self, node: Node, facts: Mapping[str, Any]) -> Verdict:
        """The evaluator's verdict on complete facts."""
        return evaluate(node, facts, self._as_of).verdict


class _World:
    """The variables of one question, and the rules that facts obey."""

    def __init__(self, find: FindSpec, as_of: date, nodes: Iterable[Node]) -> None:
        import z3

        self.z3 = z3
        self.as_of = as_of
        self.find = find
        self.rules: list[Any] = []
        self.scalars: dict[str, tuple[FactSpec, Any]] = {}
        self.members: dict[str, dict[str, Any]] = {}
        self.sizes: dict[str, Any] = {}
        self.texts: dict[str, int] = {}
        self.universe: dict[str, set[str]] = {}
        self.asked_size: set[str] = set()
        for node in nodes:
            self._collect(node)

    # What the conditions name

    def _collect(self, node: Node) -> None:
        match node:
            case Not(operand):
                self._collect(operand)
            case And(parts) | Or(parts):
                for part in parts:
                    self._collect(part)
            case Compare(_, left, right):
                self._collect(left)
                self._collect(right)
            case In(Literal(value), Name(id_)):
                self._universe(id_).add(str(value))
            case Call("has_any" | "has_all", (left, right)):
                for one, other in ((left, right), (right, left)):
                    if isinstance(one, Name) and isinstance(other, ListLiteral):
                        self._universe(one.id).update(
                            str(each.value) for each in other.items if isinstance(each, Literal)
                        )
                    elif isinstance(one, Name):
                        self._universe(one.id)
            case Call("size", (Name(id_),)):
                self._universe(id_)

    def _universe(self, id_: str) -> set[str]:
        spec = self.find(id_)
        if id_ not in self.universe:
            self.universe[id_] = set(spec.values) if spec is not None else set()
        return self.universe[id_]

    # Variables

    def member(self, id_: str, item: str) -> Any:
        spec = self.find(id_)
        held = self.members.setdefault(id_, {})
        if item not in held:
            if spec is not None and spec.values and item not in spec.values:
                return self.z3.BoolVal(False)
            held[item] = self.z3.Bool(f"{id_}∋{item}")
        return held[item]

    def everything(self, id_: str) -> list[Any]:
        """Membership of all that may be in a set."""
        spec = self.find(id_)
        open_ended = spec is None or not spec.values
        items = sorted(self._universe(id_)) + ([OTHER] if open_ended else [])
        return [self.member(id_, item) for item in items]

    def size(self, id_: str) -> Any:
        spec = self.find(id_)
        if spec is not None and spec.kind is Kind.RECORDS:
            if id_ not in self.sizes:
                self.sizes[id_] = self.z3.Int(f"|{id_}|")
                self.rules.append(self.sizes[id_] >= 0)
            return self.sizes[id_]
        return self.z3.Sum([self.z3.If(each, 1, 0) for each in self.everything(id_)])

    def text(self, value: str) -> int:
        return self.texts.setdefault(value, len(self.texts) + 1)

    def scalar(self, id_: str) -> tuple[Kind, Any] | None:
        """A fact's kind and variable; None for a name that has no value on the day."""
        spec = self.find(id_)
        if spec is None:
            return None
        if id_ not in self.scalars:
            self.scalars[id_] = (spec, self._new(spec))
        return spec.kind, self.scalars[id_][1]

    def _new(self, spec: FactSpec) -> Any:
        if spec.kind is Kind.BOOLEAN:
            return self.z3.Bool(spec.id)
        variable = self.z3.Real(spec.id) if spec.kind is Kind.DECIMAL else self.z3.Int(spec.id)
        if spec.values:
            self.rules.append(self.z3.Or([variable == self.text(value) for value in spec.values]))
        if spec.minimum is not None:
            self.rules.append(variable >= self.number(spec.minimum))
        if spec.maximum is not None:
            self.rules.append(variable <= self.number(spec.maximum))
        if spec.kind is Kind.DATE:
            self.rules += [variable >= date(1900, 1, 1).toordinal(), variable <= date(2200, 1, 1).toordinal()]
        return variable

    def number(self, value: Any) -> Any:
        if isinstance(value, Decimal) and value != int(value):
            return self.z3.RealVal(str(value))
        return int(value)

    # Formulas

    def encode(self, node: Node) -> tuple[Any, Any]:
        """The formulas "is true" and "is false"; neither holds where the law leaves it unknown."""
        z3 = self.z3
        match node:
            case Literal(value):
                return z3.BoolVal(bool(value)), z3.BoolVal(not value)
            case Not(operand):
                true, false = self.encode(operand)
                return false, true
            case And(parts):
                pairs = [self.encode(part) for part in parts]
                return z3.And([pair[0] for pair in pairs]), z3.Or([pair[1] for pair in pairs])
            case Or(parts):
                pairs = [self.encode(part) for part in parts]
                return z3.Or([pair[0] for pair in pairs]), z3.And([pair[1] for pair in pairs])
        formula = self._atom(node)
        if formula is None:
            return z3.BoolVal(False), z3.BoolVal(False)
        return formula, z3.Not(formula)

    def _atom(self, node: Node) -> Any:
        match node:
            case Name(id_):
                found = self.scalar(id_)
                return None if found is None else found[1]
            case Compare(op, left, right):
                return self._comparison(op, left, right)
            case In(item, Name(id_)) if isinstance(item, Literal):
                return self.member(id_, str(item.value)) if self.find(id_) else None
            case In(item, ListLiteral(options)):
                parts = [self._comparison("==", item, option) for option in options]
                return None if None in parts else self.z3.Or(parts)
            case Call("has_any" | "has_all" as function, (container, items)):
                return self._sets(function, container, items)
        raise _UnsupportedError(node)

    def _sets(self, function: str, container: Node, items: Node) -> Any:
        z3 = self.z3
        if any(isinstance(side, Name) and self.find(side.id) is None for side in (container, items)):
            return None
        names = [item for side in (container, items) for item in self._names(side)]
        pairs = [(self._holds(container, item), self._holds(items, item)) for item in dict.fromkeys(names)]
        if function == "has_any":
            return z3.Or([z3.And(one, other) for one, other in pairs])
        return z3.And([z3.Implies(other, one) for one, other in pairs])

    def _names(self, side: Node) -> list[str]:
        if isinstance(side, Name):
            spec = self.find(side.id)
            return sorted(self._universe(side.id)) + ([] if spec is not None and spec.values else [OTHER])
        assert isinstance(side, ListLiteral)
        return [str(each.value) for each in side.items if isinstance(each, Literal)]

    def _holds(self, side: Node, item: str) -> Any:
        if isinstance(side, Name):
            return self.member(side.id, item)
        assert isinstance(side, ListLiteral)
        return self.z3.BoolVal(item in [each.value for each in side.items if isinstance(each, Literal)])

    def _comparison(self, op: str, left: Node, right: Node) -> Any:
        if isinstance(left, Call) and left.function == "months_since":
            return self._months(op, left, right)
        one, other = self._value(left), self._value(right)
        if one is None or other is None:
            return None
        return {
            "==": lambda: one == other, "!=": lambda: one != other, "<": lambda: one < other,
            "<=": lambda: one <= other, ">": lambda: one > other, ">=": lambda: one >= other,
        }[op]()  # fmt: skip

    def _value(self, node: Node) -> Any:
        match node:
            case Literal(value) if isinstance(value, bool):
                return self.z3.BoolVal(value)
            case Literal(value) if isinstance(value, str):
                return self.text(value)
            case Literal(value):
                return self.number(value)
            case Name(id_):
                found = self.scalar(id_)
                return None if found is None else found[1]
            case Call("size", (Name(id_),)):
                return self.size(id_) if self.find(id_) else None
            case Call("days_until", (Name(id_),)):
                found = self.scalar(id_)
                return None if found is None else found[1] - self.as_of.toordinal()
        raise _UnsupportedError(node)

    def _months(self, op: str, call: Call, right: Node) -> Any:
        """`months_since(x) >= n` is `x <= the last day from which n full months have passed`."""
        bound = self._value(right)
        argument = call.args[0]
        if not isinstance(bound, int) or not isinstance(argument, Name):
            raise _UnsupportedError(call)
        found = self.scalar(argument.id)
        if found is None:
            return None
        z3, day = self.z3, found[1]
        at_least, more = day <= self._turn(bound), day <= self._turn(bound + 1)
        return {
            ">=": at_least, ">": more, "<": z3.Not(at_least), "<=": z3.Not(more),
            "==": z3.And(at_least, z3.Not(more)), "!=": z3.Not(z3.And(at_least, z3.Not(more))),
        }[op]  # fmt: skip

    def _turn(self, months: int) -> int:
        low = self.as_of - timedelta(days=31 * abs(months) + 62)
        high = self.as_of + timedelta(days=31 * abs(months) + 62)
        first, last = low.toordinal(), high.toordinal()
        while first < last:  # the number of months falls as the day grows
            middle = (first + last + 1) // 2
            if months_between(date.fromordinal(middle), self.as_of) >= months:
                first = middle
            else:
                last = middle - 1
        return first

    # Answers

    def solve(self, question: Any, confirmed: Callable[[Mapping[str, Any]], bool]) -> Answer:
        z3 = self.z3
        solver = z3.Solver()
        solver.set("timeout", MILLISECONDS)
        solver.add(*self.rules, question)
        for _ in range(TRIES):
            answer = solver.check()
            if answer == z3.unsat:
                return Answer(True, None)
            if answer != z3.sat:
                return Answer(False, None)
            model = solver.model()
            facts = self.read(model)
            if confirmed(facts):
                return Answer(True, facts)
            solver.add(z3.Or([variable() != model[variable] for variable in model.decls()]))
        return Answer(False, None)

    def read(self, model: Any) -> dict[str, Any]:
        """The facts of a model as the evaluator takes them."""
        words = {number: text for text, number in self.texts.items()}
        facts: dict[str, Any] = {}
        for id_, (spec, variable) in self.scalars.items():
            facts[id_] = _plain(spec, model.eval(variable, model_completion=True), words)
        for id_, held in self.members.items():
            items = [item for item, each in held.items() if self.z3.is_true(model.eval(each, model_completion=True))]
            found = self.find(id_)
            facts[id_] = _set_value(found, items)
        for id_ in self.universe.keys() - facts.keys():
            facts[id_] = _set_value(self.find(id_), [])
        for id_, size in self.sizes.items():
            facts[id_] = ({},) * min(model.eval(size, model_completion=True).as_long(), 1000)
        return facts


def _fewest(facts: Mapping[str, Any], confirmed: Callable[[Mapping[str, Any]], bool]) -> dict[str, Any]:
    """What is left of the facts when those are taken away whose absence changes nothing."""
    kept = dict(facts)
    for id_ in sorted(facts):
        without = {key: value for key, value in kept.items() if key != id_}
        if confirmed(without):
            kept = without
    return kept


class _UnsupportedError(Exception):
    """A shape of condition that the type check lets through and the packs do not use."""


def _plain(spec: FactSpec, value: Any, words: Mapping[int, str]) -> Any:
    if spec.kind is Kind.BOOLEAN:
        return str(value) == "True"
    if spec.kind is Kind.DECIMAL:
        return Decimal(value.numerator_as_long()) / Decimal(value.denominator_as_long())
    number = value.as_long()
    if spec.kind is Kind.DATE:
        return date.fromordinal(number)
    return number if spec.kind is Kind.INTEGER else words.get(number, "another")


def _set_value(spec: FactSpec | None, items: list[str]) -> Any:
    names = ["ZZ" if item == OTHER else item for item in items]
    if spec is not None and spec.kind is Kind.MAP:
        return MapValue.of({f"Z{chr(65 + place)}": each for place, each in enumerate(sorted(names))})
    return frozenset(names)
