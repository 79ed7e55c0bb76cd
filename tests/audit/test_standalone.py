"""The verifiers that go to auditors: one file of Python and one page, beside ours and those that others wrote.

All of them give the same verdict, on the vectors of others and on bundles of ours, whole and tampered with.
"""

import ast
import base64
import importlib.util
import io
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import time
import zipfile
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace

import metamorphic_log
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from govern.audit import (
    ML_DSA_COSIGNATURE,
    Checkpoint,
    Event,
    Note,
    Proof,
    Rotation,
    VerifierKey,
    add_signatures,
    add_sums,
    chain_values,
    check_proof,
    check_rotation,
    check_succession,
    commit_record,
    consistency_path,
    disclose_fields,
    disclosed_path,
    format_disclosed,
    format_note,
    format_proof,
    format_rotation,
    format_verifier_key,
    has_ml_dsa,
    hash_leaf,
    hash_root,
    inclusion_path,
    make_cosignature,
    make_signature,
    parse_entry,
    parse_note,
    plan_admissions,
    plan_bundle,
    plan_matter_bundle,
    rotation_path,
    seal_entry,
    sign_checkpoint,
    sign_rotation,
    verify_bundle,
    verify_matter_bundle,
)
from govern.cli.commands import app
from govern.errors import VerificationError
from govern.kernel.canonical import canonical_bytes

TESTS = Path(__file__).parent.parent
OURS = TESTS.parent / "src" / "govern" / "audit" / "standalone"
FILE, PAGE = OURS / "verify.py", OURS / "verify.html"
VECTORS = TESTS / "vectors"
GO_PACKAGES = Path("/usr/share/gocode/src/golang.org/x/mod/sumdb/note")
OLDEST = (3, 9)


def load(path, name):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


verify = load(FILE, "govern_standalone_verify")


# --- the file runs where it says that it runs


def old_pythons():
    roots = [Path(os.environ[name]) for name in ("PYENV_ROOT",) if name in os.environ]
    roots += [Path(found).parent.parent for name in ("pyenv",) if (found := shutil.which(name))]
    names = [*(f"python3.{minor}" for minor in range(9, 15))]
    found = [path for name in names if (path := shutil.which(name))]
    found += [str(path) for root in roots for path in sorted(root.glob("versions/3.*/bin/python3"))]
    versions = {}
    for program in [*found, sys.executable]:
        words = [program, "-c", "import sys; print(*sys.version_info[:2])"]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        if done.returncode == 0 and (version := tuple(map(int, done.stdout.split()))) >= OLDEST:
            versions.setdefault(version, program)
    return versions


PYTHONS = old_pythons()


def test_its_syntax_and_imports_are_those_of_python_3_9():
    tree = ast.parse(FILE.read_text("utf-8"), feature_version=OLDEST)
    imported = {
        (node.module if isinstance(node, ast.ImportFrom) else alias.name).partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert imported <= set(sys.stdlib_module_names)
    younger = {"bit_count", "pairwise", "UTC", "add_note", "batched", "StrEnum", "strict"}
    names = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    keywords = {node.arg for node in ast.walk(tree) if isinstance(node, ast.keyword)}
    assert not (names | keywords) & younger


@pytest.fixture(params=sorted(PYTHONS), ids=lambda version: ".".join(map(str, version)))
def python(request):
    return PYTHONS[request.param]


def test_it_runs_with_any_python_here(python, written):
    folder, log = written(300)
    done = run(python, FILE, folder, "--key", format_verifier_key(log.signer.key))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("IT VERIFIES\nlog: log.example/govern, 300 entries\n")
    assert "Not checked:" in done.stdout
    (folder / "checkpoint").write_bytes(log.note(299))
    done = run(python, FILE, folder)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("IT DOES NOT VERIFY\n")


def test_where_no_older_python_is_to_be_had():
    if min(PYTHONS) > (3, 10):
        pytest.skip("needs a Python 3.9 or 3.10; its syntax and imports are tested all the same")


def run(*words):
    return subprocess.run(words, capture_output=True, text=True, check=False, timeout=120)


# --- Ed25519

RFC_8032 = [  # section 7.1: secret key, public key, message, signature
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
        "d25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
        "387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
        "4a7c15e9716ed28dc027beceea1ec40a",
    ),
]


@pytest.mark.parametrize(("secret", "public", "message", "signature"), RFC_8032)
def test_ed25519_by_the_vectors_of_rfc_8032(secret, public, message, signature):
    public, message, signature = (bytes.fromhex(text) for text in (public, message, signature))
    assert Ed25519PrivateKey.from_private_bytes(bytes.fromhex(secret)).sign(message) == signature
    assert verify.ed25519_holds(public, message, signature)
    assert not verify.ed25519_holds(public, message + b"x", signature)
    assert not verify.ed25519_holds(public, message, signature[:-1])
    assert not verify.ed25519_holds(public[:-1], message, signature)
    larger = int.from_bytes(signature[32:], "little") + verify.ORDER  # the same number, written larger: RFC 8032 5.1.7
    assert not verify.ed25519_holds(public, message, signature[:32] + larger.to_bytes(32, "little"))


@settings(deadline=None, max_examples=30)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=80), st.integers(0, 8 * 96 - 1))
def test_ed25519_agrees_with_cryptography(seed, message, bit):
    private = Ed25519PrivateKey.from_private_bytes(seed)
    data = bytearray(private.public_key().public_bytes_raw() + private.sign(message))
    assert verify.ed25519_holds(bytes(data[:32]), message, bytes(data[32:]))
    data[bit // 8] ^= 1 << bit % 8
    public, signature = bytes(data[:32]), bytes(data[32:])
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
        holds = True
    except InvalidSignature:
        holds = False
    assert verify.ed25519_holds(public, message, signature) == holds


# --- bundles of ours, in every hand


@pytest.fixture
def written(tmp_path, new_log):
    """A function that writes a bundle of so many entries and gives its folder and its log."""

    def write(count, cosign=True):
        log = new_log(count)
        folder = tmp_path / f"bundle-{count}"
        for path, data in plan_bundle(log.entries, log.note(cosign=cosign), log.keys):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)
        return folder, log

    return write


@pytest.fixture(scope="module")
def go(tmp_path_factory):
    if not shutil.which("go") or not GO_PACKAGES.is_dir():
        pytest.skip("needs Debian's golang-go and golang-golang-x-mod-dev")
    program = tmp_path_factory.mktemp("go") / "agree"
    environment = os.environ | {"GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOFLAGS": ""}
    words = ["go", "build", "-o", program, TESTS / "verifiers" / "agree.go"]
    subprocess.run(words, env=environment, check=True)
    return program


@pytest.fixture(scope="module")
def page():
    chromium = load(TESTS / "verifiers" / "chromium.py", "govern_tests_chromium")
    program = chromium.find_chromium()
    if not program:
        pytest.skip("needs Chromium (Debian: apt-get install chromium)")
    browser = chromium.Browser(program)
    browser.open(PAGE)
    yield browser
    browser.close()


def by_file(folder, key=None):
    words = [] if key is None else ["--key", format_verifier_key(key)]
    return run(sys.executable, FILE, folder, *words).returncode == 0


def by_ours(folder, key=None):
    paths = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    try:
        verify_bundle(
            lambda path: (folder / path).read_bytes() if path in paths else None, paths, None if key is None else [key]
        )
    except VerificationError:
        return False
    return True


def by_page(page, paths, keys="", element="files"):
    """What the page says, once it has said it."""
    page.until = time.monotonic() + 20
    page.run(f"document.getElementById('keys').value = {keys!r}; document.getElementById('result').replaceChildren()")
    page.choose(element, *paths)
    while True:
        said = page.run("document.getElementById('result').innerText")
        if said and not said.startswith("Verifying"):
            return said
        time.sleep(0.02)


def flip(path, place):
    data = bytearray(path.read_bytes())
    data[place % len(data)] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 255, 256, 257, 600])
def test_a_good_bundle_is_good_for_all(written, page, go, count):
    folder, log = written(count)
    key = log.signer.key
    assert by_ours(folder, key)
    assert by_file(folder)
    assert by_file(folder, key)
    done = run(go, "bundle", format_verifier_key(key), folder)
    assert (done.returncode, done.stderr) == (0, "")
    said = by_page(page, [folder], element="folder")
    assert said.startswith(
        f"It verifies\nlog: log.example/govern, {count} entries\nroot hash: {hash_root(log.leaves).hex()}"
    )
    assert f"signed by: {format_verifier_key(log.witness.key)}, at 2025-11-24 16:00:00 UTC" in said
    head = metamorphic_log.checkpoint_verify(log.note().decode(), [format_verifier_key(key)])
    assert (head.origin, head.size, bytes(head.root)) == (key.name, count, hash_root(log.leaves))


