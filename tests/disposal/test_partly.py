"""A part of a record is destroyed and the rest is not: it is said wherever somebody asks."""

from hashlib import sha256

import pytest

from govern.audit import parse_entry
from govern.disposal import DeclaredStores
from govern.errors import RefusedError, StoreError
from govern.retention import HoldScope, Outcome, StorePlace, parse_manifest
from govern.usecases.binding import check_records
from govern.usecases.dispositions import (
    approve_plan,
    certify_plan,
    confirm_absence,
    excuse_records,
    execute_plan,
    get_plan,
    withdraw_plan,
)
from govern.usecases.holds import issue_hold
from govern.usecases.inventory import take_inventory
from govern.usecases.retaining import correct_record

from .conftest import EXECUTOR, FIRST, OWNER, PLANNER, PROJECT, Boom, Steps, one_a_batch

FOLDER = {"a": b"one", "b": b"two", "deep/c": b"three"}
NOT_ENDED = "its destruction was begun and has not ended"


def run(archive, plan, **more):
    stores = more.pop("stores", None) or archive.stores()
    return execute_plan(archive.ports, EXECUTOR, stores, plan.id, plan.digest, **more)


def hold(archive, *records):
    made, _ = issue_hold(archive.ports, OWNER, reason="a claim is threatened", project=PROJECT,
                         scope=HoldScope.RECORDS, values=records)  # fmt: skip
    return made


def stop_after(archive, plan, deletions, at="deleted"):
    """The process ends after so many deletions."""
    steps = Steps()

    def fault(name):
        if name == at:
            steps(name)
            if len(steps.seen) == deletions:
                raise Boom(name)

    with pytest.raises(Boom):
        run(archive, plan, stores=archive.stores(fault), fault=fault)


def look(archive):
    (found,) = take_inventory(archive.ports, OWNER, archive.stores()).stores
    return found


def sums(*contents):
    return sorted(sha256(each).hexdigest() for each in contents)


def test_after_a_crash_and_a_hold_what_is_gone_is_said_everywhere(stored):
    stored.add("batch-1", folder=FOLDER)
    plan = stored.approved()
    stop_after(stored, plan, 2)

    (each,) = get_plan(stored.ports, OWNER, plan.id).left
    assert (each.outcome, each.gone) == (Outcome.FOUND, None)
    assert each.words == f"{NOT_ENDED}; how much of it is destroyed is not known"
    (each,) = get_plan(stored.ports, OWNER, plan.id, stored.stores()).left
    assert each.gone_list == ""  # whoever only looks keeps nothing
    assert (each.gone, each.words) == (2, f"{NOT_ENDED}; 2 of its 3 things are destroyed")
    assert [(part.record, part.plan, part.gone) for part in look(stored).partly] == [("one/batch-1", plan.id, 2)]

    made = hold(stored, "batch-1")
    status, issued = run(stored, plan)
    assert issued is None
    (each,) = status.left
    assert (each.outcome, each.words) == (Outcome.HELD, f"held by {made.id}; 2 of its 3 things are destroyed")
    assert each.hold == f"{made.id} keeps what is left; what is gone was destroyed before the hold was read"
    assert run(stored, plan)[0].left == status.left  # said once, however often it is tried
    found = look(stored)
    assert ([part.words for part in found.partly], found.missing, found.in_order) == ([each.words], [], False)

    excuse_records(stored.ports, FIRST, plan.id, ["batch-1"], "the claim goes on")
    assert look(stored).partly[0].gone == 2
    _, issued = run(stored, plan)
    said = issued.content
    (part,) = said["partly"]
    assert (part["record"], part["gone"], part["objects"], part["bytes_gone"]) == ("batch-1", 2, 3, 6)
    assert part["digests"] == sums(b"one", b"two")
    gone = parse_manifest(stored.ports.files.get(part["list"]))
    assert [found.name for found, _ in gone.objects] == ["a", "b"]
    assert (part["held_by"], part["hold"]) == (made.id, each.hold)
    assert (said["destroyed"], said["absent"]) == ([], [])
    assert [(store["name"], store["records"], store["objects"], store["bytes"]) for store in said["stores"]] == [
        ("archive", 0, 2, 6)
    ]
    assert said["stores"][0]["verification"] == "no record of this store is destroyed as a whole"
    assert said["holds_checked"]["words"].endswith("; of 1 record a part was destroyed before they were read")
    assert said["not_reached"][0]["what"].startswith("what is left of record batch-1 in ")
    assert "2 of its 3 things are destroyed (held); left out by officer-1" in said["not_reached"][0]["why"]
    assert (stored.root / "batch-1" / "deep" / "c").read_bytes() == b"three"
    check_records(stored.ports, OWNER).check()


