"""Which atoms of a pack's conditions its cases have seen true, false and unknown."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govern.conditions import evaluate, find_atoms, find_names, format_condition, parse_condition
from govern.rules import AtomCoverage, Case, Coverage, assess, list_conditions

from ..conditions.worlds import examples
from .test_assessment import ANSWERS, CONDITIONS, worlds
from .world import DAY, VOCABULARY, book, definition, obligation, pack, parameter, resolve

LAW = pack(
    obligation("L-1", "law.live && data.health", "proof.policy || vendor.staff < law.limit"),
    obligation("L-2", "true", "data.personal"),
    definitions=[definition("law.live", '!(data.personal) && vendor.role == "none"')],
    parameters=[parameter("law.limit", "integer", {"from": DAY, "value": 10})],
)
LIVE = {"data.personal": False, "vendor.role": "none", "data.health": True}


def case(facts, **subject):
    return Case(**{"name": "a case", "expect": "met", "facts": facts, **subject})


def cover(*cases, law=LAW, packs=("law",)):
    coverage, world = Coverage(), book(law)
    for each in cases:
        coverage.add(each, world, VOCABULARY)
    return coverage.report(list_conditions([world], packs))


def holes(*cases, law=LAW):
    return [(each.subject, each.condition, each.atom, each.missing) for each in cover(*cases, law=law)[1]]


ALL = (True, False, None)


def test_without_a_case_every_atom_lacks_all_of_its_verdicts():
    total, missing = cover()

    assert total == 3 * (2 + 2 + 2 + 1)
    assert missing == (
        AtomCoverage("law.live", "when", "data.personal", ALL),
        AtomCoverage("law.live", "when", 'vendor.role == "none"', ALL),
        AtomCoverage("L-1", "applies", "law.live", ALL),
        AtomCoverage("L-1", "applies", "data.health", ALL),
        AtomCoverage("L-1", "met", "proof.policy", ALL),
        AtomCoverage("L-1", "met", "vendor.staff < law.limit", ALL),
        AtomCoverage("L-2", "met", "data.personal", ALL),
    )


@pytest.mark.parametrize(
    ("facts", "applies", "met"),
    [
        # met counts only where the obligation is known to apply
        (LIVE, (True, True), (None, None)),
        (LIVE | {"proof.policy": True}, (True, True), (True, None)),
        (LIVE | {"vendor.staff": 10}, (True, True), (None, False)),
        (LIVE | {"data.health": False, "proof.policy": True}, (True, False), None),
        ({"data.health": True, "proof.policy": True}, (None, True), None),
        ({"data.personal": True}, (False, None), None),
    ],
)
def test_a_case_of_an_obligation_counts_for_its_own_conditions(facts, applies, met):
    def lacks(seen):
        return tuple(each for each in ALL if each is not seen)

    found = {
        (subject, condition, atom): missing
        for subject, condition, atom, missing in holes(case(facts, obligation="L-1"))
    }
    seen = met or (True, True)

    assert found["L-1", "applies", "law.live"] == lacks(applies[0])
    assert found["L-1", "applies", "data.health"] == lacks(applies[1])
    assert found["L-1", "met", "proof.policy"] == (lacks(seen[0]) if met else ALL)
    assert found["L-1", "met", "vendor.staff < law.limit"] == (lacks(seen[1]) if met else ALL)
    # the same fact in a definition or in another obligation is not seen by it
    assert found["law.live", "when", "data.personal"] == ALL
    assert found["L-2", "met", "data.personal"] == ALL


def test_a_case_of_a_definition_counts_for_it():
    seen = [case({"data.personal": each, "vendor.role": "none"}, definition="law.live") for each in (True, False)]
    found = holes(*seen)

    assert found[:2] == [
        ("law.live", "when", "data.personal", (None,)),
        ("law.live", "when", 'vendor.role == "none"', (False, None)),
    ]
    assert {each[3] for each in found[2:]} == {ALL}
    assert holes(*seen, case({"vendor.role": "none"}, definition="law.live"))[0][2] == 'vendor.role == "none"'


def test_cases_add_up_until_nothing_is_missing():
    law = pack(obligation("L-1", "true", "data.personal && 1 < 2"))
    cases = [case({} if each is None else {"data.personal": each}, obligation="L-1") for each in ALL]

    assert cover(*cases[:2], law=law) == (3, (AtomCoverage("L-1", "met", "data.personal", (None,)),))
    assert cover(*cases, law=law) == (3, ())  # a literal is what it is


def test_an_atom_is_counted_once_a_condition_though_it_stands_there_twice():
    law = pack(obligation("L-1", "data.personal", "data.personal && data.health || !data.personal"))

    assert cover(law=law)[0] == 3 * (1 + 2)


def test_a_case_is_counted_on_the_book_of_its_day():
    later = date(2027, 7, 1)
    law = pack(
        obligation("L-1", "true", "vendor.staff < law.limit"),
        parameters=[parameter("law.limit", "integer", {"from": DAY, "value": 10}, {"from": later, "value": 20})],
    )
    coverage, few = Coverage(), case({"vendor.staff": 15}, obligation="L-1")
    coverage.add(few, book(law), VOCABULARY)
    coverage.add(few, book(law, day=later), VOCABULARY)

    (hole,) = coverage.report(list_conditions([book(law)], ["law"]))[1]
    assert hole.missing == (None,)


def test_the_conditions_are_those_in_force_in_any_book_of_the_packs_that_are_wanted():
    later = date(2027, 7, 1)
    law = pack(
        obligation("L-1", "true", "data.personal", in_force={"until": later}),
        obligation("L-2", "law.new", "true", in_force={"from": later}),
        definitions=[
            definition("law.old", "data.health", in_force={"until": later}),
            definition("law.new", "proof.policy", in_force={"from": later}),
        ],
    )
    other = pack(obligation("O-1", "true", "true"), id_="other", definitions=[definition("other.word", "true")])
    books = [book(law, other), book(law, other, day=later)]

    now = list_conditions(books[:1], ["law"])
    assert {key: format_condition(node) for key, node in now.items()} == {
        ("law.old", "when"): "data.health",
        ("L-1", "applies"): "true",
        ("L-1", "met"): "data.personal",
    }
    assert list(list_conditions(books, ["law"])) == [
        *now,
        ("law.new", "when"),
        ("L-2", "applies"),
        ("L-2", "met"),
    ]
    assert list(list_conditions(books, iter(["other"]))) == [
        ("other.word", "when"),
        ("O-1", "applies"),
        ("O-1", "met"),
    ]
    assert list_conditions(books, []) == {}


@given(
    CONDITIONS,
    CONDITIONS,
    st.lists(st.tuples(ANSWERS, st.sets(st.sampled_from([each.id for each in VOCABULARY]))), max_size=4),
)
@examples(200)
def test_the_verdicts_are_those_of_a_walk_by_hand(applies, met, worlds_):
    """Every atom by itself, evaluated on every case of its obligation; an assessment says whether it applies."""
    law, coverage, want = worlds(applies, met), Coverage(), {}
    texts = {("L-1", "applies"): applies, ("L-1", "met"): met}
    for answers, hidden in worlds_:
        known = {id_: value for id_, value in answers.items() if id_ not in hidden}
        coverage.add(case(known, obligation="L-1"), law, VOCABULARY)
        facts = resolve(known)
        live = assess(law, facts).findings[0].applies.verdict
        for (_, name), text in texts.items():
            for atom in find_atoms(parse_condition(text)) if live or name == "applies" else ():
                verdict = evaluate(atom, law.values(facts), DAY, law.definition_nodes).verdict
                want.setdefault((name, atom), set()).add(verdict)

    assert {(name, atom): seen for (_, name, atom), seen in coverage.seen.items()} == want
    total, found = coverage.report({key: parse_condition(text) for key, text in texts.items()})
    atoms = [
        (name, atom)
        for (_, name), text in texts.items()
        for atom in find_atoms(parse_condition(text))
        if find_names(atom)
    ]
    assert total == 3 * len(atoms)
    assert found == tuple(
        AtomCoverage(
            "L-1", name, format_condition(atom), tuple(each for each in ALL if each not in want.get((name, atom), ()))
        )
        for name, atom in atoms
        if len(want.get((name, atom), ())) < 3
    )
