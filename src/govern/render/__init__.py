"""Documents as files: pure functions from the tree of a contract to Word, PDF, HTML and Markdown.

The same draft gives the same bytes: no clock, no environment, no randomness. Each writer's library is imported when
the writer is first used, so that a command pays only for the format that it writes.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from govern.contracts import Draft

__all__ = ["render_docx", "render_html", "render_markdown", "render_pdf"]


def render_docx(
    draft: "Draft",
    *,
    clean: bool = False,
    pages: Mapping[str, int] | None = None,
    signature_anchors: Sequence[str] = (),
) -> bytes:
    """The draft as a Word file.

    `clean` leaves out what is for one's own counsel: comments and the list of open points. `pages` gives the page of
    each section's anchor for the table of contents; without it the table has links but no page numbers, since only
    Word's own layout knows them. `signature_anchors`, one a party, are invisible strings that e-signature tools look
    for in the signature block.
    """
    from govern.render.docx import write_docx

    return write_docx(draft, clean=clean, pages=pages or {}, signature_anchors=signature_anchors)


def render_pdf(draft: "Draft") -> bytes:
    """The draft as an A4 PDF. It is untagged (ReportLab writes no tags): the accessible forms are Word and HTML.

    A character that none of the embedded fonts has (emoji, most right-to-left scripts) is shown as a box, ☐.
    """
    from govern.render.pdf import write_pdf

    return write_pdf(draft)


def render_html(draft: "Draft") -> str:
    """The draft as one self-contained page without scripts, fit for screen readers and for print."""
    from govern.render.html import write_html

    return write_html(draft)


def render_markdown(draft: "Draft") -> str:
    """The draft as Markdown with all numbers written out."""
    from govern.render.markdown import write_markdown

    return write_markdown(draft)
