"""The dates of worked examples: each rule and each deadline of the packs, reckoned by hand in `examples.yaml`."""

from datetime import date, datetime
from pathlib import Path

import pytest
import yaml

from govern.retention import (
    Occurrence,
    RetainedRecord,
    RuleKind,
    ScheduleLine,
    Verdict,
    determine,
    reckon_deadline,
)

EXAMPLES = yaml.safe_load(Path(__file__).with_name("examples.yaml").read_text("utf-8"))
RULES = [each for each in EXAMPLES if "rule" in each]
DEADLINES = [each for each in EXAMPLES if "deadline" in each]


def name(example):
    return f"{example.get('rule') or example.get('deadline')} {example['event']}"


@pytest.fixture(scope="module")
def rules(content):
    return {each.id: each for each in content.retention_rules()}


@pytest.fixture(scope="module")
def deadlines(content):
    return {each.id: each for each in content.deadlines()}


@pytest.mark.parametrize("example", RULES, ids=name)
def test_a_record_is_kept_so_long(rules, example):
    rule = rules[example["rule"]]
    assert (rule.cite.pinpoint, rule.jurisdiction) == (example["cite"], example["jurisdiction"])
    word = "at least" if rule.rule is RuleKind.MINIMUM else "no longer than"
    assert f"{word} {rule.period.words()}" == example["period"]

    record = RetainedRecord("r", "p", "t", rule.record_class, "file:///r", {rule.event: example["event"]})
    line = ScheduleLine(rule, True, None, None, "")
    found = determine(record, [line], date(2000, 1, 1))
    ends = found.keep_until if rule.rule is RuleKind.MINIMUM else found.destroy_by
    assert (ends, found.due, found.verdict) == (example["ends"], example["due"], Verdict.KEEP)
    assert determine(record, [line], example["due"]).verdict is Verdict.DUE


@pytest.mark.parametrize("example", DEADLINES, ids=name)
def test_a_deadline_ends_then(content, deadlines, example):
    deadline = deadlines[example["deadline"]]
    assert (deadline.cite.pinpoint, deadline.jurisdiction) == (example["cite"], example["jurisdiction"])
    assert deadline.words() == example["period"]

    calendar = content.calendars()[deadline.calendar]
    occurrence = Occurrence("o", "p", deadline.event, example["event"], "t")
    found = reckon_deadline(deadline, occurrence, calendar, content.zone(calendar.zone))
    ends = example["ends"]
    assert (found.moment if isinstance(ends, datetime) else found.day) == ends
    assert found.extended == example.get("extended")


def test_there_are_fifty_and_each_term_of_the_packs_has_one(rules, deadlines):
    assert len(EXAMPLES) >= 50
    assert all(example["why"] for example in EXAMPLES)
    with_terms = {each.id for each in rules.values() if each.period is not None}
    assert with_terms - {each["rule"] for each in RULES} == {"soc2.audit_evidence"}  # the same policy as soc2.reports
    assert set(deadlines) == {each["deadline"] for each in DEADLINES}


def test_every_rule_of_the_packs_names_its_event(rules):
    assert [each.id for each in rules.values() if each.event is None] == []
