"""Evidence of one matter: all its entries up to a checkpoint, provably all, for a court or for the other side."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from govern.audit import (
    Checkpoint,
    DisclosedField,
    Entry,
    MatterVerification,
    VerifierKey,
    add_sums,
    body_path,
    check_known,
    disclose_fields,
    disclosed_path,
    find_admissions,
    find_root,
    format_disclosed,
    parse_entry,
    plan_admissions,
    plan_matter_bundle,
    rotation_path,
    sign_checkpoint,
    verify_matter_bundle,
)
from govern.errors import VerificationError
from govern.kernel import Actor, canonical_bytes, check_may
from govern.usecases.access import note_access
from govern.usecases.ports import Ports, Record
from govern.usecases.records import WORKSPACE, get_project, project_matter, record_event, record_key
from govern.usecases.witnessing import NOTHING_ATTESTED, Attested, check_own_head

BUNDLE = "bundle"
"""The records that say what a bundle was to hold."""

NODES = 100_000
"""Hashes of the tree that are remembered while proofs are made."""


@dataclass(frozen=True)
class MatterReport:
    """What a reader wants to know of a bundle, without its proofs."""

    id: str
    project: str
    title: str
    made_by: str
    key: VerifierKey
    verified: MatterVerification
    records: int
    """How many records are in the bundle as a whole."""
    lost_heads: tuple[int, ...] = ()
    """Sizes of heads that others attested and that are of a history which the log has lost: they are not in it."""

    @property
    def entries(self) -> tuple[tuple[int, Entry], ...]:
        """All entries of the matter, with their index."""
        return self.verified.entries

    @property
    def made_at(self) -> str:
        """When the bundle was ordered: the time of its own, last entry."""
        return self.entries[-1][1].time

    @property
    def actors(self) -> tuple[tuple[str, int, str, str], ...]:
        """Who acted: id, in how many entries, first and last time; by the first time."""
        found: dict[str, list[str]] = {}
        for _, entry in self.entries:
            found.setdefault(entry.actor, []).append(entry.time)
        return tuple((actor, len(times), times[0], times[-1]) for actor, times in found.items())


@dataclass(frozen=True)
class MatterBundle:
    """The files that prove a matter, by path, without SHA256SUMS: what is for reading may be added."""

    files: Mapping[str, bytes]
    report: MatterReport

    def with_files(self, more: Mapping[str, bytes]) -> dict[str, bytes]:
        """All files of the bundle with `more` among them, and the sums over all."""
        return add_sums({**self.files, **more})


def bundle_matter(
    ports: Ports,
    actor: Actor,
    project: str,
    *,
    disclose: Sequence[str] = (),
    bodies: bool = False,
    witnesses: Sequence[VerifierKey] = (),
    attested: Attested = NOTHING_ATTESTED,
    rotations: Sequence[bytes] = (),
) -> MatterBundle:
    """All entries of a project, with proofs. The bundle is itself the last of them.

    Of the records that entries name, the bundle has the digests; with `bodies` the records too, and with `disclose`
    the fields whose names match a pattern (`title`, `answers/vendor.*`), each provable without the rest. `attested`
    are earlier heads of the log with what others attest about them: the cosignatures of `witnesses`, or a time stamp.
    `rotations` are the log's rotation notes, in order: whoever has an earlier key verifies with it. Raises StoreError
    for an unknown project or field, VerificationError for a head that is not of this log; then nothing is logged.
    """
    check_may(actor, "export_log")
    matter = project_matter(project)
    with ports.register.begin(write=False) as unit:
        known = get_project(unit, project)
    ports.log.sequence()
    records = _find_records(ports, find_matter(ports, matter))
    check_known(disclose, [record.body for record in records.values()])
    for note, _ in attested.heads:
        check_own_head(ports, note)

    id_ = ports.new_id()
    order = canonical_bytes(
        {"disclosed": sorted(disclose), "matter": matter, "records": bodies, "salt": ports.new_id()}
    )
    with ports.register.begin(write=True) as unit:
        record = unit.save(BUNDLE, id_, order, read_version=0)
        event = record_event(ports, actor, "matter.bundled", record, matter)
        unit.emit(event)
    ports.log.sequence()

    entries = _up_to(find_matter(ports, matter), event.id)
    keys = [ports.signer.key, *witnesses]
    head = ports.log.head()
    closing = _close(ports, entries[-1][0] + 1)
    heads = [*attested.heads, *([] if head.checkpoint == closing else [(head.checkpoint, None)])]
    read_node = lru_cache(NODES)(ports.log.read_node)  # neighbours share most of their paths
    files = plan_matter_bundle(matter, entries, closing, heads, keys, read_node)
    files = plan_admissions(files, _find_admissions(ports, entries[-1][0]), read_node)
    records = _find_records(ports, entries)
    files.update(_pick(entries, records, disclose))
    files.update({rotation_path(number): note for number, note in enumerate(rotations, 1)})
    if bodies:
        files.update({body_path(each.digest): each.body for each in records.values()})
    sealed = add_sums(files)
    verified = verify_matter_bundle(sealed.get, sealed, keys)
    count = sum(path.startswith("bodies/") for path in files)
    report = MatterReport(
        id_, project, known.title, actor.id, ports.signer.key, verified, count, lost_heads=attested.lost
    )
    return MatterBundle(files, report)


def note_issued(ports: Ports, actor: Actor, bundle: MatterBundle, data: bytes) -> int:
    """Log which file was given out as a bundle, by its digest; the entry's index."""
    check_may(actor, "export_log")
    report = bundle.report
    digest = sha256(data).hexdigest()
    return note_access(
        ports, actor, "bundle.issued", f"{BUNDLE}-file:{report.id}", project_matter(report.project), digest
    )


