"""Destruction: plan, approve exactly that plan, execute, certify.

    disposition.planned     the plan, which names every record by the digests of its pages
    disposition.approved    somebody approved the plan of that digest; two different people do
    destruction.begun       what was found of a batch of records, before any of it is touched
    retention.disposed      one record is destroyed: the register's record of it
    records.destroyed       what came of the batch
    disposition.excused     a record that could not be destroyed is left out, with a reason
    disposition.certified   the certificate: nothing of the plan is unfinished

The order is such that a crash leaves what the next run finishes. A batch that was begun is in the register and the log
before anything of it is deleted. In the transaction that ends it the holds and the register's records are read again,
with the lock that placing a hold takes too, and then each thing is deleted and looked for. A crash in between rolls
that transaction back: the next run finds the batch begun, deletes what is left, and counts as destroyed what was found
before and is gone now.
"""

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from itertools import islice
from typing import Any

from govern.audit import (
    Proof,
    VerifierKey,
    check_proof,
    find_body,
    find_object,
    format_proof,
    format_time,
    inclusion_path,
)
from govern.errors import FactError, GovernError, RefusedError, StoreError, VerificationError
from govern.kernel import Actor, canonical_bytes, check_may, parse_canonical, suggest
from govern.retention import (
    Approval,
    Batch,
    DispositionPlan,
    Hold,
    ItemResult,
    Manifest,
    Outcome,
    PlanItem,
    ReachedStore,
    StoredObject,
    check_approval,
    check_approved,
    check_digest,
    check_line,
    choose_item,
    find_neighbours,
    format_batch,
    format_manifest,
    format_page,
    format_plan,
    holds_on,
    judge_found,
    list_unfinished,
    parse_batch,
    parse_manifest,
    parse_page,
    parse_plan,
    parse_statement,
    split_batches,
    split_pages,
    state_destruction,
)
from govern.usecases.ports import Disposal, DisposalStore, Ports, Record, Unit
from govern.usecases.records import get_project, project_matter, record_event
from govern.usecases.retained import (
    HOLDS_LOCK,
    RETAINED,
    decide_records,
    parse_retained,
    read_holds,
    read_series,
)
from govern.usecases.retaining import mark_disposed

PLAN, APPROVAL, BATCH, CERTIFICATE = "disposition", "disposition_approval", "destruction", "destruction_certificate"

LARGEST = 100_000
"""Records of one plan that is executed: its certificate names each of them."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class PlanStatus:
    """A plan and how far it is: who approved it, the results so far, and the certificate's id if there is one."""

    plan: DispositionPlan
    approvals: tuple[Approval, ...]
    results: tuple[ItemResult, ...]
    holds: tuple[str, ...] = ()
    """Those in force when the transactions that destroyed read them."""
    certificate: str = ""

    @property
    def left(self) -> tuple[ItemResult, ...]:
        """The list to act on: what was tried and is not destroyed."""
        return list_unfinished(self.results)

    @property
    def state(self) -> str:
        """`certified`, `begun`, `approved` or `planned`."""
        if self.certificate:
            return "certified"
        if self.results:
            return "begun"
        people = {each.actor for each in self.approvals if each.digest == self.plan.digest}
        return "approved" if len(people) > 1 else "planned"


@dataclass(frozen=True, slots=True)
class IssuedCertificate:
    """A certificate: its statement, the entry of the log that commits to it, and the entry's proof."""

    statement: bytes
    entry: bytes
    index: int
    proof: bytes

    @property
    def content(self) -> dict[str, Any]:
        """The statement's fields."""
        return parse_statement(self.statement)

    def to_file(self) -> bytes:
        """As a file: canonical JSON, which `verify_certificate` reads."""
        return canonical_bytes(
            {
                "entry": self.entry.decode(),
                "proof": self.proof.decode(),
                "statement": parse_canonical(self.statement, limit=None),
            }
        )


