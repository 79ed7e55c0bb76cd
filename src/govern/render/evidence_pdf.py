"""The report in an evidence bundle, and the certificate of an erasure, as PDF.

Both are for reading: what they say can be checked against the entries and proofs that come with them. They are untagged
(ADR 11), and the same input gives the same bytes.
"""

import io
from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from functools import lru_cache
from importlib.resources import files
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Frame,
    HRFlowable,
    PageBreak,
    PageTemplate,
    Paragraph,
    Table,
    TableStyle,
)

from govern.audit import format_verifier_key
from govern.kernel import canonical_bytes
from govern.render.fonts import BOLD, REGULAR, plain, register
from govern.render.pdf_text import GREY, NAVY, PALE, RULE, text
from govern.render.words import clean
from govern.usecases.erasure import Certificate
from govern.usecases.matters import MatterReport

ROWS = 2_000
"""Entries and fields that the report prints; all are in the bundle's files."""

_MARGIN = 57
_WIDTH = A4[0] - 2 * _MARGIN
_LINE, _VALUE = 90, 400  # letters of a running head, and of a disclosed value


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
        "cell": small,
        "label": {**small, "textColor": GREY},
        "head": {**small, "fontName": BOLD, "textColor": NAVY},
    }
    return {
        name: ParagraphStyle(name, bulletFontName=REGULAR, bulletFontSize=9, **look) for name, look in looks.items()
    }


def _p(style: str, said: str, *, bullet: str = "") -> Any:
    look = _styles()[style]
    return Paragraph(text(said, look.fontName), look, bulletText=bullet or None)


def write_evidence_pdf(report: MatterReport, name: str) -> bytes:
    """The report of a bundle: what happened, who did it, what is proved and what is not, and a certification to adapt.

    `name` is the bundle's file name, which the certification cites.
    """
    found = report.verified
    title = f"Evidence: {report.title}"
    story = [
        _p("kicker", "Evidence of one matter"),
        _p("title", report.title),
        _p("cover", f"{found.matter} · {len(report.entries)} entries of the log {found.origin}"),
        HRFlowable("100%", 1.4, color=NAVY, spaceAfter=9),
        _pairs(_front(report)),
        *_points("What is proved", found.checked, "The bundle proves, with the log's public key and without us:"),
        *_points("What is not proved", found.unchecked, ""),
        *_actors(report),
        *_timeline(report),
        *_disclosed(report),
        *_certification(report, name),
    ]
    return _build(title, f"{found.matter}, up to entry {report.entries[-1][0]}", story)


def write_erasure_pdf(certificate: Certificate) -> bytes:
    """The certificate of an erasure: which key, what it covered, what was reached and what was not."""
    story = [
        _p("kicker", "Certificate of erasure"),
        _p("title", f"The data of {certificate.subject} was erased"),
        _p("cover", f"Certificate {certificate.id} · log {certificate.log}"),
        HRFlowable("100%", 1.4, color=NAVY, spaceAfter=9),
        _p(
            "body",
            "Everything that this workspace had sealed of the person was encrypted under one key. The key was "
            "destroyed, and with it the means to read any copy of that data. No entry of the log was changed: the "
            "log verifies as before.",
        ),
        _pairs(
            (
                ("Person", f"{certificate.subject} (a pseudonym)"),
                ("Why", certificate.reason or "no reason was given"),
                ("Ordered", f"{_time(certificate.ordered_at)} by {certificate.ordered_by}"),
                ("Destroyed", _time(certificate.destroyed_at)),
                ("Key", certificate.key),
                ("Digest of the key", certificate.digest),
                ("Sealed records", f"{certificate.covered}"),
                (
                    "Entries of the log",
                    f"key made: {certificate.created_entry}; ordered: {certificate.ordered_entry}; "
                    f"destroyed: {certificate.destroyed_entry}; log of {certificate.size} entries",
                ),
            )
        ),
        *_points("What was reached", certificate.reached, ""),
        *_points("What was not reached", certificate.not_reached, ""),
        *_points("What was checked", certificate.checked, ""),
        *_points("Proof", (), "The entry that says that the key was destroyed, in the form of C2SP tlog-proof:"),
        *(_p("cell", line) for line in certificate.proof.splitlines() if line),
    ]
    return _build(f"Certificate of erasure: {certificate.subject}", f"certificate {certificate.id}", story)


def _front(report: MatterReport) -> Iterable[tuple[str, str]]:
    found = report.verified
    yield "Log", found.origin
    yield "Public key", format_verifier_key(report.key)
    yield "Matter", found.matter
    yield "Entries", f"{len(report.entries)}, from {_time(report.entries[0][1].time)} to {_time(report.made_at)}"
    yield "Up to", f"entry {report.entries[-1][0]}, the last of the log then; root hash {found.root.hex()}"
    yield "Made", f"{_time(report.made_at)} by {report.made_by}; bundle {report.id}"
    yield "Records", f"{report.records} as a whole, {len(found.disclosed)} single fields"
    for head in found.heads:
        names = ", ".join(each.key.name for each in head.witnesses) or "no witness"
        stamp = ", with a time stamp" if head.stamp is not None else ""
        yield "Other head", f"log of {head.size} entries, cosigned by {names}{stamp}"


