"""Check a project's facts against the law, explain a finding, and ask what is missing."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from govern.conditions import Line, Phrasebook, outline_trace, say_way
from govern.kernel import Actor, Facts, canonical_bytes, check_may, resolve_facts
from govern.rules import (
    Assessment,
    ControlPlan,
    Finding,
    Question,
    RuleBook,
    Waiver,
    assess,
    closing_changes,
    next_questions,
    plan_controls,
    smallest_reason,
    waivers_on,
)
from govern.usecases.law import record_law
from govern.usecases.ports import Ports
from govern.usecases.projects import as_answers, check_answers
from govern.usecases.records import (
    ASSESSMENT,
    Project,
    get_project,
    get_project_on,
    project_matter,
    read_waivers,
    record_event,
)


@dataclass(frozen=True, slots=True)
class GapCheck:
    """A project checked on a day: the findings, and what a report needs beside them."""

    project: Project
    assessment: Assessment
    book: RuleBook
    facts: Facts
    phrases: Phrasebook
    assessment_id: str = ""
    waivers: Mapping[str, Waiver] = field(default_factory=dict)
    """The waivers that hold on the day, by obligation; a waived gap is still a gap."""
    plans: tuple[ControlPlan, ...] = ()
    """What is done once and closes findings of several laws, if it was asked for (`plan_once`)."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a finding is what it is: outlines of its conditions, and the facts that they read.

    `suffices` is the smallest set of facts that gives the finding; `closes` are the smallest sets of changes that would
    close a gap, each in words.
    """

    check: GapCheck
    finding: Finding
    applies: tuple[Line, ...]
    met: tuple[Line, ...]
    suffices: tuple[str, ...] = ()
    closes: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class WhatIf:
    """A project as it is and as it would be: the findings that differ, before and after."""

    before: GapCheck
    after: GapCheck
    changed: tuple[tuple[Finding, Finding], ...]


def assess_project(ports: Ports, project: Project, as_of: date, packs: Sequence[str] | None = None) -> GapCheck:
    """Assess without recording, waivers left aside: what `check_gaps` decides."""
    vocabulary = ports.library.vocabulary()
    facts = resolve_facts(vocabulary, project.answers, as_of)
    book = ports.library.book(as_of, packs)
    phrases = Phrasebook(vocabulary.find, book.titles)
    return GapCheck(project, assess(book, facts), book, facts, phrases)


def check_gaps(ports: Ports, actor: Actor, project: str, as_of: date, packs: Sequence[str] | None = None) -> GapCheck:
    """Check a project against the packs in force on a day, and record the assessment in the log."""
    check_may(actor, "check_gaps")
    checked = read_check(ports, project, as_of, packs)
    id_ = ports.new_id()
    body = format_assessment(checked, ports.new_id())

    record_law(ports, actor, checked.book.packs)
    with ports.register.begin(write=True) as unit:
        record = unit.save(ASSESSMENT, id_, body, read_version=0)
        unit.emit(record_event(ports, actor, "assessment.saved", record, project_matter(project)))

    ports.log.sequence()
    return replace(checked, assessment_id=id_)


def read_check(ports: Ports, project: str, as_of: date, packs: Sequence[str] | None = None) -> GapCheck:
    """A project's facts of that day against the law of that day, with the waivers of that day; nothing is recorded."""
    with ports.register.begin(write=False) as unit:
        known = get_project_on(unit, project, as_of)
        waivers = waivers_on(read_waivers(unit, project), as_of)
    return replace(assess_project(ports, known, as_of, packs), waivers=waivers)


def format_assessment(checked: GapCheck, salt: str) -> bytes:
    """The stored body of an assessment: status, reasons and missing facts of each finding, packs with digests."""
    findings = [
        {
            "about": finding.about.value if finding.about else None,
            "missing": list(finding.missing),
            "obligation": finding.obligation.id,
            "reasons": list(finding.reasons),
            "status": finding.status.value,
            "waiver": checked.waivers[finding.obligation.id].id if finding.obligation.id in checked.waivers else None,
        }
        for finding in checked.assessment.findings
    ]
    return canonical_bytes(
        {
            "as_of": checked.assessment.as_of.isoformat(),
            "findings": findings,
            "packs": {pack.id: f"{pack.version} sha256:{pack.digest}" for pack in checked.book.packs},
            "project": f"{checked.project.id}@{checked.project.version}",
            "salt": salt,
        }
    )


def explain_finding(ports: Ports, actor: Actor, project: str, obligation: str, as_of: date) -> Explanation:
    """The reasoning of one finding, in English, with the facts and where they came from.

    Raises ContentError with a did-you-mean for an unknown obligation.
    """
    check_may(actor, "read")
    checked = read_check(ports, project, as_of)
    checked.book.get_rule(obligation)
    finding = next(each for each in checked.assessment.findings if each.obligation.id == obligation)
    met = (
        finding.met
        if finding.met is not None
        else checked.book.get_rule(obligation).met(checked.book.scope(checked.facts))
    )

    return Explanation(
        checked,
        finding,
        outline_trace(finding.applies, checked.phrases),
        outline_trace(met, checked.phrases),
        smallest_reason(checked.book, checked.facts, finding),
        tuple(say_way(way, checked.phrases) for way in closing_changes(checked.book, checked.facts, finding)),
    )


def plan_once(ports: Ports, checked: GapCheck) -> tuple[ControlPlan, ...]:
    """What is done once and closes findings of several laws, what closes most severity in front."""
    return plan_controls(ports.library.controls(), checked.assessment)


def list_controls(ports: Ports, actor: Actor, project: str, as_of: date) -> tuple[ControlPlan, ...]:
    """What a project does once to close findings of several laws; nothing is recorded."""
    check_may(actor, "read")
    return plan_once(ports, read_check(ports, project, as_of))


def try_changes(ports: Ports, actor: Actor, project: str, answers: Mapping[str, Any], as_of: date) -> WhatIf:
    """What would change in the findings if facts were other than they are. Nothing is recorded.

    An answer is a value, a FactValue with its evidence, or None for unknown. Raises FactError on an unknown fact or a
    wrong value.
    """
    check_may(actor, "read")
    answers = as_answers(answers)
    check_answers(ports, answers)
    before = read_check(ports, project, as_of)
    changed = before.project
    for fact, answer in answers.items():
        changed = changed.with_answer(fact, answer)
    after = assess_project(ports, changed, as_of)

    pairs = zip(before.assessment.findings, after.assessment.findings, strict=True)
    return WhatIf(before, after, tuple((one, other) for one, other in pairs if one.status is not other.status))


def ask_questions(
    ports: Ports, actor: Actor, project: str, as_of: date, skipped: Collection[str] = (), at_hand: str = ""
) -> tuple[GapCheck, tuple[Question, ...]]:
    """The questions that can still change a finding, most decisive first; empty when there are none.

    Those that the document `at_hand` answers come before those of other documents.
    """
    check_may(actor, "read")
    with ports.register.begin(write=False) as unit:
        known = get_project(unit, project)

    checked = assess_project(ports, known, as_of)
    return checked, next_questions(checked.book, checked.facts, checked.assessment, skipped, at_hand)
