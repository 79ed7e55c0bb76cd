"""The vault: one data key for each person, apart from the records that are sealed under them.

A data key is kept wrapped (AES-256-GCM) under the epoch key of its time, in a database of its own. Epoch keys are
files beside the log's key, so that whoever has a copy of the database alone has nothing. What may be destroyed, and in
which order:

- A data key: its id goes durably into the list of destroyed keys, beside the epoch keys and outside the database; then
  its wrapped bytes are overwritten. A crash between the two is finished when the vault is opened next, and so is a
  restored backup of the database: whatever stands in the list is destroyed before anything is opened.
- An epoch key: all living data keys are wrapped anew under the next one, in one transaction, and then the old one is
  overwritten and removed. From then on no copy of the database made before can be opened, with the data keys that were
  destroyed since in it. A crash in between leaves both epoch keys; the next opening removes the one that none needs.

SQLite overwrites what it deletes (`secure_delete`) and keeps no write-ahead log here. PostgreSQL keeps earlier versions
of a row until it vacuums, and in its own log: there a rotation is what reaches them.
"""

import os
import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from errno import ENOSPC
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    create_engine,
    event,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.engine import URL, make_url

from govern.audit import KEY_SIZE, NONCE_SIZE, decrypt, digest_key, encrypt, format_context, format_time
from govern.errors import RefusedError, StoreError, VerificationError
from govern.store.database import Database, stored_bytes, translated
from govern.store.files import write_durably
from govern.usecases.ports import SubjectKey

DESTROYED = "destroyed-keys"
"""The file with the ids of all keys that must never come back, one a line, and when each was destroyed.

A line of an earlier govern has no time."""

VAULT_LOCK = 0x7661756C74
"""PostgreSQL: any number that nothing else in this database locks."""