@pytest.mark.parametrize("name", ["checkpoint", "tile/entries/000", "tile/entries/001.p/44", "tile/0/000"])
@pytest.mark.parametrize("place", [1, 25, 70, -70])
def test_a_tampered_bundle_is_bad_for_all(written, page, go, name, place):
    folder, log = written(300)
    flip(folder / name, place)
    key = log.signer.key
    assert not by_ours(folder, key)
    assert not by_file(folder, key)
    assert by_page(page, [folder], format_verifier_key(key), "folder").startswith("It does not verify")
    if not name.startswith("tile/0"):  # it makes the hashes itself
        assert (
            run(go, "bundle", format_verifier_key(key), folder).returncode
            == (name == "checkpoint" and place == -70) * 0
            or 1
        )


@pytest.mark.parametrize("name", ["README.txt", "SHA256SUMS", "verifier-keys.txt"])
def test_a_tampered_paper_is_found_by_file_and_page(written, page, name):
    folder, log = written(3)
    key = format_verifier_key(log.signer.key)
    for place in (0, 30, -3):
        flip(folder / name, place)
        assert not by_ours(folder, log.signer.key)
        assert not by_file(folder, log.signer.key)
        assert by_page(page, [folder], key, "folder").startswith("It does not verify")
        flip(folder / name, place)
    (folder / name).rename(folder.parent / "aside")
    assert not by_ours(folder, log.signer.key)
    assert not by_file(folder, log.signer.key)
    assert by_page(page, [folder], key, "folder").startswith("It does not verify")
    (folder.parent / "aside").rename(folder / name)
    assert by_file(folder, log.signer.key)
    (folder / "tile" / "more").write_bytes(b"")
    assert not by_file(folder, log.signer.key)
    assert "1 files too many" in by_page(page, [folder], key, "folder")


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_zip_file(written, page, tmp_path, method):
    folder, log = written(300)
    whole = tmp_path / "bundle.zip"
    with zipfile.ZipFile(whole, "w", method) as file:
        for path in sorted(folder.rglob("*")):
            file.write(path, path.relative_to(folder).as_posix())
    assert by_file(whole, log.signer.key)
    assert by_page(page, [whole]).startswith("It verifies")
    data = whole.read_bytes()
    for place in (200, len(data) // 2, len(data) - 10):
        whole.write_bytes(data[:place] + bytes([data[place] ^ 4]) + data[place + 1 :])
        assert by_file(whole, log.signer.key) == by_page(page, [whole]).startswith("It verifies")
    for more in (b"PK\3\4#!/bin/sh" + data, data + b"more", data + data, data[:-2] + b"\2\0hi"):
        whole.write_bytes(more)
        assert not by_file(whole)
        assert by_page(page, [whole]).startswith("It does not verify")
    whole.write_bytes(data[:-30])
    assert not by_file(whole)
    assert by_page(page, [whole]).startswith("It does not verify")


def test_one_entry(written, page, tmp_path):
    _, log = written(13)
    key = format_verifier_key(log.signer.key)
    proof_file, entry_file = tmp_path / "e.tlog-proof", tmp_path / "e.json"
    for index in (0, 7, 12):
        proof = Proof(index, inclusion_path(index, 13, log.reader()), log.note(cosign=True), b"extra")
        proof_file.write_bytes(format_proof(proof))
        for other in (index, (index + 1) % 13):
            entry_file.write_bytes(log.entries[other])
            done = run(sys.executable, FILE, "--proof", proof_file, "--entry", entry_file, "--key", key)
            said = by_page(page, [proof_file, entry_file], key)
            good = other == index
            assert (done.returncode == 0, said.startswith("It verifies")) == (good, good)
            arguments = (log.note().decode(), [key], index, hash_leaf(log.entries[other]), list(proof.path))
            assert accepts(metamorphic_log.checkpoint_verify_inclusion, *arguments) == good
    assert "with the log's key" in by_page(page, [proof_file, entry_file])


def accepts(call, *arguments):
    try:
        call(*arguments)
    except (metamorphic_log.VerifyError, metamorphic_log.InternalError, VerificationError, verify.Bad):
        return False
    return True


def test_growth_by_metamorphic_log(new_log):
    log = new_log(70)
    key = format_verifier_key(log.signer.key)
    for old, new in [(1, 70), (32, 70), (33, 64), (69, 70), (70, 70)]:
        path = list(consistency_path(old, new, log.reader()))
        arguments = (log.note(old).decode(), log.note(new).decode(), [key])
        assert accepts(metamorphic_log.checkpoint_verify_consistency, *arguments, path)
        assert not accepts(metamorphic_log.checkpoint_verify_consistency, *arguments, [*path, bytes(32)])


def test_the_chain(written, tmp_path):
    folder, log = written(5)
    rows = list(zip(range(5), log.leaves, chain_values(log.leaves), strict=True))
    file = tmp_path / "chain.csv"
    file.write_text(
        "position,leaf,chain\n" + "".join(f'"{i}",\\x{leaf.hex()},{value.hex()}\n' for i, leaf, value in rows)
    )
    done = run(sys.executable, FILE, folder, "--chain", file)
    assert done.returncode == 0, done.stdout
    assert f"last chain value: {rows[-1][2].hex()}" in done.stdout
    file.write_text("".join(f"{i},{leaf.hex()},{rows[(i + (i == 3)) % 5][2].hex()}\n" for i, leaf, _ in rows))
    assert (
        "chain, entry 3: the stored chain is not that of the entries"
        in run(sys.executable, FILE, folder, "--chain", file).stdout
    )
    file.write_text("x\n")
    assert run(sys.executable, FILE, folder, "--chain", file).returncode == 1
    file.write_text(f"0,{bytes(32).hex()},{bytes(32).hex()}\nx\n")
    assert "chain.csv, line 2" in run(sys.executable, FILE, folder, "--chain", file).stdout


def test_the_command_line(written, tmp_path):
    folder, _ = written(2)
    for words in ([], ["--proof", "x"], [folder, "--proof", "x", "--entry", "y"]):
        assert run(sys.executable, FILE, *words).returncode == 2
    done = run(sys.executable, FILE, tmp_path / "absent")
    assert (done.returncode, done.stdout) == (2, "")
    assert run(sys.executable, FILE, folder, "--key", "x").returncode == 2
    (folder / "evil\x1b[31m").write_bytes(b"")
    done = run(sys.executable, FILE, folder)
    assert done.returncode == 1
    assert "\x1b" not in done.stdout


# --- the vectors of others


def cases(kind):
    for path in sorted((VECTORS / "merkle" / kind).rglob("*.json")):
        case = json.loads(path.read_bytes())
        names = (
            ("leafIdx", "treeSize", "leafHash", "root") if kind == "inclusion" else ("size1", "size2", "root1", "root2")
        )
        one, two, *hashes = (case[name] for name in names)
        hashes = [base64.b64decode(each or "") for each in hashes]
        proof = [base64.b64decode(node) for node in case["proof"] or ()]
        yield path.relative_to(VECTORS / "merkle").as_posix(), one, two, *hashes, proof, case["wantErr"]


CASES = {kind: list(cases(kind)) for kind in ("inclusion", "consistency")}
# The empty tree and an empty proof: RFC 6962 has no such proof, C2SP tlog-witness has (see tests/audit/test_tree.py).
ZERO = {
    "consistency/additional/size1-is-zero-and-size2-is-not-zero.json",
    "consistency/additional/sizes-are-equal-zero-and-proof-is-empty.json",
    "consistency/additional/consistency-check-on-empty-tree-size1-is-zero-is-useless.json",
}


def fits(*hashes):
    return all(len(each) == 32 for each in hashes)


def file_accepts(kind, one, two, first, second, proof):
    if not fits(first, second, *proof) or not 0 <= one <= two:
        return False
    if kind == "inclusion":
        return one < two and climbs(first, one, two, second, proof)
    old = SimpleNamespace(origin="o", size=one, root=first, text=b"")
    new = SimpleNamespace(origin="o", size=two, root=second, text=b"")
    return accepts(verify.check_growth, old, new, proof, "")


def climbs(leaf, index, size, root, proof):
    try:
        return verify.climb(leaf, index, size, proof) == root
    except verify.Bad:
        return False


@pytest.mark.parametrize("kind", ["inclusion", "consistency"])
def test_vectors_in_the_file(kind):
    for name, *arguments, bad in CASES[kind]:
        if name not in ZERO and (bad or fits(*arguments[2:4])):  # some that are good have words for hashes
            assert file_accepts(kind, *arguments) != bad, name


@pytest.mark.parametrize("kind", ["inclusion", "consistency"])
def test_vectors_in_the_page(page, kind):
    page.until = time.monotonic() + 120
    script = """(async cases => {
      const unhex = text => Uint8Array.from(text.match(/../g) || [], byte => parseInt(byte, 16)), answers = [];
      for (const [kind, one, two, first, second, proof] of cases) {
        const path = proof.map(unhex);
        try {
          if (kind === "inclusion") {
            if (one < 0 || one >= two) throw new Bad("beyond the end");
            answers.push(same(await climb(unhex(first), one, two, path), unhex(second)));
          } else {
            const note = (size, root) => ({ origin: "o", size, root: unhex(root), text: "" });
            const [old, later] = [note(one, first), note(two, second)];
            await checkGrowth(old, later, path, "");
            answers.push(true);
          }
        } catch (problem) { if (!(problem instanceof Bad)) throw problem; answers.push(false); }
      }
      return answers;
    })"""
    asked = [
        (kind, one, two, first.hex(), second.hex(), [node.hex() for node in proof])
        for _, one, two, first, second, proof, _ in CASES[kind]
        if fits(first, second, *proof) and 0 <= one < 2**53 and two < 2**53
    ]
    names = [
        (name, bad)
        for name, one, two, first, second, proof, bad in CASES[kind]
        if fits(first, second, *proof) and 0 <= one < 2**53 and two < 2**53
    ]
    answers = page.run(f"{script}({json.dumps(asked)})")
    assert len(answers) > 60
    for (name, bad), answer in zip(names, answers, strict=True):
        if name not in ZERO:
            assert answer != bad, name


@pytest.mark.parametrize("kind", ["inclusion", "consistency"])
def test_vectors_in_go_and_metamorphic_log(go, kind):
    lines = []
    for _, one, two, first, second, proof, _ in CASES[kind]:
        path = ",".join(node.hex() or "x" for node in proof) or "-"
        lines.append(f"{kind} {one} {two} {first.hex() or 'x'} {second.hex() or 'x'} {path}")
    done = subprocess.run([go, "proofs"], input="\n".join(lines), capture_output=True, text=True, check=True)
    answers = done.stdout.split()
    for (name, one, two, first, second, proof, bad), answer in zip(CASES[kind], answers, strict=True):
        if name in ZERO or not (bad or fits(first, second)):
            continue
        assert answer == ("bad" if bad else "good"), name
        if 0 <= one < 2**63 and 0 <= two < 2**63:
            call = metamorphic_log.verify_inclusion if kind == "inclusion" else metamorphic_log.verify_consistency
            order = (first, proof, second) if kind == "inclusion" else (proof, first, second)
            assert accepts(call, one, two, *order) != bad, name


def test_notes_of_go():
    vector = json.loads((VECTORS / "note" / "notes.json").read_bytes())
    text = vector["text"].encode()
    for name, line in vector["signatures"].items():
        key = verify.Key(vector["keys"][name], "")
        signature = base64.b64decode(line.split()[2])
        assert signature[:4] == key.id
        assert key.check(text, signature[4:], "") is None
        with pytest.raises(verify.Bad):
            key.check(text + b"x", signature[4:], "")
        assert metamorphic_log.verify_signed_note(f"{vector['text']}\n{line}", [vector["keys"][name]]) == 1
    with pytest.raises(verify.Bad, match="the key id is not"):
        verify.Key(vector["keys"]["peter"].replace("c74f20a3", "c74f20a4"), "")


# --- entries: what one refuses, all refuse

ENTRY = (
    b'{"actor":"user:7","body":"sha256:%s","id":"event-0","key_id":"af0cfe78","kind":"a.b","matter":"m",'
    b'"matter_seq":0,"object":"o","time":"2026-11-24T10:00:00.000000Z","version":1}' % (b"0" * 64)
)
VARIANTS = [
    (ENTRY, True),
    (ENTRY.replace(b'"m"', '"\u00e9"'.encode()), True),
    (ENTRY.replace(b'"m"', '"e\u0301"'.encode()), False),  # not in Normalization Form C
    (ENTRY.replace(b'"m"', b'"\\u00e9"'), False),
    (ENTRY.replace(b'"m"', b'"\\ud800"'), False),
    (ENTRY.replace(b'"m"', b'"a\\nb"'), False),
    (ENTRY.replace(b'"m"', '"\u0085"'.encode()), False),
    (ENTRY.replace(b'"m"', b'""'), False),
    (ENTRY.replace(b'"m"', b'"\\\\ \\""'), True),
    (ENTRY.replace(b'"m"', b'"a/b"'), True),
    (ENTRY.replace(b'"m"', b'"a\\/b"'), False),
    (ENTRY.replace(b'"m"', '"\U0001f512"'.encode()), True),
    (ENTRY.replace(b':1}', b':1.0}'), False),
    (ENTRY.replace(b':1}', b':true}'), False),
    (ENTRY.replace(b':1}', b':2}'), False),
    (ENTRY.replace(b':1}', b':1,"version":1}'), False),
    (ENTRY.replace(b':1}', b':1} '), False),
    (ENTRY.replace(b':1}', b':1,"x":1}'), False),
    (ENTRY.replace(b'seq":0', b'seq":-0'), False),
    (ENTRY.replace(b'seq":0', b'seq":1'), False),
    (ENTRY.replace(b'"matter_seq":0', b'"matter_prev":0,"matter_seq":0'), False),
    (ENTRY.replace(b'"matter_seq":0', b'"matter_prev":3,"matter_seq":9007199254740991'), True),
    (ENTRY.replace(b'"matter_seq":0', b'"matter_prev":3,"matter_seq":9007199254740992'), False),
    (ENTRY.replace(b'"matter_seq":0', b'"matter_prev":null,"matter_seq":0'), False),
    (ENTRY.replace(b"11-24", b"11-31"), False),
    (ENTRY.replace(b"2026", b"0000"), False),
    (ENTRY.replace(b"T10", b"T24"), False),
    (ENTRY.replace(b"00.000000", b"60.000000"), False),
    (ENTRY.replace(b'"a.b"', b'"A.b"'), False),
    (ENTRY.replace(b'"a.b"', b'"a.b\\n"'), False),
    (ENTRY.replace(b"sha256:0", b"sha256:A"), False),
    (ENTRY.replace(b"000000Z", "00000\u0660Z".encode()), False),
    (ENTRY.replace(b'"id"', b'"commitments":{},"id"'), False),
    (ENTRY.replace(b'"id"', b'"commitments":[],"id"'), False),
    (ENTRY.replace(b'"id"', b'"commitments":{"f":"sha256:%s"},"id"' % (b"1" * 64)), True),
    (ENTRY.replace(b'"id"', b'"commitments":{"F":"sha256:%s"},"id"' % (b"1" * 64)), False),
    (ENTRY.replace(b'"body":"sha256:%s",' % (b"0" * 64), b""), False),
    (ENTRY.replace(b'"user:7"', b"7"), False),
    (ENTRY.replace(b'"user:7"', b"null"), False),
    (b"[]", False),
    (b"", False),
    (b"\xef\xbb\xbf" + ENTRY, False),
    (b"\xff", False),
    (b"[" * 3000, False),
    (ENTRY.replace(b'"m"', b'"%s"' % (b"m" * 66_000)), False),
]  # fmt: skip


@pytest.mark.parametrize(("data", "good"), VARIANTS, ids=range(len(VARIANTS)))
def test_entries(page, data, good):
    assert accepts(parse_entry, data) == good
    assert accepts(verify.read_entry, data, "") == good
    page.until = time.monotonic() + 30
    script = "(text => { try { readEntry(Uint8Array.from(atob(text), c => c.charCodeAt(0)), ''); return true; }"
    script += " catch (problem) { if (!(problem instanceof Bad)) throw problem; return false; } })"
    assert page.run(f"{script}('{base64.b64encode(data).decode()}')") == good


# --- the page


def test_its_own_ed25519_agrees_with_the_browsers(page):
    page.until = time.monotonic() + 60
    for _, public, message, signature in RFC_8032:
        for other in ("", "00"):
            script = f"""(async () => {{
              const unhex = text => Uint8Array.from(text.match(/../g) || [], byte => parseInt(byte, 16));
              const given = [unhex("{public}"), unhex("{message}{other}"), unhex("{signature}")];
              return [await ownEd25519(...given), await ed25519Holds(...given)];
            }})()"""
            assert page.run(script) == [not other] * 2


def test_a_dropped_folder(page, written):
    """What a person does with the mouse, as far as a script can: the page takes the same way."""
    folder, _ = written(3)
    page.until = time.monotonic() + 60
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    entries = json.dumps({name: base64.b64encode(data).decode() for name, data in files.items()})
    script = """(async files => {
      const raw = text => Uint8Array.from(atob(text), c => c.charCodeAt(0));
      const file = (name, text) => ({ isFile: true, name, file: done => done(new File([raw(text)], name)) });
      const entry = ([name, value]) => typeof value === "string" ? file(name, value) : folder(name, value);
      const folder = (name, tree) => ({ isFile: false, name, createReader: () => {
        const parts = [Object.entries(tree).map(entry), []];
        return { readEntries: done => done(parts.shift()) };
      } });
      const root = {};
      for (const [path, text] of Object.entries(files)) {
        let place = root;
        const names = path.split("/");
        for (const name of names.slice(0, -1)) place = place[name] = place[name] || {};
        place[names[names.length - 1]] = text;
      }
      await run(filesOfDrop({ items: [{ webkitGetAsEntry: () => folder("bundle", root) }] }));
      return document.getElementById("result").innerText;
    })"""
    assert page.run(f"{script}({entries})").startswith("It verifies\nlog: log.example/govern, 3 entries")


def test_nothing_in_a_bundle_is_taken_for_markup(page, new_log, tmp_path, signer):
    evil = "log.example/<img-src=x-onerror=document.title='caught'>"
    other = type(signer)(evil)
    note = sign_checkpoint(Checkpoint(evil, 0, hash_root([])), other.key, other.sign)
    folder = tmp_path / "evil"
    for path, data in plan_bundle([], note, [other.key]):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    assert evil in by_page(page, [folder], element="folder")
    assert page.run("document.title") == "Verify an audit log"
    assert page.run("document.querySelectorAll('#result img').length") == 0


def test_it_may_not_use_the_network(page):
    page.until = time.monotonic() + 30
    script = "fetch('http://127.0.0.1:9/').then(() => 'sent', problem => 'refused')"
    blocked = (
        "new Promise(done => { document.addEventListener('securitypolicyviolation', e => done(e.effectiveDirective));"
    )
    assert page.run(f"{blocked} {script}; }})") == "connect-src"
    assert "http" not in PAGE.read_text("utf-8").replace("http-equiv", "")


def test_hidden_parts_of_a_proof_are_read_alike(new_log):
    """A proof whose checkpoint differs, or that has a line too many, for ours and the file."""
    log = new_log(5)
    good = format_proof(Proof(1, inclusion_path(1, 5, log.reader()), log.note()))
    keys = [verify.Key(format_verifier_key(log.signer.key), "")]
    for bit in range(0, 8 * len(good), 3):
        data = bytearray(good)
        data[bit // 8] ^= 1 << bit % 8
        data = bytes(data)
        ours = accepts(check_proof, data, log.entries[1], [log.signer.key])
        assert ours == accepts(verify.check_proof, data, log.entries[1], keys, ""), bit
    assert parse_note(log.note()).text == verify.Note(log.note(), keys, "").text


# --- one matter of a log, with single fields disclosed


RECORD = {"salt": "ab" * 16, "title": "A title", "answers": {"a.b": True, "c": "d"}, "n": 3}


@pytest.fixture
def plan_matter(new_entries, log_of):
    """A function that makes the files of a matter's bundle, and its log: entry 9 is its last, and the log's.

    `record` is what entry 9 is about, with the fields that are shown; `choose` gives the other heads of the log.
    """

    def plan(record=RECORD, shown=("title", "answers/*"), choose=None):
        body = canonical_bytes(record)
        entries = new_entries(10, matters=3)
        last = parse_entry(entries[9])
        event = Event(
            last.id, last.kind, last.actor, last.time, last.object, last.matter, last.body, commit_record(body)
        )
        log = log_of([*entries[:9], seal_entry(event, last.matter_seq, last.matter_prev, last.key_id), *new_entries(3)])
        own = [(index, log.entries[index]) for index in (0, 3, 6, 9)]
        heads = choose(log) if choose else [(log.note(cosign=True), None), (log.note(4), None)]
        files = plan_matter_bundle("project:0", own, log.note(10), heads, log.keys, log.reader())
        files[disclosed_path(9)] = format_disclosed(disclose_fields(body, shown))
        return {**files, "report.pdf": b"%PDF"}, log

    return plan


@pytest.fixture
def matter(plan_matter, tmp_path):
    """The folder of a matter's bundle, and its log."""
    files, log = plan_matter(choose=lambda log: [(log.note(cosign=True), None), (log.note(4), b"stamp")])
    folder = tmp_path / "matter"
    for path, data in add_sums(files).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder, log


def matter_by_ours(folder, key):
    paths = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    return accepts(verify_matter_bundle, lambda path: (folder / path).read_bytes(), paths, [key])


def test_a_matter(matter, page):
    folder, log = matter
    key = format_verifier_key(log.signer.key)
    done = run(sys.executable, FILE, folder, "--key", key, "--key", format_verifier_key(log.witness.key))
    said = by_page(page, [folder], f"{key}\n{format_verifier_key(log.witness.key)}", "folder")
    assert matter_by_ours(folder, log.signer.key)
    assert (done.returncode, said.partition("\n")[0]) == (0, "It verifies"), done.stdout
    for text in (done.stdout, said):
        for words in (
            "matter: project:0, 4 entries",
            "that none follows: the last of them is the last entry of the log",
            "that the log of 13 entries continues that of 10 (heads/1/checkpoint)",
            "that the log of 10 entries continues that of 4 (heads/2/checkpoint)",
            'disclosed by entry 9: title = "A title"',
            "that 3 disclosed fields are those that the entries commit to",
            "what is written in: report.pdf",
            "that the witnesses are independent of whoever signs the log",
            "that the log has no other entry about this matter, put in against the rules of matters",
            "openssl ts -verify -data heads/2/checkpoint -in heads/2/time-stamp.tsr -CAfile authority.pem",
        ):
            assert words in text
        assert re.search(
            r"the head of 13 entries is signed by: .*, at 20[0-9]{2}-[0-9]{2}-[0-9]{2} [0-9:]{8} UTC\n", text
        )
        assert "no cosignature of a witness was checked" not in text


def test_without_a_witness_it_says_so(matter, page):
    folder, log = matter
    key = format_verifier_key(log.signer.key)
    for text in (run(sys.executable, FILE, folder, "--key", key).stdout, by_page(page, [folder], key, "folder")):
        assert "no cosignature of a witness was checked" in text


def test_a_moment_beyond_the_calendar_is_said_in_seconds(new_log):
    key = verify.Key(format_verifier_key(new_log(1).signer.key), "")
    assert verify.say_signer(key, 2**62) == f"{key.text}, at {2**62} seconds since 1970"


def judge(page, path, keys):
    """What govern, the file and the page say of a zip file: whether it verifies, and their words."""
    texts = [format_verifier_key(key) for key in keys]
    words = [word for text in texts for word in ("--key", text)]
    ours = CliRunner().invoke(app, ["log", "verify-bundle", str(path), *words])
    theirs = run(sys.executable, FILE, path, *words)
    shown = by_page(page, [path], "\n".join(texts))
    good = shown.startswith("It verifies"), ours.exit_code == 0, theirs.returncode == 0
    assert shown.startswith(("It verifies", "It does not verify")), shown
    said = [f"{ours.output}{ours.exception or ''}", theirs.stdout, shown]
    assert len(set(good)) == 1, said
    return good[0], said


def without(*ends):
    return lambda files: {path: data for path, data in files.items() if not path.endswith(ends)}


def put(path, data):
    return lambda files: {**files, path: data(files) if callable(data) else data}


def again(path):
    return lambda files: files[path]


def pack(files, method=zipfile.ZIP_STORED, comment=b"", names=(), extra=b""):
    """A zip file as others write it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for path in [*sorted(files), *names]:
            info = zipfile.ZipInfo(path)
            info.extra = extra
            file.writestr(info, files.get(path, b""), method)
        file.comment = comment
    return out.getvalue()


def with_gap(files):
    """A zip file with bytes between its last file and its list, which says where that is."""
    data = pack(files)
    end = data.rindex(b"PK\5\6")
    (start,) = struct.unpack("<L", data[end + 16 : end + 20])
    return data[:start] + b"gap" + data[start : end + 16] + struct.pack("<L", start + 3) + data[end + 20 :]


def behind(files):
    """A zip file behind another one, with its places counted from the beginning of both."""
    first, data = pack({"README.txt": b"Another."}), pack(files)
    out = io.BytesIO(first)
    out.seek(0, io.SEEK_END)
    with zipfile.ZipFile(out, "a") as file:
        file.filelist, file.NameToInfo = [], {}
        for path in sorted(files):
            file.writestr(zipfile.ZipInfo(path), files[path])
    return out.getvalue() if data else b""


FORGERIES = {
    "the last entry is gone": without("/9.json", "/9.tlog-proof"),
    "the last two are gone": without("/9.json", "/9.tlog-proof", "/6.json", "/6.tlog-proof"),
    "one in the middle is gone": without("/3.json", "/3.tlog-proof"),
    "a proof is gone": without("/3.tlog-proof"),
    "a proof too many": put("matter/4.tlog-proof", again("matter/3.tlog-proof")),
    "another README": put("README.txt", b"All is well.\n"),
    "a README with a word more": put("README.txt", lambda files: files["README.txt"] + b"Trust me.\n"),
    "a README of another matter": put("README.txt", lambda f: f["README.txt"].replace(b"project:0", b"project:1", 1)),
    "no README": without("README.txt"),
    "no sums": without("SHA256SUMS"),
    "no keys": without("verifier-keys.txt"),
    "another key is listed": put("verifier-keys.txt", lambda f: f["verifier-keys.txt"].split(b"\n")[1] + b"\n"),
    "keys without a line end": put("verifier-keys.txt", lambda files: files["verifier-keys.txt"][:-1]),
    "a file too many": put("matter/99.txt", b"x"),
    "a paper too many": put("certificate-of-court.pdf", b"%PDF"),
    "a tool in a folder of its own": put("tools/more/verify.py", b"#"),
    "no field is shown": put("disclosed/9.json", b"[]"),
    "fields under another number": put("disclosed/09.json", again("disclosed/9.json")),
    "fields of another entry": put("disclosed/6.json", again("disclosed/9.json")),
    "a salt of odd length": put("disclosed/9.json", lambda f: f["disclosed/9.json"].replace(b't":"', b't":"0', 1)),
    "a number that is no whole one": put("disclosed/9.json", b"[1.5]"),
    "a number that is too large": put("disclosed/9.json", b"[%s]" % (b"9" * 17)),
    "fields too deep": put("disclosed/9.json", b"[" * 70 + b"]" * 70),
    "half a surrogate": put("disclosed/9.json", rb'["\ud800"]'),
    "a head of number 0": lambda files: {**files, **{
        f"heads/0/{name}": files[f"heads/1/{name}"] for name in ("checkpoint", "consistency")}},
    "a head of number 01": lambda files: {**files, **{
        f"heads/01/{name}": files[f"heads/1/{name}"] for name in ("checkpoint", "consistency")}},
    "a head without its proof": without("heads/1/consistency"),
    "a time stamp without its head": put("heads/7/time-stamp.tsr", b"stamp"),
    "a folder that looks alike": put("m\u0430tter/3.json", again("matter/3.json")),
    "a record that nobody names": put(f"bodies/sha256/{sha256(b'x').hexdigest()}", b"x"),
    "an admission without its proof": put("admissions/3.json", again("matter/3.json")),
    "a record of no admission": put("admissions/3.record", b"{}"),
    "a rotation that is none": put("rotations/rotation-1", b"x\n"),
    "a rotation of number 0": put("rotations/rotation-0", b"x\n"),
}  # fmt: skip

ZIPS = {
    "as others write it, but whole": pack,
    "packed": lambda files: pack(files, zipfile.ZIP_DEFLATED),
    "with a comment": lambda files: pack(files, comment=b"trust me"),
    "with a folder": lambda files: pack(files, names=["matter/"]),
    "with a file twice": lambda files: pack(files, names=["matter/3.json"]),
    "with extra fields": lambda files: pack(files, extra=b"\x34\x12\x04\x00abcd"),
    "behind something": lambda files: b"PK\3\4#!/bin/sh" + pack(files),
    "behind another zip": lambda files: pack({"README.txt": b"Another."}) + pack(files),
    "behind another zip that its list passes over": behind,
    "before something": lambda files: pack(files) + b"more",
    "with a gap": with_gap,
}


@pytest.mark.parametrize("name", FORGERIES)
def test_one_verdict_on_files(plan_matter, page, tmp_path, name):
    """Whoever forges makes the sums anew. Each of these is one of no bundle that was ever made."""
    files, log = plan_matter()
    forged = FORGERIES[name](add_sums(files))
    forged = add_sums(forged) if name != "no sums" else forged
    (tmp_path / "bundle.zip").write_bytes(pack(forged))
    good, said = judge(page, tmp_path / "bundle.zip", log.keys)
    assert not good, said


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", ZIPS)
def test_one_verdict_on_zip_files(plan_matter, page, tmp_path, name):
    """Programs that look for another beginning or end would see other files in most of these."""
    files, log = plan_matter()
    (tmp_path / "bundle.zip").write_bytes(ZIPS[name](add_sums(files)))
    good, said = judge(page, tmp_path / "bundle.zip", log.keys)
    assert good == name.startswith("as "), said


def test_entries_that_no_witness_saw_are_named_by_all(plan_matter, page, tmp_path):
    """A cosignature over a small log says nothing of what came after it."""
    for size, words in ((4, "entries 6 to 9 of this matter were seen by no witness"),
                        (9, "entry 9 of this matter was seen by no witness"), (13, "")):  # fmt: skip
        files, log = plan_matter(choose=lambda log, size=size: [(log.note(size, cosign=True), None)])
        (tmp_path / "bundle.zip").write_bytes(pack(add_sums(files)))
        good, said = judge(page, tmp_path / "bundle.zip", log.keys)
        assert good
        for text in said:
            assert (words or "independent") in text.partition("ot checked")[2]
            assert ("seen by no witness" in text) == bool(words)
            assert "no cosignature of a witness was checked" not in text


def test_a_smaller_head_may_be_signed_by_an_earlier_key(plan_matter, page, tmp_path, new_signer):
    """The proof shows that it is the log's; a larger one is shown by nothing but a key that is known."""
    earlier = new_signer("log.example/govern", 1, bytes([9]) * 32)
    for size in (4, 10, 13):
        files, log = plan_matter()
        note = replace(log, signer=earlier).note(size, cosign=True)
        first, second = sorted((size, 10))
        lines = [base64.b64encode(node) + b"\n" for node in consistency_path(first, second, log.reader())]
        files |= {"heads/1/checkpoint": note, "heads/1/consistency": b"".join(lines)}
        (tmp_path / "bundle.zip").write_bytes(pack(add_sums(files)))
        good, said = judge(page, tmp_path / "bundle.zip", log.keys)
        assert good == (size <= 10), said
        assert not good or all("witness.example/w1" in text for text in said)


HOSTILE = {
    "x\n\nChecked:\n  every witness cosigned it": "v",
    "y": "\u202egnp.exe \x1b[2J\u2028Not checked:\n  nothing",
    "z": "no copy " + "x" * 250 + " but this",
    "order": [{"\uffee": 1, "\U0001f600": 2}],
}


def test_what_others_wrote_writes_no_line_of_a_report(plan_matter, page, tmp_path):
    files, log = plan_matter({"salt": "ab" * 16, **HOSTILE}, ["*"])
    (tmp_path / "bundle.zip").write_bytes(pack(add_sums(files)))
    good, said = judge(page, tmp_path / "bundle.zip", log.keys)
    assert good, said
    for text in said:
        lines = [line.strip() for line in text.split("\n")]
        assert "every witness cosigned it" not in lines
        assert "nothing" not in lines
        assert not set("\u202e\x1b\u2028") & set(text)
        assert re.search("xxx … \\(cut: 26[0-9] letters in all\\)", text)
    forged = files["disclosed/9.json"].replace(b'"value":"v"', b'"value":"w"')
    (tmp_path / "bundle.zip").write_bytes(pack(add_sums({**files, "disclosed/9.json": forged})))
    good, said = judge(page, tmp_path / "bundle.zip", log.keys)
    assert not good
    assert not any("\n  every witness" in text for text in said)


def test_what_a_log_says_of_its_loss_writes_one_line():
    record = canonical_bytes({"entries_lost": 7, "reason": "disk\nChecked:\n  all"})
    report = verify.Report()
    report.admit(3, {"time": "t", "actor": "a", "object": "recovery:r@1", "body": verify.digest(record)}, record)
    assert "\n" not in report.losses[0]


# --- a log that was set back


@pytest.fixture
def admitted(new_entries, log_of, tmp_path):
    """The folders of an export with bodies, of one without, and of a matter's bundle, of a log that was set back."""
    record = canonical_bytes({"entries_lost": 7, "reason": "disk <b>failure</b>"})
    digest = sha256(record).hexdigest()
    before, time_ = new_entries(3, matters=1), "2026-11-24T10:00:00.000000Z"
    admission = Event("r", "log.recovered", "officer-1", time_, "recovery:r@1", "workspace", f"sha256:{digest}")
    last = seal_entry(Event("l", "a.b", "user:7", time_, "a:1", "project:0", "sha256:" + "0" * 64), 3, 2, "af0cfe78")
    log = log_of([*before, seal_entry(admission, 0, None, "af0cfe78"), last])
    own = [(index, log.entries[index]) for index in (0, 1, 2, 4)]
    bundle = plan_matter_bundle("project:0", own, log.note(), [], log.keys, log.reader())
    made = {
        "whole": dict(plan_bundle(log.entries, log.note(), log.keys, {digest: record}.get)),
        "plain": dict(plan_bundle(log.entries, log.note(), log.keys)),
        "matter": add_sums(plan_admissions(bundle, [(3, log.entries[3], record)], log.reader())),
    }
    for name, files in made.items():
        for path, data in files.items():
            (tmp_path / name / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name / path).write_bytes(data)
    return tmp_path, log, record


@pytest.mark.parametrize("name", ["whole", "plain", "matter"])
def test_an_admitted_loss_is_said_before_all_that_was_checked(admitted, page, name):
    folder, log, _ = admitted
    key = format_verifier_key(log.signer.key)
    done = run(sys.executable, FILE, folder / name, "--key", key)
    shown = by_page(page, [folder / name], key, "folder")
    assert done.returncode == 0, done.stdout
    for said, heading in ((done.stdout, "THE LOG ADMITS A LOSS:"), (shown, "The log admits a loss")):
        assert said.index(heading) < said.index("Checked")
        assert "entry 3, 2026-11-24T10:00:00.000000Z, by officer-1: the database was set back" in said
        assert ("says: at least 7; reason given: disk <b>failure</b>" in said) == (name != "plain")
        assert ("says how many and why, and is not here" in said) == (name == "plain")
    assert page.run("document.querySelectorAll('#result b').length") == 0


@pytest.mark.parametrize("record", [b"[]", b"{}", b"no json", b"\xff"])
def test_a_record_of_another_form_is_shown_as_it_stands(record):
    report = verify.Report()
    fields = {"time": "t", "actor": "a", "object": "recovery:r@1", "body": verify.digest(record)}
    report.admit(3, fields, record)
    assert report.losses[0].endswith("says: " + record.decode("utf-8", "replace"))


def test_one_entry_that_admits_a_loss_says_so(admitted, page, tmp_path):
    _, log, _ = admitted
    key, proof_file, entry_file = format_verifier_key(log.signer.key), tmp_path / "e.tlog-proof", tmp_path / "e.json"
    proof_file.write_bytes(format_proof(Proof(3, inclusion_path(3, 5, log.reader()), log.note())))
    entry_file.write_bytes(log.entries[3])
    said = run(sys.executable, FILE, "--proof", proof_file, "--entry", entry_file, "--key", key).stdout
    assert "ADMITS A LOSS" in said
    assert "The log admits a loss" in by_page(page, [proof_file, entry_file], key)


@pytest.mark.parametrize("name", ["3.json", "3.tlog-proof", "3.record"])
def test_a_changed_admission_is_bad_for_all(admitted, page, name):
    folder, log, _ = admitted
    key = format_verifier_key(log.signer.key)
    assert matter_by_ours(folder / "matter", log.signer.key)
    flip(folder / "matter" / "admissions" / name, 45)
    assert not matter_by_ours(folder / "matter", log.signer.key)
    assert not by_file(folder / "matter", log.signer.key)
    assert by_page(page, [folder / "matter"], key, "folder").startswith("It does not verify")


def test_another_entry_is_no_admission(admitted, page):
    """It is in the log, with its proof: but it admits nothing."""
    folder, log, _ = admitted
    key, below = format_verifier_key(log.signer.key), folder / "matter" / "admissions"
    for file in below.iterdir():
        file.unlink()
    for end, data in (("json", "json"), ("tlog-proof", "tlog-proof")):
        shutil.copy(folder / "matter" / "matter" / f"1.{data}", below / f"1.{end}")
    assert not matter_by_ours(folder / "matter", log.signer.key)
    done = run(sys.executable, FILE, folder / "matter", "--key", key)
    assert (done.returncode, "admits nothing" in done.stdout) == (1, True)
    assert "admits nothing" in by_page(page, [folder / "matter"], key, "folder")


# --- a certificate: what its entry commits to


@pytest.fixture
def certify(new_entries, log_of, tmp_path):
    """A function that writes a certificate whose entry is of a kind and about an object; its file, and the log.

    `destroyed`, kind and object of a second entry, makes it one of an erasure.
    """

    def certify(kind, object_, statement=None, destroyed=None, **more):
        entries = new_entries(5)

        def become(index, kind, object_, digest):
            old = parse_entry(entries[index])
            event = Event(old.id, kind, old.actor, old.time, object_, old.matter, f"sha256:{digest}")
            return seal_entry(event, old.matter_seq, old.matter_prev, old.key_id)

        entries[4] = become(4, kind, object_, sha256(canonical_bytes(statement)).hexdigest())
        if destroyed:
            entries[2] = become(2, *destroyed, "0" * 64)
        log = log_of(entries)

        def prove(index):
            return format_proof(Proof(index, inclusion_path(index, 5, log.reader()), log.note())).decode()

        fields = {"entry": log.entries[4].decode(), "proof": prove(4)}
        fields |= {"destroyed_entry": log.entries[2].decode(), "destroyed_proof": prove(2)} if destroyed else {}
        fields |= {} if statement is None else {"statement": statement}
        file = tmp_path / "certificate.json"
        file.write_bytes(canonical_bytes(fields | more))
        return file, log

    return certify


def by_certificate(file, log):
    done = run(sys.executable, FILE, "--certificate", file, "--key", format_verifier_key(log.signer.key))
    return done.returncode, done.stdout


def by_both(page, file, log):
    """What the file says of a certificate, once it is seen that the page says the same."""
    code, said = by_certificate(file, log)
    shown = by_page(page, [file], format_verifier_key(log.signer.key))
    heading = {0: "It verifies", 1: "It does not verify", 2: "Nothing was verified"}[code]
    assert shown.startswith(heading), shown
    if code == 0:
        assert [line for line in said.split("\n")[1:] if line.strip().rstrip(":") not in shown] == []
    return code, said


def time_of(index):
    return f"2026-11-24T10:00:00.{index:06d}Z"


DESTROYED = "disposition.certified", "destruction_certificate:p1@1"
ERASED = "erasure.certified", "erasure_certificate:c1@2"
KEY_GONE = "key.destroyed", "subject:ann-1@4"
SAID = {"id": "c1", "subject": "ann-1", "reason": "gefragt – ☃", "destroyed_entry": 2, "destroyed_at": time_of(2)}
FLAT = {"subject": "ann-1", "reason": "asked", "destroyed_entry": 4, "destroyed_at": time_of(4)}


def test_certificates_verify_without_us(certify, page):
    words = "commits to every word of the certificate"
    code, said = by_both(page, *certify(*DESTROYED, {"plan": {"id": "p1"}}))
    assert (code, words in said) == (0, True)
    code, said = by_both(page, *certify(*ERASED, SAID, KEY_GONE))
    assert (code, words in said, said.count("of the certificate is in the log, by its proof")) == (0, True, 2)
    code, said = by_both(page, *certify(*KEY_GONE, **FLAT))
    assert (code, words in said) == (0, False)
    assert "the words of the certificate: the entry says that the key was destroyed" in said


@pytest.mark.parametrize(
    ("entry", "statement", "more"),
    [
        (("document.read", "file:p1@1"), {"plan": {"id": "p1"}}, {}),
        (("document.read", "destruction_certificate:p1@1"), {"plan": {"id": "p1"}}, {}),
        (DESTROYED, {"plan": {"id": "p2"}}, {}),
        (DESTROYED, {"plan": "p1"}, {}),
        (DESTROYED, ["p1"], {}),
        (("document.read", "erasure_certificate:c1@1"), SAID, {"destroyed": KEY_GONE}),
        (ERASED, {**SAID, "id": "c2"}, {"destroyed": KEY_GONE}),
        (ERASED, {**SAID, "subject": "ann-2"}, {"destroyed": KEY_GONE}),
        (ERASED, SAID, {"destroyed": ("personal.sealed", "subject:ann-1@4")}),
        (DESTROYED, {**SAID, "plan": {"id": "p1"}}, {"destroyed": KEY_GONE}),
        (("key.destroyed", "subject:ann-2@4"), None, FLAT),
        (("personal.sealed", "subject:ann-1@4"), None, FLAT),
    ],
)
def test_an_entry_of_another_kind_or_object_is_no_certificates(certify, page, entry, statement, more):
    """The log commits to whatever was given out, also to what somebody brought along."""
    code, said = by_both(page, *certify(*entry, statement, **more))
    assert (code, "the entry is not the one that such a certificate has" in said) == (1, True)


def test_a_key_that_another_entry_destroyed_is_noticed(certify, page):
    for said in ({**SAID, "destroyed_entry": 3}, {**SAID, "destroyed_at": time_of(3)}):
        code, words = by_both(page, *certify(*ERASED, said, KEY_GONE))
        assert (code, "another entry, or at another time" in words) == (1, True)


def test_a_changed_certificate_does_not_verify(certify, page):
    file, log = certify(*DESTROYED, {"plan": {"id": "p1"}, "reason": "asked"})
    file.write_bytes(file.read_bytes().replace(b"asked", b"Asked"))
    code, said = by_both(page, file, log)
    assert (code, "about another certificate" in said) == (1, True)
    for other, status in (
        (b"{", 1),
        (b'{"statement":1.5}', 1),
        (b'{"statement": 1}', 1),
        (b'{"statement":1}', 1),
        (b"[]", 2),
        (b"", 2),
        (b'{"entry":1,"proof":"x"}', 2),
    ):
        file.write_bytes(other)
        assert by_both(page, file, log)[0] == status, other


# --- misuse is no finding


def test_what_is_no_key_no_bundle_or_no_certificate_is_said_to_be_none(written, page, tmp_path):
    folder, log = written(3)
    key = format_verifier_key(log.signer.key)
    (tmp_path / "letter.txt").write_bytes(b"Dear Sirs")
    (tmp_path / "none").mkdir()
    (tmp_path / "none" / "letter.txt").write_bytes(b"Dear Sirs")
    (tmp_path / "none" / "second.txt").write_bytes(b"Dear Sirs")
    for words in (
        (folder, "--key", "keys/log.pub"),
        (folder, "--key", key.replace("+", "+0", 1)),
        (tmp_path / "letter.txt",),
        (tmp_path / "none",),
        ("--certificate", tmp_path / "letter.txt", "--key", key),
    ):
        done = run(sys.executable, FILE, *words)
        assert (done.returncode, done.stdout.partition("\n")[0], done.stderr) == (2, "NOTHING WAS VERIFIED", "")
    assert run(sys.executable, FILE, folder, "--certificate", folder).returncode == 2
    letter = tmp_path / "letter.txt"
    for words in (("--certificate", letter), ("--proof", letter, "--entry", letter)):
        done = run(sys.executable, FILE, *words)
        assert (done.returncode, "is checked with the log's key" in done.stderr) == (2, True)
    for said in (
        by_page(page, [folder], "keys/log.pub", "folder"),
        by_page(page, [tmp_path / "letter.txt"]),
        by_page(page, [tmp_path / "none"], element="folder"),
    ):
        assert said.startswith("Nothing was verified")


def test_a_bundle_without_its_checkpoint_is_a_finding(written, page):
    folder, _ = written(3)
    (folder / "checkpoint").unlink()
    assert run(sys.executable, FILE, folder).returncode == 1
    assert by_page(page, [folder], element="folder").startswith("It does not verify")


@pytest.mark.parametrize("name", ["matter/3.json", "matter/6.tlog-proof", "heads/1/consistency", "heads/1/checkpoint",
                                  "disclosed/9.json", "SHA256SUMS", "checkpoint", "report.pdf"])  # fmt: skip
def test_a_tampered_matter_is_bad_for_all(matter, page, name):
    folder, log = matter
    key = format_verifier_key(log.signer.key)
    flip(folder / name, 30)
    assert not matter_by_ours(folder, log.signer.key)
    assert not by_file(folder, log.signer.key)
    assert by_page(page, [folder], key, "folder").startswith("It does not verify")


def test_a_matter_with_an_entry_too_few(matter, page):
    folder, log = matter
    for suffix in ("json", "tlog-proof"):
        (folder / f"matter/3.{suffix}").unlink()
    done = run(sys.executable, FILE, folder, "--key", format_verifier_key(log.signer.key))
    assert "do not follow one another" in done.stdout
    assert "do not follow one another" in by_page(page, [folder], element="folder")


# --- a log that has changed its key


@pytest.fixture
def rotated(new_log, new_signer, tmp_path):
    """A function that writes a bundle of so many entries, signed by one of three keys; the notes of two rotations."""
    keys = [new_signer("log.example/govern", 1, bytes([number]) * 32) for number in range(3)]

    def write(size, by):
        log = replace(new_log(size), signer=keys[by])
        folder = tmp_path / f"bundle-{size}-{by}"
        for path, data in plan_bundle(log.entries, log.note(), [each.key for each in reversed(keys)]):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)
        return folder

    notes = []
    for number, size in enumerate((4, 7), 1):
        old, new = keys[number - 1 : number + 1]
        note = sign_rotation(Rotation(size, bytes(32), old.key, new.key), old.sign, new.sign)
        notes.append(tmp_path / f"rotation-{number}")
        notes[-1].write_bytes(note)
    return SimpleNamespace(keys=keys, write=write, notes=notes)


def follow(rotated, page, folder, notes, by=0):
    """What the file and the page say with the key `by`: whether it verifies, and their words."""
    key = format_verifier_key(rotated.keys[by].key)
    words = [word for note in notes for word in ("--rotation", note)]
    done = run(sys.executable, FILE, folder, "--key", key, *words)
    page.run("document.getElementById('rotations').value = ''")
    if notes:
        page.choose("rotations", *reversed(notes))  # it sorts them
    said = by_page(page, [folder], key, "folder")
    page.run("document.getElementById('rotations').value = ''")
    assert said.startswith("It verifies") == (done.returncode == 0), (said, done.stdout)
    return done.returncode == 0, done.stdout + said


@pytest.mark.parametrize("size", [3, 4, 5, 7, 8])
@pytest.mark.parametrize("by", [0, 1, 2])
def test_each_key_signs_in_its_turn(rotated, page, size, by):
    """As `check_signed_in_time` has it."""
    folder = rotated.write(size, by)
    succession = check_succession(rotated.keys[0].key, [note.read_bytes() for note in rotated.notes])
    good, said = follow(rotated, page, folder, rotated.notes)
    assert good == (succession.key_at(size) == rotated.keys[by].key)
    assert "whose turn it was" in said or good
    assert said.count("signed that") == (4 if good else 0)


def test_a_key_that_was_published_first_does_for_all(rotated, page):
    folder = rotated.write(8, 2)
    good, said = follow(rotated, page, folder, [])
    assert not good
    assert said.count("if it has changed its key, give the rotation notes") == 2
    assert follow(rotated, page, folder, rotated.notes)[0]
    assert follow(rotated, page, folder, rotated.notes[1:], by=1)[0]
    assert follow(rotated, page, folder, [], by=2)[0]
    for notes, words in [
        (rotated.notes[:1], "rotation notes"),
        (rotated.notes[1:], "from another key than the one that is trusted"),
        ([*rotated.notes, rotated.notes[0]], "from another key than the one that is trusted"),
    ]:
        good, said = follow(rotated, page, folder, notes)
        assert not good
        assert words in said


@pytest.fixture
def carried(rotated, new_entries, log_of, tmp_path):
    """A function that writes a matter's bundle of ten entries, signed by one of three keys, with the notes in it."""
    entries = new_entries(10, matters=3)
    own = [(index, data) for index, data in enumerate(entries) if index % 3 == 0]

    def write(by, notes=rotated.notes):
        log = replace(log_of(entries), signer=rotated.keys[by])
        files = plan_matter_bundle("project:0", own, log.note(10), [], [rotated.keys[by].key], log.reader())
        carried = {rotation_path(number): note.read_bytes() for number, note in enumerate(notes, 1)}
        folder = tmp_path / f"carried-{by}-{len(carried)}"
        for path, data in add_sums({**files, **carried}).items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)
        return folder

    return write


