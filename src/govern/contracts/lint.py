"""Lint: what is wrong with documents although each of their sentences is right.

The documents are analysed once; a rule is a function from the analysis to findings. Rules of others are added to
`RULES` by name, see `lint_documents`.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from govern.contracts.matrix import MATRIX
from govern.contracts.model import (
    Clause,
    Definition,
    Draft,
    Filled,
    Inline,
    Paragraph,
    Reference,
    Section,
    Table,
    Text,
    Use,
)
from govern.contracts.words import term_key, write_run

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class LintFinding:
    """Something to mend: which rule says so, how bad, in which document and where, and what to do."""

    rule: str
    severity: Severity
    document: str
    place: str
    message: str
    hint: str = ""


class Superseded(BaseModel):
    """A citation that no longer stands from a day on. In `pattern` a `*` stands for further letters and digits."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pattern: str
    replaced_by: str
    since: date
    unless: tuple[str, ...] = ()


class Contradiction(BaseModel):
    """A position of a clause that says something else than another document of the set, or a value that does.

    With `beside` it does so only where that document has one of these clauses (`a.b`) or paragraphs (`a.b#c`). A value
    is what fills a blank of the document from `fact`: it must name one of `words`, if there are any, and none of
    `not_`. Or it is the facts together that do, where the condition `when` surely holds; then the message ends in what
    the document says of `fact`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    clause: str = ""
    positions: tuple[str, ...] = ()
    document: str
    against: str
    message: str
    beside: tuple[str, ...] = ()
    fact: str = ""
    words: tuple[str, ...] = ()
    not_: tuple[str, ...] = Field(default=(), alias="not")
    when: str = ""
    hint: str = ""

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        kinds = (self.clause and self.positions, self.fact and (self.words or self.not_), self.when and self.beside)
        if sum(map(bool, kinds)) != 1:
            raise ValueError("either clause and positions, or fact with words or not, or when with beside")
        return self


class DateOrder(BaseModel):
    """Two facts that are days: the first may not come after the second, or `message` is true of the documents."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    first: str
    second: str
    message: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a paragraph, as plain words, with the runs of its paragraph."""

    section: Section
    place: str
    text: str


@dataclass(frozen=True)
class Analysed:
    """One document, read once."""

    draft: Draft

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """Clauses and annexes, without the matrix, which quotes."""
        return tuple(each for each in (*self.draft.sections, *self.draft.annexes) if each.anchor != MATRIX)

    @cached_property
    def runs(self) -> tuple[tuple[Section, str, tuple[Inline, ...]], ...]:
        """Each paragraph and cell: its section, its place as printed, and its runs."""
        found = []
        for section in self.sections:
            for block in section.blocks:
                if isinstance(block, Paragraph):
                    found.append((section, _place(section, block.number), block.content))
                else:
                    found.extend((section, _place(section, ""), cell) for cell in _cells(block))
        return tuple(found)

    @cached_property
    def definitions(self) -> Mapping[str, tuple[tuple[str, str, str], ...]]:
        """Each defined term by its key: as written, where, and the words of its definition."""
        found: dict[str, list[tuple[str, str, str]]] = {}
        for _, place, content in self.runs:
            for run in content:
                if isinstance(run, Definition):
                    words = " ".join(_plain(content).split())
                    found.setdefault(term_key(run.term), []).append((run.term, place, words))
        return {key: tuple(each) for key, each in found.items()}

    @cached_property
    def uses(self) -> Counter[str]:
        """How often each defined term is used."""
        runs = [run for _, _, content in self.runs for run in content]
        runs += [run for line in (*self.draft.background, self.draft.signature) for run in line]
        return Counter(term_key(run.term) for run in runs if isinstance(run, Use))

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """All sentences in order."""
        return tuple(
            Sentence(section, place, text)
            for section, place, content in self.runs
            for text in _SENTENCE_END.split(" ".join(_plain(content).split()))
            if text
        )

    @cached_property
    def anchors(self) -> frozenset[str]:
        """The clauses and annexes that are there, and the paragraphs that have a name."""
        paragraphs = {each.anchor for each in self.draft.paragraphs() if each.anchor}
        return frozenset({section.anchor for section in self.sections} | paragraphs)

    @cached_property
    def targets(self) -> frozenset[str]:
        """The sections that something refers to."""
        lines = [content for _, _, content in self.runs] + [*self.draft.background, self.draft.signature]
        return frozenset(run.target.partition("#")[0] for line in lines for run in line if isinstance(run, Reference))


@dataclass(frozen=True)
class Analysis:
    """The documents of a set with what the rules need beside them.

    `titles` are the library's documents by id, `aliases` the ids by other names that texts give them, `clauses` its
    clauses, to know which fact a filled value stands for. `values` are what the facts are in the documents, and
    `decide` says what a condition comes to.
    """

    documents: tuple[Analysed, ...]
    clauses: Mapping[str, Clause]
    titles: Mapping[str, str]
    superseded: tuple[Superseded, ...]
    contradictions: tuple[Contradiction, ...]
    day: date
    aliases: Mapping[str, str] = field(default_factory=dict)
    dates: tuple[DateOrder, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    decide: Callable[[str], bool | None] = field(default=lambda _: None)

    def filled(self) -> Iterator[tuple[str, Filled, Analysed, str]]:
        """Each value that stands for a whole fact: the fact, the value, the document and the place."""
        for each in self.documents:
            for section, place, content in each.runs:
                clause = self.clauses.get(section.clause)
                for run in content:
                    if isinstance(run, Filled) and clause is not None and "." not in run.parameter:
                        parameter = clause.head.parameters.get(run.parameter)
                        fact = run.fact or (parameter.fact if parameter else None)
                        if fact and not (parameter and (parameter.only or parameter.without)):
                            yield fact, run, each, place


Rule = Callable[[Analysis], Iterable[LintFinding]]

_SENTENCE_END = re.compile(r"(?<=[.;:])\s+(?=[A-Z“\"(])")


def lint_documents(
    drafts: Sequence[Draft],
    clauses: Mapping[str, Clause],
    *,
    day: date,
    titles: Mapping[str, str] | None = None,
    aliases: Mapping[str, str] | None = None,
    superseded: Iterable[Superseded] = (),
    contradictions: Iterable[Contradiction] = (),
    dates: Iterable[DateOrder] = (),
    values: Mapping[str, Any] | None = None,
    decide: Callable[[str], bool | None] = lambda _: None,
    rules: Mapping[str, Rule] | None = None,
) -> tuple[LintFinding, ...]:
    """What is wrong with one document or a whole set, the worst first. Pure; about 5 ms a document.

    `rules` go beside the own ones; one with the name of an own rule replaces it.
    """
    documents = tuple(Analysed(each) for each in drafts)
    names = {term_key(name): id_ for name, id_ in (aliases or {}).items()}
    analysis = Analysis(
        documents,
        clauses,
        titles or {},
        tuple(superseded),
        tuple(contradictions),
        day,
        names,
        tuple(dates),
        values or {},
        decide,
    )
    found = [finding for rule in {**RULES, **(rules or {})}.values() for finding in rule(analysis)]
    order = {"error": 0, "warning": 1, "note": 2}
    return tuple(sorted(dict.fromkeys(found), key=lambda each: order[each.severity]))


def lint_dates(
    drafts: Sequence[Draft], clauses: Mapping[str, Clause], dates: Iterable[DateOrder], values: Mapping[str, Any]
) -> tuple[LintFinding, ...]:
    """The days in an order that cannot be, alone: no text is final with them."""
    documents = tuple(Analysed(each) for each in drafts)
    analysis = Analysis(documents, clauses, {}, (), (), date.min, dates=tuple(dates), values=values)
    return tuple(check_dates(analysis))


def lint_contradictions(
    drafts: Sequence[Draft],
    clauses: Mapping[str, Clause],
    contradictions: Iterable[Contradiction],
    decide: Callable[[str], bool | None],
) -> tuple[LintFinding, ...]:
    """What contradicts the facts or another document of the set, alone: no text is final with it."""
    documents = tuple(Analysed(each) for each in drafts)
    analysis = Analysis(documents, clauses, {}, (), tuple(contradictions), date.min, decide=decide)
    return tuple(check_contradictions(analysis))


def _place(section: Section, number: str) -> str:
    if section.kind == "annex":
        return section.number + (f" {number}" if number else "")
    if number.startswith("("):
        return f"{section.place}{number}"
    return f"{section.word or 'Clause'} {number}" if number else section.place


def _cells(table: Table) -> Iterator[tuple[Inline, ...]]:
    for row in (table.header, *table.rows):
        yield from row


def _plain(content: Iterable[Inline]) -> str:
    return "".join(run.term if isinstance(run, Definition) else write_run(run) for run in content)


# --- definitions ------------------------------------------------------------------------------------------


def check_definitions(analysis: Analysis) -> Iterator[LintFinding]:
    """Terms that are defined twice or for nothing; those without definition are open points already."""
    for each in analysis.documents:
        id_ = each.draft.document
        for key, found in each.definitions.items():
            term, place, _ = found[0]
            if len(found) > 1:
                places = ", ".join(where for _, where, _ in found)
                hint = "define it once, and use it elsewhere"
                yield LintFinding("definition-twice", "error", id_, places, f"“{term}” is defined twice", hint)
            count = each.uses[key]
            if count == 0:
                message, hint = f"“{term}” is defined and never used", "use it, or leave the definition out"
                yield LintFinding("definition-unused", "warning", id_, place, message, hint)
            elif count == 1:
                message = f"“{term}” is defined and used once"
                hint = "say it where it is used, unless it is there for the reader of another document"
                yield LintFinding("definition-used-once", "note", id_, place, message, hint)


def check_open_points(analysis: Analysis) -> Iterator[LintFinding]:
    """What assembly found: terms without definition, broken references, missing terms of law, values out of bounds."""
    rules = {
        "definition": ("definition-missing", "define it, or write it in lower case"),
        "reference": ("reference-broken", "refer to a clause of this document, or name the other document"),
        "term": ("term-missing", "put in the clause that carries it"),
        "bound": ("bound", "change the value, or ask who set the bound"),
    }
    for each in analysis.documents:
        for point in each.draft.open_points:
            if point.kind in rules:
                rule, hint = rules[point.kind]
                place = next((_place(at, "") for at in each.sections if at.anchor == point.where), point.where)
                yield LintFinding(rule, "error", each.draft.document, place, point.what, hint)
            elif each.draft.status == "final" or point.kind in ("position", "approval"):
                yield LintFinding(f"open-{point.kind}", "error", each.draft.document, point.where, point.what)


def check_unmarked(analysis: Analysis) -> Iterator[LintFinding]:
    """A defined term in plain text, where it may mean something else. The first word of a sentence is let pass."""
    for each in analysis.documents:
        terms = [found[0][0] for found in each.definitions.values()]
        terms += [party.role for party in each.draft.parties]
        named = {term: re.compile(rf"(?<![\w“\"]){re.escape(term)}(?![\w”\"])") for term in terms}
        for _, place, content in each.runs:
            own = {run.term for run in content if isinstance(run, Definition)}  # a definition may quote the name
            others = {term: pattern for term, pattern in named.items() if term not in own}
            for index, run in enumerate(content):
                if isinstance(run, Text):
                    before = index > 0
                    yield from _unmarked(run.text, before, others, each.draft.document, place)


def _unmarked(
    text: str, before: bool, named: Mapping[str, re.Pattern[str]], document: str, place: str
) -> Iterator[LintFinding]:
    taken: list[tuple[int, int]] = []
    for term in sorted(named, key=len, reverse=True):
        for match in named[term].finditer(text):
            inside = any(start <= match.start() and match.end() <= end for start, end in taken)
            taken.append(match.span())
            first = " " not in term and _begins(text[: match.start()], before)
            if inside or first or not term[:1].isupper() or _is_part_of_a_name(text, match, before):
                continue
            hint = f"mark it as a use, =={term}==, or choose another word"
            yield LintFinding("term-unmarked", "warning", document, place, f"“{term}” stands there unmarked", hint)


def _begins(text: str, before: bool) -> bool:
    """Whether a sentence begins after this text; `before` says that something stands in front of it."""
    return (not text.strip() and not before) or text.rstrip().endswith((".", ":", ";"))


def _is_part_of_a_name(text: str, match: re.Match[str], before: bool) -> bool:
    """Whether a capital in front or behind makes it a part of a longer name: “Big Data Set”, “Data Set Act”."""
    front = _CAPITAL_END.search(text[: match.start()])
    if front and not _begins(text[: front.start()], before):
        return True
    return _CAPITAL_START.match(text[match.end() :]) is not None


_CAPITAL_END = re.compile(r"[A-Z][\w’'-]*\s+$")
_CAPITAL_START = re.compile(r"\s+[A-Z]")


def check_differing_definitions(analysis: Analysis) -> Iterator[LintFinding]:
    """The same term with another meaning in another document of the set, where neither refers to the other."""
    found: dict[str, list[tuple[str, str, str, str]]] = {}
    for each in analysis.documents:
        for key, entries in each.definitions.items():
            for term, place, words in entries:
                said = words.split(" means ", 1)[-1]
                if not said.startswith("this ") and not _REFERS.search(words):
                    found.setdefault(key, []).append((each.draft.document, term, place, said))
    for meanings in found.values():
        first = meanings[0]
        for document, term, place, said in meanings[1:]:
            if said != first[3] and document != first[0]:
                message = f"“{term}” is defined here otherwise than in {first[0]} ({first[2]})"
                hint = "refer to one definition, or choose another word"
                yield LintFinding("definitions-differ", "note", document, place, message, hint)


_REFERS = re.compile(r"\b(?:(?:has|have) the (?:same )?meanings?|have the same meaning)\b")


def check_borrowed_definitions(analysis: Analysis) -> Iterator[LintFinding]:
    """A term that is said to be defined in another document of the set, and is not defined there."""
    by_id = {each.draft.document: each for each in analysis.documents}
    titles = {title: id_ for id_, title in analysis.titles.items() if id_ in by_id}
    for each in analysis.documents:
        for key, entries in each.definitions.items():
            for term, place, words in entries:
                lender = next((id_ for title, id_ in titles.items() if _REFERS.search(words) and title in words), None)
                if lender in (None, each.draft.document):
                    continue
                theirs = by_id[str(lender)]
                roles = {term_key(party.role) for party in theirs.draft.parties}
                if key not in theirs.definitions and key not in roles:
                    message = f"“{term}” is said to be defined in {analysis.titles[str(lender)]}, and is not"
                    hint = "define it here, or there"
                    yield LintFinding("definition-borrowed", "error", each.draft.document, place, message, hint)


# --- references and annexes -------------------------------------------------------------------------------


def check_annexes(analysis: Analysis) -> Iterator[LintFinding]:
    """Annexes that nothing refers to, and annexes that the text names by hand and that are not there."""
    for each in analysis.documents:
        for section in each.draft.annexes:
            if section.anchor not in each.targets and section.anchor != MATRIX:
                message, hint = f"nothing refers to “{section.title}”", "refer to it in the clause that it completes"
                yield LintFinding("annex-unnamed", "warning", each.draft.document, section.number, message, hint)
        numbers = {section.number for section in each.draft.annexes}
        for _, place, content in each.runs:
            for run in content:
                for named in _ANNEX.findall(run.text) if isinstance(run, Text) else ():
                    if named not in numbers:
                        message = f"“{named}” is named and is not in this document"
                        hint = "refer to it with {ref:…}, or say of which document it is"
                        yield LintFinding("annex-missing", "warning", each.draft.document, place, message, hint)


_ANNEX = re.compile(r"\bAnnex [IVX]+\b(?! (?:of|to) )")


# --- a set that agrees with itself ------------------------------------------------------------------------


def check_same_values(analysis: Analysis) -> Iterator[LintFinding]:
    """One fact, two values: breach clocks, notice periods, deletion days that differ between documents of a set."""
    values: dict[str, list[tuple[str, str, str, str]]] = {}
    for fact, run, each, place in analysis.filled():
        values.setdefault(fact, []).append((run.written or run.text, run.text, each.draft.document, place))
    for fact, entries in values.items():
        value, text, document, place = entries[0]
        for other, its_text, its_document, its_place in entries[1:]:
            if other != value:
                message = f"`{fact}` is {its_text} here, and {text} in {document} ({place})"
                hint = "give both clauses the same default, or answer the fact"
                yield LintFinding("values-differ", "error", its_document, its_place, message, hint)


def check_dates(analysis: Analysis) -> Iterator[LintFinding]:
    """Days in an order that cannot be: an end before the beginning. Said once, where the second of them stands."""
    for order in analysis.dates:
        days = [analysis.values.get(fact) for fact in (order.first, order.second)]
        first, second = ((day if isinstance(day, date) else None) for day in days)
        if first is None or second is None or first <= second:
            continue
        places = {fact: (each, place) for fact, _, each, place in reversed(tuple(analysis.filled()))}
        found = places.get(order.second) or places.get(order.first)
        if found is not None:
            each, place = found
            message = f"{order.message}: {second.isoformat()} is before {first.isoformat()}"
            hint = f"answer `{order.second}` or `{order.first}` anew"
            yield LintFinding("dates", "error", each.draft.document, place, message, hint)


_GOVERNED = re.compile(r"\b(?:is|are|shall be) governed by (?P<law>[^.;]+)", re.IGNORECASE)


def check_governing_law(analysis: Analysis) -> Iterator[LintFinding]:
    """Two laws in one document, or documents of one set under different laws."""
    first: tuple[str, str, str] | None = None
    for each in analysis.documents:
        laws: dict[str, str] = {}
        for sentence in each.sentences:
            match = _GOVERNED.search(sentence.text)
            if (
                match
                and sentence.text.startswith(("This ", "The "))
                and "Clauses" not in sentence.text[: match.start()]
            ):
                laws.setdefault(_law(match["law"]), sentence.place)
        if len(laws) > 1:
            places = ", ".join(laws.values())
            message = "two laws govern this document: " + "; ".join(laws)
            yield LintFinding("two-laws", "error", each.draft.document, places, message, "choose one")
        for law, place in laws.items():
            if first is None:
                first = law, each.draft.document, place
            elif law != first[0]:
                message = f"governed by {law}, while {first[1]} is governed by {first[0]}"
                hint = "one law for the set, unless the law requires another here"
                yield LintFinding("laws-differ", "note", each.draft.document, place, message, hint)


def _law(words: str) -> str:
    return re.split(r",| without | excluding | and, ", words.strip())[0].removeprefix("the ").strip()


_PREVAILS = re.compile(r"(?P<winner>[A-Z][\w ’-]+?) prevails? over (?P<loser>[^.;]+)")


def check_precedence(analysis: Analysis) -> Iterator[LintFinding]:
    """Two documents that each say that they prevail over the other."""
    said: dict[tuple[str, str], tuple[str, str]] = {}
    for each in analysis.documents:
        for sentence in each.sentences:
            for match in _PREVAILS.finditer(sentence.text):
                winner = _named(analysis, each, match["winner"])
                for part in re.split(r", | and | or ", match["loser"]):
                    loser = _named(analysis, each, part)
                    if winner and loser and winner != loser:
                        said.setdefault((winner, loser), (each.draft.document, sentence.place))
    for (winner, loser), (document, place) in said.items():
        other = said.get((loser, winner))
        if other is not None and winner < loser:
            message = f"here {winner} prevails over {loser}, in {other[0]} ({other[1]}) it is the other way round"
            yield LintFinding("precedence", "error", document, place, message, "say the order of precedence once")


def _named(analysis: Analysis, each: Analysed, words: str) -> str | None:
    """The document that a term names in a document: by its title, by another name of it, or as itself."""
    term = words.strip().removeprefix("the ").removeprefix("The ").removeprefix("this ").removeprefix("This ")
    key = term_key(term)
    for id_, title in analysis.titles.items():
        if key == term_key(title):
            return id_
    if key in analysis.aliases:
        return analysis.aliases[key]
    own = each.definitions.get(key)
    return each.draft.document if own and " means this " in own[0][2] else None


def check_contradictions(analysis: Analysis) -> Iterator[LintFinding]:
    """Positions that say something else than a document of the same set, by the library's list."""
    documents = {each.draft.document: each for each in analysis.documents}
    for each in analysis.documents:
        for entry in analysis.contradictions:
            other = documents.get(entry.document)
            meets = other is not None and (not entry.beside or not other.anchors.isdisjoint(entry.beside))
            if meets and each.draft.positions.get(entry.clause) in entry.positions:
                place = next((_place(at, "") for at in each.sections if at.clause == entry.clause), "")
                hint = "choose another position: the other document prevails or is void"
                message = f"{entry.message} ({entry.against})"
                yield LintFinding("contradiction", "error", each.draft.document, place, message, hint)
            if meets and entry.when and each is other and analysis.decide(entry.when) is True:
                yield _contradicting_facts(analysis, each, entry)
            elif meets and entry.fact and not entry.when and each is other:
                yield from _contradicting_values(analysis, each, entry)


