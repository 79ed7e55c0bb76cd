"""A file of facts: read as its rows would be one by one, or refused with all that is wrong with it."""

import os
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from govern.errors import ContentError, GovernError, StoreError
from govern.kernel import Derivation, Facts, FactSpec, FactValue, Kind, Vocabulary, check_value, resolve_facts
from govern.portfolio import DuckDb, check_portfolio, open_file
from govern.portfolio.problems import Problems
from govern.portfolio.sources import MAX_GROUPS, Groups
from govern.portfolio.values import Reader, derive_values, hold, list_python
from govern.rules import build_book
from govern.usecases.answers import parse_answer

from ..conditions.worlds import DAY, spec
from .files import type_of, write_csv, write_parquet
from .world import expected, random_projects, resolve


@pytest.fixture(scope="module")
def book(content):
    return build_book(content.packs(), content.vocabulary(), DAY)


def check(book, path, out=None, by=None):
    return check_portfolio(book, open_file(path, book.vocabulary, parse_answer, by), DuckDb(2), out)


def statuses(out):
    return pq.read_table(out).to_pylist()


# Sound files ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [{}, {"row_group_size": 7}, {"use_dictionary": False}], ids=str)
def test_a_parquet_file_gives_what_its_projects_give_one_by_one(content, book, tmp_path, options):
    raws = random_projects(content, 40, seed=2)
    path = write_parquet(tmp_path / "facts.parquet", content.vocabulary(), raws, **options)

    checked = check(book, path, tmp_path / "out.parquet")

    found = statuses(tmp_path / "out.parquet")
    assert [row.pop("project") for row in found] == [f"p{place}" for place in range(40)]
    assert found == [expected(book, resolve(content, raw)) for raw in raws]
    for line, pack in zip(checked.by_law(), book.packs, strict=False):
        wanted = [row[rule.obligation.id] for row in found for rule in book.rules if rule.pack == pack.id]
        assert {status.value: count for status, count in line.counts.items()} == {
            status.value: wanted.count(status.value) for status in line.counts
        }
    assert checked.by_law()[-1].affected == sum("gap" in row.values() for row in found)


def test_a_csv_file_does_too(content, book, tmp_path):
    # An empty map cannot be typed, and a choice that has a comma cannot stand in a list.
    raws = random_projects(content, 40, seed=3)
    raws = [{fact: value for fact, value in raw.items() if value != {}} for raw in raws]
    path = write_csv(tmp_path / "facts.csv", content.vocabulary(), raws)

    check(book, path, tmp_path / "out.parquet")

    found = statuses(tmp_path / "out.parquet")
    assert [row.pop("project") for row in found] == [f"p{place}" for place in range(40)]
    assert found == [expected(book, resolve(content, raw)) for raw in raws]


def test_us_says_nothing_of_california(content, book, tmp_path):
    raws = [{"data.subject_regions": [each]} for each in ("US", "US-CA", "US-TX", "EEA", "US-other")]
    raws.append({"data.subject_regions": ["US", "US-CA"]})
    path = write_parquet(tmp_path / "facts.parquet", content.vocabulary(), raws)

    check(book, path, tmp_path / "out.parquet")

    found = statuses(tmp_path / "out.parquet")
    for row, raw in zip(found, raws, strict=True):
        row.pop("project")
        assert row == expected(book, resolve(content, raw))


@pytest.mark.parametrize("type_", [pa.int8(), pa.uint64(), pa.float32(), pa.decimal128(9, 2)], ids=str)
def test_a_decimal_may_have_any_type_of_numbers(content, book, tmp_path, type_):
    numbers = [0, 1, 50, 99, None]
    columns = {"client.pct_revenue_sell_share": pa.array(numbers, type_), "client.ccpa_business": pa.nulls(5)}
    columns.pop("client.ccpa_business")
    path = write_parquet(tmp_path / "facts.parquet", content.vocabulary(), [{}] * 5, columns)

    check(book, path, tmp_path / "out.parquet")

    for row, number in zip(statuses(tmp_path / "out.parquet"), numbers, strict=True):
        row.pop("project")
        raw = {} if number is None else {"client.pct_revenue_sell_share": number}
        assert row == expected(book, resolve(content, raw))


