"""`govern what-if`: findings if facts were other than they are."""

from typing import TYPE_CHECKING, Annotated

import typer

from govern.cli.app import app
from govern.cli.terminal import AsOfOption, ProjectArgument, console, count, day_of, parse_answers, workspace
from govern.errors import RefusedError

if TYPE_CHECKING:
    from rich.table import Table

    from govern.usecases.gaps import WhatIf


@app.command("what-if")
def what_if(
    project: ProjectArgument,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", help="FACT=VALUE; FACT= makes it unknown. May be given again.", metavar="FACT=VALUE"),
    ] = None,
    as_of: AsOfOption = None,
) -> None:
    """Show which findings would change if facts were other than they are. Nothing is recorded.

    Examples:

      govern what-if hospital-ct --set data.state=anonymised

      govern what-if retail-images --set vendor.country=DE --set vendor.own_purpose_use=no
    """
    from govern.usecases.gaps import try_changes

    if not set_:
        raise RefusedError("nothing is changed", hint="like --set vendor.country=DE")
    space = workspace()
    tried = try_changes(space.ports, space.actor, project, parse_answers(space, set_, "what if"), day_of(as_of))
    terminal = console()
    if not tried.changed:
        terminal.print("No finding would change.")
        return
    terminal.print(_table(tried))
    terminal.print(_sum(tried))


_STYLES = {"gap": "bold red", "open": "bold yellow", "met": "green", "not_applicable": "dim"}


def _table(tried: "WhatIf") -> "Table":
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from govern.render.report.findings import STATUS_WORDS

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, expand=True)
    table.add_column("Is", width=4)
    table.add_column("Would be", width=8)
    table.add_column("Obligation", ratio=1, overflow="fold")
    for before, after in tried.changed:
        obligation = after.obligation
        table.add_row(
            Text(STATUS_WORDS[before.status], _STYLES[before.status.value]),
            Text(STATUS_WORDS[after.status], _STYLES[after.status.value]),
            f"{obligation.id} {obligation.title} ({obligation.severity.value})",
        )
    return table


def _sum(tried: "WhatIf") -> str:
    from govern.rules import Status

    parts = []
    for status, word in ((Status.GAP, "gaps"), (Status.OPEN, "open")):
        before, after = tried.before.assessment.count(status), tried.after.assessment.count(status)
        parts.append(f"{word} {before} → {after}")
    return f"{count(len(tried.changed), 'finding', 'findings')} would change: {', '.join(parts)}."
