"""One suite over four real stores: a folder, an S3 server, OpenSSH's sftp-server, PostgreSQL."""

import os
import pwd
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from govern.disposal import DeclaredStores, FolderStore
from govern.errors import RefusedError, StoreError
from govern.retention import Outcome, StorePlace
from govern.usecases.dispositions import execute_plan

from .conftest import EXECUTOR
from .servers import moto_server, sftp_server

KINDS = ["folder", "s3", "sftp", pytest.param("rows", marks=pytest.mark.postgres)]


@dataclass
class Place:
    """A store, how it is declared, and a way to put something there."""

    store: Any
    declared: StorePlace
    put: Any
    secret: Any = lambda _: None


@pytest.fixture(scope="session")
def s3_endpoint():
    with moto_server() as endpoint, pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "test")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        yield endpoint


@pytest.fixture(scope="session")
def sftp(tmp_path_factory):
    with sftp_server(tmp_path_factory.mktemp("sftp")) as server:
        yield server


@pytest.fixture
def bucket(s3_endpoint, request):
    """A client and a new bucket with versions and locks."""
    import boto3

    client = boto3.client("s3", endpoint_url=s3_endpoint)
    name = f"bucket-{abs(hash(request.node.name)):x}"
    client.create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)
    yield client, name
    client.close()


def make_folder(request, tmp_path):
    root = tmp_path / "store"
    root.mkdir()

    def put(name, data):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    return StorePlace("one", f"file://{root}"), put


def make_s3(request, tmp_path):
    client, name = request.getfixturevalue("bucket")
    endpoint = request.getfixturevalue("s3_endpoint")

    def put(key, data):
        client.put_object(Bucket=name, Key=f"eu/{key}", Body=data)

    return StorePlace("one", f"s3://{name}/eu", options={"endpoint": endpoint}), put


def make_sftp(request, tmp_path):
    user, port, known_hosts, key = request.getfixturevalue("sftp")
    root = known_hosts.parent / tmp_path.name
    put_folder = make_folder_of(root, user)
    options = {"known_hosts": str(known_hosts), "key_file": str(key)}
    return StorePlace("one", f"sftp://{user}@127.0.0.1:{port}{root}", options=options), put_folder


def make_folder_of(root, user):
    known = pwd.getpwnam(user)

    def own(path):
        os.chown(path, known.pw_uid, known.pw_gid)

    root.mkdir()
    own(root)

    def put(name, data):
        path = root
        for part in name.split("/")[:-1]:
            path = path / part
            path.mkdir(exist_ok=True)
            own(path)
        path = root / name
        path.write_bytes(data)
        own(path)

    return put


def make_rows(request, tmp_path):
    import psycopg

    url = request.getfixturevalue("postgres_url")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE labels (batch text, item int, label text)")

    def put(name, data):
        batch, _, item = name.partition("/")
        with psycopg.connect(url, autocommit=True) as connection:
            row = (batch, len(item), data.decode())
            connection.execute("INSERT INTO labels VALUES (%s, %s, %s)", row)

    options = {"url_from": "LABELS_URL", "table": "public.labels", "key": "batch"}
    return StorePlace("one", "rows://labels", options=options), put


MAKERS = {"folder": make_folder, "s3": make_s3, "sftp": make_sftp, "rows": make_rows}


@pytest.fixture(params=KINDS)
def place(request, tmp_path):
    declared, put = MAKERS[request.param](request, tmp_path)
    secret = {"LABELS_URL": request.getfixturevalue("postgres_url")}.get if request.param == "rows" else {}.get
    stores = DeclaredStores([declared], secret)
    found = stores.find(f"{declared.at}/x")
    yield Place(found[1], declared, put, secret)
    stores.close()


def names(store, location):
    return [each.name for each in store.list(location)]


