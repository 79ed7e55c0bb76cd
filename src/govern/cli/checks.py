"""`govern check`, `govern explain`, `govern ask`."""

import json
import sys
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from govern.cli.app import app
from govern.cli.terminal import (
    AsOfOption,
    ProjectArgument,
    check_output,
    console,
    day_of,
    paint,
    print_wrapped,
    workspace,
    write_output,
)
from govern.errors import FactError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from govern.kernel import FactSpec
    from govern.render.findings import Row
    from govern.rules import Question
    from govern.usecases.gaps import GapCheck
    from govern.wiring import Workspace

    Cell = tuple[str, str]


@app.command()
def check(
    project: ProjectArgument,
    as_of: AsOfOption = None,
    pack: Annotated[list[str] | None, typer.Option(help="Only this pack; may be given again.", metavar="PACK")] = None,
    format_: Annotated[
        str | None,
        typer.Option(
            "--format",
            help="table, markdown, json, html, pdf, docx, xlsx, junit, sarif, oscal-ar or oscal-poam; "
            "else as the file's ending says, else table.",
            metavar="FORMAT",
        ),
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Show also what is met and what does not apply.")] = False,
    out: Annotated[Path | None, typer.Option(help="Write the report to this file.", metavar="FILE")] = None,
    force: Annotated[bool, typer.Option(help="Overwrite the file.")] = False,
) -> None:
    """Check a project against the law: what applies, what is met, what is missing.

    Exit status 0 if all is met, 1 if there are gaps or open findings.

    Examples:

      govern check hospital-ct

      govern check hospital-ct --pack gdpr --as-of 2027-01-01

      govern check hospital-ct --out report.pdf

      govern check hospital-ct --format sarif --out findings.sarif
    """
    from govern.cli.reports import choose_format
    from govern.usecases.drafts import find_needed_documents
    from govern.usecases.gaps import check_gaps

    format_ = choose_format(format_, out)
    if out is not None:
        check_output(out, force=force)
    space = workspace()
    checked = check_gaps(space.ports, space.actor, project, day_of(as_of), pack)
    _report(checked, format_, all_, out, find_needed_documents(space.ports, checked))
    if any(finding.status.value in ("gap", "open") for finding in checked.assessment.findings):
        raise typer.Exit(1)


def _report(checked: "GapCheck", format_: str, all_: bool, out: Path | None, documents: list[str]) -> None:
    if format_ == "table" and out is None:
        _print_table(console(), checked, all_, documents)
        return
    if format_ == "table":
        import io

        from rich.console import Console

        buffer = io.StringIO()
        _print_table(Console(file=buffer, width=100, highlight=False, markup=False), checked, all_, documents)
        data = buffer.getvalue().encode()
    else:
        from govern.cli.reports import render_report

        data = render_report(checked, format_)
    if out is None:
        sys.stdout.write(data.decode())
    else:
        write_output(out, data)
        typer.echo(f"written: {out}")


_CODES = {"gap": "1;31", "open": "1;33", "met": "32", "not_applicable": "2"}
_WORDS = {"gap": "GAP", "open": "OPEN", "met": "met", "not_applicable": "n/a"}


def _print_table(terminal: "Console", checked: "GapCheck", all_: bool, documents: list[str]) -> None:
    from govern.render.findings import make_rows

    terminal.print(f"{checked.project.title} ({checked.project.id})", style="bold")
    terminal.print(f"Law and facts of {checked.assessment.as_of.isoformat()}.\n")
    terminal.print(_summary(checked))
    if checked.assessment.expired:
        expired = ", ".join(
            f"{fact} (on {end.isoformat()})" for fact, end in sorted(checked.assessment.expired.items())
        )
        terminal.print(f"\nExpired, so unknown again: {expired}", style="yellow")
    rows = make_rows(checked)
    for pack in checked.book.packs:
        shown = [row for row in rows if row.pack == pack.id and (all_ or row.status in ("gap", "open"))]
        if shown:
            terminal.print()
            _print_pack(terminal, f"{pack.title} ({pack.short})", shown)
    _print_next(terminal, checked, rows, documents)


def _summary(checked: "GapCheck") -> "Table":
    from rich import box
    from rich.table import Table

    from govern.render.findings import summarise

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("Law", no_wrap=True)
    for heading in ("Gaps", "Open", "Met", "Not applicable"):
        table.add_column(heading, justify="right")
    counts = summarise(checked)
    for pack in checked.book.packs:
        row = counts[pack.id]
        table.add_row(
            f"{pack.short} {pack.version}",
            *(str(row[status]) for status in ("gap", "open", "met", "not_applicable")),
        )
    if len(checked.book.packs) > 1:
        totals = [sum(row[status] for row in counts.values()) for status in ("gap", "open", "met", "not_applicable")]
        table.add_section()
        table.add_row("all", *map(str, totals), style="bold")
    return table


_LEFT = 23


def _print_pack(terminal: "Console", title: str, rows: "list[Row]") -> None:
    """Two columns, finding and reasons. Written by hand: a table of hundreds of rows takes rich a tenth of a second."""
    width = max(terminal.width, 60) - _LEFT - 2
    lines = [paint(terminal, title, "1"), f" {'Finding':<{_LEFT}} Obligation, why, what is missing, what to do"]
    lines.append("─" * (width + _LEFT + 2))
    for row in rows:
        left, right = _left(row), _right(row, width)
        for one, other in zip_longest(left, right, fillvalue=("", "")):
            gap = " " * (_LEFT - len(one[0]) + 2)
            lines.append((paint(terminal, *one) + gap + paint(terminal, *other)).rstrip())
        lines.append("")
    terminal.file.write("\n".join(lines) + "\n")


def _left(row: "Row") -> "list[Cell]":
    """Status and severity, then the obligation's id, each line with its style."""
    import textwrap

    ids = textwrap.wrap(row.obligation, _LEFT, break_on_hyphens=True) or [""]
    return [(f"{_WORDS[row.status]} {row.severity}", _CODES[row.status]), *((each, "1") for each in ids)]


def _right(row: "Row", width: int) -> "list[Cell]":
    import textwrap

    parts = [(row.title, "1"), (row.citation, "2")]
    if row.status == "gap":
        parts += [(f"Because {row.why}", ""), (f"Needed: {row.needs}", ""), (f"Do: {row.remedy}", "36")]
    elif row.status == "open":
        word = "Unknown" if row.about == "compliance" else "Does it apply? Unknown"
        parts.append((f"{word}: {row.needs}", ""))
    return [(line, style) for text, style in parts for line in textwrap.wrap(text, width, break_on_hyphens=False)]


def _print_next(terminal: "Console", checked: "GapCheck", rows: "list[Row]", documents: list[str]) -> None:
    statuses = [row.status for row in rows]
    gaps, open_ = statuses.count("gap"), statuses.count("open")
    terminal.print()
    if not rows:
        terminal.print("No law of these packs is in force on that day.", style="bold yellow")
        return
    if not gaps and not open_:
        met = "Everything that applies is met." if "met" in statuses else "By the facts known, nothing applies."
        terminal.print(met, style="bold green")
        return
    terminal.print(f"{gaps} gaps, {open_} open. What next:", style="bold")
    first = next((row.obligation for row in rows if row.status == "gap"), rows[0].obligation)
    terminal.print(f"  govern explain {checked.project.id} '{first}'")
    if open_:
        terminal.print(f"  govern ask {checked.project.id}")
    for document in documents:
        terminal.print(f"  govern draft {checked.project.id} --document {document} --out {document}.docx")


@app.command()
def explain(
    project: ProjectArgument,
    obligation: Annotated[str, typer.Argument(help="The obligation's id.")],
    as_of: AsOfOption = None,
) -> None:
    """Explain one finding in English, with the facts and where they came from.

    Example: govern explain hospital-ct GDPR-28.3.a
    """
    from govern.render.findings import explain_lines
    from govern.usecases.gaps import explain_finding

    space = workspace()
    explanation = explain_finding(space.ports, space.actor, project, obligation, day_of(as_of))
    terminal = console()
    for line in explain_lines(explanation):
        indent = len(line) - len(line.lstrip())
        print_wrapped(terminal, line.strip(), indent)


@app.command()
def ask(
    project: ProjectArgument,
    as_of: AsOfOption = None,
    list_: Annotated[bool, typer.Option("--list", help="List the questions instead of asking them.")] = False,
    format_: Annotated[str, typer.Option("--format", help="With --list: table or json.")] = "table",
    limit: Annotated[int, typer.Option(help="With --list: how many.", min=1)] = 20,
) -> None:
    """Ask the facts that matter, most decisive first, until nothing unknown can change a finding.

    Each answer is kept at once: stop at any time and go on later.

    Examples:

      govern ask hospital-ct

      govern ask hospital-ct --list
    """
    from govern.usecases.gaps import ask_questions

    if format_ not in ("table", "json"):
        raise typer.BadParameter("table or json", param_hint="--format")
    space = workspace()
    day = day_of(as_of)
    if list_:
        _, questions = ask_questions(space.ports, space.actor, project, day)
        _print_questions(questions[:limit], len(questions), format_)
        return
    _interview(space, project, as_of)


def _print_questions(questions: "tuple[Question, ...]", total: int, format_: str) -> None:
    if format_ == "json":
        rows = [
            {
                "fact": each.spec.id,
                "question": each.spec.question,
                "weight": each.weight,
                "settles": list(each.settles),
            }
            for each in questions
        ]
        sys.stdout.write(json.dumps({"questions": rows, "total": total}, indent=2) + "\n")
        return
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, expand=True)
    table.add_column("#", justify="right", width=3)
    table.add_column("Question", ratio=1)
    table.add_column("Settles", justify="right", width=8)
    for number, each in enumerate(questions, 1):
        table.add_row(str(number), f"{each.spec.question}\n{each.spec.id}", str(len(each.settles)))
    terminal = console()
    terminal.print(table)
    terminal.print(f"{total} questions are open; {len(questions)} shown.")


