"""`govern witness`: cosign other logs, and have one's own cosigned, over HTTP or by files that are sent."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from govern.cli.terminal import check_output, count, read_input, warn_of_plain_key, workspace, write_output
from govern.errors import FactError, RefusedError, StoreError

if TYPE_CHECKING:
    from govern.audit import Policy, PolicyWitness, VerifiedSignature
    from govern.wiring import Workspace
    from govern.witness import FolderWitness

witness_app = typer.Typer(
    no_args_is_help=True, help="Witnesses: cosign the logs of others, and have your own log cosigned."
)

FolderOption = Annotated[Path, typer.Option(help="The witness's folder.", metavar="FOLDER")]
PolicyOption = Annotated[
    Path | None, typer.Option(help="A trust policy (C2SP tlog-policy); log.policy of the workspace if left out.")
]
OutOption = Annotated[Path, typer.Option(help="The file to write.", metavar="FILE")]
ForceOption = Annotated[bool, typer.Option(help="Overwrite the file.")]

HERE = Path("witness")


# --- as a witness


@witness_app.command("init")
def init(
    name: Annotated[str, typer.Option(help="The witness's name for ever: a URL of yours without https://.")],
    folder: FolderOption = HERE,
    ml_dsa: Annotated[
        bool, typer.Option("--ml-dsa", help="An ML-DSA-44 key, which holds for quantum computers.")
    ] = False,
    no_passphrase: Annotated[bool, typer.Option("--no-passphrase", help="Keep the key without a passphrase.")] = False,
) -> None:
    """Make a witness: a key of its own, and a memory of what it cosigned. It needs no workspace.

    Example: govern witness init --name auditor.example/witness
    """
    from govern.audit import format_verifier_key
    from govern.keys import choose_passphrase
    from govern.witness import make_witness

    what = "the witness's key"
    if no_passphrase:
        warn_of_plain_key(what)
    key = make_witness(folder, name, None if no_passphrase else choose_passphrase(what), ml_dsa=ml_dsa)
    typer.echo(f"witness:     {folder}")
    typer.echo(f"witness key: {format_verifier_key(key)}")
    typer.echo("Give the witness key to the logs that you watch, and trust them: govern witness trust KEY")


@witness_app.command("trust")
def trust(
    key: Annotated[str, typer.Argument(help="The log's verifier key, as its owner published it.")] = "",
    rotation: Annotated[
        Path | None, typer.Option(help="A rotation note: follow a log that is trusted to its next key.", metavar="FILE")
    ] = None,
    folder: FolderOption = HERE,
) -> None:
    """Watch a log: cosign its heads from now on.

    Examples:

      govern witness trust example.org/compliance-log+1f2e3d4c+AbCd…

      govern witness trust --rotation rotation-1
    """
    from govern.audit import ED25519, format_verifier_key, parse_verifier_key

    witness = _open_witness(folder)
    if rotation is not None:
        followed = witness.follow(read_input(rotation))
        typer.echo(f"trusted: {format_verifier_key(followed.new)}")
        return
    trusted = parse_verifier_key(key.strip())
    if trusted.key_type != ED25519:
        raise FactError("this is the key of a witness, not of a log", where="KEY")
    witness.trust(trusted)
    typer.echo(f"trusted: {format_verifier_key(trusted)}")


@witness_app.command("show")
def show(folder: FolderOption = HERE) -> None:
    """Show the witness's key, the logs that it watches, and what it cosigned last of each.

    Example: govern witness show
    """
    from govern.audit import format_verifier_key

    witness = _open_witness(folder)
    typer.echo(f"witness key: {format_verifier_key(witness.key)}")
    for log in witness.logs():
        head = witness.latest(log.key.name)
        typer.echo(
            f"{log.key.name}: " + (f"{count(head.size, 'entry', 'entries')}" if head else "nothing cosigned yet")
        )
    for path in witness.forks():
        typer.echo(f"a log signed two histories: {path} and {path}.held prove it to anybody")


@witness_app.command("serve")
def serve(
    folder: FolderOption = HERE,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port.", min=0, max=65_535)] = 8090,
) -> None:
    """Cosign over HTTP (C2SP tlog-witness). Put a server in front of it that speaks TLS.

    Example: govern witness serve --port 8090
    """
    from govern.witness import WitnessServer

    witness = _open_witness(folder)
    witness.unlock()
    server = WitnessServer((host, port), witness, lambda line: typer.echo(line, err=True))
    with server:
        typer.echo(f"serving: http://{host}:{server.server_port}/add-checkpoint")
        server.serve_forever()


@witness_app.command("sign")
def sign(
    request: Annotated[Path, typer.Argument(help="A request, from govern witness request.", metavar="FILE")],
    out: OutOption,
    folder: FolderOption = HERE,
    force: ForceOption = False,
) -> None:
    """Cosign a head that somebody sent as a file. The answer is the checkpoint with the cosignature.

    Example: govern witness sign request.txt --out cosigned.txt
    """
    from govern.audit import REQUEST_LIMIT, add_signatures, parse_request

    check_output(out, force=force)
    witness = _open_witness(folder)
    parsed = parse_request(_read_mailed(request, REQUEST_LIMIT))
    answer, lines = witness.add_checkpoint(parsed)
    if not lines:
        hint = ""
        if answer.status == 409:
            hint = f"the log's owner asks again with: govern witness request --old {answer.latest}"
        if answer.fork:
            hint = "the log signed two histories: both notes are in the folder forks, and prove it to anybody"
        raise RefusedError(f"not cosigned ({answer.status}): {answer.reason}", hint=hint)
    write_output(out, add_signatures(parsed.checkpoint, lines))
    assert answer.checkpoint is not None
    typer.echo(f"cosigned: {answer.checkpoint.origin}, {count(answer.checkpoint.size, 'entry', 'entries')}")
    typer.echo(f"written: {out}")


# --- as the owner of a log


@witness_app.command("request")
def request(
    out: OutOption,
    witness: Annotated[
        str, typer.Option(help="The witness, by its name in the policy: what it cosigned last is known here.")
    ] = "",
    old: Annotated[
        int | None, typer.Option(help="The size that the witness cosigned last, if it said so.", min=0)
    ] = None,
    policy: PolicyOption = None,
    force: ForceOption = False,
) -> None:
    """Write a request for a cosignature, to be sent to a witness by e-mail or on a stick.

    Example: govern witness request --witness auditor --out request.txt
    """
    from govern.audit import format_request
    from govern.usecases.witnessing import find_last_cosigned, request_cosignature

    check_output(out, force=force)
    space = workspace()
    known = old or 0
    if old is None and witness:
        key = _get_witness(_read_policy(space, policy), witness).key
        known = find_last_cosigned(space.ports, space.attestations, key)
    asked = request_cosignature(space.ports, space.actor, known)
    write_output(out, format_request(asked))
    typer.echo(f"written: {out}, from {count(known, 'entry', 'entries')} on")


@witness_app.command("add")
def add(
    file: Annotated[Path, typer.Argument(help="The cosigned checkpoint that came back.", metavar="FILE")],
    key: Annotated[
        list[str] | None, typer.Option(help="The witness's verifier key, if no policy names it; may be given again.")
    ] = None,
    policy: PolicyOption = None,
) -> None:
    """Keep a checkpoint that a witness cosigned.

    Example: govern witness add cosigned.txt
    """
    from govern.audit import parse_verifier_key
    from govern.usecases.witnessing import add_cosignatures

    space = workspace()
    keys = [parse_verifier_key(text.strip()) for text in key or []]
    if not keys or policy is not None:
        keys += [each.key for each in _read_policy(space, policy).witnesses]
    note = _read_mailed(file)
    if note.startswith(b"old "):
        hint = "the witness answers it: govern witness sign FILE --out COSIGNED; what comes back is added"
        raise RefusedError("this is the request, and not the cosigned answer", where=str(file), hint=hint)
    added = add_cosignatures(space.ports, space.attestations, space.actor, note, keys)
    typer.echo(f"{count(added.checkpoint.size, 'entry', 'entries')}, cosigned by:")
    _print_signatures(added.signatures)


@witness_app.command("collect")
def collect(policy: PolicyOption = None) -> None:
    """Ask every witness of the policy that has an address to cosign the newest head. Run it on a timer.

    Example: govern witness collect
    """
    from govern.audit import WitnessRequest
    from govern.usecases.witnessing import add_cosignatures, find_last_cosigned, request_cosignature
    from govern.witness import collect_cosignatures

    space = workspace()
    asked = [each for each in _read_policy(space, policy).witnesses if each.url]
    if not asked:
        raise StoreError("no witness of the policy has an address", hint="or ask by file: govern witness request")

    def make_request(old: int) -> WitnessRequest:
        return request_cosignature(space.ports, space.actor, old)

    failed = 0
    for each in asked:
        try:
            known = find_last_cosigned(space.ports, space.attestations, each.key)
            note = collect_cosignatures(each.url, make_request, known, [*space.ports.signer.keys, each.key])
            added = add_cosignatures(space.ports, space.attestations, space.actor, note, [each.key])
        except (StoreError, RefusedError) as problem:  # the others may do; what does not verify ends it
            failed += 1
            typer.echo(f"{each.name}: {problem}", err=True)
        else:
            typer.echo(f"{each.name}: cosigned {count(added.checkpoint.size, 'entry', 'entries')}")
    if failed:
        raise StoreError(
            f"{count(failed, 'witness', 'witnesses')} of {len(asked)} did not cosign", hint="try again later"
        )


@witness_app.command("check")
def check(
    file: Annotated[
        Path | None, typer.Argument(help="A cosigned checkpoint; the newest that is kept, if none is named.")
    ] = None,
    policy: PolicyOption = None,
) -> None:
    """Check that a head is cosigned as the policy asks. Exit status 5 if it is not. With FILE and --policy it needs no
    workspace.

    Examples:

      govern witness check

      govern witness check cosigned.txt --policy log.policy
    """
    from govern.audit import check_policy, parse_policy
    from govern.usecases.witnessing import check_own_head, find_witnessed

    if file is not None and policy is not None:
        rules = parse_policy(read_input(policy), str(policy))
        found = check_policy(_read_mailed(file), rules)
    else:
        space = workspace()
        rules = _read_policy(space, policy)
        data = _read_mailed(file) if file else find_witnessed(space.ports, space.attestations, rules)[1]
        found = check_policy(data, rules)
        if found.checkpoint.origin == space.ports.signer.key.name:  # else it is of a log of others
            check_own_head(space.ports, data)
    typer.echo(
        f"{found.checkpoint.origin}, {count(found.checkpoint.size, 'entry', 'entries')}: quorum `{rules.quorum}`"
    )
    _print_signatures(tuple(each for each in found.note.signatures if each.time is not None))
    typer.echo("Not checked: that the witnesses are independent of the log, and that the head is its newest.")


def _print_signatures(signatures: "tuple[VerifiedSignature, ...]") -> None:
    from datetime import UTC, datetime

    for each in signatures:
        try:
            when = datetime.fromtimestamp(each.time or 0, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        except (OverflowError, ValueError, OSError):
            when = f"{each.time} seconds after 1970"
        typer.echo(f"  {when}  {each.key.name}")


def _read_mailed(path: Path, limit: int = 1 << 20) -> bytes:
    """A note as it was, where mail made the line ends those of Windows. The signatures are over the lines as they were,
    so that nothing else can pass by it."""
    return read_input(path, limit).replace(b"\r\n", b"\n")


def _open_witness(folder: Path) -> "FolderWitness":
    from govern.wiring import now
    from govern.witness import FolderWitness

    return FolderWitness(folder, lambda: int(now().timestamp()))


def _read_policy(space: "Workspace", file: Path | None) -> "Policy":
    from govern.audit import parse_policy

    path = file or space.policy_file
    if file is None and not path.exists():
        hint = "write one, as docs, “witnesses”, shows, or name one with --policy"
        raise StoreError("this workspace has no policy", where=str(path), hint=hint)
    return parse_policy(read_input(path), path.name)


def _get_witness(policy: "Policy", name: str) -> "PolicyWitness":
    from govern.kernel import suggest

    found = next((each for each in policy.witnesses if each.name == name), None)
    if found is None:
        names = [each.name for each in policy.witnesses]
        raise FactError(f"the policy names no witness `{name}`", hint=suggest(name, names) or ", ".join(names))
    return found
