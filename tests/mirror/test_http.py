"""The log served and fetched over real sockets on this machine."""

import http.client
import socket
import threading
import time
from contextlib import suppress
from socketserver import ThreadingMixIn

import pytest

from govern.errors import StoreError
from govern.mirror import LogServer, UrlReader, bounded
from govern.mirror import client as client_module
from govern.mirror import server as server_module

FILES = {"checkpoint": b"head\n", "tile/0/000": b"\0" * 8192, "tile/entries/000": b"x" * 70_000}


@pytest.fixture
def served():
    """A server of some files, what was read of it, and its complaints."""
    asked, said = [], []

    def read(path):
        asked.append(path)
        if path == "tile/9/000":
            raise StoreError("the database is gone")
        return FILES.get(path)

    with LogServer(("127.0.0.1", 0), read, said.append) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        server.asked, server.said = asked, said
        yield server
        server.shutdown()
        thread.join(5)


def ask(server, path, method="GET", **headers):
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    try:
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        return answer, answer.read()
    finally:
        connection.close()


def ask_anyway(server, path):
    """A connection that is closed at once is no trouble."""
    with suppress(OSError, http.client.HTTPException):
        ask(server, path)


def test_files_are_served_with_how_long_they_last(served):
    for path, data in FILES.items():
        answer, body = ask(served, f"/{path}")
        assert (answer.status, body) == (200, data)
        wanted = "no-cache" if path == "checkpoint" else "public, max-age=31536000, immutable"
        assert answer.headers["Cache-Control"] == wanted
        head, nothing = ask(served, f"/{path}", "HEAD")
        assert (head.status, nothing, head.headers["Content-Length"]) == (200, b"", str(len(data)))
    assert ask(served, "/checkpoint?now")[1] == b"head\n"
    assert served.asked.count("tile/0/000") == 1  # once it was read, it is in memory
    assert served.asked.count("checkpoint") == 3


@pytest.mark.parametrize(
    "path", ["/", "/absent", "/../checkpoint", "/./checkpoint", "/%2e%2e/x", "/" + "a" * 300, "/tile/0/999"]
)
def test_all_else_is_not_there(served, path):
    answer, body = ask(served, path)
    assert (answer.status, body) == (404, b"not found\n")
    assert answer.headers["Cache-Control"] == "no-store"
    assert all(len(each) <= 200 for each in served.asked)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_nothing_can_be_sent(served, method):
    answer, _ = ask(served, "/checkpoint", method, **{"Content-Length": "0"})
    assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD")
    assert served.asked == []


def test_trouble_on_our_side_is_said_here_and_not_there(served):
    answer, body = ask(served, "/tile/9/000")
    assert (answer.status, body) == (503, b"the log cannot be read\n")
    assert served.said == ["the database is gone"]


def test_what_is_no_http_harms_nobody(served):
    for data in (
        b"",
        b"\0\0\0\0\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET /checkpoint HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 300,
    ):
        with socket.create_connection(("127.0.0.1", served.server_port), timeout=10) as connection:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            connection.recv(1 << 16)
    assert ask(served, "/checkpoint")[0].status == 200


def test_no_more_threads_than_places(monkeypatch):
    monkeypatch.setattr(server_module, "CONNECTIONS", 3)
    gate, inside, most = threading.Event(), [], []

    def read(path):
        inside.append(path)
        most.append(len(inside))
        gate.wait(10)
        inside.pop()
        return b"x"

    with LogServer(("127.0.0.1", 0), read, print) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        askers = [threading.Thread(target=ask_anyway, args=(server, "/checkpoint")) for _ in range(8)]
        for each in askers:
            each.start()
        time.sleep(0.3)
        gate.set()
        for each in askers:
            each.join(10)
        server.shutdown()
    assert len(most) == 3  # the others were closed: nobody waits for them
    assert max(most) <= 3


def test_a_request_that_never_ends_is_ended(served, monkeypatch):
    monkeypatch.setattr(bounded, "SECONDS", 0.3)
    with socket.create_connection(("127.0.0.1", served.server_port), timeout=10) as connection:
        connection.sendall(b"GET /checkpoint HTTP/1.1\r\n")
        started = time.monotonic()
        with suppress(OSError):  # never silent for long
            while time.monotonic() - started < 8:
                connection.sendall(b"a: b\r\n")
                time.sleep(0.05)
        assert time.monotonic() - started < 5
    assert ask(served, "/checkpoint")[0].status == 200
    for _ in range(100):
        if not served._open:
            break
        time.sleep(0.02)
    assert not served._open


