"""What a portfolio check computes: the obligations of a book over a table that has certain facts."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from govern.conditions import AtomColumn, Column, Flag, Opposite, format_condition, parts_of, plan_columns
from govern.portfolio.encoding import is_of_sets
from govern.portfolio.layers import Layers, make_layers
from govern.rules import RuleBook


@dataclass(frozen=True, slots=True)
class Plan:
    """The columns that must be there, and the layers of the query over them."""

    book: RuleBook
    columns: tuple[Column, ...]
    layers: Layers

    def opposites(self) -> frozenset[str]:
        """The verdict columns that are read negated."""
        return frozenset(_negated(self.layers))

    def left_to_evaluator(self) -> tuple[str, ...]:
        """The comparisons that are made row by row, before the query: it has their verdicts as columns."""
        atoms = [each.node for each in self.columns if isinstance(each, AtomColumn)]
        return tuple(format_condition(node) for node in atoms if not is_of_sets(node))


def make_plan(book: RuleBook, facts: Collection[str]) -> Plan:
    """Plan the check of a table with these facts; every other fact is unknown. Cost: some hundredths of a second."""
    conditions = {}
    for rule in book.rules:
        conditions[rule.obligation.id, "applies"] = rule.applies_node
        conditions[rule.obligation.id, "met"] = rule.met_node
    specs = [spec for spec in book.vocabulary if spec.id in facts]
    planned = plan_columns(conditions, book.definition_nodes, specs, book.parameters, book.as_of)
    return Plan(book, planned.columns, make_layers(planned, tuple(rule.obligation.id for rule in book.rules)))


def _negated(layers: Layers) -> Iterator[str]:
    waiting = [expression for layer in layers.layers for _, expression in layer]
    while waiting:
        expression = waiting.pop()
        waiting.extend(parts_of(expression))
        if isinstance(expression, Opposite) and isinstance(expression.part, Flag):
            yield expression.part.column
