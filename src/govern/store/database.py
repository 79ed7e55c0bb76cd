"""A database, opened with the guarantees that the log needs."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlmodel import SQLModel

from govern.errors import StoreError, VerificationError, WriteConflictError
from govern.store.tables import SCHEMA_VERSION, SettingRow

# PostgreSQL: any number that nothing else in this database locks.
LOG_LOCK = 0x676F7665726E

# SQLAlchemy logs what it raises as well, with a traceback, and without a handler that goes to the terminal.
logging.getLogger("sqlalchemy").addHandler(logging.NullHandler())


class Database:
    """An open database. Every transaction says whether it writes, so that SQLite takes its lock at the start."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.dialect = engine.dialect.name

    @contextmanager
    def transaction(self, *, write: bool) -> Iterator[Connection]:
        """One transaction: committed at the end, rolled back on any error, which becomes a StoreError."""
        with translated(), self.engine.connect() as connection:
            if self.dialect == "sqlite":
                connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
            try:
                yield connection
            except BaseException:
                connection.rollback()
                raise
            connection.commit()

    def close(self) -> None:
        """Give back all connections."""
        self.engine.dispose()

    @contextmanager
    def closed_on_error(self) -> Iterator[None]:
        """For what is done between opening a database and handing it over."""
        try:
            yield
        except BaseException:
            self.close()
            raise


@contextmanager
def translated() -> Iterator[None]:
    """What databases say, in the reader's words."""
    try:
        yield
    except OperationalError as problem:
        raise _explain(problem) from None
    except DBAPIError as problem:
        if type(problem).__name__ == "IntegrityError":
            hint = "read it again and repeat the change"
            raise WriteConflictError("somebody else saved this in between", hint=hint) from None
        raise _explain(problem) from None
    except SQLAlchemyError as problem:
        raise StoreError(f"the database cannot be used: {type(problem).__name__}") from None
    except UnicodeEncodeError:
        raise StoreError("a name is not UTF-8 text", hint="look at the bytes that were typed") from None


def stored_bytes(value: object, where: str) -> bytes:
    """Bytes as they were stored. SQLite keeps text in a column of bytes, but nobody here puts it there."""
    if isinstance(value, bytes | memoryview):
        return bytes(value)
    raise VerificationError(
        "what is stored there was changed", where=where, expected="bytes", found=type(value).__name__
    )


def _explain(problem: DBAPIError) -> StoreError:
    said = str(problem.orig).strip().split("\n")[0]
    low = said.lower()
    known = (
        (
            "database is locked",
            "the database is locked",
            "another program is writing to it: wait, then try again",
        ),
        (
            "lock timeout",
            "the database is locked",
            "another program is writing to it: wait, then try again",
        ),
        (
            "read-only",
            "the database is read-only",
            "use an account that may write, or wait until the server takes writes again",
        ),
        (
            "readonly",
            "the database is read-only",
            "give yourself the right to write to the file and its folder",
        ),
        ("full", "the disk is full", "nothing was changed: make room, then try again"),
        ("no space left", "the disk is full", "nothing was changed: make room, then try again"),
        (
            "unable to open",
            "the database cannot be opened",
            "does its folder exist, and may you write there?",
        ),
        ("not a database", "this file is not a database", "check the path; a restored file may be damaged"),
        ("malformed", "the database file is damaged", "restore it from a backup, then run govern log verify"),
        ("no such table", "the database has no tables", "make a workspace first: govern init"),
        ('relation "govern', "the database has no tables", "make a workspace first: govern init"),
        ("disk i/o", "the database cannot be written", "is the disk full or read-only?"),
        (
            "connection",
            "the database cannot be reached",
            "is the server running, and GOVERN_DATABASE_URL right?",
        ),
        ("timeout", "the database does not answer", "is the server running?"),
    )
    for word, message, hint in known:
        if word in low:
            return StoreError(message, hint=hint)
    return StoreError("the database refused the request", hint=type(problem.orig).__name__)


