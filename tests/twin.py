"""The ports in memory: what the store promises, in the fewest lines that keep the promise."""

import threading
from contextlib import contextmanager
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from govern.audit import (
    CHAIN_START,
    ED25519,
    EMPTY_ROOT,
    Checkpoint,
    TreeBuilder,
    VerifierKey,
    check_checkpoint,
    check_event,
    extend_chain,
    hash_leaf,
    seal_entry,
    sign_checkpoint,
)
from govern.errors import StoreError, VerificationError, WriteConflictError
from govern.usecases.ports import LogHead, Record


class MemoryState:
    """What a database would hold."""

    def __init__(self):
        self.lock = threading.RLock()
        self.records = {}  # (kind, id) → versions
        self.outbox = []
        self.entries = []
        self.stored = []  # (leaf hash, chain value)
        self.nodes = {}  # (level, index) → hash
        self.matters = {}  # matter → (sequence number, index)
        self.head = LogHead(0, EMPTY_ROOT, b"")


class MemoryRegister:
    def __init__(self, state):
        self.state = state

    @contextmanager
    def begin(self, *, write):
        with self.state.lock:
            unit = MemoryUnit({key: list(versions) for key, versions in self.state.records.items()})
            yield unit
            if write:
                self.state.records = unit.records
                self.state.outbox.extend(unit.events)


class MemoryUnit:
    def __init__(self, records):
        self.records = records
        self.events = []

    def find(self, kind, id_, version=None):
        versions = self.records.get((kind, id_), [])
        if version is None:
            return versions[-1] if versions else None
        return versions[version - 1] if 1 <= version <= len(versions) else None

    def find_all(self, keys):
        return {key: record for key in keys if (record := self.find(*key))}

    def list(self, kind):
        return [versions[-1] for (each, _), versions in sorted(self.records.items()) if each == kind]

    def save(self, kind, id_, body, *, read_version):
        versions = self.records.setdefault((kind, id_), [])
        if len(versions) != read_version:
            raise WriteConflictError(f"`{id_}` was changed in between")
        versions.append(Record(kind, id_, read_version + 1, body, sha256(body).hexdigest()))
        return versions[-1]

    def emit(self, event):
        check_event(event)
        self.events.append(event)


class MemorySigner:
    def __init__(self, origin, seed=bytes(32)):
        private = Ed25519PrivateKey.from_private_bytes(seed)
        self.key = VerifierKey(origin, ED25519, private.public_key().public_bytes_raw())
        self.sign = private.sign
        self.last = None

    def last_signed(self):
        return self.last

    def remember(self, checkpoint):
        if self.last is None or self._size(self.last) < self._size(checkpoint):
            self.last = checkpoint

    def _size(self, checkpoint):
        return check_checkpoint(checkpoint, [self.key])[0].size


class MemoryLog:
    def __init__(self, state, signer):
        self.state = state
        self.signer = signer

    def head(self):
        return self.state.head

    def sequence(self):
        with self.state.lock:
            last, head = self.signer.last_signed(), self.state.head
            if last is None and head.checkpoint:
                raise VerificationError("the checkpoint that was signed last is not there", where="last-signed")
            if last is None:
                self.signer.remember(self._sign(0, EMPTY_ROOT))
            elif last != head.checkpoint and check_checkpoint(last, [self.signer.key])[0].size > head.size:
                raise VerificationError("the database is older than the log that was signed last")
            events, self.state.outbox = self.state.outbox, []
            if events or not head.checkpoint:
                self._extend(events)
            self.signer.remember(self.state.head.checkpoint)
            return self.state.head

    def _sign(self, size, root):
        return sign_checkpoint(Checkpoint(self.signer.key.name, size, root), self.signer.key, self.signer.sign)

    def _extend(self, events):
        state = self.state
        tree = TreeBuilder()
        tree.extend([leaf for leaf, _ in state.stored])
        for event in events:
            index = len(state.entries)
            seq, previous = state.matters.get(event.matter, (-1, None))
            state.matters[event.matter] = (seq + 1, index)
            state.entries.append(seal_entry(event, seq + 1, previous, self.signer.key.key_id.hex()))
            leaf = hash_leaf(state.entries[-1])
            state.stored.append((leaf, extend_chain(state.stored[-1][1] if index else CHAIN_START, leaf)))
            state.nodes.update({(level, at): node for level, at, node in tree.append(leaf)})
        size, root = len(state.entries), tree.root()
        state.head = LogHead(size, root, self._sign(size, root))

    def entries(self, start=0, stop=None):
        yield from self.state.entries[start:stop]

    def stored_hashes(self):
        yield from self.state.stored

    def stored_nodes(self, level):
        yield from (node for (each, _), node in sorted(self.state.nodes.items()) if each == level)

    def read_node(self, level, index):
        try:
            return self.state.nodes[level, index]
        except KeyError:
            raise StoreError(f"the log has no hash at level {level}, index {index}") from None


class MemoryFiles:
    def __init__(self):
        self.files = {}

    def put(self, data):
        digest = sha256(data).hexdigest()
        self.files[digest] = data
        return digest

    def get(self, digest):
        return self.files.get(digest)
