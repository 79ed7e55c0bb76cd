"""Python examples run: those in the doors of the packages, and those in the documentation."""

import doctest
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOORS = [
    f"govern.{path.parent.name}"
    for path in sorted((ROOT / "src" / "govern").glob("*/__init__.py"))
    if ">>> " in path.read_text(encoding="utf-8")
]
PAGES = [path for path in sorted((ROOT / "docs").rglob("*.md")) if ">>> " in path.read_text(encoding="utf-8")]


def test_there_are_examples() -> None:
    assert "govern.conditions" in DOORS
    assert PAGES


@pytest.mark.parametrize("name", DOORS)
def test_examples_of_the_door(name: str) -> None:
    result = doctest.testmod(importlib.import_module(name), raise_on_error=False)
    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_examples_of_the_page(page: Path) -> None:
    # A fence ends an example's output; doctest would take it for a line of it.
    text = page.read_text(encoding="utf-8").replace("\n```\n", "\n\n\n")
    test = doctest.DocTestParser().get_doctest(text, {}, page.name, str(page), 0)
    result = doctest.DocTestRunner().run(test)
    assert result.attempted > 0
    assert result.failed == 0
