"""Which law was used, what changed in it, and what the change touches."""

import json
from dataclasses import replace
from datetime import date

import pytest

from govern.conditions import format_condition
from govern.errors import ContentError, StoreError, WriteConflictError
from govern.kernel import FactValue, canonical_bytes
from govern.rules import ChangeKind, RulePack, Status
from govern.solver import Solver, has_solver
from govern.usecases.drafts import draft_contract
from govern.usecases.gaps import check_gaps
from govern.usecases.law import LAW, PACKS, TRIES, StatusChange, diff_days, diff_versions
from govern.usecases.logs import verify_store
from govern.usecases.projects import save_project

from ..library.trees import FILES, spoil

PACK, OBLIGATIONS, PARAMETERS = "rules/law/pack.yaml", "rules/law/obligations/one.yaml", "rules/law/parameters.yaml"
CLAUSE = "clause_library/clauses/dpa/dpa.audit.md"
needs_solver = pytest.mark.skipif(not has_solver(), reason="needs the SMT solver: pip install 'govern[solver]'")

SECOND = """
- id: L-2
  title: Answer in time
  cite: {pinpoint: Art. 30}
  topic: answers
  text: The controller must answer in time.
  actor: controller
  applies: law.processor
  met: contract.days <= law.days
  severity: low
  remedy: Shorten the period.
"""
CITES = spoil(CLAUSE, ("defines: [Audit]", "obligations: [L-1]\ndefines: [Audit]"))
OTHER = {
    "rules/other/pack.yaml": FILES[PACK].replace("id: law", "id: other").replace("law:", "other:").replace(
        "instrument: law", "instrument: other"
    ),
    "rules/other/obligations/one.yaml": SECOND.replace("L-2", "O-1").replace("law.days", "30"),
}  # fmt: skip


def version(number, *swaps, also="", **more):
    """The small pack in another version, its obligations changed."""
    text = spoil(OBLIGATIONS, *swaps)[OBLIGATIONS] + also.lstrip("\n")
    return {PACK: FILES[PACK].replace("version: 1.0.0\n", f"version: {number}\n"), OBLIGATIONS: text, **more}


def solver(ports, day):
    return Solver(ports.library.find_fact, day)


# --- which law was used


def test_the_packs_of_a_check_are_kept_once_and_can_be_read_again(small, actor, arrangement, day, logged):
    ports = small(**OTHER)
    save_project(ports, actor, arrangement)
    for _ in range(2):
        check_gaps(ports, actor, "one", day)
    kinds = [each.kind for each in logged()]
    assert kinds == ["project.saved", "law.recorded", "assessment.saved", "assessment.saved"]
    assert (logged()[1].matter, logged()[1].object) == ("law", "law:packs@1")

    with ports.register.begin(write=False) as unit:
        kept = json.loads(unit.find(LAW, PACKS).body)["packs"]
    assert {id_: each["version"] for id_, each in kept.items()} == {"law": "1.0.0", "other": "1.0.0"}
    for pack in ports.library.packs():
        assert kept[pack.id]["digest"] == pack.digest
        assert RulePack.model_validate_json(ports.files.get(kept[pack.id]["file"])) == pack


def test_only_what_changed_is_kept_anew(small, actor, arrangement, day, logged):
    save_project(small(), actor, arrangement)
    check_gaps(small(**OTHER), actor, "one", day)
    newer = small(**{**OTHER, **version("1.1.0", ("severity: high", "severity: low"))})
    for ports in (newer, newer):
        check_gaps(ports, actor, "one", day)
    assert [each.object for each in logged() if each.kind == "law.recorded"] == ["law:packs@1", "law:packs@2"]
    assert len(newer.files.files) == 3
    assert verify_store(newer, actor).size == len(logged())


class Crowd:
    """A register in which others keep a pack of theirs, so many times, just before something is written."""

    def __init__(self, register, others):
        self.register, self.others = register, others

    def begin(self, *, write):
        if write and self.others:
            self.others -= 1
            with self.register.begin(write=True) as unit:
                newest = unit.find(LAW, PACKS)
                kept = json.loads(newest.body)["packs"] if newest else {}
                kept[f"theirs-{self.others}"] = {"digest": "0" * 64, "file": "0" * 64, "version": "1.0.0"}
                body = canonical_bytes({"packs": kept})
                unit.save(LAW, PACKS, body, read_version=newest.version if newest else 0)
        return self.register.begin(write=write)


