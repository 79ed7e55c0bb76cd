"""The log's heads, cosigned and stamped by others."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from govern.audit import (
    COSIGNATURE,
    Checkpoint,
    Note,
    Policy,
    PolicyLog,
    PolicyWitness,
    VerifierKey,
    add_signatures,
    format_note,
    judge_checkpoint,
    make_cosignature,
    parse_checkpoint,
    parse_note,
    sign_checkpoint,
)
from govern.errors import RefusedError, StoreError, VerificationError
from govern.kernel import Actor, Role
from govern.usecases.witnessing import (
    add_cosignatures,
    find_last_cosigned,
    find_witnessed,
    keep_stamp,
    list_cosigned,
    request_cosignature,
)
from govern.usecases.workspaces import create_workspace


class MemoryAttestations:
    def __init__(self):
        self.kept, self.stamped = [], []

    def notes(self):
        return sorted(self.kept, key=lambda note: parse_checkpoint(parse_note(note).text).size)

    def newest_notes(self):
        return reversed(self.notes())

    def keep_note(self, note):
        self.kept.append(note)

    def stamps(self):
        return self.stamped

    def keep_stamp(self, note, response):
        self.stamped.append((note, response))


class Witness:
    def __init__(self, number):
        private = Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)
        self.key = VerifierKey(f"witness.example/{number}", COSIGNATURE, private.public_key().public_bytes_raw())
        self.sign = private.sign

    def cosign(self, note, time=1_764_000_000):
        return add_signatures(note, [make_cosignature(parse_note(note).text, self.key, self.sign, time)])


@pytest.fixture
def auditor():
    return Witness(11)


@pytest.fixture
def vendor():
    return Witness(12)


@pytest.fixture
def kept():
    return MemoryAttestations()


@pytest.fixture
def grow(world, actor):
    """A function that makes the log one entry longer."""
    create_workspace(world, actor, world.signer.key.name)

    def once():
        from govern.usecases.projects import new_project

        new_project(world, actor, f"p-{world.log.head().size}", "A project")
        return world.log.head()

    return once


def test_a_request_is_one_that_a_witness_grants(world, actor, grow):
    heads = [world.log.head(), *(grow() for _ in range(4))]
    logs = {world.signer.key.name: [world.signer.key]}
    latest = None
    for old in (0, heads[0].size, heads[2].size, heads[4].size):
        answer = judge_checkpoint(request_cosignature(world, actor, old), logs, latest)
        assert answer.status == (200 if old == (latest.size if latest else 0) else 409)
        if old < heads[4].size:
            latest = next(
                (parse_checkpoint(parse_note(head.checkpoint).text) for head in heads if head.size > old), latest
            )


def test_a_witness_that_knows_a_longer_log_shows_that_this_one_was_set_back(world, actor, grow):
    with pytest.raises(VerificationError, match="cosigned a longer log than this one"):
        request_cosignature(world, actor, grow().size + 1)


def test_what_comes_back_is_kept_without_unknown_lines(world, actor, grow, kept, auditor, vendor):
    head = grow()
    both = vendor.cosign(auditor.cosign(head.checkpoint))
    added = add_cosignatures(world, kept, actor, both, [auditor.key])
    assert (added.checkpoint.size, [each.key for each in added.signatures]) == (head.size, [auditor.key])
    assert added.note == auditor.cosign(head.checkpoint)
    assert kept.notes() == [added.note]
    assert find_last_cosigned(world, kept, auditor.key) == head.size
    assert find_last_cosigned(world, kept, vendor.key) == 0
    assert list_cosigned(world, kept, [vendor.key]) == []
    assert list_cosigned(world, kept, [auditor.key]) == [added]


def test_a_checkpoint_without_a_known_witness_is_not_kept(world, actor, grow, kept, auditor, vendor):
    head = grow()
    for note in (head.checkpoint, vendor.cosign(head.checkpoint)):
        with pytest.raises(StoreError, match="no witness that is known here"):
            add_cosignatures(world, kept, actor, note, [auditor.key])
    assert kept.notes() == []


def test_a_head_of_another_log_or_history_is_refused(world, actor, grow, kept, auditor):
    head = grow()
    signer = world.signer
    longer = sign_checkpoint(Checkpoint(signer.key.name, head.size + 1, bytes(32)), signer.key, signer.sign)
    with pytest.raises(VerificationError, match="not of this log"):
        add_cosignatures(world, kept, actor, auditor.cosign(longer), [auditor.key])
    lie = sign_checkpoint(Checkpoint(signer.key.name, head.size, bytes(32)), signer.key, signer.sign)
    with pytest.raises(VerificationError, match="another root than the log"):
        add_cosignatures(world, kept, actor, auditor.cosign(lie), [auditor.key])
    assert kept.notes() == []


def test_the_newest_head_with_a_quorum_is_found(world, actor, grow, kept, auditor, vendor):
    policy = Policy(
        (PolicyLog(world.signer.key),),
        (PolicyWitness("auditor", auditor.key), PolicyWitness("vendor", vendor.key)),
        (),
        "vendor",
    )
    with pytest.raises(VerificationError, match="no head of this log is cosigned yet"):
        find_witnessed(world, kept, policy)
    heads = [grow() for _ in range(3)]
    for witness, head in ((vendor, heads[0]), (vendor, heads[1]), (auditor, heads[2])):
        add_cosignatures(world, kept, actor, witness.cosign(head.checkpoint), [witness.key])
    found, note = find_witnessed(world, kept, policy)
    assert (found.checkpoint.size, found.witnesses) == (heads[1].size, ("vendor",))
    assert note == vendor.cosign(heads[1].checkpoint)
    kept.kept = kept.kept[2:]
    with pytest.raises(VerificationError, match="lacks cosignatures"):
        find_witnessed(world, kept, policy)


def test_a_stamp_is_kept_over_a_head_of_this_log(world, actor, grow, kept, auditor):
    head = grow()
    assert keep_stamp(world, kept, actor, head.checkpoint, b"response").size == head.size
    assert kept.stamps() == [(head.checkpoint, b"response")]
    other = format_note(Note(b"log.example/x\n0\n" + b"A" * 43 + b"=\n", parse_note(head.checkpoint).signatures))
    with pytest.raises(VerificationError):
        keep_stamp(world, kept, actor, other, b"response")


def test_only_some_roles_ask(world, grow, kept):
    owner = Actor("owner-1", frozenset({Role.PROJECT_OWNER}))
    head = grow()
    for act in (
        lambda: request_cosignature(world, owner),
        lambda: add_cosignatures(world, kept, owner, head.checkpoint, []),
        lambda: keep_stamp(world, kept, owner, head.checkpoint, b""),
    ):
        with pytest.raises(RefusedError, match="may not attest log"):
            act()
