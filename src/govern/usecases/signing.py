"""Record that a document was signed: its terms then hold, with the signed file as evidence."""

from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256

from govern.contracts import Lock
from govern.errors import FactError, RefusedError, StoreError
from govern.kernel import Actor, Evidence, FactValue, canonical_bytes, check_may, suggest
from govern.usecases.locks import list_locks, locked_options, redraft, reopen
from govern.usecases.ports import Ports
from govern.usecases.records import PROJECT, Project, format_project, get_project, project_matter, record_event

SIGNED = "contract"


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed document: its lock, the facts that hold since, and the project with them."""

    draft_id: str
    lock: Lock
    facts: tuple[str, ...]
    project: Project


def sign_contract(
    ports: Ports,
    actor: Actor,
    project: str,
    document: str,
    signed_on: date,
    *,
    file: bytes | None = None,
    name: str = "",
    draft: str | None = None,
) -> Signed:
    """Record the signature of the newest final draft of a document, or of the one named by the beginning of its id.

    The terms that it carries, its place among the contract's documents and what its recipe provides become facts; they
    rest on the signed file, which is kept by its digest, or on the lock where none is given. Raises RefusedError where
    there is no final draft, FactError for a day in the future.
    """
    check_may(actor, "finalise_contract")
    if signed_on > ports.now().date():
        hint = "the day of the signature"
        raise FactError(f"`{signed_on.isoformat()}` is in the future", where="signed on", hint=hint)
    if not name.isprintable() or len(name) > 200:
        raise FactError("the file's name must be one line of at most 200 characters", where="file")
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
    kept = final[-1]
    bench, recipe = reopen(ports, kept.lock)
    text, parameters = redraft(ports, kept.lock), locked_options(kept.lock).parameters

    digest = sha256(file).hexdigest() if file is not None else None
    title = f"{recipe.title}, signed {signed_on.isoformat()}"
    evidence = Evidence(
        href=name or f"draft:{kept.draft_id}", description=title, sha256=digest, collected_on=ports.now().date(),
        effective_from=signed_on,
    )  # fmt: skip
    with ports.register.begin(write=True) as unit:
        earlier = get_project(unit, project)
        changed, facts = earlier, bench.signed_facts(recipe, text, parameters)
        for fact, value in facts.items():
            answered = earlier.answers.get(fact)
            if isinstance(value, list) and answered is not None:
                value = sorted({*value, *answered.value})  # noqa: PLW2901 - what is in force already stays in force
            rest = answered.evidence if answered is not None else ()
            answer = FactValue(value=value, source=title, evidence=(*rest, evidence), recorded_on=ports.now().date())
            changed = changed.with_answer(fact, answer)
        kept_open = {fact: value for fact, value in changed.agreed.items() if fact not in facts}
        changed = replace(changed, agreed=kept_open)  # what is signed is the fact now
        body = format_project(changed, ports.new_id(), ports.now())
        record = unit.save(PROJECT, project, body, read_version=earlier.version)
        if file is not None:
            ports.files.put(file)
        contract = canonical_bytes(
            {
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
    return Signed(kept.draft_id, kept.lock, tuple(facts), replace(changed, version=record.version))
