"""What a workspace itself is kept in: no store and no record, by whatever way a path leads there."""

import os
import re
import socket
from collections.abc import Callable, Iterable
from pathlib import Path
from urllib.parse import unquote_to_bytes

from govern.disposal.folder import mark_folders
from govern.errors import RefusedError
from govern.retention import plain_address

_PLACE = re.compile(r"(file|sftp)://(?:[^/@]*@)?(\[[^\]/]*\]|[^/:]*)(?::[0-9]*)?(/.*)", re.DOTALL)
_LOOPBACK = re.compile(r"|localhost|ip6-localhost|127\.[0-9.]+|\[::1\]")


def guard_paths(paths: Iterable[Path]) -> Callable[[], Callable[[str], None]]:
    """Makes functions that refuse the address of what is one of these paths, lies in one, or holds one.

    Device and inode tell: a link or another mount is no way around. SFTP to this machine counts as its paths do. Each
    function looks once at where the paths lead to, and raises RefusedError.
    """
    kept = tuple(map(os.fsencode, paths))

    def guard() -> Callable[[str], None]:
        mark = mark_folders()
        own = [(path, mark(path)) for path in kept]

        def check(address: str) -> None:
            path = _find_path(address)
            steps = mark(path) if path is not None else ()
            for each, marks in own:
                if steps and (steps[0] in marks or marks[0] in steps):
                    raise _refuse(address, each)

        return check

    return guard


def _refuse(address: str, path: bytes) -> RefusedError:
    words = f"`{address[:120]}` would destroy what the workspace itself is kept in: {os.fsdecode(path)}"
    return RefusedError(words, where="store", hint="keep records in a folder of their own, beside that")


def _find_path(address: str) -> bytes | None:
    """The path on this machine that an address stands for; None for one elsewhere."""
    found = _PLACE.fullmatch(plain_address(address))
    if found is None:
        return None
    host = found[2].lower()
    here = found[1] == "file" or _LOOPBACK.fullmatch(host) or host == socket.gethostname().lower()
    return unquote_to_bytes(found[3]) if here else None
