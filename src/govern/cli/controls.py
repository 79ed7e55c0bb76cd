"""`govern controls`: what is done once and closes several findings."""

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from govern.cli.app import app
from govern.cli.terminal import AsOfOption, ProjectArgument, console, count, day_of, paint, print_wrapped, workspace
from govern.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console

    from govern.rules import ControlPlan, Finding


@app.command()
def controls(
    project: ProjectArgument,
    as_of: AsOfOption = None,
    limit: Annotated[int, typer.Option(help="How many; 0 for all.", min=0)] = 10,
    format_: Annotated[str, typer.Option("--format", help="text or json.", metavar="FORMAT")] = "text",
) -> None:
    """Show what is done once and closes findings of several laws, what closes most in front.

    Examples:

      govern controls hospital-ct

      govern controls hospital-ct --limit 0 --format json
    """
    from govern.usecases.gaps import list_controls

    if format_ not in ("text", "json"):
        raise RefusedError(f"`{format_}` is not a format of this command", hint="text or json")
    space = workspace()
    plans = list_controls(space.ports, space.actor, project, day_of(as_of))
    shown = plans[: limit or None]
    if format_ == "json":
        sys.stdout.write(json.dumps([_plain(plan) for plan in shown], indent=2) + "\n")
        return
    terminal = console()
    for number, plan in enumerate(shown, 1):
        _print_plan(terminal, number, plan)
    terminal.print(f"{len(plans)} controls would close something; {len(shown)} shown.")


def _print_plan(terminal: "Console", number: int, plan: "ControlPlan") -> None:
    laws = len({finding.pack for finding in (*plan.gaps, *plan.open)})
    terminal.file.write(paint(terminal, f"{number}. {plan.control.title}", "1") + "\n")
    counts = [count(len(plan.gaps), "gap", "gaps"), count(len(plan.open), "open finding", "open findings")]
    print_wrapped(terminal, f"{' and '.join(counts)} of {count(laws, 'law', 'laws')}", 3)
    print_wrapped(terminal, f"It leaves: {plan.control.document}", 3)
    print_wrapped(terminal, f"Do: {plan.control.do}", 3)
    relations = {each.obligation: each for each in plan.control.serves}
    for finding in (*plan.gaps, *plan.open):
        serving = relations[finding.obligation.id]
        part = _PARTS.get(serving.relation.value, "")
        print_wrapped(terminal, f"{finding.status.value.upper():4} {finding.obligation.id}{part}: {serving.why}", 5)
    terminal.print()


_PARTS = {"subset_of": " (in part)", "intersects_with": " (in part)"}


def _plain(plan: "ControlPlan") -> dict[str, object]:
    def ids(findings: "Iterable[Finding]") -> list[str]:
        return [each.obligation.id for each in findings]

    return {
        "control": plan.control.id,
        "title": plan.control.title,
        "do": plan.control.do,
        "document": plan.control.document,
        "gaps": ids(plan.gaps),
        "open": ids(plan.open),
        "met": ids(plan.met),
        "serves": [each.model_dump(mode="json") for each in plan.control.serves],
    }
