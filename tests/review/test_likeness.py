"""The second opinion: what reads like a kept promise or like one of less, by which words, and where it is not heard."""

import importlib.util
import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from govern.errors import ContentError
from govern.library.detectors import load_likeness
from govern.library.places import Places
from govern.review import Likeness, Need, PaperParagraph, Presence, Reading, Weakness, read_passages, review_terms
from govern.review.judge import Doubt
from govern.review.likeness import MAX_WORDS, weigh

LEARNED = Likeness(
    weights={
        "": {"promptly": -4000, "may": 4000, "notify": -300, "in due": 2000, "sunny": 900, "#": -600, "fully": -6000},
        "kind 1": {"cheerful": 4000},
        "t.one": {"cheerful": 2000, "fully": -6000},
    },
    kinds={"t.one": "kind 1", "t.two": "kind 2"},
    topics={"t.one": {"breach": 3000}, "t.two": {}},
    kept=-500,
    sure=-3000,
    weakened=500,
    topic=500,
)


@pytest.fixture
def opinion(paper):
    """A function that says how a text reads, in which its last paragraph is asked for."""

    def ask(*paragraphs, term="t.one", listed=False):
        text = read_passages(paper(*paragraphs))
        return weigh(LEARNED, term, text, len(paragraphs) - 1, listed=listed)

    return ask


def test_words_of_all_scopes_are_added_up_and_the_weightiest_are_shown(opinion):
    found = opinion("The Vendor shall promptly notify you of a breach within 3 days.")
    assert (found.kept, found.sure, found.weakened) == (True, False, False)
    assert found.words == ("promptly", "3", "notify")
    found = opinion("The Vendor may notify you of a breach in due course, if cheerful on a sunny day.")
    assert (found.kept, found.weakened) == (False, True)
    assert found.words == ("cheerful", "may", "in due", "sunny")
    assert opinion("The Vendor shall fully and promptly notify you of a breach.").sure


def test_a_word_that_is_part_of_a_shown_pair_is_not_shown_again(paper):
    learned = replace(LEARNED, weights={"": {"in due": 2000, "due": 1500, "due cours": 1000, "may": 900}})
    assert weigh(learned, "t.one", read_passages(paper("It may, in due course.")), 0).words == ("in due", "may")


def test_a_pair_over_two_paragraphs_is_shown_by_its_last_word(paper):
    learned = replace(LEARNED, weights={"": {"notify breach": 9000}})
    text = read_passages(paper(PaperParagraph("1. The Vendor will notify", "1"), PaperParagraph("(a) breaches", "(a)")))
    assert weigh(learned, "t.one", text, 1).words == ("breaches",)


def test_a_text_about_something_else_is_never_kept(opinion):
    assert not opinion("The Vendor shall promptly notify you of a holiday.").kept


def test_of_a_term_that_nothing_was_learned_of_there_is_no_opinion(opinion):
    assert opinion("The Vendor may do it.", term="t.three") is None
    assert opinion("The Vendor may do it.", term="t.two").weakened  # by what counts everywhere


def test_a_short_part_of_a_long_clause_does_not_show_that_it_promises_less(paper):
    long = [PaperParagraph(f"1.{number} {'word ' * 40}ends.", f"1.{number}") for number in range(2, 6)]
    short = PaperParagraph("1.1 It may do so:", "1.1")
    enough = PaperParagraph(f"1.1 It may do so{' and so on' * 10}.", "1.1")

    def reads(first, listed=False):
        return weigh(LEARNED, "t.one", read_passages(paper(first, *long)), 0, listed=listed)

    assert not reads(short).weakened
    assert reads(enough).words == ("may",)
    alone = replace(LEARNED, weakened=300)
    assert weigh(alone, "t.one", read_passages(paper(enough, *long)), 0).weakened
    assert not weigh(alone, "t.one", read_passages(paper(enough, *long)), 0, listed=True).weakened


