"""A bundle: a whole log as files, for whoever wants to verify it without us and without our software.

    checkpoint               the signed head of the log
    tile/<level>/<n>         the tree's hashes             C2SP tlog-tiles
    tile/entries/<n>         the entries
    bodies/sha256/<hex>      records that entries name by digest; optional
    verifier-keys.txt        the public keys, one a line
    README.txt               how to verify, in plain words
    SHA256SUMS               digest and path of every other file

The checkpoint's signature covers entries and tiles. Every other file is a function of what is covered:
bodies have their digest as name, `README.txt` is written anew and compared, and so is `SHA256SUMS`. So a
change of any bit of any file is found. Only the keys themselves cannot be proved from within: compare them
with what the log's owner published.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha256

from govern.audit.admissions import explain_admission
from govern.audit.checkpoint import Checkpoint, check_checkpoint, check_listed
from govern.audit.entries import find_body
from govern.audit.kept import Kept
from govern.audit.notes import VerifierKey, format_verifier_key, parse_verifier_key
from govern.audit.parts import Part, PartOrder, plan_parts, raise_tiles
from govern.audit.sums import SUMS, ReadFiles, format_sums
from govern.audit.tiles import (
    ENTRIES,
    HEIGHT,
    WIDTH,
    Tile,
    format_entry_bundle,
    format_hashes,
    format_tile_path,
    list_tiles,
    parse_entry_bundle,
    parse_hashes,
)
from govern.audit.tree import TreeBuilder, hash_leaf, hash_root
from govern.audit.verify import Verification, find_sizes, read_part, verify_log, verify_parts
from govern.errors import VerificationError

CHECKPOINT = "checkpoint"
KEYS = "verifier-keys.txt"
README = "README.txt"
_BODY = re.compile(r"bodies/sha256/([0-9a-f]{64})")

Read = Callable[[str], bytes | None]

# Published bundles are compared with this text: it is never edited. Another text is another format number.
_README_1 = """\
Log of {origin}
govern bundle, format 1

This folder is a complete audit log. You can verify it without the software that wrote it. You need SHA-256,
Ed25519 and an hour. The formats are public: https://c2sp.org/signed-note, https://c2sp.org/tlog-checkpoint,
https://c2sp.org/tlog-tiles, and RFC 6962 section 2.1.

1. Files. `sha256sum -c SHA256SUMS` shows that the folder arrived whole. It proves nothing about who wrote it.

2. Keys. verifier-keys.txt has one public key a line: name, +, key id, +, base64. The base64 decodes to one
   byte for the type (01 is Ed25519) and the 32 bytes of the key. Compare the lines with those that the
   log's owner published elsewhere. Whoever forged this folder could have forged that file too.

3. Head. The file `checkpoint` has three lines: the name of the log, the number of entries, and the root
   hash in base64; then an empty line; then lines of signatures. Signed are the bytes of the three lines
   with their line feeds. The base64 in a signature line decodes to 4 bytes of key id and 64 bytes of
   Ed25519 signature. (A key of type 04 belongs to a witness. It signs the line cosignature/v1, the line
   `time` with the time, then the three lines; the 8 bytes after its key id are that time.)

4. Entries. The files below tile/entries, in the order of their numbers, hold the entries one after the
   other: two bytes of length, the more significant first, then the entry, which is JSON. The hash of an
   entry is SHA-256 of a zero byte and the entry's bytes.

5. Root. Write the entries' hashes in a row. Put neighbours together, SHA-256 of a byte 01 and the two
   hashes, into a shorter row; a hash that is left over at the end moves up as it is. Repeat until one hash
   remains. It must be the root in `checkpoint`. The files below tile/0 are the hashes of the entries; those
   below tile/1 are what is left of each full 256 of them, and so on.

6. Bodies. A file below bodies/sha256 has its own SHA-256 as name. The entries whose `body` is that digest
   are about that record.

