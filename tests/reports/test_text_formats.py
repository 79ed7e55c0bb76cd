"""HTML, JUnit, SARIF and OSCAL: golden files, the schemas of others, and what each says of each status."""

import json
import os
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import junitparser
import pytest
from lxml import etree

from govern.render.report.formats import render_report
from govern.render.report.html import anchor_id

GOLDEN = Path(__file__).with_name("golden")
XSD = Path(__file__).parent.parent / "vectors" / "reports" / "junit-10.xsd"
FILES = {
    "html": "report.html",
    "junit": "report.xml",
    "sarif": "report.sarif",
    "oscal-ar": "assessment-results.json",
    "oscal-poam": "poam.json",
}
NS = "https://govern.example/ns/oscal/1"


@pytest.mark.golden
@pytest.mark.parametrize("format_", FILES)
def test_the_file_is_the_golden_one(checked, format_):
    made = render_report(checked, format_)
    path = GOLDEN / FILES[format_]
    if os.environ.get("GOVERN_GOLDEN") == "write":
        path.write_bytes(made)
    assert made == path.read_bytes()


@pytest.mark.parametrize("format_", FILES)
def test_equal_checks_give_equal_bytes(sample, format_):
    assert render_report(sample.make_check(), format_) == render_report(sample.make_check(), format_)


@pytest.mark.parametrize("format_", ["sarif", "oscal-ar", "oscal-poam"])
def test_the_published_schema_finds_nothing(sample, checked, hospital, problems, format_):
    for each in (checked, hospital, sample.make_clean_check(), sample.make_check(packs=())):
        assert problems(format_, each) == []


@pytest.mark.parametrize("format_", ["sarif", "oscal-ar", "oscal-poam"])
def test_the_published_schema_would_find_something(validators, checked, format_):
    body = json.loads(render_report(checked, format_))
    body.popitem()
    assert list(validators[format_].iter_errors(body))


# --- JSON and Markdown ------------------------------------------------------------------------------------------------


def test_json_has_controls_waivers_and_whom_to_ask(checked):
    body = json.loads(render_report(checked, "json"))
    assert [each["control"] for each in body["controls"]] == ["contract", "training"]
    first = body["controls"][0]
    assert first["document"] == "signed contract" and first["laws"] == ["labels", "care"] and first["met"] == ["LDA-9"]
    assert first["serves"][2] == {
        "obligation": "LDA-6", "relation": "subset_of", "in_part": True, "why": "It has what LDA-6 asks.",
    }  # fmt: skip
    found = {each["obligation"]: each for each in body["findings"]}
    assert found["LDA-6"]["waiver"] == {
        "id": "w-1",
        "approver": "Jo Chief, COO",
        "reason": "The insurer answers in January",
        "granted_on": "2026-11-20",
        "expires_on": "2027-01-31",
    }
    assert found["LDA-2"]["waiver"] is None and found["LDA-6"]["waived"].startswith("waived until 2027-01-31")
    assert found["LDA-8"]["confirm_with"] == "the vendor"
    assert "also" not in found["LDA-2"]


def test_markdown_has_controls_waivers_and_whom_to_ask(checked, sample):
    text = render_report(checked, "markdown").decode()
    assert (
        "| One contract: One contract, and keep it with the project. | signed contract "
        "| 3 gaps and 1 open finding of LDA, Care | LDA-2, CARE-1 | LDA-6, LDA-4 |"
    ) in text
    assert text.index("| Law | Version |") < text.index("## Do once") < text.index("## Labelling of Data Act")
    assert "| waived until 2027-01-31 by Jo Chief, COO: The insurer answers in January |" in text
    assert "LDA-8: confirm with the vendor" in text
    bare = render_report(sample.make_twin_check(controls=()), "markdown").decode()
    assert "Waiver" not in bare and "## Do once" not in bare
    assert "Sign a contract, LDA s. 2, LDA-2; also LDA s. 6 (LDA-6)" in bare


# --- JUnit ------------------------------------------------------------------------------------------------------------


def test_junit_is_valid_by_the_schema_of_jenkins(sample, checked, hospital):
    schema = etree.XMLSchema(etree.parse(XSD))
    for each in (checked, hospital, sample.make_clean_check(), sample.make_check(packs=())):
        schema.assertValid(etree.fromstring(render_report(each, "junit")))


