"""Projects and other records as stored bodies, and the event of each change."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from govern.audit import Event, commit_record, format_time
from govern.errors import StoreError
from govern.kernel import Actor, FactValue, canonical_bytes, parse_canonical, suggest
from govern.rules import Waiver
from govern.usecases.ports import Ports, Record, RecordKey, Unit

PROJECT, ASSESSMENT, DRAFT, SCHEDULE = "project", "assessment", "draft", "schedule"
WORKSPACE, WAIVERS = "workspace", "waivers"

_WAIVER_DAYS = ("granted_on", "expires_on", "revoked_on")


@dataclass(frozen=True, slots=True)
class Project:
    """An outsourcing arrangement and what is known of it.

    `agreed` is what the parties agreed or offer for the next paper, by fact, where the fact itself says what the paper
    in force says: it fills blanks, and no check counts it. `version` is that of the record, 0 before it is saved;
    `saved_on` is its day, in UTC.
    """

    id: str
    title: str
    summary: str = ""
    answers: Mapping[str, FactValue] = field(default_factory=dict)
    version: int = 0
    saved_on: date | None = field(default=None, compare=False)
    agreed: Mapping[str, Any] = field(default_factory=dict)

    def with_answer(self, fact: str, answer: FactValue | None) -> "Project":
        """The project with one answer more, or one less for None."""
        answers = {key: value for key, value in self.answers.items() if key != fact}
        if answer is not None:
            answers[fact] = answer
        return replace(self, answers=answers)


def to_plain(value: Any) -> Any:
    """A value as canonical JSON can hold it: dates as text, decimals as text with a marker, sets as sorted lists."""
    if isinstance(value, bool | int | str) or value is None:
        return value
    if isinstance(value, date):
        return {"date": value.isoformat()}
    if isinstance(value, Mapping):
        return {"map": {str(key): to_plain(each) for key, each in value.items()}}
    if isinstance(value, set | frozenset):
        return [to_plain(each) for each in sorted(value)]
    if isinstance(value, list | tuple):
        return [to_plain(each) for each in value]
    return {"number": str(value)}


def from_plain(value: Any) -> Any:
    """The inverse of `to_plain` up to the kind of a sequence."""
    if isinstance(value, list):
        return [from_plain(each) for each in value]
    if not isinstance(value, dict):
        return value
    ((kind, inner),) = value.items()
    if kind == "date":
        return date.fromisoformat(inner)
    return {key: from_plain(each) for key, each in inner.items()} if kind == "map" else float(inner)


def format_project(project: Project, salt: str, saved: datetime | None = None) -> bytes:
    """The stored body of a project. The salt keeps the body's digest from being guessed from likely facts."""
    answers = {}
    for fact, answer in project.answers.items():
        rest = answer.model_dump(exclude_defaults=True, mode="json", exclude={"value"})
        answers[fact] = {**rest, "value": to_plain(answer.value)}
    body: dict[str, Any] = {"answers": answers, "salt": salt, "summary": project.summary, "title": project.title}
    if project.agreed:
        body["agreed"] = {fact: to_plain(value) for fact, value in project.agreed.items()}
    if saved is not None:
        body["saved"] = format_time(saved)
    return canonical_bytes(body)


def parse_project(record: Record) -> Project:
    """The project whose stored body is `record`."""
    body: Any = parse_canonical(record.body, limit=None)
    answers = {
        fact: FactValue(**{**answer, "value": from_plain(answer["value"])}) for fact, answer in body["answers"].items()
    }
    saved = body.get("saved", "")[:10]
    day = date.fromisoformat(saved) if saved else None
    agreed = {fact: from_plain(value) for fact, value in body.get("agreed", {}).items()}
    return Project(record.id, body["title"], body["summary"], answers, record.version, day, agreed)


def get_project_on(unit: Unit, project: str, as_of: date) -> Project:
    """A project as it was known at the end of a day.

    For a day before it was first recorded it is the project as it stands: the law of that day, today's facts.
    """
    newest = known = get_project(unit, project)
    while known.saved_on is not None and known.saved_on > as_of:
        record = unit.find(PROJECT, project, known.version - 1)
        if record is None:
            return newest
        known = parse_project(record)
    return known


def get_project(unit: Unit, project: str) -> Project:
    """A project of the workspace. Raises StoreError with a did-you-mean."""
    record = unit.find(PROJECT, project)
    if record is None:
        known = [each.id for each in unit.list(PROJECT)]
        hint = suggest(project, known) or (
            f"projects: {', '.join(known)}" if known else "read one in: govern project import FILE"
        )
        raise StoreError(f"there is no project `{project[:80]}` in this workspace", hint=hint)
    return parse_project(record)


def read_waivers(unit: Unit, project: str) -> list[Waiver]:
    """The waivers of a project as they are stored."""
    record = unit.find(WAIVERS, project)
    if record is None:
        return []
    body: Any = parse_canonical(record.body, limit=None)
    return [_parse_waiver(each) for each in body["waivers"]]


def _parse_waiver(body: dict[str, Any]) -> Waiver:
    days = {key: date.fromisoformat(body[key]) for key in _WAIVER_DAYS if body[key]}
    return Waiver(**{**body, **days})


def record_event(ports: Ports, actor: Actor, kind: str, record: Record, matter: str) -> Event:
    """The event that says that `record` was saved; it commits to each field, so that one can be shown alone."""
    return Event(
        id=ports.new_id(),
        kind=kind,
        actor=actor.id,
        time=format_time(ports.now()),
        object=f"{record.kind}:{record.id}@{record.version}",
        matter=matter,
        body=f"sha256:{record.digest}",
        commitments=commit_record(record.body),
    )


LONGEST_VERSION = 9
"""Digits of a record's version: what a database can hold as a number."""


def record_key(object_: str) -> RecordKey | None:
    """The record that an entry's object names (`kind:id@version`); None if it names none."""
    kind, _, rest = object_.partition(":")
    id_, _, version = rest.rpartition("@")
    return (kind, id_, int(version)) if version.isdecimal() and len(version) <= LONGEST_VERSION else None


def project_matter(project: str) -> str:
    """The matter that all entries of a project belong to."""
    return f"project:{project}"
