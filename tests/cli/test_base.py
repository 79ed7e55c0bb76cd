"""A firm's own Word document as the base of a draft, from the command line to the lock and back."""

import io
import zipfile

import docx
import pytest

PROJECT = "hospital-ct"
DRAFT = ["draft", PROJECT, "--document", "baa"]


@pytest.fixture
def letterhead(ws):
    made = docx.Document()
    made.sections[0].header.paragraphs[0].text = "Nordwall & Partners"
    path = ws / "letterhead.docx"
    made.save(path)
    return path


def headers(path):
    with zipfile.ZipFile(path) as package:
        return b"".join(package.read(name) for name in package.namelist() if "header" in name)


def without_style(path, id_):
    parts = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(parts, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "word/styles.xml":
                start = data.index(f'w:styleId="{id_}"'.encode())
                begin, end = data.rindex(b"<w:style ", 0, start), data.index(b"</w:style>", start)
                data = data[:begin] + data[end + len(b"</w:style>") :]
            new.writestr(name, data)
    path.write_bytes(parts.getvalue())


def test_a_draft_stands_on_the_base_and_its_lock_makes_it_again(govern, ws, letterhead, sound):
    made = govern(*DRAFT, "--base", letterhead, "--out", "baa.docx", "--lock", "baa.lock")
    assert (made.status, made.err) == (0, "")
    assert b"Nordwall" in headers("baa.docx")
    letterhead.unlink()  # the workspace keeps what the lock pins
    again = govern("draft", "--locked", "baa.lock", "--out", "again.docx")
    assert (again.status, "Byte for byte" in again.out) == (0, True)
    assert (ws / "again.docx").read_bytes() == (ws / "baa.docx").read_bytes()
    sound(ws)


def test_every_word_file_of_a_set_stands_on_the_base(govern, ws, letterhead):
    made = govern("draft", PROJECT, "--set", "--base", letterhead, "--out", "set.zip", "--formats", "docx,md")
    assert (made.status, made.err) == (0, "")
    with zipfile.ZipFile("set.zip") as file:
        documents = [file.read(name) for name in file.namelist() if name.endswith(".docx")]
    assert len(documents) > 5
    assert all(b"Nordwall" in headers(io.BytesIO(each)) for each in documents)


def test_missing_styles_are_named_or_filled(govern, ws, letterhead):
    without_style(letterhead, "Title")
    refused = govern(*DRAFT, "--base", letterhead, "--out", "baa.docx")
    assert refused.status == 3
    assert "letterhead.docx: `letterhead.docx` has no style `Title`" in refused.err and "--fill-styles" in refused.err
    made = govern(*DRAFT, "--base", letterhead, "--fill-styles", "--out", "baa.docx", "--lock", "baa.lock")
    assert made.status == 0
    assert "letterhead.docx lacks `Title`: ours are used." in made.err
    assert "Byte for byte" in govern("draft", "--locked", "baa.lock", "--out", "again.docx").out


def test_what_makes_no_sense_is_said(govern, ws, letterhead):
    refused = govern(*DRAFT, "--base", letterhead, "--out", "baa.pdf")
    assert (refused.status, "a base document is for Word files" in refused.err) == (6, True)
    refused = govern(*DRAFT, "--fill-styles", "--out", "baa.docx")
    assert (refused.status, "there is no base document to fill" in refused.err) == (6, True)
    (ws / "letter.txt").write_text("Dear Sirs")
    refused = govern(*DRAFT, "--base", "letter.txt", "--out", "baa.docx")
    assert (refused.status, "is not a Word file" in refused.err) == (3, True)
    assert govern(*DRAFT, "--base", "none.docx", "--out", "baa.docx").status == 3


def test_a_lock_whose_base_is_gone_is_refused(govern, ws, letterhead):
    assert govern(*DRAFT, "--base", letterhead, "--out", "baa.docx", "--lock", "baa.lock").status == 0
    import hashlib

    digest = hashlib.sha256(letterhead.read_bytes()).hexdigest()
    (kept,) = [each for each in ws.rglob("*") if each.is_file() and digest.endswith(each.name[-40:])]
    kept.unlink()
    refused = govern("draft", "--locked", "baa.lock", "--out", "again.docx")
    assert refused.status == 7 and "does not have the base document" in refused.err
