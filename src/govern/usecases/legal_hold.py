"""The legal hold that is a fact of a project: whoever may change facts sets it, and another person takes it back."""

from govern.audit import find_object, parse_entry
from govern.errors import RefusedError
from govern.kernel import Actor, check_may
from govern.usecases.ports import Ports, Unit
from govern.usecases.records import PROJECT, Project, parse_project

LEGAL_HOLD = "life.legal_hold"
"""The fact that stops all destruction in a project while it is true; also the id of the hold that it stands for."""


def is_held(project: Project) -> bool:
    """Whether the fact is true. An answer that has lapsed still holds: destruction cannot be undone, a hold can."""
    answer = project.answers.get(LEGAL_HOLD)
    return answer is not None and answer.value is True


def check_legal_hold(ports: Ports, actor: Actor, unit: Unit, earlier: Project, later: Project) -> None:
    """Return if a change of facts takes no legal hold away, or does so rightly. Raises RefusedError.

    As with every hold two persons are needed: the one who ends it has the right to, and is not the one who set it.
    Whichever way facts change, it is asked in the transaction that saves them.
    """
    if not is_held(earlier) or is_held(later):
        return
    project = earlier.id
    try:
        check_may(actor, "release_hold")
    except RefusedError as problem:
        said = f"the change would end the legal hold on `{project}`: {problem.message}"
        raise RefusedError(said, where=LEGAL_HOLD, hint=problem.hint) from None
    setter = _find_setter(ports, unit, earlier)
    if setter in ("", actor.id):
        said = f"`{actor.id}` set the legal hold on `{project}` and may not end it" if setter else (
            f"the log does not say yet who set the legal hold on `{project}`"
        )  # fmt: skip
        hint = "another person with the right to release holds does it" if setter else "govern log verify, then again"
        raise RefusedError(said, where=LEGAL_HOLD, hint=hint)


def _find_setter(ports: Ports, unit: Unit, held: Project) -> str:
    """Who made the fact true, by the log; empty while it has no entry of it. One pass over the log."""
    first = held.version
    while (record := unit.find(PROJECT, held.id, first - 1)) is not None and is_held(parse_project(record)):
        first -= 1
    object_ = f"{PROJECT}:{held.id}@{first}"
    named = b'"object":"%s"' % object_.encode()
    for data in ports.log.entries():  # the first entry of a record is that it was saved
        if named in data and find_object(data) == object_:
            return parse_entry(data).actor
    return ""
