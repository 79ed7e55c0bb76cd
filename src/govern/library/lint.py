"""What is sound by the schemas and still looks wrong: content that nobody reads, duties that nothing can meet."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from govern.conditions import And, Node, Not, find_names, parse_condition
from govern.contracts import Term
from govern.kernel import InForce
from govern.library.cases import CheckedContent
from govern.library.clauses import ClauseLibrary
from govern.retention import RetentionRule
from govern.rules import DEFAULT_DAY, RuleBook, RulePack, build_book, find_figures, written_out
from govern.usecases.legal_hold import LEGAL_HOLD
from govern.usecases.ports import Solver


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to look at. `grave` is a defect: a condition that can never matter."""

    where: str
    message: str
    grave: bool = False


def find_remarks(
    content: CheckedContent,
    library: ClauseLibrary,
    terms: Iterable[Term],
    retention: Iterable[RetentionRule],
    solver: Solver | None,
    today: date,
    progress: Callable[[int], None] = lambda _: None,
    *,
    only: Collection[str] | None = None,
) -> Iterator[Remark]:
    """Everything worth a look, defects first. Without a solver conditions are not tested for all facts.

    `progress` is told how many obligations have been given to the solver; a question takes some milliseconds. With
    `only`, ids of packs, what is said is about these packs; facts and terms belong to none and are left out.
    """
    packs = [pack for pack in content.packs if only is None or pack.id in only]
    if solver is not None:
        yield from _conditions(content, packs, solver, progress)
    yield from _stale(packs, today)
    yield from _citations(packs)
    read = _with_sources(content, _names_read(content.packs, library, retention))
    yield from _unused(packs, read)
    if only is None:
        yield from _unread(content, read)
        yield from _uncarried(content, library, terms)


def _uncarried(content: CheckedContent, library: ClauseLibrary, terms: Iterable[Term]) -> Iterator[Remark]:
    carried = {each.term for clause in library.clauses.values() for each in clause.head.carries}
    required = {term for pack in content.packs for each in pack.obligations for term in each.requires_terms}
    for term in terms:
        if term.id not in carried:
            needed = " and an obligation requires it" if term.id in required else ""
            yield Remark("schemas/terms.yaml", f"no clause carries the term `{term.id}`{needed}")


def _conditions(
    content: CheckedContent, packs: Iterable[RulePack], solver: Solver, progress: Callable[[int], None]
) -> Iterator[Remark]:
    """Each condition on the day on which its obligation was in force last, or is for the first time."""
    books: dict[date, RuleBook] = {}
    number = 0
    for pack in packs:
        for obligation in pack.obligations:
            day = _day_in_force(pack.in_force, obligation.in_force)
            if day not in books:
                books[day] = build_book(content.packs, content.vocabulary, day)
            book = books[day]
            if obligation.id in book:
                rule = book.get_rule(obligation.id)
                applies, met = written_out(rule.applies_node, book), written_out(rule.met_node, book)
                yield from _one(obligation.id, applies, met, solver)
            number += 1
            progress(number)


def _day_in_force(*spans: InForce) -> date:
    """Of a pack and an obligation in it, a day on which both are in force, if there is one."""
    since = max((each.since for each in spans if each.since is not None), default=None)
    until = min((each.until for each in spans if each.until is not None), default=None)
    if since is not None and since > DEFAULT_DAY:
        return since
    return until - date.resolution if until is not None and until <= DEFAULT_DAY else DEFAULT_DAY


def _one(id_: str, applies: Node, met: Node, solver: Solver) -> Iterator[Remark]:
    questions = (
        (applies, "it can never apply: no facts make `applies` true"),
        (And((applies, met)), "it can never be met where it applies"),
        (And((applies, Not(met))), "it can never be a gap: where it applies it is met"),
    )
    for node, never in questions:
        answer = solver.find_facts(node, wanted=True)
        if not answer.decided:
            yield Remark(id_, f"undecided whether {never}")
        elif answer.facts is None:
            yield Remark(id_, never, grave=True)
            return


def _stale(packs: Iterable[RulePack], today: date) -> Iterator[Remark]:
    for pack in packs:
        if pack.review.next is not None and pack.review.next < today:
            yield Remark(f"rules/{pack.id}/pack.yaml", f"the legal review was due on {pack.review.next.isoformat()}")


def _citations(packs: Iterable[RulePack]) -> Iterator[Remark]:
    """Citations in a form that their instrument does not have, where the pack declares the form."""
    for pack in packs:
        forms = {}
        for name, instrument in pack.instruments.items():
            try:
                forms[name] = re.compile(instrument.pinpoint) if instrument.pinpoint else None
            except re.error:
                where = f"rules/{pack.id}/pack.yaml"
                yield Remark(where, f"the `pinpoint` of `{name}` is not a regular expression")
        cited = [(each.id, each.cite) for each in pack.obligations]
        cited += [(each.id, each.cite) for each in pack.definitions]
        cited += [(each.id, each.cite) for each in pack.parameters]
        for id_, cite in cited:
            form = forms.get(cite.instrument)
            if form and not form.fullmatch(cite.pinpoint):
                yield Remark(id_, f"`{cite.pinpoint}` is not a place in `{cite.instrument}`")


def _names_read(packs: Iterable[RulePack], library: ClauseLibrary, retention: Iterable[RetentionRule]) -> set[str]:
    texts = [
        text
        for pack in packs
        for text in (
            *(definition.when for definition in pack.definitions),
            *(condition for each in pack.obligations for condition in (each.applies, each.met)),
            *(each.when for each in pack.stand_ins),
        )
    ]
    figures = {name for pack in packs for each in pack.obligations for name in find_figures(each.penalty)}
    rules = list(retention)
    texts += [rule.applies for rule in rules]
    texts += list(library.conditions())
    starts = {rule.trigger_fact for rule in rules if rule.trigger_fact}
    named = {name for text in texts for name in find_names(parse_condition(text))}
    return named | library.facts() | starts | figures | {LEGAL_HOLD}


def _with_sources(content: CheckedContent, read: set[str]) -> set[str]:
    """What is read, with the facts from which any of it is worked out."""
    derived = [spec for spec in content.vocabulary.derived if spec.id in read]
    return read.union(*(spec.derive.sources for spec in derived if spec.derive is not None))


def _unused(packs: Iterable[RulePack], read: set[str]) -> Iterator[Remark]:
    for pack in packs:
        ids = [each.id for each in pack.definitions] + [each.id for each in pack.parameters]
        for id_ in ids:
            if id_ not in read:
                yield Remark(f"rules/{pack.id}", f"`{id_}` is used in no condition")


def _unread(content: CheckedContent, read: set[str]) -> Iterator[Remark]:
    for spec in content.vocabulary:
        if spec.id not in read:
            yield Remark("schemas/facts", f"the fact `{spec.id}` is read by no condition and no clause")
