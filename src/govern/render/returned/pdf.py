"""The analysis of a returned file as a PDF, in the house of the gap reports. It is untagged (ADR 11)."""

from collections.abc import Iterable
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.platypus import CondPageBreak, HRFlowable, KeepTogether, Table, TableStyle

from govern.contracts import Change
from govern.render.fonts import REGULAR
from govern.render.pdf.paper import WIDTH, build_pdf, grid, marked, para, points
from govern.render.pdf.text import NAVY, text
from govern.render.redline.text import Span
from govern.render.returned import words
from govern.render.returned.words import Analysis, ClauseWords

_BAR, _LABEL = 4, 82
_LONG = 2_500  # letters above which a card may break anywhere
_TAGS = {
    Change.SAME: ("", ""),
    Change.ADDED: ('<font color="#1a4f8b"><u>', "</u></font>"),
    Change.REMOVED: ('<font color="#a4262c"><strike>', "</strike></font>"),
}


def write_pdf(analysis: Analysis) -> bytes:
    """The file's bytes; the same analysis gives the same ones."""
    story: list[Any] = [
        para("kicker", words.KICKER),
        para("title", analysis.title),
        para("cover", analysis.cover),
        HRFlowable("100%", 1.4, color=NAVY, spaceAfter=9),
        *(para("body", sentence) for sentence in analysis.summary),
        *_glance(analysis),
        *_clauses(analysis),
        *_open(analysis),
        *points(words.METHOD, analysis.method, ""),
    ]
    return build_pdf(analysis.heading, analysis.foot, story)


def _glance(analysis: Analysis) -> list[Any]:
    if not analysis.clauses:
        return []
    rows = [[para("cell", cell) for cell in row] for row in analysis.glance]
    return [para("h1", words.GLANCE), grid(words.HEAD, rows, (140, 95, WIDTH - 320, 85))]


def _clauses(analysis: Analysis) -> list[Any]:
    made = [CondPageBreak(150), para("h1", words.CLAUSES)]
    if not analysis.clauses:
        return [*made, para("body", words.NOTHING)]
    return [*made, para("body", words.MARKS), *(_card(clause) for clause in analysis.clauses)]


def _card(clause: ClauseWords) -> Any:
    """A clause with a bar in the colour of its gravest verdict: its lines, then what they do."""
    cells = [["", para("name", clause.title), ""]]
    cells += [["", para("label", line.where), marked("cell", _marked(line.spans))] for line in clause.lines]
    for label, said in clause.rows:
        cells.append(["", para("head" if label in words.STRONG else "label", label), para("cell", said)])
    style = [
        ("SPAN", (1, 0), (2, 0)),
        ("BACKGROUND", (0, 0), (0, -1), HexColor(words.COLOURS[clause.grade])),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("TOPPADDING", (0, 0), (-1, -1), 1.6),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 1.6),
        ("LEFTPADDING", (1, 0), (-1, -1), 7),
        ("RIGHTPADDING", (0, 0), (-1, -1), 4),
    ]
    made = Table(cells, [_BAR, _LABEL, WIDTH - _BAR - _LABEL], style=TableStyle(style), splitInRow=1, spaceAfter=9)
    letters = sum(len(span.text) for line in clause.lines for span in line.spans)
    letters += sum(len(said) for _, said in clause.rows)
    return made if letters > _LONG else KeepTogether([made])


def _marked(spans: Iterable[Span]) -> str:
    return "".join(text(span.text, REGULAR).join(_TAGS[span.change]) for span in spans)


def _open(analysis: Analysis) -> list[Any]:
    head = [CondPageBreak(130), para("h1", words.OPEN)]
    if not analysis.open:
        return [*head, para("body", words.NONE_OPEN)]
    rows = [[para("cell", where), para("cell", what)] for where, what in analysis.open]
    return [*head, grid(words.OPEN_HEAD, rows, (140, WIDTH - 140))]
