"""How well and how fast the other side's paper is reviewed, on the labelled agreements of our own making.

Prints precision and recall for each term, how many weakened promises are found, and of how many of the rest it is
remarked that they read like less: on all agreements, and on those alone that were kept apart, by which nobody wrote a
pattern and no weight was learned. And how long forty pages take. To reach: recall and precision 0.95 a term, 0.9 of
what is weakened, 2 s for forty pages.

Judges the agreements in as many processes as there are cores: about nine minutes of a processor. With `--misses` every
wrong answer is listed, save on those kept apart. They are counted, not shown: nobody may tune on them.
"""

import os
import sys
import time
from collections import Counter, defaultdict
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "review"))

from labelled import find_terms, judge_cases, load_styles, make_cases

from govern.exchange.plain import read_text
from govern.library.detectors import load_detectors
from govern.library.places import content_places
from govern.review import DetectorBook, TermReview, review_terms, watch_clauses

WORDS = 40 * 500  # words on forty pages
HELD_OUT = "held_out"

Counts = dict[str, Counter[str]]


def main() -> None:
    styles = dict(load_styles())
    whole: Counts = defaultdict(Counter)
    apart: Counts = defaultdict(Counter)
    cases: Counter[bool] = Counter()
    misses: list[str] = []
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for name, (counts, number, wrong) in zip(styles, pool.map(judge_style, styles), strict=True):
            held_out = styles[name]["set"] == HELD_OUT
            cases[held_out] += number
            for term, each in counts.items():
                whole[term].update(each)
                if held_out:
                    apart[term].update(each)
            misses += [] if held_out else wrong
    report(f"all {len(styles)} labelled agreements, {cases.total()} variants of them", whole)
    number = sum(style["set"] == HELD_OUT for style in styles.values())
    report(f"of these the {number} that were kept apart, {cases[True]} variants", apart)
    if "--misses" in sys.argv:
        print("\n".join(misses))
    time_review()


@lru_cache(maxsize=1)
def load_book() -> DetectorBook:
    return load_detectors(content_places())


def judge_style(name: str) -> tuple[Counts, int, list[str]]:
    """What is counted of an agreement and its variants, how many these are, and what was answered wrongly."""
    right: Counts = defaultdict(Counter)
    misses: list[str] = []
    cases = 0
    for case, found in judge_cases(load_book(), find_terms(), name.__eq__):
        cases += 1
        for term, each in found.items():
            count(right[term], case.labels[term], each)
            label, said = case.labels[term], each.presence.value
            if (label == "weak" and said == "present") or (label != "weak" and said != label):
                misses.append(f"{case.style} {case.kind} {case.changed} {term}: {label}, said {said}: {each.why}"
                              f" | {each.quote.text[:160] if each.quote else ''}")  # fmt: skip
    return right, cases, misses


def count(counts: Counter[str], label: str, found: TermReview) -> None:
    """Weak is "not there" to the gap check: only `present` counts as a claim."""
    said = found.presence.value
    if label == "weak":
        counts["weakened"] += 1
        counts["weakened found"] += said != "present"
        counts["weakened exactly"] += said == "weak"
        counts["remarked"] += found.to_look_at
        return
    counts["present" if label == "present" else "absent"] += 1
    counts["hit"] += label == said == "present"
    counts["claimed"] += said == "present"


def report(title: str, right: Counts) -> None:
    print(f"\n{title}")
    print(
        f"{'term':32}{'n':>6}{'recall':>8}{'precision':>11}{'F1':>6}{'weakened':>10}{'found':>7}{'exact':>7}{'remark':>8}"
    )
    total: Counter[str] = Counter()
    for term, counts in sorted(right.items()):
        total.update(counts)
        print(line(term, counts))
    print(line("all", total))


def line(name: str, counts: Counter[str]) -> str:
    recall = counts["hit"] / counts["present"] if counts["present"] else 1.0
    precision = counts["hit"] / counts["claimed"] if counts["claimed"] else 1.0
    both = 2 * recall * precision / (recall + precision) if recall + precision else 0.0
    n = counts["present"] + counts["absent"]
    flag = " <" if recall < 0.95 or precision < 0.95 or counts["weakened found"] < 0.9 * counts["weakened"] else ""
    return (
        f"{name:32}{n:6}{recall:8.3f}{precision:11.3f}{both:6.2f}{counts['weakened']:10}"
        f"{counts['weakened found']:7}{counts['weakened exactly']:7}{counts['remarked']:8}{flag}"
    )


def time_review() -> None:
    book, terms_of = load_book(), find_terms()
    text = ""
    for case in make_cases(terms_of):
        if case.kind == "whole":
            text += case.text + "\n"
        if len(text.split()) >= WORDS:
            break
    while len(text.split()) < WORDS:
        text += text
    text = " ".join(text.split(" ")[: WORDS + 2000])
    times = []
    for _ in range(3):
        started = time.perf_counter()
        paper = read_text(text, name="long.txt")
        review_terms(paper, book, terms_of["dpa_art28"])
        watch_clauses(paper, book)
        times.append(time.perf_counter() - started)
    print(
        f"\nreview of {len(text.split()):,} words (some forty pages) as a DPA: {min(times):.2f} s, at most 2 s wanted"
    )
    started = time.perf_counter()
    review_terms(read_text(text, name="long.txt"), book, list(book.detectors))
    print(f"the same for all {len(book.detectors)} terms: {time.perf_counter() - started:.2f} s")


if __name__ == "__main__":
    main()
