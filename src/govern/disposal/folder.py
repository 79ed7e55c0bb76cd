"""Files in a local folder: overwritten, removed, and looked for again.

Everything is opened relative to its folder and no link is followed, so that nothing outside the store can be reached by
a hostile name or a link that is swapped in at the right moment. A file is first renamed to a name that says what is
going on, then held against what was found, then overwritten and removed. A crash leaves a file of that name, and the
next run finishes it.
"""

import errno
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from hashlib import file_digest, sha256
from itertools import count
from pathlib import Path

from govern.disposal.names import (
    Naming,
    check_seen,
    decode_part,
    describe_link,
    encode_name,
    refuse_link,
    split_location,
)
from govern.errors import RefusedError, StoreError
from govern.retention import Method, StoredObject

LEFTOVER = ".govern-destroying-"
"""How the names of files begin whose destruction was begun."""

MOST_OBJECTS = 100_000
DEEPEST = 64
PIECE = 1 << 20

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


MARKED = 10_000
"""Folders whose marks are remembered during one look."""


def mark_folders() -> Callable[[bytes], tuple[str, ...]]:
    """A function that gives device and inode of what a path leads to in the end, and of all that it lies in.

    Links are followed here, in contrast to everywhere else: two ways to one file have one mark. What is not there has
    its real path for a mark.
    """
    mark_once = lru_cache(MARKED)(_mark)

    @lru_cache(MARKED)
    def mark_folder(path: bytes) -> tuple[bytes, tuple[str, ...]]:
        real = step = os.path.realpath(path)
        marks = [mark_once(real)]
        while step != b"/":
            step = step.rpartition(b"/")[0] or b"/"
            marks.append(mark_once(step))
        return real, tuple(marks)

    def mark(path: bytes) -> tuple[str, ...]:
        folder, _, name = path.rpartition(b"/")
        try:
            real, above = mark_folder(folder or b"/")
            own = real.rstrip(b"/") + b"/" + name
            found = os.lstat(own)
        except ValueError:  # no file has such a name
            return ()
        except OSError:
            return os.fsdecode(own), *above
        return mark_folder(own)[1] if stat.S_ISLNK(found.st_mode) else (_say(found), *above)

    return mark


def resolve_path(path: bytes) -> Sequence[bytes]:
    """The path without links; nothing for what can be none."""
    try:
        return (os.path.realpath(path),)
    except (OSError, ValueError):
        return ()


def is_link(path: bytes) -> bool:
    """Whether the very last part of a path is a link."""
    try:
        return stat.S_ISLNK(os.lstat(path).st_mode)
    except (OSError, ValueError):
        return False


def list_contents(path: bytes) -> Iterator[tuple[int, Callable[[], str]]]:
    """The files at a path, however one comes to it, each with its size and a function for the SHA-256 of its content.

    Links below are not followed. Raises StoreError for a folder that cannot be read.
    """
    with _words(os.fsdecode(path)):
        real = next(iter(resolve_path(path)), b"")
        found = _find(real)
        if found is not None and stat.S_ISDIR(found.st_mode):
            for folder, _, names in os.walk(real, onerror=_raise):
                for name in names:
                    yield from _measure(folder + b"/" + name)
        else:
            yield from _measure(real)


def _measure(path: bytes) -> Iterator[tuple[int, Callable[[], str]]]:
    found = _find(path)
    if found is not None and stat.S_ISREG(found.st_mode):
        yield found.st_size, lambda: _digest(path)


def _find(path: bytes) -> os.stat_result | None:
    try:
        return os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None


def _digest(path: bytes) -> str:
    with _words(os.fsdecode(path)), Path(os.fsdecode(path)).open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _raise(problem: OSError) -> None:
    raise problem


def _mark(real: bytes) -> str:
    try:
        return _say(os.lstat(real))
    except OSError:
        return os.fsdecode(real)


def _say(found: os.stat_result) -> str:
    return f"{found.st_dev}:{found.st_ino}"


