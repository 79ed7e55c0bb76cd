"""Return or destroy at the end of a contract: what the vendor certifies, against what was transferred to it."""

import csv
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from govern.errors import ContentError
from govern.retention.lists import find_delimiter, raise_lines


class Fate(StrEnum):
    """What the other side says that it did."""

    DESTROYED = "destroyed"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class Transferred:
    """One thing that was handed over: its SHA-256 in hex, how we call it, and on which day."""

    digest: str
    name: str = ""
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """What a certificate says of one digest.

    `taken` is the day on which the certificate was taken in: what bears no day of its own speaks of no later time.
    """

    digest: str
    fate: Fate
    on: date | None = None
    name: str = ""
    taken: date | None = None


@dataclass(frozen=True, slots=True)
class Matching:
    """A certificate held against what was transferred."""

    accounted: tuple[tuple[Transferred, Claim], ...]
    outstanding: tuple[Transferred, ...]
    unknown: tuple[Claim, ...]
    """Digests that were never transferred: an error in a list, or data that we did not know of."""
    early: tuple[tuple[Transferred, Claim], ...]
    """What is outstanding though a claim speaks of it: the claim's day is in the future, or before any hand-over."""
    undated: tuple[tuple[Transferred, Claim], ...] = ()
    """What is outstanding though a claim without a day speaks of it, which counts for the first hand-over only."""

    @property
    def complete(self) -> bool:
        """Whether everything that was transferred is accounted for, and nothing speaks against it."""
        return not (self.outstanding or self.unknown)


def match_claims(transferred: Iterable[Transferred], claims: Iterable[Claim], *, until: date) -> Matching:
    """Hold claims against what was transferred, each hand-over by its own day; `until` is today.

    A claim accounts for what had been handed over by its day: for a batch that is handed over again later it says
    nothing. One without a day may be older than it came, and accounts for the first hand-over of a digest alone. A
    digest that was transferred under several names is accounted for by one claim, since the content is the same. Of
    several claims that fit the first counts; one whose day cannot be accounts for nothing. Linear.
    """
    by_digest: dict[str, list[Claim]] = {}
    for claim in claims:
        by_digest.setdefault(claim.digest, []).append(claim)
    accounted: list[tuple[Transferred, Claim]] = []
    outstanding: list[Transferred] = []
    transferred = tuple(transferred)
    first: dict[str, date] = {}
    for each in transferred:
        first[each.digest] = min(first.get(each.digest, date.max), each.on or date.min)
    for each in transferred:
        again = (each.on or date.min) > first[each.digest]
        claimed = (claim for claim in by_digest.get(each.digest, ()) if claim.on is not None or not again)
        found = next((claim for claim in claimed if _fits(claim, each, until)), None)
        if found is None:
            outstanding.append(each)
        else:
            accounted.append((each, found))
    early = [
        (each, claim)
        for each in outstanding
        for claim in by_digest.get(each.digest, ())
        if not _fits(claim, Transferred(each.digest, on=first[each.digest]), until)
    ]
    undated = [
        (each, claim)
        for each in outstanding
        for claim in by_digest.get(each.digest, ())
        if claim.on is None and _fits(claim, each, until)
    ]
    unknown = [given[0] for digest, given in by_digest.items() if digest not in first]
    return Matching(tuple(accounted), tuple(outstanding), tuple(unknown), tuple(early), tuple(undated))


def _fits(claim: Claim, handed: Transferred, until: date) -> bool:
    day = claim.on or claim.taken
    return day is None or (day <= until and (handed.on is None or handed.on <= day))


VENDOR_FORMAT = "govern-vendor-certificate/1"
MOST_LINES = 1_000_000

_DIGEST = re.compile(r"[0-9a-f]{64}")
_SUM = re.compile(r"\\?([0-9a-fA-F]{64}) [ *](.+)")


def parse_transferred(text: str, name: str) -> tuple[Transferred, ...]:
    """A list of what was handed over: CSV with a column `sha256`, or lines as `sha256sum` writes them.

    Raises ContentError with all problems, each with its line.
    """
    return tuple(Transferred(row["sha256"], row.get("name", "")) for _, row in _read_rows(text, name))


def parse_claims(text: str, name: str, fate: Fate, on: date | None) -> tuple[Claim, ...]:
    """The claims of a certificate: our JSON form, a certificate of destruction that `govern` issued, or CSV.

    `fate` and `on` count where a line does not say. Columns: `sha256`, and perhaps `name`, `fate`, `date`. Raises
    ContentError with all problems, each with its place.
    """
    if text.lstrip().startswith("{"):
        return _parse_json(text, name, fate, on)
    problems: list[ContentError] = []
    claims = []
    for line, row in _read_rows(text, name):
        try:
            claims.append(_make_claim(row, fate, on))
        except ValueError as problem:
            problems.append(ContentError(str(problem), where=f"{name}:{line}:1"))
    raise_lines(problems, name)
    return tuple(claims)


