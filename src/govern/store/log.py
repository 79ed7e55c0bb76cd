"""The log's sequencer: one at a time, in groups, by compare-and-swap on the head.

The order of the steps, each with the failure that it prevents:

1. Take the lock (SQLite: BEGIN IMMEDIATE; PostgreSQL: an advisory lock of the transaction). Without it two sequencers
   would give one index twice.
2. Read the head and hold it against the head that was signed last, kept outside the database. A restored backup would
   otherwise sign a second history.
3. Take the waiting events by DELETE … RETURNING, in the order of the outbox. "id > last seen" would lose events that
   commit out of order.
4. Seal the entries, extend chain and tree, sign.
5. Swap the head where size and root are still those that were read, and commit. A crash before this leaves the events
   in the outbox.
6. Keep the checkpoint as the last one signed, durably, and only then release it. A crash between 5 and 6 leaves an
   older checkpoint outside, with which the database is consistent. Before the first entry it is the empty tree's, so
   that from then on its absence is an error.
"""

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Connection, Select, delete, insert, select, text, update

from govern.audit import (
    CHAIN_START,
    EMPTY_ROOT,
    Checkpoint,
    TreeBuilder,
    check_checkpoint,
    extend_chain,
    find_root,
    hash_leaf,
    parse_checkpoint,
    parse_note,
    seal_entry,
    sign_checkpoint,
)
from govern.errors import StoreError, VerificationError
from govern.store.database import LOG_LOCK, Database, stored_bytes
from govern.store.register import load_event
from govern.store.tables import EntryRow, HeadRow, MatterRow, NodeRow, OutboxRow
from govern.usecases.ports import LogHead, Signer

_ENTRIES = EntryRow.__table__  # type: ignore[attr-defined]
_NODES = NodeRow.__table__  # type: ignore[attr-defined]
_HEAD = HeadRow.__table__  # type: ignore[attr-defined]
_MATTERS = MatterRow.__table__  # type: ignore[attr-defined]
_OUTBOX = OutboxRow.__table__  # type: ignore[attr-defined]

GROUP = 1_000
"""Events sequenced in one transaction."""

PAGE = 2_000
"""Entries read at a time."""


