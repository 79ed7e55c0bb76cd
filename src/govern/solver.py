"""Conditions compared and tested by an SMT solver (z3, the extra `solver`).

Every fact is taken as known: a choice is a number with the allowed values, a set one boolean for each member that the
conditions name and, where any member is allowed, one for each of as many others as could matter. A condition becomes
two formulas, "is true" and "is false", so that what is unknown by the law alone (a figure without force on the day)
stays unknown. Dates are numbers of days from 1900 to 2200; `months_since` is read through the days at which the number
of months turns. Every answer that the solver gives is tried by the evaluator before it is believed; what the formulas
cannot say is left undecided.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from importlib.util import find_spec
from itertools import product
from string import ascii_uppercase
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
    find_names,
    months_between,
)
from govern.errors import RefusedError
from govern.kernel import FactSpec, Kind, MapValue
from govern.usecases.ports import Answer

MILLISECONDS = 5_000
"""How long the solver may think about one question."""

TRIES = 5
"""Models that the evaluator does not bear out before the question is given up."""

MOST_OTHERS = 40
"""Members of open sets, beside those that the conditions name, that are told apart before a question is given up."""

MOST_ROWS = 1_000

OTHER = "__other__"

_CODES = tuple(one + two for one, two in product(reversed(ascii_uppercase), repeat=2))
"""Codes as of countries, from ZZ down, for what is not named."""

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

        def read(facts: Mapping[str, Any]) -> tuple[Verdict, ...]:
            return self.verdict(one, facts), self.verdict(other, facts)

        def ask(world: "_World") -> Any:
            (true_one, false_one), (true_other, false_other) = world.encode(one), world.encode(other)
            return world.z3.Or(true_one != true_other, false_one != false_other)

        return self._answer((one, other), ask, read, lambda verdicts: verdicts[0] is not verdicts[1])

    def find_facts(self, node: Node, wanted: bool) -> Answer:
        """The fewest facts found on which a condition has a verdict."""

        def read(facts: Mapping[str, Any]) -> tuple[Verdict, ...]:
            return (self.verdict(node, facts),)

        def ask(world: "_World") -> Any:
            return world.encode(node)[0 if wanted else 1]

        return self._answer((node,), ask, read, lambda verdicts: verdicts == (wanted,))

    def _answer(
        self,
        nodes: tuple[Node, ...],
        ask: "Callable[[_World], Any]",
        read: Callable[[Mapping[str, Any]], tuple[Verdict, ...]],
        wanted: Callable[[tuple[Verdict, ...]], bool],
    ) -> Answer:
        try:
            world = _World(self._find, self._as_of, nodes)
            found = world.solve(ask(world), lambda facts: wanted(read(facts)))
        except _UnsupportedError:
            return Answer(False, None)
        if found.facts is None:
            return found
        verdicts = read(found.facts)
        return Answer(True, _fewest(found.facts, lambda facts: read(facts) == verdicts))

    def verdict(self, node: Node, facts: Mapping[str, Any]) -> Verdict:
        """The evaluator's verdict on complete facts."""
        return evaluate(node, facts, self._as_of).verdict