def test_a_deletion_that_fails_in_the_middle_says_how_far_it_came(archive):
    archive.add("batch-1", folder=FOLDER)
    plan = archive.approved()
    status, _ = run(archive, plan, stores=Failing(archive, "b"))

    (each,) = status.left
    assert (each.outcome, each.begun, each.gone) == (Outcome.FAILED, True, 1)
    assert each.words == "permission denied; 1 of its 3 things is destroyed"
    (part,) = look(archive).partly
    assert (part.gone, part.objects) == (1, 3)

    _, issued = run(archive, plan)  # nothing is in the way any more
    assert (issued.content["partly"], len(issued.content["destroyed"])) == ([], 1)
    assert look(archive).partly == []


class Failing:
    """A store that denies one file; and, where it went away, everything from then on."""

    def __init__(self, archive, name, *, away=False):
        self._place, self._store = archive.stores().find(f"{archive.place.at}/batch-1")
        self.method, self.read, self.finish = self._store.method, self._store.read, self._store.finish
        self._name, self._away, self._gone = name, away, False
        self.marker, self.resolve = archive.stores().marker, archive.stores().resolve
        self.places = archive.stores().places

    def list(self, location):
        if self._gone:
            raise StoreError("the server does not answer")
        return self._store.list(location)

    def delete(self, location, found):
        if found.name == self._name:
            self._gone = self._away
            raise StoreError("permission denied")
        self._store.delete(location, found)

    def find(self, location):
        return self._place, self


def test_where_the_store_went_away_what_was_deleted_before_counts(archive):
    archive.add("batch-1", folder=FOLDER)
    plan = archive.approved()
    store = Failing(archive, "b", away=True)
    (each,) = run(archive, plan, stores=store)[0].left
    assert (each.gone, each.words) == (1, "permission denied; 1 of its 3 things is destroyed")

    (each,) = run(archive, plan, stores=store)[0].left  # and now nobody can look
    words = "the server does not answer; how much of it is destroyed is not known"
    assert (each.gone, each.words) == (None, words)
    excuse_records(archive.ports, FIRST, plan.id, ["batch-1"], "the server was taken down")
    _, issued = run(archive, plan)
    (part,) = issued.content["partly"]
    assert (part["gone"], part["digests"], part["hold"]) == (None, [], "")


def test_without_the_list_of_what_was_found_it_is_not_known(archive):
    archive.add("batch-1", folder=FOLDER)
    plan = archive.approved()
    stop_after(archive, plan, 1)
    (each,) = get_plan(archive.ports, OWNER, plan.id).results
    del archive.ports.files.files[each.manifest]

    assert get_plan(archive.ports, OWNER, plan.id, archive.stores()).left[0].gone is None
    (each,) = run(archive, plan)[0].left
    assert each.gone is None
    assert each.words.endswith("is not there; how much of it is destroyed is not known")


def test_a_leftover_is_not_called_gone_without_a_word(archive):
    archive.add("batch-1", b"what it says")
    archive.add("batch-2", folder=FOLDER)
    plan = archive.approved()
    stop_after(archive, plan, 2, at="renamed")
    hold(archive, "batch-2")
    (each,) = run(archive, plan)[0].left
    assert each.words.endswith("; 1 of its 3 things is destroyed, and of 1 of them a leftover is still there")


