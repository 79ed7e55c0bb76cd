"""Packs, obligations and findings: what applies, what is met, what is missing, and what to ask next."""

from govern.rules.assessment import assess, find
from govern.rules.book import Rule, RuleBook, build_book, check_definitions, check_text, names_in_use
from govern.rules.cases import DEFAULT_DAY, CaseResult, run_case
from govern.rules.model import (
    Assessment,
    Case,
    Change,
    Correction,
    DatedValue,
    Definition,
    Finding,
    Instrument,
    Obligation,
    OpenAbout,
    Parameter,
    Review,
    RulePack,
    Severity,
    Status,
)
from govern.rules.questions import Question, can_change, next_questions

__all__ = [
    "DEFAULT_DAY",
    "Assessment",
    "Case",
    "CaseResult",
    "Change",
    "Correction",
    "DatedValue",
    "Definition",
    "Finding",
    "Instrument",
    "Obligation",
    "OpenAbout",
    "Parameter",
    "Question",
    "Review",
    "Rule",
    "RuleBook",
    "RulePack",
    "Severity",
    "Status",
    "assess",
    "build_book",
    "can_change",
    "check_definitions",
    "check_text",
    "find",
    "names_in_use",
    "next_questions",
    "run_case",
]
