"""The analysis of a returned file as a Word file, in the house of the gap reports, to be passed on.

Its marks are formatting and no tracked changes: nobody can accept the other side's words in it by a click.
"""

from collections.abc import Iterable

from lxml.etree import _Element as Element

from govern.contracts import Change
from govern.render.docx.paper import TEXT, add_styles, card, edges, finish, grid, kept, p, parse_part
from govern.render.docx.parts import base_parts
from govern.render.docx.xml import el, paragraph, run, to_bytes
from govern.render.redline.text import Span
from govern.render.returned import words
from govern.render.returned.words import Analysis, ClauseWords

_ADDED, _REMOVED = "1A4F8B", "A4262C"


def write_docx(analysis: Analysis) -> bytes:
    """The file's bytes; the same analysis gives the same ones."""
    parts = base_parts()
    parts["word/document.xml"] = _document(parts["word/document.xml"], analysis)
    parts["word/styles.xml"] = add_styles(parts["word/styles.xml"])
    parts |= edges(analysis.heading[:90], analysis.foot[:90])
    return finish(parts, title=analysis.heading, subject=analysis.foot, identifier="", day=analysis.day)


def _document(base: bytes, analysis: Analysis) -> bytes:
    root = parse_part(base)
    body = root[0]
    body[:] = [*_front(analysis), *_clauses(analysis), *_open(analysis), *_method(analysis), body[-1]]
    return to_bytes(root)


def _front(analysis: Analysis) -> list[Element]:
    made = [p("ReportKicker", words.KICKER), p("ReportTitle", analysis.title), p("ReportCover", analysis.cover)]
    made += [p("ReportLead", sentence) for sentence in analysis.summary]
    if analysis.clauses:
        rows = [[[p("ReportCell", cell)] for cell in row] for row in analysis.glance]
        made += [p("ReportSubheading", words.GLANCE), *grid(words.HEAD, rows, (2700, 1800, TEXT - 6000, 1500))]
    return made


def _clauses(analysis: Analysis) -> list[Element]:
    made = [kept("ReportHeading", words.CLAUSES)]
    if not analysis.clauses:
        return [*made, p("Normal", words.NOTHING)]
    made.append(kept("Normal", words.MARKS))
    for clause in analysis.clauses:
        made += [_card(clause), paragraph("TableAfter", [])]
    return made


def _card(clause: ClauseWords) -> Element:
    """A clause as a table with a bar in the colour of its gravest verdict: its lines, then what they do."""
    lines = [(line.where, paragraph("ReportCell", _marked(line.spans), el("keepNext")), "") for line in clause.lines]
    *most, (label, said) = clause.rows
    rows = [(name, kept("ReportCell", held), "") for name, held in most]
    name = [kept("ReportName", clause.title)]
    return card(name, [*lines, *rows, (label, p("ReportCell", said), "")], words.COLOURS[clause.grade], words.STRONG)


def _marked(spans: Iterable[Span]) -> list[Element]:
    return [_span(span) for span in spans if span.text]


def _span(span: Span) -> Element:
    if span.change is Change.ADDED:
        return run(span.text, "", el("color", val=_ADDED), el("u", val="single"))
    if span.change is Change.REMOVED:
        return run(span.text, "", el("strike"), el("color", val=_REMOVED))
    return run(span.text)


def _open(analysis: Analysis) -> list[Element]:
    if not analysis.open:
        return [kept("ReportHeading", words.OPEN), p("Normal", words.NONE_OPEN)]
    rows = [[[p("ReportCell", where)], [p("ReportCell", what)]] for where, what in analysis.open]
    return [kept("ReportHeading", words.OPEN), *grid(words.OPEN_HEAD, rows, (2700, TEXT - 2700))]


def _method(analysis: Analysis) -> list[Element]:
    points = [paragraph("ReportPoint", [run(f"•\t{each}")]) for each in analysis.method]
    return [kept("ReportHeading", words.METHOD), *points]
