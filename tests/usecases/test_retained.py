"""The register of what is kept: versions of the schedule, corrected days, rules of the project, decisions."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from govern.audit import find_body
from govern.errors import ContentError, FactError, RefusedError, StoreError
from govern.kernel import Actor, FactValue, Role
from govern.retention import Action, HoldScope, Period, RetainedRecord, RuleKind, TriggerEvent, Verdict
from govern.usecases.destroying import read_items
from govern.usecases.dispositions import plan_destruction
from govern.usecases.holds import issue_hold
from govern.usecases.logs import verify_store
from govern.usecases.projects import answer_facts, save_project
from govern.usecases.retained import (
    RETAINED,
    SERIES,
    determine_records,
    get_retained,
    list_determinations,
    list_retained,
    read_resolutions,
    read_series,
)
from govern.usecases.retaining import add_record, add_records, adopt_schedule, correct_record, mark_disposed
from govern.usecases.schedules import resolve_conflict, schedule_retention, set_rule

RETENTION = "rules/law/retention.yaml"
REASON = "what counsel wrote in May"
END, CREATION = TriggerEvent.CONTRACT_END, TriggerEvent.CREATION
LAW = """
- id: law.contracts
  record_class: contracts
  title: The contracts
  cite: {pinpoint: Art. 9}
  applies: data.personal
  rule: minimum
  period: {years: 6}
  trigger: the end of the contract
  event: contract_end
  action: destroy
  jurisdiction: EEA
