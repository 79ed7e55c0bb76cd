"""Each rule of the lint finds what it is for, and lets pass what is right."""

from dataclasses import replace
from datetime import date

import pytest

from govern.contracts import (
    ClauseParameter,
    Contradiction,
    DateOrder,
    LintFinding,
    Superseded,
    assemble,
    finalise,
    lint_contradictions,
    lint_dates,
    lint_documents,
)

from .world import clause, inputs, recipe

DAY = date(2026, 11, 24)
OLD = Superseded(pattern="Directive 95/46", replaced_by="the GDPR", since=date(2018, 5, 25), unless=("formerly",))


KIND = ClauseParameter(kind="enum", label="the kind", fact="kind.one")
LANDS = ClauseParameter(kind="countries", label="the lands", fact="lands.all")


def document(*clauses, id_="doc", annexes=(), answers=None, title="A Document", **more):
    made = recipe(*clauses, annexes=annexes, id=id_, title=title)
    return assemble(made, {each.head.id: each for each in (*clauses, *annexes)}, inputs(answers, **more))


def lint(*drafts, clauses=(), **more):
    return lint_documents(drafts, {each.head.id: each for each in clauses}, day=DAY, **more)


def rules(found):
    return [(each.rule, each.place) for each in found]


def test_a_sound_document_has_no_findings():
    one = clause("a.a", '{#p} **"Data"** means data. ==Data== and ==Data== go to {ref:annex.x}.', defines=["Data"])
    annex = clause("annex.x", "{#p} ==Data==.", kind="annex")
    assert lint(document(one, annexes=[annex])) == ()


def test_a_term_defined_twice_for_nothing_or_used_once():
    one = clause("a.a", '{#p} **"Data"** means data.\n\n{#q} **"Data"** means more. ==Data== ==Data==.')
    two = clause("b.b", '{#p} **"Thing"** means one.\n\n{#q} **"Item"** means two.\n\n{#r} An ==Item== is here.')
    assert rules(lint(document(one, two))) == [
        ("definition-twice", "Clause 1.1, Clause 1.2"),
        ("definition-unused", "Clause 2.1"),
        ("definition-used-once", "Clause 2.2"),
    ]


def test_what_assembly_found_is_an_error():
    one = clause("a.a", "{#p} ==Nothing== and {ref:b.b} within [[n]] days.", parameters={"n": PARAMETER})
    found = lint(document(one, clause("b.b", "{#p} P.", when="flag.on"), answers={"days.notice": 99, "flag.on": False}))
    assert sorted(each.rule for each in found) == ["bound", "definition-missing", "reference-broken"]
    assert {each.severity for each in found} == {"error"}
    required = document(clause("a.a", "{#p} P."), required_terms=("t.one",))
    assert rules(lint(required)) == [("term-missing", "t.one")]


PARAMETER = {"kind": "integer", "label": "days", "fact": "days.notice", "max": 30}


def test_what_is_open_in_a_final_document_is_an_error_and_in_a_draft_none():
    draft = document(clause("a.a", "{#p} [[client.name]]."))
    assert lint(draft) == ()
    assert {each.rule for each in lint(finalise(draft))} == {"open-blank"}


def test_a_position_without_approval_is_an_error():
    positions = [{"id": "preferred", "title": "ours"}, {"id": "fallback", "title": "theirs", "approver": "counsel"}]
    one = clause("a.a", "{#p} P.\n\n::: position fallback\n{#p} Q.\n:::", positions=positions)
    draft = document(one, positions={"a.a": "fallback"}, unapproved={"a.a": "needs counsel"})
    assert [(each.rule, each.message) for each in lint(draft)] == [("open-approval", "needs counsel")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The Data Set is here.", True),
        ("It is in the Data Set.", True),
        ("It is in the “Data Set”.", False),
        ("It is in the Big Data Set.", False),
        ("It is in a data set.", False),
        ("Data Sets are many.", False),
    ],
)
def test_a_term_in_plain_text_is_unmarked(text, found):
    one = clause("a.a", f'{{#p}} **"Data Set"** means data. ==Data Set== ==Data Set==.\n\n{{#q}} {text}')
    assert [each.rule for each in lint(document(one))] == (["term-unmarked"] if found else [])


