"""Elements of WordprocessingML: made by hand, since a library's paragraph object costs more than the paragraph."""

import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from lxml import etree
from lxml.etree import _Element as Element

from govern.render.words import clean

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_MAP = {"w": W}


@lru_cache(maxsize=512)
def w(name: str) -> str:
    """The qualified name of a WordprocessingML element or attribute."""
    return f"{{{W}}}{name}"


def el(tag: str, *children: Element, **attributes: str | int) -> Element:
    """An element `w:tag` with `w:` attributes and children."""
    made = _bare(tag, tuple(attributes.items())).__copy__()  # in a third of the time that a new one takes
    if children:
        made.extend(children)
    return made


@lru_cache(maxsize=4096)
def _bare(tag: str, attributes: tuple[tuple[str, str | int], ...]) -> Element:
    made = etree.Element(w(tag), nsmap=_MAP)
    for name, value in attributes:
        made.set(w(name), str(value))
    return made


def to_bytes(root: Element) -> bytes:
    """A part of the package, with the declaration that Word writes."""
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


def run(text: str, style: str = "", *properties: Element) -> Element:
    """A run with cleaned text; line ends and tabs become Word's own elements.

    `properties` come after the style in the order that the schema wants: b, i, color, sz, highlight.
    """
    made = el("r")
    text = clean(text)
    inside = [el("rStyle", val=style)] if style else []
    inside += properties
    if _reads_right_to_left(text):
        inside.append(el("rtl"))
    if inside:
        made.append(el("rPr", *inside))
    for number, line in enumerate(text.split("\n")):
        if number:
            made.append(el("br"))
        for place, piece in enumerate(line.split("\t")):
            if place:
                made.append(el("tab"))
            if piece:
                made.append(_text("t", piece))
    return made


def bold(made: Element) -> Element:
    """The same run in bold; other elements as they are."""
    if made.tag != w("r"):
        return made
    properties = made.find(w("rPr"))
    if properties is None:
        properties = el("rPr")
        made.insert(0, properties)
    has_style = len(properties) > 0 and properties[0].tag == w("rStyle")
    properties.insert(1 if has_style else 0, el("b"))
    return made


def _text(tag: str, text: str) -> Element:
    made = _spaced(tag).__copy__()
    made.text = text
    return made


@lru_cache(maxsize=8)
def _spaced(tag: str) -> Element:
    made = etree.Element(w(tag), nsmap=_MAP)
    made.set(_SPACE, "preserve")
    return made


def _reads_right_to_left(text: str) -> bool:
    """Whether the first letter with a direction is of a right-to-left script."""
    if text.isascii():
        return False
    for letter in text:
        direction = unicodedata.bidirectional(letter)
        if direction in ("L", "R", "AL"):
            return direction != "L"
    return False


def tab() -> Element:
    """A run that is one tab."""
    return el("r", el("tab"))


def field(instruction: str, cached: Iterable[Element]) -> list[Element]:
    """A complex field with its result filled in, so that readers that compute no fields show it."""
    return [*field_start(instruction), *cached, field_end()]


def field_start(instruction: str) -> list[Element]:
    """The runs before a field's result."""
    code = el("r", _text("instrText", f" {instruction} "))
    return [el("r", el("fldChar", fldCharType="begin")), code, el("r", el("fldChar", fldCharType="separate"))]


def field_end() -> Element:
    """The run after a field's result."""
    return el("r", el("fldChar", fldCharType="end"))


def paragraph(style: str, content: Iterable[Element], *properties: Element) -> Element:
    """A paragraph of a style; `properties` come after the style in the schema's order."""
    made = el("p", el("pPr", el("pStyle", val=style), *properties))
    made.extend(content)
    return made
