"""The structural pass: every entry parses, and every matter's entries follow one another without a gap.

`parse_entry` is the rule. Most entries are plain ASCII, though, and for them one regular expression over a
whole batch accepts a subset of what `parse_entry` accepts, some twenty times as fast; an entry that it does
not match goes to `parse_entry`. A property test holds the two together.
"""

import re
from collections.abc import Callable, Sequence

from govern.audit.entries import parse_entry, parse_time
from govern.errors import VerificationError

Reading = tuple[str, str, str, str]
"""matter, matter_prev, matter_seq and time as they stand in the entry; "" where they do not"""

# Printable ASCII but the quotation mark and the backslash; five such texts fit into an entry. Python compiles
# classes of three or more ranges into a bitmap, others into comparisons: hence the negated class of digits.
_TEXT = r"[ !#-\[\]-~]{1,12000}+"
_HEX64 = r"[^\x00-/:-`g-\xff]{64}"
# Every line gives one reading: that of a plain entry, or four empty strings.
_PLAIN = re.compile(
    rf'\{{"actor":"{_TEXT}","body":"sha256:{_HEX64}","id":"{_TEXT}","key_id":"{_TEXT}",'
    r'"kind":"[a-z][a-z0-9._-]{0,4000}+",'
    rf'"matter":"({_TEXT})",'
    r'"matter_(?:prev":(0|[1-9][0-9]{0,14}+),"matter_seq":([1-9][0-9]{0,14}+)|seq":0),'
    rf'"object":"{_TEXT}",'
    r'"time":"([0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{6}Z)",'
    r'"version":1\}\n'
    r"|.*\n"
)
_NOT_PLAIN: Reading = ("", "", "", "")


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
        matters = self._matters
        for index, reading in enumerate(_read_plain(batch), self._index):
            if reading[0]:
                matter, previous, sequence, time = reading
            else:
                matter, previous, sequence, time = _read_any(
                    batch[index - self._index], self._name_entry(index)
                )
            last = matters.get(matter)
            if last is None:
                if previous:
                    raise _broken(self._name_entry(index), matter, None, (previous, sequence))
                matters[matter] = [index, 1]
            else:
                if not previous or last[0] != int(previous) or last[1] != int(sequence):
                    raise _broken(self._name_entry(index), matter, last, (previous, sequence))
                last[0] = index
                last[1] += 1
            if not self._last_time <= time < self._day_end:
                self._turn(index, time)
            self._last_time = time
        self._index += len(batch)

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


def _read_plain(batch: Sequence[bytes]) -> list[Reading]:
    """A reading for each entry; `_NOT_PLAIN` for those that are left to `parse_entry`."""
    # Latin-1 makes one character of each byte; those that are no ASCII match no class above.
    joined = (b"\n".join(batch) + b"\n").decode("latin-1")
    readings: list[Reading] = _PLAIN.findall(joined)
    # As many lines as entries: no entry holds a line feed, and each line is one entry.
    return readings if len(readings) == len(batch) else [_NOT_PLAIN] * len(batch)


def _read_any(data: bytes, where: str) -> Reading:
    entry = parse_entry(data, where)
    previous = "" if entry.matter_prev is None else str(entry.matter_prev)
    return entry.matter, previous, str(entry.matter_seq), entry.time


def _broken(where: str, matter: str, last: list[int] | None, reading: Sequence[str]) -> VerificationError:
    previous, sequence = reading
    index, count = last or (None, 0)
    return VerificationError(
        f"the entries of the matter `{matter[:60]}` do not follow one another",
        where=where,
        expected=f"{'no entry' if index is None else f'entry {index}'} before it, number {count}",
        found=f"{f'entry {previous}' if previous else 'no entry'} before it, number {sequence or '0'}",
        hint="an entry is missing, doubled or in another place",
    )
