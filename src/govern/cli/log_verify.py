"""`govern log verify`."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from govern.cli.logs import log_app
from govern.cli.terminal import check_output, console, print_wrapped, read_input, show_progress, workspace, write_output
from govern.cli.verifying import LONGEST_CERTIFICATE
from govern.errors import FactError, StoreError, VerificationError

if TYPE_CHECKING:
    from govern.audit import Admission, BundlePart, Kept, PartOrder, Verification, VerifiedProof, VerifierKey
    from govern.usecases.binding import RecordsCheck
    from govern.usecases.logs import StorePart

SLOW = 20_000
"""Entries from which a bar shows how far it is."""

Progress = Callable[[int], None]
_URLS = ("http://", "https://")


@log_app.command("verify")
def verify(
    source: Annotated[
        str | None,
        typer.Argument(
            help="A folder or the URL of a log; the workspace's own log if none is named.", metavar="SOURCE"
        ),
    ] = None,
    key: Annotated[
        list[str] | None, typer.Option(help="A verifier key to trust (NAME+ID+KEY); may be given again.")
    ] = None,
    since: Annotated[
        Path | None,
        typer.Option("--from", help="What --keep wrote, or a checkpoint: read what is new.", metavar="FILE"),
    ] = None,
    reread: Annotated[bool, typer.Option(help="With --from: hash all entries again, and parse the new ones.")] = False,
    keep: Annotated[
        Path | None, typer.Option(help="Keep here from where the next verification can go on.", metavar="FILE")
    ] = None,
    proof: Annotated[Path | None, typer.Option(help="Verify one entry by its proof file.", metavar="FILE")] = None,
    entry: Annotated[Path | None, typer.Option(help="With --proof: the entry's bytes.", metavar="FILE")] = None,
    jobs: Annotated[
        int, typer.Option(help="Processes that share the work: the workspace's log, or an export.", min=1, max=64)
    ] = 1,
    records: Annotated[
        bool, typer.Option("--records", help="Name every row of records that was changed, removed or added.")
    ] = False,
    any_entries: Annotated[
        bool, typer.Option("--any-entries", help="The entries may be anything: a log that others write.")
    ] = False,
    force: Annotated[bool, typer.Option(help="Overwrite the file that --keep names.")] = False,
) -> None:
    """Verify a log: recompute everything from the entries' bytes and trust no stored hash.

    A folder is an export, or any log as tiles (C2SP tlog-tiles); so is a URL, which alone makes this command use the
    network. Neither needs a workspace. Exit status 5 if anything does not verify; where a log has shown two histories,
    both signed notes are printed.

    Examples:

      govern log verify

      govern log verify --records

      govern log verify --from kept --keep kept

      govern log verify --jobs 2

      govern log verify out/log --key "$(cat published.pub)"

      govern log verify https://log.example.org/ --key example.org/log+1f2e3d4c+AbCd…

      govern log verify --proof entry-3.tlog-proof --entry entry-3.json --key "$(cat published.pub)"
    """
    keys = _parse_keys(key or [])
    if proof is not None or entry is not None:
        _verify_proof(proof, entry, keys, other=bool(source or since or keep))
        return
    if records and source is not None:
        raise FactError("an export has no rows of records", where="--records", hint="verify the workspace itself")
    if reread and since is None:
        raise FactError("there is nothing to read again without --from", where="--reread")
    if keep is not None and keep != since:
        check_output(keep, force=force)
    kept = None if since is None else _read_kept(since)
    if jobs > 1 and ((source or "").startswith(_URLS) or any_entries):
        raise _not_shared()
    if source is None:
        if keys:
            raise FactError("the workspace's own log is verified with its own key", where="--key", hint="name a folder")
        report = _verify_workspace(kept, reread=reread, jobs=jobs, records=not records)
        if records:
            report = _verify_records(report)
    elif source.startswith(_URLS):
        report = _verify_url(source, keys, kept, reread=reread, structure=not any_entries)
    else:
        _check_folder(Path(source))
        report = _verify_folder(Path(source), keys, kept, reread=reread, structure=not any_entries, jobs=jobs)
    _print_report(report, trusted=bool(keys) or source is None)
    if keep is not None and report.kept is not None:
        from govern.audit import format_kept

        write_output(keep, format_kept(report.kept))
        typer.echo(f"\nkept for the next time: {keep}")


def _verify_records(report: "Verification") -> "Verification":
    """The report, after every row of the register was held against the log too, and every entry against the rows."""
    from dataclasses import replace

    from govern.usecases.binding import check_records

    space = workspace()
    found = check_records(space.ports, space.actor)
    if len(found.bad) > 1:
        for each in found.bad:
            shown = "no entry names it" if each.entry is None else f"entry {each.entry}"
            console().print(f"{each.what:8} {each.record}  ({shown})", soft_wrap=True)
        if found.more:
            typer.echo(f"… and {found.more} more")
        raise VerificationError(
            f"{len(found.bad) + found.more} rows of records were changed, removed or added without an entry in the log",
            where="records",
            hint="the log itself verifies: hold the rows of a backup against it"
            + ("; rows that no entry names could not all be looked for" if found.partial else ""),
        )
    found.check()
    sound, other = found.records - len(found.waiting), " other" if found.waiting else ""
    said = f"all {sound}{other} rows of records: none was changed, removed or added without an entry"
    unchecked = (*report.unchecked, *_say_unproved(found))
    return replace(report, checked=(*report.checked, said), unchecked=unchecked)


def _say_unproved(found: "RecordsCheck") -> "Iterator[str]":
    if found.given_out:
        yield f"what was given out by {found.given_out} entries: the log has its digest"
    if found.waiting:
        named = ", ".join(found.waiting[:20]) + (" …" if len(found.waiting) > 20 else "")
        rows = "1 row of a record is" if len(found.waiting) == 1 else f"{len(found.waiting)} rows of records are"
        yield f"{rows} waiting, not yet signed: {named}"


def _parse_keys(texts: list[str]) -> "list[VerifierKey]":
    from govern.audit import parse_verifier_key

    try:
        return [parse_verifier_key(text.strip()) for text in texts]
    except VerificationError as problem:
        hint = "like example.org/log+1f2e3d4c+AbCd…, from keys/log.pub"
        raise FactError(problem.message, hint=hint, where="--key") from None


def _read_kept(path: Path) -> "Kept":
    from govern.audit import KEPT_LIMIT, parse_kept

    data = read_input(path, KEPT_LIMIT)
    try:
        return parse_kept(data)
    except VerificationError as problem:
        raise VerificationError(problem.message, where=f"{path}", hint=problem.hint) from None


def _verify_workspace(since: "Kept | None", *, reread: bool, jobs: int, records: bool) -> "Verification":
    from govern.mirror import read_in_processes
    from govern.usecases import logs
    from govern.wiring import read_log_part

    space = workspace()
    size = space.ports.log.head().size

    def share(orders: "Sequence[PartOrder]", progress: Progress | None) -> "list[StorePart]":
        def here(order: "PartOrder") -> "StorePart":
            told = progress and _scale(progress, order.first, order.stop)
            return logs.read_store_part(space.ports, space.actor, order, told, records=records)

        return read_in_processes(partial(read_log_part, space.settings.folder, records), here, orders)

    return _with_bar(
        size,
        lambda progress: logs.verify_store(
            space.ports,
            space.actor,
            progress,
            since=since,
            reread=reread,
            jobs=jobs,
            share=share,
            records=records,
        ),
    )


def _scale(progress: Progress, first: int, stop: int) -> Progress:
    """Told how far the part from `first` to `stop` is, says that all parts are as far: they have one length."""
    return lambda done: progress((done - first) * stop // (stop - first))


def _verify_url(
    url: str, keys: "list[VerifierKey]", since: "Kept | None", *, reread: bool, structure: bool
) -> "Verification":
    from govern.audit import parse_checkpoint, parse_note, verify_tile_log
    from govern.mirror import UrlReader

    _need_key(keys)
    read = UrlReader(url)
    checkpoint = read("checkpoint")
    if checkpoint is None:
        raise StoreError(
            f"there is no log at `{url}`", hint="its file `checkpoint` is missing: give the URL without it"
        )
    size = parse_checkpoint(parse_note(checkpoint).text).size
    return _with_bar(
        size,
        lambda progress: verify_tile_log(
            read, keys, since=since, reread=reread, structure=structure, progress=progress
        ),
    )


def _check_folder(path: Path) -> None:
    """Return unless it is a file: none holds a log, but there is a command for each that goes with one."""
    if not path.is_file():
        return
    from govern.usecases.certificates import find_kind

    kind = None
    if path.suffix == ".zip":
        hint = f"a bundle of one project: govern log verify-bundle {path}; a whole log in a zip file: unpack it first"
    elif path.suffix == ".tlog-proof":
        hint = f"one entry: govern log verify --proof {path} --entry FILE"
    else:
        kind = find_kind(read_input(path, LONGEST_CERTIFICATE))
        hint = f"{kind.value} {path}" if kind else "name the folder of an export, or nothing for the workspace's log"
    what = f": it is a certificate of {kind.noun}" if kind else ""
    raise StoreError(f"`{path}` is not a folder{what}", hint=hint)


def _verify_folder(
    folder: Path, keys: "list[VerifierKey]", since: "Kept | None", *, reread: bool, structure: bool, jobs: int
) -> "Verification":
    """A bundle in every bit; of another log the checkpoint and its tiles."""
    from govern.audit import verify_bundle, verify_tile_log
    from govern.mirror import FolderReader, read_folder_part, read_in_processes

    def share(orders: "Sequence[PartOrder]", size: int, bodies: frozenset[str]) -> "list[BundlePart]":
        read_part = partial(read_folder_part, folder, size, bodies)
        return read_in_processes(read_part, read_part, orders)

    read = FolderReader(folder)
    paths = read.list_paths()
    if structure and any(path in paths for path in ("README.txt", "SHA256SUMS", "verifier-keys.txt")):
        return verify_bundle(read, paths, keys or None, since=since, jobs=jobs, share=share)
    if "checkpoint" not in paths:
        hint = "a log has a file `checkpoint` at its top: name the folder that holds it"
        said = "the checkpoint is missing: there is no log in this folder"
        raise VerificationError(said, where=str(folder), hint=hint)
    _need_key(keys)
    if jobs > 1:
        raise _not_shared()
    return verify_tile_log(read, keys, since=since, reread=reread, structure=structure)


def _not_shared() -> FactError:
    return FactError("only the workspace's log and whole exports are read by several processes", where="--jobs")


def _need_key(keys: "list[VerifierKey]") -> None:
    if not keys:
        raise FactError("this log is verified with a key that was published elsewhere", where="--key", hint="give it")


def _with_bar(size: int, call: "Callable[[Progress | None], Verification]") -> "Verification":
    if size < SLOW:
        return call(None)
    with show_progress("entries", size) as advance:
        return call(advance)


def _verify_proof(proof: Path | None, entry: Path | None, keys: "list[VerifierKey]", *, other: bool) -> None:
    from govern.audit import check_proof, find_admissions, parse_entry

    if proof is None or entry is None or other:
        raise FactError("a proof is verified with its entry, and with nothing else", where="--proof, --entry")
    data, entry_data = read_input(proof), read_input(entry)
    if not keys:
        keys = list(workspace().ports.signer.keys)
    verified = check_proof(data, entry_data, keys)
    parse_entry(entry_data, str(entry))
    _print_proof(verified, list(find_admissions([entry_data], verified.index)))


def _print_admissions(admissions: "Sequence[Admission]") -> None:
    """Before all that was checked: a log that was set back must not be taken for one that holds all it ever signed."""
    if admissions:
        console().print("\nTHE LOG ADMITS A LOSS:", style="bold red")
    for each in admissions:
        print_wrapped(console(), each.words(), 2)


def _print_proof(verified: "VerifiedProof", admissions: "Sequence[Admission]") -> None:
    from govern.audit import format_verifier_key, say_witnessed

    head = verified.checkpoint
    typer.echo(f"Entry {verified.index} is in the log: {head.origin}, {head.size} entries")
    typer.echo(f"root hash: {head.root.hex()}")
    for signature in verified.note.signatures:
        typer.echo(f"signed by: {format_verifier_key(signature.key)}")
    _print_admissions(admissions)
    typer.echo("\nChecked:\n  the signatures on the checkpoint in the proof\n  the entry's place, and that it parses")
    typer.echo(
        "\nNot checked:\n  all other entries, and the record that this one is about\n  that what it says is true"
    )
    typer.echo(f"  {say_witnessed(verified.note.signatures)}")


def _print_report(report: "Verification", *, trusted: bool) -> None:
    from govern.audit import format_verifier_key

    typer.echo(f"The log verifies: {report.origin}, {report.size} entries")
    typer.echo(f"root hash: {report.root.hex()}")
    for signature in report.signatures:
        typer.echo(f"signed by: {format_verifier_key(signature.key)}")
    if not trusted:
        typer.echo("The keys come from the export itself: compare them with what the log's owner published.")
    _print_admissions(report.admissions)
    typer.echo("\nChecked:")
    for each in report.checked:
        typer.echo(f"  {each}")
    typer.echo("\nNot checked:")
    for each in report.unchecked:
        typer.echo(f"  {each}")
    for note in report.notes:
        typer.echo(f"note: {note}")
