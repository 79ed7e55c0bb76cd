"""The parts beside the document: headers, footers, properties; and the package that holds them all."""

import io
import zipfile
from collections.abc import Iterable, Mapping
from copy import deepcopy
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from lxml import etree
from lxml.etree import _Element as Element

from govern.contracts import Draft
from govern.render.docx.xml import el, field, paragraph, run, tab, to_bytes
from govern.render.words import clean, imprint, say_status

_CUSTOM = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
_TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
_FORMAT_ID = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"  # [MS-OSHARED] 2.3.3.2.1: user-defined properties
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip file can say
_LANGUAGE = "en-GB"
_LETTER = (
    (b'w:w="11906" w:h="16838"', b'w:w="12240" w:h="15840"'),
    (b'w:right="1418"', b'w:right="1585"'),
    (b'w:left="1418"', b'w:left="1585"'),
)
_WATERMARK, _HOUSE = "watermark.xml", "house_styles.xml"


@lru_cache(maxsize=1)
def _base() -> Mapping[str, bytes]:
    found: dict[str, bytes] = {}
    _collect(files("govern.render").joinpath("base"), "", found)
    return found


def _collect(folder: Traversable, prefix: str, found: dict[str, bytes]) -> None:
    for each in folder.iterdir():
        if each.is_dir():
            _collect(each, f"{prefix}{each.name}/", found)
        elif each.name.endswith((".xml", ".rels")):
            found[prefix + each.name] = each.read_bytes()


def base_parts(language: str = _LANGUAGE, *, letter: bool = False) -> dict[str, bytes]:
    """The parts of our own base document by their names in the package, for text in a language, on A4 or letter.

    The text is as wide on either paper, so that no table is set otherwise.
    """
    parts = {name: content for name, content in _base().items() if name not in (_WATERMARK, _HOUSE)}
    if language != _LANGUAGE:
        for name in ("word/styles.xml", "word/settings.xml"):
            parts[name] = parts[name].replace(f'"{_LANGUAGE}"'.encode(), f'"{language}"'.encode())
    if letter:
        for a4, other in _LETTER:
            parts["word/document.xml"] = parts["word/document.xml"].replace(a4, other)
    return parts


def base_part(name: str) -> bytes:
    """A part of our own base document, or what goes into one."""
    return _base()[name]


def pack(parts: Mapping[str, bytes], *, compress: bool = True) -> bytes:
    """A zip file of the parts: sorted, with a fixed time, so that equal parts give equal bytes."""
    how = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name in sorted(parts):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = how
            entry.create_system = 0
            file.writestr(entry, parts[name])
    return out.getvalue()


def unpack(package: bytes) -> dict[str, bytes]:
    """The parts of a package by name."""
    with zipfile.ZipFile(io.BytesIO(package)) as file:
        return {name: file.read(name) for name in file.namelist()}


def page_parts(draft: Draft, width: int | None = None) -> dict[str, bytes]:
    """Headers and footers. The first page has only the watermark and the imprint.

    `width` is that of the text in a base whose own styles for headers and footers have other tabs than ours.
    """
    mark = [] if draft.status == "final" else [watermark()]
    title = f"{draft.title}\t{say_status(draft)} · Version {draft.version}"
    page = [run("Page "), *field("PAGE", [run("1")]), run(" of "), *field("NUMPAGES", [run("1")])]

    def line(style: str, content: Iterable[Element]) -> Element:
        if width is None:
            return paragraph(style, content)
        return paragraph("HeaderFirst", content, el("tabs", el("tab", val="right", pos=width)))

    return {
        "word/header1.xml": to_bytes(_part("hdr", line("Header", [*mark, run(title)]))),
        "word/header2.xml": to_bytes(_part("hdr", paragraph("HeaderFirst", map(deepcopy, mark)))),
        "word/footer1.xml": to_bytes(_part("ftr", line("Footer", [run(imprint(draft)), tab(), *page]))),
        "word/footer2.xml": to_bytes(_part("ftr", line("Footer", [run(imprint(draft))]))),
    }


def _part(tag: str, content: Element) -> Element:
    return el(tag, content)


def watermark() -> Element:
    """The run that draws DRAFT across the page behind the text; it belongs into a header."""
    parser = etree.XMLParser(remove_blank_text=True, resolve_entities=False)
    return etree.fromstring(_base()[_WATERMARK], parser)


def property_values(draft: Draft) -> dict[str, str]:
    """The lock's identity by the names of the document's own properties."""
    return {
        "Document": draft.document,
        "Version": draft.version,
        "Project": draft.project,
        "Status": draft.status,
        "Date": draft.day.isoformat(),
        "Digest": draft.digest,
    }


def custom_properties(draft: Draft) -> bytes:
    """The lock's identity as custom document properties."""
    root = etree.Element(f"{{{_CUSTOM}}}Properties", nsmap={None: _CUSTOM, "vt": _TYPES})
    for id_, (name, value) in enumerate(property_values(draft).items(), start=2):
        entry = etree.SubElement(root, f"{{{_CUSTOM}}}property", fmtid=_FORMAT_ID, pid=str(id_), name=name)
        etree.SubElement(entry, f"{{{_TYPES}}}lpwstr").text = clean(value)
    return to_bytes(root)
