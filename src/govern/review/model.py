"""The nouns of review: the other side's paper as paragraphs, and what a tracked Word file says beside them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from govern.review.numerals import typed_number


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a paragraph stands in a table: the table's place in the file, row and column, each from 0."""

    table: int
    row: int
    column: int


@dataclass(frozen=True, slots=True)
class PaperParagraph:
    """A paragraph of the paper.

    `number` is its effective number as printed ("7.2", "(a)"): Word's own count, or with `typed` what stands as text at
    the beginning of `text`. `level` is its depth from 0. `source` is its place among all paragraphs of the file, empty
    ones too. `page` is known of a PDF, and of a Word file that says where its pages break.
    """

    text: str
    number: str = ""
    level: int = 0
    heading: bool = False
    source: int = 0
    page: int | None = None
    cell: Cell | None = None
    typed: bool = False
    notes: tuple[str, ...] = ()
    """The numbers of the footnotes that hang on it."""


@dataclass(frozen=True, slots=True)
class Paper:
    """The other side's text, whatever file it came in. `format` is docx, pdf, md or txt."""

    name: str
    format: str
    paragraphs: tuple[PaperParagraph, ...]
    remarks: tuple[str, ...] = ()
    """What a reader of the findings has to know about the reading: "hidden text was left out"."""

    @property
    def text(self) -> str:
        """All of it, a line a paragraph."""
        return "\n".join(each.text for each in self.paragraphs)


@dataclass(frozen=True, slots=True)
class Change:
    """A tracked change within a paragraph: `kind` is inserted or deleted; what was moved is one of each."""

    kind: str
    text: str
    author: str = ""
    date: datetime | None = None


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment in the margin, and the text that it is about."""

    id: str
    author: str
    date: datetime | None
    text: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class WordParagraph:
    """A paragraph of a Word file with its tracked changes.

    `mark` says what happened to the paragraph's end: inserted, deleted or "". A deleted end joins the paragraph to the
    next one if all is accepted; an inserted one if all is rejected. `bookmarks` are those that begin in it.
    """

    accepted: str
    rejected: str
    number: str = ""
    level: int = 0
    heading: bool = False
    style: str = ""
    page: int | None = None
    cell: Cell | None = None
    mark: str = ""
    changes: tuple[Change, ...] = ()
    bookmarks: tuple[str, ...] = ()
    comments: tuple[str, ...] = ()
    contents: bool = False
    """Whether it is a line of the table of contents."""
    notes: tuple[str, ...] = ()
    """The footnotes and endnotes that it points to: "footnote 2"."""
    hidden: str = ""
    struck: str = ""
    """Text that is hidden, or struck through by its look: it is in neither reading and is no tracked change."""
    unread: tuple[str, ...] = ()
    """What stands in it and cannot be read: "a picture"."""


@dataclass(frozen=True, slots=True)
class WordText:
    """All that a Word file says. `paragraphs` has every paragraph of the body in order, empty ones too."""

    name: str
    paragraphs: tuple[WordParagraph, ...]
    comments: tuple[Comment, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)
    """Custom document properties; a file of our own has Document, Version, Project and Digest."""
    notes: tuple[PaperParagraph, ...] = ()
    """Footnotes and endnotes."""
    remarks: tuple[str, ...] = ()
    edges: tuple[str, ...] = ()
    """The lines of headers and footers."""
    foreign: tuple[str, ...] = ()
    """What stands between the paragraphs and cannot be read: another document that is put in."""

    @property
    def tracked(self) -> bool:
        """Whether the file has any tracked change."""
        return any(each.changes or each.mark for each in self.paragraphs)

    @property
    def authors(self) -> tuple[str, ...]:
        """Who made the tracked changes, by name."""
        return tuple(sorted({change.author for each in self.paragraphs for change in each.changes}))

    def accepted(self) -> tuple[str, ...]:
        """The text of each paragraph if all changes are accepted."""
        return _join([(each.accepted, each.mark == "deleted") for each in self.paragraphs])

    def rejected(self) -> tuple[str, ...]:
        """The text of each paragraph if all changes are rejected."""
        return _join([(each.rejected, each.mark == "inserted") for each in self.paragraphs])

    def paper(self) -> Paper:
        """The text to review: all changes accepted, which is remarked, without empty paragraphs and the table of
        contents."""
        lines = _join([(each.accepted, each.mark == "deleted") for each in self.paragraphs], keep=True)
        found = [
            PaperParagraph(line, each.number, each.level, each.heading, index, each.page, each.cell, notes=each.notes)
            for index, (each, line) in enumerate(zip(self.paragraphs, lines, strict=True))
            if line.strip() and not each.contents
        ]
        return Paper(self.name, "docx", (*map(find_typed, found), *self.notes), (*self.remarks, *self._pending()))

    def _pending(self) -> Iterator[str]:
        """That changes are pending, which somebody may still reject."""
        if self.tracked:
            by = f" by {authors}" if (authors := ", ".join(filter(None, self.authors))) else ""
            yield f"pending tracked changes{by} were read as accepted: nobody agreed them yet"


def _join(lines: list[tuple[str, bool]], *, keep: bool = False) -> tuple[str, ...]:
    """The lines, each that is to be joined put before the next; with `keep` an empty line stays in its place.

    Joined text belongs to the paragraph whose end is left, as Word has it.
    """
    out: list[str] = []
    waiting = ""
    for text, joins in lines:
        if joins:
            waiting += text
            if keep:
                out.append("")
            continue
        out.append(waiting + text)
        waiting = ""
    if waiting:
        if keep:
            out[-1] = waiting
        else:
            out.append(waiting)
    return tuple(out)


def find_typed(paragraph: PaperParagraph) -> PaperParagraph:
    """The same paragraph, with the number that somebody typed at its beginning if Word gives it none."""
    number = "" if paragraph.number or paragraph.cell is not None else typed_number(paragraph.text)
    return replace(paragraph, number=number, typed=True) if number else paragraph
