"""The execution of a plan of destruction, batch by batch: what is looked at, destroyed, and found to be gone.

The order is such that a crash leaves what the next run finishes. A batch that was begun is in the register and the log
before anything of it is deleted. In the transaction that ends it the holds and the register's records are read again,
with the lock that placing a hold takes too, and then each thing is deleted and looked for. A crash in between rolls
that transaction back: the next run finds the batch begun, deletes what is left, and counts as destroyed what was found
before and is gone now.

A record that lies within another of the plan goes with it. The transaction that destroys the outer one ends both in
the register; what was found in the outer one proves what was there of the inner one, in this run or the next.
"""

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from typing import Any

from govern.audit import format_time
from govern.errors import GovernError, StoreError, VerificationError
from govern.kernel import Actor
from govern.retention import (
    BATCH_ITEMS,
    Batch,
    DispositionPlan,
    Hold,
    ItemResult,
    Manifest,
    Outcome,
    PlanItem,
    RetainedRecord,
    StoredObject,
    Verdict,
    choose_item,
    find_carriers,
    find_depth,
    find_inside,
    find_neighbours,
    format_batch,
    format_manifest,
    holds_on,
    judge_absence,
    judge_carried,
    judge_found,
    list_unfinished,
    parse_batch,
    parse_manifest,
    parse_page,
    split_batches,
)
from govern.usecases.gaps import assess_project
from govern.usecases.ports import Disposal, DisposalStore, Ports, Record, Unit
from govern.usecases.records import get_project, project_matter, record_event
from govern.usecases.retained import (
    HOLDS_LOCK,
    RETAINED,
    cite_in_words,
    decide_records,
    parse_retained,
    read_holds,
)
from govern.usecases.retaining import mark_disposed

BATCH = "destruction"

Fault = Callable[[str], None]


def read_items(ports: Ports, plan: DispositionPlan) -> Iterator[PlanItem]:
    """The records of a plan, page by page. Raises VerificationError for a page that is gone."""
    for digest in plan.pages:
        page = ports.files.get(digest)
        if page is None:
            hint = "restore the workspace's files folder from a backup"
            raise VerificationError(f"the page `{digest[:12]}…` of plan `{plan.id}` is not there", hint=hint)
        yield from parse_page(page)


def number_batches(ports: Ports, plan: DispositionPlan) -> Iterator[tuple[int, Sequence[PlanItem]]]:
    """The batches of a plan with their numbers."""
    number = 0
    for digest in plan.pages:
        page = tuple(read_items(ports, replace(plan, pages=(digest,))))
        for items in split_batches(page):
            yield number, items
            number += 1


def read_batch(unit: Unit, plan: DispositionPlan, number: int) -> Batch | None:
    """The journal of a batch; None before it was begun."""
    record = unit.find(BATCH, _batch_id(plan.id, number))
    return parse_batch(record.body, record.version) if record else None


def save_batch(unit: Unit, ports: Ports, batch: Batch) -> Record:
    """Keep a new version of a batch's journal."""
    body = format_batch(replace(batch, salt=ports.new_id()))
    return unit.save(BATCH, _batch_id(batch.plan, batch.number), body, read_version=batch.version)


def _batch_id(plan: str, number: int) -> str:
    return f"{plan}.{number:06}"


@dataclass(slots=True)
class _Pass:
    """One transaction that ends a batch: what came of its records so far, and what was read on the way."""

    unit: Unit
    number: int
    results: dict[str, ItemResult]
    holds: Sequence[Hold] = ()
    batches: dict[int, Batch | None] = field(default_factory=dict)
    judge: Callable[[RetainedRecord], tuple[str, str]] | None = None


