"""Inventories of the four real stores, and what the log keeps of one."""

import json
import os

import pytest

from govern.audit import parse_entry
from govern.disposal import DeclaredStores
from govern.errors import RefusedError, StoreError
from govern.retention import Standing, StorePlace
from govern.usecases.dispositions import execute_plan
from govern.usecases.inventory import take_inventory

from .conftest import EXECUTOR, OWNER
from .test_adapters import MAKERS, bucket, place, s3_endpoint, sftp  # noqa: F401 - fixtures
from .test_spelling import register_as_before


def look(archive, stores=None, names=()):
    odd, seen = [], []
    found = take_inventory(
        archive.ports,
        OWNER,
        stores or archive.stores(),
        names,
        on_thing=odd.append,
        progress=seen.append,
    )
    assert seen == list(range(1, sum(each.objects for each in found.stores) + 1))
    return found, [(each.store.name, each.name, each.size, each.standing.value) for each in odd], odd


def test_each_store_is_walked(place, archive):  # noqa: F811
    archive.place = place.declared
    place.put("batch-1/a", b"alpha")
    place.put("batch-1/bb", b"beta")
    place.put("stray", b"nobody knows")
    archive.register("batch-1", f"{place.declared.at}/batch-1")
    archive.register("batch-2", f"{place.declared.at}/batch-2/")
    stores = DeclaredStores([place.declared], place.secret)

    found, odd, _ = look(archive, stores)
    (store,) = found.stores
    rows = place.declared.kind == "rows"
    assert (store.objects, store.records, store.missing) == (2 if rows else 3, 2, ["one/batch-2"])
    assert [(name, standing) for _, name, _, standing in odd] == [("stray", "unregistered")]
    if not rows:
        assert (store.size, store.unregistered_size) == (21, 12)

    with pytest.raises(RefusedError):
        place.store.name_of("../x")
    stores.close()


def test_old_versions_count_and_markers_alone_do_not(bucket, s3_endpoint, archive):  # noqa: F811
    client, name = bucket
    for data in (b"one", b"three"):
        client.put_object(Bucket=name, Key="a", Body=data)
    client.put_object(Bucket=name, Key="b", Body=b"hidden")
    client.delete_object(Bucket=name, Key="b")  # its version is still there
    client.delete_object(Bucket=name, Key="c")  # a marker, and nothing
    client.create_multipart_upload(Bucket=name, Key="d")
    stores = DeclaredStores([StorePlace("one", f"s3://{name}", options={"endpoint": s3_endpoint})])
    assert sorted(stores.open(stores.places[0]).walk()) == [("a", 8), ("b", 6), ("d", 0)]
    stores.close()


def test_names_that_are_no_plain_text_are_matched(archive):
    odd = [b"caf\xc3\xa9", b"cafe\xcc\x81", b"50%", b"\xff", b"line\nend", b"=1+1"]
    for name in odd:
        (archive.root / os.fsdecode(name)).write_bytes(b"x")
    *_, listed = look(archive)
    assert len(listed) == len(odd)
    for number, each in enumerate(listed):
        archive.register(f"r{number}", each.location)  # as the list says, so it can be registered
    found, *_, listed = look(archive)
    assert listed == [] and found.in_order


def test_links_and_what_is_no_file_are_there_too(archive):
    os.mkfifo(archive.root / "pipe")
    (archive.root / "link").symlink_to("/etc/passwd")
    (archive.root / "empty").mkdir()
    _, odd, _ = look(archive)
    assert [name for _, name, *_ in odd] == ["link", "pipe"]


def test_what_was_destroyed_and_is_there_again(archive):
    archive.add("a", b"first")
    plan = archive.approved()
    execute_plan(archive.ports, EXECUTOR, archive.stores(), plan.id, plan.digest)
    assert look(archive)[0].in_order
    (archive.root / "a").write_bytes(b"again")
    found, odd, _ = look(archive)
    assert odd == [("archive", "a", 5, Standing.RETURNED.value)]
    assert found.stores[0].returned == 1 and not found.in_order


def test_one_store_that_cannot_be_looked_at_hides_no_other(archive, tmp_path):
    archive.add("a")
    archive.register("b", f"file://{tmp_path}/away/b")
    stores = DeclaredStores([StorePlace("away", f"file://{tmp_path}/away"), archive.place])
    found, *_ = look(archive, stores)
    away, here = found.stores
    assert "cannot be opened" in away.problem and away.missing == [] and away.records == 1
    assert here.in_order and not found.in_order
    assert [each.store for each in look(archive, stores, ["archive"])[0].stores] == ["archive"]


def test_folders_too_deep(archive, monkeypatch):
    monkeypatch.setattr("govern.disposal.folder.DEEPEST", 3)
    (archive.root / "1/2/3/4").mkdir(parents=True)
    found, *_ = look(archive)
    assert "nested more than" in found.stores[0].problem


