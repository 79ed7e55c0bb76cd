"""A firm's own Word document as the base of ours: its styles, theme, fonts, page, headers, footers and letterhead.

What comes is hostile, and it may be an old contract of somebody else: only what the look needs is taken over, under
names of our own. Text, comments, footnotes, custom data and the history of edits stay behind. A header that would run,
fetch or embed anything is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree
from lxml.etree import _Element as Element

from govern.contracts import Draft
from govern.errors import ContentError
from govern.render.docx.fields import show_properties
from govern.render.docx.house import House, fill_styles, merge, missing_styles
from govern.render.docx.parts import base_parts, pack, page_parts, watermark
from govern.render.docx.taken import FILES, OFFICE, Relation, Source, Taken, read_xml, relationship
from govern.render.docx.xml import el, to_bytes, w

_NARROWEST = 4000  # twips: 7 cm
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_VML = "{urn:schemas-microsoft-com:vml}"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml."
_SETTINGS = {
    "mirrorMargins", "alignBordersAndEdges", "bordersDoNotSurroundHeader", "bordersDoNotSurroundFooter",
    "gutterAtTop", "embedTrueTypeFonts", "embedSystemFonts", "saveSubsetFonts", "defaultTabStop", "autoHyphenation",
    "consecutiveHyphenLimit", "hyphenationZone", "doNotHyphenateCaps", "evenAndOddHeaders", "displayBackgroundShape",
    "characterSpacingControl", "compat", "themeFontLang", "clrSchemeMapping", "decimalSymbol", "listSeparator",
}  # fmt: skip
_PAGE = {
    "pgSz", "pgMar", "paperSrc", "pgBorders", "lnNumType", "pgNumType", "cols", "vAlign", "textDirection", "bidi",
    "rtlGutter", "docGrid",
}  # fmt: skip
_AFTER_TITLE_PAGE = frozenset(map(w, ("textDirection", "bidi", "rtlGutter", "docGrid")))


@dataclass(frozen=True)
class Base:
    """What a document is put into: the parts, the section's properties, the width of the text in twips, our styles.

    `theirs` are the parts of the firm's headers and footers, `own` those of ours that stand where the firm has none.
    """

    parts: Mapping[str, bytes]
    section: bytes
    width: int
    house: House
    theirs: tuple[str, ...]
    own: tuple[str, ...]

    def edges(self, draft: Draft) -> dict[str, bytes]:
        """The headers and footers of a draft: the firm's with the DRAFT mark, and ours where it has none."""
        made = {}
        for name, data in page_parts(draft, self.width).items():
            if name in self.own:
                root = etree.fromstring(data)
                self.house.fit(root)
                made[name] = to_bytes(root)
        for name in self.theirs:
            root = etree.fromstring(self.parts[name])
            show_properties(root, draft)
            if draft.status != "final" and root.tag == w("hdr"):
                _mark(root)
            made[name] = to_bytes(root)
        return made


def read_base(source: Source) -> Base:
    """What a document is put into, from a package.

    Raises ContentError where required styles are missing or a part cannot be read, and RefusedError for what a base
    document must not hold.
    """
    taken = Taken(source)
    relations = taken.relations(source.document)
    kinds = {each.kind: each.target for each in relations.values() if not each.external}
    body = taken.xml(source.document)
    settings = _settings(taken, kinds)
    edges = _Edges(taken, body, relations, settings)
    section, width = _section(edges, source.name)
    styles = taken.part(kinds, "styles")
    styles = el("styles") if styles is None else styles
    numbering = taken.part(kinds, "numbering")
    numbering = el("numbering") if numbering is None else numbering
    house = merge(styles, numbering, edges.roots, name=source.name)
    roots = {"styles": styles, "numbering": numbering, "settings": settings}
    roots |= {"theme/theme1": taken.part(kinds, "theme"), "fontTable": taken.part(kinds, "fontTable")}
    own = {f"word/{name}.xml" for name in ("header1", "header2", "footer1", "footer2")}
    parts = {name: data for name, data in base_parts().items() if name not in own} | taken.parts
    parts |= {f"word/{name}.xml": to_bytes(root) for name, root in roots.items() if root is not None}
    parts["[Content_Types].xml"] = _types(parts["[Content_Types].xml"], edges, taken.endings)
    parts["word/_rels/document.xml.rels"] = _relate(parts["word/_rels/document.xml.rels"], edges)
    return Base(parts, to_bytes(section), width, house, edges.theirs, edges.own)


