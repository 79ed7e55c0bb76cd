"""Inventories: what lies in the declared stores beside what is registered there.

The log commits to the numbers. Names of files may say whose data they are, and can be guessed from a digest: none of
them is kept, in no form.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from govern.errors import GovernError, RefusedError, StoreError
from govern.kernel import Actor, canonical_bytes, check_may, suggest
from govern.retention import (
    ItemResult,
    Outcome,
    PartlyDestroyed,
    RegisteredPlace,
    RetainedRecord,
    Standing,
    StoreInventory,
    StorePlace,
    plain_address,
)
from govern.usecases.access import note_access
from govern.usecases.destroying import measure_begun
from govern.usecases.dispositions import find_partly
from govern.usecases.ports import Disposal, DisposalStore, Ports, Unit
from govern.usecases.records import WORKSPACE
from govern.usecases.retained import RETAINED, parse_retained


@dataclass(frozen=True, slots=True)
class OddThing:
    """A thing in a store that no record keeps."""

    store: StorePlace
    name: str
    size: int
    """Bytes."""
    standing: Standing
    location: str
    """Its address, as a record would have it."""


OnThing = Callable[[OddThing], None]


@dataclass(frozen=True)
class Inventory:
    """An inventory, and the index of its entry in the log."""

    stores: tuple[StoreInventory, ...]
    entry: int

    @property
    def in_order(self) -> bool:
        """Whether every store is."""
        return all(each.in_order for each in self.stores)


def take_inventory(
    ports: Ports,
    actor: Actor,
    stores: Disposal,
    names: Sequence[str] = (),
    *,
    on_thing: OnThing = lambda _: None,
    progress: Callable[[int], None] = lambda _: None,
) -> Inventory:
    """Look at the declared stores, or those of these names, and hold what lies there against the register.

    Nothing in a store is read or changed. A store that cannot be looked at to the end has a `problem`, and the others
    are looked at all the same. Memory: the records that lie in one store. `progress` is told how many things were seen.
    A record of which a destruction left a part is named with what that left. Raises StoreError where no such store is
    declared.
    """
    check_may(actor, "take_inventory")
    places = _choose(stores.places, names)
    partly = _find_partly(ports)
    seen = 0
    taken = []
    for place in places:
        found = StoreInventory(place.name)
        problem = ""
        store = None
        try:
            store = stores.open(place)
            with ports.register.begin(write=False) as unit:
                found.expect(_registered(unit, place, store, found))
            for name, size in store.walk():
                standing = found.take(name, size)
                if standing is not Standing.REGISTERED:
                    location = f"{plain_address(place.at)}/{store.location_of(name)}"
                    on_thing(OddThing(place, name, size, standing, location))
                seen += 1
                progress(seen)
        except GovernError as error:
            problem = error.message
            if store is None:
                found.records = _count_kept(ports, place)
        found.close(problem)
        found.partly = list(_measure_partly(ports, stores, place, partly))
        taken.append(found)
    return Inventory(tuple(taken), _keep(ports, actor, taken))


def _choose(places: Sequence[StorePlace], names: Sequence[str]) -> Sequence[StorePlace]:
    known = {each.name: each for each in places}
    if not known:
        raise StoreError("no store is declared", hint="stores.yaml of the workspace declares them")
    for name in names:
        if name not in known:
            hint = suggest(name, known) or f"one of {', '.join(known)}"
            raise StoreError(f"no store `{name}` is declared", hint=hint)
    return [each for each in places if not names or each.name in names]


def _registered(
    unit: Unit, place: StorePlace, store: DisposalStore, found: StoreInventory
) -> Iterator[RegisteredPlace]:
    """Where the records of a store lie, but for those whose address is no place in it."""
    for record in _scan_placed(unit, place):
        name = f"{record.project}/{record.id}"
        try:
            location = store.name_of(place.inside(record.store))
        except RefusedError:
            if not record.disposed:
                found.leave(name)
        else:
            yield RegisteredPlace(location, name, bool(record.disposed))


def _scan_placed(unit: Unit, place: StorePlace) -> Iterator[RetainedRecord]:
    for stored in unit.scan_newest(RETAINED):
        record = parse_retained(stored)
        if place.holds(record.store):
            yield record


def _count_kept(ports: Ports, place: StorePlace) -> int:
    with ports.register.begin(write=False) as unit:
        return sum(not each.disposed for each in _scan_placed(unit, place))


def _find_partly(ports: Ports) -> list[tuple[str, PartlyDestroyed, ItemResult]]:
    """The records that are kept and of which a destruction left a part, each with where it lies."""
    found = []
    with ports.register.begin(write=False) as unit:
        for record, plan, result in find_partly(unit):
            stored = unit.find(RETAINED, record)
            kept = parse_retained(stored) if stored is not None else None
            if kept is not None and not kept.disposed:
                found.append((kept.store, PartlyDestroyed(record, plan), result))
    return found


def _measure_partly(
    ports: Ports, stores: Disposal, place: StorePlace, known: Iterable[tuple[str, PartlyDestroyed, ItemResult]]
) -> Iterator[PartlyDestroyed]:
    """Those of one store. What was begun and has not ended is looked at now."""
    for location, each, result in known:
        if place.holds(location):
            now = measure_begun(ports, stores, location, result) if result.outcome is Outcome.FOUND else result
            if now.partly:
                yield replace(each, gone=now.gone, objects=now.objects, words=now.words)


def _keep(ports: Ports, actor: Actor, taken: Sequence[StoreInventory]) -> int:
    """Keep the numbers in a file that the log commits to; the index of the entry."""
    fields = ("store", "objects", "size", "records", "unregistered", "unregistered_size", "returned", "problem")
    body = {
        "salt": ports.new_id(),
        "stores": [
            {
                **{name: getattr(each, name) for name in fields},
                "missing": each.missing,
                "unplaced": each.unplaced,
                "partly": [{"gone": part.gone, "record": part.record} for part in each.partly],
            }
            for each in taken
        ],
    }
    kept = ports.files.put(canonical_bytes(body))
    return note_access(ports, actor, "inventory.taken", f"file:{kept}", WORKSPACE, kept)