class Destroyer:
    """Destroys the batches of one plan. `fault` is called with the name of each step; tests make it raise."""

    def __init__(self, ports: Ports, actor: Actor, stores: Disposal, plan: DispositionPlan, fault: Fault) -> None:
        self._ports = ports
        self._actor = actor
        self._stores = stores
        self._plan = plan
        self._fault = fault
        # Every page of a plan but the last is full, and holds whole batches: a place in the plan says the batch.
        self._planned = {
            item.record: (item.version, place // BATCH_ITEMS) for place, item in enumerate(read_items(ports, plan))
        }
        self._carriers = find_carriers(read_items(ports, plan))
        self._carried: dict[str, list[PlanItem]] = {}
        for item in read_items(ports, plan) if self._carriers else ():
            if item.record in self._carriers:
                self._carried.setdefault(self._carriers[item.record].record, []).append(item)
        self._parts: dict[tuple[str, str], dict[str, Manifest]] = {}
        with ports.register.begin(write=False) as unit:
            self._read_neighbours(unit)
            self._kept = dict(self._list_kept(unit))

    def _list_kept(self, unit: Unit) -> Iterator[tuple[str, str]]:
        """What the schedule does not have destroyed any more, though the plan names it as it stands, each with why.

        Facts and decisions may be others than at planning. Read once, since it takes a check of all laws; holds are
        read again for each record.
        """
        project = self._plan.project
        decide = decide_records(self._ports, unit, project, self._today())
        for stored in unit.scan_newest(RETAINED, f"{project}/"):
            record = parse_retained(stored)
            if record.disposed or self._planned.get(record.id, (0, 0))[0] != record.version:
                continue
            found = decide(record)
            if found.verdict is not Verdict.HELD and choose_item(found)[0] is None:
                yield record.id, f"by the schedule of today it is not due for destruction ({found.words})"

    def _read_neighbours(self, unit: Unit) -> None:
        self._counted = unit.count(RETAINED)  # before the scan: what comes in between is read again, not missed
        kept = (parse_retained(each) for each in unit.scan_newest(RETAINED, ""))
        self._neighbours = find_neighbours(read_items(self._ports, self._plan), self._plan.project, kept)

    def run(self, number: int, items: Sequence[PlanItem]) -> None:
        """Finish a batch as far as it can be."""
        with self._ports.register.begin(write=False) as unit:
            journal = read_batch(unit, self._plan, number)
        if journal is not None and journal.ended and not list_unfinished(journal.results):
            return
        resumed = journal is not None and not journal.ended
        if journal is None or journal.ended:
            journal = self._begin(number, items, journal)
        self._end(items, journal, resumed=resumed)

    def finish_carried(self) -> None:
        """Note what went with a record of a later batch. Nothing is touched by it."""
        late = {
            self._planned[inner][1]
            for inner, outer in self._carriers.items()
            if self._planned[outer.record][1] > self._planned[inner][1]
        }
        for number, items in number_batches(self._ports, self._plan) if late else ():
            if number in late:
                self._note_carried(number, items)

    def _note_carried(self, number: int, items: Sequence[PlanItem]) -> None:
        with self._ports.register.begin(write=True) as unit:
            journal = read_batch(unit, self._plan, number)
            assert journal is not None  # it was run
            done = _Pass(unit, number, {each.record: each for each in journal.results})
            waiting = [each for each in items if done.results[each.record].outcome is Outcome.WITHIN]
            found = [each for each in (self._find_carried(done, item) for item in waiting) if each is not None]
            if not found:
                return
            done.results.update({each.record: each for each in found})
            ended = replace(journal, results=tuple(done.results.values()))
            self._emit(unit, "records.destroyed", save_batch(unit, self._ports, ended))
            self._fault("noted what was carried")
        self._ports.log.sequence()

    # --- the first look

    def _begin(self, number: int, items: Sequence[PlanItem], earlier: Batch | None) -> Batch:
        """Look at everything first, and record what was found: from here on a crash is finished by the next run."""
        known = {each.record: each for each in earlier.results} if earlier else {}
        looked: dict[str, ItemResult] = {}
        for item in _outer_first(items):
            looked[item.record] = self._look(number, item, known.get(item.record), looked)
        results = tuple(looked[item.record] for item in items)
        journal = Batch(self._plan.id, number, False, results)
        if earlier is not None:
            journal = replace(journal, version=earlier.version, holds=earlier.holds)
        with self._ports.register.begin(write=True) as unit:
            saved = save_batch(unit, self._ports, journal)
            self._emit(unit, "destruction.begun", saved)
        self._ports.log.sequence()
        self._fault("begun")
        return replace(journal, version=saved.version)

    def _look(self, number: int, item: PlanItem, known: ItemResult | None, looked: dict[str, ItemResult]) -> ItemResult:
        if known is not None and known.settled:
            return known
        if known is not None and known.begun:
            return replace(known, outcome=Outcome.FOUND)
        carrier = self._carriers.get(item.record)
        if carrier is not None and not self._goes_alone(number, item, carrier, looked):
            return ItemResult(item.record, Outcome.WITHIN)
        found = self._survey(item)  # outside of every transaction: it may take hours
        if known is not None and found.outcome is Outcome.ABSENT:
            found = replace(found, confirmed_by=known.confirmed_by, reason=known.reason)
        return found

    def _goes_alone(self, number: int, item: PlanItem, carrier: PlanItem, looked: dict[str, ItemResult]) -> bool:
        """Whether the record around this one is not there, or went without having held anything of it."""
        with self._ports.register.begin(write=False) as unit:
            outer = self._find_result(_Pass(unit, number, looked), carrier.record)
        if outer is None:
            return False
        if outer.outcome is Outcome.DESTROYED:
            return item.record not in self._split(carrier, outer)
        return outer.outcome in (Outcome.ABSENT, Outcome.GONE)

    def _survey(self, item: PlanItem) -> ItemResult:
        try:
            store, location = self._open(item)
            found = Manifest(tuple((each, _digest(store, location, each)) for each in store.list(location)))
        except GovernError as problem:
            return ItemResult(item.record, Outcome.FAILED, _one_line(problem))
        return judge_found(item, found, self._ports.files.put(format_manifest(found)))

    # --- the last look, and the destruction

    def _end(self, items: Sequence[PlanItem], journal: Batch, *, resumed: bool) -> None:
        """Destroy, in one transaction with the last look at the holds and at what is registered."""
        with self._ports.register.begin(write=True) as unit:
            unit.lock(HOLDS_LOCK)
            if unit.count(RETAINED) != self._counted:  # registered or changed since, perhaps at one of these places
                self._read_neighbours(unit)
            done = _Pass(unit, journal.number, {each.record: each for each in journal.results})
            read: dict[str, None] = dict.fromkeys(journal.holds)
            for item in _outer_first(items):
                # Read for each: a hold that was committed a moment ago, by a program that takes no lock, counts too.
                done.holds = [each for each in read_holds(unit, self._plan.project) if each.holds_on(self._today())]
                read.update(dict.fromkeys(each.id for each in done.holds))
                found = done.results[item.record]
                result = self._settle(done, item, found, resumed=resumed)
                done.results[item.record] = result
                if result.outcome in (Outcome.DESTROYED, Outcome.GONE) and not found.settled:
                    self._dispose(unit, item, result)
            results = tuple(done.results[item.record] for item in items)
            ended = replace(journal, ended=True, results=results, holds=tuple(read))
            self._emit(unit, "records.destroyed", save_batch(unit, self._ports, ended))
            self._fault("before the end")
        self._fault("ended")
        self._ports.log.sequence()

    def _settle(self, done: _Pass, item: PlanItem, found: ItemResult, *, resumed: bool) -> ItemResult:
        match found.outcome:
            case Outcome.FOUND:
                return self._destroy(done, item, replace(found, begun=found.begun or resumed))
            case Outcome.WITHIN:
                return self._go_along(done, item, found)
            case Outcome.ABSENT:
                return self._close(done, item, found)
        return found

    def _destroy(self, done: _Pass, item: PlanItem, found: ItemResult) -> ItemResult:
        """Destroy one record, if nothing has come in between.

        Where it was begun before, by a run that failed or was interrupted, things may be gone. If all are, it is
        destroyed, whatever has come since: a hold cannot bring it back.
        """
        try:
            store, location = self._open(item)
            now = list(store.list(location))
            if found.begun and not now:
                return self._finish(store, location, found)
            refused = self._refuse(done, item, found, now)
            if refused is not None:
                return refused
            found = replace(found, begun=True)
            for each in sorted(now, key=lambda each: not each.leftover):
                store.delete(location, each)
                self._fault("deleted")
            return self._finish(store, location, found)
        except GovernError as problem:
            return replace(found, outcome=Outcome.FAILED, words=_one_line(problem))

    def _refuse(self, done: _Pass, item: PlanItem, found: ItemResult, now: Iterable[StoredObject]) -> ItemResult | None:
        refused = self._refuse_own(done, item, found) or self._refuse_near(done, item, found)
        if refused is not None:
            return refused
        if item.record in self._kept:
            return replace(found, outcome=Outcome.CHANGED, words=self._kept[item.record])
        difference = next(self._manifest(found).differences(now, begun=found.begun), "")
        if difference:
            return replace(found, outcome=Outcome.CHANGED, words=difference)
        parts = self._split(item, found) if item.record in self._carried else {}
        for inner in self._carried.get(item.record, ()):
            if inner.record in parts and inner.digest not in ("", parts[inner.record].content):
                words = f"`{inner.record}` lies within it, and its content is not the registered one"
                return replace(found, outcome=Outcome.CHANGED, words=words)
        return None

    def _refuse_own(self, done: _Pass, item: PlanItem, found: ItemResult) -> ItemResult | None:
        record = self._find_retained(done.unit, f"{self._plan.project}/{item.record}")
        if record is None or record.version != item.version:
            words = "the register's record was changed since the plan"
            return replace(found, outcome=Outcome.CHANGED, words=words)
        reached = holds_on(record, done.holds, self._today())
        if reached:
            words = f"held by {', '.join(each.id for each in reached)}"
            return replace(found, outcome=Outcome.HELD, words=words)
        return None

    def _refuse_near(self, done: _Pass, item: PlanItem, found: ItemResult) -> ItemResult | None:
        """Refuse what would be destroyed with it: one at the same place that is held, unplanned, left out or kept."""
        holds = {self._plan.project: done.holds}
        for key in self._neighbours.get(item.record, ()):
            record = self._find_retained(done.unit, key)
            if record is None or record.disposed:
                continue
            where = f"`{record.id}` of `{record.project}` lies there too"
            if record.project not in holds:
                holds[record.project] = read_holds(done.unit, record.project)
            reached = holds_on(record, holds[record.project], self._today())
            if reached:
                words = f"{where}, and is held by {', '.join(each.id for each in reached)}"
                return replace(found, outcome=Outcome.HELD, words=words)
            version, _ = self._planned.get(record.id, (0, 0))
            if record.project != self._plan.project or version != record.version:
                return replace(found, outcome=Outcome.SHARED, words=f"{where}, and is not in the plan as it stands")
            other = self._find_result(done, record.id)
            if other is not None and other.outcome is Outcome.EXCUSED:
                return replace(found, outcome=Outcome.SHARED, words=f"{where}, and was left out of this plan")
            if record.id in self._kept:
                return replace(found, outcome=Outcome.SHARED, words=f"{where}, and {self._kept[record.id]}")
        return None

    def _finish(self, store: DisposalStore, location: str, found: ItemResult) -> ItemResult:
        store.finish(location)
        left = sum(1 for _ in store.list(location))
        if left:
            return replace(found, outcome=Outcome.FAILED, words=f"{left} things are still there after the deletion")
        at = format_time(self._ports.now())
        return replace(found, outcome=Outcome.DESTROYED, words="verified to be gone", at=at)

    # --- what lies within another record of the plan

    def _go_along(self, done: _Pass, item: PlanItem, found: ItemResult) -> ItemResult:
        carried = self._find_carried(done, item)
        if carried is not None:
            return carried
        carrier = self._carriers[item.record]
        outer = self._find_result(done, carrier.record)
        refused = self._refuse_own(done, item, found)
        if refused is not None:
            return refused
        if outer is not None and outer.outcome is Outcome.EXCUSED:
            words = f"`{carrier.record}`, in which it lies, was left out of this plan"
            return replace(found, outcome=Outcome.SHARED, words=words)
        if outer is not None and outer.outcome is Outcome.DESTROYED:  # and there was nothing of this one in it
            return self._close(done, item, replace(found, outcome=Outcome.ABSENT))
        words = f"it goes with `{carrier.record}`, in which it lies, and that is not destroyed"
        return replace(found, words=words + (f": {outer.outcome.value}" if outer is not None else ""))

    def _find_carried(self, done: _Pass, item: PlanItem) -> ItemResult | None:
        """The result of a record that went with the one around it; None if that is not gone, or did not hold it."""
        carrier = self._carriers[item.record]
        outer = self._find_result(done, carrier.record)
        if outer is None or outer.outcome is not Outcome.DESTROYED:
            return None
        part = self._split(carrier, outer).get(item.record)
        if part is None:
            return None
        return judge_carried(item, outer, part, self._ports.files.put(format_manifest(part)))

    def _find_result(self, done: _Pass, record: str) -> ItemResult | None:
        """How a record of the plan stands by now, in this batch or another."""
        _, number = self._planned[record]
        if number == done.number:
            return done.results.get(record)
        if number not in done.batches:
            done.batches[number] = read_batch(done.unit, self._plan, number)
        batch = done.batches[number]
        return batch.find(record) if batch is not None else None

    def _split(self, carrier: PlanItem, outer: ItemResult) -> dict[str, Manifest]:
        """What was found in a record of each of those that lie within it."""
        key = carrier.record, outer.manifest
        if key not in self._parts:
            places = {each.record: find_inside(carrier.store, each.store) for each in self._carried[carrier.record]}
            parts = self._manifest(outer).split(dict.fromkeys(places.values()))
            self._parts[key] = {name: parts[place] for name, place in places.items() if place in parts}
        return self._parts[key]

    # --- what is gone already

    def _close(self, done: _Pass, item: PlanItem, found: ItemResult) -> ItemResult:
        """End a record of which nothing is there, if a person confirmed that, and nothing keeps it."""
        record = self._find_retained(done.unit, f"{self._plan.project}/{item.record}")
        words, incident = self._judge_absence(done, record) if record is not None else ("nothing is there", "")
        found = replace(found, words=words, incident=incident, at=format_time(self._ports.now()))
        refused = self._refuse_own(done, item, found)
        if refused is not None:
            return replace(refused, words=f"{refused.words}; nothing is there")
        if not found.confirmed_by:
            return found
        try:
            store, location = self._open(item)
            left = sum(1 for _ in store.list(location))
        except GovernError as problem:
            return replace(found, outcome=Outcome.FAILED, words=_one_line(problem))
        if left:
            return replace(found, outcome=Outcome.CHANGED, words="something lies there now")
        return replace(found, outcome=Outcome.GONE)

    def _judge_absence(self, done: _Pass, record: RetainedRecord) -> tuple[str, str]:
        if done.judge is None:
            today = self._today()
            checked = assess_project(self._ports, get_project(done.unit, record.project), today)
            decide = decide_records(self._ports, done.unit, record.project, today, checked)
            say = cite_in_words(checked)
            done.judge = lambda each: judge_absence(decide(each), today, say)
        return done.judge(record)

    # --- reading and writing

    def _today(self) -> date:
        return self._ports.now().date()

    def _find_retained(self, unit: Unit, key: str) -> RetainedRecord | None:
        record = unit.find(RETAINED, key)
        return parse_retained(record) if record is not None else None

    def _manifest(self, found: ItemResult) -> Manifest:
        data = self._ports.files.get(found.manifest)
        if data is None:
            hint = "restore the workspace's files folder from a backup"
            raise StoreError(f"the list of what was found (`{found.manifest[:12]}…`) is not there", hint=hint)
        return parse_manifest(data)

    def _dispose(self, unit: Unit, item: PlanItem, result: ItemResult) -> None:
        """End the record in the register, and with it those that went with it."""
        self._mark(unit, item.record, result.at if result.outcome is Outcome.GONE else "")
        if item.record in self._carried and result.outcome is Outcome.DESTROYED:
            for inner in self._split(item, result):
                self._mark(unit, inner, "")

    def _mark(self, unit: Unit, record: str, absent: str) -> None:
        known = self._find_retained(unit, f"{self._plan.project}/{record}")
        if known is not None and not known.disposed:
            mark_disposed(self._ports, self._actor, unit, known, self._plan.id, absent)
            self._counted += 1

    def _open(self, item: PlanItem) -> tuple[DisposalStore, str]:
        found = self._stores.find(item.store)
        if found is None:
            raise StoreError(f"no declared store holds `{item.store}`", hint="declare it in stores.yaml")
        place, store = found
        return store, place.inside(item.store)

    def _emit(self, unit: Unit, kind: str, record: Record) -> None:
        unit.emit(record_event(self._ports, self._actor, kind, record, project_matter(self._plan.project)))


def _outer_first(items: Iterable[PlanItem]) -> list[PlanItem]:
    return sorted(items, key=lambda item: find_depth(item.store))


def _digest(store: DisposalStore, location: str, found: Any) -> str:
    total = sha256()
    for piece in store.read(location, found):
        total.update(piece)
    return total.hexdigest()


def _one_line(problem: GovernError) -> str:
    place = f"{problem.where}: " if problem.where else ""
    said = "".join(each if each.isprintable() else " " for each in place + problem.message)
    return unicodedata.normalize("NFC", said)[:300]
