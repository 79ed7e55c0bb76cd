"""`govern retention`: what is kept how long, what is due, and what is held."""

import json
import re
import sys
from collections import Counter
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from govern.cli.terminal import (
    OPENED,
    AsOfOption,
    ProjectArgument,
    check_output,
    console,
    count,
    day_of,
    print_wrapped,
    warned_of_boxes,
    workspace,
    write_output,
)
from govern.errors import FactError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from govern.disposal import DeclaredStores
    from govern.retention import Determination, DueDeadline, Schedule, TriggerEvent
    from govern.usecases.due import DueItem
    from govern.usecases.gaps import GapCheck
    from govern.usecases.holds import Reach
    from govern.wiring import Workspace

Words = TypeVar("Words", bound=StrEnum)

retention_app = typer.Typer(no_args_is_help=True, help="Retention: what is kept how long under which law.")

OutOption = Annotated[Path | None, typer.Option("--out", help="The file to write.", metavar="FILE")]
ForceOption = Annotated[bool, typer.Option("--force", help="Overwrite the file.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why; it is kept in the record and in the log.")]
RecordArgument = Annotated[str, typer.Argument(help="The record's id in the register.", metavar="RECORD")]

DAY_WIDTH = 12
"""Columns for a day in the schedule, or for why there is none."""

_FILES = ("xlsx", "pdf")


@retention_app.command("schedule")
def schedule(
    project: ProjectArgument,
    as_of: AsOfOption = None,
    format_: Annotated[str, typer.Option("--format", help="table, json, xlsx or pdf.")] = "table",
    out: OutOption = None,
    force: ForceOption = False,
) -> None:
    """List each record class of a project with trigger, period, due date and authority; conflicts are shown.

    A minimum is kept through the day on which it ends; a maximum is over on that day.

    Example: govern retention schedule hospital-ct
    """
    from govern.usecases.retained import name_instruments
    from govern.usecases.schedules import schedule_retention

    _check_format(format_, ("table", "json", *_FILES), out)
    if out is not None:
        check_output(out, force=force)
    space = workspace()
    checked, planned = schedule_retention(space.ports, space.actor, project, day_of(as_of))
    shorts = name_instruments(checked.book.packs)
    if format_ == "json":
        _say(json.dumps(_plain(planned), indent=2, ensure_ascii=False) + "\n", out)
    elif format_ == "table":
        _print_schedule(project, planned, shorts)
    elif out is not None:
        write_output(out, _write_schedule(format_, planned, checked, shorts))
        typer.echo(f"wrote {out}")


def _check_format(format_: str, known: tuple[str, ...], out: Path | None) -> None:
    if format_ not in known:
        raise typer.BadParameter(f"{', '.join(known[:-1])} or {known[-1]}", param_hint="--format")
    if format_ in _FILES and out is None:
        raise typer.BadParameter("a file of this kind needs --out FILE", param_hint="--format")
    if format_ == "table" and out is not None:
        raise typer.BadParameter("a table is printed; choose another --format", param_hint="--out")


def _say(text: str, out: Path | None) -> None:
    if out is None:
        sys.stdout.write(text)
    else:
        write_output(out, text.encode())
        typer.echo(f"wrote {out}")


def _write_schedule(format_: str, planned: "Schedule", checked: "GapCheck", shorts: dict[str, str]) -> bytes:
    title = checked.project.title
    if format_ == "pdf":
        from govern.render.retention.pdf import write_schedule_pdf

        with warned_of_boxes():
            return write_schedule_pdf(planned, title, checked.project.id, shorts)
    from govern.render.retention.xlsx import write_schedule_xlsx

    return write_schedule_xlsx(planned, title, shorts)


