"""Files from hands that we do not know: each refusal says what the file is and what to do."""

import io
import zipfile

import pytest

from govern.errors import ContentError, RefusedError
from govern.exchange import open_package, read_paper, read_word
from govern.exchange.package import MAX_PARTS

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def refuse(data, error=RefusedError, name="x.docx"):
    with pytest.raises(error) as caught:
        read_word(data, name=name)
    return f"{caught.value.message} | {caught.value.hint}"


@pytest.mark.parametrize(
    ("data", "error", "said"),
    [
        (b"", ContentError, "empty"),
        (b"%PDF-1.7", ContentError, "is a PDF"),
        (_OLE + b"\0" * 600, ContentError, "before 2007"),
        (_OLE + "EncryptedPackage".encode("utf-16-le"), RefusedError, "password"),
        (b"{\\rtf1 hello", ContentError, "RTF"),
        (b"  <!DOCTYPE html><html>", ContentError, "web page"),
        (b"hello", ContentError, "not a Word file"),
        (b"PK\x03\x04 broken", ContentError, "not a whole Word file"),
    ],
)
def test_other_formats_are_named(data, error, said):
    assert said in refuse(data, error)


def test_a_part_that_packs_too_well_is_a_bomb(b):
    assert "zip bomb" in refuse(b.word(b.p(), parts={"word/media/x.bin": "0" * (8 * 1024 * 1024)}))


def test_the_parts_together_are_bounded(b, monkeypatch):
    monkeypatch.setattr("govern.exchange.package.MAX_TOTAL", 100)
    assert "unpacks to more" in refuse(b.word(b.p()))


def test_the_file_is_bounded(b, monkeypatch):
    monkeypatch.setattr("govern.exchange.package.MAX_FILE", 10)
    assert "larger than" in refuse(b.word(b.p()))


def test_the_number_of_parts_is_bounded(b):
    assert "parts" in refuse(b.word(b.p(), parts={f"x/{number}": "" for number in range(MAX_PARTS)}))


def test_a_part_that_is_there_twice_is_refused(b):
    out = io.BytesIO(b.word(b.p()))
    with pytest.warns(UserWarning), zipfile.ZipFile(out, "a") as file:
        file.writestr("word/document.xml", "<x/>")
    assert "twice" in refuse(out.getvalue())


@pytest.mark.parametrize("name", ["word/vbaProject.bin", "word/VBADATA.xml"])
def test_macros_are_refused(b, name):
    assert "macros" in refuse(b.word(b.p(), parts={name: "x"}))


def test_a_document_made_for_macros_is_refused(b):
    kind = "application/vnd.ms-word.document.macroEnabled.main+xml"
    assert "macros" in refuse(b.word(b.p(), kind=kind))


def test_a_dtd_is_refused_before_it_is_read(b):
    bomb = '<!DOCTYPE a [<!ENTITY b "x"><!ENTITY c "&b;&b;">]>' + b.document(b.p(b.r("&c;")))
    assert "document type" in refuse(b.word(raw=bomb))
    assert "document type" in refuse(b.word(raw=('<?xml version="1.0" encoding="utf-16"?>' + bomb).encode("utf-16-le")))


def test_an_external_entity_is_never_fetched(b):
    raw = '<!DOCTYPE a SYSTEM "file:///etc/passwd">' + b.document(b.p(b.r("x")))
    assert "document type" in refuse(b.word(raw=raw))


def test_what_is_not_xml_is_named(b):
    assert "not XML" in refuse(b.word(raw="<w:document"), ContentError)


def test_a_huge_part_is_refused(b, monkeypatch):
    monkeypatch.setattr("govern.exchange.package.MAX_XML", 100)
    assert "larger than" in refuse(b.word(b.p(b.r("x" * 200))))


def test_deep_nesting_is_refused(b):
    deep = "<w:sdt><w:sdtContent>" * 100 + b.p(b.r("x")) + "</w:sdtContent></w:sdt>" * 100
    assert "deep" in refuse(b.word(deep))


def test_nesting_beyond_the_parser_is_refused(b):
    deep = "<w:customXml>" * 400 + b.p() + "</w:customXml>" * 400
    assert "not XML" in refuse(b.word(deep), ContentError)


def test_thousands_of_tables_are_refused(b):
    assert "tables" in refuse(b.word("<w:tbl/>" * 3_100))


def test_paragraphs_are_bounded(b, monkeypatch):
    monkeypatch.setattr("govern.exchange.word.MAX_PARAGRAPHS", 3)
    assert "paragraphs" in refuse(b.word(b.p() * 5))


def test_a_workbook_is_no_document(b):
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    assert "no Word document" in refuse(b.word(b.p(), kind=kind), ContentError)


def test_a_zip_file_is_no_document(b):
    assert "without a Word document" in refuse(b.word(b.p(), parts={"_rels/.rels": None}), ContentError)


def test_an_open_document_is_named(b):
    assert "OpenDocument" in refuse(b.word(b.p(), parts={"mimetype": "x"}), ContentError)


def test_strict_open_xml_says_what_to_do(b):
    relation = "http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument"
    assert "Strict" in refuse(b.word(b.p(), relation=relation), ContentError)


def test_a_damaged_part_is_named(b):
    data = bytearray(b.word(b.p(b.r("some text that is long enough"))))
    at = data.find(b"word/document.xml") + len(b"word/document.xml") + 8
    data[at] ^= 0xFF
    assert "damaged" in refuse(bytes(data), ContentError)


def test_parts_are_found_by_relation(b):
    package = open_package(b.word(b.p(), styles=f"<w:styles {b.W}/>"), name="x.docx")
    assert package.document == "word/document.xml"
    assert package.related("styles") is not None
    assert package.related("numbering") is None


def test_the_ending_chooses_the_reader():
    with pytest.raises(ContentError, match=r"save it in Word"):
        read_paper(b"x", name="their.doc")
    with pytest.raises(ContentError, match=r"one of \.docx"):
        read_paper(b"x", name="their.xlsx")
