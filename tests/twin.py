"""The ports in memory: what the store promises, in the fewest lines that keep the promise."""

import threading
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from types import SimpleNamespace

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from govern.audit import (
    CHAIN_START,
    ED25519,
    EMPTY_ROOT,
    Checkpoint,
    Proof,
    TreeBuilder,
    VerifierKey,
    check_checkpoint,
    check_event,
    check_succession,
    decrypt,
    digest_key,
    encrypt,
    extend_chain,
    hash_leaf,
    inclusion_path,
    parse_note,
    parse_rotation,
    seal_entry,
    sign_checkpoint,
)
from govern.errors import RefusedError, StoreError, VerificationError, WriteConflictError
from govern.usecases.ports import STORED_LEVEL, LogHead, Record, SubjectKey


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

    def scan_newest(self, kind, prefix=""):
        yield from (each for each in self.list(kind) if each.id.startswith(prefix))

    def count(self, kind):
        return sum(len(versions) for (each, _), versions in self.records.items() if each == kind)

    def lock(self, name):
        pass

    def scan(self, kind=None, id_=None):
        for (each, name), versions in sorted(self.records.items()):
            if kind in (None, each) and id_ in (None, name):
                yield from filter(None, versions)

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
        self.next_key = self.make_next(origin, seed)
        self.key, self.sign = self.next_key.key, self.next_key.sign
        self.notes = []
        self.last = None
        self.lost = []

    def make_next(self, origin, seed):
        private = Ed25519PrivateKey.from_private_bytes(seed)
        return SimpleNamespace(
            key=VerifierKey(origin, ED25519, private.public_key().public_bytes_raw()), sign=private.sign
        )

    def prepare_next(self, seed):
        self.next_key = self.make_next(self.key.name, seed)
        return self.next_key

    @property
    def succession(self):
        first = parse_rotation(parse_note(self.notes[0]).text).old if self.notes else self.key
        return check_succession(first, self.notes)

    @property
    def keys(self):
        return self.succession.keys

    def rotations(self):
        return list(self.notes)

    def switch(self, note):
        self.notes.append(note)
        self.key, self.sign = self.next_key.key, self.next_key.sign

    def last_signed(self):
        return self.last

    def remember(self, checkpoint, *, flush=True):
        if self.last is None or self._size(self.last) < self._size(checkpoint):
            self.last = checkpoint

    def flush(self):
        pass

    def give_up(self, lost, checkpoint):
        if self.last != lost:
            raise StoreError("another checkpoint was signed in between")
        self.lost.append(lost)
        self.last = checkpoint

    def _size(self, checkpoint):
        return check_checkpoint(checkpoint, self.keys)[0].size


class MemoryLog:
    def __init__(self, state, signer):
        self.state = state
        self.signer = signer

    @contextmanager
    def alone(self):
        with self.state.lock:
            yield self.state.head

    def head(self):
        return self.state.head

    def sequence(self):
        with self.state.lock:
            last, head = self.signer.last_signed(), self.state.head
            if last is None and head.checkpoint:
                raise VerificationError("the checkpoint that was signed last is not there", where="last-signed")
            if last is None:
                self.signer.remember(self._sign(0, EMPTY_ROOT))
            elif last != head.checkpoint and check_checkpoint(last, self.signer.keys)[0].size > head.size:
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
        yield from self.state.entries[max(0, start) : stop]

    def append(self, events, *, wait=True):
        for event in events:
            check_event(event)
        with self.state.lock:
            self.state.outbox.extend(events)
            if not wait or not events:
                return ()
            head = self.sequence()
            places = range(head.size - len(events), head.size)
            return tuple(
                Proof(index, inclusion_path(index, head.size, self.read_node), head.checkpoint) for index in places
            )

    def waiting(self):
        yield from list(self.state.outbox)

    def head_chain(self):
        return self.state.stored[self.state.head.size - 1][1] if self.state.head.size else CHAIN_START

    def stored_chain(self, start=0):
        yield from (value for _, value in self.state.stored[start:])

    def stored_nodes(self, level, start=0):
        assert level % STORED_LEVEL == 0
        nodes = sorted(self.state.nodes.items())
        yield from (node for (each, index), node in nodes if each == level and index >= start)

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


class MemoryVault:
    """Keys that are made from their ids, so that what is sealed is the same in each run."""

    def __init__(self):
        self.known = {}  # id → (what is known of it, key or None)
        self.gone = {}  # id → when it was destroyed, "" where nobody noted it
        self.newest = 1
        self.nonces = 0

    def create(self, key_id, subject):
        if key_id in self.known:
            raise StoreError(f"there is a key `{key_id}` already")
        key = sha256(key_id.encode()).digest()
        self.known[key_id] = SubjectKey(key_id, subject, self.newest, digest_key(key), False), key
        return self.known[key_id][0]

    def find(self, key_id):
        return self.known[key_id][0] if key_id in self.known else None

    def list_keys(self):
        return [known for _, (known, _) in sorted(self.known.items())]

    def list_destroyed(self):
        return dict(self.gone)

    def _key(self, key_id):
        if key_id not in self.known:
            raise StoreError("the key is not in the vault")
        known, key = self.known[key_id]
        if known.destroyed:
            raise RefusedError("the key was destroyed")
        return key

    def seal(self, key_id, items):
        sealed = []
        for context, plain in items:
            self.nonces += 1
            sealed.append(encrypt(self._key(key_id), self.nonces.to_bytes(12, "big"), plain, context))
        return sealed

    def unseal(self, key_id, items):
        return [decrypt(self._key(key_id), sealed, context) for context, sealed in items]

    def destroy(self, key_id):
        self.gone.setdefault(key_id, "")
        if key_id in self.known:
            self.known[key_id] = replace(self.known[key_id][0], destroyed=True), None

    def rotate(self):
        self.newest += 1
        self.known = {
            id_: (known if known.destroyed else replace(known, epoch=self.newest), key)
            for id_, (known, key) in self.known.items()
        }
        return self.newest

    def close(self):
        pass

    def epoch(self):
        return self.newest if self.known else 0
