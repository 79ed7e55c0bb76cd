"""What the sequencer says to a database, in the fewest round trips, for each kind of database.

These go to the driver as they are: one append is some ten statements, and each would take longer on its way through
SQLAlchemy than in the database.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol

from govern.errors import StoreError
from govern.store.database import LOG_LOCK
from govern.usecases.ports import LogHead

Row = tuple[Any, ...]

_HEAD = """SELECT h.size, h.root, h.chain, h.checkpoint, EXISTS (SELECT 1 FROM govern_outbox), e.chain
    FROM govern_head h LEFT JOIN govern_entry e ON e.position = h.size - 1 WHERE h.id = 1"""
_MATTERS = """SELECT m.matter, m.seq, m.position, e.data
    FROM govern_newest m LEFT JOIN govern_entry e ON e.position = m.position"""

_FIRST_HEAD = "INSERT INTO govern_head (id, size, root, chain, checkpoint) VALUES (1, {0}, {0}, {0}, {0})"
_SWAP = """UPDATE govern_head SET size = {0}, root = {0}, chain = {0}, checkpoint = {0}
    WHERE id = 1 AND size = {0} AND root = {0}"""

_COUNT = "SELECT coalesce(sum(seq + 1), 0), coalesce(max(position) + 1, 0) FROM govern_newest"
_ENTRIES = "SELECT position, data FROM govern_entry WHERE position >= {0} AND position < {0} ORDER BY position"

NAMES = 500
"""Matters asked for in one query: SQLite before 3.32 takes 999 parameters."""


class Statements(Protocol):
    """The statements of one transaction, on one cursor."""

    def lock_and_read_head(self) -> Row | None:
        """Size, root, chain, checkpoint, whether events wait, and the chain value of the last entry."""

    def take_events(self, limit: int) -> list[Row]:
        """Delete the events in front of the outbox; (number, event) of each, in order."""

    def read_matters(self, names: Iterable[str]) -> list[Row]:
        """(matter, sequence number, index, bytes of the entry there) of those that are there."""

    def read_all_matters(self, most: int) -> list[Row]:
        """The same of all matters, but of `most` at most."""

    def count_matters(self) -> Row:
        """The entries that the table of matters counts, and one more than the index of the newest that it names."""

    def clear_matters(self) -> None:
        """Empty the table of matters."""

    def read_entries(self, start: int, stop: int) -> list[Row]:
        """(index, bytes) of the entries from `start` up to `stop` that are there."""

    def write(self, entries: Sequence[Row], nodes: Sequence[Row], matters: Sequence[Row], swap: "Swap") -> None:
        """(position, data, chain), (level, position, hash), (matter, sequence number, position), and the new head.

        Raises StoreError if size and root of the head are no longer the old ones.
        """


@dataclass(frozen=True, slots=True)
class Swap:
    """The head that is there, and the one that takes its place, with its chain value."""

    old: LogHead
    new: LogHead
    chain: bytes

    @property
    def values(self) -> tuple[object, ...]:
        """What the statement for it takes."""
        new = (self.new.size, self.new.root, self.chain, self.new.checkpoint)
        return (*new, self.old.size, self.old.root) if self.old.checkpoint else new


class _OnCursor:
    """What both kinds of database are asked in the same words."""

    _mark = "?"

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor

    def read_all_matters(self, most: int) -> list[Row]:
        found: list[Row] = self._cursor.execute(f"{_MATTERS} LIMIT {self._mark}", (most,)).fetchall()
        return found

    def clear_matters(self) -> None:
        self._cursor.execute("DELETE FROM govern_newest")

    def count_matters(self) -> Row:
        found: Row = self._cursor.execute(_COUNT).fetchone()
        return found

    def read_entries(self, start: int, stop: int) -> list[Row]:
        found: list[Row] = self._cursor.execute(_ENTRIES.format(self._mark), (start, stop)).fetchall()
        return found


class SqliteStatements(_OnCursor):
    """BEGIN IMMEDIATE has taken the lock."""

    def lock_and_read_head(self) -> Row | None:
        found: list[Row] = self._cursor.execute(_HEAD).fetchall()  # to its end: a statement half read keeps its lock
        return found[0] if found else None

    def take_events(self, limit: int) -> list[Row]:
        return sorted(
            self._cursor.execute(
                "DELETE FROM govern_outbox WHERE seq IN (SELECT seq FROM govern_outbox ORDER BY seq LIMIT ?) "
                "RETURNING seq, event",
                (limit,),
            ).fetchall()
        )

    def read_matters(self, names: Iterable[str]) -> list[Row]:
        rest, found = iter(names), []
        while page := list(islice(rest, NAMES)):
            marks = ",".join("?" * len(page))
            found += self._cursor.execute(f"{_MATTERS} WHERE m.matter IN ({marks})", page).fetchall()
        return found

    def write(self, entries: Sequence[Row], nodes: Sequence[Row], matters: Sequence[Row], swap: Swap) -> None:
        self._cursor.executemany("INSERT INTO govern_entry (position, data, chain) VALUES (?, ?, ?)", entries)
        if nodes:
            self._cursor.executemany("INSERT INTO govern_node (level, position, hash) VALUES (?, ?, ?)", nodes)
        if matters:
            self._cursor.executemany(
                "INSERT INTO govern_newest (matter, seq, position) VALUES (?, ?, ?) "
                "ON CONFLICT (matter) DO UPDATE SET seq = excluded.seq, position = excluded.position",
                matters,
            )
        statement = _SWAP if swap.old.checkpoint else _FIRST_HEAD
        _check_swapped(self._cursor.execute(statement.format("?"), swap.values).rowcount)


class PostgresStatements(_OnCursor):
    """The lock is an advisory one of the transaction; a group of rows goes in one statement, as arrays.

    COPY would be no faster for a group, and has to wait for the server twice.
    """

    _mark = "%s"

    def lock_and_read_head(self) -> Row | None:
        with self._cursor.connection.pipeline():  # a statement's snapshot is taken after the one before has the lock
            self._cursor.execute("SELECT pg_advisory_xact_lock(%s)", (LOG_LOCK,))
            self._cursor.execute(_HEAD, binary=True)
            self._cursor.nextset()
            found: Row | None = self._cursor.fetchone()
        return found

    def take_events(self, limit: int) -> list[Row]:
        self._cursor.execute(
            "DELETE FROM govern_outbox WHERE seq IN "
            "(SELECT seq FROM govern_outbox ORDER BY seq LIMIT %s FOR UPDATE SKIP LOCKED) RETURNING seq, event",
            (limit,),
            binary=True,
        )
        return sorted(self._cursor.fetchall())

    def read_matters(self, names: Iterable[str]) -> list[Row]:
        query = f"{_MATTERS} WHERE m.matter = ANY(%s)"
        found: list[Row] = self._cursor.execute(query, (list(names),), binary=True).fetchall()
        return found

    def write(self, entries: Sequence[Row], nodes: Sequence[Row], matters: Sequence[Row], swap: Swap) -> None:
        with self._cursor.connection.pipeline():
            if entries:
                self._cursor.execute(_WRITE_ENTRIES, _columns(entries))
            if matters:
                self._cursor.execute(_WRITE_MATTERS, (json.dumps(matters),))
            if nodes:
                self._cursor.execute(_WRITE_NODES, _columns(nodes))
            statement = _SWAP if swap.old.checkpoint else _FIRST_HEAD
            swapped = self._cursor.connection.execute(statement.format("%s"), swap.values)
        _check_swapped(swapped.rowcount)


_WRITE_ENTRIES = """INSERT INTO govern_entry (position, data, chain)
    SELECT * FROM unnest(%b::bigint[], %b::bytea[], %b::bytea[])"""
_WRITE_MATTERS = """INSERT INTO govern_newest (matter, seq, position)
    SELECT e ->> 0, (e ->> 1)::int, (e ->> 2)::bigint FROM json_array_elements(%s::json) AS e
    ON CONFLICT (matter) DO UPDATE SET seq = excluded.seq, position = excluded.position"""
_WRITE_NODES = """INSERT INTO govern_node (level, position, hash)
    SELECT * FROM unnest(%b::int[], %b::bigint[], %b::bytea[])"""


def _columns(rows: Sequence[Row]) -> list[list[Any]]:
    return list(map(list, zip(*rows, strict=True)))


def _check_swapped(count: int) -> None:
    if count != 1:
        raise StoreError("the log's head moved in between", hint="nothing was changed: try again")


STATEMENTS: dict[str, type[SqliteStatements] | type[PostgresStatements]] = {
    "sqlite": SqliteStatements,
    "postgresql": PostgresStatements,
}
