"""Zip files: the same bytes each time, and nothing is read that we would not write."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govern.errors import StoreError, VerificationError
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
