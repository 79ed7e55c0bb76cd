"""Tile paths, tiles and bundles of entries, against tlog-scales and the examples of C2SP tlog-tiles."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tlog_scales import tiles as theirs

from govern.audit import (
    ENTRIES,
    Tile,
    TreeBuilder,
    find_root,
    format_entry_bundle,
    format_hashes,
    format_tile_path,
    hash_leaf,
    hash_root,
    inclusion_path,
    list_tiles,
    parse_entry_bundle,
    parse_hashes,
    parse_tile_path,
    read_node_from_tiles,
)
from govern.errors import VerificationError


def test_the_examples_of_the_specification():
    assert format_tile_path(Tile(0, 1234067)) == "tile/0/x001/x234/067"
    widths = {}
    for tile in list_tiles(70_000):
        widths.setdefault(tile.level, []).append(tile.width)
    assert widths[0] == widths[ENTRIES] == [256] * 273 + [112]
    assert widths[1] == [256, 17]
    assert widths[2] == [1]
    assert list(list_tiles(256)) == [Tile(ENTRIES, 0), Tile(0, 0), Tile(1, 0, 1)]
    assert list(list_tiles(0)) == []


@given(st.integers(-1, 63), st.integers(0, 2**63 - 1), st.integers(1, 256))
def test_paths_are_read_back(level, index, width):
    path = format_tile_path(Tile(level, index, width))
    assert parse_tile_path(path) == Tile(level, index, width)
    assert path == "/".join(theirs.tile_path(level, index, width % 256))


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile/0/1",
        "tile/0/0001",
        "tile/00/001",
        "tile/64/001",
        "tile/-1/001",
        "tile/data/001",
        "tile/0/x000/001",
        "tile/0/001/002",
        "tile/0/001.p/0",
        "tile/0/001.p/256",
        "tile/0/001.p/01",
        "tile/0/001\n",
        "tile/0/٠٠١",
        "tile/0/" + "x999/" * 8 + "999",
        "tile/0/x009/x999/x999/x999/x999/x999/999",
        "/tile/0/001",
    ],
)
def test_paths_of_another_spelling(path):
    with pytest.raises(VerificationError, match="is not the path of a tile"):
        parse_tile_path(path)


@given(st.integers(0, 3000), st.integers(0, 3000))
def test_tiles_that_are_new(one, two):
    since, size = sorted((one, two))
    new = set(list_tiles(size, since))
    assert new == set(list_tiles(size)) - set(list_tiles(since))


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=6))
def test_entries_are_read_back(entries):
    data = format_entry_bundle(entries)
    assert list(parse_entry_bundle(data, Tile(ENTRIES, 0, len(entries)))) == entries


@given(st.binary(max_size=40), st.integers(1, 3))
def test_no_bytes_of_a_bundle_give_another_error(data, width):
    try:
        entries = parse_entry_bundle(data, Tile(ENTRIES, 2, width))
    except VerificationError:
        return
    assert format_entry_bundle(entries) == data


def test_a_bundle_that_ends_too_early():
    for data in (b"\x00", b"\x00\x02a", b"\x00\x01a\x00"):
        with pytest.raises(VerificationError, match="ends inside an entry"):
            parse_entry_bundle(data, Tile(ENTRIES, 0, 1))
    with pytest.raises(VerificationError) as raised:
        parse_entry_bundle(b"\x00\x01a\x00\x05", Tile(ENTRIES, 3, 2))
    assert raised.value.where == "tile/entries/003.p/2, byte 3 (entry 769)"


@pytest.mark.parametrize("width", [1, 3])
def test_a_bundle_of_another_number_of_entries(width):
    data = format_entry_bundle([b"a", b""])
    assert parse_entry_bundle(data, Tile(ENTRIES, 1, 2)) == (b"a", b"")
    with pytest.raises(VerificationError, match="wrong number of entries") as raised:
        parse_entry_bundle(data, Tile(ENTRIES, 1, width))
    assert (raised.value.where, raised.value.expected, raised.value.found) == (
        f"tile/entries/001.p/{width}", str(width), "2",
    )  # fmt: skip


def test_an_entry_that_is_too_long():
    format_entry_bundle([bytes(65_535)])
    with pytest.raises(VerificationError, match="65536 bytes"):
        format_entry_bundle([bytes(65_536)])


def test_hashes():
    hashes = (bytes(32), bytes([1]) * 32)
    assert parse_hashes(format_hashes(hashes), Tile(0, 0, 2)) == hashes
    with pytest.raises(VerificationError) as raised:
        parse_hashes(bytes(63), Tile(0, 0, 2))
    assert (raised.value.expected, raised.value.found) == ("64 bytes", "63 bytes")


@pytest.mark.parametrize("size", [1, 255, 256, 257, 700])
def test_nodes_out_of_tiles(size):
    leaves = [hash_leaf(b"%d" % i) for i in range(size)]
    tree = TreeBuilder()
    nodes = {(level, index): node for level, index, node in tree.extend(leaves)}
    files = {
        tile: format_hashes([nodes[tile.level * 8, tile.index * 256 + i] for i in range(tile.width)])
        for tile in list_tiles(size)
        if tile.level >= 0
    }
    read_node = read_node_from_tiles(size, files.__getitem__)
    assert find_root(size, read_node) == hash_root(leaves)
    for index in {0, size // 2, size - 1}:
        path = inclusion_path(index, size, read_node)
        assert path == inclusion_path(index, size, lambda level, place: nodes[level, place])