def plan_destruction(
    ports: Ports,
    actor: Actor,
    project: str,
    as_of: date,
    reason: str,
    *,
    record_class: str = "",
    most: int | None = None,
) -> DispositionPlan:
    """Plan the destruction of what is due in a project on a day. Nothing is destroyed.

    Of everything, or of one class of records, and no more than `most` of it, by id; what lies behind the last of these
    is not looked at. One pass over the register, in the memory of one page. Raises RefusedError where nothing is due.
    """
    check_may(actor, "plan_destruction")
    check_line(reason, "reason")
    if as_of > ports.now().date():
        raise FactError(
            f"`{as_of.isoformat()}` is in the future", where="as of", hint="what is due by today is planned"
        )
    tally = _Tally()

    with ports.register.begin(write=False) as unit:
        get_project(unit, project)
        decide = decide_records(ports, unit, project, as_of)
        kept = (parse_retained(each) for each in unit.scan_newest(RETAINED, f"{project}/"))
        meant = (each for each in kept if not each.disposed and record_class in ("", each.record_class))
        due = islice(tally.choose(decide(each) for each in meant), most)
        pages = tuple(ports.files.put(format_page(page)) for page in split_pages(due))
        holds = [each.id for each in read_holds(unit, project) if each.holds_on(as_of)]
        series = read_series(unit, project)
    if not pages:
        counts = ", ".join(f"{name}: {count}" for name, count in sorted(tally.left.items())) or "nothing is registered"
        of = f" of class `{record_class}`" if record_class else ""
        raise RefusedError(f"nothing in `{project}`{of} is due for destruction ({counts})", hint="govern retention due")

    plan = DispositionPlan(
        id=ports.new_id()[:12],
        project=project,
        as_of=as_of,
        planner=actor.id,
        planned_at=format_time(ports.now()),
        reason=reason,
        schedule=series.name if series else "the law as it stands",
        items=tally.items,
        left=tally.left,
        holds=tuple(holds),
        stores=tally.stores,
        pages=pages,
        salt=ports.new_id(),
    )
    with ports.register.begin(write=True) as unit:
        record = unit.save(PLAN, plan.id, format_plan(plan), read_version=0)
        unit.emit(record_event(ports, actor, "disposition.planned", record, project_matter(project)))
    ports.log.sequence()
    return plan


class _Tally:
    """Counts what goes into a plan and what does not, on the way through."""

    def __init__(self) -> None:
        self.items = 0
        self.left: dict[str, int] = {}
        self.stores: dict[str, int] = {}

    def choose(self, found: Iterable[Any]) -> Iterator[PlanItem]:
        for each in found:
            item, why = choose_item(each)
            if item is None:
                self.left[why] = self.left.get(why, 0) + 1
                continue
            self.items += 1
            store = "/".join(item.store.split("/", 4)[: 4 if item.store.startswith("file:") else 3])
            self.stores[store] = self.stores.get(store, 0) + 1
            yield item


def list_plans(ports: Ports, actor: Actor, project: str | None = None) -> list[PlanStatus]:
    """The plans of a project or of the workspace, the oldest first."""
    check_may(actor, "read")
    with ports.register.begin(write=False) as unit:
        plans = [parse_plan(each.body) for each in unit.list(PLAN)]
        chosen = [each for each in plans if project in (None, each.project)]
        return sorted((_read_status(unit, each) for each in chosen), key=lambda each: each.plan.planned_at)


def get_plan(ports: Ports, actor: Actor, plan: str) -> PlanStatus:
    """A plan by the beginning of its id, and how far it is. Raises StoreError."""
    check_may(actor, "read")
    with ports.register.begin(write=False) as unit:
        return _read_status(unit, _find_plan(unit, plan))


def read_items(ports: Ports, plan: DispositionPlan) -> Iterator[PlanItem]:
    """The records of a plan, page by page. Raises VerificationError for a page that is gone."""
    for digest in plan.pages:
        page = ports.files.get(digest)
        if page is None:
            hint = "restore the workspace's files folder from a backup"
            raise VerificationError(f"the page `{digest[:12]}…` of plan `{plan.id}` is not there", hint=hint)
        yield from parse_page(page)


def approve_plan(ports: Ports, actor: Actor, plan: str, digest: str) -> PlanStatus:
    """Approve exactly the plan of this digest. Two different people do, before it can be executed."""
    check_may(actor, "approve_destruction")
    with ports.register.begin(write=True) as unit:
        known = _find_plan(unit, plan)
        record = unit.find(APPROVAL, known.id)
        approvals = _parse_approvals(record)
        check_approval(known, approvals, actor.id, digest)
        approvals = (*approvals, Approval(actor.id, format_time(ports.now()), digest))
        body = {
            "approvals": [{"actor": each.actor, "at": each.at, "digest": each.digest} for each in approvals],
            "salt": ports.new_id(),
        }
        saved = unit.save(APPROVAL, known.id, canonical_bytes(body), read_version=record.version if record else 0)
        unit.emit(record_event(ports, actor, "disposition.approved", saved, project_matter(known.project)))
        status = _read_status(unit, known)

    ports.log.sequence()
    return status