def _print_schedule(project: str, planned: "Schedule", shorts: dict[str, str]) -> None:
    from rich import box
    from rich.table import Table

    from govern.render.retention.words import rows_of

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, expand=True)
    table.add_column("Records", ratio=3)
    table.add_column("Period and trigger", ratio=4)
    table.add_column("Due", width=DAY_WIDTH)
    table.add_column("Authority", ratio=3, overflow="fold")
    previous = ""
    unknown_days: dict[str, int] = {}
    for row in rows_of(planned, shorts):
        name = row.records if row.records != previous else ""
        if name and previous:
            table.add_row("", "", "", "")
        previous = row.records
        then = "nothing while the legal hold lasts" if row.then == "hold" else row.then
        ends = row.ends.isoformat() if isinstance(row.ends, date) else row.ends
        if any(len(word) > DAY_WIDTH for word in ends.split()):  # the name of a fact: it would be cut within
            ends = f"see ({unknown_days.setdefault(ends, len(unknown_days) + 1)})"
        table.add_row(name, f"{row.term}; then {then}", ends, row.authority)
    terminal = console()
    _print_holds(planned)
    terminal.print(table)
    for why, number in unknown_days.items():
        print_wrapped(terminal, f"({number}) {why}", 0)
    if planned.hold is None and planned.lines:
        terminal.print("Whether a legal hold is in force is not known: ask before anything is destroyed.")
    for conflict in planned.conflicts:
        heading, style = ("decided", "") if conflict.decided else ("CONFLICT", "bold red")
        terminal.print(f"{heading}  {conflict.record_class}: {conflict.words}", style=style)
        if not conflict.decided:
            rules = f"{conflict.keep.rule.id} {conflict.destroy.rule.id}"
            command = f'govern retention resolve {project} "{conflict.record_class}" {rules} --prevails … --reason …'
            terminal.print(f"  {command}", soft_wrap=True)
    unknown = [line for line in planned.lines if line.applies is None]
    if not planned.lines:
        terminal.print("No rule of retention applies by the facts known.")
    elif not planned.conflicts:
        terminal.print("No conflicts between the rules.")
    if unknown:
        said = f"Of {count(len(unknown), 'rule', 'rules')} it is unknown whether it applies"
        print_wrapped(terminal, f"{said}: govern ask asks for the facts, and --format json names them.", 0)
    terminal.print(f"Schedule {planned.version}")


def _print_holds(planned: "Schedule") -> None:
    from govern.render.retention.words import say_holds

    terminal = console()
    if planned.hold:
        terminal.print("LEGAL HOLD: nothing is destroyed, here or at the vendor, until it is lifted.", style="bold red")
    for said in say_holds(planned):
        print_wrapped(terminal, said, 2)


def _plain(planned: "Schedule") -> dict[str, Any]:
    from govern.render.retention.words import say_period

    lines = [
        {
            "record_class": line.rule.record_class,
            "rule": line.rule.id,
            "title": line.rule.title,
            "pack": line.rule.pack,
            "authority": line.rule.cite.pinpoint,
            "period": say_period(line.rule),
            "event": line.rule.event.value if line.rule.event else None,
            "trigger": line.rule.trigger,
            "trigger_date": line.trigger_date.isoformat() if line.trigger_date else None,
            "due": line.due.isoformat() if line.due else None,
            "why_no_date": line.why_no_date,
            "action": planned.action(line),
            "applies": line.applies,
            "missing": list(line.missing),
            "verified": line.rule.verified,
        }
        for line in planned.lines
    ]
    conflicts = [
        {
            "record_class": each.record_class,
            "keep": each.keep.rule.id,
            "destroy": each.destroy.rule.id,
            "words": each.words,
            "prevails": each.decided.prevails if each.decided else None,
        }
        for each in planned.conflicts
    ]
    holds = [{"id": each.id, "scope": each.scope.value, "values": list(each.values)} for each in planned.holds]
    return {
        "as_of": planned.as_of.isoformat(),
        "version": planned.version,
        "legal_hold": planned.hold,
        "holds": holds,
        "lines": lines,
        "conflicts": conflicts,
    }


