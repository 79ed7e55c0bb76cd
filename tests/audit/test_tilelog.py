"""Logs as tiles, as others serve them: whole, cut, with full tiles in the place of partial ones, tampered with."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govern.audit import (
    Checkpoint,
    Kept,
    hash_leaf,
    hash_root,
    parse_tile_path,
    plan_bundle,
    sign_checkpoint,
    verify_log,
    verify_tile_log,
)
from govern.errors import VerificationError


def files_of(log, size=None):
    part = type(log)(log.entries[:size], log.signer, log.witness)
    files = dict(plan_bundle(part.entries, part.note(), [log.signer.key]))
    return {path: data for path, data in files.items() if path == "checkpoint" or path.startswith("tile/")}


def refuse(words, *arguments, **named):
    with pytest.raises(VerificationError) as raised:
        verify_tile_log(*arguments, **named)
    assert words in str(raised.value)
    return raised.value


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 600])
def test_a_good_log(new_log, size):
    log = new_log(size)
    report = verify_tile_log(files_of(log).get, log.keys)
    assert (report.size, report.root) == (size, hash_root(log.leaves))
    assert "every hash in the tiles over these entries" in report.checked
    assert not any(line.startswith("the stored") for line in report.unchecked)


@pytest.mark.parametrize(("old", "size"), [(0, 3), (3, 3), (200, 300), (256, 600), (300, 600), (512, 600)])
def test_only_new_files_are_read(new_log, old, size):
    log = new_log(size)
    files = files_of(log)
    asked = []

    def read(path):
        asked.append(path)
        return files.get(path)

    kept = verify_log(log.entries[:old], [log.note(old)], log.keys).kept
    report = verify_tile_log(read, log.keys, since=kept)
    assert report.size == size
    tiles = [parse_tile_path(path) for path in asked if path != "checkpoint"]
    assert all(tile.index >= old // 256 for tile in tiles if tile.level <= 0)
    alone = verify_tile_log(files.get, log.keys, since=Kept(log.note(old)))
    assert (alone.root, alone.kept.frontier) == (report.root, report.kept.frontier)
    again = verify_tile_log(files.get, log.keys, since=Kept(log.note(old)), reread=True)
    assert again.root == report.root


def test_full_tiles_stand_in_for_partial_ones(new_log):
    log = new_log(512)
    files = files_of(log)
    files["checkpoint"] = log.note(300)  # the tiles have grown since
    files["tile/1/000.p/1"] = files["tile/1/000.p/2"][:32]  # goes only when the full tile is there
    assert verify_tile_log(files.get, log.keys).size == 300


def test_a_shorter_log_than_was_kept(new_log):
    log = new_log(300)
    error = refuse("is shorter", files_of(log, 200).get, log.keys, since=Kept(log.note(300)))
    assert (error.expected, error.found) == (log.note(300).decode(), log.note(200).decode())


def test_missing_files(new_log):
    log = new_log(300)
    files = files_of(log)
    for path in files:
        rest = {name: data for name, data in files.items() if name != path}
        assert refuse("is missing", rest.get, log.keys).where == path


@pytest.mark.parametrize("path", ["tile/0/000", "tile/0/001.p/44", "tile/1/000", "tile/1/000.p/1"])
def test_a_changed_hash_is_named(new_log, path):
    log = new_log(300)
    files = files_of(log)
    if path not in files:
        return
    data = bytearray(files[path])
    data[-1] ^= 1
    error = refuse("the hash in the tile", {**files, path: bytes(data)}.get, log.keys)
    assert error.where == f"{path}, byte {len(data) - 32}"
    assert refuse("wrong length", {**files, path: bytes(data[:-1])}.get, log.keys).where == path


def test_entries_of_others(new_log, signer):
    entries = [b"", b"\xff", b"not ours"]
    log = type(new_log(0))(entries, signer, signer)
    note = sign_checkpoint(
        Checkpoint(signer.name, 3, hash_root([hash_leaf(e) for e in entries])), signer.key, signer.sign
    )
    files = {**files_of(log), "checkpoint": note}
    report = verify_tile_log(files.get, [signer.key], structure=False)
    assert "that every entry parses, and every matter's entries follow one another" in report.unchecked
    error = refuse("does not parse", files.get, [signer.key])
    assert error.where == "tile/entries/000.p/3, entry 0"


def test_a_forged_size_reads_one_file_and_stops(signer, new_log):
    asked = []
    note = sign_checkpoint(Checkpoint(signer.name, 2**62, bytes(32)), signer.key, signer.sign)

    def read(path):
        asked.append(path)
        return note if path == "checkpoint" else None

    refuse("is missing", read, [signer.key])
    assert asked == ["checkpoint", "tile/entries/000"]


@given(st.binary(max_size=600), st.sampled_from(["checkpoint", "tile/entries/000.p/3", "tile/0/000.p/3"]))
def test_no_bytes_give_another_error(data, path):
    from pathlib import Path
    from runpy import run_path

    conftest = run_path(str(Path(__file__).with_name("conftest.py")))
    signer = conftest["Signer"](conftest["ORIGIN"])
    log = conftest["Log"](conftest["make_entries"](3), signer, signer)
    files = {**files_of(log), path: data}
    with pytest.raises(VerificationError):
        verify_tile_log(files.get, [signer.key])
