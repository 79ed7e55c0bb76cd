"""A key that never leaves its token, tried on SoftHSM."""

import sys

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from govern.audit import EMPTY_ROOT, Rotation, sign_rotation
from govern.errors import RefusedError, StoreError
from govern.keys import FolderSigner, Token, TokenKey, check_new_label
from govern.keys.token import format_token, parse_token

PIN = "pin-of-the-tests"


def test_a_key_is_made_in_the_token_and_found_again(token):
    made = TokenKey(token, PIN, make=True)
    Ed25519PublicKey.from_public_bytes(made.public).verify(made.sign(b"message"), b"message")
    assert TokenKey(token, PIN).public == made.public  # while somebody is logged in
    made.close()
    found = TokenKey(token, PIN)
    assert found.public == made.public
    assert len(found.sign(b"")) == 64
    found.close()
    assert TokenKey(token, PIN, make=True).public == made.public


def test_the_private_half_cannot_be_read(token):
    import pkcs11
    from pkcs11.constants import Attribute

    made = TokenKey(token, PIN, make=True)
    with pytest.raises(pkcs11.PKCS11Error):
        _ = made._private[Attribute.VALUE]


@pytest.mark.parametrize(
    ("change", "pin", "words"),
    [
        ({}, "a wrong pin", "the PIN is wrong"),
        ({"label": "other"}, PIN, "there is no Ed25519 key `other` in it"),
        ({"token": "other"}, PIN, "there is no such token"),
        ({"module": "/nowhere/lib.so"}, PIN, "it refused"),
    ],
)
def test_what_a_token_refuses_is_said_without_the_pin(token, change, pin, words):
    from dataclasses import replace

    TokenKey(token, PIN, make=True).close()
    with pytest.raises(StoreError, match=words) as caught:
        TokenKey(replace(token, **change), pin)
    assert pin not in str(caught.value)
    assert caught.value.__suppress_context__


def test_a_log_moves_its_key_into_a_token_and_out_again(token, folder):
    signer = FolderSigner(folder, lambda _: PIN)

    def rotate(next_key):
        rotation = Rotation(1, EMPTY_ROOT, signer.key, next_key.key)
        signer.switch(sign_rotation(rotation, signer.sign, next_key.sign))

    rotate(signer.prepare_next_in_token(token, PIN))
    assert signer.is_protected() == "token"
    assert not (folder / "log.key").exists()
    again = FolderSigner(folder, lambda _: PIN)
    Ed25519PublicKey.from_public_bytes(again.key.public).verify(again.sign(b"m"), b"m")
    with pytest.raises(StoreError, match="a PIN of its own"):
        again.protect("a new passphrase")
    (folder / "log.pkcs11").chmod(0o666)
    with pytest.raises(StoreError, match="others can change the key file"):  # it names a program to load
        FolderSigner(folder, lambda _: PIN).sign(b"m")
    (folder / "log.pkcs11").chmod(0o600)

    rotate(signer.prepare_next(None))
    assert signer.is_protected() == "plain"
    assert not (folder / "log.pkcs11").exists()
    assert len(FolderSigner(folder).keys) == 3
    assert FolderSigner(folder, pytest.fail).sign(b"m")


def test_format_and_parse_are_inverses():
    token = Token("/usr/lib/x.so", "compliance", "log-1")
    assert parse_token(format_token(token), "log.pkcs11") == token


@pytest.mark.parametrize(
    "data",
    [b"", b"{}", b"[]", b'{"module": "", "token": "a", "label": "b"}', b'{"module": 1, "token": "a", "label": "b"}',
     b'{"module": "a", "token": "a", "label": "b", "more": 1}', b"\xff", b"[" * 16_000],
)  # fmt: skip
def test_a_damaged_file_is_named(data):
    with pytest.raises(StoreError, match=r"`log\.pkcs11` is damaged"):
        parse_token(data, "log.pkcs11")


def test_half_a_place_is_refused():
    with pytest.raises(RefusedError, match="--module, --token and --label"):
        check_new_label(Token("x", "", "y"))


def test_without_the_extra_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pkcs11", None)
    with pytest.raises(StoreError, match="not installed") as caught:
        TokenKey(Token("x", "y", "z"), PIN)
    assert "govern[pkcs11]" in caught.value.hint
