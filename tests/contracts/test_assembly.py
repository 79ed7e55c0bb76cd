"""From a recipe, clauses and facts to the tree of a document."""

from dataclasses import replace
from datetime import date

import pytest

from govern.contracts import (
    Blank,
    Filled,
    MatrixRow,
    OpenChoice,
    OpenPoint,
    Paragraph,
    Reference,
    Slot,
    Table,
    Text,
    assemble,
    digest_draft,
    finalise,
)
from govern.contracts.spelling import Spelling
from govern.errors import ContentError

from .world import DAY, NAMES, clause, draft, inputs, lines, points, recipe, say

CARRIES = [{"term": "doc.one", "paragraph": "p"}, {"term": "doc.two", "paragraph": "p"}]


# Which text is in ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "texts", "open_"),
    [
        ({"flag.on": True}, ["1.1 One.", "1.2 Two.", "1.3 Three.", "1.4 Four."], []),
        ({"flag.on": False}, ["1.1 One.", "1.2 Four."], []),
        ({}, ["1.1 One.", "1.2 only if <flag.on>Two.", "1.3 Three.", "1.4 Four."], ["only if <flag.on>"]),
    ],
)
def test_conditional_text_is_in_unless_its_condition_is_false(answers, texts, open_):
    made = draft(
        clause("a.a", "{#p} One.\n\n::: when flag.on\n{#q} Two.\n\n{#r} Three.\n:::\n\n{#s} Four."), answers=answers
    )

    assert lines(made.sections[0]) == texts
    assert points(made, "choice") == open_


def test_a_clause_is_in_unless_its_condition_is_false():
    one = clause("a.a", "{#p} One.", when="flag.on", obligations=["L-1"])
    two = clause("b.b", "{#p} Two.")

    assert [each.number for each in draft(one, two, answers={"flag.on": True}).sections] == ["1", "2"]
    without = draft(one, two, answers={"flag.on": False})
    assert [(each.number, each.clause) for each in without.sections] == [("1", "b.b")]
    assert without.clauses == {"b.b": "1.0.0"}
    unknown = draft(one, two)
    assert lines(unknown.sections[0]) == ["1.1 only if <flag.on>One."]
    assert unknown.open_points == (OpenPoint("choice", "only if <flag.on>", "a.a"),)


def test_two_unknown_conditions_are_both_shown():
    made = draft(clause("a.a", "::: when days.notice > 1\n{#p} One.\n:::", when="flag.on"))

    assert lines(made.sections[0]) == ["1.1 only if <flag.on>only if <days.notice > 1>One."]
    assert len(points(made, "choice")) == 2


def test_an_open_choice_stands_before_a_table_too():
    made = draft(annexes=[clause("x.x", "| a |\n| --- |\n| b |", kind="annex", when="flag.on")])

    assert made.annexes[0].blocks == (
        Paragraph(None, -1, "", (OpenChoice("only if <flag.on>"),)),
        Table(((Text("a"),),), (((Text("b"),),),)),
    )


def test_a_clause_without_text_is_a_heading():
    made = draft(clause("a.a", "", when="flag.on"))

    assert made.sections[0].blocks == ()
    assert points(made, "choice") == ["only if <flag.on>"]


# Positions -------------------------------------------------------------------------------------------------------

POSITIONS = [
    {"id": "preferred", "title": "theirs"},
    {"id": "fallback", "title": "ours", "approver": "counsel", "residual": "some risk"},
    {"id": "walk_away", "title": "no deal"},
]
TEXT = """
{#before} Before.

{#p} Old:
- old item;
- {#item} old labelled item.

Old text under it.

{#after} After.

::: when flag.on
{#inner} Old inner.
:::

::: position preferred
{#only} Preferred only.
:::

::: position fallback
{#p} New:
- new item.

{#inner} New inner.

{#more} Added.
- with an item
:::
"""


OLD = [
    "1.1 Before.", "1.2 Old:", "(a) old item;", "(b) old labelled item.", "Old text under it.", "1.3 After.",
    "1.4 Old inner.",
]  # fmt: skip
NEW = ["1.1 Before.", "1.2 New:", "(a) new item.", "1.3 After.", "1.4 New inner.", "1.5 Added.", "(a) with an item"]


