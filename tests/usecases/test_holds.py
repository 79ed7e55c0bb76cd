"""A hold stops everything until another person releases it."""

import weakref
from dataclasses import replace
from datetime import date

import pytest

from govern.errors import FactError, RefusedError, StoreError
from govern.kernel import Actor, FactValue, Role
from govern.retention import Action, HoldScope, Period, RuleKind, Verdict
from govern.usecases import retained
from govern.usecases.holds import Reach, issue_hold, list_holds, release_hold
from govern.usecases.legal_hold import LEGAL_HOLD
from govern.usecases.logs import verify_store
from govern.usecases.projects import answer_facts, read_project, save_project
from govern.usecases.retained import format_retained, list_determinations, parse_retained, read_holds
from govern.usecases.retaining import correct_record
from govern.usecases.schedules import schedule_retention, set_rule

from .test_retained import CREATION, END, LAW, REASON, RETENTION, add, ports, record  # noqa: F401

OTHER = Actor("bob", frozenset({Role.COUNSEL}))
GONE = {"triggers": {END: date(2010, 1, 1)}}
FACT = f"{LEGAL_HOLD}:\n  type: boolean\n  meta: {{kind: boolean, group: Life, question: Is there a hold?}}\n"


@pytest.fixture
def issue(ports, actor):  # noqa: F811
    def issue(scope="project", *values, project="one", reason=REASON):
        return issue_hold(ports, actor, reason=reason, project=project, scope=HoldScope(scope), values=values)

    return issue


def verdicts(ports, actor, day):  # noqa: F811
    return {each.record.id: each.verdict.value for each in list_determinations(ports, actor, "one", day)}


def test_a_hold_is_in_the_log_and_stops_what_it_reaches(ports, actor, add, issue, day, logged):  # noqa: F811
    add("a", **GONE)
    add("b", **GONE)
    hold, reached = issue("records", "a")
    assert (hold.issuer, hold.issued_on, hold.reason) == (actor.id, day, REASON)
    assert reached == Reach(1)
    assert verdicts(ports, actor, day) == {"a": "held", "b": "due"}
    assert (logged()[-1].kind, logged()[-1].matter) == ("hold.issued", "project:one")
    assert logged()[-1].object == f"hold:{hold.id}@1"
    assert list_holds(ports, actor, "one") == [(hold, Reach(1))]
    assert verify_store(ports, actor).size == len(logged())


@pytest.mark.parametrize(("scope", "values", "project"), [
    ("project", (), "one"), ("project", (), ""), ("series", ("contracts",), ""), ("series", ("contracts",), "one"),
    ("query", ("title=master*",), "one"), ("matter", ("claim-1",), ""),
])  # fmt: skip
def test_each_scope_stops(ports, actor, add, issue, day, scope, values, project):  # noqa: F811
    add(**GONE, matters=("claim-1",))
    _, reached = issue(scope, *values, project=project)
    assert reached == Reach(1)
    assert verdicts(ports, actor, day) == {"msa": "held"}


def test_a_record_that_comes_later_is_held_too(ports, actor, add, issue, day):  # noqa: F811
    hold, reached = issue("series", "contracts")
    assert reached == Reach(0)
    _, found = add(**GONE)
    assert (found.verdict, [each.id for each in found.holds]) == (Verdict.HELD, [hold.id])


def test_another_person_releases(ports, actor, add, issue, day, logged):  # noqa: F811
    add(**GONE)
    hold, _ = issue()
    with pytest.raises(RefusedError, match=f"`{actor.id}` issued the hold `{hold.id}` and may not release it"):
        release_hold(ports, actor, hold.id, REASON)
    assert verdicts(ports, actor, day) == {"msa": "held"}
    released = release_hold(ports, OTHER, hold.id, REASON)
    assert (released.released_by, released.released_on, released.release_reason) == ("bob", day, REASON)
    assert verdicts(ports, actor, day) == {"msa": "due"}
    assert (logged()[-1].kind, logged()[-1].object) == ("hold.released", f"hold:{hold.id}@2")
    assert list_holds(ports, actor) == [(released, Reach(1))]
    with pytest.raises(RefusedError, match="was released on 2026-11-24"):
        release_hold(ports, OTHER, hold.id, REASON)