@retention_app.command("due")
def due(
    project: Annotated[str, typer.Argument(help="The project's id; all without it.", metavar="[PROJECT]")] = "",
    as_of: AsOfOption = None,
    within: Annotated[int, typer.Option("--within", help="So many days ahead.", min=0, max=36500)] = 90,
    format_: Annotated[str, typer.Option("--format", help="table, json or ics.")] = "table",
    out: OutOption = None,
    force: ForceOption = False,
) -> None:
    """List what is due: records, legal deadlines that run, and proof and waivers that lapse.

    A legal deadline that is over and was not closed is overdue. With --format ics it is a feed for calendar programs,
    where what has no date stands on today. The exit status is 1 where something is due today or before, or waits for a
    person.

    Example: govern retention due hospital-ct --within 30
    """
    from govern.usecases.due import list_due

    _check_format(format_, ("table", "json", "ics"), out)
    if out is not None:
        check_output(out, force=force)
    space = workspace()
    today = day_of(as_of)
    last = date.max if (date.max - today).days <= within else today + timedelta(days=within)
    held: Counter[str] = Counter()
    items = list_due(space.ports, space.actor, project, today, last, lambda record: held.update((record.project,)))
    if format_ == "json":
        _say(json.dumps([_plain_item(each) for each in items], indent=2, ensure_ascii=False) + "\n", out)
    elif format_ == "ics":
        from govern.render.retention.words import calendar_items
        from govern.retention import format_calendar
        from govern.wiring import now

        name = f"govern: {project or 'all projects'}"
        feed = calendar_items(items, today)
        _say(format_calendar(feed, name=name, stamp=now(), host=space.settings.origin.partition("/")[0]), out)
    else:
        _print_due(items, last, held.total())
    if any(each.asks_on(today) for each in items):
        raise typer.Exit(1)


def _plain_item(item: "DueItem") -> dict[str, Any]:
    return {
        "kind": item.kind,
        "project": item.project,
        "id": item.id,
        "at": item.at.isoformat() if item.at else None,
        "title": item.title,
        "words": item.words,
        "authority": item.authority,
        "state": item.state,
        "action": item.action,
        "overdue": item.overdue,
    }


def _print_due(items: "list[DueItem]", last: date, held: int) -> None:
    from govern.render.retention.words import say_at

    terminal = console()
    for each in items:
        state = f", {each.state}" if each.state else ""
        late, style = (", OVERDUE", "bold red") if each.overdue else ("", "")
        terminal.print(
            f"{say_at(each)}  {each.kind}{state}{late}  {each.project}  {each.id}", soft_wrap=True, style=style
        )
        print_wrapped(terminal, f"{each.title}: {each.words}" if each.title not in each.words else each.words, 2)
        if each.authority:
            print_wrapped(terminal, each.authority, 2)
    terminal.print(f"{count(len(items), 'item', 'items')} up to {last.isoformat()}")
    if held:
        said = f"{count(held, 'record', 'records')} more would be due, and {'is' if held == 1 else 'are'} held"
        print_wrapped(terminal, f"{said}: govern retention holds lists the holds", 2)
    _print_due_sum(items)


def _print_due_sum(items: "list[DueItem]") -> None:
    """What a long list hides: how much of it is what, the next clock, and how to end the waiting."""
    from govern.render.retention.words import say_at

    terminal = console()
    kinds = Counter(f"{each.kind}{f', {each.state}' if each.state else ''}" for each in items)
    if len(kinds) > 1:
        print_wrapped(terminal, "; ".join(f"{kind}: {number}" for kind, number in sorted(kinds.items())), 2)
    dated = [each for each in items if each.kind == "deadline" and each.at is not None]
    running, over = [each for each in dated if not each.overdue], [each for each in dated if each.overdue]
    if over:
        said = count(len(over), "legal deadline is", "legal deadlines are")
        print_wrapped(terminal, f"{said} overdue, the first since {say_at(over[0])}: {over[0].title}", 2)
    if running:
        print_wrapped(terminal, f"next legal deadline: {say_at(running[0])}, {running[0].title}", 2)
    if any(each.state == "waiting" for each in items):
        said = "a day that is unknown is given with govern retention correct, a term with govern retention rule"
        print_wrapped(terminal, said, 2)


