"""A record that is due for review: a person decides, hands it over, and what is left goes the way of destruction."""

from datetime import date

import pytest

from govern.errors import FactError, RefusedError, StoreError
from govern.retention import Action, Period, RetainedRecord, RuleKind, TriggerEvent, Verdict
from govern.usecases.binding import check_records
from govern.usecases.projects import save_project
from govern.usecases.retained import get_retained, list_determinations
from govern.usecases.retaining import add_record, adopt_schedule
from govern.usecases.reviewing import LARGEST_RECEIPT, decide_review, hand_over
from govern.usecases.schedules import resolve_conflict, set_rule

REASON = "read, and nobody needs it"
DAY = date(2026, 11, 24)
LAW = """
- id: law.audits
  record_class: audits
  title: Reports of audits
  cite: {pinpoint: Art. 9}
  applies: data.personal
  rule: minimum
  period: {years: 6}
  trigger: the completion of the audit
  event: completion
  action: review
  jurisdiction: EEA
- id: law.audits_limit
  record_class: audits
  title: Reports of audits
  cite: {pinpoint: Art. 10}
  applies: data.personal
  rule: maximum
  period: {years: 10}
  trigger: the completion of the audit
  event: completion
  action: destroy
  jurisdiction: EEA
"""


@pytest.fixture
def ports(small, actor, arrangement):
    ports = small(**{"rules/law/retention.yaml": LAW})
    save_project(ports, actor, arrangement)
    for id_, year in (("old", 2019), ("new", 2025)):
        days = {TriggerEvent.COMPLETION: date(year, 3, 1)}
        add_record(ports, actor, RetainedRecord(id_, "one", "An audit", "audits", "file:///c/audit", days))
    return ports


def say(ports, actor, day=DAY):
    return {each.record.id: each for each in list_determinations(ports, actor, "one", day)}


def test_a_review_ends_in_destruction(ports, actor, logged):
    before, after = decide_review(ports, actor, "one", "old", Action.DESTROY, REASON)

    assert (before.action, after.action) == ("review", "destroy")
    assert say(ports, actor)["old"].action == "destroy"
    with ports.register.begin(write=False) as unit:
        kept = get_retained(unit, "one", "old")
    assert (kept.review.action, kept.review.reviewer, kept.review.due) == (
        Action.DESTROY, actor.id, date(2025, 3, 2),
    )  # fmt: skip
    assert kept.version == 2
    assert logged()[-1].kind == "retention.reviewed"
    check_records(ports, actor).check()


def test_a_review_keeps_longer_but_not_beyond_the_law(ports, actor):
    with pytest.raises(RefusedError) as caught:
        decide_review(ports, actor, "one", "old", Action.KEEP, REASON, date(2029, 3, 1))
    assert caught.value.message == "Art. 10 wants `old` destroyed by 2029-03-01"
    _, after = decide_review(ports, actor, "one", "old", Action.KEEP, REASON, date(2028, 12, 31))
    assert (after.verdict, after.due) == (Verdict.KEEP, date(2029, 1, 1))
    assert say(ports, actor, date(2029, 1, 1))["old"].action == "review"
    with pytest.raises(RefusedError, match="`old` is not due for review: keep, kept until 2028-12-31"):
        decide_review(ports, actor, "one", "old", Action.DESTROY, REASON)


@pytest.mark.parametrize(
    ("decision", "message"),
    [
        ((Action.REVIEW, REASON, None), "a review does not end with a review"),
        ((Action.KEEP, REASON, None), "the decision and the day do not go together"),
        ((Action.DESTROY, REASON, date(2027, 1, 1)), "the decision and the day do not go together"),
        ((Action.KEEP, REASON, DAY), "`2026-11-24` is not ahead"),
        ((Action.DESTROY, "why", None), "reason must be"),
    ],
)
def test_what_is_no_decision_is_refused(ports, actor, decision, message):
    head = ports.log.head()
    with pytest.raises(FactError) as caught:
        decide_review(ports, actor, "one", "old", *decision)
    assert message in caught.value.message
    assert ports.log.head() == head


def test_only_what_is_due_is_reviewed(ports, actor):
    with pytest.raises(RefusedError, match="`new` is not due for review: keep, kept until 2031-03-01"):
        decide_review(ports, actor, "one", "new", Action.DESTROY, REASON)
    with pytest.raises(StoreError, match="there is no record `odl`"):
        decide_review(ports, actor, "one", "odl", Action.DESTROY, REASON)


