"""Entries: what they hold, what they refuse, and that the fast reading agrees with the exact one."""

import dataclasses
import json
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govern.audit import (
    ENTRY_LIMIT,
    Entry,
    Event,
    StructureCheck,
    commit_field,
    find_body,
    find_matter,
    find_object,
    format_entry,
    format_time,
    parse_entry,
    parse_time,
    prepare_event,
    seal_entry,
)
from govern.audit.structure import _read_plain
from govern.errors import FactError, VerificationError

DIGEST = "sha256:" + "0a" * 32
EVENT = Event(
    id="event-1",
    kind="assessment.saved",
    actor="user:7",
    time="2026-11-24T10:00:00.000000Z",
    object="assessment:1",
    matter="project:1",
    body=DIGEST,
)


def change(**changes):
    return dataclasses.replace(EVENT, **changes)


def test_the_bytes():
    assert seal_entry(EVENT, 3, 17, "af0cfe78") == (
        b'{"actor":"user:7","body":"' + DIGEST.encode() + b'","id":"event-1","key_id":"af0cfe78",'
        b'"kind":"assessment.saved","matter":"project:1","matter_prev":17,"matter_seq":3,'
        b'"object":"assessment:1","time":"2026-11-24T10:00:00.000000Z","version":1}'
    )
    first = seal_entry(change(commitments=(("name", DIGEST),), body=None), 0, None, "k")
    assert json.loads(first).keys() == {
        "actor",
        "commitments",
        "id",
        "key_id",
        "kind",
        "matter",
        "matter_seq",
        "object",
        "time",
        "version",
    }


@pytest.mark.parametrize("about", ["a", 'a","object":"b', "\\", '"', "é:1@2", ',"object":"x","time":"'])
def test_what_an_entry_is_about_is_found_in_its_bytes(about):
    commitments = (("name", DIGEST), ("object", DIGEST))
    data = seal_entry(change(object=about, matter=',"object":"m', commitments=commitments), 0, None, "k")
    assert find_object(data) == json.loads(data)["object"] == about


ids = st.text(st.characters(exclude_categories=["Cs", "Cc"], max_codepoint=0x2FF), min_size=1, max_size=12)
digests = st.binary(max_size=2).map(lambda b: "sha256:" + sha256(b).hexdigest())
times = st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC)).map(format_time)  # noqa: DTZ001
entries = st.builds(
    Entry,
    id=ids,
    kind=st.from_regex(r"[a-z][a-z0-9._-]{0,9}", fullmatch=True),
    actor=ids,
    time=times,
    object=ids,
    matter=ids,
    matter_seq=st.integers(1, 2**53 - 1),
    matter_prev=st.integers(0, 2**53 - 1),
    key_id=ids,
    body=st.none() | digests,
    commitments=st.dictionaries(st.sampled_from("abc"), digests, min_size=1).map(
        lambda d: tuple(sorted(d.items()))
    ),
) | st.builds(
    Entry, id=ids, kind=st.just("a"), actor=ids, time=times, object=ids, matter=ids,
    matter_seq=st.just(0), matter_prev=st.none(), key_id=ids, body=digests,
)  # fmt: skip


@given(entries)
def test_entries_are_read_back(entry):
    data = format_entry(entry)
    assert parse_entry(data) == entry
    assert format_entry(parse_entry(data)) == data
    assert find_body(data) == (entry.body and entry.body.removeprefix("sha256:"))
    assert find_object(data) == entry.object
    assert find_matter(data) == (entry.matter, entry.matter_seq)


def test_the_matter_is_found_behind_commitments_and_texts_that_look_like_it():
    commitments = (("a", DIGEST), ("matter", DIGEST), ("matter_seq", DIGEST))
    like = ',"matter":"m","matter_seq":7,"object":"'
    data = seal_entry(change(actor=like, id=like, matter=like, commitments=commitments), 3, 2, "k")
    assert find_matter(data) == (like, 3)


@pytest.mark.parametrize(
    "data",
    [b"", b"{}", b',"matter":"\xff","matter_seq":1,"object":"', b',"matter":"\\x","matter_seq":1,"object":"'],
    ids=["empty", "nothing", "no UTF-8", "no escape"],
)
def test_other_bytes_have_no_matter(data):
    assert find_matter(data) is None


