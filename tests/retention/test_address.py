"""Addresses: one place is written in one way, and what may be two places is not taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govern.errors import FactError
from govern.retention import StorePlace, check_address, find_depth, find_place, is_doubtful, plain_address
from govern.retention.address import find_near_steps, find_steps


@pytest.mark.parametrize(("given", "plain"), [
    ("file:///srv/a", "file:///srv/a"),
    ("file:///srv/b%36", "file:///srv/b6"),
    ("file:///srv/%7ea%2bb", "file:///srv/~a+b"),
    ("file:///srv/caf%c3%a9%20x", "file:///srv/caf%C3%A9%20x"),
    ("file:///srv/a%2fb", "file:///srv/a%2Fb"),
    ("file:///srv/100%", "file:///srv/100%25"),
    ("file:///srv/a/", "file:///srv/a"),
    ("file:///srv//a/./b", "file:///srv/a/b"),
    ("file:///srv/x/../a", "file:///srv/x/../a"),
    ("file://localhost/srv/a", "file:///srv/a"),
    ("file://LocalHost/srv/a", "file:///srv/a"),
    ("file://Other/srv/a", "file://other/srv/a"),
    ("file:/srv/a", "file:///srv/a"),
    ("file:///", "file://"),
    ("sftp://Me@Host.Example:22/srv/a", "sftp://Me@host.example/srv/a"),
    ("sftp://host:2222/srv//a", "sftp://host:2222/srv/a"),
    ("sftp://host:/srv", "sftp://host/srv"),
    ("s3://Bucket/a/b%36", "s3://Bucket/a/b6"),
    ("s3://b/a//b", "s3://b/a//b"),
    ("s3://b/a/./b/", "s3://b/a/./b"),
    ("s3://b/", "s3://b"),
    ("s3://b", "s3://b"),
    ("rows://people/007", "rows://people/007"),
    ("box:7/%36", "box:7/%36"),
    ("file:a", "file:a"),
    ("nothing", "nothing"),
])  # fmt: skip
def test_a_place_is_written_in_one_way(given, plain):
    assert plain_address(given) == plain
    assert plain_address(plain) == plain


@pytest.mark.parametrize(("address", "steps"), [
    ("file:///srv/a", ["file:///srv/a", "file:///srv", "file://"]),
    ("file:///srv/x/../a/", ["file:///srv/a", "file:///srv", "file://"]),
    ("file:///%2e%2e/a", ["file:///a", "file://"]),
    ("s3://b/a//c", ["s3://b/a/c", "s3://b/a", "s3://b"]),
    ("s3://b/a", ["s3://b/a", "s3://b"]),
    ("rows://t/7", ["rows://t/7", "rows://t"]),
    ("box:7/a/", ["box:7/a", "box:7"]),
])  # fmt: skip
def test_what_it_lies_in(address, steps):
    assert find_steps(address) == steps
    assert find_depth(address) == len(steps)


def test_two_users_of_a_server_may_see_one_file():
    assert find_near_steps("sftp://one@host/a")[0] == find_near_steps("sftp://two@HOST:22/a")[0]
    assert find_near_steps("file:///a@b")[0] == "file:///a@b"


@pytest.mark.parametrize(("address", "doubtful"), [
    ("file:///srv/a", False), ("file:///srv//a/.", False), ("file:///srv/../a", True), ("s3://b/a//b", True),
    ("s3://b/./b", True), ("s3://b/a/", False), ("box:7//a", False), ("sftp://me@host/a", False),
])  # fmt: skip
def test_what_may_mean_another_place(address, doubtful):
    assert is_doubtful(address) is doubtful


@pytest.mark.parametrize("address", [
    "file:///srv/a/", "file://localhost/srv/a", "file:/srv/a", "s3://b/a", "s3://b", "sftp://me@host/a", "rows://t/7",
    "file:///srv/.a/b..", "box:7//a", "https://x/../y",
])  # fmt: skip
def test_what_can_be_registered(address):
    check_address(address)


@pytest.mark.parametrize(("address", "form"), [
    ("file:////srv/a", "file:///srv/a"), ("file:///srv//a", "file:///srv/a"), ("file:///srv/./a", "file:///srv/a"),
    ("file:///srv/x/../a", "file:///srv/a"), ("file:///srv/%2e%2E/a", "file:///a"), ("s3://b/a//", "s3://b/a"),
    ("s3://b//a", "s3://b/a"), ("rows://t/./7", "rows://t/7"),
])  # fmt: skip
def test_a_doubtful_part_is_refused_with_the_form_to_type(address, form):
    with pytest.raises(FactError, match="has an empty part") as caught:
        check_address(address)
    assert form in (caught.value.hint or "")


@pytest.mark.parametrize("address", ["file:a", "s3:b/a", "s3:///a", "sftp:///a", "rows:7"])
def test_half_an_address_is_refused(address):
    with pytest.raises(FactError, match="not a whole address"):
        check_address(address)


@pytest.mark.parametrize(("at", "address", "inside"), [
    ("file:///srv/archive", "file:///srv/archive/b%36", "b6"),
    ("file:///srv/my%2Ddata/", "file:///srv/my-data/a", "a"),
    ("file:///srv/Verträge", "file:///srv/Vertr%c3%a4ge/a", "a"),
    ("file:///srv//archive", "file:///srv/archive", ""),
    ("file:///", "file:///srv/a", "srv/a"),
    ("sftp://me@Host:22/srv", "sftp://me@host/srv/a", "a"),
    ("s3://b", "s3://b//a", "/a"),
    ("s3://b", "s3://b/a/./c/", "a/./c"),
    ("rows://people", "rows://people/007", "007"),
    ("file:///srv/archive", "file:///srv/archive2/a", None),
    ("file:///srv/archive", "file:///srv/archive/../a", "../a"),
    ("sftp://me@host/srv", "sftp://you@host/srv/a", None),
])  # fmt: skip
def test_where_an_address_lies_in_a_declared_store(at, address, inside):
    place = StorePlace("one", at)
    assert place.holds(address) is (inside is not None)
    if inside is not None:
        assert place.inside(address) == inside


def test_the_innermost_store_has_it_however_its_own_address_is_written():
    outer, inner = StorePlace("outer", "file:///%73%72%76%2F/../srv/"), StorePlace("inner", "file:///srv/a")
    assert find_place([outer, inner], "file:///srv/a/b") is inner


@given(st.sampled_from(["file://", "s3://b", "sftp://u@h", "rows://t"]), st.lists(st.text("ab.%/~6", max_size=5)))
def test_the_written_form_stays_and_lies_where_the_given_one_does(root, parts):
    address = "/".join((root, *parts))
    plain = plain_address(address)
    assert plain_address(plain) == plain
    assert find_steps(plain) == find_steps(address)
    assert not is_doubtful(find_steps(address)[0])