def _interview(space: "Workspace", project: str, as_of: str | None) -> None:
    from govern.usecases.gaps import ask_questions

    terminal = console()
    skipped: set[str] = set()
    terminal.print("Type an answer, `skip` if you do not know, `why` for the reason, `stop` to go on another day.\n")
    while True:
        checked, questions = ask_questions(space.ports, space.actor, project, day_of(as_of), skipped)
        if not questions:
            _print_end(terminal, skipped)
            return
        settled = sum(finding.status.value != "open" for finding in checked.assessment.findings)
        total = len(checked.assessment.findings)
        terminal.print(
            f"{settled} of {total} findings are settled; {len(questions)} questions could still matter.",
            style="dim",
        )
        question = questions[0]
        _print_question(terminal, question.spec)
        if not _take_answer(terminal, space, project, question, skipped, checked):
            terminal.print("Kept. Go on with the same command.")
            return


def _print_end(terminal: "Console", skipped: set[str]) -> None:
    if skipped:
        terminal.print(f"Nothing more to ask but the {len(skipped)} questions that you skipped.")
    else:
        terminal.print("Nothing unknown can change a finding any more.", style="bold green")


def _print_question(terminal: "Console", spec: "FactSpec") -> None:
    from govern.usecases.answers import expect_answer

    terminal.print(f"\n{spec.group}", style="dim")
    print_wrapped(terminal, spec.question, 0)
    if spec.help:
        print_wrapped(terminal, spec.help, 2)
    for number, value in enumerate(spec.values, 1):
        terminal.print(f"  {number:2}  {spec.label(value)}")
    print_wrapped(terminal, f"({expect_answer(spec)})", 0)


