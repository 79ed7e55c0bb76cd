"""What is wrong in the paper on its face: definitions, references, blanks, annexes.

Read from text alone, so only what a careful reader would call a slip is one: a reference into another law is none, and
a word with a capital at the beginning of a sentence says nothing.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from govern.review.model import Paper
from govern.review.numerals import skip_typed
from govern.review.passages import Quote, label_paragraphs
from govern.review.words import normal, stem

MAX_SLIPS = 200
MAX_DEFINITIONS = 400
"""Definitions that are looked for in the whole text."""
_FOREIGN = 100
"""A section of so high a number is one of a law."""

_QUOTED = r"[\"\u201c\u201e]([A-Z][^\"\u201c\u201d\u201e]{1,60})[\"\u201d\u201c]"
_MEANS = re.compile(
    rf"^\W{{0,4}}(?:\(?\w{{1,4}}[.)]\s+)?{_QUOTED}\s*(?:\([^)]{{0,80}}\)\s*)?,?\s*(?:(?:and|or) {_QUOTED}\s*)?"
    r"(?:means?|(?:(?:shall|will) )?(?:mean|ha(?:s|ve) the (?:same )?meaning|be interpreted)"
    r"|(?:is|are) (?:defined|to be interpreted)|refers? to)\b"
)
_ALSO = re.compile(rf"{_QUOTED}\s+(?:means|shall mean|has the meaning)\b")
_NAMED = re.compile(
    rf"\((?:(?:each|collectively|together|hereinafter|hereafter),?\s+)*(?:an?|the|our|we)?\s*{_QUOTED}\)"
)
_HEREINAFTER = re.compile(rf"(?:hereinafter|hereafter|referred to as)\s+(?:the\s+)?{_QUOTED}")
_BIG, _SMALL = "[A-Z\u00c0-\u00d6\u00d8-\u00de]", "[a-z\u00df-\u00f6\u00f8-\u00ff\u0100-\u017f]"
_NAME = f"{_BIG}{_SMALL}+(?:-(?:{_BIG}|{_SMALL}){_SMALL}+)?"
_CAPITAL = re.compile(rf"(?<![.!?:;\u201c\"(]\s)(?<=[a-z0-9,;)]\s)({_NAME}(?:\s{_NAME}){{0,3}})(?![^\W_]|-[^\W_])")
_TAIL = re.compile(r"\b[A-Z][\w-]*\s\Z")
_BEFORE = re.compile(r"(?:(\w+)\W+)?(\w+)\s\Z")
_AFTER = re.compile(r"\s([\w.]+)")
_GRAMMAR = frozenset((
    "the", "a", "an", "any", "all", "both", "each", "every", "either", "neither", "no", "such", "this", "that", "these",
    "those", "its", "their", "our", "your", "his", "her", "it", "in", "on", "at", "by", "of", "for", "to", "if",
    "where", "when", "upon", "under", "as", "subject",
))  # fmt: skip
_ARTICLES = frozenset((
    "the", "a", "an", "any", "all", "both", "each", "every", "either", "neither", "no", "such", "this", "that", "these",
    "those", "its", "their", "our", "your", "his", "her", "other", "another", "certain", "applicable", "relevant",
))  # fmt: skip
_WHERE = frozenset(("in", "of", "at", "from", "to", "near", "via", "within", "outside", "into", "across", "between"))
_MODAL = frozenset(("shall", "must", "will", "may", "agrees", "undertakes", "warrants", "acknowledges"))
_OF_PLACES = frozenset(("law", "laws", "legislation", "court", "courts", "government", "language"))
"""What stands after the name of a country and not after a defined term: "Austrian law"."""
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
    r"|\{\{[^{}]{0,80}\}\}|_{4,}|\.{6,}|\u2026{2,}|\bTBD\b|\bTBC\b|\bXX+\b|<[a-z ]{3,40}>"
)
_NO_BLANK = re.compile(
    r"\[(?:sic|\d{1,3}|[a-z])\]|^\[[A-Za-z ]{0,40}(?:intentionally|reserved)[^\]]*\]$"
    r"|^\[[^\]\u25cf_]*(?:C\.? ?F\.? ?R\b|U\.? ?S\.? ?C\b|\u00a7|GDPR)[^\]\u25cf_]*[0-9][^\]\u25cf_]*\]$",
    re.IGNORECASE,
)
_SIGNED = re.compile(r"\b(?:signed|signatures?|signatory|signatories)\b", re.IGNORECASE)


@dataclass(slots=True)
class _Use:
    """How often a word with a capital is used, how often so as one uses a defined term, and where first."""

    place: tuple[int, int, int]
    count: int = 0
    like_term: int = 0


@dataclass(frozen=True, slots=True)
class Slip:
    """Something to mend in the paper: which kind, what, and where."""

    kind: str
    message: str
    quote: Quote


def is_definition(sentence: str) -> bool:
    """Whether a sentence says what a name in quotation marks means.

    >>> is_definition("“Sub-processor” means another processor that the Processor engages.")
    True
    """
    return _MEANS.match(sentence) is not None


def find_slips(paper: Paper, ordinary: Collection[str] = (), heads: Collection[str] = ()) -> tuple[Slip, ...]:
    """All slips in the order of the paper, at most two hundred.

    `ordinary` are words that are written with a capital although nobody defines them, `heads` those that close the name
    of a company, a law, a court: "Ltd", "Act".
    """
    known = [frozenset(each.casefold() for each in words) for words in (ordinary, heads)]
    reader = _Slips(paper, label_paragraphs(paper), *known)
    found = [*reader.definitions(), *reader.references(), *reader.annexes(), *reader.blanks()]
    return tuple(sorted(found, key=lambda slip: (slip.quote.paragraph, slip.quote.start, slip.kind))[:MAX_SLIPS])


def find_blank(text: str) -> str:
    """The first blank of a text, empty if there is none."""
    return next((each[0][:60] for each in _blanks(text)), "")


def _blanks(text: str) -> Iterator[re.Match[str]]:
    """The blanks of a text. The line that waits for a signature is none, and a citation in brackets is none."""
    signed = _SIGNED.search(text) is not None
    return (
        each
        for each in _BLANK.finditer(text)
        if not _NO_BLANK.match(each[0])
        and not (signed and each[0][0] == "_" and ":" in text[max(each.start() - 2, 0) : each.start()])
    )


class _Slips:
    def __init__(self, paper: Paper, labels: tuple[str, ...], ordinary: frozenset[str], heads: frozenset[str]) -> None:
        self.paper = paper
        self.labels = labels
        self.ordinary = ordinary | _GRAMMAR
        self.heads = heads
        self.text = paper.text
        self.names: set[str] = set()

    def definitions(self) -> Iterator[Slip]:
        """Terms that are defined twice or never used, and terms used as if defined."""
        places: dict[str, dict[tuple[int, int, int], None]] = {}
        for index, paragraph in enumerate(self.paper.paragraphs):
            for pattern in (_MEANS, _ALSO, _NAMED, _HEREINAFTER):
                for each in pattern.finditer(paragraph.text):
                    place = (index, each.start(1), each.end(1))
                    places.setdefault(each[1].strip(" ,."), {})[place] = None
        uses = self._uses()
        for term, found in list(places.items())[:MAX_DEFINITIONS]:
            where = list(found)
            if len(where) > 1 and len({place[0] for place in where}) > 1:
                yield Slip("defined twice", f"“{term}” is defined {len(where)} times", self._quote(where[1]))
            if self._count(term) <= len(where):
                yield Slip("never used", f"“{term}” is defined and not used", self._quote(where[0]))
        # a word of a defined term is read with the words around it: “Measures” in “the Security Measures”
        defined = {_key(each) for term in places for each in (term, *term.split())} | self.names
        for term, use in uses.items():
            if use.count >= 2 and not self._is_known(term, defined) and (use.like_term or self._is_word(term)):
                yield Slip("not defined", f"“{term}” is used {use.count} times as if defined", self._quote(use.place))

    def _count(self, term: str) -> int:
        """How often a term stands in the paper, plural and all."""
        pattern = re.compile(rf"\b{re.escape(term)}(?:s|es|'s|\u2019s)?\b")
        return len(pattern.findall(self.text))

    def _uses(self) -> dict[str, _Use]:
        found: dict[str, _Use] = {}
        for index, paragraph in enumerate(self.paper.paragraphs):
            if paragraph.heading or paragraph.cell is not None:
                continue
            begins = skip_typed(paragraph.text) if paragraph.typed else 0
            for each in _CAPITAL.finditer(paragraph.text):
                if each.start() <= begins or _TAIL.search(paragraph.text, max(each.start() - 40, 0), each.start()):
                    continue  # the first word, or the end of a longer name
                term = self._strip(each[1])
                use = found.setdefault(term, _Use((index, each.end(1) - len(term), each.end(1))))
                use.count += 1
                use.like_term += self._is_like_term(paragraph.text, each.end(1) - len(term), each.end(1))
        return found

    def _strip(self, term: str) -> str:
        """A term without what only stands before it at the beginning of a sentence: “The Supplier”."""
        words = term.split()
        while len(words) > 1 and words[0].casefold() in _GRAMMAR:
            words = words[1:]
        return " ".join(words)

    def _is_like_term(self, text: str, start: int, end: int) -> bool:
        """Whether words with a capital stand as a defined term does, and not as the name of a place, company or law.

        A term has an article or its like before it, or is a plural, or does something. “In the Netherlands” and “the
        laws of the Netherlands” say nothing: so terms stand too, but not only so.
        """
        words = text[start:end].split()
        found = _AFTER.match(text, end)
        after = found[1].rstrip(".") if found else ""
        closed = after[:1].isupper() and after.casefold() in self.heads
        if closed or (len(words) > 1 and words[-1].casefold() in self.heads):
            self.names |= {_key(" ".join(words)), *(_key(each) for each in words)}
            return False
        if after in _OF_PLACES:
            return False
        around = _BEFORE.search(text, max(start - 40, 0), start)
        earlier, before = ((around[1] or "").casefold(), around[2].casefold()) if around else ("", "")
        if before in _ARTICLES:
            return before != "the" or earlier not in _WHERE
        plural = words[-1].endswith("s") and not words[-1].endswith(("ss", "us", "is"))
        return after in _MODAL or (plural and before not in _WHERE)

    def _is_word(self, term: str) -> bool:
        """Whether the paper writes it without a capital too: a name is never so."""
        return re.search(rf"\b{re.escape(term.lower())}", self.text) is not None

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
            for each in _blanks(paragraph.text):
                yield Slip("blank", f"`{each[0][:60]}` is left open", self._quote((index, each.start(), each.end())))

    def _quote(self, place: tuple[int, int, int]) -> Quote:
        text = self.paper.paragraphs[place[0]]
        return Quote(place[0], self.labels[place[0]], text.text[place[1] : place[2]], place[1], place[2], text.page)


def _key(term: str) -> str:
    return " ".join(stem(normal(word)) for word in term.split())
