"""A table's conditions in layers: what is read more than once is computed once, as a column of its own."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

from govern.conditions import (
    Alike,
    ColumnPlan,
    Every,
    Expression,
    Fixed,
    Flag,
    Opposite,
    Some,
    opposite,
    parts_of,
)

Layer = tuple[tuple[str, Expression], ...]


@dataclass(frozen=True, slots=True)
class Layers:
    """Columns to compute, each layer from the facts and the layers before; and where each condition's verdict is."""

    layers: tuple[Layer, ...]
    verdicts: tuple[tuple["Flag | Fixed", "Flag | Fixed"], ...]
    """Of each obligation, in order: whether it applies, and whether it is met."""


def make_layers(plan: "ColumnPlan[tuple[str, str]]", obligations: tuple[str, ...]) -> Layers:
    """Lay out the conditions `applies` and `met` of the obligations."""
    maker = _Maker(plan)
    verdicts = tuple((maker.named((id_, "applies")), maker.named((id_, "met"))) for id_ in obligations)
    layers: list[list[tuple[str, Expression]]] = []
    for name, expression in maker.columns.items():
        level = maker.levels[name]
        layers.extend([] for _ in range(level - len(layers)))
        layers[level - 1].append((name, expression))
    return Layers(tuple(map(tuple, layers)), verdicts)


class _Maker:
    def __init__(self, plan: "ColumnPlan[tuple[str, str]]") -> None:
        self.plan = plan
        self.uses = Counter(_count(plan))
        self.names: dict[Expression, str] = {}
        self.columns: dict[str, Expression] = {}
        self.levels: dict[str, int] = {}

    def named(self, key: tuple[str, str]) -> Flag | Fixed:
        """The whole of a condition as a column."""
        found = self.write(self.plan.conditions[key])
        return found if isinstance(found, Flag | Fixed) else self.name(found)

    def write(self, expression: Expression) -> Expression:
        """The expression with what is shared replaced by its column."""
        match expression:
            case Flag(name) if name in self.plan.definitions:
                return self.definition(name, self.plan.definitions[name])
            case Opposite(Flag(name)) if name in self.plan.definitions:
                return self.definition(f"{name}_n", opposite(self.plan.definitions[name]))
            case Flag() | Fixed():
                return expression
        if expression in self.names:
            return Flag(self.names[expression])
        written = self.rebuild(expression)
        if self.uses[expression] < 2:
            return written
        flag = self.name(written)
        self.names[expression] = flag.column
        return flag

    def rebuild(self, expression: Expression) -> Expression:
        again = partial(map, self.write)
        match expression:
            case Every(parts) | Some(parts):
                return replace(expression, parts=tuple(again(parts)))
            case Alike(op, left, right):
                return Alike(op, self.write(left), self.write(right))
        return expression

    def definition(self, name: str, inner: Expression) -> Expression:
        """A definition under its own name, where it is used first; its opposite is a column of its own."""
        if name not in self.columns:
            written = self.write(inner)
            self.columns[name] = written
            self.levels[name] = 1 + self.level(written)
        return Flag(name)

    def name(self, written: Expression) -> Flag:
        name = f"v{len(self.columns)}"
        self.columns[name] = written
        self.levels[name] = 1 + self.level(written)
        return Flag(name)

    def level(self, expression: Expression) -> int:
        if isinstance(expression, Flag):
            return self.levels.get(expression.column, 0)
        return max(map(self.level, parts_of(expression)), default=0)


def _count(plan: "ColumnPlan[tuple[str, str]]") -> Iterator[Expression]:
    """Every expression as often as it is written; the parts of a repeated one only once."""
    seen: set[Expression] = set()

    def visit(expression: Expression) -> Iterator[Expression]:
        yield expression
        if expression not in seen:
            seen.add(expression)
            for part in parts_of(expression):
                yield from visit(part)

    for each in (*plan.definitions.values(), *plan.conditions.values()):
        yield from visit(each)
