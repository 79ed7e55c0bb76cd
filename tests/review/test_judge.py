"""Present, weak, denied, not found; figures; clauses to look at."""

import pytest

from govern.review import (
    Cell,
    DetectorBook,
    Need,
    OurWord,
    PaperParagraph,
    Presence,
    Reading,
    Watch,
    Weakness,
    review_terms,
    watch_clauses,
)


def judge(book, paper):
    (found,) = review_terms(paper, book, ["t.one", "t.unknown"])
    return found


def test_a_promise_is_present_with_its_sentence_and_clause(detector, paper):
    text = paper(PaperParagraph("7.2 First. The Vendor shall allow audits. Last.", "7.2", typed=True))
    found = judge(detector(["allow ~4 audit"]), text)
    assert (found.presence, found.why) == (Presence.PRESENT, "clause 7.2 says it")
    assert (found.quote.text, found.quote.label) == ("The Vendor shall allow audits.", "7.2")


def test_all_groups_have_to_match_in_one_passage(detector, paper):
    book = detector(["allow"], ["audit"], ["yearly", "monthly"])
    assert judge(book, paper("We allow. Every audit is yearly.")).presence is Presence.PRESENT
    assert judge(book, paper("We allow.", "Every audit is yearly.")).presence is Presence.NOT_FOUND
    assert judge(book, paper("We help with a yearly audit.")).why == "no clause says it"


def test_a_clause_may_be_the_window(detector, paper):
    book = detector(["allow"], ["audit"], within="clause")
    head = PaperParagraph("Audit", heading=True)
    other = PaperParagraph("Fees", heading=True)
    third = PaperParagraph("Term", heading=True)
    assert judge(book, paper(head, "We allow.", "An audit.", other, third)).presence is Presence.PRESENT
    assert judge(book, paper(head, "We allow.", other, "An audit.", third)).presence is Presence.NOT_FOUND


def test_items_are_read_with_their_lead(detector, paper):
    book = detector(["shall ~6 audit"])
    text = paper(
        PaperParagraph("The Vendor shall:", "7"),
        PaperParagraph("(a) help;", "(a)"),
        PaperParagraph("(b) permit audits.", "(b)"),
    )
    found = judge(book, text)
    assert (found.quote.label, found.quote.text) == ("7(b)", "(b) permit audits.")
    assert (
        judge(book, paper(PaperParagraph("The Vendor shall:", "7"), PaperParagraph("permit audits", "8"))).quote is None
    )


def test_a_row_of_a_table_is_one_passage(detector, paper):
    row = [PaperParagraph(text, cell=Cell(0, 1, column)) for column, text in enumerate(("Types of data", "names"))]
    below = PaperParagraph("faces", cell=Cell(0, 2, 0))
    found = judge(detector(["type ~1 data ~2 name"]), paper(*row, below))
    assert found.why == "table 1, row 2 says it"
    assert judge(detector(["name ~2 face"]), paper(*row, below)).presence is Presence.NOT_FOUND


def test_what_excludes_a_sentence(detector, paper, patterns):
    book = detector(["audit"], unless=patterns("tax"))
    assert judge(book, paper("A tax audit.")).presence is Presence.NOT_FOUND
    assert judge(book, paper("A tax audit. An audit.")).presence is Presence.PRESENT


def test_weak_words_count_in_their_sentence(detector, paper, patterns):
    weak = (Weakness("effort", patterns("try to"), "only an effort", unless=patterns("fail")),)
    book = detector(["notify"], book={"weak": weak})
    found = judge(book, paper("We try to notify you."))
    assert (found.presence, found.why, found.phrase.text) == (Presence.WEAK, "only an effort", "try to")
    assert judge(book, paper("We notify you. We try to sleep.")).presence is Presence.PRESENT
    assert judge(book, paper("We notify you or fail if we try to.")).presence is Presence.PRESENT
    assert judge(detector(["notify"], book={"weak": weak}, excepted=("effort",)), paper("try to notify")).presence is (
        Presence.PRESENT
    )


def test_weak_words_may_have_to_stand_before(detector, paper, patterns):
    book = detector(["notify"], weak=(Weakness("", patterns("may"), "may", before=2),))
    assert judge(book, paper("We may at once notify you.")).presence is Presence.WEAK
    assert judge(book, paper("We notify you, and you may answer.")).presence is Presence.PRESENT
    assert judge(book, paper("We may do this and that and notify.")).presence is Presence.PRESENT


