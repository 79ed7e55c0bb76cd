"""`govern log`."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from govern.cli.terminal import check_output, console, read_input, workspace, write_output

log_app = typer.Typer(no_args_is_help=True, help="The audit log: read, prove, verify, export.")


@log_app.command("list")
def list_entries(
    matter: Annotated[str | None, typer.Option(help="Only this matter, for example project:hospital-ct.")] = None,
    last: Annotated[int | None, typer.Option(help="Only the last so many.", min=1)] = None,
) -> None:
    """List the entries of the log.

    Example: govern log list --matter project:hospital-ct --last 20
    """
    from rich import box
    from rich.table import Table

    from govern.usecases import logs

    space = workspace()
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("Index", "Time (UTC)", "What", "Who", "Object"):
        table.add_column(heading, justify="right" if heading == "Index" else "left", overflow="fold")
    for each in logs.list_entries(space.ports, space.actor, matter=matter, last=last):
        entry = each.entry
        shown = entry.object if len(entry.object) <= 34 else f"{entry.object[:20]}…{entry.object[-4:]}"
        table.add_row(str(each.index), entry.time[:19].replace("T", " "), entry.kind, entry.actor, shown)
    console().print(table)


@log_app.command("show")
def show(index: Annotated[int, typer.Argument(help="The entry's index, from 0.")]) -> None:
    """Show one entry, its hash, and the record that it is about.

    Example: govern log show 3
    """
    from govern.audit import hash_leaf
    from govern.usecases import logs

    space = workspace()
    logged, record = logs.get_entry(space.ports, space.actor, index)
    typer.echo(json.dumps(json.loads(logged.data), indent=2, ensure_ascii=False))
    typer.echo(f"leaf hash: {hash_leaf(logged.data).hex()}")
    if record is not None:
        typer.echo(f"record:    {record.kind} {record.id}, version {record.version}, {len(record.body)} bytes")


@log_app.command("checkpoint")
def checkpoint(
    out: Annotated[Path | None, typer.Option(help="The file; the terminal if none is named.", metavar="FILE")] = None,
    force: Annotated[bool, typer.Option(help="Overwrite the file.")] = False,
) -> None:
    """Give out the newest signed checkpoint (C2SP tlog-checkpoint).

    Example: govern log checkpoint --out checkpoint
    """
    from govern.usecases import logs

    if out is not None:
        check_output(out, force=force)
    space = workspace()
    head = logs.release_checkpoint(space.ports, space.actor)
    if out is None:
        sys.stdout.write(head.checkpoint.decode())
    else:
        write_output(out, head.checkpoint)
        typer.echo(f"written: {out}")


@log_app.command("prove")
def prove(
    index: Annotated[int, typer.Argument(help="The entry's index, from 0.")],
    out: Annotated[Path, typer.Option(help="The proof file.", metavar="FILE.tlog-proof")],
    entry: Annotated[Path | None, typer.Option(help="Write the entry's bytes here too.", metavar="FILE")] = None,
    force: Annotated[bool, typer.Option(help="Overwrite the files.")] = False,
) -> None:
    """Prove that an entry is in the log (C2SP tlog-proof).

    Example: govern log prove 3 --out entry-3.tlog-proof --entry entry-3.json
    """
    from govern.usecases import logs

    check_output(out, force=force)
    if entry is not None:
        check_output(entry, force=force)
    space = workspace()
    proof, data = logs.prove_entry(space.ports, space.actor, index)
    write_output(out, proof)
    typer.echo(f"written: {out}")
    if entry is not None:
        write_output(entry, data)
        typer.echo(f"written: {entry}")


@log_app.command("compare")
def compare(
    checkpoint: Annotated[Path, typer.Argument(help="A checkpoint that was kept earlier.", metavar="FILE")],
) -> None:
    """Show that the log still holds, unchanged, what it held when a checkpoint was signed.

    Keep a checkpoint elsewhere (govern log checkpoint > kept.txt) and compare with it later. Exit status 5, with both
    signed notes, if the log does not continue it.

    Example: govern log compare kept.txt
    """
    from govern.usecases.logs import prove_growth

    old = read_input(checkpoint)
    space = workspace()
    path = prove_growth(space.ports, space.actor, old, space.ports.signer.keys)
    size = space.ports.log.head().size
    typer.echo(f"the log of {size} entries continues this checkpoint; the proof has {len(path)} hashes")
