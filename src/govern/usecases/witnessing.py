"""Have the log's heads attested by others: cosigned by witnesses, and stamped by a time stamp authority."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from govern.audit import (
    SET_BACK,
    Checkpoint,
    Note,
    Policy,
    VerifiedNote,
    VerifiedSignature,
    VerifierKey,
    Witnessed,
    WitnessRequest,
    check_checkpoint,
    check_policy,
    consistency_path,
    find_root,
    format_note,
    parse_note,
)
from govern.errors import StoreError, VerificationError
from govern.kernel import Actor, check_may
from govern.usecases.ports import Attestations, Ports


@dataclass(frozen=True)
class Cosigned:
    """A head that was cosigned: by whom and when, and the note that shows it."""

    checkpoint: Checkpoint
    signatures: tuple[VerifiedSignature, ...]
    note: bytes


def request_cosignature(ports: Ports, actor: Actor, old: int = 0) -> WitnessRequest:
    """Ask for a cosignature over the newest head, by a witness that cosigned a head of `old` entries last.

    Raises VerificationError where the witness knows a longer log than there is: this one was set back.
    """
    check_may(actor, "attest_log")
    head = ports.log.sequence()
    if old > head.size:
        raise VerificationError(
            "the witness has cosigned a longer log than this one",
            where=f"entry {head.size}",
            expected=f"at least {old} entries",
            found=f"{head.size} entries",
            hint=SET_BACK,
        )
    return WitnessRequest(old, consistency_path(old, head.size, ports.log.read_node), head.checkpoint)


def find_last_cosigned(ports: Ports, attestations: Attestations, key: VerifierKey) -> int:
    """The size of the newest head that a witness cosigned, as far as it is known here; 0 for none."""
    for data in attestations.newest_notes():
        checkpoint, note = check_checkpoint(data, [*ports.signer.keys, key])
        if any(signature.key == key for signature in note.signatures):
            return checkpoint.size
    return 0


def add_cosignatures(
    ports: Ports, attestations: Attestations, actor: Actor, data: bytes, keys: Sequence[VerifierKey]
) -> Cosigned:
    """Keep a cosigned checkpoint, if it is a head of this log and a witness of `keys` cosigned it.

    Signature lines by other keys are left out.
    """
    check_may(actor, "attest_log")
    known = [*ports.signer.keys, *keys]
    checkpoint, note = check_checkpoint(data, known)
    _check_root(ports, checkpoint)
    cosigned = tuple(signature for signature in note.signatures if signature.time is not None)
    if not cosigned:
        raise StoreError("no witness that is known here has cosigned this", hint="name its key: --key, or the policy")
    ids = {(key.name, key.key_id) for key in known}
    lines = tuple(line for line in parse_note(data).signatures if (line.name, line.key_id) in ids)
    kept = format_note(Note(note.text, lines))

    attestations.keep_note(kept)
    return Cosigned(checkpoint, cosigned, kept)


def _check_root(ports: Ports, checkpoint: Checkpoint) -> None:
    """Raise VerificationError for a checkpoint that is not a head of this log as it stands."""
    size = ports.log.head().size
    if checkpoint.origin != ports.signer.key.name or checkpoint.size > size:
        raise VerificationError(
            "this checkpoint is not of this log",
            expected=f"{ports.signer.key.name}, at most {size} entries",
            found=f"{checkpoint.origin}, {checkpoint.size} entries",
        )
    root = find_root(checkpoint.size, ports.log.read_node)
    if root != checkpoint.root:
        raise VerificationError(
            "this checkpoint has another root than the log at its size",
            where=f"entries 0 to {checkpoint.size - 1}",
            expected=root.hex(),
            found=checkpoint.root.hex(),
            hint="keep it: it shows that two histories were signed",
        )


def check_own_head(ports: Ports, data: bytes, keys: Sequence[VerifierKey] = ()) -> VerifiedNote:
    """The note of a head of this log as it stands, signed by a key that the log ever had; `keys` are of witnesses.

    Raises VerificationError, also for a head of a history that was lost: its cosignatures say nothing of this one.
    """
    checkpoint, note = check_checkpoint(data, [*ports.signer.keys, *keys])
    _check_root(ports, checkpoint)
    return note


@dataclass(frozen=True)
class Attested:
    """Heads of the log that others attested, each with its time stamp or None."""

    heads: tuple[tuple[bytes, bytes | None], ...] = ()
    lost: tuple[int, ...] = ()
    """Sizes of those that are left out, since they are of a history that this log has lost."""


NOTHING_ATTESTED = Attested()


def find_attested(ports: Ports, attestations: Attestations, witnesses: Sequence[VerifierKey]) -> Attested:
    """The largest head of this log that one of `witnesses` cosigned, and the largest that has a time stamp."""
    lost: set[int] = set()
    cosigned = ((note, None) for note in attestations.newest_notes())
    found = [_find_first(ports, cosigned, witnesses, lost, cosigned=True)]
    found += [_find_first(ports, reversed(attestations.stamps()), (), lost, cosigned=False)]
    return Attested(tuple(each for each in found if each is not None), tuple(sorted(lost)))


def _find_first(
    ports: Ports,
    notes: Iterable[tuple[bytes, bytes | None]],
    witnesses: Sequence[VerifierKey],
    lost: set[int],
    *,
    cosigned: bool,
) -> tuple[bytes, bytes | None] | None:
    """The first that counts; the sizes of those before it that are of another history are added to `lost`."""
    for data, stamp in notes:
        try:
            checkpoint, note = check_checkpoint(data, [*ports.signer.keys, *witnesses])
        except VerificationError:  # damaged
            continue
        if cosigned and all(each.time is None for each in note.signatures):
            continue
        try:
            _check_root(ports, checkpoint)
        except VerificationError:
            lost.add(checkpoint.size)
            continue
        return data, stamp
    return None


def list_cosigned(ports: Ports, attestations: Attestations, keys: Sequence[VerifierKey]) -> list[Cosigned]:
    """The heads that witnesses of `keys` cosigned, the smallest log first. Raises VerificationError for a bad one."""
    found = []
    for data in attestations.notes():
        checkpoint, note = check_checkpoint(data, [*ports.signer.keys, *keys])
        signatures = tuple(signature for signature in note.signatures if signature.time is not None)
        if signatures:
            found.append(Cosigned(checkpoint, signatures, data))
    return found


def find_witnessed(ports: Ports, attestations: Attestations, policy: Policy) -> tuple[Witnessed, bytes]:
    """The newest head of this log that is kept here with a quorum of witnesses, and its note. Raises VerificationError
    for none; a head of a history that was lost is none."""
    problem = VerificationError(
        "no head of this log is cosigned yet", hint="govern witness collect, or request and add"
    )
    for data in attestations.newest_notes():
        try:
            found = check_policy(data, policy)
            _check_root(ports, found.checkpoint)
        except VerificationError as error:
            problem = error
            continue
        return found, data
    raise problem


def keep_stamp(ports: Ports, attestations: Attestations, actor: Actor, note: bytes, response: bytes) -> Checkpoint:
    """Keep a time stamp, which was checked, over a head of this log."""
    check_may(actor, "attest_log")
    checkpoint, _ = check_checkpoint(note, ports.signer.keys)

    attestations.keep_stamp(note, response)
    return checkpoint
