"""Any file that a review reads, by the ending of its name."""

from pathlib import PurePath

from govern.errors import ContentError, RefusedError
from govern.exchange.package import MAX_FILE
from govern.exchange.plain import find_headings, read_markdown, read_text
from govern.exchange.word import read_word
from govern.review import Paper, check_quality

MAX_PAPER = MAX_FILE
MAX_TEXT = 8 * 1024 * 1024

ENDINGS = (".docx", ".pdf", ".md", ".txt")


def read_paper(data: bytes, *, name: str) -> Paper:
    """Read the other side's paper, and refuse what cannot be judged.

    Raises ContentError for a format that is not read, RefusedError for what must not be read or whose text came out
    garbled: what is not there in such a text may still be on the page.
    """
    ending = PurePath(name).suffix.lower()
    if ending == ".docx":
        paper = find_headings(read_word(data, name=name).paper())
    elif ending == ".pdf":
        from govern.exchange.pdf import read_pdf

        paper = read_pdf(data, name=name)
    elif ending in (".md", ".markdown", ".txt"):
        if len(data) > MAX_TEXT:
            raise RefusedError(f"`{name}` is larger than {MAX_TEXT // 1024 // 1024} MiB", where=name)
        text = _decode(data, name)
        paper = read_text(text, name=name) if ending == ".txt" else read_markdown(text, name=name)
    else:
        hint = "save it in Word as .docx" if ending in (".doc", ".docm", ".rtf", ".odt") else ""
        hint = hint or "one of " + ", ".join(ENDINGS)
        raise ContentError(f"`{ending or name}` is not a format that a review reads", hint=hint, where=name)
    check_quality(paper)
    return paper


def _decode(data: bytes, name: str) -> str:
    """UTF-8, or what a mark at the beginning says."""
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        raise ContentError("this is not UTF-8 text", hint="save the file as UTF-8", where=f"{name}:{line}:1") from None
    if "\0" in text:
        raise ContentError("this is no text: it has a zero byte", where=name)
    return text
