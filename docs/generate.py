"""Writes the reference pages that come from content and code.

These are facts.md, packs.md, controls.md, clauses.md and cli.md in docs/reference/, and docs/reference/law/<pack>.md
for each rule pack.
`tests/docs/test_generate.py` makes them anew and compares, so that a page never says what the content does not.
"""

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Any

from govern.conditions import (
    And,
    Call,
    In,
    ListLiteral,
    Name,
    Node,
    Not,
    Or,
    Phrasebook,
    join_words,
    parse_condition,
    say_condition,
)
from govern.contracts import Clause, Position, Recipe
from govern.kernel import Citation, FactSpec, FactValue, InForce, Kind, resolve_facts
from govern.library.content import Content
from govern.library.packs import make_cases, read_pack_files
from govern.library.places import content_places
from govern.retention import RetentionRule, RuleKind
from govern.rules import (
    DEFAULT_DAY,
    Case,
    Control,
    Definition,
    Obligation,
    Parameter,
    Relation,
    RulePack,
    Serving,
    Severity,
    fill_figures,
)

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


# --- The law: what packs.md and law/<pack>.md have in common ----------------------------------------------------------

_LINK = re.compile("\ue000([^\ue001]*)\ue001([^\ue002]*)\ue002")
_VERIFIED = {True: "verified", False: "not verified", None: "verified or not: not stated"}
_ACRONYMS = {"dpia": "DPIA"}


def slug(id_: str) -> str:
    """An id as an anchor: `GDPR-28.3.a` is `gdpr-28-3-a`."""
    return re.sub(r"[^a-z0-9]+", "-", id_.lower()).strip("-")


def linked(text: str) -> str:
    """Plain text in which the marks of `Law.mark` have become links."""
    return _LINK.sub(_to_link, plain(text))


def _to_link(found: re.Match[str]) -> str:
    address = found[1].replace("\\", "")
    return f"[{found[2]}]({address})"


def _topic(topic: str) -> str:
    said = plain(topic.replace("_", " "))
    return _ACRONYMS.get(said, said[:1].upper() + said[1:])


@dataclass(frozen=True)
class Law:
    """All packs with what their pages need: names that link to each other, cases, terms and retention rules."""

    content: Content

    @cached_property
    def packs(self) -> list[RulePack]:
        """In the order of reports."""
        return sorted(self.content.packs(), key=lambda pack: (pack.order, pack.id))

    @cached_property
    def owners(self) -> dict[str, RulePack]:
        """The pack of each obligation, definition and parameter."""
        return {
            each.id: pack for pack in self.packs for each in (*pack.obligations, *pack.definitions, *pack.parameters)
        }

    @cached_property
    def obligations(self) -> dict[str, Obligation]:
        """Each obligation by its id."""
        return {each.id: each for pack in self.packs for each in pack.obligations}

    @cached_property
    def cases(self) -> dict[str, list[Case]]:
        """The cases of each obligation in the order of the files."""
        found: dict[str, list[Case]] = {}
        for files in read_pack_files(content_places(), cases=True):
            for case, _ in make_cases(files):
                found.setdefault(case.subject, []).append(case)
        return found

    @cached_property
    def controls(self) -> dict[str, list[tuple[Control, Serving]]]:
        """The controls that serve each obligation, with how far."""
        found: dict[str, list[tuple[Control, Serving]]] = {}
        for control in self.content.controls():
            for serving in control.serves:
                found.setdefault(serving.obligation, []).append((control, serving))
        return found

    @cached_property
    def terms(self) -> dict[str, str]:
        """What each contract term says."""
        return {term.id: term.requirement for term in self.content.terms()}

    @cached_property
    def retention(self) -> dict[str, list[RetentionRule]]:
        """The retention rules of each pack."""
        rules = sorted(self.content.retention_rules(), key=lambda each: each.pack)
        return {pack: list(each) for pack, each in groupby(rules, key=lambda each: each.pack)}

    @cached_property
    def figures(self) -> dict[str, Any]:
        """The values of the parameters today, as far as they have one."""
        values = {each.id: each.on(DEFAULT_DAY) for pack in self.packs for each in pack.parameters}
        return {id_: value for id_, value in values.items() if value is not None}

    def book(self, pack: str, folder: str = "") -> Phrasebook:
        """The words for a page of `pack`: definitions and figures are marked, so that `linked` links them."""
        titles = {}
        for each in self.packs:
            page = "" if each.id == pack else f"{folder}{each.id}.md"
            for kind, rows in (("definition", each.definitions), ("figure", each.parameters)):
                for row in rows:
                    titles[row.id] = f"\ue000{page}#{kind}-{slug(row.id)}\ue001{row.title}\ue002"
        return Phrasebook(self.content.vocabulary().find, titles)

    def place(self, obligation: str, pack: str, folder: str = "") -> str:
        """The address of an obligation on its page, seen from the page of `pack`."""
        owner = self.owners[obligation].id
        return f"{'' if owner == pack else f'{folder}{owner}.md'}#{slug(obligation)}"


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
    yield from (f"[{plain(pack.short)} in full](law/{pack.id}.md): {_count(pack)}.", "")
    for topic in dict.fromkeys(each.topic for each in pack.obligations):
        yield from (f"**{_topic(topic)}**", "")
        for each in pack.obligations:
            if each.topic == topic:
                place = f"law/{pack.id}.md#{slug(each.id)}"
                yield f"- [{plain(each.title)}]({place}), {_cite(each.cite, pack)} (`{each.id}`)"
        yield ""


