"""From the schedule to the certificate on the command line, as a records manager would go."""

import json
import shutil
import subprocess
from hashlib import sha256

import pytest

from govern.usecases.dispositions import verify_certificate

P = "hospital-ct"


@pytest.fixture
def archive(govern, ws, tmp_path):
    """Two records in a declared store, both due."""
    root = tmp_path / "archive"
    root.mkdir()
    (ws / "stores.yaml").write_text(
        f"stores:\n  - name: archive\n    at: file://{root}\n    medium: one disk\n"
        "    copies:\n      - {what: nightly backup, expires: 2026-12-29}\n"
    )
    done = govern("retention", "rule", P, "labelled batches", "--at-most", "30 days", "--from", "creation",
                  "--reason", "the contract allows thirty days")  # fmt: skip
    assert done.status == 0, done.err
    for name in ("batch-1", "batch-2"):
        (root / name).write_bytes(name.encode())
        done = govern("retention", "add", P, name, "--title", f"The {name}", "--class", "labelled batches",
                      "--store", f"file://{root}/{name}", "--trigger", "creation=2026-01-05",
                      "--digest", sha256(name.encode()).hexdigest())  # fmt: skip
        assert done.status == 0, done.err
    return root


@pytest.fixture
def planned(govern, archive):
    done = govern("retention", "plan", P, "--reason", "expired batches")
    assert done.status == 0, done.err
    plan, digest = done.out.split()[1], done.out.split()[-1]
    return plan, digest


def approve(govern, monkeypatch, plan, digest):
    for person in ("officer-1", "counsel-1"):
        monkeypatch.setenv("GOVERN_ACTOR", person)
        assert govern("retention", "approve", plan, "--digest", digest).status == 0
    monkeypatch.delenv("GOVERN_ACTOR")


def test_the_whole_way(govern, archive, planned, monkeypatch, ws, sound):
    plan, digest = planned
    shown = govern("retention", "progress", plan)
    assert (shown.status, "2 records to destroy" in shown.out) == (0, True)
    assert f"Two people approve exactly this: govern retention approve {plan} --digest {digest}\n" in shown.out
    assert "Nothing was destroyed. It is not approved yet." in govern("retention", "execute", plan).out
    approve(govern, monkeypatch, plan, digest)
    assert "approved" in govern("retention", "plans", P).out

    dry = govern("retention", "execute", plan)
    assert (dry.status, "Nothing was destroyed" in dry.out) == (0, True)
    assert f"It can be executed: govern retention execute {plan} --execute --digest {digest} --out" in dry.out
    assert len(list(archive.iterdir())) == 2

    done = govern("retention", "execute", plan, "--digest", digest, "--execute", "--out", "c.pdf")
    assert (done.status, done.err) == (0, "")
    assert "destroyed: 2 records" in done.out
    assert "nightly backup (until 2026-12-29)" in done.out
    assert list(archive.iterdir()) == []
    assert (ws / "c.pdf").read_bytes().startswith(b"%PDF-")
    statement = json.loads((ws / "c.json").read_bytes())["statement"]
    assert statement["project"] == P
    assert [(each["role"], each["name"]) for each in statement["parties"]] == [
        ("client", "Larkfield Health System"),
        ("vendor", "Varuna Annotation Services Private Limited"),
    ]
    assert statement["parties"][0]["registration"] == "Minnesota non-profit corporation, file number LF-1931"
    sound(ws)

    verified = govern("retention", "certificate", "--verify", "c.json")
    assert (verified.status, "verified" in verified.out) == (0, True)
    again = govern("retention", "certificate", plan, "--out", "again.pdf")
    assert again.status == 0, again.err
    assert "certified" in govern("retention", "progress", plan).out
    if shutil.which("pdftotext"):
        said = subprocess.run(
            ["pdftotext", "-layout", ws / "c.pdf", "-"], capture_output=True, check=True
        ).stdout.decode()
        for words in (
            "Larkfield Health System (Minnesota",
            "officer-1",
            "counsel-1",
            "NIST SP 800-88 Rev. 2",
            "nightly backup",
            "batch-1",
            digest[:20],
        ):
            assert words in said


