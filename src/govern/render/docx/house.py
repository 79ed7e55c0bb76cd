"""Our styles and numbering on those of a firm's own base document.

A style of theirs that has the name of one of ours, or has it as an alias, is used as it is; where it numbers, it is
linked to our numbering. The others are added: only their structure is ours, their look is inherited from the firm's.
"""

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass

from lxml import etree
from lxml.etree import _Element as Element

from govern.errors import ContentError
from govern.render.docx.parts import base_part
from govern.render.docx.xml import el, w

REQUIRED = ("Normal", "Title", "heading 1", "heading 2")
"""The styles that the look of a contract is inherited from, by the names that Word gives them in every language."""

_OWN_PARTS = ("word/styles.xml", "house_styles.xml", "word/numbering.xml")
_BEFORE_NUMBER = frozenset(map(w, ("pStyle", "keepNext", "keepLines", "pageBreakBefore", "framePr", "widowControl")))
_BROKEN = {w("default"): None}
_PLACES = tuple(map(w, ("pStyle", "rStyle", "tblStyle")))


@dataclass(frozen=True)
class House:
    """Where our styles are in a base (their ids by ours), and what is added to the numbers of our lists there."""

    ids: Mapping[str, str]
    offset: int

    def fit(self, root: Element) -> None:
        """Let a part of ours name styles and lists as they are called in the base."""
        for each in root.iter(*_PLACES):
            each.set(w("val"), self.ids.get(_val(each), _val(each)))
        for each in root.iter(w("numId")):
            _move(each, self.offset)


def missing_styles(styles: Element) -> tuple[str, ...]:
    """Which of the required styles a base does not have."""
    known = _names(styles, "paragraph")
    default = _default(styles)
    return tuple(name for name in REQUIRED if name.lower() not in known and not (name == "Normal" and default))


def fill_styles(styles: Element, names: Iterable[str]) -> None:
    """Put our own styles in where a base has none of these names."""
    wanted = {name.lower() for name in names}
    ids = _ids(styles)
    for ours in _own("word/styles.xml"):
        if ours.tag == w("style") and _name(ours).lower() in wanted:
            made = deepcopy(ours)
            made.set(w("styleId"), _free(_id(ours), ids))
            if _name(ours) != "Normal":
                made.attrib.pop(w("default"), None)
            _link(made, {"Normal": _default(styles) or "Normal"})
            styles.append(made)


def merge(styles: Element, numbering: Element, used: Iterable[Element], *, name: str) -> House:
    """Bring our styles and lists into the parts of a base. `used` are its other parts that may use its lists.

    Raises ContentError that names all required styles that are missing.
    """
    missing = missing_styles(styles)
    if missing:
        raise ContentError(
            f"`{name}` has no style " + ", ".join(f"`{each}`" for each in missing),
            where=name,
            hint="use each of them once in Word and save, or let --fill-styles take ours",
        )
    theirs = list(styles.iterfind(w("style")))
    ids, added = _add_styles(styles)
    taken = {ids[ours] for ours in _numbered() if ours not in added}
    using = [*(each for each in theirs if _id(each) not in taken), *used]
    _keep_used_lists(numbering, {_number(each) for root in using for each in root.iter(w("numId"))} - {0})
    _unlink(numbering, taken)
    offset = max((_number(each) for each in numbering.iter(w("num"), w("abstractNum"))), default=-1) + 1
    _add_lists(numbering, ids, offset)
    _link_lists(styles, ids, added, offset)
    return House(ids, offset)


# --- styles -----------------------------------------------------------------------------------------------


def _add_styles(styles: Element) -> tuple[dict[str, str], dict[str, Element]]:
    """Add what is not there; the base's ids by ours, and what was added."""
    derived = {_id(each): each for each in _own("house_styles.xml")}
    used = _ids(styles)
    ids: dict[str, str] = {}
    added: dict[str, Element] = {}
    for ours in _own("word/styles.xml"):
        if ours.tag != w("style") or ours.get(w("type")) == "numbering":
            continue
        theirs = _names(styles, ours.get(w("type"), "")).get(_name(ours).lower())
        if theirs is None and _id(ours) == "Normal":
            theirs = _default(styles)
        if theirs is None:
            theirs = _free(_id(ours), used)
            added[_id(ours)] = deepcopy(derived.get(_id(ours), ours))
            added[_id(ours)].set(w("styleId"), theirs)
            added[_id(ours)].attrib.pop(w("default"), None)
            styles.append(added[_id(ours)])
        ids[_id(ours)] = theirs
    for id_, made in added.items():
        if id_ in derived:
            _stand_on(made, styles)
        _link(made, ids, based=id_ not in derived)
    return ids, added


def _stand_on(made: Element, styles: Element) -> None:
    """Base a style of ours on the first of its candidates that is there."""
    based = made.find(w("basedOn"))
    known = _names(styles, made.get(w("type"), ""))
    found = [known[name] for name in _val(based).lower().split("|") if name in known]
    based.set(w("val"), found[0] if found else _default(styles))
    spacing = made.find(f"{w('pPr')}/{w('spacing')}")
    if spacing is not None and list(spacing.attrib) == [w("after")] and _val(based) != _default(styles):
        spacing.getparent().remove(spacing)