def three_say(rotated, page, folder, by):
    """Whether our verifier, the single file and the page follow a key to the one that signed."""
    ours = matter_by_ours(folder, rotated.keys[by].key)
    theirs, _ = follow(rotated, page, folder, [], by)
    assert ours == theirs
    return ours


def test_a_matters_bundle_carries_the_notes_that_follow_the_key(rotated, carried, page):
    folder = carried(2)
    assert [three_say(rotated, page, folder, by) for by in (0, 1, 2)] == [True, True, True]
    paths = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    read = lambda path: (folder / path).read_bytes()  # noqa: E731
    said = verify_matter_bundle(read, paths, [rotated.keys[0].key]).checked
    assert [line.partition(" entries")[0] for line in said[:2]] == [
        "that the log's key handed over at 4", "that the log's key handed over at 7",
    ]  # fmt: skip
    assert "rotations/" not in " ".join(verify_matter_bundle(read, paths, [rotated.keys[0].key]).unchecked)


def test_a_key_that_was_given_up_signs_no_bundle(rotated, carried, page):
    assert three_say(rotated, page, carried(0), 0) is False
    assert three_say(rotated, page, carried(1), 0) is False


def test_a_bundle_whose_notes_are_damaged_is_refused(rotated, carried, page):
    folder = carried(2, rotated.notes[:1])
    assert three_say(rotated, page, folder, 0) is False
    whole = carried(2)
    (whole / "rotations/rotation-2").write_bytes(b"x\n")
    assert three_say(rotated, page, whole, 0) is False


