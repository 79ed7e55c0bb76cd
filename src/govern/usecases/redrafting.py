"""Our text for the other side's paper: said in their words, numbered in their way, put where it belongs.

    weak       their sentence is struck out with those that hang on it, and ours stands in its place
    taken back the sentence that takes it back elsewhere is struck out, and theirs stays
    not found  behind the clause of theirs that has a sister term, or that is most like ours; else a clause of its own
               at the end of the body
    terms      that their paper does not know are explained in a clause behind all others

Nothing may dangle: a reference to a clause of ours points to the clause of theirs that says the same or to the one that
we add, and where there is none, as to an annex that they do not have, a note in brackets says what has to be added.
"""

import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

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
    Quote,
    Slot,
    find_promise,
    fit_text,
    read_idiom,
)
from govern.usecases.ports import Ports
from govern.usecases.reviews import PaperReview, Proposal, ReviewedTerm, propose_terms

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
    terms: tuple[str, ...] = ()
    """The terms that it is for."""


def plan_changes(ports: Ports, review: PaperReview) -> tuple[PlannedChange, ...]:
    """What to change in their paper, in the order of the findings. Each text of ours goes in once."""
    words = ports.library.detectors().words
    along = {term for each in review.terms for term in _said_with(review, each)}
    beside = propose_terms(ports, review, sorted(along)) if along else {}
    first = _Plan(review, words, beside)
    deque(first.make(), maxlen=0)
    return tuple(_Plan(review, words, beside, first.labels).make())  # now it is known what is added where


def _said_with(review: PaperReview, weak: ReviewedTerm) -> list[str]:
    """The terms that are present in a sentence which another term makes us strike: our text for them goes in too."""
    quote = weak.review.quote
    if not weak.falls_short or weak.review.taken_back or weak.review.presence is not Presence.WEAK or quote is None:
        return []
    return [
        each.term.id
        for each in review.terms
        if each.needed
        and each.review.presence is Presence.PRESENT
        and each.review.quote is not None
        and each.review.quote.paragraph == quote.paragraph
        and each.review.quote.start < quote.end
        and quote.start < each.review.quote.end
    ]


Group: TypeAlias = tuple[Paragraph, ...]
Lines: TypeAlias = list[tuple[int, str]]
"""Paragraphs of ours in their words, each with how deep it lies under the first."""