"""


@pytest.fixture
def ports(small, actor, arrangement):
    ports = small(**{RETENTION: LAW})
    save_project(ports, actor, arrangement)
    return ports


def record(id_="msa", **more):
    fields = {"title": "Master agreement", "record_class": "contracts", "store": "file:///c/msa", "triggers": {}}
    return RetainedRecord(**{"id": id_, "project": "one", **fields, **more})


@pytest.fixture
def add(ports, actor):
    return lambda *words, **more: add_record(ports, actor, record(*words, **more))


def newer(ports, small, law):
    """The same workspace with another law."""
    return replace(ports, library=small(**{RETENTION: law}).library)


def with_calendar(ports, small):
    """The same workspace with a calendar of weekends."""
    calendars = {"schemas/calendars.yaml": "EU: {title: Weekends, zone: Europe/Brussels}"}
    return replace(ports, library=small(**{RETENTION: LAW, **calendars}).library)


def body(ports, kind, id_, version=None):
    with ports.register.begin(write=False) as unit:
        return json.loads(unit.find(kind, id_, version).body)


def test_a_record_stands_under_the_schedule_of_its_day(ports, actor, add, logged):
    kept, found = add(triggers={END: date(2018, 3, 1)}, digest="ab" * 32, matters=("claim-1",), data_class="trade")
    assert (kept.schedule, kept.version) == ("one@1", 1)
    assert (found.verdict, found.keep_until, found.due) == (Verdict.DUE, date(2024, 3, 1), date(2024, 3, 2))
    assert list_retained(ports, actor, "one") == [kept]
    assert [each.record for each in list_determinations(ports, actor, "one", date(2026, 11, 24))] == [kept]
    assert [each.kind for each in logged()[-2:]] == ["retention.versioned", "retention.registered"]
    assert logged()[-1].object == "retained:one/msa@1"
    assert verify_store(ports, actor).size == len(logged())


def test_what_is_determined_is_in_the_record(ports, add):
    add(triggers={END: date(2018, 3, 1)})
    stored = body(ports, RETAINED, "one/msa")
    assert stored["determined"] == {
        "action": "destroy", "destroy_by": None, "due": "2024-03-02", "holds": [], "keep_until": "2024-03-01",
        "keeps": "law.contracts", "limits": "", "schedule": "one@1", "triggers": {"contract_end": "2018-03-01"},
        "verdict": "due", "words": "due since 2024-03-02",
    }  # fmt: skip


def test_the_same_law_makes_no_new_version(ports, actor, add, day, logged):
    add("a")
    add("b")
    schedule_retention(ports, actor, "one", day)
    assert [each.kind for each in logged()].count("retention.versioned") == 1


BAD = {
    "an id": ({"id_": "A B"}, "is not an id of a record"), "a path": ({"id_": "../x"}, "is not an id of a record"),
    "a title": ({"title": ""}, "the title must be one line"),
    "two lines": ({"title": "a\nb"}, "the title must be one line"),
    "a store": ({"store": "somewhere"}, "is not the address of a store"),
    "a store with a blank": ({"store": "file:///a b"}, "is not the address of a store"),
    "a digest": ({"digest": "AB" * 32}, "is not a SHA-256"), "a short digest": ({"digest": "ab"}, "is not a SHA-256"),
    "a class": ({"record_class": "contract"}, "the schedule has no class `contract`"),
    "a matter": ({"matters": ("",)}, "the matter must be one line"),
    "many matters": ({"matters": tuple(map(str, range(51)))}, "51 matters are too many"),
    "a data class": ({"data_class": "x" * 121}, "the data class must be one line"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_record_is_refused(ports, actor, add, name):
    words, message = BAD[name]
    head = ports.log.head()
    with pytest.raises(FactError) as caught:
        add(**words)
    assert message in caught.value.message
    assert caught.value.hint or caught.value.where
    assert ports.log.head() == head


def test_an_id_is_there_once_in_a_project(ports, actor, add):
    add()
    with pytest.raises(StoreError, match="there is a record `msa` in `one` already"):
        add()
    with pytest.raises(StoreError, match="there is no project `two`"):
        add(project="two")


def test_a_record_that_is_not_there(ports, actor, add):
    add()
    with ports.register.begin(write=False) as unit, pytest.raises(StoreError) as caught:
        get_retained(unit, "one", "mas")
    assert caught.value.hint == "did you mean `msa`?"
    with ports.register.begin(write=False) as unit, pytest.raises(StoreError) as caught:
        get_retained(unit, "one", "x")
    assert caught.value.hint == "govern retention list one shows them"


def test_records_of_a_project_are_its_own(ports, actor, add, arrangement):
    save_project(ports, actor, replace(arrangement, id="one-b"))
    add()
    add(project="one-b")
    assert [each.project for each in list_retained(ports, actor, "one")] == ["one"]


# --- corrected days


def test_a_corrected_day_recomputes_and_keeps_both(ports, actor, add, logged):
    add(triggers={END: date(2018, 3, 1), CREATION: date(2017, 1, 1)})
    before, after = correct_record(ports, actor, "one", "msa", triggers={END: date(2024, 2, 29)}, reason=REASON)
    assert (before.keep_until, after.keep_until) == (date(2024, 3, 1), date(2030, 2, 28))
    assert (before.verdict, after.verdict) == (Verdict.DUE, Verdict.KEEP)
    stored = body(ports, RETAINED, "one/msa")
    assert (stored["before"]["keep_until"], stored["determined"]["keep_until"]) == ("2024-03-01", "2030-02-28")
    assert (stored["before"]["triggers"]["contract_end"], stored["reason"]) == ("2018-03-01", REASON)
    assert stored["triggers"] == {"contract_end": "2024-02-29", "creation": "2017-01-01"}
    assert (logged()[-1].kind, logged()[-1].object) == ("retention.corrected", "retained:one/msa@2")
    assert body(ports, RETAINED, "one/msa", 1)["triggers"]["contract_end"] == "2018-03-01"


def test_what_corrections_changed_is_remembered_with_who_made_them(ports, actor, add, day):
    """Two small steps hide nothing: the longest keeping before any of them stays, and so it is planned."""
    add(triggers={END: date(2024, 2, 29)})
    other = Actor("bob", frozenset({Role.COUNSEL}))
    correct_record(ports, other, "one", "msa", triggers={END: date(2021, 1, 1)}, reason=REASON)
    correct_record(ports, actor, "one", "msa", triggers={}, fields={"title": "Another"}, reason=REASON)
    _, after = correct_record(ports, actor, "one", "msa", triggers={END: date(2016, 1, 1)}, reason=REASON)
    said = f"corrected on {day} by bob, before that: kept until 2030-02-28 (2 corrections in all)"
    assert after.record.corrected.words() == said
    with ports.register.begin(write=False) as unit:
        assert get_retained(unit, "one", "msa") == after.record
    plan = plan_destruction(ports, actor, "one", day, REASON)
    assert [item.why for item in read_items(ports, plan)] == [f"due since 2022-01-02; {said}"]


def test_a_correction_under_a_hold_is_remembered_by_its_days(ports, actor, add, day):
    add(triggers={END: date(2024, 2, 29)})
    issue_hold(ports, actor, reason=REASON, project="one", scope=HoldScope.PROJECT)
    _, after = correct_record(ports, actor, "one", "msa", triggers={END: date(2016, 1, 1)}, reason=REASON)
    assert after.record.corrected.words() == f"corrected on {day} by owner, before that: kept until 2030-02-28"


def test_a_minimum_is_over_when_its_day_has_ended_everywhere(ports, actor, add, clock):
    """On New Year's Eve at six in the evening in Duluth it is the first of January in UTC."""
    add(triggers={END: date(2020, 12, 31)})
    for time, verdict in (("18:05:00-06:00", "keep"), ("23:59:00-11:00", "keep"), ("23:59:59-12:00", "due")):
        clock.time = datetime.fromisoformat(f"2026-12-31T{time}").astimezone(UTC)
        day = clock.time.date()
        assert day == date(2027, 1, 1)
        assert [each.verdict for each in list_determinations(ports, actor, "one", day)] == [verdict]
        if verdict == "keep":
            with pytest.raises(RefusedError, match="nothing in `one` is due for destruction"):
                plan_destruction(ports, actor, "one", day, REASON)
    assert plan_destruction(ports, actor, "one", day, REASON).items == 1


