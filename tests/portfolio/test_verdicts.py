"""A query gives the verdicts of the evaluator, on every input and in every database."""

import random
import shutil
from importlib.util import find_spec

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from govern.conditions import Flag, evaluate, parse_condition
from govern.conditions.model import Literal
from govern.kernel import MapValue, PartialSet
from govern.portfolio import DuckDb, PostgreSql, Spark, check_portfolio
from govern.portfolio.engines import KEPT, _nullable, _portable
from govern.portfolio.plan import make_plan
from govern.rules import build_book

from ..conditions.worlds import DAY, SPECS, atoms, conditions, definitions, examples, facts
from .world import ALWAYS, at_hand, expected, plan_pairs, random_projects, resolve, run_plan, say_status


class PortableDuckDb:
    """What Ibis writes, run in DuckDB."""

    def run(self, plan, encoder, chunks):
        for chunk in chunks:
            with duckdb.connect() as connection:
                connection.register("facts", _nullable(chunk, encoder))
                yield from connection.sql(_portable(plan, "duckdb")).to_arrow_table().to_batches()


def check_equal(engine, nodes, made, worlds, given_=None):
    pairs = [(ALWAYS, node) for node in nodes] + list(zip(nodes, reversed(nodes), strict=True))
    if given_ is not None:
        worlds = [{id_: value for id_, value in world.items() if id_ in given_} for world in worlds]
    verdicts = [
        [(evaluate(one, world, DAY, made).verdict, evaluate(other, world, DAY, made).verdict) for one, other in pairs]
        for world in worlds
    ]
    want = [[say_status(*pair) for pair in row] for row in verdicts]
    assert run_plan(engine, plan_pairs(pairs, made, given_), worlds) == want


several = st.lists(conditions(atoms()), min_size=1, max_size=4)
projects = st.lists(facts(), min_size=1, max_size=6)


@given(several, definitions(atoms()), projects)
@examples(250)
def test_duckdb_equals_the_evaluator(nodes, made, worlds):
    check_equal(DuckDb(1), nodes, made, worlds)


@given(several, definitions(atoms()), projects)
@examples(60)
def test_what_ibis_writes_equals_the_evaluator(nodes, made, worlds):
    check_equal(PortableDuckDb(), nodes, made, worlds)


@given(several, definitions(atoms()), projects, st.frozensets(st.sampled_from(sorted(SPECS))))
@examples(80)
def test_a_fact_without_a_column_is_unknown(nodes, made, worlds, there):
    check_equal(DuckDb(1), nodes, made, worlds, there)


ATOMS = (
    "b.one", "!b.one", "b.one == true", "b.one != b.two", "b.one < b.two", "b.one in [true]", "b.one in [false]",
    "b.one in []", "b.one in [true, false]", "!(b.one in [true, false])", "true", "false == (b.one && b.two)",
    'e.kind == "red"', '!(e.kind == "red")', 'e.kind != "blue"', 'e.kind in ["red", "blue"]', "e.kind in []",
    "e.kind == e.other", "e.kind in s.tags", "n.whole < 2.5", "n.whole == 2.5", "n.whole != 2.5", "n.whole >= 2.0",
    "n.whole < 99999999999999999999", "n.whole > -99999999999999999999", "n.whole == n.count", "2 >= n.whole",
    "n.whole in [1, 2.0, 2.5]", "n.whole in []", "n.whole == n.share", "n.share >= 2.50", "n.share == 0.1",
    "n.share in [0.1, 2.5]", "n.share in []", "d.start < d.end", "d.start == d.end",
    "months_since(d.start) > 3", "months_since(d.start) <= 3", "months_since(d.start) == 0",
    "months_since(d.start) != 0", "months_since(d.start) < 0.5", "months_since(d.start) == 0.5",
    "months_since(d.start) < -99999", "months_since(d.start) > n.whole", "days_until(d.end) < 30",
    "days_until(d.end) == 0", "days_until(d.end) >= -0.5", "days_until(d.end) in [0, 1]",
    'c.home < "IN"', 'c.home in c.many', 't.name == "é"', 't.name < "\\U0001f642"', 't.name in ["", "a"]',
    '"a" in s.tags', '!("a" in s.tags)', '"zz" in s.tags', 'has_any(s.tags, ["a", "z"])', "has_any(s.tags, [])",
    'has_all(s.tags, ["a"])', "has_all(s.tags, [])", "has_any([], s.tags)", "has_all([], s.tags)",
    'has_all(["a", "b"], s.tags)', 'has_any(["a"], s.tags)', "has_any(s.tags, s.more)", "has_all(s.tags, s.more)",
    "size(s.tags) > 1", "size(s.tags) in [0, 2]", "size(s.tags) == n.whole", "size(s.regions) == 1",
    '"US-CA" in s.regions', '!("US-CA" in s.regions)', 'has_all(s.regions, ["US-CA", "US"])',
    '!has_all(s.regions, ["US-CA", "US"])', 'has_all(["US", "IN"], s.regions)', 'has_any(s.regions, ["US-IL"])',
    'has_all(["US", "IN", "US-CA", "US-IL"], s.regions)', "size(r.subs) > 0", 'has_any(m.tool, ["a"])',
    "size(m.tool) == 1", 'has_all(["DE"], c.many)', "def.first", "!def.first", "def.first == b.two",
    "!(def.first == true)", '[[1]] == [[1]]', 'size(["a"]) == 1', "nothing.known", "!(nothing.known == 1)",
)  # fmt: skip
WORLDS = (
    {},
    {
        "b.one": True, "b.two": True, "e.kind": "red", "e.other": "red", "n.whole": 2, "n.count": 2, "n.share": 2,
        "s.tags": frozenset("a"), "s.more": frozenset("a"), "d.start": DAY, "d.end": DAY, "c.home": "IN",
        "c.many": frozenset({"DE"}), "t.name": "é", "m.tool": MapValue.of({"DE": "a", "IN": "a"}),
        "r.subs": ({"name": "x"},), "s.regions": PartialSet.of({"US"}, {"US-CA", "US-IL"}),
    },
    {
        "b.one": False, "b.two": True, "e.kind": "blue", "n.whole": -5, "n.share": 2.5, "s.tags": frozenset(),
        "s.more": frozenset(("a", "b")), "d.start": DAY.replace(month=8), "d.end": DAY.replace(day=23), "t.name": "",
        "c.many": frozenset(), "r.subs": (), "m.tool": MapValue.of({}), "s.regions": frozenset({"US", "US-CA"}),
    },
    {"b.one": False, "b.two": False, "t.name": "🙂", "s.tags": frozenset(("a", "b")), "s.regions": frozenset({"IN"})},
)  # fmt: skip