def test_list_read_delete_and_look_again(place):
    for name, data in (("one/a", b"alpha"), ("one/bb", b"beta"), ("one-more/a", b"other")):
        place.put(name, data)

    found = list(place.store.list("one"))

    assert len(found) == 2
    contents = [b"".join(place.store.read("one", each)) for each in found]
    assert all(any(data in content for content in contents) for data in (b"alpha", b"beta"))
    assert list(place.store.list("nothing")) == []
    for each in found:
        place.store.delete("one", each)
    place.store.finish("one")
    assert list(place.store.list("one")) == []
    assert len(list(place.store.list("one-more"))) == 1  # it only begins with the same letters
    for each in found:
        place.store.delete("one", each)  # again is no error


def test_what_was_changed_since_is_not_deleted(place):
    place.put("one/a", b"alpha")
    (found,) = place.store.list("one")
    stale = replace(found, stamp="0:1" if ":" in found.stamp else "0")

    with pytest.raises(RefusedError, match="changed since"):
        place.store.delete("one", stale)
    assert len(list(place.store.list("one"))) == 1


@pytest.mark.parametrize("location", ["", "../x", "a/../b", "a//b", "a/%2e%2e/b", "a/%00", "%2e"])
def test_nothing_outside_the_store_is_reached(place, location):
    with pytest.raises(RefusedError, match=r"is not a (place inside the store|key of a row)"):
        list(place.store.list(location))


def test_the_whole_way_in_each_store(place, archive):
    archive.place = place.declared
    place.put("batch-1/a", b"alpha")
    place.put("batch-1/bb", b"beta")
    place.put("batch-2/a", b"kept")
    archive.register("batch-1", f"{place.declared.at}/batch-1")
    plan = archive.approved()

    stores = DeclaredStores([place.declared], place.secret)
    status, issued = execute_plan(archive.ports, EXECUTOR, stores, plan.id, plan.digest)
    stores.close()

    assert status.left == ()
    said = issued.content
    assert said["destroyed"][0]["objects"] == 2
    assert said["stores"][0]["technique"] in ("clear", "none")
    assert said["not_reached"]
    assert list(place.store.list("batch-1")) == []
    assert len(list(place.store.list("batch-2"))) == 1


def test_versions_markers_and_unfinished_uploads(bucket, s3_endpoint):
    client, name = bucket
    store = DeclaredStores([StorePlace("b", f"s3://{name}", options={"endpoint": s3_endpoint})]).find(f"s3://{name}/k")[
        1
    ]
    client.put_object(Bucket=name, Key="k", Body=b"first")
    client.put_object(Bucket=name, Key="k", Body=b"second")
    client.delete_object(Bucket=name, Key="k")
    client.create_multipart_upload(Bucket=name, Key="k/part")

    found = list(store.list("k"))

    assert sorted(each.stamp for each in found if not each.stamp.startswith('"')) == ["delete marker", "upload:"]
    assert sum(each.stamp.startswith('"') for each in found) == 2
    assert [b"".join(store.read("k", each)) for each in found if each.stamp.startswith('"')]
    for each in found:
        store.delete("k", each)
    assert list(store.list("k")) == []
    versions = client.list_object_versions(Bucket=name)
    assert not versions.get("Versions")
    assert not versions.get("DeleteMarkers")


def test_folders_as_consoles_make_them_go_with_the_record_and_do_not_count(bucket, s3_endpoint, archive):
    client, name = bucket
    for key, data in (("d/b1/", b""), ("d/b1/sub/", b""), ("d/b1/a", b"one"), ("d/b1//", b"odd"), ("d/b1-more/", b"")):
        client.put_object(Bucket=name, Key=key, Body=data)
    client.put_object(Bucket=name, Key="only/", Body=b"")
    place = StorePlace("b", f"s3://{name}", options={"endpoint": s3_endpoint})
    stores = DeclaredStores([place])
    found = list(stores.open(place).list("d/b1"))
    assert sorted((each.name, each.current) for each in found) == [
        ("%2F", False), ("/", True), ("a", True), ("sub/", False),
    ]  # fmt: skip
    by_name = {each.name: b"".join(stores.open(place).read("d/b1", each)) for each in found}
    assert by_name == {"%2F": b"", "/": b"odd", "a": b"one", "sub/": b""}

    lines = sorted(f"{sha256(data).hexdigest()}  {file}\n" for file, data in by_name.items() if data)
    listed = "".join(sorted(lines, key=lambda line: line[66:]))
    archive.register("d", f"s3://{name}/d")
    archive.register("b1", f"s3://{name}/d/b1/", sha256(listed.encode()).hexdigest())
    archive.register("only", f"s3://{name}/only")
    plan = archive.approved()
    status, issued = execute_plan(archive.ports, EXECUTOR, stores, plan.id, plan.digest)

    assert status.left == ()
    said = {each["record"]: (each["objects"], each["destroyed_with"]) for each in issued.content["destroyed"]}
    assert said == {"d": (5, ""), "b1": (4, "d"), "only": (1, "")}
    assert "Versions" not in client.list_object_versions(Bucket=name)
    stores.close()


