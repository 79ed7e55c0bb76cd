"""Tables that go over pages: between rows, and within a row only if it is taller than a page."""

from typing import Any

from reportlab.platypus import CondPageBreak, Table

TALL = 480
"""Points. With its head a row up to this fits on every page that is made here."""

_COMPANY = 3
"""Rows of a part from which one may go over to the next page, so that no row is there alone."""


class RowTable(Table):  # type: ignore[misc]
    """A table whose rows stay whole, whose head repeats on the next page, and whose last row is never there alone.

    ReportLab fills the rest of a page with a part of the next row where rows may be split, and repeats the head for
    that part in the middle of the page.
    """

    def split(self, available_width: float, available_height: float) -> list[Any]:
        """The part that fits and the rest, which goes to the next page; nothing if not one row fits."""
        self.splitInRow = 0
        parts = super().split(available_width, available_height)
        if parts:
            first, *rest = self._with_company(available_width, parts)
            return [first, CondPageBreak(available_height), *rest]
        head = self.repeatRows
        if max(self._rowHeights[: head + 1]) <= TALL:
            return []
        self.splitInRow = 1
        found: list[Any] = super().split(available_width, available_height)
        return found

    def _with_company(self, width: float, parts: list[Any]) -> list[Any]:
        """The same parts, or with one row more on the next page where the last would be there alone."""
        here, there = (part._nrows - self.repeatRows for part in parts)
        if there > 1 or here < _COMPANY:
            return parts
        found: list[Any] = super().split(width, sum(self._rowHeights[: here + self.repeatRows - 1]) + 0.5)
        return found or parts
