"""Certificates that somebody was given: which kind a file is, and whether the log that it names says the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Any

from govern.audit import Entry, VerifierKey, check_proof, find_body, parse_entry
from govern.errors import VerificationError
from govern.kernel import canonical_bytes, parse_canonical
from govern.usecases.erasure import CERTIFICATE, CERTIFIED, ERASURE_FORMAT, SUBJECT

_FIELDS = {"destroyed_entry", "destroyed_proof", "entry", "proof", "statement"}
_DESTROYED = "key.destroyed"


class CertificateKind(StrEnum):
    """What a certificate is of, with the command that verifies it."""

    DESTRUCTION = "govern retention certificate --verify"
    ERASURE = "govern erase --verify"

    @property
    def noun(self) -> str:
        """What it is of, in words."""
        return "a destruction" if self is CertificateKind.DESTRUCTION else "an erasure"


def find_kind(data: bytes) -> CertificateKind | None:
    """Of what a file is a certificate, by its look alone; None for another file."""
    try:
        value = parse_canonical(data, limit=None)
    except VerificationError:
        return None
    if not isinstance(value, dict) or not {"entry", "proof"} <= set(value):
        return None
    if "destroyed_entry" in value:  # in both forms: what proves it, or its index
        return CertificateKind.ERASURE
    return CertificateKind.DESTRUCTION if "statement" in value else None


@dataclass(frozen=True, slots=True)
class VerifiedErasure:
    """What a certificate of an erasure says, and whether the log commits to its words."""

    said: Mapping[str, Any]
    committed: bool
    """False for one of an earlier govern: its entry says only that the key was destroyed, and when."""


def verify_erasure(data: bytes, keys: Sequence[VerifierKey]) -> VerifiedErasure:
    """Check a certificate of an erasure against the log that it names. No workspace is needed.

    Raises VerificationError unless the entry commits to the statement, the key's own entry says what the statement says
    of it, and both are in the log that one of the keys signed.
    """
    value = parse_canonical(data, limit=None)
    if find_kind(data) is not CertificateKind.ERASURE or not isinstance(value, dict):
        raise VerificationError("this is not a certificate of an erasure")
    if "statement" not in value:
        _check_destroyed(value, str(value["entry"]), str(value["proof"]), keys)
        return VerifiedErasure(value, committed=False)
    said = value["statement"]
    if set(value) != _FIELDS or not isinstance(said, dict) or said.get("format") != ERASURE_FORMAT:
        raise VerificationError("this is not a certificate of an erasure", expected=ERASURE_FORMAT)
    entry = str(value["entry"]).encode()
    found, wanted = sha256(canonical_bytes(said)).hexdigest(), find_body(entry) or ""
    if found != wanted:
        raise VerificationError("the entry is about another certificate", expected=wanted, found=found)
    check_proof(str(value["proof"]).encode(), entry, keys)
    _check_entry(parse_entry(entry), CERTIFIED, f"{CERTIFICATE}:{said.get('id')}")
    _check_destroyed(said, str(value["destroyed_entry"]), str(value["destroyed_proof"]), keys)
    return VerifiedErasure(said, committed=True)


def _check_destroyed(said: Mapping[str, Any], entry: str, proof: str, keys: Sequence[VerifierKey]) -> None:
    """The entry that says that the key was destroyed is in the log, and is of this person, place and time."""
    index = check_proof(proof.encode(), entry.encode(), keys).index
    found = parse_entry(entry.encode())
    _check_entry(found, _DESTROYED, f"{SUBJECT}:{said.get('subject')}")
    if (index, found.time) != (said.get("destroyed_entry"), said.get("destroyed_at")):
        raise VerificationError(
            "the key was destroyed by another entry, or at another time",
            expected=f"entry {said.get('destroyed_entry')}, {said.get('destroyed_at')}",
            found=f"entry {index}, {found.time}",
        )


def _check_entry(entry: Entry, kind: str, object_: str) -> None:
    """Its kind and what it is about: the log commits to much that anybody may bring along."""
    if (entry.kind, entry.object.rpartition("@")[0]) != (kind, object_):
        raise VerificationError(
            "the entry is not the one by which this erasure was certified",
            expected=f"{kind}, {object_}",
            found=f"{entry.kind}, {entry.object}",
        )
