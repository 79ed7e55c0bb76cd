"""What a report says, before any writer lays it out."""

from dataclasses import replace
from datetime import date

import pytest

from govern.kernel import FactSpec, FactValue, Vocabulary
from govern.render.report.findings import ONCE, group_same
from govern.render.report.model import make_report, shorten_ids, split_served


def by_id(report):
    return {entry.obligation: entry for entry in report.entries}


def test_the_summary_says_everything_in_words(report):
    assert report.summary == (
        "9 duties of 2 rule packs were checked. 2 do not apply to this project by the facts known.",
        "3 gaps: 2 critical and 1 low. 1 of them is accepted for a time by a waiver, and still counted.",
        "2 duties are open: of 1 it is not known whether it applies and of 1 it is not known whether it is met. "
        "2 unanswered questions would settle them.",
        "2 duties are met.",
        "1 duty is somebody else's, and must be confirmed with them: the vendor.",
        "1 answer has ended and counts as unknown.",
        "1 answer ends within 60 days.",
    )


def test_the_cover_line_has_project_day_and_packs_with_digests(report):
    assert report.cover == ("Project labels-1 · 24 November 2026 · LDA 1.2.0 (abababababab), Care 3.0.0 (cdcdcdcdcdcd)")


def test_gaps_are_gravest_first_over_all_laws(report):
    assert [(each.obligation, each.severity) for each in report.gaps] == [
        ("LDA-2", "critical"),
        ("CARE-1", "critical"),
        ("LDA-6", "low"),
    ]


def test_every_finding_is_in_the_report_once(checked, report):
    assert sorted(by_id(report)) == sorted(each.obligation.id for each in checked.assessment.findings)
    assert len(report.entries) == len(checked.assessment.findings)
    assert sum(report.counts.values()) == len(report.entries)


def test_a_gap_says_law_why_needs_remedy_penalty_and_waiver(report):
    entries = by_id(report)
    assert dict(entries["LDA-2"].lines) == {
        "The law": "Whoever has data labelled must see to this: sign a contract.",
        "It applies because": "data are sent to a vendor",
        "What is missing": "signed contract",
        "What to do": "Sign a contract, before the first item is sent.",
        "Penalty": "s. 99: up to 1 million",
    }
    waived = dict(entries["LDA-6"].lines)
    assert waived["Waiver"] == "Accepted by Jo Chief, COO until 31 January 2027: The insurer answers in January."
    assert "Penalty" not in waived
    assert entries["LDA-6"].status == "gap"


def test_a_waiver_stands_only_beside_a_gap(sample):
    other = replace(sample.WAIVER, obligation="LDA-3(a)(ii)")
    assert by_id(make_report(sample.make_check(waivers=(other,))))["LDA-3(a)(ii)"].waiver is None


def test_open_questions_are_grouped_by_fact(report):
    assert [(each.fact, each.settles, each.expired_on) for each in report.questions] == [
        ("work.children", (("LDA-5", "Protect data of children"),), None),
        ("vendor.trained", (("LDA-4", "Train the workers"),), date(2026, 11, 1)),
    ]
    assert report.questions[0].question == "Are there data of children?"


def test_open_says_what_is_asked(report):
    entries = by_id(report)
    assert entries["LDA-4"].status_words == "Open: is it met?"
    assert entries["LDA-5"].status_words == "Open: does it apply?"
    assert entries["LDA-7"].status_words == "Does not apply"


def test_duties_of_somebody_else_are_to_confirm(report):
    assert [(each.obligation, each.confirm_with) for each in report.to_confirm] == [("LDA-8", "the vendor")]


def test_evidence_says_what_ends_soon_and_what_has_ended(report):
    assert [(each.name, each.what, each.mark) for each in report.evidence] == [
        ("training of the workers", "No file; a list of the vendor", "ended"),
        ("security policy of the vendor", "Security policy, version 4", "ends in 47 days"),
        ("audit of the vendor", "Audit letter", ""),
    ]
    assert report.evidence[1].place == f"evidence/policy.pdf; SHA-256 {'12' * 32}"
    assert report.evidence[2].place == "https://vendor.example/audit"


def test_an_answer_may_end_before_its_evidence_and_today(sample):
    policy = sample.ANSWERS["vendor.policy"].model_copy(update={"valid_until": sample.DAY})
    report = make_report(sample.make_check(sample.ANSWERS | {"vendor.policy": policy}))
    line = next(each for each in report.evidence if each.fact == "vendor.policy")
    assert (line.valid_until, line.mark) == (sample.DAY, "ends today")
    bare = FactValue(value=True, valid_until=date(2030, 1, 1))
    report = make_report(sample.make_check(sample.ANSWERS | {"vendor.policy": bare}))
    line = next(each for each in report.evidence if each.fact == "vendor.policy")
    assert (line.what, line.mark) == ("No file and no source", "")


