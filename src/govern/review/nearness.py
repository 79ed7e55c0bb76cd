"""After which clause of the paper a text of ours belongs."""

from collections import Counter
from math import log

from govern.review.model import Paper
from govern.review.passages import label_paragraphs
from govern.review.words import read_words

_LEAST = 0.12
"""Below this likeness a clause is no neighbour, and the end of the paper is the place."""


def find_nearest(paper: Paper, text: str) -> int:
    """The last paragraph of the clause whose words are most like the text's, else the last paragraph in the body."""
    body = [index for index, each in enumerate(paper.paragraphs) if each.source >= 0]
    clauses = _clauses(paper, body)
    counts = [
        Counter(word.stem for index in clause for word in read_words(paper.paragraphs[index].text))
        for clause in clauses
    ]
    spread = Counter(stem for each in counts for stem in each)
    weight = {stem: log((1 + len(clauses)) / found) for stem, found in spread.items()}
    ours = Counter(word.stem for word in read_words(text))
    scores = [_likeness(each, ours, weight) for each in counts]
    best = max(range(len(scores)), key=scores.__getitem__, default=-1)
    if best < 0:
        return len(paper.paragraphs) - 1
    outside = [index for index in clauses[best] if paper.paragraphs[index].cell is None]
    return outside[-1] if scores[best] >= _LEAST and outside else body[-1]


def _clauses(paper: Paper, body: list[int]) -> list[list[int]]:
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
