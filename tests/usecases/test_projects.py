"""Projects come in, change and go out; each change is a record and an entry."""

from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256

import pytest

from govern.errors import FactError, StoreError, WriteConflictError
from govern.kernel import FactValue
from govern.usecases.projects import (
    answer_facts,
    change_answers,
    list_projects,
    new_project,
    read_project,
    save_project,
)
from govern.usecases.records import PROJECT, Project, format_project, get_project_on, parse_project


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


# --- a project that begins


def test_a_project_is_begun_without_facts(world, actor, logged):
    begun = new_project(world, actor, "claims-audio", "  Claims, transcribed ", " Calls of 2026. ")
    assert (begun.title, begun.summary, begun.answers, begun.version) == (
        "Claims, transcribed",
        "Calls of 2026.",
        {},
        1,
    )
    assert read_project(world, actor, "claims-audio") == begun
    assert [each.kind for each in logged()] == ["project.saved"]


@pytest.mark.parametrize("id_", ["0", "a" * 60, "a-", "a--b"])
def test_an_id_is_letters_digits_and_hyphens(world, actor, id_):
    assert new_project(world, actor, id_, "A title").id == id_


@pytest.mark.parametrize(("id_", "title", "message"), [
    ("", "A title", "`` is not an id"), ("Claims", "A title", "`Claims` is not an id"), ("a b", "A title", "not an id"),
    ("-a", "A title", "not an id"), ("../x", "A title", "not an id"), ("a" * 61, "A title", "not an id"),
    ("a\n", "A title", "not an id"), ("ü", "A title", "not an id"), ("a", "", "the title must be one line"),
    ("a", "  ", "the title must be one line"), ("a", "x" * 201, "the title must be one line"),
    ("a", "one\ntwo", "the title must be one line"), ("a", "\x1b[2J", "the title must be one line"),
])  # fmt: skip
def test_a_project_of_a_wrong_name_is_not_begun(world, actor, id_, title, message):
    with pytest.raises(FactError, match=message):
        new_project(world, actor, id_, title)
    assert list_projects(world, actor) == []


def test_a_name_of_any_length_is_refused_in_a_line(world, actor):
    for act in (
        lambda: new_project(world, actor, "a" * 6000, "A title"),
        lambda: read_project(world, actor, "a" * 6000),
    ):
        with pytest.raises((FactError, StoreError)) as caught:
            act()
        assert len(caught.value.message) < 150


def test_a_project_is_begun_once(world, actor, saved):
    head = world.log.head()
    with pytest.raises(StoreError, match="there is a project `hospital-ct` already") as caught:
        new_project(world, actor, saved.id, "Another title")
    assert caught.value.hint == "govern project show hospital-ct"
    assert read_project(world, actor, saved.id) == saved
    assert world.log.head() == head


def test_bare_values_are_answers_too(world, actor, saved):
    changed = answer_facts(world, actor, saved.id, {"data.under16": True, "data.phi": None})
    assert changed.answers["data.under16"] == FactValue(value=True)
    assert "data.phi" not in changed.answers


# --- facts as they were known on a day


@pytest.fixture
def on(world):
    """A function that gives a project as it was known on a day."""

    def read(project, day):
        with world.register.begin(write=False) as unit:
            return get_project_on(unit, project, day)

    return read


def test_a_project_is_found_as_it_was_known_at_the_end_of_each_day(world, actor, clock, saved, on):
    for days in (10, 0, 20):  # twice on one day: the later one of them counts
        clock.time += timedelta(days=days)
        answer_facts(world, actor, saved.id, {"contract.deletion_days": FactValue(value=clock.time.day)})
    first = date(2026, 11, 24)
    versions = {0: 1, 9: 1, 10: 3, 29: 3, 30: 4, 1000: 4}
    assert {days: on(saved.id, first + timedelta(days=days)).version for days in versions} == versions
    assert on(saved.id, first).answers == saved.answers
    assert on(saved.id, first).saved_on == first


def test_before_it_was_first_recorded_a_project_is_taken_as_it_stands(world, actor, clock, saved, on):
    """The law of that day, today's facts."""
    clock.time += timedelta(days=3)
    changed = answer_facts(world, actor, saved.id, {"data.phi": None})
    for day in (date(1990, 1, 1), date(2026, 11, 23)):
        assert on(saved.id, day) == changed


def test_a_version_that_does_not_say_when_it_was_saved_counts_for_all_days_before(world, actor, clock, hospital, on):
    """As records of an older release do."""
    with world.register.begin(write=True) as unit:
        unit.save(PROJECT, hospital.id, format_project(hospital, "salt"), read_version=0)
    answer_facts(world, actor, hospital.id, {"data.phi": None})
    assert on(hospital.id, date(1990, 1, 1)).version == 1
    assert on(hospital.id, date(1990, 1, 1)).saved_on is None
    assert on(hospital.id, date(2026, 11, 24)).version == 2


def test_an_unknown_project_was_not_known_on_any_day(world, saved, on):
    with pytest.raises(StoreError, match="no project `hospital-tc`"):
        on("hospital-tc", date(2026, 11, 24))


# --- changes


def test_a_change_is_logged_under_its_own_name(world, actor, saved, logged):
    changed = change_answers(
        world, actor, saved.id, lambda known: known.with_answer("data.phi", None), "facts.reviewed"
    )
    assert (changed.version, "data.phi" in changed.answers) == (2, False)
    assert (logged()[-1].kind, logged()[-1].object) == ("facts.reviewed", f"project:{saved.id}@2")


def test_a_change_that_fails_changes_nothing(world, actor, saved):
    def fail(known):
        raise FactError("no")

    head = world.log.head()
    with pytest.raises(FactError, match="no"):
        change_answers(world, actor, saved.id, fail, "facts.reviewed")
    with pytest.raises(StoreError):
        change_answers(world, actor, "nobody", lambda known: known, "facts.reviewed")
    with pytest.raises(FactError):
        change_answers(world, actor, saved.id, lambda known: known, "Not a kind")
    assert read_project(world, actor, saved.id) == saved
    assert world.log.head() == head


def test_a_set_of_terms_holds_contract_terms_only(world, actor, saved):
    """Whatever fact draws its values from them."""
    spec = next(each for each in world.library.vocabulary() if each.values_from == "terms")
    term = world.library.terms()[0].id
    assert answer_facts(world, actor, saved.id, {spec.id: FactValue(value=[term])}).answers[spec.id].value == [term]
    with pytest.raises(FactError, match="is not a contract term") as caught:
        answer_facts(world, actor, saved.id, {spec.id: FactValue(value=[term, term + "x"])})
    assert (caught.value.where, f"`{term}`" in caught.value.hint) == (spec.id, True)
    answer_facts(world, actor, saved.id, {spec.id: None})
