"""A bundle's files: what is made verifies, and nothing else does."""

from dataclasses import dataclass, replace
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from govern.audit import (
    COSIGNATURE,
    ED25519,
    Checkpoint,
    Event,
    Proof,
    TreeBuilder,
    VerifierKey,
    add_signatures,
    add_sums,
    body_path,
    commit_record,
    disclose_fields,
    disclosed_path,
    format_disclosed,
    format_proof,
    format_verifier_key,
    hash_leaf,
    inclusion_path,
    make_cosignature,
    parse_note,
    plan_matter_bundle,
    seal_entry,
    sign_checkpoint,
    verify_matter_bundle,
)
from govern.errors import VerificationError
from govern.kernel import canonical_bytes

ORIGIN = "log.example/govern"


@dataclass(frozen=True)
class Log:
    """A log whose entries alternate between matters, and whoever signs it."""

    entries: tuple[bytes, ...]
    private: Ed25519PrivateKey
    other: Ed25519PrivateKey

    @property
    def key(self):
        return VerifierKey(ORIGIN, ED25519, self.private.public_key().public_bytes_raw())

    @property
    def witness(self):
        return VerifierKey("witness.example/w", COSIGNATURE, self.other.public_key().public_bytes_raw())

    def note(self, size, cosigned=False):
        tree = TreeBuilder()
        tree.extend([hash_leaf(entry) for entry in self.entries[:size]])
        note = sign_checkpoint(Checkpoint(ORIGIN, size, tree.root()), self.key, self.private.sign)
        if cosigned:
            line = make_cosignature(parse_note(note).text, self.witness, self.other.sign, 1764000000)
            note = add_signatures(note, [line])
        return note

    def read_node(self, level, index):
        nodes = TreeBuilder().extend([hash_leaf(entry) for entry in self.entries])
        return {(row, place): node for row, place, node in nodes}[level, index]


def body(number):
    return canonical_bytes({"answers": {"vendor.country": "IN"}, "salt": f"{number:032x}", "title": f"record {number}"})


def make_log(count, matters=3):
    last, entries = {}, []
    for index in range(count):
        matter = f"project:{index % matters}"
        seq, previous = last.get(matter, (0, None))
        event = Event(
            id=f"event-{index}",
            kind="project.saved",
            actor=f"user-{index % 2}",
            time=f"2026-11-24T10:00:00.{index:06}Z",
            object=f"project:{index % matters}@{seq + 1}",
            matter=matter,
            body=f"sha256:{sha256(body(index)).hexdigest()}",
            commitments=commit_record(body(index)),
        )
        entries.append(seal_entry(event, seq, previous, "af0cfe78"))
        last[matter] = (seq + 1, index)
    keys = [Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number in (1, 2)]
    return Log(tuple(entries), *keys)


LOG = make_log(16)


def make(log=LOG, matter=0, size=13, heads=None):
    """All entries of a matter in a log of `size` entries: 0, 3, 6, 9, 12 for the first of three."""
    entries = [(index, log.entries[index]) for index in range(matter, size, 3)]
    others = [(log.note(7, cosigned=True), b"a time stamp"), (log.note(16), None)] if heads is None else heads
    keys = [log.key, log.witness]
    return plan_matter_bundle(f"project:{matter}", entries, log.note(size), others, keys, log.read_node)


def full():
    """A bundle with everything in it that a bundle may have."""
    files = make()
    files[body_path(sha256(body(3)).hexdigest())] = body(3)
    files[disclosed_path(6)] = format_disclosed(disclose_fields(body(6), ["title"]))
    files.update({"report.pdf": b"%PDF", "policy.txt": b"policy", "tools/verify.py": b"#!"})
    return add_sums(files)


FULL = full()


def verify(files, keys=None):
    return verify_matter_bundle(files.get, files, keys)


