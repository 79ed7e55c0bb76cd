"""What a changed line says now, word by word."""

from dataclasses import replace

import pytest

from govern.contracts import Filled, Text, compare_runs
from govern.library.detectors import load_detectors
from govern.library.places import Places, builtin_root
from govern.review import DetectorBook, OurWord, Paper, PaperParagraph, Presence, review_terms
from govern.usecases.returned_words import (
    disguised,
    fold,
    is_minor,
    lower_words,
    put_in,
    quote,
    read_roles,
    say_change,
    turned,
)

BOOK = DetectorBook(
    {},
    duty=("must",),
    choice=("may",),
    words=(
        OurWord("Controller", ("Customer", "Company"), side="client"),
        OurWord("Processor", ("Supplier", "Company"), side="vendor"),
        OurWord("Personal Data", ("Customer Data",)),
    ),
)
ROLES = read_roles(BOOK)


def pieces(old, new):
    before = old if isinstance(old, tuple) else (Text(old),)
    return compare_runs(before, (Text(new),))


def test_a_name_that_either_side_may_have_is_no_name_of_a_side():
    assert ROLES.sides == {"controller": "client", "customer": "client", "processor": "vendor", "supplier": "vendor"}
    assert ROLES.names == {"controller": frozenset({"customer"}), "processor": frozenset({"supplier"})}


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("It is authorised to label; now.", "It is authorized to label, now", True),
        ("the Sub-processor", "the Subprocessor", True),
        ("The Processor deletes it.", "The Supplier deletes it.", True),
        ("The Processor deletes it.", "The Controller deletes it.", False),
        ("The Processor deletes it.", "The Company deletes it.", False),
        ("It pays 5 of it.", "It pays 5% of it.", False),
        ("Within ten days it pays.", "Within 10 days it pays.", True),
        ("Within ten days it pays.", "Within 11 days it pays.", False),
        ("It may act.", "It may so act.", False),
    ],
)
def test_what_is_no_more_than_another_way_to_write_it(old, new, same):
    assert is_minor(pieces(old, new), ROLES, lambda parameter, count: True) is same


def test_a_figure_within_its_bounds_is_no_more_either():
    old = (Text("Within "), Filled("days", "30", None), Text(" days."))
    for new, same in (("Within 20 days.", True), ("Within 90 days.", False), ("Within 20 or 21 days.", False)):
        assert is_minor(pieces(old, new), ROLES, lambda name, count: name == "days" and count <= 30) is same


def test_changes_are_said_in_few_words():
    assert say_change(pieces("It pays in full now.", "It pays in part now.")) == "“full” became “part”"
    assert say_change(pieces("It pays the fee in full now.", "It never pays the fee in full.")) == (
        "“never” is put in; “now” is taken out"
    )
    many = pieces(
        "one two of them, three four of them, five six of them, seven eight of them",
        "one 2 of them, three 4 of them, five 6 of them, seven 8 of them",
    )
    assert say_change(many) == "“two” became “2”; “four” became “4”; “six” became “6”; …"
    other = pieces(
        "This deed prevails over the main deed of the two sides.",
        "The main deed of the two sides prevails over this deed.",
    )
    assert say_change(other) == "it says the same words the other way round"
    assert quote("word " * 30) == f"“{('word ' * 14)[:69].rstrip()}…”"
    assert say_change(pieces("now", "now")) == ""


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("A limit does not apply here.", "A limit applies here.", "“does not apply” became “applies”"),
        ("Work at home is not allowed.", "Work at home is allowed.", "“not” is taken out"),
        ("Work at home is allowed.", "Work at home is not allowed.", "“not” is put in"),
        ("It permits no other transfer.", "It permits every other transfer.", "“no” became “every”"),
        ("It permits no other transfer.", "It permits good transfer.", ""),
        ("It is not allowed.", "It is never allowed.", ""),
        ("The Controller decides it.", "The Processor decides it.", "“Controller” became “Processor”"),
        ("The Controller decides it.", "The Customer decides it.", ""),
        ("The Controller decides it.", "A court decides it.", ""),
    ],
)
def test_what_says_the_opposite_is_found(old, new, found):
    assert list(turned(BOOK, pieces(old, new), ROLES)) == ([found] if found else [])


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("It pays.", "Notwithstanding this, it pays.", "notwithstanding"),
        ("It pays.", "It pays, and clause 2 does not apply.", "does not apply"),
        ("It pays.", "It pays all, including but not limited to fees.", ""),
        ("It pays all, limited to fees.", "It pays the sum, limited to costs.", ""),
        ("", "It is limited to fees.", "limited to"),
    ],
)
def test_words_that_take_back_are_found_where_they_are_put_in(old, new, found):
    assert put_in(pieces(old, new), ("notwithstanding", "does not apply", "limited to")) == found


def test_words_of_two_alphabets_are_found_and_read_as_what_they_seem():
    assert disguised("It must.", "It m\u0430y and it must, 5 \u00b5m, na\u00efve.") == ["m\u0430y"]
    assert disguised("It m\u0430y.", "It m\u0430y.") == []
    assert lower_words([Text("It m\u0430y")]) == ["it", "may"]
    assert fold("m\u0430y") != fold("may")


def test_training_in_the_reporting_of_incidents_is_no_notice_of_a_breach():
    book = replace(load_detectors(Places((builtin_root(),))), likeness=None)
    said = (
        "Each Authorised Person must complete training in data protection and the reporting of incidents before access "
        "and at least every 12 months. The Processor must keep records of training."
    )
    (found,) = review_terms(Paper("", "docx", (PaperParagraph(said, "6.4"),)), book, ("dpa.breach_notice",))
    assert (found.presence, found.figures) == (Presence.NOT_FOUND, ())
