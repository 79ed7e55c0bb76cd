"""What would be enough: the fewest facts that give a finding, and the fewest changes that would close a gap."""

from collections.abc import Callable, Mapping
from itertools import combinations
from typing import Any

from govern.conditions import Way, World, change_values, expand_names, find_ways
from govern.kernel import Facts
from govern.rules.assessment import find
from govern.rules.book import RuleBook
from govern.rules.model import Finding, Status

SEARCHED = 12
"""Up to so many deciding facts every subset is tried; of more, facts are left out one by one."""

MOST_WAYS = 3


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

    Each is tried before it is given. What also decides whether the duty applies (who is what, where the data are) comes
    last: that is rarely what one changes. Empty for a finding that is no gap, and where only the law could change it.
    """
    if finding.status is not Status.GAP:
        return ()
    rule = book.get_rule(finding.obligation.id)
    world = World(
        facts.values, book.parameters, book.as_of, book.definition_nodes, book.definitions, book.vocabulary.find
    )
    scope = set(expand_names(rule.applies_node, book.definition_nodes))

    def closes(values: Mapping[str, Any]) -> bool:
        return find(rule, book.scope(Facts(values, facts.as_of))).status is Status.MET

    def cost(way: Way) -> tuple[int, int]:
        return sum(change.fact in scope for change in way), len(way)

    ways = [way for way in find_ways(rule.met_node, True, world) if closes(change_values(facts.values, way))]
    ways.sort(key=cost)
    best = cost(ways[0]) if ways else (0, 0)
    return tuple(way for way in ways if cost(way)[0] == best[0] and cost(way)[1] <= best[1] + 1)[:MOST_WAYS]
