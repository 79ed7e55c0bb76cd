"""Sealed fields open with their key in their place, and in no other way."""

import unicodedata
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govern.audit import (
    decrypt,
    digest_key,
    encrypt,
    format_context,
    format_sealed,
    pad_value,
    parse_sealed,
    unpad_value,
)
from govern.errors import FactError, VerificationError

KEY, OTHER, NONCE = bytes(32), bytes([1]) * 32, bytes(12)
PLACE = format_context("officer-7", "k1", 2, "name")


@given(st.text('abc é漢\n"\\ ', max_size=200))
def test_what_is_padded_is_unpadded(value):
    value = unicodedata.normalize("NFC", value)
    assert unpad_value(pad_value(value)) == value
    assert len(pad_value(value)) % 64 == 0


def test_names_of_any_usual_length_look_the_same():
    assert len(pad_value("Bo")) == len(pad_value("Maximiliana Featherstonehaugh"))


@given(st.binary(max_size=200), st.binary(min_size=32, max_size=32), st.binary(min_size=12, max_size=12))
def test_what_is_encrypted_is_decrypted(plain, key, nonce):
    sealed = encrypt(key, nonce, plain, PLACE)
    assert decrypt(key, parse_sealed(format_sealed(sealed)), PLACE) == plain


def test_it_is_aes_256_gcm_as_everybody_else_does_it():
    """NIST's first test case for a key of 256 bits: no plaintext, no context, all zero."""
    assert encrypt(KEY, NONCE, b"", b"")[12:].hex() == "530f8afbc74536b9a963b4f1c4cb738b"
    assert encrypt(KEY, NONCE, bytes(16), b"")[12:].hex() == (
        "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"
    )


@pytest.mark.parametrize(
    ("key", "place"),
    [
        (OTHER, PLACE),
        (KEY, format_context("officer-8", "k1", 2, "name")),
        (KEY, format_context("officer-7", "k2", 2, "name")),
        (KEY, format_context("officer-7", "k1", 3, "name")),
        (KEY, format_context("officer-7", "k1", 2, "email")),
    ],
    ids=["key", "person", "key id", "version", "field"],
)
def test_it_does_not_open_elsewhere(key, place):
    with pytest.raises(VerificationError, match="does not open"):
        decrypt(key, encrypt(KEY, NONCE, b"Ada", PLACE), place)


@given(st.integers(0, (12 + 64 + 16) * 8 - 1))
def test_no_bit_can_be_changed(bit):
    sealed = bytearray(encrypt(KEY, NONCE, pad_value("Ada"), PLACE))
    sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(VerificationError):
        decrypt(KEY, bytes(sealed), PLACE)


def test_wrong_lengths_are_refused():
    with pytest.raises(VerificationError, match="too short"):
        decrypt(KEY, bytes(27), PLACE)
    with pytest.raises(FactError, match="nonce of 11 bytes"):
        encrypt(KEY, bytes(11), b"", b"")
    with pytest.raises(FactError, match="key of 16 bytes"):
        encrypt(bytes(16), NONCE, b"", b"")
    with pytest.raises(FactError, match="the value has 4003 bytes"):
        pad_value("x" * 4001)


@pytest.mark.parametrize("data", [b"7", b"[]", b"not json", b"\xff", b""])
def test_what_is_no_text_is_refused(data):
    with pytest.raises(VerificationError, match="not a text"):
        unpad_value(data)


def test_the_digest_of_a_key_is_not_the_hash_of_the_key_itself():
    assert digest_key(KEY) != f"sha256:{sha256(KEY).hexdigest()}"
    assert digest_key(KEY) != digest_key(OTHER)
