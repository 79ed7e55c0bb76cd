"""What must not be parted by the end of a page, and what would leave a page empty."""

from collections.abc import Sequence

from lxml.etree import _Element as Element

from govern.render.docx.xml import el, w
from govern.render.words import followed

SIGNATURES = "Signatures"
_STYLE = f"{w('pPr')}/{w('pStyle')}"
_BREAK = f"{w('pPr')}/{w('pageBreakBefore')}"


def keep_together(content: Sequence[Element]) -> list[Element]:
    """The same blocks: words that lead to a list, a table or the signatures stay on one page with what they lead to.

    The thin paragraph after a table goes where a new page begins anyway, and the last one, which Word needs, is as good
    as nothing: alone on a page they would be an empty one.
    """
    made = []
    for block, after in followed(content):
        if after is not None and _style(block) == "TableAfter" and _begins_page(after):
            continue
        if after is not None and block.tag == w("p") and _leads(block, after):
            keep_with_next(block)
        if after is None and _style(block) == "TableAfter":
            block[0].append(el("spacing", before=0, after=0, line=20, lineRule="exact"))
        made.append(block)
    return made


def keep_with_next(block: Element) -> None:
    """Keep a paragraph on one page with what follows it."""
    properties = block[0]
    if properties.find(w("keepNext")) is None:
        properties.insert(1, el("keepNext"))


def _leads(block: Element, after: Element) -> bool:
    if after.tag == w("tbl"):
        return _style(block) != "TableAfter"
    signatures = _style(after) == "PartHeading" and _text(after) == SIGNATURES
    return signatures or _text(block).rstrip().endswith(":")


def _style(block: Element) -> str:
    found = block.find(_STYLE)
    return "" if found is None else found.get(w("val"), "")


def _begins_page(block: Element) -> bool:
    return block.find(_BREAK) is not None or _style(block) == "AnnexHeading"


def _text(block: Element) -> str:
    return "".join(each.text or "" for each in block.iter(w("t")))