def test_junitparser_reads_what_we_mean(checked, report):
    read = junitparser.JUnitXml.fromstring(render_report(checked, "junit"))
    assert (read.tests, read.failures, read.errors) == (9, 3, 2)
    suites = list(read)
    assert [suite.name for suite in suites] == ["Labelling of Data Act", "Standard of Care"]
    assert (suites[0].tests, suites[0].failures, suites[0].errors, suites[0].skipped) == (8, 2, 2, 2)
    found = {case.name.split()[0]: [type(each).__name__ for each in case.result] for suite in suites for case in suite}
    words = {"gap": ["Failure"], "open": ["Error"], "met": [], "not_applicable": ["Skipped"]}
    assert found == {entry.obligation: words[entry.status] for entry in report.entries}


def test_a_waived_gap_stays_a_failure_with_a_property(checked):
    read = junitparser.JUnitXml.fromstring(render_report(checked, "junit"))
    suite = next(iter(read))
    properties = {each.name: each.value for each in suite.properties()}
    assert properties["waiver:LDA-6"].startswith("Accepted by Jo Chief, COO until 31 January 2027")
    assert properties["confirm_with:LDA-8"] == "the vendor"
    assert properties["pack.sha256"] == "ab" * 32
    case = next(each for each in suite if each.name.startswith("LDA-6"))
    assert case.result[0].message.startswith("waived gap (low)")
    assert "Waiver: Accepted by Jo Chief" in case.result[0].text


# --- SARIF ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def run(checked):
    return json.loads(render_report(checked, "sarif"))["runs"][0]


def test_sarif_says_each_status_in_its_own_kind(run):
    found = {each["ruleId"]: (each["kind"], each["level"]) for each in run["results"]}
    assert found == {
        "LDA-2": ("fail", "error"),
        "LDA-6": ("fail", "note"),
        "CARE-1": ("fail", "error"),
        "LDA-4": ("open", "none"),
        "LDA-5": ("open", "none"),
        "LDA-3(a)(ii)": ("pass", "none"),
        "LDA-9": ("pass", "none"),
        "LDA-7": ("notApplicable", "none"),
        "LDA-8": ("review", "none"),
    }


def test_a_waiver_is_a_suppression_and_the_rest_says_that_there_is_none(run):
    suppressed = {each["ruleId"]: each["suppressions"] for each in run["results"]}
    (waiver,) = suppressed.pop("LDA-6")
    assert (waiver["kind"], waiver["status"]) == ("external", "accepted")
    assert "The insurer answers in January" in waiver["justification"]
    assert waiver["properties"]["expiresOn"] == "2027-01-31"
    assert all(each == [] for each in suppressed.values())


def test_results_point_at_their_rules_and_rules_at_the_law(run):
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    for rule in rules:
        target = rule["relationships"][0]["target"]
        law = run["taxonomies"][target["toolComponent"]["index"]]
        assert law["name"] == target["toolComponent"]["name"]
        assert target["id"] in [taxon["id"] for taxon in law["taxa"]]
        assert "What to do" in rule["help"]["text"]


def test_a_finding_keeps_its_fingerprint_in_another_run(sample, run):
    later = json.loads(render_report(sample.make_clean_check(), "sarif"))["runs"][0]

    def prints(of):
        return {each["ruleId"]: each["partialFingerprints"] for each in of["results"]}

    assert prints(later) == prints(run)
    assert len({each["obligation/v1"] for each in prints(run).values()}) == 9
    assert later["automationDetails"]["correlationGuid"] == run["automationDetails"]["correlationGuid"]


def test_a_run_says_what_is_done_once_and_a_result_what_would_close_it(run):
    first = run["properties"]["controls"][0]
    assert (first["control"], first["gaps"], first["open"]) == ("contract", ["LDA-2", "CARE-1", "LDA-6"], ["LDA-4"])
    found = {each["ruleId"]: each["properties"].get("controls") for each in run["results"]}
    assert (found["LDA-6"], found["LDA-4"], found["LDA-9"]) == (["contract"], ["contract", "training"], None)


# --- OSCAL ------------------------------------------------------------------------------------------------------------


def props(of):
    return {each["name"]: each["value"] for each in of.get("props", ()) if each.get("ns") == NS}


