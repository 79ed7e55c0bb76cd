"""Zip files: the same bytes each time, and nothing is read that we would not write."""

import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govern.errors import RefusedError, StoreError, VerificationError
from govern.exchange import Archive, pack_archive

names = st.from_regex(r"[a-z0-9]{1,8}(/[a-z0-9.]{0,3}[a-z0-9]){0,3}", fullmatch=True).filter(
    lambda name: "/." not in name
)


@given(st.dictionaries(names, st.binary(max_size=300), max_size=8))
def test_what_is_packed_is_read_back(tmp_path_factory, files):
    path = tmp_path_factory.mktemp("zip") / "a.zip"
    path.write_bytes(pack_archive(files))
    with Archive(path) as archive:
        assert {name: archive.read(name) for name in archive.paths} == files
        assert archive.read("not-there") is None


def test_equal_files_give_equal_bytes_in_whatever_order():
    assert pack_archive({"a": b"1", "b/c": b"2"}) == pack_archive({"b/c": b"2", "a": b"1"})
    info = zipfile.ZipFile(io.BytesIO(pack_archive({"a": b"1"}))).infolist()[0]
    assert (info.date_time, info.compress_type) == ((1980, 1, 1, 0, 0, 0), zipfile.ZIP_STORED)


def write(path, *, mode=zipfile.ZIP_STORED, comment=b"", names=("a",), data=b"data"):
    with zipfile.ZipFile(path, "w", mode) as file:
        for name in names:
            file.writestr(zipfile.ZipInfo(name), data, mode)
        file.comment = comment
    return path


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"mode": zipfile.ZIP_DEFLATED}, "too large, packed, or encrypted"),
        ({"comment": b"trust me"}, "comment"),
        ({"names": ("../a",)}, "not a path"),
        ({"names": ("/etc/passwd",)}, "not a path"),
        ({"names": ("a/../../b",)}, "not a path"),
        ({"names": ("a\\b",)}, "not a path"),
        ({"names": ("ä",)}, "not a path"),
        ({"names": ("a/",), "data": b""}, "not a path"),
        ({"names": (".hidden",)}, "not a path"),
    ],
)
def test_what_we_do_not_write_is_refused(tmp_path, options, said):
    with pytest.raises(VerificationError, match=said):
        Archive(write(tmp_path / "a.zip", **options))


@pytest.mark.slow
def test_more_files_than_the_old_format_counts(tmp_path):
    files = {f"matter/{number}.json": b"%d" % number for number in range(65_600)}
    path = tmp_path / "a.zip"
    path.write_bytes(pack_archive(files))
    assert b"PK\x06\x06" in path.read_bytes()[-200:]  # the end record of zip64
    with Archive(path) as archive:
        assert archive.paths == set(files)
        assert archive.read("matter/65599.json") == b"65599"


@pytest.mark.parametrize(
    ("limit", "value", "said"),
    [("MAX_FILES", 1, "more than 1 files"), ("MAX_TOTAL", 7, "or 2 GB"), ("MAX_ARCHIVED", 3, "a file of 4 bytes")],
)
def test_what_nobody_would_read_is_not_written(monkeypatch, limit, value, said):
    monkeypatch.setattr(f"govern.exchange.archive.{limit}", value)
    with pytest.raises(RefusedError, match=said) as caught:
        pack_archive({"a": b"1234", "b": b"1234"})
    assert "govern log export" in caught.value.hint


@settings(deadline=None, max_examples=80)
@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 30), st.binary(max_size=12)), max_size=4))
def test_hostile_bytes_give_the_declared_error(tmp_path_factory, changes):
    data = pack_archive({"a": b"one", "b/c": b"two"})
    for place, length, new in changes:
        data = data[:place] + new + data[place + length :]
    path = tmp_path_factory.mktemp("zip") / "a.zip"
    path.write_bytes(data)
    try:
        with Archive(path) as archive:
            for name in archive.paths:
                archive.read(name)
    except VerificationError as problem:
        assert str(problem)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_file_that_is_there_twice_is_refused(tmp_path):
    with pytest.raises(VerificationError, match="twice"):
        Archive(write(tmp_path / "a.zip", names=("a", "a")))


def test_sizes_are_bounded_before_anything_is_read(tmp_path, monkeypatch):
    path = write(tmp_path / "a.zip", names=("a", "b"))
    for name, value in (("MAX_FILES", 1), ("MAX_TOTAL", 7), ("MAX_ARCHIVED", 3)):
        with monkeypatch.context() as patch:
            patch.setattr(f"govern.exchange.archive.{name}", value)
            with pytest.raises(VerificationError):
                Archive(path)
    with Archive(path) as archive:
        assert len(archive.paths) == 2


def test_a_damaged_file_is_said_to_be_damaged(tmp_path):
    whole = pack_archive({"a": b"some data", "b": b"more data"})
    for length in (0, 10, len(whole) - 30):
        (tmp_path / "cut.zip").write_bytes(whole[:length])
        with pytest.raises(VerificationError, match="not a zip file that can be read"):
            Archive(tmp_path / "cut.zip")
    (tmp_path / "bad.zip").write_bytes(whole.replace(b"some data", b"some dada", 1))
    with Archive(tmp_path / "bad.zip") as archive, pytest.raises(VerificationError, match="damaged") as problem:
        archive.read("a")
    assert problem.value.where == "a"


def test_no_file_is_a_message(tmp_path):
    with pytest.raises(StoreError, match="cannot be read: no such file"):
        Archive(tmp_path / "none.zip")


@given(st.binary(max_size=400), st.integers(0, 300))
def test_any_bytes_are_read_or_refused(tmp_path_factory, noise, place):
    data = bytearray(pack_archive({"a": b"some data", "b/c": b"more data"}))
    data[place : place + len(noise)] = noise
    path = tmp_path_factory.mktemp("zip") / "a.zip"
    path.write_bytes(data)
    try:
        with Archive(path) as archive:
            for name in archive.paths:
                archive.read(name)
    except VerificationError:
        pass


def test_bytes_that_are_no_file_are_refused(tmp_path):
    """Other programs look for the beginning or the end elsewhere: they would read other files than we verify."""
    whole = pack_archive({"a": b"some data", "b": b"more data"})
    other = pack_archive({"a": b"other data"})
    end = whole.rindex(b"PK\5\6")
    start = int.from_bytes(whole[end + 16 : end + 20], "little")
    gap = whole[:start] + b"gap" + whole[start : end + 16] + (start + 3).to_bytes(4, "little") + whole[end + 20 :]
    info = zipfile.ZipInfo("a")
    info.extra = b"\x34\x12\x04\x00abcd"
    extra = io.BytesIO()
    with zipfile.ZipFile(extra, "w") as file:
        file.writestr(info, b"some data")
    path = tmp_path / "a.zip"
    for data in (b"#!/bin/sh\n" + whole, other + whole, whole + b"more", whole + other, gap, extra.getvalue()):
        path.write_bytes(data)
        with pytest.raises(VerificationError, match=r"more than its files|not a zip file"):
            Archive(path)
    path.write_bytes(whole)
    with Archive(path) as archive:
        assert archive.paths == {"a", "b"}