@pytest.mark.parametrize(
    ("position", "texts"),
    [
        (None, [*OLD, "1.5 Preferred only."]),
        ("preferred", [*OLD, "1.5 Preferred only."]),
        ("fallback", NEW),
        ("walk_away", OLD),
    ],
)
def test_a_position_replaces_paragraphs_where_they_stand(position, texts):
    chosen = {"a.a": position} if position else {}
    made = draft(clause("a.a", TEXT, positions=POSITIONS), answers={"flag.on": True}, positions=chosen)

    assert lines(made.sections[0]) == texts
    anchors = [each.anchor for each in made.paragraphs() if each.anchor]
    assert len(anchors) == len(set(anchors))


def test_a_position_inside_a_conditional_text_keeps_the_condition():
    one = clause("a.a", TEXT, positions=POSITIONS)

    assert "1.4 New inner." not in lines(
        draft(one, answers={"flag.on": False}, positions={"a.a": "fallback"}).sections[0]
    )
    assert "1.4 only if <flag.on>New inner." in lines(draft(one, positions={"a.a": "fallback"}).sections[0])


def test_one_item_of_a_list_may_be_replaced():
    text = "{#p} List:\n- one;\n- {#x} two;\n  - deep;\n- three.\n::: position fallback\n- {#x} TWO;\n:::"
    made = draft(clause("a.a", text, positions=POSITIONS), positions={"a.a": "fallback"})

    assert lines(made.sections[0]) == ["1.1 List:", "(a) one;", "(b) TWO;", "(c) three."]


def test_a_table_goes_with_its_paragraph():
    text = "{#p} Old:\n\n| a |\n| --- |\n| b |\n\n::: position fallback\n{#p} New.\n:::"
    made = draft(annexes=[clause("x.x", text, kind="annex", positions=POSITIONS)], positions={"x.x": "fallback"})

    assert lines(made.annexes[0]) == ["New."]


@pytest.mark.parametrize(
    ("positions", "position", "hint"),
    [
        (POSITIONS, "fallbck", "did you mean `fallback`?"),
        (POSITIONS, "zz", "positions: preferred, fallback, walk_away"),
        ([], "fallback", "positions: none"),
    ],
)
def test_an_unknown_position_is_refused(positions, position, hint):
    with pytest.raises(ContentError, match=f"the clause has no position `{position}`") as caught:
        draft(clause("a.a", "{#p} x", positions=positions), positions={"a.a": position})

    assert (caught.value.where, caught.value.hint) == ("a.a", hint)


# Numbers and references ------------------------------------------------------------------------------------------


def test_numbers_start_anew_under_each_paragraph_and_clause():
    text = "{#p} P.\n- a\n  - i\n  - ii\n- b\n  - i\n\nFurther.\n\n{#q} Q.\n- a"
    made = draft(clause("a.a", text), clause("b.b", "{#p} P.\n- a"))

    assert [each.number for each in made.paragraphs()] == [
        "1.1", "(a)", "(i)", "(ii)", "(b)", "(i)", "", "1.2", "(a)", "2.1", "(a)",
    ]  # fmt: skip
    assert [each.level for each in made.sections[0].blocks] == [0, 1, 2, 2, 1, 2, -1, 0, 1]


def test_long_lists_go_on():
    made = draft(clause("a.a", "{#p} P.\n" + "- x\n" * 28 + "  - y\n" * 49))
    numbers = [each.number for each in made.sections[0].blocks]

    assert numbers[26:29] == ["(z)", "(aa)", "(ab)"]
    assert [numbers[28 + each] for each in (4, 9, 14, 16, 19, 40, 49)] == [
        "(iv)", "(ix)", "(xiv)", "(xvi)", "(xix)", "(xl)", "(xlix)",
    ]  # fmt: skip