def test_a_better_clause_outweighs_a_weak_one(detector, paper, patterns):
    book = detector(["notify"], weak=(Weakness("", patterns("perhaps"), "perhaps"),))
    assert judge(book, paper("Perhaps we notify.", "We notify.")).presence is Presence.PRESENT


def test_a_denial_is_not_a_promise(detector, paper, patterns):
    denials = (Weakness("no", patterns("no duty to"), "says the opposite", before=4),)
    found = judge(detector(["notify"], book={"denials": denials}), paper("There is no duty to notify."))
    assert (found.presence, found.why, found.phrase.text) == (Presence.NOT_FOUND, "says the opposite", "no duty to")
    assert found.quote is not None


def test_what_is_needed_beside_the_promise(detector, paper, patterns):
    needs = (Need(patterns("hour"), "no clock", "passage"), Need(patterns("writing"), "not in writing", "paper"))
    book = detector(["notify"], needs=needs)
    assert judge(book, paper("We notify within an hour.", "All is in writing.")).presence is Presence.PRESENT
    found = judge(book, paper("We notify."))
    assert (found.presence, found.why) == (Presence.WEAK, "no clock; not in writing")


@pytest.mark.parametrize(
    ("text", "value", "presence"),
    [
        ("notify within 24 hours", 24, Presence.PRESENT),
        ("notify within seventy-two (72) hours", 72, Presence.PRESENT),
        ("notify within two hundred and forty hours", 240, Presence.WEAK),
        ("notify within 5 days", 120, Presence.WEAK),
        ("notify within one week", 168, Presence.WEAK),
        ("Two hundred hours to notify", 200, Presence.WEAK), ("notify in time. It takes 3 days", 72, Presence.PRESENT),
        ("notify 3 people in 9 very long and dull hours", None, Presence.PRESENT), ("notify", None, Presence.PRESENT),
    ],
)  # fmt: skip
def test_figures_are_read_and_bounded(detector, paper, text, value, presence):
    found = judge(
        detector(["notify"], reads=(Reading("h", "notice", "hours", max=72, because="too late"),)), paper(text)
    )
    assert found.presence is presence
    assert [each.value for each in found.figures] == ([] if value is None else [value])


def test_figures_in_days_near_a_word_with_a_least_value(detector, paper, patterns):
    book = detector(
        ["object"], reads=(Reading("d", "notice", "days", min=10, because="too short", near=patterns("notice")),)
    )
    found = judge(book, paper("They object. Pay in 2 days. On notice of 5 days."))
    assert (found.presence, found.why) == (Presence.WEAK, "notice: 5 days; too short")
    assert judge(book, paper("They object. Pay in 2 days.")).figures == ()


def test_terms_may_follow_from_others(patterns, paper):
    from govern.review import Detector

    one, two = Detector("t.a", ((patterns("alpha"),),)), Detector("t.b", ((patterns("beta"),),))
    both = Detector("t.one", ((patterns("gamma"),),), follows_from=("t.a", "t.b"))
    book = DetectorBook({each.term: each for each in (one, two, both)})
    assert judge(book, paper("Alpha.", "Beta.")).why == "follows from t.a and t.b"
    assert judge(book, paper("Alpha.")).presence is Presence.NOT_FOUND
    assert judge(book, paper("Gamma.")).why == "the text says it"


def test_clauses_to_look_at(patterns, paper):
    watch = Watch("cap", "cap", ((patterns("liability"), patterns("limited")),), "look", unless=patterns("not"))
    found = watch_clauses(
        paper("B.", "Our liability is limited. Liability is limited.", "Liability is not limited."),
        DetectorBook({}, watches=(watch,)),
    )
    assert [(each.id, each.quote.text) for each in found] == [("cap", "Our liability is limited.")]


def test_a_place_that_takes_the_promise_back_outweighs_a_better_one(detector, paper, patterns):
    needs = (Need(patterns("hour"), "sets no clock"),)
    book = detector(["notify"], needs=needs, weak=(Weakness("", patterns("perhaps"), "perhaps"),))
    good, taken, loose = "Notify within one hour.", "Notify perhaps within one hour.", "Notify perhaps."
    for texts in ((good, taken), (taken, good)):
        found = judge(book, paper(*texts))
        assert (found.presence, found.quote.text) == (Presence.WEAK, taken)
    # a weak word about something that is not the whole promise counts for nothing beside it
    assert judge(book, paper(loose, good)).presence is Presence.PRESENT
    without = detector(["notify"], weak=(Weakness("", patterns("perhaps"), "perhaps"),))
    assert judge(without, paper(loose, good)).presence is Presence.PRESENT


