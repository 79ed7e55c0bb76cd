"""Where the facts of many projects come from: a Parquet or CSV file, or projects that are at hand."""

import codecs
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pyarrow.types as at

from govern.errors import ContentError, StoreError
from govern.kernel import Facts, FactSpec, Vocabulary, suggest
from govern.named_files import open_named
from govern.portfolio.problems import Problems
from govern.portfolio.values import Numbers, Reader, Values, derive_values, hold

PROJECT, UNIT, TITLE = "project", "business_unit", "title"
CHUNK: Final = 65_536
"""Projects that are read, encoded and written at a time."""
MAX_GROUPS: Final = 10_000
_NAMELESS: Final = "(unknown)"
_HEAD: Final = 1_000_000
"""Bytes in which the names of a CSV file's columns have to end."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some projects: their ids, the group of each, and the values of all facts of the source."""

    projects: pa.Array
    groups: Numbers
    values: Mapping[str, Values]


@dataclass
class Groups:
    """The groups of a summary, numbered as they are met. `by` is a column, a fact, or nothing."""

    by: str = ""
    labels: dict[str, int] = field(default_factory=dict)

    def number(self, labels: pa.Array, problems: Problems) -> Numbers:
        """The group of each row by its label; an empty label is a group too."""
        encoded = labels.cast(pa.string()).dictionary_encode()
        known = [self.labels.setdefault(each, len(self.labels)) for each in encoded.dictionary.to_pylist()]
        codes = encoded.indices
        if codes.null_count:
            known.append(self.labels.setdefault(_NAMELESS, len(self.labels)))
            codes = codes.fill_null(len(known) - 1)
        if len(self.labels) > MAX_GROUPS:
            hint = "choose a column with fewer different values"
            problems.note(self.by, f"`{self.by}` has more than {MAX_GROUPS:,} different values", hint=hint)
            return np.zeros(len(labels), np.int32)
        found: Numbers = np.array(known or [0], np.int32)[codes.to_numpy(zero_copy_only=False)]
        return found


@dataclass
class Source:
    """Facts of many projects. Read `chunks` to the end, then `check`: only then is nothing wrong with it."""

    name: str
    facts: tuple[str, ...]
    groups: Groups
    problems: Problems
    rows: int | None
    read: Callable[[], Iterator[Chunk]]
    seen: list[pa.Array] = field(default_factory=list)

    def chunks(self) -> Iterator[Chunk]:
        """The projects, some thousands at a time."""
        for chunk in self.read():
            self.seen.append(chunk.projects)
            yield chunk

    def check(self) -> int:
        """How many projects there were. Raises ContentError with all that was wrong."""
        _check_ids(self.seen, self.problems)
        self.problems.check()
        return sum(map(len, self.seen))


# Projects at hand -------------------------------------------------------------------------------------------------


def hold_projects(name: str, projects: Sequence[tuple[str, Facts]], vocabulary: Vocabulary, by: str = "") -> Source:
    """Projects of a workspace with their facts of a day. `by` is a fact, or nothing."""
    specs = [spec for spec in vocabulary if any(spec.id in facts.values for _, facts in projects)]
    groups, problems = Groups(by), Problems(name)
    if by and by not in vocabulary:
        hint = suggest(by, [spec.id for spec in vocabulary]) or "of the projects of a workspace, only a fact"
        problems.note(by, f"there is no fact `{by}`", hint=hint)

    def read() -> Iterator[Chunk]:
        for start in range(0, len(projects), CHUNK):
            some = projects[start : start + CHUNK]
            labels = [_label(facts.values.get(by)) for _, facts in some] if by else [None] * len(some)
            yield Chunk(
                pa.array([id_ for id_, _ in some], pa.string()),
                groups.number(pa.array(labels, pa.string()), problems),
                {spec.id: hold(facts.values.get(spec.id) for _, facts in some) for spec in specs},
            )

    return Source(name, tuple(spec.id for spec in specs), groups, problems, len(projects), read)


