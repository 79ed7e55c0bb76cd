"""A database, opened with the guarantees that the log needs."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from select import POLLIN, poll
from typing import Any

from sqlalchemy import Connection, Engine, PoolProxiedConnection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from govern.errors import StoreError, VerificationError, WriteConflictError

# PostgreSQL: any number that nothing else in this database locks.
LOG_LOCK = 0x676F7665726E

# They log what they raise as well, with a traceback, and without a handler that goes to the terminal.
for _name in ("sqlalchemy", "psycopg"):
    logging.getLogger(_name).addHandler(logging.NullHandler())


class Database:
    """An open database. Every transaction says whether it writes, so that SQLite takes its lock at the start."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.dialect = engine.dialect.name
        self._spare: list[DriverSession] = []  # one that is kept, so that the next transaction need not ask the pool

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

    @contextmanager
    def driver_transaction(self) -> Iterator[Any]:
        """A writing transaction on the driver's own cursor, for the few statements that must be fast."""
        session = self._take_session()
        try:
            with session.transaction() as cursor:
                yield cursor
        finally:
            self._keep_session(session)

    def query(self, statement: str, values: Sequence[object]) -> list[Any]:
        """The rows of one query, in the driver's own words, for those that must be fast."""
        session = self._take_session()
        try:
            return session.query(statement, values)
        finally:
            self._keep_session(session)

    def _take_session(self) -> "DriverSession":
        try:
            return self._spare.pop()
        except IndexError:
            return DriverSession(self)

    def _keep_session(self, session: "DriverSession") -> None:
        if self._spare:
            session.close()
        else:
            self._spare.append(session)

    def close(self) -> None:
        """Give back all connections."""
        while self._spare:
            self._spare.pop().end()
        self.engine.dispose()

    @contextmanager
    def closed_on_error(self) -> Iterator[None]:
        """For what is done between opening a database and handing it over."""
        try:
            yield
        except BaseException:
            self.close()
            raise


class DriverSession:
    """Transactions on the driver's own cursor, one at a time. The connection is kept until there is an error."""

    def __init__(self, database: Database) -> None:
        self._engine = database.engine
        self._sqlite = database.dialect == "sqlite"
        self._errors = database.engine.dialect.loaded_dbapi.Error
        self._connection: PoolProxiedConnection | None = None

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        """A writing transaction, as that of the database."""
        driver = self._connect()
        cursor: Any = None
        try:
            cursor = driver.cursor()
            if self._sqlite:
                cursor.execute("BEGIN IMMEDIATE")
            yield cursor
            driver.commit()
            cursor.close()
        except self._errors as problem:
            with suppress(self._errors):
                _roll_back(driver, cursor)
            self.end()  # after an error of the driver it is not used again
            raise _explain(problem) from None
        except BaseException:
            try:
                _roll_back(driver, cursor)
            except self._errors:
                self.end()
            raise

    def query(self, statement: str, values: Sequence[object]) -> list[Any]:
        """The rows of one query."""
        driver = self._connect()
        try:
            rows: list[Any] = driver.execute(statement, values).fetchall()
            if not self._sqlite:
                driver.rollback()
        except self._errors as problem:
            self.end()
            raise _explain(problem) from None
        return rows

    def _connect(self) -> Any:
        if self._connection is not None and not self._sqlite and has_ended(self._connection.driver_connection):
            self.end()
        if self._connection is None:
            try:
                self._connection = self._engine.raw_connection()
            except self._errors as problem:
                raise _explain(problem) from None
        return self._connection.driver_connection

    def close(self) -> None:
        """Give the connection back to the pool."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def end(self) -> None:
        """Close the connection itself."""
        connection, self._connection = self._connection, None  # first: this too may be interrupted
        if connection is not None:
            connection.invalidate()
            connection.close()


def _roll_back(driver: Any, cursor: Any) -> None:
    """Undo a transaction. A statement that is half read would keep its lock for as long as a traceback lives."""
    if cursor is not None:
        cursor.close()
    driver.rollback()


def has_ended(driver: Any) -> bool:
    """An idle connection has nothing to read, unless the server ended it; then nothing is lost by taking another."""
    if driver is None or driver.closed:
        return True
    watch = poll()
    watch.register(driver.fileno(), POLLIN)
    return bool(watch.poll(0))


@contextmanager
def translated() -> Iterator[None]:
    """What databases say, in the reader's words."""
    try:
        yield
    except DBAPIError as problem:
        raise _explain(problem.orig) from None
    except SQLAlchemyError as problem:
        raise StoreError(f"the database cannot be used: {type(problem).__name__}") from None
    except UnicodeEncodeError:
        raise StoreError("a name is not UTF-8 text", hint="look at the bytes that were typed") from None


def stored_bytes(value: object, where: str) -> bytes:
    """Bytes as they were stored. SQLite keeps text in a column of bytes, but nobody here puts it there."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, memoryview):
        return bytes(value)
    raise VerificationError(
        "what is stored there was changed", where=where, expected="bytes", found=type(value).__name__
    )


def _explain(problem: BaseException | None) -> StoreError:
    """The driver's own error, in the reader's words."""
    if any(each.__name__ == "IntegrityError" for each in type(problem).__mro__):
        return WriteConflictError("somebody else saved this in between", hint="read it again and repeat the change")
    said = str(problem).strip().split("\n")[0]
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
        ("govern_newest", "the database is of an earlier version", "open it once with an account that may write"),
        ("permission denied", "you may not do that in the database", "use an account that may write"),
        ("govern_setting", "the database has no tables", "make a workspace first: govern init"),
        ("no such table", "the database lacks a table", "restore it from a backup"),
        ('relation "govern', "the database lacks a table", "restore it from a backup"),
        ("disk i/o", "the database cannot be written", "is the disk full or read-only?"),
        ("resolve host", "the database's server has no such name", "is GOVERN_DATABASE_URL right?"),
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
    return StoreError("the database refused the request", hint=type(problem).__name__)
