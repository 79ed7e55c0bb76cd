"""What to ask next: the unknown facts that can change a finding, most decisive first.

An interview has two stages. First the facts that decide which obligations apply; then, of the obligations that do, the
facts that show whether they are met, document by document, so that one paper answers many questions in a row.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import compress
from typing import Any

from govern.conditions import UNKNOWN_CODE, settle_by_cases
from govern.kernel import Facts, FactSpec, Kind
from govern.rules.book import RuleBook
from govern.rules.model import Assessment, Finding, OpenAbout, Status

TRIED = 16
"""Questions of the first stage whose answers are tried out, to find the one that settles most."""

MOST_ANSWERS = 8
"""Answers that are tried of one question."""


class Stage(StrEnum):
    """Whether a question decides which obligations apply, or whether those that do are met."""

    SCOPE = "scope"
    EVIDENCE = "evidence"


@dataclass(frozen=True, slots=True)
class Question:
    """An unknown fact, how much it can settle, and the obligations that wait for it.

    `weight` orders questions of one stage and has no unit. `document` is the paper that answers it, if there is one.
    """

    spec: FactSpec
    weight: int
    settles: tuple[str, ...]
    stage: Stage = Stage.SCOPE

    @property
    def document(self) -> str:
        """The paper that a question of the second stage asks for; "" where any will do."""
        return self.spec.document if self.stage is Stage.EVIDENCE else ""


def next_questions(
    book: RuleBook, facts: Facts, assessment: Assessment, skipped: Collection[str] = (), at_hand: str = ""
) -> tuple[Question, ...]:
    """The facts worth asking, in the order in which to ask them; empty when nothing unknown can change a finding.

    Those that decide applicability come first. The answers of the most promising are tried out on all obligations, and
    the fact that settles most of their severity, on the average of its answers, leads. Evidence is grouped by document:
    that which is `at_hand` first, then the heaviest. A finding whose unknown facts cannot change it is not asked about.
    `skipped` facts (the person does not know) are left out. Cost: some hundred evaluations of all applicability
    conditions.
    """
    waiting = [each for each in assessment.findings if each.status is Status.OPEN and can_change(book, facts, each)]
    order = {spec.id: place for place, spec in enumerate(book.vocabulary)}
    scope = _weigh(book, (each for each in waiting if each.about is OpenAbout.APPLICABILITY), Stage.SCOPE, skipped)
    rest = _weigh(book, (each for each in waiting if each.about is OpenAbout.COMPLIANCE), Stage.EVIDENCE, skipped)
    scope.sort(key=lambda each: (-each.weight, order[each.spec.id]))
    first = sorted(_try_out(book, facts, scope[:TRIED]), key=lambda each: (-each.weight, order[each.spec.id]))
    asked = {each.spec.id for each in scope}
    evidence = [each for each in rest if each.spec.id not in asked]
    return (*first, *scope[TRIED:], *_by_document(evidence, order, at_hand))


def _weigh(book: RuleBook, findings: Iterable[Finding], stage: Stage, skipped: Collection[str]) -> list[Question]:
    """A fact weighs the severity of each finding that waits for it, shared among the facts that it waits for."""
    weights: dict[str, float] = {}
    waiting: dict[str, list[str]] = {}
    for finding in findings:
        missing = dict.fromkeys(_asked_for(fact, book) for fact in finding.missing)
        share = finding.obligation.severity.weight / len(missing or ("",))
        for fact in missing:
            weights[fact] = weights.get(fact, 0) + share
            waiting.setdefault(fact, []).append(finding.obligation.id)
    return [
        Question(book.vocabulary.get(fact), round(weights[fact] * 100), tuple(waiting[fact]), stage)
        for fact in weights
        if fact not in skipped and book.vocabulary.find(fact) is not None
    ]


def _asked_for(fact: str, book: RuleBook) -> str:
    """The fact to ask for: of one that is worked out, the one behind it."""
    spec = book.vocabulary.find(fact)
    return spec.derive.base if spec is not None and spec.derive is not None else fact


def _try_out(book: RuleBook, facts: Facts, questions: list[Question]) -> list[Question]:
    """The questions weighed by the severity that their answers settle, on the average, over all obligations."""
    values = book.values(facts)
    now = _unsettled(book, values)
    tried = []
    for question in questions:
        answers = _sample_answers(question.spec)
        if not answers:
            tried.append(replace(question, weight=question.weight // 2))  # any number or text: half of it, at a guess
            continue
        settled = [now - _unsettled(book, {**values, question.spec.id: answer}) for answer in answers]
        tried.append(replace(question, weight=round(100 * sum(settled) / len(settled))))
    return tried


def _unsettled(book: RuleBook, values: Mapping[str, Any]) -> int:
    """The severity of the obligations of which it is unknown whether they apply."""
    encoded = book.applicability.encoded(values, book.as_of)
    return sum(compress(book.weights, map(UNKNOWN_CODE.__eq__, encoded)))


def _sample_answers(spec: FactSpec) -> list[Any]:
    """Some answers that a fact may have; [] where they are numbers, dates or texts."""
    if spec.kind is Kind.BOOLEAN:
        return [True, False]
    if spec.kind is Kind.ENUM:
        return list(spec.values[:MOST_ANSWERS])
    if spec.kind is Kind.SET:
        return [frozenset(), *(frozenset([each]) for each in spec.values[: MOST_ANSWERS - 2]), frozenset(spec.values)]
    return []


def _by_document(questions: list[Question], order: Mapping[str, int], at_hand: str) -> list[Question]:
    """Questions that one document answers stand together; documents and questions, heaviest first."""
    weights: dict[str, int] = {}
    places: dict[str, int] = {}
    for each in questions:
        group = each.document or each.spec.id
        weights[group] = weights.get(group, 0) + each.weight
        places[group] = min(places.get(group, len(order)), order[each.spec.id])

    def key(each: Question) -> tuple[bool, int, int, int, int]:
        group = each.document or each.spec.id
        return group != at_hand, -weights[group], places[group], -each.weight, order[each.spec.id]

    return sorted(questions, key=key)


def can_change(book: RuleBook, facts: Facts, finding: Finding) -> bool:
    """Whether the unknown facts of an open finding can make a difference to it at all.

    Kleene's tables leave `x || !x` open; trying the values of few unknown facts settles it. What waits only for the
    law (a parameter or definition without force on the day) no answer can change.
    """
    rule = book.get_rule(finding.obligation.id)
    evaluator = rule.applies if finding.about is OpenAbout.APPLICABILITY else rule.met
    specs = [book.vocabulary.find(fact) for fact in finding.missing]
    unknown = [spec for spec in specs if spec is not None]
    values = {id_: value for id_, value in book.values(facts).items() if id_ not in finding.missing}
    if not unknown:
        return False
    verdict = settle_by_cases(evaluator, values, book.as_of, book.definitions, unknown)
    if verdict is None:
        return True
    return finding.about is OpenAbout.APPLICABILITY and verdict is True
