"""Positions are chosen with a reason, approved by whom the playbook names, and stand in the log."""

from dataclasses import replace

import pytest

from govern.errors import ContentError, FactError, RefusedError
from govern.kernel import Actor, Role
from govern.usecases.assembling import Options
from govern.usecases.drafts import draft_contract, read_open_points
from govern.usecases.positions import approve_position, choose_position, list_choices

REASON = "their monitoring does not reach all sub-processors"
CLAUSE = "dpa.breach"
OWNER = Actor("a-7", frozenset({Role.PROJECT_OWNER}))
OFFICER = Actor("a-8", frozenset({Role.COMPLIANCE_OFFICER}))
COUNSEL = Actor("a-9", frozenset({Role.COUNSEL}))


@pytest.fixture
def fallback(world):
    """The first position of the clause that needs an approval, and somebody who may give it."""
    at = next(each for each in world.library.clauses()[CLAUSE].head.positions if each.approver)
    return at, {"compliance_officer": OFFICER, "counsel": COUNSEL}[at.approver]


def test_a_choice_waits_for_its_approval_and_the_draft_says_so(world, saved, day, fallback, logged):
    at, approver = fallback
    choice = choose_position(world, OWNER, saved.id, CLAUSE, at.id, reason=REASON)
    assert (choice.position, choice.chosen_by, choice.approved_by) == (at.id, "a-7", "")
    assert logged()[-1].kind == "position.chosen"
    points = read_open_points(world, OWNER, saved.id, "dpa", day)
    waiting = [each for each in points if each.kind == "approval"]
    assert [each.where for each in waiting] == [CLAUSE]
    assert at.title in waiting[0].what

    approved = approve_position(world, approver, saved.id, CLAUSE)
    assert (approved.approved_by, approved.approved_on) == (approver.id, day)
    assert logged()[-1].kind == "position.approved"
    drafted = draft_contract(world, COUNSEL, saved.id, "dpa", day)
    assert drafted.draft.positions[CLAUSE] == at.id
    assert not [each for each in drafted.draft.open_points if each.kind == "approval"]


def test_who_may_approve_approves_by_choosing(world, saved, fallback, logged):
    at, approver = fallback
    if not approver.roles & {Role.COUNSEL, Role.COMPLIANCE_OFFICER}:
        pytest.skip("this approver drafts nothing")
    assert choose_position(world, approver, saved.id, CLAUSE, at.id, reason=REASON).approved_by == approver.id
    assert logged()[-1].kind == "position.approved"


def test_the_preferred_position_takes_a_choice_back(world, saved, fallback):
    at, _ = fallback
    choose_position(world, OWNER, saved.id, CLAUSE, at.id, reason=REASON)
    first = world.library.clauses()[CLAUSE].head.positions[0]
    choose_position(world, OWNER, saved.id, CLAUSE, first.id, reason="")
    assert list_choices(world, OWNER, saved.id) == {}


def test_an_approval_lapses_with_the_text_that_it_was_for(world, saved, day, fallback):
    at, approver = fallback
    choose_position(world, OWNER, saved.id, CLAUSE, at.id, reason=REASON)
    approve_position(world, approver, saved.id, CLAUSE)

    class Changed:
        """The library with another text of the clause."""

        def __getattr__(self, name):
            return getattr(world.library, name)

        def clauses(self):
            clauses = dict(world.library.clauses())
            return {**clauses, CLAUSE: replace(clauses[CLAUSE], digest="0" * 64)}

    points = read_open_points(replace(world, library=Changed()), OWNER, saved.id, "dpa", day)
    assert ["the clause has changed since it was approved" in each.what for each in points if each.kind == "approval"]


def test_a_position_tried_in_one_draft_is_not_approved(world, saved, day, fallback):
    at, _ = fallback
    drafted = draft_contract(world, COUNSEL, saved.id, "dpa", day, options=Options(positions={CLAUSE: at.id}))
    assert [each.kind for each in drafted.draft.open_points if each.where == CLAUSE] == ["approval"]
    assert list_choices(world, COUNSEL, saved.id) == {}


def test_the_wrong_people_and_names_are_refused(world, saved, fallback):
    at, _ = fallback
    auditor = Actor("a-1", frozenset({Role.AUDITOR}))
    with pytest.raises(RefusedError, match="may not draft"):
        choose_position(world, auditor, saved.id, CLAUSE, at.id, reason=REASON)
    with pytest.raises(RefusedError, match="no position was chosen"):
        approve_position(world, COUNSEL, saved.id, CLAUSE)
    choose_position(world, OWNER, saved.id, CLAUSE, at.id, reason=REASON)
    with pytest.raises(RefusedError, match="may not approve") as refused:
        approve_position(world, OWNER, saved.id, CLAUSE)
    assert at.approver.replace("_", " ") in refused.value.hint
    with pytest.raises(ContentError, match=r"`dpa\.breech`"):
        choose_position(world, OWNER, saved.id, "dpa.breech", "fallback", reason=REASON)
    with pytest.raises(ContentError, match="no position `never`"):
        choose_position(world, OWNER, saved.id, CLAUSE, "never", reason=REASON)
    for reason in ("short", "x" * 2001, "two\nlines of it"):
        with pytest.raises(FactError, match="10 to 2,000"):
            choose_position(world, OWNER, saved.id, CLAUSE, at.id, reason=reason)
