"""From the schedule to the certificate on the command line, as a records manager would go."""

import errno
import json
import os
import shutil
import subprocess
from hashlib import sha256

import pypdf
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


def test_words_in_another_script_are_lost_nowhere(govern, archive, monkeypatch, ws):
    said = govern("retention", "plan", P, "--reason", "请求 of the client").out.split()
    plan, digest = said[1], said[-1]
    approve(govern, monkeypatch, plan, digest)
    done = govern("retention", "execute", plan, "--digest", digest, "--execute", "--out", "c.pdf")
    assert done.status == 0
    assert "warning: the PDF has no letters for 请求 and writes them by their numbers" in done.err
    assert json.loads((ws / "c.json").read_bytes())["statement"]["plan"]["reason"] == "请求 of the client"
    shown = " ".join(page.extract_text() for page in pypdf.PdfReader(ws / "c.pdf").pages)
    assert r"\u8bf7\u6c42 of the client" in shown
    assert "The JSON that belongs to this certificate has them as they were typed." in " ".join(shown.split())


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
        ("at: file:///srv/x/../y", "has an empty part, `.` or `..` in it"),
        ("at: s3://bucket//x", "has an empty part, `.` or `..` in it"),
        ("at: file:///srv/%61\n  - name: two\n    at: file:///srv/a/", "the store `two` is there twice"),
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
    assert "things: unknown; registered: 0 records" in found.out
    assert "0 things" not in found.out and "in order" not in found.out
    assert "no store `archive` is declared" in govern("retention", "inventory", "archive").err


def test_an_inventory_goes_on_past_what_it_cannot_read(govern, archive, ws, monkeypatch):
    monkeypatch.setattr("govern.disposal.folder.DEEPEST", 2)
    (archive / "deep" / "er").mkdir(parents=True)
    found = govern("retention", "inventory")
    assert found.status == 1
    assert "at least 2 things, 14 bytes\n  registered: at least 2 things of 2 records" in found.out
    assert "NOT LOOKED AT TO THE END: `deep/er/`: folders are nested more than" in found.out


def test_an_address_is_written_in_one_way_and_is_no_store_as_a_whole(govern, archive, ws):
    add = ("retention", "add", P, "b3", "--title", "B", "--class", "labelled batches", "--store")
    refused = govern(*add, f"file://{archive}/./b3")
    assert refused.status == 4
    assert f"write it as file://{archive}/b3" in refused.err
    assert "is the store `archive` as a whole" in govern(*add, f"file://{archive}/").err
    (ws / "list.csv").write_text(f"id,title,class,store\nall,A,labelled batches,file://{archive}\n")
    listed = govern("retention", "import", P, "list.csv")
    assert (listed.status, "list.csv:2:1" in listed.err, "as a whole" in listed.err) == (3, True, True)
    assert govern(*add, f"file://localhost{archive}/b%33").status == 0
    assert f"file://{archive}/b3 " in govern("retention", "list", P).out
    wrong = govern("retention", "correct", P, "b3", "--store", f"file://{archive}", "--reason", "it was moved away")
    assert "as a whole" in wrong.err


def break_off(govern, archive, monkeypatch, problem):
    """A folder of three files is approved; the second cannot be renamed, and so not destroyed."""

    def refuse(name, *args, **more):
        if name == "b":
            raise problem
        rename(name, *args, **more)

    rename = os.rename
    monkeypatch.setattr(os, "rename", refuse)
    folder = archive / "folder"
    folder.mkdir()
    for name in ("a", "b", "c"):
        (folder / name).write_bytes(name.encode())
    added = govern("retention", "add", P, "folder", "--title", "Three", "--class", "labelled batches", "--store",
                   f"file://{folder}", "--trigger", "creation=2026-01-05")  # fmt: skip
    assert added.status == 0, added.err
    done = govern("retention", "plan", P, "--reason", "expired batches")
    plan, digest = done.out.split()[1], done.out.split()[-1]
    approve(govern, monkeypatch, plan, digest)
    execute = ["retention", "execute", plan, "--digest", digest, "--execute", "--out", "c.pdf"]
    return plan, execute, govern(*execute)


