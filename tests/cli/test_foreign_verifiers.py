"""What `govern log prove` writes, in the hands of Go and of openssl, which know nothing of us."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent.parent / "verifiers"
OURS = Path(__file__).parent.parent.parent / "src" / "govern" / "audit" / "standalone"
GO_PACKAGES = Path("/usr/share/gocode/src/golang.org/x/mod/sumdb/note")


@pytest.fixture(scope="module")
def go_verifier(tmp_path_factory):
    if not shutil.which("go") or not GO_PACKAGES.is_dir():
        pytest.skip("needs Debian's golang-go and golang-golang-x-mod-dev")
    program = tmp_path_factory.mktemp("go") / "verify"
    environment = os.environ | {"GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOFLAGS": ""}
    subprocess.run(["go", "build", "-o", program, FOLDER / "verify.go"], env=environment, check=True)
    return program


@pytest.fixture
def openssl_verifier():
    for tool in ("openssl", "xxd", "base64", "sed"):
        if not shutil.which(tool):
            pytest.skip(f"needs {tool}")
    return OURS / "verify.sh"


@pytest.fixture
def written(govern, ws):
    """Checkpoint, proofs and entries of a workspace that has seen some work; the log's key."""
    govern("check", "hospital-ct", "--pack", "ccpa")
    govern("project", "set", "hospital-ct", "data.under16=yes")
    govern("retention", "schedule", "hospital-ct")
    assert govern("log", "checkpoint", "--out", "checkpoint").status == 0
    for index in range(6):
        assert govern("log", "prove", index, "--out", f"{index}.proof", "--entry", f"{index}.entry").status == 0
    return (ws / "keys" / "log.pub").read_text().strip()


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", ["go", "openssl"])
def test_every_entry_is_accepted_and_no_other_entry(request, written, name):
    program = request.getfixturevalue(f"{name}_verifier")

    def verify(proof, entry):
        if name == "go":
            return run(program, written, "checkpoint", f"{proof}.proof", f"{entry}.entry")
        return run("sh", program, written, f"{proof}.proof", f"{entry}.entry")

    for index in range(6):
        done = verify(index, index)
        assert (done.returncode, done.stderr) == (0, "")
        said, _, unchecked = done.stdout.partition("\n\nNot checked:\n")  # the programs of others say only the first
        assert said.strip() == f"entry {index} of 7 is in the log log.example/govern"
        assert (name == "openssl") == ("that what it says is true" in unchecked)
        assert verify(index, (index + 1) % 5).returncode == 1


def test_the_export_is_as_its_readme_says(govern, ws, tmp_path):
    """Step 1 of README.txt, by coreutils."""
    if not shutil.which("sha256sum"):
        pytest.skip("needs sha256sum")
    assert govern("log", "export", tmp_path / "log", "--bodies").status == 0
    done = subprocess.run(
        ["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=tmp_path / "log", capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
