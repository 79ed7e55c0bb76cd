"""A case is a proof of a pack by example: facts, a day, and what must be found."""

from dataclasses import dataclass
from datetime import date

from govern.conditions import Scope, Verdict, deciding_facts
from govern.errors import ContentError
from govern.kernel import FactValue, Vocabulary, resolve_facts, suggest
from govern.rules.assessment import find
from govern.rules.book import RuleBook
from govern.rules.model import Case

DEFAULT_DAY = date(2026, 11, 24)
"""The day of a case that names none: the day on which the first packs were read."""


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What a case expected and what was found; `missing` are expected reasons that the finding does not name."""

    case: Case
    found: str
    reasons: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether the status is as expected and every expected reason is named."""
        return self.found == self.case.expect and not self.missing


_WORDS: dict[Verdict, str] = {True: "true", False: "false", None: "unknown"}


def case_scope(case: Case, book: RuleBook, vocabulary: Vocabulary) -> Scope:
    """The world of a case on the book of its day. Raises FactError if its facts are not of the vocabulary."""
    answers = {id_: FactValue(value=value) for id_, value in case.facts.items()}
    return book.scope(resolve_facts(vocabulary, answers, book.as_of))


def run_case(case: Case, book: RuleBook, vocabulary: Vocabulary) -> CaseResult:
    """Run one case on the book of its day.

    Raises FactError if its facts are not of the vocabulary, ContentError if its subject is not in force on the day.
    """
    scope = case_scope(case, book, vocabulary)
    if case.obligation is not None:
        finding = find(book.get_rule(case.obligation), scope)
        found, reasons = finding.status.value, finding.reasons + finding.missing
    else:
        if case.subject not in book.definitions:
            hint = suggest(case.subject, book.definitions)
            raise ContentError(f"there is no definition `{case.subject}` in force on {book.as_of}", hint=hint)
        trace = book.definitions[case.subject](scope)
        found, reasons = _WORDS[trace.verdict], deciding_facts(trace)
    return CaseResult(case, found, reasons, tuple(fact for fact in case.because if fact not in reasons))