def test_a_transfer_leaves_a_copy_to_destroy(ports, actor, logged):
    decide_review(ports, actor, "one", "old", Action.TRANSFER, REASON)
    before, after = hand_over(ports, actor, "one", "old", "the state archive", b"%PDF-1.7", DAY, "by the deposit rules")

    assert (before.action, after.action) == ("transfer", "destroy")
    with ports.register.begin(write=False) as unit:
        kept = get_retained(unit, "one", "old")
    assert (kept.handed_over.to, kept.handed_over.on, kept.handed_over.by) == ("the state archive", DAY, actor.id)
    assert ports.files.get(kept.handed_over.receipt) == b"%PDF-1.7"
    assert logged()[-1].kind == "retention.handed_over"
    with pytest.raises(RefusedError, match="not due for transfer or return: it is due for destruction"):
        hand_over(ports, actor, "one", "old", "another", b"x", DAY, "by the deposit rules")


def test_nothing_was_handed_over_before_that_was_decided(ports, actor):
    decide_review(ports, actor, "one", "old", Action.TRANSFER, REASON)
    with pytest.raises(FactError) as caught:
        hand_over(ports, actor, "one", "old", "the archive", b"x", date(2026, 11, 23), "by the deposit rules")
    assert caught.value.message == "`2026-11-23` is before there was anything to hand over"
    assert caught.value.hint == "not before 2026-11-24, the day of the decision"
    hand_over(ports, actor, "one", "old", "the archive", b"x", DAY, "by the deposit rules")


def test_nothing_was_handed_over_before_its_period_began(ports, actor):
    """The schedule itself says so, and nobody decides: it may have gone before it was due, and not before it began."""
    set_rule(ports, actor, "one", "deposits", kind=RuleKind.MAXIMUM, period=Period(years=1),
             event=TriggerEvent.COMPLETION, action=Action.TRANSFER, reason="by the deposit rules")  # fmt: skip
    record = RetainedRecord("paper", "one", "A paper", "deposits", "file:///c/paper",
                            {TriggerEvent.COMPLETION: date(2019, 3, 1)})  # fmt: skip
    add_record(ports, actor, record)
    for on, refused in ((date(1990, 1, 1), True), (date(2019, 2, 28), True), (date(2019, 3, 1), False)):
        if refused:
            with pytest.raises(FactError, match="before there was anything") as caught:
                hand_over(ports, actor, "one", "paper", "the archive", b"x", on, "by the deposit rules")
            assert caught.value.hint == "not before 2019-03-01, the day that its period runs from"
        else:
            hand_over(ports, actor, "one", "paper", "the archive", b"x", on, "by the deposit rules")


def test_what_is_no_hand_over_is_refused(ports, actor):
    decide_review(ports, actor, "one", "old", Action.RETURN, REASON)
    for to, receipt, on, message in (
        ("x", b"x", DAY, "to must be"),
        ("the client", b"x", date(2026, 11, 25), "`2026-11-25` is in the future"),
        ("the client", b"", DAY, "this is no receipt"),
        ("the client", b"x" * (LARGEST_RECEIPT + 1), DAY, "this is no receipt"),
    ):
        with pytest.raises(FactError) as caught:
            hand_over(ports, actor, "one", "old", to, receipt, on, "as the contract says")
        assert message in caught.value.message
    with pytest.raises(RefusedError, match="`new` is not due for transfer or return"):
        hand_over(ports, actor, "one", "new", "the client", b"x", DAY, "as the contract says")


def test_a_maximum_that_lost_does_not_end_a_longer_keeping(ports, actor):
    """Counsel lets the minimum prevail over a shorter maximum of the project: that maximum limits no review."""
    set_rule(ports, actor, "one", "audits", kind=RuleKind.MAXIMUM, period=Period(years=2),
             event=TriggerEvent.COMPLETION, action=Action.DESTROY, reason=REASON)  # fmt: skip
    adopt_schedule(ports, actor, "one", REASON)
    pair = ("law.audits", "project.audits.maximum")
    resolve_conflict(ports, actor, "one", "audits", *pair, prevails=pair[0], reason=REASON)
    _, after = decide_review(ports, actor, "one", "old", Action.KEEP, REASON, date(2028, 12, 31))
    assert (after.verdict, after.words) == (
        Verdict.KEEP, "kept until 2028-12-31, as owner decided on review",
    )  # fmt: skip
    assert after.limits.id == "law.audits_limit"


def test_what_came_of_a_maximum_is_not_reviewed(ports, actor):
    found = say(ports, actor, date(2029, 3, 1))["old"]
    assert (found.action, found.rule.id) == ("destroy", "law.audits_limit")
