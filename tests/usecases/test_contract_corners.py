"""Corners of contracts: sets, parameters, positions and standings on small content."""

from dataclasses import replace

import pytest

from govern.errors import ContentError, RefusedError
from govern.kernel import Actor, Role, Vocabulary
from govern.usecases import logs
from govern.usecases.answers import find_parameter, parse_parameter
from govern.usecases.assembling import Options
from govern.usecases.drafts import draft_contract, draft_set, plan_documents
from govern.usecases.law import find_kept_pack
from govern.usecases.linting import lint_project
from govern.usecases.locks import newest_locks
from govern.usecases.parameters import set_parameters
from govern.usecases.ports import STORED_LEVEL
from govern.usecases.positions import approve_position, choose_position, find_choices
from govern.usecases.projects import answer_facts, read_project, save_project
from govern.usecases.signing import sign_contract
from govern.usecases.standing import draft_as_now, list_standing, then_and_now

from ..library.trees import FILES

DOCUMENT = "clause_library/documents/dpa.yaml"
CLAUSE = "clause_library/clauses/dpa/dpa.audit.md"
OTHER = "clause_library/documents/other.yaml"
ALWAYS = FILES[DOCUMENT].replace("id: dpa", "id: other").replace("when: law.processor\n", "")
REASON = "the vendor asked for it twice"

HOLD = "life.legal_hold:\n  type: boolean\n  meta: {kind: boolean, group: Life, question: Is there a hold?}\n"


@pytest.fixture
def ports(small, actor, arrangement):
    made = small(**{OTHER: ALWAYS, DOCUMENT: FILES[DOCUMENT] + "provides: {contract.days: 10}\n"})
    save_project(made, actor, arrangement)
    return made


def test_a_document_without_a_condition_is_needed_by_every_project(ports, actor, day):
    assert [(each.recipe.id, each.why) for each in plan_documents(ports, actor, "one", day)][1] == (
        "other", "every project needs it"
    )  # fmt: skip


def test_a_final_set_is_refused_while_something_is_open_and_made_when_nothing_is(ports, actor, day):
    with pytest.raises(RefusedError, match="the set cannot be final: 2 points"):
        draft_set(ports, actor, "one", day, options=Options(final=True))
    answer_facts(ports, actor, "one", {"vendor.subs": []})
    made = draft_set(ports, actor, "one", day, options=Options(final=True))
    assert [each.lock.status for each in made.documents] == ["final", "final"]
    with ports.register.begin(write=False) as unit:
        assert newest_locks(unit, "another") == {}


def test_an_obligation_that_no_document_serves_is_named(small, actor, arrangement, day):
    clause = "clause_library/clauses/dpa/dpa.audit.md"
    spoilt = FILES[clause].replace("carries:\n  - {term: dpa.audit, paragraph: audit}\n", "")
    ports = small(**{clause: spoilt})
    save_project(ports, actor, arrangement)
    made = draft_set(ports, actor, "one", day)
    assert [(each.finding.obligation.id, each.terms) for each in made.uncovered] == [("L-1", ("dpa.audit",))]


@pytest.mark.parametrize("place", ["contract_document: dpa\n", "contract_documents: [{document: dpa}]\n"])
def test_a_term_of_a_contract_between_others_is_not_missed(small, actor, arrangement, day, place):
    """The library has the document of the term, and this project needs none such."""
    others = FILES[DOCUMENT].replace("when: law.processor", 'when: vendor.role == "controller"')
    empty = FILES[CLAUSE].replace("carries:\n  - {term: dpa.audit, paragraph: audit}\n", "")
    empty = empty.replace("dpa.audit", "dpa.nothing")
    other = ALWAYS.replace("[dpa.audit]", "[dpa.nothing]")
    for known, missed in ((others + place, []), (others, ["L-1"])):
        ports = small(**{DOCUMENT: known, OTHER: other, "clause_library/clauses/dpa/dpa.nothing.md": empty})
        save_project(ports, actor, replace(arrangement, id=f"with{len(missed)}"))
        made = draft_set(ports, actor, f"with{len(missed)}", day)
        assert [each.lock.document for each in made.documents] == ["other"]
        assert [each.finding.obligation.id for each in made.uncovered] == missed


def test_a_draft_after_a_final_one_does_not_hide_it(ports, actor, day):
    answer_facts(ports, actor, "one", {"vendor.subs": []})
    final = draft_contract(ports, actor, "one", "dpa", day, final=True)
    draft_contract(ports, actor, "one", "dpa", day)
    with ports.register.begin(write=False) as unit:
        assert newest_locks(unit)["one", "dpa"].draft_id == final.draft_id


def test_what_signing_provides_is_a_fact(ports, actor, day):
    answer_facts(ports, actor, "one", {"vendor.subs": []})
    draft_contract(ports, actor, "one", "dpa", day, final=True)
    sign_contract(ports, actor, "one", "dpa", day)
    assert read_project(ports, actor, "one").answers["contract.days"].value == 10


