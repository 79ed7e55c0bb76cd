"""Signed notes: a text and signatures over it, one line each.

Source: C2SP signed-note and, for timestamped cosignatures, C2SP tlog-cosignature (Ed25519 and ML-DSA-44).

    text            UTF-8, one or more lines, each ending in LF; the only control character is LF
                    one empty line: the last empty line of the note divides text from signatures
    — name base64   U+2014, space, key name, space, base64 of key id (4 bytes) and signature, LF; once or more

Signed are the text's bytes including its last LF, without the empty line. A verifier key is written
`name+hhhhhhhh+base64(type ‖ public key)`, where hhhhhhhh is the key id in lower-case hexadecimal. The id is
short: it finds the key and proves nothing.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any

from govern.audit.head import parse_checkpoint
from govern.audit.strict import NUMBER_LIMIT, format_base64, parse_base64
from govern.errors import VerificationError

ED25519 = 0x01
COSIGNATURE = 0x04  # timestamped Ed25519
ML_DSA_COSIGNATURE = 0x06  # timestamped ML-DSA-44, which holds against a quantum computer too
KEY_TYPES = {ED25519: "Ed25519", COSIGNATURE: "Ed25519 cosignature", ML_DSA_COSIGNATURE: "ML-DSA-44 cosignature"}

NOTE_LIMIT = 1 << 20
SIGNATURE_LIMIT = 100  # C2SP asks for at least 16
_SIGNATURE_SIZES = {ED25519: 64, COSIGNATURE: 64, ML_DSA_COSIGNATURE: 2420}
_PUBLIC_SIZES = {ED25519: 32, COSIGNATURE: 32, ML_DSA_COSIGNATURE: 1312}

_DASH = "— "
_CONTROL = re.compile(rb"[\x00-\x09\x0b-\x1f]")
_KEY_ID = re.compile(r"[0-9a-f]{8}")

Sign = Callable[[bytes], bytes]
"""Signs a message with a private key that only the caller knows: 64 bytes with Ed25519, 2,420 with ML-DSA-44."""


@dataclass(frozen=True)
class VerifierKey:
    """A public key, its type and the name it signs under."""

    name: str
    key_type: int
    public: bytes

    def __post_init__(self) -> None:
        _check_name(self.name)
        if self.key_type not in KEY_TYPES:
            raise VerificationError(
                f"keys of type 0x{self.key_type:02x} are not supported",
                where=f"key `{self.name}`",
                hint="0x01 (Ed25519), 0x04 (Ed25519 cosignature) and 0x06 (ML-DSA-44 cosignature) are",
            )
        if len(self.public) != _PUBLIC_SIZES[self.key_type]:
            raise VerificationError(
                f"the public key has {len(self.public)} bytes",
                where=f"key `{self.name}`",
                hint=f"{_PUBLIC_SIZES[self.key_type]} are needed",
            )

    @cached_property
    def key_id(self) -> bytes:
        return key_id(self.name, self.key_type, self.public)


@dataclass(frozen=True)
class Signature:
    """One signature line: whose it says it is, and the bytes after the key id."""

    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True)
class Note:
    """A text and its signatures, none of them checked."""

    text: bytes
    signatures: tuple[Signature, ...]


@dataclass(frozen=True)
class VerifiedSignature:
    """A signature that holds. `time` is when a cosigner signed, in seconds since 1970, and None for
    Ed25519."""

    key: VerifierKey
    time: int | None


@dataclass(frozen=True)
class VerifiedNote:
    """A text, the signatures that hold (at least one), and those by keys that the caller does not know.

    One key may sign twice: count keys, not signatures, where a number of witnesses is asked for.
    """

    text: bytes
    signatures: tuple[VerifiedSignature, ...]
    unknown: tuple[Signature, ...]


def key_id(name: str, key_type: int, public: bytes) -> bytes:
    """The four bytes SHA-256(name ‖ LF ‖ type ‖ public key)[:4]."""
    return sha256(name.encode() + b"\n" + bytes([key_type]) + public).digest()[:4]


def parse_verifier_key(text: str) -> VerifierKey:
    """The key that `format_verifier_key` wrote. Refuses an id that is not that of the name, type and key."""
    name, _, rest = text.partition("+")
    stated, plus, encoded = rest.partition("+")
    if not plus or not _KEY_ID.fullmatch(stated):
        raise VerificationError(f"`{text[:120]}` is not a verifier key", hint="name+8 hex digits+base64")
    data = parse_base64(encoded, where=f"key `{name[:60]}`")
    if not data:
        raise VerificationError(f"`{text[:120]}` holds no key", hint="name+8 hex digits+base64")
    key = VerifierKey(name, data[0], data[1:])
    if key.key_id.hex() != stated:
        raise VerificationError(
            "the key id is not that of this name and key",
            where=f"key `{name[:60]}`",
            expected=key.key_id.hex(),
            found=stated,
        )
    return key


def format_verifier_key(key: VerifierKey) -> str:
    """`name+hhhhhhhh+base64`, the form in which keys are published."""
    return f"{key.name}+{key.key_id.hex()}+{format_base64(bytes([key.key_type]) + key.public)}"


def parse_note(data: bytes) -> Note:
    """Text and signatures of a signed note; checks its form and no signature."""
    _check_size(data)
    _check_text(data)
    split = data.rfind(b"\n\n")
    if split < 0:
        raise VerificationError("the note has no empty line before its signatures")
    block = data[split + 2 :].decode()
    if not block.endswith("\n"):
        raise VerificationError("the note does not end in a signature line and a line feed")
    lines = block[:-1].split("\n")
    if len(lines) > SIGNATURE_LIMIT:
        raise VerificationError(f"the note has {len(lines)} signatures", hint=f"at most {SIGNATURE_LIMIT}")
    signatures = tuple(_parse_line(line, f"signature {i}") for i, line in enumerate(lines, 1))
    return Note(data[: split + 1], signatures)


def format_note(note: Note) -> bytes:
    """The bytes that `parse_note` reads. Refuses a note that it would not read back."""
    lines = "".join(format_signature(signature) for signature in note.signatures)
    data = note.text + b"\n" + lines.encode()
    if parse_note(data) != note:
        raise VerificationError("the text is not that of a note", hint="end it in a line feed")
    return data


def format_signature(signature: Signature) -> str:
    """One signature line with its line feed: what a witness answers."""
    return f"{_DASH}{signature.name} {format_base64(signature.key_id + signature.signature)}\n"


def parse_signature(line: str) -> Signature:
    """The signature of one line with its line feed."""
    if not line.endswith("\n"):
        raise VerificationError("a signature line ends in a line feed")
    return _parse_line(line[:-1], "the signature line")


def make_signature(text: bytes, key: VerifierKey, sign: Sign) -> Signature:
    """An Ed25519 signature over a note's text. `key` is the public half of what `sign` signs with."""
    _check_type(key, ED25519)
    return Signature(key.name, key.key_id, sign(text))


