"""Numbers: the tree's are the truth, Word's must come out equal.

Clauses hang on one multilevel list that is bound to the paragraph styles, and Word counts by itself. This
module counts along. Where Word would print the tree's number, the style alone is enough; where a list
begins anew without a numbered paragraph above it, it gets an abstract numbering of its own (Word ignores a
restart on a shared one); and a number that Word could not count is written out as text.
"""

from dataclasses import dataclass

from lxml.etree import _Element as Element

from govern.contracts import Paragraph, plain_type
from govern.render.docx.xml import el

CLAUSE_STYLES = ("Clause1", "Clause2", "Clause3")
FIRST_LIST = 10  # ids below are the base document's own
_HANGING = 567


@dataclass(frozen=True, slots=True)
class Number:
    """How a paragraph gets its number: by its style, from list `list_` at `level`, or as `text`.

    A number that is text brings its own indent (left, hanging), which lists otherwise give.
    """

    list_: int | None = None
    level: int = 0
    text: str = ""
    indent: tuple[int, int] = (720, 720)


BY_STYLE = Number()


class Counter:
    """Counts as Word does, paragraph by paragraph; `lists` are the separate lists opened so far, with indents."""

    def __init__(self) -> None:
        self.lists: list[int] = []
        self._clauses = self._annexes = 0
        self._annex = False
        self._paragraph = 0
        self._items = [0, 0]
        self._list: int | None = None

    def heading(self, number: str, *, annex: bool) -> Number:
        """The number of a section's heading."""
        self._annex, self._paragraph, self._items, self._list = annex, 0, [0, 0], None
        if annex:
            self._annexes += 1
            return (
                BY_STYLE
                if plain_type(number) == f"Annex {upper_roman(self._annexes)}"
                else Number(text=number, indent=(1588, 1588))
            )
        self._clauses += 1
        return BY_STYLE if number == str(self._clauses) else Number(text=number)

    def paragraph(self, block: Paragraph) -> Number:
        """The number of a numbered paragraph or list item."""
        if block.level > 0:
            return self._item(block)
        self._paragraph += 1
        self._items, self._list = [0, 0], None
        expected = str(self._paragraph) if self._annex else f"{self._clauses}.{self._paragraph}"
        return BY_STYLE if block.number == expected else Number(text=block.number)

    def _item(self, block: Paragraph) -> Number:
        depth = min(block.level, 2) - 1
        items = [*self._items[:depth], self._items[depth] + 1, *([0] * (1 - depth))]
        if block.number == _item_number(depth, items[depth]) and self._continues(depth):
            self._items = items
            return BY_STYLE if self._list is None else Number(self._list, depth)
        if depth == 0 and block.number == "(a)":
            self._items = [1, 0]
            self._list = self._open()
            return Number(self._list, 0)
        left = (0 if self._annex else 720) + (depth + 1) * _HANGING
        return Number(text=block.number, indent=(left, _HANGING))

    def _continues(self, depth: int) -> bool:
        """Whether the list that runs now has a parent to hang on."""
        if self._list is not None:
            return depth == 0 or self._items[0] > 0
        return not self._annex and self._paragraph > 0 and (depth == 0 or self._items[0] > 0)

    def _open(self) -> int:
        self.lists.append(0 if self._annex else 720)
        return FIRST_LIST + len(self.lists) - 1


def _item_number(depth: int, count: int) -> str:
    return f"({_word_letters(count)})" if depth == 0 else f"({upper_roman(count).lower()})"


def _word_letters(count: int) -> str:
    """Word counts z, aa, bb, cc (ECMA-376 17.18.59, lowerLetter), not z, aa, ab."""
    return chr(ord("a") + (count - 1) % 26) * ((count - 1) // 26 + 1)


def upper_roman(count: int) -> str:
    """A number in capitals: 14 is XIV."""
    pairs = ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"))
    out = ""
    for value, letters in (*pairs, (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")):
        out += letters * (count // value)
        count %= value
    return out


def number_properties(number: Number) -> list[Element]:
    """What a paragraph's properties need besides its style."""
    if number.text:
        left, hanging = number.indent
        return [el("numPr", el("ilvl", val=0), el("numId", val=0)), el("ind", left=left, hanging=hanging)]
    if number.list_ is None:
        return []
    return [el("numPr", el("ilvl", val=number.level), el("numId", val=number.list_))]


def add_lists(numbering: Element, lists: list[int], offset: int = 0) -> None:
    """Put an abstract numbering and a numbering for each separate list into the numbering part.

    `offset` is what a base with lists of its own adds to the ids of ours.
    """
    first_num = next(each for each in numbering if each.tag == el("num").tag)
    for place, indent in enumerate(lists):
        id_ = FIRST_LIST + place + offset
        first_num.addprevious(_abstract(id_, indent))
        numbering.append(el("num", el("abstractNumId", val=id_), numId=id_))


def _abstract(id_: int, indent: int) -> Element:
    identity = f"47B{id_:05X}"
    levels = [_level(0, "lowerLetter", indent + _HANGING), _level(1, "lowerRoman", indent + 2 * _HANGING)]
    head = [el("nsid", val=identity), el("multiLevelType", val="multilevel"), el("tmpl", val=identity)]
    return el("abstractNum", *head, *levels, abstractNumId=id_)


def _level(level: int, form: str, left: int) -> Element:
    return el(
        "lvl",
        el("start", val=1),
        el("numFmt", val=form),
        el("lvlText", val=f"(%{level + 1})"),
        el("lvlJc", val="left"),
        el("pPr", el("tabs", el("tab", val="num", pos=left)), el("ind", left=left, hanging=_HANGING)),
        ilvl=level,
    )
