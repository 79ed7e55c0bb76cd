"""The log as files, as it is served; and verified from where it was verified before. On the ports in memory."""

import pytest

from govern.audit import (
    ENTRIES,
    Event,
    Kept,
    Tile,
    check_checkpoint,
    hash_leaf,
    hash_root,
    parse_entry_bundle,
    parse_hashes,
    verify_tile_log,
)
from govern.errors import StoreError, VerificationError
from govern.kernel import Actor, FactValue, Role
from govern.usecases import logs
from govern.usecases.projects import answer_facts

AUDITOR = Actor("auditor", frozenset({Role.AUDITOR}))


@pytest.fixture
def grown(world, actor, saved):
    """A function that logs so many entries more and gives the log's size."""

    def grow(count):
        for number in range(count):
            answer_facts(world, actor, saved.id, {"contract.deletion_days": FactValue(value=number)})
        return world.log.head().size

    return grow


@pytest.mark.slow
def test_the_served_files_verify(world, grown):
    for count in (0, 3, 300):
        size = grown(count)
        report = verify_tile_log(lambda path: logs.read_log_file(world, AUDITOR, path), [world.signer.key])
        assert (report.size, report.root) == (size, world.log.head().root)


def test_what_is_served_is_the_entries_their_hashes_and_the_hashes_above_them(world):
    for number in range(300):
        event = Event(f"e{number}", "a.b", "u", "2026-11-24T10:00:00.000000Z", "o", "m", "sha256:" + "0" * 64)
        with world.register.begin(write=True) as unit:
            unit.emit(event)
    size = world.log.sequence().size
    assert size == 300
    entries = list(world.log.entries())
    hashes = [hash_leaf(entry) for entry in entries]

    def served(path):
        return logs.read_log_file(world, AUDITOR, path)

    assert parse_entry_bundle(served("tile/entries/000"), Tile(ENTRIES, 0)) == tuple(entries[:256])
    assert parse_entry_bundle(served("tile/entries/001.p/44"), Tile(ENTRIES, 1, 44)) == tuple(entries[256:])
    assert parse_hashes(served("tile/0/001.p/44"), Tile(0, 1, 44)) == tuple(hashes[256:])
    assert parse_hashes(served("tile/1/000.p/1"), Tile(1, 0, 1)) == (hash_root(hashes[:256]),)
    assert served("tile/1/000.p/2") is None
    assert served("checkpoint") == world.log.head().checkpoint


def test_who_may_not_write_gets_the_head_as_it_stands(world, actor, grown):
    size = grown(2)
    with world.register.begin(write=True) as unit:
        unit.emit(Event("e", "a.b", "u", "2026-11-24T10:00:00.000000Z", "o", "m", "sha256:" + "0" * 64))
    assert logs.release_checkpoint(world, AUDITOR).size == size
    assert logs.release_checkpoint(world, actor).size == size + 1
    assert logs.release_checkpoint(world, AUDITOR).size == size + 1


def test_nothing_is_served_that_is_not_signed(world, grown):
    size = grown(3)
    for path in (
        f"tile/0/000.p/{size + 1}",
        "tile/0/001",
        "tile/1/000",
        "tile/entries/000",
        "x",
        "",
        "../x",
        "README.txt",
    ):
        assert logs.read_log_file(world, AUDITOR, path) is None
    assert logs.read_log_file(world, AUDITOR, f"tile/0/000.p/{size}") is not None
    assert logs.read_log_file(world, AUDITOR, "tile/0/000.p/1") is not None  # of an earlier head


def test_an_empty_log_has_no_checkpoint(world, actor):
    assert logs.read_log_file(world, AUDITOR, "checkpoint") is None
    with pytest.raises(StoreError, match="no checkpoint yet"):
        logs.release_checkpoint(world, AUDITOR)
    with pytest.raises(StoreError, match="no checkpoint yet"):
        logs.verify_store(world, AUDITOR)


def test_a_log_that_was_set_back_is_not_served(world, grown):
    grown(2)
    state = world.register.state
    state.head = type(state.head)(1, b"", b"")
    with pytest.raises(VerificationError, match="older"):
        logs.read_log_file(world, AUDITOR, "checkpoint")


@pytest.mark.parametrize("reread", [False, True])
@pytest.mark.parametrize("alone", [False, True])
def test_the_store_is_verified_from_where_it_was(world, actor, grown, reread, alone):
    grown(3)
    kept = logs.verify_store(world, actor).kept
    size = check_checkpoint(kept.checkpoint, [world.signer.key])[0].size
    grown(4)
    since = Kept(kept.checkpoint) if alone else kept
    report = logs.verify_store(world, actor, since=since, reread=reread)
    assert report.size == size + 4
    assert ("the stored chain" in report.checked) == reread
    assert ("the stored hashes of the tree" in report.unchecked) == (not reread)
    assert any("only a checkpoint" in line for line in report.unchecked) == alone


def test_a_store_that_was_set_back_is_found_by_what_was_kept(world, actor, grown, twin):
    grown(3)
    kept = logs.verify_store(world, actor).kept
    state = world.register.state
    for part in (state.entries, state.stored):
        part.clear()
    state.nodes.clear()
    state.matters.clear()
    state.head = type(state.head)(0, state.head.root, b"")
    world.signer.last = None
    world.log.sequence()
    with pytest.raises(VerificationError, match="is shorter than the one that was kept") as raised:
        logs.verify_store(world, actor, since=kept)
    assert raised.value.expected.encode() == kept.checkpoint
