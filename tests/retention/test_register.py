"""A list of what is kept, read with all its problems at once."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govern.errors import ContentError
from govern.retention import RetainedRecord, TriggerEvent, parse_register
from govern.retention import register as module

HEAD = "id,title,class,store"


def problems(text):
    with pytest.raises(ContentError) as caught:
        parse_register(text, "list.csv", "one")
    return [(each.where, each.message) for each in caught.value.problems or (caught.value,)]


def test_a_line_is_a_record():
    text = (
        f"\ufeff{HEAD.upper()},digest,data_class,matters,creation,contract_end\r\n"
        f'a,"Batch, first",batches,file:///a,{"AB" * 32},health,claim-2; claim-1;,2026-01-05,\r\n'
        "\r\n"
        "b,Second,batches,file:///b,,,,,2024-02-29\r\n"
    )
    days = {TriggerEvent.CREATION: date(2026, 1, 5)}
    first = RetainedRecord(
        "a", "one", "Batch, first", "batches", "file:///a", days, "ab" * 32, "health", matters=("claim-1", "claim-2")
    )
    second = RetainedRecord(
        "b", "one", "Second", "batches", "file:///b", {TriggerEvent.CONTRACT_END: date(2024, 2, 29)}
    )
    assert parse_register(text, "list.csv", "one") == [(2, first), (4, second)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", [("list.csv", "the list is empty")]),
        ('id,"title', [("list.csv:1:1", "this is not CSV")]),
        (f"{HEAD}\n\n", [("list.csv", "the list has a head and no records")]),
        (
            "id,titel,class,store,id\n",
            [
                ("list.csv:1:1", "the column `id` stands there more than once"),
                ("list.csv:1:1", "`titel` is no column"),
                ("list.csv:1:1", "the column `id` stands there more than once"),
                ("list.csv:1:1", "there is no column `title`"),
            ],
        ),
        (
            f"{HEAD},death\na,A,c,file:///a,2026-02-30\nb,B,c,file:///b,soon\nc,C\nd,D,c,file:///d,\nd,D,c,file:///e,\n",
            [
                ("list.csv:2:1", "`death`: `2026-02-30` is not in the calendar"),
                ("list.csv:3:1", "`death`: `soon` is not a date such as 2026-11-24"),
                ("list.csv:4:1", "2 cells, and the head has 5"),
                ("list.csv:6:1", "`d` stands in line 5 already"),
            ],
        ),
    ],
    ids=["empty", "no CSV", "no records", "head", "lines"],
)
def test_all_that_is_wrong_is_said_with_its_line(text, found):
    assert problems(text) == found


def test_a_list_has_an_end(monkeypatch):
    monkeypatch.setattr(module, "MOST_RECORDS", 1)
    assert problems(f"{HEAD}\na,A,c,file:///a\nb,B,c,file:///b\n") == [("list.csv", "the list has more than 1 records")]


def test_a_wrong_head_is_said_before_anything_else_is_read(monkeypatch):
    monkeypatch.setattr(module, "_make", None)
    wrong = f"{HEAD},colour\n" + '"' * 7 + "\n" * 3
    assert problems(wrong) == [("list.csv:1:1", "`colour` is no column")]
    assert problems("x," * 100_000 + "x\n") == [("list.csv:1:1", "the head has 100001 columns")]
    assert problems(f"{HEAD}\n") == [("list.csv", "the list has a head and no records")]


@given(st.text("a\n\r\x0b\x85\u2028"))
def test_lines_are_what_splitting_gives(text):
    assert list(module._split(text)) == text.splitlines(keepends=True)


@pytest.mark.parametrize("split", [";", "\t"])
def test_cells_may_be_parted_as_another_country_does(split):
    text = f"\r\n{HEAD},matters\r\n".replace(",", split) + split.join(("a", "A, B", "c", "file:///a", '"x;y"'))
    ((_, found),) = parse_register(text, "list.csv", "one")
    assert (found.title, found.store, found.matters) == ("A, B", "file:///a", ("x", "y"))


def test_a_line_end_within_a_cell_is_not_lost():
    """The title is refused for it then, and not written as one word."""
    ((line, found),) = parse_register(f'{HEAD}\na,"One\ntwo",c,file:///a\n', "list.csv", "one")
    assert (line, found.title) == (3, "One\ntwo")
