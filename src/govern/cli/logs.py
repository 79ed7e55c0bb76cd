"""`govern log`."""

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from govern.cli.terminal import check_output, console, workspace, write_output
from govern.errors import FactError, RefusedError, StoreError, VerificationError

if TYPE_CHECKING:
    from govern.audit import Verification, VerifierKey

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

    try:
        old = checkpoint.read_bytes()
    except OSError as problem:
        raise StoreError(f"`{checkpoint}` cannot be read: {(problem.strerror or '').lower()}") from None
    space = workspace()
    path = prove_growth(space.ports, space.actor, old, [space.ports.signer.key])
    size = space.ports.log.head().size
    typer.echo(f"the log of {size} entries continues this checkpoint; the proof has {len(path)} hashes")


@log_app.command("verify")
def verify(
    folder: Annotated[
        Path | None, typer.Argument(help="An exported log; the workspace's own log if none is named.")
    ] = None,
    key: Annotated[
        list[str] | None, typer.Option(help="A verifier key to trust (NAME+ID+KEY); may be given again.")
    ] = None,
) -> None:
    """Verify a log: recompute everything from the entries' bytes and trust no stored hash.

    With FOLDER it verifies an exported log, without a workspace. Exit status 5 if anything does not verify.

    Examples:

      govern log verify

      govern log verify out/log --key "$(cat published.pub)"
    """
    from govern.audit import parse_verifier_key

    try:
        keys = [parse_verifier_key(text.strip()) for text in key or []]
    except VerificationError as problem:
        raise FactError(
            problem.message, hint="like example.org/log+1f2e3d4c+AbCd…, from keys/log.pub", where="--key"
        ) from None
    report = _verify_folder(folder, keys) if folder is not None else _verify_workspace()
    _print_report(report, trusted=bool(keys) or folder is None)


def _verify_workspace() -> "Verification":
    from govern.usecases import logs

    space = workspace()
    size = space.ports.log.head().size
    if size < 20_000 or not sys.stderr.isatty():
        return logs.verify_store(space.ports, space.actor)
    from rich.progress import Progress

    with Progress(console=console(stderr=True), transient=True) as bar:
        task = bar.add_task("verifying", total=size)
        return logs.verify_store(space.ports, space.actor, lambda done: bar.update(task, completed=done))


def _verify_folder(folder: Path, keys: "list[VerifierKey]") -> "Verification":
    from govern.audit import verify_bundle

    if not folder.is_dir():
        raise StoreError(f"`{folder}` is not a folder", hint="name the folder that govern log export made")
    root = folder.resolve()
    paths = []
    for base, folders, files in os.walk(root):
        for name in (*files, *(each for each in folders if (Path(base) / each).is_symlink())):
            path = Path(base) / name
            if path.is_symlink() or not path.is_file():
                where = path.relative_to(root).as_posix()
                raise VerificationError(
                    f"`{where}` is not a regular file", where=where, hint="an exported log has only files"
                )
            paths.append(path.relative_to(root).as_posix())

    def read(name: str) -> bytes | None:
        path = root / name
        if not path.resolve().is_relative_to(root) or not path.is_file():
            return None
        if path.stat().st_size > 64 * 1024 * 1024:
            raise VerificationError(f"`{name}` is larger than any file of a log", where=name)
        return path.read_bytes()

    return verify_bundle(read, paths, keys or None)


def _print_report(report: "Verification", *, trusted: bool) -> None:
    from govern.audit import format_verifier_key

    typer.echo(f"The log verifies: {report.origin}, {report.size} entries")
    typer.echo(f"root hash: {report.root.hex()}")
    for signature in report.signatures:
        typer.echo(f"signed by: {format_verifier_key(signature.key)}")
    if not trusted:
        typer.echo("The keys come from the export itself: compare them with what the log's owner published.")
    typer.echo("\nChecked:")
    for each in report.checked:
        typer.echo(f"  {each}")
    typer.echo("\nNot checked:")
    for each in report.unchecked:
        typer.echo(f"  {each}")
    for note in report.notes:
        typer.echo(f"note: {note}")


@log_app.command("export")
def export(
    folder: Annotated[Path, typer.Argument(help="A new folder.")],
    bodies: Annotated[
        bool, typer.Option("--bodies", help="Also the records that entries name: facts of projects.")
    ] = False,
) -> None:
    """Export the log as files that verify without the database and without govern.

    Example: govern log export out/log
    """
    import shutil

    from govern.usecases import logs

    if folder.exists() and not folder.is_dir():
        raise RefusedError(f"`{folder}` is there already and is not a folder", hint="name a new folder")
    if folder.exists() and (not folder.name or any(folder.iterdir())):
        raise RefusedError(f"`{folder}` is not empty, or you are in it", hint="name a new folder")
    space = workspace()
    beside = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(beside, ignore_errors=True)
    count = 0
    try:
        for name, data in logs.export_log(space.ports, space.actor, bodies=bodies):
            path = beside / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            count += 1
        if folder.exists():
            folder.rmdir()
        beside.rename(folder)
    except OSError as problem:
        raise StoreError(f"`{folder}` cannot be written: {(problem.strerror or '').lower()}") from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    typer.echo(f"written: {folder} ({count} files)")
    typer.echo(f"verify it: govern log verify {folder}, or by hand as {folder}/README.txt says")
