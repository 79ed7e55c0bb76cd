"""Records that lie within others of one plan: both are destroyed and both certified, or what keeps one keeps both."""

import threading
from dataclasses import replace
from datetime import date
from hashlib import sha256

import pytest

from govern.audit import parse_entry
from govern.errors import StoreError
from govern.retention import Action, HoldScope, Outcome, Period, RetainedRecord, RuleKind, TriggerEvent
from govern.usecases.binding import check_records
from govern.usecases.dispositions import confirm_absence, excuse_records, execute_plan, get_plan
from govern.usecases.holds import issue_hold, release_hold
from govern.usecases.projects import save_project
from govern.usecases.records import Project
from govern.usecases.retained import list_retained
from govern.usecases.retaining import add_record, add_records, correct_record
from govern.usecases.schedules import set_rule

from .conftest import CLASS, EXECUTOR, FIRST, OWNER, PROJECT, Boom, Steps, one_a_batch

SUM = sha256(b"one").hexdigest()


def run(archive, plan, **more):
    stores = more.pop("stores", None) or archive.stores()
    return execute_plan(archive.ports, EXECUTOR, stores, plan.id, plan.digest, **more)


def fill(archive, inner="paper", digest=SUM):
    """A folder that is a record, and a file in it that is another; both are due."""
    archive.add("box", folder={"a": b"one", "deep/b": b"two"})
    archive.register(inner, f"{archive.place.at}/box/a", digest)
    return archive.approved()


def left(status):
    return {each.record: (each.outcome, each.words) for each in status.left}


def hold(archive, *records):
    made, _ = issue_hold(archive.ports, OWNER, reason="a claim is threatened", project=PROJECT,
                         scope=HoldScope.RECORDS, values=records)  # fmt: skip
    return made


@pytest.mark.parametrize("apart", [False, True], ids=["one batch", "a batch each"])
@pytest.mark.parametrize("inner", ["a-paper", "paper"], ids=["before", "after"])
def test_both_are_destroyed_and_both_certified(archive, monkeypatch, inner, apart):
    if apart:
        one_a_batch(monkeypatch)
    plan = fill(archive, inner)

    status, issued = run(archive, plan)

    assert list(archive.root.iterdir()) == []
    assert status.left == ()
    said = {each["record"]: each for each in issued.content["destroyed"]}
    assert set(said) == {"box", inner}
    assert (said["box"]["destroyed_with"], said["box"]["objects"], said["box"]["bytes"]) == ("", 2, 6)
    assert (said[inner]["destroyed_with"], said[inner]["objects"], said[inner]["bytes"]) == ("box", 1, 3)
    assert said[inner]["digest"] == said[inner]["registered_digest"] == SUM
    assert said[inner]["at"] == said["box"]["at"]
    (store,) = issued.content["stores"]
    assert (store["records"], store["objects"], store["bytes"]) == (2, 2, 6)  # a thing counts once
    assert list_retained(archive.ports, OWNER, PROJECT) == []
    kinds = [parse_entry(data).kind for data in archive.ports.log.entries()]
    assert kinds.count("retention.disposed") == 2
    check_records(archive.ports, OWNER).check()


def test_several_within_each_other_and_at_one_place(archive):
    archive.add("box", folder={"in/a": b"one", "in/c": b"c", "b": b"two"})
    archive.register("middle", f"{archive.place.at}/box/in")
    archive.register("paper", f"{archive.place.at}/box/in/a", SUM)
    archive.register("twin", f"{archive.place.at}/box")
    archive.add("other")

    _, issued = run(archive, archive.approved())

    said = {each["record"]: (each["destroyed_with"], each["objects"]) for each in issued.content["destroyed"]}
    assert said == {"box": ("", 3), "middle": ("box", 2), "paper": ("box", 1), "twin": ("box", 3), "other": ("", 1)}


STEPS = [
    "begun", "before the end", "ended", "begun", "renamed", "overwritten", "removed", "deleted", "renamed",
    "overwritten", "removed", "deleted", "before the end", "ended", "noted what was carried", "all batches",
    "certified",
]  # fmt: skip


def test_the_steps_are_these_where_the_inner_record_comes_first(archive, monkeypatch):
    one_a_batch(monkeypatch)
    steps = Steps()
    run(archive, fill(archive, "a-paper"), stores=archive.stores(steps), fault=steps)
    assert steps.seen == STEPS


