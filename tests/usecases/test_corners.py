"""What hardly ever happens, and must be right when it does."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govern.audit import Event, commit_field, format_time
from govern.usecases import logs
from govern.usecases.assembling import cite, open_workbench
from govern.usecases.drafts import draft_contract
from govern.usecases.gaps import assess_project
from govern.usecases.records import from_plain, to_plain

LEAVES = st.booleans() | st.integers(-(2**50), 2**50) | st.text(max_size=8) | st.dates()
PLAIN = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=4), inner), max_leaves=8)


@given(PLAIN)
def test_a_stored_value_is_read_as_it_was(value):
    assert from_plain(to_plain(value)) == value


@given(st.sets(st.text(max_size=4)))
def test_a_set_is_stored_sorted(value):
    assert to_plain(value) == sorted(value) == to_plain(frozenset(value))


def test_a_document_that_is_no_kind_of_contract_provides_its_terms_and_its_figures_alone(world, actor, saved, day):
    recipe = replace_recipe(world.library.recipe("dpa"), contract_document=None, provides={})
    draft = draft_contract(world, actor, saved.id, "dpa", day).draft
    facts = open_workbench(world, assess_project(world, saved, day), day).signed_facts(recipe, draft, {})
    assert list(facts) == ["gdpr.vendor_request_days", "contract.terms"]
    assert set(draft.terms) <= set(facts["contract.terms"])


def replace_recipe(recipe, **changes):
    return recipe.model_copy(update=changes)


def test_an_empty_log_verifies(world, actor):
    assert logs.verify_store(world, actor).size == 0


def test_entries_about_no_record_are_passed_over(world, actor, saved):
    event = Event(
        id="e1", kind="note.made", actor="owner", time=format_time(world.now()), object="note", matter="notes",
        commitments=(("text", commit_field(b"hello", bytes(16))),),
    )  # fmt: skip
    gone = replace(event, id="e2", object="draft:gone@1", commitments=(), body="sha256:" + "0" * 64)
    with world.register.begin(write=True) as unit:
        unit.emit(event)
        unit.emit(gone)
    world.log.sequence()
    report = logs.verify_store(world, actor)
    assert report.size == 3
    names = [name for name, _ in logs.export_log(world, actor, bodies=True)]
    assert sum(name.startswith("bodies/") for name in names) == 1


@pytest.mark.parametrize(
    ("short", "pinpoint", "words"),
    [
        ("GDPR", "Art. 33(2)", "GDPR, Art. 33(2)"),
        ("UK GDPR", "UK GDPR Art. 33(2)", "UK GDPR Art. 33(2)"),
        ("UK GDPR", "DPA 2018 s. 10", "UK GDPR, DPA 2018 s. 10"),
        ("GDPR", "GDPRX 1", "GDPR, GDPRX 1"),
    ],
)
def test_a_citation_names_its_instrument_once(short, pinpoint, words):
    assert cite(short, pinpoint, sign=",") == words
    assert cite(short, pinpoint) == words.replace(",", "")
