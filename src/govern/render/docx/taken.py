"""The parts of somebody else's Word document that are taken over into ours: read, checked, and under new names.

A part that would run, fetch or embed anything is refused; pictures, fonts and links to web and mail are not.
"""

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from lxml import etree
from lxml.etree import _Element as Element

from govern.errors import ContentError, RefusedError
from govern.render.docx.xml import to_bytes, w

MAX_TAKEN = 16 * 1024 * 1024
"""Bytes: all that is taken over stands in every document that is drafted on the base."""

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_MOST = 200  # pictures and fonts
FILES = {
    "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif", "bmp": "image/bmp",
    "tif": "image/tiff", "tiff": "image/tiff", "emf": "image/x-emf", "wmf": "image/x-wmf",
    "odttf": "application/vnd.openxmlformats-officedocument.obfuscatedFont",
}  # fmt: skip
_LINKS = ("http://", "https://", "mailto:")
_ADDRESSES: Mapping[str, tuple[str, ...]] = {
    "src": (), "href": ("#", *_LINKS), "{urn:schemas-microsoft-com:office:office}href": ("#", *_LINKS),
}  # fmt: skip
"""Attributes of VML that name an address beside all relations, and how it may begin."""
_FIELDS = {
    "=", "AUTHOR", "COMMENTS", "CREATEDATE", "DATE", "DOCPROPERTY", "EDITTIME", "FILENAME", "HYPERLINK", "IF",
    "KEYWORDS", "LASTSAVEDBY", "NUMPAGES", "NUMWORDS", "PAGE", "PAGEREF", "QUOTE", "REF", "REVNUM", "SAVEDATE",
    "SECTION", "SECTIONPAGES", "SEQ", "STYLEREF", "SUBJECT", "SYMBOL", "TIME", "TITLE",
}  # fmt: skip
"""Fields that neither fetch nor run anything."""


class Source(Protocol):
    """An opened package whose size was bounded before, as `govern.exchange.Package` is."""

    @property
    def name(self) -> str:
        """What its reader calls it."""

    @property
    def document(self) -> str:
        """The name of the main document's part."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all parts."""

    def read(self, part: str) -> bytes:
        """A part's bytes."""


@dataclass(frozen=True, slots=True)
class Relation:
    """Where a part points to: to another part, or to an address outside."""

    kind: str
    target: str
    external: bool


