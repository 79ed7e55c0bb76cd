"""Documents as files: pure functions from the tree of a contract to Word, PDF, HTML and Markdown.

The same draft gives the same bytes: no clock, no environment, no randomness. Each writer's library is imported when
the writer is first used, so that a command pays only for the format that it writes.

Here a tree becomes a document, and so here its text is set (`govern.contracts.set_type`): curly quotation marks and
apostrophes, and spaces that do not break. The writers show what they are given.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from govern.contracts import Draft, Redline
    from govern.render.docx.base import Base

__all__ = [
    "render_docx",
    "render_html",
    "render_markdown",
    "render_pdf",
    "render_pdf_ua",
    "render_redline_docx",
    "render_redline_html",
    "render_redline_markdown",
]


def render_docx(
    draft: "Draft",
    *,
    clean: bool = False,
    pages: Mapping[str, int] | None = None,
    signature_anchors: Sequence[str] = (),
    base: "Base | None" = None,
) -> bytes:
    """The draft as a Word file.

    `clean` leaves out what is for one's own counsel: comments and the list of open points. `pages` gives the page of
    each section's anchor for the table of contents; without it the table has links but no page numbers, since only
    Word's own layout knows them. `signature_anchors`, one a party, are invisible strings that e-signature tools look
    for in the signature block. `base` is a firm's own document, as `govern.render.docx.base.read_base` takes it over.
    """
    from govern.render.docx.document import write_docx

    return write_docx(_set(draft), clean=clean, pages=pages or {}, signature_anchors=signature_anchors, base=base)


def render_pdf(draft: "Draft") -> bytes:
    """The draft as an A4 PDF. It is untagged (ReportLab writes no tags): the accessible forms are Word and HTML.

    A character that none of the embedded fonts has (emoji, most right-to-left scripts) is shown as a box, ☐.
    """
    from govern.render.pdf.document import write_pdf

    return write_pdf(_set(draft))


def render_pdf_ua(draft: "Draft") -> bytes:
    """The draft as a tagged PDF for readers with assistive technology: PDF/UA-1 and PDF/A-2a.

    Needs the extra `accessible` (Typst); raises RefusedError without it.
    """
    from govern.render.pdf.ua import write_pdf_ua

    return write_pdf_ua(_set(draft))


def render_html(draft: "Draft") -> str:
    """The draft as one self-contained page without scripts, fit for screen readers and for print."""
    from govern.render.html import write_html

    return write_html(_set(draft))


def render_markdown(draft: "Draft") -> str:
    """The draft as Markdown with all numbers written out."""
    from govern.render.markdown import write_markdown

    return write_markdown(_set(draft))


def render_redline_docx(redline: "Redline", *, author: str = "govern", day: "date | None" = None) -> bytes:
    """The redline as a Word file with native tracked changes, by `author` and of `day`, else of the new draft's day.

    Accepting all of them gives the new text, rejecting all the old one; `govern.render.redline.revisions` does both.
    """
    from govern.render.redline.docx import write_redline_docx

    return write_redline_docx(_set_both(redline), author=author, day=day or redline.new.day)


def render_redline_html(redline: "Redline") -> str:
    """The redline as one self-contained page: the whole text with what was inserted, deleted and moved."""
    from govern.render.redline.html import write_redline_html

    return write_redline_html(_set_both(redline))


def render_redline_markdown(redline: "Redline") -> str:
    """What changed as Markdown: only the changed paragraphs, inserted words bold and deleted ones struck through."""
    from govern.render.redline.text import write_redline_markdown

    return write_redline_markdown(_set_both(redline))


def _set(draft: "Draft") -> "Draft":
    from govern.contracts import set_type

    return set_type(draft)


def _set_both(redline: "Redline") -> "Redline":
    """The redline of the two drafts as their own documents show them."""
    from govern.contracts import compare_drafts, set_type

    return compare_drafts(set_type(redline.old), set_type(redline.new))
