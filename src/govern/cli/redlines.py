"""`govern redline`: what changed between two drafts of a contract, and what the other side changed in ours."""

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
    warned_of_boxes,
    workspace,
    write_output,
)
from govern.errors import FactError, RefusedError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.padding import Padding

    from govern.render.redline.text import Hunk, Span
    from govern.usecases.assembling import Options
    from govern.usecases.redlines import Redlined, Side
    from govern.usecases.returned import Desk, ReadFile, Returned, ReturnedClause
    from govern.wiring import Workspace

_FORMATS = (".docx", ".html", ".md")
_STYLES = {"added": "bold green", "removed": "red strike", "same": ""}
_MARKS = {"added": ("{+", "+}"), "removed": ("[-", "-]"), "same": ("", "")}


@app.command()
def redline(
    project: ProjectArgument,
    document: Annotated[str, typer.Option(help="Which document: see govern contracts plan.", metavar="ID")],
    from_: Annotated[
        str | None,
        typer.Option("--from", help="latest, now, a draft's id, a lock file, a day, or ID@VERSION.", metavar="A"),
    ] = None,
    to: Annotated[str, typer.Option(help="The same; position and as-of count here.", metavar="B")] = "now",
    out: Annotated[
        Path | None,
        typer.Option(
            help="The file; its ending says the format: .docx .html .md, and .pdf with --returned. Else the terminal.",
            metavar="FILE",
        ),
    ] = None,
    returned: Annotated[
        Path | None,
        typer.Option(help="A Word file that came back: show what they changed in ours.", metavar="FILE"),
    ] = None,
    position: Annotated[
        list[str] | None,
        typer.Option("--position", help="Try a position on the new side: CLAUSE=POSITION.", metavar="CLAUSE=ID"),
    ] = None,
    as_of: AsOfOption = None,
    author: Annotated[str, typer.Option(help="Who made the tracked changes in Word.", metavar="NAME")] = "govern",
    force: Annotated[bool, typer.Option(help="Overwrite the file.")] = False,
) -> None:
    """Show what changed between two drafts of a contract, or what the other side changed in ours.

    Clause by clause and word by word. Of a returned file each change is judged: which terms of law it breaks or
    weakens, which position of the playbook it is, and who must approve it. Exit status 1 if something breaks, weakens
    or must be read, 0 if all that changed says what it said or is text of the playbook.

    Examples:

      govern redline hospital-ct --document dpa --out redline.docx

      govern redline hospital-ct --document dpa --from now --position dpa.breach=fallback

      govern redline hospital-ct --document dpa --from signed.lock --to now

      govern redline hospital-ct --document dpa --from dpa.audit@1.0.0

      govern redline hospital-ct --document dpa --returned dpa-from-vendor.docx

      govern redline hospital-ct --document dpa --returned dpa-from-vendor.docx --out analysis.docx
    """
    from govern.usecases.assembling import Options
    from govern.usecases.redlines import redline_contract

    _check_out(out, returned, force=force)
    space = workspace()
    if returned is not None:
        _show_returned(space, project, document, _side(from_, as_of, Options()) if from_ else None, returned, out)
        return
    options = Options(positions=_positions(position))
    sides = [_side(from_ or "latest", as_of, Options()), _side(to, as_of, options)]
    made = redline_contract(space.ports, space.actor, project, document, *sides)
    if out is not None:
        write_output(out, _render(made, out.suffix.lower(), author))
    _print(console(), made, out)


def _check_out(out: Path | None, returned: Path | None, *, force: bool) -> None:
    if out is None:
        return
    if returned is not None:
        from govern.render.returned.formats import check_suffix

        check_suffix(out.suffix.lower())
        if out.exists() and returned.exists() and out.samefile(returned):
            raise RefusedError("their file is not overwritten", hint="choose another name for --out")
    elif out.suffix.lower() not in _FORMATS:
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
    from govern.render.redline.text import counted, hunks
    from govern.render.redline.words import say_tally

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

    from govern.render.redline.text import shorten

    text = Text(f"{where}  " if where else "")
    for span in shorten(spans):
        kind = span.change.value
        before, after = _MARKS[kind] if not terminal.color_system else ("", "")
        text.append(f"{before}{span.text}{after}", style=_STYLES[kind])
    return Padding(text, (0, 0, 0, 2))


# --- their redline ----------------------------------------------------------------------------------------

_ANSI = {"breaks": "1;31", "weakens": "1;33", "touches": "36", "keeps": "32"}


