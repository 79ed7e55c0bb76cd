"""After which clause of the paper a text of ours belongs."""

from collections import Counter
from collections.abc import Sequence
from math import log

from govern.review.model import Paper
from govern.review.passages import label_paragraphs
from govern.review.words import read_words, stem

_LEAST = 0.12
"""Below this likeness a clause is no neighbour."""


_EVERYWHERE = frozenset(map(stem, (
    "personal", "data", "information", "processing", "agreement", "contract", "party", "parties", "use", "services",
    "terms", "law", "general", "client", "vendor", "and", "of", "the", "for", "to", "in", "on", "with", "or", "by",
    "under",
)))  # fmt: skip
"""Words of a title that say nothing of its topic."""


def find_nearest(paper: Paper, clauses: Sequence[Sequence[int]], text: str, title: str) -> int | None:
    """The clause, of several, whose words are most like a text's, if it has a word of its title too; else None."""
    counts = [
        Counter(word.stem for index in clause for word in read_words(paper.paragraphs[index].text))
        for clause in clauses
    ]
    spread = Counter(stem_ for each in counts for stem_ in each)
    weight = {stem_: log((1 + len(clauses)) / found) for stem_, found in spread.items()}
    topic = {word.stem for word in read_words(title)} - _EVERYWHERE
    ours = Counter(word.stem for word in read_words(f"{title} {title} {text}"))
    scores = [_likeness(each, ours, weight) for each in counts]
    best = max(range(len(scores)), key=scores.__getitem__, default=None)
    return best if best is not None and scores[best] >= _LEAST and topic & counts[best].keys() else None


def group_clauses(paper: Paper, body: Sequence[int]) -> list[list[int]]:
    """The paragraphs of each clause: from heading to heading, or by the first part of their numbers."""
    clauses: list[list[int]] = []
    labels = label_paragraphs(paper)
    top = ""
    for index in body:
        first = labels[index].split(".")[0].split("(")[0]
        if not clauses or paper.paragraphs[index].heading or first != top:
            clauses.append([])
        top = first
        clauses[-1].append(index)
    return clauses


def _likeness(one: Counter[str], other: Counter[str], weight: dict[str, float]) -> float:
    """The cosine of two texts, words weighed by how rare they are."""
    shared = sum(one[stem] * other[stem] * weight[stem] ** 2 for stem in other if stem in one)
    size = _size(one, weight) * _size(other, weight)
    return shared / size if size else 0.0


def _size(counts: Counter[str], weight: dict[str, float]) -> float:
    return float(sum((count * weight.get(stem, 1.0)) ** 2 for stem, count in counts.items()) ** 0.5)