def _actors(report: MatterReport) -> list[Any]:
    rows = [
        [_p("cell", actor), _p("cell", str(count)), _p("cell", _time(first)), _p("cell", _time(last))]
        for actor, count, first, last in report.actors
    ]
    table = _grid(("Who", "Entries", "First", "Last"), rows, (_WIDTH - 330, 60, 135, 135))
    note = "The log knows people by ids. Who an id is, its workspace keeps sealed, apart from the log."
    return [CondPageBreak(120), _p("h1", "Who did what"), _p("body", note), table]


def _timeline(report: MatterReport) -> list[Any]:
    rows = [
        [
            _p("cell", str(index)),
            _p("cell", _time(entry.time)),
            [_p("cell", entry.kind.replace(".", " ").replace("_", " ")), _p("label", entry.object[:200])],
            _p("cell", entry.actor),
            _p("label", (entry.body or "").removeprefix("sha256:")[:16]),
        ]
        for index, entry in report.entries[:ROWS]
    ]
    table = _grid(
        ("Entry", "When", "What, and to which object", "Who", "Record"), rows, (42, 110, _WIDTH - 320, 90, 78)
    )
    more = len(report.entries) - ROWS
    rest = [_p("body", f"{more} later entries are in the files of the bundle.")] if more > 0 else []
    said = "Record: the first 16 digits of the SHA-256 of what the entry is about."
    return [CondPageBreak(160), _p("h1", "What happened"), _p("body", said), table, *rest]


def _disclosed(report: MatterReport) -> list[Any]:
    shown = report.verified.disclosed
    if not shown:
        return []
    rows = [
        [_p("cell", str(index)), _p("cell", field.name), _p("cell", _shorten(_say_value(field.value)))]
        for index, field in shown[:ROWS]
    ]
    said = "Single fields of records, each proved by its entry. What stands beside them in the record is not shown."
    if len(shown) > ROWS:
        said += f" {len(shown) - ROWS} more are in the files of the bundle."
    table = _grid(("Entry", "Field", "Value"), rows, (42, 170, _WIDTH - 212))
    return [CondPageBreak(120), _p("h1", "Fields that are disclosed"), _p("body", said), table]


def _certification(report: MatterReport, name: str) -> list[Any]:
    found = report.verified
    words = files("govern.render").joinpath("evidence", "certification.txt").read_text("utf-8")
    said = words.format(
        origin=found.origin,
        file=name,
        made=_time(report.made_at),
        count=len(report.entries),
        matter=found.matter,
        last=report.entries[-1][0],
        root=found.root.hex(),
        key=format_verifier_key(report.key),
    )
    return [
        PageBreak(),
        _p("h1", "A certification, for counsel to adapt"),
        *(_p("body", s) for s in said.split("\n\n")),
    ]


def _say_value(value: object) -> str:
    return value if isinstance(value, str) else canonical_bytes(value).decode()


def _shorten(said: str) -> str:
    return said if len(said) <= _VALUE else f"{said[:_VALUE]}…"


def _time(stamp: str) -> str:
    return f"{stamp[:10]} {stamp[11:19]} UTC"


def _points(title: str, said: Sequence[str], lead: str) -> list[Any]:
    first = [_p("body", lead)] if lead else []
    return [CondPageBreak(90), _p("h1", title), *first, *(_p("point", each, bullet="•") for each in said)]


def _pairs(rows: Iterable[tuple[str, str]]) -> Any:
    cells = [[_p("label", label), _p("cell", said)] for label, said in rows]
    style = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, RULE),
        ("LEFTPADDING", (0, 0), (0, -1), 0),
        ("TOPPADDING", (0, 0), (-1, -1), 2.4),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2.8),
    ]
    return Table(cells, [96, _WIDTH - 96], style=TableStyle(style), splitInRow=1, spaceAfter=6)


def _grid(head: Sequence[str], rows: Iterable[Sequence[Any]], widths: Sequence[float]) -> Any:
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
    cells = [[_p("head", word) for word in head], *rows]
    return Table(cells, list(widths), style=TableStyle(style), repeatRows=1, splitInRow=1, spaceBefore=3, spaceAfter=8)


def _build(title: str, foot: str, story: list[Any]) -> bytes:
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
    frame = Frame(_MARGIN, 60, _WIDTH, A4[1] - 118, id="page", leftPadding=0, rightPadding=0)
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
