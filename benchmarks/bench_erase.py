"""Erase a person with many sealed records: how long the key's destruction and the certificate take.

    python benchmarks/bench_erase.py [RECORDS]

A real workspace is made in a temporary folder: SQLite for records and log, another SQLite file for the vault, keys in
files. The person has RECORDS sealed records (100,000 if not said), each one entry of the log, among as many entries of
others. Then the person is erased, and every byte of the entries and of the tree is compared with what it was. Beside
the time on the clock stands the time that the process itself was busy: on a machine that others use the two differ.
"""

import json
import os
import sys
import tempfile
import time
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from govern.audit import Event, TreeBuilder, hash_leaf
from govern.kernel import Actor, Role
from govern.render.evidence_pdf import write_erasure_pdf
from govern.usecases.erasure import certify_erasure, erase_person, plan_erasure, seal_personal
from govern.wiring import init_workspace

BATCH = 5_000
OFFICER = Actor("officer-7", frozenset(Role))


@contextmanager
def timed(what, times):
    start, busy = time.perf_counter(), time.process_time()
    yield
    times[what] = time.perf_counter() - start
    busy = time.process_time() - busy
    print(f"{what:42} {times[what] * 1000:12,.1f} ms, {busy * 1000:12,.1f} ms of one core", flush=True)


def fill(ports, count):
    """The person's sealed records, and between them entries of others."""
    for start in range(0, count, BATCH):
        size = min(BATCH, count - start)
        batches = [{"note": f"annotator note {number}, signed Ada Example"} for number in range(start, start + size)]
        seal_personal(ports, OFFICER, "annotator-1", *batches)
        ports.log.append([make_event(number) for number in range(start, start + size)])
        print(f"  {start + size:,} sealed", end="\r", flush=True)


def make_event(number):
    return Event(
        id=f"other-{number}",
        kind="test.saved",
        actor="annotator-1" if number % 10 == 0 else "officer-7",
        time="2026-11-24T10:00:00.000000Z",
        object=f"thing:{number}",
        matter="project:other",
        body="sha256:" + sha256(b"%d" % number).hexdigest(),
    )


def digest_of(ports, size):
    """One hash over the bytes of the first entries, and the root that they give."""
    whole, tree, batch = sha256(), TreeBuilder(), []
    for data in ports.log.entries(0, size):
        whole.update(data)
        batch.append(hash_leaf(data))
        if len(batch) == 4096:
            tree.extend(batch)
            batch = []
    tree.extend(batch)
    return whole.hexdigest(), tree.root().hex()


def main(count):
    times = {}
    with tempfile.TemporaryDirectory() as folder:
        space, _ = init_workspace(Path(folder) / "ws", "log.example/bench", "officer-7", choose=None)
        ports = space.ports
        with timed(f"make: {count:,} sealed records", times):
            fill(ports, count)
        size = ports.log.head().size
        before = digest_of(ports, size)
        with timed("plan (open all, search the rest)", times):
            plan = plan_erasure(ports, OFFICER, "annotator-1")
        key = plan.subject.key
        destroy = ports.vault.destroy

        def measured(key_id):
            with timed("key destruction", times):
                destroy(key_id)

        vault = ports.vault
        vault.destroy = measured
        with timed("erase, from order to certificate", times):
            erase_person(ports, OFFICER, "annotator-1", "benchmark")
        with timed("certificate, from the log", times):
            certificate = certify_erasure(ports, OFFICER, "annotator-1")
        with timed("certificate as PDF", times):
            write_erasure_pdf(certificate)
        same = digest_of(ports, size) == before
        vault.close()
        space.database.close()
    assert certificate.said["covered"] == count
    assert certificate.said["key"] == key
    load = os.getloadavg()[0]
    whole = times["certificate, from the log"] + times["certificate as PDF"]
    print(f"entries and tree unchanged: {same}; log of {size:,} entries; covered {count:,}; load {load:.1f}")
    print(f"key destruction / 50 ms: {times['key destruction'] / 0.05:.2f}; certificate / 2 s: {whole / 2:.2f}")
    print(json.dumps({name: round(value, 4) for name, value in times.items()}))
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
