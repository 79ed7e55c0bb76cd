"""What several folders of tests share: a real PostgreSQL, the ports in memory, the content."""

import gc
import importlib.util
import os
import secrets
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from govern.kernel import Actor, Role
from govern.library.content import Content
from govern.library.places import content_places
from govern.usecases.ports import Ports

gc.set_threshold(50_000, 20, 20)  # content and libraries fill the memory for good, and need not be looked at so often

ROOT = Path(__file__).parent.parent
ORIGIN = "log.example/govern"


CORE = {
    "kernel", "conditions", "rules", "contracts", "audit", "retention", "review", "usecases", "matters", "erasure",
    "disposal", "library", "store", "solver", "portfolio",
}  # fmt: skip
"""The folders whose tests cover the pure core."""

BESIDE = {
    "contracts/test_hospital.py", "contracts/test_transfer_documents.py", "contracts/test_us_documents.py",
    "disposal/test_adapters.py", "erasure/test_vault.py", "library/test_bad_files.py", "library/test_facts_agree.py",
    "library/test_lint.py", "library/test_packs_of_law.py", "matters/test_standalone.py", "portfolio/test_files.py",
    "review/test_wordings.py", "solver/test_solver.py", "store/test_coroutines.py", "store/test_ports.py",
    "store/test_upgrade.py",
}  # fmt: skip
"""Files in these folders of which every line that they run is run by the others too: measured, they took a third of the
time. If a line of the core is said to be uncovered and one of these files runs it, take that file out of here."""


def pytest_collection_modifyitems(items):
    """Mark the quick tests of the core: neither slow nor drawn at random, so that they cover the same each time."""
    for item in items:
        folder, name = item.path.relative_to(ROOT).parts[:2], "/".join(item.path.relative_to(ROOT).parts[1:])
        drawn = getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
        core = folder[0] == "tests" and folder[1] in CORE and name not in BESIDE
        if core and not drawn and not item.get_closest_marker("slow"):
            item.add_marker("core")


def _load(name):
    """A module beside this file: with `importmode=importlib` no test folder is on the path."""
    spec = importlib.util.spec_from_file_location(f"govern_tests_{name}", Path(__file__).with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def twin():
    """The module of the ports in memory."""
    return _load("twin")


@pytest.fixture(scope="session")
def postgres_server():
    """The URL of a PostgreSQL server on which databases may be made."""
    file = ROOT / ".pytest-services" / "postgres.url"
    url = os.environ.get("GOVERN_TEST_DATABASE_URL") or (file.read_text().strip() if file.is_file() else "")
    if not url:
        pytest.skip("needs PostgreSQL: run `sh tests/services.sh`, or set GOVERN_TEST_DATABASE_URL")
    import psycopg

    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError as problem:
        pytest.skip(f"PostgreSQL does not answer at {url}: {problem}")
    return url


@pytest.fixture(scope="session")
def new_postgres(postgres_server):
    """A function that makes an empty database and gives its URL, as a context."""
    import psycopg
    from psycopg import sql

    @contextmanager
    def make():
        name = f"govern_test_{secrets.token_hex(8)}"
        with psycopg.connect(postgres_server, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield f"{postgres_server.rpartition('/')[0]}/{name}"
        finally:
            with psycopg.connect(postgres_server, autocommit=True) as connection:
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    return make


@pytest.fixture
def postgres_url(new_postgres):
    """The URL of an empty database of this test alone."""
    with new_postgres() as url:
        yield url


@pytest.fixture(scope="session")
def new_forking():
    """A function that gives, as a context, a folder with a `govern` that starts at once: see forking.py."""

    @contextmanager
    def make(prefix=()):
        with tempfile.TemporaryDirectory() as folder:  # the path of a socket must be short
            words = [*prefix, sys.executable, Path(__file__).with_name("forking.py"), folder]
            environment = {**os.environ, "LC_ALL": "C.UTF-8"}
            with subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=environment) as process:
                assert process.stdout.readline() == b"ready\n"
                yield Path(folder)
                process.kill()

    return make


@pytest.fixture(scope="session")
def forking(new_forking):
    """A folder with a `govern` that is a child of a process which has loaded it already."""
    with new_forking() as folder:
        yield folder


@pytest.fixture(scope="session")
def content():
    """The content that comes with govern, read once."""
    return Content(content_places())


@dataclass
class Clock:
    """A time that moves a second each time it is read, and ids that count."""

    time: datetime = datetime(2026, 11, 24, 10, tzinfo=UTC)

    def __post_init__(self):
        self.numbers = count(1)

    def now(self):
        self.time += timedelta(seconds=1)
        return self.time

    def new_id(self):
        return f"{next(self.numbers):032x}"


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def world(twin, content, clock):
    """The ports in memory, over the content that comes with govern."""
    state, signer = twin.MemoryState(), twin.MemorySigner(ORIGIN)
    return Ports(
        library=content,
        register=twin.MemoryRegister(state),
        log=twin.MemoryLog(state, signer),
        signer=signer,
        files=twin.MemoryFiles(),
        now=clock.now,
        new_id=clock.new_id,
        vault=twin.MemoryVault(),
    )


@pytest.fixture
def actor():
    """Somebody who may do everything."""
    return Actor("owner", frozenset(Role))