@retention_app.command("add")
def add(
    project: ProjectArgument,
    record: RecordArgument,
    title: Annotated[str, typer.Option(help="What it is.")],
    class_: Annotated[str, typer.Option("--class", help="Its class in the schedule, like contracts.")],
    store: Annotated[str, typer.Option(help="Where it lies, like file:///srv/scans or s3://bucket/prefix.")],
    trigger: Annotated[
        list[str] | None, typer.Option("--trigger", help="The day of an event.", metavar="EVENT=DATE")
    ] = None,
    digest: Annotated[str, typer.Option(help="SHA-256 of its content, in hex.")] = "",
    data_class: Annotated[str, typer.Option("--data-class", help="The class of its data.")] = "",
    matter: Annotated[list[str] | None, typer.Option("--matter", help="A matter that it belongs to.")] = None,
) -> None:
    """Register a thing that is kept: a data set, a batch, a contract, a log. Its content stays where it is.

    Example: govern retention add hospital-ct batch-7 --title "CT scans, batch 7" --class "personal data"
    --store file:///srv/scans/batch-7 --trigger creation=2026-03-01
    """
    from govern.retention import RetainedRecord
    from govern.usecases.retaining import add_record

    space = workspace()
    days = {event: day for event, day in _triggers(trigger or []).items() if day is not None}
    wanted = RetainedRecord(
        record, project, title, class_, store, days, digest, data_class, matters=tuple(sorted(set(matter or ())))
    )
    if open_stores(space).is_link(store):
        hint = "name the place where the content lies"
        raise RefusedError(f"`{store[:120]}` is a link: only that would be destroyed one day", where="store", hint=hint)
    kept, found = add_record(space.ports, space.actor, wanted, space.places)
    typer.echo(f"registered under schedule {kept.schedule}: {kept.id}")
    print_wrapped(console(), f"{found.verdict.value}: {found.words}", 2)
    _warn_undeclared(space, [found])


@retention_app.command("import")
def import_list(
    project: ProjectArgument,
    file: Annotated[Path, typer.Argument(help="CSV, one line a record; its head names the columns.", metavar="FILE")],
) -> None:
    """Register all records of a list, or none of them if a line is wrong.

    Columns: id, title, class, store, and perhaps digest, data_class, matters (with ; between them), and the names of
    events, such as creation or contract_end, each with its day.

    Example: govern retention import hospital-ct batches.csv
    """
    from govern.cli.terminal import read_input
    from govern.usecases.retaining import LONGEST_LIST, add_records

    space = workspace()
    data = read_input(file, LONGEST_LIST)
    found = add_records(space.ports, space.actor, project, data, file.name, space.places)
    counts: dict[str, int] = {}
    for each in found:
        counts[each.verdict.value] = counts.get(each.verdict.value, 0) + 1
    said = ", ".join(f"{name}: {number}" for name, number in sorted(counts.items())) or "nothing"
    typer.echo(f"registered: {count(len(found), 'record', 'records')} ({said})")
    _warn_undeclared(space, found)


def _warn_undeclared(space: "Workspace", found: "list[Determination]") -> None:
    """Say which records lie where no destruction will reach, on the day when it can still be put right."""
    from govern.library.stores import STORES
    from govern.retention import find_place

    lost = [each.record.id for each in found if find_place(space.places, each.record.store) is None]
    if lost:
        named = ", ".join(lost[:3]) + (f" and {len(lost) - 3} more" if len(lost) > 3 else "")
        said = f"{STORES} declares no store that holds {named}: nothing can be destroyed there"
        print_wrapped(console(), said, 2)
    stores = open_stores(space)
    links = [each.record.id for each in found if stores.is_link(each.record.store)]
    if links:
        named = ", ".join(links[:3]) + (f" and {len(links) - 3} more" if len(links) > 3 else "")
        said = f"{named}: the address is a link, and only that would be destroyed; govern retention correct --store"
        print_wrapped(console(), said, 2)


def open_stores(space: "Workspace") -> "DeclaredStores":
    """The declared stores; what is opened of them is closed at the end."""
    stores = space.stores
    OPENED.callback(stores.close)
    return stores


@retention_app.command("list")
def list_all(
    project: ProjectArgument,
    as_of: AsOfOption = None,
    format_: Annotated[str, typer.Option("--format", help="table or json.")] = "table",
) -> None:
    """List the records that a project keeps, with what the schedule says of each.

    Example: govern retention list hospital-ct
    """
    from govern.usecases.retained import list_determinations
    from govern.usecases.retaining import plain_determination

    _check_format(format_, ("table", "json"), None)
    space = workspace()
    found = list_determinations(space.ports, space.actor, project, day_of(as_of))
    if format_ == "json":
        plain = [{"id": each.record.id, "title": each.record.title, **plain_determination(each)} for each in found]
        sys.stdout.write(json.dumps(plain, indent=2, ensure_ascii=False) + "\n")
        return
    terminal = console()
    for each in found:
        _print_record(each)
    terminal.print(f"{count(len(found), 'record', 'records')} of {project}")


