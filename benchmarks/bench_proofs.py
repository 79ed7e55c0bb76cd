"""How fast entries are proved from a database on disk, beside pymerkle's tree on SQLite with the same entries.

Usage: python benchmarks/bench_proofs.py [entries] [proofs]       (1,000,000 and 2,000 if not said)

pymerkle (GPL, `pip install pymerkle`) is a measure here and an oracle: both must give the same root and the same paths.
It keeps hashes of subtrees in memory as it goes, so it is timed twice: for the first proofs after opening, and once
these are warm. Ours are proofs of random entries after opening; each is a signed proof file, ready to be handed over.
"""

import os
import platform
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench_append import make_event, open_log

from govern.audit import Proof, format_proof, inclusion_path
from govern.store import SqlLog

GROUP = 1_000


def fill(log: SqlLog, entries: int) -> None:
    for _ in range(0, entries, GROUP):
        log.append([make_event() for _ in range(GROUP)])


def measure(prove: Callable[[int], object], indices: list[int]) -> float:
    start = time.perf_counter()
    for index in indices:
        prove(index)
    return len(indices) / (time.perf_counter() - start)


def main() -> None:
    entries = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    proofs = int(sys.argv[2]) if len(sys.argv) > 2 else 2_000
    chance = random.Random(20261124)
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'govern.db'}"
        log = open_log(url, folder)
        fill(log, entries)
        log = reopen(log, url, folder)
        head = log.head()
        indices = [chance.randrange(head.size) for _ in range(proofs)]
        print(
            f"proofs from {head.size:,} entries on disk, Python {platform.python_version()}, load before {load}; "
            f"{proofs:,} random entries; the last column is the ratio to the second line"
        )
        ours = measure(
            lambda index: format_proof(Proof(index, inclusion_path(index, head.size, log.read_node), head.checkpoint)),
            indices,
        )
        rates = {"govern, from opening": ours, **measure_pymerkle(log, folder, indices)}
        base = rates.get("pymerkle, warm", ours)
        for title, rate in rates.items():
            print(f"  {title:<32}{rate:10,.0f} a second{rate / base:10.2f}")


def reopen(log: SqlLog, url: str, folder: Path) -> SqlLog:
    from govern.keys import FolderSigner
    from govern.store import open_database

    log._database.close()
    return SqlLog(open_database(url), FolderSigner(folder / "keys"), "log.example/bench")


def measure_pymerkle(log: SqlLog, folder: Path, indices: list[int]) -> dict[str, float]:
    try:
        from pymerkle import SqliteTree
    except ImportError:
        print("  pymerkle: not measured (pip install pymerkle)")
        return {}
    with SqliteTree(str(folder / "pymerkle.db")) as tree:
        tree.append_entries(log.entries(), chunksize=10_000)
    with SqliteTree(str(folder / "pymerkle.db")) as tree:
        size = log.head().size
        first = indices[: max(1, len(indices) // 10)]
        cold = measure(lambda index: tree.prove_inclusion(index + 1, size), first)
        warm = measure(lambda index: tree.prove_inclusion(index + 1, size), indices)
        assert tree.get_root(size) == log.head().root
        for index in indices[:50]:
            theirs = tree.prove_inclusion(index + 1, size).path
            assert tuple(theirs[1:]) == inclusion_path(index, size, log.read_node)
    return {"pymerkle, warm": warm, f"pymerkle, the first {len(first)}": cold}


if __name__ == "__main__":
    main()
