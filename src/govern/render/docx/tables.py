"""Tables of Word: annexes whose header rows repeat, the box of open points, the signature block."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import TypeAlias

from lxml.etree import _Element as Element

from govern.contracts import Draft, Inline, Table
from govern.render.columns import LINE, column_widths
from govern.render.docx.xml import bold, el, paragraph, run
from govern.render.words import OPEN_POINTS, WITNESS, open_rows, say_signed, signers

TEXT_WIDTH = 9070  # twips between the margins of the base document: 16 cm
Runs: TypeAlias = Callable[[tuple[Inline, ...]], list[Element]]


def annex_table(table: Table, runs: Runs, width: int = TEXT_WIDTH) -> list[Element]:
    """A table of an annex. The header row repeats on each page; no row is split between pages."""
    widths = column_widths(table, width, LINE * width / TEXT_WIDTH)
    head = table_row([[paragraph("TableHeading", runs(cell))] for cell in table.header], widths, header=True)
    rows = [table_row([[paragraph("TableText", runs(cell))] for cell in row], widths) for row in table.rows]
    return [_table("AnnexTable", widths, [head, *rows]), paragraph("TableAfter", [])]


def open_points_box(draft: Draft, width: int = TEXT_WIDTH) -> list[Element]:
    """What keeps the draft from being signed, in a box of its own."""
    widths = [1900, width - 1900 - 1800, 1800]
    head = table_row(
        [[paragraph("TableHeading", [run(word)])] for word in ("Kind", "What is open", "Where")],
        widths,
        header=True,
    )
    shown = open_rows(draft)
    rows = []
    for place, row in enumerate(shown):
        kept = [el("keepNext")] if place == len(shown) - 2 else []  # the last row never stands alone on a page
        rows.append(table_row([[paragraph("TableText", [run(cell)], *kept)] for cell in row], widths))
    return [
        paragraph("OpenPointsHeading", [run(OPEN_POINTS)]),
        _table("BoxTable", widths, [head, *rows]),
        paragraph("TableAfter", []),
    ]


def signature_table(draft: Draft, runs: Runs, anchors: Sequence[str], width: int = TEXT_WIDTH) -> list[Element]:
    """The signature block of a draft, in the words of `runs`."""
    sides = [
        SignatureSide(
            party.role,
            runs(party.name),
            [(runs(name), runs(title)) for name, title in signers(party)],
            party.deed,
        )
        for party in draft.signatures
    ]
    return signature_block(runs(draft.signature) if draft.signature else [], sides, anchors, width)


@dataclass(frozen=True, slots=True)
class SignatureSide:
    """One side of the signature block, in runs of Word; `signers` are the name and the title of each who signs."""

    role: str
    name: list[Element]
    signers: list[tuple[list[Element], list[Element]]]
    deed: bool = False


def signature_block(
    intro: list[Element], sides: Sequence[SignatureSide], anchors: Sequence[str], width: int = TEXT_WIDTH
) -> list[Element]:
    """The signature block: the parties side by side, two a table, kept on one page and with the words before it.

    Each line is a row, so that the lines of two parties stay level. Of a side the first signature has the anchor.
    """
    made = [paragraph("SignatureIntro", intro)] if intro else []
    widths = [width // 2, width - width // 2]
    hidden = [anchors[place] if place < len(anchors) else "" for place in range(len(sides))]
    for first in range(0, len(sides), 2):
        pair = [_signatory(*each) for each in zip(sides[first : first + 2], hidden[first : first + 2], strict=True)]
        pair.append([])  # one party alone has the left half
        lines = zip_longest(*pair[:2])
        rows = [
            table_row([[paragraph("SignatureText", []) if cell is None else cell] for cell in cells], widths)
            for cells in lines
        ]
        made += [_table("SignatureTable", widths, rows), paragraph("TableAfter", [])]
    return made


def _signatory(side: SignatureSide, anchor: str) -> list[Element]:
    hidden = [run(anchor, "", el("color", val="FFFFFF"), el("sz", val=2))] if anchor else []
    return [
        paragraph("SignatureText", [run(say_signed(side.role, deed=side.deed), "SignatureLabel")]),
        paragraph("SignatureText", [bold(each) for each in side.name]),
        *(
            line
            for place, (name, title) in enumerate(side.signers)
            for line in (
                paragraph("SignatureLine", [run("Signature: ", "SignatureLabel"), *(() if place else hidden)]),
                paragraph("SignatureText", [run("Name: ", "SignatureLabel"), *name]),
                paragraph("SignatureText", [run("Title: ", "SignatureLabel"), *title]),
                paragraph("SignatureLine", [run("Date: ", "SignatureLabel")]),
            )
        ),
        *(paragraph("SignatureLine", [run(f"{label}: ", "SignatureLabel")]) for label in WITNESS if side.deed),
    ]


def _table(style: str, widths: Sequence[int], rows: list[Element]) -> Element:
    return table_frame(style, widths, rows, head=style != "SignatureTable")


def table_frame(
    style: str, widths: Sequence[int], rows: Iterable[Element], *borders: Element, head: bool = True
) -> Element:
    """A table of fixed widths (twentieths of a point) in a style; `head` says whether its first row is one."""
    first_row = int(head)
    look = el(
        "tblLook",
        val="0020" if first_row else "0000",
        firstRow=first_row,
        lastRow=0,
        firstColumn=0,
        lastColumn=0,
        noHBand=1,
        noVBand=1,
    )
    properties = el(
        "tblPr",
        el("tblStyle", val=style),
        el("tblW", w=sum(widths), type="dxa"),
        *borders,
        el("tblLayout", type="fixed"),
        look,
    )
    return el("tbl", properties, el("tblGrid", *(el("gridCol", w=width) for width in widths)), *rows)


def table_row(cells: Sequence[list[Element]], widths: Sequence[int], *, header: bool = False) -> Element:
    """A row that is not split over pages; a `header` is repeated on each page."""
    properties = el("trPr", el("cantSplit"), *([el("tblHeader")] if header else []))
    made = [
        el("tc", el("tcPr", el("tcW", w=width, type="dxa")), *content)
        for content, width in zip(cells, widths, strict=True)
    ]
    return el("tr", properties, *made)
