"""Canonical JSON against the `rfc8785` package, and everything that must be refused."""

import json
import unicodedata

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from govern.errors import FactError, VerificationError
from govern.kernel.canonical import canonical_bytes, parse_canonical

text = st.text(st.characters(exclude_categories=["Cs"])).map(lambda s: unicodedata.normalize("NFC", s))
scalars = st.none() | st.booleans() | st.integers(1 - 2**53, 2**53 - 1) | text
values = st.recursive(scalars, lambda v: st.lists(v) | st.dictionaries(text, v), max_leaves=20)


@given(values)
def test_bytes_are_those_of_rfc8785(value):
    data = canonical_bytes(value)
    assert data == rfc8785.dumps(value)
    assert parse_canonical(data, limit=None) == value


def test_keys_are_sorted_by_utf16_code_units():
    # RFC 8785 3.2.3: U+1F600 begins with the unit D83D, which comes before U+FB33
    data = canonical_bytes({"\ufb01": 1, "\U0001f600": 2})
    assert data.index("\U0001f600".encode()) < data.index("\ufb01".encode())


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (1.5, "`float` has no canonical form"),
        ({"a": [0, float("nan")]}, "$.a[1]"),
        ((1,), "`tuple`"),
        (b"", "`bytes`"),
        ({1: 2}, "the key `1` is not a string"),
        (2**53, "an integer is too large"),
        (-(2**53), "an integer is too large"),
        ("e\u0301", "Normalization Form C"),
        ({"e\u0301": 1}, "Normalization Form C"),
        ("\ud800", "half a surrogate pair"),
    ],
)
def test_values_without_a_canonical_form(value, words):
    with pytest.raises(FactError) as raised:
        canonical_bytes(value)
    assert words in str(raised.value)


def nested(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value


def test_deep_nesting_is_refused():
    canonical_bytes(nested(60))
    for depth in (64, 100_000):
        with pytest.raises(FactError, match="nested more than"):
            canonical_bytes(nested(depth))
    with pytest.raises(VerificationError, match="nested too deep"):
        parse_canonical(b"[" * 60_000)
    with pytest.raises(VerificationError, match="nested more than"):
        parse_canonical(b"[" * 70 + b"]" * 70)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not JSON: expecting value at character 0"),
        (b"\xff", "not JSON: byte 0 is not UTF-8"),
        (b'{"a":1,"b":2,"a":1}', "the key `a` occurs twice"),
        (b'{"b":1,"a":2}', "byte 2 differs"),
        (b"[1, 2]", "byte 3 differs"),
        (b'"\\u0061"', "differs"),
        (b'"\\/"', "differs"),
        (b'"e\xcc\x81"', "Normalization Form C"),
        (b'"\\ud800"', "surrogate"),
        (b"1.0", "`1.0` is not an integer"),
        (b"1e3", "`1e3` is not an integer"),
        (b"NaN", "`NaN` is not an integer"),
        (b"-Infinity", "is not an integer"),
        (b"-0", "differs"),
        (b"01", "not JSON"),
        (b"9007199254740992", "an integer is too large"),
        (b"1" * 5000, "a number is too long"),
        (b"[1]\n", "byte 3 differs"),
        (b'"' + b"a" * 65534 + b'"', "65536 bytes are too many"),
    ],
)
def test_bytes_that_are_not_canonical(data, words):
    with pytest.raises(VerificationError) as raised:
        parse_canonical(data)
    assert words in str(raised.value)


def test_the_limit_is_an_argument():
    data = b'"' + b"a" * 65534 + b'"'
    assert parse_canonical(data, limit=None) == "a" * 65534
    with pytest.raises(VerificationError):
        parse_canonical(b"[]", limit=1)


@given(st.binary(max_size=60) | text.map(lambda s: s.encode()))
def test_no_bytes_give_another_error(data):
    try:
        value = parse_canonical(data)
    except VerificationError:
        return
    assert canonical_bytes(value) == data


@given(values)
def test_no_white_space_is_let_in(value):
    spaced = json.dumps(value, indent=1, ensure_ascii=False).encode()
    if spaced != canonical_bytes(value):
        with pytest.raises(VerificationError):
            parse_canonical(spaced, limit=None)
