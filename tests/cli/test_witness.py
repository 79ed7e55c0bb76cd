"""`govern witness` and `govern log stamp`: buyer, vendor and auditor attest each other's logs."""

import re
import shutil
import subprocess
import urllib.request

import pytest

from govern.audit import REQUEST_LIMIT, has_ml_dsa


@pytest.fixture
def auditor(govern, ws, tmp_path):
    """A witness that trusts the log of the workspace, and the policy that asks for it."""
    folder = tmp_path / "auditor"
    assert govern("witness", "init", "--name", "auditor.example/w", "--folder", folder).status == 0
    log = (ws / "keys" / "log.pub").read_text().strip()
    assert govern("witness", "trust", log, "--folder", folder).out == f"trusted: {log}\n"
    key = (folder / "witness.pub").read_text().strip()
    (ws / "log.policy").write_text(f"log {log}\nwitness auditor {key}\nquorum auditor\n")
    return folder


def test_a_head_is_cosigned_by_files(ws, auditor, govern, refused, tmp_path):
    refused(govern("witness", "check"), 5, "no head of this log is cosigned yet")
    request, cosigned = tmp_path / "request.txt", tmp_path / "cosigned.txt"
    assert govern("witness", "request", "--witness", "auditor", "--out", request).status == 0
    signed = govern("witness", "sign", request, "--out", cosigned, "--folder", auditor)
    assert signed.out == f"cosigned: log.example/govern, 2 entries\nwritten: {cosigned}\n"
    added = govern("witness", "add", cosigned)
    assert re.fullmatch(r"2 entries, cosigned by:\n  \d{4}-\d\d-\d\d [\d:]{8} UTC  auditor\.example/w\n", added.out)
    checked = govern("witness", "check")
    assert (checked.status, "quorum `auditor`" in checked.out) == (0, True)
    assert "2 entries" in govern("witness", "show", "--folder", auditor).out


def test_the_next_request_begins_where_the_witness_stands(ws, auditor, govern, refused, tmp_path):
    for number in (1, 2):
        request, cosigned = tmp_path / f"r{number}.txt", tmp_path / f"c{number}.txt"
        assert govern("witness", "request", "--witness", "auditor", "--out", request).status == 0
        assert govern("witness", "sign", request, "--out", cosigned, "--folder", auditor).status == 0
        assert govern("witness", "add", cosigned).status == 0
        assert govern("project", "new", f"p{number}", "--title", "P").status == 0
    assert request.read_text().startswith("old 2\n")
    late = tmp_path / "late.txt"
    assert govern("witness", "request", "--out", late).status == 0
    refused(
        govern("witness", "sign", late, "--out", tmp_path / "c3.txt", "--folder", auditor),
        6, "not cosigned (409)", "govern witness request --old 3",
    )  # fmt: skip
    assert govern("witness", "request", "--old", "3", "--out", late, "--force").status == 0
    assert govern("witness", "sign", late, "--out", tmp_path / "c3.txt", "--folder", auditor).status == 0


def test_an_auditor_checks_without_a_workspace(ws, auditor, govern, tmp_path, monkeypatch):
    govern("witness", "request", "--out", tmp_path / "r.txt")
    govern("witness", "sign", tmp_path / "r.txt", "--out", tmp_path / "c.txt", "--folder", auditor)
    policy = tmp_path / "policy"
    policy.write_bytes((ws / "log.policy").read_bytes())
    monkeypatch.chdir(tmp_path)
    assert govern("witness", "check", "c.txt", "--policy", policy).status == 0


def test_what_mail_did_to_the_line_ends_is_undone(ws, auditor, govern, tmp_path):
    request, cosigned = tmp_path / "r.txt", tmp_path / "c.txt"
    govern("witness", "request", "--out", request)
    request.write_bytes(request.read_bytes().replace(b"\n", b"\r\n"))
    assert govern("witness", "sign", request, "--out", cosigned, "--folder", auditor).status == 0
    cosigned.write_bytes(cosigned.read_bytes().replace(b"\n", b"\r\n"))
    assert govern("witness", "add", cosigned).status == 0
    assert govern("witness", "check", cosigned).status == 0
    assert govern("witness", "check", cosigned, "--policy", ws / "log.policy").status == 0


def test_a_request_that_is_taken_for_the_answer_is_named(ws, auditor, govern, refused, tmp_path):
    govern("witness", "request", "--out", tmp_path / "r.txt")
    refused(govern("witness", "add", tmp_path / "r.txt"), 6, "this is the request, and not the cosigned answer")


