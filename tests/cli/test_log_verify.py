"""`govern log verify`, `export`, `serve`, `verifiers`, as an auditor uses them."""

import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

KEPT = "kept"


@pytest.fixture
def key(ws):
    return (ws / "keys" / "log.pub").read_text().strip()


@pytest.fixture
def grow(govern):
    """A function that logs something more."""

    def more(days):
        assert govern("project", "set", "hospital-ct", f"contract.deletion_days={days}", "--source", "test").status == 0

    return more


def size_of(result):
    return int(re.search(r"(\d+) entries", result.out)[1])


def test_incremental_verification(govern, grow, ws, refused):
    first = govern("log", "verify", "--keep", KEPT)
    assert (first.status, f"kept for the next time: {KEPT}" in first.out) == (0, True)
    grow(10)
    grow(11)
    second = govern("log", "verify", "--from", KEPT, "--keep", KEPT)
    assert second.status == 0, second.err
    assert size_of(second) == size_of(first) + 2
    assert f"that the log continues the {size_of(first)} entries that were kept" in second.out
    assert f"the first {size_of(first)} entries once more" in second.out.partition("Not checked:")[2]
    third = govern("log", "verify", "--from", KEPT, "--reread")
    assert "once more that the first" in third.out.partition("Not checked:")[2]
    assert govern("log", "checkpoint", "--out", "note").status == 0
    grow(12)
    alone = govern("log", "verify", "--from", "note")
    assert "only a checkpoint was kept" in alone.out.partition("Not checked:")[2]
    refused(govern("log", "verify", "--keep", KEPT), 6, "--force")
    refused(govern("log", "verify", "--reread"), 4, "--from")
    Path(KEPT).write_text("{}")
    refused(govern("log", "verify", "--from", KEPT), 5, "no kept file")
    refused(govern("log", "verify", "--from", "absent"), 7, "absent")


def test_a_log_that_was_set_back_is_shown_with_both_notes(govern, grow, ws, key, refused):
    assert govern("log", "export", "old").status == 0
    grow(10)
    assert govern("log", "verify", "--keep", KEPT).status == 0
    said = refused(
        govern("log", "verify", "old", "--key", key, "--from", KEPT), 5, "is shorter than the one that was kept"
    )
    assert said.err.count("— log.example/govern ") == 2


def test_a_fork_is_shown_with_both_notes(govern, grow, ws, key, refused, tmp_path):
    """Two workspaces with one key: two histories."""
    twin = tmp_path / "twin"
    shutil.copytree(ws, twin)
    grow(10)
    assert govern("log", "verify", "--keep", KEPT).status == 0
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(twin)
        grow(99)
        assert govern("log", "export", "out").status == 0
    said = refused(govern("log", "verify", twin / "out", "--key", key, "--from", KEPT), 5, "is forked")
    assert said.err.count("— log.example/govern ") == 2
    refused(govern("log", "compare", twin / "out" / "checkpoint"), 5)


def test_one_entry_by_its_proof(govern, ws, key, refused, tmp_path, monkeypatch):
    assert govern("log", "prove", 1, "--out", "p", "--entry", "e").status == 0
    inside = govern("log", "verify", "--proof", "p", "--entry", "e")
    assert inside.out.startswith("Entry 1 is in the log: log.example/govern, ")
    assert "all other entries" in inside.out.partition("Not checked:")[2]
    for name in ("p", "e"):
        shutil.copy(name, tmp_path)
    monkeypatch.chdir(tmp_path)  # no workspace is needed with the key
    assert govern("log", "verify", "--proof", "p", "--entry", "e", "--key", key).status == 0
    refused(govern("log", "verify", "--proof", "p", "--entry", "p", "--key", key), 5, "does not lead to the root")
    refused(govern("log", "verify", "--proof", "p", "--key", key), 4, "--entry")
    refused(govern("log", "verify", "x", "--proof", "p", "--entry", "e"), 4)
    refused(govern("log", "verify", "--proof", "p", "--entry", "e", "--key", "x"), 4, "--key")


def test_an_export_goes_on(govern, grow, ws, key, refused):
    assert "files)" in govern("log", "export", "out").out
    assert "(0 files new or changed)" in govern("log", "export", "out").out
    grow(10)
    assert govern("log", "export", "out").status == 0
    assert govern("log", "verify", "out", "--key", key).status == 0
    assert len(list(Path("out/tile/entries").rglob("*.p/*"))) + len(list(Path("out/tile/entries").glob("000.p/*"))) >= 1
    refused(govern("log", "export", "keys"), 6, "is not empty")
    refused(govern("log", "export", "."), 6)


def test_tiles_alone(govern, ws, key, refused):
    assert govern("log", "export", "out").status == 0
    for name in ("README.txt", "SHA256SUMS", "verifier-keys.txt"):
        Path("out", name).unlink()
    assert "every hash in the tiles" in govern("log", "verify", "out", "--key", key).out
    assert govern("log", "verify", "out", "--key", key, "--any-entries").status == 0
    refused(govern("log", "verify", "out"), 4, "--key")
    refused(govern("log", "verify", "--key", key), 4, "own key")
    refused(govern("log", "verify", "absent", "--key", key), 7, "is not a folder")


@pytest.fixture
def serve(start, ws):
    """A function that serves in a process of its own and gives its URL; and the process."""
    running = []

    def run(*words):
        process = start("log", "serve", "--port", 0, *words, folder=ws)
        running.append(process)
        return re.search(r"http://\S+/(?=checkpoint)", process.stdout.readline())[0], process

    yield run
    for process in running:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("exported", [False, True])
