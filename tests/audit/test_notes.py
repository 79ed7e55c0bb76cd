"""Signed notes against golang/mod's own, and cosignatures against tlog-scales."""

import base64
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tlog_scales import signing, tlog

from govern.audit import (
    COSIGNATURE,
    ED25519,
    Checkpoint,
    Note,
    Signature,
    VerifierKey,
    add_signatures,
    check_checkpoint,
    check_note,
    format_checkpoint,
    format_note,
    format_signature,
    format_verifier_key,
    key_id,
    make_cosignature,
    make_signature,
    parse_checkpoint,
    parse_note,
    parse_signature,
    parse_verifier_key,
    sign_checkpoint,
    sign_note,
)
from govern.audit.strict import parse_base64, parse_decimal, parse_hash
from govern.errors import VerificationError

VECTOR = json.loads((Path(__file__).parent.parent / "vectors" / "note" / "notes.json").read_bytes())
TEXT = VECTOR["text"].encode()
PETER = parse_verifier_key(VECTOR["keys"]["peter"])
ENOCH = parse_verifier_key(VECTOR["keys"]["enoch"])
SIGNED = {name: line.encode() for name, line in VECTOR["signatures"].items()}
BOTH = TEXT + b"\n" + SIGNED["peter"] + SIGNED["enoch"]


def refuse(words, call, *arguments, **named):
    with pytest.raises(VerificationError) as raised:
        call(*arguments, **named)
    assert words in str(raised.value)
    return raised.value


def test_notes_made_by_go():
    for keys, count in [([PETER], 1), ([ENOCH], 1), ([PETER, ENOCH], 2)]:
        note = check_note(BOTH, keys)
        assert note.text == TEXT
        assert [s.key for s in note.signatures] == keys
        assert len(note.unknown) == 2 - count
    assert format_note(parse_note(BOTH)) == BOTH
    assert format_verifier_key(PETER) == VECTOR["keys"]["peter"]


def test_no_known_signature():
    error = refuse("no signature is by a key that is trusted here", check_note, BOTH, [])
    assert error.expected == "no key was given"
    error = refuse("no signature", check_note, TEXT + b"\n" + SIGNED["enoch"], [PETER])
    assert error.expected == "`PeterNeumann+c74f20a3`"
    assert error.found == "`EnochRoot+af0cfe78`"


def test_a_bad_signature_of_a_known_key_rejects_the_note():
    line = parse_signature(SIGNED["enoch"].decode())
    bad = Signature(line.name, line.key_id, bytes(64))
    note = TEXT + b"\n" + SIGNED["peter"] + format_signature(bad).encode()
    check_note(note, [PETER])
    refuse("the signature of `EnochRoot` does not hold", check_note, note, [PETER, ENOCH])
    refuse("does not hold", check_note, BOTH.replace(b"cryptography", b"Cryptography"), [PETER])


def test_signatures_that_share_only_the_name_or_the_id_are_unknown():
    other = VerifierKey("PeterNeumann", ED25519, bytes(32))
    renamed = Signature("Peter", PETER.key_id, bytes(64))
    note = check_note(add_signatures(BOTH, [renamed]), [PETER, other])
    assert renamed in note.unknown


def test_sixteen_signatures_and_the_limit(signer):
    lines = [Signature(f"key{i}", bytes(4), b"s") for i in range(99)]
    note = sign_note(b"text\n", signer.key, signer.sign)
    for count in (15, 99):
        assert len(check_note(add_signatures(note, lines[:count]), [signer.key]).unknown) == count
    refuse("101 signatures", add_signatures, note, [*lines, lines[0]])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no empty line"),
        (b"text\n", "no empty line"),
        (b"text\n\n", "does not end in a signature line"),
        (b"text\n\n\xe2\x80\x94 a AAAAAAA=", "does not end in a signature line"),
        (b"text\n\n- a AAAAAAA=\n", "is not a signature line"),
        (b"text\n\n\xe2\x80\x94 a\n", "is not a signature line"),
        (b"text\n\n\xe2\x80\x94  AAAAAAA=\n", "is not a key name"),
        (b"text\n\n\xe2\x80\x94 a+b AAAAAAA=\n", "is not a key name"),
        (b"text\n\n\xe2\x80\x94 a\xc2\xa0b AAAAAAA=\n", "is not a key name"),
        (b"text\n\n\xe2\x80\x94 a AAAAAAA= \n", "is not base64"),
        (b"text\n\n\xe2\x80\x94 a AAAAAAA\n", "is not base64"),
        (b"text\n\n\xe2\x80\x94 a AAAAAAB=\n", "not in the standard form"),
        (b"text\n\n\xe2\x80\x94 a AAAAAA==\n", "no signature after the key id"),
        (b"text\n\n\xe2\x80\x94 a AAAAAAA=\n\n", "does not end"),
        (b"te\txt\n\n\xe2\x80\x94 a AAAAAAA=\n", "control character"),
        (b"te\xffxt\n\n\xe2\x80\x94 a AAAAAAA=\n", "not UTF-8"),
        (b"t" * (1 << 20) + b"\n", "at most 1048576"),
    ],
)
def test_notes_of_a_wrong_form(data, words):
    refuse(words, parse_note, data)


