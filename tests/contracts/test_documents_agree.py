"""The documents of one set agree with each other and with the facts: names, roles, figures, kinds of item."""

import re
from datetime import date
from pathlib import Path

import pytest

from govern.contracts import AuthoredGroup, AuthoredTable, plain_type, write_runs
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
RECIPES = {id_: LIBRARY.recipe(id_) for id_ in LIBRARY.recipes()}
EXAMPLES = Path(__file__).parents[2] / "examples"
POLAND = {
    "vendor.country": "PL",
    "vendor.eu_establishment": True,
    "transfer.mechanism": {"IN": "scc"},
    "transfer.countries": ["IN"],
    "transfer.scc_module": "M3",
}


def bench_with(example, answers):
    project = load_project(EXAMPLES / example / "project.yaml", LIBRARY.vocabulary())
    for fact, value in answers.items():
        project = project.with_answer(fact, None if value is None else FactValue(value=value))
    ports = Ports(LIBRARY, *[None] * 6)  # assembling reads the library only
    return open_workbench(ports, assess_project(ports, project, DAY), DAY)


def text_with(example, document, answers):
    draft = bench_with(example, answers).assemble(LIBRARY.recipe(document), Choices({}, {}), Options())
    return plain_type(render_markdown(draft))


def listed():
    """The documents that the main agreement lists, as it names them, each with the condition of its row."""
    for block in LIBRARY.clauses()["annex.msa_documents"].blocks:
        for table in block.blocks if isinstance(block, AuthoredGroup) else (block,):
            if isinstance(table, AuthoredTable):
                when = block.condition if isinstance(block, AuthoredGroup) else None
                yield from ((write_runs(row[1]), when) for row in table.rows)


def one_line(condition):
    return " ".join(condition.split()).replace("( ", "(").replace(" )", ")")


@pytest.mark.parametrize(("name", "when"), list(listed()))
def test_the_main_agreement_lists_a_document_by_its_title_and_exactly_where_the_set_has_it(name, when):
    titles = {recipe.title: recipe for recipe in RECIPES.values()}
    found = next((titles[title] for title in titles if name.startswith(title)), None)

    if found is None:
        assert name.startswith("Each "), name
    elif when is not None:
        assert one_line(when) == one_line(found.when)


def test_a_supplier_in_the_eea_signs_no_standard_clauses_with_the_client():
    bench = bench_with("hospital-ct", POLAND)

    assert bench.decide(RECIPES["scc"].when) is False
    assert "Standard Contractual Clauses" not in text_with("hospital-ct", "msa", POLAND)
    text = text_with("hospital-ct", "dpa", POLAND)
    assert "Between the parties, the Standard Contractual Clauses" not in text
    assert "Module Three (processor to processor)" in text
    assert "| Data exporter | The Processor |" in text


def test_a_supplier_elsewhere_does():
    bench = bench_with("hospital-ct", {})

    assert bench.decide(RECIPES["scc"].when) is True
    text = text_with("hospital-ct", "dpa", {})
    assert "Between the parties, the Standard Contractual Clauses" in text
    assert "established in the European Economic Area. Where" not in text


def test_a_critical_function_has_the_targets_that_its_terms_promise():
    critical = {"eu_other.critical_function": True}

    assert "targets for accuracy, turnaround, throughput, availability and security" in text_with(
        "bank-calls", "dora", critical
    )
    levels = text_with("bank-calls", "sla", critical)
    assert "These Service Levels concern availability and security" in levels
    assert "| Availability |" in levels
    assert "| Availability |" not in text_with("bank-calls", "sla", {})


def test_the_terms_for_financial_entities_give_the_supplier_no_right_to_end():
    text = text_with("bank-calls", "dora", {})

    assert "These DORA Terms give it no such right" in text
    assert not re.search(r"The Supplier may end the Services without cause", text)


@pytest.mark.parametrize(
    ("modalities", "said", "unsaid"),
    [
        (["medical_image"], ["must be a physician", "calibrated displays"], ["must have the profession"]),
        (["image", "text"], ["must have the profession"], ["training in radiology", "calibrated displays"]),
    ],
)
def test_medical_work_asks_for_radiologists_only_where_there_are_images_for_them(modalities, said, unsaid):
    text = text_with("hospital-ct", "sow", {"project.modalities": modalities})

    assert all(each in text for each in said)
    assert not any(each in text for each in unsaid)


