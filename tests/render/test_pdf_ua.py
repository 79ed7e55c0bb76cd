"""The accessible PDF, judged by pdfua (16 of 106 rules: a structural check) and read by pypdf."""

import io
import sys
from dataclasses import replace
from pathlib import Path

import pdfua
import pypdf
import pytest

from govern.contracts import Draft, Filled, Paragraph, Reference, Section, Table, Text, set_type
from govern.errors import RefusedError
from govern.render import render_pdf_ua

MARKUP = '#panic("x") *bold* _it_ $x^2$ `raw` @ref <label> = head \\ // note #import "@preview/x:1.0.0": *'


@pytest.fixture(scope="module")
def file(sample: Draft) -> bytes:
    return render_pdf_ua(sample)


def read(file: bytes) -> str:
    text = "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(file)).pages)
    return " ".join(text.replace("\u00ad", "").split())


def findings(file: bytes, folder: Path) -> list[str]:
    path = folder / "file.pdf"
    path.write_bytes(file)
    return [f"{each.rule_id}: {each.message}" for each in pdfua.validate(str(path)).findings]


def test_pdfua_finds_nothing(file: bytes, final: Draft, tmp_path: Path) -> None:
    assert findings(file, tmp_path) == []
    assert findings(render_pdf_ua(final), tmp_path) == []


def test_pdfua_would_find_something(file: bytes, tmp_path: Path) -> None:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(file))
    del writer.root_object["/Lang"]
    out = io.BytesIO()
    writer.write(out)
    assert findings(out.getvalue(), tmp_path)


def test_it_says_which_standards_it_keeps(file: bytes) -> None:
    reader = pypdf.PdfReader(io.BytesIO(file))
    xmp = reader.trailer["/Root"]["/Metadata"].get_object().get_data()  # type: ignore[index]
    assert b"pdfuaid:part" in xmp and b"pdfaid:part" in xmp
    assert reader.metadata is not None and reader.metadata.title == "Data Processing Agreement"
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]  # type: ignore[index]


def test_equal_drafts_give_equal_bytes(sample: Draft, file: bytes) -> None:
    assert render_pdf_ua(replace(sample)) == file


def test_the_whole_text_is_there(sample: Draft, file: bytes) -> None:
    text = read(file)
    shown = set_type(sample)
    for section in (*shown.sections, *shown.annexes):
        assert " ".join(section.title.split()) in text
    for each in sample.paragraphs():
        if each.level == 0 and each.number:
            assert each.number in text
    assert "(1) Universitätsklinikum Nordstadt" in text and "(A) The Controller develops" in text
    assert "Signed for the Controller" in text and "Open points before signature" in text


def test_headings_are_the_outline_and_references_are_links(sample: Draft, file: bytes) -> None:
    reader = pypdf.PdfReader(io.BytesIO(file))

    def titles(entries: list) -> list[str]:
        return [title for each in entries for title in (titles(each) if isinstance(each, list) else [each.title])]

    found = titles(reader.outline)
    assert [title for title in found if title.endswith(sample.annexes[0].title)]
    assert {"Parties", "Agreed terms", "Signatures"} <= set(found)
    links = [a for page in reader.pages for a in page.get("/Annots", ()) if a.get_object()["/Subtype"] == "/Link"]
    assert len(links) > len(sample.sections) + 40


def test_a_draft_is_marked_and_a_final_version_is_not(final: Draft, file: bytes) -> None:
    assert "DRAFT" in read(file)
    text = read(render_pdf_ua(final))
    assert "DRAFT" not in text and "Open points" not in text


def test_markup_in_names_stays_text(sample: Draft) -> None:
    runs = (Filled("p", MARKUP, None), Text(MARKUP), Reference("nowhere", MARKUP))
    section = replace(sample.sections[0], title=MARKUP, blocks=(Paragraph(MARKUP, 0, "1.1", runs),))
    text = read(render_pdf_ua(replace(sample, title=MARKUP, sections=(section,), annexes=(), subtitle=MARKUP)))
    assert text.count("".join(MARKUP.split())) or " ".join(MARKUP.split())[:30] in text
    assert '#panic("x") *bold* _it_ $x^2$ `raw` @ref <label> = head' in text


def test_an_anchor_that_is_there_twice_is_named_once(sample: Draft) -> None:
    twice = tuple(Paragraph("s#p", 0, f"1.{number}", (Reference("s#p", "Clause 1.1"),)) for number in (1, 2))
    section = replace(sample.sections[0], blocks=twice)
    assert render_pdf_ua(replace(sample, sections=(section, section), annexes=())).startswith(b"%PDF")


def test_a_reference_in_a_repeated_table_head_is_plain_text(sample: Draft, tmp_path: Path) -> None:
    head = ((Reference(sample.sections[0].anchor, "Clause 1"),), (Text("What"),))
    rows = tuple(((Text(f"row {number}"),), (Text("words " * 40),)) for number in range(40))
    annex = replace(sample.annexes[0], blocks=(Table(head, rows),))
    assert findings(render_pdf_ua(replace(sample, annexes=(annex,))), tmp_path) == []


def test_a_box_stands_for_what_no_font_has(sample: Draft, tmp_path: Path) -> None:
    made = render_pdf_ua(replace(sample, title="株式会社 Łódź", subtitle="", annexes=()))
    assert "☐☐☐☐ Łódź" in read(made)
    assert findings(made, tmp_path) == []


def test_a_document_without_title_has_one(sample: Draft, tmp_path: Path) -> None:
    assert findings(render_pdf_ua(replace(sample, title=" ", annexes=())), tmp_path) == []


def test_signatures_stay_on_one_page(sample: Draft) -> None:
    for lines in range(0, 40, 3):
        blocks = tuple(Paragraph(None, 0, f"1.{each + 1}", (Text("words " * 14),)) for each in range(lines))
        section = Section("s", "clause", "1", "T", blocks, "s", "1", sample.sections[0].note)
        pages = pypdf.PdfReader(io.BytesIO(render_pdf_ua(replace(sample, sections=(section,), annexes=())))).pages
        (page,) = [each for each in pages if "Signed for the Controller" in each.extract_text()]
        assert all(word in page.extract_text() for word in ("Signatures", "Prof. Dr. Henrike Vogt", "Date"))


def test_without_typst_it_is_refused_with_the_way_out(sample: Draft, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(RefusedError, match="needs Typst") as refused:
        render_pdf_ua(sample)
    assert "govern[accessible]" in refused.value.hint
