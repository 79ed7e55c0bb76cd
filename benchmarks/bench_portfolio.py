"""How fast a portfolio check is: a million projects by all obligations of the four core packs, in DuckDB.

Usage: python benchmarks/bench_portfolio.py [PROJECTS]

A verdict is one condition (`applies` or `met`) of one project. The facts are random, the same in every run: of each
project a third to all of them are known, and some sets only in part. Timed is the whole way, from the Parquet file of
facts, which is checked value by value, to the summary and, in another run, to a Parquet file of results too; and the
query alone, over facts that are encoded already. Each run is a process of its own, on two cores.

The Rust CEL library runs the same conditions over the facts of the file's first projects, its programs and activations
made before the clock starts. Conditions that read a date are left out on both sides, since CEL has none. Where a status
by CEL is not that of the check, sets that are known only in part aside, the benchmark fails.
"""

import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from bench_conditions import reads_dates, rust_runner, write_cel

from govern.conditions import find_names
from govern.kernel import Facts, FactSpec, FactValue, Kind, PartialSet, resolve_facts
from govern.library.content import Content
from govern.library.places import content_places
from govern.portfolio import DuckDb, check_portfolio, make_plan, open_file
from govern.portfolio.encoding import Encoder
from govern.portfolio.engines import KEPT, _coded
from govern.portfolio.sql import write_query
from govern.rules import RuleBook, build_book
from govern.usecases.answers import parse_answer

DAY = date(2026, 11, 24)
PACKS = ("gdpr", "hipaa", "ccpa", "soc2")
CHUNK = 50_000
CORES = 2
COUNTRIES = ("DE", "FR", "IE", "IN", "PH", "KE", "US", "GB", "PL", "BR")
UNITS = ("cards", "claims", "cloud", "devices", "health", "mobility", "retail", "search")


SAMPLE = 100


def load_book(*, compared: bool = False) -> RuleBook:
    """The four core packs on a day; `compared`: only the obligations that CEL can say."""
    content = Content(content_places())
    book = build_book(content.packs(), content.vocabulary(), DAY, PACKS)
    if not compared:
        return book
    nodes = book.definition_nodes
    kept = [
        rule for rule in book.rules if not (reads_dates(rule.applies_node, nodes) or reads_dates(rule.met_node, nodes))
    ]
    return replace(book, rules=tuple(kept))


# Facts ------------------------------------------------------------------------------------------------------------


def make_facts(book: RuleBook, path: Path, projects: int) -> None:
    """A Parquet file with one row a project and a column for each fact that a condition reads."""
    terms = [term.id for term in Content(content_places()).terms()]
    read = set().union(*(_facts(book, rule.applies_node) | _facts(book, rule.met_node) for rule in book.rules))
    read |= {spec.derive.base for spec in book.vocabulary.derived if spec.derive and spec.id in read}
    specs = [spec for spec in book.vocabulary if spec.id in read and spec.derive is None]
    generator = np.random.default_rng(20261124)
    writer = None
    for start in range(0, projects, CHUNK):
        size = min(CHUNK, projects - start)
        columns: dict[str, pa.Array] = {
            "project": pa.array([f"project-{number}" for number in range(start, start + size)]),
            "business_unit": pa.array(np.array(UNITS)[generator.integers(0, len(UNITS), size)]),
        }
        # How much of a project is known differs: of some nearly all.
        known = generator.random(size) * 0.67 + 0.33
        for spec in specs:
            columns[spec.id] = _column(spec, size, generator.random(size) > known, generator, terms)
        batch = pa.table(columns)
        writer = writer or pq.ParquetWriter(path, batch.schema)
        writer.write_table(batch)
    assert writer is not None
    writer.close()


def _column(spec: FactSpec, size: int, unknown: Any, generator: np.random.Generator, terms: list[str]) -> pa.Array:
    match spec.kind:
        case Kind.BOOLEAN:
            return pa.array(generator.random(size) < 0.6, mask=unknown)
        case Kind.ENUM | Kind.COUNTRY:
            values = spec.values or COUNTRIES
            return pa.array(np.array(values)[generator.integers(0, len(values), size)], mask=unknown)
        case Kind.INTEGER:
            return pa.array(generator.integers(0, 120, size), mask=unknown)
        case Kind.DECIMAL:
            return pa.array(np.round(generator.random(size) * 90, 2), mask=unknown)
        case Kind.DATE:
            days = DAY.toordinal() - 719_163 - generator.integers(0, 900, size)
            return pa.array(days, pa.int32(), mask=unknown).cast(pa.date32())
        case Kind.SET:
            return _lists(spec.values or terms, size, unknown, generator)
        case Kind.COUNTRIES:
            return _lists(COUNTRIES, size, unknown, generator)
        case Kind.MAP:
            words = _lists(spec.values, size, unknown, generator)
            keys = pa.array(np.array(COUNTRIES)[_within(words)])
            return pa.MapArray.from_arrays(words.offsets, keys, words.values)
        case Kind.RECORDS:
            words = _lists(COUNTRIES, size, unknown, generator)
            fields = list(spec.required_fields or spec.fields[:1])
            records = pa.StructArray.from_arrays([words.values] * len(fields), names=fields)  # a name like its country
            return pa.ListArray.from_arrays(words.offsets, records)
    raise TypeError(spec.kind)


