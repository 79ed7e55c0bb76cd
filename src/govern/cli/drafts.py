"""`govern draft`: one document, a document from its lock, or the whole set."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from govern.cli.app import app
from govern.cli.terminal import (
    AsOfOption,
    check_output,
    console,
    count,
    day_of,
    print_wrapped,
    warn,
    workspace,
    write_output,
)
from govern.errors import FactError, RefusedError, StoreError

if TYPE_CHECKING:
    from rich.console import Console

    from govern.contracts import Draft, OpenPoint
    from govern.render.docx.base import Base
    from govern.usecases.assembling import Options
    from govern.usecases.drafts import Drafted, DraftedSet
    from govern.wiring import Workspace

_FORMATS = (".docx", ".pdf", ".html", ".md")


@app.command()
def draft(
    project: Annotated[str, typer.Argument(help="The project's id; with --locked it may be left out.")] = "",
    document: Annotated[str, typer.Option(help="Which document: see govern contracts plan.", metavar="ID")] = "",
    set_: Annotated[bool, typer.Option("--set", help="All documents that the project needs, as one zip.")] = False,
    out: Annotated[
        Path | None,
        typer.Option(help="The file; its ending says the format: .docx .pdf .html .md .zip.", metavar="FILE"),
    ] = None,
    formats: Annotated[str, typer.Option("--formats", help="With --set: which formats.", metavar="LIST")] = "docx",
    as_of: AsOfOption = None,
    final: Annotated[bool, typer.Option("--final", help="Refuse anything open; no DRAFT mark.")] = False,
    clean: Annotated[bool, typer.Option("--clean", help="Word without counsel's comments.")] = False,
    accessible: Annotated[
        bool, typer.Option("--accessible", help="A tagged PDF (PDF/UA); needs the extra `accessible`.")
    ] = False,
    base: Annotated[
        Path | None,
        typer.Option(help="A Word document of your own: its styles, page and letterhead are used.", metavar="FILE"),
    ] = None,
    fill_styles: Annotated[
        bool, typer.Option("--fill-styles", help="With --base: our styles for required ones that it lacks.")
    ] = False,
    matrix: Annotated[bool, typer.Option("--matrix/--no-matrix", help="The annex of obligations.")] = True,
    position: Annotated[
        list[str] | None,
        typer.Option("--position", help="Try a position in this draft: CLAUSE=POSITION.", metavar="CLAUSE=ID"),
    ] = None,
    parameter: Annotated[
        list[str] | None,
        typer.Option(
            "--parameter", help="Fill a blank: CLAUSE.NAME=VALUE; or, in each clause, FACT=VALUE.", metavar="NAME=VALUE"
        ),
    ] = None,
    lock: Annotated[Path | None, typer.Option(help="Write the lock of the draft to this file.", metavar="FILE")] = None,
    locked: Annotated[
        Path | None, typer.Option(help="Make the document of this lock again, byte for byte.", metavar="LOCK")
    ] = None,
    force: Annotated[bool, typer.Option(help="Overwrite the file.")] = False,
) -> None:
    """Draft a contract by the obligations found and the facts, or the whole set of contracts.

    Examples:

      govern draft hospital-ct --document dpa --out dpa.docx

      govern draft hospital-ct --document baa --out baa.pdf --final --lock baa.lock

      govern draft hospital-ct --document dpa --position dpa.breach=fallback --out try.docx

      govern draft hospital-ct --document dpa --base letterhead.docx --out dpa.docx

      govern draft hospital-ct --set --out hospital.zip --formats docx,pdf

      govern draft --locked baa.lock --out baa.pdf
    """
    from govern.usecases.assembling import Options

    if sum((bool(document), set_, locked is not None)) != 1 or (not project and locked is None):
        hint = "govern draft PROJECT --document ID, govern draft PROJECT --set, or govern draft --locked LOCK"
        raise RefusedError("say what to draft: one document, the set, or the document of a lock", hint=hint)
    if out is None:
        raise RefusedError("say where the document goes", hint="--out FILE")
    for each in (out, lock):
        if each is not None:
            check_output(each, force=force)
    _check_ending(out, set_=set_)
    if base is not None and out.suffix.lower() not in (".docx", ".zip"):
        raise RefusedError("a base document is for Word files", where="--base", hint="--out FILE.docx")
    space = workspace()
    if locked is not None:
        _draft_locked(space, locked, out)
        return
    options = Options(
        final=final,
        positions=_pairs(position, "--position"),
        parameters=_parameters(space, _pairs(parameter, "--parameter")),
        matrix=matrix,
        clean=clean,
        accessible=accessible,
        base=_read_base(base, fill=fill_styles),
    )
    if set_:
        _draft_set(space, project, as_of, options, out, formats)
        return
    _draft_one(space, project, document, as_of, options, out, lock)


def _draft_one(
    space: "Workspace", project: str, document: str, as_of: str | None, options: "Options", out: Path, lock: Path | None
) -> None:
    from govern.contracts import format_lock
    from govern.usecases.drafts import draft_contract

    suffix = out.suffix.lower()
    renderers = make_renderers(
        [suffix.removeprefix(".")], clean=options.clean, accessible=options.accessible, base=options.base
    )
    drafted = draft_contract(
        space.ports, space.actor, project, document, day_of(as_of), options=options, renderers=renderers
    )
    write_output(out, drafted.files[suffix.removeprefix(".")])
    if lock is not None:
        write_output(lock, format_lock(drafted.lock))
    _print_drafted(drafted, out)


def _draft_locked(space: "Workspace", locked: Path, out: Path) -> None:
    import hashlib

    from govern.contracts import parse_lock
    from govern.usecases.locks import redraft

    lock = parse_lock(_read_file(locked), name=str(locked))
    tree = redraft(space.ports, lock)
    kind = out.suffix.lower().removeprefix(".")
    base = space.ports.files.get(lock.base) if lock.base else b""
    if base is None:
        hint = "a lock is drafted again in the workspace that made it, or in a copy of it"
        raise StoreError("this workspace does not have the base document of the lock", hint=hint)
    data = make_renderers([kind], clean=lock.clean, accessible=lock.accessible, base=base, again=True)[kind](tree)
    write_output(out, data)
    expected = lock.outputs.get(kind)
    terminal = console()
    terminal.print(f"{tree.title}, {tree.status}: {out}", style="bold")
    if expected is None:
        terminal.print(f"The tree is the locked one. The lock knows no .{kind} file to compare with.")
    elif hashlib.sha256(data).hexdigest() == expected:
        terminal.print("Byte for byte the file of the lock.", style="green")
    else:
        terminal.print(
            f"The text is that of the lock, and the file's bytes are not: it was made with govern {lock.engine}.",
            style="yellow",
        )
        raise typer.Exit(1)


def _draft_set(
    space: "Workspace", project: str, as_of: str | None, options: "Options", out: Path, formats: str
) -> None:
    from govern.render.document_set import SetEntry, pack_set
    from govern.usecases.drafts import draft_set
    from govern.usecases.projects import read_project

    kinds = [each.strip().lower().removeprefix(".") for each in formats.split(",") if each.strip()]
    for kind in kinds:
        _check_format(f".{kind}")
    if options.base and "docx" not in kinds:
        raise RefusedError("a base document is for Word files", where="--base", hint="--formats docx")
    terminal, told = console(), console(stderr=True)
    with told.status("drafting") as status:
        made = draft_set(
            space.ports,
            space.actor,
            project,
            day_of(as_of),
            options=options,
            renderers=make_renderers(kinds, clean=options.clean, accessible=options.accessible, base=options.base),
            progress=status.update,
        )
    why = {each.recipe.id: each.why for each in made.plan}
    entries = [SetEntry(each.draft, each.lock, why[each.draft.document], each.files) for each in made.documents]
    title = f"Contract documents: {read_project(space.ports, space.actor, project).title}"
    known = [each for each in made.uncovered if not each.doubtful]
    uncovered = [f"{each.finding.obligation.id}: {', '.join(each.terms)}" for each in known]
    write_output(out, pack_set(entries, title=title, day=day_of(as_of), uncovered=uncovered))
    _print_set(terminal, made, out)


_DOUBTFUL = "No document of the set serves these, of which nobody knows yet if they apply:"


def _print_set(terminal: "Console", made: "DraftedSet", out: Path) -> None:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, expand=True)
    table.add_column("No.", justify="right", width=3)
    table.add_column("Document", ratio=1)
    table.add_column("Clauses", justify="right", width=7)
    table.add_column("Terms", justify="right", width=5)
    table.add_column("Open", justify="right", width=4)
    for place, each in enumerate(made.documents, 1):
        tree = each.draft
        name = f"{tree.title} ({tree.document})"
        table.add_row(str(place), name, str(len(tree.sections)), str(len(tree.terms)), str(len(tree.open_points)))
    terminal.print(f"{count(len(made.documents), 'document', 'documents')}: {out}", style="bold")
    terminal.print(table)
    heads = {False: "No document of the set serves:", True: "Nor these, of which nobody knows yet if they apply:"}
    for doubtful, head in heads.items():
        duties = [each for each in made.uncovered if each.doubtful is doubtful]
        if duties:
            terminal.print(head if not doubtful or len(duties) < len(made.uncovered) else _DOUBTFUL, style="yellow")
        for duty in duties:
            print_wrapped(terminal, f"{duty.finding.obligation.id}: {', '.join(duty.terms)}", 2)
    terminal.print(f"Once all are signed, {_settled(made.closes)}; {made.remaining} stay.", style="green")


def make_renderers(
    kinds: list[str], *, clean: bool = False, accessible: bool = False, base: bytes = b"", again: bool = False
) -> "Mapping[str, Callable[[Draft], bytes]]":
    """What makes a file of each format; Word files are put into the package `base`, if there is one.

    `again`: a final document is there already, and is written as it was.
    """
    from govern import render
    from govern.render.boxes import refuse_boxes

    house = _open_base(base) if base else None
    every: dict[str, Callable[[Draft], bytes]] = {
        "docx": lambda tree: render.render_docx(tree, clean=clean, base=house),
        "pdf": refuse_boxes(render.render_pdf_ua if accessible else render.render_pdf, warn, again=again),
        "html": lambda tree: render.render_html(tree).encode(),
        "md": lambda tree: render.render_markdown(tree).encode(),
    }
    return {kind: every[kind] for kind in kinds}


def _check_ending(out: Path, *, set_: bool) -> None:
    if set_ and out.suffix.lower() != ".zip":
        raise RefusedError(f"`{out.suffix or out.name}` is not a set of documents", hint="--set writes a .zip")
    if not set_:
        _check_format(out.suffix.lower() or out.name)


def _check_format(ending: str) -> None:
    if ending not in _FORMATS:
        raise RefusedError(f"`{ending}` is not a format of documents", hint="one of " + ", ".join(_FORMATS))


def _pairs(typed: list[str] | None, option: str) -> dict[str, str]:
    pairs = {}
    for each in typed or ():
        name, equals, value = each.partition("=")
        if not equals or not name or not value:
            raise FactError(f"`{each}` is not NAME=VALUE", where=option, hint="like dpa.breach=fallback")
        pairs[name] = value
    return pairs


def _settled(closes: Sequence[object]) -> str:
    return f"{count(len(closes), 'finding is', 'findings are')} settled"


def _parameters(space: "Workspace", typed: dict[str, str]) -> dict[str, Any]:
    from govern.usecases.answers import parse_parameter

    return {name: parse_parameter(space.ports.library, name, text) for name, text in typed.items()}


def _open_base(data: bytes) -> "Base":
    from govern.exchange import open_package
    from govern.render.docx.base import read_base

    return read_base(open_package(data, name="the base document"))


def _read_base(path: Path | None, *, fill: bool) -> bytes:
    """The base document as it is kept with the lock: with our styles for those that it lacks, if that is asked for."""
    if path is None:
        if fill:
            raise RefusedError("there is no base document to fill", hint="--base FILE --fill-styles")
        return b""
    from govern.exchange import open_package
    from govern.render.docx.base import fill_base, read_base

    data = _read_file(path)
    if fill:
        data, filled = fill_base(open_package(data, name=path.name))
        if filled:
            names = ", ".join(f"`{each}`" for each in filled)
            console(stderr=True).print(f"{path.name} lacks {names}: ours are used.", style="yellow")
    read_base(open_package(data, name=path.name))
    return data


def _read_file(path: Path) -> bytes:
    from govern.library.yaml_files import read_bytes

    return read_bytes(path, name=str(path))


def _print_drafted(drafted: "Drafted", out: Path) -> None:
    from rich import box
    from rich.table import Table

    terminal = console()
    tree = drafted.draft
    terminal.print(f"{tree.title}, {tree.status}: {out}", style="bold")
    parts = ((tree.sections, "clause", "clauses"), (tree.annexes, "annex", "annexes"), (tree.terms, "term", "terms"))
    terminal.print(", ".join(count(len(each), one, many) for each, one, many in parts) + " of law")
    if drafted.needed is False:
        terminal.print("By the facts known, this project does not need this document.", style="yellow")
    if drafted.needed is None:
        terminal.print("Whether this project needs this document depends on facts that are unknown.", style="yellow")
    if drafted.closes:
        terminal.print(
            f"Once signed it settles {count(len(drafted.closes), 'finding', 'findings')}; {drafted.remaining} stay.",
            style="green",
        )
    if tree.open_points:
        table = Table(
            title=count(len(tree.open_points), "open point", "open points"),
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
        for line in say_ways(tree.project, tree.document, tree.open_points):
            terminal.print(line)


def say_ways(project: str, document: str, points: "Sequence[OpenPoint]") -> Iterator[str]:
    """The commands that close these open points, as far as one does."""
    if any(each.fact or each.parameter for each in points):
        yield f"Fill them: govern contracts fill {project} {document}"
    for clause in dict.fromkeys(each.where for each in points if each.kind == "approval"):
        yield f"Have it approved: govern contracts approve {project} {clause}"
