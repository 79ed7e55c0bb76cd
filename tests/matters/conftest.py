"""A workspace in memory with two projects whose entries alternate in the log."""

import pytest

from govern.kernel import Actor, Role
from govern.usecases.matters import bundle_matter
from govern.usecases.projects import answer_facts, new_project


@pytest.fixture
def log(world, actor):
    """The ports, with three entries of project `one` and two of `two`."""
    new_project(world, actor, "one", "The first project")
    new_project(world, actor, "two", "The second project")
    answer_facts(world, actor, "one", {"vendor.country": "IN"})
    answer_facts(world, actor, "two", {"vendor.country": "US"})
    answer_facts(world, actor, "one", {"vendor.country": "PH"})
    return world


@pytest.fixture
def auditor():
    return Actor("auditor-1", frozenset({Role.AUDITOR}))


@pytest.fixture
def make(log, auditor):
    """A function that makes a bundle of a project and gives all its files."""

    def bundle(project="one", **options):
        return bundle_matter(log, auditor, project, **options).with_files({})

    return bundle


@pytest.fixture
def sqlite_world(world, tmp_path):
    """The ports on a SQLite database, and its path."""
    from dataclasses import replace

    from govern.store import SqlLog, SqlRegister, open_database

    database = open_database(f"sqlite:///{tmp_path / 'govern.db'}", create=True)
    log = SqlLog(database, world.signer, world.signer.key.name)
    yield replace(world, register=SqlRegister(database, log.check_ready), log=log), tmp_path / "govern.db"
    database.close()
