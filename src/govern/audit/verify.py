"""Verification of a whole log from the bytes of its entries. No stored hash is trusted.

What is checked: the signatures on every checkpoint, the root over the entries at every checkpoint's size,
that there are exactly as many entries as are signed, that each entry parses and each matter is without a
gap, and, where they are given, the stored leaf hashes and the stored chain. What is not checked is listed
in the result.

A log may be verified from where it was verified before (`since`): then only new entries are read, or all are hashed
again and only new ones parsed. The structure of entries is a function of their bytes, and the root that was kept shows
that these are the same.

The same in parts (`read_part` and `verify_parts`), for several processes: see `parts`.

Cost: two hashes an entry, and about as much again for the structure; memory: one record for each matter.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise

from govern.audit.admissions import Admission, find_admissions
from govern.audit.chain import CHAIN_START, chain_values
from govern.audit.checkpoint import Checkpoint, check_checkpoint
from govern.audit.kept import Kept
from govern.audit.notes import VerifiedNote, VerifiedSignature, VerifierKey
from govern.audit.parts import Joined, Part, PartOrder, PartStructure
from govern.audit.structure import MatterState, StructureCheck
from govern.audit.tiles import HEIGHT, WIDTH
from govern.audit.tree import TreeBuilder, check_consistency, hash_leaves
from govern.errors import VerificationError

BATCH = 4 * WIDTH  # entries: whole tiles, so that a batch of a bundle is whole files

OnBatch = Callable[[int, Sequence[bytes], list[Sequence[bytes]]], None]
"""Told of each batch: index of its first entry, its entries, and the new hashes of the tree, a row for each
level."""


@dataclass(frozen=True)
class Verification:
    """A log that verifies: what it is, who signed it, what was checked, what was not, and what is odd about
    it."""

    origin: str
    size: int
    root: bytes
    last_entry: bytes | None
    signatures: tuple[VerifiedSignature, ...]
    checked: tuple[str, ...]
    unchecked: tuple[str, ...]
    notes: tuple[str, ...] = ()
    kept: Kept | None = None
    """From where a later verification can go on."""
    admissions: tuple[Admission, ...] = ()
    """The entries among those that were read by which the log admits that it lost others."""


@dataclass(frozen=True)
class _Head:
    data: bytes
    checkpoint: Checkpoint
    note: VerifiedNote


def verify_log(
    entries: Iterable[bytes],
    checkpoints: Sequence[bytes],
    verifiers: Iterable[VerifierKey],
    *,
    leaf_hashes: Iterable[bytes] | None = None,
    chain: Iterable[bytes] | None = None,
    structure: bool = True,
    progress: Callable[[int], None] | None = None,
    on_batch: OnBatch | None = None,
    name_entry: Callable[[int], str] = "entry {}".format,
    since: Kept | None = None,
    reread: bool = False,
) -> Verification:
    """Verify all entries of a log against one or more of its signed checkpoints.

    With `since`, what was kept of an earlier verification, `entries` and `chain` begin after the entries of then; its
    frontier must be there. With `reread` too they are all entries, which are hashed again and not parsed again.

    `leaf_hashes` and `chain` are the stored columns, to be compared with what is computed: they let an
    error name the first bad entry instead of the checkpoint alone. `progress` is told how many entries are
    done, batch by batch. `VerificationError` at the first thing that does not verify.
    """
    heads = _check_heads(checkpoints, tuple(verifiers))
    start = None if since is None else _check_since(since, heads, tuple(verifiers))
    first = 0 if start is None else start.checkpoint.size
    replay = _Replay(
        leaf_hashes=None if leaf_hashes is None else iter(leaf_hashes),
        chain=None if chain is None else iter(chain),
        structure=StructureCheck(name_entry, first, since.state if since else None) if structure else None,
        name_entry=name_entry,
        on_batch=on_batch,
        structure_from=first,
    )
    if since is not None and not reread:
        replay.tree = TreeBuilder(first, since.frontier or ())
    source = iter(entries)
    bad: list[tuple[_Head, bytes]] = []
    good: list[_Head] = []
    for head in heads if start is None else (start, *heads):
        replay.run(source, head.checkpoint.size, progress)
        root = replay.tree.root()
        if root == head.checkpoint.root:
            good.append(head)
        else:
            bad.append((head, root))
    if bad:
        raise _wrong_root(bad, good)
    replay.finish(source)
    report = _report(heads, replay.read())
    return report if start is None else _say_since(report, start, since, reread=reread)


def find_sizes(checkpoints: Sequence[bytes], verifiers: Iterable[VerifierKey], since: Kept | None) -> list[int]:
    """The sizes of the tree that a verification against these will ask for, in order; the last is the log's."""
    keys = tuple(verifiers)
    heads = _check_heads(checkpoints, keys)
    start = [] if since is None else [_check_since(since, heads, keys)]
    return [head.checkpoint.size for head in (*start, *heads)]


