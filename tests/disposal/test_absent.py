"""Records of which nothing is there any more: a person confirms it, and they are closed without a claim of ours."""

from hashlib import sha256

import pytest

from govern.audit import parse_entry
from govern.errors import FactError, RefusedError
from govern.kernel import Actor, Role
from govern.retention import Action, HoldScope, Outcome, Period, RuleKind, TriggerEvent
from govern.usecases.binding import check_records
from govern.usecases.dispositions import (
    approve_plan,
    confirm_absence,
    excuse_records,
    execute_plan,
    get_plan,
    plan_destruction,
    verify_certificate,
)
from govern.usecases.holds import issue_hold, release_hold
from govern.usecases.retained import list_retained
from govern.usecases.retaining import correct_record
from govern.usecases.schedules import resolve_conflict, set_rule

from .conftest import CLASS, DAY, EXECUTOR, FIRST, OWNER, PLANNER, PROJECT, SECOND, Boom, Steps, one_a_batch

REASON = "deleted by hand in March"


def run(archive, plan, **more):
    stores = more.pop("stores", None) or archive.stores()
    return execute_plan(archive.ports, EXECUTOR, stores, plan.id, plan.digest, **more)


def lose(archive, *more):
    """A record that somebody deleted, and perhaps others; all planned and approved."""
    archive.add("gone").unlink()
    for each in more:
        archive.add(each)
    return archive.approved()


def hold(archive, *records):
    made, _ = issue_hold(archive.ports, OWNER, reason="a claim is threatened", project=PROJECT,
                         scope=HoldScope.RECORDS, values=records)  # fmt: skip
    return made


def test_what_is_gone_is_closed_once_a_person_confirms_it(stored):
    plan = lose(stored, "there")
    status, issued = run(stored, plan)
    assert issued is None
    assert [(each.record, each.outcome) for each in status.left] == [("gone", Outcome.ABSENT)]
    assert run(stored, plan)[1] is None  # again and again, until somebody says so

    (confirmed,) = confirm_absence(stored.ports, FIRST, plan.id, ["gone"], REASON)
    assert (confirmed.confirmed_by, confirmed.settled) == ("officer-1", False)
    status, issued = run(stored, plan)

    said = issued.content
    assert [each["record"] for each in said["destroyed"]] == ["there"]
    (absent,) = said["absent"]
    assert (absent["record"], absent["confirmed_by"], absent["reason"]) == ("gone", "officer-1", REASON)
    assert absent["store"] == f"{stored.place.at}/gone"
    assert absent["found_at"].startswith("2026-11-24T")
    assert absent["registered_digest"] == sha256(b"content").hexdigest()
    assert (absent["words"], absent["incident"]) == ("nothing is there", "")
    assert sum(each["records"] for each in said["basis"]) == 1
    assert sum(each["records"] for each in said["stores"]) == 1
    assert verify_certificate(issued.to_file(), stored.ports.signer.keys)["absent"] == said["absent"]
    closed = {each.id: each for each in list_retained(stored.ports, OWNER, PROJECT, disposed=True)}
    assert (closed["gone"].disposed, closed["gone"].absent) == (plan.id, absent["found_at"])
    assert (closed["there"].disposed, closed["there"].absent) == (plan.id, "")
    kinds = [parse_entry(data).kind for data in stored.ports.log.entries()]
    assert (kinds.count("retention.absent"), kinds.count("retention.disposed")) == (1, 1)
    assert kinds.count("disposition.confirmed") == 1
    check_records(stored.ports, OWNER).check()
    with pytest.raises(RefusedError, match="is gone"):
        correct_record(
            stored.ports, OWNER, PROJECT, "gone", triggers={}, fields={"title": "New"}, reason="it was typed wrong"
        )


def test_all_that_are_absent_are_confirmed_at_once(archive, monkeypatch):
    one_a_batch(monkeypatch)
    archive.add("also").unlink()
    plan = lose(archive, "there")
    run(archive, plan)

    assert [each.record for each in confirm_absence(archive.ports, FIRST, plan.id, [], REASON)] == ["also", "gone"]
    _, issued = run(archive, plan)

    assert [each["record"] for each in issued.content["absent"]] == ["also", "gone"]