def test_annexes_have_roman_numbers_and_bare_paragraphs():
    made = draft(annexes=[clause(f"x.x{each}", "{#p} One.\n- item", kind="annex") for each in range(17)])

    assert [each.number for each in made.annexes][:4] == ["Annex I", "Annex II", "Annex III", "Annex IV"]
    assert [each.number for each in made.annexes][13:] == ["Annex XIV", "Annex XV", "Annex XVI", "Annex XVII"]
    assert lines(made.annexes[0]) == ["One.", "(a) item"]


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("b.b", "Clause 2"),
        ("b.b#p", "Clause 2.1"),
        ("b.b#item", "Clause 2.1(b)"),
        ("b.b#deep", "Clause 2.1(b)(i)"),
        ("b.b#late", "Clause 2.2"),
        ("c.c#bare", "Clause 3(a)"),
        ("x.x", "Annex I"),
        ("x.x#p", "Annex I"),
        ("x.x#item", "Annex I, point (a)"),
        ("x.x#deep", "Annex I, point (a)(i)"),
    ],
)
def test_references_become_the_numbers_of_their_targets(target, words):
    table = f"| {{ref:{target}}} |\n| --- |\n| {{ref:{target}}} |"
    made = draft(
        clause("a.a", f"{{#p}} See {{ref:{target}}}."),
        clause("b.b", "{#p} P.\n- one\n- {#item} two\n  - {#deep} three\n\n{#late} L."),
        clause("c.c", "- {#bare} no paragraph above"),
        annexes=[clause("x.x", f"{{#p}} P.\n- {{#item}} one\n  - {{#deep}} two\n\n{table}", kind="annex")],
    )

    assert made.sections[0].blocks[0].content[1] == Reference(target, words)
    table = made.annexes[0].blocks[-1]
    assert table.header == table.rows[0] == ((Reference(target, words),),)
    assert made.open_points == ()


@pytest.mark.parametrize("target", ["b.b", "z.z", "a.a#zz"])
def test_a_reference_to_what_is_not_there_is_an_open_point(target):
    made = draft(
        clause("a.a", f"{{#p}} See {{ref:{target}}}."),
        clause("b.b", "{#p} P.", when="flag.on"),
        answers={"flag.on": False},
    )

    assert made.sections[0].blocks[0].content[1] == OpenChoice(f"a clause that is not in this document: {target}")
    assert made.open_points == (OpenPoint("reference", f"`{target}` is not in this document", "a.a"),)


# What fills it ---------------------------------------------------------------------------------------------------


def parameter(kind, **more):
    return {"kind": kind, "label": "the value", **more}


@pytest.mark.parametrize(
    ("head", "answers", "run"),
    [
        (parameter("integer", fact="days.notice"), {"days.notice": 1200}, Filled("x", "1,200", "days.notice")),
        (parameter("integer", fact="days.notice", default=30), {"days.notice": 0}, Filled("x", "0", "days.notice")),
        (parameter("integer", fact="days.notice", default=30), {}, Filled("x", "30", None)),
        (parameter("integer", default=0), {}, Filled("x", "0", None)),
        (parameter("integer", fact="days.notice"), {}, Blank("x", "the value", "days.notice")),
        (parameter("integer"), {}, Blank("x", "the value", None)),
        (parameter("decimal", fact="share.fee"), {"share.fee": 2.5}, Filled("x", "2.5", "share.fee")),
        (parameter("date", fact="day.start"), {"day.start": "2027-01-18"}, Filled("x", "18 January 2027", "day.start")),
        (parameter("enum", fact="kind.one"), {"kind.one": "long_term"}, Filled("x", "long-term", "kind.one")),
        (parameter("enum", fact="kind.one"), {"kind.one": "short_term"}, Filled("x", "short term", "kind.one")),
        (
            parameter("set", fact="kind.many"),
            {"kind.many": ["b_two", "a_one"]},
            Filled("x", "b two and the first", "kind.many"),
        ),
        (parameter("set", fact="kind.many"), {"kind.many": []}, Filled("x", "none", "kind.many")),
        (parameter("set", default=["z", "y"]), {}, Filled("x", "y and z", None)),
        (parameter("text", fact="client.name"), {"client.name": "IN"}, Filled("x", "IN", "client.name")),
        (parameter("country", fact="home.land"), {"home.land": "IN"}, Filled("x", "India", "home.land")),
        (
            parameter("countries", fact="lands.all"),
            {"lands.all": ["US", "IN", "ZZ"]},
            Filled("x", "India, the United States and ZZ", "lands.all"),
        ),
        (
            parameter("map", fact="lands.tools"),
            {"lands.tools": {"US": "dpf", "IN": "scc"}},
            Filled("x", "India: the clauses; United States: dpf", "lands.tools"),
        ),
        (
            parameter("set", fact="lands.tools"),
            {"lands.tools": {"IN": "dpf"}},
            Filled("x", "India: dpf", "lands.tools"),
        ),
        (parameter("decimal", fact="share.fee"), {"share.fee": 750000.0}, Filled("x", "750,000", "share.fee")),
    ],
)
def test_a_parameter_is_filled_from_its_fact_its_default_or_not(head, answers, run):
    made = draft(clause("a.a", "{#p} Within [[x]].", parameters={"x": head}), answers=answers)

    assert made.sections[0].blocks[0].content[1] == run
    fact = head.get("fact")
    blank = OpenPoint("blank", "the value", "a.a", fact, None if fact else "a.a.x")
    assert made.open_points == ((blank,) if isinstance(run, Blank) else ())