def test_object_lock_is_respected(bucket, s3_endpoint, archive):
    from datetime import UTC, datetime

    client, name = bucket
    client.put_object(
        Bucket=name, Key="locked", Body=b"x", ObjectLockMode="GOVERNANCE",
        ObjectLockRetainUntilDate=datetime(2031, 3, 1, tzinfo=UTC),
    )  # fmt: skip
    client.put_object(Bucket=name, Key="held", Body=b"x", ObjectLockLegalHoldStatus="ON")
    client.put_object(Bucket=name, Key="free", Body=b"x")
    place = StorePlace("b", f"s3://{name}", options={"endpoint": s3_endpoint})
    for each in ("locked", "held", "free"):
        archive.register(each, f"s3://{name}/{each}")
    plan = archive.approved()

    status, issued = execute_plan(archive.ports, EXECUTOR, DeclaredStores([place]), plan.id, plan.digest)

    assert issued is None
    assert {each.record: (each.outcome, each.until) for each in status.left} == {
        "locked": (Outcome.LOCKED, "2031-03-01"), "held": (Outcome.LOCKED, "a legal hold is released"),
    }  # fmt: skip
    assert {each["Key"] for each in client.list_object_versions(Bucket=name)["Versions"]} == {"locked", "held"}


def test_a_bucket_that_is_not_there(s3_endpoint):
    place = StorePlace("b", "s3://nothing-here", options={"endpoint": s3_endpoint})
    store = DeclaredStores([place]).find("s3://nothing-here/x")[1]
    with pytest.raises(StoreError, match="NoSuchBucket"):
        list(store.list("x"))


def test_an_unknown_server_is_refused(sftp, tmp_path):
    user, port, known_hosts, key = sftp
    other = tmp_path / "known"
    other.write_text(known_hosts.read_text().replace(str(port), "1"))
    for hosts, words in ((other, "not found in known_hosts"), (tmp_path / "none", "no file of known hosts")):
        options = {"known_hosts": str(hosts), "key_file": str(key)}
        place = StorePlace("s", f"sftp://{user}@127.0.0.1:{port}/tmp", options=options)
        with pytest.raises(StoreError, match=words):
            DeclaredStores([place]).find(f"{place.at}/x")


def test_a_database_that_is_not_named_or_does_not_answer():
    place = StorePlace("r", "rows://x", options={"url_from": "NO_URL", "table": "t", "key": "k"})
    with pytest.raises(StoreError, match="the environment has no `NO_URL`"):
        DeclaredStores([place]).find("rows://x/1")
    secret = {"NO_URL": "postgresql://nobody@127.0.0.1:1/none"}.get
    with pytest.raises(StoreError, match="does not answer"):
        DeclaredStores([place], secret).find("rows://x/1")


# The local folder is where an attacker can race us.


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "store"
    root.mkdir()
    return root, FolderStore(str(root))


def test_a_link_is_removed_and_what_it_leads_to_stays(folder, tmp_path):
    root, store = folder
    outside = tmp_path / "outside"
    outside.write_bytes(b"keep me")
    (root / "one").mkdir()
    (root / "one" / "link").symlink_to(outside)
    (root / "one" / "folder").symlink_to(tmp_path)

    found = list(store.list("one"))
    assert [b"".join(store.read("one", each)).startswith(b"link to") for each in found] == [True, True]
    for each in found:
        store.delete("one", each)
    store.finish("one")

    assert outside.read_bytes() == b"keep me"
    assert not (root / "one").exists()


