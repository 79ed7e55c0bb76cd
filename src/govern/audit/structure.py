"""The structural pass: every entry parses, and every matter's entries follow one another without a gap.

`parse_entry` is the rule. Most entries are plain ASCII, though, and for them one regular expression over a
whole batch accepts a subset of what `parse_entry` accepts, some twenty times as fast; an entry that it does
not match goes to `parse_entry`. A property test holds the two together.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from govern.audit.entries import parse_entry, parse_time
from govern.errors import VerificationError

Reading = tuple[bytes, bytes, bytes, bytes]
"""matter, matter_prev, matter_seq and time as they stand in the entry; b"" where they do not"""

# Printable ASCII but the quotation mark and the backslash; five such texts fit into an entry. Python compiles
# classes of three or more ranges into a bitmap, others into comparisons: hence the negated class of digits.
_TEXT = rb"[ !#-\[\]-~]{1,12000}+"
_HEX64 = rb"[^\x00-/:-`g-\xff]{64}"
# Every line gives one reading: that of a plain entry, or four empty strings.
_PLAIN = re.compile(
    rb'\{"actor":"%(text)b","body":"sha256:%(hex64)b",'
    rb'(?:"commitments":\{"[a-z][a-z0-9._-]{0,4000}+":"sha256:%(hex64)b"\},)?+"id":"%(text)b","key_id":"%(text)b",'
    rb'"kind":"[a-z][a-z0-9._-]{0,4000}+","matter":"(%(text)b)",'
    rb'"matter_(?:prev":(0|[1-9][0-9]{0,14}+),"matter_seq":([1-9][0-9]{0,14}+)|seq":0),"object":"%(text)b",'
    rb'"time":"([0-9T-]{11}(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{6}Z)",'
    rb'"version":1\}\n|.*\n' % {b"text": _TEXT, b"hex64": _HEX64}
)
_NOT_PLAIN: Reading = (b"", b"", b"", b"")


@dataclass(frozen=True)
class MatterState:
    """Where a check of all entries so far ended: of each matter the index of its last entry and how many it has."""

    matters: Mapping[str, tuple[int, int]]
    last_time: str


class StructureCheck:
    """Reads a log's entries in order, batch by batch, and remembers each matter's last entry.

    Memory: one small record for each matter. `clock_turns` counts the entries whose time is before that of
    the entry in front of them, and `first_turn` is the first of them: clocks do turn back, so it is a note,
    no error.
    """

    def __init__(
        self, name_entry: Callable[[int], str] = "entry {}".format, start: int = 0, state: "MatterState | None" = None
    ) -> None:
        """`name_entry` gives the place that an error names for an index.

        The check may begin at entry `start`, with the `state` that one over all earlier entries ended in. Without a
        state the first entry that is seen of a matter may name any earlier one as the one before it.
        """
        self.clock_turns = 0
        self.first_turn: int | None = None
        self._name_entry = name_entry
        self._index = start
        self._open_below = start if state is None else 0
        matters = {} if state is None else state.matters
        # matter → [index of its last entry, how many it has]
        self._matters = {matter.encode(): list(last) for matter, last in matters.items()}
        self._last_time = b"" if state is None else state.last_time.encode()
        self._day_end = b""

    @property
    def matters(self) -> int:
        """How many matters there are."""
        return len(self._matters)

    @property
    def state(self) -> "MatterState | None":
        """What a later check has to know to go on from here; None if this one did not know what came before."""
        if self._open_below:
            return None
        matters = {matter.decode(): (index, count) for matter, (index, count) in self._matters.items()}
        return MatterState(matters, self._last_time.decode())

    def feed(self, batch: Sequence[bytes]) -> None:
        """Check the next entries; `VerificationError` names the first bad one."""
        matters, last_time, day_end = self._matters, self._last_time, self._day_end
        find = matters.get
        for index, (matter, previous, sequence, time) in enumerate(_read_plain(batch), self._index):
            if not matter:
                data = batch[index - self._index]
                matter, previous, sequence, time = _read_any(data, self._name_entry(index))  # noqa: PLW2901
            last = find(matter)
            if previous:
                if last is None and int(previous) < self._open_below:
                    last = matters[matter] = [index, int(sequence)]
                elif last is None or last[0] != int(previous) or last[1] != int(sequence):
                    raise _broken(self._name_entry(index), matter, last, (previous, sequence))
                last[0] = index
                last[1] += 1
            elif last is None:
                matters[matter] = [index, 1]
            else:
                raise _broken(self._name_entry(index), matter, last, (previous, sequence))
            if not last_time <= time < day_end:
                day_end = self._turn(index, last_time, time)
            last_time = time
        self._last_time, self._day_end = last_time, day_end
        self._index += len(batch)

    def _turn(self, index: int, last_time: bytes, time: bytes) -> bytes:
        """Another day than the last entry's, or an earlier time on it; what sorts after every time of that day."""
        try:
            parse_time(time.decode())
        except VerificationError as error:
            raise VerificationError(error.message, where=self._name_entry(index)) from error
        if time < last_time:
            self.clock_turns += 1
            self.first_turn = index if self.first_turn is None else self.first_turn
        return time[:10] + b"U"  # the character after the T that follows the date


def _read_plain(batch: Sequence[bytes]) -> list[Reading]:
    """A reading for each entry; `_NOT_PLAIN` for those that are left to `parse_entry`."""
    readings: list[Reading] = _PLAIN.findall(b"\n".join([*batch, b""]))
    # As many lines as entries: no entry holds a line feed, and each line is one entry.
    return readings if len(readings) == len(batch) else [_NOT_PLAIN] * len(batch)


def _read_any(data: bytes, where: str) -> Reading:
    entry = parse_entry(data, where)
    previous = b"" if entry.matter_prev is None else b"%d" % entry.matter_prev
    return entry.matter.encode(), previous, b"%d" % entry.matter_seq, entry.time.encode()


def _broken(where: str, matter: bytes, last: list[int] | None, reading: Sequence[bytes]) -> VerificationError:
    previous, sequence = (number.decode() for number in reading)
    index, count = last or (None, 0)
    return VerificationError(
        f"the entries of the matter `{matter.decode()[:60]}` do not follow one another",
        where=where,
        expected=f"{'no entry' if index is None else f'entry {index}'} before it, number {count}",
        found=f"{f'entry {previous}' if previous else 'no entry'} before it, number {sequence or '0'}",
        hint="an entry is missing, doubled or in another place",
    )
