"""`govern keys` and `govern log recover`, as an administrator uses them."""

import json
import os
import re
import shutil
import sqlite3

import pytest

from govern.audit import check_checkpoint, parse_verifier_key

PASSPHRASE = "correct horse battery staple"


@pytest.fixture
def empty(tmp_path, monkeypatch):
    """An empty current folder, and no passphrase anywhere."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GOVERN_KEY_PASSPHRASE")
    return tmp_path


def test_init_without_a_passphrase_makes_nothing(empty, govern, refused):
    refused(govern("init", "ws"), 6, "the log's key needs a passphrase", "GOVERN_KEY_PASSPHRASE", "--no-passphrase")
    assert list(empty.iterdir()) == []


def test_init_without_protection_warns(empty, govern):
    made = govern("init", "ws", "--no-passphrase")
    assert made.status == 0
    assert made.err == ("warning: the log's key is kept without a passphrase: who can read its file can sign as you\n")
    assert (empty / "ws/keys/log.key").read_text().startswith("-----BEGIN PRIVATE KEY-----")


def test_init_with_a_short_passphrase_makes_nothing(empty, govern, refused, monkeypatch):
    monkeypatch.setenv("GOVERN_KEY_PASSPHRASE", "short")
    assert "short" not in refused(govern("init", "ws"), 6, "the passphrase has 5 characters").err.replace(
        "shortest", ""
    )
    assert list(empty.iterdir()) == []


@pytest.fixture
def locked(govern, empty, monkeypatch):
    """A workspace whose key is under a passphrase, which nobody gives."""
    monkeypatch.setenv("GOVERN_KEY_PASSPHRASE", PASSPHRASE)
    assert govern("init", "ws", "--origin", "log.example/govern").status == 0
    monkeypatch.delenv("GOVERN_KEY_PASSPHRASE")
    monkeypatch.chdir(empty / "ws")
    return empty / "ws"


def test_whoever_cannot_unlock_the_key_can_read_and_verify(locked, govern, refused):
    for words in (("log", "verify"), ("log", "list"), ("project", "list"), ("keys", "show")):
        assert govern(*words).status == 0
    refused(govern("project", "new", "p", "--title", "P"), 6, "the log's key is locked")
    assert govern("project", "list").out.startswith("no projects yet")  # nothing was half-written


def test_an_open_file_gives_the_passphrase(locked, outside, monkeypatch):
    (locked.parent / "secret").write_text(PASSPHRASE + "\n")
    with (locked.parent / "secret").open() as file:
        made = outside("project", "new", "p", "--title", "P", env={"GOVERN_KEY_PASSPHRASE_FD": str(file.fileno())},
                       pass_fds=[file.fileno()])  # fmt: skip
    assert made.status == 0, made.err


def test_a_wrong_passphrase_is_one_message_without_it(locked, govern, refused, monkeypatch):
    monkeypatch.setenv("GOVERN_KEY_PASSPHRASE", "not the right one at all")
    result = refused(govern("project", "new", "p", "--title", "P"), 7, "the passphrase does not open the key file")
    assert "right one" not in result.err


def test_the_key_is_put_under_another_passphrase(ws, govern, monkeypatch, sound):
    shown = govern("keys", "show")
    assert "kept:     without a passphrase\n" in shown.out
    monkeypatch.setenv("GOVERN_NEW_KEY_PASSPHRASE", "another good passphrase")
    done = govern("keys", "protect")
    assert done.out == "the log's key is now kept under a passphrase; back up the keys folder again\n"
    assert govern("project", "new", "p", "--title", "P").status == 7  # the old passphrase does not open it
    monkeypatch.setenv("GOVERN_KEY_PASSPHRASE", "another good passphrase")
    assert govern("project", "new", "p", "--title", "P").status == 0
    assert govern("keys", "protect", "--no-passphrase").err.startswith("warning: ")
    sound(ws)


def test_a_key_of_the_first_version_works_and_is_upgraded(ws, govern, sound):
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    file = ws / "keys" / "log.key"
    private = load_pem_private_key(file.read_bytes(), None)
    file.write_bytes(private.private_bytes_raw().hex().encode() + b"\n")
    assert govern("project", "new", "p", "--title", "P").status == 0
    assert govern("keys", "protect").status == 0
    assert file.read_text().startswith("-----BEGIN ENCRYPTED PRIVATE KEY-----")
    assert govern("project", "new", "q", "--title", "Q").status == 0
    sound(ws)


def test_the_key_is_rotated_and_followed(ws, govern, refused, sound, tmp_path):
    old = (ws / "keys" / "log.pub").read_text()
    assert govern("log", "checkpoint", "--out", tmp_path / "before.txt").status == 0
    done = govern("keys", "rotate", "--reason", "the administrator left")
    assert done.status == 0, done.err
    new = (ws / "keys" / "log.pub").read_text()
    assert new != old
    assert f"log key:  {new}" in done.out
    assert sorted(path.name for path in (ws / "keys").iterdir()) == ["last-signed", "log.key", "log.pub", "rotation-1"]

    shown = govern("keys", "show").out
    assert f"rotation 1, at 2 entries: keys/rotation-1\n  before: {old}" in shown
    assert "not in the log" not in shown
    followed = govern("keys", "check", ws / "keys/rotation-1", "--key", old)
    assert followed.out == f"{new}  signs every head of more than 2 entries\n"
    refused(govern("keys", "check", ws / "keys/rotation-1", "--key", new), 5, "rotation 1 does not verify")

    assert govern("project", "new", "a", "--title", "N").status == 0
    assert "4 entries" in sound(ws).out
    assert govern("log", "compare", tmp_path / "before.txt").status == 0
    assert govern("keys", "record").out == "recorded: 0 rotations\n"
    assert govern("log", "export", tmp_path / "export").status == 0
    assert govern("log", "verify", tmp_path / "export", "--key", new.strip()).status == 0
    head = (tmp_path / "export" / "checkpoint").read_bytes()
    assert check_checkpoint(head, [parse_verifier_key(new.strip())])[0].size == 4


def test_the_key_moves_into_a_token(ws, govern, refused, sound, softhsm, monkeypatch):
    module, token = softhsm
    refused(govern("keys", "rotate", "--module", module), 6, "--module, --token and --label")
    monkeypatch.setenv("GOVERN_KEY_PASSPHRASE", "pin-of-the-tests")
    done = govern("keys", "rotate", "--module", module, "--token", token, "--label", "log-2")
    assert done.status == 0, done.err
    assert not (ws / "keys" / "log.key").exists()
    assert "kept:     in a PKCS#11 token" in govern("keys", "show").out
    assert govern("project", "new", "b", "--title", "N").status == 0
    sound(ws)


@pytest.fixture
def softhsm(tmp_path_factory, monkeypatch):
    import subprocess
    from pathlib import Path

    pytest.importorskip("pkcs11", reason="needs the extra pkcs11")
    places = ("/usr/lib/softhsm", "/usr/lib64/softhsm", "/usr/lib64/pkcs11", "/usr/local/lib/softhsm")
    module = next((f"{place}/libsofthsm2.so" for place in places if Path(place, "libsofthsm2.so").exists()), None)
    if module is None or shutil.which("softhsm2-util") is None:
        pytest.skip("needs SoftHSM: run `sh tests/services.sh` (Debian: softhsm2)")
    if "SOFTHSM2_CONF" not in os.environ:  # the library reads it once in a process
        folder = tmp_path_factory.mktemp("softhsm")
        (folder / "tokens").mkdir()
        (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
        os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")
    import secrets

    label = f"govern-{secrets.token_hex(4)}"
    command = [
        "softhsm2-util",
        "--init-token",
        "--free",
        "--label",
        label,
        "--pin",
        "pin-of-the-tests",
        "--so-pin",
        "12345678",
    ]
    subprocess.run(command, check=True, capture_output=True)
    import pkcs11

    pkcs11.lib(module).reinitialize()
    return module, label


# --- a restored backup


@pytest.fixture
def set_back(ws, govern):
    """The workspace with the database of before its last entry."""
    with sqlite3.connect(ws / "govern.db") as source, sqlite3.connect(ws / "backup.db") as target:
        source.backup(target)
    assert govern("project", "new", "c", "--title", "N").status == 0
    for name in ("govern.db-wal", "govern.db-shm"):
        (ws / name).unlink(missing_ok=True)
    (ws / "backup.db").replace(ws / "govern.db")
    return ws


def test_a_log_that_was_set_back_goes_on_by_an_admission(set_back, govern, refused, sound):
    refused(govern("project", "new", "n", "--title", "N"), 5, "older than the log that was signed last")
    asked = refused(govern("log", "recover", "--reason", "disk failure"), 6, "1 entry is lost, and nothing was changed")
    assert asked.out.startswith("the database has  2 entries, root ")
    code = re.search(r"--accept ([0-9a-f]{8})", asked.err)[1]
    refused(govern("log", "recover", "--reason", "x", "--accept", "0" * 8), 6, "nothing was changed")
    refused(govern("log", "recover", "--accept", code), 6, "an admission needs a reason")

    done = govern("log", "recover", "--reason", "disk failure", "--accept", code)
    assert done.status == 0, done.err
    assert "the log goes on with entry 2, which admits the loss" in done.out
    assert "log.recovered" in govern("log", "list").out
    said = govern("log", "verify").out
    assert said.index("THE LOG ADMITS A LOSS:") < said.index("Checked:")
    assert "1 signed entry is lost" in " ".join(said.split())
    assert govern("log", "prove", 2, "--out", "p", "--entry", "e").status == 0
    one = govern("log", "verify", "--proof", "p", "--entry", "e").out
    assert one.index("THE LOG ADMITS A LOSS:") < one.index("Checked:")
    assert govern("log", "bundle", "hospital-ct", "--out", "b.zip").status == 0
    assert "THE LOG ADMITS A LOSS:" in govern("log", "verify-bundle", "b.zip").out
    assert [path.name[:7] for path in (set_back / "keys").iterdir() if path.name.startswith("lost")] == ["lost-3-"]
    assert govern("project", "new", "d", "--title", "N").status == 0
    assert "6 entries" in sound(set_back).out
    refused(govern("log", "recover", "--accept", code), 6, "nothing is lost")


def test_a_recovery_names_the_erasures_that_are_lost(govern, ws):
    assert govern("person", "add", "officer-8", "name=Bob").status == 0
    with sqlite3.connect(ws / "govern.db") as source, sqlite3.connect(ws / "backup.db") as target:
        source.backup(target)
    assert govern("person", "add", "officer-9", "name=Eve").status == 0
    assert govern("erase", "officer-8", "--yes", "--out", "e.pdf").status == 0
    assert govern("erase", "officer-9", "--yes", "--out", "f.pdf").status == 0
    for name in ("govern.db-wal", "govern.db-shm"):
        (ws / name).unlink(missing_ok=True)
    (ws / "backup.db").replace(ws / "govern.db")

    asked = govern("log", "recover")
    lines = asked.out.splitlines()
    start = lines.index("destroyed, and the log does not say so:")
    known, other = lines[start + 1 :]
    assert re.fullmatch(
        r"  the key [0-9a-f]{32} of officer-8 on .* UTC: after the recovery run govern erase officer-8", known
    )
    assert re.fullmatch(r"  the key [0-9a-f]{32} of officer-9 on .* UTC: the log knows nothing of it", other)
    code = re.search(r"--accept ([0-9a-f]{8})", asked.err)[1]
    assert govern("log", "recover", "--reason", "disk failure", "--accept", code).status == 0
    assert govern("erase", "officer-8", "--yes", "--out", "g.pdf").status == 0
    assert "before this order, on " in json.loads((ws / "g.json").read_bytes())["statement"]["destroyed_before"]


def test_a_recovery_names_some_of_many_erasures_and_needs_no_vault(set_back, govern, ws):
    (ws / "keys" / "destroyed-keys").write_text("".join(f"{number:032x}\n" for number in range(60)))
    said = govern("log", "recover").out
    assert f"  the key {0:032x}: the log knows nothing of it" in said
    assert "  and 10 more" in said
    (ws / "vault.db").unlink()
    (ws / "vault.db").mkdir()
    asked = govern("log", "recover")
    assert "which erasures are lost is not known: " in asked.out
    code = re.search(r"--accept ([0-9a-f]{8})", asked.err)[1]
    assert govern("log", "recover", "--reason", "disk failure", "--accept", code).status == 0


def test_who_holds_the_lost_head_can_show_it(set_back, govern, refused, tmp_path):
    lost = (set_back / "keys" / "last-signed").read_bytes()
    (tmp_path / "kept.txt").write_bytes(lost)
    code = re.search(r"--accept ([0-9a-f]{8})", govern("log", "recover").err)[1]
    assert govern("log", "recover", "--reason", "disk failure", "--accept", code).status == 0
    refused(govern("log", "compare", tmp_path / "kept.txt"), 5, "forked")
