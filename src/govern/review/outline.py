"""Where a text of ours goes in the other side's paper, and under which number.

What we add continues their numbers and moves none of them: 6.2 after 6.1, 6A between 6 and 7, a new clause at the end
of the body, before signatures and annexes.
"""

import re
from dataclasses import dataclass, field

from govern.review.model import Paper, PaperParagraph
from govern.review.nearness import find_nearest, group_clauses
from govern.review.numerals import lower_roman, skip_typed
from govern.review.slips import is_definition

_SIGNATURE = re.compile(
    r"\W*(?:in witness|as witness|signed\b|executed\b|agreed (?:and|&) accepted|accepted (?:and|&) agreed|signatures?\b"
    r"|by:|name:|title:|date:|for and on behalf|the parties have (?:signed|executed|caused)|_{5,})",
    re.IGNORECASE,
)
_ANNEX = re.compile(r"(?:annex|schedule|exhibit|appendix|attachment)\b", re.IGNORECASE)
_DEFINITIONS = re.compile(r"\b(?:definitions?|defined|interpretation|glossary)\b", re.IGNORECASE)
_DECIMAL = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3})+\Z")
_SHORT = 100


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for a paragraph of ours: after which of theirs, in whose look, and with which number before it.

    `prefix` is typed before the text; with `automatic` Word counts the paragraph as it counts the one it looks like.
    `label` is how one refers to it.
    """

    after: int
    like: int | None
    prefix: str = ""
    automatic: bool = False
    label: str = field(default="", compare=False)


@dataclass
class Outline:
    """Hands out places, one after the other, so that numbers go on."""

    paper: Paper
    clauses: list[list[int]] = field(init=False)
    end: int = field(init=False)
    """The last paragraph of the body: before the signatures and the annexes."""
    _given: dict[int, int] = field(default_factory=dict, init=False)
    _added: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self.end = find_end(self.paper)
        groups = group_clauses(self.paper, [index for index in self._body() if index <= self.end])
        marked = [each for each in groups if self._is_clause(each)]
        self.clauses = marked or groups

    def _body(self) -> list[int]:
        return [index for index, each in enumerate(self.paper.paragraphs) if each.source >= 0]

    def _is_clause(self, group: list[int]) -> bool:
        """Whether a group of paragraphs is a clause, and not the title and the parties."""
        first = self.paper.paragraphs[group[0]]
        return bool(first.number) or (first.heading and group[0] > 0)

    def nearest(self, text: str, title: str) -> int | None:
        """The clause on the same topic whose words are most like a text's; None where there is none."""
        places = [place for place in range(len(self.clauses)) if not self.defines(place)]
        found = find_nearest(self.paper, [self.clauses[place] for place in places], text, title)
        return None if found is None else places[found]

    def defines(self, clause: int) -> bool:
        """Whether a clause says what words mean: no duty has its place there."""
        first, *others = (self.paper.paragraphs[index] for index in self.clauses[clause])
        title = first.heading and len(first.text) < _SHORT and _DEFINITIONS.search(first.text)
        return bool(title) or (bool(others) and all(is_definition(_bare(each)) for each in others))

    def clause_of(self, paragraph: int) -> int | None:
        """The clause that a paragraph belongs to; None outside of the body."""
        return next((place for place, each in enumerate(self.clauses) if paragraph in each), None)

    def within(self, clause: int) -> Slot:
        """The next place at the end of a clause."""
        group = self.clauses[clause]
        paragraphs = self.paper.paragraphs
        outside = [index for index in group if paragraphs[index].cell is None] or group
        after = outside[-1]
        given = self._given[clause] = self._given.get(clause, 0) + 1
        numbered = [index for index in outside if _DECIMAL.match(paragraphs[index].number)]
        flat = paragraphs[group[0]]
        bodies = [index for index in outside if not paragraphs[index].heading]
        if numbered:
            sibling = numbered[-1]
            head, _, last = paragraphs[sibling].number.rpartition(".")
            label = f"{head}.{int(last) + given}"
            if not paragraphs[sibling].typed:
                return Slot(after, sibling, automatic=True, label=label)
            return Slot(after, sibling, self._typed(sibling, label), label=label)
        if flat.number and not flat.heading and self._is_flat(group):
            label = _insert_number(flat, given)
            return Slot(after, group[0], self._typed(group[0], label), label=label)
        label = flat.number.rstrip(".")
        if bodies and not paragraphs[bodies[-1]].number and paragraphs[bodies[-1]].text[:1] not in _BULLETS:
            return Slot(after, bodies[-1], label=label)
        plain = [index for index in bodies if not paragraphs[index].number]
        return Slot(after, plain[0] if plain else after if bodies else None, label=label)

    def _is_flat(self, group: list[int]) -> bool:
        """Whether a clause is one numbered paragraph, with items under it at most."""
        return all(
            each.number.startswith("(") or each.text[:1] in _BULLETS or each.level > 0
            for each in (self.paper.paragraphs[index] for index in group[1:])
        )

    def _typed(self, like: int, number: str) -> str:
        """A number with the same signs around it as that of a paragraph of theirs."""
        paragraph = self.paper.paragraphs[like]
        if not paragraph.typed:
            return f"{number}.\t"
        before = paragraph.text[: skip_typed(paragraph.text)]
        return before.replace(paragraph.number.rstrip("."), number, 1)

    def clause_at_end(self, title: str) -> tuple[str, Slot, bool]:
        """A new clause at the end: its title in the case of theirs, its place, and whether theirs have headings."""
        self._added += 1
        paragraphs = self.paper.paragraphs
        tops = [group[0] for group in self.clauses]
        headings = [index for index in tops if paragraphs[index].heading]
        if not headings:
            last = tops[-1] if tops else self.end
            number = self._after_last(last)
            if not paragraphs[last].number:
                return title, Slot(self.end, last), False
            if not paragraphs[last].typed:
                return title, Slot(self.end, last, automatic=True, label=number), False
            return title, Slot(self.end, last, self._typed(last, number), label=number), False
        like = headings[-1]
        said = _in_their_case(title, [_bare(paragraphs[index]) for index in headings])
        if not paragraphs[like].number:
            return said, Slot(self.end, like), True
        label = self._after_last(like)
        if not paragraphs[like].typed:
            return said, Slot(self.end, like, automatic=True, label=label), True
        return said, Slot(self.end, like, self._typed(like, label), label=label), True

    def under_new_clause(self, count: int) -> Slot:
        """The place of the count-th paragraph, from 1, under the clause that was added last."""
        paragraphs = self.paper.paragraphs
        inner = [index for group in self.clauses for index in group if not paragraphs[index].heading]
        numbered = [index for index in inner if _DECIMAL.match(paragraphs[index].number)]
        if numbered and 2 * len(numbered) >= len([index for index in inner if paragraphs[index].cell is None]):
            like = numbered[-1]
            top = self._after_last(self.clauses[-1][0])
            between = ["1"] * (paragraphs[like].number.count(".") - 1)
            label = ".".join([top, *between, str(count)])
            if not paragraphs[like].typed:
                return Slot(self.end, like, automatic=True, label=label)
            return Slot(self.end, like, self._typed(like, label), label=label)
        plain = [index for index in inner if not paragraphs[index].number and paragraphs[index].cell is None]
        return Slot(self.end, plain[-1] if plain else None, label=self._after_last(self.clauses[-1][0]))

    def _after_last(self, index: int) -> str:
        """The number of the clause that was added last, after that of the last clause of theirs."""
        number = self.paper.paragraphs[index].number.rstrip(".")
        if number.isdecimal():
            return str(int(number) + self._added)
        if number in _ROMANS and (len(number) > 1 or number in "IVX"):
            return lower_roman(_ROMANS[number] + self._added).upper()
        if len(number) == 1 and number.isalpha() and ord(number) + self._added <= ord("Z" if number.isupper() else "z"):
            return chr(ord(number) + self._added)
        head = number.split(".")[0]
        return str(int(head) + self._added) if head.isdecimal() else ""


