"""Packs, obligations and findings: what applies, what is met, what is missing, and what to ask next."""

from govern.rules.assessment import assess, find
from govern.rules.book import Rule, RuleBook, build_book, check_definitions, check_text, names_in_use
from govern.rules.cases import DEFAULT_DAY, CaseResult, run_case
from govern.rules.controls import Control, ControlPlan, Serving, plan_controls
from govern.rules.coverage import AtomCoverage, Coverage, list_conditions
from govern.rules.figures import fill_figures, find_figures
from govern.rules.lawdiff import ChangeKind, ConditionChange, LawChange, compare_books, written_out
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
    Relation,
    Review,
    RulePack,
    Severity,
    StandIn,
    Status,
)
from govern.rules.questions import Question, Stage, can_change, next_questions
from govern.rules.remedies import closing_changes, smallest_reason
from govern.rules.waivers import Waiver, waivers_on

__all__ = [
    "DEFAULT_DAY",
    "Assessment",
    "AtomCoverage",
    "Case",
    "CaseResult",
    "Change",
    "ChangeKind",
    "ConditionChange",
    "Control",
    "ControlPlan",
    "Correction",
    "Coverage",
    "DatedValue",
    "Definition",
    "Finding",
    "Instrument",
    "LawChange",
    "Obligation",
    "OpenAbout",
    "Parameter",
    "Question",
    "Relation",
    "Review",
    "Rule",
    "RuleBook",
    "RulePack",
    "Serving",
    "Severity",
    "Stage",
    "StandIn",
    "Status",
    "Waiver",
    "assess",
    "build_book",
    "can_change",
    "check_definitions",
    "check_text",
    "closing_changes",
    "compare_books",
    "fill_figures",
    "find",
    "find_figures",
    "list_conditions",
    "names_in_use",
    "next_questions",
    "plan_controls",
    "run_case",
    "smallest_reason",
    "waivers_on",
    "written_out",
]