class _World:
    """The variables of one question, and the rules that facts obey."""

    def __init__(self, find: FindSpec, as_of: date, nodes: Collection[Node]) -> None:
        import z3

        self.z3 = z3
        self.as_of = as_of
        self.find = find
        self.rules: list[Any] = []
        self.scalars: dict[str, tuple[FactSpec, Any]] = {}
        self.members: dict[str, dict[str, Any]] = {}
        self.sizes: dict[str, Any] = {}
        self.texts: dict[str, int] = {}
        self.sets: set[str] = set()
        self.named: dict[Kind, set[str]] = {}
        self.witnesses = 0
        self.counted: set[Node] = set()
        self.literals = {text for node in nodes for text in _all_texts(node)}
        for node in nodes:
            self._collect(node)
        if self.witnesses > MOST_OTHERS:
            raise _UnsupportedError
        self.others = [f"{OTHER}{number}" for number in range(self.witnesses)]

    # What the conditions name

    def _collect(self, node: Node) -> None:
        if node in self.counted:
            return
        self.counted.add(node)
        match node:
            case Not(operand):
                self._collect(operand)
            case And(parts) | Or(parts):
                for part in parts:
                    self._collect(part)
            case Compare(_, left, right):
                self._collect(left)
                self._collect(right)
                self._count(left, right)
                self._count(right, left)
            case In(Literal(value), Name(id_)):
                self._mention(id_, [str(value)])
            case In(Name(item), Name(id_)):
                self._mention(id_, [*self.literals, *self._values(Name(item))])
                self.witnesses += self._open(Name(id_)) is not None
            case In(item, ListLiteral(options)):
                self._collect(item)
                for option in options:
                    self._count(item, option)
            case Call("has_any" | "has_all", (left, right)):
                self._compare_sets(left, right)
            case Call("size", (Name(id_),)):
                self._mention(id_, [])

    def _mention(self, id_: str, items: Iterable[str]) -> None:
        spec = self.find(id_)
        if spec is not None and spec.kind is not Kind.RECORDS:
            self.sets.add(id_)
            if not spec.values:
                self.named.setdefault(spec.kind, set()).update(each for each in items if _may_hold(spec, each))

    def _open(self, node: Node) -> FactSpec | None:
        """The declaration of a set that may have any member, if the node names one."""
        spec = self.find(node.id) if isinstance(node, Name) else None
        return None if spec is None or spec.values or spec.kind is Kind.RECORDS else spec

    def _compare_sets(self, left: Node, right: Node) -> None:
        """One other member is enough to show that two sets share one, or that one lacks one that the other has."""
        for one, other in ((left, right), (right, left)):
            if isinstance(one, Name):
                self._mention(one.id, _texts(other) if isinstance(other, ListLiteral) else self._values(other))
        first, second = self._open(left), self._open(right)
        if first is not None and second is not None and first.kind is not second.kind:
            raise _UnsupportedError
        both_named = isinstance(left, Name) and isinstance(right, Name)
        self.witnesses += second is not None or (both_named and first is not None)

    def _values(self, node: Node) -> tuple[str, ...]:
        spec = self.find(node.id) if isinstance(node, Name) else None
        return spec.values if spec is not None else ()

    def _count(self, sized: Node, bound: Node) -> None:
        """To tell the size of a set from n takes at most n + 1 members."""
        if isinstance(sized, Call) and sized.function == "size" and self._open(sized.args[0]):
            if not isinstance(bound, Literal):
                raise _UnsupportedError
            self.witnesses += max(int(bound.value) + 1, 0)

    # Variables

    def member(self, id_: str, item: str) -> Any:
        spec = self.find(id_)
        held = self.members.setdefault(id_, {})
        if item not in held:
            if spec is not None and not _may_hold(spec, item) and (spec.values or item not in self.others):
                return self.z3.BoolVal(False)
            held[item] = self.z3.Bool(f"{id_}∋{item}")
            for implied in spec.implies.get(item, ()) if spec is not None else ():
                self.rules.append(self.z3.Implies(held[item], self.member(id_, implied)))
        return held[item]

    def everything(self, id_: str) -> list[str]:
        """All that may be in a set."""
        spec = self.find(id_)
        if spec is not None and spec.values:
            return list(spec.values)
        return sorted(self.named[spec.kind] if spec is not None else ()) + self.others

    def size(self, id_: str) -> Any:
        spec = self.find(id_)
        if spec is not None and spec.kind is Kind.RECORDS:
            if id_ not in self.sizes:
                self.sizes[id_] = self.z3.Int(f"|{id_}|")
                self.rules += [self.sizes[id_] >= 0, self.sizes[id_] <= MOST_ROWS]
            return self.sizes[id_]
        return self.z3.Sum([self.z3.If(self.member(id_, item), 1, 0) for item in self.everything(id_)])

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
        return value.toordinal() if isinstance(value, date) else int(value)

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
            case In(Literal(value), Name(id_)):
                return self.member(id_, str(value)) if self.find(id_) else None
            case In(Name(item), Name(id_)):
                found = self.scalar(item)
                if found is None or self.find(id_) is None:
                    return None
                named = [(self.text(each), self.member(id_, each)) for each in self.everything(id_)]
                return self.z3.Or([self.z3.And(found[1] == number, held) for number, held in named])
            case In(item, ListLiteral(options)):
                if any(self.find(name) is None for name in find_names(item)):
                    return None
                parts = [self._comparison("==", item, option) for option in options]
                return None if None in parts else self.z3.Or(parts)
            case Call("has_any" | "has_all" as function, (container, items)):
                return self._sets(function, container, items)
        raise _UnsupportedError

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
        return self.everything(side.id) if isinstance(side, Name) else _texts(side)

    def _holds(self, side: Node, item: str) -> Any:
        if isinstance(side, Name):
            return self.member(side.id, item)
        return self.z3.BoolVal(item in _texts(side))

    def _comparison(self, op: str, left: Node, right: Node) -> Any:
        if isinstance(left, Call) and left.function == "months_since":
            return self._months(op, left, right)
        one, other = self._value(left), self._value(right)
        if one is None or other is None:
            return None
        if op not in ("==", "!=") and (self._has_no_order(left) or self._has_no_order(right)):
            raise _UnsupportedError
        return {
            "==": lambda: one == other, "!=": lambda: one != other, "<": lambda: one < other,
            "<=": lambda: one <= other, ">": lambda: one > other, ">=": lambda: one >= other,
        }[op]()  # fmt: skip

    def _has_no_order(self, node: Node) -> bool:
        """Texts are numbers here without their order, and truth values have none."""
        if isinstance(node, Literal):
            return isinstance(node.value, bool | str)
        spec = self.find(node.id) if isinstance(node, Name) else None
        return spec is not None and spec.kind not in (Kind.INTEGER, Kind.DECIMAL, Kind.DATE)

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
        raise _UnsupportedError

    def _months(self, op: str, call: Call, right: Node) -> Any:
        """`months_since(x) >= n` is `x <= the last day from which n full months have passed`."""
        bound = self._value(right)
        argument = call.args[0]
        if not isinstance(argument, Name):
            raise _UnsupportedError
        found = self.scalar(argument.id)
        if found is None or bound is None:
            return None
        if not isinstance(bound, int):
            raise _UnsupportedError
        z3, day = self.z3, found[1]
        at_least, more = day <= self._turn(bound), day <= self._turn(bound + 1)
        return {
            ">=": at_least, ">": more, "<": z3.Not(at_least), "<=": z3.Not(more),
            "==": z3.And(at_least, z3.Not(more)), "!=": z3.Not(z3.And(at_least, z3.Not(more))),
        }[op]  # fmt: skip

    def _turn(self, months: int) -> int:
        reach = 31 * abs(months) + 62
        first = max(self.as_of.toordinal() - reach, date.min.toordinal())
        last = min(self.as_of.toordinal() + reach, date.max.toordinal())
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
        solver.add(*self.rules, *self._country_rules(), question)
        for number in range(TRIES):
            answer = solver.check()
            if answer != z3.sat:
                return Answer(answer == z3.unsat and number == 0, None)
            model = solver.model()
            facts = self.read(model)
            if confirmed(facts):
                return Answer(True, facts)
            solver.add(z3.Or([variable() != model[variable] for variable in model.decls()]))
        return Answer(False, None)

    def _country_rules(self) -> list[Any]:
        """A country is none of the texts that are no codes."""
        others = [number for text, number in self.texts.items() if text not in _CODES and text not in self.others]
        countries = [variable for spec, variable in self.scalars.values() if spec.kind is Kind.COUNTRY]
        return [variable != number for variable in countries for number in others]

    def read(self, model: Any) -> dict[str, Any]:
        """The facts of a model as the evaluator takes them."""
        taken = {*self.texts, *self.literals}.union(*self.named.values())
        names = dict(zip(self.others, (code for code in _CODES if code not in taken), strict=False))
        words = {number: names.get(text, text) for text, number in self.texts.items()}
        facts: dict[str, Any] = {}
        countries_first = sorted(self.scalars.items(), key=lambda each: each[1][0].kind is not Kind.COUNTRY)
        for id_, (spec, variable) in countries_first:
            value = model.eval(variable, model_completion=True)
            facts[id_] = _plain(spec, value) if spec.kind in _PLAIN else self._word(spec, value.as_long(), words)
        for id_ in sorted(self.sets):
            held = self.members.get(id_, {}).items()
            items = [item for item, each in held if self.z3.is_true(model.eval(each, model_completion=True))]
            facts[id_] = self._set_value(id_, [names.get(item, item) for item in items])
        for id_, size in self.sizes.items():
            facts[id_] = ({},) * model.eval(size, model_completion=True).as_long()
        return facts

    def _word(self, spec: FactSpec, number: int, words: dict[int, str]) -> str:
        """The text of a number; what no condition names gets a word that none of them has."""
        if number not in words:
            taken = {*words.values(), *self.texts}
            free = _CODES if spec.kind is Kind.COUNTRY else ("another", *(f"another {n}" for n in range(2, 1000)))
            words[number] = next(each for each in free if each not in taken)
        return words[number]

    def _set_value(self, id_: str, members: list[str]) -> Any:
        spec = self.find(id_)
        if spec is not None and spec.kind is Kind.MAP:
            return MapValue.of(dict(zip(_CODES, sorted(members), strict=False)))
        return frozenset(members)


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


