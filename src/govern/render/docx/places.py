"""Where references point: a bookmark for each numbered paragraph and how its number is written in a field."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lxml.etree import _Element as Element

from govern.contracts import Draft, Paragraph, Reference, Section
from govern.render.docx.numbers import Counter, Number
from govern.render.docx.xml import el, run
from govern.render.docx.xml import field as word_field
from govern.render.words import clean


@dataclass(frozen=True, slots=True)
class Place:
    """A numbered paragraph: its bookmark, how Word numbers it, and the number as the tree prints it."""

    bookmark: str
    id: int
    number: Number
    printed: str

    def around(self, content: list[Element]) -> list[Element]:
        """The content within its bookmark; a number that is text is inside, so that a field can repeat it."""
        start, end = el("bookmarkStart", id=self.id, name=self.bookmark), el("bookmarkEnd", id=self.id)
        if self.number.text:
            return [start, run(self.printed), end, run("\t"), *content]
        return [start, *content, end]

    def field(self, *, first: bool) -> list[Element]:
        """The number as a live field with the tree's number as its cached result.

        `\\r` is the number as a reader would say it, `\\n` the last level alone; a number that is text is
        repeated from the bookmark.
        """
        switch = "" if self.number.text else "\\r " if first else "\\n "
        return word_field(f"REF {self.bookmark} {switch}\\h", [run(self.printed)])


@dataclass(frozen=True)
class Places:
    """All places of a draft: by section anchor, by paragraph (section anchor, index), and as chains by anchor."""

    headings: Mapping[str, Place]
    paragraphs: Mapping[tuple[str, int], Place]
    chains: Mapping[str, tuple[Place, ...]]
    lists: tuple[int, ...]

    def reference(self, reference: Reference) -> list[Element]:
        """A cross-reference as live fields: "Clause " is text, "7.2" and "(a)" are fields.

        Words that do not end in the target's number become a link, words without a target plain text.
        """
        words = clean(reference.text or reference.target)
        chain = self.chains.get(reference.target)
        if chain is None:
            return [run(words)]
        number = "".join(place.printed for place in chain)
        if not number or not words.endswith(number):
            return [el("hyperlink", run(words), anchor=chain[-1].bookmark, history=1)]
        before = words.removesuffix(number)
        fields = [each for place in chain for each in place.field(first=place is chain[0])]
        return [*([run(before)] if before else []), *fields]


@dataclass
class _Survey:
    counter: Counter = field(default_factory=Counter)
    headings: dict[str, Place] = field(default_factory=dict)
    paragraphs: dict[tuple[str, int], Place] = field(default_factory=dict)
    chains: dict[str, tuple[Place, ...]] = field(default_factory=dict)
    ids: int = 0

    def place(self, key: str, number: Number, printed: str) -> Place:
        self.ids += 1
        return Place(_bookmark(key), self.ids, number, clean(printed))

    def section(self, section: Section, *, annex: bool) -> None:
        heading = self.place(section.anchor, self.counter.heading(section.number, annex=annex), section.number)
        self.headings[section.anchor] = heading
        self.chains[section.anchor] = (heading,)
        above: list[tuple[Place, ...]] = [(heading,)] * 3
        for index, block in _paragraphs(section):
            chain = above[1 if block.level < 0 else block.level]
            if block.number and block.level >= 0:
                place = self.place(f"{section.anchor}/{index}", self.counter.paragraph(block), block.number)
                self.paragraphs[section.anchor, index] = place
                parent = () if block.level == 0 and not annex else above[block.level]
                chain = (*parent, place)
                above[block.level + 1 :] = [chain] * (2 - block.level)
            if block.anchor:
                self.chains[block.anchor] = chain


def survey(draft: Draft) -> Places:
    """Count through the draft once and give everything that has a number its place."""
    made = _Survey()
    for annex, sections in ((False, draft.sections), (True, draft.annexes)):
        for section in sections:
            made.section(section, annex=annex)
    return Places(made.headings, made.paragraphs, made.chains, tuple(made.counter.lists))


def _paragraphs(section: Section) -> Iterator[tuple[int, Paragraph]]:
    return ((index, block) for index, block in enumerate(section.blocks) if isinstance(block, Paragraph))


def _bookmark(key: str) -> str:
    """A hidden bookmark's name for any key: Word allows 40 letters, digits and underscores."""
    return f"_Ref{int.from_bytes(hashlib.sha256(key.encode('utf-8', 'replace')).digest()[:7], 'big'):017d}"