def test_a_fact_may_be_named_directly():
    one = clause("a.a", "{#p} [[client.name]] from [[home.land]] and [[days.notice]].")
    made = draft(one, answers={"home.land": "DE"})

    assert say(made.sections[0].blocks[0].content) == "Larkfield from Germany and [days.notice]."
    assert made.open_points == (OpenPoint("blank", "days.notice", "a.a", "days.notice"),)


@pytest.mark.parametrize(
    ("answers", "what"),
    [
        ({"days.notice": 10}, None),
        ({"days.notice": 90}, None),
        ({"days.notice": 9}, "the value: 9 is out of bounds, at least 10: Too short."),
        ({"days.notice": 91}, "the value: 91 is out of bounds, at most 90: Too short."),
        ({}, None),
    ],
)
def test_a_value_out_of_bounds_is_an_open_point(answers, what):
    head = parameter("integer", fact="days.notice", default=30, min=10, max=90, reason="Too short.")
    made = draft(clause("a.a", "{#p} [[x]] and [[x]] again.", parameters={"x": head}), answers=answers)

    assert made.open_points == ((OpenPoint("bound", what, "a.a", "days.notice"),) if what else ())


def test_bounds_of_a_default_and_without_a_reason():
    head = parameter("decimal", default=0.5, min=1)
    made = draft(clause("a.a", "{#p} [[x]]", parameters={"x": head}))

    assert points(made, "bound") == ["the value: 0.5 is out of bounds, at least 1"]


@pytest.mark.parametrize(
    ("text", "head", "message"),
    [
        ("{#p} [[nothing]]", {}, "`[[nothing]]` is neither a parameter of the clause nor a fact"),
        (
            "{#p} [[subs]]",
            {"subs": parameter("records", fact="subs.list")},
            "`[[subs]]` is a list of records and has no words",
        ),
        ("{#p} [[subs.list]]", {}, "`[[subs.list]]` is a list of records and has no words"),
    ],
)
def test_what_cannot_be_filled_is_an_error(text, head, message):
    with pytest.raises(ContentError) as caught:
        draft(clause("a.a", text, parameters=head))

    assert (caught.value.message, caught.value.where) == (message, "a.a")


# Tables of records -----------------------------------------------------------------------------------------------

SUBS = clause(
    "x.x",
    "| Name | Country | For |\n| --- | --- | --- |\n"
    "| ==Co.== [[subs.name]] | [[subs.country]] | [[client.name]] |\n| fixed | [[days]] | |",
    kind="annex",
    parameters={"subs": parameter("records", fact="subs.list"), "days": parameter("integer", default=3)},
)


