"""Playbooks: what an organisation lets its negotiators agree, topic by topic."""

from collections.abc import Iterable
from dataclasses import replace

from pydantic import BaseModel, ConfigDict

from govern.contracts.model import Clause, ClauseChange, Position


class _Authored(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Topic(_Authored):
    """Something that is negotiated again and again: which clauses it is in, and what we say about it."""

    id: str
    title: str
    clauses: tuple[str, ...]
    stance: str
    trade: str = ""
    never: str = ""


class PlaybookRule(_Authored):
    """What the organisation changes in one position of a clause: who approves it, when, or that nobody may use it."""

    clause: str
    position: str
    allowed: bool = True
    approver: str | None = None
    when: str | None = None
    reason: str = ""


class Playbook(_Authored):
    """Topics for people, and rules that go before what the clauses say of their positions."""

    id: str
    version: str
    title: str
    note: str = ""
    topics: tuple[Topic, ...] = ()
    rules: tuple[PlaybookRule, ...] = ()
    changelog: tuple[ClauseChange, ...] = ()


def apply_playbooks(clause: Clause, playbooks: Iterable[Playbook]) -> Clause:
    """The clause with its positions as the playbooks rule them; a later playbook goes before an earlier one.

    The preferred position, the first, stays: without it the clause would have no text.
    """
    rules = {(rule.clause, rule.position): rule for playbook in playbooks for rule in playbook.rules}
    own = [each for each in clause.head.positions if (clause.head.id, each.id) in rules]
    if not own:
        return clause
    first = clause.head.positions[0]
    ruled = (_rule(each, rules.get((clause.head.id, each.id))) for each in clause.head.positions)
    kept = tuple(each for each in ruled if each is not None)
    if not kept or kept[0].id != first.id:
        kept = (first, *kept)
    return replace(clause, head=clause.head.model_copy(update={"positions": kept}))


def _rule(position: Position, rule: PlaybookRule | None) -> Position | None:
    if rule is None:
        return position
    if not rule.allowed:
        return None
    given = {key: value for key in ("approver", "when") if (value := getattr(rule, key)) is not None}
    return position.model_copy(update=given)