def test_a_summary_by_a_column_a_fact_or_the_business_unit(content, book, tmp_path):
    raws = [{"vendor.country": country} for country in ("IN", "IN", "DE")] + [{}]
    more = {"business_unit": pa.array(["a", "b", None, "a"]), "region": pa.array([1, 1, 2, 2])}
    path = write_parquet(tmp_path / "facts.parquet", content.vocabulary(), raws, more)

    def projects(by):
        return {line.name: line.projects for line in check(book, path, by=by).by_group()}

    with pytest.raises(ContentError, match="there is no fact `region`"):
        projects(None)
    assert projects("region") == {"1": 2, "2": 2}
    path = write_parquet(
        tmp_path / "facts.parquet", content.vocabulary(), raws, {"business_unit": more["business_unit"]}
    )
    assert projects(None) == {"a": 2, "b": 1, "(unknown)": 1}
    assert projects("vendor.country") == {"IN": 2, "DE": 1, "(unknown)": 1}


def test_a_file_without_projects_or_without_facts(content, book, tmp_path):
    path = write_parquet(tmp_path / "facts.parquet", content.vocabulary(), [])
    assert check(book, path, tmp_path / "out.parquet").projects == 0
    assert statuses(tmp_path / "out.parquet") == []

    path = write_parquet(tmp_path / "facts.parquet", content.vocabulary(), [{}, {}])
    assert check(book, path, tmp_path / "out.parquet").projects == 2
    assert all(
        row.pop("project") and row == expected(book, Facts({}, DAY)) for row in statuses(tmp_path / "out.parquet")
    )


# Files that are refused -------------------------------------------------------------------------------------------

IDS = pa.array(["p1", "p2", "p3"])
MAP = pa.map_(pa.string(), pa.string())
BEYOND = pa.array([3_000_000, None, None], pa.int32()).cast(pa.date32())
NOON = pa.array([1, None, None], pa.timestamp("s"))
TWICE = pa.array([None, [("IN", "scc"), ("IN", "dpf")], []], MAP)
WRONG_MAP = pa.array([[("IN", "sccs")], None, [("I", "scc")]], MAP)


def problems_of(book, path, by=None):
    with pytest.raises(ContentError) as caught:
        check(book, path, by=by)
    return [f"{each.where.rpartition('/')[2]} | {each.message} | {each.hint}" for each in caught.value.problems]


