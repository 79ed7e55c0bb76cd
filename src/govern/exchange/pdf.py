"""A PDF's text as paragraphs, through pypdf (BSD, pure Python), which the extra `review` brings.

A PDF says where glyphs are, not what a paragraph is. Lines come in reading order; what stands alike at the head or foot
of most pages is left out; a new paragraph begins at a gap, a number or a heading.
"""

import io
import re
from collections import Counter
from typing import TYPE_CHECKING

from govern.errors import ContentError, RefusedError
from govern.exchange.plain import join_lines
from govern.review import Paper

if TYPE_CHECKING:
    from pypdf import PdfReader

MAX_PAGES = 1_000
MAX_PAGE_TEXT = 200_000
_DIGITS = re.compile(r"[0-9]+|[ivxlc]+(?=\s*$)")
_LEADERS = re.compile(r"(?:\.\s{0,3}){6,}[0-9ivxlc]*\s*$")
"""Dots that lead to a page's number: a line of the table of contents."""
_EDGE = 6
"""How many lines at the head and foot of a page may be its furniture."""


def read_pdf(data: bytes, *, name: str) -> Paper:
    """Read a PDF. Raises RefusedError for a locked one, ContentError for what is none or cannot be read."""
    if b"%PDF-" not in data[:1024]:
        raise ContentError(f"`{name}` is not a PDF", hint="one of .docx .pdf .md .txt", where=name)
    pages = [_with_gaps(page) for page in _without_furniture(_extract(data, name))]
    lines = [(line, number) for number, page in enumerate(pages, start=1) for line in page]
    return Paper(name, "pdf", tuple(join_lines(lines)))


def _extract(data: bytes, name: str) -> list[list[str]]:
    try:
        import pypdf
    except ImportError:
        raise RefusedError(
            "PDF files are read with the extra `review`", hint="pip install 'govern[review]', or give the Word file"
        ) from None
    import logging

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        return _read_pages(pypdf.PdfReader(io.BytesIO(data), strict=False), name)
    except RefusedError:
        raise
    # What a broken file does to a parser is not to be named beforehand; all of it means the same to the reader.
    except (pypdf.errors.PyPdfError, RecursionError, MemoryError, ArithmeticError, LookupError, ValueError,
            TypeError, AttributeError, AssertionError, NotImplementedError, OSError) as problem:  # fmt: skip
        raise ContentError(
            f"`{name}` cannot be read as a PDF ({type(problem).__name__})",
            hint="print it to PDF again, or give the Word file",
            where=name,
        ) from None


def _read_pages(reader: "PdfReader", name: str) -> list[list[str]]:
    if reader.is_encrypted and not reader.decrypt(""):
        raise RefusedError(f"`{name}` is locked with a password", hint="save it without one", where=name)
    if len(reader.pages) > MAX_PAGES:
        raise RefusedError(f"`{name}` has more than {MAX_PAGES:,} pages", where=name)
    return [_lines(page.extract_text()[:MAX_PAGE_TEXT]) for page in reader.pages]


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines() if not _LEADERS.search(line[-400:])]


def _without_furniture(pages: list[list[str]]) -> list[list[str]]:
    """The pages without the lines that most of them have at head or foot, numbers apart."""
    filled = [[line for line in page if line.strip()] for page in pages]
    edges: Counter[str] = Counter()
    for page in filled:
        edges.update({_bare(line) for line in (*page[:_EDGE], *page[-_EDGE:])})
    least = max(len(pages) * 0.6, 3)
    common = {line for line, count in edges.items() if count >= least}
    kept = []
    for page in pages:
        last = len(page) - 1
        shown = [i for i, line in enumerate(page) if line.strip()]
        rim = {*shown[:_EDGE], *shown[-_EDGE:]}
        kept.append([line for i, line in enumerate(page) if not (i in rim and _bare(line) in common) and i <= last])
    return kept


def _with_gaps(page: list[str]) -> list[str]:
    """The lines with an empty one where a paragraph ends: a short line that ends a sentence, or a definition begins."""
    lengths = sorted(len(line) for line in page if line.strip())
    full = lengths[len(lengths) * 9 // 10] if lengths else 0
    out: list[str] = []
    for line in page:
        before = out[-1].rstrip() if out else ""
        ends = before.endswith((".", ";", ":", "\u201d", ")", ";\u00a0and"))
        if ends and (len(before) < full * 0.8 or line.lstrip()[:1] in ("\u201c", '"')):
            out.append("")
        out.append(line)
    return out


def _bare(line: str) -> str:
    return _DIGITS.sub("#", " ".join(line.split()).lower())
