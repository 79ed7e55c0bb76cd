"""What is learned of labelled agreements: `clause_library/review/likeness.json`.

    python tests/review/train.py           # writes the file
    python tests/review/train.py --check   # trains without each round in turn and prints how well the rest does

Linear support vector machines. What a clause is about is learned for each term on single words, against the clauses of
all other terms. Whether a promise is kept is learned on words and pairs of words, in general and by term. Plain Python,
no random numbers: the same agreements and wordings give the same weights. Agreements with `set: held_out` are not used.

After a change of these, or of how words are read (`govern.review.words`), train again: test_likeness.py says when.
"""

import argparse
import hashlib
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import gcd, log, sqrt
from multiprocessing import Pool
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from labelled import find_terms, judge_cases, load_styles, write_agreement

from govern.exchange.plain import read_text
from govern.library.detectors import load_detectors
from govern.library.places import content_places
from govern.library.yaml_files import load_yaml
from govern.review import Detector, Paper, PaperParagraph, Presence, TermReview, read_passages
from govern.review.judge import Doubt, read_names
from govern.review.likeness import Likeness, SecondOpinion, compared, read_grams
from govern.review.meanings import read_meanings
from govern.review.numerals import skip_typed

WORDINGS = Path(__file__).with_name("wordings.yaml")
FILE = Path(__file__).parent.parent.parent / "clause_library" / "review" / "likeness.json"
LEAST = 2
"""Texts in which a word stands that has a weight."""
COST, TOPIC_COST, TOPIC_RATE = 2.0, 4.0, 6.0
"""How much a mistake costs; that a clause about a term is taken for none costs more by the rate."""
ALONE = 0.4
"""How much a single wording counts against a clause of an agreement."""
STEPS, TOPIC_STEPS = 30, 20
FOLDS = 4
"""Parts in which `--check` leaves rounds out."""
TOPIC_WORDS = 400
"""Words that speak most for or against a text being about a term; more change nothing."""
SCALE = 1_000
"""Weights are whole numbers: thousandths."""
BOUNDS = {"about": 300, "found": 0, "said": 250, "usual": -100, "other": -200}
"""Set on rounds that were left out of the learning, as `--check` does it, and on real paper: docs/adr/0035."""


@dataclass(frozen=True)
class Example:
    """A clause of an agreement: its words, the terms that it carries, and whether it promises less than they ask."""

    style: str
    """The agreement, "" for a single wording."""
    round: str
    terms: tuple[str, ...]
    words: tuple[str, ...]
    weak: bool


def read_examples(wordings: Path = WORDINGS) -> list[Example]:
    """Every clause of the agreements to learn from, whole and in each weakened form, and the single wordings."""
    book = load_detectors(content_places())
    made = []
    for name, style in load_styles():
        if style["set"] == "held_out":
            continue
        whole = read_text(write_agreement(style, [*style["clauses"], *style.get("filler", [])]), name="whole.txt")
        names = read_meanings(whole, book.meanings) | read_names(whole, book)
        for clause in style["clauses"]:
            for number, text in enumerate((clause["text"], *clause.get("weak", []))):
                words = _words(text.splitlines(), names)
                made.append(Example(name, round_of(name), tuple(clause["carries"]), words, number > 0))
    for term, kinds in load_yaml(wordings).value.items():
        for weak, kind in enumerate(("says", "short")):
            for text in kinds.get(kind, []):
                words = _words([text.split(" || ")[-1]], {})
                made.append(Example("", "", (term,), words, bool(weak)))
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
    """The round of an agreement that no pattern was mended for, all of one author; of others ""."""
    name = style.rsplit("/", 1)[-1]
    return name if name.startswith("round_") else ""


# --- numbers --------------------------------------------------------------------------------------------------


def total(values) -> float:
    """The sum in the order of the values: `sum` itself is more exact in newer Pythons, and so not the same in all."""
    found = 0.0
    for each in values:
        found += each
    return found


def rarities(texts: list[set[str]]) -> dict[str, float]:
    counts = Counter(word for each in texts for word in sorted(each))
    return {word: log((1 + len(texts)) / (1 + count)) + 1 for word, count in counts.items() if count >= LEAST}


def features(words: tuple[str, ...], term: str) -> dict[tuple[str, str], float]:
    length = 12 * sqrt(max(len(set(words)), 8))
    grams = dict.fromkeys(gram for gram, _, _ in read_grams(words))
    return {("", gram): 1 / length for gram in grams} | {(term, word): 1 / length for word in dict.fromkeys(words)}


