"""What the language reads, and what it says about what it does not read."""

from decimal import Decimal

import pytest

from govern.conditions import format_condition, locate, parse_condition
from govern.conditions.model import And, Call, Compare, In, ListLiteral, Literal, Name, Not, Or, children, find_names
from govern.errors import ContentError

A, B, C = Name("a"), Name("b"), Name("c")


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("a || b && c", Or((A, And((B, C))))),
        ("a && (b || c)", And((A, Or((B, C))))),
        ("(a && b) && c", And((And((A, B)), C))),
        ("!a == b", Compare("==", Not(A), B)),
        ("!!a", Not(Not(A))),
        (
            "a.b_1.c in [1, -2, 2.50,]",
            In(Name("a.b_1.c"), ListLiteral((Literal(1), Literal(-2), Literal(Decimal("2.5"))))),
        ),
        ("has_any(a, [])", Call("has_any", (A, ListLiteral(())))),
        ("-1 < - 2.0", Compare("<", Literal(-1), Literal(Decimal("-2.0")))),
        (r""" "\"\\\n\r\t\'\`\?\a\b\f\v\x41\u00e9\U0001f642" """, Literal("\"\\\n\r\t'`?\a\b\f\vAé🙂")),
        (r"r'\n' == R" + r'"\"', Compare("==", Literal("\\n"), Literal("\\"))),
        ("'a\"b'", Literal('a"b')),
        ("true\n\t||\r\nfalse", Or((Literal(True), Literal(False)))),
        ("interest", Name("interest")),
        ("not_this && order", And((Name("not_this"), Name("order")))),
    ],
)
def test_reads(text, want):
    assert parse_condition(text) == want


def test_decimals_stay_exact():
    text = "-1234567890123.123456789012345"

    assert parse_condition(text).value == Decimal(text)
    assert format_condition(parse_condition(text)) == text


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("((a)) && (b&&c)", "a && (b && c)"),
        ("!(a==b)", "!(a == b)"),
        ("(!a) == b", "!a == b"),
        ("(a in [1]) == (b || c)", "(a in [1]) == (b || c)"),
        ("'a\\tb\\u007f\\n\"'", '"a\\u0009b\\u007f\\n\\""'),
        ("[ [1,2],[ ] ] == []", "[[1, 2], []] == []"),
        ("size( a )>-1.50", "size(a) > -1.50"),
        ("true||!false", "true || !false"),
    ],
)
def test_formats(text, want):
    assert format_condition(parse_condition(text)) == want


AND, OR = "write `&&`", "write `||`"
NOTHING = "there is no arithmetic; use a parameter or a literal"
UNKNOWN = "an absent fact is unknown by itself; leave the comparison out"
QUOTES = 'use straight quotation marks: `"`'


