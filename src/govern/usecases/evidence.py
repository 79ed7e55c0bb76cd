"""Attach evidence to answers, and see what is near its end."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from itertools import pairwise

from govern.errors import FactError
from govern.kernel import Actor, Evidence, FactValue, Stretch, check_may
from govern.usecases.ports import Ports
from govern.usecases.projects import change_answers, check_answers
from govern.usecases.records import Project, format_project, get_project

NEAR = 60
"""Days before its end from which evidence is listed as near it."""


@dataclass(frozen=True, slots=True)
class FiledEvidence:
    """A piece of evidence with the facts that rest on it, and the days until it lapses (negative: since)."""

    evidence: Evidence
    facts: tuple[str, ...]
    days_left: int | None

    @property
    def near_end(self) -> bool:
        """Whether it lapses soon or has lapsed."""
        return self.days_left is not None and self.days_left <= NEAR


def attach_evidence(
    ports: Ports,
    actor: Actor,
    project: str,
    answers: dict[str, FactValue | None],
    evidence: Evidence,
    content: bytes | None = None,
) -> Project:
    """Let facts rest on a piece of evidence. `content` is kept under its digest, which becomes part of the evidence.

    `answers` are the facts, each with a new answer, or None to keep the one it has. Raises FactError for a fact that is
    neither answered already nor now, or whose answer ends before the evidence begins, and keeps nothing then.
    """
    check_may(actor, "change_facts")
    _check_evidence(evidence)
    check_answers(ports, answers)
    today = ports.now().date()

    def change(known: Project) -> Project:
        resting = [(fact, _resting(known, fact, answer, today)) for fact, answer in answers.items()]
        digest = evidence.sha256 if content is None else sha256(content).hexdigest()
        filed = evidence.model_copy(update={"sha256": digest})
        for fact, answer in resting:
            _check_meeting(fact, answer, filed)
            rest = tuple(each for each in answer.evidence if each.href != filed.href)
            known = known.with_answer(fact, answer.model_copy(update={"evidence": (*rest, filed)}))
        if content is not None:
            format_project(known, "")  # what cannot be stored is refused before the file is kept
            ports.files.put(content)
        return known

    return change_answers(ports, actor, project, change, "evidence.added")


def _resting(project: Project, fact: str, answer: FactValue | None, today: date) -> FactValue:
    """The answer that will rest on it; one that says again what is known keeps the evidence that still holds."""
    known = project.answers.get(fact)
    if answer is None:
        if known is None:
            raise FactError(f"`{fact}` has no answer yet", hint=f"say what it shows: {fact}=yes")
        return known
    if known is None or known.value != answer.value:
        return answer
    holding = [each for each in known.evidence if each.valid_until is None or each.valid_until >= today]
    return answer.model_copy(update={"evidence": (*answer.evidence, *holding)})


def _check_evidence(evidence: Evidence) -> None:
    if not 1 <= len(evidence.href) <= 2000 or not evidence.href.isprintable():
        raise FactError("the link or the file's name must be one line of 1 to 2,000 characters", where="link")
    if len(evidence.description) > 200 or not evidence.description.isprintable():
        raise FactError("the title must be one line of at most 200 characters", where="title")
    first, last = evidence.effective_from, evidence.valid_until
    if first is not None and last is not None and last < first:
        raise FactError(f"evidence dated {first.isoformat()} cannot end on {last.isoformat()}", where="valid until")


def _check_meeting(fact: str, answer: FactValue, evidence: Evidence) -> None:
    first, last = evidence.effective_from, answer.valid_until
    if first is not None and last is not None and last < first:
        raise FactError(
            f"the answer on `{fact}` ends on {last.isoformat()}, before this evidence begins",
            hint="answer it anew with the evidence: FACT=VALUE",
        )


def list_limits(project: Project, facts: Iterable[str], evidence: Evidence, day: date) -> list[str]:
    """What attaching `evidence` does not do for answers that rest on it: hold already, all the time, or to its end."""
    last = evidence.valid_until or date.max
    return [f"{fact} {each}" for fact in facts for each in _limits(project.answers[fact].stretches(), day, last)]


def _limits(stretches: tuple[Stretch, ...], day: date, last: date) -> Iterator[str]:
    if not stretches:
        yield "never holds: its dates and those of its evidence exclude each other"
        return
    if stretches[0][0] > day:
        yield f"holds only from {stretches[0][0].isoformat()}"
    for (_, end), (start, _) in pairwise(stretches):
        if end >= day:
            yield f"is unknown after {end.isoformat()} until {start.isoformat()}"
    if stretches[-1][1] < last:
        yield f"lapses on {stretches[-1][1].isoformat()} all the same, with its other evidence or its own last day"


def detach_evidence(ports: Ports, actor: Actor, project: str, href: str) -> Project:
    """Take a piece of evidence from every fact of a project. The answers stay. Raises FactError if none rests on it."""
    check_may(actor, "change_facts")

    def change(known: Project) -> Project:
        touched = [fact for fact, answer in known.answers.items() if any(e.href == href for e in answer.evidence)]
        if not touched:
            raise FactError(f"no fact of `{project}` rests on `{href}`", hint=f"govern evidence list {project}")
        for fact in touched:
            answer = known.answers[fact]
            rest = tuple(each for each in answer.evidence if each.href != href)
            known = known.with_answer(fact, answer.model_copy(update={"evidence": rest}))
        return known

    return change_answers(ports, actor, project, change, "evidence.removed")


def list_evidence(ports: Ports, actor: Actor, project: str, as_of: date) -> list[FiledEvidence]:
    """The evidence of a project, what lapses first in front, what never lapses at the end."""
    check_may(actor, "read")
    with ports.register.begin(write=False) as unit:
        return gather_evidence(get_project(unit, project), as_of)


def gather_evidence(project: Project, as_of: date) -> list[FiledEvidence]:
    """The same of a project at hand."""
    facts: dict[Evidence, list[str]] = {}
    for fact, answer in project.answers.items():
        for each in answer.evidence:
            facts.setdefault(each, []).append(fact)
    filed = [FiledEvidence(each, tuple(names), _days_left(each, as_of)) for each, names in facts.items()]
    return sorted(filed, key=_by_end)


def _by_end(filed: FiledEvidence) -> tuple[bool, int, str]:
    return filed.days_left is None, filed.days_left or 0, filed.evidence.href


def _days_left(evidence: Evidence, as_of: date) -> int | None:
    return None if evidence.valid_until is None else (evidence.valid_until - as_of).days