def read_part(
    entries: Iterable[bytes],
    order: PartOrder,
    *,
    chain: tuple[bytes, Iterable[bytes]] | None = None,
    structure: bool = True,
    progress: Callable[[int], None] | None = None,
    on_batch: OnBatch | None = None,
    name_entry: Callable[[int], str] = "entry {}".format,
) -> Part:
    """Read the entries of a part, and nothing may follow them.

    All that `verify_log` checks of an entry is checked, as far as it is not about the entries before the part. `chain`
    is the stored chain value before the part, which is taken for granted, and those of its entries. `on_batch` is told
    of the hashes up to the level of a tile's. VerificationError at the first thing that is wrong.
    """
    tiles: list[bytes] = []

    def keep(index: int, batch: Sequence[bytes], rows: list[Sequence[bytes]]) -> None:
        tiles.extend(rows[HEIGHT] if len(rows) > HEIGHT else ())
        if on_batch:
            on_batch(index, batch, rows[: HEIGHT + 1])

    first = order.first
    begin = max(first, order.structure_from)
    replay = _Replay(
        leaf_hashes=None,
        chain=None if chain is None else iter(chain[1]),
        structure=StructureCheck(name_entry, begin) if structure else None,
        name_entry=name_entry,
        on_batch=keep,
        structure_from=begin,
    )
    # What is left of the part is not known here; no hash up to the level of a tile's has to do with it.
    replay.tree = TreeBuilder(first, (bytes(32),) * first.bit_count())
    replay.chain_value = CHAIN_START if chain is None else chain[0]
    source = iter(entries)
    edges: dict[int, tuple[bytes, ...]] = {}
    for size in order.sizes:
        replay.run(source, size, progress)
        if size % WIDTH:
            edges[size] = replay.tree.frontier[-(size % WIDTH).bit_count() :]
    replay.finish(source)
    return Part(
        first=first,
        stop=replay.tree.size,
        tiles=tuple(tiles),
        edges=edges,
        last_entry=replay.last_entry,
        structure=None if replay.structure is None else _say_structure(replay.structure),
        chain=None if chain is None else (chain[0], replay.chain_value),
        admissions=tuple(replay.admissions),
    )


def _say_structure(check: StructureCheck) -> PartStructure:
    reached = check.reached
    return PartStructure(
        openings=tuple(check.openings),
        matters=reached.matters,
        first_time=check.first_time,
        last_time=reached.last_time,
        clock_turns=check.clock_turns,
        first_turn=check.first_turn,
    )


def verify_parts(
    parts: Sequence[Part],
    checkpoints: Sequence[bytes],
    verifiers: Iterable[VerifierKey],
    *,
    since: Kept | None = None,
) -> Verification:
    """What `verify_log` reports, out of all parts of the log, planned for `find_sizes`; `since` is as with `reread`.

    VerificationError if the parts do not give the roots that are signed, or do not follow one another. It does not name
    the place as `verify_log` does: read the log once more with that.
    """
    keys = tuple(verifiers)
    heads = _check_heads(checkpoints, keys)
    start = None if since is None else _check_since(since, heads, keys)
    joined = Joined(parts, since.state if since else None, 0 if start is None else start.checkpoint.size)
    for head in heads if start is None else (start, *heads):
        root = joined.tree(head.checkpoint.size).root()
        if root != head.checkpoint.root:
            raise _wrong_root([(head, root)], [])
    if joined.size != heads[-1].checkpoint.size:
        raise VerificationError("the parts are not the whole log", where=f"entry {joined.size}")
    read = _Read(
        last_entry=joined.last_entry,
        frontier=joined.tree(joined.size).frontier,
        leaf_hashes=False,
        chain=joined.chain is not None,
        structure=_Structure(joined.state, joined.clock_turns, joined.first_turn) if joined.has_structure else None,
        admissions=tuple(each for part in parts for each in part.admissions),
    )
    report = _report(heads, read)
    return report if start is None else _say_since(report, start, since, reread=True)