def test_notes_on_patients_are_no_chat_logs():
    text = text_with("hospital-ct", "protocol", {"project.modalities": ["text"]})

    assert "must mask names of patients" in text
    assert "links to profiles" not in text


def test_nobody_is_called_the_vendor_in_a_contract():
    for document in ("dpa", "baa", "security"):
        text = text_with("hospital-ct", document, {"vendor.crowd_workers": "employees_of_vendor"})
        assert "employees of the vendor" not in text
        assert "| People who do the work | Employees of the " in text


def test_a_price_has_two_decimals_and_a_country_its_article():
    fee = {"commercial.pricing_model": "per_hour", "commercial.price_per_hour": 31.5}

    assert "31.50 US dollars" in text_with("hospital-ct", "sow", fee)
    assert "law of the Netherlands" in text_with("hospital-ct", "scc", {"transfer.scc_law": "NL"})


@pytest.mark.parametrize(
    ("module", "role", "missing"),
    [("M2", "controller", False), ("M3", "controller", True), ("M3", "processor", False), ("M2", "processor", True)],
)
def test_a_module_that_contradicts_the_role_of_the_client_is_a_term_that_is_missing(module, role, missing):
    bench = bench_with("hospital-ct", {"transfer.scc_module": module, "client.gdpr_role": role})
    draft = bench.assemble(LIBRARY.recipe("scc"), Choices({}, {}), Options())

    assert ("scc.module" in {point.where for point in draft.open_points if point.kind == "term"}) is missing


def test_the_main_agreement_of_the_set_is_meant_where_no_other_is_named():
    none = {"contract.main_agreement": None, "contract.effective_date": date(2027, 1, 18)}
    said = '**Master Services Agreement**" means the Master Services Agreement of 18 January 2027 between the parties.'
    assert said in text_with("road-video", "sow", none)
    assert said.replace("18 January", "January 18,") in text_with("hospital-ct", "sow", none)

    other = {**none, "contract.main_agreement": "the Framework Agreement of 3 March 2026"}
    assert "means the Framework Agreement of 3 March 2026." in text_with("road-video", "sow", other)
    bench = bench_with("road-video", none)
    agreed = Options(parameters={"contract.main_agreement": "the Framework Agreement", "sow.term.start_date": DAY})
    text = render_markdown(bench.assemble(RECIPES["sow"], Choices({}, {}), agreed))
    assert "means the Framework Agreement." in plain_type(text)


def test_it_stays_a_blank_where_the_set_has_none_and_has_a_blank_date_where_no_day_is_known():
    none = {"contract.main_agreement": None, "contract.effective_date": None}
    unknown = bench_with("road-video", {**none, "project.vendor_can_see_content": None})
    draft = unknown.assemble(RECIPES["sow"], Choices({}, {}), Options())
    assert "contract.main_agreement" in {each.fact for each in draft.open_points}

    draft = bench_with("road-video", none).assemble(RECIPES["sow"], Choices({}, {}), Options())
    facts = {each.fact for each in draft.open_points}
    assert "contract.main_agreement" not in facts
    assert "contract.effective_date" in facts
    assert "means the Master Services Agreement of **\\[● " in plain_type(render_markdown(draft))


def test_a_region_is_not_named_beside_a_part_of_it():
    text = text_with("hospital-ct", "dpa", {})
    assert "California, other US states and the European Economic Area |" in text
    whole = {"data.subject_regions": ["EEA", "US"]}
    assert "the European Economic Area and the United States |" in text_with("hospital-ct", "dpa", whole)


def test_it_is_named_exactly_where_the_set_has_it_and_by_its_title():
    for clause in LIBRARY.clauses().values():
        parameter = clause.head.parameters.get("main_agreement")
        if parameter is not None:
            assert parameter.otherwise.when == RECIPES["msa"].when, clause.head.id
            assert parameter.otherwise.text.startswith(f"the {RECIPES['msa'].title} of "), clause.head.id


