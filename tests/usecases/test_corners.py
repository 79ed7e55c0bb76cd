"""What hardly ever happens, and must be right when it does."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govern.audit import Event, commit_field, format_time
from govern.errors import StoreError
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


def test_an_empty_log_verifies_once_it_is_signed_and_a_verification_signs_nothing(world, actor):
    with pytest.raises(StoreError, match="no checkpoint yet"):
        logs.verify_store(world, actor)
    world.log.sequence()
    assert logs.verify_store(world, actor).size == 0


class _SignedMeanwhile:
    """A signer whose first checkpoint is signed by another process between two looks at it."""

    def __init__(self, signer):
        self._signer = signer
        self._looks = 0

    def __getattr__(self, name):
        return getattr(self._signer, name)

    def last_signed(self):
        self._looks += 1
        return None if self._looks == 1 else self._signer.last_signed()


def test_a_checkpoint_that_is_signed_while_we_look_is_no_missing_one(world, actor):
    world.log.sequence()
    assert logs.verify_store(replace(world, signer=_SignedMeanwhile(world.signer)), actor).size == 0


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
