"""What is due: records, legal deadlines that run, proof and waivers that lapse."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from govern.errors import FactError, RefusedError, StoreError
from govern.kernel import Evidence, FactValue
from govern.retention import DeadlineEvent, HoldScope, RetainedRecord, TriggerEvent
from govern.usecases.due import DueItem, close_occurrence, extend_deadline, list_due, note_occurrence, read_occurrences
from govern.usecases.holds import issue_hold
from govern.usecases.projects import answer_facts
from govern.usecases.retaining import add_record
from govern.usecases.waivers import grant_waiver

REASON = "counsel's note of the day"
BREACH, REQUEST = DeadlineEvent.BREACH, DeadlineEvent.REQUEST


@pytest.fixture
def ports(world, saved):
    from hashlib import sha256

    return replace(world, new_id=lambda: sha256(world.new_id().encode()).hexdigest()[:32])


def due(ports, actor, day, project="hospital-ct", days=90, kind=None):
    found = list_due(ports, actor, project, day, day + timedelta(days=days))
    return [each for each in found if kind is None or each.kind == kind]


def test_an_event_starts_its_deadlines(ports, actor, day, logged):
    at = datetime(2026, 11, 23, 9, 30, tzinfo=timezone(timedelta(hours=1)))
    noted, started = note_occurrence(ports, actor, "hospital-ct", BREACH, at, "lost disk")
    ends = {each.deadline.id: (each.day, each.moment) for each in started}
    assert ends["gdpr.breach_to_authority"] == (date(2026, 11, 26), datetime(2026, 11, 26, 8, 30, tzinfo=UTC))
    assert ends["gdpr.breach_to_controller"] == (None, None)
    assert ends["hipaa.breach_to_individuals"] == (date(2027, 1, 22), None)
    assert ends["hipaa.breach_to_hhs_small"] == (date(2027, 3, 1), None)
    assert "glba.breach_to_ftc" not in ends  # it does not apply to the hospital
    assert (logged()[-1].kind, logged()[-1].matter) == ("deadline.started", "project:hospital-ct")
    with ports.register.begin(write=False) as unit:
        assert [(each.id, each.at) for each in read_occurrences(unit, "hospital-ct")] == [(noted.id, at)]
    found = due(ports, actor, day, days=60, kind="deadline")
    assert [each.at for each in found][:2] == [None, datetime(2026, 11, 26, 8, 30, tzinfo=UTC)]
    assert found[1].day == date(2026, 11, 26)
    assert found[1].words == "lost disk: within 72 hours"
    assert found[1].authority == "GDPR Art. 33(1)"
    assert "hipaa.breach_to_hhs_small" not in {each.id.split(".", 1)[1] for each in found}


def test_the_longest_extension_is_said(ports, actor, day):
    note_occurrence(ports, actor, "hospital-ct", REQUEST, date(2026, 11, 23), "request 12")
    words = {each.id.split(".", 1)[1]: each.words for each in due(ports, actor, day, kind="deadline")}
    assert words["gdpr.request_answer"].endswith("(extended: 2027-02-23)")


@pytest.mark.parametrize(("on", "over"), [
    ("2026-11-26T08:00:00+00:00", False), ("2026-11-26T09:00:00+00:00", True), ("2026-11-27T00:00:00+00:00", True),
])  # fmt: skip
def test_a_deadline_that_is_over_is_overdue(ports, actor, clock, on, over):
    """Of hours the moment counts, and of days the last one counts whole."""
    at = datetime(2026, 11, 23, 9, 30, tzinfo=timezone(timedelta(hours=1)))
    note_occurrence(ports, actor, "hospital-ct", BREACH, at, "lost disk")
    note_occurrence(ports, actor, "hospital-ct", REQUEST, date(2026, 10, 26), "request 12")
    clock.time = datetime.fromisoformat(on)
    found = due(ports, actor, clock.time.date(), days=60, kind="deadline")
    late = {each.id.split(".", 1)[1] for each in found if each.overdue}
    assert ("gdpr.breach_to_authority" in late) is over
    assert ("gdpr.request_answer" in late) is (on > "2026-11-27")
    assert not {each.id for each in found if each.overdue and (each.at is None or each.day > clock.time.date())}


@pytest.mark.parametrize(("state", "at", "asks"), [
    ("", None, True), ("waiting", None, True), ("", date(2026, 11, 24), True), ("", date(2026, 11, 25), False),
    ("due", date(2026, 11, 25), True), ("keep", date(2026, 11, 24), False), ("conflict", date(2026, 11, 24), True),
    ("held", date(2027, 1, 1), False),
])  # fmt: skip
def test_what_asks_somebody_to_act(state, at, asks, day):
    """A minimum that ends today may have ended here and not where its day ends last: its verdict says so."""
    assert DueItem("record", "p", "i", at, "t", "w", state=state).asks_on(day) is asks


def test_what_is_closed_is_not_due(ports, actor, day, logged):
    noted, _ = note_occurrence(ports, actor, "hospital-ct", BREACH, day, "lost disk")
    closed, ended = close_occurrence(ports, actor, "hospital-ct", noted.id, REASON)
    assert closed == replace(noted, closed_on=day)
    assert {each.deadline.id for each in ended} >= {"gdpr.breach_to_authority", "hipaa.breach_to_individuals"}
    assert due(ports, actor, day, kind="deadline") == []
    assert logged()[-1].kind == "deadline.closed"
    with pytest.raises(RefusedError, match="was closed on 2026-11-24"):
        close_occurrence(ports, actor, "hospital-ct", noted.id, REASON)
    with pytest.raises(StoreError, match="there is no event `nothing`"):
        close_occurrence(ports, actor, "hospital-ct", "nothing", REASON)
    with pytest.raises(FactError, match="the reason must be one line"):
        close_occurrence(ports, actor, "hospital-ct", noted.id, "")


def running(ports, actor, day):
    return {each.id.split(".", 1)[1] for each in due(ports, actor, day, days=400, kind="deadline")}


def test_one_deadline_is_closed_and_the_others_go_on(ports, actor, day, logged):
    noted, started = note_occurrence(ports, actor, "hospital-ct", BREACH, day, "lost disk")
    every = {each.deadline.id for each in started}
    id_ = f"{noted.id}.gdpr.breach_to_authority"
    closed, ended = close_occurrence(ports, actor, "hospital-ct", id_, REASON)
    assert (closed.closed_on, closed.done) == (None, {"gdpr.breach_to_authority": day})
    assert [each.deadline.id for each in ended] == ["gdpr.breach_to_authority"]
    assert running(ports, actor, day) == every - {"gdpr.breach_to_authority"}
    assert logged()[-1].kind == "deadline.closed"

    head = ports.log.head()
    with pytest.raises(RefusedError, match="breach_to_authority` was closed on 2026-11-24"):
        close_occurrence(ports, actor, "hospital-ct", id_, REASON)
    with pytest.raises(StoreError, match=r"has no deadline `gdpr\.breach_to_authorit`") as caught:
        close_occurrence(ports, actor, "hospital-ct", id_[:-1], REASON)
    assert "gdpr.breach_to_" in caught.value.hint
    with pytest.raises(StoreError, match="has no deadline `x`") as caught:
        close_occurrence(ports, actor, "hospital-ct", f"{noted.id}.x", REASON)
    assert "hipaa.breach_to_individuals" in caught.value.hint
    assert ports.log.head() == head

    _, ended = close_occurrence(ports, actor, "hospital-ct", noted.id, REASON)
    assert {each.deadline.id for each in ended} == every - {"gdpr.breach_to_authority"}
    assert running(ports, actor, day) == set()


def test_an_extension_that_was_used_moves_the_last_day(ports, actor, day, logged):
    noted, _ = note_occurrence(ports, actor, "hospital-ct", REQUEST, date(2026, 10, 31), "request 12")
    id_ = f"{noted.id}.gdpr.request_answer"
    longer = extend_deadline(ports, actor, "hospital-ct", id_, day, REASON)
    assert (longer.day, longer.last) == (date(2026, 11, 30), date(2027, 2, 1))
    assert logged()[-1].kind == "deadline.extended"
    (found,) = [each for each in due(ports, actor, day, kind="deadline") if each.id == id_]
    assert found.at == date(2027, 2, 1)
    assert found.words.endswith("(extended on 2026-11-24, before that 2026-11-30)")
    assert id_ not in {each.id for each in due(ports, actor, day, days=30, kind="deadline")}
    with pytest.raises(RefusedError, match=r"`gdpr\.request_answer` was extended on 2026-11-24"):
        extend_deadline(ports, actor, "hospital-ct", id_, day, REASON)


@pytest.mark.parametrize(("event", "at", "name", "on", "error", "message"), [
    (REQUEST, date(2026, 9, 1), "gdpr.request_answer", date(2026, 10, 2), RefusedError,
     "the last day of `gdpr.request_answer` was 2026-10-01"),
    (REQUEST, date(2026, 9, 1), "gdpr.request_answer", date(2026, 8, 31), FactError, "2026-08-31 cannot be the day"),
    (REQUEST, datetime(2026, 11, 1, tzinfo=UTC), "gdpr.request_answer", date(2026, 11, 26), FactError,
     "2026-11-26 cannot be the day"),
    (BREACH, date(2026, 11, 20), "hipaa.breach_to_individuals", date(2026, 11, 21), RefusedError, "knows no extension"),
    (BREACH, date(2026, 11, 20), "gdpr.breach_to_controller", date(2026, 11, 21), RefusedError, "knows no extension"),
    (BREACH, date(2026, 11, 20), "", date(2026, 11, 21), FactError, "names no deadline"),
])  # fmt: skip
def test_an_extension_that_cannot_be_is_refused(ports, actor, event, at, name, on, error, message):
    noted, _ = note_occurrence(ports, actor, "hospital-ct", event, at, "request 12")
    head = ports.log.head()
    with pytest.raises(error, match=message):
        extend_deadline(ports, actor, "hospital-ct", f"{noted.id}.{name}".rstrip("."), on, REASON)
    assert ports.log.head() == head


def test_the_offset_of_a_moment_is_kept(ports, actor, day):
    at = datetime(2026, 11, 10, 22, 30, tzinfo=timezone(timedelta(hours=-7)))  # 11 November in New York
    note_occurrence(ports, actor, "hospital-ct", BREACH, at, "lost disk")
    with ports.register.begin(write=False) as unit:
        assert [each.at.isoformat() for each in read_occurrences(unit, "hospital-ct")] == [at.isoformat()]
    days = {each.id.split(".", 1)[1]: each.day for each in due(ports, actor, day, kind="deadline")}
    assert days["hipaa.breach_to_individuals"] == date(2027, 1, 9)


@pytest.mark.parametrize(("at", "day"), [
    (None, None), (date(2026, 11, 28), date(2026, 11, 28)),
    (datetime.fromisoformat("2026-11-28T09:00+13:00"), date(2026, 11, 27)),
    (datetime.fromisoformat("2026-11-27T22:00-07:00"), date(2026, 11, 27)),
])  # fmt: skip
def test_the_day_of_a_moment_is_never_a_day_too_late(at, day):
    assert DueItem("deadline", "p", "i", at, "t", "w").day == day


def test_what_was_noted_before_there_were_parts_is_read(ports, actor, day):
    from govern.kernel import canonical_bytes

    body = {"at": "2026-11-23T08:30:00.000000Z", "closed_on": None, "event": "breach", "reason": "", "salt": "0" * 32,
            "title": "lost disk"}  # fmt: skip
    with ports.register.begin(write=True) as unit:
        unit.save("occurrence", "hospital-ct/0123456789ab", canonical_bytes(body), read_version=0)
    assert "gdpr.breach_to_authority" in running(ports, actor, day)
    closed, _ = close_occurrence(ports, actor, "hospital-ct", "0123456789ab.gdpr.breach_to_authority", REASON)
    assert closed.at == datetime(2026, 11, 23, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize(("at", "title", "message"), [
    (date(1899, 12, 31), "lost disk", "1899-12-31 is too long ago"),
    (datetime(1, 1, 1, tzinfo=UTC), "lost disk", "is too long ago"),
    (date(2026, 11, 26), "lost disk", "2026-11-26 is yet to come"),
    (datetime(2030, 1, 1, tzinfo=UTC), "lost disk", "is yet to come"),
    (datetime(2026, 11, 24), "lost disk", "the moment has no zone"),  # noqa: DTZ001
    (date(2026, 11, 24), "", "the title must be one line"), (date(2026, 11, 24), "a\nb", "the title must be one line"),
])  # fmt: skip
def test_what_cannot_have_happened_is_refused(ports, actor, at, title, message):
    head = ports.log.head()
    with pytest.raises(FactError) as caught:
        note_occurrence(ports, actor, "hospital-ct", BREACH, at, title)
    assert message in caught.value.message
    assert ports.log.head() == head


def test_tomorrow_can_be_today_elsewhere(ports, actor, day):
    note_occurrence(ports, actor, "hospital-ct", BREACH, day + timedelta(days=1), "lost disk")


def test_an_unknown_fact_leaves_it_open_whether_a_deadline_applies(ports, actor, day):
    answer_facts(ports, actor, "hospital-ct", {"client.hipaa_role": None})
    _, started = note_occurrence(ports, actor, "hospital-ct", BREACH, day, "lost disk")
    unknown = {each.deadline.id for each in started if each.applies is None}
    assert "hipaa.breach_to_individuals" in unknown
    states = {each.id.split(".", 1)[1]: each.state for each in due(ports, actor, day, kind="deadline")}
    assert {id_ for id_, state in states.items() if state == "unknown"} == unknown & set(states)


def record(id_, class_="contracts", **triggers):
    days = {TriggerEvent(event): day for event, day in triggers.items()}
    return RetainedRecord(id_, "hospital-ct", f"The {id_}", class_, f"file:///{id_}", days)


def test_records_are_due_wait_or_are_held(ports, actor, day):
    for each in (
        record("gone", contract_end=date(2010, 1, 1)), record("soon", contract_end=date(2020, 12, 1)),
        record("late", contract_end=date(2026, 1, 1)), record("unknown", "privacy documentation"),
        record("no-term", "personal data"), record("held", contract_end=date(2011, 1, 1)),
        record("held-soon", contract_end=date(2020, 12, 1)),
    ):  # fmt: skip
        add_record(ports, actor, each)
    values = ["held", "held-soon"]
    issue_hold(ports, actor, reason=REASON, project="hospital-ct", scope=HoldScope.RECORDS, values=values)
    found = due(ports, actor, day, kind="record")
    assert [(each.id, each.at, each.state, each.action) for each in found] == [
        ("unknown", None, "waiting", "waiting"),
        ("gone", date(2016, 1, 2), "due", "destroy"), ("held-soon", date(2026, 12, 1), "held", "held"),
        ("soon", date(2026, 12, 2), "keep", "destroy"),
    ]  # fmt: skip
    held = []
    list_due(ports, actor, "", day, day, held.append)
    assert [each.id for each in held] == ["held"]  # nothing is due for it: its day stands in no calendar as past
    assert found[1].words == "destroy: due since 2016-01-02"
    assert found[1].authority.startswith("HIPAA 45 CFR 164.530(j)(2)")


def test_proof_and_waivers_lapse(ports, actor, day):
    before = {each.id for each in due(ports, actor, day, days=30)}
    answer = FactValue(value=True, evidence=(Evidence(href="pentest.pdf", valid_until=day + timedelta(days=10)),))
    answer_facts(ports, actor, "hospital-ct", {"sec.vuln_mgmt_pentest": answer})
    found = {each.id: each for each in due(ports, actor, day, days=30)}
    new = found[next(iter(set(found) - before))]
    assert (new.kind, new.at, new.action) == ("evidence", day + timedelta(days=10), "answer lapses")
    assert new.words == "the answer lapses, with pentest.pdf"

    from govern.rules import Status
    from govern.usecases.gaps import read_check

    gap = next(each for each in read_check(ports, "hospital-ct", day).assessment.findings if each.status is Status.GAP)
    grant_waiver(ports, actor, "hospital-ct", gap.obligation.id, reason=REASON, expires_on=day + timedelta(days=5))
    (waiver,) = due(ports, actor, day, kind="waiver")
    assert (waiver.at, waiver.title, waiver.action) == (day + timedelta(days=5), gap.obligation.id, "waiver lapses")
    assert due(ports, actor, day, days=4, kind="waiver") == []


def test_all_projects_are_listed_without_one(ports, actor, day, hospital):
    from govern.usecases.projects import save_project

    save_project(ports, actor, replace(hospital, id="other"))
    note_occurrence(ports, actor, "other", BREACH, day, "lost disk")
    assert {each.project for each in due(ports, actor, day, "", days=400)} == {"hospital-ct", "other"}
    assert {each.project for each in due(ports, actor, day, "other", days=400)} == {"other"}
    with pytest.raises(StoreError):
        due(ports, actor, day, "nothing")
