"""Proof files (`.tlog-proof`): one entry's place in a log, checkable by anybody without the log.

Source: C2SP tlog-proof.

    c2sp.org/tlog-proof@v1
    extra <base64>              optional; no signature covers it
    index <decimal>
    <base64>                    the inclusion path, one hash a line, from the leaf's sibling up
                                one empty line
    the checkpoint with its signatures
"""

from collections.abc import Iterable
from dataclasses import dataclass

from govern.audit.checkpoint import Checkpoint, check_checkpoint
from govern.audit.notes import NOTE_LIMIT, VerifiedNote, VerifierKey
from govern.audit.strict import (
    HASH_SIZE,
    NUMBER_LIMIT,
    format_base64,
    parse_base64,
    parse_decimal,
    parse_hash,
)
from govern.audit.tree import check_inclusion, hash_leaf
from govern.errors import VerificationError

HEADER = "c2sp.org/tlog-proof@v1"
PATH_LIMIT = 63  # a tree of fewer than 2**63 leaves is at most so high


@dataclass(frozen=True)
class Proof:
    """The parts of a proof file, none of them checked. `checkpoint` is the signed note."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None


@dataclass(frozen=True)
class VerifiedProof:
    """An entry that is in a log: where, under which checkpoint, and who signed that."""

    index: int
    leaf_hash: bytes
    checkpoint: Checkpoint
    note: VerifiedNote


def parse_proof(data: bytes) -> Proof:
    """The parts of a proof file; checks its form only."""
    if len(data) > 2 * NOTE_LIMIT:
        raise VerificationError(f"the proof has {len(data)} bytes", hint=f"at most {2 * NOTE_LIMIT} are read")
    head, empty, checkpoint = data.partition(b"\n\n")
    try:
        lines = head.decode().split("\n")
    except UnicodeDecodeError as error:
        raise VerificationError("the proof is not UTF-8", where=f"byte {error.start}") from error
    if lines.pop(0) != HEADER:
        raise VerificationError(
            "the first line is not that of a proof", expected=HEADER, found=head[:60].decode(errors="replace")
        )
    extra = None
    if lines and lines[0].startswith("extra "):
        extra = parse_base64(lines.pop(0).removeprefix("extra "), "the line `extra`")
    if not empty or not lines or not lines[0].startswith("index "):
        raise VerificationError("the proof has no line `index` or no empty line before its checkpoint")
    index = parse_decimal(lines[0].removeprefix("index "), "the line `index`")
    if len(lines) > PATH_LIMIT + 1:
        raise VerificationError(f"the proof has {len(lines) - 1} hashes", hint=f"at most {PATH_LIMIT}")
    path = tuple(parse_hash(line, f"hash {i}") for i, line in enumerate(lines[1:], 1))
    return Proof(index, path, checkpoint, extra)


def format_proof(proof: Proof) -> bytes:
    """The proof file's bytes. Refuses what `parse_proof` would not read back."""
    if not 0 <= proof.index < NUMBER_LIMIT or any(len(node) != HASH_SIZE for node in proof.path):
        raise VerificationError(f"`{proof.index}` is no index, or the path holds something that is no hash")
    lines = [HEADER]
    if proof.extra is not None:
        lines.append(f"extra {format_base64(proof.extra)}")
    lines.append(f"index {proof.index}")
    lines += [format_base64(node) for node in proof.path]
    return "".join(f"{line}\n" for line in lines).encode() + b"\n" + proof.checkpoint


def check_proof(data: bytes, entry: bytes, verifiers: Iterable[VerifierKey]) -> VerifiedProof:
    """Where `entry` is, if its proof file shows that it is in a log whose key is among `verifiers`."""
    proof = parse_proof(data)
    checkpoint, note = check_checkpoint(proof.checkpoint, verifiers)
    leaf_hash = hash_leaf(entry)
    check_inclusion(proof.index, checkpoint.size, leaf_hash, checkpoint.root, proof.path)
    return VerifiedProof(proof.index, leaf_hash, checkpoint, note)