_BULLETS = ("-", "\u2022", "\u25aa", "\u25cf", "\u2013")
_ROMANS = {lower_roman(count).upper(): count for count in range(1, 100)}


def _insert_number(paragraph: PaperParagraph, given: int) -> str:
    """A number between two of theirs: 6A after 6."""
    number = paragraph.number.rstrip(".")
    letter = chr(ord("A") + (given - 1) % 26)
    if not number[-1:].isdecimal():
        return f"{number}-{given}"
    return number + (letter.lower() if "\u00a7" in paragraph.text[:3] else letter)


def _bare(paragraph: PaperParagraph) -> str:
    return paragraph.text[skip_typed(paragraph.text) if paragraph.typed else 0 :].strip()


def _in_their_case(title: str, headings: list[str]) -> str:
    """A title in capitals, or with a capital at each longer word, if most of their headings are so."""
    if 2 * sum(each.isupper() for each in headings) > len(headings):
        return title.upper()
    several = [each.split() for each in headings if len([word for word in each.split() if len(word) > 3]) > 1]
    large = sum(all(word[:1].isupper() for word in each if len(word) > 3) for each in several)
    if several and 2 * large > len(several):
        return " ".join(word[:1].upper() + word[1:] if len(word) > 3 else word for word in title.split())
    return title


def find_end(paper: Paper) -> int:
    """The last paragraph of the body: what follows are signatures, annexes or notes."""
    body = [index for index, each in enumerate(paper.paragraphs) if each.source >= 0]
    begun = False
    for place, index in enumerate(body):
        paragraph = paper.paragraphs[index]
        annex = not paragraph.number and _ANNEX.match(paragraph.text) and len(paragraph.text) < _SHORT
        closes = annex and not paragraph.text.rstrip().endswith((".", ";", ","))
        signs = not paragraph.number and _SIGNATURE.match(paragraph.text)
        if begun and paragraph.cell is None and (closes or signs):
            return body[place - 1]
        begun = begun or bool(paragraph.number) or (paragraph.heading and index > 0) or len(paragraph.text) > _SHORT
    return body[-1] if body else len(paper.paragraphs) - 1
