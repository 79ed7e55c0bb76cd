"""How long the redline of two versions of a forty-page agreement takes, in process.

Prints the medians of five runs for comparing and for each format, whether two runs give the same bytes and whether
accepting and rejecting all gives the two versions; the figure to reach: 2 s for the Word file. Beside it the time of
python-redlines (MIT; its engine docxodus is a program that reads both Word files), where that is installed:
pip install 'python-redlines[docxodus]'.
"""

import importlib
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

from govern.contracts import Draft, Paragraph, Section, accept, compare_drafts, reject
from govern.render import (
    render_docx,
    render_pdf,
    render_redline_docx,
    render_redline_html,
    render_redline_markdown,
)

TESTS = Path(__file__).parent.parent / "tests"


def load(name: str) -> ModuleType:
    sys.path.insert(0, str(TESTS / "render"))
    return importlib.import_module(name)


def doubled(draft: Draft) -> Draft:
    """Each clause twice, under another id: some forty pages."""
    again = tuple(_copy(section, len(draft.sections) + place) for place, section in enumerate(draft.sections, start=1))
    annexes = tuple(replace(_copy(each, 0), number=f"{each.number}a") for each in draft.annexes)
    return replace(draft, sections=(*draft.sections, *again), annexes=(*draft.annexes, *annexes))


def _copy(section: Section, number: int) -> Section:
    def rename(block: Paragraph) -> Paragraph:
        anchor = f"again.{block.anchor}" if block.anchor else None
        last = block.number.rpartition(".")[2]
        return replace(block, anchor=anchor, number=f"{number}.{last}" if "." in block.number else block.number)

    blocks = tuple(rename(each) if isinstance(each, Paragraph) else each for each in section.blocks)
    anchor = f"again.{section.anchor}"
    return replace(section, anchor=anchor, clause=anchor, number=str(number), blocks=blocks)


def median(act: Callable[[], object], runs: int = 5) -> float:
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        act()
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)


def main() -> None:
    old = doubled(load("sample").make_draft())
    new = load("redline_files").negotiated(old)
    pages = render_pdf(old).count(b"/Type /Page\n")
    redline = compare_drafts(old, new)
    print(f"redline: {len(old.sections)} clauses, {len(old.annexes)} annexes, {pages} pages as PDF")
    both = accept(redline) == new and reject(redline) == old
    print(f"redline: comparing {median(lambda: compare_drafts(old, new)):.0f} ms; both ways: {'yes' if both else 'NO'}")
    word = median(lambda: render_redline_docx(compare_drafts(old, new)))
    print(f"redline: compared and as a Word file {word:.0f} ms (limit 2,000 ms)")
    for name, write in (("HTML", render_redline_html), ("Markdown", render_redline_markdown)):
        print(f"redline: as {name} {median(lambda write=write: write(redline)):.0f} ms")
    same = render_redline_docx(redline) == render_redline_docx(compare_drafts(old, new))
    print(f"redline: bytes identical twice: {'yes' if same else 'NO'}")
    compare_others(old, new, word)


def compare_others(old: Draft, new: Draft, ours: float) -> None:
    """The same two versions as Word files, compared by another program."""
    if find_spec("python_redlines") is None:
        print("redline: python-redlines is not installed")
        return
    redlines = importlib.import_module("python_redlines")
    files = [render_docx(each, clean=True) for each in (old, new)]
    engine = redlines.DocxodusEngine()
    started = time.perf_counter()
    made = engine.run_redline("govern", *files)[0]
    first = (time.perf_counter() - started) * 1000
    again = median(lambda: engine.run_redline("govern", *files), 3)
    print(
        f"redline: python-redlines {again:.0f} ms (first {first:.0f} ms, {len(made):,} bytes): {again / ours:.1f} times"
    )


if __name__ == "__main__":
    main()
