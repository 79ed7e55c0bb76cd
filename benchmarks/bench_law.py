"""All packs against one project: the assessment with traces, and the next question of an interview.

Usage: python benchmarks/bench_law.py
"""

import platform
import statistics
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from govern import Content, assess, build_book, content_places, load_project, next_questions, resolve_facts

DAY = date(2026, 11, 24)
EXAMPLES = Path(__file__).parent.parent / "examples"
ROUNDS = 25


def median_ms(call: Callable[[], object]) -> float:
    """The median time of a call, in milliseconds, after one that is not counted."""
    call()
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1000


def main() -> None:
    content = Content(content_places())
    vocabulary = content.vocabulary()
    book = build_book(content.packs(), vocabulary, DAY)
    print(
        f"{len(book.rules)} obligations of {len(book.packs)} packs, packs loaded, one core, Python "
        f"{platform.python_version()}; medians of {ROUNDS}, in ms"
    )
    print(f"  {'':34}{'assess':>8}{'ask, empty':>12}{'ask, known':>12}")
    nothing = resolve_facts(vocabulary, {}, DAY)
    unknown = assess(book, nothing)
    empty = median_ms(lambda: next_questions(book, nothing, unknown))
    worst = [0.0, empty]
    for folder in sorted(EXAMPLES.iterdir()):
        if not (folder / "project.yaml").is_file():
            continue
        facts = resolve_facts(vocabulary, load_project(folder / "project.yaml", vocabulary).answers, DAY)
        assessment = assess(book, facts)
        checking = median_ms(lambda facts=facts: assess(book, facts))
        asking = median_ms(lambda facts=facts, assessment=assessment: next_questions(book, facts, assessment))
        print(f"  {folder.name:34}{checking:8.1f}{empty:12.1f}{asking:12.1f}")
        worst = [max(worst[0], checking), max(worst[1], asking)]
    print(f"  {'at most (10 and 100 are wanted)':34}{worst[0]:8.1f}{'':12}{worst[1]:12.1f}")


if __name__ == "__main__":
    main()
