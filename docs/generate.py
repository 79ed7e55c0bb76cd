"""Writes the reference pages that come from content and code.

These are facts.md, packs.md, controls.md, clauses.md and cli.md in docs/reference/, and docs/reference/law/<pack>.md
for each rule pack.
`tests/docs/test_generate.py` makes them anew and compares, so that a page never says what the content does not.
"""

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from govern.conditions import (
    Phrasebook,
    parse_condition,
    say_condition,
)
from govern.contracts import MATRIX, Clause, Position, Recipe
from govern.kernel import FactSpec, Kind
from govern.library.content import Content
from govern.library.pages import (
    Law,
    count_duties,
    linked,
    plain,
    say_cite,
    say_topic,
    sentence,
    show_condition,
    slug,
    write_law,
)
from govern.library.places import content_places
from govern.rules import (
    Relation,
    RulePack,
    Severity,
)

REFERENCE = Path(__file__).resolve().parent / "reference"

_NOTICE = "<!-- Written by docs/generate.py. Do not edit: change the content or the code and run it again. -->"
_KINDS = {
    Kind.BOOLEAN: "yes or no",
    Kind.ENUM: "one of",
    Kind.SET: "any of",
    Kind.INTEGER: "whole number",
    Kind.DECIMAL: "number",
    Kind.DATE: "date",
    Kind.COUNTRY: "country",
    Kind.COUNTRIES: "countries",
    Kind.TEXT: "text",
    Kind.MAP: "for each country one of",
    Kind.RECORDS: "list of records",
}


# --- facts.md ---------------------------------------------------------------------------------------------------------


def write_facts(content: Content) -> str:
    """Every fact by group: question, type, values and help."""
    vocabulary = list(content.vocabulary())
    order = {group: place for place, group in enumerate(dict.fromkeys(spec.group for spec in vocabulary))}
    ranked = sorted(vocabulary, key=lambda spec: order[spec.group])
    lines = [
        "# Facts",
        "",
        _NOTICE,
        "",
        f"The vocabulary: the {len(vocabulary)} questions that `govern` knows. An answer to one of them is a fact of a "
        "project. A fact that nobody has answered is unknown, and so is one whose validity is over. No answer is ever "
        "assumed. [Add facts of your own](../how-to/add-own-facts-and-clauses.md) says how to add a question.",
        "",
        "A line in `code` is what stands in a project file. The words after it are what reports and contracts show.",
        "",
    ]
    for group, specs in groupby(ranked, key=lambda spec: spec.group):
        lines += [f"## {plain(group)}", ""]
        for spec in specs:
            lines += _fact(spec)
    return "\n".join(lines).rstrip() + "\n"


def _fact(spec: FactSpec) -> Iterator[str]:
    yield from (f"### {spec.id}", "", f"**{plain(spec.question)}**", "")
    if spec.help:
        yield from (plain(spec.help), "")
    if spec.derive is not None:
        yield from (f"Worked out from `{spec.derive.base}`. It is never asked.", "")
    evidence = f"*Evidence:* {sentence(spec.document)}" if spec.document else ""
    yield from (f"*Type:* {_type(spec)}" + ("" if spec.values or not evidence else f" {evidence}"), "")
    if spec.values:
        yield from (f"- `{value}`{_meaning(spec, value)}" for value in spec.values)
        yield from ("", evidence, "") if evidence else ("",)


def _type(spec: FactSpec) -> str:
    words = _KINDS[spec.kind]
    bounds = [f"at least {spec.minimum}"] if spec.minimum is not None else []
    bounds += [f"at most {spec.maximum}"] if spec.maximum is not None else []
    if spec.fields:
        needed = ", ".join(f"`{name}`" for name in spec.required_fields)
        bounds.append("fields " + ", ".join(f"`{name}`" for name in spec.fields) + f"; required {needed or 'none'}")
    unit = f" ({plain(spec.unit)})" if spec.unit else ""
    return words + unit + (", " + ", ".join(bounds) if bounds else "") + (":" if spec.values else ".")


