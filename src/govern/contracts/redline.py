"""What changed between two trees of a document, clause by clause and word by word.

A redline holds both sides of every place, so that each side can be had back from it: `accept` gives the new tree and
`reject` the old one. Numbers are not text: a clause that is only counted anew is unchanged, but a cross-reference
that says another number is changed.
"""

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeAlias, TypeVar

from govern.contracts.alignment import Item, Move, align, likeness, match_ends, match_equal
from govern.contracts.model import (
    Block,
    Draft,
    Filled,
    Inline,
    Paragraph,
    PartyBlock,
    Section,
    SignatureParty,
    Table,
    Text,
    Use,
)
from govern.contracts.words import write_run, write_runs

Runs: TypeAlias = tuple[Inline, ...]
Row: TypeAlias = tuple[Runs, ...]
_Each = TypeVar("_Each")

# A word with what is inside it ("don't", "7.2", "and/or", "10,000"), white space, or one other character.
_WORDS = re.compile(r"\w+(?:[^\w\s—–“”\"()\[\]]\w+)*|\s+|.", re.DOTALL)
_REWRITTEN = 0.3  # of texts less alike than this only the same beginning and end are matched
_ISLAND = 3  # tokens


class Change(StrEnum):
    """What became of something between two drafts."""

    SAME = "same"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Piece:
    """Runs on both sides that say the same words, or runs on one side only."""

    old: Runs
    new: Runs

    @property
    def change(self) -> Change:
        """SAME, ADDED or REMOVED."""
        if self.old and self.new:
            return Change.SAME
        return Change.REMOVED if self.old else Change.ADDED


Pieces: TypeAlias = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class LineChange:
    """A line of text on both sides; None where a side does not have it. `label` says what it is, "Address"."""

    old: Runs | None
    new: Runs | None
    pieces: Pieces
    label: str = ""

    @property
    def change(self) -> Change:
        """What became of the line."""
        return _change(self.old, self.new, self.pieces)


@dataclass(frozen=True, slots=True)
class ParagraphChange:
    """A paragraph on both sides. One that moved comes twice: `move` says which of its places this is."""

    old: Paragraph | None
    new: Paragraph | None
    pieces: Pieces
    move: Move | None = None

    @property
    def change(self) -> Change:
        """What became of the paragraph's words, wherever it stands."""
        return _change(self.old, self.new, self.pieces)


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row of a table on both sides, cell by cell."""

    old: Row | None
    new: Row | None
    cells: tuple[Pieces, ...]

    @property
    def change(self) -> Change:
        """What became of the row."""
        return _change(self.old, self.new, tuple(piece for cell in self.cells for piece in cell))


@dataclass(frozen=True, slots=True)
class TableChange:
    """A table on both sides, row by row; the header is a row of its own."""

    old: Table | None
    new: Table | None
    header: RowChange
    rows: tuple[RowChange, ...]
    move: Move | None = None

    @property
    def change(self) -> Change:
        """What became of the table."""
        return _whole(self.old, self.new, (self.header, *self.rows))


BlockChange: TypeAlias = ParagraphChange | TableChange


@dataclass(frozen=True, slots=True)
class SectionChange:
    """A clause or annex on both sides. One that moved comes twice: `move` says which of its places this is."""

    old: Section | None
    new: Section | None
    title: Pieces
    blocks: tuple[BlockChange, ...]
    move: Move | None = None

    @property
    def change(self) -> Change:
        """What became of the section's words, wherever it stands."""
        retitled = any(piece.change is not Change.SAME for piece in self.title)
        parts = [*(Change.CHANGED for _ in range(retitled)), *(each.change for each in self.blocks)]
        moved = any(each.move for each in self.blocks)
        both = self.old is not None and self.new is not None
        return Change.CHANGED if both and moved else _sum(self.old, self.new, parts)

    @property
    def section(self) -> Section:
        """The section as it is now, or as it was."""
        found = self.new or self.old
        assert found is not None
        return found


