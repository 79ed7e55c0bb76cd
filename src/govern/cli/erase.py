"""`govern person`, `govern erase` and `govern vault`: personal data that is sealed, and can be erased."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from govern.cli.app import app
from govern.cli.terminal import (
    check_output,
    console,
    count,
    print_wrapped,
    read_input,
    warn_of_letters,
    workspace,
    write_output,
)
from govern.cli.verifying import LONGEST_CERTIFICATE, KeysOption, check_kind, keys_or_own
from govern.errors import FactError, RefusedError

if TYPE_CHECKING:
    from govern.usecases.erasure import ErasurePlan, GoneKey

person_app = typer.Typer(no_args_is_help=True, help="Who the ids in the log are: sealed, under a key of each person.")
vault_app = typer.Typer(no_args_is_help=True, help="The vault of the keys that personal data is sealed under.")

PersonArgument = Annotated[str, typer.Argument(help="The person's id: a pseudonym.", metavar="PERSON")]


@person_app.command("add")
def add(
    person: PersonArgument,
    fields: Annotated[list[str] | None, typer.Argument(help="More to seal: FIELD=VALUE.")] = None,
    name: Annotated[str | None, typer.Option(help="The person's name; - reads a line of the input.")] = None,
    email: Annotated[str | None, typer.Option(help="The e-mail address; - reads a line of the input.")] = None,
    reopen: Annotated[bool, typer.Option("--reopen", help="Take an id again whose data was erased.")] = False,
) -> None:
    """Seal who an id is: name, address, whatever is personal. The log and the records hold only ciphertext.

    The id is what acts (`actor:` in govern.yaml) and what the log names for ever. A value on the command line stands in
    your shell's history: give - and type it, or pipe it in.

    Examples:

      govern person add officer-7 --name -

      govern person add annotator-114 --email - country=KE
    """
    from govern.usecases.erasure import seal_personal

    given = {"name": name, "email": email, **_pairs(fields or [])}
    values = {field: _read_line(field) if value == "-" else value for field, value in given.items() if value}
    space = workspace()
    known = seal_personal(space.ports, space.actor, person, values, reopen=reopen)
    typer.echo(f"{known.id}: {', '.join(values)} sealed; {count(known.covered, 'record', 'records')} under its key")


@person_app.command("show")
def show(person: PersonArgument) -> None:
    """Open what is sealed of a person. The log notes who looked.

    Example: govern person show officer-7
    """
    from govern.usecases.erasure import read_personal

    space = workspace()
    values = read_personal(space.ports, space.actor, person)
    terminal = console()
    for field, value in values.items():
        terminal.print(f"{field}: {value}", soft_wrap=True)


@person_app.command("list")
def list_persons() -> None:
    """List the ids of which something is sealed, and how it stands. Nothing is opened.

    Example: govern person list
    """
    from govern.usecases.erasure import list_gone_keys, list_subjects

    space = workspace()
    found = list_subjects(space.ports, space.actor)
    words = {"ordered": "is being erased: run govern erase again", "destroyed": "erased"}
    gone = {each.subject: each for each in list_gone_keys(space.ports, space.actor) if each.known} if found else {}
    for each in found:
        sealed = count(each.covered, "sealed record", "sealed records")
        end = f"; {_say_gone(gone[each.id])}" if each.id in gone else ""
        typer.echo(f"{each.id:24} {words.get(each.state, sealed)}{end}")
    if not found:
        typer.echo("nothing is sealed yet: govern person add ID --name -")


@app.command("erase")
def erase(
    person: Annotated[str | None, typer.Argument(help="The person's id: a pseudonym.", metavar="PERSON")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do it. The key is gone for good then.")] = False,
    reason: Annotated[str, typer.Option(help="Why, in one line that does not name the person.")] = "",
    backups: Annotated[str, typer.Option(help="When copies of the vault made before will be gone.")] = "",
    out: Annotated[
        Path | None, typer.Option(help="The certificate, as PDF; its JSON goes beside it.", metavar="FILE.pdf")
    ] = None,
    force: Annotated[bool, typer.Option(help="Overwrite the files.")] = False,
    verify: Annotated[Path | None, typer.Option(help="A certificate to verify instead.", metavar="FILE.json")] = None,
    key: KeysOption = None,
) -> None:
    """Erase a person: destroy the key that everything sealed of that person needs. Without --yes it only says what.

    The log keeps every entry and verifies as before; what was sealed is unreadable, here and in every copy. The
    certificate says what was reached and what was not. Run it again after a crash, or for another copy of the
    certificate. To verify a certificate no workspace is needed but the log's public key.

    Examples:

      govern erase annotator-114

      govern erase annotator-114 --yes --reason "request of 20 November 2026" --out erasure.pdf

      govern erase --verify erasure.json --key "$(cat published.pub)"
    """
    if (person is None) == (verify is None):
        raise FactError("give a person, or --verify and a certificate", hint="govern erase PERSON")
    if verify is not None:
        _verify(verify, key or [])
        return
    person = str(person)
    from govern.usecases.erasure import erase_person, plan_erasure

    if not yes:
        space = workspace()
        _print_plan(plan_erasure(space.ports, space.actor, person))
        return
    if out is None or out.suffix != ".pdf":
        raise RefusedError("name a file for the certificate", hint=f"--out erasure-{person}.pdf")
    paths = [check_output(path, force=force) for path in (out, out.with_suffix(".json"))]
    from govern.kernel import canonical_bytes
    from govern.render.evidence_pdf import write_erasure_pdf

    space = workspace()
    certificate = erase_person(space.ports, space.actor, person, reason, backups=backups)
    write_output(paths[0], write_erasure_pdf(certificate))
    write_output(paths[1], canonical_bytes(certificate.to_plain()))
    said = certificate.said
    sealed = count(said["covered"], "sealed record", "sealed records")
    what = "was not in the vault, and never comes back" if said.get("missing") else "was destroyed"
    typer.echo(f"{person} is erased: the key of {sealed} {what} (entry {said['destroyed_entry']})")
    if said.get("destroyed_before") and not said["missing"]:  # neither is in a certificate of an earlier govern
        typer.echo(f"  when it was destroyed: {said['destroyed_before']}")
    typer.echo("\nNot reached:")
    for each in said["not_reached"]:
        typer.echo(f"  {each}")
    typer.echo(f"\nwritten: {paths[0]}, {paths[1]}")
    warn_of_letters(said, paths[1])


@vault_app.command("list")
def list_keys() -> None:
    """List the keys in the vault: whose, of which epoch, and whether they are destroyed. No key is shown.

    Example: govern vault list
    """
    from govern.kernel import check_may

    space = workspace()
    check_may(space.actor, "read")
    keys = space.ports.vault.list_keys() if space.ports.vault else []
    for each in keys:
        state = "destroyed" if each.destroyed else f"epoch {each.epoch}"
        typer.echo(f"{each.id:34} {each.subject:24} {state}")
    if not keys:
        typer.echo("the vault is empty: govern person add ID --name -")


@vault_app.command("rotate")
def rotate(
    yes: Annotated[
        bool, typer.Option("--yes", help="Do it: earlier backups of the vault are worth nothing then.")
    ] = False,
) -> None:
    """Begin a new epoch: wrap all keys anew and destroy the old epoch's key.

    From then on no copy of the vault made before can be opened, so that keys destroyed since are gone from backups too.
    Make a new backup of vault.db and keys/ right after it.

    Example: govern vault rotate --yes
    """
    from govern.usecases.erasure import rotate_vault

    if not yes:
        raise RefusedError("earlier backups of the vault would be worth nothing", hint="govern vault rotate --yes")
    space = workspace()
    epoch = rotate_vault(space.ports, space.actor)
    typer.echo(f"epoch {epoch}: all keys are wrapped anew; back up vault.db and keys/ now")


def _verify(file: Path, texts: list[str]) -> None:
    from govern.usecases.certificates import CertificateKind, verify_erasure

    data = read_input(file, LONGEST_CERTIFICATE)
    check_kind(data, CertificateKind.ERASURE, file)
    found = verify_erasure(data, keys_or_own(texts))
    said = found.said
    terminal = console()
    terminal.print(f"certificate {said['id']} of the erasure of {said['subject']}: verified", soft_wrap=True)
    typer.echo("  checked: the entry that says that the key was destroyed is in the log that the key signed")
    if found.committed:
        typer.echo("  checked: so is the one that commits to every word of the certificate")
    else:
        typer.echo("  not checked: the words of the certificate; an earlier govern had the log not commit to them")
    typer.echo("  not checked: the vault and its backups; they are what the certificate says of them")


def _print_plan(plan: "ErasurePlan") -> None:
    from govern.usecases.erasure import say_alike, say_search

    known = plan.subject
    terminal = console()
    states = {"ordered": "the erasure was begun and not finished", "destroyed": "erased already"}
    sealed = count(known.covered, "sealed record", "sealed records")
    typer.echo(f"{known.id}: {sealed}{' (' + ', '.join(plan.fields) + ')' if plan.fields else ''}")
    if known.state in states:
        typer.echo(f"  {states[known.state]}")
    typer.echo(f"  key {known.key}, digest {plan.digest}")
    if plan.gone is not None:
        typer.echo(f"  {_say_gone(plan.gone)}")
    for hold in plan.holds:
        typer.echo(f"  the hold {hold.id} forbids it, issued by {hold.issuer}: {hold.reason}")
    if known.state in states:
        typer.echo("What was reached and what was not stands in the certificate.")
        typer.echo(_say_next(plan))
        return
    typer.echo("It would not reach:")
    typer.echo(f"  {count(plan.acted, 'entry', 'entries')} of the log that name the id `{known.id}` as who acted")
    for place in plan.plain:
        typer.echo(f"  the record {place}: a sealed value stands there in the clear")
    typer.echo(f"  {say_search(plan.searched, plan.unsought)}")
    for line in say_alike(plan.alike.to_plain()) if plan.alike is not None else ():
        print_wrapped(terminal, line, 2)
    typer.echo("  files, exports and backups: they are not searched")
    typer.echo(_say_next(plan))


def _say_gone(gone: "GoneKey") -> str:
    """How a key is gone that the log takes for living."""
    if not gone.destroyed:
        return "its key is not in the vault: restore the vault if you can"
    at = f" on {gone.at[:10]} at {gone.at[11:19]} UTC" if gone.at else ""
    return f"its key was destroyed{at}, and the log does not say so: govern erase {gone.subject} has it say so"


def _say_next(plan: "ErasurePlan") -> str:
    """What the command would do with --yes, and what keeps it from it."""
    again = f"govern erase {plan.subject.id} --yes --out FILE.pdf"
    if plan.subject.state == "destroyed":
        return f"Nothing was changed. For another copy of it: {again}"
    if plan.subject.state == "ordered":
        return f"To finish it, with the certificate: {again}"
    if plan.holds:
        kept = f"Nothing was changed. It is kept by {count(len(plan.holds), 'hold', 'holds')}"
        return f"{kept}: --yes is refused until nothing holds it any more (govern retention release HOLD)"
    if plan.gone is not None:
        return f"Nothing was changed. To record that the key is gone for good: {again}"
    return f"Nothing was changed. To destroy the key for good: {again}"


def _pairs(typed: list[str]) -> dict[str, str]:
    pairs = {}
    for each in typed:
        field, equals, value = each.partition("=")
        if not equals or not value:
            raise FactError(f"`{field}` has no value", hint="like country=KE; country=- reads a line of the input")
        pairs[field] = value
    return pairs


def _read_line(field: str) -> str:
    if sys.stdin.isatty():
        return str(typer.prompt(field, hide_input=False))
    line = sys.stdin.readline().rstrip("\n")
    if not line:
        raise FactError(f"there is no line for `{field}` in the input")
    return line
