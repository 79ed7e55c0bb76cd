"""The nouns of retention: rules of law, and the schedule of a project."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from govern.kernel import Citation, InForce


class RuleKind(StrEnum):
    """What a rule says about time."""

    MINIMUM = "minimum"
    MAXIMUM = "maximum"
    NONE = "none"


class Period(BaseModel):
    """A length of time in whole units; months and years are calendar ones."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    years: int = 0
    months: int = 0
    days: int = 0
    hours: int = 0

    def words(self) -> str:
        """6 years; 1 year and 3 months; at once."""
        parts = []
        for name in ("years", "months", "days", "hours"):
            count = getattr(self, name)
            if count:
                parts.append(f"{count} {name if count != 1 else name[:-1]}")
        return " and ".join(parts) or "at once"


class RetentionRule(BaseModel):
    """How long one class of records is kept under one provision."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    id: str
    pack: str
    record_class: str
    title: str
    cite: Citation
    applies: str
    rule: RuleKind
    period: Period | None = None
    trigger: str
    trigger_fact: str | None = None
    action: str
    jurisdiction: str
    verified: bool = False
    in_force: InForce = InForce()
    note: str = ""


@dataclass(frozen=True, slots=True)
class ScheduleLine:
    """One rule for one project. `due` is None where it cannot be computed; `why_no_date` then says why.

    `applies` is None where a fact is unknown.
    """

    rule: RetentionRule
    applies: bool | None
    trigger_date: date | None
    due: date | None
    why_no_date: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two rules for one class of records that cannot both be kept to the letter, and what prevails."""

    record_class: str
    keep: ScheduleLine
    destroy: ScheduleLine
    words: str


@dataclass(frozen=True, slots=True)
class Schedule:
    """The lines of a project by record class, and the conflicts among them."""

    as_of: date
    lines: tuple[ScheduleLine, ...]
    conflicts: tuple[Conflict, ...]
    hold: bool | None = False
    """Whether a legal hold stops all destruction; None where nobody has said."""
