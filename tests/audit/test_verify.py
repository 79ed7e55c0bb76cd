"""Whole logs: what verifies, what does not, and what the errors name."""

from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from govern.audit import (
    ED25519,
    EMPTY_ROOT,
    Checkpoint,
    StructureCheck,
    VerifierKey,
    chain_values,
    check_same_history,
    consistency_path,
    hash_leaf,
    hash_root,
    sign_checkpoint,
    verify_log,
)
from govern.errors import VerificationError


def refuse(words, call, *arguments, **named):
    with pytest.raises(VerificationError) as raised:
        call(*arguments, **named)
    assert words in str(raised.value)
    return raised.value


@pytest.mark.parametrize("count", [0, 1, 2, 255, 256, 257, 600])
def test_a_good_log(new_log, count):
    log = new_log(count)
    done = []
    report = verify_log(
        iter(log.entries),
        [log.note()],
        log.keys,
        leaf_hashes=log.leaves,
        chain=chain_values(log.leaves),
        progress=done.append,
    )
    assert (report.origin, report.size, report.root) == (log.signer.name, count, hash_root(log.leaves))
    assert report.last_entry == (log.entries[-1] if count else None)
    assert [s.key for s in report.signatures] == [log.signer.key]
    assert report.notes == ()
    assert done == sorted(set(done))
    assert done[-1:] == ([count] if count else [])
    assert "the stored chain" in report.checked


def test_what_was_not_checked_is_listed(new_log):
    log = new_log(3)
    report = verify_log(log.entries, [log.note()], log.keys, structure=False)
    listed = "\n".join(report.unchecked)
    for words in ("entry parses", "leaf hashes", "chain", "bodies", "is true", "occur once", "witness"):
        assert words in listed
    cosigned = verify_log(log.entries, [log.note(cosign=True)], log.keys)
    assert [line for line in cosigned.unchecked if "witness" in line] == [
        "that the witnesses are independent of whoever signs the log"
    ]
    assert len(cosigned.signatures) == 2


def test_remarks(new_log, signer):
    log = new_log(4, time="2026-11-24T10:00:0{}.000000Z")
    turned = [entry.replace(b"10:00:02", b"09:00:02") for entry in log.entries]
    head = Checkpoint(signer.name, 4, hash_root([hash_leaf(entry) for entry in turned]), ("x",))
    note = sign_checkpoint(head, signer.key, signer.sign)
    report = verify_log(turned, [note], log.keys)
    assert any("1 entries have a time before" in note and "first entry 2" in note for note in report.notes)
    assert any("extension lines" in note for note in report.notes)
    ignored = verify_log(log.entries, [log.note(cosign=True)], [signer.key])
    assert ignored.notes == ("1 signature(s) by keys that were not given were ignored",)


def test_clock_turns_are_counted_over_batches(new_entries):
    entries = [
        new_entries(1, matters=1, id="a", time=f"2026-11-{day:02d}T10:00:00.000000Z", matter=f"m{i}")[0]
        for i, day in enumerate((24, 25, 23, 24, 22))
    ]
    check = StructureCheck()
    for entry in entries:
        check.feed([entry])
    assert (check.clock_turns, check.first_turn, check.matters) == (2, 2, 5)


def test_a_day_that_is_not_in_the_calendar(new_entries):
    entry = new_entries(1)[0].replace(b"2026-11-24", b"2026-11-31")
    error = refuse("is not a time", StructureCheck().feed, [entry])
    assert error.where == "entry 0"


def test_a_changed_entry_is_named(new_log):
    log = new_log(600)
    entries = list(log.entries)
    entries[300] = entries[300].replace(b"user:7", b"user:8")
    computed = hash_leaf(entries[300])
    error = refuse("leaf hash", verify_log, entries, [log.note()], log.keys, leaf_hashes=log.leaves)
    assert (error.where, error.expected, error.found) == ("entry 300", computed.hex(), log.leaves[300].hex())
    error = refuse("chain value", verify_log, entries, [log.note()], log.keys, chain=chain_values(log.leaves))
    assert error.where == "entry 300"
    error = refuse("do not give the root", verify_log, entries, [log.note()], log.keys)
    assert (error.where, error.expected) == ("checkpoint of size 600", hash_root(log.leaves).hex())


def test_missing_and_surplus_entries(new_log):
    log = new_log(5)
    error = refuse("ends after 4 entries", verify_log, log.entries[:4], [log.note()], log.keys)
    assert error.where == "entry 4"
    error = refuse("more entries than the 4", verify_log, log.entries, [log.note(4)], log.keys)
    assert error.where == "entry 4"
    error = refuse("leaf hash", verify_log, log.entries, [log.note()], log.keys, leaf_hashes=log.leaves[:3])
    assert (error.where, error.found) == ("entry 3", "nothing is stored")
    refuse("more leaf hashes", verify_log, log.entries[:4], [log.note(4)], log.keys, leaf_hashes=log.leaves)
    refuse(
        "more chain values",
        verify_log,
        log.entries[:4],
        [log.note(4)],
        log.keys,
        chain=chain_values(log.leaves),
    )


