"""What a saved review makes of the terms that are facts: what its paper says comes in, what it no longer says goes out.

A review judges the terms of one type of document, and only of these it may take any back. One that a review gave rests
on that paper's wording, and falls with it. What rests on a document of ours that was signed, on the review of another
type of document or on somebody's word, the paper at hand does not decide.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from govern.kernel import FactValue, parse_canonical
from govern.review import Presence
from govern.usecases.locks import list_locks
from govern.usecases.ports import Ports
from govern.usecases.records import Project
from govern.usecases.signing import SIGNED

TERMS = "contract.terms"
FINDINGS = "#findings"
"""How the name of the evidence ends that has a review's findings."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A term that was a fact and that the paper does not say: whether it stays one, and why."""

    term: str
    kept: bool
    why: str


@dataclass(frozen=True, slots=True)
class _Earlier:
    """An earlier review, as its findings say: the file, the type of document, and the terms that were present."""

    name: str
    document: str
    present: frozenset[str]


def settle_terms(
    ports: Ports, project: Project, document: str, judged: Mapping[str, Presence], name: str, as_of: date
) -> tuple[FactValue, tuple[Standing, ...]]:
    """The answer that a review gives, and what becomes of each term that was a fact and is not in the paper.

    `judged` are the terms of the type of document with what the paper says of each.
    """
    known = project.answers.get(TERMS)
    before = set(known.value) if known is not None else set()
    present = {term for term, presence in judged.items() if presence is Presence.PRESENT}
    denied = sorted(before & judged.keys() - present)
    signed = _read_signed(ports, project.id) if denied else {}
    earlier = list(_read_earlier(ports, known)) if known is not None and denied else []
    standings = tuple(_stand(term, judged[term], document, signed, earlier) for term in denied)
    withdrawn = {each.term for each in standings if not each.kept}
    evidence = known.evidence if known is not None else ()
    value = sorted((before | present) - withdrawn)
    return FactValue(value=value, source=f"review of {name}", recorded_on=as_of, evidence=evidence), standings


def _stand(
    term: str, presence: Presence, document: str, signed: Mapping[str, str], earlier: Collection[_Earlier]
) -> Standing:
    if term in signed:
        return Standing(term, True, f"it rests on {signed[term]}")
    given = [each for each in earlier if term in each.present]
    others = [each for each in given if each.document != document]
    if others:
        return Standing(term, True, f"it rests on the review of {others[-1].name} as {others[-1].document}")
    if given:
        found = "not found in this paper" if presence is Presence.NOT_FOUND else "weak in this paper"
        return Standing(term, False, f"{found}; the review of {given[-1].name} gave it")
    return Standing(
        term, True, "no review gave it: it was answered otherwise, so change the answer if it is no longer so"
    )


def _read_signed(ports: Ports, project: str) -> dict[str, str]:
    """The terms of the documents of ours that were signed, each with the document."""
    with ports.register.begin(write=False) as unit:
        locks = {kept.draft_id: kept.lock for kept in list_locks(unit, project)}
        bodies = [parse_canonical(record.body, limit=None) for record in unit.list(SIGNED)]
    found: dict[str, str] = {}
    for body in bodies:
        assert isinstance(body, dict)
        lock = locks.get(str(body["draft"]))
        terms = lock.terms if lock is not None else ()
        found |= dict.fromkeys(terms, f"{body['document']}, signed {body['day']}")
    return found


def _read_earlier(ports: Ports, known: FactValue) -> Iterator[_Earlier]:
    """The earlier reviews that the answer rests on, of each type of document the newest."""
    newest = {}
    for each in known.evidence:
        content = ports.files.get(each.sha256) if each.sha256 and each.href.endswith(FINDINGS) else None
        if content is not None:
            found = json.loads(content)
            present = frozenset(term["term"] for term in found["terms"] if term["presence"] == Presence.PRESENT.value)
            newest[found["document"]] = _Earlier(found["file"]["name"], found["document"], present)
    yield from newest.values()
