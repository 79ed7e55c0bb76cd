"""The log's sequencer: one at a time, in groups, by compare-and-swap on the head.

The order of the steps, each with the failure that it prevents:

1. Take the lock (SQLite: BEGIN IMMEDIATE; PostgreSQL: an advisory lock of the transaction). Without it two sequencers
   would give one index twice.
2. Read the head and hold it against the head that was signed last, kept outside the database. A restored backup would
   otherwise sign a second history.
3. Take the waiting events by DELETE … RETURNING, in the order of the outbox. "id > last seen" would lose events that
   commit out of order. What threads of this process append follows them.
4. Seal the entries, extend chain and tree, sign.
5. Swap the head where size and root are still those that were read, and commit. A crash before this leaves the events
   in the outbox.
6. Keep the checkpoint as the last one signed, and only then release it. A crash between 5 and 6 leaves an older
   checkpoint outside, with which the database is consistent. Before the first entry it is the empty tree's, so that
   from then on its absence is an error.

`sequence` flushes what it keeps in step 6 to the disk before it returns. After `append` a thread does it within a few
milliseconds: the entries are on the disk, the checkpoint outlives this process, and a power cut may set it back by
these milliseconds. See docs/adr/0033.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import Select, select

from govern.audit import (
    CHAIN_START,
    EMPTY_ROOT,
    SET_BACK,
    Checkpoint,
    Event,
    PreparedEvent,
    Proof,
    TreeBuilder,
    VerifierKey,
    chain_values,
    check_checkpoint,
    check_not_older,
    find_root,
    grow_tree,
    hash_leaf,
    parse_checkpoint,
    parse_note,
    prepare_event,
    sign_checkpoint,
)
from govern.errors import FactError, VerificationError
from govern.store.background import Background
from govern.store.database import Database, stored_bytes
from govern.store.groups import GroupQueue
from govern.store.matters import INDEX_EVERY, MatterIndex, PlacedGroup, make_index_anew, read_index
from govern.store.nodes import StoredTree, read_frontier
from govern.store.register import NO_EVENT, SqlUnit, load_event
from govern.store.statements import STATEMENTS, Row, Statements, Swap
from govern.store.tables import EntryRow, HeadRow, NodeRow, OutboxRow
from govern.usecases.ports import STORED_LEVEL, LogHead, Signer

_ENTRIES = EntryRow.__table__  # type: ignore[attr-defined]
_NODES = NodeRow.__table__  # type: ignore[attr-defined]
_HEAD = HeadRow.__table__  # type: ignore[attr-defined]
_OUTBOX = OutboxRow.__table__  # type: ignore[attr-defined]

GROUP = 1_000
"""Events taken from the outbox, and appends taken together, in one transaction."""

PAGE = 2_000
"""Entries read at a time."""


@dataclass(slots=True)
class _State:
    """What the next group is built on: it belongs to `head`, and was checked against it once."""

    head: LogHead
    chain: bytes
    frontier: tuple[bytes, ...]
    matters: MatterIndex


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
        self._key_id = signer.key.key_id.hex()
        self._tree = StoredTree(database)
        self._state: _State | None = None
        self._queue: GroupQueue[Sequence[PreparedEvent], tuple[LogHead, tuple[Proof, ...]]]
        self._queue = GroupQueue(self._work, GROUP)
        self._flush = Background(signer.flush)

    @contextmanager
    def alone(self) -> Iterator[LogHead]:
        """No sequencer of this or another process runs within the block; the head as it stands."""
        with self._database.driver_transaction() as cursor:
            yield _parse_head(STATEMENTS[self._database.dialect](cursor).lock_and_read_head())[0]

    def head(self) -> LogHead:
        """The head as it stands, without draining the outbox."""
        return find_head(self._database)

    def check_ready(self) -> None:
        """Raise now what would keep an event from being logged later: no key, or a database that was set back."""
        self._signer.sign(b"")
        last = self._signer.last_signed()  # before the head: others may be signing a newer one
        head = self.head()
        if last is None and head.checkpoint and self._signer.last_signed() is not None:
            return  # the first head was signed in between
        self._check_not_restored(last, head)

    def append(self, events: Sequence[Event], *, wait: bool = True) -> tuple[Proof, ...]:
        """Log events; the place and the proof of each under the new head. Threads share a commit."""
        prepared = self.prepare(events)
        if not wait:
            self.check_ready()
            with self._database.transaction(write=True) as connection:
                for event in events:
                    SqlUnit(connection).emit(event)
        return self.append_prepared(prepared) if wait else ()

    def prepare(self, events: Sequence[Event]) -> list[PreparedEvent]:
        """Do what needs no place in the log. Raises FactError for an event that can never be an entry."""
        return [prepare_event(event, self._key_id) for event in events]

    def append_prepared(self, events: Sequence[PreparedEvent]) -> tuple[Proof, ...]:
        """`append`, of events that `prepare` gave."""
        return self._queue.do(events)[1] if events else ()

    def sequence(self) -> LogHead:
        """Drain the outbox into the log, sign, commit, and only then release the head. Idempotent."""
        return self._queue.do(())[0]

    def _work(self, wanted: Sequence[Sequence[PreparedEvent]]) -> list[tuple[LogHead, tuple[Proof, ...]]]:
        """One group of what threads ask for: events of theirs, or none, for the outbox alone."""
        own = [event for events in wanted for event in events]
        durably = not all(wanted)
        full = True
        while full:
            head, paths, full = self._sequence_group(own, durably=durably)
        checkpoint = head.checkpoint
        proofs = iter([Proof(index, path, checkpoint) for index, path in enumerate(paths, head.size - len(own))])
        return [(head, tuple(islice(proofs, len(events)))) for events in wanted]

    def _sequence_group(
        self, own: Sequence[PreparedEvent], *, durably: bool
    ) -> tuple[LogHead, tuple[tuple[bytes, ...], ...], bool]:
        """Log a group from the outbox and, if it was the last from there, `own` after it.

        The head, the paths of `own`, and whether the outbox may have more.
        """
        self._fault("begin")
        group: PlacedGroup | None = None
        paths: tuple[tuple[bytes, ...], ...] = ()
        with self._database.driver_transaction() as cursor:
            statements = STATEMENTS[self._database.dialect](cursor)
            state, waiting = self._resume(statements)
            key = self._signer.key  # it changes under this lock only
            self._key_id = key.key_id.hex()
            taken = statements.take_events(GROUP) if waiting else []
            full = len(taken) >= GROUP
            self._fault("taken")
            events = [_load(number, data, self._key_id)[1] for number, data in taken]
            if not full:
                events += [each if each.key_id == self._key_id else each.with_key(self._key_id) for each in own]
            if events or not state.head.checkpoint:
                state, group = self._place(statements, state, events)
                state, paths = self._extend(statements, state, key, group, 0 if full else len(own))
            self._fault("before commit")
        self._fault("committed")
        self._state = None  # interrupted within the next lines, the next group reads anew what it is built on
        if group:
            state.matters.keep(group)
        self._state = state
        self._remember(state.head.checkpoint, durably=durably)
        self._fault("remembered")
        return state.head, paths, full

    def _remember(self, checkpoint: bytes, *, durably: bool) -> None:
        self._signer.remember(checkpoint, flush=durably)
        if not durably:
            self._flush.ask()

    def _resume(self, statements: Statements) -> tuple[_State, bool]:
        """What the group is built on, and whether events wait in the outbox.

        Where the head is not the one that this process signed last, all that the group is built on is read and checked.
        """
        head, chain, waiting, last_chain = _parse_head(statements.lock_and_read_head())
        last = self._signer.last_signed()
        state = self._state
        if state is None or state.head != head or last != head.checkpoint:
            self._check_not_restored(last, head)
            _check_head(head)
        if state is None or state.head != head:
            self._state = None  # its index is read on, and is of no use where that fails
            state = self._catch_up(statements, state, head, chain)
        if chain != last_chain or state.chain != chain:
            raise VerificationError("the chain in the head is not that of the last entry", where="head")
        return state, waiting

    def _catch_up(self, statements: Statements, state: _State | None, head: LogHead, chain: bytes) -> _State:
        """What follows from the entries that other processes signed since, or that the table of matters lacks."""
        if state and 0 <= head.size - state.head.size <= INDEX_EVERY:
            with suppress(VerificationError):  # it may be another history, where the database was set back on purpose
                return _read_on(statements, state.matters, state.frontier, head, chain)
        self._tree.forget()
        matters = read_index(statements, head.size)
        return _read_on(statements, matters, read_frontier(matters.size, self._tree), head, chain)

    def _place(
        self, statements: Statements, state: _State, events: Sequence[PreparedEvent]
    ) -> tuple[_State, PlacedGroup]:
        try:
            return state, state.matters.place(statements, events)
        except VerificationError:  # of the table of matters, which is made anew from the entries
            state = _read_on(statements, make_index_anew(statements), (), state.head, state.chain)
            return state, state.matters.place(statements, events)

    def _check_not_restored(self, last: bytes | None, head: LogHead) -> None:
        """The database must continue the head that was signed last."""
        if last is None and not head.checkpoint:
            self._signer.remember(self._sign(self._signer.key, 0, EMPTY_ROOT))
            return
        if last is None:
            raise VerificationError(
                "the checkpoint that was signed last is not there",
                where="last-signed",
                hint="restore it with the keys; without it an old backup could not be told from the database",
            )
        if last == head.checkpoint:
            return
        signed, _ = check_checkpoint(last, self._signer.keys)
        if head.checkpoint:
            check_checkpoint(head.checkpoint, self._signer.keys)
        check_not_older(signed, head.size)
        root = find_root(signed.size, self._tree.read_node)
        if root != signed.root:
            raise VerificationError(
                "the database has another history than the log that was signed last",
                where=f"entries 0 to {signed.size - 1}",
                expected=signed.root.hex(),
                found=root.hex(),
                hint=SET_BACK,
            )

    def _extend(
        self, statements: Statements, state: _State, key: VerifierKey, group: PlacedGroup, own: int
    ) -> tuple[_State, tuple[tuple[bytes, ...], ...]]:
        """Write the entries and the new head; the new state, and the paths of the last `own`."""
        size = state.head.size
        leaves = [hash_leaf(data) for data in group.entries]
        chain = list(chain_values(leaves, state.chain))
        growth = grow_tree(size, state.frontier, leaves, prove=own > 0)
        nodes = [
            (level, position, node)
            for level in range(STORED_LEVEL, len(growth.rows), STORED_LEVEL)
            for position, node in enumerate(growth.rows[level], size >> level)
        ]
        head = LogHead(growth.size, growth.root, self._sign(key, growth.size, growth.root))
        end = chain[-1] if chain else state.chain
        self._fault("signed")
        rows = list(zip(range(size, growth.size), group.entries, chain, strict=True))
        statements.write(rows, nodes, state.matters.rows(statements, group), Swap(state.head, head, end))
        self._fault("written")
        return _State(head, end, growth.frontier, state.matters), growth.paths[len(leaves) - own :]

    def _sign(self, key: VerifierKey, size: int, root: bytes) -> bytes:
        return sign_checkpoint(Checkpoint(self._origin, size, root), key, self._signer.sign)

    def entries(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """The bytes of the entries, a page at a time."""
        query = select(_ENTRIES.c.position, _ENTRIES.c.data)
        return self._values(query, _ENTRIES.c.position, "entry {}", start, stop)

    def waiting(self) -> Iterator[Event]:
        """The events in the outbox, in their order there. Raises VerificationError that names a row that is none."""
        query = select(_OUTBOX.c.seq, _OUTBOX.c.event).order_by(_OUTBOX.c.seq)
        with self._database.transaction(write=False) as connection:
            rows = connection.execute(query).all()
        for number, data in rows:
            yield _load(number, data, self._key_id)[0]

    def head_chain(self) -> bytes:
        """The chain value beside the head; that of no entry where there is no head."""
        with self._database.transaction(write=False) as connection:
            row = connection.execute(select(_HEAD.c.chain).where(_HEAD.c.id == 1)).first()
        return CHAIN_START if row is None else stored_bytes(row.chain, "head")

    def stored_chain(self, start: int = 0) -> Iterator[bytes]:
        """The stored chain value of each entry."""
        query = select(_ENTRIES.c.position, _ENTRIES.c.chain)
        return self._values(query, _ENTRIES.c.position, "entry {}", start)

    def stored_nodes(self, level: int, start: int = 0) -> Iterator[bytes]:
        """The stored hashes of the complete subtrees of 2**level leaves, in order; every fourth level is stored."""
        query = select(_NODES.c.position, _NODES.c.hash).where(_NODES.c.level == level)
        return self._values(query, _NODES.c.position, f"node {{}} of level {level}", start)

    def _values(
        self, query: Select[Any], position: Any, where: str, start: int, stop: int | None = None
    ) -> Iterator[bytes]:
        """The bytes beside each position, a page at a time; `where` names the place of one that was changed."""
        while stop is None or start < stop:
            page = query.where(position >= start)
            if stop is not None:
                page = page.where(position < stop)
            with self._database.transaction(write=False) as connection:
                rows = connection.execute(page.order_by(position).limit(PAGE)).all()
            for at, value in rows:
                yield value if isinstance(value, bytes) else stored_bytes(value, where.format(at))
            if len(rows) < PAGE:
                return
            start = rows[-1][0] + 1

    def read_node(self, level: int, index: int) -> bytes:
        """The hash of a complete subtree of 2**level leaves. Raises StoreError if what it follows from is not there."""
        return self._tree.read_node(level, index)


def _load(number: int, data: object, key_id: str) -> tuple[Event, PreparedEvent]:
    """An event of the outbox. Raises VerificationError that names the row, as somebody else may have put it there."""
    where = f"row {number} of the outbox"
    event = load_event(stored_bytes(data, where), where)
    try:
        return event, prepare_event(event, key_id)
    except FactError as problem:
        raise VerificationError(f"it can never be an entry: {problem.message}", where=where, hint=NO_EVENT) from None


def find_head(database: Database) -> LogHead:
    """The head of the log that a database holds; of size 0 and without a checkpoint if there is none."""
    with database.transaction(write=False) as connection:
        row = connection.execute(select(_HEAD).where(_HEAD.c.id == 1)).first()
    if row is None:
        return LogHead(0, EMPTY_ROOT, b"")
    return LogHead(row.size, stored_bytes(row.root, "head"), stored_bytes(row.checkpoint, "head"))


def _parse_head(row: Row | None) -> tuple[LogHead, bytes, bool, bytes]:
    """The head, its chain value, whether events wait, and the chain value of the last entry."""
    if row is None:
        return LogHead(0, EMPTY_ROOT, b""), CHAIN_START, True, CHAIN_START
    size, root, chain, checkpoint, waiting, last = row
    head = LogHead(size, stored_bytes(root, "head"), stored_bytes(checkpoint, "head"))
    last = CHAIN_START if not size else b"" if last is None else stored_bytes(last, f"entry {size - 1}")
    return head, stored_bytes(chain, "head"), bool(waiting), last


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


def _read_on(
    statements: Statements, matters: MatterIndex, frontier: tuple[bytes, ...], head: LogHead, chain: bytes
) -> _State:
    """From the tree that `matters` is the index of to that of the head, which proves the entries in between.

    Raises VerificationError where they do not lead to its root: to sign on would make what was changed part of the log.
    """
    tree = TreeBuilder(matters.size, frontier)
    while tree.size < head.size:
        rows = statements.read_entries(tree.size, min(tree.size + PAGE, head.size))
        entries = [stored_bytes(data, f"entry {position}") for position, data in rows]
        if not entries:
            break
        tree.extend_rows([hash_leaf(data) for data in entries])
        matters.add(entries)
    root = tree.root()
    if root != head.root:
        raise VerificationError(
            "the stored hashes and entries do not give the root that is signed",
            where=f"entries 0 to {head.size - 1}",
            expected=head.root.hex(),
            found=root.hex(),
            hint="nothing was added to the log: govern log verify says what was changed",
        )
    return _State(head, chain, tree.frontier, matters)
