"""YAML read as hostile input: what it gives, where it stands, and what is refused."""

import time
from datetime import date

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from govern.errors import ContentError
from govern.library import yaml_files
from govern.library.yaml_files import MAX_BYTES, MAX_DEPTH, Source, decode_text, load_yaml, parse_yaml, read_bytes


@pytest.fixture(params=["C", "Python"])
def parser(request, monkeypatch):
    """Both of PyYAML's parsers: the one in C is not there on every machine."""
    if request.param == "Python":
        monkeypatch.delattr(yaml, "CSafeLoader")
    return request.param


def value(text):
    return parse_yaml(text, name="file.yaml").value


def refusal(text, **more):
    with pytest.raises(ContentError) as caught:
        parse_yaml(text, name="file.yaml", **more)
    return caught.value


# What it gives ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("# nothing", None),
        ("no", "no"),
        ("NO", "NO"),
        ("yes", "yes"),
        ("on", "on"),
        ("True", "True"),
        ("'true'", "true"),
        ('"7"', "7"),
        ("! 7", "7"),
        ("7", 7),
        ("-7", -7),
        ("+7", 7),
        ("9" * 18, int("9" * 18)),
        ("9" * 19, "9" * 19),
        ("1_000", "1_000"),
        ("0x10", "0x10"),
        ("1e5", "1e5"),
        ("12:30", "12:30"),
        ("2.50", 2.5),
        ("-0.5", -0.5),
        (".5", ".5"),
        (".inf", ".inf"),
        ("2026-11-24", date(2026, 11, 24)),
        ("'2026-11-24'", "2026-11-24"),
        ("2026-11-24T10:00:00Z", "2026-11-24T10:00:00Z"),
        ("26-11-24", "26-11-24"),
        ("=", "="),
        ("|\n  a\n  b\n", "a\nb\n"),
        (">-\n  a\n  b\n", "a b"),
        ("|\n  7\n", "7\n"),
        ("[]", []),
        ("{}", {}),
        ("[a, [1, {b: }], 2026-11-24]", ["a", [1, {"b": None}], date(2026, 11, 24)]),
        ("a: 1\nb:\n  - x\n  - y: {z: no}\n", {"a": 1, "b": ["x", {"y": {"z": "no"}}]}),
        ("1: a\ntrue: b\n2026-11-24: c\n'': d", {"1": "a", "true": "b", "2026-11-24": "c", "": "d"}),
        ("countries: [NO, SE]", {"countries": ["NO", "SE"]}),
        ("---\na: 1\n...\n", {"a": 1}),
        ("? a\n: b", {"a": "b"}),
        ("a: '*b &c !d <<'", {"a": "*b &c !d <<"}),
    ],
)
def test_values(parser, text, want):
    found = value(text)

    assert found == want
    assert type(found) is type(want)


# Where it stands -------------------------------------------------------------------------------------------------

MARKED = """\
# a comment
a: 1
list:
  - x
  - key: y
    other: [p, {q: r}]
deep: {one: {two: 3}}
"""


def test_marks(parser):
    source = parse_yaml(MARKED, name="file.yaml")

    assert source.marks == {
        (): (2, 1),
        ("a",): (2, 1),
        ("list",): (3, 1),
        ("list", 0): (4, 5),
        ("list", 1): (5, 5),
        ("list", 1, "key"): (5, 5),
        ("list", 1, "other"): (6, 5),
        ("list", 1, "other", 0): (6, 13),
        ("list", 1, "other", 1): (6, 16),
        ("list", 1, "other", 1, "q"): (6, 17),
        ("deep",): (7, 1),
        ("deep", "one"): (7, 8),
        ("deep", "one", "two"): (7, 14),
    }


@pytest.mark.parametrize(
    ("trail", "want"),
    [
        ((), "file.yaml:12:1"),
        (("list", 1, "other", 1, "q"), "file.yaml:16:17"),
        (("list", 1, "absent", "further"), "file.yaml:15:5"),
        (("absent",), "file.yaml:12:1"),
    ],
)
def test_where(trail, want):
    assert parse_yaml(MARKED, name="file.yaml", offset=10).where(trail) == want


def test_where_of_nothing():
    assert Source("file.yaml", None).where(("a",)) == "file.yaml:1:1"


# What is refused -------------------------------------------------------------------------------------------------

INDENTATION = "look at the indentation and the quotes of this line and the one before"