def test_the_packs_say_who_reviewed_them_and_when_next(report):
    assert report.packs[0].review == (
        "Read against: the consolidated text, read on 2026-11-01.",
        "No lawyer has reviewed this pack yet.",
        "A qualified lawyer must review this pack before anyone relies on it.",
        "Next review: 1 November 2026, which is past.",
    )
    assert report.packs[1].review == ("Reviewed by A. Lawyer.",)


def test_the_method_says_what_was_not_checked_and_what_verified_means(report):
    said = " ".join(report.method)
    assert said.startswith("This is not legal advice.")
    assert "7 are verified and 1 are not; those are marked. Of 1 the pack does not say it." in said
    assert "Checked were only these packs: LDA 1.2.0, Care 3.0.0. Not checked were any other law" in said
    assert f"assessment:{report.assessment}" in said


def test_unverified_rows_are_marked(report):
    assert "Not verified against an official text" in by_id(report)["LDA-9"].where
    assert "Verification not stated" in by_id(report)["CARE-1"].where


def test_a_clean_check_says_so(sample):
    report = make_report(sample.make_clean_check())
    assert "There are no gaps." in report.summary
    assert "Nothing is open." in report.summary
    assert report.gaps == report.questions == ()


def test_no_law_in_force_says_so(sample):
    report = make_report(sample.make_check(packs=()))
    assert report.summary == ("No duty of these packs was in force on 24 November 2026.",)
    assert "Checked were only these packs: none." in " ".join(report.method)


def test_small_numbers_are_said_rightly(sample):
    one = sample.CARE.model_copy(update={"instruments": {}})
    open_ = make_report(sample.make_check({}, packs=(one,), waivers=()))
    assert open_.summary == (
        "1 duty of 1 rule pack was checked. 0 do not apply to this project by the facts known.",
        "There are no gaps.",
        "1 duty is open: of 1 it is not known whether it applies. 1 unanswered question would settle it.",
        "0 duties are met.",
    )
    assert open_.entries[0].instrument == "care"
    away = {"work.sends_data": FactValue(value=False)}
    assert "1 does not apply" in make_report(sample.make_check(away, packs=(one,))).summary[0]


def test_a_check_that_was_not_recorded_does_not_say_that_it_was(sample):
    report = make_report(replace(sample.make_check(), assessment_id=""))
    assert "audit log" not in " ".join(report.method)


def test_the_same_check_gives_an_equal_report(sample, report):
    assert make_report(sample.make_check()) == report


def test_a_figure_of_the_law_that_is_unknown_is_a_question(sample):
    """A parameter without a value on the day is unknown, and no fact."""
    limit = {
        "id": "labels.limit",
        "title": "items above which the Act holds",
        "kind": "integer",
        "cite": {"instrument": "labels", "pinpoint": "s. 1"},
        "values": [{"from": date(2030, 1, 1), "value": 5}],
    }
    first = sample.LABELS.obligations[0].model_dump(exclude_defaults=True, mode="json")
    pack = sample.LABELS.model_validate(
        sample.LABELS.model_dump(exclude={"obligations", "parameters", "stand_ins"}, by_alias=True)
        | {"obligations": [first | {"applies": "labels.limit > 3"}], "parameters": [limit]}
    )
    report = make_report(sample.make_check(packs=(pack,)))
    assert [(each.fact, each.group) for each in report.questions] == [("labels.limit", "Figures of the law")]
    assert "items above which the Act holds" in report.questions[0].question


# --- done once --------------------------------------------------------------------------------------------------------


def test_controls_are_those_that_would_close_most(report):
    assert [(each.id, each.counts, each.laws) for each in report.once] == [
        ("contract", "3 gaps and 1 open finding", ("LDA", "Care")),
        ("training", "2 open findings", ("LDA",)),
    ]
    assert split_served(report.once[0]) == (("", ("LDA-2", "CARE-1")), ("In part: ", ("LDA-6", "LDA-4")))
    assert report.once[0].met == ("LDA-9",)


def test_what_they_come_to_counts_each_finding_once(sample, report):
    assert report.once_words == (
        "Each of these is done once for all duties that it serves. "
        "Together they would close 3 of 3 gaps (1 of them only in part) and 2 of 2 open findings."
    )
    one = make_report(sample.make_check(controls=sample.CONTROLS[:1]))
    assert (
        one.once_words
        == "This is done once for all duties that it serves. It would close 0 of 3 gaps and 2 of 2 open findings."
    )


def test_a_duty_names_all_controls_that_would_close_it(report):
    found = {id_: [(each.id, part) for each, part in controls] for id_, controls in report.controls_by_duty().items()}
    assert found["LDA-4"] == [("contract", True), ("training", False)]
    assert set(found) == {"LDA-2", "CARE-1", "LDA-6", "LDA-4", "LDA-5"}