def execute_plan(
    ports: Ports,
    actor: Actor,
    stores: Disposal,
    plan: str,
    digest: str,
    *,
    progress: Progress = lambda _done, _all: None,
    fault: Callable[[str], None] = lambda _: None,
) -> tuple[PlanStatus, IssuedCertificate | None]:
    """Destroy what a plan names, and certify it if nothing is left. An interrupted execution goes on where it stopped.

    `digest` is that of the plan. Holds are read again inside each transaction that destroys. What cannot be destroyed
    is in the status's `left`, each with the reason; then there is no certificate. `fault` is called with the name of
    each step; tests make it raise. Raises RefusedError without the approval of two people.
    """
    check_may(actor, "destroy_records")
    with ports.register.begin(write=False) as unit:
        status = _read_status(unit, _find_plan(unit, plan))
    known = status.plan
    check_digest(known, digest)
    check_approved(known, status.approvals)
    if known.items > LARGEST:
        hint = f"at most {LARGEST} are executed under one certificate: govern retention plan … --most {LARGEST}"
        raise RefusedError(f"plan `{known.id}` has {known.items} records", hint=hint)
    if not status.certificate:
        done = 0
        destroyer = _Destroyer(ports, actor, stores, known, fault)
        for number, items in _number_batches(ports, known):
            destroyer.run(number, items)
            done += len(items)
            progress(done, known.items)
        fault("all batches")
    status = get_plan(ports, actor, known.id)
    if status.left:
        return status, None
    issued = _certify(ports, actor, stores, status, fault)
    return get_plan(ports, actor, known.id), issued


def excuse_record(ports: Ports, actor: Actor, plan: str, record: str, reason: str) -> ItemResult:
    """Decide that a record which could not be destroyed is left out: the certificate lists it as not reached."""
    check_may(actor, "approve_destruction")
    check_line(reason, "reason")
    with ports.register.begin(write=True) as unit:
        known = _find_plan(unit, plan)
        for number, items in _number_batches(ports, known):
            if all(item.record != record for item in items):
                continue
            journal = _read_batch(unit, known, number)
            result = journal.find(record) if journal else None
            if journal is None or result is None or not journal.ended or result.settled:
                raise RefusedError(
                    f"`{record}` is not on the list of what could not be destroyed",
                    hint=f"govern retention progress {known.id}",
                )
            words = f"{result.words} ({result.outcome.value}); left out by {actor.id}: {reason}"
            excused = replace(result, outcome=Outcome.EXCUSED, words=words, at=format_time(ports.now()))
            saved = _save_batch(unit, ports, journal.with_result(excused))
            unit.emit(record_event(ports, actor, "disposition.excused", saved, project_matter(known.project)))
            break
        else:
            raise StoreError(f"plan `{known.id}` has no record `{record}`")

    ports.log.sequence()
    return excused


def certify_plan(ports: Ports, actor: Actor, stores: Disposal, plan: str) -> IssuedCertificate:
    """The certificate of a plan of which nothing is unfinished; issued once, and given out as often as asked for."""
    check_may(actor, "read")
    status = get_plan(ports, actor, plan)
    if not status.certificate:
        check_may(actor, "destroy_records")
    return _certify(ports, actor, stores, status, lambda _: None)


def verify_certificate(data: bytes, keys: Sequence[VerifierKey]) -> dict[str, Any]:
    """Check a certificate's file against the log that it names: its statement's fields. No workspace is needed.

    Raises VerificationError unless the entry commits to the statement and is in the log that one of the keys signed.
    """
    value = parse_canonical(data, limit=None)
    if not isinstance(value, dict) or set(value) != {"entry", "proof", "statement"}:
        raise VerificationError("this is not a certificate of destruction")
    statement = canonical_bytes(value["statement"])
    entry = str(value["entry"]).encode()
    found, wanted = sha256(statement).hexdigest(), find_body(entry) or ""
    if found != wanted:
        raise VerificationError("the entry is about another certificate", expected=wanted, found=found)
    check_proof(str(value["proof"]).encode(), entry, keys)
    return parse_statement(statement)