def test_no_bit_of_a_rotation_can_be_flipped(rotated):
    data = rotated.notes[0].read_bytes()
    key = rotated.keys[0].key
    followed = 0
    for place in range(len(data)):
        changed = bytearray(data)
        changed[place] ^= 1 << place % 8
        ours = accepts(check_rotation, bytes(changed), key)
        keys = [verify.Key(format_verifier_key(key), "")]
        followed += accepts(verify.follow_rotations, keys, [("", bytes(changed))], verify.Report())
        assert ours == (followed > 0) == False, place  # noqa: E712


def test_rotations_that_are_none(rotated, new_signer, tmp_path):
    one, two, _ = rotated.keys
    other = new_signer("other.example/log", 1, bytes([9]) * 32)

    def note(text, *signers):
        return format_note(Note(text, tuple(make_signature(text, each.key, each.sign) for each in signers)))

    text = format_rotation(Rotation(4, bytes(32), one.key, two.key))
    foreign = text.replace(format_verifier_key(two.key).encode(), format_verifier_key(other.key).encode())
    itself = text.replace(format_verifier_key(two.key).encode(), format_verifier_key(one.key).encode())
    for data, words in [
        (note(text, one), "not signed by the old key and by the new one"),
        (note(text, two), "not signed by the old key and by the new one"),
        (note(foreign, one, other), "of the same name"),
        (note(itself, one), "of the same name"),
        (note(text.replace(b"size 4", b"size 04"), one, two), "decimal number"),
        (note(text + b"more\n", one, two), "not a rotation note"),
        (note(b"a\n", one), "not a rotation note"),
        (b"", "no signatures"),
    ]:
        with pytest.raises(verify.Bad, match=words):
            keys = [verify.Key(format_verifier_key(one.key), "")]
            verify.follow_rotations(keys, [("", data)], verify.Report())
        assert not accepts(check_rotation, data, one.key)
    smaller = sign_rotation(Rotation(3, bytes(32), two.key, rotated.keys[2].key), two.sign, rotated.keys[2].sign)
    with pytest.raises(verify.Bad, match="smaller log"):
        keys = [verify.Key(format_verifier_key(one.key), "")]
        verify.follow_rotations(keys, [("", rotated.notes[0].read_bytes()), ("", smaller)], verify.Report())


