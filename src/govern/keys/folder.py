"""The keys of a log in a folder that only its owner reads.

    log.pub             the public key that signs now
    log.key             the private key (pkcs8.py), or
    log.pkcs11          where it is (token.py)
    last-signed         the newest checkpoint that was released
    rotation-<n>        how an earlier key handed over to the next (govern.audit.rotation)
    next.…              a key that is to take over
    lost-<size>-<hash>  a checkpoint that was given up when a backup was restored

A rotation takes effect in one step, when `log.pub` is replaced: until then the old key signs, and from then on the key
of `next.…`, whether or not it got its name yet.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from govern.audit import (
    ED25519,
    Sign,
    Succession,
    VerifierKey,
    check_succession,
    format_verifier_key,
    parse_checkpoint,
    parse_note,
    parse_rotation,
    parse_verifier_key,
)
from govern.errors import StoreError, VerificationError
from govern.keys.passphrase import find_passphrase
from govern.keys.pkcs8 import Ask, format_private_key, is_encrypted, parse_private_key
from govern.keys.token import Token, TokenKey, format_token, parse_token
from govern.store.files import write_durably
from govern.store.last_signed import LastSignedFile

PRIVATE, PUBLIC, TOKEN, LAST_SIGNED = "log.key", "log.pub", "log.pkcs11", "last-signed"
NEXT_PRIVATE, NEXT_PUBLIC, NEXT_TOKEN = "next.key", "next.pub", "next.pkcs11"
ROTATION_LIMIT = 1_000
WHAT = "the log's key"


def make_keys(folder: Path, origin: str, passphrase: str | None = None) -> VerifierKey:
    """Make an Ed25519 key for a log in `folder`; without a passphrase the file is not encrypted.

    Raises StoreError if there is one: a key is never replaced.
    """
    if has_keys(folder):
        raise StoreError("this workspace has a key already", hint="a key is never replaced", where=str(folder))
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    return _make_file_key(folder, origin, passphrase, PRIVATE, PUBLIC)


def has_keys(folder: Path) -> bool:
    """Whether there is a private key in a folder, or the name of one in a token."""
    return (folder / PRIVATE).exists() or (folder / TOKEN).exists()


def _make_file_key(
    folder: Path, origin: str, passphrase: str | None, private_name: str, public_name: str
) -> VerifierKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    private = Ed25519PrivateKey.generate()
    key = VerifierKey(origin, ED25519, private.public_key().public_bytes_raw())
    write_durably(folder / private_name, format_private_key(private, passphrase), mode=0o600)
    _write_public(folder / public_name, key)
    return key


def _write_public(path: Path, key: VerifierKey) -> None:
    write_durably(path, format_verifier_key(key).encode() + b"\n")


class FolderSigner:
    """The log's key in a folder, and beside it the checkpoint that was signed last.

    Another process may give the key up while this one runs: what is read is what stands there now.
    """

    def __init__(self, folder: Path, ask: Ask = find_passphrase) -> None:
        self._folder = folder
        self._public = folder / PUBLIC  # looked at before every signature
        self._ask = ask
        self._seen: tuple[int, int, int] | None = None
        self._sign: Sign | None = None
        self._succession: Succession | None = None
        self._last = LastSignedFile(folder / LAST_SIGNED, _read_size)
        self._key: VerifierKey
        self._refresh()

    def __repr__(self) -> str:
        return f"FolderSigner({str(self._folder)!r})"

    @property
    def key(self) -> VerifierKey:
        """The public key that signs now."""
        self._refresh()
        return self._key

    @property
    def succession(self) -> Succession:
        """All keys of the log and their rotations, from the first one. Raises VerificationError for a bad note."""
        self._refresh()
        succession = self._succession or self._read_succession()
        self._succession = succession
        return succession

    @property
    def keys(self) -> tuple[VerifierKey, ...]:
        """All keys of the log, today's first."""
        return self.succession.keys

    def rotations(self) -> list[bytes]:
        """The rotation notes that took effect, in order."""
        return self._read_rotations()[: len(self.succession.rotations)]

    def sign(self, message: bytes) -> bytes:
        """An Ed25519 signature of 64 bytes. Raises StoreError if the private key cannot be read or is not this one."""
        self._refresh()
        sign = self._sign or self._load()
        self._sign = sign  # another thread may have forgotten it in between
        return sign(message)

    def _refresh(self) -> None:
        """Read the public key if it was replaced since it was read."""
        try:
            state = self._public.stat()
        except OSError:
            self._read(PUBLIC)  # raises in the reader's words
            raise
        seen = (state.st_mtime_ns, state.st_ino, state.st_size)
        if seen != self._seen:
            self._key = parse_verifier_key(self._read(PUBLIC).decode("ascii", "replace").strip())
            self._seen, self._sign, self._succession = seen, None, None

    def _read(self, name: str) -> bytes:
        try:
            return (self._folder / name).read_bytes()
        except OSError:
            hint = "restore it from your backup of the keys; without it nothing can be signed"
            raise StoreError(f"the key file `{name}` cannot be read", hint=hint) from None

    def _load(self) -> Sign:
        taken_over = _read_text(self._folder / NEXT_PUBLIC) == format_verifier_key(self._key)
        private, token = (NEXT_PRIVATE, NEXT_TOKEN) if taken_over else (PRIVATE, TOKEN)
        sign: Sign
        if (self._folder / token).exists():
            where = parse_token(self._read_owned(token), token)
            device = TokenKey(where, self._ask(f"the token `{where.token}`"))
            public, sign = device.public, device.sign
        else:
            private_key = parse_private_key(self._read_owned(private), private, self._ask, WHAT)
            public, sign = private_key.public_key().public_bytes_raw(), private_key.sign
        if public != self._key.public:
            raise StoreError("the private key does not belong to the public key", hint="restore both from one backup")
        return sign

    def _read_owned(self, name: str) -> bytes:
        data = self._read(name)
        forbidden = 0o077 if name in (PRIVATE, NEXT_PRIVATE) else 0o022
        if os.name == "posix" and (self._folder / name).stat().st_mode & forbidden:
            raise StoreError(
                f"others can {'read' if forbidden == 0o077 else 'change'} the key file `{name}`", hint="chmod 600 it"
            )
        return data

    def _read_rotations(self) -> list[bytes]:
        notes: list[bytes] = []
        while len(notes) < ROTATION_LIMIT and (self._folder / f"rotation-{len(notes) + 1}").exists():
            notes.append(self._read(f"rotation-{len(notes) + 1}"))
        return notes

    def _read_succession(self) -> Succession:
        notes = self._read_rotations()
        rotations = [parse_rotation(parse_note(note).text) for note in notes]
        if rotations and rotations[-1].new != self._key:  # it was written, and then the power went
            rotations.pop()
        if not rotations:
            return Succession(self._key)
        found = check_succession(rotations[0].old, notes[: len(rotations)])
        if found.keys[0] != self._key:
            raise VerificationError(
                "the rotation notes do not lead to the key that signs now",
                where=f"rotation-{len(rotations)}",
                expected=format_verifier_key(self._key),
                found=format_verifier_key(found.keys[0]),
            )
        return found

    def is_protected(self) -> str:
        """How the private key is kept: `token`, `passphrase`, or `plain`."""
        if (self._folder / TOKEN).exists():
            return "token"
        return "passphrase" if is_encrypted(self._read(PRIVATE)) else "plain"

    def protect(self, passphrase: str | None) -> None:
        """Write the key file anew, with another passphrase or with none. Raises StoreError for a key in a token."""
        self._settle()
        if self.is_protected() == "token":
            raise StoreError(
                "the key is in a token, which has a PIN of its own", hint="change the PIN with its own tools"
            )
        self.sign(b"")
        private = parse_private_key(self._read_owned(PRIVATE), PRIVATE, self._ask, WHAT)
        write_durably(self._folder / PRIVATE, format_private_key(private, passphrase), mode=0o600)

    # --- a key that takes over

    def prepare_next(self, passphrase: str | None) -> "NextKey":
        """Make a key that may take over. Nothing changes until `switch`."""
        self._settle()
        key = _make_file_key(self._folder, self.key.name, passphrase, NEXT_PRIVATE, NEXT_PUBLIC)
        (self._folder / NEXT_TOKEN).unlink(missing_ok=True)
        private = parse_private_key(self._read(NEXT_PRIVATE), NEXT_PRIVATE, lambda _: passphrase or "", WHAT)
        return NextKey(key, private.sign)

    def prepare_next_in_token(self, token: Token, pin: str) -> "NextKey":
        """Take a key in a token, made there if need be, that may take over. Nothing changes until `switch`."""
        self._settle()
        opened = TokenKey(token, pin, make=True)
        key = VerifierKey(self.key.name, ED25519, opened.public)
        write_durably(self._folder / NEXT_TOKEN, format_token(token), mode=0o600)
        _write_public(self._folder / NEXT_PUBLIC, key)
        (self._folder / NEXT_PRIVATE).unlink(missing_ok=True)
        return NextKey(key, opened.sign)

    def switch(self, note: bytes) -> None:
        """Keep a rotation note and let the next key sign from now on. The old private key is deleted."""
        with _alone(self._folder):
            number = len(self.succession.rotations) + 1
            rotation = parse_rotation(parse_note(note).text)
            if rotation.old != self.key or _read_text(self._folder / NEXT_PUBLIC) != format_verifier_key(rotation.new):
                raise StoreError("another rotation came in between", hint="nothing was changed: try again")
            write_durably(self._folder / f"rotation-{number}", note)
            _write_public(self._folder / PUBLIC, rotation.new)  # from here on the next key signs
        self._settle()

    def _settle(self) -> None:
        """Give the files of a key that took over their names."""
        with _alone(self._folder):
            if _read_text(self._folder / NEXT_PUBLIC) != format_verifier_key(self.key):
                return
            pairs = ((NEXT_PRIVATE, PRIVATE), (NEXT_TOKEN, TOKEN))
            for new, name in pairs:
                if (self._folder / new).exists():
                    (self._folder / new).replace(self._folder / name)
                else:
                    (self._folder / name).unlink(missing_ok=True)
            (self._folder / NEXT_PUBLIC).unlink()
            _flush_folder(self._folder)
        self._sign = None

    # --- what was signed last

    def last_signed(self) -> bytes | None:
        """The newest checkpoint that was released; None before the first."""
        return self._last.read()

    def remember(self, checkpoint: bytes, *, flush: bool = True) -> None:
        """Keep a checkpoint as the last one released; with `flush` durably. An older one never replaces a newer."""
        self._last.write(checkpoint, flush=flush)

    def flush(self) -> None:
        """What was remembered is on the disk when this returns."""
        self._last.flush()

    def give_up(self, lost: bytes, checkpoint: bytes) -> None:
        """Let the log go on from `checkpoint`, though `lost` was signed last. Only after that was admitted in the log.

        `lost` is kept beside the keys. Raises StoreError if another checkpoint was signed in the meantime.
        """
        with _alone(self._folder):
            if self._read(LAST_SIGNED) != lost:
                raise StoreError("another checkpoint was signed in between", hint="nothing was changed: look again")
            name = f"lost-{_read_size(lost)}-{sha256(lost).hexdigest()[:12]}"
            write_durably(self._folder / name, lost)
            write_durably(self._folder / LAST_SIGNED, checkpoint)


class NextKey:
    """A key that may take over: its public half, and how it signs."""

    def __init__(self, key: VerifierKey, sign: Sign) -> None:
        self.key = key
        self.sign = sign


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """No other process or thread is in such a block for this folder."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _read_text(path: Path) -> str:
    try:
        return path.read_bytes().decode("ascii", "replace").strip()
    except FileNotFoundError:
        return ""


def _read_size(checkpoint: bytes) -> int:
    try:
        return parse_checkpoint(parse_note(checkpoint).text).size
    except VerificationError as problem:
        hint = "restore the keys folder from its backup"
        raise VerificationError(f"`{LAST_SIGNED}` is damaged: {problem.message}", hint=hint) from None