def test_a_prohibition_that_permits_again_outweighs_a_better_one(detector, paper, patterns):
    take_backs = (Weakness("own", patterns("except ~4 improve"), "permits again", unless=patterns("not to improve")),)
    wish = (Weakness("wish", patterns("should"), "is a wish"),)
    book = detector(["not use"], book={"take_backs": take_backs, "weak": wish}, forbids=True)
    good, taken, wished = "We do not use it.", "We do not use it, except to improve it.", "We should not use it."
    for texts in ((good, taken), (taken, good)):
        found = judge(book, paper(*texts))
        assert (found.presence, found.why, found.quote.text) == (Presence.WEAK, "permits again", taken)
    assert judge(book, paper(wished, good)).presence is Presence.PRESENT
    assert judge(book, paper(wished)).why == "is a wish"
    assert judge(book, paper("We do not use it except for you, and not to improve it.")).presence is Presence.PRESENT
    # what forbids nothing is not taken back
    duty = detector(["not use"], book={"take_backs": take_backs})
    assert judge(duty, paper(taken)).presence is Presence.PRESENT


def test_a_prohibition_with_needs_is_taken_back_only_where_it_is_whole(detector, paper, patterns):
    take_backs = (Weakness("own", patterns("except"), "permits again"),)
    needs = (Need(patterns("ever"), "says not for how long", "sentence"),)
    book = detector(["not use"], book={"take_backs": take_backs}, forbids=True, needs=needs)
    assert judge(book, paper("We do not use it, except here.", "We do not ever use it. Not use, ever.")).presence is (
        Presence.PRESENT
    )


def test_a_detector_may_be_out_of_reach_of_a_denial(detector, paper, patterns):
    denials = (Weakness("not", patterns("not"), "says the opposite", before=1),)
    found = judge(detector(["choose"], book={"denials": denials}, excepted=("not",)), paper("We do not choose it."))
    assert found.presence is Presence.PRESENT


def test_a_qualifier_counts_unless_it_lies_in_usual_words(detector, paper, patterns):
    own = Weakness("own", patterns("unless", "not"), "an exception", within="next", allow=patterns("unless ~3 law"))
    book = detector(["allow ~4 audit"], book={"weak": (own,)}, allow=patterns("not later"))
    assert judge(book, paper("We allow audits unless the law forbids them.")).presence is Presence.PRESENT
    assert judge(book, paper("We allow audits, not later than May.")).presence is Presence.PRESENT
    found = judge(book, paper("We allow audits unless the law forbids them. Not in India."))
    assert (found.presence, found.phrase.text) == (Presence.WEAK, "Not")
    assert judge(book, paper("We allow audits.", "Not in India.")).presence is Presence.PRESENT
    assert judge(book, paper("We allow audits. They are yearly. Not in India.")).presence is Presence.PRESENT


def test_a_qualifier_may_count_in_the_next_sentence_alone(detector, paper, patterns):
    then = Weakness("then", patterns("not ~2 apply"), "takes it back", within="following")
    book = detector(["allow ~4 audit"], book={"weak": (then,)})
    assert judge(book, paper("We allow audits. This does not apply in May.")).presence is Presence.WEAK
    assert judge(book, paper("We allow audits, which does not apply to others.")).presence is Presence.PRESENT
    assert judge(book, paper("We allow audits.", "This does not apply in May.")).presence is Presence.PRESENT


@pytest.mark.parametrize(
    ("text", "presence"),
    [
        ("The duty of secrecy lapses when they leave.", Presence.WEAK),
        ("The duty of secrecy never lapses when they leave.", Presence.PRESENT),
        ("The duty of secrecy does not ever lapse when they leave.", Presence.PRESENT),
        ("They do not keep secrecy unless paid.", Presence.WEAK),  # "not unless" denies nothing
        ("They keep secrecy if wanted and, if not, it lapses when they leave.", Presence.WEAK),
    ],
)
def test_what_is_denied_does_not_weaken_a_duty(detector, paper, patterns, text, presence):
    ends = Weakness("ends", patterns("lapse ~2 when", "unless"), "ends")
    assert judge(detector(["secrecy"], book={"weak": (ends,)}), paper(text)).presence is presence


