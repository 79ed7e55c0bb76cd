"""`parse_condition` and `format_condition` are inverses; hostile text is refused, never worse."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govern.conditions import MAX_DEPTH, MAX_LENGTH, check_condition, format_condition, parse_condition
from govern.errors import ContentError

from .worlds import NAMES, atoms, conditions, examples, trees


@examples(400)
@given(trees)
def test_parse_undoes_format(tree):
    assert parse_condition(format_condition(tree)) == tree


@examples(200)
@given(trees)
def test_format_is_idempotent(tree):
    text = format_condition(tree)

    assert format_condition(parse_condition(text)) == text


@examples(300)
@given(conditions(atoms()))
def test_generated_conditions_are_sound(node):
    """The differential tests stand on this."""
    text = format_condition(node)

    assert check_condition(text, parse_condition(text), NAMES) == ()


pieces = st.sampled_from(
    ["a", "b.c", "in", "(", ")", "[", "]", ",", "!", "-", "&&", "||", "==", "<", '"', "'", "\\", "r'", '"x"', " ",
     "\n", "1",
     "2.5", ".", "size", "has_any(", "true", "null", "=", "\x00", "٣", "é", "“", "\\u12", "0" * 40]
)  # fmt: skip
hostile = st.text(max_size=300) | st.lists(pieces, max_size=80).map(lambda each: "".join(each)[:300])


@examples(600)
@given(hostile)
def test_any_text_is_a_tree_or_a_content_error(text):
    try:
        tree = parse_condition(text)
    except ContentError as problem:
        line, column = map(int, problem.where.split(":"))
        assert 1 <= line <= text.count("\n") + 1
        assert 1 <= column <= len(text) + 1
    else:
        check_condition(text, tree, NAMES)
        assert parse_condition(format_condition(tree)) == tree


@pytest.mark.parametrize(
    "text",
    [
        "(" * 10_000 + "a" + ")" * 10_000,
        "(" * 9_000,
        "!" * 19_000 + "a",
        "[" * 9_000 + "]" * 9_000,
        "size(" * 3_900,
        '"' * 19_999,
        "'" + "\\" * 19_998,
        "a" * 1_000_000,
        "1" * 19_000,
        "a &&" * 4_999 + " a = b",
        "(" * (MAX_DEPTH + 1) + "a" + ")" * (MAX_DEPTH + 1),
    ],
    ids=lambda text: f"{text[:5]}…{len(text)}",
)
def test_hostile_text_is_refused_quickly(text):
    start = time.process_time()
    with pytest.raises(ContentError):
        parse_condition(text)
    assert time.process_time() - start < 1  # of this process, whatever else runs


def test_the_deepest_and_longest_that_is_read():
    deep = "(" * MAX_DEPTH + "a" + ")" * MAX_DEPTH
    long = " || ".join(["a"] * ((MAX_LENGTH + 4) // 5))

    assert format_condition(parse_condition(deep)) == "a"
    assert len(parse_condition(long).operands) == (MAX_LENGTH + 4) // 5


@pytest.mark.parametrize("length", [MAX_LENGTH + 1, 1_000_000])
def test_length_is_named(length):
    with pytest.raises(ContentError) as caught:
        parse_condition("a" * length)
    said = f"1:1: a condition of {length} characters; at most 20000 are read"
    assert str(caught.value) == f"{said} (hint: say parts of it in definitions and use their ids)"
