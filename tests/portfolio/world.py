"""Conditions run as a query, and random facts for the packs of law."""

import random
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from govern.conditions import plan_columns
from govern.conditions.model import Literal
from govern.kernel import FactValue, Kind, resolve_facts
from govern.portfolio.encoding import Encoder
from govern.portfolio.layers import make_layers
from govern.portfolio.plan import Plan
from govern.portfolio.sources import Chunk, hold_projects
from govern.portfolio.statuses import PLACE_OF_CODE, STATUSES
from govern.portfolio.values import Distinct, hold
from govern.rules import assess

from ..conditions.worlds import DAY, SPECS

ALWAYS = Literal(True)


@dataclass
class Book:
    """What a plan needs of a rule book."""

    as_of: date = DAY


def plan_pairs(pairs, definitions, given=None):
    """The plan of obligations that are pairs of conditions, applies and met."""
    conditions = {}
    for place, (applies, met) in enumerate(pairs):
        conditions[str(place), "applies"], conditions[str(place), "met"] = applies, met
    specs = [spec for id_, spec in SPECS.items() if given is None or id_ in given]
    planned = plan_columns(conditions, definitions, specs, {}, DAY)
    return Plan(Book(), planned.columns, make_layers(planned, tuple(str(place) for place in range(len(pairs)))))


def run_plan(engine, plan, worlds, specs=SPECS, parameters=None):
    """The statuses of each project, in words."""
    values = {id_: as_read([world.get(id_) for world in worlds]) for id_ in specs}
    names = pa.array([f"p{place:06}" for place in range(len(worlds))])
    chunk = Chunk(names, pa.array([0] * len(worlds), pa.int32()).to_numpy(), values)
    found = {}
    encoder = Encoder(plan.columns, specs, parameters or {}, plan.book.as_of)
    for batch in engine.run(plan, encoder, iter([chunk])):
        columns = [bytes(column.to_pylist()).translate(PLACE_OF_CODE) for column in batch.columns[2:]]
        for row, name in enumerate(batch.column(0).to_pylist()):
            assert name not in found
            found[name] = [STATUSES[column[row]].value for column in columns]
    return [found[name] for name in names.to_pylist()]


def as_read(values):
    """As a file's values are read: an unknown row has the code of some value that is not its own."""
    held = hold(values)
    known = [value for value in values if value is not None]
    return Distinct(known or [None], np.where(held.unknown, 0, np.cumsum(~held.unknown) - 1), held.unknown)


def say_status(applies, met):
    """A status by two verdicts, as the rules say it."""
    if applies is False:
        return "not_applicable"
    if applies is None or met is None:
        return "open"
    return "met" if met else "gap"


# Facts for real packs ---------------------------------------------------------------------------------------------

COUNTRIES = ("DE", "IN", "US", "GB", "KE", "IS", "ZZ")


def random_raw(spec, rng, terms=()):
    """An answer as written, of a fact's kind."""
    match spec.kind:
        case Kind.BOOLEAN:
            return rng.random() < 0.6
        case Kind.ENUM:
            return rng.choice(spec.values)
        case Kind.INTEGER:
            return _within(spec, rng, (0, 1, 7, 10, 15, 24, 45, 48, 72, 100, 50_000, 250_000, 100_000, 10**9))
        case Kind.DECIMAL:
            return _within(spec, rng, (0.0, 0.1, 26_625_000, 26_625_000.5, 49.99, 50, 50.01, 99.0))
        case Kind.DATE:
            return (date(2026, 11, 24) - timedelta(rng.choice((0, 1, 364, 365, 366, 367, 395, 396, 800)))).isoformat()
        case Kind.COUNTRY:
            return rng.choice(COUNTRIES)
        case Kind.COUNTRIES:
            return rng.sample(COUNTRIES, rng.randrange(4))
        case Kind.SET:
            values = spec.values or terms
            return rng.sample(values, rng.randrange(len(values) + 1) if rng.random() < 0.7 else len(values))
        case Kind.MAP:
            return {country: rng.choice(spec.values) for country in rng.sample(COUNTRIES, rng.randrange(3))}
        case Kind.RECORDS:
            records = [{**dict.fromkeys(spec.fields, "x"), "country": rng.choice(COUNTRIES)} for _ in range(2)]
            return [{name: record[name] for name in spec.fields} for record in records[: rng.randrange(3)]]
    return "some text"


def _within(spec, rng, numbers):
    low, high = spec.minimum, spec.maximum
    allowed = [each for each in numbers if (low is None or each >= low) and (high is None or each <= high)]
    return rng.choice(allowed or [low])


def random_projects(content, count, seed=1):
    """Answers of projects as written; of some nearly all facts are known, of others few."""
    rng = random.Random(seed)
    terms = [term.id for term in content.terms()]
    asked = [spec for spec in content.vocabulary() if spec.derive is None]
    projects = []
    for _ in range(count):
        known = rng.choice((0.2, 0.7, 0.97, 1.0))
        projects.append({spec.id: random_raw(spec, rng, terms) for spec in asked if rng.random() < known})
    return projects


def resolve(content, raws, day=DAY):
    """The facts of answers as written."""
    return resolve_facts(content.vocabulary(), {fact: FactValue(value=raw) for fact, raw in raws.items()}, day)


def expected(book, facts):
    """The statuses that the evaluator finds, by obligation."""
    return {finding.obligation.id: finding.status.value for finding in assess(book, facts).findings}


def at_hand(content, projects, by=""):
    """Projects as a source."""
    held = [(f"p{place}", resolve(content, raws)) for place, raws in enumerate(projects)]
    return hold_projects("the projects", held, content.vocabulary(), by)
