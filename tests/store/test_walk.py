"""What the documentation says: anybody with SQL can walk the chain."""

import re
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "log-formats.md"
SQL = re.search(r"^```sql\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)[1].rstrip().rstrip(";")
PYTHON = re.search(r"^```python\nimport hashlib(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)[0]


@pytest.fixture
def walk(sql_store, tmp_path, monkeypatch, capsys):
    """The documented query, run on the database of a log."""

    def run():
        if sql_store.kind == "postgresql":
            with sql_store.database.transaction(write=False) as connection:
                return [row.position for row in connection.execute(text(SQL.replace("::", "\\:\\:")))]
        monkeypatch.chdir(tmp_path)
        scope = {}
        exec(PYTHON.removeprefix("```python\n").removesuffix("```"), scope)
        scope["database"].close()
        return [eval(line)[0] for line in capsys.readouterr().out.splitlines()]

    return run


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_the_documented_query_walks_the_chain(sql_store, new_event, walk):
    for first in range(0, 30, 6):
        sql_store.log.append([new_event(number) for number in range(first, first + 6)])
    assert walk() == []
    for column, position, broken in (("data", 9, [9]), ("chain", 20, [9, 20, 21])):
        with sql_store.database.transaction(write=True) as connection:
            old = connection.execute(text(f"SELECT {column} FROM govern_entry WHERE position = {position}")).scalar()
            new = bytes(old[:-1]) + bytes([old[-1] ^ 1])
            connection.execute(
                text(f"UPDATE govern_entry SET {column} = :new WHERE position = {position}"), {"new": new}
            )
        assert walk() == broken


def test_the_query_for_sqlite_needs_window_functions():
    assert sqlite3.sqlite_version_info >= (3, 25)
