"""What takes a clause back from elsewhere: "Clause 2.1 does not apply as long as …", a side letter, a footnote.

A promise may stand word for word and be undone three pages on. So every sentence with words that undo is held against
the clauses that it names by their numbers, and against its own clause where it speaks of "this clause".
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from govern.review.detectors import DetectorBook, Undoing
from govern.review.model import PaperParagraph
from govern.review.numerals import skip_typed
from govern.review.outline import find_end
from govern.review.passages import Hit, PassageText, Quote
from govern.review.patterns import Pattern, find_all

_NUMBER = r"(?:[0-9]{1,3}(?:\.[0-9]{1,3}){0,3}|[IVXLC]{1,6}\b|[A-Z]\b)(?:\([a-z0-9]{1,4}\)){0,3}"
_NAMED = re.compile(
    r"\b(?:[Cc]lauses?|CLAUSES?|[Ss]ections?|SECTIONS?|[Pp]aragraphs?|[Aa]rticles?|[Pp]rovisions?|[Ss]ecs?\.|[Cc]l\."
    rf"|[Aa]rts?\.|\u00a7{{1,2}})\s*((?:{_NUMBER})(?:\s*(?:,|;|and|or|to|&|\u2013|-|, and|, or)\s*{_NUMBER})*)"
)
_ONE = re.compile(rf"(to|\u2013|-)?\s*({_NUMBER})")
_LAW = re.compile(r"\s*(?:[A-Z]{2}[\w-]*\b|[A-Z]\.\s?[A-Z]\.|C\.?F\.?R)")
_OF = re.compile(
    r"\s*(?:\([^)]{0,60}\)\s*)?(?:of|in|under|to)\s+(this|these|the|that|those|its)?\s*([A-Z][\w-]*|[0-9]+)?"
)
_ITSELF = re.compile(r"\b[Tt]h(?:is|ese)\s+((?:[A-Z][\w-]*\s?){1,4})")
_HERE = re.compile(
    r"\b(?:[Tt]his|[Tt]he (?:foregoing|preceding|previous|above|said))\s+"
    r"(?:clause|section|paragraph|article|provision)\b"
    r"(?!\s*[0-9])|\b[Tt]he (?:foregoing|above)\b(?=\s+(?:does|do|shall|will|is|are)\b)"
)
_COLUMN = re.compile(r"\W*(?:clause|section|paragraph|article|provision|reference|ref|no)s?\b", re.IGNORECASE)
_ARTICLE = re.compile(r"(?:Article|ARTICLE|Art\.)\s")
_WORD = re.compile(r"^(?:[Aa]rticle|[Ss]ection|[Cc]lause|\u00a7)\s*")
"""What a label may begin with that a reference says apart."""
_LARGEST = 20
"""Clauses of a range: "clauses 2 to 5"."""


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A sentence that takes a clause back, its words that do so, and why; not `firm` where they may be harmless."""

    quote: Quote
    phrase: Quote
    because: str
    firm: bool


@dataclass(frozen=True, slots=True)
class _Reference:
    """A clause that a sentence names, at a word: by its number, or with none that in which the sentence stands."""

    place: int
    number: str


