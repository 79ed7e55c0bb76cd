"""Dispositions: exactly what is to be destroyed, who approved exactly that, and how far it is done.

A plan is a small body that names its pages by their digests, and pages are lines of canonical JSON. The plan's digest
is therefore that of every line in it, and a plan of a million records needs the memory of one page.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from hashlib import sha256
from typing import Any

from govern.errors import FactError, RefusedError, VerificationError
from govern.kernel import Citation, canonical_bytes, parse_canonical
from govern.retention.address import find_steps, find_ways, is_doubtful, read_part
from govern.retention.model import Action, Determination, RetainedRecord, Verdict, say_pinpoint

PAGE_ITEMS = 500
BATCH_ITEMS = 20
"""Records destroyed in one transaction: it keeps others from writing, so it is short."""

APPROVALS = 2
LONGEST_PAGE = 4 * 1024 * 1024

FOLDER_MARKER = "%2F"
"""The name of the object that stands for the folder itself: its key is that of the record and a `/`.

No other name is written so, since a `/` in a name stays as it is.
"""

LINK = "link to "
"""How the version of a link begins; what follows is where it leads. It has no content, and goes without what that has.
"""


@dataclass(frozen=True, slots=True)
class PlanItem:
    """One record that is to be destroyed: as which version it was planned, where it lies, and on what basis.

    `cite` is the authority in words, `schedule` the version of the schedule that the record stands under, `why` what
    it says in words, with who decided where a person did.
    """

    record: str
    version: int
    record_class: str
    store: str
    digest: str
    rule: str
    cite: str
    due: str
    schedule: str
    why: str


@dataclass(frozen=True, slots=True)
class DispositionPlan:
    """What is to be destroyed, down to the last record. `left` counts by verdict what was looked at and left.

    `planner_approves` says that who planned it may be one of the two who approve it, and `unplaced`, in words, which
    held records no declared store can tell apart from what is destroyed.
    """

    id: str
    project: str
    as_of: date
    planner: str
    planned_at: str
    reason: str
    schedule: str
    items: int
    left: Mapping[str, int]
    holds: tuple[str, ...]
    stores: Mapping[str, int]
    pages: tuple[str, ...]
    salt: str
    planner_approves: bool = False
    unplaced: str = ""

    @property
    def digest(self) -> str:
        """SHA-256 in hex of exactly this plan: what is approved and what is executed."""
        return sha256(format_plan(self)).hexdigest()


@dataclass(frozen=True, slots=True)
class Approval:
    """That somebody approved the plan of this digest."""

    actor: str
    at: str
    digest: str


class Outcome(StrEnum):
    """How a record of a plan stands."""

    FOUND = "found"
    """It is there, as it was registered; it is destroyed next."""
    DESTROYED = "destroyed"
    """It was there, and is verified to be gone."""
    HELD = "held"
    CHANGED = "changed"
    """The register's record or the content is another than was planned."""
    ABSENT = "absent"
    """Nothing was there when the destruction began; a person confirms that it is gone, and does not lie elsewhere."""
    GONE = "found absent"
    """A person confirmed it, and nothing was there when the record was closed. Nobody destroyed it here."""
    SHARED = "shared"
    """Another record lies at the same place, and is not to be destroyed."""
    WITHIN = "within"
    """It lies within another record of the plan, or at its place, and goes with it."""
    LOCKED = "locked"
    """The store forbids it, until a day where it says one."""
    FAILED = "failed"
    EXCUSED = "excused"
    """A person decided, with a reason, that the certificate is issued without it."""


