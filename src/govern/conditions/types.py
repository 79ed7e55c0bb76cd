"""The typed check of a condition against the names it may use.

A condition is checked once, when it is loaded; evaluation may then assume that it fits. All problems of a
condition are reported at once, each with its column and a hint.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import TypeAlias

from govern.conditions.model import And, Call, Compare, In, ListLiteral, Literal, Name, Node, Not, Or
from govern.conditions.syntax import format_condition, locate
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


_Type: TypeAlias = "str | tuple[_Type]"
"""A type in words; a list is a tuple of its items' type, so that lists within lists are compared too."""

_BOOLEAN, _NUMBER, _TEXT, _DATE = "true or false", "a number", "text", "a date"
_SET, _RECORDS, _ANY = "a set", "records", "?"
_PLURAL = {_NUMBER: "numbers", _ANY: "nothing"}
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
    Kind.RECORDS: _RECORDS,
}


def _fits(left: _Type, right: _Type) -> bool:
    """Whether the two are of like type; `_ANY` fits everything, and an empty list every list."""
    if isinstance(left, tuple) and isinstance(right, tuple):
        return _fits(left[0], right[0])
    return left == right or _ANY in (left, right)


def _words(found: _Type) -> str:
    if isinstance(found, str):
        return found
    inner = found[0]
    return f"a list of {_PLURAL.get(inner, inner) if isinstance(inner, str) else 'lists'}"


