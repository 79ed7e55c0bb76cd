"""What is learned of labelled agreements: `clause_library/review/likeness.json`.

    python tests/review/train.py           # writes the file
    python tests/review/train.py --check   # trains without each round in turn and prints how well the rest does

A linear support vector machine on words and pairs of words, in general, by kind of term and by term. Each weakened text
is compared with all promises, and with the one that it was made of. Plain Python, no random numbers: the same
agreements and wordings give the same weights. Only agreements with `set: tuning` are used.

After a change of these, or of how words are read (`govern.review.words`), train again: test_likeness.py says when.
"""

import argparse
import hashlib
import json
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from math import gcd, log, sqrt
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from labelled import find_terms, judge_cases, load_styles, write_agreement

from govern.exchange.plain import read_text
from govern.library.detectors import load_detectors
from govern.library.places import content_places
from govern.library.yaml_files import load_yaml
from govern.review import Paper, PaperParagraph, Presence, read_passages
from govern.review.judge import read_names
from govern.review.likeness import Likeness, compared, read_grams
from govern.review.meanings import read_meanings
from govern.review.numerals import skip_typed

WORDINGS = Path(__file__).with_name("wordings.yaml")
FILE = Path(__file__).parent.parent.parent / "clause_library" / "review" / "likeness.json"
ROUNDS = ("three", "four", "five", "six", "seven", "eight", "nine", "ten")
KINDS = 30
"""Kinds of terms: alike by their words, so that what is rare in one term is learned from its like."""
LEAST = 2
"""Texts in which a word stands that has a weight."""
COST = 1.0
ALONE = 0.4
"""How much a single wording counts against a clause of an agreement."""
STEPS = 30
SCALE = 1_000
"""Weights are whole numbers: thousandths."""
KEPT, SURE, WEAKENED, TOPIC = -150, -500, 150, 300
"""The bounds, chosen on rounds five to nine, each left out of the learning and read with the patterns of its time: more
is noticed and less called weak in each. That of the topic is as high as our own documents need, so that nothing that
was taken out of them is claimed (test_removed.py)."""


@dataclass(frozen=True)
class Example:
    """A clause of an agreement: its words, the terms that it carries, and whether it promises less than they ask."""

    style: str
    round: str
    clause: int
    terms: tuple[str, ...]
    words: tuple[str, ...]
    weak: bool


def read_examples(wordings: Path = WORDINGS) -> list[Example]:
    """Every clause of the agreements to learn from, whole and in each weakened form, and the single wordings."""
    book = load_detectors(content_places())
    made = []
    for name, style in load_styles():
        if style["set"] != "tuning":
            continue
        whole = read_text(write_agreement(style, [*style["clauses"], *style.get("filler", [])]), name="whole.txt")
        names = read_meanings(whole, book.meanings) | read_names(whole, book)
        for index, clause in enumerate(style["clauses"]):
            for number, text in enumerate((clause["text"], *clause.get("weak", []))):
                words = _words(text.splitlines(), names)
                made.append(Example(name, round_of(name), index, tuple(clause["carries"]), words, number > 0))
    for term, kinds in load_yaml(wordings).value.items():
        for weak, kind in enumerate(("says", "short")):
            for text in kinds.get(kind, []):
                words = _words([text.split(" || ")[-1]], {})
                made.append(Example("wordings", "wordings", len(made), (term,), words, bool(weak)))
    return made


def _words(lines: list[str], names: dict[str, str]) -> tuple[str, ...]:
    """The words of a clause without typed numbers, lead-ins read once."""
    paragraphs = tuple(PaperParagraph(line.strip()) for line in lines if line.strip())
    read = read_passages(Paper("", "txt", paragraphs), names)
    seen: dict[tuple[int, int], int] = {}
    for place, each in enumerate(read.placed):
        if each.word.start >= skip_typed(paragraphs[each.paragraph].text):
            seen.setdefault((each.paragraph, each.word.start), place)
    return tuple(compared(read, place) for place in sorted(seen.values()))


def round_of(style: str) -> str:
    """Agreements of one round have one author; those before the rounds are one too."""
    last = style.rsplit("_", 1)[-1]
    return last if last in ROUNDS else "first"


# --- numbers --------------------------------------------------------------------------------------------------


def total(values) -> float:
    """The sum in the order of the values: `sum` itself is more exact in newer Pythons, and so not the same in all."""
    found = 0.0
    for each in values:
        found += each
    return found


def dot(one: dict[str, float], other: dict[str, float]) -> float:
    return total(value * other[key] for key, value in one.items() if key in other)


def unit(vector: dict[str, float]) -> dict[str, float]:
    size = sqrt(total(value * value for value in vector.values()))
    return {key: value / size for key, value in vector.items()} if size else vector


def rarities(texts: list[set[str]]) -> dict[str, float]:
    counts = Counter(word for each in texts for word in sorted(each))
    return {word: log((1 + len(texts)) / (1 + count)) + 1 for word, count in counts.items() if count >= LEAST}


