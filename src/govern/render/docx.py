"""A draft as a Word file.

The document part is built from the tree with our own base document; python-docx then opens the package as
any reader would, adds the comments and the core properties, and the result is packed again in a fixed order
with fixed times.
"""

import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from typing import Any

import docx
from lxml import etree
from lxml.etree import _Element as Element

from govern.contracts import Draft
from govern.render.docx_front import front
from govern.render.docx_numbers import add_lists
from govern.render.docx_parts import base_parts, custom_properties, pack, page_parts, unpack
from govern.render.docx_places import Places, survey
from govern.render.docx_tables import signature_table
from govern.render.docx_text import runs, section_blocks
from govern.render.docx_xml import paragraph, run, to_bytes, w
from govern.render.words import OPEN_POINTS, clean, open_rows, show_open_points

AUTHOR = "govern"
INITIALS = "g"
_MOST = 255  # the longest core property that python-docx takes


def write_docx(draft: Draft, *, clean: bool, pages: Mapping[str, int], signature_anchors: Sequence[str]) -> bytes:
    """The file's bytes; see `govern.render.render_docx`."""
    places = survey(draft)
    parts = base_parts()
    parts["word/document.xml"] = _document(parts["word/document.xml"], draft, places, pages, signature_anchors, clean)
    parts["word/numbering.xml"] = write_numbering(parts["word/numbering.xml"], places.lists)
    parts["docProps/custom.xml"] = custom_properties(draft)
    parts |= page_parts(draft)
    return finish(parts, draft, comments=not clean)


def finish(parts: Mapping[str, bytes], draft: Draft, *, comments: bool) -> bytes:
    """The package of the parts, with the draft's core properties and comments."""
    document = docx.Document(io.BytesIO(pack(parts)))
    _set_properties(document.core_properties, draft)
    if comments:
        _add_comments(document, draft)
    out = io.BytesIO()
    document.save(out)
    return pack(unpack(out.getvalue()))


def _document(
    base: bytes,
    draft: Draft,
    places: Places,
    pages: Mapping[str, int],
    signature_anchors: Sequence[str],
    clean: bool,
) -> bytes:
    root = _parse(base)
    body = root[0]
    section_properties = body[-1]
    content = front(draft, places, pages, clean_copy=clean)
    for section in draft.sections:
        content += section_blocks(section, places, annex=False)
    if draft.signature or draft.signatures:
        content.append(paragraph("PartHeading", [run("Signatures")]))
        content += signature_table(draft, lambda cell: runs(cell, places), signature_anchors)
    for section in draft.annexes:
        content += section_blocks(section, places, annex=True)
    body[:] = [*content, section_properties]
    return to_bytes(root)


def write_numbering(base: bytes, lists: Sequence[int]) -> bytes:
    """The numbering part with the separate lists of a document, each by its indent."""
    root = _parse(base)
    add_lists(root, list(lists))
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
    core.language = "en-GB"
    core.created = core.modified = day
    core.revision = 1


def _short(text: str) -> str:
    return clean(text)[:_MOST]


def _add_comments(document: Any, draft: Draft) -> None:
    """A comment on the title with the open points, and one on each heading with its drafting note."""
    date = f"{draft.day.isoformat()}T00:00:00Z"
    notes = {"Title": [_open_note(draft)]}
    notes["ClauseHeading"] = [section.note.text for section in draft.sections]
    notes["AnnexHeading"] = [section.note.text for section in draft.annexes]
    for heading in document.paragraphs:
        style = heading._p.style
        if notes.get(style):
            text = notes[style].pop(0)
            marked = [each for each in heading.runs if each.text]
            if text and marked:
                comment = document.add_comment(marked, clean(text), AUTHOR, INITIALS)
                comment._comment_elm.set(w("date"), date)


def _open_note(draft: Draft) -> str:
    if not show_open_points(draft):
        return ""
    return "\n".join([f"{OPEN_POINTS}:", *(f"{kind}: {what} ({where})" for kind, what, where in open_rows(draft))])
