"""Hostile bytes for every reader of the log's formats: the declared error or a value, and memory that is bounded.

What is mutated is good to begin with, so that the readers are entered deeply; what is made up is made of the formats'
own words.
"""

import tracemalloc
from functools import cache
from importlib import util
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govern.audit import (
    ENTRIES,
    Checkpoint,
    PartOrder,
    Proof,
    Rotation,
    Tile,
    check_checkpoint,
    check_note,
    check_proof,
    check_rotation,
    check_succession,
    format_proof,
    inclusion_path,
    list_tiles,
    parse_checkpoint,
    parse_entry,
    parse_entry_bundle,
    parse_hashes,
    parse_kept,
    parse_note,
    parse_proof,
    parse_rotation,
    parse_tile_path,
    plan_bundle,
    read_bundle_part,
    sign_checkpoint,
    sign_rotation,
    verify_bundle,
    verify_tile_log,
)
from govern.audit.kept import format_kept
from govern.audit.verify import verify_log
from govern.errors import VerificationError

COUNT = 5


@cache
def good():
    """A small log with all that is made of it."""
    spec = util.spec_from_file_location("govern_tests_audit", Path(__file__).with_name("conftest.py"))
    conftest = util.module_from_spec(spec)
    spec.loader.exec_module(conftest)
    signer = conftest.Signer(conftest.ORIGIN)
    witness = conftest.Signer("witness.example/w1", 4, bytes([1]) * 32)
    log = conftest.Log(conftest.make_entries(COUNT), signer, witness)
    files = dict(plan_bundle(log.entries, log.note(cosign=True), log.keys))
    proof = format_proof(Proof(3, inclusion_path(3, COUNT, log.reader()), log.note(cosign=True), b"x"))
    kept = format_kept(verify_log(log.entries, [log.note()], log.keys).kept)
    return log, files, proof, kept


@cache
def rotation():
    """Two keys of a log, and the note by which the one handed over to the other."""
    log, _, _, _ = good()
    new = type(log.signer)(log.signer.name, 1, bytes([7]) * 32)
    text = Rotation(4, bytes(32), log.signer.key, new.key)
    return log.signer.key, new.key, sign_rotation(text, log.signer.sign, new.sign)


WORDS = [
    b"", b"\n", b"\n\n", b" ", b"+", b"index ", b"extra ", b"c2sp.org/tlog-proof@v1\n", b"\xe2\x80\x94 ", b"0", b"1",
    b"18446744073709551616", b"-1", b"AAAA", b"=", b"\x00", b"\xff", b"log.example/govern", b"\xff\xff",
    b"{", b"}", b'"',
    b"[" * 100, b"9" * 5000, b"tile/", b"x001/", b".p/",
]  # fmt: skip

MUTATIONS = st.lists(
    st.tuples(st.integers(0, 10_000), st.integers(0, 200), st.sampled_from(WORDS) | st.binary(max_size=40)), max_size=4
)


def mutate(data, mutations):
    for place, length, new in mutations:
        start = place % (len(data) + 1)
        data = data[:start] + new + data[start + length :]
    return data


def declared(call, *arguments):
    """The call ends with a value or with the declared error, and any other error fails the test."""
    try:
        return call(*arguments)
    except VerificationError as problem:
        assert str(problem)
        return None


@settings(deadline=None, max_examples=150)
@given(MUTATIONS)
def test_notes_and_checkpoints(mutations):
    log, files, _, _ = good()
    data = mutate(files["checkpoint"], mutations)
    note = declared(parse_note, data)
    if note is not None:
        declared(parse_checkpoint, note.text)
    declared(parse_checkpoint, data)
    declared(check_note, data, log.keys)
    head = declared(check_checkpoint, data, log.keys)
    if head is not None:  # what still verifies is what was signed
        assert head[0] == Checkpoint(log.signer.name, COUNT, head[0].root)
        assert head[1].text == parse_note(files["checkpoint"]).text


@settings(deadline=None, max_examples=150)
@given(MUTATIONS)
def test_proofs(mutations):
    log, _, proof, _ = good()
    data = mutate(proof, mutations)
    declared(parse_proof, data)
    for index, entry in enumerate(log.entries):
        found = declared(check_proof, data, entry, log.keys)
        assert found is None or (index, found.index) == (3, 3)