@dataclass(frozen=True, slots=True)
class PartyChange:
    """A party on both sides, as the first page introduces it."""

    old: PartyBlock | None
    new: PartyBlock | None
    name: Pieces
    details: tuple[LineChange, ...]

    @property
    def change(self) -> Change:
        """What became of the party."""
        return _whole(self.old, self.new, (LineChange((), (), self.name), *self.details))


@dataclass(frozen=True, slots=True)
class SignatureChange:
    """One side of the signature block."""

    old: SignatureParty | None
    new: SignatureParty | None
    name: Pieces
    signatory: Pieces
    title: Pieces

    @property
    def change(self) -> Change:
        """What became of it."""
        deed = Change.SAME if self.same_form else Change.CHANGED
        found = _change(self.old, self.new, (*self.name, *self.signatory, *self.title))
        return deed if found is Change.SAME else found

    @property
    def same_form(self) -> bool:
        """Whether both sides have the same lines: a deed has some more."""
        return (self.old is not None and self.old.deed) == (self.new is not None and self.new.deed)


@dataclass(frozen=True, slots=True)
class Redline:
    """Two drafts of a document and the way from the one to the other."""

    old: Draft
    new: Draft
    title: LineChange
    subtitle: LineChange
    parties: tuple[PartyChange, ...]
    background: tuple[LineChange, ...]
    sections: tuple[SectionChange, ...]
    annexes: tuple[SectionChange, ...]
    signature: LineChange
    signatures: tuple[SignatureChange, ...]

    @property
    def change(self) -> Change:
        """SAME if no word differs and nothing moved, else CHANGED."""
        sections = (*self.sections, *self.annexes)
        found = {each.change for each in (self.title, self.subtitle, *self.background, self.signature)}
        found |= {each.change for each in self.parties} | {each.change for each in self.signatures}
        found |= {each.change for each in sections}
        moved = any(each.move for each in sections)
        return Change.CHANGED if moved or found != {Change.SAME} else Change.SAME


def _change(old: object | None, new: object | None, pieces: Iterable[Piece]) -> Change:
    return _sum(old, new, [piece.change for piece in pieces])


_Part: TypeAlias = RowChange | LineChange


def _whole(old: object | None, new: object | None, parts: Iterable[_Part]) -> Change:
    return _sum(old, new, [part.change for part in parts])


def _sum(old: object | None, new: object | None, parts: Iterable[Change]) -> Change:
    if old is None or new is None:
        return Change.REMOVED if new is None else Change.ADDED
    return Change.SAME if all(part is Change.SAME for part in parts) else Change.CHANGED


# --- comparison -------------------------------------------------------------------------------------------


def compare_drafts(old: Draft, new: Draft) -> Redline:
    """What changed from `old` to `new`. The same drafts give the same redline.

    Clauses are aligned by their ids, paragraphs by theirs and then by their words, words within a paragraph by a
    patience difference. Cost: some ten milliseconds for two drafts of forty pages.
    """
    return Redline(
        old=old,
        new=new,
        title=_line(_plain(old.title), _plain(new.title)),
        subtitle=_line(_plain(old.subtitle), _plain(new.subtitle)),
        parties=tuple(
            _party(one, other)
            for one, other in _paired(old.parties, new.parties, lambda party: Item(party.role, None, (party.role,)))
        ),
        background=tuple(
            _line(one, other)
            for one, other in _paired(old.background, new.background, lambda runs: Item(None, None, words_in(runs)))
        ),
        sections=_sections(old.sections, new.sections),
        annexes=_sections(old.annexes, new.annexes),
        signature=_line(old.signature, new.signature),
        signatures=tuple(
            _signature(one, other)
            for one, other in _paired(old.signatures, new.signatures, lambda side: Item(side.role, None, (side.role,)))
        ),
    )