In each entry, matter_prev is the number of the entry before it in the same matter, counted from 0, and
matter_seq says how many came before. A gap there means that an entry was left out before the log was
signed.
"""


def plan_bundle(
    entries: Iterable[bytes],
    checkpoint: bytes,
    keys: Sequence[VerifierKey],
    read_body: Callable[[str], bytes | None] | None = None,
) -> Iterator[tuple[str, bytes]]:
    """The files of a bundle, (path, bytes), one after the other; `SHA256SUMS` comes last.

    `keys` are the log's key and its witnesses'. `read_body` gives a record by the 64 hex digits of its
    digest, or None where it is not to be exported. Memory: the hashes of the tree above its leaves, 32
    bytes for 256 entries. `VerificationError` if the entries are not those that `checkpoint` signs: throw
    away what came before it.
    """
    head, _ = check_checkpoint(checkpoint, keys)
    sums: dict[str, str] = {}
    for path, data in _plan_files(entries, checkpoint, head, keys, read_body):
        sums[path] = sha256(data).hexdigest()
        yield path, data
    yield SUMS, format_sums(sums)


def _plan_files(
    entries: Iterable[bytes],
    checkpoint: bytes,
    head: Checkpoint,
    keys: Sequence[VerifierKey],
    read_body: Callable[[str], bytes | None] | None,
) -> Iterator[tuple[str, bytes]]:
    yield CHECKPOINT, checkpoint
    yield KEYS, "".join(f"{format_verifier_key(key)}\n" for key in keys).encode()
    yield README, _README_1.format(origin=head.origin).encode()
    tree = TreeBuilder()
    upper: dict[int, list[bytes]] = {}
    exported: set[str] = set()
    for batch in _batches(entries):
        tile = Tile(ENTRIES, tree.size // WIDTH, len(batch))
        yield format_tile_path(tile), format_entry_bundle(batch)
        leaves = [hash_leaf(entry) for entry in batch]
        yield format_tile_path(replace(tile, level=0)), format_hashes(leaves)
        _keep_upper(upper, tree.extend_rows(leaves))
        if read_body:
            yield from _plan_bodies(batch, read_body, exported)
    if tree.size != head.size or tree.root() != head.root:
        raise VerificationError(
            "the entries are not those that the checkpoint signs",
            where=f"log `{head.origin}`",
            expected=f"{head.size} entries, root {head.root.hex()}",
            found=f"{tree.size} entries, root {tree.root().hex()}",
        )
    for tile in list_tiles(head.size):
        if tile.level > 0:
            row = upper[tile.level]
            yield format_tile_path(tile), format_hashes(row[tile.index * WIDTH :][: tile.width])


def _plan_bodies(
    batch: Sequence[bytes], read_body: Callable[[str], bytes | None], exported: set[str]
) -> Iterator[tuple[str, bytes]]:
    for entry in batch:
        digest = find_body(entry)
        if digest is None or digest in exported:
            continue
        body = read_body(digest)
        if body is None:
            continue
        if sha256(body).hexdigest() != digest:
            raise VerificationError(
                "the stored record is not the one that the log names",
                where=f"record sha256:{digest}",
                expected=digest,
                found=sha256(body).hexdigest(),
            )
        exported.add(digest)
        yield f"bodies/sha256/{digest}", body


@dataclass(frozen=True)
class BundlePart:
    """A part of a bundle's entries, their files' digests, the bodies that they name, and how many are not there."""

    part: Part
    sums: Mapping[str, str]
    referenced: frozenset[str]
    absent: int


Share = Callable[[Sequence[PartOrder], int, frozenset[str]], Sequence[BundlePart]]
"""Reads parts in several processes: `read_bundle_part` for each order, with the size and the bodies that it gives."""


def verify_bundle(
    read: Read,
    paths: Iterable[str],
    verifiers: Sequence[VerifierKey] | None = None,
    *,
    since: Kept | None = None,
    jobs: int = 1,
    share: Share | None = None,
) -> Verification:
    """Verify every file of a bundle. `paths` are those that are there, and `read` gives a file's bytes.

    Without `verifiers` the keys come from the bundle itself, and the result says so. Each file is read
    once, if all is well. With `since` it must continue the log that was kept, whose entries are hashed again and not
    parsed again. `VerificationError` names the file and the byte or entry.

    With `share` the entries are read in that many parts at once. Where one of them does not verify all is read once
    more, one after the other, so that the error is the same.
    """
    found = set(paths)
    problem: VerificationError | None = None
    if share is not None and jobs > 1:
        try:
            shared = partial(_read_shared, jobs=jobs, share=share)
            return _verify_files(ReadFiles(read), found, verifiers, since, shared)
        except VerificationError as error:
            problem = error
    report = _verify_files(ReadFiles(read), found, verifiers, since, _read_all)
    if problem:
        raise problem
    return report


def read_bundle_part(read: Read, order: PartOrder, size: int, bodies: frozenset[str]) -> BundlePart:
    """Read a part of a bundle of `size` entries with these bodies. `VerificationError` at the first thing that is
    wrong."""
    walk = _Walk(ReadFiles(read), size, None, bodies)
    entries = walk.entries(order.first, order.stop)
    part = read_part(entries, order, on_batch=walk.compare, name_entry=_name_entry(size))
    return BundlePart(part, walk.files.sums, frozenset(walk.referenced), walk.absent)


ReadEntries = Callable[["_Walk", bytes, Sequence[VerifierKey], Kept | None], Verification]


def _read_all(walk: "_Walk", data: bytes, verifiers: Sequence[VerifierKey], since: Kept | None) -> Verification:
    return verify_log(
        walk.entries(0, walk.size),
        [data],
        verifiers,
        on_batch=walk.compare,
        name_entry=_name_entry(walk.size),
        since=since,
        reread=since is not None,
    )


def _read_shared(
    walk: "_Walk", data: bytes, verifiers: Sequence[VerifierKey], since: Kept | None, jobs: int, share: Share
) -> Verification:
    sizes = find_sizes([data], verifiers, since)
    orders = plan_parts(sizes, jobs, 0 if since is None else sizes[0])
    found = share(orders, walk.size, frozenset(walk.bodies))
    for each in found:
        walk.files.sums.update(each.sums)
        walk.referenced |= each.referenced
        walk.absent += each.absent
    parts = [each.part for each in found]
    for level, row in enumerate(raise_tiles(parts)):
        if level % HEIGHT == 0:
            walk.upper[level // HEIGHT + 1] = list(row)
    return verify_parts(parts, [data], verifiers, since=since)


def _verify_files(
    files: ReadFiles,
    paths: set[str],
    verifiers: Sequence[VerifierKey] | None,
    since: Kept | None,
    read_entries: ReadEntries,
) -> Verification:
    own = _read_keys(files)
    data = files.read(CHECKPOINT)
    head = _check_head(data, own if verifiers is None else verifiers, own)
    bodies = _check_paths(paths, head.size)
    _check_bytes(README, _README_1.format(origin=head.origin).encode(), files.read(README))
    walk = _Walk(files, head.size, head.root, bodies)
    report = read_entries(walk, data, own if verifiers is None else verifiers, since)
    walk.compare_upper()
    _check_bodies(files, bodies, walk.referenced)
    _check_sums(files)

    def read_body(digest: str) -> bytes | None:
        return files.read(f"bodies/sha256/{digest}") if digest in bodies else None

    report = replace(report, admissions=tuple(explain_admission(each, read_body) for each in report.admissions))
    return _extend_report(report, own, verifiers is None, len(bodies), walk.absent)


@dataclass
class _Walk:
    """One pass over the entries' files, with the tiles of hashes beside them."""

    files: ReadFiles
    size: int
    root: bytes | None
    """The root that is signed, where the pass is over all entries."""
    bodies: Set[str]
    referenced: set[str] = field(default_factory=set)
    absent: int = 0
    upper: dict[int, list[bytes]] = field(default_factory=dict)

    def entries(self, first: int, stop: int) -> Iterator[bytes]:
        """The entries from `first`, which begins a tile, up to `stop`, which ends one."""
        for start in range(first, stop, WIDTH):
            tile = self._tile(ENTRIES, start)
            yield from parse_entry_bundle(self.files.read(format_tile_path(tile)), tile)

    def _tile(self, level: int, start: int) -> Tile:
        return Tile(level, start // WIDTH, min(WIDTH, self.size - start))

    def compare(self, first: int, batch: Sequence[bytes], rows: list[Sequence[bytes]]) -> None:
        """The hashes of a batch with the level-0 tiles that lie beside it. It may begin or end within a tile."""
        stop = first + len(batch)
        for start in range(first - first % WIDTH, stop, WIDTH):
            low, high = max(start, first), min(start + WIDTH, stop)
            tile = self._tile(0, start)
            stored = parse_hashes(self.files.read(format_tile_path(tile)), tile)[low - start : high - start]
            row = rows[0][low - first : high - first]
            if stored != tuple(row):
                raise self._blame(tile, low, row, stored)
        _keep_upper(self.upper, rows)
        digests = [digest for entry in batch if (digest := find_body(entry))] if self.bodies else []
        self.referenced.update(digest for digest in digests if digest in self.bodies)
        self.absent += sum(digest not in self.bodies for digest in digests)

    def compare_upper(self) -> None:
        for tile in list_tiles(self.size):
            if tile.level > 0:
                path = format_tile_path(tile)
                row = self.upper[tile.level][tile.index * WIDTH :][: tile.width]
                _check_bytes(path, format_hashes(row), self.files.read(path))

    def _blame(self, tile: Tile, first: int, computed: Sequence[bytes], stored: Sequence[bytes]) -> VerificationError:
        """An entry and its hash in the tile differ. If the tiles give the root that is signed, the entry is
        wrong."""
        offset = next(i for i, (a, b) in enumerate(zip(computed, stored, strict=True)) if a != b)
        index = first + offset
        if self.root is not None and hash_root(self._stored_leaves()) == self.root:
            return VerificationError(
                "the entry is not the one that was signed",
                where=_name_entry(self.size)(index),
                expected=stored[offset].hex(),
                found=computed[offset].hex(),
            )
        return VerificationError(
            f"the hash of entry {index} is not that of the entry's bytes",
            where=f"{format_tile_path(tile)}, byte {32 * (index % WIDTH)}",
            expected=computed[offset].hex(),
            found=stored[offset].hex(),
        )

    def _stored_leaves(self) -> Iterator[bytes]:
        for start in range(0, self.size, WIDTH):
            tile = self._tile(0, start)
            yield from parse_hashes(self.files.read(format_tile_path(tile)), tile)


def _keep_upper(upper: dict[int, list[bytes]], rows: Sequence[Sequence[bytes]]) -> None:
    for level in range(HEIGHT, len(rows), HEIGHT):
        upper.setdefault(level // HEIGHT, []).extend(rows[level])


def _batches(entries: Iterable[bytes]) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    for entry in entries:
        batch.append(entry)
        if len(batch) == WIDTH:
            yield batch
            batch = []
    if batch:
        yield batch


def _name_entry(size: int) -> Callable[[int], str]:
    """How errors name an entry: with the file that it is in."""

    def name(index: int) -> str:
        tile = index // WIDTH
        width = min(WIDTH, size - tile * WIDTH)
        return f"{format_tile_path(Tile(ENTRIES, tile, width))}, entry {index}"

    return name


def _read_keys(files: ReadFiles) -> list[VerifierKey]:
    try:
        *lines, last = files.read(KEYS).decode().split("\n")
        keys = [parse_verifier_key(line) for line in lines]
    except UnicodeDecodeError as error:
        raise VerificationError("the keys are not UTF-8", where=f"{KEYS}, byte {error.start}") from error
    except VerificationError as error:
        raise _at(KEYS, error) from error
    if last:
        raise VerificationError("the last line does not end in a line feed", where=KEYS)
    return keys


def _check_head(data: bytes, verifiers: Sequence[VerifierKey], own: list[VerifierKey]) -> Checkpoint:
    try:
        head, note = check_checkpoint(data, verifiers)
    except VerificationError as error:
        raise _at(CHECKPOINT, error) from error
    check_listed(note, own, KEYS)
    return head


def _check_paths(found: set[str], size: int) -> set[str]:
    """The hex digits of the bodies that are there, if there are no other files than there must be."""
    if size > WIDTH * len(found):  # every 256 entries are a file: a forged size must not make a list of that length
        raise VerificationError(
            f"files of the bundle are missing: its checkpoint signs {size} entries",
            where=format_tile_path(Tile(ENTRIES, 0)),
        )
    bodies = {path for path in found if _BODY.fullmatch(path)}
    expected = {CHECKPOINT, KEYS, README, SUMS, *(format_tile_path(tile) for tile in list_tiles(size))}
    missing = sorted(expected - found)
    unexpected = sorted(found - expected - bodies)
    if missing or unexpected:
        parts = [("missing", missing), ("unexpected", unexpected)]
        listed = "; ".join(f"{what}: {', '.join(f'`{p}`' for p in names[:10])}" for what, names in parts if names)
        raise VerificationError(
            f"the bundle has {len(missing)} files too few and {len(unexpected)} too many: {listed}",
            where=(missing + unexpected)[0],
        )
    return {path.rpartition("/")[2] for path in bodies}


def _check_bodies(files: ReadFiles, bodies: set[str], referenced: set[str]) -> None:
    for digest in sorted(bodies):
        path = f"bodies/sha256/{digest}"
        data = files.read(path)
        if sha256(data).hexdigest() != digest:
            raise VerificationError(
                "the record is not the one that its name says",
                where=path,
                expected=digest,
                found=sha256(data).hexdigest(),
            )
        if digest not in referenced:
            raise VerificationError("no entry of the log names this record", where=path)


def _check_sums(files: ReadFiles) -> None:
    """Every line of SHA256SUMS, after all files have been read."""
    computed = format_sums(files.sums)
    _check_bytes(SUMS, computed, files.read(SUMS))


def _check_bytes(path: str, expected: bytes, found: bytes) -> None:
    if expected == found:
        return
    pairs = enumerate(zip(expected, found, strict=False))
    place = next((i for i, (a, b) in pairs if a != b), min(len(expected), len(found)))
    line = expected.rfind(b"\n", 0, place) + 1
    raise VerificationError(
        "the file is not what it must be",
        where=f"{path}, byte {place}",
        expected=_show(expected, line, place),
        found=_show(found, line, place),
        hint=f"or the file named there was changed: `{_show(expected, line, place)[66:].strip()}`"
        if path == SUMS
        else "",
    )


def _show(data: bytes, line: int, place: int) -> str:
    """The line of text around a place, or 32 bytes of a tile in hexadecimal."""
    part = data[line : max(data.find(b"\n", place), place + 1)]
    return part.decode() if part.isascii() and len(part) < 200 else data[place - place % 32 :][:32].hex()


def _at(path: str, error: VerificationError) -> VerificationError:
    return VerificationError(
        error.message,
        where=f"{path}, {error.where}" if error.where else path,
        hint=error.hint,
        expected=error.expected,
        found=error.found,
    )


def _extend_report(
    report: Verification, own: list[VerifierKey], trusted_own: bool, bodies: int, absent: int
) -> Verification:
    bodies_line = "the bodies that the entries name by digest"
    checked = [*report.checked, "every file of the bundle, byte by byte", f"{bodies} record(s) below bodies/"]
    unchecked = [line for line in report.unchecked if line not in (bodies_line, "the stored chain")]
    unchecked = [line for line in unchecked if line != "the stored leaf hashes"]
    if not bodies:
        unchecked.append(bodies_line)
    elif absent:
        unchecked.append(f"the bodies of {absent} entries, which are not in the bundle")
    if trusted_own:
        names = ", ".join(f"`{format_verifier_key(key)}`" for key in own)
        unchecked.append(f"the keys: they come from the bundle itself, compare them with what was published: {names}")
    return replace(report, checked=tuple(checked), unchecked=tuple(unchecked))