def test_a_maximum_is_there_when_its_day_has_begun_anywhere(ports, actor, add, clock):
    set_rule(ports, actor, "one", "minutes", kind=RuleKind.MAXIMUM, period=Period(years=1), event=END,
             action=Action.DESTROY, reason=REASON)  # fmt: skip
    add(triggers={END: date(2026, 1, 1)}, record_class="minutes")
    for time, verdict in (("2026-12-31T23:59+14:00", "keep"), ("2027-01-01T00:00+14:00", "due")):
        clock.time = datetime.fromisoformat(time).astimezone(UTC)
        day = clock.time.date()
        assert day == date(2026, 12, 31)
        assert [each.verdict for each in list_determinations(ports, actor, "one", day)] == [verdict]


def test_a_day_can_be_taken_back(ports, actor, add):
    add(triggers={END: date(2018, 3, 1)})
    _, after = correct_record(ports, actor, "one", "msa", triggers={END: None}, reason=REASON)
    assert (after.verdict, after.record.triggers) == (Verdict.WAITING, {})


def test_matters_are_added(ports, actor, add):
    add(matters=("b",))
    _, after = correct_record(ports, actor, "one", "msa", triggers={}, matters=("a", "b"), reason=REASON)
    assert after.record.matters == ("a", "b")


@pytest.mark.parametrize(("words", "error", "message"), [
    ({"triggers": {END: date(2018, 3, 1)}}, RefusedError, "nothing of `msa` changes"),
    ({"triggers": {CREATION: None}}, RefusedError, "nothing of `msa` changes"),
    ({"triggers": {END: None}, "reason": "short"}, FactError, "the reason must be one line"),
    ({"triggers": {END: None}, "id_": "mas"}, StoreError, "there is no record `mas`"),
])  # fmt: skip
def test_what_corrects_nothing_is_refused(ports, actor, add, words, error, message):
    add(triggers={END: date(2018, 3, 1)})
    head = ports.log.head()
    with pytest.raises(error, match=message):
        correct_record(ports, actor, "one", **{"id_": "msa", "reason": REASON, **words})
    assert ports.log.head() == head


def test_what_is_gone_is_not_listed_and_not_corrected(ports, actor, add):
    kept, _ = add()
    with ports.register.begin(write=True) as unit:
        gone = mark_disposed(ports, actor, unit, kept, "d1")
    assert list_retained(ports, actor, "one") == []
    assert list_retained(ports, actor, "one", disposed=True) == [gone]
    assert (gone.disposed, gone.version) == ("d1", 2)
    with pytest.raises(RefusedError, match="`msa` is gone"):
        correct_record(ports, actor, "one", "msa", triggers={END: date(2018, 3, 1)}, reason=REASON)
    with pytest.raises(StoreError, match="already"):
        add()


