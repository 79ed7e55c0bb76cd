"""A witness over HTTP, asked by our client, by hand, and by nobody's friend."""

import http.client
import socket
import threading
from socketserver import ThreadingMixIn
from urllib.parse import urlsplit

import pytest

from govern.audit import check_checkpoint, format_request, format_signature, format_verifier_key
from govern.errors import FactError, RefusedError, StoreError, VerificationError
from govern.witness import collect_cosignatures, post
from govern.witness import server as server_module


@pytest.fixture
def url(serve, witness):
    return serve(witness)


def send(url, body, path="/add-checkpoint"):
    return post(url + path, body, "text/plain")


def test_every_status_of_the_protocol(url, log, new_log, witness):
    good = send(url, format_request(log.ask(0, 5)))
    assert (good.status, good.content_type) == (200, "text/plain")
    assert good.body.decode().startswith(f"— {witness.key.name} ")
    conflict = send(url, format_request(log.ask(0, 5)))
    assert (conflict.status, conflict.content_type, conflict.body) == (409, "text/x.tlog.size", b"5\n")
    cases = {
        404: new_log(3, origin="log.example/other").ask(0, 3),
        403: new_log(9, seed=bytes([1]) * 32).ask(5, 9),
        422: new_log(5, forked_at=2).ask(5, 5),
    }
    for status, request in cases.items():
        assert send(url, format_request(request)).status == status
    beyond = format_request(log.ask(0, 5)).replace(b"old 0\n", b"old 6\n")
    for bad in (beyond, b"", b"nonsense", b"\xff" * 100):
        assert send(url, bad).status == 400
    assert send(url, b"", path="/other").status == 404
    assert witness.latest(log.key.name).size == 5


def test_one_connection_serves_many_requests(url, log):
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
    for old, size in ((0, 1), (1, 2), (1, 3), (2, 3)):
        connection.request("POST", "/add-checkpoint", format_request(log.ask(old, size)))
        answer = connection.getresponse()
        assert answer.status == (409 if (old, size) == (1, 3) else 200)
        answer.read()
    connection.request("GET", "/")
    assert connection.getresponse().read().decode().startswith("witness.example/w+")
    connection.close()


def test_the_key_is_shown_and_nothing_else(url, witness):
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
    for path, status in (("/", 200), ("/witness.key", 404), ("/../witness.key", 404)):
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read().decode()
        assert answer.status == status
        assert "Python" not in answer.headers["Server"]
        assert (body.strip() == format_verifier_key(witness.key)) is (status == 200)
    connection.close()


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"Content-Length: 99999999\r\n", 413),
        (b"Content-Length: 99999999999999999999\r\n", 413),
        (b"Content-Length: -1\r\n", 411),
        (b"Content-Length: x\r\n", 411),
        (b"", 411),
        (b"Transfer-Encoding: chunked\r\n", 411),
        (b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", 411),
    ],
)
def test_a_request_without_a_good_length_is_refused_at_once(url, head, status):
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as connection:
        connection.sendall(b"POST /add-checkpoint HTTP/1.1\r\nHost: x\r\n" + head + b"\r\n")
        answer = connection.recv(1000)
    assert answer.startswith(b"HTTP/1.1 %d " % status)


