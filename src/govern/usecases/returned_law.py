"""The law behind a returned file: what the terms ask that its changes touch, and the duties of the changed clauses."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from govern.kernel import Actor, check_may, cite
from govern.rules import Obligation, RulePack
from govern.usecases.ports import Ports
from govern.usecases.returned import Returned


@dataclass(frozen=True, slots=True)
class Source:
    """A place of law in words: what it asks, and its citation as lawyers write it ("GDPR Art. 28(3)(h)")."""

    asks: str
    citation: str


def find_sources(ports: Ports, actor: Actor, made: Returned) -> Mapping[str, Source]:
    """The terms and obligations that a review names, by id; an id that the library no longer has is left out."""
    check_may(actor, "read")
    duties = {each.id: (pack, each) for pack in ports.library.packs() for each in pack.obligations}
    terms = {each.id: each for each in ports.library.terms()}

    named = [effect.what for clause in made.clauses for effect in clause.effects]
    found = {id_: Source(duties[id_][1].title, _cite(duties[id_])) for id_ in _duties_of(made) if id_ in duties}
    for term in (terms[id_] for id_ in named if id_ in terms):
        known = duties.get(term.obligation)
        short = known[0].short if known else term.cite.instrument
        found[term.id] = Source(" ".join(term.requirement.split()), cite(short, term.cite.pinpoint))

    return found


def _duties_of(made: Returned) -> Iterable[str]:
    return dict.fromkeys(id_ for clause in made.clauses for id_ in clause.obligations)


def _cite(known: tuple[RulePack, Obligation]) -> str:
    pack, duty = known
    return cite(pack.short, duty.cite.pinpoint)
