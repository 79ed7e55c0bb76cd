"""Key files: what openssl writes we read, what we write openssl reads, and nothing secret leaves by a message."""

import shutil
import subprocess

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from govern.audit import has_ml_dsa
from govern.errors import RefusedError, StoreError
from govern.keys import check_passphrase, format_private_key, is_encrypted, parse_private_key

SEED = bytes(range(32))
PRIVATE = Ed25519PrivateKey.from_private_bytes(SEED)
PASSPHRASE = "correct horse battery staple"


def read(data, passphrase=PASSPHRASE):
    return parse_private_key(data, "log.key", lambda _: passphrase, "the log's key").private_bytes_raw()


@settings(max_examples=8, deadline=None)
@given(st.text(min_size=1, max_size=80))
def test_what_is_written_under_a_passphrase_is_read_with_it(passphrase):
    data = format_private_key(PRIVATE, passphrase)
    assert is_encrypted(data)
    assert read(data, passphrase) == SEED
    assert SEED not in data


def test_without_a_passphrase_it_is_plain_pkcs8():
    data = format_private_key(PRIVATE, None)
    assert not is_encrypted(data)
    assert parse_private_key(data, "log.key", pytest.fail, "it").private_bytes_raw() == SEED
    assert data.startswith(b"-----BEGIN PRIVATE KEY-----\n")


def test_the_hexadecimal_digits_of_the_first_version_are_read():
    assert read(SEED.hex().encode() + b"\n") == SEED


def test_two_ways_to_type_a_character_are_one_passphrase():
    composed, decomposed = "caf\u00e9 au lait", "cafe\u0301 au lait"
    assert read(format_private_key(PRIVATE, composed), decomposed) == SEED


@pytest.mark.skipif(not has_ml_dsa(), reason="the installed `cryptography` has no ML-DSA-44")
def test_an_ml_dsa_key_is_kept_the_same_way():
    from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

    private = MLDSA44PrivateKey.from_seed_bytes(SEED)
    assert read(format_private_key(private, PASSPHRASE)) == SEED


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")
class TestOpenssl:
    def run(self, folder, *words, data):
        (folder / "in.pem").write_bytes(data)
        done = subprocess.run(
            ["openssl", *words, "-in", folder / "in.pem"], capture_output=True, check=True, timeout=60, cwd=folder
        )
        return done.stdout

    def test_it_reads_ours(self, tmp_path):
        data = format_private_key(PRIVATE, PASSPHRASE)
        plain = self.run(tmp_path, "pkcs8", "-passin", f"pass:{PASSPHRASE}", data=data)
        assert read(plain) == SEED
        shown = self.run(tmp_path, "asn1parse", data=data).decode()
        assert "PBES2" in shown
        assert "scrypt" in shown
        assert "aes-256-cbc" in shown

    @pytest.mark.parametrize("kind", [["-scrypt"], ["-v2", "aes-256-cbc"]])
    def test_we_read_its(self, tmp_path, kind):
        plain = PRIVATE.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        data = self.run(tmp_path, "pkcs8", "-topk8", *kind, "-passout", f"pass:{PASSPHRASE}", data=plain)
        assert is_encrypted(data)
        assert read(data) == SEED


def test_a_wrong_passphrase_is_refused_and_not_repeated():
    data = format_private_key(PRIVATE, PASSPHRASE)
    with pytest.raises(StoreError, match=r"does not open the key file `log\.key`") as caught:
        read(data, "something else that I tried")
    assert "tried" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"nonsense",
        b"\xff\xfe",
        b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        SEED.hex().encode()[:-1],
        b"a" * 100_000,
    ],
)
def test_a_damaged_file_is_named(data):
    with pytest.raises(StoreError, match=r"`log\.key` is damaged"):
        read(data)


def test_a_damaged_encrypted_file_is_refused():
    data = format_private_key(PRIVATE, PASSPHRASE)
    for place in (60, 100, 150, 200, 250, len(data) - 40):
        changed = bytearray(data)
        changed[place] = ord("A") if changed[place] != ord("A") else ord("B")
        with pytest.raises(StoreError):
            read(bytes(changed))
            raise StoreError("a changed salt or scheme cannot give the same key")


@pytest.mark.parametrize("passphrase", ["", "short", "eleven char", "x" * 1025])
def test_a_passphrase_that_can_be_tried_out_is_refused(passphrase):
    with pytest.raises(RefusedError, match="the passphrase has") as caught:
        check_passphrase(passphrase)
    assert passphrase not in str(caught.value) or not passphrase
    assert check_passphrase("twelve chars") == "twelve chars"