def test_what_was_begun_and_is_whole_is_not_said_to_be_in_part(archive):
    archive.add("batch-1", folder=FOLDER)
    archive.add("batch-2")
    plan = archive.approved()
    stop_after(archive, plan, 1)
    archive.add("batch-3")
    other = archive.approved()  # of all three, and not begun
    status = get_plan(archive.ports, OWNER, plan.id, archive.stores())
    assert [(each.record, each.gone) for each in status.left] == [("batch-1", 1), ("batch-2", 0)]
    assert status.left[1].words == NOT_ENDED
    assert [part.record for part in look(archive).partly] == ["one/batch-1"]
    assert get_plan(archive.ports, OWNER, other.id, archive.stores()).results == ()


def test_what_a_later_plan_destroyed_is_not_in_part_any_more(archive):
    archive.add("batch-1", folder=FOLDER, digest="")
    plan = archive.approved()
    run(archive, plan, stores=Failing(archive, "b"))
    excuse_records(archive.ports, FIRST, plan.id, ["batch-1"], "planned again")
    run(archive, plan)
    assert len(look(archive).partly) == 1
    run(archive, archive.approved())
    assert look(archive).partly == []


def test_each_store_names_its_own(archive, tmp_path):
    (tmp_path / "other").mkdir()
    other = StorePlace("other", f"file://{tmp_path}/other")
    archive.add("batch-1", folder=FOLDER)
    run(archive, archive.approved(), stores=Failing(archive, "b"))
    found = take_inventory(archive.ports, OWNER, DeclaredStores([archive.place, other])).stores
    assert [[part.record for part in each.partly] for each in found] == [["one/batch-1"], []]


# --- what lies within a record of which a part is destroyed


@pytest.mark.parametrize("inner", ["paper", "a-paper"])  # in the batch of the outer one's, and in one before
def test_what_went_with_a_part_of_the_record_around_it(archive, monkeypatch, inner):
    if inner == "a-paper":
        one_a_batch(monkeypatch)
    archive.add("batch-1", folder=FOLDER)
    archive.register(inner, f"{archive.place.at}/batch-1/a")
    archive.register(f"{inner}-2", f"{archive.place.at}/batch-1/deep")
    plan = archive.approved()

    status, _ = run(archive, plan, stores=Failing(archive, "b"))

    left = {each.record: each for each in status.left}
    assert (left["batch-1"].gone, left[inner].gone, left[f"{inner}-2"].gone) == (1, 1, 0)
    words = "it goes with `batch-1`, in which it lies, and that is not destroyed: failed"
    assert left[inner].words == f"{words}; 1 of its 1 thing is destroyed"
    again = {each.record: each for each in run(archive, plan, stores=Failing(archive, "b"))[0].left}
    assert again[inner] == left[inner]
    assert {part.record for part in look(archive).partly} == {"one/batch-1", f"one/{inner}"}

    excuse_records(archive.ports, FIRST, plan.id, list(left), "the server denies it")
    _, issued = run(archive, plan)
    said = {each["record"]: each for each in issued.content["partly"]}
    assert (said[inner]["destroyed_with"], said[inner]["digests"]) == ("batch-1", sums(b"one"))
    assert [store["objects"] for store in issued.content["stores"]] == [1]  # it counts with what it lay in


def test_of_what_lies_within_it_is_not_known_where_it_is_not_of_the_outer_one(archive):
    archive.add("batch-1", folder=FOLDER)
    archive.register("paper", f"{archive.place.at}/batch-1/a")
    plan = archive.approved()
    store = Failing(archive, "b", away=True)
    run(archive, plan, stores=store)
    left = {each.record: each for each in run(archive, plan, stores=store)[0].left}
    assert (left["batch-1"].gone, left["paper"].gone) == (None, None)


def test_of_what_lies_within_it_is_not_known_without_the_list(archive, monkeypatch):
    one_a_batch(monkeypatch)
    archive.add("batch-1", folder=FOLDER)
    archive.register("z-paper", f"{archive.place.at}/batch-1/a")
    plan = archive.approved()
    run(archive, plan, stores=Failing(archive, "b"))
    excuse_records(archive.ports, FIRST, plan.id, ["batch-1"], "the server denies it")
    outer = get_plan(archive.ports, OWNER, plan.id).results[0]
    del archive.ports.files.files[outer.gone_list]
    (each,) = run(archive, plan)[0].left
    assert each.words.endswith("was left out of this plan; how much of it is destroyed is not known")
    excuse_records(archive.ports, FIRST, plan.id, ["z-paper"], "the server denies it")
    _, issued = run(archive, plan)
    assert [(part["gone"], part["digests"]) for part in issued.content["partly"]] == [(1, []), (None, [])]


