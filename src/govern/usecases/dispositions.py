"""Destruction: plan, approve exactly that plan, execute, certify.

    disposition.planned     the plan, which names every record by the digests of its pages
    disposition.approved    somebody approved the plan of that digest; two different people do
    destruction.begun       what was found of a batch of records, before any of it is touched
    retention.disposed      one record is destroyed: the register's record of it
    records.destroyed       what came of the batch
    retention.absent        one record is ended of which nothing was there: nobody destroyed it here
    disposition.excused     a record that could not be destroyed is left out, with a reason
    disposition.confirmed   a person confirmed that records of which nothing was found are gone
    disposition.withdrawn   a plan that destroyed nothing is given up
    disposition.certified   the certificate: nothing of the plan is unfinished

A plan of which every record was left out, and nothing of any is destroyed, is closed: there is nothing to certify.

How the batches are executed, and what a crash leaves: `govern.usecases.destroying`.
"""

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
    parse_entry,
)
from govern.errors import FactError, RefusedError, StoreError, VerificationError
from govern.kernel import Actor, Citation, canonical_bytes, check_may, parse_canonical, suggest
from govern.retention import (
    APPROVALS,
    Approval,
    DispositionPlan,
    ItemResult,
    Outcome,
    PlanItem,
    ReachedStore,
    RetainedRecord,
    StorePlace,
    check_approval,
    check_approved,
    check_digest,
    check_line,
    check_second,
    choose_item,
    format_page,
    format_plan,
    holds_on,
    is_placed,
    list_approvers,
    list_unfinished,
    parse_batch,
    parse_manifest,
    parse_plan,
    parse_statement,
    say_unplaced,
    split_pages,
    state_destruction,
)
from govern.usecases.destroying import (
    BATCH,
    WITHDRAWAL,
    Destroyer,
    check_not_withdrawn,
    mark_begun,
    measure_begun,
    number_batches,
    read_batch,
    read_items,
    save_batch,
)
from govern.usecases.gaps import assess_project
from govern.usecases.ports import Disposal, Ports, Record, Unit
from govern.usecases.records import Project, get_project, project_matter, record_event
from govern.usecases.retained import (
    RETAINED,
    cite_in_words,
    decide_records,
    parse_retained,
    read_holds,
    read_series,
)

PLAN, APPROVAL, CERTIFICATE = "disposition", "disposition_approval", "destruction_certificate"
CERTIFIED = "disposition.certified"

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
    withdrawn: str = ""
    """Who withdrew it, and why, in words; empty where nobody did."""

    @property
    def left(self) -> tuple[ItemResult, ...]:
        """The list to act on: what was tried and is not destroyed."""
        return list_unfinished(self.results)

    @property
    def state(self) -> str:
        """`certified`, `withdrawn`, `closed` (without a certificate), `begun`, `approved` or `planned`."""
        if self.certificate:
            return "certified"
        if self.withdrawn:
            return "withdrawn"
        if len(self.results) == self.plan.items and not self.left and not any(each.certified for each in self.results):
            return "closed"
        if self.results:
            return "begun"
        return "approved" if len(list_approvers(self.plan, self.approvals)) >= APPROVALS else "planned"


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
    planner_approves: bool = False,
    stores: Disposal | None = None,
) -> DispositionPlan:
    """Plan the destruction of what is due in a project on a day. Nothing is destroyed.

    Of everything, or of one class of records, and no more than `most` of it, by id; what lies behind the last of these
    is not looked at. Of the declared `stores` the plan says which held records none of them has, and leaves out what is
    itself a link there. With `planner_approves` who plans it may be one of the two who approve it, and the plan and the
    certificate say so. One pass over the register, in the memory of one page. Raises RefusedError where nothing is due,
    and for a record that the workspace itself is kept in.
    """
    check_may(actor, "plan_destruction")
    check_line(reason, "reason")
    if as_of > ports.now().date():
        raise FactError(
            f"`{as_of.isoformat()}` is in the future", where="as of", hint="what is due by today is planned"
        )

    with ports.register.begin(write=False) as unit:
        checked = assess_project(ports, get_project(unit, project), as_of)
        decide = decide_records(ports, unit, project, as_of, checked)
        tally = _Tally(cite_in_words(checked), stores.is_link if stores is not None else lambda _: False)
        kept = (parse_retained(each) for each in unit.scan_newest(RETAINED, f"{project}/"))
        meant = (each for each in kept if not each.disposed and record_class in ("", each.record_class))
        due = _refuse_own(ports, islice(tally.choose(decide(each) for each in meant), most))
        pages = tuple(ports.files.put(format_page(page)) for page in split_pages(due))
        holds = [each.id for each in read_holds(unit, project) if each.holds_on(as_of)]
        unplaced = _list_unplaced(unit, stores.places if stores is not None else (), as_of)
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
        planner_approves=planner_approves,
        unplaced=say_unplaced(unplaced),
    )
    with ports.register.begin(write=True) as unit:
        record = unit.save(PLAN, plan.id, format_plan(plan), read_version=0)
        unit.emit(record_event(ports, actor, "disposition.planned", record, project_matter(project)))
    ports.log.sequence()
    return plan


