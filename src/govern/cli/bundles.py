"""`govern log bundle`, `govern log verify-bundle`, `govern evidence read`: what leaves a workspace as evidence."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from govern.cli.evidence import evidence_app
from govern.cli.logs import log_app
from govern.cli.terminal import (
    ProjectArgument,
    check_output,
    console,
    count,
    print_wrapped,
    read_input,
    workspace,
    write_output,
)
from govern.errors import FactError, RefusedError, StoreError, VerificationError

if TYPE_CHECKING:
    from govern.audit import MatterVerification, OtherHead, Policy, VerifierKey
    from govern.wiring import Workspace

TOOLS = "tools/"
"""The folder of a bundle with the programs that verify it."""


@log_app.command("bundle")
def bundle(
    project: ProjectArgument,
    out: Annotated[Path, typer.Option(help="The zip file.", metavar="FILE.zip")],
    disclose: Annotated[
        list[str] | None,
        typer.Option(help="Show this field of every record that has it; may be given again, * is allowed."),
    ] = None,
    bodies: Annotated[bool, typer.Option("--bodies", help="Also the whole records: facts, contracts …")] = False,
    force: Annotated[bool, typer.Option(help="Overwrite the file.")] = False,
) -> None:
    """Make a zip file that proves all entries of a project: for a court, an auditor, or the other side.

    It holds every entry up to now with its proof, a report as PDF with a draft certification, one page of
    instructions, and programs that verify it without govern. The records stay here unless you show them, as a whole
    or field by field. That it was made is an entry too. Holds on destruction that are not aimed at this one project
    alone are entries of another matter, and not in it.

    Examples:

      govern log bundle hospital-ct --out evidence.zip

      govern log bundle hospital-ct --out evidence.zip --disclose title --disclose 'answers/vendor.*'
    """
    from govern.exchange import pack_archive
    from govern.render.evidence_pdf import write_evidence_pdf
    from govern.usecases.matters import bundle_matter, note_issued
    from govern.usecases.witnessing import find_attested
    from govern.wiring import read_verifiers

    check_output(out, force=force)
    space = workspace()
    policy = _read_policy(space)
    witnesses = [witness.key for witness in policy.witnesses] if policy else []
    made = bundle_matter(
        space.ports,
        space.actor,
        project,
        disclose=disclose or (),
        bodies=bodies,
        witnesses=witnesses,
        attested=find_attested(space.ports, space.attestations, witnesses),
        rotations=space.signer.rotations(),
    )
    more = {f"{TOOLS}{name}": data for name, data in read_verifiers().items()}
    more["report.pdf"] = write_evidence_pdf(made.report, out.name)
    if policy:
        more["policy.txt"] = space.policy_file.read_bytes()
    data = pack_archive(made.with_files(more))
    index = note_issued(space.ports, space.actor, made, data)
    write_output(out, data)
    report = made.report
    said = count(len(report.entries), "entry", "entries")
    typer.echo(f"written: {out} ({said}, up to entry {report.entries[-1][0]}; {len(data)} bytes)")
    typer.echo(f"its SHA-256 is in entry {index} of the log")
    for size in report.lost_heads:
        typer.echo(f"left out: what others attested of a log of {size} entries, whose history this log has lost")
    if report.records:
        typer.echo(f"It holds {count(report.records, 'whole record', 'whole records')}: look through them first.")
    typer.echo(f"verify it: govern log verify-bundle {out}, or as the README.txt in it says")


@log_app.command("verify-bundle")
def verify(
    file: Annotated[Path, typer.Argument(help="A bundle, as a zip file or unpacked in a folder.")],
    key: Annotated[
        list[str] | None, typer.Option(help="A verifier key to trust (NAME+ID+KEY); may be given again.")
    ] = None,
    policy: Annotated[
        Path | None, typer.Option(help="A trust policy: its keys, and its quorum of witnesses.", metavar="FILE")
    ] = None,
    roots: Annotated[
        Path | None, typer.Option(help="Certificates of time stamp authorities to trust (PEM).", metavar="FILE")
    ] = None,
) -> None:
    """Verify a bundle of one project: that its entries are in the log, and that they are all. No workspace is needed.

    Give the log's public key as its owner published it, and those of witnesses; or a policy, whose witnesses must have
    cosigned a head of the log. Exit status 5 if anything does not verify; the message names the file. What was not
    checked is listed.

    Example: govern log verify-bundle evidence.zip --key "$(cat published.pub)"
    """
    from govern.audit import parse_policy, parse_verifier_key, verify_matter_bundle
    from govern.exchange import Archive

    try:
        keys = [parse_verifier_key(text.strip()) for text in key or []]
    except VerificationError as problem:
        hint = "like example.org/log+1f2e3d4c+AbCd…, from keys/log.pub"
        raise FactError(problem.message, hint=hint, where="--key") from None
    rules = parse_policy(read_input(policy), str(policy)) if policy else None
    keys += rules.keys if rules else ()
    if file.is_dir():
        paths = _list_folder(file)
        found = verify_matter_bundle(lambda path: _read_in(file, path), paths, keys or None)
    else:
        with Archive(file) as archive:
            found = verify_matter_bundle(archive.read, archive.paths, keys or None)
    if rules:
        found = _check_quorum(found, rules)
    stamps = [_say_stamp(head, roots) for head in found.heads if head.stamp is not None]
    _print(found, trusted=bool(keys), stamps=stamps)


@evidence_app.command("read")
def read(
    project: ProjectArgument,
    document: Annotated[str, typer.Argument(help="The file's name, or the beginning of its SHA-256.")],
    out: Annotated[Path, typer.Option(help="The file.", metavar="FILE")],
    force: Annotated[bool, typer.Option(help="Overwrite the file.")] = False,
) -> None:
    """Take a document out that facts of a project rest on. The log notes who read it.

    Example: govern evidence read hospital-ct procedure.pdf --out procedure.pdf
    """
    from govern.usecases.access import read_document

    check_output(out, force=force)
    space = workspace()
    evidence, data = read_document(space.ports, space.actor, project, document)
    write_output(out, data)
    typer.echo(f"written: {out} ({len(data)} bytes): {evidence.description or evidence.href}")


def _read_policy(space: "Workspace") -> "Policy | None":
    from govern.audit import parse_policy

    if not space.policy_file.is_file():
        return None
    return parse_policy(space.policy_file.read_bytes(), space.policy_file.name)


def _check_quorum(found: "MatterVerification", policy: "Policy") -> "MatterVerification":
    """The result, with the largest head that the policy's witnesses are a quorum for. Raises VerificationError."""
    from dataclasses import replace

    from govern.audit import NO_QUORUM, is_quorum, name_beyond

    if policy.quorum == NO_QUORUM:
        said = "any quorum of witnesses: the policy asks for none"
        return replace(found, unchecked=(*found.unchecked, said))
    if not any(log.key.name == found.origin for log in policy.logs):
        raise VerificationError("the policy names another log", expected=found.origin, hint="it has a line `log`")
    heads = [(found.size, found.signatures), *((head.size, head.signatures) for head in found.heads)]
    for size, signatures in sorted(heads, key=lambda head: head[0], reverse=True):
        keys = {signature.key for signature in signatures}
        names = [witness.name for witness in policy.witnesses if witness.key in keys]
        if is_quorum(policy, names):
            said = f"the quorum of the policy on the log of {size} entries: {', '.join(names)}"
            beyond = name_beyond([index for index, _ in found.entries], size)
            more = [f"{beyond} of this matter: no quorum of the policy saw so large a log"] if beyond else []
            return replace(found, checked=(*found.checked, said), unchecked=(*found.unchecked, *more))
    raise VerificationError(
        "the bundle lacks cosignatures: no head in it has those that the policy asks for",
        where=f"log `{found.origin}`",
        hint="ask for a bundle that has them",
        expected=f"quorum `{policy.quorum}`",
        found=", ".join(f"{size} entries" for size, _ in heads),
    )


