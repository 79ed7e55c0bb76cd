"""Proof files, written, read back, checked, and refused."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govern.audit import Proof, check_proof, format_proof, inclusion_path, parse_proof
from govern.errors import VerificationError

HASH = base64.b64encode(bytes(32))


def prove(log, index, extra=None):
    size = len(log.entries)
    return format_proof(Proof(index, inclusion_path(index, size, log.reader()), log.note(cosign=True), extra))


@pytest.mark.parametrize("size", [1, 2, 5])
def test_every_entry_can_be_proved(new_log, size):
    log = new_log(size)
    for index, entry in enumerate(log.entries):
        proof = check_proof(prove(log, index, b"extra"), entry, log.keys)
        assert (proof.index, proof.checkpoint.size, proof.leaf_hash) == (index, size, log.leaves[index])
        assert [s.key for s in proof.note.signatures] == log.keys


def test_another_entry_is_refused(new_log):
    log = new_log(5)
    with pytest.raises(VerificationError, match="does not lead to the root"):
        check_proof(prove(log, 3), log.entries[2], log.keys)
    with pytest.raises(VerificationError, match="no signature"):
        check_proof(prove(log, 3), log.entries[3], [])


def test_the_form(new_log):
    log = new_log(2)
    lines = prove(log, 1, b"\x00").split(b"\n")
    assert lines[:3] == [b"c2sp.org/tlog-proof@v1", b"extra AA==", b"index 1"]
    assert lines[3] == base64.b64encode(log.leaves[0])
    assert lines[4] == b""
    assert b"\n".join(lines[5:]) == log.note(cosign=True)


@given(
    st.integers(0, 2**63 - 1),
    st.lists(st.binary(min_size=32, max_size=32), max_size=63),
    st.none() | st.binary(),
    st.binary(),
)
def test_proofs_are_read_back(index, path, extra, checkpoint):
    proof = Proof(index, tuple(path), checkpoint, extra)
    assert parse_proof(format_proof(proof)) == proof


@pytest.mark.parametrize("proof", [Proof(-1, (), b""), Proof(2**63, (), b""), Proof(0, (b"x",), b"")])
def test_proofs_that_cannot_be_written(proof):
    with pytest.raises(VerificationError):
        format_proof(proof)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "first line"),
        (b"c2sp.org/tlog-proof@v2\nindex 0\n\n", "first line"),
        (b"\xff\n\n", "not UTF-8"),
        (b"c2sp.org/tlog-proof@v1\nindex 0\n", "no line `index` or no empty line"),
        (b"c2sp.org/tlog-proof@v1\n\n", "no line `index`"),
        (b"c2sp.org/tlog-proof@v1\nextra AA==\n\n", "no line `index`"),
        (b"c2sp.org/tlog-proof@v1\nextra A\nindex 0\n\n", "not base64"),
        (b"c2sp.org/tlog-proof@v1\nindex 00\n\n", "leading zeros"),
        (b"c2sp.org/tlog-proof@v1\nindex 0\nextra AA==\n\n", "is not base64"),
        (b"c2sp.org/tlog-proof@v1\nindex 0\nAAAA\n\n", "3 bytes"),
        (b"c2sp.org/tlog-proof@v1\nindex 0\n" + (HASH + b"\n") * 64 + b"\n", "64 hashes"),
        (bytes((2 << 20) + 1), "are read"),
    ],
)
def test_proofs_of_a_wrong_form(data, words):
    with pytest.raises(VerificationError) as raised:
        parse_proof(data)
    assert words in str(raised.value)


def test_no_bit_of_a_proof_can_be_flipped(new_log):
    log = new_log(3)
    data = format_proof(Proof(1, inclusion_path(1, 3, log.reader()), log.note()))
    for place in range(len(data)):
        for bit in range(8):
            changed = bytearray(data)
            changed[place] ^= 1 << bit
            with pytest.raises(VerificationError):
                check_proof(bytes(changed), log.entries[1], log.keys)


@given(data=st.binary(max_size=100), start=st.integers(0, 400), end=st.integers(0, 400))
def test_no_bytes_give_another_error(data, start, end):
    good = b"c2sp.org/tlog-proof@v1\nextra AA==\nindex 0\n" + HASH + b"\n\no\n1\n" + HASH + b"\n\n"
    for proof in (data, good[:start] + data + good[end:]):
        with pytest.raises(VerificationError):
            check_proof(proof, b"", [])