def test_who_may_confirm_what(archive):
    plan = lose(archive, "there")
    with pytest.raises(RefusedError, match="`nothing` is not on the list of what was found absent"):
        confirm_absence(archive.ports, FIRST, plan.id, [], REASON)  # nobody has looked yet
    run(archive, plan)
    for actor, words in (
        (Actor("auditor-1", frozenset({Role.AUDITOR})), "may not approve destruction"),
        (Actor(PLANNER.id, frozenset(Role)), "planned this destruction"),
    ):
        with pytest.raises(RefusedError, match=words):
            confirm_absence(archive.ports, actor, plan.id, ["gone"], REASON)
    for record in ("there", "never"):
        with pytest.raises(RefusedError, match=f"`{record}` is not on the list"):
            confirm_absence(archive.ports, FIRST, plan.id, ["gone", record], REASON)
    with pytest.raises(FactError, match="one line"):
        confirm_absence(archive.ports, FIRST, plan.id, ["gone"], "two\nlines")
    assert get_plan(archive.ports, OWNER, plan.id).left[0].confirmed_by == ""  # all of it or nothing


def test_a_hold_stops_the_closing_and_is_an_incident(archive):
    plan = lose(archive)
    run(archive, plan)
    confirm_absence(archive.ports, FIRST, plan.id, ["gone"], REASON)
    made = hold(archive, "gone")

    status, issued = run(archive, plan)

    assert issued is None
    (each,) = status.left
    assert (each.outcome, each.words) == (Outcome.HELD, f"held by {made.id}; nothing is there")
    assert each.incident == f"it is held by {made.id}"
    assert len(list_retained(archive.ports, OWNER, PROJECT)) == 1

    release_hold(archive.ports, FIRST, made.id, "the claim was withdrawn")
    _, issued = run(archive, plan)
    assert [each["incident"] for each in issued.content["absent"]] == [""]


def test_what_lies_there_again_is_not_closed(archive):
    plan = lose(archive)
    run(archive, plan)
    confirm_absence(archive.ports, FIRST, plan.id, ["gone"], REASON)
    path = archive.root / "gone"

    def fault(name):
        if name == "begun":
            path.write_bytes(b"content")

    status, issued = run(archive, plan, fault=fault)

    assert issued is None
    assert [(each.outcome, each.words) for each in status.left] == [(Outcome.CHANGED, "something lies there now")]
    _, issued = run(archive, plan)  # it is what was registered, and goes as planned
    assert (issued.content["absent"], len(issued.content["destroyed"])) == ([], 1)
    assert not path.exists()


def test_what_cannot_be_reached_is_not_absent(archive):
    plan = lose(archive)
    run(archive, plan)
    confirm_absence(archive.ports, FIRST, plan.id, ["gone"], REASON)

    def fault(name):
        if name == "begun":
            archive.root.rename(archive.root.with_name("unmounted"))

    status, issued = run(archive, plan, fault=fault)

    assert issued is None
    assert status.left[0].outcome is Outcome.FAILED
    assert "cannot be opened" in status.left[0].words


def test_a_record_that_was_corrected_since_is_not_closed(archive):
    plan = lose(archive)
    run(archive, plan)
    confirm_absence(archive.ports, FIRST, plan.id, ["gone"], REASON)
    correct_record(archive.ports, OWNER, PROJECT, "gone", triggers={},
                   fields={"store": f"{archive.place.at}/elsewhere"}, reason="it lies elsewhere")  # fmt: skip

    status, issued = run(archive, plan)

    assert issued is None
    assert status.left[0].words == "the register's record was changed since the plan: plan anew; nothing is there"


def test_a_row_that_was_removed_behind_our_back_is_not_closed(archive):
    plan = lose(archive)
    run(archive, plan)
    del archive.ports.register.state.records["retained", f"{PROJECT}/gone"]

    status, _ = run(archive, plan)

    assert (status.left[0].outcome, status.left[0].incident) == (Outcome.CHANGED, "")


def test_an_absent_one_can_be_left_out_too(archive):
    plan = lose(archive, "there")
    run(archive, plan)
    excuse_records(archive.ports, FIRST, plan.id, ["gone"], "we look for it in the other archive")

    _, issued = run(archive, plan)

    assert issued.content["absent"] == []
    assert "(absent)" in issued.content["not_reached"][0]["why"]
    assert len(list_retained(archive.ports, OWNER, PROJECT)) == 1


