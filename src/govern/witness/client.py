"""Asks a witness over HTTP to cosign. Source: C2SP tlog-witness."""

from collections.abc import Callable

from govern.audit import VerifierKey, WitnessRequest, check_checkpoint, format_request, parse_note, parse_signature
from govern.audit import add_signatures as add_lines
from govern.errors import RefusedError, StoreError, VerificationError
from govern.witness.post import Reply, post

TRIES = 3
LINES = 16


def collect_cosignatures(
    url: str, make_request: Callable[[int], WitnessRequest], old: int, keys: list[VerifierKey]
) -> bytes:
    """The checkpoint with the witness's cosignatures. `make_request` makes a request from the size that is asked for.

    `keys` are the log's and this witness's. Raises RefusedError where the witness refuses, and VerificationError where
    what it answers does not verify.
    """
    for _ in range(TRIES):
        request = make_request(old)
        reply = post(f"{url.rstrip('/')}/add-checkpoint", format_request(request), "text/plain; charset=utf-8")
        if reply.status == 200:
            return _join(request.checkpoint, reply, keys)
        if reply.status != 409:
            reason = reply.body[:200].decode(errors="replace").strip()
            raise RefusedError(f"the witness refuses ({reply.status}): {reason}", where=url)
        old = _read_size(reply, url)
    raise StoreError("the witness changes its mind again and again", where=url, hint="others ask it too: try later")


def _read_size(reply: Reply, url: str) -> int:
    text = reply.body.decode("ascii", "replace").removesuffix("\n")
    if reply.content_type != "text/x.tlog.size" or not text.isdecimal() or len(text) > 18:
        raise VerificationError("the witness does not say which size it cosigned last", where=url)
    return int(text)


def _join(checkpoint: bytes, reply: Reply, keys: list[VerifierKey]) -> bytes:
    """The checkpoint with those of the witness's lines that hold; lines of unknown keys are left out."""
    try:
        lines = [parse_signature(f"{line}\n") for line in reply.body.decode().split("\n")[:LINES] if line]
    except UnicodeDecodeError:
        raise VerificationError("the witness's answer is not UTF-8") from None
    known = {(key.name, key.key_id) for key in keys}
    good = [line for line in lines if (line.name, line.key_id) in known]
    note = add_lines(checkpoint, good) if good else checkpoint
    check_checkpoint(note, keys)
    if len(parse_note(note).signatures) == len(parse_note(checkpoint).signatures):
        raise VerificationError("the witness's answer has no cosignature by its key", hint="is its key the right one?")
    return note
