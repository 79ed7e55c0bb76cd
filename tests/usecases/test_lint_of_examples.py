"""The sets of the examples as they stand: nothing to mend."""

from dataclasses import replace
from pathlib import Path

import pytest

from govern.library.projects import load_project
from govern.usecases.linting import lint_project
from govern.usecases.parameters import set_parameters
from govern.usecases.projects import answer_facts, save_project

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def kept(world, actor, content):
    """A function that saves an example and gives its id."""

    def save(name):
        project = load_project(EXAMPLES / name / "project.yaml", content.vocabulary())
        return save_project(world, actor, project).id

    return save


@pytest.mark.parametrize("example", ["bank-calls", "hospital-ct", "retail-images", "road-video"])
def test_a_set_has_nothing_to_mend(world, actor, kept, day, example):
    found = lint_project(world, actor, kept(example), day).findings
    assert [each for each in found if each.severity != "note"] == []


def test_a_place_that_no_mechanism_covers_is_found_unless_the_paper_leaves_it_out(world, actor, kept, day, content):
    """The bank's register denies a transfer, and the vendor's people log in from Ukraine."""
    project = load_project(EXAMPLES / "bank-calls" / "project.yaml", content.vocabulary())
    agreed = {fact: value for fact, value in project.agreed.items() if fact != "vendor.workforce_countries"}
    save_project(world, actor, replace(project, agreed=agreed))
    found = [each for each in lint_project(world, actor, project.id, day).findings if each.severity != "note"]
    assert [(each.rule, each.document, each.place) for each in found] == [("contradiction", "dpa", "Annex I")]
    assert "outside the European Economic Area" in found[0].message

    set_parameters(world, actor, project.id, {"vendor.workforce_countries": ["PL", "RO"]})
    assert [each for each in lint_project(world, actor, project.id, day).findings if each.severity != "note"] == []


def test_work_that_starts_before_the_agreement_is_said_where_the_day_stands(world, actor, kept, day):
    project = kept("hospital-ct")
    answer_facts(world, actor, project, {"commercial.start_date": "2026-12-01"})
    (found,) = [each for each in lint_project(world, actor, project, day).findings if each.severity == "error"]
    assert (found.rule, found.document) == ("dates", "sow")


def test_a_set_without_a_named_main_agreement_quotes_it_in_its_definitions(world, actor, day, content):
    project = load_project(EXAMPLES / "hospital-ct" / "project.yaml", content.vocabulary())
    answers = {fact: value for fact, value in project.answers.items() if fact != "contract.main_agreement"}
    save_project(world, actor, replace(project, answers=answers))
    found = lint_project(world, actor, project.id, day).findings
    assert [each for each in found if each.rule == "term-unmarked"] == []