def _meaning(spec: FactSpec, value: str) -> str:
    said = spec.label(value)
    implied = spec.implies.get(value, ())
    finer = spec.coarse.get(value, ())
    return (
        (f" {plain(said)}" if said != value else "")
        + (f" (implies {', '.join(f'`{each}`' for each in implied)})" if implied else "")
        + (f" (says nothing about {', '.join(f'`{each}`' for each in finer)})" if finer else "")
    )


# --- packs.md ---------------------------------------------------------------------------------------------------------


def write_packs(law: Law) -> str:
    """What packs there are, and a list of their obligations by topic."""
    total = sum(len(pack.obligations) for pack in law.packs)
    lines = [
        "# Rule packs",
        "",
        _NOTICE,
        "",
        f"The {len(law.packs)} packs that come with `govern` hold {total} obligations. The texts are our own short "
        "words for what the law asks. They are not the law and not legal advice: read the source that is cited.",
        "",
        "Each pack has a page that shows it in full: when a duty applies, when it is met, what to do, and an example "
        "of each. A duty in the lists below is a link to its place there.",
        "",
        "*Not verified* counts the rows that were not compared with a text of the law that could be opened. A verified "
        "row has not been approved by a lawyer: *Lawyer* says who did.",
        "",
        "| Pack | Version | Obligations | Critical | Not verified | Lawyer |",
        "|---|---|---:|---:|---:|---|",
    ]
    for pack in law.packs:
        unverified = sum(each.review.verified is not True for each in pack.obligations)
        critical = sum(each.severity is Severity.CRITICAL for each in pack.obligations)
        lines.append(
            f"| [{plain(pack.short)}](law/{pack.id}.md) | {pack.version} | {len(pack.obligations)} | {critical} | "
            f"{unverified} | {plain(pack.review.by or 'not yet')} |"
        )
    lines.append("")
    for pack in law.packs:
        lines += _pack_list(pack)
    return "\n".join(lines).rstrip() + "\n"


def _pack_list(pack: RulePack) -> Iterator[str]:
    yield from (f"## {plain(pack.title)} {{ #{pack.id} }}", "")
    yield from (f"[{plain(pack.short)} in full](law/{pack.id}.md): {count_duties(pack)}.", "")
    for topic in dict.fromkeys(each.topic for each in pack.obligations):
        yield from (f"**{say_topic(topic)}**", "")
        for each in pack.obligations:
            if each.topic == topic:
                place = f"law/{pack.id}.md#{slug(each.id)}"
                yield f"- [{plain(each.title)}]({place}), {say_cite(each.cite, pack)} (`{each.id}`)"
        yield ""


# --- controls.md ------------------------------------------------------------------------------------------------------

_FAR = {
    Relation.EQUAL: "all of it",
    Relation.SUPERSET_OF: "all of it and more",
    Relation.SUBSET_OF: "in part",
    Relation.INTERSECTS_WITH: "in part",
}


def write_controls(law: Law) -> str:
    """Every control with the obligations that it serves."""
    controls = law.content.controls()
    lines = [
        "# Controls",
        "",
        _NOTICE,
        "",
        f"A control is done once and serves obligations of several laws. {len(controls)} come with `govern`. A control "
        "closes nothing by itself: when it is done, record the facts that it changes. [Do it once for several laws]"
        "(../how-to/controls.md) says how to use them and how to add your own.",
        "",
        "| Control | Laws | Obligations | It leaves |",
        "|---|---|---:|---|",
    ]
    for control in controls:
        laws = dict.fromkeys(law.owners[each.obligation].short for each in control.serves)
        lines.append(
            f"| [{plain(control.title)}](#{slug(control.id)}) | {plain(', '.join(laws))} | {len(control.serves)} | "
            f"{plain(control.document)} |"
        )
    for control in controls:
        lines += ["", f"## {plain(control.title)} {{ #{slug(control.id)} }}", "", f"`{control.id}`", ""]
        lines += [sentence(control.do), "", f"*It leaves:* {sentence(control.document)}", ""]
        lines += ["| Obligation | How far | Why |", "|---|---|---|"]
        for each in control.serves:
            pack = law.owners[each.obligation]
            place = law.place(each.obligation, "", "law/")
            title = law.obligations[each.obligation].title
            far = _FAR[each.relation]
            lines.append(f"| {plain(pack.short)}: [{plain(title)}]({place}) | {far} | {sentence(each.why)} |")
    return "\n".join(lines).rstrip() + "\n"