@pytest.mark.parametrize(
    ("text", "where", "message", "hint"),
    [
        ("a: 1\nb: 2\na: 3", "3:1", "the key `a` is there twice", "remove one of them"),
        ("x:\n  - {a: 1, 'a': 2}", "2:12", "the key `a` is there twice", "remove one of them"),
        ("1: a\n'1': b", "2:1", "the key `1` is there twice", "remove one of them"),
        ("a: &x 1", "1:4", "anchors (`&name`) are not read", "write the value out where it is needed"),
        ("a: &x [1]", "1:4", "anchors (`&name`) are not read", "write the value out where it is needed"),
        ("&x a: 1", "1:1", "anchors (`&name`) are not read", "write the value out where it is needed"),
        ("a: *x", "1:4", "aliases (`*name`) are not read", "write the value out"),
        ("*x : a", "1:1", "aliases (`*name`) are not read", "write the value out"),
        ("<<: {a: 1}", "1:1", "merge keys (`<<`) are not read", "write the values out"),
        ("b: 1\n<<: [x]", "2:1", "merge keys (`<<`) are not read", "write the values out"),
        ("a: !!python/object/apply:os.system [x]", "1:4",
         "tags (`tag:yaml.org,2002:python/object/apply:os.system`) are not read", "remove it"),
        ("a: !!str 1", "1:4", "tags (`tag:yaml.org,2002:str`) are not read", "remove it"),
        ("a: !own {}", "1:4", "tags (`!own`) are not read", "remove it"),
        ("!!map {}", "1:1", "tags (`tag:yaml.org,2002:map`) are not read", "remove it"),
        ("a: 1\n---\nb: 2", "2:1", "a file holds one document", "remove the second `---`"),
        ("? [a]\n: b", "1:3", "a key is a single word or text", ""),
        ("{{a: b}: c}", "1:2", "a key is a single word or text", ""),
        ("a: 2026-02-30", "1:4", "`2026-02-30` is not a date", ""),
        ("[" * 33 + "]" * 33, "1:33", "nested more than 32 deep", ""),
        ("- " * 40 + "a", "1:65", "nested more than 32 deep", ""),
    ],
)  # fmt: skip
def test_refuses(parser, text, where, message, hint):
    problem = refusal(text)

    assert (problem.where, problem.message, problem.hint) == (f"file.yaml:{where}", message, hint)


@pytest.mark.parametrize(
    ("text", "where", "hint"),
    [
        ("title: Annex: the terms", "1:13", "put text that contains `: ` in quotes"),
        ("a: 'x", None, INDENTATION),
        ("a:\n\t- b", "2:1", INDENTATION),
        ("a: @x", "1:4", INDENTATION),
        ("a: [1", None, INDENTATION),
        ("%YAML 3.0\n---\na", "1:1", INDENTATION),
        ("a: 1\n  b: 2", "2:4", None),
    ],
)
def test_what_is_not_yaml(parser, text, where, hint):
    problem = refusal(text)

    assert problem.message.startswith("this is not YAML: ")
    assert problem.where == f"file.yaml:{where}" if where else problem.where.startswith("file.yaml:")
    assert problem.hint == hint if hint else problem.hint


@pytest.mark.parametrize("text", ["a: \x00", "a: \x07", "a: \ud800", "\ufffe"])
def test_characters_that_are_not_allowed(parser, text):
    problem = refusal(text)

    assert str(problem) == "file.yaml: this is not YAML: it has a character that is not allowed"


def test_the_offset_of_front_matter_is_added(parser):
    assert refusal("a: 1\na: 2", offset=4).where == "file.yaml:6:1"
    assert refusal("a: b: c", offset=4).where == "file.yaml:5:5"


def test_the_deepest_that_is_read():
    assert value("[" * MAX_DEPTH + "]" * MAX_DEPTH)


BILLION_LAUGHS = "a: &a [x, x]\n" + "".join(
    f"{after}: &{after} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, after in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    "text",
    [BILLION_LAUGHS, "[" * 1_000_000, "{a: " * 100_000, "- " * 500_000, "? " * 200_000],
    ids=lambda text: text[:4],
)
def test_bombs_are_refused_quickly(text):
    start = time.process_time()
    refusal(text)
    assert time.process_time() - start < 2


