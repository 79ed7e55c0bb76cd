"""How long contracts take to become Word files, in process.

One processing agreement of some twenty pages: at most 400 ms, and at least as fast as docxtpl (LGPL-2.1) if that is
installed, which fills one value a paragraph into a ready document with the same paragraphs and tables, without numbers,
references, comments or contents. And the whole set of the hospital example, from the facts to the files and the log: at
most 2 s.
"""

import importlib.util
import io
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from govern.contracts import Draft, Table
from govern.render import render_docx, render_pdf
from govern.render.words import line_of

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "tests" / "render" / "sample.py"
ROUNDS = 10


def load_draft() -> Draft:
    spec = importlib.util.spec_from_file_location("render_sample", SAMPLE)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["render_sample"] = module
    spec.loader.exec_module(module)
    draft = module.make_draft()
    assert isinstance(draft, Draft)
    return draft


def milliseconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def as_template(draft: Draft) -> bytes:
    """The same paragraphs and tables as a template of docxtpl, whose first word of each is a value."""
    import docx

    document = docx.Document()
    for section in (*draft.sections, *draft.annexes):
        document.add_paragraph(f"{section.number} {section.title}", style="Heading 1")
        for block in section.blocks:
            if isinstance(block, Table):
                table = document.add_table(0, len(block.header))
                for row in (block.header, *block.rows):
                    for cell, text in zip(table.add_row().cells, row, strict=True):
                        cell.text = line_of(text)
            else:
                document.add_paragraph("{{ value }} " + line_of(block.content))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def bench_one() -> None:
    draft = load_draft()
    cold = milliseconds(lambda: render_docx(draft))
    first = render_docx(draft)
    ours = [milliseconds(lambda: render_docx(draft)) for _ in range(ROUNDS)]
    pages = render_pdf(draft).count(b"/Type /Page\n")
    median = statistics.median(ours)
    print(f"docx: {len(draft.sections)} clauses, {len(draft.annexes)} annexes, {pages} pages as PDF")
    print(f"docx: median of {ROUNDS} {median:.0f} ms (first, with imports, {cold:.0f} ms; limit 400 ms)")
    print(f"docx: bytes identical twice: {'yes' if render_docx(draft) == first else 'NO'} ({len(first):,} bytes)")
    if importlib.util.find_spec("docxtpl") is None:
        print("docx: docxtpl is not installed: no comparison")
        return
    import docxtpl

    template = as_template(draft)

    def fill() -> None:
        document = docxtpl.DocxTemplate(io.BytesIO(template))
        document.render({"value": "Universitätsklinikum"})
        document.save(io.BytesIO())

    fill()
    both = [(milliseconds(lambda: render_docx(draft)), milliseconds(fill)) for _ in range(ROUNDS)]  # in turn
    mine, theirs = (statistics.median(each) for each in zip(*both, strict=True))
    print(f"docx: docxtpl {theirs:.0f} ms, ours {mine:.0f} ms: {mine / theirs:.2f} of its time (limit 1.00)")


def bench_set() -> None:
    from govern.usecases.drafts import draft_set
    from govern.wiring import open_workspace

    govern = str(Path(sys.executable).with_name("govern"))
    with tempfile.TemporaryDirectory() as folder:
        plain = {key: value for key, value in os.environ.items() if not key.startswith("GOVERN_")}
        subprocess.run([govern, "init", folder, "--no-passphrase"], env=plain, stdout=subprocess.DEVNULL, check=True)
        example = str(ROOT / "examples" / "hospital-ct" / "project.yaml")
        there = {**plain, "GOVERN_WORKSPACE": folder}
        subprocess.run([govern, "project", "import", example], env=there, stdout=subprocess.DEVNULL, check=True)
        space = open_workspace(Path(folder))
        day = date(2026, 11, 24)
        times, busy, count = [], [], 0
        for _ in range(4):
            started, worked = time.perf_counter(), time.process_time()
            made = draft_set(space.ports, space.actor, "hospital-ct", day, renderers={"docx": render_docx})
            times.append(time.perf_counter() - started)
            busy.append(time.process_time() - worked)
            count = len(made.documents)
        drafts = [each.draft for each in made.documents]
        writing = statistics.median(milliseconds(lambda: [render_docx(each) for each in drafts]) for _ in range(3))
        space.database.close()
    whole = statistics.median(times[1:])
    print(f"docx: set of {count} documents, from the facts to the files and the log: {whole:.2f} s (limit 2 s),")
    print(f"docx: the writing {writing / 1000:.2f} s; the first time, with the content read, {times[0]:.2f} s;")
    print(f"docx: {statistics.median(busy[1:]):.2f} s of a processor, which is what a machine without other work takes")


def main() -> None:
    bench_one()
    bench_set()


if __name__ == "__main__":
    main()
