"""The way of counsel: plan, draft, negotiate, fill, sign, lock, and look again later."""

import hashlib
import json
import re
import zipfile

import docx
import pytest

PROJECT = "hospital-ct"
DPA = ["draft", PROJECT, "--document", "dpa"]
REASON = "their monitoring does not reach every sub-processor"


def plain(text):
    return " ".join(text.split())


def test_the_plan_says_which_documents_and_why(govern, ws):
    planned = govern("contracts", "plan", PROJECT)
    assert planned.status == 0
    assert "Data Processing Agreement (dpa): needed" in planned.out
    assert "because the vendor processes the data on the client's behalf" in planned.out
    assert max(map(len, planned.out.splitlines())) <= 80
    assert "(ccpa_sp): not needed" not in planned.out
    assert "(ccpa_sp): not needed" in govern("contracts", "plan", PROJECT, "--all").out


def test_a_set_is_one_zip_with_locks_and_checksums(govern, ws, sound):
    made = govern("draft", PROJECT, "--set", "--out", "set.zip", "--formats", "docx,md")
    assert (made.status, made.err) == (0, "")
    with zipfile.ZipFile("set.zip") as file:
        names = file.namelist()
        sums = dict(line.split("  ")[::-1] for line in file.read("SHA256SUMS").decode().splitlines())
        assert set(sums) == set(names) - {"SHA256SUMS"}
        assert all(hashlib.sha256(file.read(name)).hexdigest() == digest for name, digest in sums.items())
        assert b"Data Processing Agreement" in file.read("index.html")
        (lock,) = [name for name in names if name.endswith("-dpa.lock")]
        (document,) = [name for name in names if name.endswith("-dpa.docx")]
        (ws / "dpa.lock").write_bytes(file.read(lock))
        expected = file.read(document)
    again = govern("draft", "--locked", "dpa.lock", "--out", "dpa.docx")
    assert (again.status, "Byte for byte" in again.out) == (0, True)
    assert (ws / "dpa.docx").read_bytes() == expected
    listed = govern("contracts", "list", PROJECT)
    assert listed.out.count("as it would be drafted today") >= 8
    sound(ws)


def test_a_fallback_is_chosen_approved_and_taken_back(govern, ws):
    shown = govern("contracts", "positions", PROJECT, "--clause", "dpa.breach")
    assert "* preferred" in shown.out
    chosen = govern("contracts", "position", PROJECT, "dpa.breach", "fallback", "--reason", REASON)
    assert (chosen.status, "approved by owner" in chosen.out) == (0, True)
    assert "* fallback" in govern("contracts", "positions", PROJECT, "--clause", "dpa.breach").out
    approved = govern("contracts", "approve", PROJECT, "dpa.breach")
    assert approved.out == "approved: dpa.breach in position fallback, by owner\n"
    assert govern("contracts", "position", PROJECT, "dpa.breach", "preferred").status == 0
    assert "chosen by" not in govern("contracts", "positions", PROJECT).out
    kinds = govern("log", "list").out
    assert kinds.count("position.") == 3


def test_blanks_are_filled_by_answering(govern, ws):
    drafted = govern("draft", PROJECT, "--document", "baa", "--out", "baa.md")
    assert "open points" in drafted.out
    filled = govern("contracts", "fill", PROJECT, "baa", stdin="Jane Roe\nskip\nDirector\n")
    assert filled.status == 0
    assert "Jane Roe" in govern("project", "show", PROJECT).out
    left = govern("contracts", "fill", PROJECT, "baa", stdin="stop\n")
    assert "open in baa" in left.out


def test_a_parameter_beyond_its_bound_is_said_with_the_reason(govern, ws):
    drafted = govern(
        "draft", PROJECT, "--document", "dpa", "--parameter", "dpa.breach.breach_hours=96", "--out", "dpa.md"
    )
    assert drafted.status == 0
    assert "at most 48" in plain(drafted.out)
    assert "72 hours" in plain(drafted.out)


