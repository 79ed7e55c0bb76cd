"""A redline as plain lines: only what changed, each paragraph under its clause and with its number, word by word.

The terminal and Markdown show the same lines; so does whatever else has no room for the whole document.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import TypeAlias

from govern.contracts import (
    Change,
    LineChange,
    Move,
    Paragraph,
    ParagraphChange,
    PartyChange,
    Piece,
    Pieces,
    Redline,
    RowChange,
    SectionChange,
    Text,
)
from govern.render.markdown import escape
from govern.render.redline.words import (
    only_counted,
    party_parts,
    say_change,
    say_section,
    say_tally,
    spaced_pieces,
)
from govern.render.words import clean, say_status, words_of

_CONTEXT = 8  # words that are kept on each side of a change
_NAME = 40  # letters of a row's name


@dataclass(frozen=True, slots=True)
class Span:
    """Words that are the same, added or removed."""

    text: str
    change: Change


@dataclass(frozen=True, slots=True)
class Line:
    """A changed paragraph, or a row of a table: where it is ("7.2(a)") and its words."""

    where: str
    spans: tuple[Span, ...]
    change: Change


@dataclass(frozen=True, slots=True)
class Hunk:
    """The changed lines of a clause, an annex, or the first pages. `what` is "changed", "added", "moved" …"""

    title: str
    what: str
    lines: tuple[Line, ...]


def hunks(redline: Redline) -> Iterator[Hunk]:
    """What changed, in the order of the document; clauses in which only a reference counts anew are left out."""
    yield from _hunk("First page", _front(redline))
    yield from _hunk("Parties", [_line("", (*each.name, *chain(*party_parts(each))), each) for each in redline.parties])
    yield from _hunk("Background", [_line("", each.pieces, each) for each in redline.background])
    yield from _sections(redline.sections)
    yield from _hunk("Signatures", _signatures(redline))
    yield from _sections(redline.annexes)


def counted(redline: Redline) -> tuple[str, ...]:
    """The clauses in which only the number of a reference changed: "Clause 5", "Annex II"."""
    sections = [each for each in (*redline.sections, *redline.annexes) if not each.move and only_counted(each)]
    return tuple(each.section.place for each in sections)


def shorten(spans: Iterable[Span], context: int = _CONTEXT) -> tuple[Span, ...]:
    """The spans with long stretches that are the same cut down to some words beside each change."""
    known = tuple(spans)
    made: list[Span] = []
    for place, span in enumerate(known):
        words = span.text.split(" ")
        if span.change is not Change.SAME or len(words) <= 2 * context + 1:
            made.append(span)
            continue
        head = [" ".join(words[:context])] if place else []
        tail = [" ".join(words[-context:])] if place + 1 < len(known) else []
        made.append(Span(" ".join([*head, "…", *tail]), Change.SAME))
    return tuple(made)


def write_redline_markdown(redline: Redline) -> str:
    """The text of the file; see `govern.render.render_redline_markdown`."""
    return "\n\n".join(_markdown(redline)) + "\n"


def _markdown(redline: Redline) -> Iterator[str]:
    yield f"# Redline: {escape(redline.new.title)}"
    yield f"From {escape(say_side(redline, new=False))} to {escape(say_side(redline, new=True))}."
    yield f"{escape(say_tally(redline))}."
    for hunk in hunks(redline):
        yield f"## {escape(hunk.title)}: {hunk.what}"
        if hunk.lines:
            yield "\n".join(f"- {_label(line.where)}{write_spans(line.spans)}" for line in hunk.lines)
    anew = counted(redline)
    if anew:
        yield f"Only the number of a reference changed in: {escape(', '.join(anew))}."


def say_side(redline: Redline, *, new: bool) -> str:
    """Which draft a side is: "version 1.0.0, draft of 24 November 2026 (3f2ac0de9b1f)"."""
    draft = redline.new if new else redline.old
    status = say_status(draft)
    digest = f" ({draft.digest[:12]})" if draft.digest else ""
    return clean(f"version {draft.version}, {status[:1].lower()}{status[1:]}{digest}")


def _label(where: str) -> str:
    return f"**{escape(where)}** " if where else ""


def write_spans(spans: Iterable[Span]) -> str:
    """Spans as Markdown: added words bold, removed ones struck through."""
    marks = {Change.SAME: "", Change.ADDED: "**", Change.REMOVED: "~~"}
    return "".join(_emphasis(span.text, marks[span.change]) for span in spans).strip()


def _emphasis(text: str, mark: str) -> str:
    """Emphasis of the words alone: CommonMark wants a letter beside its marks."""
    words = text.strip()
    if not mark or not words:
        return escape(text)
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return f"{escape(before)}{mark}{escape(words)}{mark}{escape(after)}"


# --- lines ------------------------------------------------------------------------------------------------


def _hunk(title: str, lines: Iterable[Line]) -> Iterator[Hunk]:
    changed = tuple(line for line in lines if line.change is not Change.SAME)
    if changed:
        yield Hunk(title, Change.CHANGED.value, changed)


_Changed: TypeAlias = LineChange | ParagraphChange | PartyChange | RowChange


def _line(where: str, pieces: Pieces, of: _Changed) -> Line:
    return Line(where, spans_of(pieces), of.change)


def spans_of(pieces: Pieces) -> tuple[Span, ...]:
    """The pieces as spans of which no two neighbours are of one kind."""
    made: list[Span] = []
    for piece in spaced_pieces(pieces):
        runs = piece.old if piece.change is Change.REMOVED else piece.new
        text = "".join(map(words_of, runs)).replace("\n", " ")
        if made and made[-1].change is piece.change:
            text = made.pop().text + text
        made.append(Span(text, piece.change))
    return tuple(made)


def _front(redline: Redline) -> list[Line]:
    return [
        _line("Title", redline.title.pieces, redline.title),
        _line("Subtitle", redline.subtitle.pieces, redline.subtitle),
    ]


def _signatures(redline: Redline) -> list[Line]:
    made = [_line("", redline.signature.pieces, redline.signature)]
    for side in redline.signatures:
        both = bool(side.old) == bool(side.new)
        party = side.new or side.old
        label = clean(party.role) if party else ""
        for name, pieces in (("name", side.name), ("signatory", side.signatory), ("title", side.title)):
            change = side.change if not both else _change_of(pieces)
            made.append(Line(f"{label}, {name}", spans_of(pieces), change))
    return made


def _change_of(pieces: Pieces) -> Change:
    return Change.SAME if all(piece.change is Change.SAME for piece in pieces) else Change.CHANGED


def _sections(sections: Iterable[SectionChange]) -> Iterator[Hunk]:
    for section in sections:
        if section.move is Move.AWAY or (section.move is None and section.change is Change.SAME):
            continue
        if section.move is None and only_counted(section):
            continue
        was = _was(section)
        lines = [line for line in _section_lines(section) if line.change is not Change.SAME]
        yield Hunk(say_section(section) + was, say_change(section.change, section.move), tuple(lines))


def _was(section: SectionChange) -> str:
    old, new = section.old, section.new
    return clean(f" (was {old.number})") if old and new and old.number != new.number else ""


def _section_lines(section: SectionChange) -> Iterator[Line]:
    retitled = _change_of(section.title)
    if section.change is Change.CHANGED and retitled is not Change.SAME:
        yield Line("Title", spans_of(section.title), retitled)
    above = ["", ""]
    for block in section.blocks:
        if isinstance(block, ParagraphChange):
            shown = block.old if block.new is None or block.move is Move.AWAY else block.new
            assert shown is not None
            where = _where(shown, above)
            if block.move is None:
                yield _line(where, block.pieces, block)
            elif block.move is Move.HERE:
                yield Line(where, (Span("moved here: ", Change.SAME), *spans_of(block.pieces)), Change.CHANGED)
        elif block.move is not Move.AWAY:
            yield from (_row(row) for row in (block.header, *block.rows))


def _where(paragraph: Paragraph, above: list[str]) -> str:
    """A paragraph's number as a reference says it: an item's stands after its parent's."""
    if paragraph.level <= 0:
        above[:] = [paragraph.number or above[0], ""]
        return clean(paragraph.number)
    if paragraph.level == 1:
        above[1] = paragraph.number
        return clean(above[0] + paragraph.number)
    return clean(above[0] + above[1] + paragraph.number)


def _row(row: RowChange) -> Line:
    """A row is called by its first cell, which is shown only where it changed too."""
    name, rest = row.cells[:1], row.cells[1:]
    same = bool(name) and bool(rest) and row.old is not None and row.new is not None
    same = same and _change_of(name[0]) is Change.SAME
    where = "".join(span.text for span in spans_of(name[0])) if same else "row"
    bar = (Text(" | "),)
    pieces: list[Piece] = []
    for place, cell in enumerate(rest if same else row.cells):
        if place:
            pieces.append(Piece(bar if row.old is not None else (), bar if row.new is not None else ()))
        pieces += cell
    return _line(where if len(where) <= _NAME else where[: _NAME - 1] + "…", tuple(pieces), row)