def test_the_last_empty_line_divides(signer):
    text = b"one\n\ntwo\n\n"
    assert check_note(sign_note(text, signer.key, signer.sign), [signer.key]).text == text


@pytest.mark.parametrize("text", [b"", b"no line feed", b"a\rb\n", b"t" * (1 << 20) + b"\n"])
def test_texts_that_cannot_be_signed(signer, text):
    with pytest.raises(VerificationError):
        sign_note(text, signer.key, signer.sign)


def test_a_text_without_its_line_feed_is_refused_and_not_moved():
    # "a\n\nb" would be read back with another text
    refuse(
        "not that of a note",
        format_note,
        Note(b"a\n\n\xe2\x80\x94 k AAAAAHM=", (Signature("k", bytes(4), b"s"),)),
    )


def test_a_lone_signature_line():
    line = SIGNED["peter"].decode()
    assert format_signature(parse_signature(line)) == line
    refuse("ends in a line feed", parse_signature, line[:-1])


KEYS = VECTOR["keys"]["peter"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is not a verifier key"),
        ("name", "is not a verifier key"),
        ("name+c74f20a3", "is not a verifier key"),
        ("name+C74F20A3+ARpc", "is not a verifier key"),
        ("name+c74f20a3+", "holds no key"),
        ("name+c74f20a3+A", "is not base64"),
        ("name+c74f20a3+ARpc", "has 2 bytes"),
        (KEYS.replace("c74f20a3", "c74f20a4"), "the key id is not that of this name and key"),
        (KEYS.replace("PeterNeumann", "Peter"), "the key id is not that of this name and key"),
        ("name+00000000+" + base64.b64encode(b"\x05" + bytes(1312)).decode(), "type 0x05 are not supported"),
        ("a b" + KEYS.removeprefix("PeterNeumann"), "is not a key name"),
        ("\ud800" + KEYS.removeprefix("PeterNeumann"), "is not a key name"),
    ],
)
def test_verifier_keys_of_a_wrong_form(text, words):
    refuse(words, parse_verifier_key, text)


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"], exclude_characters="+"), min_size=1),
    st.sampled_from([ED25519, COSIGNATURE]),
    st.binary(min_size=32, max_size=32),
)
def test_verifier_keys_are_read_back(name, key_type, public):
    key = VerifierKey(name, key_type, public)
    assert parse_verifier_key(format_verifier_key(key)) == key
    assert key.key_id == key_id(name, key_type, public)


def test_cosignatures(signer, witness):
    head = Checkpoint(signer.name, 7, bytes(32))
    note = sign_checkpoint(head, signer.key, signer.sign)
    text = parse_note(note).text
    cosigned = add_signatures(note, [make_cosignature(text, witness.key, witness.sign, 1679315147)])

    checkpoint, verified = check_checkpoint(cosigned, [signer.key, witness.key])

    assert checkpoint == head
    assert [s.time for s in verified.signatures] == [None, 1679315147]
    theirs = tlog.Checkpoint.from_text(cosigned.decode())
    theirs.verify(signing.Vkey.from_string(format_verifier_key(signer.key)))
    theirs.verify(signing.Vkey.from_string(format_verifier_key(witness.key)))


def test_cosignatures_that_do_not_hold(signer, witness):
    note = sign_checkpoint(Checkpoint(signer.name, 7, bytes(32)), signer.key, signer.sign)
    text = parse_note(note).text
    good = make_cosignature(text, witness.key, witness.sign, 5)
    later = Signature(good.name, good.key_id, (6).to_bytes(8, "big") + good.signature[8:])
    far = (1 << 63).to_bytes(8, "big")
    too_far = Signature(good.name, good.key_id, far + witness.sign(b"cosignature/v1\ntime %d\n" % (1 << 63) + text))
    for bad in (
        later,
        too_far,
        Signature(good.name, good.key_id, b"short"),
        Signature(good.name, good.key_id, good.signature + b"x"),
    ):
        refuse("does not hold", check_note, add_signatures(note, [bad]), [signer.key, witness.key])
    for time in (-1, 1 << 63):
        refuse("is no time", make_cosignature, text, witness.key, witness.sign, time)
    refuse("another kind of signature: Ed25519", make_cosignature, text, signer.key, signer.sign, 1)
    refuse("another kind of signature", make_signature, text, witness.key, witness.sign)