def test_what_the_register_says_of_a_record_can_be_corrected(ports, actor, add):
    add(triggers={END: date(2018, 3, 1)})
    fields = {"title": "The agreement", "store": "file:///d/msa", "digest": "ab" * 32, "data_class": "trade"}
    before, after = correct_record(ports, actor, "one", "msa", triggers={}, fields=fields, reason=REASON)
    assert before.record.store == "file:///c/msa"
    with ports.register.begin(write=False) as unit:
        kept = get_retained(unit, "one", "msa")
    assert kept == after.record
    assert (kept.title, kept.store, kept.digest, kept.data_class, kept.version) == (*fields.values(), 2)


@pytest.mark.parametrize(("fields", "message"), [
    ({"record_class": "contract"}, "the schedule has no class `contract`"),
    ({"store": "here"}, "`here` is not the address of a store"),
    ({"digest": "ab"}, "the digest is not a SHA-256"),
])  # fmt: skip
def test_a_correction_is_checked_as_a_new_record_is(ports, actor, add, fields, message):
    add()
    with pytest.raises(FactError) as caught:
        correct_record(ports, actor, "one", "msa", triggers={}, fields=fields, reason=REASON)
    assert message in caught.value.message


def test_a_corrected_class_is_judged_by_its_own_rules(ports, actor, add, day):
    set_rule(ports, actor, "one", "minutes", kind=RuleKind.MINIMUM, period=Period(years=1), event=END,
             action=Action.REVIEW, reason=REASON)  # fmt: skip
    add(triggers={END: date(2018, 3, 1)})
    before, after = correct_record(
        ports, actor, "one", "msa", triggers={}, fields={"record_class": "minutes"}, reason=REASON
    )
    assert (before.action, after.action) == ("destroy", "review")


LIST = "id,title,class,store,contract_end\na,A,contracts,file:///c/a,2018-03-01\nb,B,contracts,file:///c/b,\n"


def test_a_list_is_registered_at_once(ports, actor, logged):
    found = add_records(ports, actor, "one", LIST.encode(), "list.csv")
    assert [(each.record.id, each.verdict) for each in found] == [("a", Verdict.DUE), ("b", Verdict.WAITING)]
    assert [each.id for each in list_retained(ports, actor, "one")] == ["a", "b"]
    assert [each.object for each in logged()[-2:]] == ["retained:one/a@1", "retained:one/b@1"]
    assert verify_store(ports, actor).size == len(logged())


@pytest.mark.parametrize(("data", "wrong"), [
    (LIST.encode() + b"C,C,contracts,file:///c,\nd,D,contract,file:///c,\nmsa,M,contracts,file:///c,\n", [
        ("list.csv:4:1", "`C` is not an id of a record"),
        ("list.csv:5:1", "the schedule has no class `contract`"),
        ("list.csv:6:1", "there is a record `msa` in `one` already"),
    ]),
    (LIST.encode() + b"d,D,contracts,here,\n", [("list.csv:4:1", "`here` is not the address of a store")]),
    (LIST.encode() + b"\xff", [("list.csv:4:1", "this is not UTF-8 text")]),
])  # fmt: skip
def test_of_a_list_with_a_wrong_line_nothing_is_registered(ports, actor, add, data, wrong):
    add()
    head = ports.log.head()
    with pytest.raises(ContentError) as caught:
        add_records(ports, actor, "one", data, "list.csv")
    assert [(each.where, each.message) for each in caught.value.problems or (caught.value,)] == wrong
    assert ports.log.head() == head
    assert [each.id for each in list_retained(ports, actor, "one")] == ["msa"]


# --- versions