def test_what_was_destroyed_in_part_is_said_everywhere(govern, archive, monkeypatch, ws):
    denied = PermissionError(errno.EACCES, "Permission denied")
    plan, execute, done = break_off(govern, archive, monkeypatch, denied)
    words = "1 of its 3 things is destroyed"
    assert done.out.startswith(
        "2 of 3 records destroyed, 1 in part\n1 record is not destroyed; there is no certificate until it is:\n"
    )
    assert words in done.out
    held = govern("retention", "hold", P, "--scope", "records", "--value", "folder", "--reason", "a claim of 3 May")
    hold = held.out.split()[1].rstrip(",")

    done = govern(*execute)

    assert f"folder: held: held by {hold}; {words}" in done.out
    said = f"HOLD: {hold} keeps what is left; what is gone was destroyed before the hold was read"
    assert said in done.out
    assert said in govern("retention", "progress", plan).out
    seen = govern("retention", "inventory")
    assert (seen.status, "registered, and destroyed in part: 1" in seen.out) == (1, True)
    assert f"{P}/folder, plan {plan}: held by {hold}; {words}" in " ".join(seen.out.split())
    assert "in order" not in seen.out
    assert govern("retention", "excuse", plan, "folder", "--reason", "the claim goes on").status == 0
    done = govern(*execute)
    assert "destroyed in part, the rest left out: 1 record\n  HOLD: folder: " in done.out
    statement = json.loads((ws / "c.json").read_bytes())["statement"]
    (part,) = statement["partly"]
    assert (part["gone"], part["objects"], part["digests"]) == (
        1, 3, [sha256(b"a").hexdigest()],
    )  # fmt: skip
    verified = govern("retention", "certificate", "--verify", "c.json")
    assert "1 record destroyed in part, the rest left out" in verified.out
    if shutil.which("pdftotext"):
        text = read_pdf(ws / "c.pdf")
        assert "What was destroyed in part" in text
        assert "2 destroyed, 1 left out (1 of them destroyed in part) of 3 planned" in text
        assert "1 of 3 things, 1 byte" in text
        assert f"HOLD: {hold} keeps what is left" in text
        assert "that each destroyed record was in the register as planned" in text


def test_what_a_crash_left_is_looked_at(govern, archive, monkeypatch):
    """The process ended in the middle; what `progress` says then is what the store says, and nothing is touched."""

    class Killed(BaseException):
        pass

    with pytest.raises(Killed):
        break_off(govern, archive, monkeypatch, Killed())
    plan = govern("retention", "plans").out.split()[0]

    shown = govern("retention", "progress", plan)

    assert shown.status == 1
    assert "folder: found: its destruction was begun and has not ended; 1 of its 3 things is destroyed" in shown.out
    assert "batch-1: found: its destruction was begun and has not ended; 1 of its 1 thing is destroyed" in shown.out
    assert sorted(each.name for each in (archive / "folder").iterdir()) == ["b", "c"]


def test_a_plan_of_which_nothing_was_destroyed_is_closed(govern, archive, planned, monkeypatch, ws, refused):
    plan, digest = planned
    approve(govern, monkeypatch, plan, digest)
    for name in ("batch-1", "batch-2"):
        (archive / name).write_bytes(b"somebody wrote into it")
    execute = ["retention", "execute", plan, "--digest", digest, "--execute", "--out", "c.pdf"]
    done = govern(*execute)
    assert "2 records are not destroyed; there is no certificate until they are:" in done.out
    assert done.out.endswith("Nothing of the plan is destroyed, and it can be given up: govern retention withdraw\n")

    done = govern("retention", "excuse", plan, "batch-1", "batch-2", "--reason", "registered anew")

    closed = "All of it was left out: the plan is closed, without a certificate.\n"
    assert done.out.endswith(f"Nothing of the plan was destroyed. {closed}")
    done = govern(*execute)
    assert (done.status, done.out) == (0, f"Nothing was destroyed. {closed}")
    assert govern("retention", "execute", plan).out.endswith(f"Nothing was destroyed. {closed}")
    assert list(ws.glob("c.*")) == []
    assert "closed" in govern("retention", "plans", P).out
    refused(govern("retention", "certificate", plan, "--out", "c.pdf"), 6, "closed, without a certificate")


def test_a_plan_is_withdrawn(govern, archive, planned, monkeypatch, refused):
    plan, digest = planned
    approve(govern, monkeypatch, plan, digest)
    done = govern("retention", "withdraw", plan, "--reason", "a digest was corrected")
    assert done.out.startswith(f"plan {plan} is withdrawn by owner at ")
    execute = ["retention", "execute", plan, "--digest", digest, "--execute", "--out", "c.pdf"]
    refused(govern(*execute), 6, "was withdrawn", f"govern retention plan {P}")
    assert "withdrawn by owner at" in govern("retention", "progress", plan).out
    assert govern("retention", "execute", plan).out.endswith("Nothing was destroyed. It was withdrawn.\n")
    assert len(list(archive.iterdir())) == 2


def test_what_is_handed_over_again_is_outstanding_again(govern, ws):
    one = "a" * 64
    (ws / "handed.sha256").write_text(f"{one}  scan-1.dcm\n")
    (ws / "destroyed.csv").write_text(f"sha256,date\n{one},2026-03-15\n")
    handed = ["retention", "transferred", P, "handed.sha256", "--vendor", "labelworks", "--on"]
    assert govern(*handed, "2026-03-01").status == 0
    again = govern(*handed, "2026-03-01")
    assert again.out == (
        "0 things handed to labelworks; 1 in all\n"
        "1 line names what stands there for that day already, and is not counted again\n"
    )
    done = govern("retention", "vendor-import", P, "destroyed.csv", "--vendor", "labelworks")
    assert done.status == 0, done.out

    assert govern(*handed, "2026-11-25").out == "1 thing handed to labelworks; 2 in all\n"
    found = govern("retention", "outstanding", P, "--vendor", "labelworks")

    assert found.status == 1
    assert f"OUTSTANDING  {one}  scan-1.dcm  handed over 2026-11-25" in found.out
    assert "DATED WRONG" not in found.out
    (ws / "early.csv").write_text(f"sha256\n{'b' * 64}\n")
    (ws / "more.sha256").write_text(f"{'b' * 64}  scan-2.dcm\n")
    assert govern("retention", "vendor-import", P, "early.csv", "--vendor", "labelworks").status == 1
    assert govern("retention", "transferred", P, "more.sha256", "--vendor", "labelworks").status == 0  # today
    assert "scan-2" not in govern("retention", "outstanding", P, "--vendor", "labelworks").out


