"""The small Markdown of clauses: text to blocks and back, and errors with their place."""

import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from govern.contracts import (
    AuthoredGroup,
    AuthoredParagraph,
    AuthoredTable,
    Blank,
    Definition,
    Reference,
    Slot,
    Text,
    Use,
    format_clause_text,
    format_inline,
    parse_clause_text,
    parse_inline,
)
from govern.contracts.markup import MAX_LINES
from govern.errors import ContentError
from govern.library.clauses import split_front_matter
from govern.library.content import Content
from govern.library.places import content_places

from ..conditions.worlds import examples

LIBRARY = Content(content_places()).clauses()


def test_every_mark_is_read():
    runs = parse_inline('The **"Processor"** tells the ==Controller==\'s staff in [[a_1.days]] days under {ref:x.y#z}.')

    assert runs == (
        Text("The "),
        Definition("Processor"),
        Text(" tells the "),
        Use("Controller"),
        Text("'s staff in "),
        Slot("a_1.days"),
        Text(" days under "),
        Reference("x.y#z"),
        Text("."),
    )
    assert parse_inline("") == ()


@pytest.mark.parametrize("text", ["==x", "x==", '**"x', "**x**", "[[X]]", "[[x", "x]]", "{ref:X}", "{ref:a", "a {#b}"])
def test_a_mark_that_is_not_closed_is_an_error(text):
    with pytest.raises(ContentError, match="is not closed or not allowed here") as caught:
        parse_inline(text, where="file.md:3:1")

    assert caught.value.where == "file.md:3:1"
    assert f"`{text.strip()}`" in caught.value.message


def test_blocks_are_read_with_their_lines():
    text = """{#first} One
  and the same paragraph.

Text under it.
- a list;
  - its second level
    goes on; and
- {#item} an item.
{#second} Two.

| A | [[b]] |
| :-- | --: |
| - | - |

::: when x.y && z
{#third} Three.
:::
::: position fallback
:::
"""
    assert parse_clause_text(text, offset=10) == (
        AuthoredParagraph("first", 0, (Text("One and the same paragraph."),), 11),
        AuthoredParagraph(None, -1, (Text("Text under it."),), 14),
        AuthoredParagraph(None, 1, (Text("a list;"),), 15),
        AuthoredParagraph(None, 2, (Text("its second level goes on; and"),), 16),
        AuthoredParagraph("item", 1, (Text("an item."),), 18),
        AuthoredParagraph("second", 0, (Text("Two."),), 19),
        AuthoredTable(((Text("A"),), (Slot("b"),)), (((Text("-"),), (Text("-"),)),), 21),
        AuthoredGroup("x.y && z", None, (AuthoredParagraph("third", 0, (Text("Three."),), 26),), 25),
        AuthoredGroup(None, "fallback", (), 28),
    )
    assert parse_clause_text("") == ()


@pytest.mark.parametrize(
    ("text", "line", "message", "hint"),
    [
        ("{#a} ok\n\n{#b} ==open\n", 3, "the mark `==` is not closed", ""),
        ("{#a} ok\n- a\n    - too deep\n", 3, "lists have two levels", "indent by two spaces"),
        ("{#a} ok\n\n::: when x\n{#b} in\n", 3, "a `:::` block is not closed", "end it with a line `:::`"),
        ("::: when x\n::: when y\n:::\n:::\n", 2, "this `:::` line is not understood", "do not nest"),
        ("ok\n\n:::\n", 3, "this `:::` line is not understood", "blocks begin with"),
        ("::: unless x\n:::\n", 1, "this `:::` line is not understood", "blocks begin with"),
        ("::: when\n:::\n", 1, "this `:::` line is not understood", "blocks begin with"),
        ("ok\n  ::: when x\n:::\n", 2, "begins at the margin", "remove the indent"),
        ("- ok\n  | a | b |\n", 2, "begins at the margin", "remove the indent"),
        ("| a | b |\n| --- | --- |\n| 1 |\n", 3, "this row has 1 cells, the header 2", ""),
        ("| a | b |\n| --- |\n", 2, "this row has 1 cells, the header 2", ""),
        ("| --- |\n", 1, "a table begins with its header", ""),
        ("| a |\n| == |\n", 2, "the mark `==` is not closed", ""),
    ],
)
def test_a_bad_line_is_pointed_at(text, line, message, hint):
    with pytest.raises(ContentError) as caught:
        parse_clause_text(text, name="clause.md", offset=20)

    assert message in caught.value.message
    assert hint in caught.value.hint
    assert caught.value.where == f"clause.md:{line + 20}:1"


