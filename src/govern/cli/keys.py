"""`govern keys` and `govern log recover`: acts that only a person decides."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from govern.cli.logs import log_app
from govern.cli.terminal import count, read_input, warn_of_plain_key, workspace
from govern.errors import GovernError, RefusedError

if TYPE_CHECKING:
    from govern.wiring import Workspace

keys_app = typer.Typer(no_args_is_help=True, help="The key of the log: show, protect, rotate.")

_MOST_ENDS = 50

_KEPT = {"token": "in a PKCS#11 token", "passphrase": "under a passphrase", "plain": "without a passphrase"}

NoPassphraseOption = Annotated[
    bool, typer.Option("--no-passphrase", help="Keep the new key file without a passphrase.")
]


@keys_app.command("show")
def show() -> None:
    """Show the log's verifier key, how the private key is kept, and the keys before it.

    Example: govern keys show
    """
    from govern.audit import format_verifier_key
    from govern.usecases.rotation import list_rotations

    space = workspace()
    kept = space.signer.is_protected()
    typer.echo(f"log key:  {format_verifier_key(space.signer.key)}")
    typer.echo(f"kept:     {_KEPT[kept]}")
    recorded = {rotation.new for rotation, _ in list_rotations(space.ports, space.actor)}
    for number, rotation in enumerate(space.signer.succession.rotations, 1):
        typer.echo(f"rotation {number}, at {count(rotation.size, 'entry', 'entries')}: keys/rotation-{number}")
        typer.echo(f"  before: {format_verifier_key(rotation.old)}")
        if rotation.new not in recorded:
            typer.echo("  not in the log yet: the next rotation, or govern keys record, records it")
    if kept == "plain":
        typer.echo("Anybody who can read keys/log.key can sign: govern keys protect")


@keys_app.command("protect")
def protect(no_passphrase: NoPassphraseOption = False) -> None:
    """Put the private key under a new passphrase; a key file of govern 0.1 becomes PKCS#8 so.

    The old passphrase comes from GOVERN_KEY_PASSPHRASE or is asked for; the new one from GOVERN_NEW_KEY_PASSPHRASE, or
    it is asked for, twice.

    Example: govern keys protect
    """
    from govern.keys import choose_new_passphrase

    space = workspace()
    space.signer.sign(b"")
    if no_passphrase:
        warn_of_plain_key("the log's key")
    space.signer.protect(None if no_passphrase else choose_new_passphrase("the log's key"))
    typer.echo(f"the log's key is now kept {_KEPT[space.signer.is_protected()]}; back up the keys folder again")


@keys_app.command("rotate")
def rotate(
    reason: Annotated[str, typer.Option(help="Why, for the log: as planned, a person left, …")] = "as planned",
    module: Annotated[str, typer.Option(help="The PKCS#11 library of a token that keeps the new key.")] = "",
    token: Annotated[str, typer.Option(help="The token's label.")] = "",
    label: Annotated[str, typer.Option(help="The key's label in the token; it is made if it is not there.")] = "",
    no_passphrase: NoPassphraseOption = False,
) -> None:
    """Make a new key for the log. The old key signs that the new one follows it, and is deleted.

    What was signed before stays as it is. Publish the new log key, and give out keys/rotation-N: whoever trusts the
    old key can trust the new one by it (govern keys check).

    Examples:

      govern keys rotate --reason "the administrator left"

      govern keys rotate --module /usr/lib/softhsm/libsofthsm2.so --token compliance --label log-2
    """
    from govern.audit import format_verifier_key
    from govern.kernel import check_may
    from govern.keys import Token, check_new_label, choose_new_passphrase, find_new_pin
    from govern.usecases.rotation import rotate_key

    space = workspace()
    check_may(space.actor, "rotate_key")  # before a key is made
    space.signer.sign(b"")
    if module or token or label:
        place = check_new_label(Token(module, token, label))
        next_key = space.signer.prepare_next_in_token(place, find_new_pin(f"the token `{token}`"))
    else:
        if no_passphrase:
            warn_of_plain_key("the new key")
        passphrase = None if no_passphrase else choose_new_passphrase("the new key")
        next_key = space.signer.prepare_next(passphrase)
    head = rotate_key(space.ports, space.signer, space.actor, next_key, reason)
    number = len(space.signer.succession.rotations)
    typer.echo(f"log key:  {format_verifier_key(next_key.key)}")
    typer.echo(f"note:     keys/rotation-{number}, signed by the old key and the new one")
    typer.echo(f"It signs from entry {head.size - 1} on. Publish it with the note, and back up the keys folder.")


@keys_app.command("record")
def record() -> None:
    """Record a rotation that a crash kept from the log.

    Example: govern keys record
    """
    from govern.kernel import check_may
    from govern.usecases.rotation import record_rotations

    space = workspace()
    check_may(space.actor, "rotate_key")
    recorded = record_rotations(space.ports, space.signer, space.actor)
    space.ports.log.sequence()
    typer.echo(f"recorded: {count(recorded, 'rotation', 'rotations')}")


@keys_app.command("check")
def check(
    notes: Annotated[list[Path], typer.Argument(help="Rotation notes, the oldest first.", metavar="NOTE…")],
    key: Annotated[str, typer.Option(help="The verifier key that you trust so far.")],
) -> None:
    """Follow a log from a key that you trust to its key of today, by its rotation notes. It needs no workspace.

    Example: govern keys check rotation-1 --key "$(cat published.pub)"
    """
    from govern.audit import check_succession, format_verifier_key, parse_verifier_key

    succession = check_succession(parse_verifier_key(key.strip()), [read_input(note) for note in notes])
    for rotation in succession.rotations:
        typer.echo(f"{format_verifier_key(rotation.new)}\n  signs every head of more than {rotation.size} entries")


@log_app.command("recover")
def recover(
    reason: Annotated[str, typer.Option(help="What happened, in a sentence: it stays in the log.")] = "",
    accept: Annotated[
        str, typer.Option(help="The first 8 hex digits of the root that is given up, as this command shows them.")
    ] = "",
) -> None:
    """Go on with a log whose database is older than what it signed. Only if no newer copy can be found.

    Without --accept it shows what would be given up and changes nothing. With it, the next entry of the log admits the
    loss, with both signed heads. Who holds the lost head can show that there are two histories: give them the entry.
    Keys of persons that were destroyed since are named: each erasure has to be recorded and certified again.

    Example: govern log recover --reason "disk failure on 23 November, backup of 22 November" --accept 1a2b3c4d
    """
    from govern.usecases.recovery import find_loss, recover_log

    space = workspace()
    loss = find_loss(space.ports, space.actor)
    if loss is None:
        raise RefusedError("nothing is lost: the database continues the head that was signed last", hint="just go on")
    typer.echo(f"the database has  {loss.found.size} entries, root {loss.found.root.hex()}")
    typer.echo(f"signed last were  {loss.lost.size} entries, root {loss.lost.root.hex()}")
    _print_lost_ends(space)
    code = loss.lost.root.hex()[:8]
    if accept != code:
        again = f'govern log recover --reason "…" --accept {code}'
        raise RefusedError(
            f"{count(loss.entries, 'entry is', 'entries are')} lost, and nothing was changed",
            hint=f"look for a newer copy of the database; if there is none: {again}",
        )
    _, head = recover_log(space.unguarded(), space.signer, space.actor, reason)
    typer.echo(f"the log goes on with entry {head.size - 1}, which admits the loss")
    typer.echo("The lost head is kept in the keys folder. Tell everybody who has a checkpoint, and every witness.")


def _print_lost_ends(space: "Workspace") -> None:
    """Say which erasures are among what is lost: their keys stay destroyed, but the log does not say so."""
    from govern.usecases.erasure import list_gone_keys

    try:
        lost = [each for each in list_gone_keys(space.ports, space.actor) if each.destroyed]
    except GovernError as problem:  # the log does not need vault or records to go on
        typer.echo(f"which erasures are lost is not known: {problem.message}")
        return
    if lost:
        typer.echo("destroyed, and the log does not say so:")
    for each in lost[:_MOST_ENDS]:
        at = f" on {each.at[:10]} at {each.at[11:19]} UTC" if each.at else ""
        after = f"after the recovery run govern erase {each.subject}" if each.known else "the log knows nothing of it"
        typer.echo(f"  the key {each.key}{f' of {each.subject}' if each.subject else ''}{at}: {after}")
    if len(lost) > _MOST_ENDS:
        typer.echo(f"  and {len(lost) - _MOST_ENDS} more")
