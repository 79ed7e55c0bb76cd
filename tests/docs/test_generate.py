"""The generated reference pages say what the content and the code say today."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from govern.library.content import Content
from govern.library.places import content_places
from govern.rules import RulePack

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


@pytest.fixture(scope="module")
def packs() -> list[RulePack]:
    return Content(content_places()).packs()


def test_pages_are_up_to_date(pages: dict[str, str]) -> None:
    kept = {name: (DOCS / "reference" / name).read_text(encoding="utf-8") for name in pages}
    old = [name for name in pages if kept[name] != pages[name]]
    assert old == [], "run: python docs/generate.py"


def test_every_pack_has_a_page_and_no_page_is_left_over(pages: dict[str, str], packs: list[RulePack]) -> None:
    wanted = {f"law/{pack.id}.md" for pack in packs}
    assert {name for name in pages if name.startswith("law/")} == wanted
    assert {f"law/{path.name}" for path in (DOCS / "reference" / "law").glob("*.md")} == wanted


def test_the_site_lists_every_generated_page(pages: dict[str, str]) -> None:
    nav = (DOCS.parent / "mkdocs.yml").read_text(encoding="utf-8")
    assert [name for name in pages if f": reference/{name}\n" not in nav] == []


def test_every_fact_obligation_definition_figure_and_control_has_its_place(
    generate: ModuleType, pages: dict[str, str], packs: list[RulePack]
) -> None:
    content = Content(content_places())
    assert pages["facts.md"].count("\n### ") == len(content.vocabulary())
    assert pages["controls.md"].count("\n## ") == len(content.controls())
    assert pages["packs.md"].count("\n- [") == sum(len(pack.obligations) for pack in packs)
    for pack in packs:
        anchors = re.findall(r"^### .* \{ #(\S+) \.row \}$", pages[f"law/{pack.id}.md"], re.MULTILINE)
        wanted = [generate.slug(each.id) for each in pack.obligations]
        wanted += [f"definition-{generate.slug(each.id)}" for each in pack.definitions]
        wanted += [f"figure-{generate.slug(each.id)}" for each in pack.parameters]
        assert set(wanted) <= set(anchors)
        assert len(anchors) == len(set(anchors))


def test_every_obligation_has_its_conditions_and_a_good_and_a_bad_case(
    pages: dict[str, str], packs: list[RulePack]
) -> None:
    for pack in packs:
        page, number = pages[f"law/{pack.id}.md"], len(pack.obligations)
        assert page.count("\n**It is met if") == number
        assert page.count("\n**What to do:**") == number
        assert page.count("\n> **Met**") == page.count("\n> **Gap**") == number


def test_every_document_has_its_place_with_its_clauses_and_positions(
    generate: ModuleType, pages: dict[str, str]
) -> None:
    library, page = Content(content_places()), pages["clauses.md"]
    clauses = library.clauses()
    recipes = [library.recipe(id_) for id_ in library.recipes()]
    held = [clauses[id_].head for recipe in recipes for id_ in (*recipe.clauses, *recipe.annexes)]
    assert re.findall(r"^## .* \{ #(\S+) \}$", page, re.MULTILINE) == [
        *(generate.slug(each.id) for each in recipes),
        "every-document",
    ]
    assert {id_ for id_ in clauses if f"(`{id_}`) | {clauses[id_].head.version} |" not in page} == set()
    assert page.count("\n- *walk-away:*") == sum(any(at.kind == "walk_away" for at in each.positions) for each in held)
    assert page.count(" Approver: ") == sum(bool(at.approver) for each in held for at in each.positions)


def test_the_readme_has_the_numbers_of_today(packs: list[RulePack]) -> None:
    readme = (DOCS.parent / "README.md").read_text(encoding="utf-8")
    assert f"[{sum(len(pack.obligations) for pack in packs)} obligations](docs/reference/packs.md)" in readme
    assert f"[{len(Content(content_places()).controls())} controls](docs/reference/controls.md)" in readme
    assert f"[{len(Content(content_places()).recipes())} contract documents](docs/reference/clauses.md)" in readme
    assert [pack.id for pack in packs if f"docs/reference/law/{pack.id}.md" not in readme] == []


def test_pages_are_the_same_each_time(generate: ModuleType, pages: dict[str, str]) -> None:
    again: dict[str, str] = generate.make_pages()
    assert again == pages


def test_no_mark_of_a_link_is_left(pages: dict[str, str]) -> None:
    assert not any(mark in text for text in pages.values() for mark in "\ue000\ue001\ue002")


def test_help_is_printed_and_nothing_is_written() -> None:
    before = {path: path.stat().st_mtime_ns for path in (DOCS / "reference").rglob("*.md")}
    command = [sys.executable, str(DOCS / "generate.py"), "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.startswith("usage: python docs/generate.py")
    assert {path: path.stat().st_mtime_ns for path in (DOCS / "reference").rglob("*.md")} == before


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