@pytest.mark.parametrize("others", [1, TRIES - 1])
def test_packs_that_others_keep_at_the_same_time_stay(small, actor, arrangement, day, logged, others):
    ports = small()
    save_project(ports, actor, arrangement)
    check_gaps(replace(ports, register=Crowd(ports.register, others)), actor, "one", day)
    assert [each.kind for each in logged()] == ["project.saved", "law.recorded", "assessment.saved"]
    with ports.register.begin(write=False) as unit:
        kept = json.loads(unit.find(LAW, PACKS).body)["packs"]
    assert set(kept) == {"law", *(f"theirs-{number}" for number in range(others))}


def test_where_others_never_rest_it_gives_up(small, actor, arrangement, day, logged):
    ports = small()
    save_project(ports, actor, arrangement)
    with pytest.raises(WriteConflictError):
        check_gaps(replace(ports, register=Crowd(ports.register, TRIES)), actor, "one", day)
    assert [each.kind for each in logged()] == ["project.saved"]


def test_a_check_of_one_pack_keeps_that_one_beside_those_that_are_kept(small, actor, arrangement, day):
    ports = small(**OTHER)
    save_project(ports, actor, arrangement)
    for pack in ("other", "law", "other"):
        check_gaps(ports, actor, "one", day, [pack])
    with ports.register.begin(write=False) as unit:
        found = [set(json.loads(unit.find(LAW, PACKS, each).body)["packs"]) for each in (1, 2)]
        assert unit.find(LAW, PACKS).version == 2
    assert found == [{"other"}, {"law", "other"}]


# --- two versions of a pack


@pytest.fixture
def old(small, actor, arrangement, day):
    """A workspace that has used version 1.0.0, with a project and a draft of it."""
    ports = small(**CITES)
    save_project(ports, actor, arrangement)
    check_gaps(ports, actor, "one", day)
    draft_contract(ports, actor, "one", "dpa", day)
    return ports


def test_a_version_that_was_used_is_compared_with_the_one_in_force(old, small, actor, day):
    ports = small(**version("1.1.0", ("severity: high", "severity: low"), also=SECOND, **CITES))
    head = ports.log.head()
    found = diff_versions(ports, actor, "law@1.0.0", "law", day, None)
    added, changed = found.changes
    assert (added.obligation, added.kind, added.before) == ("L-2", ChangeKind.ADDED, None)
    assert (changed.obligation, changed.kind, changed.fields) == ("L-1", ChangeKind.CHANGED, ("severity",))
    assert changed.conditions == ()
    assert found.differences == {}
    assert found.projects == (StatusChange("one", "L-2", None, Status.OPEN),)
    assert ports.log.head() == head  # nothing is recorded


def test_the_other_way_round_what_was_added_ended(old, small, actor, day):
    ports = small(**version("1.1.0", also=SECOND, **CITES))
    (ended,) = diff_versions(ports, actor, "law", "law@1.0.0", day, None).changes
    assert (ended.obligation, ended.kind, ended.after) == ("L-2", ChangeKind.ENDED, None)


def test_a_change_names_the_clauses_that_rest_on_it_and_the_drafts_that_have_them(old, small, actor, day):
    ports = small(**version("1.1.0", ("Have an audit", "Have another audit"), **CITES))
    found = diff_versions(ports, actor, "law@1.0.0", "law@1.1.0", day, None)
    assert found.clauses == ("dpa.audit",)
    (draft,) = found.contracts
    assert draft.startswith("dpa@1.0.0 of one (")
    assert found.projects == ()

    untouched = diff_versions(small(**version("1.1.0", also=SECOND, **CITES)), actor, "law@1.0.0", "law", day, None)
    assert (untouched.clauses, untouched.contracts) == ((), ())


def test_the_same_version_twice_differs_in_nothing(old, actor, day):
    for one, other in (("law", "law"), ("law@1.0.0", "law"), ("law", "law@1.0.0"), ("law@", "law@1.0.0")):
        found = diff_versions(old, actor, one, other, day, None)
        assert (found.changes, found.projects, found.contracts) == ((), (), ())