def test_matters_with_a_gap(log_of, new_entries):
    whole = new_entries(9)
    for gone, bad in [(3, 5), (0, 2)]:  # the matter's next entry, which was three places behind, is found out
        log = log_of(whole[:gone] + whole[gone + 1 :])
        error = refuse("do not follow one another", verify_log, log.entries, [log.note()], log.keys)
        assert error.where == f"entry {bad}"
    doubled = log_of([*whole[:4], whole[3]])
    error = refuse("do not follow", verify_log, doubled.entries, [doubled.note()], doubled.keys)
    assert (error.expected, error.found) == ("entry 3 before it, number 2", "entry 0 before it, number 1")
    twice = log_of([whole[0], whole[0]])
    error = refuse("do not follow", verify_log, twice.entries, [twice.note()], twice.keys)
    assert (error.where, error.found) == ("entry 1", "no entry before it, number 0")
    wrong = log_of([*whole[:3], whole[3].replace(b'"matter_seq":1', b'"matter_seq":2')])
    error = refuse("do not follow", verify_log, wrong.entries, [wrong.note()], wrong.keys)
    assert error.found == "entry 0 before it, number 2"


def test_an_entry_that_does_not_parse(log_of, new_entries):
    for bad in (b"", b"{}", b"\xff", b"\n", b"x" * 70_000):
        log = log_of([*new_entries(3), bad])
        error = refuse("the entry does not parse", verify_log, log.entries, [log.note()], log.keys)
        assert error.where == "entry 3"
    one, two = new_entries(2)
    log = log_of([one + b"\n" + two, b"x"])  # as many lines as entries would have
    assert refuse("does not parse", verify_log, log.entries, [log.note()], log.keys).where == "entry 0"


def test_entries_that_are_not_plain(log_of, new_entries):
    entries = new_entries(300, matter="projet:é", matters=1) + new_entries(
        1, commitments=(("a", "sha256:" + "0" * 64),)
    )
    log = log_of(entries)
    assert verify_log(entries, [log.note()], log.keys).size == 301


def test_several_checkpoints(new_log, signer):
    log = new_log(600)
    notes = [log.note(600), log.note(0), log.note(100), log.note(300), log.note(100)]
    assert verify_log(log.entries, notes, log.keys).size == 600
    refuse("no checkpoint was given", verify_log, log.entries, [], log.keys)


def test_checkpoints_of_two_logs(new_log, new_signer):
    other = new_signer("other.example/log")
    log = new_log(2)
    note = sign_checkpoint(Checkpoint(other.name, 1, EMPTY_ROOT), other.key, other.sign)
    refuse("of two logs", verify_log, log.entries, [log.note(), note], [*log.keys, other.key])


def signed(signer, size, root):
    return sign_checkpoint(Checkpoint(signer.name, size, root), signer.key, signer.sign)


def test_a_fork_shows_both_notes(new_log, signer):
    log = new_log(9)
    lie = signed(signer, 9, EMPTY_ROOT)
    error = refuse("is forked", verify_log, log.entries, [log.note(), lie], log.keys)
    assert {error.expected, error.found} == {log.note().decode(), lie.decode()}
    early_lie = signed(signer, 5, EMPTY_ROOT)
    error = refuse("is forked", verify_log, log.entries, [log.note(), early_lie], log.keys)
    assert (error.expected, error.found) == (log.note().decode(), early_lie.decode())


def test_one_history(new_log, signer):
    log = new_log(9)
    for old, new in [(0, 9), (4, 9), (5, 9), (9, 9), (0, 0)]:
        check_same_history(log.note(old), log.note(new), consistency_path(old, new, log.reader()), log.keys)
    proof = consistency_path(5, 9, log.reader())
    lie = signed(signer, 5, EMPTY_ROOT)
    error = refuse("not shown to continue", check_same_history, lie, log.note(9), proof, log.keys)
    assert (error.expected, error.found) == (lie.decode(), log.note(9).decode())
    refuse("is forked", check_same_history, signed(signer, 9, EMPTY_ROOT), log.note(9), (), log.keys)


def test_an_empty_log_with_a_wrong_root(signer):
    refuse("do not give the root", verify_log, [], [signed(signer, 0, bytes(32))], [signer.key])


def test_no_bit_of_an_entry_can_be_flipped(new_log):
    log = new_log(3)
    note = log.note()
    for place in range(len(log.entries[1])):
        changed = bytearray(log.entries[1])
        changed[place] ^= 1 << place % 8
        with pytest.raises(VerificationError):
            verify_log([log.entries[0], bytes(changed), log.entries[2]], [note], log.keys)


@given(st.lists(st.binary(max_size=40), max_size=4))
def test_no_bytes_give_another_error(new_key, entries):
    head = Checkpoint(new_key.name, len(entries), hash_root([hash_leaf(entry) for entry in entries]))
    note = sign_checkpoint(head, new_key.key, new_key.sign)
    if entries:
        refuse("does not parse", verify_log, entries, [note], [new_key.key])


@pytest.fixture(scope="module")
def new_key():
    private = Ed25519PrivateKey.from_private_bytes(bytes(32))
    key = VerifierKey("log.example/fuzz", ED25519, private.public_key().public_bytes_raw())
    return SimpleNamespace(name=key.name, key=key, sign=private.sign)
