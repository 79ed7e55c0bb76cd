"""`govern waiver`: accept a gap for a time."""

from typing import TYPE_CHECKING, Annotated

import typer

from govern.cli.terminal import ProjectArgument, console, day_of, workspace

if TYPE_CHECKING:
    from govern.rules import Waiver

waiver_app = typer.Typer(no_args_is_help=True, help="Waivers: accept a gap, with a reason and an end.")


@waiver_app.command("grant")
def grant(
    project: ProjectArgument,
    obligation: Annotated[str, typer.Argument(help="The obligation whose gap is accepted.")],
    reason: Annotated[str, typer.Option(help="Why the risk is acceptable.")],
    expires: Annotated[str, typer.Option(help="The last day on which it holds, at most a year away.", metavar="DATE")],
    approver: Annotated[str, typer.Option(help="Who approved it, if not you.")] = "",
) -> None:
    """Accept a gap until a day. It stays a gap in every report; the waiver stands beside it and lapses by itself.

    Example: govern waiver grant hospital-ct GDPR-28.10 --expires 2027-03-31 --reason "audit booked for March"
    """
    from govern.usecases.waivers import grant_waiver

    space = workspace()
    granted = grant_waiver(
        space.ports,
        space.actor,
        project,
        obligation,
        reason=reason,
        expires_on=day_of(expires, "--expires"),
        approver=approver,
    )
    typer.echo(f"waived until {granted.expires_on.isoformat()}: {granted.obligation} ({granted.id})")


@waiver_app.command("revoke")
def revoke(project: ProjectArgument, waiver: Annotated[str, typer.Argument(help="The waiver's id.")]) -> None:
    """End a waiver today.

    Example: govern waiver revoke hospital-ct 3f2a9c01d4e5
    """
    from govern.usecases.waivers import revoke_waiver

    space = workspace()
    revoked = revoke_waiver(space.ports, space.actor, project, waiver)
    typer.echo(f"revoked: {revoked.obligation} ({revoked.id})")


@waiver_app.command("list")
def list_all(project: ProjectArgument) -> None:
    """List the waivers of a project, those that have ended too.

    Example: govern waiver list hospital-ct
    """
    from govern.usecases.waivers import list_waivers
    from govern.wiring import today

    space = workspace()
    waivers = list_waivers(space.ports, space.actor, project)
    terminal = console()
    for each in waivers:
        terminal.print(f"{each.id}  {each.obligation}  {_state(each, each.covers(today()))}", soft_wrap=True)
        terminal.print(f"  approved by {each.approver} on {each.granted_on.isoformat()}: {each.reason}")
    if not waivers:
        terminal.print(f"no waivers of {project}")


def _state(waiver: "Waiver", holds: bool) -> str:
    if waiver.revoked_on is not None:
        return f"revoked on {waiver.revoked_on.isoformat()}"
    return f"{'holds until' if holds else 'ended on'} {waiver.expires_on.isoformat()}"
