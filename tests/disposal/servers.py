"""Real servers for the adapters: an S3 server over HTTP, OpenSSH's sftp-server as an unprivileged user."""

import os
import pwd
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

SSHD, SFTP_SERVER = "/usr/sbin/sshd", "/usr/lib/openssh/sftp-server"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def served(command, port, **more):
    """A server in a process of its own, answering on a port."""
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, **quiet, **more)
    try:
        for _ in range(600):
            if process.poll() is not None:
                pytest.fail(f"{command} ended with status {process.returncode}")
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)


@contextmanager
def moto_server():
    """moto: of what PyPI and Debian 12 offer, the server that knows versions, delete markers and object lock.

    Debian 12's Ceph gateway would be more of a store, and needs a cluster to run.
    """
    if shutil.which("moto_server", path=str(Path(sys.executable).parent)) is None:
        pytest.skip("needs moto: pip install govern[dev]")
    port = free_port()
    with served([str(Path(sys.executable).with_name("moto_server")), "-H", "127.0.0.1", "-p", str(port)], port):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def sftp_server(folder):
    """OpenSSH, as a user without privileges; its user, port, known hosts and the user's key."""
    if not (Path(SSHD).exists() and Path(SFTP_SERVER).exists()):
        pytest.skip("needs OpenSSH: run `sh tests/services.sh` (Debian: openssh-server, openssh-sftp-server)")
    user = pwd.getpwuid(os.getuid()).pw_name if os.getuid() else _unprivileged()
    home = folder / "sshd"
    home.mkdir()
    for name in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", home / name], check=True)
    port = free_port()
    (home / "known_hosts").write_text(f"[127.0.0.1]:{port} {(home / 'host.pub').read_text()}")
    (home / "authorized").write_text((home / "user.pub").read_text())
    (home / "config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {home}/host\nAuthorizedKeysFile {home}/authorized\n"
        f"PidFile none\nUsePAM no\nMaxStartups 1000\nStrictModes no\nPasswordAuthentication no\n"
        f"Subsystem sftp {SFTP_SERVER}\n"
    )
    command = [SSHD, "-D", "-E", str(home / "log"), "-f", str(home / "config")]
    if os.getuid() == 0:
        known = pwd.getpwnam(user)
        shutil.copy(home / "user", home / "client")  # the server's user may not read what root's client reads
        for path in (home, *home.iterdir()):
            if path.name != "client":
                os.chown(path, known.pw_uid, known.pw_gid)
        for path in (folder, *folder.parents):
            if path.stat().st_uid == 0 and any(each in path.parents for each in map(Path, ("/tmp", "/dev/shm"))):
                path.chmod(path.stat().st_mode | 0o011)
        command = ["setpriv", f"--reuid={user}", f"--regid={known.pw_gid}", "--clear-groups", *command]
    key = home / ("client" if os.getuid() == 0 else "user")
    key.chmod(0o600)
    with served(command, port, cwd="/"):
        yield user, port, home / "known_hosts", key


def _unprivileged():
    for name in ("postgres", "nobody"):
        try:
            if Path(pwd.getpwnam(name).pw_shell).name in ("bash", "sh", "dash"):
                return name
        except KeyError:
            continue
    pytest.skip("needs a user without privileges who has a shell, as PostgreSQL's: run `sh tests/services.sh`")
