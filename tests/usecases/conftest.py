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


@pytest.fixture
def small(world, tmp_path):
    """A function that gives the workspace with the small content of the library's tests, some of its files changed."""
    from dataclasses import replace
    from hashlib import sha256

    from govern.library.content import Content

    from ..library.trees import grow

    numbers = iter(range(99))

    def make(**changed):
        library = Content(grow(tmp_path / f"content{next(numbers)}", **changed))
        return replace(world, library=library, new_id=lambda: sha256(world.new_id().encode()).hexdigest()[:32])

    return make


@pytest.fixture
def arrangement():
    """A project of the small content: a processor who has agreed to nothing yet."""
    from govern.kernel import FactValue
    from govern.usecases.records import Project

    answers = {"data.personal": True, "vendor.role": "processor", "contract.terms": []}
    return Project("one", "A project", answers={fact: FactValue(value=value) for fact, value in answers.items()})
