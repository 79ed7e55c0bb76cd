"""Which role may do what, through every use case: who may not is refused before anything is read or written."""

from dataclasses import replace
from hashlib import sha256

import pytest

from govern.errors import RefusedError
from govern.kernel import MAY, Actor, Evidence, Role
from govern.rules import Status
from govern.usecases import (
    access,
    binding,
    drafts,
    erasure,
    evidence,
    gaps,
    law,
    linting,
    logs,
    matters,
    parameters,
    positions,
    projects,
    schedules,
    signing,
    standing,
    tracing,
    waivers,
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


ACTS = {
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
    if name == "read_document":
        attach(ready, ANYBODY, saved)
    if name in ("read_personal", "plan_erasure", "erase_person"):
        erasure.seal_personal(ready, ANYBODY, "annotator-2", {"name": "Bo"})
    for number in range(len(Role)):
        if name == "detach_evidence":
            attach(ready, ANYBODY, saved, f"{number}.pdf")
    return ready


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


@pytest.mark.parametrize("name", ACTS)
def test_nobody_may_do_nothing(ready, saved, day, name):
    head, files = ready.log.head(), dict(ready.files.files)
    with pytest.raises(RefusedError):
        ACTS[name][1](ready, Actor("nobody", frozenset()), saved, day)
    assert (ready.log.head(), ready.files.files) == (head, files)


def test_every_act_of_the_table_is_tried():
    assert set(MAY) - {"finalise_contract"} <= {act for act, _ in ACTS.values()}


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
