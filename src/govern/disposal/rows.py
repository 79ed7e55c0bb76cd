"""Rows of a declared table in PostgreSQL, found by a declared key. Names are declared and quoted, values are bound."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

from govern.disposal.names import Naming, encode_name, split_location
from govern.errors import RefusedError, StoreError
from govern.retention import Method, StoredObject

MOST_ROWS = 100_000

# The foreign keys through which a deletion goes on. Partitions and heirs are deleted from with their table.
_REFERENCES = """
    WITH RECURSIVE tables(id) AS (
        SELECT %s::regclass::oid UNION SELECT inhrelid FROM pg_inherits JOIN tables ON inhparent = id
    )
    SELECT conrelid::regclass::text, conrelid IN (SELECT id FROM tables), confdeltype::text,
        ARRAY[n.nspname, c.relname]::text[], ARRAY[m.nspname, p.relname]::text[],
        (SELECT array_agg(ARRAY[a.attname, b.attname]::text[]) FROM unnest(conkey, confkey) AS pair(one, other)
            JOIN pg_attribute a ON a.attrelid = conrelid AND a.attnum = one
            JOIN pg_attribute b ON b.attrelid = confrelid AND b.attnum = other)
    FROM pg_constraint r
    JOIN pg_class c ON c.oid = conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_class p ON p.oid = confrelid JOIN pg_namespace m ON m.oid = p.relnamespace
    WHERE contype = 'f' AND confdeltype IN ('c', 'n', 'd') AND confrelid IN (SELECT id FROM tables)
    ORDER BY 1, r.oid
"""
_FATES = {
    "c": "would be deleted with it (ON DELETE CASCADE)",
    "n": "would be changed by it (ON DELETE SET NULL)",
    "d": "would be changed by it (ON DELETE SET DEFAULT)",
}


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
        self._same = sql.SQL("SELECT min({key}::text) FROM {table} WHERE {key} = %s").format(**names)
        self._key = key
        self._table_text = names["table"].as_string(connection)
        self._place = ""
        self._references: Sequence[tuple[str, str, Any]] = ()
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
        """The rows with the key: each by the digest of its values, and the place that it has in the table.

        Raises RefusedError where rows of other records would go with them.
        """
        rows = self._rows(location)
        if rows:
            self._references = self._find_references()
            self._check_references(_key(location))
        for place, version, text in rows:
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
        self._check_references(key)  # one may have come since
        with _words():
            deleted = self._connection.execute(self._delete, (key, found.version, found.stamp)).rowcount
        self._fault("removed")
        if not deleted and any(place == found.version for place, _, _ in self._rows(location)):
            raise RefusedError("a row was changed since it was looked at")

    def finish(self, location: str) -> None:
        """Nothing is left to tidy up."""

    def mark(self, location: str) -> Sequence[str]:
        """The key as the database reads it (`007` is 7 in a column of numbers), in this table of this server."""
        import psycopg

        try:
            key = _key(location)
        except RefusedError:
            return ()
        with _words():
            try:
                read = self._connection.execute(self._same, (key,)).fetchone()[0]
            except psycopg.DataError:  # no row can have this key
                return ()
            if read is None:
                return ()
            if not self._place:
                at = self._connection.info
                number = self._connection.execute("SELECT %s::regclass::oid", (self._table_text,)).fetchone()[0]
                self._place = f"{at.host}:{at.port} {at.dbname} {number} {self._key}"
        return (f"{self._place} {read}",)

    def close(self) -> None:
        """Give back the connection."""
        self._connection.close()

    def _find_references(self) -> Sequence[tuple[str, str, Any]]:
        """Of each foreign key through which a deletion goes on: the table, what happens, and a query for such rows."""
        from psycopg import sql

        with _words():
            rows = self._connection.execute(_REFERENCES, (self._table_text,)).fetchall()
        found = []
        for name, own, fate, child, parent, columns in rows:
            pairs = [sql.SQL("c.{} = p.{}").format(*map(sql.Identifier, pair)) for pair in columns]
            key = sql.Identifier(self._key)
            query = sql.SQL("SELECT 1 FROM {} c JOIN {} p ON {} WHERE p.{} = %s").format(
                sql.Identifier(*child), sql.Identifier(*parent), sql.SQL(" AND ").join(pairs), key
            )
            if own and fate == "c":  # rows of one record may go with each other
                query += sql.SQL(" AND c.{} IS DISTINCT FROM p.{}").format(key, key)
            found.append((name, fate, query + sql.SQL(" LIMIT 1")))
        return found

    def _check_references(self, key: str) -> None:
        """Return if nothing else goes with the rows. Raises RefusedError."""
        for table, fate, query in self._references:
            with _words():
                row = self._connection.execute(query, (key,)).fetchone()
            if row is not None:
                raise RefusedError(f"rows of `{table}` refer to it and {_FATES[fate]}: they have to go first")

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
