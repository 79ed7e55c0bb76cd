"""Many conditions as one program: verdicts alone, as fast as Python goes.

Each distinct atom (a comparison, a membership, a boolean fact) becomes one local variable, computed once; the
logic between them is bit arithmetic on an encoding of Kleene's values under which `&` is and, `|` is or:

    false = 0b00, unknown = 0b01, true = 0b11

Negation is pushed down to the atoms by De Morgan's laws, which hold in Kleene's logic. The program is a
Python syntax tree built from nodes that the type check has passed, never text; values enter it as constants
only. It is tested equal to `kleene.evaluate` on generated conditions and facts.
"""

import ast
from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import date
from typing import Any, Generic, TypeVar

from govern.conditions.kleene import Scope, Verdict, compile_condition
from govern.conditions.model import And, Call, Compare, In, ListLiteral, Literal, Name, Node, Not, Or
from govern.kernel.facts import PartialSet

Key = TypeVar("Key", bound=Hashable)

FALSE, UNKNOWN, TRUE = 0, 1, 3
UNKNOWN_CODE = UNKNOWN
"""How `Program.encoded` writes an unknown verdict."""
_DECODE: Mapping[int, Verdict] = {FALSE: False, UNKNOWN: None, TRUE: True}
_decode = _DECODE.__getitem__
_ENCODE = {False: FALSE, None: UNKNOWN, True: TRUE}
_ABSENT = object()
_COMPARE_NODES: Mapping[str, ast.cmpop] = {
    "==": ast.Eq(), "!=": ast.NotEq(), "<": ast.Lt(), "<=": ast.LtE(), ">": ast.Gt(), ">=": ast.GtE(),
}  # fmt: skip


class Program(Generic[Key]):
    """Conditions by key, compiled together. Build it once; run it on any number of projects."""

    def __init__(self, conditions: Mapping[Key, Node], definitions: Mapping[str, Node]) -> None:
        self.keys: Sequence[Key] = tuple(conditions)
        self._run = _Builder(definitions).build(tuple(conditions.values()))

    def encoded(self, values: Mapping[str, Any], as_of: date) -> tuple[int, ...]:
        """The verdicts in the order of `keys`, encoded as above."""
        return self._run(values, as_of)

    def verdicts(self, values: Mapping[str, Any], as_of: date) -> dict[Key, Verdict]:
        """The verdict of each condition."""
        return dict(zip(self.keys, map(_decode, self._run(values, as_of)), strict=True))


def _name(id_: str) -> ast.Name:
    return ast.Name(id_, ast.Load())


def _choose(test: ast.expr, then: ast.expr, otherwise: ast.expr) -> ast.expr:
    return ast.IfExp(test, then, otherwise)