def _lists(values: Sequence[str], size: int, unknown: Any, generator: np.random.Generator) -> pa.ListArray:
    """Lists of some of the values, each at most once: a run of them from a random place on."""
    lengths = generator.integers(0, min(len(values), 10) + 1, size)
    lengths[unknown] = 0
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    begins = np.repeat(generator.integers(0, len(values), size), lengths)
    places = (begins + np.arange(offsets[-1]) - np.repeat(offsets[:-1], lengths)) % len(values)
    words = pa.array(list(values))
    taken = pa.DictionaryArray.from_arrays(pa.array(places.astype(np.int32)), words).cast(pa.string())
    holes = pa.array(np.where(np.append(unknown, False), 0, offsets), pa.int32(), mask=np.append(unknown, False))
    return pa.ListArray.from_arrays(holes, taken)


def _within(lists: pa.ListArray) -> Any:
    """The place of each member within its list."""
    offsets = lists.offsets.to_numpy()
    lengths = np.diff(offsets)
    return np.arange(offsets[-1]) - np.repeat(offsets[:-1], lengths)


# One run ----------------------------------------------------------------------------------------------------------


def run_check(path: Path, out: Path | None, *, compared: bool) -> dict[str, float]:
    """The whole way, in this process."""
    book = load_book(compared=compared)
    start, cpu = time.perf_counter(), time.process_time()
    checked = check_portfolio(book, open_file(path, book.vocabulary, parse_answer), DuckDb(CORES), out)
    return _figures(book, checked.projects, start, cpu)


def run_query(path: Path) -> dict[str, float]:
    """The query alone: encoded facts in memory to codes, counted."""
    import duckdb

    book = load_book()
    source = open_file(path, book.vocabulary, parse_answer)
    plan = make_plan(book, source.facts)
    encoder = Encoder(plan.columns, {spec.id: spec for spec in book.vocabulary}, book.parameters, book.as_of)
    opposites = plan.opposites()
    facts = pa.Table.from_batches([_coded(chunk, encoder, opposites) for chunk in source.chunks()])
    query = write_query(plan.layers, plan.columns, "facts", KEPT)
    highest = ", ".join(f"max(r{place})" for place in range(len(book.rules)))
    with duckdb.connect() as connection:
        connection.execute(f"SET threads = {CORES}")
        connection.register("facts", facts)
        start, cpu = time.perf_counter(), time.process_time()
        connection.sql(f"SELECT {highest} FROM ({query})").fetchall()
        return _figures(book, facts.num_rows, start, cpu)


def _figures(book: RuleBook, projects: int, start: float, cpu: float) -> dict[str, float]:
    seconds, used = time.perf_counter() - start, time.process_time() - cpu
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
    verdicts = projects * len(book.rules) * 2
    return {"seconds": seconds, "cpu": used, "memory": memory, "verdicts": verdicts, "rate": verdicts / seconds}


def run_apart(*words: object) -> dict[str, float]:
    """A run in a process of its own, bound to two cores where the system can."""
    done = subprocess.run(
        [sys.executable, __file__, "--run", *map(str, words)], stdout=subprocess.PIPE, check=True, text=True
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def bind_cores() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])


# The Rust CEL library ---------------------------------------------------------------------------------------------


def run_cel(book: RuleBook, facts: Path, results: Path) -> tuple[float, int, int]:
    """Microseconds a condition; how many statuses were compared with the check's, and how many differ."""
    nodes = [node for rule in book.rules for node in (rule.applies_node, rule.met_node)]
    rows = next(pq.ParquetFile(facts).iter_batches(SAMPLE)).to_pylist(maps_as_pydicts="strict")
    found = next(pq.ParquetFile(results).iter_batches(SAMPLE)).to_pylist()
    best, compared, differ = float("inf"), 0, 0
    for chained in (False, True):
        texts = [write_cel(node, book.definition_nodes, chained) for node in nodes]
        worlds = [_resolve(book, row) for row in rows]
        runs = [rust_runner(texts, book.values(world)) for world in worlds]
        best = min(best, min(_time(runs) for _ in range(3)) / len(nodes) / len(runs) * 1e6)
        for world, run, row in zip(worlds, runs, found, strict=True):
            same, other = _compare(book, world, run(), row)
            compared, differ = compared + same + other, differ + other
    return best, compared, differ


