"""Strict readings of text: a decimal, base64, a hash. Each accepts exactly what its writer writes.

Two texts for one value would let a signature line or a proof be altered without anybody noticing.
"""

import base64
import binascii
import re

from govern.errors import VerificationError

HASH_SIZE = 32
NUMBER_LIMIT = 2**63  # C2SP sizes and times fit a signed 64-bit integer

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


def parse_decimal(text: str, where: str = "") -> int:
    """A non-negative integer below 2**63 in ASCII digits, without sign or leading zeros."""
    if not _DECIMAL.fullmatch(text) or int(text) >= NUMBER_LIMIT:
        raise VerificationError(f"`{text[:40]}` is not a decimal number without leading zeros", where=where)
    return int(text)


def parse_base64(text: str, where: str = "") -> bytes:
    """The bytes of standard base64 with padding (RFC 4648 section 4), refusing unused bits that are not
    zero."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise VerificationError(f"`{text[:60]}` is not base64", where=where) from error
    if format_base64(data) != text:
        raise VerificationError(f"`{text[:60]}` is not in the standard form of base64", where=where)
    return data


def format_base64(data: bytes) -> str:
    """Standard base64 with padding (RFC 4648 section 4)."""
    return base64.b64encode(data).decode()


def parse_hash(text: str, where: str = "") -> bytes:
    """A SHA-256 hash in base64: exactly 32 bytes."""
    data = parse_base64(text, where)
    if len(data) != HASH_SIZE:
        raise VerificationError(f"a hash has {len(data)} bytes", where=where, hint="SHA-256 has 32")
    return data
