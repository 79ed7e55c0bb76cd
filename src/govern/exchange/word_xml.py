"""Names and values of WordprocessingML, as a reader meets them."""

from datetime import datetime
from functools import lru_cache

from lxml.etree import _Element as Element

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


@lru_cache(maxsize=512)
def w(name: str) -> str:
    """The qualified name of a WordprocessingML element or attribute."""
    return f"{{{W}}}{name}"


def val(element: Element | None) -> str:
    """The `w:val` of an element, "" if there is none."""
    return "" if element is None else element.get(w("val"), "")


def on(element: Element) -> bool:
    """Whether a toggle that is there is on: without a value it is."""
    return element.get(w("val"), "true") in ("true", "1", "on")


def toggled(properties: Element | None, *names: str) -> bool | None:
    """Whether the properties of a text turn one of these toggles on; None if they say nothing of any."""
    found = [on(each) for name in names if properties is not None and (each := properties.find(w(name))) is not None]
    return any(found) if found else None


def moment(element: Element) -> datetime | None:
    """The `w:date` of a tracked change or comment; None if it has none that can be read."""
    try:
        return datetime.fromisoformat(element.get(w("date"), ""))
    except ValueError:
        return None
