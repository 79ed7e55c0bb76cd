"""The same query as Ibis expressions, for any database that Ibis writes SQL for."""

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import and_, eq, ge, gt, le, lt, ne, or_
from typing import Any, Final

import ibis
from ibis.expr.types import BooleanValue, IntegerValue
from ibis.expr.types import Table as Relation

from govern.conditions import Alike, Bits, Every, Expression, Fixed, Flag, Number, OneOf, Opposite, Some
from govern.portfolio.layers import Layers
from govern.portfolio.statuses import GAP, MET, NOT_APPLICABLE, OPEN

_COMPARE: Final = {"==": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}


def write_portable_query(layers: Layers, schema: Mapping[str, str], kept: Sequence[str], dialect: str) -> str:
    """The query over the table `facts`, in the SQL of a dialect of Ibis: the `kept` columns, and r0, r1 … with the
    status of each obligation, a SMALLINT each.

    Each layer is written by itself and named in a WITH: Ibis takes a hundred times longer over all of them nested.
    """
    known, source, parts = dict(schema), "facts", []
    for place, layer in enumerate(layers.layers):
        relation = ibis.table(known, name=source)
        found = {name: build_expression(expression, relation) for name, expression in layer}
        parts.append(_write(relation.mutate(**found), dialect))
        known.update(dict.fromkeys(found, "boolean"))
        source = f"layer_{place}"
    relation = ibis.table(known, name=source)
    statuses = {f"r{place}": build_status(relation, *pair) for place, pair in enumerate(layers.verdicts)}
    last = _write(relation.select(*kept, **statuses), dialect)
    # Without MATERIALIZED PostgreSQL writes every layer into the next, each time that it is read.
    word = "AS MATERIALIZED" if dialect == "postgres" else "AS"
    named = ", ".join(f"layer_{place} {word} ({part})" for place, part in enumerate(parts))
    return f"WITH {named} {last}" if parts else last


def _write(relation: Relation, dialect: str) -> str:
    return str(ibis.to_sql(relation, dialect=dialect, pretty=False))


def build_status(relation: Relation, applies: Flag | Fixed, met: Flag | Fixed) -> IntegerValue:
    """The status of an obligation by whether it applies and is met."""
    live = _by_verdict(relation, met, ibis.literal(MET, "int16"), ibis.literal(GAP, "int16"))
    return _by_verdict(relation, applies, live, ibis.literal(NOT_APPLICABLE, "int16")).cast("int16")


def _by_verdict(relation: Relation, verdict: Flag | Fixed, yes: IntegerValue, no: IntegerValue) -> IntegerValue:
    open_ = ibis.literal(OPEN, "int16")
    if isinstance(verdict, Fixed):
        return open_ if verdict.verdict is None else yes if verdict.verdict else no
    column = relation[verdict.column]
    return ibis.cases((column, yes), (~column, no), else_=open_)


def build_expression(expression: Expression, relation: Relation) -> BooleanValue:
    """A boolean expression over the columns of a relation."""

    def again(part: Expression) -> BooleanValue:
        return build_expression(part, relation)

    match expression:
        case Fixed(verdict):
            return ibis.null("boolean") if verdict is None else ibis.literal(verdict)
        case Flag(column):
            return relation[column]
        case Number(op, column, other):
            return _COMPARE[op](relation[column], relation[other] if isinstance(other, str) else other)
        case OneOf(column, values):
            return relation[column].isin(values)
        case Bits():
            return _build_bits(expression, relation)
        case Opposite(part):
            return ~again(part)
        case Every(parts):
            return reduce(and_, map(again, parts))
        case Some(parts):
            return reduce(or_, map(again, parts))
        case Alike(op, left, right):
            found: Any = _COMPARE[op](again(left), again(right))
            return found


def _build_bits(bits: Bits, relation: Relation) -> BooleanValue:
    def test(column: str) -> BooleanValue:
        shared = relation[column] & ibis.literal(bits.mask, "int64")
        return shared == bits.mask if bits.every else shared != 0

    if bits.may is None:
        return test(bits.column)
    return test(bits.column) | test(bits.may).nullif(ibis.literal(True))