def test_a_single_word_that_begins_a_sentence_is_let_pass():
    one = clause("a.a", '{#p} **"Results"** means data. ==Results== ==Results==.\n\n{#q} Results count. All Results.')
    found = lint(document(one))
    assert rules(found) == [("term-unmarked", "Clause 1.2")]


def test_an_annex_that_nothing_names_and_one_that_is_not_there():
    one = clause("a.a", "{#p} See Annex IV. See Annex III to the DPA.")
    annex = clause("annex.x", "{#p} X.", kind="annex")
    assert rules(lint(document(one, annexes=[annex]))) == [
        ("annex-unnamed", "Annex I"),
        ("annex-missing", "Clause 1.1"),
    ]


def test_an_annex_that_is_there_may_be_named_by_hand_and_is_better_referred_to():
    annex = clause("annex.x", "{#p} X.", kind="annex")
    by_hand = document(clause("a.a", "{#p} See Annex I."), annexes=[annex])
    assert rules(lint(by_hand)) == [("annex-unnamed", "Annex I")]
    assert lint(document(clause("a.a", "{#p} See {ref:annex.x}."), annexes=[annex])) == ()


def test_one_fact_with_two_values_in_a_set():
    default = {"kind": "integer", "label": "days", "fact": "days.notice"}
    one = clause("a.a", "{#p} Within [[n]] days.", parameters={"n": {**default, "default": 24}})
    two = clause("b.b", "{#p} Within [[n]] days.", parameters={"n": {**default, "default": 48}})
    drafts = document(one), document(two, id_="other")
    (found,) = lint(*drafts, clauses=[one, two])
    assert (found.rule, found.document, found.severity) == ("values-differ", "other", "error")
    assert "48" in found.message
    assert "24" in found.message
    answered = [document(one, answers={"days.notice": 9}), document(two, id_="other", answers={"days.notice": 9})]
    assert lint(*answered, clauses=[one, two]) == ()


def test_two_laws_in_one_document_and_in_a_set():
    one = clause("a.a", "{#p} This Agreement is governed by the law of Ireland.")
    two = clause("b.b", "{#p} This Agreement is governed by the law of France, without its rules on conflict.")
    assert [each.rule for each in lint(document(one, two))] == ["two-laws", "laws-differ"]
    found = lint(document(one), document(two, id_="other"))
    assert [(each.rule, each.severity, each.document) for each in found] == [("laws-differ", "note", "other")]
    assert lint(document(one), document(one, id_="other")) == ()
    clauses = clause("c.c", "{#p} The Standard Contractual Clauses are governed by the law of Spain.")
    assert lint(document(one, clauses)) == ()


def test_two_documents_that_each_prevail():
    one = clause(
        "a.a",
        '{#p} **"Agreement"** means this agreement. The ==Agreement== prevails over the Other Paper. ==Agreement==.',
    )
    two = clause("b.b", "{#p} This Other Paper prevails over the A Document.")
    titles = {"doc": "A Document", "other": "Other Paper"}
    drafts = document(one), document(two, id_="other", title="Other Paper")
    (found,) = lint(*drafts, titles=titles)
    assert (found.rule, found.severity) == ("precedence", "error")
    assert (
        lint(drafts[0], document(clause("b.b", "{#p} It prevails over the Other Paper."), id_="other"), titles=titles)
        == ()
    )