_METADATA = MetaData()
_KEYS = Table(
    "vault_key",
    _METADATA,
    Column("id", String, primary_key=True),
    Column("subject", String, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("wrapped", LargeBinary),
    Column("digest", String, nullable=False),
    Column("created", String, nullable=False),
    Column("destroyed", String),
)

_EPOCH = re.compile(r"vault-epoch-([0-9]{6})\.key")
_HEX = re.compile(rb"[0-9a-f]{64}\n?")


class SqlVault:
    """The data keys of a workspace.

    `fault` is called with the name of each step of a destruction and a rotation; tests make it raise.
    """

    def __init__(
        self,
        open_it: Callable[[], Database],
        folder: Path,
        now: Callable[[], datetime],
        fault: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`open_it` opens the database when it is first needed; `folder` is that of the log's keys."""
        self._open = open_it
        self._folder = folder
        self._now = now
        self._fault = fault
        self._database: Database | None = None

    def create(self, key_id: str, subject: str) -> SubjectKey:
        """Make a new key. Raises StoreError if there is one with this id."""
        if self.find(key_id) is not None or key_id in self._destroyed():
            raise StoreError(f"there is a key `{key_id}` already")
        key = secrets.token_bytes(KEY_SIZE)
        digest = digest_key(key)
        with self._alone() as connection:  # a rotation in between would remove the epoch that is read here
            epoch = self.epoch() or self._add_epoch(1)
            wrapped = self._wrap(key, subject, key_id, epoch)
            values = {"id": key_id, "subject": subject, "epoch": epoch, "wrapped": wrapped, "digest": digest}
            connection.execute(insert(_KEYS).values(**values, created=format_time(self._now())))
        return SubjectKey(key_id, subject, epoch, digest, False)

    def find(self, key_id: str) -> SubjectKey | None:
        """A key by its id, destroyed ones too."""
        with self._transaction(write=False) as connection:
            row = connection.execute(select(_KEYS).where(_KEYS.c.id == key_id)).first()
        return None if row is None else _make_key(row)

    def list_keys(self) -> list[SubjectKey]:
        """All keys, destroyed ones too, by id."""
        with self._transaction(write=False) as connection:
            return [_make_key(row) for row in connection.execute(select(_KEYS).order_by(_KEYS.c.id))]

    def list_destroyed(self) -> dict[str, str]:
        """When each key was destroyed that must never come back, by id; "" where that was not noted."""
        return self._destroyed()

    def seal(self, key_id: str, items: Sequence[tuple[bytes, bytes]]) -> list[bytes]:
        """Encrypt values, each (context, plain)."""
        key = self._unwrap(key_id)
        return [encrypt(key, secrets.token_bytes(NONCE_SIZE), plain, context) for context, plain in items]

    def unseal(self, key_id: str, items: Sequence[tuple[bytes, bytes]]) -> list[bytes]:
        """Decrypt what was sealed, each (context, sealed)."""
        key = self._unwrap(key_id)
        return [decrypt(key, sealed, context) for context, sealed in items]

    def destroy(self, key_id: str) -> None:
        """Destroy a key for good. Idempotent."""
        database = self._ready()
        if key_id not in self._destroyed():
            self._note(key_id)
        self._fault("noted")
        self._overwrite(database, [key_id])
        self._fault("overwritten")

    def rotate(self) -> int:
        """Wrap all keys under a new epoch key and destroy the old ones; the new epoch."""
        with self._alone() as connection:
            epoch = self._add_epoch(self.epoch() + 1)
            self._fault("epoch added")
            for row in connection.execute(select(_KEYS).where(_KEYS.c.wrapped.is_not(None))).all():
                wrapped = self._wrap(self._unwrap_row(row), row.subject, row.id, epoch)
                where = _KEYS.c.id == row.id
                connection.execute(update(_KEYS).where(where).values(wrapped=wrapped, epoch=epoch))
        self._fault("wrapped anew")
        self._remove_epochs()
        self._fault("epoch removed")
        return epoch

    def close(self) -> None:
        """Give back all connections."""
        if self._database is not None:
            self._database.close()

    def _ready(self) -> Database:
        """The database, opened, with every destruction carried out that it may have missed."""
        if self._database is None:
            database = self._open()
            with database.closed_on_error():
                self._overwrite(database, list(self._destroyed()))
            self._database = database
            self._remove_epochs()
        return self._database

    @contextmanager
    def _transaction(self, *, write: bool) -> Iterator[Any]:
        with self._ready().transaction(write=write) as connection:
            yield connection

    @contextmanager
    def _alone(self) -> Iterator[Any]:
        """A transaction that no other of these runs beside."""
        with self._transaction(write=True) as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": VAULT_LOCK})
            yield connection

    def _overwrite(self, database: Database, ids: Sequence[str]) -> None:
        """Overwrite the wrapped keys of these ids, where they are still there."""
        for start in range(0, len(ids), 500):
            living = _KEYS.c.id.in_(ids[start : start + 500]) & _KEYS.c.wrapped.is_not(None)
            with database.transaction(write=False) as connection:
                if connection.execute(select(_KEYS.c.id).where(living)).first() is None:
                    continue
            with database.transaction(write=True) as connection:
                # Bytes of the same length go into the same place of the file; then the row lets go of them.
                connection.execute(update(_KEYS).where(living).values(wrapped=bytes(KEY_SIZE + NONCE_SIZE + 16)))
                done = {"wrapped": None, "destroyed": format_time(self._now())}
                connection.execute(update(_KEYS).where(living).values(**done))

    def _destroyed(self) -> dict[str, str]:
        try:
            lines = (self._folder / DESTROYED).read_text("ascii").splitlines()
        except FileNotFoundError:
            return {}
        except (OSError, UnicodeDecodeError):
            hint = "restore the keys folder; without this list destroyed keys could come back"
            raise StoreError(f"`{DESTROYED}` cannot be read", where=str(self._folder), hint=hint) from None
        ended: dict[str, str] = {}
        for line in lines:
            key_id, _, at = line.strip().partition(" ")
            ended.setdefault(key_id, at)  # two that destroy at once may both note it
        return ended

    def _note(self, key_id: str) -> None:
        """Append to the list of destroyed keys, on the disk when it returns."""
        path = self._folder / DESTROYED
        try:
            new = not path.exists()
            line = f"{key_id} {format_time(self._now())}\n".encode("ascii")
            if not new and not path.read_bytes().endswith(b"\n"):  # a full disk may have cut the last line
                line = b"\n" + line
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                if os.write(handle, line) < len(line):
                    raise OSError(ENOSPC, os.strerror(ENOSPC))
                os.fsync(handle)
            finally:
                os.close(handle)
            if new:
                _flush_folder(self._folder)
        except OSError as problem:
            said = (problem.strerror or "unknown reason").lower()
            raise StoreError(f"`{DESTROYED}` cannot be written: {said}", where=str(self._folder)) from None

    def _unwrap(self, key_id: str) -> bytes:
        with self._transaction(write=False) as connection:
            row = connection.execute(select(_KEYS).where(_KEYS.c.id == key_id)).first()
        if row is None:
            hint = "restore the vault from its backup: what is sealed under this key cannot be read without it"
            raise StoreError(f"the key `{key_id}` is not in the vault", hint=hint)
        if row.wrapped is None or row.destroyed is not None:
            raise RefusedError(f"the key `{key_id}` was destroyed", hint="what was sealed under it is gone for good")
        return self._unwrap_row(row)

    def _unwrap_row(self, row: Any) -> bytes:
        where = f"vault key {row.id}"
        wrapped = stored_bytes(row.wrapped, where)
        key = decrypt(self._read_epoch(row.epoch), wrapped, _wrap_context(row.subject, row.id, row.epoch))
        if digest_key(key) != row.digest:
            raise VerificationError("the key is not the one that the vault made", where=where)
        return key

    def _wrap(self, key: bytes, subject: str, key_id: str, epoch: int) -> bytes:
        nonce = secrets.token_bytes(NONCE_SIZE)
        return encrypt(self._read_epoch(epoch), nonce, key, _wrap_context(subject, key_id, epoch))

    def epoch(self) -> int:
        """The newest epoch; 0 before the first."""
        return max(self._epochs(), default=0)

    def _epochs(self) -> list[int]:
        names = (_EPOCH.fullmatch(path.name) for path in self._folder.glob("vault-epoch-*.key"))
        return [int(match[1]) for match in names if match]

    def _epoch_path(self, epoch: int) -> Path:
        return self._folder / f"vault-epoch-{epoch:06}.key"

    def _add_epoch(self, epoch: int) -> int:
        """Only called by one at a time: a second key of one epoch would lock out what the first one wraps."""
        write_durably(self._epoch_path(epoch), secrets.token_hex(KEY_SIZE).encode() + b"\n", mode=0o600)
        return epoch

    def _read_epoch(self, epoch: int) -> bytes:
        path = self._epoch_path(epoch)
        try:
            if path.stat().st_mode & 0o077:
                raise StoreError(f"others can read the key file `{path.name}`", hint="chmod 600 it")
            data = path.read_bytes()
        except OSError:
            hint = "restore it from your backup of the keys, unless it was destroyed by a rotation"
            raise StoreError(f"the key file `{path.name}` cannot be read", hint=hint) from None
        if not _HEX.fullmatch(data):
            raise StoreError(f"the key file `{path.name}` is damaged", hint="restore it from your backup of the keys")
        return bytes.fromhex(data.decode())

    def _remove_epochs(self) -> None:
        """Overwrite and remove every epoch key but the newest that no living key is wrapped under."""
        with self._transaction(write=False) as connection:
            used = set(
                connection.execute(select(_KEYS.c.epoch).where(_KEYS.c.wrapped.is_not(None)).distinct()).scalars()
            )
        for epoch in sorted(set(self._epochs()) - used - {self.epoch()}):
            path = self._epoch_path(epoch)
            try:
                with path.open("r+b") as file:
                    file.write(b"0" * (2 * KEY_SIZE))
                    file.flush()
                    os.fsync(file.fileno())
                path.unlink()
            except FileNotFoundError:  # another process did it
                continue
            except OSError as problem:
                said = (problem.strerror or "unknown reason").lower()
                raise StoreError(f"the key file `{path.name}` cannot be destroyed: {said}") from None
        _flush_folder(self._folder)


def open_vault_database(url: str, timeout: float = 10.0) -> Database:
    """Open the vault's database by its URL, and make its table where it is not there. Raises StoreError."""
    sqlite, _, path = url.partition(":///")
    parsed = URL.create("sqlite", database=path) if sqlite == "sqlite" else make_url(url)
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise StoreError("this kind of database is not supported for the vault", hint="SQLite and PostgreSQL are")
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    arguments: dict[str, Any] = {"connect_timeout": max(int(timeout), 1)}
    if sqlite == "sqlite":
        arguments = {"timeout": timeout, "isolation_level": None}  # transactions begin where we say
    engine = create_engine(parsed, connect_args=arguments)
    if sqlite == "sqlite":
        event.listen(engine, "connect", _set_pragmas)
    database = Database(engine)
    with database.closed_on_error(), translated():
        _METADATA.create_all(engine)
        if sqlite == "sqlite":
            Path(path).chmod(0o600)
    return database


def _set_pragmas(connection: Any, _: Any) -> None:
    """Overwrite what is deleted, and keep no copy of pages in a write-ahead log."""
    cursor = connection.cursor()
    for pragma in ("secure_delete=ON", "journal_mode=DELETE", "synchronous=FULL"):
        cursor.execute(f"PRAGMA {pragma}").fetchall()
    cursor.close()


def _wrap_context(subject: str, key_id: str, epoch: int) -> bytes:
    return format_context(subject, key_id, epoch, "data key")


def _make_key(row: Any) -> SubjectKey:
    return SubjectKey(row.id, row.subject, row.epoch, row.digest, row.destroyed is not None or row.wrapped is None)


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
