"""One set of ports three times: in memory, on SQLite and on PostgreSQL."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import pytest

from govern.audit import Event
from govern.keys import FolderSigner, make_keys
from govern.store import FolderFiles, SqlLog, SqlRegister, open_database

ORIGIN = "log.example/govern"


def event(number, matter="project:one", kind="test.saved"):
    return Event(
        id=f"event-{number}",
        kind=kind,
        actor="tester",
        time="2026-11-24T10:00:00.000000Z",
        object=f"thing:{number}@1",
        matter=matter,
        body="sha256:" + sha256(str(number).encode()).hexdigest(),
    )


@dataclass
class Store:
    """The ports of the store, and where they came from."""

    kind: str
    register: Any
    log: Any
    signer: Any
    files: Any
    url: str = ""
    folder: Any = None
    database: Any = None

    def emit(self, *events):
        with self.register.begin(write=True) as unit:
            for each in events:
                unit.emit(each)


@pytest.fixture
def new_event():
    return event


@pytest.fixture
def open_store():
    """A function that opens a store of a database and a folder; all are closed after the test."""
    opened = []

    def make(kind, url, folder, fault=lambda _: None, create=False, timeout=10.0):
        database = open_database(url, create=create, timeout=timeout)
        opened.append(database)
        if not (folder / "keys").exists():
            make_keys(folder / "keys", ORIGIN)
        signer = FolderSigner(folder / "keys")
        log = SqlLog(database, signer, ORIGIN, fault)
        return Store(
            kind, SqlRegister(database), log, signer, FolderFiles(folder / "files"), url, folder, database
        )

    yield make
    for database in opened:
        database.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request, tmp_path):
    """The URL of an empty database of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'govern.db'}"
    return request.getfixturevalue("postgres_url")


@pytest.fixture
def sql_store(database_url, open_store, tmp_path):
    return open_store(database_url.partition(":")[0], database_url, tmp_path, create=True)


@pytest.fixture(params=["twin", "sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store(request, tmp_path, open_store, twin):
    """Each implementation of the ports in turn."""
    if request.param == "twin":
        state, signer = twin.MemoryState(), twin.MemorySigner(ORIGIN)
        return Store("twin", twin.MemoryRegister(state), twin.MemoryLog(state, signer), signer, twin.MemoryFiles())
    url = f"sqlite:///{tmp_path / 'govern.db'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
    return open_store(request.param, url, tmp_path, create=True)
