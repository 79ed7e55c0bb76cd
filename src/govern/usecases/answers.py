"""An answer as a person types it, to the value of a fact."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from govern.errors import ContentError, FactError
from govern.kernel import FactSpec, Kind, check_value, suggest
from govern.usecases.ports import Library

_GROUPED = re.compile(r"[-+]?[0-9]{1,3}(?P<sign>[, ])[0-9]{3}(?:(?P=sign)[0-9]{3})*(?:\.[0-9]+)?")
_YES, _NO = frozenset(("yes", "y", "true")), frozenset(("no", "n", "false"))


def parse_answer(spec: FactSpec, text: str, countries: Mapping[str, str] | None = None) -> Any:
    """The value that `text` means for a fact; `check_value` then says whether it is allowed.

    Booleans take yes and no; choices take a value, its label or its number in the list; several are separated by
    commas, and `none` is the empty set; countries take codes or names. Raises FactError with what was expected.
    """
    typed = text.strip()
    try:
        match spec.kind:
            case Kind.BOOLEAN:
                return _boolean(typed)
            case Kind.ENUM:
                return _choice(spec, typed)
            case Kind.SET:
                return [] if _is_none(typed, spec) else [_choice(spec, part.strip()) for part in typed.split(",")]
            case Kind.INTEGER:
                return int(_digits(typed))
            case Kind.DECIMAL:
                return float(Decimal(_digits(typed)))
            case Kind.DATE:
                return date.fromisoformat(typed)
            case Kind.COUNTRY:
                return _country(typed, countries or {})
            case Kind.COUNTRIES:
                return (
                    []
                    if _is_none(typed, spec)
                    else [_country(part.strip(), countries or {}) for part in typed.split(",")]
                )
            case Kind.MAP:
                return dict(_pair(spec, part, countries or {}) for part in typed.split(","))
            case Kind.RECORDS:
                rows = [] if _is_none(typed, spec) else typed.split(";")
                return [_record(spec, row, countries or {}) for row in rows]
            case _:
                return typed
    except (ValueError, InvalidOperation):
        raise FactError(f"`{typed}` is not an answer to `{spec.id}`", hint=expect_answer(spec)) from None


def find_parameter(library: Library, name: str) -> FactSpec:
    """A parameter of a clause, named `clause.parameter`, as a question; or a fact that fills parameters.

    Raises ContentError for an unknown one.
    """
    if fills_text(library, name):
        return library.vocabulary().get(name)
    id_, _, last = name.rpartition(".")
    clause = library.clauses().get(id_)
    if clause is None:
        hint = suggest(id_, library.clauses()) or "like dpa.breach.breach_hours=24"
        raise ContentError(f"there is no clause `{id_}`", where=name, hint=hint)
    parameter = clause.head.parameters.get(last)
    if parameter is None:
        hint = suggest(last, clause.head.parameters) or "parameters: " + ", ".join(clause.head.parameters)
        raise ContentError(f"the clause `{id_}` has no parameter `{last}`", where=name, hint=hint)
    declared = library.find_fact(parameter.fact) if parameter.fact else None
    return FactSpec(
        id=name,
        kind=parameter.kind,
        group=clause.head.title,
        question=parameter.label[:1].upper() + parameter.label[1:] + "?",
        help=parameter.reason,
        values=parameter.values or (declared.values if declared else ()),
        labels=declared.labels if declared else {},
        fields=declared.fields if declared else (),
        required_fields=declared.required_fields if declared else (),
    )


def fills_text(library: Library, fact: str) -> bool:
    """Whether a clause takes a value from the fact, one that stands in a sentence."""
    parameters = (each for clause in library.clauses().values() for each in clause.head.parameters.values())
    return any(each.fact == fact and each.kind is not Kind.RECORDS for each in parameters)


def parse_parameter(library: Library, name: str, text: str) -> Any:
    """The value that `text` means for a parameter. Raises ContentError for an unknown one, FactError for a wrong value.

    Bounds are the assembly's: a value beyond them is an open point with its reason.
    """
    spec = find_parameter(library, name)
    return check_value(spec, parse_answer(spec, text, library.countries()))


def expect_answer(spec: FactSpec) -> str:
    """What to type, in a few words."""
    words = {
        Kind.BOOLEAN: "yes or no",
        Kind.ENUM: "one of the choices, or its number",
        Kind.SET: "choices or their numbers, separated by commas; none if there are none",
        Kind.INTEGER: "a whole number",
        Kind.DECIMAL: "a number",
        Kind.DATE: "a date such as 2026-11-24",
        Kind.COUNTRY: "a country or its two-letter code",
        Kind.COUNTRIES: "countries or their codes, separated by commas; none if there are none",
        Kind.TEXT: "text",
        Kind.MAP: "country=choice, separated by commas, for example IN=scc, US=dpf",
        Kind.RECORDS: f"{' | '.join(spec.fields)}; the next record after a `;`; none if there are none",
    }
    return words[spec.kind]


def _is_none(typed: str, spec: FactSpec) -> bool:
    return typed.lower() in ("none", "[]") and "none" not in spec.values


def _boolean(typed: str) -> bool:
    low = typed.lower()
    if low in _YES or low in _NO:
        return low in _YES
    raise ValueError


def _digits(typed: str) -> str:
    """The number without what separates its thousands; `2,5` stays as it is and is no number."""
    return typed.replace(",", "").replace(" ", "") if _GROUPED.fullmatch(typed) else typed


def _choice(spec: FactSpec, typed: str) -> str:
    if typed in spec.values or not spec.values:
        return typed
    if typed.isdecimal() and 1 <= int(typed) <= len(spec.values):
        return spec.values[int(typed) - 1]
    low = typed.lower().replace(" ", "_")
    for value in spec.values:
        if low == value.lower() or _bare(typed) == _bare(spec.label(value)):
            return value
    labels = [spec.label(value) for value in spec.values]
    hint = suggest(typed, dict.fromkeys([*labels, *spec.values])) or "one of " + "; ".join(labels)
    raise FactError(f"`{typed}` is not a choice of `{spec.id}`", hint=hint)


def _country(typed: str, countries: Mapping[str, str]) -> str:
    if len(typed) == 2 and (not countries or typed.upper() in countries):
        return typed.upper()
    for code, name in countries.items():
        if _bare(typed) == _bare(name):
            return code
    if typed.upper() in ("UK", "ENGLAND", "GREAT BRITAIN"):
        return "GB"
    hint = suggest(typed, countries.values()) or "a two-letter code such as DE"
    raise FactError(f"`{typed}` is not a country", hint=hint)


def _bare(words: str) -> str:
    """Without case and a leading article: “United Kingdom” is “the United Kingdom”."""
    return words.lower().removeprefix("the ")


def _pair(spec: FactSpec, part: str, countries: Mapping[str, str]) -> tuple[str, str]:
    country, equals, choice = part.partition("=")
    if not equals:
        raise ValueError
    return _country(country.strip(), countries), _choice(spec, choice.strip())


def _record(spec: FactSpec, part: str, countries: Mapping[str, str]) -> dict[str, str]:
    cells = [cell.strip() for cell in part.split("|")]
    if len(cells) > len(spec.fields):
        raise ValueError
    row = {name: cell for name, cell in zip(spec.fields, cells, strict=False) if cell}
    return {**row, "country": _country(row["country"], countries)} if "country" in row else row
