"""From facts to findings: statuses, reasons, and what would settle an open one."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govern.conditions import deciding_facts
from govern.kernel import Evidence, FactValue, resolve_facts
from govern.rules import OpenAbout, Severity, Status, assess

from ..conditions.worlds import examples
from .world import DAY, VOCABULARY, answer, book, definition, obligation, pack, parameter, resolve

TERMS = obligation("L-1", "law.processor", '"dpa.instructions" in contract.terms')
LAW = pack(TERMS, definitions=[definition("law.processor", 'data.personal && vendor.role == "processor"')])
LIVE = {"data.personal": True, "vendor.role": "processor"}


def find(answers, *packs, day=DAY):
    (finding,) = assess(book(*(packs or (LAW,)), day=day), resolve(answers, day)).findings
    return finding


@pytest.mark.parametrize(
    ("answers", "status", "about", "reasons", "missing"),
    [
        ({**LIVE, "contract.terms": ["dpa.instructions"]}, "met", None, [*LIVE, "contract.terms"], []),
        ({**LIVE, "contract.terms": []}, "gap", None, [*LIVE, "contract.terms"], []),
        (LIVE, "open", "compliance", [*LIVE], ["contract.terms"]),
        ({}, "open", "applicability", [], [*LIVE]),
        ({"data.personal": True}, "open", "applicability", [], ["vendor.role"]),
        ({"vendor.role": "none"}, "not_applicable", None, ["vendor.role"], []),
        ({"data.personal": False}, "not_applicable", None, ["data.personal"], []),
        ({"data.personal": False, "vendor.role": "none"}, "not_applicable", None, [*LIVE], []),
        # known compliance does not make an unknown duty live
        ({"contract.terms": ["dpa.instructions"]}, "open", "applicability", [], [*LIVE]),
        ({"data.personal": False, "contract.terms": []}, "not_applicable", None, ["data.personal"], []),
    ],
)
def test_status_reasons_and_missing_facts(answers, status, about, reasons, missing):
    finding = find(answers)

    assert finding.status is Status(status)
    assert finding.about is (OpenAbout(about) if about else None)
    assert list(finding.reasons) == reasons
    assert list(finding.missing) == missing
    assert finding.pack == "law"
    assert finding.obligation.id == "L-1"
    assert (finding.met is None) == (status == "not_applicable")
    assert finding.applies.verdict is {"open": None if about == "applicability" else True}.get(
        status, status != "not_applicable"
    )


def test_a_fact_is_named_once_though_both_conditions_read_it():
    finding = find(LIVE, pack(obligation("L-1", "data.personal", 'data.personal && vendor.role == "processor"')))

    assert finding.status is Status.MET
    assert finding.reasons == ("data.personal", "vendor.role")


def test_an_expired_answer_is_unknown_and_said_to_be():
    day = date(2026, 3, 1)
    world = book(pack(obligation("L-1", "true", "proof.policy")), day=day)
    for lapsed in (answer(True, until=date(2026, 2, 28)), answer(True, evidence_until=date(2026, 2, 28))):
        facts = resolve_facts(VOCABULARY, {"proof.policy": lapsed}, day)
        assessment = assess(world, facts)

        assert assessment.findings[0].status is Status.OPEN
        assert assessment.findings[0].missing == ("proof.policy",)
        assert assessment.expired == {"proof.policy": date(2026, 2, 28)}

    held = assess(world, resolve_facts(VOCABULARY, {"proof.policy": answer(True, until=day)}, day))
    assert held.findings[0].status is Status.MET
    assert held.expired == {}


def test_an_answer_that_holds_only_later_is_unknown_and_said_to_be():
    start = date(2026, 3, 2)
    world = book(pack(obligation("L-1", "true", "proof.policy")), day=start)
    evidence = (Evidence(href="file.pdf", effective_from=start),)
    for later in (FactValue(value=True, evidence=evidence), FactValue(value=True, effective_from=start)):
        assessment = assess(world, resolve_facts(VOCABULARY, {"proof.policy": later}, date(2026, 3, 1)))
        assert assessment.findings[0].status is Status.OPEN
        assert (assessment.expired, assessment.later) == ({}, {"proof.policy": start})

        held = assess(world, resolve_facts(VOCABULARY, {"proof.policy": later}, start))
        assert (held.findings[0].status, held.later) == (Status.MET, {})


def test_a_set_that_is_known_in_part_is_asked_for():
    law = pack(obligation("L-1", '"US-CA" in vendor.regions', "data.personal"))

    finding = find({"vendor.regions": ["US"]}, law)
    assert (finding.status, finding.about, finding.missing) == (
        Status.OPEN,
        OpenAbout.APPLICABILITY,
        ("vendor.regions",),
    )

    assert find({"vendor.regions": ["US", "US-CA"]}, law).about is OpenAbout.COMPLIANCE
    assert find({"vendor.regions": ["US", "US-IL"]}, law).status is Status.NOT_APPLICABLE
    assert find({"vendor.regions": ["IN"]}, law).status is Status.NOT_APPLICABLE


def test_the_known_side_of_an_unknown_comparison_is_not_missing():
    law = pack(obligation("L-1", "has_any(vendor.regions, contract.terms)", "data.personal"))

    assert find({"contract.terms": ["IN"]}, law).missing == ("vendor.regions",)


SPAN = {"from": date(2026, 1, 1), "until": date(2026, 7, 1)}


@pytest.mark.parametrize("what", ["pack", "obligation"])
@pytest.mark.parametrize(
    ("day", "inside"),
    [(date(2025, 12, 31), False), (date(2026, 1, 1), True), (date(2026, 6, 30), True), (date(2026, 7, 1), False)],
)
def test_dates_in_force_are_half_open(what, day, inside):
    dated = {"in_force": SPAN}
    law = pack(obligation("L-1", "true", "true", **(dated if what == "obligation" else {})), **(
        dated if what == "pack" else {}
    ))  # fmt: skip

    assert len(book(law, day=day).rules) == inside


def test_open_ends_are_always_in_force():
    law = pack(obligation("L-1", "true", "true", in_force={"from": date(2026, 1, 1)}))

    assert not book(law, day=date(2025, 12, 31)).rules
    assert book(law, day=date(9999, 12, 31)).rules


@pytest.mark.parametrize(
    ("day", "verdict"),
    [(date(2025, 12, 31), None), (date(2026, 1, 1), True), (date(2026, 6, 30), True), (date(2026, 7, 1), None)],
)
def test_a_definition_without_force_is_unknown_never_false(day, verdict):
    law = pack(obligation("L-1", "law.old", "true"), definitions=[definition("law.old", "true", in_force=SPAN)])
    finding = find({}, law, day=day)

    assert finding.applies.verdict is verdict
    assert finding.missing == (() if verdict else ("law.old",))


VALUES = [{"from": date(2020, 1, 1), "value": 10}, {"from": date(2025, 1, 1), "until": date(2027, 1, 1), "value": 20}]


@pytest.mark.parametrize("values", [VALUES, VALUES[::-1]], ids=["in order", "out of order"])
@pytest.mark.parametrize(
    ("day", "value"),
    [
        (date(2019, 12, 31), None),
        (date(2020, 1, 1), 10),
        (date(2024, 12, 31), 10),
        (date(2025, 1, 1), 20),
        (date(2026, 12, 31), 20),
        (date(2027, 1, 1), None),  # the newer value has ended; the older one does not come back
    ],
)
def test_parameters_have_the_value_of_the_day(values, day, value):
    law = pack(
        obligation("L-1", "vendor.staff >= law.threshold", "true"),
        parameters=[parameter("law.threshold", "integer", *values)],
    )
    world = book(law, day=day)

    assert law.parameters[0].on(day) == value
    assert world.parameters == ({} if value is None else {"law.threshold": value})
    finding = find({"vendor.staff": 15}, law, day=day)
    if value is None:
        assert (finding.status, finding.missing) == (Status.OPEN, ("law.threshold",))
    else:
        assert finding.status is (Status.MET if value <= 15 else Status.NOT_APPLICABLE)


def test_parameters_take_the_types_of_facts():
    law = pack(
        parameters=[
            parameter("law.share", "decimal", {"from": DAY, "value": 2.5}),
            parameter("law.states", "set", {"from": DAY, "value": ["US-CA"]}),
            parameter("law.on", "boolean", {"from": DAY, "value": False}),
        ]
    )

    assert str(law.parameters[0].on(DAY)) == "2.5"
    assert law.parameters[1].on(DAY) == frozenset({"US-CA"})
    assert book(law).parameters["law.on"] is False  # false is a value, not an absent one


def test_an_assessment_counts_and_names_its_packs():
    law = pack(TERMS, obligation("L-2", "true", "true"), definitions=LAW.definitions)
    other = pack(obligation("O-1", "true", "false"), id_="other", order=1)
    assessment = assess(book(law, other), resolve({}))

    assert [each.obligation.id for each in assessment.findings] == ["O-1", "L-1", "L-2"]  # by the packs' order
    assert {status: assessment.count(status) for status in Status} == {
        "gap": 1,
        "open": 1,
        "met": 1,
        "not_applicable": 0,
    }
    assert assessment.packs == {"other": "1.2.3", "law": "1.2.3"}
    assert assessment.as_of == DAY


def test_severities_weigh_by_twos_in_their_order():
    assert [each.weight for each in Severity] == [8, 4, 2, 1]


# More knowledge never takes a finding back ------------------------------------------------------------------------

ATOMS = st.sampled_from(
    [
        "data.personal", "data.health", "proof.policy", "law.processor", 'vendor.role == "processor"',
        'vendor.role in ["processor", "none"]', '"US-CA" in vendor.regions', 'has_any(vendor.regions, ["US-IL", "IN"])',
        'has_all(vendor.regions, ["US"])', "size(vendor.regions) > 1", "vendor.staff >= law.threshold", "law.old",
        '"dpa.instructions" in contract.terms', "days_until(contract.end_date) < 30", "true", "false",
    ]
)  # fmt: skip
CONDITIONS = st.recursive(
    ATOMS,
    lambda inner: (
        inner.map(lambda text: f"!({text})")
        | st.tuples(inner, st.sampled_from(["&&", "||"]), inner).map(lambda each: f"({each[0]}) {each[1]} ({each[2]})")
    ),
    max_leaves=6,
)
ANSWERS = st.fixed_dictionaries(
    {
        "data.personal": st.booleans(),
        "data.health": st.booleans(),
        "proof.policy": st.booleans(),
        "vendor.role": st.sampled_from(["processor", "controller", "none"]),
        "vendor.regions": st.lists(st.sampled_from(["US", "US-CA", "US-IL", "IN"]), unique=True),
        "vendor.staff": st.integers(0, 40),
        "contract.terms": st.lists(st.sampled_from(["dpa.instructions", "dpa.audit"]), unique=True),
        "contract.end_date": st.integers(-60, 60).map(lambda days: DAY + timedelta(days=days)),
    }
)


def worlds(applies, met):
    return book(
        pack(
            obligation("L-1", applies, met),
            definitions=[
                definition("law.processor", 'data.personal && vendor.role == "processor"'),
                definition("law.old", "true", in_force=SPAN),
            ],
            parameters=[parameter("law.threshold", "integer", *VALUES)],
        )
    )


@given(CONDITIONS, CONDITIONS, ANSWERS, st.sets(st.sampled_from([spec.id for spec in VOCABULARY])), st.data())
@examples(300)
def test_more_facts_settle_and_never_unsettle(applies, met, answers, hidden, data):
    law = worlds(applies, met)
    known = {id_: value for id_, value in answers.items() if id_ not in hidden}
    before = assess(law, resolve(known)).findings[0]
    learnt = data.draw(st.sampled_from(sorted(hidden))) if hidden else None
    after = assess(law, resolve({**known, learnt: answers[learnt]} if learnt else known)).findings[0]

    if before.status is not Status.OPEN:
        assert after.status is before.status
    elif before.about is OpenAbout.COMPLIANCE:
        assert after.status in (Status.OPEN, Status.MET, Status.GAP)
    # an open finding always names something, and what it names is unknown or known in part
    assert bool(before.missing) == (before.status is Status.OPEN)
    assert not set(before.missing) & (set(known) - {"vendor.regions"})
    # and no fact that it does not name can settle it
    if before.status is Status.OPEN and learnt and learnt not in before.missing and after.status is not Status.OPEN:
        assert before.about is OpenAbout.APPLICABILITY


@given(CONDITIONS, CONDITIONS, ANSWERS, st.sets(st.sampled_from([spec.id for spec in VOCABULARY])))
@examples(200)
def test_a_program_gives_the_verdicts_of_the_findings(applies, met, answers, hidden):
    law = worlds(applies, met)
    facts = resolve({id_: value for id_, value in answers.items() if id_ not in hidden})
    rule = law.get_rule("L-1")
    scope = law.scope(facts)

    assert law.program().verdicts(law.values(facts), DAY) == {
        ("L-1", "applies"): rule.applies(scope).verdict,
        ("L-1", "met"): rule.met(scope).verdict,
    }
    assert set(deciding_facts(rule.met(scope))) <= {
        *(spec.id for spec in VOCABULARY),
        "law.threshold",
        "law.old",
    }
