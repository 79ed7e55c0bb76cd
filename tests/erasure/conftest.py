"""A workspace with two persons of whom something is sealed, in memory and in databases."""

import secrets
from dataclasses import replace

import pytest

from govern.audit import parse_entry
from govern.kernel import Actor, Role
from govern.store import SqlLog, SqlRegister, open_database
from govern.store.vault import SqlVault, open_vault_database
from govern.usecases.erasure import seal_personal


@pytest.fixture
def officer():
    return Actor("officer-7", frozenset({Role.COMPLIANCE_OFFICER}))


@pytest.fixture
def sealed(world, officer):
    """The ports in memory, with the data of `annotator-1` in two records and that of `annotator-2` in one."""
    seal_personal(world, officer, "annotator-1", {"name": "Ada Example", "email": "ada@example.org"})
    seal_personal(world, officer, "annotator-2", {"name": "Bo Example"})
    seal_personal(world, officer, "annotator-1", {"name": "Ada Sample"})
    return world


@pytest.fixture
def kinds():
    """A function that gives the kinds of the entries of a matter, or of all."""

    def of(ports, matter=None):
        entries = [parse_entry(data) for data in ports.log.entries()]
        return [entry.kind for entry in entries if matter in (None, entry.matter)]

    return of


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def vault_url(request, tmp_path):
    """The URL of an empty database for a vault, of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'vault.db'}"
    return request.getfixturevalue("postgres_url")


@pytest.fixture
def new_vault(vault_url, tmp_path, clock):
    """A function that opens the vault; all are closed after the test."""
    (tmp_path / "keys").mkdir()
    opened = []

    def make(fault=lambda _: None):
        vault = SqlVault(lambda: open_vault_database(vault_url), tmp_path / "keys", clock.now, fault)
        opened.append(vault)
        return vault

    yield make
    for vault in opened:
        vault.close()


@pytest.fixture
def open_world(vault_url, records_url, new_vault, world):
    """A function that opens ports on databases of either kind, as another process would."""
    opened = []

    def make():
        database = open_database(records_url, create=True)
        opened.append(database)
        log = SqlLog(database, world.signer, world.signer.key.name)
        register = SqlRegister(database, log.check_ready)
        return replace(world, register=register, log=log, vault=new_vault(), new_id=lambda: secrets.token_hex(16))

    yield make
    for each in opened:
        each.close()


@pytest.fixture
def records_url(vault_url, tmp_path, request):
    """The URL of an empty database for records, of the same kind as the vault's."""
    if vault_url.startswith("sqlite"):
        yield f"sqlite:///{tmp_path / 'govern.db'}"
        return
    with request.getfixturevalue("new_postgres")() as url:
        yield url


@pytest.fixture
def on_disk(world, tmp_path, clock):
    """A function that opens ports on SQLite files in a folder, as a new process would."""
    opened = []
    (tmp_path / "keys").mkdir(exist_ok=True)

    def make(fault=lambda _: None):
        database = open_database(f"sqlite:///{tmp_path / 'govern.db'}", create=True)
        log = SqlLog(database, world.signer, world.signer.key.name)
        vault = SqlVault(
            lambda: open_vault_database(f"sqlite:///{tmp_path / 'vault.db'}"), tmp_path / "keys", clock.now, fault
        )
        opened.extend([database, vault])
        return replace(world, register=SqlRegister(database, log.check_ready), log=log, vault=vault)

    yield make
    for each in opened:
        each.close()
