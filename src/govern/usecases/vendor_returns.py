"""Return or destroy at the end of a contract: what was handed to a vendor, what it certifies, and what is outstanding.

transfer.recorded              a list of what was handed over, by digest
vendor_certificate.imported    the vendor's certificate, held against all that was handed over
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from govern.audit import VerifierKey
from govern.errors import ContentError, FactError, RefusedError, StoreError
from govern.kernel import Actor, canonical_bytes, check_may, parse_canonical, suggest
from govern.retention import (
    Claim,
    Fate,
    Matching,
    Transferred,
    decode_list,
    match_claims,
    parse_claims,
    parse_transferred,
)
from govern.usecases.dispositions import verify_certificate
from govern.usecases.ports import Ports, Record, Unit
from govern.usecases.records import get_project, project_matter, record_event

TRANSFER, VENDOR_CERTIFICATE = "transfer", "vendor_certificate"

LONGEST = 256 * 1024 * 1024
"""Bytes of a list: a million lines."""


@dataclass(frozen=True, slots=True)
class VendorStatus:
    """How a vendor stands: what it was handed, and what all its certificates say of it."""

    project: str
    vendor: str
    transferred: int
    matching: Matching
    certificates: int
    unproved: int = 0
    """Certificates that a log of the vendor should prove, and whose proof nobody checked."""


@dataclass(frozen=True, slots=True)
class TransferNote:
    """What a list of things handed over added: how many of it are new, how many were noted before, and all by now."""

    new: int
    repeated: int
    total: int


def record_transfer(
    ports: Ports, actor: Actor, project: str, vendor: str, data: bytes, name: str, on: date
) -> TransferNote:
    """Keep a list of what was handed to a vendor on a day.

    The same digest under the same name counts once a day, in one list or in several; a list that adds nothing is not
    kept.
    """
    check_may(actor, "import_vendor_certificate")
    _check_vendor(vendor)
    if on > ports.now().date():
        raise FactError(f"`{on.isoformat()}` is in the future", where="on", hint="the day of the transfer")
    listed = parse_transferred(decode_list(data, name, LONGEST), name)

    with ports.register.begin(write=True) as unit:
        get_project(unit, project)
        record = unit.find(TRANSFER, _id(project, vendor))
        lists = _read_lists(record)
        known = _read_handed(ports, lists)
        all_ = {**known, **{replace(each, on=on): None for each in listed}}
        note = TransferNote(len(all_) - len(known), len(listed) - len(all_) + len(known), len(all_))
        if not note.new:
            return note
        lists.append({"file": ports.files.put(data), "on": on.isoformat(), "things": len(listed)})
        body = canonical_bytes({"lists": lists, "project": project, "salt": ports.new_id(), "vendor": vendor})
        saved = unit.save(TRANSFER, _id(project, vendor), body, read_version=record.version if record else 0)
        unit.emit(record_event(ports, actor, "transfer.recorded", saved, project_matter(project)))
    ports.log.sequence()
    return note


def import_certificate(
    ports: Ports,
    actor: Actor,
    project: str,
    vendor: str,
    data: bytes,
    name: str,
    *,
    fate: Fate = Fate.DESTROYED,
    on: date | None = None,
    paper: bytes | None = None,
    keys: Sequence[VerifierKey] = (),
) -> VendorStatus:
    """Take in a vendor's certificate, and hold it against everything that was handed over.

    `data` is its list of digests; `paper` the signed document itself (a PDF), which is kept and not read. A certificate
    that the vendor's own `govern` issued is checked against the vendor's log with `keys`; without them it is taken for
    what it says, and counted as unproved. Raises VerificationError if a proof does not hold, RefusedError where nothing
    was ever recorded as handed over, or where keys are given for a list that proves nothing.
    """
    check_may(actor, "import_vendor_certificate")
    _check_vendor(vendor)
    text = decode_list(data, name, LONGEST)
    provable = _is_provable(text)
    if keys and not provable:
        hint = "leave the key out, or ask for the certificate's .json"
        raise RefusedError("this list carries no proof that a key could check", where=name, hint=hint)
    if keys:
        verify_certificate(data, keys)
    if paper is not None and not paper.startswith(b"%PDF-"):
        raise ContentError("this is not a PDF", where="paper", hint="the list of digests goes into FILE")
    today = ports.now().date()
    claims = tuple(replace(each, taken=today) for each in parse_claims(text, name, fate, on))

    with ports.register.begin(write=True) as unit:
        get_project(unit, project)
        if unit.find(TRANSFER, _id(project, vendor)) is None:
            hint = suggest(vendor, [each.id.partition("/")[2] for each in unit.scan_newest(TRANSFER, f"{project}/")])
            hint = hint or f"govern retention transferred {project} LIST --vendor {vendor}"
            raise RefusedError(f"nothing is recorded as handed to `{vendor}` in `{project}`", hint=hint)
        kept = ports.files.put(data)
        said = kept, on.isoformat() if on else None
        if any(said == (body["file"], body["on"]) for body in _read_certificates(unit, project, vendor)):
            hint = "what was handed over and destroyed once more: give its day with --on"
            raise RefusedError("this certificate was imported already", hint=hint)
        certificate = {
            "claims": len(claims),
            "fate": fate.value,
            "file": kept,
            "imported": today.isoformat(),
            "name": name[:200],
            "on": on.isoformat() if on else None,
            "paper": ports.files.put(paper) if paper is not None else None,
            "project": project,
            "proved_by": sorted(key.name for key in keys),
            "salt": ports.new_id(),
            "vendor": vendor,
        }
        status = _hold_against(ports, unit, project, vendor, claims, unproved=provable and not keys)
        certificate |= {
            "accounted": len(status.matching.accounted),
            "outstanding": len(status.matching.outstanding),
            "unknown": len(status.matching.unknown),
        }
        id_ = f"{_id(project, vendor)}/{ports.new_id()[:12]}"
        saved = unit.save(VENDOR_CERTIFICATE, id_, canonical_bytes(certificate), read_version=0)
        unit.emit(record_event(ports, actor, "vendor_certificate.imported", saved, project_matter(project)))
    ports.log.sequence()
    return status


def list_outstanding(ports: Ports, actor: Actor, project: str, vendor: str) -> VendorStatus:
    """What a vendor still has to account for, by all its certificates."""
    check_may(actor, "read")
    with ports.register.begin(write=False) as unit:
        get_project(unit, project)
        if unit.find(TRANSFER, _id(project, vendor)) is None:
            known = [each.id.partition("/")[2] for each in unit.scan_newest(TRANSFER, f"{project}/")]
            hint = suggest(vendor, known) or f"vendors: {', '.join(known) or 'none yet'}"
            raise StoreError(f"nothing is recorded as handed to `{vendor}` in `{project}`", hint=hint)
        return _hold_against(ports, unit, project, vendor, ())


def _is_provable(text: str) -> bool:
    """Whether a file says of itself that it is a certificate with an entry of a log and its proof."""
    try:
        value = json.loads(text) if text.lstrip().startswith("{") else None
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and {"entry", "proof", "statement"} <= value.keys()


def _hold_against(
    ports: Ports, unit: Unit, project: str, vendor: str, new: tuple[Claim, ...], *, unproved: bool = False
) -> VendorStatus:
    handed = _read_handed(ports, _read_lists(unit.find(TRANSFER, _id(project, vendor))))
    claims: list[Claim] = []
    count, open_ = 0, int(unproved)
    for body in _read_certificates(unit, project, vendor):
        count += 1
        day = date.fromisoformat(body["on"]) if body["on"] else None
        text = decode_list(_get(ports, body["file"]), body["name"], LONGEST)
        open_ += not body.get("proved_by") and _is_provable(text)
        # A certificate of an earlier version says no day of import: without a day of its own it accounts for nothing.
        taken = date.fromisoformat(body.get("imported", "0001-01-01"))
        claimed = parse_claims(text, body["name"], Fate(body["fate"]), day)
        claims += (replace(each, taken=taken) for each in claimed)
    matching = match_claims(handed, [*claims, *new], until=ports.now().date())
    return VendorStatus(project, vendor, len(handed), matching, count + bool(new), open_)


def _read_handed(ports: Ports, lists: Sequence[dict[str, Any]]) -> dict[Transferred, None]:
    """What was handed over, in order, each digest under a name once a day."""
    return {
        replace(each, on=date.fromisoformat(part["on"])): None for part in lists for each in _read_listed(ports, part)
    }


def _read_listed(ports: Ports, part: dict[str, Any]) -> tuple[Transferred, ...]:
    return parse_transferred(decode_list(_get(ports, part["file"]), part["file"], LONGEST), part["file"])


def _read_certificates(unit: Unit, project: str, vendor: str) -> Iterator[dict[str, Any]]:
    for record in unit.scan_newest(VENDOR_CERTIFICATE, f"{_id(project, vendor)}/"):
        body: Any = parse_canonical(record.body, limit=None)
        yield body


def _read_lists(record: Record | None) -> list[dict[str, Any]]:
    if record is None:
        return []
    body: Any = parse_canonical(record.body, limit=None)
    return list(body["lists"])


def _get(ports: Ports, digest: str) -> bytes:
    data = ports.files.get(digest)
    if data is None:
        hint = "restore the workspace's files folder from a backup"
        raise StoreError(f"the list `{digest[:12]}…` is not there", hint=hint)
    return data


def _id(project: str, vendor: str) -> str:
    return f"{project}/{vendor}"


def _check_vendor(vendor: str) -> None:
    plain = vendor.isascii() and vendor.replace("-", "").replace("_", "").replace(".", "").isalnum()
    if not plain or len(vendor) > 64 or vendor != vendor.lower():
        hint = "lower-case letters, digits, `.`, `_` and `-`, such as labelworks"
        raise FactError(f"`{vendor[:80]}` is not an id of a vendor", hint=hint)
