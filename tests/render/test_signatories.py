"""Where two people sign for one side, each has lines of their own in every kind of file."""

import io
import re
import zipfile
from dataclasses import replace

import pytest
from lxml import etree
from pypdf import PdfReader

from govern.contracts import Blank, Draft, Filled, Text, compare_drafts
from govern.render import render_docx, render_html, render_markdown, render_pdf, render_redline_docx
from govern.render.redline.revisions import accept_all, reject_all
from govern.render.words import signers

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def filled(text):
    return (Filled("client.signatory", text, "client.signatory"),)


def signed_by(draft: Draft, names: str, title: str) -> Draft:
    first, *others = draft.signatures
    return replace(draft, signatures=(replace(first, signatory=filled(names), title=filled(title)), *others))


@pytest.mark.parametrize(
    ("names", "title", "want"),
    [
        ("Ada Ay", "Chair and Treasurer", [("Ada Ay", "Chair and Treasurer")]),
        ("Ada Ay and Bo Bee", "Director", [("Ada Ay", "Director"), ("Bo Bee", "Director")]),
        ("Ada Ay und Bo Bee", "Chair; Clerk", [("Ada Ay", "Chair"), ("Bo Bee", "Clerk")]),
        ("Ada Ay; Bo and Bee LLP;", "Chair and Clerk", [("Ada Ay", "Chair"), ("Bo and Bee LLP", "Clerk")]),
        ("Ada Ay\nBo Bee, and Cy Cee", "Clerk", [("Ada Ay", "Clerk"), ("Bo Bee, and Cy Cee", "Clerk")]),
        ("Smith and Partners LLP", "Head of Sales and Law", [("Smith and Partners LLP", "Head of Sales and Law")]),
        ("Sandy Anderson", "Anders and", [("Sandy Anderson", "Anders and")]),
        (";", "Clerk", [(";", "Clerk")]),
    ],
)
def test_names_are_told_apart(sample, names, title, want):
    party = signed_by(sample, names, title).signatures[0]
    assert [(name[0].text, what[0].text) for name, what in signers(party)] == want


def test_a_blank_and_a_text_of_more_than_a_value_stay_as_they_are(sample):
    party = sample.signatures[0]
    blank = (Blank("client.signatory", "signatory of the client", "client.signatory"),)
    assert signers(replace(party, signatory=blank, title=filled("A; B"))) == ((blank, filled("A; B")),)
    text = (Text("for "), *filled("Ada Ay and Bo Bee"))
    assert signers(replace(party, signatory=text, title=blank)) == ((text, blank),)


@pytest.fixture(scope="module")
def two(sample):
    return signed_by(sample, "Ada Ay and Bo Bee", "Chair; Clerk")


def test_in_word(two):
    rows = [row for table in signature_tables(render_docx(two, signature_anchors=("/s1/", "/s2/"))) for row in table]
    left, right = ([cells[side] for cells in rows] for side in (0, 1))
    assert left[2:6] == ["Signature: /s1/", "Name: Ada Ay", "Title: Chair", "Date: "]
    assert left[6:10] == ["Signature: ", "Name: Bo Bee", "Title: Clerk", "Date: "]
    assert right[2].startswith("Signature: /s2/")
    assert right[6:] == ["", "", "", ""]


def test_one_party_alone_has_the_left_half(two):
    tables = signature_tables(render_docx(replace(two, signatures=two.signatures[:1])))
    assert [row[1] for row in tables[0]] == [""] * 10


def test_in_markdown_html_and_pdf(two):
    markdown = render_markdown(two)
    assert re.search(r"\| Signature \|[^|]*\|\n\| Name \| Ada Ay \|\n\| Title \| Chair \|\n\| Date \|", markdown)
    assert re.search(r"\| Signature \|[^|]*\|\n\| Name \| Bo Bee \|\n\| Title \| Clerk \|\n\| Date \|", markdown)
    page = etree.HTML(render_html(two))
    (first, second) = page.xpath("//div[@class='signers']/dl")
    assert first.xpath("dt/text()").count("Signature") == 2 and second.xpath("dt/text()").count("Signature") == 1
    text = "\n".join(each.extract_text() for each in PdfReader(io.BytesIO(render_pdf(two))).pages)
    assert text.count("Name: ") == 3 and "Name: Ada Ay\n" in text and "Name: Bo Bee\n" in text


