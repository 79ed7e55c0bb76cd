"""The annex that says which clause and paragraph serve which obligation."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from govern.contracts.model import (
    AuthoredParagraph,
    AuthoredTable,
    Block,
    Clause,
    Inline,
    Note,
    Paragraph,
    Reference,
    Section,
    Table,
    Text,
)
from govern.contracts.numbers import roman
from govern.errors import ContentError

_CLAUSE, _CLAUSES = "Clause ", "Clauses "

MATRIX = "annex.matrix"
"""The clause of the library that has the annex's words: its text, and a table whose four columns are filled here."""


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """An obligation that applies: where the law says it, what it asks, and the terms that a contract carries for it."""

    obligation: str
    citation: str
    title: str
    terms: tuple[str, ...] = ()


def build_matrix(
    clause: Clause,
    rows: Iterable[MatrixRow],
    sections: tuple[Section, ...],
    annexes: tuple[Section, ...],
    numbers: Mapping[str, str],
) -> Section | None:
    """The annex for the obligations that this document serves; None where it serves none.

    `clause` has its words; raises ContentError where they stand under conditions. An obligation is served by the
    paragraphs that carry its terms, else by the clauses that name it. A term that no paragraph carries is not in it:
    it is an open point of the draft. Places stand in the order of the document.
    """
    paragraphs: dict[str, list[str]] = {}
    clauses: dict[str, list[str]] = {}
    order: dict[str, int] = {}
    for section in (*sections, *annexes):
        for id_ in section.obligations:
            clauses.setdefault(id_, []).append(section.anchor)
        for anchor, term in _carriers(section):
            paragraphs.setdefault(term, []).append(anchor)
            order.setdefault(anchor, len(order))
    table = []
    for row in rows:
        carried = {place for term in row.terms for place in paragraphs.get(term, ())}
        places = sorted(carried, key=order.__getitem__) or clauses.get(row.obligation, [])
        places = _once(places, numbers)
        if places:
            table.append((
                (Text(row.obligation),), (Text(row.citation),), (Text(row.title),), tuple(_links(places, numbers))
            ))  # fmt: skip
    if not table:
        return None
    number = f"Annex {roman(len(annexes) + 1)}"
    head = clause.head
    blocks = tuple(_fill(clause, tuple(table)))
    return Section(
        MATRIX, head.kind, number, head.title, blocks, head.id, head.version, Note(" ".join(head.note.split()))
    )


def _fill(clause: Clause, rows: tuple[tuple[tuple[Inline, ...], ...], ...]) -> Iterator[Block]:
    for block in clause.blocks:
        if isinstance(block, AuthoredTable):
            yield Table(block.header, rows)
        elif isinstance(block, AuthoredParagraph):
            yield Paragraph(None, block.level, "", block.content)
        else:
            raise ContentError(
                "this annex has no conditions and no positions", where=MATRIX, hint="write its text plain"
            )


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


def _links(places: Sequence[str], numbers: Mapping[str, str]) -> Iterator[Inline]:
    """A reference to each, in a few words: "Clauses 3.1, 4.1 and 6, Annex II"."""
    texts = [numbers[place] for place in places]
    clauses = len(list(takewhile(lambda text: text.startswith(_CLAUSE), texts)))
    if clauses > 1:
        first, *others = (text.removeprefix(_CLAUSE) for text in texts[:clauses])
        texts[:clauses] = [f"{_CLAUSES}{first}", *others]
    for index, (place, text) in enumerate(zip(places, texts, strict=True)):
        if index:
            yield Text(" and " if index + 1 == clauses else ", ")
        yield Reference(place, text)
