"""The lint rule of the how-to guide is one: it loads as its package says, and finds what the page promises."""

import re
import tomllib
from datetime import date
from pathlib import Path

import pytest

from govern.library.packages import find_lint_rules, find_packages
from govern.library.projects import load_project
from govern.usecases.linting import lint_project
from govern.usecases.projects import save_project

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "how-to" / "lint-contracts.md"
HOSPITAL = ROOT / "examples" / "hospital-ct" / "project.yaml"
FILES = dict(
    re.findall(r"^```(?:python|toml) title=\"([^\"]+)\"\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
)


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """The package of the page, as an installer would leave it."""
    (tmp_path / "acme_rules" / "content").mkdir(parents=True)
    (tmp_path / "acme_rules" / "__init__.py").write_text(FILES["acme-rules/acme_rules/__init__.py"], "utf-8")
    project = tomllib.loads(FILES["acme-rules/pyproject.toml"])["project"]
    metadata = tmp_path / f"acme_rules-{project['version']}.dist-info"
    metadata.mkdir()
    points = [
        f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in entries.items())
        for group, entries in project["entry-points"].items()
    ]
    (metadata / "entry_points.txt").write_text("\n".join(points), "utf-8")
    header = f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    (metadata / "METADATA").write_text(header, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)


def test_the_rule_of_the_page_finds_what_it_is_for(installed, world, actor):
    assert find_packages(["acme"])
    rules = find_lint_rules(["acme"])
    project = save_project(world, actor, load_project(HOSPITAL, world.library.vocabulary()))
    linted = lint_project(world, actor, project.id, date(2026, 11, 24), rules=rules)
    found = [each for each in linted.findings if each.rule == "vague-time"]

    assert list(rules) == ["acme.vague-times"]
    assert found
    assert {each.severity for each in found} == {"note"}
    assert find_lint_rules([]) == {}


def test_the_page_names_every_rule():
    """Each finding's name in the source of the lint has its row in the table."""
    source = (ROOT / "src" / "govern" / "contracts" / "lint.py").read_text("utf-8")
    names = {*re.findall(r'LintFinding\(\s*"([a-z-]+)"', source), *re.findall(r': \("([a-z-]+)", "', source)}
    page = PAGE.read_text("utf-8")

    assert len(names) >= 15
    assert [name for name in sorted(names) if f"`{name}`" not in page] == []
