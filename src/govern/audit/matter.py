"""A bundle of one matter: all its entries up to a checkpoint, provably all, for a court or for the other side.

    checkpoint                     the log's signed head when the matter's last entry here was appended
    matter/<index>.json            each entry of the matter, by its index in the log
    matter/<index>.tlog-proof      that it is in the log of that checkpoint        C2SP tlog-proof
    heads/<n>/checkpoint           other heads of the log: its newest, one that witnesses cosigned …
    heads/<n>/consistency          that it and `checkpoint` are one history: hashes in base64, one a line
    heads/<n>/time-stamp.tsr       an authority's time stamp over that head (RFC 3161); optional
    bodies/sha256/<hex>            records that entries name by digest; optional
    disclosed/<index>.json         single fields of a record, with their proofs; optional
    admissions/<index>.json        each entry by which the log admits that it was set back, and lost entries …
    admissions/<index>.tlog-proof  … that it is in the log, and its record, which says how many and why
    admissions/<index>.record
    verifier-keys.txt, policy.txt  the public keys, one a line; whose cosignatures count
    README.txt                     how to verify, in plain words
    rotations/rotation-1 …         how earlier keys of the log handed over to today's, as far as it has changed its key
    report.pdf, tools/<name>       for reading, and programs that verify; no proof rests on them
    SHA256SUMS                     digest and path of every other file

Why it is all: every entry names the matter's entry before it and how many came before, so none is missing between the
first and the last. The last one says that the matter was bundled, and `checkpoint` ends with it, so none follows. What
is left is an entry that was put into the log against these rules: the bundle cannot show it, and a verification of
the whole log does. The result says so.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import TypeVar

from govern.audit.admissions import RECOVERED, Admission, explain_admission
from govern.audit.checkpoint import Checkpoint, check_checkpoint, check_listed, parse_checkpoint
from govern.audit.entries import Entry, parse_entry
from govern.audit.notes import (
    VerifiedNote,
    VerifiedSignature,
    VerifierKey,
    check_note,
    format_verifier_key,
    parse_note,
    parse_verifier_key,
)
from govern.audit.proofs import PATH_LIMIT, Proof, format_proof, parse_proof
from govern.audit.redaction import DisclosedField, check_disclosed, parse_disclosed
from govern.audit.rotation import Succession, check_signed_in_time, follow_notes
from govern.audit.strict import format_base64, parse_hash
from govern.audit.sums import SUMS, ReadFiles, format_sums
from govern.audit.tree import (
    ReadNode,
    check_consistency,
    check_inclusion,
    consistency_path,
    hash_leaf,
    inclusion_path,
)
from govern.audit.verify import NO_WITNESS, NOT_INDEPENDENT, say_not_continued
from govern.errors import VerificationError

CHECKPOINT, KEYS, README = "checkpoint", "verifier-keys.txt", "README.txt"
REPORT, POLICY = "report.pdf", "policy.txt"

_ENTRY = re.compile(r"matter/(0|[1-9][0-9]{0,15})\.json")
_PROOF = re.compile(r"matter/(0|[1-9][0-9]{0,15})\.tlog-proof")
_DISCLOSED = re.compile(r"disclosed/(0|[1-9][0-9]{0,15})\.json")
_BODY = re.compile(r"bodies/sha256/([0-9a-f]{64})")
_HEAD = re.compile(r"heads/([1-9][0-9]{0,2})/checkpoint")
_ROTATION = re.compile(r"rotations/rotation-([1-9][0-9]{0,3})")
_ADMISSION = re.compile(r"admissions/(0|[1-9][0-9]{0,15})\.json")
_LOOSE = re.compile(r"(?:report\.pdf|policy\.txt|tools/[A-Za-z0-9._-]{1,100})")

STAMP = "what the time stamp"
"""How a line of what was not checked begins that is about a time stamp: they need another library."""

Read = Callable[[str], bytes | None]
_Value = TypeVar("_Value")

# Bundles that were given out are compared with this text: it is never edited. Another text is another format number.
_README_1 = """\
Evidence of the matter {matter}
from the log {origin}
govern matter bundle, format 1

