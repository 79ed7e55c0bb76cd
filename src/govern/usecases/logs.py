"""Read, prove, verify and export the log."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import islice

from govern.audit import (
    CHAIN_START,
    ENTRIES,
    SET_BACK,
    Admission,
    Entry,
    Kept,
    Part,
    PartOrder,
    Proof,
    Tile,
    Verification,
    VerifierKey,
    check_checkpoint,
    check_not_older,
    check_same_history,
    check_signed_in_time,
    consistency_path,
    explain_admission,
    find_body,
    find_frontier,
    find_object,
    find_root,
    find_sizes,
    format_entry_bundle,
    format_hashes,
    format_proof,
    hash_leaf,
    inclusion_path,
    parse_entry,
    parse_tile_path,
    plan_bundle,
    plan_parts,
    raise_tiles,
    read_part,
    verify_log,
    verify_parts,
)
from govern.errors import StoreError, VerificationError
from govern.kernel import MAY, Actor, check_may
from govern.usecases.access import note_log_export
from govern.usecases.ports import STORED_LEVEL, Log, LogHead, Ports, Record
from govern.usecases.records import record_key

PAGE = 2_000
"""Entries whose records are read together."""


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
        check_not_older(check_checkpoint(last, ports.signer.keys)[0], head.size)
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
        key = record_key(entry.object)
        return LoggedEntry(index, entry, data), unit.find(*key) if key else None


def release_checkpoint(ports: Ports, actor: Actor) -> LogHead:
    """The newest signed head, with the outbox drained first by those who may write."""
    check_may(actor, "read")
    return ports.log.sequence() if actor.roles & MAY["change_facts"] else _signed_head(ports)


def _signed_head(ports: Ports) -> LogHead:
    """The head as it stands: what only reads the log signs nothing. Raises StoreError where there is none."""
    head = _read_head(ports)
    if not head.checkpoint:
        raise _no_checkpoint()
    return head


def _no_checkpoint() -> StoreError:
    hint = "somebody who may write to it makes one: govern log checkpoint"
    return StoreError("the log has no checkpoint yet", hint=hint)


def prove_entry(ports: Ports, actor: Actor, index: int) -> tuple[bytes, bytes]:
    """A proof file (C2SP tlog-proof) that entry `index` is in the log, and the entry's bytes."""
    logged, _ = get_entry(ports, actor, index)
    head = ports.log.head()
    path = inclusion_path(index, head.size, ports.log.read_node)
    return format_proof(Proof(index, path, head.checkpoint)), logged.data


@dataclass(frozen=True, slots=True)
class Absent:
    """How many records that entries name are not there, and how many entries commit to what is no record.

    The second is what was given out: an export, a bundle, a document. The first is never so in a workspace as it should
    be, and so the two are told apart.
    """

    records: int = 0
    given_out: int = 0

    def __add__(self, other: "Absent") -> "Absent":
        return Absent(self.records + other.records, self.given_out + other.given_out)

    def lines(self) -> Iterator[str]:
        """What a report says of it."""
        if self.records:
            said = f"the records of {self.records} entries, which are not in the workspace"
            yield f"{said}: govern log verify --records names them"
        if self.given_out:
            yield f"what was given out by {self.given_out} entries: the log has its digest"


@dataclass(frozen=True)
class StorePart:
    """A part of the log as it was read, and what could not be held against it."""

    part: Part
    absent: Absent


ShareStore = Callable[[Sequence[PartOrder], Callable[[int], None] | None], Sequence[StorePart]]
"""Reads parts of the log in several processes: `read_store_part` for each order."""


