"""Which role may do what, through every use case: who may not is refused before anything is read or written."""

import pytest

from govern.errors import RefusedError
from govern.kernel import MAY, Actor, Role
from govern.usecases import drafts, gaps, logs, projects, schedules, workspaces

ACTS = {
    "save_project": ("change_facts", lambda w, a, p, d: projects.save_project(w, a, p)),
    "answer_facts": ("change_facts", lambda w, a, p, d: projects.answer_facts(w, a, p.id, {})),
    "read_project": ("read", lambda w, a, p, d: projects.read_project(w, a, p.id)),
    "list_projects": ("read", lambda w, a, p, d: projects.list_projects(w, a)),
    "check_gaps": ("check_gaps", lambda w, a, p, d: gaps.check_gaps(w, a, p.id, d, ["ccpa"])),
    "explain_finding": ("read", lambda w, a, p, d: gaps.explain_finding(w, a, p.id, "GDPR-28.3.a", d)),
    "ask_questions": ("read", lambda w, a, p, d: gaps.ask_questions(w, a, p.id, d)),
    "draft_contract": ("draft_contract", lambda w, a, p, d: drafts.draft_contract(w, a, p.id, "dpa", d)),
    "schedule_retention": ("plan_retention", lambda w, a, p, d: schedules.schedule_retention(w, a, p.id, d)),
    "list_entries": ("read", lambda w, a, p, d: logs.list_entries(w, a)),
    "get_entry": ("read", lambda w, a, p, d: logs.get_entry(w, a, 0)),
    "release_checkpoint": ("read", lambda w, a, p, d: logs.release_checkpoint(w, a)),
    "prove_entry": ("read", lambda w, a, p, d: logs.prove_entry(w, a, 0)),
    "verify_store": ("read", lambda w, a, p, d: logs.verify_store(w, a)),
    "export_log": ("export_log", lambda w, a, p, d: logs.export_log(w, a)),
    "prove_growth": ("read", lambda w, a, p, d: logs.prove_growth(w, a, w.log.head().checkpoint, [w.signer.key])),
    "create_workspace": ("create_workspace", lambda w, a, p, d: workspaces.create_workspace(w, a, "a.b/c")),
}


@pytest.mark.parametrize("name", ACTS)
def test_a_use_case_asks_the_table(world, saved, day, name):
    act, run = ACTS[name]
    for role in Role:
        actor = Actor("somebody", frozenset({role}))
        if role in MAY[act]:
            run(world, actor, saved, day)
            continue
        head = world.log.head()
        with pytest.raises(RefusedError, match="`somebody` may not") as caught:
            run(world, actor, saved, day)
        assert caught.value.hint.startswith("this is for: ")
        assert world.log.head() == head


@pytest.mark.parametrize("name", ACTS)
def test_nobody_may_do_nothing(world, saved, day, name):
    head = world.log.head()
    with pytest.raises(RefusedError):
        ACTS[name][1](world, Actor("nobody", frozenset()), saved, day)
    assert world.log.head() == head


def test_a_final_contract_is_for_fewer(world, saved, day):
    for role in Role:
        with pytest.raises(RefusedError) as caught:
            drafts.draft_contract(world, Actor("somebody", frozenset({role})), saved.id, "dpa", day, final=True)
        allowed = role in MAY["finalise_contract"]
        assert ("points are open" in caught.value.message) == allowed
