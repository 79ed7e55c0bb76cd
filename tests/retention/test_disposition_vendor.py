"""A vendor's certificate against what was handed over."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govern.errors import ContentError
from govern.retention import (
    VENDOR_FORMAT,
    Claim,
    Fate,
    Transferred,
    match_claims,
    parse_claims,
    parse_transferred,
)

A, B, C = ("a" * 64, "b" * 64, "c" * 64)
DAY = date(2026, 11, 24)


@given(st.sets(st.integers(0, 20)), st.sets(st.integers(0, 20)))
def test_everything_is_accounted_for_outstanding_or_unknown(handed, claimed):
    things = [Transferred(f"{number:064x}") for number in sorted(handed)]
    claims = [Claim(f"{number:064x}", Fate.DESTROYED) for number in sorted(claimed)]
    found = match_claims(things, claims, until=DAY)
    assert {int(each.digest, 16) for each, _ in found.accounted} == handed & claimed
    assert {int(each.digest, 16) for each in found.outstanding} == handed - claimed
    assert {int(each.digest, 16) for each in found.unknown} == claimed - handed
    assert found.complete == (handed == claimed)


def test_a_day_before_the_transfer_or_in_the_future_accounts_for_nothing():
    things = [Transferred(each, on=date(2026, 3, 1)) for each in (A, B, C)]
    claims = [Claim(A, Fate.DESTROYED, date(2026, 1, 1)), Claim(B, Fate.DESTROYED, date(2027, 1, 1)),
              Claim(C, Fate.RETURNED, DAY)]  # fmt: skip
    found = match_claims(things, claims, until=DAY)
    assert [each.digest for each, _ in found.early] == [A, B]
    assert [each.digest for each in found.outstanding] == [A, B]
    assert not found.complete
    assert match_claims([Transferred(A)], claims[:1], until=DAY).complete


def test_a_claim_accounts_for_what_had_been_handed_over_by_its_day():
    first, again = Transferred(A, on=date(2026, 3, 1)), Transferred(A, on=date(2026, 11, 20))
    old = Claim(A, Fate.DESTROYED, date(2026, 3, 15))
    found = match_claims([first, again], [old], until=DAY)
    assert found.accounted == ((first, old),)
    assert found.outstanding == (again,)
    assert found.early == ()  # its day is right, and of the second batch it says nothing
    future = Claim(A, Fate.DESTROYED, date(2027, 3, 15))
    assert match_claims([first, again], [old, future], until=DAY).early == ((again, future),)
    new = Claim(A, Fate.DESTROYED, date(2026, 11, 20))
    assert match_claims([first, again], [old, new], until=DAY).accounted == ((first, old), (again, new))
    assert match_claims([first, again], [new], until=DAY).complete


def test_a_claim_without_a_day_speaks_of_no_later_time_than_its_import():
    undated = Claim(A, Fate.DESTROYED, taken=date(2026, 3, 15))
    for on, complete in ((date(2026, 3, 15), True), (date(2026, 3, 16), False)):
        assert match_claims([Transferred(A, on=on)], [undated], until=DAY).complete is complete


DAYS = st.dates(date(2026, 1, 1), date(2026, 11, 24))


@given(st.lists(DAYS, min_size=1, max_size=4), DAYS)
def test_a_claim_without_a_day_accounts_for_the_first_hand_over_alone(days, taken):
    """A list of April that is taken in in December says nothing of what went out in November."""
    things = [Transferred(A, f"{number}", on) for number, on in enumerate(days)]
    undated = Claim(A, Fate.DESTROYED, taken=taken)
    found = match_claims(things, [undated], until=DAY)
    first = [each for each in things if each.on == min(days) <= taken]
    assert [each for each, _ in found.accounted] == first
    assert [each for each, _ in found.undated] == [each for each in found.outstanding if each.on <= taken]
    dated = Claim(A, Fate.DESTROYED, max(days))
    assert match_claims(things, [undated, dated], until=DAY).complete


def test_of_several_claims_that_fit_the_first_counts():
    first, second = Claim(A, Fate.RETURNED), Claim(A, Fate.DESTROYED)
    found = match_claims([Transferred(A, "x"), Transferred(A, "y")], [first, second], until=DAY)
    assert [claim.fate for _, claim in found.accounted] == [Fate.RETURNED, Fate.RETURNED]


@pytest.mark.parametrize("wrong", [date(2026, 2, 28), date(2026, 11, 25)])
def test_a_corrected_list_takes_the_place_of_a_day_that_cannot_be(wrong):
    first, right = Claim(A, Fate.DESTROYED, wrong), Claim(A, Fate.DESTROYED, DAY)
    for claims in ([first, right], [right, first], [first, Claim(A, Fate.DESTROYED, date(2028, 1, 1)), right]):
        found = match_claims([Transferred(A, on=date(2026, 3, 1))], claims, until=DAY)
        assert found.complete
        assert found.accounted[0][1] is right
        assert found.early == ()


def test_cells_may_be_parted_as_another_country_does():
    for split in (";", "\t"):
        assert parse_transferred(f"name{split}sha256\r\na, b{split}{A}\r\n", "f") == (Transferred(A, "a, b"),)


def test_a_head_alone_is_no_list():
    for text in ("sha256,fate", "sha256\n\n"):
        with pytest.raises(ContentError, match="nothing below it"):
            parse_claims(text, "f", Fate.DESTROYED, None)


def test_lists_as_csv_and_as_sums():
    csv = f'\ufeffName,SHA256\nscan 1,{A.upper()}\n\n"scan, 2",{B}\n'
    assert parse_transferred(csv, "f") == (Transferred(A, "scan 1"), Transferred(B, "scan, 2"))
    sums = f"{A}  one.dcm\n{B} *two.dcm\n"
    assert parse_transferred(sums, "f") == (Transferred(A, "one.dcm"), Transferred(B, "two.dcm"))


def test_claims_in_every_form():
    csv = f"sha256,fate,date\n{A},returned,2026-11-01\n{B},,\n"
    assert parse_claims(csv, "f", Fate.DESTROYED, DAY) == (
        Claim(A, Fate.RETURNED, date(2026, 11, 1)), Claim(B, Fate.DESTROYED, DAY),
    )  # fmt: skip
    ours = json.dumps({"format": VENDOR_FORMAT, "items": [{"sha256": A, "name": "x"}]})
    assert parse_claims(ours, "f", Fate.RETURNED, None) == (Claim(A, Fate.RETURNED, None, "x"),)
    at = "2026-11-02T10:00:00.000000Z"
    destroyed = [{"at": at, "record": "r", "digest": A, "registered_digest": A}, {"at": at, "digest": B}, 1]
    theirs = json.dumps({"statement": {"destroyed": destroyed}, "entry": "", "proof": ""})
    assert [(each.digest, each.on) for each in parse_claims(theirs, "f", Fate.RETURNED, None)] == [
        (A, date(2026, 11, 2)), (B, date(2026, 11, 2)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the list is empty"),
        ("name\nx\n", "no column `sha256`"),
        ("sha256\nxyz\n", "1 line cannot be read"),
        (f"sha256,fate\n{A},burnt\n", "1 line cannot be read"),
        (f"sha256,date\n{A},tomorrow\n", "1 line cannot be read"),
        (f"{A}  one\nnot a sum\n", "1 line cannot be read"),
        ('sha256\n"x', "not CSV"),
        ("{", "not JSON"),
        ("{}", "no certificate in a form"),
        ('{"statement":{}}', "no certificate in a form"),
        (json.dumps({"format": VENDOR_FORMAT, "items": [1, {"sha256": 1}]}), "2 lines cannot be read"),
        ("sha256\n" * 1_000_001, "lines are too many"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(text, words):
    with pytest.raises(ContentError, match=words) as caught:
        parse_claims(text, "cert.csv", Fate.DESTROYED, None)
    assert "cert.csv" in caught.value.where


def test_each_problem_has_its_line():
    with pytest.raises(ContentError) as caught:
        parse_transferred(f"sha256,name\n{A},x\nbad,y\n\nworse,z\n", "list.csv")
    assert [each.where for each in caught.value.problems] == ["list.csv:3:1", "list.csv:5:1"]


def test_a_json_list_is_no_certificate():
    with pytest.raises(ContentError, match=r"no column|not CSV"):
        parse_claims("[1]", "f", Fate.DESTROYED, None)
