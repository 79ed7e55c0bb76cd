"""Where the query runs: in DuckDB here, on PostgreSQL, or on Spark.

An engine takes record batches of encoded facts and gives record batches of codes. DuckDB has SQL of its own; the others
run what Ibis writes.
"""

import io
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, Protocol

import pyarrow as pa
import pyarrow.csv
import pyarrow.dataset
import pyarrow.parquet

from govern.errors import RefusedError, StoreError
from govern.portfolio.encoding import Encoder, number_types, write_coded, write_nullable
from govern.portfolio.plan import Plan
from govern.portfolio.sources import CHUNK, Chunk

KEPT: Final = ("project", "unit")
"""The columns that pass through: the project's id, and its group's number."""


class Engine(Protocol):
    """Runs a plan over chunks of projects."""

    def run(self, plan: Plan, encoder: Encoder, chunks: Iterator[Chunk]) -> "Iterator[pa.RecordBatch]":
        """Batches with the columns `KEPT` and r0, r1 … with the code of each obligation; in any order of projects."""


class DuckDb:
    """DuckDB in this process; the facts stream through it."""

    def __init__(self, threads: int | None = None) -> None:
        self.threads = threads

    def run(self, plan: Plan, encoder: Encoder, chunks: Iterator[Chunk]) -> "Iterator[pa.RecordBatch]":
        import duckdb

        from govern.portfolio.sql import write_query

        opposites = plan.opposites()
        query = write_query(plan.layers, plan.columns, "facts", KEPT)
        # The schema of an empty batch is that of all.
        batches = _Batches(chunks, lambda chunk: _coded(chunk, encoder, opposites))
        first = batches.first()
        if first is None:
            return
        with duckdb.connect(config={"autoinstall_known_extensions": False}) as connection:
            if self.threads:
                connection.execute(f"SET threads = {int(self.threads)}")
            connection.execute("SET streaming_buffer_size = '64MB'")
            connection.register("facts", pa.RecordBatchReader.from_batches(first.schema, batches))
            try:
                yield from connection.sql(query).to_arrow_reader(CHUNK)
            except duckdb.Error as problem:
                raise batches.failure or StoreError(f"DuckDB refuses: {_first_line(problem)}") from None


class _Batches:
    """An iterator whose failure is kept: what DuckDB reports of it is but a text."""

    def __init__(self, chunks: Iterator[Chunk], encode: Any) -> None:
        self.chunks, self.encode = chunks, encode
        self.failure: Exception | None = None
        self.waiting: list[pa.RecordBatch] = []

    def first(self) -> pa.RecordBatch | None:
        """The first batch, which comes again; None if there is none."""
        chunk = next(self.chunks, None)
        if chunk is None:
            return None
        self.waiting.append(self.encode(chunk))
        return self.waiting[0]

    def __iter__(self) -> "_Batches":
        return self

    def __next__(self) -> pa.RecordBatch:
        if self.waiting:
            return self.waiting.pop()
        try:
            return self.encode(next(self.chunks))
        except StopIteration:
            raise
        except Exception as problem:
            self.failure = problem
            raise


class PostgreSql:
    """A PostgreSQL server, in a temporary table that ends with the connection."""

    def __init__(self, url: str) -> None:
        self.url = url

    def run(self, plan: Plan, encoder: Encoder, chunks: Iterator[Chunk]) -> "Iterator[pa.RecordBatch]":
        import psycopg

        try:
            with psycopg.connect(self.url, autocommit=True, connect_timeout=10) as connection:
                yield from self._run(connection, plan, encoder, chunks)
        except psycopg.Error as problem:
            raise StoreError(f"PostgreSQL refuses: {_first_line(problem)}") from None

    def _run(
        self, connection: Any, plan: Plan, encoder: Encoder, chunks: Iterator[Chunk]
    ) -> "Iterator[pa.RecordBatch]":
        query = _portable(plan, "postgres")
        types = {"project": "text", "unit": "integer", **_sql_types(plan)}
        columns = ", ".join(f"{name} {type_}" for name, type_ in types.items())
        connection.execute(f"CREATE TEMPORARY TABLE facts ({columns})")
        for chunk in chunks:
            connection.execute("TRUNCATE facts")
            with connection.cursor() as cursor:
                buffer = io.BytesIO()
                options = pa.csv.WriteOptions(include_header=False)
                pa.csv.write_csv(_nullable(chunk, encoder), buffer, options)
                with cursor.copy("COPY facts FROM STDIN (FORMAT csv)") as copy:
                    copy.write(buffer.getvalue())
                found = io.BytesIO()
                with cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT csv, HEADER)") as copy:
                    for block in copy:
                        found.write(block)
            found.seek(0)
            yield from _read_csv(found, len(plan.layers.verdicts)).to_batches()


