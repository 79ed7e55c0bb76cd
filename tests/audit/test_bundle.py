"""Bundles: whole, tampered with, and in the hands of tools that others wrote."""

import hashlib
import subprocess

import pytest

from govern.audit import hash_root, parse_verifier_key, plan_bundle, verify_bundle
from govern.errors import VerificationError


def bodies_of(count):
    bodies = [b"record %d" % index for index in range(count)]
    return {hashlib.sha256(body).hexdigest(): body for body in bodies}


def bundle_of(log, bodies=None, cosign=True):
    read_body = None if bodies is None else bodies.get
    return dict(plan_bundle(iter(log.entries), log.note(cosign=cosign), log.keys, read_body))


def check(files, verifiers=None):
    return verify_bundle(files.get, list(files), verifiers)


def refuse(words, files, verifiers=None):
    with pytest.raises(VerificationError) as raised:
        check(files, verifiers)
    assert words in str(raised.value)
    return raised.value


@pytest.mark.parametrize("count", [0, 1, 255, 256, 257, 600])
def test_a_good_bundle(new_log, count):
    log = new_log(count)
    files = bundle_of(log, bodies_of(count))
    report = check(files, log.keys)
    assert (report.size, report.root) == (count, hash_root(log.leaves))
    assert not any("keys" in line or "leaf hashes" in line for line in report.unchecked)
    assert f"{count} record(s) below bodies/" in report.checked
    assert list(files)[-1] == "SHA256SUMS"


def test_the_keys_of_the_bundle_are_named_as_unchecked(new_log):
    log = new_log(2)
    report = check(bundle_of(log))
    assert any("come from the bundle itself" in line and "log.example/govern+" in line for line in report.unchecked)
    assert "the bodies that the entries name by digest" in report.unchecked


def test_upper_tiles(new_log):
    log = new_log(600)
    files = bundle_of(log)
    assert [path for path in files if path.startswith("tile/")] == [
        "tile/entries/000",
        "tile/0/000",
        "tile/entries/001",
        "tile/0/001",
        "tile/entries/002.p/88",
        "tile/0/002.p/88",
        "tile/1/000.p/2",
    ]
    files["tile/1/000.p/2"] = files["tile/1/000.p/2"][:40] + b"\x00" + files["tile/1/000.p/2"][41:]
    assert refuse("is not what it must be", files).where == "tile/1/000.p/2, byte 40"


def test_sha256sum_agrees(new_log, tmp_path):
    for path, data in bundle_of(new_log(3), bodies_of(3)).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=tmp_path, check=True)


def test_the_readme_of_format_1_never_changes(new_log):
    # Bundles that were handed out are compared with this text. A new text needs a new format number.
    readme = bundle_of(new_log(1))["README.txt"]
    assert readme.startswith(b"Log of log.example/govern\ngovern bundle, format 1\n")
    assert hashlib.sha256(readme).hexdigest() == "6c8646293030f81616f07dd4ce9bad97a534e16f2ed235063112dbe28b9c5d48"


def test_missing_and_unexpected_files(new_log):
    files = bundle_of(new_log(2))
    for path in files:
        less = {name: data for name, data in files.items() if name != path}
        assert path in str(refuse("missing", less))
    error = refuse("unexpected: `tile/2/000`", {**files, "tile/2/000": b""})
    assert error.where == "tile/2/000"
    with pytest.raises(VerificationError, match="missing"):  # listed, and yet not to be read
        verify_bundle({**files, "README.txt": None}.get, list(files))


def test_bodies(new_log):
    log = new_log(3)
    bodies = bodies_of(3)
    some = dict(list(bodies.items())[:2])
    files = bundle_of(log, some)
    assert "the bodies of 1 entries, which are not in the bundle" in check(files).unchecked
    stranger = hashlib.sha256(b"stranger").hexdigest()
    refuse("no entry of the log names this record", {**files, f"bodies/sha256/{stranger}": b"stranger"})
    path = f"bodies/sha256/{next(iter(some))}"
    assert refuse("not the one that its name says", {**files, path: b"other"}).where == path
    with pytest.raises(VerificationError, match="not the one that the log names"):
        dict(plan_bundle(log.entries, log.note(), log.keys, lambda digest: b"other"))


