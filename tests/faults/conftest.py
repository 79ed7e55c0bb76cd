"""The stores of tests/store, on SQLite and on PostgreSQL."""

from ..store.conftest import (  # noqa: F401 - fixtures are found by their names
    check_sound,
    database_url,
    new_event,
    open_store,
    run_python,
    sql_store,
    verify,
)
