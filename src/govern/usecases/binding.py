"""Records bound to the log: which rows were changed, removed or added without an entry that says so."""

from collections.abc import Iterator
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
    entry names it and it is not there; *added* if no entry names it. Records that others save meanwhile are left to
    the next time. Memory: one digest for each record.
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

    with ports.register.begin(write=False) as unit:
        bad = _Bad()
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
    newer = _read_newer(ports, size) if any(each.what == "added" for each in bad.found) else frozenset()
    for key, (index, digest) in logged.items():
        bad.add(BadRow(_name(key), "removed", index, digest, "nothing"))
    found_rows = [each for each in bad.found if each.what != "added" or record_key(each.record) not in newer]
    rows = tuple(sorted(found_rows, key=lambda each: each.record))
    return RecordsCheck(size, seen, rows, bad.more, given_out, partial)


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
    found: list[BadRow] = field(default_factory=list)
    more: int = 0

    def add(self, row: BadRow) -> None:
        if len(self.found) < MOST:
            self.found.append(row)
        else:
            self.more += 1


def _read_logged(ports: Ports, stop: int | None, start: int = 0) -> Iterator[tuple[int, RecordKey | None, str]]:
    """The digests in entries, in order, each with the record that it is of; None for what is no record."""
    entries = enumerate(ports.log.entries(start, stop), start)
    found = ((index, data, find_body(data)) for index, data in entries)
    yield from ((index, record_key(find_object(data)), digest) for index, data, digest in found if digest is not None)


def _read_newer(ports: Ports, size: int) -> frozenset[RecordKey]:
    """The records whose entries came, or waited for their place, while the rows were read."""
    ports.log.sequence()
    return frozenset(key for _, key, _ in _read_logged(ports, None, size) if key is not None)


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
