"""Where a rule of law stands, and when it binds."""

from datetime import date

from pydantic import BaseModel, ConfigDict, Field


class Citation(BaseModel):
    """An instrument by its id and the place in it, as lawyers cite it: `gdpr`, `Art. 28(3)(a)`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    instrument: str
    pinpoint: str


def cite(instrument: str, pinpoint: str, *, sign: str = "") -> str:
    """A place in an instrument; a pinpoint that names the instrument itself, as "UK GDPR Art. 33", is enough."""
    return pinpoint if pinpoint.startswith(f"{instrument} ") else f"{instrument}{sign} {pinpoint}"


class InForce(BaseModel):
    """Half-open dates in force: the first day, and the first day no longer. An open end is `None`."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    since: date | None = Field(default=None, alias="from")
    until: date | None = None

    def covers(self, day: date) -> bool:
        """Whether `day` is in force: `since` ≤ day < `until`."""
        return (self.since is None or self.since <= day) and (self.until is None or day < self.until)


ALWAYS = InForce()
