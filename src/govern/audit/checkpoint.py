"""Checkpoints: the head of a log, signed. Source: C2SP tlog-checkpoint."""

from collections.abc import Iterable, Sequence

from govern.audit.head import Checkpoint, format_checkpoint, parse_checkpoint
from govern.audit.notes import ED25519, Sign, VerifiedNote, VerifierKey, check_note, format_verifier_key, sign_note
from govern.errors import VerificationError

__all__ = [
    "SET_BACK",
    "Checkpoint",
    "check_checkpoint",
    "check_listed",
    "check_not_older",
    "format_checkpoint",
    "parse_checkpoint",
    "sign_checkpoint",
]


def sign_checkpoint(checkpoint: Checkpoint, key: VerifierKey, sign: Sign) -> bytes:
    """The signed note. The key's name must be the checkpoint's origin."""
    if key.name != checkpoint.origin:
        raise VerificationError(
            f"the key of `{key.name}` does not sign for `{checkpoint.origin}`",
            hint="the log's key name and its origin are the same",
        )
    return sign_note(format_checkpoint(checkpoint), key, sign)


def check_checkpoint(data: bytes, verifiers: Iterable[VerifierKey]) -> tuple[Checkpoint, VerifiedNote]:
    """The checkpoint in a signed note, if the log's own key is among those that signed it.

    A witness alone does not speak for a log, and one log's key does not sign for another's origin.
    """
    note = check_note(data, verifiers)
    checkpoint = parse_checkpoint(note.text)
    if not any(s.key.name == checkpoint.origin and s.key.key_type == ED25519 for s in note.signatures):
        raise VerificationError(
            f"no signature is by the log `{checkpoint.origin[:60]}` itself",
            expected=checkpoint.origin,
            found=", ".join(s.key.name for s in note.signatures),
        )
    return checkpoint, note


def check_listed(note: VerifiedNote, keys: Sequence[VerifierKey], where: str) -> None:
    """Raise VerificationError unless every key that signed a note is one of `keys`, which `where` lists."""
    for signature in note.signatures:
        if signature.key not in keys:
            raise VerificationError(
                f"the key of `{signature.key.name}` that signed the checkpoint is not listed",
                where=where,
                expected=format_verifier_key(signature.key),
                found=", ".join(map(format_verifier_key, keys)),
            )


SET_BACK = "a restored backup? restore a newer copy; where there is none, `govern log recover` goes on and admits it"
"""The hint where a database is older than what was signed, or has another history."""


def check_not_older(signed: Checkpoint, size: int) -> None:
    """Raise VerificationError where a database has fewer entries than the checkpoint that was signed last."""
    if signed.size > size:
        raise VerificationError(
            "the database is older than the log that was signed last",
            where=f"entry {size}",
            expected=f"{signed.size} entries",
            found=f"{size} entries",
            hint=SET_BACK,
        )