# --- what the file cannot check, and says how to


def test_an_ml_dsa_cosignature_is_named_with_its_parts(new_log, tmp_path, page):
    """The parts are those that `cryptography` verifies, where it has ML-DSA-44; openssl 3.5 takes the same."""
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    mldsa = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.mldsa")
    if not has_ml_dsa():
        pytest.skip("this build of cryptography has no ML-DSA-44")
    private = mldsa.MLDSA44PrivateKey.from_seed_bytes(bytes(32))
    key = VerifierKey("witness.example/pq", ML_DSA_COSIGNATURE, private.public_key().public_bytes_raw())
    log = new_log(3)
    note = log.note()
    note = add_signatures(note, [make_cosignature(parse_note(note).text, key, private.sign, 1_764_000_000)])
    folder = tmp_path / "bundle"
    for path, data in plan_bundle(log.entries, note, [log.signer.key, key]):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    out = tmp_path / "parts"
    keys = [format_verifier_key(each) for each in (log.signer.key, key)]
    done = run(sys.executable, FILE, folder, "--key", keys[0], "--key", keys[1], "--ml-dsa", out)
    said = by_page(page, [folder], "\n".join(keys), "folder")
    assert done.returncode == 0, done.stdout
    for text in (done.stdout, said):
        assert (
            "the ML-DSA-44 cosignature of witness.example/pq on the head of 3 entries"
            in text.partition("Not checked")[2]
        )
        assert "no cosignature of a witness was checked" in text
    stem = f"{key.key_id.hex()}-3"
    assert f"-inkey {stem}.key -rawin -in {stem}.message" in done.stdout
    parts = {name: (out / f"{stem}.{name}").read_bytes() for name in ("key", "message", "signature")}
    load_der_public_key(parts["key"]).verify(parts["signature"], parts["message"])
    unknown = run(sys.executable, FILE, folder, "--key", keys[0])
    assert "the signature of witness.example/pq" in unknown.stdout
    assert "its key was not given" in unknown.stdout


