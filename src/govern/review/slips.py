"""What is wrong in the paper on its face: definitions, references, blanks, annexes.

Read from text alone, so only what a careful reader would call a slip is one: a reference into another law is none, and
a word with a capital at the beginning of a sentence says nothing.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from govern.review.model import Paper
from govern.review.passages import Quote, label_paragraphs

MAX_SLIPS = 200
MAX_DEFINITIONS = 400
"""Definitions that are looked for in the whole text."""
_FOREIGN = 100
"""A section of so high a number is one of a law."""

_QUOTED = r"[\"\u201c\u201e]([A-Z][^\"\u201c\u201d\u201e]{1,60})[\"\u201d\u201c]"
_MEANS = re.compile(
    rf"^\W{{0,4}}(?:\(?\w{{1,4}}[.)]\s+)?{_QUOTED}\s*(?:\([^)]{{0,80}}\)\s*)?,?\s*"
    r"(?:means?|shall mean|has the meaning|have the meaning|is defined|refers? to)\b"
)
_ALSO = re.compile(rf"{_QUOTED}\s+(?:means|shall mean|has the meaning)\b")
_NAMED = re.compile(
    rf"\((?:(?:each|collectively|together|hereinafter|hereafter),?\s+)*(?:an?|the|our|we)?\s*{_QUOTED}\)"
)
_HEREINAFTER = re.compile(rf"(?:hereinafter|hereafter|referred to as)\s+(?:the\s+)?{_QUOTED}")
_CAPITAL = re.compile(
    r"(?<![.!?:;\u201c\"(]\s)(?<=[a-z0-9,;)]\s)((?:[A-Z][a-z]+(?:-[A-Za-z][a-z]+)?)(?:\s[A-Z][a-z]+(?:-[A-Za-z][a-z]+)?){0,3})"
)
_TAIL = re.compile(r"\b[A-Z][\w-]*\s\Z")
_REFERENCE = re.compile(
    r"\b([Cc]lauses?|[Ss]ections?|[Pp]aragraphs?)\s+([0-9]{1,3}(?:\.[0-9]{1,3}){0,3})((?:\([a-z0-9]{1,4}\)){0,3})(?![0-9.]*[0-9])"
)
_OUTSIDE = re.compile(
    r"^[^.;,]{0,40}?\b(?:of|in|under|to)\s+(?:the\s+|that\s+|those\s+|its\s+|Schedule|Annex|Appendix|Part|Title|Chapter)"
    r"|^\s*(?:[A-Z]{3,}|CFR|U\.?S\.?C|GDPR|StGB|BGB|HGB|SCC|\u00a7)"
)
_ANNEX = re.compile(r"\b(Annex|Schedule|Exhibit|Appendix|Attachment)\s+([0-9]{1,2}|[A-Z]|[IVX]{1,5})\b(?!\.?[A-C0-9])")
_BLANK = re.compile(
    r"\[\s{0,20}(?:\u25cf|\u2022|\*|\.{2,}|\u2026|_+)?[^\]\[]{0,80}\]"
    r"|_{4,}|\.{6,}|\u2026{2,}|\bTBD\b|\bTBC\b|\bXX+\b|<[a-z ]{3,40}>"
)
_NO_BLANK = re.compile(
    r"\[(?:sic|\d{1,3}|[a-z])\]|^\[[A-Za-z ]{0,40}(?:intentionally|reserved)[^\]]*\]$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Slip:
    """Something to mend in the paper: which kind, what, and where."""

    kind: str
    message: str
    quote: Quote


def find_slips(paper: Paper, ordinary: Collection[str] = ()) -> tuple[Slip, ...]:
    """All slips in the order of the paper, at most two hundred.

    `ordinary` are words that are written with a capital although nobody defines them.
    """
    reader = _Slips(paper, label_paragraphs(paper), frozenset(each.casefold() for each in ordinary))
    found = [*reader.definitions(), *reader.references(), *reader.annexes(), *reader.blanks()]
    return tuple(sorted(found, key=lambda slip: (slip.quote.paragraph, slip.quote.start, slip.kind))[:MAX_SLIPS])


class _Slips:
    def __init__(self, paper: Paper, labels: tuple[str, ...], ordinary: frozenset[str]) -> None:
        self.paper = paper
        self.labels = labels
        self.ordinary = ordinary
        self.text = paper.text

    def definitions(self) -> Iterator[Slip]:
        """Terms that are defined twice or never used, and terms used as if defined."""
        places: dict[str, list[tuple[int, int, int]]] = {}
        for index, paragraph in enumerate(self.paper.paragraphs):
            for pattern in (_MEANS, _ALSO, _NAMED, _HEREINAFTER):
                for each in pattern.finditer(paragraph.text):
                    place = (index, each.start(1), each.end(1))
                    if place not in places.setdefault(each[1].strip(" ,."), []):
                        places[each[1].strip(" ,.")].append(place)
        uses = self._uses()
        for term, where in list(places.items())[:MAX_DEFINITIONS]:
            if len(where) > 1 and len({place[0] for place in where}) > 1:
                yield Slip("defined twice", f"“{term}” is defined {len(where)} times", self._quote(where[1]))
            if self._count(term) <= len(where):
                yield Slip("never used", f"“{term}” is defined and not used", self._quote(where[0]))
        # a word of a defined term is read with the words around it: “Measures” in “the Security Measures”
        defined = {_key(each) for term in places for each in (term, *term.split())}
        for term, (count, place) in uses.items():
            if count >= 2 and not self._is_known(term, defined):
                yield Slip("not defined", f"“{term}” is used {count} times as if defined", self._quote(place))

    def _count(self, term: str) -> int:
        """How often a term stands in the paper, plural and all."""
        pattern = re.compile(rf"\b{re.escape(term)}(?:s|es|'s|\u2019s)?\b")
        return len(pattern.findall(self.text))

    def _uses(self) -> dict[str, tuple[int, tuple[int, int, int]]]:
        counts: Counter[str] = Counter()
        first: dict[str, tuple[int, int, int]] = {}
        for index, paragraph in enumerate(self.paper.paragraphs):
            if paragraph.heading or paragraph.cell is not None:
                continue
            for each in _CAPITAL.finditer(paragraph.text):
                if _TAIL.search(paragraph.text, max(each.start() - 40, 0), each.start()):
                    continue  # the end of a longer name
                term = self._strip(each[1])
                counts[term] += 1
                first.setdefault(term, (index, each.end(1) - len(term), each.end(1)))
        return {term: (count, first[term]) for term, count in counts.items()}

    def _strip(self, term: str) -> str:
        """A term without what only stands before it at the beginning of a sentence: “The Supplier”."""
        words = term.split()
        while len(words) > 1 and words[0].casefold() in self.ordinary:
            words = words[1:]
        return " ".join(words)

    def _is_known(self, term: str, defined: set[str]) -> bool:
        """Whether a term, or every word of it that has a capital, is defined or ordinary."""
        if _key(term) in defined:
            return True
        words = term.split()
        return all(_key(each) in defined or each.casefold() in self.ordinary for each in words) or any(
            _key(" ".join(words[:cut])) in defined and all(each.casefold() in self.ordinary for each in words[cut:])
            for cut in range(1, len(words))
        )

    def references(self) -> Iterator[Slip]:
        """References to clauses of this paper that it does not have."""
        labels = {label.rstrip(".") for label in self.labels}
        labels |= {label.split("(")[0] for label in labels}
        labels |= {".".join(label.split(".")[:-1]) for label in labels if "." in label}
        tops = {label.split(".")[0] for label in labels if label[:1].isdigit()}
        if len(tops) < 2:
            return  # a paper without numbers has no references into itself
        for index, paragraph in enumerate(self.paper.paragraphs):
            for each in _REFERENCE.finditer(paragraph.text):
                outside = _OUTSIDE.search(paragraph.text[each.end() : each.end() + 60])
                if outside or each[2] in labels or int(each[2].split(".")[0]) >= _FOREIGN:
                    continue
                yield Slip(
                    "broken reference",
                    f"there is no {each[1].lower()} {each[2]}",
                    self._quote((index, each.start(), each.end())),
                )

    def annexes(self) -> Iterator[Slip]:
        """Annexes that are named and not there."""
        there = set()
        for paragraph in self.paper.paragraphs:
            found = _ANNEX.match(f"{paragraph.number} {paragraph.text}".strip()) or _ANNEX.match(paragraph.text)
            if found and (paragraph.heading or len(paragraph.text) < 100):
                there.add((found[1], found[2]))
        told = set()
        for index, paragraph in enumerate(self.paper.paragraphs):
            for each in _ANNEX.finditer(paragraph.text):
                name = (each[1], each[2])
                outside = _OUTSIDE.search(paragraph.text[each.end() : each.end() + 40])
                if name not in there and name not in told and not outside:
                    told.add(name)
                    yield Slip(
                        "annex missing",
                        f"{each[0]} is named and not there",
                        self._quote((index, each.start(), each.end())),
                    )

    def blanks(self) -> Iterator[Slip]:
        """Blanks, brackets and notes to the draftsman that are left."""
        for index, paragraph in enumerate(self.paper.paragraphs):
            for each in _BLANK.finditer(paragraph.text):
                if not _NO_BLANK.match(each[0]):
                    yield Slip(
                        "blank", f"`{each[0][:60]}` is left open", self._quote((index, each.start(), each.end()))
                    )

    def _quote(self, place: tuple[int, int, int]) -> Quote:
        text = self.paper.paragraphs[place[0]]
        return Quote(place[0], self.labels[place[0]], text.text[place[1] : place[2]], place[1], place[2], text.page)


def _key(term: str) -> str:
    low = term.casefold().replace("\u2019", "'").removesuffix("'s")
    return low[:-3] + "y" if low.endswith("ies") else low.removesuffix("s")
