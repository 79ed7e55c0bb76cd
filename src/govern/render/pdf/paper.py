"""What papers to read are made of as PDF: reports of evidence, certificates, schedules. They are untagged (ADR 11)."""

import io
from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from functools import lru_cache
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import BaseDocTemplate, CondPageBreak, Frame, PageTemplate, Paragraph, Table, TableStyle

from govern.render.fonts import BOLD, REGULAR, plain, register
from govern.render.pdf.text import GREY, NAVY, PALE, RULE, text
from govern.render.words import clean

_MARGIN = 57
WIDTH = A4[0] - 2 * _MARGIN
"""Of the text, in points."""
_LINE = 90  # letters of a running head


@lru_cache(maxsize=1)
def _styles() -> dict[str, Any]:
    body = {"fontName": REGULAR, "fontSize": 9.6, "leading": 13.2, "spaceAfter": 5, "allowWidows": 0}
    head = {**body, "fontName": BOLD, "textColor": NAVY, "keepWithNext": 1}
    small = {**body, "fontSize": 8.2, "leading": 10.6, "spaceAfter": 0, "splitLongWords": 1}
    looks: dict[str, dict[str, Any]] = {
        "body": body,
        "point": {**body, "leftIndent": 12, "bulletIndent": 2, "spaceAfter": 3.5},
        "kicker": {**body, "fontSize": 9, "textColor": GREY, "spaceAfter": 3},
        "title": {**head, "fontSize": 22, "leading": 26, "spaceAfter": 5},
        "cover": {**body, "fontSize": 9, "leading": 12.4, "textColor": GREY, "spaceAfter": 10},
        "h1": {**head, "fontSize": 14, "leading": 18, "spaceBefore": 14, "spaceAfter": 6},
        "name": {**head, "fontSize": 10.4, "leading": 13, "spaceAfter": 1},
        "cell": small,
        "label": {**small, "textColor": GREY},
        "head": {**small, "fontName": BOLD, "textColor": NAVY},
    }
    return {
        name: ParagraphStyle(name, bulletFontName=REGULAR, bulletFontSize=9, **look) for name, look in looks.items()
    }


def para(style: str, said: str, *, bullet: str = "") -> Any:
    """A paragraph of one of the styles: body, point, kicker, title, cover, h1, name, cell, label, head."""
    look = _styles()[style]
    return Paragraph(text(said, look.fontName), look, bulletText=bullet or None)


def marked(style: str, markup: str) -> Any:
    """A paragraph whose words are markup already, made with `pdf_text.text`."""
    return Paragraph(markup, _styles()[style])


def say_time(stamp: str) -> str:
    """An entry's time as a reader says it: 2026-11-24 10:00:00 UTC."""
    return f"{stamp[:10]} {stamp[11:19]} UTC"


def points(title: str, said: Sequence[str], lead: str) -> list[Any]:
    """A heading with an optional lead and a list."""
    first = [para("body", lead)] if lead else []
    return [CondPageBreak(90), para("h1", title), *first, *(para("point", each, bullet="•") for each in said)]


def pairs(rows: Iterable[tuple[str, str]]) -> Any:
    """Labels and what they say, one a line."""
    cells = [[para("label", label), para("cell", said)] for label, said in rows]
    style = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, RULE),
        ("LEFTPADDING", (0, 0), (0, -1), 0),
        ("TOPPADDING", (0, 0), (-1, -1), 2.4),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2.8),
    ]
    return Table(cells, [96, WIDTH - 96], style=TableStyle(style), splitInRow=1, spaceAfter=6)


def grid(head: Sequence[str], rows: Iterable[Sequence[Any]], widths: Sequence[float]) -> Any:
    """A table whose head repeats on each page; the widths are points."""
    style = [
        ("BACKGROUND", (0, 0), (-1, 0), PALE),
        ("LINEABOVE", (0, 0), (-1, 0), 1, NAVY),
        ("LINEBELOW", (0, 0), (-1, -2), 0.4, RULE),
        ("LINEBELOW", (0, -1), (-1, -1), 1, NAVY),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("TOPPADDING", (0, 0), (-1, -1), 2.4),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
        ("LEFTPADDING", (0, 0), (-1, -1), 4),
        ("RIGHTPADDING", (0, 0), (-1, -1), 4),
    ]
    cells = [[para("head", word) for word in head], *rows]
    return Table(cells, list(widths), style=TableStyle(style), repeatRows=1, splitInRow=1, spaceBefore=3, spaceAfter=8)


def build_pdf(title: str, foot: str, story: list[Any]) -> bytes:
    """The file's bytes: laid out twice, so that each foot knows the number of pages. The same input, the same bytes."""
    register()
    _, pages = _lay_out(title, foot, deepcopy(story), 0)
    data, _ = _lay_out(title, foot, story, pages)
    return data


def _lay_out(title: str, foot: str, story: list[Any], pages: int) -> tuple[bytes, int]:
    """The file whose feet say that there are so many pages, and how many there are."""
    out = io.BytesIO()
    document = BaseDocTemplate(
        out,
        pagesize=A4,
        title=clean(title)[:255],
        author="govern",
        creator="govern",
        lang="en-GB",
        invariant=1,
    )
    frame = Frame(_MARGIN, 60, WIDTH, A4[1] - 118, id="page", leftPadding=0, rightPadding=0)
    document.addPageTemplates([PageTemplate("page", [frame], onPage=_edges(title, foot, pages))])
    document.build(story)
    return out.getvalue(), document.page


def _edges(title: str, foot: str, pages: int) -> Callable[[Any, Any], None]:
    def draw(canvas: Any, _: Any) -> None:
        number = canvas.getPageNumber()
        canvas.saveState()
        canvas.setFont(REGULAR, 8)
        canvas.setFillColor(GREY)
        if number > 1:
            canvas.drawString(_MARGIN, A4[1] - 40, plain(clean(title), REGULAR)[:_LINE])
        canvas.drawString(_MARGIN, 36, plain(clean(foot), REGULAR)[:_LINE])
        canvas.drawRightString(A4[0] - _MARGIN, 36, f"Page {number} of {pages}")
        canvas.restoreState()

    return draw
