"""Places for our text: numbers that go on and move none of theirs."""

import pytest

from govern.review import Cell, Outline, PaperParagraph, Slot, find_end


def typed(*texts):
    from govern.review import find_typed

    return [find_typed(PaperParagraph(text, source=place)) for place, text in enumerate(texts)]


def headed(*pairs):
    """Clauses of a heading and a paragraph, both with typed numbers."""
    from dataclasses import replace

    lines = [line for pair in pairs for line in pair]
    return [replace(each, heading=not place % 2) for place, each in enumerate(typed(*lines))]


LONG = (
    "The Vendor keeps it safe, and it keeps it well, at all times and in all places, as the law has it, and as it can."
)


def test_a_paragraph_after_the_last_of_a_clause(paper):
    outline = Outline(paper(*headed(("1. Data", "1.1\tKeep it."), ("2. LAW", "2.1\tFrench law."))))
    assert outline.within(0) == Slot(1, 1, "1.2\t")
    assert outline.within(0) == Slot(1, 1, "1.3\t")
    assert outline.clause_of(3) == 1
    assert outline.clause_of(9) is None


def test_a_new_clause_at_the_end_goes_on(paper):
    outline = Outline(paper(*headed(("1. DATA", "1.1 Keep it."), ("2. LAW", "2.1 French law."))))
    assert outline.clause_at_end("Audit and access") == ("AUDIT AND ACCESS", Slot(3, 2, "3. "), True)
    assert outline.under_new_clause(1) == Slot(3, 3, "3.1 ")
    assert outline.under_new_clause(2) == Slot(3, 3, "3.2 ")
    assert outline.clause_at_end("More")[1].prefix == "4. "
    assert outline.under_new_clause(1).prefix == "4.1 "


def test_deeper_numbers_under_a_new_clause(paper):
    outline = Outline(paper(*headed(("1. Data of Persons", "1.1.1 Keep it."), ("2. Law of Nations", "2.1.1 Law."))))
    assert outline.clause_at_end("Access to records")[0] == "Access to Records"
    assert outline.under_new_clause(2).prefix == "3.1.2 "


def test_between_flat_numbers_stands_a_letter(paper):
    flat = Outline(paper(*typed("1. Keep it.", "(a) well;", "2. Tell us.")))
    assert [flat.within(0).prefix, flat.within(0).prefix, flat.within(1).prefix] == ["1A. ", "1B. ", "2A. "]
    assert flat.clause_at_end("Audit") == ("Audit", Slot(2, 2, "3. "), False)
    german = Outline(paper(*typed("\u00a7 1 Keep it.", "\u00a7 2 Tell us.")))
    assert german.within(0).prefix == "\u00a7 1a "
    letters = Outline(paper(*typed("A. Keep it.", "B. Tell us.")))
    assert letters.within(0).prefix == "A-1. "
    assert letters.clause_at_end("Audit")[1].prefix == "C. "


def test_numbers_that_word_counts_stay_words(paper):
    each = [PaperParagraph("Data", "1", 0, True, 0), PaperParagraph("Keep it.", "1.1", 1, source=1),
            PaperParagraph("Law", "2", 0, True, 2), PaperParagraph("French.", "2.1", 1, source=3)]  # fmt: skip
    outline = Outline(paper(*each))
    assert outline.within(0) == Slot(1, 1, automatic=True)
    assert outline.clause_at_end("Audit") == ("Audit", Slot(3, 2, automatic=True), True)
    assert outline.under_new_clause(1) == Slot(3, 3, automatic=True)
    flat = Outline(paper(PaperParagraph("Keep it.", "1"), PaperParagraph("Tell us.", "2", source=1)))
    assert flat.within(0) == Slot(0, 0, "1A.\t")
    assert flat.clause_at_end("Audit") == ("Audit", Slot(1, 1, automatic=True), False)


def test_clauses_without_numbers(paper):
    each = [PaperParagraph("Terms", heading=True), PaperParagraph("Between A and B."),
            PaperParagraph("Data", heading=True, source=2), PaperParagraph("Keep it.", source=3),
            PaperParagraph("- safely", source=4), PaperParagraph("Law", heading=True, source=5)]  # fmt: skip
    outline = Outline(paper(*each))
    assert [group[0] for group in outline.clauses] == [2, 5]
    assert outline.within(0) == Slot(4, 3)
    assert outline.within(1) == Slot(5, None)
    assert outline.clause_at_end("Audit") == ("Audit", Slot(5, 5), True)
    assert outline.under_new_clause(1) == Slot(5, 4)
    bare = Outline(paper("Keep it."))
    assert bare.within(0) == Slot(0, 0)
    assert bare.clause_at_end("Audit") == ("Audit", Slot(0, 0), False)
    assert Outline(paper(PaperParagraph("Data", heading=True), PaperParagraph("B", heading=True))).under_new_clause(
        1
    ) == (Slot(1, None))
    bullets = Outline(paper(PaperParagraph("A", "1", heading=True), PaperParagraph("- one", level=1)))
    assert bullets.within(0) == Slot(1, 1)
    lettered = Outline(paper(PaperParagraph("A", "1", heading=True), PaperParagraph("(a) one", "(a)")))
    assert lettered.within(0) == Slot(1, 1)


def test_articles_in_roman_numbers(paper):
    each = headed(("Article VIII Data", "Keep it."), ("Article IX Law", "French law."))
    assert Outline(paper(*each)).clause_at_end("Audit")[1].prefix == "Article X "
    odd = headed(("(a) Data", "Keep it."), ("(zz) Law", "French law."))
    assert Outline(paper(*odd)).clause_at_end("Audit")[2]


def test_tables_are_no_place_for_a_paragraph(paper):
    cell = PaperParagraph("In a table.", cell=Cell(0, 0, 0))
    first = PaperParagraph("Keep it.", "1.1", typed=True)
    assert Outline(paper(first, cell)).within(0).after == 0
    assert Outline(paper(cell)).within(0).after == 0


@pytest.mark.parametrize(
    "closing",
    ["IN WITNESS WHEREOF, signed.", "Signed by Alpha", "By: ______", "Agreed and accepted:", "____________",
     "Schedule 1 - Measures", "ANNEX II"],
)  # fmt: skip
def test_signatures_and_annexes_end_the_body(paper, closing):
    text = paper(*typed("Terms", "1. Keep it.", closing, "More."))
    assert find_end(text) == 1


def test_what_does_not_end_the_body(paper):
    assert find_end(paper(*typed("Exhibit A", LONG, "Annex II lists the measures.", "1. Annex"))) == 3
    assert find_end(paper("Date: today", "Title: Terms", "Hello.")) == 2
    assert find_end(paper(LONG, PaperParagraph("By: x", cell=Cell(0, 0, 0)))) == 1
    assert find_end(paper(PaperParagraph("note", source=-1))) == 0
