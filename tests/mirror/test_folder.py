"""Exports in folders: new, continued, stopped in the middle, ahead, of another history."""

from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from govern.audit import (
    ED25519,
    Checkpoint,
    Event,
    VerifierKey,
    hash_leaf,
    hash_root,
    plan_bundle,
    seal_entry,
    sign_checkpoint,
    verify_bundle,
)
from govern.errors import RefusedError, StoreError, VerificationError
from govern.mirror import FolderReader, plan_update, write_files

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(32))
KEY = VerifierKey("log.example/govern", ED25519, PRIVATE.public_key().public_bytes_raw())


def entries_of(count, actor="u"):
    return [
        seal_entry(
            Event(
                f"e{i}",
                "a.b",
                actor,
                "2026-11-24T10:00:00.000000Z",
                "o",
                "m",
                "sha256:" + sha256(b"%d" % i).hexdigest(),
            ),
            i,
            i - 1 if i else None,
            "af0cfe78",
        )
        for i in range(count)
    ]


def bundle_of(count, bodies=False, **changes):
    entries = entries_of(count, **changes)
    head = Checkpoint(KEY.name, count, hash_root([hash_leaf(entry) for entry in entries]))
    records = {sha256(b"%d" % i).hexdigest(): b"%d" % i for i in range(count)}
    return plan_bundle(entries, sign_checkpoint(head, KEY, PRIVATE.sign), [KEY], records.get if bodies else None)


def export(folder, count, bodies=False, **changes):
    return write_files(folder, bundle_of(count, bodies, **changes), plan_update(folder, bodies=bodies))


def verify(folder):
    read = FolderReader(folder)
    return verify_bundle(read, read.list_paths(), [KEY]).size


@pytest.mark.parametrize("bodies", [False, True])
def test_an_export_grows(tmp_path, bodies):
    folder = tmp_path / "log"
    for count, most in [(3, 20), (3, 0), (300, 20), (600, 20), (600, 0)]:
        written = export(folder, count, bodies)
        assert bodies or written <= most
        assert verify(folder) == count
        assert not list(folder.rglob("*.part"))
    assert not (folder / "tile/0/000.p").exists()


def test_one_that_was_stopped_goes_on_where_it_was(tmp_path):
    folder = tmp_path / "log"
    export(folder, 300)
    for stop in range(1, 14):
        files = bundle_of(700)
        with pytest.raises(KeyboardInterrupt):
            write_files(folder, stopping(files, stop), plan_update(folder, bodies=False))
        checkpoint = (folder / "checkpoint").read_bytes()
        assert b"\n300\n" in checkpoint
        read = FolderReader(folder)
        assert read("tile/entries/001.p/44") is not None  # what it signs is still there
    (folder / "tile/entries/002.part").write_bytes(b"half")
    (folder / "tile/0/001").write_bytes((folder / "tile/0/001").read_bytes()[:100])  # power was cut
    assert export(folder, 700) > 0
    assert verify(folder) == 700


def stopping(files, stop):
    for number, file in enumerate(files):
        if number == stop:
            raise KeyboardInterrupt
        yield file
    raise KeyboardInterrupt


def test_another_history_is_refused_and_changes_no_checkpoint(tmp_path):
    folder = tmp_path / "log"
    export(folder, 300)
    before = (folder / "checkpoint").read_bytes()
    with pytest.raises(VerificationError, match="another history") as raised:
        export(folder, 600, actor="v")
    assert raised.value.where == "tile/entries/000"
    assert (folder / "checkpoint").read_bytes() == before
    with pytest.raises(VerificationError, match="more of the log than there is now"):
        export(folder, 100)
    assert verify(folder) == 300


def test_folders_that_no_export_made(tmp_path):
    (tmp_path / "file").write_text("")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "notes.txt").write_text("")
    (tmp_path / "empty").mkdir()
    for name in ("file", "other"):
        with pytest.raises(RefusedError):
            plan_update(tmp_path / name, bodies=False)
    assert plan_update(tmp_path / "empty", bodies=False) == plan_update(tmp_path / "new", bodies=False) == []
    export(tmp_path / "log", 3, bodies=True)
    with pytest.raises(RefusedError, match="has the records"):
        plan_update(tmp_path / "log", bodies=False)


def test_links_are_not_followed(tmp_path):
    folder = tmp_path / "log"
    export(folder, 3)
    secret = tmp_path / "secret"
    secret.write_bytes(b"secret")
    (folder / "checkpoint").unlink()
    (folder / "checkpoint").symlink_to(secret)
    read = FolderReader(folder)
    assert read("checkpoint") is None
    assert read("../secret") is None
    with pytest.raises(VerificationError, match="not a regular file"):
        read.list_paths()
    (folder / "tile" / "9").symlink_to(tmp_path)
    assert read("tile/9/secret") is None
    with pytest.raises(StoreError, match="is not a folder"):
        FolderReader(secret)


def test_only_checkpoint_and_tiles_are_served(tmp_path):
    folder = tmp_path / "log"
    export(folder, 3, bodies=True)
    read = FolderReader(folder)
    assert read.read_log_file("checkpoint")
    assert read.read_log_file("tile/0/000.p/3")
    for path in read.list_paths():
        if path.startswith(("bodies", "README")):
            assert read(path)
            assert read.read_log_file(path) is None


def test_a_file_that_is_too_large(tmp_path, monkeypatch):
    from govern.mirror import folder

    monkeypatch.setattr(folder, "FILE_LIMIT", 3)
    (tmp_path / "checkpoint").write_bytes(b"abcd")
    with pytest.raises(VerificationError, match="larger than any"):
        FolderReader(tmp_path)("checkpoint")
