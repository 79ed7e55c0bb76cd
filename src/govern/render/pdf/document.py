"""A draft as a PDF by ReportLab: A4 or letter, with outline, links, page numbers, repeated table heads.

Two passes at least: the table of contents and "Page X of Y" need the page numbers of the pass before.
"""

import io
from collections.abc import Mapping
from itertools import zip_longest
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, LETTER
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Frame,
    HRFlowable,
    KeepTogether,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)
from reportlab.platypus.tableofcontents import TableOfContents

from govern.contracts import Block, Draft, PartyBlock, Section, SignatureParty
from govern.contracts import Table as TreeTable
from govern.render.columns import column_widths
from govern.render.fonts import BOLD, REGULAR, plain, register
from govern.render.pdf.tables import RowTable
from govern.render.pdf.text import (
    AMBER,
    AMBER_PALE,
    GREY,
    NAVY,
    PALE,
    RULE,
    count_pages,
    markup,
    paragraph,
    styles,
    text,
)
from govern.render.words import (
    OPEN_POINTS,
    WITNESS,
    clean,
    followed,
    imprint,
    leads,
    line_of,
    open_rows,
    say_detail,
    say_signed,
    say_status,
    show_open_points,
    signers,
    stretches,
)

_MARGIN = 71
_WIDTH = int(A4[0]) - 2 * _MARGIN
_HEAD = 500  # letters of a column's head beyond which it is not repeated on each page
_ENTRY = 200  # letters of a title in contents and outline
_LEAD = 110  # points: a line of text, a table's head and its first row
_LINE = 90  # letters of a running head before it is cut
_SIGNATURE = [
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (-1, -1), 0),
    ("RIGHTPADDING", (0, 0), (-1, -1), 20),
    ("TOPPADDING", (0, 0), (-1, -1), 1),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
]


def write_pdf(draft: Draft) -> bytes:
    """The file's bytes; see `govern.render.render_pdf`."""
    register()
    out = io.BytesIO()
    document = BaseDocTemplate(
        out,
        pagesize=_paper(draft),
        leftMargin=_margin(draft),
        rightMargin=_margin(draft),
        topMargin=85,
        bottomMargin=71,
        title=clean(draft.title),
        subject=clean(draft.subtitle),
        author="govern",
        creator="govern",
        lang=draft.tongue,
        invariant=1,
    )
    _add_pages(document, draft)
    document.multiBuild(_story(draft))
    return out.getvalue()


def _paper(draft: Draft) -> tuple[float, float]:
    width, height = LETTER if draft.letter else A4
    return float(width), float(height)


def _margin(draft: Draft) -> float:
    """The margin at each side: the text is as wide on either paper."""
    return (_paper(draft)[0] - _WIDTH) / 2 if draft.letter else _MARGIN


def _add_pages(document: Any, draft: Draft) -> None:
    """The two kinds of page, and the hooks that collect headings and the number of pages."""
    pages = count_pages(document)
    margin, height = _margin(draft), _paper(draft)[1] - 156
    cover = Frame(margin, 71, _WIDTH, height, id="cover", leftPadding=0, rightPadding=0)
    page = Frame(margin, 71, _WIDTH, height, id="page", leftPadding=0, rightPadding=0)

    def on_cover(canvas: Any, _: Any) -> None:
        _watermark(canvas, draft)
        _foot(canvas, draft, "")

    def on_page(canvas: Any, _: Any) -> None:
        number = canvas.getPageNumber()
        _watermark(canvas, draft)
        _head(canvas, draft)
        _foot(canvas, draft, f"Page {number} of {pages(number)}")

    def after_flowable(flowable: Any) -> None:
        entry = getattr(flowable, "govern_entry", None)
        if entry:
            number, title, place, level = entry
            document.canv.addOutlineEntry(f"{number} {title}".strip(), place, level, closed=False)
            if number:
                document.notify("TOCEntry", (0, _contents_line(number, title, place), document.page))

    document.addPageTemplates(
        [PageTemplate("cover", [cover], onPage=on_cover), PageTemplate("page", [page], onPage=on_page)]
    )
    document.afterFlowable = after_flowable


def _contents_line(number: str, title: str, place: str) -> str:
    return f'<bullet>{text(number)}</bullet><a href="#{place}">{text(title)}</a>'


def _watermark(canvas: Any, draft: Draft) -> None:
    if draft.status == "final":
        return
    canvas.saveState()
    width, height = _paper(draft)
    canvas.translate(width / 2, height / 2)
    canvas.rotate(45)
    canvas.setFont(BOLD, 130)
    canvas.setFillColor(HexColor("#eceef2"))
    canvas.drawCentredString(0, -45, "DRAFT")
    canvas.restoreState()


