"""What is not known to apply stands apart, and a text with impossible days is not final."""

from dataclasses import replace
from datetime import date

import pytest

from govern.errors import RefusedError
from govern.usecases.assembling import Options
from govern.usecases.drafts import draft_contract, draft_set
from govern.usecases.linting import lint_project
from govern.usecases.locks import redraft
from govern.usecases.parameters import set_parameters
from govern.usecases.projects import answer_facts, save_project

from ..library.trees import FILES as SMALL
from .test_returned import FILES

CLAUSE, DOCUMENT = "clause_library/clauses/dpa/dpa.audit.md", "clause_library/documents/dpa.yaml"
FACTS = "schemas/facts/facts.yaml"
START = """
contract.start:
  type: date
  meta: {kind: date, group: Contract, question: When does it begin?}
"""
DATES = "- {first: contract.start, second: contract.end_date, message: it ends before it begins}"
LINES = """  start: {kind: date, label: the first day, fact: contract.start}
  end: {kind: date, label: the last day, fact: contract.end_date}
"""


@pytest.fixture
def unknown(arrangement):
    """The project of which nobody knows what the vendor is."""
    answers = {fact: value for fact, value in arrangement.answers.items() if fact != "vendor.role"}
    return replace(arrangement, answers=answers)


@pytest.mark.parametrize("known", [True, False])
def test_a_duty_that_may_not_apply_is_told_from_one_that_does(small, actor, arrangement, unknown, day, known):
    spoilt = SMALL[CLAUSE].replace("carries:\n  - {term: dpa.audit, paragraph: audit}\n", "")
    ports = small(**{CLAUSE: spoilt})
    save_project(ports, actor, arrangement if known else unknown)
    (found,) = draft_set(ports, actor, "one", day).uncovered
    assert (found.finding.obligation.id, found.doubtful) == ("L-1", not known)


def test_the_matrix_has_only_duties_that_are_known_to_apply(small, actor, arrangement, unknown, day):
    """A lock of before says that it had the others too, and is drafted again as it was."""
    ports = small(**FILES)
    for project, rows in ((arrangement, 1), (replace(unknown, id="two"), 0)):
        save_project(ports, actor, project)
        made = draft_contract(ports, actor, project.id, "dpa", day)
        assert [each.anchor for each in made.draft.annexes] == ["annex.matrix"] * rows
        assert redraft(ports, made.lock) == made.draft
        before = draft_contract(ports, actor, project.id, "dpa", day, options=Options(certain=False))
        assert [each.anchor for each in before.draft.annexes] == ["annex.matrix"]
        assert (before.lock.certain, redraft(ports, before.lock)) == (False, before.draft)


@pytest.mark.parametrize("where", ["fact", "agreed", "parameter"])
def test_a_text_that_ends_before_it_begins_is_not_final(small, actor, arrangement, day, where):
    clause = (
        SMALL[CLAUSE].replace("defines:", f"{LINES}defines:").replace("days, see", "days, [[start]] to [[end]], see")
    )
    ports = small(**{CLAUSE: clause, FACTS: SMALL[FACTS] + START, "clause_library/lint/dates.yaml": DATES})
    end = {"contract.end_date": date(2026, 1, 1)}
    save_project(ports, actor, replace(arrangement, agreed=end if where == "agreed" else {}))
    known = {"vendor.subs": [], "contract.start": date(2027, 1, 15), "contract.end_date": date(2028, 1, 15)}
    answer_facts(ports, actor, "one", {**known, **(end if where == "fact" else {})})
    if where == "parameter":
        set_parameters(ports, actor, "one", end)

    (found,) = [each for each in lint_project(ports, actor, "one", day).findings if each.severity == "error"]
    assert (found.rule, found.message) == ("dates", "it ends before it begins: 2026-01-01 is before 2027-01-15")
    with pytest.raises(RefusedError, match="cannot be final: 1 point is open: it ends before it begins"):
        draft_contract(ports, actor, "one", "dpa", day, final=True)
    with pytest.raises(RefusedError, match="it ends before it begins"):
        draft_set(ports, actor, "one", day, options=Options(final=True))

    right = Options(parameters={"contract.end_date": date(2028, 1, 15)})
    assert draft_contract(ports, actor, "one", "dpa", day, final=True, options=right).lock.status == "final"


@pytest.mark.parametrize(
    ("open_", "hints"),
    [
        ("blank", ["govern contracts fill one dpa asks for what is missing"]),
        ("approval", ["govern contracts approve one dpa.audit approves a position"]),
    ],
)
def test_what_is_open_is_answered_by_the_command_that_closes_it(small, actor, arrangement, day, open_, hints):
    ports = small(**FILES)
    save_project(ports, actor, arrangement)
    positions = {}
    if open_ == "approval":
        answer_facts(ports, actor, "one", {"vendor.subs": []})
        positions = {"dpa.audit": "walk_away"}
    else:
        ports = small(**{CLAUSE: SMALL[CLAUSE]})
    with pytest.raises(RefusedError) as refused:
        draft_contract(ports, actor, "one", "dpa", day, final=True, options=Options(positions=positions))
    assert refused.value.hint == "; ".join(["draft it without --final to see them all", *hints])