@dataclass(frozen=True, slots=True)
class ItemResult:
    """How one record of a plan stands: what was found of it, and what came of it.

    `manifest` is the digest of the list of all that was found, `until` the day on which a lock ends, as text, and
    `begun` says that its destruction was begun, so that a part of it may be gone. `carrier` is the record of the plan
    with whose destruction it went. Of what is absent, `confirmed_by` says who confirmed it, with what `reason`, and
    `incident` why it should have been there; empty where nothing says so.

    Of what is not destroyed as a whole, `gone` says how many of its things are, None where nobody could look, with
    their bytes, and `gone_list` is the digest of the list of them; `held_by` names the holds that kept the rest.
    """

    record: str
    outcome: Outcome
    words: str = ""
    objects: int = 0
    size: int = 0
    digest: str = ""
    manifest: str = ""
    until: str = ""
    begun: bool = False
    at: str = ""
    carrier: str = ""
    confirmed_by: str = ""
    reason: str = ""
    incident: str = ""
    gone: int | None = 0
    gone_size: int = 0
    gone_list: str = ""
    held_by: str = ""
    links: int = 0
    """How many of the things were links: what they lead to is not destroyed."""

    @property
    def partly(self) -> bool:
        """Whether a part of it is destroyed, or may be, and the rest is not."""
        return self.gone != 0

    @property
    def hold(self) -> str:
        """What is to be said where a hold keeps what is left of it; empty where none does."""
        if not (self.partly and self.held_by):
            return ""
        return f"{self.held_by} keeps what is left; what is gone was destroyed before the hold was read"

    @property
    def certified(self) -> bool:
        """Whether a certificate has anything to say of it but that it was left out."""
        return self.partly or self.outcome in (Outcome.DESTROYED, Outcome.GONE)

    @property
    def settled(self) -> bool:
        """Whether nothing is left to do."""
        return self.outcome in (Outcome.DESTROYED, Outcome.GONE, Outcome.EXCUSED)


