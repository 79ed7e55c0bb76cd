"""What a passphrase costs each process that signs, and what a witness costs beside the disk that it must wait for.

Ratios in one run on one machine: opening a key file over the bare derivation by hashlib, and cosignatures a second over
durable replacements of a small file a second. Everything with files of its own in a temporary folder.
"""

import hashlib
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from govern.audit import (
    ED25519,
    Checkpoint,
    TreeBuilder,
    VerifierKey,
    WitnessRequest,
    consistency_path,
    hash_leaf,
    sign_checkpoint,
)
from govern.keys import FolderSigner, make_keys
from govern.store.files import write_durably
from govern.witness import FolderWitness, make_witness

ROUNDS = 9
HEADS = 200
PASSPHRASE = "correct horse battery staple"


def median(act: Callable[[], object]) -> float:
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        act()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def bench_passphrase(folder: Path) -> None:
    make_keys(folder, "log.example/bench", PASSPHRASE)
    opening = median(lambda: FolderSigner(folder, lambda _: PASSPHRASE).sign(b""))
    bare = median(lambda: hashlib.scrypt(b"x", salt=bytes(16), n=2**14, r=8, p=5, maxmem=2**26, dklen=32))
    print(f"hashlib.scrypt, N = 2^14, r = 8, p = 5     {bare * 1000:8.1f} ms    1.00")
    print(f"open a key file and sign                   {opening * 1000:8.1f} ms {opening / bare:7.2f}")


def make_requests() -> tuple[VerifierKey, list[WitnessRequest]]:
    private = Ed25519PrivateKey.generate()
    key = VerifierKey("log.example/bench", ED25519, private.public_key().public_bytes_raw())
    tree, nodes, requests = TreeBuilder(), {}, []
    for size in range(1, HEADS + 1):
        nodes.update({(level, at): node for level, at, node in tree.append(hash_leaf(b"%d" % size))})
        note = sign_checkpoint(Checkpoint(key.name, size, tree.root()), key, private.sign)
        path = consistency_path(size - 1, size, lambda level, at: nodes[level, at])
        requests.append(WitnessRequest(size - 1, path, note))
    return key, requests


def bench_witness(folder: Path) -> None:
    make_witness(folder / "witness", "witness.example/bench", None)
    witness = FolderWitness(folder / "witness", lambda: 1)
    key, requests = make_requests()
    witness.trust(key)
    start = time.perf_counter()
    for request in requests:
        assert witness.add_checkpoint(request)[0].status == 200
    cosigned = HEADS / (time.perf_counter() - start)
    start = time.perf_counter()
    for request in requests:
        write_durably(folder / "file", request.checkpoint)
    written = HEADS / (time.perf_counter() - start)
    print(f"durable replacements of a small file       {written:8.0f} /s    1.00")
    print(f"heads judged, kept and cosigned            {cosigned:8.0f} /s {cosigned / written:7.2f}")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        bench_passphrase(Path(folder) / "keys")
        bench_witness(Path(folder))


if __name__ == "__main__":
    main()
