"""A witness in a folder: its key, the logs that it watches, and the head of each that it cosigned last.

    witness.key                  the private key
    witness.pub                  the verifier key, to be published
    logs                         the logs that it trusts, as lines of a policy
    heads/<SHA-256 of origin>    the head that was cosigned last
    forks/<SHA-256>              a request that proves, with a head, that a log signed two histories

The head is read, judged and replaced under one lock, and is on the disk before a cosignature leaves: a witness that
forgets what it signed would be worth nothing.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from govern.audit import (
    COSIGNATURE,
    ML_DSA_COSIGNATURE,
    Checkpoint,
    Policy,
    PolicyLog,
    Rotation,
    Sign,
    Signature,
    VerifierKey,
    WitnessAnswer,
    WitnessRequest,
    check_checkpoint,
    check_rotation,
    find_origin,
    format_policy,
    format_request,
    format_verifier_key,
    has_ml_dsa,
    judge_checkpoint,
    make_cosignature,
    parse_checkpoint,
    parse_note,
    parse_policy,
    parse_verifier_key,
)
from govern.errors import RefusedError, StoreError, VerificationError
from govern.keys import Ask, find_passphrase, format_private_key, parse_private_key
from govern.store.files import write_durably

PRIVATE, PUBLIC, LOGS = "witness.key", "witness.pub", "logs"
FORK_LIMIT = 100
WHAT = "the witness's key"


def make_witness(folder: Path, name: str, passphrase: str | None, *, ml_dsa: bool = False) -> VerifierKey:
    """Make a witness's key in a folder. Raises StoreError if there is one, and RefusedError without ML-DSA-44 here."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    if (folder / PRIVATE).exists():
        raise StoreError("there is a witness here already", hint="a key is never replaced", where=str(folder))
    private: Any
    if ml_dsa:
        if not has_ml_dsa():
            raise RefusedError("ML-DSA-44 is not in the installed `cryptography`", hint="install a newer one")
        from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

        private, kind = MLDSA44PrivateKey.generate(), ML_DSA_COSIGNATURE
    else:
        private, kind = Ed25519PrivateKey.generate(), COSIGNATURE
    key = VerifierKey(name, kind, private.public_key().public_bytes_raw())
    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
    except OSError as problem:
        raise StoreError(f"`{folder}` cannot be made: {(problem.strerror or '').lower()}") from None
    write_durably(folder / PRIVATE, format_private_key(private, passphrase), mode=0o600)
    write_durably(folder / PUBLIC, format_verifier_key(key).encode() + b"\n")
    write_durably(folder / LOGS, format_policy(Policy()))
    return key


