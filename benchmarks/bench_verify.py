"""How fast a log is verified, beside the least that could be done: hashing its entries and nodes with
hashlib.

The structure of entries (each parses, each matter without a gap) costs more than their hashes. It is a function of the
bytes alone: where the root over them is the one under which they were parsed before, it need not be looked at again.
That is the line "all bytes again". The two processes have a half of the log each, as with `govern log verify --jobs 2`:
what they read is joined, and the report is that of one. Both have their entries in memory and are there already; the
command starts them, which costs about half a second more. What the bare loop over a half in each of them comes to is
what two processes are worth on this machine.

Usage: python benchmarks/bench_verify.py [entries] [--pure]       (100,000 if not said)

With `--pure` the compiled pass over the structure (native/) is not used, even where it is installed.
"""

import os
import platform
import sys
import time
from collections.abc import Callable
from hashlib import sha256
from multiprocessing import Pipe
from typing import Any

if "--pure" in sys.argv:
    sys.argv.remove("--pure")
    sys.modules["govern_native"] = None  # type: ignore[assignment] - as where it is not installed

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from govern.audit import (
    ED25519,
    Checkpoint,
    Event,
    PartOrder,
    Verification,
    VerifierKey,
    chain_values,
    find_sizes,
    hash_leaf,
    hash_root,
    plan_parts,
    read_part,
    seal_entry,
    sign_checkpoint,
    verify_log,
    verify_parts,
)

ROUNDS = 15
KINDS = ("assessment.saved", "contract.drafted", "evidence.added", "waiver.granted", "vendor.reviewed")


def make_entries(count: int) -> list[bytes]:
    """Entries of many matters, actors and kinds, a tenth of a second apart; the same in every run."""
    last: dict[str, tuple[int, int]] = {}
    entries = []
    for index in range(count):
        digest = sha256(b"%d" % index).hexdigest()
        matter = f"project:{int(digest[:6], 16) % 2000:05d}"
        sequence, previous = last.get(matter, (0, -1))
        seconds, tenths = divmod(index, 10)
        event = Event(
            id=f"{digest[:8]}-{digest[8:12]}-7{digest[13:16]}-8{digest[17:20]}-{digest[20:32]}",
            kind=KINDS[index % len(KINDS)],
            actor=f"user:{int(digest[6:10], 16) % 60:04d}",
            time=f"2026-11-{1 + seconds // 86400:02d}T{seconds // 3600 % 24:02d}:{seconds // 60 % 60:02d}"
            f":{seconds % 60:02d}.{tenths}00000Z",
            object=f"assessment:{digest[32:48]}",
            matter=matter,
            body=f"sha256:{digest}",
        )
        entries.append(seal_entry(event, sequence, None if previous < 0 else previous, "af0cfe78"))
        last[matter] = (sequence + 1, index)
    return entries


def hash_only(entries: list[bytes]) -> bytes:
    """The least: a leaf for each entry, then node by node to the root. Right for a power of two and near it
    else."""
    row = [sha256(b"\x00" + entry).digest() for entry in entries]
    while len(row) > 1:
        pairs = iter(row)
        odd = [row[-1]] if len(row) % 2 else []
        row = [sha256(b"\x01" + left + right).digest() for left, right in zip(pairs, pairs, strict=False)] + odd
    return row[0]


def hash_loop(entries: list[bytes]) -> bytes:
    """The same as a plain loop over the entries, the way that a verifier of one page is written: a leaf, then the
    nodes that it completes."""
    stack: list[bytes] = []
    for index, entry in enumerate(entries):
        node = sha256(b"\x00" + entry).digest()
        while index & 1:
            node = sha256(b"\x01" + stack.pop() + node).digest()
            index >>= 1  # noqa: PLW2901 - the bits of the index say which nodes are complete
        stack.append(node)
    while len(stack) > 1:
        right = stack.pop()
        stack.append(sha256(b"\x01" + stack.pop() + right).digest())
    return stack[0]