def _show_returned(
    space: "Workspace", project: str, document: str, side: "Side | None", path: Path, out: Path | None
) -> None:
    from govern.cli.terminal import paint, print_wrapped
    from govern.library.yaml_files import read_bytes
    from govern.usecases.returned import Verdict, review_returned

    content = read_bytes(path, name=str(path))
    _check_word(path, content, document)
    theirs, desk = read_returned(space, path, content)
    made = review_returned(space.ports, space.actor, project, document, side, theirs, desk)
    if out is not None:
        _write_analysis(space, made, path.name, content, out)
    terminal = console()
    terminal.print(paint(terminal, f"{made.draft.title}: {path.name} against {made.ours}", ""), style="bold")
    for remark in made.remarks:
        print_wrapped(terminal, f"{remark[:1].upper()}{remark[1:]}.", 0)
    for clause in made.clauses if out is None else ():
        _print_clause(terminal, clause, made)
    _print_sum(terminal, made)
    if out is not None:
        typer.echo(f"written: {out}")
    if made.worst() is not Verdict.KEEPS:
        raise typer.Exit(1)


def read_returned(space: "Workspace", path: Path, content: bytes) -> "tuple[ReadFile, Desk]":
    """A Word file that came back, and what reads ours as they had it: with our box and comments or without them."""
    from govern import render
    from govern.exchange import read_word
    from govern.render.docx.comments import AUTHOR
    from govern.render.redline.places import bookmark_places
    from govern.render.words import OPEN_POINTS
    from govern.usecases.returned import Desk, read_file

    word = read_word(content, name=str(path))
    theirs = read_file(word)
    boxed = any(line.now.strip() == OPEN_POINTS for line in theirs.lines)
    clean = not boxed and all(each.author != AUTHOR for each in word.comments)
    return theirs, Desk(
        read_ours=lambda draft: read_file(read_word(render.render_docx(draft, clean=clean), name="our draft")),
        bookmarks=bookmark_places,
        detectors=space.ports.library.detectors(),
        read_base=lambda data: read_word(data, name="the firm's document").edges,
    )


def _check_word(path: Path, content: bytes, document: str) -> None:
    """Raise RefusedError for paper that has no lines of ours to compare: a PDF, a text."""
    if content.startswith(b"%PDF") or path.suffix.lower() in (".pdf", ".md", ".txt", ".odt", ".html"):
        hint = f"ask them for the Word file; other paper is read by: govern review {path.name} --as {document}"
        raise RefusedError("only a Word file (.docx) can be compared with our draft", where=str(path), hint=hint)


def _write_analysis(space: "Workspace", made: "Returned", name: str, content: bytes, out: Path) -> None:
    from hashlib import sha256

    from govern.render.returned.formats import render_analysis
    from govern.render.returned.words import make_analysis
    from govern.usecases.returned_law import find_sources

    sources = find_sources(space.ports, space.actor, made)
    analysis = make_analysis(made, name, sha256(content).hexdigest(), sources)
    with warned_of_boxes():
        data = render_analysis(analysis, out.suffix.lower())
    write_output(out, data)


def _print_clause(terminal: "Console", clause: "ReturnedClause", made: "Returned") -> None:
    from govern.cli.terminal import paint, print_wrapped
    from govern.render.redline.text import Hunk
    from govern.render.returned.words import line_of

    what = "changed" if clause.changed else "commented on"
    print_hunk(terminal, Hunk(clause.title, what, tuple(line_of(line, made, 8) for line in clause.lines)))
    for effect in clause.effects:
        word = paint(terminal, effect.verdict.value, _ANSI[effect.verdict.value])
        print_wrapped(terminal, word + paint(terminal, f" {effect.what}: {effect.why}", ""), 2)
    if clause.obligations:
        print_wrapped(terminal, f"obligations: {', '.join(clause.obligations)}", 2)
    if clause.lines:
        print_wrapped(terminal, _say_position(clause), 2)


def _say_position(clause: "ReturnedClause") -> str:
    from govern.render.returned.words import say_match, says_position

    match, who = clause.match, clause.approver.replace("_", " ")
    rest = f"; open then: {match.position.residual}" if match is not None and match.position.residual else ""
    if not says_position(clause):
        return f"{say_match(clause)}: for {who} to decide{rest}"
    return f"{say_match(clause)}: {f'needs the approval of {who}' if who else 'needs no approval'}{rest}"


def _print_sum(terminal: "Console", made: "Returned") -> None:
    from collections import Counter

    from govern.cli.terminal import count, print_wrapped
    from govern.render.returned.words import SUMS

    effects = Counter(effect.verdict for clause in made.clauses for effect in clause.effects)
    parts = [f"{count(made.unchanged, 'clause', 'clauses')} unchanged", f"{made.changed} changed"]
    parts += [f"{effects[verdict]} {noun}" for verdict, noun in SUMS.items() if effects[verdict]]
    if made.untracked:
        parts.append(f"{count(made.untracked, 'change', 'changes')} not tracked in the file")
    terminal.print()
    print_wrapped(terminal, ", ".join(parts) + ".", 0)