def test_of_several_holds_each_is_released(ports, actor, add, issue, day):  # noqa: F811
    add(**GONE)
    first, second = issue()[0], issue("series", "contracts")[0]
    release_hold(ports, OTHER, first.id, REASON)
    (found,) = list_determinations(ports, actor, "one", day)
    assert [each.id for each in found.holds] == [second.id]
    release_hold(ports, OTHER, second.id, REASON)
    assert verdicts(ports, actor, day) == {"msa": "due"}


def test_what_is_held_only_because_a_day_is_unknown_is_counted_apart(ports, actor, add, issue):  # noqa: F811
    for id_, days in (("old", GONE), ("new", {"triggers": {END: date(2026, 1, 1)}}), ("unknown", {})):
        add(id_, **days)
    assert issue("query", "contract_end>=2025-01-01")[1] == Reach(2, 1)
    assert issue("query", "contract_end>=2025-01-01", "title=*nothing*")[1] == Reach(0)
    assert issue("query", "title=*")[1] == Reach(3, 0)
    assert issue()[1] == Reach(3, 0)
    assert sorted((reached.records, reached.unknown) for _, reached in list_holds(ports, actor)) == [
        (0, 0), (2, 1), (3, 0), (3, 0)
    ]  # fmt: skip


def test_the_beginning_of_an_id_will_do(ports, actor, add, issue):  # noqa: F811
    add(**GONE)
    first, second = issue()[0], issue()[0]
    same = next(n for n in range(12) if first.id[: n + 1] != second.id[: n + 1])
    with pytest.raises(StoreError, match=r"names several holds|there is no hold ``"):
        release_hold(ports, OTHER, first.id[:same], REASON)
    with pytest.raises(StoreError, match="there is no hold `xyz`"):
        release_hold(ports, OTHER, "xyz", REASON)
    assert release_hold(ports, OTHER, first.id[: same + 1], REASON).id == first.id


def test_records_are_counted_a_page_at_a_time(ports, actor, add, issue, monkeypatch):  # noqa: F811
    """A project may have a million: what was counted is let go before the next is read."""
    for number in range(20):
        add(f"r{number:02}", **GONE)
    alive, most = weakref.WeakSet(), 0
    parse = retained.parse_retained

    class Watched:
        def __init__(self, record):
            nonlocal most
            self.record = parse(record)
            alive.add(self)
            most = max(most, len(alive))

        def __getattr__(self, name):
            return getattr(self.record, name)

    monkeypatch.setattr(retained, "parse_retained", Watched)
    assert issue()[1] == Reach(20)
    assert most < 5


BAD = [
    (("project", "x"), "a hold on a project names nothing more"),
    (("series",), "a hold of this scope names 1 to 1,000 classes of records"),
    (("query", "size=3"), "is not a term of a query"), (("query", "a" * 201), "the scope must be one line"),
    (("matter", ""), "the scope must be one line"),
    (("records", *map(str, range(1001))), "names 1 to 1,000 records"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "message"), BAD)
def test_what_is_no_hold_is_refused(ports, issue, words, message):  # noqa: F811
    head = ports.log.head()
    with pytest.raises(FactError) as caught:
        issue(*words)
    assert message in caught.value.message
    assert ports.log.head() == head


@pytest.mark.parametrize("project", ["one", ""])
def test_a_class_that_no_schedule_has_is_not_held(ports, actor, add, issue, project):  # noqa: F811
    """A typing error would protect nothing, and nobody would see it."""
    set_rule(ports, actor, "one", "minutes", kind=RuleKind.MINIMUM, period=Period(years=1), event=END,
             action=Action.REVIEW, reason=REASON)  # fmt: skip
    add(**GONE)
    assert [issue("series", each, project=project)[1].records for each in ("minutes", "contracts")] == [0, 1]
    with pytest.raises(FactError, match="no schedule has a class `contrats`") as caught:
        issue("series", "contracts", "contrats", project=project)
    assert caught.value.hint == "did you mean `contracts`?"
    with pytest.raises(FactError) as caught:
        issue("series", "xyz", project=project)
    assert caught.value.hint == "govern retention schedule lists the classes"


