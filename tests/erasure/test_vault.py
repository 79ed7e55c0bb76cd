"""The vault keeps keys apart, and what is destroyed stays destroyed."""

import os
import re
import shutil
import sqlite3
import threading

import pytest

from govern.audit import format_time
from govern.errors import GovernError, RefusedError, StoreError, VerificationError
from govern.store.vault import DESTROYED, SqlVault, open_vault_database

CONTEXT = b"where it stands"


class Crash(Exception):
    """The process ends here."""


def crash_at(step):
    def fault(name):
        if name == step:
            raise Crash

    return fault


def test_a_key_seals_and_unseals_and_is_the_same_for_the_next_process(new_vault):
    made = new_vault().create("k1", "officer-7")
    assert (made.id, made.subject, made.epoch, made.destroyed) == ("k1", "officer-7", 1, False)
    (sealed,) = new_vault().seal("k1", [(CONTEXT, b"Ada")])
    again = new_vault()
    assert again.unseal("k1", [(CONTEXT, sealed)]) == [b"Ada"]
    assert again.find("k1") == made
    assert again.list_keys() == [made]
    assert again.find("k2") is None
    assert again.epoch() == 1


def test_nothing_in_the_database_opens_anything(new_vault, tmp_path):
    vault = new_vault()
    vault.create("k1", "officer-7")
    (tmp_path / "keys" / "vault-epoch-000001.key").rename(tmp_path / "elsewhere")
    with pytest.raises(StoreError, match=r"`vault-epoch-000001\.key` cannot be read"):
        vault.seal("k1", [(CONTEXT, b"Ada")])


def test_two_seals_of_one_value_differ(new_vault):
    vault = new_vault()
    vault.create("k1", "officer-7")
    one, two = vault.seal("k1", [(CONTEXT, b"Ada"), (CONTEXT, b"Ada")])
    assert one != two


def test_an_id_is_given_once_even_after_its_key_was_destroyed(new_vault):
    vault = new_vault()
    vault.create("k1", "officer-7")
    with pytest.raises(StoreError, match="there is a key `k1` already"):
        vault.create("k1", "officer-8")
    vault.destroy("k1")
    vault.destroy("k9")  # it is only in a backup
    for key in ("k1", "k9"):
        with pytest.raises(StoreError, match="already"):
            vault.create(key, "officer-8")


def test_a_destroyed_key_opens_nothing_and_is_still_known_of(new_vault):
    vault = new_vault()
    digest = vault.create("k1", "officer-7").digest
    vault.create("k2", "officer-8")
    sealed = vault.seal("k1", [(CONTEXT, b"Ada")])
    vault.destroy("k1")
    vault.destroy("k1")
    for act in (vault.seal, vault.unseal):
        with pytest.raises(RefusedError, match="was destroyed"):
            act("k1", [(CONTEXT, sealed[0])])
    found = vault.find("k1")
    assert (found.destroyed, found.digest) == (True, digest)
    assert [key.destroyed for key in vault.list_keys()] == [True, False]
    assert vault.seal("k2", [(CONTEXT, b"Bo")])
    with pytest.raises(StoreError, match="not in the vault"):
        vault.seal("k3", [])


