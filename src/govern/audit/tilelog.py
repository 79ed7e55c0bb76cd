"""A log as tiles, as anybody may serve or keep it: checkpoint and `tile/…` alone.

Source: C2SP tlog-tiles. A server may drop a partial tile once the full one is there; then the full one is read in its
place. Beside what `verify_log` checks, every hash in the tiles that belong to the entries that are read is compared.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from govern.audit.checkpoint import check_checkpoint
from govern.audit.kept import Kept
from govern.audit.notes import VerifierKey
from govern.audit.strict import HASH_SIZE
from govern.audit.tiles import (
    ENTRIES,
    HEIGHT,
    WIDTH,
    Tile,
    format_tile_path,
    parse_entry_bundle,
    parse_hashes,
    read_node_from_tiles,
)
from govern.audit.tree import find_frontier
from govern.audit.verify import Verification, verify_log
from govern.errors import VerificationError

CHECKPOINT = "checkpoint"

Read = Callable[[str], bytes | None]


def verify_tile_log(
    read: Read,
    verifiers: Sequence[VerifierKey],
    *,
    since: Kept | None = None,
    reread: bool = False,
    structure: bool = True,
    progress: Callable[[int], None] | None = None,
) -> Verification:
    """Verify a log whose files `read` gives by path, None for one that is not there.

    Without `structure` the entries may be anything, as those of logs that others write. VerificationError names the
    file and the entry or byte in it.
    """
    checkpoint = _need(read, CHECKPOINT)
    head, _ = check_checkpoint(checkpoint, verifiers)
    tiles = _Tiles(read, head.size)
    start = 0
    if since is not None:
        start = check_checkpoint(since.checkpoint, verifiers)[0].size
        if since.frontier is None and start <= head.size and not reread:
            since = replace(since, frontier=find_frontier(start, read_node_from_tiles(head.size, tiles.read)))
    if reread:
        start = 0
    report = verify_log(
        tiles.entries(start),
        [checkpoint],
        verifiers,
        structure=structure,
        progress=progress,
        on_batch=tiles.compare,
        name_entry=tiles.name_entry,
        since=since,
        reread=reread,
    )
    unchecked = [line for line in report.unchecked if not line.startswith("the stored")]
    return replace(
        report, checked=(*report.checked, "every hash in the tiles over these entries"), unchecked=tuple(unchecked)
    )


class _Tiles:
    """The tiles of a log of `size` entries, the last of each level kept at hand."""

    def __init__(self, read: Read, size: int) -> None:
        self._read = read
        self._size = size
        self._last: dict[int, tuple[Tile, tuple[bytes, ...]]] = {}

    def read(self, tile: Tile) -> bytes:
        """The bytes of a tile of hashes; the first part of the full tile where the partial one is gone."""
        data = self._read(format_tile_path(tile))
        if data is None and tile.width < WIDTH:
            full = self._read(format_tile_path(replace(tile, width=WIDTH)))
            data = None if full is None else full[: tile.width * HASH_SIZE]
        if data is None:
            raise VerificationError("a file of the log is missing", where=format_tile_path(tile))
        return data

    def entries(self, start: int) -> Iterator[bytes]:
        """The entries from `start` on."""
        for index in range(start // WIDTH, -(-self._size // WIDTH)):
            tile = self._tile(ENTRIES, index)
            yield from self._read_entries(tile)[max(start - index * WIDTH, 0) :]

    def _read_entries(self, tile: Tile) -> tuple[bytes, ...]:
        data = self._read(format_tile_path(tile))
        if data is not None:
            return parse_entry_bundle(data, tile)
        full = replace(tile, width=WIDTH)
        data = None if tile == full else self._read(format_tile_path(full))
        if data is None:
            raise VerificationError("a file of the log is missing", where=format_tile_path(tile))
        return parse_entry_bundle(data, full)[: tile.width]

    def name_entry(self, index: int) -> str:
        """How errors name an entry: with the file that it is in."""
        return f"{format_tile_path(self._tile(ENTRIES, index // WIDTH))}, entry {index}"

    def compare(self, first: int, _: Sequence[bytes], rows: list[Sequence[bytes]]) -> None:
        """The new hashes of the tree with those in the tiles."""
        for level in range(0, len(rows), HEIGHT):
            place = first >> level
            for offset, node in enumerate(rows[level]):
                self._compare_node(level // HEIGHT, place + offset, node)

    def _compare_node(self, level: int, place: int, node: bytes) -> None:
        tile = self._tile(level, place // WIDTH)
        known = self._last.get(level)
        if known is None or known[0] != tile:
            known = self._last[level] = (tile, parse_hashes(self.read(tile), tile))
        stored = known[1][place % WIDTH]
        if stored != node:
            raise VerificationError(
                "the hash in the tile is not that of the entries",
                where=f"{format_tile_path(tile)}, byte {place % WIDTH * HASH_SIZE}",
                hint=f"the tile, or an entry from {place << level * HEIGHT} on, was changed",
                expected=node.hex(),
                found=stored.hex(),
            )

    def _tile(self, level: int, index: int) -> Tile:
        count = self._size if level == ENTRIES else self._size >> HEIGHT * level
        return Tile(level, index, min(WIDTH, count - index * WIDTH))


def _need(read: Read, path: str) -> bytes:
    data = read(path)
    if data is None:
        raise VerificationError("a file of the log is missing", where=path)
    return data
