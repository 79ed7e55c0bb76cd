"""Zip files of evidence: written so that equal files give equal bytes, read as from hands that we do not know.

The files are stored as they are, sorted by path, with one fixed time: no compressor's version decides about a byte, and
nothing has to be unpacked in order to be read.
"""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from govern.errors import RefusedError, StoreError, VerificationError
from govern.named_files import open_named

MAX_FILES = 500_000
MAX_ARCHIVED = 64 * 1024 * 1024
MAX_TOTAL = 2**31 - 1  # beyond it zip64 would write places in two ways
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip file can say
_REGULAR = 0o100644 << 16
_PATH = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*){0,8}")
# What Python says of a zip file that is damaged; a place before its beginning is an OSError.
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, RuntimeError, ValueError, EOFError,
    OverflowError, OSError,
)  # fmt: skip


def pack_archive(files: Mapping[str, bytes]) -> bytes:
    """A zip file of these files by path; more than 65,535 of them are listed as zip64 does it.

    Raises RefusedError for more than `Archive` reads.
    """
    _check_readable(files)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(files):
            info = zipfile.ZipInfo(path, _EPOCH)
            info.create_system, info.external_attr = 3, _REGULAR
            archive.writestr(info, files[path])
    return out.getvalue()


def _check_readable(files: Mapping[str, bytes]) -> None:
    hint = "show fewer fields or records: without --bodies and --disclose it is the smallest; or `govern log export`"
    total = sum(_LOCAL + _LISTED + 2 * len(path) + len(data) for path, data in files.items())
    if len(files) > MAX_FILES or total > MAX_TOTAL:
        raise RefusedError(f"the zip file would have more than {MAX_FILES} files, or 2 GB: nobody reads it", hint=hint)
    for path, data in files.items():
        if len(data) > MAX_ARCHIVED:
            said = f"a file of {len(data)} bytes is more than those read who verify the zip file"
            raise RefusedError(said, where=path, hint=hint)


class Archive:
    """The files of a zip file, read when they are asked for. Close it, or use it as a context."""

    def __init__(self, path: Path) -> None:
        """Raises StoreError if there is no such file, VerificationError for one that must not be read."""
        try:
            self._file: IO[bytes] = open_named(path)
        except OSError as problem:
            raise StoreError(f"`{path}` cannot be read: {(problem.strerror or '').lower()}") from None
        try:
            self._archive = zipfile.ZipFile(self._file)
            self.paths = _check_list(self._archive)
            _check_whole(self._archive, self._file.seek(0, io.SEEK_END))
        except _DAMAGED as problem:
            self._file.close()
            raise VerificationError(f"`{path.name}` is not a zip file that can be read: {problem}") from None
        except VerificationError:
            self._file.close()
            raise

    def read(self, path: str) -> bytes | None:
        """A file's bytes; None if it is not there."""
        if path not in self.paths:
            return None
        try:
            return self._archive.read(path)
        except _DAMAGED as problem:
            raise VerificationError(f"the zip file is damaged: {problem}", where=path) from None

    def close(self) -> None:
        """Close the file."""
        self._archive.close()
        self._file.close()

    def __enter__(self) -> "Archive":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _check_whole(archive: zipfile.ZipFile, size: int) -> None:
    """Raise VerificationError for a byte that is no file's, no name's and no place's: something could be hidden there.

    Other programs read a zip file from its beginning, or look for its end elsewhere, and would see another one.
    """
    place = 0
    for info in sorted(archive.infolist(), key=lambda each: each.header_offset):
        if info.header_offset != place:
            break
        place += _LOCAL + len(info.filename) + info.file_size
    else:
        listed = sum(_LISTED + len(info.filename) for info in archive.infolist())
        end = _END if len(archive.infolist()) < _ZIP64_FROM else _END + _END_64
        if (archive.start_dir, size) == (place, place + listed + end):
            return
    raise VerificationError(
        "the zip file holds more than its files", hint="ask for the file as it was made, or verify it unpacked"
    )


_LOCAL, _LISTED, _END, _END_64 = 30, 46, 22, 76
"""Bytes in front of a file beside its name, in the list, after the list, and there from 65,536 files on too."""

_ZIP64_FROM = 0x10000


def _check_list(archive: zipfile.ZipFile) -> frozenset[str]:
    """The paths, after sizes, number and names have been checked on the list alone."""
    found = archive.infolist()
    if archive.comment:
        raise VerificationError("the zip file has a comment", hint="nobody vouches for it")
    if len(found) > MAX_FILES or sum(info.file_size for info in found) > MAX_TOTAL:
        raise VerificationError(f"the zip file has more than {MAX_FILES} files, or 2 GB", hint="it is not one of ours")
    paths = frozenset(info.filename for info in found)
    if len(paths) != len(found):
        raise VerificationError("the zip file has a file twice")
    for info in found:
        if not _PATH.fullmatch(info.filename):
            raise VerificationError(f"`{info.filename[:100]!r}` is not a path of such a file")
        if info.file_size > MAX_ARCHIVED or info.compress_type != zipfile.ZIP_STORED or info.flag_bits & 0x1:
            raise VerificationError(
                "the file is too large, packed, or encrypted",
                where=info.filename,
                hint="ask for the file as it was made",
            )
    return paths
