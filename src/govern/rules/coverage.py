"""Which parts of the conditions the cases exercise: every atom true, false and unknown.

An atom is a fact, definition, comparison or membership: what is left of a condition when `&&`, `||` and `!` are taken
apart. A pack in which every atom takes each of its three values in a case of that very obligation or definition has no
condition that nobody has seen matter. `met` counts only where the case's obligation applies: elsewhere it is not read.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from govern.conditions import Node, Scope, Trace, Verdict, find_atoms, find_leaves, find_names, format_condition
from govern.kernel import Vocabulary
from govern.rules.book import RuleBook
from govern.rules.cases import case_scope
from govern.rules.model import Case

VERDICTS: tuple[Verdict, ...] = (True, False, None)

_Key = tuple[str, str, Node]


@dataclass(frozen=True, slots=True)
class AtomCoverage:
    """An atom of a subject's condition (`applies`, `met` or `when`), and the verdicts that its cases gave it."""

    subject: str
    condition: str
    atom: str
    missing: tuple[Verdict, ...]


@dataclass
class Coverage:
    """What the cases that were run have exercised."""

    seen: dict[_Key, set[Verdict]] = field(default_factory=dict)

    def add(self, case: Case, book: RuleBook, vocabulary: Vocabulary) -> None:
        """Count one case, on the book of its day."""
        for condition, trace in _read(case, book, case_scope(case, book, vocabulary)):
            for leaf in find_leaves(trace):
                self.seen.setdefault((case.subject, condition, leaf.node), set()).add(leaf.verdict)

    def report(self, conditions: Mapping[tuple[str, str], Node]) -> tuple[int, tuple[AtomCoverage, ...]]:
        """How many (atom, verdict) pairs these conditions have, and the atoms that lack some, in their order.

        `conditions` are by (subject, `applies` | `met` | `when`).
        """
        total = 0
        holes = []
        for (subject, condition), node in conditions.items():
            for atom in find_atoms(node):
                if not find_names(atom):
                    continue  # a literal: it is what it is
                total += len(VERDICTS)
                seen = self.seen.get((subject, condition, atom), set())
                missing = tuple([verdict for verdict in VERDICTS if verdict not in seen])
                if missing:
                    holes.append(AtomCoverage(subject, condition, format_condition(atom), missing))
        return total, tuple(holes)


def list_conditions(books: Iterable[RuleBook], packs: Iterable[str]) -> dict[tuple[str, str], Node]:
    """Every condition of some packs, as `Coverage.report` takes them: those in force in any of the books."""
    wanted = set(packs)
    found: dict[tuple[str, str], Node] = {}
    for book in books:
        for pack in book.packs:
            if pack.id in wanted:
                for definition in pack.definitions:
                    if definition.id in book.definition_nodes:
                        found[definition.id, "when"] = book.definition_nodes[definition.id]
        for rule in book.rules:
            if rule.pack in wanted:
                found[rule.obligation.id, "applies"] = rule.applies_node
                found[rule.obligation.id, "met"] = rule.met_node
    return found


def _read(case: Case, book: RuleBook, scope: Scope) -> Iterator[tuple[str, Trace]]:
    if case.obligation is None:
        yield "when", book.definitions[case.subject](scope)
        return
    rule = book.get_rule(case.obligation)
    applies = rule.applies(scope)
    yield "applies", applies
    if applies.verdict:
        yield "met", rule.met(scope)