# --- clauses.md -------------------------------------------------------------------------------------------------------


def write_clauses(law: Law) -> str:
    """Every document with its clauses, the terms that they carry, and the positions with their approvers."""
    library, book = law.content, law.book("", "law/")
    recipes = [library.recipe(id_) for id_ in library.recipes()]
    clauses = library.clauses()
    negotiated = sum(bool(clause.head.positions) for clause in clauses.values())
    lines = [
        "# Documents and clauses",
        "",
        _NOTICE,
        "",
        f"The library has {len(recipes)} documents of {len(clauses)} clauses and annexes; {negotiated} clauses have "
        "positions to negotiate. The texts are our own words. No lawyer has reviewed them yet: a qualified lawyer must "
        "read each document, with its facts filled in, before anyone signs it.",
        "",
        "[Draft the whole set](../how-to/draft-a-set.md) and [Negotiate](../how-to/negotiate.md) say how to use them, "
        "and [Content files](content.md) how they are written.",
        "",
        "| Document | Kind | Clauses | Annexes | Terms of law | With positions |",
        "|---|---|---:|---:|---:|---:|",
    ]
    for recipe in recipes:
        held = [clauses[id_].head for id_ in (*recipe.clauses, *recipe.annexes)]
        terms = {carried.term for head in held for carried in head.carries}
        lines.append(
            f"| [{plain(recipe.title)}](#{slug(recipe.id)}) | {recipe.kind} | {len(recipe.clauses)} | "
            f"{len(recipe.annexes)} | {len(terms)} | {sum(bool(head.positions) for head in held)} |"
        )
    lines.append("")
    for recipe in recipes:
        lines += _document(law, recipe, [clauses[id_] for id_ in (*recipe.clauses, *recipe.annexes)], book)
    matrix = clauses[MATRIX].head
    lines += [
        "## At the end of every document { #every-document }",
        "",
        "| Annex | Version | What it is |",
        "|---|---|---|",
        f"| {plain(matrix.title)} (`{matrix.id}`) | {matrix.version} | {plain(' '.join(matrix.note.split()))} |",
    ]
    return "\n".join(lines).rstrip() + "\n"


def _document(law: Law, recipe: Recipe, clauses: Sequence[Clause], book: Phrasebook) -> Iterator[str]:
    yield from (f"## {plain(recipe.title)} {{ #{slug(recipe.id)} }}", "")
    subtitle = f" · {plain(recipe.subtitle)}" if recipe.subtitle else ""
    yield from (f"`{recipe.id}` {recipe.version} · {recipe.kind}{subtitle}", "")
    if recipe.when:
        yield from show_condition("A project needs it if", recipe.when, book)
    else:
        yield from ("**Every project needs it.**", "")
    yield from _signed(law, recipe, book)
    yield from ("| Clause | Version | Terms of law that it carries |", "|---|---|---|")
    for clause in clauses:
        head = clause.head
        terms = ", ".join(dict.fromkeys(f"`{each.term}`" for each in head.carries))
        kind = ", annex" if head.kind == "annex" else ""
        yield f"| {plain(head.title)}{kind} (`{head.id}`) | {head.version} | {terms} |"
    yield ""
    negotiated = [clause for clause in clauses if clause.head.positions]
    if negotiated:
        yield from ("**Positions**", "")
    for clause in negotiated:
        yield from (f"{plain(clause.head.title)} (`{clause.head.id}`):", "")
        yield from (_position(position, book) for position in clause.head.positions)
        yield ""


