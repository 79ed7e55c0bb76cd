"""The structural pass: every entry parses, and every matter's entries follow one another without a gap.

`parse_entry` is the rule. Most entries are plain ASCII, though, and for them three passes over a whole batch accept a
subset of what `parse_entry` accepts, some twenty times as fast; an entry that they do not take goes to `parse_entry`. A
property test holds the two together.

Where `govern_native` is installed (the folder native/), it goes through runs of plain entries, and the loop here
through all others. It is no other rule: another property test holds it to this one, state by state.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import NamedTuple

from govern.audit.entries import parse_entry, parse_time
from govern.errors import VerificationError

Reading = tuple[bytes, bytes, bytes, bytes, bytes]
"""digest of the body, matter, matter_prev, matter_seq and time as they stand in the entry; b"" where they do not"""

# Printable ASCII but the backslash. What is left of a text without them is what a plain entry cannot hold: `translate`
# deletes at a tenth of what it costs a regular expression to look a character up in a class.
_PRINTABLE = bytes(range(0x20, 0x7F)).replace(b"\\", b"")
_HEX = b"0123456789abcdef"
# Of texts that passed it only the quotation mark has to be looked for; five such texts fit into an entry.
_TEXT = rb'[^"]{1,11000}+'
_NAME = rb"[a-z][a-z0-9._-]{0,4000}+"
# Every line gives one reading: that of a plain entry, or five empty strings. `.` is any byte, a count of it costs
# nothing, and what it passed over is looked at elsewhere: the digest's digits in `_read_plain`, the date in `_turn`.
_PLAIN = re.compile(
    rb'(?s)\{"actor":"%(text)b","body":"sha256:(.{64})",'
    rb'(?:"commitments":\{"%(name)b":"sha256:[0-9a-f]{64}"\},)?+"id":"%(text)b","key_id":"%(text)b",'
    rb'"kind":"%(name)b","matter":"(%(text)b)",'
    rb'"matter_(?:prev":(0|[1-9][0-9]{0,14}+),"matter_seq":([1-9][0-9]{0,14}+)|seq":0),"object":"%(text)b",'
    rb'"time":"(.{11}(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{6}Z)",'
    rb'"version":1\}\n|[^\n]*\n' % {b"text": _TEXT, b"name": _NAME}
)
_NOT_PLAIN: Reading = (b"", b"", b"", b"", b"")

_Openings = list[tuple[bytes, int, int | None, int]]
Follow = Callable[[list[bytes], int, int, dict[bytes, list[int]], bytes, bytes, int, _Openings], tuple[int, bytes]]
"""How many entries of a batch, from the second argument on, are plain and continue their matters on one day; the time
of the last one. native/govern_native.c says what it takes."""
INTERFACE = 2
"""Of `govern_native`: another build than this is left alone."""
LONGEST_RUN = 256
"""Entries that are read without it where it stops again and again: as many as stay in the processor's cache."""


@dataclass(frozen=True)
class MatterState:
    """Where a check of all entries so far ended: of each matter the index of its last entry and how many it has."""

    matters: Mapping[str, tuple[int, int]]
    last_time: str


class Opening(NamedTuple):
    """The first entry of a matter that a check saw which did not know what came before: what it says of that."""

    matter: str
    place: int
    previous: int | None
    sequence: int