def test_what_is_held_must_be_there(ports, actor, add, issue):  # noqa: F811
    add()
    with pytest.raises(StoreError, match="there is no record `mas`"):
        issue("records", "mas")
    with pytest.raises(StoreError, match="there is no project `two`"):
        issue(project="two")
    with pytest.raises(StoreError, match="there is no project `two`"):
        list_holds(ports, actor, "two")
    with pytest.raises(FactError, match="records are held in their project"):
        issue("records", "msa", project="")
    with pytest.raises(FactError, match="the reason must be one line"):
        issue(reason="short")
    with pytest.raises(StoreError, match="there is no hold `x`"):
        release_hold(ports, OTHER, "x", REASON)


@pytest.fixture
def facts(small, actor, arrangement):
    """A workspace whose vocabulary has the fact of the legal hold."""
    made = small(**{RETENTION: LAW, "schemas/facts/life.yaml": FACT})
    save_project(made, actor, arrangement)
    return made


def test_the_fact_of_a_project_is_a_hold(facts, actor, day):
    from govern.usecases.retaining import add_record

    add_record(facts, actor, record(**GONE))
    for value, verdict, known, action in (
        (True, "held", True, "hold"), (False, "due", False, "destroy"), (None, "due", None, "destroy"),
    ):  # fmt: skip
        answer = None if value is None else FactValue(value=value, source="counsel")
        answer_facts(facts, actor if value else OTHER, "one", {LEGAL_HOLD: answer})
        assert verdicts(facts, actor, day) == {"msa": verdict}
        _, schedule = schedule_retention(facts, actor, "one", day)
        assert schedule.hold is known
        assert [schedule.action(line) for line in schedule.lines] == [action]
    answer_facts(facts, actor, "one", {LEGAL_HOLD: FactValue(value=True, valid_until=date(2020, 1, 1))})
    assert verdicts(facts, actor, day) == {"msa": "held"}  # lapsed, and nobody said that it has ended
    with facts.register.begin(write=False) as unit:
        assert [each.id for each in read_holds(unit)] == [LEGAL_HOLD]
        assert read_holds(unit, "two") == []
    with pytest.raises(RefusedError, match="is a fact of a project"):
        release_hold(facts, OTHER, LEGAL_HOLD, REASON)


def test_a_schedule_says_hold_for_the_project_and_for_a_series(ports, actor, issue, day):  # noqa: F811
    _, schedule = schedule_retention(ports, actor, "one", day)
    assert (schedule.hold, schedule.holds) == (None, ())
    series, _ = issue("series", "contracts")
    _, schedule = schedule_retention(ports, actor, "one", day)
    assert (schedule.hold, schedule.holds) == (None, (series,))
    assert [schedule.action(line) for line in schedule.lines] == ["hold"]
    whole, _ = issue()
    _, schedule = schedule_retention(ports, actor, "one", day)
    assert schedule.hold is True
    assert {each.id for each in schedule.holds} == {series.id, whole.id}


@pytest.mark.parametrize(("scope", "values", "project", "matter"), [
    ("project", (), "one", "project:one"), ("matter", ("project:one",), "", "project:one"),
    ("matter", ("project:one", "claim-1"), "", "holds"), ("matter", ("claim-1",), "", "holds"),
    ("project", (), "", "holds"), ("query", ("title=project:one",), "", "holds"),
])  # fmt: skip
def test_a_hold_that_is_aimed_at_one_project_stands_among_its_entries(
    ports, actor, issue, logged, scope, values, project, matter,  # noqa: F811
):  # fmt: skip
    hold, _ = issue(scope, *values, project=project)
    release_hold(ports, OTHER, hold.id, "settled by counsel")
    assert [(each.kind, each.matter) for each in logged()[-2:]] == [("hold.issued", matter), ("hold.released", matter)]


