"""`govern log bundle`, `govern log verify-bundle`, `govern evidence read`: as an owner and as an auditor would."""

import subprocess
import sys
import zipfile
from hashlib import sha256

import pytest


@pytest.fixture
def key(ws):
    return (ws / "keys" / "log.pub").read_text().strip()


def test_a_bundle_is_made_and_verified_without_the_workspace(govern, ws, tmp_path, monkeypatch, key, sound):
    made = govern("log", "bundle", "hospital-ct", "--out", "evidence.zip", "--disclose", "title")
    assert (made.status, made.err) == (0, "")
    assert "2 entries, up to entry 2" in made.out
    assert sha256((ws / "evidence.zip").read_bytes()).hexdigest() in govern("log", "show", "3").out
    (ws / "evidence.zip").rename(tmp_path / "evidence.zip")
    monkeypatch.chdir(tmp_path)
    found = govern("log", "verify-bundle", "evidence.zip", "--key", key)
    assert (found.status, found.err) == (0, "")
    assert found.out.startswith("The bundle verifies: project:hospital-ct in the log log.example/govern\n")
    assert "title: CT scans for a stroke detector" in found.out
    assert "that none follows: entry 2 is the last of the log of 3 entries" in found.out
    assert "compare them" not in found.out
    assert "compare them with what the log's owner published" in govern("log", "verify-bundle", "evidence.zip").out
    with zipfile.ZipFile("evidence.zip") as archive:
        archive.extractall("unpacked")
    assert "The bundle verifies" in govern("log", "verify-bundle", "unpacked", "--key", key).out
    run = [sys.executable, "-I", "-S", "tools/verify.py", ".", "--key", key]
    said = subprocess.run(run, cwd="unpacked", capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout + said.stderr
    sums = subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd="unpacked", check=False)
    assert sums.returncode == 0
    monkeypatch.chdir(ws)
    sound(ws)


def test_what_was_changed_is_named(govern, ws, key, refused):
    assert govern("log", "bundle", "hospital-ct", "--out", "evidence.zip").status == 0
    with zipfile.ZipFile("evidence.zip") as archive:
        archive.extractall("unpacked")
    path = ws / "unpacked" / "matter" / "1.json"
    path.write_bytes(path.read_bytes().replace(b'"owner"', b'"0wner"'))
    refused(govern("log", "verify-bundle", "unpacked", "--key", key), 5, "matter/1.tlog-proof")
    (ws / "unpacked" / "link").symlink_to("/etc/passwd")
    refused(govern("log", "verify-bundle", "unpacked", "--key", key), 5, "not a regular file")
    other = key.replace(key[-10:-4], "AAAAAA")
    refused(govern("log", "verify-bundle", "evidence.zip", "--key", other), 4, "--key")
    (ws / "empty").mkdir()
    refused(govern("log", "verify-bundle", "empty"), 7, "is empty")
    refused(govern("log", "verify-bundle", "none.zip"), 7, "none.zip")
    refused(govern("log", "verify-bundle", "govern.db"), 5, "not a zip file")


def test_what_cannot_be_bundled_is_refused_and_nothing_is_written(govern, ws, refused):
    refused(govern("log", "bundle", "hospital", "--out", "e.zip"), 7, "no project `hospital`")
    refused(govern("log", "bundle", "hospital-ct", "--out", "e.zip", "--disclose", "titel"), 7, "`titel`", "title")
    refused(govern("log", "bundle", "hospital-ct", "--out", "none/e.zip"), 7, "no folder")
    (ws / "e.zip").touch()
    refused(govern("log", "bundle", "hospital-ct", "--out", "e.zip"), 6, "--force")
    assert (ws / "e.zip").read_bytes() == b""


def test_whole_records_are_said_to_be_in_it(govern, ws):
    made = govern("log", "bundle", "hospital-ct", "--out", "evidence.zip", "--bodies")
    assert "It holds 2 whole records: look through them first." in made.out