def test_a_link_on_the_way_is_refused(folder, tmp_path):
    root, store = folder
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "file").write_bytes(b"keep me")
    (root / "way").symlink_to(tmp_path / "outside")

    with pytest.raises(RefusedError, match="links are not followed"):
        list(store.list("way/file"))


def test_a_file_that_is_exchanged_while_it_is_destroyed_is_put_back(tmp_path):
    root = tmp_path / "store"
    root.mkdir()
    file = root / "one"
    file.write_bytes(b"doomed")
    other = root / "other"
    other.write_bytes(b"innocent")
    import govern.disposal.folder as module

    real, swapped = module.os.rename, []

    def race(source, target, **dirs):
        if not swapped:
            swapped.append(1)
            file.unlink()
            real(other, file)
        real(source, target, **dirs)

    store = FolderStore(str(root))
    (found,) = store.list("one")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module.os, "rename", race)
        with pytest.raises(RefusedError, match="exchanged"):
            store.delete("one", found)

    assert file.read_bytes() == b"innocent"


def test_names_that_are_no_text_go_there_and_back_over_sftp(sftp, request, tmp_path, archive):
    declared, put = make_sftp(request, tmp_path)
    odd = [os.fsdecode(each) for each in (b"caf\xe9", b"caf\xc3\xa9", b"100%", b"new\nline", b"in\xff/\xfe")]
    for each in odd:
        put(f"one/{each}", os.fsencode(each))
    put("caf\udce9", b"alone")
    for name, leads_to in (("link", b"\xc3\xbf"), ("raw", b"\xff")):
        (sftp[2].parent / tmp_path.name / "one" / name).symlink_to(os.fsdecode(leads_to))
    archive.place = declared
    stores = DeclaredStores([declared])
    store = stores.open(declared)

    found = list(store.list("one"))
    contents = [b"".join(store.read("one", each)) for each in found]
    assert sorted(each for each in contents if not each.startswith(b"link")) == sorted(map(os.fsencode, odd))
    assert sorted(each for each in contents if each.startswith(b"link")) == [b"link to \xc3\xbf", b"link to \xff"]
    assert all(each.name.isprintable() for each in found)
    assert [each for each in store.walk() if each[1] == 5 and "/" not in each[0]] == [("caf%E9", 5)]

    archive.register("one", f"{declared.at}/one")
    archive.register("alone", f"{declared.at}/caf%e9")
    plan = archive.approved()
    status, issued = execute_plan(archive.ports, EXECUTOR, stores, plan.id, plan.digest)
    assert status.left == () and issued is not None
    assert list(store.walk()) == []
    stores.close()


def test_a_hostile_name_goes_there_and_back(folder):
    root, store = folder
    (root / "one").mkdir()
    hostile = [b"\xff\xfe", b"100%", "e\u0301".encode(), b"new\nline", "\u202e".encode(), b"-rf", b" "]
    for each in hostile:
        Path(os.fsdecode(os.fsencode(root) + b"/one/" + each)).write_bytes(each)

    found = list(store.list("one"))

    assert sorted(b"".join(store.read("one", each)) for each in found) == sorted(hostile)
    assert all(each.name.isprintable() for each in found)
    for each in found:
        store.delete("one", each)
    store.finish("one")
    assert list(root.iterdir()) == []


def test_what_is_no_file_is_refused(folder):
    root, store = folder
    os.mkfifo(root / "pipe")
    with pytest.raises(RefusedError, match="neither a file nor a link"):
        list(store.list("pipe"))


def test_the_content_is_overwritten_before_it_is_removed(tmp_path):
    root = tmp_path / "store"
    root.mkdir()
    file = root / "one"
    file.write_bytes(b"secret" * 1000)
    handle = os.open(file, os.O_RDONLY)
    store = FolderStore(str(root))
    (found,) = store.list("one")

    store.delete("one", found)

    assert os.pread(handle, 10_000, 0) == bytes(6000)
    os.close(handle)