class _Destroyer:
    """Destroys the batches of one plan."""

    def __init__(
        self, ports: Ports, actor: Actor, stores: Disposal, plan: DispositionPlan, fault: Callable[[str], None]
    ) -> None:
        self._ports = ports
        self._actor = actor
        self._stores = stores
        self._plan = plan
        self._fault = fault
        self._planned = {item.record: item.version for item in read_items(ports, plan)}
        # Read once: what is registered at the same place while this runs is seen by the next execution alone.
        with ports.register.begin(write=False) as unit:
            kept = (parse_retained(each) for each in unit.scan_newest(RETAINED, ""))
            self._neighbours = find_neighbours(read_items(ports, plan), plan.project, kept)

    def run(self, number: int, items: Sequence[PlanItem]) -> None:
        """Finish a batch as far as it can be."""
        with self._ports.register.begin(write=False) as unit:
            journal = _read_batch(unit, self._plan, number)
        if journal is not None and journal.ended and not list_unfinished(journal.results):
            return
        resumed = journal is not None and not journal.ended
        if journal is None or journal.ended:
            journal = self._begin(number, items, journal)
        self._end(items, journal, resumed=resumed)

    def _begin(self, number: int, items: Sequence[PlanItem], earlier: Batch | None) -> Batch:
        """Look at everything first, and record what was found: from here on a crash is finished by the next run."""
        results = []
        for item in items:
            known = earlier.find(item.record) if earlier else None
            if known is not None and (known.settled or known.begun):
                results.append(known if known.settled else replace(known, outcome=Outcome.FOUND))
            else:
                results.append(self._survey(item))
        journal = Batch(self._plan.id, number, False, tuple(results))
        if earlier is not None:
            journal = replace(journal, version=earlier.version, holds=earlier.holds)
        with self._ports.register.begin(write=True) as unit:
            saved = _save_batch(unit, self._ports, journal)
            self._emit(unit, "destruction.begun", saved)
        self._ports.log.sequence()
        self._fault("begun")
        return replace(journal, version=saved.version)

    def _survey(self, item: PlanItem) -> ItemResult:
        try:
            store, location = self._open(item)
            found = Manifest(tuple((each, _digest(store, location, each)) for each in store.list(location)))
        except GovernError as problem:
            return ItemResult(item.record, Outcome.FAILED, _one_line(problem))
        return judge_found(item, found, self._ports.files.put(format_manifest(found)))

    def _end(self, items: Sequence[PlanItem], journal: Batch, *, resumed: bool) -> None:
        """Destroy, in one transaction with the last look at the holds."""
        with self._ports.register.begin(write=True) as unit:
            unit.lock(HOLDS_LOCK)
            results = []
            read: dict[str, None] = dict.fromkeys(journal.holds)
            for item, found in zip(items, journal.results, strict=True):
                # Read for each: a hold that was committed a moment ago, by a program that takes no lock, counts too.
                holds = [each for each in read_holds(unit, self._plan.project) if each.holds_on(self._today())]
                read.update(dict.fromkeys(each.id for each in holds))
                started = replace(found, begun=found.begun or resumed)
                result = self._settle(unit, item, started, holds) if found.outcome is Outcome.FOUND else found
                if result.outcome is Outcome.DESTROYED and found.outcome is Outcome.FOUND:
                    self._dispose(unit, item)
                results.append(result)
            ended = replace(journal, ended=True, results=tuple(results), holds=tuple(read))
            self._emit(unit, "records.destroyed", _save_batch(unit, self._ports, ended))
            self._fault("before the end")
        self._fault("ended")
        self._ports.log.sequence()

    def _settle(self, unit: Unit, item: PlanItem, found: ItemResult, holds: Sequence[Hold]) -> ItemResult:
        """Destroy one record, if nothing has come in between.

        Where it was begun before, by a run that failed or was interrupted, things may be gone. If all are, it is
        destroyed, whatever has come since: a hold cannot bring it back.
        """
        try:
            store, location = self._open(item)
            now = list(store.list(location))
            if found.begun and not now:
                return self._finish(store, location, found)
            refused = self._refuse(unit, item, found, holds, now)
            if refused is not None:
                return refused
            found = replace(found, begun=True)
            for each in sorted(now, key=lambda each: not each.leftover):
                store.delete(location, each)
                self._fault("deleted")
            return self._finish(store, location, found)
        except GovernError as problem:
            return replace(found, outcome=Outcome.FAILED, words=_one_line(problem))

    def _refuse(
        self, unit: Unit, item: PlanItem, found: ItemResult, holds: Sequence[Hold], now: Iterable[StoredObject]
    ) -> ItemResult | None:
        record = unit.find(RETAINED, f"{self._plan.project}/{item.record}")
        if record is None or record.version != item.version:
            words = "the register's record was changed since the plan"
            return replace(found, outcome=Outcome.CHANGED, words=words)
        reached = holds_on(parse_retained(record), holds, self._today())
        if reached:
            words = f"held by {', '.join(each.id for each in reached)}"
            return replace(found, outcome=Outcome.HELD, words=words)
        near = self._refuse_near(unit, item, found)
        if near is not None:
            return near
        difference = next(self._manifest(found).differences(now, begun=found.begun), "")
        return replace(found, outcome=Outcome.CHANGED, words=difference) if difference else None

    def _refuse_near(self, unit: Unit, item: PlanItem, found: ItemResult) -> ItemResult | None:
        """Refuse what would be destroyed with it: a record at the same place that is held, or that nobody planned."""
        for key in self._neighbours.get(item.record, ()):
            other = unit.find(RETAINED, key)
            record = parse_retained(other) if other is not None else None
            if record is None or record.disposed:
                continue
            where = f"`{record.id}` of `{record.project}` lies there too"
            reached = holds_on(record, read_holds(unit, record.project), self._today())
            if reached:
                words = f"{where}, and is held by {', '.join(each.id for each in reached)}"
                return replace(found, outcome=Outcome.HELD, words=words)
            if record.project != self._plan.project or self._planned.get(record.id) != record.version:
                return replace(found, outcome=Outcome.SHARED, words=f"{where}, and is not in the plan as it stands")
        return None

    def _finish(self, store: DisposalStore, location: str, found: ItemResult) -> ItemResult:
        store.finish(location)
        left = sum(1 for _ in store.list(location))
        if left:
            return replace(found, outcome=Outcome.FAILED, words=f"{left} things are still there after the deletion")
        at = format_time(self._ports.now())
        return replace(found, outcome=Outcome.DESTROYED, words="verified to be gone", at=at)

    def _today(self) -> date:
        return self._ports.now().date()

    def _manifest(self, found: ItemResult) -> Manifest:
        data = self._ports.files.get(found.manifest)
        if data is None:
            raise StoreError(f"the list of what was found (`{found.manifest[:12]}…`) is not there")
        return parse_manifest(data)

    def _dispose(self, unit: Unit, item: PlanItem) -> None:
        record = unit.find(RETAINED, f"{self._plan.project}/{item.record}")
        if record is not None:
            mark_disposed(self._ports, self._actor, unit, parse_retained(record), self._plan.id)

    def _open(self, item: PlanItem) -> tuple[DisposalStore, str]:
        found = self._stores.find(item.store)
        if found is None:
            raise StoreError(f"no declared store holds `{item.store}`", hint="declare it in stores.yaml")
        place, store = found
        return store, place.inside(item.store)

    def _emit(self, unit: Unit, kind: str, record: Record) -> None:
        unit.emit(record_event(self._ports, self._actor, kind, record, project_matter(self._plan.project)))


