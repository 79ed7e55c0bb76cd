"""The identity of a tree: two drafts are the same document if and only if their digests are equal."""

import hashlib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

from govern.contracts.model import Draft
from govern.kernel import canonical_bytes

_LATER = frozenset(["deed"])
"""Marks that trees had not always: where one is not set, the digest is the one of before, so that old locks hold."""


def finalise(draft: Draft) -> Draft:
    """The same document as final. The caller has made sure that it has no open points."""
    final = replace(draft, status="final", digest="")
    return replace(final, digest=digest_draft(final))


def digest_draft(draft: Draft) -> str:
    """SHA-256 over the whole tree, in hex: two drafts are the same document if and only if it is equal."""
    return hashlib.sha256(canonical_bytes(_plain(replace(draft, digest="")))).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, str) or value is None:
        return value
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    names = _names(value.__class__)
    if names:
        held = {name: each for name in names if (each := getattr(value, name)) is not False or name not in _LATER}
        return {"kind": type(value).__name__, **{name: _plain(each) for name, each in held.items()}}
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    return value.isoformat() if isinstance(value, date) else value


@lru_cache
def _names(kind: type) -> tuple[str, ...]:
    """The names of a dataclass's fields; none for another type."""
    return tuple(each.name for each in fields(kind)) if is_dataclass(kind) else ()
