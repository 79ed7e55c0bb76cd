"""Projects come in, change and go out."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from govern.errors import FactError, StoreError
from govern.kernel import Actor, FactValue, check_may, check_value, suggest
from govern.usecases.answers import fills_text
from govern.usecases.legal_hold import check_legal_hold
from govern.usecases.ports import Ports
from govern.usecases.records import (
    PROJECT,
    Project,
    format_project,
    get_project,
    parse_project,
    project_matter,
    record_event,
)


def save_project(ports: Ports, actor: Actor, project: Project) -> Project:
    """Keep a project read from a file: a new one, or a new version of the one with its id.

    Raises FactError if one of its facts is unknown or of the wrong type, or if what is agreed fills no clause. Saves
    nothing if nothing changed.
    """
    check_may(actor, "change_facts")
    check_answers(ports, project.answers)
    check_answers(ports, as_answers(project.agreed))
    for fact in project.agreed:
        if not fills_text(ports.library, fact):
            hint = "only a figure or words that stand in a clause can be agreed for the next paper"
            raise FactError(f"no clause takes its words from `{fact}`", where="agreed", hint=hint)

    with ports.register.begin(write=True) as unit:
        known = unit.find(PROJECT, project.id)
        earlier = parse_project(known) if known else None
        if earlier is not None and _same(earlier, project):
            return earlier
        if earlier is not None:
            check_legal_hold(ports, actor, unit, earlier, project)

        record = unit.save(
            PROJECT,
            project.id,
            format_project(project, ports.new_id(), ports.now()),
            read_version=earlier.version if earlier else 0,
        )
        unit.emit(record_event(ports, actor, "project.saved", record, project_matter(project.id)))

    ports.log.sequence()
    return parse_project(record)


_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")


def new_project(ports: Ports, actor: Actor, project: str, title: str, summary: str = "") -> Project:
    """Begin a project without facts.

    Raises StoreError if there is one with this id already, FactError on a wrong id or title.
    """
    check_may(actor, "change_facts")
    if not _ID.fullmatch(project):
        raise FactError(f"`{project[:80]}` is not an id", hint="lower-case letters, digits and -, like claims-audio")
    if not title.strip() or len(title) > 200 or not (title + summary).isprintable():
        raise FactError("the title must be one line of 1 to 200 characters", where="title")
    with ports.register.begin(write=False) as unit:
        if unit.find(PROJECT, project) is not None:
            raise StoreError(f"there is a project `{project}` already", hint=f"govern project show {project}")
    return save_project(ports, actor, Project(project, title.strip(), summary.strip()))


def _same(one: Project, other: Project) -> bool:
    return (one.title, one.summary) == (other.title, other.summary) and format_project(one, "") == format_project(
        other, ""
    )


def answer_facts(ports: Ports, actor: Actor, project: str, answers: Mapping[str, Any]) -> Project:
    """Give, change or (None) take back answers to facts, each a value or a FactValue with its source and evidence.

    Raises FactError on an unknown fact or a wrong value.
    """
    check_may(actor, "change_facts")
    answers = as_answers(answers)
    check_answers(ports, answers)

    def change(known: Project) -> Project:
        for fact, answer in answers.items():
            known = known.with_answer(fact, answer)
        return known

    return change_answers(ports, actor, project, change, "project.answered")


def as_answers(answers: Mapping[str, Any]) -> dict[str, FactValue | None]:
    """Answers with bare values made into facts' values; None stays."""
    return {
        fact: each if each is None or isinstance(each, FactValue) else FactValue(value=each)
        for fact, each in answers.items()
    }


def check_answers(ports: Ports, answers: Mapping[str, FactValue | None]) -> None:
    """Raise FactError unless every fact is declared, every value is of its type, and every term is a contract term."""
    vocabulary = ports.library.vocabulary()
    for fact, answer in answers.items():
        spec = vocabulary.get(fact)
        value = check_value(spec, answer.value) if answer is not None else None
        if spec.values_from == "terms" and isinstance(value, frozenset):
            terms = {term.id for term in ports.library.terms()}
            wrong = sorted(value - terms)
            if wrong:
                raise FactError(f"`{wrong[0]}` is not a contract term", where=fact, hint=suggest(wrong[0], terms))


def change_answers(
    ports: Ports, actor: Actor, project: str, change: Callable[[Project], Project], event: str
) -> Project:
    """Save what `change` makes of a project, and log it as `event`. Who may, the caller has asked."""
    with ports.register.begin(write=True) as unit:
        earlier = get_project(unit, project)
        changed = change(earlier)
        check_legal_hold(ports, actor, unit, earlier, changed)
        body = format_project(changed, ports.new_id(), ports.now())
        record = unit.save(PROJECT, project, body, read_version=earlier.version)
        unit.emit(record_event(ports, actor, event, record, project_matter(project)))

    ports.log.sequence()
    return parse_project(record)


def read_project(ports: Ports, actor: Actor, project: str) -> Project:
    """A project as it stands. Raises StoreError if there is none."""
    check_may(actor, "read")
    with ports.register.begin(write=False) as unit:
        return get_project(unit, project)


def list_projects(ports: Ports, actor: Actor) -> list[Project]:
    """All projects of the workspace, by id."""
    check_may(actor, "read")
    with ports.register.begin(write=False) as unit:
        return [parse_project(record) for record in unit.list(PROJECT)]