@pytest.mark.parametrize(
    ("column", "cells", "said"),
    [
        ("vendor.countri", ["DE"] * 3, ["facts.parquet | there is no fact `vendor.countri` | did you mean"]),
        ("vendor.country", ["DE", "Germany", None], ["row 2, vendor.country | `vendor.country` cannot be `Germany`"]),
        ("vendor.country", [1, 2, 3], ["row 1, vendor.country | `vendor.country` cannot be `1`"]),
        ("vendor.country", [["DE"], None, None], ["`vendor.country` has the wrong type | expected string"]),
        ("data.is_personal", ["yes", None, "no"], ["row 1, data.is_personal | `data.is_personal` cannot be `yes`"]),
        ("vendor.gdpr_role", [None, "procesor", "x"], ["row 2, vendor.gdpr_role", "did you mean `processor`", "row 3"]),
        ("client.employees", [1.0, 2.5, None], ["row 1, client.employees", "the column's type is double"]),
        ("client.employees", [1, -1, 2**53], ["row 2, client.employees", "row 3, client.employees"]),
        ("client.pct_revenue_sell_share", [1.0, 100.5, float("nan")], ["row 2, client.pct", "row 3, client.pct"]),
        ("project.purpose", ["train_model"] * 3, ["row 1, project.purpose | `project.purpose` cannot be"]),
        ("project.purpose", [["train_model"], None, ["nonsense"]], ["row 3, project.purpose | `project.purpose`"]),
        ("project.purpose", [["train_model"], [None], []], ["row 2, project.purpose | `project.purpose` has a list"]),
        ("project.purpose", [[1], None, [2]], ["`project.purpose` has the wrong type | expected list<string>"]),
        ("vendor.workforce_countries", [["DE"], ["D"], None], ["row 2, vendor.workforce_countries"]),
        ("vendor.due_diligence_date", ["2026-1-1", None, None], ["row 1, vendor.due_diligence_date"]),
        ("vendor.due_diligence_date", NOON, ["row 1, vendor.due_diligence_date"]),
        ("vendor.due_diligence_date", BEYOND, ["beyond the years 1 to 9999"]),
        ("transfer.mechanism", WRONG_MAP, ["row 1, transfer.mechanism", "row 3, transfer.mechanism"]),
        ("transfer.mechanism", TWICE, ["row 2, transfer.mechanism | `transfer.mechanism` names the same country"]),
        ("vendor.subprocessors", [[{"name": "A"}], None, []], ["row 1, vendor.subprocessors", "has a record"]),
        ("vendor.subprocessors", [None, [{"name": "A", "country": "Kenya"}], []], ["row 2", "not a country's"]),
        ("transfer.dpf_countries", [["US"], None, []], ["is worked out from `transfer.mechanism`"]),
        (
            "transfer.unmapped_storage",
            [["US"], None, []],
            ["from `vendor.storage_countries` and `transfer.mechanism` | give columns `vendor.storage_countries` and"],
        ),
        ("vendor.subprocessors", [[{"nme": "A"}], None, []], ["`vendor.subprocessors` cannot have `nme` in a record"]),
    ],
)
def test_what_is_wrong_with_a_column_is_said_with_its_first_row(book, tmp_path, column, cells, said):
    array = cells if isinstance(cells, pa.Array) else pa.array(cells)
    pq.write_table(pa.table({"project": IDS, column: array}), tmp_path / "facts.parquet")
    found = "\n".join(problems_of(book, tmp_path / "facts.parquet"))
    for each in said:
        assert each in found


@pytest.mark.parametrize(
    ("ids", "said"),
    [
        (["p1", "p2", "p1"], "row 3, project | the project `p1` is there 2 times | rows 1 and 3"),
        (["p1", "p1", "p1"], "row 2, project | the project `p1` is there 3 times | rows 1 and 2 and others"),
        (["p1", None, "p2"], "row 2, project | a project has no id"),
        (["p1", " ", "p2"], "row 2, project | a project has no id"),
        ([1.5, 2.0, 3.0], "the column `project` has the wrong type | expected string, found double"),
    ],
)
def test_every_row_is_one_project(book, tmp_path, ids, said):
    pq.write_table(pa.table({"project": pa.array(ids)}), tmp_path / "facts.parquet")
    assert said in "\n".join(problems_of(book, tmp_path / "facts.parquet"))


def test_all_problems_at_once_and_no_result(book, tmp_path):
    columns = {
        "vendor.countri": pa.array(["DE"] * 3),
        "vendor.country": pa.array(["D", "E", "F"]),
        "data.is_personal": pa.array([1, None, 0]),
    }
    pq.write_table(pa.table({"name": IDS, **columns}), tmp_path / "facts.parquet")

    found = problems_of(book, tmp_path / "facts.parquet")

    said = ("no column `project`", "no fact `name`", "no fact `vendor.countri`", "cannot be `D`", "cannot be `F`",
            "`data.is_personal` cannot be `1`")  # fmt: skip
    for each in said:
        assert any(each in problem for problem in found), each
    with pytest.raises(ContentError):
        check(book, tmp_path / "facts.parquet", tmp_path / "out.parquet")
    assert [each.name for each in tmp_path.iterdir()] == ["facts.parquet"]


