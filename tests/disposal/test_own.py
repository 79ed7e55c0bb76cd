"""Nothing that a workspace is kept in can be a store or a record."""

import socket
from dataclasses import replace

import pytest

from govern.disposal import DeclaredStores
from govern.disposal.own import guard_paths
from govern.errors import ContentError, RefusedError
from govern.retention import Outcome, StorePlace
from govern.usecases.dispositions import execute_plan
from govern.usecases.retaining import add_records

from .conftest import CLASS, EXECUTOR, OWNER, PROJECT


@pytest.fixture
def own(tmp_path):
    """A folder of keys, and a function that says whether an address is refused."""
    (tmp_path / "ws" / "keys").mkdir(parents=True)
    (tmp_path / "ws" / "keys" / "log.key").write_text("secret")

    def refuses(address):
        try:
            guard_paths([tmp_path / "ws" / "keys"])()(address)
        except RefusedError as problem:
            assert str(tmp_path / "ws" / "keys") in problem.message
            return True
        return False

    return refuses


@pytest.mark.parametrize(
    "path",
    ["/ws/keys", "/ws/keys/log.key", "/ws/keys/new/deep", "/ws", "", "/ws/k%65ys", "/ws//keys/", "/ws/x/../keys"],
)
def test_what_is_lies_in_or_holds_it_is_refused(own, tmp_path, path):
    for host in ("", "localhost"):
        assert own(f"file://{host}{tmp_path}{path}")
    for host in ("localhost", "me@127.0.0.1:22", "[::1]:2222", socket.gethostname()):
        assert own(f"sftp://{host}{tmp_path}{path}")
    assert not own(f"sftp://files.example{tmp_path}{path}")


@pytest.mark.parametrize("path", ["/ws/archive", "/ws/keys-old", "/ws/archive/b%00", "/ws/archive/keys"])
def test_what_lies_beside_it_is_not(own, tmp_path, path):
    assert not own(f"file://{tmp_path}{path}")
    assert not own("s3://bucket/ws/keys")
    assert not own("box 7 in the cellar")


def test_links_are_followed(own, tmp_path):
    (tmp_path / "archive").mkdir()
    for name, target in (("all", tmp_path / "ws"), ("one", tmp_path / "ws" / "keys" / "log.key")):
        (tmp_path / "archive" / name).symlink_to(target)
        assert own(f"file://{tmp_path}/archive/{name}")
    assert own(f"file://{tmp_path}/archive/all/keys/log.key")
    assert not own(f"file://{tmp_path}/archive")  # a link is no content of what it lies in
    assert not own(f"file://{tmp_path}/archive/all/else")


def test_what_is_not_there_yet_is_kept_by_its_path(tmp_path):
    check = guard_paths([tmp_path / "attestations"])()
    with pytest.raises(RefusedError, match="would destroy what the workspace itself is kept in"):
        check(f"file://{tmp_path}/attestations/x")


def test_no_store_is_found_for_it_when_it_comes_to_the_deletion(tmp_path):
    guard = guard_paths([tmp_path / "keys"])
    stores = DeclaredStores([StorePlace("all", f"file://{tmp_path}")], guard=guard)
    assert stores.find(f"file://{tmp_path}/batch-1") is not None
    with pytest.raises(RefusedError, match="the workspace itself"):
        stores.find(f"file://{tmp_path}/keys/log.key")


def test_what_an_earlier_govern_took_in_is_not_planned(archive):
    archive.add("log.key")
    archive.ports = replace(archive.ports, guard=guard_paths([archive.root / "log.key"]))
    with pytest.raises(RefusedError, match="the workspace itself") as refused:
        archive.plan()
    assert (refused.value.where, refused.value.hint) == ("log.key", "govern retention correct log.key --store …")


def test_what_an_earlier_govern_planned_is_not_destroyed(archive):
    paths = [archive.add(name) for name in ("batch-1", "log.key")]
    plan = archive.approved()
    stores = DeclaredStores([archive.place], guard=guard_paths(paths[1:]))
    done, _ = execute_plan(archive.ports, EXECUTOR, stores, plan.id, plan.digest)
    assert [each.outcome for each in done.results] == [Outcome.DESTROYED, Outcome.FAILED]
    assert [each.exists() for each in paths] == [False, True]


def test_a_list_with_one_of_its_own_names_the_line(archive):
    ports = replace(archive.ports, guard=guard_paths([archive.root / "keys"]))
    lines = [f"{name},{name},{CLASS},{archive.place.at}/{name}\n" for name in ("a", "keys")]
    data = ("id,title,class,store\n" + "".join(lines)).encode()
    with pytest.raises(ContentError) as refused:
        add_records(ports, OWNER, PROJECT, data, "list.csv")
    assert [(each.where, "the workspace itself" in each.message) for each in refused.value.problems] == [
        ("list.csv:3:1", True)
    ]