def test_a_served_log_is_verified_from_elsewhere(
    govern, grow, serve, ws, key, refused, tmp_path, monkeypatch, exported
):
    assert govern("log", "export", "out").status == 0
    url, process = serve(*(("--folder", "out") if exported else ()))
    monkeypatch.chdir(tmp_path)
    first = govern("log", "verify", url, "--key", key, "--keep", KEPT)
    assert first.status == 0, first.err
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ws)
        grow(10)
        assert govern("log", "export", "out").status == 0
    second = govern("log", "verify", url, "--key", key, "--from", KEPT, "--keep", KEPT)
    assert (second.status, size_of(second)) == (0, size_of(first) + 1)
    refused(govern("log", "verify", url), 4, "--key")
    refused(govern("log", "verify", url + "more/", "--key", key), 7, "there is no log at")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=90)
    assert (process.returncode, out, err) == (0, "stopped\n", "")


def test_what_cannot_be_served(govern, ws, serve, refused):
    url, _ = serve()
    port = url.rstrip("/").rpartition(":")[2]
    refused(govern("log", "serve", "--port", port), 7, "cannot be listened on")
    refused(govern("log", "serve", "--folder", "absent"), 7, "is not a folder")


def test_the_verifiers_are_written_and_run(govern, ws, key, refused):
    assert govern("log", "verifiers", "tools").status == 0
    assert sorted(path.name for path in Path("tools").iterdir()) == ["verify.html", "verify.py", "verify.sh"]
    refused(govern("log", "verifiers", "tools"), 6, "--force")
    assert govern("log", "verifiers", "tools", "--force").status == 0
    assert govern("log", "export", "out", "--bodies").status == 0
    words = [sys.executable, "tools/verify.py", "out", "--key", key]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("IT VERIFIES")


# --- an auditor may read, and not write


@pytest.fixture
def auditor(ws):
    """The workspace's settings name an auditor."""
    config = ws / "govern.yaml"
    text = config.read_text()
    config.write_text(re.sub(r"roles:.*", "roles: [auditor]", text, flags=re.S))


READINGS = (["list"], ["show", 0], ["prove", 0, "--out", "p"], ["checkpoint"], ["verify"], ["export", "out"])


def leave_waiting(folder):
    """An event that waits in the outbox."""
    from govern.audit import Event
    from govern.wiring import open_workspace

    space = open_workspace(folder)
    event = Event("e1", "note.made", "owner", "2026-11-24T10:00:00.000000Z", "o", "m", "sha256:" + "0" * 64)
    try:
        with space.ports.register.begin(write=True) as unit:
            unit.emit(event)
        return space.ports.log.head().size
    finally:
        space.database.close()


def test_an_auditor_drains_nothing(govern, ws, auditor):
    size = leave_waiting(ws)
    for words in READINGS:
        done = govern("log", *words)
        assert done.status == 0, (words, done.err)
    assert size_of(govern("log", "verify")) == size


@pytest.mark.postgres
def test_an_auditor_needs_no_right_to_write(govern, tmp_path, monkeypatch, postgres_url):
    import psycopg
    from psycopg import sql

    monkeypatch.setenv("GOVERN_DATABASE_URL", postgres_url)
    folder = tmp_path / "ws"
    assert govern("init", folder, "--origin", "log.example/govern", "--no-passphrase").status == 0
    monkeypatch.chdir(folder)
    leave_waiting(folder)
    config = folder / "govern.yaml"
    config.write_text(re.sub(r"roles:.*", "roles: [auditor]", config.read_text(), flags=re.S))
    (folder / "keys" / "log.key").unlink()  # nor can an auditor sign
    name = sql.Identifier(postgres_url.rpartition("/")[2])
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(sql.SQL("ALTER DATABASE {} SET default_transaction_read_only = on").format(name))
    for words in READINGS:
        done = govern("log", *words)
        assert done.status == 0, (words, done.err)


def test_several_processes_say_the_same(govern, ws, key, refused):
    """The workspace's log is made long enough for two parts."""
    from govern.audit import Event
    from govern.wiring import open_workspace

    space = open_workspace(ws)
    events = [
        Event(f"e{n}", "note.made", "owner", "2026-11-24T10:00:00.000000Z", "note", f"m{n % 9}", "sha256:" + "0" * 64)
        for n in range(1_200)
    ]
    space.ports.log.append(events)
    space.database.close()

    one, two = (govern("log", "verify", "--jobs", jobs, "--keep", f"kept-{jobs}") for jobs in (1, 2))
    assert one.status == two.status == 0, two.err
    assert one.out.replace("kept-1", "kept-2") == two.out
    assert (ws / "kept-1").read_bytes() == (ws / "kept-2").read_bytes()
    assert govern("log", "export", "out").status == 0
    words = ("log", "verify", "out", "--key", key)
    assert govern(*words).out == govern(*words, "--jobs", 2).out
    assert govern(*words, "--from", "kept-1", "--jobs", 2).status == 0

    path = ws / "out" / "tile" / "entries" / "000"
    data = bytearray(path.read_bytes())
    data[40] ^= 1
    path.write_bytes(data)
    said = [refused(govern(*words, "--jobs", jobs), 5, "tile/entries/000, entry 0").err for jobs in (1, 2)]
    assert said[0] == said[1]


def test_what_several_processes_do_not_read(govern, ws, key, refused):
    assert govern("log", "export", "out").status == 0
    refused(govern("log", "verify", "out", "--key", key, "--jobs", 2, "--any-entries"), 4, "--jobs")
    refused(govern("log", "verify", "http://127.0.0.1:9/", "--key", key, "--jobs", 2), 4, "--jobs")
    for name in ("README.txt", "SHA256SUMS", "verifier-keys.txt"):
        (ws / "out" / name).unlink()
    refused(govern("log", "verify", "out", "--key", key, "--jobs", 2), 4, "--jobs")
    assert govern("log", "verify", "out", "--key", key).status == 0
