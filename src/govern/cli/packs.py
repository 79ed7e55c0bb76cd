"""`govern packs`: check the files of the packs and run their cases."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from govern.cli.terminal import check_output, content_of_workspace, show_progress, write_output
from govern.errors import RefusedError

if TYPE_CHECKING:
    from govern.library.cases import CheckedContent
    from govern.library.clauses import ClauseLibrary
    from govern.library.places import Places

packs = typer.Typer(no_args_is_help=True, help="Rule packs: check their files and run their cases.")


@packs.command("list")
def list_packs() -> None:
    """List the packs in force here, and the content packages that are installed and could be used.

    Example: govern packs list
    """
    from govern.library.content import Content
    from govern.library.packages import list_packages

    for pack in sorted(Content(content_of_workspace()).packs(), key=lambda each: (each.order, each.id)):
        verified = sum(each.review.verified is True for each in pack.obligations)
        typer.echo(
            f"{pack.id:12} {pack.version:8} {len(pack.obligations):4} obligations, {verified:4} verified  {pack.title}"
        )
    for name, folder in list_packages().items():
        typer.echo(f"package {name}: {folder} (used where govern.yaml lists it under packages)")


@packs.command("new")
def new(
    id_: Annotated[str, typer.Argument(help="The pack's id, like my_law.", metavar="PACK")],
    title: Annotated[str, typer.Option(help="The law's title.")],
    jurisdiction: Annotated[str, typer.Option(help="Where it is law.")] = "EEA",
    folder: Annotated[
        Path | None, typer.Option(help="A content folder; else that of the workspace.", metavar="FOLDER")
    ] = None,
) -> None:
    """Begin a pack: its head, one definition, one obligation, one evidence fact and their cases, which pass.

    Example: govern packs new my_law --title "My law" --jurisdiction "New South Wales"
    """
    from govern.library.scaffold import new_pack
    from govern.store.files import write_durably
    from govern.wiring import content_folder, today

    files = new_pack(id_, title, jurisdiction, today())
    root = folder or content_folder()
    there = next((name for name in files if (root / name).exists()), None)
    if there:
        raise RefusedError(f"`{root / there}` is there already", hint="choose another id")
    for name, text in files.items():
        write_durably(root / name, text.encode())
        typer.echo(f"written: {root / name}")
    typer.echo(f"go on with: govern packs test {id_}, govern packs coverage {id_}, govern packs page {id_}")


@packs.command("page")
def write_page(
    pack: Annotated[str, typer.Argument(help="The pack's id.", metavar="PACK")],
    out: Annotated[Path | None, typer.Option(help="Write the page to this file.", metavar="FILE")] = None,
    force: Annotated[bool, typer.Option(help="Overwrite the file.")] = False,
) -> None:
    """Write the page of a pack in Markdown: each duty with source, reading in English, a good and a bad case.

    Examples:

      govern packs page gdpr

      govern packs page my_law --out my_law.md
    """
    from govern.errors import ContentError
    from govern.kernel import suggest
    from govern.library.content import read_content
    from govern.library.pages import Law, write_law

    if out is not None:
        check_output(out, force=force)
    places = content_of_workspace()
    law = Law(read_content(places), places)
    known = {each.id: each for each in law.packs}
    if pack not in known:
        raise ContentError(f"there is no pack `{pack}`", hint=suggest(pack, known) or "packs: " + ", ".join(known))
    text = write_law(law, known[pack])
    if out is None:
        typer.echo(text, nl=False)
    else:
        write_output(out, text.encode())
        typer.echo(f"written: {out}")


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
    limit: Annotated[int, typer.Option(min=0, help="At most so many holes are listed a pack; 0 for all.")] = 40,
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
def lint_content(
    pack: Annotated[list[str] | None, typer.Argument(help="Packs to check; all if none is named.")] = None,
    remarks: Annotated[
        bool,
        typer.Option("--remarks", help="Also what is sound and looks wrong; the extra `solver` helps."),
    ] = False,
) -> None:
    """Check every authored file: facts, packs, controls, clauses, documents and detectors.

    With --remarks also: duties that can never apply, be met or be a gap, for any facts; definitions and facts that
    nothing reads; terms that no clause carries; citations in a form that the instrument does not have; reviews that
    are due. Exit status 1 if a duty can never matter. Where packs are named, of packs only these are looked at.

    Examples:

      govern packs lint

      govern packs lint --remarks gdpr
    """
    from govern.library.cases import check_content, check_library
    from govern.library.clauses import find_pending
    from govern.library.controls import check_controls
    from govern.library.detectors import load_detectors
    from govern.library.terms import load_terms

    places = content_of_workspace()
    content = check_content(places, only=pack)
    library = check_library(places, content)
    controls = check_controls(places, content.packs)
    load_detectors(places, {term.id: term for term in load_terms(places)})
    ids = [obligation.id for pack in content.packs for obligation in pack.obligations]
    typer.echo(
        f"no problems: {len(content.vocabulary)} facts, {len(content.packs)} packs, {len(ids)} obligations, "
        f"{len(controls)} controls, {len(library.clauses)} clauses, {len(library.recipes)} documents"
    )
    pending = find_pending(library, ids)
    if pending:
        typer.echo(f"{len(pending)} obligations are named by clauses and in no pack yet: {', '.join(pending)}")
    if remarks:
        _print_remarks(places, content, library, pack)


def _print_remarks(
    places: "Places", content: "CheckedContent", library: "ClauseLibrary", only: list[str] | None
) -> None:
    from govern.library.content import Content
    from govern.library.lint import find_remarks
    from govern.rules import DEFAULT_DAY
    from govern.wiring import find_solver, today

    known = Content(places)
    solver = find_solver(content.vocabulary.find, DEFAULT_DAY)
    if solver is None:
        typer.echo("duties are not tested for all facts: install the extra, pip install 'govern[solver]'")
    grave = 0
    total = sum(len(each.obligations) for each in content.packs if only is None or each.id in only)
    with show_progress("conditions", total) as advance:
        found = find_remarks(
            content,
            library,
            known.terms(),
            known.retention_rules(),
            solver,
            today(),
            advance,
            only=only,
        )
        for each in found:
            grave += each.grave
            typer.echo(f"{'defect' if each.grave else 'note'}: {each.where}: {each.message}")
    if grave:
        raise typer.Exit(1)
