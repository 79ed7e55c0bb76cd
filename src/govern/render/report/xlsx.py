"""A report as an Excel workbook: a summary, the register of all findings, a plan to fill in, the evidence.

Every text is written as text: no cell that comes from a project or a pack is a formula or a link, and one that begins
as a formula would is neutralised with an apostrophe, so that it stays text when the sheet is saved as CSV.
"""

import io
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

import xlsxwriter

from govern.render.report import model as words
from govern.render.report.chart import COLOURS, SEVERITY_COLOURS
from govern.render.report.findings import ControlRow
from govern.render.report.model import SEVERITIES, STATUS_WORDS, STATUSES, Entry, Report

PLAN_STATUSES = ("to do", "in progress", "done", "will not do")
_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_MOST = 32_000  # letters of a cell; Excel takes 32,767
_TALLEST = 400.0  # points of a row; Excel takes 409
_TINTS = {
    "gap": ("#f6d5d6", "#7d1128"),
    "open": ("#fdebbd", "#6b4700"),
    "met": ("#d3ece4", "#155243"),
    "not_applicable": ("#eceef2", "#4a505c"),
}
_NAVY, _PALE, _INPUT = "#1f2a44", "#eef0f4", "#fff9e0"

_REGISTER = (
    ("Law", 11), ("Duty", 20), ("Title", 38), ("Citation", 22), ("Topic", 14), ("Finding", 15), ("Severity", 10),
    ("Whose duty", 20), ("Why it applies, or does not", 44), ("What is missing or unknown", 44), ("What to do", 44),
    ("Penalty", 30), ("Waived until", 13), ("Waiver", 34), ("Confirm with", 16), ("Verified", 11),
    ("Same as", 20), ("What the law asks", 50),
)  # fmt: skip
_PLAN = (
    ("No.", 6), ("Law", 11), ("Duty", 20), ("Title", 38), ("Finding", 15), ("Severity", 10), ("What to do", 46),
    ("What is missing or unknown", 46), ("Do once", 34), ("Waived until", 13), ("Owner", 20), ("Due", 13),
    ("Status", 13), ("Note", 34),
)  # fmt: skip
_ONCE = (
    ("No.", 6), ("What to do once", 34), ("How", 60), ("It leaves", 22), ("Gaps", 8), ("Open", 8), ("Laws", 22),
    ("Closes wholly", 50), ("Closes in part", 40),
)  # fmt: skip
_PLACES = {title: place for place, (title, _) in enumerate(_PLAN)}
_EVIDENCE = (
    ("The answer on", 38), ("Fact", 30), ("Rests on", 46), ("Link", 40), ("SHA-256", 66), ("Dated", 13),
    ("Valid until", 13), ("Mark", 16),
)  # fmt: skip