def _contradicting_facts(analysis: Analysis, each: Analysed, entry: Contradiction) -> LintFinding:
    """Facts that do not fit a text together; the place is the first clause or annex of `beside` that is there."""
    names = {anchor.partition("#")[0] for anchor in entry.beside}
    place = next((_place(at, "") for at in each.sections if at.anchor in names), "")
    said = next((run.text for fact, run, at, _ in analysis.filled() if fact == entry.fact and at is each), "")
    message = f"{entry.message}{f': {said}' if said else ''} ({entry.against})"
    return LintFinding("contradiction", "error", each.draft.document, place, message, entry.hint)


def _contradicting_values(analysis: Analysis, each: Analysed, entry: Contradiction) -> Iterator[LintFinding]:
    """Values that do not fit the text that they stand in, as a law of another family of laws does not."""
    for section, place, content in each.runs:
        clause = analysis.clauses.get(section.clause)
        for run in content:
            parameter = clause.head.parameters.get(run.parameter) if clause and isinstance(run, Filled) else None
            if parameter is None or parameter.fact != entry.fact:
                continue
            value = write_run(run)
            named = any(_loose(word).search(value) for word in entry.words) or not entry.words
            if not named or any(_loose(word).search(value) for word in entry.not_):
                message = f"`{value}` does not fit: {entry.message} ({entry.against})"
                hint = f"answer `{entry.fact}`, or the fact that chose this text, anew"
                yield LintFinding("contradiction", "error", each.draft.document, place, message, hint)


