"""Give up the log's key for a new one, with a note that both sign and an entry that says so."""

from govern.audit import Rotation, parse_note, parse_rotation, sign_rotation
from govern.kernel import Actor, canonical_bytes, check_may, parse_canonical
from govern.usecases.ports import Custodian, LogHead, NextKey, Ports
from govern.usecases.records import WORKSPACE, record_event

KEY = "key"
"""The records of rotations: `1` is the first one."""


def rotate_key(ports: Ports, custodian: Custodian, actor: Actor, next_key: NextKey, reason: str) -> LogHead:
    """Let `next_key` sign from now on. All that was signed before stays signed by the key before.

    The first thing that the new key signs is the entry that it took over.
    """
    check_may(actor, "rotate_key")
    record_rotations(ports, custodian, actor)
    ports.log.sequence()

    with ports.log.alone() as head:  # nobody signs meanwhile: the note says from which size on the new key does
        rotation = Rotation(head.size, head.root, custodian.key, next_key.key)
        custodian.switch(sign_rotation(rotation, custodian.sign, next_key.sign))

    record_rotations(ports, custodian, actor, reason)
    return ports.log.sequence()


def record_rotations(ports: Ports, custodian: Custodian, actor: Actor, reason: str = "") -> int:
    """Record the rotations that are not in the log yet, and how many those were.

    There is one after a crash between the rotation and its entry.
    """
    recorded = 0
    notes = custodian.rotations()
    with ports.register.begin(write=True) as unit:
        for number, note in enumerate(notes, 1):
            if unit.find(KEY, str(number)) is None:
                why = reason if number == len(notes) else ""
                body = canonical_bytes({"note": note.decode(), "reason": why})
                record = unit.save(KEY, str(number), body, read_version=0)
                unit.emit(record_event(ports, actor, "key.rotated", record, WORKSPACE))
                recorded += 1
    return recorded


def list_rotations(ports: Ports, actor: Actor) -> list[tuple[Rotation, str]]:
    """The rotations that the log records, and why each came."""
    check_may(actor, "read")
    with ports.register.begin(write=False) as unit:
        bodies = [parse_canonical(record.body, limit=None) for record in unit.list(KEY)]
    found = [
        (parse_rotation(parse_note(body["note"].encode()).text), body["reason"])
        for body in bodies
        if isinstance(body, dict)
    ]
    return sorted(found, key=lambda pair: pair[0].size)
