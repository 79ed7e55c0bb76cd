"""Answers rest on evidence, and lapse with it."""

from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256

import pytest

from govern.errors import FactError, StoreError
from govern.kernel import Evidence, FactValue
from govern.rules import Status
from govern.usecases.evidence import NEAR, attach_evidence, detach_evidence, gather_evidence, list_evidence, list_limits
from govern.usecases.gaps import read_check
from govern.usecases.projects import answer_facts, read_project, save_project

FILE = Evidence(href="dpa.pdf", description="The signed agreement", valid_until=date(2026, 12, 31))

LATER = Evidence(href="later.pdf", effective_from=date(2027, 1, 2), valid_until=date(2027, 12, 31))


@pytest.fixture
def ports(small, actor, arrangement):
    made = small()
    save_project(made, actor, arrangement)
    return made


def evidence_of(ports, actor, fact):
    return read_project(ports, actor, "one").answers[fact].evidence


def test_a_file_is_kept_by_its_digest_and_the_answer_rests_on_it(ports, actor, logged):
    saved = attach_evidence(ports, actor, "one", {"vendor.role": None}, FILE, b"PDF")
    digest = sha256(b"PDF").hexdigest()
    assert ports.files.get(digest) == b"PDF"
    assert saved.version == 2
    assert saved.answers["vendor.role"].value == "processor"
    assert evidence_of(ports, actor, "vendor.role") == (FILE.model_copy(update={"sha256": digest}),)
    assert (logged()[-1].kind, logged()[-1].object) == ("evidence.added", "project:one@2")


def test_a_link_is_only_noted(ports, actor):
    attach_evidence(ports, actor, "one", {"vendor.role": None}, FILE)
    assert evidence_of(ports, actor, "vendor.role") == (FILE,)
    assert ports.files.files == {}


def test_one_document_answers_and_keeps_several_facts(ports, actor):
    answers = {"vendor.role": None, "contract.terms": FactValue(value=["dpa.audit"], source="the agreement")}
    attach_evidence(ports, actor, "one", answers, FILE)
    known = read_project(ports, actor, "one").answers
    assert (known["vendor.role"].value, known["contract.terms"].value) == ("processor", ["dpa.audit"])
    assert known["contract.terms"].source == "the agreement"
    assert [each.evidence for each in known.values()].count((FILE,)) == 2


def test_the_same_document_again_takes_the_place_of_its_older_self(ports, actor):
    other = Evidence(href="https://trust.example/soc2")
    newer = FILE.model_copy(update={"valid_until": date(2027, 12, 31)})
    for each in (FILE, other, newer):
        attach_evidence(ports, actor, "one", {"vendor.role": None}, each)
    assert evidence_of(ports, actor, "vendor.role") == (other, newer)


def test_the_same_answer_again_keeps_the_evidence_that_holds(ports, actor):
    today = ports.now().date()
    holds = Evidence(href="holds.pdf", valid_until=today)
    lapsed = Evidence(href="lapsed.pdf", valid_until=today - timedelta(days=1))
    endless = Evidence(href="https://trust.example/soc2")
    for each in (holds, lapsed, endless):
        attach_evidence(ports, actor, "one", {"vendor.role": None}, each)
    attach_evidence(ports, actor, "one", {"vendor.role": FactValue(value="processor")}, FILE)
    assert evidence_of(ports, actor, "vendor.role") == (holds, endless, FILE)
    attach_evidence(ports, actor, "one", {"vendor.role": FactValue(value="controller")}, FILE)
    assert evidence_of(ports, actor, "vendor.role") == (FILE,)


def test_an_answer_lapses_with_its_evidence(ports, actor):
    attach_evidence(ports, actor, "one", {"contract.terms": FactValue(value=["dpa.audit"])}, FILE)
    for day, status in ((date(2026, 12, 31), Status.MET), (date(2027, 1, 1), Status.OPEN)):
        (finding,) = read_check(ports, "one", day).assessment.findings
        assert finding.status is status
    assert read_check(ports, "one", date(2027, 1, 1)).assessment.expired == {"contract.terms": FILE.valid_until}


def test_a_renewed_document_renews_the_answer(ports, actor):
    renewed = Evidence(href="renewed.pdf", effective_from=date(2026, 12, 20), valid_until=date(2027, 12, 31))
    attach_evidence(ports, actor, "one", {"contract.terms": FactValue(value=["dpa.audit"])}, FILE)
    saved = attach_evidence(ports, actor, "one", {"contract.terms": None}, renewed)
    for day, status in ((date(2027, 1, 1), Status.MET), (date(2028, 1, 1), Status.OPEN)):
        assert read_check(ports, "one", day).assessment.findings[0].status is status
    assert list_limits(saved, ["contract.terms"], renewed, date(2026, 11, 24)) == []


