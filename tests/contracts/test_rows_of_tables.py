"""Rows of one table that stand under conditions of their own."""

import pytest

from .world import clause, draft

ONE = "| a | b |\n| --- | --- |\n| {} | x |"
TEXT = f"{ONE.format('1')}\n\n::: when flag.on\n{ONE.format('2')}\n:::\n\n{ONE.format('3')}"


def made_of(text, **answers):
    return draft(annexes=[clause("x.x", text, kind="annex")], **answers).annexes[0].blocks


def first_column(table):
    return [row[0][0].text for row in table.rows]


@pytest.mark.parametrize(("on", "rows"), [(True, ["1", "2", "3"]), (False, ["1", "3"])])
def test_tables_with_one_header_are_one_table(on, rows):
    (table,) = made_of(TEXT, answers={"flag.on": on})

    assert first_column(table) == rows


def test_a_row_whose_condition_is_unknown_begins_anew_under_its_mark():
    before, mark, choice, after = made_of(TEXT)

    assert first_column(before) == ["1"]
    assert mark.content[0].text == "only if <flag.on>"
    assert first_column(choice) == ["2"]
    assert first_column(after) == ["3"], "the mark must not seem to stand over this row too"


def test_tables_with_other_headers_and_tables_apart_stay_apart():
    assert len(made_of(f"{ONE.format('1')}\n\n| a | c |\n| --- | --- |\n| 2 | x |")) == 2
    assert len(made_of(f"{ONE.format('1')}\n\nText.\n\n{ONE.format('2')}")) == 3
