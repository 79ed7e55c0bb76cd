"""A small web server for the files of a log. It only reads, and what it takes on is bounded.

`GET` and `HEAD` of `checkpoint` and of tiles; everything else is refused. The checkpoint changes and is never cached;
all else never changes. A path goes to the reader as it stands: the reader knows the few that there are, and no path is
ever one of this machine.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any

from govern.errors import GovernError
from govern.mirror.bounded import BoundedHandler, BoundedServer

CHECKPOINT = "checkpoint"
PATH_LIMIT = 200
CONNECTIONS = 64
"""So many are served at once; the next ones are closed."""

PATIENCE = 20.0
"""Seconds that a connection may be silent."""

CACHE_LIMIT = 64 << 20
"""Bytes of tiles that are kept in memory."""

Read = Callable[[str], bytes | None]


class LogServer(BoundedServer):
    """Serves what `read` gives by path. `complain` is told, in one line, of what went wrong on our side."""

    request_queue_size = 128

    def __init__(self, address: tuple[str, int], read: Read, complain: Callable[[str], None]) -> None:
        self._read = read
        self._complain = complain
        self._cache: OrderedDict[str, bytes] = OrderedDict()
        self._cached = 0
        self._reading = threading.Lock()
        super().__init__(address, _Handler, CONNECTIONS)

    def find(self, path: str) -> bytes | None:
        """The file at a path, from memory if it never changes."""
        with self._reading:
            data = self._cache.get(path)
            if data is not None:
                self._cache.move_to_end(path)
                return data
        data = self._read(path)
        if data is not None and path != CHECKPOINT:
            self._keep(path, data)
        return data

    def _keep(self, path: str, data: bytes) -> None:
        with self._reading:
            if path not in self._cache:
                self._cache[path] = data
                self._cached += len(data)
            while self._cached > CACHE_LIMIT:
                self._cached -= len(self._cache.popitem(last=False)[1])

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away, or sent what is no HTTP, is none of our trouble."""

    def complain(self, problem: GovernError) -> None:
        """Say what went wrong on our side."""
        self._complain(str(problem))


class _Handler(BoundedHandler, BaseHTTPRequestHandler):
    server: LogServer
    protocol_version = "HTTP/1.1"
    server_version = "govern"
    sys_version = ""
    timeout = PATIENCE

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def _refuse(self) -> None:
        self.close_connection = True  # a body may follow, and is not read
        self._send(HTTPStatus.METHOD_NOT_ALLOWED, b"only GET and HEAD\n", "no-store", with_body=True)

    do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = do_TRACE = do_CONNECT = _refuse  # noqa: N815

    def _answer(self, *, with_body: bool) -> None:
        if self.headers.get("Content-Length", "0") != "0" or "Transfer-Encoding" in self.headers:
            self.close_connection = True
        path = self.path.partition("?")[0].removeprefix("/")
        try:
            data = self.server.find(path) if len(path) <= PATH_LIMIT else None
        except GovernError as problem:
            self.server.complain(problem)
            self._send(HTTPStatus.SERVICE_UNAVAILABLE, b"the log cannot be read\n", "no-store", with_body=with_body)
            return
        if data is None:
            self._send(HTTPStatus.NOT_FOUND, b"not found\n", "no-store", with_body=with_body)
            return
        cache = "no-cache" if path == CHECKPOINT else "public, max-age=31536000, immutable"
        self._send(HTTPStatus.OK, data, cache, with_body=with_body)

    def _send(self, status: HTTPStatus, data: bytes, cache: str, *, with_body: bool) -> None:
        self.send_response(status)
        text = status != HTTPStatus.OK or self.path.endswith("/" + CHECKPOINT)
        self.send_header("Content-Type", "text/plain; charset=utf-8" if text else "application/octet-stream")
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Cache-Control", cache)
        self.send_header("X-Content-Type-Options", "nosniff")
        if self.close_connection:
            self.send_header("Connection", "close")
        if status == HTTPStatus.METHOD_NOT_ALLOWED:
            self.send_header("Allow", "GET, HEAD")
        self.end_headers()
        if with_body:
            self.wfile.write(data)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the name is the base class's
        """Who asks for what is kept nowhere."""
