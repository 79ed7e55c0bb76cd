"""The retention schedule and what is due, as an Excel workbook. Every text is text: no cell is a formula."""

import io
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from textwrap import wrap
from typing import Any

import xlsxwriter

from govern.render.report.xlsx import add_sheet, make_looks, neutral, write_cell
from govern.render.retention.words import COLUMNS, rows_of, say_at, say_holds
from govern.retention import Schedule
from govern.usecases.due import DueItem

_WIDTHS = (28, 40, 26, 34, 13, 20, 12, 34, 13, 60)
_NOTES = (("What", 20), ("Which", 30), ("Words", 110))
LINE = 15
"""The height of one line, in points."""
HIGHEST = 409
"""The height of a row at most: Excel takes a file with a higher one for damaged."""

_DUE = (("When", 22), ("What", 12), ("Title", 44), ("Why", 60), ("Authority", 34), ("State", 14), ("Id", 40))


def write_schedule_xlsx(
    schedule: Schedule, title: str, shorts: Mapping[str, str], due: Sequence[DueItem] = ()
) -> bytes:
    """The file's bytes. No time is read: the workbook is dated on the day of the schedule."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    made = datetime.combine(schedule.as_of, time(), UTC).replace(tzinfo=None)
    book.set_properties({"title": neutral(f"Retention schedule: {title}")[:255], "author": "govern", "created": made})
    looks = make_looks(book)
    sheet = add_sheet(book, "Schedule", tuple(zip(COLUMNS, _WIDTHS, strict=True)), looks, 1)
    rows = rows_of(schedule, shorts)
    for number, row in enumerate(rows, 1):
        _write_row(sheet, number, row.cells(), _WIDTHS, looks)
    if rows:
        sheet.autofilter(0, 0, len(rows), len(COLUMNS) - 1)
    _notes(book, schedule, looks)
    if due:
        _due(book, due, looks)
    book.close()
    return out.getvalue()


def _notes(book: xlsxwriter.Workbook, schedule: Schedule, looks: Mapping[str, object]) -> None:
    sheet = add_sheet(book, "Holds and conflicts", _NOTES, looks, 0)
    found: list[tuple[str, date | str, str]] = [("Version", schedule.version, f"as of {schedule.as_of.isoformat()}")]
    found += [("Hold", each.id, words) for each, words in zip(schedule.holds, say_holds(schedule), strict=True)]
    found += [
        ("Decided conflict" if each.decided else "Conflict", each.record_class, each.words)
        for each in schedule.conflicts
    ]
    for number, cells in enumerate(found, 1):
        _write_row(sheet, number, cells, [width for _, width in _NOTES], looks)


def _due(book: xlsxwriter.Workbook, due: Sequence[DueItem], looks: Mapping[str, object]) -> None:
    sheet = add_sheet(book, "Due", _DUE, looks, 1)
    for number, each in enumerate(due, 1):
        cells = (say_at(each), each.kind, each.title, each.words, each.authority, each.state, each.id)
        _write_row(sheet, number, cells, [width for _, width in _DUE], looks)


def _write_row(
    sheet: Any, number: int, cells: Sequence[date | str | None], widths: Sequence[int], looks: Mapping[str, object]
) -> None:
    """A row that is as high as its longest cell: not every program makes room for what it wraps."""
    for column, cell in enumerate(cells):
        write_cell(sheet, number, column, cell, looks)
    texts = [(cell, width) for cell, width in zip(cells, widths, strict=True) if isinstance(cell, str)]
    lines = max((len(wrap(cell, width)) for cell, width in texts), default=1)
    sheet.set_row(number, min(LINE * max(lines, 1), HIGHEST))
