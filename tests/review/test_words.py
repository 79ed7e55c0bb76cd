"""Words as they are compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govern.review import read_count, typed_number, write_number
from govern.review.numerals import lower_roman, read_counts, say_count, skip_typed
from govern.review.words import MAX_SENTENCE, normal, read_words, stem


@pytest.mark.parametrize(
    "alike",
    [
        ("notify", "notifies", "notified", "notifying"), ("process", "processes", "processed", "processing"),
        ("use", "uses", "used", "using"), ("agree", "agrees", "agreed"), ("employee", "employees"),
        ("disclose", "disclosing", "disclosed"), ("stop", "stopped", "stopping"), ("see", "sees"),
        ("audit", "audits"),
        ("data",), ("is",), ("bus",), ("guarantee", "guaranteed"),
    ],
)  # fmt: skip
def test_forms_of_a_word_have_one_stem(alike):
    assert len({stem(each) for each in alike}) == 1


def test_spellings_are_one():
    assert normal("Organization") == normal("organisation")
    assert normal("behaviour") == normal("behavior")
    assert normal("Customer\u2019s") == normal("customers'").removesuffix("s") == "customer"
    assert normal("size") == "size"
    assert (normal("I.A"), normal("1B"), normal("IC")) == ("ia", "ib", "ic")


def test_contracted_words_are_read_as_two_would_be():
    assert [normal(each) for each in ("don't", "isn\u2019t", "can't", "we'll", "you've")] == [
        "not", "not", "cannot", "we", "you",
    ]  # fmt: skip
    assert stem("note") != stem("not")


def test_joined_words_and_articles():
    words = [each.plain for each in read_words("The sub-processor re-identifies no third-party data, a la carte")]
    assert words == ["subprocessor", "reidentifies", "no", "third", "party", "data", "la", "carte"]


def test_a_word_that_says_something_is_kept_and_before_a_noun_it_is_left_out():
    text = "Any applicable law; where applicable. Types: any. Not relevant; the relevant all"
    assert [each.plain for each in read_words(text)] == [
        "law", "where", "applicable", "types", "any", "not", "relevant", "all",
    ]  # fmt: skip


def test_a_number_is_no_denial_and_a_note_neither():
    assert [each.plain for each in read_words("Contract No. 26-0418, document no. TME-PH-2, no. 7, no 3 days")] == [
        "contract", "number", "26", "0418", "document", "number", "tme", "ph", "2", "number", "7", "no", "3", "days",
    ]  # fmt: skip
    assert stem("notes") == stem("noted") == stem("note") != stem("not")


def test_sentences_end_at_stops_and_not_after_abbreviations():
    text = "See Art. 28 of the GDPR. It (the vendor) helps. e.g. here\nNew line; and on. i. e. so. A. B. went"
    words = {each.plain: each.sentence for each in read_words(text)}
    assert words["gdpr"] == words["28"] == words["see"]
    assert words["vendor"] == words["gdpr"] + 1
    assert words["new"] > words["here"]
    assert words["on"] == words["new"]


def test_a_code_is_cited_within_a_sentence():
    text = "It shall not sell (Cal. Civ. Code 1798.140) or share it. It ends."
    assert [each.sentence for each in read_words(text) if each.plain in ("sell", "share", "ends")] == [0, 0, 1]


def test_a_text_without_stops_is_read_as_several_sentences():
    assert read_words("word " * (MAX_SENTENCE * 2 + 2))[-1].sentence == 2


@given(st.text(max_size=80))
def test_every_word_stands_where_it_says(text):
    for word in read_words(text):
        assert text[word.start : word.end].strip() == text[word.start : word.end]
        assert word.end > word.start


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("7.2 The vendor", "7.2"), ("7. Audit", "7"), ("7 Audit", "7"), ("7 days", ""), ("(a) items", "(a)"),
        ("a) x", "a."),
        ("iv. x", "iv."), ("Article IV Audit", "IV"), ("Section 4.1 Audit", "4.1"), ("2026 was", ""), ("The", ""),
        ("\u00a7 4 Audit", "4"), ("Clause 7 applies", ""), ("12)", "12"),
        ("164.528. The record", ""), ("I shall", ""), ("ARTICLE 9", "9"),
    ],
)  # fmt: skip
def test_typed_numbers(text, number):
    assert typed_number(text) == number
    assert text[skip_typed(text) :] in text


@pytest.mark.parametrize(
    ("count", "words"), [(0, "zero"), (13, "thirteen"), (40, "forty"), (72, "seventy-two"), (100, "100")]
)
def test_counts_in_words(count, words):
    assert say_count(count) == words


def test_counts_are_read():
    assert [read_count(each) for each in ("72", "1,000", "thirty", "hundred", "x")] == [72, 1000, 30, 100, None]
    assert (read_counts([70, 2]), read_counts([2, 100, 40]), read_counts([])) == (72, 240, 0)


def test_number_forms():
    assert [write_number(28, each) for each in ("lowerLetter", "upperLetter", "lowerRoman", "ordinal")] == [
        "bb", "BB", "xxviii", "28th",
    ]  # fmt: skip
    assert [write_number(each, "ordinal") for each in (1, 2, 3, 11, 21)] == ["1st", "2nd", "3rd", "11th", "21st"]
    assert (write_number(0, "lowerLetter"), lower_roman(0), write_number(4, "bullet")) == ("", "", "")
    assert (write_number(4, "upperRoman"), write_number(7, "decimalZero"), write_number(3, "cardinalText")) == (
        "IV", "07", "Three",
    )  # fmt: skip
    assert write_number(5, "chicago") == "5"
