"""Labels, quotes, quality, slips, neighbours."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govern.errors import RefusedError
from govern.review import (
    Cell,
    Change,
    Outline,
    Paper,
    PaperParagraph,
    WordParagraph,
    WordText,
    check_quality,
    compile_pattern,
    find_all,
    find_slips,
    label_paragraphs,
    read_passages,
)
from govern.review.slips import is_definition


def test_labels(paper):
    each = [
        PaperParagraph("Audit", "7"), PaperParagraph("x", "7.2"), PaperParagraph("x", "(a)"),
        PaperParagraph("x", "(i)"),
        PaperParagraph("x"), PaperParagraph("x", "(b)"), PaperParagraph("x", "b."),
        PaperParagraph("Annex", "Annex II"),
        PaperParagraph("x", "1"), PaperParagraph("x", cell=Cell(1, 2, 0)), PaperParagraph("x", "(v)"),
    ]  # fmt: skip
    assert label_paragraphs(paper(*each)) == (
        "7", "7.2", "7.2(a)", "7.2(a)(i)", "7.2(a)(i)", "7.2(b)", "7.2(b)", "Annex II", "Annex II(1)"[:0] or "1",
        "table 2, row 3", "1(v)",
    )  # fmt: skip
    assert label_paragraphs(paper("x")) == ("",)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("First. The vendor helps! Last.", "The vendor helps!"), ("the vendor", "the vendor"),
        ("See Art. 28: the vendor helps", "See Art. 28: the vendor helps"),
        ("A.\nThe vendor; it\nB", "The vendor; it"),
        ("\u201cThe vendor\u201d helps.", "\u201cThe vendor\u201d helps."),
    ],
)  # fmt: skip
def test_sentences_are_quoted_whole(paper, text, sentence):
    passages = read_passages(paper(text))
    (hit,) = find_all(passages, compile_pattern("vendor", {}))
    assert passages.sentence(hit.start).text == sentence


@given(st.lists(st.text("vendor.! \n(a)", max_size=30), max_size=4))
def test_quotes_are_parts_of_their_paragraphs(texts):
    passages = read_passages(Paper("x", "txt", tuple(PaperParagraph(each) for each in texts)))
    for place in range(len(passages.placed)):
        quote = passages.sentence(place)
        assert texts[quote.paragraph][quote.start : quote.end] == quote.text


def test_long_sections_end(paper):
    passages = read_passages(paper(*[PaperParagraph(f"word{number}", "7.1") for number in range(300)]))
    assert max(passages.sections) == 3


def test_a_match_over_two_cells_is_quoted_from_the_last(paper):
    passages = read_passages(paper(*[PaperParagraph(each, cell=Cell(0, 0, 0)) for each in ("alpha", "beta")]))
    (hit,) = find_all(passages, compile_pattern("alpha beta", {}))
    assert passages.quote(hit).text == "beta"
    assert passages.scope(hit.start, "paper") == 0
    assert passages.stem_at(99) == ""


WORDS = "the vendor shall process the personal data only on the documented instructions of the customer and "


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no text"), ("(cid:12)(cid:9)" * 30, "garbled"), ("\ufffd\ue000 abc def " * 20, "garbled"),
        ("a " * 60, "hardly a word"), ("x1y " * 50 + WORDS.replace(" ", "") * 40, "hardly a word"),
        ("thevendorshallprocessall " * 80, "run together"), ("lorem ipsum dolor sit amet " * 30, "English"),
    ],
)  # fmt: skip
def test_what_cannot_be_judged_is_refused(paper, text, said):
    with pytest.raises(RefusedError, match=said):
        check_quality(paper(text))


def test_what_can_be_judged_is_not(paper):
    check_quality(paper(WORDS * 20))
    check_quality(paper(WORDS))
    with pytest.raises(RefusedError, match="scan"):
        check_quality(Paper("x.pdf", "pdf", ()))


def slips(paper_, *ordinary):
    return [(each.kind, each.quote.text) for each in find_slips(paper_, ordinary)]


def test_definitions(paper):
    text = paper(
        "\u201cPersonal Data\u201d means data of people.",
        "The vendor keeps Personal Data, and Personal Data only. It meets Audit Rules and Audit Rules, and a Policies.",
        "\u201cPersonal Data\u201d means something else; \u201cUnused\u201d means nothing.",
        "Alpha Ltd (the \u201cVendor\u201d), hereinafter \u201cIt All\u201d; the Vendor's duties, and the Vendors.",
        PaperParagraph("Use of Audit Rules", heading=True),
        PaperParagraph("of Audit Rules", cell=Cell(0, 0, 0)),
    )
    assert slips(text) == [
        ("not defined", "Audit Rules"), ("defined twice", "Personal Data"), ("never used", "Unused"),
        ("never used", "It All"),
    ]  # fmt: skip


def test_a_term_that_is_defined_again_and_again_costs_no_more_each(paper):
    started = time.process_time()
    ((kind, text),) = slips(paper("“Personal Data” means " * 12_000))[:1] or [("", "")]
    assert (kind, text) == ("never used", "Personal Data")
    assert time.process_time() - started < 10  # it was looked for among all before it


def test_ordinary_words_and_words_with_a_defined_head_are_no_slips(paper):
    text = paper(
        "\u201cVendor\u201d means X.", "for the Board of May, and the Vendor Party or a Board, and the Vendor Party."
    )
    assert slips(text) == [("not defined", "Board"), ("not defined", "Vendor Party")]
    assert slips(text, "Board", "Party") == []


NAMES = [
    "Data are kept in Frankfurt and never outside Frankfurt.",
    "The servers stand in the Netherlands; the courts of the Netherlands decide.",
    "Staff work in Brussels, in Los Angeles, and from Brussels to Los Angeles.",
    "It is hosted by Northwind Traders Ltd, and Northwind shall say so; Northwind is in Krak\u00f3w or Krak\u00f3w.",
    "Of Muster GmbH and of Muster GmbH the rest is silent.",
    "This meets the Irish Companies Act 2014, and the Irish Companies Act 2014 alone.",
    "It is governed by Austrian law, and the Austrian courts decide under Austrian law.",
    "Ask the Bavarian Regional Court, or some other Bavarian Regional Court.",
    "Then Art. 32 and Art. 36 apply, as As says, and As.",
    "On BrightTag and on BrightTag rests the duty; see S\u00e3o Paulo and S\u00e3o Paulo.",
]
TERMS = [
    ("It is there, for The Platform, and with The Platform.", "Platform"),
    ("The costs of the Platform are paid, and the Platform is down.", "Platform"),
    ("It gives each Deliverable and each Deliverable to you.", "Deliverable"),
    ("It runs on Assets, and it needs Assets.", "Assets"),
    ("Fees that Provider shall pay, and then Provider must go.", "Provider"),
    ("Some services are of note, and of Services and of Services we speak.", "Services"),
    ("Keep to our Security Policy, with or without Security Policy.", "Security Policy"),
]


@pytest.mark.parametrize("text", NAMES)
def test_names_are_no_terms(paper, book, text):
    assert [each.quote.text for each in find_slips(paper(text), book.ordinary, book.heads)] == []


@pytest.mark.parametrize(("text", "term"), TERMS)
def test_what_is_used_as_a_term_is_one(paper, book, text, term):
    (found,) = find_slips(paper(text), (), book.heads)
    assert (found.kind, found.quote.text) == ("not defined", term)


def test_a_typed_number_does_not_make_a_heading_a_term(paper):
    each = PaperParagraph("1.1 Platforms of ours. And all Platforms of ours.", "1.1", typed=True)
    other = PaperParagraph("1.2 Platforms of ours.", "1.2", typed=True)
    assert slips(paper(each, other)) == []


def test_references_into_the_paper_and_into_laws(paper):
    text = paper(
        PaperParagraph("x", "1"), PaperParagraph("See clause 1.2, Clause 9.9, section 203 of the Code.", "1.2"),
        PaperParagraph("Section 4 GDPR, clause 2(a), section 164.502 and paragraph 1.", "2"),
    )  # fmt: skip
    assert slips(text) == [("broken reference", "Clause 9.9")]
    assert slips(paper("See clause 9.")) == []


def test_annexes(paper):
    text = paper(
        "As Annex I and Schedule 2 say, and Annex II of the Clauses, and Schedule 2.",
        PaperParagraph("ANNEX", heading=True),
        PaperParagraph("Annex I Processing", heading=True),
    )  # fmt: skip
    assert slips(text, "annex", "schedule", "clauses") == [("annex missing", "Schedule 2")]


def test_blanks(paper):
    text = paper("On [date], [\u25cf], ____ and TBD; [sic] [1] [a] [intentionally left blank] <insert name>")
    assert [text for _, text in slips(text)] == ["[date]", "[\u25cf]", "____", "TBD", "<insert name>"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Names are {{names of persons}}.", ["{{names of persons}}"]),
        ("as the rule asks [45 C.F.R. \u00a7 164.504(e)] [Art. 28(3) GDPR, 2016]", []),
        ("as the rule asks [45 CFR \u00a7 \u25cf]", ["[45 CFR \u00a7 \u25cf]"]),
        ("Signed for the Vendor by: ______ Date: ______", []),
        ("Signed on ______ in two copies", ["______"]),
        ("The fee is: ______", ["______"]),
    ],
)
def test_what_is_a_blank(paper, text, expected):
    assert [text for _, text in slips(paper(text))] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"Data" shall be interpreted as in the GDPR', True),
        ('"Process" and "Processing" shall be interpreted as in the GDPR', True),
        ('"Data" will have the same meaning as in the Act', True),
        ('"Data" is to be interpreted widely', True),
        ('"Data" shall be deleted', False),
    ],
)
def test_what_is_a_definition(text, expected):
    assert is_definition(text) is expected


def test_the_nearest_clause(paper):
    text = paper(
        PaperParagraph("Fees", "1", heading=True), PaperParagraph("The client pays fees each month.", "1.1"),
        PaperParagraph("Breach", "2", heading=True), PaperParagraph("The vendor notifies a breach of data.", "2.1"),
        PaperParagraph("Law", "3", heading=True), PaperParagraph("French law applies.", "3.1"),
    )  # fmt: skip
    outline = Outline(text)
    assert outline.nearest("notify the breach to the client", "Data breach") == 1
    assert outline.nearest("notify the breach to the client", "Insurance") is None  # alike, and about something else
    assert outline.nearest("quantum chromodynamics", "Chromodynamics") is None
    assert Outline(paper()).nearest("note", "note") is None


def test_changes_join_paragraphs_as_word_does():
    each = [WordParagraph("a", "A", mark="deleted"), WordParagraph("b", "B"), WordParagraph("c", "C", mark="inserted")]
    text = WordText("x", tuple(each))
    assert text.accepted() == ("ab", "c")
    assert text.rejected() == ("A", "B", "C")
    assert text.tracked
    assert [each.text for each in text.paper().paragraphs] == ["ab", "c"]
    assert WordText("x", ()).paper().paragraphs == ()
    last = WordText("x", (each[1], WordParagraph("z", "Z", mark="deleted", changes=(Change("deleted", "Z", "Ann"),))))
    assert (last.accepted(), last.authors) == (("b", "z"), ("Ann",))
    assert [each.text for each in last.paper().paragraphs] == ["b", "z"]
