"""The folder of keys: rotation in one step, whatever happens, and what was signed last."""

import threading

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from govern.audit import (
    EMPTY_ROOT,
    Checkpoint,
    Rotation,
    check_succession,
    format_verifier_key,
    sign_checkpoint,
    sign_rotation,
)
from govern.errors import GovernError, RefusedError, StoreError, VerificationError
from govern.keys import FolderSigner, choose_passphrase, make_keys
from govern.keys import folder as keys_folder
from govern.store import FolderFiles, SqlLog, SqlRegister, open_database

ORIGIN = "log.example/govern"
PASSPHRASE = "correct horse battery staple"


def holds(key, signature, message=b"m"):
    Ed25519PublicKey.from_public_bytes(key.public).verify(signature, message)
    return True


def rotation_note(signer, next_key, size=3):
    return sign_rotation(Rotation(size, EMPTY_ROOT, signer.key, next_key.key), signer.sign, next_key.sign)


def rotate(signer, passphrase=None, size=3):
    next_key = signer.prepare_next(passphrase)
    signer.switch(rotation_note(signer, next_key, size))
    return next_key.key


def test_a_protected_key_asks_once_and_only_to_sign(tmp_path):
    asked = []

    def ask(what):
        asked.append(what)
        return PASSPHRASE

    key = make_keys(tmp_path, ORIGIN, PASSPHRASE)
    signer = FolderSigner(tmp_path, ask)
    assert (signer.key, signer.keys, signer.last_signed(), asked) == (key, (key,), None, [])
    assert holds(key, signer.sign(b"m"))
    assert holds(key, signer.sign(b"m"))
    assert asked == ["the log's key"]
    assert signer.is_protected() == "passphrase"
    assert (tmp_path / "log.key").stat().st_mode & 0o777 == 0o600
    assert PASSPHRASE not in repr(signer)


def test_a_key_is_never_replaced(folder):
    before = (folder / "log.key").read_bytes()
    with pytest.raises(StoreError, match="has a key already"):
        make_keys(folder, ORIGIN, PASSPHRASE)
    assert (folder / "log.key").read_bytes() == before


def test_a_key_file_of_the_first_version_signs_and_is_upgraded_on_request(folder):
    private = Ed25519PrivateKey.generate()
    old = private.private_bytes_raw().hex().encode() + b"\n"
    (folder / "log.key").write_bytes(old)
    from govern.audit import ED25519, VerifierKey

    key = VerifierKey(ORIGIN, ED25519, private.public_key().public_bytes_raw())
    (folder / "log.pub").write_text(format_verifier_key(key) + "\n")
    signer = FolderSigner(folder)
    assert holds(key, signer.sign(b"m"))
    assert signer.is_protected() == "plain"
    assert (folder / "log.key").read_bytes() == old  # not behind anybody's back
    signer.protect(PASSPHRASE)
    assert signer.is_protected() == "passphrase"
    assert holds(key, FolderSigner(folder, lambda _: PASSPHRASE).sign(b"m"))


def test_a_passphrase_is_changed_and_taken_away(folder):
    FolderSigner(folder).protect(PASSPHRASE)
    FolderSigner(folder, lambda _: PASSPHRASE).protect("another passphrase")
    with pytest.raises(StoreError, match="does not open"):
        FolderSigner(folder, lambda _: PASSPHRASE).sign(b"m")
    FolderSigner(folder, lambda _: "another passphrase").protect(None)
    assert FolderSigner(folder, pytest.fail).sign(b"m")


def test_a_locked_key_is_refused_where_nobody_can_be_asked(tmp_path):
    make_keys(tmp_path, ORIGIN, PASSPHRASE)
    with pytest.raises(RefusedError, match="the log's key is locked"):
        FolderSigner(tmp_path).sign(b"m")
    with pytest.raises(RefusedError) as caught:
        choose_passphrase("the log's key")
    assert "--no-passphrase" in caught.value.hint


# --- rotation


def test_after_a_rotation_the_new_key_signs_and_the_old_one_is_gone(signer, folder):
    old = signer.key
    before = (folder / "log.key").read_bytes()
    new = rotate(signer)
    assert signer.key == new
    assert holds(new, signer.sign(b"m"))
    assert signer.keys == (new, old)
    assert check_succession(old, signer.rotations()).keys == (new, old)
    assert sorted(path.name for path in folder.iterdir()) == ["log.key", "log.pub", "rotation-1"]
    assert (folder / "log.key").read_bytes() != before
    assert FolderSigner(folder).keys == (new, old)


def test_another_process_notices_the_rotation(signer, folder):
    other = FolderSigner(folder)
    assert holds(signer.key, other.sign(b"m"))
    new = rotate(signer)
    assert other.key == new
    assert holds(new, other.sign(b"m"))
    assert other.keys == signer.keys


def test_of_two_rotations_at_once_one_wins(signer, folder):
    first = signer.prepare_next(None)
    note = rotation_note(signer, first)
    second = FolderSigner(folder).prepare_next(None)
    with pytest.raises(StoreError, match="another rotation came in between"):
        signer.switch(note)
    signer.switch(rotation_note(signer, second))
    with pytest.raises(StoreError, match="another rotation came in between"):
        signer.switch(note)
    assert signer.key == second.key


class Crash(BaseException):
    """The power goes."""


