"""Fields of a record are committed to together and disclosed one by one."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govern.audit import (
    Entry,
    check_disclosed,
    check_known,
    commit_record,
    disclose_fields,
    format_disclosed,
    list_fields,
    parse_disclosed,
)
from govern.errors import StoreError, VerificationError
from govern.kernel import canonical_bytes

SALT = "5a" * 16
BODY = canonical_bytes({"answers": {"a/b": 1, "c~d": None}, "empty": {}, "list": [1, 2], "salt": SALT, "title": "CT"})


def entry_of(body):
    return Entry("e", "a.b", "u", "t", "o", "m", 0, None, "k", commitments=commit_record(body))


def disclosed(body=BODY, pattern="*"):
    return disclose_fields(body, [pattern])


def test_a_field_is_named_as_in_a_json_pointer_and_the_salt_is_none():
    assert list_fields(BODY) == ("answers/a~1b", "answers/c~0d", "empty", "list", "title")


def test_every_field_is_proved_alone_by_the_entry():
    for field in disclosed():
        check_disclosed(field, entry_of(BODY))
    assert {field.name: field.value for field in disclosed()} == {
        "answers/a~1b": 1,
        "answers/c~0d": None,
        "empty": {},
        "list": [1, 2],
        "title": "CT",
    }


def test_the_commitment_is_one_and_short_however_many_fields_there_are():
    many = canonical_bytes({"answers": {f"f{i}": i for i in range(3000)}, "salt": SALT})
    assert len(commit_record(many)) == 1
    (field,) = disclose_fields(many, ["answers/f7"])
    check_disclosed(field, entry_of(many))


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text("abcXYZ ~/é", max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab~/", max_size=3), inner, max_size=3),
    max_leaves=8,
)
records = st.dictionaries(st.text("abc~/", min_size=1, max_size=4), values, max_size=6)


@given(records)
def test_what_is_disclosed_is_read_back_and_holds(fields):
    body = canonical_bytes({**fields, "salt": SALT})
    shown = disclosed(body)
    assert len(shown) == len(list_fields(body)) == len({field.name for field in shown})
    if shown:
        assert parse_disclosed(format_disclosed(shown)) == shown
    for field in shown:
        check_disclosed(field, entry_of(body))


@given(records, st.data())
def test_another_value_name_salt_or_path_does_not_hold(fields, data):
    body = canonical_bytes({**fields, "salt": SALT, "title": "CT"})
    field = data.draw(st.sampled_from(disclosed(body)))
    others = [
        replace(field, value=["another", field.value]),
        replace(field, name=f"{field.name}x"),
        replace(field, salt="00" * 16),
        replace(field, index=field.count),
        replace(field, path=(*field.path, bytes(32))),
    ]
    for other in others:
        with pytest.raises(VerificationError, match="not the one that the entry commits to"):
            check_disclosed(other, entry_of(body), "here")


def test_the_salts_are_the_records_own_and_differ_by_field():
    other = canonical_bytes({"list": [1, 2], "salt": "5b" * 16, "title": "CT"})
    salts = {field.salt for field in (*disclosed(), *disclosed(other))}
    assert len(salts) == 7


@pytest.mark.parametrize(
    "body",
    [
        canonical_bytes({"title": "CT"}),
        canonical_bytes({"salt": "short", "title": "CT"}),
        canonical_bytes({"salt": 7, "title": "CT"}),
        canonical_bytes({"salt": SALT}),
        canonical_bytes(["a"]),
        b"%PDF-1.7",
        b'{"salt": "' + SALT.encode() + b'", "number": 1.5}',
    ],
    ids=["no salt", "a short salt", "no text", "nothing else", "no object", "no JSON", "not canonical"],
)
def test_a_record_that_has_no_fields_to_show_is_not_committed_to(body):
    assert commit_record(body) == ()
    assert list_fields(body) == ()
    assert disclose_fields(body, ["*"]) == ()


def test_nothing_that_matches_is_nothing():
    assert disclosed(pattern="tit") == ()


def test_an_entry_without_the_commitment_shows_nothing():
    with pytest.raises(VerificationError, match="commits to no fields") as problem:
        check_disclosed(disclosed()[0], replace(entry_of(BODY), commitments=()), "disclosed/3.json")
    assert problem.value.where == "disclosed/3.json"


def test_a_pattern_that_matches_no_record_is_refused_with_a_hint():
    check_known(["title", "answers/*"], [BODY])
    with pytest.raises(StoreError, match="no record has a field `titel`") as problem:
        check_known(["titel"], [BODY])
    assert "title" in problem.value.hint
    with pytest.raises(StoreError) as problem:
        check_known(["xyz"], [BODY])
    assert problem.value.hint == "fields: answers, empty, list, title"
    with pytest.raises(StoreError) as problem:
        check_known(["xyz"], [])
    assert problem.value.hint == "no record is to be had"


GOOD = {"count": 1, "index": 0, "name": "title", "path": [], "salt": SALT, "value": "CT"}


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({}, "not a list"),
        ([], "not a list"),
        ([1], "other parts"),
        ([{**GOOD, "more": 1}], "other parts"),
        ([{**GOOD, "name": 1}], "no name"),
        ([{**GOOD, "salt": "zz"}], "no salt"),
        ([{**GOOD, "salt": None}], "no salt"),
        ([{**GOOD, "index": "0"}], "not a number"),
        ([{**GOOD, "count": True}], "not a number"),
        ([{**GOOD, "path": ""}], "not a list of hashes"),
        ([{**GOOD, "path": [1]}], "not a list of hashes"),
        ([{**GOOD, "path": [""] * 64}], "not a list of hashes"),
        ([{**GOOD, "path": ["AA=="]}], "hash has 1 bytes"),
    ],
)
def test_a_file_of_another_form_is_refused(value, said):
    with pytest.raises(VerificationError, match=said):
        parse_disclosed(canonical_bytes(value), "disclosed/1.json")


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data):
    try:
        found = parse_disclosed(data)
    except VerificationError:
        return
    assert format_disclosed(found) == data
