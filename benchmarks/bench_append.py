"""How fast the log takes entries, acknowledged, durable and signed, beside the least that could be done: commits of one
raw row each.

Usage: python benchmarks/bench_append.py [seconds a measurement] [--flush-ms 1]       (2 seconds if not said)

With GOVERN_TEST_DATABASE_URL, or after `sh tests/services.sh`, PostgreSQL is measured too, beside pgbench with 16
clients. Its data have to lie on a disk, as after `GOVERN_TEST_FOLDER=/var/tmp sh tests/services.sh`: in memory, where
the tests have them, a commit waits for nothing, and it is said. Each round takes all in turn; the medians of the rounds
are printed, and each as a ratio to the raw rates: to commits in the write-ahead mode that the log uses, and to those of
SQLite as it is by default, with a rollback journal.

The ratio hangs on the disk. Where a flush takes a tenth of a millisecond, a commit is as much work of the processor as
of the disk, and what the log adds is seen in full. `--flush-ms` measures as on a disk whose flush takes so much longer:
the program runs again with a library before libc (made by a C compiler) in which fsync and fdatasync sleep, in the raw
commits and in ours alike. What a flush then took is measured and printed. The server of PostgreSQL is not slowed, so
that PostgreSQL is left out.
"""

import argparse
import asyncio
import os
import platform
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from hashlib import sha256
from itertools import count
from pathlib import Path

from govern.audit import Event
from govern.keys import FolderSigner, make_keys
from govern.store import SqlLog, open_database
from govern.store.coroutines import AsyncLog

ROUNDS = 5
ORIGIN = "log.example/bench"
ENTRY = 340  # bytes, as those below
AHEAD = 30_000  # events made before the time is taken: the raw row is made before as well
_numbers = count()

SLOW_FLUSH = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>
static int slowly(const char *name, int file) {
    int (*flush)(int) = (int (*)(int)) dlsym(RTLD_NEXT, name);
    struct timespec rest = {MICROSECONDS / 1000000, MICROSECONDS % 1000000 * 1000};
    int result = flush(file);
    nanosleep(&rest, 0);
    return result;
}
int fsync(int file) { return slowly("fsync", file); }
int fdatasync(int file) { return slowly("fdatasync", file); }
"""


def make_event() -> Event:
    """An event like those of an assessment; the two thousand matters of a large organisation."""
    number = next(_numbers)
    return Event(
        id=f"{number:032x}",
        kind="assessment.saved",
        actor=f"user:{number % 60:04d}",
        time="2026-11-24T10:00:00.000000Z",
        object=f"assessment:{number:016x}",
        matter=f"project:{number * 7919 % 2000:05d}",
        body=f"sha256:{sha256(b'%d' % number).hexdigest()}",
    )


def measure_raw(path: Path, seconds: float, journal: str) -> float:
    """Commits of one row of an entry's size, as durable as the log's."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(f"PRAGMA journal_mode={journal}")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE IF NOT EXISTS raw (position INTEGER PRIMARY KEY, data BLOB, chain BLOB)")
    data, done = os.urandom(ENTRY), 0
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO raw (data, chain) VALUES (?, ?)", (data, data[:32]))
        connection.execute("COMMIT")
        done += 1
    connection.close()
    return done / seconds


