"""How a document sets its text: curly quotation marks and apostrophes, and no line broken in "Annex I" or "24 hours".

Clauses are written with the signs of a keyboard, and trees and their digests keep them so. A tree is set when it
becomes a document, and texts are compared without these differences (`plain_type`): so a lock of any age gives the
same tree, and a file that came back typed with straight marks is as it was.

Setting replaces one sign by another and never adds or takes one away, and set text set again is the same.
"""

import re
from dataclasses import replace
from functools import lru_cache

from govern.contracts.model import (
    Blank,
    Block,
    Definition,
    Draft,
    Filled,
    Inline,
    OpenChoice,
    Paragraph,
    PartyBlock,
    Reference,
    Section,
    SignatureParty,
    Table,
    Text,
    Use,
)
from govern.contracts.words import MONTHS

NO_BREAK = "\u00a0"

_PLAIN = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', NO_BREAK: " "})
_BEFORE_QUOTE = frozenset("([{—–/‘“")
_OTHER = "x"  # stands for what is not ours to set

_TOKEN = re.compile(r"\S+")
_MARK = re.compile("[\"'“”‘’]")
_OPENING = "([“‘\"'"
_CLOSING = ".,;:)]”’\"'"
_PLACES = frozenset((
    "annex", "annexes", "appendix", "appendices", "art.", "arts.", "article", "articles", "chapter", "chapters",
    "clause", "clauses", "exhibit", "module", "modules", "no.", "nos.", "page", "paragraph", "paragraphs", "part",
    "parts", "recital", "recitals", "rule", "rules", "schedule", "schedules", "sec.", "section", "sections", "title",
))  # fmt: skip
_UNITS = frozenset((
    "%", "business", "calendar", "day", "days", "hour", "hours", "minute", "minutes", "month", "months", "percent",
    "second", "seconds", "week", "weeks", "working", "year", "years",
))  # fmt: skip
_DAYS = frozenset(("day", "days"))
_KINDS_OF_DAY = frozenset(("business", "calendar", "working"))
_CODES = frozenset(("CFR", "U.S.C.", "USC"))
_CURRENCIES = frozenset(("AUD", "CAD", "CHF", "CNY", "EUR", "GBP", "INR", "JPY", "SGD", "USD"))
_SIGNS = frozenset(("§", "§§"))
_UNIONS = frozenset(("(EU)", "(EC)", "(EEC)"))
_HEADS = frozenset(
    each.lower()
    for each in {*MONTHS} | _PLACES | _SIGNS | _CURRENCIES | _CODES | _KINDS_OF_DAY | {"per", "eu)", "ec)", "eec)"}
)
"""What may be held to the word after it, besides figures."""
_COUNTED = frozenset(("One", "Two", "Three", "Four"))
# What stands after "Annex": 4, 4.2, 28(3), (a), II, I.A, B.
_NUMBER = re.compile(r"\d|\([0-9a-z]{1,4}\)|[IVXLC]+(?:\.[A-Z])?\b(?![’'-])|[A-Z]\b(?![’'-])")
_DAY_OF_MONTH = re.compile(r"[1-9]|[12]\d|3[01]")
_AMOUNT = re.compile(r"[€$£]?\d(?:[\d.,]*\d)?")
# A word that is only letters: no address or path.
_WORD = re.compile(r"(?<!\S)[^\W\d_]+(?:['’-][^\W\d_]+)+(?=[.,;:)]*(?!\S))")


def set_line(text: str) -> str:
    """A line of plain text, set."""
    return _join(_set_quotes(text))


def set_runs(runs: tuple[Inline, ...]) -> tuple[Inline, ...]:
    """A line of runs, set as one text. Of a parameter's value only what cannot change its meaning: see `_set_value`."""
    shown = [_shown(run) for run in runs]
    line = "".join(shown)
    made = set_line(line)
    if made == line and not any(isinstance(run, Filled | Blank) for run in runs):
        return runs
    ends, at = [], 0
    for text in shown:
        at += len(text)
        ends.append((at - len(text), at))
    return tuple(_with(run, made[start:end]) for run, (start, end) in zip(runs, ends, strict=True))


def set_type(draft: Draft) -> Draft:
    """The draft as its documents show it. Its digest stays that of the tree as it was assembled."""
    return replace(
        draft,
        title=set_line(draft.title),
        subtitle=set_line(draft.subtitle),
        parties=tuple(map(_party, draft.parties)),
        background=tuple(map(set_runs, draft.background)),
        sections=tuple(map(_section, draft.sections)),
        annexes=tuple(map(_section, draft.annexes)),
        signature=set_runs(draft.signature),
        signatures=tuple(map(_signatory, draft.signatures)),
        open_points=tuple(replace(each, what=set_line(each.what)) for each in draft.open_points),
    )


def plain_type(text: str) -> str:
    """The text with straight marks and plain spaces: two texts that differ only in how they are set are equal in it."""
    return text.translate(_PLAIN)


# --- the tree ---------------------------------------------------------------------------------------------


def _party(party: PartyBlock) -> PartyBlock:
    details = tuple((label, set_runs(runs)) for label, runs in party.details)
    return replace(party, name=set_runs(party.name), details=details)