def test_a_changed_law_makes_a_version_and_records_stay_until_it_is_adopted(ports, small, actor, add, day, logged):
    add(triggers={END: date(2018, 3, 1)})
    later = newer(ports, small, LAW.replace("years: 6", "years: 10"))
    _, schedule = schedule_retention(later, actor, "one", day)
    assert schedule.version == "one@2"
    assert [each.kind for each in logged()[-2:]] == ["retention.versioned", "retention.scheduled"]
    (found,) = list_determinations(later, actor, "one", day)
    assert (found.record.schedule, found.keep_until) == ("one@1", date(2024, 3, 1))

    series, ((before, after),) = adopt_schedule(later, actor, "one", REASON)
    assert (series.name, before.record.schedule, after.record.schedule) == ("one@2", "one@1", "one@2")
    assert (before.keep_until, after.keep_until) == (date(2024, 3, 1), date(2028, 3, 1))
    assert logged()[-1].kind == "retention.adopted"
    stored = body(later, RETAINED, "one/msa")
    assert (stored["before"]["keep_until"], stored["determined"]["keep_until"]) == ("2024-03-01", "2028-03-01")
    assert adopt_schedule(later, actor, "one", REASON)[1] == []


def test_a_version_can_be_read_for_ever(ports, small, actor, add, day):
    add()
    later = newer(ports, small, LAW.replace("years: 6", "years: 10"))
    schedule_retention(later, actor, "one", day)
    with later.register.begin(write=False) as unit:
        first, second = (read_series(unit, "one", number) for number in (1, 2))
        assert read_series(unit, "one") == second
        assert read_series(unit, "one", 3) is None
    assert [each.law[0].period.years for each in (first, second)] == [6, 10]
    assert first.law == tuple(ports.library.retention_rules())


def test_a_record_of_no_version_is_judged_by_the_law_of_today(ports, actor, add, day):
    kept, _ = add(triggers={END: date(2018, 3, 1)})
    with ports.register.begin(write=True) as unit:
        mark_disposed(ports, actor, unit, replace(kept, schedule=""), "")
        (found,) = determine_records(ports, unit, "one", day)
    assert (found.record.schedule, found.keep_until) == ("", date(2024, 3, 1))


def test_facts_of_today_decide_whether_a_rule_applies(ports, actor, add, day):
    add(triggers={END: date(2018, 3, 1)})
    for value, verdict in ((None, Verdict.WAITING), (False, Verdict.WAITING), (True, Verdict.DUE)):
        answer = None if value is None else FactValue(value=value)
        answer_facts(ports, actor, "one", {"data.personal": answer})
        (found,) = list_determinations(ports, actor, "one", day)
        assert found.verdict is verdict
        if value is None:
            assert found.words == "it is unknown whether LAW Art. 9 applies: unknown is `data.personal`"


# --- rules of the project, and decisions


def own(ports, actor, **more):
    words = {
        "kind": RuleKind.MAXIMUM, "period": Period(years=2), "event": END, "action": Action.DESTROY, "reason": REASON,
    }  # fmt: skip
    return set_rule(ports, actor, "one", "contracts", **{**words, **more})


def test_a_rule_of_the_project_makes_a_version(ports, actor, logged):
    series = own(ports, actor)
    (rule,) = series.own
    assert (series.name, rule.id) == ("one@2", "project.contracts.maximum")
    assert rule.cite.pinpoint == f"schedule of the project, {actor.id}, 2026-11-24"
    assert rule.note == REASON
    assert [each.kind for each in logged()[-2:]] == ["retention.versioned"] * 2
    shorter = own(ports, actor, period=Period(years=1))
    assert [each.period.years for each in shorter.own] == [1]
    other = own(ports, actor, data_class="health data")
    assert [each.id for each in other.own] == ["project.contracts.maximum", "project.contracts_health_data.maximum"]
    assert body(ports, SERIES, "one", 2)["own"][0]["period"]["years"] == 2


def test_a_rule_of_the_project_runs_from_the_day_that_the_law_runs_from(ports, actor, add, small, day):
    """Else a maximum of the project would stand there and never come."""
    dated = newer(ports, small, LAW + "  trigger_fact: contract.end_date\n")
    add()
    answer_facts(dated, actor, "one", {"contract.end_date": FactValue(value=date(2020, 3, 1))})
    (rule,) = own(dated, actor).own
    adopt_schedule(dated, actor, "one", REASON)
    assert rule.trigger_fact == "contract.end_date"
    (found,) = list_determinations(dated, actor, "one", day)
    assert (found.verdict, found.keep_until, found.destroy_by) == (Verdict.CONFLICT, date(2026, 3, 1), date(2022, 3, 1))
    assert own(dated, actor, event=CREATION).own[0].trigger_fact is None