def separate(rows: list[tuple[list[int], list[float], float, float]], size: int, steps: int = STEPS) -> list[float]:
    """The weights of a linear support vector machine with squared loss, by descent along one row after the other."""
    weights = [0.0] * size
    alphas = [0.0] * len(rows)
    norms = [total(value * value for value in values) for _, values, _, _ in rows]
    for step in range(steps):
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
    rows = [(each, term) for each in examples for term in each.terms]
    found = [features(each.words, term) for each, term in rows]
    counts = Counter(key for each in found for key in each)
    rarity = {key: log((1 + len(rows)) / (1 + count)) + 1 for key, count in counts.items() if count >= LEAST}
    keys = sorted(rarity)
    place_of = {key: place for place, key in enumerate(keys)}
    vectors = [{place_of[key]: value * rarity[key] for key, value in each.items() if key in place_of} for each in found]
    bias = len(keys)
    share = total(float(each.weak) for each, _ in rows) / len(rows)
    made = []
    for (each, _), found in zip(rows, vectors, strict=True):
        vector = sorted(found.items())
        cost = COST * 0.5 / (share if each.weak else 1 - share)
        cost *= 1.0 if each.style else ALONE
        made.append(([*(p for p, _ in vector), bias], [*(v for _, v in vector), 1.0], 1.0 if each.weak else -1.0, cost))
    learned = separate(made, len(keys) + 1)
    weights: dict[str, dict[str, int]] = defaultdict(dict)
    for key, weight in zip(keys, learned, strict=False):
        whole_number = round(weight * rarity[key] * SCALE / 12)
        if abs(whole_number) >= 3:
            weights[key[0]][key[1]] = whole_number
    terms, topics = learn_topics(examples)
    return Likeness(terms, topics, dict(weights), round(learned[bias] * SCALE), **BOUNDS)


def learn_topics(examples: list[Example]) -> tuple[dict[str, int], dict[str, dict[str, int]]]:
    """For each term what a text without a word about it starts from, and for each word its weight for each term."""
    rarity = rarities([set(each.words) for each in examples])
    words = sorted(rarity)
    place_of = {word: place for place, word in enumerate(words)}
    rows = []
    for each in examples:
        size = 4 * sqrt(max(len(set(each.words)), 8))
        vector = sorted((place_of[word], rarity[word] / size) for word in set(each.words) if word in place_of)
        rows.append(([*(place for place, _ in vector), len(words)], [*(value for _, value in vector), 1.0]))
    task = _TopicTask(examples, rows, len(words) + 1)
    starts: dict[str, int] = {}
    topics: dict[str, dict[str, int]] = defaultdict(dict)
    terms = sorted({term for each in examples for term in each.terms})
    with Pool(initializer=task.share) as pool:  # each process gets the rows once
        for term, learned in zip(terms, pool.imap(_learn_topic, terms), strict=True):
            weighed = [(round(learned[place_of[word]] * rarity[word] * SCALE / 4), word) for word in words]
            for weight, word in sorted(weighed, key=lambda each: (-abs(each[0]), each[1]))[:TOPIC_WORDS]:
                if weight:
                    topics[word][term] = weight
            starts[term] = round(learned[-1] * SCALE)
    return starts, dict(topics)


@dataclass
class _TopicTask:
    """A clause of a term, whole or weakened, is learned against what others promise."""

    examples: list[Example]
    rows: list[tuple[list[int], list[float]]]
    size: int

    def share(self) -> None:
        _shared.append(self)

    def learn(self, term: str) -> list[float]:
        rows = []
        for each, (places, values) in zip(self.examples, self.rows, strict=True):
            if term in each.terms:
                rows.append((places, values, 1.0, TOPIC_COST * TOPIC_RATE))
            elif not each.weak:
                rows.append((places, values, -1.0, TOPIC_COST))
        return separate(rows, self.size, TOPIC_STEPS)


_shared: list[_TopicTask] = []


def _learn_topic(term: str) -> list[float]:
    return _shared[-1].learn(term)


# --- the file and the check -----------------------------------------------------------------------------------


def digest_of(examples: list[Example]) -> str:
    """What the weights were learned from, as SHA-256 of all that counts of it."""
    plain = [[each.style, each.terms, each.words, each.weak] for each in examples]
    return hashlib.sha256(json.dumps(plain).encode()).hexdigest()