def test_a_changed_certificate_does_not_verify(govern, archive, planned, monkeypatch, ws, refused):
    plan, digest = planned
    approve(govern, monkeypatch, plan, digest)
    assert govern("retention", "execute", plan, "--digest", digest, "--execute", "--out", "c.pdf").status == 0
    data = (ws / "c.json").read_bytes()
    (ws / "c.json").write_bytes(data.replace(b"expired batches", b"another reason."))
    refused(govern("retention", "certificate", "--verify", "c.json"), 5, "another certificate")
    refused(
        govern("log", "verify", "c.json"), 7, "a certificate of a destruction", "retention certificate --verify c.json"
    )
    refused(
        govern("erase", "--verify", "c.json"), 4, "not of an erasure", "govern retention certificate --verify c.json"
    )
    assert verify_certificate  # the same without a workspace: tests/disposal


def test_a_list_of_stores_that_is_wrong_is_told_before_anybody_approves(govern, archive, ws, refused):
    stores = ws / "stores.yaml"
    stores.write_text(stores.read_text().replace("name: archive", "name: the archive"))
    refused(govern("retention", "plan", P, "--reason", "expired batches"), 3, "stores.yaml:2:5", "`the archive`")
    assert "no plan of destruction yet" in govern("retention", "plans", P).out


def test_what_is_left_is_listed_and_can_be_left_out(govern, archive, planned, monkeypatch, ws):
    plan, digest = planned
    approve(govern, monkeypatch, plan, digest)
    (archive / "batch-1").write_bytes(b"somebody wrote into it")

    done = govern("retention", "execute", plan, "--digest", digest, "--execute", "--out", "c.pdf")

    assert done.status == 1
    assert done.out.startswith("1 of 2 records destroyed\n1 record is not destroyed")
    assert "batch-1: changed" in done.out
    assert not (ws / "c.pdf").exists()
    assert (archive / "batch-1").exists()
    assert govern("retention", "progress", plan).status == 1
    assert govern("retention", "excuse", plan, "batch-1", "--reason", "registered anew").status == 0
    done = govern("retention", "execute", plan, "--digest", digest, "--execute", "--out", "c.pdf")
    assert (done.status, "registered anew" in done.out) == (0, True)
    if shutil.which("pdftotext"):
        command = ["pdftotext", "-layout", ws / "c.pdf", "-"]
        said = " ".join(subprocess.run(command, capture_output=True, check=True).stdout.decode().split())
        assert "1 destroyed, 1 left out of 2 planned" in said
        assert "python3 verify.py --certificate FILE --key KEY" in said


def test_one_that_is_gone_is_confirmed_and_apart_in_the_certificate(govern, archive, planned, monkeypatch, ws, refused):
    plan, digest = planned
    approve(govern, monkeypatch, plan, digest)
    (archive / "batch-1").unlink()
    execute = ["retention", "execute", plan, "--digest", digest, "--execute", "--out", "c.pdf"]
    confirm = ["retention", "confirm-absent", plan, "batch-1", "--reason", "deleted by hand in March"]

    done = govern(*execute)

    assert (done.status, "batch-1: absent: nothing is there" in done.out) == (1, True)
    assert "govern retention confirm-absent" in done.out
    refused(govern(*confirm), 6, "planned this destruction and may not approve it")
    monkeypatch.setenv("GOVERN_ACTOR", "officer-1")
    refused(govern(*confirm[:3], "batch-2", *confirm[4:]), 6, "`batch-2` is not on the list")
    said = govern(*confirm)
    assert said.out.startswith("batch-1 is gone, officer-1 confirms: deleted by hand in March\n")
    assert "officer-1 confirmed that it is gone" in govern("retention", "progress", plan).out
    done = govern(*execute)
    assert (done.status, "found absent, not destroyed here: 1 record" in done.out) == (0, True)
    assert "destroyed: 1 record (entry" in done.out
    verified = govern("retention", "certificate", "--verify", "c.json")
    assert "1 record found absent, and not destroyed by it" in verified.out
    if shutil.which("pdftotext"):
        text = read_pdf(ws / "c.pdf")
        assert "What was found absent" in text
        assert "deleted by hand in March" in text
        assert "1 destroyed, 1 found absent of 2 planned" in text


def test_a_record_within_another_goes_with_it(govern, archive, monkeypatch, ws):
    store = f"file://{archive}"
    assert govern("retention", "add", P, "all", "--title", "The folder", "--class", "labelled batches", "--store",
                  f"{store}/batch-3", "--trigger", "creation=2026-01-05").status == 0  # fmt: skip
    assert govern("retention", "add", P, "page", "--title", "A page", "--class", "labelled batches", "--store",
                  f"{store}/batch-3/page", "--trigger", "creation=2026-01-05").status == 0  # fmt: skip
    (archive / "batch-3").mkdir()
    (archive / "batch-3" / "page").write_bytes(b"page")
    done = govern("retention", "plan", P, "--reason", "expired batches")
    plan, digest = done.out.split()[1], done.out.split()[-1]
    approve(govern, monkeypatch, plan, digest)
    done = govern("retention", "execute", plan, "--digest", digest, "--execute", "--out", "c.pdf")
    assert (done.status, "destroyed: 4 records" in done.out) == (0, True)
    assert list(archive.iterdir()) == []
    if shutil.which("pdftotext"):
        assert "destroyed with all, in which it lay" in read_pdf(ws / "c.pdf")