def write_xlsx(report: Report) -> bytes:
    """The file's bytes. No time is read: the workbook is dated on the day of the report."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties(
        {
            "title": neutral(f"Gap check: {report.project_title}")[:255],
            "subject": neutral(f"Project {report.project}")[:255],
            "author": "govern",
            "created": datetime.combine(report.day, time(), UTC).replace(tzinfo=None),
        }
    )
    book.set_size(2400, 1600)
    looks = make_looks(book)
    rows = [*report.gaps, *report.with_status("open")]
    _summary(book, report, looks, len(rows))
    if report.controls:
        _once(book, report, looks)
    _register(book, report, looks)
    _plan(book, report, looks, rows)
    _evidence(book, report, looks)
    book.close()
    return out.getvalue()


def neutral(text: str) -> str:
    """Text that no spreadsheet takes for a formula, and no longer than a cell."""
    text = text if len(text) <= _MOST else text[: _MOST - 1] + "…"
    return f"'{text}" if text.startswith(_FORMULAS) else text


def make_looks(book: Any) -> Mapping[str, Any]:
    """The formats of a book, by what they are for."""
    text = {"valign": "top", "text_wrap": True, "font_name": "Calibri", "font_size": 10}
    line = {**text, "bottom": 4, "bottom_color": "#c5cad5"}
    plain = {"font_name": "Calibri", "font_size": 11}
    looks: dict[str, dict[str, Any]] = {
        "title": {**plain, "font_size": 20, "bold": True, "font_color": _NAVY},
        "cover": {**plain, "font_size": 10, "font_color": "#595f6b", "text_wrap": True, "valign": "top"},
        "lead": {**plain, "text_wrap": True, "valign": "top"},
        "label": {**plain, "bold": True, "font_color": _NAVY},
        "head": {
            **text,
            "bold": True,
            "font_color": _NAVY,
            "bg_color": _PALE,
            "top": 2,
            "bottom": 1,
            "valign": "vcenter",
        },
        "numhead": {
            **text,
            "bold": True,
            "font_color": _NAVY,
            "bg_color": _PALE,
            "top": 2,
            "bottom": 1,
            "valign": "vcenter",
            "align": "right",
        },
        "cell": line,
        "day": {**line, "num_format": "yyyy-mm-dd", "align": "left"},
        "number": {**line, "num_format": "#,##0", "align": "right"},
        "count": {**line, "num_format": "#,##0", "align": "left"},
        "total": {**line, "num_format": "#,##0", "align": "right", "bold": True},
        "input": {**line, "bg_color": _INPUT},
        "inputday": {**line, "bg_color": _INPUT, "num_format": "yyyy-mm-dd", "align": "left"},
        "soon": {"bg_color": "#fbe3b3", "font_color": "#7a4a00", "bold": True},
    }
    looks |= {f"is-{status}": {"bg_color": fill, "font_color": ink} for status, (fill, ink) in _TINTS.items()}
    looks |= {f"is-{grave}": {"font_color": SEVERITY_COLOURS[grave], "bold": True} for grave in SEVERITIES}
    return {name: book.add_format(look) for name, look in looks.items()}


def write_cell(sheet: Any, row: int, column: int, value: str | int | date | None, looks: Mapping[str, Any]) -> None:
    """Write a value of any kind; text that begins like a formula stays text."""
    match value:
        case None | "":
            sheet.write_blank(row, column, None, looks["cell"])
        case date():
            sheet.write_datetime(row, column, datetime.combine(value, time()), looks["day"])
        case int():
            sheet.write_number(row, column, value, looks["count"])
        case _:
            sheet.write_string(row, column, neutral(value), looks["cell"])


def add_sheet(book: Any, name: str, columns: Sequence[tuple[str, int]], looks: Mapping[str, Any], frozen: int) -> Any:
    """A sheet with a head that stays, fit for print on landscape pages."""
    sheet = book.add_worksheet(name)
    for column, (title, width) in enumerate(columns):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, title, looks["head"])
    sheet.set_row(0, 30)
    sheet.freeze_panes(1, frozen)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
    sheet.set_footer("&L&8&A&R&8Page &P of &N")
    return sheet


def _colours(sheet: Any, status: int, severity: int, last: int, looks: Mapping[str, Any]) -> None:
    """Status and severity by conditional formats, so that colours follow when somebody sorts or types."""
    for value in STATUSES:
        rule = {"type": "text", "criteria": "begins with", "value": STATUS_WORDS[value], "format": looks[f"is-{value}"]}
        sheet.conditional_format(1, status, last, status, rule)
    for value in SEVERITIES:
        rule = {"type": "cell", "criteria": "==", "value": f'"{value}"', "format": looks[f"is-{value}"]}
        sheet.conditional_format(1, severity, last, severity, rule)


# --- the sheets -------------------------------------------------------------------------------------------------------


def _summary(book: Any, report: Report, looks: Mapping[str, Any], planned: int) -> None:
    sheet = book.add_worksheet("Summary")
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 54)
    sheet.set_column(1, 6, 13)
    sheet.set_portrait()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.write_string(0, 0, neutral(f"Gap check: {report.project_title}"[:250]), looks["title"])
    sheet.set_row(0, 28)
    row = _merged(sheet, 1, report.cover, looks["cover"])
    row += 1
    for sentence in report.summary:
        row = _merged(sheet, row, sentence, looks["lead"])
    row = _counts(book, sheet, row + 1, report, looks)
    row = _progress(sheet, row, planned, looks)
    sheet.write_string(row, 0, words.METHOD, looks["label"])
    row += 1
    for each in report.method:
        row = _merged(sheet, row, each, looks["lead"])
    sheet.write_string(row + 1, 0, words.PACKS, looks["label"])
    row += 2
    for pack in report.packs:
        said = f"{pack.title}, {pack.version}, SHA-256 {pack.digest}. {' '.join(pack.review)}"
        row = _merged(sheet, row, said, looks["lead"])


def _merged(sheet: Any, row: int, said: str, look: Any) -> int:
    """A sentence over all columns, in a row as high as it needs; the next row."""
    sheet.merge_range(row, 0, row, 6, "", look)
    sheet.write_string(row, 0, neutral(said), look)
    sheet.set_row(row, min(15.5 * (1 + len(said) // 132), _TALLEST))
    return row + 1


def _fit(sheet: Any, row: int, values: Sequence[Any], columns: Sequence[tuple[str, int]]) -> None:
    """A row as high as its longest cell: not every program measures that when it opens a file."""
    lines = [-(-len(str(value)) // width) for value, (_, width) in zip(values, columns, strict=False) if value]
    sheet.set_row(row, min(13.2 * max(lines, default=1) + 3, _TALLEST))


def _counts(book: Any, sheet: Any, row: int, report: Report, looks: Mapping[str, Any]) -> int:
    """The counts by law, and a chart of them that Excel draws."""
    heads = ("Law", "Version", *(STATUS_WORDS[status] for status in STATUSES), "All")
    for column, head in enumerate(heads):
        sheet.write_string(row, column, head, looks["numhead" if column > 1 else "head"])
    first = row + 1
    for place, pack in enumerate(report.packs, start=first):
        sheet.write_string(place, 0, neutral(pack.title), looks["cell"])
        sheet.write_string(place, 1, neutral(pack.version), looks["cell"])
        for column, status in enumerate(STATUSES, start=2):
            sheet.write_number(place, column, pack.counts[status], looks["number"])
        sheet.write_number(place, 6, pack.total, looks["total"])
        _fit(sheet, place, (pack.title,), (("", 54),))
    last = first + len(report.packs) - 1
    if last < first:
        return first + 1
    chart = book.add_chart({"type": "bar", "subtype": "stacked"})
    for column, status in enumerate(STATUSES, start=2):
        chart.add_series(
            {
                "name": ["Summary", row, column],
                "categories": ["Summary", first, 0, last, 0],
                "values": ["Summary", first, column, last, column],
                "fill": {"color": COLOURS[status]},
                "gap": 45,
            }
        )
    chart.set_title({"name": "Findings by law", "name_font": {"size": 12, "color": _NAVY}})
    chart.set_legend({"position": "top"})
    chart.set_y_axis({"reverse": True, "line": {"none": True}, "num_font": {"size": 9}})
    chart.set_x_axis({"major_gridlines": {"visible": True, "line": {"color": "#e3e6ec"}}})
    height = 110 + 26 * len(report.packs)
    chart.set_size({"width": 900, "height": height})
    sheet.insert_chart(last + 2, 0, chart, {"description": "Findings by law: gaps, open, met, not applicable"})
    return last + 4 + height // 20


def _progress(sheet: Any, row: int, planned: int, looks: Mapping[str, Any]) -> int:
    """How far the plan is: formulas over the plan's own column."""
    sheet.write_string(row, 0, "Remediation plan", looks["label"])
    letter = chr(ord("A") + _PLACES["Status"])
    for place, status in enumerate(PLAN_STATUSES, start=1):
        count = planned if status == "to do" else 0
        cells = f"'Remediation plan'!${letter}$2:${letter}${max(planned, 1) + 1}"
        sheet.write_string(row + place, 0, status, looks["cell"])
        sheet.write_formula(row + place, 1, f'=COUNTIF({cells},"{status}")', looks["number"], count)
    return row + len(PLAN_STATUSES) + 2


