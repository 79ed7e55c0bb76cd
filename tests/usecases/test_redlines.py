"""Two drafts of a document, from wherever they come."""

from dataclasses import replace

import pytest

from govern.contracts import Change, write_runs
from govern.errors import ContentError, FactError, RefusedError, StoreError
from govern.kernel import FactValue
from govern.usecases.assembling import Options
from govern.usecases.drafts import draft_contract
from govern.usecases.projects import answer_facts, save_project
from govern.usecases.redlines import LATEST, NOW, Side, redline_contract

from ..library.trees import CLAUSE, DOCUMENT

FOLDER = "clause_library"
OLD = CLAUSE.replace("version: 1.0.0\ntitle", "version: 0.9.0\ntitle").replace("within", "not later than")
NEWER = CLAUSE.replace(
    "changelog:\n  - {version: 1.0.0, date: 2026-11-24, note: First version.}",
    "changelog:\n  - {version: 0.9.0, date: 2026-10-01, note: First version.}\n"
    "  - {version: 1.0.0, date: 2026-11-24, note: Clearer.}",
)
RECIPE = DOCUMENT.replace(
    "  - {version: 1.0.0, date: 2026-11-24, note: First version.}",
    "  - {version: 0.5.0, date: 2026-10-02, note: First version.}\n"
    "  - {version: 1.0.0, date: 2026-11-24, note: Another title.}",
)
OLD_RECIPE = RECIPE.replace("version: 1.0.0\ntitle: Data Processing", "version: 0.5.0\ntitle: Processing")
FILES = {
    f"{FOLDER}/clauses/dpa/dpa.audit.md": NEWER,
    f"{FOLDER}/documents/dpa.yaml": RECIPE,
    f"{FOLDER}/published/dpa.audit@0.9.0.md": OLD,
    f"{FOLDER}/published/dpa@0.5.0.yaml": OLD_RECIPE,
}


@pytest.fixture
def one(small, actor, arrangement):
    ports = small(**FILES)
    save_project(ports, actor, arrangement)
    return ports


@pytest.fixture
def compare(one, actor, day):
    """A function that compares two sides, each a name or a Side."""

    def make(old, new=NOW, document="dpa"):
        sides = (each if isinstance(each, Side) else Side(each, day) for each in (old, new))
        return redline_contract(one, actor, "one", document, *sides)

    return make


def shown(made):
    """The changed pieces of the first clause."""
    pieces = (piece for block in made.redline.sections[0].blocks for piece in getattr(block, "pieces", ()))
    marks = {Change.REMOVED: "-", Change.ADDED: "+"}
    return [marks[piece.change] + write_runs(piece.old or piece.new) for piece in pieces if piece.change in marks]


def test_what_is_drafted_now_is_the_same_as_now(compare):
    made = compare(NOW)
    assert made.redline.change is Change.SAME
    assert (made.old, made.new) == ("the library now", "the library now")


def test_a_position_is_tried_on_one_side(compare, day):
    tried = Side(NOW, day, Options(positions={"dpa.audit": "fallback"}))
    made = compare(NOW, tried)
    assert made.new == "the library now with dpa.audit=fallback"
    assert shown(made) == ["-“Audit” within 14 days, see Clause 1", "+Less"]


def test_a_saved_draft_is_named_by_its_id_its_beginning_or_as_the_latest(one, actor, day, compare):
    first = draft_contract(one, actor, "one", "dpa", day)
    answer_facts(one, actor, "one", {"contract.days": FactValue(value=20)})
    second = draft_contract(one, actor, "one", "dpa", day)
    assert shown(compare(first.draft_id)) == ["-14", "+20"]
    assert shown(compare(first.draft_id[:12], second.draft_id)) == ["-14", "+20"]
    assert compare(LATEST).redline.change is Change.SAME
    assert compare(LATEST).old == f"draft {second.draft_id[:8]}"


def test_a_lock_is_drafted_again(one, actor, day, compare):
    lock = draft_contract(one, actor, "one", "dpa", day).lock
    answer_facts(one, actor, "one", {"contract.days": FactValue(value=20)})
    made = compare(Side("signed.lock", day, lock=lock))
    assert (made.old, shown(made)) == ("the lock signed.lock", ["-14", "+20"])
    with pytest.raises(RefusedError, match="the lock is of `other`, not of `dpa`"):
        compare(Side("x.lock", day, lock=replace(lock, document="other")))


def test_a_published_version_of_a_clause_stands_in_for_the_one_in_force(compare):
    made = compare("dpa.audit@0.9.0")
    assert made.old == "the library with dpa.audit@0.9.0"
    assert shown(made) == ["-not later than", "+within"]
    assert compare("dpa.audit@1.0.0").redline.change is Change.SAME


def test_a_version_of_the_document_brings_its_clauses_as_they_were_then(compare):
    made = compare("dpa@0.5.0")
    assert [write_runs(piece.new) for piece in made.redline.title.pieces if piece.change is Change.ADDED] == ["Data "]
    assert shown(made) == ["-not later than", "+within"]
    assert shown(compare("dpa@0.5.0,dpa.audit@1.0.0")) == []
    assert compare("dpa@1.0.0").redline.change is Change.SAME


def test_a_clause_younger_than_the_document_is_left_as_it_is(small, actor, arrangement, day):
    young = CLAUSE.replace("date: 2026-11-24", "date: 2026-12-24")
    ports = small(**{**FILES, f"{FOLDER}/clauses/dpa/dpa.audit.md": young})
    save_project(ports, actor, arrangement)
    made = redline_contract(ports, actor, "one", "dpa", Side("dpa@0.5.0", day), Side(NOW, day))
    assert shown(made) == []


def test_a_day_is_the_library_as_the_facts_and_the_law_were_on_it(one, actor, compare):
    assert compare("2026-11-01").old == "the library as of 2026-11-01"
    with pytest.raises(FactError, match="`2026-13-01` is not a date"):
        compare("2026-13-01")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("dpa.audti@1.0.0", "there is no clause `dpa.audti`"),
        ("dpa.audit@0.1.0", "`dpa.audit` has no published version 0.1.0"),
        ("dpa@0.1.0", "`dpa` has no published version 0.1.0"),
        ("dpa.audit@one", "`dpa.audit@one` is not a clause or document with its version"),
        ("dpa.audit@1.0.0,", "`` is not a clause or document"),
    ],
)
def test_what_is_not_published_is_refused(compare, name, message):
    with pytest.raises(ContentError, match=message):
        compare(name)


def test_what_is_no_draft_is_refused_with_the_drafts_that_there_are(one, actor, day, compare):
    with pytest.raises(StoreError, match="no draft of `dpa` is saved for `one`"):
        compare(LATEST)
    with pytest.raises(StoreError, match="`zzz` is no draft, lock, day or version") as refused:
        compare("zzz")
    assert refused.value.hint == "drafts of `dpa` for `one`: none; or now, or latest"
    ids = [draft_contract(one, actor, "one", "dpa", day).draft_id for _ in range(20)]
    letter = next(each for each in "0123456789abcdef" if sum(id_.startswith(each) for id_ in ids) > 1)
    with pytest.raises(StoreError, match=f"`{letter}` is the beginning of several drafts"):
        compare(letter)
    with pytest.raises(StoreError, match="`` is no draft"):
        compare("")


def test_an_unknown_document_or_project_is_refused(one, actor, day, compare):
    with pytest.raises(ContentError, match="`dpx`"):
        compare(NOW, document="dpx")
    with pytest.raises(StoreError, match="`two`"):
        redline_contract(one, actor, "two", "dpa", Side(NOW, day), Side(NOW, day))
