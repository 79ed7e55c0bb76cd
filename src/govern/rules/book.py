"""Packs made ready: conditions parsed and compiled, and what is in force on a day."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Any

from govern.conditions import (
    Evaluator,
    NameType,
    Node,
    Program,
    Scope,
    check_condition,
    compile_condition,
    find_cycle,
    name_expander,
    name_type,
    parse_condition,
)
from govern.errors import ContentError
from govern.kernel import Facts, Kind, Vocabulary, check_value, suggest
from govern.rules.figures import fill_figures
from govern.rules.model import Obligation, Parameter, RulePack, StandIn


@dataclass(frozen=True, slots=True)
class Rule:
    """An obligation with its conditions compiled."""

    obligation: Obligation
    pack: str
    applies: Evaluator
    met: Evaluator
    applies_node: Node
    met_node: Node


@dataclass(frozen=True, slots=True)
class CompiledStandIn:
    """A pack's stand-in with its condition compiled."""

    pack: str
    actor: str
    when: Evaluator
    assume: Mapping[str, Any]
    confirm_with: str


@dataclass(frozen=True)
class RuleBook:
    """The packs in force on `as_of`, ready to assess any number of projects.

    Building it costs about a tenth of a millisecond an obligation, once.
    """

    packs: tuple[RulePack, ...]
    as_of: date
    vocabulary: Vocabulary
    rules: tuple[Rule, ...]
    definitions: Mapping[str, Evaluator]
    definition_nodes: Mapping[str, Node]
    parameters: Mapping[str, Any]
    titles: Mapping[str, str] = field(default_factory=dict)
    stand_ins: tuple[CompiledStandIn, ...] = ()

    def scope(self, facts: Facts) -> Scope:
        """The world in which this book's conditions are evaluated for one project."""
        return Scope({**self.parameters, **facts.values}, self.as_of, self.definitions)

    def values(self, facts: Facts) -> dict[str, Any]:
        """Facts and parameters in one mapping, for a `Program`."""
        return {**self.parameters, **facts.values}

    def program(self) -> "Program[tuple[str, str]]":
        """All conditions as one program, by (obligation id, `applies` or `met`): verdicts without traces."""
        conditions = {}
        for rule in self.rules:
            conditions[rule.obligation.id, "applies"] = rule.applies_node
            conditions[rule.obligation.id, "met"] = rule.met_node
        return Program(conditions, self.definition_nodes)

    @cached_property
    def names_behind(self) -> Callable[[Node], tuple[str, ...]]:
        """The function that gives the facts and parameters that a condition reads, through definitions too."""
        return name_expander(self.definition_nodes)

    @cached_property
    def applicability(self) -> "Program[str]":
        """Whether each obligation applies, by its id, as one program: verdicts without traces."""
        return Program({rule.obligation.id: rule.applies_node for rule in self.rules}, self.definition_nodes)

    @cached_property
    def reach(self) -> Mapping[str, int]:
        """Of how many obligations each fact decides whether they apply, through definitions too."""
        return Counter(fact for rule in self.rules for fact in self.names_behind(rule.applies_node))

    @cached_property
    def readers(self) -> Mapping[str, tuple[Rule, ...]]:
        """The obligations that read each fact, to see whether they apply or are met, through definitions too."""
        found: dict[str, list[Rule]] = {}
        for rule in self.rules:
            for fact in dict.fromkeys((*self.names_behind(rule.applies_node), *self.names_behind(rule.met_node))):
                found.setdefault(fact, []).append(rule)
        return {fact: tuple(rules) for fact, rules in found.items()}

    @cached_property
    def weights(self) -> tuple[int, ...]:
        """The severity of each obligation as a number, in their order."""
        return tuple(rule.obligation.severity.weight for rule in self.rules)

    def __contains__(self, subject: str) -> bool:
        """Whether an obligation or definition is in force."""
        return subject in self._by_id or subject in self.definitions

    def get_rule(self, obligation: str) -> Rule:
        """The rule of an obligation. Raises ContentError with a did-you-mean."""
        rule = self._by_id.get(obligation)
        if rule is None:
            hint = suggest(obligation, self._by_id)
            raise ContentError(f"there is no obligation `{obligation}` in force on {self.as_of}", hint=hint)
        return rule

    @cached_property
    def _by_id(self) -> dict[str, Rule]:
        return {rule.obligation.id: rule for rule in self.rules}


