"""A report as a PDF for a board: A4, summary and chart on the first page, then the gaps, gravest first.

It is untagged, as ReportLab writes no tags (ADR 11): the accessible forms are Word and HTML. Whatever a text holds is
shown as text; a character that none of the embedded fonts has is shown as a box.
"""

import io
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Frame,
    HRFlowable,
    KeepTogether,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)
from reportlab.platypus.tableofcontents import TableOfContents

from govern.contracts import write_date
from govern.render.fonts import BOLD, REGULAR, plain, register
from govern.render.pdf.text import AMBER_PALE, GREY, NAVY, PALE, RULE, count_pages, text
from govern.render.report import model as words
from govern.render.report.chart import BARS_A_CHART, SEVERITY_COLOURS, draw_for_pdf, make_bars
from govern.render.report.model import Entry, Report, count_words, shorten_ids, split_served
from govern.render.words import clean

_MARGIN = 57
_WIDTH = A4[0] - 2 * _MARGIN
_LINE = 100  # letters of a running head before it is cut
_LONG = 1_500  # letters above which a card may break anywhere


@lru_cache(maxsize=1)
def _styles() -> dict[str, Any]:
    body = {"fontName": REGULAR, "fontSize": 9.6, "leading": 13.2, "spaceAfter": 5, "allowWidows": 0}
    head = {**body, "fontName": BOLD, "textColor": NAVY, "keepWithNext": 1}
    small = {**body, "fontSize": 8.4, "leading": 11, "spaceAfter": 0}
    looks: dict[str, dict[str, Any]] = {
        "body": body,
        "point": {**body, "leftIndent": 12, "bulletIndent": 2, "spaceAfter": 3.5},
        "kicker": {**body, "fontSize": 9, "textColor": GREY, "spaceAfter": 3},
        "title": {**head, "fontSize": 24, "leading": 28, "spaceAfter": 5},
        "cover": {**body, "fontSize": 9, "leading": 12.4, "textColor": GREY, "spaceAfter": 10},
        "lead": {**body, "fontSize": 11, "leading": 15.4, "spaceAfter": 4},
        "h1": {**head, "fontSize": 15, "leading": 19, "spaceBefore": 14, "spaceAfter": 7},
        "h2": {**head, "fontSize": 11.2, "leading": 14, "spaceBefore": 9, "spaceAfter": 5},
        "name": {**head, "fontSize": 10.4, "leading": 13, "spaceAfter": 1},
        "cell": small,
        "mark": {**small, "fontName": BOLD, "textColor": HexColor("#8a4b00")},
        "label": {**small, "textColor": GREY},
        "head": {**small, "fontName": BOLD, "textColor": NAVY},
        "contents": {**small, "leading": 12, "fontSize": 9},
        "number": {**small, "alignment": 2},
        "numhead": {**small, "fontName": BOLD, "textColor": NAVY, "alignment": 2},
    }
    return {
        name: ParagraphStyle(name, bulletFontName=REGULAR, bulletFontSize=9, **look) for name, look in looks.items()
    }


def _p(style: str, said: str, *, bullet: str = "") -> Any:
    """A paragraph of plain words."""
    look = _styles()[style]
    return Paragraph(text(said, look.fontName), look, bulletText=bullet or None)


def write_pdf(report: Report) -> bytes:
    """The file's bytes; the same report gives the same bytes."""
    register()
    out = io.BytesIO()
    document = BaseDocTemplate(
        out,
        pagesize=A4,
        title=clean(f"Gap check: {report.project_title}")[:255],
        subject=f"Project {report.project}, {report.day.isoformat()}",
        author="govern",
        creator="govern",
        lang="en-GB",
        invariant=1,
    )
    _add_pages(document, report)
    document.multiBuild(_story(report))
    return out.getvalue()


def _add_pages(document: Any, report: Report) -> None:
    """One kind of page, whose foot knows the number of pages from the pass before."""
    pages = count_pages(document)
    frame = Frame(_MARGIN, 60, _WIDTH, A4[1] - 118, id="page", leftPadding=0, rightPadding=0)

    def on_page(canvas: Any, _: Any) -> None:
        number = canvas.getPageNumber()
        _edges(canvas, report, number, pages(number))

    def after_flowable(flowable: Any) -> None:
        entry = getattr(flowable, "govern_entry", None)
        if entry:
            title, place, level = entry
            document.canv.bookmarkPage(place)
            document.canv.addOutlineEntry(title, place, level, closed=level > 0)
            if level == 0 and place != "summary":
                document.notify("TOCEntry", (0, f'<a href="#{place}">{text(title)}</a>', document.page))

    document.addPageTemplates([PageTemplate("page", [frame], onPage=on_page)])
    document.afterFlowable = after_flowable