def verify_store(
    ports: Ports,
    actor: Actor,
    progress: Callable[[int], None] | None = None,
    *,
    since: Kept | None = None,
    reread: bool = False,
    jobs: int = 1,
    share: ShareStore | None = None,
    records: bool = True,
) -> Verification:
    """Recompute the whole log from the entries' bytes and compare with the signed head and every stored hash.

    With `since`, what an earlier verification kept, only what is new is read; with `reread` too all entries are hashed
    again, and the new ones parsed. With `share` the entries are read in that many parts at once, unless they are only
    new ones. Where a part does not verify all is read once more, one after the other, so that the error is the same.

    Checked too: the head that was signed last, kept outside the database, and the records that entries name by digest,
    unless `records` is false: `check_records` says more of them, and names every row. What is appended in the meantime
    is left to the next time. Raises VerificationError that names the first bad place.
    """
    check_may(actor, "read")
    last = ports.signer.last_signed()  # read before the head, which may be ahead of it and never behind
    head = ports.log.head()
    if not head.checkpoint:
        raise _no_checkpoint()
    if last is None and ports.signer.last_signed() is None:  # not just signed for the first time
        hint = "restore it with the keys"
        raise VerificationError("the checkpoint that was signed last is not there", where="last-signed", hint=hint)
    signed, note = check_checkpoint(head.checkpoint, ports.signer.keys)
    check_signed_in_time(signed, note, ports.signer.succession)
    if (signed.size, signed.root) != (head.size, head.root):
        raise VerificationError(
            "the log's head is not what its checkpoint says",
            where="head",
            expected=f"{signed.size} entries, root {signed.root.hex()}",
            found=f"{head.size} entries, root {head.root.hex()}",
        )
    if last is not None:
        check_not_older(check_checkpoint(last, ports.signer.keys)[0], head.size)
    start = 0
    if since is not None and not reread:
        since, start = _with_frontier(ports, since, head)
    reading = _Reading(ports, actor, [head.checkpoint], head, since, reread, start, progress, records)
    report, absent = reading.read_shared(jobs, share) if share and jobs > 1 and not start else reading.read_all()
    if last not in (None, head.checkpoint) and not start:
        _check_continues(ports, head, last or b"")
    everything = ("the stored hashes of the tree", "the head that was signed last")
    checked = (*(() if start else everything), *(("the records that entries name",) if records else ()))
    unchecked = [each for each in report.unchecked if not each.startswith(("the bodies", "the stored leaf hashes"))]
    unchecked += everything if start else ()
    unchecked += absent.lines()
    unchecked += _say_waiting(ports)
    admissions = explain_admissions(ports, report.admissions)
    return replace(report, checked=(*report.checked, *checked), unchecked=tuple(unchecked), admissions=admissions)


def _say_waiting(ports: Ports) -> Iterator[str]:
    """How many events wait. Raises VerificationError that names a row of the outbox that is no event."""
    waiting = sum(1 for _ in ports.log.waiting())
    if waiting:
        yield f"{waiting} event(s) that wait in the outbox: nobody has signed them, and whoever writes next will"


def _check_continues(ports: Ports, head: LogHead, last: bytes) -> None:
    """The log, whose stored hashes were verified, begins with the one that was signed last."""
    signed, _ = check_checkpoint(last, ports.signer.keys)
    if find_root(signed.size, ports.log.read_node) != signed.root:
        raise VerificationError(
            "the log is forked: the database has another history than the log that was signed last",
            where=f"sizes {signed.size} and {head.size}",
            hint=f"keep both notes, which prove it to anybody; {SET_BACK}",
            expected=last.decode(),
            found=head.checkpoint.decode(),
        )


def explain_admissions(ports: Ports, admissions: Sequence[Admission]) -> tuple[Admission, ...]:
    """Each with what the workspace's record says that it admits, if that record is the one that was logged."""
    keys = [record_key(each.entry.object) for each in admissions]
    with ports.register.begin(write=False) as unit:
        records = unit.find_all([key for key in keys if key])
    bodies = {record.digest: record.body for record in records.values()}
    return tuple(explain_admission(each, bodies.get) for each in admissions)


