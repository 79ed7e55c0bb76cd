"""`govern review`: what of the law is in the other side's paper."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from govern.cli.app import app
from govern.cli.terminal import (
    AsOfOption,
    check_output,
    console,
    count,
    day_of,
    print_wrapped,
    workspace,
    write_output,
)
from govern.errors import RefusedError

if TYPE_CHECKING:
    from datetime import date

    from rich.console import Console

    from govern.exchange import Proposed
    from govern.usecases.ports import Ports
    from govern.usecases.reviews import PaperReview, ReviewedTerm

_FORMATS = (".docx", ".html", ".json", ".md")
_STYLES = {"not_found": "bold red", "weak": "bold yellow", "present": "green"}


@app.command()
def review(
    file: Annotated[Path, typer.Argument(help="Their file: .docx .pdf .md .txt.", metavar="FILE")],
    document: Annotated[str, typer.Option("--as", help="As which document: dpa, baa, ccpa …", metavar="DOCUMENT")],
    project: Annotated[str | None, typer.Option(help="Review it for this project.", metavar="PROJECT")] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Write a report: .html .md .json; or .docx, their file with our text as tracked changes.",
            metavar="FILE",
        ),
    ] = None,
    save: Annotated[
        bool, typer.Option("--save", help="Keep the terms found as facts of the project, with the file as evidence.")
    ] = False,
    as_of: AsOfOption = None,
    all_: Annotated[bool, typer.Option("--all", help="Show also what is present, with its passage.")] = False,
    force: Annotated[bool, typer.Option(help="Overwrite the file.")] = False,
) -> None:
    """Review the other side's paper: which terms of law it has, which are weak or missing, and our text for them.

    Nothing leaves this machine. Exit status 0 if every required term is present, 1 if one is weak or missing.

    Examples:

      govern review their-dpa.docx --as dpa

      govern review their-baa.pdf --as baa --project hospital-ct --out review.html

      govern review their-dpa.docx --as dpa --project hospital-ct --out with-our-text.docx
    """
    from govern.exchange import MAX_PAPER, read_paper
    from govern.library.yaml_files import read_bytes
    from govern.usecases.reviews import review_paper

    _check_out(file, out, force=force)
    if save and project is None:
        raise RefusedError("nothing to save it to", hint="name the project with --project")
    content = read_bytes(file, name=str(file), limit=MAX_PAPER)
    paper = read_paper(content, name=file.name)
    space = workspace()
    day = day_of(as_of)
    made = review_paper(space.ports, space.actor, paper, content, document, day, project=project, save=save)
    by_hand: tuple[str, ...] = ()
    if out is not None and out.suffix.lower() == ".docx":
        redline, by_hand = _redline(space.ports, made, content, day)
        write_output(out, redline)
    elif out is not None:
        write_output(out, _render(made, out.suffix.lower()))
    _print(console(), made, all_)
    if out is not None:
        typer.echo(f"written: {out}")
    _print_by_hand(console(), by_hand)
    if made.falls_short:
        raise typer.Exit(1)


def _check_out(file: Path, out: Path | None, *, force: bool) -> None:
    if out is None:
        return
    if out.suffix.lower() not in _FORMATS:
        raise RefusedError(f"`{out.suffix or out.name}` is no format of reviews", hint="one of " + ", ".join(_FORMATS))
    if out.suffix.lower() == ".docx" and file.suffix.lower() != ".docx":
        raise RefusedError("our text can be put only into a Word file", hint="ask for theirs as .docx, or --out .html")
    if out.exists() and file.exists() and out.samefile(file):
        raise RefusedError("their file is not overwritten", hint="choose another name for --out")
    check_output(out, force=force)


def _redline(ports: "Ports", made: "PaperReview", content: bytes, day: "date") -> tuple[bytes, tuple[str, ...]]:
    """Their file with our text in it, and what stays to be done by hand, which the file says in brackets too."""
    from govern.exchange import Edit, Line, propose_changes, read_paper
    from govern.usecases.redrafting import plan_changes
    from govern.usecases.remaining import find_remaining

    def propose(edits: "list[Edit]") -> "Proposed":
        return propose_changes(content, edits, name=made.paper.name, author="govern", day=day)

    planned = plan_changes(ports, made)
    edits = [
        Edit(
            each.paragraph,
            tuple(Line(line.text, line.like, line.automatic, line.indent) for line in each.lines),
            each.strike,
        )
        for each in planned
    ]
    proposed = propose(edits)
    by_edit = dict(zip(edits, planned, strict=True))
    left = [(by_edit[edit], why) for edit, why in proposed.left]
    changed = read_paper(proposed.data, name=made.paper.name)
    remaining = find_remaining(ports, made, planned, left, changed)
    notes = [Edit(each.paragraph, (f"[To be settled by hand: {each.note}]",)) for each in remaining]
    return propose([*edits, *notes]).data if notes else proposed.data, tuple(each.note for each in remaining)


def _render(made: "PaperReview", suffix: str) -> bytes:
    if suffix == ".json":
        import json

        from govern.usecases.reviews import plain_review

        return (json.dumps(plain_review(made), ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()
    from govern.render.review_report import write_review_html, write_review_markdown

    return (write_review_html(made) if suffix == ".html" else write_review_markdown(made)).encode()


def _print(terminal: "Console", made: "PaperReview", all_: bool) -> None:
    from govern.render.review_report import (
        CAUTION,
        STANDING,
        change_lines,
        note_lines,
        side_lines,
        standing_lines,
        summary_line,
    )

    terminal.print(f"{made.paper.name} as {made.document}", style="bold")
    print_wrapped(terminal, summary_line(made), 0)
    print_wrapped(terminal, CAUTION, 0)
    for note in note_lines(made):
        print_wrapped(terminal, note, 0)
    for each in made.terms:
        short = each.review.presence.value != "present" or each.review.to_look_at
        if all_ or (short and each.required is not False):
            terminal.print()
            _print_term(terminal, each)
    if made.standings:
        terminal.print(f"\n{STANDING}", style="bold")
        for line in standing_lines(made):
            print_wrapped(terminal, line, 2)
    if made.what_if is not None:
        lines = change_lines(made)
        terminal.print(
            f"\nWith these terms in force, {count(len(made.what_if.changed), 'finding', 'findings')} would change:",
            style="bold",
        )
        for line in lines[:12]:
            print_wrapped(terminal, line, 2)
        if len(lines) > 12:
            terminal.print(f"  and {len(lines) - 12} more: --out review.html has them all")
    for title, lines in side_lines(made):
        terminal.print(f"\n{title}", style="bold")
        for line in lines[:8]:
            print_wrapped(terminal, _shorten(line), 2)
        if len(lines) > 8:
            terminal.print(f"  and {len(lines) - 8} more")
    if made.saved:
        terminal.print(f"\nSaved to project {made.project}, with the file and the passages as evidence.")


def _print_by_hand(terminal: "Console", notes: tuple[str, ...]) -> None:
    """What the redline does not settle."""
    if not notes:
        return
    title = f"{count(len(notes), 'thing stays', 'things stay')} to be settled by hand, noted in brackets in the file:"
    terminal.print(f"\n{title}", style="bold yellow")
    for note in notes:
        print_wrapped(terminal, _shorten(note, 600), 2)


def _print_term(terminal: "Console", each: "ReviewedTerm") -> None:
    from rich.text import Text

    from govern.render.review_report import against, presence_tone, presence_word, remark_on, where

    found = each.review
    line = Text(presence_word(found), _STYLES[presence_tone(found)])
    line.append(f"  {each.term.id}", "bold")
    line.append(f"  {each.term.cite.pinpoint}", "dim")
    line.append(f"  {remark_on(each)}" if remark_on(each) else "", "dim")
    for number, part in enumerate(line.wrap(terminal, terminal.width - 2)):
        terminal.print(Text("  " if number else "") + part)
    print_wrapped(terminal, each.term.requirement, 2)
    print_wrapped(terminal, f"Why: {found.why}" + (f": “{found.phrase.text}”" if found.phrase else ""), 2)
    if found.quote is not None:
        print_wrapped(terminal, f"Theirs ({where(found.quote)}): {_shorten(found.quote.text)}", 2)
    if found.taken_back is not None:
        there = found.taken_back.quote
        print_wrapped(terminal, f"{against(found)} ({where(there)}): {_shorten(there.text)}", 2)
    if each.proposal is not None:
        print_wrapped(terminal, f"Ours ({each.proposal.clause}): {_shorten(each.proposal.paragraphs[0])}", 2)


def _shorten(text: str, limit: int = 300) -> str:
    """Text of theirs on one line, without what speaks to the terminal."""
    line = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    return line if len(line) <= limit else line[: limit - 2].rsplit(" ", 1)[0] + " …"
