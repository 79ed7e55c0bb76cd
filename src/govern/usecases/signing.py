"""Record that a document was signed: its terms then hold, with the signed file as evidence."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from hashlib import sha256
from typing import Any

from govern.audit import parse_time
from govern.contracts import Draft, Lock, Paragraph
from govern.errors import FactError, RefusedError, StoreError
from govern.kernel import Actor, Evidence, FactValue, canonical_bytes, check_may, suggest
from govern.usecases.legal_hold import check_legal_hold
from govern.usecases.locks import KeptLock, list_locks, locked_options, redraft, reopen
from govern.usecases.ports import Ports
from govern.usecases.records import PROJECT, Project, format_project, get_project, project_matter, record_event
from govern.usecases.redlines import Side
from govern.usecases.returned import Desk, ReadFile, ReturnedClause, Verdict, review_returned

SIGNED = "contract"


class Compared(StrEnum):
    """What is known of the signed text against the draft."""

    NO_FILE = "no file"
    SAME_FILE = "the file of the draft"
    SAME_TEXT = "the text of the draft"
    CHANGED = "changed"
    NOT_COMPARED = "not compared"


@dataclass(frozen=True, slots=True)
class SignedCopy:
    """The file that was signed. `read` is what a reader gives of one that can be compared with the draft."""

    content: bytes
    name: str
    read: ReadFile | None = None
    desk: Desk | None = None


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed document: its lock, the facts that hold since, and the project with them.

    `terms` hold now. Where the signed text was `changed`, those places differ from the draft, and the terms and facts
    under `left_out` do not hold by this signature.
    """

    draft_id: str
    lock: Lock
    facts: tuple[str, ...]
    project: Project
    terms: tuple[str, ...]
    compared: Compared
    changed: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def sign_contract(
    ports: Ports,
    actor: Actor,
    project: str,
    document: str,
    signed_on: date,
    *,
    copy: SignedCopy | None = None,
    draft: str | None = None,
    changed: bool = False,
) -> Signed:
    """Record the signature of the newest final draft of a document, or of the one named by the beginning of its id.

    The terms that it carries, its place among the contract's documents and what its recipe provides become facts; they
    rest on the signed file, which is kept by its digest, or on the lock where none is given. A file that can be read
    is compared with the draft. One that differs is refused; with `changed` it is taken, and neither what stands in the
    clauses that differ becomes a fact nor what the recipe provides, which rests on the whole text.

    Raises RefusedError where there is no final draft and for a file that is not the draft, FactError for a day that
    cannot be that of the signature.
    """
    check_may(actor, "finalise_contract")
    if signed_on > ports.now().date():
        hint = "the day of the signature"
        raise FactError(f"`{signed_on.isoformat()}` is in the future", where="signed on", hint=hint)
    _check_copy(copy)
    kept = _find_final(ports, project, document, draft)
    _check_day(kept, signed_on)
    bench, recipe = reopen(ports, kept.lock)
    text, parameters = redraft(ports, kept.lock), locked_options(kept.lock).parameters
    compared, clauses = _compare(ports, actor, kept, copy)
    if compared is Compared.CHANGED and not changed:
        raise _differs(project, document, clauses)

    held = _without(text, clauses)
    sure = recipe.model_copy(update={"provides": {}}) if held is not text else recipe
    digest = sha256(copy.content).hexdigest() if copy is not None else None
    title = f"{recipe.title}, signed {signed_on.isoformat()}"
    evidence = Evidence(
        href=(copy.name if copy else "") or f"draft:{kept.draft_id}", description=title + _SAID[compared],
        sha256=digest, collected_on=ports.now().date(), effective_from=signed_on,
    )  # fmt: skip
    with ports.register.begin(write=True) as unit:
        earlier = get_project(unit, project)
        known, facts = earlier, bench.signed_facts(sure, held, parameters)
        wider = set()
        for fact, value in facts.items():
            answered = earlier.answers.get(fact)
            whole = value
            if isinstance(value, list) and answered is not None:
                whole = sorted({*value, *answered.value})  # what is in force, or was observed, already stays
                wider |= {fact} if set(whole) > set(value) else set()
            rest = answered.evidence if answered is not None else ()
            answer = FactValue(
                value=whole, source=title, evidence=(*rest, evidence), recorded_on=ports.now().date(),
                effective_from=_starts(answered, whole, signed_on),
            )  # fmt: skip
            known = known.with_answer(fact, answer)
        # what is signed is the fact now; a country that the paper leaves out and that was observed stays agreed away
        kept_open = {fact: value for fact, value in known.agreed.items() if fact not in facts or fact in wider}
        known = replace(known, agreed=kept_open)
        check_legal_hold(ports, actor, unit, earlier, known)
        body = format_project(known, ports.new_id(), ports.now())
        record = unit.save(PROJECT, project, body, read_version=earlier.version)
        if copy is not None:
            ports.files.put(copy.content)
        contract = canonical_bytes(
            {
                "compared": compared.value,
                "day": signed_on.isoformat(),
                "document": f"{document}@{kept.lock.recipe.version}",
                "draft": kept.draft_id,
                "file": f"sha256:{digest}" if digest else None,
                "project": f"{project}@{record.version}",
                "salt": ports.new_id(),
                "tree": f"sha256:{kept.lock.tree}",
            }
        )
        signed = unit.save(SIGNED, ports.new_id(), contract, read_version=0)
        unit.emit(record_event(ports, actor, "contract.signed", signed, project_matter(project)))
        unit.emit(record_event(ports, actor, "project.answered", record, project_matter(project)))

    ports.log.sequence()
    return Signed(
        kept.draft_id,
        kept.lock,
        tuple(facts),
        replace(known, version=record.version),
        held.terms,
        compared,
        tuple(each.title for each in clauses),
        (
            *(term for term in text.terms if term not in held.terms),
            *(each for each in recipe.provides if sure is not recipe),
        ),
    )


