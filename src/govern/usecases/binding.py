"""Records bound to the log: which rows were changed, removed or added without an entry that says so."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice

from govern.audit import find_body, find_object
from govern.errors import VerificationError
from govern.kernel import Actor, check_may
from govern.usecases.ports import Ports, Record, RecordKey
from govern.usecases.records import record_key

MOST = 1_000
"""Rows that are named; more are counted."""

_PAGE = 5_000


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

    def check(self) -> None:
        """Raise VerificationError for the first bad row, with the others named."""
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
    logged = {key: (index, digest) for index, key, digest in _read_logged(ports, size)}

    with ports.register.begin(write=False) as unit:
        bad = _Bad()
        seen = 0
        for record in unit.scan():
            seen += 1
            found = _judge(record, logged.pop((record.kind, record.id, record.version), None))
            if found is not None:
                bad.add(found)
    newer = _read_newer(ports, size) if any(each.what == "added" for each in bad.found) else frozenset()
    for key, (index, digest) in logged.items():
        bad.add(BadRow(_name(key), "removed", index, digest, "nothing"))
    found_rows = [each for each in bad.found if each.what != "added" or record_key(each.record) not in newer]
    return RecordsCheck(size, seen, tuple(sorted(found_rows, key=lambda each: each.record)), bad.more)


@dataclass(slots=True)
class _Bad:
    found: list[BadRow] = field(default_factory=list)
    more: int = 0

    def add(self, row: BadRow) -> None:
        if len(self.found) < MOST:
            self.found.append(row)
        else:
            self.more += 1


def _read_logged(ports: Ports, stop: int | None, start: int = 0) -> Iterator[tuple[int, RecordKey, str]]:
    """The records that entries name with a digest; the entry that named one first."""
    named: set[RecordKey] = set()
    entries = enumerate(ports.log.entries(start, stop), start)
    while page := list(islice(entries, _PAGE)):
        for index, data in page:
            digest = find_body(data)
            key = record_key(find_object(data)) if digest is not None else None
            if digest is not None and key is not None and key not in named:
                named.add(key)
                yield index, key, digest


def _read_newer(ports: Ports, size: int) -> frozenset[RecordKey]:
    """The records whose entries came, or waited for their place, while the rows were read."""
    ports.log.sequence()
    return frozenset(key for _, key, _ in _read_logged(ports, None, size))


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
