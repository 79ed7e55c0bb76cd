"""From law to sentence and back: where a clause, a term, an obligation, a fact or a place of the law leads."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from govern.conditions import expand_names, parse_condition
from govern.contracts import MATRIX, AuthoredGroup, Blank, Clause, Draft, Filled, Paragraph, Recipe, Section, Term
from govern.errors import ContentError
from govern.kernel import Actor, check_may, cite, suggest
from govern.rules import Finding, Status
from govern.usecases.assembling import Workbench
from govern.usecases.drafts import assemble_set
from govern.usecases.ports import Ports


@dataclass(frozen=True, slots=True)
class Place:
    """A sentence of a document: the clause, the number as printed, the text, the terms that it carries."""

    document: str
    clause: str
    title: str
    number: str
    text: str
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FactUse:
    """A fact that has to do with it: its value in words (empty: unknown), and what it does there."""

    fact: str
    value: str
    role: str


@dataclass(frozen=True, slots=True)
class Trace:
    """Everything that one thing is connected with in a project's set of documents."""

    kind: str
    what: str
    title: str
    findings: tuple[tuple[Finding, str], ...]
    """With the citation in words."""
    places: tuple[Place, ...]
    facts: tuple[FactUse, ...]


def trace_connection(ports: Ports, actor: Actor, project: str, what: str, as_of: date) -> Trace:
    """Trace a clause, a contract term, an obligation, a fact or a citation through the documents that a project needs.

    A citation is found by its beginning: `Art. 28(3)` finds its letters too. Nothing is recorded. Raises ContentError
    with a did-you-mean where the workspace knows nothing of that name.
    """
    check_may(actor, "read")
    bench, documents = assemble_set(ports, project, as_of)
    index = _Index(ports, bench, documents)
    if what in bench.clauses:
        return index.clause(what)
    if ports.library.find_fact(what) is not None:
        return index.fact(what)
    findings = [each for each in bench.checked.assessment.findings if each.obligation.id == what]
    if findings:
        return index.obligations("obligation", what, findings[0].obligation.title, findings)
    term = next((each for each in ports.library.terms() if each.id == what), None)
    if term is not None:
        return index.term(term)
    findings = list(index.cited(what))
    if findings:
        title = f"{len(findings)} {'obligation' if len(findings) == 1 else 'obligations'}"
        return index.obligations("citation", what, title, findings)
    known = [*bench.clauses, *(each.obligation.id for each in bench.checked.assessment.findings)]
    known += [spec.id for spec in ports.library.vocabulary()]
    known += [each.id for each in ports.library.terms()]
    hint = suggest(what, known) or "a clause, a term, an obligation, a fact, or a place such as 'Art. 28(3)'"
    raise ContentError(f"nothing here is called `{what}`", hint=hint)


