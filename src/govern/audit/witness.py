"""What a witness is asked, and what it answers. It decides; it keeps and signs nothing.

Source: C2SP tlog-witness, `add-checkpoint`:

    old <decimal>               the size of the head that the witness cosigned last, 0 for none
    <base64>                    the consistency proof from there, at most 63 hashes, one a line
                                one empty line
    the checkpoint with its signatures

Whoever calls `judge_checkpoint` must read the latest head, and keep the new one, in one atomic step: else a slower
request could turn back the witness's memory.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from govern.audit.checkpoint import check_checkpoint
from govern.audit.head import Checkpoint, parse_checkpoint
from govern.audit.notes import NOTE_LIMIT, VerifierKey, parse_note
from govern.audit.strict import format_base64, parse_decimal, parse_hash
from govern.audit.tree import EMPTY_ROOT, check_consistency
from govern.errors import VerificationError

PROOF_LIMIT = 63
REQUEST_LIMIT = NOTE_LIMIT + 64 * 50

GOOD, MALFORMED, FORBIDDEN, UNKNOWN, CONFLICT, UNPROVED = 200, 400, 403, 404, 409, 422


@dataclass(frozen=True)
class WitnessRequest:
    """A checkpoint to be cosigned, and the proof that it continues a log of `old` entries."""

    old: int
    proof: tuple[bytes, ...]
    checkpoint: bytes


@dataclass(frozen=True)
class WitnessAnswer:
    """What a witness decides: an HTTP status, why in words, and the checkpoint to cosign if the status is 200.

    `latest` is the size that it cosigned last: what a 409 tells. `fork` says that the request proves, with what the
    witness holds, that the log signed two histories.
    """

    status: int
    reason: str
    checkpoint: Checkpoint | None = None
    latest: int = 0
    fork: bool = False


def format_request(request: WitnessRequest) -> bytes:
    """The body of a request. Refuses what `parse_request` would not read back."""
    lines = [f"old {request.old}", *(format_base64(node) for node in request.proof)]
    data = "".join(f"{line}\n" for line in lines).encode() + b"\n" + request.checkpoint
    if parse_request(data) != request:
        raise VerificationError("these are no parts of a request")
    return data


def parse_request(data: bytes) -> WitnessRequest:
    """The parts of a request; checks its form only."""
    if len(data) > REQUEST_LIMIT:
        raise VerificationError(f"the request has {len(data)} bytes", hint=f"at most {REQUEST_LIMIT} are read")
    head, empty, checkpoint = data.partition(b"\n\n")
    try:
        first, *hashes = head.decode().split("\n")
    except UnicodeDecodeError as error:
        raise VerificationError("the request is not UTF-8", where=f"byte {error.start}") from error
    if not first.startswith("old ") or not empty:
        raise VerificationError("the request does not begin with `old` and a size, or has no empty line")
    old = parse_decimal(first.removeprefix("old "), "the line `old`")
    if len(hashes) > PROOF_LIMIT:
        raise VerificationError(f"the proof has {len(hashes)} hashes", hint=f"at most {PROOF_LIMIT}")
    parse_checkpoint(parse_note(checkpoint).text)
    return WitnessRequest(old, tuple(parse_hash(line, f"hash {i}") for i, line in enumerate(hashes, 1)), checkpoint)


def find_origin(request: WitnessRequest) -> str:
    """Whose log the request says it is of: whose latest head the witness must look up."""
    return parse_checkpoint(parse_note(request.checkpoint).text).origin


def judge_checkpoint(
    request: WitnessRequest, logs: Mapping[str, Sequence[VerifierKey]], latest: Checkpoint | None
) -> WitnessAnswer:
    """Whether a witness cosigns. `logs`: the keys it trusts, by origin; `latest`: what it cosigned last of this log."""
    origin = find_origin(request)
    if origin not in logs:
        return WitnessAnswer(UNKNOWN, f"the log `{origin[:120]}` is not known here")
    try:
        checkpoint, _ = check_checkpoint(request.checkpoint, logs[origin])
    except VerificationError as problem:
        return WitnessAnswer(FORBIDDEN, problem.message)
    if request.old > checkpoint.size:
        return WitnessAnswer(MALFORMED, f"`old {request.old}` is larger than the checkpoint's {checkpoint.size}")
    known = latest or Checkpoint(origin, 0, EMPTY_ROOT)
    # The key signed another history: what is held and what was sent prove it, whatever `old` says.
    fork = latest is not None and latest.size == checkpoint.size and latest.root != checkpoint.root
    if request.old != known.size:
        reason = f"the last head that was cosigned here has {known.size} entries"
        return WitnessAnswer(CONFLICT, reason, latest=known.size, fork=fork)
    try:
        check_consistency(request.old, checkpoint.size, known.root, checkpoint.root, request.proof)
    except VerificationError as problem:
        return WitnessAnswer(UNPROVED, problem.message, latest=known.size, fork=fork)
    return WitnessAnswer(GOOD, "", checkpoint, known.size)
