"""Review the other side's paper: what of the law is in it, what would close, and our own words for what is missing."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from hashlib import sha256
from itertools import takewhile

from govern.conditions import Verdict
from govern.contracts import Draft, Paragraph, Recipe, Section, Term, Text, spaced, write_runs
from govern.errors import ContentError, RefusedError
from govern.kernel import Actor, Evidence, canonical_bytes, check_may, suggest
from govern.review import (
    DetectorBook,
    Likely,
    Paper,
    Presence,
    Quote,
    Remark,
    Slip,
    TermReview,
    find_slips,
    read_kind,
    review_terms,
    watch_clauses,
)
from govern.usecases.assembling import Options, Workbench, open_workbench
from govern.usecases.evidence import attach_evidence
from govern.usecases.gaps import WhatIf, assess_project, try_changes
from govern.usecases.ports import Ports
from govern.usecases.positions import Choices
from govern.usecases.records import Project, get_project
from govern.usecases.review_facts import FINDINGS, TERMS, Standing, settle_terms


@dataclass(frozen=True, slots=True)
class Proposal:
    """Our own words for a term: the clause that they come from, its title, and the paragraphs.

    `groups` are the same paragraphs with what is a term or a reference in them: each paragraph that carries the term,
    with the items under it. `draft` is the document they come from.
    """

    clause: str
    title: str
    paragraphs: tuple[str, ...]
    groups: tuple[tuple[Paragraph, ...], ...] = ()
    draft: Draft | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ReviewedTerm:
    """A term of law with what the paper says of it.

    `required` is None while facts that decide it are unknown; without a project every mandatory term counts.
    """

    term: Term
    review: TermReview
    required: Verdict
    proposal: Proposal | None = None

    @property
    def needed(self) -> bool:
        """Whether the law asks for it, as far as the facts are known."""
        return self.term.mandatory and self.required is not False

    @property
    def falls_short(self) -> bool:
        """Whether the paper says less than the law asks of it."""
        return self.needed and self.review.presence is not Presence.PRESENT


@dataclass(frozen=True, slots=True)
class PaperReview:
    """The review of one file: its terms, what counsel should look at beside them, and what it would change.

    `doubts` say why it may be the wrong kind of paper. `standings` are the terms that were facts and are not in it.
    """

    paper: Paper
    digest: str
    document: str
    as_of: date
    terms: tuple[ReviewedTerm, ...]
    remarks: tuple[Remark, ...]
    slips: tuple[Slip, ...]
    project: str | None = None
    what_if: WhatIf | None = None
    saved: bool = False
    doubts: tuple[str, ...] = ()
    standings: tuple[Standing, ...] = ()

    @property
    def falls_short(self) -> bool:
        """Whether any required term is weak or missing."""
        return any(each.falls_short for each in self.terms)

    def count(self, presence: Presence) -> int:
        """How many of the terms that are needed are so."""
        return sum(each.review.presence is presence for each in self.terms if each.needed)


def review_paper(
    ports: Ports,
    actor: Actor,
    paper: Paper,
    content: bytes,
    document: str,
    as_of: date,
    *,
    project: str | None = None,
    save: bool = False,
) -> PaperReview:
    """Review a paper as a document of a type, for a project or by itself.

    With a project, the terms that are present would become facts, and the same gap check says which findings would
    close; a weak term counts as absent, and one that an earlier review gave is withdrawn. Only with `save` the facts
    are kept, resting on the file and on the findings as evidence. Raises ContentError for an unknown type of document,
    RefusedError for one of which the project requires no term.
    """
    check_may(actor, "change_facts" if save else "read")
    book = ports.library.detectors()
    place = find_document_type(ports, document)
    bench = _open(ports, project, as_of)
    terms = [term for term in bench.terms if place in term.document]

    likely = read_kind(paper, book.kinds, place)
    reviews = _hold_to_law(review_terms(paper, book, [term.id for term in terms]), book, place, likely)
    proposals = _Proposals(ports, bench, place)
    by_id = {term.id: term for term in terms}
    reviewed = tuple(_review(by_id[each.term], each, bench, project is not None, proposals) for each in reviews)
    if not any(each.needed for each in reviewed):
        raise _nothing_required(ports, bench, place, project)
    digest = sha256(content).hexdigest()
    slips = find_slips(paper, book.ordinary, book.heads)
    made = PaperReview(paper, digest, place, as_of, reviewed, watch_clauses(paper, book), slips, project)
    made = replace(made, doubts=tuple(_doubt(ports, made, book, likely)))
    if project is None:
        return made
    judged = {each.term.id: each.review.presence for each in reviewed}
    answer, standings = settle_terms(ports, bench.checked.project, place, judged, paper.name, as_of)
    what_if = try_changes(ports, actor, project, {TERMS: answer}, as_of)
    made = replace(made, what_if=what_if, standings=standings)

    if save:
        described = f"{len(present_terms(made))} of {len(reviewed)} terms of {place} found present"
        evidence = Evidence(href=paper.name, description=described, collected_on=as_of)
        attach_evidence(ports, actor, project, {TERMS: answer}, evidence, content)
        findings = Evidence(href=f"{paper.name}{FINDINGS}", description=f"passages: {described}", collected_on=as_of)
        attach_evidence(ports, actor, project, {TERMS: None}, findings, format_review(made))
        made = replace(made, saved=True)

    return made


def propose_terms(ports: Ports, review: PaperReview, terms: Iterable[str]) -> dict[str, Proposal]:
    """Our own text for terms of a review, whatever the paper says of them; one that no document carries is left out."""
    proposals = _Proposals(ports, _open(ports, review.project, review.as_of), review.document)
    found = {term: proposals.find(term) for term in terms}
    return {term: proposal for term, proposal in found.items() if proposal is not None}


def review_again(ports: Ports, review: PaperReview, paper: Paper, terms: Iterable[str]) -> tuple[TermReview, ...]:
    """What another state of the same paper says of terms, judged as in the review."""
    book = ports.library.detectors()
    found = review_terms(paper, book, terms)
    return _hold_to_law(found, book, review.document, read_kind(paper, book.kinds, review.document))


def find_document_type(ports: Ports, name: str) -> str:
    """The type of contract document that a name means: one of the terms, a document of the library, or a short name."""
    types = {document for term in ports.library.terms() for document in term.document}
    if name in types:
        return name
    names = dict(ports.library.detectors().names)
    for id_ in ports.library.recipes():
        recipe = ports.library.recipe(id_)
        if recipe.contract_document in types:
            names[id_] = recipe.contract_document or ""
    if names.get(name) in types:
        return names[name]
    known = sorted({*types, *names})
    raise ContentError(
        f"`{name}` is not a type of document", hint=suggest(name, known) or "one of " + ", ".join(known), where="--as"
    )


def present_terms(review: PaperReview) -> tuple[str, ...]:
    """The terms that the paper has, by id."""
    return tuple(each.term.id for each in review.terms if each.review.presence is Presence.PRESENT)


def _open(ports: Ports, project: str | None, as_of: date) -> Workbench:
    if project is None:
        known = Project("review", "Review without a project")
    else:
        with ports.register.begin(write=False) as unit:
            known = get_project(unit, project)
    return open_workbench(ports, assess_project(ports, known, as_of), as_of)


def _review(term: Term, review: TermReview, bench: Workbench, by_facts: bool, proposals: "_Proposals") -> ReviewedTerm:
    required = bench.decide(term.required_when) if by_facts else True
    short = review.presence is not Presence.PRESENT and required is not False
    return ReviewedTerm(term, review, required, proposals.find(term.id) if short else None)


def _hold_to_law(
    reviews: tuple[TermReview, ...], book: DetectorBook, document: str, likely: Likely
) -> tuple[TermReview, ...]:
    """The reviews, of which those that the law ties to itself are weak in a paper that never names it."""
    kind = next((each for each in book.kinds if document in each.documents), None)
    if kind is None or likely.names_law:
        return reviews
    why = f"the paper nowhere names {kind.law}, to which the law ties this term"
    return tuple(
        replace(each, presence=Presence.WEAK, why=f"{each.why}, but {why}")
        if each.term in kind.named and each.presence is Presence.PRESENT
        else each
        for each in reviews
    )


def _nothing_required(ports: Ports, bench: Workbench, document: str, project: str | None) -> RefusedError:
    """That there is nothing to review a paper for, and for what there would be."""
    required = {
        each
        for term in bench.terms
        if term.mandatory and (project is None or bench.decide(term.required_when) is True)
        for each in term.document
    }
    whose = f" for project `{project}`" if project else ""
    kinds = ", ".join(sorted(_short_name(ports, each) for each in required))
    return RefusedError(
        f"no term of `{document}` is required{whose}",
        where="--as",
        hint=f"kinds that have required terms: {kinds or 'none, by the facts so far'}",
    )


def _short_name(ports: Ports, document: str) -> str:
    """What one types for a type of document: a document of the library, a short name, else the type."""
    recipes = [id_ for id_ in ports.library.recipes() if ports.library.recipe(id_).contract_document == document]
    names = [name for name, type_ in ports.library.detectors().names.items() if type_ == document]
    return min((*names, *recipes), key=lambda name: (len(name), name), default=document)


def _doubt(ports: Ports, made: PaperReview, book: DetectorBook, likely: Likely) -> Iterator[str]:
    """Why the paper may be of another kind than it is read as."""
    kind = next((each for each in book.kinds if made.document in each.documents), None)
    needed = [each for each in made.terms if each.needed]
    missing = 2 * made.count(Presence.NOT_FOUND) > len(needed)
    other = likely.other
    if kind is not None and not likely.names_law:
        yield f"the paper nowhere names {kind.law}"
    if missing:
        yield "most of the required terms are not found: is it the right document, and all of it?"
    if other is not None and (not likely.names_law or (missing and not likely.titled)):
        yield f"this reads as {other.title}: --as {_short_name(ports, other.documents[0])}?"


class _Proposals:
    """Our own text for a term, from the document of the same type, else from any that carries it."""

    def __init__(self, ports: Ports, bench: Workbench, place: str) -> None:
        self._ports = ports
        self._bench = bench
        self._place = place
        self._drafts: dict[str, Draft] = {}

    def find(self, term: str) -> Proposal | None:
        """The paragraphs of a clause that carry the term, filled for the project, with the items under them."""
        drafts = (self._draft(recipe) for recipe in self._recipes if self._may_carry(recipe, term))
        found = next(((draft, *place) for draft in drafts for place in _carriers(draft, term)), None)
        if found is None:
            return None
        draft, section, places = found
        groups = tuple(tuple(_with_items(section, place)) for place in places)
        lines = tuple(_line(block, first=block is group[0]) for group in groups for block in group)
        return Proposal(section.clause, section.title, lines, groups, draft)

    @cached_property
    def _recipes(self) -> list[Recipe]:
        recipes = [self._ports.library.recipe(id_) for id_ in self._ports.library.recipes()]
        return sorted(recipes, key=lambda each: (self._place not in self._bench.places(each), each.id))

    def _may_carry(self, recipe: Recipe, term: str) -> bool:
        clauses = (self._bench.clauses[id_] for id_ in (*recipe.clauses, *recipe.annexes) if id_ in self._bench.clauses)
        return any(each.term == term for clause in clauses for each in clause.head.carries)

    def _draft(self, recipe: Recipe) -> Draft:
        if recipe.id not in self._drafts:
            self._drafts[recipe.id] = self._bench.assemble(recipe, Choices({}, {}), Options(matrix=False))
        return self._drafts[recipe.id]


def _carriers(draft: Draft, term: str) -> Iterator[tuple[Section, list[int]]]:
    """The sections that carry a term, each with its paragraphs that do; an item under another is part of that one."""
    for section in (*draft.sections, *draft.annexes):
        places: list[int] = []
        for index, block in enumerate(section.blocks):
            if isinstance(block, Paragraph) and term in block.carries and not _is_under(section, places, index):
                places.append(index)
        if places:
            yield section, places


def _is_under(section: Section, places: list[int], index: int) -> bool:
    """Whether a paragraph is an item under the one that was found last."""
    return bool(places) and index - places[-1] < len(tuple(_with_items(section, places[-1])))


def _with_items(section: Section, index: int) -> Iterator[Paragraph]:
    """A paragraph with the items under it; an item by itself is made a sentence with the words that lead it in."""
    first = section.blocks[index]
    assert isinstance(first, Paragraph)
    lead = next(
        (each for each in reversed(section.blocks[:index]) if isinstance(each, Paragraph) and each.level < first.level),
        None,
    )
    yield first if lead is None or first.level < 1 else _join(lead, first)
    below = takewhile(
        lambda block: isinstance(block, Paragraph) and block.level > max(first.level, 0), section.blocks[index + 1 :]
    )
    yield from (block for block in below if isinstance(block, Paragraph))


def _join(lead: Paragraph, item: Paragraph) -> Paragraph:
    """ "The Supplier must not:" and "sell it; or" as "The Supplier must not sell it."."""
    *before, last = lead.content
    *inner, end = item.content
    if not isinstance(last, Text) or not last.text.rstrip().endswith(":") or not isinstance(end, Text):
        return item
    closed = re.sub(r"[;,.]?(?: and| or)?\s*\Z", ".", end.text, count=1)
    return replace(item, content=(*before, Text(f"{last.text.rstrip()[:-1]} "), *inner, Text(closed)))


def _line(block: Paragraph, *, first: bool) -> str:
    words = " ".join(write_runs(spaced(block.content)).split())
    return words if first else f"{block.number} {words}".strip()


def format_review(review: PaperReview) -> bytes:
    """The findings as canonical JSON: what is filed as evidence beside the file itself."""
    return canonical_bytes(plain_review(review))


def plain_review(review: PaperReview) -> dict[str, object]:
    """The findings as plain values."""
    return {
        "as_of": review.as_of.isoformat(),
        "document": review.document,
        "doubts": list(review.doubts),
        "file": {"name": review.paper.name, "sha256": review.digest},
        "project": review.project,
        "remarks": [
            {"id": each.id, "title": each.title, "why": each.why, **_plain_quote(each.quote)} for each in review.remarks
        ],
        "standings": [{"kept": each.kept, "term": each.term, "why": each.why} for each in review.standings],
        "slips": [{"kind": each.kind, "message": each.message, **_plain_quote(each.quote)} for each in review.slips],
        "terms": [_plain_term(each) for each in review.terms],
    }


def _plain_term(each: ReviewedTerm) -> dict[str, object]:
    found = each.review
    return {
        "figures": {figure.id: {"unit": figure.unit, "value": figure.value} for figure in found.figures},
        "look_twice": found.to_look_at,
        "passage": _plain_quote(found.quote) if found.quote else None,
        "phrase": found.phrase.text if found.phrase else None,
        "presence": found.presence.value,
        "proposal": {"clause": each.proposal.clause, "text": list(each.proposal.paragraphs)} if each.proposal else None,
        "required": each.required,
        "taken_back": _plain_quote(found.taken_back.quote) if found.taken_back else None,
        "term": each.term.id,
        "why": found.why,
    }


def _plain_quote(quote: Quote) -> dict[str, object]:
    return {"end": quote.end, "label": quote.label, "page": quote.page, "start": quote.start, "text": quote.text}
