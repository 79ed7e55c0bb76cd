"""A second opinion, learned of agreements with labels: what a clause is about, and whether it reads like promises that
are kept or like those that promise less.

Patterns know the words that they were written for. Here every word has a weight for each term: added up, they say how
much a clause is about it. And every word and every two words in a row have a weight, in general and for one term, that
speak for "kept" or for "less". A sum can be explained by the words that weigh most. The weights are content, made by
`tests/review/train.py`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import sqrt

from govern.review.passages import PassageText

MIN_PART = 20
"""A part of a clause with fewer words does not show whether the whole promises less: it may only lead in."""
_SHORT = 8
"""A text of fewer words is weighed as one of so many."""
_NAMED = 4
"""Words that are shown to explain a weight."""

EVERYWHERE = ""
"""The scope of the weights that count for every term."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """What was learned, in whole numbers.

    `topics` says for each word how much it speaks for a text being about a term, and `terms` what a text without such
    words starts from, for each term that was learned. In `weights`, by scope (everywhere or a term), more than nothing
    speaks for "promises less"; `bias` is what a text starts from.

    The bounds. What the patterns call weak must be about the term by `about` or more to be read as kept; what they do
    not know is pointed to if it is about it by `found` or more. The others are the most that a text may weigh to be
    read as kept, by what the patterns make of it: `said` (beyond it there is a remark), weak by words that are `usual`
    in other promises, or weak by some `other` word or want.
    """

    terms: Mapping[str, int] = field(default_factory=dict)
    topics: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    weights: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    bias: int = 0
    about: int = 0
    found: int = 0
    said: int = 0
    usual: int = 0
    other: int = 0


@dataclass(frozen=True, slots=True)
class Block:
    """A list or passage as it is weighed: the places of its words, each word once, and whether it is a whole block."""

    places: Sequence[int]
    words: Sequence[str]
    distinct: frozenset[str]
    whole: bool

    @property
    def size(self) -> float:
        """By what sums are divided, so that the long and the short can be compared."""
        return sqrt(max(len(self.distinct), _SHORT))


@dataclass(frozen=True, slots=True)
class Weighed:
    """How a text reads: the more it weighs, the more like a promise of less; and the words that weigh most for each."""

    weight: float
    kept: tuple[str, ...]
    less: tuple[str, ...]


def read_grams(words: Sequence[str]) -> Iterator[tuple[str, int, int]]:
    """Each word and each two in a row, with the place of the first and how many they are."""
    for place, word in enumerate(words):
        yield word, place, 1
        if place + 1 < len(words):
            yield f"{word} {words[place + 1]}", place, 2


def compared(text: PassageText, place: int) -> str:
    """A word as it is weighed: by its stem, a number in digits as any number."""
    word = text.placed[place].word
    return "#" if word.count is not None and word.plain[0].isdigit() else word.stem


class SecondOpinion:
    """What was learned, of one text and the terms that are asked for."""

    def __init__(self, likeness: Likeness, text: PassageText, terms: Iterable[str]) -> None:
        self.likeness = likeness
        self.terms = frozenset(terms) & likeness.terms.keys()
        self._text = text
        self._blocks: dict[int, Block] = {}
        self._topics: dict[str, dict[str, int]] = {}

    def block(self, paragraph: int) -> Block:
        """The list or passage of a paragraph."""
        places, whole = self._text.around(paragraph)
        key = places[0] if places else -1
        if key not in self._blocks:
            words = [compared(self._text, place) for place in places]
            self._blocks[key] = Block(places, words, frozenset(words), whole)
        return self._blocks[key]

    def about(self, term: str, block: Block) -> float:
        """How much a text is about a term that was learned: more than nothing if rather this than anything else."""
        topic = self._topic(term)
        return sum(topic[word] for word in block.distinct & topic.keys()) / block.size + self.likeness.terms[term]

    def find(self, term: str) -> tuple[Block, float] | None:
        """The list or passage that is most about a term, the first of several, and how much it is; None in a text of
        headings and for a term that was not learned."""
        if term not in self.terms:
            return None
        return max(((each, self.about(term, each)) for each in self._all), key=lambda each: each[1], default=None)

    @cached_property
    def _all(self) -> list[Block]:
        """Each list and passage with words once, in the order of the text."""
        found = {id(block): block for block in map(self.block, self._text.bodies) if block.words}
        return list(found.values())

    def _topic(self, term: str) -> dict[str, int]:
        """How much each word speaks for a text being about a term."""
        if term not in self._topics:
            self._topics[term] = {word: each[term] for word, each in self.likeness.topics.items() if term in each}
        return self._topics[term]

    def shows(self, block: Block, *, listed: bool) -> bool:
        """Whether less in a clause means less of a promise; of a term that a table may say a part never shows it."""
        return block.whole or not (listed or len(block.words) < MIN_PART)

    def weigh(self, term: str, block: Block) -> Weighed:
        """How a text reads as a promise of a term."""
        scopes = [self.likeness.weights.get(scope, {}) for scope in (EVERYWHERE, term)]
        weighed: dict[str, tuple[int, int, int]] = {}
        for gram, first, count in read_grams(block.words):
            if gram not in weighed:
                weighed[gram] = (sum(weights.get(gram, 0) for weights in scopes), first, count)
        weight = sum(each for each, _, _ in weighed.values()) / block.size + self.likeness.bias
        kept, less = (self._name(block, weighed.values(), sign) for sign in (-1, 1))
        return Weighed(weight, kept, less)

    def name_topic(self, term: str, block: Block) -> tuple[str, ...]:
        """The words that speak most for a text being about a term."""
        topic = self._topic(term)
        firsts = {word: place for place, word in reversed(list(enumerate(block.words)))}
        found = [(topic.get(word, 0), place, 1) for word, place in firsts.items()]
        return self._name(block, found, 1)

    def densest(self, term: str, block: Block) -> int:
        """A word of the sentence that is most about a term, the first of several."""
        topic = self._topic(term)
        firsts: dict[int, int] = {}
        words: dict[int, set[str]] = {}
        for place, word in zip(block.places, block.words, strict=True):
            number = self._text.scope(place, "sentence")
            firsts.setdefault(number, place)
            words.setdefault(number, set()).add(word)
        sums = {number: sum(topic.get(word, 0) for word in each) for number, each in words.items()}
        return firsts[max(sums, key=lambda number: (sums[number], -number))]

    def _name(self, block: Block, weighed: Iterable[tuple[int, int, int]], sign: int) -> tuple[str, ...]:
        """The weightiest as they stand in the paper; none is a part of another."""
        shown: list[tuple[int, int]] = []
        for weight, first, count in sorted(weighed, key=lambda each: (-sign * each[0], each[1])):
            apart = all(first + count <= start or start + length <= first for start, length in shown)
            if sign * weight > 0 and apart and len(shown) < _NAMED:
                shown.append((first, count))
        return tuple(_written(self._text, block.places[first : first + count]) for first, count in shown)


def _written(text: PassageText, places: Sequence[int]) -> str:
    """Words as they stand in the paper."""
    first, last = text.placed[places[0]], text.placed[places[-1]]
    written = text.paper.paragraphs[last.paragraph].text
    start = first.word.start if first.paragraph == last.paragraph else last.word.start
    return " ".join(written[start : last.word.end].split())