def test_a_clause_is_bounded():
    assert len(parse_clause_text("\n" * MAX_LINES)) == 0
    with pytest.raises(ContentError, match=f"more than {MAX_LINES} lines"):
        parse_clause_text("\n" * (MAX_LINES + 1))


def test_only_authored_text_can_be_written():
    with pytest.raises(ContentError, match="only authored text"):
        format_inline((Blank("x", "x", None),))


# Parse and format are inverses ------------------------------------------------------------------------------------

ids = st.from_regex(r"[a-z][a-z0-9_]{0,6}", fullmatch=True)
alphabet = string.ascii_letters + " .,;:'\"()-=*[]{}#|é“”§&<>!" + "\u00a0\u3000"
texts = st.text(alphabet.replace("|", ""), min_size=1, max_size=12)
terms = st.text(string.ascii_letters + " -'’", min_size=1, max_size=10)


@st.composite
def inlines(draw):
    runs = []
    for run in draw(
        st.lists(
            texts.map(Text)
            | terms.map(Definition)
            | terms.map(Use)
            | st.lists(ids, min_size=1, max_size=2).map(lambda each: Slot(".".join(each)))
            | st.tuples(ids, ids).map(lambda each: Reference("#".join(each))),
            max_size=6,
        )
    ):
        if isinstance(run, Text) and runs and isinstance(runs[-1], Text):
            continue  # two texts side by side are one
        runs.append(run)
    return tuple(runs)


def is_readable(runs):
    """Whether text has no mark in it that would be read as one; what a paragraph begins and ends with is trimmed."""
    words = format_inline(runs)
    parts = [run.text for run in runs if isinstance(run, Text)]
    marks = ("**", "==", "[[", "]]", "{ref", "{#")
    return words == words.strip() and not any(mark in part for part in parts for mark in marks)


plain = inlines().filter(is_readable)
items = st.builds(AuthoredParagraph, st.none() | ids, st.sampled_from([1, 2]), plain)
numbered = st.builds(AuthoredParagraph, ids, st.just(0), plain)
further = st.builds(AuthoredParagraph, st.none(), st.just(-1), plain.filter(bool)).filter(
    lambda each: not format_inline(each.content).startswith(("- ", "|", ":::", "{#"))
)


@st.composite
def tables(draw):
    width = draw(st.integers(1, 3))
    cell = plain.filter(lambda runs: not any("|" in getattr(run, "text", "") for run in runs))
    row = st.tuples(*[cell] * width)
    header = draw(row)
    assume(not all(set(format_inline(each)) <= set(":-") for each in header))
    return AuthoredTable(header, tuple(draw(st.lists(row, max_size=3))))


blocks = items | numbered | further | tables()
conditions = st.text(string.ascii_letters + ' .&|!="<>', min_size=1, max_size=20).map(str.strip).filter(bool)
groups = st.builds(
    lambda head, inner: AuthoredGroup(*head, tuple(inner)),
    conditions.map(lambda text: (text, None)) | ids.map(lambda text: (None, text)),
    st.lists(blocks, max_size=3),
)


def without_lines(found):
    match found:
        case AuthoredGroup(condition, position, inner):
            return AuthoredGroup(condition, position, without_lines(inner))
        case AuthoredParagraph(id_, level, content):
            return AuthoredParagraph(id_, level, content)
        case AuthoredTable(header, rows):
            return AuthoredTable(header, rows)
    return tuple(without_lines(each) for each in found)


@given(plain)
@examples(400)
def test_written_runs_read_as_the_same_runs(runs):
    assert parse_inline(format_inline(runs)) == runs


@given(st.lists(blocks | groups, max_size=5).map(tuple))
@examples(80)
def test_written_blocks_read_as_the_same_blocks(made):
    assert without_lines(parse_clause_text(format_clause_text(made))) == made


@pytest.mark.parametrize("id_", sorted(LIBRARY))
def test_every_clause_of_the_library_is_written_as_it_is_read(id_):
    found = LIBRARY[id_].blocks
    again = parse_clause_text(format_clause_text(found))

    assert without_lines(again) == without_lines(found)
    assert format_clause_text(again) == format_clause_text(found)


def test_the_lines_of_the_library_are_those_of_the_files():
    for name, path in content_places().files("clause_library/clauses", "*.md"):
        text = path.read_text()
        _, body, offset = split_front_matter(text, name)
        for block in parse_clause_text(body, name=name, offset=offset):
            line = text.split("\n")[block.line - 1]
            if isinstance(block, AuthoredGroup):
                assert line.startswith(":::"), f"{name}:{block.line}"
            elif isinstance(block, AuthoredTable):
                assert line.startswith("|"), f"{name}:{block.line}"
            else:
                assert (f"{{#{block.id}}}" in line) if block.id else line.strip(), f"{name}:{block.line}"
