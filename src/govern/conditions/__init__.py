"""The condition language: text to tree, typed check, three-valued evaluation, English.

>>> from datetime import date
>>> node = parse_condition('data.is_personal && vendor.country in ["IN", "PH"]')
>>> trace = evaluate(node, {"data.is_personal": True}, date(2026, 11, 24))
>>> print(trace.verdict)
None
>>> missing_facts(trace)
('vendor.country',)
>>> format_condition(node)
'data.is_personal && vendor.country in ["IN", "PH"]'
"""

from govern.conditions.analysis import (
    compile_all,
    expand_names,
    find_atoms,
    find_cycle,
    find_leaves,
    inline,
    possible_values,
    settle_by_cases,
)
from govern.conditions.english import Line, Phrasebook, join_words, outline_trace, say_condition, say_reasons
from govern.conditions.kleene import (
    UNKNOWN,
    Evaluator,
    Scope,
    Trace,
    Verdict,
    compile_condition,
    conjoin,
    disjoin,
    evaluate,
    months_between,
    negate,
)
from govern.conditions.model import (
    FUNCTIONS,
    And,
    Call,
    Compare,
    In,
    ListLiteral,
    Literal,
    Name,
    Node,
    Not,
    Or,
    find_names,
)
from govern.conditions.program import UNKNOWN_CODE, Program
from govern.conditions.reasons import deciding_facts, missing_facts
from govern.conditions.syntax import MAX_DEPTH, MAX_LENGTH, format_condition, locate, parse_condition
from govern.conditions.types import NameType, check_condition, name_type
from govern.conditions.ways import Change, Way, World, change_values, find_ways

__all__ = [
    "FUNCTIONS",
    "MAX_DEPTH",
    "MAX_LENGTH",
    "UNKNOWN",
    "UNKNOWN_CODE",
    "And",
    "Call",
    "Change",
    "Compare",
    "Evaluator",
    "In",
    "Line",
    "ListLiteral",
    "Literal",
    "Name",
    "NameType",
    "Node",
    "Not",
    "Or",
    "Phrasebook",
    "Program",
    "Scope",
    "Trace",
    "Verdict",
    "Way",
    "World",
    "change_values",
    "check_condition",
    "compile_all",
    "compile_condition",
    "conjoin",
    "deciding_facts",
    "disjoin",
    "evaluate",
    "expand_names",
    "find_atoms",
    "find_cycle",
    "find_leaves",
    "find_names",
    "find_ways",
    "format_condition",
    "inline",
    "join_words",
    "locate",
    "missing_facts",
    "months_between",
    "name_type",
    "negate",
    "outline_trace",
    "parse_condition",
    "possible_values",
    "say_condition",
    "say_reasons",
    "settle_by_cases",
]
