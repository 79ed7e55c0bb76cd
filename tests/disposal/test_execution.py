"""From the plan to the certificate, over real files; and a stop at every step, with the state after the next run."""

import json
import threading
from dataclasses import replace
from datetime import date
from hashlib import sha256

import pytest

from govern.audit import Proof, format_proof, inclusion_path, parse_entry
from govern.errors import FactError, RefusedError, StoreError, VerificationError
from govern.kernel import Actor, Role, canonical_bytes
from govern.library.content import Content
from govern.retention import (
    Action,
    HoldScope,
    Outcome,
    Period,
    PlanItem,
    RetainedRecord,
    RuleKind,
    TriggerEvent,
    format_page,
)
from govern.usecases.access import note_access
from govern.usecases.binding import check_records
from govern.usecases.destroying import read_items
from govern.usecases.dispositions import (
    approve_plan,
    certify_plan,
    excuse_records,
    execute_plan,
    get_plan,
    list_plans,
    plan_destruction,
    verify_certificate,
)
from govern.usecases.holds import issue_hold, release_hold
from govern.usecases.projects import answer_facts, save_project
from govern.usecases.records import Project
from govern.usecases.retained import list_retained
from govern.usecases.retaining import add_record, correct_record
from govern.usecases.schedules import resolve_conflict, set_rule

from ..library.trees import grow
from .conftest import CLASS, DAY, EXECUTOR, FIRST, OWNER, PLANNER, PROJECT, SECOND, Boom, Steps, prepare


def run(archive, plan, **more):
    stores = more.pop("stores", None) or archive.stores()
    return execute_plan(archive.ports, EXECUTOR, stores, plan.id, plan.digest, **more)


def test_the_whole_way(archive):
    one = archive.add("batch-1", b"what it says")
    two = archive.add("batch-2", folder={"a.txt": b"a", "deep/er/b.txt": b"bb"})
    plan = archive.approved()
    seen = []

    status, issued = run(archive, plan, progress=lambda done, of: seen.append((done, of)))

    assert not one.exists()
    assert not two.exists()
    assert archive.root.is_dir()
    assert status.state == "certified"
    assert seen == [(2, 2)]
    said = issued.content
    assert [each["record"] for each in said["destroyed"]] == ["batch-1", "batch-2"]
    assert said["destroyed"][0]["digest"] == said["destroyed"][0]["registered_digest"]
    assert said["destroyed"][1]["objects"] == 2
    assert {each["actor"] for each in said["approvals"]} == {"officer-1", "counsel-1"}
    assert said["executed_by"] == ["admin-1"]
    assert said["basis"] == [
        {"authority": said["basis"][0]["authority"], "record_class": "labelled batches", "records": 2,
         "rule": said["basis"][0]["rule"], "schedule": plan.schedule}
    ]  # fmt: skip
    assert said["stores"][0]["technique"] == "clear"
    assert {"expires": "2026-12-29", "what": "archive: nightly backup", "why": "a copy that is not in the store"} in (
        said["not_reached"]
    )
    assert b"what it says" not in issued.to_file()  # digests, never content
    assert list_retained(archive.ports, OWNER, PROJECT) == []
    assert len(list_retained(archive.ports, OWNER, PROJECT, disposed=True)) == 2


NAMES = "".join(
    f"{fact}:\n  type: string\n  meta: {{kind: text, group: Parties, question: What is it?}}\n"
    for fact in ("client.name", "client.registration", "vendor.address")
)


def test_the_certificate_names_the_legal_persons_that_the_project_knows(ports, tmp_path):
    library = Content(grow(tmp_path / "content", **{"schemas/facts/names.yaml": NAMES}))
    archive = prepare(replace(ports, library=library), tmp_path)
    answers = {"client.name": "Larkfield", "client.registration": "LF-1931", "vendor.address": "Pune"}
    answer_facts(archive.ports, OWNER, PROJECT, answers)
    archive.add("batch-1")
    _, issued = run(archive, archive.approved())
    assert issued.content["parties"] == [{"role": "client", "name": "Larkfield", "registration": "LF-1931"}]


