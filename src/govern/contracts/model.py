"""The nouns of contracts: terms, clauses, document recipes, and the tree of an assembled document."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, model_validator

from govern.kernel import Citation, Kind

LATER = "later"
"""Marks a field that trees had not always: where it is not set they have the digest of before, and old locks hold."""


class _Authored(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Term(_Authored):
    """A contract term that a law requires or allows. Clauses carry terms; obligations require them."""

    id: str
    document: tuple[str, ...]
    cite: Citation
    requirement: str
    mandatory: bool
    required_when: str
    fill_in: tuple[str, ...] = ()
    obligation: str
    verified: bool = False


class Otherwise(_Authored):
    """Words for a parameter whose fact is unknown, under a condition that surely holds; they may name facts."""

    when: str
    text: str


class ClauseParameter(_Authored):
    """A value that a clause leaves open: filled from a fact, else from its default or other words, else a blank.

    `complete` are the fields that no record of a list may lack, each with its label. `only` are the values of a map
    whose entries are shown, and `without` is a fact of countries that are left out of these.
    """

    kind: Kind
    label: str
    fact: str | None = None
    default: Any = None
    otherwise: Otherwise | None = None
    min: Decimal | None = None
    max: Decimal | None = None
    values: tuple[str, ...] = ()
    unit: str = ""
    reason: str = ""
    complete: Mapping[str, str] = Field(default_factory=dict)
    only: tuple[str, ...] = ()
    without: str | None = None


class Carried(_Authored):
    """A term and the paragraph of the clause that carries it."""

    term: str
    paragraph: str


class PositionKind(StrEnum):
    """How far a position is from what we want: the last text that we accept is `walk_away`."""

    PREFERRED = "preferred"
    FALLBACK = "fallback"
    WALK_AWAY = "walk_away"


class Position(_Authored):
    """A negotiating position of a clause: the first is the preferred one.

    `when` is a condition under which it may be used, `approver` the role that must agree, `residual` what stays open
    then, and `gives_up` the terms that the clause does not carry in this position.
    """

    id: str
    title: str
    kind: PositionKind = PositionKind.PREFERRED
    approver: str | None = None
    residual: str | None = None
    when: str | None = None
    gives_up: tuple[str, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _kind_by_id(cls, data: Any) -> Any:
        """A position that is named like a kind is of that kind."""
        if isinstance(data, dict) and "kind" not in data:
            name = re.sub(r"_\d+$", "", str(data.get("id", "")))
            known = [kind.value for kind in PositionKind]
            return {**data, "kind": name if name in known else PositionKind.FALLBACK}
        return data


class ClauseChange(_Authored):
    """A line of a clause's changelog."""

    version: str
    date: date
    note: str


# --- text: what a paragraph is made of -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Text:
    """Plain words."""

    text: str


@dataclass(frozen=True, slots=True)
class Definition:
    """A defined term where it is defined; shown bold and in quotation marks."""

    term: str


@dataclass(frozen=True, slots=True)
class Use:
    """A use of a defined term; `term` is as written, plural and all."""

    term: str


@dataclass(frozen=True, slots=True)
class Slot:
    """A parameter that is not filled in yet: in a clause as it is authored, never in a tree."""

    parameter: str
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Filled:
    """A parameter's value in a tree, with the fact that it comes from (None: a default).

    `written` is the value without the spelling of the document, where that is another: documents of one set agree on a
    value, however each of them spells it.
    """

    parameter: str
    text: str
    fact: str | None
    written: str = field(default="", metadata={LATER: True})


@dataclass(frozen=True, slots=True)
class Blank:
    """A parameter that nothing fills: visible in a draft, refused in a final document."""

    parameter: str
    label: str
    fact: str | None


@dataclass(frozen=True, slots=True)
class Reference:
    """A cross-reference. `target` is an anchor id; in a tree `text` is the cached words, "Clause 7.2"."""

    target: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class OpenChoice:
    """Marks text that is there although its condition is unknown: "if the vendor uses other companies"."""

    text: str


Inline: TypeAlias = Text | Definition | Use | Slot | Filled | Blank | Reference | OpenChoice


# --- blocks of a clause as authored -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AuthoredParagraph:
    """A paragraph or list item. `level` 0 is a numbered paragraph, 1 and 2 are list items, -1 unnumbered text."""

    id: str | None
    level: int
    content: tuple[Inline, ...]
    line: int = 0


@dataclass(frozen=True, slots=True)
class AuthoredTable:
    """A table: the header's cells, then rows of cells."""

    header: tuple[tuple[Inline, ...], ...]
    rows: tuple[tuple[tuple[Inline, ...], ...], ...]
    line: int = 0


@dataclass(frozen=True, slots=True)
class AuthoredGroup:
    """Blocks under a condition (`when`) or of a position."""

    condition: str | None
    position: str | None
    blocks: tuple["AuthoredBlock", ...]
    line: int = 0


AuthoredBlock: TypeAlias = AuthoredParagraph | AuthoredTable | AuthoredGroup


