"""A small log that is made anew for each test: keys, entries, checkpoints, a reader of tree nodes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from govern.audit import (
    COSIGNATURE,
    ED25519,
    Checkpoint,
    Event,
    TreeBuilder,
    VerifierKey,
    add_signatures,
    hash_leaf,
    hash_root,
    make_cosignature,
    parse_note,
    seal_entry,
    sign_checkpoint,
)

ORIGIN = "log.example/govern"


@dataclass
class Signer:
    name: str
    key_type: int = ED25519
    seed: bytes = bytes(32)
    key: VerifierKey = field(init=False)
    sign: Callable[[bytes], bytes] = field(init=False)

    def __post_init__(self):
        private = Ed25519PrivateKey.from_private_bytes(self.seed)
        self.key = VerifierKey(self.name, self.key_type, private.public_key().public_bytes_raw())
        self.sign = private.sign


def body_of(index):
    return b"record %d" % index


def make_entries(count, matters=3, time="2026-11-24T10:00:00.{:06d}Z", **changes):
    last = {}
    entries = []
    for index in range(count):
        matter = f"project:{index % matters}"
        sequence, previous = last.get(matter, (0, None))
        fields = {
            "id": f"event-{index}",
            "kind": "assessment.saved",
            "actor": "user:7",
            "time": time.format(index),
            "object": f"assessment:{index}",
            "matter": matter,
            "body": "sha256:" + sha256(body_of(index)).hexdigest(),
        }
        entries.append(seal_entry(Event(**fields | changes), sequence, previous, "af0cfe78"))
        last[matter] = (sequence + 1, index)
    return entries


@dataclass
class Log:
    entries: Sequence[bytes]
    signer: Signer
    witness: Signer

    @property
    def leaves(self):
        return [hash_leaf(entry) for entry in self.entries]

    @property
    def keys(self):
        return [self.signer.key, self.witness.key]

    def note(self, size=None, cosign=False):
        size = len(self.entries) if size is None else size
        head = Checkpoint(self.signer.name, size, hash_root(self.leaves[:size]))
        note = sign_checkpoint(head, self.signer.key, self.signer.sign)
        if cosign:
            line = make_cosignature(parse_note(note).text, self.witness.key, self.witness.sign, 1764000000)
            note = add_signatures(note, [line])
        return note

    def reader(self):
        tree = TreeBuilder()
        nodes = {(level, index): node for level, index, node in tree.extend(self.leaves)}
        return lambda level, index: nodes[level, index]


@pytest.fixture
def signer():
    return Signer(ORIGIN)


@pytest.fixture
def witness():
    return Signer("witness.example/w1", COSIGNATURE, bytes([1]) * 32)


@pytest.fixture
def new_signer():
    return Signer


@pytest.fixture
def new_entries():
    return make_entries


@pytest.fixture
def new_log(signer, witness):
    return lambda count, **changes: Log(make_entries(count, **changes), signer, witness)


@pytest.fixture
def log_of(signer, witness):
    return lambda entries: Log(entries, signer, witness)
