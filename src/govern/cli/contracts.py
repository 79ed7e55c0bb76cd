"""`govern contracts`: which documents, in which positions, how they stand, and who signed; `govern trace`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from govern.cli.app import app
from govern.cli.terminal import (
    AsOfOption,
    ProjectArgument,
    check_output,
    console,
    count,
    day_of,
    print_wrapped,
    workspace,
    write_output,
)
from govern.errors import FactError

if TYPE_CHECKING:
    from rich.console import Console

    from govern.contracts import Clause
    from govern.usecases.positions import Choice
    from govern.usecases.signing import SignedCopy
    from govern.usecases.standing import Standing
    from govern.usecases.tracing import Trace
    from govern.wiring import Workspace

contracts_app = typer.Typer(no_args_is_help=True, help="Contracts: plan, negotiate, sign, and see how they stand.")

_NEEDED = {True: "needed", None: "depends", False: "not needed"}


@contracts_app.command("plan")
def plan(
    project: ProjectArgument,
    as_of: AsOfOption = None,
    all_: Annotated[bool, typer.Option("--all", help="Those that are not needed too.")] = False,
) -> None:
    """Show which documents the project needs, and why.

    Example: govern contracts plan hospital-ct
    """
    from govern.usecases.drafts import plan_documents

    space = workspace()
    planned = plan_documents(space.ports, space.actor, project, day_of(as_of))
    terminal = console()
    for each in planned:
        if each.needed is False and not all_:
            continue
        state = _NEEDED[each.needed]
        terminal.print(f"{each.recipe.title} ({each.recipe.id}): {state}", style="bold" if each.needed else "")
        print_wrapped(terminal, f"if {each.why}" if each.needed is None else f"because {each.why}", 2)
        if each.missing:
            print_wrapped(terminal, f"unknown: {', '.join(each.missing)}", 2)
        if each.terms and each.needed:
            print_wrapped(terminal, f"must carry {count(len(each.terms), 'term', 'terms')} of law", 2)
    needed = sum(each.needed is True for each in planned)
    open_ = sum(each.needed is None for each in planned)
    terminal.print(f"{needed} needed, {open_} depend on unknown facts, {len(planned) - needed - open_} not needed.")
    terminal.print(f"Draft them: govern draft {project} --set --out {project}.zip")


@contracts_app.command("list")
def list_all(
    project: Annotated[str | None, typer.Argument(help="The project's id; all projects if left out.")] = None,
) -> None:
    """Show of each document what is signed and the newest draft, and what is superseded: clauses, law or facts.

    Example: govern contracts list hospital-ct
    """
    from govern.usecases.standing import list_standing

    space = workspace()
    terminal = console()
    standing = list_standing(space.ports, space.actor, project)
    for each in standing:
        _print_standing(terminal, each)
    if not standing:
        terminal.print("nothing is drafted yet: govern contracts plan PROJECT says which documents are needed")


def _print_standing(terminal: "Console", each: "Standing") -> None:
    lock = each.kept.lock
    state = f"signed {each.signed_on.isoformat()}" if each.signed_on else each.state
    head = f"{lock.project}  {lock.document} {lock.recipe.version}  {state}, of {lock.day.isoformat()}"
    terminal.print(f"{head}  {each.kept.draft_id[:12]}", style="bold")
    if not each.superseded:
        terminal.print("  as it would be drafted today", style="green")
    elif each.same_text:
        kinds = ", ".join(dict.fromkeys(change.kind for change in each.superseded))
        terminal.print(f"  the text would be the same today; changed since: {kinds}", style="green")
        return
    for kind in dict.fromkeys(change.kind for change in each.superseded):
        changed = [change for change in each.superseded if change.kind == kind]
        names = [
            f"{change.name} {change.then}" + ("" if change.same_version else f" → {change.now or 'gone'}")
            for change in changed
        ]
        print_wrapped(terminal, f"{kind}: {'; '.join(names)}", 2)
    if each.superseded:
        since = "" if each.newest else f" --from {each.kept.draft_id[:12]}"
        print_wrapped(terminal, f"see: govern redline {lock.project} --document {lock.document}{since}", 2)


@contracts_app.command("positions")
def positions(
    project: ProjectArgument,
    clause: Annotated[str | None, typer.Option(help="Only this clause.")] = None,
    as_of: AsOfOption = None,
    all_: Annotated[bool, typer.Option("--all", help="Those of documents too that the project does not need.")] = False,
) -> None:
    """Show which clauses have positions, which is chosen, who must approve, and what stays open.

    The clauses are those of the documents that the project needs, or may need.

    Examples:

      govern contracts positions hospital-ct

      govern contracts positions hospital-ct --clause dpa.breach
    """
    from govern.errors import ContentError
    from govern.kernel import suggest
    from govern.usecases.drafts import plan_documents
    from govern.usecases.positions import list_choices

    space = workspace()
    chosen = list_choices(space.ports, space.actor, project)
    library = space.ports.library.clauses()
    if clause is not None and clause not in library:
        raise ContentError(f"there is no clause `{clause}`", hint=suggest(clause, library))
    terminal = console()
    planned = plan_documents(space.ports, space.actor, project, day_of(as_of))
    needed = {id_ for each in planned if each.needed is not False for id_ in each.recipe.clauses + each.recipe.annexes}
    for id_, each in library.items():
        wanted = all_ or clause == id_ or id_ in needed or id_ in chosen
        if each.head.positions and clause in (None, id_) and wanted:
            _print_positions(terminal, each, chosen.get(id_))


def _print_positions(terminal: "Console", clause: "Clause", choice: "Choice | None") -> None:
    terminal.print(f"{clause.head.title} ({clause.head.id})", style="bold")
    used = choice.position if choice else clause.head.positions[0].id
    for at in clause.head.positions:
        mark = "*" if at.id == used else " "
        approver = f"; approver: {at.approver.replace('_', ' ')}" if at.approver else ""
        print_wrapped(terminal, f"{mark} {at.id}: {at.title}{approver}", 2)
        if at.residual:
            print_wrapped(terminal, f"open then: {at.residual}", 6)
    if choice:
        state = f"approved by {choice.approved_by}" if choice.approved_by else "not approved yet"
        print_wrapped(terminal, f"chosen by {choice.chosen_by} on {choice.chosen_on.isoformat()}, {state}", 4)


@contracts_app.command("position")
def position(
    project: ProjectArgument,
    clause: Annotated[str, typer.Argument(help="The clause.")],
    position: Annotated[str, typer.Argument(help="The position: preferred, fallback, walk_away …")],
    reason: Annotated[str, typer.Option(help="Why we give in; not needed to return to the preferred one.")] = "",
) -> None:
    """Choose a position for a clause. If it needs an approval that you may give, you approve it with that.

    Example: govern contracts position hospital-ct dpa.breach fallback --reason "the vendor's monitoring needs it"
    """
    from govern.usecases.positions import choose_position

    space = workspace()
    choice = choose_position(space.ports, space.actor, project, clause, position, reason=reason)
    at = next(each for each in space.ports.library.clauses()[clause].head.positions if each.id == position)
    if choice.approved_by or not at.approver:
        typer.echo(f"{clause}: {at.title}" + (f"; approved by {choice.approved_by}" if choice.approved_by else ""))
        return
    typer.echo(f"{clause}: {at.title}; it waits for the approval of {at.approver.replace('_', ' ')}")
    typer.echo(f"  govern contracts approve {project} {clause}")


@contracts_app.command("approve")
def approve(project: ProjectArgument, clause: Annotated[str, typer.Argument(help="The clause.")]) -> None:
    """Approve the position that was chosen for a clause.

    Example: govern contracts approve hospital-ct dpa.breach
    """
    from govern.usecases.positions import approve_position

    space = workspace()
    choice = approve_position(space.ports, space.actor, project, clause)
    typer.echo(f"approved: {clause} in position {choice.position}, by {choice.approved_by}")


@contracts_app.command("playbook")
def playbook() -> None:
    """Show the playbook: what is negotiated, what we want, what we trade, and what we never give.

    Example: govern contracts playbook
    """
    space = workspace()
    terminal = console()
    library = space.ports.library
    for book in library.playbooks().values():
        terminal.print(f"{book.title} {book.version}", style="bold")
        for topic in book.topics:
            terminal.print()
            terminal.print(topic.title, style="bold")
            print_wrapped(terminal, topic.stance, 2)
            for label, words in (("Trade", topic.trade), ("Never", topic.never)):
                if words:
                    print_wrapped(terminal, f"{label}: {words}", 2)
            for id_ in topic.clauses:
                clause = library.clauses()[id_]
                names = ", ".join(at.id for at in clause.head.positions) or "one text"
                print_wrapped(terminal, f"{id_}: {names}", 4)


@contracts_app.command("lint")
def lint(
    project: ProjectArgument,
    document: Annotated[str | None, typer.Option(help="Only the findings of this document.")] = None,
    notes: Annotated[bool, typer.Option("--notes", help="Notes too, not only errors and warnings.")] = False,
    as_of: AsOfOption = None,
) -> None:
    """Read the set as counsel would: definitions, references, annexes, values that differ, two laws, old citations.

    Blanks and open choices are listed by govern draft. The exit status is 1 if there is an error or a warning.

    Examples:

      govern contracts lint hospital-ct

      govern contracts lint hospital-ct --document dpa --notes
    """
    from govern.usecases.linting import lint_project
    from govern.wiring import lint_rules

    space = workspace()
    linted = lint_project(space.ports, space.actor, project, day_of(as_of), document=document, rules=lint_rules(space))
    terminal = console()
    shown = [each for each in linted.findings if notes or each.severity != "note"]
    styles = {"error": "bold red", "warning": "yellow", "note": ""}
    for each in shown:
        terminal.print(f"{each.document} {each.place}: {each.severity} [{each.rule}]", style=styles[each.severity])
        print_wrapped(terminal, each.message, 2)
        if each.hint:
            print_wrapped(terminal, f"hint: {each.hint}", 4)
    hidden = len(linted.findings) - len(shown)
    more = f"; {count(hidden, 'note', 'notes')} with --notes" if hidden else ""
    read = count(len(linted.documents), "document", "documents")
    terminal.print(f"{read} read: {count(len(shown), 'finding', 'findings')}{more}")
    if any(each.severity != "note" for each in shown):
        raise typer.Exit(1)


@contracts_app.command("fill")
def fill(
    project: ProjectArgument,
    document: Annotated[str, typer.Argument(help="The document whose blanks are filled.")],
    as_of: AsOfOption = None,
) -> None:
    """Ask for every blank and open choice of a document that a fact fills. Each answer is kept at once.

    Example: govern contracts fill hospital-ct dpa
    """
    from govern.cli.interview import ask_fact
    from govern.usecases.drafts import read_open_points

    space = workspace()
    terminal = console()
    skipped: set[str] = set()
    while True:
        points = read_open_points(space.ports, space.actor, project, document, day_of(as_of))
        asked = [each for each in points if (each.fact or each.parameter) not in (None, *skipped)]
        if not asked:
            break
        point = asked[0]
        terminal.print()
        print_wrapped(terminal, f"{count(len(asked), 'point', 'points')} to ask. {point.where}: {point.what}", 0)
        if point.fact and point.kind != "bound":
            answered = ask_fact(terminal, space, project, point.fact)
        else:  # a value out of bounds may be right for the paper in force
            if point.fact:
                terminal.print(f"Your answer is for the new text; `{point.fact}` stays as it is.")
            answered = _ask_parameter(terminal, space, project, str(point.fact or point.parameter))
        if answered is None:
            break
        if not answered:
            skipped.add(str(point.fact or point.parameter))
    left = read_open_points(space.ports, space.actor, project, document, day_of(as_of))
    terminal.print(f"{count(len(left), 'point is', 'points are')} open in {document}.")
    for each in left:
        print_wrapped(terminal, f"{each.kind}: {each.what} ({each.where})", 2)
    for clause in dict.fromkeys(each.where for each in left if each.kind == "approval"):
        terminal.print(f"  govern contracts approve {project} {clause}")


def _ask_parameter(terminal: "Console", space: "Workspace", project: str, name: str) -> bool | None:
    from govern.cli.interview import ask_value
    from govern.usecases.answers import find_parameter, parse_parameter
    from govern.usecases.parameters import set_parameters

    def keep(word: str) -> bool:
        try:
            set_parameters(space.ports, space.actor, project, {name: parse_parameter(space.ports.library, name, word)})
        except FactError as problem:
            print_wrapped(terminal, f"{problem.message}: {problem.hint}" if problem.hint else problem.message, 0)
            return False
        return True

    return ask_value(terminal, find_parameter(space.ports.library, name), keep)


@contracts_app.command("sign")
def sign(
    project: ProjectArgument,
    document: Annotated[str, typer.Argument(help="The document that was signed.")],
    on: Annotated[str, typer.Option("--on", help="The day of the last signature.", metavar="DATE")],
    file: Annotated[Path | None, typer.Option(help="The signed file; kept by its digest.", metavar="FILE")] = None,
    draft: Annotated[str | None, typer.Option(help="Which final draft, by the beginning of its id.")] = None,
    changed: Annotated[
        bool, typer.Option("--changed", help="The signed text differs from the draft: leave out what was changed.")
    ] = False,
) -> None:
    """Record that the newest final draft of a document was signed: its terms are then facts with evidence.

    A Word file is compared with the draft. Any other file is kept as it is, and that it was not compared is recorded.

    Example: govern contracts sign hospital-ct dpa --on 2026-12-01 --file dpa-signed.pdf
    """
    from govern.usecases.signing import sign_contract

    space = workspace()
    copy = _read_copy(space, file) if file is not None else None
    signed = sign_contract(
        space.ports, space.actor, project, document, day_of(on, "--on"), copy=copy, draft=draft, changed=changed
    )
    terminal = console()
    terminal.print(f"signed: {document} {signed.lock.recipe.version} ({signed.draft_id[:12]})")
    held = count(len(signed.terms), "term holds", "terms hold")
    print_wrapped(terminal, f"{held} now; facts: {', '.join(signed.facts)}", 2)
    if file is not None:
        print_wrapped(terminal, f"{file.name}: {_SAID_OF_COPY[signed.compared.value]}", 2)
    if signed.changed:
        print_wrapped(terminal, f"changed: {'; '.join(signed.changed)}", 2)
    if signed.left_out:
        print_wrapped(terminal, f"left out: {', '.join(signed.left_out)}", 2)
    terminal.print(f"  govern check {project}")


_SAID_OF_COPY = {
    "the file of the draft": "the very file of the draft",
    "the text of the draft": "has the text of the draft",
    "changed": "differs from the draft",
    "not compared": "not compared with the draft: read it before you rely on it",
}


def _read_copy(space: "Workspace", path: Path) -> "SignedCopy":
    """The signed file; a Word file as what can be compared, and a PDF only if it is one."""
    from govern.cli.redlines import read_returned
    from govern.errors import RefusedError
    from govern.library.yaml_files import read_bytes
    from govern.usecases.signing import SignedCopy

    data = read_bytes(path, name=str(path), limit=50_000_000)
    if path.suffix.lower() == ".pdf" and data and b"%PDF-" not in data[:1024]:
        raise RefusedError(f"`{path.name}` is not a PDF", where="--file", hint="give the signed copy")
    if path.suffix.lower() != ".docx" or not data:
        return SignedCopy(data, path.name)
    return SignedCopy(data, path.name, *read_returned(space, path, data))


@contracts_app.command("lock")
def lock(
    project: ProjectArgument,
    document: Annotated[str, typer.Argument(help="The document.")],
    out: Annotated[Path, typer.Option(help="The file.", metavar="FILE")],
    draft: Annotated[str | None, typer.Option(help="Which draft, by the beginning of its id.")] = None,
    force: Annotated[bool, typer.Option(help="Overwrite the file.")] = False,
) -> None:
    """Write the lock of a draft as a file.

    Example: govern contracts lock hospital-ct dpa --out dpa.lock
    """
    from govern.contracts import format_lock
    from govern.usecases.standing import find_lock

    check_output(out, force=force)
    space = workspace()
    kept = find_lock(space.ports, space.actor, project, document, draft)
    write_output(out, format_lock(kept.lock))
    typer.echo(f"written: {out}")


@app.command()
def trace(
    project: ProjectArgument,
    what: Annotated[str, typer.Argument(help="A clause, a term, an obligation, a fact, or a place in the law.")],
    as_of: AsOfOption = None,
) -> None:
    """Follow a clause, a contract term, an obligation, a fact or a citation: from the law to the sentence, and back.

    Examples:

      govern trace hospital-ct dpa.breach

      govern trace hospital-ct GDPR-33.2

      govern trace hospital-ct dpa.breach_notice

      govern trace hospital-ct contract.breach_notice_hours

      govern trace hospital-ct "Art. 28(3)"
    """
    from govern.usecases.tracing import trace_connection

    space = workspace()
    if not what.strip():
        raise FactError("say what to trace", hint="like dpa.breach or 'Art. 28(3)'")
    _print_trace(console(), trace_connection(space.ports, space.actor, project, what.strip(), day_of(as_of)))


def _print_trace(terminal: "Console", traced: "Trace") -> None:
    terminal.print(f"{traced.what}: {traced.title} ({traced.kind})", style="bold")
    if traced.findings:
        terminal.print()
        terminal.print(f"Law ({len(traced.findings)})", style="bold")
    for finding, citation in traced.findings:
        status = finding.status.value.replace("_", " ")
        print_wrapped(terminal, f"{finding.obligation.id}  {status}  {citation}: {finding.obligation.title}", 2)
    if traced.places:
        terminal.print()
        terminal.print(f"Text ({len(traced.places)})", style="bold")
    for place in traced.places:
        carries = f" [carries {', '.join(place.terms)}]" if place.terms else ""
        words = place.text if len(place.text) <= 300 else place.text[:297].rstrip() + "…"
        head = f"{place.document} {place.number} {place.title}" if not words else f"{place.document} {place.number}"
        print_wrapped(terminal, f"{head}{carries}" + (f"  {words}" if words else ""), 2)
    if traced.facts:
        terminal.print()
        terminal.print(f"Facts ({len(traced.facts)})", style="bold")
    for use in traced.facts:
        print_wrapped(terminal, f"{use.fact} = {use.value or 'unknown'}" + (f"  ({use.role})" if use.role else ""), 2)
    if not traced.findings and not traced.places:
        terminal.print("Nothing in this project's documents has to do with it.")
