"""Read, prove, verify and export the log."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from govern.audit import (
    Entry,
    Proof,
    Verification,
    VerifierKey,
    check_checkpoint,
    check_same_history,
    consistency_path,
    find_body,
    format_proof,
    inclusion_path,
    parse_entry,
    plan_bundle,
    verify_log,
)
from govern.errors import StoreError, VerificationError
from govern.kernel import Actor, check_may
from govern.usecases.ports import LogHead, Ports, Record, Unit


@dataclass(frozen=True, slots=True)
class LoggedEntry:
    """An entry with its place."""

    index: int
    entry: Entry
    data: bytes


def list_entries(
    ports: Ports, actor: Actor, *, matter: str | None = None, last: int | None = None
) -> list[LoggedEntry]:
    """The entries in order, of one matter or all, the last so many or all."""
    check_may(actor, "read")
    head = ports.log.sequence()
    start = max(0, head.size - last) if last is not None and matter is None else 0
    found = [
        LoggedEntry(index, entry, data)
        for index, data in enumerate(ports.log.entries(start, head.size), start)
        for entry in (parse_entry(data),)
        if matter is None or entry.matter == matter
    ]
    return found[-last:] if last else found


def get_entry(ports: Ports, actor: Actor, index: int) -> tuple[LoggedEntry, Record | None]:
    """One entry and the record that it is about, if the workspace still has it. Raises StoreError beyond the end."""
    check_may(actor, "read")
    head = ports.log.sequence()
    if not 0 <= index < head.size:
        hint = f"entries are numbered 0 to {head.size - 1}" if head.size else "the log is empty"
        raise StoreError(f"there is no entry `{index}`", hint=hint)
    data = next(iter(ports.log.entries(index, index + 1)))
    entry = parse_entry(data)

    with ports.register.begin(write=False) as unit:
        return LoggedEntry(index, entry, data), _find_record(unit, entry)


def release_checkpoint(ports: Ports, actor: Actor) -> LogHead:
    """The newest signed head, with the outbox drained first."""
    check_may(actor, "read")
    return ports.log.sequence()


def prove_entry(ports: Ports, actor: Actor, index: int) -> tuple[bytes, bytes]:
    """A proof file (C2SP tlog-proof) that entry `index` is in the log, and the entry's bytes."""
    logged, _ = get_entry(ports, actor, index)
    head = ports.log.head()
    path = inclusion_path(index, head.size, ports.log.read_node)
    return format_proof(Proof(index, path, head.checkpoint)), logged.data


def verify_store(ports: Ports, actor: Actor, progress: Callable[[int], None] | None = None) -> Verification:
    """Recompute the whole log from the entries' bytes and compare with the signed head and every stored hash.

    Checked too: the records that entries name by digest, and the head that was signed last, kept outside the
    database. Raises VerificationError that names the first bad place.
    """
    check_may(actor, "read")
    head = ports.log.head()
    if not head.checkpoint:
        head = ports.log.sequence()
    last = ports.signer.last_signed()
    keys = [ports.signer.key]
    notes = [head.checkpoint] if last is None or last == head.checkpoint else [head.checkpoint, last]
    leaves, chain = _split(ports.log.stored_hashes())
    report = verify_log(ports.log.entries(), notes, keys, leaf_hashes=leaves, chain=chain, progress=progress)
    _check_records(ports)
    return replace(
        report,
        checked=(*report.checked, "every record that an entry names by digest", "the head that was signed last"),
        unchecked=tuple(each for each in report.unchecked if not each.startswith("the bodies")),
    )


def _split(pairs: Iterator[tuple[bytes, bytes]]) -> tuple[Iterator[bytes], Iterator[bytes]]:
    rows = list(pairs)
    return iter([leaf for leaf, _ in rows]), iter([chain for _, chain in rows])


def _find_record(unit: Unit, entry: Entry) -> Record | None:
    """The record that an entry is about (`kind:id@version`), if the workspace has it."""
    kind, _, rest = entry.object.partition(":")
    id_, _, version = rest.rpartition("@")
    return unit.find(kind, id_, int(version)) if version.isdecimal() else None


def _check_records(ports: Ports) -> None:
    """Each record that an entry names is the one that was logged, byte for byte."""
    with ports.register.begin(write=False) as unit:
        for index, data in enumerate(ports.log.entries()):
            wanted = find_body(data)
            entry = parse_entry(data)
            record = _find_record(unit, entry)
            found = sha256(record.body).hexdigest() if record else wanted
            if wanted is not None and found != wanted:
                raise VerificationError(
                    f"the record `{entry.object}` is not the one that was logged",
                    where=f"entry {index}",
                    expected=wanted,
                    found=str(found),
                )


def export_log(ports: Ports, actor: Actor, *, bodies: bool = False) -> Iterator[tuple[str, bytes]]:
    """The log as files that verify without us: (path, bytes), one after the other.

    With `bodies` the records that the entries name are exported too: they hold the facts of projects.
    """
    check_may(actor, "export_log")
    head = ports.log.sequence()
    records = _bodies(ports) if bodies else {}
    return plan_bundle(
        ports.log.entries(0, head.size),
        head.checkpoint,
        [ports.signer.key],
        records.get if bodies else None,
    )


def _bodies(ports: Ports) -> dict[str, bytes]:
    found = {}
    with ports.register.begin(write=False) as unit:
        for data in ports.log.entries():
            record = _find_record(unit, parse_entry(data))
            if record is not None:
                found[record.digest] = record.body
    return found


def prove_growth(ports: Ports, actor: Actor, old: bytes, keys: Sequence[VerifierKey]) -> tuple[bytes, ...]:
    """That the log today continues the log of an earlier checkpoint: the consistency proof, checked.

    Raises VerificationError with both signed notes if it does not.
    """
    check_may(actor, "read")
    head = ports.log.sequence()
    earlier, _ = check_checkpoint(old, keys)
    path = consistency_path(earlier.size, head.size, ports.log.read_node) if earlier.size <= head.size else ()
    check_same_history(old, head.checkpoint, path, keys)
    return path
