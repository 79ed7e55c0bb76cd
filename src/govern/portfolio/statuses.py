"""How a status stands in a column."""

from typing import Final

from govern.rules import Status

CODES: Final = (Status.NOT_APPLICABLE, Status.OPEN, Status.GAP, Status.MET)
"""The statuses by their codes."""
NOT_APPLICABLE, OPEN, GAP, MET = range(len(CODES))
