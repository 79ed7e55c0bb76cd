"""What a verifier keeps of a log that it has verified, so that the next time only what is new has to be read.

A kept file is one canonical JSON object (RFC 8785):

    checkpoint    the signed note under which the log was verified
    frontier      the hashes of the tree's complete subtrees, largest first, in base64
    last_time     the time of the last entry
    matters       matter → [index of its last entry, how many it has]; absent if the entries were not read for it
    version       1

It is the verifier's own file: whoever can change it can make its owner skip what was never verified. A plain
checkpoint may stand in its place. It says less: the frontier then has to come from the log, where the signed root holds
it fast, and it is not known how far each matter had come.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from govern.audit.checkpoint import parse_checkpoint
from govern.audit.notes import parse_note
from govern.audit.strict import format_base64, parse_hash
from govern.audit.structure import MatterState
from govern.audit.tree import TreeBuilder
from govern.errors import VerificationError
from govern.kernel.canonical import SAFE_INTEGER, canonical_bytes, parse_canonical

KEPT_LIMIT = 1 << 28  # some millions of matters
VERSION = 1

_NEEDED = {"checkpoint", "frontier", "last_time", "version"}


@dataclass(frozen=True)
class Kept:
    """A log as it was verified. `frontier` is None where only its checkpoint was kept, and `state` where the matters
    were not looked at."""

    checkpoint: bytes
    frontier: tuple[bytes, ...] | None = None
    state: MatterState | None = None


def format_kept(kept: Kept) -> bytes:
    """The bytes of a kept file; of a checkpoint alone, that checkpoint."""
    if kept.frontier is None:
        return kept.checkpoint
    fields: dict[str, object] = {
        "checkpoint": kept.checkpoint.decode(),
        "frontier": [format_base64(node) for node in kept.frontier],
        "last_time": "" if kept.state is None else kept.state.last_time,
        "version": VERSION,
    }
    if kept.state is not None:
        fields["matters"] = {matter: list(last) for matter, last in kept.state.matters.items()}
    return canonical_bytes(fields) + b"\n"


def parse_kept(data: bytes) -> Kept:
    """What `format_kept` wrote, or a checkpoint alone. No signature is checked; the frontier gives the root in it."""
    if not data.startswith(b"{"):
        parse_checkpoint(parse_note(data).text)
        return Kept(data)
    if len(data) > KEPT_LIMIT:
        raise VerificationError(f"the kept file has {len(data)} bytes", hint=f"at most {KEPT_LIMIT} are read")
    fields = parse_canonical(data.removesuffix(b"\n"), limit=None)
    if not isinstance(fields, dict) or set(fields) - {"matters"} != _NEEDED or fields["version"] is not VERSION:
        raise VerificationError("this is no kept file", hint="one that govern log verify --keep wrote, or a checkpoint")
    checkpoint, nodes, last_time, matters = (
        fields.get(name, None) for name in ("checkpoint", "frontier", "last_time", "matters")
    )
    if not isinstance(checkpoint, str) or not isinstance(nodes, list) or not isinstance(last_time, str):
        raise VerificationError("a field of the kept file has another type than it must have")
    frontier = _parse_frontier(checkpoint.encode(), nodes)
    return Kept(checkpoint.encode(), frontier, None if matters is None else _parse_state(matters, last_time))


def _parse_frontier(checkpoint: bytes, nodes: Sequence[object]) -> tuple[bytes, ...]:
    head = parse_checkpoint(parse_note(checkpoint).text)
    frontier = tuple(parse_hash(node if isinstance(node, str) else "", "the frontier") for node in nodes)
    root = TreeBuilder(head.size, frontier).root()
    if root != head.root:
        raise VerificationError(
            "the frontier is not that of the checkpoint", where="kept file", expected=head.root.hex(), found=root.hex()
        )
    return frontier


def _parse_state(matters: object, last_time: str) -> MatterState:
    if not isinstance(matters, dict) or not all(_is_last(last) for last in matters.values()):
        raise VerificationError("`matters` is not of the form matter → [index, number]", where="kept file")
    return MatterState({matter: (last[0], last[1]) for matter, last in matters.items()}, last_time)


def _is_last(last: object) -> bool:
    return (
        isinstance(last, list)
        and len(last) == 2
        and all(isinstance(each, int) and not isinstance(each, bool) and 0 <= each < SAFE_INTEGER for each in last)
    )