def compare_runs(old: Runs, new: Runs) -> Pieces:
    """What changed within a line. Runs that say the same words are the same, whatever stands behind them."""
    if write_runs(old) == write_runs(new):
        return (Piece(old, new),) if old and new else ()
    tokens, others = list(_tokens(old)), list(_tokens(new))
    words, other_words = [word for word, _ in tokens], [word for word, _ in others]
    match = match_ends if _rewritten(tokens, others) else match_equal
    pairs = match(words, other_words)
    return tuple(_pieces(tokens, others, _stretches(tokens, others, pairs)))


def joined(runs: Iterable[Inline]) -> Runs:
    """Runs in their normal form: neighbours of the same kind and origin are one, and none is empty."""
    made: list[Inline] = []
    for run in runs:
        last = made[-1] if made else None
        match last, run:
            case Text(before), Text(after):
                made[-1] = Text(before + after)
            case Use(before), Use(after):
                made[-1] = Use(before + after)
            case Filled(name, before, fact), Filled(other, after, source) if (name, fact) == (other, source):
                made[-1] = Filled(name, before + after, fact)
            case _ if write_run(run):
                made.append(run)
    return tuple(made)


_Token: TypeAlias = tuple[str, Inline]
_Stretch: TypeAlias = tuple[int, int, int, int, bool]
"""From and to in the old tokens, from and to in the new ones, and whether they are equal."""


def _tokens(runs: Runs) -> Iterator[_Token]:
    """Plain text, terms and values word by word; a definition, a reference or a blank is one thing."""
    for run in runs:
        match run:
            case Text(text):
                yield from ((word, Text(word)) for word in _WORDS.findall(text))
            case Use(text):
                yield from ((word, Use(word)) for word in _WORDS.findall(text))
            case Filled(name, text, fact):
                yield from ((word, Filled(name, word, fact)) for word in _WORDS.findall(text))
            case _:
                yield write_run(run), run


def words_in(runs: Runs) -> tuple[str, ...]:
    """The words of a line without the white space between them."""
    return tuple(word for word, _ in _tokens(runs) if not word.isspace())


def _rewritten(old: Sequence[_Token], new: Sequence[_Token]) -> bool:
    counts = [Counter(word for word, _ in tokens if not word.isspace()) for tokens in (old, new)]
    return likeness(counts[0], counts[1]) < _REWRITTEN


def _stretches(old: Sequence[_Token], new: Sequence[_Token], pairs: Sequence[tuple[int, int]]) -> list[_Stretch]:
    """Equal and unequal stretches in turn. An equal one of no weight between two others is taken into them."""
    made: list[_Stretch] = []
    one = other = 0
    for old_at, new_at in [*pairs, (len(old), len(new))]:
        if one < old_at or other < new_at:
            _append(made, (one, old_at, other, new_at, False), old)
        if old_at < len(old):
            _append(made, (old_at, old_at + 1, new_at, new_at + 1, True), old)
        one, other = old_at + 1, new_at + 1
    return made


def _append(made: list[_Stretch], stretch: _Stretch, old: Sequence[_Token]) -> None:
    same = stretch[4]
    if made and made[-1][4] == same:
        _extend(made, stretch, 1)
    elif not same and len(made) > 1 and _weightless(old[made[-1][0] : made[-1][1]]):
        _extend(made, stretch, 2)
    else:
        made.append(stretch)


def _extend(made: list[_Stretch], stretch: _Stretch, count: int) -> None:
    """The last `count` stretches and this one become one."""
    first = made[-count]
    made[-count:] = [(first[0], stretch[1], first[2], stretch[3], stretch[4])]


def _weightless(tokens: Sequence[_Token]) -> bool:
    """White space, a comma, an "of": nothing that a reader holds on to between two changes."""
    return len(tokens) <= _ISLAND and all(len(word) <= _ISLAND and not word.isdigit() for word, _ in tokens)


