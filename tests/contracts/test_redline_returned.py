"""A file that came back, line by line against ours."""

from dataclasses import replace

from govern.contracts import Change, FileLine, Paragraph, Table, Text, compare_files, section_lines, squeeze, write_runs

from .world import clause, draft

TEXT = (
    "{#p1} The vendor must delete all data within thirty days.\n\n"
    "{#p2} It must keep:\n\n- a list of all deletions that it makes;\n\nThis lasts for ten years."
)
ONE = clause("c.one", TEXT)
TWO = clause("c.two", "{#p1} The client may audit the vendor once in every year.")
DRAFT = draft(ONE, TWO)
MARKS = {"_Ref1": ("c.one", None), "_Ref11": ("c.one", 0), "_Ref12": ("c.one", 1), "_Ref2": ("c.two", None)}


def line(text, *bookmarks, was=None, **more):
    return FileLine(text, text if was is None else was, bookmarks, **more)


OURS = [
    line("A Document"),
    line("Agreed terms", part="Agreed terms"),
    line("C.One", "_Ref1"),
    line("The vendor must delete all data within thirty days.", "_Ref11"),
    line("It must keep:", "_Ref12"),
    line("a list of all deletions that it makes;"),
    line("This lasts for ten years."),
    line("C.Two", "_Ref2"),
    line("The client may audit the vendor once in every year."),
    line(""),
    line("Signatures", part="Signatures"),
    line("Signed for the Controller", cell=True),
]


def returned(*lines):
    return compare_files(DRAFT, OURS, lines, MARKS)


def shown(made):
    return [
        (each.change.value, each.section.anchor if each.section else each.part, each.new or each.old, each.tracked)
        for each in made.lines
    ]


def changed(at, *lines):
    return [*OURS[:at], *lines, *OURS[at + 1 :]]


def test_a_file_that_is_as_it_was_has_no_changes():
    made = returned(*OURS)
    assert made.lines == ()
    assert made.sections["c.one"] == section_lines(DRAFT.sections[0])


def test_a_changed_line_is_known_by_its_bookmark_and_is_a_paragraph_of_ours():
    made = returned(*changed(3, line("Nothing of all that.", "_Ref11")))
    assert shown(made) == [("changed", "c.one", "Nothing of all that.", False)]
    assert made.lines[0].paragraph.anchor == "c.one#p1"
    assert made.sections["c.one"][1] == "Nothing of all that."


def test_only_the_words_that_differ_are_a_change_whatever_stands_behind_them():
    text = '{#p1} **"Work"** is the ==Vendor==\'s work under {ref:c.two} and takes 30 days.\n\n{#p2} The **"Vendor"**.'
    tree = draft(clause("c.one", text, defines=["Work", "Vendor"], uses=["Vendor"]), TWO)
    words = [line("C.One", "_Ref1"), line(write_runs(tree.sections[0].blocks[0].content), "_Ref11")]
    theirs = [words[0], line(words[1].now.replace("30", "60"), "_Ref11")]
    (made,) = compare_files(tree, words, theirs, MARKS).lines
    assert [(write_runs(each.old), write_runs(each.new)) for each in made.pieces if each.change is not Change.SAME] == [
        ("30", ""),
        ("", "60"),
    ]


def test_a_line_without_bookmark_is_known_by_its_words_and_its_place():
    made = returned(*changed(5, line("a list of those deletions that it makes;")))
    assert shown(made) == [("changed", "c.one", "a list of those deletions that it makes;", False)]
    assert write_runs(made.lines[0].paragraph.content) == "a list of all deletions that it makes;"
    assert [piece.change for piece in made.lines[0].pieces].count(Change.ADDED) == 1


def test_marks_and_spaces_that_are_set_otherwise_are_no_change():
    theirs = [replace(each, now=each.now.replace("thirty days", "thirty\u00a0days")) for each in OURS]
    assert returned(*theirs).lines == ()
    quoted = draft(clause("c.one", '{#p1} The vendor\'s "work" takes 30 days, as Annex I says.'))
    straight, curly = (
        line(text, "_Ref11")
        for text in (
            'The vendor\'s "work" takes 30 days, as Annex I says.',
            "The vendor’s “work” takes 30\u00a0days, as Annex\u00a0I says.",
        )
    )
    for ours, theirs in ((straight, curly), (curly, straight)):
        assert compare_files(quoted, [ours], [theirs], MARKS).lines == ()
        longer = replace(theirs, now=theirs.now.replace("30", "90"))
        (made,) = compare_files(quoted, [ours], [longer], MARKS).lines
        changes = [(piece.change, write_runs(piece.old or piece.new)) for piece in made.pieces]
        assert [each for each in changes if each[0] is not Change.SAME] == [
            (Change.REMOVED, "30"), (Change.ADDED, "90")
        ]  # fmt: skip
        assert squeeze(ours.now) == squeeze(theirs.now)