def test_each_request_of_one_connection_has_its_own_time(served, monkeypatch):
    monkeypatch.setattr(bounded, "SECONDS", 1.0)
    connection = http.client.HTTPConnection("127.0.0.1", served.server_port, timeout=10)
    for _ in range(6):
        connection.request("GET", "/checkpoint")
        assert connection.getresponse().read() == b"head\n"
        time.sleep(0.3)
    connection.close()


def test_one_client_has_no_more_than_its_share(served, monkeypatch):
    monkeypatch.setattr(bounded, "SHARE", 2)
    monkeypatch.setattr(bounded, "find_client", lambda _: "192.0.2.7")
    held = [socket.create_connection(("127.0.0.1", served.server_port), timeout=10) for _ in range(3)]
    held[2].sendall(b"GET / HTTP/1.1\r\n")
    with suppress(ConnectionError):
        assert held[2].recv(10) == b""
    monkeypatch.setattr(bounded, "find_client", lambda _: "192.0.2.8")
    assert ask(served, "/checkpoint")[0].status == 200
    for each in held:
        each.close()


@pytest.mark.parametrize(
    ("host", "client"),
    [
        ("127.0.0.1", ""), ("::1", ""), ("::ffff:127.0.0.1", ""), ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"), ("2001:db8::7", "2001:db8::/64"), ("fe80::7%eth0", "fe80::/64"),
    ],
)  # fmt: skip
def test_to_whom_a_connection_counts(host, client):
    assert bounded.find_client(host) == client


def test_ctrl_c_while_a_connection_is_taken_stops_the_server(monkeypatch):
    """It falls between the start of the connection's thread and the word that it runs; the thread is done by then."""
    begun = threading.Event()

    def take(server, request, client_address):
        thread = threading.Thread(target=server.process_request_thread, args=(request, client_address))
        thread.start()
        thread.join()
        raise KeyboardInterrupt

    monkeypatch.setattr(ThreadingMixIn, "process_request", take)
    with LogServer(("127.0.0.1", 0), FILES.get, print) as server:
        asker = threading.Thread(target=lambda: (begun.set(), ask(server, "/checkpoint")))
        asker.start()
        assert begun.wait(10)
        with pytest.raises(KeyboardInterrupt):
            server.handle_request()
        asker.join(10)


def test_memory_for_tiles_is_bounded(served, monkeypatch):
    monkeypatch.setattr(server_module, "CACHE_LIMIT", 75_000)
    for path in FILES:
        ask(served, f"/{path}")
    assert served._cached <= 75_000
    assert "tile/0/000" not in served._cache


def test_a_log_is_fetched(served):
    read = UrlReader(f"http://127.0.0.1:{served.server_port}/")
    assert {path: read(path) for path in FILES} == FILES
    assert read("absent") is None
    with pytest.raises(StoreError, match="status 503"):
        read("tile/9/000")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "x",
        "file:///etc/passwd",
        "ftp://h/",
        "http://",
        "http://a:b@h/",
        "http://h/?q",
        "http://h/#f",
        "http://[",
        "http://h:x/",
    ],
)
def test_what_is_no_url_of_a_log(url):
    with pytest.raises(StoreError, match="is not the URL of a log"):
        UrlReader(url)


@pytest.fixture
def raw():
    """A server that answers each connection with given bytes, and then closes it."""
    answers = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve():
            for answer in answers:
                connection, _ = listener.accept()
                with connection, suppress(OSError):  # the client may be gone
                    connection.recv(1 << 16)
                    for part in answer:
                        connection.sendall(part)
                        time.sleep(0.02)

        def start(*given):
            answers.append(given)
            threading.Thread(target=serve, daemon=True).start()
            return UrlReader(f"http://127.0.0.1:{listener.getsockname()[1]}", total_limit=10_000)

        yield start


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"", "cannot be fetched"),
        (b"nonsense\r\n\r\n", "cannot be fetched"),
        (b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", "status 302"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", "ends too early"),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 10_001, "larger than is read"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "cannot be fetched"),
    ],
)
def test_bad_answers(raw, answer, words):
    with pytest.raises(StoreError, match=words):
        raw(answer)("checkpoint")


def test_a_slow_answer_is_given_up(raw, monkeypatch):
    monkeypatch.setattr(client_module, "FILE_PATIENCE", 0.05)
    with pytest.raises(StoreError, match="takes longer"):
        raw(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n", *[b"x"] * 20)("checkpoint")


def test_nobody_there():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(StoreError, match="cannot be fetched"):
        UrlReader(f"http://127.0.0.1:{port}/")("checkpoint")
