"""A tree that grows by a group of entries, and the proof of each of them in the grown tree.

Source: RFC 6962 section 2.1.1. All that is read of the old tree is its frontier: a path from a new leaf to the new root
crosses new nodes and complete subtrees of the old tree, and nothing else. So a group is proved in memory, without
reading the log, at about two steps an entry.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from govern.audit.tree import TreeBuilder, hash_frontier, hash_node

Path = tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Growth:
    """A grown tree: its size, root and frontier, the new hashes, and the path of each new leaf.

    `rows` has a row for each level, leaves first; the first hash of the row of a level is that of the subtree number
    `old size >> level`. `paths` are as in a proof file, from the leaf's sibling up.
    """

    size: int
    root: bytes
    frontier: tuple[bytes, ...]
    rows: tuple[Sequence[bytes], ...]
    paths: tuple[Path, ...]


def grow_tree(size: int, frontier: Sequence[bytes], leaf_hashes: Sequence[bytes], *, prove: bool = True) -> Growth:
    """The tree of `size` leaves with that frontier, and more leaves after them; without `prove` no paths are made."""
    tree = TreeBuilder(size, frontier)
    rows = tuple(tree.extend_rows(leaf_hashes))
    paths = _Paths(size, frontier, tree.size, rows).all() if prove and leaf_hashes else ()
    edge = tree.frontier
    return Growth(tree.size, hash_frontier(edge), edge, rows, paths)


class _Paths:
    """The paths of the leaves from `old` up to `new`.

    All of them are in one subtree of height `top`. From there up nothing is right of it, so that the rest of each path
    is the old frontier above `top`, and a single leaf's path is all of it.
    """

    def __init__(self, old: int, frontier: Sequence[bytes], new: int, rows: Sequence[Sequence[bytes]]) -> None:
        self._old, self._new, self._rows = old, new, rows
        top = (old ^ (new - 1)).bit_length()
        self._start = old >> top << top
        higher = (old >> top).bit_count()
        self._above = tuple(reversed(frontier[:higher]))
        self._known = dict(zip(_starts(self._start, old, top), frontier[higher:], strict=True))
        self._paths: list[Path] = []

    def all(self) -> tuple[Path, ...]:
        self._walk(self._start, self._new, self._above)
        return tuple(self._paths)

    def _walk(self, low: int, high: int, above: Path) -> None:
        """Add the paths of the new leaves from `low` up to `high`; `above` is the part that they share."""
        if high <= self._old:
            return
        width = high - low
        if width == 1:
            self._paths.append(above)
            return
        if width == 2 and low >= self._old:  # half of all calls: two leaves side by side, each the other's sibling
            left, right = self._hash(low, low + 1), self._hash(low + 1, high)
            self._paths += ((right, *above), (left, *above))
            return
        middle = low + (1 << (width - 1).bit_length() - 1)
        self._walk(low, middle, (self._hash(middle, high), *above) if middle > self._old else above)
        self._walk(middle, high, (self._hash(low, middle), *above))

    def _hash(self, low: int, high: int) -> bytes:
        """The hash over the leaves from `low` up to `high`, which are a side of the new tree or of a part of it."""
        if high <= self._old:
            return self._known[low, high]
        level = (high - low).bit_length() - 1
        if high - low == 1 << level:  # complete: it was finished by this group
            return self._rows[level][(low >> level) - (self._old >> level)]
        found = self._known.get((low, high))
        if found is None:
            middle = low + (1 << (high - low - 1).bit_length() - 1)
            found = self._known[low, high] = hash_node(self._hash(low, middle), self._hash(middle, high))
        return found


def _starts(start: int, size: int, top: int) -> list[tuple[int, int]]:
    """The leaves that each hash of a frontier below the height `top` covers, from `start` and from the largest."""
    found = []
    for level in range(top - 1, -1, -1):
        if size >> level & 1:
            found.append((start, start + (1 << level)))
            start += 1 << level
    return found
