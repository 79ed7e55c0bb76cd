"""The certificate of a destruction: what was destroyed, on whose word, how, and what was not reached.

It holds digests and never content. Its canonical bytes are a record whose digest is in the log, so that a copy of the
certificate is checked against the entry and the entry's proof.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from types import MappingProxyType
from typing import Any

from govern.errors import RefusedError, VerificationError
from govern.kernel import canonical_bytes, parse_canonical
from govern.retention.address import find_near_steps, find_steps, find_ways, plain_address
from govern.retention.disposition import (
    Approval,
    DispositionPlan,
    ItemResult,
    Method,
    Outcome,
    PlanItem,
)
from govern.retention.model import RetainedRecord

FORMAT = "govern-destruction-certificate/1"
STANDARD = "NIST SP 800-88 Rev. 2"

NOT_VERIFIED = "no record of this store is destroyed as a whole"
MOST_DIGESTS = 10_000
"""Digests of what is gone of one record that is not destroyed; more are in the list that its digest names."""

MOST_NAMED = 20
"""Records that are named where several cannot be told apart from what is destroyed."""

MOST_LINKS = 1_000
"""Links of one record of which each is told where it leads."""


@dataclass(frozen=True, slots=True)
class Copy:
    """Copies of what a store holds that no destruction reaches, and when they expire; empty if nobody said."""

    what: str
    expires: str = ""


@dataclass(frozen=True, slots=True)
class StorePlace:
    """A store that records lie in: its name, the beginning of its locations, and what it keeps that is not reached.

    `options` are what its adapter needs to know: names of environment variables for secrets, never a secret.
    """

    name: str
    at: str
    medium: str = ""
    copies: tuple[Copy, ...] = ()
    options: Mapping[str, Any] | None = None

    @property
    def kind(self) -> str:
        """`file`, `s3`, `sftp` or `rows`."""
        return self.at.partition("://")[0]

    def holds(self, location: str) -> bool:
        """Whether a location is in this store: it begins with the store's, at the end of a part of the path."""
        root, plain = _root(self.at), plain_address(location)
        return plain == root or plain.startswith(root + "/")

    def inside(self, location: str) -> str:
        """The location without the store's part: empty for the store as a whole."""
        return plain_address(location)[len(_root(self.at)) + 1 :]


@lru_cache(maxsize=256)
def _root(at: str) -> str:
    """The beginning of a store's locations, as they are written. A folder of it is the one that the system opens."""
    return find_steps(at)[0]


def find_place(places: Iterable[StorePlace], location: str) -> StorePlace | None:
    """The store of a location: the one whose beginning is the longest. None if none is declared."""
    return max((each for each in places if each.holds(location)), key=lambda each: len(_root(each.at)), default=None)


def is_placed(places: Iterable[StorePlace], address: str) -> bool:
    """Whether a store can say what lies at an address. If not, nobody knows whether it is something in a store."""
    known = tuple(places)
    if address.startswith("file:///") or any(find_place(known, steps[0]) for steps in find_ways(address)):
        return True
    roots = {find_near_steps(each.at)[-1] for each in known if each.kind == "sftp"}
    return address.startswith("sftp://") and find_near_steps(address)[-1] in roots


def say_unplaced(records: Sequence[RetainedRecord]) -> str:
    """The records that no store can tell apart from what is destroyed, in words; empty where there is none."""
    if not records:
        return ""
    named = [f"{each.project}/{each.id} ({each.store or 'nobody said where it lies'})" for each in records[:MOST_NAMED]]
    more = f", and {len(records) - MOST_NAMED} more" if len(records) > MOST_NAMED else ""
    return f"cannot be told apart from what is destroyed, for no declared store has it: {', '.join(named)}{more}"


@dataclass(frozen=True, slots=True)
class ReachedStore:
    """A store in which something of a plan was destroyed, and how."""

    place: StorePlace
    method: Method
    records: int
    objects: int
    size: int


def list_unfinished(results: Iterable[ItemResult]) -> tuple[ItemResult, ...]:
    """What is left to do before there can be a certificate."""
    return tuple(each for each in results if not each.settled)