@dataclass(frozen=True, slots=True)
class Batch:
    """The journal of one batch: what was found when it began, and when it ended, what came of it.

    A batch that was begun and not ended was interrupted: the next run goes on with it.
    """

    plan: str
    number: int
    ended: bool
    results: tuple[ItemResult, ...]
    holds: tuple[str, ...] = ()
    """Those that were in force when it ended."""
    salt: str = ""
    version: int = 0

    def find(self, record: str) -> ItemResult | None:
        """The result of one record."""
        return next((each for each in self.results if each.record == record), None)

    def with_result(self, result: ItemResult) -> "Batch":
        """The batch with one result replaced."""
        return replace(self, results=tuple(result if each.record == result.record else each for each in self.results))


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One thing in a store: a file, a version of an object, a row.

    `name` is relative to where the record lies, empty for a record that is a single thing. `stamp` changes when the
    content does. A `leftover` is what an interrupted destruction left behind, and has no content any more to compare.
    """

    name: str
    size: int
    stamp: str
    version: str = ""
    locked_until: str = ""
    current: bool = True
    leftover: bool = False


@dataclass(frozen=True, slots=True)
class Method:
    """How a store destroys, in the words of NIST SP 800-88 Rev. 2: `clear`, `purge`, or `none` of its techniques."""

    technique: str
    words: str
    verification: str
    limits: tuple[str, ...] = ()


def choose_item(found: Determination, say: Callable[[Citation], str] = say_pinpoint) -> tuple[PlanItem | None, str]:
    """The item of a record that is due for destruction; else None, and under which name it is counted."""
    if found.verdict is not Verdict.DUE:
        return None, found.verdict.value
    if found.action != Action.DESTROY:
        return None, f"due for {found.action or 'review'}, not for destruction"
    if not found.record.store:
        return None, "due, and nobody said where it lies"
    rule = found.rule
    assert rule is not None  # something made it due
    record = found.record
    due = found.due.isoformat() if found.due else ""
    return (
        PlanItem(
            record.id,
            record.version,
            record.record_class,
            record.store,
            record.digest,
            rule.id,
            say(rule.cite),
            due,
            record.schedule,
            f"{found.words}; {record.corrected.words()}" if record.corrected else found.words,
        ),
        "",
    )


Marks = Sequence[Sequence[str]]
"""Ways to what lies at an address, for each thing there one or more: a mark of the thing, then of all it lies in."""


def find_neighbours(
    items: Iterable[PlanItem],
    project: str,
    kept: Iterable[RetainedRecord],
    mark: Callable[[str], Marks | None] = lambda _: (),
) -> dict[str, tuple[str, ...]]:
    """Which other kept records lie where a record of the plan does, within it, or around it: `project/id`, by record.

    What is destroyed of the one is destroyed of the other. However an address is spelled, it counts for the place that
    it means; in doubt it is near. `mark` gives what only the stores know of an address: marks which are the same for
    another way to the same thing, and None where the store cannot say; of a kept record it is asked if the plan has an
    address of that kind. Linear in both; the memory is that of the plan.
    """
    at: dict[str, list[str]] = {}
    around: dict[str, list[str]] = {}
    kinds = set()
    for item in items:
        kinds.add(find_kind(item.store))
        for here, *above in (*find_ways(item.store), *(mark(item.store) or ())):
            at.setdefault(here, []).append(item.record)
            for step in above:
                around.setdefault(step, []).append(item.record)
    found: dict[str, dict[str, None]] = {}
    for record in kept:
        if record.disposed:
            continue
        marks = mark(record.store) if find_kind(record.store) in kinds else ()
        for steps in (*find_ways(record.store), *(marks or ())):
            for each in (*around.get(steps[0], ()), *(each for step in steps for each in at.get(step, ()))):
                if (record.project, record.id) != (project, each):
                    found.setdefault(each, {})[f"{record.project}/{record.id}"] = None
    return {each: tuple(others) for each, others in found.items()}


def find_kind(address: str) -> str:
    """What an address is one of: `file`, `s3`, `sftp`, `rows` or what else stands before its colon."""
    return address.partition(":")[0]


def find_rivals(kinds: Iterable[str]) -> frozenset[str]:
    """The kinds of held records that are looked at once more before something of these kinds is destroyed.

    Rows can be rewritten between two looks. Files of a server may be those of another server or of this machine, and
    no mark says so.
    """
    return frozenset().union(*(_RIVALS.get(each, ()) for each in kinds))


_RIVALS = {"rows": ("rows",), "sftp": ("file", "sftp"), "file": ("sftp",)}


def do_meet(one: Marks, other: Marks) -> bool:
    """Whether something of the one is something of the other, or lies in it."""
    here = {each[0] for each in one}
    steps = {step for each in one for step in each}
    return any(each[0] in steps or not here.isdisjoint(each) for each in other)


def find_carriers(items: Iterable[PlanItem]) -> dict[str, PlanItem]:
    """For each record that lies within another of the plan the outermost of those, which it goes with.

    Of several at one place the first carries the others. What has a doubtful address neither carries nor is carried.
    Linear in the items and the depth of their locations.
    """
    listed = [item for item in items if not is_doubtful(item.store)]
    at: dict[str, PlanItem] = {}
    for item in listed:
        at.setdefault(find_steps(item.store)[0], item)
    found = {}
    for item in listed:
        outer = next((at[step] for step in reversed(find_steps(item.store)) if step in at), item)
        if outer.record != item.record:
            found[item.record] = outer
    return found


def format_page(items: Iterable[PlanItem]) -> bytes:
    """A page: a line of canonical JSON for each item."""
    return "".join(_WRITE([getattr(item, name) for name in _ITEM]) + "\n" for item in items).encode()


def parse_page(data: bytes) -> tuple[PlanItem, ...]:
    """The inverse of `format_page`. Raises VerificationError."""
    if len(data) > LONGEST_PAGE or not data.endswith(b"\n"):
        raise VerificationError("this is not a page of a plan")
    return tuple(_parse_item(line) for line in data[:-1].split(b"\n"))


_ITEM = tuple(PlanItem.__dataclass_fields__)
_TYPES = [int if name == "version" else str for name in _ITEM]
# For a list of texts and small numbers this is `canonical_bytes` without its checks; reading makes them.
_WRITE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _parse_item(line: bytes) -> PlanItem:
    values = parse_canonical(line)
    if not isinstance(values, list) or [type(each) for each in values] != _TYPES:
        raise VerificationError("this is not an item of a plan")
    return PlanItem(*values)


def split_pages(items: Iterable[PlanItem]) -> Iterator[tuple[PlanItem, ...]]:
    """The items in pages, one in memory at a time."""
    page: list[PlanItem] = []
    for item in items:
        page.append(item)
        if len(page) == PAGE_ITEMS:
            yield tuple(page)
            page.clear()
    if page:
        yield tuple(page)


def split_batches(items: Sequence[PlanItem]) -> Iterator[Sequence[PlanItem]]:
    """The items of a page in batches. Every batch of a plan but the last of a page is full, and pages are multiples."""
    for start in range(0, len(items), BATCH_ITEMS):
        yield items[start : start + BATCH_ITEMS]


def format_plan(plan: DispositionPlan) -> bytes:
    """The plan's stored body: canonical JSON."""
    body = {name: getattr(plan, name) for name in DispositionPlan.__dataclass_fields__}
    if not plan.planner_approves:  # the strict rule is the rule, and plans of earlier versions did not name it
        del body["planner_approves"]
    if not plan.unplaced:  # nor did they look for those
        del body["unplaced"]
    maps = {name: dict(body[name]) for name in _MAPS}
    return canonical_bytes({**body, **maps, "as_of": plan.as_of.isoformat(), **{n: list(body[n]) for n in _LISTS}})