def test_a_list_without_a_day_says_for_which_day_it_is_taken(govern, ws):
    one = "a" * 64
    (ws / "handed.sha256").write_text(f"{one}  scan-1.dcm\n")
    (ws / "april.csv").write_text(f"sha256\n{one}\n")
    for day in ("2026-03-01", "2026-11-20"):
        govern("retention", "transferred", P, "handed.sha256", "--vendor", "labelworks", "--on", day)
    found = govern("retention", "vendor-import", P, "april.csv", "--vendor", "labelworks")
    assert (found.status, "1 of 2 things accounted for" in found.out) == (1, True)
    assert f"OUTSTANDING  {one}  scan-1.dcm  handed over 2026-11-20" in found.out
    assert f"WITHOUT A DAY  {one}  imported 20" in found.out
    assert "1 thing is accounted for by a list without a day, as of its import" in found.out
    dated = govern("retention", "vendor-import", P, "april.csv", "--vendor", "labelworks", "--on", "2026-11-22")
    assert dated.status == 0


def test_hints_about_a_store_are_examples(govern, archive, ws, refused):
    (ws / "stores.yaml").write_text(
        "stores: [{name: A B, at: 'ftp://x', table: X-1, key: 1a, url_from: url, endpoint: here, known_hosts: k}]\n"
    )
    found = refused(govern("retention", "inventory"), 3)
    hints = [line.removeprefix("       hint: ") for line in found.err.splitlines() if "hint: like" in line]
    assert len(hints) == 6
    assert not any(each in hint for hint in hints for each in "[({^\\")
    assert "like archive-2" in hints


@pytest.mark.parametrize("name", ["", "/keys", "/files/3f", "/govern.db", "/vault.db-wal", "/attestations"])
def test_the_workspace_itself_is_no_store(govern, archive, ws, refused, name):
    (ws / "stores.yaml").write_text(f"stores: [{{name: own, at: 'file://{ws}{name}'}}]\n")
    for words in (("inventory",), ("plan", P, "--reason", "expired batches")):
        refused(govern("retention", *words), 3, "stores.yaml:1:", "what the workspace itself is kept in")


def test_no_part_of_the_workspace_is_a_record(govern, archive, ws, refused):
    add = ("retention", "add", P, "own", "--title", "The key", "--class", "labelled batches", "--store")
    refused(govern(*add, f"file://{ws}/keys/log.key"), 6, "what the workspace itself is kept in", "beside that")
    correct = ("retention", "correct", P, "batch-1", "--reason", "it was moved away", "--store")
    refused(govern(*correct, f"file://{ws}/govern.db"), 6, "what the workspace itself is kept in")
    assert govern(*add, f"file://{ws}/archive/own").status == 0


@pytest.mark.parametrize("table", ["govern_entry", "public.govern_record", "vault_key"])
def test_tables_of_govern_are_no_store(govern, archive, ws, refused, table):
    (ws / "stores.yaml").write_text(
        f"stores: [{{name: own, at: 'rows://own', url_from: DATABASE, table: {table}, key: id}}]\n"
    )
    refused(govern("retention", "inventory"), 3, f"`{table}` is a table of govern itself")


def test_a_link_is_no_record_and_what_no_store_has_is_named(govern, archive, ws):
    (archive / "link").symlink_to(archive / "batch-1")
    details = ("--title", "A link", "--class", "labelled batches", "--trigger", "creation=2026-01-05")
    done = govern("retention", "add", P, "link", "--store", f"file://{archive}/link", *details)
    assert done.status != 0 and "is a link: only that would be destroyed one day" in done.err
    (archive.parent / "list.csv").write_text(
        f"id,title,class,store,creation\nlink,L,labelled batches,file://{archive}/link,2026-01-05\n"
    )
    done = govern("retention", "import", P, archive.parent / "list.csv")
    assert done.status == 0 and "link: the address is a link, and only that would be destroyed" in done.out

    assert govern("retention", "add", P, "web", "--store", "https://host.example/x", *details).status == 0
    done = govern(
        "retention", "hold", P, "--scope", "records", "--value", "web", "--reason", "claim of 3 May, docket 17"
    )
    words = "cannot be told apart from what is destroyed"
    assert done.status == 0 and words in " ".join(done.out.split())
    assert words in " ".join(govern("retention", "holds", P).out.split())
    said = " ".join(govern("retention", "plan", P, "--reason", "expired batches").out.split())
    assert f"held, and {words}, for no declared store has it: {P}/web (https://host.example/x)" in said
    assert "1 record (due, and its address is a link: only that would be destroyed)" in said