@pytest.mark.parametrize("step", range(len(STEPS)), ids=[f"{n}-{name}" for n, name in enumerate(STEPS)])
def test_a_stop_between_the_two_is_finished_by_the_next_run(stored, monkeypatch, step):
    one_a_batch(monkeypatch)
    plan = fill(stored, "a-paper")
    stop = Steps(step)
    with pytest.raises(Boom):
        run(stored, plan, stores=stored.stores(stop), fault=stop)
    # In the register they end together, whatever the journals say so far.
    ended = len(STEPS) - STEPS[::-1].index("ended") - 1
    assert len(list_retained(stored.ports, OWNER, PROJECT)) == (2 if step < ended else 0)

    status, issued = run(stored, plan)

    assert (status.state, list(stored.root.iterdir())) == ("certified", [])
    said = {each["record"]: each["destroyed_with"] for each in issued.content["destroyed"]}
    assert said == {"a-paper": "box", "box": ""}
    kinds = [parse_entry(data).kind for data in stored.ports.log.entries()]
    assert (kinds.count("retention.disposed"), kinds.count("disposition.certified")) == (2, 1)
    check_records(stored.ports, OWNER).check()


def test_a_hold_on_what_is_gone_already_does_not_deny_it(archive, monkeypatch):
    one_a_batch(monkeypatch)
    plan = fill(archive, "a-paper")
    stop = Steps(STEPS.index("noted what was carried"))
    with pytest.raises(Boom):
        run(archive, plan, stores=archive.stores(stop), fault=stop)
    hold(archive, "a-paper")

    _, issued = run(archive, plan)

    assert len(issued.content["destroyed"]) == 2


def test_a_hold_on_the_outer_one_keeps_both(archive):
    plan = fill(archive)
    made = hold(archive, "box")

    status, issued = run(archive, plan)

    assert issued is None
    assert (archive.root / "box" / "a").read_bytes() == b"one"
    assert left(status) == {
        "box": (Outcome.HELD, f"held by {made.id}"),
        "paper": (Outcome.WITHIN, "it goes with `box`, in which it lies, and that is not destroyed: held"),
    }
    release_hold(archive.ports, FIRST, made.id, "the claim was withdrawn")
    assert run(archive, plan)[1] is not None


def test_where_the_inner_one_is_not_as_registered_the_outer_one_stays(archive):
    plan = fill(archive, digest="0" * 64)

    status, issued = run(archive, plan)

    assert issued is None
    assert (archive.root / "box" / "a").exists()
    assert left(status)["box"] == (
        Outcome.CHANGED, "`paper` lies within it, and its content is not the registered one",
    )  # fmt: skip


def test_an_inner_record_that_was_corrected_since_keeps_the_outer_one(archive):
    plan = fill(archive)
    correct_record(archive.ports, OWNER, PROJECT, "paper", triggers={TriggerEvent.CREATION: date(2026, 11, 1)},
                   reason="the day was wrong")  # fmt: skip

    status, _ = run(archive, plan)

    assert (archive.root / "box" / "a").exists()
    assert left(status) == {
        "box": (Outcome.SHARED, "`paper` of `one` lies there too, and is not in the plan as it stands"),
        "paper": (Outcome.CHANGED, "the register's record was changed since the plan: plan anew"),
    }


@pytest.mark.parametrize(("out", "other", "words"), [
    ("paper", "box", "`paper` of `one` lies there too, and was left out of this plan"),
    ("box", "paper", "`box`, in which it lies, was left out of this plan"),
])  # fmt: skip
def test_what_a_person_left_out_is_not_destroyed_with_the_other(archive, out, other, words):
    plan = fill(archive)
    made = hold(archive, "box", "paper")
    run(archive, plan)
    release_hold(archive.ports, FIRST, made.id, "the claim was withdrawn")
    excuse_records(archive.ports, FIRST, plan.id, [out], "needed until March")

    status, issued = run(archive, plan)

    assert issued is None
    assert (archive.root / "box" / "a").exists()
    assert left(status) == {other: (Outcome.SHARED, words)}


def test_an_inner_record_of_which_nothing_was_in_the_outer_one_is_absent(archive):
    plan = fill(archive, "lost")
    archive.add("box2", folder={"c": b"c"})
    (archive.root / "box" / "a").rename(archive.root / "box" / "deep" / "a")
    correct_record(archive.ports, OWNER, PROJECT, "box", triggers={}, fields={"digest": ""}, reason="files were moved")
    plan = archive.approved()

    status, issued = run(archive, plan)

    assert issued is None
    assert left(status) == {"lost": (Outcome.ABSENT, "nothing is there")}
    assert [each.id for each in list_retained(archive.ports, OWNER, PROJECT)] == ["lost"]
    confirm_absence(archive.ports, FIRST, plan.id, ["lost"], "it was moved within the box")
    _, issued = run(archive, plan)
    assert [each["record"] for each in issued.content["absent"]] == ["lost"]
    assert [each["record"] for each in issued.content["destroyed"]] == ["box", "box2"]