def _list_folder(folder: Path) -> list[str]:
    paths = []
    for path in sorted(folder.rglob("*")):
        where = path.relative_to(folder).as_posix()
        if path.is_symlink() or not (path.is_dir() or path.is_file()):
            raise VerificationError(f"`{where}` is not a regular file", where=where, hint="a bundle has only files")
        if path.is_file():
            paths.append(where)
    if not paths:
        raise StoreError(f"`{folder}` is empty", hint="name the zip file, or the folder in which it was unpacked")
    return paths


def _read_in(folder: Path, name: str) -> bytes | None:
    from govern.exchange import MAX_ARCHIVED

    path = folder / name
    if not path.is_file():
        return None
    if path.stat().st_size > MAX_ARCHIVED:
        raise VerificationError("the file is larger than any file of a bundle", where=name)
    return path.read_bytes()


def _say_stamp(head: "OtherHead", roots: Path | None) -> tuple[str, bool]:
    """What a time stamp says, if it can be read here, and whether its authority was checked."""
    from govern.witness import check_stamp

    try:
        stamp = check_stamp(head.checkpoint, head.stamp or b"", read_input(roots) if roots else b"")
    except RefusedError as problem:  # the extra that reads time stamps is not installed
        return f"the time stamp on the log of {head.size} entries: {problem.message}", False
    trust = "" if stamp.trusted else ", an authority that is not checked: give --roots"
    when = f"{stamp.time:%Y-%m-%d %H:%M:%S} UTC, says {stamp.authority}{trust}"
    return f"the log of {head.size} entries existed at {when}", stamp.trusted


def _print(found: "MatterVerification", *, trusted: bool, stamps: list[tuple[str, bool]]) -> None:
    from govern.audit import STAMP, show_text, show_value

    terminal = console()
    terminal.print(f"The bundle verifies: {show_text(found.matter)} in the log {found.origin}", style="bold")
    entries = found.entries
    said = count(len(entries), "entry", "entries")
    terminal.print(f"{said}, from {entries[0][1].time[:10]} to {entries[-1][1].time[:10]}", soft_wrap=True)
    for key in _signers(found):
        terminal.print(f"signed by: {key}", soft_wrap=True)
    if not trusted:
        said = "The keys come from the bundle itself: compare them with what the log's owner published."
        terminal.print(said, soft_wrap=True)
    if found.admissions:
        terminal.print("\nTHE LOG ADMITS A LOSS:", style="bold red")
    for admission in found.admissions:
        print_wrapped(terminal, admission.words(), 2)
    for index, each in found.disclosed:
        terminal.print(f"entry {index}, {show_text(each.name)}: {show_value(each.value)}", soft_wrap=True)
    checked = bool(stamps) and all(trusted for _, trusted in stamps)
    unchecked = [line for line in found.unchecked if not (checked and line.startswith(STAMP))]
    unchecked += ["whether a certificate of the time stamp authority was revoked"] if checked else []
    said_stamps = [words for words, _ in stamps]
    for title, lines in (("Checked:", found.checked), ("Time stamps:", said_stamps), ("Not checked:", unchecked)):
        if lines:
            terminal.print(f"\n{title}")
        for line in lines:
            terminal.print(f"  {line}", soft_wrap=True)


def _signers(found: "MatterVerification") -> "list[str]":
    from govern.audit import format_verifier_key

    keys: list[VerifierKey] = [each.key for each in found.signatures]
    keys += [each.key for head in found.heads for each in head.witnesses]
    return list(dict.fromkeys(map(format_verifier_key, keys)))