WHAT IT IS. Every entry about this matter, as it stood in a signed audit log: who did what, to which object, and when.
You can verify it without the software that wrote it. The formats are public: RFC 6962 section 2.1, and on
c2sp.org: signed-note, tlog-checkpoint, tlog-proof, tlog-cosignature.

QUICKLY. Unpack, and in this folder run:  python3 tools/verify.py . --key "KEY"
KEY is the log's public key as its owner published it elsewhere: a contract, a web page, a letter. The one in
verifier-keys.txt came with the bundle and proves nothing by itself. Or open tools/verify.html in a browser and drop the
zip file on it; nothing is sent anywhere. If the log has changed its key since, the notes in rotations/ lead from an
earlier key to today's, and both tools follow them. If a tool is not there, or you do not trust it, go by hand:

BY HAND.
1. `sha256sum -c SHA256SUMS`: the bundle arrived whole.
2. `checkpoint` is three lines (name of the log, number of entries, root hash in base64), an empty line, and signatures.
   Signed are the three lines with their line feeds. The base64 in a signature line is 4 bytes of key id and 64 bytes
   of Ed25519 signature. The base64 of the key is a byte 01 and the 32 bytes of the public key.
3. For each matter/N.json take SHA-256 of a zero byte and the file. matter/N.tlog-proof has the line `index N`, then
   hashes. Take them in order. With x the hash so far, i = N and last = entries - 1, repeat until last is 0:
   if i is even and equal to last, only halve both (rounding down); else, if i is odd, x becomes SHA-256 of a
   byte 01, the next hash, and x; if i is even, of a byte 01, x, and the next hash; then halve both.
   In the end x must be the root hash in `checkpoint`, and no hash may be left.
4. The entries in the order of N: the first has matter_seq 0; each later one has matter_seq one more, and matter_prev
   is the N before it. So none is missing. The last N is one less than the number of entries: so none follows.
5. A file below bodies/sha256 has its own SHA-256 as name, and an entry's `body` names it.
6. disclosed/N.json shows single fields of the record of entry N. For each: SHA-256 of a zero byte and the JSON text
   ["name","salt",value] without spaces and with sorted keys; then as in 3 with index, count and path; the result
   must be `commitments.fields` of entry N.
7. heads/1, heads/2 … are other heads of the log. `consistency` has the hashes that show by RFC 6962 section 2.1.2 that
   the larger of it and `checkpoint` continues the smaller. Signatures by other names are of witnesses that saw the same
   log. A time-stamp.tsr shows when that head existed: openssl ts -verify -data checkpoint -in time-stamp.tsr -CAfile CA

WHAT IT DOES NOT SHOW. That what the entries say is true. What was in records that are not here. That no entry was put
into the log against the rules of step 4: only a verification of the whole log shows that.
report.pdf is for reading; where it and the entries differ, the entries count.
"""

_AFTER_STEPS = "\nWHAT IT DOES NOT SHOW."
_STEP_8 = """\
8. admissions/N.json is an entry by which the log says that its database was set back, and that entries which had been
   signed are lost. Check it as in 3. Its `body` is the SHA-256 of N.record, which says how many were lost, and why.