def test_ten_controls_are_shown_and_all_are_known(hospital):
    report = make_report(hospital)
    assert len(report.once) == ONCE == 10
    assert len(report.controls) == len(hospital.plans) > ONCE


def test_a_check_that_nobody_asked_for_controls_has_none(sample):
    report = make_report(replace(sample.make_check(), plans=()))
    assert report.once == report.controls == ()


def test_ids_one_after_the_other_say_their_law_once():
    assert shorten_ids(["GDPR-28.2", "GDPR-28.3.a", "HIPAA-1(a)", "GDPR-5", "odd", "odd", "A-", "A-b"]) == [
        "GDPR-28.2", "28.3.a", "HIPAA-1(a)", "GDPR-5", "odd", "odd", "A-", "b",
    ]  # fmt: skip


# --- what says the same -----------------------------------------------------------------------------------------------


def test_duties_that_say_the_same_are_one_entry_that_cites_both(sample):
    report = make_report(sample.make_twin_check())
    assert [each.obligation for each in report.gaps] == ["LDA-2", "CARE-1", "LDA-6"]
    shown = report.folded
    assert [each.obligation for each in shown.gaps] == ["LDA-2", "CARE-1"]
    first = by_id(shown)["LDA-2"]
    assert (first.twins, first.place) == (("LDA-6",), "LDA s. 2 · LDA-2 · also LDA s. 6 (LDA-6)")
    assert by_id(shown)["LDA-3(a)(ii)"].twins == ("LDA-9",)
    assert shown.counts == report.counts
    assert report.count_gaps("low") == 1


def test_a_gap_that_is_waived_stays_by_itself(sample):
    report = make_report(sample.make_twin_check(waivers=(sample.WAIVER,)))
    assert [each.obligation for each in report.folded.gaps] == ["LDA-2", "CARE-1", "LDA-6"]


def test_nothing_that_is_missing_is_lost_when_entries_are_folded(report):
    def entry(id_, same_as, needs):
        return replace(by_id(report)["LDA-2"], obligation=id_, same_as=same_as, needs=needs)

    def ids(*entries):
        return [[each.obligation for each in group] for group in group_same(entries)]

    one = entry("A-1", ("A-2", "A-3"), "a; b")
    assert ids(one, entry("A-2", (), "b")) == [["A-1", "A-2"]]
    assert ids(one, entry("A-2", (), "c"), entry("A-3", ("A-2",), "c")) == [["A-1"], ["A-2", "A-3"]]
    assert ids(one, entry("A-2", (), "a or b")) == [["A-1"], ["A-2"]]
    several = entry("A-1", ("A-2",), "a; b; and 2 more")
    assert ids(several, entry("A-2", (), "a; b; and 2 more")) == [["A-1", "A-2"]]
    assert ids(several, entry("A-2", (), "a")) == [["A-1"], ["A-2"]]
    assert ids(one, entry("B-1", (), "a; b")) == [["A-1"], ["B-1"]]


# --- what is missing, if there is more than one way to close a gap ----------------------------------------------------


@pytest.mark.parametrize(
    ("met", "needs"),
    [
        ("contract.signed || vendor.insured", "signed contract; or insurance of the vendor"),
        (
            "vendor.audit && (contract.signed || vendor.insured)",
            "audit of the vendor; and either signed contract, or insurance of the vendor",
        ),
        ('vendor.level in ["high", "top"]', "level of the vendor: “high” or “top”"),
        (
            'vendor.audit && vendor.level in ["high", "top"]',
            "audit of the vendor; level of the vendor: “high” or “top”",
        ),
        ('"fire" in vendor.cover || "theft" in vendor.cover', "cover of the vendor: add “fire” or “theft”"),
    ],
)
def test_ways_to_close_a_gap_say_once_what_they_share(sample, monkeypatch, met, needs):
    values, cover = ["low", "high", "top"], ["fire", "theft"]
    extra = [
        FactSpec(id="vendor.level", kind="enum", group="x", question="?", short="level of the vendor", values=values),
        FactSpec(id="vendor.cover", kind="set", group="x", question="?", short="cover of the vendor", values=cover),
    ]
    monkeypatch.setattr(sample, "VOCABULARY", Vocabulary([*sample.VOCABULARY, *extra]))
    duty = sample.LABELS.obligations[0].model_copy(update={"met": met})
    answers = sample.ANSWERS | {
        "vendor.audit": FactValue(value=False),
        "vendor.level": FactValue(value="low"),
        "vendor.cover": FactValue(value=[]),
    }
    pack = sample.LABELS.model_copy(update={"obligations": (duty,), "stand_ins": ()})
    assert make_report(sample.make_check(answers, packs=(pack,))).gaps[0].needs == needs
