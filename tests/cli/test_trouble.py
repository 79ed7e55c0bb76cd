"""Trouble around a command: locks, rights, a full disk, Ctrl-C, closed pipes, backups. Nothing is half-written."""

import ctypes
import os
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import zipfile
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from govern.cli.main import was_interrupted

STOPPED = "stopped; nothing was half-written\n"


def entries(folder):
    with closing(sqlite3.connect(folder / "govern.db")) as connection:
        return connection.execute("SELECT count(*) FROM govern_entry").fetchone()[0]


# --- a locked database


def test_a_locked_database_is_status_7(govern, ws, refused, sound, monkeypatch):
    monkeypatch.setenv("GOVERN_DATABASE_TIMEOUT", "0.2")
    with closing(sqlite3.connect("govern.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        for words in (("check", "hospital-ct"), ("project", "set", "hospital-ct", "data.under16=yes")):
            started = time.monotonic()
            refused(govern(*words), 7, "the database is locked", "wait, then try again")
            assert time.monotonic() - started < 5
        assert govern("project", "list").status == 0  # readers are not in the way
        other.execute("ROLLBACK")
    assert govern("project", "set", "hospital-ct", "data.under16=yes").status == 0
    sound(ws)


def test_a_lock_that_is_given_back_is_waited_for(govern, ws, start):
    with closing(sqlite3.connect("govern.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        process = start("project", "set", "hospital-ct", "data.under16=yes")
        time.sleep(1)
        assert process.poll() is None
        other.execute("ROLLBACK")
    _, said = process.communicate(timeout=60)
    assert process.returncode == 0, said


# --- rights


@pytest.fixture(scope="module")
def bound(new_forking, forking):
    """A folder with a `govern` that the rights of files hold for, also where the tests are root's."""
    if os.geteuid() != 0:
        yield forking
        return
    prefix = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
    if not shutil.which("setpriv") or subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode:
        pytest.skip("root writes everywhere here, and setpriv cannot take that right away")
    with new_forking(prefix) as folder:
        yield folder


@pytest.fixture
def without_rights(bound, forked):
    """A function that runs `govern` so that the rights of files hold, for root too."""
    return partial(forked, program=bound / "govern")


@pytest.fixture
def read_only(ws):
    """The workspace without the right to write; given back after the test."""
    paths = [ws, *ws.rglob("*")]
    modes = {path: path.stat().st_mode for path in paths}
    for path, mode in modes.items():
        path.chmod(mode & ~0o222)
    yield ws
    for path, mode in modes.items():
        path.chmod(mode)


def test_a_read_only_workspace_is_status_7(read_only, without_rights, refused, tmp_path):
    before = entries(read_only)
    for words in (
        ("check", "hospital-ct"),
        ("project", "set", "hospital-ct", "data.under16=yes"),
        ("draft", "hospital-ct", "--document", "dpa", "--out", tmp_path / "x.docx"),
    ):
        refused(without_rights(*words, folder=read_only), 7, "the database", "hint")
    assert not (tmp_path / "x.docx").exists()
    assert entries(read_only) == before


def test_a_read_only_database_in_a_folder_that_is_not(ws, without_rights, refused, govern, sound):
    (ws / "govern.db").chmod(0o444)
    result = without_rights("check", "hospital-ct", folder=ws)
    refused(result, 7, "the database is read-only", "give yourself the right to write")
    (ws / "govern.db").chmod(0o644)
    sound(ws)


def test_keys_that_cannot_be_written_lose_nothing(ws, without_rights, refused, govern, sound):
    """The entry is in the log; that it was signed is remembered by the next command."""
    (ws / "keys").chmod(0o500)
    (ws / "keys" / "last-signed").chmod(0o400)
    refused(without_rights("check", "hospital-ct", "--pack", "ccpa", folder=ws), 7, "last-signed")
    (ws / "keys" / "last-signed").chmod(0o600)
    (ws / "keys").chmod(0o700)
    assert govern("check", "hospital-ct", "--pack", "ccpa").status == 0
    assert "5 entries" in sound(ws).out


@pytest.mark.parametrize("place", ["", "govern.yaml", "govern.db", "keys", "keys/log.key", "keys/log.pub"])
def test_what_cannot_be_read_is_named(ws, without_rights, place):
    (ws / place).chmod(0)
    result = without_rights("check", "hospital-ct", env={"GOVERN_WORKSPACE": str(ws)}, folder="/")
    (ws / place).chmod(0o700)
    assert result.status in (3, 7), result
    assert result.err.startswith("error: ")
    assert "Traceback" not in result.err


def test_a_folder_for_output_that_cannot_be_written_is_named(ws, without_rights, refused, tmp_path, sound):
    (tmp_path / "shut").mkdir(mode=0o555)
    for words in (
        ("draft", "hospital-ct", "--document", "dpa", "--out", tmp_path / "shut" / "x.docx"),
        ("log", "export", tmp_path / "shut" / "x"),
        ("log", "checkpoint", "--out", tmp_path / "shut" / "x"),
        ("init", tmp_path / "shut" / "x"),
    ):
        refused(without_rights(*words, folder=ws), 7, "cannot be", "permission denied")
    assert list((tmp_path / "shut").iterdir()) == []
    sound(ws)


# --- a full disk


@pytest.fixture
def small_disk(ws, tmp_path):
    """A disk with the workspace and little room on it."""
    if os.geteuid() != 0:
        pytest.skip("needs root, to mount a small disk")
    folder = tmp_path / "disk"
    folder.mkdir()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(b"tmpfs", bytes(folder), b"tmpfs", 0, b"size=8m"):
        pytest.skip(f"no disk can be mounted here: {os.strerror(ctypes.get_errno())}")
    shutil.copytree(ws, folder / "ws")
    yield folder / "ws"
    libc.umount2(bytes(folder), 2)


def test_a_full_disk_is_status_7_and_loses_nothing(small_disk, forked, refused, govern, monkeypatch):
    monkeypatch.chdir("/")
    monkeypatch.setenv("GOVERN_WORKSPACE", str(small_disk))
    filler = small_disk.parent / "filler"
    assert forked("check", "hospital-ct").status == 1  # the law is kept once, before the disk is full
    rooms, statuses = (0, 8, 36, 64, 96, 128, 400), []
    for room in rooms:  # KiB
        disk = os.statvfs(small_disk)
        filler.write_bytes(bytes(max(disk.f_bavail * disk.f_frsize - room * 1024, 0)))
        result = forked("check", "hospital-ct")
        filler.unlink()
        statuses.append(result.status)
        if result.status != 1:
            refused(result, 7)
            assert re.search("disk|space|cannot be (written|opened)", result.err), result.err
        assert govern("log", "verify").status == 0
    assert statuses[0] == 7, statuses
    assert statuses[-1] == 1, statuses
    with closing(sqlite3.connect(small_disk / "govern.db")) as connection:  # each kept assessment is in the log, once
        kept = connection.execute("SELECT count(*) FROM govern_record WHERE kind = 'assessment'").fetchone()[0]
    assert entries(small_disk) == 3 + kept  # a workspace, a project, the law


@pytest.mark.parametrize("limit", [0, 20_000, 45_000, 150_000])
def test_files_that_cannot_grow(ws, govern, forked, sound, limit):
    """As a quota does it: nothing is written beyond so many bytes of a file."""
    for words in (
        ("check", "hospital-ct"),
        ("draft", "hospital-ct", "--document", "dpa", "--out", "d.docx", "--force"),
        ("log", "export", "exported"),
    ):
        done = forked(*words, preexec_fn=partial(resource.setrlimit, resource.RLIMIT_FSIZE, (limit, limit)))
        assert "Traceback" not in done.err
        if done.status not in (0, 1):
            assert done.status == 7, done.err
            assert done.err.startswith("error: ")
        if Path("d.docx").exists():
            assert zipfile.ZipFile("d.docx").testzip() is None
        assert not list(ws.glob(".*.new"))
    if Path("exported").exists():
        assert govern("log", "verify", "exported").status == 0
    sound(ws)


@pytest.mark.parametrize(("how", "words"), [
    ("outside", ("check", "hospital-ct")), ("forked", ("project", "list")), ("forked", ("log", "checkpoint")),
    ("outside", ("--help",)),
])  # fmt: skip
def test_output_that_cannot_be_written_is_status_7(ws, request, sound, how, words):
    with Path("/dev/full").open("w") as full:
        result = request.getfixturevalue(how)(*words, stdout=full, env={"PYTHONUNBUFFERED": ""})
    assert result.status == 7, result
    assert result.err == "error: the output cannot be written: no space left on device\n"
    sound(ws)


@pytest.mark.parametrize(("how", "words"), [
    ("outside", ("check", "hospital-ct")), ("forked", ("check", "hospital-ct", "--format", "json")),
    ("forked", ("project", "list")), ("forked", ("log", "list")), ("forked", ("explain", "hospital-ct", "GDPR-28.3.a")),
    ("forked", ("project", "export", "hospital-ct")), ("outside", ("--help",)),
])  # fmt: skip
def test_a_closed_pipe_is_quiet(ws, request, how, words):
    run = request.getfixturevalue(how)
    reading, writing = os.pipe()
    os.close(reading)
    result = run(*words, stdout=writing)
    os.close(writing)
    assert result.err == ""
    assert result.status in (0, 1)


SHOWN = [("check", "hospital-ct"), ("explain", "hospital-ct", "GDPR-28.3.a"), ("project", "show", "hospital-ct")]


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_that_is_not_utf8_gets_escapes(ws, govern, encoding):
    said = ""
    for words in SHOWN:
        result = govern(*words, encoding=encoding)
        assert result.status in (0, 1)
        assert result.err == ""
        said += result.out
    assert "\\u201canonymised\\u201d" in said


def test_a_terminal_that_python_is_told_is_not_utf8_gets_escapes(ws, outside):
    result = outside(*SHOWN[0], env={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}, errors="replace")
    assert result.status == 1
    assert result.err == ""
    assert result.out.isascii()


# --- Ctrl-C


class Interrupted:
    """An attribute that gets a Ctrl-C just while it is told its name."""

    def __set_name__(self, owner, name):
        raise KeyboardInterrupt


def test_ctrl_c_while_a_class_is_made_is_ctrl_c():
    with pytest.raises((RuntimeError, KeyboardInterrupt)) as caught:
        type("Made", (), {"each": Interrupted()})
    assert isinstance(caught.value, KeyboardInterrupt) or was_interrupted(caught.value)
    assert not was_interrupted(RuntimeError("anything else"))


READY = "import sys; from govern.cli import main; sys.stderr.write('ready\\n'); sys.stderr.flush(); main()"


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [("check", "hospital-ct"), ("draft", "hospital-ct", "--document", "dpa", "--out", "d.docx", "--force")],
    ids=["check", "draft"],
)
def test_ctrl_c_at_any_moment(ws, govern, sound, words):
    def run(delay):
        process = subprocess.Popen(
            [sys.executable, "-c", READY, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert process.stderr.readline() == "ready\n"  # the interpreter has started: what comes before is not ours
        started = time.monotonic()
        time.sleep(0.01)
        if delay is not None:
            time.sleep(delay)
            process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        return process.returncode, out, err, time.monotonic() - started

    status, _, _, whole = run(None)
    assert status in (0, 1)
    stopped = 0
    for number in range(9):
        status, _out, err, _ = run(whole * number / 8)
        assert "Traceback" not in err
        if status == 130:
            assert err == STOPPED
            stopped += 1
        else:
            assert (status in (0, 1), err) == (True, "")
        if Path("d.docx").exists():
            assert zipfile.ZipFile("d.docx").testzip() is None
        sound(ws)
    assert stopped > 3


def test_ctrl_c_at_a_question_keeps_the_answers(ws, start, govern, sound):
    process = start("ask", "hospital-ct", stdin=subprocess.PIPE, env={"PYTHONUNBUFFERED": "1"})
    for _ in range(3):
        process.stdin.write("skip\n")
    process.stdin.flush()
    asked = 0
    while asked < 4:
        asked += process.stdout.read(1) == ">"
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (130, STOPPED)
    sound(ws)


# --- backups, forks and tampering


def test_a_restored_backup_is_status_5(govern, ws, refused, tmp_path):
    shutil.copy("govern.db", tmp_path / "backup.db")
    govern("check", "hospital-ct")
    shutil.copy(tmp_path / "backup.db", "govern.db")
    for words in (("check", "hospital-ct"), ("log", "verify"), ("log", "list"), ("log", "checkpoint")):
        refused(govern(*words), 5, "entry 2")
    result = refused(
        govern("project", "set", "hospital-ct", "data.under16=yes"), 5, "older than the log", "a restored backup?"
    )
    assert "expected: 4 entries" in result.err
    assert "found:    2 entries" in result.err


def test_a_fork_is_status_5_and_shows_both_notes(govern, ws, refused, tmp_path, monkeypatch):
    shutil.copytree(ws, tmp_path / "there")
    govern("check", "hospital-ct")
    monkeypatch.chdir(tmp_path / "there")
    govern("check", "hospital-ct", "--pack", "gdpr")
    shutil.copy("govern.db", ws / "govern.db")
    monkeypatch.chdir(ws)
    refused(govern("check", "hospital-ct"), 5, "another history", "a restored backup?")
    result = refused(govern("log", "verify"), 5, "forked", "keep both notes", "govern log recover")
    assert len(re.findall(r"^ +(?:expected:|found:)? +log\.example/govern$", result.err, re.MULTILINE)) == 2
    assert result.err.count("— log.example/govern ") == 2


def test_another_workspaces_database_is_not_written_into(govern, ws, refused, tmp_path, monkeypatch, sound):
    """Two workspaces on one database would sign one log with two keys."""
    monkeypatch.setenv("GOVERN_DATABASE_URL", f"sqlite:///{ws / 'govern.db'}")
    refused(govern("init", tmp_path / "second"), 7, "holds the log of another workspace", "GOVERN_DATABASE_URL")
    monkeypatch.delenv("GOVERN_DATABASE_URL")
    assert not (tmp_path / "second" / "govern.yaml").exists()
    assert not (tmp_path / "second" / "keys").exists()
    assert "2 entries" in sound(ws).out


@pytest.mark.parametrize(("change", "where"), [
    ("UPDATE govern_entry SET data = replace(data, 'owner', 'other') WHERE position = 1", "entry 1"),
    ("UPDATE govern_entry SET chain = zeroblob(32) WHERE position = 0", "entry 0"),
    ("UPDATE govern_entry SET chain = zeroblob(32) WHERE position = 1", "entry 1"),
    ("UPDATE govern_record SET body = replace(body, 'IN', 'US') WHERE kind = 'project'", "hospital-ct@1"),
    ("DELETE FROM govern_entry WHERE position = 1", "entry 1"),
    ("UPDATE govern_head SET size = 1", "head"),
])  # fmt: skip
def test_tampering_is_status_5_and_named(govern, ws, refused, change, where):
    with closing(sqlite3.connect("govern.db")) as connection, connection:
        assert connection.execute(change).rowcount == 1
    refused(govern("log", "verify"), 5, where)


def test_every_row_that_was_changed_removed_or_added_is_named(govern, ws, refused):
    for number in range(3):
        assert (
            govern("project", "set", "hospital-ct", f"contract.deletion_days={number + 5}", "--source", "t").status == 0
        )
    key = ("log", "verify", "--records")
    assert "none was changed, removed or added without an entry" in govern(*key).out
    with closing(sqlite3.connect("govern.db")) as connection, connection:
        change = "UPDATE govern_record SET body = CAST(replace(body, 'IN', 'US') AS BLOB) WHERE id = 'hospital-ct'"
        connection.execute(change)
        connection.execute("DELETE FROM govern_record WHERE id = 'hospital-ct' AND version = 3")
        connection.execute("INSERT INTO govern_record SELECT kind, 'forged', version, body, digest FROM govern_record "
                           "WHERE id = 'hospital-ct' AND version = 1")  # fmt: skip
    for jobs in ("1", "2"):
        said = refused(govern(*key, "--jobs", jobs), 5, "5 rows of records were changed, removed or added")
        assert said.out.splitlines() == [
            "added    project:forged@1  (no entry names it)",
            "changed  project:hospital-ct@1  (entry 1)",
            "changed  project:hospital-ct@2  (entry 2)",
            "removed  project:hospital-ct@3  (entry 3)",
            "changed  project:hospital-ct@4  (entry 4)",
        ]
    refused(govern("log", "verify"), 5, "hospital-ct@1", "govern log verify --records")
    with closing(sqlite3.connect("govern.db")) as connection, connection:  # text is no bytes, and so cannot be read
        connection.execute(change.replace("CAST(", "(").replace(" AS BLOB", ""))
    said = refused(govern(*key), 5, "5 rows of records", "rows that no entry names could not all be looked for")
    assert [line.split()[:2] for line in said.out.splitlines()[1:]] == [
        [what, f"project:hospital-ct@{number}"]
        for number, what in enumerate(("changed", "changed", "removed", "changed"), 1)
    ]
    with closing(sqlite3.connect("govern.db")) as connection, connection:
        connection.execute("UPDATE govern_entry SET chain = zeroblob(32) WHERE position = 1")
    refused(govern(*key), 5, "the stored chain value")  # the log itself goes first


def test_one_row_alone_is_named_with_its_digests(govern, ws, refused):
    with closing(sqlite3.connect("govern.db")) as connection, connection:
        connection.execute("UPDATE govern_record SET body = replace(body, 'IN', 'US') WHERE id = 'hospital-ct'")
    said = refused(govern("log", "verify", "--records"), 5, "`project:hospital-ct@1` was changed")
    assert "expected" in said.err


@pytest.mark.parametrize("data", [b"", b"not a database at all" * 100, b"SQLite format 3\0" + bytes(4000)])
def test_a_file_that_is_no_database_is_status_7(govern, ws, refused, data):
    (ws / "govern.db").write_bytes(data)
    for words in (("check", "hospital-ct"), ("log", "verify")):
        refused(govern(*words), 7, "database")


def test_a_damaged_database_is_status_5_or_7(govern, ws, refused):
    whole = (ws / "govern.db").read_bytes()
    for place in range(0, len(whole), 4096):
        (ws / "govern.db").write_bytes(whole[:place] + b"\xff" * 4096 + whole[place + 4096 :])
        for words in (("log", "verify"), ("check", "hospital-ct", "--pack", "ccpa")):
            result = govern(*words)
            assert "Traceback" not in result.err
            assert result.status in (0, 5, 7), result.err
        for left in ("govern.db-wal", "govern.db-shm"):
            (ws / left).unlink(missing_ok=True)
        shutil.copy(ws / "keys" / "last-signed", ws / "keys" / "last-signed.now")


def test_a_database_that_is_gone_is_status_7(govern, ws, refused):
    (ws / "govern.db").unlink()
    refused(govern("check", "hospital-ct"), 7, "the workspace's database is", "a backup")
    assert not (ws / "govern.db").exists()


def test_an_exported_log_with_one_bit_flipped_is_status_5(govern, ws, refused, tmp_path):
    folder = tmp_path / "exported"
    assert govern("log", "export", folder, "--bodies").status == 0
    key = (ws / "keys" / "log.pub").read_text()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        whole = path.read_bytes()
        for place in (0, len(whole) // 2, len(whole) - 1):
            path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
            refused(govern("log", "verify", folder, "--key", key), 5, path.name)
        path.write_bytes(whole)
    assert govern("log", "verify", folder, "--key", key).status == 0
