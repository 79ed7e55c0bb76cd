"""Review of the other side's paper: which terms of law it has, which are weak, which are missing, and why.

Deterministic and offline. What is sought is content (`clause_library/review`); this domain knows no law.

    >>> from govern.review import Detector, DetectorBook, Paper, PaperParagraph, compile_pattern, review_terms
    >>> audit = Detector("audit", (((compile_pattern("allow ~4 audit", {}),),),))
    >>> paper = Paper("terms.txt", "txt", (PaperParagraph("7.1 The Vendor shall allow yearly audits.", "7.1"),))
    >>> (found,) = review_terms(paper, DetectorBook({"audit": audit}), ["audit"])
    >>> found.presence.value, found.quote.label
    ('present', '7.1')
"""

from govern.review.detectors import SCOPES, Detector, DetectorBook, Kind, Need, Reading, Undoing, Watch, Weakness
from govern.review.elsewhere import Elsewhere, TakenBack
from govern.review.idiom import Fitted, Idiom, OurWord, PartyName, Piece, fit_text, read_idiom
from govern.review.judge import Doubt, Figure, Presence, Remark, TermReview, judge_term, review_terms, watch_clauses
from govern.review.kinds import Likely, read_kind
from govern.review.likeness import Likeness
from govern.review.meanings import Meaning
from govern.review.model import Cell, Change, Comment, Paper, PaperParagraph, WordParagraph, WordText, find_typed
from govern.review.numerals import read_count, typed_number, write_number
from govern.review.outline import Outline, Slot, find_end
from govern.review.passages import Hit, PassageText, Quote, label_paragraphs, read_passages
from govern.review.patterns import Pattern, compile_pattern, find_all
from govern.review.promises import Clock, find_promise, read_clocks
from govern.review.quality import check_quality
from govern.review.slips import Slip, find_slips
from govern.review.words import normal, stem

__all__ = [
    "SCOPES",
    "Cell",
    "Change",
    "Clock",
    "Comment",
    "Detector",
    "DetectorBook",
    "Doubt",
    "Elsewhere",
    "Figure",
    "Fitted",
    "Hit",
    "Idiom",
    "Kind",
    "Likely",
    "Likeness",
    "Meaning",
    "Need",
    "OurWord",
    "Outline",
    "Paper",
    "PaperParagraph",
    "PartyName",
    "PassageText",
    "Pattern",
    "Piece",
    "Presence",
    "Quote",
    "Reading",
    "Remark",
    "Slip",
    "Slot",
    "TakenBack",
    "TermReview",
    "Undoing",
    "Watch",
    "Weakness",
    "WordParagraph",
    "WordText",
    "check_quality",
    "compile_pattern",
    "find_all",
    "find_end",
    "find_promise",
    "find_slips",
    "find_typed",
    "fit_text",
    "judge_term",
    "label_paragraphs",
    "normal",
    "read_clocks",
    "read_count",
    "read_idiom",
    "read_kind",
    "read_passages",
    "review_terms",
    "stem",
    "typed_number",
    "watch_clauses",
    "write_number",
]