def _count(pack: RulePack) -> str:
    counts = Counter(each.severity for each in pack.obligations)
    words = [f"{counts[severity]} {severity.value}" for severity in Severity if counts[severity]]
    number = len(pack.obligations)
    return f"{number} {'obligation' if number == 1 else 'obligations'}: {join_words(words)}"


def _cite(cite: Citation, pack: RulePack) -> str:
    instrument = pack.instruments.get(cite.instrument)
    other = f"{plain(instrument.title)}, " if instrument and cite.instrument != pack.instrument else ""
    return other + plain(cite.pinpoint)


# --- law/<pack>.md ----------------------------------------------------------------------------------------------------

_LONG = 110
"""A condition of more characters is shown part by part."""

_SHOWN = 5
"""Members of a set that an example shows."""


def write_law(law: Law, pack: RulePack) -> str:
    """One pack in full: its head, obligations with examples, definitions, figures, and how long records are kept."""
    book = law.book(pack.id)
    lines = [*_head(law, pack, book)]
    for topic in dict.fromkeys(each.topic for each in pack.obligations):
        lines += [f"## {_topic(topic)} {{ #topic-{slug(topic)} }}", ""]
        for obligation in pack.obligations:
            if obligation.topic == topic:
                lines += _obligation(law, obligation, pack, book)
    if pack.definitions:
        lines += ["## Definitions { #definitions }", ""]
        lines += ["A definition is a named condition. A duty that uses it links here.", ""]
    for definition in pack.definitions:
        lines += _definition(definition, pack, book)
    if pack.parameters:
        lines += ["## Figures and lists that change { #figures }", ""]
        lines += ["The value of the day of a check counts. A house ceiling is ours and not the law's.", ""]
    for parameter in pack.parameters:
        lines += _parameter(law, parameter, pack)
    rules = law.retention.get(pack.id, [])
    if rules:
        lines += ["## How long records are kept { #retention }", ""]
    for rule in rules:
        lines += _retention(rule, pack, book)
    return "\n".join(lines).rstrip() + "\n"


def _head(law: Law, pack: RulePack, book: Phrasebook) -> Iterator[str]:
    verified = sum(each.review.verified is True for each in pack.obligations)
    yield from (f"# {plain(pack.short)} in full", "", _NOTICE, "", f"**{plain(pack.title)}**", "")
    yield from (
        f"- *Pack:* `{pack.id}`, version {pack.version}, in force {_span(pack.in_force)}",
        f"- *Holds:* {_count(pack)}",
    )
    yield f"- *Verified:* {verified} of {len(pack.obligations)} rows were compared with a text that could be opened"
    yield from (f"- *Reviewed by a lawyer:* {plain(pack.review.by or 'not yet')}", "")
    due = f"The next review is due on {pack.review.next}." if pack.review.next else "No next review is planned."
    yield from (
        f'!!! warning "{sentence(pack.review.statement)}"',
        f"    The texts are our own words and not the law. {due}",
        "",
    )
    yield from ("**What it was verified against.** " + sentence(pack.review.verified_against), "")
    if pack.note:
        yield from ("**Note.** " + sentence(pack.note), "")
    for each in pack.stand_ins:
        said = linked(say_condition(parse_condition(each.when), book))
        owner, ask = plain(each.actor), plain(each.confirm_with)
        yield f"**Duties of somebody else.** If {said}, the duties of the {owner} are not its own. A report"
        yield from (f"lists those that would apply as to be confirmed with {ask}, not as gaps.", "")
    yield from ("| Instrument | Where | Kind |", "|---|---|---|")
    yield from (f"| {plain(each.title)} | {each.jurisdiction} | {each.kind} |" for each in pack.instruments.values())
    yield from ("", "**On this page**", "")
    for topic, number in Counter(each.topic for each in pack.obligations).items():
        yield f"- [{_topic(topic)}](#topic-{slug(topic)}): {number} {'obligation' if number == 1 else 'obligations'}"
    if pack.definitions:
        yield f"- [Definitions](#definitions): {len(pack.definitions)}"
    if pack.parameters:
        yield f"- [Figures and lists that change](#figures): {len(pack.parameters)}"
    if pack.id in law.retention:
        yield f"- [How long records are kept](#retention): {len(law.retention[pack.id])}"
    changes = [f"| {each.version} | {each.date} | {sentence(each.note)} |" for each in pack.changelog]
    yield from ("", *_folded("Changelog", "| Version | Date | What |", changes))
    corrections = [f"| {_row_link(law, each.id, pack)} | {sentence(each.note)} |" for each in pack.corrections]
    if corrections:
        title = f"Corrections: {len(corrections)} places where the first draft of the rules was wrong and the law won"
        yield from _folded(title, "| Row | What was changed, and why |", corrections)