@pytest.mark.parametrize(
    ("answers", "rows"),
    [
        (
            {"subs.list": [{"name": "Asha", "country": "IN"}, {"name": "Bo"}]},
            ["Co. Asha | India | Larkfield", "Co. Bo | — | Larkfield"],
        ),
        ({"subs.list": []}, ["None. |  | "]),
        ({}, ["[the value] |  | "]),
    ],
)
def test_a_row_is_repeated_for_each_record(answers, rows):
    made = draft(annexes=[SUBS], answers=answers)

    assert lines(made.annexes[0]) == [*rows, "fixed | 3 | "]
    assert all(len(row) == 3 for row in made.annexes[0].blocks[0].rows)
    assert points(made, "blank") == ([] if answers else ["the value"])


def test_a_cell_says_where_it_comes_from():
    made = draft(annexes=[SUBS], answers={"subs.list": [{"name": "Asha", "country": "IN"}]})
    cell = made.annexes[0].blocks[0].rows[0][1]

    assert cell == (Filled("subs.country", "India", "subs.list"),)


def test_a_field_that_no_record_may_lack_is_a_blank_of_its_own():
    tasks = clause(
        "x.x",
        "| Name | For |\n| --- | --- |\n| [[subs.name]] | [[subs.task]] |",
        kind="annex",
        parameters={"subs": parameter("records", fact="subs.list", complete={"task": "the task of the supplier"})},
    )
    records = [{"name": "Asha", "country": "IN", "task": "labels"}, {"name": "Bo", "country": "DE"}]
    made = draft(annexes=[tasks], answers={"subs.list": records})

    missing = "the task of the supplier: Bo"
    assert lines(made.annexes[0]) == ["Asha | labels", f"Bo | [{missing}]"]
    assert [(each.what, each.fact) for each in made.open_points] == [(missing, "subs.list")]


# A part of a fact -------------------------------------------------------------------------------------------------

SELECTING = {
    "tools": parameter("set", fact="lands.tools", only=("scc",)),
    "lands": parameter("countries", fact="lands.all", without="lands.left"),
    "left": parameter("countries", fact="lands.left"),
}


def test_a_place_may_show_some_entries_of_a_map_and_leave_countries_out():
    one = clause("a.a", "{#p} [[tools]] / [[lands]] / [[left]]", parameters=SELECTING)
    made = draft(one, answers={"lands.tools": {"IN": "scc", "DE": "dpf"}, "lands.all": ["IN", "DE"]})

    assert lines(made.sections[0]) == ["1.1 India: the clauses / India / Germany"]
    assert made.open_points == ()
    agreed = draft(clause("a.a", "{#p} [[tools]]", parameters=SELECTING), parameters={"lands.tools": {"IN": "scc"}})
    assert lines(agreed.sections[0]) == ["1.1 India: the clauses"]


def test_nothing_is_left_out_while_nobody_knows_what_to_leave_out():
    one = clause("a.a", "{#p} [[lands]]", parameters=SELECTING)
    assert lines(draft(one, answers={"lands.all": ["IN", "DE"]}).sections[0]) == ["1.1 Germany and India"]
    assert lines(draft(one, parameters={"lands.all": ["IN"]}).sections[0]) == ["1.1 India"]


def test_what_is_worked_out_is_asked_for_by_what_it_is_worked_out_from():
    one = clause("a.a", "{#p} [[left]]", parameters=SELECTING)
    made = draft(one, lacking=lambda _: ("lands.left",))
    assert [(each.kind, each.fact) for each in made.open_points] == [("blank", "lands.tools")]

    two = clause("a.a", '::: when has_any(["DE"], lands.left)\n{#p} P.\n:::')
    chosen = draft(two, lacking=lambda _: ("lands.left",))
    assert [(each.kind, each.fact) for each in chosen.open_points] == [("choice", "lands.tools")]


# Terms -----------------------------------------------------------------------------------------------------------


def test_a_term_that_is_not_carried_is_an_open_point():
    one = clause("a.a", "{#p} P.", carries=CARRIES)
    made = draft(one, required_terms=("doc.one", "doc.three"))

    assert made.terms == ("doc.one", "doc.two")
    assert made.sections[0].blocks[0].carries == ("doc.one", "doc.two")
    assert made.open_points == (OpenPoint("term", "no clause carries the required term `doc.three`", "doc.three"),)


