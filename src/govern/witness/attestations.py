"""Cosigned checkpoints and time stamps in a folder beside the log, as plain files that anybody can copy.

notes/<size>-<hash>.note     a checkpoint with the log's signature and those of witnesses
stamps/<size>-<hash>.note    a checkpoint that was stamped
stamps/<size>-<hash>.tsr     the authority's response (RFC 3161)
pending/<hash>.note          a checkpoint for which a request went out
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from govern.audit import Checkpoint, Note, format_note, parse_checkpoint, parse_note
from govern.errors import StoreError
from govern.named_files import open_named
from govern.store.files import write_durably

FILE_LIMIT = 1 << 20
COUNT_LIMIT = 100_000


class FolderAttestations:
    """What others attested about heads of a log."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def notes(self) -> list[bytes]:
        """The cosigned checkpoints, the smallest log first."""
        return [_read(path) for path in self._list("notes", ".note")]

    def newest_notes(self) -> Iterator[bytes]:
        """The same, the largest log first, each read when it is asked for."""
        return (_read(path) for path in reversed(self._list("notes", ".note")))

    def keep_note(self, note: bytes) -> None:
        """Keep a cosigned checkpoint; its cosignatures join those that are there for the same head."""
        text = parse_note(note).text
        path = self._folder / "notes" / f"{_name(text)}.note"
        with self._alone():
            found = _read(path) if path.exists() else None
            write_durably(path, merge_notes(found, note) if found is not None else note)

    def stamps(self) -> list[tuple[bytes, bytes]]:
        """The time stamps, the smallest log first: the checkpoint that was stamped, and the authority's response."""
        return [(_read(path.with_suffix(".note")), _read(path)) for path in self._list("stamps", ".tsr")]

    def keep_stamp(self, note: bytes, response: bytes) -> None:
        """Keep a time stamp. The request for it is no longer open."""
        name = f"{_name(parse_note(note).text)}-{sha256(response).hexdigest()[:12]}"
        with self._alone():
            write_durably(self._folder / "stamps" / f"{name}.note", note)
            write_durably(self._folder / "stamps" / f"{name}.tsr", response)
            (self._folder / "pending" / f"{sha256(note).hexdigest()}.note").unlink(missing_ok=True)

    def keep_pending(self, note: bytes) -> None:
        """Keep a checkpoint for which a request for a time stamp goes out."""
        write_durably(self._folder / "pending" / f"{sha256(note).hexdigest()}.note", note)

    def find_pending(self, digest: bytes) -> bytes | None:
        """The checkpoint with this SHA-256 for which a request went out, or which was stamped before."""
        paths = [self._folder / "pending" / f"{digest.hex()}.note", *self._list("stamps", ".note")]
        notes = (_read(path) for path in paths if path.exists())
        return next((note for note in notes if sha256(note).digest() == digest), None)

    def _list(self, folder: str, suffix: str) -> list[Path]:
        try:
            found = [path for path in (self._folder / folder).iterdir() if path.suffix == suffix]
        except FileNotFoundError:
            return []
        return sorted(found, key=lambda path: (_size(path), path.name))[:COUNT_LIMIT]

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """No other process changes the folder meanwhile."""
        self._folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(self._folder, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def merge_notes(one: bytes, other: bytes) -> bytes:
    """A note with the signature lines of two notes of one text, each once."""
    first, second = parse_note(one), parse_note(other)
    lines = dict.fromkeys((*first.signatures, *second.signatures))
    return format_note(Note(first.text, tuple(lines)))


def _name(text: bytes) -> str:
    head: Checkpoint = parse_checkpoint(text)
    return f"{head.size}-{sha256(text).hexdigest()[:12]}"


def _size(path: Path) -> int:
    size = path.name.partition("-")[0]
    return int(size) if size.isdecimal() and size.isascii() and len(size) < 20 else 0


def _read(path: Path) -> bytes:
    try:
        with open_named(path) as file:
            data = file.read(FILE_LIMIT + 1)
    except OSError as problem:
        raise StoreError(f"`{path.name}` cannot be read: {(problem.strerror or '').lower()}") from None
    if len(data) > FILE_LIMIT:
        raise StoreError(f"`{path.name}` is longer than any note or time stamp", where=str(path.parent))
    return data