@pytest.fixture(scope="module")
def results(checked):
    return json.loads(render_report(checked, "oscal-ar"))["assessment-results"]


@pytest.fixture(scope="module")
def plan(checked):
    return json.loads(render_report(checked, "oscal-poam"))["plan-of-action-and-milestones"]


def test_oscal_knows_two_states_and_carries_the_rest(results):
    found = {
        props(each)["obligation"]: (
            each["target"]["status"]["state"],
            each["target"]["status"]["reason"],
            props(each)["status"],
            each["target"].get("implementation-status", {}).get("state"),
        )
        for each in results["results"][0]["findings"]
    }
    assert found["LDA-2"] == ("not-satisfied", "fail", "gap", None)
    assert found["LDA-4"] == ("not-satisfied", "other", "open", None)
    assert found["LDA-9"] == ("satisfied", "pass", "met", None)
    assert found["LDA-7"] == ("satisfied", "other", "not_applicable", "not-applicable")
    assert len(found) == 9


def test_a_waived_gap_is_a_risk_whose_deviation_is_approved(results):
    risks = {props(each)["obligation"]: each for each in results["results"][0]["risks"]}
    assert set(risks) == {"LDA-2", "CARE-1", "LDA-6"}
    assert risks["LDA-2"]["status"] == "open"
    waived = risks["LDA-6"]
    assert (waived["status"], waived["deadline"]) == ("deviation-approved", "2027-01-31T00:00:00Z")
    assert props(waived)["waiver-approver"] == "Jo Chief, COO"
    assert waived["characterizations"][0]["facets"][0]["value"] == "low"


def test_ids_as_tokens_and_as_they_are(results):
    targets = {props(each)["obligation"]: each["target"]["target-id"] for each in results["results"][0]["findings"]}
    assert targets["LDA-3(a)(ii)"] == "LDA-3_a_ii"
    assert len(set(targets.values())) == 9


def test_observations_point_at_the_evidence(results):
    resources = {each["uuid"]: each for each in results["back-matter"]["resources"]}
    observations = results["results"][0]["observations"]
    met = next(each for each in observations if each["title"] == "Have a security policy")
    evidence = resources[met["relevant-evidence"][0]["href"].removeprefix("#")]
    assert props(evidence) == {"href": "evidence/policy.pdf", "sha256": "12" * 32, "valid-until": "2027-01-10"}
    assert results["import-ap"]["href"].removeprefix("#") in resources


def test_what_is_done_once_is_a_recommendation_of_its_risks(results, plan):
    risks = {props(each)["obligation"]: each["remediations"] for each in plan["risks"]}
    assert [each["title"] for each in risks["LDA-6"]] == ["What to do", "Do once: One contract"]
    once = risks["LDA-6"][1]
    assert (once["lifecycle"], once["description"]) == ("recommendation", "It has what LDA-6 asks.")
    assert props(once) == {"control": "contract", "closes": "in part"}
    assert props(risks["LDA-2"][1])["closes"] == "wholly"
    items = {props(each)["obligation"]: [link["text"] for link in each.get("links", ())] for each in plan["poam-items"]}
    assert items["LDA-4"] == ["One contract", "Training for all"]
    for body, found in ((plan, plan), (results, results["results"][0])):
        resources = {each["uuid"]: each for each in body["back-matter"]["resources"]}
        links = [
            link
            for kind in ("findings", "poam-items")
            for each in found.get(kind, ())
            for link in each.get("links", ())
        ]
        links += [link for risk in found["risks"] for way in risk["remediations"] for link in way.get("links", ())]
        assert {link["rel"] for link in links} == {"do-once"}
        titles = {resources[link["href"].removeprefix("#")]["title"] for link in links}
        assert titles == {"Do once: One contract", "Do once: Training for all"}


def test_every_reference_inside_is_to_something_there(results, plan):
    for body in (results["results"][0], plan):
        known = {name: {each["uuid"] for each in body.get(name, ())} for name in ("observations", "findings", "risks")}
        for each in [*body["findings"], *body.get("poam-items", ()), *body["risks"]]:
            assert {link["observation-uuid"] for link in each["related-observations"]} <= known["observations"]
            assert {link["risk-uuid"] for link in each.get("related-risks", ())} <= known["risks"]
            assert {link["finding-uuid"] for link in each.get("related-findings", ())} <= known["findings"]


