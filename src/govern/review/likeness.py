"""A second opinion on a promise: whether it reads like promises that are kept, or like those that promise less.

Patterns know the words that they were written for. Here every word and every two words in a row have a weight, in
general, for a kind of term and for one term; added up, they speak for "kept" or for "less". A sum can be explained by
the words that weigh most. The weights are content, made by `tests/review/train.py` of agreements with labels.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt

from govern.review.passages import PassageText

MAX_WORDS = 120
"""Words of a clause that is read as a whole; of a longer one only the list or passage of the promise is read."""
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
    """What was learned. Whole numbers; more than nothing speaks for "promises less".

    `weights` by scope: everywhere, a kind of term, or a term. `topics` says by which words a text is about a term;
    each of these terms has a kind.
    An opinion counts beyond the bounds: `kept` or less, `sure` or less, `weakened` or more; and for the first two
    only of a text that is about the term, by `topic` or more.
    """

    weights: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    topics: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    bias: int = 0
    kept: int = 0
    sure: int = 0
    weakened: int = 0
    topic: int = 0


@dataclass(frozen=True, slots=True)
class Opinion:
    """How a text reads: whether as kept, surely so, or as less; and by which words, the weightiest first."""

    kept: bool
    sure: bool
    weakened: bool
    words: tuple[str, ...]


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


def weigh(likeness: Likeness, term: str, text: PassageText, paragraph: int, *, listed: bool = False) -> Opinion | None:
    """How the clause around a paragraph reads as a promise of a term; None for a term that nothing was learned of.

    `listed` is a term that a heading or a table may say: a part of its clause never shows that it promises less.
    """
    topic = likeness.topics.get(term)
    if topic is None:
        return None
    places, whole = text.around(paragraph, MAX_WORDS)
    words = [compared(text, place) for place in places]
    scopes = [likeness.weights.get(scope, {}) for scope in (EVERYWHERE, likeness.kinds[term], term)]
    size = sqrt(max(len(set(words)), _SHORT))
    weighed: dict[str, tuple[int, int, int]] = {}
    for gram, first, count in read_grams(words):
        if gram not in weighed:
            weighed[gram] = (sum(weights.get(gram, 0) for weights in scopes), first, count)
    score = sum(weight for weight, _, _ in weighed.values()) / size + likeness.bias
    about = sum(topic.get(word, 0) for word in set(words)) / size
    on_topic = about >= likeness.topic
    kept, sure = on_topic and score <= likeness.kept, on_topic and score <= likeness.sure
    weakened = score >= likeness.weakened and (whole or not (listed or len(places) < MIN_PART))
    sign = -1 if kept else 1
    shown: list[tuple[int, int]] = []
    for weight, first, count in sorted(weighed.values(), key=lambda each: (-sign * each[0], each[1])):
        apart = all(first + count <= start or start + length <= first for start, length in shown)
        if sign * weight > 0 and apart and len(shown) < _NAMED:
            shown.append((first, count))
    return Opinion(kept, sure, weakened, tuple(_written(text, places[first : first + count]) for first, count in shown))


def _written(text: PassageText, places: Sequence[int]) -> str:
    """Words as they stand in the paper."""
    first, last = text.placed[places[0]], text.placed[places[-1]]
    written = text.paper.paragraphs[last.paragraph].text
    start = first.word.start if first.paragraph == last.paragraph else last.word.start
    return " ".join(written[start : last.word.end].split())
