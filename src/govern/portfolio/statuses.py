"""How a status stands in a column of numbers."""

from typing import Final

from govern.rules import Status

NOT_APPLICABLE, OPEN, GAP, MET = 0, 8, 56, 63
"""The codes in a query's result."""
STATUSES: Final = (Status.NOT_APPLICABLE, Status.OPEN, Status.GAP, Status.MET)
"""The statuses in the order of a result file's dictionary."""

# DuckDB's query gives 8 * applies + met, each 0, 1 or 7: what does not apply and what may apply is met or not all the
# same, and so is a live duty of which it is unknown whether it is met.
_PLACES: Final = {
    NOT_APPLICABLE: 0, 1: 0, 7: 0, OPEN: 1, 9: 1, 15: 1, GAP: 2, 57: 1, MET: 3,
}  # fmt: skip
PLACE_OF_CODE: Final = bytes(_PLACES.get(code, 255) for code in range(256))
"""For `bytes.translate`: the place in `STATUSES` of each code."""
