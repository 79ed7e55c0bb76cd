"""PDF, HTML and Markdown of the sample."""

import io
import itertools
import os
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import docx
import pypdf
import pytest

from govern.contracts import Draft, Paragraph, Table, Text, set_type
from govern.render import render_docx, render_html, render_markdown, render_pdf

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
GOLDEN = Path(__file__).with_name("golden") / "dpa.md"


@pytest.mark.golden
def test_markdown_is_the_golden_file(sample: Draft) -> None:
    made = render_markdown(sample)
    if os.environ.get("GOVERN_GOLDEN") == "write":
        GOLDEN.write_text(made, encoding="utf-8")
    assert made == GOLDEN.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def pdf(sample: Draft) -> bytes:
    return render_pdf(sample)


@pytest.mark.slow
def test_pdf_is_the_same_each_time(sample: Draft, pdf: bytes) -> None:
    assert render_pdf(sample) == pdf


def test_pdf_numbers_its_pages_and_lists_its_sections(sample: Draft, pdf: bytes) -> None:
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    total = len(reader.pages)
    for number, page in enumerate(reader.pages, start=1):
        if number > 1:
            assert f"Page {number} of {total}" in page.extract_text()
    titles = [each.title for each in reader.outline if not isinstance(each, list)]
    shown = set_type(sample)
    assert titles == [f"{each.number} {each.title}" for each in (*shown.sections, *shown.annexes)]
    contents = reader.pages[1].extract_text()
    for entry in reader.outline:
        place = reader.get_destination_page_number(entry) + 1
        assert any(line.rstrip().endswith(f". {place}") for line in contents.splitlines())


@pytest.mark.slow
def test_pdf_has_the_whole_text_and_a_watermark_until_final(sample: Draft, final: Draft, pdf: bytes) -> None:
    text = " ".join("".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages).split())
    assert "DRAFT" in text and "Open points before signature" in text
    for section in set_type(sample).sections:
        assert " ".join(section.title.split()) in text
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(render_pdf(final))).pages)
    assert "DRAFT" not in text and "Open points" not in text


class _Outline(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.starts: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.starts.append((tag, dict(attrs)))


def test_html_is_accessible_and_self_contained(sample: Draft) -> None:
    page = _Outline()
    page.feed(render_html(sample))
    tags = [tag for tag, _ in page.starts]
    assert page.starts[0] == ("html", {"lang": "en-GB", "dir": "ltr"})
    assert tags.count("h1") == tags.count("main") == tags.count("nav") == 1
    assert not {"script", "img", "link", "iframe", "form"} & set(tags)
    levels = [int(tag[1]) for tag in tags if tag in ("h1", "h2", "h3")]
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    assert all(attrs.get("scope") in ("col", "row") for tag, attrs in page.starts if tag == "th")
    ids = [attrs["id"] for _, attrs in page.starts if "id" in attrs]
    assert len(ids) == len(set(ids))
    links = [str(attrs["href"]) for tag, attrs in page.starts if tag == "a"]
    assert all(link.startswith("#") and link[1:] in ids for link in links)
    assert len([link for link in links if link.startswith("#a-")]) > len(sample.sections) + 40


def test_html_and_markdown_print_every_number(sample: Draft) -> None:
    page, text = render_html(sample), render_markdown(sample)
    for each in sample.paragraphs():
        assert isinstance(each, Paragraph)
        if each.number and each.level == 0:
            assert f'<span class="n">{each.number}</span>' in page
            assert f"**{each.number}** " in text


def pages_of(draft: Draft) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(render_pdf(draft))).pages]


def lines(count: int) -> tuple[Paragraph, ...]:
    return tuple(Paragraph(None, 0, f"1.{each + 1}", (Text(f"line {each} " + "word " * 14),)) for each in range(count))


@pytest.mark.slow
def test_no_page_of_a_pdf_has_signatures_alone(sample: Draft) -> None:
    for count in range(10, 24):
        section = replace(sample.sections[0], blocks=lines(count))
        pages = pages_of(replace(sample, sections=(section,), annexes=()))
        (page,) = [each for each in pages if "Signed for the Controller" in each]
        assert f"line {count - 1} word" in page and "Prof. Dr. Henrike Vogt" in page


@pytest.mark.slow
def test_words_that_lead_to_a_table_or_list_of_a_pdf_stay_with_it(sample: Draft) -> None:
    table = Table(((Text("Head"),),), tuple(((Text(f"row {each}"),),) for each in range(60)))
    item = Paragraph(None, 1, "(a)", (Text("first item"),))
    for after, words in ((table, "row 0"), (item, "first item")):
        for count in range(16, 30):
            lead = Paragraph(None, 0, "1.99", (Text("these are the rows:"),))
            annex = replace(sample.annexes[0], blocks=(*lines(count), lead, after))
            pages = pages_of(replace(sample, sections=(), annexes=(annex,)))
            (page,) = [each for each in pages if "these are the rows:" in each]
            assert words in page