"""


def plan_matter_bundle(
    matter: str,
    entries: Sequence[tuple[int, bytes]],
    checkpoint: bytes,
    heads: Sequence[tuple[bytes, bytes | None]],
    keys: Sequence[VerifierKey],
    read_node: ReadNode,
) -> dict[str, bytes]:
    """The files that prove all entries of a matter, by path; README and keys among them, SHA256SUMS not yet.

    `entries` are index and bytes, in order. `checkpoint` is the head that ends with the last of them; `heads` are
    others of the same log, each with its time stamp or None. VerificationError if the entries do not follow one
    another, or the last is not the last of `checkpoint`: a bundle with a gap is not made.
    """
    head, _ = check_checkpoint(checkpoint, keys)
    files = {
        CHECKPOINT: checkpoint,
        KEYS: "".join(f"{format_verifier_key(key)}\n" for key in keys).encode(),
        README: _format_readme(head.origin, matter),
    }
    for number, (note, stamp) in enumerate(heads, 1):
        other, _ = _check_other_head(note, keys, None, head)
        first, second = sorted((head.size, other.size))
        files[_head_path(number, "checkpoint")] = note
        files[_head_path(number, "consistency")] = _format_hashes(consistency_path(first, second, read_node))
        if stamp is not None:
            files[_head_path(number, "time-stamp.tsr")] = stamp
    follow = _Follow(matter)
    for index, data in entries:
        follow.take(index, parse_entry(data, f"entry {index}"), f"entry {index}")
        files[_entry_path(index)] = data
        files[_proof_path(index)] = format_proof(Proof(index, inclusion_path(index, head.size, read_node), checkpoint))
    follow.check_end(head.size)
    return files


def plan_admissions(
    files: Mapping[str, bytes], admissions: Sequence[tuple[int, bytes, bytes | None]], read_node: ReadNode
) -> dict[str, bytes]:
    """The files of a bundle with the entries by which the log admits a loss: index, bytes, and record if it is there.

    They belong to no project, and so the rules of a matter do not bring them in. Without any the files are unchanged.
    """
    checkpoint = files[CHECKPOINT]
    size = parse_checkpoint(parse_note(checkpoint).text).size
    more: dict[str, bytes] = {}
    for index, data, record in admissions:
        more[_admission_path(index, "json")] = data
        proof = Proof(index, inclusion_path(index, size, read_node), checkpoint)
        more[_admission_path(index, "tlog-proof")] = format_proof(proof)
        if record is not None:
            more[_admission_path(index, "record")] = record
    if more:
        more[README] = _add_step(files[README])
    return {**files, **more}


def body_path(digest: str) -> str:
    """Where a bundle has the record of that digest, 64 hex digits."""
    return f"bodies/sha256/{digest}"


def disclosed_path(index: int) -> str:
    """Where a bundle has the fields that are disclosed of the record of an entry."""
    return f"disclosed/{index}.json"


def add_sums(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files with SHA256SUMS over them: the bundle is complete then."""
    sums = {path: sha256(data).hexdigest() for path, data in files.items() if path != SUMS}
    return {**files, SUMS: format_sums(sums)}


@dataclass(frozen=True)
class OtherHead:
    """Another head of the log, of one history with the bundle's: who signed it, and the time stamp if there is one."""

    checkpoint: bytes
    size: int
    signatures: tuple[VerifiedSignature, ...]
    stamp: bytes | None

    @property
    def witnesses(self) -> tuple[VerifiedSignature, ...]:
        """The cosignatures in it."""
        return tuple(each for each in self.signatures if each.time is not None)


@dataclass(frozen=True)
class MatterVerification:
    """A bundle of a matter that verifies: what it is, what was checked, and what was not."""

    origin: str
    matter: str
    size: int
    root: bytes
    entries: tuple[tuple[int, Entry], ...]
    disclosed: tuple[tuple[int, DisclosedField], ...]
    signatures: tuple[VerifiedSignature, ...]
    heads: tuple[OtherHead, ...]
    checked: tuple[str, ...]
    unchecked: tuple[str, ...]
    admissions: tuple[Admission, ...] = ()
    """Where the log says of itself that it was set back, and that signed entries are lost."""


def verify_matter_bundle(
    read: Read, paths: Iterable[str], verifiers: Sequence[VerifierKey] | None = None
) -> MatterVerification:
    """Verify every file of a matter's bundle. `paths` are those that are there, and `read` gives a file's bytes.

    Without `verifiers` the keys come from the bundle itself, and the result says so. VerificationError names the file
    that does not verify.
    """
    found = set(paths)
    files = ReadFiles(read)
    own = _read_keys(files)
    notes = _read_rotations(files, found)
    succession = _at("rotations", lambda: follow_notes(verifiers or (), notes))
    given = own if verifiers is None else verifiers
    keys = list(dict.fromkeys([*given, *(succession.keys if succession else ())]))
    data = files.read(CHECKPOINT)
    head, note = _at(CHECKPOINT, lambda: _check_head(data, keys, succession))
    check_listed(note, own, KEYS)
    entries = _read_entries(files, found, data, head)
    matter = entries[0][1].matter
    heads = tuple(_read_heads(files, found, head, data, keys, succession))
    disclosed = tuple(_read_disclosed(files, found, dict(entries)))
    bodies = _check_bodies(files, found, entries)
    admissions = tuple(_read_admissions(files, found, data, head))
    _check_readme(files, head.origin, matter, admissions)
    loose = _check_others(files, found)
    _check_sums(files, found)
    return MatterVerification(
        origin=head.origin,
        matter=matter,
        size=head.size,
        root=head.root,
        entries=entries,
        disclosed=disclosed,
        signatures=note.signatures,
        heads=heads,
        checked=(
            *_say_followed(succession),
            *(f"that entry {each.index}, which admits a loss, is in the log, by its proof" for each in admissions),
            *_say_checked(entries, disclosed, bodies, note, heads),
        ),
        unchecked=tuple(_say_unchecked(entries, bodies, loose, note, heads, own if verifiers is None else [])),
        admissions=admissions,
    )


