"""`govern draft`."""

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
    workspace,
    write_output,
)
from govern.errors import RefusedError

if TYPE_CHECKING:
    from govern.contracts import Draft
    from govern.usecases.drafts import Drafted

_FORMATS = (".docx", ".pdf", ".html", ".md")


@app.command()
def draft(
    project: ProjectArgument,
    document: Annotated[str, typer.Option(help="Which document: dpa, baa.", metavar="DOCUMENT")],
    out: Annotated[
        Path, typer.Option(help="The file; its ending says the format: .docx .pdf .html .md.", metavar="FILE")
    ],
    as_of: AsOfOption = None,
    final: Annotated[bool, typer.Option("--final", help="Refuse anything open; no DRAFT mark.")] = False,
    clean: Annotated[bool, typer.Option("--clean", help="Word without counsel's comments.")] = False,
    force: Annotated[bool, typer.Option(help="Overwrite the file.")] = False,
) -> None:
    """Draft a contract by the obligations found and the facts.

    Examples:

      govern draft hospital-ct --document dpa --out dpa.docx

      govern draft hospital-ct --document baa --out baa.pdf --final
    """
    from govern.usecases.drafts import draft_contract

    if out.suffix.lower() not in _FORMATS:
        raise RefusedError(
            f"`{out.suffix or out.name}` is not a format of documents", hint="one of " + ", ".join(_FORMATS)
        )
    check_output(out, force=force)
    space = workspace()
    drafted = draft_contract(space.ports, space.actor, project, document, day_of(as_of), final=final)
    write_output(out, render_draft(drafted.draft, out.suffix.lower(), clean=clean))
    _print_drafted(drafted, out)


def render_draft(tree: "Draft", suffix: str, *, clean: bool = False) -> bytes:
    """The bytes of a document in the format of a file's ending."""
    from govern import render

    if suffix == ".docx":
        return render.render_docx(tree, clean=clean)
    if suffix == ".pdf":
        return render.render_pdf(tree)
    return (render.render_html(tree) if suffix == ".html" else render.render_markdown(tree)).encode()


def _print_drafted(drafted: "Drafted", out: Path) -> None:
    from rich import box
    from rich.table import Table

    terminal = console()
    tree = drafted.draft
    terminal.print(f"{tree.title}, {tree.status}: {out}", style="bold")
    terminal.print(f"{len(tree.sections)} clauses, {len(tree.annexes)} annexes, {len(tree.terms)} terms of law")
    if drafted.needed is False:
        terminal.print("By the facts known, this project does not need this document.", style="yellow")
    if drafted.needed is None:
        terminal.print("Whether this project needs this document depends on facts that are unknown.", style="yellow")
    if drafted.closes:
        terminal.print(
            f"Once signed it settles {len(drafted.closes)} findings; {drafted.remaining} stay.", style="green"
        )
    if tree.open_points:
        table = Table(
            title=f"{len(tree.open_points)} open points",
            title_justify="left",
            box=box.SIMPLE_HEAD,
            pad_edge=False,
        )
        table.add_column("What", width=10)
        table.add_column("Open", ratio=1)
        table.add_column("Where", width=22, overflow="fold")
        for point in tree.open_points:
            table.add_row(point.kind, point.what + (f"\n{point.fact}" if point.fact else ""), point.where)
        terminal.print(table)
        terminal.print(f"Fill them: govern project set {tree.project} FACT=VALUE")