NO_WITNESS = "that others see the same log: no cosignature of a witness was checked"
NOT_INDEPENDENT = "that the witnesses are independent of whoever signs the log"


def say_witnessed(signatures: Iterable[VerifiedSignature]) -> str:
    """What a head with these signatures leaves open about its witnesses."""
    return NOT_INDEPENDENT if any(each.time is not None for each in signatures) else NO_WITNESS


def check_same_history(older: bytes, newer: bytes, proof: Sequence[bytes], verifiers: Iterable[VerifierKey]) -> None:
    """Raise unless the signed checkpoint `newer` continues `older`, by the consistency proof between their
    sizes.

    The error has both signed notes, `older` as expected and `newer` as found. Two notes of one size with
    two roots are a fork, and the notes alone prove it to anybody; for other sizes it may also be that the
    proof is wrong.
    """
    first, second = _check_heads((older, newer), tuple(verifiers))
    one, two = first.checkpoint, second.checkpoint
    try:
        check_consistency(one.size, two.size, one.root, two.root, proof)
    except VerificationError as error:
        raise say_not_continued(one, two, (first.data, second.data), error.message) from error


def say_not_continued(one: Checkpoint, two: Checkpoint, notes: tuple[bytes, bytes], reason: str) -> VerificationError:
    """The error where the log of `two` is not shown to continue that of `one`, with the signed notes of both."""
    return VerificationError(
        f"the log of {two.size} entries is not shown to continue that of {one.size}: {reason}",
        where=f"log `{one.origin}`",
        hint="keep both notes; ask the log for another proof, and its witnesses what they saw",
        expected=_text(notes[0]),
        found=_text(notes[1]),
    )


@dataclass(frozen=True)
class _Structure:
    state: MatterState | None
    clock_turns: int
    first_turn: int | None


@dataclass(frozen=True)
class _Read:
    """All entries, as they were read in one go or in parts, and which stored hashes were compared."""

    last_entry: bytes | None
    frontier: tuple[bytes, ...]
    leaf_hashes: bool
    chain: bool
    structure: _Structure | None
    admissions: tuple[Admission, ...]


