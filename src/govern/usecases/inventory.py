"""Inventories: what lies in the declared stores beside what is registered there.

The log commits to the numbers. Names of files may say whose data they are, and can be guessed from a digest: none of
them is kept, in no form.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from govern.errors import GovernError, StoreError
from govern.kernel import Actor, canonical_bytes, check_may, suggest
from govern.retention import RegisteredPlace, Standing, StoreInventory, StorePlace
from govern.usecases.access import note_access
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
    Raises StoreError where no such store is declared.
    """
    check_may(actor, "take_inventory")
    places = _choose(stores.places, names)
    seen = 0
    taken = []
    for place in places:
        found = StoreInventory(place.name)
        problem = ""
        try:
            store = stores.open(place)
            with ports.register.begin(write=False) as unit:
                found.expect(_registered(unit, place, store))
            for name, size in store.walk():
                standing = found.take(name, size)
                if standing is not Standing.REGISTERED:
                    location = f"{place.at.rstrip('/')}/{store.location_of(name)}"
                    on_thing(OddThing(place, name, size, standing, location))
                seen += 1
                progress(seen)
        except GovernError as error:
            problem = error.message
        found.close(problem)
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


def _registered(unit: Unit, place: StorePlace, store: DisposalStore) -> Iterator[RegisteredPlace]:
    for stored in unit.scan_newest(RETAINED):
        record = parse_retained(stored)
        if place.holds(record.store):
            location = store.name_of(place.inside(record.store).rstrip("/"))
            yield RegisteredPlace(location, f"{record.project}/{record.id}", bool(record.disposed))


def _keep(ports: Ports, actor: Actor, taken: Sequence[StoreInventory]) -> int:
    """Keep the numbers in a file that the log commits to; the index of the entry."""
    fields = ("store", "objects", "size", "records", "unregistered", "unregistered_size", "returned", "problem")
    body = {
        "salt": ports.new_id(),
        "stores": [{**{name: getattr(each, name) for name in fields}, "missing": each.missing} for each in taken],
    }
    kept = ports.files.put(canonical_bytes(body))
    return note_access(ports, actor, "inventory.taken", f"file:{kept}", WORKSPACE, kept)