class SqlLog:
    """The log of a workspace in a database.

    `fault` is called with the name of each step; tests make it raise, to see that nothing is lost or doubled.
    """

    def __init__(
        self, database: Database, signer: Signer, origin: str, fault: Callable[[str], None] = lambda _: None
    ) -> None:
        self._database = database
        self._signer = signer
        self._origin = origin
        self._fault = fault

    def head(self) -> LogHead:
        """The head as it stands, without draining the outbox."""
        return find_head(self._database)

    def check_ready(self) -> None:
        """Raise now what would keep an event from being logged later: no key, or a database that was set back."""
        self._signer.sign(b"")
        last = self._signer.last_signed()  # before the head: others may be signing a newer one
        with self._database.transaction(write=False) as connection:
            head = _read_head(connection)[0]
            if last is None and head.checkpoint and self._signer.last_signed() is not None:
                return  # the first head was signed in between
            self._check_not_restored(connection, last, head)

    def sequence(self) -> LogHead:
        """Drain the outbox into the log, sign, commit, and only then release the head. Idempotent."""
        while True:
            head, full = self._sequence_group()
            if not full:
                return head

    def _sequence_group(self) -> tuple[LogHead, bool]:
        self._fault("begin")
        with self._database.transaction(write=True) as connection:
            if self._database.dialect == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOG_LOCK})
            head, chain = _read_head(connection)
            self._check_not_restored(connection, self._signer.last_signed(), head)
            _check_head(head)
            events = _take_events(connection)
            self._fault("taken")
            if events or not head.checkpoint:
                head = self._extend(connection, head, chain, events)
            self._fault("before commit")
        self._fault("committed")
        if self._signer.last_signed() != head.checkpoint:
            self._signer.remember(head.checkpoint)
        self._fault("remembered")
        return head, len(events) >= GROUP

    def _check_not_restored(self, connection: Connection, last: bytes | None, head: LogHead) -> None:
        """The database must continue the head that was signed last."""
        if last is None and not head.checkpoint:
            self._signer.remember(self._sign(0, EMPTY_ROOT))
            return
        if last is None:
            raise VerificationError(
                "the checkpoint that was signed last is not there",
                where="last-signed",
                hint="restore it with the keys; without it an old backup could not be told from the database",
            )
        if last == head.checkpoint:
            return
        signed, _ = check_checkpoint(last, [self._signer.key])
        if head.checkpoint:
            check_checkpoint(head.checkpoint, [self._signer.key])
        hint = "a restored backup? do not go on with it: see docs, “restoring a workspace”"
        if signed.size > head.size:
            raise VerificationError(
                "the database is older than the log that was signed last",
                where=f"entry {head.size}",
                expected=f"{signed.size} entries",
                found=f"{head.size} entries",
                hint=hint,
            )
        root = find_root(signed.size, lambda level, index: _read_node(connection, level, index))
        if root != signed.root:
            raise VerificationError(
                "the database has another history than the log that was signed last",
                where=f"entries 0 to {signed.size - 1}",
                expected=signed.root.hex(),
                found=root.hex(),
                hint=hint,
            )

    def _extend(self, connection: Connection, head: LogHead, chain: bytes, events: list[Any]) -> LogHead:
        tree = TreeBuilder(head.size, _read_frontier(connection, head.size))
        if tree.root() != head.root:  # to sign on would make a changed hash part of the log
            raise VerificationError(
                "the stored hashes do not give the root that is signed",
                where=f"entries 0 to {head.size - 1}",
                expected=head.root.hex(),
                found=tree.root().hex(),
                hint="nothing was added; govern log verify says what was changed",
            )
        if chain != _read_chain(connection, head.size):
            raise VerificationError("the chain in the head is not that of the last entry", where="head")
        rows: list[dict[str, Any]] = []
        nodes: list[dict[str, Any]] = []
        matters = _Matters(connection)
        key_id = self._signer.key.key_id.hex()
        for event in events:
            index = head.size + len(rows)
            seq, previous = matters.place(event.matter, index)
            data = seal_entry(event, seq, previous, key_id)
            leaf = hash_leaf(data)
            chain = extend_chain(chain, leaf)
            rows.append({"position": index, "data": data, "leaf_hash": leaf, "chain": chain})
            nodes.extend(
                {"level": level, "position": at, "hash": node} for level, at, node in tree.append(leaf) if level > 0
            )
        if rows:
            connection.execute(insert(_ENTRIES), rows)
            matters.save()
        if nodes:
            connection.execute(insert(_NODES), nodes)
        self._fault("written")
        size, root = head.size + len(rows), tree.root()
        checkpoint = self._sign(size, root)
        self._fault("signed")
        _swap_head(connection, head, LogHead(size, root, checkpoint), chain)
        return LogHead(size, root, checkpoint)

    def _sign(self, size: int, root: bytes) -> bytes:
        return sign_checkpoint(Checkpoint(self._origin, size, root), self._signer.key, self._signer.sign)

    def entries(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """The bytes of the entries, a page at a time."""
        query = select(_ENTRIES.c.position, _ENTRIES.c.data)
        for row in self._pages(query, _ENTRIES.c.position, start, stop):
            yield stored_bytes(row.data, f"entry {row.position}")

    def stored_hashes(self) -> Iterator[tuple[bytes, bytes]]:
        """The stored leaf hash and chain value of each entry."""
        query = select(_ENTRIES.c.position, _ENTRIES.c.leaf_hash, _ENTRIES.c.chain)
        for row in self._pages(query, _ENTRIES.c.position):
            where = f"entry {row.position}"
            yield stored_bytes(row.leaf_hash, where), stored_bytes(row.chain, where)

    def stored_nodes(self, level: int) -> Iterator[bytes]:
        """The stored hashes of the complete subtrees of 2**level leaves, in order; level 1 or more."""
        query = select(_NODES.c.position, _NODES.c.hash).where(_NODES.c.level == level)
        for row in self._pages(query, _NODES.c.position):
            yield stored_bytes(row.hash, f"node {row.position} of level {level}")

    def _pages(self, query: Select[Any], position: Any, start: int = 0, stop: int | None = None) -> Iterator[Any]:
        while stop is None or start < stop:
            page = query.where(position >= start)
            if stop is not None:
                page = page.where(position < stop)
            with self._database.transaction(write=False) as connection:
                rows = connection.execute(page.order_by(position).limit(PAGE)).all()
            yield from rows
            if len(rows) < PAGE:
                return
            start = rows[-1].position + 1

    def read_node(self, level: int, index: int) -> bytes:
        """The hash of a complete subtree of 2**level leaves. Raises StoreError if it is not there."""
        with self._database.transaction(write=False) as connection:
            return _read_node(connection, level, index)


def find_head(database: Database) -> LogHead:
    """The head of the log that a database holds; of size 0 and without a checkpoint if there is none."""
    with database.transaction(write=False) as connection:
        return _read_head(connection)[0]


def _read_head(connection: Connection) -> tuple[LogHead, bytes]:
    row = connection.execute(select(_HEAD).where(_HEAD.c.id == 1)).first()
    if row is None:
        return LogHead(0, EMPTY_ROOT, b""), CHAIN_START
    root, checkpoint, chain = (stored_bytes(each, "head") for each in (row.root, row.checkpoint, row.chain))
    return LogHead(row.size, root, checkpoint), chain


def _check_head(head: LogHead) -> None:
    """The columns beside the checkpoint say what it says."""
    if not head.checkpoint:
        return
    signed = parse_checkpoint(parse_note(head.checkpoint).text)
    if (signed.size, signed.root) != (head.size, head.root):
        raise VerificationError(
            "the log's head is not what its checkpoint says",
            where="head",
            expected=f"{signed.size} entries, root {signed.root.hex()}",
            found=f"{head.size} entries, root {head.root.hex()}",
        )


def _take_events(connection: Connection) -> list[Any]:
    waiting = select(_OUTBOX.c.seq).order_by(_OUTBOX.c.seq).limit(GROUP)
    if connection.dialect.name == "postgresql":
        waiting = waiting.with_for_update(skip_locked=True)
    taken = connection.execute(
        delete(_OUTBOX).where(_OUTBOX.c.seq.in_(waiting.scalar_subquery())).returning(_OUTBOX.c.seq, _OUTBOX.c.event)
    ).all()
    return [load_event(stored_bytes(row.event, "outbox")) for row in sorted(taken, key=lambda row: row.seq)]


def _swap_head(connection: Connection, old: LogHead, new: LogHead, chain: bytes) -> None:
    values = {"size": new.size, "root": new.root, "chain": chain, "checkpoint": new.checkpoint}
    if not old.checkpoint:
        connection.execute(insert(_HEAD).values(id=1, **values))
        return
    same = (_HEAD.c.id == 1) & (_HEAD.c.size == old.size) & (_HEAD.c.root == old.root)
    swapped = connection.execute(update(_HEAD).where(same).values(**values))
    if swapped.rowcount != 1:
        raise StoreError("the log's head moved in between", hint="nothing was changed: try again")


def _read_node(connection: Connection, level: int, index: int) -> bytes:
    if level == 0:
        query = select(_ENTRIES.c.leaf_hash).where(_ENTRIES.c.position == index)
    else:
        query = select(_NODES.c.hash).where(_NODES.c.level == level, _NODES.c.position == index)
    found = connection.execute(query).scalar()
    if found is None:
        raise StoreError(f"the log has no hash at level {level}, index {index}", hint="run govern log verify")
    return stored_bytes(found, f"node {index} of level {level}")


def _read_chain(connection: Connection, size: int) -> bytes:
    """The chain value of the last of `size` entries."""
    if not size:
        return CHAIN_START
    found = connection.execute(select(_ENTRIES.c.chain).where(_ENTRIES.c.position == size - 1)).scalar()
    return stored_bytes(found, f"entry {size - 1}") if found is not None else b""


def _read_frontier(connection: Connection, size: int) -> list[bytes]:
    """The roots of the complete subtrees that a tree of `size` leaves is made of, from the largest."""
    frontier, start = [], 0
    for level in range(size.bit_length() - 1, -1, -1):
        if size >> level & 1:
            frontier.append(_read_node(connection, level, start >> level))
            start += 1 << level
    return frontier


class _Matters:
    """Sequence numbers of matters while a group is sealed."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[str, tuple[int, int]] = {}
        self._new: set[str] = set()

    def place(self, matter: str, index: int) -> tuple[int, int | None]:
        """The next sequence number of a matter and the index of its previous entry, None for its first."""
        if matter not in self._known:
            row = self._connection.execute(select(_MATTERS).where(_MATTERS.c.matter == matter)).first()
            if row is None:
                self._new.add(matter)
                self._known[matter] = (0, index)
                return 0, None
            self._known[matter] = (row.seq, row.position)
        seq, previous = self._known[matter]
        self._known[matter] = (seq + 1, index)
        return seq + 1, previous

    def save(self) -> None:
        """Write what changed."""
        for matter, (seq, index) in self._known.items():
            if matter in self._new:
                self._connection.execute(insert(_MATTERS).values(matter=matter, seq=seq, position=index))
            else:
                where = _MATTERS.c.matter == matter
                self._connection.execute(update(_MATTERS).where(where).values(seq=seq, position=index))
