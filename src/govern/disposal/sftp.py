"""Files on a server over SFTP. The server's key must be in a file of known hosts; no link is followed."""

import logging
import stat
from collections.abc import Iterator, MutableSequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote_to_bytes

from govern.disposal.names import Naming, check_seen, decode_name, encode_name, split_location
from govern.errors import RefusedError, StoreError
from govern.retention import Method, StoredObject

# paramiko logs what it raises as well, with a traceback, and without a handler that goes to the terminal.
logging.getLogger("paramiko").addHandler(logging.NullHandler())

MOST_OBJECTS = 100_000
DEEPEST = 64
PIECE = 1 << 18
TIMEOUT = 15.0


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
    return SftpStore(client, session, unquote_to_bytes(url.path).rstrip(b"/"))


class SftpStore(Naming):
    """A folder of a server."""

    def __init__(self, client: Any, session: Any, root: bytes) -> None:
        self._client = client
        self._session = session
        self._root = root

    @property
    def method(self) -> Method:
        """How it destroys, and what that does not reach."""
        return Method(
            "none",
            "each file removed by the server",
            "listed again after the removal: nothing is left under the location",
            ("the server's media, snapshots and backups, which its owner alone sanitises",),
        )

    def list(self, location: str) -> Iterator[StoredObject]:
        """The files and links under a location. Raises RefusedError for what is neither."""
        with _words(location):
            path = self._path(location)
            found = self._lstat(path) if self._check_way(location) else None
            if found is not None:
                yield from self._walk(path, b"", found, [0], DEEPEST)

    def _walk(self, path: bytes, name: bytes, found: Any, counted: Any, depth: int) -> Iterator[StoredObject]:
        if not stat.S_ISDIR(found.st_mode):
            counted[0] += 1
            if counted[0] > MOST_OBJECTS:
                raise RefusedError(f"more than {MOST_OBJECTS} files", hint="register it as several records")
            if not (stat.S_ISREG(found.st_mode) or stat.S_ISLNK(found.st_mode)):
                raise RefusedError("it is neither a file nor a link", where=encode_name(name))
            yield StoredObject(encode_name(name), found.st_size or 0, _stamp(found))
            return
        if depth == 0:
            raise RefusedError(f"folders are nested more than {DEEPEST} deep", where=encode_name(name))
        for each, _ in self._session.list_names(path):
            if _leads_out(each):
                raise RefusedError(_OUT, where=encode_name(name))
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
                leads_to = self._session.readlink(path) or b""
                yield b"link to " + (leads_to.encode() if isinstance(leads_to, str) else leads_to)
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

    def _lstat(self, path: bytes) -> Any:
        try:
            return self._session.lstat(path)
        except FileNotFoundError:
            return None


_OUT = "the server lists a name that leads out of the folder"


def _leads_out(name: bytes) -> bool:
    return name in (b"", b".", b"..") or b"/" in name


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
