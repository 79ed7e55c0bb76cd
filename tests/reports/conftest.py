"""The made-up check, the hospital's, and the schemas of others."""

import importlib.util
import json
import sys
from datetime import date
from pathlib import Path

import jsonschema_rs
import pytest

from govern.library.projects import load_project
from govern.render.report.formats import render_report
from govern.render.report.model import make_report
from govern.usecases.gaps import GapCheck

ROOT = Path(__file__).parent.parent.parent
VECTORS = ROOT / "tests" / "vectors" / "reports"
HOSPITAL = ROOT / "examples" / "hospital-ct" / "project.yaml"
SCHEMAS = {
    "sarif": "sarif-2.1.0-rtm.5.json",
    "oscal-ar": "oscal_assessment-results_schema.json",
    "oscal-poam": "oscal_poam_schema.json",
}
# The pattern of a language in the SARIF schema has a bracket too many and is no regular expression.
_BROKEN, _MENDED = r"^[a-zA-Z]{2}|^[a-zA-Z]{2}-[a-zA-Z]{2}]?$", r"^[a-zA-Z]{2}(-[a-zA-Z]{2})?$"


@pytest.fixture(scope="session")
def sample():
    """The module of the made-up check."""
    spec = importlib.util.spec_from_file_location("report_sample", Path(__file__).with_name("sample.py"))
    module = importlib.util.module_from_spec(spec)
    sys.modules["report_sample"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def checked(sample):
    return sample.make_check()


@pytest.fixture(scope="session")
def report(checked):
    return make_report(checked)


@pytest.fixture(scope="session")
def hospital(content):
    """The hospital's check by the packs that come with govern."""
    from govern.conditions import Phrasebook
    from govern.kernel import resolve_facts
    from govern.rules import assess, build_book, plan_controls

    day = date(2026, 11, 24)
    vocabulary = content.vocabulary()
    project = load_project(HOSPITAL, vocabulary)
    facts = resolve_facts(vocabulary, project.answers, day)
    book = build_book(content.packs(), vocabulary, day)
    assessment = assess(book, facts)
    plans = plan_controls(content.controls(), assessment)
    return GapCheck(project, assessment, book, facts, Phrasebook(vocabulary.find, book.titles), "1" * 32, plans=plans)


@pytest.fixture(scope="session")
def validators():
    """The published JSON schemas, ready to judge."""
    made = {}
    for format_, name in SCHEMAS.items():
        text = (VECTORS / name).read_text(encoding="utf-8")
        if format_ == "sarif":
            broken, mended = (json.dumps(each)[1:-1] for each in (_BROKEN, _MENDED))
            assert broken in text
            text = text.replace(broken, mended)
        made[format_] = jsonschema_rs.validator_for(json.loads(text))
    return made


@pytest.fixture(scope="session")
def problems(validators):
    """A function that gives what the schema of a format says against a check."""

    def find(format_, check):
        body = json.loads(render_report(check, format_))
        return [f"{each.instance_path}: {each.message}" for each in validators[format_].iter_errors(body)]

    return find
