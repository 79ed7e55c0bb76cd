"""One POST over HTTP or HTTPS: no redirects, no cookies, bounded in time and bytes."""

import http.client
import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

from govern.errors import FactError, StoreError

TIMEOUT = 20.0
REPLY_LIMIT = 1 << 20


@dataclass(frozen=True)
class Reply:
    """What a server answered."""

    status: int
    content_type: str
    body: bytes


def post(url: str, body: bytes, content_type: str, *, timeout: float = TIMEOUT) -> Reply:
    """Send `body` and return the answer, whatever its status. Raises StoreError if there is none."""
    scheme, host, port, path = _split(url)
    where = f"{scheme}://{host}"
    connection: http.client.HTTPConnection
    if scheme == "https":
        connection = http.client.HTTPSConnection(host, port, timeout=timeout, context=ssl.create_default_context())
    else:
        connection = http.client.HTTPConnection(host, port, timeout=timeout)
    try:
        connection.request("POST", path, body, {"Content-Type": content_type, "Connection": "close"})
        answer = connection.getresponse()
        data = answer.read(REPLY_LIMIT + 1)
    except (OSError, http.client.HTTPException) as problem:
        said = getattr(problem, "strerror", None) or type(problem).__name__
        raise StoreError(f"the server does not answer: {str(said).lower()}", where=where) from None
    finally:
        connection.close()
    if len(data) > REPLY_LIMIT:
        raise StoreError("the server's answer is too long", where=where, hint=f"at most {REPLY_LIMIT} bytes are read")
    return Reply(answer.status, answer.headers.get_content_type(), data)


def _split(url: str) -> tuple[str, str, int | None, str]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    path = parts.path or "/"
    good = parts.scheme in ("http", "https") and parts.hostname and not parts.username and path.isascii()
    if not good or not parts.hostname or not url.isprintable() or " " in url:
        raise FactError(f"`{url[:120]}` is not an address", hint="like https://witness.example.org/")
    return parts.scheme, parts.hostname, port, path + (f"?{parts.query}" if parts.query else "")
