"""Checkpoints: the head of a log, signed. Source: C2SP tlog-checkpoint."""

from collections.abc import Iterable

from govern.audit.head import Checkpoint, format_checkpoint, parse_checkpoint
from govern.audit.notes import ED25519, Sign, VerifiedNote, VerifierKey, check_note, sign_note
from govern.errors import VerificationError

__all__ = ["Checkpoint", "check_checkpoint", "format_checkpoint", "parse_checkpoint", "sign_checkpoint"]


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
