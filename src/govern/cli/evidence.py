"""`govern evidence`: what the answers rest on."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from govern.cli.terminal import AsOfOption, ProjectArgument, console, count, day_of, parse_answers, workspace
from govern.errors import FactError, RefusedError, StoreError

if TYPE_CHECKING:
    from govern.kernel import FactValue
    from govern.usecases.evidence import FiledEvidence
    from govern.wiring import Workspace

evidence_app = typer.Typer(no_args_is_help=True, help="Evidence: what answers rest on, and when it lapses.")

LARGEST = 100 * 2**20
"""Bytes of one file of evidence."""


@evidence_app.command("attach")
def attach(
    project: ProjectArgument,
    facts: Annotated[list[str], typer.Argument(help="FACT to keep its answer, or FACT=VALUE to answer it too.")],
    file: Annotated[Path | None, typer.Option(help="A file to keep, by its SHA-256.", metavar="FILE")] = None,
    link: Annotated[str, typer.Option(help="Where it is, if it is not kept here.")] = "",
    title: Annotated[str, typer.Option(help="What it is, in a few words.")] = "",
    dated: Annotated[str | None, typer.Option(help="Since when it holds.", metavar="DATE")] = None,
    valid_until: Annotated[str | None, typer.Option(help="The last day on which it holds.", metavar="DATE")] = None,
) -> None:
    """Let facts rest on a document. Before its first day and after its last they are unknown.

    A renewed document takes over from the one before it; one without an end does not outlast those that have one.

    Examples:

      govern evidence attach hospital-ct gdpr.breach_procedure=yes --file procedure.pdf --valid-until 2027-11-30

      govern evidence attach hospital-ct vendor.soc2_report --link https://trust.example/soc2 --title "SOC 2 report"
    """
    from govern.kernel import Evidence
    from govern.usecases.evidence import attach_evidence, list_limits
    from govern.wiring import today

    if (file is None) is not bool(link):
        raise RefusedError("name one of --file and --link", hint="a file is kept here; a link is only noted")
    content = _read(file) if file else None
    evidence = Evidence(
        href=link or (file.name if file else ""),
        description=title,
        collected_on=today(),
        effective_from=day_of(dated, "--dated") if dated else None,
        valid_until=day_of(valid_until, "--valid-until") if valid_until else None,
    )
    space = workspace()
    answers = _answers(space, facts, title or evidence.href)
    saved = attach_evidence(space.ports, space.actor, project, answers, evidence, content)
    resting = count(len(facts), "fact rests", "facts rest")
    typer.echo(f"{saved.id}: version {saved.version}, {resting} on {evidence.href}")
    for each in list_limits(saved, answers, evidence, today()):
        typer.echo(f"  {each}")


@evidence_app.command("detach")
def detach(project: ProjectArgument, href: Annotated[str, typer.Argument(help="The file's name or the link.")]) -> None:
    """Take a document from every fact that rests on it. The answers stay.

    Example: govern evidence detach hospital-ct procedure.pdf
    """
    from govern.usecases.evidence import detach_evidence

    space = workspace()
    saved = detach_evidence(space.ports, space.actor, project, href)
    typer.echo(f"{saved.id}: version {saved.version}, nothing rests on {href} any more")


@evidence_app.command("list")
def list_all(project: ProjectArgument, as_of: AsOfOption = None) -> None:
    """List the evidence of a project, what lapses first in front.

    Example: govern evidence list hospital-ct
    """
    from govern.usecases.evidence import list_evidence

    space = workspace()
    filed = list_evidence(space.ports, space.actor, project, day_of(as_of))
    terminal = console()
    for each in filed:
        terminal.print(f"{each.evidence.description or each.evidence.href}  ", style="bold", end="")
        terminal.print(_end(each), style="bold yellow" if each.near_end else None)
        place = f"sha256:{each.evidence.sha256}" if each.evidence.sha256 else each.evidence.href
        terminal.print(f"  {place}", soft_wrap=True)
        terminal.print(f"  for {', '.join(each.facts)}")
    if not filed:
        terminal.print(f"no evidence is attached to {project}")


def _end(filed: "FiledEvidence") -> str:
    end = filed.evidence.valid_until
    if end is None or filed.days_left is None:
        return "no end"
    if filed.days_left < 0:
        return f"lapsed on {end.isoformat()}"
    return f"until {end.isoformat()}, {filed.days_left} days"


def _read(file: Path) -> bytes:
    try:
        if not file.is_file():
            raise StoreError(f"`{file}` is not a file", hint="name one that can be read, or give --link")
        if file.stat().st_size > LARGEST:
            raise RefusedError(f"`{file}` is larger than 100 MB", hint="keep it elsewhere and give --link")
        return file.read_bytes()
    except OSError as problem:
        raise StoreError(f"`{file}` cannot be read: {(problem.strerror or '').lower()}") from None


def _answers(space: "Workspace", facts: list[str], source: str) -> "dict[str, FactValue | None]":
    """FACT=VALUE is a new answer; FACT alone keeps the one that is there (None)."""
    typed = [each for each in facts if "=" in each]
    empty = next((each for each in typed if each.endswith("=")), None)
    if empty:
        raise FactError(f"`{empty}` has no value", hint=f"{empty}yes gives one; without the = it keeps its answer")
    return {**dict.fromkeys(each for each in facts if "=" not in each), **parse_answers(space, typed, source)}
