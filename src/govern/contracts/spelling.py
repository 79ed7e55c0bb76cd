"""A document in the spelling and usage of the law that governs it: "license" and "June 4, 2026" in the United States.

Clauses are written once, and a table of the library (`clause_library/spelling/`) says which of their words another
usage writes otherwise. A document is spelled when it is assembled, so that its tree, its digest, a redline and a file
that comes back all have the same words; a lock pins the table. A value that a person typed is never touched, nor is a
name in another script of signs: an id, an address of the web, a path.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from pydantic import Field, PrivateAttr

from govern.contracts.model import (
    Blank,
    Block,
    ClauseChange,
    Definition,
    Draft,
    Inline,
    OpenChoice,
    Paragraph,
    PartyBlock,
    Reference,
    Section,
    SignatureParty,
    Table,
    Text,
    Use,
    _Authored,
)
from govern.contracts.words import MONTHS, write_date

AS_WRITTEN = "as_written"
"""What a recipe names to keep its clauses' own spelling, whatever law governs the other documents."""


class Spelling(_Authored):
    """A table of words, and when a document is spelled by it: where `when` holds, or where its recipe names the table.

    `stems` stand behind nothing or one of `prefixes` and before one of `endings`; `words` are whole words, and
    `phrases` go before both. What stands in `keep` is never changed. `clause` is what a reference calls a clause, and
    `month_first` puts the month of a date before its day, `language` is what the files say of themselves, and `letter`
    prints them on letter paper in the place of A4.
    """

    id: str
    version: str
    title: str
    when: str | None = None
    prefixes: tuple[str, ...] = ()
    endings: tuple[str, ...] = ()
    stems: Mapping[str, str] = Field(default_factory=dict)
    words: Mapping[str, str] = Field(default_factory=dict)
    phrases: Mapping[str, str] = Field(default_factory=dict)
    keep: tuple[str, ...] = ()
    clause: str = "Clause"
    language: str = ""
    month_first: bool = False
    letter: bool = False
    note: str = ""
    changelog: tuple[ClauseChange, ...] = ()

    _table: dict[str, str] = PrivateAttr(default_factory=dict)
    _pattern: re.Pattern[str] | None = PrivateAttr(default=None)
    _spelled: dict[str, str] = PrivateAttr(default_factory=dict)

    def model_post_init(self, _: Any) -> None:
        """Every form of every stem is one entry, so that a text is read once whatever the table's length."""
        self._table.update({
            before + stem + after: before + other + after
            for stem, other in self.stems.items()
            for before in ("", *self.prefixes)
            for after in self.endings
        })  # fmt: skip
        self._table.update(self.words)
        self._table.update(self.phrases)
        self._pattern = re.compile(
            "|".join(
                [
                    "`[^`]*`",  # an id that a message quotes
                    *(rf"(?<!\w){re.escape(each)}(?!\w)" for each in sorted(self.keep, key=len, reverse=True)),
                    *(rf"(?<!\w)(?i:{re.escape(each)})(?!\w)" for each in sorted(self.phrases, key=len, reverse=True)),
                    rf"\b(?P<day>[1-9]|[12]\d|3[01]) (?P<month>{'|'.join(MONTHS)}) (?P<year>\d{{4}})\b",
                    # no part of an address, a path or an id
                    r"(?<![\w./@])[^\W\d_]+(?![\w@]|[./]\w)",
                ]
            )
        )

    def text(self, text: str) -> str:
        """A text of ours in this spelling. A text that is spelled already stays as it is."""
        known = self._spelled.get(text)
        if known is None:
            assert self._pattern is not None
            known = self._spelled[text] = self._pattern.sub(self._write, text)
        return known

    def date(self, day: date) -> str:
        """A day as the usage writes it."""
        return write_date(day, month_first=self.month_first)

    def _write(self, found: re.Match[str]) -> str:
        if found["day"]:
            day, month, year = found.group("day", "month", "year")
            return f"{month} {day}, {year}" if self.month_first else found[0]
        made = None if found[0] in self.keep else self._table.get(found[0].lower())
        return found[0] if made is None else _in_case(found[0], made)


def _in_case(was: str, made: str) -> str:
    """The word with the capitals of the one that stood there."""
    if was.isupper() and len(was) > 1:
        return made.upper()
    return made[:1].upper() + made[1:] if was[:1].isupper() else made


def spell(draft: Draft, spelling: Spelling) -> Draft:
    """The draft in a spelling, but for the values that fill its blanks: who fills them says whose words they are."""
    text = spelling.text
    word = spelling.clause if spelling.clause != "Clause" else ""
    return replace(
        draft,
        title=text(draft.title),
        subtitle=text(draft.subtitle),
        parties=tuple(_party(each, text) for each in draft.parties),
        background=tuple(_runs(each, spelling) for each in draft.background),
        sections=tuple(_section(each, spelling, word) for each in draft.sections),
        annexes=tuple(_section(each, spelling, "") for each in draft.annexes),
        signature=_runs(draft.signature, spelling),
        signatures=tuple(_signatory(each, spelling) for each in draft.signatures),
        open_points=tuple(replace(each, what=text(each.what)) for each in draft.open_points),
        spelling=spelling.id,
        month_first=spelling.month_first,
        language=spelling.language,
        letter=spelling.letter,
    )


def _party(party: PartyBlock, text: Callable[[str], str]) -> PartyBlock:
    return replace(party, role=text(party.role))


def _signatory(side: SignatureParty, spelling: Spelling) -> SignatureParty:
    return replace(side, role=spelling.text(side.role), name=_runs(side.name, spelling))


def _section(section: Section, spelling: Spelling, word: str) -> Section:
    return replace(
        section,
        title=spelling.text(section.title),
        blocks=tuple(_block(each, spelling) for each in section.blocks),
        note=replace(section.note, text=spelling.text(section.note.text)),
        word=word,
    )


def _block(block: Block, spelling: Spelling) -> Block:
    if isinstance(block, Paragraph):
        return replace(block, content=_runs(block.content, spelling))
    header, *rows = (tuple(_runs(cell, spelling) for cell in row) for row in (block.header, *block.rows))
    return Table(header, tuple(rows))


def _runs(runs: tuple[Inline, ...], spelling: Spelling) -> tuple[Inline, ...]:
    return tuple(_run(each, spelling) for each in runs)


def _run(run: Inline, spelling: Spelling) -> Inline:
    match run:
        case Text(text):
            return Text(spelling.text(text))
        case Definition(term):
            return Definition(spelling.text(term))
        case Use(term):
            return Use(spelling.text(term))
        case OpenChoice(text):
            return OpenChoice(spelling.text(text))
        case Blank(name, label, fact):
            return Blank(name, spelling.text(label), fact)
        case Reference(target, text):
            head, space, number = text.partition(" ")
            known = {"Clause": spelling.clause, "Clauses": f"{spelling.clause}s"}
            return Reference(target, f"{known.get(head, head)}{space}{number}")
        case _:
            return run
