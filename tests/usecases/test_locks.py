"""A lock pins everything that a draft was made from, and makes it again, also when the library has moved on."""

import hashlib
from dataclasses import replace
from datetime import date

import pytest

from govern import render
from govern.contracts import format_lock, parse_lock
from govern.errors import ContentError, StoreError
from govern.kernel import FactValue
from govern.usecases.assembling import Options
from govern.usecases.drafts import draft_contract, draft_set
from govern.usecases.locks import redraft
from govern.usecases.projects import answer_facts, save_project
from govern.usecases.standing import draft_as_now, find_lock, list_standing

CLAUSE = "clause_library/clauses/law/law.audit.md"
RENDERERS = {"docx": render.render_docx, "md": lambda draft: render.render_markdown(draft).encode()}


@pytest.fixture
def drafted(world, actor, saved, day):
    return draft_contract(world, actor, saved.id, "dpa", day, renderers=RENDERERS)


def test_a_locked_draft_is_made_again_byte_for_byte(world, drafted):
    lock = parse_lock(format_lock(drafted.lock))
    assert lock == drafted.lock
    again = redraft(world, lock)
    assert again == drafted.draft
    for kind, make in RENDERERS.items():
        assert make(again) == drafted.files[kind]
        assert hashlib.sha256(drafted.files[kind]).hexdigest() == lock.outputs[kind]


def test_facts_that_change_later_do_not_change_it(world, actor, saved, drafted, day):
    answer_facts(world, actor, saved.id, {"contract.breach_notice_hours": 12})
    assert redraft(world, drafted.lock) == drafted.draft
    assert draft_as_now(world, actor, drafted.lock, day).digest != drafted.draft.digest
    (standing,) = list_standing(world, actor, saved.id)
    assert [(each.kind, each.name) for each in standing.superseded] == [("facts", saved.id)]
    assert standing.same_text is False


def test_a_fact_that_no_sentence_reads_changes_nothing_that_matters(world, actor, saved, drafted):
    answer_facts(world, actor, saved.id, {"client.employees": 14_801})
    (standing,) = list_standing(world, actor, saved.id)
    assert [each.kind for each in standing.superseded] == ["facts"]
    assert standing.same_text is True


def test_without_a_change_it_stands_as_it_would_be_today(world, actor, saved, drafted, day):
    (standing,) = list_standing(world, actor)
    assert (standing.state, standing.superseded, standing.signed_on) == ("draft", (), None)
    assert draft_as_now(world, actor, drafted.lock, day) == drafted.draft


def test_the_newest_lock_of_a_document_is_found_and_an_older_one_by_its_id(world, actor, saved, day, drafted):
    newer = draft_contract(world, actor, saved.id, "dpa", day, options=Options(matrix=False))
    assert find_lock(world, actor, saved.id, "dpa").draft_id == newer.draft_id
    assert find_lock(world, actor, saved.id, "dpa", drafted.draft_id).lock == drafted.lock
    with pytest.raises(ContentError, match="no draft `nothing`"):
        find_lock(world, actor, saved.id, "dpa", "nothing")
    with pytest.raises(ContentError, match="no draft `baa`"):
        find_lock(world, actor, saved.id, "baa")


def test_a_parameter_of_the_command_line_is_in_the_lock(world, actor, saved, day):
    options = Options(parameters={"dpa.breach.remediation_days": 14})
    drafted = draft_contract(world, actor, saved.id, "dpa", day, options=options)
    assert redraft(world, parse_lock(format_lock(drafted.lock))) == drafted.draft
    assert drafted.draft.digest != draft_contract(world, actor, saved.id, "dpa", day).draft.digest


def test_a_clause_that_changed_is_taken_from_what_the_workspace_kept(small, actor, arrangement, day):
    """The library is another one years later; the workspace has the text that was used."""
    before = small()
    save_project(before, actor, arrangement)
    recipe = before.library.recipes()[0]
    drafted = draft_contract(before, actor, "one", recipe, day)
    after = small(**{_clause_file(before): _changed(before)})
    assert redraft(after, drafted.lock) == drafted.draft
    (standing,) = list_standing(after, actor, "one")
    assert [each.kind for each in standing.superseded] == ["clause"]


TABLE = """
id: us
version: {version}
title: Of the United States
when: data.personal
words: {{processor: {word}}}
changelog:
  - {{version: {version}, date: 2026-11-24, note: A version.}}
"""


def test_a_lock_pins_the_table_of_words_that_spelled_the_document(small, actor, arrangement, day):
    path = "clause_library/spelling/us.yaml"
    before = small(**{path: TABLE.format(version="1.0.0", word="processer")})
    save_project(before, actor, arrangement)
    recipe = before.library.recipes()[0]
    drafted = draft_contract(before, actor, "one", recipe, day)
    assert (drafted.draft.spelling, drafted.lock.spelling["us"].version) == ("us", "1.0.0")
    after = small(**{path: TABLE.format(version="1.1.0", word="prozessor")})
    assert redraft(after, parse_lock(format_lock(drafted.lock))) == drafted.draft
    (standing,) = list_standing(after, actor, "one")
    assert [(each.kind, each.name) for each in standing.superseded] == [("spelling", "us")]
    with pytest.raises(ContentError, match=r"`spelling:us` 1\.0\.0"):
        redraft(replace(after, files=type(after.files)()), drafted.lock)