def rotation_path(number: int) -> str:
    """Where a bundle has a rotation note; the first is number 1."""
    return f"rotations/rotation-{number}"


def _read_rotations(files: ReadFiles, found: set[str]) -> list[bytes]:
    numbers = sorted(int(match[1]) for match in map(_ROTATION.fullmatch, found) if match)
    return [files.read(rotation_path(number)) for number in numbers]


def _check_head(
    data: bytes, keys: Sequence[VerifierKey], succession: Succession | None
) -> tuple[Checkpoint, VerifiedNote]:
    """A head that is signed, and by the key whose turn it was where the log's key was followed."""
    head, note = check_checkpoint(data, keys)
    if succession is not None:
        check_signed_in_time(head, note, succession)
    return head, note


def _check_other_head(
    data: bytes, keys: Sequence[VerifierKey], succession: Succession | None, head: Checkpoint
) -> tuple[Checkpoint, VerifiedNote]:
    """A head beside the bundle's own.

    One that is no larger needs no signature by a key of the log that is known: the proof that goes with it shows its
    root to be the log's. So what witnesses said before a change of the key still counts for whoever has today's.
    """
    note = parse_note(data)
    other = parse_checkpoint(note.text)
    if other.origin != head.origin:
        raise VerificationError("it is a head of another log", expected=head.origin, found=other.origin)
    if other.size > head.size:
        return _check_head(data, keys, succession)
    known = {(key.name, key.key_id) for key in keys}
    if not any((each.name, each.key_id) in known for each in note.signatures):
        return other, VerifiedNote(note.text, (), note.signatures)
    return other, check_note(data, keys)


def _say_followed(succession: Succession | None) -> Iterator[str]:
    for each in succession.rotations if succession else ():
        key = format_verifier_key(each.new)
        yield f"that the log's key handed over at {each.size} entries to {key}: both keys signed it"


@dataclass
class _Follow:
    """One matter's entries in order: none is missing between them, and none follows."""

    matter: str
    last: int | None = None
    count: int = 0

    def take(self, index: int, entry: Entry, where: str) -> None:
        if entry.matter != self.matter:
            raise VerificationError(
                "the entry is of another matter", where=where, expected=self.matter, found=entry.matter
            )
        if (entry.matter_prev, entry.matter_seq) != (self.last, self.count):
            raise VerificationError(
                f"the entries of the matter `{self.matter[:60]}` do not follow one another",
                where=where,
                expected=f"{_name(self.last)} before it, number {self.count}",
                found=f"{_name(entry.matter_prev)} before it, number {entry.matter_seq}",
                hint="an entry is missing",
            )
        self.last = index
        self.count += 1

    def check_end(self, size: int) -> None:
        if self.last is None:
            raise VerificationError(f"there is no entry of the matter `{self.matter[:60]}`")
        if self.last != size - 1:
            raise VerificationError(
                "the checkpoint does not end with the matter's last entry: others may be missing after it",
                where=f"entry {self.last}",
                expected=f"a log of {self.last + 1} entries",
                found=f"a log of {size} entries",
            )


def _name(index: int | None) -> str:
    return "no entry" if index is None else f"entry {index}"


def _entry_path(index: int) -> str:
    return f"matter/{index}.json"


