"""Files on a server over SFTP. The server's key must be in a file of known hosts; no link is followed."""

import logging
import re
import stat
from base64 import b64encode
from collections.abc import Callable, Iterator, MutableSequence, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote_to_bytes

from govern.disposal.names import (
    Naming,
    check_seen,
    decode_name,
    describe_link,
    encode_name,
    refuse_link,
    split_location,
)
from govern.errors import RefusedError, StoreError
from govern.retention import Marks, Method, StoredObject

# paramiko logs what it raises as well, with a traceback, and without a handler that goes to the terminal.
logging.getLogger("paramiko").addHandler(logging.NullHandler())

MOST_OBJECTS = 100_000
DEEPEST = 64
PIECE = 1 << 18
TIMEOUT = 15.0

_NAMES = re.compile(rb"\S+ +(\d+) ")
"""The mode and the number of names of a file, as `ls -l` and most servers write them."""


def open_sftp(url: SplitResult, known_hosts: str, key_file: str | None) -> "SftpStore":
    """The folder of a URL (sftp://user@host:port/path). Raises StoreError where the server is not the known one."""
    try:
        import paramiko

        from govern.disposal.sftp_client import RawClient
    except ImportError:
        raise StoreError("the SFTP client is not installed", hint='pip install "govern[sftp]"') from None
    if not Path(known_hosts).is_file():
        raise StoreError(f"there is no file of known hosts `{known_hosts}`", hint="ssh-keyscan writes one: check it")
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.RejectPolicy())
    with _words(url.hostname or ""):
        client.load_host_keys(known_hosts)
        client.connect(
            url.hostname or "",
            port=url.port or 22,
            username=url.username,
            key_filename=key_file,
            allow_agent=key_file is None,
            look_for_keys=False,
            timeout=TIMEOUT,
            banner_timeout=TIMEOUT,
            auth_timeout=TIMEOUT,
        )
        session = RawClient.from_transport(client.get_transport())
        session.get_channel().settimeout(60.0)
        key = client.get_transport().get_remote_server_key()
    server = f"{key.get_name()} {b64encode(sha256(key.asbytes()).digest()).decode()}"
    return SftpStore(client, session, unquote_to_bytes(url.path).rstrip(b"/"), server)


