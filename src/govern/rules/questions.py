"""What to ask next: the unknown facts that can change a finding, most decisive first."""

from collections.abc import Collection
from dataclasses import dataclass

from govern.conditions import settle_by_cases
from govern.kernel import Facts, FactSpec
from govern.rules.book import RuleBook
from govern.rules.model import Assessment, Finding, OpenAbout, Status


@dataclass(frozen=True, slots=True)
class Question:
    """An unknown fact, how much it can settle, and the obligations that wait for it."""

    spec: FactSpec
    weight: int
    settles: tuple[str, ...]


def next_questions(
    book: RuleBook, facts: Facts, assessment: Assessment, skipped: Collection[str] = ()
) -> tuple[Question, ...]:
    """The facts worth asking, most decisive first; empty when nothing unknown can change a finding.

    A fact weighs the severity of each open finding that waits for it, shared among the facts that the finding waits
    for, and doubled where it decides whether a duty applies at all. A finding whose unknown facts cannot change it is
    not asked about. `skipped` facts (the person does not know) are left out.
    """
    weights: dict[str, float] = {}
    waiting: dict[str, list[str]] = {}
    for finding in assessment.findings:
        if finding.status is not Status.OPEN or not can_change(book, facts, finding):
            continue
        share = finding.obligation.severity.weight / len(finding.missing or ("",))
        for fact in finding.missing:
            weights[fact] = weights.get(fact, 0) + share * (2 if finding.about is OpenAbout.APPLICABILITY else 1)
            waiting.setdefault(fact, []).append(finding.obligation.id)
    order = {spec.id: place for place, spec in enumerate(book.vocabulary)}
    wanted = [fact for fact in weights if fact in order and fact not in skipped]
    wanted.sort(key=lambda fact: (-round(weights[fact], 6), order[fact]))
    return tuple(
        Question(book.vocabulary.get(fact), round(weights[fact] * 100), tuple(waiting[fact])) for fact in wanted
    )


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