def measure_least(path: Path, signer: FolderSigner, seconds: float) -> float:
    """What no append of one entry can do without: the three rows that it writes, and a signature of their root. No
    tree, no proof, no check of what is there. Over the raw commits it is the bound of a single writer's ratio."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous=FULL")
    (place,) = connection.execute("SELECT max(position) FROM govern_entry").fetchone()
    data, done = os.urandom(ENTRY), 0
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        place += 1
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO govern_entry VALUES (?, ?, ?)", (place, data, data[:32]))
        matter = (f"project:{place * 7919 % 2000:05d}", place)
        connection.execute("UPDATE govern_newest SET position = ?2 WHERE matter = ?1", matter)
        head = (place, data[:32], signer.sign(data[:200]))
        connection.execute("UPDATE govern_head SET size = ?, root = ?, checkpoint = ?", head)
        connection.execute("COMMIT")
        done += 1
    connection.close()
    return done / seconds


def measure_append(log: SqlLog, writers: int, seconds: float) -> float:
    """Entries a second of so many threads, each of which appends one and waits for its proof."""
    ahead = [[make_event() for _ in range(AHEAD // writers)] for _ in range(writers)]
    done = [0] * writers
    begin = threading.Barrier(writers + 1)
    stop = threading.Event()

    def write(writer: int) -> None:
        events = ahead[writer]
        begin.wait()
        while not stop.is_set():
            (proof,) = log.append([events.pop() if events else make_event()])
            assert proof.checkpoint
            done[writer] += 1

    threads = [threading.Thread(target=write, args=(each,)) for each in range(writers)]
    for thread in threads:
        thread.start()
    begin.wait()
    start = time.perf_counter()
    time.sleep(seconds)
    stop.set()
    for thread in threads:
        thread.join()
    return sum(done) / (time.perf_counter() - start)


def measure_coroutines(log: SqlLog, writers: int, seconds: float) -> float:
    """The same of so many coroutines of one event loop."""
    ahead = [[make_event() for _ in range(AHEAD // writers)] for _ in range(writers)]

    async def write(shared: AsyncLog, events: list[Event], end: float) -> int:
        done = 0
        while time.perf_counter() < end:
            (proof,) = await shared.append([events.pop() if events else make_event()])
            assert proof.checkpoint
            done += 1
        return done

    async def write_all() -> float:
        shared, start = AsyncLog(log), time.perf_counter()
        done = await asyncio.gather(*(write(shared, events, start + seconds) for events in ahead))
        return sum(done) / (time.perf_counter() - start)

    return asyncio.run(write_all())


def measure_flush(folder: Path) -> float:
    """Milliseconds of a flush of one written page, the median of many."""
    times = []
    with (folder / "flush").open("wb") as file:
        for _ in range(200):
            file.write(bytes(4_096))
            file.flush()
            start = time.perf_counter()
            os.fdatasync(file.fileno())
            times.append(time.perf_counter() - start)
    return statistics.median(times) * 1_000


def run_slowed(seconds: float, flush_ms: float) -> None:
    """This program again, in which every flush takes longer."""
    compiler = shutil.which("cc")
    if not compiler or sys.platform != "linux":
        sys.exit("--flush-ms needs Linux and a C compiler: apt-get install gcc libc6-dev")
    with tempfile.TemporaryDirectory() as name:
        source, library = Path(name) / "slow.c", Path(name) / "slow.so"
        source.write_text(SLOW_FLUSH.replace("MICROSECONDS", str(round(flush_ms * 1_000))))
        subprocess.run([compiler, "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
        again = [sys.executable, __file__, str(seconds), "--slowed"]
        subprocess.run(again, env={**os.environ, "LD_PRELOAD": str(library)}, check=True)


def open_log(url: str, folder: Path) -> SqlLog:
    make_keys(folder / "keys", ORIGIN)
    log = SqlLog(open_database(url, create=True, timeout=60), FolderSigner(folder / "keys"), ORIGIN)
    log.sequence()
    return log


def measure_pgbench(url: str, program: str, script: Path, seconds: float) -> float:
    command = [program, "-n", "-M", "prepared", "-c", "16", "-j", "2", "-T", str(max(1, round(seconds)))]
    said = subprocess.run([*command, "-f", script, url], capture_output=True, text=True, check=True).stdout
    return next(float(line.split()[2]) for line in said.splitlines() if line.startswith("tps"))


def find_pgbench() -> str | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pgbench"))
    return shutil.which("pgbench") or (str(found[-1]) if found else None)


def run(calls: dict[str, Callable[[], float]]) -> dict[str, float]:
    """The median rate of each; the calls take turns, so that a slow moment meets all of them."""
    rates: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(ROUNDS):
        for name, call in calls.items():
            rates[name].append(call())
    return {name: statistics.median(each) for name, each in rates.items()}


def show(rates: dict[str, float], *, both: bool = False) -> None:
    """With the ratio to the first rate, or to the first two."""
    bases = list(rates.values())[: 1 + both]
    for name, rate in rates.items():
        print(f"  {name:<46}{rate:10,.0f} a second" + "".join(f"{rate / base:8.2f}" for base in bases))


def measure_sqlite(folder: Path, seconds: float) -> None:
    log = open_log(f"sqlite:///{folder / 'govern.db'}", folder)
    (folder / "least").mkdir()
    least = open_log(f"sqlite:///{folder / 'least' / 'govern.db'}", folder / "least")
    least.append([make_event() for _ in range(2_000)])
    signer = FolderSigner(folder / "least" / "keys")
    calls: dict[str, Callable[[], float]] = {
        "SQLite, raw, one row a commit, WAL": lambda: measure_raw(folder / "raw.db", seconds, "WAL"),
        "SQLite, raw, one row a commit, as by default": lambda: measure_raw(folder / "default.db", seconds, "DELETE"),
        "SQLite, an append's three rows and signature": lambda: measure_least(
            folder / "least" / "govern.db", signer, seconds
        ),
    }
    for writers in (1, 16, 256):
        calls[f"SQLite, append, {writers} writers"] = lambda writers=writers: measure_append(log, writers, seconds)
    for writers in (16, 256):
        name = f"SQLite, append, {writers} writers, coroutines"
        calls[name] = lambda writers=writers: measure_coroutines(log, writers, seconds)
    show(run(calls), both=True)


def measure_storage(folder: Path) -> None:
    """Bytes of the database over the entries' own, of a log that was written in groups of one to a thousand."""
    (folder / "storage").mkdir()
    database = folder / "storage" / "govern.db"
    log = open_log(f"sqlite:///{database}", folder / "storage")
    for size in (1, 16, 256, 1_000) * 25:
        log.append([make_event() for _ in range(size)])
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    entries, size = connection.execute("SELECT count(*), sum(length(data)) FROM govern_entry").fetchone()
    connection.close()
    over = (database.stat().st_size - size) / entries
    print(
        f"  SQLite, storage: {over:.1f} bytes an entry over the entries' own {size / entries:.0f}, {entries:,} entries"
    )