def _proof_path(index: int) -> str:
    return f"matter/{index}.tlog-proof"


def _admission_path(index: int, kind: str) -> str:
    return f"admissions/{index}.{kind}"


def _head_path(number: int, name: str) -> str:
    return f"heads/{number}/{name}"


def _format_readme(origin: str, matter: str) -> bytes:
    return _README_1.format(origin=origin, matter=matter).encode()


def _add_step(readme: bytes) -> bytes:
    """The instructions of format 2: those of format 1 with one step more, where a bundle has admissions."""
    text = readme.decode().replace("format 1\n", "format 2\n", 1)
    steps, words, after = text.rpartition(_AFTER_STEPS)
    return f"{steps}{_STEP_8}{words}{after}".encode()


def _format_hashes(path: Sequence[bytes]) -> bytes:
    return "".join(f"{format_base64(node)}\n" for node in path).encode()


def _parse_hashes(data: bytes, where: str) -> tuple[bytes, ...]:
    try:
        *lines, last = data.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise VerificationError("the hashes are not base64", where=f"{where}, byte {error.start}") from error
    if last or len(lines) > PATH_LIMIT + 1:
        raise VerificationError("it is not a list of hashes, one a line", where=where)
    return tuple(parse_hash(line, f"{where}, hash {number}") for number, line in enumerate(lines, 1))


def _read_keys(files: ReadFiles) -> list[VerifierKey]:
    try:
        *lines, last = files.read(KEYS).decode().split("\n")
    except UnicodeDecodeError as error:
        raise VerificationError("the keys are not UTF-8", where=f"{KEYS}, byte {error.start}") from error
    if last or not lines:
        raise VerificationError("the keys are not one a line", where=KEYS)
    return _at(KEYS, lambda: [parse_verifier_key(line) for line in lines])


def _read_entries(
    files: ReadFiles, found: set[str], checkpoint: bytes, head: Checkpoint
) -> tuple[tuple[int, Entry], ...]:
    indexes = sorted(int(match[1]) for match in map(_ENTRY.fullmatch, found) if match)
    proofs = sorted(int(match[1]) for match in map(_PROOF.fullmatch, found) if match)
    if indexes != proofs or not indexes:
        odd = sorted({*map(_entry_path, indexes), *map(_entry_path, proofs)} - found) or ["matter"]
        raise VerificationError("an entry has no proof, a proof no entry, or there is none", where=odd[0])
    entries = []
    for index in indexes:
        path = _entry_path(index)
        data = files.read(path)
        entries.append((index, parse_entry(data, path)))
        _check_place(files, index, data, checkpoint, head, _proof_path(index))
    follow = _Follow(entries[0][1].matter)
    for index, entry in entries:
        follow.take(index, entry, _entry_path(index))
    follow.check_end(head.size)
    return tuple(entries)


def _check_place(files: ReadFiles, index: int, entry: bytes, checkpoint: bytes, head: Checkpoint, path: str) -> None:
    """The proof is under the very checkpoint whose signature was checked: it is not checked again for each entry."""
    data = files.read(path)
    proof = _at(path, lambda: parse_proof(data))
    if proof.index != index or proof.checkpoint != checkpoint:
        raise VerificationError("the proof is of another entry, or under another checkpoint", where=path)
    _at(path, lambda: check_inclusion(index, head.size, hash_leaf(entry), head.root, proof.path))


def _read_heads(
    files: ReadFiles,
    found: set[str],
    head: Checkpoint,
    checkpoint: bytes,
    keys: Sequence[VerifierKey],
    succession: Succession | None,
) -> Iterator[OtherHead]:
    for number in sorted(int(match[1]) for match in map(_HEAD.fullmatch, found) if match):
        where, proof = _head_path(number, "checkpoint"), _head_path(number, "consistency")
        data = files.read(where)
        path = _parse_hashes(files.read(proof), proof)
        other, note = _at(where, partial(_check_other_head, data, keys, succession, head))
        notes = (checkpoint, data) if head.size <= other.size else (data, checkpoint)
        one, two = sorted((head, other), key=lambda each: each.size)
        _at(proof, partial(_check_growth, one, two, path, notes))
        stamp = _head_path(number, "time-stamp.tsr")
        yield OtherHead(data, other.size, note.signatures, files.read(stamp) if stamp in found else None)