@needs_solver
def test_a_changed_condition_comes_with_facts_on_which_it_differs(old, small, actor, day):
    swaps = ("applies: law.processor", "applies: law.processor && contract.days > 7")
    ports = small(**version("1.1.0", swaps, **CITES))
    found = diff_versions(ports, actor, "law@1.0.0", "law", day, solver(ports, day))
    (change,) = found.changes
    (condition,) = change.conditions
    assert condition.name == "applies"
    assert format_condition(condition.before) == 'data.personal && vendor.role == "processor"'
    (difference,) = found.differences["L-1"]
    assert (difference.name, difference.decided) == ("applies", True)
    assert (difference.before, difference.after) == (True, False)
    assert difference.facts["contract.days"] <= 7
    assert found.projects == (StatusChange("one", "L-1", Status.GAP, Status.OPEN),)


@needs_solver
def test_a_condition_that_is_only_written_otherwise_is_said_to_be_so(old, small, actor, day):
    swaps = ("met: '\"dpa.audit\" in contract.terms'", "met: 'has_any(contract.terms, [\"dpa.audit\"])'")
    ports = small(**version("1.1.0", swaps, **CITES))
    found = diff_versions(ports, actor, "law@1.0.0", "law", day, solver(ports, day))
    (difference,) = found.differences["L-1"]
    assert (difference.name, difference.decided, difference.facts) == ("met", True, None)
    assert found.projects == ()


@needs_solver
def test_what_the_solver_cannot_say_stays_undecided(old, small, actor, day):
    swaps = ("applies: law.processor", 'applies: law.processor && "a" < vendor.role')
    swaps = (swaps[0], "applies: law.processor && 12 < months_since(contract.end_date)")
    ports = small(**version("1.1.0", swaps, **CITES))
    found = diff_versions(ports, actor, "law@1.0.0", "law", day, solver(ports, day))
    (difference,) = found.differences["L-1"]
    assert (difference.decided, difference.facts) == (False, None)


def test_an_unknown_version_is_refused_with_those_that_are_known(old, small, actor, arrangement, day):
    newest = old
    for number, severity in (("1.1.0", "low"), ("1.2.0", "medium")):
        newest = small(**version(number, ("severity: high", f"severity: {severity}"), **CITES))
        check_gaps(newest, actor, "one", day)
    with pytest.raises(ContentError, match=r"version `9\.9\.9` of `law` is not known here") as caught:
        diff_versions(newest, actor, "law@9.9.9", "law", day, None)
    assert caught.value.hint == "known are 1.2.0, 1.1.0, 1.0.0"
    assert diff_versions(newest, actor, "law@1.0.0", "law@1.1.0", day, None).changes[0].fields == ("severity",)


def test_a_version_of_which_the_file_is_gone_is_not_known(old, small, actor, day):
    ports = small(**version("1.1.0", also=SECOND, **CITES))
    ports.files.files.clear()
    with pytest.raises(ContentError, match=r"version `1\.0\.0` of `law` is not known here"):
        diff_versions(ports, actor, "law@1.0.0", "law", day, None)


def test_a_version_is_looked_for_among_records_that_have_other_packs(small, actor, arrangement, day):
    ports = small(**OTHER)
    save_project(ports, actor, arrangement)
    for pack in ("other", "law"):
        check_gaps(ports, actor, "one", day, [pack])
    newer = small(**{**OTHER, **version("1.1.0", also=SECOND)})
    assert len(diff_versions(newer, actor, "law@1.0.0", "law", day, None).changes) == 1
    with pytest.raises(ContentError):
        diff_versions(newer, actor, "law@0.1.0", "law", day, None)


@pytest.mark.parametrize(("one", "other", "message", "hint"), [
    ("lwa", "lwa", "there is no pack `lwa`", "did you mean `law`?"),
    ("zzz@1.0.0", "zzz", "there is no pack `zzz`", "packs: law, other"), ("", "", "there is no pack ``", "packs: law"),
    ("law", "other", "`law` and `other` are not two versions of one pack", "like gdpr@1.0.0 gdpr"),
    ("law@1.0.0", "other@1.0.0", "are not two versions of one pack", "like gdpr@1.0.0 gdpr"),
])  # fmt: skip
def test_what_is_no_two_versions_is_refused(small, actor, day, one, other, message, hint):
    ports = small(**OTHER)
    with pytest.raises(ContentError) as caught:
        diff_versions(ports, actor, one, other, day, None)
    assert message in caught.value.message
    assert hint in caught.value.hint


# --- two days


