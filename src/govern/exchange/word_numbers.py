"""The number that Word prints before a paragraph, counted as Word counts (ECMA-376 part 1, 17.9).

Numbers are not in the text of a Word file: a paragraph points, itself or by its style, to a level of a list, and Word
counts. Lists that share an abstract numbering share its counts; a list with a start of its own begins anew where it is
first used.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml.etree import _Element as Element

from govern.exchange.word_xml import on, toggled, val, w
from govern.review import write_number

LEVELS = 9
_DEEP = 20
"""How many styles are based on each other at most."""


@dataclass(frozen=True, slots=True)
class Style:
    """What a paragraph style says, with what it inherits."""

    name: str = ""
    number: str | None = None
    level: int | None = None
    outline: int | None = None
    hidden: bool = False
    struck: bool = False


@dataclass(frozen=True, slots=True)
class Level:
    """A level of a list: how it is written and where it begins. `restart` 0 means that it never begins anew."""

    form: str = "decimal"
    text: str = ""
    start: int = 1
    restart: int | None = None
    legal: bool = False
    style: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """Which list and level a paragraph is on."""

    number: str
    level: int


@dataclass(frozen=True, slots=True)
class _List:
    abstract: str
    levels: Mapping[int, Level]
    starts: Mapping[int, int]


def read_styles(root: Element | None) -> dict[str, Style]:
    """The paragraph and character styles by id, each with what it inherits."""
    found = {} if root is None else {each.get(w("styleId"), ""): each for each in root.iter(w("style"))}
    return {id_: _inherit(id_, found) for id_ in found}


def default_style(root: Element | None) -> str:
    """The id of the style of paragraphs that name none."""
    for each in root.iter(w("style")) if root is not None else ():
        if each.get(w("type")) == "paragraph" and each.get(w("default")) in ("1", "true", "on"):
            return str(each.get(w("styleId"), ""))
    return ""


def _inherit(id_: str, found: Mapping[str, Element]) -> Style:
    name, number, level, outline, hidden, struck = "", None, None, None, None, None
    chain: list[str] = []
    while id_ in found and id_ not in chain and len(chain) < _DEEP:
        chain.append(id_)
        style = found[id_]
        properties = style.find(w("pPr"))
        name = name or val(style.find(w("name")))
        if properties is not None:
            number = number or val(properties.find(f"{w('numPr')}/{w('numId')}")) or None
            level = _int(val(properties.find(f"{w('numPr')}/{w('ilvl')}"))) if level is None else level
            outline = _int(val(properties.find(w("outlineLvl")))) if outline is None else outline
        look = style.find(w("rPr"))
        hidden = toggled(look, "vanish") if hidden is None else hidden
        struck = toggled(look, "strike", "dstrike") if struck is None else struck
        id_ = val(style.find(w("basedOn")))
    return Style(name, number, level, outline, bool(hidden), bool(struck))


@dataclass
class Numbering:
    """Counts through a document, paragraph by paragraph."""

    styles: Mapping[str, Style]
    lists: Mapping[str, _List]
    _counts: dict[str, list[int | None]] = field(default_factory=dict)
    _begun: set[tuple[str, int]] = field(default_factory=set)

    def find_item(self, properties: Element | None, style: str) -> Item | None:
        """Where a paragraph is in a list, by its own properties or else its style's."""
        known = self.styles.get(style, Style())
        own = properties.find(w("numPr")) if properties is not None else None
        number = val(own.find(w("numId"))) if own is not None else ""
        level = _int(val(own.find(w("ilvl")))) if own is not None else None
        if not number:
            number = known.number or ""
            level = self._level_of(number, style, known) if level is None else level
        if number not in self.lists or number == "0":
            return None
        return Item(number, min(max(level or 0, 0), LEVELS - 1))

    def _level_of(self, number: str, style: str, known: Style) -> int | None:
        """The level that a list binds to the style; Word looks there before it looks at the style's own level."""
        found = self.lists.get(number)
        bound = next((each for each, level in found.levels.items() if level.style == style), None) if found else None
        return known.level if bound is None else bound

    def count(self, item: Item) -> str:
        """Count a paragraph and return its number as printed; "" for a bullet."""
        list_ = self.lists[item.number]
        counts = self._counts.setdefault(list_.abstract, [None] * LEVELS)
        for level, start in list_.starts.items():
            if level <= item.level and (item.number, level) not in self._begun:
                self._begun.add((item.number, level))
                counts[level] = start - 1 if level == item.level else start
                counts[level + 1 :] = [None] * (LEVELS - level - 1)
        here = _level(list_, item.level)
        before = counts[item.level]
        counts[item.level] = here.start if before is None else before + 1
        for below in range(item.level + 1, LEVELS):
            restart = _level(list_, below).restart
            if restart is None or 0 < item.level + 1 <= restart:
                counts[below] = None
        for above in range(item.level):
            if counts[above] is None:
                counts[above] = _level(list_, above).start
        return self._write(list_, here, counts)

    def _write(self, list_: _List, here: Level, counts: list[int | None]) -> str:
        if here.form == "bullet":
            return ""
        text = here.text
        for place in range(LEVELS):
            mark = f"%{place + 1}"
            if mark in text:
                form = "decimal" if here.legal else _level(list_, place).form
                text = text.replace(mark, write_number(counts[place] or 0, form))
        return text.strip().rstrip(".:\u2013-").rstrip()[:60]


