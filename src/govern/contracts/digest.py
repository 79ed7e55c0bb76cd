"""The identity of a tree: two drafts are the same document if and only if their digests are equal."""

import hashlib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

from govern.contracts.model import LATER, Draft
from govern.kernel import canonical_bytes


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
        held = {name: getattr(value, name) for name, later in names if not later or getattr(value, name)}
        return {"kind": type(value).__name__, **{name: _plain(each) for name, each in held.items()}}
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    return value.isoformat() if isinstance(value, date) else value


@lru_cache
def _names(kind: type) -> tuple[tuple[str, bool], ...]:
    """The names of a dataclass's fields, each with whether it came later (see `LATER`); none for another type."""
    return tuple((each.name, LATER in each.metadata) for each in fields(kind)) if is_dataclass(kind) else ()
