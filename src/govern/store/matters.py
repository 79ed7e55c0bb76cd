"""The index of matters: of each its newest entry, which the next one names.

It is in memory. To write it with every group would touch a page of the database for nearly each matter that changed, and
cost as much as all else of a group. So the table has it as it was some thousands of entries ago, and what came after
follows from the entries. A process that begins reads these, and writes the index with its first group.

Of a table that was not changed two things are equal, and say of how many entries it is the index: the entries that it
counts, and the newest one that it names.
"""

from collections.abc import Iterable, Sequence

from govern.audit import PreparedEvent, parse_entry
from govern.errors import VerificationError
from govern.store.database import stored_bytes
from govern.store.statements import Row, Statements

INDEX_EVERY = 4_096
"""Entries after which the table is brought up to date."""

KNOWN_MATTERS = 20_000
"""Matters whose newest entry is kept in memory, besides those that are not in the table yet."""

Place = tuple[int, int]
"""The sequence number of an entry in its matter, and its index in the log."""


class MatterIndex:
    """The newest entry of each matter of the first `size` entries, of which the table has `written`."""

    def __init__(self, written: int) -> None:
        self.size = self._written = written
        self._unwritten: dict[str, Place] = {}
        self._known: dict[str, Place] = {}  # all of the unwritten, and others
        self._begins = True

    def add(self, entries: Iterable[bytes]) -> None:
        """Count entries that follow, whose bytes are known to be those that were signed."""
        for index, data in enumerate(entries, self.size):
            entry = parse_entry(data, f"entry {index}")
            self._unwritten[entry.matter] = (entry.matter_seq, index)
            self.size = index + 1
        self._known.update(self._unwritten)

    def place(self, statements: Statements, events: Sequence[PreparedEvent]) -> "PlacedGroup":
        """Give the events their places after all others. Nothing is kept before `keep`."""
        unknown = {event.matter for event in events if event.matter not in self._known}
        if unknown:
            for row in statements.read_matters(unknown):
                matter, place = _parse_matter(row)
                self._known[matter] = place
        return PlacedGroup(self._known, events, self.size)

    def rows(self, group: "PlacedGroup") -> list[Row]:
        """What to write with the group, (matter, sequence number, index): nothing for most."""
        if not self._is_due(group):
            return []
        return [(matter, seq, index) for matter, (seq, index) in {**self._unwritten, **group.changed}.items()]

    def keep(self, group: "PlacedGroup") -> None:
        """The group was committed, with its `rows`."""
        if self._is_due(group):
            self._unwritten, self._written, self._begins = {}, group.size, False
        else:
            self._unwritten.update(group.changed)
        if len(self._known) > KNOWN_MATTERS:
            self._known = dict(self._unwritten)
        self._known.update(group.changed)
        self.size = group.size

    def _is_due(self, group: "PlacedGroup") -> bool:
        return self._begins or group.size - self._written >= INDEX_EVERY


class PlacedGroup:
    """Events with their places: `entries` are the bytes of each, `size` that of the log with them."""

    def __init__(self, known: dict[str, Place], events: Sequence[PreparedEvent], size: int) -> None:
        self.changed: dict[str, Place] = {}
        self.size = size + len(events)
        self.entries = [event.seal(*self._place(known, event.matter, index)) for index, event in enumerate(events, size)]

    def _place(self, known: dict[str, Place], matter: str, index: int) -> tuple[int, int | None]:
        """The next sequence number of a matter and the index of its previous entry, None for its first."""
        last = self.changed.get(matter) or known.get(matter)
        self.changed[matter] = (last[0] + 1 if last else 0, index)
        return (last[0] + 1, last[1]) if last else (0, None)


def read_index(statements: Statements, size: int) -> MatterIndex:
    """The index as the table has it, for a log of `size` entries. Raises VerificationError if the table was changed.

    Every sequencer counts the entries since it wrote the table or began, so that no group leaves more unwritten.
    """
    counted, newest = statements.count_matters()
    if counted != newest or not 0 <= size - counted < INDEX_EVERY:
        raise VerificationError(
            "the index of matters was changed",
            where="govern_matter",
            expected=f"{size} entries, or less than {INDEX_EVERY} fewer",
            found=f"{counted} entries" + (f", up to entry {newest - 1}" if newest else ""),
            hint="nothing was added; restore the database from a backup",
        )
    return MatterIndex(counted)


def _parse_matter(row: Row) -> tuple[str, Place]:
    """A row of the table, held against the entry that it names."""
    matter, seq, index, data = row
    entry = None if data is None else parse_entry(stored_bytes(data, f"entry {index}"), f"entry {index}")
    if entry is None or (entry.matter, entry.matter_seq) != (matter, seq):
        raise VerificationError(
            f"the index of matters was changed: entry {index} is not number {seq} of `{matter}`",
            where="govern_matter",
            expected=f"number {seq} of `{matter}`",
            found=f"number {entry.matter_seq} of `{entry.matter}`" if entry else "no such entry",
            hint="nothing was added; restore the database from a backup",
        )
    return matter, (seq, index)