def test_the_wrapped_key_is_overwritten_in_the_file(tmp_path, clock):
    """`secure_delete`, and no write-ahead log beside it."""
    (tmp_path / "keys").mkdir()
    vault = SqlVault(lambda: open_vault_database(f"sqlite:///{tmp_path / 'vault.db'}"), tmp_path / "keys", clock.now)
    vault.create("k1", "officer-7")
    with sqlite3.connect(tmp_path / "vault.db") as connection:
        (wrapped,) = connection.execute("SELECT wrapped FROM vault_key").fetchone()
    connection.close()
    assert wrapped in (tmp_path / "vault.db").read_bytes()
    vault.destroy("k1")
    vault.close()
    assert all(wrapped not in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert (tmp_path / "vault.db").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("step", ["noted", "overwritten"])
def test_a_destruction_that_was_begun_is_finished_by_the_next_opening(new_vault, step):
    vault = new_vault(crash_at(step))
    vault.create("k1", "officer-7")
    with pytest.raises(Crash):
        vault.destroy("k1")
    again = new_vault()
    assert again.find("k1").destroyed
    with pytest.raises(RefusedError):
        again.seal("k1", [(CONTEXT, b"Ada")])


def test_a_restored_backup_brings_no_key_back(tmp_path, clock):
    (tmp_path / "keys").mkdir()

    def open_it():
        return SqlVault(lambda: open_vault_database(f"sqlite:///{tmp_path / 'vault.db'}"), tmp_path / "keys", clock.now)

    vault = open_it()
    vault.create("k1", "officer-7")
    (sealed,) = vault.seal("k1", [(CONTEXT, b"Ada")])
    vault.close()
    shutil.copy(tmp_path / "vault.db", tmp_path / "backup.db")
    vault = open_it()
    vault.destroy("k1")
    vault.close()
    shutil.copy(tmp_path / "backup.db", tmp_path / "vault.db")

    again = open_it()
    with pytest.raises(RefusedError, match="was destroyed"):
        again.unseal("k1", [(CONTEXT, sealed)])
    again.close()


def test_the_list_says_when_each_key_was_destroyed_and_outlives_the_database(tmp_path, clock):
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / DESTROYED).write_text("k0\n")  # as an earlier govern wrote it
    vault = SqlVault(lambda: open_vault_database(f"sqlite:///{tmp_path / 'vault.db'}"), tmp_path / "keys", clock.now)
    vault.create("k1", "officer-7")
    began = format_time(clock.now())
    vault.destroy("k1")
    ended = vault.list_destroyed()
    assert list(ended) == ["k0", "k1"]
    assert ended["k0"] == ""
    assert began < ended["k1"] < format_time(clock.now())
    vault.destroy("k1")
    assert vault.list_destroyed() == ended
    vault.close()
    (tmp_path / "vault.db").unlink()

    again = SqlVault(lambda: open_vault_database(f"sqlite:///{tmp_path / 'vault.db'}"), tmp_path / "keys", clock.now)
    assert again.find("k1") is None
    assert again.list_destroyed() == ended
    again.close()


def test_a_line_that_was_cut_off_takes_no_other_key_with_it(new_vault, tmp_path):
    vault = new_vault()
    vault.create("k1", "officer-7")
    (tmp_path / "keys" / DESTROYED).write_text("k0 2026-11-24T1")
    vault.destroy("k1")
    assert list(vault.list_destroyed()) == ["k0", "k1"]


def test_a_line_that_does_not_fit_on_the_disk_stops_the_destruction(new_vault, tmp_path, monkeypatch):
    vault = new_vault()
    vault.create("k1", "officer-7")
    whole = os.write
    with monkeypatch.context() as patch:
        patch.setattr("govern.store.vault.os.write", lambda handle, data: whole(handle, data[:5]))
        with pytest.raises(StoreError, match="no space left"):
            vault.destroy("k1")
    assert not vault.find("k1").destroyed
    vault.destroy("k1")
    assert vault.find("k1").destroyed


def test_a_rotation_wraps_the_living_keys_anew_and_removes_the_old_epoch(new_vault, tmp_path):
    vault = new_vault()
    vault.create("k1", "officer-7")
    vault.create("k2", "officer-8")
    sealed = vault.seal("k1", [(CONTEXT, b"Ada")])
    vault.destroy("k2")
    assert vault.rotate() == vault.epoch() == 2
    assert [path.name for path in sorted((tmp_path / "keys").glob("vault-*"))] == ["vault-epoch-000002.key"]
    assert new_vault().unseal("k1", [(CONTEXT, sealed[0])]) == [b"Ada"]
    assert {key.id: key.epoch for key in vault.list_keys()} == {"k1": 2, "k2": 1}
    assert vault.create("k3", "officer-9").epoch == 2