def test_the_log_has_the_whole_way(archive):
    archive.add("batch-1")
    run(archive, archive.approved())

    kinds = [parse_entry(data).kind for data in archive.ports.log.entries()]

    assert kinds[-7:] == [
        "disposition.planned", "disposition.approved", "disposition.approved", "destruction.begun",
        "retention.disposed", "records.destroyed", "disposition.certified",
    ]  # fmt: skip
    check_records(archive.ports, OWNER).check()


def test_a_certificate_verifies_by_the_logs_key_alone(archive):
    archive.add("batch-1")
    plan = archive.approved()
    _, issued = run(archive, plan)
    file = issued.to_file()

    assert verify_certificate(file, archive.ports.signer.keys)["plan"]["digest"] == plan.digest
    assert certify_plan(archive.ports, OWNER, archive.stores(), plan.id).statement == issued.statement

    changed = json.loads(file)
    changed["statement"]["plan"]["reason"] = "another"
    with pytest.raises(VerificationError, match="about another certificate"):
        verify_certificate(canonical_bytes(changed), archive.ports.signer.keys)
    for other in (b"[]", b'{"entry":1}'):
        with pytest.raises(VerificationError, match="not a certificate"):
            verify_certificate(other, archive.ports.signer.keys)


@pytest.mark.parametrize("plan_of", [lambda plan: plan, lambda plan: {**plan, "id": "another"}, lambda plan: "x"])
def test_a_document_that_was_read_out_of_the_log_is_no_certificate(archive, plan_of):
    """The log commits to the bytes of whatever is given out; who brings them along has destroyed nothing."""
    archive.add("batch-1")
    _, issued = run(archive, archive.approved())
    forged = json.loads(issued.statement)
    forged["plan"], forged["certified_by"] = plan_of(forged["plan"]), "mallory"
    digest = sha256(canonical_bytes(forged)).hexdigest()
    log, kind = archive.ports.log, "document.read" if isinstance(forged["plan"], dict) else "disposition.certified"
    index = note_access(archive.ports, OWNER, kind, f"file:{digest}", f"project:{PROJECT}", digest)
    head = log.head()
    proof = format_proof(Proof(index, inclusion_path(index, head.size, log.read_node), head.checkpoint))
    entry = next(log.entries(index)).decode()
    file = canonical_bytes({"entry": entry, "proof": proof.decode(), "statement": forged})
    with pytest.raises(VerificationError, match="not the one by which this destruction was certified"):
        verify_certificate(file, archive.ports.signer.keys)


def test_two_different_people_approve_exactly_this_plan(archive):
    path = archive.add("batch-1")
    plan = archive.plan()
    with pytest.raises(RefusedError, match="2 more approvals"):
        run(archive, plan)
    with pytest.raises(RefusedError, match="may not approve destruction"):
        approve_plan(archive.ports, PLANNER, plan.id, plan.digest)
    with pytest.raises(RefusedError, match="is not the digest"):
        approve_plan(archive.ports, FIRST, plan.id, "0" * 64)
    approve_plan(archive.ports, FIRST, plan.id, plan.digest)
    with pytest.raises(RefusedError, match="approved this plan already"):
        approve_plan(archive.ports, FIRST, plan.id, plan.digest)
    with pytest.raises(RefusedError, match="1 more approval is"):
        run(archive, plan)
    assert approve_plan(archive.ports, SECOND, plan.id, plan.digest).state == "approved"
    with pytest.raises(RefusedError, match="is not the digest"):
        execute_plan(archive.ports, EXECUTOR, archive.stores(), plan.id, plan.digest[:12])
    with pytest.raises(RefusedError, match="may not destroy records"):
        execute_plan(archive.ports, PLANNER, archive.stores(), plan.id, plan.digest)

    assert path.exists()


