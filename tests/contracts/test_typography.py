"""Curly marks and spaces that do not break: what is set, what is left alone, and that it changes no meaning."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from govern.contracts import (
    NO_BREAK,
    Blank,
    Definition,
    Draft,
    Filled,
    Note,
    OpenChoice,
    OpenPoint,
    Paragraph,
    PartyBlock,
    Reference,
    Section,
    SignatureParty,
    Slot,
    Table,
    Text,
    Use,
    plain_type,
    set_line,
    set_runs,
    set_type,
    write_runs,
)

SHOWN = "⍽"  # for a space that does not break, in what the tests expect


def shown(text: str) -> str:
    return text.replace("\u00a0", SHOWN)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the Controller's data", "the Controller’s data"),
        ("the parties' rights", "the parties’ rights"),
        ("don't, it's, o'clock", "don’t, it’s, o’clock"),
        ('the words "in writing" and "written"', "the words “in writing” and “written”"),
        ('("x") and "x";', "(“x”) and “x”;"),
        ('as "ISO 27001" says', "as “ISO 27001” says"),
        ("a 'quoted' word", "a ‘quoted’ word"),
        ("\"'both'\"", "“‘both’”"),
        ("the '90s", "the ’90s"),
        ("in 'form 16'", "in ‘form 16’"),
        ("5'10\" tall, a 12\" disk, 5' deep", "5'10\" tall, a 12\" disk, 5' deep"),
        ('a " alone, a \' alone', 'a " alone, a \' alone'),
        ('“set” "already" ‘too’', "“set” “already” ‘too’"),
        ("“a 12\" disk”", "“a 12” disk”"),
    ],
)  # fmt: skip
def test_quotation_marks_and_apostrophes(text, expected):
    assert set_line(text) == expected


@pytest.mark.parametrize(
    "expected",
    [
        "as Annex⍽I, Annexes⍽I and II, Annex⍽I.A and Annex⍽B say",
        "45⍽CFR⍽§⍽164.314(a)(2), 42⍽U.S.C.⍽1320d and §§⍽1 to 3",
        "Art.⍽28(3) and Article⍽6, (Section⍽4.2), “Clause⍽9(a)”, paragraph⍽(b), Part⍽IV.",
        "EUR⍽1,000 or 1,000⍽EUR or €5",
        "within 24⍽hours, 3⍽business⍽days, (30⍽days), 12⍽months and 5 per⍽cent, 5⍽%",
        "24⍽November 2026, by 1⍽May",
        "Regulation (EU)⍽2016/679 and Directive 95/46/EC",
        "Module⍽Two, No.⍽5, five per⍽cent",
        "a day, the section of it, Annex to it, the clause (for once), Modules One",
        "in 24 items, Section's end, Part I's end, Clause A’s, EUR only, business people",
        "3  days and 3\tdays and 3\ndays",
    ],
)
def test_spaces_that_do_not_break(expected):
    plain = expected.replace(SHOWN, " ")
    assert shown(set_line(plain)).replace("’", "'") == expected.replace("’", "'")


lines = st.lists(
    st.one_of(
        st.sampled_from(['"', "'", " ", "\u00a0", "“", "”", "‘", "’", "24", "days", "Annex", "II", "EUR", "§", "CFR"]),
        st.text(max_size=4),
    ),
    max_size=12,
).map("".join)


@given(lines)
@example("'\"'\"")
@example("5' 'a' 5\"")
def test_set_text_set_again_is_the_same(text):
    assert set_line(set_line(text)) == set_line(text)


@given(lines)
def test_only_marks_and_spaces_differ_one_for_one(text):
    made = set_line(text)
    assert len(made) == len(text)
    assert plain_type(made) == plain_type(text)
    assert {(old, new) for old, new in zip(text, made, strict=True) if old != new} <= {
        ('"', "“"), ('"', "”"), ("'", "‘"), ("'", "’"), (" ", "\u00a0")
    }  # fmt: skip


@given(lines)
def test_straight_and_curly_text_are_equal_when_plain(text):
    assert plain_type(set_line(plain_type(text))) == plain_type(text)


# --- runs -------------------------------------------------------------------------------------------------


def test_a_line_is_set_as_one_text_whatever_its_runs():
    runs = (
        Text("Within "), Filled("hours", "24", "contract.hours"), Text(" hours the "), Use("Controller"),
        Text("'s \""), Definition("Agent's Data"), Text('" in '), Reference("annex.a", "Annex II"), Text(", "),
        OpenChoice("if the vendor's"), Blank("name", "vendor's name", None), Text(" and Clause "), Reference("c", "7"),
    )  # fmt: skip
    made = set_runs(runs)
    assert made[:3] == (Text("Within "), Filled("hours", "24", "contract.hours"), Text("\u00a0hours the "))
    assert made[3:5] == (Use("Controller"), Text("’s “"))
    assert made[5] == Definition("Agent’s Data")
    assert made[6:8] == (Text("” in "), Reference("annex.a", "Annex\u00a0II"))
    assert made[9:11] == (OpenChoice("if the vendor’s"), Blank("name", "vendor’s name", None))
    assert made[11:] == (Text(" and Clause\u00a0"), Reference("c", "7"))
    assert set_runs(made) == made


def test_a_line_with_nothing_to_set_is_the_same_object():
    runs = (Text("Nothing to set here."), Reference("c"))
    assert set_runs(runs) is runs
    assert set_runs((Slot("days"), Text(" isn't"))) == (Slot("days"), Text(" isn’t"))


@pytest.mark.parametrize(
    "value",
    ['https://example.org/a\'b?q="x"', "rack 5' 10\" high", "C:\\it's\\here", "pass'word1", 'say "x"', "'", ""],
)
def test_a_value_keeps_its_own_signs(value):
    assert set_runs((Text('the "'), Filled("x", value, None), Text('" it is')))[1] == Filled("x", value, None)


def test_a_value_of_words_has_the_apostrophe_of_the_text_around_it():
    made = set_runs((Filled("name", "Children's Hospital (O'Neill-Smith's), 24 Annex II", "client.name"), Text(" 'x'")))
    assert made[0] == Filled("name", "Children’s Hospital (O'Neill-Smith's), 24 Annex\u00a0II", "client.name")


@given(st.lists(st.one_of(lines.map(Text), lines.map(Use), lines.map(lambda text: Filled("x", text, None)))))
def test_runs_keep_their_number_their_kinds_and_their_words(runs):
    made = set_runs(tuple(runs))
    assert [type(each) for each in made] == [type(each) for each in runs]
    assert plain_type(write_runs(made)) == plain_type(write_runs(tuple(runs)))
    assert set_runs(made) == made


# --- the tree ---------------------------------------------------------------------------------------------

QUOTED = Text("it's 24 hours")
SET = Text("it’s 24\u00a0hours")


def test_every_text_of_a_draft_is_set_and_its_digest_stays():
    line = (QUOTED,)
    blocks = (Paragraph("p", 0, "1.1", line), Table((line,), ((line,),)))
    section = Section("annex.a", "annex", "Annex I", "It's Annex II", blocks, "annex.a", "1.0.0", Note("it's"))
    draft = Draft(
        "dpa", "1.0.0", "Bob's", "Article 28", "draft", date(2026, 11, 24), "one",
        (PartyBlock("Controller", line, (("Address", line),)),),
        (line,), (section,), (section,), line, (SignatureParty("Controller", line, line, line),),
        open_points=(OpenPoint("blank", "vendor's name", "parties"),), digest="abc",
    )  # fmt: skip
    made = set_type(draft)
    done = (SET,)
    assert (made.title, made.subtitle, made.digest) == ("Bob’s", "Article\u00a028", "abc")
    assert (made.background, made.signature) == ((done,), done)
    assert made.parties == (PartyBlock("Controller", done, (("Address", done),)),)
    assert made.signatures == (SignatureParty("Controller", done, done, done),)
    expected = replace(
        section,
        number="Annex\u00a0I",
        title="It’s Annex\u00a0II",
        blocks=(Paragraph("p", 0, "1.1", done), Table((done,), ((done,),))),
        note=Note("it’s"),
    )
    assert (made.sections, made.annexes) == ((expected,), (expected,))
    assert made.open_points[0].what == "vendor’s name"
    assert set_type(made) == made


def test_lines_of_one_text_are_set_each():
    assert set_line("see Annex I\nand 24 hours") == f"see Annex{NO_BREAK}I\nand 24{NO_BREAK}hours"
    assert set_line("Annex\nI") == "Annex\nI"


def test_both_ways_of_setting_compare_equal():
    assert plain_type(set_line('the client\'s "Data" under Annex I')) == 'the client\'s "Data" under Annex I'
