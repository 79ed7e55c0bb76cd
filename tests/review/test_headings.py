"""A heading says what the text under it is about; alone it promises nothing and weakens nothing."""

import pytest

from govern.review import Cell, Need, PaperParagraph, Presence, Weakness, read_passages, review_terms, watch_clauses
from govern.review.detectors import DetectorBook, Watch

TITLE = PaperParagraph("The Agreement", heading=True)


def head(text, **more):
    return PaperParagraph(text, heading=True, **more)


def judge(book, paper):
    (found,) = review_terms(paper, book, ["t.one"])
    return found


def words(passages):
    """The words of each passage, those of headings in capitals."""
    found = {}
    for each in passages.placed:
        found.setdefault(each.passage, []).append(each.word.plain.upper() if each.title else each.word.plain)
    return [" ".join(each) for each in found.values()]


def test_a_promise_may_begin_in_the_heading(detector, paper):
    found = judge(detector(["breach ~8 notify"]), paper(TITLE, head("Breaches"), "We notify you at once. Thanks."))
    assert (found.presence, found.quote.text) == (Presence.PRESENT, "We notify you at once.")


def test_a_heading_alone_promises_nothing(detector, paper, patterns):
    text = paper(TITLE, head("Audits and notices"), "We like them.")
    assert judge(detector(["audit"]), text).presence is Presence.NOT_FOUND
    assert judge(detector(["like"], ["audit"]), text).presence is Presence.NOT_FOUND
    needs = (Need(patterns("audit"), "has no audits"),)
    assert judge(detector(["like"], needs=needs), text).why == "has no audits"


def test_a_heading_weakens_nothing_and_excludes_nothing(detector, paper, patterns):
    weak = (Weakness("fee", patterns("fee"), "costs money"),)
    text = paper(TITLE, head("Fees"), "We allow audits.", "We allow audits for a fee.")
    book = detector(["allow ~2 audit"], book={"weak": weak}, unless=patterns("fee ~9 never"))
    assert [judge(book, paper(*text.paragraphs[:3])).presence, judge(book, text).presence] == [Presence.PRESENT] * 2
    assert judge(detector(["audit"], unless=patterns("fee")), paper(*text.paragraphs[:3])).presence is Presence.PRESENT


def test_a_denial_counts_before_the_last_word_of_a_promise_that_begins_in_the_heading(detector, paper, patterns):
    denials = (Weakness("no", patterns("need not"), "says the opposite", before=2),)
    book = detector(["breach ~8 notify"], book={"denials": denials})
    found = judge(book, paper(TITLE, head("Breaches"), "We need not notify you."))
    assert (found.presence, found.why) == (Presence.NOT_FOUND, "says the opposite")


def test_where_headings_count_they_are_read_with_what_stands_under_them(detector, paper, patterns):
    weak = (Weakness("open", patterns("to be agreed"), "is left open"),)
    book = detector(["clause 17"], ["ireland"], titled=True, weak=weak)
    found = judge(book, paper(TITLE, head("Clause 17"), "Law: Ireland. It is short."))
    assert (found.presence, found.quote.text) == (Presence.PRESENT, "Law: Ireland.")
    assert judge(book, paper(TITLE, head("Clause 17"), "Ireland, to be agreed.")).why == "is left open"
    assert judge(book, paper(TITLE, head("Clause 18"), "Law: Ireland.")).presence is Presence.NOT_FOUND


def test_some_headings_say_what_the_text_under_them_is(detector, paper, patterns):
    book = detector(["never"], titles=patterns("type ~2 data"))
    found = judge(book, paper(TITLE, head("Types of data"), "Names and faces."))
    assert (found.presence, found.quote.text) == (Presence.PRESENT, "Names and faces.")
    assert judge(book, paper(TITLE, "Types of data are names.")).presence is Presence.NOT_FOUND
    book = detector(["never"], titles=patterns("type ~2 data"), unless=patterns("data ~1 centre"))
    assert judge(book, paper(TITLE, head("Types of data"), "Names and faces.")).presence is Presence.PRESENT
    assert judge(book, paper(TITLE, head("Types of data centres"), "Names.")).presence is Presence.NOT_FOUND


def test_a_prohibition_does_not_begin_in_the_heading(detector, paper):
    text = paper(TITLE, head("No sale, no sharing"), "We do not sell.")
    ways = ["share ~8 not"]
    assert judge(detector(ways), text).presence is Presence.PRESENT
    assert judge(detector(ways, forbids=True), text).presence is Presence.NOT_FOUND


def test_a_clause_to_look_at_is_not_a_heading(paper, patterns):
    book = DetectorBook({}, watches=(Watch("cap", "cap", ((patterns("liability"),),), "because"),))
    assert watch_clauses(paper(TITLE, head("Liability"), "None."), book) == ()


