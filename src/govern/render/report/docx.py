"""A report as a Word file: what the PDF says, in the same order, to be edited and passed on.

It is made of the base document of the contracts with a few styles of its own. The package is packed in a fixed order
with fixed times, so that the same report gives the same bytes.
"""

from collections.abc import Sequence
from itertools import groupby

from lxml import etree
from lxml.etree import _Element as Element

from govern.contracts import write_date
from govern.render.docx.paper import AMBER, TEXT, add_styles, both, card, edges, finish, grid, kept, p, parse_part
from govern.render.docx.parts import base_parts
from govern.render.docx.xml import el, field_end, field_start, paragraph, run, to_bytes
from govern.render.report import model as words
from govern.render.report.chart import BARS_A_CHART, SEVERITY_COLOURS, describe_chart, draw_png, make_bars
from govern.render.report.model import Entry, Report, count_words, shorten_ids, split_served
from govern.render.words import clean

_EMU = 914_400 * TEXT // 1440  # the width of the text in English Metric Units
_MOST = 255  # letters of a title in a running head before it is cut
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_IMAGE = f"{_R}/image"

_PICTURE = """
<w:drawing xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"
 xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
 xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"
 xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"
 xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture">
 <wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="0" cy="0"/><wp:docPr id="1" name="Findings by law"/>
 <a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture">
 <pic:pic><pic:nvPicPr><pic:cNvPr id="1" name="chart"/><pic:cNvPicPr/></pic:nvPicPr>
 <pic:blipFill><a:blip r:embed=""/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>
 <pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="0" cy="0"/></a:xfrm>
 <a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline>
</w:drawing>"""

_SECTIONS = {
    "once": words.DO_ONCE,
    "gaps": words.GAPS,
    "open": words.OPEN,
    "confirm": words.CONFIRM,
    "evidence": words.EVIDENCE,
    "packs": words.PACKS,
    "method": words.METHOD,
    "others": words.OTHERS,
}


def write_docx(report: Report) -> bytes:
    """The file's bytes."""
    parts = base_parts()
    charts = _charts(report)
    parts["word/document.xml"] = _document(parts["word/document.xml"], report, charts)
    parts["word/styles.xml"] = add_styles(parts["word/styles.xml"])
    parts["word/_rels/document.xml.rels"] = _relations(parts["word/_rels/document.xml.rels"], len(charts))
    parts["[Content_Types].xml"] = _types(parts["[Content_Types].xml"])
    parts |= _edges(report)
    for number, (picture, _, _) in enumerate(charts, start=1):
        parts[f"word/media/chart{number}.png"] = picture
    return finish(
        parts,
        title=f"Gap check: {report.project_title}",
        subject=f"Project {report.project}, {report.day.isoformat()}",
        identifier=report.assessment,
        day=report.day,
    )


def _charts(report: Report) -> list[tuple[bytes, int, int]]:
    bars = make_bars(report)
    return [draw_png(bars[first : first + BARS_A_CHART]) for first in range(0, len(bars), BARS_A_CHART)]


def _relations(base: bytes, charts: int) -> bytes:
    root = parse_part(base)
    for number in range(1, charts + 1):
        tag = f"{{{root.nsmap[None]}}}Relationship"
        etree.SubElement(root, tag, Id=f"rIdChart{number}", Type=_IMAGE, Target=f"media/chart{number}.png")
    return to_bytes(root)


def _types(base: bytes) -> bytes:
    root = parse_part(base)
    root.insert(0, etree.Element(f"{{{root.nsmap[None]}}}Default", Extension="png", ContentType="image/png"))
    return to_bytes(root)


def _edges(report: Report) -> dict[str, bytes]:
    title = " ".join(report.project_title.split())[:_MOST]
    foot = f"Project {report.project[:90]}" + (f" · assessment {report.assessment}" if report.assessment else "")
    return edges(f"Gap check: {title[:90]}\t{write_date(report.day)}", foot)


# --- the document -----------------------------------------------------------------------------------------------------