@pytest.mark.parametrize("words", [{"kind": RuleKind.NONE}, {"reason": "short"}, {"data_class": "a\nb"}])
def test_what_is_no_rule_is_refused(ports, actor, words):
    with pytest.raises(FactError):
        own(ports, actor, **words)


def test_a_rule_of_the_project_counts_business_days_by_a_calendar(ports, actor, add, small, day):
    add(triggers={END: date(2026, 11, 20)})
    without, ports = ports, with_calendar(ports, small)
    (rule,) = own(ports, actor, period=Period(business_days=90), calendar="EU").own
    assert (rule.period.words(), rule.calendar) == ("90 business days", "EU")
    adopt_schedule(ports, actor, "one", REASON)
    (found,) = list_determinations(ports, actor, "one", day)
    assert found.destroy_by == date(2027, 3, 26)  # 18 weeks from a Friday
    (found,) = list_determinations(without, actor, "one", day)
    assert found.words.endswith(" counts business days, and there is no calendar `EU`")


@pytest.mark.parametrize(("period", "calendar", "message"), [
    (Period(business_days=90), "", "no calendar says which days are business days"),
    (Period(business_days=90), "UE", "there is no calendar `UE`"),
    (Period(business_days=90), "Atlantis", "there is no calendar `Atlantis`"),
    (Period(days=90), "EU", "a calendar is named and no business days are counted"),
    (Period(business_days=10_001), "EU", "10001 business days are too many"),
])  # fmt: skip
def test_a_calendar_goes_with_business_days(ports, actor, small, period, calendar, message):
    with pytest.raises(FactError) as caught:
        own(with_calendar(ports, small), actor, period=period, calendar=calendar)
    assert caught.value.message == message
    assert caught.value.hint


def test_the_rules_of_a_project_are_bounded(ports, actor, monkeypatch):
    monkeypatch.setattr("govern.usecases.schedules.MOST_RULES", 1)
    own(ports, actor)
    own(ports, actor, period=Period(years=1))
    with pytest.raises(RefusedError, match="`one` has 1 rules of its own"):
        own(ports, actor, data_class="health data")


def test_a_conflict_waits_for_a_person_and_the_decision_is_kept(ports, actor, add, day, logged):
    own(ports, actor)
    _, found = add(triggers={END: date(2018, 3, 1)})
    assert found.verdict is Verdict.CONFLICT
    assert found.words.startswith("LAW Art. 9 keeps it until ")
    assert ", schedule of the project, owner, 2026-11-24 allows it until " in found.words

    words = ("contracts", "law.contracts", "project.contracts.maximum")
    decided = resolve_conflict(ports, actor, "one", *words, prevails="law.contracts", reason=REASON)
    assert (decided.approver, decided.reason, decided.decided_on) == (actor.id, REASON, day)
    assert (logged()[-1].kind, logged()[-1].object) == ("retention.resolved", "resolutions:one@1")
    (found,) = list_determinations(ports, actor, "one", day)
    assert (found.verdict, found.due) == (Verdict.DUE, date(2024, 3, 2))
    again = resolve_conflict(ports, actor, "one", *words, prevails="project.contracts.maximum", reason=REASON)
    with ports.register.begin(write=False) as unit:
        assert read_resolutions(unit, "one") == [decided, again]
    (found,) = list_determinations(ports, actor, "one", day)
    assert found.due == date(2020, 3, 1)


def test_a_conflict_of_the_schedule_can_be_decided_before_there_are_records(ports, actor, day):
    own(ports, actor)
    _, schedule = schedule_retention(ports, actor, "one", day)
    assert [(each.keep.rule.id, each.destroy.rule.id) for each in schedule.conflicts] == [
        ("law.contracts", "project.contracts.maximum")
    ]
    words = ("contracts", "law.contracts", "project.contracts.maximum")
    assert resolve_conflict(ports, actor, "one", *words, prevails="law.contracts", reason=REASON)