class _Replay:
    """The loop over the entries: hash, grow the tree, compare with what is stored, read the structure."""

    def __init__(
        self,
        leaf_hashes: Iterator[bytes] | None,
        chain: Iterator[bytes] | None,
        structure: StructureCheck | None,
        name_entry: Callable[[int], str],
        on_batch: OnBatch | None,
        structure_from: int = 0,
    ) -> None:
        self.tree = TreeBuilder()
        self._structure_from = structure_from
        self.structure = structure
        self.leaf_hashes = leaf_hashes
        self.chain = chain
        self.last_entry: bytes | None = None
        self.chain_value = CHAIN_START
        self.admissions: list[Admission] = []
        self._name_entry = name_entry
        self._on_batch = on_batch

    def run(self, source: Iterator[bytes], size: int, progress: Callable[[int], None] | None) -> None:
        """Take entries until the tree has `size` leaves."""
        while self.tree.size < size:
            batch = list(islice(source, min(size, self.tree.size - self.tree.size % BATCH + BATCH) - self.tree.size))
            if not batch:
                raise VerificationError(
                    f"the log ends after {self.tree.size} entries, but its checkpoint signs {size}",
                    where=self._name_entry(self.tree.size),
                    hint="entries are missing at the end",
                )
            self._take(batch)
            if progress:
                progress(self.tree.size)

    def _take(self, batch: list[bytes]) -> None:
        first = self.tree.size
        leaves = hash_leaves(batch)
        rows = self.tree.extend_rows(leaves)
        if self.leaf_hashes is not None:
            self._compare("leaf hash", first, leaves, list(islice(self.leaf_hashes, len(leaves))))
        if self.chain is not None:
            values = list(chain_values(leaves, self.chain_value))
            self.chain_value = values[-1]
            self._compare("chain value", first, values, list(islice(self.chain, len(values))))
        if self._on_batch:  # after the entries' own hashes, so that an error names the entry
            self._on_batch(first, batch, rows)
        if self.structure and first >= self._structure_from:
            for start in range(0, len(batch), WIDTH):  # as one text they stay in the processor's cache
                self.structure.feed(batch[start : start + WIDTH])
        if self.structure:
            self.admissions.extend(find_admissions(batch, first))
        self.last_entry = batch[-1]

    def _compare(self, what: str, first: int, computed: list[bytes], stored: list[bytes]) -> None:
        if computed == stored:
            return
        place = next(i for i, value in enumerate(computed) if stored[i : i + 1] != [value])
        raise VerificationError(
            f"the stored {what} is not that of the entry's bytes",
            where=self._name_entry(first + place),
            hint="the entry, or a hash stored for it, was changed",
            expected=computed[place].hex(),
            found=stored[place].hex() if place < len(stored) else "nothing is stored",
        )

    def read(self) -> "_Read":
        """What was read, for the report."""
        check = self.structure
        return _Read(
            last_entry=self.last_entry,
            frontier=self.tree.frontier,
            leaf_hashes=self.leaf_hashes is not None,
            chain=self.chain is not None,
            structure=None if check is None else _Structure(check.state, check.clock_turns, check.first_turn),
            admissions=tuple(self.admissions),
        )

    def finish(self, source: Iterator[bytes]) -> None:
        """Nothing may follow the last entry that is signed."""
        rest = [("entries", source), ("leaf hashes", self.leaf_hashes), ("chain values", self.chain)]
        for what, remaining in rest:
            if remaining is not None and next(remaining, None) is not None:
                raise VerificationError(
                    f"there are more {what} than the {self.tree.size} entries that the checkpoint signs",
                    where=self._name_entry(self.tree.size),
                    hint="what follows is not signed by anybody",
                )


def _check_heads(checkpoints: Sequence[bytes], verifiers: tuple[VerifierKey, ...]) -> list[_Head]:
    """The checkpoints by size, each with signatures that hold, all of one log and none against another."""
    if not checkpoints:
        raise VerificationError("no checkpoint was given", hint="a log is verified against a signed checkpoint")
    heads = sorted(
        (_Head(data, *check_checkpoint(data, verifiers)) for data in checkpoints),
        key=lambda head: head.checkpoint.size,
    )
    for one, two in pairwise(heads):
        if one.checkpoint.origin != two.checkpoint.origin:
            raise VerificationError(
                "the checkpoints are of two logs",
                expected=one.checkpoint.origin,
                found=two.checkpoint.origin,
            )
        if one.checkpoint.size == two.checkpoint.size and one.checkpoint.root != two.checkpoint.root:
            raise _fork(one, two)
    return heads


def _check_since(since: Kept, heads: list[_Head], verifiers: tuple[VerifierKey, ...]) -> _Head:
    """The head that was kept, if the new ones can continue it."""
    start = _Head(since.checkpoint, *check_checkpoint(since.checkpoint, verifiers))
    for head in heads:
        if head.checkpoint.origin != start.checkpoint.origin:
            raise VerificationError(
                "the checkpoint that was kept is of another log",
                expected=start.checkpoint.origin,
                found=head.checkpoint.origin,
            )
        if head.checkpoint.size < start.checkpoint.size:
            raise VerificationError(
                f"the log of {head.checkpoint.size} entries is shorter than the one that was kept, "
                f"of {start.checkpoint.size}",
                where=f"log `{start.checkpoint.origin}`",
                hint="an old copy, or a log that was set back: ask for its newest checkpoint, and keep both notes",
                expected=_text(start.data),
                found=_text(head.data),
            )
        if head.checkpoint.size == start.checkpoint.size and head.checkpoint.root != start.checkpoint.root:
            raise _fork(start, head)
    return start


