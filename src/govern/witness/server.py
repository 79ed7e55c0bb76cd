"""A witness over HTTP. Source: C2SP tlog-witness, `POST <prefix>/add-checkpoint`.

It is meant to stand behind a reverse proxy that speaks TLS. What it reads is bounded: bytes, time, connections.
"""

import sys
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any

from govern.audit import REQUEST_LIMIT, format_signature, format_verifier_key, parse_request
from govern.errors import GovernError, StoreError, VerificationError
from govern.mirror import BoundedHandler, BoundedServer
from govern.witness.folder import FolderWitness

PATH = "/add-checkpoint"
SECONDS = 15
CONNECTIONS = 64
TEXT, SIZE = "text/plain; charset=utf-8", "text/x.tlog.size"


class WitnessServer(BoundedServer):
    """Serves one witness. `report` gets a line for each request: the log's name is public, who asks is not kept."""

    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], witness: FolderWitness, report: Callable[[str], None]) -> None:
        self.witness = witness
        self.report = report
        try:
            super().__init__(address, _Handler, CONNECTIONS)
        except OSError as problem:
            said = (problem.strerror or str(problem)).lower()
            raise StoreError(f"`{address[0]}` port {address[1]} cannot be used: {said}") from None

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - theirs
        """A connection that breaks is nobody's concern, and who it was is not kept; anything else is told."""
        problem = sys.exception()
        if not isinstance(problem, OSError):
            self.report(f"error: {type(problem).__name__}")


class _Handler(BoundedHandler, BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # keeps connections open
    timeout = SECONDS
    server: WitnessServer

    def version_string(self) -> str:
        return "govern"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - theirs
        pass

    def do_GET(self) -> None:
        """The witness's verifier key, for people."""
        if self.path == "/":
            self._answer(200, TEXT, f"{format_verifier_key(self.server.witness.key)}\n".encode())
        else:
            self._answer(404, TEXT, b"there is POST /add-checkpoint, and nothing else\n")

    def do_POST(self) -> None:
        """Cosign a checkpoint, or say why not."""
        length = self.headers.get("Content-Length", "")
        if self.headers.get("Transfer-Encoding") or not (length.isdecimal() and length.isascii()):
            self._refuse(411, "say how long the request is")
        elif len(length) > 9 or int(length) > REQUEST_LIMIT:
            self._refuse(413, f"at most {REQUEST_LIMIT} bytes are read")
        elif self.path != PATH:
            self._refuse(404, "there is POST /add-checkpoint, and nothing else")
        else:
            self._add_checkpoint(self.rfile.read(int(length)))

    def _add_checkpoint(self, data: bytes) -> None:
        try:
            request = parse_request(data)
        except VerificationError as problem:
            self._refuse(400, problem.message)
            return
        try:
            answer, lines = self.server.witness.add_checkpoint(request)
        except GovernError as problem:  # the witness's own trouble, which is not the client's to read
            self.server.report(f"error: {problem}")
            self._refuse(500, "the witness is in trouble")
            return
        if lines:
            self._answer(200, TEXT, "".join(map(format_signature, lines)).encode())
        elif answer.status == 409:
            self._answer(409, SIZE, f"{answer.latest}\n".encode())
        else:
            self._answer(answer.status, TEXT, f"{answer.reason}\n".encode(errors="backslashreplace"))

    def _refuse(self, status: int, reason: str) -> None:
        """Refuse what was not read to its end, or not understood: the connection ends."""
        self.close_connection = True
        self._answer(status, TEXT, f"{reason}\n".encode(errors="backslashreplace"))

    def _answer(self, status: int, content_type: str, body: bytes) -> None:
        self.server.report(f"{self.command} {status}")
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
