"""The annex that says which clause and paragraph serve which obligation."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from govern.contracts.model import Inline, Note, Paragraph, Reference, Section, Table, Text
from govern.contracts.numbers import roman

ANCHOR = "annex.matrix"
_HEADER = ("Obligation", "Source", "What it asks", "Clause")
_INTRO = "This annex shows which clause serves which obligation of law. It is for information and creates no duty."


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """An obligation that applies: where the law says it, what it asks, and the terms that a contract carries for it."""

    obligation: str
    citation: str
    title: str
    terms: tuple[str, ...] = ()


def build_matrix(
    rows: Iterable[MatrixRow],
    sections: tuple[Section, ...],
    annexes: tuple[Section, ...],
    numbers: Mapping[str, str],
) -> Section | None:
    """The annex for the obligations that this document serves; None where it serves none.

    An obligation is served by the paragraphs that carry its terms, else by the clauses that name it. A term that no
    paragraph carries is not said here: it is an open point of the draft.
    """
    paragraphs: dict[str, list[str]] = {}
    clauses: dict[str, list[str]] = {}
    for section in (*sections, *annexes):
        for id_ in section.obligations:
            clauses.setdefault(id_, []).append(section.anchor)
        for anchor, term in _carriers(section):
            paragraphs.setdefault(term, []).append(anchor)
    table = []
    for row in rows:
        places = list(dict.fromkeys(place for term in row.terms for place in paragraphs.get(term, ())))
        places = places or clauses.get(row.obligation, [])
        places = _once(places, numbers)
        if places:
            table.append((
                (Text(row.obligation),), (Text(row.citation),), (Text(row.title),), tuple(_links(places, numbers))
            ))  # fmt: skip
    if not table:
        return None
    header = tuple((Text(word),) for word in _HEADER)
    blocks = (Paragraph(None, -1, "", (Text(_INTRO),)), Table(header, tuple(table)))
    number = f"Annex {roman(len(annexes) + 1)}"
    note = "Made from the findings of the gap check. It may be left out of the copy for the other side."
    return Section(ANCHOR, "annex", number, "Obligation matrix", blocks, "", "", Note(note))


def _carriers(section: Section) -> Iterator[tuple[str, str]]:
    """The paragraphs with an anchor that carry terms, with each term."""
    for block in section.blocks:
        if isinstance(block, Paragraph) and block.anchor:
            yield from ((block.anchor, term) for term in block.carries)


def _once(places: Iterable[str], numbers: Mapping[str, str]) -> list[str]:
    """The first place of each number: the paragraphs of an annex have no number but the annex's."""
    first: dict[str, str] = {}
    for place in places:
        first.setdefault(numbers[place], place)
    return list(first.values())


def _links(places: Iterable[str], numbers: Mapping[str, str]) -> Iterator[Inline]:
    for index, place in enumerate(places):
        if index:
            yield Text(", ")
        yield Reference(place, numbers[place])