# --- zip files with more members than their old format counts


@pytest.mark.slow
def test_a_zip_of_more_than_65535_files(tmp_path, page, new_log):
    """Python writes zip64 for so many. They are no records of the log: that both say so shows that they were read."""
    count = 65_600
    log = new_log(1)
    name = tmp_path / "many.zip"
    files = dict(plan_bundle(log.entries, log.note(), log.keys))
    with zipfile.ZipFile(name, "w") as file:
        for path, data in files.items():
            file.writestr(path, data)
        for number in range(count):
            file.writestr(f"bodies/sha256/{number:064x}", b"")
    assert b"PK\x06\x06" in name.read_bytes()[-200:]
    zipped = verify.Zip(name)
    assert (len(zipped.names), zipped.exact) == (count + len(files), True)
    assert zipped.read("checkpoint") == files["checkpoint"]
    script = """(async text => {
      const files = readZip(Uint8Array.from(atob(text), each => each.charCodeAt(0)));
      return [files.size, files.exact, readText(await files.get("checkpoint")(), "")];
    })"""
    data = base64.b64encode(name.read_bytes()).decode()
    page.until = time.monotonic() + 120
    assert page.run(f"{script}({data!r})") == [count + len(files), True, files["checkpoint"].decode()]
    said = run(sys.executable, FILE, name, "--key", format_verifier_key(log.signer.key))
    assert "is not the one that its name says" in said.stdout  # it read them
    assert "is not the one that its name says" in by_page(page, [name], format_verifier_key(log.signer.key))