def test_what_is_not_due_is_counted_and_left(archive):
    archive.add("batch-1")
    archive.add("batch-2")
    issue_hold(archive.ports, OWNER, reason="a claim is threatened", project=PROJECT, scope=HoldScope.RECORDS,
               values=["batch-2"])  # fmt: skip

    plan = archive.plan()

    assert [each.record for each in read_items(archive.ports, plan)] == ["batch-1"]
    assert plan.left == {"held": 1}
    assert len(plan.holds) == 1
    with pytest.raises(FactError, match="in the future"):
        plan_destruction(archive.ports, PLANNER, PROJECT, date(2027, 1, 1), "too early")
    with pytest.raises(FactError, match="one line"):
        plan_destruction(archive.ports, PLANNER, PROJECT, DAY, "two\nlines")


def test_a_part_is_planned_by_class_or_by_number(archive):
    for number in range(3):
        archive.add(f"batch-{number}")

    def plan(**more):
        return plan_destruction(archive.ports, PLANNER, PROJECT, DAY, "in parts", **more)

    assert [each.record for each in read_items(archive.ports, plan(most=2))] == ["batch-0", "batch-1"]
    assert plan(record_class="labelled batches").items == 3
    with pytest.raises(RefusedError, match="of class `contracts` is due"):
        plan(record_class="contracts")


def test_nothing_due_is_refused(archive):
    with pytest.raises(RefusedError, match="nothing is registered"):
        archive.plan()


def test_a_hold_that_comes_after_the_approval_stops_it(archive):
    one, two = archive.add("batch-1"), archive.add("batch-2")
    plan = archive.approved()
    hold, _ = issue_hold(archive.ports, OWNER, reason="a claim is threatened", project=PROJECT,
                         scope=HoldScope.RECORDS, values=["batch-1"])  # fmt: skip

    status, issued = run(archive, plan)

    assert one.exists()
    assert not two.exists()
    assert issued is None
    assert [(each.record, each.outcome) for each in status.left] == [("batch-1", Outcome.HELD)]
    assert status.state == "begun"
    with pytest.raises(RefusedError, match="1 of 2 records"):
        certify_plan(archive.ports, OWNER, archive.stores(), plan.id)

    release_hold(archive.ports, FIRST, hold.id, "the claim was withdrawn")
    status, issued = run(archive, plan)
    assert not one.exists()
    assert issued.content["holds_checked"]["at_destruction"] == [hold.id]


def test_a_hold_between_the_beginning_and_the_deletion_counts(archive):
    path = archive.add("batch-1")
    plan = archive.approved()

    def fault(name):
        if name == "begun":
            issue_hold(archive.ports, OWNER, reason="a claim is threatened", project=PROJECT, scope=HoldScope.PROJECT)

    status, issued = run(archive, plan, fault=fault)

    assert path.read_bytes() == b"content"
    assert issued is None
    assert status.left[0].outcome is Outcome.HELD


@pytest.mark.parametrize(
    ("change", "outcome", "words"),
    [
        (lambda path: path.write_bytes(b"other"), Outcome.CHANGED, "its content has the digest"),
        (lambda path: path.unlink(), Outcome.ABSENT, "nothing is there"),
        (lambda path: path.with_name("second").hardlink_to(path), Outcome.FAILED, "hard link"),
    ],
    ids=["changed", "gone", "hard link"],
)
def test_what_is_not_as_registered_is_left(archive, change, outcome, words):
    path = archive.add("batch-1")
    archive.add("batch-2")
    plan = archive.approved()
    change(path)

    status, issued = run(archive, plan)

    assert issued is None
    assert (status.left[0].outcome, words in status.left[0].words) == (outcome, True)
    assert not (archive.root / "batch-2").exists()