_MAPS, _LISTS = ("left", "stores"), ("holds", "pages")


def parse_plan(data: bytes) -> DispositionPlan:
    """The inverse of `format_plan`. Raises VerificationError."""
    body: Any = parse_canonical(data, limit=None)
    try:
        lists = {name: tuple(body[name]) for name in _LISTS}
        return DispositionPlan(**{**body, **lists, "as_of": date.fromisoformat(body["as_of"])})
    except (TypeError, KeyError, ValueError):
        raise VerificationError("this is not a plan of dispositions") from None


def format_batch(batch: Batch) -> bytes:
    """The stored body of a batch's journal."""
    results = [{name: getattr(each, name) for name in ItemResult.__dataclass_fields__} for each in batch.results]
    return canonical_bytes(
        {
            "ended": batch.ended,
            "holds": list(batch.holds),
            "number": batch.number,
            "plan": batch.plan,
            "results": results,
            "salt": batch.salt,
        }
    )


def parse_batch(data: bytes, version: int) -> Batch:
    """The inverse of `format_batch`; the version is that of the record."""
    body: Any = parse_canonical(data, limit=None)
    results = tuple(ItemResult(**{**each, "outcome": Outcome(each["outcome"])}) for each in body["results"])
    return Batch(body["plan"], body["number"], body["ended"], results, tuple(body["holds"]), body["salt"], version)


def list_approvers(plan: DispositionPlan, approvals: Iterable[Approval]) -> tuple[str, ...]:
    """The people whose approval of exactly this plan counts, by id. That of who planned it does where it says so."""
    people = {each.actor for each in approvals if each.digest == plan.digest}
    return tuple(sorted(people if plan.planner_approves else people - {plan.planner}))


def check_approval(plan: DispositionPlan, approvals: Sequence[Approval], actor: str, digest: str) -> None:
    """Return if this person may add an approval of this digest. Raises RefusedError."""
    check_digest(plan, digest)
    check_second(plan, actor)
    if any(each.actor == actor for each in approvals):
        hint = f"{APPROVALS} different people approve a destruction"
        raise RefusedError(f"`{actor}` approved this plan already", hint=hint)


def check_second(plan: DispositionPlan, actor: str) -> None:
    """Return if this person may decide about the plan: another than who planned it does. Raises RefusedError."""
    if actor == plan.planner and not plan.planner_approves:
        hint = "others do; a firm of two sets `planner_may_approve: true` in govern.yaml, and plans anew"
        raise RefusedError(f"`{actor}` planned this destruction and may not approve it", hint=hint)


def check_digest(plan: DispositionPlan, digest: str) -> None:
    """Return if `digest` is that of the plan, whole. Raises RefusedError."""
    if digest != plan.digest:
        raise RefusedError(
            f"`{digest[:80]}` is not the digest of plan `{plan.id}`", hint="read the plan: its digest is the last line"
        )


