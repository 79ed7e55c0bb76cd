"""A contract's text as words that can be compared: lower case, one spelling, light stems, no articles.

Each word keeps its place in the text, so that what is found can be shown as it stands there.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from govern.review.numerals import read_count

_WORD = re.compile(
    r"\b(?:I[.(]?|1\.?)[ABC]\b|\bI,?\s(?:Part|Section)\s[ABC]\b|[^\W\d_]+(?:['\u2019][^\W\d_]+)?|[0-9]+(?:[.,][0-9]+)*|%|\u00a7"
)
_JOINED = re.compile(r"\b(sub|re|de|non|co|pre|un|anti)[-\u2010\u2011](?=[^\W\d_])", re.IGNORECASE)
_NUMBER = re.compile(r"[Nn]os?(?:\. ?[A-Z]{0,6}[-/ ]?(?:[A-Z]{1,6}-)?[0-9]| [0-9]+[-/])")
"""What "no." is before a number: no denial."""
_ENDS = re.compile(r"[.!?](?=[\s\"'\u201d\u2019)\]]*\s|[\"'\u201d\u2019)\]]*$)|\n")
_BEFORE_STOP = frozenset((
    "art", "arts", "no", "nos", "sec", "para", "paras", "inc", "ltd", "co", "corp", "cf", "reg", "eg", "ie", "viz",
    "resp", "approx", "vol", "ch", "st", "mr", "ms", "dr", "cal", "civ",
))  # fmt: skip

_SKIPPED = frozenset((
    "the", "a", "an", "such", "its", "their", "his", "her", "our", "your", "each", "every", "said",
    "those", "these", "this", "that", "aforesaid", "aforementioned", "respective",
))  # fmt: skip
"""Words that a phrase is found across: articles and their like."""
_BEFORE_NOUNS = frozenset(("applicable", "relevant"))
_COPULAS = frozenset(("is", "are", "be", "not", "if", "where", "when", "as", "become", "becomes", "deemed"))
"""After these, or before a stop, a word says something ("if applicable"); else phrases are found across it too."""
_ALONE = frozenset(("any", "all"))
"""Words that say something where no word follows: "Types of data: any"."""


MAX_SENTENCE = 400
"""A longer sentence is read as several, so that a text without stops costs no more than another."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it is compared (`stem`), as it is written in lower case (`plain`), and where it stands in its text."""

    stem: str
    plain: str
    start: int
    end: int
    count: int | None
    sentence: int


def read_words(text: str) -> list[Word]:
    """The words of a text in order, those skipped left out. Linear in the text."""
    words: list[Word] = []
    sentence = since = 0
    after, before = 0, ""
    for found in _WORD.finditer(_close_hyphens(text)):
        between = text[after : found.start()]
        since += 1
        ends = after and _ENDS.search(between + " ") and _is_end(between, before, text[found.start()])
        if ends or since > MAX_SENTENCE:
            sentence, since = sentence + 1, 0
        said = before
        after, before = found.end(), found[0].lower()
        plain = "number" if _NUMBER.match(text, found.start()) else normal(found[0])
        if plain and plain not in _SKIPPED and not _is_passed(plain, said, text[found.end() : found.end() + 2]):
            count = read_count(plain)
            words.append(Word(stem(plain), plain, found.start(), found.end(), count, sentence))
    return words


def _is_passed(plain: str, before: str, after: str) -> bool:
    """Whether a word is left out: an article or its like, or "applicable" where it belongs to the word after it."""
    joined = after.strip(" ").isalnum()
    if plain in _ALONE:
        return joined
    return plain in _SKIPPED or (plain in _BEFORE_NOUNS and joined and before not in _COPULAS)


def _close_hyphens(text: str) -> str:
    """The text with "sub-processor" as one word of the same length."""
    return _JOINED.sub(lambda found: f"{found[1]}\u0640", text) if _JOINED.search(text) else text


def _is_end(between: str, before: str, following: str) -> bool:
    """Whether a stop ends a sentence: not after an abbreviation, and what follows begins one."""
    if "\n" in between:
        return True
    if before in _BEFORE_STOP or (len(before) == 1 and before.isalpha() and "." in between and ")" not in between):
        return False
    return not following.islower()


def normal(word: str) -> str:
    """A word in lower case without possessive, in British spelling of -ise and American of -or."""
    if len(word) > 1 and word[-1] in "ABC" and word[0] in "I1" and (len(word) <= 3 or " " in word):
        return f"i{word[-1].lower()}"  # Annex I.A, Annex 1A, Annex I(A), Annex I, Part A
    low = word.lower().replace("\u2019", "'").replace("\u0640", "")
    low = low.removesuffix("'s").removesuffix("'")
    if "'" in low:
        if low.endswith("n't"):
            return "cannot" if low == "can't" else "not"
        low = _CONTRACTED.sub("", low)
    if len(low) > 5:
        low = low.replace("iz", "is").replace("yz", "ys")
        if "our" in low:
            low = _AMERICAN.sub("or", low)
    return low


_CONTRACTED = re.compile(r"'(?:ll|ve|re|d|m)$")
_AMERICAN = re.compile(r"(?<=[bvnlmi])our(?=$|s|ed|ing|able)")


def is_skipped(word: str, *, followed: bool = False) -> bool:
    """Whether a word is one that phrases are found across; "any" and "applicable" are so where a word follows."""
    return word in _SKIPPED or (followed and (word in _ALONE or word in _BEFORE_NOUNS))


_ENDINGS = (
    ("ees", "ee"), ("greed", "gree"), ("teed", "tee"), ("ies", "y"), ("ied", "y"), ("ying", "y"), ("sses", "ss"),
    ("ings", ""), ("ing", ""), ("ed", ""), ("es", ""), ("s", ""),
)  # fmt: skip


_WHOLE = frozenset(
    ("feed", "note", "notes", "noted", "none", "being", "does", "once", "here", "there", "where", "were")
)
"""Words whose stem would be another word: "note" is no "not", a "feed" no fee."""


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """A light stem: without endings of number, tense and participle; the same for a phrase and for the text."""
    if len(word) < 4 or not word.isalpha() or word in _WHOLE:
        return "note" if word in ("notes", "noted") else word
    for ending, instead in _ENDINGS:
        if word.endswith(ending):
            rest = word[: -len(ending)] + instead
            if len(rest) < 3 and ending in ("ing", "ed"):
                rest += "e"  # using, used
            if len(rest) >= 3 and _has_vowel(rest) and not (ending == "s" and word.endswith(("ss", "us", "is"))):
                word = rest
                break
    word = word.removesuffix("e") if len(word) > 3 else word
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeio" else word


def _has_vowel(text: str) -> bool:
    return any(letter in "aeiouy" for letter in text)
