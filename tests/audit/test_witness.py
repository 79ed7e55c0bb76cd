"""What a witness decides: every status of C2SP tlog-witness, and the form of a request."""

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govern.audit import (
    EMPTY_ROOT,
    REQUEST_LIMIT,
    Checkpoint,
    WitnessRequest,
    consistency_path,
    find_origin,
    format_request,
    judge_checkpoint,
    parse_request,
    sign_checkpoint,
)
from govern.errors import VerificationError

OTHER = bytes(range(32))


def ask(log, old, size=None, **changes):
    size = len(log.entries) if size is None else size
    path = consistency_path(old, size, log.reader()) if old <= size else ()
    return WitnessRequest(**{"old": old, "proof": path, "checkpoint": log.note(size)} | changes)


def head(log, size):
    from govern.audit import hash_root

    return Checkpoint(log.signer.name, size, hash_root(log.leaves[:size])) if size else None


def judge(log, request, latest=None):
    return judge_checkpoint(request, {log.signer.name: [log.signer.key]}, latest)


@pytest.mark.parametrize(("old", "new"), [(0, 0), (0, 1), (0, 9), (1, 2), (3, 3), (3, 9), (8, 9), (9, 9)])
def test_what_continues_is_cosigned(new_log, old, new):
    log = new_log(9)
    answer = judge(log, ask(log, old, new), head(log, old))
    assert (answer.status, answer.reason, answer.fork) == (200, "", False)
    assert answer.checkpoint.size == new


def test_an_unknown_log_is_not_found(new_log):
    log = new_log(3)
    assert judge_checkpoint(ask(log, 0), {"log.example/other": [log.signer.key]}, None).status == 404


def test_a_bad_signature_is_forbidden(new_log, new_signer):
    log = new_log(3)
    other = new_signer(log.signer.name, seed=bytes([9]) * 32)
    by_other = sign_checkpoint(head(log, 3), other.key, other.sign)
    assert judge(log, ask(log, 0, checkpoint=by_other)).status == 403
    note = log.note()
    assert judge(log, ask(log, 0, checkpoint=note.replace(b"\n3\n", b"\n4\n"))).status == 403
    only_witness = log.note(cosign=True).split(b"\xe2\x80\x94")
    witness_alone = only_witness[0] + b"\xe2\x80\x94" + only_witness[2]
    assert judge(log, ask(log, 0, checkpoint=witness_alone)).status == 403


def test_an_old_size_beyond_the_checkpoint_is_malformed(new_log):
    log = new_log(5)
    answer = judge(log, ask(log, 4, 3), head(log, 4))
    assert answer.status == 400
    assert judge(log, ask(log, 4, 3), None).status == 400  # before the conflict


@pytest.mark.parametrize(("old", "known"), [(0, 3), (2, 3), (3, 0), (5, 3)])
def test_another_old_size_is_a_conflict_that_names_the_size(new_log, old, known):
    log = new_log(7)
    answer = judge(log, ask(log, old), head(log, known))
    assert (answer.status, answer.latest, answer.checkpoint) == (409, known, None)


def test_a_bad_proof_is_unprocessable(new_log):
    log = new_log(7)
    good = ask(log, 3)
    for proof in ((), good.proof[:-1], (*good.proof, OTHER), (OTHER, *good.proof[1:]), good.proof[::-1]):
        assert judge(log, ask(log, 3, proof=proof), head(log, 3)).status == 422
    assert judge(log, ask(log, 0, proof=(OTHER,))).status == 422
    assert judge(log, ask(log, 7, proof=(OTHER,)), head(log, 7)).status == 422


def test_the_same_size_with_another_root_is_unprocessable_and_a_fork(new_log):
    """409 until July 2026: a 409 now always carries the size."""
    log = new_log(5)
    lie = sign_checkpoint(Checkpoint(log.signer.name, 5, OTHER), log.signer.key, log.signer.sign)
    answer = judge(log, ask(log, 5, checkpoint=lie), head(log, 5))
    assert (answer.status, answer.fork) == (422, True)
    answer = judge(log, ask(log, 0, checkpoint=lie, proof=()), head(log, 5))
    assert (answer.status, answer.latest, answer.fork) == (409, 5, True)


def test_an_empty_log_has_the_root_of_the_empty_tree(new_log):
    log = new_log(1)
    lie = sign_checkpoint(Checkpoint(log.signer.name, 0, OTHER), log.signer.key, log.signer.sign)
    assert judge(log, ask(log, 0, 0, checkpoint=lie)).status == 422
    answer = judge(log, ask(log, 0, 0), Checkpoint(log.signer.name, 0, EMPTY_ROOT))
    assert answer.status == 200


@given(old=st.integers(0, 2**63 - 1), proof=st.lists(st.binary(min_size=32, max_size=32), max_size=63))
def test_format_and_parse_are_inverses(old, proof):
    checkpoint = b"log.example/x\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n\xe2\x80\x94 a AAAAAAA=\n"
    request = WitnessRequest(old, tuple(proof), checkpoint)
    assert parse_request(format_request(request)) == request
    assert find_origin(request) == "log.example/x"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda data: data.replace(b"old 3", b"old 03"), "without leading zeros"),
        (lambda data: data.replace(b"old 3", b"old -3"), "decimal"),
        (lambda data: data.replace(b"old 3", b"new 3"), "does not begin with `old`"),
        (lambda data: data.replace(b"old 3\n", b"old 3\r\n"), "decimal"),
        (lambda data: data.partition(b"\n\n")[0], "no empty line"),
        (lambda data: data.replace(b"old 3\n", b"old 3\nAAAA\n"), "a hash has 3 bytes"),
        (lambda data: data.replace(b"old 3\n", b"old 3\n" + b"A" * 43 + b"=\n" * 1), None),
        (lambda data: b"\xff" + data, "not UTF-8"),
        (lambda data: data + b"x", "does not end in a signature line"),
        (lambda data: data + b"x" * REQUEST_LIMIT, "at most"),
        (lambda data: data.replace(b"\n\n", b"\n" + (b"A" * 43 + b"=\n") * 64 + b"\n", 1), "at most 63"),
        (lambda data: b"", "no empty line"),
    ],
)
def test_other_requests_are_refused(new_log, change, words):
    log = new_log(7)
    data = change(format_request(ask(log, 3)))
    if words is None:
        assert len(parse_request(data).proof) == len(ask(log, 3).proof) + 1
        return
    with pytest.raises(VerificationError, match=words):
        parse_request(data)


def test_what_would_not_be_read_back_is_not_written(new_log):
    log = new_log(3)
    with pytest.raises(VerificationError):
        format_request(replace(ask(log, 0), old=-1))
    with pytest.raises(VerificationError, match="no parts of a request"):
        format_request(replace(ask(log, 0), proof=[]))
    with pytest.raises(VerificationError):
        format_request(ask(log, 0, proof=(b"short",)))


@given(st.binary(max_size=300))
def test_nothing_else_is_raised(data):
    with suppress(VerificationError):
        parse_request(data)
