"""Names with markup, other scripts, control characters and ten thousand letters: shown, and never obeyed."""

import io
import zipfile
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pypdf
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from lxml import etree
from markdown_it import MarkdownIt

from govern.contracts import (
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
    Table,
    Text,
    Use,
    plain_type,
)
from govern.render import render_docx, render_html, render_markdown, render_pdf, render_pdf_ua
from govern.render.words import clean

HOSTILE = [
    "<script>alert(1)</script>",
    "</p></body><w:t>&amp;&#0;",
    "<font color='red'>x</font><br/><img src=x onerror=alert(1)>",
    "**bold** _it_ [link](http://evil.example) `code` | pipe | # head",
    "![i](x) <!-- c --> ]]> &lt; \\* ~~s~~",
    "שלום עולם",
    "مرحبا",
    "🙂👩‍👩‍👧 株式会社",
    "a\x00b\x0bc\x1f\ud800\ufffe",
    "pay \u202e0001\u202c now",
    "line\r\nline\u2028line\ttab",
    "{ REF _Ref1 \\h } =cmd|' /C calc'!A0",
    "x" * 10_000,
    "word " * 2_000,
    "",
    " ",
    "- item",
    "1. item",
    "===",
    "%s %(x)s {0}",
]


def draft_of(text: str) -> Draft:
    """The text in every place that a draft has."""
    if len(text) > 1000:  # once in each place is enough, and is fifty pages
        return _long(text)
    runs = (Text(text), Definition(text), Use(text), Filled("p", text, None), Blank("b", text, None))
    runs = (*runs, OpenChoice(text), Reference("s", text), Reference(text, text), Text(text))
    blocks = (
        Paragraph("s#p", 0, "1.1", runs),
        Paragraph(text or None, 1, "(a)", runs),
        Paragraph(None, -1, "", (Text(text),)),
        Paragraph(None, 0, text, runs),
        Table((runs, (Text("h"),)), ((runs, (Text(text),)), ((), ()))),
    )
    section = Section("s", "clause", "1", text, blocks, "s", "1", Note(text))
    annex = Section(f"annex.{text}", "annex", "Annex I", text, blocks, "a", "1", Note(text))
    party = PartyBlock(text, runs, ((text, runs),))
    signer = SignatureParty(text, runs, runs, runs)
    return Draft(
        document=text,
        version=text,
        title=text,
        subtitle=text,
        status="draft",
        day=date(2026, 1, 2),
        project=text,
        parties=(party,),
        background=(runs,),
        sections=(section,),
        annexes=(annex,),
        signature=runs,
        signatures=(signer, signer, signer),
        open_points=(OpenPoint(text, text, text),),
        digest=text,
    )


def _long(text: str) -> Draft:
    runs = (Filled("p", text, None),)
    draft = draft_of("short")
    blocks = (Paragraph("s#p", 0, "1.1", runs), Paragraph(None, -1, "", runs), Table((runs, ()), ((runs, runs),)))
    section = replace(draft.sections[0], title=text, blocks=blocks)
    party = PartyBlock("Controller", runs, (("Address", runs),))
    signers = (replace(draft.signatures[0], name=runs), draft.signatures[1])
    return replace(draft, title=text, sections=(section,), parties=(party,), signatures=signers)


anything = st.text(st.characters(codec=None, exclude_categories=()), max_size=60)
slowly = settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))


def _examples(test):
    for text in HOSTILE:
        test = example(text)(test)
    return test


W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.mark.slow
@_examples
@slowly
@given(anything)
def test_word_holds_any_text_as_text(text: str) -> None:
    file = render_docx(draft_of(text))
    assert file == render_docx(draft_of(text))
    with zipfile.ZipFile(io.BytesIO(file)) as package:
        parts = {name: package.read(name) for name in package.namelist() if name.endswith((".xml", ".rels"))}
    roots = {name: etree.fromstring(content) for name, content in parts.items()}
    document = roots["word/document.xml"]
    body = [each for each in document.iter(f"{W}p") if each.find(f"{W}pPr/{W}pStyle").get(f"{W}val") == "ClauseText"]
    assert plain_type(_read(body[0])) == plain_type(clean(text))
    codes = {each.text.split()[0] for each in document.iter(f"{W}instrText")}
    assert codes <= {"TOC", "REF"}