def _with_frontier(ports: Ports, since: Kept, head: LogHead) -> tuple[Kept, int]:
    """What was kept with its frontier, out of the stored tree where only a checkpoint was kept, and its size."""
    size = check_checkpoint(since.checkpoint, ports.signer.keys)[0].size
    if since.frontier is None and size <= head.size:
        since = replace(since, frontier=find_frontier(size, ports.log.read_node))
    return since, size


@dataclass(frozen=True)
class _Reading:
    """How the entries of a store are read: one after the other, or in parts."""

    ports: Ports
    actor: Actor
    notes: Sequence[bytes]
    head: LogHead
    since: Kept | None
    reread: bool
    start: int
    progress: Callable[[int], None] | None
    records: bool

    def read_all(self) -> tuple[Verification, Absent]:
        """What `verify_log` reports, and what could not be held against it."""
        log, size = self.ports.log, self.head.size
        report = verify_log(
            log.entries(self.start, size),
            self.notes,
            self.ports.signer.keys,
            chain=None if self.start else islice(log.stored_chain(), size),
            progress=self.progress,
            on_batch=None if self.start else _StoredNodes(log).compare,
            since=self.since,
            reread=self.reread,
        )
        _check_end(log, self.head)
        return report, _check_records(self.ports, size, self.start) if self.records else Absent()

    def read_shared(self, jobs: int, share: ShareStore) -> tuple[Verification, Absent]:
        """The same out of parts."""
        try:
            sizes = find_sizes(self.notes, self.ports.signer.keys, self.since)
            found = share(plan_parts(sizes, jobs, 0 if self.since is None else sizes[0]), self.progress)
            parts = [each.part for each in found]
            report = verify_parts(parts, self.notes, self.ports.signer.keys, since=self.since)
            _StoredNodes(self.ports.log).compare(0, (), [(), *[()] * TILE_LEVEL, *raise_tiles(parts)[1:]])
            _check_end(self.ports.log, self.head)
        except VerificationError as problem:
            self.read_all()
            raise problem from None
        return report, sum((each.absent for each in found), start=Absent())


def read_store_part(
    ports: Ports,
    actor: Actor,
    order: PartOrder,
    progress: Callable[[int], None] | None = None,
    *,
    records: bool = True,
) -> StorePart:
    """Read a part of the log with what is stored beside it, for `verify_store` in several processes.

    The stored chain value in front of the part is taken for granted, and held against the part before it there.
    """
    check_may(actor, "read")
    log = ports.log
    before = next(log.stored_chain(order.first - 1), b"") if order.first else CHAIN_START
    part = read_part(
        log.entries(order.first, order.stop),
        order,
        chain=(before, islice(log.stored_chain(order.first), order.stop - order.first)),
        progress=progress,
        on_batch=_StoredNodes(log).compare,
    )
    return StorePart(part, _check_records(ports, order.stop, order.first) if records else Absent())


_LOWEST = -(2**63)
"""The lowest number that a database counts."""