def test_only_some_wrong_values_of_a_column_are_told(book, tmp_path):
    columns = {"vendor.country": pa.array([f"land {place}" for place in range(40)])}
    ids = pa.array([f"p{place}" for place in range(40)])
    pq.write_table(pa.table({"project": ids, **columns}), tmp_path / "facts.parquet")
    found = problems_of(book, tmp_path / "facts.parquet")
    assert len(found) == 6
    assert "`vendor.country` has other wrong values too" in found[-1]


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("facts.parquet", b"project\np1\n", "this is not a sound Parquet file"),
        ("facts.parquet", b"", "this is not a sound Parquet file"),
        ("facts.csv", b"", "the file is empty"),
        ("facts.csv", b"\xef\xbb\xbf", "the file is empty"),
        (
            "facts.csv",
            b"project," + b"x" * 200_000 + b"\na,b\n",
            "the names of the columns cannot be read: field larger",
        ),
        ("facts.csv", b"project" + b",x" * 500_000, "the line of the names is longer than 1,000,000 bytes"),
        ("facts.csv", b"project\na\0b\n", "a project's id has a character that is not shown"),
        ("facts.csv", b"project\n\xff\n", "the file is not UTF-8 text"),
        ("facts.csv", b"\xff\n", "the file is not UTF-8 text"),
        ("facts.csv", b"project,vendor.country\np1\n", "this is not a sound CSV file"),
        ("facts.csv", b"project,vendor.country,vendor.country\np1,DE,IN\n", "there are 2 columns `vendor.country`"),
        ("facts.csv", b"project,vendor.country\np1,Germani\n", "`Germani` is not"),
        ("facts.csv", b"project,data.is_personal\np1,perhaps\n", "`perhaps` is not an answer to `data.is_personal`"),
        ("facts.xlsx", b"", "`facts.xlsx` is not a file of facts"),
    ],
)
def test_a_file_that_is_none_is_refused(book, tmp_path, name, data, said):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(GovernError, match=said):
        check(book, tmp_path / name)


def test_a_letter_at_the_end_of_what_is_read_for_the_names_is_not_cut(book, tmp_path):
    (tmp_path / "facts.csv").write_text("project\n1" + "é" * 600_000 + "\n2\n")
    assert check(book, tmp_path / "facts.csv").projects == 2


def test_what_is_no_file_is_not_waited_for(book, tmp_path):
    os.mkfifo(tmp_path / "facts.csv")
    (tmp_path / "facts.parquet").symlink_to("/dev/zero")
    for name in ("facts.csv", "facts.parquet"):
        with pytest.raises(StoreError, match="cannot be read: it is not a file"):
            check(book, tmp_path / name)


def test_a_file_that_is_not_there(book, tmp_path):
    with pytest.raises(StoreError, match="no such file"):
        check(book, tmp_path / "facts.parquet")


def test_too_many_groups_are_refused():
    problems = Problems("facts.csv")
    Groups("unit").number(pa.array([str(place) for place in range(MAX_GROUPS + 1)]), problems)
    with pytest.raises(ContentError, match="more than 10,000 different values"):
        problems.check()


# Facts of kinds that the packs do not have --------------------------------------------------------------------------


def test_what_a_set_implies_counts_as_its_own(tmp_path):
    from govern.portfolio.values import Reader, list_python

    regions = spec("s.regions", "set", values=("US", "US-CA", "US-TX"), implies={"US-CA": ("US",), "US-TX": ("US",)},
                   coarse={"US": ("US-CA", "US-TX")})  # fmt: skip
    raws = [["US-CA"], ["US"], None, [], ["US-CA", "US-TX"]]
    problems = Problems("x")
    values = Reader(problems).read(regions, pa.array(raws, pa.list_(pa.string())), 1)
    want = [None if raw is None else check_value(regions, raw) for raw in raws]
    found = list_python(regions, values)
    assert found == want
    assert [getattr(each, "possible", None) for each in found] == [getattr(each, "possible", None) for each in want]
    assert not problems


