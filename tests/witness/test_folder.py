"""A witness's memory: what it cosigned is kept before it is said, in one step, and never turned back."""

import subprocess
import sys
import threading

import pytest

from govern.audit import (
    EMPTY_ROOT,
    ML_DSA_COSIGNATURE,
    Rotation,
    add_signatures,
    check_checkpoint,
    format_request,
    has_ml_dsa,
    parse_request,
    sign_rotation,
)
from govern.errors import RefusedError, StoreError, VerificationError
from govern.witness import FolderWitness, make_witness
from govern.witness import folder as witness_folder


def test_what_continues_is_cosigned_and_remembered(witness, log, folder):
    for old, size in ((0, 3), (3, 3), (3, 40)):
        answer, lines = witness.add_checkpoint(log.ask(old, size))
        assert answer.status == 200
        note = add_signatures(log.note(size), lines)
        assert witness.key in [each.key for each in check_checkpoint(note, [log.key, witness.key])[1].signatures]
        assert FolderWitness(folder, lambda: 0).latest(log.key.name).size == size


def test_it_never_turns_back(witness, log):
    witness.add_checkpoint(log.ask(0, 20))
    for old, size, status in ((0, 10, 409), (10, 20, 409), (20, 10, 400), (30, 40, 409)):
        request = log.ask(min(old, size), size)
        if old > size:
            request = type(request)(old, (), request.checkpoint)
        assert (witness.add_checkpoint(request)[0].status, witness.latest(log.key.name).size) == (status, 20)


def test_a_log_that_is_not_trusted_leaves_no_trace(witness, new_log, folder):
    other = new_log(3, origin="log.example/other")
    assert witness.add_checkpoint(other.ask(0, 3))[0].status == 404
    assert not (folder / "heads").exists()
    assert witness.latest(other.key.name) is None


def test_a_fork_is_kept_as_evidence(witness, log, new_log):
    witness.add_checkpoint(log.ask(0, 20))
    fork = new_log(20, forked_at=10)
    for _ in range(2):
        answer, lines = witness.add_checkpoint(fork.ask(20, 20))
        assert (answer.status, answer.fork, lines) == (422, True, ())
    (path,) = witness.forks()
    held, sent = path.with_suffix(".held").read_bytes(), parse_request(path.read_bytes()).checkpoint
    heads = [check_checkpoint(note, [log.key])[0] for note in (held, sent)]
    assert heads[0].size == heads[1].size
    assert heads[0].root != heads[1].root  # both signed by the log: they prove it to anybody


def test_evidence_does_not_fill_the_disk(witness, log, new_log, monkeypatch):
    monkeypatch.setattr(witness_folder, "FORK_LIMIT", 3)
    witness.add_checkpoint(log.ask(0, 20))
    for place in range(10):
        witness.add_checkpoint(new_log(20, forked_at=place).ask(20, 20))
    assert len(witness.forks()) == 3


class Crash(BaseException):
    pass


def test_a_crash_before_the_head_is_kept_gives_no_cosignature(witness, log, folder, monkeypatch):
    def crash(*_, **__):
        raise Crash

    with monkeypatch.context() as patch:
        patch.setattr(witness_folder, "write_durably", crash)
        with pytest.raises(Crash):
            witness.add_checkpoint(log.ask(0, 3))
    assert FolderWitness(folder, lambda: 0).latest(log.key.name) is None
    assert witness.add_checkpoint(log.ask(0, 3))[0].status == 200


PROGRAM = """
import sys
from pathlib import Path
from govern.audit import parse_request
from govern.witness import FolderWitness

witness = FolderWitness(Path(sys.argv[1]), lambda: 1)
witness.unlock()
request = parse_request(Path(sys.argv[2]).read_bytes())
print("ready", flush=True)
sys.stdin.readline()
print(witness.add_checkpoint(request)[0].status)
"""


def test_of_many_processes_at_once_one_is_first(witness, log, folder, tmp_path):
    """The race that the specification describes: a slower request must not turn the memory back."""
    witness.add_checkpoint(log.ask(0, 5))
    processes = {}
    for size in (10, 20, 30, 40):
        file = tmp_path / f"{size}.txt"
        file.write_bytes(format_request(log.ask(5, size)))
        command = [sys.executable, "-c", PROGRAM, str(folder), str(file)]
        processes[size] = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    for process in processes.values():
        assert process.stdout.readline() == "ready\n"
    for process in processes.values():
        process.stdin.write("\n")
        process.stdin.flush()
    found = {size: int(process.communicate(timeout=60)[0]) for size, process in processes.items()}
    assert sorted(found.values()) == [200, 409, 409, 409]
    (first,) = [size for size, status in found.items() if status == 200]
    assert witness.latest(log.key.name).size == first


