"""A file that somebody named: read if it is one, and never waited for."""

import os
from pathlib import Path

import pytest

from govern.errors import ContentError, StoreError
from govern.exchange import Archive
from govern.library.yaml_files import read_bytes
from govern.named_files import open_named
from govern.store.files import write_durably


@pytest.fixture(params=["pipe", "device", "link", "folder"])
def odd(request, tmp_path):
    """What is no file: a pipe that nobody writes to, a device without an end, a link to it, a folder."""
    path = tmp_path / "odd"
    if request.param == "pipe":
        os.mkfifo(path)
    elif request.param == "link":
        path.symlink_to("/dev/zero")
    elif request.param == "folder":
        path.mkdir()
    return path if path.exists() else Path("/dev/zero")


def test_what_is_no_file_is_not_opened(odd):
    before = len(list(Path("/proc/self/fd").iterdir()))
    with pytest.raises(OSError, match=r"it is not a file|Is a directory"):
        open_named(odd)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_all_who_read_what_was_named_say_so(odd):
    with pytest.raises(ContentError, match=r"cannot be read: (it is not a file|Is a directory)"):
        read_bytes(odd, name="odd")
    with pytest.raises(StoreError, match=r"cannot be read: (it is not a file|is a directory)"):
        Archive(odd)


def test_a_file_is_read_also_by_a_link(tmp_path):
    (tmp_path / "file").write_bytes(b"words")
    (tmp_path / "link").symlink_to("file")
    with open_named(tmp_path / "link") as file:
        assert file.read() == b"words"


def test_a_pipe_is_never_replaced_by_a_file(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    for name in ("pipe", "link"):
        with pytest.raises(StoreError, match="is not a file"):
            write_durably(tmp_path / name, b"words")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["link", "pipe"]
    assert (tmp_path / "pipe").is_fifo()
    assert (tmp_path / "link").is_symlink()