@pytest.mark.parametrize("prevails", ["law.contracts", "project.contracts.maximum"])
def test_the_two_rules_may_be_named_in_either_order(ports, actor, add, day, prevails):
    own(ports, actor)
    add(triggers={END: date(2018, 3, 1)})
    words = ("contracts", "project.contracts.maximum", "law.contracts")
    decided = resolve_conflict(ports, actor, "one", *words, prevails=prevails, reason=REASON)
    assert (decided.keep, decided.destroy) == ("law.contracts", "project.contracts.maximum")
    (found,) = list_determinations(ports, actor, "one", day)
    assert found.verdict is Verdict.DUE
    again = resolve_conflict(ports, actor, "one", *words, prevails=prevails, reason=REASON)
    assert (again.keep, again.destroy) == (decided.keep, decided.destroy)


def test_a_day_of_creation_that_is_yet_to_come_is_refused(ports, actor, add, day):
    made = TriggerEvent.CREATION
    with pytest.raises(FactError, match="the day of creation, 2225-01-01, is yet to come") as caught:
        add(triggers={made: date(2225, 1, 1)})
    assert caught.value.hint.startswith("is 2225 a typing error?")
    add(triggers={made: day + timedelta(days=1), END: date(2225, 1, 1)})  # tomorrow here is today elsewhere
    with pytest.raises(FactError, match="is yet to come"):
        correct_record(ports, actor, "one", "msa", triggers={made: day + timedelta(days=2)}, reason=REASON)
    head = b"id,title,class,store,creation\n"
    with pytest.raises(ContentError) as problems:
        add_records(ports, actor, "one", head + b"a,A,contracts,file:///a,2225-01-01\n", "list.csv")
    assert [each.where for each in problems.value.problems] == ["list.csv:2:1"]


def test_where_there_is_no_conflict_nothing_is_decided(ports, actor):
    own(ports, actor, period=Period(years=7))
    words = ("contracts", "law.contracts", "project.contracts.maximum")
    with pytest.raises(RefusedError) as caught:
        resolve_conflict(ports, actor, "one", *words, prevails="law.contracts", reason=REASON)
    assert caught.value.hint == "there are no conflicts now"


@pytest.mark.parametrize(("words", "error", "message", "hint"), [
    ({"prevails": "law.other"}, FactError, "`law.other` is none of the two rules", "`law.contracts` or"),
    ({"keep": "law.contract", "prevails": "law.contract"}, FactError, "has no rule `law.contract`", "`law.contracts`"),
    ({"record_class": "audit logs"}, FactError, "`audit logs` has no rule `law.contracts`", ""),
    ({"destroy": "law.contracts"}, RefusedError, "are in no conflict in `one`", "law.contracts and project"),
    ({"reason": "short"}, FactError, "the reason must be one line", ""),
])  # fmt: skip
def test_what_decides_nothing_is_refused(ports, actor, add, words, error, message, hint):
    own(ports, actor)
    add(triggers={END: date(2018, 3, 1)})
    fields = {
        "record_class": "contracts", "keep": "law.contracts", "destroy": "project.contracts.maximum",
        "prevails": "law.contracts", "reason": REASON,
    }  # fmt: skip
    with pytest.raises(error) as caught:
        resolve_conflict(ports, actor, "one", **{**fields, **words})
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_only_counsel_decides(ports, actor):
    officer = Actor("officer", frozenset({Role.COMPLIANCE_OFFICER}))
    with pytest.raises(RefusedError, match="may not resolve conflict"):
        resolve_conflict(ports, officer, "one", "contracts", "a", "b", prevails="a", reason=REASON)


def test_nothing_can_be_guessed_by_hashing(ports, actor, add):
    for number in range(2):
        add(f"r{number}")
    bodies = [find_body(data) for data in ports.log.entries()]
    assert len(bodies) == len(set(bodies))


def test_a_clock_that_goes_on_makes_due(ports, actor, add, clock, day):
    add(triggers={END: date(2020, 11, 24)})
    (found,) = list_determinations(ports, actor, "one", day)
    assert found.verdict is Verdict.KEEP
    (found,) = list_determinations(ports, actor, "one", day + timedelta(days=1))
    assert found.verdict is Verdict.DUE
