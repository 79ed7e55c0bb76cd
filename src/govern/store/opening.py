"""Opening a database: how it is reached, that it keeps what it confirms, and that it is of this version."""

from pathlib import Path
from time import monotonic, sleep
from typing import Any

from sqlalchemy import Connection, create_engine, event, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DisconnectionError, OperationalError, SQLAlchemyError
from sqlmodel import SQLModel

from govern.errors import StoreError
from govern.store.database import Database, has_ended, translated
from govern.store.tables import SCHEMA_VERSION, SettingRow
from govern.store.upgrade import OLDER, READABLE, upgrade


def open_database(url: str, *, create: bool = False, timeout: float = 10.0) -> Database:
    """Open a database by its URL and assert the durability that the log needs.

    `create` makes the tables. `timeout` is how many seconds to wait for the server and for locks. A database of an
    earlier version is brought to this one. Raises StoreError where it cannot be reached, is not ours, or is from a
    newer `govern`.
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
    else:
        event.listen(engine, "checkout", _check_alive)
    database = Database(engine)
    with database.closed_on_error():
        _assert_durable(database, timeout)
        if create:
            _create(database)
        _bring_up(database)
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


def _assert_durable(database: Database, timeout: float) -> None:
    with translated(), database.engine.connect() as connection:
        if database.dialect == "sqlite":
            mode = _write_ahead(connection, timeout)
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


def _write_ahead(connection: Connection, timeout: float) -> Any:
    """The journal's mode, changed if it was another one. SQLite does not wait by itself for others who open it too."""
    end = monotonic() + timeout
    while (mode := connection.exec_driver_sql("PRAGMA journal_mode").scalar()) != "wal":
        try:
            return connection.exec_driver_sql("PRAGMA journal_mode=WAL").scalar()
        except OperationalError:
            if monotonic() > end:
                raise
            sleep(0.01)
    return mode


def _create(database: Database) -> None:
    with translated():
        SQLModel.metadata.create_all(database.engine)
    with database.transaction(write=True) as connection:
        table = SettingRow.__table__  # type: ignore[attr-defined]
        if connection.execute(select(table.c.value).where(table.c.key == "schema")).scalar() is None:
            connection.execute(table.insert().values(key="schema", value=str(SCHEMA_VERSION)))


def _bring_up(database: Database) -> None:
    """Upgrade a database of an earlier version. Who may only read can read version 2 as it is."""
    found = _read_version(database)
    try:
        if found in OLDER:
            upgrade(database)
    except StoreError:
        if found != READABLE:
            raise


def _read_version(database: Database) -> str | None:
    table = SettingRow.__table__  # type: ignore[attr-defined]
    with database.transaction(write=False) as connection:
        found: str | None = connection.execute(select(table.c.value).where(table.c.key == "schema")).scalar()
    return found


def _check_version(database: Database) -> None:
    found = _read_version(database)
    if found is None:
        raise StoreError("the database has no tables", hint="make a workspace first: govern init")
    if found not in (READABLE, str(SCHEMA_VERSION)):
        raise StoreError(
            f"the database is of version {found}, this govern knows {SCHEMA_VERSION}",
            hint="install a newer govern",
        )


def _check_alive(driver: Any, *_: Any) -> None:
    """Called when a connection leaves the pool: the pool takes another instead."""
    if has_ended(driver):
        raise DisconnectionError
