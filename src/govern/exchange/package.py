"""A package of parts (ECMA-376 part 2) from hands that we do not know: bounded before anything of it is unpacked.

What comes in is a zip file with a list of parts. Sizes, number and packing are checked on that list; a part that turns
out longer than it said is refused by the zip reader itself. XML is read without DTDs, entities and network.
"""

import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree
from lxml.etree import _Element as Element

from govern.errors import ContentError, RefusedError

MAX_FILE = 64 * 1024 * 1024
MAX_PARTS = 5_000
MAX_TOTAL = 256 * 1024 * 1024
MAX_XML = 32 * 1024 * 1024
MAX_RATIO = 250
"""XML packs some thirty to one; a megabyte from fewer than four kilobytes is a bomb."""

_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
_STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml."


@dataclass(frozen=True)
class Package:
    """The parts of a file by name, read when they are asked for."""

    name: str
    document: str
    """The name of the main document's part."""
    data: bytes = field(repr=False)
    names: tuple[str, ...] = ()

    def read(self, part: str) -> bytes:
        """A part's bytes. Raises ContentError if the part is damaged."""
        try:
            with zipfile.ZipFile(io.BytesIO(self.data)) as file:
                return file.read(part)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError):
            raise ContentError("this part of the file is damaged", where=f"{self.name}!{part}") from None

    def find_xml(self, part: str) -> Element | None:
        """The root of an XML part, or None if there is no such part. Raises ContentError, RefusedError."""
        return parse_xml(self.read(part), where=f"{self.name}!{part}") if part in self.names else None

    def relations(self, part: str) -> Mapping[str, tuple[str, str]]:
        """Where a part points to inside the package: type and part name, by relation id."""
        folder, _, base = part.rpartition("/")
        root = self.find_xml(f"{folder}/_rels/{base}.rels" if folder else f"_rels/{base}.rels")
        if root is None:
            return {}
        return {
            each.get("Id", ""): (each.get("Type", ""), _resolve(folder, each.get("Target", "")))
            for each in root.iter(f"{{{_RELATIONS}}}Relationship")
            if each.get("TargetMode") != "External"
        }

    def related(self, kind: str) -> Element | None:
        """The root of the part that the main document has for a kind of relation: styles, numbering, comments."""
        for type_, target in self.relations(self.document).values():
            if type_.endswith(f"/{kind}"):
                return self.find_xml(target)
        return None


def open_package(data: bytes, *, name: str) -> Package:
    """Open a .docx and find its main document.

    Raises RefusedError for a file that must not be read (macros, encryption, a bomb) and ContentError for one that is
    no Word document; both say what it is and what to do.
    """
    _check_kind(data, name)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            entries = file.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, UnicodeDecodeError):
        raise ContentError(
            f"`{name}` is not a whole Word file", hint="get it again, or open and save it in Word", where=name
        ) from None
    _check_entries(entries, name)
    names = tuple(entry.filename for entry in entries if not entry.is_dir())
    bare = Package(name, "", data, names)
    return Package(name, _find_document(bare), data, names)


def parse_xml(data: bytes, *, where: str) -> Element:
    """The root of an XML part that has no DTD. Raises RefusedError for one, ContentError for what is not XML."""
    if len(data) > MAX_XML:
        raise RefusedError(f"this part is larger than {MAX_XML // 1024 // 1024} MiB", where=where)
    if _has_doctype(data):
        raise RefusedError(
            "this part declares a document type, as no Word file does", where=where, hint="do not open it"
        )
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as problem:
        said = getattr(problem, "msg", None) or str(problem)
        raise ContentError(f"this part is not XML that can be read: {said}", where=where) from None