def _edges(canvas: Any, report: Report, number: int, total: int) -> None:
    canvas.saveState()
    canvas.setFont(REGULAR, 8)
    canvas.setFillColor(GREY)
    if number > 1:
        top = A4[1] - 40
        canvas.drawString(_MARGIN, top, plain(f"Gap check: {report.project_title}", REGULAR)[:_LINE])
        canvas.drawRightString(A4[0] - _MARGIN, top, write_date(report.day))
        canvas.setStrokeColor(RULE)
        canvas.setLineWidth(0.5)
        canvas.line(_MARGIN, top - 6, A4[0] - _MARGIN, top - 6)
    foot = f"Project {report.project}" + (f" · assessment {report.assessment}" if report.assessment else "")
    canvas.drawString(_MARGIN, 36, plain(foot, REGULAR)[:_LINE])
    canvas.drawRightString(A4[0] - _MARGIN, 36, f"Page {number} of {total}")
    canvas.restoreState()


def _heading(style: str, title: str, place: str) -> Any:
    """A heading that goes into the outline."""
    made = _p(style, title)
    made.govern_entry = (title, place, {"h1": 0, "h2": 1}[style])
    return made


def _start(report: Report) -> Any:
    """The title's entry in the outline, on a flowable of its own: a title may be so long that it is split."""
    made = Spacer(1, 0.1)
    made.govern_entry = (report.project_title[:_LINE], "summary", 0)
    return made


def _story(report: Report) -> list[Any]:
    return [
        *_front(report),
        *_once(report),
        *_gaps(report),
        *_questions(report),
        *_confirm(report),
        *_evidence(report),
        *_packs(report),
        *_method(report),
        *_others(report),
    ]


def _front(report: Report) -> list[Any]:
    story = [
        _p("kicker", "Gap check"),
        _start(report),
        _p("title", report.project_title),
        _p("cover", report.cover),
        HRFlowable("100%", 1.4, color=NAVY, spaceAfter=9),
    ]
    story += [_p("lead", sentence) for sentence in report.summary]
    story.append(_heading("h2", "Findings by law", "chart"))
    bars = make_bars(report)
    for first in range(0, len(bars), BARS_A_CHART):
        story += [draw_for_pdf(bars[first : first + BARS_A_CHART], _WIDTH, REGULAR, BOLD), Spacer(1, 8)]
    if report.project_summary:
        story += [_heading("h2", "The project", "project"), _p("body", report.project_summary)]
    contents = TableOfContents(dotsMinLevel=0, levelStyles=[_styles()["contents"]], rightColumnWidth=30)
    contents.tableStyle = TableStyle(
        [(f"{side}PADDING", (0, 0), (-1, -1), 0) for side in ("TOP", "BOTTOM", "LEFT", "RIGHT")]
    )
    return [*story, _p("label", f"{report.method[0]} See “{words.METHOD}”."), Spacer(1, 8), CondPageBreak(95), contents]


def _once(report: Report) -> list[Any]:
    if not report.once:
        return []
    rows = [
        [
            [
                _p("name", control.title),
                _p("cell", control.do),
                _p("label", f"It leaves: {control.document}"),
            ],
            [_p("cell", control.counts), _p("label", ", ".join(control.laws))],
            [_p("cell", label + ", ".join(shorten_ids(ids))) for label, ids in split_served(control)],
        ]
        for control in report.once
    ]
    head = ("What to do", "It would close", "Which")
    made = [_p("body", report.once_words), _grid(head, rows, (_WIDTH * 0.5, 80, _WIDTH * 0.5 - 80))]
    return _section(words.DO_ONCE, "once", made, "")


def _gaps(report: Report) -> list[Any]:
    story = [CondPageBreak(260), _heading("h1", words.GAPS, "gaps")]
    shown = report.folded.gaps
    if not shown:
        return [*story, _p("body", "There are none.")]
    if len(shown) < len(report.gaps):
        story.append(_p("body", words.FOLDED))
    for severity, group in groupby(shown, key=lambda entry: entry.severity):
        said = f"{severity.capitalize()}: {count_words(report.count_gaps(severity), 'gap')}"
        story.append(CondPageBreak(150))  # a heading never stands alone at the foot of a page
        story += [_heading("h2", said, f"gaps-{severity}"), *(_card(entry) for entry in group)]
    return story


def _card(entry: Entry) -> Any:
    """A gap: a bar in the colour of its severity, the name, and what there is to say in two columns."""
    rows = entry.lines
    name = [_p("name", entry.title), _p("label", entry.where)]
    cells = [["", name, ""], *(["", _p("label", label), _p("cell", said)] for label, said in rows)]
    style = [
        ("SPAN", (1, 0), (2, 0)),
        ("BACKGROUND", (0, 0), (0, -1), HexColor(SEVERITY_COLOURS[entry.severity])),
        *_tight(),
    ]
    if entry.waiver:
        style += [("BACKGROUND", (1, len(rows)), (2, len(rows)), AMBER_PALE)]
    card = Table(cells, [4, 78, _WIDTH - 82], style=TableStyle(style), splitInRow=1, spaceAfter=9)
    return card if sum(len(said) for _, said in rows) > _LONG else KeepTogether([card])


