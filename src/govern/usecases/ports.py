"""What the use cases need of the world. The store, the keys and the library implement these; so do the tests' twins."""

from __future__ import annotations  # a check of gaps needs no contract, no review and no retention: none is imported

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from govern.audit import Event, Proof, Succession, VerifierKey
    from govern.conditions import Node, Verdict
    from govern.contracts import Clause, Contradiction, DateOrder, Playbook, Recipe, Spelling, Superseded, Term
    from govern.kernel import FactSpec, Vocabulary
    from govern.retention import HolidayCalendar, LegalDeadline, Marks, Method, RetentionRule, StoredObject, StorePlace
    from govern.review import DetectorBook
    from govern.rules import Control, RuleBook, RulePack


@dataclass(frozen=True, slots=True)
class Record:
    """A stored body with its version (from 1) and digest, SHA-256 in hex of exactly these bytes."""

    kind: str
    id: str
    version: int
    body: bytes
    digest: str


RecordKey = tuple[str, str, int]
"""kind, id, version"""


class Unit(Protocol):
    """One transaction: all of it is kept, or nothing. Reads see its own writes."""

    def find(self, kind: str, id_: str, version: int | None = None) -> Record | None:
        """The newest version of a record, or a given one; None if there is none."""

    def find_all(self, keys: Sequence[RecordKey]) -> dict[RecordKey, Record]:
        """The records of these kinds, ids and versions, those that are there: one query for some hundred of them."""

    def list(self, kind: str) -> list[Record]:
        """The newest version of every record of a kind, by id."""

    def scan_newest(self, kind: str, prefix: str = "") -> Iterator[Record]:
        """As `list`, of those whose id begins so, a page in memory at a time."""

    def count(self, kind: str) -> int:
        """How many versions there are of all records of a kind: as many as at an earlier count if nothing was saved."""

    def lock(self, name: str) -> None:
        """Until this transaction, which writes, ends, no other that locks the same name goes on."""

    def scan(self, kind: str | None = None, id_: str | None = None) -> Iterator[Record]:
        """Every version of every record, or of those of a kind, or of one, with the digest that is stored beside it.

        By kind, id and version.
        """

    def save(self, kind: str, id_: str, body: bytes, *, read_version: int) -> Record:
        """Keep a new version. `read_version` is the one that it was made from, 0 for a new record.

        Raises WriteConflictError if somebody else saved in between.
        """

    def emit(self, event: Event) -> None:
        """Put an event into the outbox; it becomes a log entry after the transaction.

        Raises FactError if it can never become one.
        """


class Register(Protocol):
    """The records of a workspace."""

    def begin(self, *, write: bool) -> AbstractContextManager[Unit]:
        """Open a transaction; it commits at the end of the block and rolls back on any error."""


@dataclass(frozen=True, slots=True)
class LogHead:
    """The log's newest signed head: the number of entries and the checkpoint's bytes (empty before the first)."""

    size: int
    root: bytes
    checkpoint: bytes


STORED_LEVEL = 4
"""Of the tree the hashes of every fourth level are stored, from the fourth; all others follow from these."""


