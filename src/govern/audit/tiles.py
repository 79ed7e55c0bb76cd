"""Tiles: a log as static files that never change once they are full.

Source: C2SP tlog-tiles. Tile `index` at `level` holds up to 256 hashes, those of the complete subtrees of
height 8 · level at the positions from 256 · index. `tile/<level>/<index>` is its path; the index is written
in groups of three digits, all but the last with an x before (1234067 is `x001/x234/067`); a tile of fewer
than 256 has `.p/<width>` after it. `tile/entries/<index>` holds the entries under the level-0 tile, each as
its length in two bytes, most significant first, and its bytes.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from govern.audit.strict import HASH_SIZE, NUMBER_LIMIT
from govern.audit.tree import hash_root
from govern.errors import VerificationError

HEIGHT = 8
WIDTH = 1 << HEIGHT
ENTRY_LIMIT = 65_535
ENTRIES = -1  # stands for the level of a bundle of entries

_PATH = re.compile(r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?", re.ASCII)


@dataclass(frozen=True)
class Tile:
    """Which tile, and how many hashes or entries it holds: 1 … 256. `level` is `ENTRIES` for a bundle of
    entries."""

    level: int
    index: int
    width: int = WIDTH


def format_tile_path(tile: Tile) -> str:
    """`tile/0/x001/x234/067`, or with `.p/<width>` where the width is below 256."""
    groups = [f"{tile.index % 1000:03d}"]
    rest = tile.index // 1000
    while rest:
        groups.append(f"x{rest % 1000:03d}")
        rest //= 1000
    level = "entries" if tile.level == ENTRIES else str(tile.level)
    width = "" if tile.width == WIDTH else f".p/{tile.width}"
    return f"tile/{level}/{'/'.join(reversed(groups))}{width}"


def parse_tile_path(path: str) -> Tile:
    """The tile of a path; refuses every other spelling than that of `format_tile_path`."""
    match = _PATH.fullmatch(path)
    if match:
        level, groups, width = match.groups()
        tile = Tile(
            ENTRIES if level == "entries" else int(level),
            int(groups.replace("/", "").replace("x", "")) if len(groups) < 40 else NUMBER_LIMIT,
            int(width or WIDTH),
        )
        # 63 is the highest level that the specification allows
        if tile.level <= 63 and tile.index < NUMBER_LIMIT and format_tile_path(tile) == path:
            return tile
    raise VerificationError(f"`{path[:80]}` is not the path of a tile", hint="tile/0/x001/x234/067.p/12")


def list_tiles(size: int, since: int = 0) -> Iterator[Tile]:
    """The tiles of a log of `size` entries that a log of `since` entries had not: entries first, then by
    level."""
    yield from _list_level(ENTRIES, size, since)
    for level in range(size.bit_length() // HEIGHT + 1):
        yield from _list_level(level, size >> HEIGHT * level, since >> HEIGHT * level)


def _list_level(level: int, count: int, since: int) -> Iterator[Tile]:
    if count > since:
        for index in range(since // WIDTH, count // WIDTH):
            yield Tile(level, index)
        if count % WIDTH:
            yield Tile(level, count // WIDTH, count % WIDTH)


def format_hashes(hashes: Sequence[bytes]) -> bytes:
    """A tile's bytes: its hashes one after the other."""
    return b"".join(hashes)


def parse_hashes(data: bytes, tile: Tile) -> tuple[bytes, ...]:
    """The hashes of a tile; refuses another length than the tile's width asks for."""
    if len(data) != tile.width * HASH_SIZE:
        raise VerificationError(
            "the tile has the wrong length",
            where=format_tile_path(tile),
            expected=f"{tile.width * HASH_SIZE} bytes",
            found=f"{len(data)} bytes",
        )
    return tuple(data[i : i + HASH_SIZE] for i in range(0, len(data), HASH_SIZE))


def format_entry_bundle(entries: Iterable[bytes]) -> bytes:
    """Entries, each with its length before it."""
    parts = []
    for entry in entries:
        if len(entry) > ENTRY_LIMIT:
            raise VerificationError(f"an entry has {len(entry)} bytes", hint=f"at most {ENTRY_LIMIT}")
        parts += [len(entry).to_bytes(2, "big"), entry]
    return b"".join(parts)


def parse_entry_bundle(data: bytes, tile: Tile) -> tuple[bytes, ...]:
    """The entries of a bundle; refuses another number of them than the tile's width."""
    where = format_tile_path(tile)
    entries: list[bytes] = []
    place = 0
    while place < len(data):
        start = place + 2
        end = start + int.from_bytes(data[place:start], "big")
        if end > len(data):
            raise VerificationError(
                "the bundle ends inside an entry",
                where=f"{where}, byte {place} (entry {tile.index * WIDTH + len(entries)})",
            )
        entries.append(data[start:end])
        place = end
    if len(entries) != tile.width:
        raise VerificationError(
            "the bundle has the wrong number of entries",
            where=where,
            expected=str(tile.width),
            found=str(len(entries)),
        )
    return tuple(entries)


def read_node_from_tiles(size: int, read_tile: Callable[[Tile], bytes]) -> Callable[[int, int], bytes]:
    """A `read_node` for the tree of `size` leaves over tiles: reads one tile a call and hashes within it."""

    def read_node(level: int, index: int) -> bytes:
        tile_level, height = divmod(level, HEIGHT)
        first = index << height
        tile_index = first // WIDTH
        width = min(WIDTH, (size >> HEIGHT * tile_level) - tile_index * WIDTH)
        tile = Tile(tile_level, tile_index, width)
        hashes = parse_hashes(read_tile(tile), tile)
        offset = first % WIDTH
        return hash_root(hashes[offset : offset + (1 << height)])

    return read_node
