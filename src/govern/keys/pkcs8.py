"""Private keys as files: PKCS#8 in PEM, encrypted with a passphrase, as `openssl pkey` reads and writes them.

Source: RFC 5958 (PKCS#8), RFC 8018 (PBES2), RFC 7914 (scrypt and its parameters in PBES2). `cryptography` reads such
files, and writes none with scrypt: so the envelope, six lines of ASN.1, is made here. The cost is what OWASP asks for
at 16 MiB: N = 2^14, r = 8, p = 5; a larger N would not be read by an OpenSSL with its own bounds.

Read are also PKCS#8 without encryption, and the 64 hexadecimal digits that govern 0.1 wrote.
"""

import base64
import re
import secrets
import textwrap
import unicodedata
from collections.abc import Callable
from typing import Any, Protocol

from govern.errors import RefusedError, StoreError

SHORTEST = 12
LONGEST = 1_024
FILE_LIMIT = 64 * 1024

_N, _R, _P = 2**14, 8, 5
_PBES2 = bytes.fromhex("06092a864886f70d01050d")  # 1.2.840.113549.1.5.13
_SCRYPT = bytes.fromhex("06092b06010401da47040b")  # 1.3.6.1.4.1.11591.4.11
_AES_256_CBC = bytes.fromhex("060960864801650304012a")  # 2.16.840.1.101.3.4.1.42
_HEX = re.compile(rb"[0-9a-f]{64}\s*")
_LABEL = "ENCRYPTED PRIVATE KEY"

Ask = Callable[[str], str]
"""Gives the passphrase of what it is told: "the log's key". Raises RefusedError where there is nobody to ask."""


class PrivateKey(Protocol):
    """What the keys of `cryptography` have in common."""

    def sign(self, data: bytes) -> bytes:
        """A signature."""

    def public_key(self) -> Any:
        """The public half."""

    def private_bytes(self, encoding: Any, format: Any, encryption_algorithm: Any) -> bytes:  # noqa: A002 - theirs
        """The key in a format."""


def check_passphrase(passphrase: str) -> str:
    """A passphrase that is good for a new key. Raises RefusedError for one that is short enough to be tried out."""
    if not SHORTEST <= len(passphrase) <= LONGEST:
        hint = f"{SHORTEST} to {LONGEST} characters; five or six random words are good"
        raise RefusedError(f"the passphrase has {len(passphrase)} characters", hint=hint)
    return passphrase


def format_private_key(private: PrivateKey, passphrase: str | None) -> bytes:
    """The key file; without a passphrase it is not encrypted."""
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    if passphrase is None:
        return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    plain = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return _armour(_encrypt(plain, _encode(passphrase)))


def parse_private_key(data: bytes, name: str, ask: Ask, what: str) -> PrivateKey:
    """The key in a file named `name`. Asks for the passphrase of `what` where it is encrypted."""
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    damaged = StoreError(f"the key file `{name}` is damaged", hint="restore it from your backup")
    if len(data) > FILE_LIMIT:
        raise damaged
    if _HEX.fullmatch(data):
        return _load_hex(data)
    if not is_encrypted(data):
        try:
            return load_pem_private_key(data, None)  # type: ignore[return-value] # one that signs, or the caller refuses
        except (ValueError, TypeError):
            raise damaged from None
    passphrase = _encode(ask(what))
    try:
        return load_pem_private_key(data, passphrase)  # type: ignore[return-value]
    except (ValueError, TypeError):
        hint = "a wrong passphrase, or a damaged file: then restore it from your backup"
        raise StoreError(f"the passphrase does not open the key file `{name}`", hint=hint) from None


def is_encrypted(data: bytes) -> bool:
    """Whether a key file asks for a passphrase."""
    return f"-----BEGIN {_LABEL}-----".encode() in data[:200]


def _load_hex(data: bytes) -> PrivateKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(data.decode("ascii").strip()))


def _encode(passphrase: str) -> bytes:
    """One text, one passphrase, however the keyboard composes its characters."""
    return unicodedata.normalize("NFC", passphrase).encode("utf-8", "surrogateescape")


def _encrypt(plain: bytes, passphrase: bytes) -> bytes:
    """EncryptedPrivateKeyInfo with PBES2, scrypt and AES-256-CBC."""
    from cryptography.hazmat.primitives.ciphers import Cipher
    from cryptography.hazmat.primitives.ciphers.algorithms import AES
    from cryptography.hazmat.primitives.ciphers.modes import CBC
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
    from cryptography.hazmat.primitives.padding import PKCS7

    salt, start = secrets.token_bytes(16), secrets.token_bytes(16)
    key = Scrypt(salt=salt, length=32, n=_N, r=_R, p=_P).derive(passphrase)
    padder, cipher = PKCS7(128).padder(), Cipher(AES(key), CBC(start)).encryptor()
    sealed = cipher.update(padder.update(plain) + padder.finalize()) + cipher.finalize()
    costs = _sequence(_octets(salt), _integer(_N), _integer(_R), _integer(_P))
    scheme = _sequence(_PBES2, _sequence(_sequence(_SCRYPT, costs), _sequence(_AES_256_CBC, _octets(start))))
    return _sequence(scheme, _octets(sealed))


def _sequence(*parts: bytes) -> bytes:
    return _value(0x30, b"".join(parts))


def _octets(data: bytes) -> bytes:
    return _value(0x04, data)


def _integer(number: int) -> bytes:
    return _value(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def _value(tag: int, data: bytes) -> bytes:
    """One DER value: tag, length, content (X.690 8.1.3)."""
    size = len(data)
    length = size.to_bytes((size.bit_length() + 7) // 8 or 1, "big")
    return bytes([tag]) + (length if size < 128 else bytes([0x80 | len(length)]) + length) + data


def _armour(data: bytes) -> bytes:
    lines = textwrap.wrap(base64.b64encode(data).decode(), 64)
    return "\n".join([f"-----BEGIN {_LABEL}-----", *lines, f"-----END {_LABEL}-----", ""]).encode()
