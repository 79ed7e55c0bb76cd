"""Values for the blanks of a project's contracts that no fact fills, or that are agreed where a fact is of old."""

from collections.abc import Mapping
from typing import Any

from govern.kernel import Actor, canonical_bytes, check_may, check_value, parse_canonical
from govern.usecases.answers import find_parameter
from govern.usecases.ports import Ports, Unit
from govern.usecases.records import from_plain, get_project, project_matter, record_event, to_plain

PARAMETERS = "parameters"


def set_parameters(ports: Ports, actor: Actor, project: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Keep values by `clause.parameter` or by fact, or (None) take them back; returns all that are kept.

    Raises ContentError for an unknown clause or parameter, FactError for a value of another kind.
    """
    check_may(actor, "draft_contract")
    for name, value in values.items():
        spec = find_parameter(ports.library, name)
        if value is not None:
            check_value(spec, value)
    with ports.register.begin(write=True) as unit:
        get_project(unit, project)
        earlier = unit.find(PARAMETERS, project)
        kept = {**read_parameters(unit, project), **values}
        kept = {name: value for name, value in kept.items() if value is not None}
        plain = {name: to_plain(value) for name, value in sorted(kept.items())}
        body = canonical_bytes({"salt": ports.new_id(), "values": plain})
        record = unit.save(PARAMETERS, project, body, read_version=earlier.version if earlier else 0)
        unit.emit(record_event(ports, actor, "parameters.set", record, project_matter(project)))

    ports.log.sequence()
    return kept


def read_parameters(unit: Unit, project: str) -> dict[str, Any]:
    """The kept values by `clause.parameter`, or by fact."""
    record = unit.find(PARAMETERS, project)
    if record is None:
        return {}
    body: Any = parse_canonical(record.body, limit=None)
    return {name: from_plain(value) for name, value in body["values"].items()}