def _pieces(old: Sequence[_Token], new: Sequence[_Token], stretches: Iterable[_Stretch]) -> Iterator[Piece]:
    for old_from, old_to, new_from, new_to, same in stretches:
        before = joined(run for _, run in old[old_from:old_to])
        after = joined(run for _, run in new[new_from:new_to])
        if same:
            yield Piece(before, after)
            continue
        if before:
            yield Piece(before, ())
        if after:
            yield Piece((), after)


def _plain(text: str) -> Runs:
    return (Text(text),) if text else ()


def _line(old: Runs | None, new: Runs | None, label: str = "") -> LineChange:
    return LineChange(old, new, compare_runs(old or (), new or ()), label)


def _paired(
    old: Sequence[_Each], new: Sequence[_Each], item: Callable[[_Each], Item]
) -> list[tuple[_Each | None, _Each | None]]:
    """The items of both lists in one order; what changed places is removed and added."""
    steps = align([item(each) for each in old], [item(each) for each in new], moves=False)
    return [
        (old[step.old] if step.old is not None else None, new[step.new] if step.new is not None else None)
        for step in steps
    ]


def _party(old: PartyBlock | None, new: PartyBlock | None) -> PartyChange:
    rows = _paired(
        old.details if old else (), new.details if new else (), lambda row: Item(row[0], row[0], words_in(row[1]))
    )
    details = tuple(
        _line(one[1] if one else None, other[1] if other else None, (other or one or ("",))[0]) for one, other in rows
    )
    return PartyChange(old, new, compare_runs(old.name if old else (), new.name if new else ()), details)


def _signature(old: SignatureParty | None, new: SignatureParty | None) -> SignatureChange:
    def compare(part: Callable[[SignatureParty], Runs]) -> Pieces:
        return compare_runs(part(old) if old else (), part(new) if new else ())

    return SignatureChange(
        old,
        new,
        compare(lambda side: side.name),
        compare(lambda side: side.signatory),
        compare(lambda side: side.title),
    )


def _sections(old: Sequence[Section], new: Sequence[Section]) -> tuple[SectionChange, ...]:
    steps = align(*([Item(each.anchor, None, (each.anchor,)) for each in sections] for sections in (old, new)))
    return tuple(
        _section(
            old[step.old] if step.old is not None else None,
            new[step.new] if step.new is not None else None,
            step.move,
        )
        for step in steps
    )


def _section(old: Section | None, new: Section | None, move: Move | None) -> SectionChange:
    before, after = old.blocks if old else (), new.blocks if new else ()
    steps = align([_block_item(each) for each in before], [_block_item(each) for each in after])
    blocks = tuple(
        _block(
            before[step.old] if step.old is not None else None,
            after[step.new] if step.new is not None else None,
            step.move,
        )
        for step in steps
    )
    title = compare_runs(_plain(old.title if old else ""), _plain(new.title if new else ""))
    return SectionChange(old, new, title, blocks, move)


def _block_item(block: Block) -> Item:
    """A paragraph is known by its id, a table by its header."""
    if isinstance(block, Paragraph):
        return Item(block.anchor, (block.level, bool(block.number)), words_in(block.content))
    return Item(None, len(block.header), tuple(word for cell in block.header for word in words_in(cell)))


def _block(old: Block | None, new: Block | None, move: Move | None) -> BlockChange:
    if isinstance(old or new, Paragraph):
        assert not isinstance(old, Table) and not isinstance(new, Table)  # only what is of one form is paired
        return ParagraphChange(old, new, compare_runs(old.content if old else (), new.content if new else ()), move)
    assert not isinstance(old, Paragraph) and not isinstance(new, Paragraph)
    rows = _paired(old.rows if old else (), new.rows if new else (), _row_item)
    header = _row(old.header if old else None, new.header if new else None)
    return TableChange(old, new, header, tuple(_row(one, other) for one, other in rows), move)