def _refuse_own(ports: Ports, items: Iterable[PlanItem]) -> Iterator[PlanItem]:
    """The items; raises RefusedError at one that an earlier govern took in and that the workspace is kept in."""
    check = ports.guard()
    for each in items:
        try:
            check(each.store)
        except RefusedError as problem:
            hint = f"govern retention correct {each.record} --store …"
            raise RefusedError(problem.message, where=each.record, hint=hint) from None
        yield each


def _list_unplaced(unit: Unit, places: Sequence[StorePlace], day: date) -> list[RetainedRecord]:
    """The held records, of whatever project, whose address no declared store has: they may be anything in one."""
    holds = [each for each in read_holds(unit) if each.holds_on(day)] if places else []
    if not holds:
        return []
    kept = (parse_retained(each) for each in unit.scan_newest(RETAINED, ""))
    return [
        each for each in kept if not each.disposed and not is_placed(places, each.store) and holds_on(each, holds, day)
    ]


class _Tally:
    """Counts what goes into a plan and what does not, on the way through."""

    def __init__(self, say: Callable[[Citation], str], is_link: Callable[[str], bool]) -> None:
        self._say = say
        self._is_link = is_link
        self.items = 0
        self.left: dict[str, int] = {}
        self.stores: dict[str, int] = {}

    def choose(self, found: Iterable[Any]) -> Iterator[PlanItem]:
        for each in found:
            item, why = choose_item(each, self._say)
            if item is not None and self._is_link(item.store):
                item, why = None, "due, and its address is a link: only that would be destroyed"
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


def get_plan(ports: Ports, actor: Actor, plan: str, stores: Disposal | None = None) -> PlanStatus:
    """A plan by the beginning of its id, and how far it is. Raises StoreError.

    With `stores`, what was begun and has not ended is looked at: how much of it is gone by now. Nothing is touched.
    """
    check_may(actor, "read")
    with ports.register.begin(write=False) as unit:
        status = _read_status(unit, _find_plan(unit, plan))
    begun = {each.record for each in status.results if each.outcome is Outcome.FOUND}
    if stores is None or not begun:
        return status
    at = {item.record: item.store for item in read_items(ports, status.plan) if item.record in begun}
    looked = (
        measure_begun(ports, stores, at[each.record], each) if each.record in at else each for each in status.results
    )
    return replace(status, results=tuple(looked))


def find_partly(unit: Unit) -> Iterator[tuple[str, str, ItemResult]]:
    """The records of which a part is destroyed, or may be: each as `project/id`, with the plan and what came of it."""
    plans: dict[str, str] = {}
    for stored in unit.scan_newest(BATCH, ""):
        batch = parse_batch(stored.body, stored.version)
        for each in mark_begun(batch):
            if each.partly:
                if batch.plan not in plans:
                    plans[batch.plan] = _find_plan(unit, batch.plan).project
                yield f"{plans[batch.plan]}/{each.record}", batch.plan, each


def withdraw_plan(ports: Ports, actor: Actor, plan: str, reason: str) -> PlanStatus:
    """Give up a plan that destroyed nothing; nobody can approve or execute it any more.

    Raises RefusedError where anything of it is destroyed, or was begun and has not ended: that one is executed to its
    end, and certified.
    """
    check_may(actor, "plan_destruction")
    check_line(reason, "reason")
    with ports.register.begin(write=True) as unit:
        known = _find_plan(unit, plan)
        check_not_withdrawn(unit, known)
        if any(each.certified for each in _read_status(unit, known).results):
            hint = f"execute it again, and leave out what stays: govern retention progress {known.id}"
            raise RefusedError(f"a part of plan `{known.id}` is destroyed, or may be", hint=hint)
        body = {"actor": actor.id, "at": format_time(ports.now()), "reason": reason, "salt": ports.new_id()}
        saved = unit.save(WITHDRAWAL, known.id, canonical_bytes(body), read_version=0)
        unit.emit(record_event(ports, actor, "disposition.withdrawn", saved, project_matter(known.project)))
        status = _read_status(unit, known)

    ports.log.sequence()
    return status


