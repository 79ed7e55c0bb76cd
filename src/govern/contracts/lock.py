"""The lock of a draft: everything that it was made from, so that it can be made again, byte for byte."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from govern.errors import ContentError

FORMAT = "govern.lock/1"
MOST = 2_000_000  # bytes; a document of a thousand clauses has a tenth of it

_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Pin:
    """A version of something authored, and the SHA-256 of its bytes, in hex."""

    version: str
    digest: str


@dataclass(frozen=True, slots=True)
class Lock:
    """What a draft was made from, and what came out.

    `spelling` is the table of words of the document, if it has one: by its id.

    `certain` says that the matrix has only duties that are known to apply; a lock without it is of a time when it had
    those too of which nobody knew.

    `facts` is the digest of the values known on `day`, which the project's record of that version holds; the lock
    itself holds no facts. `tree` is the digest of the assembled tree, `outputs` those of the files by format. `base` is
    the digest of a base document of one's own, empty for ours.
    """

    document: str
    recipe: Pin
    project: str
    project_version: int
    facts: str
    day: date
    packs: Mapping[str, Pin]
    clauses: Mapping[str, Pin]
    playbooks: Mapping[str, Pin]
    tree: str
    status: str = "draft"
    positions: Mapping[str, str] = field(default_factory=dict)
    unapproved: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    matrix: bool = True
    certain: bool = False
    clean: bool = False
    accessible: bool = False
    base: str = ""
    spelling: Mapping[str, Pin] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)
    terms: tuple[str, ...] = ()
    open_points: int = 0
    engine: str = ""


class _Pin(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    version: str
    digest: str


class _Lock(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    format: str
    document: str
    recipe: _Pin
    project: str
    project_version: int
    facts: str
    day: str
    packs: dict[str, _Pin]
    clauses: dict[str, _Pin]
    playbooks: dict[str, _Pin]
    tree: str
    status: str
    positions: dict[str, str]
    unapproved: dict[str, str]
    parameters: dict[str, Any]
    matrix: bool
    certain: bool = False
    clean: bool
    accessible: bool = False
    base: str
    spelling: dict[str, _Pin] = {}
    outputs: dict[str, str]
    terms: list[str]
    open_points: int
    engine: str


def plain_lock(lock: Lock) -> dict[str, Any]:
    """The lock as JSON can hold it."""
    return {**asdict(lock), "format": FORMAT, "day": lock.day.isoformat(), "terms": list(lock.terms)}


def format_lock(lock: Lock) -> bytes:
    """The lock as a file: JSON in a fixed order, for people to read and for git to compare."""
    return (json.dumps(plain_lock(lock), indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()


def parse_lock(data: bytes, *, name: str = "lock") -> Lock:
    """The lock that `format_lock` wrote. Raises ContentError on anything else."""
    hint = "a lock is written by govern draft; take the file as it was"
    if len(data) > MOST:
        raise ContentError("the file is too large for a lock", where=name, hint=hint)
    try:
        body = json.loads(data)
    except (ValueError, RecursionError):
        raise ContentError("the file is no lock: it is not JSON", where=name, hint=hint) from None
    return read_lock(body, name=name)


def read_lock(body: Any, *, name: str = "lock") -> Lock:
    """The lock in a value that was JSON. Raises ContentError."""
    hint = "a lock is written by govern draft; take the file as it was"
    if not isinstance(body, dict) or body.get("format") != FORMAT:
        raise ContentError(f"the file is no lock of the format {FORMAT}", where=name, hint=hint)
    try:
        read = _Lock.model_validate(body)
        day = date.fromisoformat(read.day)
    except (ValidationError, ValueError) as problem:
        first = problem.errors()[0] if isinstance(problem, ValidationError) else {"loc": ("day",), "msg": "not a date"}
        place = ".".join(map(str, first["loc"]))
        raise ContentError(f"the lock's `{place}` does not fit: {first['msg']}", where=name, hint=hint) from None
    digests = [read.facts, read.tree, *read.outputs.values(), *([read.base] if read.base else [])]
    pinned = (read.packs, read.clauses, read.playbooks, read.spelling)
    digests += [pin.digest for group in pinned for pin in group.values()]
    if not all(_DIGEST.fullmatch(each) for each in (read.recipe.digest, *digests)):
        raise ContentError("a digest in the lock is not a SHA-256 in hex", where=name, hint=hint)
    fields = read.model_dump()
    del fields["format"]
    groups = ("packs", "clauses", "playbooks", "spelling")
    pins = {key: {id_: Pin(**pin) for id_, pin in fields[key].items()} for key in groups}
    return Lock(**{**fields, **pins, "recipe": Pin(**fields["recipe"]), "day": day, "terms": tuple(read.terms)})