def test_what_does_not_fit_is_refused(ws, auditor, govern, refused, tmp_path):
    (tmp_path / "bad.txt").write_text("nonsense\n")
    out = tmp_path / "out.txt"
    refused(govern("witness", "sign", tmp_path / "bad.txt", "--out", out, "--folder", auditor), 5, "no empty line")
    (tmp_path / "big.txt").write_bytes(b"x" * (REQUEST_LIMIT + 1))
    refused(govern("witness", "sign", tmp_path / "big.txt", "--out", out, "--folder", auditor), 7, "is too long")
    refused(govern("witness", "sign", tmp_path / "none.txt", "--out", out, "--folder", auditor), 7, "cannot be read")
    refused(govern("witness", "add", tmp_path / "bad.txt"), 5)
    refused(govern("witness", "request", "--witness", "auditer", "--out", out), 4, "no witness `auditer`", "auditor")
    refused(govern("witness", "trust", "x", "--folder", auditor), 5, "is not a verifier key")
    key = (auditor / "witness.pub").read_text().strip()
    refused(govern("witness", "trust", key, "--folder", auditor), 4, "the key of a witness, not of a log")
    refused(
        govern("witness", "show", "--folder", tmp_path / "nowhere"), 7, "there is no witness", "govern witness init"
    )
    refused(govern("witness", "collect"), 7, "no witness of the policy has an address")
    (ws / "log.policy").write_text("quorum nobody\n")
    refused(govern("witness", "check"), 5, "log.policy:1: `nobody` is no name of a line above")
    (ws / "log.policy").unlink()
    refused(govern("witness", "check"), 7, "this workspace has no policy")
    assert not out.exists()


def test_a_witness_follows_a_rotated_key(ws, auditor, govern, refused, tmp_path):
    assert govern("keys", "rotate", "--no-passphrase").status == 0
    request, cosigned = tmp_path / "r.txt", tmp_path / "c.txt"
    govern("witness", "request", "--out", request)
    refused(govern("witness", "sign", request, "--out", cosigned, "--folder", auditor), 6, "not cosigned (403)")
    followed = govern("witness", "trust", "--rotation", ws / "keys" / "rotation-1", "--folder", auditor)
    assert followed.out == f"trusted: {(ws / 'keys' / 'log.pub').read_text()}"
    assert govern("witness", "sign", request, "--out", cosigned, "--folder", auditor).status == 0
    assert govern("witness", "add", cosigned).status == 0


@pytest.mark.skipif(not has_ml_dsa(), reason="the installed `cryptography` has no ML-DSA-44")
def test_an_ml_dsa_witness_cosigns_too(ws, govern, tmp_path):
    folder = tmp_path / "pq"
    assert govern("witness", "init", "--name", "pq.example/w", "--folder", folder, "--ml-dsa").status == 0
    govern("witness", "trust", (ws / "keys" / "log.pub").read_text(), "--folder", folder)
    govern("witness", "request", "--out", tmp_path / "r.txt")
    govern("witness", "sign", tmp_path / "r.txt", "--out", tmp_path / "c.txt", "--folder", folder)
    added = govern("witness", "add", tmp_path / "c.txt", "--key", (folder / "witness.pub").read_text())
    assert added.out.endswith("pq.example/w\n")


@pytest.fixture
def served(auditor, start, ws):
    """The witness as a server of its own; the policy has its address."""
    process = start("witness", "serve", "--folder", auditor, "--port", "0")
    line = process.stdout.readline()
    url = re.fullmatch(r"serving: (http://127\.0\.0\.1:\d+)/add-checkpoint\n", line)[1]
    policy = (ws / "log.policy").read_text().replace("\nquorum", f" {url}/\nquorum")
    (ws / "log.policy").write_text(policy)
    yield url
    process.terminate()
    process.communicate(timeout=30)


def test_a_head_is_cosigned_over_http(served, ws, govern, refused):
    for size in (2, 3):
        assert govern("witness", "collect").out == f"auditor: cosigned {size} entries\n"
        assert f"{size} entries: quorum" in govern("witness", "check").out
        govern("project", "new", f"p{size}", "--title", "P")
    with urllib.request.urlopen(served, timeout=10) as answer:
        assert answer.read().decode().startswith("auditor.example/w+")


