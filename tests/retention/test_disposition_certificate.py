"""The certificate: it is complete or there is none, and it says what was not reached."""

from dataclasses import replace
from datetime import date

import pytest

from govern.errors import RefusedError, VerificationError
from govern.retention import (
    Approval,
    Copy,
    DispositionPlan,
    ItemResult,
    Method,
    Outcome,
    PlanItem,
    ReachedStore,
    RetainedRecord,
    StorePlace,
    find_place,
    is_placed,
    parse_statement,
    state_destruction,
)

ITEM = PlanItem("a", 1, "batches", "file:///srv/a", "d" * 64, "law.r", "law Art. 1", "2026-01-01",
                "one@1", "due since 2026-01-01")  # fmt: skip
PLAN = DispositionPlan(
    "p1", "one", date(2026, 11, 24), "planner-1", "t", "why", "one@1", 2, {}, (), {}, ("0" * 64,), "salt"
)
DONE = ItemResult("a", Outcome.DESTROYED, "gone", 1, 5, "d" * 64, "m" * 64, at="2026-11-24T10:00:00.000000Z")
EXCUSED = ItemResult("b", Outcome.EXCUSED, "lost", until="2027-01-01")
METHOD = Method("clear", "overwritten", "listed again", ("snapshots",))


def state(items, stores=(), gone=None, links=None, unplaced=()):
    return parse_statement(
        state_destruction(
            PLAN,
            [Approval("x", "t", PLAN.digest)],
            items,
            stores,
            gone or {},
            links or {},
            unplaced,
            id_="c1",
            executors=["e"],
            certified_by="e",
            certified_at="t",
            holds_read=["h1"],
            parties=[{"role": "client", "name": "Larkfield"}],
            salt="s",
        )
    )


def test_there_is_none_while_anything_is_unfinished():
    with pytest.raises(RefusedError, match="1 of 2 records"):
        state([(ITEM, DONE), (replace(ITEM, record="b"), replace(EXCUSED, outcome=Outcome.HELD))])
    with pytest.raises(RefusedError, match="1 of 2 records"):
        state([(ITEM, DONE)])


def test_it_says_what_was_destroyed_and_what_was_not_reached():
    place = StorePlace("archive", "file:///srv", "one disk", (Copy("tapes", "2026-12-29"),))
    bare = StorePlace("other", "s3://x")
    stores = [ReachedStore(place, METHOD, 1, 1, 5), ReachedStore(bare, replace(METHOD, limits=()), 0, 0, 0)]
    said = state([(ITEM, DONE), (replace(ITEM, record="b"), EXCUSED)], stores)
    assert [each["record"] for each in said["destroyed"]] == ["a"]
    assert said["destroyed_from"] == said["destroyed_to"] == DONE.at
    assert said["parties"] == [{"role": "client", "name": "Larkfield"}]
    assert [(each["what"], each["expires"]) for each in said["not_reached"]] == [
        ("record b in file:///srv/a", "2027-01-01"),
        ("archive: snapshots", ""),
        ("archive: tapes", "2026-12-29"),
        ("other: backups and copies elsewhere", ""),
    ]
    assert said["basis"][0] == {
        "authority": "law Art. 1", "record_class": "batches", "records": 1, "rule": "law.r", "schedule": "one@1",
    }  # fmt: skip
    assert (said["destroyed"][0]["schedule"], said["destroyed"][0]["why"]) == ("one@1", "due since 2026-01-01")


def test_each_record_stands_under_its_own_version_of_the_schedule():
    later = replace(ITEM, record="b", schedule="one@2", why="due since 2026-02-01, as decided by counsel-1")
    said = state([(ITEM, DONE), (later, replace(DONE, record="b"))])
    assert [(each["schedule"], each["records"]) for each in said["basis"]] == [("one@1", 1), ("one@2", 1)]
    assert [each["why"] for each in said["destroyed"]] == [ITEM.why, later.why]


def test_where_nothing_was_destroyed_there_is_nothing_to_certify():
    both = [(ITEM, replace(EXCUSED, record="a")), (replace(ITEM, record="b"), EXCUSED)]
    with pytest.raises(RefusedError, match="nothing of plan `p1` was destroyed: it is closed, without a certificate"):
        state(both)


def test_what_was_destroyed_in_part_stands_apart_and_a_hold_on_the_rest_is_said():
    part = replace(EXCUSED, record="a", words="held by h1 (held)", objects=400, gone=152, gone_size=304,
                   gone_list="l" * 64, held_by="h1")  # fmt: skip
    other = replace(EXCUSED, gone=None)
    said = state([(ITEM, part), (replace(ITEM, record="b"), other)], gone={"a": ["d" * 64] * 10_001})
    assert (said["destroyed"], said["destroyed_from"]) == ([], "")
    assert [each["records"] for each in said["basis"]] == [2]  # what went of them went on that basis
    known, unknown = said["partly"]
    assert (known["gone"], known["objects"], known["bytes_gone"], known["list"]) == (152, 400, 304, "l" * 64)
    assert len(known["digests"]) == 10_000  # the list has all
    assert known["hold"] == "h1 keeps what is left; what is gone was destroyed before the hold was read"
    assert (unknown["gone"], unknown["hold"], unknown["digests"]) == (None, "", [])
    assert said["holds_checked"]["words"].endswith("was destroyed then; of 1 record a part was destroyed before they "
                                                   "were read")  # fmt: skip
    assert said["not_reached"][0]["what"] == "what is left of record a in file:///srv/a"
    both = state([(ITEM, part), (replace(ITEM, record="b"), replace(part, record="b"))])
    assert "of 2 records a part" in both["holds_checked"]["words"]