def _take_answer(
    terminal: "Console",
    space: "Workspace",
    project: str,
    question: "Question",
    skipped: set[str],
    checked: "GapCheck",
) -> bool:
    """Take one answer; False to stop."""
    from govern.kernel import FactValue
    from govern.usecases.answers import parse_answer
    from govern.usecases.projects import answer_facts
    from govern.wiring import today

    while True:
        terminal.print("> ", end="")
        typed = sys.stdin.readline()
        if not typed or typed.strip().lower() in ("stop", "quit", "exit"):
            return False
        word = typed.strip()
        if word.lower() in ("skip", ""):
            skipped.add(question.spec.id)
            return True
        if word.lower() == "why":
            _print_why(terminal, question, checked)
            continue
        try:
            value = parse_answer(question.spec, word, space.ports.library.countries())
            answer = FactValue(value=value, source=f"interview with {space.actor.id}", recorded_on=today())
            answer_facts(space.ports, space.actor, project, {question.spec.id: answer})
        except FactError as problem:
            print_wrapped(terminal, f"{problem.message}: {problem.hint}" if problem.hint else problem.message, 0)
            continue
        return True


def _print_why(terminal: "Console", question: "Question", checked: "GapCheck") -> None:
    titles = {finding.obligation.id: finding.obligation for finding in checked.assessment.findings}
    terminal.print("It may settle:")
    for id_ in question.settles[:8]:
        print_wrapped(terminal, f"{id_}: {titles[id_].title} ({titles[id_].severity.value})", 2)
    if len(question.settles) > 8:
        terminal.print(f"  and {len(question.settles) - 8} more")