def test_a_witness_that_is_gone_is_told_and_the_others_are_asked(served, ws, govern, refused):
    text = (ws / "log.policy").read_text()
    dead = text.splitlines()[1].replace("witness auditor", "witness gone").replace(served, "http://127.0.0.1:9")
    other = re.sub(r"[+][0-9a-f]{8}[+]\S+", "+" + _other_key(), dead).replace("auditor.example/w", "gone.example/w")
    (ws / "log.policy").write_text(text.replace("\nquorum", f"\n{other}\nquorum"))
    result = govern("witness", "collect")
    assert result.status == 7
    assert "auditor: cosigned 2 entries" in result.out
    assert "gone: " in result.err
    assert "1 witness of 2 did not cosign" in result.err


def _other_key():
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from govern.audit import COSIGNATURE, VerifierKey, format_verifier_key

    public = Ed25519PrivateKey.from_private_bytes(bytes([9]) * 32).public_key().public_bytes_raw()
    return format_verifier_key(VerifierKey("gone.example/w", COSIGNATURE, public)).partition("+")[2]


# --- time stamps


@pytest.fixture
def authority(tmp_path):
    """A function that answers a request as a time stamp authority, and the file of its root."""
    pytest.importorskip("rfc3161_client", reason="needs the extra timestamps")
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl, for an authority of its own")
    folder = tmp_path / "authority"
    folder.mkdir()
    (folder / "serial").write_text("01\n")
    (folder / "tsa.cnf").write_text(
        "[tsa]\nsigner_cert = tsa.pem\nsigner_key = tsa.key\nsigner_digest = sha256\ndefault_policy = 1.2.3.4.1\n"
        "digests = sha256\nserial = serial\n[usage]\nextendedKeyUsage = critical, timeStamping\n"
        "keyUsage = critical, digitalSignature\n"
    )

    def openssl(*words):
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True, timeout=60)

    new = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-config", "/dev/null"]
    openssl("req", "-x509", *new, "-keyout", "root.key", "-out", "root.pem", "-subj", "/CN=Test root")
    openssl("req", *new, "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=Test authority")
    openssl("x509", "-req", "-in", "tsa.csr", "-CA", "root.pem", "-CAkey", "root.key", "-out", "tsa.pem", "-extfile",
            "tsa.cnf", "-extensions", "usage", "-set_serial", "7")  # fmt: skip

    def answer(query, out):
        openssl("ts", "-reply", "-config", "tsa.cnf", "-section", "tsa", "-queryfile", query, "-out", out)

    return answer, folder / "root.pem"


def test_a_head_is_stamped_by_files(ws, govern, refused, authority, tmp_path):
    answer, root = authority
    assert govern("log", "stamps").out.startswith("no time stamps yet")
    query, reply = tmp_path / "head.tsq", tmp_path / "head.tsr"
    assert govern("log", "stamp", "--request", query).status == 0
    answer(query, reply)
    govern("project", "new", "p", "--title", "P")  # the answer may come later
    done = govern("log", "stamp", "--file", reply, "--roots", root)
    assert re.fullmatch(r"2 entries, stamped [-\d]{10} [:\d]{8} UTC by CN=Test authority\n", done.out), done
    listed = govern("log", "stamps", "--roots", root)
    assert (listed.status, "2 entries, root " in listed.out) == (0, True)
    assert listed.out.endswith(
        "Each was verified with the roots that were given.\n"
        "Not checked: whether a certificate of the authority was revoked.\n"
    )
    assert "Not checked: whose stamps they are" in govern("log", "stamps").out
    (stamp,) = (ws / "attestations" / "stamps").glob("*.tsr")
    (ws / "attestations" / "stamps" / stamp.with_suffix(".note").name).write_bytes(
        (ws / "keys" / "last-signed").read_bytes()
    )
    refused(govern("log", "stamps", "--roots", root), 5, "about something else")


def test_a_stamp_that_nobody_asked_for_is_refused(ws, govern, refused, authority, tmp_path):
    answer, root = authority
    assert govern("log", "stamp", "--request", tmp_path / "a.tsq").status == 0
    answer(tmp_path / "a.tsq", tmp_path / "a.tsr")
    shutil.rmtree(ws / "attestations")
    refused(govern("log", "stamp", "--file", tmp_path / "a.tsr", "--roots", root), 7, "no request for this time stamp")
    refused(govern("log", "stamp", "--file", root), 5, "not a response of a time stamp authority")
    refused(govern("log", "stamp"), 4, "name one of --url, --request and --file")
    refused(govern("log", "stamp", "--url", "ftp://x/"), 4, "is not an address")
