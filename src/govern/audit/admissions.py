"""Admissions: entries by which a log says of itself that its database was set back, and that signed entries are lost.

Nobody can take such an entry out again. A verification that does not mention it would let a reader believe that the log
holds all that was ever signed: so every report names each, before anything else.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from govern.audit.entries import Entry, parse_entry
from govern.audit.head import parse_checkpoint
from govern.audit.notes import parse_note
from govern.audit.showing import show_text
from govern.errors import VerificationError
from govern.kernel.canonical import parse_canonical

RECOVERED = "log.recovered"
"""The kind of such an entry."""

# Within a string of an entry a quotation mark has a backslash before it: this can only be the field itself.
_NAMED = b'"kind":"%s",' % RECOVERED.encode()


@dataclass(frozen=True)
class Admission:
    """An entry that admits a loss. What its record says of it is known where the record is there."""

    index: int
    entry: Entry
    lost: int | None = None
    """Entries of the log that was signed last, and is lost."""
    found: int | None = None
    """Entries that the database still had."""
    reason: str = ""

    def words(self) -> str:
        """What it admits, for a report: one line."""
        return show_text(self._say())

    def _say(self) -> str:
        entry = self.entry
        said = f"entry {self.index}, {entry.time}, by {entry.actor}: "
        if self.lost is None or self.found is None:
            return (
                f"{said}the database was set back, and entries that had been signed are lost; how many, and why, is in "
                f"the record {entry.object}, which is not here"
            )
        gone = max(0, self.lost - self.found)
        lost = "1 signed entry is lost" if gone == 1 else f"{gone} signed entries are lost"
        what = lost if gone else "signed entries were replaced by others"
        return (
            f"{said}{what}: a log of {self.lost} entries had been signed, and the database had {self.found}. "
            f"Reason given: {self.reason}"
        )


def find_admissions(entries: Sequence[bytes], first: int) -> Iterator[Admission]:
    """The admissions among entries that are known to parse; `first` is the index of the first of them."""
    if _NAMED not in b"".join(entries):  # one look at all of them: there is hardly ever one
        return
    for index, data in enumerate(entries, first):
        if _NAMED in data:
            yield Admission(index, parse_entry(data, f"entry {index}"))


def explain_admission(admission: Admission, read_body: Callable[[str], bytes | None]) -> Admission:
    """The admission with what its record says, where `read_body` has the record of that digest and it is that one."""
    digest = (admission.entry.body or "").removeprefix("sha256:")
    body = read_body(digest)
    if body is None or sha256(body).hexdigest() != digest:
        return admission
    try:
        fields = parse_canonical(body)
        if not isinstance(fields, Mapping):
            return admission
        lost, found = (parse_checkpoint(parse_note(str(fields[name]).encode()).text) for name in ("lost", "found"))
        return replace(admission, lost=lost.size, found=found.size, reason=str(fields["reason"]))
    except (KeyError, VerificationError):  # a record of another form: its entry alone speaks then
        return admission
