"""Markdown, plain text and PDF as paragraphs."""

import io
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govern.errors import ContentError, RefusedError
from govern.exchange import plain, read_paper
from govern.exchange.plain import is_heading, read_markdown, read_text
from govern.render import render_pdf


def test_text_is_cut_at_empty_lines_and_numbers():
    text = (
        "1. AUDIT\n\n1.1 The Vendor shall allow audits\nof its sites.\n1.2 It shall help.\n(a) at once;\n"
        "\u2022 always\n-----\nEnd."
    )
    made = [(each.number, each.text, each.heading, each.level) for each in read_text(text, name="x.txt").paragraphs]
    assert made == [
        ("1", "1. AUDIT", True, 0),
        ("1.1", "1.1 The Vendor shall allow audits of its sites.", False, 1),
        ("1.2", "1.2 It shall help.", False, 1),
        ("(a)", "(a) at once;", False, 2),
        ("", "\u2022 always", False, 0),
        ("", "End.", False, 0),
    ]


def test_broken_words_are_mended():
    text = "The sub-\nprocessor shall noti-\nfy the A-\nTeam."
    assert read_text(text, name="x.txt").text == "The sub-processor shall notify the A- Team."


@pytest.mark.parametrize(
    ("line", "heading"),
    [
        ("Security of Processing", True), ("SECURITY", True), ("7. Audit rights", True),
        ("The vendor shall help.", False),
        ("This is a sentence without an end", False), ("Fees;", False), ("1", False), ("\u2014", False),
    ],
)  # fmt: skip
def test_headings(line, heading):
    assert is_heading(line) is heading


def test_a_word_file_without_heading_styles_has_headings_by_their_look(b):
    words = (
        "The Vendor shall allow the Customer to audit the sites, and give all the information that is needed for it."
    )
    bold = [b.p(b.r(each)) for each in ("AUDIT", words, "1. Data Breach", words)]
    assert [each.heading for each in read_paper(b.word(*bold), name="x.docx").paragraphs] == [True, False, True, False]
    styles = f'<w:styles {b.W}><w:style w:styleId="H"><w:pPr><w:outlineLvl w:val="0"/></w:pPr></w:style></w:styles>'
    styled = [b.p(b.r(each), style="H") for each in ("One", "Two", "Three")]
    made = read_paper(b.word(*styled, b.p(b.r("AUDIT")), b.p(b.r(words)), styles=styles), name="x.docx")
    assert [each.heading for each in made.paragraphs] == [True, True, True, False, False]


def test_a_long_line_of_blanks_costs_no_more_than_another():
    assert read_markdown(" " * 200_000 + "x", name="x.md").text == "x"
    assert read_text("[" + " " * 200_000 + "x", name="x.txt").text == "[ x"


def test_markdown_marks_are_left_out():
    text = (
        "# Title\n\n## 1. Audit\n\n{#p1} The ==Vendor== **shall** allow [audits](https://x.example).\n\n- first\n"
        "  1. second\n- (b) third\n\n> quoted\n\n| a | b |\n|---|---|\n| c | d |\n\n7.2 typed\n"
    )
    made = read_markdown(text, name="x.md").paragraphs
    assert [each.text for each in made] == [
        "Title", "1. Audit", "The Vendor shall allow audits.", "first", "1. second", "(b) third", "quoted",
        "a", "b", "c", "d", "7.2 typed",
    ]  # fmt: skip
    assert [each.heading for each in made[:3]] == [True, True, False]
    assert made[9].cell.row == 1
    assert made[4].level > made[3].level
    assert (made[-1].number, made[-1].level) == ("7.2", 1)


def test_text_in_another_encoding_is_read_or_named():
    words = "The Vendor shall allow audits of its sites and give all information that is needed."
    assert read_paper(words.encode("utf-16"), name="x.txt").text == words
    with pytest.raises(ContentError, match="UTF-8"):
        read_paper(b"\n\xff\xe9", name="x.md")
    with pytest.raises(ContentError, match="zero byte"):
        read_paper(b"a\0b", name="x.txt")


