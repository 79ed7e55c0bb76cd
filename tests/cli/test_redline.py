"""`govern redline`, in the terminal and as files, and what came back."""

import io
import zipfile
from pathlib import Path

import docx
import pytest
from lxml import etree

from govern.render.redline.revisions import accept_all

HOSPITAL = Path(__file__).parent.parent.parent / "examples" / "hospital-ct" / "project.yaml"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.fixture
def drafted(ws, govern):
    made = govern("draft", "hospital-ct", "--document", "dpa", "--out", "ours.docx", "--clean", "--lock", "ours.lock")
    assert made.status == 0, made.err
    return ws / "ours.docx"


def redline(govern, *words):
    return govern("redline", "hospital-ct", "--document", "dpa", *words)


def test_nothing_changed(drafted, govern):
    made = redline(govern)
    assert made.status == 0, made.err
    assert "unchanged." in made.out
    assert "changed," not in made.out


def test_a_changed_fact_is_shown_word_by_word_at_80_columns(drafted, govern):
    assert govern("project", "set", "hospital-ct", "contract.deletion_days=45").status == 0
    made = redline(govern)
    assert made.status == 0, made.err
    assert "[-30-]{+45+}" in made.out
    assert "Return and deletion: changed" in made.out
    assert all(len(line) <= 80 for line in made.out.splitlines())
    again = redline(govern, "--from", "ours.lock", "--to", "now")
    assert "from the lock ours.lock to the library now" in again.out
    assert again.out.splitlines()[1:] == made.out.splitlines()[1:]


def test_a_position_is_tried(ws, govern):
    made = redline(govern, "--from", "now", "--position", "dpa.end_of_service=fallback")
    assert made.status == 0, made.err
    assert "{+" in made.out
    assert "1 changed" in made.out


def test_files_are_written_by_their_endings(drafted, govern, ws):
    assert govern("project", "set", "hospital-ct", "contract.deletion_days=45").status == 0
    for name, start in (("r.docx", b"PK"), ("r.html", b"<!DOCTYPE html>"), ("r.md", b"# Redline")):
        made = redline(govern, "--out", name, "--author", "Anna Advocate")
        assert made.status == 0, made.err
        assert name in made.out
        assert (ws / name).read_bytes().startswith(start)
    with zipfile.ZipFile(ws / "r.docx") as package:
        assert b'w:author="Anna Advocate"' in package.read("word/document.xml")
    text = "\n".join(
        each.text for each in docx.Document(io.BytesIO(accept_all((ws / "r.docx").read_bytes()))).paragraphs
    )
    assert "within 45\u00a0days" in text


def test_what_cannot_be_is_refused(drafted, govern, refused, ws):
    refused(redline(govern, "--out", "r.pdf"), 6, "`.pdf` is not a format of redlines", ".docx, .html, .md")
    refused(redline(govern, "--out", "ours.docx"), 6, "is there already")
    refused(redline(govern, "--from", "zzz"), 7, "`zzz` is no draft, lock, day or version", "or now, or latest")
    refused(redline(govern, "--from", "ours.docx"), 3, "the file is no lock")
    refused(redline(govern, "--position", "dpa.audit"), 4, "`dpa.audit` is not CLAUSE=POSITION")
    refused(redline(govern, "--from", "now", "--position", "dpa.audit=nix"), 3, "`nix`")
    refused(redline(govern, "--returned", "ours.lock"), 3)
    refused(redline(govern, "--returned", "none.docx"), 3, "none.docx")
    for name, said in (("their.pdf", b"%PDF-1.7"), ("their.md", b"# Terms"), ("their.docx", b"%PDF-1.7")):
        (ws / name).write_bytes(said)
        hint = f"govern review {name} --as dpa"
        refused(redline(govern, "--returned", name), 6, "only a Word file (.docx) can be compared", hint)
    refused(redline(govern, "--returned", "ours.docx", "--out", "x.xlsx"), 6, "`.xlsx` is not a format of an analysis")
    refused(redline(govern, "--returned", "ours.docx", "--out", "ours.docx", "--force"), 6, "not overwritten")
    assert not (ws / "x.xlsx").exists()


