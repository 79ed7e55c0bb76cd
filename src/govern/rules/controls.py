"""Controls: what is done once and serves obligations of several laws."""

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from govern.rules.model import Assessment, Finding, Relation, Status

_WHOLE = (Relation.EQUAL, Relation.SUPERSET_OF)


class Serving(BaseModel):
    """That a control serves an obligation: how far (see `Relation`), and why."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    obligation: str
    relation: Relation
    why: str


class Control(BaseModel):
    """A measure or a document. `do` says how to have it; `document` is the evidence that it leaves."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    title: str
    do: str
    document: str
    serves: tuple[Serving, ...]


@dataclass(frozen=True, slots=True)
class ControlPlan:
    """What a control would close in one assessment: gaps and open findings, and what it holds up already."""

    control: Control
    gaps: tuple[Finding, ...]
    open: tuple[Finding, ...]
    met: tuple[Finding, ...]

    @property
    def weight(self) -> int:
        """The severity that it could close; an open finding counts half of a gap, and what it serves in part half."""
        parts = {each.obligation: each.relation in _WHOLE for each in self.control.serves}
        return sum(
            each.obligation.severity.weight * factor * (2 if parts[each.obligation.id] else 1)
            for findings, factor in ((self.gaps, 2), (self.open, 1))
            for each in findings
        )


def plan_controls(controls: tuple[Control, ...], assessment: Assessment) -> tuple[ControlPlan, ...]:
    """The controls that would close something, what closes most severity in front."""
    findings = {each.obligation.id: each for each in assessment.findings}
    plans = []
    for control in controls:
        served = [findings[each.obligation] for each in control.serves if each.obligation in findings]
        by = {status: tuple(each for each in served if each.status is status) for status in Status}
        if by[Status.GAP] or by[Status.OPEN]:
            plans.append(ControlPlan(control, by[Status.GAP], by[Status.OPEN], by[Status.MET]))
    return tuple(sorted(plans, key=lambda plan: (-plan.weight, plan.control.id)))
