"""Writes the reference pages that come from content and code: facts.md, packs.md and cli.md.

    python docs/generate.py

`tests/docs/test_generate.py` makes them anew and compares, so that a page never says what the content does not.
"""

import re
import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from govern.conditions import Phrasebook, parse_condition, say_condition
from govern.kernel import FactSpec, Kind
from govern.library.content import Content
from govern.library.places import content_places
from govern.rules import Obligation, Parameter, RulePack

REFERENCE = Path(__file__).resolve().parent / "reference"

_NOTICE = "<!-- Written by docs/generate.py. Do not edit: change the content or the code and run it again. -->"
_MARKS = re.compile(r"([\\`*_\[\]<>{}|#])")
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


def plain(text: str) -> str:
    """Text as Markdown that shows it as it is, on one line."""
    return _MARKS.sub(r"\\\1", " ".join(text.split()))


def sentence(text: str) -> str:
    """The text with a capital letter and a full stop."""
    said = plain(text)
    return said[:1].upper() + said[1:] + ("" if said.endswith((".", "?")) else ".")


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


def write_packs(content: Content) -> str:
    """Every obligation by law and topic, with its conditions in English, and each pack's review statement."""
    packs = sorted(content.packs(), key=lambda pack: (pack.order, pack.id))
    titles = {each.id: each.title for pack in packs for each in (*pack.definitions, *pack.parameters)}
    book = Phrasebook(content.vocabulary().find, titles)
    total = sum(len(pack.obligations) for pack in packs)
    lines = [
        "# Rule packs",
        "",
        _NOTICE,
        "",
        f"The {len(packs)} packs that come with `govern` hold {total} obligations. The texts are our own short words "
        "for what the law asks. They are not the law and not legal advice: read the source that is cited.",
        "",
        "*Applies if* says when a duty is live, *met if* when it is fulfilled. Both are read out from the very "
        "condition that the program evaluates. *Verified* says whether the row was compared with a text of the law "
        "that could be opened; it does not say that a lawyer has approved it.",
        "",
        "| Pack | Version | Obligations | Not verified | Reviewed by a lawyer |",
        "|---|---|---:|---:|---|",
    ]
    for pack in packs:
        unverified = sum(each.review.verified is not True for each in pack.obligations)
        lines.append(
            f"| [{plain(pack.short)}](#{pack.id}) | {pack.version} | {len(pack.obligations)} | {unverified} | "
            f"{plain(pack.review.by or 'not yet')} |"
        )
    lines.append("")
    for pack in packs:
        lines += _pack(pack, book)
    return "\n".join(lines).rstrip() + "\n"


def _pack(pack: RulePack, book: Phrasebook) -> Iterator[str]:
    yield from (f"## {plain(pack.title)} {{ #{pack.id} }}", "")
    instruments = "; ".join(plain(each.title) for each in pack.instruments.values())
    yield from (
        f"*Version* {pack.version}. *In force from* {pack.in_force.since or 'always'}. *Instruments:* {instruments}.",
        "",
        f'!!! warning "{sentence(pack.review.statement)}"',
        f"    Verified against: {sentence(pack.review.verified_against)} Reviewed by a lawyer: "
        f"{plain(pack.review.by or 'not yet')}. Next review: {pack.review.next or 'not planned'}.",
        "",
    )
    if pack.note:
        yield from (plain(pack.note), "")
    for topic in dict.fromkeys(each.topic for each in pack.obligations):
        yield from (f"### {plain(pack.short)}: {plain(topic.replace('_', ' '))}", "")
        for obligation in pack.obligations:
            if obligation.topic == topic:
                yield from _obligation(obligation, pack, book)
    yield from (f"### {plain(pack.short)}: definitions", "")
    for definition in pack.definitions:
        said = plain(say_condition(parse_condition(definition.when), book))
        cited = _cite(definition, pack)
        yield f"- **{plain(definition.title)}** (`{definition.id}`, {cited}): {said}."
    yield ""
    if pack.parameters:
        yield from (f"### {plain(pack.short)}: figures and lists that change", "")
        yield from (_parameter(each, pack) for each in pack.parameters)
        yield ""


def _cite(row: Any, pack: RulePack) -> str:
    instrument = pack.instruments.get(row.cite.instrument)
    other = f"{plain(instrument.title)}, " if instrument and row.cite.instrument != pack.instrument else ""
    return other + plain(row.cite.pinpoint)


def _obligation(obligation: Obligation, pack: RulePack, book: Phrasebook) -> Iterator[str]:
    yield from (f"#### {plain(obligation.id)} {plain(obligation.title)}", "", sentence(obligation.text), "")
    yield f"- *Source:* {_cite(obligation, pack)}. *Actor:* {plain(obligation.actor)}."
    yield f"- *Applies if* {plain(say_condition(parse_condition(obligation.applies), book))}."
    yield f"- *Met if* {plain(say_condition(parse_condition(obligation.met), book))}."
    if obligation.requires_terms:
        yield "- *Contract terms:* " + ", ".join(f"`{term}`" for term in obligation.requires_terms) + "."
    yield f"- *Severity:* {obligation.severity.value}. *Penalty:* {sentence(obligation.penalty or 'none given')}"
    yield f"- *Remedy:* {sentence(obligation.remedy)}"
    if obligation.evidence:
        yield f"- *Evidence:* {sentence('; '.join(obligation.evidence))}"
    if obligation.same_as:
        yield "- *Says the same as:* " + ", ".join(plain(each) for each in obligation.same_as) + "."
    verified = {True: "yes", False: "no", None: "not stated"}[obligation.review.verified]
    note = f" {sentence(obligation.review.note)}" if obligation.review.note else ""
    yield from (f"- *Verified:* {verified}.{note}", "")


def _parameter(parameter: Parameter, pack: RulePack) -> str:
    dated = []
    for each in parameter.values:
        value = ", ".join(map(str, each.value)) if isinstance(each.value, list | tuple) else str(each.value)
        until = f" until {each.until}" if each.until else ""
        doubt = "" if each.verified else " (not verified)"
        dated.append(f"from {each.since}{until}: {plain(value)}{doubt}")
    return f"- **{plain(parameter.title)}** (`{parameter.id}`, {_cite(parameter, pack)}): {'; '.join(dated)}."


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


def make_pages() -> dict[str, str]:
    """The generated pages by file name."""
    content = Content(content_places())
    return {"facts.md": write_facts(content), "packs.md": write_packs(content), "cli.md": write_cli()}


def main() -> None:
    """Write the pages."""
    for name, text in make_pages().items():
        (REFERENCE / name).write_text(text, encoding="utf-8")
        sys.stdout.write(f"written: docs/reference/{name}\n")


if __name__ == "__main__":
    main()