def _once(book: Any, report: Report, looks: Mapping[str, Any]) -> None:
    """Every control that would close something: the plan names them, so none is left out."""
    sheet = add_sheet(book, "Do once", _ONCE, looks, 2)
    for row, control in enumerate(report.controls, start=1):
        wholly, part = ([each for each in control.serves if each.in_part is kind] for kind in (False, True))
        values: tuple[str | int, ...] = (
            row,
            control.title,
            control.do,
            control.document,
            len(control.with_status("gap")),
            len(control.with_status("open")),
            ", ".join(control.laws),
            ", ".join(each.obligation for each in wholly),
            ", ".join(each.obligation for each in part),
        )
        for column, value in enumerate(values):
            write_cell(sheet, row, column, value, looks)
        _fit(sheet, row, values, _ONCE)
    sheet.autofilter(0, 0, len(report.controls), len(_ONCE) - 1)


def _register(book: Any, report: Report, looks: Mapping[str, Any]) -> None:
    sheet = add_sheet(book, "Register", _REGISTER, looks, 3)
    for row, entry in enumerate(report.entries, start=1):
        values = _register_row(entry)
        for column, value in enumerate(values):
            write_cell(sheet, row, column, value, looks)
        _fit(sheet, row, values, _REGISTER)
    last = max(len(report.entries), 1)
    sheet.autofilter(0, 0, last, len(_REGISTER) - 1)
    _colours(sheet, 5, 6, last, looks)


