"""A log that is read in parts: the report of one that is read in one go, and no fault that is found less."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govern.audit import (
    CHAIN_START,
    Event,
    PartOrder,
    chain_values,
    find_sizes,
    hash_leaf,
    plan_bundle,
    plan_parts,
    read_bundle_part,
    read_part,
    seal_entry,
    verify_bundle,
    verify_log,
    verify_parts,
)
from govern.audit.structure import StructureCheck
from govern.errors import VerificationError


def in_parts(entries, notes, keys, jobs=2, since=None, chain=None, structure=True):
    sizes = find_sizes(notes, keys, since)
    parts = []
    for order in plan_parts(sizes, jobs, sizes[0] if since else 0):
        stored = None
        if chain is not None:
            stored = (chain[order.first - 1] if order.first else CHAIN_START, chain[order.first : order.stop])
        parts.append(read_part(entries[order.first : order.stop], order, chain=stored, structure=structure))
    if sizes[-1] < len(entries):
        raise VerificationError("there are more entries")
    return verify_parts(parts, notes, keys, since=since)


def share_of(files):
    return lambda orders, size, bodies: [read_bundle_part(files.get, order, size, bodies) for order in orders]


@pytest.mark.parametrize("size", [0, 1, 256, 1025, 2048, 3001])
@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_the_report_is_that_of_one_reading(new_log, size, jobs):
    log = new_log(size, matters=7)
    chain = list(chain_values(log.leaves))
    notes = [log.note(cosign=True), *([log.note(size // 3)] if size else [])]
    assert in_parts(log.entries, notes, log.keys, jobs) == verify_log(log.entries, notes, log.keys)
    assert in_parts(log.entries, notes, log.keys, jobs, chain=chain) == verify_log(
        log.entries, notes, log.keys, chain=chain
    )
    assert in_parts(log.entries, notes, log.keys, jobs, structure=False) == verify_log(
        log.entries, notes, log.keys, structure=False
    )


@pytest.mark.parametrize("kept_size", [0, 5, 1024, 1300])
@pytest.mark.parametrize("with_state", [True, False])
def test_what_was_kept_goes_on_in_parts(new_log, kept_size, with_state):
    log = new_log(2060, matters=50)
    kept = verify_log(log.entries[:kept_size], [log.note(kept_size)], log.keys, structure=with_state).kept
    whole = verify_log(log.entries, [log.note()], log.keys, since=kept, reread=True)
    assert in_parts(log.entries, [log.note()], log.keys, 2, since=kept) == whole
    files = dict(plan_bundle(log.entries, log.note(), log.keys))
    one = verify_bundle(files.get, files, log.keys, since=kept)
    assert verify_bundle(files.get, files, log.keys, since=kept, jobs=2, share=share_of(files)) == one
    assert one.size == 2060


def test_clocks_that_turn_back_are_counted_over_parts(log_of, new_entries):
    entries = new_entries(3000)
    for index in (0, 7, 1536, 2048, 2999):
        entries[index] = entries[index].replace(b"2026-11-24T10", b"2026-11-24T09")
    log = log_of(entries)
    whole = verify_log(entries, [log.note()], log.keys)
    assert whole.notes == ("4 entries have a time before that of the entry in front of them, first entry 7",)
    for jobs in (2, 3):
        assert in_parts(entries, [log.note()], log.keys, jobs) == whole


MATTERS = st.sampled_from("abc")


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_no_fault_is_found_less(log_of_module, data):
    """Entries that were left out, doubled, moved, or say something else of their matter, near the seam of two parts."""
    entries = list(log_of_module)
    where = data.draw(st.integers(1000, 1048) | st.integers(0, len(entries) - 1))
    other = data.draw(st.integers(1000, 1048) | st.integers(0, len(entries) - 1))
    what = data.draw(st.sampled_from(["out", "twice", "swap", "first", "later", "matter", "none"]))
    if what == "out":
        del entries[where]
    elif what == "twice":
        entries[where] = entries[other]
    elif what == "swap":
        entries[where], entries[other] = entries[other], entries[where]
    elif what == "first":
        entries[where] = sealed(where, f"m{other % 40}", 0, None)
    elif what == "later":
        entries[where] = sealed(where, f"m{other % 40}", other, where - 1 if where else 0)
    elif what == "matter":
        entries[where] = entries[where].replace(b'"matter":"m', b'"matter":"n')
    log = new_signed(entries)
    outcomes = []
    for call in (verify_log, in_parts):
        try:
            outcomes.append(call(log.entries, [log.note()], log.keys))
        except VerificationError:
            outcomes.append(None)
    assert outcomes[0] == outcomes[1]


def sealed(index, matter, sequence, previous):
    return seal_entry(
        Event(f"e{index}", "a.b", "u", f"2026-11-24T10:{index // 60 % 60:02}:{index % 60:02}.000000Z", "o", matter,
              "sha256:" + "0" * 64),
        sequence, previous, "af0cfe78",
    )  # fmt: skip


@pytest.fixture(scope="module")
def log_of_module():
    last, entries = {}, []
    for index in range(1600):
        matter = f"m{index * index % 41}"
        sequence, previous = last.get(matter, (0, None))
        entries.append(sealed(index, matter, sequence, previous))
        last[matter] = (sequence + 1, index)
    return entries


def new_signed(entries):
    from .conftest import ORIGIN, Log, Signer

    return Log(entries, Signer(ORIGIN), Signer("w", 4, bytes([1]) * 32))


def test_a_chain_that_does_not_join_is_noticed(new_log):
    """Each part's own chain is right; the value before the second is not the one that the first ends with."""
    log = new_log(2048)
    sizes = find_sizes([log.note()], log.keys, None)
    one, two = plan_parts(sizes, 2)
    wrong = bytes([1]) * 32
    parts = [
        read_part(log.entries[:1024], one, chain=(CHAIN_START, chain_values(log.leaves[:1024]))),
        read_part(log.entries[1024:], two, chain=(wrong, chain_values(log.leaves[1024:], wrong))),
    ]
    with pytest.raises(VerificationError, match="stored chain value") as raised:
        verify_parts(parts, [log.note()], log.keys)
    assert raised.value.where == "entry 1023"


