"""`govern packs`: check the files of the packs and run their cases."""

from typing import Annotated

import typer

from govern.cli.terminal import content_of_workspace

packs = typer.Typer(no_args_is_help=True, help="Rule packs: check their files and run their cases.")


@packs.command("test")
def test_packs(
    pack: Annotated[list[str] | None, typer.Argument(help="Packs to test; all if none is named.")] = None,
) -> None:
    """Check every file of the packs and run every case.

    Example: govern packs test gdpr
    """
    from govern.library.cases import check_content, run_cases

    places = content_of_workspace()
    content = check_content(places, only=pack)
    failed = total = 0
    for where, result in run_cases(content, only=pack):
        total += 1
        if not result.passed:
            failed += 1
            names = f"; not named as reasons: {', '.join(result.missing)}" if result.missing else ""
            typer.echo(
                f"{where}: {result.case.subject}: {result.case.name}: expected {result.case.expect}, "
                f"found {result.found}{names} (reasons: {', '.join(result.reasons)})"
            )
    typer.echo(f"{total - failed} cases passed, {failed} failed")
    if failed:
        raise typer.Exit(1)


@packs.command("coverage")
def cover_packs(
    pack: Annotated[list[str] | None, typer.Argument(help="Packs to measure; all if none is named.")] = None,
    limit: Annotated[int, typer.Option(help="At most so many holes are listed a pack; 0 for all.")] = 40,
) -> None:
    """Say which parts of the conditions no case exercises: every atom must be true, false and unknown in some case.

    An atom is what stands between the && and ||. Exit status 1 if any has a hole.

    Example: govern packs coverage gdpr
    """
    from govern.library.cases import check_content, measure_coverage

    words = {True: "true", False: "false", None: "unknown"}
    content = check_content(content_of_workspace(), only=pack)
    missed = 0
    for id_, (total, holes) in measure_coverage(content, only=pack).items():
        open_ = sum(len(hole.missing) for hole in holes)
        missed += open_
        for hole in holes[: limit or None]:
            never = ", never ".join(words[verdict] for verdict in hole.missing)
            typer.echo(f"{hole.subject} {hole.condition}: `{hole.atom}` is never {never}")
        if limit and len(holes) > limit:
            typer.echo(f"… and {len(holes) - limit} more atoms of {id_}; --limit 0 lists them all")
        done = total - open_
        typer.echo(f"{id_}: {done} of {total} verdicts of atoms exercised ({done / (total or 1):.1%})")
    if missed:
        raise typer.Exit(1)


@packs.command("lint")
def lint_content() -> None:
    """Check every authored file: facts, packs, clauses and documents.

    Example: govern packs lint
    """
    from govern.library.cases import check_content, check_library
    from govern.library.clauses import find_pending
    from govern.library.controls import check_controls

    places = content_of_workspace()
    content = check_content(places)
    library = check_library(places, content)
    controls = check_controls(places, content.packs)
    ids = [obligation.id for pack in content.packs for obligation in pack.obligations]
    typer.echo(
        f"no problems: {len(content.vocabulary)} facts, {len(content.packs)} packs, {len(ids)} obligations, "
        f"{len(controls)} controls, {len(library.clauses)} clauses, {len(library.recipes)} documents"
    )
    pending = find_pending(library, ids)
    if pending:
        typer.echo(f"{len(pending)} obligations are named by clauses and in no pack yet: {', '.join(pending)}")