WRITES = ["rotation-1", "log.pub"]


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("name", WRITES)
def test_a_crash_in_a_rotation_leaves_one_key_that_signs(signer, folder, monkeypatch, name, after):
    old = signer.key
    next_key = signer.prepare_next(None)
    note = rotation_note(signer, next_key)
    write = keys_folder.write_durably

    def crash(path, data, **options):
        if path.name == name and not after:
            raise Crash
        write(path, data, **options)
        if path.name == name:
            raise Crash

    with monkeypatch.context() as patch:
        patch.setattr(keys_folder, "write_durably", crash)
        with pytest.raises(Crash):
            signer.switch(note)

    again = FolderSigner(folder)
    switched = name == "log.pub" and after
    assert again.key == (next_key.key if switched else old)
    assert holds(again.key, again.sign(b"m"))
    assert len(again.rotations()) == (1 if switched else 0)
    newest = rotate(again)  # and it goes on from there
    assert FolderSigner(folder).keys == ((newest, next_key.key, old) if switched else (newest, old))
    assert holds(newest, FolderSigner(folder).sign(b"m"))


def test_rotation_notes_that_do_not_fit_are_named(signer, folder):
    rotate(signer)
    rotate(signer)
    (folder / "rotation-1").write_bytes((folder / "rotation-2").read_bytes())
    with pytest.raises(VerificationError):
        _ = FolderSigner(folder).keys
    (folder / "rotation-1").unlink()
    (folder / "rotation-2").unlink()
    assert len(FolderSigner(folder).keys) == 1  # the key still signs; what was before is not known


def test_a_public_key_that_no_note_leads_to_is_named(signer, folder):
    rotate(signer)
    note = (folder / "rotation-1").read_bytes()
    rotate(signer)
    (folder / "rotation-2").write_bytes(note)
    with pytest.raises(VerificationError):
        _ = FolderSigner(folder).keys


# --- the log, while its key changes


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store(request, folder, tmp_path, actor, clock):
    from govern.usecases.ports import Ports
    from govern.usecases.workspaces import create_workspace

    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else f"sqlite:///{tmp_path / 'x.db'}"
    database = open_database(url, create=True, timeout=60)
    signer = FolderSigner(folder)
    log = SqlLog(database, signer, ORIGIN)
    register = SqlRegister(database, before_write=log.check_ready)
    ports = Ports(None, register, log, signer, FolderFiles(tmp_path / "files"), clock.now, clock.new_id)
    create_workspace(ports, actor, ORIGIN)
    yield ports
    database.close()


def test_the_key_changes_while_others_append(store, actor):
    """Each entry names the key that signed it, and each head is signed by the key whose turn it was."""
    from govern.audit import Event, check_checkpoint, check_signed_in_time, parse_entry
    from govern.usecases.logs import verify_store
    from govern.usecases.rotation import rotate_key

    heads, stop, failed = [], threading.Event(), []

    def append(name):
        number = 0
        while not stop.is_set():
            event = Event(
                id=f"{name}-{number}", kind="test.saved", actor="tester", time="2026-11-24T10:00:00.000000Z",
                object=f"thing:{name}-{number}@1", matter=f"project:{name}", body="sha256:" + "0" * 64,
            )  # fmt: skip
            try:
                heads.append(store.log.append([event])[0].checkpoint)
            except GovernError as problem:
                failed.append(problem)
                return
            number += 1

    threads = [threading.Thread(target=append, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for _ in range(3):
        rotate_key(store, store.signer, actor, store.signer.prepare_next(None), "as planned")
    stop.set()
    for thread in threads:
        thread.join()

    assert failed == []
    succession = store.signer.succession
    assert len(succession.rotations) == 3
    for head in {*heads, store.log.head().checkpoint}:
        check_signed_in_time(*check_checkpoint(head, succession.keys), succession)
    for index, data in enumerate(store.log.entries()):
        assert parse_entry(data).key_id == succession.key_at(index + 1).key_id.hex()
    assert verify_store(store, actor).size == store.log.head().size


def test_a_restored_database_goes_on_by_an_admission(store, actor, tmp_path):
    from dataclasses import replace

    from govern.usecases.logs import verify_store
    from govern.usecases.recovery import recover_log

    database = store.log._database
    if database.dialect != "sqlite":
        pytest.skip("a backup of PostgreSQL is a matter of its own tools")
    import sqlite3

    backup = tmp_path / "backup.db"
    with sqlite3.connect(tmp_path / "x.db") as source, sqlite3.connect(backup) as target:
        source.backup(target)
    from govern.audit import Event

    event = Event(
        id="lost", kind="test.saved", actor="tester", time="2026-11-24T10:00:00.000000Z", object="thing:1@1",
        matter="project:x", body="sha256:" + "0" * 64,
    )  # fmt: skip
    store.log.append([event])
    lost = store.signer.last_signed()
    database.close()
    for name in ("x.db-wal", "x.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    backup.replace(tmp_path / "x.db")

    database = open_database(f"sqlite:///{tmp_path / 'x.db'}")
    log = SqlLog(database, store.signer, ORIGIN)
    ports = replace(store, log=log, register=SqlRegister(database, before_write=log.check_ready))
    with pytest.raises(VerificationError, match="older than the log"):
        log.sequence()
    recover_log(replace(ports, register=SqlRegister(database)), store.signer, actor, "disk failure")
    assert verify_store(ports, actor).size == 2
    kept = [path for path in (tmp_path / "keys").iterdir() if path.name.startswith("lost-2-")]
    assert [path.read_bytes() for path in kept] == [lost]
    database.close()


def test_only_the_head_that_was_looked_at_is_given_up(signer):
    def head(size):
        return sign_checkpoint(Checkpoint(ORIGIN, size, EMPTY_ROOT), signer.key, signer.sign)

    signer.remember(head(5))
    with pytest.raises(StoreError, match="another checkpoint was signed in between"):
        signer.give_up(head(4), head(3))
    assert signer.last_signed() == head(5)
    signer.give_up(head(5), head(3))
    assert signer.last_signed() == head(3)
