"""`govern review` as one types it."""

import json
import sys

import docx
import pytest
from docx.oxml import OxmlElement

from govern.exchange import read_word

from .conftest import call

THEIRS = """DATA PROCESSING AGREEMENT

1. Instructions

1.1 The Supplier shall process the Personal Data only on the documented instructions of the Customer, transfers
included, unless Union or Member State law requires otherwise, in which case it shall inform the Customer of that legal
requirement.

2. Breach

2.1 The Supplier shall notify the Customer of a Personal Data Breach within 14 days of becoming aware of it.

3. Audit

3.1 The Supplier shall provide its certificate, which is the sole means of audit of the Supplier by the Customer.
"""


@pytest.fixture
def text(ws):
    (ws / "their.txt").write_text(THEIRS)
    return ws / "their.txt"


@pytest.fixture
def word(ws):
    made = docx.Document()
    for paragraph in THEIRS.split("\n\n"):
        made.add_paragraph(" ".join(paragraph.split()))
    made.save(str(ws / "their.docx"))
    return ws / "their.docx"


def test_the_terminal_shows_what_is_short_with_why_and_ours(text):
    result = call(["review", text, "--as", "dpa", "--as-of", "2026-11-24"])
    assert (result.status, result.err) == (1, "")
    assert "weak  dpa.breach_notice  Art. 33(2)" in result.out
    assert "Theirs (clause 2.1): The Supplier shall notify" in result.out
    assert "Ours (dpa.breach):" in result.out
    assert "dpa.instructions  " not in result.out
    assert all(len(line) <= 80 for line in result.out.splitlines())
    assert "present  dpa.instructions" in call(["review", text, "--as", "dpa", "--all"]).out


def test_a_project_adds_what_would_change_and_save_keeps_it(text, ws):
    result = call(["review", text, "--as", "dpa", "--project", "hospital-ct"])
    assert "With these terms in force" in result.out
    assert "GDPR-28.3.a" in result.out
    assert "Saved" not in result.out
    saved = call(["review", text, "--as", "dpa", "--project", "hospital-ct", "--save"])
    assert "Saved to project hospital-ct" in saved.out
    assert "their.txt" in call(["project", "show", "hospital-ct"]).out + call(["evidence", "list", "hospital-ct"]).out
    assert call(["log", "verify"]).status == 0


def test_reports_in_each_format(text, ws):
    for name in ("r.html", "r.md", "r.json"):
        assert call(["review", text, "--as", "dpa", "--out", name, "--project", "hospital-ct"]).status == 1
    page = (ws / "r.html").read_text()
    assert "<script" not in page
    assert "dpa.breach_notice" in page
    assert "<mark>" in page
    assert "## Weak" in (ws / "r.md").read_text()
    assert json.loads((ws / "r.json").read_text())["document"] == "dpa_art28"


def test_their_text_cannot_become_markup(ws):
    evil = THEIRS.replace("Personal Data Breach within", "Breach <script>alert(1)</script> \x1b[2J within")
    (ws / "evil.txt").write_text(evil)
    result = call(["review", "evil.txt", "--as", "dpa", "--out", "r.html"])
    assert "\x1b[2J" not in result.out
    assert "<script>" not in (ws / "r.html").read_text()


