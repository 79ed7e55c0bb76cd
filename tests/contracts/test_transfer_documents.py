"""The documents on transfers and joint control follow the facts: law and courts, authority, the United Kingdom."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from govern.contracts import Table, plain_type
from govern.kernel import FactValue
from govern.library.content import Content
from govern.library.places import content_places
from govern.library.projects import load_project
from govern.render import render_markdown
from govern.usecases.assembling import Options, open_workbench
from govern.usecases.gaps import assess_project
from govern.usecases.ports import Ports
from govern.usecases.positions import Choices

DAY = date(2026, 11, 24)
LIBRARY = Content(content_places())
HOSPITAL = Path(__file__).parents[2] / "examples" / "hospital-ct" / "project.yaml"

OUTSIDE_EUROPE = {"client.eu_establishment": False, "client.offers_to_eu": False, "client.monitors_eu": False}
RETURNED_FROM_IRELAND = {
    **OUTSIDE_EUROPE,
    "vendor.country": "IE",
    "vendor.eu_establishment": True,
    "transfer.scc_module": "M4",
}
UNITED_KINGDOM_ONLY = {
    **OUTSIDE_EUROPE,
    "client.uk_establishment": True,
    "data.subject_regions": ["UK"],
    "transfer.uk_occurs": True,
    "transfer.mechanism": {"IN": "scc_plus_uk_addendum", "US": "scc_plus_uk_addendum"},
}


def bench_with(answers):
    project = load_project(HOSPITAL, LIBRARY.vocabulary())
    for fact, value in answers.items():
        project = project.with_answer(fact, FactValue(value=value))
    ports = Ports(LIBRARY, *[None] * 6)  # assembling reads the library only
    return open_workbench(ports, assess_project(ports, project, DAY), DAY)


def draft_with(document, answers):
    return bench_with(answers).assemble(LIBRARY.recipe(document), Choices({}, {}), Options())


@pytest.mark.parametrize("document", ["scc", "dpa"])
def test_module_four_takes_the_law_and_the_courts_of_any_country(document):
    text = plain_type(render_markdown(draft_with(document, {**RETURNED_FROM_IRELAND, "transfer.scc_law": "JP"})))

    assert "law of Japan" in text
    assert "courts of Japan" in text
    assert "law of Ireland" not in text


@pytest.mark.parametrize(("document", "clause"), [("scc", "scc.choices"), ("dpa", "dpa.euv")])
def test_module_four_asks_for_the_state_where_a_country_has_several_laws(document, clause):
    draft = draft_with(document, {**RETURNED_FROM_IRELAND, "transfer.scc_law": "US"})

    blanks = {(point.where, point.parameter) for point in draft.open_points if point.kind == "blank"}
    assert {(clause, f"{clause}.scc_part"), (clause, f"{clause}.scc_place")} <= blanks


@pytest.mark.parametrize("document", ["scc", "dpa"])
def test_module_four_has_no_law_by_default(document):
    draft = draft_with(document, RETURNED_FROM_IRELAND)

    assert "transfer.scc_law" in {point.fact for point in draft.open_points if point.kind == "choice"}


@pytest.mark.parametrize(
    ("status", "alternative"), [("appointed", "second"), ("missing", "second"), ("not_required", "third")]
)
@pytest.mark.parametrize("document", ["scc", "dpa"])
def test_clause_13_follows_the_representative(document, status, alternative):
    answers = {"client.eu_establishment": False, "client.eu_representative": status}

    assert f"the {alternative} alternative applies" in plain_type(render_markdown(draft_with(document, answers)))


@pytest.mark.parametrize("document", ["scc", "dpa"])
def test_no_authority_of_a_member_state_is_named_for_data_of_the_united_kingdom_only(document):
    text = plain_type(render_markdown(draft_with(document, UNITED_KINGDOM_ONLY)))

    assert "Standard Contractual Clauses" in text
    assert "BayLDA" not in text
    assert "Clause 13(a)" not in text


@pytest.mark.parametrize("document", ["scc", "uk_addendum"])
def test_a_transfer_that_only_the_united_kingdom_restricts_is_covered(document):
    bench = bench_with(UNITED_KINGDOM_ONLY)
    text = plain_type(render_markdown(draft_with(document, UNITED_KINGDOM_ONLY)))

    assert bench.decide(LIBRARY.recipe(document).when) is True
    assert {"scc": "is a Covered Transfer too", "uk_addendum": "the SCC Agreement applies even if"}[document] in text


@pytest.mark.parametrize("document", ["jca", "c2c"])
def test_two_controllers_under_the_law_of_the_united_kingdom_alone_need_their_document(document):
    roles = {"client.gdpr_role": "joint_controller", "vendor.gdpr_role": "joint_controller"}
    bench = bench_with({**UNITED_KINGDOM_ONLY, **roles, "vendor.own_purpose_use": True})

    assert bench.decide(LIBRARY.recipe(document).when) is True


def test_module_one_names_the_recipients_of_the_importer():
    roles = {"vendor.gdpr_role": "controller", "transfer.scc_module": "M1"}

    assert "Cirrus Harbor Cloud, Inc." in plain_type(render_markdown(draft_with("scc", roles)))
    alone = plain_type(render_markdown(draft_with("scc", {**roles, "vendor.subprocessors_used": False})))
    assert "to no other recipient" in alone
    assert "Cirrus Harbor Cloud, Inc." not in alone


IDTA_ALONE = {**UNITED_KINGDOM_ONLY, "transfer.mechanism": {"IN": "uk_idta", "US": "uk_idta"}}


@pytest.mark.parametrize(("answers", "defined"), [(UNITED_KINGDOM_ONLY, True), (IDTA_ALONE, False)])
def test_the_uk_addendum_is_defined_where_the_agreement_uses_it(answers, defined):
    text = plain_type(render_markdown(draft_with("dpa", answers)))

    assert ("International Data Transfer Addendum to the Standard Contractual Clauses, issued" in text) is defined
    assert ("The UK Addendum is part of this Agreement" in text) is defined
    assert "UK Personal Data" in text


@pytest.mark.parametrize(("answers", "named"), [(UNITED_KINGDOM_ONLY, False), ({}, True)])
def test_article_48_is_named_where_the_law_has_it(answers, named):
    """The regulations on the exit from the Union took it out of the UK GDPR."""
    draft = draft_with("dpa", answers)

    assert ("Article 48" in plain_type(render_markdown(draft))) is named
    orders = [each for each in draft.paragraphs() if str(each.anchor).startswith("dpa.transfers#foreign_orders")]
    assert len(orders) == 1


@pytest.mark.parametrize(("established", "asked"), [(True, False), (False, True)])
@pytest.mark.parametrize("document", ["scc", "dpa"])
def test_a_client_in_the_union_has_no_representative_there(document, established, asked):
    """Source: GDPR Art. 27(1), with Art. 3(2): it is for those who are not established in the Union."""
    bench = bench_with({"client.eu_establishment": established, "client.offers_to_eu": True})
    answers = {fact: value for fact, value in bench.checked.project.answers.items() if "eu_representative" not in fact}
    project = replace(bench.checked.project, answers=answers)
    ports = Ports(LIBRARY, *[None] * 6)
    bench = open_workbench(ports, assess_project(ports, project, DAY), DAY)
    draft = bench.assemble(LIBRARY.recipe(document), Choices({}, {}), Options())

    assert ("client.eu_representative" in {each.fact for each in draft.open_points}) is asked


@pytest.mark.parametrize(("option", "columns", "blanks"), [("specific", 5, 2), ("general", 4, 0)])
@pytest.mark.parametrize("document", ["scc", "dpa"])
def test_annex_three_asks_for_address_and_contact_where_each_is_authorised_by_name(document, option, columns, blanks):
    """Source: Implementing Decision (EU) 2021/914, Annex III, which is to be filled in with Option 1 of Clause 9(a)."""
    name = {"scc": "annex.scc_iii", "dpa": "annex.subprocessors"}[document]
    bare = {"name": "Deep Cloud Ltd.", "country": "IN"}
    draft = draft_with(document, {"contract.subprocessor_authorisation": option, "vendor.subprocessors": [bare]})

    annex = next(each for each in draft.annexes if each.anchor == name)
    (table,) = [each for each in annex.blocks if isinstance(each, Table)]
    assert len(table.header) == columns
    asked = [each.what for each in draft.open_points if each.where == name]
    assert len(asked) == blanks * len(table.rows)
    assert all("of the sub-processor" in each for each in asked)

    known = {"name": "Deep Cloud Ltd.", "country": "IN", "address": "1 Main Road, Pune", "contact": "Asha Rao, DPO"}
    filled = draft_with(document, {"contract.subprocessor_authorisation": option, "vendor.subprocessors": [known]})
    assert [each for each in filled.open_points if each.where == name] == []
    assert ("1 Main Road, Pune, India" in render_markdown(filled)) is (option == "specific")


@pytest.mark.parametrize(
    ("document", "words"), [("scc", "agreement under Article 28"), ("uk_idta", "Linked Agreement")]
)
def test_one_clock_runs_for_a_breach(document, words):
    text = plain_type(render_markdown(draft_with(document, IDTA_ALONE if document == "uk_idta" else {})))

    assert f"{words}" in text
    assert "says when that is, the time counts from then" in text