@pytest.mark.parametrize(
    ("text", "where", "message", "hint"),
    [
        ("", "1:1", "the condition is empty", "write `true` if it always holds"),
        (" \n ", "2:2", "the condition is empty", "write `true` if it always holds"),
        ("a and b", "1:3", "expected `&&` or `||`, found `and`", AND),
        ("a or b", "1:3", "expected `&&` or `||`, found `or`", OR),
        ("not a", "1:1", "`not` cannot stand here", "write `!`, with parentheses around what is negated"),
        ("a == True", "1:6", "`True` cannot stand here", "write `true`"),
        ("a == False", "1:6", "`False` cannot stand here", "write `false`"),
        ("a == null", "1:6", "`null` cannot stand here", UNKNOWN),
        ("a == None", "1:6", "`None` cannot stand here", UNKNOWN),
        ("a != unknown", "1:6", "`unknown` cannot stand here", UNKNOWN),
        ("a = b", "1:3", "`=` is not part of a condition", "write `==` to compare"),
        ("a & b", "1:3", "`&` is not part of a condition", AND),
        ("a | b", "1:3", "`|` is not part of a condition", OR),
        ("a + 1 > 2", "1:3", "`+` is not part of a condition", NOTHING),
        ("a * 2", "1:3", "`*` is not part of a condition", NOTHING),
        ("a / 2", "1:3", "`/` is not part of a condition", NOTHING),
        ("a % 2", "1:3", "`%` is not part of a condition", NOTHING),
        ("a ? b", "1:3", "`?` is not part of a condition", "there is no conditional; use `&&` and `||`"),
        ("{a: 1}", "1:1", "`{` is not part of a condition", "there are no maps; use a list in square brackets"),
        ("a == “b”", "1:6", "`“` is not part of a condition", QUOTES),
        ("a == ‘b’", "1:6", "`‘` is not part of a condition", QUOTES),
        ("a == ٣", "1:6", "`٣` is not part of a condition", ""),
        ("a.b.", "1:4", "`.` is not part of a condition", ""),
        ("a &&\n  b == 'x", "2:8", "this text has no closing quotation mark", "put it on one line"),
        ("a == 'x\ry'", "1:6", "this text has no closing quotation mark", "put it on one line"),
        (r'r"\"x', "1:5", "expected `&&` or `||`, found `x`", None),
        (r'a == "\q"', "1:6", r"`\q` is not an escape", r"write `\\` for a backslash"),
        (r'a == "\u12"', "1:6", r"`\u` is not an escape", r"write `\\` for a backslash"),
        (r'a == "\ud800"', "1:6", r"`\ud800` is not a character", ""),
        (r'a == "\U00110000"', "1:6", r"`\U00110000` is not a character", ""),
        ("a == 1" + "0" * 30, "1:6", "this number has more than 30 digits", ""),
        ("a < b < c", "1:7", "`<` cannot follow a comparison", "join them with `&&`"),
        ("a in b in c", "1:8", "`in` cannot follow a comparison", "join them with `&&`"),
        ("(a", "1:3", "expected `)` to close the parenthesis, found the end", ""),
        ("a)", "1:2", "expected `&&` or `||`, found `)`", ""),
        ("a in [1 2]", "1:9", "expected `]` or `,` in the list, found `2`", ""),
        ("a in [,]", "1:7", "expected a fact or a value, found `,`", ""),
        ("a &&", "1:5", "expected a fact or a value, found the end", ""),
        ("a && in", "1:6", "`in` cannot stand here", ""),
        ("-a", "1:1", "expected a fact or a value, found `-`", ""),
        ("matches(a)", "1:1", "`matches` is not a function",
         "the functions are has_any, has_all, size, months_since, days_until"),
        ("a.size()", "1:1", "`a.size` is not a function",
         "the functions are has_any, has_all, size, months_since, days_until"),
        ("size(a, b)", "1:1", "`size` takes 1 values, found 2", ""),
        ("has_any(a)", "1:1", "`has_any` takes 2 values, found 1", ""),
        ("size(a,)", "1:7", "there is no value after this `,`", "leave it out"),
        ("size(a", "1:7", "expected `)` or `,` in the list, found the end", ""),
        ("!" * 65 + "a", "1:65", "nested more than 64 deep", "name the parts with definitions"),
        ("(" * 65 + "a", "1:65", "nested more than 64 deep", "name the parts with definitions"),
    ],
)  # fmt: skip
def test_refuses(text, where, message, hint):
    with pytest.raises(ContentError) as caught:
        parse_condition(text)

    assert (caught.value.where, caught.value.message) == (where, message)
    assert hint is None or caught.value.hint == hint


def test_places():
    node = parse_condition("a &&\n  !(b.c in [1])")

    assert locate("a &&\n  !(b.c in [1])", node.operands[1].pos) == (2, 3)
    assert locate("a", 0) == (1, 1)
    assert node.operands[1].operand.item.pos == 9


def test_places_take_no_part_in_equality():
    assert parse_condition("a  &&  b") == parse_condition("a&&b")


def test_children_and_names():
    node = parse_condition("!a && size(b) == 1 && has_any(c, ['x']) && c in b")

    assert find_names(node) == ("a", "b", "c")
    assert children(node)[0] == Not(A)
    assert children(Literal(1)) == children(A) == ()