def test_what_is_made_verifies_and_says_what_it_is():
    found = verify(FULL, [LOG.key, LOG.witness])
    assert (found.origin, found.matter, found.size) == (ORIGIN, "project:0", 13)
    assert [index for index, _ in found.entries] == [0, 3, 6, 9, 12]
    assert [(index, field.name, field.value) for index, field in found.disclosed] == [(6, "title", "record 6")]
    heads = [(head.size, len(head.witnesses), head.stamp) for head in found.heads]
    assert heads == [(7, 1, b"a time stamp"), (16, 0, None)]
    said = "\n".join(found.checked)
    assert "each of the 5 entries is in the log" in said
    assert "none follows: entry 12 is the last of the log of 13 entries" in said
    assert "the cosignature of the witness `witness.example/w` on the log of 7 entries" in said
    assert "1 record(s) below bodies/" in said
    assert "1 disclosed field(s)" in said
    left = "\n".join(found.unchecked)
    assert "4 record(s) that entries name" in left
    assert "what the time stamp on the log of 7 entries says" in left
    assert "what is written in: policy.txt, report.pdf, tools/verify.py" in left
    assert "cosignature" not in left
    assert "the keys" not in left


def test_a_plain_bundle_says_what_is_missing_in_it():
    found = verify(add_sums(make(heads=[])))
    left = "\n".join(found.unchecked)
    assert "that others see the same log" in left
    assert "the keys: they come from the bundle itself" in left
    assert format_verifier_key(LOG.key) in left
    assert "report.pdf" not in left


def test_all_records_can_be_in_it():
    files = make(heads=[])
    files.update({body_path(sha256(body(i)).hexdigest()): body(i) for i in (0, 3, 6, 9, 12)})
    assert not any("that are not in the bundle" in line for line in verify(add_sums(files)).unchecked)


