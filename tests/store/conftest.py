"""One set of ports three times: in memory, on SQLite and on PostgreSQL."""

import subprocess
import sys
import textwrap
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import pytest

from govern.audit import Event, parse_entry
from govern.kernel import Actor, Role
from govern.keys import FolderSigner, make_keys
from govern.store import FolderFiles, SqlLog, SqlRegister, open_database
from govern.usecases.logs import verify_store
from govern.usecases.ports import Ports

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
            kind,
            SqlRegister(database, before_write=log.check_ready),
            log,
            signer,
            FolderFiles(folder / "files"),
            url,
            folder,
            database,
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


@pytest.fixture
def verify():
    """A function that verifies a store as `govern log verify` does."""
    auditor = Actor("auditor", frozenset({Role.AUDITOR}))

    def run(store):
        ports = Ports(None, store.register, store.log, store.signer, store.files, None, None)
        return verify_store(ports, auditor)

    return run


@pytest.fixture
def check_sound(verify):
    """A function that verifies a store and that its log has exactly these events, each once."""

    def check(store, events):
        report = verify(store)
        found = [parse_entry(data).id for data in store.log.entries()]
        assert sorted(found) == sorted(events)
        assert report.size == len(found)
        assert store.signer.last_signed() == store.log.head().checkpoint
        return report

    return check


@pytest.fixture
def run_python():
    """A function that runs lines of Python in a process of its own, with a store named `store`."""

    def start(store, lines):
        program = _PROGRAM.format(url=store.url, folder=str(store.folder), lines=textwrap.indent(lines, "    "))
        return subprocess.Popen(
            [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    return start


_PROGRAM = """
import os, sys
from pathlib import Path
from hashlib import sha256
from govern.audit import Event
from govern.keys import FolderSigner
from govern.store import SqlLog, SqlRegister, open_database

def event(number, matter="project:one"):
    return Event(id=f"event-{{number}}", kind="test.saved", actor="tester", time="2026-11-24T10:00:00.000000Z",
        object=f"thing:{{number}}@1", matter=matter, body="sha256:" + sha256(str(number).encode()).hexdigest())

def main(url, folder):
    database = open_database(url, timeout=60)
    signer = FolderSigner(folder / "keys")
    register = SqlRegister(database, SqlLog(database, signer, "log.example/govern").check_ready)
    def log(fault=lambda _: None):
        return SqlLog(database, signer, "log.example/govern", fault)
    def emit(*events):
        with register.begin(write=True) as unit:
            for each in events:
                unit.emit(each)
{lines}
    database.close()

main({url!r}, Path({folder!r}))
"""
