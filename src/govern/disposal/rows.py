"""Rows of a declared table in PostgreSQL, found by a declared key. Names are declared and quoted, values are bound."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

from govern.disposal.names import Naming, encode_name, split_location
from govern.errors import RefusedError, StoreError
from govern.retention import Marks, Method, StoredObject

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
# Which server, which database, whether rows are hidden from this user, and what kind of thing the table is.
_TABLE = """
    SELECT oid::text, relkind::text, row_security_active(oid),
        (SELECT oid FROM pg_database WHERE datname = current_database())
    FROM pg_class WHERE oid = %s::regclass
"""
_SERVER = "SELECT system_identifier::text FROM pg_control_system()"
# What a deletion sets off beside it. Partitions and heirs have their own.
_EFFECTS = """
    WITH RECURSIVE tables(id) AS (
        SELECT %s::regclass::oid UNION SELECT inhrelid FROM pg_inherits JOIN tables ON inhparent = id
    )
    SELECT 'trigger', tgname::text, tgrelid::regclass::text FROM pg_trigger JOIN tables ON tgrelid = id
    WHERE NOT tgisinternal AND tgenabled <> 'D' AND tgtype & 8 <> 0
    UNION ALL
    SELECT 'rule', rulename::text, ev_class::regclass::text FROM pg_rewrite JOIN tables ON ev_class = id
    WHERE ev_type = '4' AND ev_enabled <> 'D'
    ORDER BY 1, 2, 3
"""
# A table, and those that it is a partition or an heir of.
_ABOVE = """
    WITH RECURSIVE tables(id, depth) AS (
        SELECT %s::oid, 0 UNION SELECT inhparent, depth + 1 FROM pg_inherits JOIN tables ON inhrelid = id
    )
    SELECT id::text FROM tables GROUP BY id ORDER BY min(depth)
"""
# What a view reads from in the end, each table with its partitions and heirs.
_READ = """
    WITH RECURSIVE bases(id) AS (
        SELECT %s::oid
        UNION
        SELECT found FROM bases, LATERAL (
            SELECT d.refobjid AS found FROM pg_rewrite w JOIN pg_depend d
                ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass
            WHERE w.ev_class = bases.id AND w.ev_type = '1'
            UNION ALL
            SELECT inhrelid FROM pg_inherits WHERE inhparent = bases.id
        ) AS next
    )
    SELECT id::text, relkind::text FROM bases JOIN pg_class ON oid = id
