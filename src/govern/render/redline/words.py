"""What every view of a redline says in the same words: which places changed, and the sum of them."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from govern.contracts import (
    Change,
    Definition,
    Inline,
    Move,
    OpenChoice,
    PartyChange,
    Piece,
    Pieces,
    Redline,
    Reference,
    SectionChange,
    Text,
    spaced,
)
from govern.render.words import clean, say_detail, words_of


def spaced_pieces(pieces: Pieces) -> Pieces:
    """The pieces, with a space after an open choice's mark where the text of that side goes straight on."""
    made: list[Piece] = []
    last: list[Inline | None] = [None, None]
    for piece in pieces:
        wanting = [
            bool(runs) and _wants_space(before, runs[0]) for before, runs in zip(last, _sides(piece), strict=True)
        ]
        old, new = (tuple(spaced(runs)) for runs in _sides(piece))
        if piece.change is not Change.SAME or wanting[0] == wanting[1]:
            old, new = (_spaced_if(want, runs) for want, runs in zip(wanting, (old, new), strict=True))
        else:
            made.append(Piece((Text(" "),), ()) if wanting[0] else Piece((), (Text(" "),)))
        made.append(Piece(old, new))
        last = [runs[-1] if runs else before for before, runs in zip(last, _sides(piece), strict=True)]
    return tuple(made)


def _sides(piece: Piece) -> tuple[tuple[Inline, ...], tuple[Inline, ...]]:
    return piece.old, piece.new


def _wants_space(before: Inline | None, run: Inline) -> bool:
    return isinstance(before, OpenChoice) and not words_of(run)[:1].isspace()


def _spaced_if(wanting: bool, runs: tuple[Inline, ...]) -> tuple[Inline, ...]:
    return (Text(" "), *runs) if wanting else runs


def party_parts(change: PartyChange) -> tuple[Pieces, ...]:
    """What follows a party's name in its sentence, part by part: ", of …, registration: … (the “Controller”)."."""
    made: list[Pieces] = []
    for detail in change.details:
        label = (Text(f", {say_detail(detail.label)} "),)
        made.append((Piece(label if detail.old is not None else (), label if detail.new is not None else ()),))
        made.append(detail.pieces)
    party = change.new or change.old
    assert party is not None
    end = (Text(" (the "), Definition(party.role), Text(")."))
    return (*made, (Piece(end if change.old else (), end if change.new else ()),))


def say_change(change: Change, move: Move | None) -> str:
    """One word for what became of a clause: "changed", "moved", "moved and changed"."""
    if move is Move.HERE:
        return "moved" if change is Change.SAME else "moved and changed"
    return {Change.SAME: "unchanged"}.get(change, change.value)


def say_section(section: SectionChange) -> str:
    """The clause as a reader finds it: "Clause 7 Security", "Annex II …"; by its old number where it is gone."""
    found = section.old if section.move is Move.AWAY or section.new is None else section.new
    assert found is not None
    return clean(f"{found.place} {found.title}")


@dataclass(frozen=True, slots=True)
class Tally:
    """How many clauses, annexes included, are what; `counted` are changed in the number of a reference only."""

    unchanged: int
    changed: int
    added: int
    removed: int
    moved: int
    counted: int


def tally(redline: Redline) -> Tally:
    """Count the clauses and annexes of a redline. One that moved and changed counts as changed."""
    sections = [each for each in (*redline.sections, *redline.annexes) if each.move is not Move.AWAY]
    moved = sum(each.move is Move.HERE and each.change is Change.SAME for each in sections)
    counts = Counter(each.change for each in sections)
    return Tally(
        unchanged=counts[Change.SAME] - moved,
        changed=counts[Change.CHANGED],
        added=counts[Change.ADDED],
        removed=counts[Change.REMOVED],
        moved=moved,
        counted=sum(only_counted(each) for each in sections),
    )


def only_counted(section: SectionChange) -> bool:
    """Whether all that changed in a section is the number that a cross-reference says."""
    if section.change is not Change.CHANGED:
        return False
    one_sided = [each for each in section.blocks if each.move or each.change in (Change.ADDED, Change.REMOVED)]
    changed = [piece for pieces in section_pieces(section) for piece in pieces if piece.change is not Change.SAME]
    return not one_sided and all(isinstance(run, Reference) for piece in changed for run in piece.old or piece.new)


def section_pieces(section: SectionChange) -> Iterator[Pieces]:
    """The pieces of a section's title, its paragraphs and the cells of its tables."""
    yield section.title
    for block in section.blocks:
        if hasattr(block, "pieces"):
            yield block.pieces
        else:
            for row in (block.header, *block.rows):
                yield from row.cells


def say_tally(redline: Redline) -> str:
    """One sentence: "12 clauses unchanged, 3 changed, 1 added, 1 removed, 1 moved"."""
    found = tally(redline)
    noun = "clause" if found.unchanged == 1 else "clauses"
    rest = [(found.changed, "changed"), (found.added, "added"), (found.removed, "removed"), (found.moved, "moved")]
    parts = [f"{found.unchanged} {noun} unchanged", *(f"{count} {word}" for count, word in rest if count)]
    if found.counted:
        parts[1] += f" ({found.counted} in the number of a reference only)"
    return ", ".join(parts)
