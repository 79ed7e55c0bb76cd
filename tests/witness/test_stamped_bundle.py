"""A time stamp over a head goes with the evidence of a project, and is checked where it is received."""

import subprocess
import zipfile

import pytest
from typer.testing import CliRunner

from govern.cli.commands import app
from govern.usecases.projects import new_project
from govern.wiring import init_workspace
from govern.witness import FolderAttestations, make_stamp_request


@pytest.fixture
def stamped(authority, tmp_path, monkeypatch):
    """A workspace with one project, whose head has a time stamp; and the log's key."""
    space, _ = init_workspace(tmp_path / "ws", "log.example/govern", "owner", choose=None)
    new_project(space.ports, space.actor, "scans", "Scans")
    note = space.ports.log.head().checkpoint
    response = authority.answer(make_stamp_request(note)[0])
    FolderAttestations(tmp_path / "ws" / "attestations").keep_stamp(note, response)
    space.database.close()
    monkeypatch.setenv("GOVERN_WORKSPACE", str(tmp_path / "ws"))
    monkeypatch.chdir(tmp_path)
    return (tmp_path / "ws" / "keys" / "log.pub").read_text().strip()


def run(*words):
    result = CliRunner().invoke(app, list(map(str, words)), catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def test_the_other_side_sees_since_when_the_entries_were_there(stamped, authority, tmp_path):
    run("log", "bundle", "scans", "--out", "e.zip")
    roots = authority.folder / "root.pem"
    said = run("log", "verify-bundle", "e.zip", "--key", stamped, "--roots", roots)
    assert "the log of 2 entries existed at" in said
    assert "says CN=Test authority" in said
    assert "what the time stamp" not in said
    assert "whether a certificate of the time stamp authority was revoked" in said.partition("Not checked")[2]
    unsure = run("log", "verify-bundle", "e.zip", "--key", stamped)
    assert "an authority that is not checked: give --roots" in unsure
    assert "what the time stamp on the log of 2 entries says" in unsure
    assert "was revoked" not in unsure


def test_openssl_says_so_too_as_the_instructions_in_it_tell(stamped, authority, tmp_path):
    run("log", "bundle", "scans", "--out", "e.zip")
    with zipfile.ZipFile("e.zip") as archive:
        archive.extractall("u")
    words = ["openssl", "ts", "-verify", "-data", "checkpoint", "-in", "time-stamp.tsr", "-CAfile"]
    head = tmp_path / "u" / "heads" / "1"
    said = subprocess.run(
        [*words, authority.folder / "root.pem"], cwd=head, capture_output=True, text=True, check=False
    )
    assert "Verification: OK" in said.stdout + said.stderr
