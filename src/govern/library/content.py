"""The content in force, read when it is first needed, and each part once.

What reads a part is imported with it: a check of gaps reads no clause, and pays for none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, tzinfo
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from govern.errors import ContentError
from govern.kernel import FactSpec, Vocabulary
from govern.library.controls import load_controls
from govern.library.packs import load_packs, read_pack_files
from govern.library.places import Places
from govern.library.vocabulary import load_vocabulary
from govern.library.yaml_files import load_yaml
from govern.rules import Control, RuleBook, RulePack, build_book

if TYPE_CHECKING:
    from govern.contracts import Clause, Contradiction, DateOrder, Playbook, Recipe, Spelling, Superseded, Term
    from govern.library.cases import CheckedContent
    from govern.library.clauses import ClauseLibrary
    from govern.retention import HolidayCalendar, LegalDeadline, RetentionRule
    from govern.review import DetectorBook

Cited = TypeVar("Cited", bound="RetentionRule | LegalDeadline")

_VERSION = re.compile(r"[a-z][a-z0-9_.]*@\d+\.\d+\.\d+")


BOOKS = 8
"""Days and choices of packs whose law is kept compiled."""


def read_content(places: Places) -> Content:
    """The content of these places.

    What comes with govern alone is read once in a process: it was checked before it came, and stays as it is.
    """
    return _shipped(places) if len(places.roots) == 1 else Content(places, check=True)


@lru_cache(maxsize=2)
def _shipped(places: Places) -> Content:
    return Content(places)


@lru_cache(maxsize=512)
def _read_clause(data: bytes, name: str) -> Clause:
    """A lock's clauses are read for each draft that is made again, and most of them are the same."""
    from govern.library.clauses import parse_clause

    return parse_clause(data, name=name)