def test_signed_means_in_force(govern, ws, sound):
    answers = (
        "vendor.signatory=Anil Rao", "vendor.signatory_title=Director", "contract.governing_law=Ireland",
        "contract.courts=Dublin", "gdpr.art9_condition=health_care",
    )  # fmt: skip
    assert govern("project", "set", PROJECT, *answers).status == 0
    refused = govern("contracts", "sign", PROJECT, "dpa", "--on", "2026-11-24")
    assert (refused.status, "no final draft" in refused.err) == (6, True)
    assert govern("project", "set", PROJECT, "vendor.signatory=アニル").status == 0
    boxed = govern(*DPA, "--final", "--as-of", "2026-11-24", "--out", "dpa.pdf", "--lock", "dpa.lock")
    assert (boxed.status, "letters: アニル (in vendor.signatory)" in boxed.err) == (6, True)
    assert not (ws / "dpa.pdf").exists()
    assert govern("project", "set", PROJECT, "vendor.signatory=Anil Rao").status == 0
    final = govern(*DPA, "--final", "--as-of", "2026-11-24", "--out", "dpa.pdf", "--lock", "dpa.lock")
    assert (final.status, final.err) == (0, ""), final.err
    before = govern("contracts", "sign", PROJECT, "dpa", "--on", "2020-01-01")
    assert (before.status, "is before the draft" in before.err) == (4, True)
    (ws / "milk.pdf").write_bytes(b"milk, bread, butter")
    refused = govern("contracts", "sign", PROJECT, "dpa", "--on", "2026-11-24", "--file", "milk.pdf")
    assert (refused.status, "`milk.pdf` is not a PDF" in refused.err) == (6, True)
    (ws / "signed.pdf").write_bytes(b"%PDF-1.7")
    signed = govern("contracts", "sign", PROJECT, "dpa", "--on", "2026-11-24", "--file", "signed.pdf")
    assert signed.status == 0, signed.err
    assert "terms hold now" in signed.out
    assert "signed.pdf: not compared with the draft" in signed.out
    assert "signed 2026-11-24" in govern("contracts", "list", PROJECT).out
    assert "Data Processing Agreement, signed 2026-11-24" in govern("evidence", "list", PROJECT).out
    lock = json.loads((ws / "dpa.lock").read_bytes())
    assert (lock["status"], lock["open_points"]) == ("final", 0)
    sound(ws)


def test_a_signed_word_file_is_compared_with_the_draft(govern, ws, sound):
    """A clause that was cut out of it is named, and its term left out."""
    answers = (
        "vendor.signatory=Anil Rao", "vendor.signatory_title=Director", "contract.governing_law=Ireland",
        "contract.courts=Dublin", "gdpr.art9_condition=health_care",
    )  # fmt: skip
    assert govern("project", "set", PROJECT, *answers).status == 0
    final = ("draft", PROJECT, "--document", "dpa", "--final", "--as-of", "2026-11-24", "--out", "dpa.docx")
    assert govern(*final).status == 0
    sign = ("contracts", "sign", PROJECT, "dpa", "--on", "2026-11-24", "--file")
    paper = docx.Document(ws / "dpa.docx")
    cells = [cell for table in paper.tables for row in table.rows for cell in row.cells]
    for each in (paragraph for cell in cells for paragraph in cell.paragraphs):
        if each.text.strip() == "Date:":
            each.add_run("24 November 2026")
    paper.save(ws / "pen.docx")
    same = govern(*sign, "pen.docx")
    assert (same.status, same.err) == (0, "")
    assert "pen.docx: has the text of the draft" in same.out

    (kept,) = [each for each in paper.paragraphs if "may keep Personal Data only if" in each.text]
    kept._element.getparent().remove(kept._element)
    paper.save(ws / "cut.docx")
    refused = govern(*sign, "cut.docx")
    assert (refused.status, "Return and deletion" in refused.err, "--changed" in refused.err) == (6, True, True)
    taken = govern(*sign, "cut.docx", "--changed")
    assert taken.status == 0, taken.err
    assert "left out: dpa.end_of_service" in taken.out
    sound(ws)


