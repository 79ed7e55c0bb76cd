"""What would be enough: the fewest facts that give a finding, and the fewest changes that would close a gap."""

from collections.abc import Callable
from itertools import combinations

from govern.conditions import Way, World, change_values, expand_names, find_ways
from govern.kernel import Facts
from govern.rules.assessment import find
from govern.rules.book import RuleBook
from govern.rules.model import Finding, Status

SEARCHED = 12
"""Up to so many deciding facts every subset is tried; of more, facts are left out one by one."""

MOST_WAYS = 3

GIVEN = 20
"""A fact that decides of so many obligations whether they apply says what the project is, not what it lacks."""


def smallest_reason(book: RuleBook, facts: Facts, finding: Finding) -> tuple[str, ...]:
    """The smallest set of known facts that gives a finding whatever the others are; () of an open finding.

    Kleene's logic is monotone: what some facts settle stays settled when more become known. For more than `SEARCHED`
    deciding facts the set has none to spare, but another may be smaller. Cost: at most 2**12 evaluations.
    """
    if finding.status is Status.OPEN:
        return ()
    rule = book.get_rule(finding.obligation.id)
    candidates = tuple(fact for fact in finding.reasons if fact in facts.values)

    def suffices(chosen: tuple[str, ...]) -> bool:
        known = Facts({fact: facts.values[fact] for fact in chosen}, facts.as_of)
        return find(rule, book.scope(known)).status is finding.status

    return _smallest(candidates, suffices) if len(candidates) <= SEARCHED else _irreducible(candidates, suffices)


def _smallest(candidates: tuple[str, ...], suffices: Callable[[tuple[str, ...]], bool]) -> tuple[str, ...]:
    for size in range(len(candidates)):
        for chosen in combinations(candidates, size):
            if suffices(chosen):
                return chosen
    return candidates


def _irreducible(candidates: tuple[str, ...], suffices: Callable[[tuple[str, ...]], bool]) -> tuple[str, ...]:
    kept = candidates
    for fact in candidates:
        without = tuple(each for each in kept if each != fact)
        if suffices(without):
            kept = without
    return kept


def closing_changes(book: RuleBook, facts: Facts, finding: Finding) -> tuple[Way, ...]:
    """The smallest sets of changes that turn a gap into a met obligation, at most three, all of one size or near it.

    Each is tried before it is given. What also decides whether this duty or many others apply (who is what, where the
    data are) comes last: that is rarely what one changes. Empty for a finding that is no gap, and where only the law
    could change it.
    """
    if finding.status is not Status.GAP:
        return ()
    rule = book.get_rule(finding.obligation.id)
    nodes = book.definition_nodes
    given = {*expand_names(rule.applies_node, nodes), *(fact for fact, number in book.reach.items() if number >= GIVEN)}
    world = World(
        facts.values, book.parameters, book.as_of, nodes, book.definitions, book.vocabulary.find, frozenset(given)
    )

    def closes(way: Way) -> bool:
        values = change_values(facts.values, way)
        return find(rule, book.scope(Facts(values, facts.as_of))).status is Status.MET

    ways = [(world.cost(way), way) for way in find_ways(rule.met_node, True, world) if closes(way)]
    if not ways:
        return ()
    resorts, size = min(cost for cost, _ in ways)
    return tuple(way for (last, changes), way in ways if last == resorts and changes <= size + 1)[:MOST_WAYS]