class _Index:
    """The documents of a project, looked up from all sides."""

    def __init__(self, ports: Ports, bench: Workbench, documents: list[tuple[Recipe, Draft]]) -> None:
        self.ports = ports
        self.bench = bench
        self.documents = documents
        self.shorts = {pack.id: pack.short for pack in bench.checked.book.packs}

    def cited(self, what: str) -> Iterator[Finding]:
        """The findings whose citation begins so, with or without the pack's short name."""
        wanted = _bare(what)
        for finding in self.bench.checked.assessment.findings:
            short, pinpoint = self.shorts[finding.pack], finding.obligation.cite.pinpoint
            names = (pinpoint, f"{short} {pinpoint}", pinpoint.removeprefix(f"{short} "))
            if wanted and _begins(*map(_bare, names), wanted=wanted):
                yield finding

    def sections(self) -> Iterator[tuple[Draft, Section]]:
        for _, draft in self.documents:
            for section in (*draft.sections, *draft.annexes):
                if section.anchor != MATRIX:
                    yield draft, section

    def places(self, draft: Draft, section: Section, paragraphs: list[Paragraph]) -> Iterator[Place]:
        numbers = _numbers(section)
        for block in paragraphs:
            number = numbers[id(block)]
            words = "".join(getattr(run, "text", getattr(run, "term", "")) or "…" for run in block.content)
            yield Place(draft.document, section.clause, section.title, number, words, block.carries)

    def clause(self, id_: str) -> Trace:
        """A clause: the law behind it, where it stands, the facts that put it there and fill it."""
        clause = self.bench.clauses[id_]
        behind = set(clause.head.obligations)
        terms = {each.term for each in clause.head.carries}
        findings = [
            each
            for each in self.bench.checked.assessment.findings
            if each.status is not Status.NOT_APPLICABLE
            and (each.obligation.id in behind or terms & set(each.obligation.requires_terms))
        ]
        places = [
            place
            for draft, section in self.sections()
            if section.clause == id_
            for place in self.places(draft, section, _paragraphs(section))
        ]
        return Trace("clause", id_, clause.head.title, self.told(findings), tuple(places), tuple(self.uses(clause)))

    def uses(self, clause: Clause) -> Iterator[FactUse]:
        seen = set()
        for condition, role in _conditions(clause):
            for fact in expand_names(parse_condition(condition), self.bench.checked.book.definition_nodes):
                if fact not in seen and self.ports.library.find_fact(fact):
                    seen.add(fact)
                    yield self.use(fact, role)
        for name, parameter in clause.head.parameters.items():
            if parameter.fact and parameter.fact not in seen:
                seen.add(parameter.fact)
                yield self.use(parameter.fact, f"fills {name}")

    def use(self, fact: str, role: str) -> FactUse:
        values = self.bench.checked.facts.values
        words = self.bench.checked.phrases.value(fact, values[fact]) if fact in values else ""
        return FactUse(fact, words, role)

    def fact(self, id_: str) -> Trace:
        """A fact: the findings that it decides or would, and the sentences that it fills or puts there."""
        findings = [
            each
            for each in self.bench.checked.assessment.findings
            if id_ in each.reasons or id_ in each.missing
            if each.status is not Status.NOT_APPLICABLE
        ]
        spec = self.ports.library.find_fact(id_)
        places: list[Place] = []
        for draft, section in self.sections():
            clause = self.bench.clauses[section.clause]
            filled = [each for each in _paragraphs(section) if any(_from(run, id_) for run in each.content)]
            places += self.places(draft, section, filled)
            if not filled and any(use.fact == id_ for use in self.uses(clause)):
                places.append(Place(draft.document, section.clause, section.title, section.number, "", ()))
        assert spec is not None
        return Trace("fact", id_, spec.name, self.told(findings), tuple(places), (self.use(id_, ""),))

    def term(self, term: Term) -> Trace:
        """A contract term: the obligations that require it, the sentences that carry it, and what decided on both."""
        findings = [
            each
            for each in self.bench.checked.assessment.findings
            if term.id in each.obligation.requires_terms and each.status is not Status.NOT_APPLICABLE
        ]
        places = [
            place
            for draft, section in self.sections()
            for place in self.places(draft, section, [each for each in _paragraphs(section) if term.id in each.carries])
        ]
        facts = dict.fromkeys(fact for each in findings for fact in (*each.reasons, *each.missing))
        known = [self.use(fact, "decides") for fact in facts if self.ports.library.find_fact(fact)]
        return Trace("term", term.id, term.requirement, self.told(findings), tuple(places), tuple(known))

    def obligations(self, kind: str, what: str, title: str, findings: list[Finding]) -> Trace:
        """Obligations: the sentences that serve them, and the facts that decided."""
        ids = {each.obligation.id for each in findings}
        terms = {term for each in findings for term in each.obligation.requires_terms}
        places: list[Place] = []
        for draft, section in self.sections():
            carrying = [each for each in _paragraphs(section) if terms & set(each.carries)]
            if carrying:
                places += self.places(draft, section, carrying)
            elif ids & set(section.obligations):
                places.append(Place(draft.document, section.clause, section.title, section.number, "", ()))
        facts = dict.fromkeys(fact for each in findings for fact in (*each.reasons, *each.missing))
        known = [self.use(fact, "decides") for fact in facts if self.ports.library.find_fact(fact)]
        return Trace(kind, what, title, self.told(findings), tuple(places), tuple(known))

    def told(self, findings: list[Finding]) -> tuple[tuple[Finding, str], ...]:
        return tuple((each, cite(self.shorts[each.pack], each.obligation.cite.pinpoint)) for each in findings)


def _bare(text: str) -> str:
    return "".join(text.casefold().split())


def _begins(*names: str, wanted: str) -> bool:
    """Whether one begins so and a number does not go on: `Art. 2` is not `Art. 28`."""
    return any(
        name.startswith(wanted) and not (wanted[-1].isdigit() and name[len(wanted) : len(wanted) + 1].isdigit())
        for name in names
    )


def _paragraphs(section: Section) -> list[Paragraph]:
    return [block for block in section.blocks if isinstance(block, Paragraph) and (block.anchor or block.number)]


def _numbers(section: Section) -> dict[int, str]:
    """The number of each paragraph as one cites it, 13.3(a); the tree's own number of a list item is (a)."""
    above: list[str] = [section.number]
    made: dict[int, str] = {}
    for block in _paragraphs(section):
        depth = max(block.level, 0) + 1 if block.number else 1
        if block.number.startswith("("):
            parent = above[min(depth, len(above)) - 1]
            number = f"{parent}{' ' if parent == section.number else ''}{block.number}"
        else:
            number = block.number or section.number
        above[depth:] = [number]
        made[id(block)] = number
    return made


def _conditions(clause: Clause) -> Iterator[tuple[str, str]]:
    if clause.head.when:
        yield clause.head.when, "puts the clause in"
    for group in clause.blocks:
        if isinstance(group, AuthoredGroup) and group.condition:
            yield group.condition, "puts a part in"


def _from(run: object, fact: str) -> bool:
    return isinstance(run, Filled | Blank) and run.fact == fact
