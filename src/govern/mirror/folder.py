"""A log's files in a folder: read as they are, and written so that a later run goes on where this one stopped.

A folder that is being written can be served all the while: entries and tiles come first, the checkpoint that signs
them after, and partial tiles that were replaced go last.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from govern.audit import BundlePart, PartOrder, Tile, parse_tile_path, read_bundle_part
from govern.errors import RefusedError, StoreError, VerificationError

FILE_LIMIT = 64 << 20
CHECKPOINT, SUMS = "checkpoint", "SHA256SUMS"
_OWN = (CHECKPOINT, SUMS, "verifier-keys.txt", "README.txt")
_BODIES = "bodies/sha256/"
_PART = ".part"
WIDTH = 256
"""Hashes or entries of a full tile."""


class FolderReader:
    """Gives the bytes of a file below a folder by its path; None for one that is not there. Follows no links."""

    def __init__(self, root: Path) -> None:
        """Raises StoreError if it is no folder."""
        if not root.is_dir():
            raise StoreError(f"`{root}` is not a folder", hint="name the folder that govern log export made")
        self._root = root.resolve()

    def list_paths(self) -> list[str]:
        """The paths of all files. Raises VerificationError for what is not a regular file."""
        paths = []
        for base, folders, files in os.walk(self._root):
            for name in (*files, *(each for each in folders if (Path(base) / each).is_symlink())):
                path = Path(base) / name
                where = path.relative_to(self._root).as_posix()
                if path.is_symlink() or not path.is_file():
                    hint = "an exported log has only files"
                    raise VerificationError(f"`{where}` is not a regular file", where=where, hint=hint)
                paths.append(where)
        return paths

    def __call__(self, name: str) -> bytes | None:
        path = self._root / name
        if path.is_symlink() or not path.is_file() or path.resolve() != path:
            return None
        with path.open("rb") as file:
            data = file.read(FILE_LIMIT + 1)
        if len(data) > FILE_LIMIT:
            raise VerificationError(f"`{name}` is larger than any file of a log", where=name)
        return data

    def read_log_file(self, path: str) -> bytes | None:
        """As the call, for the checkpoint and tiles alone: what is served to anybody."""
        if path != CHECKPOINT:
            try:
                parse_tile_path(path)
            except VerificationError:
                return None
        return self(path)


def read_folder_part(folder: Path, size: int, bodies: frozenset[str], order: PartOrder) -> BundlePart:
    """A part of the bundle in a folder, for a process of its own (see `govern.audit.verify_bundle`)."""
    return read_bundle_part(FolderReader(folder), order, size, bodies)


def plan_update(folder: Path, *, bodies: bool) -> list[str]:
    """The paths that an export finds in `folder`, none in a new one.

    Raises RefusedError where something is there that no export wrote.
    """
    if folder.exists() and not folder.is_dir():
        raise RefusedError(f"`{folder}` is there already and is not a folder", hint="name a new folder")
    if not folder.exists():
        return []
    paths = [path for path in FolderReader(folder).list_paths() if not path.endswith(_PART)]
    if not folder.name or not all(_is_own(path) for path in paths):
        raise RefusedError(f"`{folder}` is not empty, or you are in it", hint="name a new folder, or that of an export")
    if not bodies and any(path.startswith(_BODIES) for path in paths):
        raise RefusedError(f"the export in `{folder}` has the records", hint="give --bodies too, or name a new folder")
    return paths


def write_files(folder: Path, files: Iterable[tuple[str, bytes]], found: Iterable[str]) -> int:
    """Write an export over what was `found` of an earlier one; how many files were new or changed.

    Raises VerificationError, and changes no checkpoint, where a full tile differs: that folder holds another history.
    """
    _remove_parts(folder)
    there = set(found)
    last: dict[str, bytes] = {}
    new: set[str] = set()
    written = 0
    try:
        for path, data in files:
            if path in _OWN:
                last[path] = data
            else:
                new.add(path)
                written += _write(folder / path, path, data)
        stale = there - new - set(_OWN)
        _check_not_ahead(stale)
    except VerificationError:
        for path in new - there:
            _remove(folder / path)
        raise
    for path in sorted(
        last, key=lambda each: (each == SUMS, each == CHECKPOINT)
    ):  # what signs comes after what is signed
        written += _replace(folder / path, last[path])
    for path in stale:
        _remove(folder / path)
    return written


def _check_not_ahead(stale: set[str]) -> None:
    """Full tiles never go: where the log has none in their place, it was set back."""
    ahead = sorted(path for path in stale if (tile := _find_tile(path)) and tile.width == WIDTH)
    if ahead:
        raise VerificationError(
            "the folder holds more of the log than there is now",
            where=ahead[0],
            hint="a log that was set back? keep that folder as it is",
        )


def _remove_parts(folder: Path) -> None:
    """What an earlier run left that was stopped in the middle of a file."""
    for path in folder.rglob(f"*{_PART}"):
        if _is_own(path.relative_to(folder).as_posix().removesuffix(_PART)):
            path.unlink()


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
    if path.parent.suffix == ".p" and not any(path.parent.iterdir()):
        path.parent.rmdir()


def _write(path: Path, name: str, data: bytes) -> int:
    """Write a file that never changes, unless it is there; one that was cut short is written anew."""
    if not path.exists():
        return _replace(path, data)
    there = path.read_bytes()
    if there == data:
        return 0
    if len(there) < len(data) and data.startswith(there):
        return _replace(path, data)
    raise VerificationError(
        "the folder holds another history than the log",
        where=name,
        hint="keep that folder as it is: it and this log cannot both be what was signed",
    )


def _replace(path: Path, data: bytes) -> int:
    """Write a file whole or not at all; 0 if it is as it must be."""
    if path.exists() and path.read_bytes() == data:
        return 0
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + _PART)
    with part.open("wb") as file:
        file.write(data)
        file.flush()
        if path.name in _OWN:
            os.fsync(file.fileno())
    part.replace(path)
    return 1


def _is_own(path: str) -> bool:
    return path in _OWN or path.startswith(_BODIES) or _find_tile(path) is not None


def _find_tile(path: str) -> Tile | None:
    try:
        return parse_tile_path(path)
    except VerificationError:
        return None
