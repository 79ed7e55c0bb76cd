"""Log entries: who did what to which object, and when; never the thing itself.

An entry is one canonical JSON object (RFC 8785), at most 65,535 bytes, with exactly these fields, sorted as
here:

    actor         who acted
    body          "sha256:" and 64 hex digits: the digest of the record that the entry is about
    commitments   object of name → "sha256:…": salted commitments to single fields (`commit_field`)
    id            the event's id, unique in the log
    key_id        the id of the key that the log was signed with when the entry was sequenced
    kind          what happened, in dotted lower-case words: `assessment.saved`
    matter        what the entry belongs to: a project, a contract, the workspace
    matter_prev   index of the matter's entry before this one; absent from the matter's first
    matter_seq    how many entries of the matter come before this one: 0 for the first
    object        the id of what was acted on
    time          UTC in microseconds: 2026-11-24T10:00:00.000000Z
    version       1

At least one of `body` and `commitments` is there. Ids are ASCII or any other text in Normalization Form C,
without control characters. Nothing personal stands in an entry in the clear: ids are pseudonymous, values
are commitments. The bytes that were appended are the entry for ever: nothing is serialised again to verify
it.
"""

import json
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from json.encoder import encode_basestring as _quote  # the shortest escapes, as RFC 8785 3.2.2.2 has them
from typing import NamedTuple

from govern.errors import FactError, VerificationError
from govern.kernel.canonical import SAFE_INTEGER, parse_canonical

VERSION = 1
ENTRY_LIMIT = 65_535  # C2SP tlog-tiles: an entry's length is a uint16
MATTER_LIMIT = 512
"""Bytes of the name of a matter in a new entry: a database has an index of them. Older entries may have more."""
SALT_SIZE = 16

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_KIND = re.compile(r"[a-z][a-z0-9._-]*")
_NAME = re.compile(r"[a-z][a-z0-9._-]*")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")
_USUAL = re.compile("\n".join(each.pattern for each in (_KIND, _TIME, _DIGEST)))

# RFC 8785 puts `actor` first and `body` second; a quotation mark within a string has a backslash before it
_BODY = re.compile(rb'\{"actor":"(?:[^"\\]|\\.)*+","body":"sha256:([0-9a-f]{64})"')

_MATTER = re.compile(
    rb',"matter":("(?:[^"\\]|\\.)*+")(?:,"matter_prev":[0-9]{1,16})?,"matter_seq":([0-9]{1,16}),"object":"'
)

_OBJECT = b',"object":"'
_AFTER_OBJECT = len(',"time":"2026-11-24T10:00:00.000000Z","version":1}')

_LAST_PLACE = b',"matter_prev":%d,"matter_seq":%d' % (SAFE_INTEGER - 1, SAFE_INTEGER - 1)

_IDS = ("id", "actor", "object", "matter", "key_id")
_REQUIRED = {"actor", "id", "key_id", "kind", "matter", "matter_seq", "object", "time", "version"}
_OPTIONAL = {"body", "commitments", "matter_prev"}


@dataclass(frozen=True)
class Event:
    """What a use case hands over: an entry before the log has given it its place."""

    id: str
    kind: str
    actor: str
    time: str
    object: str
    matter: str
    body: str | None = None
    commitments: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Entry:
    """One entry of the log. `commitments` are pairs of name and digest, sorted by name."""

    id: str
    kind: str
    actor: str
    time: str
    object: str
    matter: str
    matter_seq: int
    matter_prev: int | None
    key_id: str
    body: str | None = None
    commitments: tuple[tuple[str, str], ...] = ()
    version: int = VERSION


def seal_entry(event: Event, matter_seq: int, matter_prev: int | None, key_id: str) -> bytes:
    """The bytes of the entry that `event` becomes at its place. `matter_prev` is None for a matter's
    first."""
    return format_entry(
        Entry(
            id=event.id,
            kind=event.kind,
            actor=event.actor,
            time=event.time,
            object=event.object,
            matter=event.matter,
            matter_seq=matter_seq,
            matter_prev=matter_prev,
            key_id=key_id,
            body=event.body,
            commitments=event.commitments,
        )
    )