def fill_base(source: Source) -> tuple[bytes, tuple[str, ...]]:
    """The package with our styles for the required ones that it lacks, and the names of those."""
    taken = Taken(source)
    kinds = {each.kind: each.target for each in taken.relations(source.document).values() if not each.external}
    if "styles" not in kinds:
        raise ContentError("this document has no styles at all", where=source.name, hint="open and save it in Word")
    styles = taken.xml(kinds["styles"])
    missing = missing_styles(styles)
    fill_styles(styles, missing)
    parts = {name: taken.bytes(name) for name in source.names}
    return pack({**parts, kinds["styles"]: to_bytes(styles)}), missing


# --- settings and pages -------------------------------------------------------------------------------------


def _settings(taken: Taken, kinds: Mapping[str, str]) -> Element:
    """What of the settings is the look; templates, mail merge, protection and the history of edits are not."""
    if "settings" not in kinds:
        return read_xml(base_parts()["word/settings.xml"], where="settings")
    made = el("settings")
    made.extend([each for each in taken.xml(kinds["settings"]) if _local(each) in _SETTINGS])
    return made


def _local(element: Element) -> str:
    """The name of an element of WordprocessingML; "" for others."""
    tag = element.tag
    return tag.removeprefix(w("")) if isinstance(tag, str) and tag.startswith(w("")) else ""


class _Edges:
    """The headers and footers: those that the last section has or inherits, and ours where the firm has none."""

    def __init__(self, taken: Taken, body: Element, relations: Mapping[str, Relation], settings: Element) -> None:
        self.last, found = _references(body, relations)
        self.roots: list[Element] = []
        self.names: list[str] = []
        self.references: list[tuple[str, str, str]] = []
        theirs = []
        kinds = {tag for tag, _ in found}
        self.title_page = not kinds or _is_on(self.last, "titlePg")
        used = ["default", *(["first"] if self.title_page else [])]
        used += ["even"] if _is_on(settings, "evenAndOddHeaders") else []
        for tag in ("header", "footer"):
            for type_ in used:
                target = found.get((tag, type_))
                if target is not None:
                    name = f"{tag}{len(self.names) + 3}"
                    self.roots.append(taken.with_files(target, f"{name}.xml"))
                    _unmark(self.roots[-1])
                    taken.parts[f"word/{name}.xml"] = to_bytes(self.roots[-1])
                    theirs.append(f"word/{name}.xml")
                elif tag not in kinds:
                    name = f"{tag}{2 if type_ == 'first' else 1}"
                elif tag == "header":
                    name = "header2"  # nothing but the DRAFT mark
                else:
                    continue
                self.names += [name] if name not in self.names else []
                self.references.append((tag, type_, name))
        self.theirs = tuple(theirs)
        self.own = tuple(f"word/{name}.xml" for name in self.names if name[-1] in "12")

    def elements(self) -> list[Element]:
        made = []
        for tag, type_, name in self.references:
            each = el(f"{tag}Reference", type=type_)
            each.set(f"{{{OFFICE}}}id", _id_of(name))
            made.append(each)
        return made


def _references(body: Element, relations: Mapping[str, Relation]) -> tuple[Element | None, dict[tuple[str, str], str]]:
    """The properties of the last section, and its headers and footers: a section inherits those that it has not."""
    last = None
    found: dict[tuple[str, str], str] = {}
    for section in body.iter(w("sectPr")):
        if section.getparent().tag == w("sectPrChange"):
            continue
        last = section
        for tag in ("header", "footer"):
            for each in section.iterfind(w(f"{tag}Reference")):
                relation = relations.get(each.get(f"{{{OFFICE}}}id", ""))
                if relation is not None and relation.kind == tag and not relation.external:
                    found[tag, each.get(w("type"), "default")] = relation.target
    return last, found