def _folded(title: str, heading: str, rows: list[str]) -> Iterator[str]:
    line = "|" + "---|" * (heading.count("|") - 1)
    yield from ('<details markdown="1">', f"<summary>{title}</summary>", "", heading, line, *rows, "", "</details>", "")


def _row_link(law: Law, id_: str, pack: RulePack) -> str:
    if any(each.id == id_ for each in pack.obligations):
        return f"[{plain(id_)}](#{slug(id_)})"
    if any(each.id == id_ for each in pack.definitions):
        return f"[{plain(id_)}](#definition-{slug(id_)})"
    owner = law.owners.get(id_)
    return f"[{plain(id_)}]({owner.id}.md#{slug(id_)})" if owner else plain(id_)


def _span(span: InForce) -> str:
    until = f" until {span.until}" if span.until else ""
    return (f"since {span.since}" if span.since else "always") + until


def _obligation(law: Law, obligation: Obligation, pack: RulePack, book: Phrasebook) -> Iterator[str]:
    yield from (f"### {plain(obligation.title)} {{ #{slug(obligation.id)} .row }}", "")
    severity = f'<span class="severity {obligation.severity.value}">{obligation.severity.value}</span>'
    verified = _VERIFIED[obligation.review.verified]
    yield from (f"`{obligation.id}` · {_cite(obligation.cite, pack)} · {severity} · {verified}", "")
    yield from (sentence(obligation.text), "")
    since = obligation.in_force.since or pack.in_force.since
    span = _span(InForce(since=since, until=obligation.in_force.until or pack.in_force.until))
    event = " Due on an event: before it, the procedure for it counts." if obligation.trigger == "on_event" else ""
    spec = f" Implementation specification: {obligation.spec}." if obligation.spec else ""
    yield from (f"Whose duty: {plain(obligation.actor)}. In force {span}.{event}{spec}", "")
    yield from _condition("It applies if", obligation.applies, book)
    yield from _condition("It is met if", obligation.met, book)
    yield from (f"**What to do:** {sentence(obligation.remedy)}", "")
    if obligation.requires_terms:
        yield from ("**The contract must say:**", "")
        yield from (f"- {sentence(law.terms.get(term, ''))} (`{term}`)" for term in obligation.requires_terms)
        yield ""
    if obligation.evidence:
        yield from (f"*Evidence:* {sentence('; '.join(obligation.evidence))}", "")
    if obligation.penalty:
        yield from (f"*Penalty:* {sentence(fill_figures(obligation.penalty, law.figures))}", "")
    if obligation.same_as:
        same = [f"[{plain(each)}]({law.place(each, pack.id)})" for each in obligation.same_as]
        yield from (f"*Says the same as:* {join_words(same)}.", "")
    controls = law.controls.get(obligation.id, [])
    if controls:
        said = [f"[{plain(each.title)}](../controls.md#{slug(each.id)})" for each, _ in controls]
        yield from (f"*Done once for several laws:* {'; '.join(said)}.", "")
    if obligation.review.note:
        yield from (f"*Note:* {sentence(obligation.review.note)}", "")
    yield from _examples(law, obligation, book)


def _condition(words: str, text: str, book: Phrasebook) -> Iterator[str]:
    node = parse_condition(text)
    parts = list(_parts(node, book, positive=True, depth=0))
    if len(parts) == 1:
        yield from (f"**{words}** {parts[0][2:]}.", "")
    else:
        yield from (f"**{words} {parts[0][2:]}**", "")
        yield from (part[4:] for part in parts[1:])
        yield ""