def state_destruction(
    plan: DispositionPlan,
    approvals: Sequence[Approval],
    items: Sequence[tuple[PlanItem, ItemResult]],
    stores: Sequence[ReachedStore],
    gone: Mapping[str, Sequence[str]],
    links: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
    unplaced: Sequence[RetainedRecord] = (),
    *,
    id_: str,
    executors: Sequence[str],
    certified_by: str,
    certified_at: str,
    holds_read: Sequence[str],
    parties: Sequence[Mapping[str, str]],
    salt: str,
) -> bytes:
    """The certificate's statement, as canonical bytes. Raises RefusedError while anything of the plan is unfinished.

    So it does where nothing was destroyed and nothing found absent: there is nothing to certify. `gone` are the digests
    of what is gone of a record that is not destroyed, by record, as far as they are known; `links` says where each link
    of a record leads, and `unplaced` are the held records whose address no store has. `holds_read` are the holds that
    were in force when they were read for the last time, inside the transactions that destroyed. `parties` are the
    legal persons of the project as far as they are known, each with its role and name.
    """
    left = list_unfinished(result for _, result in items)
    if left or len(items) != plan.items:
        raise RefusedError(
            f"{len(left) or plan.items - len(items)} of {plan.items} records of plan `{plan.id}` are not destroyed",
            hint=f"govern retention progress {plan.id}",
        )
    if not any(result.certified for _, result in items):
        raise RefusedError(f"nothing of plan `{plan.id}` was destroyed: it is closed, without a certificate")
    absent = [each for each in items if each[1].outcome is Outcome.GONE]
    destroyed = [each for each in items if each[1].outcome is Outcome.DESTROYED]
    excused = [each for each in items if each[1].outcome is Outcome.EXCUSED]
    partly = [each for each in excused if each[1].partly]
    times = sorted(result.at for _, result in destroyed)
    return canonical_bytes(
        {
            "absent": [_state_absent(item, result) for item, result in absent],
            "approvals": [{"actor": each.actor, "at": each.at, "digest": each.digest} for each in approvals],
            "basis": _list_basis([item for item, _ in (*destroyed, *partly)]),
            "certified_at": certified_at,
            "certified_by": certified_by,
            "destroyed": [_state_item(item, result) for item, result in destroyed],
            "destroyed_from": times[0] if times else "",
            "destroyed_to": times[-1] if times else "",
            "executed_by": sorted(executors),
            "format": FORMAT,
            "holds_checked": {
                "at_planning": list(plan.holds),
                "at_destruction": list(holds_read),
                "words": _say_holds(partly) + (f"; held, and {said}" if (said := say_unplaced(unplaced)) else ""),
            },
            "id": id_,
            "not_reached": [*_list_unreached(stores, excused), *_list_links(links)],
            "parties": [dict(each) for each in parties],
            "partly": [_state_part(item, result, gone.get(item.record, ())) for item, result in partly],
            "plan": {
                "as_of": plan.as_of.isoformat(),
                "digest": plan.digest,
                "id": plan.id,
                "items": plan.items,
                "planned_at": plan.planned_at,
                "planner_approves": plan.planner_approves,
                "planner": plan.planner,
                "reason": plan.reason,
            },
            "project": plan.project,
            "salt": salt,
            "schedule": plan.schedule,
            "standard": STANDARD,
            "stores": [_state_store(each) for each in stores],
        }
    )


def _list_basis(items: Iterable[PlanItem]) -> list[dict[str, Any]]:
    counts: dict[tuple[str, str, str, str], int] = {}
    for item in items:
        key = item.rule, item.cite, item.record_class, item.schedule
        counts[key] = counts.get(key, 0) + 1
    return [
        {"authority": cite, "record_class": class_, "records": count, "rule": rule, "schedule": schedule}
        for (rule, cite, class_, schedule), count in sorted(counts.items())
    ]