def _row_item(row: Row) -> Item:
    """A row is known by what its first cell says."""
    form: Hashable = len(row)
    name = write_runs(row[0]).strip() if row else ""
    return Item(name or None, form, tuple(word for cell in row for word in words_in(cell)))


def _row(old: Row | None, new: Row | None) -> RowChange:
    width = len(old if old is not None else new or ())
    cells = zip(old or ((),) * width, new or ((),) * width, strict=True)
    return RowChange(old, new, tuple(compare_runs(one, other) for one, other in cells))


# --- back to the drafts -----------------------------------------------------------------------------------


def accept(redline: Redline) -> Draft:
    """The new draft, put together from the pieces of the redline; where text changed its runs are in normal form."""
    return _side(redline, new=True)


def reject(redline: Redline) -> Draft:
    """The old draft, put together from the pieces of the redline; where text changed its runs are in normal form."""
    return _side(redline, new=False)


def _side(redline: Redline, *, new: bool) -> Draft:
    draft = redline.new if new else redline.old
    return replace(
        draft,
        title=write_runs(_runs(redline.title.pieces, new=new)),
        subtitle=write_runs(_runs(redline.subtitle.pieces, new=new)),
        parties=tuple(_side_party(each, new=new) for each in redline.parties if _has(each, new=new)),
        background=tuple(_runs(each.pieces, new=new) for each in redline.background if _has(each, new=new)),
        sections=tuple(_side_section(each, new=new) for each in redline.sections if _has(each, new=new)),
        annexes=tuple(_side_section(each, new=new) for each in redline.annexes if _has(each, new=new)),
        signature=_runs(redline.signature.pieces, new=new),
        signatures=tuple(_side_signature(each, new=new) for each in redline.signatures if _has(each, new=new)),
    )


_Changed: TypeAlias = (
    LineChange | PartyChange | SignatureChange | RowChange | ParagraphChange | TableChange | SectionChange
)


def _has(change: _Changed, *, new: bool) -> bool:
    """Whether something stands at this place on a side."""
    move = getattr(change, "move", None)
    return change.new is not None and move is not Move.AWAY if new else change.old is not None and move is not Move.HERE


def _runs(pieces: Pieces, *, new: bool) -> Runs:
    if len(pieces) == 1:
        return pieces[0].new if new else pieces[0].old
    return joined(run for piece in pieces for run in (piece.new if new else piece.old))


def _side_party(change: PartyChange, *, new: bool) -> PartyBlock:
    party = change.new if new else change.old
    assert party is not None
    details = tuple((each.label, _runs(each.pieces, new=new)) for each in change.details if _has(each, new=new))
    return PartyBlock(party.role, _runs(change.name, new=new), details)


def _side_signature(change: SignatureChange, *, new: bool) -> SignatureParty:
    side = change.new if new else change.old
    assert side is not None
    name, signatory, title = (_runs(pieces, new=new) for pieces in (change.name, change.signatory, change.title))
    return SignatureParty(side.role, name, signatory, title, side.deed)


def _side_section(change: SectionChange, *, new: bool) -> Section:
    section = change.new if new else change.old
    assert section is not None
    blocks = tuple(_side_block(each, new=new) for each in change.blocks if _has(each, new=new))
    return replace(section, title=write_runs(_runs(change.title, new=new)), blocks=blocks)


def _side_block(change: BlockChange, *, new: bool) -> Block:
    if isinstance(change, ParagraphChange):
        paragraph = change.new if new else change.old
        assert paragraph is not None
        return replace(paragraph, content=_runs(change.pieces, new=new))
    rows = tuple(_side_row(each, new=new) for each in change.rows if _has(each, new=new))
    return Table(_side_row(change.header, new=new), rows)


def _side_row(change: RowChange, *, new: bool) -> Row:
    return tuple(_runs(cell, new=new) for cell in change.cells)
