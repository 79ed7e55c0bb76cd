"""A log that is read in parts, each on its own, so that several processes can share the work.

A part begins and ends with a tile. What the entries before it were is not known while it is read: what it takes for
granted about them, it says, and `Joined` holds that against the parts before it. So nothing is checked less than in
one reading; and whoever finds that parts do not join reads the log once more from the start, for the error and its
place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from govern.audit.admissions import Admission
from govern.audit.chain import CHAIN_START
from govern.audit.structure import MatterState, Opening
from govern.audit.tiles import HEIGHT, WIDTH
from govern.audit.tree import TreeBuilder
from govern.errors import VerificationError

PART_LEAST = 4 * WIDTH
"""The least entries of a part: as many as are read at once."""


@dataclass(frozen=True)
class PartStructure:
    """What a part's entries say: what they take for granted of the matters before it, and how far each matter came."""

    openings: tuple[Opening, ...]
    matters: Mapping[str, tuple[int, int]]
    first_time: str
    last_time: str
    clock_turns: int
    first_turn: int | None


@dataclass(frozen=True)
class Part:
    """The entries from `first` up to and without `stop`, as they were read."""

    first: int
    stop: int
    tiles: tuple[bytes, ...]
    """The hash over each full tile."""
    edges: Mapping[int, tuple[bytes, ...]]
    """Of a size that was asked for, the frontier over the entries of its last tile, where that is not full."""
    last_entry: bytes | None
    structure: PartStructure | None
    chain: tuple[bytes, bytes] | None
    """The chain value before the first entry, taken for granted, and the one of the last, which was computed."""
    admissions: tuple[Admission, ...] = ()


@dataclass(frozen=True)
class PartOrder:
    """Which entries a part has: from `first`, which begins a tile, up to the last of `sizes`.

    At each of these sizes the tree is asked for. Entries below `structure_from` are hashed and not parsed.
    """

    first: int
    sizes: tuple[int, ...]
    structure_from: int = 0

    @property
    def stop(self) -> int:
        return self.sizes[-1]


def plan_parts(sizes: Sequence[int], jobs: int, structure_from: int = 0) -> list[PartOrder]:
    """At most `jobs` parts of about one length over a log of the last of `sizes` entries."""
    size = sizes[-1]
    step = max(-(-size // jobs), 1)
    step = -(-step // PART_LEAST) * PART_LEAST
    return [
        PartOrder(
            first, (*(each for each in sizes if first < each < first + step and each < size), min(first + step, size)),
            structure_from,
        )
        for first in range(0, max(size, 1), step)  # of an empty log one part, after which nothing may follow
    ]  # fmt: skip


class Joined:
    """Parts that follow one another: the tree over them, and how far each matter came."""

    def __init__(self, parts: Sequence[Part], state: MatterState | None, structure_from: int) -> None:
        """Raises VerificationError where the parts do not follow one another."""
        self._tiles: list[bytes] = []
        self._edges: dict[int, tuple[bytes, ...]] = {}
        self.size = 0
        self.last_entry: bytes | None = None
        self.chain: bytes | None = CHAIN_START
        self.matters = dict(state.matters) if state else {}
        self.last_time = state.last_time if state else ""
        self.clock_turns = 0
        self.first_turn: int | None = None
        self.has_structure = all(part.structure is not None for part in parts)
        self._open_below = structure_from if state is None else 0
        for part in parts:
            self._take(part)

    def _take(self, part: Part) -> None:
        if part.first != self.size or part.first % WIDTH:
            raise VerificationError("the parts do not follow one another", where=f"entry {self.size}")
        if part.chain is None or self.chain is None:
            self.chain = None
        elif part.chain[0] != self.chain:
            raise VerificationError(
                "the stored chain value is not that of the entry's bytes",
                where=f"entry {part.first - 1}",
                expected=self.chain.hex(),
                found=part.chain[0].hex(),
            )
        else:
            self.chain = part.chain[1]
        self._tiles += part.tiles
        self._edges.update(part.edges)
        self.size, self.last_entry = part.stop, part.last_entry
        if part.structure is not None:
            self._follow(part.structure)

    def _follow(self, part: PartStructure) -> None:
        for opening in part.openings:
            last = self.matters.get(opening.matter)
            granted = last is None and (opening.previous is None or opening.previous < self._open_below)
            if last != (opening.previous, opening.sequence) and not granted:
                raise VerificationError(
                    f"the entries of the matter `{opening.matter[:60]}` do not follow one another",
                    where=f"entry {opening.place}",
                )
        self.matters.update(part.matters)
        turned = bool(part.openings) and part.first_time < self.last_time
        first = part.openings[0].place if turned else part.first_turn
        self.clock_turns += part.clock_turns + turned
        self.first_turn = first if self.first_turn is None else self.first_turn
        self.last_time = part.last_time or self.last_time

    @property
    def state(self) -> MatterState | None:
        """What a later check has to know to go on from here; None if it is not known what came before."""
        if self._open_below or not self.has_structure:
            return None
        return MatterState(self.matters, self.last_time)

    def tree(self, size: int) -> TreeBuilder:
        """The tree of the first `size` entries, which is one of the sizes that the parts were asked for."""
        full = TreeBuilder()
        full.extend_rows(self._tiles[: size // WIDTH])
        edge = self._edges.get(size, ())
        return TreeBuilder(size, (*full.frontier, *edge)) if size % WIDTH else _raise(full)


def _raise(full: TreeBuilder) -> TreeBuilder:
    """The tree over the leaves of a tree over full tiles."""
    return TreeBuilder(full.size << HEIGHT, full.frontier)


def raise_tiles(parts: Sequence[Part]) -> list[Sequence[bytes]]:
    """The hashes of the complete subtrees from full tiles up, a row for each level; the first is that of the tiles."""
    return TreeBuilder().extend_rows([tile for part in parts for tile in part.tiles])
