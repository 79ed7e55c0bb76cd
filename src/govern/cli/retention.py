"""`govern retention`."""

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from govern.cli.terminal import AsOfOption, ProjectArgument, console, day_of, workspace

if TYPE_CHECKING:
    from govern.retention import Schedule, ScheduleLine

retention_app = typer.Typer(no_args_is_help=True, help="Retention: what is kept how long under which law.")


@retention_app.command("schedule")
def schedule(
    project: ProjectArgument,
    as_of: AsOfOption = None,
    format_: Annotated[str, typer.Option("--format", help="table or json.")] = "table",
) -> None:
    """List each record class of a project with trigger, period, due date and authority; conflicts are shown.

    Example: govern retention schedule hospital-ct
    """
    from govern.usecases.schedules import schedule_retention

    if format_ not in ("table", "json"):
        raise typer.BadParameter("table or json", param_hint="--format")
    space = workspace()
    checked, planned = schedule_retention(space.ports, space.actor, project, day_of(as_of))
    shorts = {
        id_: pack.short if id_ == pack.instrument else instrument.title
        for pack in checked.book.packs
        for id_, instrument in pack.instruments.items()
    }
    if format_ == "json":
        sys.stdout.write(json.dumps(_plain(planned), indent=2, ensure_ascii=False) + "\n")
    else:
        _print_schedule(planned, shorts)


def say_period(line: "ScheduleLine") -> str:
    """At least 6 years; no longer than 2 years; no fixed term."""
    rule = line.rule
    if rule.period is None or rule.rule.value == "none":
        return "no fixed term"
    return f"{'at least' if rule.rule.value == 'minimum' else 'no longer than'} {rule.period.words()}"


def _print_schedule(planned: "Schedule", shorts: dict[str, str]) -> None:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, expand=True)
    table.add_column("Records", ratio=3)
    table.add_column("Period and trigger", ratio=4)
    table.add_column("Due", width=12)
    table.add_column("Authority", ratio=3, overflow="fold")
    previous = ""
    for line in planned.lines:
        rule = line.rule
        name = rule.record_class if rule.record_class != previous else ""
        if name and previous:
            table.add_row("", "", "", "")
        previous = rule.record_class
        start = f" ({line.trigger_date.isoformat()})" if line.trigger_date else ""
        period = f"{say_period(line)}, from: {rule.trigger}{start}" + (
            "" if line.applies else " (unknown whether it applies)"
        )
        due = line.due.isoformat() if line.due else line.why_no_date.replace("`", "")
        authority = f"{shorts.get(rule.cite.instrument, rule.cite.instrument)} {rule.cite.pinpoint}" + (
            "" if rule.verified else " (unverified)"
        )
        then = "nothing while the legal hold lasts" if planned.hold and rule.action == "destroy" else rule.action
        table.add_row(name, f"{period}; then {then}", due, authority)
    terminal = console()
    if planned.hold:
        terminal.print("LEGAL HOLD: nothing is destroyed, here or at the vendor, until it is lifted.", style="bold red")
    terminal.print(table)
    if planned.hold is None and planned.lines:
        terminal.print("Whether a legal hold is in force is not known: ask before anything is destroyed.")
    for conflict in planned.conflicts:
        terminal.print(f"CONFLICT  {conflict.record_class}: {conflict.words}", style="bold red")
    if not planned.lines:
        terminal.print("No rule of retention applies by the facts known.")
    elif not planned.conflicts:
        terminal.print("No conflicts between the laws.")


def _plain(planned: "Schedule") -> dict[str, Any]:
    lines = [
        {
            "record_class": line.rule.record_class,
            "rule": line.rule.id,
            "title": line.rule.title,
            "pack": line.rule.pack,
            "authority": line.rule.cite.pinpoint,
            "period": say_period(line),
            "trigger": line.rule.trigger,
            "trigger_date": line.trigger_date.isoformat() if line.trigger_date else None,
            "due": line.due.isoformat() if line.due else None,
            "why_no_date": line.why_no_date,
            "action": line.rule.action,
            "applies": line.applies,
            "verified": line.rule.verified,
        }
        for line in planned.lines
    ]
    conflicts = [{"record_class": each.record_class, "words": each.words} for each in planned.conflicts]
    return {
        "as_of": planned.as_of.isoformat(),
        "legal_hold": planned.hold,
        "lines": lines,
        "conflicts": conflicts,
    }
