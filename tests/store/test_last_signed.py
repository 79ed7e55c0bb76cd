"""The file beside the key: one checkpoint, never an older one, whole whenever it is read."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from govern.errors import StoreError
from govern.store import LastSignedFile


def checkpoint(size, length=180):
    head = f"log.example/govern\n{size}\n".encode()
    return head + b"x" * (length - len(head) - 1) + b"\n"


def size_of(data):
    return int(data.split(b"\n")[1])


@pytest.fixture
def file(tmp_path):
    return LastSignedFile(tmp_path / "last-signed", size_of)


def inode(tmp_path):
    return (tmp_path / "last-signed").stat().st_ino


def test_before_the_first_there_is_none(file, tmp_path):
    assert file.read() is None
    file.write(checkpoint(0), flush=True)
    assert file.read() == checkpoint(0) == (tmp_path / "last-signed").read_bytes()


@pytest.mark.parametrize("flush", [True, False])
def test_the_newer_stays(file, tmp_path, flush):
    other = LastSignedFile(tmp_path / "last-signed", size_of)
    for size in (1, 2, 5, 3, 5, 0, 9):
        (file if size % 2 else other).write(checkpoint(size), flush=flush)
        assert size_of(file.read()) == size_of(other.read()) == max(size, size_of(file.read()))
    assert file.read() == checkpoint(9)


def test_one_of_the_same_length_is_written_over_the_old_one(file, tmp_path):
    file.write(checkpoint(1), flush=True)
    before = inode(tmp_path)
    file.write(checkpoint(2), flush=False)
    assert (inode(tmp_path), file.read()) == (before, checkpoint(2))


@pytest.mark.parametrize(
    ("old", "new"),
    [(180, 181), (181, 180), (600, 600), (4_000, 9_000), (9_000, 9_000)],
    ids=["longer", "shorter", "two sectors", "many signatures", "many signatures before"],
)
def test_one_that_may_be_torn_takes_its_place_instead(file, tmp_path, old, new):
    file.write(checkpoint(1, old), flush=True)
    with (tmp_path / "last-signed").open("rb") as held:  # so that its number is not given away again
        file.write(checkpoint(2, new), flush=False)
        assert os.fstat(held.fileno()).st_ino != inode(tmp_path)
    assert file.read() == checkpoint(2, new)
    assert [each.name for each in tmp_path.iterdir()] == ["last-signed"]


def test_what_was_damaged_since_it_was_written_is_read_by_the_parser(file, tmp_path):
    file.write(checkpoint(1), flush=True)
    (tmp_path / "last-signed").write_bytes(b"nonsense\n" * 20)
    with pytest.raises(ValueError, match="invalid literal"):
        file.write(checkpoint(2), flush=True)


def test_readers_never_see_half_of_one(file, tmp_path):
    file.write(checkpoint(100_000), flush=True)
    seen, stop = [], threading.Event()

    def read():
        other = LastSignedFile(tmp_path / "last-signed", size_of)
        while not stop.is_set():
            data = other.read()
            assert data == checkpoint(size_of(data))
            seen.append(size_of(data))
        return True

    with ThreadPoolExecutor(3) as pool:
        readers = [pool.submit(read) for _ in range(2)]
        for size in range(100_001, 103_000):
            file.write(checkpoint(size), flush=False)
        stop.set()
        assert all(each.result(30) for each in readers)
    assert len(set(seen)) > 1


def test_while_it_is_locked_nobody_writes(file, tmp_path):
    file.write(checkpoint(1), flush=True)
    other = LastSignedFile(tmp_path / "last-signed", size_of)
    with ThreadPoolExecutor(1) as pool:
        with file.locked() as last:
            assert last == checkpoint(1)
            waiting = pool.submit(other.write, checkpoint(3), flush=True)
            with pytest.raises(TimeoutError):
                waiting.result(0.2)
        waiting.result(30)
    assert file.read() == checkpoint(3)


def test_without_its_folder_it_is_an_error_with_the_place(tmp_path):
    file = LastSignedFile(tmp_path / "gone" / "last-signed", size_of)
    for act in (file.read, file.flush, lambda: file.write(checkpoint(1), flush=True)):
        with pytest.raises(StoreError, match="`last-signed` cannot be") as caught:
            act()
        assert caught.value.where == str(tmp_path / "gone")