def test_a_clause_is_read_as_a_whole_up_to_a_length_and_lead_ins_once(paper):
    clause = (
        PaperParagraph("1. Duties", "1", heading=True, typed=True),
        PaperParagraph("1.1 The Vendor shall:", "1.1", typed=True),
        PaperParagraph("(a) notify;", "(a)", typed=True),
        PaperParagraph("(b) help.", "(b)", typed=True),
    )
    text = read_passages(paper(*clause))

    def words(paragraph, most):
        places, whole = text.around(paragraph, most)
        return " ".join(text.placed[place].word.plain for place in places), whole

    assert words(2, MAX_WORDS) == ("vendor shall notify help", True)
    assert words(2, 4) == ("vendor shall notify help", True)
    long = [PaperParagraph(f"1.{number} {'word ' * 90}ends.", f"1.{number}") for number in (2, 3)]
    text = read_passages(paper(*clause, *long))
    assert words(2, MAX_WORDS) == ("notify help", False)


# --- what a review makes of it ---------------------------------------------------------------------------------


@pytest.fixture
def reviewed(paper, detector):
    """A function that reviews one paragraph with what was learned, and more parts of the detector if given."""

    def review(text, learned=LEARNED, general=(), **more):
        book = detector(["notify"], book={"likeness": learned, "weak": general}, **more)
        return review_terms(paper(text), book, ["t.one"])[0]

    return review


def test_what_has_the_words_and_reads_like_less_is_weak(reviewed):
    found = reviewed("The Vendor may notify you of a breach, if cheerful.")
    assert found.presence is Presence.WEAK
    assert found.why == "has the words, but reads like promises of less (learned): “cheerful”, “may”"
    assert found.weighed == ("cheerful", "may")
    assert reviewed("The Vendor may notify you of a breach, if cheerful.", None).presence is Presence.PRESENT
    assert reviewed("The Vendor will notify you of a breach.").presence is Presence.PRESENT


def test_words_that_are_usual_elsewhere_yield_to_what_reads_like_a_kept_promise(reviewed, patterns):
    usual = Weakness("if", patterns("if"), "is a condition", allow=patterns("only if"))
    found = reviewed("The Vendor shall promptly notify you of a breach if it rains.", general=(usual,))
    assert found.presence is Presence.PRESENT
    assert found.why == (
        "the text says it and reads like promises that are kept (learned): “promptly”, “notify”. "
        "Look at: is a condition: “if”"
    )
    assert found.phrase is None
    assert found.weighed == ("promptly", "notify")
    assert reviewed("The Vendor will notify you of a breach if it rains.", general=(usual,)).doubt is Doubt.SOME


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


def test_without_an_opinion_or_a_word_for_it_the_patterns_decide(reviewed):
    text = "The Vendor will notify you of a breach."
    assert reviewed(text, replace(LEARNED, topics={})).presence is Presence.PRESENT
    assert reviewed(text, replace(LEARNED, weights={}, bias=9000)).presence is Presence.PRESENT
    assert reviewed("The Vendor will talk.").presence is Presence.NOT_FOUND


# --- the file -------------------------------------------------------------------------------------------------

GOOD = {
    "bias": 1,
    "kept": -2,
    "sure": -3,
    "weakened": 4,
    "topic": 5,
    "kinds": {"t.one": "kind 1"},
    "topics": {"t.one": {"breach": 6}},
    "weights": {"": {"may": 7}},
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
    assert load(GOOD) == Likeness({"": {"may": 7}}, {"t.one": "kind 1"}, {"t.one": {"breach": 6}}, 1, -2, -3, 4, 5)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "the file is not JSON"),
        ("[" * 200_000, "the file is not JSON"),
        ("[]", "expected an object"),
        (GOOD | {"bias": 1.5}, "`bias` is not a whole number"),
        (GOOD | {"kept": True}, "`kept` is not a whole number"),
        ({name: value for name, value in GOOD.items() if name != "sure"}, "`sure` is not a whole number"),
        (GOOD | {"weights": []}, "`weights` is not a whole number for each word"),
        (GOOD | {"weights": {"": {"may": 10**9}}}, "`weights` is not a whole number for each word"),
        (GOOD | {"topics": {"t.one": ["breach"]}}, "`topics` is not a whole number for each word"),
        (GOOD | {"kinds": {}}, "`kinds` has not a kind for each term of `topics`"),
        (GOOD | {"kinds": []}, "`kinds` has not a kind for each term of `topics`"),
        (" " * 2_000_001, "the file is larger than 2,000,000 bytes"),
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
    assert json.loads(train.FILE.read_bytes())["about"]["sha256"] == train.digest_of(train.read_examples())
