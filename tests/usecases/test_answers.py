"""An answer as a person types it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govern.errors import FactError
from govern.kernel import FactSpec, Kind, check_value
from govern.usecases.answers import expect_answer, parse_answer

from ..conditions.worlds import examples

COUNTRIES = {"DE": "Germany", "IN": "India", "US": "United States"}


def spec(kind, *values, **more):
    return FactSpec(id="the.fact", kind=kind, group="group", question="question?", values=values, **more)


ROLE = spec("enum", "data_processor", "controller", "none", labels={"controller": "Our own boss"})
TAGS = spec("set", "red_wine", "blue", "green")
MAP = spec("map", "scc", "dpf")
SUBS = spec("records", fields=("name", "country"), required_fields=("name",))


@pytest.mark.parametrize(
    ("of", "text", "value"),
    [
        (spec("boolean"), " Yes ", True),
        (spec("boolean"), "y", True),
        (spec("boolean"), "TRUE", True),
        (spec("boolean"), "no", False),
        (spec("boolean"), "N", False),
        (spec("boolean"), "false", False),
        (ROLE, "data_processor", "data_processor"),
        (ROLE, "Data Processor", "data_processor"),
        (ROLE, "our own boss", "controller"),
        (ROLE, "2", "controller"),
        (ROLE, "none", "none"),
        (spec("enum"), "anything", "anything"),
        (TAGS, "red wine, 2", ["red_wine", "blue"]),
        (TAGS, "none", []),
        (TAGS, "[]", []),
        (spec("set", "none", "some"), "none", ["none"]),
        (spec("set"), "dpa.audit", ["dpa.audit"]),
        (spec("integer"), "50000", 50000),
        (spec("integer"), "50,000", 50000),
        (spec("integer"), "1 250 000", 1250000),
        (spec("integer"), "-3", -3),
        (spec("decimal"), "2.5", 2.5),
        (spec("decimal"), "1,234.5", 1234.5),
        (spec("decimal"), "3", 3.0),
        (spec("date"), "2026-11-24", date(2026, 11, 24)),
        (spec("country"), "de", "DE"),
        (spec("country"), "germany", "DE"),
        (spec("countries"), "IN, united states", ["IN", "US"]),
        (spec("countries"), "None", []),
        (MAP, "IN=scc, germany = 2", {"IN": "scc", "DE": "dpf"}),
        (spec("country"), "uk", "GB"),
        (spec("country"), "Great Britain", "GB"),
        (SUBS, "Asha | IN; Bo", [{"name": "Asha", "country": "IN"}, {"name": "Bo"}]),
        (SUBS, "Asha |", [{"name": "Asha"}]),
        (SUBS, "none", []),
        (spec("text"), "  as it is, 5 ", "as it is, 5"),
    ],
)
def test_what_was_meant_is_understood(of, text, value):
    parsed = parse_answer(of, text, COUNTRIES)

    assert parsed == value
    assert type(parsed) is type(value)
    check_value(of, parsed)


@pytest.mark.parametrize(
    ("of", "text", "message", "hint"),
    [
        (spec("boolean"), "maybe", "`maybe` is not an answer to `the.fact`", "yes or no"),
        (ROLE, "controler", "`controler` is not a choice of `the.fact`", "did you mean `controller`?"),
        (ROLE, "zzz", "`zzz` is not a choice of `the.fact`", "one of data processor; Our own boss; none"),
        (ROLE, "0", "`0` is not a choice of `the.fact`", "one of data processor; Our own boss; none"),
        (ROLE, "4", "`4` is not a choice of `the.fact`", "one of data processor; Our own boss; none"),
        (TAGS, "", "`` is not a choice of `the.fact`", "one of red wine; blue; green"),
        (TAGS, "blue,,green", "`` is not a choice of `the.fact`", "one of red wine; blue; green"),
        (spec("integer"), "2.5", "`2.5` is not an answer to `the.fact`", "a whole number"),
        (spec("integer"), "2,5", "`2,5` is not an answer to `the.fact`", "a whole number"),
        (spec("integer"), "1,2345", "`1,2345` is not an answer to `the.fact`", "a whole number"),
        (spec("integer"), "1,000 000", "`1,000 000` is not an answer to `the.fact`", "a whole number"),
        (spec("integer"), "many", "`many` is not an answer to `the.fact`", "a whole number"),
        (spec("decimal"), "0,5", "`0,5` is not an answer to `the.fact`", "a number"),
        (spec("decimal"), "half", "`half` is not an answer to `the.fact`", "a number"),
        (spec("decimal"), "sNaN", "`sNaN` is not an answer to `the.fact`", "a number"),
        (spec("date"), "24.11.2026", "`24.11.2026` is not an answer to `the.fact`", "a date such as 2026-11-24"),
        (spec("date"), "2026-02-30", "`2026-02-30` is not an answer to `the.fact`", "a date such as 2026-11-24"),
        (spec("country"), "xx", "`xx` is not a country", "a two-letter code such as DE"),
        (spec("country"), "Germny", "`Germny` is not a country", "did you mean `Germany`?"),
        (spec("countries"), "IN,", "`` is not a country", "a two-letter code such as DE"),
        (MAP, "IN", "`IN` is not an answer to `the.fact`", "country=choice"),
        (MAP, "IN=sc", "`sc` is not a choice of `the.fact`", "did you mean `scc`?"),
        (MAP, "XX=scc", "`XX` is not a country", "a two-letter code such as DE"),
        (SUBS, "Asha | IN | labels", "`Asha | IN | labels` is not an answer to `the.fact`", "name | country; the next"),
    ],
)
def test_what_cannot_be_understood_is_refused(of, text, message, hint):
    with pytest.raises(FactError) as caught:
        parse_answer(of, text, COUNTRIES)

    assert caught.value.message == message
    assert hint in caught.value.hint


def test_without_a_list_of_countries_any_code_is_taken():
    assert parse_answer(spec("country"), "fr") == "FR"
    assert parse_answer(spec("countries"), "fr, XX") == ["FR", "XX"]
    assert parse_answer(MAP, "fr=scc") == {"FR": "scc"}
    with pytest.raises(FactError, match="`France` is not a country"):
        parse_answer(spec("country"), "France")


@pytest.mark.parametrize("kind", list(Kind))
def test_each_kind_says_what_to_type(kind):
    assert expect_answer(spec(kind))


@given(st.sampled_from([spec(kind) for kind in Kind] + [ROLE, TAGS, MAP, SUBS]), st.text(max_size=20))
@examples(400)
def test_whatever_is_typed_gives_a_value_or_a_refusal(of, text):
    try:
        check_value(of, parse_answer(of, text, COUNTRIES))
    except FactError as problem:
        assert problem.message


@given(st.integers(-(2**53) + 1, 2**53 - 1))
@examples(100)
def test_a_number_is_read_with_and_without_its_thousands(number):
    assert parse_answer(spec("integer"), str(number)) == number
    assert parse_answer(spec("integer"), f"{number:,}") == number
    assert parse_answer(spec("integer"), f"{number:,}".replace(",", " ")) == number