def test_the_trace_runs_both_ways(govern, ws):
    for what, words in (
        ("GDPR-33.2", "[carries dpa.breach_notice]"),
        ("dpa.breach", "GDPR-33.2"),
        ("contract.breach_notice_hours", "dpa 1"),
        ("Art. 28(3)", "obligations (citation)"),
    ):
        traced = govern("trace", PROJECT, what)
        assert traced.status == 0, traced.err
        assert words in traced.out
        assert max(map(len, traced.out.splitlines())) <= 80


def test_the_lint_is_told_as_a_status(govern, ws):
    linted = govern("contracts", "lint", PROJECT)
    assert linted.status in (0, 1)
    assert "documents read" in linted.out
    one = govern("contracts", "lint", PROJECT, "--document", "dpa", "--notes")
    assert "dpa" in one.out


def test_the_playbook_is_shown(govern, ws):
    assert govern("contracts", "playbook").status == 0


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["draft"], 6, "say what to draft"),
        (["draft", PROJECT], 6, "say what to draft"),
        (["draft", PROJECT, "--set"], 6, "say where"),
        (["draft", PROJECT, "--set", "--out", "set.docx"], 6, ".zip"),
        (["draft", PROJECT, "--set", "--out", "set.zip", "--formats", "odt"], 6, "`.odt`"),
        (["draft", PROJECT, "--document", "dpa", "--out", "dpa.odt"], 6, "`.odt`"),
        (["draft", PROJECT, "--document", "dpa", "--position", "x", "--out", "d.md"], 4, "NAME=VALUE"),
        (
            ["draft", PROJECT, "--document", "dpa", "--parameter", "dpa.breach.ours=1", "--out", "d.md"],
            3,
            "no parameter",
        ),
        (
            ["draft", PROJECT, "--document", "dpa", "--parameter", "dpa.breach.breach_hours=x", "--out", "d.md"],
            4,
            "`x`",
        ),
        (["draft", "--locked", "nothing.lock", "--out", "d.md"], 3, "nothing.lock"),
        (["draft", "--locked", "govern.yaml", "--out", "d.md"], 3, "not JSON"),
        (["contracts", "approve", PROJECT, "dpa.breach"], 6, "no position was chosen"),
        (["contracts", "position", PROJECT, "dpa.breach", "fallback"], 4, "reason"),
        (["contracts", "positions", PROJECT, "--clause", "dpa.breech"], 3, "dpa.breach"),
        (["contracts", "lock", PROJECT, "dpa", "--out", "x.lock"], 3, "no draft"),
        (["contracts", "sign", PROJECT, "dpa", "--on", "2999-01-01"], 4, "future"),
        (["trace", PROJECT, " "], 4, "say what"),
        (["trace", PROJECT, "nothing.at.all"], 3, "nothing here is called"),
    ],
)
def test_what_cannot_be_is_refused_in_one_message(govern, ws, refused, words, status, said):
    refused(govern(*words), status, said)
    assert not list(ws.glob("d.md"))


def test_a_figure_of_the_paper_in_force_is_replaced_in_the_new_text_only(govern, ws):
    """The fact is what the check judges, so filling a draft must not make a gap look closed."""
    assert govern("project", "set", PROJECT, "contract.breach_notice_hours=90").status == 0
    filled = govern("contracts", "fill", PROJECT, "dpa", stdin="skip\n60\n24\nstop\n")
    said = plain(filled.out)
    assert said.count("is for the new text; `contract.breach_notice_hours` stays") == 2
    assert "90 is out of bounds, at most 48" in said and "60 is out of bounds, at most 48" in said
    assert "out of bounds" not in said.rpartition("open in dpa")[2]

    draft = govern("draft", PROJECT, "--document", "dpa", "--out", "new.md")
    assert draft.status == 0
    text = (ws / "new.md").read_text(encoding="utf-8").replace("\u00a0", " ")
    assert "within 24 hours" in text and "within 90 hours" not in text
    known = govern("project", "export", PROJECT)
    assert re.search(r"contract\.breach_notice_hours:\W+(value: )?90\b", known.out)