def _resolve(book: RuleBook, row: Mapping[str, Any]) -> Facts:
    known = {fact: raw for fact, raw in row.items() if raw is not None and fact in book.vocabulary}
    return resolve_facts(book.vocabulary, {fact: FactValue(value=raw) for fact, raw in known.items()}, DAY)


def _time(runs: list[Any]) -> float:
    """Of processor time, which is all of its time on a machine without other work."""
    start = time.process_time()
    for run in runs:
        run()
    return time.process_time() - start


def _compare(book: RuleBook, world: Facts, verdicts: list[bool | None], row: Mapping[str, str]) -> tuple[int, int]:
    """How many statuses by CEL are the check's, and how many are not."""
    partial = {fact for fact, value in world.values.items() if isinstance(value, PartialSet)}
    same = other = 0
    for rule, applies, met in zip(book.rules, islice(verdicts, 0, None, 2), islice(verdicts, 1, None, 2), strict=True):
        if partial & (_facts(book, rule.applies_node) | _facts(book, rule.met_node)):
            continue
        status = "open" if applies is None or met is None else "met" if met else "gap"
        status = "not_applicable" if applies is False else status
        same, other = same + (row[rule.obligation.id] == status), other + (row[rule.obligation.id] != status)
    return same, other


def _facts(book: RuleBook, node: Any) -> set[str]:
    found: set[str] = set()
    for id_ in find_names(node):
        inner = book.definition_nodes.get(id_)
        found |= {id_} if inner is None else _facts(book, inner)
    return found


# All of it --------------------------------------------------------------------------------------------------------


def main() -> int:
    if sys.argv[1:2] == ["--run"]:
        bind_cores()
        _, _, kind, path, *more = sys.argv
        out = Path(more[0]) if more else None
        found = run_query(Path(path)) if kind == "query" else run_check(Path(path), out, compared=kind == "compared")
        print(json.dumps(found))
        return 0
    projects = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    sizes = [projects // 100, projects // 10, projects]
    book = load_book()
    print(f"machine: {platform.machine()}, CPython {platform.python_version()}, {CORES} of {os.cpu_count()} cores")
    print(f"other work on the machine when this began: {os.getloadavg()[0]:.1f} processes")
    print(f"obligations: {len(book.rules)} of {', '.join(PACKS)}; conditions: {len(book.rules) * 2}", flush=True)
    with tempfile.TemporaryDirectory(prefix="govern-bench.") as folder:
        files = {size: Path(folder, f"facts-{size}.parquet") for size in sizes}
        for size, path in files.items():
            make_facts(book, path, size)
        return report(files, Path(folder, "results.parquet"))


def report(files: Mapping[int, Path], results: Path) -> int:
    for size, path in files.items():
        say(f"{size:,} projects, facts in Parquet to summary", run_apart("check", path))
    largest, path = max(files.items())
    say(f"{largest:,} projects, to summary and Parquet", run_apart("check", path, results))
    say(f"{largest:,} projects, the query alone", run_apart("query", path))
    compared = load_book(compared=True)
    ours = run_apart("compared", path)
    say(f"{largest:,} projects, the {len(compared.rules)} obligations without dates", ours)
    microseconds, statuses, differ = run_cel(compared, path, results)
    print(f"common-expression-language: {microseconds:.2f} µs/condition, {1 / microseconds:.3f} million verdicts/s")
    one_core = ours["verdicts"] / ours["cpu"] * microseconds / 1e6
    print(
        f"against common-expression-language, {CORES} cores by the clock: {ours['rate'] * microseconds / 1e6:.0f} times"
    )
    print(f"against common-expression-language, core for core by processor time: {one_core:.0f} times")
    print(f"statuses by CEL compared with the check's: {statuses}, different: {differ}")
    return 1 if differ else 0


def say(name: str, found: Mapping[str, float]) -> None:
    busy = found["verdicts"] / found["cpu"] / 1e6
    print(
        f"{name}: {found['seconds']:.2f} s, {found['rate'] / 1e6:.0f} million verdicts/s; processor time "
        f"{found['cpu']:.1f} s, {busy:.0f} million verdicts/s of it; peak memory {found['memory']:.2f} GB",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
