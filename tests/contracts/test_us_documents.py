"""The security schedule and the documents under United States law: needed when the facts say so, and complete then."""

from datetime import date
from pathlib import Path

import pytest

from govern.contracts import Definition, Use, write_runs
from govern.contracts.words import term_key
from govern.kernel import FactValue
from govern.library.content import Content
from govern.library.places import content_places
from govern.library.projects import load_project
from govern.usecases.assembling import Options, open_workbench
from govern.usecases.gaps import assess_project
from govern.usecases.ports import Ports
from govern.usecases.positions import Choices

DAY = date(2026, 11, 24)
LIBRARY = Content(content_places())
EXAMPLES = Path(__file__).parents[2] / "examples"
AS_DEIDENTIFIED_PATIENTS = {
    "data.state": "deidentified_hipaa",
    "data.deid_method": "expert_determination",
    "contract.deid_sale_or_license": True,
}
AS_NUMBERS_OF_TWO_STATES = {
    "data.subject_regions": ["US", "US-CA", "US-MA"],
    "data.categories": ["name", "health", "government_id"],
    "data.listed_breach_elements": True,
}
# document: the example, and what must be different in it for the document to be needed
WORLDS = {
    "security": ("hospital-ct", AS_NUMBERS_OF_TWO_STATES),
    "baa": ("hospital-ct", {}),
    "sub_baa": ("hospital-ct", {"client.hipaa_role": "business_associate"}),
    "dua": ("hospital-ct", {"data.state": "limited_data_set", "hipaa.baa_signed": False}),
    "cmia": ("hospital-ct", {}),
    "qsoa": ("hospital-ct", {"data.part2_sud": True, "us_federal.part2_consent": False}),
    "patient_deid": ("hospital-ct", AS_DEIDENTIFIED_PATIENTS),
    "ccpa_sp": ("retail-images", {"data.subject_regions": ["US-CA"]}),
    "ccpa_contractor": ("retail-images", {"ccpa.vendor_intended_role": "contractor"}),
    "ccpa_third_party": ("retail-images", {"ccpa.cross_context_ads": True}),
    "ccpa_deid": ("retail-images", {"data.state": "deidentified_ccpa"}),
    "state_processor": ("retail-images", {}),
    "wa_mhmda": ("retail-images", {"data.consumer_health_non_hipaa": True, "data.subject_regions": ["US-WA"]}),
}


def bench_with(example, answers):
    project = load_project(EXAMPLES / example / "project.yaml", LIBRARY.vocabulary())
    for fact, value in {**answers, "project.retention_days_vendor": 30}.items():
        project = project.with_answer(fact, FactValue(value=value))
    ports = Ports(LIBRARY, *[None] * 6)  # assembling reads the library only
    return open_workbench(ports, assess_project(ports, project, DAY), DAY)


@pytest.fixture(scope="module")
def benches():
    return {document: bench_with(*world) for document, world in WORLDS.items()}


def draft_of(bench, document, positions=None):
    return bench.assemble(LIBRARY.recipe(document), Choices(positions or {}, {}), Options())


@pytest.mark.parametrize("document", WORLDS)
def test_a_document_is_needed_and_carries_each_mandatory_term(benches, document):
    bench, recipe = benches[document], LIBRARY.recipe(document)

    assert bench.decide(recipe.when) is True
    assert set(bench.required_terms(recipe)) <= set(draft_of(bench, document).terms)


@pytest.mark.parametrize("document", WORLDS)
def test_nothing_is_open_but_what_a_fact_can_settle(benches, document):
    points = draft_of(benches[document], document).open_points

    assert [point for point in points if point.kind not in ("blank", "choice")] == []
    assert [point for point in points if point.kind == "blank" and point.fact is None] == []


@pytest.mark.parametrize("document", WORLDS)
def test_each_position_says_what_the_law_requires(benches, document):
    bench, recipe = benches[document], LIBRARY.recipe(document)
    preferred = draft_of(bench, document)
    for id_ in (*recipe.clauses, *recipe.annexes):
        for position in LIBRARY.clauses()[id_].head.positions[1:]:
            draft = draft_of(bench, document, {id_: position.id})

            if id_ in draft.clauses:
                assert draft.digest != preferred.digest, (id_, position.id)
            assert draft.terms == preferred.terms, (id_, position.id)
            assert position.gives_up == ()


@pytest.mark.parametrize("document", WORLDS)
def test_each_defined_term_is_defined_once_and_used(document):
    recipe = LIBRARY.recipe(document)
    runs = [run for id_ in (*recipe.clauses, *recipe.annexes) for run in runs_of(LIBRARY.clauses()[id_].blocks)]
    defined = [term_key(run.term) for run in runs if isinstance(run, Definition)]
    known = {*defined, *(term_key(party.role) for party in recipe.parties)}
    used = {term_key(run.term) for run in runs if isinstance(run, Use)}

    assert len(defined) == len(set(defined))
    assert known == used


def runs_of(blocks):
    for block in blocks:
        if hasattr(block, "blocks"):
            yield from runs_of(block.blocks)
        elif hasattr(block, "content"):
            yield from block.content
        else:
            yield from (run for row in (block.header, *block.rows) for cell in row for run in cell)


def test_a_client_that_is_a_business_associate_signs_the_subcontract_and_not_the_first_agreement(benches):
    assert benches["sub_baa"].decide(LIBRARY.recipe("baa").when) is False
    assert benches["baa"].decide(LIBRARY.recipe("sub_baa").when) is False


def test_the_subcontract_carries_all_that_the_agreement_above_it_carries(benches):
    above, below = (set(draft_of(benches[each], each).terms) for each in ("baa", "sub_baa"))

    assert above | {"subbaa.all"} == below


def test_the_security_schedule_promises_what_a_state_asks_for_only_there(benches):
    recipe = LIBRARY.recipe("security")
    state_terms = {"ca.81_5_c", "ma.17_03_2f"}
    answers = {"data.subject_regions": ["EEA"]}

    assert state_terms & set(draft_of(benches["security"], "security").terms) == {"ca.81_5_c", "ma.17_03_2f"}
    abroad = bench_with("hospital-ct", answers)
    assert state_terms & set(draft_of(abroad, "security").terms) == set()
    assert state_terms & set(abroad.required_terms(recipe)) == set()


TEXAS = ("baa.regulatory#texas", "subbaa.general#texas")


@pytest.mark.parametrize(("document", "role"), [("baa", "Business Associate"), ("sub_baa", "Subcontractor")])
def test_a_supplier_of_texas_health_information_trains_in_90_days_and_sells_and_reidentifies_nothing(
    benches, document, role
):
    (paragraph,) = [each for each in draft_of(benches[document], document).paragraphs() if each.anchor in TEXAS]
    assert f"To the extent that it applies to the {role}" in write_runs(paragraph.content)
    blocks = [
        write_runs(each.content) for each in draft_of(benches[document], document).paragraphs() if each.level == 1
    ]
    said = " ".join(blocks)
    for words in ("on the 90th day after hire", "not re-identify or attempt", "direct or indirect remuneration"):
        assert words in said
