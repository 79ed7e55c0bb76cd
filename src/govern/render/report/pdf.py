"""A report as a PDF for a board: A4, summary and chart on the first page, then the gaps, gravest first.

It is untagged, as ReportLab writes no tags (ADR 11): the accessible forms are Word and HTML. Whatever a text holds is
shown as text; a character that none of the embedded fonts has is shown as a box.
"""

import io
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.platypus import (
    CondPageBreak,
    HRFlowable,
    KeepTogether,
    PageTemplate,
    Spacer,
    Table,
    TableStyle,
)
from reportlab.platypus.tableofcontents import TableOfContents

from govern.contracts import write_date
from govern.render.fonts import BOLD, REGULAR, register
from govern.render.pdf.paper import (
    LINE,
    WIDTH,
    draw_edges,
    grid,
    make_document,
    make_frame,
    paper_styles,
    para,
)
from govern.render.pdf.text import AMBER_PALE, NAVY, count_pages, text
from govern.render.report import model as words
from govern.render.report.chart import BARS_A_CHART, SEVERITY_COLOURS, draw_for_pdf, make_bars
from govern.render.report.model import Entry, Report, count_words, shorten_ids, split_served

_LONG = 1_500  # letters above which a card may break anywhere


def write_pdf(report: Report) -> bytes:
    """The file's bytes; the same report gives the same bytes."""
    register()
    out = io.BytesIO()
    document = make_document(out, _title(report), f"Project {report.project}, {report.day.isoformat()}")
    _add_pages(document, report)
    document.multiBuild(_story(report))
    return out.getvalue()


def _add_pages(document: Any, report: Report) -> None:
    """One kind of page, whose foot knows the number of pages from the pass before."""
    pages = count_pages(document)
    head = _title(report), write_date(report.day)
    foot = f"Project {report.project}" + (f" · assessment {report.assessment}" if report.assessment else "")

    def on_page(canvas: Any, _: Any) -> None:
        number = canvas.getPageNumber()
        draw_edges(canvas, head, foot, number, pages(number))

    def after_flowable(flowable: Any) -> None:
        entry = getattr(flowable, "govern_entry", None)
        if entry:
            title, place, level = entry
            document.canv.bookmarkPage(place)
            document.canv.addOutlineEntry(title, place, level, closed=level > 0)
            if level == 0 and place != "summary":
                document.notify("TOCEntry", (0, f'<a href="#{place}">{text(title)}</a>', document.page))

    document.addPageTemplates([PageTemplate("page", [make_frame()], onPage=on_page)])
    document.afterFlowable = after_flowable


def _title(report: Report) -> str:
    return f"Gap check: {report.project_title}"


def _heading(style: str, title: str, place: str) -> Any:
    """A heading that goes into the outline."""
    made = para(style, title)
    made.govern_entry = (title, place, {"h1": 0, "h2": 1}[style])
    return made


def _start(report: Report) -> Any:
    """The title's entry in the outline, on a flowable of its own: a title may be so long that it is split."""
    made = Spacer(1, 0.1)
    made.govern_entry = (report.project_title[:LINE], "summary", 0)
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
        para("kicker", "Gap check"),
        _start(report),
        para("title", report.project_title),
        para("cover", report.cover),
        HRFlowable("100%", 1.4, color=NAVY, spaceAfter=9),
    ]
    story += [para("lead", sentence) for sentence in report.summary]
    story.append(_heading("h2", "Findings by law", "chart"))
    bars = make_bars(report)
    for first in range(0, len(bars), BARS_A_CHART):
        story += [draw_for_pdf(bars[first : first + BARS_A_CHART], WIDTH, REGULAR, BOLD), Spacer(1, 8)]
    if report.project_summary:
        story += [_heading("h2", "The project", "project"), para("body", report.project_summary)]
    contents = TableOfContents(dotsMinLevel=0, levelStyles=[paper_styles()["contents"]], rightColumnWidth=30)
    contents.tableStyle = TableStyle(
        [(f"{side}PADDING", (0, 0), (-1, -1), 0) for side in ("TOP", "BOTTOM", "LEFT", "RIGHT")]
    )
    return [
        *story,
        para("label", f"{report.method[0]} See “{words.METHOD}”."),
        Spacer(1, 8),
        CondPageBreak(95),
        contents,
    ]


def _once(report: Report) -> list[Any]:
    if not report.once:
        return []
    rows = [
        [
            [
                para("name", control.title),
                para("cell", control.do),
                para("label", f"It leaves: {control.document}"),
            ],
            [para("cell", control.counts), para("label", ", ".join(control.laws))],
            [para("cell", label + ", ".join(shorten_ids(ids))) for label, ids in split_served(control)],
        ]
        for control in report.once
    ]
    head = ("What to do", "It would close", "Which")
    made = [para("body", report.once_words), grid(head, rows, (WIDTH * 0.5, 80, WIDTH * 0.5 - 80))]
    return _section(words.DO_ONCE, "once", made, "")


