"""`govern person`, `govern erase`, `govern vault`: from sealing a name to the certificate."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pypdf
import pytest

FILE = Path(__file__).parent.parent.parent / "src" / "govern" / "audit" / "standalone" / "verify.py"


def read(file):
    """The words of a PDF."""
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(file).pages).split())


def test_a_name_is_sealed_shown_and_erased_with_a_certificate(govern, ws, sound):
    done = govern("person", "add", "officer-7", "--name", "-", "country=KE", stdin="Ada Example\n")
    assert (done.status, done.out) == (0, "officer-7: name, country sealed; 1 record under its key\n")
    assert govern("person", "list").out.split() == ["officer-7", "1", "sealed", "record"]
    assert govern("person", "show", "officer-7").out == "country: KE\nname: Ada Example\n"
    assert "personal.read" in govern("log", "list").out
    for path in ws.rglob("*"):
        assert not path.is_file() or b"Ada Example" not in path.read_bytes(), path

    size = govern("log", "list").out.count("2026-")
    plan = govern("erase", "officer-7")
    assert plan.status == 0
    assert "1 sealed record (country, name)" in plan.out
    assert "Nothing was changed" in plan.out
    assert govern("log", "list").out.count("2026-") == size

    erased = govern("erase", "officer-7", "--yes", "--reason", "she asked", "--out", "erasure.pdf")
    assert (erased.status, erased.err) == (0, "")
    assert "the key of 1 sealed record was destroyed" in erased.out
    assert "Not reached:" in erased.out
    certificate = json.loads((ws / "erasure.json").read_bytes())["statement"]
    assert (certificate["subject"], certificate["covered"], certificate["reason"]) == ("officer-7", 1, "she asked")
    assert (ws / "erasure.pdf").read_bytes().startswith(b"%PDF")
    assert govern("person", "list").out.split() == ["officer-7", "erased"]
    assert govern("person", "show", "officer-7").status == 6
    assert "destroyed" in govern("vault", "list").out
    sound(ws)

    key = (ws / "keys" / "log.pub").read_text().strip()
    verified = govern("erase", "--verify", "erasure.json", "--key", key)
    assert (verified.status, verified.err) == (0, "")
    assert verified.out.startswith(f"certificate {certificate['id']} of the erasure of officer-7: verified\n")
    assert "commits to every word of the certificate" in verified.out
    run = [sys.executable, FILE, "--certificate", ws / "erasure.json", "--key", key]
    said = subprocess.run(run, capture_output=True, text=True, check=False)
    assert (said.returncode, "every word of the certificate" in said.stdout) == (0, True), said.stdout


def test_a_changed_certificate_is_refused_by_all(govern, ws, refused):
    assert govern("person", "add", "officer-7", "--name", "Ada").status == 0
    assert govern("erase", "officer-7", "--yes", "--reason", "she asked", "--out", "e.pdf").status == 0
    whole, key = (ws / "e.json").read_bytes(), (ws / "keys" / "log.pub").read_text().strip()
    for one, other in ((b"she asked", b"he asked"), (b'"entry":', b'"entrx":'), (b'"id":"', b'"id":"x')):
        (ws / "e.json").write_bytes(whole.replace(one, other, 1))
        refused(govern("erase", "--verify", "e.json"), 5)
        run = [sys.executable, FILE, "--certificate", ws / "e.json", "--key", key]
        assert subprocess.run(run, capture_output=True, check=False).returncode == 1
    (ws / "e.json").write_bytes(whole)
    hint = "govern erase --verify e.json"
    refused(govern("retention", "certificate", "--verify", "e.json"), 4, "a certificate of an erasure", hint)
    refused(govern("log", "verify", "e.json"), 7, "a certificate of an erasure", hint)
    refused(govern("erase"), 4, "--verify")
    refused(govern("erase", "officer-7", "--verify", "e.json"), 4, "--verify")


def test_a_file_is_not_the_folder_of_a_log(govern, ws, refused):
    for name, hint in (("e.zip", "verify-bundle e.zip"), ("e.tlog-proof", "--proof e.tlog-proof"), ("e.txt", "folder")):
        (ws / name).write_bytes(b"x")
        refused(govern("log", "verify", name), 7, f"`{name}` is not a folder", hint)


def test_who_acts_is_a_person_too(govern, ws):
    assert govern("person", "add", "owner", "--name", "Ada Example").status == 0
    assert govern("person", "show", "owner").out == "name: Ada Example\n"
    assert "entries of the log that name the id `owner`" in govern("erase", "owner").out
    govern("project", "new", "named", "--title", "Scans labelled by Ada Example")
    assert "the record project:named@1: a sealed value stands there in the clear" in govern("erase", "owner").out


def test_where_the_vault_is_lost_nothing_is_said_to_be_read_searched_or_destroyed(govern, ws, refused):
    assert govern("person", "add", "officer-8", "--name", "-", stdin="Bob Builderson\n").status == 0
    assert govern("project", "new", "bob", "--title", "Case of Bob Builderson").status == 0
    (ws / "vault.db").unlink()
    assert "officer-8                1 sealed record; its key is not in the vault" in govern("person", "list").out
    refused(govern("person", "show", "officer-8"), 7, "is not in the vault")
    assert "personal.read" not in govern("log", "list").out

    plan = govern("erase", "officer-8").out
    for said in (
        ", digest sha256:",
        "its key is not in the vault",
        "nothing could be searched",
        "restore the vault if you can",
    ):
        assert said in plan, plan
    done = govern("erase", "officer-8", "--yes", "--reason", "vault lost", "--out", "e.pdf")
    assert "the key of 1 sealed record was not in the vault, and never comes back" in done.out
    assert "nothing could be searched" in done.out
    assert "records were searched" not in done.out
    assert "was not overwritten there. This workspace will never take it in again." in read(ws / "e.pdf")
    assert "Destroyed not known: the key was not in the vault when" in read(ws / "e.pdf")
    again = govern("erase", "officer-8").out
    assert "erased already" in again
    assert "For another copy of it:" in again
    assert "search" not in again


def test_a_key_that_was_destroyed_before_is_said_to_be(govern, ws):
    """As after the recovery from a backup of both databases that is older than the erasure."""
    assert govern("person", "add", "officer-8", "name=Bob").status == 0
    key = govern("vault", "list").out.split()[0]
    for when, said in (("", ""), (" 2026-11-24T10:00:00.000000Z", " on 2026-11-24 at 10:00:00 UTC")):
        (ws / "keys" / "destroyed-keys").write_text(f"{key}{when}\n")
        words = f"its key was destroyed{said}, and the log does not say so"
        assert words in govern("person", "list").out
        plan = govern("erase", "officer-8").out
        assert words in plan
        assert "To record that the key is gone for good: govern erase officer-8 --yes" in plan
    refused = govern("person", "show", "officer-8")
    assert (refused.status, "was destroyed" in refused.err) == (6, True)
    assert "personal.read" not in govern("log", "list").out
    done = govern("erase", "officer-8", "--yes", "--out", "e.pdf").out
    assert "  when it was destroyed: before this order, on 2026-11-24 at 10:00:00 UTC, as the list" in done
    assert "Destroyed before this order, on 2026-11-24 at 10:00:00 UTC, as the list" in read(ws / "e.pdf")


def test_an_erasure_that_was_begun_is_said_to_be(govern, ws, monkeypatch):
    assert govern("person", "add", "officer-8", "name=Bob").status == 0
    with monkeypatch.context() as patch:
        patch.setattr("govern.usecases.erasure._finish", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            govern("erase", "officer-8", "--yes", "--out", "e.pdf")
    assert "is being erased: run govern erase again" in govern("person", "list").out
    plan = govern("erase", "officer-8").out
    assert "the erasure was begun and not finished" in plan
    assert "To finish it, with the certificate: govern erase officer-8 --yes --out FILE.pdf" in plan


def test_a_hold_that_keeps_it_is_the_last_word(govern, ws, refused):
    assert govern("person", "add", "officer-8", "name=Bob").status == 0
    hold = ("retention", "hold", "--scope", "matter", "--value", "subject:officer-8", "--reason", "a claim is expected")
    assert govern(*hold).status == 0
    last = govern("erase", "officer-8").out.splitlines()[-1]
    assert last.startswith(
        "Nothing was changed. It is kept by 1 hold: --yes is refused until nothing holds it any more"
    )
    assert "govern erase" not in last
    refused(govern("erase", "officer-8", "--yes", "--out", "e.pdf"), 6, "forbids to erase `officer-8`")


def test_a_reason_in_another_script_is_lost_nowhere(govern, ws):
    assert govern("person", "add", "officer-8", "name=Bob").status == 0
    done = govern("erase", "officer-8", "--yes", "--reason", "请求 of Łódź 😀", "--out", "e.pdf")
    assert done.status == 0
    assert done.err.startswith("warning: the PDF has no letters for 请求😀 and writes them by their numbers; ")
    assert "e.json has them as they were typed" in done.err
    assert json.loads((ws / "e.json").read_bytes())["statement"]["reason"] == "请求 of Łódź 😀"
    shown = read(ws / "e.pdf")
    assert r"Why \u8bf7\u6c42 of Łódź \U0001f600 Ordered" in shown
    assert "The JSON that belongs to this certificate has them as they were typed." in shown


def test_what_is_wrong_is_refused_before_anything_is_destroyed(govern, ws, refused):
    assert govern("person", "add", "officer-7", "name=Ada").status == 0
    refused(govern("erase", "officer-7", "--yes"), 6, "--out")
    refused(govern("erase", "officer-7", "--yes", "--out", "erasure.txt"), 6, "--out")
    (ws / "erasure.json").touch()
    refused(govern("erase", "officer-7", "--yes", "--out", "erasure.pdf"), 6, "erasure.json", "--force")
    refused(govern("erase", "officer-8"), 7, "officer-8", "officer-7")
    refused(govern("person", "add", "officer-8", "name"), 4, "has no value")
    refused(govern("person", "add", "officer-8", "--name", "-"), 4, "no line for `name`")
    refused(govern("person", "add", "officer-8"), 4, "0 fields")
    refused(govern("vault", "rotate"), 6, "--yes")
    assert govern("person", "show", "officer-7").out == "name: Ada\n"


def test_empty_lists_say_how_to_begin(govern, ws):
    assert "nothing is sealed yet" in govern("person", "list").out
    assert "the vault is empty" in govern("vault", "list").out


def test_a_rotation_closes_an_older_copy_of_the_vault(govern, ws):
    govern("person", "add", "officer-7", "name=Ada")
    govern("person", "add", "officer-8", "name=Bo")
    shutil.copy(ws / "vault.db", ws / "old.db")
    assert govern("erase", "officer-7", "--yes", "--out", "e.pdf").status == 0
    rotated = govern("vault", "rotate", "--yes")
    assert (rotated.status, rotated.out.partition(":")[0]) == (0, "epoch 2")
    assert govern("person", "show", "officer-8").out == "name: Bo\n"
    shutil.copy(ws / "old.db", ws / "vault.db")
    assert govern("person", "show", "officer-7").status == 6
    lost = govern("person", "show", "officer-8")
    assert (lost.status, "vault-epoch-000001.key" in lost.err) == (7, True)


def test_the_vault_is_never_the_database_of_the_records(govern, ws, monkeypatch, refused):
    monkeypatch.setenv("GOVERN_VAULT_URL", f"sqlite:///{ws / 'govern.db'}")
    refused(govern("vault", "list"), 3, "GOVERN_VAULT_URL", "of its own")


def test_another_id_of_the_same_person_is_named_before_and_after(govern, ws):
    for id_ in ("p1", "p2"):
        assert govern("person", "add", id_, "--name", "Maria Keller").status == 0
    plan = " ".join(govern("erase", "p1").out.split())
    assert "what is sealed of `p2`: its name is the same as a value here." in plan
    erased = govern("erase", "p1", "--yes", "--reason", "request 12", "--out", "erasure.pdf")
    assert "`p2`" in erased.out.partition("Not reached:")[2]