def _document(base: bytes, report: Report, charts: Sequence[tuple[bytes, int, int]]) -> bytes:
    root = parse_part(base)
    body = root[0]
    content = [
        *_front(report, charts),
        *_once(report),
        *_gaps(report),
        *_questions(report),
        *_confirm(report),
        *_evidence(report),
        *_packs(report),
        *_method(report),
        *_others(report),
    ]
    body[:] = [*content, body[-1]]
    return to_bytes(root)


def _heading(place: str) -> Element:
    """A heading with the bookmark that the contents point to."""
    number = list(_SECTIONS).index(place) + 1
    start, end = el("bookmarkStart", id=number, name=f"_Toc_{place}"), el("bookmarkEnd", id=number)
    return paragraph("ReportHeading", [start, run(_SECTIONS[place]), end])


def _front(report: Report, charts: Sequence[tuple[bytes, int, int]]) -> list[Element]:
    made = [p("ReportKicker", "Gap check"), p("ReportTitle", report.project_title), p("ReportCover", report.cover)]
    made += [p("ReportLead", sentence) for sentence in report.summary]
    made.append(p("ReportSubheading", "Findings by law"))
    said = describe_chart(report)
    for number, (_, width, height) in enumerate(charts, start=1):
        made.append(paragraph("Normal", [el("r", _picture(number, width, height, said))]))
    if report.project_summary:
        made += [p("ReportSubheading", "The project"), p("Normal", report.project_summary)]
    made.append(p("ReportSmall", f"{report.method[0]} See “{words.METHOD}”."))
    return [*made, _contents(report)]


