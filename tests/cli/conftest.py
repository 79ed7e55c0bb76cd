"""The command line, in this process and in processes of its own, on copies of one small workspace."""

import io
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from govern.cli import main

ROOT = Path(__file__).parent.parent.parent
HOSPITAL = ROOT / "examples" / "hospital-ct" / "project.yaml"
SCRIPT = Path(sys.executable).with_name("govern")
ORIGIN = "log.example/govern"


@dataclass
class Result:
    """What a command said, and its exit status."""

    status: int
    out: str
    err: str


def call(words, stdin=b"", encoding="utf-8"):
    """Run `govern` in this process, as the console script does."""
    streams = [io.TextIOWrapper(io.BytesIO(data), encoding=encoding) for data in (stdin, b"", b"")]
    saved = sys.argv, sys.stdin, sys.stdout, sys.stderr
    sys.argv, (sys.stdin, sys.stdout, sys.stderr) = ["govern", *map(str, words)], streams
    try:
        main()
        status = 0
    except SystemExit as end:
        status = end.code
    finally:
        sys.argv, sys.stdin, sys.stdout, sys.stderr = saved
    for stream in streams[1:]:
        stream.flush()
    return Result(status, *(stream.buffer.getvalue().decode(encoding, "surrogateescape") for stream in streams[1:]))


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch):
    """Nothing of the developer's own environment."""
    for name in list(os.environ):
        if name.startswith("GOVERN_") and not name.startswith("GOVERN_TEST"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("GOVERN_KEY_PASSPHRASE", "correct horse battery staple")
    monkeypatch.delenv("COLUMNS", raising=False)


@pytest.fixture(scope="session")
def template(tmp_path_factory):
    """A workspace with the hospital's project in it, made once and copied."""
    folder = tmp_path_factory.mktemp("template") / "ws"
    before = os.environ.pop("GOVERN_DATABASE_URL", None)
    try:
        assert call(["init", folder, "--origin", ORIGIN, "--no-passphrase"]).status == 0
        os.environ["GOVERN_WORKSPACE"] = str(folder)
        assert call(["project", "import", HOSPITAL]).status == 0
    finally:
        del os.environ["GOVERN_WORKSPACE"]
        if before:
            os.environ["GOVERN_DATABASE_URL"] = before
    return folder


@pytest.fixture
def ws(template, tmp_path, monkeypatch):
    """A workspace of this test alone, and the current folder."""
    shutil.copytree(template, tmp_path / "ws")
    monkeypatch.chdir(tmp_path / "ws")
    return tmp_path / "ws"


@pytest.fixture
def govern():
    """A function that runs `govern` in this process."""

    def run(*words, stdin="", encoding="utf-8"):
        return call(words, stdin if isinstance(stdin, bytes) else stdin.encode(), encoding)

    return run


@pytest.fixture
def refused():
    """A function that checks the form of an error: status, one message, a place or words in it, no traceback."""

    def check(result, status, *words):
        assert result.status == status, (result.out, result.err)
        assert "Traceback" not in result.err
        lines = result.err.splitlines()
        assert lines[0].startswith("error: "), result.err
        assert all(line.startswith(("error: ", "       ")) for line in lines), result.err
        for word in words:
            assert word in result.err, result.err
        return result

    return check


@pytest.fixture
def sound(govern):
    """A function that checks that the log verifies and nothing half-written lies about."""

    def check(folder):
        found = govern("log", "verify")
        assert found.status == 0, found.err
        assert not list(folder.rglob(".*.new"))
        return found

    return check


@pytest.fixture
def start():
    """A function that runs `govern` in a process of its own."""

    def run(*words, folder=None, env=None, prefix=(), **options):
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        command = [*map(str, prefix), sys.executable, str(SCRIPT), *map(str, words)]
        return subprocess.Popen(command, cwd=folder, env=os.environ | (env or {}), text=True, **options)

    return run


@pytest.fixture
def outside(start):
    """A function that runs `govern` in a process of its own to its end."""

    def run(*words, **options):
        process = start(*words, **options)
        out, err = process.communicate(timeout=120)
        return Result(process.returncode, out or "", err or "")

    return run


@pytest.fixture
def forked(forking):
    """A function that runs `govern` in a process of its own that need not load it first, to its end."""

    def run(*words, folder=None, env=None, program=forking / "govern", **options):
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        command = [program, *map(str, words)]
        done = subprocess.run(
            command, cwd=folder, env=os.environ | (env or {}), text=True, timeout=120, check=False, **options
        )
        return Result(done.returncode, done.stdout or "", done.stderr)

    return run


@pytest.fixture(autouse=True)
def interruptible():
    """A program that a shell starts in the background ignores Ctrl-C, and so would the programs that it starts."""
    before = signal.getsignal(signal.SIGINT)
    if before is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