# --- what came back ---------------------------------------------------------------------------------------


def edit(path, change):
    """The file with its document changed by hand, as another program would."""
    file = docx.Document(str(path))
    change(file)
    made = path.with_name("theirs.docx")
    file.save(str(made))
    return made


def find(file, start):
    return next(each for each in file.paragraphs if each.text.startswith(start))


def test_our_own_file_comes_back_as_it_was(drafted, govern):
    made = redline(govern, "--returned", drafted)
    assert made.status == 0, made.err
    assert "0 changed" in made.out
    assert "ours.docx against draft" in made.out


def test_a_copy_with_our_list_of_open_points_comes_back_as_it_was_too(ws, govern):
    assert govern("draft", "hospital-ct", "--document", "dpa", "--out", "ours.docx").status == 0
    made = redline(govern, "--returned", "ours.docx")
    assert made.status == 0, made.err
    assert "0 changed." in made.out


def test_a_duty_that_became_a_choice_weakens(drafted, govern):
    def change(file):
        found = find(file, "The Processor must make available to the Controller all information")
        for run in found.runs:
            run.text = run.text.replace(" must ", " may ")

    made = redline(govern, "--returned", edit(drafted, change))
    assert made.status == 1, made.err
    assert "weakens dpa.audit: “must” became “may”: a duty became a choice" in " ".join(made.out.split())


def test_a_deleted_paragraph_breaks_the_term_that_it_carries(drafted, govern):
    def change(file):
        gone = find(file, "The Processor must make available to the Controller all information")
        gone._p.getparent().remove(gone._p)

    made = redline(govern, "--returned", edit(drafted, change))
    assert made.status == 1, made.err
    assert "breaks dpa.audit: the paragraph that carries it is deleted" in made.out
    assert "obligations: GDPR-28.3.h" in made.out
    assert "for counsel to decide" in made.out
    assert all(len(line) <= 80 for line in made.out.splitlines())


def test_words_put_into_a_term_are_to_be_read_and_never_kept(drafted, govern):
    def change(file):
        found = next(
            run for run in find(file, "The Processor must process Personal Data only").runs if " only " in run.text
        )
        found.text = found.text.replace(" only ", " as it sees useful, in particular ")

    made = redline(govern, "--returned", edit(drafted, change))
    assert made.status == 1, made.err
    assert "keeps" not in made.out
    assert "dpa.instructions: " in made.out


def test_a_new_paragraph_that_takes_a_clause_back_weakens(drafted, govern):
    def change(file):
        found = find(file, "The Processor must make available to the Controller all information")
        new = docx.oxml.parse_xml(etree.tostring(found._p))
        found._p.addnext(new)
        texts = list(new.iter(W + "t"))
        texts[0].text = "Clause 4 does not apply to affiliates of the Processor."
        for each in texts[1:]:
            each.text = ""

    made = redline(govern, "--returned", edit(drafted, change))
    said = " ".join(made.out.split())
    assert made.status == 1, made.err
    assert "weakens the new text in Section 15: “does not apply” is put in" in said
    assert "touches dpa.audit: a new text stands beside it" in said
    assert "weakens dpa.instructions: clause 4.1 says it, but it is taken back by clause 15.2" in said


def test_a_comment_is_shown_where_it_stands(drafted, govern):
    def change(file):
        found = find(file, "The Processor must make available to the Controller all information")
        file.add_comment(found.runs, "Only once in five years, please.", author="Priya R.")

    made = redline(govern, "--returned", edit(drafted, change))
    said = " ".join(made.out.split())
    assert made.status == 1, made.err
    assert "Information and audit: commented on" in said
    assert "touches 15.1: their comment: “Only once in five years, please.” (Priya R.)" in said
    assert "0 changed, 1 to be read" in said


def test_a_redline_that_we_sent_says_that_it_is_of_no_saved_draft(drafted, govern, ws):
    assert govern("project", "set", "hospital-ct", "contract.deletion_days=45").status == 0
    assert redline(govern, "--from", "ours.lock", "--out", "sent.docx").status == 0
    made = redline(govern, "--returned", "sent.docx")
    said = " ".join(made.out.split())
    assert "header or footer" not in said
    assert "The file is of no draft that is saved here: it is compared with draft" in said
    assert "--from names another" in said