def _state_item(item: PlanItem, result: ItemResult) -> dict[str, Any]:
    return {
        "at": result.at,
        "bytes": result.size,
        "destroyed_with": result.carrier,
        "digest": result.digest,
        "manifest": result.manifest,
        "objects": result.objects - result.links,
        **_state_record(item),
    }


def _state_absent(item: PlanItem, result: ItemResult) -> dict[str, Any]:
    """One of which nothing was there: it says nothing of a destruction."""
    return {
        "confirmed_by": result.confirmed_by,
        "found_at": result.at,
        "incident": result.incident,
        "reason": result.reason,
        "words": result.words,
        **_state_record(item),
    }


def _say_holds(partly: Sequence[tuple[PlanItem, ItemResult]]) -> str:
    words = "read again inside each transaction that destroyed; no record that one of them reached was destroyed"
    held = sum(bool(result.held_by) for _, result in partly)
    if not held:
        return words
    records = "1 record" if held == 1 else f"{held} records"
    return f"{words} then; of {records} a part was destroyed before they were read"


def _state_part(item: PlanItem, result: ItemResult, digests: Sequence[str]) -> dict[str, Any]:
    """One of which a part is destroyed, and the rest was left out: how much is gone, and what it was by digest.

    `gone` is None where nobody could look. `list` is the digest of the list of all that is gone.
    """
    return {
        "bytes_gone": result.gone_size,
        "destroyed_with": result.carrier,
        "digest": result.digest,
        "digests": list(digests[:MOST_DIGESTS]),
        "gone": result.gone,
        "held_by": result.held_by,
        "hold": result.hold,
        "list": result.gone_list,
        "manifest": result.manifest,
        "objects": result.objects,
        "words": result.words,
        **_state_record(item),
    }


def _state_record(item: PlanItem) -> dict[str, Any]:
    return {
        "authority": item.cite,
        "due": item.due,
        "record": item.record,
        "registered_digest": item.digest,
        "rule": item.rule,
        "schedule": item.schedule,
        "store": item.store,
        "version": item.version,
        "why": item.why,
    }


def _state_store(store: ReachedStore) -> dict[str, Any]:
    return {
        "at": store.place.at,
        "bytes": store.size,
        "medium": store.place.medium,
        "method": store.method.words,
        "name": store.place.name,
        "objects": store.objects,
        "records": store.records,
        "technique": store.method.technique,
        "verification": store.method.verification if store.records else NOT_VERIFIED,
    }


def _list_unreached(
    stores: Sequence[ReachedStore], excused: Iterable[tuple[PlanItem, ItemResult]]
) -> Iterable[dict[str, str]]:
    for item, result in excused:
        what = f"{'what is left of ' if result.partly else ''}record {item.record} in {item.store}"
        yield {"expires": result.until, "what": what, "why": result.words}
    for store in stores:
        for limit in store.method.limits:
            yield {"expires": "", "what": f"{store.place.name}: {limit}", "why": "the method does not reach it"}
        for copy in store.place.copies:
            what = f"{store.place.name}: {copy.what}"
            yield {"expires": copy.expires, "what": what, "why": "a copy that is not in the store"}
        if not store.place.copies:
            what = f"{store.place.name}: backups and copies elsewhere"
            yield {"expires": "", "what": what, "why": "nobody declared whether there are any"}


def _list_links(links: Mapping[str, Mapping[str, str]]) -> Iterable[dict[str, str]]:
    for record, leads in links.items():
        for name, target in islice(leads.items(), MOST_LINKS):
            what = f"what the link {name} in record {record} leads to: {target}"
            yield {"expires": "", "what": what, "why": "the link was removed, and what it leads to was not touched"}
        if len(leads) > MOST_LINKS:
            what = f"what {len(leads) - MOST_LINKS} more links in record {record} lead to"
            yield {"expires": "", "what": what, "why": "the links were removed, and what they lead to was not touched"}


def parse_statement(data: bytes) -> dict[str, Any]:
    """A certificate's statement as it stands. Raises VerificationError for anything else."""
    value = parse_canonical(data, limit=None)
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise VerificationError("this is not a certificate of destruction", expected=FORMAT)
    return value
