"""Sealed fields: personal data that stands in records only as ciphertext under a key of one person.

A person (a *subject*) is a pseudonymous id. All that is sealed of one subject is encrypted under one data key, and
the data key is kept only wrapped, under an epoch key, in another database than the records. Destroy the data key,
and everything sealed under it is unreadable wherever copies of the records are; the log's entries, which hash the
ciphertext, still verify.

    sealed field    nonce (12 random bytes) ‖ AES-256-GCM of the padded value (NIST SP 800-38D)
    context         canonical JSON of [subject, key id, version of the record, name of the field], authenticated
    key digest      SHA-256 of "govern data key" LF ‖ the key: 256 random bits, so that nobody can guess it back

The context keeps a sealed field from being moved to another person, record or name. The padding, spaces after a
JSON string up to a multiple of 64 bytes, keeps a name's length to itself.
"""

import json
from hashlib import sha256
from typing import Any

from govern.audit.strict import format_base64, parse_base64
from govern.errors import FactError, VerificationError
from govern.kernel.canonical import canonical_bytes

KEY_SIZE = 32
NONCE_SIZE = 12
VALUE_LIMIT = 4_000
"""Bytes of one sealed value: a name, an address, a note."""

_TAG_SIZE = 16
_BLOCK = 64


def digest_key(key: bytes) -> str:
    """What the log says of a data key: it commits to the key and gives nothing of it away."""
    return "sha256:" + sha256(b"govern data key\n" + key).hexdigest()


def format_context(subject: str, key_id: str, version: int, name: str) -> bytes:
    """Where a sealed field stands: it opens only there."""
    return canonical_bytes([subject, key_id, version, name])


def pad_value(value: str) -> bytes:
    """A value as it is encrypted. FactError if it is too long."""
    data = canonical_bytes(value)
    if len(data) > VALUE_LIMIT:
        raise FactError(f"the value has {len(data)} bytes", hint=f"at most {VALUE_LIMIT} are sealed")
    return data + b" " * (-len(data) % _BLOCK)


def unpad_value(data: bytes) -> str:
    """The inverse of `pad_value`."""
    try:
        value = json.loads(data)
    except ValueError:
        value = None
    if not isinstance(value, str):
        raise VerificationError("what was sealed is not a text")
    return value


def encrypt(key: bytes, nonce: bytes, plain: bytes, context: bytes) -> bytes:
    """Nonce and ciphertext. A nonce must never come twice under one key: 12 random bytes for each call."""
    sealed: bytes = _cipher(key).encrypt(_check_nonce(nonce), plain, context)
    return nonce + sealed


def decrypt(key: bytes, sealed: bytes, context: bytes) -> bytes:
    """The inverse of `encrypt`. VerificationError for another key, another context, or a changed bit."""
    from cryptography.exceptions import InvalidTag

    if len(sealed) < NONCE_SIZE + _TAG_SIZE:
        raise VerificationError("a sealed value is too short")
    try:
        plain: bytes = _cipher(key).decrypt(sealed[:NONCE_SIZE], sealed[NONCE_SIZE:], context)
    except InvalidTag:
        raise VerificationError(
            "a sealed value does not open", hint="it was changed or moved, or this is not its key"
        ) from None
    return plain


def format_sealed(sealed: bytes) -> str:
    """A sealed field as a record holds it."""
    return format_base64(sealed)


def parse_sealed(text: str) -> bytes:
    """The inverse of `format_sealed`."""
    return parse_base64(text, "a sealed value")


def _check_nonce(nonce: bytes) -> bytes:
    if len(nonce) != NONCE_SIZE:
        raise FactError(f"a nonce of {len(nonce)} bytes", hint=f"{NONCE_SIZE} are needed")
    return nonce


def _cipher(key: bytes) -> Any:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # half a tenth of a second, for few commands

    if len(key) != KEY_SIZE:
        raise FactError(f"a key of {len(key)} bytes", hint=f"{KEY_SIZE} are needed")
    return AESGCM(key)
