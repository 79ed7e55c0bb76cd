"""Each kind of mistake is found when a condition is loaded, with its place and what to do."""

import pytest

from govern.conditions import NameType, check_condition, name_type, parse_condition
from govern.kernel import Kind

from .worlds import SPECS

NAMES = {
    "data.is_personal": NameType(Kind.BOOLEAN),
    "gdpr.processor": NameType(Kind.BOOLEAN),
    "client.role": NameType(Kind.ENUM, frozenset(("controller", "processor"))),
    "data.source": NameType(Kind.SET, frozenset(("web_scraped", "own_users"))),
    "data.tags": NameType(Kind.SET),
    "vendor.country": NameType(Kind.COUNTRY),
    "data.countries": NameType(Kind.COUNTRIES),
    "project.people": NameType(Kind.INTEGER),
    "project.share": NameType(Kind.DECIMAL),
    "vendor.reviewed": NameType(Kind.DATE),
    "vendor.name": NameType(Kind.TEXT),
    "transfer.tool": NameType(Kind.MAP, frozenset(("dpf", "scc"))),
    "vendor.subs": NameType(Kind.RECORDS),
}


def problems(text):
    return [(each.where, each.message, each.hint) for each in check_condition(text, parse_condition(text), NAMES)]


@pytest.mark.parametrize(
    "text",
    [
        "data.is_personal && !gdpr.processor || true",
        'client.role == "controller"',
        '"controller" != client.role',
        'client.role in ["controller", "processor"]',
        '"web_scraped" in data.source',
        '"anything" in data.tags',
        "vendor.country in data.countries",
        'has_any(data.source, ["own_users"]) || has_all(["own_users"], data.source)',
        "has_any(data.tags, data.countries)",
        "size(data.source) > 1 && size(vendor.subs) == 0 && size([]) == 0",
        "project.people < 10.5 && project.share >= 1",
        "months_since(vendor.reviewed) <= 12 && days_until(vendor.reviewed) > project.people",
        "vendor.reviewed < vendor.reviewed",
        'vendor.name >= "m"',
        "data.is_personal == gdpr.processor",
        "data.is_personal in [true]",
        '"dpf" in transfer.tool',
        "[[1], []] == [[], [2]]",
        "[1] in [[1], []]",
        "[] != ['x']",
        "vendor.name in []",
    ],
)
def test_sound(text):
    assert problems(text) == []


LIKE = "both sides must be of like type"