def write(likeness: Likeness, examples: list[Example]) -> str:
    """The file, one line a scope, so that a difference can be read."""
    made = {
        "by": "tests/review/train.py",
        "agreements": len({each.style for each in examples} - {""}),
        "promises": sum(not each.weak for each in examples),
        "weakened": sum(each.weak for each in examples),
        "sha256": digest_of(examples),
    }
    parts = {"made": json.dumps(made)}
    for name in ("bias", *BOUNDS):
        parts[name] = json.dumps(getattr(likeness, name))
    parts["terms"] = json.dumps(likeness.terms)
    for name in ("topics", "weights"):
        scopes = getattr(likeness, name)
        lines = (f"{json.dumps(scope)}: {_compact(dict(sorted(scopes[scope].items())))}" for scope in sorted(scopes))
        parts[name] = "{\n" + ",\n".join(lines) + "\n}"
    return "{\n" + ",\n".join(f"{json.dumps(name)}: {text}" for name, text in parts.items()) + "\n}\n"


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True)
class Weighing:
    """What the patterns say of a term, as the bound that counts for it ("" where none does); what the weights say, and
    what is true."""

    round: str
    bound: str
    about: float
    weight: float
    shows: bool
    label: str


def weigh_apart(examples: list[Example]) -> Iterator[Weighing]:
    """The agreements that no pattern was mended for, a fourth at a time, weighed by what the rest teaches."""
    book = replace(load_detectors(content_places()), likeness=None)
    terms_of = find_terms()
    rounds = sorted({each.round for each in examples} - {""})
    for part in range(FOLDS):
        apart = set(rounds[part::FOLDS])
        likeness = learn([each for each in examples if each.round not in apart])
        for case, judged in judge_cases(book, terms_of, only=lambda style, apart=apart: round_of(style) in apart):
            paper = case.paper()
            text = read_passages(paper, read_meanings(paper, book.meanings) | read_names(paper, book))
            opinion = SecondOpinion(likeness, text, judged)
            for term in sorted(judged.keys() & opinion.terms):
                yield weigh_one(round_of(case.style), book.detectors[term], opinion, judged[term], case.labels[term])


def weigh_one(round_: str, detector: Detector, opinion: SecondOpinion, found: TermReview, label: str) -> Weighing:
    if found.quote is None or found.presence is Presence.NOT_FOUND:
        return Weighing(round_, "", 0.0, 0.0, True, label)
    block = opinion.block(found.quote.paragraph)
    doubted = {Doubt.SOME: "usual", Doubt.LITTLE: "other", Doubt.NONE: ""}[found.doubt]
    bound = "said" if found.presence is Presence.PRESENT else doubted
    about, weight = opinion.about(found.term, block), opinion.weigh(found.term, block).weight
    return Weighing(round_, bound, about, weight, opinion.shows(block, listed=detector.titled), label)


def check(examples: list[Example]) -> None:
    """Print for each bound and what the patterns say: what would be called present of what is, and of what is not."""
    found = list(weigh_apart(examples))
    print("as the patterns say:", count([(each, each.bound == "said") for each in found]))
    print("as the bounds are:  ", count([(each, is_kept(each)) for each in found]))
    for bound in ("said", "usual", "other"):
        some = [each for each in found if each.bound == bound]
        for most in range(-400, 401, 50):
            print(f"{bound:8} {most:5} {count([(each, each.weight <= most) for each in some])}")
    for round_ in sorted({each.round for each in found}):
        print(f"{round_:>10} {count([(each, is_kept(each)) for each in found if each.round == round_])}")


def is_kept(found: Weighing) -> bool:
    """Whether the review calls a term present."""
    if not found.bound:
        return False
    if found.bound == "said":
        return found.weight <= BOUNDS["said"] or not found.shows
    return found.about >= BOUNDS["about"] and found.weight <= BOUNDS[found.bound]


def count(found: list[tuple[Weighing, bool]]) -> str:
    """How many are called present of those that are, are weak and are not there."""
    said: dict[str, list[bool]] = {label: [] for label in ("present", "weak", "not_found")}
    for each, kept in found:
        said[each.label].append(kept)
    return "  ".join(f"{label} {sum(each)} of {len(each)}" for label, each in said.items())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="leave out each round in turn and print how it is read")
    examples = read_examples()
    if parser.parse_args().check:
        check(examples)
        return
    FILE.write_text(write(learn(examples), examples), encoding="utf-8")
    print(f"{FILE.name}: learned of {len(examples):,} clauses, {FILE.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
