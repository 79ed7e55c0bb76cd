"""Read, prove, verify and export the log."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import islice, tee

from govern.audit import (
    Entry,
    Proof,
    Verification,
    VerifierKey,
    check_checkpoint,
    check_same_history,
    consistency_path,
    find_body,
    find_object,
    format_proof,
    inclusion_path,
    parse_entry,
    plan_bundle,
    verify_log,
)
from govern.errors import StoreError, VerificationError
from govern.kernel import Actor, check_may
from govern.usecases.ports import Log, LogHead, Ports, Record, RecordKey

PAGE = 2_000
"""Entries whose records are read together."""

LONGEST_VERSION = 9
"""Digits of a record's version: what a database can hold as a number."""


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
    head = _read_head(ports)
    start = max(0, head.size - last) if last is not None and matter is None else 0
    found = [
        LoggedEntry(index, entry, data)
        for index, data in enumerate(ports.log.entries(start, head.size), start)
        for entry in (parse_entry(data),)
        if matter is None or entry.matter == matter
    ]
    return found[-last:] if last else found


def _read_head(ports: Ports) -> LogHead:
    """The head as it stands. Raises VerificationError where the database is older than what was signed last.

    Nothing is written, so that those may read who may not write.
    """
    last = ports.signer.last_signed()
    head = ports.log.head()
    if last is not None:
        signed, _ = check_checkpoint(last, [ports.signer.key])
        if signed.size > head.size:
            raise VerificationError(
                "the database is older than the log that was signed last",
                where=f"entry {head.size}",
                expected=f"{signed.size} entries",
                found=f"{head.size} entries",
                hint="a restored backup? do not go on with it: see docs, “restoring a workspace”",
            )
    return head


def get_entry(ports: Ports, actor: Actor, index: int) -> tuple[LoggedEntry, Record | None]:
    """One entry and the record that it is about, if the workspace still has it. Raises StoreError beyond the end."""
    check_may(actor, "read")
    head = _read_head(ports)
    if not 0 <= index < head.size:
        hint = f"entries are numbered 0 to {head.size - 1}" if head.size else "the log is empty"
        raise StoreError(f"there is no entry `{index}`", hint=hint)
    data = next(iter(ports.log.entries(index, index + 1)))
    entry = parse_entry(data)

    with ports.register.begin(write=False) as unit:
        key = _record_key(entry.object)
        return LoggedEntry(index, entry, data), unit.find(*key) if key else None


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
    database. What is appended in the meantime is left to the next time. Raises VerificationError that names the first
    bad place.
    """
    check_may(actor, "read")
    last = ports.signer.last_signed()  # read before the head, which may be ahead of it and never behind
    head = ports.log.head()
    if not head.checkpoint:
        head = ports.log.sequence()
    elif last is None and ports.signer.last_signed() is None:  # not just signed for the first time
        hint = "restore it with the keys"
        raise VerificationError("the checkpoint that was signed last is not there", where="last-signed", hint=hint)
    signed, _ = check_checkpoint(head.checkpoint, [ports.signer.key])
    if (signed.size, signed.root) != (head.size, head.root):
        raise VerificationError(
            "the log's head is not what its checkpoint says",
            where="head",
            expected=f"{signed.size} entries, root {signed.root.hex()}",
            found=f"{head.size} entries, root {head.root.hex()}",
        )
    notes = [head.checkpoint] if last is None or last == head.checkpoint else [head.checkpoint, last]
    leaves, chain = tee(islice(ports.log.stored_hashes(), head.size))
    report = verify_log(
        ports.log.entries(0, head.size),
        notes,
        [ports.signer.key],
        leaf_hashes=(leaf for leaf, _ in leaves),
        chain=(value for _, value in chain),
        progress=progress,
        on_batch=_StoredNodes(ports.log).compare,
    )
    _check_end(ports.log, head)
    absent = _check_records(ports, head.size)
    checked = ("the stored hashes of the tree", "the head that was signed last", "the records that entries name")
    unchecked = [each for each in report.unchecked if not each.startswith("the bodies")]
    if absent:
        unchecked.append(f"the records of {absent} entries, which are not in the workspace")
    return replace(report, checked=(*report.checked, *checked), unchecked=tuple(unchecked))


class _StoredNodes:
    """The stored hashes of subtrees, held against those that are computed, batch by batch."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._levels: dict[int, Iterator[bytes]] = {}

    def compare(self, first: int, _: Sequence[bytes], rows: list[Sequence[bytes]]) -> None:
        for level, row in enumerate(rows[1:], 1):
            if level not in self._levels:
                self._levels[level] = self._log.stored_nodes(level)
            stored = list(islice(self._levels[level], len(row)))
            for place, computed in enumerate(row):
                if stored[place : place + 1] != [computed]:
                    start = ((first >> level) + place) << level
                    raise VerificationError(
                        "the stored hash of a subtree is not that of its entries",
                        where=f"entries {start} to {start + (1 << level) - 1}",
                        expected=computed.hex(),
                        found=stored[place].hex() if place < len(stored) else "nothing is stored",
                    )


def _check_end(log: Log, head: LogHead) -> None:
    """Nothing follows the last entry that is signed, unless the log has grown since."""
    if next(log.entries(head.size), None) is not None and log.head().size == head.size:
        raise VerificationError(
            f"there are more entries than the {head.size} that the checkpoint signs",
            where=f"entry {head.size}",
            hint="what follows is not signed by anybody",
        )


def _record_key(object_: str) -> RecordKey | None:
    """The record that an entry's object names (`kind:id@version`); None if it names none."""
    kind, _, rest = object_.partition(":")
    id_, _, version = rest.rpartition("@")
    return (kind, id_, int(version)) if version.isdecimal() and len(version) <= LONGEST_VERSION else None


def _find_records(ports: Ports, size: int | None = None) -> Iterator[tuple[int, bytes, Record | None]]:
    """The entries that have a body: index, bytes, and the record that the workspace has for it, if any."""
    entries = enumerate(ports.log.entries(0, size))
    with ports.register.begin(write=False) as unit:
        while page := list(islice(entries, PAGE)):
            with_body = [(index, data) for index, data in page if find_body(data) is not None]
            keys = [_record_key(find_object(data)) for _, data in with_body]
            records = unit.find_all(list({key for key in keys if key}))
            for (index, data), key in zip(with_body, keys, strict=True):
                yield index, data, records.get(key) if key else None


def _check_records(ports: Ports, size: int) -> int:
    """Each record that an entry names is the one that was logged, byte for byte; how many are not there any more."""
    absent = 0
    for index, data, record in _find_records(ports, size):
        if record is None:
            absent += 1
            continue
        wanted, found = find_body(data) or "", sha256(record.body).hexdigest()
        if found != wanted:
            raise VerificationError(
                f"the record `{find_object(data)}` is not the one that was logged",
                where=f"entry {index}",
                expected=wanted,
                found=found,
            )
    return absent


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
    return {record.digest: record.body for _, _, record in _find_records(ports) if record is not None}


def prove_growth(ports: Ports, actor: Actor, old: bytes, keys: Sequence[VerifierKey]) -> tuple[bytes, ...]:
    """That the log today continues the log of an earlier checkpoint: the consistency proof, checked.

    Raises VerificationError with both signed notes if it does not.
    """
    check_may(actor, "read")
    head = ports.log.head()
    earlier, _ = check_checkpoint(old, keys)
    path = consistency_path(earlier.size, head.size, ports.log.read_node) if earlier.size <= head.size else ()
    check_same_history(old, head.checkpoint, path, keys)
    return path