def read_pdf(path):
    said = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True).stdout.decode()
    return " ".join(said.split())


def test_who_planned_it_approves_it_where_the_workspace_says_so(govern, archive, planned, monkeypatch, ws, refused):
    plan, digest = planned
    refused(govern("retention", "approve", plan, "--digest", digest), 6, "may not approve it", "planner_may_approve")
    with (ws / "govern.yaml").open("a") as file:
        file.write("planner_may_approve: true\n")
    refused(govern("retention", "approve", plan, "--digest", digest), 6, "may not approve it")  # this plan is strict

    done = govern("retention", "plan", P, "--reason", "expired batches")

    plan, digest = done.out.split()[1], done.out.split()[-1]
    assert "who planned it may be one of the two who approve it" in done.out
    assert govern("retention", "approve", plan, "--digest", digest).status == 0
    monkeypatch.setenv("GOVERN_ACTOR", "counsel-1")
    assert govern("retention", "approve", plan, "--digest", digest).status == 0
    done = govern("retention", "execute", plan, "--digest", digest, "--execute", "--out", "c.pdf")
    assert done.status == 0, done.err
    assert json.loads((ws / "c.json").read_bytes())["statement"]["plan"]["planner_approves"] is True
    if shutil.which("pdftotext"):
        text = read_pdf(ws / "c.pdf")
        assert "who planned it: this workspace allows that" in text
        assert "that two different people had approved exactly the plan" in text


def test_a_plan_and_a_certificate_name_the_law_and_no_id(govern, archive, planned, monkeypatch, ws):
    plan, digest = planned
    shown = govern("retention", "progress", plan).out
    assert "labelled batches: schedule of the project, owner, 20" in shown
    assert "project.labelled_batches" not in shown
    approve(govern, monkeypatch, plan, digest)
    assert govern("retention", "execute", plan, "--digest", digest, "--execute", "--out", "c.pdf").status == 0
    assert "project.labelled_batches" in (ws / "c.json").read_text()  # a machine reads that
    if shutil.which("pdftotext"):
        text = read_pdf(ws / "c.pdf")
        assert "schedule of the project, owner" in text
        assert "project.labelled" not in text


def test_what_is_refused(govern, archive, planned, ws, refused):
    plan, digest = planned
    refused(govern("retention", "execute", plan, "--execute"), 6, "name the digest", digest)
    ready = ["retention", "execute", plan, "--execute", "--out", "c.pdf", "--digest"]
    refused(govern(*ready, digest), 6, "2 more approvals")
    refused(govern(*ready, "0"), 6, "is not the digest")
    refused(govern("retention", "certificate", plan, "--out", "c.pdf"), 6, "not destroyed")
    refused(govern("retention", "certificate", plan), 6, "name a file")
    refused(govern("retention", "certificate"), 4, "give a plan")
    refused(govern("retention", "progress", "zzz"), 7, "is no plan")
    assert govern("retention", "plans", "other").out.startswith("no plan")
    assert len(list(archive.iterdir())) == 2


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("at: file:///", "is not a form of `at`"),
        ("at: ftp://x/y", "is not a form of `at`"),
        ("at: sftp://me@host/x", "`known_hosts` is missing"),
        ("at: 's3://bucket'\n    table: t", "says nothing about a store of s3"),
        ("at: rows://x\n    url_from: A\n    table: 't; DROP'\n    key: k", "is not a form of `table`"),
    ],
)
def test_a_wrong_file_of_stores(govern, planned, ws, refused, line, words, monkeypatch):
    plan, digest = planned
    approve(govern, monkeypatch, plan, digest)
    (ws / "stores.yaml").write_text(f"stores:\n  - name: one\n    {line}\n")
    done = govern("retention", "execute", plan, "--digest", digest, "--execute", "--out", "c.pdf")
    refused(done, 3, words, "stores.yaml:")


