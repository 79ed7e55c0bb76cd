#!/usr/bin/env python3
"""Verify an audit log, one matter of it, or one entry, without the software that wrote it.

    python3 verify.py BUNDLE [--key KEY] ...                a folder or a zip file, as `govern` exports it
    python3 verify.py --proof FILE --entry FILE --key KEY   one entry and its proof file
    python3 verify.py --certificate FILE --key KEY          a certificate of a destruction or an erasure, as JSON
    python3 verify.py BUNDLE --chain FILE                   and the chain that a database keeps beside the entries
    python3 verify.py … --key OLD --rotation FILE ...       a log that has changed its key since OLD was published
    python3 verify.py … --ml-dsa FOLDER                     write there what openssl 3.5 needs for such cosignatures

KEY is the log's public key, `name+id+base64`, as its owner published it in another place than the bundle. Give the
keys of witnesses in the same way. Without a key those inside the bundle are used: then you learn that the bundle fits
together, and not who made it. A rotation note is how the log's old key named the next one: give all of them, in order.

Exit status: 0 it verifies; 1 it does not; 2 nothing was verified, since what was given cannot be read, or is no key, no
bundle or no certificate. What was not checked is always printed.

One file, Python 3.9 or newer, nothing but the standard library. It trusts nothing that it reads: sizes are bounded,
and whatever is not exactly as the formats say is refused. Read it from top to bottom: no part needs a later one.

    1 hashes   2 Ed25519   3 strict readings   4 keys and signed notes   5 proofs   6 entries   7 files   8 a bundle
    9 a whole log   10 one matter   11 the other files   12 one entry, a certificate, the command line

The formats are public: RFC 6962 section 2.1 (tree), RFC 8032 (Ed25519), RFC 8785 (entries); on c2sp.org signed-note,
tlog-checkpoint, tlog-cosignature, tlog-proof, tlog-tiles.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import io
import json
import re
import sys
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timezone
from pathlib import Path
from typing import IO, Any

FILE_LIMIT = 64 * 1024 * 1024  # bytes of one file
COUNT_LIMIT = 2_000_000  # files of a bundle
NOTE_LIMIT = 1 << 20  # bytes of a signed note
SIGNATURE_LIMIT = 100
ENTRY_LIMIT = 65_535
DISCLOSED_LIMIT = 16 * 1024 * 1024
NUMBER_LIMIT = 2**63
SAFE_INTEGER = 2**53
END_OF_9999 = 253_402_300_800  # the last year that a calendar has here, in seconds since 1970


class Bad(Exception):  # noqa: N818 - it is read by people who are no programmers
    """Something does not verify. `where` is the file and the place in it."""

    def __init__(self, message: str, where: str = "", expected: str = "", found: str = "") -> None:
        lines = [f"{where}: {message}" if where else message]
        lines += [f"  expected: {expected}"] if expected else []
        lines += [f"  found:    {found}"] if found else []
        super().__init__("\n".join(lines))
        self.message, self.where = message, where


class Misuse(Bad):
    """What was given is not what is asked for: no key, no bundle. Nothing was verified, and nothing was found wrong."""


class Report:
    """What is to be said of what verifies: above all what was not checked."""

    def __init__(self) -> None:
        self.losses: list[str] = []
        self.lines: list[str] = []
        self.checked: list[str] = []
        self.unchecked: list[str] = []
        self.ml_dsa: dict[str, bytes] = {}  # files for openssl

    def admit(self, index: int, fields: Fields, record: bytes | None) -> None:
        """An entry by which the log admits a loss, with its record if that is there: it is said before all else."""
        said = f"entry {index}, {fields['time']}, by {fields['actor']}: the database was set back, and entries that "
        said += f"had been signed are lost. Its record, {fields['object']}, "
        if record is None or digest(record) != fields.get("body"):
            self.losses.append(said + "says how many and why, and is not here")
            return
        try:
            told = json.loads(record)
            words = f"at least {told['entries_lost']}; reason given: {told['reason']}"
        except (ValueError, TypeError, KeyError, RecursionError):  # a record of another form: as it stands
            words = record.decode("utf-8", "replace")
        self.losses.append(f"{said}says: {show_text(words)}")


def show_text(text: str) -> str:
    """What others wrote, in one line: a line feed in it must not write a line of this report, and what is not seen, or
    turns the direction of writing, stands by its number."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


# --- 1. Hashes: RFC 6962 section 2.1 ---------------------------------------------------------------------------------
# Whoever knows the root of a tree knows every entry below it, and their order: no other entries give the same root.


def hash_leaf(entry: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + entry).digest()


def hash_node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def hash_pairs(row: list[bytes]) -> list[bytes]:
    return [hash_node(row[i], row[i + 1]) for i in range(0, len(row) - 1, 2)]


