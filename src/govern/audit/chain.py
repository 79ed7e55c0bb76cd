"""The chain: a running hash beside the tree, for whoever has SQL or a spreadsheet and no Merkle code.

chain(n) = SHA-256(chain(n − 1) ‖ leaf hash(n)), and before the first entry chain(−1) is 32 zero bytes. It
is stored beside each entry and never signed: the tree's root is what is signed.
"""

from collections.abc import Iterable, Iterator
from hashlib import sha256

CHAIN_START = bytes(32)


def extend_chain(previous: bytes, leaf_hash: bytes) -> bytes:
    """The chain value of an entry from the one before it (`CHAIN_START` for the first)."""
    return sha256(previous + leaf_hash).digest()


def chain_values(leaf_hashes: Iterable[bytes], start: bytes = CHAIN_START) -> Iterator[bytes]:
    """The chain value of each leaf hash in turn, after `start`."""
    value = start
    for leaf_hash in leaf_hashes:
        value = sha256(value + leaf_hash).digest()
        yield value