_PLAIN = (Kind.BOOLEAN, Kind.INTEGER, Kind.DECIMAL, Kind.DATE)


def _plain(spec: FactSpec, value: Any) -> Any:
    if spec.kind is Kind.BOOLEAN:
        return str(value) == "True"
    if spec.kind is Kind.DECIMAL:
        return Decimal(value.numerator_as_long()) / Decimal(value.denominator_as_long())
    number = value.as_long()
    return date.fromordinal(number) if spec.kind is Kind.DATE else number


def _may_hold(spec: FactSpec, item: str) -> bool:
    """Whether a set may have a member."""
    if spec.values:
        return item in spec.values
    return spec.kind is not Kind.COUNTRIES or item in _CODES


def _all_texts(node: Node) -> Iterator[str]:
    """The text literals of a condition."""
    match node:
        case Literal(str(value)):
            yield value
        case Not(part):
            yield from _all_texts(part)
        case And(parts) | Or(parts) | ListLiteral(parts) | Call(_, parts):
            for part in parts:
                yield from _all_texts(part)
        case Compare(_, left, right) | In(left, right):
            yield from _all_texts(left)
            yield from _all_texts(right)


def _texts(node: Node) -> list[str]:
    """The items of a list of texts."""
    return (
        [str(each.value) for each in node.items if isinstance(each, Literal)] if isinstance(node, ListLiteral) else []
    )
