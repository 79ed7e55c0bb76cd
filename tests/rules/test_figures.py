"""Figures of the law in a penalty: what a text names, and the value of the day in its place."""

from datetime import date
from decimal import Decimal

import pytest

from govern.rules import build_book, compare_books, fill_figures, find_figures

from .world import DAY, VOCABULARY, obligation, pack, parameter


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0, "0"),
        (4, "4"),
        (2663, "2,663"),
        (Decimal("2.5"), "2.5"),
        (999_999, "999,999"),
        (1_000_000, "1 million"),
        (8_700_000, "8.7 million"),
        (20_000_000, "20 million"),
        (2_190_294, "2,190,294"),
        (1_050_000, "1,050,000"),
    ],
)
def test_a_figure_is_said_as_people_write_it(value, said):
    assert fill_figures("up to $[[law.fine]] a day", {"law.fine": value}) == f"up to ${said} a day"


def test_a_text_may_have_no_figure_or_several():
    assert fill_figures("Art. 1: orders", {"law.fine": 1}) == "Art. 1: orders"
    assert find_figures("Art. 1: orders [no figure]") == ()
    text = "EUR [[law.fine]] or [[law.percent]] %, and [[law.fine]] more"
    assert find_figures(text) == ("law.fine", "law.percent", "law.fine")
    assert fill_figures(text, {"law.fine": 10, "law.percent": 2}) == "EUR 10 or 2 %, and 10 more"


def test_a_figure_that_has_no_value_is_said_to_have_none():
    assert fill_figures("up to $[[law.fine]]", {}) == "up to $[no figure on this day]"


def test_the_penalty_of_a_book_is_that_of_its_day_and_a_new_amount_is_a_change_of_the_law():
    fines = parameter("law.fine", "integer", {"from": date(2020, 1, 1), "value": 2500}, {"from": DAY, "value": 2663})
    law = pack(
        obligation("L-1", "true", "data.personal", penalty="up to $[[law.fine]]"),
        obligation("L-2", "true", "data.personal", penalty="orders"),
        parameters=[fines],
    )
    before, after = (build_book([law], VOCABULARY, day) for day in (date(2024, 1, 1), DAY))

    said = [[rule.obligation.penalty for rule in book.rules] for book in (before, after)]
    assert said == [["up to $2,500", "orders"], ["up to $2,663", "orders"]]
    assert [(each.obligation, each.fields) for each in compare_books(before, after)] == [("L-1", ("penalty",))]
    early = build_book([law], VOCABULARY, date(2019, 1, 1)).rules
    assert [rule.obligation.penalty for rule in early][:1] == ["up to $[no figure on this day]"]
