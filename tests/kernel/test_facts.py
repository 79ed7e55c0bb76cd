"""Answers become typed values, or an error for the person who wrote them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from govern.errors import FactError
from govern.kernel import (
    Derivation,
    Evidence,
    Facts,
    FactSpec,
    FactValue,
    Kind,
    MapValue,
    PartialSet,
    Vocabulary,
    check_value,
    resolve_facts,
    suggest,
)
from govern.kernel.facts import MAX_RECORDS, MAX_TEXT

DAY = date(2026, 11, 24)


def spec(id_, kind, **more):
    return FactSpec(id=id_, kind=kind, group="group", question="question?", **more)


FINER = ("US-CA", "US-IL")
SPECS = {
    each.id: each
    for each in (
        spec("b.x", "boolean"),
        spec("e.x", "enum", values=("controller", "processor"), labels={"controller": "the controller"}),
        spec("e.any", "enum"),
        spec("s.x", "set", values=("red", "green", "dark_green"), implies={"dark_green": ("green",)}),
        spec("s.any", "set"),
        spec(
            "s.regions",
            "set",
            values=("US", "US-other", *FINER, "IN", "IN-KA"),
            implies=dict.fromkeys(("US-other", *FINER), ("US",)) | {"IN-KA": ("IN",)},
            coarse={"US": FINER, "US-other": FINER, "IN": ("IN-KA",)},
        ),
        spec("i.x", "integer", minimum=Decimal(0), maximum=Decimal(100)),
        spec("i.any", "integer"),
        spec("d.x", "decimal", minimum=Decimal("0.5"), maximum=Decimal("99.5")),
        spec("d.any", "decimal"),
        spec("date.x", "date"),
        spec("c.x", "country"),
        spec("cs.x", "countries"),
        spec("t.x", "text"),
        spec("m.x", "map", values=("dpf", "scc")),
        spec("r.x", "records", fields=("name", "country", "staff"), required_fields=("name", "country")),
        spec("r.free", "records", fields=("name",)),
    )
}
VOCABULARY = Vocabulary(SPECS.values())


@pytest.mark.parametrize(
    ("fact", "raw", "want"),
    [
        ("b.x", True, True),
        ("b.x", False, False),
        ("e.x", "processor", "processor"),
        ("e.any", "whatever", "whatever"),
        ("s.x", [], frozenset()),
        ("s.x", ["red", "red"], frozenset({"red"})),
        ("s.x", ("red", "green"), frozenset({"red", "green"})),
        ("s.x", {"dark_green"}, frozenset({"dark_green", "green"})),
        ("s.any", frozenset({"x"}), frozenset({"x"})),
        ("i.x", 0, 0),
        ("i.x", 100, 100),
        ("i.any", 2**53 - 1, 2**53 - 1),
        ("i.any", -(2**53) + 1, -(2**53) + 1),
        ("d.x", 0.5, Decimal("0.5")),
        ("d.x", 12, Decimal(12)),
        ("d.x", Decimal("99.5"), Decimal("99.5")),
        ("d.any", 0.1, Decimal("0.1")),
        ("date.x", "2026-11-24", DAY),
        ("date.x", DAY, DAY),
        ("c.x", "DE", "DE"),
        ("cs.x", ["DE", "IN"], frozenset({"DE", "IN"})),
        ("cs.x", [], frozenset()),
        ("t.x", " some text ", "some text"),
        ("t.x", "x" * MAX_TEXT, "x" * MAX_TEXT),
        ("m.x", {"US": "dpf", "IN": "scc"}, frozenset({"dpf", "scc"})),
        ("m.x", {}, frozenset()),
        ("r.x", [], ()),
        ("r.x", [{"country": "IN", "name": "A"}], ({"name": "A", "country": "IN"},)),
        ("r.x", ({"name": "A", "country": "IN", "staff": 0},), ({"name": "A", "country": "IN", "staff": "0"},)),
        ("r.x", [{"name": "A", "country": "IN", "staff": None}], ({"name": "A", "country": "IN"},)),
        ("r.x", [{"name": "A", "country": "IN", "staff": ""}], ({"name": "A", "country": "IN"},)),
        ("r.free", [{}], ({},)),
    ],
)
def test_good(fact, raw, want):
    value = check_value(SPECS[fact], raw)

    assert value == want
    assert type(value) is type(want) or isinstance(value, frozenset)


def test_a_record_keeps_the_order_of_its_fields():
    (row,) = check_value(SPECS["r.x"], [{"staff": 1, "country": "IN", "name": "A"}])

    assert list(row) == ["name", "country", "staff"]


WORDS, NUMBER, WHOLE = "expected a list of words, [] for none", "expected a number", "expected a whole number"
DATE, TEXT, LIST = "expected a date such as 2026-11-24", "expected text", "expected a list of records, [] for none"
COUNTRY = "expected a two-letter country code such as DE"
COUNTRIES = "expected a list of two-letter country codes, [] for none"
MAP = "expected a value for each country code, for example {US: dpf}"
ROW = "each record has name, country, staff; needed are name, country"


@pytest.mark.parametrize(
    ("fact", "raw", "shown", "hint"),
    [
        ("b.x", "yes", "yes", "expected true or false"),
        ("b.x", 1, "1", "expected true or false"),
        ("b.x", None, "None", "expected true or false"),
        ("e.x", "controler", "controler", "did you mean `controller`?"),
        ("e.x", "zzz", "zzz", "one of controller, processor"),
        ("e.x", True, "True", "expected one word"),
        ("s.x", "red", "red", WORDS),
        ("s.x", {"red": 1}, "{'red': 1}", WORDS),
        ("s.x", ["rad"], "['rad']", "did you mean `red`?"),
        ("s.x", [1], "[1]", WORDS),
        ("s.x", [["red"]], "[['red']]", WORDS),
        ("i.x", -1, "-1", "at least 0"),
        ("i.x", 101, "101", "at most 100"),
        ("i.x", True, "True", WHOLE),
        ("i.x", 1.0, "1.0", WHOLE),
        ("i.x", "1", "1", WHOLE),
        ("i.any", 2**53, str(2**53), WHOLE),
        ("i.any", -(2**53), str(-(2**53)), WHOLE),
        pytest.param("i.any", 10**5000, "a number of more than 60 digits", WHOLE, id="i.any-huge"),
        pytest.param("d.any", 10**5000, "a number of more than 60 digits", NUMBER, id="d.any-huge"),
        ("d.x", 0.49, "0.49", "at least 0.5"),
        ("d.x", 99.51, "99.51", "at most 99.5"),
        ("d.any", float("nan"), "nan", NUMBER),
        ("d.any", float("inf"), "inf", NUMBER),
        ("d.any", Decimal("sNaN"), "sNaN", NUMBER),
        ("d.any", 1e300, "1e+300", NUMBER),
        ("d.any", False, "False", NUMBER),
        ("d.any", "1.5", "1.5", NUMBER),
        ("date.x", "2026-02-30", "2026-02-30", DATE),
        ("date.x", "24.11.2026", "24.11.2026", DATE),
        ("date.x", "20261124", "20261124", DATE),
        ("date.x", 20261124, "20261124", DATE),
        ("date.x", "2026-W48-2", "2026-W48-2", DATE),
        ("date.x", datetime(2026, 11, 24, tzinfo=UTC), "2026-11-24 00:00:00+00:00", DATE),
        ("c.x", "de", "de", COUNTRY),
        ("c.x", "DEU", "DEU", COUNTRY),
        ("c.x", "DE\n", "DE\n", COUNTRY),
        ("c.x", False, "False", COUNTRY),
        ("cs.x", "DE", "DE", COUNTRIES),
        ("cs.x", ["DE", "Germany"], "['DE', 'Germany']", COUNTRIES),
        ("t.x", "  ", "  ", TEXT),
        ("t.x", 7, "7", TEXT),
        ("t.x", "x" * (MAX_TEXT + 1), "x" * 57 + "…", "at most 2000 characters"),
        ("m.x", [], "[]", MAP),
        ("m.x", {"USA": "dpf"}, "{'USA': 'dpf'}", MAP),
        ("m.x", {"US": "dpff"}, "{'US': 'dpff'}", "did you mean `dpf`?"),
        ("m.x", {1: "dpf"}, "{1: 'dpf'}", MAP),
        ("r.x", {}, "{}", LIST),
        ("r.x", ["A"], "['A']", LIST),
        ("r.x", [{}] * (MAX_RECORDS + 1), str([{}] * 30)[:57] + "…", LIST),
        ("r.x", [{"name": "A"}], "[{'name': 'A'}]", ROW),
        ("r.x", [{"name": "A", "country": ""}], "[{'name': 'A', 'country': ''}]", ROW),
        ("r.x", [{"name": "A", "country": "IN", "x": 1}], "[{'name': 'A', 'country': 'IN', 'x': 1}]", ROW),
        ("r.x", [{"name": ["A"], "country": "IN"}], "[{'name': ['A'], 'country': 'IN'}]", ROW),
        ("r.free", [{"x": 1}], "[{'x': 1}]", "each record has name; needed are none of them"),
    ],
)
def test_bad(fact, raw, shown, hint):
    with pytest.raises(FactError) as caught:
        check_value(SPECS[fact], raw, where="facts.yaml:3:1")

    problem = caught.value
    assert (problem.message, problem.hint, problem.where) == (f"`{fact}` cannot be `{shown}`", hint, "facts.yaml:3:1")
    assert problem.exit_status == 4
    assert problem.__cause__ is None


def test_a_fact_error_reads_as_a_sentence():
    with pytest.raises(FactError) as caught:
        check_value(SPECS["i.x"], 101, where="facts.yaml:3:1")

    assert str(caught.value) == "facts.yaml:3:1: `i.x` cannot be `101` (hint: at most 100)"


scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.decimals()
    | st.text(max_size=5)
    | st.dates()
    | st.datetimes()
)
raws = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
)


@settings(max_examples=300, deadline=None, database=None, derandomize=True)
@given(st.sampled_from(sorted(SPECS)), raws)
def test_any_answer_is_a_value_or_a_fact_error(fact, raw):
    try:
        value = check_value(SPECS[fact], raw)
    except FactError as problem:
        assert problem.hint
    else:
        hash(value) if SPECS[fact].kind is not Kind.RECORDS else len(value)


# Sets: implied members, and regions said coarsely ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "known", "possible"),
    [
        (["US"], {"US"}, {"US-CA", "US-IL"}),
        (["US-CA"], {"US", "US-CA"}, None),
        (["US", "US-CA"], {"US", "US-CA"}, None),
        (["US-other"], {"US", "US-other"}, {"US-CA", "US-IL"}),
        (["US-other", "US-IL"], {"US", "US-other", "US-IL"}, None),
        (["IN"], {"IN"}, {"IN-KA"}),
        (["IN", "US-CA"], {"IN", "US", "US-CA"}, {"IN-KA"}),
        (["IN-KA", "US"], {"IN-KA", "IN", "US"}, {"US-CA", "US-IL"}),
        ([], set(), None),
    ],
)
def test_regions(raw, known, possible):
    """ "US" says nothing about California; "US-CA" says that no other state was meant."""
    value = check_value(SPECS["s.regions"], raw)

    assert value == known
    assert getattr(value, "possible", None) == possible
    assert isinstance(value, PartialSet) is (possible is not None)


def test_a_map_keeps_its_rows():
    value = check_value(SPECS["m.x"], {"US": "dpf", "IN": "scc", "GB": "scc"})

    assert isinstance(value, MapValue)
    assert value == {"dpf", "scc"}
    assert value.rows == (("GB", "scc"), ("IN", "scc"), ("US", "dpf"))


# The vocabulary --------------------------------------------------------------------------------------------------


def test_vocabulary():
    assert len(VOCABULARY) == len(SPECS)
    assert [each.id for each in VOCABULARY] == list(SPECS)
    assert "b.x" in VOCABULARY
    assert "b.y" not in VOCABULARY
    assert VOCABULARY.find("b.x") is VOCABULARY.get("b.x") is SPECS["b.x"]
    assert VOCABULARY.find("b.y") is None


def test_an_unknown_fact_is_named_with_its_neighbours():
    with pytest.raises(FactError) as caught:
        VOCABULARY.get("s.region", where="case 3")
    assert str(caught.value) == "case 3: there is no fact `s.region` (hint: did you mean `s.regions`?)"

    with pytest.raises(FactError) as caught:
        VOCABULARY.get("quite.different")
    assert str(caught.value) == "there is no fact `quite.different`"


def test_suggest():
    assert suggest("grean", ["green", "great", "blue"]) == "did you mean `green` or `great`?"
    assert suggest("x", ["green"]) == ""
    assert suggest("x", []) == ""


def test_labels_and_names():
    assert SPECS["e.x"].label("controller") == "the controller"
    assert SPECS["s.x"].label("dark_green") == "dark green"
    assert SPECS["e.x"].name == "e.x"
    assert spec("e.y", "enum", short="the role").name == "the role"


def test_declarations_are_frozen_and_closed():
    with pytest.raises(ValidationError):
        SPECS["e.x"].kind = Kind.TEXT
    with pytest.raises(ValidationError):
        spec("e.y", "enum", value=("a",))
    with pytest.raises(ValidationError):
        spec("e.y", "number")


# Answers on a day ------------------------------------------------------------------------------------------------


def until(*ends, own=None):
    evidence = tuple(Evidence(href="file.pdf", valid_until=end) for end in ends)
    return FactValue(value=True, valid_until=own, evidence=evidence)


EARLY, LATE = date(2026, 11, 23), date(2026, 12, 31)


@pytest.mark.parametrize(
    ("answer", "want"),
    [
        (until(), ()),
        (until(own=LATE), (LATE,)),
        (until(None), ()),
        (until(None, LATE), (LATE,)),
        (until(LATE, EARLY), (LATE,)),
        (until(LATE, own=EARLY), (EARLY,)),
        (until(EARLY, own=LATE), (EARLY,)),
    ],
)
def test_an_answer_lapses_with_the_last_of_its_evidence_or_by_its_own_end(answer, want):
    assert answer.ends() == want


DAYS = st.none() | st.dates(date(2026, 1, 1), date(2026, 1, 12))
PIECES = st.builds(lambda first, last: Evidence(href="x", effective_from=first, valid_until=last), DAYS, DAYS)


@given(DAYS, DAYS, st.lists(PIECES, max_size=4))
def test_an_answer_holds_on_the_days_that_a_piece_carries(first, last, pieces):
    answer = FactValue(value=True, effective_from=first, valid_until=last, evidence=tuple(pieces))
    within = lambda each, day: (  # noqa: E731
        (each.effective_from is None or each.effective_from <= day)
        and (each.valid_until is None or day <= each.valid_until)
    )
    dated = [each for each in pieces if each.valid_until] or pieces
    days = [date(2025, 12, 25) + timedelta(days=each) for each in range(30)]
    held = [day for day in days if within(answer, day) and (not dated or any(within(each, day) for each in dated))]
    assert [day for day in days if any(first <= day <= last for first, last in answer.stretches())] == held
    for day in days:
        facts = resolve_facts(VOCABULARY, {"b.x": answer}, day)
        assert ("b.x" in facts.values) is (day in held)
        if day not in held:
            before, after = [each for each in held if each < day], [each for each in held if each > day]
            assert facts.expired == ({"b.x": before[-1]} if before else {})
            assert facts.later == ({"b.x": after[0]} if after else {})
    assert all(end in held and end + timedelta(days=1) not in held for end in answer.ends())


def test_evidence_that_starts_later_does_not_count_yet():
    start = date(2027, 3, 1)
    answers = {"b.x": FactValue(value=True, evidence=(Evidence(href="x", effective_from=start),))}

    assert resolve_facts(VOCABULARY, answers, DAY) == Facts({}, DAY, {}, answers, {"b.x": start})
    assert resolve_facts(VOCABULARY, answers, start).values == {"b.x": True}


def test_between_two_pieces_of_evidence_an_answer_is_unknown():
    start = date(2027, 3, 1)
    pieces = (Evidence(href="a", valid_until=EARLY), Evidence(href="b", effective_from=start, valid_until=start))
    answers = {"b.x": FactValue(value=True, evidence=pieces)}

    assert resolve_facts(VOCABULARY, answers, DAY) == Facts({}, DAY, {"b.x": EARLY}, answers, {"b.x": start})
    assert answers["b.x"].ends() == (EARLY, start)


def test_a_renewed_document_takes_over_without_a_seam():
    pieces = (Evidence(href="a", valid_until=EARLY), Evidence(href="b", effective_from=DAY, valid_until=LATE))

    assert FactValue(value=True, evidence=pieces).stretches() == ((date.min, LATE),)


def test_resolve():
    answers = {
        "b.x": until(own=DAY),
        "i.x": FactValue(value=7, source="interview", recorded_on=EARLY),
        "date.x": FactValue(value="2026-11-24", valid_until=EARLY),
        "s.regions": FactValue(value=["US"], evidence=(Evidence(href="x", valid_until=EARLY),)),
    }
    facts = resolve_facts(VOCABULARY, answers, DAY)

    assert facts == Facts({"b.x": True, "i.x": 7}, DAY, {"date.x": EARLY, "s.regions": EARLY}, answers)


def test_the_last_day_counts():
    answers = {"b.x": until(own=DAY)}

    assert resolve_facts(VOCABULARY, answers, DAY).values == {"b.x": True}
    assert resolve_facts(VOCABULARY, answers, LATE) == Facts({}, LATE, {"b.x": DAY}, answers)


def test_nothing_is_known_of_no_answers():
    assert resolve_facts(VOCABULARY, {}, DAY) == Facts({}, DAY)


def test_wrong_answers_raise_even_if_they_have_lapsed():
    with pytest.raises(FactError, match=r"`i.x` cannot be `seven`"):
        resolve_facts(VOCABULARY, {"i.x": FactValue(value="seven", valid_until=EARLY)}, DAY)
    with pytest.raises(FactError, match=r"there is no fact `i.y`"):
        resolve_facts(VOCABULARY, {"i.y": FactValue(value=1)}, DAY)


DERIVED = Vocabulary(
    [
        FactSpec(id="leg.mechanism", kind=Kind.MAP, group="g", question="q?", values=("adequacy", "scc", "none")),
        FactSpec(id="leg.subs", kind=Kind.RECORDS, group="g", question="q?", fields=("name", "country")),
        FactSpec(id="leg.places", kind=Kind.COUNTRIES, group="g", question="q?"),
        FactSpec(id="leg.home", kind=Kind.COUNTRIES, group="g", question="q?"),
        *(
            FactSpec(id=id_, kind=Kind.COUNTRIES, group="g", question="q?", derive=derive)
            for id_, derive in {
                "leg.countries": Derivation(base="leg.mechanism"),
                "leg.adequate": Derivation(base="leg.mechanism", values=("adequacy",)),
                "leg.sub_countries": Derivation(base="leg.subs", field="country"),
                "leg.open": Derivation(base="leg.places", without="leg.mechanism"),
                "leg.open_subs": Derivation(base="leg.subs", field="country", without="leg.home"),
            }.items()
        ),
    ]
)


def test_sets_of_countries_are_worked_out_from_maps_and_records():
    answers = {
        "leg.mechanism": FactValue(value={"KE": "scc", "JP": "adequacy"}),
        "leg.subs": FactValue(value=[{"name": "one", "country": "IN"}, {"name": "two"}]),
    }
    values = resolve_facts(DERIVED, answers, DAY).values

    assert values["leg.countries"] == {"KE", "JP"}
    assert values["leg.adequate"] == {"JP"}
    assert values["leg.sub_countries"] == {"IN"}


def test_countries_of_another_fact_are_left_out():
    answers = {
        "leg.mechanism": FactValue(value={"KE": "scc", "JP": "none"}),
        "leg.places": FactValue(value=["KE", "PH", "DE"]),
        "leg.subs": FactValue(value=[{"name": "one", "country": "IN"}, {"name": "two", "country": "DE"}]),
        "leg.home": FactValue(value=["DE"]),
    }
    values = resolve_facts(DERIVED, answers, DAY).values

    assert values["leg.open"] == {"PH", "DE"}
    assert values["leg.open_subs"] == {"IN"}
    for lost in ("leg.places", "leg.mechanism"):
        known = {id_: answer for id_, answer in answers.items() if id_ != lost}
        assert "leg.open" not in resolve_facts(DERIVED, known, DAY).values


CODES = st.sampled_from(["DE", "IN", "KE", "PH"])


@given(st.sets(CODES), st.dictionaries(CODES, st.sampled_from(["adequacy", "scc"])))
def test_with_what_was_left_out_the_set_is_whole_again(places, mechanism):
    answers = {"leg.places": FactValue(value=sorted(places)), "leg.mechanism": FactValue(value=mechanism)}
    left = resolve_facts(DERIVED, answers, DAY).values["leg.open"]

    assert left | (places & mechanism.keys()) == places
    assert left.isdisjoint(mechanism)


def test_what_is_worked_out_is_as_unknown_as_what_it_comes_from():
    assert resolve_facts(DERIVED, {}, DAY).values == {}
    lapsed = {"leg.mechanism": FactValue(value={"KE": "scc"}, valid_until=date(2000, 1, 1))}
    assert resolve_facts(DERIVED, lapsed, DAY).values == {}


def test_what_is_worked_out_is_not_answered():
    with pytest.raises(FactError, match=r"`leg\.adequate` is worked out from `leg\.mechanism`") as caught:
        resolve_facts(DERIVED, {"leg.adequate": FactValue(value=["JP"])}, DAY)
    assert caught.value.hint == "answer `leg.mechanism`"
    with pytest.raises(FactError, match=r"is worked out from `leg\.places` and `leg\.mechanism`") as caught:
        resolve_facts(DERIVED, {"leg.open": FactValue(value=["JP"])}, DAY)
    assert caught.value.hint == "answer `leg.places` and `leg.mechanism`"


def test_the_country_of_a_record_is_a_code():
    with pytest.raises(FactError) as caught:
        check_value(DERIVED.get("leg.subs"), [{"name": "one", "country": "Indea"}])
    assert caught.value.hint == "`Indea` is not a country's two-letter code, such as DE"


def test_a_part_of_a_word_is_a_hint_too():
    assert suggest("ferpa", ["US_FED-20_USC_1232g_FERPA", "GDPR-1"]) == "did you mean `US_FED-20_USC_1232g_FERPA`?"
    assert suggest("gdpr-1", ["GDPR-1"]) == "did you mean `GDPR-1`?"
    assert suggest("zz", ["a", "bcd"]) == ""
