"""Legal holds: which of them reach a record."""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date
from fnmatch import fnmatchcase
from functools import lru_cache

from govern.errors import FactError
from govern.retention.address import find_ways, plain_address
from govern.retention.model import Hold, HoldScope, RetainedRecord, TriggerEvent

LONGEST_TERM = 200

_TERM = re.compile(r"([a-z_]+)(>=|<=|=)(.+)", re.ASCII | re.DOTALL)
_TEXTS = ("id", "title", "record_class", "data_class", "store")


Resolve = Callable[[str], Sequence[str]]
"""Gives the other addresses of what lies at one, as only the stores know them: where a link leads, say."""


def holds_on(
    record: RetainedRecord,
    holds: Iterable[Hold],
    day: date,
    matters: Iterable[str] = (),
    resolve: Resolve = lambda _: (),
) -> tuple[Hold, ...]:
    """The holds in force on a day that reach the record; `matters` are those it belongs to beside its own.

    Asked again inside the transaction that destroys: what was free at planning may be held by then. There `resolve`
    is given, so that a query for one way to a folder reaches what is registered by another.
    """
    of_record = {plain_matter(each) for each in (*record.matters, *matters)}
    return tuple([each for each in holds if each.holds_on(day) and _reaches(each, record, of_record, resolve)])


@lru_cache(maxsize=1024)
def plain_matter(matter: str) -> str:
    """A matter as it is compared: case, width and blanks make no difference."""
    return " ".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", matter).casefold()).split())


def _reaches(hold: Hold, record: RetainedRecord, matters: Collection[str], resolve: Resolve) -> bool:
    if hold.id in record.bound:
        return True
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
            return any(plain_matter(each) in matters for each in hold.values)
    return all(_fits(term, record, resolve) for term in hold.values)  # a query


def is_held_for_want_of_a_day(hold: Hold, record: RetainedRecord) -> bool:
    """Whether a hold that reaches the record does so only because the day of an event that it asks for is unknown."""
    if hold.scope is not HoldScope.QUERY:
        return False
    events = [name for name, *_ in map(_split, hold.values) if name not in _TEXTS]
    return any(record.triggers.get(TriggerEvent(name)) is None for name in events)


def check_term(term: str) -> None:
    """Return if it is a term of a query. Raises FactError.

    A text of the record by a pattern, whatever its case (`title=*scan*`), or the day of one of its events
    (`creation>=2025-01-01`). In a pattern `*` is anything, `?` one letter, and `[ab]` one of these or the text `[ab]`.
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
        hint = "like title=*scan*, where * is anything, ? one letter, [ab] one of these or itself, and [[] a bracket"
        raise FactError(f"`{term[:60]}` is not a term of a query", where="query", hint=hint)
    name, sign, value = found.groups()
    return name, sign, value.casefold() if name in _TEXTS else value


def _fits(term: str, record: RetainedRecord, resolve: Resolve) -> bool:
    name, sign, value = _split(term)
    if name == "store":
        return _fits_store(term.partition("=")[2], record.store, resolve)
    if name in _TEXTS:
        return _matches(str(getattr(record, name)), value)
    day = record.triggers.get(TriggerEvent(name))
    if day is None:  # the day is unknown: a hold is never escaped by what nobody knows
        return True
    limit = date.fromisoformat(value)
    return {"=": day == limit, ">=": day >= limit, "<=": day <= limit}[sign]


def _fits_store(pattern: str, store: str, resolve: Resolve) -> bool:
    """An address is found however it and the pattern are written, and by whatever way the stores know."""
    forms = {store, plain_address(store), *(steps[0] for steps in find_ways(store))}
    patterns = {pattern, plain_address(pattern)}
    if _fits_any(forms, patterns):
        return True
    forms.update(resolve(store))
    start = re.split(r"[*?\[]", pattern, maxsplit=1)[0].rpartition("/")[0]
    patterns.update(each + pattern[len(start) :] for each in (resolve(start) if start else ()))
    return _fits_any(forms, patterns)


def _fits_any(forms: Iterable[str], patterns: Iterable[str]) -> bool:
    return any(_matches(form, pattern.casefold()) for form in forms for pattern in patterns)


def _matches(text: str, pattern: str) -> bool:
    """Whether a text fits a pattern without capitals, in either way to read its brackets.

    `batch [7]*` is what begins with `batch 7` and what begins with `batch [7]`: in doubt more is held. `[[]` is a
    bracket and nothing else.
    """
    text = text.casefold()
    return fnmatchcase(text, pattern) or ("[" in pattern and fnmatchcase(text, pattern.replace("[", "[[]")))
