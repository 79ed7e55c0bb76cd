"""`govern redline`: what changed between two drafts of a contract, and what the other side changed in ours."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from govern.cli.app import app
from govern.cli.terminal import AsOfOption, ProjectArgument, check_output, console, day_of, workspace, write_output
from govern.errors import FactError, RefusedError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.padding import Padding

    from govern.render.redline_text import Hunk, Span
    from govern.usecases.assembling import Options
    from govern.usecases.redlines import Redlined, Side

_FORMATS = (".docx", ".html", ".md")
_STYLES = {"added": "bold green", "removed": "red strike", "same": ""}
_MARKS = {"added": ("{+", "+}"), "removed": ("[-", "-]"), "same": ("", "")}


@app.command()
def redline(
    project: ProjectArgument,
    document: Annotated[str, typer.Option(help="Which document: dpa, baa.", metavar="ID")],
    from_: Annotated[
        str,
        typer.Option("--from", help="latest, now, a draft's id, a lock file, a day, or CLAUSE@VERSION.", metavar="A"),
    ] = "latest",
    to: Annotated[str, typer.Option(help="The same; position and as-of count here.", metavar="B")] = "now",
    out: Annotated[
        Path | None,
        typer.Option(help="The file; its ending says the format: .docx .html .md. Else the terminal.", metavar="FILE"),
    ] = None,
    position: Annotated[
        list[str] | None,
        typer.Option("--position", help="Try a position on the new side: CLAUSE=POSITION.", metavar="CLAUSE=ID"),
    ] = None,
    as_of: AsOfOption = None,
    author: Annotated[str, typer.Option(help="Who made the tracked changes in Word.", metavar="NAME")] = "govern",
    force: Annotated[bool, typer.Option(help="Overwrite the file.")] = False,
) -> None:
    """Show what changed between two drafts of a contract, clause by clause and word by word.

    Examples:

      govern redline hospital-ct --document dpa --out redline.docx

      govern redline hospital-ct --document dpa --from now --position dpa.breach=fallback

      govern redline hospital-ct --document dpa --from signed.lock --to now

      govern redline hospital-ct --document dpa --from dpa.audit@1.0.0
    """
    from govern.usecases.assembling import Options
    from govern.usecases.redlines import redline_contract

    _check_out(out, force=force)
    space = workspace()
    options = Options(positions=_positions(position))
    sides = [_side(from_, as_of, Options()), _side(to, as_of, options)]
    made = redline_contract(space.ports, space.actor, project, document, *sides)
    if out is not None:
        write_output(out, _render(made, out.suffix.lower(), author))
    _print(console(), made, out)


def _check_out(out: Path | None, *, force: bool) -> None:
    if out is None:
        return
    if out.suffix.lower() not in _FORMATS:
        hint = "one of " + ", ".join(_FORMATS)
        raise RefusedError(f"`{out.suffix or out.name}` is not a format of redlines", hint=hint)
    check_output(out, force=force)


def _positions(typed: list[str] | None) -> dict[str, str]:
    made = {}
    for each in typed or ():
        clause, equals, position = each.partition("=")
        if not equals or not clause or not position:
            raise FactError(f"`{each}` is not CLAUSE=POSITION", hint="like dpa.breach=fallback", where="--position")
        made[clause] = position
    return made


def _side(name: str, as_of: str | None, options: "Options") -> "Side":
    from govern.contracts import parse_lock
    from govern.library.yaml_files import read_bytes
    from govern.usecases.redlines import Side

    path = Path(name)
    lock = parse_lock(read_bytes(path, name=name), name=name) if path.is_file() else None
    return Side(name, day_of(as_of), options, lock)


def _render(made: "Redlined", suffix: str, author: str) -> bytes:
    from govern import render

    if suffix == ".docx":
        return render.render_redline_docx(made.redline, author=author)
    write = render.render_redline_html if suffix == ".html" else render.render_redline_markdown
    return write(made.redline).encode()


def _print(terminal: "Console", made: "Redlined", out: Path | None) -> None:
    from govern.cli.terminal import print_wrapped
    from govern.contracts import Change
    from govern.render.redline_text import counted, hunks
    from govern.render.redline_words import say_tally

    terminal.print(f"{made.redline.new.title}: from {made.old} to {made.new}", style="bold")
    if out is not None:
        terminal.print(str(out))
    elif made.redline.change is not Change.SAME:
        for hunk in hunks(made.redline):
            print_hunk(terminal, hunk)
        anew = counted(made.redline)
        if anew:
            terminal.print()
            print_wrapped(terminal, f"Only the number of a reference changed in: {', '.join(anew)}.", 0)
    terminal.print()
    print_wrapped(terminal, f"{say_tally(made.redline)}.", 0)


def print_hunk(terminal: "Console", hunk: "Hunk") -> None:
    """The changed lines of a clause, each under its number: words in colour, or in marks where there are no colours."""
    terminal.print()
    terminal.print(f"{hunk.title}: {hunk.what}", style="bold")
    for line in hunk.lines:
        terminal.print(_line(terminal, line.where, line.spans))


def _line(terminal: "Console", where: str, spans: "tuple[Span, ...]") -> "Padding":
    from rich.padding import Padding
    from rich.text import Text

    from govern.render.redline_text import shorten

    text = Text(f"{where}  " if where else "")
    for span in shorten(spans):
        kind = span.change.value
        before, after = _MARKS[kind] if not terminal.color_system else ("", "")
        text.append(f"{before}{span.text}{after}", style=_STYLES[kind])
    return Padding(text, (0, 0, 0, 2))
