"""Text to tree and back.

The grammar is a strict subset of the Common Expression Language's:

    condition = and { "||" and }
    and       = relation { "&&" relation }
    relation  = unary [ ("==" | "!=" | "<" | "<=" | ">" | ">=" | "in") unary ]
    unary     = "!" unary | primary
    primary   = "(" condition ")" | list | literal | call | name
    list      = "[" [ condition { "," condition } [ "," ] ] "]"
    call      = identifier "(" [ condition { "," condition } ] ")"
    name      = identifier { "." identifier }
    literal   = string | raw string | [ "-" ] integer | [ "-" ] decimal | "true" | "false"

`parse_condition` and `format_condition` are inverses: formatting a parsed condition and parsing that gives
the same tree.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from govern.conditions.model import (
    FUNCTIONS,
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
)
from govern.errors import ContentError

MAX_LENGTH = 20_000
"""Characters in one condition; the longest real one has about 800."""

MAX_DEPTH = 64
"""Nesting of parentheses, lists, calls and negations."""

_TOKEN = re.compile(
    r"""
    (?P<space>[ \t\r\n]+)
  | (?P<decimal>[0-9]+\.[0-9]+)
  | (?P<integer>[0-9]+)
  | (?P<string>[rR]"[^"\r\n]*"|[rR]'[^'\r\n]*'|"(?:[^"\\\r\n]|\\.)*"|'(?:[^'\\\r\n]|\\.)*')
  | (?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)
  | (?P<op>\|\||&&|==|!=|<=|>=|[<>!()\[\],-])
    """,
    re.VERBOSE,
)
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|x[0-9A-Fa-f]{2}|.)", re.DOTALL)
_SIMPLE_ESCAPES = {
    "n": "\n", "r": "\r", "t": "\t", "\\": "\\", '"': '"', "'": "'", "`": "`", "?": "?",
    "a": "\a", "b": "\b", "f": "\f", "v": "\v",
}  # fmt: skip
_COMPARISONS = frozenset(("==", "!=", "<", "<=", ">", ">="))

# What people write who know another language, and what to write instead.
_INSTEAD = {
    "and": "write `&&`",
    "or": "write `||`",
    "not": "write `!`, with parentheses around what is negated",
    "True": "write `true`",
    "False": "write `false`",
    "null": "an absent fact is unknown by itself; leave the comparison out",
    "None": "an absent fact is unknown by itself; leave the comparison out",
    "unknown": "an absent fact is unknown by itself; leave the comparison out",
}
_INSTEAD_OPERATORS = {
    "=": "write `==` to compare",
    "&": "write `&&`",
    "|": "write `||`",
    "+": "there is no arithmetic; use a parameter or a literal",
    "*": "there is no arithmetic; use a parameter or a literal",
    "/": "there is no arithmetic; use a parameter or a literal",
    "%": "there is no arithmetic; use a parameter or a literal",
    "?": "there is no conditional; use `&&` and `||`",
    "{": "there are no maps; use a list in square brackets",
    "“": 'use straight quotation marks: `"`',
    "”": 'use straight quotation marks: `"`',
    "‘": 'use straight quotation marks: `"`',
    "’": 'use straight quotation marks: `"`',
}


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    pos: int


def locate(text: str, pos: int) -> tuple[int, int]:
    """Line and column, both from 1, of an offset in `text`."""
    line = text.count("\n", 0, pos)
    return line + 1, pos - (text.rfind("\n", 0, pos) + 1) + 1


def _problem(text: str, pos: int, message: str, hint: str = "") -> ContentError:
    line, column = locate(text, pos)
    return ContentError(message, hint=hint, where=f"{line}:{column}")


def _tokenise(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    pos = 0
    while pos < len(text):
        match = _TOKEN.match(text, pos)
        if match is None:
            char = text[pos]
            if char in "\"'":
                raise _problem(text, pos, "this text has no closing quotation mark", "put it on one line")
            raise _problem(text, pos, f"`{char}` is not part of a condition", _INSTEAD_OPERATORS.get(char, ""))
        kind = str(match.lastgroup)
        if kind != "space":
            tokens.append(_Token(kind, match.group(), pos))
        pos = match.end()
    tokens.append(_Token("end", "", len(text)))
    return tokens


def _unquote(source: str, token: _Token) -> str:
    raw = token.text[0] in "rR"
    body = token.text[2:-1] if raw else token.text[1:-1]
    if raw or "\\" not in body:
        return body

    def replace(match: re.Match[str]) -> str:
        code = match.group(1)
        if len(code) > 1:
            point = int(code[1:], 16)
            if point > 0x10FFFF or 0xD800 <= point <= 0xDFFF:
                raise _problem(source, token.pos, f"`\\{code}` is not a character")
            return chr(point)
        if code not in _SIMPLE_ESCAPES:
            raise _problem(source, token.pos, f"`\\{code}` is not an escape", "write `\\\\` for a backslash")
        return _SIMPLE_ESCAPES[code]

    return _ESCAPE.sub(replace, body)


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = _tokenise(text)
        self.index = 0
        self.depth = 0

    @property
    def token(self) -> _Token:
        return self.tokens[self.index]

    def take(self) -> _Token:
        token = self.token
        self.index += 1
        return token

    def at(self, *ops: str) -> bool:
        return self.token.kind == "op" and self.token.text in ops

    def expect(self, op: str, why: str) -> None:
        if not self.at(op):
            raise self.problem(self.token, f"expected `{op}` {why}, found {self.name_of(self.token)}")
        self.take()

    def problem(self, token: _Token, message: str, hint: str = "") -> ContentError:
        return _problem(self.text, token.pos, message, hint or _INSTEAD.get(token.text, ""))

    @staticmethod
    def name_of(token: _Token) -> str:
        return "the end" if token.kind == "end" else f"`{token.text}`"

    def deeper(self, token: _Token) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.problem(token, f"nested more than {MAX_DEPTH} deep", "name the parts with definitions")

    def condition(self) -> Node:
        first = self.token
        parts = [self.conjunction()]
        while self.at("||"):
            self.take()
            parts.append(self.conjunction())
        return parts[0] if len(parts) == 1 else Or(tuple(parts), first.pos)

    def conjunction(self) -> Node:
        first = self.token
        parts = [self.relation()]
        while self.at("&&"):
            self.take()
            parts.append(self.relation())
        return parts[0] if len(parts) == 1 else And(tuple(parts), first.pos)

    def relation(self) -> Node:
        first = self.token
        left = self.unary()
        token = self.token
        if token.kind == "op" and token.text in _COMPARISONS:
            self.take()
            node: Node = Compare(token.text, left, self.unary(), first.pos)
        elif token.kind == "name" and token.text == "in":
            self.take()
            node = In(left, self.unary(), first.pos)
        else:
            return left
        if self.token.text in _COMPARISONS or self.token.text == "in":
            raise self.problem(self.token, f"`{self.token.text}` cannot follow a comparison", "join them with `&&`")
        return node

    def unary(self) -> Node:
        token = self.token
        if not self.at("!"):
            return self.primary()
        self.take()
        self.deeper(token)
        node = Not(self.unary(), token.pos)
        self.depth -= 1
        return node

    def primary(self) -> Node:
        token = self.take()
        match token.kind:
            case "string":
                return Literal(_unquote(self.text, token), token.pos)
            case "integer" | "decimal":
                return self.number(token, sign=1)
            case "name":
                return self.name_or_call(token)
        if token.text == "-" and self.token.kind in ("integer", "decimal"):
            return self.number(self.take(), sign=-1, pos=token.pos)
        if token.text in ("(", "["):
            return self.bracketed(token)
        raise self.problem(token, f"expected a fact or a value, found {self.name_of(token)}")

    def number(self, token: _Token, *, sign: int, pos: int | None = None) -> Node:
        at = token.pos if pos is None else pos
        if len(token.text) > 30:
            raise self.problem(token, "this number has more than 30 digits")
        if token.kind == "integer":
            return Literal(sign * int(token.text), at)
        decimal = Decimal(token.text)  # exact: arithmetic would round it to the context's precision
        return Literal(decimal.copy_negate() if sign < 0 else decimal, at)

    def bracketed(self, token: _Token) -> Node:
        self.deeper(token)
        if token.text == "(":
            node = self.condition()
            self.expect(")", "to close the parenthesis")
        else:
            node = ListLiteral(self.items("]", trailing=True), token.pos)
        self.depth -= 1
        return node

    def items(self, closing: str, *, trailing: bool) -> tuple[Node, ...]:
        """What stands between brackets; `trailing`: a comma may end it, as CEL has it in lists only."""
        items: list[Node] = []
        while not self.at(closing):
            items.append(self.condition())
            if not self.at(","):
                break
            comma = self.take()
            if self.at(closing) and not trailing:
                raise self.problem(comma, "there is no value after this `,`", "leave it out")
        self.expect(closing, "or `,` in the list")
        return tuple(items)

    def name_or_call(self, token: _Token) -> Node:
        if token.text in ("true", "false"):
            return Literal(token.text == "true", token.pos)
        if token.text in _INSTEAD or token.text == "in":
            raise self.problem(token, f"`{token.text}` cannot stand here")
        if not self.at("("):
            return Name(token.text, token.pos)
        if token.text not in FUNCTIONS:
            raise self.problem(token, f"`{token.text}` is not a function", f"the functions are {', '.join(FUNCTIONS)}")
        self.deeper(self.take())
        args = self.items(")", trailing=False)
        self.depth -= 1
        if len(args) != FUNCTIONS[token.text]:
            raise self.problem(token, f"`{token.text}` takes {FUNCTIONS[token.text]} values, found {len(args)}")
        return Call(token.text, args, token.pos)


def parse_condition(text: str) -> Node:
    """Parse one condition.

    Raises ContentError with `where` as `line:column` in `text`. Cost is linear in the text's length, which is
    bounded by `MAX_LENGTH`; the nesting by `MAX_DEPTH`.
    """
    if len(text) > MAX_LENGTH:
        raise ContentError(
            f"a condition of {len(text)} characters; at most {MAX_LENGTH} are read",
            hint="say parts of it in definitions and use their ids",
            where="1:1",
        )
    parser = _Parser(text)
    if parser.token.kind == "end":
        raise parser.problem(parser.token, "the condition is empty", "write `true` if it always holds")
    node = parser.condition()
    if parser.token.kind != "end":
        raise parser.problem(parser.token, f"expected `&&` or `||`, found {parser.name_of(parser.token)}")
    return node


def _quote(value: str) -> str:
    out = ['"']
    for char in value:
        if char in '"\\':
            out.append("\\" + char)
        elif char == "\n":
            out.append("\\n")
        elif ord(char) < 0x20 or ord(char) == 0x7F:
            out.append(f"\\u{ord(char):04x}")
        else:
            out.append(char)
    return "".join([*out, '"'])


_LOOSE, _ALL, _TIGHT, _UNARY = range(4)


def _format(node: Node, room: int) -> str:
    """`room` is how tightly the surroundings bind: a looser node is put in parentheses."""
    match node:
        case Literal(value):
            if isinstance(value, bool):
                return "true" if value else "false"
            return (
                _quote(value) if isinstance(value, str) else format(value, "f" if isinstance(value, Decimal) else "d")
            )
        case ListLiteral(items):
            return "[" + ", ".join(_format(item, _LOOSE) for item in items) + "]"
        case Name(id_):
            return id_
        case Call(function, args):
            return f"{function}(" + ", ".join(_format(arg, _LOOSE) for arg in args) + ")"
        case Not(operand):
            return "!" + _format(operand, _UNARY)
        case Or(parts):
            own, text = _LOOSE, " || ".join(_format(part, _ALL) for part in parts)
        case And(parts):
            own, text = _ALL, " && ".join(_format(part, _TIGHT) for part in parts)
        case Compare(op, left, right):
            own, text = _TIGHT, f"{_format(left, _UNARY)} {op} {_format(right, _UNARY)}"
        case _:
            own, text = _TIGHT, f"{_format(node.item, _UNARY)} in {_format(node.container, _UNARY)}"
    return f"({text})" if own < room else text


def format_condition(node: Node) -> str:
    """Write a condition on one line, with no more parentheses than it needs."""
    return _format(node, _LOOSE)