class Content:
    """Implements the `Library` port over authored files. With `check`, all of them pass the checks of `packs lint`."""

    def __init__(self, places: Places, *, check: bool = False) -> None:
        self._places = places
        self._check = check
        self._books: dict[tuple[date, tuple[str, ...] | None], RuleBook] = {}

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        return load_vocabulary(self._places, check=self._check)

    @cached_property
    def _checked(self) -> CheckedContent:
        from govern.library.cases import check_content

        return check_content(self._places, cases=False)

    @cached_property
    def _packs(self) -> list[RulePack]:
        return self._checked.packs if self._check else load_packs(self._places)

    @cached_property
    def _library(self) -> ClauseLibrary:
        if not self._check:
            from govern.library.clauses import load_clauses

            return load_clauses(self._places)
        from govern.library.cases import check_library

        return check_library(self._places, self._checked)

    @cached_property
    def _detectors(self) -> DetectorBook:
        from govern.library.detectors import load_detectors

        return load_detectors(self._places, {term.id: term for term in self.terms()})

    def vocabulary(self) -> Vocabulary:
        """All declared facts."""
        return self._vocabulary

    def find_fact(self, fact: str) -> FactSpec | None:
        """The declaration of a fact, or None."""
        return self._vocabulary.find(fact)

    def packs(self) -> list[RulePack]:
        """All rule packs."""
        return self._packs

    def book(self, as_of: date, packs: Sequence[str] | None = None) -> RuleBook:
        """What is in force on a day, of the packs named or of all: compiled once for the days that were asked last.

        Raises ContentError on a pack that is not there.
        """
        key = as_of, None if packs is None else tuple(packs)
        book = self._books.pop(key, None) or build_book(self.packs(), self.vocabulary(), as_of, packs)
        self._books[key] = book
        if len(self._books) > BOOKS:
            del self._books[next(iter(self._books))]
        return book

    def controls(self) -> tuple[Control, ...]:
        """What is done once and serves several obligations."""
        return self._controls

    @cached_property
    def _controls(self) -> tuple[Control, ...]:
        return load_controls(self._places)

    def terms(self) -> Sequence[Term]:
        """All contract terms."""
        return self._terms

    @cached_property
    def _terms(self) -> Sequence[Term]:
        from govern.library.terms import load_terms

        return tuple(load_terms(self._places))

    def clauses(self) -> Mapping[str, Clause]:
        """The clause library, by id, with the positions as the playbooks rule them."""
        return self._ruled_clauses

    @cached_property
    def _ruled_clauses(self) -> Mapping[str, Clause]:
        from govern.library.clauses import RuledClauses

        return RuledClauses(self._library.clauses, tuple(self._library.playbooks.values()))

    def playbooks(self) -> Mapping[str, Playbook]:
        """The playbooks, by id."""
        return self._library.playbooks

    def spellings(self) -> Mapping[str, Spelling]:
        """The tables of words by which documents are spelled, by id."""
        return self._library.spellings

    def lint_lists(self) -> tuple[tuple[Superseded, ...], tuple[Contradiction, ...]]:
        """The citations that no longer stand, and the positions that contradict other documents."""
        return self._lint_lists

    @cached_property
    def _lint_lists(self) -> tuple[tuple[Superseded, ...], tuple[Contradiction, ...]]:
        from govern.library.lint_lists import load_contradictions, load_superseded

        return load_superseded(self._places), load_contradictions(self._places)

    def date_orders(self) -> tuple[DateOrder, ...]:
        """Which days may not come after which."""
        from govern.library.lint_lists import load_date_orders

        return load_date_orders(self._places)

    def source(self, id_: str) -> bytes:
        """The bytes of the file of a clause or a document, or of `playbook:` or `spelling:` and its id."""
        path = self._places.file(self._library.names[id_])
        assert path is not None
        return path.read_bytes()

    def published(self, id_: str, version: str) -> bytes | None:
        """The bytes of an earlier version of a clause or a document, if it was kept."""
        if not _VERSION.fullmatch(f"{id_}@{version}"):
            return None
        wanted = re.compile(rf"{re.escape(id_)}@{re.escape(version)}\.(md|yaml)")
        found = (each for each in self._places.files("clause_library/published", "*") if wanted.fullmatch(each[1].name))
        return next((path.read_bytes() for _, path in found), None)

    def read_clause(self, data: bytes, name: str) -> Clause:
        """The clause in the bytes of its file."""
        return _read_clause(data, name)

    def read_recipe(self, data: bytes, name: str) -> Recipe:
        """The recipe in the bytes of its file."""
        from govern.library.clauses import parse_recipe

        return parse_recipe(data, name=name)

    def read_playbook(self, data: bytes, name: str) -> Playbook:
        """The playbook in the bytes of its file."""
        from govern.library.clauses import parse_playbook

        return parse_playbook(data, name=name)

    def read_spelling(self, data: bytes, name: str) -> Spelling:
        """The table of words in the bytes of its file."""
        from govern.library.clauses import parse_spelling

        return parse_spelling(data, name=name)

    def recipe(self, document: str) -> Recipe:
        """A document's recipe."""
        return self._library.get_recipe(document)

    def recipes(self) -> list[str]:
        """The ids of all documents."""
        return list(self._library.recipes)

    def detectors(self) -> DetectorBook:
        """What a review of the other side's paper looks for."""
        return self._detectors

    def retention_rules(self) -> Sequence[RetentionRule]:
        """The retention rules of all packs."""
        return self._retention_rules

    @cached_property
    def _retention_rules(self) -> Sequence[RetentionRule]:
        from govern.retention import RetentionRule

        return self._read_cited("retention", RetentionRule, "this retention rule does not fit")

    def deadlines(self) -> Sequence[LegalDeadline]:
        """The legal deadlines of all packs."""
        return self._deadlines

    @cached_property
    def _deadlines(self) -> Sequence[LegalDeadline]:
        from govern.retention import LegalDeadline

        return self._read_cited("deadline", LegalDeadline, "this deadline does not fit")

    def _read_cited(self, kind: str, model: type[Cited], message: str) -> Sequence[Cited]:
        found = []
        for pack in read_pack_files(self._places, kinds=(kind,)):
            assert pack.head is not None
            head: Any = pack.head.value
            for value, where in pack.values(kind):
                try:
                    cite = {"instrument": head["instrument"], **value["cite"]}
                    found.append(model(**{**value, "cite": cite, "pack": pack.id}))
                except (TypeError, ValueError, KeyError) as problem:
                    hint = "run govern packs lint"
                    raise ContentError(message, where=where, hint=hint) from problem
        return tuple(found)

    def calendars(self) -> Mapping[str, HolidayCalendar]:
        """Which days are business days, by the id of the calendar."""
        return self._calendars

    @cached_property
    def _calendars(self) -> Mapping[str, HolidayCalendar]:
        from govern.library.calendars import load_calendars

        return load_calendars(self._places)

    def zone(self, name: str) -> tzinfo:
        """The clock of a zone (`Europe/Brussels`). Raises ContentError for one that is not known."""
        from dateutil.tz import gettz

        found = gettz(name)
        if found is None:
            raise ContentError(f"there is no time zone `{name}`", hint="like Europe/Brussels or America/New_York")
        return found

    def countries(self) -> Mapping[str, str]:
        """Country names by two-letter code."""
        return self._countries

    @cached_property
    def _countries(self) -> Mapping[str, str]:
        path = self._places.file("schemas/countries.yaml")
        if path is None:
            return {}
        source = load_yaml(path, name="schemas/countries.yaml")
        names: Any = source.value
        if not isinstance(names, dict) or not all(isinstance(name, str) for name in names.values()):
            raise ContentError(
                "expected a name for each two-letter code", where=source.where(), hint="like DE: Germany"
            )
        return dict(names)
