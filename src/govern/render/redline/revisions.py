"""Tracked changes of a Word file, all accepted or all rejected, as Word itself would do it.

Of ECMA-376 17.13.5: runs and fields (`ins`, `del`, `moveTo`, `moveFrom`), paragraph marks, rows and cells of tables,
and changed properties of paragraphs, runs, tables and sections.
"""

from collections.abc import Iterator

from lxml import etree
from lxml.etree import _Element as Element

from govern.render.docx.parts import pack, unpack
from govern.render.docx.xml import el, to_bytes, w

_INSERTED = frozenset({w("ins"), w("moveTo")})
_DELETED = frozenset({w("del"), w("moveFrom")})
_RANGES = frozenset(w(f"{kind}Range{end}") for kind in ("moveFrom", "moveTo") for end in ("Start", "End")) | frozenset(
    w(f"customXml{kind}Range{end}") for kind in ("Ins", "Del", "MoveFrom", "MoveTo") for end in ("Start", "End")
)
_PROPERTIES = frozenset(
    w(f"{each}Change") for each in ("pPr", "rPr", "sectPr", "tblGrid", "tblPr", "tblPrEx", "tcPr", "trPr")
)
_KEPT_BY_A_PARAGRAPH = frozenset({w("rPr"), w("sectPr")})
_STORIES = ("word/document", "word/header", "word/footer", "word/footnotes", "word/endnotes", "word/comments")


def accept_all(file: bytes) -> bytes:
    """The Word file as it reads with every tracked change accepted. For a foreign file, check its size first."""
    return _settle_file(file, accept=True)


def reject_all(file: bytes) -> bytes:
    """The Word file as it reads with every tracked change rejected. For a foreign file, check its size first."""
    return _settle_file(file, accept=False)


def _settle_file(file: bytes, *, accept: bool) -> bytes:
    parts = unpack(file)
    for name, content in parts.items():
        if name.startswith(_STORIES) and name.endswith(".xml"):
            root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
            settle(root, accept=accept)
            parts[name] = to_bytes(root)
    return pack(parts)


def settle(root: Element, *, accept: bool) -> None:
    """Accept or reject every change within an element, in place."""
    kept, dropped = (_INSERTED, _DELETED) if accept else (_DELETED, _INSERTED)
    _settle_rows(root, kept, dropped)
    _settle_runs(root, kept, dropped)
    _settle_properties(root, accept=accept)
    _settle_marks(root, kept, dropped)
    for each in list(root.iter(*_RANGES)):
        _remove(each)


def _settle_rows(root: Element, kept: frozenset[str], dropped: frozenset[str]) -> None:
    for row in list(root.iter(w("tr"))):
        properties = row.find(w("trPr"))
        if properties is not None and _take_mark(properties, kept, dropped):
            _remove(row)
    cells = {w("cellIns"), w("cellDel")}
    lost = w("cellDel") if w("ins") in kept else w("cellIns")
    for mark in list(root.iter(*cells)):
        cell = mark.getparent().getparent()
        _remove(cell if mark.tag == lost else mark)
    for table in list(root.iter(w("tbl"))):
        if table.find(w("tr")) is None:
            _remove(table)


def _take_mark(properties: Element, kept: frozenset[str], dropped: frozenset[str]) -> bool:
    """Take the marks of insertion and deletion off; whether one says that what they mark goes."""
    marks = [each for each in properties if each.tag in kept | dropped]
    for each in marks:
        properties.remove(each)
    return any(each.tag in dropped for each in marks)


def _settle_runs(root: Element, kept: frozenset[str], dropped: frozenset[str]) -> None:
    for each in list(root.iter(*dropped)):
        if each.getparent().tag not in (w("rPr"), w("trPr")):
            _remove(each)
    for each in list(root.iter(*kept)):
        if each.getparent().tag not in (w("rPr"), w("trPr")):
            _unwrap(each)
    for each in list(root.iter(w("delText"))):
        each.tag = w("t")
    for each in list(root.iter(w("delInstrText"))):
        each.tag = w("instrText")
    for each in list(root.iter(w("hyperlink"))):
        if len(each) == 0:
            _remove(each)


def _settle_properties(root: Element, *, accept: bool) -> None:
    for change in list(root.iter(*_PROPERTIES)):
        now = change.getparent()
        now.remove(change)
        if accept:
            continue
        before = change[0] if len(change) else el("pPr")
        stay = [each for each in now if now.tag == w("pPr") and each.tag in _KEPT_BY_A_PARAGRAPH]
        now[:] = [*before, *stay]


def _settle_marks(root: Element, kept: frozenset[str], dropped: frozenset[str]) -> None:
    """A paragraph whose mark goes flows into the one after it, which keeps its own properties."""
    for each in list(root.iter(w("p"))):
        properties = each.find(f"{w('pPr')}/{w('rPr')}")
        if properties is None:
            continue
        goes = _take_mark(properties, kept, dropped)
        if len(properties) == 0:
            _remove(properties)
        if goes:
            _merge(each)


def _merge(each: Element) -> None:
    content = [child for child in each if child.tag != w("pPr")]
    following = next(_siblings(each), None)
    if following is not None and following.tag == w("p"):
        first = following.find(w("pPr"))
        at = 0 if first is None else following.index(first) + 1
        following[at:at] = content
    elif content or _is_last_in_its_cell(each):
        return  # nothing that it could flow into
    _remove(each)


def _siblings(each: Element) -> Iterator[Element]:
    """The blocks after a paragraph; a bookmark between two blocks is none."""
    return (other for other in each.itersiblings() if other.tag in (w("p"), w("tbl"), w("sdt"), w("sectPr")))


def _is_last_in_its_cell(each: Element) -> bool:
    parent = each.getparent()
    return parent.tag == w("tc") and len(parent.findall(w("p"))) == 1


def _remove(each: Element) -> None:
    parent = each.getparent()
    if parent is not None:
        parent.remove(each)


def _unwrap(each: Element) -> None:
    parent = each.getparent()
    at = parent.index(each)
    parent[at : at + 1] = list(each)
