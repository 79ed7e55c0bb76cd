"""`govern init` and `govern project`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from govern.cli.app import app
from govern.cli.terminal import (
    OPENED,
    ProjectArgument,
    check_output,
    clean,
    console,
    warn_of_plain_key,
    workspace,
    write_output,
)

project_app = typer.Typer(no_args_is_help=True, help="Projects: read in, write out, list, show and change.")


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="The folder of the workspace.")] = Path(),
    origin: Annotated[
        str, typer.Option(help="The log's name for ever: a URL of yours without https://.")
    ] = "govern.local/log",
    actor: Annotated[str, typer.Option(help="Your id in the log: a pseudonym, not a name.")] = "owner",
    no_passphrase: Annotated[
        bool, typer.Option("--no-passphrase", help="Keep the log's key without a passphrase.")
    ] = False,
) -> None:
    """Make a workspace: settings, keys, database and an audit log.

    The database is SQLite in the folder, or PostgreSQL if GOVERN_DATABASE_URL is set. The log's key is kept under a
    passphrase: from GOVERN_KEY_PASSPHRASE, from the open file whose number GOVERN_KEY_PASSPHRASE_FD is, or typed.

    Example: govern init compliance --origin example.org/compliance-log
    """
    from govern.audit import format_verifier_key
    from govern.keys import choose_passphrase
    from govern.wiring import init_workspace

    if no_passphrase:
        warn_of_plain_key("the log's key")
    space, key = init_workspace(folder, origin, actor, None if no_passphrase else choose_passphrase)
    OPENED.callback(space.database.close)
    typer.echo(f"workspace: {space.settings.folder}")
    typer.echo(f"database:  {'SQLite' if space.database.dialect == 'sqlite' else 'PostgreSQL'}")
    typer.echo(f"log key:   {format_verifier_key(key)}")
    typer.echo("Publish the log key where others find it, and back up the keys folder.")


@project_app.command("new")
def new(
    project: Annotated[str, typer.Argument(help="An id, like claims-audio.", metavar="PROJECT")],
    title: Annotated[str, typer.Option(help="What it is called.")],
    summary: Annotated[str, typer.Option(help="What is outsourced, in a sentence.")] = "",
) -> None:
    """Begin a project of which nothing is known yet. govern ask then asks.

    Example: govern project new claims-audio --title "Claim calls for triage"
    """
    from govern.usecases.projects import new_project

    space = workspace()
    begun = new_project(space.ports, space.actor, project, title, summary)
    typer.echo(f"{begun.id}: version {begun.version}, nothing known yet: govern ask {begun.id}")


@project_app.command("import")
def import_project(
    file: Annotated[Path, typer.Argument(help="A project file (YAML).")],
    dry_run: Annotated[bool, typer.Option(help="Only say what would change.")] = False,
) -> None:
    """Read a project file into the workspace: a new project, or a new version of one.

    Example: govern project import examples/hospital-ct/project.yaml
    """
    from govern.library.projects import load_project
    from govern.usecases.projects import list_projects, save_project

    space = workspace()
    project = load_project(file, space.ports.library.vocabulary())
    if dry_run:
        known = {each.id: each for each in list_projects(space.ports, space.actor)}.get(project.id)
        before = known.answers if known else {}
        changed = [fact for fact in {**before, **project.answers} if before.get(fact) != project.answers.get(fact)]
        typer.echo(f"{project.id}: {'change' if known else 'new'}, {len(changed)} facts would change")
        for fact in sorted(changed):
            typer.echo(f"  {fact}")
        return
    saved = save_project(space.ports, space.actor, project)
    typer.echo(f"{saved.id}: version {saved.version}, {len(saved.answers)} facts known")


@project_app.command("export")
def export_project(
    project: ProjectArgument,
    out: Annotated[Path | None, typer.Option(help="The file; the terminal if none is named.", metavar="FILE")] = None,
    force: Annotated[bool, typer.Option(help="Overwrite the file.")] = False,
) -> None:
    """Write a project as one YAML file, to keep it in git and review it.

    Example: govern project export hospital-ct --out hospital-ct.yaml
    """
    from govern.library.projects import dump_project
    from govern.usecases.access import export_project

    if out is not None:
        check_output(out, force=force)
    space = workspace()
    text = dump_project(export_project(space.ports, space.actor, project))
    if out is None:
        sys.stdout.write(text)
    else:
        write_output(out, text.encode())
        typer.echo(f"written: {out}")


@project_app.command("list")
def list_all() -> None:
    """List the projects of the workspace.

    Example: govern project list
    """
    from govern.usecases.projects import list_projects

    space = workspace()
    projects = list_projects(space.ports, space.actor)
    for each in projects:
        typer.echo(f"{each.id:24} version {each.version:<4} {len(each.answers):4} facts  {clean(each.title)}")
    if not projects:
        typer.echo("no projects yet: govern project import FILE")


@project_app.command("show")
def show(project: ProjectArgument) -> None:
    """Show what is known of a project, by group, with sources.

    Example: govern project show hospital-ct
    """
    from govern.conditions import Phrasebook
    from govern.kernel import check_value
    from govern.usecases.projects import read_project

    space = workspace()
    known = read_project(space.ports, space.actor, project)
    vocabulary = space.ports.library.vocabulary()
    phrases = Phrasebook(vocabulary.find, {})
    terminal = console()
    terminal.print(f"{known.title} ({known.id}, version {known.version})", style="bold")
    group = ""
    for spec in vocabulary:
        answer = known.answers.get(spec.id)
        if answer is None:
            continue
        if spec.group != group:
            group = spec.group
            terminal.print(f"\n{group}", style="bold")
        source = f"  ({answer.source})" if answer.source else ""
        terminal.print(f"  {spec.id} = {phrases.value(spec.id, check_value(spec, answer.value))}{source}")


@project_app.command("set")
def set_facts(
    project: ProjectArgument,
    facts: Annotated[list[str], typer.Argument(help="FACT=VALUE; FACT= makes it unknown again.")],
    source: Annotated[str, typer.Option(help="Who says so, or which paper.")] = "",
    valid_until: Annotated[str | None, typer.Option(help="The last day on which it holds.", metavar="DATE")] = None,
) -> None:
    """Give facts of a project, change them, or take them back.

    Example: govern project set hospital-ct vendor.country=IN 'vendor.subprocessors_used=yes' --source questionnaire
    """
    from govern.cli.terminal import day_of, parse_answers
    from govern.usecases.projects import answer_facts

    space = workspace()
    answers = parse_answers(space, facts, source, day_of(valid_until) if valid_until else None)
    saved = answer_facts(space.ports, space.actor, project, answers)
    typer.echo(f"{saved.id}: version {saved.version}, {len(saved.answers)} facts known")