def measure_postgres(server: str, folder: Path, seconds: float) -> None:
    import psycopg

    database = f"govern_bench_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {database}")
    url = f"{server.rpartition('/')[0]}/{database}"
    try:
        (folder / "postgres").mkdir()
        log = open_log(url, folder / "postgres")
        script = folder / "raw.sql"
        script.write_text(
            f"INSERT INTO raw (data, chain) VALUES (decode(repeat('ab', {ENTRY}), 'hex'), '\\x{'ab' * 32}');"
        )
        with psycopg.connect(url, autocommit=True) as connection:
            (data,) = connection.execute("SHOW data_directory").fetchone()
            if data.startswith("/dev/shm/"):
                print("  the data of PostgreSQL lie in memory: a flush takes nothing, and these ratios mean little")
            connection.execute("CREATE TABLE raw (position bigserial PRIMARY KEY, data bytea, chain bytea)")
        program = find_pgbench()
        calls: dict[str, Callable[[], float]] = {}
        if program:
            calls["pgbench, raw, one row a commit, 16 clients"] = lambda: measure_pgbench(url, program, script, seconds)
        for writers in (1, 16, 256):
            calls[f"PostgreSQL, append, {writers} in flight"] = lambda writers=writers: measure_append(
                log, writers, seconds
            )
        for writers in (16, 256):
            name = f"PostgreSQL, append, {writers} in flight, coroutines"
            calls[name] = lambda writers=writers: measure_coroutines(log, writers, seconds)
        show(run(calls))
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("VACUUM FULL govern_newest")
            query = (
                "SELECT count(*), sum(length(data)), pg_total_relation_size('govern_entry') "
                "+ pg_total_relation_size('govern_node') + pg_total_relation_size('govern_newest') FROM govern_entry"
            )
            entries, size, whole = connection.execute(query).fetchone()
        print(f"  PostgreSQL, storage: {(whole - int(size)) / entries:.1f} bytes an entry over the entries' own")
        log._database.close()
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {database} WITH (FORCE)")


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("seconds", type=float, nargs="?", default=2.0)
    arguments.add_argument("--flush-ms", type=float)
    arguments.add_argument("--slowed", action="store_true", help=argparse.SUPPRESS)
    chosen = arguments.parse_args()
    if chosen.flush_ms:
        run_slowed(chosen.seconds, chosen.flush_ms)
    else:
        measure(chosen.seconds, slowed=chosen.slowed)


def measure(seconds: float, *, slowed: bool) -> None:
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    print(
        f"append, Python {platform.python_version()}, {os.cpu_count()} cores, load before {load}; medians of {ROUNDS} "
        f"rounds of {seconds:g} s in turn; the columns at the end are ratios to the raw rates"
    )
    file = Path(__file__).parent.parent / ".pytest-services" / "postgres.url"
    server = os.environ.get("GOVERN_TEST_DATABASE_URL") or (file.read_text().strip() if file.is_file() else "")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print(f"  a flush of this disk takes {measure_flush(folder):.2f} ms{', with the sleep' if slowed else ''}")
        measure_sqlite(folder, seconds)
        if slowed:
            return
        measure_storage(folder)
        if server:
            measure_postgres(server, folder, seconds)
        else:
            print("  PostgreSQL: not measured, none is running")


if __name__ == "__main__":
    main()