def test_text_is_bounded(monkeypatch):
    monkeypatch.setattr("govern.exchange.papers.MAX_TEXT", 3)
    with pytest.raises(RefusedError, match="larger"):
        read_paper(b"abcd", name="x.txt")


def test_our_own_pdf_gives_its_clauses_with_pages(draft):
    paper = read_paper(render_pdf(draft), name="dpa.pdf")
    assert paper.paragraphs[-1].page > 5
    numbers = {each.number for each in paper.paragraphs}
    assert {"1", "7.1", "(a)"} <= numbers
    assert not any("Page 3 of" in each.text for each in paper.paragraphs)


def test_a_scan_is_refused_and_never_judged():
    from pypdf import PdfWriter

    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    out = io.BytesIO()
    writer.write(out)
    with pytest.raises(RefusedError, match="scan") as caught:
        read_paper(out.getvalue(), name="scan.pdf")
    assert "OCR" in caught.value.hint


def test_a_locked_pdf_is_refused(draft):
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(render_pdf(draft))))
    writer.encrypt("secret", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    with pytest.raises(RefusedError, match="password"):
        read_paper(out.getvalue(), name="locked.pdf")


def test_pages_are_bounded(draft, monkeypatch):
    monkeypatch.setattr("govern.exchange.pdf.MAX_PAGES", 1)
    with pytest.raises(RefusedError, match="pages"):
        read_paper(render_pdf(draft), name="long.pdf")


@pytest.mark.parametrize(
    "data", [b"hello", b"%PDF-1.7\n" + bytes(range(256)) * 4, b"%PDF-1.4\ntrailer<</Root 9 0 R>>\n%%EOF"]
)
def test_what_is_no_pdf_is_named(data):
    with pytest.raises((ContentError, RefusedError)):
        read_paper(data, name="x.pdf")


def test_rows_of_a_label_and_a_text_are_paragraphs_of_their_own():
    text = (
        "1.1 The details are:\nSubject: Tags\nTerm: two years, from the day on which the first of the\nfiles arrives\n"
    )
    made = [(each.text, each.level, each.heading) for each in read_text(text, name="x.txt").paragraphs]
    assert made == [
        ("1.1 The details are:", 1, False),
        ("Subject: Tags", 1, False),
        ("Term: two years, from the day on which the first of the files arrives", 1, False),
    ]


def test_a_sentence_that_was_broken_before_a_colon_is_no_row():
    text = (
        "The supplier shall, in each case and without delay, send what follows to the\nData Protection Officer: news\n"
    )
    assert len(read_text(text, name="x.txt").paragraphs) == 1
    text = "A line\nThis one says of a rather long thing that it is: late\n"
    assert len(read_text(text, name="x.txt").paragraphs) == 1


@pytest.mark.parametrize("line", ["the vendor shall\n", "sub-\n", "A\n", "x-\ny\n"])
def test_lines_without_an_empty_one_cost_no_more_each(line):
    started = time.process_time()
    read_text(line * (600_000 // len(line)), name="x.txt")
    assert time.process_time() - started < 20  # it was minutes, since each line was put to all before it anew


@given(
    st.lists(st.sampled_from(["re-", "re", "a-", "A-", "data", "-", "b", "x-sub-", "third-", "the words"]), max_size=9)
)
def test_mended_lines_are_those_of_the_whole_text(lines):
    whole = ""
    for line in lines:
        broken = whole.endswith("-") and len(whole) > 2 and whole[-2].isalpha() and line[:1].islower()
        if broken and whole[-2].islower() and not plain._COMPOUND.search(whole):
            whole = whole[:-1] + line
        else:
            whole = whole + line if broken else f"{whole} {line}" if whole else line
    assert plain._mend(lines) == whole
