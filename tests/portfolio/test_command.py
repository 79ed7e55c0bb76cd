"""`govern portfolio check`, as its reader meets it."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ..cli.conftest import call, plain_environment, template  # noqa: F401 - fixtures
from ..conditions.worlds import DAY
from .files import write_parquet
from .world import random_projects


@pytest.fixture
def facts(content, tmp_path):
    more = {"business_unit": pa.array(["cards", "cloud"] * 5)}
    return write_parquet(tmp_path / "facts.parquet", content.vocabulary(), random_projects(content, 10), more)


def test_a_file_gives_tables_by_law_and_by_unit(facts, tmp_path):
    out = tmp_path / "out.parquet"
    done = call(["portfolio", "check", facts, "--as-of", DAY, "--pack", "gdpr", "--pack", "soc2", "--out", out])
    assert (done.status, done.err) == (1, "")
    assert "10 projects of" in done.out
    lines = [line.split() for line in done.out.splitlines()]
    assert [line[0] for line in lines if line[:1] in (["GDPR"], ["SOC"], ["all"])] == ["GDPR", "SOC", "all"]
    assert sorted(line[:2] for line in lines if line[:1] in (["cards"], ["cloud"])) == [["cards", "5"], ["cloud", "5"]]
    schema = pq.read_schema(out)
    assert schema.names[:2] == ["project", "business_unit"]
    assert schema.metadata[b"govern.as_of"] == b"2026-11-24"
    assert schema.metadata[b"govern.pack.gdpr"].startswith(b"1.")

    again = call(["portfolio", "check", facts, "--out", out])
    assert again.status == 6
    assert "is there already" in again.err


def test_nothing_to_do_is_status_0(tmp_path):
    path = tmp_path / "facts.csv"
    path.write_text("project,data.is_personal\np1,no\n", encoding="utf-8")
    done = call(["portfolio", "check", path, "--as-of", "1990-01-01"])
    assert done.status == 0


def test_wrong_files_and_options(tmp_path, facts):
    (tmp_path / "wrong.csv").write_text("projet,vendor.country\np1,Germoney\n", encoding="utf-8")
    done = call(["portfolio", "check", tmp_path / "wrong.csv"])
    assert done.status == 3
    assert done.err.count("error: ") == 3
    assert "row 1, vendor.country: `Germoney` is not a country" in done.err

    assert call(["portfolio", "check", facts, "--backend", "oracle"]).status == 2
    assert call(["portfolio", "check", facts, "--pack", "gdrp"]).status == 3
    assert call(["portfolio", "check", facts, "--as-of", "today"]).status == 4
    done = call(["portfolio", "check", facts, "--backend", "postgresql"])
    assert (done.status, "GOVERN_DATABASE_URL" in done.err) == (6, True)
    done = call(["portfolio", "check", facts, "--by", "vendor.contry"])
    assert (done.status, "did you mean `vendor.country`" in done.err) == (3, True)


def test_the_projects_of_the_workspace(template, monkeypatch):  # noqa: F811
    monkeypatch.setenv("GOVERN_WORKSPACE", str(template))
    one = call(["check", "hospital-ct", "--as-of", DAY, "--format", "json"])
    done = call(["portfolio", "check", "--as-of", DAY, "--by", "vendor.country"])
    assert done.status == one.status == 1
    assert "1 project of the workspace" in done.out
    import json

    counted = json.loads(one.out)
    numbers = next(line.split() for line in done.out.splitlines() if line.startswith(" all"))
    found = [int(each.replace(",", "")) for each in numbers[1:]]
    statuses = [finding["status"] for finding in counted["findings"]]
    wanted = [statuses.count(each) for each in ("gap", "open", "met", "not_applicable")]
    assert found == [1, 1, *wanted]


def test_a_missing_extra_is_named(monkeypatch, facts):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "duckdb" else name)
    done = call(["portfolio", "check", facts])
    assert (done.status, "govern[portfolio]" in done.err) == (6, True)


@pytest.mark.postgres
def test_postgresql_says_the_same(facts, postgres_url, monkeypatch):
    here = call(["portfolio", "check", facts, "--as-of", DAY, "--pack", "gdpr"])
    monkeypatch.setenv("GOVERN_DATABASE_URL", postgres_url)
    there = call(["portfolio", "check", facts, "--as-of", DAY, "--pack", "gdpr", "--backend", "postgresql"])
    assert (there.status, there.out) == (here.status, here.out)

    monkeypatch.setenv("GOVERN_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    gone = call(["portfolio", "check", facts, "--backend", "postgresql"])
    assert (gone.status, "PostgreSQL refuses" in gone.err) == (7, True)
