"""Conditions as a person would say them: one golden sentence for each construct."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given

from govern.conditions import (
    Change,
    Line,
    Phrasebook,
    evaluate,
    join_words,
    outline_trace,
    parse_condition,
    say_condition,
    say_way,
)
from govern.conditions.english import say_reasons
from govern.kernel import MapValue, PartialSet

from .worlds import SPECS, atoms, conditions, examples, spec

DECLARED = {
    each.id: each
    for each in (
        spec("data.is_personal", "boolean", short="personal data"),
        spec("data.health", "boolean", short="health data"),
        spec("vendor.country", "country", short="the vendor's country"),
        spec("vendor.name", "text", short="the vendor's name"),
        spec("data.source", "set", short="the sources of the data", values=("web_scraped", "own_users", "bought")),
        spec("data.wanted", "set", short="the sources that are wanted", values=("web_scraped", "own_users", "bought")),
        spec("data.countries", "countries", short="the countries of the people"),
        spec("client.role", "enum", short="the client's role", values=("owner", "agent"),
         labels={"owner": "owner of the data"}),
        spec("client.other", "enum", short="the other's role", values=("owner", "agent")),
        spec("vendor.reviewed", "date", short="the last review"),
        spec("vendor.ends", "date", short="the contract's end"),
        spec("project.people", "integer", short="people concerned", unit="persons"),
        spec("project.share", "decimal", short="share of revenue", unit="%"),
        spec("vendor.subs", "records", short="sub-processors", fields=("name",)),
        spec("transfer.tool", "map", short="the transfer tools", values=("dpf", "scc")),
        spec("plain.fact", "boolean"),
    )
}  # fmt: skip
BOOK = Phrasebook(DECLARED.get, {"gdpr.applies": "the GDPR applies", "gdpr.months": "the longest time between reviews"})


@pytest.mark.parametrize(
    ("text", "want"),
    [
        # facts, definitions, literals
        ("data.is_personal", "personal data: yes"),
        ("!data.is_personal", "personal data: no"),
        ("plain.fact", "plain.fact: yes"),
        ("gdpr.applies", "the GDPR applies"),
        ("!gdpr.applies", "it is not so that the GDPR applies"),
        ("!!gdpr.applies", "the GDPR applies"),
        ("nobody.knows", "nobody.knows"),
        ("true", "always"),
        ("false", "never"),
        ("!true", "never"),
        # logic
        ("data.is_personal && data.health", "personal data: yes and health data: yes"),
        ("!(data.is_personal && gdpr.applies)", "personal data: no or it is not so that the GDPR applies"),
        ("!(data.is_personal || data.health)", "personal data: no and health data: no"),
        ("data.is_personal && (data.health || plain.fact) && gdpr.applies",
         "personal data: yes, and (health data: yes or plain.fact: yes), and the GDPR applies"),
        ("data.health || !(data.is_personal && plain.fact)",
         "health data: yes or (personal data: no or plain.fact: no)"),
        # comparisons with words
        ('vendor.country == "DE"', "the vendor's country is “DE”"),
        ('"DE" != vendor.country', "the vendor's country is not “DE”"),
        ('client.role == "owner"', "the client's role is “owner of the data”"),
        ('client.role != "agent"', "the client's role is not “agent”"),
        ('!(client.role == "agent")', "the client's role is not “agent”"),
        ("client.role == client.other", "the client's role is the other's role"),
        ('vendor.name < "m"', "the vendor's name is less than “m”"),
        # comparisons with figures
        ("project.people > 1000000", "people concerned: more than 1,000,000 persons"),
        ("!(project.people > 1000)", "people concerned: at most 1,000 persons"),
        ("100 >= project.people", "people concerned: at most 100 persons"),
        ("100 > project.people", "people concerned: less than 100 persons"),
        ("project.people == 5", "people concerned: 5 persons"),
        ("project.people != 5", "people concerned: not 5 persons"),
        ("project.share >= 2.50", "share of revenue: at least 2.50 %"),
        ("project.people < gdpr.months", "people concerned: less than the longest time between reviews"),
        # dates
        ("months_since(vendor.reviewed) <= 12", "the last review is at most 12 months ago"),
        ("months_since(vendor.reviewed) > 1", "the last review is more than 1 month ago"),
        ("3 == months_since(vendor.reviewed)", "the last review is exactly 3 months ago"),
        ("months_since(vendor.reviewed) != 3", "the last review is not exactly 3 months ago"),
        ("!(days_until(vendor.ends) < 30)", "the contract's end is at least 30 days away"),
        ("months_since(vendor.reviewed) <= gdpr.months",
         "the number of months since the last review: at most the longest time between reviews"),
        ("days_until(vendor.ends) < project.people",
         "the number of days until the contract's end: less than people concerned"),
        ("vendor.reviewed < vendor.ends", "the last review is before the contract's end"),
        ("!(vendor.reviewed < vendor.ends)", "the last review is on or after the contract's end"),
        # sizes
        ("size(vendor.subs) == 0", "sub-processors: none"),
        ("size(vendor.subs) < 1", "sub-processors: none"),
        ("!(size(vendor.subs) > 0)", "sub-processors: none"),
        ("0 < size(vendor.subs)", "sub-processors: at least one"),
        ("size(data.source) != 0", "the sources of the data: at least one"),
        ("size(data.source) >= 1", "the sources of the data: at least one"),
        ("size(data.source) < 3", "the sources of the data: fewer than 3"),
        ("size(data.source) == 2", "the sources of the data: 2"),
        ('size(["a", "b"]) == 2', "the number of entries in “a” and “b”: 2"),
        ("size(data.source) > size(data.wanted)", "the sources of the data: more than the sources that are wanted"),
        # lists and sets
        ('vendor.country in ["DE"]', "the vendor's country is “DE”"),
        ('!(vendor.country in ["DE"])', "the vendor's country is not “DE”"),
        ('vendor.country in ["DE", "FR", "IE"]', "the vendor's country is “DE”, “FR” or “IE”"),
        ('!(vendor.country in ["DE", "FR"])', "the vendor's country is neither “DE” nor “FR”"),
        ('!(vendor.country in ["DE", "FR", "IE"])', "the vendor's country is none of “DE”, “FR” and “IE”"),
        ("project.people in [1, 2]", "people concerned is 1 persons or 2 persons"),
        ("vendor.country in []", "the vendor's country is nothing"),
        ('"web_scraped" in data.source', "“web scraped” is among the sources of the data"),
        ('!("web_scraped" in data.source)', "“web scraped” is not among the sources of the data"),
        ('"dpf" in transfer.tool', "“dpf” is among the transfer tools"),
        ("vendor.country in data.countries", "the vendor's country is among the countries of the people"),
        ('has_any(data.source, ["web_scraped"])', "“web scraped” is among the sources of the data"),
        ('!has_all(data.source, ["web_scraped"])', "“web scraped” is not among the sources of the data"),
        ('has_any(data.source, ["web_scraped", "bought"])',
         "“web scraped” or “bought” is among the sources of the data"),
        ('!has_any(data.source, ["web_scraped", "bought"])',
         "neither “web scraped” nor “bought” is among the sources of the data"),
        ('!has_any(data.source, ["web_scraped", "bought", "own_users"])',
         "none of “web scraped”, “bought” and “own users” is among the sources of the data"),
        ('has_all(data.source, ["web_scraped", "bought"])',
         "“web scraped” and “bought” are among the sources of the data"),
        ('!has_all(data.source, ["web_scraped", "bought"])',
         "not all of “web scraped” and “bought” are among the sources of the data"),
        ("has_any(data.source, data.wanted)", "some of the sources that are wanted are among the sources of the data"),
        ("!has_any(data.source, data.wanted)", "none of the sources that are wanted are among the sources of the data"),
        ("has_all(data.source, data.wanted)", "all of the sources that are wanted are among the sources of the data"),
        ("!has_all(data.source, data.wanted)",
         "not all of the sources that are wanted are among the sources of the data"),
        ("has_any(data.source, [])", "never"),
        ("!has_any(data.source, [])", "always"),
        ("has_all(data.source, [])", "always"),
        ('has_any(["bought"], data.source)', "some of the sources of the data are among “bought”"),
        # comparisons of conditions
        ("data.is_personal == true", "personal data: yes"),
        ("true != data.is_personal", "personal data: no"),
        ("gdpr.applies == false", "it is not so that the GDPR applies"),
        ("(data.is_personal && data.health) == true", "personal data: yes and health data: yes"),
        ("data.is_personal == gdpr.applies", "personal data: yes exactly if the GDPR applies"),
        ("data.is_personal != (data.health || plain.fact)",
         "either personal data: yes or (health data: yes or plain.fact: yes), but not both"),
        ("data.is_personal < true", "personal data is less than yes"),
        ("(data.is_personal && data.health) in [true]", "personal data: yes and health data: yes is yes"),
        # literals on both sides
        ("1 == 2", "1 is 2"),
        ("[] == []", "nothing is nothing"),
        ("true == false", "never"),
        ("[[1]] == []", "1 listed is nothing"),
    ],
)  # fmt: skip
def test_says(text, want):
    assert say_condition(parse_condition(text), BOOK) == want


@examples(200)
@given(conditions(atoms()))
def test_says_something_of_every_condition(node):
    said = say_condition(node, Phrasebook(SPECS.get, {}))

    assert said.strip() == said != ""
    assert "Name(" not in said


@pytest.mark.parametrize(
    ("id_", "value", "want"),
    [
        ("data.is_personal", True, "yes"),
        ("data.is_personal", False, "no"),
        ("client.role", "owner", "owner of the data"),
        ("vendor.name", "under_scored", "under_scored"),
        (None, "under_scored", "under_scored"),
        ("vendor.reviewed", date(2026, 11, 24), "2026-11-24"),
        ("data.source", frozenset(("web_scraped", "bought")), "bought and web scraped"),
        ("data.source", PartialSet.of({"bought"}, {"own_users"}), "bought"),
        ("data.source", frozenset(), "none"),
        ("transfer.tool", MapValue.of({"US": "dpf", "IN": "scc"}), "IN: scc and US: dpf"),
        ("transfer.tool", MapValue.of({}), "none"),
        ("vendor.subs", ({"name": "x"},), "1 listed"),
        ("project.people", 1234567, "1,234,567 persons"),
        ("project.share", Decimal("2.50"), "2.50 %"),
        (None, 1000, "1,000"),
        ("gdpr.months", 12, "12"),
    ],
)
def test_values(id_, value, want):
    assert BOOK.value(id_, value) == want


@pytest.mark.parametrize(
    ("words", "want"), [((), ""), (("a",), "a"), (("a", "b"), "a and b"), (("a", "b", "c"), "a, b and c")]
)
def test_join_words(words, want):
    assert join_words(words) == want


def test_outline():
    text = 'gdpr.applies && !(data.is_personal || vendor.country == "DE") || !data.health && true'
    made = {"gdpr.applies": parse_condition('client.role == "owner"')}
    trace = evaluate(parse_condition(text), {"data.is_personal": True, "data.health": True}, date(2026, 11, 24), made)

    assert outline_trace(trace, BOOK) == (
        Line(0, False, "any of:", ()),
        Line(1, False, "all of:", ()),
        Line(2, None, "the GDPR applies", (), "gdpr.applies"),
        Line(3, None, "the client's role is “owner of the data”", ("client.role",)),
        Line(2, False, "not:", ()),
        Line(3, True, "any of:", ()),
        Line(4, True, "personal data: yes", ("data.is_personal",), plain=True),
        Line(4, None, "the vendor's country is “DE”", ("vendor.country",)),
        Line(1, False, "all of:", ()),
        Line(2, False, "health data: no", ("data.health",)),
        Line(2, True, "always", ()),
    )


def test_a_definition_is_unfolded_where_it_is_used_first_only():
    made = {"gdpr.applies": parse_condition('client.role == "owner"')}
    text = "gdpr.applies && data.health || gdpr.applies"
    trace = evaluate(parse_condition(text), {"client.role": "agent"}, date(2026, 11, 24), made)

    assert outline_trace(trace, BOOK) == (
        Line(0, False, "any of:", ()),
        Line(1, False, "all of:", ()),
        Line(2, False, "the GDPR applies", (), "gdpr.applies"),
        Line(3, False, "the client's role is “owner of the data”", ("client.role",)),
        Line(2, None, "health data: yes", ("data.health",), plain=True),
        Line(1, False, "the GDPR applies (see above)", (), "gdpr.applies"),
    )


@pytest.mark.parametrize(
    ("text", "known", "want"),
    [
        ("data.is_personal && data.health", {"data.is_personal": True, "data.health": False}, ("health data: no",)),
        ("!(data.is_personal || data.health)", {"data.health": True}, ("health data: yes",)),
        ("!(data.is_personal && data.health)", {"data.health": True}, ("personal data: no",)),
        ("gdpr.applies && data.health", {"data.health": True}, ("the GDPR applies",)),
        ("data.health || data.health", {"data.health": True}, ("health data: yes",)),
    ],
)
def test_reasons_are_sentences_that_are_true(text, known, want):
    made = {"gdpr.applies": parse_condition('client.role == "owner"')}

    assert say_reasons(evaluate(parse_condition(text), known, date(2026, 11, 24), made), BOOK) == want


def test_entries_of_a_map_are_said_by_value():
    way = frozenset({Change("transfer.tool", "maps", ("IN", "scc")), Change("transfer.tool", "maps", ("PH", "scc"))})

    assert say_way(way, BOOK) == ("the transfer tools: “scc” for IN and PH",)
