"""Which role may do what, through every use case: who may not is refused before anything is read or written."""

from dataclasses import replace
from datetime import date
from hashlib import sha256

import pytest

from govern.disposal import DeclaredStores
from govern.errors import RefusedError
from govern.kernel import MAY, Actor, Evidence, Role
from govern.retention import (
    Action,
    DeadlineEvent,
    HoldScope,
    Period,
    RetainedRecord,
    RuleKind,
    StorePlace,
    TriggerEvent,
)
from govern.rules import Status
from govern.usecases import (
    access,
    binding,
    dispositions,
    drafts,
    due,
    erasure,
    evidence,
    gaps,
    holds,
    inventory,
    law,
    linting,
    logs,
    matters,
    parameters,
    positions,
    projects,
    recovery,
    retained,
    retaining,
    reviewing,
    rotation,
    schedules,
    signing,
    standing,
    tracing,
    vendor_returns,
    waivers,
    witnessing,
    workspaces,
)

ANYBODY = Actor("anybody", frozenset(Role))
GAP, REASON = "GDPR-28.3.a", "the clause is agreed and unsigned"


def begin(w, a, p, day):
    """A project of its own for each role."""
    return projects.new_project(w, a, "-".join(["by", *a.roles]).replace("_", "-"), "A title")


def attach(w, a, p, href="dpa.pdf"):
    return evidence.attach_evidence(w, a, p.id, {next(iter(p.answers)): None}, Evidence(href=href), b"PDF")


def detach(w, a, p, day):
    """One of the documents that are there; each role that may has its own."""
    (filed, *_) = evidence.list_evidence(w, ANYBODY, p.id, day)
    return evidence.detach_evidence(w, a, p.id, filed.evidence.href)


def revoke(w, a, p, day):
    """One of the waivers that hold; each role that may has its own."""
    held = [each for each in waivers.list_waivers(w, ANYBODY, p.id) if each.covers(day)]
    return waivers.revoke_waiver(w, a, p.id, held[0].id)


def keep(w, a, p):
    """A record of its own for each role."""
    id_ = "-".join(["by", *a.roles]) if len(a.roles) == 1 else f"r{len(retained.list_retained(w, a, p.id))}"
    return retaining.add_record(w, a, RetainedRecord(id_, p.id, "A contract", "contracts", "file:///c", {}))[0]


def correct(w, a, p, day):
    kept = keep(w, a, p).id if a.roles & MAY["keep_records"] else "x"
    return retaining.correct_record(w, a, p.id, kept, triggers={TriggerEvent.CONTRACT_END: day}, reason=REASON)


def set_own(w, a, p):
    return schedules.set_rule(
        w, a, p.id, "contracts", kind=RuleKind.MAXIMUM, period=Period(years=1), event=TriggerEvent.CONTRACT_END,
        action=Action.DESTROY, reason=REASON,
    )  # fmt: skip


def decide(w, a, p, day):
    """A conflict between two rules of the project."""
    if a.roles & MAY["resolve_conflict"]:
        set_own(w, ANYBODY, p)
    pair = ("hipaa.business_associate_contracts", "project.contracts.maximum")
    return schedules.resolve_conflict(w, a, p.id, "contracts", *pair, prevails=pair[0], reason=REASON)


def due_for(w, p, action):
    """A record whose time has come."""
    schedules.set_rule(
        w, ANYBODY, p.id, "contracts", kind=RuleKind.MINIMUM, period=Period(years=9), event=TriggerEvent.CONTRACT_END,
        action=action, reason=REASON,
    )  # fmt: skip
    id_ = f"due-{len(retained.list_retained(w, ANYBODY, p.id))}"
    days = {TriggerEvent.CONTRACT_END: date(2015, 1, 1)}
    return retaining.add_record(w, ANYBODY, RetainedRecord(id_, p.id, "A plan", "contracts", "file:///c", days))[0].id