def test_a_document_may_have_another_name_in_the_texts_of_others():
    one = clause("a.a", "{#p} This Addendum prevails over the Main Agreement.")
    two = clause("b.b", "{#p} This Master Paper prevails over the Addendum.")
    titles = {"msa": "Master Paper", "doc": "Addendum"}
    found = lint(
        document(one, title="Addendum"),
        document(two, id_="msa", title="Master Paper"),
        titles=titles,
        aliases={"Main Agreement": "msa"},
    )
    assert [each.rule for each in found] == ["precedence"]


def test_a_position_that_contradicts_another_document():
    positions = [{"id": "preferred", "title": "ours"}, {"id": "walk_away", "title": "reports only"}]
    one = clause("a.a", "{#p} P.\n\n::: position walk_away\n{#p} Q.\n:::", positions=positions)
    entry = Contradiction(
        clause="a.a",
        positions=("walk_away",),
        document="scc",
        against="Clause 8.9",
        message="audits are promised there",
    )
    other = document(clause("b.b", "{#p} P."), id_="scc")
    walked = document(one, positions={"a.a": "walk_away"})
    assert [each.rule for each in lint(walked, other, contradictions=[entry])] == ["contradiction"]
    assert lint(walked, contradictions=[entry]) == ()
    assert lint(document(one), other, contradictions=[entry]) == ()


@pytest.mark.parametrize(
    ("beside", "found"), [(["b.b"], True), (["b.b#p"], True), (["b.b#q", "b.b#p"], True), (["b.b#q"], False)]
)
def test_a_contradiction_with_a_part_of_a_document_needs_that_part(beside, found):
    positions = [{"id": "preferred", "title": "ours"}, {"id": "fallback", "title": "theirs"}]
    one = clause("a.a", "{#p} P.\n\n::: position fallback\n{#p} Q.\n:::", positions=positions)
    given = {"clause": "a.a", "positions": ["fallback"], "document": "scc", "against": "Clause 12", "message": "no cap"}
    entry = Contradiction(**given, beside=beside)
    other = document(clause("b.b", "{#p} P."), id_="scc")
    result = lint(document(one, positions={"a.a": "fallback"}), other, contradictions=[entry])
    assert [each.rule for each in result] == (["contradiction"] if found else [])


@pytest.mark.parametrize(("answers", "said"), [({"kind.one": "long_term"}, ": long-term"), ({}, "")])
def test_facts_that_contradict_a_text_are_said_with_what_the_text_says_of_them(answers, said):
    one = clause("a.a", "{#p} [[kind]] and [[kind]].", parameters={"kind": KIND})
    entry = Contradiction(
        document="doc", beside=["a.a"], when="flag.on", fact="kind.one", against="the law", message="so", hint="do"
    )
    made = document(one, answers=answers)
    found = (LintFinding("contradiction", "error", "doc", "Clause 1", f"so{said} (the law)", "do"),)

    assert lint_contradictions([made], {"a.a": one}, [entry], lambda _: True) == found
    assert lint_contradictions([made], {"a.a": one}, [entry], lambda _: None) == ()


def test_a_part_of_a_fact_is_no_other_value():
    whole = clause("a.a", "{#p} [[lands]].", parameters={"lands": LANDS})
    part = clause("b.b", "{#p} [[lands]].", parameters={"lands": LANDS.model_copy(update={"without": "lands.left"})})
    answers = {"lands.all": ["IN", "DE"], "lands.tools": {"IN": "dpf"}}
    made = [document(whole, answers=answers), document(part, id_="other", answers=answers)]
    assert lint(*made, clauses=[whole, part]) == ()


@pytest.mark.parametrize(
    ("text", "day", "found"),
    [
        ("See directive  95/46.", DAY, True),
        ("See Directive 95/46, formerly in force.", DAY, False),
        ("See Directive 95/461.", DAY, False),
        ("See Directive 95/46.", date(2018, 5, 24), False),
    ],
)
def test_a_citation_that_no_longer_stands(text, day, found):
    draft = document(clause("a.a", f"{{#p}} {text}"))
    result = lint_documents([draft], {}, day=day, superseded=[OLD])
    assert [each.rule for each in result] == (["citation"] if found else [])


