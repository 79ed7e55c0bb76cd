"""The retention schedule of a project."""

from dataclasses import replace
from datetime import date

from govern.conditions import compile_condition, parse_condition
from govern.kernel import Actor, canonical_bytes, check_may
from govern.retention import Schedule, plan_schedule
from govern.usecases.gaps import GapCheck, assess_project
from govern.usecases.ports import Ports
from govern.usecases.records import SCHEDULE, get_project, project_matter, record_event

LEGAL_HOLD = "life.legal_hold"
"""The fact that stops all destruction while it is true."""


def schedule_retention(ports: Ports, actor: Actor, project: str, as_of: date) -> tuple[GapCheck, Schedule]:
    """List each record class of a project with trigger, period, due date and authority; recorded in the log."""
    check_may(actor, "plan_retention")
    with ports.register.begin(write=False) as unit:
        known = get_project(unit, project)

    checked = assess_project(ports, known, as_of)
    scope = checked.book.scope(checked.facts)
    schedule = plan_schedule(
        ports.library.retention_rules(),
        checked.facts.values,
        lambda text: compile_condition(parse_condition(text))(scope).verdict,
        as_of,
    )
    hold = checked.facts.values.get(LEGAL_HOLD)
    schedule = replace(schedule, hold=None if hold is None else bool(hold))

    with ports.register.begin(write=True) as unit:
        body = _format_schedule(checked, schedule, ports.new_id())
        record = unit.save(SCHEDULE, ports.new_id(), body, read_version=0)
        unit.emit(record_event(ports, actor, "retention.scheduled", record, project_matter(project)))

    ports.log.sequence()
    return checked, schedule


def _format_schedule(checked: GapCheck, schedule: Schedule, salt: str) -> bytes:
    lines = [
        {
            "applies": line.applies,
            "due": line.due.isoformat() if line.due else None,
            "rule": line.rule.id,
            "trigger_date": line.trigger_date.isoformat() if line.trigger_date else None,
        }
        for line in schedule.lines
    ]
    return canonical_bytes(
        {
            "as_of": schedule.as_of.isoformat(),
            "conflicts": [[each.keep.rule.id, each.destroy.rule.id] for each in schedule.conflicts],
            "hold": schedule.hold,
            "lines": lines,
            "project": f"{checked.project.id}@{checked.project.version}",
            "salt": salt,
        }
    )