def test_parts_that_are_not_the_whole_log(new_log):
    log = new_log(2048)
    one, two = (
        read_part(log.entries[order.first : order.stop], order)
        for order in plan_parts(find_sizes([log.note()], log.keys, None), 2)
    )
    for parts, words in [
        ([two, one], "do not follow one another"),
        ([one, one], "do not follow one another"),
        ([one], "root"),
        ([one, replace(two, tiles=two.tiles[:-1])], "root"),
        ([one, two, replace(two, first=2048, stop=3072, structure=None)], "not the whole log"),
    ]:
        with pytest.raises(VerificationError, match=words):
            verify_parts(parts, [log.note()], log.keys)


def test_entries_that_follow_a_part_or_lack(new_log):
    log = new_log(1024)
    order = PartOrder(0, (1024,))
    with pytest.raises(VerificationError, match="more entries"):
        read_part([*log.entries, b"x"], order)
    with pytest.raises(VerificationError, match="ends after 1000 entries"):
        read_part(log.entries[:1000], order)
    assert read_part(log.entries, order, on_batch=lambda *_: None).stop == 1024


def test_openings_say_what_is_taken_for_granted(new_entries):
    check = StructureCheck(start=3)
    check.feed(new_entries(9)[3:])
    assert [(o.matter, o.place, o.previous, o.sequence) for o in check.openings] == [
        ("project:0", 3, 0, 1), ("project:1", 4, 1, 1), ("project:2", 5, 2, 1),
    ]  # fmt: skip
    assert check.state is None
    assert check.reached.matters["project:0"] == (6, 3)


@pytest.mark.parametrize(
    "place", ["checkpoint", "README.txt", "SHA256SUMS", "tile/entries/003", "tile/0/001", "tile/1/000.p/8"]
)
def test_a_bundle_in_parts_has_the_same_errors(new_log, place):
    log = new_log(2100, matters=11)
    files = dict(plan_bundle(log.entries, log.note(), log.keys, {hash_leaf(b"").hex(): b""}.get))
    good = verify_bundle(files.get, files, log.keys)
    assert verify_bundle(files.get, files, log.keys, jobs=2, share=share_of(files)) == good
    data = bytearray(files[place])
    data[len(data) // 2] ^= 1
    changed = {**files, place: bytes(data)}
    errors = []
    for jobs in (1, 2):
        with pytest.raises(VerificationError) as raised:
            verify_bundle(changed.get, changed, log.keys, jobs=jobs, share=share_of(changed))
        errors.append(str(raised.value))
    assert errors[0] == errors[1]
    assert place in errors[0]


def test_parts_that_fail_where_one_reading_does_not_are_no_success(new_log):
    """A file that changes while it is read."""
    log = new_log(2100)
    files = dict(plan_bundle(log.entries, log.note(), log.keys))

    def share(orders, size, bodies):
        broken = {**files, "tile/0/001": bytes(8192)}
        return share_of(broken)(orders, size, bodies)

    with pytest.raises(VerificationError, match="hash of entry 256"):
        verify_bundle(files.get, files, log.keys, jobs=2, share=share)


def test_bodies_are_counted_over_parts(log_of, new_entries):
    from hashlib import sha256

    from .conftest import body_of

    entries = new_entries(2100)
    log = log_of(entries)
    bodies = {sha256(body_of(i)).hexdigest(): body_of(i) for i in (1, 1500)}
    files = dict(plan_bundle(entries, log.note(), log.keys, bodies.get))
    one = verify_bundle(files.get, files, log.keys)
    assert verify_bundle(files.get, files, log.keys, jobs=2, share=share_of(files)) == one
    assert "the bodies of 2098 entries, which are not in the bundle" in one.unchecked


def test_what_a_part_takes_for_granted_is_held_against_the_parts_before_it(new_log):
    log = new_log(2048, matters=7)
    one, two = (
        read_part(log.entries[order.first : order.stop], order)
        for order in plan_parts(find_sizes([log.note()], log.keys, None), 2, 0)
    )
    opening = two.structure.openings[0]
    for other in (opening._replace(sequence=opening.sequence + 1), opening._replace(previous=None)):
        wrong = replace(two, structure=replace(two.structure, openings=(other, *two.structure.openings[1:])))
        with pytest.raises(VerificationError, match="do not follow one another") as caught:
            verify_parts([one, wrong], [log.note()], log.keys)
        assert caught.value.where == f"entry {opening.place}"
