"""`schemas/calendars.yaml` → which days are business days where."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from govern.errors import ContentError
from govern.library.places import Places
from govern.library.schemas import check_source
from govern.library.vocabulary import raise_problems
from govern.library.yaml_files import Source, Trail, load_yaml
from govern.retention import HolidayCalendar

NAME = "schemas/calendars.yaml"


def load_calendars(places: Places) -> Mapping[str, HolidayCalendar]:
    """The calendars by id; none where there is no such file. Raises ContentError with every problem.

    An organisation's own file adds calendars, and replaces those whose ids it names; the others stay.
    """
    found: dict[str, HolidayCalendar] = {}
    for path in places.layers(NAME):
        found.update(_load_file(path, places))
    return found


def _load_file(path: Path, places: Places) -> dict[str, HolidayCalendar]:
    source = load_yaml(path, name=NAME)
    calendars: Any = source.value
    if not isinstance(calendars, dict):
        raise ContentError("expected calendars by their ids", where=source.where(), hint="like UK: {title: …}")
    problems: list[ContentError] = []
    for id_ in calendars:
        found = check_source(source, places.schema("calendar"), trail=(id_,))
        problems.extend(found or _check_holidays(source, (id_, "holidays"), calendars[id_]))
    raise_problems(problems)
    return {id_: HolidayCalendar(**{**value, "id": id_}) for id_, value in calendars.items()}


def _check_holidays(source: Source, trail: Trail, calendar: dict[str, Any]) -> list[ContentError]:
    """Each holiday is found in one way: by its date, by a weekday of a month, or from Easter."""
    ways = ({"month", "day"}, {"month", "weekday", "nth"}, {"easter"})
    known = set[str]().union(*ways)
    hint = "month and day, or month, weekday and nth, or easter"
    return [
        ContentError(f"`{each['name']}` has no day", where=source.where((*trail, index)), hint=hint)
        for index, each in enumerate(calendar.get("holidays", ()))
        if known & set(each) not in ways
    ]
