"""Drafting: what is recorded, and what a final document refuses."""

import json
from dataclasses import replace

import pytest

from govern.errors import ContentError, RefusedError, StoreError
from govern.kernel import FactValue
from govern.usecases.drafts import draft_contract, plan_documents
from govern.usecases.projects import answer_facts, read_project, save_project
from govern.usecases.records import DRAFT
from govern.usecases.schedules import schedule_retention


def test_a_draft_is_recorded_with_the_digest_of_its_tree(world, actor, saved, day, logged):
    drafted = draft_contract(world, actor, saved.id, "dpa", day)
    entry = logged()[-1]
    assert (entry.kind, entry.object) == ("draft.saved", f"draft:{drafted.draft_id}@1")
    with world.register.begin(write=False) as unit:
        record = unit.find(DRAFT, drafted.draft_id)
    assert entry.body == f"sha256:{record.digest}"
    body = json.loads(record.body)
    assert body["tree"] == drafted.draft.digest
    assert (body["status"], body["project"], body["project_version"]) == ("draft", saved.id, 1)
    assert body["day"] == "2026-11-24"
    assert body["terms"] == list(drafted.draft.terms)
    assert body["open_points"] == len(drafted.draft.open_points) > 0


def test_the_same_draft_twice_is_the_same_tree(world, actor, saved, day):
    one, two = (draft_contract(world, actor, saved.id, "dpa", day) for _ in range(2))
    assert one.draft == two.draft
    assert one.draft_id != two.draft_id


@pytest.mark.parametrize("document", ["dpa", "baa"])
def test_a_final_draft_with_open_points_is_refused_and_nothing_is_recorded(world, actor, saved, day, document):
    draft = draft_contract(world, actor, saved.id, document, day).draft
    head = world.log.head()
    with pytest.raises(RefusedError, match=f"{len(draft.open_points)} points are open"):
        draft_contract(world, actor, saved.id, document, day, final=True)
    assert world.log.head() == head


def test_a_final_draft_without_open_points_is_recorded_as_final(world, actor, saved, day, logged):
    for _ in range(20):
        draft = draft_contract(world, actor, saved.id, "dpa", day).draft
        if not draft.open_points:
            break
        facts = {point.fact for point in draft.open_points if point.fact} | {"gdpr.art9_condition"}
        known = read_project(world, actor, saved.id).answers
        answers = {fact: _fill(world, fact) for fact in facts if fact not in known}
        assert answers, draft.open_points
        answer_facts(world, actor, saved.id, answers)
    drafted = draft_contract(world, actor, saved.id, "dpa", day, final=True)
    assert drafted.draft.status != "draft"
    assert logged()[-1].kind == "draft.finalised"


def _fill(world, fact):
    spec = world.library.find_fact(fact)
    return FactValue(value=spec.values[0] if spec.values else "DE" if spec.kind.value == "country" else "Jane Roe")


def test_an_unknown_document_or_project_is_named(world, actor, saved, day):
    with pytest.raises(ContentError, match="dpo"):
        draft_contract(world, actor, saved.id, "dpo", day)
    with pytest.raises(StoreError):
        draft_contract(world, actor, "nobody", "dpa", day)


def test_a_schedule_is_recorded(world, actor, saved, day, logged):
    _, schedule = schedule_retention(world, actor, saved.id, day)
    entry = logged()[-1]
    assert (entry.kind, entry.matter) == ("retention.scheduled", f"project:{saved.id}")
    kind, _, rest = entry.object.partition(":")
    with world.register.begin(write=False) as unit:
        body = json.loads(unit.find(kind, rest.partition("@")[0]).body)
    assert [each["rule"] for each in body["lines"]] == [each.rule.id for each in schedule.lines]
    assert any(each["due"] for each in body["lines"])


def test_what_a_document_depends_on_is_said_as_its_condition_has_it(world, actor, hospital, day):
    unknown = save_project(world, actor, replace(hospital, answers={}))
    dpa = next(each for each in plan_documents(world, actor, unknown.id, day) if each.recipe.id == "dpa")

    assert dpa.needed is None
    assert dpa.why == (
        "the vendor processes the data on the client's behalf, or the vendor processes UK data on the client's "
        "behalf, or the GDPR binds the vendor as a processor but not the client"
    )
    assert "vendor.gdpr_role" in dpa.missing
