"""Waive a gap for a time: who accepts it, why, and until when."""

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from govern.errors import FactError, RefusedError, StoreError
from govern.kernel import Actor, canonical_bytes, check_may, suggest
from govern.rules import Status, Waiver
from govern.usecases.gaps import assess_project
from govern.usecases.ports import Ports
from govern.usecases.records import WAIVERS, get_project, project_matter, read_waivers, record_event


def last_day(granted: date) -> date:
    """The last day that a waiver may have. A risk accepted for longer than a year is a decision to take again."""
    leap_day = (granted.month, granted.day) == (2, 29)
    return granted.replace(year=granted.year + 1, day=28 if leap_day else granted.day)


_NOT_GAPS = {Status.OPEN: "open: answer what it waits for", Status.MET: "met", Status.NOT_APPLICABLE: "not applicable"}


def grant_waiver(
    ports: Ports, actor: Actor, project: str, obligation: str, *, reason: str, expires_on: date, approver: str = ""
) -> Waiver:
    """Accept a gap until a day, and record who approved it and why.

    The finding stays a gap; the waiver stands beside it, and ends another that holds for the same obligation.
    `approver` is the actor unless somebody else is named. Raises RefusedError where there is no gap to waive, FactError
    on a reason too short to mean anything, or on an expiry that is past or more than a year away.
    """
    check_may(actor, "waive_gap")
    today = ports.now().date()
    _check_words(reason, approver)
    if not today <= expires_on <= last_day(today):
        raise FactError(
            f"a waiver until {expires_on.isoformat()} is {'past' if expires_on < today else 'too long'}",
            where="expires",
            hint=f"a day from {today.isoformat()} to {last_day(today).isoformat()}",
        )
    with ports.register.begin(write=False) as unit:
        known = get_project(unit, project)
    checked = assess_project(ports, known, today)
    checked.book.get_rule(obligation)
    finding = next(each for each in checked.assessment.findings if each.obligation.id == obligation)
    if finding.status is not Status.GAP:
        hint = f"it is {_NOT_GAPS[finding.status]}; only gaps are waived"
        raise RefusedError(f"`{obligation}` is no gap of `{project}`", hint=hint)

    approved_by = approver.strip() or actor.id
    waiver = Waiver(ports.new_id()[:12], obligation, approved_by, reason.strip(), today, expires_on)

    def grant(waivers: list[Waiver]) -> list[Waiver]:
        ended = [
            replace(each, revoked_on=today) if each.obligation == obligation and each.covers(today) else each
            for each in waivers
        ]
        return [*ended, waiver]

    _change(ports, actor, project, "waiver.granted", grant)
    return waiver


def revoke_waiver(ports: Ports, actor: Actor, project: str, waiver: str) -> Waiver:
    """End a waiver today. Raises StoreError if there is none with this id, RefusedError if it has ended already."""
    check_may(actor, "waive_gap")
    today = ports.now().date()
    found: list[Waiver] = []

    def revoke(waivers: list[Waiver]) -> list[Waiver]:
        ids = [each.id for each in waivers]
        if waiver not in ids:
            raise StoreError(
                f"there is no waiver `{waiver}` of `{project}`",
                hint=suggest(waiver, ids) or f"govern waiver list {project} shows them",
            )
        place = ids.index(waiver)
        if not waivers[place].covers(today):
            raise RefusedError(f"the waiver `{waiver}` does not hold today", hint="there is nothing to revoke")
        found.append(replace(waivers[place], revoked_on=today))
        return [*waivers[:place], found[0], *waivers[place + 1 :]]

    _change(ports, actor, project, "waiver.revoked", revoke)
    return found[0]


def list_waivers(ports: Ports, actor: Actor, project: str) -> list[Waiver]:
    """All waivers of a project, those that have ended too, in the order of their granting."""
    check_may(actor, "read")
    with ports.register.begin(write=False) as unit:
        get_project(unit, project)
        return read_waivers(unit, project)


def _change(
    ports: Ports, actor: Actor, project: str, event: str, change: Callable[[list[Waiver]], list[Waiver]]
) -> None:
    with ports.register.begin(write=True) as unit:
        get_project(unit, project)
        earlier = unit.find(WAIVERS, project)
        changed = [_plain(each) for each in change(read_waivers(unit, project))]
        body = canonical_bytes({"salt": ports.new_id(), "waivers": changed})
        record = unit.save(WAIVERS, project, body, read_version=earlier.version if earlier else 0)
        unit.emit(record_event(ports, actor, event, record, project_matter(project)))

    ports.log.sequence()


def _plain(waiver: Waiver) -> dict[str, Any]:
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in asdict(waiver).items()}


def _check_words(reason: str, approver: str) -> None:
    if not 10 <= len(reason.strip()) <= 2000 or not reason.isprintable():
        raise FactError(
            "the reason must be one line of 10 to 2,000 characters",
            where="reason",
            hint="say why the risk is acceptable",
        )
    if len(approver) > 200 or not approver.isprintable():
        raise FactError("the approver must be one line of at most 200 characters", where="approver")