@pytest.mark.parametrize(("text", "found"), [("11 CCR 999.314", True), ("11 CCR 999.3", True), ("11 CCR 9993", False)])
def test_a_star_stands_for_further_letters_and_digits(text, found):
    entry = Superseded(pattern="11 CCR 999.3*", replaced_by="11 CCR 7000", since=date(2022, 5, 5))
    result = lint(document(clause("a.a", f"{{#p}} See {text}(b).")), superseded=[entry])
    assert [each.rule for each in result] == (["citation"] if found else [])


def test_definitions_of_a_set():
    msa = clause("a.a", '{#p} **"Data"** means one. ==Data== ==Data==.')
    borrowed = clause(
        "b.b", '{#p} **"Data"** and **"Thing"** have the meanings given in the A Document. ==Data== ==Thing==.'
    )
    differs = clause("c.c", '{#p} **"Data"** means two. ==Data== ==Data==.')
    titles = {"doc": "A Document", "other": "Other"}
    found = lint(document(msa), document(borrowed, id_="other"), titles=titles)
    assert [(each.rule, each.document) for each in found if each.severity == "error"] == [
        ("definition-borrowed", "other")
    ]
    found = lint(document(msa), document(differs, id_="third"), titles=titles)
    assert [(each.rule, each.severity) for each in found] == [("definitions-differ", "note")]


def test_rules_of_others_are_added_and_may_replace_ours():
    draft = document(clause("a.a", "{#p} See Annex IV."))

    def shout(analysis):
        for each in analysis.documents:
            yield LintFinding("shout", "note", each.draft.document, "", "!")

    assert [each.rule for each in lint(draft, rules={"shout": shout})] == ["annex-missing", "shout"]
    assert [each.rule for each in lint(draft, rules={"annexes": shout})] == ["shout"]


def test_tables_and_items_have_their_places():
    one = clause("a.a", "{#p} P:\n\n- See Directive 95/46.")
    annex = clause("annex.x", "{#p} See {ref:a.a}.\n\n| A |\n| --- |\n| Directive 95/46 |", kind="annex")
    refers = clause("b.b", "{#p} See {ref:annex.x}.")
    found = lint_documents([document(one, refers, annexes=[annex])], {}, day=DAY, superseded=[OLD])
    assert rules(found) == [("citation", "Clause 1(a)"), ("citation", "Annex I")]


def test_a_finding_is_said_once():
    draft = document(clause("a.a", "{#p} See Annex IV. See Annex IV."))
    assert len(lint(draft)) == 1
    assert replace(lint(draft)[0]) == lint(draft)[0]


LAW = {"document": "doc", "fact": "client.name", "against": "the family", "message": "it is English text"}


@pytest.mark.parametrize(
    ("entry", "found"),
    [
        ({"words": ["England", "Wales"]}, False),
        ({"words": ["Engl"]}, True),
        ({"words": ["Germany"]}, True),
        ({"not": ["Germany"]}, False),
        ({"not": ["england"]}, True),
        ({"words": ["England"], "not": ["Wales"]}, True),
        ({"words": ["Germany"], "beside": ["a.a#p"]}, True),
        ({"words": ["Germany"], "beside": ["b.b"]}, False),
        ({"words": ["Germany"], "document": "other"}, False),
        ({"words": ["Germany"], "fact": "vendor.name"}, False),
    ],
)
def test_a_value_that_does_not_fit_the_text(entry, found):
    """A governing law, say, that is not of the family of laws whose variant of the text was chosen."""
    one = clause(
        "a.a",
        "{#p} The law of [[law]] governs, [[days]] days, [[vendor.name]].",
        parameters={
            "law": {"kind": "text", "label": "law", "fact": "client.name"},
            "days": {"kind": "integer", "label": "days", "default": 3},
        },
    )
    made = document(one, answers={"client.name": "England and Wales", "vendor.name": "Varuna"})
    result = lint(made, clauses=[one], contradictions=[Contradiction(**{**LAW, **entry})])
    assert [(each.rule, each.place) for each in result] == ([("contradiction", "Clause 1.1")] if found else [])
    assert all("`England and Wales` does not fit" in each.message for each in result)
    unknown = lint(made, contradictions=[Contradiction(**{**LAW, **entry})])
    assert unknown == ()  # of a clause that the library does not have, nobody knows what fills it


