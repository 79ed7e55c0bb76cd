"""Markdown and plain text as paragraphs."""

import re
from collections.abc import Iterable
from dataclasses import replace

from govern.review import Cell, Paper, PaperParagraph, find_typed, typed_number

_MARKS = re.compile(r"(?<!\w)[*_]{1,3}(?=\S)|(?<=\S)[*_]{1,3}(?!\w)|`|==|\{#[^}]*\}|\\(?=[^\w\s])")
_LINK = re.compile(r"!?\[([^\]\[]{0,400})\]\([^()\s]{0,400}\)")
_RULE = re.compile(r"\s*(?:[-*_=]\s*){3,}$|\s*\|?(?:\s*:?-{2,}:?\s*\|)+\s*(?::?-{2,}:?)?\s*$")
_ITEM = re.compile(r"(\s*)(?:[-*+\u2022\u25aa\u2013]|([0-9]{1,3}|[a-z]{1,2}|[ivx]{1,5})[.)])\s+")
_LONGEST_HEADING = 90
_HEADING_LINES = 60  # more of them have more letters than a heading, whatever its number
_FEW = 3


def read_text(text: str, *, name: str) -> Paper:
    """Plain text: paragraphs end at an empty line, or where the next line begins with a number."""
    return Paper(name, "txt", tuple(join_lines([(line, None) for line in text.splitlines()])))


def join_lines(lines: Iterable[tuple[str, int | None]]) -> list[PaperParagraph]:
    """Paragraphs from the lines of a page, each line with its page; lines that were broken are put together again."""
    found: list[PaperParagraph] = []
    open_: list[str] = []
    page: int | None = None

    def close() -> None:
        if open_:
            text = _mend(open_)
            paragraph = find_typed(PaperParagraph(text, source=len(found), page=page))
            labelled = not paragraph.number and _LABEL.match(text) is not None
            level = 1 if labelled else _depth(paragraph.number)
            found.append(replace(paragraph, heading=not labelled and is_heading(text), level=level))
            open_.clear()

    for line, at in lines:
        stripped = " ".join(line.split())
        if not stripped or _RULE.match(stripped):
            close()
            continue
        short = 0 < len(open_) <= _HEADING_LINES
        after_heading = short and not stripped[0].islower() and is_heading(_mend(open_))
        if open_ and (typed_number(stripped) or after_heading or _BULLET.match(stripped) or _is_row(stripped, open_)):
            close()
        if not open_:
            page = at
        open_.append(stripped)
    close()
    return found


_LABEL = re.compile(r"[A-Z][\w ,()/&'\u2019-]{1,50}: ?[^\s/]")
_LABEL_WORDS = 6
_SHORT_LINE = 70


def _is_row(line: str, above: list[str]) -> bool:
    """Whether a line is a row like "Term: two years", and not the middle of a sentence that was broken."""
    label = line.partition(":")[0]
    if not _LABEL.match(line) or len(label.split()) > _LABEL_WORDS:
        return False
    return above[-1].endswith((":", ".", ";")) or len(above[-1]) < _SHORT_LINE or _LABEL.match(above[0]) is not None


_BULLET = re.compile(r"[\u2022\u25aa\u25cf\u25e6\uf0b7]\s?")


def _mend(lines: list[str]) -> str:
    """The lines as one, without the hyphens at which words were broken; linear, for there may be a million."""
    parts: list[str] = []
    for line in lines:
        end = "".join(parts[-_COMPOUND_LONGEST:])
        if end.endswith("-") and len(end) > 2 and end[-2].isalpha() and line[:1].islower():
            if end[-2].islower() and not _COMPOUND.search(end):
                parts[-1] = parts[-1][:-1]
            parts.append(line)
        else:
            parts.append(f" {line}" if parts else line)
    return "".join(parts)


_COMPOUND_LONGEST = 8
"""Letters of the longest of these with its hyphen and one before it; each part has one at least."""
_COMPOUND = re.compile(r"\b(?:sub|non|re|third|data|pre|co|de|self|cross)-$", re.IGNORECASE)


def find_headings(paper: Paper) -> Paper:
    """The same paper; where its styles name hardly any heading, with those that look like one."""
    if sum(each.heading for each in paper.paragraphs) >= _FEW:
        return paper
    looked = (
        replace(each, heading=each.heading or (each.cell is None and is_heading(each.text)))
        for each in paper.paragraphs
    )
    return replace(paper, paragraphs=tuple(looked))


def is_heading(text: str) -> bool:
    """Whether a line is a heading: short, no sentence, its words in capitals or beginning with them."""
    number = typed_number(text)
    bare = text[text.find(number) + len(number) :] if number else text
    bare = bare.strip(" .:)\t\u2013\u2014-")
    if not 2 <= len(bare) <= _LONGEST_HEADING or text.rstrip().endswith((".", ";", ",", ":", "; and", "; or")):
        return False
    words = [word for word in bare.split() if word[0].isalpha()]
    if not words or len(words) > 12 or not _VERBS.isdisjoint(words):
        return False
    large = [word for word in words if word[0].isupper()]
    small = [word for word in words if word[0].islower() and word not in _LITTLE]
    return bare.isupper() or (not small and bool(large)) or (bool(number) and len(words) <= 6 and bool(large))


_VERBS = frozenset(("shall", "must", "will", "may", "is", "are"))
_LITTLE = frozenset((
    "a", "an", "and", "as", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "under", "with",
))  # fmt: skip


def _depth(number: str) -> int:
    if number.startswith("("):
        return 2
    return number.count(".") if number and number[0].isdigit() else 0


def read_markdown(text: str, *, name: str) -> Paper:
    """Markdown: headings, list items and cells are paragraphs of their own; what only marks the text is left out."""
    found: list[PaperParagraph] = []
    open_: list[str] = []
    table = row = -1
    level = 0

    def close(*, heading: bool = False) -> None:
        if open_:
            words = " ".join(" ".join(open_).split())
            paragraph = find_typed(PaperParagraph(words, level=level, heading=heading, source=len(found)))
            if paragraph.typed and not level:
                paragraph = replace(paragraph, level=_depth(paragraph.number))
            found.append(paragraph)
            open_.clear()

    for line in text.splitlines():
        plain = _strip(line)
        in_table = line.lstrip().startswith("|")
        if not in_table:
            row = -1
        if not plain or _RULE.match(line.strip()):
            close()
            level = 0
            continue
        if line.startswith("#"):
            close()
            level = max(min(len(line) - len(line.lstrip("#")), 6) - 2, 0)
            open_.append(plain)
            close(heading=True)
            level = 0
        elif in_table:
            close()
            table += row < 0
            row += 1
            for column, cell in enumerate(plain.strip().strip("|").split("|")):
                if cell.strip():
                    found.append(PaperParagraph(cell.strip(), source=len(found), cell=Cell(table, row, column)))
        else:
            item = _ITEM.match(line)
            if item:
                close()
                level = 1 + len(item[1].expandtabs()) // 2
                if item[2] is None:
                    plain = _strip(line[item.end() :])
            open_.append(plain)
    close()
    return Paper(name, "md", tuple(found))


def _strip(line: str) -> str:
    line = line.strip().lstrip("#>").strip() if line.lstrip().startswith(("#", ">")) else line.strip()
    return _MARKS.sub("", _LINK.sub(r"\1", line)).strip()
