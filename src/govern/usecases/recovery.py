"""Go on with a log whose database was set back: never silently, and only by an admission that is its next entry.

What was lost was signed, and others may hold it. So nobody can make the log whole again: from then on it has two
histories, and its own entry says since when and why, with both signed heads.
"""

from dataclasses import dataclass
from hashlib import sha256

from govern.audit import RECOVERED, Checkpoint, Verification, check_checkpoint, find_root, verify_log
from govern.errors import RefusedError, StoreError, VerificationError
from govern.kernel import Actor, canonical_bytes, check_may
from govern.usecases.ports import Custodian, LogHead, Ports
from govern.usecases.records import WORKSPACE, record_event

RECOVERY = "recovery"


@dataclass(frozen=True)
class Loss:
    """What is gone: the head that the database has, and the one that was signed last, as signed notes."""

    found: Checkpoint
    lost: Checkpoint
    found_note: bytes
    lost_note: bytes

    @property
    def entries(self) -> int:
        """How many entries are gone at least; 0 where another history of the same length is there."""
        return max(0, self.lost.size - self.found.size)


def find_loss(ports: Ports, actor: Actor) -> Loss | None:
    """What a recovery would admit; None where the database continues the head that was signed last."""
    check_may(actor, "read")
    last, head = ports.signer.last_signed(), ports.log.head()
    if last is None or not head.checkpoint:
        what = "checkpoint that was signed last" if last is None else "head of the log"
        hint = "restore it from the backup of the keys" if last is None else "restore the database from a backup first"
        raise StoreError(f"the {what} is not there", hint=hint)
    lost, _ = check_checkpoint(last, ports.signer.keys)
    found, _ = check_checkpoint(head.checkpoint, ports.signer.keys)
    if (found.size, found.root) != (head.size, head.root):
        raise VerificationError("the log's head is not what its checkpoint says", where="head")
    if lost.size <= found.size and find_root(lost.size, ports.log.read_node) == lost.root:
        return None
    return Loss(found, lost, head.checkpoint, last)


def recover_log(ports: Ports, custodian: Custodian, actor: Actor, reason: str) -> tuple[Loss, LogHead]:
    """Admit the loss in the log and go on from what the database has. Done again after a crash, it goes on.

    `ports.register` must not be the guarded one, which refuses to write to such a database. Raises RefusedError where
    nothing is lost, and VerificationError where what is left does not verify by itself.
    """
    check_may(actor, "recover_log")
    loss = find_loss(ports, actor)
    if loss is None:
        raise RefusedError("nothing is lost: the database continues the head that was signed last", hint="just go on")
    if not reason.strip():
        raise RefusedError("an admission needs a reason", hint="what happened, in a sentence")
    _check_rest(ports, loss)
    _check_keys(ports, custodian, loss)

    # The admission waits in the outbox before the guard is lifted: no crash can leave a log that goes on without it.
    id_ = sha256(loss.lost_note).hexdigest()[:16]
    with ports.register.begin(write=True) as unit:
        if unit.find(RECOVERY, id_) is None:
            record = unit.save(RECOVERY, id_, _format_admission(loss, reason, ports.new_id()), read_version=0)
            unit.emit(record_event(ports, actor, RECOVERED, record, WORKSPACE))

    custodian.give_up(loss.lost_note, loss.found_note)
    return loss, ports.log.sequence()


def _format_admission(loss: Loss, reason: str, salt: str) -> bytes:
    return canonical_bytes(
        {
            "entries_lost": loss.entries,
            "found": loss.found_note.decode(),
            "lost": loss.lost_note.decode(),
            "reason": reason,
            "salt": salt,
        }
    )


def _check_rest(ports: Ports, loss: Loss) -> Verification:
    """What is left must be a log: the first entries of it, as they were signed."""
    entries = ports.log.entries(0, loss.found.size)
    return verify_log(entries, [loss.found_note], ports.signer.keys)


def _check_keys(ports: Ports, custodian: Custodian, loss: Loss) -> None:
    """The heads that come next must be those of the key that there is."""
    for number, _ in enumerate(custodian.rotations(), 1):
        with ports.register.begin(write=False) as unit:
            if unit.find("key", str(number)) is None:
                raise RefusedError(
                    f"the key was changed after this backup (rotation {number})",
                    where=f"{loss.found.size} entries",
                    hint="restore a newer backup, or begin a log under a new name: the key of these entries is gone",
                )