def test_what_cannot_be_read_is_passed_and_told(archive, monkeypatch):
    monkeypatch.setattr("govern.disposal.folder.DEEPEST", 3)
    (archive.root / "b/1/2/3").mkdir(parents=True)
    (archive.root / "c/1/2/3").mkdir(parents=True)
    for name in ("a", "b/x", "d"):
        (archive.root / name).write_bytes(b"xyz")
    archive.register("a", f"{archive.place.at}/a")
    found, odd, _ = look(archive)
    (store,) = found.stores
    assert store.problem == "`b/1/2/`: folders are nested more than 3 deep; and 1 more"
    assert (store.objects, store.size, [name for _, name, *_ in odd]) == (3, 9, ["b/x", "d"])


@pytest.mark.parametrize("kind", ["folder", "sftp"])
def test_a_folder_that_denies_hides_no_other(kind, archive, request, tmp_path, monkeypatch):
    declared, put = MAKERS[kind](request, tmp_path)
    for name in ("a/x", "b/x", "c/x"):
        put(name, b"xyz")
    stores = DeclaredStores([declared])
    if kind == "sftp":
        (sftp_root(request, tmp_path) / "b").chmod(0o000)
    else:  # root may read everything
        real = os.open

        def deny(path, *args, **more):
            if path == "b":
                raise PermissionError(13, "Permission denied")
            return real(path, *args, **more)

        monkeypatch.setattr("govern.disposal.folder.os.open", deny)
    found, odd, _ = look(archive, stores)
    assert "permission denied" in found.stores[0].problem and "`b" in found.stores[0].problem
    assert [name for _, name, *_ in odd] == ["a/x", "c/x"]
    stores.close()


def sftp_root(request, tmp_path):
    return request.getfixturevalue("sftp")[2].parent / tmp_path.name


@pytest.mark.parametrize("inside", ["x/../b3", "a%2fb", "%00"])
def test_an_address_that_is_no_place_stops_nothing(archive, inside):
    archive.add("a")
    register_as_before(archive, "odd", f"{archive.place.at}/{inside}")
    found, odd, _ = look(archive)
    (store,) = found.stores
    assert (store.objects, store.records, store.unplaced, store.problem) == (1, 2, ["one/odd"], "")
    assert not found.in_order and odd == []
    entry = parse_entry(list(archive.ports.log.entries())[found.entry])
    data = json.loads(archive.ports.files.get(entry.body.removeprefix("sha256:")))
    assert data["stores"][0]["unplaced"] == ["one/odd"]


def test_one_that_is_gone_from_no_place_is_not_told_of(archive):
    register_as_before(archive, "odd", f"{archive.place.at}/x/../b3", disposed="d1")
    assert look(archive)[0].in_order


def test_an_old_spelling_is_matched(archive):
    archive.add("b3", register=False)
    register_as_before(archive, "odd", f"{archive.place.at}/./%623")
    assert look(archive)[0].in_order


def test_of_a_store_that_does_not_open_the_records_are_counted(archive):
    archive.place = StorePlace("rows", "rows://x", options={"url_from": "NO_URL", "table": "t", "key": "k"})
    archive.register("r", "rows://x/1")
    (store,) = look(archive)[0].stores
    assert (store.objects, store.records) == (0, 1) and "has no `NO_URL`" in store.problem


def test_a_store_within_another_is_looked_at_in_both(archive, tmp_path):
    (archive.root / "inner").mkdir()
    (archive.root / "inner" / "a").write_bytes(b"x")
    archive.register("a", f"{archive.place.at}/inner/a")
    stores = DeclaredStores([archive.place, StorePlace("inner", f"{archive.place.at}/inner")])
    found, odd, _ = look(archive, stores)
    assert [(each.objects, each.records) for each in found.stores] == [(1, 1), (1, 1)] and odd == []


def test_the_log_keeps_the_numbers_and_no_name(archive):
    archive.add("a")
    (archive.root / "jane-doe.mp4").write_bytes(b"secret")
    found, *_ = look(archive)
    entry = parse_entry(list(archive.ports.log.entries())[found.entry])
    assert (entry.kind, entry.actor, entry.matter) == ("inventory.taken", "owner", "workspace")
    data = archive.ports.files.get(entry.body.removeprefix("sha256:"))
    assert b"jane" not in data
    (store,) = json.loads(data)["stores"]
    assert (store["objects"], store["unregistered"], store["unregistered_size"], store["missing"]) == (2, 1, 6, [])


def test_which_stores(archive):
    with pytest.raises(StoreError, match="no store `archve` is declared") as caught:
        look(archive, names=["archve"])
    assert "archive" in (caught.value.hint or "")
    with pytest.raises(StoreError, match="no store is declared"):
        look(archive, DeclaredStores([]))


def test_on_a_real_database(stored):
    stored.add("a")
    (stored.root / "stray").write_bytes(b"x")
    found, odd, _ = look(stored)
    assert [name for _, name, *_ in odd] == ["stray"]
    assert parse_entry(list(stored.ports.log.entries())[found.entry]).kind == "inventory.taken"