def test_a_vocabulary_of_every_kind_is_read(tmp_path):
    values, fields = dict.fromkeys((Kind.ENUM, Kind.SET, Kind.MAP), ("a",)), {Kind.RECORDS: ("name",)}
    vocabulary = Vocabulary(
        [spec(f"k.{kind}", kind, values=values.get(kind, ()), fields=fields.get(kind, ())) for kind in Kind]
    )
    one_of_each = {
        "boolean": True, "enum": "a", "set": ["a"], "integer": 1, "decimal": 0.5, "date": "2026-01-01",
        "country": "DE", "countries": ["DE"], "text": "x", "map": {"DE": "a"}, "records": [{"name": "x"}],
    }  # fmt: skip
    raws = [{f"k.{kind}": value for kind, value in one_of_each.items()}, {}]
    path = write_parquet(tmp_path / "facts.parquet", vocabulary, raws)
    source = open_file(path, vocabulary, parse_answer)
    from govern.portfolio.values import list_python

    (chunk,) = source.chunks()
    assert source.check() == 2
    for one in vocabulary:
        value, absent = list_python(one, chunk.values[one.id])
        assert absent is None
        want = check_value(one, raws[0][one.id])
        assert (len(value) if one.kind is Kind.RECORDS else value) == (len(want) if one.kind is Kind.RECORDS else want)
    assert isinstance(list_python(vocabulary.get("k.date"), chunk.values["k.date"])[0], date)


LEFT_OUT = Vocabulary(
    [
        FactSpec(id="x.places", kind=Kind.COUNTRIES, group="g", question="q?"),
        FactSpec(id="x.listed", kind=Kind.MAP, group="g", question="q?", values=("scc", "dpf")),
        FactSpec(id="x.home", kind=Kind.COUNTRIES, group="g", question="q?"),
        FactSpec(id="x.subs", kind=Kind.RECORDS, group="g", question="q?", fields=("name", "country")),
        *(
            FactSpec(id=id_, kind=Kind.COUNTRIES, group="g", question="q?", derive=Derivation(**{"from": base}, **more))
            for id_, base, more in [
                ("x.open", "x.places", {"without": "x.listed"}),
                ("x.abroad", "x.places", {"without": "x.home"}),
                ("x.subs_open", "x.subs", {"field": "country", "without": "x.listed"}),
                ("x.scc_abroad", "x.listed", {"values": ("scc",), "without": "x.home"}),
                ("x.same", "x.places", {}),
            ]
        ),
    ]
)
CODES = st.sampled_from(["DE", "IN", "KE"])
ROWS = st.fixed_dictionaries(
    {},
    optional={
        "x.places": st.lists(CODES, unique=True, max_size=3),
        "x.listed": st.dictionaries(CODES, st.sampled_from(["scc", "dpf"])),
        "x.home": st.lists(CODES, unique=True, max_size=2),
        "x.subs": st.lists(st.fixed_dictionaries({"name": st.just("n")}, optional={"country": CODES}), max_size=2),
    },
)


@given(st.lists(ROWS, min_size=1, max_size=6), st.sets(st.sampled_from([spec.id for spec in LEFT_OUT][:4])))
def test_what_is_left_out_of_many_rows_is_left_out_of_each(rows, as_text):
    """Columns come as lists, maps and structs, or (`as_text`) as a text file's cells: each way with each other."""
    values = {}
    for fact in [each for each in LEFT_OUT if each.derive is None]:
        cells = [row.get(fact.id) for row in rows]
        if fact.id in as_text:
            values[fact.id] = hold(None if cell is None else check_value(fact, cell) for cell in cells)
        else:
            pairs = [list(cell.items()) if fact.kind is Kind.MAP and cell is not None else cell for cell in cells]
            values[fact.id] = Reader(Problems("rows")).read(fact, pa.array(pairs, type_of(fact)), 1)
    for fact in LEFT_OUT.derived:
        answers = [{id_: FactValue(value=raw) for id_, raw in row.items()} for row in rows]
        each = [resolve_facts(LEFT_OUT, answer, DAY).values.get(fact.id) for answer in answers]
        assert list_python(fact, derive_values(fact, values)) == each