def _print_record(found: "Determination") -> None:
    terminal = console()
    record = found.record
    terminal.print(f"{record.id}  {record.record_class}  {found.verdict.value}", soft_wrap=True)
    said = f"{found.action}: {found.words}" if found.action else found.words
    print_wrapped(terminal, f"{record.title}: {said}", 2)
    terminal.print(f"  {record.store}  schedule {record.schedule}", soft_wrap=True)


@retention_app.command("correct")
def correct(
    project: ProjectArgument,
    record: RecordArgument,
    reason: ReasonOption,
    trigger: Annotated[
        list[str] | None,
        typer.Option("--trigger", help="The right day; EVENT= takes it back.", metavar="EVENT=DATE"),
    ] = None,
    matter: Annotated[list[str] | None, typer.Option("--matter", help="A matter that it belongs to.")] = None,
    title: Annotated[str | None, typer.Option(help="What it is.")] = None,
    class_: Annotated[str | None, typer.Option("--class", help="The right class of the schedule.")] = None,
    store: Annotated[str | None, typer.Option(help="Where it lies.")] = None,
    digest: Annotated[
        str | None, typer.Option(help="SHA-256 of its content, in hex; an empty one takes it back.")
    ] = None,
    data_class: Annotated[str | None, typer.Option("--data-class", help="The class of its data.")] = None,
) -> None:
    """Set or correct the day that a period runs from, or what the register says of a record. It is kept, and logged.

    A correction takes no record out of a hold, and a held one stays at its address.

    Examples:

      govern retention correct hospital-ct msa --trigger contract_end=2027-06-30 --reason "term extended"

      govern retention correct hospital-ct msa --store file:///srv/archive/msa --reason "moved to the new server"
    """
    from govern.usecases.retaining import correct_record

    space = workspace()
    fields = {"title": title, "record_class": class_, "store": store, "digest": digest, "data_class": data_class}
    before, after = correct_record(
        space.ports, space.actor, project, record, triggers=_triggers(trigger or []), reason=reason,
        matters=matter or (), fields={name: value for name, value in fields.items() if value is not None},
        places=space.places,
    )  # fmt: skip
    _print_change(before, after)
    _warn_undeclared(space, [after])


def _print_change(before: "Determination", after: "Determination", others: "Sequence[str]" = ()) -> None:
    more = f" and {len(others) - 2} more" if len(others) > 2 else ""
    print_wrapped(console(), ", ".join((after.record.id, *others[:2])) + more, 0)
    print_wrapped(console(), f"before: {before.verdict.value}: {before.words}", 2)
    print_wrapped(console(), f"now:    {after.verdict.value}: {after.words}", 2)


@retention_app.command("rule")
def rule(
    project: ProjectArgument,
    class_: Annotated[str, typer.Argument(help="The class of records.", metavar="CLASS")],
    from_: Annotated[str, typer.Option("--from", help="The event that it runs from, like purpose_met.")],
    reason: ReasonOption,
    at_least: Annotated[str, typer.Option("--at-least", help="Keep at least so long, like 6 years.")] = "",
    at_most: Annotated[str, typer.Option("--at-most", help="Keep no longer, like 90 days.")] = "",
    then: Annotated[str, typer.Option("--then", help="destroy, transfer, return, review or keep.")] = "destroy",
    data_class: Annotated[str, typer.Option("--data-class", help="Only for this class of data.")] = "",
    calendar: Annotated[str, typer.Option("--calendar", help="Which days are business days, like EU or UK.")] = "",
) -> None:
    """Set how long the project itself keeps a class of records, where the law gives no term. It makes a new version.

    Example: govern retention rule hospital-ct "personal data" --at-most "90 days" --from purpose_met
    --reason "what the data protection impact assessment says"
    """
    from govern.retention import Action, RuleKind, TriggerEvent, parse_period
    from govern.usecases.schedules import set_rule

    if bool(at_least) == bool(at_most):
        raise typer.BadParameter("one of the two is given", param_hint="--at-least, --at-most")
    space = workspace()
    saved = set_rule(
        space.ports, space.actor, project, class_,
        kind=RuleKind.MINIMUM if at_least else RuleKind.MAXIMUM,
        period=parse_period(at_least or at_most),
        event=_word(TriggerEvent, from_, "--from"),
        action=_word(Action, then, "--then"),
        reason=reason,
        data_class=data_class,
        calendar=calendar,
    )  # fmt: skip
    typer.echo(f"schedule {saved.name}; records stand under it after: govern retention adopt {project}")
    if class_ not in {each.record_class for each in saved.law}:
        print_wrapped(console(), f"The law's rules have no class `{class_}`: it is one of the project's own.", 2)