def _head(canvas: Any, draft: Draft) -> None:
    canvas.saveState()
    canvas.setFont(REGULAR, 8)
    canvas.setFillColor(GREY)
    left, right_edge, top = _margin(draft), _paper(draft)[0] - _margin(draft), _paper(draft)[1] - 52
    right = plain(clean(f"{say_status(draft)} · Version {draft.version}"), REGULAR)[:_LINE]
    canvas.drawString(left, top, plain(clean(draft.title), REGULAR)[: max(0, _LINE - len(right))])
    canvas.drawRightString(right_edge, top, right)
    canvas.setStrokeColor(RULE)
    canvas.setLineWidth(0.5)
    canvas.line(left, top - 7, right_edge, top - 7)
    canvas.restoreState()


def _foot(canvas: Any, draft: Draft, page: str) -> None:
    canvas.saveState()
    canvas.setFont(REGULAR, 8)
    canvas.setFillColor(GREY)
    canvas.drawString(_margin(draft), 42, plain(imprint(draft), REGULAR)[:_LINE])
    canvas.drawRightString(_paper(draft)[0] - _margin(draft), 42, page)
    canvas.restoreState()


def _story(draft: Draft) -> list[Any]:
    known = _names(draft)
    story = [*_title_page(draft, known), *_contents(), *_open_points(draft), PageBreak()]
    story += _introduction(draft, known)
    for section in draft.sections:
        story += _section(section, known)
    if draft.signature or draft.signatures:
        # no page of signatures without a line of what is signed
        last = [story.pop()] if isinstance(story[-1], Paragraph) else []
        story.append(KeepTogether([*last, *_signatures(draft, known)]))
    for section in draft.annexes:
        story += [PageBreak(), *_section(section, known)]
    return story


def _names(draft: Draft) -> dict[str, str]:
    """A short name of its own for each anchor: links never hold text of the draft."""
    anchors = [section.anchor for section in (*draft.sections, *draft.annexes)]
    anchors += [each.anchor for each in draft.paragraphs() if each.anchor]
    return {anchor: f"p{place}" for place, anchor in enumerate(dict.fromkeys(anchors))}


def _heading(style: str, number: str, title: str, place: str, level: int) -> Any:
    """A heading that goes into the outline and, if it has a number, into the contents."""
    font = styles()[style].fontName
    if style == "clause":
        made = paragraph(style, text(title, font), number=number, place=place)
    else:
        gap = "&#160;" * 4 if number else ""
        made = paragraph(style, f"{text(number, font)}{gap}{text(title, font)}", place=place)
    made.govern_entry = (clean(number)[:_ENTRY], clean(title)[:_ENTRY], place, level)
    return made


def _title_page(draft: Draft, known: Mapping[str, str]) -> list[Any]:
    story = [
        Spacer(1, 110),
        paragraph("status", text(f"{say_status(draft)} · Version {draft.version}".upper())),
        paragraph("title", text(draft.title, BOLD)),
        paragraph("subtitle", text(draft.subtitle)),
        HRFlowable("100%", 1.5, color=NAVY, spaceAfter=10),
    ]
    for party in draft.parties:
        story += [paragraph("party", markup(party.name, known, BOLD)), paragraph("role", text(party.role))]
    return [*story, NextPageTemplate("page"), PageBreak()]


def _contents() -> list[Any]:
    contents = TableOfContents(dotsMinLevel=0, levelStyles=[styles()["toc"]], rightColumnWidth=40)
    return [paragraph("part", text("Contents", BOLD)), contents]


def _open_points(draft: Draft) -> list[Any]:
    if not show_open_points(draft):
        return []
    head = [paragraph("head", text(word, BOLD)) for word in ("Kind", "What is open", "Where")]
    rows = [[paragraph("cell", text(cell)) for cell in row] for row in open_rows(draft)]
    looks = [("BOX", (0, 0), (-1, -1), 1, AMBER), ("BACKGROUND", (0, 0), (-1, 0), AMBER_PALE)]
    table = _table([head, *rows], [95, _WIDTH - 185, 90], looks)
    return [Spacer(1, 10), paragraph("part", text(OPEN_POINTS, BOLD)), table]


def _introduction(draft: Draft, known: Mapping[str, str]) -> list[Any]:
    story = [paragraph("part", text("Parties", BOLD))]
    for number, party in enumerate(draft.parties, start=1):
        story.append(paragraph("level0_left", _party(party, known), number=f"({number})"))
    if draft.background:
        story.append(paragraph("part", text("Background", BOLD)))
    for number, recital in enumerate(draft.background):
        story.append(paragraph("level0", markup(recital, known), number=f"({chr(ord('A') + number)})"))
    return [*story, paragraph("part", text("Agreed terms", BOLD))]