# --- plans of which nothing is destroyed


def test_where_nothing_was_destroyed_the_plan_is_closed_without_a_certificate(archive):
    path = archive.add("batch-1", digest="0" * 64)
    plan = archive.approved()
    assert run(archive, plan)[1] is None
    excuse_records(archive.ports, FIRST, plan.id, ["batch-1"], "its digest was typed wrong")

    status, issued = run(archive, plan)

    assert (status.state, issued, path.exists()) == ("closed", None, True)
    with pytest.raises(RefusedError, match="was destroyed: it is closed, without a certificate"):
        certify_plan(archive.ports, OWNER, archive.stores(), plan.id)
    assert not any(parse_entry(data).kind == "disposition.certified" for data in archive.ports.log.entries())


def test_after_a_correction_the_plan_says_that_the_register_was_changed(archive):
    path = archive.add("batch-1", digest="0" * 64)
    plan = archive.approved()
    (each,) = run(archive, plan)[0].left
    assert "its content has the digest" in each.words
    digest = {"digest": sha256(path.read_bytes()).hexdigest()}
    correct_record(archive.ports, OWNER, PROJECT, "batch-1", triggers={}, fields=digest, reason="it was typed wrong")

    (each,) = run(archive, plan)[0].left

    assert each.outcome is Outcome.CHANGED
    assert each.words == "the register's record was changed since the plan: plan anew"
    status = withdraw_plan(archive.ports, PLANNER, plan.id, "a digest was corrected")
    assert status.state == "withdrawn"
    assert run(archive, archive.approved())[1] is not None


def test_a_plan_that_was_withdrawn_is_carried_out_by_nobody(archive):
    path = archive.add("batch-1")
    plan = archive.approved()
    withdraw_plan(archive.ports, PLANNER, plan.id, "made by mistake")

    assert get_plan(archive.ports, OWNER, plan.id).withdrawn.startswith("withdrawn by planner-1 at 2026-11-24T")
    for act in (
        lambda: run(archive, plan),
        lambda: approve_plan(archive.ports, OWNER, plan.id, plan.digest),
        lambda: excuse_records(archive.ports, FIRST, plan.id, ["batch-1"], "no"),
        lambda: confirm_absence(archive.ports, FIRST, plan.id, ["batch-1"], "no"),
        lambda: withdraw_plan(archive.ports, PLANNER, plan.id, "once more"),
    ):
        with pytest.raises(RefusedError, match="was withdrawn"):
            act()
    assert path.exists()
    assert [parse_entry(data).kind for data in archive.ports.log.entries()][-1] == "disposition.withdrawn"


def test_a_plan_that_is_withdrawn_between_two_batches_goes_no_further(archive, monkeypatch):
    one_a_batch(monkeypatch)
    first, second = archive.add("batch-1", digest="0" * 64), archive.add("batch-2")
    plan = archive.approved()

    def fault(name):
        if name == "ended":
            withdraw_plan(archive.ports, PLANNER, plan.id, "a digest is wrong")

    with pytest.raises(RefusedError, match="was withdrawn"):
        run(archive, plan, fault=fault)
    assert (first.exists(), second.exists()) == (True, True)


def test_what_destroyed_anything_is_not_withdrawn(archive):
    archive.add("batch-1")
    archive.add("batch-2", digest="0" * 64)
    plan = archive.approved()
    stop_after(archive, plan, 1, at="begun")
    with pytest.raises(RefusedError, match="is destroyed, or may be"):  # nobody knows yet
        withdraw_plan(archive.ports, PLANNER, plan.id, "made by mistake")
    run(archive, plan)
    with pytest.raises(RefusedError, match="is destroyed, or may be"):
        withdraw_plan(archive.ports, PLANNER, plan.id, "made by mistake")
