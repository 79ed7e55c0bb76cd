"""A draft as Markdown that reads well as plain text: numbers are written out, nothing is left to a renderer.

Every character that CommonMark could read as a mark is escaped, so a name with stars or brackets stays a
name.
"""

import re
from collections.abc import Iterable, Iterator

from govern.contracts import Blank, Block, Definition, Draft, Inline, OpenChoice, PartyBlock, Section, spaced
from govern.contracts import Paragraph as TreeParagraph
from govern.render.words import (
    OPEN_POINTS,
    WITNESS,
    clean,
    imprint,
    open_rows,
    say_detail,
    say_signed,
    say_status,
    show_open_points,
    signers,
    words_of,
)

_MARKS = re.compile(r"([\\`*_\[\]<>|~&])")
_LEADING = re.compile(r"^(\s*)([#+=-])")
_LEADING_NUMBER = re.compile(r"^(\s*\d{1,9})([.)])")


def write_markdown(draft: Draft) -> str:
    """The text of the file; see `govern.render.render_markdown`."""
    return "\n\n".join(_parts(draft)) + "\n"


def escape(text: str) -> str:
    """The text on one line with nothing in it that Markdown reads as a mark."""
    line = re.sub(r"[ \t\n]+", " ", clean(text))
    return _MARKS.sub(r"\\\1", line)


def _parts(draft: Draft) -> Iterator[str]:
    yield f"# {escape(draft.title)}"
    yield _start(escape(draft.subtitle))
    yield f"**{escape(say_status(draft))} · Version {escape(draft.version)}**"
    yield escape(imprint(draft))
    if show_open_points(draft):
        yield f"## {OPEN_POINTS}"
        yield _table(("Kind", "What is open", "Where"), [[escape(cell) for cell in row] for row in open_rows(draft)])
    yield "## Parties"
    for number, party in enumerate(draft.parties, start=1):
        yield f"({number}) {_party(party)}"
    if draft.background:
        yield "## Background"
        for number, recital in enumerate(draft.background):
            yield f"({chr(ord('A') + number)}) {_runs(recital)}"
    yield "## Agreed terms"
    for section in draft.sections:
        yield from _section(section)
    if draft.signature or draft.signatures:
        yield "## Signatures"
        yield from _signatures(draft)
    for section in draft.annexes:
        yield from _section(section)


def _section(section: Section) -> Iterator[str]:
    level = "##" if section.kind == "annex" else "###"
    yield f"{level} {escape(section.number)} {escape(section.title)}"
    items: list[str] = []
    for block in section.blocks:
        if isinstance(block, TreeParagraph) and block.level > 0:
            indent = "  " * (block.level - 1)
            items.append(f"{indent}- {escape(block.number)} {_runs(block.content)}")
            continue
        if items:
            yield "\n".join(items)
            items = []
        yield _block(block)
    if items:
        yield "\n".join(items)


def _block(block: Block) -> str:
    if isinstance(block, TreeParagraph):
        text = _runs(block.content)
        return f"**{escape(block.number)}** {text}" if block.number else _start(text)
    return _table([_runs(cell) for cell in block.header], [[_runs(cell) for cell in row] for row in block.rows])


def _table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A pipe table; the cells are escaped already, pipes and all."""
    head = list(header)
    lines = [head, ["---"] * len(head), *(list(row) for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _runs(runs: Iterable[Inline]) -> str:
    return "".join(map(_run, spaced(runs))).strip()


def _run(run: Inline) -> str:
    """One run; emphasis goes inside the quotation marks, since CommonMark wants a letter beside its stars."""
    words = escape(words_of(run))
    match run:
        case Definition(term) if term.strip():
            return f"“**{escape(term).strip()}**”"
        case Blank():
            return f"**{words}**"
        case OpenChoice():
            return f"*{words}*"
        case _:
            return words


def _start(text: str) -> str:
    """A paragraph's text that begins a line: a first character that would open a block is escaped."""
    return _LEADING_NUMBER.sub(r"\1\\\2", _LEADING.sub(r"\1\\\2", text))


def _party(party: PartyBlock) -> str:
    details = "".join(f", {escape(say_detail(label))} {_runs(value)}" for label, value in party.details)
    return f"{_runs(party.name)}{details} (the “**{escape(party.role)}**”)."


def _signatures(draft: Draft) -> Iterator[str]:
    if draft.signature:
        yield _start(_runs(draft.signature))
    for party in draft.signatures:
        rows = [
            ["Party", _runs(party.name)],
            *(
                row
                for name, title in signers(party)
                for row in (["Signature", ""], ["Name", _runs(name)], ["Title", _runs(title)], ["Date", ""])
            ),
            *([label, ""] for label in WITNESS if party.deed),
        ]
        yield _table([escape(say_signed(party.role, deed=party.deed)), " "], rows)
