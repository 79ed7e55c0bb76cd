"""A gap is accepted for a time: it stays a gap, and the waiver ends by itself."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from govern.audit import find_body
from govern.errors import ContentError, FactError, RefusedError, StoreError
from govern.kernel import FactValue
from govern.rules import Status
from govern.usecases.gaps import check_gaps, read_check
from govern.usecases.logs import verify_store
from govern.usecases.projects import answer_facts, save_project
from govern.usecases.records import ASSESSMENT, WAIVERS
from govern.usecases.waivers import grant_waiver, last_day, list_waivers, revoke_waiver

from ..library.trees import FILES

OBLIGATIONS = "rules/law/obligations/one.yaml"
REASON = "the audit is booked for March"


@pytest.fixture
def ports(small, actor, arrangement):
    made = small()
    save_project(made, actor, arrangement)
    return made


@pytest.fixture
def grant(ports, actor, day):
    """A function that waives the one gap."""

    def run(obligation="L-1", reason=REASON, days=30, **more):
        return grant_waiver(
            ports, actor, "one", obligation, reason=reason, expires_on=day + timedelta(days=days), **more
        )

    return run


def test_a_granted_waiver_says_who_why_and_until_when(ports, actor, day, grant, logged):
    granted = grant(approver="a-17", reason=f"  {REASON}  ")
    assert (granted.obligation, granted.approver, granted.reason) == ("L-1", "a-17", REASON)
    assert (granted.granted_on, granted.expires_on, granted.revoked_on) == (day, day + timedelta(days=30), None)
    assert list_waivers(ports, actor, "one") == [granted]

    entry = logged()[-1]
    with ports.register.begin(write=False) as unit:
        record = unit.find(WAIVERS, "one")
    assert (entry.kind, entry.object, entry.matter) == ("waiver.granted", "waivers:one@1", "project:one")
    assert (entry.actor, entry.body) == (actor.id, f"sha256:{record.digest}")


@pytest.mark.parametrize("approver", ["", "   "])
def test_who_grants_approves_unless_somebody_is_named(actor, grant, approver):
    assert grant(approver=approver).approver == actor.id


def test_nothing_of_the_reason_stands_in_the_log_in_the_clear(ports, grant):
    grant(approver="a-17")
    for data in ports.log.entries():
        assert b"March" not in data
        assert b"a-17" not in data


def test_the_same_waivers_twice_have_another_digest(ports, actor, grant):
    """Salted: who guesses the reason cannot find it by hashing."""
    for _ in range(2):
        revoke_waiver(ports, actor, "one", grant().id)
    bodies = [find_body(data) for data in ports.log.entries()]
    assert len(bodies) == len(set(bodies))


def test_a_waived_gap_is_still_a_gap_with_the_waiver_beside_it(ports, actor, day, grant, logged):
    granted = grant()
    checked = check_gaps(ports, actor, "one", day)
    (finding,) = checked.assessment.findings
    assert finding.status is Status.GAP
    assert checked.waivers == {"L-1": granted}

    with ports.register.begin(write=False) as unit:
        body = json.loads(unit.find(ASSESSMENT, checked.assessment_id).body)
    assert [(each["status"], each["waiver"]) for each in body["findings"]] == [("gap", granted.id)]


def test_a_check_has_the_waivers_of_its_day(ports, actor, day, grant):
    granted = grant(days=30)
    for days, holds in ((-1, False), (0, True), (30, True), (31, False)):
        checked = read_check(ports, "one", day + timedelta(days=days))
        assert checked.waivers == ({"L-1": granted} if holds else {}), days


def test_a_new_waiver_ends_the_one_that_holds_and_leaves_those_that_have_ended(ports, actor, day, clock, grant):
    short = grant(days=1)
    clock.time += timedelta(days=2)
    later = day + timedelta(days=2)
    first, second = grant(days=40), grant(days=20)
    ended = replace(first, revoked_on=later)
    assert list_waivers(ports, actor, "one") == [short, ended, second]
    assert [read_check(ports, "one", each).waivers.get("L-1") for each in (day, later)] == [short, second]


def test_a_new_waiver_of_one_duty_leaves_that_of_another(small, actor, arrangement, day):
    both = FILES[OBLIGATIONS] + FILES[OBLIGATIONS].lstrip("\n").replace("L-1", "L-2")
    ports = small(**{OBLIGATIONS: both})
    save_project(ports, actor, arrangement)
    granted = {each: grant_waiver(ports, actor, "one", each, reason=REASON, expires_on=day) for each in ("L-1", "L-2")}
    assert read_check(ports, "one", day).waivers == granted
    assert list_waivers(ports, actor, "one") == list(granted.values())


def test_a_revoked_waiver_ends_today_and_stays_in_the_list(ports, actor, day, grant, logged):
    granted = grant()
    revoked = revoke_waiver(ports, actor, "one", granted.id)
    assert revoked == replace(granted, revoked_on=day)
    assert not revoked.covers(day)
    assert list_waivers(ports, actor, "one") == [revoked]
    assert read_check(ports, "one", day).waivers == {}
    assert (logged()[-1].kind, logged()[-1].object) == ("waiver.revoked", "waivers:one@2")
    assert verify_store(ports, actor).size == len(logged())


def test_what_was_checked_before_a_revocation_is_found_again(ports, actor, day, clock, grant):
    """A check of the day before has the waiver that held then."""
    granted = grant()
    clock.time += timedelta(days=5)
    revoke_waiver(ports, actor, "one", granted.id)
    for days, holds in ((0, True), (4, True), (5, False), (6, False)):
        assert ("L-1" in read_check(ports, "one", day + timedelta(days=days)).waivers) is holds, days


@pytest.mark.parametrize("days", [0, 1, 365])
def test_a_waiver_may_end_today_or_within_a_year(grant, day, days):
    assert grant(days=days).expires_on == day + timedelta(days=days)


@pytest.mark.parametrize(
    ("granted", "last"),
    [
        (date(2026, 11, 24), date(2027, 11, 24)),
        (date(2027, 3, 1), date(2028, 3, 1)),
        (date(2028, 2, 29), date(2029, 2, 28)),
        (date(2028, 2, 28), date(2029, 2, 28)),
    ],
)
def test_a_year_is_a_year_of_the_calendar(granted, last):
    assert last_day(granted) == last


REFUSED = {
    "an unknown obligation": ({"obligation": "L-2"}, ContentError, "there is no obligation `L-2`", "`L-1`"),
    "an end that is past": ({"days": -1}, FactError, "a waiver until 2026-11-23 is past", "2026-11-24 to 2027-11-24"),
    "an end too far": ({"days": 366}, FactError, "is too long", "a day from 2026-11-24 to 2027-11-24"),
    "no reason": ({"reason": ""}, FactError, "10 to 2,000 characters", "why the risk is acceptable"),
    "a reason of nine characters": ({"reason": "too short"}, FactError, "10 to 2,000 characters", ""),
    "a reason of blanks": ({"reason": " " * 40}, FactError, "10 to 2,000 characters", ""),
    "a reason that is padded": ({"reason": "  short   " + " " * 40}, FactError, "10 to 2,000 characters", ""),
    "a reason too long": ({"reason": "x" * 2001}, FactError, "10 to 2,000 characters", ""),
    "a reason of two lines": ({"reason": "one line\nand another"}, FactError, "must be one line", ""),
    "a reason that speaks to the terminal": ({"reason": "all is well\x1b[2J"}, FactError, "must be one line", ""),
    "an approver of two lines": ({"approver": "a\nb"}, FactError, "the approver must be one line", ""),
    "an approver too long": ({"approver": "x" * 201}, FactError, "the approver must be one line", ""),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_waiver_is_refused_and_not_recorded(ports, actor, grant, name):
    words, error, message, hint = REFUSED[name]
    head = ports.log.head()
    with pytest.raises(error) as caught:
        grant(**words)
    assert message in caught.value.message
    assert hint in caught.value.hint
    assert ports.log.head() == head
    assert list_waivers(ports, actor, "one") == []


@pytest.mark.parametrize(("fact", "answer", "why"), [
    ("contract.terms", ["dpa.audit"], "it is met; only gaps are waived"),
    ("vendor.role", "controller", "it is not applicable; only gaps are waived"),
    ("contract.terms", None, "it is open: answer what it waits for; only gaps are waived"),
])  # fmt: skip
def test_what_is_no_gap_cannot_be_waived(ports, actor, grant, fact, answer, why):
    answer_facts(ports, actor, "one", {fact: FactValue(value=answer) if answer is not None else None})
    with pytest.raises(RefusedError, match="`L-1` is no gap of `one`") as caught:
        grant()
    assert caught.value.hint == why


def test_an_unknown_project_has_no_waivers(ports, actor, day):
    head = ports.log.head()
    for act in (
        lambda: list_waivers(ports, actor, "two"),
        lambda: revoke_waiver(ports, actor, "two", "000"),
        lambda: grant_waiver(ports, actor, "two", "L-1", reason=REASON, expires_on=day),
    ):
        with pytest.raises(StoreError, match="there is no project `two`"):
            act()
    assert ports.log.head() == head


def test_only_a_waiver_that_holds_is_revoked(ports, actor, clock, grant):
    with pytest.raises(StoreError, match="there is no waiver `abc`") as caught:
        revoke_waiver(ports, actor, "one", "abc")
    assert caught.value.hint == "govern waiver list one shows them"

    first, second = grant(days=1), grant(days=90)
    with pytest.raises(StoreError) as caught:
        revoke_waiver(ports, actor, "one", second.id[:-1] + "x")
    assert second.id in caught.value.hint

    revoke_waiver(ports, actor, "one", second.id)
    head = ports.log.head()
    for ended in (first, second):
        with pytest.raises(RefusedError, match="does not hold today"):
            revoke_waiver(ports, actor, "one", ended.id)
    assert ports.log.head() == head


def test_the_year_is_counted_from_the_day_of_the_grant(ports, actor, clock):
    clock.time += timedelta(days=100)
    with pytest.raises(FactError):
        grant_waiver(ports, actor, "one", "L-1", reason=REASON, expires_on=date(2026, 11, 24))
    assert grant_waiver(ports, actor, "one", "L-1", reason=REASON, expires_on=date(2027, 12, 1)).id
