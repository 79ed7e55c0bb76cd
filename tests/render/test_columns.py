"""The widths of columns."""

from hypothesis import given
from hypothesis import strategies as st

from govern.contracts import Table, Text
from govern.render.columns import LINE, column_widths

cell = st.text("abc iIWm-.", max_size=80).map(lambda text: (Text(text),))
tables = st.integers(1, 6).flatmap(
    lambda count: st.builds(
        Table,
        st.tuples(*[cell] * count),
        st.lists(st.tuples(*[cell] * count), max_size=5).map(tuple),
    )
)


def table(header: tuple[str, ...], *rows: tuple[str, ...]) -> Table:
    return Table(
        tuple((Text(each),) for each in header), tuple(tuple((Text(each),) for each in row) for row in rows)
    )  # fmt: skip


@given(tables, st.integers(1000, 20_000))
def test_widths_add_up_and_none_is_empty(made: Table, total: int) -> None:
    widths = column_widths(made, total)
    assert sum(widths) == total and len(widths) == len(made.header)
    assert all(width > 0 for width in widths)


def test_a_column_is_as_wide_as_its_longest_word() -> None:
    long = "many words that say in detail how it is measured, over several lines " * 4
    made = table(("Criterion", "How", "Figure", "Remark"), ("Completeness", long, "100 percent", long))
    widths = column_widths(made, 1000)
    assert widths[0] / 1000 * LINE > len("Completeness") * 0.49
    assert min(widths[1], widths[3]) > 2 * widths[0] and abs(widths[1] - widths[3]) < 5


def test_the_head_of_a_column_of_short_words_is_not_broken() -> None:
    long = "many words that say in detail what is done with it " * 3
    widths = column_widths(table(("Sub-processor", "Country", "Task", "Seen"), (long, "India", long, long)), 4700)
    assert widths[1] >= (4.1 + 1.5) / LINE * 4700 * 0.95  # the word in bold, in a wider font, and the padding


def test_short_columns_leave_their_room_to_long_ones() -> None:
    widths = column_widths(table(("No.", "Text"), ("1", "a text of many words " * 9)), 1000)
    assert widths[0] < 120


def test_a_narrow_page_gives_narrow_columns_more_of_it() -> None:
    made = table(("Criterion", "How"), ("Completeness", "a text of many words " * 9))
    assert column_widths(made, 1000, LINE / 2)[0] > column_widths(made, 1000)[0]


def test_what_is_filled_in_by_hand_has_room() -> None:
    widths = column_widths(table(("To be filled in by the person", ""), ("Name", ""), ("Signature", "")), 1000)
    assert widths[1] >= 350
    assert column_widths(table(("Kind", "Yes or no")), 1000)[1] > 300


def test_a_column_that_makes_rows_tall_gets_room_from_those_that_do_without() -> None:
    rows = [(f"LAW-{n}.(a)(b)", f"LAW, Code {n}.(a)(b)", "what the law asks for in some words", "1") for n in range(99)]
    places = ("LAW-1", "LAW, Code 1", "words", ", ".join(f"Clause {n}.1" for n in range(20)))
    made = table(("Obligation", "Source", "What it asks", "Where"), *rows, places)
    assert column_widths(made, 1000)[2] > 250
