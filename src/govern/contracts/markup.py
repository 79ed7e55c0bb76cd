"""The small Markdown of clauses: text to blocks, and back.

See docs/reference/content.md for the marks. There is no template language: text is never run, only read.
"""

import re
from collections.abc import Iterator

from govern.contracts.model import (
    AuthoredBlock,
    AuthoredGroup,
    AuthoredParagraph,
    AuthoredTable,
    Definition,
    Inline,
    Reference,
    Slot,
    Text,
    Use,
)
from govern.errors import ContentError

MAX_LINES = 5_000

_INLINE = re.compile(
    r"""
    \*\*"(?P<definition>[^"*\n]+)"\*\*
  | ==(?P<use>[^=\n]+)==
  | \[\[(?P<slot>[a-z][a-z0-9_.]*)\]\]
  | \{ref:(?P<ref>[a-z][a-z0-9_.]*(?:\#[a-z][a-z0-9_]*)?)\}
    """,
    re.VERBOSE,
)
_LEFTOVER = re.compile(r"\*\*|==|\[\[|\]\]|\{ref|\{#")
_PARAGRAPH = re.compile(r"\{#(?P<id>[a-z][a-z0-9_]*)\}\s*")
_ITEM = re.compile(r"(?P<indent> *)- +(?P<text>.*)")
_FENCE = re.compile(r":::(?: +(?P<kind>when|position) +(?P<rest>.+))?")


def parse_inline(text: str, *, where: str = "") -> tuple[Inline, ...]:
    """The runs of one paragraph. Raises ContentError on a mark that is not closed."""
    runs: list[Inline] = []
    end = 0
    for match in _INLINE.finditer(text):
        _add_text(runs, text[end : match.start()], where)
        runs.append(_run(match))
        end = match.end()
    _add_text(runs, text[end:], where)
    return tuple(runs)


def _add_text(runs: list[Inline], text: str, where: str) -> None:
    leftover = _LEFTOVER.search(text)
    if leftover:
        raise ContentError(
            f"the mark `{leftover.group()}` is not closed or not allowed here: `{text.strip()}`", where=where
        )
    if text:
        runs.append(Text(text))


def _run(match: re.Match[str]) -> Inline:
    kind, value = str(match.lastgroup), match.group(str(match.lastgroup))
    if kind == "definition":
        return Definition(value)
    if kind == "use":
        return Use(value)
    return Slot(value) if kind == "slot" else Reference(value)


def format_inline(runs: tuple[Inline, ...]) -> str:
    """The text that `parse_inline` reads as these runs."""
    out = []
    for run in runs:
        match run:
            case Text(text):
                out.append(text)
            case Definition(term):
                out.append(f'**"{term}"**')
            case Use(term):
                out.append(f"=={term}==")
            case Slot(parameter):
                out.append(f"[[{parameter}]]")
            case Reference(target):
                out.append(f"{{ref:{target}}}")
            case _:
                raise ContentError("only authored text can be written as a clause")
    return "".join(out)


class _Lines:
    """The lines of a clause with a cursor, and the place for errors."""

    def __init__(self, text: str, name: str, offset: int) -> None:
        self.lines = text.splitlines()
        self.name = name
        self.offset = offset
        self.at = 0
        if len(self.lines) > MAX_LINES:
            raise ContentError(f"a clause of more than {MAX_LINES} lines", where=name)

    @property
    def line(self) -> str | None:
        return self.lines[self.at] if self.at < len(self.lines) else None

    @property
    def number(self) -> int:
        return self.at + 1 + self.offset

    def where(self) -> str:
        return f"{self.name}:{self.number}:1"


def parse_clause_text(text: str, *, name: str = "clause", offset: int = 0) -> tuple[AuthoredBlock, ...]:
    """The blocks of a clause's text. `offset` lines are added to every place. Raises ContentError.

    Linear in the text; conditional groups do not nest.
    """
    lines = _Lines(text, name, offset)
    return tuple(_blocks(lines, inside=False))