class FolderWitness:
    """A witness whose memory is a folder."""

    def __init__(self, folder: Path, now: Callable[[], int], ask: Ask = find_passphrase) -> None:
        """`now` gives the seconds since 1970. Raises StoreError where there is no witness."""
        self._folder = folder
        self._now = now
        self._ask = ask
        self._sign: Sign | None = None
        self.key = parse_verifier_key(self._read(PUBLIC).decode("ascii", "replace").strip())

    def __repr__(self) -> str:
        return f"FolderWitness({str(self._folder)!r})"

    def unlock(self) -> None:
        """Ask for the passphrase now, and not at the first request."""
        if self._sign is None:
            data = self._read(PRIVATE)
            if os.name == "posix" and (self._folder / PRIVATE).stat().st_mode & 0o077:
                raise StoreError(f"others can read the key file `{PRIVATE}`", hint="chmod 600 it")
            private = parse_private_key(data, PRIVATE, self._ask, WHAT)
            if private.public_key().public_bytes_raw() != self.key.public:
                hint = "restore both from one backup"
                raise StoreError("the private key does not belong to the public key", hint=hint)
            self._sign = private.sign

    def logs(self) -> tuple[PolicyLog, ...]:
        """The logs that the witness trusts."""
        return parse_policy(self._read(LOGS), LOGS).logs

    def trust(self, key: VerifierKey) -> None:
        """Watch the log of this key. Raises RefusedError for a second key of a log: that needs a rotation note."""
        with self._alone():
            logs = self.logs()
            if any(log.key == key for log in logs):
                return
            if any(log.key.name == key.name for log in logs):
                hint = "a log changes its key with a note that both keys sign: govern witness trust --rotation FILE"
                raise RefusedError(f"the log `{key.name}` has another key here", hint=hint)
            self._write_logs((*logs, PolicyLog(key)))

    def follow(self, note: bytes) -> Rotation:
        """Follow a log to its next key, by a rotation note that the trusted key signed."""
        with self._alone():
            logs = self.logs()
            for log in logs:
                try:
                    rotation = check_rotation(note, log.key)
                except VerificationError:
                    continue
                self._write_logs(tuple(replace(each, key=rotation.new) if each == log else each for each in logs))
                return rotation
        raise VerificationError("no key that is trusted here signed this rotation", hint="trust the log first")

    def _write_logs(self, logs: tuple[PolicyLog, ...]) -> None:
        write_durably(self._folder / LOGS, format_policy(Policy(logs)))

    def latest(self, origin: str) -> Checkpoint | None:
        """The head that was cosigned last of a log; None if none was."""
        try:
            data = self._head_path(origin).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as problem:
            raise StoreError(f"the head of `{origin}` cannot be read: {(problem.strerror or '').lower()}") from None
        head = parse_checkpoint(parse_note(data).text)
        if head.origin != origin:
            raise StoreError(f"the kept head of `{origin}` is of another log", hint="restore the witness's folder")
        return head

    def add_checkpoint(self, request: WitnessRequest) -> tuple[WitnessAnswer, tuple[Signature, ...]]:
        """Judge a request and, if it is good, keep its head and cosign it: in one atomic step."""
        self.unlock()
        assert self._sign is not None
        origin = find_origin(request)
        with self._alone():
            keys: dict[str, list[VerifierKey]] = {}
            for log in self.logs():
                keys.setdefault(log.key.name, []).append(log.key)
            answer = judge_checkpoint(request, keys, self.latest(origin) if origin in keys else None)
            if answer.fork:
                self._keep_evidence(request)
            if answer.checkpoint is None:
                return answer, ()
            _, note = check_checkpoint(request.checkpoint, keys[origin])
            line = make_cosignature(note.text, self.key, self._sign, self._now())
            write_durably(self._head_path(origin), request.checkpoint)  # before the cosignature leaves
        return answer, (line,)

    def _keep_evidence(self, request: WitnessRequest) -> None:
        """Keep a proof that a log signed two histories, with the head that it contradicts. So many, and no more."""
        folder = self._folder / "forks"
        data = format_request(request)
        path = folder / sha256(data).hexdigest()
        if path.exists() or (folder.is_dir() and len(list(folder.iterdir())) >= 2 * FORK_LIMIT):
            return
        write_durably(path, data)
        write_durably(path.with_suffix(".held"), self._head_path(find_origin(request)).read_bytes())

    def forks(self) -> list[Path]:
        """The files that prove that a log signed two histories."""
        folder = self._folder / "forks"
        return sorted(path for path in folder.iterdir() if not path.suffix) if folder.is_dir() else []

    def _head_path(self, origin: str) -> Path:
        return self._folder / "heads" / sha256(origin.encode()).hexdigest()

    def _read(self, name: str) -> bytes:
        try:
            return (self._folder / name).read_bytes()
        except OSError:
            hint = "make one: govern witness init --name NAME --folder FOLDER"
            raise StoreError(
                f"there is no witness: `{name}` cannot be read", where=str(self._folder), hint=hint
            ) from None

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """No other process or thread is in such a block for this folder."""
        handle = os.open(self._folder, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)