def _parts(node: Node, book: Phrasebook, *, positive: bool, depth: int) -> Iterator[str]:
    """A condition as list items: one if it is short, else "all of these:" and its parts below."""
    if isinstance(node, Not):
        yield from _parts(node.operand, book, positive=not positive, depth=depth)
        return
    said = linked(say_condition(node if positive else Not(node), book))
    indent = "    " * depth
    if len(_LINK.sub(r"\2", re.sub(r"\]\([^)]*\)", "]", said))) <= _LONG or not isinstance(node, And | Or):
        listed = _listed(node, positive=positive) if len(said) > _LONG else None
        if listed is None:
            yield f"{indent}- {said}"
            return
        about, words, values = listed
        yield f"{indent}- {words.format(plain(book.name(about)))}:"
        yield from (f"{indent}    - {plain(book.value(about, value))}" for value in values)
        return
    yield f"{indent}- {'all of these hold:' if isinstance(node, And) is positive else 'at least one of these holds:'}"
    for part in node.operands:
        yield from _parts(part, book, positive=positive, depth=depth + 1)


_LISTED = {
    ("has_all", True): "all of these are among {}",
    ("has_all", False): "not all of these are among {}",
    ("has_any", True): "at least one of these is among {}",
    ("has_any", False): "none of these is among {}",
    ("in", True): "{} is one of these",
    ("in", False): "{} is none of these",
}


def _listed(node: Node, *, positive: bool) -> tuple[str, str, tuple[Any, ...]] | None:
    """A fact compared with three values or more: the fact, how, and the values."""
    match node:
        case Call("has_all" | "has_any" as function, (Name(fact), ListLiteral() as values)) if len(values.items) > 2:
            return fact, _LISTED[function, positive], tuple(each.value for each in values.items)
        case In(Name(fact), ListLiteral() as values) if len(values.items) > 2:
            return fact, _LISTED["in", positive], tuple(each.value for each in values.items)
    return None


def _examples(law: Law, obligation: Obligation, book: Phrasebook) -> Iterator[str]:
    """The first case that is met and the first that is a gap."""
    cases = law.cases.get(obligation.id, [])
    found = [next((case for case in cases if case.expect == status), None) for status in ("met", "gap")]
    lines = []
    for word, case in zip(("Met", "Gap"), found, strict=True):
        if case is not None:
            day = f" on {case.as_of}" if case.as_of else ""
            facts = "; ".join(_case_facts(law, case, obligation, book))
            said = f"> **{word}**{day}: {sentence(_case_name(case, obligation))}"
            lines.append(said + (f" *{facts[:1].upper() + facts[1:]}.*" if facts else ""))
    yield from ("\n>\n".join(lines), "")


def _case_name(case: Case, obligation: Obligation) -> str:
    """Without the citation that some names begin with."""
    first, colon, rest = case.name.partition(": ")
    cited = colon and " " not in first and first in f"{obligation.id} {obligation.cite.pinpoint}"
    return rest[:1].upper() + rest[1:] if cited else case.name


def _case_facts(law: Law, case: Case, obligation: Obligation, book: Phrasebook) -> Iterator[str]:
    """The facts that the case must name as its reasons, in words."""
    vocabulary = law.content.vocabulary()
    answers = {fact: FactValue(value=value) for fact, value in case.facts.items()}
    values = resolve_facts(vocabulary, answers, case.as_of or DEFAULT_DAY).values
    for fact in (each for each in case.because if each in values):
        if fact == "contract.terms" and obligation.requires_terms:
            lacks = [term for term in obligation.requires_terms if term not in case.facts[fact]]
            terms = [vocabulary.get(fact).label(term) for term in lacks or obligation.requires_terms]
            more = [f"{len(terms) - _SHOWN} more"] if len(terms) > _SHOWN + 1 else terms[_SHOWN:]
            said = plain(join_words([*terms[:_SHOWN], *more]))
            yield f"the contract {'lacks' if lacks else 'has'}: {said}"
        else:
            said = plain(_value(law, vocabulary.get(fact), values[fact], book))
            yield f"{plain(book.name(fact))}: {said}"


