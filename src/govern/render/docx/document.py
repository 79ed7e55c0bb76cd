"""A draft as a Word file.

The document part is built from the tree with our own base document or a firm's; python-docx then opens the package as
any reader would and puts comments and core properties in, and the result is packed again in a fixed order with fixed
times.
"""

import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from typing import Any

import docx
from lxml import etree
from lxml.etree import _Element as Element

from govern.contracts import Draft
from govern.render.docx.base import Base
from govern.render.docx.comments import AUTHOR, comment_on
from govern.render.docx.flow import SIGNATURES, keep_together
from govern.render.docx.front import align_contents, front
from govern.render.docx.numbers import add_lists
from govern.render.docx.parts import base_parts, custom_properties, pack, page_parts, unpack
from govern.render.docx.places import Places, survey
from govern.render.docx.tables import TEXT_WIDTH, signature_table
from govern.render.docx.text import runs, section_blocks
from govern.render.docx.xml import paragraph, run, to_bytes
from govern.render.words import clean

_MOST = 255  # the longest core property that python-docx takes


def write_docx(
    draft: Draft,
    *,
    clean: bool,
    pages: Mapping[str, int],
    signature_anchors: Sequence[str],
    base: Base | None = None,
) -> bytes:
    """The file's bytes; see `govern.render.render_docx`."""
    places = survey(draft)
    content = _content(draft, places, pages, signature_anchors, clean, base.width if base else TEXT_WIDTH)
    comments = [] if clean else comment_on(content, draft)
    parts = dict(base.parts) if base else base_parts(draft.tongue, letter=draft.letter)
    parts["word/document.xml"] = _document(parts["word/document.xml"], content, base)
    parts["word/numbering.xml"] = write_numbering(
        parts["word/numbering.xml"], places.lists, base.house.offset if base else 0
    )
    parts["docProps/custom.xml"] = custom_properties(draft)
    parts |= base.edges(draft) if base else page_parts(draft)
    made = finish(parts, draft, comments)
    return _fit(made, base) if base else made


def finish(parts: Mapping[str, bytes], draft: Draft, comments: Sequence[Element] = ()) -> bytes:
    """The package of the parts, with the draft's core properties and comments."""
    document = docx.Document(io.BytesIO(pack(parts, compress=False)))
    _set_properties(document.core_properties, draft)
    if comments:
        document.comments._comments_elm.extend(comments)
    out = io.BytesIO()
    document.save(out)
    return pack(unpack(out.getvalue()))


def _content(
    draft: Draft,
    places: Places,
    pages: Mapping[str, int],
    signature_anchors: Sequence[str],
    clean: bool,
    width: int,
) -> list[Element]:
    content = front(draft, places, pages, clean_copy=clean, width=width)
    for section in draft.sections:
        content += section_blocks(section, places, annex=False, width=width)
    if draft.signature or draft.signatures:
        content.append(paragraph("PartHeading", [run(SIGNATURES)]))
        content += signature_table(draft, lambda cell: runs(cell, places), signature_anchors, width)
    for section in draft.annexes:
        content += section_blocks(section, places, annex=True, width=width)
    return keep_together(content)


def _document(own: bytes, content: Sequence[Element], base: Base | None) -> bytes:
    root = _parse(own)
    body = root[0]
    body[:] = [*content, _parse(base.section) if base else body[-1]]
    return to_bytes(root)


def _fit(package: bytes, base: Base) -> bytes:
    """The package with styles and lists as the base calls them."""
    parts = unpack(package)
    for name in ("word/document.xml", "word/comments.xml"):
        if name in parts:
            root = etree.fromstring(parts[name])
            align_contents(root, base.width)
            base.house.fit(root)
            parts[name] = to_bytes(root)
    return pack(parts)


def write_numbering(base: bytes, lists: Sequence[int], offset: int = 0) -> bytes:
    """The numbering part with the separate lists of a document, each by its indent; their ids begin at `offset`."""
    root = _parse(base)
    add_lists(root, list(lists), offset)
    return to_bytes(root)


def _parse(part: bytes) -> Element:
    return etree.fromstring(part, etree.XMLParser(remove_blank_text=True, resolve_entities=False))


def _set_properties(core: Any, draft: Draft) -> None:
    """The core properties, all from the draft."""
    day = datetime.combine(draft.day, time(), UTC).replace(tzinfo=None)
    core.title = _short(draft.title)
    core.subject = _short(draft.subtitle)
    core.author = core.last_modified_by = AUTHOR
    core.identifier = _short(f"{draft.document}@{draft.version}")
    core.version = _short(draft.version)
    core.content_status = _short(draft.status)
    core.language = draft.tongue
    core.created = core.modified = day
    core.revision = 1


def _short(text: str) -> str:
    return clean(text)[:_MOST]