@pytest.mark.parametrize("path", sorted(FULL))
def test_a_changed_byte_in_any_file_is_found_and_the_file_named(path):
    for place in {0, len(FULL[path]) // 2, len(FULL[path]) - 1}:
        data = bytearray(FULL[path])
        data[place] ^= 1
        with pytest.raises(VerificationError) as problem:
            verify({**FULL, path: bytes(data)}, [LOG.key, LOG.witness])
        told = f"{problem.value.where} {problem.value.message}"
        # One file's proof names another's hash: the checkpoint is in every proof, and README says the matter.
        assert path in told or path in ("checkpoint", "SHA256SUMS") or path.startswith("matter/")


@given(st.sampled_from(sorted(FULL)), st.data())
@settings(max_examples=150, deadline=None)
def test_no_bit_can_be_flipped(path, data):
    place = data.draw(st.integers(0, len(FULL[path]) * 8 - 1))
    changed = bytearray(FULL[path])
    changed[place // 8] ^= 1 << place % 8
    with pytest.raises(VerificationError):
        verify({**FULL, path: bytes(changed)}, [LOG.key, LOG.witness])


def without(path):
    return {name: data for name, data in FULL.items() if name != path}


@pytest.mark.parametrize("path", sorted(FULL))
def test_a_file_that_is_gone_is_missed(path):
    with pytest.raises(VerificationError):
        verify(without(path), [LOG.key, LOG.witness])


NEEDED = [
    path
    for path in sorted(FULL)
    if path in ("checkpoint", "verifier-keys.txt", "README.txt") or path.startswith(("matter/", "heads/"))
]


@pytest.mark.parametrize("path", [path for path in NEEDED if not path.endswith("time-stamp.tsr")])
def test_what_proves_something_is_missed_though_the_sums_are_made_anew(path):
    with pytest.raises(VerificationError):
        verify(add_sums(without(path)), [LOG.key, LOG.witness])


def test_an_entry_that_is_left_out_in_the_middle_or_at_the_end_is_missed():
    for gone in (3, 12):
        files = {name: data for name, data in make().items() if not name.startswith(f"matter/{gone}.")}
        with pytest.raises(VerificationError, match=r"do not follow one another|does not end with"):
            verify(add_sums(files))


def test_an_entry_of_another_matter_does_not_get_in_though_it_is_in_the_log():
    proof = format_proof(Proof(1, inclusion_path(1, 13, LOG.read_node), LOG.note(13)))
    files = {**make(), "matter/1.json": LOG.entries[1], "matter/1.tlog-proof": proof}
    with pytest.raises(VerificationError, match="of another matter") as problem:
        verify(add_sums(files))
    assert problem.value.where == "matter/1.json"


def test_a_bundle_with_a_gap_is_not_made():
    entries = [(index, LOG.entries[index]) for index in (0, 6)]
    with pytest.raises(VerificationError, match="do not follow one another"):
        plan_matter_bundle("project:0", entries, LOG.note(7), [], [LOG.key], LOG.read_node)
    with pytest.raises(VerificationError, match="does not end with the matter's last entry") as problem:
        plan_matter_bundle("project:0", entries[:1], LOG.note(3), [], [LOG.key], LOG.read_node)
    assert (problem.value.expected, problem.value.found) == ("a log of 1 entries", "a log of 3 entries")
    with pytest.raises(VerificationError, match="there is no entry of the matter"):
        plan_matter_bundle("project:0", [], LOG.note(1), [], [LOG.key], LOG.read_node)
    with pytest.raises(VerificationError, match="of another matter"):
        plan_matter_bundle("project:1", entries[:1], LOG.note(1), [], [LOG.key], LOG.read_node)


def test_the_key_must_be_the_logs():
    stranger = replace(LOG, private=Ed25519PrivateKey.from_private_bytes(bytes([9]) * 32))
    with pytest.raises(VerificationError) as problem:
        verify(FULL, [stranger.key])
    assert problem.value.where.startswith("checkpoint")
    files = {**FULL, "verifier-keys.txt": f"{format_verifier_key(LOG.witness)}\n".encode()}
    with pytest.raises(VerificationError, match="is not listed"):
        verify(add_sums(files), [LOG.key])


@pytest.mark.parametrize(
    ("path", "data", "said"),
    [
        ("verifier-keys.txt", b"", "one a line"),
        ("verifier-keys.txt", b"\xff\n", "not UTF-8"),
        ("verifier-keys.txt", b"nonsense\n", "not a verifier key"),
        ("matter/3.tlog-proof", b"nonsense", "not that of a proof"),
        ("matter/3.tlog-proof", FULL["matter/6.tlog-proof"], "of another entry"),
        ("matter/99.json", FULL["matter/3.json"], "an entry has no proof"),
        ("matter/99.tlog-proof", FULL["matter/3.tlog-proof"], "an entry has no proof"),
        ("heads/1/consistency", b"", "is not shown to continue"),
        ("heads/1/consistency", b"\xff", "not base64"),
        ("heads/1/consistency", b"no line end", "not a list of hashes"),
        ("heads/1/consistency", FULL["heads/1/consistency"] * 40, "not a list of hashes"),
        ("heads/1/checkpoint", b"nonsense", "note"),
        ("disclosed/4.json", FULL["disclosed/6.json"], "of an entry that is not in the bundle"),
        ("disclosed/3.json", FULL["disclosed/6.json"], "not the one that the entry commits to"),
        ("disclosed/6.json", b"{}", "not a list"),
        (f"bodies/sha256/{'0' * 64}", b"x", "not the one that its name says"),
        (f"bodies/sha256/{sha256(b'x').hexdigest()}", b"x", "no entry of the matter names"),
        ("README.txt", b"Trust me.", "not those of this format"),
        ("README.txt", FULL["README.txt"] + b"\n", "not those of this format"),
        ("another.txt", b"", "not part of a bundle"),
        ("tools/../../x", b"", "not part of a bundle"),
    ],
)
def test_what_does_not_belong_there_is_refused_though_the_sums_fit(path, data, said):
    with pytest.raises(VerificationError, match=said):
        verify(add_sums({**FULL, path: data}), [LOG.key, LOG.witness])


@pytest.mark.parametrize(
    ("sums", "said"),
    [
        (b"", "the sums are not those"),
        (FULL["SHA256SUMS"] + b"more\n", "the sums are not those|more sums"),
        (FULL["SHA256SUMS"].rstrip(b"\n"), "the sums are not those|more sums"),
        (FULL["SHA256SUMS"] + b"\n", "more sums"),
    ],
)
def test_the_sums_are_of_all_files_and_no_other(sums, said):
    with pytest.raises(VerificationError, match=said):
        verify({**FULL, "SHA256SUMS": sums}, [LOG.key, LOG.witness])


def test_a_file_that_is_listed_and_cannot_be_read_is_missing():
    with pytest.raises(VerificationError, match="missing") as problem:
        verify_matter_bundle({**FULL, "README.txt": None}.get, FULL, [LOG.key, LOG.witness])
    assert problem.value.where == "README.txt"


def test_no_entries_at_all_is_refused():
    files = {name: data for name, data in make().items() if not name.startswith("matter/")}
    with pytest.raises(VerificationError, match="or there is none") as problem:
        verify(add_sums(files))
    assert problem.value.where == "matter"


def test_the_same_input_gives_the_same_files():
    assert make() == make()
    assert full() == FULL


def test_entries_beyond_what_witnesses_saw_are_named():
    for size, words in (
        (7, ["entries 9 to 12 of this matter were seen by no witness"]),
        (12, ["entry 12 of this matter was seen by no witness"]),
        (16, []),
    ):
        found = verify(add_sums(make(heads=[(LOG.note(size, cosigned=True), None)])), [LOG.key, LOG.witness])
        said = [line.partition(":")[0] for line in found.unchecked if "no witness" in line]
        assert said == words
        assert "that the witnesses are independent of whoever signs the log" in found.unchecked


def test_a_checkpoint_that_is_cosigned_itself_leaves_no_entry_unseen():
    entries = [(index, LOG.entries[index]) for index in range(0, 13, 3)]
    keys = [LOG.key, LOG.witness]
    note = LOG.note(13, cosigned=True)
    found = verify(add_sums(plan_matter_bundle("project:0", entries, note, [], keys, LOG.read_node)), keys)
    assert "the cosignature of the witness `witness.example/w` on the log of 13 entries" in found.checked
    assert not any("seen by no witness" in line for line in found.unchecked)


def test_a_smaller_head_may_be_signed_by_an_earlier_key_and_a_larger_one_not():
    """That the log continues it is proved; what a witness signed of it counts for whoever has today's key alone."""
    earlier = replace(LOG, private=Ed25519PrivateKey.from_private_bytes(bytes([9]) * 32))
    for cosigned in (True, False):
        found = verify(add_sums(make(heads=[(earlier.note(7, cosigned=cosigned), None)])), [LOG.key, LOG.witness])
        assert [len(head.witnesses) for head in found.heads] == [int(cosigned)]
    with pytest.raises(VerificationError, match="no signature is by"):
        make(heads=[(earlier.note(16), None)])
    other = make_log(16, matters=2)
    forged = add_sums(make(heads=[(replace(other, private=earlier.private).note(7, cosigned=True), None)]))
    with pytest.raises(VerificationError, match="is not shown to continue") as problem:
        verify(forged, [LOG.key, LOG.witness])
    assert "log.example/govern\n7\n" in problem.value.expected
    stranger = sign_checkpoint(
        Checkpoint("other.example/log", 7, bytes(32)), replace(LOG.key, name="other.example/log"), LOG.private.sign
    )
    with pytest.raises(VerificationError, match="head of another log"):
        make(heads=[(stranger, None)])
