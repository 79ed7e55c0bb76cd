"""Proofs and bundles of ours in the hands of Go, of openssl, and of tlog-scales."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from tlog_scales import signing
from tlog_scales.reader import TilesReader

from govern.audit import (
    Proof,
    consistency_path,
    format_proof,
    format_verifier_key,
    hash_root,
    inclusion_path,
    plan_bundle,
)

FOLDER = Path(__file__).parent.parent / "verifiers"
OURS = Path(__file__).parent.parent.parent / "src" / "govern" / "audit" / "standalone"
GO_PACKAGES = Path("/usr/share/gocode/src/golang.org/x/mod/sumdb/note")


@pytest.fixture(scope="session")
def go_verifier(tmp_path_factory):
    if not shutil.which("go") or not GO_PACKAGES.is_dir():
        pytest.skip("needs Debian's golang-go and golang-golang-x-mod-dev")
    program = tmp_path_factory.mktemp("go") / "verify"
    environment = os.environ | {"GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOFLAGS": ""}
    subprocess.run(["go", "build", "-o", program, FOLDER / "verify.go"], env=environment, check=True)
    return [program]


@pytest.fixture(scope="session")
def shell_verifier():
    for tool in ("openssl", "xxd", "base64", "sed"):
        if not shutil.which(tool):
            pytest.skip(f"needs {tool}")
    return ["sh", OURS / "verify.sh"]


@pytest.fixture
def given(tmp_path, new_log):
    """A log, and a function that writes the files for one of its entries and gives their paths."""

    def write(size, index):
        log = new_log(size)
        proof = Proof(index, inclusion_path(index, size, log.reader()), log.note(cosign=True), b"extra")
        files = {"checkpoint": log.note(), "proof": format_proof(proof), "entry": log.entries[index]}
        for name, data in files.items():
            (tmp_path / name).write_bytes(data)
        return format_verifier_key(log.signer.key), *(tmp_path / name for name in files)

    return write


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=False)


PLACES = [(1, 0), (2, 1), (3, 2), (5, 4), (8, 3), (13, 12), (300, 255), (300, 299)]


@pytest.mark.parametrize(("size", "index"), PLACES)
def test_go_accepts_a_proof(go_verifier, given, size, index):
    key, checkpoint, proof, entry = given(size, index)
    done = run(*go_verifier, key, checkpoint, proof, entry)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"entry {index} of {size} is in the log log.example/govern\n"


@pytest.mark.parametrize(("size", "index"), PLACES)
def test_openssl_accepts_a_proof(shell_verifier, given, size, index):
    key, _, proof, entry = given(size, index)
    done = run(*shell_verifier, key, proof, entry)
    assert (done.returncode, done.stderr) == (0, "")
    said, _, unchecked = done.stdout.partition("\n\nNot checked:\n")
    assert said == f"entry {index} of {size} is in the log log.example/govern"
    assert "that others see the same log" in unchecked


@pytest.mark.parametrize("shell", ["sh", "bash"])
@pytest.mark.parametrize("text", ["010", "08", "8 ", "8\nindex 8", "", "-1", "0x8", "9" * 19, "12", "13"])
def test_a_number_that_a_shell_reads_in_its_own_way_is_refused(shell_verifier, given, shell, text):
    """`010` is 8 to a shell: it would call entry 8 by the name 10."""
    if not shutil.which(shell):
        pytest.skip(f"needs {shell}")
    key, _, proof, entry = given(12, 8)
    proof.write_bytes(proof.read_bytes().replace(b"index 8\n", b"index %s\n" % text.encode()))
    done = run(shell, *shell_verifier[1:], key, proof, entry)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr


def flip(path, place):
    data = bytearray(path.read_bytes())
    data[place % len(data)] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("place", [0, 40, 60, 110, 170, 190, 220, 280])
def test_a_tampered_proof_or_entry_is_refused_by_all(go_verifier, shell_verifier, given, place):
    key, checkpoint, proof, entry = given(5, 1)
    for path in (proof, entry):
        flip(path, place)
        by_go = run(*go_verifier, key, checkpoint, proof, entry)
        by_shell = run(*shell_verifier, key, proof, entry)
        flip(path, place)
        if path == proof and 22 < place < 35:
            continue  # the line `extra` is not authenticated
        assert (by_go.returncode, by_shell.returncode) == (1, 1), (path, place)
        assert by_go.stderr
        assert by_shell.stderr


def test_another_key_is_refused(go_verifier, shell_verifier, given, new_signer):
    _, checkpoint, proof, entry = given(5, 1)
    other = format_verifier_key(new_signer("log.example/govern", seed=bytes([5]) * 32).key)
    assert run(*go_verifier, other, checkpoint, proof, entry).returncode == 1
    assert run(*shell_verifier, other, proof, entry).returncode == 1


class Files(dict):
    def get(self, *path):
        return dict.get(self, "/".join(path))


def test_tlog_scales_reads_a_bundle(new_log):
    log = new_log(600)
    files = Files(plan_bundle(log.entries, log.note(cosign=True), log.keys))
    reader = TilesReader(files)
    checkpoint = reader.get_checkpoint()
    for key in log.keys:
        checkpoint.verify(signing.Vkey.from_string(format_verifier_key(key)))
    assert reader.calculate_root_hash() == checkpoint.root_hash == hash_root(log.leaves)
    for index in (0, 255, 256, 599):
        assert reader.get_entry(index) == log.entries[index]
        theirs = reader.get_inclusion_proof(index, 600).node_hashes
        assert tuple(theirs) == inclusion_path(index, 600, log.reader())
    for old in (1, 256, 300, 599):
        theirs = reader.get_consistency_proof(old, 600).node_hashes
        assert tuple(theirs) == consistency_path(old, 600, log.reader())
