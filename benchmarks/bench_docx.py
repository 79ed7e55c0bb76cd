"""How long a processing agreement of some twenty pages takes to become a Word file, in process.

Prints the median of ten runs in milliseconds and whether two runs give the same bytes. The figure to reach: 400 ms.
"""

import importlib.util
import statistics
import sys
import time
from pathlib import Path

from govern.contracts import Draft
from govern.render import render_docx, render_pdf

SAMPLE = Path(__file__).parent.parent / "tests" / "render" / "sample.py"


def load_draft() -> Draft:
    spec = importlib.util.spec_from_file_location("render_sample", SAMPLE)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["render_sample"] = module
    spec.loader.exec_module(module)
    draft = module.make_draft()
    assert isinstance(draft, Draft)
    return draft


def main() -> None:
    draft = load_draft()
    started = time.perf_counter()
    first = render_docx(draft)
    cold = (time.perf_counter() - started) * 1000
    times = []
    for _ in range(10):
        started = time.perf_counter()
        again = render_docx(draft)
        times.append((time.perf_counter() - started) * 1000)
    pages = render_pdf(draft).count(b"/Type /Page\n")
    print(f"docx: {len(draft.sections)} clauses, {len(draft.annexes)} annexes, {pages} pages as PDF")
    print(f"docx: median of 10 {statistics.median(times):.0f} ms (first, with imports, {cold:.0f} ms; limit 400 ms)")
    print(f"docx: bytes identical twice: {'yes' if again == first else 'NO'} ({len(first):,} bytes)")


if __name__ == "__main__":
    main()