def _link(made: Element, ids: Mapping[str, str], *, based: bool = True) -> None:
    for tag in ("basedOn", "next", "link") if based else ("next", "link"):
        each = made.find(w(tag))
        if each is not None:
            each.set(w("val"), ids.get(_val(each), _val(each)))


def _names(styles: Element, kind: str) -> dict[str, str]:
    """The ids of the styles of a kind by name and alias, in small letters; the first of a name counts."""
    found: dict[str, str] = {}
    for style in styles.iterfind(w("style")):
        if style.get(w("type"), "paragraph") == kind:
            for name in (_name(style), *_val(style.find(w("aliases"))).split(",")):
                if name.strip():
                    found.setdefault(name.strip().lower(), _id(style))
    return found


def _default(styles: Element) -> str:
    """The id of the default paragraph style, "" if there is none."""
    for style in styles.iterfind(w("style")):
        if style.get(w("type"), "paragraph") == "paragraph" and style.get(w("default")) in ("1", "true", "on"):
            return _id(style)
    return ""


def _free(id_: str, used: set[str]) -> str:
    while id_.lower() in used:
        id_ = f"Govern{id_}"
    used.add(id_.lower())
    return id_


def _ids(styles: Element) -> set[str]:
    return {_id(each).lower() for each in styles.iterfind(w("style"))}


# --- lists ------------------------------------------------------------------------------------------------


def _keep_used_lists(numbering: Element, used: set[int]) -> None:
    """Leave out the lists of a text that is gone."""
    for num in numbering.findall(w("num")):
        if _number(num) not in used:
            numbering.remove(num)
    kept = {_val(each.find(w("abstractNumId"))) for each in numbering.iterfind(w("num"))}
    for each in numbering.findall(w("abstractNum")):
        if each.get(w("abstractNumId")) not in kept:
            numbering.remove(each)
    for each in numbering.findall(w("numIdMacAtCleanup")):
        numbering.remove(each)


def _unlink(numbering: Element, taken: set[str]) -> None:
    """A style that hangs on our list now hangs on no other."""
    for each in list(numbering.iter(w("pStyle"))):
        if _val(each) in taken:
            each.getparent().remove(each)


def _numbered() -> Iterator[str]:
    """The ids of our styles that hang on our lists."""
    return (_id(ours) for ours in _own("word/styles.xml") if ours.find(f"{w('pPr')}/{w('numPr')}") is not None)


def _add_lists(numbering: Element, ids: Mapping[str, str], offset: int) -> None:
    first = numbering.find(w("num"))
    place = len(numbering) if first is None else numbering.index(first)
    for each in _own("word/numbering.xml"):
        made = deepcopy(each)
        for style in made.iter(w("pStyle")):
            style.set(w("val"), ids[_val(style)])
        if made.tag == w("abstractNum"):
            _move(made, offset, "abstractNumId")
            numbering.insert(place, made)
            place += 1
        else:
            _move(made, offset, "numId")
            _move(made[0], offset)
            numbering.append(made)


def _link_lists(styles: Element, ids: Mapping[str, str], added: Mapping[str, Element], offset: int) -> None:
    """Hang the styles that number on our lists: those added, and the firm's that stand for one of ours."""
    theirs = {_id(each): each for each in styles.iterfind(w("style"))}
    for made in added.values():
        for number in made.iter(w("numId")):
            _move(number, offset)
    for ours in _own("word/styles.xml"):
        number = ours.find(f"{w('pPr')}/{w('numPr')}")
        if number is not None and _id(ours) not in added:
            number = deepcopy(number)
            _move(number.find(w("numId")), offset)
            _set_number(theirs[ids[_id(ours)]], number)


def _set_number(style: Element, number: Element) -> None:
    properties = style.find(w("pPr"))
    if properties is None:
        properties = el("pPr")
        run = style.find(w("rPr"))
        style.insert(len(style) if run is None else style.index(run), properties)
    for old in properties.findall(w("numPr")):
        properties.remove(old)
    place = sum(each.tag in _BEFORE_NUMBER for each in properties)
    properties.insert(place, number)


def _move(element: Element, offset: int, attribute: str = "val") -> None:
    """Add to a list's number; 0 is no list, but the first of the abstract ones."""
    number = int(element.get(w(attribute)))
    if number or element.tag != w("numId"):
        element.set(w(attribute), str(number + offset))


# --- elements ---------------------------------------------------------------------------------------------


def _own(name: str) -> Iterator[Element]:
    root = etree.fromstring(base_part(name), etree.XMLParser(remove_blank_text=True, remove_comments=True))
    yield from root.iterchildren(tag=etree.Element)


def _name(style: Element) -> str:
    return _val(style.find(w("name")))


def _id(style: Element) -> str:
    return str(style.get(w("styleId"), ""))


def _val(element: Element | None) -> str:
    return "" if element is None else str(element.get(w("val"), ""))


def _number(element: Element) -> int:
    """A list's number; what is none counts as no list."""
    for attribute in ("numId", "abstractNumId", "val"):
        text = element.get(w(attribute), "")
        if text.isascii() and text.isdigit() and len(text) < 10:
            return int(text)
    return 0
