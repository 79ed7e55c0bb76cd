"""What hangs on a promise, and the time that it gives."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govern.review import find_promise, read_clocks

DEEMED = "If the Client does not object to the sub-processor, it is deemed accepted."
OBJECTS = " Where the Client objects, the Vendor may use the sub-processor all the same."


@pytest.mark.parametrize(("rest", "struck"), [
    (OBJECTS, OBJECTS), (f"{OBJECTS} Fees are due in May.", OBJECTS), (" Fees are due." + OBJECTS, ""),
    (" Where fees are due, money is paid.", ""), ("", ""),
])  # fmt: skip
def test_sentences_that_speak_of_what_is_struck_go_with_it(rest, struck):
    assert find_promise(DEEMED + rest, 0, len(DEEMED)) == (0, len(DEEMED + struck))


def test_a_sentence_goes_with_the_one_that_it_hangs_on():
    text = f"2.1 {DEEMED}{OBJECTS}"
    assert find_promise(text, len(text) - len(OBJECTS) + 1, len(text)) == (4, len(text))
    assert find_promise("", 0, 0) == (0, 0)


def test_a_sentence_that_says_another_term_stays():
    assert find_promise(DEEMED + OBJECTS, 0, len(DEEMED), [len(DEEMED) + 1]) == (0, len(DEEMED))


@given(
    st.lists(st.sampled_from([DEEMED, OBJECTS.strip(), "It rains.", "Such is life"]), min_size=1, max_size=5), st.data()
)
def test_a_promise_ends_at_the_end_of_a_sentence(sentences, data):
    text = " ".join(sentences)
    ends = [len(" ".join(sentences[: count + 1])) for count in range(len(sentences))]
    end = data.draw(st.sampled_from(ends))
    start, found = find_promise(text, 0, end)
    assert (start, found >= end, found <= len(text)) == (0, True, True)
    assert find_promise(text, start, found) == (start, found)


def clocks(text):
    return list(read_clocks(text, {"vendor", "client"}))


def test_times_with_their_sentences():
    text = "Pay now. The Vendor tells the Client within twenty-four hours. It has 30 calendar days. In 2026, on 3 May."
    assert [(each.said, text[each.start : each.end]) for each in clocks(text)] == [
        ("24 hours", "The Vendor tells the Client within twenty-four hours."), ("30 days", "It has 30 calendar days."),
    ]  # fmt: skip
    assert [each.said for each in clocks("Within 1 day. Within 24 (twenty-four) hours.")] == ["1 day", "24 hours"]


@pytest.mark.parametrize(("theirs", "clash"), [
    ("Vendor shall notify Client no later than 5 days after discovery of any incident or unsecured breach.", True),
    ("Vendor shall notify Client within 24 hours after discovery of any security incident or unsecured breach.", False),
    ("Vendor shall make the accounting of disclosures available to Client within 10 days.", False),
])  # fmt: skip
def test_two_times_for_one_duty_clash(theirs, clash):
    (ours,) = clocks("Vendor must report each security incident or breach of unsecured PHI in 24 hours of discovery.")
    (other,) = clocks(theirs)
    assert (ours.clashes(other), other.clashes(ours)) == (clash, clash)