def names_in_use(packs: Iterable[RulePack], vocabulary: Vocabulary) -> dict[str, NameType]:
    """Every name that a condition may use, with its type: facts, definitions and parameters."""
    names = {spec.id: name_type(spec) for spec in vocabulary}
    for pack in packs:
        names.update({definition.id: NameType(Kind.BOOLEAN) for definition in pack.definitions})
        names.update({parameter.id: NameType(parameter.kind) for parameter in pack.parameters})
    return names


def build_book(
    packs: Iterable[RulePack], vocabulary: Vocabulary, as_of: date, only: Iterable[str] | None = None
) -> RuleBook:
    """Compile what is in force on `as_of`.

    All packs lend their definitions and parameters; obligations come from the packs in `only`, or from all. Raises
    ContentError on a pack that is not there. Conditions are taken to be sound: `check_packs` says whether they are.
    """
    ordered = tuple(sorted(packs, key=lambda pack: (pack.order, pack.id)))
    chosen = _choose(ordered, only)
    nodes, evaluators, titles = {}, {}, {}
    for pack in ordered:
        for definition in pack.definitions:
            titles[definition.id] = definition.title
            if definition.in_force.covers(as_of):
                nodes[definition.id], evaluators[definition.id] = _compile(definition.when)
    values = {each.id: each.on(as_of) for pack in ordered for each in pack.parameters}
    titles.update({each.id: _say_parameter(each, values[each.id]) for pack in ordered for each in pack.parameters})
    parameters = {id_: value for id_, value in values.items() if value is not None}
    rules = [
        _make_rule(_with_figures(obligation, parameters), pack)
        for pack in chosen
        if pack.in_force.covers(as_of)
        for obligation in pack.obligations
        if obligation.in_force.covers(as_of)
    ]
    return RuleBook(
        packs=chosen,
        as_of=as_of,
        vocabulary=vocabulary,
        rules=tuple(rules),
        definitions=evaluators,
        definition_nodes=nodes,
        parameters=parameters,
        titles=titles,
        stand_ins=tuple(_make_stand_in(each, pack.id, vocabulary) for pack in chosen for each in pack.stand_ins),
    )


@lru_cache(maxsize=4096)
def _compile(text: str) -> tuple[Node, Evaluator]:
    """A condition parsed and compiled; most of a day's law is that of the day before."""
    node = parse_condition(text)
    return node, compile_condition(node)


def _say_parameter(parameter: Parameter, value: Any) -> str:
    """A figure of the law with its meaning: "48 (hours within which …)"; of a list the meaning alone."""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return f"{value:,} ({parameter.title})"
    return parameter.title


def _choose(packs: tuple[RulePack, ...], only: Iterable[str] | None) -> tuple[RulePack, ...]:
    if only is None:
        return packs
    known = {pack.id: pack for pack in packs}
    wanted = list(only)
    for id_ in wanted:
        if id_ not in known:
            raise ContentError(f"there is no pack `{id_}`", hint=suggest(id_, known) or "packs: " + ", ".join(known))
    return tuple(pack for pack in packs if pack.id in wanted)


def _with_figures(obligation: Obligation, parameters: Mapping[str, Any]) -> Obligation:
    """The obligation with the penalty of the day."""
    penalty = fill_figures(obligation.penalty, parameters)
    return obligation if penalty == obligation.penalty else obligation.model_copy(update={"penalty": penalty})


def _make_rule(obligation: Obligation, pack: RulePack) -> Rule:
    (applies_node, applies), (met_node, met) = _compile(obligation.applies), _compile(obligation.met)
    return Rule(obligation, pack.id, applies, met, applies_node, met_node)


def _make_stand_in(stand_in: StandIn, pack: str, vocabulary: Vocabulary) -> CompiledStandIn:
    _, when = _compile(stand_in.when)
    assume = {fact: check_value(vocabulary.get(fact), value) for fact, value in stand_in.assume.items()}
    return CompiledStandIn(pack, stand_in.actor, when, assume, stand_in.confirm_with)


def check_definitions(nodes: Mapping[str, Node]) -> ContentError | None:
    """The problem with definitions that define each other in a circle, or None."""
    circle = find_cycle(nodes)
    if not circle:
        return None
    return ContentError(
        "these definitions define each other: " + " → ".join(f"`{id_}`" for id_ in circle), where=circle[0]
    )


def check_text(text: str, names: Mapping[str, NameType]) -> tuple[ContentError, ...]:
    """All problems of one condition's text, places as `line:column` in it."""
    try:
        node = parse_condition(text)
    except ContentError as problem:
        return (problem,)
    return check_condition(text, node, names)
