"""Of which kind a paper is: by the name that it gives itself, and by the law that it names."""

from collections.abc import Iterable
from dataclasses import dataclass

from govern.review.detectors import Kind
from govern.review.model import Paper, PaperParagraph
from govern.review.passages import PassageText, read_passages
from govern.review.patterns import Pattern, find_all

_OPENING = 3
"""Paragraphs in which a paper says what it is."""


@dataclass(frozen=True, slots=True)
class Likely:
    """What a paper says of its kind: whether it names the law of the kind that it is read as, whether it calls itself
    so, and the other kind that it reads as."""

    names_law: bool = True
    titled: bool = True
    other: Kind | None = None


def read_kind(paper: Paper, kinds: Iterable[Kind], document: str) -> Likely:
    """How a paper fits the kind of a type of document; one that no kind has fits any."""
    known = tuple(kinds)
    whole, opening = _flat(paper.paragraphs, paper), _flat(paper.paragraphs[:_OPENING], paper)
    own = next((each for each in known if document in each.documents), None)
    titled = [each for each in known if each is not own and _count(opening, each.titles)]
    named = [each for each in known if each is not own and _count(whole, each.names)]
    most = max(named, key=lambda each: _count(whole, each.names), default=None)
    other = titled[0] if titled else most
    if own is None:
        return Likely(other=titled[0] if titled else None)
    return Likely(_count(whole, own.names) > 0, _count(opening, own.titles) > 0, other)


def _flat(paragraphs: tuple[PaperParagraph, ...], paper: Paper) -> PassageText:
    """The words of paragraphs as one, so that those of headings and of the title are in it too."""
    text = "\n".join(each.text for each in paragraphs)
    return read_passages(Paper(paper.name, paper.format, (PaperParagraph(text),)))


def _count(text: PassageText, patterns: tuple[Pattern, ...]) -> int:
    return sum(len(find_all(text, each)) for each in patterns)