class ClauseHead(_Authored):
    """The front matter of a clause file."""

    id: str
    version: str
    title: str
    documents: tuple[str, ...]
    kind: str = "clause"
    when: str | None = None
    obligations: tuple[str, ...] = ()
    carries: tuple[Carried, ...] = ()
    parameters: Mapping[str, ClauseParameter] = Field(default_factory=dict)
    defines: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    note: str = ""
    positions: tuple[Position, ...] = ()
    jurisdictions: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    changelog: tuple[ClauseChange, ...] = ()


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause of the library: its front matter and its text."""

    head: ClauseHead
    blocks: tuple[AuthoredBlock, ...]
    digest: str = ""


class Party(_Authored):
    """Who stands on one side of a document. The texts may hold parameters, `[[client.name]]`, of facts."""

    role: str
    party: str
    name: str
    short_name: str = ""
    address: str = ""
    registration: str = ""
    contact: str = ""
    signatory: str = ""
    signatory_title: str = ""


class Deed(_Authored):
    """When a document is signed as a deed, and the words that say so: its signature block has lines for a witness."""

    when: str
    intro: str


class Signature(_Authored):
    """The words before the signature block."""

    intro: str = ""
    deed: Deed | None = None


class ContractDocument(_Authored):
    """A value of the fact `contract.documents` that a signed document stands for, under a condition."""

    document: str
    when: str | None = None


class RecipeKind(StrEnum):
    """What a document is among the others of its set."""

    AGREEMENT = "agreement"
    SCHEDULE = "schedule"
    ADDENDUM = "addendum"


class Recipe(_Authored):
    """A document of the library: which clauses and annexes, in which order.

    `provides` are the facts that hold once the document is signed, besides its terms and its place among the contract's
    documents. That place is `contract_document`, or where it depends on facts those of `contract_documents` that hold.
    `order` is the document's place in a set, `aliases` are other names that the texts of the set give it. `spelling`
    names the table of words that it is always spelled by, or `as_written`; else the tables say when they count.
    """

    id: str
    version: str
    title: str
    subtitle: str = ""
    kind: RecipeKind = RecipeKind.AGREEMENT
    order: int = 1000
    aliases: tuple[str, ...] = ()
    spelling: str | None = None
    when: str | None = None
    contract_document: str | None = None
    contract_documents: tuple[ContractDocument, ...] = ()
    provides: Mapping[str, Any] = Field(default_factory=dict)
    parties: tuple[Party, ...]
    background: tuple[str, ...] = ()
    clauses: tuple[str, ...]
    annexes: tuple[str, ...] = ()
    signature: Signature = Signature()
    note: str = ""
    changelog: tuple[ClauseChange, ...] = ()


# --- the tree ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of the tree. `number` is as printed ("7.2", "(a)", ""); `anchor` is what references point to."""

    anchor: str | None
    level: int
    number: str
    content: tuple[Inline, ...]
    carries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table of an annex. Every row has as many cells as the header."""

    header: tuple[tuple[Inline, ...], ...]
    rows: tuple[tuple[tuple[Inline, ...], ...], ...]


Block: TypeAlias = Paragraph | Table


@dataclass(frozen=True, slots=True)
class Note:
    """A drafting note for counsel, shown as a Word comment on the section's heading."""

    text: str


@dataclass(frozen=True, slots=True)
class Section:
    """A clause ("7") or an annex ("Annex II") of the tree."""

    anchor: str
    kind: str
    number: str
    title: str
    blocks: tuple[Block, ...]
    clause: str
    version: str
    note: Note
    obligations: tuple[str, ...] = ()
    word: str = field(default="", metadata={LATER: True})
    """What references call a clause where it is not "Clause"."""

    @property
    def place(self) -> str:
        """The section as references name it: "Clause 7", "Section 7", "Annex II"."""
        return self.number if self.kind == "annex" else f"{self.word or 'Clause'} {self.number}"


@dataclass(frozen=True, slots=True)
class SignatureParty:
    """One side of the signature block."""

    role: str
    name: tuple[Inline, ...]
    signatory: tuple[Inline, ...]
    title: tuple[Inline, ...]
    deed: bool = field(default=False, metadata={LATER: True})


@dataclass(frozen=True, slots=True)
class PartyBlock:
    """A party as the first page introduces it."""

    role: str
    name: tuple[Inline, ...]
    details: tuple[tuple[str, tuple[Inline, ...]], ...]


@dataclass(frozen=True, slots=True)
class OpenPoint:
    """Something that keeps a draft from being final: a blank, an open choice, or a term that no clause carries.

    `fact` would settle it; where there is none, `parameter` names the blank as `clause.parameter`.
    """

    kind: str
    what: str
    where: str
    fact: str | None = None
    parameter: str | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """An assembled document: a tree, its open points, and where each thing in it comes from.

    `spelling` is the table that it is spelled by, empty for the spelling of its clauses; `month_first`, `language`
    and `letter` are then those of the table.
    """

    document: str
    version: str
    title: str
    subtitle: str
    status: str
    day: date
    project: str
    parties: tuple[PartyBlock, ...]
    background: tuple[tuple[Inline, ...], ...]
    sections: tuple[Section, ...]
    annexes: tuple[Section, ...]
    signature: tuple[Inline, ...]
    signatures: tuple[SignatureParty, ...]
    open_points: tuple[OpenPoint, ...] = ()
    terms: tuple[str, ...] = ()
    clauses: Mapping[str, str] = field(default_factory=dict)
    positions: Mapping[str, str] = field(default_factory=dict)
    digest: str = ""
    spelling: str = field(default="", metadata={LATER: True})
    month_first: bool = field(default=False, metadata={LATER: True})
    language: str = field(default="", metadata={LATER: True})
    letter: bool = field(default=False, metadata={LATER: True})

    @property
    def tongue(self) -> str:
        """The language of the document as files name it."""
        return self.language or "en-GB"

    def paragraphs(self) -> Iterator[Paragraph]:
        """All paragraphs of clauses and annexes, in order."""
        for section in (*self.sections, *self.annexes):
            for block in section.blocks:
                if isinstance(block, Paragraph):
                    yield block