def _value(law: Law, spec: FactSpec, value: Any, book: Phrasebook) -> str:
    names = law.content.countries()
    if spec.kind is Kind.COUNTRY:
        return names.get(value, value)
    if isinstance(value, frozenset) and spec.kind in (Kind.SET, Kind.COUNTRIES):
        words = sorted(names.get(each, each) if spec.kind is Kind.COUNTRIES else spec.label(each) for each in value)
        more = [f"{len(words) - _SHOWN} more"] if len(words) > _SHOWN + 1 else words[_SHOWN:]
        return join_words([*words[:_SHOWN], *more]) or "none"
    return book.value(spec.id, value)


def _definition(definition: Definition, pack: RulePack, book: Phrasebook) -> Iterator[str]:
    title = plain(definition.title)
    yield from (f"### {title[:1].upper() + title[1:]} {{ #definition-{slug(definition.id)} .row }}", "")
    span = "" if definition.in_force == InForce() else f" · in force {_span(definition.in_force)}"
    yield from (f"`{definition.id}` · {_cite(definition.cite, pack)}{span}", "")
    yield from _condition("It is so if", definition.when, book)
    if definition.note:
        yield from (sentence(definition.note), "")


def _parameter(law: Law, parameter: Parameter, pack: RulePack) -> Iterator[str]:
    title = plain(parameter.title)
    yield from (f"### {title[:1].upper() + title[1:]} {{ #figure-{slug(parameter.id)} .row }}", "")
    yield from (f"`{parameter.id}` · {_cite(parameter.cite, pack)}", "")
    yield from ("| From | Value | Source | Verified |", "|---|---|---|---|")
    known: frozenset[str] = frozenset()
    names = law.content.countries() if parameter.kind is Kind.COUNTRIES else {}
    for dated in sorted(parameter.values, key=lambda each: each.since):
        until = f" until {dated.until}" if dated.until else ""
        said = _dated(dated.value, known, names)
        known = frozenset(dated.value) if isinstance(dated.value, list | tuple) else known
        source = sentence(dated.source) if dated.source else ""
        yield f"| {dated.since}{until} | {plain(said)} | {source} | {'yes' if dated.verified else 'no'} |"
    yield ""
    if parameter.note:
        yield from (sentence(parameter.note), "")


def _dated(value: Any, known: frozenset[str], names: Mapping[str, str]) -> str:
    """A value in words; of a list what changed against the value before."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float | Decimal):
        return f"{value:,}"
    if not isinstance(value, list | tuple):
        return str(value)

    def say(ids: Iterable[str]) -> str:
        return join_words(sorted(names.get(each, each.replace("_", " ")) for each in ids))

    now = frozenset(value)
    if not known or not now & known:
        return say(now) or "none"
    parts = [f"{word} {say(ids)}" for word, ids in (("new:", now - known), ("ended:", known - now)) if ids]
    return f"{'; '.join(parts) or 'the same'} ({len(now)} in all)"


def _retention(rule: RetentionRule, pack: RulePack, book: Phrasebook) -> Iterator[str]:
    yield from (f"### {plain(rule.title)} {{ #kept-{slug(rule.id)} .row }}", "")
    verified = _VERIFIED[rule.verified]
    yield from (f"`{rule.id}` · {_cite(rule.cite, pack)} · {plain(rule.jurisdiction)} · {verified}", "")
    period = rule.period.words() if rule.period else ""
    kept = {
        RuleKind.MINIMUM: f"**Keep at least {period}**, counted from",
        RuleKind.MAXIMUM: f"**Keep no longer than {period}**, counted from",
        RuleKind.NONE: "**No fixed time.** What counts is",
    }[rule.rule]
    yield from (f"{kept} {plain(rule.trigger)}. Then: {plain(rule.action)}. Records: {plain(rule.record_class)}.", "")
    yield from _condition("It applies if", rule.applies, book)
    if rule.note:
        yield from (sentence(rule.note), "")


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
    return "\n".join(lines).rstrip() + "\n"


def _document(law: Law, recipe: Recipe, clauses: Sequence[Clause], book: Phrasebook) -> Iterator[str]:
    yield from (f"## {plain(recipe.title)} {{ #{slug(recipe.id)} }}", "")
    subtitle = f" · {plain(recipe.subtitle)}" if recipe.subtitle else ""
    yield from (f"`{recipe.id}` {recipe.version} · {recipe.kind}{subtitle}", "")
    if recipe.when:
        yield from _condition("A project needs it if", recipe.when, book)
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
    law = Law(content)
    pages = {
        "facts.md": write_facts(content),
        "packs.md": write_packs(law),
        "controls.md": write_controls(law),
        "clauses.md": write_clauses(law),
        "cli.md": write_cli(),
    }
    return pages | {f"law/{pack.id}.md": write_law(law, pack) for pack in law.packs}


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
