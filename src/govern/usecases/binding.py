"""Records bound to the log: which rows were changed, removed or added without an entry that says so."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from govern.audit import find_body, find_object
from govern.errors import VerificationError
from govern.kernel import Actor, check_may
from govern.usecases.ports import Ports, Record, RecordKey, Unit
from govern.usecases.records import record_key

MOST = 1_000
"""Rows that are named; more are counted."""


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that is not as the log says: which record, what is wrong, and the entry that shows it, if there is one."""

    record: str
    what: str
    """`changed`, `removed` or `added`."""
    entry: int | None
    expected: str
    found: str


@dataclass(frozen=True, slots=True)
class RecordsCheck:
    """What was compared, and every row that does not agree, by record."""

    size: int
    records: int
    bad: tuple[BadRow, ...]
    more: int
    """How many bad rows there are beyond those that are named."""
    given_out: int = 0
    """How many entries commit to what is no record, and was given out: an export, a bundle, a document."""
    partial: bool = False
    """Whether rows that no entry names could not all be looked for, because one row cannot be read."""
    waiting: tuple[str, ...] = ()
    """Rows whose entry waits in the outbox, as the record and the event there say alike: nobody signed them yet."""

    def check(self) -> None:
        """Raise VerificationError for the first bad row, with the others named."""
        if not self.bad and self.partial:
            raise VerificationError("a row that no entry names cannot be read", where="records")
        if not self.bad:
            return
        first, others = self.bad[0], self.bad[1:]
        named = ", ".join(f"`{each.record}` ({each.what})" for each in others[:20])
        rest = len(others) - 20 + self.more
        raise VerificationError(
            f"the record `{first.record}` was {first.what} without an entry in the log",
            where=f"entry {first.entry}" if first.entry is not None else f"row {first.record}",
            expected=first.expected,
            found=first.found,
            hint=(f"also: {named}" + (f", and {rest} more" if rest > 0 else "")) if others else "",
        )


def check_records(ports: Ports, actor: Actor) -> RecordsCheck:
    """Hold every row of the register against the log, and the log's entries against the rows.

    A row is *changed* if its bytes are not those that were logged, or not those of its own digest; *removed* if an
    entry names it and it is not there; *added* if no entry names it. One whose entry waits in the outbox is *waiting*:
    anybody who can write to the database can have put both there, and so nothing is signed here, nor written. Records
    that are saved and signed meanwhile are left to the next time. Memory: one digest for each record.
    """
    check_may(actor, "read")
    size = ports.log.head().size
    logged: dict[RecordKey, tuple[int, str]] = {}
    given_out = 0
    for index, key, digest in _read_logged(ports, size):
        if key is None:
            given_out += 1
        else:
            logged.setdefault(key, (index, digest))

    waiting = _read_waiting(ports)
    with ports.register.begin(write=False) as unit:
        bad = _Bad(waiting)
        seen, partial = 0, False
        try:
            for record in unit.scan():
                seen += 1
                found = _judge(record, logged.pop((record.kind, record.id, record.version), None))
                if found is not None:
                    bad.add(found)
        except VerificationError:  # a row that cannot even be read: those behind it are to be named too
            partial = True
            _check_each(unit, logged, bad)
    bad.settle(*_read_newer(ports, size))
    for key, (index, digest) in logged.items():
        bad.add(BadRow(_name(key), "removed", index, digest, "nothing"))
    rows = tuple(sorted(bad.found, key=lambda each: each.record))
    return RecordsCheck(size, seen, rows, bad.more, given_out, partial, tuple(sorted(bad.waiting)))


def _check_each(unit: Unit, logged: dict[RecordKey, tuple[int, str]], bad: "_Bad") -> None:
    """One row after the other, of those that entries name; what is left in `logged` then was removed."""
    for key in list(logged):
        try:
            record = unit.find(*key)
        except VerificationError as problem:
            index, digest = logged.pop(key)
            bad.add(BadRow(_name(key), "changed", index, digest, problem.message))
            continue
        found = None if record is None else _judge(record, logged.pop(key))
        if found is not None:
            bad.add(found)


@dataclass(slots=True)
class _Bad:
    events: Mapping[RecordKey, str]
    """The digests in the events that waited when the rows began to be read."""
    found: list[BadRow] = field(default_factory=list)
    more: int = 0
    waiting: list[str] = field(default_factory=list)

    def add(self, row: BadRow) -> None:
        if _is_named(row, self.events):
            self.waiting.append(row.record)
        elif len(self.found) < MOST:
            self.found.append(row)
        else:
            self.more += 1

    def settle(self, waiting: Mapping[RecordKey, str], signed: Mapping[RecordKey, str]) -> None:
        """Take out what came meanwhile: rows whose entry waits now, and those whose entry was signed."""
        self.waiting += [each.record for each in self.found if _is_named(each, waiting)]
        self.waiting = [each for each in self.waiting if record_key(each) not in signed]
        self.found = [each for each in self.found if not _is_named(each, waiting) and not _is_named(each, signed)]


def _is_named(row: BadRow, digests: Mapping[RecordKey, str]) -> bool:
    """Whether a row that no entry of the log names is one of those that these digests are of."""
    key = record_key(row.record) if row.what == "added" else None
    return key is not None and key in digests and row.found.endswith(digests[key])


def _read_logged(ports: Ports, stop: int | None, start: int = 0) -> Iterator[tuple[int, RecordKey | None, str]]:
    """The digests in entries, in order, each with the record that it is of; None for what is no record."""
    entries = enumerate(ports.log.entries(start, stop), start)
    found = ((index, data, find_body(data)) for index, data in entries)
    yield from ((index, record_key(find_object(data)), digest) for index, data, digest in found if digest is not None)


def _read_waiting(ports: Ports) -> dict[RecordKey, str]:
    """The digests in the events that wait for their place in the log, by the record that each is of."""
    found = ((record_key(event.object), event.body) for event in ports.log.waiting())
    return {key: body.removeprefix("sha256:") for key, body in found if key is not None and body is not None}


def _read_newer(ports: Ports, size: int) -> tuple[dict[RecordKey, str], dict[RecordKey, str]]:
    """The digests of records that wait now, and those of entries that came while the rows were read.

    In this order: what leaves the outbox in between is in an entry then, and is not missed.
    """
    waiting = _read_waiting(ports)
    return waiting, {key: digest for _, key, digest in _read_logged(ports, None, size) if key is not None}


def _judge(record: Record, logged: tuple[int, str] | None) -> BadRow | None:
    name = _name((record.kind, record.id, record.version))
    digest = sha256(record.body).hexdigest()
    if logged is None:
        return BadRow(name, "added", None, "an entry that names it", f"a row with the digest {digest}")
    index, wanted = logged
    if digest != wanted:
        return BadRow(name, "changed", index, wanted, digest)
    if record.digest != digest:
        return BadRow(name, "changed", index, f"{digest} beside it", record.digest)
    return None


def _name(key: RecordKey) -> str:
    kind, id_, version = key
    return f"{kind}:{id_}@{version}"