def test_a_file_of_another_project_is_refused(drafted, govern, refused, ws):
    assert govern("project", "import", HOSPITAL.parents[1] / "bank-calls" / "project.yaml").status == 0
    made = govern("redline", "bank-calls", "--document", "dpa", "--returned", "ours.docx")
    refused(made, 6, "the file is of the project `hospital-ct`", "govern redline hospital-ct --document dpa")


def test_a_figure_past_its_bound_weakens(drafted, govern):
    def change(file):
        line = find(file, "When the Services end, the Processor must")
        figure = next(run for run in line.runs if run.text == "30")
        figure.text = "120"

    made = redline(govern, "--returned", edit(drafted, change))
    assert made.status == 1, made.err
    assert "[-30-]{+120+}" in made.out
    assert "120 is out of bounds, at most 90" in " ".join(made.out.split())


def test_tracked_and_untracked_changes_are_told_apart(drafted, govern):
    def change(file):
        figure = next(run for run in find(file, "When the Services end").runs if run.text == "30")
        deleted, inserted = (etree.Element(W + tag) for tag in ("del", "ins"))
        for at, each in enumerate((deleted, inserted)):
            each.set(W + "id", str(9000 + at))
            each.set(W + "author", "Vendor Counsel")
            each.set(W + "date", "2026-12-01T10:00:00Z")
        new = docx.oxml.parse_xml(etree.tostring(figure._r))
        new.find(W + "t").text = "60"
        figure._r.addprevious(deleted)
        figure._r.addprevious(inserted)
        deleted.append(figure._r)
        inserted.append(new)
        figure._r.find(W + "t").tag = W + "delText"
        find(file, "During the Services").runs[0].text += "Now and then and "

    made = redline(govern, "--returned", edit(drafted, change))
    assert made.status == 1, made.err
    lines = [line for line in made.out.splitlines() if "[-30-]{+60+}" in line or "Now and then" in line]
    assert "(not tracked)" not in lines[0]
    assert "(not tracked)" in lines[1]
    assert "1 change not tracked in the file" in " ".join(made.out.split())


def test_the_text_of_a_position_is_named_with_who_must_approve(drafted, govern, ws):
    out = ws / "fallback.docx"
    made = govern("draft", "hospital-ct", "--document", "dpa", "--position", "dpa.end_of_service=fallback",
                  "--clean", "--out", out)  # fmt: skip
    assert made.status == 0, made.err
    made = redline(govern, "--returned", out, "--from", "ours.lock")
    said = " ".join(made.out.split())
    assert "the position “" in said
    assert "(fallback)" in said
    assert "approval" in said


def test_the_analysis_is_written_in_each_format_and_the_terminal_has_the_sum(drafted, govern, ws):
    def change(file):
        line = find(file, "When the Services end, the Processor must")
        next(run for run in line.runs if run.text == "30").text = "120"

    theirs = edit(drafted, change)
    for name, start in (("a.docx", b"PK"), ("a.pdf", b"%PDF"), ("a.html", b"<!DOCTYPE html>"), ("a.md", b"# Returned")):
        made = redline(govern, "--returned", theirs, "--out", name)
        assert made.status == 1, made.err
        assert f"written: {name}" in made.out
        assert "1 weakened" in made.out
        assert "for counsel to decide" not in made.out
        assert (ws / name).read_bytes().startswith(start)
    text = (ws / "a.md").read_text(encoding="utf-8").replace("\u00a0", " ")
    assert "120 is out of bounds, at most 90" in text
    assert "GDPR Art. 28(3)(g), Agree on deletion or return at the end (GDPR-28.3.g)" in text
    assert "theirs.docx (SHA-256 " in text


def test_a_file_without_tracked_changes_has_none_that_is_hidden(drafted, govern):
    def change(file):
        find(file, "During the Services").runs[0].text += "Now and then and "

    made = redline(govern, "--returned", edit(drafted, change))
    assert "Now and then" in made.out
    assert "not tracked" not in made.out