def _label(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(sorted(value)) if isinstance(value, frozenset) else str(value)


# Files ------------------------------------------------------------------------------------------------------------


def open_file(
    path: Path, vocabulary: Vocabulary, parse: Callable[[FactSpec, str], Any], by: str | None = None
) -> Source:
    """A file with one row a project: a column `project`, and a column for each fact that is known of some.

    `parse` reads a cell of a CSV file. `by` is a fact or any column; without it `business_unit`, if the file has it.
    Raises ContentError or StoreError if the file cannot be read.
    """
    try:
        open_named(path).close()  # the readers below would wait for a pipe, and read a device for ever
        names, types, rows, batches = _open(path)
    except OSError as problem:
        raise StoreError(f"`{path}` cannot be read: {(problem.strerror or str(problem)).lower()}") from None
    except pa.ArrowInvalid as problem:
        raise _unreadable(path, problem) from None
    problems, groups = Problems(str(path)), Groups(by if by is not None else UNIT if UNIT in names else "")
    _check_columns(names, vocabulary, groups.by, problems)
    specs = {name: spec for name in dict.fromkeys(names) if (spec := vocabulary.find(name)) and spec.derive is None}
    derived = [spec for spec in vocabulary.derived if spec.derive and specs.keys() >= {*spec.derive.sources}]
    reader = Reader(problems, None if types else parse)

    def read() -> Iterator[Chunk]:
        first = 1
        for batch in _translated(path, batches):
            if batch.num_rows:
                yield _make_chunk(batch, specs, derived, groups, reader, first)
                first += batch.num_rows

    facts = (*specs, *(spec.id for spec in derived))
    return Source(str(path), facts, groups, problems, rows, read)


_Opened = tuple[list[str], bool, "int | None", "Iterable[pa.RecordBatch]"]
"""The columns, whether they have types of their own, the number of rows where it is known, and the rows."""


def _open(path: Path) -> _Opened:
    suffix = path.suffix.lower()
    if suffix in (".parquet", ".pq"):
        return _open_parquet(path)
    if suffix in (".csv", ".tsv"):
        return _open_csv(path, "\t" if suffix == ".tsv" else ",")
    raise ContentError(f"`{path.name}` is not a file of facts", hint="a file that ends with .parquet or .csv")


def _open_parquet(path: Path) -> _Opened:
    # Words come as a dictionary and the places in it: each different word is looked at once.
    schema = pa.parquet.read_schema(path)
    types = [(name, type_) for name, type_ in zip(schema.names, schema.types, strict=True) if name != PROJECT]
    words = [leaf for name, type_ in types if (leaf := _leaf(name, type_))]
    file = pa.parquet.ParquetFile(path, read_dictionary=words)
    return list(schema.names), True, file.metadata.num_rows, _read_groups(path, file)


def _read_groups(path: Path, file: pa.parquet.ParquetFile) -> "Iterator[pa.RecordBatch]":
    """The rows, one row group after the other."""
    for group in range(file.num_row_groups):
        done = 0
        try:
            for batch in file.iter_batches(CHUNK, [group]):
                yield batch
                done += batch.num_rows
        except pa.ArrowNotImplementedError:  # a list whose words outgrew the writer's dictionary
            for batch in pa.parquet.ParquetFile(path).iter_batches(CHUNK, [group]):
                yield batch.slice(min(done, batch.num_rows))
                done -= min(done, batch.num_rows)


def _leaf(name: str, type_: pa.DataType) -> str | None:
    if at.is_string(type_) or at.is_large_string(type_):
        return name
    if at.is_list(type_) and at.is_string(type_.value_type):
        return f"{name}.list.{type_.value_field.name}"
    return None


def _open_csv(path: Path, delimiter: str) -> _Opened:
    names = _names(path, delimiter)
    batches = pa.csv.open_csv(
        path,
        read_options=pa.csv.ReadOptions(block_size=16 << 20),
        parse_options=pa.csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
        convert_options=pa.csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
        ),
    )
    return names, False, None, batches


def _names(path: Path, delimiter: str) -> list[str]:
    """The names of the columns, without what the reader would guess of their types."""
    import csv

    head = _read_head(path)
    if not head.partition("\n")[0].strip():
        raise ContentError("the file is empty", where=str(path), hint="the first line has the names of the columns")
    lines = io.StringIO(head, newline="")
    try:
        names = next(csv.reader(lines, delimiter=delimiter))
    except csv.Error as problem:
        raise ContentError(f"the names of the columns cannot be read: {problem}", where=str(path)) from None
    if not lines.read(1) and len(head.encode()) >= _HEAD - 8:
        raise ContentError(f"the line of the names is longer than {_HEAD:,} bytes", where=str(path))
    return names


def _read_head(path: Path) -> str:
    """The beginning of a file as text, without a byte order mark and what is left of a letter at its end."""
    with open_named(path) as file:
        data = file.read(_HEAD)
    try:
        return codecs.getincrementaldecoder("utf-8-sig")().decode(data)
    except UnicodeDecodeError:
        raise ContentError("the file is not UTF-8 text", where=str(path), hint="save it as CSV in UTF-8") from None


