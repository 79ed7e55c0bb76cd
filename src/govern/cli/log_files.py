"""`govern log export`, `serve` and `verifiers`: the log as files."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from govern.cli.logs import log_app
from govern.cli.terminal import workspace, write_output
from govern.errors import RefusedError, StoreError

PORT = 8520


@log_app.command("export")
def export(
    folder: Annotated[Path, typer.Argument(help="A new folder, or that of an earlier export.")],
    bodies: Annotated[
        bool, typer.Option("--bodies", help="Also the records that entries name: facts of projects.")
    ] = False,
) -> None:
    """Export the log as files that verify without the database and without govern.

    The files are those of C2SP tlog-tiles, which any web server or object store can hold. Into the folder of an earlier
    export only what is new is written, and one that was stopped goes on where it was.

    Example: govern log export out/log
    """
    from govern.mirror import plan_update, write_files
    from govern.usecases import logs

    found = plan_update(folder, bodies=bodies)
    space = workspace()
    try:
        written = write_files(folder, logs.export_log(space.ports, space.actor, bodies=bodies), found)
    except OSError as problem:
        raise StoreError(f"`{folder}` cannot be written: {(problem.strerror or '').lower()}") from None
    changed = "files" if not found else "files new or changed"
    typer.echo(f"written: {folder} ({written} {changed})")
    typer.echo(f"verify it: govern log verify {folder}, or by hand as {folder}/README.txt says")


@log_app.command("serve")
def serve(
    folder: Annotated[
        Path | None, typer.Option(help="Serve an export; the workspace's own log if none is named.", metavar="FOLDER")
    ] = None,
    port: Annotated[int, typer.Option(help="The port; 0 for a free one.", min=0, max=65535)] = PORT,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
) -> None:
    """Serve the log over HTTP, for whoever verifies it (C2SP tlog-tiles). Reads only; stops at Ctrl-C.

    The log is public then: it names no persons in the clear, and it shows how much was done and when. Put a web server
    with TLS in front of it, or serve an export from one.

    Example: govern log serve --port 8520
    """
    from govern.mirror import FolderReader, LogServer
    from govern.usecases import logs

    if folder is not None:
        read = FolderReader(folder).read_log_file
    else:
        space = workspace()
        logs.read_log_file(space.ports, space.actor, logs.CHECKPOINT)  # what cannot be read is said before, not after
        read = lambda path: logs.read_log_file(space.ports, space.actor, path)  # noqa: E731
    try:
        server = LogServer((host, port), read, _complain)
    except (OSError, UnicodeError) as problem:
        reason = getattr(problem, "strerror", None) or "not an address"
        raise StoreError(f"`{host}:{port}` cannot be listened on: {reason.lower()}") from None
    with server:
        typer.echo(f"serving http://{host}:{server.server_port}/checkpoint and tile/…; Ctrl-C stops")
        sys.stdout.flush()
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            typer.echo("stopped")


def _complain(line: str) -> None:
    sys.stderr.write(f"error: {line}\n")


@log_app.command("verifiers")
def verifiers(
    folder: Annotated[Path, typer.Argument(help="The folder to write them to.")],
    force: Annotated[bool, typer.Option(help="Overwrite files.")] = False,
) -> None:
    """Write the programs that verify without govern: verify.py, verify.html and verify.sh.

    verify.py needs Python 3.9 and nothing else, verify.html a browser and no network, verify.sh openssl and xxd.

    Example: govern log verifiers out/verifiers
    """
    from govern.wiring import read_verifiers

    files = read_verifiers()
    there = sorted(name for name in files if (folder / name).exists())
    if there and not force:
        raise RefusedError(
            f"`{there[0]}` is there already", hint="name another folder, or give --force", where=str(folder)
        )
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        write_output(folder / name, data)
        typer.echo(f"written: {folder / name}")
