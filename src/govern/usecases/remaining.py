"""What our text in the other side's paper leaves to be done by hand.

The paper is read once more, as if all changes were accepted. What is said then of the terms that the law asks for is
what counts, and not what was proposed.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from govern.review import (
    Clock,
    Outline,
    Paper,
    Presence,
    Quote,
    TermReview,
    label_paragraphs,
    read_clocks,
    read_idiom,
    stem,
)
from govern.usecases.ports import Ports
from govern.usecases.redrafting import PlannedChange
from govern.usecases.reviews import PaperReview, ReviewedTerm, review_again


@dataclass(frozen=True, slots=True)
class Remaining:
    """Something that counsel has to settle: after which paragraph of their file it is noted, and what it is."""

    paragraph: int
    note: str


def find_remaining(
    ports: Ports,
    review: PaperReview,
    planned: Sequence[PlannedChange],
    left: Sequence[tuple[PlannedChange, str]],
    changed: Paper,
) -> tuple[Remaining, ...]:
    """What is still to be done once `planned` is in their file.

    `left` are the changes whose sentence could not be struck out, with the reason; `changed` is the paper with all
    changes accepted.
    """
    needed = [each for each in review.terms if each.needed]
    found = review_again(ports, review, changed, [each.term.id for each in needed])
    places = _Places(review, planned)
    return (
        *(Remaining(change.paragraph, _say_left(change, why)) for change, why in left),
        *(
            Remaining(places.of(term), _say_short(term, again))
            for term, again in zip(needed, found, strict=True)
            if again.presence is not Presence.PRESENT
        ),
        *_find_clashes(ports, review, planned, [change for change, _ in left], places),
    )


class _Places:
    """Where something is noted: by our text for it, else by theirs, else at the end of the body."""

    def __init__(self, review: PaperReview, planned: Sequence[PlannedChange]) -> None:
        self.paragraphs = review.paper.paragraphs
        self.planned = {term: change.paragraph for change in planned for term in change.terms}
        self.end = self.paragraphs[Outline(review.paper).end].source

    def of(self, term: ReviewedTerm) -> int:
        return self.planned.get(term.term.id, self.by(term.review.quote))

    def by(self, quote: Quote | None) -> int:
        return self.at(quote.paragraph) if quote is not None else self.end

    def at(self, index: int) -> int:
        source = self.paragraphs[index].source
        return source if source >= 0 else self.end


def _say_left(change: PlannedChange, why: str) -> str:
    return f"{', '.join(change.terms)}: their sentence is not struck out, because {why}; strike it, or our text for it"


def _say_short(each: ReviewedTerm, again: TermReview) -> str:
    said = "is weak" if again.presence is Presence.WEAK else "is not found"
    since = "with our changes" if each.review.presence is Presence.PRESENT else "with our changes too"
    phrase = f": \u201c{again.phrase.text}\u201d" if again.phrase is not None else ""
    why = f": {again.why}{phrase}" if again.presence is Presence.WEAK else ""
    return f"{each.term.id} ({each.term.cite.pinpoint}) {said} {since}{why}"


def _find_clashes(
    ports: Ports,
    review: PaperReview,
    planned: Sequence[PlannedChange],
    left: Sequence[PlannedChange],
    places: _Places,
) -> Iterator[Remaining]:
    """Each time in our text beside another one of theirs for what seems to be the same duty."""
    parties = read_idiom(review.paper, ports.library.detectors().words).parties.values()
    names = {stem(word.lower()) for party in parties for word in party.text.split()}
    ours = [clock for change in planned for line in change.lines for clock in read_clocks(line.text, names)]
    labels = label_paragraphs(review.paper)
    struck = [each for each in planned if each.strike and each not in left]
    for index, paragraph in enumerate(review.paper.paragraphs):
        for theirs in read_clocks(paragraph.text, names):
            clash = next((each for each in ours if each.clashes(theirs)), None)
            if clash is not None and not _is_struck(paragraph.source, theirs, struck):
                there = labels[index] or "the paragraph above"
                note = f"{clash.said} in our text and {theirs.said} in {there} seem to be for the same duty: keep one"
                yield Remaining(places.at(index), note)


def _is_struck(source: int, clock: Clock, changes: Iterable[PlannedChange]) -> bool:
    return any(
        each.paragraph == source and each.strike and each.strike[0] < clock.end and clock.start < each.strike[1]
        for each in changes
    )
