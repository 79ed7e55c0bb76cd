"""Known answers by others: the ternary tables of the DMN TCK and the conformance cases of google/cel-spec."""

import json
from datetime import date
from pathlib import Path

import pytest

from govern.conditions import (
    NameType,
    Program,
    check_condition,
    conjoin,
    disjoin,
    evaluate,
    negate,
    parse_condition,
)
from govern.errors import ContentError
from govern.kernel import FactSpec, Kind, check_value

VECTORS = Path(__file__).parent.parent / "vectors" / "conditions"
TABLES = json.loads((VECTORS / "ternary.json").read_text(encoding="utf-8"))
CASES = json.loads((VECTORS / "cel.json").read_text(encoding="utf-8"))["cases"]
DAY = date(2026, 11, 24)

ROWS = [(name, tuple(row[:-1]), row[-1]) for name in ("and", "or", "not") for row in TABLES[name]]
TEXTS = {"and": "a && b", "or": "a || b", "not": "!a"}
KINDS = {bool: Kind.BOOLEAN, int: Kind.INTEGER, str: Kind.TEXT}

# Case → what is refused when it is loaded, and why that is our design (section 4).
LOAD_ERRORS = {
    # CEL wants an error when it runs; unlike types are found when the text is loaded.
    "comparisons/lt_literal/lt_mixed_types_error": "`<` compares text with a number",
    "comparisons/gt_literal/gt_mixed_types_error": "`>` compares text with a number",
    "comparisons/lte_literal/lte_mixed_types_error": "`<=` compares text with a number",
    "comparisons/gte_literal/gte_list_unsupported": "`>=` does not compare lists",
    "logic/AND/no_overload": "expected true or false, found text",
    "logic/OR/no_overload": "expected true or false, found text",
    "logic/NOT/no_overload": "expected true or false, found a number",
    # CEL has a result because its logic forgives an operand that is no boolean where the other one settles it.
    # With us an operand of logic is true, false or unknown, in every branch: an author's slip must not hide.
    "logic/AND/short_circuit_type_left": "expected true or false, found a number",
    "logic/AND/short_circuit_type_right": "expected true or false, found text",
    "logic/OR/short_circuit_type_left": "expected true or false, found a number",
    "logic/OR/short_circuit_type_right": "expected true or false, found text",
}


def id_of(case):
    return "/".join((case["suite"], case["section"], case["name"]))


def problems(text, bindings):
    try:
        node = parse_condition(text)
    except ContentError as problem:
        return [problem.message]
    names = {name: NameType(KINDS[type(value)]) for name, value in bindings.items()}
    return [problem.message for problem in check_condition(text, node, names)]


def typed(bindings):
    return {
        name: check_value(FactSpec(id=name, kind=KINDS[type(value)], group="g", question="q"), value)
        for name, value in bindings.items()
    }


def test_the_vectors_are_all_there():
    assert [len(TABLES[name]) for name in ("and", "or", "not")] == [9, 9, 3]
    assert len(CASES) == len({id_of(case) for case in CASES}) == 103


@pytest.mark.parametrize(("name", "given", "want"), ROWS)
def test_ternary_tables(name, given, want):
    node = parse_condition(TEXTS[name])
    values = {id_: value for id_, value in zip("ab", given, strict=False) if value is not None}

    assert evaluate(node, values, DAY).verdict is want
    assert Program({"it": node}, {}).verdicts(values, DAY) == {"it": want}
    join = {"and": conjoin, "or": disjoin, "not": lambda verdicts: negate(*verdicts)}[name]
    assert join(given) is want


@pytest.mark.parametrize(("name", "given", "want"), ROWS)
def test_ternary_tables_of_definitions(name, given, want):
    node = parse_condition(TEXTS[name])
    fact = parse_condition("fact.of_this")
    definitions = {
        id_: fact if value is None else parse_condition(str(value).lower())
        for id_, value in zip("ab", given, strict=False)
    }

    assert evaluate(node, {}, DAY, definitions).verdict is want
    assert Program({"it": node}, definitions).verdicts({}, DAY) == {"it": want}


@pytest.mark.parametrize("case", CASES, ids=id_of)
def test_cel_conformance(case):
    refused = LOAD_ERRORS.get(id_of(case))
    found = problems(case["expr"], case["bindings"])

    if refused:
        assert found
        assert found[0] == refused
    else:
        assert found == []
        node, values = parse_condition(case["expr"]), typed(case["bindings"])
        assert evaluate(node, values, DAY).verdict is case["want"]
        assert Program({"it": node}, {}).verdicts(values, DAY) == {"it": case["want"]}


@pytest.mark.parametrize("case", [case for case in CASES if case["bindings"]], ids=id_of)
def test_cel_case_is_unknown_without_its_bindings(case):
    node = parse_condition(case["expr"])

    assert evaluate(node, {}, DAY).verdict is None
    assert Program({"it": node}, {}).verdicts({}, DAY) == {"it": None}


def test_every_exception_is_a_case_and_every_wanted_error_an_exception():
    assert set(LOAD_ERRORS) <= {id_of(case) for case in CASES}
    assert {id_of(case) for case in CASES if case["want"] == "error"} <= set(LOAD_ERRORS)