# --- nobody gets a record out of a hold by a correction

CLASSES = LAW + LAW.replace("law.contracts", "law.minutes").replace("class: contracts", "class: minutes")


@pytest.fixture
def classes(small, actor, arrangement):
    """A workspace with two classes of records, of which one record is past its time."""
    from govern.usecases.retaining import add_record

    made = small(**{RETENTION: CLASSES})
    save_project(made, actor, arrangement)
    add_record(made, actor, record(triggers={END: date(2010, 1, 1), CREATION: date(2009, 1, 1)}, data_class="trade"))
    return made


@pytest.mark.parametrize(("scope", "value", "fields", "triggers"), [
    ("query", "title=*agreement*", {"title": "Old list"}, {}),
    ("query", "data_class=trade", {"data_class": ""}, {}),
    ("query", "record_class=contracts", {"record_class": "minutes"}, {}),
    ("series", "contracts", {"record_class": "minutes"}, {}),
    ("query", "creation<=2009-12-31", {}, {CREATION: date(2010, 1, 1)}),
])  # fmt: skip
def test_a_correction_takes_no_record_out_of_a_hold(classes, actor, day, scope, value, fields, triggers):
    hold, _ = issue_hold(classes, actor, reason=REASON, project="one", scope=HoldScope(scope), values=[value])
    head = classes.log.head()
    with pytest.raises(RefusedError, match=f"would take `msa` out of the hold `{hold.id}`") as caught:
        correct_record(classes, OTHER, "one", "msa", triggers=triggers, fields=fields, reason=REASON)
    assert f"another person than {actor.id} releases it first" in caught.value.hint
    assert classes.log.head() == head and verdicts(classes, actor, day) == {"msa": "held"}
    release_hold(classes, OTHER, hold.id, REASON)
    correct_record(classes, actor, "one", "msa", triggers=triggers, fields=fields, reason=REASON)


@pytest.mark.parametrize("scope", [("records", "msa"), ("query", "store=*c/msa"), ("query", "title=*"), ("project",)])
def test_a_held_record_stays_at_its_address(classes, actor, scope):
    """What lies at the old address would be nobody's, and could be registered anew and destroyed."""
    hold, _ = issue_hold(
        classes, actor, reason=REASON, project="one", scope=HoldScope(scope[0]), values=scope[1:]
    )  # fmt: skip
    with pytest.raises(RefusedError, match=f"`msa` is held by {hold.id}, and what lies at its address") as caught:
        correct_record(classes, OTHER, "one", "msa", triggers={}, fields={"store": "file:///d/msa"}, reason=REASON)
    assert "register what lies elsewhere" in caught.value.hint


def test_what_keeps_a_record_in_its_hold_can_be_corrected(classes, actor, day):
    issue_hold(classes, actor, reason=REASON, project="one", scope=HoldScope.QUERY, values=["title=*agreement*"])
    fields = {"title": "The agreement of 2009"}
    _, after = correct_record(classes, OTHER, "one", "msa", triggers={}, fields=fields, reason=REASON)
    assert (after.verdict, after.record.title, after.record.bound) == (Verdict.HELD, fields["title"], ())


def test_a_day_that_was_unknown_can_be_given_and_frees_nothing(ports, actor, add, issue, day):  # noqa: F811
    """Nor does it help to take a day back first, and to give another one then."""
    add("a", **GONE)
    add("b", **GONE)
    hold, _ = issue("query", "creation>=2020-01-01")
    _, after = correct_record(ports, OTHER, "one", "a", triggers={CREATION: date(2009, 1, 1)}, reason=REASON)
    assert (after.verdict, after.record.bound) == (Verdict.HELD, (hold.id,))
    correct_record(ports, OTHER, "one", "b", triggers={CREATION: date(2021, 1, 1)}, reason=REASON)
    for made in (None, date(2009, 1, 1), date(2009, 1, 2)):
        correct_record(ports, OTHER, "one", "b", triggers={CREATION: made}, reason=REASON)
    assert verdicts(ports, actor, day) == {"a": "held", "b": "held"}
    assert [reached for _, reached in list_holds(ports, actor)] == [Reach(2)]
    release_hold(ports, OTHER, hold.id, REASON)
    assert verdicts(ports, actor, day) == {"a": "due", "b": "due"}


