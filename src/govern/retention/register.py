"""A list of what is kept, to be put under the schedule at once: one line a record, with a head."""

import csv
import re
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import islice

from govern.errors import ContentError
from govern.kernel import suggest
from govern.retention.lists import find_delimiter, raise_lines
from govern.retention.model import RetainedRecord, TriggerEvent

MOST_RECORDS = 100_000
"""Records of one list: they are registered in one transaction."""

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_NEEDED = ("id", "title", "class", "store")
_COLUMNS = (*_NEEDED, "digest", "data_class", "matters", *(each.value for each in TriggerEvent))


def parse_register(text: str, name: str, project: str) -> list[tuple[int, RetainedRecord]]:
    """The records of a list in CSV, each with its line.

    Columns are `id`, `title`, `class`, `store`, and perhaps `digest`, `data_class`, `matters` (more than one with `;`
    between them) and the names of events, each with its day. Cells may have `;` or tabs between them. Raises
    ContentError with all problems, each with its line.
    """
    rows = _read_rows(text.removeprefix("\ufeff"), name)
    first, head = next(rows, (0, []))
    if not head:
        raise ContentError("the list is empty", where=name)
    columns = [each.lower() for each in head]
    raise_lines(list(_check_head(columns, f"{name}:{first}:1")), name)
    lines = list(islice(rows, MOST_RECORDS + 1))
    if not lines:
        raise ContentError("the list has a head and no records", where=name)
    if len(lines) > MOST_RECORDS:
        raise ContentError(f"the list has more than {MOST_RECORDS} records", where=name, hint="split it")
    found: list[tuple[int, RetainedRecord]] = []
    problems = []
    known: dict[str, int] = {}
    for number, cells in lines:
        try:
            record = _make(columns, cells, project)
            _check_once(record.id, number, known)
        except ValueError as problem:
            problems.append(ContentError(str(problem), where=f"{name}:{number}:1"))
        else:
            found.append((number, record))
    raise_lines(problems, name)
    return found


def _read_rows(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not empty, each with its line, as far as they are asked for. Raises ContentError."""
    reader = csv.reader(_split(text), strict=True, delimiter=find_delimiter(next(filter(str.strip, _split(text)), "")))
    try:
        for cells in reader:
            if any(cells):
                yield reader.line_num, [each.strip() for each in cells]
    except csv.Error:
        hint = f"a head such as {','.join(_NEEDED)},creation and one line a record"
        raise ContentError("this is not CSV", where=f"{name}:{reader.line_num}:1", hint=hint) from None


def _split(text: str) -> Iterator[str]:
    """The lines with their ends, which a cell of two lines keeps, without a copy of them all."""
    start = 0
    while start < len(text):
        end = text.find("\n", start) + 1 or len(text)
        yield from text[start:end].splitlines(keepends=True)
        start = end


def _check_once(id_: str, number: int, known: dict[str, int]) -> None:
    earlier = known.setdefault(id_, number)
    if earlier != number:
        raise ValueError(f"`{id_[:80]}` stands in line {earlier} already")


def _check_head(columns: list[str], where: str) -> Iterator[ContentError]:
    if len(columns) > 2 * len(_COLUMNS):
        hint = f"columns are {', '.join(_COLUMNS)}"
        yield ContentError(f"the head has {len(columns)} columns", where=where, hint=hint)
        return
    for each in columns:
        if each not in _COLUMNS:
            hint = suggest(each, _COLUMNS) or f"one of {', '.join(_COLUMNS)}"
            yield ContentError(f"`{each[:60]}` is no column", where=where, hint=hint)
        elif columns.count(each) > 1:
            yield ContentError(f"the column `{each}` stands there more than once", where=where)
    for each in _NEEDED:
        if each not in columns:
            yield ContentError(f"there is no column `{each}`", where=where, hint=f"a head such as {','.join(_NEEDED)}")


def _make(columns: Sequence[str], cells: Sequence[str], project: str) -> RetainedRecord:
    if len(cells) != len(columns):
        raise ValueError(f"{len(cells)} cells, and the head has {len(columns)}")
    row = dict(zip(columns, cells, strict=True))
    matters = {each.strip() for each in row.get("matters", "").split(";")} - {""}
    return RetainedRecord(
        row["id"],
        project,
        row["title"],
        row["class"],
        row["store"],
        {event: _day(row[event.value], event.value) for event in TriggerEvent if row.get(event.value)},
        row.get("digest", "").lower(),
        row.get("data_class", ""),
        matters=tuple(sorted(matters)),
    )


def _day(text: str, column: str) -> date:
    if not _DAY.fullmatch(text):
        raise ValueError(f"`{column}`: `{text[:40]}` is not a date such as 2026-11-24")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"`{column}`: `{text}` is not in the calendar") from None