def review(w, a, p, day):
    kept = due_for(w, p, Action.REVIEW) if a.roles & MAY["decide_review"] else "x"
    return reviewing.decide_review(w, a, p.id, kept, Action.DESTROY, REASON)


def give(w, a, p, day):
    kept = due_for(w, p, Action.RETURN) if a.roles & MAY["hand_over"] else "x"
    return reviewing.hand_over(w, a, p.id, kept, "the client", b"x", day, REASON)


def hold(w, a, p):
    return holds.issue_hold(w, a, reason=REASON, project=p.id, scope=HoldScope.PROJECT)


def release(w, a, p, day):
    held = hold(w, ANYBODY, p)[0].id if a.roles & MAY["release_hold"] else "x"
    return holds.release_hold(w, a, held, REASON)


def note(w, a, p, day):
    return due.note_occurrence(w, a, p.id, DeadlineEvent.BREACH, day, "lost disk")


def close(w, a, p, day):
    noted = note(w, ANYBODY, p, day)[0].id if a.roles & MAY["keep_records"] else "x"
    return due.close_occurrence(w, a, p.id, noted, REASON)


def extend(w, a, p, day):
    noted = "x"
    if a.roles & MAY["keep_records"]:
        noted = due.note_occurrence(w, ANYBODY, p.id, DeadlineEvent.REQUEST, day, "request 12")[0].id
    return due.extend_deadline(w, a, p.id, f"{noted}.gdpr.request_answer", day, REASON)


def plan(w, a, p, day):
    """A plan of a record that is due: it is registered before, by somebody who may."""
    if not retained.list_retained(w, ANYBODY, p.id):
        schedules.set_rule(
            w, ANYBODY, p.id, "batches", kind=RuleKind.MAXIMUM, period=Period(days=1), event=TriggerEvent.CREATION,
            action=Action.DESTROY, reason=REASON,
        )  # fmt: skip
        days = {TriggerEvent.CREATION: date(2026, 1, 1)}
        retaining.add_record(w, ANYBODY, RetainedRecord("batch", p.id, "A batch", "batches", "file:///a/batch", days))
    return dispositions.plan_destruction(w, a, p.id, day, REASON)


def approve(w, a, p, day):
    """A plan of its own for each role that may."""
    made = plan(w, ANYBODY, p, day) if a.roles & MAY["approve_destruction"] else None
    return dispositions.approve_plan(w, a, made.id if made else "x", made.digest if made else "x")


def destroy(w, a, p, day):
    """The store is not declared: nothing is destroyed, and that is said."""
    if not a.roles & MAY["destroy_records"]:
        return dispositions.execute_plan(w, a, DeclaredStores(()), "x", "x")
    made = plan(w, ANYBODY, p, day)
    for person in ("one", "two"):
        dispositions.approve_plan(w, Actor(person, frozenset(Role)), made.id, made.digest)
    status, issued = dispositions.execute_plan(w, a, DeclaredStores(()), made.id, made.digest)
    assert issued is None
    return status


def look_into_stores(w, a, p, day):
    return inventory.take_inventory(w, a, DeclaredStores([StorePlace("away", "file:///nowhere/at/all")]))


def confirm(w, a, p, day):
    """The store is there, and nothing of the record in it."""
    if not a.roles & MAY["approve_destruction"]:
        return dispositions.confirm_absence(w, a, "x", ["batch"], REASON)
    made = plan(w, ANYBODY, p, day)
    for person in ("one", "two"):
        dispositions.approve_plan(w, Actor(person, frozenset(Role)), made.id, made.digest)
    dispositions.execute_plan(w, ANYBODY, DeclaredStores([StorePlace("a", "file:///")]), made.id, made.digest)
    return dispositions.confirm_absence(w, a, made.id, ["batch"], REASON)


def excuse(w, a, p, day):
    if not a.roles & MAY["approve_destruction"]:
        return dispositions.excuse_records(w, a, "x", ["batch"], REASON)
    return dispositions.excuse_records(w, a, destroy(w, ANYBODY, p, day).plan.id, ["batch"], REASON)