def test_a_record_that_left_a_hold_under_an_earlier_govern_is_held_again(ports, actor, add, issue, day):  # noqa: F811
    add(**GONE)
    hold, _ = issue("query", "title=*agreement*")
    with ports.register.begin(write=True) as unit:
        stored = unit.find("retained", "one/msa")
        left = replace(parse_retained(stored), title="Old list")
        more = {"before": {"holds": [hold.id]}, "determined": {"holds": []}}
        unit.save("retained", "one/msa", format_retained(left, "salt", **more), read_version=1)
    assert verdicts(ports, actor, day) == {"msa": "held"}
    correct_record(ports, actor, "one", "msa", triggers={}, fields={"title": "Older list"}, reason=REASON)
    assert verdicts(ports, actor, day) == {"msa": "held"}


# --- the hold that is a fact of a project takes two persons too

OWNER = Actor("dora", frozenset({Role.PROJECT_OWNER}))


def answers_of(space, **more):
    """The project as a file may say it: all it knows, but what `more` says otherwise."""
    known = read_project(space, OTHER, "one")
    for fact, value in more.items():
        known = known.with_answer(fact.replace("__", "."), None if value is None else FactValue(value=value))
    return known


WAYS = [
    lambda space, who: answer_facts(space, who, "one", {LEGAL_HOLD: False}),
    lambda space, who: answer_facts(space, who, "one", {LEGAL_HOLD: None}),
    lambda space, who: save_project(space, who, answers_of(space, life__legal_hold=False)),
    lambda space, who: save_project(space, who, answers_of(space, life__legal_hold=None)),
]


@pytest.mark.parametrize("end", WAYS)
def test_the_fact_is_taken_back_by_another_person_with_the_right_to_release(facts, actor, end):
    answer_facts(facts, actor, "one", {LEGAL_HOLD: True})
    answer_facts(facts, OTHER, "one", {LEGAL_HOLD: FactValue(value=True, source="asked again"), "vendor.subs": []})
    head = facts.log.head()
    with pytest.raises(RefusedError, match=r"would end the legal hold on `one`: `dora` may not release hold") as caught:
        end(facts, OWNER)
    assert (caught.value.where, "counsel" in caught.value.hint) == (LEGAL_HOLD, True)
    with pytest.raises(RefusedError, match=r"`owner` set the legal hold on `one` and may not end it") as caught:
        end(facts, actor)
    assert caught.value.hint == "another person with the right to release holds does it"
    assert facts.log.head() == head
    end(facts, OTHER)
    with facts.register.begin(write=False) as unit:
        assert read_holds(unit) == []
    answer_facts(facts, OWNER, "one", {LEGAL_HOLD: False})


def test_a_hold_that_came_with_the_project_was_set_by_who_read_it_in(facts, actor, arrangement):
    held = arrangement.with_answer(LEGAL_HOLD, FactValue(value=True))
    save_project(facts, OTHER, replace(held, id="two"))
    with pytest.raises(RefusedError, match="`bob` set the legal hold on `two`"):
        answer_facts(facts, OTHER, "two", {LEGAL_HOLD: False})
    answer_facts(facts, actor, "two", {LEGAL_HOLD: False})


def test_while_the_log_does_not_say_who_set_it_nobody_ends_it(facts, actor, monkeypatch):
    """As after a crash between the change and its entry; whatever sequences the log next brings it."""
    monkeypatch.setattr(facts.log, "sequence", lambda: None)
    answer_facts(facts, actor, "one", {LEGAL_HOLD: True})
    with pytest.raises(RefusedError, match="the log does not say yet who set the legal hold on `one`"):
        answer_facts(facts, OTHER, "one", {LEGAL_HOLD: False})
    monkeypatch.undo()
    facts.log.sequence()
    answer_facts(facts, OTHER, "one", {LEGAL_HOLD: False})
