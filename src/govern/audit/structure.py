"""The structural pass: every entry parses, and every matter's entries follow one another without a gap.

`parse_entry` is the rule. Most entries are plain ASCII, though, and for them one regular expression over a
whole batch accepts a subset of what `parse_entry` accepts, some twenty times as fast; an entry that it does
not match goes to `parse_entry`. A property test holds the two together.
"""

import re
from collections.abc import Callable, Sequence

from govern.audit.entries import ENTRY_LIMIT, parse_entry, parse_time
from govern.errors import VerificationError

Reading = tuple[str, str, str, str]
"""matter, matter_prev, matter_seq and time as they stand in the entry; "" where they do not"""

# Printable ASCII but the quotation mark and the backslash. Python compiles classes of three or more ranges into
# a bitmap and others into a list of comparisons: hence the negated class for hexadecimal digits.
_TEXT = r"[ !#-\[\]-~]++"
_HEX64 = r"[^\x00-/:-`g-\xff]{64}"
_PLAIN = re.compile(
    rf'^\{{"actor":"{_TEXT}","body":"sha256:{_HEX64}","id":"{_TEXT}","key_id":"{_TEXT}",'
    r'"kind":"[a-z][a-z0-9._-]*+",'
    rf'"matter":"({_TEXT})",'
    r'(?:"matter_prev":(0|[1-9][0-9]{0,14}+),"matter_seq":([1-9][0-9]{0,14}+)|"matter_seq":0),'
    rf'"object":"{_TEXT}",'
    r'"time":"([0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{6}Z)",'
    r'"version":1\}\n',
    re.MULTILINE,
)


class StructureCheck:
    """Reads a log's entries in order, batch by batch, and remembers each matter's last entry.

    Memory: one small record for each matter. `clock_turns` counts the entries whose time is before that of
    the entry in front of them, and `first_turn` is the first of them: clocks do turn back, so it is a note,
    no error.
    """

    def __init__(self, name_entry: Callable[[int], str] = "entry {}".format) -> None:
        """`name_entry` gives the place that an error names for an index."""
        self.clock_turns = 0
        self.first_turn: int | None = None
        self._name_entry = name_entry
        self._index = 0
        self._matters: dict[str, list[int]] = {}  # matter → [index of its last entry, how many it has]
        self._last_time = ""
        self._day_end = ""

    @property
    def matters(self) -> int:
        """How many matters there are."""
        return len(self._matters)

    def feed(self, batch: Sequence[bytes]) -> None:
        """Check the next entries; `VerificationError` names the first bad one."""
        readings = _read_plain(batch)
        if readings is None:
            readings = [
                _read_any(data, self._name_entry(index)) for index, data in enumerate(batch, self._index)
            ]
        self._follow(readings)

    def _follow(self, readings: Sequence[Reading]) -> None:
        matters = self._matters
        for index, (matter, previous, sequence, time) in enumerate(readings, self._index):
            last = matters.get(matter)
            if last is None:
                if previous:
                    raise _broken(self._name_entry(index), matter, None, 0, previous, sequence)
                matters[matter] = [index, 1]
            else:
                if not previous or last[0] != int(previous) or last[1] != int(sequence):
                    raise _broken(self._name_entry(index), matter, last[0], last[1], previous, sequence)
                last[0] = index
                last[1] += 1
            if not self._last_time <= time < self._day_end:
                self._turn(index, time)
            self._last_time = time
        self._index += len(readings)

    def _turn(self, index: int, time: str) -> None:
        """Another day than the last entry's, or an earlier time on it."""
        try:
            parse_time(time)
        except VerificationError as error:
            raise VerificationError(error.message, where=self._name_entry(index)) from error
        if time < self._last_time:
            self.clock_turns += 1
            self.first_turn = index if self.first_turn is None else self.first_turn
        self._day_end = time[:10] + "U"  # the character after the T that follows the date


def _read_plain(batch: Sequence[bytes]) -> list[Reading] | None:
    """The readings of a batch of plain entries; None if there is any that is not plain."""
    joined = b"\n".join(batch) + b"\n"
    # As many line feeds as entries: no entry holds one, so that no match reaches over the end of an entry.
    if not joined.isascii() or joined.count(b"\n") != len(batch) or max(map(len, batch)) > ENTRY_LIMIT:
        return None
    readings: list[Reading] = _PLAIN.findall(joined.decode())
    return readings if len(readings) == len(batch) else None


def _read_any(data: bytes, where: str) -> Reading:
    entry = parse_entry(data, where)
    previous = "" if entry.matter_prev is None else str(entry.matter_prev)
    return entry.matter, previous, str(entry.matter_seq), entry.time


def _broken(
    where: str, matter: str, last: int | None, count: int, previous: str, sequence: str
) -> VerificationError:
    expected = "no entry before it" if last is None else f"entry {last} before it"
    found = f"entry {previous} before it" if previous else "no entry before it"
    return VerificationError(
        f"the entries of the matter `{matter[:60]}` do not follow one another",
        where=where,
        expected=f"{expected}, number {count}",
        found=f"{found}, number {sequence or '0'}",
        hint="an entry is missing, doubled or in another place",
    )