def dated(*, also=""):
    head = FILES[PARAMETERS].replace("    - {from: 2020-01-01, value: 30}", "    - {from: 2020-01-01, value: 30}\n"
                                     "    - {from: 2027-01-01, value: 14}")  # fmt: skip
    begins = SECOND.replace("  topic: answers", "  topic: answers\n  in_force: {from: 2026-06-01}")
    ends = spoil(OBLIGATIONS, ("  topic: audit", "  topic: audit\n  in_force: {until: 2026-09-01}"))[OBLIGATIONS]
    return {PARAMETERS: head, OBLIGATIONS: ends + begins.lstrip("\n") + also}


def test_between_two_days_duties_begin_and_end(small, actor, arrangement):
    ports = small(**dated())
    save_project(ports, actor, arrangement)
    found = diff_days(ports, actor, date(2026, 1, 1), date(2026, 12, 31), None, None)
    assert [(each.obligation, each.kind) for each in found.changes] == [
        ("L-2", ChangeKind.ADDED), ("L-1", ChangeKind.ENDED),
    ]  # fmt: skip
    assert set(found.projects) == {
        StatusChange("one", "L-1", Status.GAP, None), StatusChange("one", "L-2", None, Status.OPEN),
    }  # fmt: skip


@needs_solver
def test_a_figure_that_changes_is_a_change_of_the_duties_that_read_it(small, actor, arrangement):
    ports = small(**dated())
    days = date(2026, 12, 31), date(2027, 1, 1)
    found = diff_days(ports, actor, *days, ["law"], solver(ports, days[1]))
    (change,) = found.changes
    assert [(each.name, format_condition(each.after)) for each in change.conditions] == [("met", "contract.days <= 14")]
    (difference,) = found.differences["L-2"]
    assert 14 < difference.facts["contract.days"] <= 30
    assert (difference.before, difference.after) == (True, False)


@needs_solver
def test_before_a_figure_is_in_force_the_law_leaves_it_unknown(small, actor):
    ports = small(**{**dated(), OBLIGATIONS: FILES[OBLIGATIONS] + SECOND.lstrip("\n")})
    days = date(2019, 6, 1), date(2020, 6, 1)
    (difference,) = diff_days(ports, actor, *days, None, solver(ports, days[1])).differences["L-2"]
    assert (difference.before, difference.after) in ((None, True), (None, False))


def test_of_two_days_only_the_named_packs_are_compared(small, actor):
    begins = SECOND.replace("L-2", "O-1").replace("law.days", "30").replace(
        "  topic: answers", "  topic: answers\n  in_force: {from: 2026-06-01}"
    )  # fmt: skip
    ports = small(**{**OTHER, **dated(), "rules/other/obligations/one.yaml": begins})
    days = date(2026, 1, 1), date(2026, 12, 31)
    assert {each.obligation for each in diff_days(ports, actor, *days, ["other"], None).changes} == {"O-1"}
    assert {each.obligation for each in diff_days(ports, actor, *days, None, None).changes} == {"O-1", "L-1", "L-2"}
    assert diff_days(ports, actor, days[0], days[0], None, None).changes == ()
    with pytest.raises(ContentError, match="there is no pack `lwa`"):
        diff_days(ports, actor, *days, ["lwa"], None)


def test_what_lapses_between_the_days_is_no_change_of_the_law(small, actor, arrangement):
    """The facts are those of the later day in both."""
    ports = small(**dated())
    answer = FactValue(value=["dpa.audit"], valid_until=date(2026, 7, 1))
    save_project(ports, actor, arrangement.with_answer("contract.terms", answer))
    found = diff_days(ports, actor, date(2026, 6, 2), date(2026, 8, 1), None, None)
    assert (found.changes, found.projects) == ((), ())


def test_a_duty_that_comes_and_does_not_apply_changes_nothing_for_a_project(small, actor, arrangement):
    ports = small(**dated())
    save_project(ports, actor, arrangement.with_answer("vendor.role", FactValue(value="controller")))
    found = diff_days(ports, actor, date(2026, 1, 1), date(2026, 12, 31), None, None)
    assert len(found.changes) == 2
    assert found.projects == ()


def test_a_project_that_is_not_there_is_not_checked_against_any_law(small, actor, day, logged):
    with pytest.raises(StoreError):
        check_gaps(small(), actor, "one", day)
    assert logged() == []