def open_database(url: str, *, create: bool = False, timeout: float = 10.0) -> Database:
    """Open a database by its URL and assert the durability that the log needs.

    `create` makes the tables. `timeout` is how many seconds to wait for the server and for locks. Raises StoreError
    where it cannot be reached, is not ours, or is from a newer `govern`.
    """
    parsed = _parse_url(url)
    sqlite = parsed.get_backend_name() == "sqlite"
    if not sqlite and parsed.get_backend_name() != "postgresql":
        hint = "SQLite and PostgreSQL are"
        raise StoreError(f"databases of the kind `{parsed.drivername}` are not supported", hint=hint)
    if sqlite and not create and parsed.database and not Path(parsed.database).exists():
        raise StoreError("the database is not there", where=parsed.database, hint="restore it, or: govern init")
    if parsed.get_backend_name() == "postgresql" and parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    wait = max(int(timeout * 1000), 1)
    arguments: dict[str, Any] = {"connect_timeout": max(int(timeout), 1), "options": f"-c lock_timeout={wait}"}
    if "options" in parsed.query:
        arguments["options"] += f" {parsed.query['options']}"
    if sqlite:
        arguments = {"timeout": timeout, "isolation_level": None}  # transactions begin where we say
    try:
        engine = create_engine(parsed, connect_args=arguments)
    except ModuleNotFoundError:
        hint = "install it: pip install 'govern[postgres]'"
        raise StoreError("the driver for PostgreSQL is not installed", hint=hint) from None
    if sqlite:
        event.listen(engine, "connect", _set_sqlite_pragmas)
    database = Database(engine)
    with database.closed_on_error():
        _assert_durable(database)
        if create:
            _create(database)
        _check_version(database)
    return database


def _parse_url(url: str) -> URL:
    """The parts of a URL. What follows `sqlite:///` is a path as it stands, with `?`, `%` and all."""
    scheme, separator, path = url.partition(":///")
    if scheme == "sqlite" and separator:
        return URL.create("sqlite", database=path)
    try:
        return make_url(url)
    except (SQLAlchemyError, ValueError):
        raise StoreError("the database's URL cannot be read", hint="like postgresql://user@host/name") from None


def _set_sqlite_pragmas(connection: Any, _: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()


def _assert_durable(database: Database) -> None:
    with translated(), database.engine.connect() as connection:
        if database.dialect == "sqlite":
            mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar()
            if mode != "wal":
                mode = connection.exec_driver_sql("PRAGMA journal_mode=WAL").scalar()
            synchronous = connection.exec_driver_sql("PRAGMA synchronous").scalar()
            if mode != "wal" or synchronous != 2:
                raise StoreError(
                    f"SQLite does not keep what it confirms here (journal {mode}, synchronous {synchronous})",
                    hint="put the workspace on a local disk",
                )
            return
        for setting in ("fsync", "synchronous_commit"):
            value = connection.execute(text(f"SHOW {setting}")).scalar()
            if value == "off":
                hint = f"set {setting} = on for this database"
                raise StoreError(f"PostgreSQL does not keep what it confirms ({setting} is off)", hint=hint)


def _create(database: Database) -> None:
    with translated():
        SQLModel.metadata.create_all(database.engine)
    with database.transaction(write=True) as connection:
        table = SettingRow.__table__  # type: ignore[attr-defined]
        if connection.execute(select(table.c.value).where(table.c.key == "schema")).scalar() is None:
            connection.execute(table.insert().values(key="schema", value=str(SCHEMA_VERSION)))


def _check_version(database: Database) -> None:
    table = SettingRow.__table__  # type: ignore[attr-defined]
    with database.transaction(write=False) as connection:
        found = connection.execute(select(table.c.value).where(table.c.key == "schema")).scalar()
    if found is None:
        raise StoreError("the database has no tables", hint="make a workspace first: govern init")
    if found != str(SCHEMA_VERSION):
        raise StoreError(
            f"the database is of version {found}, this govern knows {SCHEMA_VERSION}",
            hint="install a newer govern",
        )