def test_what_a_vendor_has_not_accounted_for(govern, ws, refused, sound):
    one, two = ("a" * 64, "b" * 64)
    (ws / "handed.sha256").write_text(f"{one}  scan-1.dcm\n{two}  scan-2.dcm\n")
    (ws / "destroyed.csv").write_text(f"sha256,date\n{one},2026-11-01\n{'c' * 64},2026-11-01\n")
    (ws / "paper.pdf").write_bytes(b"%PDF-1.7 signed")
    command = ["retention", "vendor-import", P, "destroyed.csv", "--vendor", "labelworks", "--pdf", "paper.pdf"]
    refused(govern(*command), 6, "nothing is recorded as handed")
    done = govern("retention", "transferred", P, "handed.sha256", "--vendor", "labelworks", "--on", "2026-03-01")
    assert (done.status, done.out) == (0, "2 things handed to labelworks; 2 in all\n")

    found = govern(*command)

    assert found.status == 1
    assert "1 of 2 things accounted for" in found.out
    assert f"OUTSTANDING  {two}  scan-2.dcm" in found.out
    assert f"NEVER HANDED OVER  {'c' * 64}" in found.out
    refused(govern(*command), 6, "imported already")
    (ws / "rest.csv").write_text(f"sha256\n{two}\n")
    rest = govern("retention", "vendor-import", P, "rest.csv", "--vendor", "labelworks", "--fate", "returned")
    assert "2 of 2 things accounted for, by 2 lists" in rest.out
    assert govern("retention", "outstanding", P, "--vendor", "labelworks").status == 1  # one was never handed over
    refused(govern("retention", "outstanding", P, "--vendor", "labelwork"), 7, "labelworks")
    refused(govern("retention", "vendor-import", P, "rest.csv", "--vendor", "../x"), 4, "not an id of a vendor")
    refused(govern(*command[:-1], "rest.csv"), 3, "not a PDF")
    sound(ws)


def test_a_vendor_that_uses_govern_too(govern, archive, planned, monkeypatch, ws):
    plan, digest = planned
    approve(govern, monkeypatch, plan, digest)
    sums = "".join(f"{sha256(name.encode()).hexdigest()}  {name}\n" for name in ("batch-1", "batch-2"))
    (ws / "handed.sha256").write_text(sums)
    assert govern("retention", "transferred", P, "handed.sha256", "--vendor", "labelworks").status == 0
    assert govern("retention", "execute", plan, "--digest", digest, "--execute", "--out", "c.pdf").status == 0

    done = govern("retention", "vendor-import", P, "c.json", "--vendor", "labelworks")

    assert "2 of 2 things accounted for" in done.out


def test_an_inventory_finds_what_nobody_registered(govern, archive, ws, sound):
    clean = govern("retention", "inventory")
    assert clean.status == 0, clean.err
    assert "in order: all is registered" in clean.out

    (archive / "batch-2").unlink()
    (archive / "=upload.csv").write_bytes(b"x" * 1_234_567)
    for number in range(25):
        (archive / f"tmp-{number:02}").write_bytes(b"x")
    found = govern("retention", "inventory", "archive", "--out", "list.csv")
    assert found.status == 1
    assert max(map(len, found.out.splitlines())) <= 80 or "file://" in max(found.out.splitlines(), key=len)
    for words in ("not registered: 26, 1.2 MB", "=upload.csv  1.2 MB", "and 6 more", "nothing is there: 1",
                  "hospital-ct/batch-2", "noted in the log: entry", "written: list.csv (26 lines)"):  # fmt: skip
        assert words in found.out
    lines = (ws / "list.csv").read_text().splitlines()
    assert lines[0] == "id,title,class,store,creation" and "'=upload.csv" in lines[1]
    assert "is there already" in govern("retention", "inventory", "--out", "list.csv").err

    filled = [each.replace(",,", ",labelled batches,")[:-1] + ",2026-01-05" for each in lines[1:]]
    (ws / "list.csv").write_text("\n".join([lines[0], *filled]) + "\n")
    taken = govern("retention", "import", P, "list.csv")
    assert taken.status == 0, taken.err
    assert "not registered" not in govern("retention", "inventory").out
    assert govern("log", "verify", "--records").status == 0


def test_an_inventory_says_what_it_could_not_look_at(govern, archive, ws):
    (ws / "stores.yaml").write_text(f"stores: [{{name: away, at: 'file://{archive}-away'}}]\n")
    found = govern("retention", "inventory")
    assert found.status == 1
    assert "NOT LOOKED AT TO THE END: the store" in found.out
    assert "no store `archive` is declared" in govern("retention", "inventory", "archive").err
