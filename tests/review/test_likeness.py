"""The second opinion: what is about a term, what reads like a kept promise or like one of less, by which words."""

import importlib.util
import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from govern.errors import ContentError
from govern.library.detectors import load_likeness
from govern.library.places import Places
from govern.render.review_report import presence_tone, presence_word
from govern.review import Likeness, Need, PaperParagraph, Presence, Reading, Weakness, read_passages, review_terms
from govern.review.judge import Doubt
from govern.review.likeness import SecondOpinion

LEARNED = Likeness(
    terms={"t.one": -100, "t.two": 0},
    topics={"breach": {"t.one": 3000, "t.two": 5}, "vendor": {"t.one": 300}, "holiday": {"t.one": -3000}},
    weights={
        "": {"promptly": -4000, "may": 4000, "notify": -300, "in due": 2000, "sunny": 900, "#": -600, "fully": -6000},
        "t.one": {"cheerful": 6000, "fully": -6000},
    },
    about=500,
    found=500,
    said=500,
    usual=-500,
    other=-3000,
)


@pytest.fixture
def opinion(paper):
    """A function that gives the second opinion on a text, and the clause of its last paragraph."""

    def ask(*paragraphs, learned=LEARNED, terms=("t.one", "t.two", "t.none")):
        made = SecondOpinion(learned, read_passages(paper(*paragraphs)), terms)
        return made, made.block(len(paragraphs) - 1)

    return ask


@pytest.fixture
def weighed(opinion):
    """A function that weighs the last paragraph of a text."""

    def weigh(*paragraphs, **more):
        made, clause = opinion(*paragraphs, **more)
        return made.weigh("t.one", clause)

    return weigh


def test_words_of_all_scopes_are_added_up_and_the_weightiest_are_named(weighed):
    found = weighed("The Vendor shall promptly notify you of a breach within 3 days.")
    assert found.weight < -500
    assert (found.kept, found.less) == (("promptly", "3", "notify"), ())
    found = weighed("The Vendor may notify you of a breach in due course, if cheerful on a sunny day.")
    assert found.weight > 500
    assert (found.kept, found.less) == (("notify",), ("cheerful", "may", "in due", "sunny"))
    assert weighed("The Vendor shall fully and promptly notify you of a breach.").weight < -3000


def test_a_word_that_is_part_of_a_named_pair_is_not_named_again(weighed):
    learned = replace(LEARNED, weights={"": {"in due": 2000, "due": 1500, "due cours": 1000, "may": 900}})
    assert weighed("It may, in due course.", learned=learned).less == ("in due", "may")


def test_a_pair_over_two_paragraphs_is_named_by_its_last_word(weighed):
    learned = replace(LEARNED, weights={"": {"notify breach": 9000}})
    said = PaperParagraph("1. The Vendor will notify", "1"), PaperParagraph("(a) breaches", "(a)")
    assert weighed(*said, learned=learned).less == ("breaches",)


def test_only_what_was_learned_and_is_asked_for_has_an_opinion(opinion):
    assert opinion("A breach.")[0].terms == {"t.one", "t.two"}
    assert opinion("A breach.", terms=["t.two"])[0].terms == {"t.two"}


def test_the_clause_that_is_most_about_a_term_is_found_once_and_the_first_of_several(opinion, paper):
    said = PaperParagraph("1. Notice", "1", heading=True), "On a holiday we rest.", "The vendor tells of a breach."
    made, last = opinion(*said, "It tells of the breach, vendor.")
    found, about = made.find("t.one")
    assert (found.places, about) == (made.block(2).places, made.about("t.one", found))
    assert about > made.about("t.one", last) - 1
    assert made.about("t.one", made.block(1)) < -500
    assert made.name_topic("t.one", found) == ("breach", "vendor")
    assert made.find("t.none") is None
    items = PaperParagraph("(a) of a breach;", "(a)", typed=True), PaperParagraph("(b) of a delay.", "(b)", typed=True)
    made, last = opinion("On a holiday we rest.", PaperParagraph("1. The vendor tells:", "1", typed=True), *items)
    assert made.find("t.one") == (last, made.about("t.one", last))
    alone = read_passages(paper(PaperParagraph("1. Notice", "1", heading=True)))
    assert SecondOpinion(LEARNED, alone, ["t.one"]).find("t.one") is None


def test_of_a_clause_the_sentence_most_about_a_term_is_shown(opinion):
    made, clause = opinion("The holiday is long. A breach is told to you. A breach, and a breach.")
    assert made.densest("t.one", clause) == clause.places[clause.words.index("breach")]


def test_a_short_part_of_a_long_clause_does_not_show_that_it_promises_less(opinion):
    long = [PaperParagraph(f"1.{number} {'word ' * 40}ends.", f"1.{number}") for number in range(2, 6)]
    short = PaperParagraph("1.1 It may do so:", "1.1")
    enough = PaperParagraph(f"1.1 It may do so{' and so on' * 10}.", "1.1")

    def shows(first, *rest, listed=False):
        made, _ = opinion(first, *rest)
        return made.shows(made.block(0), listed=listed)

    assert not shows(short, *long)
    assert shows(enough, *long)
    assert not shows(enough, *long, listed=True)
    assert shows(short, listed=True)