class _StoredNodes:
    """The stored hashes of subtrees, held against those that are computed, batch by batch."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._levels: dict[int, Iterator[bytes]] = {}

    def compare(self, first: int, _: Sequence[bytes], rows: list[Sequence[bytes]]) -> None:
        for level in range(STORED_LEVEL, len(rows), STORED_LEVEL):
            row = rows[level]
            if level not in self._levels:
                self._levels[level] = self._log.stored_nodes(level, first >> level)
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
    """Nothing follows the last entry that is signed, or its chain value, unless the log has grown since; nothing comes
    before the first."""
    if next(log.entries(_LOWEST, 0), None) is not None:
        said = "there is an entry with a number below 0"
        raise VerificationError(said, where="entries", hint="nobody signed it, and nothing can be logged beside it")
    chain = next(log.stored_chain(head.size - 1), b"") if head.size else CHAIN_START
    found = log.head_chain()
    if found != chain and log.head().size == head.size:
        raise VerificationError(
            "the chain value beside the head is not that of the last entry",
            where="head",
            hint="it was changed: nothing can be logged until it is as it was",
            expected=chain.hex(),
            found=found.hex(),
        )
    if next(log.entries(head.size), None) is not None and log.head().size == head.size:
        raise VerificationError(
            f"there are more entries than the {head.size} that the checkpoint signs",
            where=f"entry {head.size}",
            hint="what follows is not signed by anybody",
        )


def _find_records(ports: Ports, size: int | None = None, start: int = 0) -> Iterator[tuple[int, bytes, Record | None]]:
    """The entries that have a body: index, bytes, and the record that the workspace has for it, if any."""
    entries = enumerate(ports.log.entries(start, size), start)
    with ports.register.begin(write=False) as unit:
        while page := list(islice(entries, PAGE)):
            with_body = [(index, data) for index, data in page if find_body(data) is not None]
            keys = [record_key(find_object(data)) for _, data in with_body]
            records = unit.find_all(list({key for key in keys if key}))
            for (index, data), key in zip(with_body, keys, strict=True):
                yield index, data, records.get(key) if key else None


def _check_records(ports: Ports, size: int, start: int) -> Absent:
    """Each record that an entry names is the one that was logged, byte for byte; what could not be compared."""
    records = given_out = 0
    for index, data, record in _find_records(ports, size, start):
        if record is None:
            named = "@" in find_object(data)  # as `record_event` writes it; what is given out has no version
            records, given_out = records + named, given_out + (not named)
            continue
        wanted, found = find_body(data) or "", sha256(record.body).hexdigest()
        if found != wanted:
            raise VerificationError(
                f"the record `{find_object(data)}` is not the one that was logged",
                where=f"entry {index}",
                hint="govern log verify --records names every row that was changed, removed or added",
                expected=wanted,
                found=found,
            )
    return Absent(records, given_out)


def export_log(ports: Ports, actor: Actor, *, bodies: bool = False) -> Iterator[tuple[str, bytes]]:
    """The log as files that verify without us: (path, bytes), one after the other.

    With `bodies` the records that the entries name are exported too: they hold the facts of projects. Then the export
    is an entry of the log itself, after those that are exported.
    """
    check_may(actor, "export_log")
    head = _signed_head(ports)
    if bodies:
        note_log_export(ports, actor, head)
    records = _bodies(ports) if bodies else {}
    return plan_bundle(
        ports.log.entries(0, head.size),
        head.checkpoint,
        ports.signer.keys,
        records.get if bodies else None,
    )


CHECKPOINT = "checkpoint"
TILE_LEVEL = 8
"""Levels of the tree in one tile."""


def read_log_file(ports: Ports, actor: Actor, path: str) -> bytes | None:
    """The file at a path of the log as static files (C2SP tlog-tiles): `checkpoint` or a tile. None if there is none.

    Tiles are made out of what is stored when they are asked for, and only as far as the released head signs them. The
    outbox is not drained: who serves a log need not be able to write to it.
    """
    check_may(actor, "read")
    head = _read_head(ports) if path == CHECKPOINT else ports.log.head()
    if path == CHECKPOINT:
        return head.checkpoint or None
    try:
        tile = parse_tile_path(path)
    except VerificationError:
        return None
    count = head.size if tile.level == ENTRIES else head.size >> TILE_LEVEL * tile.level
    first = tile.index << TILE_LEVEL
    if first + tile.width > count:
        return None
    return _make_tile(ports.log, tile, first)


def _make_tile(log: Log, tile: Tile, first: int) -> bytes:
    if tile.level == ENTRIES:
        return format_entry_bundle(log.entries(first, first + tile.width))
    if tile.level == 0:
        return format_hashes([hash_leaf(entry) for entry in log.entries(first, first + tile.width)])
    return format_hashes([log.read_node(TILE_LEVEL * tile.level, first + place) for place in range(tile.width)])


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
