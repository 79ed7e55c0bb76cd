"""What others attested, kept as plain files beside the log."""

from hashlib import sha256

import pytest

from govern.audit import COSIGNATURE, VerifierKey, add_signatures, make_cosignature, parse_note
from govern.errors import StoreError
from govern.witness import FolderAttestations


@pytest.fixture
def kept(tmp_path):
    return FolderAttestations(tmp_path / "attestations")


def cosign(note, number):
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    private = Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)
    key = VerifierKey(f"witness.example/{number}", COSIGNATURE, private.public_key().public_bytes_raw())
    return add_signatures(note, [make_cosignature(parse_note(note).text, key, private.sign, 5)])


def test_cosignatures_of_one_head_come_together(kept, log):
    assert kept.notes() == []
    one, two = cosign(log.note(9), 1), cosign(log.note(9), 2)
    for note in (one, two, one):
        kept.keep_note(note)
    assert kept.notes() == [cosign(one, 2)]


def test_notes_come_in_the_order_of_their_sizes(kept, log):
    for size in (10, 9, 33, 0):
        kept.keep_note(log.note(size))
    assert kept.notes() == [log.note(size) for size in (0, 9, 10, 33)]
    assert list(kept.newest_notes()) == kept.notes()[::-1]


def test_a_stamp_is_kept_with_the_note_that_it_is_about(kept, log):
    note = log.note(3)
    kept.keep_pending(note)
    assert kept.find_pending(sha256(note).digest()) == note
    kept.keep_stamp(note, b"response")
    kept.keep_stamp(note, b"another")
    kept.keep_stamp(log.note(2), b"first")
    assert sorted(response for _, response in kept.stamps()) == [b"another", b"first", b"response"]
    assert kept.stamps()[0] == (log.note(2), b"first")
    assert kept.find_pending(sha256(note).digest()) == note  # it can be stamped again
    assert kept.find_pending(bytes(32)) is None


def test_a_file_that_cannot_be_one_is_named(kept, log, tmp_path):
    kept.keep_note(log.note(1))
    kept.keep_stamp(log.note(1), b"x")
    (path,) = (tmp_path / "attestations" / "notes").iterdir()
    path.write_bytes(b"x" * (2 << 20))
    with pytest.raises(StoreError, match="longer than any note"):
        kept.notes()
    (tmp_path / "attestations" / "stamps" / path.name).unlink(missing_ok=True)
    for note in (tmp_path / "attestations" / "stamps").glob("*.note"):
        note.unlink()
    with pytest.raises(StoreError, match="cannot be read"):
        kept.stamps()