def _signatory(side: SignatureParty) -> SignatureParty:
    return replace(side, name=set_runs(side.name), signatory=set_runs(side.signatory), title=set_runs(side.title))


def _section(section: Section) -> Section:
    return replace(
        section,
        number=set_line(section.number),
        title=set_line(section.title),
        blocks=tuple(map(_block, section.blocks)),
        note=replace(section.note, text=set_line(section.note.text)),
    )


def _block(block: Block) -> Block:
    if isinstance(block, Paragraph):
        return replace(block, content=set_runs(block.content))
    return Table(tuple(map(set_runs, block.header)), tuple(tuple(map(set_runs, row)) for row in block.rows))


def _shown(run: Inline) -> str:
    """The text of a run that is ours to set; for what is not, other letters in its place."""
    match run:
        case Text(text) | OpenChoice(text) | Reference(_, text):
            return text
        case Definition(term) | Use(term):
            return term
        case Filled(_, text, _):
            return text.replace('"', _OTHER).replace("'", _OTHER)
        case _:
            return _OTHER


def _with(run: Inline, text: str) -> Inline:
    match run:
        case Text():
            return Text(text)
        case OpenChoice():
            return OpenChoice(text)
        case Reference(target, _):
            return Reference(target, text)
        case Definition():
            return Definition(text)
        case Use():
            return Use(text)
        case Filled(name, value, fact):
            return Filled(name, _set_value(value, text), fact)
        case Blank(name, label, fact):
            return Blank(name, set_line(label), fact)
        case _:
            return run


def _set_value(value: str, made: str) -> str:
    """A parameter's value: spaces that must not break, and apostrophes within words of nothing but letters.

    An address, a path, a code or a measure in feet keeps each of its own signs.
    """
    spaced = "".join(new if old == " " else old for old, new in zip(value, made, strict=True))
    return _WORD.sub(lambda found: found[0].replace("'", "’"), spaced)


# --- quotation marks --------------------------------------------------------------------------------------


def _set_quotes(text: str) -> str:
    if '"' not in text and "'" not in text:
        return text
    made = list(text)
    double = single = False  # whether a quotation is open
    for found in _MARK.finditer(text):
        at, sign = found.start(), found[0]
        before, after = made[at - 1] if at else " ", text[at + 1 : at + 2] or " "
        # What looks like feet or inches stays as it is.
        if sign == '"':
            sign = _set_double(before, after, within=double)
        elif sign == "'":
            sign = _set_single(before, after, within=single)
        double = sign == "“" or (double and sign != "”")
        single = sign == "‘" or (single and sign != "’")
        made[at] = sign
    return "".join(made)


def _opens(before: str, after: str) -> bool:
    return (before.isspace() or before in _BEFORE_QUOTE) and not after.isspace()


def _set_double(before: str, after: str, *, within: bool) -> str:
    if _opens(before, after):
        return "“"
    measure = before.isdigit() and not within
    return '"' if measure or before.isspace() else "”"


def _set_single(before: str, after: str, *, within: bool) -> str:
    if _opens(before, after):
        return "’" if after.isdigit() else "‘"  # the ’90s
    measure = before.isdigit() and not within and not after.isalpha()
    return "'" if measure or before.isspace() else "’"


# --- spaces -----------------------------------------------------------------------------------------------


def _join(text: str) -> str:
    """The text with spaces that do not break between words that belong together."""
    if not text.isprintable():  # other white space than " "
        return _join_tokens(text)
    words = text.split(" ")
    held = [at for at, word in enumerate(words[:-1]) if _may_hold(word) and _belong(word, words[at + 1])]
    if not held:
        return text
    for at in reversed(held):
        words[at : at + 2] = [words[at] + NO_BREAK + words[at + 1]]
    return " ".join(words)


def _join_tokens(text: str) -> str:
    made = list(text)
    last = None
    for token in _TOKEN.finditer(text):
        if last and text[last.end() : token.start()] == " " and _may_hold(last[0]) and _belong(last[0], token[0]):
            made[last.end()] = NO_BREAK
        last = token
    return "".join(made)


@lru_cache(maxsize=10_000)
def _may_hold(word: str) -> bool:
    """Whether a word can belong to the next one: few do, and all words of a set of documents are asked for."""
    first = word.lstrip(_OPENING)
    return first.lower() in _HEADS or first[-1:].isdigit()


def _belong(one: str, other: str) -> bool:
    """Whether a line must not end between two words."""
    first = one.lstrip(_OPENING)
    second = other.rstrip(_CLOSING)
    if first.lower() in _PLACES:
        return _NUMBER.match(other) is not None or (first == "Module" and second in _COUNTED)
    if first in _SIGNS or first in _CURRENCIES or one in _UNIONS:
        return other[:1].isdigit()
    if first in MONTHS:
        return _DAY_OF_MONTH.fullmatch(second) is not None
    if first in _CODES:
        return other[:1] == "§" or other[:1].isdigit()
    if first.lower() in _KINDS_OF_DAY:
        return second.lower() in _DAYS
    if _AMOUNT.fullmatch(first):
        return second.lower() in _UNITS or second in MONTHS or second in _CURRENCIES or _code(other)
    return (first.lower(), second.lower()) == ("per", "cent")


def _code(word: str) -> bool:
    return any(word.startswith(code) for code in _CODES)