def test_the_plan_has_gaps_gravest_first_then_what_is_open(plan):
    assert [props(each)["obligation"] for each in plan["poam-items"]] == ["LDA-2", "CARE-1", "LDA-6", "LDA-5", "LDA-4"]
    assert plan["poam-items"][3]["description"].startswith("Answer what is unknown: data of children")


def test_an_item_of_the_plan_is_the_same_in_the_next_plan(sample, plan):
    from dataclasses import replace

    later = replace(sample.make_check(), assessment_id="another")
    again = json.loads(render_report(later, "oscal-poam"))["plan-of-action-and-milestones"]
    assert [each["uuid"] for each in again["poam-items"]] == [each["uuid"] for each in plan["poam-items"]]
    assert again["uuid"] != plan["uuid"]
    assert again["findings"][0]["uuid"] != plan["findings"][0]["uuid"]


def test_a_plan_without_anything_to_do_says_so(sample):
    plan = json.loads(render_report(sample.make_clean_check(), "oscal-poam"))["plan-of-action-and-milestones"]
    assert [each["title"] for each in plan["poam-items"]] == ["Nothing to remedy"]


# --- HTML -------------------------------------------------------------------------------------------------------------


def test_html_says_what_is_done_once(checked, sample):
    text = render_report(checked, "html").decode()
    assert text.index('id="summary"') < text.index('id="once"') < text.index('id="gaps"')
    assert '<a href="#once">Do once</a>' in text
    assert 'In part: <a href="#duty-LDA-6" title="Insure the vendor">LDA-6</a>, <a' in text
    without = render_report(sample.make_check(controls=()), "html").decode()
    assert 'id="once"' not in without and "#once" not in without


def test_html_keeps_the_anchors_of_what_says_the_same(sample):
    check = sample.make_twin_check()
    text = render_report(check, "html").decode()
    page = Page(text)
    ids = [attrs["id"] for _, attrs in page.starts if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert {anchor_id(finding.obligation.id) for finding in check.assessment.findings} <= set(ids)
    assert '<h4>Sign a contract<span id="duty-LDA-6"></span></h4>' in text
    assert text.count("also LDA s. 6 (LDA-6)") == 2 and "<h4>Insure" not in text
    assert "Critical: 2 gaps" in text and text.count("Each is counted.") == 2


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.starts = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.starts.append((tag, dict(attrs)))


def test_html_is_one_file_that_fetches_and_runs_nothing(checked):
    text = render_report(checked, "html").decode()
    page = Page(text)
    tags = {tag for tag, _ in page.starts}
    assert not {"script", "img", "link", "iframe", "form", "object"} & tags
    assert "default-src 'none'" in text and "@import" not in text and "url(" not in text
    assert [attrs for tag, attrs in page.starts if tag == "html"] == [{"lang": "en-GB", "dir": "ltr"}]
    assert all("scope" in attrs for tag, attrs in page.starts if tag == "th")
    assert "prefers-color-scheme: dark" in text and "@media print" in text and "position: sticky" in text


def test_html_has_one_anchor_a_duty_and_no_dead_links(checked, hospital):
    for each in (checked, hospital):
        page = Page(render_report(each, "html").decode())
        ids = [attrs["id"] for _, attrs in page.starts if "id" in attrs]
        assert len(ids) == len(set(ids))
        assert {anchor_id(finding.obligation.id) for finding in each.assessment.findings} <= set(ids)
        links = [attrs["href"] for tag, attrs in page.starts if tag == "a"]
        assert all(link.startswith("#") and link[1:] in ids for link in links)


def test_html_closes_what_it_opens(checked, hospital):
    for each in (checked, hospital):
        assert Nesting(render_report(each, "html").decode()).open == []


class Nesting(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.open = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        assert tag == "rect"

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_titles_of_others_stay_as_they_are_in_markdown(checked):
    title = "&lt;b> ~~x~~ pay \u202e0001 & Co"
    hostile = replace(checked, project=replace(checked.project, title=title))
    said = render_report(hostile, "markdown").decode()
    assert said.startswith("# Gap check: \\&lt;b> \\~\\~x\\~\\~ pay 0001 \\& Co\n")
