"""ML-DSA-44 cosignatures, held against tlog-scales, which shares no code with ours."""

import sys

import pytest
from tlog_scales import signing, tlog

from govern.audit import (
    COSIGNATURE,
    ML_DSA_COSIGNATURE,
    Signature,
    VerifierKey,
    add_signatures,
    check_checkpoint,
    check_note,
    format_signature,
    format_verifier_key,
    has_ml_dsa,
    make_cosignature,
    parse_note,
    parse_verifier_key,
)
from govern.errors import VerificationError

pytestmark = pytest.mark.skipif(not has_ml_dsa(), reason="the installed `cryptography` has no ML-DSA-44")

NAME = "witness.example/pq"
TIME = 1_764_000_000


@pytest.fixture
def private():
    from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

    return MLDSA44PrivateKey.from_seed_bytes(bytes([7]) * 32)


@pytest.fixture
def key(private):
    return VerifierKey(NAME, ML_DSA_COSIGNATURE, private.public_key().public_bytes_raw())


def test_a_cosignature_holds_and_tells_its_time(new_log, private, key):
    log = new_log(5)
    text = parse_note(log.note()).text
    note = add_signatures(log.note(), [make_cosignature(text, key, private.sign, TIME)])
    checkpoint, checked = check_checkpoint(note, [log.signer.key, key])
    assert checkpoint.size == 5
    assert [(each.key, each.time) for each in checked.signatures] == [(log.signer.key, None), (key, TIME)]
    assert parse_verifier_key(format_verifier_key(key)) == key


def test_tlog_scales_reads_ours_and_we_read_its(new_log, private, key):
    log = new_log(3)
    text = parse_note(log.note()).text
    ours = add_signatures(log.note(), [make_cosignature(text, key, private.sign, TIME)])
    theirs = tlog.Checkpoint.from_text(ours.decode())
    theirs.verify(signing.Vkey.from_string(format_verifier_key(key)))

    made = tlog.Checkpoint.make_signed(
        log.signer.name,
        3,
        theirs.root_hash,
        [
            signing.PlainEd25519Signer(log.signer.name, log.signer.seed),
            signing.MLDSA44CosignatureSigner(NAME, private),
        ],
    )
    _, checked = check_checkpoint(made.serialize().encode(), [log.signer.key, key])
    assert [each.key for each in checked.signatures] == [log.signer.key, key]


def test_any_other_text_time_or_signature_is_refused(new_log, private, key):
    log = new_log(5)
    text = parse_note(log.note()).text
    good = make_cosignature(text, key, private.sign, TIME)
    for bad in (
        good.signature[:8] + bytes(2420),
        good.signature[:7] + b"\1" + good.signature[8:],
        b"\xff" + good.signature[1:],  # a time beyond 2**63
        good.signature[:-1],
        good.signature + b"\0",
        b"\0",
    ):
        note = add_signatures(log.note(), [Signature(NAME, key.key_id, bad)])
        with pytest.raises(VerificationError, match="does not hold"):
            check_checkpoint(note, [log.signer.key, key])
    other = add_signatures(log.note(4), [good])
    with pytest.raises(VerificationError, match="does not hold"):
        check_checkpoint(other, [log.signer.key, key])


def test_the_name_is_part_of_what_is_signed(new_log, private, key):
    """As it is not with Ed25519: another witness cannot take over a signature."""
    log = new_log(2)
    text = parse_note(log.note()).text
    line = make_cosignature(text, key, private.sign, TIME)
    other = VerifierKey("witness.example/other", ML_DSA_COSIGNATURE, key.public)
    taken = Signature(other.name, other.key_id, line.signature)
    with pytest.raises(VerificationError, match="does not hold"):
        check_checkpoint(add_signatures(log.note(), [taken]), [log.signer.key, other])


def test_only_checkpoints_with_short_names_are_cosigned(private, key):
    with pytest.raises(VerificationError, match="cosigns checkpoints only"):
        make_cosignature(b"some other text\n", key, private.sign, TIME)
    long = VerifierKey("w" * 256, ML_DSA_COSIGNATURE, key.public)
    text = b"log.example\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
    with pytest.raises(VerificationError, match="at most 255 bytes"):
        make_cosignature(text, long, private.sign, TIME)
    line = format_signature(Signature(NAME, key.key_id, bytes(2428)))
    with pytest.raises(VerificationError, match="does not hold"):
        check_note(b"no checkpoint\n\n" + line.encode(), [key])


def test_without_ml_dsa_such_a_key_is_named_and_others_still_verify(new_log, private, key, monkeypatch):
    log = new_log(2)
    text = parse_note(log.note()).text
    note = add_signatures(log.note(cosign=True), [make_cosignature(text, key, private.sign, TIME)])
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.asymmetric.mldsa", None)  # as where it is older
    assert not has_ml_dsa()
    with pytest.raises(VerificationError, match="cannot be verified here") as caught:
        check_checkpoint(note, [log.signer.key, key])
    assert NAME in caught.value.where
    assert [each.key.key_type for each in check_checkpoint(note, log.keys)[1].signatures] == [1, COSIGNATURE]