def test_cosignatures_and_the_policy_go_with_it(govern, ws, key, refused):
    """A witness cosigned an earlier head; the workspace has a policy that names it."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from govern.audit import (
        COSIGNATURE,
        VerifierKey,
        add_signatures,
        format_verifier_key,
        make_cosignature,
        parse_note,
    )
    from govern.witness import FolderAttestations

    private = Ed25519PrivateKey.from_private_bytes(bytes(32))
    witness = VerifierKey("witness.example/w", COSIGNATURE, private.public_key().public_bytes_raw())
    head = (ws / "keys" / "last-signed").read_bytes()
    line = make_cosignature(parse_note(head).text, witness, private.sign, 1764000000)
    FolderAttestations(ws / "attestations").keep_note(add_signatures(head, [line]))
    named = format_verifier_key(witness)
    other = format_verifier_key(VerifierKey("witness.example/v", COSIGNATURE, bytes([1]) * 32))
    (ws / "log.policy").write_text(f"log {key}\nwitness w {named}\nquorum w\n")
    made = govern("log", "bundle", "hospital-ct", "--out", "evidence.zip")
    assert made.status == 0, made.err
    found = govern("log", "verify-bundle", "evidence.zip", "--key", key, "--key", named)
    assert "the cosignature of the witness `witness.example/w` on the log of 2 entries" in found.out
    assert "no cosignature of a witness was checked" not in found.out
    ruled = govern("log", "verify-bundle", "evidence.zip", "--policy", "log.policy")
    assert "the quorum of the policy on the log of 2 entries: w" in ruled.out, ruled.err
    beyond = "entry 2 of this matter"
    assert f"{beyond} was seen by no witness: that others see the same log is not checked for it" in found.out
    assert f"{beyond}: no quorum of the policy saw so large a log" in ruled.out
    (ws / "free.policy").write_text(f"log {key}\nwitness w {named}\nquorum none\n")
    free = govern("log", "verify-bundle", "evidence.zip", "--policy", "free.policy").out
    assert "any quorum of witnesses: the policy asks for none" in free.partition("Not checked:")[2]
    assert "quorum of the policy on" not in free
    (ws / "other.policy").write_text(f"witness w {named}\nquorum w\n")
    refused(govern("log", "verify-bundle", "evidence.zip", "--policy", "other.policy", "--key", key), 5, "another log")
    (ws / "strict.policy").write_text(
        f"log {key}\nwitness w {named}\nwitness v {other}\ngroup both 2 w v\nquorum both\n"
    )
    refused(govern("log", "verify-bundle", "evidence.zip", "--policy", "strict.policy"), 5, "lacks cosignatures")
    refused(govern("log", "verify-bundle", "evidence.zip", "--policy", "none.policy"), 7, "none.policy")
    with zipfile.ZipFile("evidence.zip") as archive:
        assert archive.read("policy.txt") == (ws / "log.policy").read_bytes()


def test_a_document_is_read_and_the_log_says_who_did(govern, ws, refused):
    (ws / "paper.pdf").write_bytes(b"PDF")
    govern("evidence", "attach", "hospital-ct", "vendor.country", "--file", "paper.pdf", "--title", "A paper")
    done = govern("evidence", "read", "hospital-ct", "paper.pdf", "--out", "copy.pdf")
    assert (done.status, done.out) == (0, "written: copy.pdf (3 bytes): A paper\n")
    assert (ws / "copy.pdf").read_bytes() == b"PDF"
    assert "document.read" in govern("log", "list").out
    refused(govern("evidence", "read", "hospital-ct", "papers.pdf", "--out", "other.pdf"), 7, "paper.pdf")
    govern("project", "export", "hospital-ct", "--out", "p.yaml")
    assert "project.exported" in govern("log", "list").out


def test_a_row_that_waits_is_not_called_sound(govern, ws):
    """Somebody put a row and its event into the database: a verification does not sign them."""
    import sqlite3
    from hashlib import sha256

    event = (
        '{"id":"f","kind":"project.saved","actor":"owner","time":"2026-11-24T10:00:00.000000Z",'
        '"object":"project:forged@1","matter":"project:forged","body":"sha256:%s","commitments":[]}'
    )
    with sqlite3.connect(ws / "govern.db") as connection:
        digest = sha256(b"{}").hexdigest()
        connection.execute("INSERT INTO govern_record VALUES ('project', 'forged', 1, ?, ?)", (b"{}", digest))
        connection.execute("INSERT INTO govern_outbox (event) VALUES (?)", ((event % digest).encode(),))
    connection.close()
    said = govern("log", "verify", "--records")
    assert said.status == 0, said.err
    checked, _, unchecked = said.out.partition("Not checked:")
    assert "all 2 other rows of records: none was changed, removed or added" in checked
    assert "1 row of a record is waiting, not yet signed: project:forged@1" in unchecked
    assert "1 event(s) that wait in the outbox" in unchecked
    assert "2 entries" in govern("log", "verify").out.partition("\n")[0]


def test_rows_that_were_tampered_with_are_named(govern, ws, refused):
    import sqlite3

    sound = govern("log", "verify", "--records")
    assert sound.status == 0, sound.err
    assert "all 2 rows of records: none was changed, removed or added" in sound.out
    refused(govern("log", "verify", "keys", "--records"), 4, "--records")
    with sqlite3.connect(ws / "govern.db") as connection:
        connection.execute(
            "INSERT INTO govern_record SELECT kind, 'forged', 1, body, digest FROM govern_record LIMIT 1"
        )
    connection.close()
    assert govern("log", "verify").status == 0
    refused(govern("log", "verify", "--records"), 5, "forged@1` was added", "an entry that names it")