class StructureCheck:
    """Reads a log's entries in order, batch by batch, and remembers each matter's last entry.

    Memory: one small record for each matter. `clock_turns` counts the entries whose time is before that of
    the entry in front of them, and `first_turn` is the first of them: clocks do turn back, so it is a note,
    no error.
    """

    def __init__(
        self,
        name_entry: Callable[[int], str] = "entry {}".format,
        start: int = 0,
        state: "MatterState | None" = None,
        *,
        native: bool = True,
    ) -> None:
        """`name_entry` gives the place that an error names for an index.

        The check may begin at entry `start`, with the `state` that one over all earlier entries ended in. Without a
        state the first entry that is seen of a matter may name any earlier one as the one before it, and `openings`
        has what it said. Without `native` the compiled pass is not used, even where it is installed.
        """
        self._follow = find_native() if native else None
        self._run = 1
        self.openings: list[Opening] = []
        self.first_time = ""
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
        return None if self._open_below else self.reached

    @property
    def reached(self) -> "MatterState":
        """How far each matter came that was seen, whether or not it is known what came before."""
        matters = {matter.decode(): (index, count) for matter, (index, count) in self._matters.items()}
        return MatterState(matters, self._last_time.decode())

    def feed(self, batch: Sequence[bytes]) -> None:
        """Check the next entries; `VerificationError` names the first bad one."""
        if self._follow is None:
            self._read(batch)
            return
        batch, done = list(batch), 0
        while done < len(batch):
            openings: _Openings = []
            passed, self._last_time = self._follow(
                batch, done, self._index, self._matters, self._last_time, self._day_end, self._open_below, openings
            )
            self.openings += [
                Opening(matter.decode(), index, before, count) for matter, index, before, count in openings
            ]
            self._index += passed
            # What it stopped at is read here, and more with it the more often it stops: many at once take less each.
            self._run = 1 if passed > self._run else min(2 * self._run, LONGEST_RUN)
            done += passed
            self._read(batch[done : done + self._run])
            done += self._run

    def _read(self, batch: Sequence[bytes]) -> None:
        matters, last_time, day_end = self._matters, self._last_time, self._day_end
        find = matters.get
        for index, (_, matter, previous, sequence, time) in enumerate(_read_plain(batch), self._index):
            if not matter:
                data = batch[index - self._index]
                _, matter, previous, sequence, time = _read_any(data, self._name_entry(index))  # noqa: PLW2901
            last = find(matter)
            if previous:
                if last is None and int(previous) < self._open_below:
                    self._open(matter, index, int(previous), int(sequence))
                    last = matters[matter] = [index, int(sequence)]
                elif last is None or last[0] != int(previous) or last[1] != int(sequence):
                    raise _broken(self._name_entry(index), matter, last, (previous, sequence))
                last[0] = index
                last[1] += 1
            elif last is None:
                if self._open_below:
                    self._open(matter, index, None, 0)
                matters[matter] = [index, 1]
            else:
                raise _broken(self._name_entry(index), matter, last, (previous, sequence))
            if not last_time <= time < day_end:  # if so, it begins with the date of the last one and a T
                day_end = self._turn(index, last_time, time)
            last_time = time
        self._last_time, self._day_end = last_time, day_end
        self._index += len(batch)

    def _open(self, matter: bytes, index: int, previous: int | None, sequence: int) -> None:
        self.openings.append(Opening(matter.decode(), index, previous, sequence))

    def _turn(self, index: int, last_time: bytes, time: bytes) -> bytes:
        """Another day than the last entry's, or an earlier time on it; what sorts after every time of that day."""
        try:
            parse_time(time.decode())
        except VerificationError as error:
            raise VerificationError(error.message, where=self._name_entry(index)) from error
        self.first_time = self.first_time or time.decode()
        if time < last_time:
            self.clock_turns += 1
            self.first_turn = index if self.first_turn is None else self.first_turn
        return time[:10] + b"U"  # the character after the T that follows the date


@cache
def find_native() -> Follow | None:
    """The compiled pass, None where it is not installed or of another version."""
    try:
        module = import_module("govern_native")
    except ImportError:
        return None
    follow: Follow = module.follow
    return follow if module.INTERFACE == INTERFACE else None


def _read_plain(batch: Sequence[bytes]) -> list[Reading]:
    """A reading for each entry; `_NOT_PLAIN` for those that are left to `parse_entry`."""
    text = b"\n".join([*batch, b""])
    if text.translate(None, _PRINTABLE) != b"\n" * len(batch):
        text = b"\n".join([b"" if entry.translate(None, _PRINTABLE) else entry for entry in batch] + [b""])
    readings: list[Reading] = _PLAIN.findall(text)
    if len(readings) != len(batch):  # one was taken out of two lines, each of them a part of it
        return [_NOT_PLAIN] * len(batch)
    if b"".join([reading[0] for reading in readings]).translate(None, _HEX):
        return [_NOT_PLAIN if reading[0].translate(None, _HEX) else reading for reading in readings]
    return readings


def _read_any(data: bytes, where: str) -> Reading:
    entry = parse_entry(data, where)
    previous = b"" if entry.matter_prev is None else b"%d" % entry.matter_prev
    return b"", entry.matter.encode(), previous, b"%d" % entry.matter_seq, entry.time.encode()


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
