"""What to ask next, and when there is nothing left to ask."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govern.conditions import possible_values
from govern.kernel import FactValue, PartialSet, Vocabulary, resolve_facts
from govern.rules import Stage, Status, assess, build_book, can_change, next_questions

from ..conditions.worlds import examples
from .test_assessment import ANSWERS, CONDITIONS, worlds
from .world import DAY, VOCABULARY, book, definition, obligation, pack, parameter, resolve, spec


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


def test_a_number_is_weighed_by_its_ends_and_a_set_by_some_of_its_values():
    law = pack(
        obligation("L-1", "vendor.staff > 10", "true"),
        obligation("L-2", '"US" in vendor.regions', "true"),
    )

    # nought and a very high number both settle it, and so does every set
    assert [(each.spec.id, each.weight) for each in ask(law)] == [("vendor.regions", 400), ("vendor.staff", 400)]


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
    at_hand = next_questions(world, facts, assess(world, facts), at_hand="data.health")
    assert [each.document for each in at_hand] == ["", "policy", "policy", "policy"]
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


def test_a_question_that_cannot_matter_any_more_is_not_asked():
    law = pack(obligation("L-1", "true", "data.health && (data.personal || !data.personal)"))

    assert [each.spec.id for each in ask(law)] == ["data.personal", "data.health"]
    assert ask(law, {"data.health": True}) == ()


def test_what_waits_for_the_law_alone_is_not_asked_of_a_person():
    law = pack(
        obligation("L-1", "law.never", "true"),
        obligation("L-2", "true", "vendor.staff > law.later"),
        definitions=[definition("law.never", "true", in_force={"until": DAY})],
        parameters=[parameter("law.later", "integer", {"from": DAY.replace(year=2027), "value": 1})],
    )

    assert [each.spec.id for each in ask(law)] == ["vendor.staff"]
    assert ask(law, {"vendor.staff": 3}) == ()


def test_of_one_finding_it_is_said_whether_an_answer_can_change_it():
    law = worlds("true", "data.personal || !data.personal"), worlds("true", "data.personal && data.health")
    found = [(each, facts := resolve({}), assess(each, facts).findings[0]) for each in law]

    assert [finding.status for *_, finding in found] == [Status.OPEN, Status.OPEN]
    assert [can_change(*each) for each in found] == [False, True]


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


# The figures behind the order ------------------------------------------------------------------------------------


def test_a_book_weighs_its_obligations_and_says_at_once_which_apply():
    law = pack(
        obligation("L-1", "law.live", "true", severity="critical"),
        obligation("L-2", "data.health", "data.personal", severity="low"),
        obligation("L-3", "proof.policy", "true", severity="medium"),
        definitions=[definition("law.live", "data.personal")],
    )
    world = book(law)

    assert world.weights == (8, 1, 2)
    assert world.applicability.verdicts(world.values(resolve({"data.personal": True, "data.health": False})), DAY) == {
        "L-1": True,
        "L-2": False,
        "L-3": None,
    }
    assert world.applicability is world.applicability  # compiled once


def test_a_fact_weighs_more_the_fewer_others_it_is_waited_for_with():
    """Of evidence: the severity of each finding that waits, shared among the facts that it waits for."""
    law = pack(
        obligation("L-1", "true", "data.personal && data.health && proof.policy", severity="high"),
        obligation("L-2", "true", "data.health", severity="low"),
    )

    assert [(each.spec.id, each.weight, each.settles) for each in ask(law)] == [
        ("data.health", 233, ("L-1", "L-2")),
        ("data.personal", 133, ("L-1",)),
        ("proof.policy", 133, ("L-1",)),
    ]


def test_what_both_stages_wait_for_is_asked_once_in_the_first():
    law = pack(obligation("L-1", "data.personal", "true"), obligation("L-2", "true", "data.personal && proof.policy"))

    assert [(each.spec.id, each.stage, each.document) for each in ask(law)] == [
        ("data.personal", Stage.SCOPE, ""),
        ("proof.policy", Stage.EVIDENCE, ""),
    ]


def test_of_the_first_stage_no_document_is_asked_for():
    specs = [each.model_copy(update={"document": "the policy"}) for each in VOCABULARY]
    law = pack(obligation("L-1", "data.personal", "true"), obligation("L-2", "true", "proof.policy"))
    world, facts = replace(book(law), vocabulary=Vocabulary(specs)), resolve({})

    assert [each.document for each in next_questions(world, facts, assess(world, facts))] == ["", "the policy"]


def weigh(specs, conditions, answers=None):
    """The first stage's questions of a law of these conditions, with their weights."""
    vocabulary = Vocabulary(specs)
    rules = [obligation(f"L-{place}", text, "true", severity="low") for place, text in enumerate(conditions)]
    world, facts = build_book([pack(*rules)], vocabulary, DAY), resolve(answers or {})
    return [(each.spec.id, each.weight) for each in next_questions(world, facts, assess(world, facts))]