class _Builder:
    """Writes the program's statements; `constants` become the function's globals."""

    def __init__(self, definitions: Mapping[str, Node]) -> None:
        self.definitions = definitions
        self.evaluators = {id_: compile_condition(each) for id_, each in definitions.items()}
        self.body: list[ast.stmt] = []
        self.constants: dict[str, Any] = {"ABSENT": _ABSENT, "PartialSet": PartialSet, "atom": _atom}
        self.variables: dict[tuple[str, Any], str] = {}

    def build(self, conditions: Sequence[Node]) -> Callable[[Mapping[str, Any], date], tuple[int, ...]]:
        results = [self.logic(node, positive=True) for node in conditions]
        self.body.append(ast.Return(ast.Tuple(results, ast.Load())))
        parameters = ast.arguments([], [ast.arg("values"), ast.arg("as_of")], None, [], [], None, [])
        prologue = ast.Assign([ast.Name("get", ast.Store())], ast.Attribute(_name("values"), "get", ast.Load()))
        more: dict[str, Any] = {"lineno": 1, "col_offset": 0, "type_params": []}  # the last from Python 3.12 on
        function = ast.FunctionDef("run", parameters, [prologue, *self.body], [], **more)
        module = ast.fix_missing_locations(ast.Module([function], []))
        namespace = dict(self.constants)
        exec(compile(module, "<conditions>", "exec"), namespace)  # noqa: S102 - our own tree, constants only
        run: Callable[[Mapping[str, Any], date], tuple[int, ...]] = namespace["run"]
        return run

    def constant(self, value: Any) -> ast.expr:
        id_ = f"k{len(self.constants)}"
        self.constants[id_] = value
        return _name(id_)

    def variable(self, key: tuple[str, Any], make: Callable[[], ast.expr]) -> ast.expr:
        """A local variable that is computed once, where it is first needed."""
        id_ = self.variables.get(key)
        if id_ is None:
            value = make()
            id_ = self.variables[key] = f"v{len(self.variables)}"
            self.body.append(ast.Assign([ast.Name(id_, ast.Store())], value, lineno=1, col_offset=0))
        return _name(id_)

    def logic(self, node: Node, *, positive: bool) -> ast.expr:
        match node:
            case Not(operand):
                return self.logic(operand, positive=not positive)
            case And(parts) | Or(parts):
                op: ast.operator = ast.BitAnd() if isinstance(node, And) is positive else ast.BitOr()
                return _join(op, [self.logic(part, positive=positive) for part in parts])
            case Name(id_) if id_ in self.definitions:
                inner = self.definitions[id_]
                return self.variable((f"definition{positive}", id_), lambda: self.logic(inner, positive=positive))
            case Literal(value):
                return ast.Constant(TRUE if bool(value) is positive else FALSE)
        return self.variable((f"atom{positive}", node), lambda: self.atom(node, positive))

    def fact(self, id_: str) -> ast.expr:
        call = ast.Call(_name("get"), [ast.Constant(id_), _name("ABSENT")], [])
        return self.variable(("fact", id_), lambda: call)

    def known(self, id_: str, test: ast.expr, positive: bool) -> ast.expr:
        """unknown if the fact is absent, else true or false by the test."""
        absent = ast.Compare(self.fact(id_), [ast.Is()], [_name("ABSENT")])
        yes, no = (TRUE, FALSE) if positive else (FALSE, TRUE)
        return _choose(absent, ast.Constant(UNKNOWN), _choose(test, ast.Constant(yes), ast.Constant(no)))

    def atom(self, node: Node, positive: bool) -> ast.expr:
        """The frequent shapes inline; all others by the evaluator's own closure."""
        match node:
            case Name(id_):
                return self.known(id_, self.fact(id_), positive)
            case Compare(op, Name(id_), Literal(value)) if id_ not in self.definitions:
                test = ast.Compare(self.fact(id_), [_COMPARE_NODES[op]], [self.constant(value)])
                return self.known(id_, test, positive)
            case In(Name(id_), ListLiteral(items)) if id_ not in self.definitions and _all_literal(items):
                members = frozenset(item.value for item in items if isinstance(item, Literal))
                return self.known(id_, ast.Compare(self.fact(id_), [ast.In()], [self.constant(members)]), positive)
            case In(Literal(value), Name(id_)):
                test = ast.Compare(self.constant(value), [ast.In()], [self.fact(id_)])
                return self.partly_known(node, id_, test, positive)
            case Call("has_any", (Name(id_), ListLiteral(items))) if _all_literal(items):
                members = frozenset(item.value for item in items if isinstance(item, Literal))
                apart = ast.Call(ast.Attribute(self.fact(id_), "isdisjoint", ast.Load()), [self.constant(members)], [])
                return self.partly_known(node, id_, ast.UnaryOp(ast.Not(), apart), positive)
        return self.slow(node, positive)

    def partly_known(self, node: Node, id_: str, test: ast.expr, positive: bool) -> ast.expr:
        """As `known`, but a set that is known only in part goes the slow way."""
        kind = ast.Attribute(self.fact(id_), "__class__", ast.Load())
        partial = ast.Compare(kind, [ast.Is()], [_name("PartialSet")])
        return _choose(partial, self.slow(node, positive), self.known(id_, test, positive))

    def slow(self, node: Node, positive: bool) -> ast.expr:
        evaluator = self.constant(compile_condition(node))
        args = [evaluator, _name("values"), _name("as_of"), self.constant(self.evaluators)]
        return ast.Call(_name("atom"), [*args, ast.Constant(positive)], [])


def _join(op: ast.operator, parts: Sequence[ast.expr]) -> ast.expr:
    """A balanced tree of the parts: its depth, and so the compiler's, is the logarithm of their number."""
    if len(parts) == 1:
        return parts[0]
    middle = len(parts) // 2
    return ast.BinOp(_join(op, parts[:middle]), op, _join(op, parts[middle:]))


def _all_literal(items: Sequence[Node]) -> bool:
    return all(isinstance(item, Literal) for item in items)


def _atom(evaluator: Any, values: Mapping[str, Any], as_of: date, definitions: Any, positive: bool) -> int:
    verdict = evaluator(Scope(values, as_of, definitions)).verdict
    return _ENCODE[verdict if positive or verdict is None else not verdict]
