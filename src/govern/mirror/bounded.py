"""A web server of which no client takes more than its share: of connections, and of time."""

import socket
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address, ip_network
from typing import Any

SHARE = 16
"""Connections of one address, or of one network of IPv6."""

SECONDS = 60.0
"""How long a request may take from the first moment that it is waited for until its answer is sent."""


class BoundedServer(ThreadingHTTPServer):
    """Takes so many `connections` at once; one for which there is no room is closed at once, and nobody waits for it.

    Those from this machine count to no address: a proxy has them all.
    """

    daemon_threads = True

    def __init__(self, address: tuple[str, int], handler: type["BoundedHandler"], connections: int) -> None:
        self._connections = connections
        self._open: dict[socket.socket, tuple[str, float]] = {}
        self._lock = threading.Lock()
        super().__init__(address, handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Take a connection, if there is room for one more."""
        if not self._enter(request, find_client(client_address[0])):
            self.shutdown_request(request)
            return
        try:
            super().process_request(request, client_address)
        except Exception:  # not Ctrl-C: the thread runs by then, and gives its room back itself
            self._leave(request)
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve a connection, and give its room back."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._leave(request)

    def _enter(self, request: socket.socket, client: str) -> bool:
        with self._lock:
            share = sum(each == client for each, _ in self._open.values()) if client else 0
            if len(self._open) >= self._connections or share >= SHARE:
                return False
            self._open[request] = client, time.monotonic() + SECONDS
            return True

    def _leave(self, request: socket.socket) -> None:
        with self._lock:
            self._open.pop(request, None)

    def begin(self, request: socket.socket) -> None:
        """Count the time of a connection's next request."""
        with self._lock:
            if request in self._open:
                self._open[request] = self._open[request][0], time.monotonic() + SECONDS

    def service_actions(self) -> None:
        """End the connections whose time is over; their threads find them closed."""
        now = time.monotonic()
        with self._lock:
            late = [request for request, (_, end) in self._open.items() if end < now]
        for request in late:
            with suppress(OSError):
                request.shutdown(socket.SHUT_RDWR)


def find_client(host: str) -> str:
    """To whom a connection counts: an IPv4 address, a network of IPv6; empty for this machine itself."""
    address = ip_address(host.partition("%")[0])
    address = getattr(address, "ipv4_mapped", None) or address
    if address.is_loopback:
        return ""
    return str(address) if address.version == 4 else str(ip_network(f"{address}/64", strict=False))


class BoundedHandler(BaseHTTPRequestHandler):
    """Tells its server when a request begins."""

    server: BoundedServer

    def handle_one_request(self) -> None:
        """Wait for a request and answer it."""
        self.server.begin(self.connection)
        super().handle_one_request()