def test_where_the_outer_one_is_absent_so_is_the_inner_one(archive):
    plan = fill(archive)
    for path in sorted((archive.root / "box").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    (archive.root / "box").rmdir()

    status, _ = run(archive, plan)

    assert {each.outcome for each in status.left} == {Outcome.ABSENT}
    confirm_absence(archive.ports, FIRST, plan.id, [], "deleted by hand in March")
    _, issued = run(archive, plan)
    assert [each["record"] for each in issued.content["absent"]] == ["box", "paper"]
    assert issued.content["destroyed"] == []


def test_where_a_store_hides_the_outer_one_the_inner_one_goes_alone(archive):
    plan = fill(archive)
    made = hold(archive, "paper")
    place, store = archive.stores().find(f"{archive.place.at}/box")

    class Hiding:
        method, read, delete, finish = store.method, store.read, store.delete, store.finish
        marker, resolve, places = archive.stores().marker, archive.stores().resolve, (place,)

        def list(self, location):
            return iter(()) if location == "box" else store.list(location)

        def find(self, location):
            return place, self

    status, _ = run(archive, plan, stores=Hiding())
    assert {each: outcome for each, (outcome, _) in left(status).items()} == {
        "box": Outcome.ABSENT, "paper": Outcome.HELD,
    }  # fmt: skip
    confirm_absence(archive.ports, FIRST, plan.id, ["box"], "the store says so")
    release_hold(archive.ports, FIRST, made.id, "the claim was withdrawn")
    _, issued = run(archive, plan, stores=Hiding())
    assert [each["record"] for each in issued.content["absent"]] == ["box"]
    assert [(each["record"], each["destroyed_with"]) for each in issued.content["destroyed"]] == [("paper", "")]


def test_without_the_list_of_what_was_found_in_the_outer_one_nothing_is_claimed_of_the_inner_one(archive, monkeypatch):
    one_a_batch(monkeypatch)
    plan = fill(archive, "a-paper")
    stop = Steps(STEPS.index("noted what was carried"))
    with pytest.raises(Boom):
        run(archive, plan, stores=archive.stores(stop), fault=stop)
    results = {each.record: each for each in get_plan(archive.ports, OWNER, plan.id).results}
    del archive.ports.files.files[results["box"].manifest]

    with pytest.raises(StoreError, match="the list of what was found"):
        run(archive, plan)


# --- what is registered while this runs


def kept_elsewhere(archive, **more):
    """A record of another project, registered at the place of one that is being destroyed."""
    save_project(archive.ports, OWNER, Project("two", "Another project"))
    set_rule(
        archive.ports, OWNER, "two", CLASS, kind=RuleKind.MINIMUM, period=Period(years=9), event=TriggerEvent.CREATION,
        action=Action.DESTROY, reason="nine years by the law of the land",
    )  # fmt: skip
    days = {TriggerEvent.CREATION: date(2026, 1, 5)}
    return RetainedRecord("copy", "two", "The same", CLASS, f"{archive.place.at}/batch-1", days, **more)


@pytest.mark.parametrize("way", ["add", "import", "correct"])
def test_what_is_registered_after_the_beginning_counts(archive, way):
    path = archive.add("batch-1", b"one")
    other = kept_elsewhere(archive)
    if way == "correct":
        add_record(archive.ports, OWNER, replace(other, store=f"{archive.place.at}/elsewhere"))
    plan = archive.approved()

    def fault(name):
        if name != "begun":
            return
        if way == "add":
            add_record(archive.ports, OWNER, other)
        elif way == "import":
            data = f"id,title,class,store,creation\ncopy,The same,{CLASS},{other.store},2026-01-05\n".encode()
            add_records(archive.ports, OWNER, "two", data, "list.csv")
        else:
            correct_record(archive.ports, OWNER, "two", "copy", triggers={}, fields={"store": other.store},
                           reason="it was typed wrong")  # fmt: skip

    status, issued = run(archive, plan, fault=fault)

    assert issued is None
    assert path.read_bytes() == b"one"
    assert left(status) == {
        "batch-1": (Outcome.SHARED, "`copy` of `two` lies there too, and is not in the plan as it stands")
    }


def test_registering_waits_for_the_transaction_that_destroys(stored):
    """It comes before the last look at the register, or after all of the batch is gone: never in between."""
    stored.add("batch-1")
    other = kept_elsewhere(stored)
    plan = stored.approved()
    waiting = []

    def fault(name):
        if name == "renamed":
            order = threading.Thread(target=add_record, args=(stored.ports, OWNER, other))
            order.start()
            order.join(0.3)
            waiting.append((order, order.is_alive()))

    status, _ = run(stored, plan, stores=stored.stores(fault))

    ((order, waited),) = waiting
    order.join(20)
    assert (waited, status.state) == (True, "certified")
    kinds = [parse_entry(data).kind for data in stored.ports.log.entries()]
    assert kinds.index("records.destroyed") < len(kinds) - kinds[::-1].index("retention.registered") - 1
