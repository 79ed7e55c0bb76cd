"""The generated reference pages say what the content and the code say today."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def pages(generate: ModuleType) -> dict[str, str]:
    made: dict[str, str] = generate.make_pages()
    return made


@pytest.mark.parametrize("name", ["facts.md", "packs.md", "cli.md"])
def test_page_is_up_to_date(name: str, pages: dict[str, str]) -> None:
    kept = (DOCS / "reference" / name).read_text(encoding="utf-8")
    assert kept == pages[name], "run: python docs/generate.py"


def test_every_obligation_and_every_fact_has_its_place(pages: dict[str, str]) -> None:
    from govern.library.content import Content
    from govern.library.places import content_places

    content = Content(content_places())
    assert pages["facts.md"].count("\n### ") == len(content.vocabulary())
    assert pages["packs.md"].count("\n#### ") == sum(len(pack.obligations) for pack in content.packs())


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a | b", r"a \| b"),
        ("two\n  lines", "two lines"),
        ("<x> [y]", r"\<x\> \[y\]"),
        ("dpa.own_use", r"dpa.own\_use"),
    ],
)
def test_plain_text_is_shown_as_it_is(generate: ModuleType, text: str, shown: str) -> None:
    assert generate.plain(text) == shown