def test_who_says_nothing_is_let_go(witness, serve, monkeypatch):
    monkeypatch.setattr(server_module._Handler, "timeout", 0.2)
    parts = urlsplit(serve(witness))
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as connection:
        connection.sendall(b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: 100\r\n\r\nold")
        assert connection.recv(1000) == b""


def test_there_is_room_for_so_many_and_no_more(witness, serve, monkeypatch, log):
    monkeypatch.setattr(server_module, "CONNECTIONS", 2)
    url = serve(witness)
    parts = urlsplit(url)
    held = [socket.create_connection((parts.hostname, parts.port), timeout=10) for _ in range(2)]
    for each in held:
        each.sendall(b"POST /")
    with pytest.raises(StoreError, match="does not answer"):
        send(url, b"x")
    for each in held:
        each.close()
    for _ in range(100):
        try:
            assert send(url, format_request(log.ask(0, 1))).status == 200
            break
        except StoreError:
            threading.Event().wait(0.05)
    else:
        pytest.fail("the room was not given back")


def test_the_witness_s_own_trouble_is_not_the_client_s_to_read(url, log, folder):
    send(url, format_request(log.ask(0, 3)))
    (head,) = (folder / "heads").iterdir()
    head.write_bytes(b"nonsense")
    reply = send(url, format_request(log.ask(3, 4)))
    assert (reply.status, reply.body) == (500, b"the witness is in trouble\n")


def test_a_port_that_is_taken_is_named(witness, serve):
    from govern.witness import WitnessServer

    taken = urlsplit(serve(witness)).port
    monkey = type("Strict", (WitnessServer,), {"allow_reuse_address": False})
    with pytest.raises(StoreError, match=f"port {taken} cannot be used"):
        monkey(("127.0.0.1", taken), witness, print)


# --- our client


def collect(url, log, size, old=0, keys=()):
    return collect_cosignatures(url, lambda known: log.ask(known, size), old, [log.key, *keys])


def test_the_client_finds_out_where_the_witness_stands(url, log, witness):
    for size in (5, 5, 9):
        note = collect(url, log, size, keys=[witness.key])
        assert len(check_checkpoint(note, [log.key, witness.key])[1].signatures) == 2
    assert witness.latest(log.key.name).size == 9


def test_a_witness_that_knows_a_longer_log_is_an_alarm(url, log, witness):
    collect(url, log, 9, keys=[witness.key])
    with pytest.raises(VerificationError, match="cannot continue"):
        collect(url, log, 5, keys=[witness.key])


def test_a_refusal_is_told(serve, witness, new_log):
    other = new_log(3, origin="log.example/other")
    with pytest.raises(RefusedError, match=r"refuses \(404\): the log `log.example/other` is not known here"):
        collect(serve(witness), other, 3)


def test_an_answer_by_another_key_is_no_answer(url, log):
    with pytest.raises(VerificationError, match="no cosignature by its key"):
        collect(url, log, 5)


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        ((200, "text/plain", b""), VerificationError, "no cosignature by its key"),
        ((200, "text/plain", b"\xff\n"), VerificationError, "not UTF-8"),
        ((200, "text/plain", b"nonsense\n"), VerificationError, "is not a signature line"),
        ((409, "text/plain", b"5\n"), VerificationError, "does not say which size"),
        ((409, "text/x.tlog.size", b"x\n"), VerificationError, "does not say which size"),
        ((409, "text/x.tlog.size", b"9" * 30), VerificationError, "does not say which size"),
        ((409, "text/x.tlog.size", b"1\n"), StoreError, "changes its mind"),
        ((302, "text/plain", b""), RefusedError, r"refuses \(302\)"),
        ((500, "text/html", b"\xff<html>"), RefusedError, r"refuses \(500\)"),
    ],
)
def test_a_witness_that_misbehaves_is_named(serve, handler_of, log, witness, answer, error, words):
    url = serve(handler_of(lambda _: answer))
    with pytest.raises(error, match=words):
        collect(url, log, 5, keys=[witness.key])


def test_a_false_cosignature_is_refused(serve, handler_of, log, witness):
    from govern.audit import Signature

    line = format_signature(Signature(witness.key.name, witness.key.key_id, bytes(72))).encode()
    url = serve(handler_of(lambda _: (200, "text/plain", line)))
    with pytest.raises(VerificationError, match="does not hold"):
        collect(url, log, 5, keys=[witness.key])


@pytest.mark.parametrize(
    "url",
    ["", "witness.example", "ftp://witness.example/", "file:///etc/passwd", "http://", "http://user:pw@x/", "http://x:y/",
     "http://x/ü", "http://x/a b", "http://x/\r\nHost: y", "http://[::1"],
)  # fmt: skip
def test_what_is_no_address_is_refused(url):
    with pytest.raises(FactError, match="is not an address"):
        post(url, b"", "text/plain")


def test_nobody_there_is_one_message():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(StoreError, match="the server does not answer"):
        post(f"http://127.0.0.1:{port}/", b"", "text/plain")
    with pytest.raises(StoreError, match="the server does not answer"):
        post(f"https://127.0.0.1:{port}/?a=b", b"", "text/plain")


def test_an_answer_without_end_is_not_read_to_its_end(serve, handler_of):
    url = serve(handler_of(lambda _: (200, "text/plain", b"x" * (2 << 20))))
    with pytest.raises(StoreError, match="answer is too long"):
        post(url, b"", "text/plain")


def test_trouble_that_nobody_foresaw_is_told_to_the_operator(witness, log, monkeypatch):
    from govern.witness import WitnessServer

    def break_down(_):
        raise ZeroDivisionError

    lines = []
    server = WitnessServer(("127.0.0.1", 0), witness, lines.append)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    monkeypatch.setattr(witness, "add_checkpoint", break_down)
    with pytest.raises(StoreError, match="does not answer"):
        send(f"http://127.0.0.1:{server.server_port}", format_request(log.ask(0, 1)))
    server.shutdown()
    server.server_close()
    assert lines == ["error: ZeroDivisionError"]


def test_ctrl_c_while_a_connection_is_taken_stops_the_witness(witness, monkeypatch):
    """It falls between the start of the connection's thread and the word that it runs; the thread is done by then."""
    from govern.witness import WitnessServer

    def take(server, request, client_address):
        thread = threading.Thread(target=server.process_request_thread, args=(request, client_address))
        thread.start()
        request.shutdown(socket.SHUT_RDWR)
        thread.join()
        raise KeyboardInterrupt

    monkeypatch.setattr(ThreadingMixIn, "process_request", take)
    with (
        WitnessServer(("127.0.0.1", 0), witness, print) as server,
        socket.create_connection(("127.0.0.1", server.server_port), timeout=10),
        pytest.raises(KeyboardInterrupt),
    ):
        server.handle_request()
