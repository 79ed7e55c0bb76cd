"""What to ask next: the unknown facts that can change a finding, most decisive first.

An interview has two stages. First the facts that decide which obligations apply; then, of the obligations that do, the
facts that show whether they are met, document by document, so that one paper answers many questions in a row.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from itertools import compress
from typing import Any

from govern.conditions import UNKNOWN_CODE, Cases, Evaluator, Verdict
from govern.kernel import Facts, FactSpec, Kind
from govern.rules.book import RuleBook
from govern.rules.model import Assessment, Finding, OpenAbout, Status

TRIED = 16
"""Questions of the first stage whose answers are tried out, to find the one that settles most."""

MOST_ANSWERS = 8
"""Answers that are tried of one question."""

HIGH_NUMBER = 10**12
"""A number over every threshold of a law, where a fact declares no maximum."""

FAR = timedelta(days=3653)
"""Ten years before or after the day, where a date is tried."""

SOME_COUNTRIES = ("DE", "GB", "IN", "US")
"""Countries that are tried as answers; any few that laws treat differently do."""


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
    the fact that settles most of their severity, on the average of its answers, leads. A question that declares what it
    comes `after` waits while that is asked for. Evidence is grouped by document: that which is `at_hand` first, then
    the heaviest. A finding whose unknown facts cannot change it is not asked about. `skipped` facts (the person does
    not know) are left out. Cost: some hundred evaluations of all applicability conditions.
    """
    changes = _changes(book, facts)
    waiting = [each for each in assessment.findings if each.status is Status.OPEN and changes(each)]
    order = {spec.id: place for place, spec in enumerate(book.vocabulary)}
    applicability = [each for each in waiting if each.about is OpenAbout.APPLICABILITY]
    scope = _weigh(book, facts, applicability, Stage.SCOPE, skipped)
    compliance = [each for each in waiting if each.about is OpenAbout.COMPLIANCE]
    rest = _weigh(book, facts, compliance, Stage.EVIDENCE, skipped)
    asked = {each.spec.id for each in scope}
    scope.sort(key=lambda each: (not asked.isdisjoint(each.spec.after), -each.weight, order[each.spec.id]))
    ready = sum(asked.isdisjoint(each.spec.after) for each in scope)
    tried = min(TRIED, ready or len(scope))
    first = sorted(_try_out(book, facts, scope[:tried]), key=lambda each: -each.weight)
    evidence = [each for each in rest if each.spec.id not in asked]
    return (*first, *scope[tried:], *_by_document(evidence, order, at_hand))


def _weigh(
    book: RuleBook, facts: Facts, findings: Iterable[Finding], stage: Stage, skipped: Collection[str]
) -> list[Question]:
    """A fact weighs the severity of each finding that waits for it, shared among the facts that it waits for."""
    weights: dict[str, float] = {}
    waiting: dict[str, list[str]] = {}
    for finding in findings:
        missing = dict.fromkeys(asked for fact in finding.missing for asked in _asked_for(fact, book, facts))
        share = finding.obligation.severity.weight / len(missing or ("",))
        for fact in missing:
            weights[fact] = weights.get(fact, 0) + share
            waiting.setdefault(fact, []).append(finding.obligation.id)
    return [
        Question(book.vocabulary.get(fact), round(weights[fact] * 100), tuple(waiting[fact]), stage)
        for fact in weights
        if fact not in skipped and book.vocabulary.find(fact) is not None
    ]


def _asked_for(fact: str, book: RuleBook, facts: Facts) -> tuple[str, ...]:
    """The facts to ask for: of one that is worked out, the unknown ones behind it."""
    spec = book.vocabulary.find(fact)
    if spec is None or spec.derive is None:
        return (fact,)
    return tuple(source for source in spec.derive.sources if source not in facts.values)


def _try_out(book: RuleBook, facts: Facts, questions: list[Question]) -> list[Question]:
    """The questions weighed by the severity that their answers settle, on the average, over all obligations."""
    values = book.values(facts)
    now = _unsettled(book, values)
    tried = []
    for question in questions:
        answers = _sample_answers(question.spec, facts.as_of)
        if not answers:
            tried.append(replace(question, weight=question.weight // 2))  # any text or record: half of it, at a guess
            continue
        settled = [now - _unsettled(book, {**values, question.spec.id: answer}) for answer in answers]
        tried.append(replace(question, weight=round(100 * sum(settled) / len(settled))))
    return tried


def _unsettled(book: RuleBook, values: Mapping[str, Any]) -> int:
    """The severity of the obligations of which it is unknown whether they apply."""
    encoded = book.applicability.encoded(values, book.as_of)
    return sum(compress(book.weights, map(UNKNOWN_CODE.__eq__, encoded)))


def _sample_answers(spec: FactSpec, as_of: date) -> list[Any]:
    """Some answers that a fact may have, also at both ends; [] where they are texts, records or for each country."""
    match spec.kind:
        case Kind.BOOLEAN:
            return [True, False]
        case Kind.ENUM:
            return list(spec.values[:MOST_ANSWERS])
        case Kind.SET:
            some = spec.values[: MOST_ANSWERS - 2]
            return [frozenset(), *(frozenset([each]) for each in some), frozenset(spec.values)]
        case Kind.INTEGER | Kind.DECIMAL:
            return [spec.minimum or 0, HIGH_NUMBER if spec.maximum is None else spec.maximum]
        case Kind.DATE:
            return [as_of - FAR, as_of + FAR]
        case Kind.COUNTRY:
            return list(SOME_COUNTRIES)
        case Kind.COUNTRIES:
            return [frozenset(), *(frozenset([each]) for each in SOME_COUNTRIES), frozenset(SOME_COUNTRIES)]
        case _:
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
    return _changes(book, facts)(finding)


def _changes(book: RuleBook, facts: Facts) -> Callable[[Finding], bool]:
    """`can_change` of many findings: those that wait for the same facts are settled in the same worlds."""
    values = book.values(facts)

    @cache
    def find_cases(missing: tuple[str, ...]) -> Cases | None:
        specs = [book.vocabulary.find(fact) for fact in missing]
        unknown = [spec for spec in specs if spec is not None]
        rest = {id_: value for id_, value in values.items() if id_ not in missing}
        return Cases(rest, book.as_of, book.definitions, unknown) if unknown else None

    @cache
    def settle(evaluator: Evaluator, cases: Cases) -> Verdict:
        return cases.settle(evaluator)

    def changes(finding: Finding) -> bool:
        rule, applies = book.get_rule(finding.obligation.id), finding.about is OpenAbout.APPLICABILITY
        cases = find_cases(finding.missing)
        if cases is None:
            return False
        verdict = settle(rule.applies if applies else rule.met, cases)
        return verdict is None or (applies and verdict is True)

    return changes
