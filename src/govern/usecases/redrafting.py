"""Our text for the other side's paper: said in their words, numbered in their way, put where it belongs.

    weak       their sentence is struck out, and ours stands in its place
    not found  behind the clause of theirs that has a sister term, or that is most like ours; else a clause of its own
               at the end of the body
    terms      that their paper does not know are explained in a clause behind all others

Nothing may dangle: a reference to a clause of ours points to the clause of theirs that says the same, and where there
is none, as to an annex that they do not have, a note in brackets says what has to be added.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from govern.contracts import (
    Blank,
    Definition,
    Draft,
    Inline,
    OpenChoice,
    Paragraph,
    Reference,
    Section,
    Text,
    Use,
    write_run,
)
from govern.review import (
    Idiom,
    OurWord,
    Outline,
    PaperParagraph,
    Piece,
    Presence,
    Slot,
    fit_text,
    read_idiom,
)
from govern.usecases.ports import Ports
from govern.usecases.reviews import PaperReview, Proposal, ReviewedTerm

DEFINITIONS = "Definitions of the added text"


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """A paragraph of ours. `like` is the paragraph of their file whose look it takes; `automatic`: with its number."""

    text: str
    like: int | None = None
    automatic: bool = False
    indent: int = 0


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """Our text for their file: after which paragraph of it, and what of that paragraph it replaces.

    Paragraphs are counted as the file counts them.
    """

    paragraph: int
    lines: tuple[PlannedLine, ...]
    strike: tuple[int, int] | None = None


def plan_changes(ports: Ports, review: PaperReview) -> tuple[PlannedChange, ...]:
    """What to change in their paper, in the order of the findings. Each text of ours goes in once."""
    return tuple(_Plan(review, ports.library.detectors().words).make())


@dataclass
class _Plan:
    review: PaperReview
    words: tuple[OurWord, ...]
    idiom: Idiom = field(init=False)
    outline: Outline = field(init=False)
    unexplained: dict[str, Draft] = field(default_factory=dict)
    struck: list[tuple[int, int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.idiom = read_idiom(self.review.paper, self.words)
        self.outline = Outline(self.review.paper)

    def make(self) -> Iterator[PlannedChange]:
        seen: set[tuple[str, ...]] = set()
        last: dict[str, list[tuple[ReviewedTerm, list[tuple[int, str]]]]] = {}
        for each in self.review.terms:
            if not each.falls_short or each.proposal is None or each.proposal.paragraphs in seen:
                continue
            seen.add(each.proposal.paragraphs)
            lines = self.fit(each.proposal)
            change = self.replace(each, lines) or self.insert(each, lines)
            if change is not None:
                yield change
            else:
                last.setdefault(each.proposal.title, []).append((each, lines))
        for title, found in last.items():
            yield self.append(title, [lines for _, lines in found])
        defined = self.definitions()
        if defined:
            yield self.append(DEFINITIONS, [[(0, line)] for line in defined])

    # --- in their words -----------------------------------------------------------------------------------

    def fit(self, proposal: Proposal) -> list[tuple[int, str]]:
        """The paragraphs of a proposal in their words, each with how deep it lies under the first."""
        top = max(proposal.blocks[0].level, 0)
        lines = []
        for block in proposal.blocks:
            depth = max(block.level - top, 0)
            text = self.say(block.content, proposal.draft, opening=not depth)
            if text.startswith("[only if "):
                text = _condition_first(text)
            lines.append((depth, f"{block.number}\t{text}" if depth and block.number else text))
        return lines

    def say(self, runs: tuple[Inline, ...], draft: Draft | None, *, opening: bool = True) -> str:
        fitted = fit_text(map(_piece, runs), self.idiom, lambda piece: self.refer(piece, draft), opening=opening)
        if draft is not None:
            self.unexplained |= {term: draft for term in fitted.unexplained if term not in self.unexplained}
        return fitted.text

    def say_title(self, title: str) -> str:
        """A title of ours with their names for the parties; of "we" and "you" only "our" and "your"."""
        for word in self.words:
            name = self.idiom.parties.get(word.side)
            if name is not None and word.ours in title:
                piece = (Use(word.ours), Text("'s")) if f"{word.ours}'s" in title else (Use(word.ours),)
                if not name.pronoun or len(piece) > 1:
                    before, _, after = title.partition(word.ours)
                    runs = (Text(before), *piece, Text(after.removeprefix("'s") if len(piece) > 1 else after))
                    title = self.say(runs, None)
        return title

    def refer(self, piece: Piece, draft: Draft | None) -> str:
        """A reference of ours as one into their paper, or a note of what has to be added."""
        section = _section(draft, piece.target)
        title = section.title if section is not None else piece.text
        if section is not None and section.kind == "annex":
            there = self.annex_of(title)
            return there or f"[Annex: {_small(title)}, to be attached]"
        label = self.label_of(section, piece.target)
        return f"{self.idiom.clause} {label}" if label else f"[{self.idiom.clause} on {_small(title)}, to be added]"

    def annex_of(self, title: str) -> str:
        """The annex of theirs whose title has the words of ours."""
        ours = _content_words(title)
        for paragraph in self.review.paper.paragraphs[self.outline.end + 1 :]:
            found = _ANNEX.match(paragraph.text)
            if found and len(paragraph.text) < 120 and ours & _content_words(paragraph.text[found.end() :]):
                return found[0]
        return ""

    def label_of(self, section: Section | None, target: str) -> str:
        """Where their paper says what a clause of ours says, or will say it: the number of the clause."""
        carried = {
            term
            for block in (section.blocks if section else ())
            if isinstance(block, Paragraph) and ("#" not in target or block.anchor == target)
            for term in block.carries
        }
        for each in self.review.terms:
            quote = each.review.quote
            if each.term.id in carried and each.review.presence is not Presence.NOT_FOUND and quote is not None:
                return quote.label if quote.label[:1].isalnum() and " " not in quote.label else ""
        return ""

    # --- in its place -------------------------------------------------------------------------------------

    def replace(self, each: ReviewedTerm, lines: list[tuple[int, str]]) -> PlannedChange | None:
        """Our text in the place of a weak sentence; None if there is none, or if another text stands there already."""
        quote = each.review.quote
        if each.review.presence is not Presence.WEAK or quote is None or self.paragraph(quote.paragraph).source < 0:
            return None
        place = (quote.paragraph, quote.start, quote.end)
        if any(place[0] == one and start < place[2] and place[1] < end for one, start, end in self.struck):
            return None
        self.struck.append(place)
        slot = Slot(quote.paragraph, quote.paragraph)
        return PlannedChange(self.source(quote.paragraph), tuple(self.lines(lines, slot)), (quote.start, quote.end))

    def insert(self, each: ReviewedTerm, lines: list[tuple[int, str]]) -> PlannedChange | None:
        """Our text behind the clause that it belongs to; None if there is none."""
        assert each.proposal is not None
        clause = self.neighbour(each, each.proposal, lines)
        if clause is None:
            return None
        slot = self.outline.within(clause)
        return PlannedChange(self.source(slot.after), tuple(self.lines(lines, slot)))

    def neighbour(self, each: ReviewedTerm, proposal: Proposal, lines: list[tuple[int, str]]) -> int | None:
        """The clause of theirs that denies it, that has a sister term from the same clause of ours, or is like it."""
        assert proposal.draft is not None
        places = [each.review.quote] if each.review.quote is not None else []
        sisters = {
            term
            for section in (*proposal.draft.sections, *proposal.draft.annexes)
            if section.clause == proposal.clause
            for block in section.blocks
            if isinstance(block, Paragraph)
            for term in block.carries
        }
        places += [
            other.review.quote
            for other in self.review.terms
            if other.term.id in sisters and other.review.quote is not None
        ]
        clauses = (self.outline.clause_of(quote.paragraph) for quote in places)
        found = next((clause for clause in clauses if clause is not None), None)
        if found is not None:
            return found
        said = " ".join(text for _, text in lines)
        for name in self.idiom.parties.values():
            said = re.sub(rf"\b{re.escape(name.text)}\b", " ", said)
        return self.outline.nearest(said, proposal.title)

    def append(self, title: str, texts: list[list[tuple[int, str]]]) -> PlannedChange:
        """A clause of ours behind the last of theirs."""
        said, slot, headed = self.outline.clause_at_end(self.say_title(title))
        if not headed:
            first, *others = texts
            lines = list(self.lines(first, slot))
            for text in others:
                _, slot, _ = self.outline.clause_at_end(title)
                lines += self.lines(text, slot)
            return PlannedChange(self.source(slot.after), tuple(lines))
        lines = [self.line(said, slot, 0)]
        for count, text in enumerate(texts, start=1):
            lines += self.lines(text, self.outline.under_new_clause(count))
        return PlannedChange(self.source(slot.after), tuple(lines))

    def lines(self, lines: list[tuple[int, str]], slot: Slot) -> Iterator[PlannedLine]:
        for depth, text in lines:
            yield self.line(text, slot if not depth else replace(slot, prefix="", automatic=False), depth)

    def line(self, text: str, slot: Slot, depth: int) -> PlannedLine:
        like = None if slot.like is None else self.source(slot.like)
        return PlannedLine(f"{slot.prefix}{text}", like, slot.automatic, indent=depth)

    def paragraph(self, index: int) -> PaperParagraph:
        return self.review.paper.paragraphs[index]

    def source(self, index: int) -> int:
        return self.paragraph(index).source

    # --- what they do not know ----------------------------------------------------------------------------

    def definitions(self) -> list[str]:
        """A sentence for each term of ours that stands in the text and that their paper does not explain."""
        told: dict[str, str] = {}
        while waiting := [term for term in self.unexplained if term not in told]:
            for term in waiting:
                told[term] = ""
                meaning = _meaning(self.unexplained[term], term)
                if meaning is not None:
                    told[term] = self.say(meaning, self.unexplained[term])
        return [f"In this added text, {each}" for each in told.values() if each]


_ANNEX = re.compile(
    r"(?:Annex|Schedule|Exhibit|Appendix|Attachment)\s+(?:[0-9]{1,2}|[A-Z]|[IVX]{1,5})\b", re.IGNORECASE
)
_LITTLE = frozenset(("the", "of", "and", "for", "to", "in", "a", "an", "annex", "data", "personal"))


def _content_words(title: str) -> set[str]:
    return {word.rstrip("s") for word in re.findall(r"[a-z]+", title.lower().replace("-", ""))} - _LITTLE


def _small(title: str) -> str:
    """A title within a sentence."""
    return title[:1].lower() + title[1:]


def _condition_first(text: str) -> str:
    """What is still open about a text as a note to the reader, before it."""
    condition, _, rest = text.removeprefix("[").partition("]")
    rest = rest.lstrip()
    return f"[Drafting note: {condition}] {rest[:1].upper()}{rest[1:]}"


def _piece(run: Inline) -> Piece:
    match run:
        case Use(term):
            return Piece("term", term)
        case Reference(target, text):
            return Piece("reference", text or target, target)
        case Blank() | OpenChoice() | _:
            return Piece("text", write_run(run))


def _section(draft: Draft | None, target: str) -> Section | None:
    """The clause or annex of ours that a reference points to."""
    id_ = target.partition("#")[0]
    sections = (*draft.sections, *draft.annexes) if draft else ()
    return next((each for each in sections if id_ in (each.anchor, each.clause)), None)


def _meaning(draft: Draft, term: str) -> tuple[Inline, ...] | None:
    """Our definition of a term."""
    for paragraph in draft.paragraphs():
        said = tuple(run for run in paragraph.content if not isinstance(run, OpenChoice))
        if said and said[0] == Definition(term):
            return said
    return None