@pytest.mark.parametrize("step", ["epoch added", "wrapped anew", "epoch removed"])
def test_a_rotation_that_is_cut_off_loses_no_key(new_vault, tmp_path, step):
    vault = new_vault(crash_at(step))
    vault.create("k1", "officer-7")
    sealed = vault.seal("k1", [(CONTEXT, b"Ada")])
    with pytest.raises(Crash):
        vault.rotate()
    again = new_vault()
    assert again.unseal("k1", [(CONTEXT, sealed[0])]) == [b"Ada"]
    if step != "epoch added":
        assert not (tmp_path / "keys" / "vault-epoch-000001.key").exists()
    again.rotate()
    assert again.unseal("k1", [(CONTEXT, sealed[0])]) == [b"Ada"]
    assert len(list((tmp_path / "keys").glob("vault-*"))) == 1


def test_many_may_make_keys_while_somebody_rotates(new_vault):
    first = new_vault()
    first.create("k", "officer-7")
    problems = []

    def make(number):
        vault = new_vault()
        try:
            for each in range(5):
                vault.create(f"k{number}-{each}", "officer-7")
        except GovernError as problem:
            problems.append(problem)

    threads = [threading.Thread(target=make, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(4):
        first.rotate()
    for thread in threads:
        thread.join()
    assert problems == []
    again = new_vault()
    assert len(again.list_keys()) == 16
    for key in again.list_keys():
        assert again.seal(key.id, [(CONTEXT, b"Ada")])


def test_a_key_that_was_swapped_in_the_database_is_noticed(tmp_path, clock):
    (tmp_path / "keys").mkdir()
    vault = SqlVault(lambda: open_vault_database(f"sqlite:///{tmp_path / 'vault.db'}"), tmp_path / "keys", clock.now)
    vault.create("k1", "officer-7")
    vault.create("k2", "officer-8")
    with sqlite3.connect(tmp_path / "vault.db") as connection:
        connection.execute("UPDATE vault_key SET wrapped = (SELECT wrapped FROM vault_key WHERE id='k1') WHERE id='k2'")
        connection.execute("UPDATE vault_key SET digest = 'sha256:0' WHERE id='k1'")
    connection.close()
    with pytest.raises(VerificationError, match="does not open"):
        vault.seal("k2", [(CONTEXT, b"Bo")])
    with pytest.raises(VerificationError, match="not the one that the vault made"):
        vault.seal("k1", [(CONTEXT, b"Ada")])
    vault.close()


def test_the_files_of_keys_are_checked(new_vault, tmp_path):
    vault = new_vault()
    vault.create("k1", "officer-7")
    path = tmp_path / "keys" / "vault-epoch-000001.key"
    assert path.stat().st_mode & 0o077 == 0
    whole = path.read_bytes()
    path.chmod(0o644)
    with pytest.raises(StoreError, match="others can read"):
        vault.seal("k1", [])
    path.chmod(0o600)
    path.write_bytes(whole[:-10])
    with pytest.raises(StoreError, match="damaged"):
        vault.seal("k1", [])
    path.write_bytes(whole)
    vault.seal("k1", [])
    vault.destroy("k1")
    assert re.fullmatch(r"k1 2026-11-24T10:00:\d\d\.000000Z\n", (tmp_path / "keys" / DESTROYED).read_text())
    (tmp_path / "keys" / DESTROYED).write_bytes(b"\xff")
    with pytest.raises(StoreError, match="cannot be read"):
        new_vault().list_keys()


def test_a_list_that_cannot_be_written_stops_the_destruction(new_vault, tmp_path):
    vault = new_vault()
    vault.create("k1", "officer-7")
    (tmp_path / "keys" / DESTROYED).mkdir()
    with pytest.raises(StoreError, match="cannot be"):
        vault.destroy("k1")


def test_another_kind_of_database_is_refused(tmp_path):
    with pytest.raises(StoreError, match="not supported"):
        open_vault_database("mysql://x/y")
    with pytest.raises(StoreError):
        open_vault_database(f"sqlite:///{tmp_path / 'no' / 'folder' / 'vault.db'}")