def test_numbers_of_zip64(page, tmp_path, written):
    """A zip whose every number stands in the places of zip64, as a writer may put them that does not know them yet."""
    folder, log = written(3)
    name = tmp_path / "forced.zip"
    with zipfile.ZipFile(name, "w") as file:
        for path in sorted(each for each in folder.rglob("*") if each.is_file()):
            with file.open(path.relative_to(folder).as_posix(), "w", force_zip64=True) as member:
                member.write(path.read_bytes())
    wide = widen(name.read_bytes())
    name.write_bytes(wide)
    key = format_verifier_key(log.signer.key)
    assert run(sys.executable, FILE, name, "--key", key).returncode == 0
    assert by_page(page, [name], key).startswith("It verifies")
    for cut in (wide[:-1], wide[:-40] + bytes(18) + wide[-22:], wide.replace(b"PK\x06\x06", b"PK\x06\x05")):
        name.write_bytes(cut)
        assert run(sys.executable, FILE, name, "--key", key).returncode == 1
        assert by_page(page, [name], key).startswith("It does not verify")


def widen(data):
    """The zip with size, packed size and start of each file in its extra field, and an end record of zip64."""
    end = data.rindex(b"PK\x05\x06")
    count, _, start = struct.unpack("<HLL", data[end + 10 : end + 20])
    rows, place = [], start
    for _ in range(count):
        head = bytearray(data[place : place + 46])
        packed, size = struct.unpack("<LL", head[20:28])
        name, extra, comment = struct.unpack("<HHH", head[28:34])
        (offset,) = struct.unpack("<L", head[42:46])
        long = struct.pack("<HHQQQ", 1, 24, size, packed, offset)
        head[20:28] = head[42:46] + head[42:46]
        head[20:28], head[42:46], head[30:32] = b"\xff" * 8, b"\xff" * 4, struct.pack("<H", len(long))
        rows.append(bytes(head) + data[place + 46 : place + 46 + name] + long)
        place += 46 + name + extra + comment
    listed = b"".join(rows)
    at = start + len(listed)
    record = struct.pack("<4sQHHLLQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, len(listed), start)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, at, 1)
    tail = struct.pack("<4sHHHHLLH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return data[:start] + listed + record + locator + tail


# --- hostile bytes: the file gives its own error or a verdict, and the verdict is ours


class Memory(verify.Folder):
    def __init__(self, files):
        self.files, self.names = files, set(files)

    def read(self, name):
        if name not in self.names:
            raise verify.Bad("the file is missing", name)
        return self.files[name]


CHANGES = st.lists(
    st.tuples(
        st.integers(0, 3_000),
        st.integers(0, 60),
        st.sampled_from([b"", b"\n", b"\n\n", b" ", b"+", b"0", b"=", b"\x00", b"\xff", b"[" * 2_000, b"9" * 5_000])
        | st.binary(max_size=20),
    ),
    min_size=1, max_size=3,
)  # fmt: skip


def mutate(data, changes):
    for place, length, new in changes:
        at = place % (len(data) + 1)
        data = data[:at] + new + data[at + length :]
    return data


@settings(deadline=None, max_examples=100)
@given(st.data())
def test_hostile_bundles(small_bundle, data):
    log, files = small_bundle
    name = data.draw(st.sampled_from(sorted(files)))
    changed = {**files, name: mutate(files[name], data.draw(CHANGES))}
    ours = accepts(verify_bundle, changed.get, list(changed), [log.signer.key])
    keys = [verify.Key(format_verifier_key(log.signer.key), "")]
    assert accepts(verify.verify_bundle, Memory(changed), keys) == ours
    assert not ours or changed == files


@settings(deadline=None, max_examples=100)
@given(CHANGES)
def test_hostile_rotations(changes):
    seeds = [Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number in (1, 2)]
    old, new = (VerifierKey("log.example/x", 1, each.public_key().public_bytes_raw()) for each in seeds)
    data = mutate(sign_rotation(Rotation(4, bytes(32), old, new), seeds[0].sign, seeds[1].sign), changes)
    keys = [verify.Key(format_verifier_key(old), "")]
    theirs = accepts(verify.follow_rotations, keys, [("", data)], verify.Report())
    assert theirs == accepts(check_rotation, data, old)


@pytest.fixture(scope="module")
def small_bundle():
    from .conftest import ORIGIN, Log, Signer, make_entries

    log = Log(make_entries(5), Signer(ORIGIN), Signer("witness.example/w1", 4, bytes([1]) * 32))
    return log, dict(plan_bundle(log.entries, log.note(), log.keys))
