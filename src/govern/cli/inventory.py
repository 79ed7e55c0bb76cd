"""`govern retention inventory`: what lies in the stores and is not registered."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from govern.cli.retention import retention_app
from govern.cli.terminal import (
    OPENED,
    check_output,
    console,
    count,
    print_wrapped,
    show_progress,
    workspace,
    write_output,
)

if TYPE_CHECKING:
    from rich.console import Console

    from govern.retention import Standing, StoreInventory
    from govern.usecases.inventory import OddThing

SHOWN = 20

_HEAD = ("id", "title", "class", "store", "creation")


@retention_app.command("inventory")
def inventory(
    stores: Annotated[
        list[str] | None, typer.Argument(help="Only these stores of stores.yaml.", metavar="[STORE]...")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Write what is not registered as a list for `govern retention import`.")
    ] = None,
    force: Annotated[bool, typer.Option(help="Write over a list that is there.")] = False,
) -> None:
    """Look into the stores: what is not registered, missing, destroyed in part, or there again after its destruction.

    Nothing is read or changed there: names and sizes are listed. The log keeps the numbers, and no name. Exit status 1
    if anything is not as it should be.

    Examples:

      govern retention inventory

      govern retention inventory archive --out unregistered.csv
    """
    from govern.retention import Standing
    from govern.usecases.inventory import take_inventory

    if out is not None:
        check_output(out, force=force)
    space = workspace()
    declared = space.stores
    OPENED.callback(declared.close)
    odd: dict[tuple[str, Standing], list[tuple[str, int]]] = {}
    rows: list[tuple[str, ...]] = []

    def note(thing: "OddThing") -> None:
        shown = odd.setdefault((thing.store.name, thing.standing), [])
        if len(shown) < SHOWN:
            shown.append((thing.name, thing.size))
        if out is not None and thing.standing is Standing.UNREGISTERED:
            rows.append(_row(thing))

    with show_progress("things") as advance:
        found = take_inventory(space.ports, space.actor, declared, stores or (), on_thing=note, progress=advance)
    terminal = console()
    at = {place.name: place.at for place in declared.places}
    for each in found.stores:
        _print_store(terminal, each, at[each.store], odd)
    typer.echo(f"noted in the log: entry {found.entry}")
    if out is not None:
        write_output(out, _write_list(rows))
        typer.echo(f"written: {out} ({count(len(rows), 'line', 'lines')})")
        if rows:
            terminal.print(f"Fill in class and days, then: govern retention import PROJECT {out}", soft_wrap=True)
    if not found.in_order:
        raise typer.Exit(1)


def _print_store(
    terminal: "Console", found: "StoreInventory", at: str, odd: "dict[tuple[str, Standing], list[tuple[str, int]]]"
) -> None:
    from govern.retention import Standing

    terminal.print(f"{found.store}  {at}", soft_wrap=True)  # an address is not broken
    _print_numbers(terminal, found)
    if found.problem:
        print_wrapped(terminal, f"NOT LOOKED AT TO THE END: {found.problem}", 2)
    if found.unregistered:
        print_wrapped(terminal, f"not registered: {found.unregistered}, {_bytes(found.unregistered_size)}", 2)
        _print_things(terminal, odd[found.store, Standing.UNREGISTERED], found.unregistered)
    if found.returned:
        print_wrapped(terminal, f"lies where a record was destroyed: {found.returned}", 2)
        _print_things(terminal, odd[found.store, Standing.RETURNED], found.returned)
    if found.missing:
        print_wrapped(terminal, f"registered, and nothing is there: {len(found.missing)}", 2)
        for record in found.missing[:SHOWN]:
            print_wrapped(terminal, record, 4)
        _print_more(terminal, len(found.missing))
    if found.unplaced:
        words = "registered with an address that is no place in the store"
        print_wrapped(terminal, f"{words}: {len(found.unplaced)} (govern retention correct mends it)", 2)
        for record in found.unplaced[:SHOWN]:
            print_wrapped(terminal, record, 4)
        _print_more(terminal, len(found.unplaced))
    if found.partly:
        print_wrapped(terminal, f"registered, and destroyed in part: {len(found.partly)}", 2)
        for part in found.partly[:SHOWN]:
            print_wrapped(terminal, f"{part.record}, plan {part.plan}: {part.words}", 4)
        _print_more(terminal, len(found.partly))
    if found.in_order:
        print_wrapped(terminal, "in order: all is registered, and all that is registered is there", 2)


def _print_numbers(terminal: "Console", found: "StoreInventory") -> None:
    """What was counted; where that is not all, it says so."""
    records = count(found.records, "record", "records")
    if found.problem and not found.objects:
        print_wrapped(terminal, f"things: unknown; registered: {records}", 2)
        return
    held = found.objects - found.unregistered - found.returned
    least = "at least " if found.problem else ""
    print_wrapped(terminal, f"{least}{count(found.objects, 'thing', 'things')}, {_bytes(found.size)}", 2)
    print_wrapped(terminal, f"registered: {least}{count(held, 'thing', 'things')} of {records}", 2)


def _print_things(terminal: "Console", things: list[tuple[str, int]], number: int) -> None:
    for name, size in things:
        terminal.print(f"    {name or '(no key)'}  {_bytes(size)}", soft_wrap=True)
    _print_more(terminal, number)


def _print_more(terminal: "Console", number: int) -> None:
    if number > SHOWN:
        print_wrapped(terminal, f"and {number - SHOWN} more", 4)


def _bytes(size: int) -> str:
    """A size as people say it: 17 bytes, 3.4 MB."""
    if size < 1_000:
        return count(size, "byte", "bytes")
    value = float(size)
    for unit in ("kB", "MB", "GB"):
        value /= 1_000
        if value < 999.95:
            return f"{value:.1f} {unit}"
    return f"{value / 1_000:.1f} TB"


def _row(thing: "OddThing") -> tuple[str, ...]:
    from hashlib import sha256

    from govern.render.report.xlsx import neutral

    id_ = f"found-{sha256(thing.location.encode()).hexdigest()[:16]}"
    return (id_, neutral(thing.name[-200:]), "", thing.location, "")


def _write_list(rows: list[tuple[str, ...]]) -> bytes:
    import csv
    import io

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_HEAD)
    writer.writerows(rows)
    return text.getvalue().encode()