def _section(edges: _Edges, name: str) -> tuple[Element, int]:
    """The properties of the one section that a document has, and how wide its text is."""
    ours = read_xml(base_parts()["word/document.xml"], where="document")[0][-1]
    kept = [each for each in (ours if edges.last is None else edges.last) if _local(each) in _PAGE]
    if not {"pgSz", "pgMar"} <= {_local(each) for each in kept}:
        kept = [each for each in ours if _local(each) in _PAGE]
    made = etree.Element(w("sectPr"), nsmap={"w": w("")[1:-1], "r": OFFICE})
    made.extend([*edges.elements(), *kept])
    if edges.title_page:
        place = next((made.index(each) for each in made if each.tag in _AFTER_TITLE_PAGE), len(made))
        made.insert(place, el("titlePg"))
    width = _text_width(made, name)
    if width < _NARROWEST:
        raise ContentError("the page of this base leaves no room for a contract", where=name, hint="at least 7 cm")
    return made, width


def _text_width(section: Element, name: str) -> int:
    size, margins, columns = (section.find(w(tag)) for tag in ("pgSz", "pgMar", "cols"))
    assert size is not None and margins is not None
    width = _twips(size, "w", name) - sum(_twips(margins, each, name) for each in ("left", "right", "gutter"))
    number = _twips(columns, "num", name) if columns is not None else 0
    if number > 1:
        assert columns is not None
        width = (width - (number - 1) * _twips(columns, "space", name)) // number
    return width


def _twips(element: Element, attribute: str, name: str) -> int:
    text = element.get(w(attribute), "0")
    if not (text.isascii() and text.isdigit() and len(text) < 7):
        raise ContentError(f"`{text[:40]}` is no measure of a page", where=name, hint="open and save it in Word")
    return int(text)


def _is_on(parent: Element | None, tag: str) -> bool:
    found = None if parent is None else parent.find(w(tag))
    return found is not None and found.get(w("val"), "true") in ("true", "1", "on")


def _mark(header: Element) -> None:
    """Draw the DRAFT mark behind the text of a header's pages."""
    first = header.find(w("p"))
    if first is None:
        first = el("p")
        header.append(first)
    mark = watermark()
    (kind,) = mark.iter(f"{_VML}shapetype")
    if any(each.get("id") == kind.get("id") for each in header.iter(kind.tag)):
        kind.getparent().remove(kind)
    properties = first.find(w("pPr"))
    first.insert(0 if properties is None else 1, mark)


def _unmark(header: Element) -> None:
    """Take the DRAFT mark out again: a base may have been a draft of ours."""
    (mark,) = watermark().iter(f"{_VML}shape")
    for shape in [each for each in header.iter(mark.tag) if each.get("id") == mark.get("id")]:
        run = next((each for each in shape.iterancestors(w("r"))), None)
        if run is not None and run.getparent() is not None:
            run.getparent().remove(run)


# --- the package ------------------------------------------------------------------------------------------


def _id_of(name: str) -> str:
    return f"rIdEdge{name}"


def _relate(ours: bytes, edges: _Edges) -> bytes:
    root = read_xml(ours, where="relations")
    for each in list(root):
        if each.get("Type", "").rpartition("/")[2] in ("header", "footer"):
            root.remove(each)
    root.extend([relationship(_id_of(name), name[:6], f"{name}.xml") for name in edges.names])
    return to_bytes(root)


def _types(ours: bytes, edges: _Edges, endings: set[str]) -> bytes:
    root = read_xml(ours, where="types")
    for each in list(root):
        if each.get("PartName", "").startswith(("/word/header", "/word/footer")):
            root.remove(each)
    for ending in sorted(endings):
        root.insert(0, etree.Element(f"{{{_TYPES}}}Default", Extension=ending, ContentType=FILES[ending]))
    for name in edges.names:
        kind = f"{_WORD}{name[:6]}+xml"
        root.append(etree.Element(f"{{{_TYPES}}}Override", PartName=f"/word/{name}.xml", ContentType=kind))
    return to_bytes(root)
