"""Letters that no font of the papers has: found, and written by their numbers where no word may be lost."""

import pytest

from govern.render.fonts import find_unshown, spell
from govern.render.pdf.paper import spelled

SAID = {"reason": "请求 of Łódź", "number": 7, "more": ["😀 ●", ("请", None)], "at": {"x": "plain"}}


def test_the_letters_that_no_font_has_are_found_once_each():
    assert find_unshown(SAID) == "请求😀"
    assert find_unshown("Łódź, Αθήνα, Київ – „so“ ●") == ""
    assert find_unshown(7) == ""


@pytest.mark.parametrize(
    ("text", "shown"),
    [("请 x", r"\u8bf7 x"), ("😀", r"\U0001f600"), ("Ł ●", "Ł ●"), ("plain", "plain"), ("", "")],
)
def test_a_letter_without_a_font_is_written_by_its_number(text, shown):
    assert spell(text) == shown


def test_all_texts_of_a_value_are_spelled_and_a_note_says_so():
    shown, note = spelled(SAID)
    more = [r"\U0001f600 ●", [r"\u8bf7", None]]
    assert shown == {"reason": r"\u8bf7\u6c42 of Łódź", "number": 7, "more": more, "at": {"x": "plain"}}
    assert len(note) == 1
    plain = {"reason": "asked"}
    assert spelled(plain) == (plain, [])
