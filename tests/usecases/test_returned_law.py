"""The law that a review of a returned file names: terms and duties in words, with their citations."""

from dataclasses import replace

import pytest

from govern.contracts import Change, ReturnedLine
from govern.errors import RefusedError
from govern.kernel import Actor
from govern.usecases.drafts import draft_contract
from govern.usecases.projects import save_project
from govern.usecases.returned import Effect, Returned, ReturnedClause, Verdict
from govern.usecases.returned_law import Source, find_sources

from ..library.trees import TERMS


def review(draft, *what):
    section = replace(draft.sections[0], obligations=("L-1", "L-8"))
    effects = tuple(Effect(Verdict.KEEPS, each, "the text says it") for each in what)
    line = ReturnedLine("old", "new", (), tracked=True, section=section)
    assert line.change is Change.CHANGED
    clause = ReturnedClause("Clause 1", section, (line,), effects, None, "counsel")
    first = ReturnedClause("First pages", None, (line,), (), None, "counsel")
    return Returned(draft, "the library now", (first, clause), 0, 0)


@pytest.fixture
def drafted(small, actor, arrangement, day):
    """A function that gives ports with some files changed, and a draft of them."""

    def make(**files):
        ports = small(**files)
        save_project(ports, actor, arrangement)
        return ports, draft_contract(ports, actor, "one", "dpa", day).draft

    return make


def test_terms_and_duties_are_cited_as_lawyers_do(drafted, actor):
    ports, draft = drafted()
    made = find_sources(ports, actor, review(draft, "dpa.audit", "days of notice"))
    assert made["dpa.audit"] == Source("There is an audit.", "LAW Art. 1")
    assert made["L-1"] == Source("Have an audit", "LAW Art. 28")
    assert set(made) == {"dpa.audit", "L-1"}


def test_what_the_library_does_not_know_is_left_out_or_cited_by_its_instrument(drafted, actor):
    ports, draft = drafted(**{"schemas/terms.yaml": TERMS.replace("L-1", "L-9")})
    made = find_sources(ports, actor, review(draft, "dpa.audit", "dpa.none"))
    assert made["dpa.audit"] == Source("There is an audit.", "law Art. 1")
    assert not {"L-8", "L-9", "dpa.none"} & set(made)


def test_a_stranger_may_not_read_it(drafted):
    ports, draft = drafted()
    with pytest.raises(RefusedError):
        find_sources(ports, Actor("nobody", frozenset()), review(draft))
