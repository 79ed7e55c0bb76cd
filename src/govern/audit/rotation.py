"""How a log changes its key: a note that the old key and the new one both sign.

    govern-key-rotation/v1
    size <decimal>              how many entries the log had: the old key signs no larger head
    root <base64>               the root of the tree over them
    old <verifier key>
    new <verifier key>          of the same name; it signs every larger head

The old key's signature says whom the log trusts from then on; the new key's, that its owner agrees. The second line is
no decimal number, so no such note can be taken for a checkpoint, nor a checkpoint for such a note.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from govern.audit.head import Checkpoint
from govern.audit.notes import (
    ED25519,
    Note,
    Sign,
    VerifiedNote,
    VerifierKey,
    check_note,
    format_note,
    format_verifier_key,
    make_signature,
    parse_note,
    parse_verifier_key,
)
from govern.audit.strict import HASH_SIZE, NUMBER_LIMIT, format_base64, parse_decimal, parse_hash
from govern.errors import VerificationError

HEADER = "govern-key-rotation/v1"
_WORDS = ("size", "root", "old", "new")


@dataclass(frozen=True)
class Rotation:
    """From a log of `size` entries on, `new` signs and `old` does not."""

    size: int
    root: bytes
    old: VerifierKey
    new: VerifierKey

    def __post_init__(self) -> None:
        keys = (self.old, self.new)
        if self.old.name != self.new.name or any(key.key_type != ED25519 for key in keys) or self.old == self.new:
            raise VerificationError(
                "a rotation is from one Ed25519 key of a log to another one of the same name",
                expected=self.old.name,
                found=self.new.name,
            )


def format_rotation(rotation: Rotation) -> bytes:
    """The text to be signed. Refuses what `parse_rotation` would not read back."""
    if not 0 <= rotation.size < NUMBER_LIMIT or len(rotation.root) != HASH_SIZE:
        raise VerificationError(f"`{rotation.size}` entries and {len(rotation.root)} bytes are no tree head")
    values = (
        str(rotation.size),
        format_base64(rotation.root),
        format_verifier_key(rotation.old),
        format_verifier_key(rotation.new),
    )
    lines = [f"{word} {value}\n" for word, value in zip(_WORDS, values, strict=True)]
    return "".join([f"{HEADER}\n", *lines]).encode()


def parse_rotation(text: bytes) -> Rotation:
    """The rotation in a note's text; checks its form and no signature."""
    try:
        lines = text.decode().split("\n")
    except UnicodeDecodeError as error:
        raise VerificationError("the rotation is not UTF-8", where=f"byte {error.start}") from error
    words = [line.partition(" ") for line in lines[1:-1]]
    if lines[0] != HEADER or lines[-1] != "" or tuple(word for word, _, _ in words) != _WORDS:
        raise VerificationError("the text is not that of a key rotation", expected=HEADER, found=lines[0][:60])
    size, root, old, new = (value for _, _, value in words)
    return Rotation(
        parse_decimal(size, "the line `size`"),
        parse_hash(root, "the line `root`"),
        parse_verifier_key(old),
        parse_verifier_key(new),
    )


def sign_rotation(rotation: Rotation, sign_old: Sign, sign_new: Sign) -> bytes:
    """The note, signed by both keys."""
    text = format_rotation(rotation)
    both = (make_signature(text, rotation.old, sign_old), make_signature(text, rotation.new, sign_new))
    return format_note(Note(text, both))


def check_rotation(data: bytes, old: VerifierKey) -> Rotation:
    """The rotation in a note, if both keys signed it and it is from `old`, the key that is trusted so far."""
    note = check_note(data, [old])
    rotation = parse_rotation(note.text)
    if rotation.old != old:
        raise VerificationError(
            "the rotation is from another key than the one that is trusted",
            expected=format_verifier_key(old),
            found=format_verifier_key(rotation.old),
        )
    check_note(data, [rotation.new])
    return rotation


@dataclass(frozen=True)
class Succession:
    """The keys of a log, one after the other, from one that is trusted."""

    first: VerifierKey
    rotations: tuple[Rotation, ...] = ()

    @property
    def keys(self) -> tuple[VerifierKey, ...]:
        """All keys, today's first."""
        return (*(rotation.new for rotation in reversed(self.rotations)), self.first)

    def key_at(self, size: int) -> VerifierKey:
        """The key that signs heads of `size` entries."""
        return next((each.new for each in reversed(self.rotations) if size > each.size), self.first)


def check_succession(first: VerifierKey, notes: Iterable[bytes]) -> Succession:
    """The keys that follow `first`, by their rotation notes in order.

    Raises VerificationError where one is not signed by the key before it, or where a later one is of a smaller log.
    """
    rotations: list[Rotation] = []
    trusted = first
    for number, data in enumerate(notes, 1):
        try:
            rotation = check_rotation(data, trusted)
        except VerificationError as error:
            raise VerificationError(
                f"rotation {number} does not verify: {error.message}",
                where=f"key `{first.name}`",
                hint=error.hint,
                expected=error.expected,
                found=error.found,
            ) from error
        if rotations and rotation.size < rotations[-1].size:
            raise VerificationError(
                f"rotation {number} is of a smaller log than the one before it",
                where=f"key `{first.name}`",
                expected=f"at least {rotations[-1].size} entries",
                found=f"{rotation.size} entries",
            )
        rotations.append(rotation)
        trusted = rotation.new
    return Succession(first, tuple(rotations))


def follow_notes(keys: Sequence[VerifierKey], notes: Sequence[bytes]) -> Succession | None:
    """The keys that follow one of `keys`, by rotation notes in order that somebody gave along; None if none follows.

    Notes before the first that hands over one of `keys` are left out: they lead to it. Raises VerificationError.
    """
    for number, data in enumerate(notes):
        old = parse_rotation(parse_note(data).text).old
        if old in keys:
            return check_succession(old, notes[number:])
    return None


def check_signed_in_time(checkpoint: Checkpoint, note: VerifiedNote, succession: Succession) -> None:
    """Raise unless a checkpoint is signed by the key whose turn it was.

    An old key that was stolen could otherwise go on to sign; and a new one could rewrite what came before it.
    """
    wanted = succession.key_at(checkpoint.size)
    if not any(signature.key == wanted for signature in note.signatures):
        raise VerificationError(
            f"the head of {checkpoint.size} entries is not signed by the key whose turn it was",
            where=f"log `{checkpoint.origin}`",
            hint="keep the note: a key that was given up signed it",
            expected=format_verifier_key(wanted),
            found=", ".join(_names(note)),
        )


def _names(note: VerifiedNote) -> Sequence[str]:
    return [f"{signature.key.name}+{signature.key.key_id.hex()}" for signature in note.signatures]