def _digest(store: DisposalStore, location: str, found: Any) -> str:
    total = sha256()
    for piece in store.read(location, found):
        total.update(piece)
    return total.hexdigest()


def _one_line(problem: GovernError) -> str:
    place = f"{problem.where}: " if problem.where else ""
    said = "".join(each if each.isprintable() else " " for each in place + problem.message)
    return unicodedata.normalize("NFC", said)[:300]


def _certify(
    ports: Ports, actor: Actor, stores: Disposal, status: PlanStatus, fault: Callable[[str], None]
) -> IssuedCertificate:
    plan = status.plan
    ports.log.sequence()
    with ports.register.begin(write=True) as unit:
        record = unit.find(CERTIFICATE, plan.id)
        if record is None:
            results = {each.record: each for each in status.results}
            items = [(item, results[item.record]) for item in read_items(ports, plan) if item.record in results]
            statement = state_destruction(
                plan,
                status.approvals,
                items,
                _list_reached(stores, items),
                id_=ports.new_id(),
                executors=_list_executors(ports, plan),
                certified_by=actor.id,
                certified_at=format_time(ports.now()),
                holds_read=status.holds,
                salt=ports.new_id(),
            )
            record = unit.save(CERTIFICATE, plan.id, statement, read_version=0)
            unit.emit(record_event(ports, actor, "disposition.certified", record, project_matter(plan.project)))
    fault("certified")
    head = ports.log.sequence()
    index, entry = _find_entry(ports, f"{CERTIFICATE}:{plan.id}@{record.version}", head.size)
    path = inclusion_path(index, head.size, ports.log.read_node)
    return IssuedCertificate(record.body, entry, index, format_proof(Proof(index, path, head.checkpoint)))