def _tight() -> list[Any]:
    return [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("TOPPADDING", (0, 0), (-1, -1), 1.6),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 1.6),
        ("LEFTPADDING", (1, 0), (-1, -1), 7),
        ("RIGHTPADDING", (0, 0), (-1, -1), 4),
    ]


def _grid(head: Sequence[str], rows: Iterable[Sequence[Any]], widths: Sequence[float], *extra: Any) -> Any:
    """A table whose head repeats on each page; its rows are split only if one could be taller than a page."""
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
        *extra,
    ]
    cells = [[_p("head", word) for word in head], *rows]
    tall = any(_is_tall(cell, width) for row in cells for cell, width in zip(row, widths, strict=True))
    return Table(
        cells, list(widths), style=TableStyle(style), repeatRows=1, splitInRow=int(tall), spaceBefore=3, spaceAfter=10
    )


def _is_tall(cell: Any, width: float) -> bool:
    """Whether a cell could need more than half a page, reckoned by its letters."""
    letters = sum(len(each.text) for each in (cell if isinstance(cell, list) else [cell]))
    return bool(letters * 5 / width * 11 > A4[1] / 2)


def _section(title: str, place: str, made: Sequence[Any], none: str) -> list[Any]:
    body = list(made) or [_p("body", none)]
    return [CondPageBreak(130), _heading("h1", title, place), *body]


def _questions(report: Report) -> list[Any]:
    rows = [
        [
            [_p("cell", each.question), _p("label", _fact_line(each.fact, each.expired_on))],
            _p("number", str(len(each.settles))),
            _p("cell", ", ".join(shorten_ids(obligation for obligation, _ in each.settles))),
        ]
        for each in report.questions
    ]
    made = [
        _p("body", "Nobody has answered these. Each answer settles the duties beside it, or some of them; the "
           "weightiest questions come first."),
        _grid(("Question", "Duties", "Which"), rows, (_WIDTH * 0.5, 42, _WIDTH * 0.5 - 42)),
    ]  # fmt: skip
    return _section(words.OPEN, "open", made if rows else [], "Nothing is open.")


def _fact_line(fact: str, expired_on: Any) -> str:
    return f"{fact} · the answer ended on {write_date(expired_on)}" if expired_on else fact


def _confirm(report: Report) -> list[Any]:
    if not report.to_confirm:
        return []
    rows = [
        [
            _p("cell", entry.confirm_with),
            [_p("cell", entry.title), _p("label", entry.place)],
            _p("cell", entry.text),
        ]
        for entry in report.folded.to_confirm
    ]
    made = [
        _p("body", "These are duties of somebody else. Ask whether they are met there."),
        _grid(("With whom", "Duty", "What the law asks"), rows, (80, 160, _WIDTH - 240)),
    ]
    return _section(words.CONFIRM, "confirm", made, "")


def _evidence(report: Report) -> list[Any]:
    rows, looks = [], []
    for place, line in enumerate(report.evidence, start=1):
        until = write_date(line.valid_until) if line.valid_until else "—"
        ends = [_p("cell", until), *([_p("mark", line.mark)] if line.mark else [])]
        rows.append(
            [
                _p("cell", line.name),
                [_p("cell", line.what), *([_p("label", line.place)] if line.place else [])],
                _p("cell", write_date(line.collected_on) if line.collected_on else "—"),
                ends,
            ]
        )
        if line.mark:
            looks.append(("BACKGROUND", (3, place), (3, place), AMBER_PALE))
    head = ("The answer on", "rests on", "Dated", "Valid until")
    table = _grid(head, rows, (130, _WIDTH - 294, 82, 82), *looks) if rows else None
    return _section(words.EVIDENCE, "evidence", [table] if table else [], "No answer rests on evidence or has an end.")


def _others(report: Report) -> list[Any]:
    entries = report.folded.with_status("open", "met", "not_applicable")
    rows = [
        [
            [_p("cell", entry.title), _p("label", entry.place)],
            _p("cell", entry.status_words),
            _p("cell", entry.because),
        ]
        for entry in entries
    ]
    made = [_grid(("Duty", "Finding", "Why"), rows, (_WIDTH * 0.45, 76, _WIDTH * 0.55 - 76))] if rows else []
    if any(entry.also for entry in entries):
        made.insert(0, _p("body", words.FOLDED))
    return _section(words.OTHERS, "others", made, "There are none.")


def _packs(report: Report) -> list[Any]:
    made: list[Any] = []
    for pack in report.packs:
        lines = [
            _p("name", f"{pack.title}, {pack.version}"),
            _p("label", f"{pack.id} · SHA-256 {pack.digest}"),
            Spacer(1, 2),
        ]
        made.append(KeepTogether([*lines, _p("body", " ".join(pack.review))]))
    return _section(words.PACKS, "packs", made, "No pack was checked.")


def _method(report: Report) -> list[Any]:
    return _section(words.METHOD, "method", [_p("point", each, bullet="•") for each in report.method], "")