def hand_over(w, a, p, day, name="list"):
    data = f"sha256\n{sha256(name.encode()).hexdigest()}\n".encode()
    return vendor_returns.record_transfer(w, a, p.id, "labelworks", data, name, day)


def take_back(w, a, p, day):
    (role, *_) = a.roles or {"nobody"}
    if a.roles & MAY["import_vendor_certificate"]:
        hand_over(w, ANYBODY, p, day, role)
    data = f"sha256\n{sha256(role.encode()).hexdigest()}\n".encode()
    return vendor_returns.import_certificate(w, a, p.id, "labelworks", data, "list")


def withdraw(w, a, p, day):
    made = plan(w, ANYBODY, p, day) if a.roles & MAY["plan_destruction"] else None
    return dispositions.withdraw_plan(w, a, made.id if made else "x", REASON)


ACTS = {
    "withdraw_plan": ("plan_destruction", withdraw),
    "plan_destruction": ("plan_destruction", plan),
    "approve_plan": ("approve_destruction", approve),
    "execute_plan": ("destroy_records", destroy),
    "confirm_absence": ("approve_destruction", confirm),
    "excuse_records": ("approve_destruction", excuse),
    "take_inventory": ("take_inventory", look_into_stores),
    "list_plans": ("read", lambda w, a, p, d: dispositions.list_plans(w, a, p.id)),
    "record_transfer": ("import_vendor_certificate", hand_over),
    "import_certificate": ("import_vendor_certificate", take_back),
    "save_project": ("change_facts", lambda w, a, p, d: projects.save_project(w, a, p)),
    "new_project": ("change_facts", begin),
    "answer_facts": ("change_facts", lambda w, a, p, d: projects.answer_facts(w, a, p.id, {})),
    "read_project": ("read", lambda w, a, p, d: projects.read_project(w, a, p.id)),
    "list_projects": ("read", lambda w, a, p, d: projects.list_projects(w, a)),
    "check_gaps": ("check_gaps", lambda w, a, p, d: gaps.check_gaps(w, a, p.id, d, ["ccpa"])),
    "explain_finding": ("read", lambda w, a, p, d: gaps.explain_finding(w, a, p.id, "GDPR-28.3.a", d)),
    "ask_questions": ("read", lambda w, a, p, d: gaps.ask_questions(w, a, p.id, d)),
    "draft_contract": ("draft_contract", lambda w, a, p, d: drafts.draft_contract(w, a, p.id, "dpa", d)),
    "draft_set": ("draft_contract", lambda w, a, p, d: drafts.draft_set(w, a, p.id, d)),
    "plan_documents": ("read", lambda w, a, p, d: drafts.plan_documents(w, a, p.id, d)),
    "read_open_points": ("read", lambda w, a, p, d: drafts.read_open_points(w, a, p.id, "dpa", d)),
    "choose_position": (
        "draft_contract",
        lambda w, a, p, d: positions.choose_position(w, a, p.id, "dpa.breach", "fallback", reason=REASON),
    ),
    "list_choices": ("read", lambda w, a, p, d: positions.list_choices(w, a, p.id)),
    "set_parameters": (
        "draft_contract",
        lambda w, a, p, d: parameters.set_parameters(w, a, p.id, {"dpa.breach.remediation_days": 14}),
    ),
    "list_standing": ("read", lambda w, a, p, d: standing.list_standing(w, a, p.id)),
    "trace_connection": ("read", lambda w, a, p, d: tracing.trace_connection(w, a, p.id, "dpa.breach", d)),
    "lint_project": ("read", lambda w, a, p, d: linting.lint_project(w, a, p.id, d)),
    "list_controls": ("read", lambda w, a, p, d: gaps.list_controls(w, a, p.id, d)),
    "try_changes": ("read", lambda w, a, p, d: gaps.try_changes(w, a, p.id, {}, d)),
    "grant_waiver": (
        "waive_gap", lambda w, a, p, d: waivers.grant_waiver(w, a, p.id, GAP, reason=REASON, expires_on=d),
    ),
    "revoke_waiver": ("waive_gap", revoke),
    "list_waivers": ("read", lambda w, a, p, d: waivers.list_waivers(w, a, p.id)),
    "attach_evidence": ("change_facts", lambda w, a, p, d: attach(w, a, p)),
    "detach_evidence": ("change_facts", detach),
    "list_evidence": ("read", lambda w, a, p, d: evidence.list_evidence(w, a, p.id, d)),
    "diff_versions": ("read", lambda w, a, p, d: law.diff_versions(w, a, "ccpa", "ccpa", d, None)),
    "diff_days": ("read", lambda w, a, p, d: law.diff_days(w, a, d, d, ["ccpa"], None)),
    "schedule_retention": ("plan_retention", lambda w, a, p, d: schedules.schedule_retention(w, a, p.id, d)),
    "add_record": ("keep_records", lambda w, a, p, d: keep(w, a, p)),
    "correct_record": ("keep_records", correct),
    "list_retained": ("read", lambda w, a, p, d: retained.list_retained(w, a, p.id)),
    "list_determinations": ("read", lambda w, a, p, d: retained.list_determinations(w, a, p.id, d)),
    "set_rule": ("set_schedule", lambda w, a, p, d: set_own(w, a, p)),
    "adopt_schedule": ("set_schedule", lambda w, a, p, d: retaining.adopt_schedule(w, a, p.id, REASON)),
    "resolve_conflict": ("resolve_conflict", decide),
    "decide_review": ("decide_review", review),
    "hand_over": ("hand_over", give),
    "issue_hold": ("issue_hold", lambda w, a, p, d: hold(w, a, p)),
    "release_hold": ("release_hold", release),
    "list_holds": ("read", lambda w, a, p, d: holds.list_holds(w, a, p.id)),
    "note_occurrence": ("keep_records", note),
    "close_occurrence": ("keep_records", close),
    "extend_deadline": ("keep_records", extend),
    "list_due": ("read", lambda w, a, p, d: due.list_due(w, a, p.id, d, d)),
    "list_entries": ("read", lambda w, a, p, d: logs.list_entries(w, a)),
    "get_entry": ("read", lambda w, a, p, d: logs.get_entry(w, a, 0)),
    "release_checkpoint": ("read", lambda w, a, p, d: logs.release_checkpoint(w, a)),
    "prove_entry": ("read", lambda w, a, p, d: logs.prove_entry(w, a, 0)),
    "verify_store": ("read", lambda w, a, p, d: logs.verify_store(w, a)),
    "export_log": ("export_log", lambda w, a, p, d: logs.export_log(w, a)),
    "read_document": ("read_document", lambda w, a, p, d: access.read_document(w, a, p.id, "dpa.pdf")),
    "export_project": ("read", lambda w, a, p, d: access.export_project(w, a, p.id)),
    "bundle_matter": ("export_log", lambda w, a, p, d: matters.bundle_matter(w, a, p.id)),
    "check_records": ("read", lambda w, a, p, d: binding.check_records(w, a)),
    "seal_personal": ("seal_personal", lambda w, a, p, d: erasure.seal_personal(w, a, "annotator-1", {"name": "Ada"})),
    "list_subjects": ("read", lambda w, a, p, d: erasure.list_subjects(w, a)),
    "read_personal": ("read_personal", lambda w, a, p, d: erasure.read_personal(w, a, "annotator-2")),
    "plan_erasure": ("erase_person", lambda w, a, p, d: erasure.plan_erasure(w, a, "annotator-2")),
    "erase_person": ("erase_person", lambda w, a, p, d: erasure.erase_person(w, a, "annotator-2", "")),
    "rotate_vault": ("rotate_vault", lambda w, a, p, d: erasure.rotate_vault(w, a)),
    "prove_growth": ("read", lambda w, a, p, d: logs.prove_growth(w, a, w.log.head().checkpoint, [w.signer.key])),
    "create_workspace": ("create_workspace", lambda w, a, p, d: workspaces.create_workspace(w, a, "a.b/c")),
}  # fmt: skip


