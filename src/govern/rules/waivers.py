"""Waivers: a gap that somebody accepts for a time, beside the finding and never instead of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Waiver:
    """One accepted gap. It holds from `granted_on` to `expires_on`, both included, unless revoked before."""

    id: str
    obligation: str
    approver: str
    reason: str
    granted_on: date
    expires_on: date
    revoked_on: date | None = None

    def covers(self, day: date) -> bool:
        """Whether it holds on a day; on the day of its revocation it does not."""
        return self.granted_on <= day <= self.expires_on and (self.revoked_on is None or day < self.revoked_on)


def waivers_on(waivers: Iterable[Waiver], day: date) -> dict[str, Waiver]:
    """The waivers that hold on a day, by obligation; of several the one that lasts longest."""
    held = sorted((each for each in waivers if each.covers(day)), key=lambda each: (each.expires_on, each.id))
    return {each.obligation: each for each in held}
