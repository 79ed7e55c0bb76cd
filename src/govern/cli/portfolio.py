"""`govern portfolio check`: all projects at once, or a file of facts."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from govern.cli.terminal import (
    AsOfOption,
    check_output,
    console,
    content_of_workspace,
    day_of,
    show_progress,
    workspace,
)
from govern.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from rich.table import Table

    from govern.portfolio import Engine, Line, PortfolioCheck, Source
    from govern.rules import RuleBook

portfolio_app = typer.Typer(no_args_is_help=True, help="Many projects at once.")


@portfolio_app.callback()
def portfolio() -> None:
    """Many projects at once."""


@portfolio_app.command("check")
def check(
    file: Annotated[
        Path | None, typer.Argument(help="Facts with one row a project, Parquet or CSV; else the workspace's projects.")
    ] = None,
    as_of: AsOfOption = None,
    pack: Annotated[list[str] | None, typer.Option(help="Only this pack; may be given again.", metavar="PACK")] = None,
    by: Annotated[
        str | None, typer.Option(help="Sum up by this fact or column; else by business_unit.", metavar="NAME")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write every status to this file.", metavar="FILE.parquet")] = None,
    force: Annotated[bool, typer.Option(help="Overwrite the file.")] = False,
    backend: Annotated[str, typer.Option(help="duckdb, postgresql or spark.")] = "duckdb",
) -> None:
    """Check many projects against the law: all of the workspace, or one in each row of a file.

    Nothing is recorded. Exit status 0 if all is met, 1 if there are gaps or open findings. Needs the extra `portfolio`.

    Examples:

      govern portfolio check

      govern portfolio check facts.parquet --pack gdpr --by vendor.country --out statuses.parquet
    """
    _check_extra()
    from govern.portfolio import check_portfolio

    if backend not in _BACKENDS:
        raise typer.BadParameter("duckdb, postgresql or spark", param_hint="--backend")
    if out is not None:
        check_output(out, force=force)
    day = day_of(as_of)
    source, book = _open_file(file, day, pack, by) if file is not None else _open_workspace(day, pack, by)
    with show_progress("projects", source.rows) as advance:
        checked = check_portfolio(book, source, _BACKENDS[backend](), out, advance)
    _print(checked, source.name)
    if out is not None:
        typer.echo(f"written: {out}")
    if not checked.is_clean:
        raise typer.Exit(1)


def _check_extra() -> None:
    from importlib.util import find_spec

    missing = [name for name in ("duckdb", "ibis", "numpy", "pyarrow") if find_spec(name) is None]
    if missing:
        raise RefusedError(
            f"`{missing[0]}` is not installed", hint="install the extra: pip install 'govern[portfolio]'"
        )


# Where the facts are ----------------------------------------------------------------------------------------------


def _open_file(file: Path, day: "date", pack: list[str] | None, by: str | None) -> "tuple[Source, RuleBook]":
    from govern.library.content import read_content
    from govern.portfolio import open_file
    from govern.usecases.answers import parse_answer

    library = read_content(content_of_workspace())
    countries = library.countries()
    source = open_file(file, library.vocabulary(), lambda spec, text: parse_answer(spec, text, countries), by)
    return source, library.book(day, pack)


def _open_workspace(day: "date", pack: list[str] | None, by: str | None) -> "tuple[Source, RuleBook]":
    from govern.kernel import resolve_facts
    from govern.portfolio import hold_projects
    from govern.usecases.projects import list_projects

    space = workspace()
    library = space.ports.library
    vocabulary = library.vocabulary()
    projects = [
        (project.id, resolve_facts(vocabulary, project.answers, day))
        for project in list_projects(space.ports, space.actor)
    ]
    return hold_projects("the workspace", projects, vocabulary, by or ""), library.book(day, pack)


# Where the query runs ---------------------------------------------------------------------------------------------


def _duckdb() -> "Engine":
    from govern.portfolio import DuckDb

    return DuckDb()


def _postgresql() -> "Engine":
    import os

    from govern.config import ENV_DATABASE
    from govern.portfolio import PostgreSql

    url = os.environ.get(ENV_DATABASE, "")
    if not url.startswith(("postgresql:", "postgres:")):
        raise RefusedError("no PostgreSQL database is set", hint=f"set {ENV_DATABASE} to postgresql://…")
    return PostgreSql(url)


def _spark() -> "Engine":
    from govern.portfolio import Spark

    return Spark()


_BACKENDS: "dict[str, Callable[[], Engine]]" = {"duckdb": _duckdb, "postgresql": _postgresql, "spark": _spark}


# What is shown ----------------------------------------------------------------------------------------------------


def _print(checked: "PortfolioCheck", source: str) -> None:
    terminal = console()
    noun = "project" if checked.projects == 1 else "projects"
    terminal.print(f"{checked.projects:,} {noun} of {source}", style="bold")
    terminal.print(f"Law of {checked.book.as_of.isoformat()}, facts as they stand.\n")
    titles = {pack.id: f"{pack.short} {pack.version}" for pack in checked.book.packs}
    terminal.print(_table("Law", checked.by_law(), titles))
    groups = checked.by_group()
    if groups:
        shown = sorted(groups, key=lambda line: (-line.affected, line.name))[:_MOST_GROUPS]
        terminal.print()
        terminal.print(_table(checked.groups.by, shown, {}))
        if len(groups) > len(shown):
            terminal.print(f"The {len(shown)} with the most affected projects of {len(groups):,}.")
    for condition in checked.evaluated:
        terminal.print(f"Left to the evaluator, row by row: {condition}", style="dim")


_MOST_GROUPS = 40


def _table(first: str, lines: "Sequence[Line]", titles: "dict[str, str]") -> "Table":
    from rich import box
    from rich.table import Table

    from govern.rules import Status

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(first, overflow="fold")
    for heading in ("Projects", "with gaps", "Gaps", "Open", "Met", "n/a"):
        table.add_column(heading, justify="right")
    order = (Status.GAP, Status.OPEN, Status.MET, Status.NOT_APPLICABLE)
    for line in lines:
        numbers = [line.projects, line.affected, *(line.counts[status] for status in order)]
        table.add_row(titles.get(line.name, line.name), *(f"{number:,}" for number in numbers))
    return table
