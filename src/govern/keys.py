"""Keys of the log: made once, kept in files that only their owner reads."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from govern.audit import (
    ED25519,
    VerifierKey,
    format_verifier_key,
    parse_checkpoint,
    parse_note,
    parse_verifier_key,
)
from govern.errors import StoreError, VerificationError
from govern.store.files import write_durably

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

PRIVATE, PUBLIC, LAST_SIGNED = "log.key", "log.pub", "last-signed"


def make_keys(folder: Path, origin: str) -> VerifierKey:
    """Make an Ed25519 key for a log in `folder`. Raises StoreError if there is one: a key is never replaced."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    if (folder / PRIVATE).exists():
        raise StoreError("this workspace has a key already", hint="a key is never replaced", where=str(folder))
    private = Ed25519PrivateKey.generate()
    key = VerifierKey(origin, ED25519, private.public_key().public_bytes_raw())
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    write_durably(folder / PRIVATE, private.private_bytes_raw().hex().encode() + b"\n", mode=0o600)
    write_durably(folder / PUBLIC, format_verifier_key(key).encode() + b"\n")
    return key


class FolderSigner:
    """The log's key in a folder, and beside it the checkpoint that was signed last."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._private: Ed25519PrivateKey | None = None
        self.key = parse_verifier_key(self._read(PUBLIC).decode("ascii", "replace").strip())

    def _read(self, name: str) -> bytes:
        try:
            return (self._folder / name).read_bytes()
        except OSError:
            hint = "restore it from your backup of the keys; without it nothing can be signed"
            raise StoreError(f"the key file `{name}` cannot be read", hint=hint) from None

    def sign(self, message: bytes) -> bytes:
        """An Ed25519 signature of 64 bytes. Raises StoreError if the private key cannot be read or is not this one."""
        if self._private is None:
            self._private = self._load()
        return self._private.sign(message)

    def _load(self) -> "Ed25519PrivateKey":
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        path = self._folder / PRIVATE
        data = self._read(PRIVATE)
        if os.name == "posix" and path.stat().st_mode & 0o077:
            raise StoreError(f"others can read the key file `{PRIVATE}`", hint="chmod 600 it")
        try:
            private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(data.decode("ascii").strip()))
        except ValueError:
            raise StoreError(f"the key file `{PRIVATE}` is damaged", hint="restore it from your backup") from None
        if private.public_key().public_bytes_raw() != self.key.public:
            raise StoreError("the private key does not belong to the public key", hint="restore both from one backup")
        return private

    def last_signed(self) -> bytes | None:
        """The newest checkpoint that was released; None before the first."""
        try:
            return (self._folder / LAST_SIGNED).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as problem:
            raise StoreError(f"`{LAST_SIGNED}` cannot be read: {(problem.strerror or '').lower()}") from None

    def remember(self, checkpoint: bytes) -> None:
        """Keep a checkpoint as the last one released, durably.

        Of two that are released at once the newer stays, whoever comes last: an older one would let a backup pass.
        """
        with _alone(self._folder):
            last = self.last_signed()
            if last is None or _read_size(last) < _read_size(checkpoint):
                write_durably(self._folder / LAST_SIGNED, checkpoint)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """No other process or thread is in such a block for this folder."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _read_size(checkpoint: bytes) -> int:
    try:
        return parse_checkpoint(parse_note(checkpoint).text).size
    except VerificationError as problem:
        hint = "restore the keys folder from its backup"
        raise VerificationError(f"`{LAST_SIGNED}` is damaged: {problem.message}", hint=hint) from None
