"""`govern law`: what changed in the law, and what it touches."""

from typing import TYPE_CHECKING, Annotated

import typer

from govern.cli.terminal import console, day_of, print_wrapped, workspace
from govern.errors import RefusedError

if TYPE_CHECKING:
    from datetime import date

    from govern.usecases.ports import Solver
    from govern.wiring import Workspace

law_app = typer.Typer(no_args_is_help=True, help="The law: what changed between two versions or two days.")


@law_app.callback()
def law() -> None:
    """The law: what changed between two versions or two days."""


@law_app.command("diff")
def diff(
    packs: Annotated[
        list[str] | None, typer.Argument(help="Two versions as PACK@VERSION; with days, the packs to compare.")
    ] = None,
    as_of: Annotated[str | None, typer.Option("--as-of", help="The earlier day.", metavar="DATE")] = None,
    and_: Annotated[str | None, typer.Option("--and", help="The later day.", metavar="DATE")] = None,
) -> None:
    """Show which obligations were added, ended or changed, how, and which projects, clauses and drafts that touches.

    For a changed condition it finds facts on which the two differ, or says that there are none (extra `solver`).

    Examples:

      govern law diff --as-of 2026-11-24 --and 2027-12-02 ai_act

      govern law diff gdpr@1.0.0 gdpr
    """
    from govern.render.law import law_lines
    from govern.usecases.law import diff_days, diff_versions

    space = workspace()
    if as_of or and_:
        if not (as_of and and_):
            raise RefusedError("two days are compared", hint="give --as-of and --and")
        one, other = day_of(as_of), day_of(and_, "--and")
        found = diff_days(space.ports, space.actor, one, other, packs, _solver(space, other))
    elif packs and len(packs) == 2:
        today = day_of(None)
        found = diff_versions(space.ports, space.actor, packs[0], packs[1], today, _solver(space, today))
    else:
        raise RefusedError("name two versions, or two days", hint="like gdpr@1.0.0 gdpr, or --as-of DATE --and DATE")
    terminal = console()
    for line in law_lines(found):
        print_wrapped(terminal, line.strip(), len(line) - len(line.lstrip()))


def _solver(space: "Workspace", day: "date") -> "Solver | None":
    from govern.wiring import find_solver

    return find_solver(space.ports.library.vocabulary().find, day)