def test_bodies_are_exported_once(log_of, new_entries):
    digest = hashlib.sha256(b"one").hexdigest()
    log = log_of(new_entries(3, body="sha256:" + digest))
    files = bundle_of(log, {digest: b"one"})
    assert check(files).size == 3
    committed = log_of(new_entries(1, body=None, commitments=(("a", "sha256:" + digest),)))
    assert not any(path.startswith("bodies") for path in bundle_of(committed, {digest: b"one"}))


def test_a_bundle_of_other_entries_is_not_made(new_log):
    log = new_log(3)
    for entries in (log.entries[:2], [*log.entries[:2], log.entries[0]]):
        with pytest.raises(VerificationError, match="are not those that the checkpoint signs"):
            list(plan_bundle(entries, log.note(), log.keys))


def test_a_changed_entry_and_a_changed_hash_are_told_apart(new_log):
    files = bundle_of(new_log(300))
    data = files["tile/entries/001.p/44"]
    changed = data.replace(b"event-290", b"event-299", 1)
    error = refuse("the entry is not the one that was signed", {**files, "tile/entries/001.p/44": changed})
    assert error.where == "tile/entries/001.p/44, entry 290"
    tile = bytearray(files["tile/0/001.p/44"])
    tile[32 * 34] ^= 1
    error = refuse("the hash of entry 290", {**files, "tile/0/001.p/44": bytes(tile)})
    assert error.where == "tile/0/001.p/44, byte 1088"


def test_a_broken_entry_names_its_file(log_of, new_entries):
    log = log_of([*new_entries(2), b"{}"])
    error = refuse("the entry does not parse", bundle_of(log))
    assert error.where == "tile/entries/000.p/3, entry 2"


def test_keys(new_log, new_signer):
    log = new_log(2)
    files = bundle_of(log)
    other = new_signer("other.example/log").key
    refuse("no signature is by a key", files, [other])
    only_witness = {**files, "verifier-keys.txt": files["verifier-keys.txt"].split(b"\n")[1] + b"\n"}
    assert refuse("is not listed", only_witness, log.keys).where == "verifier-keys.txt"
    assert "byte 3" in refuse("not UTF-8", {**files, "verifier-keys.txt": b"abc\xff"}).where
    assert refuse("is not a verifier key", {**files, "verifier-keys.txt": b"x\n"}).where == "verifier-keys.txt"
    refuse("no signature is by a key", {**files, "verifier-keys.txt": b""})
    refuse("does not end in a line feed", {**files, "verifier-keys.txt": files["verifier-keys.txt"][:-1]})
    assert parse_verifier_key(files["verifier-keys.txt"].decode().split("\n")[0]) == log.signer.key


def test_an_unknown_cosignature_is_covered_by_the_sums(new_log):
    log = new_log(2)
    files = dict(plan_bundle(log.entries, log.note(cosign=True), [log.signer.key]))
    checkpoint = bytearray(files["checkpoint"])
    checkpoint[-20] ^= 1
    error = refuse("is not what it must be", {**files, "checkpoint": bytes(checkpoint)})
    assert error.where.startswith("SHA256SUMS")
    assert "`checkpoint`" in error.hint


SMALL = [
    "checkpoint",
    "verifier-keys.txt",
    "README.txt",
    "tile/entries/000.p/2",
    "tile/0/000.p/2",
    "SHA256SUMS",
    "bodies",
]


@pytest.mark.slow
@pytest.mark.parametrize("name", SMALL)
@pytest.mark.parametrize("own_keys", [True, False])
def test_no_bit_of_any_file_can_be_flipped(new_log, name, own_keys):
    log = new_log(2)
    files = bundle_of(log, bodies_of(2))
    assert {path.partition("/sha256")[0] for path in files} == set(SMALL)
    verifiers = None if own_keys else log.keys
    for path in [path for path in files if path.startswith(name)]:
        data = bytearray(files[path])
        # Of the long texts that are only summed every seventh bit, so that each place in a byte has its turn.
        for bit in range(0, 8 * len(data), 7 if name in ("README.txt", "SHA256SUMS") else 1):
            data[bit // 8] ^= 1 << bit % 8
            error = refuse("", {**files, path: bytes(data)}, verifiers)
            assert path in error.where + error.hint, (path, bit, str(error))
            data[bit // 8] ^= 1 << bit % 8