def decide(archive, prevails):
    pair = [f"project.labelled_batches.{kind}" for kind in ("minimum", "maximum")]
    resolve_conflict(archive.ports, SECOND, PROJECT, CLASS, *pair, prevails=pair[prevails], reason="counsel's opinion")


def keep_at_least(archive, **period):
    set_rule(
        archive.ports, OWNER, PROJECT, CLASS, kind=RuleKind.MINIMUM, period=Period(**period),
        event=TriggerEvent.CREATION, action=Action.DESTROY, reason="by the law of the land",
    )  # fmt: skip


def test_the_absence_of_what_is_still_to_be_kept_is_an_incident(archive):
    keep_at_least(archive, years=9)
    archive.add("gone").unlink()
    archive.add("too").unlink()
    decide(archive, 1)
    plan = archive.approved()  # while the maximum prevailed
    decide(archive, 0)

    status, _ = run(archive, plan)

    said = f"schedule of the project, owner, {DAY} keeps it until 2035-01-05"
    assert [each.incident for each in status.left] == [said, said]
    confirmed = confirm_absence(archive.ports, FIRST, plan.id, [], REASON)
    assert [each.incident for each in confirmed] == [said, said]
    _, issued = run(archive, plan)
    assert [each["incident"] for each in issued.content["absent"]] == [said, said]


def test_a_minimum_whose_last_day_has_not_ended_everywhere_still_keeps(archive):
    """At ten in the morning in UTC the day before is not over on every island."""
    keep_at_least(archive, days=322)
    archive.add("gone").unlink()
    decide(archive, 1)
    plan = archive.approved()
    decide(archive, 0)
    status, _ = run(archive, plan)
    said = f"schedule of the project, owner, {DAY} keeps it until 2026-11-23"
    assert [each.incident for each in status.left] == [said]


def test_a_minimum_that_has_ended_is_said_and_not_more(archive):
    keep_at_least(archive, days=5)
    plan = lose(archive)

    status, _ = run(archive, plan)

    words = "nothing is there; its minimum ended with 2026-01-10, and whether it went before is not known"
    assert (status.left[0].words, status.left[0].incident) == (words, "")


STEPS = ["begun", "before the end", "ended", "all batches", "certified"]


@pytest.mark.parametrize("step", range(len(STEPS)), ids=STEPS)
def test_a_stop_while_it_is_closed_is_finished_by_the_next_run(stored, step):
    plan = lose(stored)
    run(stored, plan)
    confirm_absence(stored.ports, FIRST, plan.id, ["gone"], REASON)
    stop = Steps(step)
    with pytest.raises(Boom):
        run(stored, plan, stores=stored.stores(stop), fault=stop)

    _, issued = run(stored, plan)

    assert [each["record"] for each in issued.content["absent"]] == ["gone"]
    kinds = [parse_entry(data).kind for data in stored.ports.log.entries()]
    assert kinds.count("retention.absent") == 1
    check_records(stored.ports, OWNER).check()


# --- who planned it


def test_who_planned_it_is_none_of_the_two(archive):
    archive.add("batch-1")
    both = Actor("officer-1", frozenset(Role))
    plan = plan_destruction(archive.ports, both, PROJECT, DAY, "expired batches")
    with pytest.raises(RefusedError, match="planned this destruction and may not approve it"):
        approve_plan(archive.ports, both, plan.id, plan.digest)
    approve_plan(archive.ports, SECOND, plan.id, plan.digest)
    with pytest.raises(RefusedError, match="1 more approval is"):
        run(archive, plan)
    assert approve_plan(archive.ports, EXECUTOR, plan.id, plan.digest).state == "approved"
    assert run(archive, plan)[1].content["plan"]["planner_approves"] is False


def test_in_a_firm_of_two_the_plan_and_the_certificate_say_that_the_planner_approved(archive):
    archive.add("batch-1")
    both = Actor("officer-1", frozenset(Role))
    plan = plan_destruction(archive.ports, both, PROJECT, DAY, "expired batches", planner_approves=True)
    approve_plan(archive.ports, both, plan.id, plan.digest)
    with pytest.raises(RefusedError, match="approved this plan already"):
        approve_plan(archive.ports, both, plan.id, plan.digest)
    approve_plan(archive.ports, SECOND, plan.id, plan.digest)
    said = run(archive, plan)[1].content
    assert said["plan"]["planner_approves"] is True
    assert {each["actor"] for each in said["approvals"]} == {"officer-1", "counsel-1"}