def _translated(path: Path, batches: "Iterable[pa.RecordBatch]") -> "Iterator[pa.RecordBatch]":
    try:
        yield from batches
    except (pa.ArrowInvalid, OSError) as problem:
        raise _unreadable(path, problem) from None


def _unreadable(path: Path, problem: Exception) -> ContentError:
    kind = "Parquet" if path.suffix.lower() in (".parquet", ".pq") else "CSV"
    detail = " ".join(str(problem).split())
    return ContentError(f"this is not a sound {kind} file: {detail[:200]}", where=str(path))


def _make_chunk(
    batch: pa.RecordBatch,
    specs: Mapping[str, FactSpec],
    derived: Sequence[FactSpec],
    groups: Groups,
    reader: Reader,
    first: int,
) -> Chunk:
    names = batch.schema.names
    columns = {name: batch.column(names.index(name)) for name in dict.fromkeys(names)}
    projects = _ids(columns.get(PROJECT), batch.num_rows, reader.problems, first)
    labels = columns.get(groups.by)
    if labels is None or at.is_nested(labels.type):
        labels = pa.nulls(batch.num_rows, pa.string())
    values = {name: reader.read(spec, columns[name], first) for name, spec in specs.items()}
    values |= {spec.id: derive_values(spec, values) for spec in derived}
    return Chunk(projects, groups.number(labels, reader.problems), values)


def _ids(column: pa.Array | None, rows: int, problems: Problems, first: int) -> pa.Array:
    if column is None:
        return pa.array([""] * rows)
    if not (at.is_string(column.type) or at.is_large_string(column.type) or at.is_integer(column.type)):
        problems.note(
            PROJECT, f"the column `{PROJECT}` has the wrong type", hint=f"expected string, found {column.type}"
        )
        return pa.array([""] * rows)
    ids = column.cast(pa.string()).fill_null("")
    missing = np.flatnonzero(np.asarray(pa.compute.equal(pa.compute.utf8_trim_whitespace(ids), "")))
    if len(missing):
        problems.note(PROJECT, "a project has no id", hint=f"fill the column `{PROJECT}`", row=first + int(missing[0]))
    odd = np.flatnonzero(np.asarray(pa.compute.match_substring_regex(ids, r"[\x00-\x1f\x7f]")))
    if len(odd):
        row = first + int(odd[0])
        problems.note(PROJECT, "a project's id has a character that is not shown", hint="type it anew", row=row)
    return ids


def _check_columns(names: Sequence[str], vocabulary: Vocabulary, by: str, problems: Problems) -> None:
    known = [PROJECT, UNIT, TITLE, *(spec.id for spec in vocabulary)]
    if PROJECT not in names:
        problems.note(PROJECT, f"there is no column `{PROJECT}`", hint="it has the id of each row's project")
    if by and by not in names:
        problems.note(by, f"there is no column `{by}`", hint=suggest(by, names) or "columns: " + ", ".join(names[:20]))
    for name in names:
        if names.count(name) > 1:
            problems.note(name, f"there are {names.count(name)} columns `{name}`")
        elif (spec := vocabulary.find(name)) is not None and spec.derive is not None:
            sources = [f"`{source}`" for source in spec.derive.sources]
            hint = f"give {'a column' if len(sources) == 1 else 'columns'} {' and '.join(sources)} instead"
            problems.note(name, f"`{name}` is worked out from {' and '.join(sources)}", hint=hint)
        elif name not in known and name != by:
            hint = suggest(name, known) or f"a fact of the vocabulary, {PROJECT}, {UNIT} or {TITLE}"
            problems.note(name, f"there is no fact `{name}`", hint=hint)


def _check_ids(seen: "Sequence[pa.Array]", problems: Problems) -> None:
    """Note the ids that more than one row has."""
    if not seen:
        return
    ids = pa.chunked_array(seen)
    counts = pa.compute.value_counts(ids)
    again = counts.filter(pa.compute.greater(counts.field("counts"), 1))
    for each in again.slice(0, 10).to_pylist():
        id_ = each["values"]
        if id_:
            rows = np.flatnonzero(np.asarray(pa.compute.equal(ids, id_).combine_chunks()))[:3] + 1
            places = " and ".join(map(str, rows[:2])) + (" and others" if each["counts"] > 2 else "")
            hint = f"rows {places}: one row a project"
            problems.note(PROJECT, f"the project `{id_}` is there {each['counts']} times", hint=hint, row=int(rows[1]))