def _fork(one: _Head, two: _Head) -> VerificationError:
    return VerificationError(
        f"the log `{one.checkpoint.origin}` is forked: it signed two histories",
        where=f"sizes {one.checkpoint.size} and {two.checkpoint.size}",
        hint="keep both notes: they prove it to anybody",
        expected=_text(one.data),
        found=_text(two.data),
    )


def _wrong_root(bad: list[tuple[_Head, bytes]], good: list[_Head]) -> VerificationError:
    head, root = bad[0]
    if good and head.checkpoint.size <= good[-1].checkpoint.size:
        return _fork(good[-1], head)  # the same entries bear out one checkpoint and not the other
    if good:
        size = good[-1].checkpoint.size
        return VerificationError(
            f"the entries give the root of {size} entries that is signed, and not that of {head.checkpoint.size}",
            where=f"entries {size} to {head.checkpoint.size - 1}",
            hint="one of these was changed here, or the log signed two histories: keep both notes",
            expected=_text(good[-1].data),
            found=_text(head.data),
        )
    return VerificationError(
        "the entries do not give the root that is signed",
        where=f"checkpoint of size {head.checkpoint.size}",
        hint="an entry was changed, is missing, doubled or in another place; stored leaf hashes tell which",
        expected=head.checkpoint.root.hex(),
        found=root.hex(),
    )


def _report(heads: list[_Head], read: _Read) -> Verification:
    head = heads[-1]
    checked = [
        f"the signatures on {len(heads)} checkpoint(s)",
        "the root at each checkpoint, from the bytes of all entries",
    ]
    unchecked: list[str] = []
    parts = {
        "that every entry parses, and every matter's entries follow one another": read.structure is not None,
        "the stored leaf hashes": read.leaf_hashes,
        "the stored chain": read.chain,
    }
    for what, compared in parts.items():
        (checked if compared else unchecked).append(what)
    unchecked += [
        "the bodies that the entries name by digest",
        "that what the entries say is true",
        "that ids of events occur once",
    ]
    unchecked.append(say_witnessed(head.note.signatures))
    return Verification(
        origin=head.checkpoint.origin,
        size=head.checkpoint.size,
        root=head.checkpoint.root,
        last_entry=read.last_entry,
        signatures=head.note.signatures,
        checked=tuple(checked),
        unchecked=tuple(unchecked),
        notes=tuple(_remarks(heads, read.structure)),
        kept=Kept(head.data, read.frontier, read.structure.state if read.structure else None),
        admissions=read.admissions,
    )


def _say_since(report: Verification, start: _Head, since: Kept | None, *, reread: bool) -> Verification:
    """The report of a verification that began at a head that was kept."""
    size = start.checkpoint.size
    checked, unchecked = list(report.checked), list(report.unchecked)
    if not reread:
        checked[1] = (
            f"the root at each checkpoint, from the {size} entries of the one that was kept and the bytes of new ones"
        )
        unchecked.insert(0, f"the first {size} entries once more: they were verified when that checkpoint was kept")
    else:
        unchecked.insert(0, f"once more that the first {size} entries parse: their bytes are those of then")
    if since is None or since.state is None:
        unchecked.insert(0, f"how each matter went on after the first {size} entries: only a checkpoint was kept")
    return replace(
        report,
        checked=(f"that the log continues the {size} entries that were kept", *checked),
        unchecked=tuple(unchecked),
    )


def _remarks(heads: list[_Head], structure: _Structure | None) -> Iterator[str]:
    unknown = sum(len(head.note.unknown) for head in heads)
    if unknown:
        yield f"{unknown} signature(s) by keys that were not given were ignored"
    if heads[-1].checkpoint.extensions:
        yield "the checkpoint has extension lines, which nobody can audit"
    if structure and structure.clock_turns:
        yield (
            f"{structure.clock_turns} entries have a time before that of the entry in front of them, "
            f"first entry {structure.first_turn}"
        )


def _text(note: bytes) -> str:
    return note.decode()
