"""A retention sweep: plan the destruction of what is due among many records, in a workspace on SQLite.

    .venv/bin/python benchmarks/bench_sweep.py [--sizes 100000 1000000]

Each size runs in a process of its own. Printed: the seconds of `plan_destruction` (reading the register, determining
each record by its schedule and holds, writing the pages, hashing the plan, logging it) by the clock and of a core (what
an idle machine takes), and the peak of the process's memory. Flat means: the peak at the largest size over that at the
smallest is near 1. The records were made on all days of ten years, and half of them are due, since five years are the
most that is allowed. Filling the register is not counted.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).parent.parent
HOSPITAL = ROOT / "examples" / "hospital-ct" / "project.yaml"
CLASS = "labelled batches"


def peak() -> float:
    """MB, the highest so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def open_world(folder: Path):
    from govern.wiring import init_workspace

    space, _ = init_workspace(folder, "log.example/sweep", "owner", choose=None)
    return space


def fill(space, project: str, size: int) -> None:
    """Records of ten years, written to the table as the register would have."""
    from sqlalchemy import text

    from govern.retention import RetainedRecord, TriggerEvent
    from govern.usecases.retained import format_retained, read_series

    with space.ports.register.begin(write=False) as unit:
        series = read_series(unit, project)
    insert = text(
        "INSERT INTO govern_record (kind, id, version, body, digest) VALUES ('retained', :id, 1, :body, :digest)"
    )
    today = space.ports.now().date()
    for start in range(0, size, 20_000):
        rows = []
        for number in range(start, min(size, start + 20_000)):
            age = number * 2_654_435_761 % 3_652  # in no order
            id_ = f"batch-{number:08}"
            record = RetainedRecord(
                id_, project, f"Batch {number}", CLASS, f"file:///srv/archive/{id_}",
                {TriggerEvent.CREATION: today - timedelta(days=age)}, sha256(id_.encode()).hexdigest(),
                schedule=series.name,
            )  # fmt: skip
            body = format_retained(record, f"{number:032x}")
            rows.append({"id": f"{project}/{id_}", "body": body, "digest": sha256(body).hexdigest()})
        with space.database.transaction(write=True) as connection:
            connection.execute(insert, rows)


def measure(size: int) -> None:
    from govern.library.projects import load_project
    from govern.retention import Action, HoldScope, Period, RuleKind, TriggerEvent
    from govern.usecases.dispositions import plan_destruction
    from govern.usecases.holds import issue_hold
    from govern.usecases.projects import save_project
    from govern.usecases.schedules import set_rule

    with tempfile.TemporaryDirectory() as folder:
        space = open_world(Path(folder))
        ports, actor = space.ports, space.actor
        project = load_project(HOSPITAL, ports.library.vocabulary())
        save_project(ports, actor, project)
        set_rule(
            ports, actor, project.id, CLASS, kind=RuleKind.MAXIMUM, period=Period(years=5),
            event=TriggerEvent.CREATION, action=Action.DESTROY, reason="five years by contract",
        )  # fmt: skip
        issue_hold(ports, actor, reason="a claim is threatened", project=project.id, scope=HoldScope.QUERY,
                   values=["title=Batch 77*"])  # fmt: skip
        fill(space, project.id, size)
        before = peak()
        start, worked = time.perf_counter(), time.process_time()
        plan = plan_destruction(ports, actor, project.id, ports.now().date(), "sweep")
        seconds, work = time.perf_counter() - start, time.process_time() - worked
        print(f"{size} {plan.items} {seconds:.3f} {peak() - before:.1f} {peak():.1f} {work:.3f}")
        space.database.close()


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--sizes", type=int, nargs="+", default=[100_000, 1_000_000])
    arguments.add_argument("--one", type=int)
    chosen = arguments.parse_args()
    if chosen.one:
        measure(chosen.one)
        return
    found = []
    for size in chosen.sizes:
        said = subprocess.run(
            [sys.executable, __file__, "--one", str(size)], check=True, capture_output=True, text=True
        ).stdout.split()
        items, (seconds, grown, all_, work) = int(said[1]), map(float, said[2:])
        found.append((size, seconds, all_))
        print(
            f"{size:>9,} records, {items:>7,} due: {seconds:6.1f} s, {work:5.1f} s of a core,"
            f" peak {all_:6.1f} MB ({grown:+.1f} MB by the plan)"
        )
    if len(found) > 1:
        (small, _, low), (large, seconds, high) = found[0], found[-1]
        print(f"memory at {large:,} over that at {small:,}: {high / low:.2f} (flat is 1)")
        print(f"{large:,} records in {seconds:.1f} s (at most 60 s for 1,000,000)")


if __name__ == "__main__":
    main()