@pytest.mark.parametrize(
    ("paragraphs", "expected"),
    [
        ([TITLE, "One."], ["one"]),  # the title of the paper stands over nothing
        ([TITLE, head("Annex I"), head("A. Parties"), "One."], ["ANNEX I PARTIES one"]),
        ([TITLE, head("Fees"), "One.", head("Term"), "Two."], ["FEES one", "TERM two"]),
        ([TITLE, head("Part", level=1), "One.", head("Sub", level=2), "Two."], ["PART one", "PART SUB two"]),
        (
            [TITLE, head("Sub", level=2), "One.", head("Part", level=1), "Two."],
            ["SUB one", "PART two"],
        ),
        ([TITLE, head("7. Fees", number="7.", typed=True), "One.", "Two."], ["FEES one", "FEES two"]),
        ([TITLE, head("Fees"), head("Term")], []),
        ([TITLE, head("Fees"), "...", "One."], ["FEES one"]),
        (["Start.", "Nobody marked it", "It stands over a text."], ["start", "NOBODY MARKED IT it stands over text"]),
        (["Start.", "Here is a line", "It stands over a text."], ["start", "here is line", "it stands over text"]),
        (["Start.", "Ends with a stop.", "It stands over a text."], ["start", "ends with stop", "it stands over text"]),
        (["A start.", "Label: entry", "It stands over a text."], ["start", "label entry", "it stands over text"]),
        (["A start.", "No text follows", "really"], ["start", "no text follows", "really"]),
    ],
)  # fmt: skip
def test_what_stands_over_what(paper, paragraphs, expected):
    assert words(read_passages(paper(*paragraphs))) == expected


@pytest.mark.parametrize(
    ("number", "text", "following", "heading"),
    [
        ("4.", "4. What is processed and for how long?", "4.1", True),
        ("4.", "4. What is processed and for how long", "", True),
        ("4.", "4. We shall pay", "4.1", False),
        ("4.", "4. What is processed", "5.", False),
        ("B", "B. What is processed", "", True),
        ("(iv)", "(iv) What is processed", "", False),
    ],
)
def test_a_numbered_line_without_a_stop_is_a_heading(paper, number, text, following, heading):
    below = PaperParagraph(f"{following} A text that is long enough to stand under it.", following, typed=True)
    passages = read_passages(paper("A start.", PaperParagraph(text, number, typed=True), below))
    assert any(each.title for each in passages.placed) is heading


def test_only_some_words_of_many_headings_are_read(paper):
    passages = read_passages(paper(TITLE, head("One " * 20), head("Two " * 20), "Text."))
    assert sum(each.title for each in passages.placed) == 24


def test_a_row_of_a_table_stands_under_its_heading(paper):
    row = [PaperParagraph(text, cell=Cell(0, 0, place)) for place, text in enumerate(("Data", "Names."))]
    assert words(read_passages(paper(TITLE, head("Annex"), *row))) == ["ANNEX data names"]
    assert words(read_passages(paper("A start.", "No heading", *row))) == ["start", "no heading", "data names"]


def test_what_counts_only_behind_the_promise(detector, paper, patterns):
    weak = (Weakness("condition", patterns("if"), "holds under a condition", after=True),)
    book = detector(["notify"], book={"weak": weak})
    assert judge(book, paper("If we see it, we notify you.")).presence is Presence.PRESENT
    assert judge(book, paper("We notify you if we like.")).why == "holds under a condition"


ROWS = ("The parties agree on this:", PaperParagraph("Subject: tags", level=1), PaperParagraph("Term: a year", level=1))


def test_the_items_of_a_short_list_are_read_together(detector, paper, patterns):
    book = detector(["subject"], ["year"], needs=(Need(patterns("term"), "has no term", "passage"),))
    assert judge(book, paper(*ROWS)).presence is Presence.PRESENT
    assert judge(book, paper(*ROWS[1:])).presence is Presence.PRESENT  # nothing leads them in
    assert judge(book, paper(ROWS[1], TITLE, ROWS[2])).presence is Presence.NOT_FOUND
    assert judge(book, paper(ROWS[1], "A text.", ROWS[2])).presence is Presence.NOT_FOUND


def test_the_items_of_a_long_list_stand_for_themselves(detector, paper):
    long = PaperParagraph("Place: " + "far away " * 100, level=1)
    assert judge(detector(["subject"], ["year"]), paper(*ROWS, long)).presence is Presence.NOT_FOUND


def test_what_weakens_an_item_weakens_no_other(detector, paper, patterns):
    weak = (Weakness("open", patterns("to be agreed"), "is left open", within="passage"),)
    book = detector(["subject"], ["year"], weak=weak)
    found = judge(book, paper(*ROWS, PaperParagraph("Fee: to be agreed", level=1)))
    assert found.presence is Presence.PRESENT


def test_a_prohibition_is_not_denied_by_its_own_not(detector, paper, patterns):
    denials = (Weakness("no", patterns("not"), "says the opposite", before=1, duties=True),)
    book = detector(["use"], forbids=True, book={"denials": denials})
    assert judge(book, paper("We do not use it.")).presence is Presence.PRESENT
    assert judge(detector(["use"], book={"denials": denials}), paper("We do not use it.")).presence is (
        Presence.NOT_FOUND
    )
