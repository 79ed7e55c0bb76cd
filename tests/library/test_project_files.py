"""A project file to a project and back."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govern.errors import ContentError, FactError
from govern.kernel import Evidence, FactValue, Kind
from govern.library import projects
from govern.library.places import content_places
from govern.library.projects import dump_project, load_project
from govern.library.vocabulary import load_vocabulary
from govern.library.yaml_files import parse_yaml
from govern.usecases.records import Project

from ..conditions.worlds import examples

VOCABULARY = load_vocabulary(content_places(), check=False)
EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*/project.yaml"))

HEAD = "project: p-1\ntitle: A project\nfacts:\n"


def load(tmp_path, text):
    path = tmp_path / "project.yaml"
    path.write_text(text, encoding="utf-8")
    return load_project(path, VOCABULARY)


def test_a_project_is_read_with_its_answers(tmp_path):
    project = load(
        tmp_path,
        HEAD + "  data.is_personal: true\n  contract.end_date:\n    value: 2028-01-17\n    source: the draft\n"
        "    recorded_on: 2026-11-24\n    valid_until: 2027-01-01\n"
        "    evidence: [{href: a.pdf, valid_until: 2026-12-31}]\nsummary: What it is.\n",
    )

    assert (project.id, project.title, project.summary, project.version) == ("p-1", "A project", "What it is.", 0)
    assert project.answers["data.is_personal"] == FactValue(value=True)
    assert project.answers["contract.end_date"] == FactValue(
        value=date(2028, 1, 17),
        source="the draft",
        recorded_on=date(2026, 11, 24),
        valid_until=date(2027, 1, 1),
        evidence=(Evidence(href="a.pdf", valid_until=date(2026, 12, 31)),),
    )


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("title: A project\nfacts: {}\n", [("1:1", "`project` is missing")]),
        ("projct: p\nproject: p\ntitle: abc\nfacts: {}\n", [("1:1", "`projct` is not known here")]),
        (
            "project: P 1\ntitle: x\nfacts: []\n",
            [
                ("1:1", "`P 1` is not a form"),
                ("2:1", "`title` is too short"),
                ("3:1", "`facts` must be a mapping, found a list"),
            ],
        ),
        (HEAD + "  data.is_personal:\n", [("4:3", "`data.is_personal` has no value")]),
        (
            HEAD
            + "  data.is_personal: {value: true, sorce: me}\n"
            + "  contract.end_date: {value: 2028-01-01, recorded_on: today}\n",
            [("4:35", "`sorce` is not known here"), ("5:42", "`recorded_on` must be a date")],
        ),
        (
            HEAD + "  data.is_personal: {value: true, evidence: [{hrf: x, sha256: zz}]}\n",
            [
                ("4:46", "`href` is missing"),
                ("4:47", "`hrf` is not known here"),
                ("4:55", "`zz` is not a form of `sha256`"),
            ],
        ),
        (
            HEAD + "  data.is_personal: true\n  data.is_personal: false\n",
            [("5:3", "the key `data.is_personal` is there twice")],
        ),
        ("just text", [("1:1", "expected a mapping, found text")]),
    ],
)
def test_problems_of_form_are_shown_all_at_once(tmp_path, text, problems):
    with pytest.raises(ContentError) as caught:
        load(tmp_path, text)

    found = caught.value.problems or (caught.value,)
    assert sorted(each.where.removeprefix(f"{tmp_path}/project.yaml:") for each in found) == sorted(
        place for place, _ in problems
    )
    for place, message in problems:
        assert [each for each in found if each.where.endswith(f":{place}") and each.message.startswith(message)], (
            message
        )


@pytest.mark.parametrize(
    ("text", "place", "message", "hint"),
    [
        ("  data.is_persona: true\n", "4:3", "there is no fact `data.is_persona`", "did you mean `data.is_personal`"),
        ("  data.is_personal: maybe\n", "4:3", "`data.is_personal` cannot be `maybe`", "expected true or false"),
        (
            "  vendor.gdpr_role: {value: procesor}\n",
            "4:3",
            "`vendor.gdpr_role` cannot be `procesor`",
            "did you mean `processor` or",
        ),
        ("  contract.end_date: {US: dpf}\n", "4:3", "`contract.end_date` cannot be", "expected a date"),
    ],
)
def test_a_wrong_fact_is_pointed_at(tmp_path, text, place, message, hint):
    with pytest.raises(FactError) as caught:
        load(tmp_path, HEAD + text)

    assert caught.value.where == f"{tmp_path}/project.yaml:{place}"
    assert caught.value.message.startswith(message)
    assert caught.value.hint.startswith(hint)


def test_several_wrong_facts_are_named_together(tmp_path):
    with pytest.raises(FactError, match=r"there is no fact `zz\.zz`") as caught:
        load(tmp_path, HEAD + "  zz.zz: 1\n  data.is_personal: 5\n  contract.audit_right: x\n  yy.yy: 1\n  xx.xx: 1\n")

    assert caught.value.hint == (
        "4 more like it: "
        f"{tmp_path}/project.yaml:5:3: `data.is_personal` cannot be `5`; "
        f"{tmp_path}/project.yaml:6:3: `contract.audit_right` cannot be `x`; "
        f"{tmp_path}/project.yaml:7:3: there is no fact `yy.yy`"
    )


def test_the_number_of_facts_is_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr(projects, "MAX_FACTS", 1)

    assert load(tmp_path, HEAD + "  data.is_personal: true\n").answers
    with pytest.raises(ContentError, match="more than 1 facts"):
        load(tmp_path, HEAD + "  data.is_personal: true\n  contract.audit_right: true\n")


@pytest.mark.parametrize("path", EXAMPLES, ids=[path.parent.name for path in EXAMPLES])
def test_the_examples_are_written_as_they_are_read(tmp_path, path):
    project = load_project(path, VOCABULARY)

    assert load(tmp_path, dump_project(project)) == project


def test_a_project_is_written_for_people(tmp_path):
    answers = {
        "vendor.subprocessors": FactValue(value=[{"name": "Asha", "country": "IN"}]),
        "contract.terms": FactValue(value=frozenset({"b", "a"})),
        "contract.governing_law": FactValue(value="2026-11-24", source="no: date"),
        "data.is_personal": FactValue(value=True),
    }
    text = dump_project(Project("p-1", "true", "", answers))

    assert text == (
        "project: p-1\n"
        'title: "true"\n'
        "facts:\n"
        '  contract.governing_law:\n    value: "2026-11-24"\n    source: "no: date"\n'
        "  contract.terms: [a, b]\n"
        "  data.is_personal: true\n"
        "  vendor.subprocessors:\n"
        "  - {name: Asha, country: IN}\n"
    )


# Dump and load are inverses ---------------------------------------------------------------------------------------

TRAPS = [
    "2026-11-24",
    "no",
    "NO",
    "true",
    "null",
    "~",
    "12",
    "1.5",
    "1e3",
    "0x1F",
    "a: b",
    "- a",
    "# a",
    "'",
    '"',
    "{a",
    "[",
    "<<",
    "=",
    "12:30",
    "a\nb",
    "é",
    "! x",
    "&a",
    "*a",
    "%",
    "@",
    "`",
    "? a",
    "---",
    "...",
    " x ",
    "\ufeffx",
    "x" * 300,
]
texts = st.text(st.characters(exclude_categories=["Cs", "Cn"]), min_size=1, max_size=30) | st.sampled_from(TRAPS)
days = st.dates()
CODES = st.sampled_from(["DE", "NO", "IN", "US"])


def value_of(spec):
    choices = st.sampled_from(spec.values) if spec.values else texts
    return {
        Kind.BOOLEAN: st.booleans(),
        Kind.ENUM: choices,
        Kind.SET: st.lists(choices, max_size=3),
        Kind.INTEGER: st.integers(int(spec.minimum or 0), 2**53 - 1 if spec.maximum is None else int(spec.maximum)),
        Kind.DECIMAL: (st.decimals(0, 100, places=6).map(float) | st.sampled_from([1e-7, 0.1, 1e2, 50.0])).filter(
            lambda each: spec.maximum is None or each <= spec.maximum
        ),
        Kind.DATE: days,
        Kind.COUNTRY: CODES,
        Kind.COUNTRIES: st.lists(CODES, max_size=3),
        Kind.TEXT: texts.filter(str.strip),
        Kind.MAP: st.dictionaries(CODES, choices, max_size=3),
        Kind.RECORDS: records_of(spec),
    }[spec.kind]


def records_of(spec):
    cells = {name: CODES if name == "country" else texts for name in spec.fields}
    needed = {name: cells.pop(name) for name in spec.required_fields}
    return st.lists(st.fixed_dictionaries(needed, optional=cells), max_size=2)


@st.composite
def saved(draw):
    evidence = st.builds(
        Evidence, href=texts, description=texts, sha256=st.none() | st.just("ab" * 32), valid_until=st.none() | days
    )
    answers = {}
    for spec in draw(st.lists(st.sampled_from(list(VOCABULARY)), unique_by=lambda each: each.id, max_size=5)):
        answers[spec.id] = FactValue(
            value=draw(value_of(spec)),
            source=draw(st.just("") | texts),
            evidence=tuple(draw(st.lists(evidence, max_size=2))),
            recorded_on=draw(st.none() | days),
            valid_until=draw(st.none() | days),
        )
    title = draw(texts.filter(lambda each: len(each) >= 3) | st.just("A project"))
    return Project("p-1", title[:200], draw(st.just("") | texts), dict(sorted(answers.items())))


@given(saved())
@examples(150)
def test_what_is_written_is_read_as_the_same_project(tmp_path_factory, project):
    text = dump_project(project)
    path = tmp_path_factory.getbasetemp() / "inverse.yaml"
    path.write_text(text, encoding="utf-8", newline="")

    assert load_project(path, VOCABULARY) == project


@pytest.mark.parametrize("number", [1e-7, 1e15, 0.1, 5.0, 123456.789, -2.5])
def test_a_decimal_is_written_in_plain_digits(number):
    text = dump_project(Project("p-1", "A project", "", {"x.y": FactValue(value=number)}))

    assert parse_yaml(text, name="x").value["facts"]["x.y"] == number


def test_what_is_agreed_is_read_and_written(tmp_path):
    agreed = "agreed:\n  contract.breach_notice_hours: 24\n"
    text = f"project: p-1\ntitle: A project\n{agreed}facts:\n  data.is_personal: true\n"
    project = load(tmp_path, text)

    assert project.agreed == {"contract.breach_notice_hours": 24}
    assert load(tmp_path, dump_project(project)) == project


def test_what_is_agreed_must_fit_its_fact(tmp_path):
    text = "project: p-1\ntitle: A project\nagreed:\n  contract.breach_notice_hours: soon\nfacts: {}\n"
    with pytest.raises(FactError) as caught:
        load(tmp_path, text)
    assert caught.value.where.endswith("project.yaml:4:3")