def test_of_a_fact_that_is_worked_out_the_one_behind_it_is_asked_for():
    vocabulary = Vocabulary(
        [
            spec("x.flag", "boolean"),
            spec("x.rows", "records", fields=("country",)),
            spec("x.countries", "countries", derive={"base": "x.rows", "field": "country"}),
            spec("x.more", "countries", derive={"base": "x.rows", "field": "country"}),
        ]
    )
    rules = [obligation("L-1", "true", '"DE" in x.countries && "DE" in x.more && x.flag', severity="high")]
    world, facts = build_book([pack(*rules)], vocabulary, DAY), resolve({})

    # once for all that is worked out from it
    found = next_questions(world, facts, assess(world, facts))
    assert [(each.spec.id, each.weight, each.settles) for each in found] == [
        ("x.flag", 200, ("L-1",)),
        ("x.rows", 200, ("L-1",)),
    ]
    assert [each.spec.id for each in next_questions(world, facts, assess(world, facts), {"x.rows"})] == ["x.flag"]


def test_of_a_choice_each_of_eight_values_is_tried():
    values = tuple(f"v{number}" for number in range(9))
    hit = 'x.kind == "v{}" && x.flag'
    few = [spec("x.kind", "enum", values=values[:8]), spec("x.flag", "boolean")]
    more = [spec("x.kind", "enum", values=values), spec("x.flag", "boolean")]

    # another value settles the obligation, this one does not: seven of eight; the ninth is not tried
    assert dict(weigh(few, [hit.format(7)]))["x.kind"] == 88
    assert dict(weigh(more, [hit.format(7)]))["x.kind"] == 88
    assert dict(weigh(more, [hit.format(8)]))["x.kind"] == 100


def test_of_a_set_none_six_alone_and_all_are_tried():
    values = tuple(f"v{number}" for number in range(9))
    specs = [spec("x.set", "set", values=values), spec("x.flag", "boolean")]

    def weight(text):
        return dict(weigh(specs, [f"{text} && x.flag"]))["x.set"]

    assert weight('"v0" in x.set') == 75  # all but {v0} and the whole set settle it
    assert weight('"v5" in x.set') == 75
    assert weight('"v6" in x.set') == 88  # all but the whole set
    assert weight("size(x.set) == 0") == 88  # all but the empty one
    assert weight("size(x.set) == 9") == 88
    assert weight("size(x.set) == 1") == 25


def test_only_the_sixteen_that_promise_most_are_tried():
    """One side of `x != y` settles nothing, and weighs nothing once that is tried; the last keeps its promise."""
    names = [f"x.f{number:02}" for number in range(17)]
    pairs = [f"{one} != {other}" for one, other in zip(names[0:16:2], names[1:16:2], strict=True)]
    found = weigh([spec(name, "boolean") for name in names], [*pairs, *pairs, names[16], names[16]])

    assert found == [(names[16], 200), *((name, 0) for name in names[:15]), (names[15], 100)]


def test_what_cannot_be_tried_counts_half():
    specs = [spec("x.rows", "records", fields=("name",)), spec("x.flag", "boolean")]

    assert weigh(specs, ["size(x.rows) > 3", "size(x.rows) > 4", "x.flag"]) == [("x.rows", 100), ("x.flag", 100)]


@pytest.mark.parametrize(
    ("kind", "more", "condition", "weight"),
    [
        ("integer", {}, "x.fact > 3 && x.flag", 50),  # nought settles it, a very high number does not
        ("decimal", {"maximum": 3}, "x.fact > 3 && x.flag", 100),  # no number that it may be is over three
        ("integer", {"minimum": 4}, "x.fact > 3 && x.flag", 0),
        ("date", {}, "days_until(x.fact) > 0 && x.flag", 50),
        ("date", {}, "months_since(x.fact) > 130 && x.flag", 100),  # ten years is the longest that is tried
        ("country", {}, 'x.fact == "IN" && x.flag', 75),
        ("countries", {}, 'has_any(x.fact, ["IN"]) && x.flag', 67),
    ],
)
def test_numbers_days_and_countries_are_tried_at_some_places(kind, more, condition, weight):
    specs = [spec("x.fact", kind, **more), spec("x.flag", "boolean")]

    assert dict(weigh(specs, [condition]))["x.fact"] == weight