def test_a_lock_from_before_there_were_tables_gives_the_tree_of_then(small, actor, arrangement, day):
    old = small()
    save_project(old, actor, arrangement)
    drafted = draft_contract(old, actor, "one", old.library.recipes()[0], day)
    text = format_lock(drafted.lock).replace(b'  "spelling": {},\n', b"")
    assert b"spelling" not in text
    now = small(**{"clause_library/spelling/us.yaml": TABLE.format(version="1.0.0", word="processer")})
    assert redraft(now, parse_lock(text)) == drafted.draft
    assert draft_as_now(now, actor, drafted.lock, day).spelling == "us"


def test_what_is_nowhere_to_be_had_is_named(small, actor, arrangement, day):
    before = small()
    save_project(before, actor, arrangement)
    drafted = draft_contract(before, actor, "one", before.library.recipes()[0], day)
    after = small(**{_clause_file(before): _changed(before)})
    bare = replace(after, files=type(after.files)())
    (id_,) = drafted.lock.clauses
    with pytest.raises(ContentError, match=id_):
        redraft(bare, drafted.lock)
    (standing,) = list_standing(bare, actor, "one")
    assert standing.same_text is None


def test_facts_of_another_workspace_are_refused(world, actor, saved, drafted):
    with pytest.raises(StoreError, match="version 9"):
        redraft(world, replace(drafted.lock, project_version=9))
    with pytest.raises(StoreError, match="not those of the lock"):
        redraft(world, replace(drafted.lock, facts="0" * 64))


def test_another_tree_is_an_error_that_names_the_engine(world, drafted):
    wrong = replace(drafted.lock, tree="0" * 64, engine="0.0.1")
    with pytest.raises(ContentError, match=r"govern 0\.0\.1"):
        redraft(world, wrong)
    with pytest.raises(ContentError, match="the words of facts"):
        redraft(world, replace(drafted.lock, tree="0" * 64))
    assert redraft(world, wrong, check=False) == drafted.draft


def test_a_pack_that_is_gone_is_named(world, drafted):
    packs = {**drafted.lock.packs, "gdpr": replace(drafted.lock.packs["gdpr"], digest="0" * 64)}
    with pytest.raises(ContentError, match="`gdpr`"):
        redraft(world, replace(drafted.lock, packs=packs))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"PK\x03\x04", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "no lock of the format"),
        (b'{"format": "govern.lock/1"}', "does not fit"),
        (b" " * 2_000_001, "too large"),
    ],
)
def test_what_is_no_lock_is_refused(data, said):
    with pytest.raises(ContentError, match=said):
        parse_lock(data, name="contract.lock")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('"day": "2026-11-24"', '"day": "soon"', "`day`"),
        ('"matrix": true', '"matrix": "true"', "`matrix`"),
        ('"tree": "', '"tree": "x', "SHA-256"),
        ('"status": ', '"more": 1, "status": ', "`more`"),
    ],
)
def test_a_spoilt_lock_says_what_does_not_fit(drafted, before, after, said):
    text = format_lock(drafted.lock).decode()
    assert before in text
    with pytest.raises(ContentError, match=said):
        parse_lock(text.replace(before, after, 1).encode())


@pytest.mark.slow
def test_a_set_is_locked_document_by_document(world, actor, saved, day):
    made = draft_set(world, actor, saved.id, day, renderers={"md": RENDERERS["md"]})
    assert len(made.documents) >= 2
    assert [each.recipe.id for each in made.plan if each.needed] == [each.draft.document for each in made.documents]
    for each in made.documents:
        assert redraft(world, each.lock) == each.draft
    assert len(made.closes) > 0
    answer_facts(world, actor, saved.id, {"contract.terms": FactValue(value=[])})


def _clause_file(ports):
    (id_,) = ports.library.clauses()
    return ports.library._library.names[id_]


def _changed(ports):
    (id_,) = ports.library.clauses()
    return ports.library.source(id_).decode() + "\n{#more} One more sentence.\n"


@pytest.mark.parametrize(
    ("name", "value"),
    [("dpa.interpretation.effective_date", date(2027, 1, 5)), ("contract.effective_date", date(2027, 1, 5))],
)
def test_a_date_of_the_command_line_is_made_again(world, actor, saved, day, name, value):
    options = Options(parameters={name: value})
    drafted = draft_contract(world, actor, saved.id, "dpa", day, options=options, renderers=RENDERERS)
    assert "January\u00a05, 2027" in drafted.files["md"].decode()
    assert redraft(world, parse_lock(format_lock(drafted.lock))) == drafted.draft
    assert draft_as_now(world, actor, drafted.lock, day) == drafted.draft