def test_a_document_that_starts_later_closes_nothing_yet(ports, actor):
    later = Evidence(href="later.pdf", effective_from=date(2027, 3, 1))
    saved = attach_evidence(ports, actor, "one", {"contract.terms": FactValue(value=["dpa.audit"])}, later)
    checked = read_check(ports, "one", date(2026, 12, 1))
    assert checked.assessment.findings[0].status is Status.OPEN
    assert checked.assessment.later == {"contract.terms": date(2027, 3, 1)}
    assert read_check(ports, "one", date(2027, 3, 1)).assessment.findings[0].status is Status.MET
    assert list_limits(saved, ["contract.terms"], later, date(2026, 12, 1)) == [
        "contract.terms holds only from 2027-03-01"
    ]


def test_a_link_without_an_end_does_not_keep_an_answer_beyond_its_report(ports, actor):
    link = Evidence(href="https://trust.example/soc2")
    attach_evidence(ports, actor, "one", {"contract.terms": FactValue(value=["dpa.audit"])}, FILE)
    saved = attach_evidence(ports, actor, "one", {"contract.terms": None}, link)
    assert read_check(ports, "one", date(2027, 1, 1)).assessment.findings[0].status is Status.OPEN
    assert list_limits(saved, ["contract.terms"], link, date(2026, 12, 1)) == [
        "contract.terms lapses on 2026-12-31 all the same, with its other evidence or its own last day"
    ]


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (date(2027, 3, 1), date(2027, 3, 31), "is unknown after 2026-12-31 until 2027-03-01"),
        (date(2026, 12, 1), date(2027, 3, 31), ""),
    ],
)
def test_attaching_says_when_an_answer_is_unknown_between_two_documents(ports, actor, first, last, said):
    answers = {"contract.terms": FactValue(value=["dpa.audit"])}
    attach_evidence(ports, actor, "one", answers, FILE)
    newer = Evidence(href="newer.pdf", effective_from=first, valid_until=last)
    saved = attach_evidence(ports, actor, "one", {"contract.terms": None}, newer)
    assert list_limits(saved, answers, newer, date(2026, 12, 31)) == ([f"contract.terms {said}"] if said else [])
    assert list_limits(saved, answers, newer, date(2027, 1, 1)) == []


def test_an_answer_whose_dates_exclude_each_other_never_holds(ports, actor):
    own = FactValue(value="processor", valid_until=date(2026, 1, 1), evidence=(LATER,))
    answer_facts(ports, actor, "one", {"vendor.role": own})
    saved = attach_evidence(ports, actor, "one", {"vendor.role": None}, Evidence(href="x"))
    assert "vendor.role" not in read_check(ports, "one", date(2026, 1, 1)).facts.values
    assert list_limits(saved, ["vendor.role"], Evidence(href="x"), date(2026, 1, 1)) == [
        "vendor.role never holds: its dates and those of its evidence exclude each other"
    ]


def test_evidence_that_begins_after_the_end_of_the_answer_is_refused(ports, actor):
    answer_facts(ports, actor, "one", {"vendor.role": FactValue(value="processor", valid_until=date(2026, 12, 31))})
    with pytest.raises(FactError, match="ends on 2026-12-31, before this evidence begins"):
        attach_evidence(ports, actor, "one", {"vendor.role": None}, LATER)
    attach_evidence(ports, actor, "one", {"vendor.role": FactValue(value="processor")}, LATER)


