"""How a status stands in a column of numbers."""

from typing import Final

from govern.rules import Status

NOT_APPLICABLE, OPEN, GAP, MET = 0, 1, 3, 7
"""The codes in a query's result: those that a few bit operations give. The number of their bits is the status's place
in `STATUSES`."""
STATUSES: Final = (Status.NOT_APPLICABLE, Status.OPEN, Status.GAP, Status.MET)