def test_notes_made_by_tlog_scales(signer):
    theirs = tlog.Checkpoint.make_signed(
        signer.name, 3, bytes(32), [signing.PlainEd25519Signer(signer.name, signer.seed)]
    )
    checkpoint, _ = check_checkpoint(theirs.serialize().encode(), [signer.key])
    assert checkpoint == Checkpoint(signer.name, 3, bytes(32))
    assert sign_checkpoint(checkpoint, signer.key, signer.sign) == theirs.serialize().encode()


def test_only_the_log_speaks_for_the_log(signer, witness, new_signer):
    other = new_signer("other.example/log", seed=bytes([9]) * 32)
    text = format_checkpoint(Checkpoint(signer.name, 1, bytes(32)))
    note = sign_note(text, other.key, other.sign)
    refuse("no signature is by the log", check_checkpoint, note, [other.key])
    only_witness = format_note(Note(text, (make_cosignature(text, witness.key, witness.sign, 1),)))
    refuse("no signature is by the log", check_checkpoint, only_witness, [witness.key])
    refuse("does not sign for", sign_checkpoint, Checkpoint(signer.name, 1, bytes(32)), other.key, other.sign)


@given(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"), min_size=1),
    st.integers(0, 2**63 - 1),
    st.binary(min_size=32, max_size=32),
    st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"), min_size=1), max_size=2),
)
def test_checkpoints_are_read_back(origin, size, root, extensions):
    checkpoint = Checkpoint(origin, size, root, tuple(extensions))
    assert parse_checkpoint(format_checkpoint(checkpoint)) == checkpoint


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "not a checkpoint"),
        (b"o\n1\n", "not a checkpoint"),
        (b"o\n1\n" + base64.b64encode(bytes(32)), "not a checkpoint"),
        (b"\n1\n" + base64.b64encode(bytes(32)) + b"\n", "not a checkpoint"),
        (b"o\n01\n" + base64.b64encode(bytes(32)) + b"\n", "without leading zeros"),
        (b"o\n+1\n" + base64.b64encode(bytes(32)) + b"\n", "without leading zeros"),
        (b"o\n9223372036854775808\n" + base64.b64encode(bytes(32)) + b"\n", "decimal"),
        (b"o\n1\n" + base64.b64encode(bytes(31)) + b"\n", "31 bytes"),
        (b"o\n1\nx\n", "not base64"),
        ("o\n1\né\n".encode(), "not base64"),
        (b"\xff\n", "not UTF-8"),
    ],
)
def test_checkpoints_of_a_wrong_form(text, words):
    refuse(words, parse_checkpoint, text)


@pytest.mark.parametrize(
    "checkpoint",
    [
        Checkpoint("", 1, bytes(32)),
        Checkpoint("a\nb", 1, bytes(32)),
        Checkpoint("a", -1, bytes(32)),
        Checkpoint("a", 2**63, bytes(32)),
        Checkpoint("a", 1, bytes(31)),
        Checkpoint("a", 1, bytes(32), ("",)),
    ],
)
def test_checkpoints_that_cannot_be_written(checkpoint):
    with pytest.raises(VerificationError):
        format_checkpoint(checkpoint)


@given(st.integers(0, 2**63 - 1), st.binary())
def test_strict_readings(number, data):
    assert parse_decimal(str(number)) == number
    assert parse_base64(base64.b64encode(data).decode()) == data


@given(st.text())
def test_strict_readings_refuse_or_give_one_value(text):
    for parse in (parse_decimal, parse_base64, parse_hash, parse_verifier_key, parse_signature):
        try:
            parse(text)
        except VerificationError:
            continue


@given(st.binary(max_size=200), st.integers(0, len(BOTH) - 1), st.integers(0, len(BOTH)))
def test_no_bytes_give_another_error(data, start, end):
    for note in (data, BOTH[:start] + data + BOTH[end:]):
        for call in (lambda d: check_note(d, [PETER, ENOCH]), parse_checkpoint):
            try:
                call(note)
            except VerificationError:
                continue


@given(st.integers(0, len(BOTH) - 1), st.integers(0, 7))
def test_no_bit_of_a_note_can_be_flipped(place, bit):
    changed = bytearray(BOTH)
    changed[place] ^= 1 << bit
    try:
        note = check_note(bytes(changed), [PETER, ENOCH])
    except VerificationError:
        return
    assert note.text == TEXT
    assert len(note.signatures) == 1  # the flipped line is no longer that of a known key