WRONG = {
    "an unknown fact": ({"vendor.rol": None}, FILE, "there is no fact `vendor.rol`", "`vendor.role`"),
    "a wrong value": ({"vendor.role": FactValue(value="boss")}, FILE, "`vendor.role` cannot be `boss`", "processor"),
    "no answer": ({"contract.days": None}, FILE, "`contract.days` has no answer yet", "contract.days=yes"),
    "no answer beside a good one": ({"vendor.role": None, "contract.days": None}, FILE, "has no answer yet", ""),
    "no name": ({"vendor.role": None}, Evidence(href=""), "must be one line of 1 to 2,000 characters", ""),
    "a long link": ({"vendor.role": None}, Evidence(href="x" * 2001), "must be one line of 1 to 2,000", ""),
    "a name of two lines": ({"vendor.role": None}, Evidence(href="a\nb"), "must be one line of 1 to 2,000", ""),
    "a title of two lines": ({"vendor.role": None}, Evidence(href="a", description="b\nc"), "the title must be", ""),
    "a title with an escape": ({"vendor.role": None}, Evidence(href="a", description="\x1b[2J"), "the title must", ""),
    "a long title": ({"vendor.role": None}, Evidence(href="a", description="x" * 201), "the title must be", ""),
    "an end before its beginning": (
        {"vendor.role": None}, Evidence(href="a", effective_from=date(2026, 1, 2), valid_until=date(2026, 1, 1)),
        "evidence dated 2026-01-02 cannot end on 2026-01-01", "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_attached_leaves_nothing_behind(ports, actor, name):
    """Neither a version, nor an entry, nor the file."""
    answers, evidence, message, hint = WRONG[name]
    head = ports.log.head()
    with pytest.raises(FactError) as caught:
        attach_evidence(ports, actor, "one", answers, evidence, b"PDF")
    assert message in caught.value.message
    assert hint in caught.value.hint
    assert ports.log.head() == head
    assert ports.files.files == {}
    assert read_project(ports, actor, "one").version == 1


@pytest.mark.parametrize("evidence", [
    Evidence(href="a", effective_from=date(2026, 1, 1), valid_until=date(2026, 1, 1)),
    Evidence(href="a", effective_from=date(2026, 1, 1)), Evidence(href="x" * 2000, description="x" * 200),
])  # fmt: skip
def test_evidence_may_hold_for_a_day_and_have_a_long_name(ports, actor, evidence):
    attach_evidence(ports, actor, "one", {"vendor.role": None}, evidence)
    assert evidence_of(ports, actor, "vendor.role") == (evidence,)


def test_an_unknown_project_gets_no_file(ports, actor, day):
    for act in (
        lambda: attach_evidence(ports, actor, "two", {"vendor.role": None}, FILE, b"PDF"),
        lambda: detach_evidence(ports, actor, "two", "dpa.pdf"),
        lambda: list_evidence(ports, actor, "two", day),
    ):
        with pytest.raises(StoreError, match="there is no project `two`"):
            act()
    assert ports.files.files == {}


def test_a_detached_document_is_gone_from_every_answer_and_the_answers_stay(ports, actor, logged):
    other = Evidence(href="other.pdf")
    attach_evidence(ports, actor, "one", {"vendor.role": None, "contract.terms": None}, FILE)
    attach_evidence(ports, actor, "one", {"vendor.role": None}, other)
    saved = detach_evidence(ports, actor, "one", "dpa.pdf")
    assert evidence_of(ports, actor, "vendor.role") == (other,)
    assert evidence_of(ports, actor, "contract.terms") == ()
    assert {fact: answer.value for fact, answer in saved.answers.items()} == {
        "data.personal": True, "vendor.role": "processor", "contract.terms": [],
    }  # fmt: skip
    assert logged()[-1].kind == "evidence.removed"

    head = ports.log.head()
    with pytest.raises(FactError, match=r"no fact of `one` rests on `dpa\.pdf`") as caught:
        detach_evidence(ports, actor, "one", "dpa.pdf")
    assert caught.value.hint == "govern evidence list one"
    assert ports.log.head() == head


def test_what_lapses_first_is_listed_in_front_and_what_never_lapses_at_the_end(ports, actor, day):
    ends = {"b": 61, "gone": -1, "never": None, "a": 61, "today": 0, "near": 60}
    for href, days in ends.items():
        until = None if days is None else day + timedelta(days=days)
        attach_evidence(ports, actor, "one", {"vendor.role": None}, Evidence(href=href, valid_until=until))
    attach_evidence(ports, actor, "one", {"data.personal": None}, Evidence(href="never"))
    filed = list_evidence(ports, actor, "one", day)
    assert [(each.evidence.href, each.days_left, each.near_end) for each in filed] == [
        ("gone", -1, True), ("today", 0, True), ("near", NEAR, True), ("a", 61, False), ("b", 61, False),
        ("never", None, False),
    ]  # fmt: skip
    assert set(filed[-1].facts) == {"vendor.role", "data.personal"}
    assert list_evidence(ports, actor, "one", day + timedelta(days=1))[1].days_left == -1


def test_a_project_without_evidence_has_none(arrangement, day):
    assert gather_evidence(arrangement, day) == []
    assert gather_evidence(replace(arrangement, answers={}), day) == []
