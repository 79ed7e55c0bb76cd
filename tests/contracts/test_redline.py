"""What changed between two trees: the inverses, and what a reader is shown."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govern.contracts import (
    Blank,
    Change,
    Filled,
    Move,
    Paragraph,
    PartyBlock,
    Piece,
    Reference,
    Section,
    Table,
    Text,
    Use,
    accept,
    compare_drafts,
    compare_runs,
    reject,
    write_run,
)
from govern.contracts.redline import joined

from .redline_trees import grow_draft, grow_edited
from .world import clause, draft


def said(runs):
    return "".join(map(write_run, runs))


def marked(pieces):
    """The pieces as `[-old-]{+new+}` within what is the same."""
    words = {Change.SAME: "{}", Change.REMOVED: "[-{}-]", Change.ADDED: "{{+{}+}}"}
    return "".join(words[each.change].format(said(each.new or each.old)) for each in pieces)


def words_of(old, new):
    return marked(compare_runs((Text(old),), (Text(new),)))


def normal(made):
    """The draft with every line in the normal form of runs."""

    def block(each):
        if isinstance(each, Paragraph):
            return replace(each, content=joined(each.content))
        return Table(*(tuple(map(joined, each.header)), tuple(tuple(map(joined, row)) for row in each.rows)))

    def section(each):
        return replace(each, blocks=tuple(map(block, each.blocks)))

    return replace(
        made,
        parties=tuple(
            PartyBlock(each.role, joined(each.name), tuple((key, joined(runs)) for key, runs in each.details))
            for each in made.parties
        ),
        background=tuple(map(joined, made.background)),
        sections=tuple(map(section, made.sections)),
        annexes=tuple(map(section, made.annexes)),
        signature=joined(made.signature),
        signatures=tuple(
            replace(each, name=joined(each.name), signatory=joined(each.signatory), title=joined(each.title))
            for each in made.signatures
        ),
    )


# --- inverses ---------------------------------------------------------------------------------------------


NUMBERS = st.integers(0, 2**64)


@settings(max_examples=400, deadline=None)
@given(NUMBERS)
def test_accepting_gives_the_new_draft_and_rejecting_the_old_one(number):
    old, new = grow_edited(number)
    redline = compare_drafts(old, new)
    assert normal(accept(redline)) == normal(new)
    assert normal(reject(redline)) == normal(old)


@settings(max_examples=100, deadline=None)
@given(NUMBERS, NUMBERS)
def test_so_it_is_with_drafts_that_have_nothing_in_common(one, other):
    old, new = grow_draft(one), grow_draft(other)
    redline = compare_drafts(old, new)
    assert normal(accept(redline)) == normal(new)
    assert normal(reject(redline)) == normal(old)


@settings(max_examples=100, deadline=None)
@given(NUMBERS)
def test_a_draft_compared_with_itself_is_the_same_to_the_last_run(number):
    made = grow_draft(number)
    redline = compare_drafts(made, made)
    assert redline.change is Change.SAME
    assert accept(redline) == reject(redline) == made


@settings(max_examples=200, deadline=None)
@given(NUMBERS)
def test_each_piece_is_the_same_on_both_sides_or_on_one_side_only(number):
    for section in compare_drafts(*grow_edited(number)).sections:
        for block in section.blocks:
            for piece in getattr(block, "pieces", ()):
                same = piece.change is Change.SAME
                assert said(piece.old) == said(piece.new) if same else bool(piece.old) != bool(piece.new)


@given(st.lists(st.sampled_from([Text("a "), Text(""), Use("b"), Filled("x", "c", None), Filled("x", "d", None)])))
def test_the_normal_form_says_the_same_and_is_its_own_normal_form(runs):
    made = joined(runs)
    assert said(made) == said(runs)
    assert joined(made) == made


def test_the_normal_form_joins_neighbours_of_one_kind_and_origin_and_leaves_out_what_is_empty():
    runs = (
        Text("the "), Text(""), Text("data of "), Use("Personal "), Use("Data"), Use(""), Blank("days", "days", None),
        Filled("x", "3", None), Filled("x", "0", None), Filled("x", "1", "some.fact"), Filled("y", "2", None),
    )  # fmt: skip
    assert joined(runs) == (
        Text("the data of "), Use("Personal Data"), Blank("days", "days", None),
        Filled("x", "30", None), Filled("x", "1", "some.fact"), Filled("y", "2", None),
    )  # fmt: skip
    assert joined((Text(""), Use(""))) == ()


# --- words ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ("It must delete the data.", "It must delete the data.", "It must delete the data."),
        ("within 30 days", "within 60 days", "within [-30-]{+60+} days"),
        ("fee of 10,000 euros", "fee of 12,000 euros", "fee of [-10,000-]{+12,000+} euros"),
        ("The Processor must act.", "The Processor must act at once.", "The Processor must act{+ at once+}."),
        ("see Clause 7.2 and stop", "see Clause 7.3 and stop", "see Clause [-7.2-]{+7.3+} and stop"),
        ("the vendor's duty here", "the vendor duty here", "the [-vendor's-]{+vendor+} duty here"),
        (
            "It deletes the copy of data in thirty days after the end",
            "It deletes one proof of data in sixty weeks after the end",
            "It deletes [-the copy-]{+one proof+} of data in [-thirty days-]{+sixty weeks+} after the end",
        ),
        ("one two three", "four five six", "[-one two three-]{+four five six+}"),
        ("", "new", "{+new+}"),
        ("old", "", "[-old-]"),
        ("", "", ""),
    ],
)
def test_words_are_compared_whole(old, new, shown):
    assert words_of(old, new) == shown


def test_of_text_that_was_rewritten_the_same_beginning_and_end_stay():
    old = "The duty covers backups. The vendor must delete them within thirty days."
    new = "The duty covers backups. One that cannot be changed may age out in its own cycle, if it is blocked."
    assert words_of(old, new) == (
        "The duty covers backups. [-The vendor must delete them within thirty days-]"
        "{+One that cannot be changed may age out in its own cycle, if it is blocked+}."
    )


def test_small_words_between_two_changes_go_with_them():
    assert words_of("at cost and risk, here below", "at price or peril, here below") == (
        "at [-cost and risk-]{+price or peril+}, here below"
    )


def test_what_stands_behind_a_word_is_no_change():
    old = (Text("The Processor has "), Filled("days", "30", None), Text(" days."))
    new = (Text("The "), Use("Processor"), Text(" has 30 days."))
    assert compare_runs(old, new) == (Piece(old, new),)


def test_a_value_is_compared_word_by_word():
    old = (Filled("data", "images, labels and names", "data.kinds"),)
    new = (Filled("data", "images, labels, dates and names", "data.kinds"),)
    pieces = compare_runs(old, new)
    assert marked(pieces) == "images, labels{+, dates+} and names"
    assert pieces[1].new == (Filled("data", ", dates", "data.kinds"),)


def test_a_blank_that_is_filled_is_deleted_and_inserted():
    old = (Text("within "), Blank("days", "days", None), Text(" days after the end"))
    new = (Text("within "), Filled("days", "30", None), Text(" days after the end"))
    assert marked(compare_runs(old, new)) == "within [-[●\u00a0days]-]{+30+} days after the end"


def test_a_reference_that_counts_anew_is_a_change_and_one_thing():
    old = (Text("as stated under "), Reference("c.two", "Clause 2"), Text(" of this agreement"))
    new = (Text("as stated under "), Reference("c.two", "Clause 3"), Text(" of this agreement"))
    assert marked(compare_runs(old, new)) == "as stated under [-Clause 2-]{+Clause 3+} of this agreement"


# --- clauses, paragraphs, rows ----------------------------------------------------------------------------

ONE = clause("c.one", "{#p1} The vendor must delete all data.\n\n{#p2} It tells the client so.")
TWO = clause("c.two", "{#p1} The vendor may keep backups under {ref:c.one#p2}.")
THREE = clause("c.three", "{#p1} The law of the client's country governs this agreement.")


def changes(redline):
    return [(each.section.anchor, each.change.value, each.move and each.move.value) for each in redline.sections]


def test_a_clause_is_added_and_one_is_removed():
    redline = compare_drafts(draft(ONE, THREE), draft(TWO, ONE))
    assert changes(redline) == [("c.two", "added", None), ("c.one", "same", None), ("c.three", "removed", None)]
    assert redline.change is Change.CHANGED


def test_a_clause_that_is_only_counted_anew_is_the_same_but_a_reference_to_it_is_not():
    redline = compare_drafts(draft(ONE, TWO), draft(THREE, ONE, TWO))
    assert changes(redline) == [("c.three", "added", None), ("c.one", "same", None), ("c.two", "changed", None)]
    assert marked(redline.sections[2].blocks[0].pieces) == (
        "The vendor may keep backups under [-Clause 1.2-]{+Clause 2.2+}."
    )


def test_a_clause_that_moved_is_shown_at_both_places():
    redline = compare_drafts(draft(ONE, TWO, THREE), draft(THREE, ONE, TWO))
    assert [(anchor, move) for anchor, _, move in changes(redline)] == [
        ("c.three", "here"),
        ("c.one", None),
        ("c.two", None),
        ("c.three", "away"),
    ]
    assert redline.sections[0].blocks == redline.sections[3].blocks
    alone = compare_drafts(draft(ONE, THREE), draft(THREE, ONE))
    assert {each.change for each in alone.sections} == {Change.SAME}
    assert alone.change is Change.CHANGED


def test_a_clause_may_move_and_change():
    other = clause("c.three", "{#p1} The law of the vendor's country governs this agreement.")
    redline = compare_drafts(draft(ONE, TWO, THREE), draft(other, ONE, TWO))
    assert changes(redline)[0] == ("c.three", "changed", "here")
    assert marked(redline.sections[0].blocks[0].pieces) == (
        "The law of the [-client's-]{+vendor's+} country governs this agreement."
    )


def test_a_new_title_is_a_change():
    redline = compare_drafts(draft(ONE), draft(clause("c.one", "{#p1} x", title="Another")))
    assert marked(redline.sections[0].title) == "[-C.One-]{+Another+}"
    assert redline.sections[0].change is Change.CHANGED


def paragraphs(old, new):
    section = compare_drafts(draft(clause("c.one", old)), draft(clause("c.one", new))).sections[0]
    return [(each.change.value, each.move and each.move.value, marked(each.pieces)) for each in section.blocks]


def test_paragraphs_are_known_by_their_ids_however_much_changed():
    assert paragraphs("{#p1} One thing.", "{#p1} Quite another matter altogether.") == [
        ("changed", None, "[-One thing-]{+Quite another matter altogether+}.")
    ]


def test_items_without_ids_are_known_by_their_words():
    old = "{#p1} It must:\n\n- delete the data of the client;\n- tell the client;\n- keep records of all this."
    new = "{#p1} It must:\n\n- delete the data of each client;\n- keep records of all this;\n- pay for it."
    assert paragraphs(old, new) == [
        ("same", None, "It must:"),
        ("changed", None, "delete the data of [-the-]{+each+} client;"),
        ("removed", None, "[-tell the client;-]"),
        ("changed", None, "keep records of all this[-.-]{+;+}"),
        ("added", None, "{+pay for it.+}"),
    ]


def test_a_paragraph_that_moved_within_its_clause_is_shown_at_both_places():
    text = "{#p1} First the data.\n\n{#p2} Then the report.\n\n{#p3} Last the law."
    new = "{#p3} Last the law.\n\n{#p1} First the data.\n\n{#p2} Then the report."
    assert [(change, move) for change, move, _ in paragraphs(text, new)] == [
        ("same", "here"),
        ("same", None),
        ("same", None),
        ("same", "away"),
    ]
    section = compare_drafts(draft(clause("c.one", text)), draft(clause("c.one", new))).sections[0]
    assert section.change is Change.CHANGED


def test_an_item_without_id_that_moved_is_known_by_its_words_at_some_length():
    item = "- delete all of the data that it has seen;"
    old = f"{{#p1}} It must:\n\n{item}\n\n{{#p2}} It may:"
    new = f"{{#p1}} It must:\n\n{{#p2}} It may:\n\n{item}"
    assert ("same", "here", item[2:]) in paragraphs(old, new)
    short = "- go;"
    assert all(move is None for _, move, _ in paragraphs(old.replace(item, short), new.replace(item, short)))


def table(*rows):
    head = ((Text("Name"),), (Text("Task"),))
    return Table(head, tuple(tuple((Text(cell),) for cell in row) for row in rows))


def with_blocks(*blocks):
    made = draft(ONE)
    return replace(made, sections=(replace(made.sections[0], blocks=blocks),))


def test_rows_are_known_by_their_first_cell():
    old = table(("Meghna", "desktops"), ("Padma", "labels"), ("Jamuna", "audits"))
    new = table(("Meghna", "cloud desktops"), ("Teesta", "labels of cars"), ("Jamuna", "audits"))
    change = compare_drafts(with_blocks(old), with_blocks(new)).sections[0].blocks[0]
    assert [(row.change.value, [marked(cell) for cell in row.cells]) for row in change.rows] == [
        ("changed", ["Meghna", "{+cloud +}desktops"]),
        ("removed", ["[-Padma-]", "[-labels-]"]),
        ("added", ["{+Teesta+}", "{+labels of cars+}"]),
        ("same", ["Jamuna", "audits"]),
    ]
    assert (change.change, change.header.change) == (Change.CHANGED, Change.SAME)


def test_a_table_with_other_columns_is_another_table():
    narrow = Table(((Text("Name"),),), (((Text("Meghna"),),),))
    found = compare_drafts(with_blocks(table(("Meghna", "desktops"))), with_blocks(narrow)).sections[0].blocks
    assert [each.change for each in found] == [Change.REMOVED, Change.ADDED]
    assert {row.change for row in found[0].rows} == {Change.REMOVED}


def test_a_row_without_cells_is_taken_as_it_comes():
    empty = Table((), ((),))
    assert compare_drafts(with_blocks(empty), with_blocks(empty)).change is Change.SAME


# --- the first pages --------------------------------------------------------------------------------------


def test_parties_are_known_by_their_roles_and_details_by_their_labels():
    old = draft(ONE)
    party = old.parties[1]
    moved = replace(party, details=(("Address", (Text("Bengaluru"),)), ("Contact", (Text("Privacy Office"),))))
    redline = compare_drafts(old, replace(old, parties=(old.parties[0], moved)))
    assert [each.change for each in redline.parties] == [Change.SAME, Change.CHANGED]
    assert [(each.label, each.change.value, marked(each.pieces)) for each in redline.parties[1].details] == [
        ("Address", "changed", "[-Pune-]{+Bengaluru+}"),
        ("Contact", "added", "{+Privacy Office+}"),
    ]


def test_a_party_comes_and_one_goes():
    old = draft(ONE)
    other = replace(old, parties=old.parties[:1], signatures=old.signatures[1:])
    redline = compare_drafts(old, other)
    assert [each.change.value for each in redline.parties] == ["same", "removed"]
    assert [each.change.value for each in redline.signatures] == ["removed", "same"]


def test_title_subtitle_background_and_signature_are_lines():
    old = replace(draft(ONE), background=((Text("The client has data."),),), signature=(Text("Signed by hand."),))
    new = replace(
        old,
        title="Another Document",
        subtitle="under the law",
        background=((Text("The client has images."),), (Text("So it is."),)),
        signature=(Text("Signed by machine."),),
    )
    redline = compare_drafts(old, new)
    assert marked(redline.title.pieces) == "[-A-]{+Another+} Document"
    assert (redline.subtitle.change, marked(redline.subtitle.pieces)) == (Change.CHANGED, "{+under the law+}")
    assert [marked(each.pieces) for each in redline.background] == [
        "The client has [-data-]{+images+}.",
        "{+So it is.+}",
    ]
    assert marked(redline.signature.pieces) == "Signed by [-hand-]{+machine+}."


def test_the_section_of_a_change_is_the_one_that_is_there():
    redline = compare_drafts(draft(ONE), draft(TWO))
    assert [each.section.anchor for each in redline.sections] == ["c.one", "c.two"]
    assert isinstance(redline.sections[0].section, Section)
    assert Move.HERE.value == "here"


# --- accepting and rejecting ------------------------------------------------------------------------------

FIRST = clause("c.one", "{#p1} It must:\n\n- delete the data;\n- tell the client.\n\n{#p2} It pays all of it.")
FIRST_MOVED = clause(
    "c.one", "{#p2} It pays all of it.\n\n{#p1} It must:\n\n- delete the images;\n- go.", title="Duties"
)
ROWS = table(("Meghna", "desktops"), ("Padma", "labels"), ("Jamuna", "audits"))
OTHER_ROWS = table(("Meghna", "cloud desktops"), ("Teesta", "labels of cars"), ("Jamuna", "audits"))
NARROW = Table(((Text("Name"),),), (((Text("Meghna"),),), ()))
COVER = replace(
    draft(ONE),
    subtitle="under the law",
    background=((Text("The client has data."),), (Text("The vendor "), Text("labels it."))),
    signature=(Text("Signed by hand."),),
)
OTHER_COVER = replace(
    COVER,
    title="Another Document",
    subtitle="",
    background=((Text("The client has images."),),),
    parties=(
        replace(COVER.parties[0], name=(Text("Larkfield Hospital"),)),
        replace(COVER.parties[1], details=(("Contact", (Text("Privacy Office"),)),)),
    ),
    signature=(Text("Signed by machine."),),
    signatures=(replace(COVER.signatures[0], signatory=(Text("the director"),)), COVER.signatures[1]),
)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(draft(ONE, TWO, THREE), draft(THREE, ONE, TWO), id="a clause moved"),
        pytest.param(draft(ONE, TWO), draft(THREE, TWO), id="a clause for another"),
        pytest.param(draft(ONE, annexes=[TWO, THREE]), draft(ONE, annexes=[THREE]), id="an annex gone"),
        pytest.param(draft(FIRST), draft(FIRST_MOVED), id="paragraphs moved and items changed"),
        pytest.param(with_blocks(ROWS), with_blocks(OTHER_ROWS), id="rows of a table"),
        pytest.param(with_blocks(ROWS, NARROW), with_blocks(NARROW), id="a table gone"),
        pytest.param(with_blocks(), with_blocks(*draft(FIRST).sections[0].blocks, ROWS), id="all of it new"),
        pytest.param(COVER, OTHER_COVER, id="the first pages and the signatures"),
        pytest.param(COVER, replace(COVER, parties=(), signatures=()), id="no parties"),
    ],
)
def test_of_two_drafts_accepting_gives_one_and_rejecting_the_other(old, new):
    for one, other in ((old, new), (new, old)):
        redline = compare_drafts(one, other)
        assert redline.change is Change.CHANGED
        assert normal(accept(redline)) == normal(other)
        assert normal(reject(redline)) == normal(one)


def test_where_text_changed_the_accepted_runs_are_in_normal_form_and_elsewhere_as_they_were():
    old, new = (
        replace(COVER, background=((Text("a "), Text("b")), (Text("One "), Text("image."), Text(each))))
        for each in ("", " More of it.")
    )
    redline = compare_drafts(old, new)
    assert accept(redline).background == ((Text("a "), Text("b")), (Text("One image. More of it."),))
    assert reject(redline).background == ((Text("a "), Text("b")), (Text("One image."),))


@pytest.mark.parametrize("made", [COVER, with_blocks(ROWS, NARROW), draft(FIRST, annexes=[TWO])])
def test_with_no_change_both_sides_are_the_draft_itself(made):
    redline = compare_drafts(made, made)
    assert redline.change is Change.SAME
    assert accept(redline) == reject(redline) == made