class Elsewhere:
    """The sentences of a text that undo what other places promise."""

    def __init__(self, text: PassageText, book: DetectorBook) -> None:
        self._text = text
        self._book = book
        self._paper = text.paper
        self._end = find_end(text.paper)

    def find(self, quote: Quote) -> TakenBack | None:
        """What takes back the clause of a sentence, first what does so for certain."""
        found = [each for each, named in self._undoings if self._reaches(each, named, quote)]
        found += self._in_notes(quote)
        return min(found, key=lambda each: not each.firm, default=None)

    def _reaches(self, undoing: TakenBack, named: _Reference, quote: Quote) -> bool:
        """Whether a sentence undoes a clause in which another sentence stands."""
        there = undoing.quote
        if there.paragraph == quote.paragraph and there.start == quote.start:
            return False  # what stands in the sentence itself was judged with it
        if not named.number:
            return self._sections.get(there.paragraph) == self._sections.get(quote.paragraph)
        same_part = quote.paragraph <= self._end or there.paragraph > self._end
        return same_part and self._paper.paragraphs[quote.paragraph].cell is None and _covers(named.number, quote.label)

    @cached_property
    def _undoings(self) -> list[tuple[TakenBack, _Reference]]:
        return list(self._gather())

    def _gather(self) -> Iterator[tuple[TakenBack, _Reference]]:
        """Each sentence that undoes, with each clause that it names."""
        if not self._book.elsewhere:
            return
        named = self._references()
        for rule in self._book.elsewhere:
            if rule.notes:
                continue
            for hit, sentence in self._hits(rule.any):
                near = [each for each in named.get(sentence, ()) if _is_near(rule, hit, each)]
                made = self._make(rule, hit, sentence) if near else None
                yield from ((made, each) for each in near if made is not None)

    def _hits(self, patterns: Iterable[Pattern]) -> Iterator[tuple[Hit, int]]:
        """Where patterns match outside of headings, with the sentence."""
        for pattern in patterns:
            for hit in find_all(self._text, pattern):
                if not self._text.is_title(hit.start):
                    yield hit, self._text.scope(hit.start, "sentence")

    def _make(self, rule: Undoing, hit: Hit, sentence: int) -> TakenBack | None:
        if self._says(rule.unless, sentence):
            return None
        firm = not rule.look and not self._says(rule.harmless, sentence)
        return TakenBack(self._text.sentence(hit.end - 1), self._text.quote(hit), rule.because, firm)

    def _says(self, patterns: tuple[Pattern, ...], sentence: int) -> bool:
        return any(sentence == other for _, other in self._hits(patterns))

    def _in_notes(self, quote: Quote) -> Iterator[TakenBack]:
        """What the footnotes of a paragraph take back."""
        hanging = self._paper.paragraphs[quote.paragraph].notes
        notes = {
            index for index, each in enumerate(self._paper.paragraphs) if each.source < 0 and each.number in hanging
        }
        for rule in self._book.elsewhere if notes else ():
            for hit, sentence in self._hits(rule.any):
                made = self._make(rule, hit, sentence) if self._text.placed[hit.start].paragraph in notes else None
                if made is not None:
                    yield made

    @cached_property
    def _sections(self) -> dict[int, int]:
        """The clause of each paragraph."""
        text = self._text
        return {each.paragraph: text.sections[each.passage] for each in text.placed if not each.title}

    def _references(self) -> dict[int, list[_Reference]]:
        """The clauses of this paper that each sentence names."""
        spans = {index: found for index, each in enumerate(self._paper.paragraphs) if (found := self._named_in(each))}
        named: dict[int, list[_Reference]] = {}
        for place, each in enumerate(self._text.placed):
            for start, end, number in spans.get(each.paragraph, ()) if not each.title else ():
                if start <= each.word.start < end:
                    named.setdefault(self._text.scope(place, "sentence"), []).append(_Reference(place, number))
        return named

    def _named_in(self, paragraph: PaperParagraph) -> list[tuple[int, int, str]]:
        """The places of a paragraph that name a clause of this paper, and its number; empty of the clause itself."""
        text = paragraph.text
        first = skip_typed(text) if paragraph.typed else 0
        found = [(each.start(), each.end(), "") for each in _HERE.finditer(text, first)]
        for each in _NAMED.finditer(text, first):
            if not self._is_foreign(each[0], text[each.end() :]):
                found += [(each.start(), each.end(), number) for number in _spell_out(each[1])]
        cell = paragraph.cell
        if (
            cell is not None
            and cell.column == 0
            and re.fullmatch(_NUMBER, text.strip())
            and self._lists_clauses(cell.table)
        ):
            found.append((0, len(text), text.strip()))
        return found

    def _lists_clauses(self, table: int) -> bool:
        """Whether the first column of a table has the numbers of clauses, by its head."""
        cells = (each for each in self._paper.paragraphs if each.cell is not None and each.cell.table == table)
        first = next(cells)
        return _COLUMN.match(first.text) is not None

    def _is_foreign(self, name: str, after: str) -> bool:
        """Whether what follows a number says that it is one of a law or of another contract; in a paper that has no
        articles an article is one of a law."""
        if _LAW.match(after) or (name[:3].lower() == "art" and not self._has_articles):
            return True
        found = _OF.match(after)
        if found is None or found[1] in ("this", "these") or found[2] is None:
            return False
        return found[2] not in self._own

    @cached_property
    def _has_articles(self) -> bool:
        return any(_ARTICLE.match(each.text if each.typed else each.number) for each in self._paper.paragraphs)

    @cached_property
    def _own(self) -> frozenset[str]:
        """What the paper calls itself: "DPA" of "this DPA"."""
        return frozenset(word for found in _ITSELF.finditer(self._paper.text) for word in found[1].split())


def _is_near(rule: Undoing, hit: Hit, named: _Reference) -> bool:
    """Whether words undo the clause that is named: at all, or only one that follows them within so many words."""
    return rule.near is None or hit.end <= named.place <= hit.end + rule.near


def _spell_out(numbers: str) -> Iterator[str]:
    """Each number of "2.2, 5 and 7 to 9"."""
    last = ""
    for to, number in _ONE.findall(numbers):
        if to and last.isdecimal() and number.isdecimal():
            yield from map(str, range(int(last) + 1, min(int(number), int(last) + _LARGEST)))
        yield number
        last = number


def _covers(number: str, label: str) -> bool:
    """Whether a clause is another one, or the one that it lies in."""
    bare = _WORD.sub("", label)
    return bare == number or bare.startswith((f"{number}.", f"{number}("))