def _has_doctype(data: bytes) -> bool:
    """Whether there is a DOCTYPE, in any encoding that XML readers detect."""
    return any(
        "<!DOCTYPE".encode(each) in data for each in ("ascii", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
    )


def _check_kind(data: bytes, name: str) -> None:
    if len(data) > MAX_FILE:
        raise RefusedError(f"`{name}` is larger than {MAX_FILE // 1024 // 1024} MiB", where=name)
    head = data[:512].lstrip().lower()
    if not data:
        raise ContentError(f"`{name}` is empty", where=name)
    if data.startswith(b"%PDF"):
        raise ContentError(f"`{name}` is a PDF", hint="name it .pdf", where=name)
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise RefusedError(f"`{name}` is locked with a password", hint="save it in Word without one", where=name)
        raise ContentError(f"`{name}` is a Word file of before 2007", hint="save it in Word as .docx", where=name)
    if head.startswith(b"{\\rtf"):
        raise ContentError(f"`{name}` is rich text (RTF)", hint="save it in Word as .docx", where=name)
    if head.startswith((b"<!doctype html", b"<html")):
        raise ContentError(f"`{name}` is a web page", hint="save it in Word as .docx", where=name)
    if not data.startswith(b"PK"):
        raise ContentError(f"`{name}` is not a Word file", hint="one of .docx .pdf .md .txt", where=name)


def _check_entries(entries: list[zipfile.ZipInfo], name: str) -> None:
    bomb = "do not open it; ask for the file again"
    if len(entries) > MAX_PARTS:
        raise RefusedError(f"`{name}` has more than {MAX_PARTS} parts", hint=bomb, where=name)
    if sum(entry.file_size for entry in entries) > MAX_TOTAL:
        raise RefusedError(f"`{name}` unpacks to more than {MAX_TOTAL // 1024 // 1024} MiB", hint=bomb, where=name)
    seen: set[str] = set()
    for entry in entries:
        where = f"{name}!{entry.filename}"
        if entry.filename.lower() in seen:
            raise RefusedError("this part is there twice", hint=bomb, where=where)
        seen.add(entry.filename.lower())
        if entry.flag_bits & 1:
            raise RefusedError("this part is locked with a password", hint="save it without one", where=where)
        if entry.file_size > 1024 * 1024 and entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
            raise RefusedError("this part is packed as only a zip bomb is", hint=bomb, where=where)
        if entry.filename.lower().endswith(("vbaproject.bin", "vbadata.xml")):
            raise RefusedError(f"`{name}` has macros", hint="save it in Word as .docx, without macros", where=where)


def _find_document(package: Package) -> str:
    if "mimetype" in package.names:
        raise ContentError(f"`{package.name}` is an OpenDocument file", hint="save it as .docx", where=package.name)
    types = package.find_xml("[Content_Types].xml")
    targets = list(_documents(package))
    if types is None or not targets:
        raise ContentError(
            f"`{package.name}` is a zip file without a Word document", hint="one of .docx .pdf .md .txt",
            where=package.name,
        )  # fmt: skip
    strict, part = targets[0]
    kind = _content_type(types, part)
    if "macroEnabled" in kind:
        raise RefusedError(f"`{package.name}` is made for macros", hint="save it in Word as .docx", where=package.name)
    if strict:
        raise ContentError(
            f"`{package.name}` is a Strict Open XML document", hint="save it in Word as Word Document (.docx)",
            where=package.name,
        )  # fmt: skip
    if not kind.startswith(_WORD) or part not in package.names:
        raise ContentError(
            f"`{package.name}` holds no Word document", hint="a workbook or slides cannot be reviewed",
            where=package.name,
        )  # fmt: skip
    return part


def _documents(package: Package) -> Iterator[tuple[bool, str]]:
    for type_, target in package.relations("").values():
        if type_ in (_DOCUMENT, _STRICT):
            yield type_ == _STRICT, target


def _content_type(types: Element, part: str) -> str:
    for each in types.iter(f"{{{_TYPES}}}Override"):
        if each.get("PartName", "").lstrip("/").lower() == part.lower():
            return str(each.get("ContentType", ""))
    ending = part.rpartition(".")[2].lower()
    for each in types.iter(f"{{{_TYPES}}}Default"):
        if each.get("Extension", "").lower() == ending:
            return str(each.get("ContentType", ""))
    return ""


def _resolve(folder: str, target: str) -> str:
    """A part's name from a relation's target, which is relative to the part's folder."""
    steps = [] if target.startswith("/") else folder.split("/") if folder else []
    for step in target.split("/"):
        if step == "..":
            steps = steps[:-1]
        elif step not in ("", "."):
            steps.append(step)
    return "/".join(steps)
