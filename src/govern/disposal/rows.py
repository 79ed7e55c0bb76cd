"""Rows of a declared table in PostgreSQL, found by a declared key. Names are declared and quoted, values are bound."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

from govern.disposal.names import Naming, encode_name, split_location
from govern.errors import RefusedError, StoreError
from govern.retention import Method, StoredObject

MOST_ROWS = 100_000


def open_rows(url: str, table: str, key: str, fault: Callable[[str], None] = lambda _: None) -> "RowStore":
    """The rows of a table. Raises StoreError where the extra is not installed or the server does not answer."""
    try:
        import psycopg
    except ImportError:
        hint = 'pip install "govern[postgres]"'
        raise StoreError("the PostgreSQL client is not installed", hint=hint) from None
    try:
        connection = psycopg.connect(url, autocommit=True, connect_timeout=10)
    except psycopg.Error as problem:
        raise StoreError(f"the database does not answer: {_first_line(problem)}") from None
    return RowStore(connection, table, key, fault)


class RowStore(Naming):
    """A table whose rows with one key are a record. Each row is deleted in a transaction of its own."""

    def __init__(self, connection: Any, table: str, key: str, fault: Callable[[str], None]) -> None:
        from psycopg import sql

        self._connection = connection
        self._fault = fault
        names = {"table": sql.Identifier(*table.split(".")), "key": sql.Identifier(key)}
        self._list = sql.SQL(
            "SELECT ctid::text, xmin::text, to_jsonb(t)::text FROM {table} t WHERE {key} = %s LIMIT %s"
        ).format(**names)
        self._keys = sql.SQL(
            "SELECT {key}::text, coalesce(sum(pg_column_size(t.*)), 0)::bigint FROM {table} t GROUP BY {key} ORDER BY 1"
        ).format(**names)
        self._delete = sql.SQL("DELETE FROM {table} WHERE {key} = %s AND ctid = %s::tid AND xmin::text = %s").format(
            **names
        )

    @property
    def method(self) -> Method:
        """How it destroys, and what that does not reach."""
        return Method(
            "none",
            "each row deleted in a committed transaction",
            "selected again by the key: no row is left",
            (
                "dead versions of the rows in the table's files until the server vacuums it",
                "the server's write-ahead log, replicas and backups",
                "what other tables and indexes outside this one hold of the same data",
            ),
        )

    def list(self, location: str) -> Iterator[StoredObject]:
        """The rows with the key: each by the digest of its values, and the place that it has in the table."""
        for place, version, text in self._rows(location):
            data = text.encode()
            yield StoredObject(sha256(data).hexdigest(), len(data), version, place)

    def walk(self) -> Iterator[tuple[str, int]]:
        """The key of each record that has rows, and the bytes that they take in the table; "" for rows without one."""
        with _words(), self._connection.transaction(), self._connection.cursor(name="inventory") as cursor:
            for key, size in cursor.execute(self._keys):
                yield encode_name((key or "").encode()), int(size)

    def read(self, location: str, found: StoredObject) -> Iterator[bytes]:
        """A row's values as JSON."""
        for place, _, text in self._rows(location):
            if place == found.version:
                yield text.encode()

    def delete(self, location: str, found: StoredObject) -> None:
        """Delete one row if it is the version that was found."""
        key = _key(location)
        with _words():
            deleted = self._connection.execute(self._delete, (key, found.version, found.stamp)).rowcount
        self._fault("removed")
        if not deleted and any(place == found.version for place, _, _ in self._rows(location)):
            raise RefusedError("a row was changed since it was looked at")

    def finish(self, location: str) -> None:
        """Nothing is left to tidy up."""

    def close(self) -> None:
        """Give back the connection."""
        self._connection.close()

    def _rows(self, location: str) -> Sequence[tuple[str, str, str]]:
        with _words():
            rows = self._connection.execute(self._list, (_key(location), MOST_ROWS + 1)).fetchall()
        if len(rows) > MOST_ROWS:
            raise RefusedError(f"more than {MOST_ROWS} rows have this key", hint="register them as several records")
        return [(str(place), str(version), str(text)) for place, version, text in rows]


def _key(location: str) -> str:
    parts = split_location(location)
    try:
        (raw,) = parts
        return raw.decode()
    except ValueError:
        raise RefusedError(f"`{location[:80]}` is not a key of a row") from None


@contextmanager
def _words() -> Iterator[None]:
    import psycopg

    try:
        yield
    except psycopg.Error as problem:
        raise StoreError(f"the database refuses: {_first_line(problem)}") from None


def _first_line(problem: Exception) -> str:
    lines = str(problem).strip().splitlines()
    return lines[0][:200] if lines else type(problem).__name__
