"""What the paper gives a name of its own: where it calls personal data "Protocol Data", that is what it means.

>>> from govern.review import Meaning, Paper, PaperParagraph
>>> from govern.review.meanings import read_meanings
>>> paper = Paper("x", "txt", (PaperParagraph('the personal data listed below ("Protocol Data")'),))
>>> read_meanings(paper, [Meaning(("personal data",), ("data",))])
{'Protocol Data': 'personal data'}
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from govern.review.model import Paper

_NAME = re.compile(r"[\"\u201c\u201e]([A-Z][^\"\u201c\u201d\u201e]{1,40})[\"\u201d\u201c]")
_SAYS = re.compile(
    r"\W*(?:and \W*)?(?:(?:shall|will) )?(?:means?|is|are|refers? to|stands? for|denotes?|comprises?)\b|\s*[:=]"
)
_IN_BRACKETS = re.compile(r"\((?:[^()]{0,60}\s)?\Z")
_WHICH = re.compile(r",? (?:which|that) (?:is|are|means?) ")
_CAPITALS = re.compile(r"((?:[A-Z][\w-]* ){1,2}[A-Z][\w-]*)\Z")
_KIND = re.compile(r"(?:unsecured|electronic|sensitive|special|limited|de-?identified|anonymi[sz]ed|aggregated?)\b")
"""What begins the name of a kind: it means more than the phrase, and stays."""
_OTHER = re.compile(r"\b(?:other than|excluding|excludes?|except(?: for)?|not|no|non|without)(?:\W+\w+){0,2}\W*\Z")
"""What takes a phrase out of a definition: "data other than personal data"."""
_AFTER, _BEFORE = 120, 200
"""Letters in which a name is defined."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a defined term may stand for: a name that ends in one of `ends` and is defined by one of the phrases."""

    phrases: tuple[str, ...]
    ends: tuple[str, ...] = ()


def read_meanings(paper: Paper, meanings: Iterable[Meaning]) -> dict[str, str]:
    """The names that the paper gives to what `meanings` name, each with the phrase that defines it. Linear."""
    kinds = tuple(meanings)
    found: dict[str, str] = {}
    for paragraph in paper.paragraphs:
        for name, by in _defined(paragraph.text):
            phrase = _find_phrase(name.lower(), " ".join(by.lower().split()), kinds)
            if phrase:
                found.setdefault(name, phrase)
    return dict(sorted(found.items(), key=lambda each: (-len(each[0]), each[0])))


def _defined(text: str) -> Iterator[tuple[str, str]]:
    """Each name that a text defines, with the words that may say what it is."""
    for name in _NAME.finditer(text):
        before = text[max(name.start() - _BEFORE, 0) : name.start()]
        after = text[name.end() : name.end() + _AFTER]
        bracket = _IN_BRACKETS.search(before)
        if bracket:
            yield name[1], re.split(r"[.;()]", before[: bracket.start()])[-1]
        elif _SAYS.match(after):
            yield name[1], re.split(r"[.;]", after)[0]
    for which in _WHICH.finditer(text):
        capitals = _CAPITALS.search(text[max(which.start() - 60, 0) : which.start()])
        if capitals:
            yield capitals[1], re.split(r"[.;,]", text[which.end() : which.end() + 60])[0]


def _find_phrase(name: str, by: str, kinds: tuple[Meaning, ...]) -> str:
    """The phrase of a kind that defines a name; "" where the name already says it."""
    for kind in kinds:
        if name in kind.phrases or _KIND.match(name) or not name.endswith(kind.ends):
            continue
        for phrase in kind.phrases:
            said = re.search(rf"\b{re.escape(phrase)}", by)
            if said and not _OTHER.search(by, max(said.start() - 40, 0), said.start()):
                return phrase
    return ""
