"""Facts: declared questions, and answers that may be absent.

A `FactSpec` declares a question; a `Vocabulary` has all of them. A `FactValue` is an answer with its source,
evidence, date and expiry. `resolve_facts` turns answers into what conditions read on a day: an absent answer
is unknown, one that has expired or that holds only later is unknown and says so.
"""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from govern.errors import FactError

Value: TypeAlias = "str | bool | int | Decimal | date | frozenset[str] | tuple[Mapping[str, str], ...]"
"""A resolved value, as conditions and documents read it."""

MAX_TEXT = 2_000
MAX_RECORDS = 1_000


class Kind(StrEnum):
    """What sort of answer a fact takes."""

    BOOLEAN = "boolean"
    ENUM = "enum"
    SET = "set"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    COUNTRY = "country"
    COUNTRIES = "countries"
    TEXT = "text"
    MAP = "map"
    RECORDS = "records"


class Derivation(BaseModel):
    """How a set of countries is worked out from other facts, so that it is never asked and never contradicts them.

    Of a map: the countries with one of `values`, or all where none is named. Of records: what stands in `field`. Of a
    set of countries: the set. Those in `without`, a map or a set, are left out; it is as unknown as any of the facts.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    base: str = Field(alias="from")
    values: tuple[str, ...] = ()
    field: str = ""
    without: str = ""

    @property
    def sources(self) -> tuple[str, ...]:
        """The facts that it is worked out from."""
        return (self.base, self.without) if self.without else (self.base,)

    def work_out(self, value: Any, without: Any = frozenset()) -> frozenset[str]:
        """The set, from the checked values of the facts behind it."""
        if isinstance(value, MapValue):
            found = frozenset(country for country, each in value.rows if not self.values or each in self.values)
        elif self.field:
            found = frozenset(row[self.field] for row in value if self.field in row)
        else:
            found = value
        return found.difference(without.countries if isinstance(without, MapValue) else without)


class FactSpec(BaseModel):
    """A declared question. `values` is empty where any value of the kind is allowed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    kind: Kind
    group: str
    question: str
    help: str = ""
    short: str = ""
    values: tuple[str, ...] = ()
    labels: Mapping[str, str] = Field(default_factory=dict)
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    unit: str = ""
    document: str = ""
    values_from: str = ""
    """Another list of content that holds the values, `terms`: checked where an answer is given."""
    fields: tuple[str, ...] = ()
    required_fields: tuple[str, ...] = ()
    implies: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    coarse: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    derive: Derivation | None = None
    after: tuple[str, ...] = ()
    """Facts without which the question makes little sense; an interview asks it once they are answered or skipped."""

    def label(self, value: str) -> str:
        """The words for one allowed value; the value itself with spaces where no label is declared."""
        return self.labels.get(value) or value.replace("_", " ")

    @property
    def name(self) -> str:
        """A short noun phrase for tables and sentences; the id where none is declared."""
        return self.short or self.id


class Evidence(BaseModel):
    """What an answer rests on. `sha256` is the digest of the file in lower-case hex, if it was filed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    href: str
    description: str = ""
    sha256: str | None = None
    collected_on: date | None = None
    effective_from: date | None = None
    valid_until: date | None = None


Stretch: TypeAlias = tuple[date, date]
"""A first and a last day; `date.min` and `date.max` where there is none."""


class FactValue(BaseModel):
    """An answer: the value as written, who or what it comes from, and how long it holds.

    An answer with evidence rests on it: each piece carries the whole answer from its first to its last day, so that a
    renewed document takes over from the one before it. A piece without an end does not outlast those that have one.
    All of it within `effective_from` and `valid_until` of the answer itself.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    value: Any
    source: str = ""
    evidence: tuple[Evidence, ...] = ()
    recorded_on: date | None = None
    effective_from: date | None = None
    valid_until: date | None = None

    def stretches(self) -> tuple[Stretch, ...]:
        """The days on which the answer holds, in order; those that meet are one. Empty if it never does."""
        own = _days(self.effective_from, self.valid_until)
        carrying = [each for each in self.evidence if each.valid_until is not None] or self.evidence
        carried = [_days(each.effective_from, each.valid_until) for each in carrying]
        found = [(max(own[0], first), min(own[1], last)) for first, last in carried or [own]]
        return _joined(sorted(each for each in found if each[0] <= each[1]))

    def ends(self) -> tuple[date, ...]:
        """The last days after which the answer lapses, for good or until other evidence carries it."""
        return tuple(last for _, last in self.stretches() if last < date.max)


