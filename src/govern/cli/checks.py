"""`govern check` and `govern explain`."""

import sys
import textwrap
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
    warned_of_boxes,
    workspace,
    write_output,
)

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from govern.render.report.findings import Row
    from govern.usecases.gaps import GapCheck

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
    from dataclasses import replace

    from govern.cli.reports import WITHOUT_CONTROLS, choose_format
    from govern.usecases.gaps import check_gaps, plan_once

    format_ = choose_format(format_, out)
    if out is not None:
        check_output(out, force=force)
    space = workspace()
    checked = check_gaps(space.ports, space.actor, project, day_of(as_of), pack)
    if format_ not in WITHOUT_CONTROLS:
        checked = replace(checked, plans=plan_once(space.ports, checked))
    _report(checked, format_, all_, out)
    if any(finding.status.value in ("gap", "open") for finding in checked.assessment.findings):
        raise typer.Exit(1)


def _report(checked: "GapCheck", format_: str, all_: bool, out: Path | None) -> None:
    if format_ == "table" and out is None:
        _print_table(console(), checked, all_)
        return
    if format_ == "table":
        import io

        buffer = io.StringIO()
        _print_table(console(file=buffer), checked, all_)
        data = buffer.getvalue().encode()
    else:
        from govern.render.report.formats import render_report

        with warned_of_boxes():
            data = render_report(checked, format_)
    if out is None:
        sys.stdout.write(data.decode())
    else:
        write_output(out, data)
        typer.echo(f"written: {out}")


_CODES = {"gap": "1;31", "open": "1;33", "met": "32", "not_applicable": "2"}


def _print_table(terminal: "Console", checked: "GapCheck", all_: bool) -> None:
    from govern.render.report.findings import fold_rows, make_rows, say_days

    terminal.print(f"{checked.project.title} ({checked.project.id})", style="bold")
    terminal.print(f"L{say_days(checked)[1:]}.\n")
    terminal.print(_summary(checked))
    if checked.assessment.expired:
        expired = ", ".join(
            f"{fact} (on {end.isoformat()})" for fact, end in sorted(checked.assessment.expired.items())
        )
        terminal.print(f"\nExpired, so unknown again: {expired}", style="yellow")
    if checked.assessment.later:
        later = ", ".join(f"{fact} (from {day.isoformat()})" for fact, day in sorted(checked.assessment.later.items()))
        terminal.print(f"\nHolds only later, so unknown yet: {later}", style="yellow")
    rows = make_rows(checked)
    for pack in checked.book.packs:
        shown = [row for row in rows if row.pack == pack.id and (all_ or row.status in ("gap", "open"))]
        if shown:
            terminal.print()
            _print_pack(terminal, f"{pack.title} ({pack.short})", fold_rows(shown))
    _print_confirm(terminal, rows)
    _print_next(terminal, checked, rows)


def _summary(checked: "GapCheck") -> "Table":
    from rich import box
    from rich.table import Table

    from govern.render.report.findings import summarise

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


def _print_confirm(terminal: "Console", rows: "list[Row]") -> None:
    """Duties of somebody else: how many, with whom, and the gravest of them."""
    others = sorted({row.confirm_with for row in rows if row.confirm_with})
    for other in others:
        duties = [row for row in rows if row.confirm_with == other]
        terminal.print(
            f"To confirm with {other}: {len(duties)} duties that would be yours in their place", style="bold"
        )
        for row in duties[:5]:
            print_wrapped(terminal, f"{row.obligation}: {row.title} ({row.severity})", 2)
        if len(duties) > 5:
            terminal.print("  and others: govern check … --format markdown lists them all")


_LEFT = 23


def _print_pack(terminal: "Console", title: str, rows: "list[Row]") -> None:
    """Two columns, finding and reasons. Written by hand: a table of hundreds of rows takes rich a tenth of a second."""
    width = max(terminal.width, 60) - _LEFT - 2
    lines = [paint(terminal, line, "1") for line in textwrap.wrap(title, max(terminal.width, 60))]
    lines += [f" {'Finding':<{_LEFT}} Obligation, why, what is missing, what to do"]
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
    from govern.render.report.findings import STATUS_WORDS
    from govern.rules import Status

    ids = textwrap.wrap(row.obligation, _LEFT, break_on_hyphens=True) or [""]
    return [(f"{STATUS_WORDS[Status(row.status)]} {row.severity}", _CODES[row.status]), *((each, "1") for each in ids)]


def _right(row: "Row", width: int) -> "list[Cell]":
    parts = [(row.title, "1"), ("; also ".join((row.citation, *row.also)), "2")]
    if row.status == "gap":
        parts += [(f"Because {row.why}", ""), (f"Needed: {row.needs}", ""), (f"Do: {row.remedy}", "36")]
        parts += [(f"Accepted: {row.waived}", "33")] if row.waived else []
    elif row.status == "open":
        word = "Unknown" if row.about == "compliance" else "Does it apply? Unknown"
        parts.append((f"{word}: {row.needs}", ""))
    return [(line, style) for text, style in parts for line in textwrap.wrap(text, width, break_on_hyphens=False)]


def _print_next(terminal: "Console", checked: "GapCheck", rows: "list[Row]") -> None:
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
    waived = sum(bool(row.waived) for row in rows if row.status == "gap")
    said = f"{gaps} gaps ({waived} of them waived)" if waived else f"{gaps} gaps"
    terminal.print(f"{said}, {open_} open. What next:", style="bold")
    first = next((row.obligation for row in rows if row.status == "gap"), rows[0].obligation)
    terminal.print(f"  govern explain {checked.project.id} '{first}'")
    if open_:
        terminal.print(f"  govern ask {checked.project.id}")
    terminal.print(f"  govern controls {checked.project.id}")
    terminal.print(f"  govern contracts plan {checked.project.id}")


@app.command()
def explain(
    project: ProjectArgument,
    obligation: Annotated[str, typer.Argument(help="The obligation's id.")],
    as_of: AsOfOption = None,
) -> None:
    """Explain one finding in English, with the facts and where they came from.

    Example: govern explain hospital-ct GDPR-28.3.a
    """
    from govern.render.report.findings import explain_lines
    from govern.usecases.gaps import explain_finding

    space = workspace()
    explanation = explain_finding(space.ports, space.actor, project, obligation, day_of(as_of))
    terminal = console()
    for line in explain_lines(explanation):
        indent = len(line) - len(line.lstrip())
        print_wrapped(terminal, line.strip(), indent)
