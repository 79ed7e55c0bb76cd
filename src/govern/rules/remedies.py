"""What would be enough: the fewest facts that give a finding, and the fewest changes that would close a gap."""

from collections.abc import Callable
from itertools import combinations

from govern.conditions import Way, World, change_values, find_ways
from govern.kernel import Facts, Kind
from govern.rules.assessment import find
from govern.rules.book import RuleBook
from govern.rules.model import Finding, Status

SEARCHED = 12
"""Up to so many deciding facts every subset is tried; of more, facts are left out one by one."""

MOST_WAYS = 3

GIVEN = 20
"""A fact that decides of so many obligations whether they apply says what the project is, not what it lacks."""


_RANK = {Status.NOT_APPLICABLE: 0, Status.MET: 0, Status.OPEN: 1, Status.GAP: 2}


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

    Each is tried before it is given, and new entries of a map make no other finding worse. What also decides whether
    this duty or many others apply (who is what, where the data are) comes last: that is rarely what one changes. So
    does another choice than the one that was made: what the named legal basis lacks is said before other bases. Empty
    for a finding that is no gap, and where only the law or more than a few changes could close it.
    """
    if finding.status is not Status.GAP:
        return ()
    rule = book.get_rule(finding.obligation.id)
    nodes = book.definition_nodes
    given = {*book.names_behind(rule.applies_node), *(fact for fact, number in book.reach.items() if number >= GIVEN)}
    given |= {spec.id for spec in book.vocabulary if spec.kind is Kind.ENUM and spec.id in facts.values}
    world = World(
        facts.values,
        book.parameters,
        book.as_of,
        nodes,
        book.definitions,
        book.vocabulary.find,
        frozenset(given),
        book.vocabulary.derived,
    )

    def closes(way: Way) -> bool:
        return find(rule, book.scope(_changed(book, facts, way))).status is Status.MET

    found = find_ways(rule.met_node, True, world)
    ways = [(world.cost(way), way) for way in found if closes(way) and not _harms(book, facts, way)]
    if not ways:
        return ()
    resorts, size = min(cost for cost, _ in ways)
    return tuple(way for (last, changes), way in ways if last == resorts and changes <= size + 1)[:MOST_WAYS]


def _changed(book: RuleBook, facts: Facts, way: Way) -> Facts:
    return Facts(change_values(facts.values, way, book.vocabulary.derived), facts.as_of)


def _harms(book: RuleBook, facts: Facts, way: Way) -> bool:
    """Whether new entries of a map make another finding worse: a ground that one law takes may break another."""
    maps = {change.fact for change in way if change.op == "maps"}
    if not maps:
        return False
    derived = (spec.id for spec in book.vocabulary.derived if spec.derive and maps.intersection(spec.derive.sources))
    read = (rule for fact in (*maps, *derived) for rule in book.readers.get(fact, ()))
    rules = {rule.obligation.id: rule for rule in read}.values()
    before, after = book.scope(facts), book.scope(_changed(book, facts, way))
    return any(_RANK[find(rule, after).status] > _RANK[find(rule, before).status] for rule in rules)
