"""What papers to read are made of as PDF: reports, certificates, schedules. They are untagged (ADR 11)."""

import io
from collections.abc import Iterable, Sequence
from copy import deepcopy
from functools import lru_cache
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import BaseDocTemplate, CondPageBreak, Frame, PageTemplate, Paragraph, Table, TableStyle

from govern.render.fonts import BOLD, REGULAR, plain, register, spell
from govern.render.pdf.tables import RowTable
from govern.render.pdf.text import GREY, NAVY, PALE, RULE, text
from govern.render.words import clean

MARGIN = 57
WIDTH = A4[0] - 2 * MARGIN
"""Of the text, in points."""
LINE = 90
"""Letters of a running head or foot before it is cut."""
AMBER = HexColor("#8a4b00")
_SPELLED = (
    "Letters that this paper has no font for are written by their numbers, as \\u and four digits or \\U and eight. "
    "The JSON that belongs to this certificate has them as they were typed."
)


@lru_cache(maxsize=1)
def paper_styles() -> dict[str, Any]:
    """The paragraph styles of a paper, by name."""
    body = {"fontName": REGULAR, "fontSize": 9.6, "leading": 13.2, "spaceAfter": 5, "allowWidows": 0}
    head = {**body, "fontName": BOLD, "textColor": NAVY, "keepWithNext": 1}
    small = {**body, "fontSize": 8.4, "leading": 11, "spaceAfter": 0, "splitLongWords": 1}
    looks: dict[str, dict[str, Any]] = {
        "body": body,
        "point": {**body, "leftIndent": 12, "bulletIndent": 2, "spaceAfter": 3.5},
        "kicker": {**body, "fontSize": 9, "textColor": GREY, "spaceAfter": 3},
        "title": {**head, "fontSize": 22, "leading": 26, "spaceAfter": 5},
        "cover": {**body, "fontSize": 9, "leading": 12.4, "textColor": GREY, "spaceAfter": 10},
        "lead": {**body, "fontSize": 11, "leading": 15.4, "spaceAfter": 4},
        "h1": {**head, "fontSize": 14, "leading": 18, "spaceBefore": 14, "spaceAfter": 6},
        "h2": {**head, "fontSize": 11.2, "leading": 14, "spaceBefore": 9, "spaceAfter": 5},
        "name": {**head, "fontSize": 10.4, "leading": 13, "spaceAfter": 1},
        "cell": small,
        "label": {**small, "textColor": GREY},
        "mark": {**small, "fontName": BOLD, "textColor": AMBER},
        "number": {**small, "alignment": TA_RIGHT},
        "head": {**small, "fontName": BOLD, "textColor": NAVY},
        "contents": {**small, "fontSize": 9, "leading": 12},
    }
    return {
        name: ParagraphStyle(name, bulletFontName=REGULAR, bulletFontSize=9, **look) for name, look in looks.items()
    }


def para(style: str, said: str, *, bullet: str = "") -> Any:
    """A paragraph of plain words in one of the styles."""
    look = paper_styles()[style]
    return Paragraph(text(said, look.fontName), look, bulletText=bullet or None)


def marked(style: str, markup: str) -> Any:
    """A paragraph whose words are markup already, made with `pdf_text.text`."""
    return Paragraph(markup, paper_styles()[style])


def say_time(stamp: str) -> str:
    """An entry's time as a reader says it: 2026-11-24 10:00:00 UTC."""
    return f"{stamp[:10]} {stamp[11:19]} UTC"


def spelled(said: Any) -> tuple[Any, list[Any]]:
    """A certificate's words with the letters that no font has by their numbers, and the note that says so, if any."""
    shown = spell(said)
    return shown, [para("body", _SPELLED)] if shown is not said else []


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


def grid(head: Sequence[str], rows: Iterable[Sequence[Any]], widths: Sequence[float], *looks: Any) -> Any:
    """A table whose head repeats on each page; the widths are points, `looks` more commands of a TableStyle."""
    style = [
        ("BACKGROUND", (0, 0), (-1, 0), PALE),
        ("LINEABOVE", (0, 0), (-1, 0), 1, NAVY),
        ("LINEBELOW", (0, 0), (-1, -2), 0.4, RULE),
        ("LINEBELOW", (0, -1), (-1, -1), 1, NAVY),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("TOPPADDING", (0, 0), (-1, -1), 2.6),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3.4),
        ("LEFTPADDING", (0, 0), (-1, -1), 4),
        ("RIGHTPADDING", (0, 0), (-1, -1), 4),
        *looks,
    ]
    cells = [[para("head", word) for word in head], *rows]
    return RowTable(cells, list(widths), style=TableStyle(style), repeatRows=1, spaceBefore=3, spaceAfter=9)


def make_document(out: Any, title: str, subject: str = "") -> Any:
    """An A4 document whose file is the same for the same pages."""
    return BaseDocTemplate(
        out,
        pagesize=A4,
        title=clean(title)[:255],
        subject=subject,
        author="govern",
        creator="govern",
        lang="en-GB",
        invariant=1,
    )


def make_frame() -> Any:
    """Where the text of a page stands."""
    return Frame(MARGIN, 60, WIDTH, A4[1] - 118, id="page", leftPadding=0, rightPadding=0)


def draw_edges(canvas: Any, head: tuple[str, str], foot: str, number: int, pages: int) -> None:
    """What stands above and below the text of a page: from the second page on the head, left and right; the foot and
    the number.
    """
    canvas.saveState()
    canvas.setFont(REGULAR, 8)
    canvas.setFillColor(GREY)
    if number > 1:
        top = A4[1] - 40
        canvas.drawString(MARGIN, top, plain(clean(head[0]), REGULAR)[:LINE])
        canvas.drawRightString(A4[0] - MARGIN, top, head[1])
        canvas.setStrokeColor(RULE)
        canvas.setLineWidth(0.5)
        canvas.line(MARGIN, top - 6, A4[0] - MARGIN, top - 6)
    canvas.drawString(MARGIN, 36, plain(clean(foot), REGULAR)[:LINE])
    canvas.drawRightString(A4[0] - MARGIN, 36, f"Page {number} of {pages}")
    canvas.restoreState()


def build_pdf(title: str, foot: str, story: list[Any]) -> bytes:
    """The file's bytes: laid out twice, so that each foot knows the number of pages. The same input, the same bytes."""
    register()
    _, pages = _lay_out(title, foot, deepcopy(story), 0)
    data, _ = _lay_out(title, foot, story, pages)
    return data


def _lay_out(title: str, foot: str, story: list[Any], pages: int) -> tuple[bytes, int]:
    """The file whose feet say that there are so many pages, and how many there are."""
    out = io.BytesIO()
    document = make_document(out, title)

    def draw(canvas: Any, _: Any) -> None:
        draw_edges(canvas, (title, ""), foot, canvas.getPageNumber(), pages)

    document.addPageTemplates([PageTemplate("page", [make_frame()], onPage=draw)])
    document.build(story)
    return out.getvalue(), document.page