class SftpStore(Naming):
    """A folder of a server, which is known by its key."""

    def __init__(self, client: Any, session: Any, root: bytes, server: str) -> None:
        self._client = client
        self._session = session
        self._root = root
        self._server = server
        self._user = client.get_transport().get_username() if client else ""
        self._real: dict[bytes, tuple[bytes, frozenset[bytes]]] = {}
        self._listed: tuple[bytes, dict[bytes, Any]] = b"", {}

    @property
    def method(self) -> Method:
        """How it destroys, and what that does not reach."""
        return Method(
            "none",
            "each file removed by the server",
            "listed again after the removal: nothing is left under the location",
            (
                "the server's media, snapshots and backups, which its owner alone sanitises",
                "another name (a hard link) of a file, where the server does not tell how many names it has",
            ),
        )

    def list(self, location: str) -> Iterator[StoredObject]:
        """The files and links under a location. Raises RefusedError for what is neither."""
        with _words(location):
            path = self._path(location)
            found = self._lstat(path) if self._check_way(location) else None
            if found is None:
                return
            if stat.S_ISLNK(found.st_mode):
                raise refuse_link(self._read_link(path))
            if not stat.S_ISDIR(found.st_mode):
                self._check_names(path, found)
            yield from self._walk(path, b"", found, [0], DEEPEST)

    def _check_names(self, path: bytes, found: Any) -> None:
        """Return if no other name keeps the file's content, as far as the folder's list says. Raises RefusedError.

        The list is read once for as many records as lie in the folder; a name that comes in between is not noticed.
        """
        folder, _, name = path.rpartition(b"/")
        known = self._listed[1].get(name) if self._listed[0] == folder else None
        if known is None or _stamp(known) != _stamp(found):
            self._listed = folder, dict(self._session.list_names(folder or b"/"))
            known = self._listed[1].get(name)
        if known is not None:
            _check_alone(known, b"")

    def _walk(self, path: bytes, name: bytes, found: Any, counted: Any, depth: int) -> Iterator[StoredObject]:
        if not stat.S_ISDIR(found.st_mode):
            counted[0] += 1
            if counted[0] > MOST_OBJECTS:
                raise RefusedError(f"more than {MOST_OBJECTS} files", hint="register it as several records")
            if not (stat.S_ISREG(found.st_mode) or stat.S_ISLNK(found.st_mode)):
                raise RefusedError("it is neither a file nor a link", where=encode_name(name))
            if stat.S_ISLNK(found.st_mode):
                yield describe_link(encode_name(name), _stamp(found), self._read_link(path))
                return
            yield StoredObject(encode_name(name), found.st_size or 0, _stamp(found))
            return
        if depth == 0:
            raise RefusedError(f"folders are nested more than {DEEPEST} deep", where=encode_name(name))
        for each, listed in self._session.list_names(path):
            if _leads_out(each):
                raise RefusedError(_OUT, where=encode_name(name))
            _check_alone(listed, name + b"/" + each if name else each)
            inner = self._lstat(path + b"/" + each)
            if inner is not None:
                yield from self._walk(
                    path + b"/" + each, name + b"/" + each if name else each, inner, counted, depth - 1
                )

    def walk(self) -> Iterator[tuple[str, int]]:
        """Every file and link below the folder; links are not followed.

        Goes on past a folder that cannot be read, and raises StoreError at the end.
        """
        missed: list[str] = []
        with _words(encode_name(self._root) or "/"):
            self._check_root()
            yield from self._walk_all(self._root, "", DEEPEST, missed)
        check_seen(missed)

    def _walk_all(
        self, path: bytes, prefix: str, depth: int, missed: MutableSequence[str]
    ) -> Iterator[tuple[str, int]]:
        if depth == 0:
            missed.append(f"`{prefix}`: folders are nested more than {DEEPEST} deep")
            return
        try:
            listed = self._session.list_names(path or b"/")
        except PermissionError:
            missed.append(f"`{prefix}`: permission denied")
            return
        for each, found in listed:
            name = prefix + encode_name(each)
            if _leads_out(each):
                missed.append(f"`{prefix}`: {_OUT}")
            elif stat.S_ISDIR(found.st_mode):
                yield from self._walk_all(path + b"/" + each, f"{name}/", depth - 1, missed)
            else:
                yield name, found.st_size or 0

    def read(self, location: str, found: StoredObject) -> Iterator[bytes]:
        """The content of a file, or where a link leads to."""
        with _words(location):
            path = self._full(location, found)
            now = self._lstat(path)
            if now is None:
                return
            if stat.S_ISLNK(now.st_mode):
                yield b"link to " + self._read_link(path)
                return
            with self._session.open(path, "rb") as file:
                file.prefetch(now.st_size)
                while piece := file.read(PIECE):
                    yield piece

    def delete(self, location: str, found: StoredObject) -> None:
        """Remove one file, if it is still what was found."""
        with _words(location):
            path = self._full(location, found)
            now = self._lstat(path) if self._check_way(location) else None
            if now is None:
                return
            if _stamp(now) != found.stamp:
                raise RefusedError(f"`{found.name or location}` was changed since it was looked at")
            self._session.remove(path)

    def finish(self, location: str) -> None:
        """Remove the folders that are empty now."""
        with _words(location):
            self._remove_empty(self._path(location), DEEPEST)

    def mark(self, location: str) -> Marks:
        """The server by its key, and the path as the server resolves it, with all that it lies in.

        The last of the marks are those of the user as well: the same path may be another place for another user.
        """
        try:
            path = self._path(location)
        except RefusedError:
            return ()
        with _words(location):
            own = self._resolve(path)
        steps = [own]
        while b"/" in steps[-1]:
            steps.append(steps[-1].rpartition(b"/")[0])
        seen = [f" {encode_name(each)}" for each in steps]
        return [f"{self._server}{each}" for each in seen], [f"{self._user}@{self._server}{each}" for each in seen]

    def resolve(self, location: str) -> Sequence[bytes]:
        """The path without links, as the server has it."""
        with _words(location):
            return (self._resolve(self._path(location)),)

    def _resolve(self, path: bytes) -> bytes:
        """The path without links; each folder is asked about once, whatever lies in it. `/` is empty."""
        folder, _, name = path.rpartition(b"/")
        if not name:
            return folder
        if folder not in self._real:
            self._real[folder] = self._look(folder)
        real, links = self._real[folder]
        return self._session.real_path(path).rstrip(b"/") if name in links else real + b"/" + name

    def _look(self, folder: bytes) -> tuple[bytes, frozenset[bytes]]:
        """A folder without links, and the names of the links in it; of what is not there, where it would be."""
        found = self._stat(folder or b"/")
        if found is None or not stat.S_ISDIR(found.st_mode):
            return self._resolve(folder), frozenset()
        listed = self._session.list_names(folder or b"/")
        links = frozenset(name for name, each in listed if not _is_plain(each.st_mode))
        return self._session.real_path(folder or b"/").rstrip(b"/"), links

    def forget(self) -> None:
        """Ask again where each folder is: somebody may have put a link in its place since."""
        self._real.clear()

    def list_contents(self, location: str) -> Iterator[tuple[int, Callable[[], str]]]:
        """The files there, each with its size and a function for the SHA-256 of its content."""
        with _words(location):
            path = self._path(location)
            found = self._lstat(path)
            if found is not None and stat.S_ISLNK(found.st_mode):
                path = self._session.real_path(path)
                found = self._lstat(path)
            if found is not None:
                yield from self._measure(path, found, DEEPEST)

    def _measure(self, path: bytes, found: Any, depth: int) -> Iterator[tuple[int, Callable[[], str]]]:
        if stat.S_ISREG(found.st_mode):
            yield found.st_size or 0, lambda: self._digest(path)
        elif stat.S_ISDIR(found.st_mode) and depth:
            for name, inner in self._session.list_names(path):
                yield from self._measure(path + b"/" + name, inner, depth - 1)

    def _digest(self, path: bytes) -> str:
        total = sha256()
        with _words(encode_name(path)), self._session.open(path, "rb") as file:
            while piece := file.read(PIECE):
                total.update(piece)
        return total.hexdigest()

    def _read_link(self, path: bytes) -> bytes:
        leads = self._session.readlink(path) or b""
        return leads.encode() if isinstance(leads, str) else bytes(leads)

    def _remove_empty(self, path: bytes, depth: int) -> None:
        found = self._lstat(path)
        if found is None or not stat.S_ISDIR(found.st_mode) or depth == 0:
            return
        for each, _ in self._session.list_names(path):
            self._remove_empty(path + b"/" + each, depth - 1)
        if not self._session.list_names(path):
            self._session.rmdir(path)

    def close(self) -> None:
        """End the session."""
        self._session.close()
        self._client.close()

    def _path(self, location: str) -> bytes:
        return b"/".join((self._root, *split_location(location)))

    def _full(self, location: str, found: StoredObject) -> bytes:
        path = self._path(location)
        return path + b"/" + decode_name(found.name) if found.name else path

    def _check_root(self) -> None:
        if self._lstat(self._root or b"/") is None:
            raise StoreError(f"the store `{encode_name(self._root)}` is not there", hint="is it mounted on the server?")

    def _check_way(self, location: str) -> bool:
        """Whether the folders above it are there, none of them a link. Raises StoreError where the root is not."""
        self._check_root()
        path = self._root
        for part in split_location(location)[:-1]:
            path = path + b"/" + part
            found = self._lstat(path)
            if found is None:
                return False
            if stat.S_ISLNK(found.st_mode):
                raise RefusedError("there is a link on the way to it: links are not followed", where=encode_name(path))
        return True

    def _stat(self, path: bytes) -> Any:
        try:
            return self._session.stat(path)
        except FileNotFoundError:
            return None

    def _lstat(self, path: bytes) -> Any:
        try:
            return self._session.lstat(path)
        except FileNotFoundError:
            return None