def test_in_a_tagged_pdf(two):
    pytest.importorskip("typst")
    from govern.render import render_pdf_ua

    text = "\n".join(each.extract_text() for each in PdfReader(io.BytesIO(render_pdf_ua(two))).pages)
    assert text.count("Name: ") == 3 and "Title: Clerk" in text


@pytest.mark.parametrize(
    ("names", "title"), [("Ada Ay and Cy Cee", "Chair; Clerk"), ("Ada Ay", "Chair"), ("Ada Ay and Bo Bee", "Clerk")]
)
def test_in_a_redline_both_sides_can_be_had_back(two, names, title):
    other = signed_by(two, names, title)
    redline = render_redline_docx(compare_drafts(two, other), author="A", day=two.day)
    assert signature_tables(accept_all(redline)) == signature_tables(render_docx(other))
    assert signature_tables(reject_all(redline)) == signature_tables(render_docx(two))


def signature_tables(file):
    """The rows of the signature block, each cell as its text."""
    with zipfile.ZipFile(io.BytesIO(file)) as package:
        root = etree.fromstring(package.read("word/document.xml"))
    return [
        [
            ["".join(text.text or "" for text in cell.iter(f"{W}t")) for cell in row.iter(f"{W}tc")]
            for row in table.iter(f"{W}tr")
        ]
        for table in root.iter(f"{W}tbl")
        if table.find(f"{W}tblPr/{W}tblStyle").get(f"{W}val") == "SignatureTable"
    ]


def test_files_say_the_language_of_their_spelling(sample):
    american = replace(sample, spelling="us", language="en-US", month_first=True)
    assert '<html lang="en-US"' in render_html(american) and '<html lang="en-GB"' in render_html(sample)
    assert "Draft of November 24, 2026" in render_markdown(american)
    for draft, language in ((american, "en-US"), (sample, "en-GB")):
        with zipfile.ZipFile(io.BytesIO(render_docx(draft))) as package:
            assert f'w:lang w:val="{language}"'.encode() in package.read("word/styles.xml")
            assert language.encode() in package.read("docProps/core.xml")
        assert PdfReader(io.BytesIO(render_pdf(draft))).trailer["/Root"]["/Lang"] == language


def test_a_document_on_letter_paper_has_its_text_as_wide(sample):
    for draft, size in ((sample, (595, 842)), (replace(sample, letter=True), (612, 792))):
        box = PdfReader(io.BytesIO(render_pdf(draft))).pages[1].mediabox
        assert (int(box.width), round(box.height)) == size
        with zipfile.ZipFile(io.BytesIO(render_docx(draft))) as package:
            section = next(etree.fromstring(package.read("word/document.xml")).iter(f"{W}sectPr"))
        page, margins = section.find(f"{W}pgSz"), section.find(f"{W}pgMar")
        assert (int(page.get(f"{W}w")) // 20, int(page.get(f"{W}h")) // 20) == (size[0], size[1] - (size[1] == 842))
        assert int(page.get(f"{W}w")) - int(margins.get(f"{W}left")) - int(margins.get(f"{W}right")) == 9070
    assert "size: letter" in render_html(replace(sample, letter=True))
    assert "size: A4" in render_html(sample)


def test_so_has_a_tagged_pdf(sample):
    pytest.importorskip("typst")
    from govern.render import render_pdf_ua

    sizes = [
        PdfReader(io.BytesIO(render_pdf_ua(each))).pages[0].mediabox for each in (sample, replace(sample, letter=True))
    ]
    assert [(round(box.width), round(box.height)) for box in sizes] == [(595, 842), (612, 792)]