def _gaps(report: Report) -> list[Any]:
    story = [CondPageBreak(260), _heading("h1", words.GAPS, "gaps")]
    shown = report.folded.gaps
    if not shown:
        return [*story, para("body", "There are none.")]
    if len(shown) < len(report.gaps):
        story.append(para("body", words.FOLDED))
    for severity, group in groupby(shown, key=lambda entry: entry.severity):
        said = f"{severity.capitalize()}: {count_words(report.count_gaps(severity), 'gap')}"
        story.append(CondPageBreak(150))  # a heading never stands alone at the foot of a page
        story += [_heading("h2", said, f"gaps-{severity}"), *(_card(entry) for entry in group)]
    return story


def _card(entry: Entry) -> Any:
    """A gap: a bar in the colour of its severity, the name, and what there is to say in two columns."""
    rows = entry.lines
    name = [para("name", entry.title), para("label", entry.where)]
    cells = [["", name, ""], *(["", para("label", label), para("cell", said)] for label, said in rows)]
    style = [
        ("SPAN", (1, 0), (2, 0)),
        ("BACKGROUND", (0, 0), (0, -1), HexColor(SEVERITY_COLOURS[entry.severity])),
        *_tight(),
    ]
    if entry.waiver:
        style += [("BACKGROUND", (1, len(rows)), (2, len(rows)), AMBER_PALE)]
    card = Table(cells, [4, 78, WIDTH - 82], style=TableStyle(style), splitInRow=1, spaceAfter=9)
    return card if sum(len(said) for _, said in rows) > _LONG else KeepTogether([card])


def _tight() -> list[Any]:
    return [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("TOPPADDING", (0, 0), (-1, -1), 1.6),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 1.6),
        ("LEFTPADDING", (1, 0), (-1, -1), 7),
        ("RIGHTPADDING", (0, 0), (-1, -1), 4),
    ]


def _section(title: str, place: str, made: Sequence[Any], none: str) -> list[Any]:
    body = list(made) or [para("body", none)]
    return [CondPageBreak(130), _heading("h1", title, place), *body]


def _questions(report: Report) -> list[Any]:
    rows = [
        [
            [para("cell", each.question), para("label", " · ".join(filter(None, (each.fact, each.lapse))))],
            para("number", str(len(each.settles))),
            para("cell", ", ".join(shorten_ids(obligation for obligation, _ in each.settles))),
        ]
        for each in report.questions
    ]
    made = [
        para("body", "Nobody has answered these. Each answer settles the duties beside it, or some of them; the "
           "weightiest questions come first."),
        grid(("Question", "Duties", "Which"), rows, (WIDTH * 0.5, 42, WIDTH * 0.5 - 42)),
    ]  # fmt: skip
    return _section(words.OPEN, "open", made if rows else [], "Nothing is open.")


def _confirm(report: Report) -> list[Any]:
    if not report.to_confirm:
        return []
    rows = [
        [
            para("cell", entry.confirm_with),
            [para("cell", entry.title), para("label", entry.place)],
            para("cell", entry.text),
        ]
        for entry in report.folded.to_confirm
    ]
    made = [
        para("body", "These are duties of somebody else. Ask whether they are met there."),
        grid(("With whom", "Duty", "What the law asks"), rows, (80, 160, WIDTH - 240)),
    ]
    return _section(words.CONFIRM, "confirm", made, "")


def _evidence(report: Report) -> list[Any]:
    rows, looks = [], []
    for place, line in enumerate(report.evidence, start=1):
        until = write_date(line.valid_until) if line.valid_until else "—"
        ends = [para("cell", until), *([para("mark", line.mark)] if line.mark else [])]
        rows.append(
            [
                para("cell", line.name),
                [para("cell", line.what), *([para("label", line.place)] if line.place else [])],
                para("cell", write_date(line.dated) if line.dated else "—"),
                ends,
            ]
        )
        if line.mark:
            looks.append(("BACKGROUND", (3, place), (3, place), AMBER_PALE))
    head = ("The answer on", "rests on", "Dated", "Valid until")
    table = grid(head, rows, (130, WIDTH - 294, 82, 82), *looks) if rows else None
    return _section(words.EVIDENCE, "evidence", [table] if table else [], "No answer rests on evidence or has an end.")


def _others(report: Report) -> list[Any]:
    entries = report.folded.with_status("open", "met", "not_applicable")
    rows = [
        [
            [para("cell", entry.title), para("label", entry.place)],
            para("cell", entry.status_words),
            para("cell", entry.because),
        ]
        for entry in entries
    ]
    made = [grid(("Duty", "Finding", "Why"), rows, (WIDTH * 0.45, 76, WIDTH * 0.55 - 76))] if rows else []
    if any(entry.also for entry in entries):
        made.insert(0, para("body", words.FOLDED))
    return _section(words.OTHERS, "others", made, "There are none.")


def _packs(report: Report) -> list[Any]:
    made: list[Any] = []
    for pack in report.packs:
        lines = [
            para("name", f"{pack.title}, {pack.version}"),
            para("label", f"{pack.id} · SHA-256 {pack.digest}"),
            Spacer(1, 2),
        ]
        made.append(KeepTogether([*lines, para("body", " ".join(pack.review))]))
    return _section(words.PACKS, "packs", made, "No pack was checked.")


def _method(report: Report) -> list[Any]:
    return _section(words.METHOD, "method", [para("point", each, bullet="•") for each in report.method], "")