def find_root(leaves: Iterable[bytes]) -> bytes:
    """Row by row neighbours are hashed together; one that is left over at the end moves up as it is."""
    row = list(leaves)
    while len(row) > 1:
        row = hash_pairs(row) + row[len(row) // 2 * 2 :]
    return row[0] if row else hashlib.sha256(b"").digest()


def digest(data: bytes) -> str:
    """As entries name records."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def climb(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """The root that an inclusion path leads to, from the leaf up."""
    node, position, last, rest = leaf, index, size - 1, list(path)
    while last > 0:
        if position % 2 == 0 and position == last:  # alone at the end of its row: it moves up as it is
            position, last = position // 2, last // 2
            continue
        if not rest:
            raise Bad("the proof is too short", f"entry {index}")
        sibling = rest.pop(0)
        node = hash_node(sibling, node) if position % 2 else hash_node(node, sibling)
        position, last = position // 2, last // 2
    if rest:
        raise Bad("the proof is too long", f"entry {index}")
    return node


# --- 2. Ed25519: RFC 8032 section 5.1.7 ------------------------------------------------------------------------------
# In plain Python: slow (some milliseconds), and enough for a few signatures. Only `ed25519_holds` is used below.

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
Point = tuple[int, int, int, int]  # extended coordinates: x·z, y·z, z, x·y·z


def add_points(a: Point, b: Point) -> Point:
    """The sum of two points."""
    one = (a[1] - a[0]) * (b[1] - b[0]) % P
    two = (a[1] + a[0]) * (b[1] + b[0]) % P
    three = 2 * a[3] * b[3] * D % P
    four = 2 * a[2] * b[2] % P
    e, f, g, h = two - one, four - three, four + three, two + one
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(number: int, point: Point) -> Point:
    total = (0, 1, 1, 0)
    while number:
        if number & 1:
            total = add_points(total, point)
        point = add_points(point, point)
        number >>= 1
    return total


def read_point(data: bytes) -> Point | None:
    """The point that 32 bytes stand for, or None."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


def write_point(point: Point) -> bytes:
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


BASE = read_point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little")) or (0, 0, 0, 0)


def ed25519_holds(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether a signature of 64 bytes is by the key whose public half is `public`."""
    point = read_point(public) if len(public) == 32 else None
    number = int.from_bytes(signature[32:], "little")
    if point is None or len(signature) != 64 or number >= ORDER:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    minus = (P - point[0], point[1], point[2], P - point[3])  # R = S·B - k·A
    return write_point(add_points(multiply(number, BASE), multiply(challenge, minus))) == signature[:32]


# --- 3. Strict readings ----------------------------------------------------------------------------------------------
# One text for one value: nobody can write the same thing in two ways, and hide something in the difference.


def read_base64(text: str, where: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise Bad(f"`{text[:60]}` is not base64", where) from None
    if base64.b64encode(data).decode() != text:
        raise Bad(f"`{text[:60]}` is not in the standard form of base64", where)
    return data


def read_hash(text: str, where: str) -> bytes:
    data = read_base64(text, where)
    if len(data) != 32:
        raise Bad(f"a hash has {len(data)} bytes and not 32", where)
    return data


def read_number(text: str, where: str) -> int:
    if not re.fullmatch("0|[1-9][0-9]{0,18}", text, re.ASCII) or int(text) >= NUMBER_LIMIT:
        raise Bad(f"`{text[:40]}` is not a decimal number without leading zeros", where)
    return int(text)


def read_text(data: bytes, where: str) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Bad("it is not UTF-8", f"{where}, byte {error.start}") from None


def check_name(name: str, where: str) -> None:
    if not name or "+" in name or any(c.isspace() or c < " " or "\ud800" <= c <= "\udfff" for c in name):
        raise Bad(f"`{name[:60]}` is not a key name", where)


# --- 4. Keys and signed notes: c2sp.org/signed-note, /tlog-checkpoint, /tlog-cosignature -----------------------------
# A checkpoint is the signed root: what the log said of itself. All that is checked further down leads to one.

# The first byte of a key is its type: a log's, a witness's, and a witness's of the kind that this file cannot check.
PLAIN, COSIGNATURE, ML_DSA = b"\x01", b"\x04", b"\x06"
ML_DSA_DER = bytes.fromhex("30820532300b060960864801650304031103820521" + "00")  # what stands before such a key in DER


class Key:
    """A public key `name+id+base64(type and key)`. The id is checked, so a mistyped key is noticed."""

    def __init__(self, text: str, where: str) -> None:
        self.text = text
        self.name, _, rest = text.partition("+")
        stated, _, encoded = rest.partition("+")
        check_name(self.name, where)
        data = read_base64(encoded, where)
        self.type, self.public = data[:1], data[1:]
        self.id = hashlib.sha256(self.name.encode() + b"\n" + data).digest()[:4]
        if self.id.hex() != stated:
            raise Bad("the key id is not that of this name and key", where, self.id.hex(), stated[:60])
        if self.type not in (PLAIN, COSIGNATURE, ML_DSA) or len(self.public) != (1312 if self.type == ML_DSA else 32):
            raise Bad(f"this kind of key is not known here: type {self.type.hex()}", where)
        # A log's key signs heads of more entries than `after` and of at most `until`; see `follow_rotations`.
        self.after, self.until = -1, NUMBER_LIMIT

    def check(self, text: bytes, signature: bytes, where: str) -> int | None:
        """The time of a cosignature that holds, None for a log's signature that holds."""
        time, message = None, text
        if self.type == COSIGNATURE:
            time, signature = int.from_bytes(signature[:8], "big"), signature[8:]
            message = b"cosignature/v1\ntime %d\n" % time + text
        if (time or 0) >= NUMBER_LIMIT or not ed25519_holds(self.public, message, signature):
            raise Bad(f"the signature of `{self.name}` does not hold", where)
        return time


class Signed:
    """A text and the signatures below it. One of an unknown key is ignored, one of a known key that fails refused."""

    def __init__(self, data: bytes, keys: list[Key], where: str) -> None:
        if len(data) > NOTE_LIMIT:
            raise Bad(f"the note has more than {NOTE_LIMIT} bytes", where)
        read_text(data, where)
        if re.search(rb"[\x00-\x09\x0b-\x1f]", data):
            raise Bad("the note holds a control character", where)
        split = data.rfind(b"\n\n")  # the last empty line
        if split < 0 or not data.endswith(b"\n") or split + 2 == len(data):
            raise Bad("the note has no signatures after an empty line", where)
        self.data, self.text = data, data[: split + 1]
        lines = data[split + 2 : -1].decode().split("\n")
        if len(lines) > SIGNATURE_LIMIT:
            raise Bad(f"the note has more than {SIGNATURE_LIMIT} signatures", where)
        self.signatures: list[tuple[Key, int | None]] = []
        self.unchecked: list[tuple[Key, bytes]] = []  # ML-DSA-44
        self.unknown: list[str] = []
        for number, line in enumerate(lines, 1):
            self._check_line(line, keys, f"{where}, signature {number}")

    def _check_line(self, line: str, keys: list[Key], where: str) -> None:
        match = re.fullmatch("— ([^ ]+) ([^ ]+)", line)
        if not match:
            raise Bad(f"`{line[:60]}` is not a signature line", where)
        check_name(match[1], where)
        data = read_base64(match[2], where)
        if len(data) < 5:
            raise Bad("there is no signature after the key id", where)
        for key in keys:
            if (key.name, key.id) == (match[1], data[:4]):
                if key.type == ML_DSA:
                    self.unchecked.append((key, data[4:]))
                else:
                    self.signatures.append((key, key.check(self.text, data[4:], where)))
                return
        self.unknown.append(f"{match[1]}+{data[:4].hex()}")


class Note(Signed):
    """A checkpoint that its log has signed: origin, size, root, and who signed it.

    A head no larger than `shown_by` may be signed by an earlier key of the log, which is not known: it is for whoever
    reads it to see the proof that `shown_by` continues it."""

    def __init__(self, data: bytes, keys: list[Key], where: str, shown_by: Note | None = None) -> None:
        super().__init__(data, keys, where)
        lines = self.text.decode().split("\n")[:-1]
        if len(lines) < 3 or not all(lines):
            raise Bad("the text is not a checkpoint: origin, size, root", where)
        self.origin, self.extensions = lines[0], lines[3:]
        self.size, self.root = read_number(lines[1], where), read_hash(lines[2], where)
        if shown_by and (self.origin, True) == (shown_by.origin, self.size <= shown_by.size):
            return
        own = [key for key, _ in self.signatures if key.name == self.origin and key.type == PLAIN]
        known = ", ".join(key.text for key in keys) or "no key was given"
        if not own:
            said = f"no signature is by the log `{self.origin}` with a key that is trusted here"
            raise Bad(f"{said}; if it has changed its key, give the rotation notes", where, known)
        if not any(key.after < self.size <= key.until for key in own):
            raise Bad(f"the head of {self.size} entries is not signed by the key whose turn it was", where, known)


def read_rotation(data: bytes, where: str) -> tuple[int, Key, Key]:
    """The size, the old key and the new one; no signature is checked."""
    lines = Signed(data, [], where).text.decode().split("\n")
    words = [line.partition(" ")[0] for line in lines]
    if words != ["govern-key-rotation/v1", "size", "root", "old", "new", ""] or lines[0] != words[0]:
        raise Bad("it is not a rotation note", where)
    size, root, old, new = (line.partition(" ")[2] for line in lines[1:5])
    number, _ = read_number(size, where), read_hash(root, where)
    before, after = Key(old, where), Key(new, where)
    if (before.type, before.name) != (PLAIN, after.name) or after.type != PLAIN or after.text == before.text:
        raise Bad("it is not from one key of a log to another one of the same name", where)
    return number, before, after


def follow_rotations(keys: list[Key], notes: list[tuple[str, bytes]], report: Report) -> list[Key]:
    """The keys that were given, and those that the log's key handed over to, each with the sizes that it signs.

    A rotation is a note of five lines, signed by the old key and by the new one: the old key signs no larger head than
    that size, the new one no smaller. Its text cannot be taken for a checkpoint: the second line is no number.
    """
    keys = list(keys)
    for where, data in notes:
        number, before, after = read_rotation(data, where)
        trusted = [key for key in keys if key.text == before.text]
        if not trusted or trusted[0].until != NUMBER_LIMIT:
            known = ", ".join(key.text for key in keys) or "no key was given"
            raise Bad("it is from another key than the one that is trusted", where, known, before.text)
        if len({key.text for key, _ in Signed(data, [before, after], where).signatures}) != 2:
            raise Bad("it is not signed by the old key and by the new one", where)
        if number < trusted[0].after:
            raise Bad("it is of a smaller log than the one before it", where)
        trusted[0].until = after.after = number
        keys = [key for key in keys if key.text != after.text] + [after]
        report.lines.append(f"the log's key handed over at {number} entries to: {after.text}")
        report.checked.append(f"that the old key and the new one signed that ({where})")
    return keys


def check_growth(old: Note, new: Note, path: list[bytes], where: str) -> None:
    """The log of `new` begins with the log of `old`: RFC 9162 section 2.1.4.2, which states RFC 6962 2.1.2 as steps."""
    said = f"the log of {new.size} entries is not shown to continue that of {old.size}"
    if old.origin != new.origin or old.size > new.size or (old.size in (0, new.size)) != (not path):
        raise Bad(said, where, old.text.decode(), new.text.decode())
    if not path:
        if old.size == 0 and old.root != find_root([]):
            raise Bad("the root of the empty log is wrong", where)
        if old.size == new.size and old.root != new.root:
            raise Bad("the log is forked: it signed two histories", where, old.text.decode(), new.text.decode())
        return
    rest = [old.root, *path] if old.size & (old.size - 1) == 0 else list(path)
    position, last = old.size - 1, new.size - 1
    while position % 2:
        position, last = position // 2, last // 2
    one = two = rest[0]
    for sibling in rest[1:]:
        if last == 0:
            raise Bad("the proof is too long", where)
        if position % 2 or position == last:
            one, two = hash_node(sibling, one), hash_node(sibling, two)
            while position % 2 == 0 and position:
                position, last = position // 2, last // 2
        else:
            two = hash_node(two, sibling)
        position, last = position // 2, last // 2
    if last or one != old.root or two != new.root:
        raise Bad(said, where, old.text.decode(), new.text.decode())


# --- 5. Proof files: c2sp.org/tlog-proof -----------------------------------------------------------------------------
# That one entry is in the log of a checkpoint, shown with a few hashes and without the other entries.


def check_proof(data: bytes, entry: bytes, keys: list[Key], where: str) -> tuple[int, Note]:
    """The index and the checkpoint, if the proof shows that the entry is in the log."""
    if len(data) > 2 * NOTE_LIMIT:
        raise Bad(f"the proof has more than {2 * NOTE_LIMIT} bytes", where)
    head, empty, rest = data.partition(b"\n\n")
    lines = read_text(head, where).split("\n")
    if lines.pop(0) != "c2sp.org/tlog-proof@v1":
        raise Bad("the first line is not that of a proof", where, "c2sp.org/tlog-proof@v1")
    if lines and lines[0].startswith("extra "):  # no signature covers it
        read_base64(lines.pop(0)[6:], where)
    if not empty or not lines or not lines[0].startswith("index ") or len(lines) > 64:
        raise Bad("the proof has no index, no empty line, or too many hashes", where)
    index = read_number(lines[0][6:], where)
    path = [read_hash(line, where) for line in lines[1:]]
    note = Note(rest, keys, where)
    if index >= note.size:
        raise Bad(f"there is no entry {index} in a log of {note.size} entries", where)
    root = climb(hash_leaf(entry), index, note.size, path)
    if root != note.root:
        raise Bad("the proof does not lead to the root that is signed", where, note.root.hex(), root.hex())
    return index, note


# --- 6. Entries: canonical JSON (RFC 8785), strings and whole numbers only -------------------------------------------
# Each names the entry before it in its matter, and counts: so none can be missing between two that are there.

Fields = dict[str, Any]
NEEDED = {"actor", "id", "key_id", "kind", "matter", "matter_seq", "object", "time", "version"}
OPTIONAL = {"body", "commitments", "matter_prev"}
RECOVERED = "log.recovered"  # the kind of an entry by which a log admits that its database was set back
WORD = re.compile("[a-z][a-z0-9._-]*")
DIGEST = re.compile("sha256:[0-9a-f]{64}")
TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{6}Z")


def refuse_number(text: str) -> None:
    raise ValueError(f"`{text[:40]}` is not a whole number")


def put_in_order(value: Any, depth: int = 64) -> Any:
    """The value with the keys of each object in the order of their UTF-16 code units, as RFC 8785 has it."""
    if depth == 0:
        raise ValueError("it is nested too deep")
    if isinstance(value, str) and unicodedata.normalize("NFC", value) != value:
        raise ValueError("a text is not in Normalization Form C")
    if type(value) is int and abs(value) >= SAFE_INTEGER:
        raise ValueError("a number is too large")
    if isinstance(value, list):
        return [put_in_order(each, depth - 1) for each in value]
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return {put_in_order(name): put_in_order(value[name], depth - 1) for name in names}
    return value


def write_json(value: object) -> bytes:
    return json.dumps(put_in_order(value), ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def read_json(data: bytes, where: str) -> Any:
    """The value, if the bytes are its canonical form; so a doubled key is noticed too."""
    try:
        value = json.loads(data.decode("utf-8"), parse_float=refuse_number, parse_constant=refuse_number)
        again = write_json(value)
    except (ValueError, RecursionError, TypeError) as error:
        raise Bad(f"it is not JSON: {str(error)[:100]}", where) from None
    if again != data:
        raise Bad("it is not in the canonical form", where)
    return value


def read_entry(data: bytes, where: str) -> Fields:
    """The fields of an entry; whatever is not exactly an entry is refused."""
    if len(data) > ENTRY_LIMIT:
        raise Bad(f"the entry has more than {ENTRY_LIMIT} bytes", where)
    fields = read_json(data, where)
    fault = find_fault(fields)
    if fault:
        raise Bad(f"the entry does not parse: {fault}", where)
    return dict(fields)


def find_fault(fields: Any) -> str:
    if not isinstance(fields, dict) or set(fields) - OPTIONAL != NEEDED:
        return "fields are missing or unknown"
    for name in ("id", "actor", "object", "matter", "key_id"):
        if not is_id(fields[name]):
            return f"`{name}` is not a text in Normalization Form C without control characters"
    if not is_match(WORD, fields["kind"]) or not is_time(fields["time"]):
        return "`kind` or `time`"
    first = "matter_prev" not in fields
    if not is_count(fields["matter_seq"]) or not (first or is_count(fields["matter_prev"])):
        return "`matter_seq` and `matter_prev` are whole numbers from 0"
    if first != (fields["matter_seq"] == 0):
        return "the first entry of a matter, and no other, is without `matter_prev`"
    if type(fields["version"]) is not int or fields["version"] != 1:
        return "`version` is not 1"
    commitments = fields.get("commitments")
    if ("body" not in fields and not commitments) or ("body" in fields and not is_match(DIGEST, fields["body"])):
        return "`body` is not a digest"
    if "commitments" in fields and (not isinstance(commitments, dict) or not commitments):
        return "`commitments` is empty or no object"
    if not all(is_match(WORD, name) and is_match(DIGEST, digest) for name, digest in (commitments or {}).items()):
        return "`commitments` are not names with digests"
    return ""


def is_match(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def is_id(value: object) -> bool:
    if not isinstance(value, str) or not value or unicodedata.normalize("NFC", value) != value:
        return False
    return not any(unicodedata.category(c) in ("Cc", "Cs") for c in value)


def is_count(value: object) -> bool:
    return type(value) is int and 0 <= value < SAFE_INTEGER


def is_time(value: Any) -> bool:
    try:
        return is_match(TIME, value) and bool(date.fromisoformat(value[:10]))
    except ValueError:
        return False


class Matters:
    """Every matter's entries follow one another without a gap."""

    def __init__(self) -> None:
        self.last: dict[str, tuple[int, int]] = {}  # matter: (index of its last entry, how many it has)

    def take(self, index: int, fields: Fields, where: str) -> None:
        matter = fields["matter"]
        previous, count = self.last.get(matter, (None, 0))
        found = (fields.get("matter_prev"), fields["matter_seq"])
        if found != (previous, count):
            said = "the entry before it is %s, and it is number %s of its matter"
            raise Bad(f"the entries of the matter `{matter[:60]}` do not follow one another", where,
                      said % (previous, count), said % found)  # fmt: skip
        self.last[matter] = (index, count + 1)


# --- 7. Files ---------------------------------------------------------------------------------------------------------
# A folder or a zip file, and the names that a bundle gives to its files.


# What Python says of a zip file that is damaged, encrypted, or packed in a way that it does not know.
BAD_ZIP = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, ValueError, EOFError)


class Folder:
    exact = True  # nothing is there but the files

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.names: set[str] = set()
        for path in sorted(self.root.rglob("*")):
            name = path.relative_to(self.root).as_posix()
            if path.is_symlink() or not (path.is_dir() or path.is_file()):
                raise Bad("it is not a regular file", name)
            if path.is_file():
                self.names.add(name)
            if len(self.names) > COUNT_LIMIT:
                raise Bad(f"there are more than {COUNT_LIMIT} files")

    def open(self, name: str) -> IO[bytes]:
        return (self.root / name).open("rb")

    def read(self, name: str) -> bytes:
        if name not in self.names:
            raise Bad("the file is missing", name)
        try:
            with self.open(name) as file:
                return read_whole(file, name)
        except BAD_ZIP as error:
            raise Bad(f"the zip file is damaged: {error}", name) from None


class Zip(Folder):
    def __init__(self, path: Path) -> None:
        try:
            self.file = zipfile.ZipFile(path)
        except BAD_ZIP as error:
            if not read_file(str(path)).startswith(b"PK"):
                raise Misuse("it is no folder and no zip file, and so no bundle", str(path)) from None
            raise Bad(f"it is not a zip file that can be read: {error}", str(path)) from None
        infos = self.file.infolist()
        found = [info.filename for info in infos if not info.is_dir()]
        self.names = set(found)
        if len(found) > COUNT_LIMIT or len(self.names) != len(found):
            raise Bad(f"a file is there twice, or there are more than {COUNT_LIMIT}", str(path))
        with path.open("rb") as file:
            size = file.seek(-22, io.SEEK_END) + 22
            end = file.read()
        if end[:4] + end[20:] != b"PK\5\6\0\0" or min((info.header_offset for info in infos), default=0):
            raise Bad("there is something before the zip file, or after it", str(path))
        self.exact = len(found) == len(infos) and self._has_no_gap(infos, size)

    def _has_no_gap(self, infos: list[zipfile.ZipInfo], size: int) -> bool:
        """Whether each byte is a file's, a name's or a place's, and nothing is packed."""
        place = 0
        for info in sorted(infos, key=lambda each: each.header_offset):
            if info.header_offset != place or info.compress_type != zipfile.ZIP_STORED:
                return False
            place += 30 + len(info.filename) + info.file_size
        end = 22 if len(infos) < 65_536 else 22 + 76
        return size == place + sum(46 + len(info.filename) for info in infos) + end

    def open(self, name: str) -> IO[bytes]:
        return self.file.open(name)


def read_whole(file: IO[bytes], name: str) -> bytes:
    data = file.read(FILE_LIMIT + 1)
    if len(data) > FILE_LIMIT:
        raise Bad(f"it has more than {FILE_LIMIT} bytes", name)
    return data


def read_file(path: str) -> bytes:
    with Path(path).open("rb") as file:
        return read_whole(file, path)


Chain = list[tuple[bytes, bytes]]  # leaf hash and chain value of each entry
Seen = tuple[dict[str, int], set[str]]  # digests that entries name; paths of files that were checked
SUMS, KEYS, README = "SHA256SUMS", "verifier-keys.txt", "README.txt"
# What follows the first line of README.txt in a bundle of format 1, so that no bit of it can be changed unnoticed.
README_DIGEST = "1a4ab4d52199666eb06cb8b62c3668361ba92a860f279f4bd36294884d7eb152"
# The same of a bundle of one matter, after the two lines that name it and the log; and of one with admissions.
MATTER_README_DIGEST = "87390420051571d9345d40d2f2b5d5e5da51bf6a4fc035cdf37deadfc69cfa52"
ADMISSIONS_README_DIGEST = "b6bd75edc6546a84b6f3ca55418747a9c3598e9791aa007537fd619a2cccd14d"
# The files that only SHA256SUMS covers.
LOOSE = re.compile(r"report\.pdf|policy\.txt|tools/[A-Za-z0-9._-]{1,100}")
BODY = re.compile("bodies/sha256/([0-9a-f]{64})")


def tile_path(level: int | str, index: int, width: int) -> str:
    """`tile/0/x001/x234/067`, and `.p/<width>` where a tile has fewer than 256."""
    groups = [f"{index % 1000:03}"]
    while index >= 1000:
        index //= 1000
        groups.insert(0, f"x{index % 1000:03}")
    return "tile/{}/{}{}".format(level, "/".join(groups), "" if width == 256 else f".p/{width}")


def list_tiles(level: int | str, count: int) -> Iterator[tuple[str, int, int]]:
    """(path, first, width) of the tiles that hold `count` hashes or entries."""
    for first in range(0, count, 256):
        width = min(256, count - first)
        yield tile_path(level, first // 256, width), first, width


def split_entries(data: bytes, path: str, first: int, width: int) -> list[bytes]:
    """The entries of a file: two bytes of length, then the entry."""
    place = 0
    entries: list[bytes] = []
    while place < len(data):
        start = place + 2
        end = start + int.from_bytes(data[place:start], "big")
        if end > len(data):
            raise Bad(f"the file ends inside entry {first + len(entries)}", f"{path}, byte {place}")
        entries.append(data[start:end])
        place = end
    if len(entries) != width:
        raise Bad("the file has the wrong number of entries", path, str(width), str(len(entries)))
    return entries


# --- 8. A bundle -----------------------------------------------------------------------------------------------------
# Whose keys are trusted, which head they signed, and then what a bundle has: a whole log, or one matter of it.


def read_keys(files: Folder, given: list[Key], report: Report) -> tuple[list[Key], list[Key]]:
    """The keys to trust: those that were given, else those of the bundle."""
    lines = read_text(files.read(KEYS), KEYS).split("\n")
    if lines.pop():
        raise Bad("the last line does not end in a line feed", KEYS)
    own = [Key(line, f"{KEYS}, line {i}") for i, line in enumerate(lines, 1)]
    if given:
        return given, own
    listed = "".join("\n      " + key.text for key in own)
    report.unchecked.append(
        "the keys: they come from the bundle itself, compare them with what was published:" + listed
    )
    return own, own


ROTATION = re.compile("rotations/rotation-[1-9][0-9]{0,3}")


def carried_rotations(files: Folder, given: list[Key]) -> list[tuple[str, bytes]]:
    """The rotation notes in a bundle, from the one on that hands over a key which was given."""
    names = sorted(filter(ROTATION.fullmatch, files.names), key=lambda name: int(name.rpartition("-")[2]))
    notes = [(name, files.read(name)) for name in names]
    trusted = [key.text for key in given if key.until == NUMBER_LIMIT]
    olds = [read_rotation(data, name)[1].text for name, data in notes]
    starts = [number for number, old in enumerate(olds) if old in trusted]
    return notes[starts[0] :] if starts else []


def verify_bundle(files: Folder, given: list[Key], chain: Chain | None = None, report: Report | None = None) -> Report:
    report = report or Report()
    if not any(name in ("checkpoint", KEYS, SUMS) or name.startswith(("tile/", "matter/")) for name in files.names):
        raise Misuse("it is no bundle: there is no checkpoint in it, and no entry")
    keys, own = read_keys(files, given, report)
    carried = carried_rotations(files, given)
    keys = follow_rotations(keys, carried, report)
    note = Note(files.read("checkpoint"), keys, "checkpoint")
    for key, _ in note.signatures:
        if key.text not in [each.text for each in own]:
            raise Bad(f"the key of `{key.name}` that signed the checkpoint is not listed", KEYS, key.text)
    report_note(report, note)
    matter = any(name.startswith("matter/") for name in files.names)
    if matter:
        named, known = verify_matter(files, note, keys, report, chain)
    else:
        named, known = verify_log(files, note, report, chain)
        check_readme(files, f"Log of {note.origin}\n", README_DIGEST)
    verify_bodies(files, named, report)
    verify_others(files, known, matter, report)
    return report


NO_WITNESS = "that others see the same log: no cosignature of a witness was checked"
NOT_INDEPENDENT = "that the witnesses are independent of whoever signs the log"


def say_signer(key: Key, time: int | None) -> str:
    """Who signed, and when a witness did, as a calendar has it."""
    if time is None:
        return key.text
    if time >= END_OF_9999:
        return f"{key.text}, at {time} seconds since 1970"
    return f"{key.text}, at {datetime.fromtimestamp(time, timezone.utc):%Y-%m-%d %H:%M:%S} UTC"


def report_note(report: Report, note: Note) -> None:
    report.lines += [f"log: {note.origin}, {note.size} entries", "root hash: " + note.root.hex()]
    report.lines += ["signed by: " + say_signer(key, time) for key, time in note.signatures]
    report.checked.append("the signatures on the checkpoint by these keys")
    witnessed = any(time is not None for _, time in note.signatures)
    report.unchecked.append(NOT_INDEPENDENT if witnessed else NO_WITNESS)
    report.unchecked += [f"the signature of {name}: its key was not given" for name in note.unknown]
    report_ml_dsa(report, note)
    report.unchecked += ["the extension lines of the checkpoint"] if note.extensions else []
    report.unchecked.append("that what the entries say is true")


def report_ml_dsa(report: Report, note: Note) -> None:
    """Cosignatures that this file cannot check: what openssl 3.5 needs for it, and the command."""
    for key, signature in note.unchecked:
        stem = f"{key.id.hex()}-{note.size}"
        command = f"openssl pkeyutl -verify -pubin -keyform DER -inkey {stem}.key -rawin -in {stem}.message"
        report.unchecked.append(
            f"the ML-DSA-44 cosignature of {key.name} on the head of {note.size} entries. Write its parts with\n"
            f"      --ml-dsa FOLDER; there, with openssl 3.5 or newer:\n      {command} -sigfile {stem}.signature"
        )
        name, origin, time = key.name.encode(), note.origin.encode(), signature[:8]
        if len(signature) != 8 + 2420 or max(len(name), len(origin)) > 255:
            raise Bad(f"the ML-DSA-44 cosignature of `{key.name[:60]}` is none", "checkpoint")
        # c2sp.org/tlog-cosignature: the subtree from entry 0 to `size` is the whole tree
        message = b"subtree/v1\n\0" + bytes([len(name)]) + name + time + bytes([len(origin)]) + origin
        message += bytes(8) + note.size.to_bytes(8, "big") + note.root
        parts = {"key": ML_DSA_DER + key.public, "message": message, "signature": signature[8:]}
        report.ml_dsa.update({f"{stem}.{kind}": data for kind, data in parts.items()})


# --- 9. A whole log --------------------------------------------------------------------------------------------------
# Its entries are hashed again, and must give the root that is signed. No stored hash is trusted.


def verify_log(files: Folder, note: Note, report: Report, chain: Chain | None) -> Seen:
    """A whole log: all entries, the root over them, the tiles of hashes, and every matter."""
    leaves: list[bytes] = []
    known, value, matters = set[str](), bytes(32), Matters()
    named: dict[str, int] = {}
    for path, first, width in list_tiles("entries", note.size):
        known.add(path)
        entries = split_entries(files.read(path), path, first, width)
        hashes = [hash_leaf(entry) for entry in entries]
        check_hashes(files, note, first, hashes)
        for index, (entry, leaf) in enumerate(zip(entries, hashes), first):
            where = f"{path}, entry {index}"
            fields = read_entry(entry, where)
            matters.take(index, fields, where)
            named.setdefault(fields.get("body", ""), index)
            if fields["kind"] == RECOVERED:
                body = "bodies/sha256/" + fields.get("body", "")[7:]
                report.admit(index, fields, files.read(body) if body in files.names else None)
            value = hashlib.sha256(value + leaf).digest()
            check_chain(chain, index, leaf, value)
        leaves += hashes
    if chain is not None and len(chain) != note.size:
        raise Bad(f"the chain has {len(chain)} values for {note.size} entries", "chain")
    root = find_root(leaves)
    if root != note.root:
        raise Bad("the entries do not give the root that is signed", "checkpoint", note.root.hex(), root.hex())
    known |= verify_tiles(files, leaves)
    report.checked += [
        "the root that is signed, from the bytes of all entries",
        f"that every entry parses, and the entries of each of {len(matters.last)} matters follow one another",
        "every hash in the tiles",
    ]
    (report.unchecked if chain is None else report.checked).append("the chain that a database keeps beside the entries")
    report.lines.append("last chain value: " + value.hex())
    return named, known


def check_hashes(files: Folder, note: Note, first: int, hashes: list[bytes]) -> None:
    """The tile of hashes beside some entries. If they differ, the tiles tell which of both was changed."""
    path = tile_path(0, first // 256, len(hashes))
    data = files.read(path)
    if data == b"".join(hashes):
        return
    if len(data) != 32 * len(hashes):
        raise Bad("the tile has the wrong length", path, f"{32 * len(hashes)} bytes", f"{len(data)} bytes")
    place = next(i for i, leaf in enumerate(hashes) if data[32 * i : 32 * i + 32] != leaf)
    stored, computed, index = data[32 * place :][:32].hex(), hashes[place].hex(), first + place
    rows = b"".join(files.read(each) for each, _, _ in list_tiles(0, note.size))
    if find_root(rows[i : i + 32] for i in range(0, len(rows), 32)) == note.root:
        where = "{}, entry {}".format(tile_path("entries", first // 256, len(hashes)), index)
        raise Bad("the entry is not the one that was signed", where, stored, computed)
    where = f"{path}, byte {32 * place}"
    raise Bad(f"the hash of entry {index} is not that of the entry's bytes", where, computed, stored)


def verify_tiles(files: Folder, leaves: list[bytes]) -> set[str]:
    """Every tile against the hashes that the entries give; the paths of all tiles that must be there."""
    known, level, row = set[str](), 0, leaves
    while row:
        for path, first, width in list_tiles(level, len(row)):
            known.add(path)
            if files.read(path) != b"".join(row[first : first + width]):
                raise Bad("the tile is not what the entries give", path)
        for _ in range(8):
            row = hash_pairs(row)  # complete subtrees only
        level += 1
    return known


def check_chain(chain: Chain | None, index: int, leaf: bytes, value: bytes) -> None:
    if chain is not None and (index >= len(chain) or chain[index] != (leaf, value)):
        stored = "nothing" if index >= len(chain) else chain[index][1].hex()
        raise Bad("the stored chain is not that of the entries", f"chain, entry {index}", value.hex(), stored)


# --- 10. One matter --------------------------------------------------------------------------------------------------
# Its entries, each with its proof; other heads of the same log; fields that were shown, and the records.


def verify_matter(files: Folder, note: Note, keys: list[Key], report: Report, chain: Chain | None) -> Seen:
    """One matter of a log: each entry with its proof, and no gap between them."""
    if chain is not None:
        raise Bad("a bundle of one matter has no chain")
    if not files.exact:
        raise Bad("the zip file holds more than its files, or packs them: ask for it as it was made, or unpack it")
    known, matters = set(filter(ROTATION.fullmatch, files.names)), Matters()
    named: dict[str, int] = {}
    entries = read_proved(files, "matter", note, keys, known)
    for index, fields in entries.items():
        matters.take(index, fields, f"matter/{index}.json")
        named.setdefault(fields.get("body", ""), index)
    if len(matters.last) != 1:
        raise Bad(f"the bundle holds entries of {len(matters.last)} matters and not of one", "matter")
    name, (last, count) = next(iter(matters.last.items()))
    if last != note.size - 1:
        raise Bad("the checkpoint does not end with the matter's last entry: others may be missing after it",
                  f"entry {last}", f"a log of {last + 1} entries", f"a log of {note.size} entries")  # fmt: skip
    admitted = verify_admissions(files, note, keys, report, known)
    check_readme(files, f"Evidence of the matter {name}\nfrom the log {note.origin}\n",
                 ADMISSIONS_README_DIGEST if admitted else MATTER_README_DIGEST)  # fmt: skip
    seen = verify_heads(files, note, keys, report, known)
    report_unseen(report, list(entries), seen)
    verify_disclosed(files, entries, report, known)
    report.lines.append(f"matter: {name}, {count} entries")
    report.checked += [
        f"that each of the {count} entries is in the log, by its proof",
        "that they parse, and none is missing before the last of them",
        "that none follows: the last of them is the last entry of the log",
    ]
    report.unchecked += [
        "that the log has no other entry about this matter, put in against the rules of matters by whoever signs it:\n"
        "      only the whole log shows it",
        "the entries of other matters, such as holds on destruction that are not aimed at this one project",
    ]
    return named, known


def report_unseen(report: Report, indexes: list[int], seen: int) -> None:
    """The entries that the largest head which a witness cosigned has not: for them nobody else vouches."""
    if not seen:
        return  # it is said of all of them
    report.unchecked = [each for each in report.unchecked if each not in (NO_WITNESS, NOT_INDEPENDENT)]
    report.unchecked.append(NOT_INDEPENDENT)
    beyond = [index for index in indexes if index >= seen]
    which, was, them = "entries {0} to {1}", "were", "them"
    if len(beyond) == 1:
        which, was, them = "entry {0}", "was", "it"
    if beyond:
        said = f"{which.format(beyond[0], beyond[-1])} of this matter {was} seen by no witness: "
        report.unchecked.append(f"{said}that others see the same log is not checked for {them}")


def read_proved(files: Folder, folder: str, note: Note, keys: list[Key], known: set[str]) -> dict[int, Fields]:
    """The entries below a folder, in order, each proved to be in the log of the bundle's own checkpoint."""
    found = [re.fullmatch(folder + "/(0|[1-9][0-9]{0,18})[.]json", name) for name in files.names]
    entries: dict[int, Fields] = {}
    for index in sorted(int(match[1]) for match in found if match):
        path, proof = f"{folder}/{index}.json", f"{folder}/{index}.tlog-proof"
        known |= {path, proof}
        data = files.read(path)
        place, inside = check_proof(files.read(proof), data, keys, proof)
        if place != index or inside.data != note.data:
            raise Bad("the proof is of another entry or under another checkpoint", proof)
        entries[index] = read_entry(data, path)
    return entries


def verify_admissions(files: Folder, note: Note, keys: list[Key], report: Report, known: set[str]) -> int:
    """How many entries admit that the log was set back; each is said, with the record that says more."""
    admissions = read_proved(files, "admissions", note, keys, known)
    for index, fields in admissions.items():
        path, record = f"admissions/{index}.json", f"admissions/{index}.record"
        if fields["kind"] != RECOVERED:
            raise Bad("the entry admits nothing", path, RECOVERED, fields["kind"])
        body = files.read(record) if record in files.names else None
        if body is not None and digest(body) != fields.get("body"):
            raise Bad("the record is not the one that the entry names", record)
        known |= {record}
        report.admit(index, fields, body)
        report.checked.append(f"that entry {index}, which admits a loss, is in the log, by its proof")
    report.unchecked.append("that the log admits no other loss of entries: only the whole log shows it")
    return len(admissions)


def verify_heads(files: Folder, note: Note, keys: list[Key], report: Report, known: set[str]) -> int:
    """Other heads of the log, which witnesses may have cosigned, and the proofs that they are of the same history.

    The size of the largest head that a witness cosigned, 0 for none."""
    seen = note.size if any(time is not None for _, time in note.signatures) else 0
    for path in sorted(name for name in files.names if re.fullmatch("heads/[1-9][0-9]{0,2}/checkpoint", name)):
        proof = path.replace("checkpoint", "consistency")
        other = Note(files.read(path), keys, path, shown_by=note)
        lines = read_text(files.read(proof), proof).split("\n")
        if lines.pop() or len(lines) > 64:
            raise Bad("it is not a list of hashes, one a line", proof)
        smaller, larger = (note, other) if note.size <= other.size else (other, note)
        check_growth(smaller, larger, [read_hash(line, proof) for line in lines], proof)
        known |= {path, proof}
        stamp = path.replace("checkpoint", "time-stamp.tsr")
        if stamp in files.names:
            known.add(stamp)
            report.unchecked.append(
                f"the time stamp on the head of {other.size} entries. In the bundle's folder, with the authority's\n"
                f"      certificate: openssl ts -verify -data {path} -in {stamp} -CAfile authority.pem"
            )
        report_ml_dsa(report, other)
        report.checked.append(f"that the log of {larger.size} entries continues that of {smaller.size} ({path})")
        for key, time in other.signatures:
            report.lines.append(f"the head of {other.size} entries is signed by: {say_signer(key, time)}")
            seen = max(seen, 0 if time is None else other.size)
    return seen


def verify_disclosed(files: Folder, entries: dict[int, Fields], report: Report, known: set[str]) -> None:
    """Single fields of records: each is a leaf of a tree whose root is `commitments.fields` of the entry."""
    count = 0
    listed = [name for name in files.names if name.startswith("disclosed/")]
    for name in sorted(listed, key=lambda each: (len(each), each)):  # in the order of the entries
        match = re.fullmatch(r"disclosed/(0|[1-9][0-9]{0,15})\.json", name)
        if not match or int(match[1]) not in entries:
            raise Bad("it discloses fields of an entry that is not in the bundle", name)
        root = entries[int(match[1])].get("commitments", {}).get("fields", "no commitment")
        known.add(name)
        for field in read_disclosed(files.read(name), name):
            leaf = hash_leaf(write_json([field["name"], field["salt"], field["value"]]))
            path = [read_hash(each, name) for each in field["path"]]
            if "sha256:" + climb(leaf, field["index"], field["count"], path).hex() != root:
                said = f"the field `{show_text(field['name'][:60])}` is not the one that the entry commits to"
                raise Bad(said, name, root)
            shown = json.dumps(field["value"])
            shown = shown if len(shown) <= 200 else f"{shown[:200]} … (cut: {len(shown)} letters in all)"
            report.lines.append(f"disclosed by entry {match[1]}: {show_text(field['name'])} = {shown}")
            count += 1
    if count:
        report.checked.append(f"that {count} disclosed fields are those that the entries commit to")


def read_disclosed(data: bytes, where: str) -> list[Fields]:
    fields = read_json(data, where) if len(data) <= DISCLOSED_LIMIT else None
    if not isinstance(fields, list) or not fields:
        raise Bad("it is not a list of fields", where)
    for field in fields:
        if not isinstance(field, dict) or set(field) != {"count", "index", "name", "path", "salt", "value"}:
            raise Bad("a disclosed field has other parts than it must have", where)
        texts = isinstance(field["name"], str) and is_match(re.compile("([0-9a-f]{2}){16,64}"), field["salt"])
        path = field["path"]
        if not texts or not isinstance(path, list) or len(path) > 63 or not all(isinstance(each, str) for each in path):
            raise Bad("a disclosed field has no name, no salt or no path", where)
        if not is_count(field["index"]) or not is_count(field["count"]) or field["index"] >= field["count"]:
            raise Bad("the place of a disclosed field is none", where)
    return fields


def verify_bodies(files: Folder, named: dict[str, int], report: Report) -> None:
    """The records that entries name by digest, as far as they are there."""
    bodies = sorted(name for name in files.names if BODY.fullmatch(name))
    for name in bodies:
        wanted, found = "sha256:" + name.rpartition("/")[2], digest(files.read(name))
        if found != wanted:
            raise Bad("the record is not the one that its name says", name, wanted, found)
        if wanted not in named:
            raise Bad("no entry names this record", name)
    report.checked.append(f"{len(bodies)} records below bodies/")
    absent = len([each for each in named if each]) - len(bodies)
    if absent:
        report.unchecked.append(f"{absent} records that entries name and that are not in the bundle")


# --- 11. The other files ---------------------------------------------------------------------------------------------
# No file is passed over: what nothing above covers is refused, or named among what was not checked.


def check_readme(files: Folder, names: str, wanted: str) -> None:
    """The instructions are those of the format: `names` and then a text that is always the same."""
    data, start = files.read(README), names.encode()
    if not data.startswith(start) or hashlib.sha256(data[len(start) :]).hexdigest() != wanted:
        raise Bad("the instructions are not those of this format", README)


def verify_others(files: Folder, known: set[str], matter: bool, report: Report) -> None:
    """Every other file: what is no part of a bundle is refused; a few are for reading, and only SHA256SUMS covers them.
    The list itself nobody signed."""
    known = known | {"checkpoint", KEYS, README, SUMS} | {name for name in files.names if BODY.fullmatch(name)}
    rest = sorted(files.names - known)
    odd = [name for name in rest if not (matter and LOOSE.fullmatch(name))]
    if odd:
        raise Bad(f"the bundle has {len(odd)} files too many", show_text(odd[0][:120]))
    if rest:
        report.unchecked.append("what is written in: " + ", ".join(rest))
    lines = [(hashlib.sha256(files.read(name)).hexdigest(), name) for name in sorted(files.names - {SUMS})]
    check_sums("".join("{}  {}\n".format(*line) for line in lines).encode(), files.read(SUMS))
    report.checked.append(f"that every file is as {SUMS} says, a list that nobody signed")


def check_sums(expected: bytes, found: bytes) -> None:
    if expected == found:
        return
    differs = [i for i, (a, b) in enumerate(zip(expected, found)) if a != b]
    place = differs[0] if differs else min(len(expected), len(found))
    start = expected.rfind(b"\n", 0, place) + 1
    line = expected[start : expected.find(b"\n", start)].decode()
    raise Bad("the sums are not those of the files; look at the file named there: " + line[66:],
              f"{SUMS}, byte {place}")  # fmt: skip


# --- 12. One entry, a certificate, the command line ------------------------------------------------------------------
# An entry and its proof need no bundle. A certificate is a statement that such an entry commits to.


def read_chain(path: str) -> Chain:
    """Lines `index,leaf hash,chain value` in hexadecimal, as a query of a database writes them; a heading may lead."""
    rows: Chain = []
    lines = read_text(read_file(path), path).replace("\r\n", "\n").split("\n")
    for number, line in enumerate(lines, 1):
        parts = [part.strip('" ').lower() for part in line.split(",")]
        if (number == 1 and not parts[0].isdigit()) or (not line and number == len(lines)):
            continue
        match = re.fullmatch(r"([0-9]+),(?:\\x|0x)?([0-9a-f]{64}),(?:\\x|0x)?([0-9a-f]{64})", ",".join(parts))
        if not match or int(match[1]) != len(rows):
            raise Bad("it is not: index, leaf hash, chain value", f"{path}, line {number}")
        rows.append((bytes.fromhex(match[2]), bytes.fromhex(match[3])))
    return rows


def verify_one(arguments: argparse.Namespace, keys: list[Key], report: Report) -> None:
    entry = read_file(arguments.entry)
    index, note = check_proof(read_file(arguments.proof), entry, keys, arguments.proof)
    report_note(report, note)
    fields = read_entry(entry, arguments.entry)
    if fields["kind"] == RECOVERED:
        report.admit(index, fields, None)
    report.lines.append(f"entry {index} is in the log")
    report.checked.append("that the entry parses and is in the log, by its proof")
    report.unchecked.append("all other entries")


def verify_certificate(path: str, keys: list[Key], report: Report) -> None:
    """A certificate of a destruction or an erasure: an entry commits to every word of it. In that of an erasure a
    second one says when the key was destroyed; in those of old it is the only one, and nothing commits to the words.

    The log commits to much else that anybody may have brought along, such as each document that was read out of it. So
    it matters of which kind these entries are, and what they are about."""
    data = read_file(path)
    fields = read_json(data, path) if data.startswith(b"{") else {}
    flat, erased = "statement" not in fields, "destroyed_entry" in fields
    if flat and not erased:
        raise Misuse("it is not a certificate", path)
    said = fields if flat else fields["statement"] if isinstance(fields["statement"], dict) else {}
    plan: Fields = said["plan"] if isinstance(said.get("plan"), dict) else {}
    certified = f"disposition.certified, destruction_certificate:{plan.get('id')}"
    if erased:
        certified = f"erasure.certified, erasure_certificate:{said.get('id')}"
    destroyed = f"key.destroyed, subject:{said.get('subject')}"
    wanted = [("entry", "proof", destroyed if flat else certified)]
    wanted += [("destroyed_entry", "destroyed_proof", destroyed)] if erased and not flat else []
    for name, proof_name, object_ in wanted:
        data, proof = (str(fields.get(each, "")).encode("utf-8") for each in (name, proof_name))
        index, note = check_proof(proof, data, keys, f"{path}, {proof_name}")
        entry = read_entry(data, f"{path}, {name}")
        if name == "entry":
            report_note(report, note)
        said_of = f"{entry['kind']}, {entry['object']}"
        if said_of.rpartition("@")[0] != object_:
            raise Bad("the entry is not the one that such a certificate has", path, object_, said_of)
        found = digest(write_json(fields.get("statement")))
        if object_ is certified and entry.get("body") != found:
            raise Bad("the entry is about another certificate", path, str(entry.get("body")), found)
        if object_ is destroyed and (index, entry["time"]) != (said.get("destroyed_entry"), said.get("destroyed_at")):
            raise Bad("the key was destroyed by another entry, or at another time", path)
        report.lines.append(f"entry {index}, {entry['time']}, by {entry['actor']}: {said_of}")
        report.checked.append(f"that entry {index} of the certificate is in the log, by its proof")
    if flat:
        report.unchecked.append("the words of the certificate: the entry says that the key was destroyed, and when")
    else:
        report.checked.append("that the first of these commits to every word of the certificate")
    report.unchecked.append("all other entries; and the stores, the vault and the backups themselves")


def say(heading: str, lines: list[str]) -> None:
    """Print, with whatever could steer a terminal made visible."""
    for line in "\n".join([heading, *lines]).split("\n"):
        print(line if line.isprintable() else ascii(line))


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Verify an audit log without the software that wrote it.")
    parser.add_argument("bundle", nargs="?", help="a folder or a zip file")
    parser.add_argument("--key", action="append", default=[], help="a public key to trust: name+id+base64")
    parser.add_argument("--proof", help="a proof file of one entry")
    parser.add_argument("--entry", help="the bytes of that entry")
    parser.add_argument("--certificate", help="a certificate of a destruction or an erasure, as JSON")
    parser.add_argument("--chain", help="index, leaf hash and chain value, one entry a line")
    parser.add_argument("--rotation", action="append", default=[], help="a rotation note; all of them, in order")
    parser.add_argument("--ml-dsa", metavar="FOLDER", help="write here what openssl needs for ML-DSA-44 cosignatures")
    arguments = parser.parse_args(words)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    given = [arguments.bundle, arguments.proof, arguments.certificate]
    if not arguments.bundle and any(given) and not arguments.key:
        parser.error("one entry, or a certificate, is checked with the log's key: --key")
    if given.count(None) != 2 or (arguments.proof is None) != (arguments.entry is None):
        parser.error("give a bundle, or --proof and --entry, or --certificate")
    try:
        report = Report()
        keys = [Key(text.strip(), "--key") for text in arguments.key]
        keys = follow_rotations(keys, [(path, read_file(path)) for path in arguments.rotation], report)
        if arguments.proof:
            verify_one(arguments, keys, report)
        elif arguments.certificate:
            verify_certificate(arguments.certificate, keys, report)
        else:
            path = Path(arguments.bundle)
            chain = read_chain(arguments.chain) if arguments.chain else None
            verify_bundle(Folder(path) if path.is_dir() else Zip(path), keys, chain, report)
        if arguments.ml_dsa:
            Path(arguments.ml_dsa).mkdir(parents=True, exist_ok=True)
            for name, data in report.ml_dsa.items():
                (Path(arguments.ml_dsa) / name).write_bytes(data)
    except Bad as problem:
        misuse = isinstance(problem, Misuse) or problem.where == "--key"
        say("NOTHING WAS VERIFIED" if misuse else "IT DOES NOT VERIFY", [str(problem)])
        return 2 if misuse else 1
    except OSError as problem:
        print(f"it cannot be read: {problem}", file=sys.stderr)
        return 2
    say("IT VERIFIES", report.lines)
    if report.losses:
        say("\nTHE LOG ADMITS A LOSS:", [f"  {line}" for line in report.losses])
    say("\nChecked:", [f"  {line}" for line in report.checked])
    say("\nNot checked:", [f"  {line}" for line in report.unchecked])
    return 0


if __name__ == "__main__":
    sys.exit(main())