def _make_claim(row: Mapping[str, Any], fate: Fate, on: date | None) -> Claim:
    digest, said, day = row.get("sha256"), row.get("fate"), row.get("date")
    if not isinstance(digest, str) or not _DIGEST.fullmatch(digest.lower()):
        raise ValueError(f"`{str(digest)[:80]}` is no SHA-256 in hex")
    if said and said not in set(Fate):
        raise ValueError(f"`{str(said)[:40]}` is neither destroyed nor returned")
    try:
        when = date.fromisoformat(day) if day else on
    except (TypeError, ValueError):
        raise ValueError(f"`{str(day)[:40]}` is not a date such as 2026-11-24") from None
    return Claim(digest.lower(), Fate(said) if said else fate, when, str(row.get("name") or "")[:500])


def _parse_json(text: str, name: str, fate: Fate, on: date | None) -> tuple[Claim, ...]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise ContentError("this is not JSON", where=name) from None
    rows = _find_rows(value)
    if rows is None or len(rows) > MOST_LINES:
        hint = f"`format` is {VENDOR_FORMAT}, with a list `items` of `sha256`, `name`, `fate` and `date`"
        raise ContentError("this is no certificate in a form that is known", where=name, hint=hint)
    problems: list[ContentError] = []
    claims = []
    for index, row in enumerate(rows):
        try:
            claims.append(_make_claim(row if isinstance(row, dict) else {}, fate, on))
        except ValueError as problem:
            problems.append(ContentError(str(problem), where=f"{name}: item {index}"))
    raise_lines(problems, name)
    return tuple(claims)


def _find_rows(value: dict[str, Any]) -> list[Any] | None:
    """The rows of our JSON form, or of a certificate of destruction that the vendor's own `govern` issued."""
    if value.get("format") == VENDOR_FORMAT and isinstance(value.get("items"), list):
        return list(value["items"])
    said = value.get("statement")
    destroyed = said.get("destroyed") if isinstance(said, dict) else None
    if not isinstance(destroyed, list):
        return None
    return [
        {"date": str(each.get("at", ""))[:10], "fate": "destroyed", "name": each.get("record"), "sha256": digest}
        for each in destroyed
        if isinstance(each, dict)
        for digest in sorted({str(each.get("digest") or ""), str(each.get("registered_digest") or "")} - {""})
    ]


def _read_rows(text: str, name: str) -> list[tuple[int, dict[str, str]]]:
    """Rows with their lines: of CSV with a head, or of a list as `sha256sum` writes it."""
    lines = text.removeprefix("\ufeff").splitlines()
    if len(lines) > MOST_LINES:
        raise ContentError(f"{len(lines)} lines are too many", where=name, hint=f"at most {MOST_LINES}; split it")
    numbered = [(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not numbered:
        raise ContentError("the list is empty", where=name)
    sums = [(number, _SUM.fullmatch(line)) for number, line in numbered]
    if sums[0][1]:
        bad = [
            ContentError("this is no line of a list of sums", where=f"{name}:{n}:1") for n, found in sums if not found
        ]
        raise_lines(bad, name)
        return [(n, {"sha256": found[1].lower(), "name": found[2]}) for n, found in sums if found]
    return _read_csv(numbered, name)


def _read_csv(numbered: list[tuple[int, str]], name: str) -> list[tuple[int, dict[str, str]]]:
    (first, head), *rest = numbered
    try:
        split = find_delimiter(head)
        columns = [each.strip().lower() for each in next(csv.reader([head], strict=True, delimiter=split))]
        rows = [next(csv.reader([line], strict=True, delimiter=split)) for _, line in rest]
    except csv.Error:
        raise ContentError("this is not CSV", where=name, hint="one line a thing, with a head: sha256,name") from None
    if "sha256" not in columns:
        raise ContentError("there is no column `sha256`", where=f"{name}:{first}:1", hint="a head such as sha256,name")
    if not rest:
        raise ContentError("the list has a head and nothing below it", where=name)
    problems = []
    found = []
    for (number, _), cells in zip(rest, rows, strict=True):
        row = dict(zip(columns, (each.strip() for each in cells), strict=False))
        if not _DIGEST.fullmatch(row.get("sha256", "").lower()):
            said = row.get("sha256", "")[:80]
            problems.append(ContentError(f"`{said}` is no SHA-256 in hex", where=f"{name}:{number}:1"))
        found.append((number, {**row, "sha256": row.get("sha256", "").lower()}))
    raise_lines(problems, name)
    return found
