"""What a verifier keeps: written, read back, refused; and logs verified from there on."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govern.audit import (
    EMPTY_ROOT,
    Checkpoint,
    Kept,
    MatterState,
    chain_values,
    find_frontier,
    format_kept,
    hash_root,
    parse_kept,
    sign_checkpoint,
    verify_log,
)
from govern.errors import VerificationError


def refuse(words, call, *arguments, **named):
    with pytest.raises(VerificationError) as raised:
        call(*arguments, **named)
    assert words in str(raised.value)
    return raised.value


def keep(log, size, **named):
    """What is kept of a verification of the first entries."""
    return verify_log(log.entries[:size], [log.note(size)], log.keys, **named).kept


SIZES = [(0, 0), (0, 9), (1, 9), (255, 256), (256, 600), (300, 600), (600, 600), (1024, 1500)]


@pytest.mark.parametrize(("old", "new"), SIZES)
def test_only_new_entries_are_read(new_log, old, new):
    log = new_log(new)
    kept = keep(log, old)
    report = verify_log(log.entries[old:], [log.note()], log.keys, since=kept)
    assert (report.size, report.root) == (new, hash_root(log.leaves))
    assert report.kept == keep(log, new)
    assert report.checked[0] == f"that the log continues the {old} entries that were kept"
    assert report.unchecked[0].startswith(f"the first {old} entries once more")


@pytest.mark.parametrize(("old", "new"), SIZES)
def test_all_entries_are_hashed_again_and_new_ones_parsed(new_log, old, new):
    log = new_log(new)
    report = verify_log(
        log.entries,
        [log.note()],
        log.keys,
        since=keep(log, old),
        reread=True,
        leaf_hashes=log.leaves,
        chain=chain_values(log.leaves),
    )
    assert report.kept == keep(log, new)
    assert "the stored chain" in report.checked
    assert report.unchecked[0].startswith(f"once more that the first {old} entries parse")


def test_reading_again_finds_what_was_changed_in_old_entries(new_log):
    log = new_log(9)
    kept = keep(log, 5)
    changed = [log.entries[0].replace(b"user:7", b"user:8"), *log.entries[1:]]
    verify_log(changed[5:], [log.note()], log.keys, since=kept)  # they are not read, as the report says
    error = refuse("do not give the root", verify_log, changed, [log.note()], log.keys, since=kept, reread=True)
    assert error.where == "checkpoint of size 5"


def test_a_checkpoint_alone(new_log):
    log = new_log(9)
    kept = parse_kept(log.note(5))
    assert (kept, format_kept(kept)) == (Kept(log.note(5)), log.note(5))
    started = replace(kept, frontier=find_frontier(5, log.reader()))
    report = verify_log(log.entries[5:], [log.note()], log.keys, since=started)
    assert "only a checkpoint was kept" in report.unchecked[0]
    assert report.kept.state is None
    with_file = parse_kept(format_kept(report.kept))
    assert with_file == report.kept
    # a matter's first new entry may name any entry that was there before, and none that was not
    gap = log.entries[6].replace(b'"matter_prev":3', b'"matter_prev":5')
    for entries, good in [([log.entries[5], gap], False), ([log.entries[6]], True)]:
        other = replace_entries(log, [*log.entries[:5], *entries])
        since = replace(kept, frontier=find_frontier(5, other.reader()))
        if good:
            verify_log(entries, [other.note()], other.keys, since=since)
        else:
            refuse("do not follow", verify_log, entries, [other.note()], other.keys, since=since)


def replace_entries(log, entries):
    return type(log)(entries, log.signer, log.witness)


def test_a_gap_after_what_was_kept_is_found(new_log):
    log = new_log(9)
    kept = keep(log, 5)
    other = replace_entries(log, [*log.entries[:5], log.entries[6]])  # entry 6 names 3 before it, number 2
    verify_log(other.entries[5:], [other.note()], other.keys, since=kept)
    doubled = replace_entries(log, [*log.entries[:5], log.entries[4]])
    error = refuse("do not follow", verify_log, doubled.entries[5:], [doubled.note()], doubled.keys, since=kept)
    assert error.where == "entry 5"


def test_a_fork_shows_both_notes(new_log, signer):
    log = new_log(9)
    kept = keep(log, 5)
    lie = sign_checkpoint(Checkpoint(signer.name, 5, EMPTY_ROOT), signer.key, signer.sign)
    error = refuse("is forked", verify_log, [], [lie], log.keys, since=kept)
    assert (error.expected, error.found) == (log.note(5).decode(), lie.decode())
    error = refuse("is shorter than the one that was kept", verify_log, [], [log.note(4)], log.keys, since=kept)
    assert (error.expected, error.found) == (log.note(5).decode(), log.note(4).decode())
    other = new_log(9, kind="other.kind")
    for reread in (False, True):
        entries = other.entries if reread else other.entries[5:]
        error = refuse("", verify_log, entries, [other.note()], log.keys, since=kept, reread=reread)
        if not reread:
            assert "the entries give the root of 5 entries that is signed, and not that of 9" in error.message
            assert (error.expected, error.found) == (log.note(5).decode(), other.note().decode())


def test_another_log(new_log, new_signer):
    log, other = new_log(3), new_signer("other.example/log")
    note = sign_checkpoint(Checkpoint(other.name, 0, EMPTY_ROOT), other.key, other.sign)
    refuse("of another log", verify_log, log.entries, [log.note()], [*log.keys, other.key], since=Kept(note, ()))


def test_without_structure_no_matters_are_kept(new_log):
    log = new_log(9)
    kept = keep(log, 5, structure=False)
    assert kept.state is None
    assert b"matters" not in format_kept(kept)
    assert parse_kept(format_kept(kept)) == kept
    assert verify_log(log.entries[5:], [log.note()], log.keys, since=kept, structure=False).kept.state is None


def test_the_kept_file_is_read_back(new_log):
    for size in (0, 1, 9):
        kept = keep(new_log(9), size)
        assert parse_kept(format_kept(kept)) == kept


NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).map(
    lambda text: __import__("unicodedata").normalize("NFC", text)
)


@given(st.dictionaries(NAMES, st.tuples(st.integers(0, 2**53 - 1), st.integers(0, 2**53 - 1)), max_size=4))
def test_any_matters_are_read_back(matters):
    state = MatterState(matters, "")
    note = b"log.example/govern\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n\xe2\x80\x94 k AAAAAHM=\n"
    kept = Kept(note, (), state)
    assert parse_kept(format_kept(kept)) == kept


def test_a_changed_kept_file_is_refused(new_log):
    good = json.loads(format_kept(keep(new_log(9), 5)))

    def changed(**fields):
        return json.dumps(good | fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

    parse_kept(changed())
    for words, fields in [
        ("no kept file", {"version": 2}),
        ("no kept file", {"version": True}),
        ("no kept file", {"more": 1}),
        ("another type", {"checkpoint": 1}),
        ("another type", {"frontier": {}}),
        ("another type", {"last_time": None}),
        ("complete subtrees", {"frontier": []}),
        ("is not that of the checkpoint", {"frontier": good["frontier"][::-1]}),
        ("a hash has 0 bytes", {"frontier": [1, 2]}),
        ("not of the form", {"matters": []}),
        ("not of the form", {"matters": {"m": [1]}}),
        ("not of the form", {"matters": {"m": 1}}),
        ("not of the form", {"matters": {"m": [1, -1]}}),
        ("not of the form", {"matters": {"m": [1, True]}}),
    ]:
        refuse(words, parse_kept, changed(**fields))
    refuse("no kept file", parse_kept, b"{}")
    refuse("not JSON", parse_kept, b"{")


def test_a_kept_file_that_is_too_long(monkeypatch):
    from govern.audit import kept

    monkeypatch.setattr(kept, "KEPT_LIMIT", 10)
    refuse("at most 10", parse_kept, b'{"version":1}')


@given(st.binary(max_size=80))
def test_no_bytes_give_another_error(data):
    for text in (data, b"{" + data, b'{"checkpoint":"' + data):
        try:
            parse_kept(text)
        except VerificationError:
            continue
