"""Redaction: an entry commits to every field of its record, so that fields can be disclosed one by one.

A record is an object of canonical JSON with a random `salt`. Its fields are its values by name; an object among
them counts value by value, one level down, and the names are joined as in a JSON pointer (RFC 6901): `title`,
`answers/gdpr.processor`. Each field is a leaf, the canonical JSON of [name, salt, value], in a tree of RFC 6962,
the leaves in the order of their names. The entry's commitment `fields` is the root of that tree.

A field's own salt is HMAC-SHA-256 of the record's salt and the field's name, cut to 16 bytes. So who is shown one
field learns nothing of the others, not even their names, except how many there are about. Index and count only say how
the proof is walked: nothing else rests on them. Who destroys the record destroys the salts with it.
"""

import hmac
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from govern.audit.entries import SALT_SIZE, Entry
from govern.audit.proofs import PATH_LIMIT
from govern.audit.showing import show_text
from govern.audit.strict import format_base64, parse_hash
from govern.audit.tree import TreeBuilder, check_inclusion, hash_leaf, hash_root, inclusion_path
from govern.errors import StoreError, VerificationError
from govern.kernel import suggest
from govern.kernel.canonical import canonical_bytes, parse_canonical

FIELDS = "fields"
"""The name of the commitment in an entry."""

DISCLOSURE_LIMIT = 16 * 1024 * 1024
"""Bytes of one file of disclosed fields."""

_SALT = re.compile(rf"(?:[0-9a-f]{{2}}){{{SALT_SIZE},64}}")
_NAMES = {"count", "index", "name", "path", "salt", "value"}


@dataclass(frozen=True)
class DisclosedField:
    """One field of a record, with what shows that the record's entry committed to it."""

    name: str
    value: object
    salt: str
    index: int
    count: int
    path: tuple[bytes, ...]


def commit_record(body: bytes) -> tuple[tuple[str, str], ...]:
    """The commitments of an entry that is about this record; none if it has no salt, or no other field."""
    leaves = _leaves(body)
    if not leaves:
        return ()
    return ((FIELDS, f"sha256:{hash_root(leaf for _, leaf in leaves).hex()}"),)


def list_fields(body: bytes) -> tuple[str, ...]:
    """The names of a record's fields that can be disclosed, in order."""
    return tuple(field.name for field, _ in _leaves(body))


def disclose_fields(body: bytes, patterns: Iterable[str]) -> tuple[DisclosedField, ...]:
    """The fields of a record whose names match one of the patterns (`title`, `answers/*`), with their proofs."""
    wanted = tuple(patterns)
    leaves = _leaves(body)
    chosen = [field for field, _ in leaves if any(fnmatchcase(field.name, each) for each in wanted)]
    if not chosen:
        return ()
    read_node = _read_nodes([leaf for _, leaf in leaves])
    return tuple(
        DisclosedField(
            field.name,
            field.value,
            field.salt,
            field.index,
            field.count,
            inclusion_path(field.index, field.count, read_node),
        )
        for field in chosen
    )


def check_known(patterns: Iterable[str], bodies: Iterable[bytes]) -> None:
    """Raise StoreError with a did-you-mean for a pattern that matches no field of these records."""
    names = sorted({name for body in bodies for name in list_fields(body)})
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in names):
            heads = sorted({name.partition("/")[0] for name in names})
            hint = suggest(pattern, names) or (f"fields: {', '.join(heads)}" if heads else "no record is to be had")
            raise StoreError(f"no record has a field `{pattern}`", hint=hint)


def check_disclosed(field: DisclosedField, entry: Entry, where: str = "") -> None:
    """Raise VerificationError unless `entry` committed to this field."""
    root = dict(entry.commitments).get(FIELDS)
    if root is None:
        raise VerificationError("the entry commits to no fields", where=where)
    leaf = hash_leaf(_format_leaf(field.name, field.salt, field.value))
    try:
        check_inclusion(field.index, field.count, leaf, bytes.fromhex(root.removeprefix("sha256:")), field.path)
    except VerificationError as error:
        raise VerificationError(
            f"the field `{show_text(field.name[:60])}` is not the one that the entry commits to",
            where=where,
            expected=error.expected,
            found=error.found,
        ) from error


def format_disclosed(fields: Sequence[DisclosedField]) -> bytes:
    """The file of the fields that are disclosed for one entry."""
    return canonical_bytes(
        [
            {
                "count": each.count,
                "index": each.index,
                "name": each.name,
                "path": [format_base64(node) for node in each.path],
                "salt": each.salt,
                "value": each.value,
            }
            for each in fields
        ]
    )


def parse_disclosed(data: bytes, where: str = "") -> tuple[DisclosedField, ...]:
    """The fields in a file that `format_disclosed` wrote; `VerificationError` for all else."""
    value = parse_canonical(data, limit=DISCLOSURE_LIMIT)
    if not isinstance(value, list) or not value:
        raise VerificationError("it is not a list of disclosed fields", where=where)
    return tuple(_parse_field(each, where) for each in value)


def _parse_field(value: Any, where: str) -> DisclosedField:
    if not isinstance(value, dict) or set(value) != _NAMES:
        raise VerificationError("a disclosed field has other parts than it must have", where=where)
    name, salt, path = value["name"], value["salt"], value["path"]
    if not isinstance(name, str) or not isinstance(salt, str) or not _SALT.fullmatch(salt):
        raise VerificationError("a disclosed field has no name, or no salt of 16 bytes", where=where)
    index, count = value["index"], value["count"]
    if type(index) is not int or type(count) is not int:
        raise VerificationError(f"the place of the field `{show_text(name[:60])}` is not a number", where=where)
    if not isinstance(path, list) or len(path) > PATH_LIMIT or not all(isinstance(each, str) for each in path):
        raise VerificationError(f"the proof of the field `{show_text(name[:60])}` is not a list of hashes", where=where)
    return DisclosedField(name, value["value"], salt, index, count, tuple(parse_hash(each, where) for each in path))


def _leaves(body: bytes) -> list[tuple[DisclosedField, bytes]]:
    """Each field without its proof, and its leaf hash, in the order of the names."""
    try:
        record: Any = parse_canonical(body, limit=None)
    except VerificationError:  # a record of another kind, such as a file: it is disclosed whole or not at all
        return []
    secret = record.get("salt") if isinstance(record, dict) else None
    if not isinstance(secret, str) or not _SALT.fullmatch(secret):
        return []
    fields = sorted(_flatten(record).items())
    leaves = []
    for index, (name, value) in enumerate(fields):
        salt = hmac.digest(bytes.fromhex(secret), name.encode(), "sha256")[:SALT_SIZE].hex()
        leaf = hash_leaf(_format_leaf(name, salt, value))
        leaves.append((DisclosedField(name, value, salt, index, len(fields), ()), leaf))
    return leaves


def _flatten(record: Mapping[str, object]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in record.items():
        if name == "salt":
            continue
        if isinstance(value, dict) and value:
            found.update({f"{_escape(name)}/{_escape(inner)}": each for inner, each in value.items()})
        else:
            found[_escape(name)] = value
    return found


def _escape(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")  # RFC 6901 section 3


def _format_leaf(name: str, salt: str, value: object) -> bytes:
    return canonical_bytes([name, salt, value])


def _read_nodes(leaves: Sequence[bytes]) -> Callable[[int, int], bytes]:
    nodes = {(level, index): node for level, index, node in TreeBuilder().extend(leaves)}
    return lambda level, index: nodes[level, index]
