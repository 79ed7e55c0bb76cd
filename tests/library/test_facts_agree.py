"""Two readers of the vocabulary agree: Cerberus, which authors write for, and `check_value`, which answers meet."""

import math
from datetime import UTC, datetime

import pytest
from cerberus import Validator
from hypothesis import given
from hypothesis import strategies as st

from govern.errors import FactError
from govern.kernel import Kind, check_value
from govern.library.places import content_places
from govern.library.vocabulary import load_vocabulary
from govern.library.yaml_files import load_yaml

from ..conditions.worlds import examples

PLACES = content_places()
VOCABULARY = load_vocabulary(PLACES, check=False)
RULES = {
    id_: rules
    for name, path in PLACES.files("schemas/facts", "*.yaml")
    for id_, rules in load_yaml(path, name=name).value.items()
}
TERMS = {
    term["id"] for name, path in PLACES.files("schemas", "terms.yaml") for term in load_yaml(path, name=name).value
}
BY_KIND = {kind: [spec.id for spec in VOCABULARY if spec.kind is kind] for kind in Kind}


def cerberus_takes(fact, raw):
    return Validator({fact: RULES[fact]}).validate({fact: raw})


def check_takes(fact, raw):
    try:
        check_value(VOCABULARY.get(fact), raw)
    except FactError:
        return False
    return True


def test_the_vocabulary_has_every_kind():
    assert set(RULES) == {spec.id for spec in VOCABULARY}
    assert all(BY_KIND.values())


# What is known to differ, with an example of each: (kind, value, Cerberus takes it, check_value takes it) ----------

DIFFERENCES = [
    # Python's bool is an int, and Cerberus does not mind
    (Kind.INTEGER, True, True, False),
    # canonical JSON holds integers below 2**53 only (RFC 8785 3.2.2.3)
    (Kind.INTEGER, 2**53, True, False),
    (Kind.DECIMAL, 2.0**53, True, False),
    (Kind.DECIMAL, math.nan, True, False),
    # an answer from JSON or the command line writes a date as text
    (Kind.DATE, "2026-11-24", False, True),
    # Python's datetime is a date
    (Kind.DATE, datetime(2026, 11, 24, tzinfo=UTC), True, False),
    # only spaces are no text
    (Kind.TEXT, "  ", True, False),
    # a set that a program made is a list that a person wrote
    (Kind.SET, frozenset(), False, True),
    (Kind.COUNTRIES, frozenset({"DE"}), False, True),
    # `$` lets a line end pass
    (Kind.COUNTRY, "DE\n", True, False),
    (Kind.COUNTRIES, ["DE\n"], True, False),
    (Kind.MAP, {"DE\n": "scc"}, True, False),
    # of records only the names of the cells and the needed ones are checked, and cells become text
    (Kind.RECORDS, [{"name": 5, "country": "IN"}], False, True),
    (Kind.RECORDS, [{"name": "x" * 201, "country": "IN"}], False, True),
    (Kind.RECORDS, [{"name": "Asha", "country": "IN", "task": None}], False, True),
    (Kind.RECORDS, [{"name": "Asha", "country": "IN"}] * 1001, True, False),
]


@pytest.mark.parametrize(
    ("kind", "raw", "cerberus", "check"), DIFFERENCES, ids=[f"{each[0]}-{n}" for n, each in enumerate(DIFFERENCES)]
)
def test_the_known_differences_are_these(kind, raw, cerberus, check):
    facts = ["vendor.subprocessors"] if kind is Kind.RECORDS else BY_KIND[kind]
    fact = next(each for each in facts if "max" not in RULES[each])

    assert (cerberus_takes(fact, raw), check_takes(fact, raw)) == (cerberus, check)


def is_known_difference(kind, raw):
    match kind:
        case Kind.INTEGER:
            return isinstance(raw, bool) or abs(raw) >= 2**53
        case Kind.DECIMAL:
            return not math.isfinite(raw) or abs(raw) >= 2**53
        case Kind.DATE:
            return isinstance(raw, str | datetime)
        case Kind.TEXT:
            return not raw.strip()
        case Kind.SET | Kind.COUNTRIES:
            return isinstance(raw, frozenset)
        case Kind.RECORDS:
            return True
    return False


ANYTHING = (
    st.none() | st.booleans() | st.integers(-5, 5) | st.integers() | st.floats() | st.text(max_size=4) | st.dates()
    | st.datetimes() | st.lists(st.text("ADEx", max_size=3) | st.integers(), max_size=3)
    | st.dictionaries(st.text("DE", max_size=3), st.text(max_size=3) | st.integers(), max_size=2)
)  # fmt: skip
CODES = st.sampled_from(["DE", "IN", "de", "DEU", "D", "", "D1", 5])


def raws(kind, allowed):
    """Answers of a kind: good ones, nearly good ones, and of every other type."""
    words = st.sampled_from([*allowed, "nonsense", allowed[0].upper() if allowed else "A"]) | st.text(max_size=3)
    typed = {
        Kind.BOOLEAN: st.booleans() | st.sampled_from(["true", "yes", 0, 1]),
        Kind.ENUM: words,
        Kind.SET: st.lists(words | st.just(5), max_size=4) | st.lists(words, max_size=3).map(tuple),
        Kind.INTEGER: st.integers(-3, 200_000),
        Kind.DECIMAL: st.floats(-10, 110) | st.integers(-10, 110),
        Kind.DATE: st.dates(),
        Kind.COUNTRY: CODES,
        Kind.COUNTRIES: st.lists(CODES, max_size=3),
        Kind.TEXT: st.text(max_size=10) | st.sampled_from(["x" * 2000, "x" * 2001]),
        Kind.MAP: st.dictionaries(CODES, words, max_size=3),
        Kind.RECORDS: st.lists(
            st.dictionaries(
                st.sampled_from(["name", "country", "task", "data_seen", "zz"]),
                st.sampled_from(["DE", "IN"]),
                max_size=5,
            ),
            max_size=3,
        ),
    }
    return typed[kind] | ANYTHING


@st.composite
def answers(draw):
    fact = draw(st.sampled_from(sorted(RULES)) | st.sampled_from(list(Kind)).map(lambda kind: BY_KIND[kind][0]))
    spec = VOCABULARY.get(fact)
    return fact, draw(raws(spec.kind, spec.values))


@given(answers())
@examples(500)
def test_both_take_and_refuse_the_same_answers(answer):
    fact, raw = answer
    cerberus, check = cerberus_takes(fact, raw), check_takes(fact, raw)

    assert cerberus is check or is_known_difference(VOCABULARY.get(fact).kind, raw), (fact, raw, cerberus)


@pytest.mark.parametrize("fact", sorted(RULES))
def test_every_bound_and_value_of_a_fact_is_read(fact):
    spec, rules = VOCABULARY.get(fact), RULES[fact]
    inner = rules.get("schema", rules.get("valuesrules", rules))
    allowed = inner.get("allowed", []) if spec.kind in (Kind.SET, Kind.MAP, Kind.ENUM) else []

    assert list(spec.values) == allowed
    assert set(spec.labels) <= (TERMS if spec.values_from == "terms" else set(allowed))
    for words in (spec.implies, spec.coarse):
        assert {*words, *(each for finer in words.values() for each in finer)} <= set(allowed)
    for bound, value in (("min", spec.minimum), ("max", spec.maximum)):
        assert rules.get(bound) == (None if value is None else float(value))
    for value in allowed:
        raw = [value] if spec.kind is Kind.SET else {"DE": value} if spec.kind is Kind.MAP else value
        assert cerberus_takes(fact, raw)
        assert check_takes(fact, raw)
