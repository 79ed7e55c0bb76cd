"""The execution of a plan of destruction, batch by batch: what is looked at, destroyed, and found to be gone.

The order is such that a crash leaves what the next run finishes. A batch that was begun is in the register and the log
before anything of it is deleted. In the transaction that ends it the holds and the register's records are read again,
with the lock that placing a hold takes too, and then each thing is deleted and looked for. A crash in between rolls
that transaction back: the next run finds the batch begun, deletes what is left, and counts as destroyed what was found
before and is gone now. Where a hold or a failure leaves the rest, what is gone by then is counted, and listed.

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
from govern.errors import GovernError, RefusedError, StoreError, VerificationError
from govern.kernel import Actor
from govern.retention import (
    BATCH_ITEMS,
    Batch,
    DispositionPlan,
    Hold,
    ItemResult,
    Manifest,
    Marks,
    Outcome,
    PlanItem,
    RetainedRecord,
    StoredObject,
    Verdict,
    choose_item,
    do_meet,
    find_carriers,
    find_depth,
    find_inside,
    find_kind,
    find_neighbours,
    find_rivals,
    format_batch,
    format_manifest,
    holds_on,
    judge_absence,
    judge_carried,
    judge_days,
    judge_found,
    list_unfinished,
    note_gone,
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

BATCH, WITHDRAWAL = "destruction", "disposition_withdrawal"

BEGUN = "its destruction was begun and has not ended"

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


def check_not_withdrawn(unit: Unit, plan: DispositionPlan) -> None:
    """Return if nobody withdrew the plan. Raises RefusedError."""
    if unit.find(WITHDRAWAL, plan.id) is not None:
        raise RefusedError(f"plan `{plan.id}` was withdrawn", hint=f"govern retention plan {plan.project} --reason …")


def mark_begun(batch: Batch) -> Iterator[ItemResult]:
    """The results of a batch; where it has not ended, of what was found a part may be gone that nobody counted."""
    for each in batch.results:
        begun = not batch.ended and each.outcome is Outcome.FOUND
        yield note_gone(replace(each, words=BEGUN, begun=True), None) if begun else each


def measure_begun(ports: Ports, stores: Disposal, location: str, result: ItemResult) -> ItemResult:
    """How much of a record is gone by now, whose destruction was begun and has not ended. Nothing is touched."""
    result = replace(result, words=BEGUN)
    try:
        store, inside = _open(stores, location)
        gone, leftovers = _read_manifest(ports, result.manifest).missing(store.list(inside))
    except GovernError:
        return note_gone(result, None)
    return note_gone(result, gone, leftovers=leftovers)  # whoever only looks keeps no list


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
    mark: Callable[[str], Marks | None] | None = None
    marks: dict[str, Marks | None] = field(default_factory=dict)


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
        self._orders = self._read_orders(unit)
        self._rivals: list[str] = []
        kept = (parse_retained(each) for each in unit.scan_newest(RETAINED, ""))
        items = read_items(self._ports, self._plan)
        self._neighbours = find_neighbours(items, self._plan.project, self._note_rivals(kept), self._stores.marker())
        self._measured: dict[str, Sequence[tuple[int, Callable[[], str]]]] = {}

    def _read_orders(self, unit: Unit) -> tuple[Hold, ...]:
        return tuple(each for each in read_holds(unit) if each.holds_on(self._today()))

    def _holds_on(self, record: RetainedRecord, holds: Iterable[Hold]) -> tuple[Hold, ...]:
        return holds_on(record, holds, self._today(), resolve=self._stores.resolve)

    def _note_rivals(self, kept: Iterable[RetainedRecord]) -> Iterator[RetainedRecord]:
        """Note the held records of which marks that were read once do not say enough."""
        kinds = find_rivals({find_kind(item.store) for item in read_items(self._ports, self._plan)})
        for each in kept:
            if not each.disposed and find_kind(each.store) in kinds and self._holds_on(each, self._orders):
                self._rivals.append(f"{each.project}/{each.id}")
            yield each

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
            found = {item.record: self._go_late(done, item, done.results[item.record]) for item in waiting}
            if all(done.results[record] == result for record, result in found.items()):
                return
            done.results.update(found)
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
            check_not_withdrawn(unit, self._plan)
            saved = save_batch(unit, self._ports, journal)
            self._emit(unit, "destruction.begun", saved)
        self._ports.log.sequence()
        self._fault("begun")
        return replace(journal, version=saved.version)

    def _look(self, number: int, item: PlanItem, known: ItemResult | None, looked: dict[str, ItemResult]) -> ItemResult:
        if known is not None and known.settled:
            return known
        if known is not None and known.begun:
            return replace(known, outcome=Outcome.FOUND, words="", held_by="")
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
        result = judge_found(item, found, self._ports.files.put(format_manifest(found)))
        if result.outcome is Outcome.CHANGED:  # from what was planned; the register may say so too by now
            with self._ports.register.begin(write=False) as unit:
                record = self._find_retained(unit, f"{self._plan.project}/{item.record}")
                return _refuse_corrected(record, item, result) or result
        return result

    # --- the last look, and the destruction

    def _end(self, items: Sequence[PlanItem], journal: Batch, *, resumed: bool) -> None:
        """Destroy, in one transaction with the last look at the holds and at what is registered."""
        with self._ports.register.begin(write=True) as unit:
            unit.lock(HOLDS_LOCK)
            # Registered, changed or held since, perhaps at one of these places.
            if unit.count(RETAINED) != self._counted or self._read_orders(unit) != self._orders:
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
        left: dict[int, StoredObject] | None = None
        try:
            store, location = self._open(item)
            left = dict(enumerate(store.list(location)))
            if found.begun and not left:
                return self._finish(store, location, found)
            refused = self._refuse(done, item, found, left.values())
            if refused is not None:
                return self._note_gone(refused, left.values())
            found = replace(found, begun=True)
            for number, each in sorted(left.items(), key=lambda pair: not pair[1].leftover):
                store.delete(location, each)
                self._fault("deleted")
                del left[number]
            result = self._finish(store, location, found)
        except GovernError as problem:
            result = replace(found, outcome=Outcome.FAILED, words=_one_line(problem))
        if result.outcome is Outcome.DESTROYED:
            return result
        return self._note_gone(result, self._list_again(item, None if left is None else left.values()))

    def _list_again(self, item: PlanItem, left: Iterable[StoredObject] | None) -> Iterable[StoredObject] | None:
        """What is there after a failure; what was not deleted before it, where the store does not say."""
        try:
            store, location = self._open(item)
            return tuple(store.list(location))
        except GovernError:
            return left

    def _note_gone(self, result: ItemResult, now: Iterable[StoredObject] | None) -> ItemResult:
        if not result.begun:
            return result
        if now is None:
            return note_gone(result, None)
        try:
            gone, leftovers = self._manifest(result).missing(now)
        except GovernError:  # the list of what was found is gone
            return note_gone(result, None)
        return note_gone(result, gone, self._ports.files.put(format_manifest(gone)) if gone.objects else "", leftovers)

    def _refuse(self, done: _Pass, item: PlanItem, found: ItemResult, now: Iterable[StoredObject]) -> ItemResult | None:
        refused = self._refuse_own(done, item, found) or self._refuse_near(done, item, found)
        if refused is not None:
            return refused
        if item.record in self._kept:
            return replace(found, outcome=Outcome.CHANGED, words=self._kept[item.record])
        difference = next(self._manifest(found).differences(now, begun=found.begun), "")
        if difference:
            return replace(found, outcome=Outcome.CHANGED, words=difference)
        # After the comparison: what is as it was found before this transaction has not become another's in between.
        refused = self._refuse_rivals(done, item, found)
        if refused is not None:
            return refused
        parts = self._split(item, found) if item.record in self._carried else {}
        for inner in self._carried.get(item.record, ()):
            if inner.record in parts and inner.digest not in ("", parts[inner.record].content):
                words = f"`{inner.record}` lies within it, and its content is not the registered one"
                return replace(found, outcome=Outcome.CHANGED, words=words)
        return None

    def _refuse_own(self, done: _Pass, item: PlanItem, found: ItemResult) -> ItemResult | None:
        record = self._find_retained(done.unit, f"{self._plan.project}/{item.record}")
        refused = _refuse_corrected(record, item, found)
        if refused is not None or record is None:
            return refused
        held = ", ".join(each.id for each in self._holds_on(record, done.holds))
        if held:
            return replace(found, outcome=Outcome.HELD, words=f"held by {held}", held_by=held)
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
            held = ", ".join(each.id for each in self._holds_on(record, holds[record.project]))
            if held:
                return replace(found, outcome=Outcome.HELD, words=f"{where}, and is held by {held}", held_by=held)
            version, _ = self._planned.get(record.id, (0, 0))
            if record.project != self._plan.project or version != record.version:
                return replace(found, outcome=Outcome.SHARED, words=f"{where}, and is not in the plan as it stands")
            other = self._find_result(done, record.id)
            if other is not None and other.outcome is Outcome.EXCUSED:
                return replace(found, outcome=Outcome.SHARED, words=f"{where}, and was left out of this plan")
            if record.id in self._kept:
                return replace(found, outcome=Outcome.SHARED, words=f"{where}, and {self._kept[record.id]}")
        return None

    def _refuse_rivals(self, done: _Pass, item: PlanItem, found: ItemResult) -> ItemResult | None:
        """Refuse what is a held record by another way that the addresses do not show, or may be."""
        kinds = find_rivals([find_kind(item.store)])
        for key in self._rivals if kinds else ():
            record = self._find_retained(done.unit, key)
            if record is None or find_kind(record.store) not in kinds or key == f"{self._plan.project}/{item.record}":
                continue
            words = self._say_rival(done, item, found, record)
            if words:
                held = ", ".join(each.id for each in self._holds_on(record, self._orders))
                words = f"{words} `{record.id}` of `{record.project}`, which is held by {held}"
                return replace(found, outcome=Outcome.HELD, words=words, held_by=held)
        return None

    def _say_rival(self, done: _Pass, item: PlanItem, found: ItemResult, record: RetainedRecord) -> str:
        """Why it may be that other record, as the beginning of a sentence; empty where it is none."""
        done.mark = done.mark or self._stores.marker()
        if item.store not in done.marks or find_kind(item.store) == "rows":
            done.marks[item.store] = done.mark(item.store)
        if record.store not in done.marks:
            done.marks[record.store] = done.mark(record.store)
        mine, other = done.marks[item.store], done.marks[record.store]
        if mine is None or other is None:
            return "it cannot be told apart from"
        if do_meet(mine, other):
            return "it lies at the place of"
        if find_kind(item.store) == "rows" or (mine and other and mine[-1][-1] == other[-1][-1]):
            return ""
        return self._compare(found, record)

    def _compare(self, found: ItemResult, record: RetainedRecord) -> str:
        """Whether the content of the two is the same: a file of a server may be one of this machine, or of another."""
        digests: dict[int, set[str]] = {}
        for each, digest in self._manifest(found).objects:
            if each.size:
                digests.setdefault(each.size, set()).add(digest)
        try:
            for size, read in self._measure(record.store):
                if size in digests and read() in digests[size]:
                    return "a file of it has the content of, and may be, one of"
        except GovernError:
            return "it cannot be told apart from"
        return ""

    def _measure(self, location: str) -> Sequence[tuple[int, Callable[[], str]]]:
        """The files of a held record; listed once, for they are compared with each record of the plan."""
        if location not in self._measured:
            self._measured[location] = tuple(self._stores.list_contents(location))
        return self._measured[location]

    def _finish(self, store: DisposalStore, location: str, found: ItemResult) -> ItemResult:
        store.finish(location)
        left = sum(1 for _ in store.list(location))
        if left:
            return replace(found, outcome=Outcome.FAILED, words=f"{left} things are still there after the deletion")
        at = format_time(self._ports.now())
        return replace(note_gone(found, Manifest(())), outcome=Outcome.DESTROYED, words="verified to be gone", at=at)

    # --- what lies within another record of the plan

    def _go_along(self, done: _Pass, item: PlanItem, found: ItemResult) -> ItemResult:
        carried = self._find_carried(done, item)
        if carried is not None:
            return carried
        return self._note_part(done, item, self._stay(done, item, found))

    def _go_late(self, done: _Pass, item: PlanItem, found: ItemResult) -> ItemResult:
        """As `_go_along`, after the batch of the record around it; only what is gone counts now."""
        carried = self._find_carried(done, item)
        if carried is not None:
            return carried
        part = self._note_part(done, item, replace(found, words=self._say_within(done, item)))
        return part if part.partly else found

    def _note_part(self, done: _Pass, item: PlanItem, found: ItemResult) -> ItemResult:
        """What of a record is gone with a part of the one around it."""
        carrier = self._carriers[item.record]
        outer = self._find_result(done, carrier.record)
        if outer is None or not outer.partly:
            return found
        if outer.gone is None:
            return note_gone(found, None)
        try:
            here = self._split(carrier, outer)
            gone = _read_manifest(self._ports, outer.gone_list).split([find_inside(carrier.store, item.store)])
        except GovernError:
            return note_gone(found, None)
        for part in gone.values():
            digest = self._ports.files.put(format_manifest(part))
            whole = here[item.record]
            found = replace(
                found, objects=len(whole.objects), size=whole.size, links=len(whole.links), carrier=carrier.record
            )
            found = note_gone(found, part, digest)
        return found

    def _stay(self, done: _Pass, item: PlanItem, found: ItemResult) -> ItemResult:
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
        return replace(found, words=self._say_within(done, item))

    def _say_within(self, done: _Pass, item: PlanItem) -> str:
        carrier = self._carriers[item.record]
        outer = self._find_result(done, carrier.record)
        words = f"it goes with `{carrier.record}`, in which it lies, and that is not destroyed"
        return words + (f": {outer.outcome.value}" if outer is not None else "")

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
            ended, _ = judge_days(today, self._ports.now())
            done.judge = lambda each: judge_absence(decide(each), ended, say)
        return done.judge(record)

    # --- reading and writing

    def _today(self) -> date:
        return self._ports.now().date()

    def _find_retained(self, unit: Unit, key: str) -> RetainedRecord | None:
        record = unit.find(RETAINED, key)
        return parse_retained(record) if record is not None else None

    def _manifest(self, found: ItemResult) -> Manifest:
        return _read_manifest(self._ports, found.manifest)

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
        return _open(self._stores, item.store)

    def _emit(self, unit: Unit, kind: str, record: Record) -> None:
        unit.emit(record_event(self._ports, self._actor, kind, record, project_matter(self._plan.project)))


def _open(stores: Disposal, location: str) -> tuple[DisposalStore, str]:
    found = stores.find(location)
    if found is None:
        raise StoreError(f"no declared store holds `{location}`", hint="declare it in stores.yaml")
    place, store = found
    return store, place.inside(location)


def _read_manifest(ports: Ports, digest: str) -> Manifest:
    data = ports.files.get(digest)
    if data is None:
        hint = "restore the workspace's files folder from a backup"
        raise StoreError(f"the list of what was found (`{digest[:12]}…`) is not there", hint=hint)
    return parse_manifest(data)


def _refuse_corrected(record: RetainedRecord | None, item: PlanItem, found: ItemResult) -> ItemResult | None:
    if record is not None and record.version == item.version:
        return None
    words = "the register's record was changed since the plan: plan anew"
    return replace(found, outcome=Outcome.CHANGED, words=words)


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
