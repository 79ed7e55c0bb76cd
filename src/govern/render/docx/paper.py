"""What papers to read are made of as Word: the reports of gap checks and of returned drafts.

They have the base document of the contracts with a few styles of their own. A package is packed in a fixed order with
fixed times, so that the same input gives the same bytes.
"""

import io
from collections.abc import Container, Iterable, Mapping, Sequence
from copy import deepcopy
from datetime import UTC, date, datetime, time
from importlib.resources import files
from typing import Any

import docx
from lxml import etree
from lxml.etree import _Element as Element

from govern.render.docx.parts import pack, unpack
from govern.render.docx.tables import table_frame, table_row
from govern.render.docx.xml import el, field, paragraph, run, tab, to_bytes
from govern.render.words import clean

TEXT = 9070
"""Twips between the margins: 16 cm."""
AMBER = "FBF3DF"
_MOST = 255  # the longest core property
_LABEL = 1750  # twips of the labels in a card


def parse_part(part: bytes) -> Element:
    """A part of a package as a tree."""
    return etree.fromstring(part, etree.XMLParser(remove_blank_text=True, resolve_entities=False))


def add_styles(base: bytes) -> bytes:
    """The styles part with those of papers."""
    root = parse_part(base)
    root.extend(parse_part(files("govern.render").joinpath("report_base/styles.part").read_bytes()))
    return to_bytes(root)


def edges(head: str, foot: str) -> dict[str, bytes]:
    """Headers and footers; the first page has no header."""
    page = [run("Page "), *field("PAGE", [run("1")]), run(" of "), *field("NUMPAGES", [run("1")])]
    return {
        "word/header1.xml": to_bytes(el("hdr", paragraph("Header", [run(head)]))),
        "word/header2.xml": to_bytes(el("hdr", paragraph("HeaderFirst", []))),
        "word/footer1.xml": to_bytes(el("ftr", paragraph("Footer", [run(foot), tab(), *page]))),
        "word/footer2.xml": to_bytes(el("ftr", paragraph("Footer", [run(foot), tab(), *map(deepcopy, page)]))),
    }


def finish(parts: Mapping[str, bytes], *, title: str, subject: str, identifier: str, day: date) -> bytes:
    """The package of the parts, with its core properties."""
    document = docx.Document(io.BytesIO(pack(parts)))
    core: Any = document.core_properties
    core.title = clean(title)[:_MOST]
    core.subject = clean(subject)[:_MOST]
    core.author = core.last_modified_by = "govern"
    core.identifier = clean(identifier)[:_MOST]
    core.language = "en-GB"
    core.created = core.modified = datetime.combine(day, time(), UTC).replace(tzinfo=None)
    core.revision = 1
    out = io.BytesIO()
    document.save(out)
    return pack(unpack(out.getvalue()))


def p(style: str, said: str) -> Element:
    """A paragraph of plain words."""
    return paragraph(style, [run(said)])


def kept(style: str, said: str) -> Element:
    """A paragraph that stays on one page with the next."""
    return paragraph(style, [run(said)], el("keepNext"))


def both(said: str, small: str) -> list[Element]:
    """A cell's words, and under them a small line if there is one."""
    return [p("ReportCell", said), *([p("ReportSmall", small)] if small else [])]


def grid(head: Sequence[str], rows: Iterable[Sequence[list[Element]]], widths: Sequence[int]) -> list[Element]:
    """A table whose head repeats on each page; no row is split."""
    made = [table_row([[p("TableHeading", word)] for word in head], widths, header=True)]
    made += [table_row(row, widths) for row in rows]
    return [table_frame("AnnexTable", widths, made), paragraph("TableAfter", [])]


def card(
    name: list[Element], rows: Iterable[tuple[str, Element, str]], colour: str, strong: Container[str] = ()
) -> Element:
    """A table with a bar of a colour: a name, and rows of a label, a paragraph and a fill. Rows are not split.

    The labels that are `strong` are bold.
    """
    widths = (_LABEL, TEXT - _LABEL)
    made = [el("tr", el("trPr", el("cantSplit")), _cell(name, sum(widths), span=2))]
    for label, said, fill in rows:
        holds = [] if said.find("{*}pPr/{*}keepNext") is None else [el("keepNext")]
        head = run(label, "", *([el("b")] if label in strong else []))
        cells = (_cell([paragraph("ReportSmall", [head], *holds)], widths[0], fill), _cell([said], widths[1], fill))
        made.append(el("tr", el("trPr", el("cantSplit")), *cells))
    border = el("tblBorders", el("left", val="single", sz=36, space=0, color=colour.lstrip("#").upper()))
    return table_frame("ReportCard", widths, made, border, head=False)


def _cell(content: list[Element], width: int, fill: str = "", span: int = 1) -> Element:
    properties = el("tcPr", el("tcW", w=width, type="dxa"))
    if span > 1:
        properties.append(el("gridSpan", val=span))
    if fill:
        properties.append(el("shd", val="clear", color="auto", fill=fill))
    return el("tc", properties, *content)