def make_cosignature(text: bytes, key: VerifierKey, sign: Sign, time: int) -> Signature:
    """A cosignature over a checkpoint's text at `time`, in seconds since 1970: Ed25519 or ML-DSA-44, as `key` is."""
    if key.key_type != ML_DSA_COSIGNATURE:
        _check_type(key, COSIGNATURE)
    if not 0 <= time < NUMBER_LIMIT:
        raise VerificationError(f"`{time}` is no time to sign at", hint="seconds since 1970")
    message = _cosigned(text, key, time)
    if not message:
        raise VerificationError("an ML-DSA-44 key cosigns checkpoints only", hint="with names of at most 255 bytes")
    return Signature(key.name, key.key_id, time.to_bytes(8, "big") + sign(message))


def sign_note(text: bytes, key: VerifierKey, sign: Sign) -> bytes:
    """A signed note with one Ed25519 signature. Refuses a text that is not that of a note."""
    _check_text(text)
    if not text.endswith(b"\n"):
        raise VerificationError("the text is not that of a note", hint="end it in a line feed")
    data = text + b"\n" + format_signature(make_signature(text, key, sign)).encode()
    _check_size(data)
    return data


def add_signatures(data: bytes, signatures: Iterable[Signature]) -> bytes:
    """The note with more signature lines after its own, say those of witnesses."""
    note = parse_note(data)
    return format_note(Note(note.text, (*note.signatures, *signatures)))


def check_note(data: bytes, verifiers: Iterable[VerifierKey]) -> VerifiedNote:
    """The note's text, if a signature by one of `verifiers` holds and none by them fails.

    Signatures by other keys are left unread and returned as `unknown`.
    """
    note = parse_note(data)
    known = {(key.name, key.key_id): key for key in verifiers}
    verified = []
    unknown = []
    for signature in note.signatures:
        key = known.get((signature.name, signature.key_id))
        if key is None:
            unknown.append(signature)
        else:
            verified.append(VerifiedSignature(key, _check_signature(note.text, signature, key)))
    if not verified:
        signers = ", ".join(f"`{s.name}+{s.key_id.hex()}`" for s in note.signatures[:5])
        raise VerificationError(
            "no signature is by a key that is trusted here",
            hint="give the log's verifier key",
            expected=", ".join(f"`{name}+{short.hex()}`" for name, short in known) or "no key was given",
            found=signers,
        )
    return VerifiedNote(note.text, tuple(verified), tuple(unknown))