def test_a_list_is_read_as_one_with_its_lead_in_once(paper):
    clause = (
        PaperParagraph("1. Duties", "1", heading=True, typed=True),
        PaperParagraph("1.1 The Vendor shall:", "1.1", typed=True),
        PaperParagraph("(a) notify;", "(a)", typed=True),
        PaperParagraph("(b) help.", "(b)", typed=True),
    )

    def words(*more):
        text = read_passages(paper(*clause, *more))
        places, whole = text.around(2)
        return " ".join(text.placed[place].word.plain for place in places), whole

    assert words() == ("vendor shall notify help", True)
    assert words(PaperParagraph("1.2 The Vendor reports.", "1.2", typed=True)) == ("vendor shall notify help", False)


def test_a_paragraph_of_its_number_alone_is_no_part_of_a_clause(paper):
    text = read_passages(paper(PaperParagraph("(1)", "(1)", typed=True)))
    assert [text.around(paragraph) for paragraph in text.bodies] == [([], False)]


# --- what a review makes of it ---------------------------------------------------------------------------------


@pytest.fixture
def reviewed(paper, detector):
    """A function that reviews one paragraph with what was learned, and more parts of the detector if given."""

    def review(text, learned=LEARNED, general=(), denials=(), **more):
        book = detector(["notify"], book={"likeness": learned, "weak": general, "denials": denials}, **more)
        return review_terms(paper(text), book, ["t.one"])[0]

    return review


def test_what_reads_like_less_has_a_remark(reviewed):
    found = reviewed("The Vendor may notify you of a breach, if cheerful.")
    assert found.presence is Presence.PRESENT
    assert found.why == ("the text says it; but it reads like promises of less (learned): “cheerful”, “may”")
    assert (found.weighed, found.to_look_at) == (("cheerful", "may"), True)
    for kept in (
        reviewed("The Vendor may notify you of a breach, if cheerful.", None),
        reviewed("The Vendor will notify you of a breach."),
    ):
        assert (kept.presence, kept.why, kept.to_look_at) == (Presence.PRESENT, "the text says it", False)


def test_it_is_shown_in_words_of_its_own(reviewed):
    twice, once = (
        reviewed("The Vendor may notify you of a breach, if cheerful."),
        reviewed("The Vendor will notify you of a breach."),
    )
    assert (presence_word(twice), presence_tone(twice)) == ("present, look twice", "weak")
    assert (presence_word(once), presence_tone(once)) == ("present", "present")


def test_words_that_are_usual_elsewhere_yield_to_what_reads_like_a_kept_promise(reviewed, patterns):
    usual = Weakness("if", patterns("if"), "is a condition", allow=patterns("only if"))
    found = reviewed("The Vendor shall promptly notify you of a breach if it rains.", general=(usual,))
    assert found.presence is Presence.PRESENT
    assert found.why == (
        "the text says it and reads like promises that are kept (learned): “promptly”, “notify”. "
        "Look at: is a condition: “if”"
    )
    assert found.phrase is None
    assert (found.weighed, found.doubt, found.to_look_at) == (("promptly", "notify"), Doubt.SOME, False)
    assert reviewed("The Vendor will notify you of a breach if it rains.", general=(usual,)).doubt is Doubt.SOME
    far = reviewed("The Vendor shall promptly notify you if it rains.", general=(usual,))
    assert far.presence is Presence.WEAK  # is not about it


def test_words_that_are_usual_nowhere_yield_only_to_what_surely_reads_so(reviewed, patterns):
    named = Weakness("if", patterns("if"), "is a condition")
    text = "The Vendor shall promptly notify you of a breach if it rains."
    sure = "The Vendor shall fully and promptly notify you of a breach if it rains."
    for more in ({"weak": (named,)}, {"general": (named,)}):
        assert reviewed(text, **more).doubt is Doubt.LITTLE
        assert reviewed(text, **more).presence is Presence.WEAK
        assert reviewed(sure, **more).presence is Presence.PRESENT
    usual = Weakness("you", patterns("you"), "speaks to you", allow=patterns("only you"))
    assert reviewed(sure, general=(usual, named)).why.endswith("Look at: speaks to you: “you”")
    assert reviewed(text, general=(usual, named)).presence is Presence.WEAK


def test_one_thing_that_is_missing_yields_to_what_surely_reads_so_and_two_do_not(reviewed, patterns):
    clock, form = Need(patterns("hour"), "sets no clock"), Need(patterns("in writing"), "asks for no form")
    sure = "The Vendor shall fully and promptly notify you of a breach."
    assert reviewed(sure, needs=(clock,)).why.endswith("Look at: sets no clock")
    assert reviewed(sure.replace("fully", "duly"), needs=(clock,)).presence is Presence.WEAK
    assert reviewed(sure, needs=(clock, form)).presence is Presence.WEAK


