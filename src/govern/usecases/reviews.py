"""Review the other side's paper: what of the law is in it, what would close, and our own words for what is missing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from hashlib import sha256
from itertools import takewhile

from govern.conditions import Verdict
from govern.contracts import Draft, Paragraph, Recipe, Section, Term, Text, spaced, write_runs
from govern.errors import ContentError
from govern.kernel import Actor, Evidence, FactValue, canonical_bytes, check_may, suggest
from govern.review import (
    Paper,
    Presence,
    Quote,
    Remark,
    Slip,
    TermReview,
    find_slips,
    review_terms,
    watch_clauses,
)
from govern.usecases.assembling import Options, Workbench, open_workbench
from govern.usecases.evidence import attach_evidence
from govern.usecases.gaps import WhatIf, assess_project, try_changes
from govern.usecases.ports import Ports
from govern.usecases.positions import Choices
from govern.usecases.records import Project, get_project

TERMS = "contract.terms"


@dataclass(frozen=True, slots=True)
class Proposal:
    """Our own words for a term: the clause that they come from, its title, and the paragraphs.

    `blocks` are the same paragraphs with what is a term or a reference in them, `draft` the document they come from.
    """

    clause: str
    title: str
    paragraphs: tuple[str, ...]
    blocks: tuple[Paragraph, ...] = ()
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
    """The review of one file: its terms, what counsel should look at beside them, and what it would change."""

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
    close; a weak term counts as absent. Only with `save` the facts are kept, resting on the file and on the findings as
    evidence. Raises ContentError for an unknown type of document.
    """
    check_may(actor, "change_facts" if save else "read")
    book = ports.library.detectors()
    place = find_document_type(ports, document)
    bench = _open(ports, project, as_of)
    terms = [term for term in bench.terms if place in term.document]

    reviews = review_terms(paper, book, [term.id for term in terms])
    proposals = _Proposals(ports, bench, place)
    by_id = {term.id: term for term in terms}
    reviewed = tuple(_review(by_id[each.term], each, bench, project is not None, proposals) for each in reviews)
    digest = sha256(content).hexdigest()
    slips = find_slips(paper, book.ordinary, book.heads)
    made = PaperReview(paper, digest, place, as_of, reviewed, watch_clauses(paper, book), slips, project)
    if project is None:
        return made
    answer = _answer(made, bench)
    made = replace(made, what_if=try_changes(ports, actor, project, {TERMS: answer}, as_of))

    if save:
        described = f"{len(present_terms(made))} of {len(reviewed)} terms of {place} found present"
        evidence = Evidence(href=paper.name, description=described, collected_on=as_of)
        attach_evidence(ports, actor, project, {TERMS: answer}, evidence, content)
        findings = Evidence(href=f"{paper.name}#findings", description=f"passages: {described}", collected_on=as_of)
        attach_evidence(ports, actor, project, {TERMS: None}, findings, format_review(made))
        made = replace(made, saved=True)

    return made


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


def _answer(review: PaperReview, bench: Workbench) -> FactValue:
    known = bench.checked.project.answers.get(TERMS)
    before = known.value if known is not None else ()
    return FactValue(
        value=sorted({*before, *present_terms(review)}),
        source=f"review of {review.paper.name}",
        recorded_on=review.as_of,
        evidence=known.evidence if known is not None else (),
    )


class _Proposals:
    """Our own text for a term, from the document of the same type, else from any that carries it."""

    def __init__(self, ports: Ports, bench: Workbench, place: str) -> None:
        self._ports = ports
        self._bench = bench
        self._place = place
        self._drafts: dict[str, Draft] = {}

    def find(self, term: str) -> Proposal | None:
        """The paragraph that carries the term, filled for the project, with the items that belong to it."""
        drafts = (self._draft(recipe) for recipe in self._recipes if self._may_carry(recipe, term))
        found = next(((draft, *place) for draft in drafts for place in _carriers(draft, term)), None)
        if found is None:
            return None
        draft, section, index = found
        blocks = tuple(_with_items(section, index))
        lines = tuple(_line(block, first=block is blocks[0]) for block in blocks)
        return Proposal(section.clause, section.title, lines, blocks, draft)

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


def _carriers(draft: Draft, term: str) -> list[tuple[Section, int]]:
    return [
        (section, index)
        for section in (*draft.sections, *draft.annexes)
        for index, block in enumerate(section.blocks)
        if isinstance(block, Paragraph) and term in block.carries
    ]


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
        "file": {"name": review.paper.name, "sha256": review.digest},
        "project": review.project,
        "remarks": [
            {"id": each.id, "title": each.title, "why": each.why, **_plain_quote(each.quote)} for each in review.remarks
        ],
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
        "term": each.term.id,
        "why": found.why,
    }


def _plain_quote(quote: Quote) -> dict[str, object]:
    return {"end": quote.end, "label": quote.label, "page": quote.page, "start": quote.start, "text": quote.text}
