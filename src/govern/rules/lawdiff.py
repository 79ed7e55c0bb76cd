"""What changed between two books of law: two versions of a pack, or one pack on two days."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from govern.conditions import Node, inline
from govern.rules.book import Rule, RuleBook
from govern.rules.model import Obligation


class ChangeKind(StrEnum):
    """The order of the members is the order of a report."""

    ADDED = "added"
    ENDED = "ended"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class ConditionChange:
    """A condition (`applies` or `met`) that reads otherwise once definitions and figures are written out."""

    name: str
    before: Node
    after: Node


@dataclass(frozen=True, slots=True)
class LawChange:
    """One obligation's change. `fields` are those of its texts and labels that differ; a condition that differs only in
    how it is written is none of them."""

    obligation: str
    kind: ChangeKind
    before: Obligation | None
    after: Obligation | None
    fields: tuple[str, ...] = ()
    conditions: tuple[ConditionChange, ...] = ()


_FIELDS = (
    "title", "cite", "topic", "text", "actor", "trigger", "requires_terms", "severity", "penalty", "remedy", "evidence",
    "same_as", "spec",
)  # fmt: skip


def compare_books(before: RuleBook, after: RuleBook) -> tuple[LawChange, ...]:
    """The obligations of two books that were added, ended or changed, in this order, each in the order of its book."""
    old = {rule.obligation.id: rule for rule in before.rules}
    new = {rule.obligation.id: rule for rule in after.rules}
    added = [LawChange(id_, ChangeKind.ADDED, None, rule.obligation) for id_, rule in new.items() if id_ not in old]
    ended = [LawChange(id_, ChangeKind.ENDED, rule.obligation, None) for id_, rule in old.items() if id_ not in new]
    both = [(old[id_], rule) for id_, rule in new.items() if id_ in old]
    changed = [change for one, other in both for change in _compare(one, other, before, after)]
    return (*added, *ended, *changed)


def _compare(one: Rule, other: Rule, before: RuleBook, after: RuleBook) -> Iterator[LawChange]:
    fields = tuple(name for name in _FIELDS if getattr(one.obligation, name) != getattr(other.obligation, name))
    pairs = (("applies", one.applies_node, other.applies_node), ("met", one.met_node, other.met_node))
    conditions = tuple(
        ConditionChange(name, old, new)
        for name, first, second in pairs
        for old, new in ((written_out(first, before), written_out(second, after)),)
        if old != new
    )
    if fields or conditions:
        yield LawChange(one.obligation.id, ChangeKind.CHANGED, one.obligation, other.obligation, fields, conditions)


def written_out(node: Node, book: RuleBook) -> Node:
    """A condition with the definitions and figures of a book written out."""
    return inline(node, book.definition_nodes, book.parameters)