def _starts(answered: FactValue | None, value: Any, signed_on: date) -> date | None:
    """The first day of a signed answer: earlier evidence carries it before only if it said the same already."""
    if answered is None or answered.value != value:
        return signed_on
    return answered.effective_from and min(answered.effective_from, signed_on)


_SAID = {
    Compared.NO_FILE: "",
    Compared.SAME_FILE: "",
    Compared.SAME_TEXT: "",
    Compared.CHANGED: "; its text differs from the draft",
    Compared.NOT_COMPARED: "; the file was not compared with the draft",
}


def _check_copy(copy: SignedCopy | None) -> None:
    if copy is None:
        return
    if not copy.name.isprintable() or len(copy.name) > 200:
        raise FactError("the file's name must be one line of at most 200 characters", where="file")
    if not copy.content.strip():
        raise RefusedError(f"`{copy.name}` is empty", where="file", hint="give the signed copy, or none")


def _find_final(ports: Ports, project: str, document: str, draft: str | None) -> KeptLock:
    with ports.register.begin(write=False) as unit:
        get_project(unit, project)
        final = [each for each in list_locks(unit, project) if each.lock.status == "final"]
    final = [each for each in final if each.lock.document == document]
    if draft is not None:
        named = [each for each in final if each.draft_id.startswith(draft)]
        if len(named) != 1:
            known = [each.draft_id[:12] for each in final]
            hint = suggest(draft, known) or f"final drafts of `{document}`: {', '.join(known) or 'none'}"
            said = "several final drafts" if named else "no final draft"
            raise StoreError(f"`{draft}` names {said} of `{document}`", hint=hint)
        final = named
    if not final:
        hint = f"govern draft {project} --document {document} --final --out {document}.docx"
        raise RefusedError(f"there is no final draft of `{document}` that could have been signed", hint=hint)
    return final[-1]


def _check_day(kept: KeptLock, signed_on: date) -> None:
    """Nobody signs what is not written yet: neither drafted nor meant for that day (--as-of)."""
    days = [kept.lock.day, *([parse_time(kept.saved).date()] if kept.saved else ())]
    if signed_on < min(days):
        raise FactError(
            f"`{signed_on.isoformat()}` is before the draft {kept.draft_id[:12]} of {min(days).isoformat()}",
            where="signed on",
            hint="an agreement may take effect earlier and is not signed before its text is there; or name the draft "
            "that was signed with --draft",
        )


# --- the file ---------------------------------------------------------------------------------------------


def _compare(
    ports: Ports, actor: Actor, kept: KeptLock, copy: SignedCopy | None
) -> tuple[Compared, tuple[ReturnedClause, ...]]:
    """How the signed text stands to the draft, and what of it differs. Comments do not, nor do the blanks that the
    signatories fill in."""
    if copy is None:
        return Compared.NO_FILE, ()
    if sha256(copy.content).hexdigest() in kept.lock.outputs.values():
        return Compared.SAME_FILE, ()
    if copy.read is None or copy.desk is None:
        return Compared.NOT_COMPARED, ()
    lock, says = kept.lock, copy.read.properties.get("Project", kept.lock.project)
    if says != lock.project:
        raise RefusedError(f"the file says that it is of the project `{says}`, not of `{lock.project}`", where="file")
    side = Side(kept.draft_id, ports.now().date())
    returned = review_returned(ports, actor, lock.project, lock.document, side, copy.read, copy.desk)
    changed = (each for each in returned.clauses if each.changed)
    clauses = tuple(each for each in changed if each.section is not None or not _is_filled_in(each))
    return (Compared.CHANGED if clauses else Compared.SAME_TEXT), clauses


def _is_filled_in(clause: ReturnedClause) -> bool:
    """Whether nothing but lines that wait for a pen ("Date:") have something behind the colon now."""
    pairs = [(line.old, line.new) for line in clause.lines]
    return not replace(clause, lines=()).changed and all(
        old is not None and new is not None and old.rstrip().endswith(":") and new.startswith(old.rstrip())
        for old, new in pairs
    )


def _without(text: Draft, clauses: tuple[ReturnedClause, ...]) -> Draft:
    """The draft without the clauses that came back changed, and without the terms that their changes touch."""
    if not clauses:
        return text
    changed = {each.section.anchor for each in clauses if each.section is not None}
    touched = {effect.what for each in clauses for effect in each.effects if effect.verdict is not Verdict.KEEPS}
    gone = touched | set(_carried(text, changed))
    return replace(
        text,
        sections=tuple(each for each in text.sections if each.anchor not in changed),
        annexes=tuple(each for each in text.annexes if each.anchor not in changed),
        terms=tuple(term for term in text.terms if term not in gone),
    )


def _carried(text: Draft, anchors: set[str]) -> Iterator[str]:
    for section in (*text.sections, *text.annexes):
        if section.anchor in anchors:
            yield from (term for block in section.blocks if isinstance(block, Paragraph) for term in block.carries)


def _differs(project: str, document: str, clauses: tuple[ReturnedClause, ...]) -> RefusedError:
    places = [each.title for each in clauses]
    more = f" and {len(places) - 5} more" if len(places) > 5 else ""
    return RefusedError(
        f"the file is not the text of the draft: {'; '.join(places[:5])}{more}",
        where="file",
        hint=f"see govern redline {project} --document {document} --returned FILE; if this was signed, add --changed: "
        "the terms of these clauses are then left out",
    )