@pytest.mark.parametrize("data", [b"[]", b"{}", b'{"format":"other"}'])
def test_another_file_is_no_certificate(data):
    with pytest.raises(VerificationError, match="not a certificate"):
        parse_statement(data)


def test_the_store_of_a_location_is_the_one_whose_beginning_is_the_longest():
    outer, inner = StorePlace("outer", "file:///srv"), StorePlace("inner", "file:///srv/a/")
    places = [inner, outer]
    assert find_place(places, "file:///srv/a/x").name == "inner"
    assert find_place(places, "file:///srv/ab").name == "outer"
    assert find_place(places, "file:///srvx") is None
    assert (inner.kind, inner.inside("file:///srv/a/x/y"), inner.inside("file:///srv/a")) == ("file", "x/y", "")


def test_what_was_found_absent_is_apart_from_what_was_destroyed():
    gone = ItemResult("b", Outcome.GONE, "nothing is there", at="2026-11-24T11:00:00.000000Z", confirmed_by="counsel-1",
                      reason="expired by the bucket", incident="law Art. 1 keeps it until 2027-01-01")  # fmt: skip
    said = state([(ITEM, DONE), (replace(ITEM, record="b"), gone)])
    assert [each["record"] for each in said["destroyed"]] == ["a"]
    (absent,) = said["absent"]
    assert (absent["record"], absent["found_at"], absent["store"]) == ("b", gone.at, ITEM.store)
    assert (absent["confirmed_by"], absent["reason"]) == ("counsel-1", "expired by the bucket")
    assert (absent["incident"], absent["authority"]) == (gone.incident, ITEM.cite)
    assert not {"at", "digest", "manifest"} & set(absent)
    assert sum(each["records"] for each in said["basis"]) == 1
    assert said["destroyed_to"] == DONE.at


def test_it_says_with_what_a_record_went_and_who_may_approve():
    said = state([(ITEM, DONE), (replace(ITEM, record="b"), replace(DONE, record="b", carrier="a"))])
    assert [each["destroyed_with"] for each in said["destroyed"]] == ["", "a"]
    assert said["plan"]["planner_approves"] is False


def test_links_are_no_things_and_each_is_told_of(monkeypatch):
    monkeypatch.setattr("govern.retention.certificate.MOST_LINKS", 1)
    linked = replace(DONE, objects=3, links=2)
    said = state([(ITEM, linked), (replace(ITEM, record="b"), EXCUSED)], links={"a": {"x": "../y", "z": "/etc"}})
    assert said["destroyed"][0]["objects"] == 1
    assert [each["what"] for each in said["not_reached"]][1:] == [
        "what the link x in record a leads to: ../y", "what 1 more links in record a lead to",
    ]  # fmt: skip


def test_what_is_held_and_cannot_be_told_apart_is_named(monkeypatch):
    monkeypatch.setattr("govern.retention.certificate.MOST_NAMED", 2)
    kept = [RetainedRecord(f"r{number}", "one", "R", "c", "box:7" if number else "", {}) for number in range(3)]
    said = state([(ITEM, DONE), (replace(ITEM, record="b"), EXCUSED)], unplaced=kept)["holds_checked"]["words"]
    assert said.endswith(
        "; held, and cannot be told apart from what is destroyed, for no declared store has it: "
        "one/r0 (nobody said where it lies), one/r1 (box:7), and 1 more"
    )
    assert "apart" not in state([(ITEM, DONE), (replace(ITEM, record="b"), EXCUSED)])["holds_checked"]["words"]


@pytest.mark.parametrize(("address", "placed"), [
    ("file:///anywhere", True), ("file://host/share/x", False), ("s3://bkt/p/k", True), ("s3://other/k", False),
    ("https://bkt.s3.amazonaws.com/p/k", True), ("https://host.example/x", False), ("rows://t/1", True),
    ("rows://u/1", False), ("sftp://a@host/other", True), ("sftp://b@HOST:22/x", True), ("sftp://away/x", False),
    ("box:7", False), ("", False),
])  # fmt: skip
def test_an_address_is_placed_where_a_store_can_say_what_lies_there(address, placed):
    places = [StorePlace("b", "s3://bkt/p"), StorePlace("t", "rows://t"), StorePlace("s", "sftp://a@host/srv")]
    assert is_placed(places, address) is placed