class _Checker:
    def __init__(self, text: str, names: Mapping[str, NameType]) -> None:
        self.text = text
        self.names = names
        self.found: list[tuple[int, ContentError]] = []

    def problems(self) -> tuple[ContentError, ...]:
        """What was found, in the order of the text."""
        return tuple(problem for _, problem in sorted(self.found, key=itemgetter(0)))

    def report(self, node: Node, message: str, hint: str = "") -> str:
        line, column = locate(self.text, node.pos)
        self.found.append((node.pos, ContentError(message, hint=hint, where=f"{line}:{column}")))
        return _ANY

    def type_of(self, node: Node) -> _Type:
        """The type of a node; problems are noted on the way, and `_ANY` fits everywhere after one."""
        match node:
            case Literal(value):
                return _BOOLEAN if isinstance(value, bool) else _TEXT if isinstance(value, str) else _NUMBER
            case ListLiteral(items):
                return (self.list_literal(items),)
            case Name(id_):
                known = self.names.get(id_)
                if known is None:
                    hint = suggest(id_, self.names)
                    return self.report(node, f"there is no fact or definition `{id_}`", hint)
                return _TYPE_OF_KIND[known.kind]
            case Not() | And() | Or():
                return self.logic(node)
            case Compare():
                return self.comparison(node)
            case In():
                return self.membership(node)
            case _:
                return self.call(node)

    def list_literal(self, items: tuple[Node, ...]) -> _Type:
        """The type of the items: one for all of them, as otherwise 1 would be found among true and false."""
        common: _Type = _ANY
        for item in items:
            if not isinstance(item, Literal | ListLiteral):
                self.report(item, "a list holds values, not facts", "compare the facts one by one with `||`")
            found = self.type_of(item)
            if not _fits(common, found):
                self.report(item, f"a list holds values of one type, found {_words(found)} after {_words(common)}")
            common = found if common in (_ANY, (_ANY,)) else common
        return common

    def logic(self, node: Not | And | Or) -> str:
        fits = _BOOLEAN
        for part in (node.operand,) if isinstance(node, Not) else node.operands:
            found = self.type_of(part)
            if found not in (_BOOLEAN, _ANY):
                hint = ""
                if isinstance(node, Not):
                    hint = "put what is negated in parentheses: `!(… )`"
                elif isinstance(part, Name):
                    hint = f"compare it with something, for example `{part.id} == …`"
                fits = self.report(part, f"expected true or false, found {_words(found)}", hint)
        return fits

    def comparison(self, node: Compare) -> str:
        left, right = self.type_of(node.left), self.type_of(node.right)
        if _ANY in (left, right):
            return _BOOLEAN
        if _SET in (left, right):
            self.report(node, f"`{node.op}` does not compare sets", "use has_any, has_all, size or `in`")
        elif _RECORDS in (left, right):
            self.report(node, f"`{node.op}` does not compare records", "use size")
        elif not _fits(left, right):
            message = f"`{node.op}` compares {_words(left)} with {_words(right)}"
            self.report(node, message, "both sides must be of like type")
        elif node.op not in ("==", "!="):
            self.order(node, left)
        self.values_fit(node.left, (node.right,))
        self.values_fit(node.right, (node.left,))
        return _BOOLEAN

    def order(self, node: Compare, found: _Type) -> None:
        if isinstance(found, tuple):
            self.report(node, f"`{node.op}` does not compare lists", "use size")
        for side in (node.left, node.right):
            if isinstance(side, Name) and self.names[side.id].values:
                self.report(side, f"the values of `{side.id}` have no order", "use `==` or `in`")

    def membership(self, node: In) -> str:
        item, container = self.type_of(node.item), self.type_of(node.container)
        if item in (_SET, _RECORDS):
            self.report(node.item, f"`in` looks for one value, found {_words(item)}", "use has_any or has_all")
        elif isinstance(container, tuple) and isinstance(node.container, ListLiteral):
            if not _fits(item, container[0]):
                self.report(node.container, f"{_words(container)} cannot hold {_words(item)}")
            self.values_fit(node.item, node.container.items)
        elif container == _SET:
            if item not in (_TEXT, _ANY):
                self.report(node.item, f"a set holds words, found {_words(item)}")
            self.values_fit(node.container, (node.item,))
        elif container != _ANY:
            message = f"expected a list or a set after `in`, found {_words(container)}"
            self.report(node.container, message, "use size" if container == _RECORDS else "write it in `[ ]`")
        return _BOOLEAN

    def call(self, node: Call) -> str:
        types = [self.type_of(arg) for arg in node.args]
        if node.function in ("has_any", "has_all"):
            self.sets(node, types)
            return _BOOLEAN
        (arg,), (found,) = node.args, types
        if node.function == "size":
            if found not in (_SET, _RECORDS, _ANY) and not isinstance(found, tuple):
                self.report(arg, f"`size` takes a set or a list, found {_words(found)}")
        elif found not in (_DATE, _ANY):
            self.report(arg, f"`{node.function}` takes a date, found {_words(found)}")
        return _NUMBER

    def sets(self, node: Call, types: list[_Type]) -> None:
        for arg, found in zip(node.args, types, strict=True):
            if found not in (_SET, _ANY) and not (isinstance(found, tuple) and _fits(found[0], _TEXT)):
                message = f"`{node.function}` takes sets and lists of text, found {_words(found)}"
                self.report(arg, message, "write it in `[ ]`" if found == _TEXT else "")
        for name, other in (node.args, node.args[::-1]):
            if isinstance(other, ListLiteral):
                self.values_fit(name, other.items)

    def values_fit(self, name: Node, values: tuple[Node, ...]) -> None:
        """Literals that are compared with an enumeration must be among its values."""
        known = self.names.get(name.id) if isinstance(name, Name) else None
        if known is None or not known.values:
            return
        for value in values:
            if isinstance(value, Literal) and isinstance(value.value, str) and value.value not in known.values:
                hint = suggest(value.value, known.values) or "one of " + ", ".join(sorted(known.values))
                self.report(value, f"`{value.value}` is not a value of `{format_condition(name)}`", hint)


def check_condition(text: str, node: Node, names: Mapping[str, NameType]) -> tuple[ContentError, ...]:
    """All problems of a parsed condition, in the order of the text; empty if it is sound.

    `text` is the source that `node` was parsed from. A sound condition has type true-or-false.
    """
    checker = _Checker(text, names)
    found = checker.type_of(node)
    if found not in (_BOOLEAN, _ANY):
        checker.report(node, f"a condition is true or false, this is {_words(found)}")
    return checker.problems()
