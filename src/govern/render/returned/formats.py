"""The analysis of a returned file by the ending of the file that it is written to.

Each writer is imported when its format is asked for: who wants one pays for no other.
"""

from collections.abc import Callable

from govern.errors import RefusedError
from govern.render.returned.words import Analysis

SUFFIXES = (".docx", ".html", ".md", ".pdf")


def check_suffix(suffix: str) -> None:
    """Raise RefusedError for an ending that is no format of an analysis."""
    if suffix not in SUFFIXES:
        hint = "one of " + ", ".join(SUFFIXES)
        raise RefusedError(f"`{suffix}` is not a format of an analysis", hint=hint)


def render_analysis(analysis: Analysis, suffix: str) -> bytes:
    """The bytes of the file; the same analysis gives the same ones. Raises RefusedError as `check_suffix` does."""
    check_suffix(suffix)
    made = _writer(suffix)(analysis)
    return made if isinstance(made, bytes) else made.encode()


def _writer(suffix: str) -> Callable[[Analysis], "str | bytes"]:
    match suffix:
        case ".docx":
            from govern.render.returned.docx import write_docx

            return write_docx
        case ".pdf":
            from govern.render.returned.pdf import write_pdf

            return write_pdf
        case ".html":
            from govern.render.returned.html import write_html

            return write_html
    from govern.render.returned.markdown import write_markdown

    return write_markdown