def find_kinds(examples: list[Example]) -> dict[str, str]:
    """Terms put together by their words, the nearest two first, by the average of all pairs."""
    texts = [set(each.words) for each in examples]
    rarity = {word: rare for word, rare in rarities(texts).items() if rare > 2.2}  # not "shall" and "data"
    words: dict[str, Counter[str]] = defaultdict(Counter)
    for each in examples:
        for term in each.terms:
            words[term].update(each.words)
    vectors = {
        term: unit({word: (1 + log(count)) * rarity[word] for word, count in sorted(counts.items()) if word in rarity})
        for term, counts in sorted(words.items())
    }
    groups = [[term] for term in vectors]
    near = {
        (i, j): dot(vectors[groups[i][0]], vectors[groups[j][0]])
        for i in range(len(groups))
        for j in range(i + 1, len(groups))
    }
    alive = set(range(len(groups)))
    while len(alive) > KINDS:
        i, j = max(near, key=lambda pair: (near[pair], -pair[0], -pair[1]))
        for k in sorted(alive - {i, j}):
            first, second = (min(i, k), max(i, k)), (min(j, k), max(j, k))
            size_i, size_j = len(groups[i]), len(groups[j])
            near[first] = (near[first] * size_i + near[second] * size_j) / (size_i + size_j)
            del near[second]
        del near[i, j]
        groups[i] += groups[j]
        alive.remove(j)
    return {term: f"kind {number}" for number, i in enumerate(sorted(alive), start=1) for term in groups[i]}


def features(words: tuple[str, ...], term: str, kinds: dict[str, str]) -> dict[tuple[str, str], float]:
    length = 12 * sqrt(max(len(set(words)), 8))
    grams = dict.fromkeys(gram for gram, _, _ in read_grams(words))
    scopes = ["", *([kinds[term]] if term in kinds else [])]
    found = {(scope, gram): 1 / length for gram in grams for scope in scopes}
    return found | {(term, word): 1 / length for word in dict.fromkeys(words)}


def separate(rows: list[tuple[list[int], list[float], float, float]], size: int) -> list[float]:
    """The weights of a linear support vector machine with squared loss, by descent along one row after the other."""
    weights = [0.0] * size
    alphas = [0.0] * len(rows)
    norms = [total(value * value for value in values) for _, values, _, _ in rows]
    for step in range(STEPS):
        stride = _stride(len(rows), step)
        for turn in range(len(rows)):
            row = turn * stride % len(rows)
            places, values, sign, cost = rows[row]
            margin = 0.0
            for place, value in zip(places, values, strict=True):
                margin += weights[place] * value
            slack = 1 / (2 * cost)
            gradient = sign * margin - 1 + slack * alphas[row]
            was = alphas[row]
            alphas[row] = max(was - gradient / (norms[row] + slack), 0.0)
            change = (alphas[row] - was) * sign
            if change:
                for place, value in zip(places, values, strict=True):
                    weights[place] += change * value
    return weights


