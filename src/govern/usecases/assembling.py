"""From a checked project and a recipe to the tree of a document, without recording anything."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from govern.conditions import Scope, Trace, Verdict, compile_condition, missing_facts, parse_condition, say_condition
from govern.contracts import (
    AS_WRITTEN,
    Clause,
    Draft,
    Filled,
    Inputs,
    MatrixRow,
    Paragraph,
    Recipe,
    Section,
    Spelling,
    Term,
    assemble,
)
from govern.kernel import FactValue, Vocabulary, cite, resolve_facts
from govern.rules import Finding, OpenAbout, Status, assess
from govern.usecases.gaps import GapCheck
from govern.usecases.ports import Ports
from govern.usecases.positions import Choices


@dataclass(frozen=True, slots=True)
class Options:
    """How a draft is made, beyond the facts.

    `positions` are tried in this draft only, over those chosen for the project. `parameters` fill blanks by
    `clause.parameter`, or by a fact in each clause that it fills. `matrix` asks for the annex of obligations, with
    `certain` only of those that are known to apply: the other side reads it. `clean` asks for a copy without counsel's
    notes, `accessible` for a tagged PDF; `base` is a Word document whose styles and letterhead replace ours.
    """

    final: bool = False
    positions: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    matrix: bool = True
    certain: bool = True
    clean: bool = False
    accessible: bool = False
    base: bytes = b""


@dataclass(frozen=True)
class Workbench:
    """A checked project with everything that its documents are assembled from; made once for a whole set."""

    checked: GapCheck
    clauses: Mapping[str, Clause]
    terms: tuple[Term, ...]
    recipes: tuple[Recipe, ...]
    countries: Mapping[str, str]
    find_fact: Callable[[str], Any]
    vocabulary: Vocabulary
    day: date
    scope: Scope
    obligations: Mapping[str, str]
    rows: tuple[MatrixRow, ...]
    doubtful: frozenset[str] = frozenset()
    """The obligations of which nobody knows yet whether they apply."""
    spellings: Mapping[str, Spelling] = field(default_factory=dict)
    traces: dict[str, Trace] = field(default_factory=dict)

    def trace(self, condition: str) -> Trace:
        """What a condition comes to, computed once."""
        if condition not in self.traces:
            self.traces[condition] = compile_condition(parse_condition(condition))(self.scope)
        return self.traces[condition]

    def decide(self, condition: str | None) -> Verdict:
        """A condition's verdict; what has none always holds."""
        return self.trace(condition).verdict if condition else True

    def as_agreed(self, parameters: Mapping[str, Any]) -> "Workbench":
        """The bench on which a paper is written: what was agreed in place of a fact is taken for it.

        The findings stay those of the facts: nothing that is only agreed is so yet.
        """
        known, answers = self.checked.facts.values, self.checked.project.answers
        agreed = {fact: value for fact, value in parameters.items() if self.vocabulary.find(fact) is not None}
        if not agreed:
            return self
        taken = {**answers, **{fact: FactValue(value=value) for fact, value in agreed.items()}}
        facts = resolve_facts(self.vocabulary, taken, self.day)
        if facts.values == known:
            return self
        checked = replace(self.checked, facts=facts)
        return replace(self, checked=checked, scope=self.checked.book.scope(facts), traces={})

    def say(self, condition: str) -> str:
        """A condition in English."""
        return say_condition(parse_condition(condition), self.checked.phrases)

    def places(self, recipe: Recipe, *, surely: bool = False) -> tuple[str, ...]:
        """The values of `contract.documents` that a recipe stands for: all but the excluded, or only the sure ones."""
        places = [(each.document, self.decide(each.when)) for each in recipe.contract_documents]
        if recipe.contract_document:
            places.append((recipe.contract_document, True))
        return tuple(place for place, verdict in places if verdict is True or (verdict is None and not surely))

    def required_terms(self, recipe: Recipe) -> tuple[str, ...]:
        """The mandatory terms that the document must carry; a term of several documents counts for each."""
        places = set(self.places(recipe))
        return tuple(
            term.id
            for term in self.terms
            if term.mandatory and places & set(term.document) and self.decide(term.required_when) is not False
        )

    def terms_of_others(self) -> frozenset[str]:
        """The terms that only documents carry which the library has and this project does not need."""
        needed: dict[str, bool] = {}
        for recipe in self.recipes:
            for place in [recipe.contract_document, *(each.document for each in recipe.contract_documents)]:
                if place is not None:
                    needed[place] = needed.get(place, False) or self.decide(recipe.when) is not False
        return frozenset(term.id for term in self.terms if not any(needed.get(place, True) for place in term.document))

    def spelling(self, recipe: Recipe) -> Spelling | None:
        """The table of words that a document is spelled by: its own, else the first whose condition surely holds."""
        if recipe.spelling is not None:
            return None if recipe.spelling == AS_WRITTEN else self.spellings.get(recipe.spelling)
        holds = (each for each in self.spellings.values() if each.when and self.decide(each.when) is True)
        return next(holds, None)

    def assemble(self, recipe: Recipe, choices: Choices, options: Options) -> Draft:
        """The draft of one document."""
        doubtful, paper = self.doubtful if options.certain else frozenset(), self.as_agreed(options.parameters)
        inputs = Inputs(
            values=paper.checked.facts.values,
            find_fact=self.find_fact,
            decide=paper.decide,
            say=self.say,
            lacking=lambda condition: missing_facts(paper.trace(condition)),
            obligations=self.obligations,
            required_terms=self.required_terms(recipe),
            countries=self.countries,
            day=self.day,
            project=self.checked.project.id,
            positions=choices.positions,
            unapproved=choices.unapproved,
            parameters=options.parameters,
            matrix=tuple(row for row in self.rows if row.obligation not in doubtful) if options.matrix else (),
            spelling=self.spelling(recipe),
        )
        return assemble(recipe, self.clauses, inputs)

    def signed_facts(self, recipe: Recipe, draft: Draft, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """The facts that hold once a document is signed.

        They are its terms, its place among the documents, what it provides, and the figures in it that are news.
        """
        facts = {**self.stated_facts(draft, parameters), **recipe.provides}
        facts["contract.terms"] = self._with("contract.terms", draft.terms)
        places = self.places(recipe, surely=True)
        if places:
            facts["contract.documents"] = self._with("contract.documents", places)
        return facts

    def stated_facts(self, draft: Draft, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """What a draft says about the contract itself by a value that was agreed, or that stands by default.

        A value that a fact filled is no news. A fact for which the draft has two values is left out, and so is one
        about the world outside the contract, unless it was agreed by name.
        """
        said: dict[str, list[Any]] = {}
        for section in (*draft.sections, *draft.annexes):
            clause = self.clauses.get(section.clause)
            for name in _filled(section) if clause is not None else ():
                parameter = clause.head.parameters.get(name) if clause is not None else None
                fact = parameter.fact if parameter is not None else None
                if parameter is None or fact is None or not (self._of_the_paper(fact) or fact in parameters):
                    continue
                chosen = parameters.get(f"{section.clause}.{name}", parameters.get(fact))
                if chosen is None and fact not in self.checked.facts.values:
                    chosen = parameter.default
                if chosen is not None and chosen not in said.setdefault(fact, []):
                    said[fact].append(chosen)
        return {fact: values[0] for fact, values in sorted(said.items()) if len(values) == 1}

    def _of_the_paper(self, fact: str) -> bool:
        spec = self.find_fact(fact)
        return fact.startswith(_OF_THE_PAPER) or (spec is not None and spec.document == _PAPER)

    def _with(self, fact: str, added: Iterable[str]) -> list[str]:
        present = self.checked.facts.values.get(fact)
        return sorted({*(present if isinstance(present, frozenset) else ()), *added})

    def settle(
        self, ports: Ports, signed: Iterable[tuple[Recipe, Draft]], parameters: Mapping[str, Any]
    ) -> tuple[tuple[Finding, ...], int]:
        """Which gaps and open findings these documents settle once signed, and how many would stay."""
        answers = dict(self.checked.project.answers)
        for recipe, draft in signed:
            for fact, value in self.signed_facts(recipe, draft, parameters).items():
                known = answers[fact].value if fact in answers and isinstance(value, list) else []
                merged = sorted({*known, *value}) if isinstance(value, list) else value
                answers[fact] = FactValue(value=merged)
        facts = resolve_facts(ports.library.vocabulary(), answers, self.checked.assessment.as_of)
        after = {each.obligation.id: each.status for each in assess(self.checked.book, facts).findings}
        unmet = (Status.GAP, Status.OPEN)
        before = [each for each in self.checked.assessment.findings if each.status in unmet]
        closes = tuple(each for each in before if after[each.obligation.id] is Status.MET)
        return closes, sum(each in unmet for each in after.values())


_OF_THE_PAPER = ("contract.", "commercial.")
"""Facts that a contract makes true by saying them, besides those whose answer stands in the signed contract."""
_PAPER = "signed contract"


def _filled(section: Section) -> Iterable[str]:
    """The names of the parameters whose values a section shows."""
    for block in section.blocks:
        contents = [block.content] if isinstance(block, Paragraph) else [cell for row in block.rows for cell in row]
        yield from (run.parameter for content in contents for run in content if isinstance(run, Filled))


def open_workbench(
    ports: Ports, checked: GapCheck, day: date, clauses: Mapping[str, Clause] | None = None
) -> Workbench:
    """Everything that the documents of a checked project are assembled from, with the clauses in force or others."""
    return Workbench(
        checked=checked,
        clauses=ports.library.clauses() if clauses is None else clauses,
        terms=tuple(ports.library.terms()),
        recipes=tuple(ports.library.recipe(id_) for id_ in ports.library.recipes()),
        countries=ports.library.countries(),
        find_fact=ports.library.find_fact,
        vocabulary=ports.library.vocabulary(),
        day=day,
        scope=checked.book.scope(checked.facts),
        obligations=_obligations(checked),
        rows=tuple(_rows(checked)),
        doubtful=frozenset(each.obligation.id for each in checked.assessment.findings if is_doubtful(each)),
        spellings=ports.library.spellings(),
    )


def is_doubtful(finding: Finding) -> bool:
    """Whether nobody knows yet if the duty applies at all."""
    return finding.about is OpenAbout.APPLICABILITY


def _obligations(checked: GapCheck) -> dict[str, str]:
    """Each obligation that applies, in words: its citation and the facts that made it apply."""
    instruments = {pack.id: pack.short for pack in checked.book.packs}
    words = {}
    for finding in checked.assessment.findings:
        if finding.status is Status.NOT_APPLICABLE:
            continue
        facts = [
            f"{checked.phrases.name(fact)}: {checked.phrases.value(fact, checked.facts.values[fact])}"
            for fact in finding.reasons
            if fact in checked.facts.values and fact != "contract.terms"
        ]
        because = f", because {', '.join(facts[:4])}" if facts else ""
        cited = cite(instruments[finding.pack], finding.obligation.cite.pinpoint)
        words[finding.obligation.id] = f"{cited}{because}"
    return words


def _rows(checked: GapCheck) -> Iterable[MatrixRow]:
    instruments = {pack.id: pack.short for pack in checked.book.packs}
    for finding in checked.assessment.findings:
        if finding.status is not Status.NOT_APPLICABLE:
            duty = finding.obligation
            cited = cite(instruments[finding.pack], duty.cite.pinpoint, sign=",")
            yield MatrixRow(duty.id, cited, duty.title, tuple(duty.requires_terms))
