"""The identity of a tree: two drafts are the same document if and only if their digests are equal."""

import hashlib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date
from typing import Any

from govern.contracts.model import Draft
from govern.kernel import canonical_bytes


def finalise(draft: Draft) -> Draft:
    """The same document as final. The caller has made sure that it has no open points."""
    final = replace(draft, status="final", digest="")
    return replace(final, digest=digest_draft(final))


def digest_draft(draft: Draft) -> str:
    """SHA-256 over the whole tree, in hex: two drafts are the same document if and only if it is equal."""
    return hashlib.sha256(canonical_bytes(_plain(replace(draft, digest="")))).hexdigest()


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {
            "kind": type(value).__name__,
            **{each.name: _plain(getattr(value, each.name)) for each in fields(value)},
        }
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    return value.isoformat() if isinstance(value, date) else value