def test_a_denial_says_how_far_a_prohibition_goes(detector, paper, patterns):
    weak = (Weakness("knowingly", patterns("knowingly"), "forbids intent alone"),)
    book = detector(["not ~2 sell"], forbids=True, weak=weak)
    assert judge(book, paper("They shall not knowingly sell it.")).presence is Presence.WEAK


def test_some_qualifiers_count_for_duties_alone(detector, paper, patterns):
    book = {"weak": (Weakness("negated", patterns("not"), "a not", duties=True),)}
    assert judge(detector(["audit"], book=book), paper("We do not audit.")).presence is Presence.WEAK
    assert judge(detector(["audit"], book=book, forbids=True), paper("We do not audit.")).presence is Presence.PRESENT


def test_the_sentences_of_a_passage_are_read_together(detector, paper, patterns):
    weak = (Weakness("if", patterns("perhaps"), "perhaps", allow=patterns("perhaps never")),)
    book = detector(["audit"], book={"weak": weak}, needs=(Need(patterns("yearly"), "no clock", "passage"),))
    assert judge(book, paper("A yearly audit. An audit perhaps.")).presence is Presence.WEAK
    assert judge(book, paper("Perhaps an audit. A yearly audit.")).presence is Presence.WEAK
    # What nobody allowed takes nothing from another place, even where all is said that is needed.
    assert judge(book, paper("A yearly audit perhaps.", "A yearly audit.")).presence is Presence.PRESENT


def test_a_figure_beyond_its_bound_outweighs_a_better_place(detector, paper, patterns):
    reads = (Reading("h", "notice", "hours", max=72, because="late"),)
    book = detector(["notify"], reads=reads, needs=(Need(patterns("# day"), "no clock", "passage"),))
    assert judge(book, paper("We notify within 2 days.", "We notify within 20 days.")).presence is Presence.WEAK


def test_a_blank_makes_weak(detector, paper):
    found = judge(detector(["law"]), paper("The law of [●] governs."))
    assert (found.presence, found.why) == (Presence.WEAK, "is left open: [●]")
    assert judge(detector(["law"]), paper("The law of [sic] Malta governs.")).presence is Presence.PRESENT


@pytest.mark.parametrize(
    ("heading", "text", "why"),
    [
        ("Applicable Law", "applicable law", "is left open: applicable law"),
        ("Applicable Law:", "`Applicable law`", "is left open: `Applicable law`"),
        ("Applicable Law", "Applicable law of Malta", "clause 1 says it"),
    ],
)
def test_a_text_that_only_says_its_heading_again_is_left_open(detector, paper, heading, text, why):
    head = PaperParagraph(heading, "1", heading=True)
    assert judge(detector(["law"]), paper("Of the deed", head, PaperParagraph(text))).why == why


def test_what_stands_first_or_under_plain_text_repeats_no_heading(detector, paper):
    assert judge(detector(["law"]), paper("The law of Malta")).presence is Presence.PRESENT
    assert judge(detector(["malta"]), paper("The law of Malta.", "The law of Malta.")).presence is Presence.PRESENT


def test_an_open_end_before_items_leads_them_in(detector, paper):
    book = detector(["shall ~6 audit"])
    items = PaperParagraph("(a) help;", "(a)"), PaperParagraph("(b) permit audits.", "(b)")
    assert judge(book, paper("The Vendor shall", *items)).presence is Presence.PRESENT
    assert judge(book, paper("The Vendor shall.", *items)).presence is Presence.NOT_FOUND
    assert judge(book, paper("The Vendor shall", "permit audits.")).presence is Presence.NOT_FOUND


def test_the_names_of_the_parties_are_read_as_their_roles(detector, paper):
    words = (
        OurWord("Controller", ("Customer", "Company"), side="client"),
        OurWord("Processor", ("Third Party",), side="vendor"),
    )
    text = paper(
        'Between Iron Hill plc ("Iron Hill") and the supplier (the "Third Party").',
        "The Third Party shall process the data on the instructions of Iron Hill and shall notify Iron Hill.",
        "Iron Hill may audit. The Third Party must report to Iron Hill. Iron hillsides are no party.",
    )
    book = detector(["controller may audit"], book={"words": words})
    assert judge(book, text).presence is Presence.PRESENT
    book = detector(["processor must report ~2 controller"], book={"words": words})
    assert judge(book, text).quote.text == "The Third Party must report to Iron Hill."
    assert judge(detector(["controller hillside"], book={"words": words}), text).presence is Presence.NOT_FOUND
