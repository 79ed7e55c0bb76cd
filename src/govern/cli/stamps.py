"""`govern log stamp` and `govern log stamps`: time stamps of an authority over the log's heads (RFC 3161)."""

from pathlib import Path
from typing import Annotated

import typer

from govern.cli.logs import log_app
from govern.cli.terminal import check_output, count, read_input, workspace, write_output
from govern.errors import FactError, StoreError

RootsOption = Annotated[
    Path | None, typer.Option(help="The authority's root certificates (PEM), which you trust.", metavar="FILE")
]


@log_app.command("stamp")
def stamp(
    url: Annotated[str, typer.Option(help="The address of a time stamp authority.")] = "",
    request: Annotated[
        Path | None, typer.Option(help="Only write the request here, to be sent by other means.", metavar="FILE.tsq")
    ] = None,
    file: Annotated[Path | None, typer.Option(help="The response that came back.", metavar="FILE.tsr")] = None,
    roots: RootsOption = None,
    force: Annotated[bool, typer.Option(help="Overwrite the file of the request.")] = False,
) -> None:
    """Have the newest head stamped by a time stamp authority: proof that it was there by then.

    Examples:

      govern log stamp --url https://tsa.example/ --roots tsa.pem

      govern log stamp --request head.tsq

      govern log stamp --file head.tsr --roots tsa.pem
    """
    from govern.usecases.logs import release_checkpoint
    from govern.usecases.witnessing import keep_stamp
    from govern.witness import check_stamp, make_stamp_request, read_imprint, request_stamp

    if sum((bool(url), request is not None, file is not None)) != 1:
        raise FactError("name one of --url, --request and --file", hint="govern log stamp --url https://…")
    if request is not None:
        check_output(request, force=force)
    trusted = read_input(roots) if roots is not None else b""
    space = workspace()
    if request is not None:
        note = release_checkpoint(space.ports, space.actor).checkpoint
        query, _ = make_stamp_request(note)
        space.attestations.keep_pending(note)
        write_output(request, query)
        typer.echo(f"written: {request}; the answer comes back with: govern log stamp --file FILE.tsr")
        return
    if file is not None:
        response = read_input(file)
        found = space.attestations.find_pending(read_imprint(response))
        if found is None:
            raise StoreError("no request for this time stamp went out from here", where=str(file))
        note, said = found, check_stamp(found, response, trusted)
    else:
        note = release_checkpoint(space.ports, space.actor).checkpoint
        response, said = request_stamp(url, note, trusted)
    head = keep_stamp(space.ports, space.attestations, space.actor, note, response)
    typer.echo(f"{count(head.size, 'entry', 'entries')}, stamped {said.time:%Y-%m-%d %H:%M:%S} UTC by {said.authority}")
    if not said.trusted:
        typer.echo("Not checked: whose stamp it is. Give the authority's root with --roots.")


@log_app.command("stamps")
def stamps(roots: RootsOption = None) -> None:
    """List the time stamps over heads of the log, and verify each. Exit status 5 if one does not verify.

    Example: govern log stamps --roots tsa.pem
    """
    from govern.audit import check_checkpoint
    from govern.kernel import check_may
    from govern.witness import check_stamp

    trusted = read_input(roots) if roots is not None else b""
    space = workspace()
    check_may(space.actor, "read")
    kept = space.attestations.stamps()
    for note, response in kept:
        head, _ = check_checkpoint(note, space.ports.signer.keys)
        said = check_stamp(note, response, trusted)
        when = f"{said.time:%Y-%m-%d %H:%M:%S} UTC"
        typer.echo(f"{when}  {count(head.size, 'entry', 'entries')}, root {head.root.hex()[:16]}…  {said.authority}")
    if not kept:
        typer.echo("no time stamps yet: govern log stamp --url ADDRESS")
    elif not trusted:
        typer.echo("Not checked: whose stamps they are. Give the authority's root with --roots.")
    else:
        typer.echo("Each was verified with the roots that were given.")
        typer.echo("Not checked: whether a certificate of the authority was revoked.")
