"""What others wrote stands in one line of a report."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govern.audit import SHOWN, show_text, show_value


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("A title – ☃ é", "A title – ☃ é"),
        ("x\n\nChecked:\n  all", r"x\n\nChecked:\n  all"),
        ("\u202egnp.exe", r"\u202egnp.exe"),
        ("\x1b[2J\u2028\u00a0\u200b", r"\x1b[2J\u2028\xa0\u200b"),
    ],
)
def test_what_is_not_seen_stands_by_its_number(text, shown):
    assert show_text(text) == shown


@given(st.text())
def test_it_is_one_line_that_can_be_seen(text):
    assert show_text(text).isprintable()
    assert show_text(show_text(text)) == show_text(text)


def test_a_value_that_is_cut_says_so():
    assert show_value("x" * SHOWN) == "x" * SHOWN
    assert show_value("x" * SHOWN + "not") == "x" * SHOWN + f" … (cut: {SHOWN + 3} letters in all)"
    assert show_value({"b": [1, "\n"], "a": True}) == r'{"a":true,"b":[1,"\n"]}'
    assert show_value("12345", 4) == "1234 … (cut: 5 letters in all)"