def check_citations(analysis: Analysis) -> Iterator[LintFinding]:
    """Citations that no longer stand on the day."""
    live = [(entry, _loose(entry.pattern)) for entry in analysis.superseded if entry.since <= analysis.day]
    for each in analysis.documents:
        for sentence in each.sentences:
            for entry, pattern in live:
                excused = any(word.casefold() in sentence.text.casefold() for word in entry.unless)
                if pattern.search(sentence.text) and not excused:
                    message = f"“{entry.pattern}” no longer stands since {entry.since.isoformat()}"
                    hint = f"now: {entry.replaced_by}"
                    yield LintFinding("citation", "error", each.draft.document, sentence.place, message, hint)


def _loose(words: str) -> re.Pattern[str]:
    inner = r"\s+".join(re.escape(part).replace(r"\*", r"\w*") for part in words.split())
    return re.compile(rf"(?<!\w){inner}(?!\w)", re.IGNORECASE)


RULES: Mapping[str, Rule] = {
    "definitions": check_definitions,
    "open-points": check_open_points,
    "unmarked": check_unmarked,
    "definitions-differ": check_differing_definitions,
    "definitions-borrowed": check_borrowed_definitions,
    "annexes": check_annexes,
    "values": check_same_values,
    "dates": check_dates,
    "governing-law": check_governing_law,
    "precedence": check_precedence,
    "contradictions": check_contradictions,
    "citations": check_citations,
}
"""The own rules by name."""