def test_of_many_threads_at_once_one_is_first(witness, log):
    witness.unlock()
    statuses = []

    def ask(size):
        statuses.append(witness.add_checkpoint(log.ask(0, size))[0].status)

    threads = [threading.Thread(target=ask, args=(size,)) for size in range(1, 17)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] + [409] * 15


def test_a_second_key_of_a_log_needs_its_rotation_note(witness, log, new_log):
    other = new_log(40, seed=bytes([3]) * 32)
    witness.trust(log.key)  # again
    with pytest.raises(RefusedError, match="has another key here"):
        witness.trust(other.key)
    witness.add_checkpoint(log.ask(0, 5))
    assert witness.add_checkpoint(other.ask(5, 9))[0].status == 403
    note = sign_rotation(Rotation(5, EMPTY_ROOT, log.key, other.key), log.sign, other.sign)
    assert witness.follow(note).new == other.key
    assert [each.key for each in witness.logs()] == [other.key]
    assert witness.add_checkpoint(other.ask(5, 9))[0].status == 200
    assert witness.add_checkpoint(log.ask(9, 12))[0].status == 403
    with pytest.raises(VerificationError, match="no key that is trusted here signed this"):
        witness.follow(note)


def test_its_key_is_protected_and_asked_for_once(tmp_path, log):
    make_witness(tmp_path / "w", "witness.example/p", "correct horse battery staple")
    asked = []

    def ask(what):
        asked.append(what)
        return "correct horse battery staple"

    witness = FolderWitness(tmp_path / "w", lambda: 1, ask)
    witness.trust(log.key)
    assert asked == []
    for old, size in ((0, 1), (1, 2)):
        witness.add_checkpoint(log.ask(old, size))
    assert asked == ["the witness's key"]
    assert "battery" not in repr(witness)


@pytest.mark.skipif(not has_ml_dsa(), reason="the installed `cryptography` has no ML-DSA-44")
def test_an_ml_dsa_witness_cosigns(tmp_path, log):
    key = make_witness(tmp_path / "w", "witness.example/pq", "correct horse battery staple", ml_dsa=True)
    assert key.key_type == ML_DSA_COSIGNATURE
    witness = FolderWitness(tmp_path / "w", lambda: 5, lambda _: "correct horse battery staple")
    witness.trust(log.key)
    _, lines = witness.add_checkpoint(log.ask(0, 7))
    _, note = check_checkpoint(add_signatures(log.note(7), lines), [log.key, key])
    assert [each.time for each in note.signatures] == [None, 5]


def test_without_ml_dsa_it_says_so(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.asymmetric.mldsa", None)
    with pytest.raises(RefusedError, match="ML-DSA-44 is not in the installed"):
        make_witness(tmp_path / "w", "witness.example/pq", None, ml_dsa=True)


def test_what_is_damaged_or_open_is_named(witness, folder, log, tmp_path):
    with pytest.raises(StoreError, match="there is a witness here already"):
        make_witness(folder, "witness.example/w", None)
    with pytest.raises(StoreError, match="there is no witness"):
        FolderWitness(tmp_path, lambda: 0)
    (folder / "witness.key").chmod(0o644)
    with pytest.raises(StoreError, match="others can read"):
        FolderWitness(folder, lambda: 0).unlock()
    (folder / "witness.key").chmod(0o600)
    witness.add_checkpoint(log.ask(0, 3))
    (head,) = (folder / "heads").iterdir()
    head.write_bytes(head.read_bytes().replace(b"log.example", b"lag.example"))
    with pytest.raises(StoreError, match="is of another log"):
        witness.add_checkpoint(log.ask(3, 4))
    head.write_bytes(b"nonsense")
    with pytest.raises(VerificationError):
        witness.add_checkpoint(log.ask(0, 4))  # a memory that is gone must not look like none
    make_witness(tmp_path / "other", "witness.example/w", None)
    (folder / "witness.key").write_bytes((tmp_path / "other" / "witness.key").read_bytes())
    with pytest.raises(StoreError, match="does not belong to the public key"):
        FolderWitness(folder, lambda: 0).unlock()
