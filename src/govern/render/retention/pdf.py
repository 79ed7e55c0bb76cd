"""The retention schedule as a PDF to read and to sign off; the same input gives the same bytes."""

from collections.abc import Mapping
from datetime import date
from itertools import groupby
from typing import Any

from reportlab.platypus import CondPageBreak, HRFlowable

from govern.contracts import write_date
from govern.render.pdf.paper import WIDTH, build_pdf, grid, pairs, para, points
from govern.render.pdf.text import NAVY
from govern.render.retention.words import Row, rows_of, say_holds
from govern.retention import Schedule


def write_schedule_pdf(schedule: Schedule, title: str, project: str, shorts: Mapping[str, str]) -> bytes:
    """The file's bytes: holds and conflicts first, then each class of records with its rules and authorities."""
    rows = rows_of(schedule, shorts)
    story: list[Any] = [
        para("kicker", "Retention schedule"),
        para("title", title),
        para("cover", f"Project {project} · version {schedule.version} · as of {write_date(schedule.as_of)}"),
        HRFlowable("100%", 1.4, color=NAVY, spaceAfter=9),
        para("body", _say_state(schedule)),
    ]
    if schedule.holds:
        story += points("Holds in force", say_holds(schedule), "")
    for heading, group in (
        ("Conflicts that wait for a decision", [each for each in schedule.conflicts if each.decided is None]),
        ("Conflicts that were decided", [each for each in schedule.conflicts if each.decided is not None]),
    ):
        if group:
            story += points(heading, [f"{each.record_class}: {each.words}" for each in group], "")
    for records, own in groupby(rows, key=lambda row: row.records):
        story += _series(records, list(own))
    return build_pdf(f"Retention schedule: {title}", f"{project}, schedule {schedule.version}", story)


def _say_state(schedule: Schedule) -> str:
    if schedule.hold:
        return "A legal hold is in force: nothing is destroyed, here or at the vendor, until it is released."
    if schedule.hold is None:
        return "Whether a legal hold is in force is not known: ask before anything is destroyed."
    if schedule.holds:
        return "Some records are held; the others follow the schedule."
    return "No legal hold is in force."


def _series(records: str, rows: list[Row]) -> list[Any]:
    cells = [
        [
            para("cell", row.term),
            para("cell", row.ends.isoformat() if isinstance(row.ends, date) else row.ends),
            para("cell", row.then),
            [para("cell", row.authority), para("label", row.jurisdiction)],
        ]
        for row in rows
    ]
    notes = [(row.rule, row.note) for row in rows if row.note]
    table = grid(("Period and trigger", "Ends on", "Then", "Authority"), cells, (WIDTH - 285, 90, 55, 140))
    heading = records[:1].upper() + records[1:]
    return [CondPageBreak(130), para("h1", heading), table, *([pairs(notes)] if notes else [])]