@settings(deadline=None, max_examples=150)
@given(MUTATIONS, st.integers(0, 2**60), st.integers(1, 256))
def test_tiles_and_entries(mutations, index, width):
    log, files, _, kept = good()
    for path in (f"tile/entries/000.p/{COUNT}", f"tile/0/000.p/{COUNT}"):
        data = mutate(files[path], mutations)
        declared(parse_entry_bundle, data, Tile(ENTRIES, index, width))
        declared(parse_hashes, data, Tile(0, index, width))
        declared(parse_tile_path, mutate(path.encode(), mutations).decode(errors="replace"))
    for data in (log.entries[3], kept):
        declared(parse_entry, mutate(data, mutations))
        declared(parse_kept, mutate(data, mutations))


@settings(deadline=None, max_examples=120)
@given(st.data())
def test_bundles(data):
    log, files, _, _ = good()
    path = data.draw(st.sampled_from(sorted(files)))
    changed = {**files, path: mutate(files[path], data.draw(MUTATIONS))}
    more = data.draw(
        st.lists(st.sampled_from(["tile/0/001", "bodies/sha256/" + "0" * 64, "../x", "", "\ud800"]), max_size=1)
    )
    changed.update(dict.fromkeys(more, b""))
    for keys in (None, log.keys):
        report = declared(verify_bundle, changed.get, list(changed), keys)
        assert report is None or changed == files or path == "verifier-keys.txt" or keys is None
    report = declared(verify_tile_log, changed.get, log.keys)
    assert report is None or report.size == COUNT


@settings(deadline=None, max_examples=150)
@given(MUTATIONS)
def test_rotations(mutations):
    """What still verifies says what was signed."""
    old, new, data = rotation()
    changed = mutate(data, mutations)
    declared(parse_rotation, changed)
    declared(parse_rotation, parse_note(data).text + changed)
    found = declared(check_rotation, changed, old)
    assert found is None or found == Rotation(4, bytes(32), old, new)
    declared(check_succession, old, [changed, data])


@settings(deadline=None, max_examples=100)
@given(st.data())
def test_parts_of_bundles(data):
    """A part that is read alone meets the same bytes."""
    _, files, _, _ = good()
    path = data.draw(st.sampled_from([f"tile/entries/000.p/{COUNT}", f"tile/0/000.p/{COUNT}"]))
    changed = {**files, path: mutate(files[path], data.draw(MUTATIONS))}
    orders = [PartOrder(0, (COUNT,)), PartOrder(0, (2, COUNT), 2)]
    for order in orders:
        part = declared(read_bundle_part, changed.get, order, COUNT, frozenset())
        assert part is None or changed == files or hash_of(part) != hash_of(read_bundle_part(
            files.get, order, COUNT, frozenset()
        ))  # fmt: skip


def hash_of(part):
    return part.part.edges[COUNT]


def peak(call, *arguments):
    tracemalloc.start()
    try:
        declared(call, *arguments)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


MEGABYTE = 1 << 20


@pytest.mark.parametrize(
    "data",
    [
        b"\n" * (64 * MEGABYTE // 16),
        b"a\n\n" + "\u2014 a AAAAAAA=\n".encode() * 200_000,
        b"c2sp.org/tlog-proof@v1\nindex 0\n" + b"A" * (4 * MEGABYTE),
        b"c2sp.org/tlog-proof@v1\nindex 0\n" + (b"A" * 43 + b"=\n") * 90_000,
        b"[" * (4 * MEGABYTE),
        b'{"a":' * (MEGABYTE // 2),
    ],
)
def test_readers_need_little_memory_for_large_nonsense(data):
    log, _, _, _ = good()
    for call in (
        parse_note,
        parse_proof,
        parse_entry,
        lambda each: check_note(each, log.keys),
        lambda each: parse_entry_bundle(each, Tile(ENTRIES, 0, 1)),
    ):
        assert peak(call, data) < 8 * len(data) + 8 * MEGABYTE


@pytest.mark.parametrize("size", [10**6, 2**40, 2**62])
def test_a_forged_size_makes_no_list_of_that_length(size):
    """The bundle's own key signs it, so that the signature holds."""
    log, files, _, _ = good()
    note = sign_checkpoint(Checkpoint(log.signer.name, size, bytes(32)), log.signer.key, log.signer.sign)
    forged = {**files, "checkpoint": note}
    assert peak(verify_bundle, forged.get, list(forged)) < 4 * MEGABYTE
    assert peak(verify_tile_log, forged.get, log.keys) < 4 * MEGABYTE
    assert next(list_tiles(size)).index == 0