def test_the_name_of_a_matter_has_its_limit_in_bytes():
    prepare_event(change(matter="\u00fc" * 256), "k")
    with pytest.raises(FactError, match="`matter` has 513 bytes"):
        prepare_event(change(matter="\u00fc" * 256 + "m"), "k")
    assert parse_entry(seal_entry(change(matter="m" * 600), 0, None, "k")).matter == "m" * 600


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (change(id=""), "`id` is not"),
        (change(id="a\nb"), "`id` is not"),
        (change(actor="a\x7f"), "`actor` is not"),
        (change(actor="é\x85"), "`actor` is not"),
        (change(object="e\u0301"), "`object` is not"),
        (change(matter="\ud800"), "`matter` is not"),
        (change(matter=None), "`matter` is not"),
        (change(kind="Saved"), "is not a kind"),
        (change(kind=3), "is not a kind"),
        (change(time="2026-11-24T10:00:00Z"), "is not a time"),
        (change(time="2026-02-30T10:00:00.000000Z"), "is not a time"),
        (change(time="2026-11-24T24:00:00.000000Z"), "is not a time"),
        (change(time="2026-11-24T10:00:00.000000z"), "is not a time"),
        (change(time=1), "is not a time"),
        (change(body=None), "neither `body` nor"),
        (change(body="sha256:00"), "is not a digest"),
        (change(body=DIGEST.upper()), "is not a digest"),
        (change(commitments=(("Name", DIGEST),)), "`commitments` are not"),
        (change(commitments=(("name", "x"),)), "`commitments` are not"),
        (change(commitments=(("b", DIGEST), ("a", DIGEST))), "not sorted"),
        (change(commitments=(("a", DIGEST), ("a", DIGEST))), "not sorted"),
    ],
)
def test_events_that_cannot_be_sealed(event, words):
    with pytest.raises(FactError) as raised:
        seal_entry(event, 0, None, "k")
    assert words in str(raised.value)


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ((-1, None), "whole numbers"),
        ((True, 1), "whole numbers"),
        ((2**53, 1), "whole numbers"),
        ((1, -1), "whole numbers"),
        ((1, None), "without `matter_prev`"),
        ((0, 1), "without `matter_prev`"),
    ],
)
def test_places_that_cannot_be(place, words):
    with pytest.raises(FactError, match=words):
        seal_entry(EVENT, *place, "k")


def test_the_size():
    small = len(seal_entry(EVENT, 0, None, "k"))
    fits = change(object=EVENT.object + "x" * (ENTRY_LIMIT - small))
    assert len(seal_entry(fits, 0, None, "k")) == ENTRY_LIMIT
    with pytest.raises(FactError, match="65536 bytes"):
        seal_entry(dataclasses.replace(fits, object=fits.object + "x"), 0, None, "k")


GOOD = json.loads(seal_entry(EVENT, 1, 0, "k"))


def packed(**changes):
    fields = {key: value for key, value in (GOOD | changes).items() if value != "absent"}
    return json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not JSON"),
        (b"[]", "not an object"),
        (packed(id="absent"), "missing or unknown: `id`"),
        (packed(note="x"), "missing or unknown: `note`"),
        (packed(body=None), "`null` stands for a field that is absent"),
        (packed(matter_prev=None, matter_seq=0), "`null` stands"),
        (packed(commitments=None), "`commitments` is empty"),
        (packed(commitments={}), "`commitments` is empty"),
        (packed(commitments=[1]), "`commitments` is not an object"),
        (packed(commitments={"a": 1}), "`commitments` are not"),
        (packed(body=["x"]), "is not a digest"),
        (packed(id={}), "`id` is not"),
        (packed(matter_seq="1"), "whole numbers"),
        (packed(version=2), "`2` is not a version"),
        (packed(version=True), "`True` is not a version"),
        (packed(version="1"), "is not a version"),
        (packed(time=[]), "is not a time"),
        (packed() + b" ", "not canonical"),
        (b" " * 65_536, "too many"),
    ],
)
def test_bytes_that_are_no_entry(data, words):
    with pytest.raises(VerificationError) as raised:
        parse_entry(data, where="entry 5")
    assert words in str(raised.value)
    assert raised.value.where == "entry 5"
    with pytest.raises(VerificationError):
        StructureCheck(native=False).feed([data])


def test_commitments_to_fields():
    salt = bytes(16)
    digest = commit_field(b"ann@example.org", salt)
    assert digest == "sha256:" + sha256(b"\x00\x00\x00\x10" + salt + b"ann@example.org").hexdigest()
    assert commit_field(b"\x00x", salt) != commit_field(b"x", salt + b"\x00")
    with pytest.raises(FactError, match="a salt of 15 bytes is too short"):
        commit_field(b"", bytes(15))


@given(st.datetimes(timezones=st.timezones()))
def test_times_are_read_back(moment):
    try:
        text = format_time(moment)
    except FactError:
        assert moment.year in (1, 9999)
        return
    assert parse_time(text) == moment.astimezone(UTC)


def test_times_without_a_zone_or_out_of_range():
    assert format_time(datetime(2026, 11, 24, 12, tzinfo=timezone(timedelta(hours=2)))) == "2026-11-24T10:00:00.000000Z"
    with pytest.raises(FactError, match="no time zone"):
        format_time(datetime(2026, 11, 24))  # noqa: DTZ001
    with pytest.raises(FactError, match="out of range"):
        format_time(datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=2))))
    with pytest.raises(VerificationError, match="is not a time"):
        parse_time("0000-01-01T00:00:00.000000Z")