@retention_app.command("adopt")
def adopt(project: ProjectArgument, reason: ReasonOption) -> None:
    """Put the records of a project under the newest version of its schedule, and say what changes.

    Example: govern retention adopt hospital-ct --reason "the law of 2027 is in force"
    """
    from govern.usecases.retaining import adopt_schedule

    space = workspace()
    series, pairs = adopt_schedule(space.ports, space.actor, project, reason)
    groups: dict[tuple[str, str], list[tuple[Determination, Determination]]] = {}
    for before, after in pairs:
        if before.words != after.words:
            groups.setdefault((before.words, after.words), []).append((before, after))
    for alike in groups.values():
        _print_change(*alike[0], others=[after.record.id for _, after in alike[1:]])
    typer.echo(f"{count(len(pairs), 'record', 'records')} now under schedule {series.name}")


@retention_app.command("resolve")
def resolve(
    project: ProjectArgument,
    class_: Annotated[str, typer.Argument(help="The class of records.", metavar="CLASS")],
    keep: Annotated[str, typer.Argument(help="One of the two rules, by its id.")],
    destroy: Annotated[str, typer.Argument(help="The other one.")],
    prevails: Annotated[str, typer.Option(help="The one of the two that prevails.")],
    reason: ReasonOption,
) -> None:
    """Decide a conflict between two rules for a class of records of a project. It is for counsel.

    Example: govern retention resolve bank-calls "customer information" us.keep glba.customer_information
    --prevails us.keep --reason "a legal duty is an exception of 16 CFR 314.4(c)(6)(i)"
    """
    from govern.usecases.schedules import resolve_conflict

    space = workspace()
    decided = resolve_conflict(
        space.ports, space.actor, project, class_, keep, destroy, prevails=prevails, reason=reason
    )
    typer.echo(f"decided by {decided.approver}: {decided.prevails} prevails for {decided.record_class}")


@retention_app.command("review")
def review(
    project: ProjectArgument,
    record: RecordArgument,
    decide: Annotated[str, typer.Option("--decide", help="destroy, transfer, return or keep.")],
    reason: ReasonOption,
    until: Annotated[
        str | None, typer.Option("--until", help="With keep: the last day on which it is kept.", metavar="DATE")
    ] = None,
) -> None:
    """Decide what becomes of a record that is due for review. Nothing is destroyed by it.

    Example: govern retention review hospital-ct audit-2020 --decide keep --until 2028-12-31
    --reason "the supervisory authority's inquiry is open"
    """
    from govern.retention import Action
    from govern.usecases.reviewing import decide_review

    space = workspace()
    last = day_of(until, "--until") if until else None
    pair = decide_review(space.ports, space.actor, project, record, _word(Action, decide, "--decide"), reason, last)
    _print_change(*pair)


@retention_app.command("hand-over")
def hand_over_record(
    project: ProjectArgument,
    record: RecordArgument,
    to: Annotated[str, typer.Option("--to", help="Who has it now: an archive, the client, an authority.")],
    receipt: Annotated[
        Path, typer.Option("--receipt", help="The receipt's file; it is kept, with its digest.", metavar="FILE")
    ],
    reason: ReasonOption,
    on: Annotated[str | None, typer.Option("--on", help="The day; today without it.", metavar="DATE")] = None,
) -> None:
    """Note that a record which is due for transfer or return was handed over. What is left here is due for destruction.

    The day is not before the decision or, where the schedule itself says so, before the day that its period runs from.

    Example: govern retention hand-over hospital-ct batch-7 --to "state archive" --receipt receipt.pdf
    --reason "deposit agreement of 2021, section 4"
    """
    from govern.cli.terminal import read_input
    from govern.usecases.reviewing import LARGEST_RECEIPT, hand_over

    space = workspace()
    data = read_input(receipt, LARGEST_RECEIPT)
    _print_change(*hand_over(space.ports, space.actor, project, record, to, data, day_of(on, "--on"), reason))


