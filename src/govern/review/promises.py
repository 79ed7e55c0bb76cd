"""What belongs to one promise: the sentences that hang on it, and the time that it gives.

>>> text = "The list may change. Where the Client objects to a change, the list changes all the same. It is public."
>>> text[slice(*find_promise(text, 0, 20))]
'The list may change. Where the Client objects to a change, the list changes all the same.'
>>> [(each.value, each.unit) for each in read_clocks("The Vendor tells the Client within five days.")]
[(5, 'day')]
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import groupby

from govern.review.numerals import read_counts, skip_typed
from govern.review.words import Word, read_words, stem

_HANGS = re.compile(
    r"(?:where|if|when|unless|until|in (?:that|this|such|either|any|each) (?:case|event)|in the absence|such|otherwise"
    r"|failing|even then|upon such)\b",
    re.IGNORECASE,
)
_UNITS = {stem(each): each for each in ("hour", "day")}
_TELL = frozenset(map(stem, ("notify", "report", "inform", "tell", "advise", "alert")))
_LITTLE = frozenset(map(stem, (
    "shall", "must", "will", "may", "and", "or", "of", "the", "to", "in", "on", "at", "by", "for", "with", "without",
    "undue", "unreasonable", "delay", "after", "before", "within", "no", "later", "than", "any", "event", "case", "it",
    "becomes", "becoming", "aware", "which", "including", "is", "be", "are", "as", "not", "does", "promptly", "from",
    "hour", "day", "least", "advance", "calendar", "business", "working", "has", "been", "so", "that", "if", "where",
)))  # fmt: skip
_ALIKE = 0.6
"""The part of the shorter sentence's words that two sentences on the same duty share."""
_FEWEST = 3
_SHARED = 2
"""Words of which a sentence speaks too if it hangs on another."""
_STOP = re.compile(r"[^\w\s(]*")


@dataclass(frozen=True, slots=True)
class Clock:
    """A time within which, or before which, something is to be done, with the sentence that gives it."""

    value: int
    unit: str
    start: int
    end: int
    words: frozenset[str]

    @property
    def said(self) -> str:
        """The time in words: "24 hours"."""
        return f"{self.value} {self.unit}{'' if self.value == 1 else 's'}"

    def clashes(self, other: "Clock") -> bool:
        """Whether another clock gives another time for what seems to be the same duty."""
        if (self.value, self.unit) == (other.value, other.unit):
            return False
        shared = self.words & other.words
        return len(shared) >= max(_FEWEST, _ALIKE * min(len(self.words), len(other.words)))


def find_promise(text: str, start: int, end: int, kept: Collection[int] = ()) -> tuple[int, int]:
    """From where to where a promise goes whose sentence stands from `start` to `end`.

    The sentences that say what follows of it and speak of the same belong to it, and so does the one that it follows
    from. One in which a place of `kept` lies is a promise of its own. Linear in the text.
    """
    sentences = [each for each in _sentences(text) if not any(each.start <= place < each.end for place in kept)]
    own = [each for each in sentences if each.start < end and start < each.end]
    if not own:
        return start, end
    first = place = sentences.index(own[0])
    while place and sentences[place].hangs_on(text, sentences[place - 1]):
        place -= 1
    last = first + len(own) - 1
    while last + 1 < len(sentences) and sentences[last + 1].hangs_on(text, sentences[last]):
        last += 1
    return (start if place == first else sentences[place].start), max(end, sentences[last].end)


def read_clocks(text: str, names: Collection[str] = ()) -> Iterator[Clock]:
    """The times in hours or days that the sentences of a text give; words of `names` are those of the parties."""
    for each in _sentences(text):
        clock = _find_time(each.words)
        if clock is not None:
            yield Clock(*clock, each.start, each.end, each.content - set(names))


def _find_time(words: list[Word]) -> tuple[int, str] | None:
    """The first number of a sentence with its unit at most three words behind it."""
    counts: list[int] = []
    for place, word in enumerate(words):
        if word.count is None or word.plain[0].isdigit():
            counts = []
        if word.count is None:
            continue
        twice = counts and words[place - 1].plain[0].isdigit()  # "24 (twenty-four)"
        counts = [word.count] if twice else [*counts, word.count]
        unit = next((_UNITS[each.stem] for each in words[place + 1 : place + 4] if each.stem in _UNITS), None)
        if unit is not None and words[place + 1].count is None:
            return read_counts(counts), unit
    return None


@dataclass(frozen=True, slots=True)
class _Sentence:
    start: int
    end: int
    words: list[Word]

    @property
    def content(self) -> frozenset[str]:
        """What it speaks of, with one word for every way to tell."""
        said = (word.stem for word in self.words if word.count is None)
        return frozenset("tell" if each in _TELL else each for each in said) - _LITTLE

    def hangs_on(self, text: str, other: "_Sentence") -> bool:
        """Whether it says what follows of the sentence before it, and stands right behind it."""
        behind = not text[other.end : self.start].strip()
        return behind and bool(_HANGS.match(text, self.start)) and len(self.content & other.content) >= _SHARED


def _sentences(text: str) -> Iterator[_Sentence]:
    start = skip_typed(text)
    words = (word for word in read_words(text) if word.start >= start)
    for _, each in groupby(words, key=lambda word: word.sentence):
        said = list(each)
        end = _close(text, said[-1].end)
        yield _Sentence(start, end, said)
        start = end + len(text[end:]) - len(text[end:].lstrip())


def _close(text: str, end: int) -> int:
    """The place after the stop of a sentence whose last word ends there."""
    found = _STOP.match(text, end)
    return found.end() if found else end
