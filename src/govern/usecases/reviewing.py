"""What follows when a record's time has come and its rule says `review`, `transfer` or `return`.

    retention.reviewed       a person decided: destroy, transfer, return, or keep until a day
    retention.handed_over    it went to somebody, whose receipt is kept; the copy that is left is due for destruction

Nothing is deleted here. What is to be destroyed goes the way of every destruction: plan, approval of two people,
certificate.
"""

from dataclasses import replace
from datetime import date

from govern.errors import FactError, RefusedError
from govern.kernel import Actor, check_may
from govern.retention import HANDED_OVER, Action, Determination, HandOver, Review, Verdict
from govern.usecases.ports import Ports
from govern.usecases.records import get_project
from govern.usecases.retained import decide_records, get_retained
from govern.usecases.retaining import restand
from govern.usecases.schedules import check_line

LARGEST_RECEIPT = 32 * 1024 * 1024
"""Bytes of a receipt's file."""


def decide_review(
    ports: Ports, actor: Actor, project: str, id_: str, action: Action, reason: str, until: date | None = None
) -> tuple[Determination, Determination]:
    """Decide what becomes of a record that is due for review: what the schedule said before and says now.

    `until` is the last day of a longer keeping, and only with `keep`; it ends before the day by which a law wants the
    record destroyed. Raises RefusedError where no review is due.
    """
    check_may(actor, "decide_review")
    check_line(reason, "reason", 10, 2000)
    today = ports.now().date()
    if action is Action.REVIEW:
        raise FactError("a review does not end with a review", where="decision", hint="keep it until a day")
    if (action is Action.KEEP) != (until is not None):
        hint = "a day until which it is kept goes with `keep`, and with nothing else"
        raise FactError("the decision and the day do not go together", where="until", hint=hint)
    if until is not None and until <= today:
        raise FactError(f"`{until.isoformat()}` is not ahead", where="until", hint="the last day of a longer keeping")
    with ports.register.begin(write=True) as unit:
        get_project(unit, project)
        known = get_retained(unit, project, id_)
        decide = decide_records(ports, unit, project, today)
        found = decide(known)
        rule = found.rule
        if found.verdict is not Verdict.DUE or found.action != Action.REVIEW or rule is None or found.due is None:
            raise RefusedError(f"`{id_}` is not due for review: {_say(found)}", hint=_look(project))
        if until is not None and found.destroy_by is not None and until >= found.destroy_by:
            assert found.limits is not None
            raise RefusedError(
                f"{found.limits.cite.pinpoint} wants `{id_}` destroyed by {found.destroy_by.isoformat()}",
                where="until",
                hint="a hold keeps it longer: govern retention hold",
            )
        review = Review(rule.id, found.due, action, actor.id, reason.strip(), today, until)
        pair = restand(ports, actor, unit, known, replace(known, review=review), decide, "retention.reviewed", reason)

    ports.log.sequence()
    return pair


def hand_over(
    ports: Ports, actor: Actor, project: str, id_: str, to: str, receipt: bytes, on: date, reason: str
) -> tuple[Determination, Determination]:
    """Note that a record which is due for it was handed to somebody, with the receipt: the schedule before and now.

    What lies in the record's store is a copy from then on, and due for destruction. Raises RefusedError where no
    transfer and no return is due, FactError for a day before that of the decision, or of the trigger where the schedule
    itself says so.
    """
    check_may(actor, "hand_over")
    check_line(to, "to", 2, 200)
    check_line(reason, "reason", 10, 2000)
    today = ports.now().date()
    if on > today:
        raise FactError(f"`{on.isoformat()}` is in the future", where="on", hint="the day on which it was handed over")
    if not receipt or len(receipt) > LARGEST_RECEIPT:
        hint = f"a file of at most {LARGEST_RECEIPT // 1024 // 1024} MiB, and not empty"
        raise FactError("this is no receipt", where="receipt", hint=hint)
    with ports.register.begin(write=True) as unit:
        get_project(unit, project)
        known = get_retained(unit, project, id_)
        decide = decide_records(ports, unit, project, today)
        found = decide(known)
        if found.verdict is not Verdict.DUE or found.action not in HANDED_OVER:
            raise RefusedError(f"`{id_}` is not due for transfer or return: {_say(found)}", hint=_look(project))
        since, why = _earliest(found)
        if since is not None and on < since:
            hint = f"not before {since}, {why}"
            raise FactError(f"`{on.isoformat()}` is before there was anything to hand over", where="on", hint=hint)
        changed = replace(known, handed_over=HandOver(to.strip(), on, ports.files.put(receipt), actor.id))
        pair = restand(ports, actor, unit, known, changed, decide, "retention.handed_over", reason)

    ports.log.sequence()
    return pair


def _earliest(found: Determination) -> tuple[date | None, str]:
    """The first day on which a record can have been handed over, and what happened on it; None if nobody knows it."""
    rule, review = found.rule, found.record.review
    assert rule is not None  # something made it due
    if rule.action is Action.REVIEW and review is not None:
        return review.decided_on, "the day of the decision"
    event = rule.event
    return (found.record.triggers.get(event) if event is not None else None), "the day that its period runs from"


def _say(found: Determination) -> str:
    if found.action:
        return f"it is due for {'destruction' if found.action == Action.DESTROY else found.action}"
    return f"{found.verdict.value}, {found.words}"


def _look(project: str) -> str:
    return f"govern retention due {project}"