def check_event(event: Event) -> None:
    """Raise FactError if `event` can never be an entry, whatever its place.

    Asked before an event is accepted: once it waits for its place, it would stop all that come after it.
    """
    prepare_event(event, "0" * 8)


class PreparedEvent(NamedTuple):
    """An event that was checked and written out, all but its place: `seal` gives the bytes of `seal_entry`."""

    matter: str
    key_id: str
    head: bytes
    tail: bytes

    def with_key(self, key_id: str) -> "PreparedEvent":
        """The same event under another key: a rotation may come before its place does."""
        old, new = (b'"key_id":"%s"' % each.encode() for each in (self.key_id, key_id))
        return PreparedEvent(self.matter, key_id, self.head.replace(old, new), self.tail)

    def seal(self, matter_seq: int, matter_prev: int | None) -> bytes:
        """The bytes of the entry at that place. Canonical JSON has the two numbers side by side."""
        previous = b"" if matter_prev is None else b',"matter_prev":%d' % matter_prev
        return b'%s%s,"matter_seq":%d%s' % (self.head, previous, matter_seq, self.tail)


def prepare_event(event: Event, key_id: str) -> PreparedEvent:
    """Do all that can be done before the place is known, so that those who wait for places do not wait for it.

    Raises FactError if the event can never be an entry, whatever its place.
    """
    fault = _find_event_fault(event, key_id)
    if fault:
        raise FactError(fault, where=f"event `{event.id}`")
    if len(event.matter) * 4 > MATTER_LIMIT and len(event.matter.encode()) > MATTER_LIMIT:
        found = f"`matter` has {len(event.matter.encode())} bytes"
        raise FactError(found, where=f"event `{event.id}`", hint=f"at most {MATTER_LIMIT}")
    prepared = _write_around_place(event, key_id)
    _check_size(len(prepared.head) + len(_LAST_PLACE) + len(prepared.tail), event.id)
    return prepared


def format_entry(entry: Entry) -> bytes:
    """The entry's canonical bytes. `FactError` for a value that no entry may hold."""
    fault = find_fault(entry)
    if fault:
        raise FactError(fault, where=f"event `{entry.id}`")
    data = _write_around_place(entry, entry.key_id).seal(entry.matter_seq, entry.matter_prev)
    _check_size(len(data), entry.id)
    return data


def _check_size(size: int, id_: str) -> None:
    if size > ENTRY_LIMIT:
        raise FactError(f"the entry has {size} bytes", where=f"event `{id_}`", hint=f"at most {ENTRY_LIMIT}")


def _write_around_place(event: Event | Entry, key_id: str) -> PreparedEvent:
    """What stands before and after the place, of an event without fault: what `canonical_bytes` writes, but faster."""
    body = "" if event.body is None else f',"body":"{event.body}"'
    commitments = ""
    if event.commitments:
        pairs = ",".join(f'"{name}":"{digest}"' for name, digest in event.commitments)
        commitments = f',"commitments":{{{pairs}}}'
    head = (
        f'{{"actor":{_quote(event.actor)}{body}{commitments},"id":{_quote(event.id)},"key_id":{_quote(key_id)}'
        f',"kind":"{event.kind}","matter":{_quote(event.matter)}'
    )
    tail = f',"object":{_quote(event.object)},"time":"{event.time}","version":{VERSION}}}'
    return PreparedEvent(event.matter, key_id, head.encode(), tail.encode())