def _register_row(entry: Entry) -> tuple[str | date | None, ...]:
    return (
        entry.law,
        entry.obligation,
        entry.title,
        entry.citation,
        entry.topic,
        entry.status_words,
        entry.severity,
        entry.actor,
        entry.why,
        entry.needs,
        entry.remedy,
        entry.penalty,
        entry.waiver.expires_on if entry.waiver else None,
        entry.waived,
        entry.confirm_with,
        {True: "yes", False: "no", None: "not said"}[entry.verified],
        ", ".join(entry.same_as),
        entry.text,
    )


def _plan(book: Any, report: Report, looks: Mapping[str, Any], rows: Sequence[Entry]) -> None:
    """Gaps, gravest first, then what is open. The tinted columns are for the reader to fill in."""
    sheet = add_sheet(book, "Remediation plan", _PLAN, looks, 4)
    closing = report.controls_by_duty()
    for row, entry in enumerate(rows, start=1):
        todo = entry.remedy if entry.status == "gap" else "Answer what is unknown."
        waived = entry.waiver.expires_on if entry.waiver else None
        values: tuple[str | int, ...] = (
            row,
            entry.law,
            entry.obligation,
            entry.title,
            entry.status_words,
            entry.severity,
            todo,
            entry.needs,
            _say_controls(closing.get(entry.obligation, ())),
        )
        for column, value in enumerate((*values, waived)):
            write_cell(sheet, row, column, value, looks)
        _fit(sheet, row, values, _PLAN)
        for title, look in (("Owner", "input"), ("Due", "inputday"), ("Note", "input")):
            sheet.write_blank(row, _PLACES[title], None, looks[look])
        sheet.write_string(row, _PLACES["Status"], PLAN_STATUSES[0], looks["input"])
    last = max(len(rows), 1)
    sheet.autofilter(0, 0, last, len(_PLAN) - 1)
    _colours(sheet, 4, 5, last, looks)
    due, status = _PLACES["Due"], _PLACES["Status"]
    sheet.data_validation(1, due, last, due, _day_rule(report.day))
    sheet.data_validation(1, status, last, status, _status_rule())


def _say_controls(controls: Sequence[tuple[ControlRow, bool]]) -> str:
    return "; ".join(control.title + (" (in part)" if in_part else "") for control, in_part in controls)


def _day_rule(day: date) -> dict[str, Any]:
    return {
        "validate": "date",
        "criteria": ">=",
        "value": day,
        "ignore_blank": True,
        "input_title": "Due",
        "input_message": f"A day from {day.isoformat()} on",
        "error_title": "Not a due date",
        "error_message": f"Type a day from {day.isoformat()} on, like {day.isoformat()}.",
    }


def _status_rule() -> dict[str, Any]:
    return {
        "validate": "list",
        "source": list(PLAN_STATUSES),
        "error_title": "Not a status",
        "error_message": f"Choose one of: {', '.join(PLAN_STATUSES)}.",
    }


def _evidence(book: Any, report: Report, looks: Mapping[str, Any]) -> None:
    sheet = add_sheet(book, "Evidence", _EVIDENCE, looks, 1)
    for row, line in enumerate(report.evidence, start=1):
        values = (
            line.name,
            line.fact,
            line.what,
            line.href,
            line.sha256,
            line.dated,
            line.valid_until,
            line.mark,
        )
        for column, value in enumerate(values):
            write_cell(sheet, row, column, value, looks)
        _fit(sheet, row, values, _EVIDENCE)
    last = max(len(report.evidence), 1)
    sheet.autofilter(0, 0, last, len(_EVIDENCE) - 1)
    rule = {"type": "text", "criteria": "begins with", "value": "end", "format": looks["soon"]}
    sheet.conditional_format(1, 7, last, 7, rule)
