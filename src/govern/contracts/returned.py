"""What came back: the lines of a Word file that the other side has edited, against the lines of ours.

Both files are read the same way, and of each line of ours it is known where in the tree it stands. A line that still
has our bookmark is known by it, whatever it says now; the others are known by their words.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from govern.contracts.alignment import Item, Move, Step, align
from govern.contracts.model import Draft, Filled, Inline, Paragraph, Section, Text
from govern.contracts.redline import Change, Pieces, compare_runs, joined, words_in
from govern.contracts.typography import plain_type, set_line, set_runs
from govern.contracts.words import write_run, write_runs


@dataclass(frozen=True, slots=True)
class FileLine:
    """A line of a Word file: `now` with all tracked changes accepted, `was` with all rejected.

    `bookmarks` begin in it. `part` is the title of a part of the document that begins here ("Signatures"), and `cell`
    says that the line stands in a table. `asides` are what stands at the line and is none of its words, each with its
    kind: a comment, a footnote, hidden text.
    """

    now: str
    was: str
    bookmarks: tuple[str, ...] = ()
    part: str = ""
    cell: bool = False
    asides: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ReturnedLine:
    """A line that is not as it was. `old` or `new` is None where it is gone or new.

    `section` and `paragraph` are what it is in our tree, as far as it stands there; else `part` says where it stands.
    `tracked` says whether the file shows the change as one; in a file without tracked changes none is.
    """

    old: str | None
    new: str | None
    pieces: Pieces
    tracked: bool
    section: Section | None = None
    paragraph: Paragraph | None = None
    part: str = ""
    moved: bool = False
    moved_to: str = ""
    """Where it stands now, "after 12.1"; empty where it came along with the line before it."""

    @property
    def change(self) -> Change:
        """ADDED, REMOVED or CHANGED; SAME where the line only moved."""
        if self.old is None or self.new is None:
            return Change.ADDED if self.old is None else Change.REMOVED
        return Change.SAME if _plain(self.old) == _plain(self.new) else Change.CHANGED


@dataclass(frozen=True, slots=True)
class Aside:
    """What was put beside our text and is no change of it: a comment, a footnote, hidden text. The place is ours."""

    kind: str
    text: str
    section: Section | None = None
    paragraph: Paragraph | None = None
    part: str = ""


@dataclass(frozen=True, slots=True)
class ReturnedText:
    """What came back: the lines that changed, in order, what each section says now, by its anchor, and what stands
    beside the lines."""

    lines: tuple[ReturnedLine, ...]
    sections: Mapping[str, tuple[str, ...]]
    asides: tuple[Aside, ...] = ()


@dataclass(frozen=True, slots=True)
class _Place:
    section: Section | None = None
    paragraph: Paragraph | None = None
    part: str = ""


def compare_files(
    draft: Draft,
    ours: Sequence[FileLine],
    theirs: Sequence[FileLine],
    bookmarks: Mapping[str, tuple[str, int | None]],
) -> ReturnedText:
    """What changed from our file to theirs. `bookmarks` gives the section's anchor and the block's index for each."""
    known = [each for each in ours if _plain(each.now)]
    came = [each for each in theirs if _plain(each.now)]
    places = _places(draft, known, bookmarks)
    names = {mark for each in known for mark in each.bookmarks}
    items = [_item(each, names, each.now) for each in known]
    steps = align(items, [_item(each, names, each.now) for each in came])
    untouched = _untouched(items, [_item(each, names, each.was) for each in theirs if _plain(each.was)])

    lines: list[ReturnedLine] = []
    sections: dict[str, list[str]] = {}
    stands: dict[int, _Place] = {}
    place = before = _Place()
    last: Step | None = None
    for step in steps:
        if step.old is not None and step.move is not Move.HERE:
            place = places[step.old]
        if step.new is not None and step.move is not Move.AWAY and place.section is not None:
            sections.setdefault(place.section.anchor, []).append(_plain(came[step.new].now))
        line = _line(step, known, came, places, place, untouched)
        if line is not None:
            lines.append(line if step.move is None or _follows(step, last) else replace(line, moved_to=_say(before)))
        if step.new is not None and step.move is not Move.AWAY:
            before = places[step.old] if step.old is not None else replace(place, paragraph=None)
            stands[step.new] = before
            last = step
    marks = {mark: places[at] for at, each in enumerate(known) for mark in each.bookmarks}
    asides = tuple(_asides(theirs, stands, marks, Counter(aside for each in ours for aside in each.asides)))
    return ReturnedText(tuple(lines), {anchor: tuple(each) for anchor, each in sections.items()}, asides)


def _follows(step: Step, last: Step | None) -> bool:
    """Whether what moved stands behind the line that it stood behind before."""
    return last is not None and last.old is not None and step.old == last.old + 1


def _say(place: _Place) -> str:
    """Where a line stands that stands behind this place."""
    if place.paragraph is not None and place.paragraph.number:
        return f"after {place.paragraph.number}"
    return f"in {place.section.place}" if place.section is not None else "outside of the clauses"


def _asides(
    theirs: Iterable[FileLine],
    stands: Mapping[int, _Place],
    marks: Mapping[str, _Place],
    ours: Counter[tuple[str, str]],
) -> Iterator[Aside]:
    """What stands beside their lines and not in our own file. An empty line is known by its bookmark, else it stands
    where the line before it does."""
    place, at = _Place(), -1
    for line in theirs:
        if _plain(line.now):
            at += 1
            place = stands[at]
        here = next((marks[mark] for mark in line.bookmarks if mark in marks), place)
        for aside in line.asides:
            if ours[aside]:
                ours[aside] -= 1
            else:
                yield Aside(*aside, here.section, here.paragraph, here.part)


def section_lines(section: Section) -> tuple[str, ...]:
    """What a section says, line by line, as a file says it: title, paragraphs, and the cells of its tables."""
    lines = [section.title]
    for block in section.blocks:
        if isinstance(block, Paragraph):
            lines.append(write_runs(block.content))
        else:
            lines += [write_runs(cell) for row in (block.header, *block.rows) for cell in row]
    return tuple(plain for line in lines if (plain := _plain(line)))


def _item(line: FileLine, names: Iterable[str], text: str) -> Item:
    key = next((mark for mark in line.bookmarks if mark in names), None)
    return Item(key, line.cell, words_in((Text(plain_type(text)),)))


def _untouched(ours: Sequence[Item], base: Sequence[Item]) -> frozenset[int]:
    """The lines of ours that stand in the file unchanged if all that is tracked is rejected."""
    pairs = [step for step in align(ours, base) if step.old is not None and step.new is not None]
    return frozenset(step.old for step in pairs if step.old is not None and _same(step, ours, base))


def _same(step: Step, ours: Sequence[Item], base: Sequence[Item]) -> bool:
    assert step.old is not None and step.new is not None
    return ours[step.old].words == base[step.new].words


def _line(
    step: Step,
    known: Sequence[FileLine],
    came: Sequence[FileLine],
    places: Sequence[_Place],
    place: _Place,
    untouched: frozenset[int],
) -> ReturnedLine | None:
    """The change of a step, None if there is none; a move is shown where the line stands now."""
    if step.move is Move.AWAY:
        return None
    old = known[step.old].now if step.old is not None else None
    new = came[step.new].now if step.new is not None else None
    if old is not None and new is not None and _plain(old) == _plain(new) and step.move is None:
        return None
    here = places[step.old] if step.old is not None else _Place(place.section, None, place.part)
    if step.old is not None:
        tracked = step.old in untouched
    else:
        assert step.new is not None
        tracked = not _plain(came[step.new].was)
    before: tuple[Inline, ...] = ()
    if old is not None:
        before = _worded(set_runs(here.paragraph.content)) if here.paragraph else (Text(set_line(old)),)
    pieces = compare_runs(before, (Text(set_line(new)),) if new is not None else ())
    return ReturnedLine(old, new, pieces, tracked, here.section, here.paragraph, here.part, step.move is not None)


def _worded(runs: Iterable[Inline]) -> tuple[Inline, ...]:
    """The runs as a file has them: what is one thing in the tree, a definition or a reference, is words there.

    Only values stay what they are, since a figure is known by its parameter.
    """
    return joined(run if isinstance(run, Filled) else Text(write_run(run)) for run in runs)


def _places(draft: Draft, lines: Sequence[FileLine], bookmarks: Mapping[str, tuple[str, int | None]]) -> list[_Place]:
    """Where each line of our own file stands in the tree: by its bookmark, else by what it says in its section."""
    sections = {each.anchor: each for each in (*draft.sections, *draft.annexes)}
    words = {
        anchor: {squeeze(write_runs(block.content)): block for block in each.blocks if isinstance(block, Paragraph)}
        for anchor, each in sections.items()
    }
    made: list[_Place] = []
    section: Section | None = None
    part = ""
    for line in lines:
        if line.part:
            section, part = None, line.part
        found = next((bookmarks[mark] for mark in line.bookmarks if mark in bookmarks), None)
        paragraph = None
        if found is not None:
            section, part = sections[found[0]], ""
            block = section.blocks[found[1]] if found[1] is not None else None
            paragraph = block if isinstance(block, Paragraph) else None
        elif section is not None and not line.cell:
            paragraph = words[section.anchor].get(squeeze(line.now))
        made.append(_Place(section, paragraph, part))
    return made


def squeeze(text: str) -> str:
    """The text without white space and with straight marks: what a file may set differently is no difference."""
    return "".join(plain_type(text).split())


def _plain(text: str) -> str:
    return " ".join(plain_type(text).split())