def check_approved(plan: DispositionPlan, approvals: Sequence[Approval]) -> None:
    """Return if two different people approved exactly this plan. Raises RefusedError."""
    missing = APPROVALS - len(list_approvers(plan, approvals))
    if missing > 0:
        word = "approval is" if missing == 1 else "approvals are"
        hint = f"govern retention approve {plan.id} --digest {plan.digest}"
        raise RefusedError(f"{missing} more {word} needed for plan `{plan.id}`", hint=hint)


def check_line(text: str, where: str) -> None:
    """Return if it is one line of at most 300 characters, and not empty. Raises FactError."""
    if not text.strip() or len(text) > 300 or not text.isprintable():
        raise FactError("it must be one line of at most 300 characters", where=where, hint="say why, naming nobody")


# What was found of a record: a line for each object, as `sha256sum` writes it, with version, size and stamp before it.


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything that a store holds of a record, each with the SHA-256 of its content."""

    objects: tuple[tuple[StoredObject, str], ...]

    @property
    def size(self) -> int:
        """The bytes of it all."""
        return sum(each.size for each, _ in self.objects)

    @property
    def content(self) -> str:
        """SHA-256 in hex of the record's content: of the one thing that it is, or of the list of its files.

        The list has a line for each file in the order of names, as `sha256sum` writes it. Earlier versions of an
        object do not count, nor do the empty objects that stand for folders.
        """
        current = sorted((each.name, digest) for each, digest in self.objects if each.current)
        if len(current) == 1 and not current[0][0]:
            return current[0][1]
        return sha256("".join(f"{digest}  {name}\n" for name, digest in current).encode()).hexdigest()

    @property
    def links(self) -> dict[str, str]:
        """Where each of its links leads, by name."""
        links = [each for each, _ in self.objects if each.version.startswith(LINK)]
        return {each.name: each.version.removeprefix(LINK) for each in links}

    def split(self, places: Iterable[str]) -> dict[str, "Manifest"]:
        """What of it lies at each of these relative paths, named from there; what holds nothing is not in it.

        Linear in the objects and the depth of their names.
        """
        wanted: dict[tuple[bytes, ...], list[str]] = {}
        for place in places:
            wanted.setdefault(_parts(place), []).append(place)
        found: dict[str, list[tuple[StoredObject, str]]] = {}
        for each, digest in self.objects:
            names, parts = each.name.split("/") if each.name else [], _parts(each.name)
            for depth in range(len(parts) + 1):
                for place in wanted.get(parts[:depth], ()):
                    name = FOLDER_MARKER if names[depth:] == [""] else "/".join(names[depth:])
                    inner = replace(each, name=name)
                    found.setdefault(place, []).append((inner, digest))
        return {place: Manifest(tuple(objects)) for place, objects in found.items()}

    def differences(self, now: Iterable[StoredObject], *, begun: bool) -> Iterator[str]:
        """What the store holds now and did not hold so then. Where the destruction was begun, things may be gone."""
        known = {(each.name, each.version): each for each, _ in self.objects}
        left = set(known)
        for each in now:
            key = each.name, each.version
            left.discard(key)
            if each.leftover and begun:
                continue
            if key not in known:
                yield f"`{each.name or each.version}` has come since"
            elif known[key].stamp != each.stamp:
                yield f"`{each.name or each.version}` was changed since"
        if not begun:
            yield from (f"`{name or version}` has gone since" for name, version in sorted(left))

    def missing(self, now: Iterable[StoredObject]) -> tuple["Manifest", int]:
        """What of it the store does not hold any more, and of how many things of it a leftover is there instead."""
        known = {(each.name, each.version) for each, _ in self.objects}
        there = {(each.name, each.version): each.leftover for each in now}
        gone = tuple(pair for pair in self.objects if (pair[0].name, pair[0].version) not in there)
        return Manifest(gone), sum(leftover and key not in known for key, leftover in there.items())


def _parts(path: str) -> tuple[bytes, ...]:
    """The parts of a path as bytes: a location and a name may write one byte in two ways."""
    return tuple(read_part(part) for part in path.split("/")) if path else ()


def format_manifest(manifest: Manifest) -> bytes:
    """As a file: a line of canonical JSON for each object."""
    lines = (
        canonical_bytes([digest, each.name, each.version, each.size, each.stamp, each.current])
        for each, digest in manifest.objects
    )
    return b"".join(line + b"\n" for line in lines)


def parse_manifest(data: bytes) -> Manifest:
    """The inverse of `format_manifest`. Raises VerificationError."""
    objects = []
    for line in data.splitlines():
        values: Any = parse_canonical(line)
        if not isinstance(values, list) or [type(each) for each in values] != [str, str, str, int, str, bool]:
            raise VerificationError("this is not a list of what was found")
        digest, name, version, size, stamp, current = values
        objects.append((StoredObject(name, size, stamp, version, current=current), digest))
    return Manifest(tuple(objects))


def judge_found(item: PlanItem, manifest: Manifest, manifest_digest: str) -> ItemResult:
    """Whether what was found of a record may be destroyed: it is there, it is what was registered, no lock holds it."""
    locks = [each.locked_until for each, _ in manifest.objects if each.locked_until]
    result = ItemResult(
        item.record,
        Outcome.FOUND,
        "",
        len(manifest.objects),
        manifest.size,
        manifest.content,
        manifest_digest,
        links=len(manifest.links),
    )
    if not manifest.objects:
        return replace(result, outcome=Outcome.ABSENT, words="nothing is there", digest="")
    if locks:
        words = f"{len(locks)} of {len(manifest.objects)} objects are locked by the store"
        return replace(result, outcome=Outcome.LOCKED, words=words, until=max(locks))
    if item.digest and item.digest != manifest.content:
        words = f"its content has the digest {manifest.content[:16]}…, registered is {item.digest[:16]}…"
        return replace(result, outcome=Outcome.CHANGED, words=words)
    return result


def note_gone(result: ItemResult, gone: Manifest | None, gone_list: str = "", leftovers: int = 0) -> ItemResult:
    """What is to be said of a record that is not destroyed, where a part of it is; None where nobody could look.

    A hold does not bring back what went before it: how much that was is said with the reason why the rest is there.
    """
    if gone is None:
        words = f"{result.words}; how much of it is destroyed is not known"
        return replace(result, words=words, gone=None, gone_size=0, gone_list="")
    if not gone.objects:
        return replace(result, gone=0, gone_size=0, gone_list="")
    number = len(gone.objects)
    things, verb = "thing" if result.objects == 1 else "things", "is" if number == 1 else "are"
    words = f"{result.words}; {number} of its {result.objects} {things} {verb} destroyed"
    if leftovers:
        words += f", and of {leftovers} of them a leftover is still there"
    return replace(result, words=words, gone=number, gone_size=gone.size, gone_list=gone_list)


def judge_carried(item: PlanItem, carrier: ItemResult, part: Manifest, manifest_digest: str) -> ItemResult:
    """What is to be said of a record that was destroyed with the one that it lay in; `part` is what lay there of it."""
    words = f"verified to be gone with `{carrier.record}`, in which it lay"
    return ItemResult(
        item.record,
        Outcome.DESTROYED,
        words,
        len(part.objects),
        part.size,
        part.content,
        manifest_digest,
        at=carrier.at,
        carrier=carrier.record,
        links=len(part.links),
    )


def judge_absence(found: Determination, day: date, say: Callable[[Citation], str] = say_pinpoint) -> tuple[str, str]:
    """What is to be said of a record of which nothing is there, and why that is an incident; empty where it is none.

    It is one where something still keeps the record. Nobody knows when the content went: that a minimum has ended by
    today does not say that it had ended then.
    """
    keeps = found.keep_until
    if found.holds:
        return "nothing is there", f"it is {found.words}"
    if keeps is not None and found.keeps is not None and day <= keeps:
        return "nothing is there", f"{say(found.keeps.cite)} keeps it until {keeps}"
    if keeps is None:
        return "nothing is there", ""
    return f"nothing is there; its minimum ended with {keeps}, and whether it went before is not known", ""