def measure(calls: dict[str, Callable[[], object]]) -> dict[str, float]:
    """The best time of each call in seconds, the one that others on the machine disturbed least; the calls take turns,
    so that a slow moment meets all of them."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(ROUNDS):
        for name, call in calls.items():
            start = time.perf_counter()
            call()
            times[name].append(time.perf_counter() - start)
    return {name: min(taken) for name, taken in times.items()}


class Other:
    """The process that takes the first half of the log. It has its entries in memory and waits to be asked, as the
    baseline has all of them in memory and need not be started."""

    def __init__(self, entries: list[bytes], order: PartOrder) -> None:
        self._pipe, theirs = Pipe()
        self._child = os.fork()
        if not self._child:
            self._pipe.close()
            own = [bytes(bytearray(entry)) for entry in entries[: order.stop]]  # else each page is copied when touched
            while (wanted := theirs.recv()) is not None:
                theirs.send(hash_loop(own) if wanted == "bare" else read_part(own, order, structure=wanted == "all"))
            os._exit(0)
        theirs.close()
        self.ask("bare")
        self.answer()

    def ask(self, wanted: str | None) -> None:
        self._pipe.send(wanted)

    def answer(self) -> Any:
        return self._pipe.recv()

    def end(self) -> None:
        self.ask(None)
        os.waitpid(self._child, 0)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    entries = make_entries(count)
    leaves = [hash_leaf(entry) for entry in entries]
    chain = list(chain_values(leaves))
    private = Ed25519PrivateKey.from_private_bytes(bytes(32))
    key = VerifierKey("log.example/bench", ED25519, private.public_key().public_bytes_raw())
    note = sign_checkpoint(Checkpoint(key.name, count, hash_root(leaves)), key, private.sign)
    old = count - count // 100
    old_note = sign_checkpoint(Checkpoint(key.name, old, hash_root(leaves[:old])), key, private.sign)
    kept = verify_log(entries[:old], [old_note], [key]).kept
    one, two = plan_parts(find_sizes([note], [key], None), 2)
    half = entries[two.first :]
    other = Other(entries, one)

    def hash_in_two() -> object:
        other.ask("bare")
        return hash_loop(half), other.answer()

    def verify_in_two(*, structure: bool = True) -> Verification:
        other.ask("all" if structure else "hashes")
        last = read_part(half, two, structure=structure)
        return verify_parts([other.answer(), last], [note], [key])

    taken = measure(
        {
            "hashlib, a bare leaf-and-node loop": lambda: hash_loop(entries),
            "hashlib, level by level": lambda: hash_only(entries),
            "verify_log, hashes only": lambda: verify_log(entries, [note], [key], structure=False),
            "verify_log, hashes and structure": lambda: verify_log(entries, [note], [key]),
            "verify_log, and stored leaves and chain": lambda: verify_log(
                entries, [note], [key], leaf_hashes=leaves, chain=chain
            ),
            "all bytes again, 1 % new since it was kept": lambda: verify_log(
                entries, [note], [key], since=kept, reread=True
            ),
            "only the new 1 %": lambda: verify_log(entries[old:], [note], [key], since=kept),
            "two processes, the bare loop over a half each": hash_in_two,
            "two processes, hashes only": lambda: verify_in_two(structure=False),
            "two processes, hashes and structure": verify_in_two,
        }
    )
    assert verify_in_two() == verify_log(entries, [note], [key])
    other.end()
    assert hash_loop(entries) == hash_only(entries) == hash_root(leaves)
    loop, rows = taken["hashlib, a bare leaf-and-node loop"], taken["hashlib, level by level"]
    size = sum(map(len, entries)) / count
    print(
        f"verification of {count:,} entries of {size:.0f} bytes in memory, one core, Python "
        f"{platform.python_version()}; best of {ROUNDS} rounds in turn; ratios to the first and the second line"
    )
    for name, seconds in taken.items():
        print(f"  {name:<46}{count / seconds / 1e6:6.3f} M entries/s{loop / seconds:8.2f}{rows / seconds:8.2f}")


if __name__ == "__main__":
    main()
