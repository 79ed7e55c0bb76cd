"""How well and how fast the other side's paper is reviewed, on agreements of our own making.

Prints precision and recall for each term, how many weakened promises are found, and of how many of the rest it is
remarked that they read like less; on the styles that detectors were written with and on those that were kept apart. And
how long forty pages take. To reach: recall and precision 0.95 a term, 0.9 of what is weakened, 2 s for forty pages.

Styles that only the second opinion was learned from are left out. With `--misses` every wrong answer on the styles that
detectors were written with is listed. Those on the styles kept apart are counted, not shown: nobody may tune on them.
"""

import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "review"))

from labelled import Case, examined, find_terms, judge_cases

from govern.exchange.plain import read_text
from govern.library.detectors import load_detectors
from govern.library.places import content_places
from govern.review import DetectorBook, TermReview, review_terms, watch_clauses

WORDS = 40 * 500  # words on forty pages


def main() -> None:
    book, terms_of = load_detectors(content_places()), find_terms()
    judged = list(judge_cases(book, terms_of, examined))
    for held_out in (False, True):
        measure([each for each in judged if (each[0].set == "held_out") is held_out], held_out)
    time_review(book, terms_of, [case for case, _ in judged])


def measure(judged: list[tuple[Case, dict[str, TermReview]]], held_out: bool) -> None:
    right: dict[str, Counter[str]] = defaultdict(Counter)
    misses: list[str] = []
    for case, found in judged:
        for term, each in found.items():
            label, said, counts = case.labels[term], each.presence.value, right[term]
            if label == "weak":
                counts["weakened"] += 1
                counts["weakened found"] += said != "present"
                counts["weakened exactly"] += said == "weak"
                counts["remarked"] += each.to_look_at
            elif label == "present":
                counts["present"] += 1
                counts["hit"] += said == "present"
            else:
                counts["absent"] += 1
            # weak is "not there" to the gap check: only `present` counts as a claim
            counts["claimed"] += said == "present" and label != "weak"
            counts["rightly claimed"] += said == "present" and label == "present"
            if (label == "weak" and said == "present") or (label != "weak" and said != label):
                misses.append(f"{case.style} {case.kind} {case.changed} {term}: {label}, said {said}: {each.why}"
                              f" | {each.quote.text[:160] if each.quote else ''}")  # fmt: skip
    report(right, len(judged), held_out)
    if "--misses" in sys.argv and not held_out:
        print("\n".join(misses))


def report(right: dict[str, Counter[str]], cases: int, held_out: bool) -> None:
    print(f"\n{'styles kept apart' if held_out else 'styles written with'}: {cases} agreements")
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
    precision = counts["rightly claimed"] / counts["claimed"] if counts["claimed"] else 1.0
    both = 2 * recall * precision / (recall + precision) if recall + precision else 0.0
    n = counts["present"] + counts["absent"]
    flag = " <" if recall < 0.95 or precision < 0.95 or counts["weakened found"] < 0.9 * counts["weakened"] else ""
    return (
        f"{name:32}{n:6}{recall:8.3f}{precision:11.3f}{both:6.2f}{counts['weakened']:10}"
        f"{counts['weakened found']:7}{counts['weakened exactly']:7}{counts['remarked']:8}{flag}"
    )


def time_review(book: DetectorBook, terms_of: dict[str, list[str]], cases: list[Case]) -> None:
    text = ""
    for case in cases:
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
