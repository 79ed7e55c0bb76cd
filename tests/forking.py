"""Commands as children of one process that has loaded `govern` already: most of a command's time goes into its modules.

`python forking.py FOLDER` listens at `FOLDER/socket` and writes `FOLDER/govern`, a program that hands its words, its
folder, its environment, the size that its files may have and its three files over, and ends as the child ends. Nothing
of a command outlives it: each has a process of its own, with the rights of the process that listens. Signals do not
reach it, and how its Python starts is not seen: for these a test starts the installed program.
"""

import gc
import hashlib
import json
import os
import resource
import socket
import sys
from datetime import date
from pathlib import Path

CLIENT = """\
#!{python} -IS
import array, json, os, resource, socket, sys
line = socket.socket(socket.AF_UNIX)
line.connect({socket!r})
limits = resource.getrlimit(resource.RLIMIT_FSIZE)
words = json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ), limits]).encode()
files = array.array("i", [0, 1, 2])
line.sendmsg([b"%8d" % len(words)], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, files)])
line.sendall(words)
answer = line.recv(4)
sys.exit(int(answer) if answer else 70)
"""
EXAMPLES = date(2026, 11, 24)
"""The day of the examples."""


def load() -> None:
    """What nearly every command imports and many do, and the content that comes with govern."""
    import docx  # noqa: F401
    import reportlab.platypus  # noqa: F401
    import sqlmodel  # noqa: F401

    from govern.cli import commands, terminal  # noqa: F401
    from govern.library.content import read_content
    from govern.library.places import content_places
    from govern.wiring import today

    law = read_content(content_places())
    law.book(EXAMPLES)
    law.book(today())
    for each in (law.clauses().values(), law.detectors().detectors, law.controls(), law.terms(), law.retention_rules()):
        list(each)
    gc.freeze()  # the children share its pages


def open_keys_once(folder: Path) -> None:
    """Scrypt is slow on purpose, and the commands of one page open one key again and again: what came out is kept."""
    from cryptography.hazmat.primitives import serialization

    real = serialization.load_pem_private_key

    def load_kept(data: bytes, password: bytes | None) -> object:
        if password is None:
            return real(data, None)
        kept = folder / hashlib.sha256(data + b"\0" + password).hexdigest()
        if kept.exists():
            return real(kept.read_bytes(), None)
        key = real(data, password)
        plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        new = kept.with_suffix(f".{os.getpid()}")
        new.write_bytes(key.private_bytes(serialization.Encoding.PEM, *plain))
        new.rename(kept)
        return key

    serialization.load_pem_private_key = load_kept


def serve(folder: Path) -> None:
    """Answer until the line that started us is closed."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(folder / "socket"))
    listener.listen(8)
    program = folder / "govern"
    program.write_text(CLIENT.format(python=sys.executable, socket=str(folder / "socket")))
    program.chmod(0o755)
    print("ready", flush=True)
    while True:
        line, _ = listener.accept()
        if not os.fork():
            listener.close()
            answer(line)
        line.close()
        while True:  # those that ended since
            try:
                if os.waitpid(-1, os.WNOHANG)[0] == 0:
                    break
            except ChildProcessError:
                break


def answer(line: socket.socket) -> None:
    """Run one command in a child, and say how it ended."""
    size, files, _, _ = socket.recv_fds(line, 8, 3)
    data = b""
    while len(data) < int(size):
        data += line.recv(1 << 16)
    child = os.fork()
    if not child:
        line.close()
        run(files, *json.loads(data))
    for each in files:
        os.close(each)
    _, status = os.waitpid(child, 0)
    line.sendall(b"%d" % os.waitstatus_to_exitcode(status))
    os._exit(0)


def run(files: list[int], words: list[str], folder: str, environment: dict[str, str], limits: list[int]) -> None:
    """Be the command."""
    for number, each in enumerate(files):
        os.dup2(each, number)
        os.close(each)
    # What they are is known of a file when it is opened.
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w", buffering=1)  # noqa: SIM115
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    resource.setrlimit(resource.RLIMIT_FSIZE, tuple(limits))
    sys.argv = ["govern", *words]
    from govern.cli import main

    main()  # ends the process


if __name__ == "__main__":
    load()
    open_keys_once(Path(sys.argv[1]))
    serve(Path(sys.argv[1]))
