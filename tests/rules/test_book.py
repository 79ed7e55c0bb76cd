"""Packs made ready."""

import pytest

from govern.conditions import NameType, parse_condition
from govern.errors import ContentError, FactError
from govern.kernel import Kind
from govern.rules import Case, check_definitions, check_text, names_in_use, run_case

from .world import DAY, VOCABULARY, book, definition, obligation, pack, parameter, resolve

LAW = pack(
    obligation("L-1.a", "law.live", "proof.policy"),
    obligation("L-2", "true", "true"),
    definitions=[definition("law.live", "data.personal")],
    parameters=[parameter("law.threshold", "integer", {"from": DAY, "value": 3})],
)
OTHER = pack(obligation("O-1", "law.live", "true"), id_="other", order=1)


def test_a_rule_is_found_by_its_obligation():
    assert book(LAW).get_rule("L-2").obligation.id == "L-2"


def test_an_unknown_obligation_is_met_with_the_nearest_ones():
    with pytest.raises(ContentError, match=r"there is no obligation `L-1\.b` in force on 2026-11-24") as caught:
        book(LAW).get_rule("L-1.b")

    assert caught.value.hint == "did you mean `L-1.a`?"


def test_packs_stand_in_their_order_and_then_by_id():
    assert [each.id for each in book(LAW, OTHER).packs] == ["other", "law"]
    assert [each.id for each in book(OTHER, LAW).packs] == ["other", "law"]


@pytest.mark.parametrize(
    ("answers", "verdicts"),
    [
        ({"data.personal": True, "vendor.staff": 2, "proof.policy": False}, (True, False, True, False)),
        ({"data.personal": False, "vendor.staff": 3}, (False, None, False, None)),
        ({"vendor.staff": 4, "proof.policy": True}, (None, True, False, True)),
    ],
)
def test_all_conditions_as_one_program_have_the_verdicts_of_each(answers, verdicts):
    world = book(pack(
        obligation("L-1", "law.live", "proof.policy"),
        obligation("L-2", "vendor.staff < law.threshold && law.live", "proof.policy || law.live && false"),
        definitions=[definition("law.live", "data.personal")],
        parameters=[parameter("law.threshold", "integer", {"from": DAY, "value": 3})],
    ))  # fmt: skip
    facts = resolve(answers)
    told = world.program().verdicts(world.values(facts), DAY)

    keys = [("L-1", "applies"), ("L-1", "met"), ("L-2", "applies"), ("L-2", "met")]
    assert tuple(told[key] for key in keys) == verdicts
    assert tuple(told) == tuple(keys)
    assert {key: told[key] for key in keys if key[1] == "applies"} == {
        (rule.obligation.id, "applies"): rule.applies(world.scope(facts)).verdict for rule in world.rules
    }


def test_with_only_the_other_packs_lend_their_definitions():
    world = book(LAW, OTHER, only=["other"])

    assert [rule.obligation.id for rule in world.rules] == ["O-1"]
    assert [each.id for each in world.packs] == ["other"]
    assert set(world.definitions) == {"law.live"}
    assert world.parameters == {"law.threshold": 3}
    assert world.titles == {"law.live": "the words of law.live", "law.threshold": "3 (the figure of law.threshold)"}
    assert book(LAW, OTHER, only=[]).rules == ()


@pytest.mark.parametrize(("id_", "hint"), [("othr", "did you mean `other`?"), ("zzz", "packs: other, law")])
def test_an_unknown_pack_is_refused(id_, hint):
    with pytest.raises(ContentError, match=f"there is no pack `{id_}`") as caught:
        book(LAW, OTHER, only=["law", id_])

    assert caught.value.hint == hint


def test_names_in_use_are_facts_definitions_and_parameters():
    names = names_in_use([LAW], VOCABULARY)

    assert names["law.live"] == NameType(Kind.BOOLEAN)
    assert names["law.threshold"] == NameType(Kind.INTEGER)
    assert names["vendor.role"].values == {"processor", "controller", "none"}


def test_definitions_in_a_circle_are_named_in_order():
    nodes = {id_: parse_condition(text) for id_, text in {"a.a": "b.b", "b.b": "x.x && c.c", "c.c": "!b.b"}.items()}
    problem = check_definitions(nodes)

    assert problem is not None
    assert problem.message == "these definitions define each other: `b.b` → `c.c` → `b.b`"
    assert problem.where == "b.b"
    assert check_definitions({"a.a": parse_condition("b.b"), "b.b": parse_condition("x.x")}) is None


def test_a_condition_is_checked_for_syntax_and_names():
    names = names_in_use([LAW], VOCABULARY)

    assert check_text("law.live && vendor.staff > law.threshold", names) == ()
    (syntax,) = check_text("law.live &", names)
    assert syntax.where == "1:10"
    (name,) = check_text("law.life", names)
    assert (name.where, name.hint) == ("1:1", "did you mean `law.live`?")


# Cases -----------------------------------------------------------------------------------------------------------


def case(**more):
    return Case(**{"name": "a case", "expect": "met", **more})


LIVE = {"data.personal": True}


@pytest.mark.parametrize(
    ("subject", "facts", "found", "reasons"),
    [
        ({"obligation": "L-1.a"}, {**LIVE, "proof.policy": True}, "met", ["data.personal", "proof.policy"]),
        ({"obligation": "L-1.a"}, {**LIVE, "proof.policy": False}, "gap", ["data.personal", "proof.policy"]),
        ({"obligation": "L-1.a"}, LIVE, "open", ["data.personal", "proof.policy"]),
        ({"obligation": "L-1.a"}, {"data.personal": False}, "not_applicable", ["data.personal"]),
        ({"definition": "law.live"}, LIVE, "true", ["data.personal"]),
        ({"definition": "law.live"}, {"data.personal": False}, "false", ["data.personal"]),
        ({"definition": "law.live"}, {}, "unknown", ["data.personal"]),
    ],
)
def test_a_case_passes_on_the_status_and_the_reasons(subject, facts, found, reasons):
    given = {**subject, "facts": facts}
    result = run_case(case(expect=found, because=reasons, **given), book(LAW), VOCABULARY)
    assert (result.found, result.reasons, result.missing, result.passed) == (found, tuple(reasons), (), True)

    wrong = run_case(case(expect="nonsense", **given), book(LAW), VOCABULARY)
    assert not wrong.passed

    unnamed = run_case(case(expect=found, because=[*reasons, "vendor.staff"], **given), book(LAW), VOCABULARY)
    assert unnamed.missing == ("vendor.staff",)
    assert not unnamed.passed


@pytest.mark.parametrize(
    ("given", "error", "hint"),
    [
        ({"obligation": "L-1.b"}, ContentError, "did you mean `L-1.a`?"),
        ({"definition": "law.life"}, ContentError, "did you mean `law.live`?"),
        ({}, ContentError, ""),
        ({"obligation": "L-2", "facts": {"data.persona": True}}, FactError, "did you mean `data.personal` or"),
        ({"obligation": "L-2", "facts": {"data.personal": "yes"}}, FactError, "expected true or false"),
    ],
)
def test_a_case_that_cannot_run_says_why(given, error, hint):
    with pytest.raises(error) as caught:
        run_case(case(**given), book(LAW), VOCABULARY)

    assert caught.value.hint.startswith(hint)


def test_a_definition_without_force_on_the_day_has_no_case():
    law = pack(definitions=[definition("law.old", "true", in_force={"until": DAY})])

    with pytest.raises(ContentError, match=r"there is no definition `law\.old` in force on 2026-11-24"):
        run_case(case(definition="law.old"), book(law), VOCABULARY)