def test_one_that_is_left_out_is_in_the_certificate(archive):
    archive.add("batch-1").unlink()
    archive.add("batch-2")
    plan = archive.approved()
    with pytest.raises(RefusedError, match="not on the list"):
        excuse_records(archive.ports, FIRST, plan.id, ["batch-1"], "lost in the fire")
    run(archive, plan)
    with pytest.raises(RefusedError, match="not on the list"):
        excuse_records(archive.ports, FIRST, plan.id, ["batch-2"], "it is destroyed")
    with pytest.raises(StoreError, match="no record `batch-9`"):
        excuse_records(archive.ports, FIRST, plan.id, ["batch-9"], "there is none")

    excuse_records(archive.ports, FIRST, plan.id, ["batch-1"], "lost in the fire")
    _, issued = run(archive, plan)

    said = issued.content
    assert [each["record"] for each in said["destroyed"]] == ["batch-2"]
    assert "lost in the fire" in said["not_reached"][0]["why"]


def test_several_are_left_out_at_once_or_none(archive):
    for each in ("batch-1", "batch-2"):
        archive.add(each).unlink()
    plan = archive.approved()
    run(archive, plan)
    with pytest.raises(StoreError, match="no record `batch-9`"):
        excuse_records(archive.ports, FIRST, plan.id, ["batch-1", "batch-9"], "lost in the fire")
    out = excuse_records(archive.ports, FIRST, plan.id, ["batch-2", "batch-1"], "lost in the fire")
    assert [each.record for each in out] == ["batch-1", "batch-2"]


def test_a_record_that_was_corrected_since_is_left(archive):
    path = archive.add("batch-1")
    plan = archive.approved()
    correct_record(archive.ports, OWNER, PROJECT, "batch-1", triggers={TriggerEvent.CREATION: date(2026, 2, 1)},
                   reason="the day was wrong")  # fmt: skip

    status, _ = run(archive, plan)

    assert path.exists()
    assert "changed since the plan" in status.left[0].words


def test_what_the_schedule_keeps_by_now_is_left(archive):
    """Counsel decided otherwise after the approval. A record around it, of another class, is left with it."""
    for kind, days in ((RuleKind.MINIMUM, 3650), (RuleKind.MAXIMUM, 30)):
        set_rule(
            archive.ports, OWNER, PROJECT, "papers", kind=kind, period=Period(days=days), event=TriggerEvent.CREATION,
            action=Action.DESTROY, reason="by the law of the land",
        )  # fmt: skip
    rules = ("project.papers.minimum", "project.papers.maximum")

    def decide(prevails):
        resolve_conflict(
            archive.ports, SECOND, PROJECT, "papers", *rules, prevails=prevails, reason="counsel's opinion"
        )

    archive.add("box", folder={"a": b"a", "b": b"b"})
    for name, store in (("paper", "box/a"), ("alone", "alone")):
        days = {TriggerEvent.CREATION: date(2026, 1, 5)}
        record = RetainedRecord(name, PROJECT, "A paper", "papers", f"{archive.place.at}/{store}", days)
        add_record(archive.ports, OWNER, record)
    alone = archive.add("alone", register=False)
    decide(rules[1])
    plan = archive.approved()
    decide(rules[0])

    status, issued = run(archive, plan)

    words = "by the schedule of today it is not due for destruction (kept until 2036-01-03, as decided by counsel-1)"
    assert issued is None
    assert alone.exists()
    assert (archive.root / "box" / "a").exists()
    found = {each.record: (each.outcome, each.words) for each in status.left}
    assert found["alone"] == (Outcome.CHANGED, words)
    assert found["box"] == (Outcome.SHARED, f"`paper` of `one` lies there too, and {words}")
    assert found["paper"][0] is Outcome.WITHIN
    decide(rules[1])
    assert run(archive, plan)[1] is not None