def _days(first: date | None, last: date | None) -> Stretch:
    return first or date.min, last or date.max


def _joined(stretches: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """Sorted stretches without overlaps, and without seams where one begins on the day after another."""
    joined: list[Stretch] = []
    for first, last in stretches:
        if joined and (joined[-1][1] == date.max or first <= joined[-1][1] + timedelta(days=1)):
            joined[-1] = joined[-1][0], max(joined[-1][1], last)
        else:
            joined.append((first, last))
    return tuple(joined)


class PartialSet(frozenset[str]):
    """A set that is known only in part: `possible` are members of which nothing is known.

    "US" says nothing about California: `"US-CA" in {"US"}` is unknown, not false.
    """

    possible: frozenset[str]

    @classmethod
    def of(cls, known: Iterable[str], possible: Iterable[str]) -> "PartialSet":
        made = cls(known)
        made.possible = frozenset(possible)
        return made


class MapValue(frozenset[str]):
    """A value for each country. Conditions read the set of its values; `rows` keeps the pairs, by country."""

    rows: tuple[tuple[str, str], ...]

    @property
    def countries(self) -> frozenset[str]:
        """Those that have a value."""
        return frozenset(country for country, _ in self.rows)

    @classmethod
    def of(cls, rows: Mapping[str, str]) -> "MapValue":
        made = cls(rows.values())
        made.rows = tuple(sorted(rows.items()))
        return made


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known on a day. A name not in `values` is unknown.

    `expired` says which lapsed and when, `later` which hold only from a day that is still to come; an answer between
    two pieces of evidence is in both.
    """

    values: Mapping[str, Value]
    as_of: date
    expired: Mapping[str, date] = field(default_factory=dict)
    given: Mapping[str, FactValue] = field(default_factory=dict)
    later: Mapping[str, date] = field(default_factory=dict)


class Vocabulary:
    """All declared facts, by id, in the order of their files."""

    def __init__(self, specs: Iterable[FactSpec]) -> None:
        self._specs = {spec.id: spec for spec in specs}
        self.derived = tuple(spec for spec in self._specs.values() if spec.derive is not None)

    def __iter__(self) -> Iterator[FactSpec]:
        return iter(self._specs.values())

    def __len__(self) -> int:
        return len(self._specs)

    def __contains__(self, fact: object) -> bool:
        return fact in self._specs

    def find(self, fact: str) -> FactSpec | None:
        """The declaration of a fact, or None."""
        return self._specs.get(fact)

    def get(self, fact: str, *, where: str = "") -> FactSpec:
        """The declaration of a fact. Raises FactError with a did-you-mean."""
        spec = self._specs.get(fact)
        if spec is None:
            raise FactError(f"there is no fact `{fact}`", hint=suggest(fact, self._specs), where=where)
        return spec


def suggest(word: str, known: Iterable[str]) -> str:
    """A hint with the nearest known words, else with those that the word is a part of, or an empty text."""
    by_case = {each.lower(): each for each in known}
    near = [by_case[each] for each in difflib.get_close_matches(word.lower(), list(by_case), n=3, cutoff=0.6)]
    if not near and len(word) > 2:
        near = sorted(each for low, each in by_case.items() if word.lower() in low)[:3]
    return "did you mean " + " or ".join(f"`{each}`" for each in near) + "?" if near else ""


_COUNTRY = re.compile(r"[A-Z]{2}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def check_value(spec: FactSpec, raw: object, *, where: str = "") -> Value:
    """Turn an answer as written (YAML, JSON, command line) into a typed value.

    Raises FactError that names the fact, what was expected and what was found.
    """
    try:
        return _CHECKS[spec.kind](spec, raw)
    except (TypeError, ValueError, InvalidOperation) as problem:
        detail = str(problem) if isinstance(problem, _WrongValueError) else ""
        hint = detail or _EXPECTED[spec.kind]
        raise FactError(f"`{spec.id}` cannot be `{_shown(raw)}`", hint=hint, where=where) from None


def _shown(raw: object) -> str:
    """The answer for a message, on one short line."""
    if isinstance(raw, int) and abs(raw) >= 10**60:  # Python refuses to print what is longer than 4,300 digits
        return "a number of more than 60 digits"
    text = str(raw)
    return text if len(text) <= 60 else text[:57] + "…"


class _WrongValueError(ValueError):
    """Carries a hint for the reader."""


def _boolean(_: FactSpec, raw: object) -> Value:
    if not isinstance(raw, bool):
        raise TypeError
    return raw


def _text(_: FactSpec, raw: object) -> Value:
    if not isinstance(raw, str) or not raw.strip():
        raise TypeError
    if len(raw) > MAX_TEXT:
        raise _WrongValueError(f"at most {MAX_TEXT} characters")
    return raw.strip()


def _choice(spec: FactSpec, raw: object) -> str:
    if not isinstance(raw, str):
        raise TypeError
    if spec.values and raw not in spec.values:
        raise _WrongValueError(suggest(raw, spec.values) or "one of " + ", ".join(spec.values))
    return raw


def _set(spec: FactSpec, raw: object) -> Value:
    if not isinstance(raw, list | tuple | set | frozenset):
        raise TypeError
    chosen = {_choice(spec, item) for item in raw}
    for item in tuple(chosen):
        chosen.update(spec.implies.get(item, ()))
    open_: set[str] = set()
    for item in chosen:
        finer = spec.coarse.get(item, ())
        if chosen.isdisjoint(finer):
            open_.update(finer)
    return PartialSet.of(chosen, open_) if open_ else frozenset(chosen)


def _in_bounds(spec: FactSpec, number: int | Decimal) -> Value:
    if spec.minimum is not None and number < spec.minimum:
        raise _WrongValueError(f"at least {spec.minimum}")
    if spec.maximum is not None and number > spec.maximum:
        raise _WrongValueError(f"at most {spec.maximum}")
    return number


def _integer(spec: FactSpec, raw: object) -> Value:
    if isinstance(raw, bool) or not isinstance(raw, int) or abs(raw) >= 2**53:
        raise TypeError
    return _in_bounds(spec, raw)


def _decimal(spec: FactSpec, raw: object) -> Value:
    if isinstance(raw, bool) or not isinstance(raw, int | float | Decimal):
        raise TypeError
    number = Decimal(str(raw))
    if not number.is_finite() or abs(number) >= 2**53:
        raise TypeError
    return _in_bounds(spec, number)


def _date(_: FactSpec, raw: object) -> Value:
    if isinstance(raw, date) and not isinstance(raw, datetime):
        return raw
    # fromisoformat alone would read 20261124 and 2026-W48-2 too
    if not isinstance(raw, str) or not _DAY.fullmatch(raw):
        raise TypeError
    return date.fromisoformat(raw)


def _country(_: FactSpec, raw: object) -> str:
    if not isinstance(raw, str) or not _COUNTRY.fullmatch(raw):
        raise TypeError
    return raw


def _countries(spec: FactSpec, raw: object) -> Value:
    if not isinstance(raw, list | tuple | set | frozenset):
        raise TypeError
    return frozenset(_country(spec, item) for item in raw)


def _map(spec: FactSpec, raw: object) -> Value:
    if not isinstance(raw, dict):
        raise TypeError
    return MapValue.of({_country(spec, key): _choice(spec, each) for key, each in raw.items()})


def _records(spec: FactSpec, raw: object) -> Value:
    if not isinstance(raw, list | tuple) or len(raw) > MAX_RECORDS:
        raise TypeError
    return tuple([_record(spec, row) for row in raw])


def _record(spec: FactSpec, raw: object) -> Mapping[str, str]:
    """One row: its cells as text; an empty cell is an absent one, a nought is not."""
    if not isinstance(raw, dict):
        raise TypeError
    row = {name: str(cell) for name, cell in raw.items() if cell is not None and cell != ""}
    nested = any(isinstance(cell, dict | list | tuple) for cell in raw.values())
    if nested or row.keys() - set(spec.fields) or set(spec.required_fields) - row.keys():
        needed = ", ".join(spec.required_fields)
        raise _WrongValueError(f"each record has {', '.join(spec.fields)}; needed are {needed or 'none of them'}")
    if not _COUNTRY.fullmatch(row.get("country", "ZZ")):
        raise _WrongValueError(f"`{row['country']}` is not a country's two-letter code, such as DE")
    return {name: row[name] for name in spec.fields if name in row}


_CHECKS = {
    Kind.BOOLEAN: _boolean,
    Kind.ENUM: _choice,
    Kind.SET: _set,
    Kind.INTEGER: _integer,
    Kind.DECIMAL: _decimal,
    Kind.DATE: _date,
    Kind.COUNTRY: _country,
    Kind.COUNTRIES: _countries,
    Kind.TEXT: _text,
    Kind.MAP: _map,
    Kind.RECORDS: _records,
}
_EXPECTED = {
    Kind.BOOLEAN: "expected true or false",
    Kind.ENUM: "expected one word",
    Kind.SET: "expected a list of words, [] for none",
    Kind.INTEGER: "expected a whole number",
    Kind.DECIMAL: "expected a number",
    Kind.DATE: "expected a date such as 2026-11-24",
    Kind.COUNTRY: "expected a two-letter country code such as DE",
    Kind.COUNTRIES: "expected a list of two-letter country codes, [] for none",
    Kind.TEXT: "expected text",
    Kind.MAP: "expected a value for each country code, for example {US: dpf}",
    Kind.RECORDS: "expected a list of records, [] for none",
}


def resolve_facts(vocabulary: Vocabulary, answers: Mapping[str, FactValue], as_of: date) -> Facts:
    """What is known on `as_of`. Raises FactError on an unknown fact or a value of the wrong type.

    Cost: one check for each answer, well under a millisecond for a project.
    """
    values: dict[str, Value] = {}
    expired: dict[str, date] = {}
    later: dict[str, date] = {}
    for fact, answer in answers.items():
        spec = vocabulary.get(fact)
        if spec.derive is not None:
            sources = " and ".join(f"`{source}`" for source in spec.derive.sources)
            raise FactError(f"`{fact}` is worked out from {sources}", hint=f"answer {sources}")
        value = check_value(spec, answer.value)
        stretches = answer.stretches()
        if any(first <= as_of <= last for first, last in stretches):
            values[fact] = value
            continue
        over = [last for _, last in stretches if last < as_of]
        to_come = [first for first, _ in stretches if first > as_of]
        expired |= {fact: over[-1]} if over else {}
        later |= {fact: to_come[0]} if to_come else {}
    return Facts(with_derived(vocabulary.derived, values), as_of, expired, answers, later)


def with_derived(derived: Iterable[FactSpec], values: Mapping[str, Any]) -> dict[str, Any]:
    """Checked values with those that are worked out from them; what was worked out before is made anew."""
    found = dict(values)
    for spec in derived:
        found.pop(spec.id, None)
        if spec.derive is not None and all(source in found for source in spec.derive.sources):
            found[spec.id] = spec.derive.work_out(*(found[source] for source in spec.derive.sources))
    return found
