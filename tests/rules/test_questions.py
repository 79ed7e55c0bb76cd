"""What to ask next, and when there is nothing left to ask."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govern.conditions import possible_values
from govern.kernel import Vocabulary
from govern.rules import Stage, Status, assess, can_change, next_questions

from ..conditions.worlds import examples
from .test_assessment import ANSWERS, CONDITIONS, worlds
from .world import DAY, VOCABULARY, book, definition, obligation, pack, parameter, resolve


def ask(law, answers=None, skipped=()):
    world, facts = book(law), resolve(answers or {})
    return next_questions(world, facts, assess(world, facts), skipped)


def test_the_most_decisive_fact_comes_first():
    law = pack(
        obligation("L-1", "data.personal", "proof.policy", severity="critical"),
        obligation("L-2", "data.personal && data.health", "proof.policy", severity="low"),
        obligation("L-3", "true", '"x" in contract.terms', severity="medium"),
    )
    questions = ask(law)

    # yes settles 8, no settles 8 and 1; yes settles nothing, no settles 1; the second stage comes second
    assert [(each.spec.id, each.stage, each.weight, each.settles) for each in questions] == [
        ("data.personal", Stage.SCOPE, 850, ("L-1", "L-2")),
        ("data.health", Stage.SCOPE, 50, ("L-2",)),
        ("contract.terms", Stage.EVIDENCE, 200, ("L-3",)),
    ]


def test_a_number_is_weighed_at_a_guess_and_a_set_by_some_of_its_values():
    law = pack(
        obligation("L-1", "vendor.staff > 10", "true"),
        obligation("L-2", '"US" in vendor.regions', "true"),
    )

    # a number counts half of what waits for it; of the set every answer but the part of it settles the obligation
    assert [(each.spec.id, each.weight) for each in ask(law)] == [("vendor.regions", 400), ("vendor.staff", 200)]


def test_evidence_of_one_document_is_asked_together():
    law = pack(
        obligation("L-1", "true", "data.health", severity="high"),
        obligation("L-2", "true", "proof.policy", severity="low"),
        obligation("L-3", "true", 'vendor.role == "none"', severity="medium"),
        obligation("L-4", "true", "data.personal", severity="medium"),
    )
    papers = {"proof.policy": "policy", "vendor.role": "policy", "data.personal": "policy"}
    specs = [spec.model_copy(update={"document": papers.get(spec.id, "")}) for spec in VOCABULARY]
    world = replace(book(law), vocabulary=Vocabulary(specs))
    facts = resolve({})
    questions = next_questions(world, facts, assess(world, facts))

    assert [each.document for each in questions] == ["policy", "policy", "policy", ""]
    assert [each.weight for each in questions] == [200, 200, 100, 400]


def test_of_two_alike_the_vocabulary_decides():
    law = pack(obligation("L-1", "proof.policy || data.health || data.personal", "true"))

    assert [each.spec.id for each in ask(law)] == ["data.personal", "data.health", "proof.policy"]


def test_what_the_person_does_not_know_is_not_asked_again():
    law = pack(obligation("L-1", "data.personal && data.health", "true"))

    assert [each.spec.id for each in ask(law, skipped={"data.personal"})] == ["data.health"]
    assert ask(law, skipped=["data.health", "data.personal"]) == ()


def test_nothing_is_asked_about_a_settled_finding():
    law = pack(obligation("L-1", "data.personal", "data.health || proof.policy"))

    assert ask(law, {"data.personal": False}) == ()
    assert ask(law, {"data.personal": True, "data.health": True}) == ()
    assert [each.spec.id for each in ask(law, {"data.personal": True, "data.health": False})] == ["proof.policy"]


@pytest.mark.parametrize(
    ("applies", "met", "asked"),
    [
        ("true", "data.personal || !data.personal", []),
        ("true", "data.personal && !data.personal", []),
        ("data.personal && !data.personal", "proof.policy", []),
        # that the duty is live whatever the answer is changes the finding: compliance is asked about next
        ("data.personal || !data.personal", "proof.policy", ["data.personal"]),
        ("true", 'vendor.role == "none" || vendor.role != "none"', []),
        ("true", '"IN" in vendor.regions || !("IN" in vendor.regions)', ["vendor.regions"]),  # too many sets to try
        ("true", "(data.personal || !data.personal) && data.health", ["data.personal", "data.health"]),
    ],
)
def test_a_question_that_cannot_matter_is_not_asked(applies, met, asked):
    assert [each.spec.id for each in ask(pack(obligation("L-1", applies, met)))] == asked


def test_what_waits_for_the_law_alone_is_not_asked_of_a_person():
    law = pack(
        obligation("L-1", "law.never", "true"),
        obligation("L-2", "true", "vendor.staff > law.later"),
        definitions=[definition("law.never", "true", in_force={"until": DAY})],
        parameters=[parameter("law.later", "integer", {"from": DAY.replace(year=2027), "value": 1})],
    )

    assert [each.spec.id for each in ask(law)] == ["vendor.staff"]
    assert ask(law, {"vendor.staff": 3}) == ()


def test_a_set_known_in_part_is_asked_again():
    law = pack(obligation("L-1", '"US-CA" in vendor.regions', "true"))

    assert [each.spec.id for each in ask(law, {"vendor.regions": ["US"]})] == ["vendor.regions"]
    assert ask(law, {"vendor.regions": ["US", "US-CA"]}) == ()


@given(CONDITIONS, CONDITIONS, ANSWERS, st.sets(st.sampled_from([spec.id for spec in VOCABULARY])))
@examples(300)
def test_questions_end_exactly_when_nothing_can_change(applies, met, answers, hidden):
    law = worlds(applies, met)
    facts = resolve({id_: value for id_, value in answers.items() if id_ not in hidden})
    assessment = assess(law, facts)
    open_ = [each for each in assessment.findings if each.status is Status.OPEN]

    assert bool(next_questions(law, facts, assessment)) == any(can_change(law, facts, each) for each in open_)


CLOSED = [
    "data.personal",
    "data.health",
    "proof.policy",
    'vendor.role == "none"',
    'vendor.role != "controller"',
    "true",
]
CLOSED_CONDITIONS = st.recursive(
    st.sampled_from(CLOSED),
    lambda inner: (
        inner.map(lambda text: f"!({text})")
        | st.tuples(inner, st.sampled_from(["&&", "||"]), inner).map(lambda each: f"({each[0]}) {each[1]} ({each[2]})")
    ),
    max_leaves=6,
)
FEW = {spec.id: possible_values(spec) for spec in VOCABULARY if possible_values(spec)}


@given(CLOSED_CONDITIONS, CLOSED_CONDITIONS, st.dictionaries(st.sampled_from(sorted(FEW)), st.integers(0, 2)))
@examples(200)
def test_over_few_values_the_end_is_exact(applies, met, chosen):
    """Against brute force: a finding is asked about if and only if two complete sets of answers differ in the
    condition that it waits for, or if its duty is live in all of them and only Kleene's tables do not see it."""
    law = worlds(applies, met)
    known = {id_: FEW[id_][index % len(FEW[id_])] for id_, index in chosen.items()}
    facts = resolve(known)
    assessment = assess(law, facts)
    finding = assessment.findings[0]
    complete = [
        assess(law, resolve({**dict(zip(FEW, each, strict=True)), **known})).findings[0]
        for each in product(*FEW.values())
    ]
    applies_, met_ = {each.applies.verdict for each in complete}, {each.met.verdict for each in complete if each.met}

    if finding.status is not Status.OPEN:
        expected = False
    elif finding.about == "applicability":
        expected = applies_ != {False}
    else:
        expected = len(met_) > 1
    assert bool(next_questions(law, facts, assessment)) is expected