def test_a_store_that_is_not_declared_or_not_mounted(archive):
    archive.add("batch-1")
    archive.register("elsewhere", "file:///nowhere/elsewhere")
    plan = archive.approved()
    archive.root.rename(archive.root.with_name("unmounted"))

    status, issued = run(archive, plan)

    assert issued is None
    words = {each.record: each.words for each in status.left}
    assert "no declared store" in words["elsewhere"]
    assert "cannot be opened" in words["batch-1"]


STEPS = [
    "begun", "renamed", "overwritten", "removed", "deleted", "renamed", "overwritten", "removed", "deleted",
    "renamed", "overwritten", "removed", "deleted", "before the end", "ended", "all batches", "certified",
]  # fmt: skip


def fill(archive):
    archive.add("batch-1", b"one" * 1000)
    archive.add("batch-2", folder={"a": b"a", "deep/b": b"b"})
    return archive.approved()


def test_the_steps_are_these(archive):
    steps = Steps()
    run(archive, fill(archive), stores=archive.stores(steps), fault=steps)
    assert steps.seen == STEPS


@pytest.mark.parametrize("step", range(len(STEPS)), ids=[f"{n}-{name}" for n, name in enumerate(STEPS)])
def test_a_stop_at_a_step_is_finished_by_the_next_run(stored, step):
    plan = fill(stored)
    stop = Steps(step)
    with pytest.raises(Boom):
        run(stored, plan, stores=stored.stores(stop), fault=stop)
    status = get_plan(stored.ports, OWNER, plan.id)
    if STEPS[step] != "certified":
        assert not status.certificate
    if step < STEPS.index("ended"):  # nothing counts as destroyed before the transaction that says so
        assert len(list_retained(stored.ports, OWNER, PROJECT)) == 2

    status, issued = run(stored, plan)

    assert status.state == "certified"
    assert [each["record"] for each in issued.content["destroyed"]] == ["batch-1", "batch-2"]
    assert list(stored.root.iterdir()) == []
    assert len([e for e in stored.ports.log.entries() if b'"kind":"disposition.certified"' in e]) == 1
    check_records(stored.ports, OWNER).check()


@pytest.mark.parametrize("step", range(1, STEPS.index("ended")))
def test_a_hold_after_a_stop_keeps_what_is_left_and_does_not_deny_what_is_gone(archive, step):
    plan = fill(archive)
    stop = Steps(step)
    with pytest.raises(Boom):
        run(archive, plan, stores=archive.stores(stop), fault=stop)
    left = {path.name for path in archive.root.rglob("*") if path.is_file()}
    hold, _ = issue_hold(archive.ports, OWNER, reason="a claim is threatened", project=PROJECT,
                         scope=HoldScope.PROJECT)  # fmt: skip

    status, issued = run(archive, plan)

    assert {path.name for path in archive.root.rglob("*") if path.is_file()} == left
    assert (issued is None) == bool(left)
    assert all(each.outcome is Outcome.HELD for each in status.left)
    release_hold(archive.ports, FIRST, hold.id, "the claim was withdrawn")
    status, issued = run(archive, plan)
    assert len(issued.content["destroyed"]) == 2
    assert list(archive.root.iterdir()) == []


def test_what_comes_between_two_runs_is_not_destroyed(archive):
    plan = fill(archive)
    stop = Steps(STEPS.index("deleted") + 1)
    with pytest.raises(Boom):
        run(archive, plan, stores=archive.stores(stop), fault=stop)
    new = archive.root / "batch-2" / "new.txt"
    new.write_bytes(b"nobody approved this")

    status, issued = run(archive, plan)

    assert new.exists()
    assert issued is None
    assert "`new.txt` has come since" in status.left[0].words
    new.unlink()
    assert run(archive, plan)[1] is not None