@dataclass
class _Plan:
    review: PaperReview
    words: tuple[OurWord, ...]
    beside: Mapping[str, Proposal] = field(default_factory=dict)
    """Our text for terms that are present, in sentences that are struck out for others."""
    added: Mapping[str, str] = field(default_factory=dict)
    """Where the same plan, made before, puts our clauses and paragraphs: the number by the anchor."""
    labels: dict[str, str] = field(default_factory=dict)
    idiom: Idiom = field(init=False)
    outline: Outline = field(init=False)
    unexplained: dict[str, Draft] = field(default_factory=dict)
    struck: list[tuple[int, int, int]] = field(default_factory=list)
    placed: set[tuple[str, tuple[Inline, ...]]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.idiom = read_idiom(self.review.paper, self.words)
        self.outline = Outline(self.review.paper)

    def make(self) -> Iterator[PlannedChange]:
        last: dict[str, list[ReviewedTerm]] = {}
        parts: dict[str, list[tuple[Proposal, Group]]] = {}
        for each in self.review.terms:
            if each.falls_short and each.review.taken_back is not None:
                yield from self.strike_out(each, each.review.taken_back.quote)
                continue
            if not each.falls_short or each.proposal is None:
                continue
            fresh = self.take(each.proposal)
            if not fresh:
                continue
            parts[each.term.id] = [(each.proposal, group) for group in fresh]
            change = self.replace(each, fresh) or self.insert(each, fresh)
            if change is not None:
                yield change
            else:
                last.setdefault(each.proposal.title, []).append(each)
        for title, found in last.items():
            terms = [each.term.id for each in found]
            yield self.append(title, [pair for each in found for pair in parts[each.term.id]], terms)
        defined = self.definitions()
        if defined:
            yield self.append_lines(DEFINITIONS, [[(0, line)] for line in defined])[0]

    def take(self, proposal: Proposal) -> tuple[Group, ...]:
        """The paragraphs of a proposal that are in no change yet: one may be for several terms."""
        fresh = tuple(each for each in proposal.groups if (proposal.clause, each[0].content) not in self.placed)
        self.placed |= {(proposal.clause, each[0].content) for each in fresh}
        return fresh

    # --- in their words -----------------------------------------------------------------------------------

    def fit(self, group: Group, draft: Draft | None) -> Lines:
        """A paragraph of a proposal and its items in their words, each with how deep it lies under the first."""
        top = max(group[0].level, 0)
        lines = []
        for block in group:
            depth = max(block.level - top, 0)
            text = self.say(block.content, draft, opening=not depth)
            if text.startswith("[only if "):
                text = _condition_first(text)
            lines.append((depth, f"{block.number}\t{text}" if depth and block.number else text))
        return lines

    def note(self, group: Group, proposal: Proposal, label: str) -> None:
        """Keep where a paragraph of ours stands, for what refers to it or to its clause."""
        if not label:
            return
        section = _section(proposal.draft, proposal.clause)
        for anchor in (*(each.anchor for each in group), proposal.clause, section.anchor if section else None):
            if anchor is not None:
                self.labels.setdefault(anchor, label)

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
        whole = section.clause if section is not None and "#" not in target else target
        return self.added.get(target) or self.added.get(whole, "")

    # --- in its place -------------------------------------------------------------------------------------

    def replace(self, each: ReviewedTerm, groups: tuple[Group, ...]) -> PlannedChange | None:
        """Our text in the place of a weak sentence; None if there is none, or if another text stands there already."""
        quote = each.review.quote
        if each.review.presence is not Presence.WEAK or quote is None or self.paragraph(quote.paragraph).source < 0:
            return None
        if any(quote.paragraph == one and start < quote.end and quote.start < end for one, start, end in self.struck):
            return None
        assert each.proposal is not None
        start, end = self.promise(each, quote)
        self.struck.append((quote.paragraph, start, end))
        slot = Slot(quote.paragraph, quote.paragraph)
        lines: Lines = []
        along = [term for term in _said_with(self.review, each) if term in self.beside]
        texts = [(each.proposal, groups), *((self.beside[term], self.take(self.beside[term])) for term in along)]
        for proposal, fresh in texts:
            for group in fresh:
                self.note(group, proposal, quote.label if " " not in quote.label else "")
                lines += self.fit(group, proposal.draft)
        if not any(depth for depth, _ in lines):
            lines = [(0, " ".join(text for _, text in lines))]
        planned = tuple(self.lines(lines, slot))
        return PlannedChange(self.source(quote.paragraph), planned, (start, end), (each.term.id, *along))

    def strike_out(self, each: ReviewedTerm, quote: Quote) -> Iterator[PlannedChange]:
        """The sentence that takes a promise back is struck out, once for all that it takes back; the promise stays."""
        place = (quote.paragraph, quote.start, quote.end)
        if self.source(quote.paragraph) >= 0 and place not in self.struck:
            self.struck.append(place)
            yield PlannedChange(self.source(quote.paragraph), (), (quote.start, quote.end), (each.term.id,))

    def promise(self, each: ReviewedTerm, quote: Quote) -> tuple[int, int]:
        """What goes for a weak sentence: the sentences that hang on it too, if they say no other term."""
        others = [
            other.review.quote
            for other in self.review.terms
            if other.term.id != each.term.id and other.review.quote and other.review.presence is not Presence.NOT_FOUND
        ]
        kept = [
            other.start
            for other in others
            if other.paragraph == quote.paragraph and not quote.start <= other.start < quote.end
        ]
        return find_promise(self.paragraph(quote.paragraph).text, quote.start, quote.end, kept)

    def insert(self, each: ReviewedTerm, groups: tuple[Group, ...]) -> PlannedChange | None:
        """Our text behind the clause that it belongs to; None if there is none."""
        assert each.proposal is not None
        clause = self.neighbour(each, each.proposal, groups)
        if clause is None:
            return None
        lines: list[PlannedLine] = []
        for group in groups:
            slot = self.outline.within(clause)
            self.note(group, each.proposal, slot.label)
            lines += self.lines(self.fit(group, each.proposal.draft), slot)
        return PlannedChange(self.source(slot.after), tuple(lines), terms=(each.term.id,))

    def neighbour(self, each: ReviewedTerm, proposal: Proposal, groups: tuple[Group, ...]) -> int | None:
        """The clause of theirs that denies it, that has a sister term from the same clause of ours, or is like it.

        What is only learned to be about it shows no place, and a clause of definitions is none.
        """
        assert proposal.draft is not None
        sisters = {
            term
            for section in (*proposal.draft.sections, *proposal.draft.annexes)
            if section.clause == proposal.clause
            for block in section.blocks
            if isinstance(block, Paragraph)
            for term in block.carries
        }
        found = [each.review, *(other.review for other in self.review.terms if other.term.id in sisters)]
        said = [one.quote for one in found if one.quote and not (one.weighed and one.presence is Presence.NOT_FOUND)]
        clauses = [self.outline.clause_of(quote.paragraph) for quote in said]
        place = next((one for one in clauses if one is not None and not self.outline.defines(one)), None)
        if place is not None:
            return place
        return self.outline.nearest(self.without_names(groups, proposal.draft), proposal.title)

    def without_names(self, groups: tuple[Group, ...], draft: Draft) -> str:
        """What our text is about: without the parties and without references, which say where and not what."""
        blocks = (block.content for group in groups for block in group)
        said = " ".join(
            self.say(tuple(run for run in runs if not isinstance(run, Reference)), draft) for runs in blocks
        )
        for name in self.idiom.parties.values():
            said = re.sub(rf"\b{re.escape(name.text)}\b", " ", said)
        return said

    def append(self, title: str, found: Sequence[tuple[Proposal, Group]], terms: Sequence[str]) -> PlannedChange:
        """A clause of ours, with its paragraphs, behind the last of theirs."""
        texts = [self.fit(group, proposal.draft) for proposal, group in found]
        change, labels = self.append_lines(title, texts)
        for (proposal, group), label in zip(found, labels, strict=True):
            self.note(group, proposal, label)
        return replace(change, terms=tuple(terms))

    def append_lines(self, title: str, texts: list[Lines]) -> tuple[PlannedChange, list[str]]:
        """A clause behind the last of theirs, and the numbers of its paragraphs."""
        said, slot, headed = self.outline.clause_at_end(self.say_title(title))
        lines, labels = [], []
        if headed:
            lines.append(self.line(said, slot, 0))
        for count, text in enumerate(texts, start=1):
            if headed:
                slot = self.outline.under_new_clause(count)
            elif count > 1:
                _, slot, _ = self.outline.clause_at_end(title)
            lines += self.lines(text, slot)
            labels.append(slot.label)
        return PlannedChange(self.source(slot.after), tuple(lines)), labels

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