def approve_plan(ports: Ports, actor: Actor, plan: str, digest: str) -> PlanStatus:
    """Approve exactly the plan of this digest. Two different people do, before it can be executed.

    None of them is the one who planned it, unless the plan says so.
    """
    check_may(actor, "approve_destruction")
    with ports.register.begin(write=True) as unit:
        known = _find_plan(unit, plan)
        check_not_withdrawn(unit, known)
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
    is in the status's `left`, each with the reason; then there is no certificate, and none where all was left out.
    `fault` is called with the name of each step; tests make it raise. Raises RefusedError without the approval of two
    people, and for a plan that was withdrawn.
    """
    check_may(actor, "destroy_records")
    with ports.register.begin(write=False) as unit:
        status = _read_status(unit, _find_plan(unit, plan))
        check_not_withdrawn(unit, status.plan)
    known = status.plan
    check_digest(known, digest)
    check_approved(known, status.approvals)
    if known.items > LARGEST:
        hint = f"at most {LARGEST} are executed under one certificate: govern retention plan … --most {LARGEST}"
        raise RefusedError(f"plan `{known.id}` has {known.items} records", hint=hint)
    if not status.certificate:
        done = 0
        destroyer = Destroyer(ports, actor, stores, known, fault)
        for number, items in number_batches(ports, known):
            destroyer.run(number, items)
            done += len(items)
            progress(done, known.items)
        destroyer.finish_carried()
        fault("all batches")
    status = get_plan(ports, actor, known.id)
    if status.left or status.state == "closed":
        return status, None
    issued = _certify(ports, actor, stores, status, fault)
    return get_plan(ports, actor, known.id), issued


def excuse_records(
    ports: Ports, actor: Actor, plan: str, records: Sequence[str], reason: str
) -> tuple[ItemResult, ...]:
    """Decide that records which could not be destroyed are left out: the certificate lists them as not reached.

    All of them, or none where one is not on the list of what could not be destroyed.
    """
    check_may(actor, "approve_destruction")
    check_line(reason, "reason")
    wanted = set(records)
    excused: list[ItemResult] = []
    with ports.register.begin(write=True) as unit:
        known = _find_plan(unit, plan)
        check_not_withdrawn(unit, known)
        for number, items in number_batches(ports, known):
            here = [item.record for item in items if item.record in wanted]
            excused += [_excuse(ports, actor, unit, known, number, record, reason) for record in here]
        missing = sorted(wanted - {each.record for each in excused})
        if missing:
            raise StoreError(f"plan `{known.id}` has no record `{missing[0]}`")

    ports.log.sequence()
    return tuple(excused)


def _excuse(
    ports: Ports, actor: Actor, unit: Unit, known: DispositionPlan, number: int, record: str, reason: str
) -> ItemResult:
    journal = read_batch(unit, known, number)
    result = journal.find(record) if journal else None
    if journal is None or result is None or not journal.ended or result.settled:
        raise RefusedError(
            f"`{record}` is not on the list of what could not be destroyed",
            hint=f"govern retention progress {known.id}",
        )
    words = f"{result.words} ({result.outcome.value}); left out by {actor.id}: {reason}"
    excused = replace(result, outcome=Outcome.EXCUSED, words=words, at=format_time(ports.now()))
    saved = save_batch(unit, ports, journal.with_result(excused))
    unit.emit(record_event(ports, actor, "disposition.excused", saved, project_matter(known.project)))
    return excused


def confirm_absence(
    ports: Ports, actor: Actor, plan: str, records: Sequence[str], reason: str
) -> tuple[ItemResult, ...]:
    """Confirm that records of which an execution found nothing are gone, and do not lie elsewhere; all without names.

    The next execution looks once more, and ends them as found absent: the certificate lists them apart from what was
    destroyed. Another person than who planned it does, as for an approval. Raises RefusedError for any other record.
    """
    check_may(actor, "approve_destruction")
    check_line(reason, "reason")
    confirmed: list[ItemResult] = []
    with ports.register.begin(write=True) as unit:
        known = _find_plan(unit, plan)
        check_not_withdrawn(unit, known)
        check_second(known, actor.id)
        for number, _ in number_batches(ports, known):
            journal = read_batch(unit, known, number)
            if journal is None or not journal.ended:
                continue
            absent = [each for each in journal.results if each.outcome is Outcome.ABSENT]
            chosen = [each for each in absent if not records or each.record in records]
            for each in chosen:
                confirmed.append(replace(each, confirmed_by=actor.id, reason=reason))
                journal = journal.with_result(confirmed[-1])
            if chosen:
                saved = save_batch(unit, ports, journal)
                unit.emit(record_event(ports, actor, "disposition.confirmed", saved, project_matter(known.project)))
        found = {each.record for each in confirmed}
        other = next((each for each in records if each not in found), "" if found else "nothing")
        if other:
            hint = f"execute it, then: govern retention progress {known.id}"
            raise RefusedError(f"`{other[:80]}` is not on the list of what was found absent", hint=hint)

    ports.log.sequence()
    return tuple(confirmed)


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
    said = parse_statement(statement)
    _check_certifies(entry, said)
    return said


def _check_certifies(entry: bytes, said: dict[str, Any]) -> None:
    """That the entry is that of a certificate, and of this plan's.

    The log commits to much that anybody may bring along, such as each document that was read out of it: a digest in it
    shows that somebody had these bytes, and not that anything was destroyed.
    """
    found, plan = parse_entry(entry), said.get("plan")
    wanted = f"{CERTIFICATE}:{plan.get('id') if isinstance(plan, dict) else ''}"
    if (found.kind, found.object.rpartition("@")[0]) != (CERTIFIED, wanted):
        raise VerificationError(
            "the entry is not the one by which this destruction was certified",
            expected=f"{CERTIFIED}, {wanted}",
            found=f"{found.kind}, {found.object}",
        )


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
                _list_gone(ports, items),
                _list_links(ports, items),
                _list_unplaced(unit, stores.places, ports.now().date()),
                id_=ports.new_id(),
                executors=_list_executors(ports, plan),
                certified_by=actor.id,
                certified_at=format_time(ports.now()),
                holds_read=status.holds,
                parties=_list_parties(get_project(unit, plan.project)),
                salt=ports.new_id(),
            )
            record = unit.save(CERTIFICATE, plan.id, statement, read_version=0)
            unit.emit(record_event(ports, actor, CERTIFIED, record, project_matter(plan.project)))
    fault("certified")
    head = ports.log.sequence()
    index, entry = _find_entry(ports, f"{CERTIFICATE}:{plan.id}@{record.version}", head.size)
    path = inclusion_path(index, head.size, ports.log.read_node)
    return IssuedCertificate(record.body, entry, index, format_proof(Proof(index, path, head.checkpoint)))


def _list_parties(project: Project) -> list[dict[str, str]]:
    """The legal persons of a project whose names are known: of ids alone nobody elsewhere could say who they were."""
    parties = []
    for role in ("client", "vendor"):
        texts = {name: project.answers.get(f"{role}.{name}") for name in ("name", "registration", "address")}
        known = {name: str(each.value) for name, each in texts.items() if each is not None}
        if "name" in known:
            parties.append({"role": role, **known})
    return parties


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


def _list_gone(ports: Ports, items: Iterable[tuple[PlanItem, ItemResult]]) -> dict[str, tuple[str, ...]]:
    """By record, the SHA-256 of each thing that is gone of one that is not destroyed; empty where none is known."""
    found = {}
    for _, result in items:
        data = ports.files.get(result.gone_list) if result.gone_list else None
        if data is not None:
            found[result.record] = tuple(sorted(digest for _, digest in parse_manifest(data).objects))
    return found


def _list_links(ports: Ports, items: Iterable[tuple[PlanItem, ItemResult]]) -> dict[str, dict[str, str]]:
    """By record, where each link leads that was destroyed with it; with the one around it, where it went with that."""
    found = {}
    for _, result in items:
        counts = result.links and not result.carrier and (result.outcome is Outcome.DESTROYED or result.partly)
        data = ports.files.get(result.manifest) if counts else None
        if data is not None:
            found[result.record] = parse_manifest(data).links
    return found


def _list_reached(stores: Disposal, items: Sequence[tuple[PlanItem, ItemResult]]) -> list[ReachedStore]:
    reached: dict[str, ReachedStore] = {}
    for item, result in items:
        found = stores.find(item.store)
        whole = result.outcome is Outcome.DESTROYED
        if found is None or not (whole or result.partly):
            continue
        place, store = found
        known = reached.get(place.name) or ReachedStore(place, store.method, 0, 0, 0)
        objects, size = (result.objects - result.links, result.size) if whole else (result.gone or 0, result.gone_size)
        if result.carrier:  # they count with the carrier
            objects, size = 0, 0
        reached[place.name] = replace(
            known, records=known.records + whole, objects=known.objects + objects, size=known.size + size
        )
    return [reached[name] for name in sorted(reached)]


def _read_status(unit: Unit, plan: DispositionPlan) -> PlanStatus:
    batches = [parse_batch(each.body, each.version) for each in unit.scan_newest(BATCH, f"{plan.id}.")]
    results = tuple(result for batch in batches for result in mark_begun(batch))
    holds = tuple(sorted({hold for batch in batches for hold in batch.holds}))
    certificate = unit.find(CERTIFICATE, plan.id)
    issued = parse_statement(certificate.body)["id"] if certificate else ""
    approvals = _parse_approvals(unit.find(APPROVAL, plan.id))
    return PlanStatus(plan, approvals, results, holds, str(issued), _say_withdrawn(unit.find(WITHDRAWAL, plan.id)))


def _say_withdrawn(record: Record | None) -> str:
    if record is None:
        return ""
    body: Any = parse_canonical(record.body, limit=None)
    return f"withdrawn by {body['actor']} at {body['at']}: {body['reason']}"


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
