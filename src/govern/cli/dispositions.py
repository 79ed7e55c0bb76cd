"""`govern retention plan`, `approve`, `execute` and what goes with them: destruction with a certificate."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from govern.cli.retention import open_stores, retention_app
from govern.cli.terminal import (
    AsOfOption,
    ProjectArgument,
    check_output,
    console,
    count,
    day_of,
    print_wrapped,
    read_input,
    show_progress,
    warn_of_letters,
    workspace,
    write_output,
)
from govern.cli.verifying import LONGEST_CERTIFICATE, KeysOption, check_kind, keys_or_own, parse_keys
from govern.errors import FactError, RefusedError

if TYPE_CHECKING:
    from govern.retention import Claim
    from govern.usecases.dispositions import IssuedCertificate, PlanStatus
    from govern.usecases.vendor_returns import VendorStatus
    from govern.wiring import Workspace

PlanArgument = Annotated[str, typer.Argument(help="The plan's id, or its beginning.", metavar="PLAN")]
DigestOption = Annotated[str, typer.Option(help="The plan's digest, as `plan` and `progress` print it.")]

SHOWN = 20

CLOSED = "All of it was left out: the plan is closed, without a certificate."


@retention_app.command("plan")
def plan(
    project: ProjectArgument,
    reason: Annotated[str, typer.Option(help="Why, in one line that names nobody.")],
    as_of: AsOfOption = None,
    class_: Annotated[str, typer.Option("--class", help="Only this class of records.")] = "",
    most: Annotated[int | None, typer.Option("--most", help="No more than so many records.", min=1)] = None,
) -> None:
    """Plan the destruction of everything in a project that is due. Nothing is destroyed by it.

    The plan names each record, its version, where it lies, and the rule that makes it due. Its digest is what two
    people approve and what is executed. Who plans it is none of the two, unless `govern.yaml` says
    `planner_may_approve: true`; then the plan and the certificate say so.

    Example: govern retention plan hospital-ct --reason "yearly review of expired batches"
    """
    from govern.usecases.dispositions import plan_destruction

    space = workspace()
    _ = space.places  # what is wrong in it is told before two people approve, not after
    day = day_of(as_of)
    made = plan_destruction(
        space.ports, space.actor, project, day, reason, record_class=class_, most=most,
        planner_approves=space.settings.planner_may_approve, stores=open_stores(space),
    )  # fmt: skip
    from govern.usecases.dispositions import get_plan

    _print_plan(space, get_plan(space.ports, space.actor, made.id))


@retention_app.command("plans")
def plans(
    project: Annotated[str | None, typer.Argument(help="Only of this project.", metavar="[PROJECT]")] = None,
) -> None:
    """List the plans of destruction, and how far each is.

    Example: govern retention plans hospital-ct
    """
    from govern.usecases.dispositions import list_plans

    space = workspace()
    found = list_plans(space.ports, space.actor, project)
    for each in found:
        known = each.plan
        records = count(known.items, "record", "records")
        typer.echo(f"{known.id}  {known.project:24} {known.as_of}  {records:14} {each.state}")
    if not found:
        typer.echo("no plan of destruction yet: govern retention plan PROJECT --reason …")


@retention_app.command("progress")
def progress(
    plan: PlanArgument,
    every: Annotated[bool, typer.Option("--all", help=f"Every record, not only the first {SHOWN}.")] = False,
) -> None:
    """Show a plan: its records, who approved it, and what is left to act on after an execution.

    What an interrupted execution left is looked at: how much of a record is gone. Exit status 1 while something was
    tried and is not destroyed.

    Example: govern retention progress 3f2a --all
    """
    space = workspace()
    status = _read_plan(space, plan)
    _print_plan(space, status, None if every else SHOWN)
    if status.left:
        raise typer.Exit(1)


@retention_app.command("approve")
def approve(plan: PlanArgument, digest: DigestOption) -> None:
    """Approve exactly the plan of this digest. Two people other than who planned it must, before it can be executed.

    Example: govern retention approve 3f2a --digest 9c1d…
    """
    from govern.usecases.dispositions import approve_plan

    space = workspace()
    status = approve_plan(space.ports, space.actor, plan, digest)
    people = sorted({each.actor for each in status.approvals})
    typer.echo(f"plan {status.plan.id} is approved by {' and '.join(people)}")
    if status.state == "planned":
        typer.echo("One more person has to approve it.")
    else:
        _print_next(status)


@retention_app.command("execute")
def execute(
    plan: PlanArgument,
    digest: Annotated[str | None, typer.Option(help="The digest of the approved plan.")] = None,
    really: Annotated[bool, typer.Option("--execute", help="Do it. What is destroyed cannot be brought back.")] = False,
    out: Annotated[
        Path | None, typer.Option(help="The certificate, as PDF; its JSON goes beside it.", metavar="FILE.pdf")
    ] = None,
    force: Annotated[bool, typer.Option(help="Overwrite the files.")] = False,
) -> None:
    """Destroy what an approved plan names. Without --execute it only says what would be done.

    Holds are read again in each transaction that destroys. An execution that was interrupted goes on where it stopped.
    What could not be destroyed is listed, and there is no certificate until that list is empty (exit status 1). A plan
    of which nothing was destroyed and all was left out is closed without a certificate.

    Examples:

      govern retention execute 3f2a

      govern retention execute 3f2a --digest 9c1d… --execute --out certificate.pdf
    """
    from govern.usecases.dispositions import execute_plan

    space = workspace()
    status = _read_plan(space, plan)
    if not really:
        _print_plan(space, status)
        how = {
            "planned": "It is not approved yet.",
            "withdrawn": "It was withdrawn.",
            "closed": CLOSED,
            "certified": "It was carried out before.",
        }.get(status.state, "To destroy it for good, give --execute, the digest, and --out FILE.pdf")
        now = " now" if status.state in ("begun", "certified") else ""
        typer.echo(f"Nothing was destroyed{now}. {how}")
        return
    if digest is None or out is None or out.suffix != ".pdf":
        hint = f"--digest {status.plan.digest} --out certificate-{status.plan.id}.pdf, once two people approved it"
        raise RefusedError("name the digest of the approved plan, and a file for the certificate", hint=hint)
    paths = [check_output(path, force=force) for path in (out, out.with_suffix(".json"))]
    with show_progress("records", status.plan.items) as advance:
        status, issued = execute_plan(
            space.ports, space.actor, open_stores(space), plan, digest, progress=lambda done, _: advance(done)
        )
    if issued is None and status.state == "closed":
        typer.echo(f"Nothing was destroyed. {CLOSED}")
        return
    if issued is None:
        done = sum(each.outcome.value == "destroyed" for each in status.results)
        partly = sum(each.partly for each in status.results)
        part = f", {partly} in part" if partly else ""
        typer.echo(f"{done} of {count(status.plan.items, 'record', 'records')} destroyed{part}")
        _print_left(status)
        raise typer.Exit(1)
    _write(issued, paths)
    typer.echo(f"destroyed: {count(len(issued.content['destroyed']), 'record', 'records')} (entry {issued.index})")
    _print_beside(issued)
    _print_unreached(issued)
    typer.echo(f"written: {paths[0]}, {paths[1]}")


@retention_app.command("excuse")
def excuse(
    plan: PlanArgument,
    records: Annotated[list[str], typer.Argument(help="The records that could not be destroyed.", metavar="RECORD...")],
    reason: Annotated[str, typer.Option(help="Why the certificate is issued without it; it will say so.")],
) -> None:
    """Leave records out that could not be destroyed. The certificate lists them as not reached, with your reason.

    Example: govern retention excuse 3f2a batch-7 --reason "object lock until 2027-03-01; planned again then"
    """
    from govern.usecases.dispositions import excuse_records, get_plan

    space = workspace()
    for each in excuse_records(space.ports, space.actor, plan, records, reason):
        print_wrapped(console(), f"{each.record} is left out: {each.words}", 0)
    if get_plan(space.ports, space.actor, plan).state == "closed":
        typer.echo(f"Nothing of the plan was destroyed. {CLOSED}")


@retention_app.command("withdraw")
def withdraw(
    plan: PlanArgument,
    reason: Annotated[str, typer.Option(help="Why, in one line that names nobody.")],
) -> None:
    """Give up a plan that destroyed nothing: nobody can approve or execute it any more.

    For a plan that the register or the schedule has outrun. What was destroyed already needs a certificate: execute
    such a plan to its end, and leave out what stays.

    Example: govern retention withdraw 3f2a --reason "a digest was corrected; planned anew"
    """
    from govern.usecases.dispositions import withdraw_plan

    space = workspace()
    status = withdraw_plan(space.ports, space.actor, plan, reason)
    print_wrapped(console(), f"plan {status.plan.id} is {status.withdrawn}", 0)


@retention_app.command("confirm-absent")
def confirm_absent(
    plan: PlanArgument,
    reason: Annotated[str, typer.Option(help="Where it went, in one line that names nobody.")],
    records: Annotated[
        list[str] | None,
        typer.Argument(help="The records that are gone; all that were found absent without.", metavar="[RECORD]..."),
    ] = None,
) -> None:
    """Confirm that records of which an execution found nothing are gone, and do not lie elsewhere.

    Look first: a disk that is not mounted looks empty too. The next execution looks again and closes them as found
    absent; the certificate lists them apart from what was destroyed, with your reason.

    Example: govern retention confirm-absent 3f2a batch-7 --reason "the bucket's own rule expired it in March"
    """
    from govern.usecases.dispositions import confirm_absence

    space = workspace()
    for each in confirm_absence(space.ports, space.actor, plan, records or [], reason):
        typer.echo(f"{each.record} is gone, {each.confirmed_by} confirms: {each.reason}")
        if each.incident:
            typer.echo(f"  INCIDENT: {each.incident}")
    typer.echo("The next execution closes what is still absent then.")


@retention_app.command("certificate")
def certificate(
    plan: Annotated[str | None, typer.Argument(help="The plan's id, or its beginning.", metavar="PLAN")] = None,
    out: Annotated[
        Path | None, typer.Option(help="The certificate, as PDF; its JSON goes beside it.", metavar="FILE.pdf")
    ] = None,
    verify: Annotated[Path | None, typer.Option(help="A certificate to verify instead.", metavar="FILE.json")] = None,
    key: KeysOption = None,
    force: Annotated[bool, typer.Option(help="Overwrite the files.")] = False,
) -> None:
    """Write the certificate of a destruction again, or verify one that somebody gave you.

    To verify one no workspace is needed but the log's public key; without --key that of the workspace here is taken.

    Examples:

      govern retention certificate 3f2a --out certificate.pdf

      govern retention certificate --verify certificate.json --key "$(cat published.pub)"
    """
    if (plan is None) == (verify is None):
        raise FactError("give a plan, or --verify and a certificate", hint="govern retention certificate PLAN --out …")
    if verify is not None:
        _verify(verify, key or [])
        return
    if out is None or out.suffix != ".pdf":
        raise RefusedError("name a file for the certificate", hint=f"--out certificate-{plan}.pdf")
    paths = [check_output(path, force=force) for path in (out, out.with_suffix(".json"))]
    from govern.usecases.dispositions import certify_plan

    space = workspace()
    _write(certify_plan(space.ports, space.actor, open_stores(space), str(plan)), paths)
    typer.echo(f"written: {paths[0]}, {paths[1]}")


def _verify(file: Path, texts: list[str]) -> None:
    from govern.usecases.certificates import CertificateKind
    from govern.usecases.dispositions import verify_certificate

    data = read_input(file, LONGEST_CERTIFICATE)
    check_kind(data, CertificateKind.DESTRUCTION, file)
    found = verify_certificate(data, keys_or_own(texts))
    typer.echo(f"certificate {found['id']} of {found['project']}: verified")
    since = f", from {found['destroyed_from']}" if found["destroyed_from"] else ""
    typer.echo(f"  {count(len(found['destroyed']), 'record', 'records')} destroyed{since}")
    if found.get("partly"):
        typer.echo(f"  {count(len(found['partly']), 'record', 'records')} destroyed in part, the rest left out")
    if found.get("absent"):
        typer.echo(f"  {count(len(found['absent']), 'record', 'records')} found absent, and not destroyed by it")
    typer.echo("  checked: the log's entry commits to this statement, and is in the log that the key signed")
    typer.echo("  not checked: the stores themselves; they are what the statement says of them")


def _read_plan(space: "Workspace", plan: str) -> "PlanStatus":
    """A plan, and how far it is; of what was begun and has not ended, what its store says."""
    from govern.usecases.dispositions import get_plan

    status = get_plan(space.ports, space.actor, plan)
    if any(each.outcome.value == "found" for each in status.results):
        return get_plan(space.ports, space.actor, plan, open_stores(space))
    return status


def _write(issued: "IssuedCertificate", paths: list[Path]) -> None:
    from govern.render.retention.certificate import write_certificate_pdf

    write_output(paths[0], write_certificate_pdf(issued))
    write_output(paths[1], issued.to_file())
    warn_of_letters(issued.content, paths[1])


def _print_plan(space: "Workspace", status: "PlanStatus", most: int | None = SHOWN) -> None:
    from itertools import islice

    from govern.usecases.destroying import read_items

    known = status.plan
    terminal = console()
    terminal.print(f"Plan {known.id} of {known.project}, as of {known.as_of}, by {known.planner}: {status.state}")
    terminal.print(f"  reason: {known.reason}", soft_wrap=True)
    terminal.print(f"  {count(known.items, 'record', 'records')} to destroy")
    for item in islice(read_items(space.ports, known), most):
        terminal.print(f"  {item.record}  due {item.due or 'now'}  {item.store}", soft_wrap=True)
        terminal.print(f"      {item.record_class}: {item.cite}", soft_wrap=True)
        print_wrapped(terminal, f"schedule {item.schedule}: {item.why}", 6)
    if most is not None and known.items > most:
        terminal.print(f"  … and {known.items - most} more: govern retention progress {known.id} --all", soft_wrap=True)
    for why, number in sorted(known.left.items()):
        terminal.print(f"  not in it: {count(number, 'record', 'records')} ({why})")
    if known.unplaced:
        print_wrapped(terminal, f"held, and {known.unplaced}", 2)
    if known.planner_approves:
        terminal.print("  who planned it may be one of the two who approve it: a setting of this workspace")
    for each in status.approvals:
        terminal.print(f"  approved by {each.actor} at {each.at}")
    _print_left(status)
    if status.certificate:
        terminal.print(f"  certificate {status.certificate}")
    if status.withdrawn:
        terminal.print(f"  {status.withdrawn}", soft_wrap=True)
    if status.state == "closed":
        terminal.print(f"  {CLOSED}", soft_wrap=True)
    if status.state in ("planned", "approved"):
        _print_next(status)
    terminal.print(f"digest {known.digest}", soft_wrap=True)


def _print_next(status: "PlanStatus") -> None:
    known = status.plan
    if status.state == "planned":
        said, command = "Two people approve exactly this:", f"approve {known.id} --digest {known.digest}"
    else:
        command = f"execute {known.id} --execute --digest {known.digest} --out certificate.pdf"
        said = "It can be executed:"
    console().print(f"{said} govern retention {command}", soft_wrap=True)


def _print_left(status: "PlanStatus") -> None:
    if not status.left:
        return
    terminal = console()
    left = count(len(status.left), "record is", "records are")
    until_then = "it is" if len(status.left) == 1 else "they are"
    terminal.print(f"{left} not destroyed; there is no certificate until {until_then}:", style="bold red")
    for each in status.left:
        until = f", until {each.until}" if each.until else ""
        confirmed = f"; {each.confirmed_by} confirmed that it is gone" if each.confirmed_by else ""
        terminal.print(f"  {each.record}: {each.outcome.value}{until}: {each.words}{confirmed}", soft_wrap=True)
        if each.hold:
            terminal.print(f"    HOLD: {each.hold}", style="bold red", soft_wrap=True)
        if each.incident:
            terminal.print(f"    INCIDENT: {each.incident}", style="bold red", soft_wrap=True)
    terminal.print("Act on them and execute again, or leave one out: govern retention excuse", soft_wrap=True)
    changed = any(each.outcome.value == "changed" for each in status.left)
    if changed and not any(each.certified for each in status.results):
        terminal.print(
            "Nothing of the plan is destroyed, and it can be given up: govern retention withdraw", soft_wrap=True
        )
    if any(each.outcome.value == "absent" and not each.confirmed_by for each in status.left):
        said = "What is absent and gone for good: govern retention confirm-absent, then execute again"
        terminal.print(said, soft_wrap=True)


def _print_beside(issued: "IssuedCertificate") -> None:
    """What is certified and was not destroyed as planned, and what somebody has to be told of it."""
    for kind, alarm, said in (
        ("partly", "hold", "destroyed in part, the rest left out"),
        ("absent", "incident", "found absent, not destroyed here"),
    ):
        records = issued.content[kind]
        if records:
            typer.echo(f"{said}: {count(len(records), 'record', 'records')}")
        for each in records:
            if each[alarm]:
                typer.echo(f"  {alarm.upper()}: {each['record']}: {each[alarm]}")


def _print_unreached(issued: "IssuedCertificate") -> None:
    typer.echo("\nNot reached:")
    for each in issued.content["not_reached"]:
        expires = f" (until {each['expires']})" if each["expires"] else ""
        typer.echo(f"  {each['what']}{expires}: {each['why']}")
    typer.echo("")


VendorOption = Annotated[str, typer.Option(help="The vendor's id: a short name, such as labelworks.")]
OnOption = Annotated[str | None, typer.Option("--on", help="The day.", metavar="DATE")]


@retention_app.command("transferred")
def transferred(
    project: ProjectArgument,
    file: Annotated[Path, typer.Argument(help="CSV with a column sha256, or lines as sha256sum writes them.")],
    vendor: VendorOption,
    on: OnOption = None,
) -> None:
    """Record what was handed to a vendor, by digest, so that its return or destruction can be held against it.

    The same digest under the same name counts once a day, however often a list is given.

    Example: govern retention transferred hospital-ct batch-1.sha256 --vendor labelworks --on 2026-03-01
    """
    from govern.usecases.vendor_returns import LONGEST, record_transfer

    space = workspace()
    data = read_input(file, LONGEST)
    note = record_transfer(space.ports, space.actor, project, vendor, data, file.name, day_of(on, "--on"))
    typer.echo(f"{count(note.new, 'thing', 'things')} handed to {vendor}; {note.total} in all")
    if note.repeated:
        said = count(note.repeated, "line names", "lines name")
        typer.echo(f"{said} what stands there for that day already, and is not counted again")


@retention_app.command("vendor-import")
def vendor_import(
    project: ProjectArgument,
    file: Annotated[Path, typer.Argument(help="The list of digests: our JSON form, govern's certificate, or CSV.")],
    vendor: VendorOption,
    pdf: Annotated[Path | None, typer.Option(help="The signed certificate itself, which is kept.")] = None,
    fate: Annotated[str, typer.Option(help="destroyed or returned, where the list does not say.")] = "destroyed",
    on: OnOption = None,
    key: KeysOption = None,
) -> None:
    """Import a vendor's certificate of return or destruction, and list what is outstanding (exit status 1).

    A certificate that the vendor's own govern issued carries its proof: give the public key of the vendor's log, and
    it is checked before anything of it counts. A certificate accounts for what had been handed over by its day; without
    a day it is that of its import, and speaks of what was handed over first. What is handed over again later is
    outstanding anew.

    Examples:

      govern retention vendor-import hospital-ct destroyed.csv --vendor labelworks --pdf certificate.pdf --on 2026-11-20

      govern retention vendor-import hospital-ct certificate.json --vendor labelworks --key "$(cat vendor.pub)"
    """
    from govern.retention import Fate
    from govern.usecases.vendor_returns import LONGEST, import_certificate

    if fate not in set(Fate):
        raise typer.BadParameter("destroyed or returned", param_hint="--fate")
    space = workspace()
    status = import_certificate(
        space.ports,
        space.actor,
        project,
        vendor,
        read_input(file, LONGEST),
        file.name,
        fate=Fate(fate),
        on=day_of(on, "--on") if on else None,
        paper=read_input(pdf, 64 << 20) if pdf else None,
        keys=parse_keys(key or []),
    )
    _print_outstanding(status)


@retention_app.command("outstanding")
def outstanding(project: ProjectArgument, vendor: VendorOption) -> None:
    """List what a vendor has not accounted for yet (exit status 1 if there is anything).

    Example: govern retention outstanding hospital-ct --vendor labelworks
    """
    from govern.usecases.vendor_returns import list_outstanding

    space = workspace()
    _print_outstanding(list_outstanding(space.ports, space.actor, project, vendor))


def _say_day(claim: "Claim") -> str:
    return f"{claim.on}" if claim.on else f"without a day, imported {claim.taken}"


def _print_outstanding(status: "VendorStatus") -> None:
    found = status.matching
    terminal = console()
    said = f"{len(found.accounted)} of {count(status.transferred, 'thing', 'things')}"
    terminal.print(f"{status.vendor}: {said} accounted for, by {count(status.certificates, 'list', 'lists')}")
    for title, rows in (
        ("OUTSTANDING", [(each.digest, f"{each.name}  handed over {each.on}") for each in found.outstanding]),
        ("NEVER HANDED OVER", [(each.digest, each.name) for each in found.unknown]),
        ("WITHOUT A DAY", [(each.digest, f"imported {claim.taken}: {each.name}") for each, claim in found.undated]),
        ("DATED WRONG", [(each.digest, f"{_say_day(claim)}: {each.name}") for each, claim in found.early]),
    ):
        for digest, name in rows[:SHOWN]:
            terminal.print(f"  {title}  {digest}  {name}", soft_wrap=True)
        if len(rows) > SHOWN:
            terminal.print(f"  {title}  … and {len(rows) - SHOWN} more")
    if status.unproved:
        said = count(status.unproved, "certificate was", "certificates were")
        print_wrapped(terminal, f"{said} taken at the vendor's word: the proof in it was not checked (--key)", 2)
    presumed = [claim for _, claim in found.accounted if claim.on is None]
    if presumed:
        days = ", ".join(sorted({f"{claim.taken}" for claim in presumed}))
        said = f"{count(len(presumed), 'thing is', 'things are')} accounted for by a list without a day"
        said = f"{said}, as of its import ({days}), and only as handed over first; --on gives the day of a list"
        print_wrapped(terminal, said, 2)
    if not found.complete:
        raise typer.Exit(1)
    terminal.print("Everything that was handed over is accounted for.")
