"""Which items of an old list are which of a new one, against brute force and against the clock."""

import difflib
import itertools
import time
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from govern.contracts.alignment import (
    Item,
    Move,
    align,
    likeness,
    longest_rising,
    match_alike,
    match_ends,
    match_equal,
)

LETTERS = st.lists(st.sampled_from("abcdefg"), max_size=12)


def rises(pairs):
    return all(one[0] < other[0] and one[1] < other[1] for one, other in itertools.pairwise(pairs))


@given(st.lists(st.integers(0, 9), max_size=8))
def test_a_longest_rising_subsequence(numbers):
    found = [numbers[place] for place in longest_rising(numbers)]
    longest = max(
        len(chosen)
        for size in range(len(numbers) + 1)
        for chosen in itertools.combinations(numbers, size)
        if all(one < other for one, other in itertools.pairwise(chosen))
    )
    assert len(found) == longest
    assert all(one < other for one, other in itertools.pairwise(found))


@given(LETTERS, LETTERS)
def test_equal_pairs_are_equal_and_rise(old, new):
    pairs = match_equal(old, new)
    assert rises(pairs)
    assert all(old[one] == new[other] for one, other in pairs)


@given(LETTERS, LETTERS, LETTERS, LETTERS)
def test_ends_that_are_alike_are_matched_as_far_as_they_go(head, old, new, tail):
    pairs = match_ends([*head, 1, *old, *tail], [*head, 2, *new, *tail])
    assert rises(pairs)
    assert pairs[: len(head)] == [(at, at) for at in range(len(head))]
    assert len(pairs) >= len(head) + len(tail)
    whole = [*head, *tail]
    assert match_ends(whole, whole) == [(at, at) for at in range(len(whole))]


@given(LETTERS)
def test_a_list_matches_itself_whole(items):
    assert match_equal(items, items) == [(place, place) for place in range(len(items))]


@given(LETTERS, st.sets(st.integers(0, 11)))
def test_what_is_left_after_deletions_is_matched_whole_where_no_item_comes_twice(items, dropped):
    unique = list(enumerate(items))
    rest = [each for place, each in enumerate(unique) if place not in dropped]
    assert len(match_equal(unique, rest)) == len(rest)


def test_a_rest_without_unique_items_is_matched_by_the_longest_common_subsequence():
    old, new = "xabababy", "zbabaabz"
    assert (
        len(match_equal(old, new)) >= difflib.SequenceMatcher(None, old, new, autojunk=False).find_longest_match().size
    )


def test_too_large_a_rest_without_unique_items_is_left_unmatched():
    old, new = ["a", "b"] * 300, ["b", "b", "a"] * 300
    started = time.process_time()
    match_equal(["x", *old, "y"], ["z", *new, "w"])
    assert time.process_time() - started < 1


def test_nothing_that_is_given_takes_long():
    """Unique items that come in pairs cut off one item a level; the depth is bounded."""
    old = [str(n) for n in range(4000)]
    new = [str(n ^ 1) for n in range(4000)]
    started = time.process_time()
    assert rises(match_equal(old, new))
    deep = list(itertools.chain.from_iterable((n, n) for n in range(60)))
    match_equal(deep, [*deep[1:], 0])
    assert time.process_time() - started < 2


def test_likeness_is_dice():
    assert likeness(Counter("ab"), Counter("bc")) == 0.5
    assert likeness(Counter(), Counter()) == 0.0


def test_alike_items_are_paired_for_the_greatest_sum():
    worth = {(0, 0): 0.6, (0, 1): 0.9, (1, 1): 0.8, (1, 2): 0.4}
    assert match_alike(2, 3, lambda one, other: worth.get((one, other), 0)) == [(0, 0), (1, 1)]
    assert match_alike(1, 1, lambda *_: 0.4) == []
    assert match_alike(0, 4, lambda *_: 1.0) == []
    assert match_alike(51, 50, lambda *_: 1.0) == []


ITEMS = st.lists(
    st.builds(
        Item,
        st.none() | st.sampled_from("kmn"),
        st.sampled_from([0, 1]),
        st.lists(st.sampled_from("abcd"), max_size=8).map(tuple),
    ),
    max_size=8,
)


@given(ITEMS, ITEMS, st.booleans())
def test_each_item_has_one_place_or_the_two_of_a_move(old, new, moves):
    steps = align(old, new, moves=moves)
    assert [step.old for step in steps if step.old is not None and step.move is not Move.HERE] == list(range(len(old)))
    assert [step.new for step in steps if step.new is not None and step.move is not Move.AWAY] == list(range(len(new)))
    for step in steps:
        if step.old is not None and step.new is not None:
            assert old[step.old].form == new[step.new].form
    places = Counter((step.old, step.new) for step in steps if step.move)
    assert all(count == 2 for count in places.values())
    assert moves or not places


def test_a_key_that_comes_twice_says_nothing():
    twice = [Item("k", 0, ("one", "two")), Item("k", 0, ("three", "four"))]
    steps = align(twice, twice[1:])
    assert [(step.old, step.new) for step in steps] == [(0, None), (1, 0)]


def many(count, change):
    """Paragraphs of which each has a word of its own, with something changed in each."""
    common = ("the", "vendor", "must", "keep", "all", "of", "the", "data", "of", "kind")
    return [Item(None, 0, (*common, f"k{number}", f"w{number}", *change)) for number in range(count)]


def test_many_items_that_all_changed_are_known_by_their_rare_words():
    old, new = many(400, ("shall",)), many(400, ("must", "not"))
    started = time.process_time()
    steps = align(old, [*new[:100], *new[101:]], moves=False)
    assert time.process_time() - started < 2
    pairs = [(step.old, step.new) for step in steps if step.old is not None and step.new is not None]
    assert pairs == [(at, at - (at > 100)) for at in range(400) if at != 100]


def test_many_items_that_share_no_rare_words_are_left_apart_unless_alike_and_few():
    old = [Item(None, at % 2, ("one", "two", str(at))) for at in range(60)]
    new = [Item(None, 1 - at % 2, ("five", "six", str(at))) for at in range(60)]
    assert all(step.old is None or step.new is None for step in align(old, new, moves=False))


def test_what_stands_between_items_with_rare_words_is_paired_by_likeness():
    old, new = many(60, ("shall",)), many(60, ("must", "not"))
    plain = ("a", "line", "without", "any", "word", "of", "its", "own")
    old.insert(30, Item(None, 0, (*plain, "k1", "k2")))
    new.insert(30, Item(None, 0, (*plain, "k3", "k4")))
    assert {(step.old, step.new) for step in align(old, new)} >= {(29, 29), (30, 30), (31, 31)}