def test_more_nodes_than_are_read(monkeypatch):
    monkeypatch.setattr(yaml_files, "MAX_NODES", 5)

    assert value("[a, b, c, d]") == ["a", "b", "c", "d"]
    for text in ("[a, b, c, d, e]", "{a: 1, b: 2, c: 3, d: 4, e: 5}"):
        problem = refusal(text)
        assert (problem.message, problem.hint) == ("more than 5 values in one file", "split it")


# Files -----------------------------------------------------------------------------------------------------------


def test_load(tmp_path):
    path = tmp_path / "pack.yaml"
    path.write_bytes("\ufeffid: é\n".encode())

    assert load_yaml(path, name="rules/pack.yaml") == Source(
        "rules/pack.yaml", {"id": "é"}, {(): (1, 1), ("id",): (1, 1)}
    )
    assert load_yaml(path).where(("id",)) == f"{path}:1:1"


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(ContentError) as caught:
        load_yaml(tmp_path / "no.yaml", name="no.yaml")
    assert str(caught.value) == "no.yaml: there is no file `no.yaml` (hint: check the path)"


def test_a_folder(tmp_path):
    with pytest.raises(ContentError) as caught:
        load_yaml(tmp_path, name="rules")
    assert str(caught.value) == "rules: `rules` cannot be read: Is a directory"


def test_a_hundred_megabytes(tmp_path):
    path = tmp_path / "big.yaml"
    with path.open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    start = time.process_time()

    with pytest.raises(ContentError) as caught:
        load_yaml(path, name="big.yaml")

    assert str(caught.value) == "big.yaml: `big.yaml` is larger than 8192 KiB (hint: split it)"
    assert time.process_time() - start < 0.5


def test_no_more_is_read_than_the_limit(tmp_path):
    path = tmp_path / "file.yaml"
    path.write_bytes(b"x" * 10)

    assert read_bytes(path, name="file.yaml", limit=10) == b"x" * 10
    with pytest.raises(ContentError):
        read_bytes(path, name="file.yaml", limit=9)
    assert MAX_BYTES == 8 * 1024 * 1024


@pytest.mark.parametrize(
    ("data", "line"), [(b"\xff", 1), (b"a: 1\nb: \xe9\n", 2), (b"a\r\n\nb\xc3", 3), (b"\xed\xa0\x80", 1)]
)
def test_what_is_not_utf_8(data, line):
    with pytest.raises(ContentError) as caught:
        decode_text(data, name="file.yaml")
    assert str(caught.value) == f"file.yaml:{line}:1: this is not UTF-8 text (hint: save the file as UTF-8)"


# Anything at all -------------------------------------------------------------------------------------------------

pieces = st.sampled_from(
    [b"a", b": ", b"- ", b"\n", b"  ", b"[", b"]", b"{", b"}", b",", b"'", b'"', b"&a ", b"*a", b"!t ", b"<<", b"|",
     b">", b"#",
     b"? ", b"---\n", b"...\n", b"%YAML 1.2\n", b"1", b"2026-13-01", b"\t", b"\xff", b"\x00", b"\xc3\xa9",
     b"\xef\xbb\xbf",
     b"\r", b"\xe2\x80\xa8", b"~", b"\\"]
)  # fmt: skip
anything = st.binary(max_size=60) | st.lists(pieces, max_size=25).map(b"".join) | st.text(max_size=40).map(str.encode)


def check_anything(data):
    try:
        source = parse_yaml(decode_text(data, name="f"), name="f")
    except ContentError as problem:
        assert problem.where.partition(":")[0] == "f"
    else:
        assert isinstance(source, Source)
        for trail in source.marks:
            reached = source.value
            for step in trail:
                reached = reached[step]


@settings(max_examples=600, deadline=None, database=None, derandomize=True)
@given(anything)
def test_any_bytes_are_a_source_or_a_content_error(data):
    check_anything(data)


@settings(max_examples=300, deadline=None, database=None, derandomize=True)
@given(anything)
def test_so_by_the_parser_in_python(data):
    with pytest.MonkeyPatch.context() as patch:
        patch.delattr(yaml, "CSafeLoader")
        check_anything(data)


plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**17), 10**17)
    | st.dates()
    | st.text(st.characters(codec="ascii"), max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.from_regex(r"[a-z]{1,4}", fullmatch=True), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None, database=None, derandomize=True)
@given(plain)
def test_reads_back_what_pyyaml_writes(given_value):
    """Text that PyYAML leaves unquoted is text here too, or one of the few words and figures we read."""
    assert value(yaml.safe_dump(given_value, allow_unicode=True)) == given_value