def _picture(number: int, width: int, height: int, said: str) -> Element:
    drawing = parse_part(_PICTURE.encode())
    inline = drawing[0]
    extent = {"cx": str(_EMU), "cy": str(_EMU * height // width)}
    for each in (inline[0], next(drawing.iter("{*}ext"))):
        each.attrib.update(extent)
    inline[1].attrib.update({"id": str(number), "descr": clean(said)})
    next(drawing.iter("{*}blip")).set(f"{{{_R}}}embed", f"rIdChart{number}")
    return drawing


def _contents(report: Report) -> Element:
    """Links to the sections: a field whose page numbers are left out, since only Word's layout knows them."""
    absent = {place for place, there in (("once", report.once), ("confirm", report.to_confirm)) if not there}
    places = [place for place in _SECTIONS if place not in absent]
    links = [[el("hyperlink", run(_SECTIONS[place]), anchor=f"_Toc_{place}", history=1)] for place in places]
    links[0] = [*field_start('TOC \\o "1-1" \\n \\h \\z \\u'), *links[0]]
    links[-1].append(field_end())
    *most, last = links
    entries = [*(paragraph("ReportContents", each, el("keepNext")) for each in most), paragraph("ReportContents", last)]
    gallery = el("docPartObj", el("docPartGallery", val="Table of Contents"), el("docPartUnique"))
    return el("sdt", el("sdtPr", gallery), el("sdtContent", *entries))


def _once(report: Report) -> list[Element]:
    if not report.once:
        return []
    rows = [
        (
            [
                paragraph("ReportName", [run(control.title)], el("keepNext", val=0)),  # the row is not split anyway
                p("ReportCell", control.do),
                p("ReportSmall", f"It leaves: {control.document}"),
            ],
            both(control.counts, ", ".join(control.laws)),
            [p("ReportCell", label + ", ".join(shorten_ids(ids))) for label, ids in split_served(control)],
        )
        for control in report.once
    ]
    head, widths = ("What to do", "It would close", "Which"), (4500, 1500, TEXT - 6000)
    return [_heading("once"), kept("Normal", report.once_words), *grid(head, rows, widths)]


def _gaps(report: Report) -> list[Element]:
    made = [_heading("gaps")]
    shown = report.folded.gaps
    if not shown:
        made.append(p("Normal", "There are none."))
    if len(shown) < len(report.gaps):
        made.append(kept("Normal", words.FOLDED))
    for severity, group in groupby(shown, key=lambda entry: entry.severity):
        said = f"{severity.capitalize()}: {count_words(report.count_gaps(severity), 'gap')}"
        made.append(p("ReportSubheading", said))
        for entry in group:
            made += [_card(entry), paragraph("TableAfter", [])]
    return made


def _card(entry: Entry) -> Element:
    """A gap as a table with a bar in the colour of its severity; its rows stay together on a page."""
    rows = []
    for place, (label, said) in enumerate(entry.lines, start=1):
        make = p if place == len(entry.lines) else kept
        rows.append((label, make("ReportCell", said), AMBER if label == "Waiver" else ""))
    name = [kept("ReportName", entry.title), kept("ReportSmall", entry.where)]
    return card(name, rows, SEVERITY_COLOURS[entry.severity])


def _questions(report: Report) -> list[Element]:
    if not report.questions:
        return [_heading("open"), p("Normal", "Nothing is open.")]
    rows = []
    for each in report.questions:
        ended = f" · {each.lapse}" if each.lapse else ""
        which = ", ".join(shorten_ids(obligation for obligation, _ in each.settles))
        rows.append(
            (
                both(each.question, each.fact + ended),
                [p("ReportCell", str(len(each.settles)))],
                [p("ReportCell", which)],
            )
        )
    lead = "Nobody has answered these. Each answer settles the duties beside it, or some of them."
    return [
        _heading("open"),
        p("Normal", lead),
        *grid(("Question", "Duties", "Which"), rows, (4300, 850, TEXT - 5150)),
    ]


def _confirm(report: Report) -> list[Element]:
    if not report.to_confirm:
        return []
    rows = [
        (
            [p("ReportCell", entry.confirm_with)],
            both(entry.title, entry.place),
            [p("ReportCell", entry.text)],
        )
        for entry in report.folded.to_confirm
    ]
    return [
        _heading("confirm"),
        p("Normal", "These are duties of somebody else. Ask whether they are met there."),
        *grid(("With whom", "Duty", "What the law asks"), rows, (1500, 3100, TEXT - 4600)),
    ]


def _evidence(report: Report) -> list[Element]:
    if not report.evidence:
        return [_heading("evidence"), p("Normal", "No answer rests on evidence or has an end.")]
    rows = [
        (
            [p("ReportCell", line.name)],
            both(line.what, line.place),
            [p("ReportCell", write_date(line.dated) if line.dated else "—")],
            [
                p("ReportCell", write_date(line.valid_until) if line.valid_until else "—"),
                *(
                    [paragraph("ReportCell", [run(line.mark, "", el("b"), el("highlight", val="yellow"))])]
                    * bool(line.mark)
                ),
            ],
        )
        for line in report.evidence
    ]
    head = ("The answer on", "rests on", "Dated", "Valid until")
    return [_heading("evidence"), *grid(head, rows, (2600, TEXT - 5800, 1600, 1600))]


def _others(report: Report) -> list[Element]:
    entries = report.folded.with_status("open", "met", "not_applicable")
    rows = [
        (
            both(entry.title, entry.place),
            [p("ReportCell", entry.status_words)],
            [p("ReportCell", entry.because)],
        )
        for entry in entries
    ]
    if not rows:
        return [_heading("others"), p("Normal", "There are none.")]
    head = ("Duty", "Finding", "Why")
    note = [kept("Normal", words.FOLDED)] if any(entry.also for entry in entries) else []
    return [_heading("others"), *note, *grid(head, rows, (4100, 1450, TEXT - 5550))]


def _packs(report: Report) -> list[Element]:
    made = [_heading("packs")]
    for pack_line in report.packs:
        made += [
            kept("ReportName", f"{pack_line.title}, {pack_line.version}"),
            kept("ReportSmall", f"{pack_line.id} · SHA-256 {pack_line.digest}"),
            p("Normal", " ".join(pack_line.review)),
        ]
    return made


def _method(report: Report) -> list[Element]:
    return [_heading("method"), *(paragraph("ReportPoint", [run(f"•\t{each}")]) for each in report.method)]
