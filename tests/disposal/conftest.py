"""A workspace with records in a real folder, on the ports in memory and on SQLite and PostgreSQL."""

from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from govern.disposal import DeclaredStores
from govern.kernel import Actor, Role
from govern.keys import FolderSigner, make_keys
from govern.library.content import Content
from govern.retention import Action, Copy, Period, RetainedRecord, RuleKind, StorePlace, TriggerEvent
from govern.store import FolderFiles, SqlLog, SqlRegister, open_database
from govern.usecases.dispositions import approve_plan, plan_destruction
from govern.usecases.ports import Ports
from govern.usecases.projects import save_project
from govern.usecases.records import Project
from govern.usecases.retaining import add_record
from govern.usecases.schedules import set_rule

from ..library.trees import grow

DAY = date(2026, 11, 24)
CLASS = "labelled batches"
PROJECT = "one"

PLANNER = Actor("planner-1", frozenset({Role.PROJECT_OWNER}))
FIRST = Actor("officer-1", frozenset({Role.COMPLIANCE_OFFICER}))
SECOND = Actor("counsel-1", frozenset({Role.COUNSEL}))
EXECUTOR = Actor("admin-1", frozenset({Role.ADMINISTRATOR}))
OWNER = Actor("owner", frozenset(Role))


class Boom(Exception):
    """The process stops here."""


class Steps:
    """Counts steps, and stops the process at one of them."""

    def __init__(self, stop_at=None):
        self.seen = []
        self.stop_at = stop_at

    def __call__(self, name):
        self.seen.append(name)
        if len(self.seen) - 1 == self.stop_at:
            raise Boom(name)


@dataclass
class Archive:
    """A workspace whose records lie in a folder."""

    ports: Any
    root: Path
    place: StorePlace

    def stores(self, fault=lambda _: None):
        return DeclaredStores([self.place], fault=fault)

    def add(self, id_, data=b"content", *, register=True, digest=None, folder=None):
        """Put a file (or the files of a folder) there and register it as a record that is due."""
        path = self.root / id_
        if folder is None:
            path.write_bytes(data)
            known = sha256(data).hexdigest()
        else:
            lines = []
            for name, each in sorted(folder.items()):
                file = path / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(each)
                lines.append(f"{sha256(each).hexdigest()}  {name}\n")
            known = sha256("".join(lines).encode()).hexdigest()
        if register:
            self.register(id_, f"{self.place.at}/{id_}", known if digest is None else digest)
        return path

    def register(self, id_, store, digest=""):
        record = RetainedRecord(
            id_, PROJECT, f"Batch {id_}", CLASS, store, {TriggerEvent.CREATION: date(2026, 1, 5)}, digest
        )
        add_record(self.ports, OWNER, record)

    def plan(self):
        return plan_destruction(self.ports, PLANNER, PROJECT, DAY, "expired batches")

    def approved(self):
        plan = self.plan()
        for actor in (FIRST, SECOND):
            approve_plan(self.ports, actor, plan.id, plan.digest)
        return plan


def prepare(ports, tmp_path):
    root = tmp_path / "archive"
    root.mkdir()
    save_project(ports, OWNER, Project(PROJECT, "A project"))
    set_rule(
        ports, OWNER, PROJECT, CLASS, kind=RuleKind.MAXIMUM, period=Period(days=30), event=TriggerEvent.CREATION,
        action=Action.DESTROY, reason="the contract allows thirty days",
    )  # fmt: skip
    place = StorePlace("archive", f"file://{root}", "one disk", (Copy("nightly backup", "2026-12-29"),))
    return Archive(ports, root, place)


def one_a_batch(monkeypatch):
    """Each record in a batch of its own."""
    monkeypatch.setattr("govern.retention.disposition.BATCH_ITEMS", 1)
    monkeypatch.setattr("govern.usecases.destroying.BATCH_ITEMS", 1)


@pytest.fixture(scope="session")
def little(tmp_path_factory):
    """The small content of the library's tests: what is destroyed does not depend on the laws that there are."""
    return Content(grow(tmp_path_factory.mktemp("content")))


@pytest.fixture
def ports(twin, little, clock):
    """In memory, with ids of which no two begin alike."""
    state, signer = twin.MemoryState(), twin.MemorySigner("log.example/govern")
    return Ports(
        library=little,
        register=twin.MemoryRegister(state),
        log=twin.MemoryLog(state, signer),
        signer=signer,
        files=twin.MemoryFiles(),
        now=clock.now,
        new_id=lambda: sha256(clock.new_id().encode()).hexdigest()[:32],
    )


@pytest.fixture
def archive(ports, tmp_path):
    """On the ports in memory."""
    return prepare(ports, tmp_path)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def stored(request, ports, tmp_path):
    """On a real database."""
    url = f"sqlite:///{tmp_path / 'govern.db'}" if request.param == "sqlite" else None
    url = url or request.getfixturevalue("postgres_url")
    make_keys(tmp_path / "keys", "log.example/govern", None)
    signer = FolderSigner(tmp_path / "keys")
    database = open_database(url, create=True)
    log = SqlLog(database, signer, "log.example/govern")
    register = SqlRegister(database, before_write=log.check_ready)
    yield prepare(
        replace(ports, register=register, log=log, signer=signer, files=FolderFiles(tmp_path / "files")), tmp_path
    )
    database.close()
