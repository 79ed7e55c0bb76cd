"""The checkpoint that was signed last, in a file beside the key."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from govern.errors import StoreError
from govern.store.files import write_durably

SECTOR = 512
"""Bytes that a disk writes whole or not at all. PostgreSQL's control file counts on the same."""

USUAL, LIMIT = 4_096, 1_000_000
"""Bytes that are read at first, and at most: more than any note has. To get room for all takes longer than to read."""

_flush = getattr(os, "fdatasync", os.fsync)  # macOS has only the stronger one


class LastSignedFile:
    """One checkpoint in a file. `size_of` gives the number of entries that a checkpoint signs.

    A new checkpoint of the same length is written over the old one, within one sector of the disk: the file's size and
    place stay, so that flushing it is one write and not a journal's work. Where the length changes, as when the size
    gets a digit more, a new file takes the old one's place.
    """

    def __init__(self, path: Path, size_of: Callable[[bytes], int]) -> None:
        self._path = path
        self._name, self._folder = str(path), str(path.parent)  # pathlib takes longer than the kernel
        self._size_of = size_of
        self._written = b""

    def read(self) -> bytes | None:
        """The checkpoint, or None where there is no file."""
        found = self._read()
        if found is not None and found == self._written:
            return found
        with self._alone(fcntl.LOCK_SH):  # it may have been read while it was written
            return self._read()

    @contextmanager
    def locked(self) -> Iterator[bytes | None]:
        """The checkpoint, for as long as nobody else writes it; the file may be replaced, by an older one too."""
        with self._alone(fcntl.LOCK_EX):
            yield self._read()

    def write(self, checkpoint: bytes, *, flush: bool) -> None:
        """Put a checkpoint there, if it is newer than what is there; `flush`: it is on the disk on return.

        Of two that are written at once the newer stays, whoever comes last: an older one would let a backup pass.
        """
        with self._alone(fcntl.LOCK_EX):
            if not self._write_over(checkpoint):
                write_durably(self._path, checkpoint)
                self._written = checkpoint
        if flush:
            self.flush()

    def flush(self) -> None:
        """What was written is on the disk when this returns."""
        with self._explained("written"), _opened(self._name, os.O_RDWR) as handle:
            _flush(handle)

    def _write_over(self, checkpoint: bytes) -> bool:
        """Write it over what is there, unless that is newer; False where a new file has to take its place."""
        with self._explained("written"):
            try:
                with _opened(self._name, os.O_RDWR) as handle:
                    last = _read_all(handle)
                    if not self._is_older(last, checkpoint):
                        return True
                    if len(last) != len(checkpoint) or len(checkpoint) > SECTOR:
                        return False
                    os.pwrite(handle, checkpoint, 0)
            except FileNotFoundError:
                return False
        self._written = checkpoint
        return True

    def _is_older(self, last: bytes, checkpoint: bytes) -> bool:
        if last != self._written:  # another process wrote it, or it was damaged since: then this says so
            return self._size_of(last) < self._size_of(checkpoint)
        return int(last.split(b"\n", 2)[1]) < int(checkpoint.split(b"\n", 2)[1])  # both are ours: the second line

    def _read(self) -> bytes | None:
        with self._explained("read"):
            try:
                with _opened(self._name, os.O_RDONLY) as handle:
                    return _read_all(handle)
            except FileNotFoundError:
                return None

    @contextmanager
    def _alone(self, how: int) -> Iterator[None]:
        """No other process or thread is in such a block for this folder, or all of them only read."""
        with self._explained("read"):
            handle = os.open(self._folder, os.O_RDONLY)
        try:
            fcntl.flock(handle, how)
            yield
        finally:
            os.close(handle)

    @contextmanager
    def _explained(self, verb: str) -> Iterator[None]:
        try:
            yield
        except OSError as problem:
            said = (problem.strerror or "unknown reason").lower()
            raise StoreError(f"`{self._path.name}` cannot be {verb}: {said}", where=str(self._path.parent)) from None


def _read_all(handle: int) -> bytes:
    found = os.pread(handle, USUAL, 0)
    return found if len(found) < USUAL else os.pread(handle, LIMIT, 0)


@contextmanager
def _opened(name: str, flags: int) -> Iterator[int]:
    handle = os.open(name, flags | os.O_CLOEXEC)
    try:
        yield handle
    finally:
        os.close(handle)