@pytest.mark.parametrize(
    ("answers", "terms"),
    [({"flag.on": True}, ("doc.one", "doc.two")), ({"flag.on": False}, ()), ({}, ("doc.one", "doc.two"))],
)
def test_a_term_in_text_that_is_left_out_is_not_carried(answers, terms):
    one = clause("a.a", "{#q} Q.\n\n::: when flag.on\n{#p} P.\n:::", carries=CARRIES)
    made = draft(one, answers=answers, required_terms=("doc.one",))

    assert made.terms == terms
    assert len(points(made, "term")) == (0 if terms else 1)


def test_a_clause_that_is_not_in_carries_nothing():
    one = clause("a.a", "{#p} P.", carries=CARRIES, when="flag.on")

    assert draft(one, answers={"flag.on": False}).terms == ()


def test_the_matrix_names_each_place_once():
    annex = clause(
        "a.annex",
        "{#one} One.\n\n{#two} Two.",
        kind="annex",
        carries=({"term": "t.one", "paragraph": "one"}, {"term": "t.two", "paragraph": "two"}),
    )
    row = MatrixRow("L-1", "Law Art. 1", "Have it", ("t.one", "t.two"))
    words = clause("annex.matrix", "For information.\n\n| A | B | C | D |\n| --- | --- | --- | --- |", kind="annex")
    library = {each.head.id: each for each in (annex, words)}
    made = assemble(recipe(annexes=[annex]), library, inputs(NAMES, matrix=(row,)))

    (cells,) = made.annexes[-1].blocks[-1].rows
    assert say(cells[3]) == "Annex I"
    assert (made.annexes[-1].number, made.clauses["annex.matrix"]) == ("Annex II", "1.0.0")
    other = MatrixRow("L-2", "Law Art. 2", "Have another", ("t.three",))
    without = assemble(recipe(annexes=[annex]), library, inputs(NAMES, matrix=(other,)))
    assert (len(without.annexes), list(without.clauses)) == (1, ["a.annex"])


def test_the_matrix_names_places_in_the_order_of_the_document_and_in_few_words():
    def carrying(id_, *terms, kind="clause"):
        body = "\n\n".join(f"{{#p{number}}} Words." for number, _ in enumerate(terms))
        carries = tuple({"term": term, "paragraph": f"p{number}"} for number, term in enumerate(terms))
        return clause(id_, body, kind=kind, carries=carries)

    one, two = carrying("a.one", "t.b", "t.a"), carrying("a.two", "t.c")
    annex = carrying("a.annex", "t.d", kind="annex")
    words = clause("annex.matrix", "For information.\n\n| A | B | C | D |\n| --- | --- | --- | --- |", kind="annex")
    library = {each.head.id: each for each in (one, two, annex, words)}

    def where(*terms, **more):
        row = MatrixRow("L-1", "Law Art. 1", "Have it", terms)
        made = assemble(recipe(one, two, annexes=[annex]), library, inputs(NAMES, matrix=(row,), **more))
        return say(made.annexes[-1].blocks[-1].rows[0][3])

    assert where("t.c", "t.a", "t.b", "t.d") == "Clauses 1.1, 1.2 and 2.1, Annex I"
    assert where("t.d", "t.a") == "Clause 1.2, Annex I"
    us = Spelling(id="us", version="1.0.0", title="Theirs", clause="Section")
    assert where("t.a", "t.b", spelling=us) == "Sections 1.1 and 1.2"


def test_the_words_of_the_matrix_stand_under_no_condition():
    one = clause("a.a", "{#p} P.", obligations=["L-1"])
    words = clause("annex.matrix", "::: when flag.on\nX.\n:::", kind="annex")
    given = inputs(NAMES, matrix=(MatrixRow("L-1", "Art. 1", "Have it"),), obligations={"L-1": "Art. 1"})
    with pytest.raises(ContentError, match="no conditions"):
        assemble(recipe(one), {"a.a": one, "annex.matrix": words}, given)


def test_a_library_without_the_words_of_the_matrix_makes_none():
    assert draft(clause("a.a", "{#p} P."), matrix=(MatrixRow("L-1", "Art. 1", "Have it"),)).annexes == ()