def test_of_two_that_settle_nothing_alone_the_one_that_more_waits_for_leads():
    specs = [spec("x.one", "boolean"), spec("x.two", "boolean"), spec("x.three", "boolean")]
    both = "(x.one && x.two && x.three) || (!x.one && !x.two && !x.three)"
    questions = weigh(specs, [both, "(x.two && x.three) || (!x.two && !x.three)"])

    assert questions == [("x.two", 0), ("x.three", 0), ("x.one", 0)]


def test_a_question_waits_for_the_one_that_it_comes_after():
    first, last = spec("x.first", "boolean"), spec("x.last", "enum", values=("a", "b"), after=("x.first",))
    text = 'x.last == "a" || x.first'

    # of two answers the later question settles one too, and would stand first by its place
    assert [id_ for id_, _ in weigh([last, first], [text])] == ["x.first", "x.last"]
    assert [id_ for id_, _ in weigh([last, first], ['x.last == "a"'])] == ["x.last"]
    law, facts = build_book([pack(obligation("L-1", text, "true"))], Vocabulary([last, first]), DAY), resolve({})
    skipped = next_questions(law, facts, assess(law, facts), {"x.first"})
    assert [each.spec.id for each in skipped] == ["x.last"]


def test_questions_that_wait_for_one_another_are_asked_all_the_same():
    specs = [spec("x.one", "boolean", after=("x.two",)), spec("x.two", "boolean", after=("x.one",))]

    assert [id_ for id_, _ in weigh(specs, ["x.one && x.two"])] == ["x.one", "x.two"]


def test_of_two_facts_behind_one_the_unknown_are_asked_for():
    vocabulary = Vocabulary(
        [
            spec("x.here", "countries"),
            spec("x.listed", "map", values=("scc",)),
            spec("x.rest", "countries", derive={"base": "x.here", "without": "x.listed"}),
        ]
    )
    rules = [obligation("L-1", "true", 'has_all(["DE"], x.rest)')]
    world = build_book([pack(*rules)], vocabulary, DAY)

    def asked(answers):
        facts = resolve_facts(vocabulary, {id_: FactValue(value=each) for id_, each in answers.items()}, DAY)
        return [each.spec.id for each in next_questions(world, facts, assess(world, facts))]

    assert asked({}) == ["x.here", "x.listed"]
    assert asked({"x.here": ["DE"]}) == ["x.listed"]
    assert asked({"x.listed": {"DE": "scc"}}) == ["x.here"]
    assert asked({"x.here": ["DE"], "x.listed": {}}) == []


def papers(documents, *met):
    """The second stage's questions, where facts are answered by documents."""
    specs = [spec(f"x.f{number}", "boolean", document=document) for number, document in enumerate(documents)]
    rules = [obligation(f"L-{place}", "true", text, severity=severity) for place, (text, severity) in enumerate(met)]
    world, facts = build_book([pack(*rules)], Vocabulary(specs), DAY), resolve({})
    return [each.spec.id for each in next_questions(world, facts, assess(world, facts))]


def test_documents_stand_by_their_weight_and_questions_of_one_by_theirs():
    low, high = ("x.f{}", "low"), ("x.f{}", "high")

    def met(*severities):
        return [(text.format(place), severity) for place, (text, severity) in enumerate(severities)]

    # two low ones of one document weigh less than a high one of another
    assert papers(["a", "b", "a"], *met(low, high, low)) == ["x.f1", "x.f0", "x.f2"]
    # five low ones of one document weigh more
    assert papers(["b", *"aaaaa"], *met(high, *[low] * 5)) == ["x.f1", "x.f2", "x.f3", "x.f4", "x.f5", "x.f0"]
    # within a document the heaviest first, of two alike the vocabulary decides
    assert papers(["a", "a", "a"], *met(low, high, low)) == ["x.f1", "x.f0", "x.f2"]
    assert papers(["a", "a", "a"], ("x.f2", "low"), ("x.f1", "low"), ("x.f0", "low")) == ["x.f0", "x.f1", "x.f2"]
    # documents alike: the one whose first question comes first
    assert papers(["b", "a", "a", "b"], *met(low, low, low, low)) == ["x.f0", "x.f3", "x.f1", "x.f2"]
    assert papers(["b", "a", "a", "b"], *met(low, low, high, high)) == ["x.f3", "x.f0", "x.f2", "x.f1"]
    # without a document each is for itself
    assert papers(["", "", ""], *met(low, high, low)) == ["x.f1", "x.f0", "x.f2"]


