"""Days and moments as an iCalendar feed (RFC 5545), which every calendar program subscribes to."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

_LINE = 75  # RFC 5545 3.1: octets of a line without its end
_ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})
# RFC 5545 3.3.11: no controls but the tab, and line ends only as \n
_CONTROLS = {code: None for code in (*range(32), *range(127, 160)) if code not in (9, 10)}


@dataclass(frozen=True, slots=True)
class CalendarItem:
    """One date of the feed. `at` is a day, or a moment with its zone. `id` stays the same when the day changes."""

    id: str
    at: date
    summary: str
    description: str = ""
    category: str = ""


def format_calendar(items: Iterable[CalendarItem], *, name: str, stamp: datetime, host: str) -> str:
    """The text of the feed, its lines folded and ended with CRLF; the items in the order of their days.

    `stamp` is when it was made, `host` the part of each id after the @.
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//govern//retention//EN", "CALSCALE:GREGORIAN",
             "METHOD:PUBLISH", f"X-WR-CALNAME:{_escape(name)}"]  # fmt: skip
    for each in sorted(items, key=lambda item: (_text(item.at)[:8], _text(item.at), item.id)):
        lines += _event(each, _text(stamp), host)
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _fold(line))


def _event(item: CalendarItem, stamp: str, host: str) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{_escape(item.id)}@{_escape(host)}"
    yield f"DTSTAMP:{stamp}"
    if isinstance(item.at, datetime):
        yield f"DTSTART:{_text(item.at)}"  # RFC 5545 3.6.1, 3.8.2.2: a DTEND would have to be later
    else:
        yield f"DTSTART;VALUE=DATE:{_text(item.at)}"
        if item.at < date.max:  # RFC 5545 3.6.1: without DTEND it lasts the one day
            yield f"DTEND;VALUE=DATE:{_text(item.at + timedelta(days=1))}"
    yield f"SUMMARY:{_escape(item.summary)}"
    if item.description:
        yield f"DESCRIPTION:{_escape(item.description)}"
    if item.category:
        yield f"CATEGORIES:{_escape(item.category)}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _text(at: date) -> str:
    if isinstance(at, datetime):
        return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    return at.isoformat().replace("-", "")


def _escape(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROLS).translate(_ESCAPES)


def _fold(line: str) -> Iterator[str]:
    """RFC 5545 3.1: parts of at most 75 octets, each after the first begun with a space; no letter is cut."""
    part, size = "", 0
    for letter in line:
        width = len(letter.encode("utf-8", "replace"))
        if size + width > _LINE:
            yield part
            part, size = " ", 1
        part, size = part + letter, size + width
    yield part
