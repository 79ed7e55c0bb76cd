"""What is kept how long, what is due, and which rules collide."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from govern.kernel import Citation, InForce
from govern.retention import (
    HolidayCalendar,
    Period,
    Resolution,
    RetentionRule,
    add_period,
    note_decisions,
    plan_schedule,
    say_citation,
)

from ..conditions.worlds import examples

DAY = date(2026, 11, 24)
EU = HolidayCalendar(id="EU", title="weekends", zone="UTC")
VERDICTS = {"yes": True, "no": False, "maybe": None}


def rule(id_, kind="minimum", **more):
    fields = {
        "id": id_,
        "pack": "law",
        "record_class": "contracts",
        "title": "Keep the contracts",
        "cite": {"instrument": "law", "pinpoint": f"Art. {id_}"},
        "applies": "yes",
        "rule": kind,
        "period": {"years": 6} if kind != "none" else None,
        "trigger": "the end of the contract",
        "trigger_fact": "contract.end_date",
        "action": "destroy",
        "jurisdiction": "EEA",
        **more,
    }
    return RetentionRule(**fields)


def plan(*rules, end=date(2028, 2, 29), day=DAY):
    values = {"contract.end_date": end} if end is not None else {}
    return plan_schedule(rules, values, VERDICTS.__getitem__, day)


@pytest.mark.parametrize(
    ("name", "pinpoint", "said"),
    [
        ("GDPR", "Art. 33(5)", "GDPR Art. 33(5)"),
        ("21 CFR", "21 CFR 11.10", "21 CFR 11.10"),
        ("Rules for companies (23 NYCRR 500)", "23 NYCRR 500.6(b)", "Rules for companies, 23 NYCRR 500.6(b)"),
        ("Rules for companies (23 NYCRR 500)", "Section 6", "Rules for companies (23 NYCRR 500) Section 6"),
        (None, "Art. 1", "law Art. 1"),
        ("", "our own rule", "our own rule"),
    ],
)
def test_a_citation_names_its_instrument_once(name, pinpoint, said):
    names = {} if name is None else {"law": name}
    assert say_citation(Citation(instrument="law", pinpoint=pinpoint), names) == said


@pytest.mark.parametrize(
    ("start", "period", "end"),
    [
        (date(2024, 2, 29), Period(years=1), date(2025, 2, 28)),
        (date(2024, 2, 29), Period(years=4), date(2028, 2, 29)),
        (date(2023, 2, 28), Period(years=1), date(2024, 2, 28)),
        (date(2026, 1, 31), Period(months=1), date(2026, 2, 28)),
        (date(2028, 1, 31), Period(months=1), date(2028, 2, 29)),
        (date(2026, 8, 31), Period(months=13), date(2027, 9, 30)),
        (date(2026, 12, 31), Period(months=2), date(2027, 2, 28)),
        (date(2026, 1, 31), Period(years=1, months=1, days=1), date(2027, 3, 1)),
        (date(2026, 12, 31), Period(days=1), date(2027, 1, 1)),
        (date(2026, 2, 28), Period(days=30), date(2026, 3, 30)),
        (DAY, Period(hours=1), date(2026, 11, 25)),
        (DAY, Period(hours=24), date(2026, 11, 25)),
        (DAY, Period(hours=25), date(2026, 11, 26)),
        (DAY, Period(hours=72), date(2026, 11, 27)),
        (DAY, Period(days=1, hours=1), date(2026, 11, 26)),
        (DAY, Period(), DAY),
    ],
)
def test_a_period_ends_on_a_day_of_the_calendar(start, period, end):
    assert add_period(start, period) == end


@given(
    st.dates(max_value=date(2900, 1, 1)),
    st.builds(
        Period, years=st.integers(0, 100), months=st.integers(0, 30), days=st.integers(0, 999), hours=st.integers(0, 99)
    ),
)
@examples(200)
def test_a_longer_period_never_ends_earlier(start, period):
    end = add_period(start, period)

    assert end >= start
    for name in ("years", "months", "days", "hours"):
        longer = period.model_copy(update={name: getattr(period, name) + 1})
        assert add_period(start, longer) >= end
    assert add_period(start, period.model_copy(update={"days": period.days + 1})) == end + timedelta(days=1)


@pytest.mark.parametrize(
    ("period", "words"),
    [
        (Period(years=6), "6 years"),
        (Period(years=1, months=3), "1 year and 3 months"),
        (Period(months=1, days=1, hours=1), "1 month and 1 day and 1 hour"),
        (Period(hours=72), "72 hours"),
        (Period(), "at once"),
    ],
)
def test_a_period_in_words(period, words):
    assert period.words() == words


@pytest.mark.parametrize("bad", [{"years": "six"}, {"weeks": 1}, {"years": 1.5}])
def test_a_period_is_of_whole_known_units(bad):
    with pytest.raises(ValidationError):
        Period(**bad)


def test_what_applies_or_may_apply_is_planned():
    schedule = plan(rule("a"), rule("b", applies="maybe"), rule("c", applies="no"))

    assert [(line.rule.id, line.applies) for line in schedule.lines] == [("a", True), ("b", None)]
    assert schedule.as_of == DAY


@pytest.mark.parametrize(
    ("day", "inside"),
    [(date(2025, 12, 31), False), (date(2026, 1, 1), True), (date(2026, 12, 31), True), (date(2027, 1, 1), False)],
)
def test_a_rule_without_force_is_not_planned(day, inside):
    span = InForce(since=date(2026, 1, 1), until=date(2027, 1, 1))

    assert len(plan(rule("a", in_force=span), day=day).lines) == inside


def test_lines_stand_by_record_class_pack_and_rule():
    rules = [rule("b"), rule("a"), rule("a", pack="abc"), rule("z", record_class="audit logs")]

    assert [(line.rule.record_class, line.rule.pack, line.rule.id) for line in plan(*rules).lines] == [
        ("audit logs", "law", "z"),
        ("contracts", "abc", "a"),
        ("contracts", "law", "a"),
        ("contracts", "law", "b"),
    ]


@pytest.mark.parametrize(
    ("given", "end", "trigger_date", "due", "why"),
    [
        ({}, date(2028, 2, 29), date(2028, 2, 29), date(2034, 2, 28), ""),
        ({}, None, None, None, "`contract.end_date` is unknown"),
        ({"trigger_fact": None}, date(2028, 2, 29), None, None, "each record has its own date"),
        ({"kind": "none"}, date(2028, 2, 29), date(2028, 2, 29), None, "the law sets no term"),
        ({"kind": "none", "trigger_fact": None}, None, None, None, "the law sets no term"),
        ({"period": None}, None, None, None, "the law sets no term"),
        ({"period": {}}, date(2028, 2, 29), date(2028, 2, 29), date(2028, 2, 29), ""),
        ({}, date(9999, 12, 31), date(9999, 12, 31), None, "the date is beyond the calendar"),
        ({"period": {"hours": 36}}, date(2028, 2, 28), date(2028, 2, 28), date(2028, 3, 1), ""),
        ({"kind": "maximum", "period": {"hours": 36}}, date(2028, 2, 28), date(2028, 2, 28), date(2028, 2, 29), ""),
        ({"period": {"days": 1}}, date(9999, 12, 31), date(9999, 12, 31), None, "the date is beyond the calendar"),
    ],
)
def test_a_line_has_a_due_date_or_says_why_not(given, end, trigger_date, due, why):
    (line,) = plan(rule("a", **given), end=end).lines

    assert (line.trigger_date, line.due, line.why_no_date) == (trigger_date, due, why)


@pytest.mark.parametrize(("calendars", "due", "why"), [
    ({"EU": EU}, date(2028, 3, 14), ""), ({}, None, "there is no calendar `EU`"),
])  # fmt: skip
def test_business_days_are_those_of_the_rules_calendar(calendars, due, why):
    each = rule("a", period={"business_days": 10}, calendar="EU")
    values = {"contract.end_date": date(2028, 2, 29)}
    (line,) = plan_schedule([each], values, VERDICTS.__getitem__, DAY, calendars=calendars).lines
    assert (line.trigger_date, line.due, line.why_no_date) == (date(2028, 2, 29), due, why)


@pytest.mark.parametrize(("keep", "limit", "calendars", "collide"), [
    ({"business_days": 10}, {"days": 12}, ["EU"], True), ({"business_days": 10}, {"days": 13}, ["EU"], False),
    ({"days": 15}, {"business_days": 10}, ["EU"], True),
    ({"business_days": 10}, {"days": 1}, [], False), ({"days": 90}, {"business_days": 10}, [], False),
])  # fmt: skip
def test_periods_of_business_days_collide_by_the_calendar(keep, limit, calendars, collide):
    rules = [rule("keep", period=keep, calendar="EU"), rule("limit", "maximum", period=limit, calendar="EU")]
    known = dict.fromkeys(calendars, EU)
    assert bool(plan_schedule(rules, {}, VERDICTS.__getitem__, DAY, calendars=known).conflicts) is collide


def test_business_days_need_a_calendar():
    with pytest.raises(ValueError, match="counted by a calendar"):
        add_period(date(2028, 1, 1), Period(business_days=1))


def test_a_value_that_is_no_date_starts_nothing():
    (line,) = plan(rule("a"), end="2028-02-29").lines

    assert (line.trigger_date, line.due, line.why_no_date) == (None, None, "`contract.end_date` is unknown")


KEEP, LIMIT = rule("keep"), rule("limit", "maximum", period={"years": 5, "months": 1})


@pytest.mark.parametrize(
    ("keep", "limit", "end", "collide"),
    [
        ({}, {}, date(2028, 1, 1), True),
        ({}, {"period": {"years": 6}}, date(2028, 1, 1), False),
        ({}, {"period": {"years": 7}}, date(2028, 1, 1), False),
        # no date is known: the periods are compared if they run from the same event
        ({}, {}, None, True),
        ({}, {"period": {"years": 7}}, None, False),
        ({}, {"trigger": "creation"}, None, False),
        ({"event": "contract_end"}, {"trigger": "creation", "event": "contract_end"}, None, True),
        ({"event": "contract_end"}, {"event": "creation"}, None, False),
        ({"period": {"hours": 36}}, {"period": {"hours": 36}}, None, True),  # on the second day, and on the first
        ({"period": None}, {}, None, False),
        ({}, {"period": None}, None, False),
        # with dates the events may differ
        ({}, {"trigger": "creation"}, date(2028, 1, 1), True),
        ({}, {"trigger_fact": None}, date(2028, 1, 1), True),
        ({}, {"record_class": "audit logs"}, date(2028, 1, 1), False),
        ({}, {"applies": "no"}, date(2028, 1, 1), False),
        ({}, {"applies": "maybe"}, date(2028, 1, 1), True),
    ],
)
def test_a_minimum_and_a_shorter_maximum_collide(keep, limit, end, collide):
    rules = [rule("keep", **keep), rule("limit", "maximum", **{"period": {"years": 5, "months": 1}, **limit})]
    found = plan(*rules, rule("none", "none"), end=end).conflicts

    assert [(each.record_class, each.keep.rule.id, each.destroy.rule.id) for each in found] == (
        [("contracts", "keep", "limit")] if collide else []
    )


def test_a_conflict_says_which_law_wants_what():
    (conflict,) = plan(KEEP, LIMIT).conflicts

    assert conflict.words == (
        "Art. keep keeps them at least 6 years, Art. limit no longer than 5 years and 1 month; "
        "counsel decides which prevails, and until then they are kept"
    )


def test_every_pair_that_collides_is_named():
    rules = [KEEP, rule("keep2", period={"years": 10}), LIMIT, rule("limit2", "maximum", period={"years": 8})]

    assert [(each.keep.rule.id, each.destroy.rule.id) for each in plan(*rules).conflicts] == [
        ("keep", "limit"),
        ("keep2", "limit"),
        ("keep2", "limit2"),
    ]


def test_a_decided_conflict_says_who_decided_what():
    fields = ("contracts", "keep", "limit")
    older = Resolution(*fields, "keep", "counsel-1", "a duty goes first", date(2026, 1, 1))
    newer = Resolution(*fields, "limit", "counsel-2", "the duty has ended", date(2026, 2, 1))
    other = Resolution("audit logs", "keep", "limit", "keep", "counsel-1", "another class", date(2026, 3, 1))
    (conflict,) = note_decisions(plan(KEEP, LIMIT), [older, newer, other]).conflicts
    assert conflict.decided == newer
    assert conflict.words == (
        "Art. keep keeps them at least 6 years, Art. limit no longer than 5 years and 1 month; "
        "counsel-2 decided on 2026-02-01: Art. limit prevails, the duty has ended"
    )
    assert note_decisions(plan(KEEP, LIMIT), [other]) == plan(KEEP, LIMIT)


def test_what_is_unknown_names_its_facts():
    facts = {"maybe": ("x.a", "x.b")}
    rules = [rule("known"), rule("open", applies="maybe")]
    known, unknown = plan_schedule(rules, {}, VERDICTS.__getitem__, DAY, facts.__getitem__).lines
    assert (known.missing, unknown.missing) == ((), ("x.a", "x.b"))