def _blocks(lines: _Lines, *, inside: bool) -> Iterator[AuthoredBlock]:
    while (line := lines.line) is not None:
        fence = _FENCE.fullmatch(line.strip()) if line.startswith(":::") else None
        if not line.strip():
            lines.at += 1
        elif line.startswith(":::"):
            if fence and fence["kind"] is None and inside:
                return
            yield _group(lines, fence, inside)
        elif line.startswith("|"):
            yield _table(lines)
        elif line.lstrip().startswith((":::", "|")):
            raise ContentError("a block or a table begins at the margin", where=lines.where(), hint="remove the indent")
        else:
            yield _paragraph(lines)


def _group(lines: _Lines, fence: re.Match[str] | None, inside: bool) -> AuthoredGroup:
    if fence is None or fence["kind"] is None or inside:
        hint = "blocks begin with `::: when CONDITION` or `::: position ID`, end with `:::`, and do not nest"
        raise ContentError("this `:::` line is not understood", where=lines.where(), hint=hint)
    number, where = lines.number, lines.where()
    lines.at += 1
    blocks = tuple(_blocks(lines, inside=True))
    if lines.line is None:
        raise ContentError("a `:::` block is not closed", where=where, hint="end it with a line `:::`")
    lines.at += 1
    condition = fence["rest"] if fence["kind"] == "when" else None
    return AuthoredGroup(condition, None if condition else fence["rest"].strip(), blocks, number)


def _table(lines: _Lines) -> AuthoredTable:
    number = lines.number
    rows: list[tuple[tuple[Inline, ...], ...]] = []
    while (line := lines.line) is not None and line.startswith("|"):
        cells = [cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|")]
        is_rule = all(re.fullmatch(r":?-+:?", cell) for cell in cells)
        if is_rule and not rows:
            raise ContentError("a table begins with its header", where=lines.where())
        if rows and len(cells) != len(rows[0]):
            raise ContentError(f"this row has {len(cells)} cells, the header {len(rows[0])}", where=lines.where())
        if not (is_rule and lines.number == number + 1):
            rows.append(tuple(parse_inline(cell, where=lines.where()) for cell in cells))
        lines.at += 1
    return AuthoredTable(rows[0], tuple(rows[1:]), number)


def _paragraph(lines: _Lines) -> AuthoredParagraph:
    number, where = lines.number, lines.where()
    first = lines.line or ""
    item = _ITEM.fullmatch(first)
    level = -1 if item is None else 1 + len(item["indent"]) // 2
    if level > 2:
        raise ContentError("lists have two levels", where=where, hint="indent by two spaces a level")
    parts = [item["text"] if item else first]
    lines.at += 1
    while (line := lines.line) is not None and line.strip() and not _starts_block(line):
        parts.append(line)
        lines.at += 1
    text = " ".join(part.strip() for part in parts)
    label = _PARAGRAPH.match(text)
    if label:
        text, level = text[label.end() :], max(level, 0)
    return AuthoredParagraph(label["id"] if label else None, level, parse_inline(text, where=where), number)


def _starts_block(line: str) -> bool:
    return line.lstrip().startswith(("|", ":::", "{#")) or _ITEM.fullmatch(line) is not None


def format_clause_text(blocks: tuple[AuthoredBlock, ...]) -> str:
    """The text that `parse_clause_text` reads as these blocks, one paragraph a line."""
    return "\n\n".join(_format_block(block) for block in blocks) + "\n"


def _format_block(block: AuthoredBlock) -> str:
    if isinstance(block, AuthoredParagraph):
        dash = "  " * (block.level - 1) + "- " if block.level > 0 else ""
        return dash + (f"{{#{block.id}}} " if block.id else "") + format_inline(block.content)
    if isinstance(block, AuthoredTable):
        rule = "|" + " --- |" * len(block.header)
        return "\n".join([_format_row(block.header), rule, *map(_format_row, block.rows)])
    head = f"when {block.condition}" if block.condition else f"position {block.position}"
    return f"::: {head}\n" + "\n\n".join(_format_block(each) for each in block.blocks) + "\n:::"


def _format_row(cells: tuple[tuple[Inline, ...], ...]) -> str:
    return "| " + " | ".join(format_inline(cell) for cell in cells) + " |"
