"""The Merkle tree: hashes, growth, and proofs of inclusion and consistency.

Source: RFC 6962 section 2.1. A leaf hash is SHA-256(0x00 ‖ entry); a node hash is SHA-256(0x01 ‖ left ‖
right); a tree of n > 1 leaves is split at the largest power of two below n; the root of no leaves is
SHA-256 of nothing.

A *complete subtree* of height `level` and position `index` covers the leaves from index · 2**level up to
(index + 1) · 2**level. Its hash never changes once its leaves exist: it is all that a log has to store, and
`read_node(level, index)` is how the functions here ask for it. Building a proof reads at most 2 · log2(n)
nodes.
"""

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256

from govern.audit.strict import HASH_SIZE
from govern.errors import VerificationError

ReadNode = Callable[[int, int], bytes]

EMPTY_ROOT = sha256(b"").digest()
_LEAF, _NODE = sha256(b"\x00"), sha256(b"\x01")  # RFC 6962 2.1: what leaves and nodes begin with


def hash_leaf(entry: bytes) -> bytes:
    """The hash of one entry."""
    return sha256(b"\x00" + entry).digest()


def hash_node(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees side by side."""
    return sha256(b"\x01" + left + right).digest()


def hash_leaves(entries: Iterable[bytes]) -> list[bytes]:
    """The hashes of many entries. Copying a started hash is a tenth faster than starting one for each."""
    start = _LEAF.copy
    hashes = []
    for entry in entries:
        leaf = start()
        leaf.update(entry)
        hashes.append(leaf.digest())
    return hashes


def _hash_pairs(pairs: Iterable[tuple[bytes, bytes]]) -> list[bytes]:
    """The hashes of many nodes, in the same way."""
    start = _NODE.copy
    hashes = []
    for left, right in pairs:
        node = start()
        node.update(left + right)
        hashes.append(node.digest())
    return hashes


def hash_root(leaf_hashes: Iterable[bytes]) -> bytes:
    """The root over all leaf hashes at once; `EMPTY_ROOT` if there are none."""
    builder = TreeBuilder()
    builder.extend(list(leaf_hashes))
    return builder.root()


class TreeBuilder:
    """A tree that grows at its right edge and remembers only the hashes it still needs: log2(n) of them.

    `frontier` is the tree's compact range: the hashes of its complete subtrees, largest first, one for each
    bit of `size` that is set. Size and frontier are all that has to be kept to go on later.
    """

    __slots__ = ("_pending", "size")

    def __init__(self, size: int = 0, frontier: Sequence[bytes] = ()) -> None:
        if size < 0 or len(frontier) != size.bit_count():
            raise VerificationError(
                f"a tree of size {size} has {max(size, 0).bit_count()} complete subtrees, not {len(frontier)}"
            )
        rest = list(frontier)
        self.size = size
        self._pending = [rest.pop() if size >> level & 1 else b"" for level in range(size.bit_length())]

    @property
    def frontier(self) -> tuple[bytes, ...]:
        return tuple(node for node in reversed(self._pending) if node)

    def append(self, leaf_hash: bytes) -> list[tuple[int, int, bytes]]:
        """Add one leaf; the complete subtrees that it finished, as (level, index, hash), the leaf first."""
        return self.extend([leaf_hash])

    def extend(self, leaf_hashes: Sequence[bytes]) -> list[tuple[int, int, bytes]]:
        """Add leaves; every complete subtree that they finished, as (level, index, hash), lowest level
        first."""
        size = self.size
        nodes = []
        for level, row in enumerate(self.extend_rows(leaf_hashes)):
            first = size >> level
            nodes += [(level, first + i, node) for i, node in enumerate(row)]
        return nodes

    def extend_rows(self, leaf_hashes: Sequence[bytes]) -> list[Sequence[bytes]]:
        """As `extend`, but one row of hashes a level: the fast way for many leaves."""
        rows: list[Sequence[bytes]] = []
        row = leaf_hashes
        level = 0
        while row:
            rows.append(row)
            row = self._raise_level(level, row)
            level += 1
        self.size += len(leaf_hashes)
        return rows

    def _raise_level(self, level: int, row: Sequence[bytes]) -> list[bytes]:
        """Pair what is new at `level` with what was pending there; the hashes that are new one level up."""
        pending = self._pending
        if level == len(pending):
            pending.append(b"")
        if pending[level]:
            row = [pending[level], *row]
        pending[level] = row[-1] if len(row) % 2 else b""
        pairs = iter(row)
        return _hash_pairs(zip(pairs, pairs, strict=False))

    def root(self) -> bytes:
        """The root of the tree so far; `EMPTY_ROOT` if it has no leaves."""
        return hash_frontier(self.frontier)


def hash_frontier(frontier: Sequence[bytes]) -> bytes:
    """The root of the tree with that frontier; `EMPTY_ROOT` if it has no leaves."""
    return _join(frontier) if frontier else EMPTY_ROOT


def find_root(size: int, read_node: ReadNode) -> bytes:
    """The root of a stored tree of `size` leaves."""
    return _range_root(0, size, read_node) if size else EMPTY_ROOT


def find_frontier(size: int, read_node: ReadNode) -> tuple[bytes, ...]:
    """The frontier of a stored tree of `size` leaves: its complete subtrees, largest first (see `TreeBuilder`)."""
    levels = [level for level in reversed(range(size.bit_length())) if size >> level & 1]
    return tuple(read_node(level, (size >> level) - 1) for level in levels)


def inclusion_path(index: int, size: int, read_node: ReadNode) -> tuple[bytes, ...]:
    """The audit path of the leaf at `index` in the tree of `size` leaves, from its sibling up. RFC 6962
    2.1.1."""
    if not 0 <= index < size:
        raise VerificationError(f"there is no entry {index} in a log of {size} entries")
    path = []
    low, high = 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            path.append(_range_root(middle, high, read_node))
            high = middle
        else:
            path.append(_range_root(low, middle, read_node))
            low = middle
    return tuple(reversed(path))


def consistency_path(old: int, new: int, read_node: ReadNode) -> tuple[bytes, ...]:
    """The proof that the tree of `new` leaves begins with the tree of `old`. RFC 6962 2.1.2.

    Empty for old = 0 and for old = new.
    """
    if not 0 <= old <= new:
        raise VerificationError(f"a log of {new} entries cannot continue one of {old}")
    path: list[bytes] = []
    low, high = 0, new
    while low < old < high:
        middle = low + _split(high - low)
        if old <= middle:
            path.append(_range_root(middle, high, read_node))
            high = middle
        else:
            path.append(_range_root(low, middle, read_node))
            low = middle
    if old and low:  # the old tree is no subtree of the new one: the part where they still agree is sent too
        path.append(_range_root(low, high, read_node))
    return tuple(reversed(path))


def check_inclusion(index: int, size: int, leaf_hash: bytes, root: bytes, path: Sequence[bytes]) -> None:
    """Raise unless `path` proves that `leaf_hash` is leaf `index` of the tree of `size` leaves with that
    root."""
    where = f"entry {index}"
    if not 0 <= index < size:
        raise VerificationError(f"there is no entry {index} in a log of {size} entries", where=where)
    inner = (index ^ (size - 1)).bit_length()
    _check_path(path, inner + (index >> inner).bit_count(), where)
    _check_hashes([leaf_hash], where)
    _check_root(root, _climb(leaf_hash, path, index, inner), "the inclusion proof", where)


def check_consistency(old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> None:
    """Raise unless `path` proves that the tree (new, new_root) begins with the tree (old, old_root).

    From the empty tree the proof is empty (C2SP tlog-witness) and `old_root` is `EMPTY_ROOT`.
    """
    where = f"sizes {old} and {new}"
    if not 0 <= old <= new:
        raise VerificationError(f"a log of {new} entries cannot continue one of {old}", where=where)
    if old == 0:
        _check_path(path, 0, where)
        _check_root(EMPTY_ROOT, old_root, "the root of the empty log", where)
        if new == 0:
            _check_root(EMPTY_ROOT, new_root, "the root of the empty log", where)
        return
    if old == new:
        _check_path(path, 0, where)
        _check_root(old_root, new_root, "two logs of one size", where)
        return
    shift = (old & -old).bit_length() - 1
    inner = ((old - 1) ^ (new - 1)).bit_length() - shift
    position = (old - 1) >> shift
    border = (position >> inner).bit_count()
    seeded = old != 1 << shift  # the old tree is a complete subtree: its root is the seed and is not sent
    _check_path(path, seeded + inner + border, where)
    seed, rest = (path[0], path[1:]) if seeded else (old_root, path)
    lefts = [node for i, node in enumerate(rest) if i >= inner or position >> i & 1]
    _check_root(old_root, _climb(seed, lefts, 0, 0), "the consistency proof from the old root", where)
    _check_root(new_root, _climb(seed, rest, position, inner), "the consistency proof to the new root", where)


def _climb(seed: bytes, path: Sequence[bytes], position: int, inner: int) -> bytes:
    """Hash from `seed` up: for the first `inner` steps the bits of `position` tell the side, then all are
    left."""
    node = seed
    for step, sibling in enumerate(path):
        left = step >= inner or position >> step & 1
        node = hash_node(sibling, node) if left else hash_node(node, sibling)
    return node


def _check_path(path: Sequence[bytes], length: int, where: str) -> None:
    if len(path) != length:
        raise VerificationError(f"the proof has {len(path)} hashes where {length} are needed", where=where)
    _check_hashes(path, where)


def _check_hashes(nodes: Sequence[bytes], where: str) -> None:
    if any(len(node) != HASH_SIZE for node in nodes):
        raise VerificationError("the proof holds something that is no SHA-256 hash", where=where)


def _check_root(expected: bytes, found: bytes, what: str, where: str) -> None:
    if expected != found:
        raise VerificationError(
            f"{what} does not lead to the root", where=where, expected=expected.hex(), found=found.hex()
        )


def _split(count: int) -> int:
    """The largest power of two below `count`, which is at least 2."""
    return 1 << ((count - 1).bit_length() - 1)


def _range_root(low: int, high: int, read_node: ReadNode) -> bytes:
    """The root over the leaves low … high − 1, where `low` is a multiple of the largest subtree in it."""
    nodes = []
    while low < high:
        level = (high - low).bit_length() - 1
        nodes.append(read_node(level, low >> level))
        low += 1 << level
    return _join(nodes)


def _join(nodes: Sequence[bytes]) -> bytes:
    """The root over complete subtrees, largest first."""
    root = nodes[-1]
    for node in reversed(nodes[:-1]):
        root = hash_node(node, root)
    return root
