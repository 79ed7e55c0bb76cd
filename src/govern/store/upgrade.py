"""Databases of earlier versions, brought to this one: checked on the way, in one transaction, or left as they were."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, column, insert, select, table, text, update

from govern.audit import CHAIN_START, TreeBuilder, chain_values, hash_leaf
from govern.errors import VerificationError
from govern.store.database import LOG_LOCK, Database, stored_bytes
from govern.store.tables import SCHEMA_VERSION, EntryRow, HeadRow, MatterRow, NodeRow, SettingRow
from govern.usecases.ports import STORED_LEVEL

PAGE = 1_024
"""Entries read at a time."""

OLDER = ("1", "2")
"""The versions that can be brought to this one."""

READABLE = "2"
"""A version of which all that readers look at is as it is now."""

_ENTRIES = EntryRow.__table__  # type: ignore[attr-defined]
_NODES = NodeRow.__table__  # type: ignore[attr-defined]
_MATTERS = MatterRow.__table__  # type: ignore[attr-defined]
_HEAD = HeadRow.__table__  # type: ignore[attr-defined]
_SETTINGS = SettingRow.__table__  # type: ignore[attr-defined]


def upgrade(database: Database) -> None:
    """Bring a database of an earlier version to this one. Raises VerificationError where the entries of version 1 do
    not verify, changing nothing.

    Version 1 stored every hash of the tree. What is stored now is computed anew from the entries, and must give the
    root and the chain that the old version had. Until version 2 the table of matters was as new as the log, and was
    relied on to be. It has another name now, so that a process of an older version that still runs stops instead of
    building on it. What it says is checked by whoever appends next (see `matters`).
    """
    with database.transaction(write=True) as connection:
        if database.dialect == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOG_LOCK})
        version = select(_SETTINGS.c.value).where(_SETTINGS.c.key == "schema")
        found = connection.execute(version).scalar()
        if found not in OLDER:
            return  # another process was faster
        if found == "1":
            _move_all(connection)
        _MATTERS.create(connection, checkfirst=True)
        connection.execute(text("INSERT INTO govern_newest SELECT matter, seq, position FROM govern_matter"))
        connection.execute(text("DROP TABLE govern_matter"))
        changed = update(_SETTINGS).where(_SETTINGS.c.key == "schema").values(value=str(SCHEMA_VERSION))
        connection.execute(changed)


def _move_all(connection: Connection) -> None:
    tables = (_ENTRIES, _NODES)
    for each in tables:
        connection.execute(text(f"ALTER TABLE {each.name} RENAME TO {each.name}_1"))
        each.create(connection)
    _move_entries(connection)
    for each in tables:
        connection.execute(text(f"DROP TABLE {each.name}_1"))


def _move_entries(connection: Connection) -> None:
    tree, chain = TreeBuilder(), CHAIN_START
    for page in _pages(connection):
        first = tree.size
        entries = [stored_bytes(row.data, f"entry {first + place}") for place, row in enumerate(page)]
        leaves = [hash_leaf(data) for data in entries]
        values = list(chain_values(leaves, chain))
        for place, row in enumerate(page):
            found = (row.position, row.leaf_hash, row.chain)
            if found != (first + place, leaves[place], values[place]):
                raise _changed(f"entry {first + place}")
        rows = tree.extend_rows(leaves)
        connection.execute(
            insert(_ENTRIES),
            [
                {"position": position, "data": data, "chain": value}
                for position, (data, value) in enumerate(zip(entries, values, strict=True), first)
            ],
        )
        nodes = [
            {"level": level, "position": position, "hash": node}
            for level in range(STORED_LEVEL, len(rows), STORED_LEVEL)
            for position, node in enumerate(rows[level], first >> level)
        ]
        if nodes:
            connection.execute(insert(_NODES), nodes)
        chain = values[-1]
    head = connection.execute(select(_HEAD)).first()
    if (head.size, head.root, head.chain) != (tree.size, tree.root(), chain) if head else tree.size:
        raise _changed("head")


def _pages(connection: Connection) -> Iterator[list[Any]]:
    old = table("govern_entry_1", *map(column, ("position", "data", "leaf_hash", "chain")))
    position = -1
    while True:
        page = select(old).where(old.c.position > position).order_by(old.c.position).limit(PAGE)
        rows = list(connection.execute(page).all())
        if not rows:
            return
        position = rows[-1].position
        yield rows


def _changed(where: str) -> VerificationError:
    return VerificationError(
        "the database of an earlier version does not verify",
        where=where,
        hint="nothing was changed; restore it from a backup, or verify it with the govern that wrote it",
    )
