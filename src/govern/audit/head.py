"""The head of a log as text: what a checkpoint signs, and what a cosigner states.

Source: C2SP tlog-checkpoint. Three lines: origin, size in decimal, root hash in base64. The origin is the log's key
name, a URL without a scheme. Extension lines are kept when read and never written by us.
"""

from dataclasses import dataclass

from govern.audit.strict import HASH_SIZE, NUMBER_LIMIT, format_base64, parse_decimal, parse_hash
from govern.errors import VerificationError


@dataclass(frozen=True)
class Checkpoint:
    """How many entries a log has and the root of the tree over them."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()


def parse_checkpoint(text: bytes) -> Checkpoint:
    """The checkpoint in a note's text (the part that is signed)."""
    try:
        lines = text.decode().split("\n")
    except UnicodeDecodeError as error:
        raise VerificationError("the checkpoint is not UTF-8", where=f"byte {error.start}") from error
    if lines.pop() != "" or len(lines) < 3 or not all(lines):
        raise VerificationError(
            "the text is not a checkpoint", hint="three lines: origin, size, root; none of them empty"
        )
    origin, size, root, *extensions = lines
    where = f"checkpoint of `{origin[:60]}`"
    return Checkpoint(origin, parse_decimal(size, where), parse_hash(root, where), tuple(extensions))


def format_checkpoint(checkpoint: Checkpoint) -> bytes:
    """The text to be signed. Refuses what `parse_checkpoint` would not read back."""
    if not 0 <= checkpoint.size < NUMBER_LIMIT or len(checkpoint.root) != HASH_SIZE:
        raise VerificationError(f"`{checkpoint.size}` entries and {len(checkpoint.root)} bytes are no tree head")
    lines = (
        checkpoint.origin,
        str(checkpoint.size),
        format_base64(checkpoint.root),
        *checkpoint.extensions,
    )
    if any(not line or "\n" in line for line in lines):
        raise VerificationError("a line of the checkpoint is empty or holds a line feed")
    return "".join(f"{line}\n" for line in lines).encode()