def _read_csv(found: io.BytesIO, obligations: int) -> pa.Table:
    types = {"project": pa.string(), "unit": pa.int32()}
    types.update({f"r{place}": pa.uint8() for place in range(obligations)})
    options = pa.csv.ConvertOptions(column_types=types, strings_can_be_null=False)
    return pa.csv.read_csv(found, convert_options=options, parse_options=pa.csv.ParseOptions(newlines_in_values=True))


class Spark:
    """A Spark session: the one that is active, or one in this machine."""

    def __init__(self, session: Any = None) -> None:
        self.session = session

    def run(self, plan: Plan, encoder: Encoder, chunks: Iterator[Chunk]) -> "Iterator[pa.RecordBatch]":
        session = self.session or _spark()
        with tempfile.TemporaryDirectory(prefix="govern-spark.") as folder:
            facts, found = Path(folder, "facts"), Path(folder, "found")
            facts.mkdir()
            number = 0
            for number, chunk in enumerate(chunks, 1):
                pa.parquet.write_table(_nullable(chunk, encoder), facts / f"{number:06}.parquet")
            if not number:
                return
            session.read.parquet(str(facts)).createOrReplaceTempView("facts")
            session.sql(_portable(plan, "pyspark")).write.parquet(str(found))
            yield from pa.dataset.dataset(found, format="parquet").to_batches()


def _spark() -> Any:
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        hint = "install it, and Java 17 or newer: pip install 'govern[spark]'"
        raise RefusedError("there is no Spark here", hint=hint) from None
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        raise RefusedError("Spark needs Java, and there is none", hint="install Java 17 or newer")
    builder = SparkSession.builder.appName("govern").config("spark.ui.enabled", "false")
    return builder.getOrCreate()


# Facts as batches -------------------------------------------------------------------------------------------------


def _coded(chunk: Chunk, encoder: Encoder, opposites: frozenset[str]) -> pa.RecordBatch:
    columns = {"project": chunk.projects, "unit": pa.array(chunk.groups)}
    for encoded in encoder.encode(chunk.values):
        columns.update(write_coded(encoded, opposites))
    return pa.record_batch(columns)


def _nullable(chunk: Chunk, encoder: Encoder) -> pa.Table:
    columns = {"project": chunk.projects, "unit": pa.array(chunk.groups)}
    for encoded in encoder.encode(chunk.values):
        columns.update(write_nullable(encoded))
    return pa.table(columns)


_SQL_TYPES: Final = {"bool": "boolean", "int16": "smallint", "int32": "integer", "int64": "bigint"}


def _sql_types(plan: Plan) -> dict[str, str]:
    return {name: _SQL_TYPES[type_] for name, type_ in number_types(plan.columns).items()}


def _portable(plan: Plan, dialect: str) -> str:
    from govern.portfolio.expressions import write_portable_query

    types = number_types(plan.columns)
    schema = {name: "boolean" if type_ == "bool" else type_ for name, type_ in types.items()}
    return write_portable_query(plan.layers, {"project": "string", "unit": "int32", **schema}, KEPT, dialect)


def _first_line(problem: Exception) -> str:
    return str(problem).strip().partition("\n")[0][:300]
