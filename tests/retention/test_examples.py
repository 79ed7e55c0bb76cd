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
    TriggerEvent,
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


def test_none_is_older_than_the_obligation_of_the_same_provision(content, rules, deadlines):
    packs = {each.id: each for each in content.packs()}
    found, compared = [], 0
    for each in (*rules.values(), *deadlines.values()):
        provisions = set(each.cite.pinpoint.split("; "))
        same = [
            obligation.in_force.since or date.min
            for obligation in packs[each.pack].obligations
            if obligation.cite.instrument == each.cite.instrument
            and provisions & set(obligation.cite.pinpoint.split("; "))
        ]
        compared += bool(same)
        if same and (each.in_force.since or date.min) < min(same):
            found.append(each.id)
    assert found == ["coppa.child_data"]  # 16 CFR 312.10 bound to delete since 2013, long before its new wording
    assert compared > 25


@pytest.mark.parametrize(("event", "at", "started"), [
    ("request", date(2026, 2, 4), "UK GDPR Art. 12(3)"),
    ("request", date(2026, 2, 5), "UK GDPR Art. 12A; DUAA 2025 s.76"),
    ("complaint", date(2026, 6, 18), None), ("complaint", date(2026, 6, 19), "DPA 2018 s.164A; DUAA 2025 s.103"),
])  # fmt: skip
def test_the_law_of_the_day_starts_the_clock(deadlines, event, at, started):
    found = [each for each in deadlines.values() if (each.pack, each.event.value) == ("uk_gdpr", event)]
    assert [each.cite.pinpoint for each in found if each.in_force.covers(at)] == ([started] if started else [])


LATER = {
    "security documentation": ("hipaa.security_documentation", "hipaa.security_documentation_creation"),
    "privacy documentation": ("hipaa.privacy_documentation", "hipaa.privacy_documentation_creation"),
    "records of security actions": ("hipaa.security_actions",),
    "records of privacy actions": ("hipaa.privacy_actions",),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "days", "verdict", "until"), [
    ("documentation", {"last_effect": date(2019, 1, 1), "creation": date(2024, 1, 1)}, "keep", date(2030, 1, 1)),
    ("documentation", {"last_effect": date(2024, 1, 1), "creation": date(2019, 1, 1)}, "keep", date(2030, 1, 1)),
    ("documentation", {"creation": date(2010, 1, 1)}, "waiting", date(2016, 1, 1)),  # it is still in effect
    ("documentation", {"last_effect": date(2010, 1, 1)}, "waiting", date(2016, 1, 1)),
    ("actions", {"creation": date(2010, 1, 1)}, "due", date(2016, 1, 1)),
])  # fmt: skip
def test_hipaa_documents_are_kept_from_the_later_of_two_days(rules, kind, days, verdict, until):
    for record_class in (each for each in LATER if each.endswith(kind)):
        own = [each for each in rules.values() if each.record_class == record_class]
        assert tuple(each.id for each in own) == LATER[record_class]
        triggers = {TriggerEvent(event): day for event, day in days.items()}
        record = RetainedRecord("r", "p", "t", record_class, "file:///r", triggers)
        found = determine(record, [ScheduleLine(each, True, None, None, "") for each in own], date(2026, 12, 1))
        assert (found.verdict, found.keep_until) == (Verdict(verdict), until)


def test_every_rule_of_the_packs_names_its_event(rules):
    assert [each.id for each in rules.values() if each.event is None] == []