@pytest.fixture
def ready(world, saved, day, name):
    """The workspace with what the act is about: as many of it as there are roles."""
    ready = replace(world, new_id=lambda: sha256(world.new_id().encode()).hexdigest()[:32])
    wanted = len(Role) if name == "revoke_waiver" else 0
    found = gaps.read_check(world, saved.id, day, ["gdpr"]).assessment.findings if wanted else ()
    for each in [each.obligation.id for each in found if each.status is Status.GAP][:wanted]:
        waivers.grant_waiver(ready, ANYBODY, saved.id, each, reason=REASON, expires_on=day)
    if name == "plan_destruction":
        plan(ready, ANYBODY, saved, day)
    if name == "read_document":
        attach(ready, ANYBODY, saved)
    if name in ("read_personal", "plan_erasure", "erase_person"):
        erasure.seal_personal(ready, ANYBODY, "annotator-2", {"name": "Bo"})
    for number in range(len(Role)):
        if name == "detach_evidence":
            attach(ready, ANYBODY, saved, f"{number}.pdf")
    return ready


@pytest.mark.slow
@pytest.mark.parametrize("name", ACTS)
def test_a_use_case_asks_the_table(ready, saved, day, name):
    act, run = ACTS[name]
    for role in Role:
        actor = Actor("somebody", frozenset({role}))
        if role in MAY[act]:
            run(ready, actor, saved, day)
            continue
        head, files = ready.log.head(), dict(ready.files.files)
        with pytest.raises(RefusedError, match="`somebody` may not") as caught:
            run(ready, actor, saved, day)
        assert caught.value.hint.startswith("this is for: ")
        assert (ready.log.head(), ready.files.files) == (head, files)