@pytest.mark.parametrize(("answers", "days"), [({}, 7), ({"gdpr.vendor_request_days": 5}, 5)])
def test_the_days_for_a_request_are_those_of_the_fact_and_once_signed_those_of_the_text(answers, days):
    bench = bench_with("hospital-ct", answers)
    draft = bench.assemble(RECIPES["dpa"], Choices({}, {}), Options())
    assert f"Within {days} days after an Instruction" in plain_type(render_markdown(draft))
    signed = bench.signed_facts(RECIPES["dpa"], draft, {})
    assert signed.get("gdpr.vendor_request_days") == (None if answers else days)


def test_a_name_that_ends_in_a_full_stop_ends_no_sentence_twice():
    """A short company name is often an abbreviation: "Löwe a.G.", "Varuna Ltd."."""
    parties = ("client.name", "client.short_name", "vendor.name", "vendor.short_name")
    bench = bench_with("hospital-ct", dict.fromkeys(parties, "Varuna Ltd."))
    for id_, recipe in RECIPES.items():
        text = render_markdown(bench.assemble(recipe, Choices({}, {}), Options()))
        assert not re.search(r"[^.]\.\.(?!\.)", text), id_


def test_a_document_with_annexes_says_so():
    """The obligation matrix is an annex too."""
    bench = bench_with("hospital-ct", {})
    for id_, recipe in RECIPES.items():
        draft = bench.assemble(recipe, Choices({}, {}), Options())
        assert len(draft.annexes) < 2 or " and its annex." not in render_markdown(draft), id_


def draft_with(example, document, answers, positions=None):
    return bench_with(example, answers).assemble(LIBRARY.recipe(document), Choices(positions or {}, {}), Options())


def row(text, *cells):
    """What a table says in the row of these cells."""
    return text.partition("| " + " | ".join(cells) + " |")[2].partition("|")[0].strip()


def test_a_country_without_a_ground_is_not_among_the_permitted_transfers():
    text = text_with("road-video", "dpa", {})
    assert row(text, "Countries of destination") == row(text, "Countries of remote access") == "Viet Nam"
    assert row(text, "Transfer Ground") == "Viet Nam: EU standard contractual clauses"
    assert "No Transfer Ground is in place for: Kenya. The Controller does not permit" in text

    grounded = text_with("road-video", "dpa", {"transfer.mechanism": {"VN": "scc", "KE": "scc"}})
    assert row(grounded, "Countries of destination") == "Kenya and Viet Nam"
    assert "No Transfer Ground is in place" not in grounded


@pytest.mark.parametrize(("permitted", "open_"), [(True, 0), (False, 1)])
def test_offshore_views_without_consent_need_the_permission_of_the_programs(permitted, open_):
    positions = {"baa.offshore": "walk_away"}
    made = draft_with("hospital-ct", "baa", {"us_federal.offshore_permission": permitted}, positions)
    assert len([each for each in made.open_points if each.kind == "position"]) == open_


@pytest.mark.parametrize("document", ["dpa", "baa", "nda", "ip_assignment", "sub_baa", "jca", "c2c"])
def test_disputes_go_where_the_main_agreement_sends_them(document):
    answers = {
        "contract.courts": "Duluth",
        "contract.baa_courts": "Duluth",
        "contract.main_agreement": "the Master Services Agreement of today",
    }
    text = text_with("hospital-ct", document, answers)
    assert "settlement of disputes, on courts and on arbitration also apply to disputes about this" in text
    assert "if it has none, the courts of Duluth have exclusive jurisdiction" in text.replace("If it", "if it")


@pytest.mark.parametrize("position", ["preferred", "fallback", "walk_away"])
def test_the_last_step_of_a_dispute_is_the_one_that_the_clause_on_courts_names(position):
    made = draft_with("hospital-ct", "msa", {}, {"msa.law": position})
    text = plain_type(render_markdown(made))
    assert "may go to court" not in text
    assert "A party may start proceedings under Section 23.2 when both attempts" in text


@pytest.mark.parametrize(("public", "days", "refused"), [(True, 45, True), (True, 30, False), (False, 45, False)])
def test_a_public_body_in_europe_pays_within_30_days(public, days, refused):
    made = draft_with("bank-calls", "msa", {"client.public_authority": public, "commercial.payment_days": days})
    points = [each.what for each in made.open_points if each.kind == "bound" and each.where == "msa.charges"]
    assert [("Directive 2011/7/EU" in each) for each in points] == [True] * refused