def test_a_hold_waits_for_the_transaction_that_destroys(stored):
    """It comes before the last look at the holds, or after all of the batch is gone: never in between."""
    stored.add("batch-1")
    plan = stored.approved()
    waiting = []

    def fault(name):
        if name == "renamed":
            order = threading.Thread(
                target=issue_hold, args=(stored.ports, OWNER),
                kwargs={"reason": "a claim is threatened", "project": PROJECT, "scope": HoldScope.PROJECT},
            )  # fmt: skip
            order.start()
            order.join(0.3)
            waiting.append((order, order.is_alive()))

    status, _ = run(stored, plan, stores=stored.stores(fault))

    ((order, waited),) = waiting
    order.join(20)
    assert (waited, status.state) == (True, "certified")
    kinds = [parse_entry(data).kind for data in stored.ports.log.entries()]
    assert kinds.index("records.destroyed") < kinds.index("hold.issued")


def test_a_plan_that_is_too_large_for_one_certificate_is_not_begun(archive, monkeypatch):
    path = archive.add("batch-1")
    plan = archive.approved()
    monkeypatch.setattr("govern.usecases.dispositions.LARGEST", 0)
    with pytest.raises(RefusedError, match="under one certificate"):
        run(archive, plan)
    assert path.exists()


def test_what_a_store_does_not_delete_is_not_certified(archive):
    """A server that says yes and keeps the file."""
    path = archive.add("batch-1")
    plan = archive.approved()
    stores = archive.stores()
    place, store = stores.find(f"{archive.place.at}/batch-1")

    class Liar:
        method, list, read, finish = store.method, store.list, store.read, store.finish
        marker, resolve, places = stores.marker, stores.resolve, stores.places

        def delete(self, location, found):
            pass

        def find(self, location):
            return place, self

    status, issued = run(archive, plan, stores=Liar())

    assert issued is None
    assert status.left[0].words == "1 things are still there after the deletion"
    assert path.exists()
    assert run(archive, plan)[1] is not None


def test_what_was_destroyed_counts_though_its_row_was_removed_behind_our_back(archive):
    plan = archive.add("batch-1") and archive.approved()
    stop = Steps(STEPS.index("deleted"))
    with pytest.raises(Boom):
        run(archive, plan, stores=archive.stores(stop), fault=stop)
    del archive.ports.register.state.records["retained", f"{PROJECT}/batch-1"]

    _, issued = run(archive, plan)

    assert [each["record"] for each in issued.content["destroyed"]] == ["batch-1"]


def test_without_the_list_of_what_was_found_nothing_is_deleted(archive):
    path = archive.add("batch-1")
    plan = archive.approved()
    stop = Steps(0)
    with pytest.raises(Boom):
        run(archive, plan, stores=archive.stores(stop), fault=stop)
    manifest = get_plan(archive.ports, OWNER, plan.id).results[0].manifest
    del archive.ports.files.files[manifest]

    status, issued = run(archive, plan)

    assert issued is None
    assert "is not there" in status.left[0].words
    assert path.exists()


def test_a_certificate_whose_entry_is_gone_is_not_given_out(archive):
    archive.add("batch-1")
    plan = archive.approved()
    run(archive, plan)
    ports = replace(archive.ports, log=Hidden(archive.ports.log))
    with pytest.raises(VerificationError, match="no entry names"):
        certify_plan(ports, OWNER, archive.stores(), plan.id)


class Hidden:
    """A log from whose reading the certificate's entry is missing."""

    def __init__(self, log):
        self.sequence, self.read_node, self._log = log.sequence, log.read_node, log

    def entries(self, start=0, stop=None):
        return (data for data in self._log.entries(start, stop) if b"disposition.certified" not in data)


def test_many_records_go_in_batches(archive):
    for number in range(45):
        archive.add(f"batch-{number:02}")
    plan = archive.approved()
    seen = []

    _, issued = run(archive, plan, progress=lambda done, of: seen.append(done))

    assert seen == [20, 40, 45]
    assert len(issued.content["destroyed"]) == 45