def find_matter(ports: Ports, matter: str, start: int = 0) -> list[tuple[int, bytes]]:
    """The entries of a matter from an index on: index and bytes, in order.

    The log is read once from there; only what names the matter is parsed.
    """
    # Within a string of an entry a quotation mark has a backslash before it: this can only be the field itself.
    named = b'"matter":' + json.dumps(matter, ensure_ascii=False).encode() + b',"matter_'
    return [(index, data) for index, data in enumerate(ports.log.entries(start), start) if named in data]


def _find_admissions(ports: Ports, stop: int) -> list[tuple[int, bytes, bytes | None]]:
    """The entries before `stop` by which the log admits a loss, and their records; they are all in one matter."""
    found = [
        (admission.index, data)
        for index, data in find_matter(ports, WORKSPACE)
        for admission in find_admissions([data], index)
        if index < stop
    ]
    records = _find_records(ports, found)
    return [(index, data, records[index].body if index in records else None) for index, data in found]


def _up_to(entries: Sequence[tuple[int, bytes]], id_: str) -> list[tuple[int, bytes]]:
    """The entries up to and with that of an event."""
    for place in range(len(entries) - 1, -1, -1):
        if parse_entry(entries[place][1]).id == id_:
            return list(entries[: place + 1])
    raise VerificationError("the bundle's own entry is not in the log", hint="run govern log verify")


def _close(ports: Ports, size: int) -> bytes:
    """The signed head of the log of just `size` entries, which the log has or had."""
    head = ports.log.head()
    if head.size == size:
        return head.checkpoint
    # Others were appended in the same group. The earlier head is one that the log's newest continues.
    root = find_root(size, ports.log.read_node)
    return sign_checkpoint(Checkpoint(ports.signer.key.name, size, root), ports.signer.key, ports.signer.sign)


def _find_records(ports: Ports, entries: Sequence[tuple[int, bytes]]) -> dict[int, Record]:
    """The records that entries are about, as far as the workspace has them and they are those that were logged."""
    parsed = [(index, parse_entry(data)) for index, data in entries]
    keys = {index: record_key(entry.object) for index, entry in parsed}
    with ports.register.begin(write=False) as unit:
        found = unit.find_all(sorted({key for key in keys.values() if key}))
    records = {}
    for index, entry in parsed:
        key = keys[index]
        record = found.get(key) if key else None
        if record is not None and entry.body == f"sha256:{sha256(record.body).hexdigest()}":
            records[index] = record
    return records


def _pick(
    entries: Sequence[tuple[int, bytes]], records: Mapping[int, Record], patterns: Sequence[str]
) -> Iterator[tuple[str, bytes]]:
    for index, data in entries:
        record = records.get(index)
        if record is None or not parse_entry(data).commitments:
            continue
        fields: tuple[DisclosedField, ...] = disclose_fields(record.body, patterns)
        if fields:
            yield disclosed_path(index), format_disclosed(fields)