"""
_OTHERS = {"v": "a view", "m": "a materialised view", "f": "a foreign table"}
_FATES = {
    "c": "would be deleted with it (ON DELETE CASCADE)",
    "n": "would be changed by it (ON DELETE SET NULL)",
    "d": "would be changed by it (ON DELETE SET DEFAULT)",
}


def open_rows(
    url: str, table: str, key: str, fault: Callable[[str], None] = lambda _: None, *, triggers: bool = False
) -> "RowStore":
    """The rows of a table; with `triggers`, what a deletion sets off may happen.

    Raises StoreError where the extra is not installed or the server does not answer.
    """
    try:
        import psycopg
    except ImportError:
        hint = 'pip install "govern[postgres]"'
        raise StoreError("the PostgreSQL client is not installed", hint=hint) from None
    try:
        connection = psycopg.connect(url, autocommit=True, connect_timeout=10)
    except psycopg.Error as problem:
        raise StoreError(f"the database does not answer: {_first_line(problem)}") from None
    return RowStore(connection, table, key, fault, triggers=triggers)


class RowStore(Naming):
    """A table whose rows with one key are a record. Each row is deleted in a transaction of its own."""

    def __init__(
        self, connection: Any, table: str, key: str, fault: Callable[[str], None], *, triggers: bool = False
    ) -> None:
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
        self._marks = sql.SQL("SELECT tableoid::text, ctid::text FROM {table} WHERE {key} = %s LIMIT %s").format(
            **names
        )
        self._key = key
        self._table_text = names["table"].as_string(connection)
        self._triggers = triggers
        self._server = ""
        self._above: dict[str, Sequence[str]] = {}
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
                *(
                    f"what {each} keeps or changes when a row is deleted"
                    for each in (self._find_effects() if self._triggers else ())
                ),
            ),
        )

    def list(self, location: str) -> Iterator[StoredObject]:
        """The rows with the key: each by the digest of its values, and the place that it has in the table.

        Raises RefusedError where rows of other records would go with them.
        """
        self._check_table()
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
        self._check_table()  # a trigger or a reference may have come since
        self._check_references(key)
        with _words():
            deleted = self._connection.execute(self._delete, (key, found.version, found.stamp)).rowcount
        self._fault("removed")
        if not deleted and any(place == found.version for place, _, _ in self._rows(location)):
            raise RefusedError("a row was changed since it was looked at")

    def finish(self, location: str) -> None:
        """Nothing is left to tidy up."""

    def mark(self, location: str) -> Marks:
        """Each row with this key, by where it stands in which table of which database of which server.

        Through a view, or where rows are hidden, it may be any row of the tables below. Raises StoreError where that
        is in another server.
        """
        import psycopg

        try:
            key = _key(location)
        except RefusedError:
            return ()
        with _words():
            table, kind, hidden, place = self._describe()
            if kind not in ("r", "p") or hidden:
                return self._mark_tables(table, place)
            try:
                rows = self._connection.execute(self._marks, (key, MOST_ROWS + 1)).fetchall()
            except psycopg.DataError:  # no row can have this key
                return ()
            if len(rows) > MOST_ROWS:
                return self._mark_tables(table, place)
            return [(f"{place} {each} {row}", *self._list_above(each, place)) for each, row in rows]

    def _mark_tables(self, table: str, place: str) -> Marks:
        found = self._connection.execute(_READ, (table,)).fetchall()
        if any(kind == "f" for _, kind in found):
            hint = "declare the table in the server where it is"
            raise StoreError(f"{self._table_text} reads from another server (a foreign table)", hint=hint)
        return [(f"{place} {each}",) for each, _ in found]

    def _list_above(self, table: str, place: str) -> Sequence[str]:
        if table not in self._above:
            found = self._connection.execute(_ABOVE, (table,)).fetchall()
            self._above[table] = [f"{place} {each}" for (each,) in found]
        return self._above[table]

    def _describe(self) -> tuple[str, str, bool, str]:
        """The table's number, its kind, whether rows are hidden, and the database, whatever way leads to it."""
        if not self._server:
            self._server = str(self._connection.execute(_SERVER).fetchone()[0])
        found = self._connection.execute(_TABLE, (self._table_text,)).fetchone()
        table, kind, hidden, database = found
        return table, kind, hidden, f"postgresql {self._server} {database}"

    def _check_table(self) -> None:
        """Return if to delete the rows that are seen is all that a deletion does. Raises RefusedError."""
        with _words():
            _, kind, hidden, _ = self._describe()
            effects = () if self._triggers else self._find_effects()
        if kind not in ("r", "p"):
            what = _OTHERS.get(kind, "no table")
            hint = "declare the table that the rows are in"
            raise RefusedError(f"{self._table_text} is {what}: what a deletion does there cannot be known", hint=hint)
        if hidden:
            hint = "use a role that sees every row (BYPASSRLS, or the table's owner)"
            raise RefusedError(f"row security hides rows of {self._table_text} from this user", hint=hint)
        if effects:
            words = (
                "runs on a deletion and may change or keep other rows, and the store does not say `triggers: allowed`"
            )
            raise RefusedError(f"{effects[0]} {words}", hint="if that may happen, it says so: so will the certificate")

    def _find_effects(self) -> Sequence[str]:
        """What a deletion sets off, in words."""
        with _words():
            found = self._connection.execute(_EFFECTS, (self._table_text,)).fetchall()
        return [f"the {kind} `{name}` of `{table}`" for kind, name, table in found]

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