# Interviews ------------------------------------------------------------------------------------------------------


def interview(law, answer, known=None, stage=None):
    """Ask until nothing is left (of a stage), always the first question. `answer` gives None for a skipped one.

    Gives what is known, what was skipped, and the questions that were asked.
    """
    answers, skipped, asked = dict(known or {}), set(), []
    while True:
        facts = resolve(answers)
        questions = next_questions(law, facts, assess(law, facts), skipped)
        if not questions or (stage and questions[0].stage is not stage):
            return answers, skipped, asked
        asked.append(questions[0])
        id_ = questions[0].spec.id
        # who says "US" and is asked again for the state has no more to say
        value = None if id_ in answers else answer(id_)
        if value is None:
            skipped.add(id_)
        else:
            answers[id_] = value


@given(CONDITIONS, CONDITIONS, ANSWERS, st.sets(st.sampled_from([spec.id for spec in VOCABULARY])))
@examples(150)
def test_whatever_is_answered_the_questions_end(applies, met, answers, unsure):
    law = worlds(applies, met)
    known, skipped, asked = interview(law, lambda id_: None if id_ in unsure else answers[id_])

    assert len(asked) == len({each.spec.id for each in asked}) + len(skipped & known.keys())
    assert skipped & known.keys() <= {"vendor.regions"}  # asked twice: first for all, then for what was left open
    stages = [each.stage for each in asked]
    assert list(Stage) == ["scope", "evidence"]
    assert stages == sorted(stages, key=list(Stage).index)
    if not skipped:
        facts = resolve(known)
        finding = assess(law, facts).findings[0]
        complete = assess(law, resolve(answers | known)).findings[0]
        assert finding.status in (Status.OPEN, complete.status)
        assert finding.status is not Status.OPEN or not can_change(law, facts, finding)


@given(st.lists(st.tuples(CONDITIONS, CONDITIONS), min_size=1, max_size=3), ANSWERS, st.data())
@examples(150)
def test_after_the_first_stage_nothing_unasked_changes_what_applies(duties, answers, data):
    """Whatever the facts turn out to be that were not asked for: all that is possible of the few, some of the many."""
    law = book(
        pack(
            *(obligation(f"L-{place}", *each) for place, each in enumerate(duties)),
            definitions=[
                definition("law.processor", 'data.personal && vendor.role == "processor"'),
                definition("law.old", "true", in_force={"until": DAY}),
            ],
            parameters=[parameter("law.threshold", "integer", {"from": DAY, "value": 20})],
        )
    )
    known, _, asked = interview(law, lambda id_: answers[id_], stage=Stage.SCOPE)
    unasked = [spec.id for spec in VOCABULARY if spec.id not in known]
    few = [id_ for id_ in unasked if id_ in FEW]
    others = [data.draw(ANSWERS) for _ in range(3)]

    seen = [set() for _ in duties]
    for chosen in product(*(FEW[id_] for id_ in few)):
        for other in others:
            rest = {id_: other[id_] for id_ in unasked} | dict(zip(few, chosen, strict=True))
            for place, each in enumerate(assess(law, resolve(known | rest)).findings):
                seen[place].add(each.applies.verdict)
    assert all(each.stage is Stage.SCOPE for each in asked)
    assert all(len(verdicts) == 1 for verdicts in seen)


def test_a_set_that_stays_known_in_part_is_asked_for_until_it_is_skipped():
    law = book(pack(obligation("L-1", '"US-CA" in vendor.regions', "true")))
    known, skipped, asked = interview(law, {"vendor.regions": ["US"]}.get)

    assert [each.spec.id for each in asked] == ["vendor.regions", "vendor.regions"]
    assert skipped == {"vendor.regions"}
    assert type(resolve(known).values["vendor.regions"]) is PartialSet
