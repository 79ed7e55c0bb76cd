"""Places of a redline: both drafts in one file, so their bookmarks and lists must agree where they mean the same."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from govern.contracts import Draft, Move, ParagraphChange, Redline, SectionChange
from govern.render.docx.numbers import FIRST_LIST, Number
from govern.render.docx.places import Place, Places, survey


@dataclass(frozen=True)
class BothPlaces:
    """The places of the old and of the new draft, and the separate lists of both."""

    old: Places
    new: Places
    lists: tuple[int, ...]
    next_id: int


def survey_both(redline: Redline) -> BothPlaces:
    """What stands in both drafts at one place has one bookmark; so has a list that is continued.

    What is only in the old draft, or has moved away, gets bookmarks and lists of its own: they go when it goes.
    """
    old, new = survey(redline.old), survey(redline.new)
    pairs = list(_pairs(redline, old, new))
    lists, known = _lists(old, new, pairs)
    shared = {before.id: after for before, after in pairs}
    last = max((place.id for place in _all(new)), default=0)

    def merged(place: Place) -> Place:
        number = place.number
        if number.list_ is not None:
            number = replace(number, list_=known[number.list_])
        after = shared.get(place.id)
        if after is not None:
            return replace(place, bookmark=after.bookmark, id=after.id, number=number)
        return replace(place, bookmark=place.bookmark.replace("_Ref", "_Was"), id=last + place.id, number=number)

    was = Places(
        {key: merged(place) for key, place in old.headings.items()},
        {key: merged(place) for key, place in old.paragraphs.items()},
        {key: tuple(map(merged, chain)) for key, chain in old.chains.items()},
        old.lists,
    )
    return BothPlaces(was, new, lists, last + max((place.id for place in _all(old)), default=0) + 1)


def properties_differ(before: Number, after: Number) -> bool:
    """Whether a paragraph needs other properties for the one number than for the other."""
    return (before.list_, before.level, bool(before.text), before.indent if before.text else ()) != (
        (after.list_, after.level, bool(after.text), after.indent if after.text else ())
    )


def block_places(section: SectionChange) -> Iterator[tuple[int, int]]:
    """For each block of a section its index in the old and in the new one, as far as it stands there."""
    old = new = 0
    for block in section.blocks:
        yield old, new
        old += block.old is not None and block.move is not Move.HERE
        new += block.new is not None and block.move is not Move.AWAY


def _all(places: Places) -> Iterator[Place]:
    yield from places.headings.values()
    yield from places.paragraphs.values()


def _pairs(redline: Redline, old: Places, new: Places) -> Iterator[tuple[Place, Place]]:
    for section in (*redline.sections, *redline.annexes):
        if section.old is None or section.new is None or section.move:
            continue
        yield old.headings[section.old.anchor], new.headings[section.new.anchor]
        for block, (one, other) in zip(section.blocks, block_places(section), strict=True):
            if isinstance(block, ParagraphChange) and not block.move:
                before = old.paragraphs.get((section.old.anchor, one)) if block.old else None
                after = new.paragraphs.get((section.new.anchor, other)) if block.new else None
                if before and after:
                    yield before, after


def _lists(old: Places, new: Places, pairs: list[tuple[Place, Place]]) -> tuple[tuple[int, ...], dict[int, int]]:
    """The indents of all lists, and which list of the file each old one is: the new one that it is continued as."""
    known: dict[int, int] = {}
    for before, after in pairs:
        one, other = before.number.list_, after.number.list_
        if one is not None and other is not None and one not in known and other not in known.values():
            same_indent = old.lists[one - FIRST_LIST] == new.lists[other - FIRST_LIST]
            known |= {one: other} if same_indent else {}
    lists = list(new.lists)
    for place, indent in enumerate(old.lists):
        if FIRST_LIST + place not in known:
            known[FIRST_LIST + place] = FIRST_LIST + len(lists)
            lists.append(indent)
    return tuple(lists), known


def bookmark_places(draft: Draft) -> dict[str, tuple[str, int | None]]:
    """What each bookmark of the draft's Word file marks: a section's anchor, and the index of a paragraph in it."""
    places = survey(draft)
    made: dict[str, tuple[str, int | None]] = {place.bookmark: (key, None) for key, place in places.headings.items()}
    return made | {place.bookmark: (key, index) for (key, index), place in places.paragraphs.items()}
