"""The nouns of the rules: packs, definitions, obligations, findings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from govern.conditions import Trace
from govern.kernel import Citation, InForce, Kind


class _Authored(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Severity(StrEnum):
    """How grave a gap is. The order of the members is the order of a report."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def weight(self) -> int:
        """How much a question about it counts: 8, 4, 2, 1."""
        return {"critical": 8, "high": 4, "medium": 2, "low": 1}[self.value]


class Relation(StrEnum):
    """How far a control covers an obligation, in the words of NIST IR 8477 (set theory relationships)."""

    EQUAL = "equal"
    SUPERSET_OF = "superset_of"
    SUBSET_OF = "subset_of"
    INTERSECTS_WITH = "intersects_with"


class Instrument(_Authored):
    """A law, standard or guidance that citations name. `pinpoint` is the form of its places, a regular expression."""

    title: str
    jurisdiction: str
    kind: str = "law"
    pinpoint: str = ""


class Review(_Authored):
    """What was verified, by whom, and when a lawyer must look again."""

    verified: bool | None = None
    verified_against: str = ""
    statement: str = ""
    by: str | None = None
    next: date | None = None
    note: str = ""


class Change(_Authored):
    """A line of a changelog."""

    version: str
    date: date
    note: str


class Correction(_Authored):
    """Where a row of the source was wrong and the law won."""

    id: str
    note: str


class Definition(_Authored):
    """A named condition with its source, used in conditions by its id like a boolean fact."""

    id: str
    title: str
    cite: Citation
    when: str
    in_force: InForce = InForce()
    note: str = ""


class DatedValue(_Authored):
    """A parameter's value from a day on, until the next one's day or `until`."""

    since: date = Field(alias="from")
    until: date | None = None
    value: Any
    source: str = ""
    verified: bool = True


class Parameter(_Authored):
    """A figure or list of the law that changes with time."""

    id: str
    title: str
    kind: Kind
    cite: Citation
    values: tuple[DatedValue, ...]
    note: str = ""

    def on(self, day: date) -> "str | bool | int | Decimal | frozenset[str] | None":
        """The value in force on a day, or None before the first and after the last."""
        current: Any = None
        for dated in sorted(self.values, key=lambda each: each.since):
            if dated.since <= day:
                current = dated.value if dated.until is None or day < dated.until else None
        if isinstance(current, list | tuple):
            return frozenset(current)
        return Decimal(str(current)) if isinstance(current, float) else current


class StandIn(_Authored):
    """Duties of somebody else, to be confirmed with them: those that would apply if the client were in their place.

    Of obligations whose actor begins with `actor`, while `when` holds. `assume` are facts of the counterfactual.
    """

    actor: str
    when: str
    assume: Mapping[str, Any]
    confirm_with: str


class Obligation(_Authored):
    """What a law asks of somebody."""

    id: str
    title: str
    cite: Citation
    topic: str
    text: str
    actor: str
    trigger: str = "standing"
    in_force: InForce = InForce()
    applies: str
    met: str
    requires_terms: tuple[str, ...] = ()
    severity: Severity
    penalty: str = ""
    remedy: str
    evidence: tuple[str, ...] = ()
    same_as: tuple[str, ...] = ()
    spec: str | None = None
    review: Review = Review()


class Case(_Authored):
    """A proof of a pack by example: facts, a day, and what must be found."""

    name: str
    obligation: str | None = None
    definition: str | None = None
    as_of: date | None = None
    with_: tuple[str, ...] = Field(default=(), alias="with")
    facts: Mapping[str, Any] = Field(default_factory=dict)
    without: tuple[str, ...] = ()
    expect: str
    because: tuple[str, ...] = ()

    @property
    def subject(self) -> str:
        """The obligation or definition that the case is about."""
        return self.obligation or self.definition or ""


class RulePack(_Authored):
    """A versioned set of definitions, parameters and obligations of one instrument."""

    id: str
    title: str
    short: str
    instrument: str
    instruments: Mapping[str, Instrument]
    version: str
    in_force: InForce = InForce()
    order: int = 100
    review: Review = Review()
    changelog: tuple[Change, ...] = ()
    corrections: tuple[Correction, ...] = ()
    stand_ins: tuple[StandIn, ...] = ()
    note: str = ""
    definitions: tuple[Definition, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    obligations: tuple[Obligation, ...] = ()
    digest: str = Field(default="", description="SHA-256 over the pack's files, in hex")


class Status(StrEnum):
    """What was found. The order of the members is the order of a report."""

    GAP = "gap"
    OPEN = "open"
    MET = "met"
    NOT_APPLICABLE = "not_applicable"


class OpenAbout(StrEnum):
    """Of an open finding: whether it is unknown if the duty is live, or if it is fulfilled."""

    APPLICABILITY = "applicability"
    COMPLIANCE = "compliance"


@dataclass(frozen=True, slots=True)
class Finding:
    """One obligation's result. `reasons` are the facts that decided; `missing` those that would settle it.

    `confirm_with` names somebody else whose duty it is, where it does not apply to the client only for that.
    """

    obligation: Obligation
    pack: str
    status: Status
    applies: Trace
    met: Trace | None
    about: OpenAbout | None
    reasons: tuple[str, ...]
    missing: tuple[str, ...]
    confirm_with: str = ""


@dataclass(frozen=True, slots=True)
class Assessment:
    """One run: the findings in the order of packs and obligations, on a day, by the packs' versions and digests."""

    as_of: date
    findings: tuple[Finding, ...]
    packs: Mapping[str, str] = field(default_factory=dict)
    expired: Mapping[str, date] = field(default_factory=dict)
    later: Mapping[str, date] = field(default_factory=dict)

    def count(self, status: Status) -> int:
        """How many findings have a status."""
        return sum(finding.status is status for finding in self.findings)