def test_their_word_file_with_our_text(word, ws):
    from govern.exchange import read_word

    result = call(["review", word, "--as", "dpa", "--out", "ours.docx", "--as-of", "2026-11-24"])
    assert result.status == 1
    before = read_word(word.read_bytes(), name="their.docx")
    after = read_word((ws / "ours.docx").read_bytes(), name="ours.docx")
    assert after.rejected() == before.accepted()
    assert after.authors == ("govern",)
    accepted = "\n".join(after.accepted())
    assert "within 14 days" not in accepted
    assert "2.1 The Supplier shall notify the Customer of each Personal Data Breach" in accepted
    assert "Controller" not in accepted  # our words are theirs
    assert "Annex I " not in accepted  # and nothing dangles
    assert call(["review", "ours.docx", "--as", "dpa"]).out.count("dpa.breach_notice") == 0


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["their.txt", "--as", "dpx"], 3, "not a type of document"),
        (["none.txt", "--as", "dpa"], 3, "there is no file"),
        (["their.txt", "--as", "dpa", "--save"], 6, "--project"),
        (["their.txt", "--as", "dpa", "--out", "x.pdf"], 6, "no format of reviews"),
        (["their.txt", "--as", "dpa", "--out", "x.docx"], 6, "only into a Word file"),
        (["their.txt", "--as", "dpa", "--project", "nobody"], 7, "no project"),
        (["scan.txt", "--as", "dpa"], 6, "has no text"),
        (["odd.odt", "--as", "dpa"], 3, "save it in Word"),
    ],
)
def test_what_cannot_be_done_is_said(text, ws, words, status, said):
    (ws / "scan.txt").write_text("\n")
    (ws / "odd.odt").write_bytes(b"PK")
    result = call(["review", *words])
    assert (result.status, said in result.err) == (status, True), result.err
    assert "Traceback" not in result.err


def test_their_file_is_never_overwritten(word):
    result = call(["review", word, "--as", "dpa", "--out", word, "--force"])
    assert result.status == 6
    assert "not overwritten" in result.err


def test_an_existing_report_needs_force(text, ws):
    (ws / "r.md").write_text("kept")
    assert call(["review", text, "--as", "dpa", "--out", "r.md"]).status == 6
    assert call(["review", text, "--as", "dpa", "--out", "r.md", "--force"]).status == 1


def test_a_pdf_needs_the_extra(ws, monkeypatch):
    (ws / "their.pdf").write_bytes(b"%PDF-1.7\n")
    monkeypatch.setitem(sys.modules, "pypdf", None)
    result = call(["review", "their.pdf", "--as", "dpa"])
    assert (result.status, "govern[review]" in result.err) == (6, True)


def test_a_complete_agreement_has_status_zero(ws):
    result = call(["draft", "hospital-ct", "--document", "baa", "--out", "baa.docx"])
    assert result.status == 0
    assert call(["review", "baa.docx", "--as", "baa", "--project", "hospital-ct"]).status == 0


def test_lint_reads_detectors_too(ws):
    folder = ws / "content" / "clause_library" / "review"
    folder.mkdir(parents=True)
    (folder / "ours.yaml").write_text("- term: dpa.breach_notice\n  says:\n    - promise: ['~3 notify']\n")
    result = call(["packs", "lint"])
    assert result.status == 3
    assert "clause_library/review/ours.yaml:3:17" in result.err
    assert "not a distance" in result.err


def test_what_a_redline_does_not_settle_is_said_and_stands_in_the_file(ws):
    made = docx.Document()
    for paragraph in THEIRS.split("\n\n"):
        made.add_paragraph(" ".join(paragraph.split()))
    more = made.add_paragraph(
        "2.2 The Supplier shall notify the Customer of each Personal Data Breach, without undue delay and "
    )
    more.add_run("within 30 days after it becomes aware of it.")
    made.save(str(ws / "their.docx"))
    result = call(["review", "their.docx", "--as", "dpa", "--out", "out.docx"])
    assert result.status == 1
    assert "to be settled by hand, noted in brackets in the file" in result.out
    assert "in our text and 30 days in 2.2 seem to be for the same duty" in " ".join(result.out.split())
    whole = read_word((ws / "out.docx").read_bytes(), name="out.docx")
    assert any(each.startswith("[To be settled by hand: ") and "30 days" in each for each in whole.accepted())
    assert whole.rejected() == read_word((ws / "their.docx").read_bytes(), name="their.docx").accepted()


def test_a_sentence_that_cannot_be_struck_is_said(ws):
    made = docx.Document()
    for paragraph in THEIRS.split("\n\n"):
        added = made.add_paragraph(" ".join(paragraph.split()))
        if "14 days" in paragraph:
            link = OxmlElement("w:hyperlink")
            link.append(added.runs[0]._r)
            added._p.insert(0, link)
    made.save(str(ws / "their.docx"))
    result = call(["review", "their.docx", "--as", "dpa", "--out", "out.docx"])
    assert "dpa.breach_notice: their sentence is not struck out, because a field, a link" in " ".join(
        result.out.split()
    )
