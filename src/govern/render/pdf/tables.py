"""Tables that go over pages: between rows, and within a row only if it is taller than a page."""

from typing import Any

from reportlab.platypus import CondPageBreak, Table

TALL = 480
"""Points. With its head a row up to this fits on every page that is made here."""


class RowTable(Table):  # type: ignore[misc]
    """A table whose rows stay whole, and whose head repeats on the next page.

    ReportLab fills the rest of a page with a part of the next row where rows may be split, and repeats the head for
    that part in the middle of the page.
    """

    def split(self, available_width: float, available_height: float) -> list[Any]:
        """The part that fits and the rest, which goes to the next page; nothing if not one row fits."""
        self.splitInRow = 0
        parts = super().split(available_width, available_height)
        if parts:
            first, *rest = parts
            return [first, CondPageBreak(available_height), *rest]
        head = self.repeatRows
        if max(self._rowHeights[: head + 1]) <= TALL:
            return []
        self.splitInRow = 1
        found: list[Any] = super().split(available_width, available_height)
        return found