@pytest.mark.parametrize(
    ("text", "where", "message", "hint"),
    [
        ("data.is_persnal", "1:1", "there is no fact or definition `data.is_persnal`",
         "did you mean `data.is_personal`?"),
        ("true &&\n  !qqq.zzz", "2:4", "there is no fact or definition `qqq.zzz`", ""),
        ('client.role == "controler"', "1:16", "`controler` is not a value of `client.role`",
         "did you mean `controller`?"),
        ('"xyz" != client.role', "1:1", "`xyz` is not a value of `client.role`", "one of controller, processor"),
        ('client.role in ["controller", "procesor"]', "1:31", "`procesor` is not a value of `client.role`",
         "did you mean `processor`?"),
        ('"webscraped" in data.source', "1:1", "`webscraped` is not a value of `data.source`",
         "did you mean `web_scraped`?"),
        ('has_any(data.source, ["own_user"])', "1:23", "`own_user` is not a value of `data.source`",
         "did you mean `own_users`?"),
        ('has_all(["own_user"], data.source)', "1:10", "`own_user` is not a value of `data.source`",
         "did you mean `own_users`?"),
        ("client.role == 1", "1:1", "`==` compares text with a number", LIKE),
        ('project.people == "1"', "1:1", "`==` compares a number with text", LIKE),
        ("data.is_personal == 'yes'", "1:1", "`==` compares true or false with text", LIKE),
        ('vendor.reviewed < "2026-01-01"', "1:1", "`<` compares a date with text", LIKE),
        ("vendor.reviewed > 3", "1:1", "`>` compares a date with a number", LIKE),
        ("[1] == [true]", "1:1", "`==` compares a list of numbers with a list of true or false", LIKE),
        ("[[1]] == [[true]]", "1:1", "`==` compares a list of lists with a list of lists", LIKE),
        ("[] == 1", "1:1", "`==` compares a list of nothing with a number", LIKE),
        ("data.source == ['own_users']", "1:1", "`==` does not compare sets", "use has_any, has_all, size or `in`"),
        ("data.tags != data.source", "1:1", "`!=` does not compare sets", "use has_any, has_all, size or `in`"),
        ("vendor.subs == []", "1:1", "`==` does not compare records", "use size"),
        ("['y'] >= ['x']", "1:1", "`>=` does not compare lists", "use size"),
        ('client.role < "processor"', "1:1", "the values of `client.role` have no order", "use `==` or `in`"),
        ('"processor" >= client.role', "1:16", "the values of `client.role` have no order", "use `==` or `in`"),
        ("vendor.country", "1:1", "a condition is true or false, this is text", ""),
        ("[true]", "1:1", "a condition is true or false, this is a list of true or false", ""),
        ("vendor.country && true", "1:1", "expected true or false, found text",
         "compare it with something, for example `vendor.country == …`"),
        ("true || size(data.source)", "1:9", "expected true or false, found a number", ""),
        ("true && [1]", "1:9", "expected true or false, found a list of numbers", ""),
        ('!vendor.country == "DE"', "1:2", "expected true or false, found text",
         "put what is negated in parentheses: `!(… )`"),
        ("vendor.country in [vendor.name]", "1:20", "a list holds values, not facts",
         "compare the facts one by one with `||`"),
        ("vendor.country in ['DE', 1]", "1:26", "a list holds values of one type, found a number after text", ""),
        ("1 in [1, true]", "1:10", "a list holds values of one type, found true or false after a number", ""),
        ("[[], [1], ['a']] == []", "1:11",
         "a list holds values of one type, found a list of text after a list of numbers", ""),
        ("1 in ['a']", "1:6", "a list of text cannot hold a number", ""),
        ("true in [1]", "1:9", "a list of numbers cannot hold true or false", ""),
        ("1 in [[]]", "1:6", "a list of lists cannot hold a number", ""),
        ("data.source in []", "1:1", "`in` looks for one value, found a set", "use has_any or has_all"),
        ("vendor.subs in []", "1:1", "`in` looks for one value, found records", "use has_any or has_all"),
        ('"DE" in vendor.country', "1:9", "expected a list or a set after `in`, found text", "write it in `[ ]`"),
        ('"x" in vendor.subs', "1:8", "expected a list or a set after `in`, found records", "use size"),
        ("1 in data.tags", "1:1", "a set holds words, found a number", ""),
        ("has_any(data.source, 'own_users')", "1:22", "`has_any` takes sets and lists of text, found text",
         "write it in `[ ]`"),
        ("has_any(data.source, [1])", "1:22", "`has_any` takes sets and lists of text, found a list of numbers", ""),
        ("has_all(vendor.subs, [])", "1:9", "`has_all` takes sets and lists of text, found records", ""),
        ("size(vendor.name) > 1", "1:6", "`size` takes a set or a list, found text", ""),
        ("months_since(vendor.name) > 1", "1:14", "`months_since` takes a date, found text", ""),
        ("days_until(3) > 1", "1:12", "`days_until` takes a date, found a number", ""),
    ],
)  # fmt: skip
def test_mistakes(text, where, message, hint):
    assert problems(text) == [(where, message, hint)]


def test_all_problems_at_once_in_the_order_of_the_text():
    text = "(1 == 'a') == 2 &&\n vendor.contry == 3 && client.role < 'x' && nope.one in [nope.two]"
    text += " && size(nope.three) > 'x'"

    assert [where for where, _, _ in problems(text)] == [
        "1:1", "1:2", "2:2", "2:24", "2:38", "2:45", "2:58", "2:58", "2:71", "2:76",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["nope.x == 1", "nope.x in data.tags", "1 in nope.x", "'a' in nope.x", "has_any(nope.x, ['a'])",
     "size(nope.x) == 1",
     "months_since(nope.x) == 1", "!nope.x", "nope.x"],
)  # fmt: skip
def test_one_mistake_is_one_problem(text):
    assert [message for _, message, _ in problems(text)] == ["there is no fact or definition `nope.x`"]


def test_type_of_a_fact():
    assert name_type(SPECS["e.kind"]) == NameType(Kind.ENUM, frozenset(("red", "green", "blue")))
    assert name_type(SPECS["n.whole"]) == NameType(Kind.INTEGER)


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_a_type(kind):
    assert check_condition("x == x", parse_condition("x == x"), {"x": NameType(kind)}) is not None