_OUT = "the server lists a name that leads out of the folder"


def _leads_out(name: bytes) -> bool:
    return name in (b"", b".", b"..") or b"/" in name


def _is_plain(mode: int | None) -> bool:
    """Whether it is surely a file or a folder."""
    return mode is not None and (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def _check_alone(listed: Any, name: bytes) -> None:
    """Return if a file has no other name, as far as the server's list says. Raises RefusedError."""
    names = _NAMES.match(listed.longname)
    if names and int(names[1]) > 1 and not stat.S_ISDIR(listed.st_mode):
        hint = "remove the other name"
        raise RefusedError("another name (a hard link) keeps the content", where=encode_name(name), hint=hint)


def _stamp(found: Any) -> str:
    return f"{found.st_size}:{found.st_mtime}"


@contextmanager
def _words(what: str) -> Iterator[None]:
    """What the server says, in the reader's words."""
    from paramiko import SSHException

    try:
        yield
    except SSHException as problem:
        raise StoreError(f"`{what[:200]}`: {str(problem)[:200].lower()}") from None
    except (OSError, TimeoutError, EOFError, UnicodeError) as problem:
        words = getattr(problem, "strerror", None) or str(problem) or "the server does not answer"
        raise StoreError(f"`{what[:200]}`: {str(words)[:200].lower()}") from None