@pytest.mark.parametrize(
    "entry",
    [
        {},
        {"fact": ""},
        {"words": ["x"], "when": "flag.on", "beside": ["a.a"]},
        {"when": "flag.on"},
        {"words": ["x"], "clause": "a.a", "positions": ["b"]},
        {"clause": "a.a", "words": []},
    ],
)
def test_a_contradiction_is_of_a_position_or_of_a_value(entry):
    with pytest.raises(ValueError, match="either clause and positions, or fact"):
        Contradiction(**{**LAW, **entry})


def test_a_definition_may_quote_the_name_that_it_defines():
    one = clause(
        "a.a", '{#p} **"Main Deal"** means the Main Deal of 2026.\n\n{#q} ==Main Deal== ==Main Deal== Main Deal.'
    )
    assert rules(lint(document(one))) == [("term-unmarked", "Clause 1.2")]


def test_a_contradiction_may_lie_in_the_facts_together():
    given = {"document": "doc", "against": "the law", "message": "nothing covers it", "hint": "say what does"}
    entry = Contradiction(**given, when="flag.on", beside=["annex.x", "b.b#p"])
    made = document(clause("a.a", "{#p} See {ref:annex.x}."), annexes=[clause("annex.x", "{#p} P.", kind="annex")])

    def found(verdict, draft=made):
        return lint(draft, contradictions=[entry], decide=lambda _: verdict)

    assert found(True) == (
        LintFinding("contradiction", "error", "doc", "Annex I", "nothing covers it (the law)", "say what does"),
    )
    assert found(False) == found(None) == lint(made, contradictions=[entry]) == ()
    assert found(True, document(clause("a.a", "{#p} P."))) == ()


ORDER = DateOrder(first="day.start", second="days.notice", message="it ends before it begins")


@pytest.mark.parametrize(
    ("start", "end", "place"),
    [
        (date(2027, 1, 15), date(2026, 1, 1), "Clause 2.1"),
        (date(2027, 1, 15), date(2027, 1, 15), None),
        (date(2027, 1, 15), None, None),
        (None, date(2026, 1, 1), None),
    ],
)
def test_days_in_an_order_that_cannot_be(start, end, place):
    first = clause("a.a", "{#p} From [[s]].", parameters={"s": {"kind": "date", "label": "day", "fact": "day.start"}})
    second = clause("b.b", "{#p} To [[n]]. Again [[n]].", parameters={"n": PARAMETER})
    made = document(first, second, answers={"day.start": DAY, "days.notice": 3})
    values = {"day.start": start, "days.notice": end}
    found = lint(made, clauses=[first, second], dates=[ORDER], values=values)
    assert [(each.rule, each.place) for each in found] == ([("dates", place)] if place else [])
    assert lint_dates([made], {"a.a": first, "b.b": second}, [ORDER], values) == found

    if place:
        assert found[0].message == "it ends before it begins: 2026-01-01 is before 2027-01-15"
        alone = document(first, answers={"day.start": DAY})
        assert rules(lint_dates([alone], {"a.a": first}, [ORDER], values)) == [("dates", "Clause 1.1")]
        assert lint_dates([alone], {}, [ORDER], {**values, "day.start": start}) != found
        assert lint_dates([document(clause("c.c", "{#p} P."))], {}, [ORDER], values) == ()