def test_plans_are_found_by_the_beginning_of_their_ids(archive):
    archive.add("batch-1")
    made = [archive.plan() for _ in range(17)]  # two of them begin with the same digit
    first = [each.id[0] for each in made]
    plan = next(each for each in made if first.count(each.id[0]) > 1)

    assert get_plan(archive.ports, OWNER, plan.id[:11]).plan == plan
    assert [each.plan for each in list_plans(archive.ports, OWNER)] == made
    assert list_plans(archive.ports, OWNER, "other") == []
    for typed, words in ((plan.id[0], "names several"), ("zzz", "is no plan")):
        with pytest.raises(StoreError, match=words):
            get_plan(archive.ports, OWNER, typed)


def test_a_page_that_is_gone_is_said(archive):
    plan = archive.add("batch-1") and archive.plan()
    lost = replace(plan, pages=("0" * 64,))
    with pytest.raises(VerificationError, match="is not there"):
        list(read_items(archive.ports, lost))


def test_an_auditor_may_read_and_not_destroy(archive):
    archive.add("batch-1")
    plan = archive.approved()
    auditor = Actor("auditor-1", frozenset({Role.AUDITOR}))

    assert get_plan(archive.ports, auditor, plan.id).state == "approved"
    with pytest.raises(RefusedError, match="may not destroy"):
        certify_plan(archive.ports, auditor, archive.stores(), plan.id)


def test_a_page_is_what_was_hashed():
    item = PlanItem("r", 1, "c", "file:///a/b", "", "rule", "law Art. 1", "2026-01-01", "one@1", "since")
    line = b'["r",1,"c","file:///a/b","","rule","law Art. 1","2026-01-01","one@1","since"]\n'
    assert format_page([item]) == line


def test_a_record_around_another_that_is_held_is_left(archive):
    archive.add("box", folder={"a": b"one", "b": b"two"})
    archive.register("paper", f"{archive.place.at}/box/a")
    plan = archive.approved()
    hold, _ = issue_hold(archive.ports, OWNER, reason="a claim is threatened", project=PROJECT,
                         scope=HoldScope.RECORDS, values=["paper"])  # fmt: skip

    status, issued = run(archive, plan)

    assert (archive.root / "box" / "a").read_bytes() == b"one"
    assert (archive.root / "box" / "b").exists()
    assert issued is None
    assert [(each.record, each.outcome) for each in status.left] == [("box", Outcome.HELD), ("paper", Outcome.HELD)]
    assert status.left[0].words == f"`paper` of `one` lies there too, and is held by {hold.id}"

    release_hold(archive.ports, FIRST, hold.id, "the claim was withdrawn")
    status, _ = run(archive, plan)
    assert not (archive.root / "box").exists()


def test_a_record_at_the_place_of_another_that_is_kept_is_left(archive):
    path = archive.add("batch-1")
    plan = archive.approved()
    save_project(archive.ports, OWNER, Project("two", "Another project"))
    set_rule(
        archive.ports, OWNER, "two", CLASS, kind=RuleKind.MINIMUM, period=Period(years=9), event=TriggerEvent.CREATION,
        action=Action.DESTROY, reason="nine years by the law of the land",
    )  # fmt: skip
    days = {TriggerEvent.CREATION: date(2026, 1, 5)}
    kept = RetainedRecord("copy", "two", "The same", CLASS, f"{archive.place.at}/batch-1", days)
    add_record(archive.ports, OWNER, kept)

    status, issued = run(archive, plan)

    assert path.read_bytes() == b"content"
    assert issued is None
    assert [(each.outcome, each.words) for each in status.left] == [
        (Outcome.SHARED, "`copy` of `two` lies there too, and is not in the plan as it stands")
    ]
    correct_record(archive.ports, OWNER, "two", "copy", triggers={}, fields={"store": f"{archive.place.at}/elsewhere"},
                   reason="it was typed wrong")  # fmt: skip
    _, issued = run(archive, plan)
    assert not path.exists()
    assert [each["record"] for each in issued.content["destroyed"]] == ["batch-1"]
