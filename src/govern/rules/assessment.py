"""From facts to findings."""

from dataclasses import replace

from govern.conditions import Scope, Trace, deciding_facts
from govern.kernel import Facts, PartialSet
from govern.rules.book import CompiledStandIn, Rule, RuleBook
from govern.rules.model import Assessment, Finding, OpenAbout, Status


def assess(book: RuleBook, facts: Facts) -> Assessment:
    """Check one project's facts against every obligation of a book.

    An obligation that does not apply is `not_applicable`; one that applies is `met` or a `gap`; where a fact that
    matters is unknown it is `open`, and the finding names that fact. Nothing unknown is ever taken for false. Cost:
    a few microseconds an obligation, traces included.
    """
    scope = book.scope(facts)
    findings = [find(rule, scope) for rule in book.rules]
    for stand_in in book.stand_ins:
        if stand_in.when(scope).verdict:
            _confirm(findings, stand_in, book, facts)
    packs = {pack.id: pack.version for pack in book.packs}
    return Assessment(facts.as_of, tuple(findings), packs, facts.expired, facts.later)


def _confirm(findings: list[Finding], stand_in: CompiledStandIn, book: RuleBook, facts: Facts) -> None:
    """Mark the duties that would apply if the client were in somebody else's place."""
    assumed = book.scope(replace(facts, values={**facts.values, **stand_in.assume}))
    for place, finding in enumerate(findings):
        if (
            finding.status is Status.NOT_APPLICABLE
            and finding.pack == stand_in.pack
            and finding.obligation.actor.startswith(stand_in.actor)
            and book.rules[place].applies(assumed).verdict
        ):
            findings[place] = replace(finding, confirm_with=stand_in.confirm_with)


def find(rule: Rule, scope: Scope) -> Finding:
    """One obligation's finding. Reasons: of `not_applicable`, `met` and `gap` the facts that decided; of an open
    finding about compliance the facts that make the duty live; `missing` are the facts that would settle it."""
    applies = rule.applies(scope)
    met: Trace | None = None
    about: OpenAbout | None = None
    missing: tuple[str, ...] = ()
    if applies.verdict is False:
        status, reasons = Status.NOT_APPLICABLE, deciding_facts(applies)
    else:
        met = rule.met(scope)
        status, about = _status(applies, met)
        reasons, missing = _because(applies, met, about, scope)
    return Finding(rule.obligation, rule.pack, status, applies, met, about, reasons, missing)


def _status(applies: Trace, met: Trace) -> tuple[Status, OpenAbout | None]:
    if applies.verdict is None:
        return Status.OPEN, OpenAbout.APPLICABILITY
    if met.verdict is None:
        return Status.OPEN, OpenAbout.COMPLIANCE
    return (Status.MET if met.verdict else Status.GAP), None


def _because(
    applies: Trace, met: Trace, about: OpenAbout | None, scope: Scope
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if about is None:
        return tuple(dict.fromkeys(deciding_facts(applies) + deciding_facts(met))), ()
    if about is OpenAbout.APPLICABILITY:
        return (), _unknown(applies, scope)
    return deciding_facts(applies), _unknown(met, scope)


def _unknown(trace: Trace, scope: Scope) -> tuple[str, ...]:
    """The facts that keep a verdict unknown; a set that is known only in part is still asked for."""
    return tuple([fact for fact in deciding_facts(trace) if isinstance(scope.values.get(fact), PartialSet | None)])
