"""An event that is written out before its place is known becomes the bytes of its entry."""

from dataclasses import asdict
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govern.audit import Entry, Event, format_entry, parse_entry, prepare_event, seal_entry
from govern.errors import FactError
from govern.kernel import canonical_bytes

TIME = "2026-11-24T10:00:00.000000Z"
CHARACTERS = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])
TEXT = st.text(CHARACTERS, min_size=1, max_size=30).map(lambda text: normalize("NFC", text))
# texts that look like the place where the numbers stand
TRAPS = st.sampled_from(
    [',"matter_seq":0,"object":', '","matter_prev":1,"matter_seq":1', '"key_id":"00000000"', "\\", '"']
)
DIGEST = st.binary(min_size=32, max_size=32).map(lambda data: "sha256:" + data.hex())
WORDS = st.sampled_from(["matter_seq", "key_id", "matter_prev"])
NAME = WORDS | st.from_regex(r"[a-z][a-z0-9._-]{0,9}", fullmatch=True)
EVENT = st.builds(
    Event,
    id=TEXT | TRAPS,
    kind=NAME,
    actor=TEXT | TRAPS,
    time=st.just(TIME),
    object=TEXT | TRAPS,
    matter=TEXT | TRAPS,
    body=DIGEST,
    commitments=st.dictionaries(NAME, DIGEST, max_size=3).map(lambda pairs: tuple(sorted(pairs.items()))),
)
PLACE = st.none() | st.tuples(st.integers(1, 2**53 - 1), st.integers(0, 2**53 - 1))


@given(EVENT, PLACE)
def test_it_becomes_the_entry_at_its_place(event, place):
    seq, previous = place or (0, None)
    assert prepare_event(event, "00000000").seal(seq, previous) == seal_entry(event, seq, previous, "00000000")


@given(EVENT, PLACE)
def test_another_key_may_come_in_between(event, place):
    seq, previous = place or (0, None)
    prepared = prepare_event(event, "00000000").with_key("af0cfe78")
    assert prepared.key_id == "af0cfe78"
    assert prepared.seal(seq, previous) == seal_entry(event, seq, previous, "af0cfe78")


@given(EVENT, PLACE, st.booleans())
def test_an_entrys_bytes_are_canonical_json(event, place, body):
    seq, previous = place or (0, None)
    entry = Entry(
        event.id, event.kind, event.actor, event.time, event.object, event.matter, seq, previous, "00000000",
        event.body if body or not event.commitments else None, event.commitments,
    )  # fmt: skip
    fields = {**asdict(entry), "commitments": dict(entry.commitments)}
    there = {name: value for name, value in fields.items() if value is not None and value != {}}
    assert format_entry(entry) == canonical_bytes(there)


def test_a_text_that_looks_like_the_key_stays_when_another_key_comes():
    event = Event('"key_id":"00000000"', "a.b", "u", TIME, "key_id", "m", "sha256:" + "0" * 64)
    prepared = prepare_event(event, "00000000").with_key("af0cfe78")
    assert prepared.key_id == "af0cfe78"
    for seq, previous in ((0, None), (4, 2)):
        data = prepared.seal(seq, previous)
        assert data == seal_entry(event, seq, previous, "af0cfe78")
        assert parse_entry(data).id == event.id


@pytest.mark.parametrize("object_", ["", "a\n", "half \ud800", "x" * 65_300])
def test_an_event_that_can_never_be_an_entry_is_refused(object_):
    with pytest.raises(FactError):
        prepare_event(Event("e", "a.b", "u", TIME, object_, "m", "sha256:" + "0" * 64), "0" * 8)
