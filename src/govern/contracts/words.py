"""Values as a contract writes them."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from govern.conditions import join_words
from govern.contracts.model import Blank, Definition, Inline, OpenChoice, Reference, Slot, Text, Use
from govern.kernel import MapValue

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

# Names that a sentence gives an article: "the Philippines", "the United States of America", "the Cayman Islands".
_WITH_ARTICLE = re.compile(
    r"(?:Bahamas|Comoros|Gambia|Holy See|Isle of Man|Maldives|Philippines)$"
    r"|United |(?!South Georgia|Heard Island).*\b(?:Federation|Islands|Republic|Territory|Territories)\b"
)
# The form of a list of names, "Korea (Republic of)" or "Tanzania, United Republic of".
_TURNED = re.compile(r"(?P<name>[^(,]+?)(?: \(|, )(?P<form>[^()]+) of(?P<the> the)?\)?$")


def write_date(day: date, *, month_first: bool = False) -> str:
    """24 November 2026, or November 24, 2026."""
    month = MONTHS[day.month - 1]
    return f"{month} {day.day}, {day.year}" if month_first else f"{day.day} {month} {day.year}"


def write_country(name: str) -> str:
    """A country's name in a sentence: "India", "the Philippines", "the Republic of Korea", "the Netherlands"."""
    turned = _TURNED.match(name)
    if turned is None:
        return f"the {name}" if _WITH_ARTICLE.match(name) else name
    if turned["form"] == "Kingdom":
        return f"the {turned['name']}"
    return f"the {turned['form']} of{turned['the'] or ''} {turned['name']}"


def write_money(value: Any) -> str:
    """An amount before its currency: whole, or with 2 decimals at least."""
    words = write_value(value, str, {})
    whole, point, parts = words.partition(".")
    return f"{whole}.{parts:0<2}" if point else words


def join_items(words: Sequence[str]) -> str:
    """The items of a list in a sentence; semicolons part them where an item has a comma of its own."""
    if len(words) < 2 or not any("," in each for each in words):
        return join_words(words)
    return f"{'; '.join(words[:-1])}; and {words[-1]}"


def write_value(
    value: Any,
    label: Callable[[str], str],
    countries: Mapping[str, str],
    day: Callable[[date], str] = write_date,
) -> str:
    """A fact's value in a sentence. `label` gives the words for an allowed value; a country code becomes its name.

    An empty set is "none". Records have no sentence: tables show them.
    """

    def one(item: str) -> str:
        return write_country(countries[item]) if item in countries else label(item)

    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return day(value)
    if isinstance(value, int | float | Decimal):
        return f"{int(value) if value == int(value) else value:,}"
    if isinstance(value, MapValue):
        return "; ".join(f"{countries.get(key, key)}: {label(each)}" for key, each in value.rows) or "none"
    if isinstance(value, frozenset):
        ordered = sorted(value, key=lambda each: countries.get(each) or label(each))
        return join_items([one(each) for each in ordered]) or "none"
    return one(value) if isinstance(value, str) else str(value)


def write_run(run: Inline) -> str:
    """A run as plain text, with the brackets and quotation marks that show what it is."""
    match run:
        case Definition(term):
            return f"“{term}”"
        case Blank(_, label, _):
            return f"[●\u00a0{label}]"
        case Slot(parameter):
            return f"[●\u00a0{parameter}]"
        case OpenChoice(text):
            return f"[{text}]"
        case Use(term):
            return term
        case Reference(target, text):
            return text or target
        case _:
            return run.text


def spaced(runs: Iterable[Inline]) -> Iterator[Inline]:
    """The runs, with a space after an open choice's mark where the text goes straight on."""
    after_choice = False
    for run in runs:
        words = write_run(run) if after_choice else ""
        if words and not words[0].isspace():
            yield Text(" ")
        yield run
        after_choice = isinstance(run, OpenChoice) or (after_choice and not words)


def write_runs(runs: Iterable[Inline]) -> str:
    """Runs as plain text."""
    return "".join(map(write_run, runs))


def term_key(term: str) -> str:
    """What two ways of writing a defined term have in common: without plural, possessive and capitals' accidents."""
    words = term.replace("’", "'").removesuffix("'s").removesuffix("'").split()
    if words:
        words[-1] = _singular(words[-1])
    return " ".join(words).casefold()


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word