def _find_entry(ports: Ports, object_: str, size: int) -> tuple[int, bytes]:
    """The entry that recorded an object. Raises VerificationError. One pass over the log."""
    named = b'"object":"%s"' % object_.encode()
    for index, data in enumerate(ports.log.entries(0, size)):
        if named in data and find_object(data) == object_:
            return index, data
    raise VerificationError(f"no entry names `{object_}`", hint="run govern log verify --records")


def _list_executors(ports: Ports, plan: DispositionPlan) -> list[str]:
    """Who executed it: the actors of the log's entries about its batches."""
    named = b'"object":"%s:%s.' % (BATCH.encode(), plan.id.encode())
    actors = set()
    for data in ports.log.entries():
        if named in data and b'"kind":"records.destroyed"' in data:
            value: Any = parse_canonical(data)
            actors.add(str(value["actor"]))
    return sorted(actors)


def _list_reached(stores: Disposal, items: Sequence[tuple[PlanItem, ItemResult]]) -> list[ReachedStore]:
    reached: dict[str, ReachedStore] = {}
    for item, result in items:
        found = stores.find(item.store)
        if found is None or result.outcome is not Outcome.DESTROYED:
            continue
        place, store = found
        known = reached.get(place.name) or ReachedStore(place, store.method, 0, 0, 0)
        reached[place.name] = replace(
            known, records=known.records + 1, objects=known.objects + result.objects, size=known.size + result.size
        )
    return [reached[name] for name in sorted(reached)]


def _number_batches(ports: Ports, plan: DispositionPlan) -> Iterator[tuple[int, Sequence[PlanItem]]]:
    number = 0
    for digest in plan.pages:
        page = tuple(read_items(ports, replace(plan, pages=(digest,))))
        for items in split_batches(page):
            yield number, items
            number += 1


def _read_status(unit: Unit, plan: DispositionPlan) -> PlanStatus:
    batches = [parse_batch(each.body, each.version) for each in unit.scan_newest(BATCH, f"{plan.id}.")]
    results = tuple(result for batch in batches for result in batch.results)
    holds = tuple(sorted({hold for batch in batches for hold in batch.holds}))
    certificate = unit.find(CERTIFICATE, plan.id)
    issued = parse_statement(certificate.body)["id"] if certificate else ""
    return PlanStatus(plan, _parse_approvals(unit.find(APPROVAL, plan.id)), results, holds, str(issued))


def _find_plan(unit: Unit, plan: str) -> DispositionPlan:
    exact = unit.find(PLAN, plan)
    if exact is not None:
        return parse_plan(exact.body)
    known = [each.id for each in unit.list(PLAN)]
    begun = [each for each in known if plan and each.startswith(plan)]
    if len(begun) != 1:
        said = "names several plans" if begun else "is no plan"
        hint = suggest(plan, known) or "govern retention plans"
        raise StoreError(f"`{plan[:80]}` {said}", hint=hint)
    found = unit.find(PLAN, begun[0])
    assert found is not None
    return parse_plan(found.body)


def _parse_approvals(record: Record | None) -> tuple[Approval, ...]:
    if record is None:
        return ()
    body: Any = parse_canonical(record.body, limit=None)
    return tuple(Approval(**each) for each in body["approvals"])


def _batch_id(plan: str, number: int) -> str:
    return f"{plan}.{number:06}"


def _read_batch(unit: Unit, plan: DispositionPlan, number: int) -> Batch | None:
    record = unit.find(BATCH, _batch_id(plan.id, number))
    return parse_batch(record.body, record.version) if record else None


def _save_batch(unit: Unit, ports: Ports, batch: Batch) -> Record:
    body = format_batch(replace(batch, salt=ports.new_id()))
    return unit.save(BATCH, _batch_id(batch.plan, batch.number), body, read_version=batch.version)