def test_a_used_term_must_be_defined():
    one = clause(
        "a.a",
        '{#p} **"Personal Data"** and **"Party"**: ==Parties==, ==personal data==, ==Party\'s==,\n'
        "==Processors==, ==Client==.",
    )
    two = clause("b.b", "{#p} ==Client== and ==Service==.\n\n| ==Header== |\n| --- |\n| ==Cell== |")
    made = draft(one, two)

    assert made.open_points == (
        OpenPoint("definition", "“Client” is used but not defined", "a.a"),
        OpenPoint("definition", "“Client” is used but not defined", "b.b"),
        OpenPoint("definition", "“Service” is used but not defined", "b.b"),
        OpenPoint("definition", "“Header” is used but not defined", "b.b"),
        OpenPoint("definition", "“Cell” is used but not defined", "b.b"),
    )


# Notes, parties, and the rest of the document --------------------------------------------------------------------


def test_the_note_says_why_the_clause_is_here():
    one = clause(
        "a.a",
        "{#p} P.",
        when="flag.on",
        note="Why this\n  is here.",
        obligations=["L-1", "L-2", "L-3"],
        positions=POSITIONS,
        changelog=[
            {"version": "1.0.0", "date": date(2026, 1, 2), "note": "Newest."},
            {"version": "0.9.0", "date": date(2025, 1, 2), "note": "First."},
        ],
    )
    said = {"L-1": "LAW Art. 1, because it is so", "L-3": "LAW Art. 3"}
    section = draft(one, answers={"flag.on": True}, obligations=said).sections[0]

    assert section.note.text.split("\n") == [
        "Why this is here.",
        "Required by L-1: LAW Art. 1, because it is so; L-3: LAW Art. 3.",
        "In this document because <flag.on>.",
        "Fallback “ours”: approver counsel; open then: some risk.",
        "Walk-away position “no deal”: approver none; open then: nothing.",
        "Clause a.a version 1.0.0 of 2 January 2026.",
    ]
    assert section.obligations == ("L-1", "L-3")
    assert "In this document only if <flag.on>." in draft(one).sections[0].note.text.split("\n")
    assert draft(clause("b.b", "{#p} P.")).sections[0].note.text == "Clause b.b version 1.0.0 of 24 November 2026."


def test_parties_background_and_signature_are_filled():
    one = clause("a.a", "{#p} P.")
    made = draft(
        one,
        recipe_=recipe(
            one,
            subtitle="for testing",
            parties=[
                {
                    "role": "Controller",
                    "party": "client",
                    "name": "[[client.name]]",
                    "signatory": "[[home.land]]",
                    "contact": "c@x.example",
                    "registration": "R",
                },
                {
                    "role": "Processor",
                    "party": "vendor",
                    "name": "[[vendor.name]]",
                    "address": "in [[home.land]]",
                    "signatory_title": "CEO",
                },
            ],
            background=["[[client.name]] starts on [[day.start]], see {ref:a.a#p}."],
            signature={"intro": "Signed on [[day.start]] under {ref:a.a}."},
        ),
    )

    assert [(each.role, say(each.name)) for each in made.parties] == [
        ("Controller", "Larkfield"),
        ("Processor", "Varuna"),
    ]
    assert [[(key, say(runs)) for key, runs in each.details] for each in made.parties] == [
        [("Registration", "R"), ("Contact", "c@x.example")],
        [("Address", "in [home.land]")],
    ]
    assert [(say(each.signatory), say(each.title)) for each in made.signatures] == [("[home.land]", ""), ("", "CEO")]
    assert [say(each) for each in made.background] == ["Larkfield starts on [day.start], see Clause 1.1."]
    assert say(made.signature) == "Signed on [day.start] under Clause 1."
    assert [(each.what, each.where) for each in made.open_points] == [
        ("home.land", "parties"),
        ("day.start", "background"),
        ("day.start", "signature"),
    ]
    assert (made.document, made.version, made.title, made.subtitle) == ("doc", "1.0.0", "A Document", "for testing")
    assert (made.day, made.project, made.status) == (DAY, "project", "draft")