class FolderStore(Naming):
    """A folder of this machine. `fault` is called with the name of each step of a deletion; tests make it raise."""

    def __init__(self, root: str, fault: Callable[[str], None] = lambda _: None) -> None:
        self._root = root
        self._fault = fault

    @property
    def method(self) -> Method:
        """How it destroys, and what that does not reach."""
        return Method(
            "clear",
            "each file overwritten with zeros, flushed to the medium, and removed",
            "listed again after the removal: nothing is left under the location",
            (
                "earlier versions of a file that a copy-on-write or journalling file system, a snapshot or the spare "
                "area of a solid-state medium keeps",
            ),
        )

    def list(self, location: str) -> Iterator[StoredObject]:
        """The files and links under a location. Raises RefusedError for what is neither."""
        with _words(location), self._parent(location) as (parent, name):
            if parent < 0:
                return
            mine = _leftover(name)
            for each in (mine, name):
                found = _stat(parent, each)
                if found is None:
                    continue
                if stat.S_ISLNK(found.st_mode) and each == name:
                    raise refuse_link(os.fsencode(os.readlink(name, dir_fd=parent)))
                if stat.S_ISDIR(found.st_mode) and each == name:
                    yield from self._list_folder(parent, name, "", os.fstat(parent).st_dev, count(1), DEEPEST)
                else:
                    yield _describe("" if each == name else each, found, "", leftover=each == mine)

    def _list_folder(
        self, parent: int, name: str, prefix: str, device: int, counted: Iterator[int], depth: int
    ) -> Iterator[StoredObject]:
        if depth == 0:
            raise RefusedError(f"folders are nested more than {DEEPEST} deep", where=prefix)
        folder = os.open(name, _DIRECTORY, dir_fd=parent)
        try:
            if os.fstat(folder).st_dev != device:
                raise RefusedError("another file system is mounted there", where=prefix or name)
            for each in _names(folder):
                if next(counted) > MOST_OBJECTS:
                    raise RefusedError(
                        f"more than {MOST_OBJECTS} files", hint="register it as several records", where=name
                    )
                found = _stat(folder, each)
                if found is None:
                    continue
                path = f"{prefix}{each}"
                if stat.S_ISDIR(found.st_mode):
                    yield from self._list_folder(folder, each, f"{path}/", device, counted, depth - 1)
                else:
                    leads = os.readlink(each, dir_fd=folder) if stat.S_ISLNK(found.st_mode) else ""
                    yield _describe(path, found, leads, leftover=each.startswith(LEFTOVER))
        finally:
            os.close(folder)

    def walk(self) -> Iterator[tuple[str, int]]:
        """Every file, link and whatever else lies in the folder; links are not followed.

        Goes on past a folder that cannot be read, and raises StoreError at the end.
        """
        missed: list[str] = []
        with _words(self._root), self._opened_root() as folder:
            yield from _walk_all(folder, "", DEEPEST, missed)
        check_seen(missed)

    def read(self, location: str, found: StoredObject) -> Iterator[bytes]:
        """The content of a file, or where a link leads to."""
        with _words(location), self._folder_of(location, found.name) as (folder, name):
            if folder < 0:
                return
            try:
                handle = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
            except OSError as problem:
                if problem.errno != errno.ELOOP:
                    raise
                yield b"link to " + os.fsencode(os.readlink(name, dir_fd=folder))
                return
            with os.fdopen(handle, "rb") as file:
                while piece := file.read(PIECE):
                    yield piece

    def delete(self, location: str, found: StoredObject) -> None:
        """Overwrite and remove one file; a link is removed, and what it leads to stays."""
        with _words(location), self._folder_of(location, found.name) as (folder, name):
            if folder < 0:
                return
            doomed = name if found.leftover else _leftover(name)
            now = _stat(folder, doomed)
            if now is not None:
                self._overwrite(folder, doomed)
            if found.leftover:
                return
            now = _stat(folder, name)
            if now is None:
                return
            if _stamp(now) != found.stamp:
                raise RefusedError(f"`{found.name or name}` was changed since it was looked at")
            os.rename(name, doomed, src_dir_fd=folder, dst_dir_fd=folder)
            self._fault("renamed")
            moved = _stat(folder, doomed)
            if moved is None or _stamp(moved) != found.stamp:  # swapped between the look and the renaming
                os.rename(doomed, name, src_dir_fd=folder, dst_dir_fd=folder)
                raise RefusedError(f"`{found.name or name}` was exchanged while it was destroyed; it was put back")
            self._overwrite(folder, doomed)

    def _overwrite(self, folder: int, name: str) -> None:
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
        if stat.S_ISREG(found.st_mode):
            if found.st_nlink > 1:
                raise RefusedError("another name (a hard link) keeps the content", hint="remove the other name first")
            handle = os.open(name, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
            with os.fdopen(handle, "wb", buffering=0) as file:
                left = found.st_size
                while left > 0:
                    left -= file.write(bytes(min(left, PIECE)))
                os.fsync(file.fileno())
            self._fault("overwritten")
        os.unlink(name, dir_fd=folder)
        os.fsync(folder)
        self._fault("removed")

    def finish(self, location: str) -> None:
        """Remove the folders that are empty now."""
        with _words(location), self._parent(location) as (parent, name):
            if parent >= 0:
                _remove_empty(parent, name, DEEPEST)
                os.fsync(parent)

    @contextmanager
    def _parent(self, location: str) -> Iterator[tuple[int, str]]:
        """The folder of a location, open, and its name in it; -1 where there is no such folder."""
        parts = [os.fsdecode(part) for part in split_location(location)]
        folder = _walk_down(self._open_root(), parts[:-1])
        try:
            yield folder, parts[-1]
        finally:
            if folder >= 0:
                os.close(folder)

    def _open_root(self) -> int:
        try:
            return os.open(self._root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as problem:
            words = (problem.strerror or "").lower()
            raise StoreError(f"the store `{self._root}` cannot be opened: {words}", hint="is it mounted?") from None

    @contextmanager
    def _opened_root(self) -> Iterator[int]:
        folder = self._open_root()
        try:
            yield folder
        finally:
            os.close(folder)

    @contextmanager
    def _folder_of(self, location: str, name: str) -> Iterator[tuple[int, str]]:
        """The folder in which one thing of a location lies, open."""
        alone = not name or ("/" not in name and name.startswith(LEFTOVER) and not self._is_folder(location))
        with self._parent(location) as (parent, last):
            if parent < 0 or alone:
                yield parent, (_decode(name) if name else last)
                return
            *parts, own = [_decode(part) for part in name.split("/")]
            folder = _walk_down(os.dup(parent), [last, *parts])
            try:
                yield folder, own
            finally:
                if folder >= 0:
                    os.close(folder)

    def _is_folder(self, location: str) -> bool:
        with self._parent(location) as (parent, name):
            found = _stat(parent, name) if parent >= 0 else None
            return found is not None and stat.S_ISDIR(found.st_mode)


def _walk_down(folder: int, names: Iterable[str]) -> int:
    """The folder below an open one, which is closed in any case; -1 where there is none. A link on it is refused."""
    for name in names:
        try:
            found = _stat(folder, name)
            if found is None:
                return -1
            if stat.S_ISLNK(found.st_mode):
                raise RefusedError("there is a link on the way to it: links are not followed", where=name)
            inner = os.open(name, _DIRECTORY, dir_fd=folder)
        finally:
            os.close(folder)
        folder = inner
    return folder


def _walk_all(folder: int, prefix: str, depth: int, missed: list[str]) -> Iterator[tuple[str, int]]:
    if depth == 0:
        missed.append(f"`{prefix}`: folders are nested more than {DEEPEST} deep")
        return
    for each in _names(folder):
        found = _stat(folder, each)
        if found is None:
            continue
        name = prefix + encode_name(os.fsencode(each))
        if not stat.S_ISDIR(found.st_mode):
            yield name, found.st_size
            continue
        try:
            inner = os.open(each, _DIRECTORY, dir_fd=folder)
        except OSError as problem:
            missed.append(f"`{name}`: {(problem.strerror or '').lower()}")
            continue
        try:
            yield from _walk_all(inner, f"{name}/", depth - 1, missed)
        finally:
            os.close(inner)


def _decode(part: str) -> str:
    return os.fsdecode(decode_part(part))


def _names(folder: int) -> tuple[str, ...]:
    with os.scandir(folder) as entries:
        return tuple(sorted(each.name for each in entries))


def _leftover(name: str) -> str:
    return LEFTOVER + sha256(os.fsencode(name)).hexdigest()[:24]


def _stat(folder: int, name: str) -> os.stat_result | None:
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None


def _stamp(found: os.stat_result) -> str:
    return f"{found.st_ino}:{found.st_size}:{found.st_mtime_ns}"


def _describe(path: str, found: os.stat_result, leads: str, *, leftover: bool) -> StoredObject:
    name = "/".join(encode_name(os.fsencode(part)) for part in path.split("/"))
    if not (stat.S_ISREG(found.st_mode) or stat.S_ISLNK(found.st_mode)):
        raise RefusedError("it is neither a file nor a link", where=name)
    if found.st_nlink > 1:
        raise RefusedError("another name (a hard link) keeps the content", where=name, hint="remove the other name")
    if leads and not leftover:
        return describe_link(name, _stamp(found), os.fsencode(leads))
    return StoredObject(name, found.st_size, _stamp(found), leftover=leftover)


def _remove_empty(parent: int, name: str, depth: int) -> None:
    found = _stat(parent, name)
    if found is None or not stat.S_ISDIR(found.st_mode) or depth == 0:
        return
    folder = os.open(name, _DIRECTORY, dir_fd=parent)
    try:
        for each in _names(folder):
            _remove_empty(folder, each, depth - 1)
    finally:
        os.close(folder)
    try:
        os.rmdir(name, dir_fd=parent)
    except OSError as problem:
        if problem.errno != errno.ENOTEMPTY:
            raise


@contextmanager
def _words(location: str) -> Iterator[None]:
    """What the system says, in the reader's words."""
    try:
        yield
    except OSError as problem:
        words = (problem.strerror or "unknown reason").lower()
        raise StoreError(f"`{location[:200]}`: {words}") from None