def test_a_table_after_the_heading_of_a_pdf_stays_with_it(sample: Draft) -> None:
    table = Table(((Text("Head"),),), tuple(((Text(f"row {each}"),),) for each in range(80)))
    lead = Paragraph(None, -1, "", (Text("these are the rows:"),))
    annex = replace(sample.annexes[0], blocks=(lead, table))
    (page,) = [
        each for each in pages_of(replace(sample, sections=(), annexes=(annex,))) if "these are the rows:" in each
    ]
    assert sample.annexes[0].title in page and "row 0" in page


@pytest.mark.slow
def test_the_last_row_of_a_table_of_a_pdf_is_never_on_a_page_alone(sample: Draft) -> None:
    for count in range(20, 50):
        table = Table(((Text("The head"),),), tuple(((Text(f"row {each}."),),) for each in range(count)))
        pages = pages_of(replace(sample, sections=(), annexes=(replace(sample.annexes[0], blocks=(table,)),)))
        (page,) = [each for each in pages if f"row {count - 1}." in each]
        assert f"row {count - 2}." in page


def test_rows_of_a_pdf_stay_whole_and_its_head_stands_once_on_a_page(sample: Draft) -> None:
    rows = tuple(((Text(f"row {each} begins " + "word " * 240 + f"and {each} ends"),),) for each in range(8))
    giant = ((Text("giant begins " + "word " * 1_500 + "and giant ends"),),)
    annex = replace(sample.annexes[0], blocks=(Table(((Text("The head of it"),),), (*rows, giant)),))

    pages = pages_of(replace(sample, sections=(), annexes=(annex,)))

    heads = [each.count("The head of it") for each in pages if "word word" in each]
    assert set(heads) == {1} and len(heads) > 3
    for each in range(8):
        (page,) = [page for page in pages if f"row {each} begins" in page]
        assert f"and {each} ends" in page
    assert any("giant begins" in page and "giant ends" not in page for page in pages)
    assert any("giant ends" in page for page in pages)


@pytest.fixture
def deed(final: Draft) -> Draft:
    return replace(final, signatures=tuple(replace(each, deed=True) for each in final.signatures))


@pytest.mark.parametrize("kind", ["docx", "html", "md", "pdf"])
def test_a_deed_has_lines_for_a_witness_on_each_side(final: Draft, deed: Draft, kind: str) -> None:
    made, plain = text_of(deed, kind), text_of(final, kind)

    assert made.count("Signed as a deed for the") == 2
    for line in ("Signature of the witness", "Name of the witness", "Address of the witness"):
        assert made.count(line) == 2
    assert "witness" not in plain.replace("eyewitness", "")
    assert plain.count("Signed for the") == 2


def text_of(draft: Draft, kind: str) -> str:
    """All words of a file of a draft, in order."""
    if kind == "docx":
        document = docx.Document(io.BytesIO(render_docx(draft)))
        return " ".join(each.text or "" for each in document.element.iter(f"{{{WORD}}}t"))
    if kind == "pdf":
        reader = pypdf.PdfReader(io.BytesIO(render_pdf(draft)))
        return " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    return render_html(draft) if kind == "html" else render_markdown(draft)


def test_a_line_with_a_long_address_is_not_justified(final: Draft) -> None:
    """A word that does not fit goes to the next line, and the line before it would be stretched."""
    section = final.sections[0]
    long = Paragraph(
        None, 1, "(z)", (Text("Notices go to "), Text("contracts.and.notices@a-long-name.example"), Text("."))
    )
    short = replace(long, number="(y)", content=(Text("Notices go to the client."),))
    draft = replace(final, sections=(replace(section, blocks=(long, short)), *final.sections[1:]))
    document = docx.Document(io.BytesIO(render_docx(draft)))

    looks = {each.text.split("\t")[-1]: each._p.pPr.find(f"{{{WORD}}}jc") for each in document.paragraphs}
    assert looks["Notices go to contracts.and.notices@a-long-name.example."].get(f"{{{WORD}}}val") == "left"
    assert looks["Notices go to the client."] is None
    parties = [each for each in document.paragraphs if each.style.name == "Parties"]
    assert [each._p.pPr.find(f"{{{WORD}}}jc").get(f"{{{WORD}}}val") for each in parties] == ["left", "left"]
