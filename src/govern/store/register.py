"""The register: records and the outbox, in one transaction."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from hashlib import sha256
from itertools import chain
from typing import Any

from sqlalchemy import Connection, func, select, text, tuple_

from govern.audit import Event, check_event
from govern.errors import VerificationError, WriteConflictError
from govern.store.database import Database, stored_bytes
from govern.store.tables import OutboxRow, RecordRow
from govern.usecases.ports import Record, RecordKey

_RECORDS = RecordRow.__table__  # type: ignore[attr-defined]
_OUTBOX = OutboxRow.__table__  # type: ignore[attr-defined]

PAGE = 900
"""Records asked for in one query: SQLite before 3.32 takes 999 parameters."""

SCAN = 1_000
"""Records read at a time where all are."""


class SqlRegister:
    """The records of a workspace in a database."""

    def __init__(self, database: Database, before_write: Callable[[], None] = lambda: None) -> None:
        """`before_write` may refuse: what cannot be logged is not begun."""
        self._database = database
        self._before_write = before_write

    @contextmanager
    def begin(self, *, write: bool) -> Iterator["SqlUnit"]:
        """Open a transaction; it commits at the end of the block and rolls back on any error."""
        if write:
            self._before_write()
        with self._database.transaction(write=write) as connection:
            yield SqlUnit(connection)


class SqlUnit:
    """One transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, kind: str, id_: str, version: int | None = None) -> Record | None:
        """The newest version of a record, or a given one; None if there is none."""
        query = select(_RECORDS).where(_RECORDS.c.kind == kind, _RECORDS.c.id == id_)
        if version is not None:
            query = query.where(_RECORDS.c.version == version)
        row = self._connection.execute(query.order_by(_RECORDS.c.version.desc()).limit(1)).first()
        return _make_record(row) if row else None

    def find_all(self, keys: Sequence[RecordKey]) -> dict[RecordKey, Record]:
        """The records of these kinds, ids and versions, those that are there."""
        alike: dict[tuple[str, int], list[str]] = {}
        for kind, id_, version in keys:
            alike.setdefault((kind, version), []).append(id_)
        found = {}
        for (kind, version), ids in alike.items():
            for start in range(0, len(ids), PAGE):
                # Not (kind, id, version) IN (…): SQLite reads the whole table for that, and the index for this.
                some = _RECORDS.c.id.in_(ids[start : start + PAGE])
                query = select(_RECORDS).where(_RECORDS.c.kind == kind, _RECORDS.c.version == version, some)
                found.update({(kind, row.id, version): _make_record(row) for row in self._connection.execute(query)})
        return found

    def list(self, kind: str) -> list[Record]:
        """The newest version of every record of a kind, by id."""
        newest = (
            select(_RECORDS.c.id, func.max(_RECORDS.c.version).label("version"))
            .where(_RECORDS.c.kind == kind)
            .group_by(_RECORDS.c.id)
            .subquery()
        )
        query = (
            select(_RECORDS)
            .join(newest, (_RECORDS.c.id == newest.c.id) & (_RECORDS.c.version == newest.c.version))
            .where(_RECORDS.c.kind == kind)
        )
        return sorted(map(_make_record, self._connection.execute(query)), key=lambda record: record.id)

    def scan_newest(self, kind: str, prefix: str = "") -> Iterator[Record]:
        """The newest version of every record of a kind whose id begins so, by id, a page at a time."""
        key, waiting = tuple_(_RECORDS.c.id, _RECORDS.c.version), None
        chosen = (_RECORDS.c.kind == kind) & _RECORDS.c.id.startswith(prefix, autoescape=True)
        query = select(_RECORDS).where(chosen).order_by(_RECORDS.c.id, _RECORDS.c.version).limit(SCAN)
        page = query
        while rows := self._connection.execute(page).all():
            for row in rows:
                if waiting is not None and waiting.id != row.id:
                    yield _make_record(waiting)
                waiting = row
            page = query.where(key > tuple_(rows[-1].id, rows[-1].version))
        if waiting is not None:
            yield _make_record(waiting)

    def count(self, kind: str) -> int:
        """How many versions there are of all records of a kind. The index answers, without reading the rows."""
        query = select(func.count()).select_from(_RECORDS).where(_RECORDS.c.kind == kind)
        return int(self._connection.execute(query).scalar_one())

    def lock(self, name: str) -> None:
        """No other transaction that locks the name goes on until this one ends.

        In SQLite a transaction that writes is alone anyway.
        """
        if self._connection.dialect.name == "postgresql":
            number = int.from_bytes(sha256(name.encode()).digest()[:8], signed=True)
            self._connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})

    def scan(self, kind: str | None = None, id_: str | None = None) -> Iterator[Record]:
        """Every version of every record, or of those of a kind, or of one, a page at a time."""
        key = tuple_(_RECORDS.c.kind, _RECORDS.c.id, _RECORDS.c.version)
        query = select(_RECORDS).order_by(_RECORDS.c.kind, _RECORDS.c.id, _RECORDS.c.version).limit(SCAN)
        if kind is not None:
            query = query.where(_RECORDS.c.kind == kind)
        if id_ is not None:
            query = query.where(_RECORDS.c.id == id_)
        page = query
        while rows := self._connection.execute(page).all():
            yield from map(_make_record, rows)
            last = rows[-1]
            page = query.where(key > tuple_(last.kind, last.id, last.version))

    def save(self, kind: str, id_: str, body: bytes, *, read_version: int) -> Record:
        """Keep a new version; the primary key refuses the second of two that began from the same one."""
        newest = self.find(kind, id_)
        found = newest.version if newest else 0
        if found != read_version:
            raise WriteConflictError(
                f"`{id_}` was changed in between: version {found} is there, you read {read_version}",
                hint="read it again and repeat the change",
            )
        record = Record(kind, id_, read_version + 1, body, sha256(body).hexdigest())
        self._connection.execute(
            _RECORDS.insert().values(kind=kind, id=id_, version=record.version, body=record.body, digest=record.digest)
        )
        return record

    def emit(self, event: Event) -> None:
        """Put an event into the outbox, in this transaction. Raises FactError if it can never become an entry."""
        check_event(event)
        self._connection.execute(_OUTBOX.insert().values(event=dump_event(event)))


def _make_record(row: Any) -> Record:
    kind, id_, version, body, digest = row
    if not isinstance(body, bytes):
        body = stored_bytes(body, f"{kind}:{id_}@{version}")
    return Record(kind, id_, version, body, digest)


def dump_event(event: Event) -> bytes:
    """An event as the outbox keeps it."""
    return json.dumps(asdict(event)).encode()


NO_EVENT = "govern did not write this row, and logs nothing while it is there: find out who did, and delete it"
"""The hint where something waits in the outbox that is no event."""


def load_event(data: bytes, where: str = "") -> Event:
    """The inverse of `dump_event`. Raises VerificationError for what has not the parts of an event."""
    try:
        return _make_event(json.loads(data))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        shown = ascii(data[:60])[2:-1]
        raise VerificationError(
            "what waits is no event", where=where, hint=NO_EVENT, expected="an event", found=shown
        ) from None


def _make_event(fields: dict[str, Any]) -> Event:
    pairs = tuple((name, value) for name, value in fields.pop("commitments"))
    texts = [value for name, value in fields.items() if (name, value) != ("body", None)]
    if not all(isinstance(each, str) for each in (*texts, *chain.from_iterable(pairs))):
        raise TypeError
    return Event(**fields, commitments=pairs)