class Log(Protocol):
    """The log of a workspace."""

    def sequence(self) -> LogHead:
        """Drain the outbox into the log, sign, commit, and only then release the head. Idempotent."""

    def append(self, events: Sequence[Event], *, wait: bool = True) -> tuple[Proof, ...]:
        """Log events that belong to no change of a record: the place of each, and its proof under the new head.

        When it returns they are committed and signed, in one transaction and in this order. Where it raises they were
        not acknowledged. Without `wait` they go into the outbox, for the next sequencing, and there is no proof yet.
        Raises FactError if one of them can never be an entry; then none is logged.
        """

    def alone(self) -> AbstractContextManager[LogHead]:
        """No sequencer runs within the block, of any process; the head as it stands. Nothing is written to it there."""

    def head(self) -> LogHead:
        """The head as it stands, without draining the outbox."""

    def entries(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """The bytes of the entries from `start` up to and without `stop`, as they were appended.

        Before 0 there are none but those that somebody put there.
        """

    def waiting(self) -> Iterator[Event]:
        """The events that wait in the outbox, as they stand. Raises VerificationError that names a row that is none."""

    def stored_chain(self, start: int = 0) -> Iterator[bytes]:
        """The stored chain value of each entry from `start`, for comparison only."""

    def head_chain(self) -> bytes:
        """The chain value that is stored beside the head, for comparison only."""

    def stored_nodes(self, level: int, start: int = 0) -> Iterator[bytes]:
        """The stored hashes of the complete subtrees of 2**level leaves from the one at `start`, for comparison only.

        `level` is a multiple of `STORED_LEVEL`: hashes of other levels are not stored.
        """

    def read_node(self, level: int, index: int) -> bytes:
        """The hash of a complete subtree of 2**level leaves."""


class Signer(Protocol):
    """The key of the log, and what it signed last."""

    @property
    def key(self) -> VerifierKey:
        """The public half of the key that signs now."""

    @property
    def keys(self) -> Sequence[VerifierKey]:
        """All keys that the log ever had, today's first."""

    @property
    def succession(self) -> Succession:
        """Which of them signs which heads."""

    def sign(self, message: bytes) -> bytes:
        """An Ed25519 signature of 64 bytes."""

    def last_signed(self) -> bytes | None:
        """The newest checkpoint that was released, from outside the database; None before the first."""

    def remember(self, checkpoint: bytes, *, flush: bool = True) -> None:
        """Keep a checkpoint as the last one released. An older one never replaces a newer one.

        With `flush` it is on the disk on return; without, the end of this process does not lose it, a power cut may.
        """

    def flush(self) -> None:
        """What was remembered is on the disk when this returns."""


class NextKey(Protocol):
    """A key of the log that is made, and does not sign for it yet."""

    @property
    def key(self) -> VerifierKey:
        """The public half."""

    def sign(self, message: bytes) -> bytes:
        """An Ed25519 signature of 64 bytes."""


class Custodian(Signer, Protocol):
    """A signer whose key can be given up, and whose memory can be corrected: for acts that a person decides."""

    def rotations(self) -> Sequence[bytes]:
        """The rotation notes that took effect, in order."""

    def switch(self, note: bytes) -> None:
        """Keep a rotation note, and let the next key sign from now on."""

    def give_up(self, lost: bytes, checkpoint: bytes) -> None:
        """Let the log go on from `checkpoint`, though `lost` was signed last: that is kept aside.

        Raises StoreError if another one than `lost` was signed last.
        """


class Attestations(Protocol):
    """What others attested about heads of the log. Kept beside the log: an entry of it would make a new head."""

    def notes(self) -> Sequence[bytes]:
        """The cosigned checkpoints, the smallest log first."""

    def newest_notes(self) -> Iterator[bytes]:
        """The same, the largest log first, each read when it is asked for."""

    def keep_note(self, note: bytes) -> None:
        """Keep a cosigned checkpoint; its cosignatures join those that are there for the same head."""

    def stamps(self) -> Sequence[tuple[bytes, bytes]]:
        """The time stamps, the smallest log first: the checkpoint that was stamped, and the authority's response."""

    def keep_stamp(self, note: bytes, response: bytes) -> None:
        """Keep a time stamp."""


class Files(Protocol):
    """Content-addressed files."""

    def put(self, data: bytes) -> str:
        """Keep the bytes and return their SHA-256 in hex."""

    def get(self, digest: str) -> bytes | None:
        """The bytes of that digest, or None."""


@dataclass(frozen=True, slots=True)
class SubjectKey:
    """A data key of one person, as far as anybody but the vault knows it. `digest` is what the log commits to."""

    id: str
    subject: str
    epoch: int
    digest: str
    destroyed: bool


class Vault(Protocol):
    """The data keys of persons, apart from the records that are sealed under them. No key ever leaves it."""

    def create(self, key_id: str, subject: str) -> SubjectKey:
        """Make a new key. Raises StoreError if there is one with this id."""

    def find(self, key_id: str) -> SubjectKey | None:
        """A key by its id, destroyed ones too."""

    def list_keys(self) -> list[SubjectKey]:
        """All keys, destroyed ones too, by id."""

    def list_destroyed(self) -> dict[str, str]:
        """When each key was destroyed that must never come back, by id; "" where that was not noted.

        A key is listed here whether or not the vault's database has it.
        """

    def epoch(self) -> int:
        """The epoch whose key wraps new keys; 0 before there is one."""

    def seal(self, key_id: str, items: Sequence[tuple[bytes, bytes]]) -> list[bytes]:
        """Encrypt values, each (context, plain). Raises StoreError without the key, RefusedError if it is destroyed."""

    def unseal(self, key_id: str, items: Sequence[tuple[bytes, bytes]]) -> list[bytes]:
        """Decrypt what was sealed, each (context, sealed). Raises as `seal`, or VerificationError for a changed bit."""

    def destroy(self, key_id: str) -> None:
        """Destroy a key for good, and remember outside the vault's database that it must never come back. Idempotent.

        A key that is not there is remembered all the same: a backup may hold it.
        """

    def rotate(self) -> int:
        """Wrap all keys under a new epoch key and destroy the old one; the new epoch.

        Copies of the vault made before cannot be opened from then on.
        """

    def close(self) -> None:
        """Give back what is open."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a solver says: facts that do what was asked; None if there are none, where it could decide it."""

    decided: bool
    facts: Mapping[str, Any] | None


class Solver(Protocol):
    """Questions about conditions for all facts at once."""

    def find_difference(self, one: Node, other: Node) -> Answer:
        """Facts on which two conditions, with definitions written out, have different verdicts."""

    def find_facts(self, node: Node, wanted: bool) -> Answer:
        """Facts on which a condition has a verdict."""

    def verdict(self, node: Node, facts: Mapping[str, Any]) -> Verdict:
        """The verdict on some facts."""


class Library(Protocol):
    """The content in force."""

    def vocabulary(self) -> Vocabulary:
        """All declared facts."""

    def packs(self) -> list[RulePack]:
        """All rule packs."""

    def book(self, as_of: date, packs: Sequence[str] | None = None) -> RuleBook:
        """What is in force on a day, of the packs named or of all. Raises ContentError on a pack that is not there."""

    def controls(self) -> tuple[Control, ...]:
        """What is done once and serves several obligations."""

    def terms(self) -> Sequence[Term]:
        """All contract terms."""

    def clauses(self) -> Mapping[str, Clause]:
        """The clause library, by id, with the positions as the playbooks rule them."""

    def playbooks(self) -> Mapping[str, Playbook]:
        """The playbooks, by id."""

    def spellings(self) -> Mapping[str, Spelling]:
        """The tables of words by which documents are spelled, by id."""

    def lint_lists(self) -> tuple[tuple[Superseded, ...], tuple[Contradiction, ...]]:
        """The citations that no longer stand, and the positions that contradict other documents."""

    def date_orders(self) -> tuple[DateOrder, ...]:
        """Which days may not come after which."""

    def source(self, id_: str) -> bytes:
        """The bytes of the file of a clause or a document, or of `playbook:` or `spelling:` and its id."""

    def published(self, id_: str, version: str) -> bytes | None:
        """The bytes of an earlier version of a clause or a document, if it was kept."""

    def read_clause(self, data: bytes, name: str) -> Clause:
        """The clause in the bytes of its file. Raises ContentError."""

    def read_recipe(self, data: bytes, name: str) -> Recipe:
        """The recipe in the bytes of its file. Raises ContentError."""

    def read_playbook(self, data: bytes, name: str) -> Playbook:
        """The playbook in the bytes of its file. Raises ContentError."""

    def read_spelling(self, data: bytes, name: str) -> Spelling:
        """The table of words in the bytes of its file. Raises ContentError."""

    def recipe(self, document: str) -> Recipe:
        """A document's recipe. Raises ContentError with a did-you-mean."""

    def recipes(self) -> list[str]:
        """The ids of all documents."""

    def detectors(self) -> DetectorBook:
        """What a review of the other side's paper looks for."""

    def retention_rules(self) -> Sequence[RetentionRule]:
        """The retention rules of all packs."""

    def deadlines(self) -> Sequence[LegalDeadline]:
        """The legal deadlines of all packs."""

    def calendars(self) -> Mapping[str, HolidayCalendar]:
        """Which days are business days, by the id of the calendar."""

    def zone(self, name: str) -> tzinfo:
        """The clock of a zone (`Europe/Brussels`). Raises ContentError for one that is not known."""

    def countries(self) -> Mapping[str, str]:
        """Country names by two-letter code."""

    def find_fact(self, fact: str) -> FactSpec | None:
        """The declaration of a fact, or None."""


class DisposalStore(Protocol):
    """A store in which records lie that are to be destroyed. A location is a text that only the store understands.

    Raises StoreError for what cannot be reached or done, and RefusedError for what the store or its rules forbid.
    """

    @property
    def method(self) -> Method:
        """How it destroys, and what that does not reach."""

    def list(self, location: str) -> Iterator[StoredObject]:
        """Everything that lies there, versions and leftovers too; nothing where nothing is."""

    def read(self, location: str, found: StoredObject) -> Iterator[bytes]:
        """The content of one thing, in pieces."""

    def delete(self, location: str, found: StoredObject) -> None:
        """Destroy one thing, if it is still what was found. Idempotent for one that is gone."""

    def finish(self, location: str) -> None:
        """Tidy up once everything there is gone: the empty folders, say."""

    def walk(self) -> Iterator[tuple[str, int]]:
        """Everything in the store: its name, parts separated by `/`, and its size in bytes. No content is read."""

    def name_of(self, location: str) -> str:
        """The name that `walk` gives to what lies there; empty for the store as a whole.

        Raises RefusedError for no place inside the store.
        """

    def location_of(self, name: str) -> str:
        """The inverse: where a thing of that name lies, as the address of a record can hold it."""

    def mark(self, location: str) -> Marks:
        """Marks of what lies there, which are the same however its location is written; none where that is all."""

    def forget(self) -> None:
        """Look anew for the next mark."""

    def resolve(self, location: str) -> Sequence[bytes]:
        """The path without links; none where there are no links."""

    def list_contents(self, location: str) -> Iterator[tuple[int, Callable[[], str]]]:
        """The files there, each with its size and a function for the SHA-256 of its content; none for other things."""


class Disposal(Protocol):
    """The stores that a workspace declares."""

    def find(self, location: str) -> tuple[StorePlace, DisposalStore] | None:
        """The store of a location, opened when it is first asked for; None if none is declared."""

    def marker(self) -> Callable[[str], Marks | None]:
        """A function that says which things an address leads to in truth, and in which things those lie, by marks.

        Two ways to one thing have the same marks: a link, another mount, another way to write a key, another name of a
        server. No marks where no store knows better than the address, and None where the store does not answer. Of two
        addresses whose last marks end alike the marks say all: one can be no file of the other in secret. What it saw
        once it remembers: take a new one for a new look.
        """

    def resolve(self, address: str) -> Sequence[str]:
        """Other addresses of what lies at one: where the links on its way lead, as far as the stores say."""

    def list_contents(self, location: str) -> Iterator[tuple[int, Callable[[], str]]]:
        """As that of a store, and of any folder of this machine or of a declared server."""

    def is_link(self, location: str) -> bool:
        """Whether what lies there on this machine is itself a link. No server is asked."""

    @property
    def places(self) -> Sequence[StorePlace]:
        """The stores that are declared."""

    def open(self, place: StorePlace) -> DisposalStore:
        """One of them, opened when it is first asked for."""


@dataclass(frozen=True)
class Ports:
    """The world, as one value. `now` and `new_id` are the only sources of time and chance.

    `engine` is the version of govern.
    """

    library: Library
    register: Register
    log: Log
    signer: Signer
    files: Files
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    engine: Callable[[], str] = lambda: ""
    vault: Vault | None = None
    guard: Callable[[], Callable[[str], None]] = lambda: lambda _: None
    """Makes functions that raise RefusedError for the address of something that the workspace itself is kept in."""
