"""What would be enough: the fewest facts that give a finding, and the fewest changes that close a gap."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govern.conditions import Change, change_values
from govern.kernel import Facts, FactValue, Vocabulary, resolve_facts
from govern.rules import Status, assess, build_book, closing_changes, smallest_reason
from govern.rules.remedies import GIVEN, MOST_WAYS

from ..conditions.worlds import examples
from .test_assessment import ANSWERS, CONDITIONS, SPAN, worlds
from .world import DAY, VOCABULARY, book, definition, obligation, pack, parameter, resolve, spec

IDS = [spec.id for spec in VOCABULARY]


def law(applies, met):
    return book(
        pack(
            obligation("L-0", "true", "true"),  # another one, so that the finding's own is looked up
            obligation("L-1", applies, met),
            definitions=[
                definition("law.live", 'data.personal && vendor.role == "processor"'),
                definition("law.old", "true", in_force=SPAN),
            ],
            parameters=[parameter("law.threshold", "integer", {"from": SPAN["from"], "value": 10})],
        )
    )


def check(world, answers):
    facts = resolve(answers)
    return facts, assess(world, facts).findings[-1]


# Reasons ---------------------------------------------------------------------------------------------------------

LIVE = {"data.personal": True, "data.health": True, "vendor.role": "processor", "vendor.staff": 3}


@pytest.mark.parametrize(
    ("applies", "met", "answers", "status", "want"),
    [
        (
            "data.personal && data.health",
            "true",
            {"data.personal": False, "data.health": False},
            "not_applicable",
            ["data.personal"],
        ),
        (
            "data.personal || data.health",
            "proof.policy",
            LIVE | {"proof.policy": True},
            "met",
            ["data.personal", "proof.policy"],
        ),
        (
            "data.personal || data.health",
            "proof.policy",
            LIVE | {"proof.policy": False},
            "gap",
            ["data.personal", "proof.policy"],
        ),
        # one fact for both conditions is enough, though another comes first
        ("data.health || data.personal", "data.personal", LIVE, "met", ["data.personal"]),
        ("data.personal && proof.policy || data.health", "true", LIVE | {"proof.policy": True}, "met", ["data.health"]),
        # a figure of the law is no fact
        ("vendor.staff < law.threshold", "law.live", LIVE, "met", ["vendor.staff", "data.personal", "vendor.role"]),
        ("true", "true", LIVE, "met", []),
        ("false", "true", LIVE, "not_applicable", []),
        # nothing is enough for what is open
        ("data.personal", "proof.policy", LIVE, "open", []),
        ("proof.policy", "data.personal", LIVE, "open", []),
    ],
)
def test_the_smallest_reason(applies, met, answers, status, want):
    world = law(applies, met)
    facts, finding = check(world, answers)

    assert finding.status is Status(status)
    assert list(smallest_reason(world, facts, finding)) == want


@given(CONDITIONS, CONDITIONS, ANSWERS, st.sets(st.sampled_from(IDS)))
@examples(300)
def test_no_smaller_set_of_facts_gives_the_finding(applies, met, answers, hidden):
    """Against brute force, over all that is known and not over the reasons alone."""
    world = worlds(applies, met)
    facts = resolve({id_: value for id_, value in answers.items() if id_ not in hidden})
    finding = assess(world, facts).findings[0]
    reason = smallest_reason(world, facts, finding)

    def status(ids):
        return assess(world, Facts({id_: facts.values[id_] for id_ in ids}, DAY)).findings[0].status

    if finding.status is Status.OPEN:
        assert reason == ()
        return
    assert status(reason) is finding.status
    assert not any(
        status(ids) is finding.status for ids in combinations(facts.values, max(len(reason) - 1, 0)) if reason
    )


def many(count):
    """A law on so many facts, of which the first is enough and the others only together."""
    names = [f"x.f{number:02}" for number in range(count)]
    vocabulary = Vocabulary([spec(name, "boolean") for name in names])
    world = build_book([pack(obligation("L-1", f"{names[0]} || ({' && '.join(names[1:])})", "true"))], vocabulary, DAY)
    facts = resolve_facts(vocabulary, {name: FactValue(value=True) for name in names}, DAY)
    return names, smallest_reason(world, facts, assess(world, facts).findings[0])


def test_of_few_facts_the_smallest_reason_and_of_many_one_with_none_to_spare():
    names, reason = many(12)
    assert reason == (names[0],)

    names, reason = many(13)
    assert reason == tuple(names[1:])


# Changes ---------------------------------------------------------------------------------------------------------


def is_(fact, value):
    return Change(fact, "is", value)


@pytest.mark.parametrize(
    ("applies", "met", "answers", "want"),
    [
        ("data.personal", "proof.policy", {"proof.policy": False}, [[is_("proof.policy", True)]]),
        ("true", "vendor.staff >= law.threshold", {"vendor.staff": 3}, [[is_("vendor.staff", 10)]]),
        # what the choice that was made lacks comes before another choice
        (
            "true",
            'vendor.role == "controller" || (vendor.role == "processor" && proof.policy && data.health)',
            {"vendor.role": "processor", "proof.policy": False, "data.health": False},
            [[is_("data.health", True), is_("proof.policy", True)]],
        ),
        (
            "true",
            '"dpa.audit" in contract.terms',
            {"contract.terms": []},
            [[Change("contract.terms", "has", "dpa.audit")]],
        ),
        (
            "true",
            "law.live && proof.policy",
            {"proof.policy": False, "vendor.role": "none"},
            [[is_("proof.policy", True), is_("vendor.role", "processor")]],
        ),
        # of several, those of one size or near it: one more change, and not two
        (
            "true",
            "proof.policy || vendor.staff > 5 && data.health",
            {"proof.policy": False, "vendor.staff": 1, "data.health": False},
            [[is_("proof.policy", True)], [is_("data.health", True), is_("vendor.staff", 6)]],
        ),
        (
            "true",
            'proof.policy || vendor.staff > 5 && data.health && vendor.role == "none"',
            {"proof.policy": False, "vendor.staff": 1, "data.health": False},
            [[is_("proof.policy", True)]],
        ),
        # a way out of the law is no way to meet it
        ('vendor.role != "none"', 'vendor.role in ["none", "controller"]', {}, [[is_("vendor.role", "controller")]]),
        ("data.personal", "!data.personal", {}, []),
        # what also decides whether the duty applies is changed last, though it is less
        (
            "law.live",
            'vendor.role == "processor" && vendor.staff > 5 && (data.personal == false || proof.policy && data.health)',
            {"vendor.staff": 1, "proof.policy": False, "data.health": False},
            [[is_("vendor.staff", 6), is_("proof.policy", True), is_("data.health", True)]],
        ),
        (
            'vendor.role != "controller"',
            'vendor.role == "none" || proof.policy && data.health',
            {"proof.policy": False, "data.health": False},
            [[is_("proof.policy", True), is_("data.health", True)]],
        ),
        (
            'vendor.role != "controller"',
            'vendor.role == "none" && (proof.policy || data.health)',
            {"proof.policy": False, "data.health": False},
            [
                [is_("vendor.role", "none"), is_("data.health", True)],
                [is_("vendor.role", "none"), is_("proof.policy", True)],
            ],
        ),
        # what only the law could change, nobody can
        ("true", "false", {}, []),
        ("true", "law.threshold > 12", {}, []),
        # no gap, nothing to close
        ("data.personal", "proof.policy", {"proof.policy": True}, []),
        ("data.personal", "proof.policy", {}, []),
        ("!data.personal", "proof.policy", {"proof.policy": False}, []),
    ],
)
def test_what_closes_a_gap(applies, met, answers, want):
    world = law(applies, met)
    facts, finding = check(world, {"data.personal": True, "vendor.role": "processor"} | answers)

    assert list(closing_changes(world, facts, finding)) == [frozenset(each) for each in want]


def test_at_most_three_ways_are_given():
    world = law("true", 'has_any(vendor.regions, ["US-CA", "US-IL", "IN", "US"])')
    facts, finding = check(world, {"vendor.regions": []})

    found = closing_changes(world, facts, finding)
    assert [[each.value for each in way] for way in found] == [["IN"], ["US"], ["US-CA"]]
    assert len(found) == MOST_WAYS


@given(CONDITIONS, CONDITIONS, ANSWERS, st.sets(st.sampled_from(IDS)))
@examples(400)
def test_each_set_of_changes_closes_the_gap(applies, met, answers, hidden):
    world = worlds(applies, met)
    facts = resolve({id_: value for id_, value in answers.items() if id_ not in hidden})
    finding = assess(world, facts).findings[0]
    found = closing_changes(world, facts, finding)

    assert not found or finding.status is Status.GAP
    for way in found:
        changed = Facts(change_values(facts.values, way), DAY)
        assert assess(world, changed).findings[0].status is Status.MET


def test_who_is_who_is_changed_last_even_where_it_is_the_shortest_way():
    """A fact that decides of many other duties whether they apply says what the project is, not what it lacks."""
    wanted = obligation("L-1", "data.personal", "vendor.staff > 9 || data.health && proof.policy")
    answers = {"data.personal": True, "vendor.staff": 3, "data.health": False, "proof.policy": False}
    others = [obligation(f"O-{number}", "vendor.staff < 5", "true") for number in range(GIVEN)]

    def first_way(laws):
        world, facts = book(pack(*laws)), resolve(answers)
        return {change.fact for change in closing_changes(world, facts, assess(world, facts).findings[-1])[0]}

    assert first_way([*others[1:], wanted]) == {"vendor.staff"}
    assert first_way([*others, wanted]) == {"data.health", "proof.policy"}


GROUNDS = Vocabulary(
    [
        *VOCABULARY,
        spec("to.places", "countries"),
        spec("to.grounds", "map", values=("clauses", "exception", "none")),
        spec("to.unlisted", "countries", derive={"base": "to.places", "without": "to.grounds"}),
    ]
)


def entries(*others, met='has_all(["DE"], to.unlisted)'):
    """What closes the gap of a duty on the entries of a map, beside other duties that read the map."""
    world = build_book([pack(obligation("L-1", "true", met), *others)], GROUNDS, DAY)
    answers = {"to.places": ["DE", "IN"], "to.grounds": {}, "proof.policy": False}
    facts = resolve_facts(GROUNDS, {id_: FactValue(value=value) for id_, value in answers.items()}, DAY)
    found = closing_changes(world, facts, assess(world, facts).findings[0])
    return [sorted(change.value[1] if change.op == "maps" else change.fact for change in way) for way in found]


def test_a_missing_entry_of_a_map_closes_a_gap():
    assert entries() == [["clauses"], ["exception"], ["none"]]


@pytest.mark.parametrize(
    ("applies", "met", "want"),
    [
        # the duty begins to apply and is open, or a gap
        ('"exception" in to.grounds', "data.health", ["clauses", "none"]),
        ('"exception" in to.grounds', "proof.policy", ["clauses", "none"]),
        # it was met
        ("true", '!has_any(to.grounds, ["exception", "none"])', ["clauses"]),
        # it was a gap already, or begins to apply and is met
        ("true", "proof.policy && size(to.grounds) > 0", ["clauses", "exception", "none"]),
        ('"exception" in to.grounds', "!proof.policy", ["clauses", "exception", "none"]),
        # it reads what is worked out, and gets better
        ("size(to.unlisted) > 0", "proof.policy", ["clauses", "exception", "none"]),
    ],
)
def test_an_entry_that_makes_another_finding_worse_is_not_given(applies, met, want):
    assert entries(obligation("L-2", applies, met)) == [[each] for each in want]


def test_what_a_new_entry_asks_for_is_given_with_it():
    allowed = '!has_any(to.grounds, ["exception", "none"]) && (!("clauses" in to.grounds) || proof.policy)'

    assert entries(met=f'has_all(["DE"], to.unlisted) && {allowed}') == [["clauses", "proof.policy"]]