def test_the_identifiers_in_the_items_stand_beside_the_types_of_data():
    wanted = row(text_with("hospital-ct", "baa", {}), "Identifiers that remain")
    assert "medical record numbers" in wanted
    dpa = text_with("hospital-ct", "dpa", {})
    assert row(dpa, "Identifiers in the items, which are types of Personal Data too") == wanted
    assert row(text_with("hospital-ct", "scc", {}), "Identifiers in the items") == wanted

    unasked = {"data.identifiers_present": None}
    assert "those that belong to the types above" in text_with("bank-calls", "dpa", unasked)


@pytest.mark.parametrize(("state", "kept"), [("identified", True), ("pseudonymised", False)])
def test_the_protocol_leaves_what_identified_items_need(state, kept):
    text = text_with("hospital-ct", "protocol", {"data.state": state})
    assert ("does not apply to content that the Labeling Specification names as needed" in text) is kept


def test_the_processing_lasts_as_long_as_the_transition():
    assert "during a transition that the Main Agreement provides for" in text_with("hospital-ct", "dpa", {})
    assert "during a transition after the end" in text_with("bank-calls", "dora", {})


@pytest.mark.parametrize("own_use", [True, False])
def test_own_use_that_another_agreement_permits_is_kept_apart_from_the_ban(own_use):
    answers = {"vendor.own_purpose_use": own_use}
    for document in ("dpa", "ai_terms"):
        assert (
            "This clause does not apply to a use of personal data" in text_with("road-video", document, answers)
        ) is (own_use)


@pytest.mark.parametrize(("role", "left_out"), [("service_provider", True), ("third_party", False)])
def test_data_of_californians_is_not_shared_where_the_supplier_may_not_use_it(role, left_out):
    text = text_with("retail-images", "c2c", {"ccpa.vendor_intended_role": role})
    assert ("does not include personal information of a resident of California" in text) is left_out


@pytest.mark.parametrize(
    ("answers", "needed"),
    [
        ({"eu_other.s203_profession": True}, True),
        ({"eu_other.s203_profession": False}, False),
        ({"eu_other.s203_profession": None}, None),
        ({"client.professional_secrecy": False}, False),
    ],
)
def test_a_clinic_in_munich_of_a_client_from_abroad_asks_for_the_secrecy_undertaking(answers, needed):
    bench = bench_with("hospital-ct", answers)
    assert bench.decide(RECIPES["s203"].when) is needed


def test_the_supplier_has_one_contact_for_incidents():
    answers = {
        "vendor.privacy_contact": "the privacy desk",
        "contract.security_incident_contact": "the desk of the client",
    }
    text = text_with("hospital-ct", "security", answers)
    assert row(text, "Security Incidents", "the desk of the client") == "the privacy desk"


UNITED_KINGDOM = {
    "client.uk_establishment": True,
    "data.subject_regions": ["UK"],
    "transfer.uk_occurs": True,
    "transfer.countries": ["VN", "KE"],
}


@pytest.mark.parametrize(("at_home", "instrument"), [("scc_plus_uk_addendum", "uk_addendum"), ("uk_idta", "uk_idta")])
def test_the_instrument_of_the_united_kingdom_is_that_of_the_suppliers_country(at_home, instrument):
    other = {"scc_plus_uk_addendum": "uk_idta", "uk_idta": "scc_plus_uk_addendum"}[at_home]
    bench = bench_with("road-video", {**UNITED_KINGDOM, "transfer.mechanism": {"VN": at_home, "KE": other}})
    needed = {id_ for id_ in ("uk_addendum", "uk_idta") if bench.decide(RECIPES[id_].when)}
    text = plain_type(render_markdown(bench.assemble(RECIPES[instrument], Choices({}, {}), Options())))

    assert needed == {instrument}
    assert "Viet Nam: " in text and "Kenya: " not in text


@pytest.mark.parametrize(("authorisation", "complete"), [("specific", True), ("general", False)])
def test_the_list_of_sub_processors_is_that_of_the_standard_clauses(authorisation, complete):
    answers = {"contract.subprocessor_authorisation": authorisation}
    text = text_with("hospital-ct", "dpa", answers)
    assert ("| Sub-processor | Address and country | Contact person |" in text) is complete
    assert ("specific or general" in text) is False