def read_numbering(root: Element | None, styles: Mapping[str, Style]) -> Numbering:
    """The lists of a document."""
    if root is None:
        return Numbering(styles, {})
    abstract = {each.get(w("abstractNumId"), ""): each for each in root.iter(w("abstractNum"))}
    numbers = {each.get(w("numId"), ""): each for each in root.iter(w("num"))}
    made: dict[str, _List] = {}
    for id_, each in numbers.items():
        base = val(each.find(w("abstractNumId")))
        found = abstract.get(base)
        link = val(found.find(w("numStyleLink"))) if found is not None else ""
        if link and link in styles:  # the levels are those of the list that the linked style points to
            linked = numbers.get(styles[link].number or "")
            base = val(linked.find(w("abstractNumId"))) if linked is not None else base
            found = abstract.get(base)
        if found is not None:
            made[id_] = _read_list(base, found, each)
    return Numbering(styles, made)


def _read_list(base: str, abstract: Element, number: Element) -> _List:
    levels = {place: _read_level(each) for place, each in _levels(abstract)}
    starts: dict[int, int] = {}
    for each in number.iter(w("lvlOverride")):
        place = _int(each.get(w("ilvl"))) or 0
        own = each.find(w("lvl"))
        if own is not None:
            levels[place] = _read_level(own)
        start = _int(val(each.find(w("startOverride"))))
        if start is not None:
            starts[place] = start
    return _List(base, levels, dict(sorted(starts.items())))


def _levels(parent: Element) -> list[tuple[int, Element]]:
    return [(_int(each.get(w("ilvl"))) or 0, each) for each in parent.findall(w("lvl"))]


def _read_level(each: Element) -> Level:
    legal = each.find(w("isLgl"))
    return Level(
        form=val(each.find(w("numFmt"))) or "decimal",
        text=val(each.find(w("lvlText"))).replace("\u00a0", " "),  # "Annex I", whatever holds it together on the page
        start=1 if (start := _int(val(each.find(w("start"))))) is None else start,
        restart=_int(val(each.find(w("lvlRestart")))),
        legal=legal is not None and on(legal),
        style=val(each.find(w("pStyle"))),
    )


def _level(list_: _List, place: int) -> Level:
    return list_.levels.get(place, Level())


def _int(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.lstrip("-").isdecimal() and len(text) <= 9 else None
