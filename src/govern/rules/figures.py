"""Figures of the law in a text: `[[ccpa.fine_usd]]` stands for the value of that parameter on the day.

>>> fill_figures("up to $[[law.fine]] a violation", {"law.fine": 2663})
'up to $2,663 a violation'
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

_MARK = re.compile(r"\[\[([^\[\]]*)\]\]")
_MILLION = 1_000_000
NO_FIGURE = "[no figure on this day]"


def find_figures(text: str) -> tuple[str, ...]:
    """The parameters that a text names, in its order."""
    return tuple(_MARK.findall(text))


def fill_figures(text: str, parameters: Mapping[str, Any]) -> str:
    """The text with the values of the day; one that is not in `parameters` has none, and the text says so."""
    return _MARK.sub(lambda mark: _say(parameters.get(mark[1])), text)


def _say(value: int | Decimal | None) -> str:
    if value is None:
        return NO_FIGURE
    if value >= _MILLION and value % (_MILLION // 10) == 0:
        return f"{Decimal(value) / _MILLION:f} million"
    return f"{value:,}"