def test_no_tree_holds_a_slot():
    made = draft(clause("a.a", "{#p} [[client.name]]"), annexes=[SUBS])
    cells = [
        run for block in made.annexes[0].blocks for row in (block.header, *block.rows) for cell in row for run in cell
    ]

    assert not [run for run in cells if isinstance(run, Slot)]
    assert not [run for each in made.paragraphs() for run in each.content if isinstance(run, Slot)]


def test_a_clause_that_is_not_in_the_library_is_an_error():
    one = clause("a.notice", "{#p} P.")

    with pytest.raises(ContentError, match=r"there is no clause `a\.notices`") as caught:
        draft(one, recipe_=recipe(clauses=["a.notices"]))
    assert (caught.value.where, caught.value.hint) == ("document doc", "did you mean `a.notice`?")


# The digest ------------------------------------------------------------------------------------------------------


def test_the_digest_tells_documents_apart():
    one = clause("a.a", "{#p} [[days.notice]] days.", carries=CARRIES)
    made = draft(one, answers={"days.notice": 3})

    assert made.digest == digest_draft(made) == draft(one, answers={"days.notice": 3}).digest
    others = [
        draft(one, answers={"days.notice": 4}),
        draft(clause("a.a", "{#p} [[days.notice]] days."), answers={"days.notice": 3}),
        draft(clause("a.a", "{#p} 3 days.", carries=CARRIES)),
        draft(one, answers={"days.notice": 3}, day=date(2026, 11, 25)),
        draft(one, answers={"days.notice": 3}, obligations={"L-1": "x"}, required_terms=("doc.three",)),
    ]
    assert len({made.digest, *(each.digest for each in others)}) == 6


def test_text_definition_and_use_are_different_documents():
    texts = ["{#p} Term", '{#p} **"Term"**', "{#p} ==Term=="]

    assert len({draft(clause("a.a", text)).digest for text in texts}) == 3


def test_a_final_document_is_another_one():
    made = draft(clause("a.a", "{#p} P."))
    final = finalise(made)

    assert final.status == "final"
    assert final.digest == digest_draft(final) != made.digest
    assert replace(final, status="draft", digest=made.digest) == made
    assert finalise(final) == final


DEED = {"intro": "Signed.", "deed": {"when": "flag.on", "intro": "Signed as a deed."}}


@pytest.mark.parametrize(("on", "words"), [(True, "Signed as a deed."), (False, "Signed."), (None, "Signed.")])
def test_a_document_is_a_deed_under_a_condition(on, words):
    one = clause("a.a", "{#p} P.")
    answers = {} if on is None else {"flag.on": on}
    made = draft(one, answers=answers, recipe_=recipe(one, signature=DEED), lacking=lambda _: ("flag.on",))

    assert say(made.signature) == words
    assert {each.deed for each in made.signatures} == {on is True}
    choices = [(each.what, each.fact) for each in made.open_points if each.kind == "choice"]
    assert choices == ([("signed as a deed only if <flag.on>", "flag.on")] if on is None else [])


def test_what_is_agreed_goes_before_the_fact_and_a_value_for_the_clause_before_both():
    days = {"n": {"kind": "integer", "label": "days", "fact": "days.notice", "max": 30}}
    one, two = clause("a.a", "{#p} [[n]] days.", parameters=days), clause("b.b", "{#p} [[n]] days.", parameters=days)
    made = draft(one, two, answers={"days.notice": 99}, parameters={"days.notice": 20, "b.b.n": 10})

    assert [lines(each) for each in made.sections] == [["1.1 20 days."], ["2.1 10 days."]]
    assert points(made, "bound") == []


def test_a_digest_of_before_there_were_deeds_still_holds():
    """Locks pin digests: a mark that trees did not have then must not change the digest of one without it."""
    made = draft(clause("a.a", "{#p} P."))
    marked = replace(made, signatures=tuple(replace(each, deed=True) for each in made.signatures))

    assert made.digest == "6c6b1d7daf21800a670d1102b7afdf3a80fc262c30dadd704f1b034646b08cb8"
    assert digest_draft(marked) != made.digest
