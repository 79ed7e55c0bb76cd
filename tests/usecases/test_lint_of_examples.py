"""The sets of the examples as they stand: nothing to mend."""

from dataclasses import replace
from pathlib import Path

import pytest

from govern.errors import RefusedError
from govern.library.projects import load_project
from govern.render import render_markdown
from govern.usecases.assembling import Options
from govern.usecases.drafts import draft_contract, read_open_points
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


def test_a_country_without_a_mechanism_is_named_and_no_text_is_final_with_it(world, actor, day, content):
    """The Kenyan company of the road videos has signed nothing, and in this test no one has agreed that it will."""
    known = load_project(EXAMPLES / "road-video" / "project.yaml", content.vocabulary())
    agreed = {fact: value for fact, value in known.agreed.items() if fact != "transfer.mechanism"}
    save_project(world, actor, replace(known, agreed=agreed))
    project = known.id
    (found,) = [each for each in lint_project(world, actor, project, day).findings if each.severity != "note"]
    assert (found.rule, found.severity, found.document, found.place) == ("contradiction", "error", "dpa", "Annex IV")
    assert "no transfer mechanism is in place: Kenya" in found.message

    answer_facts(
        world,
        actor,
        project,
        {
            "project.subject_count": 90000,
            "vendor.own_purpose_use": False,
            "contract.subprocessor_authorisation": "general",
        },
    )
    assert read_open_points(world, actor, project, "dpa", day) == ()
    with pytest.raises(RefusedError, match="Kenya"):
        draft_contract(world, actor, project, "dpa", day, final=True)

    set_parameters(world, actor, project, {"transfer.mechanism": {"VN": "scc", "KE": "scc"}})
    drafted = draft_contract(world, actor, project, "dpa", day, final=True)
    assert "No Transfer Ground is in place" not in render_markdown(drafted.draft)


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


SIGNATORY = {"vendor.signatory": "Asha Rao", "vendor.signatory_title": "Director"}


@pytest.mark.parametrize(
    ("client", "vendor", "module"),
    [("controller", "processor", "M1"), ("controller", "processor", "M4"), ("processor", "processor", "M2")],
)
def test_a_module_that_does_not_fit_the_roles_is_an_error_and_never_final(
    world, actor, kept, day, client, vendor, module
):
    project = kept("hospital-ct")
    roles = {"client.gdpr_role": client, "vendor.gdpr_role": vendor, "transfer.scc_module": module}
    answer_facts(world, actor, project, {**SIGNATORY, **roles})
    found = [each for each in lint_project(world, actor, project, day).findings if each.rule == "contradiction"]

    assert {each.document for each in found} == {"scc", "dpa"}
    assert all("does not fit the roles" in each.message for each in found)
    with pytest.raises(RefusedError, match="does not fit the roles"):
        draft_contract(world, actor, project, "scc", day, final=True)


def test_a_module_that_fits_the_roles_is_final(world, actor, kept, day):
    project = kept("hospital-ct")
    answer_facts(world, actor, project, {**SIGNATORY, "contract.subprocessor_authorisation": "general"})
    draft_contract(world, actor, project, "scc", day, final=True)


@pytest.mark.parametrize(("identifiers", "refused"), [(["name", "dates"], True), (["dates", "geo_below_state"], False)])
def test_a_limited_data_set_with_direct_identifiers_is_no_limited_data_set(
    world, actor, kept, day, identifiers, refused
):
    project = kept("hospital-ct")
    state = {"client.hipaa_role": "business_associate", "data.state": "limited_data_set"}
    answer_facts(world, actor, project, {**SIGNATORY, **state, "data.identifiers_present": identifiers})
    found = lint_project(world, actor, project, day, document="dua").findings

    assert [each.document for each in found if each.severity == "error"] == ["dua"] * refused
    if refused:
        with pytest.raises(RefusedError, match=r"direct identifiers.*: .*names"):
            draft_contract(world, actor, project, "dua", day, final=True)
    else:
        draft_contract(world, actor, project, "dua", day, final=True)


def test_a_position_that_another_document_of_the_set_overrides_is_not_final(world, actor, kept, day):
    """The standard clauses let no limit between the parties stand before the person who was harmed."""
    project = kept("hospital-ct")
    answer_facts(world, actor, project, SIGNATORY)
    options = Options(final=True, positions={"dpa.liability": "fallback"})
    with pytest.raises(RefusedError, match="Clause 12"):
        draft_contract(world, actor, project, "dpa", day, options=options)
