"""What somebody took out or looked at: documents, exports and personal data are entries too.

Which acts are logged, and why not every table: see the decision “Access is logged where something leaves”.
"""

from hashlib import sha256

from govern.audit import Event, format_time
from govern.errors import StoreError
from govern.kernel import Actor, Evidence, check_may, suggest
from govern.usecases.ports import LogHead, Ports, Unit
from govern.usecases.records import PROJECT, WORKSPACE, Project, get_project, project_matter

SHORTEST = 6
"""Digits of a digest that name a file."""


def note_access(ports: Ports, actor: Actor, kind: str, object_: str, matter: str, digest: str) -> int:
    """Log that something was given out, before it is; the entry's index. `digest` is its SHA-256 in hex.

    What cannot be logged is not given out: the error goes on to the caller.
    """
    event = Event(
        id=ports.new_id(),
        kind=kind,
        actor=actor.id,
        time=format_time(ports.now()),
        object=object_,
        matter=matter,
        body=f"sha256:{digest}",
    )
    (proof,) = ports.log.append([event])
    return proof.index


def read_document(ports: Ports, actor: Actor, project: str, name: str) -> tuple[Evidence, bytes]:
    """A document that a project's facts rest on, by its file's name or the beginning of its SHA-256.

    The reading is an entry of the project. Raises StoreError if there is no such document, or only a link to it.
    """
    check_may(actor, "read_document")
    with ports.register.begin(write=False) as unit:
        evidence = _find_document(unit, project, name)
    data = ports.files.get(evidence.sha256 or "")
    if data is None:
        hint = f"it is kept elsewhere: {evidence.href}" if evidence.sha256 is None else "restore the files' folder"
        raise StoreError(f"the document `{name}` is not kept in this workspace", hint=hint)

    digest = sha256(data).hexdigest()
    note_access(ports, actor, "document.read", f"file:{digest}", project_matter(project), digest)
    return evidence, data


def export_project(ports: Ports, actor: Actor, project: str) -> Project:
    """A project as it stands, to be written to a file. The export is an entry of the project."""
    check_may(actor, "read")
    with ports.register.begin(write=False) as unit:
        known = get_project(unit, project)
        key = (PROJECT, project, known.version)
        digest = unit.find_all([key])[key].digest

    object_ = f"{PROJECT}:{project}@{known.version}"
    note_access(ports, actor, "project.exported", object_, project_matter(project), digest)
    return known


def note_log_export(ports: Ports, actor: Actor, head: LogHead) -> None:
    """Log that the log was exported up to a head together with the records that its entries name."""
    digest = sha256(head.checkpoint).hexdigest()
    note_access(ports, actor, "log.exported", f"checkpoint:{head.size}", WORKSPACE, digest)


def _find_document(unit: Unit, project: str, name: str) -> Evidence:
    known = {each for answer in get_project(unit, project).answers.values() for each in answer.evidence}
    exact = [each for each in known if name in (each.href, each.sha256)]
    found = exact or [
        each for each in known if len(name) >= SHORTEST and each.sha256 is not None and each.sha256.startswith(name)
    ]
    kept = sorted({each.sha256 or "" for each in found})
    if len(kept) > 1:
        hint = f"name it by its digest: {', '.join(digest[:12] or 'a link' for digest in kept)}"
        raise StoreError(f"`{name}` names {len(kept)} documents of `{project}`", hint=hint)
    if not found:
        names = sorted(each.href for each in known)
        hint = suggest(name, names) or f"govern evidence list {project}"
        raise StoreError(f"no fact of `{project}` rests on a document `{name}`", hint=hint)
    return found[0]