def atoms_and_definitions():
    return [parse_condition(text) for text in ATOMS], {"def.first": parse_condition("b.one && !(n.whole == 7)")}


@pytest.mark.parametrize("engine", [DuckDb(1), PortableDuckDb()], ids=["duckdb", "ibis"])
def test_every_shape_of_atom(engine):
    check_equal(engine, *atoms_and_definitions(), WORLDS)


def test_a_plan_of_nothing_but_fixed_verdicts():
    check_equal(DuckDb(1), [Literal(True), Literal(False)], {}, WORLDS)


# The packs of law -------------------------------------------------------------------------------------------------


def check_packs(content, engine, count, only=None, seed=1):
    """All packs, or some, on random facts, compared with the evaluator finding by finding."""
    book = build_book(content.packs(), content.vocabulary(), DAY, only)
    raws = random_projects(content, count, seed)
    source = at_hand(content, raws)
    plan = make_plan(book, source.facts)
    specs = {spec.id: spec for spec in book.vocabulary if spec.id in source.facts}
    worlds = [resolve(content, raw) for raw in raws]
    found = run_plan(engine, plan, [world.values for world in worlds], specs, book.parameters)
    ids = [rule.obligation.id for rule in book.rules]
    differ = [
        (place, id_, want[id_], status)
        for place, (row, want) in enumerate(zip(found, (expected(book, world) for world in worlds), strict=True))
        for id_, status in zip(ids, row, strict=True)
        if want[id_] != status
    ]
    assert differ == []
    return plan


def test_all_packs_of_law_in_duckdb(content):
    check_packs(content, DuckDb(1), 60)


def test_all_packs_of_law_as_ibis_writes_them(content):
    check_packs(content, PortableDuckDb(), 20)


@pytest.mark.postgres
def test_postgresql_equals_the_evaluator(content, postgres_url):
    engine = PostgreSql(postgres_url)
    check_equal(engine, *atoms_and_definitions(), WORLDS)
    check_packs(content, engine, 30, ["gdpr", "hipaa", "ccpa", "soc2"])


@pytest.fixture(scope="module")
def spark():
    """A Spark in this machine. It needs pyspark, which is not among the development dependencies, and Java."""
    if find_spec("pyspark") is None:
        pytest.skip("needs Spark: pip install 'govern[spark]'")
    if shutil.which("java") is None:
        pytest.skip("needs Java 17 or newer")
    from pyspark.sql import SparkSession

    settings = {"spark.ui.enabled": "false", "spark.sql.shuffle.partitions": "2", "spark.driver.memory": "2g"}
    builder = SparkSession.builder.master("local[2]").appName("govern tests")
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    yield session
    session.stop()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_spark_equals_the_evaluator(content, spark):
    check_equal(Spark(spark), *atoms_and_definitions(), WORLDS)
    check_packs(content, Spark(spark), 20, ["hipaa"])


# Speed by sharing -------------------------------------------------------------------------------------------------


def test_the_layers_compute_a_shared_part_once():
    both, either = parse_condition("b.one && b.two"), parse_condition("b.one && b.two || n.whole > 3")
    first, second = plan_pairs([(both, either), (either, both)], {}).layers.layers
    ((shared, _),) = first
    ((_, whole),) = second
    assert whole.parts[0] == Flag(shared)


def test_the_query_is_written_in_a_moment(content):
    import time

    book = build_book(content.packs(), content.vocabulary(), DAY)
    start = time.process_time()
    plan = make_plan(book, [spec.id for spec in book.vocabulary])
    from govern.portfolio.sql import write_query

    write_query(plan.layers, plan.columns, "facts", KEPT)
    assert time.process_time() - start < 2
    assert plan.left_to_evaluator() == ()


def test_the_result_does_not_depend_on_the_chunks(content, monkeypatch):
    import govern.portfolio.sources as sources

    book = build_book(content.packs(), content.vocabulary(), DAY, ["gdpr"])
    raws = random_projects(content, 25, seed=random.Random(4).randrange(99))
    whole = check_portfolio(book, at_hand(content, raws, "vendor.country"), DuckDb(2))
    monkeypatch.setattr(sources, "CHUNK", 4)
    parts = check_portfolio(book, at_hand(content, raws, "vendor.country"), DuckDb(2))
    assert (whole.by_law(), whole.by_group()) == (parts.by_law(), parts.by_group())
