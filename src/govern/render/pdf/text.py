"""Runs of the tree as ReportLab's paragraph markup, and the styles of its paragraphs."""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_JUSTIFY, TA_LEFT
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Paragraph

from govern.contracts import Blank, Definition, Inline, OpenChoice, Reference, spaced
from govern.render.fonts import BOLD, ITALIC, REGULAR, plain, split
from govern.render.words import clean, words_of

NAVY, GREY, RULE, PALE = HexColor("#1f2a44"), HexColor("#595f6b"), HexColor("#c5cad5"), HexColor("#eef0f4")
AMBER, AMBER_PALE = HexColor("#8a6d3b"), HexColor("#fbf6ea")
_INDENT, _ITEM = 36, 27
_BLANK, _CHOICE = "#fff200", "#dde6f5"


def count_pages(document: Any) -> Callable[[int], int]:
    """Count a document's pages while it is built in several passes.

    The result gives the number of pages as the pass before counted them, for a page of that number: at least itself.
    """
    total, seen = 0, 0

    def before_document() -> None:
        nonlocal total, seen
        total, seen = seen, 0

    def after_page() -> None:
        nonlocal seen
        seen = document.page

    document.beforeDocument, document.afterPage = before_document, after_page
    return lambda number: max(total, number)


_LEFT = {"alignment": TA_LEFT}


@lru_cache(maxsize=1)
def styles() -> Mapping[str, Any]:
    """The paragraph styles by name; the same looks as the Word file's. A justified one has a twin that is not."""
    body = {"fontName": REGULAR, "fontSize": 10, "leading": 14, "spaceAfter": 6.5, "allowWidows": 0, "allowOrphans": 0}
    left, justified = {**body, "alignment": TA_LEFT}, {**body, "alignment": TA_JUSTIFY, "justifyBreaks": 0}
    heading = {**left, "fontName": BOLD, "keepWithNext": 1, "textColor": NAVY}
    small = {**left, "fontSize": 8.6, "leading": 11.4, "spaceAfter": 0}
    looks: dict[str, dict[str, Any]] = {
        "body": justified,
        "under": {**justified, "leftIndent": _INDENT},
        "level0": {**justified, "leftIndent": _INDENT, "bulletIndent": 0},
        "level1": {**justified, "leftIndent": _INDENT + _ITEM, "bulletIndent": _INDENT, "spaceAfter": 4.5},
        "level2": {**justified, "leftIndent": _INDENT + 2 * _ITEM, "bulletIndent": _INDENT + _ITEM, "spaceAfter": 4},
        "annex1": {**justified, "leftIndent": _ITEM, "bulletIndent": 0, "spaceAfter": 4.5},
        "annex2": {**justified, "leftIndent": 2 * _ITEM, "bulletIndent": _ITEM, "spaceAfter": 4},
        "clause": {
            **heading,
            "textColor": HexColor("#000000"),
            "fontSize": 10.5,
            "leftIndent": _INDENT,
            "spaceBefore": 10,
        },
        "annex": {**heading, "fontSize": 14, "leading": 18, "spaceAfter": 12},
        "part": {**heading, "fontSize": 13, "leading": 17, "spaceBefore": 14, "spaceAfter": 8},
        "status": {**left, "fontSize": 9, "textColor": GREY, "spaceAfter": 24},
        "title": {**left, "fontName": BOLD, "fontSize": 27, "leading": 33, "textColor": NAVY, "spaceAfter": 8},
        "subtitle": {**left, "fontSize": 13, "leading": 17, "textColor": GREY, "spaceAfter": 26},
        "party": {**left, "fontName": BOLD, "fontSize": 13, "leading": 17, "spaceBefore": 26, "spaceAfter": 2},
        "role": {**left, "textColor": GREY, "spaceAfter": 0},
        "cell": small,
        "head": {**small, "fontName": BOLD, "textColor": NAVY},
        "signname": {**left, "fontName": BOLD, "spaceAfter": 0, "leading": 13},
        "sign": {**left, "spaceAfter": 0, "leading": 13},
        "label": {**left, "textColor": GREY, "fontSize": 8.6, "leading": 11, "spaceAfter": 0},
        "toc": {**left, "leading": 16, "leftIndent": 60, "bulletIndent": 0, "spaceAfter": 0},
    }
    ragged = {f"{name}_left": {**look, **_LEFT} for name, look in looks.items() if look["alignment"] == TA_JUSTIFY}
    looks |= ragged
    return {
        name: ParagraphStyle(name, bulletFontName=look["fontName"], bulletFontSize=look["fontSize"], **look)
        for name, look in looks.items()
    }


def text(words: str, font: str = REGULAR) -> str:
    """Plain words as markup in which nothing of theirs is markup."""
    out = []
    for used, piece in split(clean(words).replace("\t", " "), font):
        safe = escape(piece).replace("\n", "<br/>")
        out.append(safe if used == font else f'<font name="{used}">{safe}</font>')
    return "".join(out)


def markup(runs: Iterable[Inline], known: Mapping[str, str], font: str = REGULAR) -> str:
    """Inline content as markup. `known` gives the name of the place that an anchor stands at."""
    return "".join(_run(run, known, font) for run in spaced(runs))


def _run(run: Inline, known: Mapping[str, str], font: str) -> str:
    words = words_of(run)
    match run:
        case Definition():
            return f'<font name="{BOLD}">{text(words, BOLD)}</font>'
        case Blank():
            return f'<font name="{font}" backColor="{_BLANK}">{text(words, font)}</font>'
        case OpenChoice():
            return f'<font name="{ITALIC}" backColor="{_CHOICE}">{text(words, ITALIC)}</font>'
        case Reference(target, _) if target in known:
            return f'<a href="#{known[target]}">{text(words, font)}</a>'
        case _:
            return text(words, font)


def paragraph(style: str, content: str, *, number: str = "", place: str = "") -> Any:
    """A paragraph of a style from markup; `place` names it for links, `number` hangs at its left."""
    look = styles()[style]
    anchor = f'<a name="{place}"/>' if place else ""
    bullet = plain(clean(number), look.bulletFontName) if number else None
    return Paragraph(anchor + content, look, bulletText=bullet)
