"""What the schedule says of one record: longest minimum, shortest maximum, conflict, waiting, held."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govern.retention import (
    Action,
    HandOver,
    Hold,
    HoldScope,
    HolidayCalendar,
    Period,
    Resolution,
    RetainedRecord,
    RetentionRule,
    Review,
    ScheduleLine,
    TriggerEvent,
    Verdict,
    determine,
    determine_alike,
)

from ..conditions.worlds import examples

END = TriggerEvent.CONTRACT_END
RECORD = RetainedRecord("r", "p", "A contract", "contracts", "file:///r", {END: date(2020, 2, 29)})
HOLD = Hold("h1", "p", HoldScope.PROJECT, (), "ann", "a claim is pending", date(2026, 1, 1))


def line(id_, kind="minimum", years=6, *, applies=True, start=None, **more):
    rule = RetentionRule(
        **{
            "id": id_,
            "pack": "law",
            "record_class": "contracts",
            "title": id_,
            "cite": {"instrument": "law", "pinpoint": f"Art. {id_}"},
            "applies": "yes",
            "rule": kind,
            "period": None if kind == "none" else Period(years=years),
            "trigger": "the end of the contract",
            "event": "contract_end",
            "action": "destroy",
            "jurisdiction": "EEA",
            **more,
        }
    )
    return ScheduleLine(rule, applies, start, None, "")


def say(*lines, day=date(2022, 1, 1), record=RECORD, **more):
    return determine(record, lines, day, **more)


def test_a_minimum_is_kept_through_its_last_day():
    last = date(2026, 2, 28)
    for day, verdict, action in ((last, Verdict.KEEP, ""), (last + timedelta(days=1), Verdict.DUE, "destroy")):
        found = say(line("a"), day=day)
        assert (found.verdict, found.action) == (verdict, action)
        assert (found.keep_until, found.destroy_by, found.due) == (last, None, date(2026, 3, 1))
    assert found.keeps.id == "a"
    assert found.words == "due since 2026-03-01"


def test_a_maximum_is_due_on_its_last_day():
    last = date(2022, 2, 28)
    for day, verdict in ((last - timedelta(days=1), Verdict.KEEP), (last, Verdict.DUE)):
        found = say(line("a", "maximum", 2), day=day)
        assert (found.verdict, found.destroy_by, found.due, found.limits.id) == (verdict, last, last, "a")
    assert say(line("a", "maximum", 2)).words == "due on 2022-02-28 at the latest"


@pytest.mark.parametrize(("kind", "period", "last"), [
    ("minimum", {"hours": 36}, date(2020, 3, 2)), ("maximum", {"hours": 36}, date(2020, 3, 1)),
    ("minimum", {"days": 1, "hours": 12}, date(2020, 3, 2)), ("maximum", {"days": 1, "hours": 12}, date(2020, 3, 1)),
    ("minimum", {"hours": 48}, date(2020, 3, 2)), ("maximum", {"hours": 48}, date(2020, 3, 2)),
    ("maximum", {"hours": 12}, date(2020, 2, 29)),
])  # fmt: skip
def test_part_of_a_day_belongs_to_a_minimum_and_never_to_a_maximum(kind, period, last):
    found = say(line("a", kind, period=Period(**period)), day=date(2020, 1, 1))
    assert (found.keep_until or found.destroy_by) == last


WEEKENDS = HolidayCalendar(id="EU", title="weekends", zone="UTC")


@pytest.mark.parametrize(("period", "last"), [
    ({"business_days": 1}, date(2020, 3, 2)),  # 29 February 2020 is a Saturday
    ({"business_days": 90}, date(2020, 7, 3)), ({"days": 7, "business_days": 5}, date(2020, 3, 13)),
    ({"months": 1, "business_days": 1}, date(2020, 3, 30)),
])  # fmt: skip
@pytest.mark.parametrize("kind", ["minimum", "maximum"])
def test_business_days_are_those_of_the_calendar(kind, period, last):
    each = replace(line("a", kind, period=Period(**period), calendar="EU"), calendar=WEEKENDS)
    found = say(each, day=date(2020, 1, 1))
    assert (found.keep_until or found.destroy_by) == last


@pytest.mark.parametrize("kind", ["minimum", "maximum"])
def test_what_counts_business_days_by_no_calendar_waits(kind):
    found = say(line("a", kind, period=Period(business_days=90), calendar="XX"))
    assert (found.verdict, found.keep_until, found.destroy_by) == (Verdict.WAITING, None, None)
    assert found.words == "Art. a counts business days, and there is no calendar `XX`"


def test_the_longest_minimum_and_the_shortest_maximum_count():
    found = say(line("a", years=3), line("b", years=5), line("c", "maximum", 9), line("d", "maximum", 7))
    assert (found.keeps.id, found.limits.id) == ("b", "d")
    assert (found.keep_until, found.destroy_by) == (date(2025, 2, 28), date(2027, 2, 28))
    assert (found.verdict, found.due) == (Verdict.KEEP, date(2025, 3, 1))
    assert found.words == "kept until 2025-02-28"


@pytest.mark.parametrize("action", ["destroy", "transfer", "return", "review"])
def test_the_action_is_that_of_the_rule_that_kept_it(action):
    found = say(line("a", action=action), line("b", years=1), day=date(2030, 1, 1))
    assert (found.verdict, found.action) == (Verdict.DUE, action)


def test_what_is_to_be_kept_is_never_due():
    found = say(line("a", action="keep"), day=date(2090, 1, 1))
    assert (found.verdict, found.action) == (Verdict.KEEP, "")


def test_a_hold_goes_before_everything():
    other = replace(HOLD, id="h2")
    for lines in ((line("a"),), (line("a"), line("b", "maximum", 2)), (line("a", applies=None),), ()):
        found = say(*lines, day=date(2090, 1, 1), holds=(HOLD, other))
        assert (found.verdict, found.action, found.holds, found.due) == (Verdict.HELD, "", (HOLD, other), None)
        assert found.words == "held by h1, h2"
    assert say(line("a"), holds=(HOLD,)).keep_until == date(2026, 2, 28)


@pytest.mark.parametrize(("lines", "why"), [
    ((), "no rule of the schedule covers this class"),
    ((line("a", record_class="audit logs"),), "no rule of the schedule covers this class"),
    ((line("a", applies=False),), "no rule of the schedule covers this class"),
    ((line("a", data_class="health"),), "no rule of the schedule covers this class"),
    ((line("a"), line("b", applies=None)), "it is unknown whether Art. b applies"),
    ((replace(line("b", applies=None), missing=("x.a", "x.b")),),
     "it is unknown whether Art. b applies: unknown is `x.a`, `x.b`"),
    ((replace(line("b", applies=None), missing=("x.a", "x.b", "x.c", "x.d", "x.e")),),
     "it is unknown whether Art. b applies: unknown is `x.a`, `x.b`, `x.c` and 2 more"),
    ((line("a", event="death"),), "the day of `death` is unknown, from which Art. a runs"),
    ((line("a", event=None),), "the day is unknown from which Art. a runs: the end of the contract"),
    ((line("a"), line("b", event="death")), "the day of `death` is unknown, from which Art. b runs"),
    ((line("a", "maximum", event="death", trigger_fact="life.end"),),
     "the day of `death` is unknown, from which Art. a runs (for all records: the fact `life.end`)"),
    ((line("a", "maximum", event="death"), line("b", event="death")),
     "the day of `death` is unknown, from which Art. b runs"),
    ((line("n", "none"), line("a", "maximum", event="death")), "the day of `death` is unknown, from which Art. a runs"),
    ((line("a", period=None),), "Art. a says no period"),
])  # fmt: skip
def test_what_is_unknown_waits(lines, why):
    found = say(*lines, day=date(2090, 1, 1))
    assert (found.verdict, found.words, found.action, found.due) == (Verdict.WAITING, why, "", None)


def test_a_maximum_whose_event_has_not_come_limits_nothing_yet():
    late = line("b", "maximum", event="purpose_met")
    assert say(line("a"), late).due == date(2026, 3, 1)
    assert say(line("a", "maximum", 1), late, day=date(2030, 1, 1)).limits.id == "a"


def test_the_day_of_the_project_stands_in_for_that_of_the_record():
    bare = replace(RECORD, triggers={})
    assert say(line("a", start=date(2010, 1, 1)), record=bare).keep_until == date(2016, 1, 1)
    assert say(line("a", start=date(2010, 1, 1))).keep_until == date(2026, 2, 28)


def test_a_rule_for_a_class_of_data_is_for_that_alone():
    rules = (line("a", years=1), line("b", years=9, data_class="health"))
    assert say(*rules).keeps.id == "a"
    assert say(*rules, record=replace(RECORD, data_class="health")).keeps.id == "b"


@pytest.mark.parametrize("action", ["review", "keep"])
def test_where_the_law_sets_no_term_it_is_kept(action):
    found = say(line("a", "none", action=action), day=date(2090, 1, 1))
    assert (found.verdict, found.due) == (Verdict.KEEP, None)
    assert found.words == "the law sets no term, and the project has not set one"


@pytest.mark.parametrize(
    ("record", "more", "event"),
    [
        (RECORD, {}, "contract end"),
        (RECORD, {"action": "return"}, "contract end"),
        (replace(RECORD, triggers={}), {"start": RECORD.triggers[END]}, "contract end"),
        (RECORD, {"event": None, "start": RECORD.triggers[END]}, "the end of the contract"),
    ],
)
def test_what_the_law_wants_gone_without_a_term_waits_for_one_once_the_event_has_come(record, more, event):
    gone = line("a", "none", **more)
    come = record.triggers.get(END, date(2020, 2, 29))
    assert say(gone, day=come - timedelta(days=1), record=record).verdict is Verdict.KEEP
    found = say(gone, day=come, record=record)
    assert (found.verdict, found.due, found.action) == (Verdict.WAITING, None, "")
    said = "Art. a wants it gone then and gives no number of days: the project has to set one"
    assert found.words == f"{event}: 2020-02-29; {said}"
    assert say(gone, line("b", "maximum", 1), day=come, record=replace(record, triggers={END: come})).limits.id == "b"


def test_where_the_law_sets_no_term_an_unknown_day_is_not_waited_for():
    assert say(line("a", "none"), record=replace(RECORD, triggers={})).verdict is Verdict.KEEP


def test_what_ends_beyond_the_calendar_is_kept():
    far = replace(RECORD, triggers={END: date(9998, 1, 1)})
    found = say(line("a"), record=far, day=date(9999, 12, 31))
    assert (found.verdict, found.keep_until, found.due) == (Verdict.KEEP, date.max, None)


# --- conflicts

KEEP, LIMIT = line("keep", years=6), line("limit", "maximum", 2)
LATER = date(2090, 1, 1)


def decided(prevails, keep="keep", destroy="limit", **more):
    fields = {"record_class": "contracts", "approver": "counsel", "reason": "a duty", "decided_on": date(2026, 1, 1)}
    return Resolution(**{**fields, "keep": keep, "destroy": destroy, "prevails": prevails, **more})


def test_a_conflict_shows_both_and_waits():
    found = say(KEEP, LIMIT, day=LATER)
    assert (found.verdict, found.action, found.due) == (Verdict.CONFLICT, "", None)
    assert (found.keeps.id, found.limits.id) == ("keep", "limit")
    assert found.words == ("Art. keep keeps it until 2026-02-28, Art. limit allows it until 2022-02-28")


def test_the_same_last_day_is_no_conflict():
    found = say(line("a", years=2), LIMIT, day=date(2022, 2, 28))
    assert (found.verdict, found.due) == (Verdict.KEEP, date(2022, 3, 1))


@pytest.mark.parametrize(("prevails", "due"), [("keep", date(2026, 3, 1)), ("limit", date(2022, 2, 28))])
def test_a_decision_ends_a_conflict(prevails, due):
    found = say(KEEP, LIMIT, day=LATER, resolutions=[decided(prevails)])
    assert (found.verdict, found.due, found.action) == (Verdict.DUE, due, "destroy")
    assert found.words == f"due since {due}, as decided by counsel"
    keeps = prevails == "keep"
    assert (found.keep_until, found.destroy_by) == ((due - timedelta(days=1), None) if keeps else (None, due))
    assert found.rule.id == prevails


def test_the_newest_decision_counts():
    found = say(KEEP, LIMIT, resolutions=[decided("keep"), decided("limit", approver="other")])
    assert (found.due, found.words) == (date(2022, 2, 28), "due on 2022-02-28 at the latest, as decided by other")


@pytest.mark.parametrize("other", [
    decided("keep", record_class="audit logs"), decided("keep", keep="b"), decided("limit", destroy="b"),
])  # fmt: skip
def test_a_decision_on_something_else_decides_nothing(other):
    assert say(KEEP, LIMIT, resolutions=[other]).verdict is Verdict.CONFLICT


def test_each_pair_needs_its_decision():
    longer = line("longer", years=9)
    found = say(KEEP, longer, LIMIT, resolutions=[decided("limit", keep="longer")])
    assert (found.verdict, found.keeps.id, found.limits.id) == (Verdict.CONFLICT, "keep", "limit")
    both = [decided("limit", keep="longer"), decided("limit")]
    assert say(KEEP, longer, LIMIT, resolutions=both).due == date(2022, 2, 28)
    mixed = [decided("limit", keep="longer"), decided("keep")]
    assert say(KEEP, longer, LIMIT, resolutions=mixed).due == date(2026, 3, 1)


# --- what holds for all

KINDS = st.sampled_from(["minimum", "maximum", "none"])
LINES = st.lists(
    st.builds(
        lambda number, kind, years, applies, event: line(f"r{number}", kind, years, applies=applies, event=event),
        st.integers(0, 9), KINDS, st.integers(0, 12), st.sampled_from([True, True, True, False, None]),
        st.sampled_from(["contract_end", "contract_end", "death"]),
    ),
    max_size=6, unique_by=lambda each: each.rule.id,
)  # fmt: skip


@given(LINES, st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.booleans())
@examples(400)
def test_nothing_is_due_that_is_held_unknown_or_still_to_be_kept(lines, day, held):
    found = determine(RECORD, lines, day, holds=(HOLD,) if held else ())
    if found.verdict is Verdict.DUE:
        assert not held
        assert all(each.applies is not None for each in lines)
        for each in lines:
            if each.applies and each.rule.rule == "minimum":
                assert each.rule.event is END
        assert found.keep_until is None or day > found.keep_until
        assert found.due <= day
        assert found.action == "destroy"
    else:
        assert found.action == ""
    if found.keep_until and found.destroy_by and found.keep_until > found.destroy_by and not held:
        assert found.verdict in (Verdict.CONFLICT, Verdict.WAITING)


@given(LINES, st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.randoms(use_true_random=False))
@examples(200)
def test_the_order_of_the_rules_does_not_matter(lines, day, random):
    shuffled = list(lines)
    random.shuffle(shuffled)
    one, other = determine(RECORD, lines, day), determine(RECORD, shuffled, day)
    assert (one.verdict, one.keep_until, one.destroy_by, one.due) == (
        other.verdict, other.keep_until, other.destroy_by, other.due,
    )  # fmt: skip


DUE = date(2026, 3, 1)
TO_REVIEW = line("a", action="review")


def reviewed(action, *, until=None, rule="a", due=DUE, handed=None):
    review = Review(rule, due, action, "officer-1", "read and found so", date(2026, 4, 1), until)
    return replace(RECORD, review=review, handed_over=handed)


@pytest.mark.parametrize("action", [Action.DESTROY, Action.TRANSFER, Action.RETURN])
def test_what_a_review_decided_is_what_is_due(action):
    assert say(TO_REVIEW, day=DUE).action == "review"
    found = say(TO_REVIEW, day=DUE, record=reviewed(action))
    assert (found.verdict, found.action, found.due) == (Verdict.DUE, action.value, DUE)
    assert found.words == f"due since 2026-03-01, {action.value} as officer-1 decided on review"


def test_a_review_keeps_through_a_day_and_comes_again():
    record = reviewed(Action.KEEP, until=date(2027, 12, 31))
    kept = say(TO_REVIEW, day=date(2027, 12, 31), record=record)
    assert (kept.verdict, kept.action, kept.due) == (Verdict.KEEP, "", date(2028, 1, 1))
    assert kept.words == "kept until 2027-12-31, as officer-1 decided on review"
    again = say(TO_REVIEW, day=date(2028, 1, 1), record=record)
    assert (again.verdict, again.action) == (Verdict.DUE, "review")


def test_a_review_never_outlasts_a_maximum():
    record = reviewed(Action.KEEP, until=date(2040, 1, 1))
    lines = (TO_REVIEW, line("b", "maximum", 8))
    assert say(*lines, day=date(2028, 2, 28), record=record).words.startswith("kept until 2028-02-28")
    over = say(*lines, day=date(2028, 2, 29), record=record)
    assert (over.action, over.rule.id, over.due) == ("destroy", "b", date(2028, 2, 29))


def test_of_two_minimums_with_one_end_the_one_that_does_not_destroy_goes_first():
    for lines in ((line("a"), line("b", action="review")), (line("b", action="review"), line("a"))):
        assert say(*lines, day=DUE).action == "review"


def test_a_maximum_that_lost_limits_no_review():
    lines = (TO_REVIEW, line("b", "maximum", 2))
    record = reviewed(Action.KEEP, until=date(2040, 1, 1))
    resolutions = [decided("a", keep="a", destroy="b")]
    found = say(*lines, day=date(2039, 1, 1), record=record, resolutions=resolutions)
    assert (found.verdict, found.words) == (Verdict.KEEP, "kept until 2040-01-01, as officer-1 decided on review")


@pytest.mark.parametrize("action", ["review", "transfer", "keep"])
def test_a_maximum_goes_before_what_follows_a_minimum(action):
    lines, last = (line("a", years=6, action=action), line("b", "maximum", 8)), date(2028, 2, 29)
    before, after = (say(*lines, day=day) for day in (last - timedelta(days=1), last))
    assert (after.verdict, after.action, after.rule.id, after.due) == (Verdict.DUE, "destroy", "b", last)
    assert (before.verdict, before.action) == (
        (Verdict.KEEP, "") if action == "keep" else (Verdict.DUE, action)
    )  # fmt: skip
    assert before.due == (last if action == "keep" else DUE)


def test_a_maximum_of_the_same_day_is_due_on_the_day_after():
    lines = (line("a", years=8, action="review"), line("b", "maximum", 8))
    assert say(*lines, day=date(2028, 2, 29)).verdict is Verdict.KEEP
    found = say(*lines, day=date(2028, 3, 1))
    assert (found.action, found.rule.id, found.due) == ("destroy", "b", date(2028, 3, 1))


@pytest.mark.parametrize("other", [{"rule": "b"}, {"due": date(2026, 3, 2)}])
def test_a_review_of_another_rule_or_day_is_none(other):
    assert say(TO_REVIEW, day=DUE, record=reviewed(Action.DESTROY, **other)).action == "review"


def test_a_review_stands_behind_a_hold_and_touches_no_other_action():
    assert say(TO_REVIEW, day=DUE, record=reviewed(Action.DESTROY), holds=[HOLD]).verdict is Verdict.HELD
    assert say(line("a"), day=DUE, record=reviewed(Action.TRANSFER)).action == "destroy"


def test_what_was_handed_over_leaves_a_copy_to_destroy():
    handed = HandOver("the state archive", date(2026, 5, 1), "0" * 64, "manager-1")
    for record in (reviewed(Action.TRANSFER, handed=handed), replace(RECORD, handed_over=handed)):
        lines = (TO_REVIEW,) if record.review else (line("a", action="return"),)
        found = say(*lines, day=DUE, record=record)
        assert (found.verdict, found.action) == (Verdict.DUE, "destroy")
        assert found.words == "handed to the state archive on 2026-05-01; what is left here is a copy"
    assert say(TO_REVIEW, day=DUE, record=reviewed(Action.KEEP, until=date(2027, 1, 1), handed=handed)).verdict is (
        Verdict.KEEP
    )


def test_records_alike_are_determined_as_each_by_itself(monkeypatch):
    lines = [line("a"), line("b", "maximum", 7, data_class="health"), line("c", "maximum", 3, data_class="scans")]
    review = Review("a", date(2026, 3, 1), Action.TRANSFER, "ann", "it is of use", date(2026, 3, 2))
    records = [
        replace(RECORD, id=f"r{number}", data_class=data_class, triggers=days, review=said)
        for said in (None, review)
        for data_class in ("", "health", "scans")
        for number, days in enumerate(({}, {END: date(2019, 5, 1)}, {END: date(2030, 1, 1)}, {END: date(2019, 5, 1)}))
    ]
    for most in (4_096, 2):  # where more are remembered than may be, they are forgotten
        monkeypatch.setattr("govern.retention.determination.REMEMBERED", most)
        for decided in ((), (Resolution("contracts", "a", "c", "c", "bo", "the law is clear", date(2026, 1, 1)),)):
            decide = determine_alike(lines, date(2026, 5, 1), resolutions=decided)
            for each in records * 2:
                for holds in ((), (HOLD,)):
                    alone = determine(each, lines, date(2026, 5, 1), holds=holds, resolutions=decided)
                    assert decide(each, holds) == alone


DAYS = st.dates(date(2020, 1, 1), date(2032, 12, 31))


@examples(200)
@given(DAYS, st.integers(0, 1), st.integers(0, 9), st.integers(0, 9))
def test_of_two_clocks_a_minimum_goes_by_the_later_and_a_maximum_by_the_earlier(day, ahead, years, most):
    """What is due by both clocks is what each rule alone makes due by its own."""
    begun = day + timedelta(days=ahead)
    keep, limit = line("a", years=years), line("b", "maximum", years=most)
    assert say(keep, day=day, begun=begun).verdict == say(keep, day=day).verdict
    assert say(limit, day=day, begun=begun).verdict == say(limit, day=begun).verdict
    both = say(keep, limit, day=day, begun=begun)
    if both.verdict is not Verdict.CONFLICT:
        assert both.verdict == say(keep, day=day).verdict


def test_without_a_second_clock_there_is_one():
    assert say(line("a", "maximum"), day=date(2026, 2, 28)) == say(
        line("a", "maximum"), day=date(2026, 2, 28), begun=date(2026, 2, 28)
    )