PLAIN = seal_entry(EVENT, 1, 12, "af0cfe78")


@given(
    st.integers(0, len(PLAIN) - 1),
    st.integers(0, len(PLAIN)),
    st.binary(max_size=3) | st.text(max_size=3).map(lambda s: s.encode(errors="replace")),
)
def test_what_the_fast_reading_accepts_is_an_entry(start, end, data):
    changed = PLAIN[:start] + data + PLAIN[end:]
    ((digest, matter, previous, sequence, time),) = _read_plain([changed])
    if not matter:
        return
    try:
        entry = parse_entry(changed)
    except VerificationError as error:
        assert "is not a time" in error.message  # the calendar is looked up once a day, in `_turn`
        with pytest.raises(VerificationError, match="is not a time"):
            StructureCheck(native=False)._turn(0, b"", time)
        return
    assert (entry.body, entry.matter, entry.matter_prev, entry.matter_seq, entry.time) == (
        f"sha256:{digest.decode()}", matter.decode(), int(previous) if previous else None, int(sequence or 0),
        time.decode(),
    )  # fmt: skip


FIRST, SECOND, OTHER = (
    seal_entry(dataclasses.replace(EVENT, matter=matter), sequence, previous, "af0cfe78")
    for matter, sequence, previous in (("m", 0, None), ("m", 1, 0), ("other", 0, None))
)
PIECES = [
    b"",
    b"\n",
    b'"',
    b"\\",
    b"T",
    b"-",
    b"A",
    b"f",
    b"\x7f",
    b"\xc3\xa9",
    b'","id":"',
    b'"version":1}\n{"actor":"',
]


@given(
    st.integers(0, 2),
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 30), st.sampled_from(PIECES)), min_size=1, max_size=3),
)
def test_what_a_check_accepts_among_others_are_entries(which, changes):
    """Next to good entries, of whose day and length it may make use."""
    batch = [FIRST, SECOND, OTHER]
    for place, length, new in changes:
        batch[which] = batch[which][:place] + new + batch[which][place + length :]
    try:
        StructureCheck(native=False).feed(batch)
    except VerificationError:
        return
    for data in batch:
        parse_entry(data)


@pytest.mark.parametrize("place", range(0, len(SECOND), 3))
def test_an_entry_cut_in_two_is_no_entry(place):
    """Between the two halves a line feed stands where the batch is read as one text."""
    for batch in ([FIRST, SECOND[:place], SECOND[place:]], [SECOND[:place], SECOND[place:], FIRST]):
        with pytest.raises(VerificationError, match="does not parse"):
            StructureCheck(native=False).feed(batch)
        with pytest.raises(VerificationError, match="does not parse"):
            StructureCheck(native=False).feed([*batch, b""])


def test_one_entry_that_is_not_plain_leaves_the_others_plain():
    odd = seal_entry(dataclasses.replace(EVENT, actor="é", matter="é"), 0, None, "k")
    wrong = SECOND.replace(b'"body":"sha256:' + DIGEST[7:8].encode(), b'"body":"sha256:G')
    readings = _read_plain([FIRST, odd, SECOND])
    assert [reading[1] for reading in readings] == [b"m", b"", b"m"]
    assert [reading[1] for reading in _read_plain([FIRST, wrong, SECOND])] == [b"m", b"", b"m"]


def test_the_longest_texts_still_fit_into_an_entry():
    texts = dict.fromkeys(("actor", "id", "matter", "object"), "x" * 11_000)
    event = dataclasses.replace(
        EVENT, **texts, kind="k" * 4001, commitments=(("c" * 4001, "sha256:" + "0" * 64),), body="sha256:" + "0" * 64
    )
    ((_, matter, *_),) = _read_plain([seal_entry(event, 2**49, 2**48, "k" * 11_000)])
    assert matter == b"x" * 11_000
    assert not _read_plain([seal_entry(dataclasses.replace(EVENT, actor="x" * 11_001), 0, None, "k")])[0][1]


plain_ids = st.text(st.sampled_from("abc:/ !#[]~^_`{}"), min_size=1, max_size=12)


@given(plain_ids, plain_ids, plain_ids, times, st.integers(0, 10**15 - 1), st.integers(1, 10**15 - 1))
def test_plain_entries_are_read_fast(actor, matter, other, time, previous, sequence):
    event = change(actor=actor, matter=matter, object=other, id=other, time=time)
    entries = [seal_entry(event, 0, None, actor), seal_entry(event, sequence, previous, actor)]
    name, moment = matter.encode(), time.encode()
    assert [reading[1:] for reading in _read_plain(entries)] == [
        (name, b"", b"", moment), (name, b"%d" % previous, b"%d" % sequence, moment),
    ]  # fmt: skip