def parse_entry(data: bytes, where: str = "") -> Entry:
    """The entry whose bytes are `data`; `VerificationError` for all else."""
    try:
        fields = parse_canonical(data, limit=ENTRY_LIMIT)
    except VerificationError as error:
        raise VerificationError(
            f"the entry does not parse: {error.message}",
            where=where or error.where,
            hint=error.hint,
            expected=error.expected,
            found=error.found,
        ) from error
    entry = _read_fields(fields)
    fault = entry if isinstance(entry, str) else find_fault(entry)
    if fault or isinstance(entry, str):
        raise VerificationError(f"the entry does not parse: {fault}", where=where)
    return entry


def find_body(data: bytes) -> str | None:
    """The 64 hex digits of the body's digest in the bytes of an entry that is known to parse; None without
    one."""
    match = _BODY.match(data)
    return match and match[1].decode()


def find_matter(data: bytes) -> tuple[str, int] | None:
    """The matter and the sequence number in the bytes of an entry that is known to parse; None for other bytes."""
    # Within a string a quotation mark has a backslash before it, and a commitment that is called `matter` has no number
    # behind it: what is found first is the entry's own.
    match = _MATTER.search(data)
    if match is None:
        return None
    quoted, seq = match.groups()
    try:
        return json.loads(quoted) if b"\\" in quoted else quoted[1:-1].decode(), int(seq)
    except ValueError:
        return None


def find_object(data: bytes) -> str:
    """What an entry is about, `kind:id@version` for a record; of the bytes of an entry that is known to parse."""
    # RFC 8785 puts `object` before `time` and `version`, whose length is the same in all entries. A commitment may be
    # called `object` too, and stands further in front; within a string a quotation mark has a backslash before it.
    quoted = data[data.rindex(_OBJECT) + len(_OBJECT) - 1 : -_AFTER_OBJECT]
    found: str = json.loads(quoted) if b"\\" in quoted else quoted[1:-1].decode()
    return found


def find_fault(entry: Entry) -> str:
    """What is wrong with the values of an entry, or nothing: "" is a good entry."""
    return _find_event_fault(entry, entry.key_id) or _find_place_fault(entry)


def _find_event_fault(event: Event | Entry, key_id: str) -> str:
    """What is wrong whatever the place."""
    texts = (event.id, event.actor, event.object, event.matter, key_id)
    plain = _are_plain_ids(texts)
    if plain and _is_usual(event):
        return ""
    if not plain and not all(map(_is_id, texts)):
        name = next(name for name, text in zip(_IDS, texts, strict=True) if not _is_id(text))
        return f"`{name}` is not a non-empty text in Normalization Form C without control characters"
    if not _matches(_KIND, event.kind):
        return f"`{event.kind}` is not a kind: use dotted lower-case words"
    if not _is_time(event.time):
        return f"`{event.time}` is not a time in UTC like 2026-11-24T10:00:00.000000Z"
    return _find_digest_fault(event)


def _is_usual(event: Event | Entry) -> bool:
    """Whether kind, time and body are right and there are no commitments, asked of all at once."""
    try:
        together = "\n".join((event.kind, event.time, event.body))  # type: ignore[arg-type]  # that is what is asked
    except TypeError:
        return False
    return not event.commitments and _USUAL.fullmatch(together) is not None and _is_moment(event.time)


def _find_place_fault(entry: Entry) -> str:
    if not _is_count(entry.matter_seq) or not (entry.matter_prev is None or _is_count(entry.matter_prev)):
        return "`matter_seq` and `matter_prev` are whole numbers from 0"
    if (entry.matter_seq == 0) != (entry.matter_prev is None):
        return "the first entry of a matter, and no other, is without `matter_prev`"
    if entry.version != VERSION or isinstance(entry.version, bool):
        return f"`{entry.version}` is not a version of entries that is known here"
    return ""


