"""A pack as a page: each duty with source, reading in English, a good and a bad case; its definitions and figures.

The page is Markdown with anchors, in the form of MkDocs; it reads well as a file too.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import groupby
from typing import Any

from govern.conditions import (
    And,
    Call,
    In,
    ListLiteral,
    Literal,
    Name,
    Node,
    Not,
    Or,
    Phrasebook,
    join_words,
    parse_condition,
    say_condition,
)
from govern.kernel import Citation, FactSpec, FactValue, InForce, Kind, resolve_facts
from govern.library.content import Content
from govern.library.packs import make_cases, read_pack_files
from govern.library.places import Places
from govern.retention import RetentionRule, RuleKind
from govern.rules import (
    DEFAULT_DAY,
    Case,
    Control,
    Definition,
    Obligation,
    Parameter,
    RulePack,
    Serving,
    Severity,
    fill_figures,
)

_MARKS = re.compile(r"([\\`*_\[\]<>{}|#])")


def plain(text: str) -> str:
    """Text as Markdown that shows it as it is, on one line."""
    return _MARKS.sub(r"\\\1", " ".join(text.split()))


def sentence(text: str) -> str:
    """The text with a capital letter and a full stop."""
    said = plain(text)
    return said[:1].upper() + said[1:] + ("" if said.endswith((".", "?")) else ".")


# All packs together ---------------------------------------------------------------------------------------------

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


def say_topic(topic: str) -> str:
    """A topic as a heading."""
    said = plain(topic.replace("_", " "))
    return _ACRONYMS.get(said, said[:1].upper() + said[1:])


@dataclass(frozen=True)
class Law:
    """All packs with what their pages need: names that link to each other, cases, terms and retention rules."""

    content: Content
    places: Places

    @cached_property
    def packs(self) -> list[RulePack]:
        """In the order of reports."""
        return sorted(self.content.packs(), key=lambda pack: (pack.order, pack.id))

    @cached_property
    def owners(self) -> dict[str, RulePack]:
        """The pack of each obligation, definition and parameter."""
        found = {each.id: pack for pack in self.packs for each in pack.obligations}
        found |= {each.id: pack for pack in self.packs for each in pack.definitions}
        return found | {each.id: pack for pack in self.packs for each in pack.parameters}

    @cached_property
    def obligations(self) -> dict[str, Obligation]:
        """Each obligation by its id."""
        return {each.id: each for pack in self.packs for each in pack.obligations}

    @cached_property
    def cases(self) -> dict[str, list[Case]]:
        """The cases of each obligation in the order of the files."""
        found: dict[str, list[Case]] = {}
        for files in read_pack_files(self.places, cases=True):
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


def count_duties(pack: RulePack) -> str:
    """How many obligations a pack has, and of which severity."""
    counts = Counter(each.severity for each in pack.obligations)
    words = [f"{counts[severity]} {severity.value}" for severity in Severity if counts[severity]]
    number = len(pack.obligations)
    return f"{number} {'obligation' if number == 1 else 'obligations'}: {join_words(words)}"


def say_cite(cite: Citation, pack: RulePack) -> str:
    """A place in the law; the law itself is named where it is not that of the pack."""
    instrument = pack.instruments.get(cite.instrument)
    other = f"{plain(instrument.title)}, " if instrument and cite.instrument != pack.instrument else ""
    return other + plain(cite.pinpoint)


# One page ---------------------------------------------------------------------------------------------------------

_LONG = 110
"""A condition of more characters is shown part by part."""

_SHOWN = 5
"""Members of a set that an example shows."""


def write_law(law: Law, pack: RulePack, notice: str = "") -> str:
    """One pack in full: its head, obligations with examples, definitions, figures, and how long records are kept.

    `notice` is a line below the title. Links to other packs and to the controls lead to pages beside this one.
    """
    book = law.book(pack.id)
    lines = [*_head(law, pack, book, notice)]
    for topic in dict.fromkeys(each.topic for each in pack.obligations):
        lines += [f"## {say_topic(topic)} {{ #topic-{slug(topic)} }}", ""]
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


def _head(law: Law, pack: RulePack, book: Phrasebook, notice: str) -> Iterator[str]:
    verified = sum(each.review.verified is True for each in pack.obligations)
    yield from (f"# {plain(pack.short)} in full", "", *((notice, "") if notice else ()), f"**{plain(pack.title)}**", "")
    yield from (
        f"- *Pack:* `{pack.id}`, version {pack.version}, in force {_span(pack.in_force.since, pack.in_force.until)}",
        f"- *Holds:* {count_duties(pack)}",
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
        yield f"- [{say_topic(topic)}](#topic-{slug(topic)}): {number} {'obligation' if number == 1 else 'obligations'}"
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


def _span(since: date | None, until: date | None) -> str:
    return (f"since {since}" if since else "always") + (f" until {until}" if until else "")


def _obligation(law: Law, obligation: Obligation, pack: RulePack, book: Phrasebook) -> Iterator[str]:
    yield from (f"### {plain(obligation.title)} {{ #{slug(obligation.id)} .row }}", "")
    severity = f'<span class="severity {obligation.severity.value}">{obligation.severity.value}</span>'
    verified = _VERIFIED[obligation.review.verified]
    yield from (f"`{obligation.id}` · {say_cite(obligation.cite, pack)} · {severity} · {verified}", "")
    yield from (sentence(obligation.text), "")
    since = obligation.in_force.since or pack.in_force.since
    span = _span(since, obligation.in_force.until or pack.in_force.until)
    event = " Due on an event: before it, the procedure for it counts." if obligation.trigger == "on_event" else ""
    spec = f" Implementation specification: {obligation.spec}." if obligation.spec else ""
    yield from (f"Whose duty: {plain(obligation.actor)}. In force {span}.{event}{spec}", "")
    yield from show_condition("It applies if", obligation.applies, book)
    yield from show_condition("It is met if", obligation.met, book)
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


def show_condition(words: str, text: str, book: Phrasebook) -> Iterator[str]:
    """A condition in English after some words: one sentence, or a list of its parts where it is long."""
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
            return fact, _LISTED[function, positive], _scalars(values)
        case In(Name(fact), ListLiteral() as values) if len(values.items) > 2:
            return fact, _LISTED["in", positive], _scalars(values)
    return None


def _scalars(values: ListLiteral) -> tuple[Any, ...]:
    return tuple(each.value for each in values.items if isinstance(each, Literal))


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
    dates = definition.in_force
    span = "" if dates == InForce() else f" · in force {_span(dates.since, dates.until)}"
    yield from (f"`{definition.id}` · {say_cite(definition.cite, pack)}{span}", "")
    yield from show_condition("It is so if", definition.when, book)
    if definition.note:
        yield from (sentence(definition.note), "")


def _parameter(law: Law, parameter: Parameter, pack: RulePack) -> Iterator[str]:
    title = plain(parameter.title)
    yield from (f"### {title[:1].upper() + title[1:]} {{ #figure-{slug(parameter.id)} .row }}", "")
    yield from (f"`{parameter.id}` · {say_cite(parameter.cite, pack)}", "")
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
    yield from (f"`{rule.id}` · {say_cite(rule.cite, pack)} · {plain(rule.jurisdiction)} · {verified}", "")
    period = rule.period.words() if rule.period else ""
    kept = {
        RuleKind.MINIMUM: f"**Keep at least {period}**, counted from",
        RuleKind.MAXIMUM: f"**Keep no longer than {period}**, counted from",
        RuleKind.NONE: "**No fixed time.** What counts is",
    }[rule.rule]
    yield from (f"{kept} {plain(rule.trigger)}. Then: {plain(rule.action)}. Records: {plain(rule.record_class)}.", "")
    yield from show_condition("It applies if", rule.applies, book)
    if rule.note:
        yield from (sentence(rule.note), "")
