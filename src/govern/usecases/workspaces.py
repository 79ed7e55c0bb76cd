"""The first entry of a log: which workspace it is of, and which key signs it."""

from govern.audit import format_verifier_key
from govern.kernel import Actor, canonical_bytes, check_may
from govern.usecases.ports import Ports
from govern.usecases.records import WORKSPACE, record_event


def create_workspace(ports: Ports, actor: Actor, origin: str) -> None:
    """Record that a workspace was made, by its name and its log's key. Does nothing if that was recorded before."""
    check_may(actor, "create_workspace")
    key = format_verifier_key(ports.signer.key)
    body = canonical_bytes({"key": key, "origin": origin, "salt": ports.new_id()})

    with ports.register.begin(write=True) as unit:
        if unit.find(WORKSPACE, WORKSPACE) is None:
            record = unit.save(WORKSPACE, WORKSPACE, body, read_version=0)
            unit.emit(record_event(ports, actor, "workspace.created", record, WORKSPACE))

    ports.log.sequence()