@dataclass
class Taken:
    """The parts that are taken over, by their names in the new package."""

    source: Source
    parts: dict[str, bytes] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    endings: set[str] = field(default_factory=set)
    size: int = 0

    def where(self, part: str) -> str:
        return f"{self.source.name}!{part}"

    def bytes(self, part: str) -> bytes:
        if part not in self.source.names:
            raise ContentError("this part is pointed to, and is not there", where=self.where(part))
        data = self.source.read(part)
        self.size += len(data)
        if self.size > MAX_TAKEN or len(self.names) > _MOST:
            hint = f"make its pictures and fonts smaller: {MAX_TAKEN // 1024 // 1024} MiB is the limit"
            raise RefusedError("this base is too large to stand in every document", where=self.source.name, hint=hint)
        return data

    def xml(self, part: str) -> Element:
        return read_xml(self.bytes(part), where=self.where(part))

    def relations(self, part: str) -> dict[str, Relation]:
        folder, _, base = part.rpartition("/")
        name = posixpath.join(folder, "_rels", f"{base}.rels")
        if name not in self.source.names:
            return {}
        found = {}
        for each in self.xml(name).iter(f"{{{RELATIONS}}}Relationship"):
            kind, target = each.get("Type", "").rpartition("/")[2], each.get("Target", "")
            external = each.get("TargetMode") == "External"
            inside = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            found[each.get("Id", "")] = Relation(kind, target if external else inside, external)
        return found

    def part(self, kinds: Mapping[str, str], kind: str) -> Element | None:
        """A part of the document that there is one of, with the pictures and fonts that it uses."""
        if kind not in kinds:
            return None
        name = "theme/theme1" if kind == "theme" else kind
        return self.with_files(kinds[kind], f"{name}.xml")

    def with_files(self, part: str, name: str) -> Element:
        """A part under a new name, whose pictures, fonts and links are taken over too. Anything else is refused."""
        root = self.xml(part)
        _check_reach(root, self.where(part))
        relations = self.relations(part)
        for each in root.iter(etree.Element):
            for attribute, id_ in each.attrib.items():
                if attribute.startswith(f"{{{OFFICE}}}") and id_ and id_ not in relations:
                    raise ContentError(f"this part points to `{id_}`, which is not there", where=self.where(part))
        folder = posixpath.dirname(name)
        made = [self.relate(id_, each, part, folder) for id_, each in sorted(relations.items())]
        if made:
            rels = etree.Element(f"{{{RELATIONS}}}Relationships", nsmap={None: RELATIONS})
            rels.extend(made)
            self.parts[posixpath.join("word", folder, "_rels", f"{posixpath.basename(name)}.rels")] = to_bytes(rels)
        return root

    def relate(self, id_: str, relation: Relation, part: str, folder: str) -> Element:
        if relation.external and not (relation.kind == "hyperlink" and relation.target.startswith(_LINKS)):
            raise RefusedError(
                f"this part fetches something from outside: `{relation.target[:200]}`",
                where=self.where(part),
                hint="put the picture itself into the document; a link may be http, https or mailto",
            )
        if relation.external:
            return relationship(id_, "hyperlink", relation.target, external=True)
        if relation.kind not in ("image", "font"):
            raise RefusedError(
                f"this part holds something of the kind `{relation.kind}`",
                where=self.where(part),
                hint="a header or footer of a base document may hold text, tables, fields and pictures",
            )
        return relationship(id_, relation.kind, posixpath.relpath(self.file(relation.target), folder or "."))

    def file(self, part: str) -> str:
        """A picture or font under a name of ours, the same one for the same part."""
        if part not in self.names:
            ending = part.rpartition(".")[2].lower()
            if ending not in FILES:
                raise RefusedError(
                    f"`.{ending}` is no kind of picture or font that a base document may hold",
                    where=self.where(part),
                    hint="one of " + ", ".join(sorted(FILES)),
                )
            self.endings.add(ending)
            name = f"media/base{len(self.names) + 1}.{ending}"
            self.parts[f"word/{name}"] = self.bytes(part)
            self.names[part] = name
        return self.names[part]


def relationship(id_: str, kind: str, target: str, *, external: bool = False) -> Element:
    """An entry of a part's list of relations."""
    mode = {"TargetMode": "External"} if external else {}
    attributes = {"Id": id_, "Type": f"{OFFICE}/{kind}", "Target": target, **mode}
    return etree.Element(f"{{{RELATIONS}}}Relationship", attributes)


def read_xml(data: bytes, *, where: str) -> Element:
    """The root of a part. Raises ContentError for what is not XML, RefusedError for a document type."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as problem:
        raise ContentError(f"this part is not XML that can be read: {problem}", where=where) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise RefusedError("this part declares a document type, as no Word file does", where=where)
    return root


def _check_reach(root: Element, where: str) -> None:
    """A part must not fetch or run anything: fields of other kinds, and pictures named by an address."""
    for code in _field_codes(root):
        word = code.split()[0].upper() if code.split() else ""
        if word not in _FIELDS and not word.startswith("="):
            raise RefusedError(
                f"this part has the field `{code.strip()[:80] or '(none)'}`",
                where=where,
                hint="page numbers, dates, titles and document properties are what a letterhead needs",
            )
    for each in root.iter(etree.Element):
        for name, allowed in _ADDRESSES.items():
            address = each.get(name, "")
            if address and not address.startswith(allowed):
                raise RefusedError(f"this part fetches something from outside: `{address[:200]}`", where=where)


def _field_codes(root: Element) -> Iterator[str]:
    """The instructions of all fields: simple ones, and those spelt out run by run, each without those inside it."""
    open_: list[str | None] = []
    for each in root.iter(w("fldSimple"), w("fldChar"), w("instrText")):
        if each.tag == w("fldSimple"):
            yield each.get(w("instr"), "")
        elif each.tag == w("instrText"):
            if not open_ or open_[-1] is None:
                yield each.text or ""
            else:
                open_[-1] += each.text or ""
        elif each.get(w("fldCharType")) == "begin":
            open_.append("")
        elif open_:
            code = open_[-1]
            if code is not None:
                yield code
            open_[-1] = None
            if each.get(w("fldCharType")) == "end":
                open_.pop()
    yield from (code for code in open_ if code is not None)
