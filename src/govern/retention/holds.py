"""Legal holds: which of them reach a record."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from fnmatch import fnmatchcase
from functools import lru_cache

from govern.errors import FactError
from govern.retention.address import plain_address
from govern.retention.model import Hold, HoldScope, RetainedRecord, TriggerEvent

LONGEST_TERM = 200

_TERM = re.compile(r"([a-z_]+)(>=|<=|=)(.+)", re.ASCII | re.DOTALL)
_TEXTS = ("id", "title", "record_class", "data_class", "store")


def holds_on(record: RetainedRecord, holds: Iterable[Hold], day: date, matters: Iterable[str] = ()) -> tuple[Hold, ...]:
    """The holds in force on a day that reach the record; `matters` are those it belongs to beside its own.

    Asked again inside the transaction that destroys: what was free at planning may be held by then.
    """
    of_record = (*record.matters, *matters)
    return tuple([each for each in holds if each.holds_on(day) and _reaches(each, record, of_record)])


def _reaches(hold: Hold, record: RetainedRecord, matters: Sequence[str]) -> bool:
    if hold.project and hold.project != record.project:
        return False
    match hold.scope:
        case HoldScope.PROJECT:
            return True
        case HoldScope.SERIES:
            return record.record_class in hold.values
        case HoldScope.RECORDS:
            return record.id in hold.values
        case HoldScope.MATTER:
            return any(each in hold.values for each in matters)
    return all(_fits(term, record) for term in hold.values)  # a query


def is_held_for_want_of_a_day(hold: Hold, record: RetainedRecord) -> bool:
    """Whether a hold that reaches the record does so only because the day of an event that it asks for is unknown."""
    if hold.scope is not HoldScope.QUERY:
        return False
    events = [name for name, *_ in map(_split, hold.values) if name not in _TEXTS]
    return any(record.triggers.get(TriggerEvent(name)) is None for name in events)


def check_term(term: str) -> None:
    """Return if it is a term of a query. Raises FactError.

    A text of the record by a pattern, whatever its case (`title=*scan*`), or the day of one of its events
    (`creation>=2025-01-01`).
    """
    name, sign, value = _split(term)
    if name in _TEXTS and sign == "=":
        return
    if name in {each.value for each in TriggerEvent}:
        try:
            date.fromisoformat(value)
        except ValueError:
            raise FactError(f"`{value}` is not a date", where=term, hint="like creation>=2025-01-01") from None
        return
    hint = f"texts ({', '.join(_TEXTS)}) with =, days of events with =, >= or <="
    raise FactError(f"`{term}` is not a term of a query", where="query", hint=hint)


@lru_cache(maxsize=256)
def _split(term: str) -> tuple[str, str, str]:
    """Name, sign and value of a term; the value of a text without regard to case."""
    found = _TERM.fullmatch(term) if len(term) <= LONGEST_TERM else None
    if found is None:
        raise FactError(f"`{term[:60]}` is not a term of a query", where="query", hint="like title=*scan*")
    name, sign, value = found.groups()
    return name, sign, value.casefold() if name in _TEXTS else value


def _fits(term: str, record: RetainedRecord) -> bool:
    name, sign, value = _split(term)
    if name == "store":  # an address is found however it and the pattern are written
        forms = (record.store, plain_address(record.store))
        patterns = (value, plain_address(value).casefold())
        return any(fnmatchcase(each.casefold(), pattern) for each in forms for pattern in patterns)
    if name in _TEXTS:
        return fnmatchcase(str(getattr(record, name)).casefold(), value)
    day = record.triggers.get(TriggerEvent(name))
    if day is None:  # the day is unknown: a hold is never escaped by what nobody knows
        return True
    limit = date.fromisoformat(value)
    return {"=": day == limit, ">=": day >= limit, "<=": day <= limit}[sign]