def _check_growth(one: Checkpoint, two: Checkpoint, proof: Sequence[bytes], notes: tuple[bytes, bytes]) -> None:
    """Raise unless the log of `two` continues that of `one`; the error has the notes of both, which show a fork."""
    try:
        check_consistency(one.size, two.size, one.root, two.root, proof)
    except VerificationError as error:
        raise say_not_continued(one, two, notes, error.message) from error


def _read_disclosed(
    files: ReadFiles, found: set[str], entries: Mapping[int, Entry]
) -> Iterator[tuple[int, DisclosedField]]:
    for index in sorted(int(match[1]) for match in map(_DISCLOSED.fullmatch, found) if match):
        path = disclosed_path(index)
        if index not in entries:
            raise VerificationError("it discloses fields of an entry that is not in the bundle", where=path)
        for each in _at(path, partial(parse_disclosed, files.read(path), path)):
            check_disclosed(each, entries[index], path)
            yield index, each


def _check_bodies(files: ReadFiles, found: set[str], entries: Sequence[tuple[int, Entry]]) -> int:
    named = {entry.body for _, entry in entries}
    bodies = sorted(path for path in found if _BODY.fullmatch(path))
    for path in bodies:
        digest = sha256(files.read(path)).hexdigest()
        if path != body_path(digest):
            raise VerificationError("the record is not the one that its name says", where=path, found=digest)
        if f"sha256:{digest}" not in named:
            raise VerificationError("no entry of the matter names this record", where=path)
    return len(bodies)


def _read_admissions(files: ReadFiles, found: set[str], checkpoint: bytes, head: Checkpoint) -> Iterator[Admission]:
    for index in sorted(int(match[1]) for match in map(_ADMISSION.fullmatch, found) if match):
        path, record = _admission_path(index, "json"), _admission_path(index, "record")
        data = files.read(path)
        entry = parse_entry(data, path)
        if entry.kind != RECOVERED:
            raise VerificationError("the entry admits nothing", where=path, expected=RECOVERED, found=entry.kind)
        _check_place(files, index, data, checkpoint, head, _admission_path(index, "tlog-proof"))
        body = files.read(record) if record in found else None
        if body is not None and entry.body != f"sha256:{sha256(body).hexdigest()}":
            raise VerificationError("the record is not the one that the entry names", where=record)
        yield explain_admission(Admission(index, entry), {(entry.body or "").removeprefix("sha256:"): body}.get)


def _check_readme(files: ReadFiles, origin: str, matter: str, admissions: Sequence[Admission]) -> None:
    expected, text = _format_readme(origin, matter), files.read(README)
    expected = _add_step(expected) if admissions else expected
    if text != expected:
        pairs = enumerate(zip(expected, text, strict=False))
        place = next((i for i, (a, b) in pairs if a != b), min(len(expected), len(text)))
        raise VerificationError("the instructions are not those of this format", where=f"{README}, byte {place}")


def _check_others(files: ReadFiles, found: set[str]) -> tuple[str, ...]:
    """The files that only SHA256SUMS covers; all else that is not part of the format is refused."""
    rest = sorted(found - set(files.sums) - {SUMS})
    for path in rest:
        if not _LOOSE.fullmatch(path):
            raise VerificationError("the file is not part of a bundle", where=path[:120])
        files.read(path)
    return tuple(rest)


def _check_sums(files: ReadFiles, found: set[str]) -> None:
    if SUMS not in found:
        raise VerificationError("a file of the bundle is missing", where=SUMS)
    expected = [f"{files.sums[path]}  {path}" for path in sorted(files.sums)]
    lines = files.read(SUMS).split(b"\n")
    for number, (one, other) in enumerate(zip([*expected, ""], [*lines, b"", b""], strict=False)):
        if one.encode() != other:
            raise VerificationError(
                f"the sums are not those of the files: `{one[66:] or 'a file too many'}`",
                where=f"{SUMS}, line {number + 1}",
                expected=one,
                found=other[:200].decode(errors="replace"),
            )
    if len(lines) != len(expected) + 1:
        raise VerificationError("there are more sums than files", where=f"{SUMS}, line {len(expected) + 2}")


