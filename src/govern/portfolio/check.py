"""A portfolio check: every obligation of a book for every project of a source."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet

from govern.portfolio.encoding import Encoder
from govern.portfolio.engines import Engine
from govern.portfolio.plan import Plan, make_plan
from govern.portfolio.sources import Groups, Source
from govern.portfolio.statuses import PLACE_OF_CODE, STATUSES
from govern.portfolio.values import Numbers
from govern.rules import RuleBook, Status

_WORDS: Final = pa.array([status.value for status in STATUSES])
_GAP, _OPEN = STATUSES.index(Status.GAP), STATUSES.index(Status.OPEN)


@dataclass(frozen=True, slots=True)
class Line:
    """How the findings of some obligations in some projects are; `affected` projects have a gap among them."""

    name: str
    projects: int
    affected: int
    counts: dict[Status, int]


@dataclass
class Tally:
    """Counts by group, obligation and status, filled batch by batch."""

    obligations: Sequence[str]
    packs: Sequence[str]
    counts: Numbers = field(init=False)
    projects: Numbers = field(init=False)
    affected: Numbers = field(init=False)
    """By group: the projects, and by group and pack those with a gap; the last pack stands for all."""

    def __post_init__(self) -> None:
        self.names = list(dict.fromkeys(self.packs))
        self.counts = np.zeros((1, len(self.packs), len(STATUSES)), np.int64)
        self.projects = np.zeros(1, np.int64)
        self.affected = np.zeros((1, len(self.names) + 1), np.int64)

    def add(self, units: Numbers, columns: "Sequence[Numbers]") -> None:
        """Count the statuses of some projects, one column an obligation."""
        self._grow(int(units.max(initial=0)) + 1)
        groups, one = len(self.projects), bool(len(self.projects) == 1)
        offsets = units.astype(np.int64) * len(STATUSES)
        gaps = {name: np.zeros(len(units), bool) for name in self.names}
        for place, (pack, statuses) in enumerate(zip(self.packs, columns, strict=True)):
            if one:
                found = np.array([np.count_nonzero(statuses == each) for each in range(len(STATUSES))])
            else:
                found = np.bincount(statuses + offsets, minlength=groups * len(STATUSES))
            self.counts[:, place] += found.reshape(groups, len(STATUSES))
            gaps[pack] |= statuses == _GAP
        self.projects += np.bincount(units, minlength=groups)
        every = np.zeros(len(units), bool)
        for place, name in enumerate(self.names):
            self.affected[:, place] += np.bincount(units[gaps[name]], minlength=groups)
            every |= gaps[name]
        self.affected[:, -1] += np.bincount(units[every], minlength=groups)

    def _grow(self, groups: int) -> None:
        more = groups - len(self.projects)
        if more > 0:
            self.counts = np.concatenate([self.counts, np.zeros((more, *self.counts.shape[1:]), np.int64)])
            self.projects = np.concatenate([self.projects, np.zeros(more, np.int64)])
            self.affected = np.concatenate([self.affected, np.zeros((more, self.affected.shape[1]), np.int64)])


@dataclass(frozen=True, slots=True)
class PortfolioCheck:
    """The result: how many projects, and the counts. `evaluated` are the comparisons that the evaluator made."""

    book: RuleBook
    projects: int
    tally: Tally
    groups: Groups
    evaluated: tuple[str, ...]

    def by_law(self) -> list[Line]:
        """A line for each pack, in their order, and one for all."""
        packs = np.array(self.tally.packs)
        lines = [self._line(name, packs == name, place) for place, name in enumerate(self.tally.names)]
        return [*lines, self._line("all", np.ones(len(packs), bool), -1)] if len(lines) != 1 else lines

    def by_group(self) -> list[Line]:
        """A line for each group, by name; none where there are no groups."""
        if not self.groups.by:
            return []
        lines = []
        for label, group in sorted(self.groups.labels.items()):
            counts = self.tally.counts[group].sum(axis=0)
            lines.append(
                Line(label, int(self.tally.projects[group]), int(self.tally.affected[group, -1]), _by_status(counts))
            )
        return lines

    @property
    def is_clean(self) -> bool:
        """Whether nothing is a gap or open."""
        return not self.tally.counts[:, :, [_GAP, _OPEN]].any()

    def _line(self, name: str, chosen: Numbers, place: int) -> Line:
        counts = self.tally.counts[:, chosen].sum(axis=(0, 1))
        return Line(name, self.projects, int(self.tally.affected[:, place].sum()), _by_status(counts))


def _by_status(counts: Numbers) -> dict[Status, int]:
    return dict(zip(STATUSES, counts.tolist(), strict=True))


def check_portfolio(
    book: RuleBook,
    source: Source,
    engine: Engine,
    out: Path | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> PortfolioCheck:
    """Check all projects of a source. `progress` is told how many projects are done so far.

    With `out` the statuses are written to this Parquet file, one row a project, which is there at the end or not at
    all. Raises ContentError with everything that is wrong with the source; there is no result then.
    """
    plan = make_plan(book, source.facts)
    encoder = Encoder(plan.columns, {spec.id: spec for spec in book.vocabulary}, book.parameters, book.as_of)
    if source.problems:  # no verdict can come of it: look for what else is wrong
        for _ in source.chunks():
            pass
        source.check()
    done = 0
    tally = Tally([rule.obligation.id for rule in book.rules], [rule.pack for rule in book.rules])
    batches = engine.run(plan, encoder, source.chunks())
    with _Writer(out, plan, source.groups) as writer:
        for batch in batches:
            units = batch.column(1).to_numpy(zero_copy_only=False)
            columns = [_statuses(column) for column in batch.columns[2:]]
            tally.add(units, columns)
            writer.write(batch.column(0), units, columns)
            done += batch.num_rows
            progress(done)
        projects = source.check()
        writer.finish()
    assert projects == tally.projects.sum(), "a project was lost or came twice"
    return PortfolioCheck(book, projects, tally, source.groups, plan.left_to_evaluator())


def _statuses(column: pa.Array) -> Numbers:
    codes = column.to_numpy(zero_copy_only=False).astype(np.uint8, copy=False)
    return np.frombuffer(codes.tobytes().translate(PLACE_OF_CODE), np.int8)


class _Writer:
    """Writes the result beside its place, and moves it there when all is well."""

    def __init__(self, out: Path | None, plan: Plan, groups: Groups) -> None:
        self.out, self.plan, self.groups = out, plan, groups
        self.beside = None if out is None else out.with_name(f".{out.name}.new")
        self.file: pa.parquet.ParquetWriter | None = None

    def __enter__(self) -> "_Writer":
        if self.beside is not None:
            self.file = pa.parquet.ParquetWriter(self.beside, self._schema(), write_statistics=False)
        return self

    def __exit__(self, *_: object) -> None:
        if self.file is not None:
            self.file.close()
        if self.beside is not None:
            self.beside.unlink(missing_ok=True)

    def finish(self) -> None:
        """The result is complete."""
        if self.file is not None and self.beside is not None and self.out is not None:
            self.file.close()
            self.beside.replace(self.out)

    def write(self, projects: pa.Array, units: Numbers, columns: "Sequence[Numbers]") -> None:
        """Write some projects. Their statuses go as places in a dictionary: no word is copied."""
        if self.file is None:
            return
        arrays = [projects.cast(pa.string())]
        if self.groups.by:
            labels = pa.array(list(self.groups.labels), pa.string())
            arrays.append(pa.DictionaryArray.from_arrays(pa.array(units.astype(np.int32)), labels).cast(pa.string()))
        arrays += [pa.DictionaryArray.from_arrays(pa.array(column), _WORDS) for column in columns]
        self.file.write_batch(pa.record_batch(arrays, schema=self.file.schema))

    def _schema(self) -> pa.Schema:
        status = pa.dictionary(pa.int8(), pa.string())
        fields = [pa.field("project", pa.string())]
        if self.groups.by:
            fields.append(pa.field(self.groups.by, pa.string()))
        fields += [pa.field(rule.obligation.id, status) for rule in self.plan.book.rules]
        return pa.schema(fields, metadata=dict(_metadata(self.plan.book)))


def _metadata(book: RuleBook) -> Iterator[tuple[str, Any]]:
    yield "govern.as_of", book.as_of.isoformat()
    for pack in book.packs:
        yield f"govern.pack.{pack.id}", f"{pack.version} sha256:{pack.digest}"