def test_lines_come_and_go_where_they_stand():
    added = line("It may charge for each of these deletions.")
    assert shown(returned(*changed(6))) == [("removed", "c.one", "This lasts for ten years.", False)]
    assert shown(returned(*OURS[:7], added, *OURS[7:])) == [("added", "c.one", added.now, False)]
    assert shown(returned(added, *OURS)) == [("added", "", added.now, False)]


def test_what_stands_outside_the_clauses_is_called_by_its_part():
    made = returned(*changed(11, line("Signed for the Client", cell=True)))
    assert shown(made) == [("changed", "Signatures", "Signed for the Client", False)]
    assert shown(returned(*changed(0, line("Another Document")))) == [("changed", "", "Another Document", False)]


def test_a_change_is_tracked_if_rejecting_it_gives_our_line_back():
    old = OURS[3].now
    edited = line("The vendor must delete some data within thirty days.", "_Ref11", was=old)
    assert shown(returned(*changed(3, edited)))[0][3] is True
    on_top = replace(edited, was="The vendor must delete most data within thirty days.")
    assert shown(returned(*changed(3, on_top)))[0][3] is False
    assert shown(returned(*changed(3, line("", "_Ref11", was=old)))) == [("removed", "c.one", old, True)]
    added = line("It may charge for each of these deletions.", was="")
    assert shown(returned(*OURS[:7], added, *OURS[7:]))[0][3] is True


def test_a_line_that_moved_is_shown_where_it_stands_now():
    moved = OURS[8]
    made = returned(*OURS[:3], moved, *OURS[3:8], *OURS[9:])
    assert [(each.change, each.moved, each.new) for each in made.lines] == [(Change.SAME, True, moved.now)]


def test_spaces_are_no_change():
    assert (
        returned(*changed(3, line("The vendor  must delete all\u00a0data within thirty days. ", "_Ref11"))).lines == ()
    )


def test_a_bookmark_of_a_table_or_of_nothing_is_no_paragraph():
    table = Table(((Text("Name"),),), (((Text("Meghna Cloud"),),),))
    made = replace(DRAFT, sections=(replace(DRAFT.sections[0], blocks=(table,)), DRAFT.sections[1]))
    ours = [line("C.One", "_Ref1", "_Other"), line("Name", "_Ref11", cell=True), line("Meghna Cloud", cell=True)]
    found = compare_files(made, ours, [ours[0], ours[1], line("Padma Cloud", cell=True)], MARKS).lines
    assert [(each.paragraph, each.section.anchor) for each in found] == [(None, "c.one")]
    assert section_lines(made.sections[0]) == ("C.One", "Name", "Meghna Cloud")
    assert isinstance(DRAFT.sections[0].blocks[0], Paragraph)


def test_where_a_line_moved_to_is_said_of_the_first_that_moved():
    two = OURS[5:7]
    made = returned(*OURS[:5], *OURS[7:9], *two, *OURS[9:])
    assert [(each.new, each.moved_to) for each in made.lines] == [(two[0].now, "after 2.1"), (two[1].now, "")]
    headed = returned(*OURS[:5], OURS[7], *two, *OURS[8:])
    assert [each.moved_to for each in headed.lines] == ["in Clause 2", ""]
    first = returned(two[0], *OURS[:5], *OURS[6:])
    assert [each.moved_to for each in first.lines] == ["outside of the clauses"]


def test_what_stands_beside_a_line_is_shown_at_its_place_unless_it_is_ours():
    note, ours = ("comment", "“No.”"), ("comment", "“Ours.”")
    known = [replace(each, asides=(ours,)) if each is OURS[3] else each for each in OURS]
    theirs = [replace(each, asides=(ours, note)) if each is OURS[3] else each for each in OURS]
    made = compare_files(DRAFT, known, theirs, MARKS)
    assert made.lines == ()
    assert [(each.kind, each.text, each.paragraph.anchor) for each in made.asides] == [(*note, "c.one#p1")]
    twice = [replace(each, asides=(ours, ours)) if each is OURS[3] else each for each in OURS]
    assert len(compare_files(DRAFT, known, twice, MARKS).asides) == 1


def test_what_stands_beside_a_line_that_is_gone_is_known_by_its_bookmark_or_by_the_line_before():
    struck = ("struck", "“The vendor must”")
    by_mark = returned(*changed(3, line("", "_Ref11", asides=(struck,))))
    assert [(each.paragraph.anchor, each.section.anchor) for each in by_mark.asides] == [("c.one#p1", "c.one")]
    before = returned(*changed(6, line("", asides=(struck,))))
    assert [each.section.anchor for each in before.asides] == ["c.one"]
    first = returned(line("", asides=(struck,)), *OURS)
    assert [(each.section, each.part) for each in first.asides] == [(None, "")]
