"""Projects come in, change and go out; each change is a record and an entry."""

from dataclasses import replace
from datetime import date
from hashlib import sha256

import pytest

from govern.errors import FactError, StoreError, WriteConflictError
from govern.kernel import FactValue
from govern.usecases.projects import answer_facts, list_projects, read_project, save_project
from govern.usecases.records import PROJECT, Project, format_project, parse_project


def test_a_saved_project_is_read_as_it_was(world, actor, hospital, saved):
    assert saved == replace(hospital, version=1)
    assert read_project(world, actor, hospital.id) == saved
    assert list_projects(world, actor) == [saved]


def test_saving_writes_an_entry_that_names_the_record(world, actor, saved, logged):
    (entry,) = logged()
    with world.register.begin(write=False) as unit:
        record = unit.find(PROJECT, saved.id)
    assert (entry.kind, entry.actor, entry.object) == ("project.saved", "owner", f"project:{saved.id}@1")
    assert (entry.matter, entry.body) == (f"project:{saved.id}", f"sha256:{record.digest}")
    assert record.digest == sha256(record.body).hexdigest()


def test_nothing_of_the_facts_stands_in_an_entry(world, saved):
    (data,) = world.log.entries()
    for word in (b"Larkfield", b"IN", b"vendor", saved.title.encode()):
        assert word not in data


def test_the_same_facts_twice_have_another_digest(world, actor, hospital, saved):
    """Salted: who guesses the facts cannot find them by hashing."""
    save_project(world, actor, replace(hospital, id="twin"))
    with world.register.begin(write=False) as unit:
        one, other = unit.find(PROJECT, hospital.id), unit.find(PROJECT, "twin")
    assert one.digest != other.digest
    assert format_project(parse_project(one), "s") == format_project(parse_project(other), "s")


def test_saving_the_same_again_does_nothing(world, actor, hospital, saved):
    head = world.log.head()
    assert save_project(world, actor, hospital) == saved
    assert save_project(world, actor, saved) == saved
    assert world.log.head() == head


def test_a_change_is_a_new_version(world, actor, hospital, saved, logged):
    changed = save_project(world, actor, replace(hospital, title="Another title"))
    assert (changed.version, read_project(world, actor, hospital.id).title) == (2, "Another title")
    assert [(each.kind, each.matter_seq) for each in logged()] == [("project.saved", 0), ("project.saved", 1)]
    with world.register.begin(write=False) as unit:
        assert parse_project(unit.find(PROJECT, hospital.id, 1)) == saved


@pytest.mark.parametrize(("fact", "value"), [
    ("contract.end_date", date(2028, 1, 17)), ("data.under16", False), ("contract.deletion_days", 30),
    ("data.categories", ["name", "health"]), ("vendor.country", "IN"), ("transfer.mechanism", {"IN": "scc"}),
    ("contract.courts", "München, Landgericht"), ("vendor.subprocessors", []),
    ("vendor.subprocessors", [{"name": "Cirrus", "country": "US", "task": "hosting", "data_seen": "all"}]),
])  # fmt: skip
def test_an_answer_of_each_kind_is_kept_with_its_source(world, actor, saved, fact, value):
    answer = FactValue(value=value, source="a call", recorded_on=date(2026, 11, 24), valid_until=date(2027, 1, 1))
    changed = answer_facts(world, actor, saved.id, {fact: answer})
    assert changed.version == 2
    assert read_project(world, actor, saved.id).answers[fact] == answer


def test_an_answer_is_taken_back(world, actor, saved, logged):
    changed = answer_facts(world, actor, saved.id, {"data.phi": None, "data.under16": FactValue(value=True)})
    assert "data.phi" not in changed.answers
    assert changed.answers["data.under16"].value is True
    assert [each.kind for each in logged()] == ["project.saved", "project.answered"]


@pytest.mark.parametrize(("fact", "value"), [("vendor.contry", "IN"), ("data.phi", "yes"), ("vendor.country", "India")])
def test_a_wrong_answer_changes_nothing(world, actor, saved, fact, value):
    head = world.log.head()
    with pytest.raises(FactError):
        answer_facts(world, actor, saved.id, {"data.under16": FactValue(value=True), fact: FactValue(value=value)})
    with pytest.raises(FactError):
        save_project(world, actor, replace(saved, answers={**saved.answers, fact: FactValue(value=value)}))
    assert read_project(world, actor, saved.id) == saved
    assert world.log.head() == head


def test_an_unknown_project_is_named_with_the_nearest(world, actor, saved):
    with pytest.raises(StoreError, match="no project `hospital-tc`") as caught:
        read_project(world, actor, "hospital-tc")
    assert caught.value.hint == "did you mean `hospital-ct`?"
    with pytest.raises(StoreError) as caught:
        answer_facts(world, actor, "quite-another", {})
    assert caught.value.hint == "projects: hospital-ct"


def test_in_an_empty_workspace_the_hint_says_how_to_begin(world, actor):
    with pytest.raises(StoreError) as caught:
        read_project(world, actor, "one")
    assert caught.value.hint == "read one in: govern project import FILE"


def test_a_change_in_between_is_a_conflict(world, actor, saved):
    """Somebody saves while the other one's transaction waits for its answer."""
    body = format_project(saved, "salt")
    with world.register.begin(write=True) as unit:
        unit.save(PROJECT, saved.id, body, read_version=1)
    with pytest.raises(WriteConflictError), world.register.begin(write=True) as unit:
        unit.save(PROJECT, saved.id, body, read_version=1)


def test_an_id_that_the_log_cannot_have_is_refused_before_it_is_saved(world, actor):
    with pytest.raises(FactError):
        save_project(world, actor, Project("one\n", "A title"))
    assert list_projects(world, actor) == []
    assert save_project(world, actor, Project("two", "A title")).version == 1
