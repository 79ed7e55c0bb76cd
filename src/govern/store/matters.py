"""The index of matters: of each its newest entry, which the next one names.

It is in memory. To write it with every group would touch a page of the database for nearly each matter that changed,
and cost as much as all else of a group. So the table has it as it was some thousands of entries ago, and what came
after follows from the entries. A process that begins reads these, and writes the index with its first group.

The table is no evidence. It is right if each of its rows is true to the entry that it names, and together they count
as many entries as there are up to the newest of them: then no matter is missing, and none is behind. A table that is
not right is made anew from the entries.
"""

from collections.abc import Iterable, Sequence

from govern.audit import PreparedEvent, find_matter
from govern.errors import VerificationError
from govern.store.statements import Row, Statements

INDEX_EVERY = 4_096
"""Entries after which the table is brought up to date."""

KNOWN_MATTERS = 20_000
"""Matters that are kept in memory, besides those that are not in the table yet. Of a larger table each row is checked
when it is used, and not whether one is missing or behind."""

Place = tuple[int, int]
"""The sequence number of an entry in its matter, and its index in the log."""


class MatterIndex:
    """The newest entry of each matter of the first `size` entries, all of which are in the table.

    `known` are those of all matters, or None where the table has too many.
    """

    def __init__(self, size: int = 0, known: dict[str, Place] | None = None) -> None:
        self.size = self._written = size
        self._unwritten: dict[str, Place] = {}
        self._known = known or {}  # all of the unwritten, and others
        self._complete = known is not None
        self._begins = True

    def add(self, entries: Iterable[bytes]) -> None:
        """Count entries that follow, whose bytes are proved before anything is built on them."""
        for index, data in enumerate(entries, self.size):
            found = find_matter(data)
            if found is None:
                raise VerificationError("the entry does not parse", where=f"entry {index}")
            matter, seq = found
            self._unwritten[matter] = (seq, index)
            self.size = index + 1
        self._known.update(self._unwritten)

    def place(self, statements: Statements, events: Sequence[PreparedEvent]) -> "PlacedGroup":
        """Give the events their places after all others. Nothing is kept before `keep`.

        Raises VerificationError where the table has a row that is not true: then the index has to be made anew.
        """
        unknown = set() if self._complete else {each.matter for each in events if each.matter not in self._known}
        if unknown:
            for row in statements.read_matters(unknown):
                self._known[row[0]] = _check_row(row)
        return PlacedGroup(self._known, events, self.size)

    def rows(self, statements: Statements, group: "PlacedGroup") -> list[Row]:
        """What to write with the group, (matter, sequence number, index): nothing for most."""
        due = self._begins
        if not due and group.size - self._written >= INDEX_EVERY:
            counted, newest = statements.count_matters()  # another process may have written the table
            self._written = newest if counted == newest else self._written
            self._unwritten = {each: place for each, place in self._unwritten.items() if place[1] >= self._written}
            due = group.size - self._written >= INDEX_EVERY
        group.writes_index = due
        return [(each, *place) for each, place in {**self._unwritten, **group.changed}.items()] if due else []

    def keep(self, group: "PlacedGroup") -> None:
        """The group was committed, with its `rows`."""
        if group.writes_index:
            self._unwritten, self._written, self._begins = {}, group.size, False
        else:
            self._unwritten.update(group.changed)
        if len(self._known) > KNOWN_MATTERS:
            self._known, self._complete = dict(self._unwritten), False
        self._known.update(group.changed)
        self.size = group.size


class PlacedGroup:
    """Events with their places: `entries` are the bytes of each, `size` that of the log with them."""

    def __init__(self, known: dict[str, Place], events: Sequence[PreparedEvent], size: int) -> None:
        self.changed: dict[str, Place] = {}
        self.size = size + len(events)
        self.writes_index = False
        self.entries = [
            event.seal(*self._place(known, event.matter, index)) for index, event in enumerate(events, size)
        ]

    def _place(self, known: dict[str, Place], matter: str, index: int) -> tuple[int, int | None]:
        """The next sequence number of a matter and the index of its previous entry, None for its first."""
        last = self.changed.get(matter) or known.get(matter)
        self.changed[matter] = (last[0] + 1 if last else 0, index)
        return (last[0] + 1, last[1]) if last else (0, None)


def read_index(statements: Statements, size: int) -> MatterIndex:
    """The index as the table has it, for a log of `size` entries; an empty one, and table, where it is not right."""
    try:
        rows = statements.read_all_matters(KNOWN_MATTERS + 1)
        if len(rows) > KNOWN_MATTERS:
            counted, newest = statements.count_matters()
            return MatterIndex(_check_count(counted, newest, size))
        known = {row[0]: _check_row(row) for row in rows}
        newest = max((index + 1 for _, index in known.values()), default=0)
        return MatterIndex(_check_count(sum(seq + 1 for seq, _ in known.values()), newest, size), known)
    except VerificationError:
        return make_index_anew(statements)


def make_index_anew(statements: Statements) -> MatterIndex:
    """The index before the first entry: all that follow have to be read."""
    statements.clear_matters()
    return MatterIndex(0, {})


def _check_count(counted: int, newest: int, size: int) -> int:
    if not isinstance(newest, int) or counted != newest or newest > size:
        raise VerificationError("the index of matters counts other entries than it names")
    return newest


def _check_row(row: Row) -> Place:
    """A row of the table, held against the entry that it names."""
    matter, seq, index, data = row
    whole = isinstance(seq, int) and isinstance(index, int) and isinstance(data, bytes | memoryview)
    if not whole or find_matter(bytes(data)) != (matter, seq):
        raise VerificationError("the index of matters names another entry")
    return seq, index