def _say_checked(
    entries: Sequence[tuple[int, Entry]],
    disclosed: Sequence[object],
    bodies: int,
    note: VerifiedNote,
    heads: Sequence[OtherHead],
) -> Iterator[str]:
    size = entries[-1][0] + 1
    yield "the log's signature on the checkpoint"
    yield f"that each of the {len(entries)} entries is in the log of that checkpoint, by its proof"
    yield "that every entry parses, and each follows the one before it in the matter: none is missing between them"
    yield f"that none follows: entry {size - 1} is the last of the log of {size} entries"
    for each in dict.fromkeys(head.size for head in heads):
        yield f"that the log of {each} entries is one history with that of {size}"
    witnessed = [(size, each) for each in note.signatures if each.time is not None]
    witnessed += [(head.size, each) for head in heads for each in head.witnesses]
    for seen, signature in witnessed:
        yield f"the cosignature of the witness `{signature.key.name}` on the log of {seen} entries"
    if bodies:
        yield f"that {bodies} record(s) below bodies/ are those that the entries name"
    if disclosed:
        yield f"that {len(disclosed)} disclosed field(s) are those that the entries commit to"
    yield f"that every file is as {SUMS} says, a list that nobody signed"


def _say_unchecked(
    entries: Sequence[tuple[int, Entry]],
    bodies: int,
    loose: Sequence[str],
    note: VerifiedNote,
    heads: Sequence[OtherHead],
    own: Sequence[VerifierKey],
) -> Iterator[str]:
    yield "that what the entries say is true"
    yield (
        "that the log has no other entry about this matter, put in against the rules of matters by whoever signs it: "
        "verify the whole log for that"
    )
    yield "that the log admits no loss of entries beyond what is said here: verify the whole log for that"
    yield "holds on destruction that are not aimed at this one project: they are entries of another matter"
    absent = len({entry.body for _, entry in entries if entry.body}) - bodies
    if absent:
        yield f"{absent} record(s) that entries name and that are not in the bundle"
    if loose:
        yield f"what is written in: {', '.join(loose)}"
    for size in dict.fromkeys(head.size for head in heads if head.stamp is not None):
        yield f"{STAMP} on the log of {size} entries says"
    yield from _say_unseen([index for index, _ in entries], _find_seen(entries[-1][0] + 1, note, heads))
    if own:
        names = ", ".join(f"`{format_verifier_key(key)}`" for key in own)
        yield f"the keys: they come from the bundle itself, compare them with what was published: {names}"


def _find_seen(size: int, note: VerifiedNote, heads: Sequence[OtherHead]) -> int:
    """The size of the largest log that a witness cosigned, as far as that was checked; 0 for none."""
    own = [size] if any(each.time is not None for each in note.signatures) else []
    return max([0, *own, *(head.size for head in heads if head.witnesses)])


def _say_unseen(indexes: Sequence[int], seen: int) -> Iterator[str]:
    """What is not known of whether others see the same log, where witnesses saw its first `seen` entries."""
    if not seen:
        yield NO_WITNESS
        return
    beyond = name_beyond(indexes, seen)
    if beyond:
        was, them = ("was", "it") if beyond.startswith("entry") else ("were", "them")
        said = f"{beyond} of this matter {was} seen by no witness"
        yield f"{said}: that others see the same log is not checked for {them}"
    yield NOT_INDEPENDENT


def name_beyond(indexes: Sequence[int], size: int) -> str:
    """The entries among these that a log of that size has not; empty where it has all."""
    beyond = [index for index in indexes if index >= size]
    if len(beyond) > 1:
        return f"entries {beyond[0]} to {beyond[-1]}"
    return f"entry {beyond[0]}" if beyond else ""


def _at(path: str, check: Callable[[], _Value]) -> _Value:
    try:
        return check()
    except VerificationError as error:
        where = error.where if error.where.startswith(path) else ", ".join(filter(None, (path, error.where)))
        raise VerificationError(
            error.message, where=where, hint=error.hint, expected=error.expected, found=error.found
        ) from error
