"""How a log changes its key: notes, chains of them, and which key signs which head."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govern.audit import (
    COSIGNATURE,
    Checkpoint,
    Note,
    Rotation,
    Succession,
    check_checkpoint,
    check_rotation,
    check_signed_in_time,
    check_succession,
    format_note,
    format_rotation,
    make_signature,
    parse_checkpoint,
    parse_note,
    parse_rotation,
    sign_checkpoint,
    sign_rotation,
)
from govern.errors import VerificationError

ROOT = bytes(range(32))


@pytest.fixture
def signers(new_signer, signer):
    """Four keys of one log."""
    return [signer, *(new_signer(signer.name, seed=bytes([number]) * 32) for number in (1, 2, 3))]


def note_of(size, old, new):
    return sign_rotation(Rotation(size, ROOT, old.key, new.key), old.sign, new.sign)


def test_a_rotation_is_signed_by_both_keys(signers):
    old, new = signers[:2]
    note = note_of(7, old, new)
    assert check_rotation(note, old.key) == Rotation(7, ROOT, old.key, new.key)
    assert len(parse_note(note).signatures) == 2
    assert note.startswith(b"govern-key-rotation/v1\nsize 7\nroot ")


@given(size=st.integers(0, 2**63 - 1), root=st.binary(min_size=32, max_size=32))
def test_format_and_parse_are_inverses(size, root):
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from govern.audit import ED25519, VerifierKey

    keys = [
        VerifierKey(
            "log.example/x",
            ED25519,
            Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32).public_key().public_bytes_raw(),
        )
        for n in (1, 2)
    ]
    rotation = Rotation(size, root, *keys)
    text = format_rotation(rotation)
    assert parse_rotation(text) == rotation
    with pytest.raises(VerificationError):  # it can never be taken for the head of a log
        parse_checkpoint(text)


@pytest.mark.parametrize(("size", "root"), [(-1, ROOT), (2**63, ROOT), (1, b"short")])
def test_what_would_not_be_read_back_is_not_written(signers, size, root):
    with pytest.raises(VerificationError, match="no tree head"):
        format_rotation(Rotation(size, root, signers[0].key, signers[1].key))


def test_a_rotation_is_from_one_key_to_another_of_the_same_log(signers, new_signer):
    old = signers[0]
    for new in (
        old,
        new_signer("log.example/other", seed=bytes([1]) * 32),
        new_signer(old.name, COSIGNATURE, b"x" * 32),
    ):
        with pytest.raises(VerificationError, match="from one Ed25519 key of a log to another"):
            Rotation(1, ROOT, old.key, new.key)


def test_one_signature_is_not_enough(signers):
    old, new, other, _ = signers
    text = format_rotation(Rotation(7, ROOT, old.key, new.key))
    for only, trusted in ((old, old), (new, old)):
        note = format_note(Note(text, (make_signature(text, only.key, only.sign),)))
        with pytest.raises(VerificationError, match="no signature is by a key that is trusted"):
            check_rotation(note, trusted.key)
    with pytest.raises(VerificationError, match="no signature is by a key that is trusted"):
        check_rotation(note_of(7, old, new), other.key)
    by_all = format_note(Note(text, tuple(make_signature(text, each.key, each.sign) for each in (old, new, other))))
    with pytest.raises(VerificationError, match="from another key than the one that is trusted"):
        check_rotation(by_all, other.key)


@pytest.mark.parametrize(
    "text",
    [
        b"\xff\n",
        b"govern-key-rotation/v2\nsize 1\n",
        b"govern-key-rotation/v1\nsize 1\nroot x\nold y\n",
        b"govern-key-rotation/v1\nsize 01\nroot x\nold y\nnew z\n",
        b"govern-key-rotation/v1\nsize 1\nroot AAAA\nold y\nnew z\n",
        b"govern-key-rotation/v1\nroot x\nsize 1\nold y\nnew z\n",
        b"govern-key-rotation/v1\nsize 1\nroot x\nold y\nnew z",
    ],
)
def test_other_texts_are_refused(text):
    with pytest.raises(VerificationError):
        parse_rotation(text)


def test_every_flipped_bit_is_found(signers):
    note = note_of(7, *signers[:2])
    for place in range(0, len(note), 3):
        changed = bytearray(note)
        changed[place] ^= 1 << place % 8
        with pytest.raises(VerificationError):
            check_rotation(bytes(changed), signers[0].key)


def test_a_succession_leads_from_the_first_key_to_todays(signers):
    notes = [note_of(size, *pair) for size, pair in zip((5, 5, 9), pairwise(signers), strict=True)]
    succession = check_succession(signers[0].key, notes)
    assert succession.keys == tuple(each.key for each in reversed(signers))
    expected = {0: 0, 5: 0, 6: 2, 9: 2, 10: 3}  # the second key signed nothing
    assert {size: succession.key_at(size) for size in expected} == {
        size: signers[number].key for size, number in expected.items()
    }
    assert check_succession(signers[0].key, []) == Succession(signers[0].key)


def test_a_gap_or_a_step_back_is_named(signers):
    one, two, three, four = signers
    with pytest.raises(VerificationError, match="rotation 2 does not verify: no signature"):
        check_succession(one.key, [note_of(5, one, two), note_of(9, three, four)])
    with pytest.raises(VerificationError, match="rotation 2 is of a smaller log"):
        check_succession(one.key, [note_of(5, one, two), note_of(4, two, three)])


def test_a_head_is_signed_by_the_key_whose_turn_it_was(signers):
    old, new = signers[:2]
    succession = check_succession(old.key, [note_of(5, old, new)])
    for size, right, wrong in ((5, old, new), (6, new, old)):
        head = Checkpoint(old.name, size, ROOT)
        for each, good in ((right, True), (wrong, False)):
            checked = check_checkpoint(sign_checkpoint(head, each.key, each.sign), succession.keys)
            if good:
                check_signed_in_time(*checked, succession)
            else:
                with pytest.raises(VerificationError, match="not signed by the key whose turn it was"):
                    check_signed_in_time(*checked, succession)