@retention_app.command("hold")
def hold(
    project: Annotated[str, typer.Argument(help="The project's id; all without it.", metavar="[PROJECT]")] = "",
    reason: Annotated[str, typer.Option("--reason", help="Why, and from whom it comes.")] = "",
    scope: Annotated[str, typer.Option(help="project, series, records, query or matter.")] = "project",
    value: Annotated[
        list[str] | None,
        typer.Option("--value", help="A class, an id, a term like title=*scan*, or a matter. Repeatable."),
    ] = None,
) -> None:
    """Hold records: nothing that the scope reaches is destroyed until another person releases it.

    Example: govern retention hold hospital-ct --scope series --value contracts --reason "claim of 3 May, docket 17"
    """
    from govern.retention import HoldScope
    from govern.usecases.holds import issue_hold

    space = workspace()
    issued, reached = issue_hold(
        space.ports, space.actor, reason=reason, project=project, scope=_word(HoldScope, scope, "--scope"),
        values=value or (), stores=open_stores(space),
    )  # fmt: skip
    typer.echo(f"held: {issued.id}, {count(reached.records, 'record', 'records')} reached now")
    _print_unknown(reached)
    if not reached.records:
        typer.echo("  Nothing that is registered is held by it: is the scope right?")


def _print_unknown(reached: "Reach") -> None:
    if reached.unknown:
        said = f"{reached.unknown} of them only because a day that the query asks for is unknown"
        print_wrapped(console(), f"{said}; govern retention correct gives it, and they stay held until the release", 2)
    if reached.unplaced:
        print_wrapped(console(), f"NOTE: {reached.unplaced}", 2)


@retention_app.command("release")
def release(
    hold_: Annotated[str, typer.Argument(help="The hold's id, or its beginning.", metavar="HOLD")],
    reason: ReasonOption,
) -> None:
    """Release a hold; another person than the one who issued it does.

    Example: govern retention release 3f2a9c01d4e5 --reason "the claim is settled, counsel's letter of 4 June"
    """
    from govern.usecases.holds import release_hold

    space = workspace()
    released = release_hold(space.ports, space.actor, hold_, reason)
    typer.echo(f"released: {released.id}, issued by {released.issuer} on {released.issued_on.isoformat()}")


@retention_app.command("holds")
def holds(
    project: Annotated[str, typer.Argument(help="The project's id; all without it.", metavar="[PROJECT]")] = "",
) -> None:
    """List the holds, those released too.

    Example: govern retention holds hospital-ct
    """
    from govern.render.retention.words import scope_words
    from govern.usecases.holds import list_holds

    space = workspace()
    found = list_holds(space.ports, space.actor, project, open_stores(space))
    terminal = console()
    for each, reached in found:
        where = each.project or "all projects"
        scoped = scope_words(each.scope.value, each.values)
        state = f"released on {each.released_on.isoformat()} by {each.released_by}" if each.released_on else "in force"
        terminal.print(f"{each.id}  {where}  {state}", soft_wrap=True)
        since = f" since {each.issued_on.isoformat()}" if each.issued_on > date.min else ""
        print_wrapped(terminal, f"{scoped}{since}, issued by {each.issuer}: {each.reason}", 2)
        terminal.print(f"  {count(reached.records, 'record', 'records')}")
        _print_unknown(reached)
    if not found:
        terminal.print("no holds")


@retention_app.command("event")
def event(
    project: ProjectArgument,
    event_: Annotated[str, typer.Argument(help="What happened, like breach or request.", metavar="EVENT")],
    title: Annotated[str, typer.Option(help="A name for it, without anything personal.")],
    at: Annotated[str | None, typer.Option("--at", help="A day, or a moment with its zone; today.")] = None,
) -> None:
    """Note that something happened that starts legal deadlines, and list them with their last days.

    Example: govern retention event hospital-ct breach --at 2026-11-24T09:30+01:00 --title "lost disk at the vendor"
    """
    from govern.retention import DeadlineEvent
    from govern.usecases.due import note_occurrence
    from govern.usecases.retained import name_instruments

    space = workspace()
    noted, started = note_occurrence(
        space.ports, space.actor, project, _word(DeadlineEvent, event_, "EVENT"), _moment(at), title
    )
    terminal = console()
    terminal.print(f"noted: {noted.id}")
    names = name_instruments(space.ports.library.packs())
    for each in started:
        _print_deadline(each, names)
    terminal.print(f"{count(len(started), 'deadline', 'deadlines')} started")