def _check_signature(text: bytes, signature: Signature, key: VerifierKey) -> int | None:
    """The time of a cosignature that holds; None for a plain signature that holds."""
    time = None
    message, proof = text, signature.signature
    if key.key_type != ED25519:
        time, proof = int.from_bytes(proof[:8], "big"), proof[8:]
        message = _cosigned(text, key, time) if time < NUMBER_LIMIT else b""
    if len(proof) != _SIGNATURE_SIZES[key.key_type] or not message or not _holds(key, proof, message):
        raise VerificationError(
            f"the signature of `{key.name}` does not hold",
            where=f"key `{key.name}+{key.key_id.hex()}`",
            hint="the text or the signature was changed, or another key made it",
        )
    return time


def _holds(key: VerifierKey, signature: bytes, message: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    ml_dsa = key.key_type == ML_DSA_COSIGNATURE
    public: Any = _load_ml_dsa(key) if ml_dsa else Ed25519PublicKey.from_public_bytes(key.public)
    try:
        public.verify(signature, message)  # RFC 8032 5.1.7; FIPS 204, with an empty context
    except InvalidSignature:
        return False
    return True


def has_ml_dsa() -> bool:
    """Whether the installed `cryptography`, and the library below it, have ML-DSA-44."""
    try:
        from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

        MLDSA44PrivateKey.from_seed_bytes(bytes(32))
    except Exception:  # noqa: BLE001 - the module, the class or the library's part may be absent, each in its own way
        return False
    return True


def _load_ml_dsa(key: VerifierKey) -> Any:
    if not has_ml_dsa():
        raise VerificationError(
            "ML-DSA-44 signatures cannot be verified here",
            where=f"key `{key.name}+{key.key_id.hex()}`",
            hint="install a newer `cryptography`, or verify without this key",
        )
    from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

    return MLDSA44PublicKey.from_public_bytes(key.public)


def _cosigned(text: bytes, key: VerifierKey, time: int) -> bytes:
    """The message of a cosignature; empty for a text that an ML-DSA-44 key cannot cosign."""
    if key.key_type == COSIGNATURE:
        return b"cosignature/v1\ntime %d\n" % time + text
    try:
        head = parse_checkpoint(text)
    except VerificationError:
        return b""
    name, origin = key.name.encode(), head.origin.encode()
    if max(len(name), len(origin)) > 255:
        return b""
    # C2SP tlog-cosignature, `cosigned_message`: a subtree from entry 0 is the whole tree
    return b"".join(
        (
            b"subtree/v1\n\0",
            bytes([len(name)]) + name,
            time.to_bytes(8, "big"),
            bytes([len(origin)]) + origin,
            (0).to_bytes(8, "big"),
            head.size.to_bytes(8, "big"),
            head.root,
        )
    )


def _parse_line(line: str, where: str) -> Signature:
    name, space, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not space:
        raise VerificationError(f"`{line[:60]}` is not a signature line", where=where, hint="— name base64")
    _check_name(name)
    data = parse_base64(encoded, where)
    if len(data) < 5:
        raise VerificationError("there is no signature after the key id", where=where)
    return Signature(name, data[:4], data[4:])


def _check_size(data: bytes) -> None:
    if len(data) > NOTE_LIMIT:
        raise VerificationError(f"the note has {len(data)} bytes", hint=f"at most {NOTE_LIMIT} are read")


def _check_text(data: bytes) -> None:
    try:
        data.decode()
    except UnicodeDecodeError as error:
        raise VerificationError("the note is not UTF-8", where=f"byte {error.start}") from error
    control = _CONTROL.search(data)
    if control:
        raise VerificationError("the note holds a control character", where=f"byte {control.start()}")


def _check_name(name: str) -> None:
    if not name or "+" in name or any(c.isspace() or c < " " for c in name) or not _is_unicode(name):
        raise VerificationError(f"`{name[:60]}` is not a key name", hint="no spaces and no plus sign")


def _is_unicode(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _check_type(key: VerifierKey, key_type: int) -> None:
    if key.key_type != key_type:
        raise VerificationError(
            f"the key makes another kind of signature: {KEY_TYPES[key.key_type]}", where=f"key `{key.name}`"
        )
