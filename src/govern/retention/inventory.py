"""What lies in a store beside what is registered: data that no rule reaches, and records of which nothing is there.

A schedule destroys what is registered. What somebody copied to a store and never registered it does not know, and
keeps for ever. An inventory finds it; it looks at names and sizes, never at content.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum


class Standing(StrEnum):
    """What a thing in a store is to the register."""

    REGISTERED = "registered"
    UNREGISTERED = "unregistered"
    RETURNED = "returned"
    """It lies where a record was destroyed, and no other record keeps it."""


@dataclass(frozen=True, slots=True)
class RegisteredPlace:
    """Where a record lies within a store, its parts separated by `/`; empty for the store as a whole."""

    location: str
    record: str
    """`project/id`."""
    disposed: bool


@dataclass(frozen=True, slots=True)
class PartlyDestroyed:
    """A record that is kept, and of which a plan destroyed `gone` of its things; None where nobody could look."""

    record: str
    """`project/id`."""
    plan: str
    gone: int | None = None
    objects: int = 0
    words: str = ""


@dataclass(slots=True)
class StoreInventory:
    """What was found in one store. `take` each thing, then `close`."""

    store: str
    objects: int = 0
    size: int = 0
    """Bytes."""
    unregistered: int = 0
    unregistered_size: int = 0
    returned: int = 0
    records: int = 0
    """Records that are kept there, as the register says."""
    missing: list[str] = field(default_factory=list)
    """Those of which nothing is there, by project and id."""
    unplaced: list[str] = field(default_factory=list)
    """Those whose address is no place in the store."""
    partly: list[PartlyDestroyed] = field(default_factory=list)
    """Those of which a destruction left a part."""
    problem: str = ""
    """Why the store could not be looked at to the end; then nothing is said of what is missing, and the numbers are
    those of what was seen."""
    _kept: dict[str, list[str]] = field(default_factory=dict)
    _gone: set[str] = field(default_factory=set)
    _seen: set[str] = field(default_factory=set)

    def expect(self, places: Iterable[RegisteredPlace]) -> None:
        """Tell what the register has there, before the first thing is taken."""
        for place in places:
            if place.disposed:
                self._gone.add(place.location)
            else:
                self._kept.setdefault(place.location, []).append(place.record)
                self.records += 1

    def leave(self, record: str) -> None:
        """Tell of a record (`project/id`) that is kept there by its address, and that has no place there."""
        self.unplaced.append(record)
        self.records += 1

    def take(self, name: str, size: int) -> Standing:
        """Count one thing. Its name is as those of the registered places; the cost is the depth of it."""
        self.objects += 1
        self.size += size
        here = [step for step in _steps(name) if step in self._kept]
        self._seen.update(here)
        if here:
            return Standing.REGISTERED
        if any(step in self._gone for step in _steps(name)):
            self.returned += 1
            return Standing.RETURNED
        self.unregistered += 1
        self.unregistered_size += size
        return Standing.UNREGISTERED

    def close(self, problem: str = "") -> None:
        """All was taken; or nothing more can be, for this reason."""
        self.problem = problem
        if not problem:
            self.missing = sorted(
                record for place, records in self._kept.items() if place not in self._seen for record in records
            )

    @property
    def in_order(self) -> bool:
        """Everything there is registered, and everything registered is there."""
        odd = self.unregistered or self.returned or self.missing or self.unplaced or self.partly
        return not (odd or self.problem)


def _steps(name: str) -> Iterator[str]:
    """A name and all that it lies in, up to the store as a whole."""
    yield name
    while name:
        name = name.rpartition("/")[0]
        yield name
