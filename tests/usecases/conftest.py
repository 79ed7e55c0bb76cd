"""The hospital's project in a workspace in memory."""

from datetime import date
from pathlib import Path

import pytest

from govern.library.projects import load_project
from govern.usecases.projects import save_project

DAY = date(2026, 11, 24)
HOSPITAL = Path(__file__).parent.parent.parent / "examples" / "hospital-ct" / "project.yaml"


@pytest.fixture(scope="session")
def hospital(content):
    """The project as its file says it, not saved."""
    return load_project(HOSPITAL, content.vocabulary())


@pytest.fixture
def saved(world, actor, hospital):
    """The project, saved."""
    return save_project(world, actor, hospital)


@pytest.fixture
def day():
    return DAY


@pytest.fixture
def logged(world):
    """A function that gives the entries of the log as they are."""
    from govern.audit import parse_entry

    return lambda: [parse_entry(data) for data in world.log.entries()]
