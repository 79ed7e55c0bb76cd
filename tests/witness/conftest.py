"""Witnesses in folders, served over HTTP, and a time stamp authority made with openssl."""

import os
import shutil
import subprocess
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from govern.audit import (
    ED25519,
    Checkpoint,
    TreeBuilder,
    VerifierKey,
    WitnessRequest,
    consistency_path,
    hash_leaf,
    sign_checkpoint,
)
from govern.witness import FolderWitness, WitnessServer, make_witness

ORIGIN = "log.example/govern"


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch):
    """Nothing of the developer's own environment."""
    for name in list(os.environ):
        if name.startswith("GOVERN_") and not name.startswith("GOVERN_TEST"):
            monkeypatch.delenv(name)


class Log:
    """A log of numbered leaves, or another history from some leaf on."""

    def __init__(self, size, origin=ORIGIN, seed=bytes(32), forked_at=None):
        private = Ed25519PrivateKey.from_private_bytes(seed)
        self.key, self.sign = VerifierKey(origin, ED25519, private.public_key().public_bytes_raw()), private.sign
        forked = size if forked_at is None else forked_at
        self.leaves = [hash_leaf(b"%d%s" % (n, b"" if n < forked else b"!")) for n in range(size)]
        self.nodes = {(level, at): node for level, at, node in TreeBuilder().extend(self.leaves)}

    def note(self, size):
        tree = TreeBuilder()
        tree.extend(self.leaves[:size])
        return sign_checkpoint(Checkpoint(self.key.name, size, tree.root()), self.key, self.sign)

    def ask(self, old, size):
        path = consistency_path(old, size, lambda level, at: self.nodes[level, at])
        return WitnessRequest(old, path, self.note(size))


@pytest.fixture
def new_log():
    return Log


@pytest.fixture
def log():
    return Log(40)


class Clock:
    def __init__(self):
        self.time = 1_764_000_000

    def __call__(self):
        self.time += 1
        return self.time


@pytest.fixture
def folder(tmp_path):
    make_witness(tmp_path / "witness", "witness.example/w", None)
    return tmp_path / "witness"


@pytest.fixture
def witness(folder, log):
    made = FolderWitness(folder, Clock())
    made.trust(log.key)
    return made


@pytest.fixture
def serve():
    """A function that serves a witness, or a handler of one's own, and gives the address."""
    servers = []

    def start(what):
        if isinstance(what, FolderWitness):
            server = WitnessServer(("127.0.0.1", 0), what, lambda _: None)
        else:
            server = ThreadingHTTPServer(("127.0.0.1", 0), what)
            server.daemon_threads = True
        servers.append(server)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@dataclass
class Authority:
    """A time stamp authority of openssl's own."""

    folder: Path

    @property
    def roots(self):
        return (self.folder / "root.pem").read_bytes()

    def answer(self, query, section="tsa"):
        (self.folder / "query.tsq").write_bytes(query)
        openssl(self.folder, "ts", "-reply", "-config", "tsa.cnf", "-section", section, "-queryfile", "query.tsq",
                "-out", "reply.tsr")  # fmt: skip
        return (self.folder / "reply.tsr").read_bytes()


def openssl(folder, *words):
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True, timeout=60)


CONFIG = """
[tsa]
signer_cert = tsa.pem
certs = root.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
serial = serial
crypto_device = builtin
accuracy = secs:1
ordering = no
tsa_name = no
ess_cert_id_chain = no
[usage]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
"""


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    pytest.importorskip("rfc3161_client", reason="needs the extra timestamps")
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl, for an authority of its own")
    folder = tmp_path_factory.mktemp("authority")
    (folder / "tsa.cnf").write_text(CONFIG)
    (folder / "serial").write_text("01\n")
    new = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    openssl(folder, "req", "-x509", *new, "-keyout", "root.key", "-out", "root.pem", "-subj", "/CN=Test root", "-days",
            "3650", "-config", "/dev/null", "-addext", "keyUsage=critical,keyCertSign")  # fmt: skip
    openssl(folder, "req", *new, "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=Test authority", "-config",
            "/dev/null")  # fmt: skip
    openssl(folder, "x509", "-req", "-in", "tsa.csr", "-CA", "root.pem", "-CAkey", "root.key", "-out", "tsa.pem",
            "-days", "3650", "-extfile", "tsa.cnf", "-extensions", "usage", "-set_serial", "7")  # fmt: skip
    return Authority(folder)


@pytest.fixture
def new_root(tmp_path):
    """A function that makes the root certificate of somebody else."""

    def make():
        new = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "other.key"]
        openssl(tmp_path, "req", "-x509", *new, "-out", "other.pem", "-subj", "/CN=Other", "-config", "/dev/null")
        return (tmp_path / "other.pem").read_bytes()

    return make


@pytest.fixture
def handler_of():
    """A function that makes a handler which answers each POST by a function of its body."""

    def make(answer):
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, content_type, data = answer(body)
                self.send_response(status)
                self.send_header("Content-Type", content_type)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_):
                pass

        return Handler

    return make