def _print_deadline(each: "DueDeadline", names: dict[str, str]) -> None:
    from govern.render.retention.words import say_last
    from govern.retention import say_citation

    terminal = console()
    more = f", extended {each.extended.isoformat()}" if each.extended else ""
    unknown = "" if each.applies else " (unknown whether it applies)"
    terminal.print(f"{say_last(each.moment or each.day)}{more}  {each.deadline.title}{unknown}", soft_wrap=True)
    print_wrapped(terminal, f"{each.deadline.words()}, {say_citation(each.deadline.cite, names)}", 2)


@retention_app.command("close")
def close(
    project: ProjectArgument,
    event_: Annotated[
        str, typer.Argument(help="The event's id, or EVENT.DEADLINE for one of its deadlines.", metavar="ID")
    ],
    reason: ReasonOption,
) -> None:
    """Note that what an event made due is done: its deadlines leave the list, or the one that is named.

    Examples:

      govern retention close hospital-ct 3f2a9c01d4e5.gdpr.breach_to_authority --reason "notified, receipt filed"

      govern retention close hospital-ct 3f2a9c01d4e5 --reason "all notices sent, receipts filed"
    """
    from govern.usecases.due import close_occurrence

    space = workspace()
    closed, ended = close_occurrence(space.ports, space.actor, project, event_, reason)
    typer.echo(f"closed: {event_} {closed.title}")
    for each in ended:
        print_wrapped(console(), f"{each.deadline.title} ({each.deadline.id})", 2)
    typer.echo(f"{count(len(ended), 'deadline', 'deadlines')} closed")


@retention_app.command("extend")
def extend(
    project: ProjectArgument,
    deadline: Annotated[
        str, typer.Argument(help="The deadline, as govern retention due has it.", metavar="EVENT.DEADLINE")
    ],
    reason: ReasonOption,
    on: Annotated[
        str | None, typer.Option("--on", help="The day on which the person was told; today without it.", metavar="DATE")
    ] = None,
) -> None:
    """Note that the extension which a law allows was used: from then on the later day counts.

    Example: govern retention extend hospital-ct 3f2a9c01d4e5.gdpr.request_answer
    --reason "three requests at once; the person was told why"
    """
    from govern.usecases.due import extend_deadline

    space = workspace()
    longer = extend_deadline(space.ports, space.actor, project, deadline, day_of(on, "--on"), reason)
    before = longer.day.isoformat() if longer.day else "-"
    typer.echo(f"extended: {deadline}")
    print_wrapped(console(), f"before: {before}", 2)
    print_wrapped(console(), f"now:    {longer.last.isoformat() if longer.last else '-'}", 2)


def _triggers(typed: list[str]) -> "dict[TriggerEvent, date | None]":
    from govern.retention import TriggerEvent

    found: dict[TriggerEvent, date | None] = {}
    for each in typed:
        name, equals, text = each.partition("=")
        if not equals:
            raise FactError(f"`{each}` is not EVENT=DATE", where="--trigger", hint="like contract_end=2027-06-30")
        found[_word(TriggerEvent, name, "--trigger")] = day_of(text, "--trigger") if text else None
    return found


def _word(words: "type[Words]", text: str, where: str) -> "Words":
    from govern.kernel import suggest

    known = [each.value for each in words]
    if text not in known:
        hint = suggest(text, known) or f"one of {', '.join(known)}"
        raise FactError(f"`{text[:60]}` is none of the words", where=where, hint=hint)
    return words(text)


_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})", re.ASCII)


def _moment(text: str | None) -> date:
    if text is None or "T" not in text:
        return day_of(text, "--at")
    hint = "a day like 2026-11-24, or a moment like 2026-11-24T09:30+01:00"
    if not _MOMENT.fullmatch(text):
        raise FactError(f"`{text[:40]}` is not a moment with its zone", where="--at", hint=hint)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise FactError(f"`{text}` is not a moment", where="--at", hint=hint) from None
