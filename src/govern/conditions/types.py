"""The typed check of a condition against the names it may use.

A condition is checked once, when it is loaded; evaluation may then assume that it fits. All problems of a condition
are reported at once, each with its column and a hint.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from govern.conditions.model import And, Call, Compare, In, ListLiteral, Literal, Name, Node, Not, Or
from govern.conditions.syntax import locate
from govern.errors import ContentError
from govern.kernel.facts import FactSpec, Kind, suggest


@dataclass(frozen=True, slots=True)
class NameType:
    """What a name stands for: its kind, the values it may have (empty: any), and words for the reader."""

    kind: Kind
    values: frozenset[str] = frozenset()


def name_type(spec: FactSpec) -> NameType:
    """The type of a declared fact."""
    return NameType(spec.kind, frozenset(spec.values))


_BOOLEAN, _NUMBER, _TEXT, _DATE, _SET, _LIST, _ANY = "true or false", "a number", "text", "a date", "a set", "a list", "?"
_TYPE_OF_KIND = {
    Kind.BOOLEAN: _BOOLEAN,
    Kind.ENUM: _TEXT,
    Kind.SET: _SET,
    Kind.INTEGER: _NUMBER,
    Kind.DECIMAL: _NUMBER,
    Kind.DATE: _DATE,
    Kind.COUNTRY: _TEXT,
    Kind.COUNTRIES: _SET,
    Kind.TEXT: _TEXT,
    Kind.MAP: _SET,
    Kind.RECORDS: _LIST,
}
_ORDERED = frozenset((_NUMBER, _TEXT, _DATE, _BOOLEAN))


class _Checker:
    def __init__(self, text: str, names: Mapping[str, NameType]) -> None:
        self.text = text
        self.names = names
        self.problems: list[ContentError] = []

    def report(self, node: Node, message: str, hint: str = "") -> str:
        line, column = locate(self.text, node.pos)
        self.problems.append(ContentError(message, hint=hint, where=f"{line}:{column}"))
        return _ANY

    def type_of(self, node: Node) -> str:
        """The type of a node; problems are noted on the way, and `_ANY` fits everywhere after one."""
        match node:
            case Literal(value):
                return _BOOLEAN if isinstance(value, bool) else _TEXT if isinstance(value, str) else _NUMBER
            case ListLiteral(items):
                return self.list_literal(items)
            case Name(id_):
                known = self.names.get(id_)
                if known is None:
                    return self.report(node, f"there is no fact or definition `{id_}`", suggest(id_, self.names))
                return _TYPE_OF_KIND[known.kind]
            case Not() | And() | Or():
                return self.logic(node)
            case Compare():
                return self.comparison(node)
            case In():
                return self.membership(node)
            case Call():
                return self.call(node)

    def list_literal(self, items: tuple[Node, ...]) -> str:
        for item in items:
            if not isinstance(item, Literal | ListLiteral):
                self.report(item, "a list holds values, not facts", "compare the facts one by one with `||`")
            self.type_of(item)
        return _LIST

    def logic(self, node: Not | And | Or) -> str:
        for part in (node.operand,) if isinstance(node, Not) else node.operands:
            found = self.type_of(part)
            if found not in (_BOOLEAN, _ANY):
                hint = ""
                if isinstance(node, Not):
                    hint = "put what is negated in parentheses: `!(… )`"
                elif isinstance(part, Name):
                    hint = f"compare it with something, for example `{part.id} == …`"
                self.report(part, f"expected true or false, found {found}", hint)
        return _BOOLEAN

    def comparison(self, node: Compare) -> str:
        left, right = self.type_of(node.left), self.type_of(node.right)
        if _ANY in (left, right):
            return _BOOLEAN
        if _SET in (left, right):
            self.report(node, f"`{node.op}` does not compare sets", "use has_any, has_all, size or `in`")
        elif left != right:
            self.report(node, f"`{node.op}` compares {left} with {right}", "both sides must be of like type")
        elif node.op not in ("==", "!="):
            if left not in _ORDERED:
                self.report(node, f"`{node.op}` does not compare lists", "use size")
            for side in (node.left, node.right):
                if isinstance(side, Name) and self.names[side.id].values:
                    self.report(side, f"the values of `{side.id}` have no order", "use `==` or `in`")
        self.values_fit(node.left, (node.right,))
        self.values_fit(node.right, (node.left,))
        return _BOOLEAN

    def membership(self, node: In) -> str:
        item, container = self.type_of(node.item), self.type_of(node.container)
        if container not in (_SET, _LIST, _ANY) or isinstance(node.container, Name) and container == _LIST:
            self.report(node.container, f"expected a list or a set after `in`, found {container}", "write it in `[ ]`")
        elif isinstance(node.container, ListLiteral):
            for other in node.container.items:
                found = self.type_of(other)
                if _ANY not in (item, found) and item != found:
                    self.report(other, f"a list of {found} cannot hold {item}")
            self.values_fit(node.item, node.container.items)
        elif container == _SET:
            if item not in (_TEXT, _ANY):
                self.report(node.item, f"a set holds words, found {item}")
            self.values_fit(node.container, (node.item,))
        return _BOOLEAN

    def call(self, node: Call) -> str:
        types = [self.type_of(arg) for arg in node.args]
        if node.function in ("has_any", "has_all"):
            for arg, found in zip(node.args, types, strict=True):
                if found not in (_SET, _ANY) and not isinstance(arg, ListLiteral):
                    self.report(arg, f"`{node.function}` takes sets and lists, found {found}")
            for name, other in (node.args, node.args[::-1]):
                if isinstance(other, ListLiteral):
                    self.values_fit(name, other.items)
            return _BOOLEAN
        (arg,), (found,) = node.args, types
        if node.function == "size":
            if found not in (_SET, _LIST, _ANY):
                self.report(arg, f"`size` takes a set or a list, found {found}")
        elif found not in (_DATE, _ANY):
            self.report(arg, f"`{node.function}` takes a date, found {found}")
        return _NUMBER

    def values_fit(self, name: Node, values: tuple[Node, ...]) -> None:
        """Literals that are compared with an enumeration must be among its values."""
        allowed = self.names[name.id].values if isinstance(name, Name) and name.id in self.names else frozenset()
        for value in values:
            if allowed and isinstance(value, Literal) and isinstance(value.value, str) and value.value not in allowed:
                hint = suggest(value.value, allowed) or "one of " + ", ".join(sorted(allowed))
                self.report(value, f"`{value.value}` is not a value of `{name.id}`", hint)  # type: ignore[union-attr]


def check_condition(text: str, node: Node, names: Mapping[str, NameType]) -> tuple[ContentError, ...]:
    """All problems of a parsed condition, in the order of the text; empty if it is sound.

    `text` is the source that `node` was parsed from. A sound condition has type true-or-false.
    """
    checker = _Checker(text, names)
    found = checker.type_of(node)
    if found not in (_BOOLEAN, _ANY):
        checker.report(node, f"a condition is true or false, this is {found}")
    return tuple(checker.problems)
