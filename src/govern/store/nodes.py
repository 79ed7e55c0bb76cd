"""The hashes of the tree, read from what is stored of it.

Stored are the hashes of the complete subtrees of 16, 256, 4,096 … leaves. That of every other complete subtree follows
from at most 8 of these, and below 16 leaves from the entries themselves: two bytes an entry are stored instead of 64.
A proof reads one block of 16 a level, five of them for a million entries.
"""

from collections.abc import Iterator, Sequence

from govern.audit import TreeBuilder, hash_leaf
from govern.errors import StoreError
from govern.store.database import Database, stored_bytes
from govern.usecases.ports import STORED_LEVEL

BLOCK = 1 << STORED_LEVEL

KEPT = 8_192
"""Blocks that are kept in memory, two kilobytes each: those that are complete never change."""

_ENTRIES = "SELECT position, data FROM govern_entry WHERE position >= {0} AND position < {0} ORDER BY position"
_NODES = (
    "SELECT position, hash FROM govern_node WHERE level = {0} AND position >= {0} AND position < {0} ORDER BY position"
)

Rows = tuple[Sequence[bytes], ...]
"""The hashes of a block and of the complete subtrees over them, a row for each level."""


class StoredTree:
    """The complete subtrees of a stored log."""

    def __init__(self, database: Database) -> None:
        self._database = database
        mark = "?" if database.dialect == "sqlite" else "%s"
        self._entries, self._nodes = _ENTRIES.format(mark), _NODES.format(mark)
        self._kept: dict[tuple[int, int], Rows] = {}
        self._last: tuple[int, Rows] = (-1, ())  # the entries' block that was read last: a proof asks for four levels

    def read_node(self, level: int, index: int) -> bytes:
        """The hash of a complete subtree of 2**level leaves. Raises StoreError if what it follows from is not there."""
        height = level % STORED_LEVEL
        block, offset = divmod(index, BLOCK >> height)
        rows = self._read_block(level - height, block)
        if height < len(rows) and offset < len(rows[height]):
            return rows[height][offset]
        raise StoreError(f"the log has no hash at level {level}, index {index}", hint="run govern log verify")

    def forget(self) -> None:
        """Read everything anew: the log may be another one than before."""
        self._kept.clear()
        self._last = (-1, ())

    def _read_block(self, level: int, block: int) -> Rows:
        """The hashes at the positions from 16 · block that are there without a gap, and those that follow from them."""
        if not level and self._last[0] == block:
            return self._last[1]
        found = self._kept.get((level, block))
        if found is None:
            first = block * BLOCK
            span = (first, first + BLOCK)
            rows = (
                self._database.query(self._nodes, (level, *span))
                if level
                else self._database.query(self._entries, span)
            )
            found = tuple(TreeBuilder().extend_rows(list(_hashes(level, first, rows))))
            self._keep(level, block, found)
        return found

    def _keep(self, level: int, block: int, rows: Rows) -> None:
        if len(rows) <= STORED_LEVEL:
            return  # it grows
        if not level:
            self._last = (block, rows)
            return
        if len(self._kept) >= KEPT:
            self._kept.clear()
        self._kept[level, block] = rows


def _hashes(level: int, first: int, rows: Sequence[tuple[int, object]]) -> Iterator[bytes]:
    for place, (position, value) in enumerate(rows, first):
        if position != place:
            return
        if level:
            yield stored_bytes(value, f"node {position} of level {level}")
        else:
            yield hash_leaf(stored_bytes(value, f"entry {position}"))


def read_frontier(size: int, tree: StoredTree) -> tuple[bytes, ...]:
    """The roots of the complete subtrees that a tree of `size` leaves is made of, from the largest."""
    levels = [level for level in range(size.bit_length() - 1, -1, -1) if size >> level & 1]
    # The subtree at a level begins where those of the higher levels end.
    return tuple(tree.read_node(level, (size >> level) - 1) for level in levels)