def _find_digest_fault(entry: Event | Entry) -> str:
    if entry.body is None and not entry.commitments:
        return "neither `body` nor `commitments` is there"
    if entry.body is not None and not _matches(_DIGEST, entry.body):
        return f"`{entry.body}` is not a digest: sha256: and 64 hex digits"
    if not entry.commitments:
        return ""
    names = [name for name, _ in entry.commitments]
    if not all(_matches(_NAME, name) and _matches(_DIGEST, digest) for name, digest in entry.commitments):
        return "`commitments` are not lower-case names with digests"
    if names != sorted(set(names)):
        return "`commitments` are not sorted by name, each once"
    return ""


def commit_field(value: bytes, salt: bytes) -> str:
    """A commitment to one field: the digest of the salt and the value.

    `salt` is at least 16 random bytes, made for this field alone. Destroy the salt, and nobody can find the
    value by trying. The salt's length stands before it, so that no other split of the bytes gives the same
    digest.
    """
    if len(salt) < SALT_SIZE:
        raise FactError(f"a salt of {len(salt)} bytes is too short", hint=f"at least {SALT_SIZE} random bytes")
    return "sha256:" + sha256(len(salt).to_bytes(4, "big") + salt + value).hexdigest()


def format_time(moment: datetime) -> str:
    """A moment as entries write it. `FactError` without a time zone."""
    offset = moment.utcoffset()
    if offset is None:
        raise FactError(f"`{moment.isoformat()}` has no time zone", hint="give the time in UTC")
    try:
        utc = moment.replace(tzinfo=None) - offset
    except OverflowError as error:
        raise FactError(f"`{moment.isoformat()}` is out of range") from error
    return utc.isoformat(timespec="microseconds") + "Z"


def parse_time(text: str) -> datetime:
    """The moment that `format_time` wrote, in UTC."""
    if not _is_time(text):
        raise VerificationError(f"`{text[:40]}` is not a time in UTC like 2026-11-24T10:00:00.000000Z")
    return datetime.fromisoformat(text)


def _read_fields(fields: object) -> "Entry | str":
    if not isinstance(fields, dict):
        return "it is not an object"
    names = set(fields)
    if names - _REQUIRED - _OPTIONAL or _REQUIRED - names:
        odd = sorted((names - _OPTIONAL) ^ _REQUIRED)
        return f"fields are missing or unknown: {', '.join(f'`{name[:40]}`' for name in odd)}"
    commitments = fields.pop("commitments", None)
    if (commitments is None and "commitments" in names) or commitments == {}:
        return "`commitments` is empty"
    if not isinstance(commitments, dict | None):
        return "`commitments` is not an object"
    if any(fields[name] is None for name in _OPTIONAL & set(fields)):
        return "`null` stands for a field that is absent"
    return Entry(matter_prev=fields.pop("matter_prev", None), commitments=tuple((commitments or {}).items()), **fields)


def _matches(pattern: re.Pattern[str], text: object) -> bool:
    return isinstance(text, str) and pattern.fullmatch(text) is not None


def _are_plain_ids(texts: tuple[object, ...]) -> bool:
    """Whether all of them are what most ids are, asked of all at once: ASCII that can be printed."""
    try:
        together = "".join(texts)  # type: ignore[arg-type]  # whether they are texts is what is asked
    except TypeError:
        return False
    return all(texts) and together.isascii() and together.isprintable()


def _is_id(text: object) -> bool:
    if not isinstance(text, str) or not text:
        return False
    if text.isascii():  # most are; ASCII is in every normal form
        return text.isprintable()
    # C0 and C1 controls and DEL; category Cs is half a surrogate pair
    return unicodedata.is_normalized("NFC", text) and all(unicodedata.category(c) not in ("Cc", "Cs") for c in text)


def _is_time(text: object) -> bool:
    return isinstance(text, str) and _TIME.fullmatch(text) is not None and _is_moment(text)


def _is_moment(text: str) -> bool:
    """Of a text of the right form: is there such a day, and such an hour?"""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_count(number: object) -> bool:
    return isinstance(number, int) and not isinstance(number, bool) and 0 <= number < SAFE_INTEGER
