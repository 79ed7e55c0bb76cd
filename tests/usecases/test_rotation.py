"""The log's key is given up for a new one: nothing else changes, and the log says so itself."""

import pytest

from govern.audit import Rotation, check_checkpoint, check_succession, format_verifier_key, parse_note
from govern.errors import RefusedError, VerificationError
from govern.kernel import Actor, Role
from govern.usecases.logs import verify_store
from govern.usecases.rotation import list_rotations, record_rotations, rotate_key
from govern.usecases.workspaces import create_workspace

SEEDS = [bytes([number]) * 32 for number in (1, 2)]


@pytest.fixture
def begun(world, actor):
    create_workspace(world, actor, world.signer.key.name)
    return world


def test_the_new_key_signs_from_the_entry_that_says_so(begun, actor, logged):
    old = begun.signer.key
    head = rotate_key(begun, begun.signer, actor, begun.signer.prepare_next(SEEDS[0]), "as planned")
    entry = logged()[-1]
    assert (entry.kind, entry.matter, entry.key_id) == ("key.rotated", "workspace", begun.signer.key.key_id.hex())
    assert head.size == 2
    assert check_checkpoint(head.checkpoint, [begun.signer.key])[0].size == 2
    ((rotation, reason),) = list_rotations(begun, actor)
    assert (rotation.size, rotation.old, rotation.new, reason) == (1, old, begun.signer.key, "as planned")
    assert "the signatures on 1 checkpoint(s)" in verify_store(begun, actor).checked


def test_keys_follow_one_another(begun, actor):
    first = begun.signer.key
    for seed in SEEDS:
        rotate_key(begun, begun.signer, actor, begun.signer.prepare_next(seed), "again")
    assert check_succession(first, begun.signer.rotations()).keys == begun.signer.keys
    assert len(begun.signer.keys) == 3
    assert verify_store(begun, actor).size == 3
    assert [rotation.size for rotation, _ in list_rotations(begun, actor)] == [1, 2]


def test_what_waited_is_signed_by_the_old_key(begun, actor, logged, new_event):
    with begun.register.begin(write=True) as unit:
        unit.emit(new_event)
    old = begun.signer.key.key_id.hex()
    rotate_key(begun, begun.signer, actor, begun.signer.prepare_next(SEEDS[0]), "as planned")
    assert [entry.key_id == old for entry in logged()] == [True, True, False]


@pytest.fixture
def new_event():
    from govern.audit import Event

    return Event(
        id="e1", kind="test.saved", actor="tester", time="2026-11-24T10:00:00.000000Z", object="thing:1@1",
        matter="workspace", body="sha256:" + "0" * 64,
    )  # fmt: skip


def test_a_crash_before_the_entry_is_made_good(begun, actor, logged):
    """The key had changed, and then the power went: the next rotation, or `govern keys record`, records it."""
    next_key = begun.signer.prepare_next(SEEDS[0])
    with begun.log.alone() as head:
        from govern.audit import sign_rotation

        rotation = Rotation(head.size, head.root, begun.signer.key, next_key.key)
        begun.signer.switch(sign_rotation(rotation, begun.signer.sign, next_key.sign))
    assert record_rotations(begun, begun.signer, actor) == 1
    assert record_rotations(begun, begun.signer, actor) == 0
    begun.log.sequence()
    assert [entry.kind for entry in logged()] == ["workspace.created", "key.rotated"]
    rotate_key(begun, begun.signer, actor, begun.signer.prepare_next(SEEDS[1]), "left")
    assert [why for _, why in list_rotations(begun, actor)] == ["", "left"]


def test_a_head_that_a_given_up_key_signs_is_refused(begun, actor):
    """Who stole the old key cannot go on with it."""
    from govern.audit import Checkpoint, sign_checkpoint
    from govern.usecases.ports import LogHead

    stolen = begun.signer.next_key
    rotate_key(begun, begun.signer, actor, begun.signer.prepare_next(SEEDS[0]), "stolen")
    head = begun.log.head()
    forged = sign_checkpoint(Checkpoint(stolen.key.name, head.size, head.root), stolen.key, stolen.sign)
    begun.log.state.head = LogHead(head.size, head.root, forged)
    with pytest.raises(VerificationError, match="not signed by the key whose turn it was") as caught:
        verify_store(begun, actor)
    assert caught.value.expected == format_verifier_key(begun.signer.key)


def test_only_an_administrator_rotates(begun):
    nobody = Actor("counsel-1", frozenset(Role) - {Role.ADMINISTRATOR})
    with pytest.raises(RefusedError, match="may not rotate key"):
        rotate_key(begun, begun.signer, nobody, begun.signer.next_key, "x")
    assert parse_note(begun.log.head().checkpoint)
    assert begun.signer.rotations() == []