def _read(paragraph: etree._Element) -> str:
    out = ""
    for each in paragraph.iter(f"{W}t", f"{W}br", f"{W}r"):
        out += each.text or "" if each.tag == f"{W}t" else "\n" if each.tag == f"{W}br" else ""
        if each.tag == f"{W}r":
            continue
    tabs = list(paragraph.iter(f"{W}tab"))
    if not tabs:
        return out
    marks = {f"{W}br": "\n", f"{W}tab": "\t"}
    return "".join(each.text or "" if each.tag == f"{W}t" else marks.get(each.tag, "") for each in paragraph.iter())


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name == "href"]
        self.ids += [value or "" for name, value in attrs if name == "id"]

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.slow
@_examples
@slowly
@given(anything)
def test_html_holds_any_text_as_text(text: str) -> None:
    page, empty = _Page(), _Page()
    page.feed(render_html(draft_of(text)))
    empty.feed(render_html(draft_of("plain")))
    assert page.tags <= empty.tags and page.attributes <= empty.attributes
    assert clean(text).strip() in page.text
    assert all(link.startswith("#") and link[1:] in page.ids for link in page.links)


@pytest.mark.slow
@_examples
@slowly
@given(anything)
def test_markdown_holds_any_text_as_text(text: str) -> None:
    tokens = MarkdownIt("commonmark").enable("table").parse(render_markdown(draft_of(text)))
    inline = [child for token in tokens for child in token.children or ()]
    kinds = {each.type for each in [*tokens, *inline]}
    allowed = {"heading", "paragraph", "bullet_list", "list_item", "table", "thead", "tbody", "tr", "th", "td"}
    allowed = {f"{each}_{end}" for each in (*allowed, "strong", "em") for end in ("open", "close")}
    assert kinds <= allowed | {"inline", "text", "text_special", "softbreak"}
    flat = " ".join(
        "".join(each.content for each in token.children or ()) for token in tokens if token.type == "inline"
    )
    assert " ".join(clean(text).split()) in " ".join(flat.split())


@pytest.mark.slow
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_pdf_holds_any_text(text: str) -> None:
    file = render_pdf(draft_of(text))
    pages = pypdf.PdfReader(io.BytesIO(file)).pages
    assert len(pages) >= 3


@pytest.mark.slow
@settings(slowly, max_examples=15)
@given(anything)
def test_pdf_never_fails(text: str) -> None:
    assert render_pdf(draft_of(text)).startswith(b"%PDF-")


@pytest.mark.slow
@_examples
@settings(slowly, max_examples=25)
@given(anything)
def test_accessible_pdf_never_fails(text: str) -> None:
    if len(text) < 5000 or " " not in text:  # two thousand words in each place take seconds
        assert render_pdf_ua(draft_of(text)).startswith(b"%PDF-")


def test_pdf_shows_a_box_for_what_no_font_has() -> None:
    page = pypdf.PdfReader(io.BytesIO(render_pdf(draft_of("株 Łódź α"))))
    text = "".join(each.extract_text() for each in page.pages)
    assert "☐" in text and "Łódź α" in text


def test_a_name_cannot_turn_the_sentence_round() -> None:
    text = "a\u202eb\u2066c"
    assert clean(text) == "a\ufffdb\ufffdc"


def test_right_to_left_names_are_marked_in_word_and_isolated_in_html() -> None:
    draft = draft_of("שלום")
    with zipfile.ZipFile(io.BytesIO(render_docx(draft))) as package:
        assert b"<w:rtl/>" in package.read("word/document.xml")
    assert "<bdi>שלום</bdi>" in render_html(replace(draft))