def _stride(length: int, step: int) -> int:
    """A stride that visits every row, another one in each step."""
    stride = (length * (618 + 37 * step) // 1000) % length or 1
    while gcd(stride, length) != 1:
        stride += 1
    return stride


def learn(examples: list[Example]) -> Likeness:
    kinds = find_kinds(examples)
    rows = [(each, term) for each in examples for term in each.terms]
    found = [features(each.words, term, kinds) for each, term in rows]
    counts = Counter(key for each in found for key in each)
    rarity = {key: log((1 + len(rows)) / (1 + count)) + 1 for key, count in counts.items() if count >= LEAST}
    keys = sorted(rarity)
    place_of = {key: place for place, key in enumerate(keys)}
    vectors = [{place_of[key]: value * rarity[key] for key, value in each.items() if key in place_of} for each in found]
    bias = len(keys)
    share = total(float(each.weak) for each, _ in rows) / len(rows)
    made = []
    honest: dict[tuple[str, int, str], int] = {}
    for number, (each, term) in enumerate(rows):
        vector = sorted(vectors[number].items())
        cost = COST * 0.5 / (share if each.weak else 1 - share)
        cost *= ALONE if each.style == "wordings" else 1.0
        made.append(([*(p for p, _ in vector), bias], [*(v for _, v in vector), 1.0], 1.0 if each.weak else -1.0, cost))
        if not each.weak:
            honest[each.style, each.clause, term] = number
    for number, (each, term) in enumerate(rows):
        if each.weak and (each.style, each.clause, term) in honest:
            whole, less = vectors[honest[each.style, each.clause, term]], vectors[number]
            apart = {p: less.get(p, 0.0) - whole.get(p, 0.0) for p in sorted(whole.keys() | less.keys())}
            apart = {p: value for p, value in apart.items() if value}
            if apart:
                made.append((list(apart), list(apart.values()), 1.0, 2 * COST))
    learned = separate(made, len(keys) + 1)
    weights: dict[str, dict[str, int]] = defaultdict(dict)
    for key, weight in zip(keys, learned, strict=False):
        whole_number = round(weight * rarity[key] * SCALE / 12)
        if abs(whole_number) >= 3:
            weights[key[0]][key[1]] = whole_number
    return Likeness(
        dict(weights), kinds, find_topics(examples), round(learned[bias] * SCALE), KEPT, SURE, WEAKENED, TOPIC
    )


def find_topics(examples: list[Example]) -> dict[str, dict[str, int]]:
    """By which words a text is about a term: those that are more frequent in it than in the rest."""
    rarity = rarities([set(each.words) for each in examples])
    by_term: dict[str, list[dict[str, float]]] = defaultdict(list)
    for each in examples:
        vector = unit({word: rarity[word] for word in dict.fromkeys(each.words) if word in rarity})
        for term in each.terms:
            by_term[term].append(vector)
    everywhere: dict[str, float] = defaultdict(float)
    count = 0
    for vectors in by_term.values():
        for vector in vectors:
            count += 1
            for word, value in vector.items():
                everywhere[word] += value
    made = {}
    for term, vectors in sorted(by_term.items()):
        mean: dict[str, float] = defaultdict(float)
        for vector in vectors:
            for word, value in vector.items():
                mean[word] += value / len(vectors)
        apart = {word: value - everywhere[word] / count for word, value in sorted(mean.items())}
        best = unit(dict(sorted(apart.items(), key=lambda each: (-abs(each[1]), each[0]))[:80]))
        made[term] = {word: round(value * rarity[word] * SCALE / 4) for word, value in sorted(best.items())}
    return made


# --- the file and the check -----------------------------------------------------------------------------------


def digest_of(examples: list[Example]) -> str:
    """What the weights were learned from, as SHA-256 of all that counts of it."""
    plain = [[each.style, each.clause, each.terms, each.words, each.weak] for each in examples]
    return hashlib.sha256(json.dumps(plain).encode()).hexdigest()


def mute(likeness: Likeness) -> Likeness:
    """Without an opinion on the terms where it would contradict the labels of what it was learned of."""
    book = replace(load_detectors(content_places()), likeness=likeness)
    wrong = {
        term
        for case, judged in judge_cases(book, find_terms(), kept_apart=False)
        for term, found in judged.items()
        if found.weighed and (found.presence is Presence.PRESENT) is not (case.labels[term] == "present")
    }
    return replace(likeness, topics={term: words for term, words in likeness.topics.items() if term not in wrong})


def write(likeness: Likeness, examples: list[Example]) -> str:
    """The file, one line a scope, so that a difference can be read."""
    about = {
        "made_by": "tests/review/train.py",
        "agreements": len({each.style for each in examples} - {"wordings"}),
        "promises": sum(not each.weak for each in examples),
        "weakened": sum(each.weak for each in examples),
        "sha256": digest_of(examples),
    }
    parts = {"about": json.dumps(about)}
    for name in ("bias", "kept", "sure", "weakened", "topic"):
        parts[name] = json.dumps(getattr(likeness, name))
    parts["kinds"] = json.dumps(dict(sorted(likeness.kinds.items())))
    for name in ("topics", "weights"):
        scopes = getattr(likeness, name)
        lines = (f"{json.dumps(scope)}: {_compact(dict(sorted(scopes[scope].items())))}" for scope in sorted(scopes))
        parts[name] = "{\n" + ",\n".join(lines) + "\n}"
    return "{\n" + ",\n".join(f"{json.dumps(name)}: {text}" for name, text in parts.items()) + "\n}\n"


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def score(likeness: Likeness, term: str, words: tuple[str, ...]) -> float:
    """As the review weighs a clause, without the paper around it."""
    scopes = [likeness.weights.get(scope, {}) for scope in ("", likeness.kinds.get(term, "-"), term)]
    grams = dict.fromkeys(gram for gram, _, _ in read_grams(words))
    weighed = sum(weights.get(gram, 0) for gram in grams for weights in scopes)
    return weighed / sqrt(max(len(set(words)), 8)) + likeness.bias


def check(examples: list[Example]) -> None:
    print("round left out: of weakened promises read as less, of kept ones read as less, by the likeness alone")
    for left in ("first", *ROUNDS, "wordings"):
        apart = [each for each in examples if each.round == left]
        if not apart:
            continue
        likeness = learn([each for each in examples if each.round != left])
        read = {True: Counter(), False: Counter()}
        for each in apart:
            for term in each.terms:
                read[each.weak][score(likeness, term, each.words) >= likeness.weakened] += 1
        less, kept = (read[weak][True] / sum(read[weak].values()) for weak in (True, False))
        print(f"{left:6} {sum(map(len, (apart,))):5} clauses {less:6.3f} {kept:6.3f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="leave out each round in turn and print how it is read")
    examples = read_examples()
    if parser.parse_args().check:
        check(examples)
        return
    FILE.write_text(write(mute(learn(examples)), examples), encoding="utf-8")
    print(f"{FILE.name}: learned of {len(examples):,} clauses, {FILE.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