@pytest.mark.slow
@pytest.mark.parametrize("name", ACTS)
def test_nobody_may_do_nothing(ready, saved, day, name):
    head, files = ready.log.head(), dict(ready.files.files)
    with pytest.raises(RefusedError):
        ACTS[name][1](ready, Actor("nobody", frozenset()), saved, day)
    assert (ready.log.head(), ready.files.files) == (head, files)


def test_every_act_of_the_table_is_tried():
    tried = {act for act, _ in ACTS.values()} | {"finalise_contract", *KEEPERS}
    assert set(MAY) <= tried


KEEPERS = {
    "rotate_key": lambda w, a: rotation.rotate_key(w, None, a, None, REASON),
    "recover_log": lambda w, a: recovery.recover_log(w, None, a, REASON),
    "attest_log": lambda w, a: witnessing.keep_stamp(w, None, a, b"", b""),
}
"""What a keeper of the keys does. Who may is tried in tests/keys and tests/witness, with keys; here, who may not."""


@pytest.mark.parametrize("act", KEEPERS)
def test_the_keys_are_for_few(world, act):
    for role in set(Role) - MAY[act]:
        head = world.log.head()
        with pytest.raises(RefusedError, match="`somebody` may not"):
            KEEPERS[act](world, Actor("somebody", frozenset({role})))
        assert world.log.head() == head


def test_a_signature_is_for_those_who_may_make_final(world, saved, day):
    for role in Role:
        with pytest.raises(RefusedError) as caught:
            signing.sign_contract(world, Actor("somebody", frozenset({role})), saved.id, "dpa", day)
        assert ("no final draft" in caught.value.message) == (role in MAY["finalise_contract"])


def test_a_final_contract_is_for_fewer(world, saved, day):
    for role in Role:
        with pytest.raises(RefusedError) as caught:
            drafts.draft_contract(world, Actor("somebody", frozenset({role})), saved.id, "dpa", day, final=True)
        allowed = role in MAY["finalise_contract"]
        assert ("points are open" in caught.value.message) == allowed
