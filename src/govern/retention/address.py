"""Addresses of records: a place is written in one way, and what lies near another place is found by its address.

One place can be spelled in many ways: `%36` is `6`, `//` is `/`, `localhost` is this machine. A hold on one spelling
has to keep what a plan names by another. What only a store can tell, such as where a link leads to, is not seen here.
"""

import re

from govern.errors import FactError

_FOLDERS = ("file", "sftp")
_KINDS = (*_FOLDERS, "s3", "rows")
_SPELLED = [chr(byte) if 0x20 < byte < 0x7F and byte not in b"%/" else f"%{byte:02X}" for byte in range(256)]
"""How each byte of a part is written."""

_ESCAPED = re.compile(rb"%([0-9A-Fa-f]{2})")
_DOTS = ("", ".", "..")
_USER = re.compile(r"sftp://[^/]*@")
_WEB = re.compile(r"https?://(?:[^/@]*@)?([^/:?#]+)(?::[0-9]*)?/([^?#]*)", re.IGNORECASE)
# Nearly all addresses, and there may be a million: they stand as they are.
_PLAIN = re.compile(r"(?:file://|s3://[^/%]+|rows://[^/%]+)(?:/(?!\.{1,2}(?:/|\Z))[!-$&-.0-~]+)+")


def plain_address(address: str) -> str:
    """The one way in which this very place is written; what is no address of a store comes back as it is.

    Only what makes no difference is changed. `..` stays, for a link may stand before it, and in a bucket `//` and `.`
    stay too, for keys may differ in them.
    """
    if _PLAIN.fullmatch(address):
        return address
    kind, root, parts = _split(address)
    if not root:
        return address
    if kind in _FOLDERS:
        parts = [each for each in parts if each not in ("", ".")]
    elif parts[-1:] == [""] != parts[-2:-1]:
        parts = parts[:-1]
    return "/".join((root, *parts))


def check_address(address: str) -> None:
    """Return if it says without doubt where something lies. Raises FactError with the form to type."""
    kind, root, parts = _split(address)
    if kind not in _KINDS:
        return
    if not root or (not root.partition("://")[2] and kind != "file"):
        hint = "like file:///srv/scans/batch-7, s3://bucket/prefix, sftp://host/path or rows://name/key"
        raise FactError(f"`{address[:120]}` is not a whole address", where="store", hint=hint)
    parts = parts[:-1] if parts[-1:] == [""] else parts
    if any(each in _DOTS for each in parts):
        hint = f"write it as {find_steps(address)[0]}, if that is the place"
        raise FactError(f"`{address[:120]}` has an empty part, `.` or `..` in it", where="store", hint=hint)


def find_steps(address: str) -> list[str]:
    """An address, without any doubtful part, and all that it lies in, up to the root of its store."""
    if _PLAIN.fullmatch(address):
        return [*_climb(address), "file://"] if address.startswith("file:") else _climb(address)
    _, root, parts = _split(address)
    if not root:
        return _climb(address.rstrip("/"))
    steps = [root]
    for part in _resolve(parts):
        steps.append(f"{steps[-1]}/{part}")
    return steps[::-1]


def find_near_steps(address: str) -> list[str]:
    """As `find_steps`, and blind to who asks: two users of a server may see one file."""
    if address.startswith("sftp://"):
        address = _USER.sub("sftp://", address)
    return find_steps(address)


def find_ways(address: str) -> list[list[str]]:
    """The steps of an address, and those of each object of a bucket that it may mean where it is written for the web.

    `https://host/bucket/key` and `https://bucket.host/key` are ways to `s3://bucket/key`. Which of a host's names is
    the bucket's only its owner knows: in doubt it is each of them.
    """
    found = _WEB.match(address)
    if found is None:
        return [find_near_steps(address)]
    names, path = found[1].lower().split("."), found[2]
    hosts = [".".join(names[:number]) for number in range(1, len(names))]
    buckets = [f"s3://{path}", *(f"s3://{host}/{path}" for host in hosts)]
    return [find_near_steps(address), *(find_steps(plain_address(each)) for each in buckets if path)]


def is_doubtful(address: str) -> bool:
    """Whether a part of it is empty, `.` or `..` and may say something else than it seems to."""
    return bool(_split(address)[1]) and plain_address(address) != find_steps(address)[0]


def read_part(part: str) -> bytes:
    """The bytes that a part of an address, or of a name in a manifest, stands for."""
    return _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), part.encode(errors="surrogatepass"))


def find_depth(address: str) -> int:
    """How deep an address lies: what may carry another is never deeper."""
    return len(find_steps(address))


def find_inside(outer: str, inner: str) -> str:
    """Where an address lies within another, as a relative path; empty at the same place."""
    return plain_address(inner)[len(plain_address(outer)) + 1 :]


def _split(address: str) -> tuple[str, str, list[str]]:
    """Kind, root and the parts of the path, each in its one spelling; no root for what is no address of a store."""
    kind, _, rest = address.partition(":")
    if kind not in _KINDS or not rest.startswith("/" if kind == "file" else "//"):
        return kind, "", []
    host, slash, path = rest[2:].partition("/") if rest.startswith("//") else ("", "/", rest[1:])
    return kind, f"{kind}://{_spell_host(kind, host)}", [_spell(each) for each in path.split("/")] if slash else []


def _spell_host(kind: str, host: str) -> str:
    """A bucket and a name of rows are what they are; of a server, case and the usual port make no difference."""
    if kind not in _FOLDERS:
        return host
    user, at, name = host.rpartition("@")
    name = name.lower()
    if kind == "file":
        return "" if name == "localhost" else name
    return user + at + re.sub(r":(22)?\Z", "", name)


def _spell(part: str) -> str:
    return "".join(_SPELLED[byte] for byte in read_part(part))


def _resolve(parts: list[str]) -> list[str]:
    found: list[str] = []
    for part in parts:
        if part == "..":
            del found[-1:]
        elif part not in _DOTS:
            found.append(part)
    return found


def _climb(path: str) -> list[str]:
    steps = [path]
    while (path := path.rpartition("/")[0]) and not path.endswith("/"):
        steps.append(path)
    return steps