def _party(party: PartyBlock, known: Mapping[str, str]) -> str:
    name = f'<font name="{BOLD}">{markup(party.name, known, BOLD)}</font>'
    details = "".join(f", {text(say_detail(label))} {markup(value, known)}" for label, value in party.details)
    return f'{name}{details} (the <font name="{BOLD}">{text(f"“{party.role}”", BOLD)}</font>).'


def _section(section: Section, known: Mapping[str, str]) -> list[Any]:
    annex = section.kind == "annex"
    story = [_heading("annex" if annex else "clause", section.number, section.title, known[section.anchor], 0)]
    if annex:
        story.append(HRFlowable("100%", 0.75, color=NAVY, spaceAfter=12))
    for block, after in followed(section.blocks):
        made = _block(block, known, annex=annex)
        if isinstance(after, TreeTable) and leads(block, after):
            # the words that lead to a table, its head and a row stay on one page
            story.insert(_before_heading(story), CondPageBreak(_LEAD))
        elif leads(block, after):
            made.keepWithNext = True
        story.append(made)
    return story


def _before_heading(story: list[Any]) -> int:
    """The place before the last flowable if that is a heading, else the end."""
    return len(story) - (1 if story and story[-1].getKeepWithNext() else 0)


def _block(block: Block, known: Mapping[str, str], *, annex: bool) -> Any:
    if isinstance(block, TreeTable):
        head = [paragraph("head", markup(cell, known, BOLD)) for cell in block.header]
        rows = [[paragraph("cell", markup(cell, known)) for cell in row] for row in block.rows]
        looks = [("LINEABOVE", (0, 0), (-1, 0), 1, NAVY)]
        short = all(len(line_of(cell)) < _HEAD for cell in block.header)
        return _table([head, *rows], column_widths(block, _WIDTH), looks, repeat=short)
    place = known.get(block.anchor, "") if block.anchor else ""
    content = markup(block.content, known)
    ragged = "_left" if stretches(block.content) else ""
    if not block.number:
        return paragraph(("body" if annex else "under") + ragged, content, place=place)
    level = min(max(block.level, 0), 2)
    style = f"annex{level}" if annex and level else f"level{level}"
    return paragraph(style + ragged, content, number=block.number, place=place)


def _table(rows: list[list[Any]], widths: list[int], looks: list[Any], *, repeat: bool = True) -> Any:
    """A table whose head repeats unless it is too tall for that. A row is split only if it is taller than a page."""
    style = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("BACKGROUND", (0, 0), (-1, 0), PALE),
        ("LINEBELOW", (0, 0), (-1, -2), 0.5, RULE),
        ("LINEBELOW", (0, -1), (-1, -1), 1, NAVY),
        ("TOPPADDING", (0, 0), (-1, -1), 3.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
        ("LEFTPADDING", (0, 0), (-1, -1), 5),
        ("RIGHTPADDING", (0, 0), (-1, -1), 5),
        *looks,
    ]
    return RowTable(rows, widths, style=TableStyle(style), repeatRows=int(repeat), spaceBefore=4, spaceAfter=12)


def _signatures(draft: Draft, known: Mapping[str, str]) -> list[Any]:
    story = [paragraph("part", text("Signatures", BOLD)), paragraph("body", markup(draft.signature, known))]
    for first in range(0, len(draft.signatures), 2):
        pair = [_signatory(party, known) for party in draft.signatures[first : first + 2]]
        rows = [[*cells, *([""] * (2 - len(cells)))] for cells in zip_longest(*pair, fillvalue="")]
        story.append(Table(rows, [_WIDTH / 2, _WIDTH / 2], style=TableStyle(_SIGNATURE), splitInRow=1, spaceAfter=24))
    return story


def _signatory(party: SignatureParty, known: Mapping[str, str]) -> list[Any]:
    """One party's lines, one a row, so that the lines of two parties stay level."""

    def line(label: str) -> list[Any]:
        rule = HRFlowable("100%", 0.5, color=HexColor("#000000"), spaceBefore=2, spaceAfter=6)
        return [Spacer(1, 26), paragraph("label", label), rule]

    return [
        paragraph("label", text(say_signed(party.role, deed=party.deed))),
        paragraph("signname", markup(party.name, known, BOLD)),
        *(
            cell
            for name, title in signers(party)
            for cell in (
                line("Signature"),
                paragraph("sign", f"Name: {markup(name, known)}"),
                paragraph("sign", f"Title: {markup(title, known)}"),
                line("Date"),
            )
        ),
        *(line(label) for label in WITNESS if party.deed),
    ]
