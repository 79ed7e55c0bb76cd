"""`govern check` in every format: which one is meant, what is written, and what is imported for it."""

import json
import subprocess
import sys
import zipfile

import pytest
from lxml import etree

STARTS = {
    "report.md": b"# Gap check: ",
    "report.json": b"{\n",
    "report.html": b"<!DOCTYPE html>",
    "report.pdf": b"%PDF-",
    "report.docx": b"PK",
    "report.xlsx": b"PK",
    "report.xml": b"<?xml",
    "report.SARIF": b"{\n",
    "report.txt": b"CT scans",
    "report": b"CT scans",
}
HEAVY = ["docx", "reportlab", "xlsxwriter", "PIL", "lxml", "govern.render.report.model"]


@pytest.mark.parametrize("name", STARTS)
def test_the_ending_says_the_format(govern, ws, name):
    done = govern("check", "hospital-ct", "--as-of", "2026-11-24", "--pack", "soc2", "--pack", "gdpr", "--out", name)
    assert (done.status, done.out, done.err) == (1, f"written: {name}\n", "")
    assert (ws / name).read_bytes().startswith(STARTS[name])


@pytest.mark.parametrize("format_", ["html", "junit", "sarif", "oscal-ar", "oscal-poam"])
def test_text_formats_go_to_the_terminal(govern, ws, format_):
    done = govern("check", "hospital-ct", "--pack", "gdpr", "--format", format_)
    assert done.status == 1
    if format_ == "junit":
        assert etree.fromstring(done.out.encode()).tag == "testsuites"
    elif format_ == "html":
        assert done.out.startswith("<!DOCTYPE html>")
    else:
        assert json.loads(done.out)


def test_format_wins_over_the_ending(govern, ws):
    assert govern("check", "hospital-ct", "--pack", "gdpr", "--format", "docx", "--out", "a.pdf").status == 1
    assert zipfile.is_zipfile(ws / "a.pdf")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--format", "xml"), "`xml` is no format"),
        (("--format", "pdf"), "pdf is not text"),
        (("--format", "docx"), "docx is not text"),
        (("--format", "xlsx"), "xlsx is not text"),
        (("--out", "report.rtf"), "`.rtf` says no format"),
    ],
)
def test_what_is_not_understood_is_refused_before_anything_is_done(govern, ws, words, said):
    before = govern("log", "list").out
    done = govern("check", "hospital-ct", *words)
    assert done.status == 2
    assert said in " ".join(done.err.split())
    assert not (ws / "report.rtf").exists()
    assert govern("log", "list").out == before


def test_a_report_does_not_overwrite(govern, ws, refused):
    (ws / "report.pdf").write_bytes(b"mine")
    refused(govern("check", "hospital-ct", "--out", "report.pdf"), 6, "is there already", "--force")
    assert (ws / "report.pdf").read_bytes() == b"mine"
    assert govern("check", "hospital-ct", "--out", "report.pdf", "--force").status == 1
    assert (ws / "report.pdf").read_bytes().startswith(b"%PDF-")


@pytest.mark.parametrize(("words", "loaded"), [((), []), (("--format", "sarif"), ["govern.render.report.model"])])
def test_a_check_imports_only_the_writer_that_it_needs(ws, words, loaded):
    code = (
        "import atexit, sys\n"
        f"heavy = {HEAVY!r}\n"
        "atexit.register(lambda: sys.stderr.write('loaded: ' + ' '.join(n for n in heavy if n in sys.modules)))\n"
        f"sys.argv = ['govern', 'check', 'hospital-ct', *{list(words)!r}]\n"
        "from govern.cli import main\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ws, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert done.stderr.partition("loaded: ")[2].split() == loaded


SHOWS = {"markdown": "## Do once", "json": '"controls": [\n    {', "html": 'id="once"', "sarif": '"controls": [',
         "oscal-ar": "Do once: ", "oscal-poam": "Do once: "}  # fmt: skip


@pytest.mark.parametrize("format_", [*SHOWS, "table", "junit"])
def test_the_controls_are_read_only_for_formats_that_show_them(govern, ws, monkeypatch, format_):
    from govern.library.content import Content

    read, real = [], Content.controls
    monkeypatch.setattr(Content, "controls", lambda self: read.append(1) or real(self))
    done = govern("check", "hospital-ct", "--as-of", "2026-11-24", "--pack", "gdpr", "--format", format_)
    assert done.status == 1
    assert bool(read) is (format_ in SHOWS)
    assert SHOWS.get(format_, "") in done.out


def test_json_has_the_controls_that_the_list_of_controls_begins_with(govern, ws):
    listed = json.loads(govern("controls", "hospital-ct", "--as-of", "2026-11-24", "--format", "json").out)
    found = json.loads(govern("check", "hospital-ct", "--as-of", "2026-11-24", "--format", "json").out)["controls"]
    assert len(found) == 10
    for key in ("control", "title", "do", "document", "gaps", "open", "met"):
        assert [each[key] for each in found] == [each[key] for each in listed]


def test_a_pdf_with_boxes_says_so(govern, ws):
    assert govern("project", "set", "hospital-ct", "client.name=株式会社").status == 0
    assert govern("check", "hospital-ct", "--out", "r.pdf").err == ""
    govern("project", "new", "other", "--title", "株式会社 and others")
    for words in (
        ("check", "other", "--out", "r.pdf", "--force"),
        ("retention", "schedule", "other", "--out", "s.pdf", "--format", "pdf"),
    ):
        assert "warning: the PDF shows a box for each of these letters: 株式会社; " in govern(*words).err
    assert govern("check", "other", "--out", "r.docx").err == ""
    drafted = govern("draft", "hospital-ct", "--document", "dpa", "--out", "d.pdf")
    assert drafted.status == 0
    assert "shows a box for each of these letters: 株式会社 (in client.name)" in drafted.err
