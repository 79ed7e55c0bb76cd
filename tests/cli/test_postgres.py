"""The way of a user on PostgreSQL, by GOVERN_DATABASE_URL."""

import re
from pathlib import Path

import pytest

from govern.store.database import LOG_LOCK

pytestmark = pytest.mark.postgres
HOSPITAL = Path(__file__).parent.parent.parent / "examples" / "hospital-ct" / "project.yaml"


@pytest.fixture
def pg(govern, tmp_path, monkeypatch, postgres_url):
    """A workspace whose records and log are on PostgreSQL, and the current folder."""
    monkeypatch.setenv("GOVERN_DATABASE_URL", postgres_url)
    made = govern("init", tmp_path / "ws", "--origin", "log.example/govern")
    assert "database:  PostgreSQL" in made.out, made.err
    monkeypatch.chdir(tmp_path / "ws")
    assert govern("project", "import", HOSPITAL).status == 0
    return tmp_path / "ws"


def test_from_init_to_a_verified_export(govern, pg, tmp_path):
    assert not (pg / "govern.db").exists()
    assert govern("check", "hospital-ct").status == 1
    assert govern("ask", "hospital-ct", stdin="skip\nstop\n").status == 0
    assert govern("project", "set", "hospital-ct", "data.under16=yes").status == 0
    assert govern("draft", "hospital-ct", "--document", "dpa", "--out", "d.md").status == 0
    assert govern("retention", "schedule", "hospital-ct").status == 0
    listed = govern("log", "list").out
    for kind in ("workspace.created", "project.saved", "assessment.saved", "project.answered", "draft.saved"):
        assert kind in listed
    assert govern("log", "prove", "3", "--out", "p").status == 0
    assert "8 entries" in govern("log", "verify").out
    assert govern("log", "export", tmp_path / "log", "--bodies").status == 0
    assert govern("log", "verify", tmp_path / "log").status == 0


def connect(url):
    import psycopg

    return psycopg.connect(url)


def test_a_locked_log_is_status_7(govern, pg, refused, monkeypatch, postgres_url):
    monkeypatch.setenv("GOVERN_DATABASE_TIMEOUT", "0.3")
    with connect(postgres_url) as other:
        other.execute(f"SELECT pg_advisory_xact_lock({LOG_LOCK})")
        refused(govern("check", "hospital-ct"), 7, "the database is locked")
        other.rollback()
    with connect(postgres_url) as other:
        other.execute("LOCK TABLE govern_record")
        refused(govern("check", "hospital-ct"), 7, "the database is locked")
        other.rollback()
    assert govern("check", "hospital-ct").status == 1
    assert "5 entries" in govern("log", "verify").out  # the first check waited in the outbox


def test_a_read_only_server_is_status_7(govern, pg, refused, postgres_url):
    name = postgres_url.rpartition("/")[2]
    with connect(postgres_url) as other:
        other.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    refused(govern("check", "hospital-ct"), 7, "the database is read-only")
    assert govern("project", "list").status == 0
    assert govern("log", "verify").status == 0


@pytest.mark.parametrize("setting", ["synchronous_commit"])
def test_a_server_that_forgets_is_refused(govern, pg, refused, postgres_url, setting):
    name = postgres_url.rpartition("/")[2]
    with connect(postgres_url) as other:
        other.execute(f"ALTER DATABASE {name} SET {setting} = off")
    refused(govern("check", "hospital-ct"), 7, setting, "does not keep what it confirms")


def test_a_database_without_tables_is_status_7(govern, pg, refused, monkeypatch, new_postgres):
    with new_postgres() as url:
        monkeypatch.setenv("GOVERN_DATABASE_URL", url)
        refused(govern("check", "hospital-ct"), 7, "the database has no tables", "govern init")


def test_a_server_that_is_not_there_is_status_7_and_says_no_password(govern, pg, refused, monkeypatch):
    for url in ("postgresql://me:secret@127.0.0.1:1/x", "postgresql+psycopg://me:secret@127.0.0.1:1/x"):
        monkeypatch.setenv("GOVERN_DATABASE_URL", url)
        result = refused(govern("check", "hospital-ct"), 7, "the database cannot be reached", "GOVERN_DATABASE_URL")
        assert "secret" not in result.err


def test_another_workspaces_database_is_not_written_into(govern, pg, refused, tmp_path):
    refused(govern("init", tmp_path / "second"), 7, "holds the log of another workspace")
    assert "2 entries" in govern("log", "verify").out


@pytest.mark.parametrize(("change", "where"), [
    ("UPDATE govern_entry SET data = overlay(data PLACING '\\x58' FROM 20) WHERE position = 1", "entry 1"),
    ("UPDATE govern_record SET body = overlay(body PLACING '\\x58' FROM 20) WHERE kind = 'project'", "entry 1"),
    ("DELETE FROM govern_entry WHERE position = 1", "entry 1"),
])  # fmt: skip
def test_tampering_is_status_5_and_named(govern, pg, refused, postgres_url, change, where):
    with connect(postgres_url) as other:
        assert other.execute(change).rowcount == 1
    refused(govern("log", "verify"), 5, where)


def test_two_commands_at_once(govern, pg, start):
    """Both are done, or one is told to repeat; the log has what was done."""
    started = [start("project", "set", "hospital-ct", f"contract.deletion_days={number}") for number in (10, 20, 30)]
    for process in started:
        _, said = process.communicate(timeout=60)
        assert process.returncode == 0 or (process.returncode == 7 and "repeat the change" in said), said
    done = sum(process.returncode == 0 for process in started)
    assert done >= 1
    assert re.search(f"{2 + done} entries", govern("log", "verify").out)
