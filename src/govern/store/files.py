"""Content-addressed files in a folder, and writing that a crash cannot tear."""

import hashlib
import os
import secrets
import stat
from pathlib import Path

from govern.errors import StoreError


def write_durably(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Replace a file: written beside it, flushed to the disk, renamed, and the folder flushed.

    A crash leaves the old file or the new one, never a part. Raises StoreError in the reader's words, also where there
    is a device or a pipe of that name: it would be gone.
    """
    _check_replaceable(path)
    beside = path.with_name(f".{path.name[:100]}.{secrets.token_hex(8)}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as problem:
        raise StoreError(
            f"`{path.name}` cannot be written: {(problem.strerror or 'unknown reason').lower()}",
            where=str(path.parent),
        ) from None


def _check_replaceable(path: Path) -> None:
    try:
        mode = path.stat().st_mode
    except OSError:  # it is not there, or the writing says what is wrong
        return
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise StoreError(f"`{path}` is not a file", hint="name a file")


class FolderFiles:
    """Files by their SHA-256, in folders of the digest's first two digits."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def _path(self, digest: str) -> Path:
        return self._root / digest[:2] / digest

    def put(self, data: bytes) -> str:
        """Keep the bytes and return their SHA-256 in hex. Bytes that are there already are not written again."""
        digest = hashlib.sha256(data).hexdigest()
        path = self._path(digest)
        if not path.exists():
            write_durably(path, data)
        return digest

    def get(self, digest: str) -> bytes | None:
        """The bytes of that digest, or None. Raises StoreError if the file is not what its name says."""
        if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
            return None
        try:
            data = self._path(digest).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as problem:
            said = (problem.strerror or "unknown reason").lower()
            raise StoreError(f"the file `{digest[:12]}…` cannot be read: {said}") from None
        if hashlib.sha256(data).hexdigest() != digest:
            raise StoreError(f"the file `{digest[:12]}…` was changed", hint="restore it from a backup")
        return data