def _signed(law: Law, recipe: Recipe, book: Phrasebook) -> Iterator[str]:
    """What a signed document stands for, and the facts that it settles."""
    documents = law.content.vocabulary().get("contract.documents")
    places: list[tuple[str, str | None]] = [(recipe.contract_document, None)] if recipe.contract_document else []
    places += [(each.document, each.when) for each in recipe.contract_documents]
    if places:
        said = [
            f"{plain(documents.label(place))} (`{place}`)"
            + (f" if {linked(say_condition(parse_condition(when), book))}" if when else "")
            for place, when in places
        ]
        yield from (f"*Signed, it is* {'; '.join(said)}.", "")
    if recipe.provides:
        facts = ", ".join(f"[`{fact}`](facts.md#{_heading(fact)})" for fact in recipe.provides)
        yield from (f"*Signed, it settles* {facts}.", "")


def _heading(title: str) -> str:
    """The anchor that the site gives a heading without one of its own: dots fall away."""
    return re.sub(r"[^\w\s-]", "", title).strip().lower()


def _position(position: Position, book: Phrasebook) -> str:
    said = f"- *{position.kind.replace('_', '-')}:* {sentence(position.title)}"
    if position.approver:
        said += f" Approver: {plain(position.approver.replace('_', ' '))}."
    if position.residual:
        said += f" Open then: {sentence(position.residual)}"
    if position.when:
        said += f" Only if {linked(say_condition(parse_condition(position.when), book))}."
    if position.gives_up:
        said += f" Gives up: {', '.join(f'`{term}`' for term in position.gives_up)}."
    return said


# --- cli.md -----------------------------------------------------------------------------------------------------------


def write_cli() -> str:
    """The help text of every command."""
    from typer.main import get_command

    from govern.cli.commands import app

    lines = [
        "# Commands",
        "",
        _NOTICE,
        "",
        "Each command calls one use case, and each use case that changes or decides something writes one entry to the "
        "log. [Exit statuses](exit-statuses.md) are the same for all commands.",
        "",
        "Environment: `GOVERN_WORKSPACE` names the workspace (else the nearest folder upwards with a `govern.yaml`), "
        "`GOVERN_DATABASE_URL` a PostgreSQL database, `GOVERN_ACTOR` who acts.",
        "",
    ]
    for path, text in _helps(get_command(app), "govern"):
        lines += [f"## {path}", "", "```text", text.rstrip(), "```", ""]
    return "\n".join(lines).rstrip() + "\n"


def _helps(command: Any, path: str) -> Iterator[tuple[str, str]]:
    from typer.testing import CliRunner

    from govern.cli.commands import app

    arguments = [*path.split()[1:], "--help"]
    environment = {"COLUMNS": "80", "TERMINAL_WIDTH": "80", "NO_COLOR": "1"}
    yield path, CliRunner(env=environment).invoke(app, arguments, prog_name="govern", terminal_width=80).output
    for name, each in getattr(command, "commands", {}).items():
        yield from _helps(each, f"{path} {name}")


# --- All pages --------------------------------------------------------------------------------------------------------


def make_pages() -> dict[str, str]:
    """The generated pages by their path below docs/reference/."""
    content = Content(content_places())
    law = Law(content, content_places())
    pages = {
        "facts.md": write_facts(content),
        "packs.md": write_packs(law),
        "controls.md": write_controls(law),
        "clauses.md": write_clauses(law),
        "cli.md": write_cli(),
    }
    return pages | {f"law/{pack.id}.md": write_law(law, pack, _NOTICE) for pack in law.packs}


def main(arguments: list[str] | None = None) -> None:
    """Write the pages, and take away those of packs that are no more."""
    parser = argparse.ArgumentParser(prog="python docs/generate.py", description=__doc__)
    parser.parse_args(arguments)
    pages = make_pages()
    (REFERENCE / "law").mkdir(exist_ok=True)
    for old in (REFERENCE / "law").glob("*.md"):
        if f"law/{old.name}" not in pages:
            old.unlink()
            sys.stdout.write(f"removed: docs/reference/law/{old.name}\n")
    for name, text in pages.items():
        (REFERENCE / name).write_text(text, encoding="utf-8")
        sys.stdout.write(f"written: docs/reference/{name}\n")


if __name__ == "__main__":
    main()
