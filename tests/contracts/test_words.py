"""Values as a contract writes them."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govern.contracts import OpenChoice, Text, spaced, write_date, write_runs, write_value
from govern.contracts.words import term_key, write_country, write_money
from govern.kernel import MapValue

from ..conditions.worlds import examples

COUNTRIES = {"IN": "India", "DE": "Germany", "US": "United States", "NL": "Netherlands (Kingdom of the)"}
LABELS = {"scc": "the standard clauses", "a_one": "the first"}


def write(value, countries=COUNTRIES):
    return write_value(value, lambda each: LABELS.get(each, each), countries)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (True, "yes"),
        (False, "no"),
        (date(2026, 11, 4), "4 November 2026"),
        (0, "0"),
        (1234567, "1,234,567"),
        (Decimal("1234.50"), "1,234.50"),
        (2.5, "2.5"),
        (400000.0, "400,000"),
        (Decimal("97.0"), "97"),
        ("IN", "India"),
        ("NL", "the Netherlands"),
        ("a_one", "the first"),
        ("free text", "free text"),
        (frozenset(), "none"),
        (frozenset({"IN"}), "India"),
        (frozenset({"US", "IN"}), "India and the United States"),
        (frozenset({"US", "IN", "DE"}), "Germany, India and the United States"),
        (frozenset({"zeta", "a_one"}), "the first and zeta"),
        (MapValue.of({}), "none"),
        (MapValue.of({"US": "scc", "FR": "x"}), "FR: x; United States: the standard clauses"),
    ],
)  # fmt: skip
def test_a_value_in_words(value, words):
    assert write(value) == words


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Poland", "Poland"),
        ("Philippines", "the Philippines"),
        (
            "United Kingdom of Great Britain and Northern Ireland",
            "the United Kingdom of Great Britain and Northern Ireland",
        ),
        ("Cayman Islands", "the Cayman Islands"),
        ("Heard Island and McDonald Islands", "Heard Island and McDonald Islands"),
        ("Virgin Islands (British)", "the Virgin Islands (British)"),
        ("Russian Federation", "the Russian Federation"),
        ("Netherlands (Kingdom of the)", "the Netherlands"),
        ("Korea (Republic of)", "the Republic of Korea"),
        ("Congo (Democratic Republic of the)", "the Democratic Republic of the Congo"),
        ("Tanzania, United Republic of", "the United Republic of Tanzania"),
    ],
)
def test_a_country_has_its_article_in_a_sentence(name, words):
    assert write_country(name) == words


@pytest.mark.parametrize(
    ("amount", "words"),
    [(31.5, "31.50"), (Decimal("2.35"), "2.35"), (Decimal("0.0125"), "0.0125"), (84500, "84,500"), (27.0, "27")],
)
def test_an_amount_has_two_decimals_or_none(amount, words):
    assert write_money(amount) == words


def test_a_code_is_a_country_only_where_countries_are_named():
    assert write("IN", {}) == "IN"
    assert write(frozenset({"IN"}), {}) == "IN"


@given(st.dates())
@examples(100)
def test_a_date_in_words_names_day_month_and_year(day):
    words = write_date(day)

    assert words.split()[0] == str(day.day)
    assert words.split()[2] == str(day.year)
    assert words.split()[1].startswith(day.strftime("%b"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Sub-processor", "Sub-processors"),
        ("Party", "Parties"),
        ("Process", "Processes"),
        ("Breach", "Breaches"),
        ("Tax", "Taxes"),
        ("Processor", "Processor's"),
        ("Processor", "Processors’"),
        ("Processor", "Processors'"),
        ("Business Associate", "business associates"),
        ("Personal  Data", "Personal Data"),
        ("", "'s"),
    ],
)
def test_two_ways_to_write_a_term_have_one_key(one, other):
    assert term_key(one) == term_key(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Processor", "Process"), ("Personal Data", "Data"), ("GPS", "GP"), ("Loss", "Los")]
)
def test_different_terms_have_different_keys(one, other):
    assert term_key(one) != term_key(other)


def test_the_mark_of_an_open_choice_stands_apart_from_its_text():
    runs = (OpenChoice("only if the vendor uses others"), Text(""), Text("For them, this applies."))
    assert write_runs(spaced(runs)) == "[only if the vendor uses others] For them, this applies."
    assert write_runs(spaced((OpenChoice("only if x"), Text(" Apart."), Text("Next.")))) == "[only if x] Apart.Next."


@pytest.mark.parametrize(
    ("items", "said"),
    [
        (["names", "dates, and ages"], "dates, and ages; and names"),
        (["codes", "dates, and ages", "names"], "codes; dates, and ages; and names"),
        (["dates, and ages"], "dates, and ages"),
        (["codes", "names"], "codes and names"),
    ],
)
def test_items_with_a_comma_of_their_own_are_parted_by_semicolons(items, said):
    assert write_value(frozenset(items), str, {}) == said
