"""From facts to findings."""

from govern.conditions import Scope, Trace, deciding_facts
from govern.kernel import Facts
from govern.rules.book import Rule, RuleBook
from govern.rules.model import Assessment, Finding, OpenAbout, Status


def assess(book: RuleBook, facts: Facts) -> Assessment:
    """Check one project's facts against every obligation of a book.

    An obligation that does not apply is `not_applicable`; one that applies is `met` or a `gap`; where a fact that
    matters is unknown it is `open`, and the finding names that fact. Nothing unknown is ever taken for false. Cost:
    a few microseconds an obligation, traces included.
    """
    scope = book.scope(facts)
    findings = tuple([find(rule, scope) for rule in book.rules])
    return Assessment(facts.as_of, findings, {pack.id: pack.version for pack in book.packs}, facts.expired)


def find(rule: Rule, scope: Scope) -> Finding:
    """One obligation's finding. Reasons: of `not_applicable`, `met` and `gap` the facts that decided; of an open
    finding about compliance the facts that make the duty live; `missing` are the facts that would settle it."""
    applies = rule.applies(scope)
    if applies.verdict is False:
        status, met, about = Status.NOT_APPLICABLE, None, None
        reasons, missing = deciding_facts(applies), ()
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
        reasons, open_ = (), deciding_facts(applies)
    else:
        reasons, open_ = deciding_facts(applies), deciding_facts(met)
    missing = tuple([fact for fact in open_ if not _known(fact, scope)])
    return reasons, missing


def _known(fact: str, scope: Scope) -> bool:
    """Known for good: a set that is known only in part is still asked for."""
    value = scope.values.get(fact)
    return value is not None and not hasattr(value, "possible")