@pytest.mark.parametrize("text", ["within 90 days if it rains", "within [●] days if it rains", "if it rains"])
def test_a_figure_a_blank_and_a_need_beside_a_weakness_are_firm(reviewed, patterns, text):
    usual = Weakness("if", patterns("if"), "is a condition", allow=patterns("only if"))
    more = {"reads": (Reading("d", "notice", "days", max=30, because="too late"),), "general": (usual,)}
    need = (Need(patterns("within"), "sets no clock"),)
    found = reviewed(f"The Vendor shall fully and promptly notify you of a breach {text}.", needs=need, **more)
    assert (found.presence, found.doubt, found.why) == (Presence.WEAK, Doubt.NONE, "is a condition")


def test_what_no_pattern_knows_has_a_passage_to_look_at(reviewed):
    found = reviewed("On a day we rest. The Vendor shall promptly tell you of each breach.")
    assert found.presence is Presence.NOT_FOUND
    assert found.quote.text == "The Vendor shall promptly tell you of each breach."
    assert found.why == (
        "no clause says it in words that are known here; this one is about it (learned): “breach”, “Vendor”"
    )
    assert found.weighed == ("breach", "Vendor")
    found = reviewed("The Vendor shall promptly tell you of each delay.")
    assert (found.presence, found.quote, found.why) == (Presence.NOT_FOUND, None, "no clause says it")


def test_what_is_denied_is_not_there(reviewed, patterns):
    never = Weakness("never", patterns("never"), "says the opposite")
    found = reviewed("The Vendor will never promptly notify you of a breach.", denials=(never,))
    assert (found.presence, found.why) == (Presence.NOT_FOUND, "says the opposite")


def test_without_an_opinion_or_a_word_for_it_the_patterns_decide(reviewed):
    text = "The Vendor will notify you of a breach."
    assert reviewed(text, replace(LEARNED, terms={})).presence is Presence.PRESENT
    assert reviewed(text, replace(LEARNED, weights={}, bias=9000)).presence is Presence.PRESENT
    assert reviewed("The Vendor will talk.").presence is Presence.NOT_FOUND


# --- the file -------------------------------------------------------------------------------------------------

GOOD = {
    "bias": 1,
    "about": 2,
    "found": -3,
    "said": 4,
    "usual": -5,
    "other": -6,
    "terms": {"t.one": -8},
    "topics": {"breach": {"t.one": 9}},
    "weights": {"": {"may": 10}},
}


@pytest.fixture
def load(tmp_path):
    def make(text):
        folder = tmp_path / "clause_library" / "review"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "likeness.json").write_text(text if isinstance(text, str) else json.dumps(text), encoding="utf-8")
        return load_likeness(Places((tmp_path,)))

    return make


def test_the_file_is_read(load, tmp_path):
    assert load_likeness(Places((tmp_path / "none",))) is None
    assert load(GOOD) == Likeness({"t.one": -8}, {"breach": {"t.one": 9}}, {"": {"may": 10}}, 1, 2, -3, 4, -5, -6)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "the file is not JSON"),
        ("[" * 200_000, "the file is not JSON"),
        ("[]", "expected an object"),
        (GOOD | {"bias": 1.5}, "`bias` is not a whole number"),
        (GOOD | {"said": True}, "`said` is not a whole number"),
        ({name: value for name, value in GOOD.items() if name != "about"}, "`about` is not a whole number"),
        (GOOD | {"weights": []}, "`weights` is not a whole number for each word of each scope"),
        (GOOD | {"weights": {"": {"may": 10**9}}}, "`weights` is not a whole number for each word"),
        (GOOD | {"topics": {"breach": ["t.one"]}}, "`topics` is not a whole number for each term of each word"),
        (GOOD | {"terms": ["t.one"]}, "`terms` is not a whole number for each term"),
        ({name: value for name, value in GOOD.items() if name != "terms"}, "`terms` is not a whole number"),
        (" " * 4_000_001, "the file is larger than 4,000,000 bytes"),
    ],
)
def test_a_wrong_file_is_refused_with_its_place(load, text, said):
    with pytest.raises(ContentError, match=said) as caught:
        load(text)
    assert "likeness.json" in str(caught.value)


@pytest.mark.slow
def test_the_weights_that_come_with_govern_were_learned_of_these_agreements():
    """Else: `python tests/review/train.py`, and measure again."""
    spec = importlib.util.spec_from_file_location("train", Path(__file__).with_name("train.py"))
    train = importlib.util.module_from_spec(spec)
    sys.modules["train"] = train  # its dataclasses look for their module
    spec.loader.exec_module(train)
    assert json.loads(train.FILE.read_bytes())["made"]["sha256"] == train.digest_of(train.read_examples())