def test_what_signing_provides_ends_no_legal_hold(small, actor, arrangement, day):
    """Whoever signs may not end a hold of their own: what a recipe provides is one more way by which facts change."""
    provides = {DOCUMENT: FILES[DOCUMENT] + "provides: {life.legal_hold: false}\n", "schemas/facts/life.yaml": HOLD}
    ports = small(**provides)
    save_project(ports, actor, arrangement)
    answer_facts(ports, actor, "one", {"contract.days": 10, "vendor.subs": [], "life.legal_hold": True})
    draft_contract(ports, actor, "one", "dpa", day, final=True)
    with pytest.raises(RefusedError, match="`owner` set the legal hold on `one` and may not end it"):
        sign_contract(ports, actor, "one", "dpa", day)
    assert read_project(ports, actor, "one").answers["life.legal_hold"].value is True


def test_parameters_are_kept_and_taken_back(ports, actor):
    assert set_parameters(ports, actor, "one", {"dpa.audit.days": 7}) == {"dpa.audit.days": 7}
    assert set_parameters(ports, actor, "one", {"dpa.audit.days": None}) == {}
    assert parse_parameter(ports.library, "dpa.audit.days", "21") == 21
    assert find_parameter(ports.library, "dpa.audit.days").group == "Audit"
    assert find_parameter(ports.library, "contract.days").id == "contract.days"
    with pytest.raises(ContentError, match="no clause `vendor`"):
        find_parameter(ports.library, "vendor.role")
    with pytest.raises(ContentError, match=r"no clause `dpa\.audt`"):
        find_parameter(ports.library, "dpa.audt.days")
    with pytest.raises(ContentError, match="no parameter `dais`"):
        find_parameter(ports.library, "dpa.audit.dais")


def test_a_position_without_an_approver_needs_none(ports, actor):
    choose_position(ports, Actor("a", frozenset({Role.PROJECT_OWNER})), "one", "dpa.audit", "fallback", reason=REASON)
    with pytest.raises(RefusedError, match="needs no approval"):
        approve_position(ports, actor, "one", "dpa.audit")
    assert find_choices(ports, {"gone.gone": "fallback", "dpa.audit": "never"}).positions == {}


def test_the_lint_of_one_document_is_that_of_one(ports, actor, day):
    assert {each.document for each in lint_project(ports, actor, "one", day, document="dpa").findings} <= {"dpa"}


def test_the_lint_of_a_project_is_that_of_all_its_documents(ports, actor, day):
    together = lint_project(ports, actor, "one", day)
    assert together.documents == ("dpa", "other")
    assert together.findings
    alone = [lint_project(ports, actor, "one", day, document=each) for each in together.documents]
    assert [each.documents for each in alone] == [together.documents] * 2
    assert set(together.findings) == {found for each in alone for found in each.findings}


def test_a_document_that_is_no_longer_needed_can_be_linted(ports, actor, day):
    answer_facts(ports, actor, "one", {"vendor.role": "controller"})
    assert "dpa" in lint_project(ports, actor, "one", day, document="dpa").documents


def test_what_is_superseded_is_named_by_its_kind(ports, small, actor, day):
    for document in ("dpa", "other"):
        draft_contract(ports, actor, "one", document, day)
    newer = FILES[DOCUMENT].replace("version: 1.0.0", "version: 1.1.0", 1)
    pack = FILES["rules/law/pack.yaml"].replace("version: 1.0.0", "version: 1.1.0", 1)
    after = small(**{DOCUMENT: newer, "rules/law/pack.yaml": pack})
    by_name = {each.kept.lock.document: each for each in list_standing(after, actor, "one")}
    assert [each.kind for each in by_name["dpa"].superseded] == ["document", "law"]
    assert [each.kind for each in by_name["other"].superseded] == ["document", "law"]
    assert not by_name["dpa"].superseded[0].same_version
    assert (by_name["dpa"].same_text, by_name["other"].same_text) == (True, None)


def test_a_vocabulary_that_lost_a_fact_is_said_and_breaks_nothing(ports, actor, day):
    draft_contract(ports, actor, "one", "dpa", day)

    class Poorer:
        """The library without any fact."""

        def __getattr__(self, name):
            return getattr(ports.library, name)

        def vocabulary(self):
            return Vocabulary([])

    (standing,) = list_standing(replace(ports, library=Poorer()), actor, "one")
    assert ([each.kind for each in standing.superseded], standing.same_text) == (["facts"], None)


def test_then_and_now(ports, actor, day):
    lock = draft_contract(ports, actor, "one", "dpa", day).lock
    answer_facts(ports, actor, "one", {"contract.days": 21})
    then, now = then_and_now(ports, actor, lock, day)
    assert then.digest == lock.tree != now.digest
    with pytest.raises(ContentError, match="no project `two`"):
        draft_as_now(ports, actor, replace(lock, project="two"), day)


def test_a_pack_of_another_digest_was_not_kept(ports, actor, day):
    draft_contract(ports, actor, "one", "dpa", day)
    with ports.register.begin(write=False) as unit:
        assert find_kept_pack(ports, unit, "law", "0" * 64) is None


def test_stored_nodes_are_read_on_from_batch_to_batch(ports, actor):
    for number in range(2 << STORED_LEVEL):
        answer_facts(ports, actor, "one", {"contract.days": number})
    nodes = logs._StoredNodes(ports.log)
    for place in range(2):
        rows = [[] for _ in range(STORED_LEVEL)] + [[ports.log.read_node(STORED_LEVEL, place)]]
        nodes.compare(place << STORED_LEVEL, (), rows)
